"""Sums on tables in memory: the cells are a sparse matrix, groups x partners, and the sums reductions of its data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import narwhals as nw
import numpy as np
import numpy.typing as npt
import pandas as pd

from tradeanalysis.gate.findings import in_rows, listing, refuse, value_faults
from tradeanalysis.schema import FLOW
from tradeanalysis.sums.declared import Array, Sum
from tradeanalysis.sums.labels import AGGREGATE_MEND, aggregates, among, remainders

FLOW_MEND = 'Keep one, table[table["flow"] == "export"], or name "flow" in by=.'


def of_table(
    frame: nw.DataFrame[Any], by: Sequence[str], over: str, value: str, wanted: Sequence[Sum]
) -> tuple[nw.DataFrame[Any], dict[Sum, Array], Array]:
    """The groups of a table in memory, in the order of their keys, their sums, and the shares that are not allocated.

    The cells are a sparse matrix, groups x partners: building it sums the rows that repeat, and every sum is a
    reduction of its data.
    """
    from scipy.sparse import coo_array

    x, codes, labels = coded(frame, by, over, value)
    group, first = _groups([codes[key] for key in by], len(x))
    if FLOW in frame.columns and FLOW not in (*by, over):
        _refuse_flows(frame[FLOW].to_pandas(), group, x)
    whole = np.bincount(group, x, len(first))
    rest = among(labels, remainders(over))[codes[over]]
    left = np.bincount(group, np.where(rest, x, 0.0), len(first))
    unallocated = np.divide(left, whole, out=np.zeros(len(first)), where=whole > 0)
    x = np.where(rest, 0.0, x)

    cells = coo_array((x, (group, codes[over])), shape=(len(first), len(labels))).tocsr()
    cells.eliminate_zeros()
    size = np.diff(cells.indptr)
    traded = size > 0
    starts = cells.indptr[:-1][traded]
    if len(starts):
        # Every group is scaled as a vector is.
        _, exponent = np.frexp(np.maximum.reduceat(cells.data, starts))
        cells.data = np.ldexp(cells.data, np.repeat(-exponent, size[traded]))
        np.maximum(cells.data, np.nextafter(0.0, 1.0), out=cells.data)

    rank = np.empty(0)
    if any(one.ordered for one in wanted):
        row = np.repeat(np.arange(len(first)), size)
        order = np.lexsort((-cells.data, row))
        rank = np.empty(len(order))
        rank[order] = np.arange(len(order)) - cells.indptr[row[order]] + 1.0

    sums = {}
    for one in wanted:
        terms = one.term(cells.data, rank) if one.ranked else one.term(cells.data)
        if one.first is not None:
            terms = np.where(rank <= one.first, terms, 0.0)
        reduce = np.maximum if one.merge == "max" else np.add
        sums[one] = np.zeros(len(first))
        if len(starts):
            sums[one][traded] = reduce.reduceat(terms, starts)
    groups = frame.select(*by)[first.tolist()] if by else frame.select()
    return groups, sums, unallocated


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
    _refuse_rows(x, codes, pd.Index(labels), over, value)
    return x, codes, pd.Index(labels)


def _groups(keys: Sequence[npt.NDArray[np.intp]], rows: int) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """The group of every row, in the order of the keys, and a row of every group."""
    code = np.zeros(rows, dtype=np.intp)
    for key in keys:
        code = code * (key.max(initial=-1) + 1) + key
        _, code = np.unique(code, return_inverse=True)
    groups = code.max(initial=-1) + 1 if keys else 1
    first = np.zeros(groups, dtype=np.intp)
    first[code[::-1]] = np.arange(rows)[::-1]
    return code, first


def _refuse_rows(x: Array, codes: Mapping[str, npt.NDArray[np.intp]], labels: pd.Index, over: str, value: str) -> None:
    found = [
        in_rows(id, f"a{'n' * (what[0] == 'i')} {what} {value!r}", bad, x, mend)
        for id, what, bad, mend in value_faults(x)
    ]
    found += [
        in_rows("TA-105", f"no {key!r}", code < 0, x, "Name it, or leave these rows out and say so.")
        for key, code in codes.items()
        if (code < 0).any()
    ]
    totals = among(labels, aggregates(over))
    if totals.any():
        bad = np.append(totals, False)[codes[over]]  # the last place is for the number -1 of what is missing
        words = f"an aggregate in {over!r}, {listing(map(repr, labels[totals]))},"
        found.append(in_rows("TA-104", words, bad, x, AGGREGATE_MEND))
    refuse(found)


def _refuse_flows(flow: pd.Series[Any], group: npt.NDArray[np.intp], x: Array) -> None:
    """Exports and imports are never added."""
    number, flows = pd.factorize(flow)
    if len(flows) > 1:
        least, most = np.full(group.max() + 1, len(flows)), np.full(group.max() + 1, -1)
        np.minimum.at(least, group, number)
        np.maximum.at(most, group, number)
        if (mixed := (least != most)[group]).any():
            words = f"several flows in one group, {listing(map(repr, flows))},"
            refuse([in_rows("TA-111", words, mixed, x, FLOW_MEND)])
