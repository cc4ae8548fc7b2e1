"""The plans of all groups of a table at once: which are feasible, what comes nearest, and what prevents or binds."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
import numpy.typing as npt

from tradeanalysis.parameters import need_labels, need_numbers
from tradeanalysis.planner.group_ceilings import under_ceilings
from tradeanalysis.planner.problem import checked_cap, checked_growth
from tradeanalysis.planner.water_filling import TOLERANCE
from tradeanalysis.results import Table
from tradeanalysis.schema import VALUE
from tradeanalysis.sums import Array, by_size
from tradeanalysis.tables.group_baskets import Baskets, open_baskets
from tradeanalysis.texts import Text

# What prevents a plan, in the order in which it is looked for, and what binds one that there is.
KINDS = np.array(["", "no trade", "single", "few", "conflict", "cap", "kept", "limits", "lower", "upper"], dtype=object)
FEASIBLE, NO_TRADE, SINGLE, FEW, CONFLICT, CAP, KEPT, LIMITS, LOWER, UPPER = range(10)


@dataclass(frozen=True)
class Market:
    """Many problems at once: present values and ceilings, a problem in each row, and which places are markets."""

    now: Array
    upper: Array
    there: npt.NDArray[np.bool_]
    total: Array
    cap: float

    @property
    def n(self) -> npt.NDArray[np.intp]:
        """The number of markets of every problem."""
        return np.asarray(self.there.sum(axis=1))


def plans(
    table: Table,
    growth: float = 0.10,
    cap: float | None = 0.25,
    *,
    by: str | Iterable[str] | None = None,
    upper: Any = None,
    flow: str | None = None,
    year: int | None = None,
    value: str = VALUE,
) -> Table:
    r"""Plan for every group of a table at once: a row each, whether there is a plan or not.

    Each row is what ``ta.plan(basket, growth, cap)`` says of the group's basket, where there is no plan in place of
    the error:

    .. math:: \min_y \sum_j y_j^2 \quad \text{with} \quad \sum_j y_j = (1+g) X, \quad
              x_j \le y_j \le \min(u_j, c \sum_k y_k)

    A table of DuckDB or PySpark is summed there, and the result is the table that it collects to.

    Parameters
    ----------
    table
        A trade table of pandas, Polars, PyArrow, DuckDB or PySpark.
    growth, cap
        As for ``ta.plan``.
    by
        The columns that make groups, such as ``"reporter"`` or ``["reporter", "product"]``.
    upper
        Ceilings: a table with the columns of ``by``, ``partner`` and ``limit`` in the unit of ``value``, as
        ``ta.limits(table, by=...)`` gives. A market that it does not name has none; one that it names and in which a
        group has no trade is a new market of this group, as in ``ta.plan``. None for no ceilings.
    flow, year
        As for ``ta.basket``: may be left out where the table has one, or where they are among ``by``.
    value
        The column of values.

    Returns
    -------
    A row for each group, in the order of its labels and in the library of the table:

    - ``n``, the number of markets, and ``feasible``, whether there is a plan;
    - ``largest_share_before`` and ``largest_share_after``, the largest market's share of the total now and in the plan,
      ``hhi_before`` and ``hhi_after``, all in [0, 1]; those after are missing where there is no plan;
    - ``nearest_growth`` and ``nearest_cap``: where there is no plan, the nearest growth under the same cap and the
      nearest cap at the same growth, each missing where changing it alone cannot help; else the growth and cap given;
    - ``binds``: where there is a plan, the limit that costs most (``"lower"``, a market that would fall;
      ``"upper"``, a ceiling; empty for none). Where there is none, what prevents it: ``"cap"`` (the largest market is
      above the cap even at its present value), ``"single"`` or ``"few"`` (fewer markets than 1/cap), ``"kept"`` (the
      growth is below what the present values keep), ``"limits"`` (the ceilings are below the total), ``"conflict"`` (a
      ceiling below the present value), ``"no trade"``;
    - ``market``, the market of which that is so; missing where it is none in particular.

    ``unallocated`` as in ``ta.measure``.

    Raises
    ------
    SchemaError
        A column is missing.
    TradeDataError
        Growth or cap is out of range, a choice is needed between several years or flows, or a value is faulty; a
        ceiling stands twice, is missing or negative, is of a total, or of a group that is not in the table.

    Notes
    -----
    n and all else are as for ``ta.plan``: what is not allocated is no market, no sales are given up, and limits are
    taken as known. Without ``upper`` small markets may be given more than they can take.

    Examples
    --------
    >>> import tradeanalysis as ta
    >>> world = ta.example("world_2023")
    >>> found = ta.plans(world, growth=0.10, cap=0.25, by="reporter")
    >>> len(found), int(found["feasible"].sum())
    (194, 92)
    >>> found.query("reporter in ('VNM', 'THA')").iloc[:, [0, 7, 8, 9, 10]].round(4)
        reporter  nearest_growth  nearest_cap  binds market
    172      THA          0.1000       0.2500  lower    USA
    188      VNM          0.1547       0.2624    cap    USA
    """
    need_labels(year=year, flow=flow)
    need_numbers("cap", growth=growth, cap=cap)
    rate, most = checked_growth(growth), 1.0 if cap is None else checked_cap(cap, "cap")
    baskets = open_baskets(table, by, flow=flow, year=year, value=value)
    baskets, ceilings = (baskets, None) if upper is None else under_ceilings(baskets, upper)
    columns = _planned(baskets, ceilings, rate, most)
    noted = Text("plans_noted_capped" if cap else "plans_noted", growth=rate, cap=most)
    return cast(Table, baskets.of_groups(columns, plan=noted, n=Text("note_groups", count=len(baskets.sizes))))


def _planned(baskets: Baskets, ceilings: Array | None, growth: float, cap: float) -> dict[str, Any]:
    """The columns of the answer, a number for every group."""
    size = len(baskets.sizes)
    names = ("share_before", "share_after", "hhi_before", "hhi_after", "nearest_growth", "nearest_cap")
    found: dict[str, Array] = {name: np.full(size, np.nan) for name in names}
    kind, place = np.full(size, NO_TRADE), np.full(size, -1)
    # All groups are scaled by a power of two, so that no square overflows and no digit changes.
    scale = np.ldexp(1.0, np.clip(-np.frexp(baskets.largest(baskets.x))[1], -1020, 1020))
    x = baskets.x * baskets.spread(scale)
    columns = [x] if ceilings is None else [x, ceilings * baskets.spread(scale)]
    for every, dense in by_size(columns, baskets.starts, baskets.sizes):
        traded = np.flatnonzero(dense[0].any(axis=1))
        these, rows = every[traded], [one[traded] for one in dense]
        if not len(these):
            continue
        there = np.arange(rows[0].shape[1]) < baskets.sizes[these, None]
        now, upper = rows[0], (np.full_like(rows[0], np.inf) if ceilings is None else rows[1])
        present = now.sum(axis=1)
        many = Market(now, np.where(there, upper, 0.0), there, present * (1 + growth), cap)
        target = now.copy() if math.isinf(growth) else filled(many)
        obstacle, which = obstacles(many)
        feasible = obstacle == FEASIBLE
        binding, bound = _binding(many, target)
        kind[these] = np.where(feasible, binding, obstacle)
        column = np.where(feasible, bound, which)
        place[these] = np.where(column < 0, -1, baskets.starts[these] + column)
        after = target / many.total[:, None]
        before = now / present[:, None]
        found["share_before"][these], found["hhi_before"][these] = before.max(axis=1), (before**2).sum(axis=1)
        found["share_after"][these] = np.where(feasible, after.max(axis=1), np.nan)
        found["hhi_after"][these] = np.where(feasible, (after**2).sum(axis=1), np.nan)
        found["nearest_growth"][these] = np.where(feasible, growth, nearest_growths(many, present))
        uncapped, _ = obstacles(Market(now, many.upper, there, many.total, 1.0))
        nearest = np.where(uncapped == FEASIBLE, after.max(axis=1), np.nan)
        found["nearest_cap"][these] = np.where(feasible, cap, nearest)
    labels = np.array([*baskets.names, None], dtype=object)
    named = np.append(baskets.partner, len(labels) - 1)[place]
    return {
        "n": baskets.sizes.astype(np.int64),
        "feasible": (kind == FEASIBLE) | (kind >= LOWER),
        "largest_share_before": found["share_before"],
        "largest_share_after": found["share_after"],
        "hhi_before": found["hhi_before"],
        "hhi_after": found["hhi_after"],
        "nearest_growth": found["nearest_growth"],
        "nearest_cap": found["nearest_cap"],
        "binds": KINDS[kind],
        "market": labels[named],
    }


def obstacles(many: Market) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """What prevents a plan in every row, as ``problem.refuse_infeasible`` looks for it; and the place of the market."""
    lower, upper, total, n = many.now, many.upper, many.total, many.n
    slack = TOLERANCE * total
    gap = np.where(many.there, lower - upper, -np.inf)
    ceilings = np.maximum(np.minimum(upper, many.cap * total[:, None]), lower)
    few = many.cap * n < 1 - TOLERANCE
    checks = [
        (few & (n == 1), SINGLE, np.full(len(n), -1)),
        (few, FEW, np.full(len(n), -1)),
        (gap.max(axis=1) > slack, CONFLICT, gap.argmax(axis=1)),
        (lower.max(axis=1) > many.cap * total + slack, CAP, _first_largest(lower)),
        (lower.sum(axis=1) > total + slack, KEPT, np.full(len(n), -1)),
        (np.where(many.there, ceilings, 0.0).sum(axis=1) < total - slack, LIMITS, np.full(len(n), -1)),
    ]
    kinds = np.select([bad for bad, _, _ in checks], [kind for _, kind, _ in checks], FEASIBLE)
    places = np.select([bad for bad, _, _ in checks], [place for _, _, place in checks], -1)
    return kinds, places


def _first_largest(x: Array) -> npt.NDArray[np.intp]:
    return np.asarray(x.argmax(axis=1))


def filled(many: Market) -> Array:
    """The values between present ones and ceilings that add up to the total, the least concentrated in every row.

    Where there is a plan it is the same with and without the cap: the filled values have the least largest one.
    """
    lower, there = many.now, many.there
    upper = np.maximum(many.upper, lower)
    limited = there & np.isfinite(upper)
    ends = np.where(limited, upper, 0.0) if limited.any() else np.zeros((len(lower), 0))
    last = np.maximum(lower.max(axis=1), ends.max(axis=1, initial=0.0))[:, None]
    points = np.concatenate([np.where(there, lower, last), np.where(limited, upper, last)[:, : ends.shape[1]]], axis=1)
    slopes = np.concatenate([there.astype(np.float64), -limited[:, : ends.shape[1]].astype(np.float64)], axis=1)
    order = np.argsort(points, axis=1)
    points = np.take_along_axis(points, order, axis=1)
    slopes = np.cumsum(np.take_along_axis(slopes, order, axis=1), axis=1)
    rises = np.diff(points, axis=1) * slopes[:, :-1]
    sums = lower.sum(axis=1)[:, None] + np.concatenate([np.zeros((len(lower), 1)), np.cumsum(rises, axis=1)], axis=1)
    above = (sums < many.total[:, None]).sum(axis=1)
    rows = np.arange(len(lower))
    below = np.where(above > 0, points[rows, np.maximum(above - 1, 0)], -np.inf)[:, None]
    top = np.where(above < points.shape[1], points[rows, np.minimum(above, points.shape[1] - 1)], np.inf)[:, None]
    rising = there & (lower <= below) & (upper >= top)
    fixed = np.where(there & ~rising, np.where(upper <= below, upper, lower), 0.0).sum(axis=1)
    count = rising.sum(axis=1)
    level = np.divide(many.total - fixed, count, out=np.zeros(len(lower)), where=count > 0)[:, None]
    level = np.minimum(np.maximum(level, below), top)
    stuck = np.where((above > 0)[:, None], np.where(np.isfinite(upper), upper, lower), lower)
    return np.where(there, np.where((count > 0)[:, None], np.clip(level, lower, upper), stuck), 0.0)


def nearest_growths(many: Market, present: Array) -> Array:
    """The growth nearest to the one given that the cap allows, as ``problem.nearest_growth``; missing for none."""
    lower, upper = many.now, many.upper
    least = np.maximum(lower.sum(axis=1), lower.max(axis=1) / many.cap)
    most = largest_totals(many)
    none = (many.there & (lower > upper * (1 + TOLERANCE))).any(axis=1)
    none |= (least > most * (1 + TOLERANCE)) | ~(most > 0)
    return np.where(none, np.nan, np.where(many.total < least, least, most) / present - 1)


def largest_totals(many: Market) -> Array:
    """The largest total that each row can take under the cap: Newton's method, as ``water_filling.largest_total``."""
    finite = many.there & np.isfinite(many.upper)
    total = 2.0**50 * np.maximum(np.where(finite, many.upper, 0.0).sum(axis=1), 1.0)
    found, going = np.full(len(total), np.inf), np.arange(len(total))
    unlimited = True
    while len(going):
        now, upper, there = total[going], many.upper[going], many.there[going]
        below = there & (upper <= many.cap * now[:, None])
        constant = np.where(below, upper, 0.0).sum(axis=1)
        slope = many.cap * (there & ~below).sum(axis=1)
        done = (slope >= 1 - TOLERANCE) | (constant + (slope - 1) * now >= -TOLERANCE * now)
        found[going[done]] = np.inf if unlimited else now[done]
        total[going[~done]] = constant[~done] / (1 - slope[~done])
        going, unlimited = going[~done], False
    return found


def _binding(many: Market, target: Array) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """The limit that costs the HHI most in every row, and its market: as ``pricing.savings`` with no blocs."""
    slack = TOLERANCE * many.total[:, None]
    ceilings = np.maximum(np.minimum(many.upper, many.cap * many.total[:, None]), many.now)
    at_floor = many.there & (target <= many.now + slack)
    at_ceiling = many.there & (target >= ceilings - slack)
    entry = np.where(many.there & ~at_ceiling, target, np.inf).min(axis=1)
    dearest = np.where(many.there & ~at_floor, target, -np.inf).max(axis=1)
    floors, tops = np.where(at_floor, target, -np.inf), np.where(at_ceiling, -target, -np.inf)
    by_floor, by_ceiling = floors.max(axis=1) - entry, tops.max(axis=1) + dearest
    saved = np.maximum(by_floor, by_ceiling)
    binds = saved > slack[:, 0]
    place = np.where(by_ceiling >= by_floor, tops.argmax(axis=1), floors.argmax(axis=1))
    of_ceiling = np.where(np.take_along_axis(many.upper, place[:, None], 1)[:, 0] <= many.cap * many.total, UPPER, CAP)
    kind = np.where(by_ceiling >= by_floor, of_ceiling, LOWER)
    return np.where(binds, kind, FEASIBLE), np.where(binds, place, -1)
