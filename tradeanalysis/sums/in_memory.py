"""Sums on tables in memory: the cells are a sparse matrix, groups x partners, and the sums reductions of its data.

The way is chosen by the data alone, and the result does not depend on it. A few hundred thousand rows are one block;
more are cut into blocks of whole groups, which all threads take in turn: as the rows stand where they are in the order
of the first keys, else after they are sorted by blocks. Where few cells are possible and
rows are many, a dense sum of the rows comes first. Building the matrix of a block is a counting sort, which sums the
rows that repeat and so proves that the rest is one cell each. What needs the order within the group is taken of groups
of similar size together, as small dense matrices, by the same function as for arrays.

Which benchmark each branch is for: the dense sum first (``_summed``) W1 of ``benchmarks/world.py``; slices of rows in
order (``_blocks``) W2 of the same, whose rows have the order of BACI, and sorting by blocks the same rows shuffled;
small dense matrices (``_in_order_of_size``) the Gini and largest shares of W2 and of ``benchmarks/small.py``.
"""

from __future__ import annotations

import functools
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise, takewhile
from typing import Any

import narwhals as nw
import numpy as np
import numpy.typing as npt
import pandas as pd

from tradeanalysis.gate.findings import Fix, fault, in_rows, numbered, refuse, value_faults
from tradeanalysis.schema import FLOW, PARTNER, REPORTER
from tradeanalysis.sums.arrays import of_array
from tradeanalysis.sums.declared import Array, Sum, count, largest
from tradeanalysis.sums.key_codes import (
    BLOCK,
    Codes,
    Key,
    in_use,
    joined,
    keyed,
    lowest_and_highest,
    on_threads,
    row_blocks,
)
from tradeanalysis.sums.labels import aggregates, among, remainders
from tradeanalysis.texts import Text

# Rows for each possible cell from which on they are summed densely first.
DENSE = 8
# Rows of a block that numpy puts in order in less time than scipy takes to be imported.
FEW = 1 << 15


@dataclass(frozen=True)
class Rows:
    """The rows of a table: value, and the numbers of group and partner; ``one`` is a group, even of no rows."""

    x: Array
    group: Codes
    partner: Codes
    one: bool = False


@dataclass(frozen=True)
class Block:
    """The rows of the groups from ``first`` up to ``last``: where they stand one after the other, a slice of rows."""

    rows: slice | npt.NDArray[np.intp]
    first: int
    last: int


@dataclass(frozen=True)
class Cells:
    """The value of each group and partner that have rows, in their order; a group's begin at ``indptr``."""

    data: Array
    indices: Codes
    indptr: Codes

    def without_zeros(self) -> Cells:
        """The cells above 0."""
        there = self.data != 0
        before = np.append(0, np.cumsum(there))
        return Cells(self.data[there], self.indices[there], before[self.indptr])


@dataclass(frozen=True)
class Groups:
    """The groups of a block that have rows, their sums, and their unallocated shares."""

    number: npt.NDArray[np.intp]
    sums: dict[Sum, Array]
    unallocated: Array


def of_table(
    frame: nw.DataFrame[Any], by: Sequence[str], over: str, value: str, wanted: Sequence[Sum]
) -> tuple[nw.DataFrame[Any], dict[Sum, Array], Array]:
    """The groups of a table in memory in the order of their keys, their sums, and their unallocated shares."""
    x = frame[value].to_numpy().astype(np.float64, copy=False)
    keys = {key: keyed(frame[key]) for key in (*by, over)}
    labels = pd.Index(keys[over].labels.to_pandas())
    refuse_rows(x, {key: one.codes for key, one in keys.items()}, labels, over, value)
    x = _held(x)
    keys |= dict(zip(by, in_use([keys[key] for key in by], len(x)), strict=True))
    group, size, split = joined([keys[key] for key in by], len(x))
    if FLOW in frame.columns and FLOW not in (*by, over):
        _refuse_flows(keyed(frame[FLOW]), group, size, x)
    rows = Rows(x, group, keys[over].codes, one=not by)
    if DENSE * size * len(labels) < len(x):
        rows = _summed(rows, size, len(labels))
    rest = among(labels, remainders(over))
    strides = np.cumprod([1, *(len(keys[key].labels) for key in by[:0:-1])], dtype=object)
    found = on_threads(lambda block: _of_block(rows, block, rest, wanted), _blocks(rows.group, size, strides))
    sums = {one: np.concatenate([block.sums[one] for block in found]) for one in wanted}
    codes = split(np.concatenate([block.number for block in found]))
    named = [nw.maybe_reset_index(keys[key].labels[code]) for key, code in zip(by, codes, strict=True)]
    groups = named[0].to_frame().with_columns(*named[1:]) if named else frame.select()
    return groups, sums, np.concatenate([block.unallocated for block in found])


def _held(x: Array) -> Array:
    """The values; all by one power of two smaller where their sum leaves float64, which no index of a group sees."""
    with np.errstate(over="ignore"):
        if x.sum() < np.inf:
            return x
    shift = len(x).bit_length()
    if x.min(where=x > 0, initial=np.inf) < np.ldexp(1.0, shift - 1022):  # it would lose digits
        raise fault("TA-103", "values_beyond")
    return np.ldexp(x, -shift)


def coded(
    frame: nw.DataFrame[Any], by: Sequence[str], over: str, value: str
) -> tuple[Array, dict[str, npt.NDArray[np.intp]], pd.Index]:
    """The values, a number for every label of each key in the labels' order, and the labels of ``over``.

    Rows from which no index can be computed raise, all at once.
    """
    x = frame[value].to_numpy().astype(np.float64)
    codes: dict[str, npt.NDArray[np.intp]] = {}
    for key in by:
        codes[key], _ = pd.factorize(frame[key].to_pandas(), sort=True)
    codes[over], labels = pd.factorize(frame[over].to_pandas(), sort=True)
    refuse_rows(x, codes, pd.Index(labels), over, value)
    return x, codes, pd.Index(labels)


def _summed(rows: Rows, size: int, width: int) -> Rows:
    """One row for each group and partner, by a dense sum."""

    def work(part: slice) -> tuple[Array, Any]:
        cell = np.multiply(rows.group[part], width, dtype=np.intp) + rows.partner[part]
        x = rows.x[part]
        return np.bincount(cell, x, size * width).astype(np.float64), cell[x == 0]

    # The same pieces on any machine: on their number hangs the last bit.
    pieces = np.linspace(0, len(rows.x), 5, dtype=int).tolist()
    found = on_threads(work, [slice(*ends) for ends in pairwise(pieces)])
    x = np.sum([total for total, _ in found], axis=0)
    there = x > 0
    for _, silent in found:
        there[silent] = True
    cell = np.flatnonzero(there)
    return Rows(x[cell], cell // width, cell % width, rows.one)


def _blocks(group: Codes, size: int, strides: Iterable[int]) -> list[Block]:
    """Blocks of whole groups; slices where the rows stand in the order of some first keys, else rows put in order."""
    rows = len(group)
    if rows < 2 * BLOCK:
        return [Block(slice(0, rows), 0, size)]
    for stride in takewhile(size.__gt__, strides):
        if _in_order(group, stride, slice(0, 1 << 12)) and all(
            on_threads(functools.partial(_in_order, group, stride), row_blocks(rows))
        ):
            firsts = sorted({0, *(int(group[row]) // stride for row in range(BLOCK, rows, BLOCK))})
            edges = [bisect_left(group, first, key=lambda code: int(code) // stride) for first in firsts]
            if max(np.diff([*edges, rows])) < 8 * BLOCK:
                upto = [*(first * stride for first in firsts), size]
                ends = zip(pairwise([*edges, rows]), pairwise(upto), strict=True)
                return [Block(slice(*where), *groups) for where, groups in ends]
    shift = max(size.bit_length() - 16, 0)
    pieces = row_blocks(rows)
    counts = np.sum(
        on_threads(lambda part: np.bincount(group[part] >> shift, minlength=(size >> shift) + 1), pieces), axis=0
    )
    before = np.append(0, np.cumsum(counts))
    n = min(rows // BLOCK, 255)
    block_of = (before[:-1] * n // rows).astype(np.uint8)
    which = np.concatenate(on_threads(lambda part: block_of[group[part] >> shift], pieces))
    order = np.argsort(which, kind="stable")  # of small numbers a counting sort
    edges = np.searchsorted(block_of, np.arange(n + 1)).tolist()
    return [
        Block(order[before[a] : before[b]], a << shift, b << shift) for a, b in pairwise(edges) if before[a] < before[b]
    ]


def _in_order(group: Codes, stride: int, part: slice) -> bool:
    coarse = group[part.start : part.stop + 1] // stride
    return bool((coarse[1:] >= coarse[:-1]).all())


def _cells(rows: Rows, block: Block, width: int) -> Cells:
    """The cells of a block; those of few rows, none of them twice, without scipy, which takes long to import."""
    x, group, partner = rows.x[block.rows], rows.group[block.rows] - block.first, rows.partner[block.rows]
    size = block.last - block.first
    if len(x) < FEW:
        cell = group.astype(np.int64) * width + partner
        order = np.argsort(cell)
        cell = cell[order]
        if (cell[1:] > cell[:-1]).all():
            return Cells(x[order], partner[order], np.searchsorted(cell, np.arange(size + 1, dtype=np.int64) * width))
    from scipy.sparse import coo_array

    found = coo_array((x, (group, partner)), shape=(size, width)).tocsr()
    return Cells(found.data, found.indices, found.indptr)


def _of_block(rows: Rows, block: Block, rest: npt.NDArray[np.bool_], wanted: Sequence[Sum]) -> Groups:
    """The cells of a block and their sums."""
    cells = _cells(rows, block, max(len(rest), 1))
    number = np.flatnonzero((np.diff(cells.indptr) > 0) | rows.one)
    unallocated = np.zeros(len(number))
    if rest.any() and (left_out := rest[cells.indices]).any():
        starts = cells.indptr[number]
        whole = np.add.reduceat(cells.data, starts)
        left = np.add.reduceat(np.where(left_out, cells.data, 0.0), starts)
        np.divide(left, whole, out=unallocated, where=whole > 0)
        cells.data[left_out] = 0.0
    if cells.data.min(initial=1.0) == 0:
        cells = cells.without_zeros()
    sizes = np.diff(cells.indptr)[number]
    traded = sizes > 0
    sums = {one: np.zeros(len(number)) for one in wanted}
    if traded.any():
        for one, found in _of_cells(cells.data, cells.indptr[number[traded]], sizes[traded], wanted).items():
            sums[one][traded] = found
    return Groups(number + block.first, sums, unallocated)


def _of_cells(x: Array, starts: Codes, sizes: Codes, wanted: Sequence[Sum]) -> dict[Sum, Array]:
    """The sums of the groups whose cells begin at ``starts``."""
    # Every group is scaled as a vector is.
    most = np.maximum.reduceat(x, starts)
    _, exponent = np.frexp(most)
    if np.abs(exponent).max() < 1000:  # a product is the same to the last bit, and faster
        x = x * np.repeat(np.ldexp(1.0, -exponent), sizes)
    else:
        x = np.ldexp(x, np.repeat(-exponent, sizes))
    np.maximum(x, np.nextafter(0.0, 1.0), out=x)
    sums = {count: sizes.astype(np.float64), largest: np.ldexp(most, -exponent)}
    for one in wanted:
        if one not in sums and not one.ordered:
            reduce = np.maximum if one.merge == "max" else np.add
            sums[one] = reduce.reduceat(one.term(x), starts)
    ordered = [one for one in wanted if one.ordered]
    return {one: sums[one] for one in wanted if one in sums} | _in_order_of_size(x, starts, sizes, ordered)


def _in_order_of_size(x: Array, starts: Codes, sizes: Codes, wanted: Sequence[Sum]) -> dict[Sum, Array]:
    """The sums that need the order within the group, of groups of similar size at once: the rest of a row is zeros."""
    sums = {one: np.zeros(len(sizes)) for one in wanted}
    if not wanted:
        return sums
    for these, (dense,) in by_size([x], starts, sizes):
        dense.sort(axis=-1)
        for one, found in of_array(dense[:, ::-1], wanted).items():
            sums[one][these] = found
    return sums


def by_size(
    columns: Iterable[Array], starts: Codes, sizes: Codes
) -> Iterator[tuple[npt.NDArray[np.intp], list[Array]]]:
    """The groups of similar size, and for every column a matrix with one group in each row, filled up with zeros."""
    _, doublings = np.frexp(np.maximum(sizes - 1, 0))
    widest = 1 << int(doublings.max(initial=0))
    padded = [np.concatenate([x, np.zeros(widest)]) for x in columns]
    for doubling in np.unique(doublings).tolist() or [0]:
        these, width = np.flatnonzero(doublings == doubling), 1 << doubling
        dense = [np.lib.stride_tricks.sliding_window_view(x, width)[starts[these]] for x in padded]
        for rows in dense:
            rows[np.arange(width) >= sizes[these, None]] = 0.0
        yield these, dense


def refuse_rows(x: Array, codes: Mapping[str, Codes], labels: pd.Index, over: str, value: str) -> None:
    """Raise for rows from which no index can be computed, all at once; ``labels`` are those of ``over``."""
    totals = among(labels, aggregates(over))
    # Labels that no row has may be among them.
    bad = np.append(totals, False)[codes[over]] if totals.any() else totals  # the last place is for what is missing
    missing = {key: code < 0 for key, code in codes.items() if code.min(initial=0) < 0}
    least, most = lowest_and_highest(x) if len(x) else (0.0, 0.0)
    if not bad.any() and not missing and least >= 0 and most < np.inf:
        return
    found = [in_rows(id, f"column_{what}", wrong, x, column=repr(value)) for id, what, wrong in value_faults(x)]
    found += [in_rows("TA-105", "key_missing", wrong, x, column=repr(key)) for key, wrong in missing.items()]
    if bad.any():
        there = [repr(label) for label in labels[np.unique(codes[over][bad])].to_list()]
        rows = np.flatnonzero(bad).tolist()
        held = float(np.nansum(x[bad]))
        effect = Text("leaves_out_of_table", rows=len(rows), labels=there, numbers=numbered("row", rows), value=held)
        ways = [Fix("drop_aggregates", True, effect, safe=True)] if over in (PARTNER, REPORTER) else []
        found.append(
            in_rows("TA-104", "aggregate_in_column", bad, x, fixes=ways, labels=there, column=repr(over), totals=there)
        )
    refuse(found)


def _refuse_flows(flow: Key, group: Codes, size: int, x: Array) -> None:
    """Exports and imports are never added."""
    if flow.codes.min(initial=0) == flow.codes.max(initial=0):
        return
    there = np.unique(flow.codes[flow.codes >= 0])
    least, most = np.full(size, len(flow.labels)), np.full(size, -1)
    np.minimum.at(least, group, flow.codes)
    np.maximum.at(most, group, flow.codes)
    if len(there) > 1 and (mixed := (least < most)[group]).any():
        flows = [repr(label) for label in flow.labels[there].to_list()]
        refuse([in_rows("TA-111", "flows_in_group", mixed, x, flows=flows)])
