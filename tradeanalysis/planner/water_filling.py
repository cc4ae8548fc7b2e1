"""Water filling: the least unequal values that fit between limits and add up to a total.

The poorest markets are raised first, to one level, as water fills a vessel; none below its floor or above its ceiling.
The result is majorised by every other such vector, so that it minimises every Schur-convex index at once (sum of
squares, largest, Theil), and its largest value is the lowest that can be. Limits on the sums of blocs keep this, as
long as of any two blocs one holds the other or none of it: they only lower the ceilings of their members.

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

# A limit is kept if it is missed by no more than this part of the total.
TOLERANCE = 1e-12


class Bloc(NamedTuple):
    """Markets, by their places, and the most that they may have together."""

    name: Any
    members: npt.NDArray[np.intp]
    most: float


def fill(lower: Array, upper: Array, total: float, weight: Array | float = 1.0) -> Array:
    """The values ``clip(level * weight, lower, upper)`` that add up to the total; no digit depends on the order.

    With the present values as weights the level is a factor of growth, one for all that are not held by a limit.
    """
    weight = np.broadcast_to(np.asarray(weight, dtype=np.float64), lower.shape)
    floors, ceilings = lower / weight, upper / weight
    points = levels(floors, ceilings)
    above = int(np.searchsorted(sums_at(points, floors, ceilings, weight), total))
    # Between two neighbouring points the same values rise with the water.
    below, top = (points[above - 1] if above else -np.inf), (points[above] if above < len(points) else np.inf)
    rising = (floors <= below) & (ceilings >= top)
    if not rising.any():
        return upper.copy() if above else lower.copy()
    settled = math.fsum(np.where(ceilings <= below, upper, lower)[~rising])
    # No digit lost to rounding leaves the piece between the two points.
    level = min(max((total - settled) / math.fsum(weight[rising]), below), top)
    return np.asarray(np.clip(level * weight, lower, upper))


def levels(lower: Array, upper: Array) -> Array:
    """The levels at which the water reaches a floor or a ceiling."""
    return np.unique(np.concatenate([lower, upper[np.isfinite(upper)]]))


def sums_at(points: Array, lower: Array, upper: Array, weight: Array | None = None) -> Array:
    """The weighted sum of ``clip(level, lower, upper)`` at each level, in the order of the levels."""
    weight = np.ones(len(lower)) if weight is None else weight
    full = np.isfinite(upper)
    above = _lifted(points, lower, weight) - _lifted(points, upper[full], weight[full])
    return above + math.fsum(weight * lower)


def _lifted(points: Array, values: Array, weight: Array) -> Array:
    """The weighted sum of ``max(level - value, 0)`` at each level."""
    order = np.lexsort((weight, values))
    values, weight = values[order], weight[order]
    count = np.searchsorted(values, points)
    sums = [np.concatenate([[0.0], np.cumsum(one)])[count] for one in (weight, weight * values)]
    return np.asarray(sums[0] * points - sums[1])


def folded(lower: Array, upper: Array, blocs: Sequence[Bloc], weight: Array | float = 1.0) -> Array:
    """The ceilings once no bloc has more than it may: where its members stand when it is full.

    Blocs come with the inner ones before those that hold them.
    """
    upper, weight = upper.copy(), np.broadcast_to(np.asarray(weight, dtype=np.float64), lower.shape)
    for _, members, most in blocs:
        if math.fsum(upper[members]) > most:
            upper[members] = fill(lower[members], upper[members], most, weight[members])
    return upper


def largest_total(upper: Array, cap: float, blocs: Sequence[Bloc]) -> float:
    """The largest total that the markets can take if none has more than the cap, nor a bloc more than its share of it.

    What they can take is concave and piecewise linear in the total: from the right, Newton's method finds the exact
    root in a finite number of steps. Here ``most`` of a bloc is a share.
    """
    total = 2.0**50 * max(math.fsum(upper[np.isfinite(upper)]), 1.0)
    unlimited = True
    while True:
        constant, slope = _capacity(total, upper, cap, blocs)
        if slope >= 1 - TOLERANCE or constant + (slope - 1) * total >= -TOLERANCE * total:
            return np.inf if unlimited else total
        total, unlimited = constant / (1 - slope), False


def _capacity(total: float, upper: Array, cap: float, blocs: Sequence[Bloc]) -> tuple[float, float]:
    """What the markets can take at a total, as a constant and a part of the total."""
    own = upper <= cap * total
    constant, slope = np.where(own, upper, 0.0), np.where(own, 0.0, cap)
    for _, members, share in blocs:
        if math.fsum(constant[members]) + math.fsum(slope[members]) * total > share * total:
            constant[members], slope[members] = 0.0, 0.0
            slope[members[0]] = share
    return math.fsum(constant), math.fsum(slope)
