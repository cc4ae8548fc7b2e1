"""The frontier of all plans: growth of the total against the lowest cap, the least concentration, cost and risk."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd

from tradeanalysis.planner.critical_line import risk_path, volatility
from tradeanalysis.planner.problem import plan_problem
from tradeanalysis.planner.water_filling import TOLERANCE, levels, sums_at
from tradeanalysis.results import annotated
from tradeanalysis.schema import TradeDataError
from tradeanalysis.sums import Array
from tradeanalysis.tables.markets import covariance_for, for_markets
from tradeanalysis.texts import Text


def frontier(x: Any, *, lower: Any = None, upper: Any = None, cost: Any = None, covariance: Any = None) -> pd.DataFrame:
    r"""The least concentration, lowest cap, least cost and least risk at each growth of the total: all turning points.

    .. math:: y_j = \min(\max(t, l_j), u_j)

    is the least-concentrated plan at water level t. As t rises, the curves of growth, of the sum of squares and of the
    largest value bend only where t reaches a floor or a ceiling.

    Parameters
    ----------
    x, lower, upper, cost, covariance
        As for ``ta.plan``.

    Returns
    -------
    A pandas table from the least total to the largest, or to where all markets without a ceiling are equal: ``growth``
    as a share of the present total; ``total`` and ``level`` in the unit of x; ``rising``, how many markets rise from
    this level on; ``cap`` (the lowest cap at this growth) and ``hhi`` (the least HHI), both in (0, 1]. With costs also
    ``cost`` of this plan, and ``cheapest``, the least cost of this growth without a cap. With a covariance also
    ``risk``, the least standard deviation of the growth of all sales without a cap,
    :math:`\sqrt{y' \Sigma y} / \sum_j y_j`; the table then extends to the last turning point of the plan of least risk.

    Raises
    ------
    TradeDataError
        A value is negative or missing, a ceiling lies below its floor, or the covariance is invalid or lacks a market.

    Notes
    -----
    n is the number of markets in x and in the limits, those without sales included. From one row to the next, m markets
    rise together by d: the total by m d, the sum of squares by :math:`m d (2t + d)`, so that the curves between rows
    are known as well. Costs are linear between rows, and so is the plan of least risk (critical line), whose variance
    in value, :math:`y' \Sigma y`, is quadratic there. Each column is the best by its own objective: the plan of least
    risk is not the least concentrated, unless shocks are independent and of one size, nor the cheapest. Below the first
    row sales would be given up; beyond the last row no market is left that could take more. It does not know blocs:
    ``ta.plan`` does.

    References
    ----------
    Markowitz, H. (1956). The optimization of a quadratic function subject to linear constraints. Naval Research
    Logistics Quarterly 3(1-2), 111-133. https://doi.org/10.1002/nav.3800030110

    Examples
    --------
    >>> import tradeanalysis as ta
    >>> ta.frontier([60, 30, 10], upper=[60, 50, 40]).round(3)[["growth", "cap", "hhi", "rising"]]
       growth    cap    hhi  rising
    0     0.0  0.600  0.460       1
    1     0.2  0.500  0.375       2
    2     0.4  0.429  0.347       1
    3     0.5  0.400  0.342       0

    Two perfectly correlated markets and an independent third one: risk is least where the third is as large as both
    together (growth of 0.8).

    >>> together = [[0.04, 0.04, 0], [0.04, 0.04, 0], [0, 0, 0.04]]
    >>> ta.frontier([60, 30, 10], upper=[60, 50, 140], covariance=together).round(3)[["growth", "hhi", "risk"]]
       growth    hhi   risk
    0     0.0  0.460  0.181
    1     0.2  0.375  0.158
    2     0.6  0.336  0.143
    3     0.7  0.336  0.142
    4     0.8  0.340  0.141
    5     1.2  0.376  0.141
    6     1.5  0.411  0.142
    """
    problem = plan_problem(x, 0.0, None, lower, upper)
    now, floors, ceilings = problem.now, problem.lower, problem.upper
    if (wrong := floors > ceilings).any():
        raise TradeDataError(Text("frontier_crossed", market=repr(problem.markets[wrong][0])))
    points, present = levels(floors, ceilings), math.fsum(now)
    turns = np.array([present])
    if covariance is not None:
        matrix = covariance_for(problem.markets, covariance)
        path = risk_path(matrix, floors, ceilings)
        turns = np.append(turns, path.totals)
    last, unlimited = float(sums_at(points[-1:], floors, ceilings)[0]), int(np.isinf(ceilings).sum())
    if unlimited and turns.max() > last:  # beyond the last level all markets without a ceiling rise together
        points = np.append(points, points[-1] + (turns.max() - last) / unlimited)
    if cost is not None:
        costs = for_markets(problem.markets, cost, "cost", None)
        turns = np.append(turns, _cheapest(now, floors, ceilings, costs)[0])
        # Beyond its present value a market's sales have a cost.
        points = np.union1d(points, now[(now > points[0]) & (now < points[-1])])
    sums = sums_at(points, floors, ceilings)
    points = np.union1d(points, np.interp(turns[(turns > sums[0]) & (turns < sums[-1])], sums, points))
    plans = np.clip(points[:, None], floors, ceilings)
    traded = plans.sum(axis=1) > 0
    points, plans = points[traded], plans[traded]
    totals = plans.sum(axis=1)
    table = pd.DataFrame(
        {
            "growth": totals / present - 1,
            "total": totals,
            "level": points,
            "rising": ((floors <= points[:, None]) & (ceilings > points[:, None])).sum(axis=1),
            "cap": plans.max(axis=1) / totals,
            "hhi": ((plans / totals[:, None]) ** 2).sum(axis=1),
        }
    )
    if cost is not None:
        table["cost"] = np.maximum(plans - now, 0.0) @ costs
        table["cheapest"] = np.interp(totals, *_cheapest(now, floors, ceilings, costs))
    if covariance is not None:
        table["risk"] = volatility(path.at(totals), matrix)
    # Where nothing rises from one level to the next, the two are one point; the later one says what rises from it.
    last_of_each = np.diff(totals, append=np.inf) > TOLERANCE * totals
    found: pd.DataFrame = table.loc[last_of_each].reset_index(drop=True)
    notes = {"frontier": Text("note_frontier"), "n": Text("note_markets", count=len(now))}
    if covariance is not None:
        notes["risk"] = Text("note_frontier_risk")
    return annotated(found, problem.attrs, **notes)


def _cheapest(now: Array, lower: Array, upper: Array, cost: Array) -> tuple[Array, Array]:
    """The totals at which the least cost turns, and that cost: the cheapest market is filled first."""
    kept = np.clip(now, lower, upper)
    forced = math.fsum(cost * np.maximum(lower - now, 0.0))
    order = np.argsort(cost, kind="stable")
    capacity = (upper - kept)[order]
    # The first market without a ceiling takes all that is left.
    ends = int(np.flatnonzero(np.isinf(capacity))[0]) if np.isinf(capacity).any() else len(capacity)
    steps, prices = capacity[:ends], cost[order][:ends]
    if ends < len(capacity):
        large = 2.0 * len(now) * max(now.max(), kept.max(), upper[np.isfinite(upper)].max(initial=0.0))
        steps, prices = np.r_[steps, large], np.r_[prices, cost[order][ends]]
    totals = math.fsum(kept) + np.r_[0.0, np.cumsum(steps)]
    costs = forced + np.r_[0.0, np.cumsum(steps * prices)]
    return np.r_[math.fsum(lower), totals], np.r_[forced, costs]
