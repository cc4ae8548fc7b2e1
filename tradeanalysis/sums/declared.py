"""The sums that indices are made of, each declared once: the term of one cell, and the way terms merge."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Sum:
    """A number of a group: the term of one cell, a positive value, and the way the terms merge.

    What adds (``merge="add"``) adds over disjoint sets of partners too, and the larger of two maxima is the maximum of
    both; sums that need the order within the group do neither. ``ranked`` terms also take the cell's rank, 1 for the
    largest; ``first=k`` keeps the k largest cells only. A sum of positive terms that is zero or infinite has left
    float64, and no index is made of it.
    """

    term: Callable[..., Any]
    merge: Literal["add", "max"] = "add"
    ranked: bool = False
    first: int | None = None
    positive: bool = True

    @property
    def ordered(self) -> bool:
        """Whether the order within the group matters."""
        return self.ranked or self.first is not None


# An absent partner has no cell, so no term ever meets a zero.
total = Sum(lambda x: x)
count = Sum(lambda x: 0 * x + 1)
squares = Sum(lambda x: x * x)
xlogx = Sum(lambda x: x * np.log(x), positive=False)
logs = Sum(lambda x: np.log(x), positive=False)
largest = Sum(lambda x: x, merge="max")
ranked = Sum(lambda x, rank: x * rank, ranked=True)

DECLARED: Mapping[str, Sum] = {
    "total": total,
    "count": count,
    "squares": squares,
    "xlogx": xlogx,
    "logs": logs,
    "largest": largest,
    "ranked": ranked,
}


@functools.cache
def power(q: float) -> Sum:
    """The sum of the cells' q-th powers."""
    return squares if q == 2 else Sum(lambda x: x**q)


@functools.cache
def top(k: int) -> Sum:
    """The sum of the k largest cells."""
    return largest if k == 1 else Sum(lambda x: x, first=k)
