"""The interval of every group of a trade table."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import narwhals as nw
import numpy as np
import numpy.typing as npt
import pandas as pd

from tradeanalysis.gate.findings import listing, share_of
from tradeanalysis.gate.frames import collected, labels_in, open_table
from tradeanalysis.results import annotated
from tradeanalysis.schema import VALUE, SchemaError, TradeDataError
from tradeanalysis.sums import Array, Codes, among, by_size, checked, count, in_use, joined, keyed, of_table, remainders
from tradeanalysis.tables.query import UNALLOCATED, beside
from tradeanalysis.uncertainty.possible_vectors import Kind, box, spread

LOW, HIGH, REMAINDER = "low", "high", "remainder"
# A value that was reckoned from its ends may be beyond them by so much.
ROUNDING = 1e-9


def of_groups(kind: Kind, table: Any, keys: list[str], over: str, remainder: str | None, top_listed: bool) -> Any:
    """The keys of every group, the measure where it is known, and its ends."""
    there = open_table(table, [*keys, over], LOW if LOW in nw.from_native(table).collect_schema().names() else VALUE)
    columns = there.collect_schema().names()
    ends = remainder is None and LOW in columns and HIGH in columns
    listed = [REMAINDER] if REMAINDER in columns else []
    wanted = [LOW, HIGH, *([VALUE] if VALUE in columns else [])] if ends else [VALUE]
    extra = [] if ends else [remainder] if remainder is not None else listed
    for column in [*wanted, *extra]:
        open_table(table, [], column)
    frame = collected(there)
    cells = _cells(frame, keys, over, wanted)
    if ends:
        if top_listed:
            raise TradeDataError(
                "top_listed= says something of a remainder, and the table holds both ends of each value"
            )
        _refuse_ends(frame, wanted)
    else:
        rest = cells.rest[VALUE]
        if extra:
            rest = rest + _one_each(frame, cells, extra[0])
        elif not among(pd.Index(labels_in(frame, over)), remainders(over)).any():
            raise SchemaError(
                f"nothing says what is not known of the values: the table has no columns {LOW!r} and {HIGH!r}, no "
                f"column {REMAINDER!r}, and no rows of a remainder such as 'Others'"
            )
    name, parts = kind.measure.name, []
    for these, held in cells.alike():
        value = held[wanted[-1]]
        found = box(kind, held[LOW], held[HIGH]) if ends else spread(kind, value, rest[these], top_listed)
        least, most = (found.least, found.most) if kind.rises else (found.most, found.least)
        known = {name: kind.measure(value)} if ends and VALUE in wanted else {}
        level = {f"{name}_{LOW}": least, f"{name}_{HIGH}": most, f"{name}_gap": found.gap}
        parts.append((these, {"n": (value > 0).sum(axis=1), **known, **level}))
    order = np.argsort(np.concatenate([these for these, _ in parts]))
    told = {one: np.concatenate([of[one] for _, of in parts])[order] for one in parts[0][1]}
    if not (told[f"{name}_gap"] > 0).any():
        del told[f"{name}_gap"]
    if ends and cells.unallocated.any():
        told[UNALLOCATED] = cells.unallocated
    if twice := sorted(set(keys) & set(told)):
        raise SchemaError(f"the answer would have two columns {twice}: rename the table's")
    result = beside(frame, nw.maybe_reset_index(cells.groups), told)
    meaning = "the lowest and the highest that what is known allows; nothing on where between them it is likely to be"
    return annotated(result.to_native(), dict(getattr(table, "attrs", {})), interval=meaning)


def _refuse_ends(frame: nw.DataFrame[Any], wanted: list[str]) -> None:
    """Raise for rows whose low end is above the high end, or whose value is not between them."""
    low, high, *value = (frame[column].to_numpy().astype(np.float64) for column in wanted)
    found = [(low > high, "a low end above the high end", "Give the smaller of two reports as low")]
    if value:
        outside = (value[0] < low * (1 - ROUNDING)) | (value[0] > high * (1 + ROUNDING))
        found.append((outside, "a value that is not between its ends", "Mend the ends, or leave the values out"))
    for bad, what, fix in found:
        if bad.any():
            share, rows = share_of(bad, high), listing(np.flatnonzero(bad))
            raise TradeDataError(f"{bad.sum():,} rows with {what} (rows {rows}); {share or 0:.1%} of value. {fix}")


@dataclass(frozen=True)
class _Cells:
    """Of every column, the values by group and partner, those of a group one after the other from its start.

    Rows of the table that repeat a partner within a group are summed. What is a remainder is none of the values: its
    sum by group is in ``rest``. ``of_row`` is the group of every row of the table.
    """

    values: dict[str, Array]
    starts: Codes
    sizes: Codes
    rest: dict[str, Array]
    of_row: npt.NDArray[np.intp]
    groups: nw.DataFrame[Any]
    unallocated: Array

    def alike(self) -> Iterator[tuple[npt.NDArray[np.intp], dict[str, Array]]]:
        """The groups of like size, and every column as a matrix of theirs."""
        for these, columns in by_size(self.values.values(), self.starts, self.sizes):
            yield these, dict(zip(self.values, columns, strict=True))


def _cells(frame: nw.DataFrame[Any], keys: list[str], over: str, wanted: list[str]) -> _Cells:
    from scipy.sparse import coo_array

    for column in wanted:  # which refuses rows from which nothing can be computed
        groups, _, unallocated = of_table(frame, keys, over, column, [count])
    group, size, _ = joined(in_use([keyed(frame[key]) for key in keys], len(frame)), len(frame))
    partner = keyed(frame[over])
    known = among(pd.Index(partner.labels.to_pandas()), remainders(over))
    values: dict[str, Array] = {}
    rest: dict[str, Array] = {}
    for column in wanted:
        x = frame[column].to_numpy().astype(np.float64)
        cells = coo_array((x, (group, partner.codes)), shape=(size, max(len(known), 1))).tocsr()
        sizes = np.diff(cells.indptr)
        number = np.flatnonzero(sizes > 0) if keys else np.zeros(1, dtype=np.intp)
        left = np.where(np.append(known, False)[cells.indices], cells.data, 0.0)
        values[column] = cells.data - left
        of_group = np.repeat(np.arange(len(number)), sizes[number])
        rest[column] = np.bincount(of_group, left, len(number)).astype(np.float64)
    place = np.zeros(size, dtype=np.intp)
    place[number] = np.arange(len(number))
    return _Cells(values, cells.indptr[number], sizes[number], rest, place[group], groups, unallocated)


def _one_each(frame: nw.DataFrame[Any], cells: _Cells, column: str) -> Array:
    """The one number that a column holds in every group, in the order of the keys."""
    x = checked(frame[column].to_numpy())
    least, most = np.full(len(cells.sizes), np.inf), np.full(len(cells.sizes), -np.inf)
    np.minimum.at(least, cells.of_row, x)
    np.maximum.at(most, cells.of_row, x)
    if (several := least < most).any():
        named = " ".join(map(str, cells.groups.row(int(several.argmax())))) if cells.groups.columns else "the table"
        raise TradeDataError(
            f"{column!r} is the remainder of a group and differs within {several.sum():,} of {len(least):,} groups, "
            f"{named} the first: give every row the remainder of its group"
        )
    return most
