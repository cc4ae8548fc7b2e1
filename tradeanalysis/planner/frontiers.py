"""What can be reached at all: growth against the lowest cap, the least concentration, the least cost and risk."""

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


def frontier(x: Any, upper: Any = None, lower: Any = None, cost: Any = None, covariance: Any = None) -> Any:
    r"""How low the largest share and the concentration can be at each growth of the total: all points where it turns.

    The plan at water level t is :math:`y_j = \min(\max(t, l_j), u_j)`. As the level rises, growth, the sum of squares
    and the largest value change their course only where it reaches a floor or a ceiling.

    Parameters
    ----------
    x, upper, lower, cost, covariance
        As for ``ta.plan``.

    Returns
    -------
    A table from the least total to the largest, or to where all markets that have no ceiling are equal: ``growth``,
    ``total``, ``level``, ``rising`` (markets that rise from this level on), ``cap`` (the lowest cap at this growth),
    ``hhi`` (the least HHI), both in (0, 1]; with costs also ``cost`` of this plan and ``cheapest``, the least cost of
    this growth under no cap; with a covariance also ``risk``, the least standard deviation of growth of all sales,
    :math:`\sqrt{y' \Sigma y} / \sum_j y_j`, under no cap. The table ends later where the plan of least risk still
    turns.

    Raises
    ------
    TradeDataError
        A value is faulty, a ceiling lies below its floor, or a covariance is none or lacks a market.

    Notes
    -----
    From one row to the next, m markets rise together by d: the total by m d, the sum of squares by
    :math:`m d (2t + d)`, so that the curve between rows is known as well; cost is linear there, and so is
    ``cheapest``, whose own turning points are rows too, as is the present total. So are those of the plan of least
    risk, which is linear between rows (critical line), so that its variance in value, :math:`y' \Sigma y`, is quadratic
    there. Each column is the best of its own: the plan of least risk is not the least concentrated, unless shocks are
    independent and of one size, nor the cheapest. Below the first row sales would be given up, beyond the last there
    are no more markets to take them. Blocs are not looked at: ``ta.plan`` takes them.

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

    Two markets that move as one, and a third of its own: risk turns where the third is as large as both (0.8).

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
    asked = plan_problem(x, 0.0, None, lower, upper)
    now, floors, ceilings = asked.now, asked.lower, asked.upper
    if (apart := floors > ceilings).any():
        raise TradeDataError(f"{asked.markets[apart][0]!r} has a ceiling below its floor: raise upper= or lower lower=")
    points, present, endless = levels(floors, ceilings), math.fsum(now), int(np.isinf(ceilings).sum())
    turns = np.array([present])
    if covariance is not None:
        matrix = covariance_for(asked.markets, covariance)
        path = risk_path(matrix, floors, ceilings)
        turns = np.append(turns, path.totals)
    last = float(sums_at(points[-1:], floors, ceilings)[0])
    if endless and turns.max() > last:  # beyond the last level all that have no ceiling rise
        points = np.append(points, points[-1] + (turns.max() - last) / endless)
    if cost is not None:
        costs = for_markets(asked.markets, cost, "cost", None)
        turns = np.append(turns, _cheapest(now, floors, ceilings, costs)[0])
        points = np.union1d(points, now[(now > points[0]) & (now < points[-1])])  # from there on growth costs
    sums = sums_at(points, floors, ceilings)
    points = np.union1d(points, np.interp(turns[(turns > sums[0]) & (turns < sums[-1])], sums, points))
    at = np.clip(points[:, None], floors, ceilings)
    traded = at.sum(axis=1) > 0
    points, at = points[traded], at[traded]
    totals = at.sum(axis=1)
    found = pd.DataFrame(
        {
            "growth": totals / math.fsum(now) - 1,
            "total": totals,
            "level": points,
            "rising": ((floors <= points[:, None]) & (ceilings > points[:, None])).sum(axis=1),
            "cap": at.max(axis=1) / totals,
            "hhi": ((at / totals[:, None]) ** 2).sum(axis=1),
        }
    )
    if cost is not None:
        found["cost"] = np.maximum(at - now, 0.0) @ costs
        found["cheapest"] = np.interp(totals, *_cheapest(now, floors, ceilings, costs))
    if covariance is not None:
        found["risk"] = volatility(path.at(totals), matrix)
    # Where nothing rises from one level to the next, the two are one point, and the later tells what rises from it.
    found = found[np.diff(totals, append=np.inf) > TOLERANCE * totals].reset_index(drop=True)
    notes = {"frontier": "the least-concentrated plan at each growth, under no cap", "n": f"{len(now)} markets"}
    if covariance is not None:
        notes["risk"] = "of the plan of least risk at each growth"
    return annotated(found, asked.attrs, **notes)


def _cheapest(now: Array, lower: Array, upper: Array, cost: Array) -> tuple[Array, Array]:
    """The totals where the least cost turns, and that cost: the cheapest market is filled first."""
    kept = np.clip(now, lower, upper)
    forced = math.fsum(cost * np.maximum(lower - now, 0.0))
    order = np.argsort(cost, kind="stable")
    added = (upper - kept)[order]
    # The first market without a ceiling takes all that is left.
    ends = int(np.flatnonzero(np.isinf(added))[0]) if np.isinf(added).any() else len(added)
    steps, prices = added[:ends], cost[order][:ends]
    if ends < len(added):
        far = 2.0 * len(now) * max(now.max(), kept.max(), upper[np.isfinite(upper)].max(initial=0.0))
        steps, prices = np.r_[steps, far], np.r_[prices, cost[order][ends]]
    totals = math.fsum(kept) + np.r_[0.0, np.cumsum(steps)]
    costs = forced + np.r_[0.0, np.cumsum(steps * prices)]
    return np.r_[math.fsum(lower), totals], np.r_[forced, costs]
