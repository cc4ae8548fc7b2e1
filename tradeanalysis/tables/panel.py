"""A whole table on any engine: its cells by year, flow and some axes, checked for faults."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd

from tradeanalysis.gate.findings import FAULTY, finding, listing, refuse
from tradeanalysis.gate.frames import collected, labels_in, open_table, refuse_float_ends, refuse_sides
from tradeanalysis.results import annotated
from tradeanalysis.schema import ALL, FLOW, FLOWS, PARTNER, PRODUCT, REPORTER, VALUE, YEAR, SchemaError, TradeDataError
from tradeanalysis.sums import aggregates, among, cells_of, coded, remainders
from tradeanalysis.texts import Text

Frame = nw.DataFrame[Any] | nw.LazyFrame[Any]
# Of values times this power of two an engine's sum stays within float64.
PART = 2.0**-60


@dataclass(frozen=True)
class Outline:
    """What is known of a table without its rows: ``marks`` are year and flow, where it has these columns.

    ``labels`` holds what stands in each of these columns and in the table's other axes; answers are of the library of
    ``like``, with its kinds of labels.
    """

    like: Any
    marks: list[str]
    labels: dict[str, list[Any]]
    attrs: dict[str, Any]

    @property
    def flows(self) -> list[Any]:
        """The flows of the table."""
        return self.labels.get(FLOW, [])

    def total(self, *axes: str) -> nw.Expr:
        """The sum over everything but the axes named, beside every cell."""
        return nw.col(VALUE).sum().over(*([*self.apart, *axes] or [ALL]))

    @property
    def apart(self) -> list[str]:
        """The marks that part the cells: a year or flow that all of them share takes as long as one that does."""
        return [one for one in self.marks if len(self.labels[one]) > 1]

    def allocated(self, rows: Any, *axes: str) -> Any:
        """The rows that are allocated on these axes."""
        for axis in axes:
            # Either economy may stand in the other's column by now.
            sides = (REPORTER, PARTNER) if axis in (REPORTER, PARTNER) else (axis,)
            labels = pd.Index([label for side in sides for label in self.labels.get(side, [])])
            if rest := labels[among(labels, remainders(axis))].tolist():
                rows = rows.filter(~nw.col(axis).is_in(rest))
        return rows

    def finish(self, frame: Any, keys: Sequence[str], **notes: Any) -> Any:
        """The result in the library of the table given, without remainders; in memory in the order of its keys."""
        frame = self.allocated(frame, *keys)
        if isinstance(frame, nw.DataFrame):
            order = [key for key in keys if key in self.apart or key not in self.marks]
            frame = nw.maybe_reset_index(frame.sort(*(order or keys)))
        about = {column: span(self.labels[column]) for column in (YEAR, FLOW) if column in self.marks}
        n = Text("note_reporters", count=len(self.labels[REPORTER]))
        return annotated(frame.to_native(), self.attrs, **about, n=n, **notes)

    def finish_pandas(self, table: pd.DataFrame, keys: list[str], **notes: Any) -> Any:
        """A pandas table in the library of the table given, in the order of its keys."""
        return self.finish(self.from_pandas(table), keys, **notes)

    def from_pandas(self, table: pd.DataFrame) -> Any:
        """A pandas table in the library of the table given, or in that of what its engine collects."""
        engine = self.like.implementation
        if engine.is_pandas():
            return nw.from_native(table)
        columns = {str(key): column.astype(object) for key, column in table.items()}
        given = {key: column.where(column.notna(), None).tolist() for key, column in columns.items()}
        backend: Any = engine if engine.is_polars() else nw.Implementation.PYARROW
        frame: Any = nw.from_dict(given, backend=backend)
        return frame.lazy() if engine.is_polars() and isinstance(self.like, nw.LazyFrame) else frame


@dataclass(frozen=True)
class Panel(Outline):
    """An outline with the positive cells of the table: columns ``marks``, axes and value."""

    @property
    def cells(self) -> Any:
        """The cells, which are also what answers are like."""
        return self.like


def open_panel(table: Any, axes: Sequence[str], *, value: str = VALUE, several: str = "") -> Panel:
    """Sum a table to cells of year, flow and the axes; faulty rows raise, on every engine.

    ``several`` names the function for which one reporter is not enough.
    """
    frame = open_table(table, axes, value)
    return panel_of(frame, axes, dict(getattr(table, "attrs", {})), value=value, several=several)


def panel_of(
    frame: Frame, axes: Sequence[str], attrs: dict[str, Any], *, value: str = VALUE, several: str = ""
) -> Panel:
    """The panel of a table that is open already; ``attrs`` are those of the table."""
    there = frame.collect_schema().names()
    marks = [column for column in (YEAR, FLOW) if column in there]
    keys = [*marks, *axes]
    if bad := sorted({key for key in keys if keys.count(key) > 1 or key in (ALL, VALUE)}):
        raise SchemaError(Text("key_not_one", columns=[*map(repr, bad)]))
    looked_at = [*keys, *(c for c in (REPORTER, PARTNER, PRODUCT) if c in there and c not in axes)]
    x = nw.col(value).cast(nw.Float64)
    rows = frame.select(*keys, x.alias(VALUE))
    if isinstance(rows, nw.DataFrame) and rows.implementation.is_pandas():
        cells: Frame = _dated(cells_of(rows, keys, VALUE)).with_columns(nw.lit(0).alias(ALL))
    else:
        cells = rows.with_columns(nw.lit(0).alias(ALL)).group_by(ALL, *keys).agg(nw.col(VALUE).sum())
    labels = {column: labels_in(cells if column in keys else frame, column) for column in looked_at}
    if FLOW in marks:  # one kind of text, which the other flow's name can be joined to
        cells = _flows_as_text(cells)
        labels[FLOW] = [one if pd.isna(one) else str(one) for one in labels[FLOW]]
    _refuse(frame, labels, value)
    if strange := [flow for flow in labels.get(FLOW, []) if flow not in FLOWS]:
        raise TradeDataError(Text("flows_strange", flows=[*map(repr, strange)]))
    if several and {REPORTER, PARTNER} <= set(axes):  # an economy is looked for on both sides
        refuse_sides(labels[REPORTER], labels[PARTNER])
    if several and not labels[REPORTER]:
        raise TradeDataError(Text("world_of_none", verb=several))
    if several and len(labels[REPORTER]) < 2:
        raise TradeDataError(Text("world_of_one", verb=several, reporter=labels[REPORTER]))
    if not isinstance(cells, nw.DataFrame) or not (cells[VALUE].to_numpy() > 0).all():
        cells = cells.filter(nw.col(VALUE) > 0)
    return Panel(cells, marks, labels, attrs)


def _dated(cells: nw.DataFrame[Any]) -> nw.DataFrame[Any]:
    """The cells of pandas with dates as dates: of objects only their groups would be some."""
    native = cells.to_native()
    if YEAR not in native or native[YEAR].dtype != object or pd.api.types.infer_dtype(native[YEAR]) != "datetime":
        return cells
    return nw.from_native(native.assign(**{YEAR: native[YEAR].infer_objects()}), eager_only=True)


def _flows_as_text(cells: Any) -> Any:
    """The flows as texts; categories of pandas by the text of each, not of each row."""
    flows = cells.to_native()[FLOW] if cells.implementation.is_pandas() else None
    if flows is None or not isinstance(flows.dtype, pd.CategoricalDtype) or flows.hasnans:
        return cells.with_columns(nw.col(FLOW).cast(nw.String))
    texts = nw.from_native(pd.Series(flows.cat.categories), series_only=True).cast(nw.String).to_native()
    of_rows = texts.take(flows.cat.codes.to_numpy()).set_axis(flows.index).rename(FLOW)
    return cells.with_columns(nw.from_native(of_rows, series_only=True))


def as_pandas(rows: Any) -> pd.DataFrame:
    """Cells in memory, of whatever library."""
    frame: pd.DataFrame = collected(nw.from_native(rows, pass_through=True)).to_pandas()
    return frame.reset_index(drop=True)


def summed(rows: Any, keys: Sequence[str]) -> pd.DataFrame:
    """The value by the keys, in memory."""
    return as_pandas(rows.group_by(*keys).agg(nw.col(VALUE).sum()))


def span(labels: Sequence[Any]) -> str:
    """The labels in a few words: the one, the ends of years, or the first few."""
    if labels and all(isinstance(one, (int, np.integer)) for one in labels) and len(labels) > 1:
        return f"{min(labels)}-{max(labels)}"
    return listing(labels)


def _refuse(frame: Frame, labels: dict[str, list[Any]], value: str) -> None:
    """Raise for values, keys and aggregates from which nothing can be computed, with rows where they have an order."""
    totals = {column: among(pd.Index(found), aggregates(column)) for column, found in labels.items()}
    nameless = [column for column, found in labels.items() if pd.isna(pd.Series(found, dtype=object)).any()]
    wrong = [column for column in labels if totals[column].any() or column in nameless]
    if isinstance(frame, nw.DataFrame):
        given = frame[value].to_numpy().astype(np.float64)
        if not ((given >= 0) & (given < np.inf)).all():
            wrong = wrong or [PARTNER if PARTNER in labels else REPORTER]
        for column in wrong:
            coded(frame, [], column, value)
        refuse_float_ends(given, "sum", "apart")
        return
    x = nw.col(value).cast(nw.Float64)
    missing = x.is_null() | x.is_nan()
    sound = nw.when((x > 0) & ~missing & (x < np.inf)).then(x)
    counts = frame.select(
        *(
            nw.when(bad).then(1).otherwise(0).sum().alias(id)
            for (id, _), bad in zip(FAULTY, ((x < 0) & ~missing, missing, (x == np.inf)), strict=True)
        ),
        sound.min().alias("least"),
        sound.max().alias("most"),
        (sound * PART).sum().alias("part"),
    ).collect()
    found = [
        replace(finding(id, f"rows_{what}", count=count, column=repr(value)), count=count)
        for id, what in FAULTY
        if (count := int(counts[id].item()))
    ]
    found += [finding("TA-105", "rows_key_missing", column=repr(one)) for one in nameless]
    for column, bad in totals.items():
        if bad.any():
            there = [repr(label) for label in pd.Index(labels[column])[bad]]
            found.append(finding("TA-104", "aggregate_in_column", column=repr(column), totals=there, labels=there))
    refuse(found)
    least, most, part = (counts[one].item() or 0.0 for one in ("least", "most", "part"))
    refuse_float_ends(np.full(2, min(part / 2 / PART, np.finfo(np.float64).max)), "sum")
    refuse_float_ends(np.array([least, most]), "apart")
