"""What the brief shows beyond its year: what moved the index, its bounds, losses if a market closes, and plans."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import narwhals as nw
import pandas as pd

from tradeanalysis.changes.contributions import change_of
from tradeanalysis.changes.two_periods import periods_of
from tradeanalysis.measures.concentration import hhi
from tradeanalysis.planner.frontiers import frontier
from tradeanalysis.planner.one_plan import Plan, plan
from tradeanalysis.planner.quarterly_targets import Quarters
from tradeanalysis.schema import PARTNER, VALUE, InfeasiblePlan
from tradeanalysis.stress.contingencies import contingency
from tradeanalysis.tables.panel import panel_of
from tradeanalysis.texts.rounding import SHOWN_SHARE
from tradeanalysis.uncertainty.bounds import Interval, interval

# A plan that needs more growth than this is mentioned in a sentence and not shown.
SHOWN_GROWTH = 1.0
# Where most of the flow is not detailed by partner, a plan for the others says little.
UNALLOCATED_FOR_PLAN = 0.5


@dataclass(frozen=True)
class PlanRequest:
    """The growth and cap of the plan, none where neither is given, and the part of a loss that finds another market.

    ``quarters`` are the weights by which its targets are split, where they are to be; ``aim`` is that of ``ta.plan``.
    """

    growth: float | None = None
    cap: float | None = None
    redirect: float = 0.5
    quarters: Quarters | None = None
    aim: str = "even growth"

    @property
    def wanted(self) -> bool:
        """Whether there is to be a plan."""
        return self.growth is not None or self.cap is not None

    @property
    def raised(self) -> float:
        """The growth of the total: none, where only a cap is given."""
        return self.growth or 0.0


@dataclass(frozen=True)
class Outlook:
    """Contributions since the first year, bounds where a part is not allocated, losses, and plans.

    ``moved`` has shares of all trade and the changes of their squares; ``undetailed`` are the shares that are not
    detailed by partner in the first year and in this one.
    ``bounds_if_largest`` are the bounds if the listed partners are the largest, none where they are known not to be all
    of these. ``plans`` holds the requested plan;
    where it is not feasible, ``refused`` says why, and ``plans`` are the nearest: one keeps the cap, one the growth.
    ``ceilings`` are what partners have been seen to take, where the table shows it, and ``within`` says whether the
    plans keep them; ``beyond`` is the plan that meets the request beyond them, where no plan within them does.
    """

    request: PlanRequest
    since: int | None
    moved: pd.DataFrame | None
    bounds: Interval | None
    bounds_if_largest: Interval | None
    closures: pd.DataFrame
    plans: list[Plan]
    refused: InfeasiblePlan | None
    reach: pd.DataFrame
    undetailed: tuple[float, float] = (0.0, 0.0)
    ceilings: pd.Series[float] | None = None
    within: bool = False
    beyond: Plan | None = None

    @property
    def moved_in_part(self) -> bool:
        """Whether a part that can be seen is not detailed: the contributions are then not those to the index."""
        return max(self.undetailed) >= SHOWN_SHARE

    @property
    def moved_between(self) -> tuple[float, float]:
        """The sums of squared shares between which the contributions lead: of all trade, or the two indices."""
        assert self.moved is not None
        of = (1.0, 1.0) if self.moved_in_part else tuple(1 - one for one in self.undetailed)
        start, end = (float((self.moved[f"share_{at}"] ** 2).sum()) for at in ("before", "after"))
        return start / of[0] ** 2, end / of[1] ** 2


def outlook(
    partners: pd.DataFrame,
    rows: nw.DataFrame[Any],
    over: str,
    year: int,
    request: PlanRequest,
    *,
    years: Mapping[int, float],
    largest: bool = True,
    ceilings: pd.Series[float] | None = None,
) -> Outlook | None:
    """The outlook of one flow, from its partners of the year and the economy's rows of all years.

    ``years`` are those whose index can be compared, each with the share that is not detailed by partner; ``largest``
    says whether the listed partners may be the largest; ``ceilings`` are those of the plan, where there are any.
    """
    x = partners[partners[VALUE] > 0].set_index(PARTNER)[VALUE].astype(float)
    if x.empty:
        return None
    unallocated = float(partners.attrs.get("unallocated", 0.0))
    since = min((one for one in years if one < year), default=None) if year in years else None
    bounds = bounds_if_largest = None
    rest = float(x.sum()) * unallocated / (1 - unallocated)
    if unallocated:
        bounds, bounds_if_largest = (
            interval(x, hhi, remainder=rest, top_listed=top) if largest or not top else None for top in (False, True)
        )
    found = Nearest([], None)
    if request.wanted:
        found = nearest_within(x, request, ceilings, rest=rest, aim=request.aim)
    closures = contingency(x, redirect=request.redirect)
    # Shares of the whole, as everywhere on the page, and not of what is allocated.
    closures[["gross_share", "replaced_share", "net_share"]] *= 1 - unallocated
    return Outlook(
        request,
        since,
        None if since is None else _moved(rows, since, year, over, years),
        bounds,
        bounds_if_largest,
        closures,
        [one for one in found.plans if one is not None],
        found.refused,
        frontier(x, upper=ceilings if found.within else None) if request.wanted else pd.DataFrame(),
        (0.0, 0.0) if since is None else (years[since], years[year]),
        ceilings,
        found.within,
        found.beyond,
    )


def _moved(rows: nw.DataFrame[Any], since: int, year: int, over: str, unallocated: Mapping[int, float]) -> pd.DataFrame:
    """The shares of each partner in all trade, and the change of their squares, the largest first.

    Where no part that can be seen is undetailed in either year, these contributions add up to the change of the index.
    """
    panel = panel_of(rows, [over], dict(rows.to_native().attrs))
    found = periods_of(panel, before=since, after=year, by=[], over=[over])
    moved: pd.DataFrame = change_of(found, hhi, before=since, after=year)
    ends = {"share_before": unallocated[since], "share_after": unallocated[year]}
    moved = moved.rename(columns={over: PARTNER}).assign(**{end: moved[end] * (1 - u) for end, u in ends.items()})
    if max(ends.values()) >= SHOWN_SHARE:
        change = moved["share_after"] ** 2 - moved["share_before"] ** 2
        order = change.abs().sort_values(ascending=False, kind="stable").index
        moved = moved.assign(contribution=change).loc[order].reset_index(drop=True)
    return moved


class Nearest(NamedTuple):
    """The plans nearest to a request, why there is no other, whether they keep the ceilings, and one that does not."""

    plans: list[Plan | None]
    refused: InfeasiblePlan | None
    within: bool = False
    beyond: Plan | None = None


def nearest_within(
    x: pd.Series[float], request: PlanRequest, ceilings: pd.Series[float] | None, *, rest: float, aim: str
) -> Nearest:
    """The nearest plans under the ceilings, and one beyond them where only so the request is met.

    Where no plan keeps the ceilings, these are the plans without them.
    """
    free = Nearest(*nearest(x, request, rest=rest, aim=aim))
    if ceilings is None:
        return free
    held = Nearest(*nearest(x, request, rest=rest, aim=aim, upper=ceilings), within=True)
    if not any(held.plans):
        return free
    only_beyond = held.refused is not None and free.refused is None
    return held._replace(beyond=free.plans[0]) if only_beyond else held


def nearest(
    x: pd.Series[float], request: PlanRequest, *, rest: float, **limits: Any
) -> tuple[list[Plan | None], InfeasiblePlan | None]:
    """The requested plan; or why it is not feasible, and those that keep the cap and the growth, where they exist.

    Caps are on shares of all trade, of which the ``rest``, which is not detailed by market, grows as the total does.
    """
    limits["rest"] = rest
    try:
        return [plan(x, request.raised, request.cap, **limits)], None
    except InfeasiblePlan as refused:
        at_the_cap, at_the_growth = refused.nearest_growth, refused.nearest_cap
        plans = [
            None if at_the_cap is None else plan(x, at_the_cap, request.cap, **limits),
            None if at_the_growth is None else plan(x, request.raised, at_the_growth, **limits),
        ]
        return plans, refused
