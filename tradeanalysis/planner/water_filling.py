"""Water filling: the least unequal values that fit between limits and add up to a total.

The smallest markets are raised first, all to one level, as water fills a vessel: each market gets the level, or its
floor (lower limit) where that is higher, or its ceiling (upper limit) where that is lower. The level is the one at
which the values add up to the total. The result is majorised by every other such vector: it minimises every
Schur-convex index at once (sum of squares, largest value, Theil). Limits on the sums of blocs keep this property as
long as any two blocs are nested or disjoint: they only lower the ceilings of their members.

Marshall, A. W., Olkin, I., Arnold, B. C. (2011). Inequalities: Theory of Majorization and Its Applications. Springer.
https://doi.org/10.1007/978-0-387-68276-1
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from tradeanalysis.sums import Array

# A limit counts as met if it is exceeded by no more than this fraction of the total.
TOLERANCE = 1e-12


class Bloc(NamedTuple):
    """Markets, by position, and the upper limit of their sum: a value, or a share of the total."""

    name: Any
    members: npt.NDArray[np.intp]
    limit: float


def fill(lower: Array, upper: Array, total: float, weight: Array | float = 1.0) -> Array:
    """The values ``clip(level * weight, lower, upper)`` that add up to the total; no digit depends on the order.

    With the present values as weights, the level is one growth factor for all markets that are at no limit.
    """
    weight = np.broadcast_to(np.asarray(weight, dtype=np.float64), lower.shape)
    floors, ceilings = lower / weight, upper / weight
    points = levels(floors, ceilings)
    above = int(np.searchsorted(sums_at(points, floors, ceilings, weight), total))
    # Between two neighbouring points the same values rise with the level.
    below, top = (points[above - 1] if above else -np.inf), (points[above] if above < len(points) else np.inf)
    rising = (floors <= below) & (ceilings >= top)
    if not rising.any():
        return upper.copy() if above else lower.copy()
    fixed = math.fsum(np.where(ceilings <= below, upper, lower)[~rising])
    # Rounding must not move the level out of the interval between the two points.
    level = min(max((total - fixed) / math.fsum(weight[rising]), below), top)
    return np.asarray(np.clip(level * weight, lower, upper))


def levels(lower: Array, upper: Array) -> Array:
    """The levels at which a market reaches its floor or its ceiling."""
    return np.unique(np.concatenate([lower, upper[np.isfinite(upper)]]))


def sums_at(points: Array, lower: Array, upper: Array, weight: Array | None = None) -> Array:
    """The weighted sum of ``clip(level, lower, upper)`` at each level, in the order of the levels."""
    weight = np.ones(len(lower)) if weight is None else weight
    finite = np.isfinite(upper)
    raised = _sum_above(points, lower, weight) - _sum_above(points, upper[finite], weight[finite])
    return raised + math.fsum(weight * lower)


def _sum_above(points: Array, values: Array, weight: Array) -> Array:
    """The weighted sum of ``max(level - value, 0)`` at each level."""
    order = np.lexsort((weight, values))
    values, weight = values[order], weight[order]
    count = np.searchsorted(values, points)
    sums = [np.concatenate([[0.0], np.cumsum(one)])[count] for one in (weight, weight * values)]
    return np.asarray(sums[0] * points - sums[1])


def tightened(lower: Array, upper: Array, blocs: Sequence[Bloc], weight: Array | float = 1.0) -> Array:
    """The ceilings, lowered so that no bloc exceeds its limit: to the values of its members when the bloc is full.

    Inner blocs must come before the blocs that contain them.
    """
    upper, weight = upper.copy(), np.broadcast_to(np.asarray(weight, dtype=np.float64), lower.shape)
    for _, members, limit in blocs:
        if math.fsum(upper[members]) > limit:
            upper[members] = fill(lower[members], upper[members], limit, weight[members])
    return upper


def largest_total(upper: Array, cap: float, blocs: Sequence[Bloc]) -> float:
    """The largest total that the markets can take if no market exceeds the cap and no bloc its share of the total.

    What they can take is a concave, piecewise linear function of the total, so that Newton's method, started at a very
    large total, finds the exact root in a finite number of steps. Here the limit of a bloc is a share.
    """
    total = 2.0**50 * max(math.fsum(upper[np.isfinite(upper)]), 1.0)
    unlimited = True
    while True:
        constant, slope = _capacity(total, upper, cap, blocs)
        if slope >= 1 - TOLERANCE or constant + (slope - 1) * total >= -TOLERANCE * total:
            return np.inf if unlimited else total
        total, unlimited = constant / (1 - slope), False


def _capacity(total: float, upper: Array, cap: float, blocs: Sequence[Bloc]) -> tuple[float, float]:
    """What the markets can take at a total, as a linear function of it: the constant and the slope."""
    below_cap = upper <= cap * total
    constant, slope = np.where(below_cap, upper, 0.0), np.where(below_cap, 0.0, cap)
    for _, members, share in blocs:
        if math.fsum(constant[members]) + math.fsum(slope[members]) * total > share * total:
            constant[members], slope[members] = 0.0, 0.0
            slope[members[0]] = share
    return math.fsum(constant), math.fsum(slope)
