"""The least and the most concentrated vector of a box, each value known to lie between a low and a high end.

A box is two matrices, ``low`` and ``high``, a group in each row. All of it is computed for all rows at once.

**Least concentrated.** For a given total the vector clip(t, low, high) is majorised by every other vector of the box
with that total, so that one of these is the least concentrated by every Schur-convex index; what is left is a search
over t. The indices here are quasi-convex, hence have no second valley along it.

**Most concentrated.** A quasi-convex function has its maximum over a box at a vertex, every value at one of its ends.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import numpy.typing as npt

from tradeanalysis.sums import Array

Mask = npt.NDArray[np.bool_]
Index = npt.NDArray[np.intp]

# At most so many open boxes for each group: those with the lowest bounds are dropped, and their bound gives the gap.
MAX_OPEN = 128
# Differences that are rounding.
ROUNDING = 1e-14


@dataclass(frozen=True)
class ConvexForm:
    r"""A concentration that is made of the total T and :math:`S = \sum_j \phi(x_j)`, with a convex phi and phi(0) = 0.

    ``level(S, T)`` is scale-free and rises with S; ``needed(c, T)`` is the S of level c, convex in T, and its slope
    in T rises with c. ``peak(a, b)`` is the T at which a + b T has the highest level. ``size(m)`` is the t with
    phi(t) / t = m. ``top`` is the level of a single partner.
    """

    phi: Callable[[Any], Any]
    level: Callable[[Any, Any], Any]
    needed: Callable[[Any, Any], Any]
    peak: Callable[[Any, Any], Any]
    size: Callable[[Any], Any]
    top: float


def powers(q: float) -> ConvexForm:
    """Sums of q-th powers, S / T^q; for q < 1 these are concave and taken with a minus."""
    sign = 1.0 if q > 1 else -1.0
    return ConvexForm(
        phi=lambda x: sign * x**q,
        level=lambda s, t: s / t**q,
        needed=lambda c, t: c * t**q,
        peak=lambda a, b: -q * a / ((q - 1) * b),
        size=lambda m: (sign * m) ** (1 / (q - 1)),
        top=sign,
    )


def _xlogx(x: Any) -> Any:
    return x * np.log(np.where(x > 0, x, 1.0))


# Minus the entropy.
logarithms = ConvexForm(
    phi=_xlogx,
    level=lambda s, t: s / t - np.log(t),
    needed=lambda c, t: c * t + _xlogx(t),
    peak=lambda a, b: -a,
    size=np.exp,
    top=0.0,
)


@dataclass(frozen=True)
class _Ends:
    """All ends of the intervals of a row in their order, ``at``; what is below and above when t is at each of them.

    With t between one end and the next, values whose high end is among the ends so far lie at it (``under``), those
    whose low end comes later lie at that (``over``), and the others equal t. Both sum any function of the ends.
    """

    at: Array
    is_high: Mask

    def under(self, terms: Array) -> Array:
        return np.cumsum(np.where(self.is_high, terms, 0.0), axis=-1)

    def over(self, terms: Array) -> Array:
        later = np.cumsum(np.where(self.is_high, 0.0, terms)[:, ::-1], axis=-1)[:, ::-1]
        return np.pad(later[:, 1:], ((0, 0), (0, 1)))


def _ends(low: Array, high: Array) -> _Ends:
    both = np.concatenate([low, high], axis=1)
    order = np.argsort(both, axis=1, kind="stable")
    return _Ends(np.take_along_axis(both, order, 1), order >= low.shape[1])


def least(f: ConvexForm, low: Array, high: Array) -> Array:
    """The t of every row at which clip(t, low, high) has the lowest level.

    Raising what equals t raises the level if phi(t) / t exceeds S / T, and lowers it if it is less. Between two ends
    T = A + k t and S = B + k phi(t), with k values equal to t and A and B the sums over those at an end; the k cancel,
    and the lowest level is where phi(t) / t = B / A. The first stretch of t that holds such a point is the only one.
    """
    ends = _ends(low, high)
    terms = f.phi(ends.at)
    a = (ends.under(ends.at) + ends.over(ends.at))[:, :-1]
    b = (ends.under(terms) + ends.over(terms))[:, :-1]
    start, stop = ends.at[:, :-1], ends.at[:, 1:]
    crossed = (stop > 0) & (terms[:, 1:] * a >= b * stop)
    first = crossed.argmax(axis=1)[:, None]
    a, b, start, stop = (np.take_along_axis(one, first, 1)[:, 0] for one in (a, b, start, stop))
    with np.errstate(all="ignore"):
        t = np.where(a > 0, f.size(b / a), stop)  # where all of them equal t, any t of the stretch will do
    return np.asarray(np.clip(t, start, stop))


def least_top(k: int, low: Array, high: Array) -> Array:
    """The t of every row at which the share of the k largest of clip(t, low, high) is lowest.

    Between two ends both the sum of the k largest and the total are linear in t, and their ratio is monotone: the
    lowest share is at an end.
    """
    ends = _ends(low, high)
    n = low.shape[1]
    above = np.cumsum(~ends.is_high[:, ::-1], axis=-1)[:, ::-1]
    above = np.pad(above[:, 1:], ((0, 0), (0, 1)))  # how many have their low end later
    not_under = n - np.cumsum(ends.is_high, axis=-1)
    over = ends.over(ends.at)
    total = ends.under(ends.at) + over + (not_under - above) * ends.at
    lows, highs = (np.pad(np.cumsum(-np.sort(-one, axis=1), axis=1), ((0, 0), (1, 0))) for one in (low, high))
    k = min(k, n)
    below = highs[:, [k]] - np.take_along_axis(highs, np.minimum(not_under, k), 1)
    largest = np.where(above >= k, lows[:, [k]], over + (np.minimum(k, not_under) - above) * ends.at + below)
    with np.errstate(all="ignore"):
        share = np.where(total > 0, largest / total, np.inf)
    return np.asarray(np.take_along_axis(ends.at, share.argmin(axis=1)[:, None], 1)[:, 0])


def most_top(k: int, low: Array, high: Array) -> Mask:
    """Which values of every row are at their high end where the share of the k largest is highest.

    Some k are at the high end and the rest at the low one. A share c can be exceeded if and only if the k largest of
    (1 - c) high + c low add up to more than c times the sum of low: c is raised to the share that these k attain until
    it stands (Dinkelbach).
    """
    rows, n = low.shape
    if k >= n:
        return np.ones((rows, n), dtype=bool)
    share, up = np.zeros(rows), np.zeros((rows, n), dtype=bool)
    open_ = np.arange(rows)
    while len(open_):
        lows, highs, c = low[open_], high[open_], share[open_, None]
        chosen = np.argsort(-((1 - c) * highs + c * lows), axis=1, kind="stable")[:, :k]
        trial = np.zeros(lows.shape, dtype=bool)
        np.put_along_axis(trial, chosen, True, 1)
        largest, rest = np.where(trial, highs, 0.0).sum(axis=1), np.where(trial, 0.0, lows).sum(axis=1)
        with np.errstate(all="ignore"):
            reached = np.where(largest > 0, largest / (largest + rest), 0.0)
        better = reached > c[:, 0]
        open_ = open_[better]
        share[open_], up[open_] = reached[better], trial[better]
    return up


def most(f: ConvexForm, low: Array, high: Array) -> tuple[Mask, Array, Array]:
    r"""Which values of every row are at their high end at the highest level, that level, and a level that none exceeds.

    Branch and bound. A box has a bound: of the vectors with total T, those that move from low to high in the order of
    :math:`(\phi(h) - \phi(l)) / (h - l)`, one of them part of the way, have the largest S if phi is replaced by its
    chords: a fractional knapsack. That S is concave and piecewise linear in T, and on each piece the best T is known.
    Where it is at a vertex, the box is done. Otherwise it is halved at the value that is part of the way, once the
    values with a known end are set. With d = h - l, D = phi(h) - phi(l), c a level attained, b the bound of the box,
    and N(c, T) the S of level c:

    - A value that is high at a better vertex, of total T, would not be better low, so that D >= N(c, T) - N(c, T - d),
      which rises with T and c. Where it fails at the least T whose bound exceeds c, the value is low.
    - One that is low there would not be better high, so that D <= N(b, T + d) - N(b, T). Where it fails at the largest
      such T, the value is high.

    For the HHI, N = c T^2 and the first says that a value is low where h + l < c (2 T - d); h <= c sum(low) implies it.
    Values with the same two ends are high in one order only. If every low end is zero, one partner may have all.
    """
    rows, n = low.shape
    scale = np.ldexp(1.0, -np.frexp(high.sum(axis=1, keepdims=True))[1])
    low, high = low * scale, high * scale
    d, rise = high - low, f.phi(high) - f.phi(low)
    with np.errstate(all="ignore"):
        rate = np.where(d > 0, rise / d, -np.inf)
    order = np.argsort(-rate, axis=1, kind="stable")
    # A last column, of nothing, stands for boxes in which fewer values are free.
    d, rise = (np.pad(np.take_along_axis(one, order, 1), ((0, 0), (0, 1))) for one in (d, rise))
    best, left = np.full(rows, -np.inf), np.full(rows, -np.inf)
    chosen = np.zeros((rows, n + 1), dtype=bool)

    of: Index = np.flatnonzero(low.sum(axis=1) > 0)
    up, free = np.zeros((len(of), n + 1), dtype=bool), d[of] > 0
    boxes = _Boxes(of, low[of].sum(axis=1), f.phi(low[of]).sum(axis=1), up, free)
    while len(boxes.of):
        knapsack = _relaxed(f, boxes, d, rise)
        of = boxes.of
        by_level = np.argsort(knapsack.level, kind="stable")
        better = by_level[knapsack.level[by_level] > best[of[by_level]]]  # of several in a group the last counts
        best[of[better]] = knapsack.level[better]
        chosen[of[better]] = knapsack.vertex(boxes, better)

        promising = np.flatnonzero(knapsack.bound > best[of] + ROUNDING * np.abs(best[of]))
        promising = promising[np.lexsort((-knapsack.bound[promising], of[promising]))]
        place = np.arange(len(promising)) - np.searchsorted(of[promising], of[promising])
        given_up, promising = promising[place >= MAX_OPEN], promising[place < MAX_OPEN]
        np.maximum.at(left, of[given_up], knapsack.bound[given_up])
        boxes = _halved(f, boxes.take(promising), knapsack.take(promising), best[of[promising]])

    result = np.zeros((rows, n), dtype=bool)
    np.put_along_axis(result, order, chosen[:, :n], 1)
    nothing = ~(low.sum(axis=1) > 0)
    result[nothing, high[nothing].argmax(axis=1)] = True
    best[nothing] = f.top
    return result, best, np.where(left > best + ROUNDING * np.abs(best), left, best)


@dataclass(frozen=True)
class _Boxes:
    """Boxes within those of the rows: the row ``of`` each, total and S of what is set, values set high, values free."""

    of: Index
    total: Array
    s: Array
    up: Mask
    free: Mask

    def take(self, which: Any) -> _Boxes:
        return _Boxes(self.of[which], self.total[which], self.s[which], self.up[which], self.free[which])


@dataclass(frozen=True)
class _Knapsack:
    """The free values of boxes in the order of their rates: where they stand (``at``), d and D of each (``rise``).

    ``t`` and ``s`` are T and S with none of them high, with the first, the first two ... ``last`` of which makes the
    highest ``level``; ``bound`` is what no vertex of the box exceeds, with the value ``split`` part of the way.
    """

    at: Index
    d: Array
    rise: Array
    t: Array
    s: Array
    level: Array
    last: Index
    bound: Array
    split: Index

    def take(self, which: Any) -> _Knapsack:
        return _Knapsack(*(getattr(self, one.name)[which] for one in fields(self)))

    def vertex(self, boxes: _Boxes, which: Index) -> Mask:
        """The values that are high at the best vertex met."""
        up = boxes.up[which]
        np.put_along_axis(up, self.at[which], np.arange(self.d.shape[1]) < self.last[which, None], 1)
        return up


def _relaxed(f: ConvexForm, boxes: _Boxes, d: Array, rise: Array) -> _Knapsack:
    """The fractional knapsack of every box."""
    count = boxes.free.sum(axis=1)
    width = max(int(count.max()), 1)
    at = np.argsort(~boxes.free, axis=1, kind="stable")[:, :width]
    at = np.where(np.arange(width) < count[:, None], at, d.shape[1] - 1)
    d, rise = d[boxes.of[:, None], at], rise[boxes.of[:, None], at]
    t = np.cumsum(np.column_stack([boxes.total, d]), axis=1)
    s = np.cumsum(np.column_stack([boxes.s, rise]), axis=1)
    levels = f.level(s, t)
    with np.errstate(all="ignore"):
        rate = rise / d
        peak = f.peak(s[:, :-1] - rate * t[:, :-1], rate)
        inside = (peak > t[:, :-1]) & (peak < t[:, 1:])
        peak = np.where(inside, peak, t[:, :-1])
        part_way = np.where(inside, f.level(s[:, :-1] + rate * (peak - t[:, :-1]), peak), -np.inf)
    bound = np.minimum(part_way.max(axis=1), f.top)
    return _Knapsack(at, d, rise, t, s, levels.max(axis=1), levels.argmax(axis=1), bound, part_way.argmax(axis=1))


def _halved(f: ConvexForm, boxes: _Boxes, knapsack: _Knapsack, best: Array) -> _Boxes:
    """What is left of boxes of which a part may exceed the best level, in halves."""
    d, rise, t, total = knapsack.d, knapsack.rise, knapsack.t, boxes.total[:, None]
    level, bound, split = best[:, None], knapsack.bound[:, None], knapsack.split[:, None]
    column = np.arange(d.shape[1])
    # Totals between which the bound exceeds the best level.
    outside, before = knapsack.s < f.needed(level, t), np.arange(t.shape[1]) <= split
    least_t = np.where(outside & before, t, t[:, :1]).max(axis=1, keepdims=True)
    most_t = np.where(outside & ~before, t, t[:, -1:]).min(axis=1, keepdims=True)
    with_it, without = np.maximum(least_t, total + d), np.minimum(most_t, t[:, -1:] - d)
    low = (d > 0) & (rise < f.needed(level, with_it) - f.needed(level, np.maximum(with_it - d, 0.0)))
    high = (d > 0) & ~low & (rise > f.needed(bound, without + d) - f.needed(bound, without))
    twin = (d > 0) & ~low & ~high
    for ends in (d, rise):
        twin &= ends == np.take_along_axis(ends, split, 1)
    parted = np.take_along_axis(twin, split, 1)[:, 0]
    parts = [
        _set(boxes, knapsack, ~parted, low, high),
        _set(boxes, knapsack, parted, low, high | (twin & (column <= split))),
        _set(boxes, knapsack, parted, low | (twin & (column >= split)), high),
    ]
    return _Boxes(*(np.concatenate([getattr(part, one.name) for part in parts]) for one in fields(_Boxes)))


def _set(boxes: _Boxes, knapsack: _Knapsack, which: Mask, low: Mask, high: Mask) -> _Boxes:
    """Some of the boxes with free values set."""
    part, at, low, high = boxes.take(which), knapsack.at[which], low[which], high[which]
    up, free = part.up.copy(), part.free.copy()
    np.put_along_axis(up, at, np.take_along_axis(up, at, 1) | high, 1)
    np.put_along_axis(free, at, np.take_along_axis(free, at, 1) & ~(low | high), 1)
    total, s = (np.where(high, one[which], 0.0).sum(axis=1) for one in (knapsack.d, knapsack.rise))
    return _Boxes(part.of, part.total + total, part.s + s, up, free)
