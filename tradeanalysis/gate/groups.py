"""Labels as numbers: each column is numbered once, and cells are grouped and added up by these numbers."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

Numbers = npt.NDArray[np.intp]
# So many rows are gone through at once where a table of all rows' places would only be thrown away.
BLOCK = 1 << 16


@dataclass(frozen=True)
class Coded:
    """A column as the numbers of its labels; the last of these is None where some are missing."""

    number: Numbers
    labels: npt.NDArray[Any]

    def each(self, of: Callable[[Any], Any]) -> npt.NDArray[Any]:
        """A function of every label, called once for each, by cell."""
        return np.array([of(label) for label in self.labels])[self.number]

    @property
    def present(self) -> npt.NDArray[np.bool_]:
        """The cells that are not missing."""
        return self.number < self._known

    @cached_property
    def rank(self) -> Numbers:
        """The numbers in the order of the labels, what is missing last."""
        ranks = pd.factorize(self.labels[: self._known], sort=True)[0]
        return np.append(ranks, self._known)[self.number]

    def as_they_come(self) -> Coded:
        """The same column, its labels in the order in which they come, as pandas numbers them; unused ones left out."""
        rows, size = len(self.number), len(self.labels)
        first = first_rows(self.number, size, rows)
        order = np.argsort(first, kind="stable")[: np.count_nonzero(first < rows)]
        if (order == np.arange(size)[: len(order)]).all():
            return Coded(self.number, self.labels[: len(order)])
        place = np.zeros(size, dtype=np.intp)
        place[order] = np.arange(len(order))
        return Coded(place[self.number], self.labels[order])

    @property
    def _known(self) -> int:
        return len(self.labels) - (len(self.labels) > 0 and self.labels[-1] is None)


def factorized(column: pd.Series[Any]) -> tuple[Numbers, Any]:
    """What ``pandas.factorize`` gives, at once where a column of whole numbers has one of them only."""
    if column.dtype.kind in "iu" and len(column):
        x = column.to_numpy()
        if x[0] == x[-1] and (x == x[0]).all():
            return np.zeros(len(x), dtype=np.intp), pd.factorize(column.iloc[:1])[1]
    return pd.factorize(column)


def coded(column: pd.Series[Any]) -> Coded:
    """A column, numbered."""
    categories = isinstance(column.dtype, pd.CategoricalDtype)
    number, labels = (column.cat.codes, column.cat.categories) if categories else factorized(column)
    code = np.asarray(number)
    missing = code < 0
    if not missing.any():
        return Coded(code, np.array([*labels], dtype=object))
    return Coded(np.where(missing, len(labels), code.astype(np.intp)), np.array([*labels, None], dtype=object))


@dataclass(frozen=True)
class Groups:
    """The group of each cell, numbered in the order of the keys, and one cell of each."""

    number: Numbers
    first: Numbers

    def sums(self, x: npt.NDArray[Any], of: npt.NDArray[np.bool_] | None = None) -> npt.NDArray[np.float64]:
        """The sum of each group; of the marked cells only."""
        number = self.number if of is None else self.number[of]
        return np.bincount(number, x if of is None else x[of], len(self.first)).astype(np.float64, copy=False)

    def count(self, of: npt.NDArray[np.bool_]) -> Numbers:
        """How many cells of each group are marked."""
        return np.bincount(self.number[of], minlength=len(self.first))


def groups_of(columns: Sequence[Coded], rows: int) -> Groups:
    """Cells grouped by columns; without any, all are one group."""
    return Groups(*compact([(one.rank, len(one.labels)) for one in columns], rows))


def packed(codes: Sequence[tuple[Numbers, int]], rows: int) -> Numbers:
    """One number for every combination of codes, in their order."""
    number, space = np.zeros(rows, dtype=np.intp), 1
    for code, size in codes:
        if size == 1:  # all rows have the number 0
            continue
        if space * size >= 2**62:
            number = np.unique(number, return_inverse=True)[1]
            space = rows
        number *= size
        number += code
        space *= size
    return number


def repeats(codes: Sequence[tuple[Numbers, int]], rows: int) -> bool:
    """Whether a combination stands several times: many times faster than the order of the rows."""
    number, space = packed(codes, rows), _space(codes)
    if space > 32 * rows:  # bytes, no more than the rows take elsewhere
        number.sort()
        return bool((number[1:] == number[:-1]).any())
    # Of a table in the order of its first key the combinations of one label are looked at alone, within the cache.
    first, size = next((one for one in codes if one[1] > 1), (number, 1))
    alone = size * 1000 <= rows and bool((first[1:] >= first[:-1]).all())
    ends = np.searchsorted(first, np.arange(size + 1)).tolist() if alone else [0, rows]
    there = np.zeros(int(space) // (len(ends) - 1), dtype=np.bool_)
    for label, (start, end) in enumerate(itertools.pairwise(ends)):
        there[number[start:end] - label * len(there)] = True
        if np.count_nonzero(there) < end - start:
            return True
        there[:] = False
    return False


def several(codes: Sequence[tuple[Numbers, int]], rows: int) -> tuple[Numbers, Numbers]:
    """The rows of the combinations that stand several times, one of these after the other, and which it is."""
    if not repeats(codes, rows):
        return np.zeros(0, dtype=np.intp), np.zeros(0, dtype=np.intp)
    number = packed(codes, rows)
    order = np.argsort(number, kind="stable")
    ordered = number[order]
    same = ordered[1:] == ordered[:-1]
    again = np.append(same, False) | np.append(False, same)
    return order[again], np.cumsum(np.append(True, ~same)[again]) - 1


def compact(codes: Sequence[tuple[Numbers, int]], rows: int) -> tuple[Numbers, Numbers]:
    """The combination that every row is in, numbered without gaps in the order of the codes, and a row of each."""
    number = packed(codes, rows)
    space = _space(codes)
    if space > 4 * rows + 2**20:
        _, first, cell = np.unique(number, return_index=True, return_inverse=True)
        return cell, first
    row = first_rows(number, int(space), rows)
    there = row < rows
    at = np.cumsum(there) - 1
    return at[number], row[there]


def first_rows(number: Numbers, size: int, rows: int) -> Numbers:
    """The first row of each number below ``size``; ``rows`` where a number has none."""
    first = np.full(size, rows, dtype=np.intp)
    for start in range((rows - 1) // BLOCK * BLOCK, -1, -BLOCK):
        block = number[start : start + BLOCK]
        first[block[::-1]] = np.arange(start + len(block) - 1, start - 1, -1)
    return first


def _space(codes: Sequence[tuple[Numbers, int]]) -> float:
    """How many combinations of codes there may be."""
    return float(np.prod([size for _, size in codes], dtype=np.float64))
