"""The interval of every group of a trade table."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import narwhals as nw
import numpy as np
import numpy.typing as npt
import pandas as pd

from tradeanalysis.gate.findings import share_of
from tradeanalysis.gate.frames import collected, labels_in, open_table
from tradeanalysis.measures.formula import Measure
from tradeanalysis.results import Table, annotated
from tradeanalysis.schema import PARTNER, VALUE, SchemaError, TradeDataError
from tradeanalysis.sums import (
    Array,
    Codes,
    among,
    by_size,
    checked,
    count,
    in_use,
    joined,
    keyed,
    of_table,
    refuse_rows,
    remainders,
)
from tradeanalysis.tables.query import UNALLOCATED, beside
from tradeanalysis.texts import MOST, Few, Text
from tradeanalysis.uncertainty.possible_vectors import (
    box_extremes,
    monotone_form,
    refuse_unknown_largest,
    remainder_extremes,
    require_measure,
)

LOW, HIGH, REMAINDER = "low", "high", "remainder"
# A value that was computed from its ends may be beyond them by so much.
ROUNDING = 1e-9


def intervals(
    table: Table,
    measure: Measure,
    *,
    by: str | Iterable[str] | None = None,
    over: str = PARTNER,
    value: str = VALUE,
    remainder: str | None = None,
    top_listed: bool = False,
) -> Table:
    """The sharp interval of a measure for every group of a trade table, all at once.

    A table of DuckDB or PySpark is read into memory, and the result is the table that it collects to.

    Parameters
    ----------
    table
        A trade table of pandas, Polars, PyArrow, DuckDB or PySpark with columns ``low`` and ``high``, such as
        ``ta.mirror`` gives, or with values and a remainder.
    measure
        As for ``ta.interval``.
    by, over
        As for ``ta.measure``.
    value
        The column of values; beside ``low`` and ``high`` it may be absent.
    remainder
        The column with the part of each group's total that is not listed, the same in all rows of a group;
        ``"remainder"`` where the table has it. Rows of remainders ("Others", "Areas nes") are added to it.
    top_listed
        As for ``ta.interval``.

    Returns
    -------
    A table with ``by``, ``n`` and, for the HHI, ``hhi`` (of the column of values, beside ``low`` and ``high``),
    ``hhi_low`` and ``hhi_high``; ``hhi_gap`` where not all groups are exact; ``unallocated`` as in ``ta.measure``. A
    group in which no value is known to be above zero is missing.

    Raises
    ------
    SchemaError
        A column is missing: the table has neither ``low`` and ``high`` nor a remainder.
    TradeDataError
        The interval of this measure is not known; ``top_listed`` where the certificate of the table says that the
        largest are not known; a low end is above its high end, or a value outside them; values are
        negative, missing or infinite.
    TypeError
        ``measure`` is not a measure.

    Notes
    -----
    As for ``ta.interval``. Remainders in a table with ``low`` and ``high`` are not partners, and in neither end.

    References
    ----------
    As for ``ta.interval``.

    Examples
    --------
    >>> import pandas as pd
    >>> import tradeanalysis as ta
    >>> from tradeanalysis.uncertainty.group_bounds import intervals
    >>> rows = [("VNM", "USA", 40, 60), ("VNM", "CHN", 20, 30), ("VNM", "JPN", 10, 10), ("THA", "USA", 5, 5)]
    >>> intervals(pd.DataFrame(rows, columns=["reporter", "partner", "low", "high"]), ta.hhi, by="reporter").round(4)
      reporter  n  hhi_low  hhi_high
    0      THA  1   1.0000    1.0000
    1      VNM  3   0.4062    0.5062
    """
    require_measure(measure, "intervals(table, ta.hhi, by=...)")
    if not hasattr(type(table), "columns"):
        raise TypeError(
            "intervals() is for a trade table; for one vector or matrix write ta.interval(low, measure, high)"
        )
    refuse_unknown_largest(getattr(table, "attrs", {}), top_listed)
    form, keys = monotone_form(measure), [by] if isinstance(by, str) else list(by or ())
    native: Any = table
    names = nw.from_native(native).collect_schema().names()
    opened = open_table(table, [*keys, over], LOW if LOW in names else value)
    ends = remainder is None and LOW in names and HIGH in names
    listed = [REMAINDER] if REMAINDER in names else []
    wanted = [LOW, HIGH, *([value] if value in names else [])] if ends else [value]
    extra = [] if ends else [remainder] if remainder is not None else listed
    for column in [*wanted, *extra]:
        open_table(table, [], column)
    frame = collected(opened)
    cells = _cells(frame, keys, over, wanted)
    if ends:
        if top_listed:
            raise TradeDataError(Text("intervals_top_listed"))
        _refuse_ends(frame, wanted)
    else:
        rest = cells.rest[value]
        if extra:
            rest = rest + _group_remainders(frame, cells, extra[0])
        elif not among(pd.Index(labels_in(frame, over)), remainders(over)).any():
            raise SchemaError(Text("intervals_of_what", low=LOW, high=HIGH, remainder=REMAINDER))
    name, parts = measure.name, []
    for these, columns in cells.by_size():
        values = columns[wanted[-1]]
        if ends:
            found = box_extremes(form, columns[LOW], columns[HIGH])
        else:
            found = remainder_extremes(form, values, rest[these], top_listed)
        least, most = (found.least, found.most) if form.rises else (found.most, found.least)
        known = {name: measure(values)} if ends and value in wanted else {}
        bounds = {f"{name}_{LOW}": least, f"{name}_{HIGH}": most, f"{name}_gap": found.gap}
        parts.append((these, {"n": (values > 0).sum(axis=1), **known, **bounds}))
    order = np.argsort(np.concatenate([these for these, _ in parts]))
    computed = {one: np.concatenate([of[one] for _, of in parts])[order] for one in parts[0][1]}
    if not (computed[f"{name}_gap"] > 0).any():
        del computed[f"{name}_gap"]
    if ends and cells.unallocated.any():
        computed[UNALLOCATED] = cells.unallocated
    if twice := sorted(set(keys) & set(computed)):
        raise SchemaError(Text("groups_column_twice", columns=list(map(repr, twice))))
    result: Table = beside(frame, nw.maybe_reset_index(cells.groups), computed).to_native()
    meaning = Text("note_interval")
    return annotated(result, dict(getattr(table, "attrs", {})), interval=meaning)


def _refuse_ends(frame: nw.DataFrame[Any], wanted: list[str]) -> None:
    """Raise for rows whose low end is above the high end, or whose value is not between them."""
    low, high, *value = (frame[column].to_numpy().astype(np.float64) for column in wanted)
    found = [(low > high, "ends_low_above")]
    if value:
        outside = (value[0] < low * (1 - ROUNDING)) | (value[0] > high * (1 + ROUNDING))
        found.append((outside, "ends_value_outside"))
    for bad, key in found:
        if count := int(bad.sum()):
            rows = Few(np.flatnonzero(bad)[:MOST].tolist(), count)
            raise TradeDataError(Text(key, count=count, rows=rows, share=share_of(bad, high) or 0.0))


@dataclass(frozen=True)
class _Cells:
    """For each column, the values by group and partner; those of a group follow one another from its start.

    Rows of the table that repeat a partner within a group are summed. Remainders are not among the values: their sum
    by group is in ``rest``. ``of_row`` is the group of every row of the table.
    """

    values: dict[str, Array]
    starts: Codes
    sizes: Codes
    rest: dict[str, Array]
    of_row: npt.NDArray[np.intp]
    groups: nw.DataFrame[Any]
    unallocated: Array

    def by_size(self) -> Iterator[tuple[npt.NDArray[np.intp], dict[str, Array]]]:
        """Groups of similar size together, with each column as a matrix that has a group in each row."""
        for these, columns in by_size(self.values.values(), self.starts, self.sizes):
            yield these, dict(zip(self.values, columns, strict=True))


def _cells(frame: nw.DataFrame[Any], keys: list[str], over: str, wanted: list[str]) -> _Cells:
    from scipy.sparse import coo_array

    numbered = {key: keyed(frame[key]) for key in (*keys, over)}
    partner = numbered[over]
    labels = pd.Index(partner.labels.to_pandas())
    for column in wanted[:-1]:
        x = frame[column].to_numpy().astype(np.float64, copy=False)
        refuse_rows(x, {key: one.codes for key, one in numbered.items()}, labels, over, column)
    groups, _, unallocated = of_table(frame, keys, over, wanted[-1], [count])
    group, size, _ = joined(in_use([numbered[key] for key in keys], len(frame)), len(frame))
    is_rest = among(labels, remainders(over))
    values: dict[str, Array] = {}
    rest: dict[str, Array] = {}
    for column in wanted:
        x = frame[column].to_numpy().astype(np.float64)
        cells = coo_array((x, (group, partner.codes)), shape=(size, max(len(is_rest), 1))).tocsr()
        sizes = np.diff(cells.indptr)
        number = np.flatnonzero(sizes > 0) if keys else np.zeros(1, dtype=np.intp)
        left = np.where(np.append(is_rest, False)[cells.indices], cells.data, 0.0)
        values[column] = cells.data - left
        of_group = np.repeat(np.arange(len(number)), sizes[number])
        rest[column] = np.bincount(of_group, left, len(number)).astype(np.float64)
    place = np.zeros(size, dtype=np.intp)
    place[number] = np.arange(len(number))
    return _Cells(values, cells.indptr[number], sizes[number], rest, place[group], groups, unallocated)


def _group_remainders(frame: nw.DataFrame[Any], cells: _Cells, column: str) -> Array:
    """The remainder of every group, in the order of the keys; all rows of a group must agree."""
    x = checked(frame[column].to_numpy())
    least, most = np.full(len(cells.sizes), np.inf), np.full(len(cells.sizes), -np.inf)
    np.minimum.at(least, cells.of_row, x)
    np.maximum.at(most, cells.of_row, x)
    if (several := least < most).any():
        first = cells.groups.row(int(several.argmax())) if cells.groups.columns else ()
        named = " ".join(map(str, first)) or Text("the_table")
        counts = {"several": int(several.sum()), "groups": len(least)}
        raise TradeDataError(Text("remainder_differs", column=repr(column), **counts, first=named))
    return most
