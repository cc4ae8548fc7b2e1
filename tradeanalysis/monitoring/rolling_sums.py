"""Sums over months and the same some months before or after: a row for each month, missing where a month is."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from tradeanalysis.sums import Array


def over(x: Array, months: int) -> Array:
    """The sum of so many months up to each; missing where one of them is. No sum of differences: nil stays nil."""
    found = np.full(x.shape, np.nan)
    if len(x) >= months:
        total = x[months - 1 :].copy()
        for back in range(1, months):
            total += x[months - 1 - back : len(x) - back]
        found[months - 1 :] = total
    return found


def earlier(x: Array, months: int) -> Array:
    """What stood so many months before each."""
    found = np.full(x.shape, np.nan)
    found[months:] = x[: max(len(x) - months, 0)]
    return found


def later(x: Array, months: int) -> Array:
    """What stands so many months after each; missing where that is not known yet."""
    found = np.full(x.shape, np.nan)
    found[: max(len(x) - months, 0)] = x[months:]
    return found


def year_so_far(x: Array, month: npt.NDArray[np.intp]) -> Array:
    """The sum from January to each month, whose numbers are 1 to 12; missing where one of them is, or is not there."""
    found = np.full(x.shape, np.nan)
    for t, number in enumerate(month.tolist()):
        if number == 1:
            found[t] = x[t]
        elif t:
            found[t] = found[t - 1] + x[t]
    return found
