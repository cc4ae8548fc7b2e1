"""What the brief tells beyond its year: what moved the index, how sure it is, what if a market closes, and a plan."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from tradeanalysis.changes.contributions import change
from tradeanalysis.measures.concentration import hhi
from tradeanalysis.planner.frontiers import frontier
from tradeanalysis.planner.plans import Plan, plan
from tradeanalysis.schema import PARTNER, VALUE, YEAR, InfeasiblePlan
from tradeanalysis.stress.contingencies import contingency
from tradeanalysis.uncertainty.bounds import Interval, interval


@dataclass(frozen=True)
class Wish:
    """What the plan is asked for, and which part of a loss is taken to find another market."""

    growth: float = 0.10
    cap: float = 0.25
    redirect: float = 0.5


@dataclass(frozen=True)
class Outlook:
    """Contributions since the first year, the interval where a part is allocated to nobody, losses, and plans.

    ``plans`` holds the plan that was asked for; where there is none, ``refused`` says why, and ``plans`` are those
    nearest to the wish: the one that keeps the cap, the one that keeps the growth.
    """

    wish: Wish
    since: int | None
    moved: pd.DataFrame | None
    listed: Interval | None
    largest: Interval | None
    closures: pd.DataFrame
    plans: list[Plan]
    refused: InfeasiblePlan | None
    reach: pd.DataFrame


def outlook(
    partners: pd.DataFrame, unallocated: float, rows: pd.DataFrame, over: str, year: int, wish: Wish
) -> Outlook | None:
    """What is to be told of one flow, from its partners of the year and its rows of all years."""
    x = partners[partners[VALUE] > 0].set_index(PARTNER)[VALUE].astype(float)
    if x.empty:
        return None
    before = rows.loc[(rows[YEAR] < year) & (rows[VALUE] > 0), YEAR]
    since = None if before.empty else int(before.min())
    moved = None if since is None else change(rows, before=since, after=year, over=over).rename(columns={over: PARTNER})
    listed = largest = None
    if unallocated:
        rest = x.sum() * unallocated / (1 - unallocated)
        listed, largest = (interval(x, hhi, remainder=rest, top_listed=top) for top in (False, True))
    near, refused = nearest(x, wish, aim="even growth")
    plans = [one for one in near if one is not None]
    closures = contingency(x, redirect=wish.redirect)
    # Shares of the whole, as everywhere on the page, and not of what is allocated.
    closures[["gross_share", "replaced_share", "net_share"]] *= 1 - unallocated
    return Outlook(wish, since, moved, listed, largest, closures, plans, refused, frontier(x))


def nearest(x: pd.Series[float], wish: Wish, **limits: Any) -> tuple[list[Plan | None], InfeasiblePlan | None]:
    """The plan that is asked for; or why there is none, and those that keep the cap and the growth, as there are."""
    try:
        return [plan(x, wish.growth, wish.cap, **limits)], None
    except InfeasiblePlan as refused:
        at_the_cap, at_the_growth = refused.nearest_growth, refused.nearest_cap
        plans = [
            None if at_the_cap is None else plan(x, at_the_cap, wish.cap, **limits),
            None if at_the_growth is None else plan(x, wish.growth, at_the_growth, **limits),
        ]
        return plans, refused
