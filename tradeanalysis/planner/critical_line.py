"""The plans of least risk at every total: a quadratic program, solved for all totals by the critical line method.

The plan minimises the variance ``y'Sy`` between floors and ceilings (lower and upper limits) whose values add up to a
total. It is a piecewise linear function of the total. Between two turning points a fixed set of markets, the free ones,
moves along a straight line, and all of them have the same marginal risk ``(Sy)_j``; markets at their floor have a
higher one, markets at their ceiling a lower one. The path starts at the lowest total. It turns where a free market
reaches a limit, or where the marginal risk of a market at a limit becomes equal to that of the free ones.

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
from tradeanalysis.texts import Text

Sides = npt.NDArray[np.int_]  # of each market: -1 at its floor, 0 free, 1 at its ceiling
Mask = npt.NDArray[np.bool_]
# The smallest eigenvalue, as a fraction of the mean variance: where several plans have the least risk, this chooses the
# one with the least sum of squares. A covariance in which every direction has risk is not changed.
RIDGE = 1e-10
# Marginal risks that differ by less than this fraction of the largest are equal; slopes of marginal risks below this
# fraction of the largest are zero.
EQUAL, FLAT = 1e-12, 1e-14
# A step longer than so many times the largest floor or ceiling is an effect of the ridge: the path has ended.
LONGEST_STEP = 1e6
# So many rounds of changing all wrong markets at once may pass without progress before one is changed at a time.
BLOCK_ROUNDS = 5
# Turning points, and rounds at each, per market: far more than ever needed. Rounding must not cause an infinite loop.
MAX_ITERATIONS = 100


class RiskPath(NamedTuple):
    """The totals at the turning points, the plans there, and the direction of the plan per unit of the total beyond."""

    totals: Array
    plans: Array
    direction: Array

    def at(self, totals: Array) -> Array:
        """The plans at these totals, one per row."""
        excess = np.maximum(totals - self.totals[-1], 0.0)
        # The plan between two turning points lies on the line that joins them.
        right = np.clip(np.searchsorted(self.totals, totals), 1, max(len(self.totals) - 1, 1))
        left, right = right - 1, np.minimum(right, len(self.totals) - 1)
        width = self.totals[right] - self.totals[left]
        fraction = np.clip((totals - self.totals[left]) / np.where(width > 0, width, 1.0), 0.0, 1.0)[:, None]
        between = (1 - fraction) * self.plans[left] + fraction * self.plans[right]
        return np.asarray(between + excess[:, None] * self.direction)


def risk_path(covariance: Array, lower: Array, upper: Array) -> RiskPath:
    """The plans of least risk from the lowest total up to the last turning point."""
    s = _definite(covariance)
    unit = max(lower.max(), upper[np.isfinite(upper)].max(initial=0.0)) or 1.0
    low, high = lower / unit, upper / unit
    movable = high - low > TOLERANCE
    side = np.full(len(low), -1)
    y, price = low.copy(), 0.0
    direction, slope = _direction(s, side == 0)
    points = [y.copy()]
    for _ in range(MAX_ITERATIONS * len(low)):
        marginal = s @ y
        if (side == 0).any():
            price = float(marginal[side == 0].mean())
        elif (movable & (side < 0)).any():
            price = float(marginal[movable & (side < 0)].min())
        else:
            break
        equal = EQUAL * float((np.abs(s) @ y).max())
        limit = np.where(side != 0, side, np.where(y - low <= TOLERANCE, -1, np.where(high - y <= TOLERANCE, 1, 0)))
        # Markets at a limit that may leave it or stay: those with the marginal risk of the free ones, and free ones
        # that have just reached the limit.
        undecided = movable & (limit != 0) & ((side == 0) | ((marginal - price) * side >= -equal))
        side, direction, slope = _pivoted(s, side, limit, undecided, direction, slope)
        y = np.where(undecided & (side != 0), np.where(side < 0, low, high), y)
        if not (side == 0).any():
            continue
        decided = np.where(undecided | ~movable, limit, 0)
        steps = _step_lengths(y, low, high, side, decided, direction, marginal - price, slope)
        first = int(steps.argmin())
        if not steps[first] < LONGEST_STEP:
            break
        y = np.clip(y + steps[first] * direction, low, high)
        if side[first] == 0:  # exactly on the limit
            y[first] = low[first] if direction[first] < 0 else high[first]
        points.append(y.copy())
    else:
        raise TradeDataError(Text("plan_risk_not_found"))
    plans = np.array(points) * unit
    totals = np.array([math.fsum(plan) for plan in plans])
    # Of several turning points at one total, the last is the complete one.
    distinct = np.diff(totals, append=np.inf) > TOLERANCE * max(totals[-1], unit)
    return RiskPath(totals[distinct], plans[distinct], direction)


def volatility(plans: Array, covariance: Array) -> Array:
    """The standard deviation of the growth of all sales, by plan."""
    variance = np.maximum((plans @ covariance * plans).sum(axis=-1), 0.0)  # a perfect hedge may round to below zero
    return np.asarray(np.sqrt(variance) / plans.sum(axis=-1))


def _definite(covariance: Array) -> Array:
    """The covariance, scaled to a mean variance of 1, with some risk in every direction."""
    mean = float(np.diag(covariance).mean()) or 1.0
    s = (covariance + covariance.T) / (2 * mean)
    smallest = float(np.linalg.eigvalsh(s)[0])
    s += max(RIDGE - smallest, 0.0) * np.eye(len(s))
    return np.asarray(s / np.diag(s).mean())


def _pivoted(
    s: Array, side: Sides, limit: Sides, undecided: Mask, direction: Array, slope: Array
) -> tuple[Sides, Array, Array]:
    """Which markets are free from here on, the direction of the plan, and the slopes of the marginal risks.

    Of the undecided markets, one at its floor may only rise, one at its ceiling may only fall, and one that stays at
    its limit must not become worth moving. All markets that violate this change sides at once; if that does not reduce
    their number, only the first one does. This is block pivoting with least-index pivoting as a safeguard. For a
    definite matrix it ends at the unique solution (Portugal, Judice, Vicente 1994, Mathematics of Computation 63,
    625-643).
    """
    side, fewest, rounds = side.copy(), len(side) + 1, BLOCK_ROUNDS
    for _ in range(MAX_ITERATIONS * len(side)):
        size = np.abs(direction).max(initial=0.0)
        wrong = undecided & np.where(side == 0, direction * limit > EQUAL * size, slope * limit > FLAT * size)
        places = np.flatnonzero(wrong)
        if not len(places):
            return side, direction, slope
        if len(places) < fewest:
            fewest, rounds = len(places), BLOCK_ROUNDS
        elif rounds:
            rounds -= 1
        else:
            places = places[:1]
        side[places] = np.where(side[places] == 0, limit[places], 0)
        direction, slope = _direction(s, side == 0)
    raise TradeDataError(Text("plan_risk_not_found"))


def _direction(s: Array, free: Mask) -> tuple[Array, Array]:
    """How the plan moves per unit of the total while the marginal risks of the free markets stay equal.

    Also how the marginal risk of every market rises relative to that of the free ones. Where no market is free, only
    the marginal risk of a further unit rises.
    """
    n, m = len(s), int(free.sum())
    direction = np.zeros(n)
    if not m:
        return direction, np.full(n, -1.0)
    system = np.ones((m + 1, m + 1))
    system[:m, :m], system[m, m] = s[np.ix_(free, free)], 0.0
    solved = np.linalg.solve(system, np.r_[np.zeros(m), 1.0])
    direction[free] = solved[:m]
    return direction, s[:, free] @ solved[:m] + solved[m]


def _step_lengths(
    y: Array, low: Array, high: Array, side: Sides, decided: Sides, direction: Array, above: Array, slope: Array
) -> Array:
    """How far the total can rise until each market turns: a free one at a limit, one at a limit by its marginal risk.

    A market that has just been decided at a limit does not turn there again, whatever rounding gives.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        to_limit = np.where(
            direction > 0, (high - y) / direction, np.where(direction < 0, (low - y) / direction, np.inf)
        )
        to_price = np.where(slope * side > 0, -above / slope, np.inf)
    to_limit[direction * decided > 0] = np.inf
    to_price[decided != 0] = np.inf
    return np.where(side == 0, to_limit, to_price)
