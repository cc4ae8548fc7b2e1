"""The keys of a table in memory as numbers: one for every label, in the labels' order.

``pandas.factorize`` alone would do; the other branches together make large tables two to three times as fast. Each has
a benchmark, to be run before it is changed: whole numbers as they are (``_integers``) ``benchmarks/world.py``, where
codes are whole numbers as in BACI; categories and dictionaries (``keyed``, ``_dictionary``) ``benchmarks/scale.py``,
``--labels category`` and ``str``; several keys joined without a table of labels (``joined``, ``in_use``) W2 of
``benchmarks/world.py``, and ``benchmarks/rca.py``; threads, and pieces of ``BLOCK`` rows, all of these from a million
rows on. ``benchmarks/small.py`` shows that small tables pay nothing for it.
"""

from __future__ import annotations

import math
import os
import sys
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, TypeVar

import narwhals as nw
import numpy as np
import numpy.typing as npt
import pandas as pd

Codes = npt.NDArray[np.integer[Any]]
Part = TypeVar("Part")
Found = TypeVar("Found")

BLOCK = 1 << 18  # rows that stay in a core's cache while they are worked on
NARROW = 1 << 12  # a range of whole numbers small enough to number them all, used or not


@dataclass(frozen=True)
class Key:
    """A column as numbers: a row has the label ``labels[code]``; -1 is a missing one.

    Labels that no row has may be among them.
    """

    codes: Codes
    labels: nw.Series[Any]

    def at(self, codes: Codes) -> nw.Series[Any]:
        """The labels with these codes, of which none is -1."""
        if not self.labels.implementation.is_pandas():
            return self.labels[codes]
        native: Any = self.labels.to_native()
        taken = pd.Series(native.array.take(codes), name=native.name)  # without an index, which takes as long
        return nw.from_native(taken, series_only=True)


def keyed(column: nw.Series[Any]) -> Key:
    """Number the labels of a column; categories and dictionaries are numbered already, and whole numbers nearly so."""
    native = column.to_native()
    if column.dtype.is_integer() and len(column) and (raw := column.to_numpy()).dtype.kind in "iu":
        return _integers(column, raw)
    if not column.implementation.is_pandas():
        if isinstance(column.dtype, (nw.String, nw.Categorical, nw.Enum)):
            return _dictionary(column)
    elif isinstance(native.dtype, pd.CategoricalDtype):
        every = pd.Series(pd.Categorical.from_codes(np.arange(len(native.cat.categories)), dtype=native.dtype))
        return Key(native.cat.codes.to_numpy(), nw.from_native(every.rename(native.name), series_only=True))
    return _factorized(column)


def _integers(column: nw.Series[Any], raw: npt.NDArray[Any]) -> Key:
    least, most = (int(end) for end in lowest_and_highest(raw))
    if least >= 0 and most < NARROW:  # such as codes of countries and years: numbers as they are
        least, codes = 0, raw
    elif most - least > _most(len(raw)):
        return _factorized(column)
    else:  # a difference modulo the width of the type is right where the true one fits
        codes = (raw - raw.dtype.type(least)).view(f"u{raw.dtype.itemsize}")
    if raw.dtype.itemsize == 8:  # numpy makes floats of such without a sign beside others with one
        codes = codes.view(np.int64).astype(np.intp, copy=False)  # as wide as what counts them takes
    there = np.arange(most - least + 1)
    if len(there) > NARROW:
        codes, there = _without_gaps(codes, there)
    labels = there.astype(raw.dtype) + raw.dtype.type(least)
    return Key(codes, nw.new_series(column.name, labels, dtype=column.dtype, backend=column.implementation))


def _dictionary(column: nw.Series[Any]) -> Key:
    """A column of Polars or Arrow, whose dictionary is put in order if it is of texts."""
    native: Any = column.to_native()
    one = column.implementation.is_pyarrow() and native.num_chunks == 1  # to make one of one is to copy it
    array: Any = native.chunk(0) if one else column.to_arrow()
    array = array if hasattr(array, "indices") else array.dictionary_encode()
    labels = pd.Index(array.dictionary.to_pandas())
    if labels.hasnans or not labels.is_unique:
        return _factorized(column)
    if column.implementation.is_pyarrow() and not isinstance(column.dtype, nw.String):  # as of categories of pandas
        every = type(array).from_arrays(np.arange(len(labels), dtype=np.int32), array.dictionary)
        named = nw.from_native(nw.dependencies.get_pyarrow().chunked_array([every]), series_only=True)
        codes = array.indices.cast("int32")
        return Key((codes.fill_null(-1) if array.null_count else codes).to_numpy(), named.alias(column.name))
    number = array.indices.cast("int32").fill_null(len(labels)).to_numpy()
    order = np.argsort(labels.to_numpy(dtype=object)) if isinstance(column.dtype, nw.String) else np.arange(len(labels))
    codes, there = _without_gaps(number, order)
    row = np.zeros(len(labels) + 1, dtype=np.intp)  # the last place is for missing ones
    row[number] = np.arange(len(number))
    return Key(codes, column[row[there]])


def _without_gaps(number: Codes, order: npt.NDArray[np.intp]) -> tuple[Codes, npt.NDArray[np.intp]]:
    """Numbers of the labels that rows have, as they follow in ``order``, and these labels; -1 for one not in it.

    The number -1 is that of no label, too: the last place.
    """
    pieces = row_blocks(len(number))
    present = np.zeros(len(order) + 1, dtype=bool)
    on_threads(lambda part: present.__setitem__(number[part], True), pieces)
    there = order[present[order]]
    number_of = np.full(len(present), -1, dtype=np.int32)
    number_of[there] = np.arange(len(there))
    codes = np.empty(len(number), dtype=np.int32)
    on_threads(lambda part: np.take(number_of, number[part], out=codes[part], mode="wrap"), pieces)
    return codes, there


def _factorized(column: nw.Series[Any]) -> Key:
    codes, _ = pd.factorize(column.to_pandas(), sort=True)
    row = np.zeros(codes.max(initial=-1) + 2, dtype=np.intp)  # the last place is for missing ones
    row[codes] = np.arange(len(codes))
    return Key(codes, column[row[:-1]])


def in_use(keys: Sequence[Key], rows: int) -> Sequence[Key]:
    """The keys without unused labels, where all labels together would make too many possible groups."""
    if math.prod(len(key.labels) for key in keys) <= _most(rows):
        return keys
    kept = [_without_gaps(key.codes, np.arange(len(key.labels))) for key in keys]
    return [Key(codes, key.labels[there]) for key, (codes, there) in zip(keys, kept, strict=True)]


def _most(rows: int) -> int:
    """The most numbers for which a look-up table is worthwhile: not many more than rows."""
    return 4 * rows + NARROW


Split = Callable[[Codes], list[Codes]]


def joined(keys: Sequence[Key], rows: int) -> tuple[Codes, int, Split]:
    """One number of all keys, in their order; how many there could be; and the way back to each key's number."""
    if not keys:
        return np.zeros(rows, dtype=np.int32), 1, lambda code: []
    code, size = keys[0].codes, len(keys[0].labels)
    split: Split = lambda code: [code]  # noqa: E731
    for key in keys[1:]:
        code, n = _beside(code, key.codes, len(key.labels), size), len(key.labels)
        size, split = size * n, _then(split, n)
        if size > _most(rows):  # more could be there than are: number those that are
            some: Any = pd.factorize(code, sort=True)
            code, size, split = some[0], len(some[1]), _within(split, some[1])
    return code, size, split


def _then(split: Split, n: int) -> Split:
    def further(code: Codes) -> list[Codes]:
        before, last = np.divmod(code, n)
        return [*split(before), last]

    return further


def _within(split: Split, there: Codes) -> Split:
    return lambda code: split(there[code])


def _beside(code: Codes, other: Codes, n: int, size: int) -> Codes:
    both: Codes = np.empty(len(code), dtype=np.int32 if size * n < 1 << 31 else np.int64)

    def work(part: slice) -> None:
        np.multiply(code[part], n, out=both[part], dtype=both.dtype, casting="unsafe")
        np.add(both[part], other[part], out=both[part], dtype=both.dtype, casting="unsafe")

    on_threads(work, row_blocks(len(code)))
    return both


def row_blocks(rows: int) -> list[slice]:
    """Rows in pieces of a block."""
    return [slice(start, min(start + BLOCK, rows)) for start in range(0, rows, BLOCK)]


def lowest_and_highest(x: npt.NDArray[Any]) -> tuple[Any, Any]:
    """The least and the largest value; NaN where there is one."""
    found = np.array(on_threads(lambda part: (x[part].min(), x[part].max()), row_blocks(len(x))), dtype=x.dtype)
    return found[:, 0].min(), found[:, 1].max()


def on_threads(work: Callable[[Part], Found], these: Iterable[Part]) -> list[Found]:
    """The work on each of these, on all threads (numpy and scipy release the lock); one alone takes no thread.

    A browser has none to give.
    """
    these = list(these)
    if len(these) < 2 or sys.platform == "emscripten":
        return [work(one) for one in these]
    with ThreadPoolExecutor(len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else None) as pool:
        return list(pool.map(work, these))
