"""A series cut into regimes of their own mean: the least sum of squares for every number of breaks, exactly."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from tradeanalysis.sums import Array

Places = npt.NDArray[np.intp]
# Sums that agree so far are equal: what is between them is rounding.
EQUAL = 1e-12
# So many starts are worked on at once, so that their sums stay in the cache of the processor.
AT_ONCE = 16


def squares_within(x: Array, least: int) -> Array:
    """By end j and start i the squares of x[i:j] about their own mean; infinite for fewer than ``least`` months.

    Sums run from each start about the mean of its own first months, not from the first month of all: the squares of a
    regime are then no small difference of two large sums, and keep their digits. Axes before the last are series.

    Examples
    --------
    >>> squares_within(np.array([1.0, 3.0, 3.0]), 1)[:, 0].round(12).tolist()
    [inf, 0.0, 2.0, 2.666666666667]
    """
    n = x.shape[-1]
    centre = np.lib.stride_tricks.sliding_window_view(x, least, axis=-1).mean(axis=-1)
    starts = n - least + 1
    found = np.full((*x.shape[:-1], n + 1, starts), np.inf)
    for first in range(0, starts, AT_ONCE):
        after = min(first + AT_ONCE, starts)
        length = np.arange(1, n - first + 1)[:, None] - np.arange(after - first)
        off = np.where(length > 0, x[..., first:, None] - centre[..., None, first:after], 0.0)
        sums = off.cumsum(axis=-2)
        squares = np.square(off, out=off).cumsum(axis=-2)
        squares -= np.square(sums, out=sums) / np.maximum(length, 1)
        np.maximum(squares, 0.0, out=found[..., first + 1 :, first:after], where=length >= least)
    return found


def least_squares(within: Array, most: int) -> list[Array]:
    """By number of breaks, 0 to ``most``, the least squares of the first j months; of the last number, of all months.

    The best cut of j months by m breaks is the best one of i months by m - 1, and the months from i to j as one regime,
    for the best i.
    """
    total = [within[..., 0]]
    for m in range(1, most + 1):
        ends = within if m < most else within[..., -1:, :]
        total.append((total[-1][..., None, : within.shape[-1]] + ends).min(axis=-1))
    return total


def places_of(within: Array, total: list[Array], breaks: int) -> Places:
    """Where the regimes after the first start, with so many breaks; of places that are equally good the earliest."""
    series = within.reshape(-1, *within.shape[-2:])
    every = np.arange(len(series))
    at = np.full(len(series), within.shape[-2] - 1)
    found = np.empty((len(series), breaks), dtype=np.intp)
    for m in range(breaks, 0, -1):
        before = total[m - 1].reshape(len(series), -1)[:, : within.shape[-1]]
        sums = before + series[every, at]
        at = found[:, m - 1] = (sums <= sums.min(axis=1, keepdims=True) * (1 + EQUAL)).argmax(axis=1)
    return found.reshape(*within.shape[:-2], breaks)
