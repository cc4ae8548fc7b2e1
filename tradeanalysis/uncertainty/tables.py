"""The interval of every group of a trade table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import narwhals as nw
import numpy as np
import numpy.typing as npt
import pandas as pd

from tradeanalysis.answers import answer
from tradeanalysis.gate.findings import listing, share_of
from tradeanalysis.gate.tables import collected, labels_in, open_table
from tradeanalysis.measures.asked import UNALLOCATED
from tradeanalysis.schema import VALUE, SchemaError, TradeDataError
from tradeanalysis.sums import Array, among, checked, coded, count, of_table, remainders
from tradeanalysis.uncertainty.ends import Kind, box, spread

LOW, HIGH, REMAINDER = "low", "high", "remainder"
# A value that was reckoned from its ends may be beyond them by so much.
ROUNDING = 1e-9


def of_groups(kind: Kind, table: Any, keys: list[str], over: str, remainder: str | None, top_listed: bool) -> Any:
    """The keys of every group, the measure where it is known, and its ends."""
    there = open_table(table, [*keys, over], LOW if LOW in nw.from_native(table).collect_schema().names() else VALUE)
    columns = there.collect_schema().names()
    ends = remainder is None and LOW in columns and HIGH in columns
    beside = [REMAINDER] if REMAINDER in columns else []
    wanted = [LOW, HIGH, *([VALUE] if VALUE in columns else [])] if ends else [VALUE]
    extra = [] if ends else [remainder] if remainder is not None else beside
    for column in [*wanted, *extra]:
        open_table(table, [], column)
    frame = collected(there)
    cells = _cells(frame, keys, over, wanted)
    name = kind.measure.name
    told: dict[str, npt.NDArray[Any]] = {}
    if ends:
        if top_listed:
            raise TradeDataError(
                "top_listed= says something of a remainder, and the table holds both ends of each value"
            )
        _refuse_ends(frame, wanted)
        low, high = cells.held[LOW], cells.held[HIGH]
        value = cells.held[wanted[-1]]
        told["n"] = (value > 0).sum(axis=1)
        if VALUE in wanted:
            told[name] = kind.measure(value)
        found = box(kind, low, high)
    else:
        rest = cells.rest[VALUE]
        if extra:
            rest = rest + _one_each(frame, keys, extra[0])
        elif not among(pd.Index(labels_in(frame, over)), remainders(over)).any():
            raise SchemaError(
                f"nothing says what is not known of the values: the table has no columns {LOW!r} and {HIGH!r}, no "
                f"column {REMAINDER!r}, and no rows of a remainder such as 'Others'"
            )
        told["n"] = (cells.held[VALUE] > 0).sum(axis=1)
        found = spread(kind, cells.held[VALUE], rest, top_listed)
    least, most = (found.least, found.most) if kind.rises else (found.most, found.least)
    told |= {f"{name}_{LOW}": least, f"{name}_{HIGH}": most}
    if (found.gap > 0).any():
        told[f"{name}_gap"] = found.gap
    if ends and cells.unallocated.any():
        told[UNALLOCATED] = cells.unallocated
    if twice := sorted(set(keys) & set(told)):
        raise SchemaError(f"the answer would have two columns {twice}: rename the table's")
    result = nw.DataFrame.from_dict(told, backend=frame.implementation)
    result = result.with_columns(nw.selectors.by_dtype(nw.Float64).fill_nan(None))
    if keys:
        result = nw.concat([nw.maybe_reset_index(cells.groups), result], how="horizontal")
    meaning = "the lowest and the highest that what is known allows; nothing on where between them it is likely to be"
    return answer(result.to_native(), dict(getattr(table, "attrs", {})), interval=meaning)


def _refuse_ends(frame: nw.DataFrame[Any], wanted: list[str]) -> None:
    """Raise for rows whose low end is above the high end, or whose value is not between them."""
    low, high, *value = (frame[column].to_numpy().astype(np.float64) for column in wanted)
    found = [(low > high, "a low end above the high end", "Give the smaller of two reports as low")]
    if value:
        outside = (value[0] < low * (1 - ROUNDING)) | (value[0] > high * (1 + ROUNDING))
        found.append((outside, "a value that is not between its ends", "Mend the ends, or leave the values out"))
    for bad, what, mend in found:
        if bad.any():
            share, rows = share_of(bad, high), listing(np.flatnonzero(bad))
            raise TradeDataError(f"{bad.sum():,} rows with {what} (rows {rows}); {share or 0:.1%} of value. {mend}")


@dataclass(frozen=True)
class _Cells:
    """Of every column, a matrix with a group in each row, and what of each group is a remainder.

    Rows of the table that repeat a partner within a group are summed. A row of the matrix holds the partners of its
    group and then zeros.
    """

    held: dict[str, Array]
    rest: dict[str, Array]
    groups: nw.DataFrame[Any]
    unallocated: Array


def _cells(frame: nw.DataFrame[Any], keys: list[str], over: str, wanted: list[str]) -> _Cells:
    groups, sums, unallocated = of_table(frame, keys, over, wanted[-1], [count])
    number = len(sums[count])
    read = {column: coded(frame, keys, over, column) for column in wanted}
    _, codes, labels = read[wanted[-1]]
    group: npt.NDArray[Any] = np.zeros(len(codes[over]), dtype=np.intp)
    if keys:
        group = (
            pd.DataFrame({i: codes[key] for i, key in enumerate(keys)}).groupby([*range(len(keys))]).ngroup().to_numpy()
        )
    rest = among(labels, remainders(over))[codes[over]]
    cell, at = np.unique(group * len(labels) + codes[over], return_inverse=True)
    row = cell // max(len(labels), 1)
    place = np.arange(len(cell)) - np.searchsorted(row, row)
    held, left = {}, {}
    for column, (x, _, _) in read.items():
        held[column] = np.zeros((number, int(place.max(initial=0)) + 1))
        held[column][row, place] = np.bincount(at, np.where(rest, 0.0, x), len(cell))
        left[column] = np.asarray(np.bincount(group, np.where(rest, x, 0.0), number), dtype=np.float64)
    return _Cells(held, left, groups, unallocated)


def _one_each(frame: nw.DataFrame[Any], keys: list[str], column: str) -> Array:
    """The one number that a column holds in every group, in the order of the keys."""
    x = pd.Series(checked(frame[column].to_numpy()))
    grouped = x.groupby([frame[key].to_pandas().to_numpy() for key in keys] or np.zeros(len(x)))
    least, most = grouped.min(), grouped.max()
    if (several := least != most).any():
        raise TradeDataError(
            f"{column!r} is the remainder of a group and differs within {several.sum():,} of {len(least):,} groups, "
            f"{several.idxmax()} the first: give every row the remainder of its group"
        )
    return np.asarray(most, dtype=np.float64)
