"""The cells of a table in memory under any number of keys: one value for every combination that is there."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import narwhals as nw
import numpy as np

from tradeanalysis.sums.key_codes import Codes, in_use, keyed

# The most combinations that one whole number can distinguish.
MOST = 1 << 62
# Combinations for each row up to which all of them are summed, there or not.
DENSE = 4


def cells_of(rows: nw.DataFrame[Any], keys: Sequence[str], value: str) -> nw.DataFrame[Any]:
    """The sum of the values for every combination of the keys, in their order; but where a key is missing, in any.

    Rows that stand in the order of the keys, each once, are cells already. Else few possible combinations are summed
    densely, and of many the rows are put in order.
    """
    every = [keyed(rows[key]) for key in keys]
    missing = any(one.codes.min(initial=0) < 0 for one in every)
    numbered = [] if missing else in_use(every, len(rows))
    sizes = [len(one.labels) for one in numbered]
    if missing or not len(rows) or math.prod(sizes) >= MOST:
        return rows.group_by(*keys).agg(nw.col(value).sum())
    cell: Any = np.zeros(len(rows), dtype=np.int64)
    for one, size in zip(numbered, sizes, strict=True):
        cell *= size
        cell += one.codes
    if (cell[1:] > cell[:-1]).all():
        return rows.select(*keys, value)
    x = rows[value].to_numpy()
    if (space := math.prod(sizes)) <= DENSE * len(rows):
        cell = cell.astype(np.intp, copy=False)
        there = np.flatnonzero(np.bincount(cell, minlength=space))
        sums = np.bincount(cell, x, space)[there]
    else:
        order = np.argsort(cell, kind="stable")
        cell = cell[order]
        starts = np.flatnonzero(np.append(True, cell[1:] > cell[:-1]))
        there, sums = cell[starts], np.add.reduceat(x[order], starts)
    codes: list[Codes] = []
    for size in sizes[:0:-1]:  # more combinations are possible than an index can count where it has 32 bits
        there, code = np.divmod(there, size)
        codes.insert(0, code)
    codes.insert(0, there)
    columns = [one.at(code) for one, code in zip(numbered, codes, strict=True)]
    found = nw.new_series(value, sums, dtype=nw.Float64, backend=rows.implementation)
    return columns[0].to_frame().with_columns(*columns[1:], found)
