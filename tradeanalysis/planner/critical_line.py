"""The plans of least risk at every total: a quadratic program whose solution turns at a finite number of totals.

The least ``y'Sy`` between floors and ceilings that add up to a total is followed from the lowest total up. In between
two turns the same markets move, all at one price of a unit more, ``(Sy)_j``; markets at their floor have a higher
price, markets at their ceiling a lower one. A market enters or leaves where this would cease to hold (critical line).

Markowitz, H. (1956). The optimization of a quadratic function subject to linear constraints. Naval Research Logistics
Quarterly 3(1-2), 111-133. https://doi.org/10.1002/nav.3800030110
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from tradeanalysis.planner.water_filling import TOLERANCE
from tradeanalysis.schema import TradeDataError
from tradeanalysis.sums import Array

Sides = npt.NDArray[np.int_]
Marks = npt.NDArray[np.bool_]
# The least eigenvalue, as a part of the mean variance: where several plans have the least risk, this settles on the one
# of the least squares. A covariance without directions of no risk is left as it is.
RIDGE = 1e-10
# Prices closer than this part of the largest are equal, and changes of prices below that part of the largest are none.
EQUAL, STEADY = 1e-12, 1e-14
# Beyond so many times the largest floor or ceiling nothing turns but by the ridge.
FAR = 1e6
# How often the markets that are wrong may all change at once without getting fewer.
PATIENCE = 5
# Turns, and changes at a turn, for each market: far more than were ever seen, so that rounding makes no endless loop.
MOST = 100
ENDLESS = "the plans of least risk were not found: the digits of this covariance do not tell its markets apart"


class RiskPath(NamedTuple):
    """The totals where the plan of least risk turns, the plan at each, and how it moves by unit of the total beyond."""

    totals: Array
    plans: Array
    onward: Array

    def at(self, totals: Array) -> Array:
        """The plans at these totals, a row each."""
        last = np.maximum(totals - self.totals[-1], 0.0)
        # The plan between two turns lies on the line that joins them.
        right = np.clip(np.searchsorted(self.totals, totals), 1, max(len(self.totals) - 1, 1))
        left, right = right - 1, np.minimum(right, len(self.totals) - 1)
        width = self.totals[right] - self.totals[left]
        part = np.clip((totals - self.totals[left]) / np.where(width > 0, width, 1.0), 0.0, 1.0)[:, None]
        between = (1 - part) * self.plans[left] + part * self.plans[right]
        return np.asarray(between + last[:, None] * self.onward)


def risk_path(covariance: Array, lower: Array, upper: Array) -> RiskPath:
    """The plans of least risk from the lowest total to where nothing turns any more."""
    s = _definite(covariance)
    unit = max(lower.max(), upper[np.isfinite(upper)].max(initial=0.0)) or 1.0
    low, high = lower / unit, upper / unit
    movable = high - low > TOLERANCE
    side = np.full(len(low), -1)  # of each market: -1 at its floor, 0 free, 1 at its ceiling
    y, price = low.copy(), 0.0
    onward, dearer = _moved(s, side == 0)
    turns = [y.copy()]
    for _ in range(MOST * len(low)):
        unit_price = s @ y
        if (side == 0).any():
            price = float(unit_price[side == 0].mean())
        elif (movable & (side < 0)).any():
            price = float(unit_price[movable & (side < 0)].min())
        else:
            break
        equal = EQUAL * float((np.abs(s) @ y).max())
        held = np.where(side != 0, side, np.where(y - low <= TOLERANCE, -1, np.where(high - y <= TOLERANCE, 1, 0)))
        # Markets at a limit that may move or stay: those at the price, and free ones that have reached the limit.
        open_ = movable & (held != 0) & ((side == 0) | ((unit_price - price) * side >= -equal))
        side, onward, dearer = _direction(s, side, held, open_, onward, dearer)
        y = np.where(open_ & (side != 0), np.where(side < 0, low, high), y)
        if not (side == 0).any():
            continue
        settled = np.where(open_ | ~movable, held, 0)
        steps = _steps(y, low, high, side, settled, onward, unit_price - price, dearer)
        first = int(steps.argmin())
        if not steps[first] < FAR:
            break
        y = np.clip(y + steps[first] * onward, low, high)
        if side[first] == 0:  # on the limit, to the digit
            y[first] = low[first] if onward[first] < 0 else high[first]
        turns.append(y.copy())
    else:
        raise TradeDataError(ENDLESS)
    plans = np.array(turns) * unit
    totals = np.array([math.fsum(plan) for plan in plans])
    # Where several markets turn at once, the last has them all.
    kept = np.diff(totals, append=np.inf) > TOLERANCE * max(totals[-1], unit)
    return RiskPath(totals[kept], plans[kept], onward)


def volatility(plans: Array, covariance: Array) -> Array:
    """The standard deviation of growth of all sales, by plan."""
    variance = np.maximum((plans @ covariance * plans).sum(axis=-1), 0.0)  # what is left of a hedge is rounding
    return np.asarray(np.sqrt(variance) / plans.sum(axis=-1))


def _definite(covariance: Array) -> Array:
    """The covariance with a mean variance of 1, and some risk in every direction."""
    mean = float(np.diag(covariance).mean()) or 1.0
    s = (covariance + covariance.T) / (2 * mean)
    least = float(np.linalg.eigvalsh(s)[0])
    s += max(RIDGE - least, 0.0) * np.eye(len(s))
    return np.asarray(s / np.diag(s).mean())


def _direction(
    s: Array, side: Sides, held: Sides, open_: Marks, move: Array, dearer: Array
) -> tuple[Sides, Array, Array]:
    """Who moves from here on, how far by unit of the total, and how prices rise above that of a unit more.

    Of the markets that are open, one at its floor may rise only, one at its ceiling fall only, and one that stays must
    not become worth moving. All that break this change, or, if that does not make them fewer, the first alone: block
    and least-index pivoting, which ends at the one direction there is for a definite matrix (Portugal, Judice, Vicente
    1994, Mathematics of Computation 63, 625-643).
    """
    side, fewest, patience = side.copy(), len(side) + 1, PATIENCE
    for _ in range(MOST * len(side)):
        most = np.abs(move).max(initial=0.0)
        wrong = open_ & np.where(side == 0, move * held > EQUAL * most, dearer * held > STEADY * most)
        places = np.flatnonzero(wrong)
        if not len(places):
            return side, move, dearer
        if len(places) < fewest:
            fewest, patience = len(places), PATIENCE
        elif patience:
            patience -= 1
        else:
            places = places[:1]
        side[places] = np.where(side[places] == 0, held[places], 0)
        move, dearer = _moved(s, side == 0)
    raise TradeDataError(ENDLESS)


def _moved(s: Array, free: Marks) -> tuple[Array, Array]:
    """The move of the free markets by unit of the total that keeps their prices equal, and of all prices beside that.

    Where none is free, the price alone rises.
    """
    n, m = len(s), int(free.sum())
    move = np.zeros(n)
    if not m:
        return move, np.full(n, -1.0)
    system = np.ones((m + 1, m + 1))
    system[:m, :m], system[m, m] = s[np.ix_(free, free)], 0.0
    solved = np.linalg.solve(system, np.r_[np.zeros(m), 1.0])
    move[free] = solved[:m]
    return move, s[:, free] @ solved[:m] + solved[m]


def _steps(
    y: Array, low: Array, high: Array, side: Sides, settled: Sides, move: Array, above: Array, dearer: Array
) -> Array:
    """How far the total can rise before each market turns: a free one at a limit, one at a limit by its price.

    What is settled at a limit does not turn there again, whatever rounding says.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        to_limit = np.where(move > 0, (high - y) / move, np.where(move < 0, (low - y) / move, np.inf))
        to_price = np.where(dearer * side > 0, -above / dearer, np.inf)
    to_limit[move * settled > 0] = np.inf
    to_price[settled != 0] = np.inf
    return np.where(side == 0, to_limit, to_price)
