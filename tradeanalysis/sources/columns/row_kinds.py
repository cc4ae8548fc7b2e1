"""Long tables that hold several measures below each other, such as value and quantity: they are never added."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from tradeanalysis import names
from tradeanalysis.currencies import unit_named
from tradeanalysis.gate.findings import Fix, fault, in_rows, refuse
from tradeanalysis.schema import FLOW_WORDS, UNIT
from tradeanalysis.sources.columns.headings import MEASURES, UNITS_OF_MEASURE, heading_key, is_no_value
from tradeanalysis.sources.columns.layouts import LAYOUTS
from tradeanalysis.sources.columns.reading import Reading
from tradeanalysis.sources.columns.scales import kind
from tradeanalysis.sources.columns.units import unit_in
from tradeanalysis.sources.options import ReadOptions
from tradeanalysis.sources.raw import ROLE
from tradeanalysis.texts import Text

MOST = 50


def refuse_several_kinds(reading: Reading, options: ReadOptions) -> None:
    """Refuse rows of several units, elements or indicators, which ``rows=`` chooses from; and quantities alone."""
    cells, layout = reading.table, reading.layout
    used = {*layout.values, *layout.rows, *layout.dimensions}.union(*layout.columns.values())
    for name, (_, column) in zip(map(str, cells.columns), cells.items(), strict=True):
        key = heading_key(name)
        if name in (*used, ROLE) or not (key in MEASURES or column.dtype == object):
            continue
        if key not in MEASURES and kind(_first(column)) is None:
            continue  # as in most columns the first cell is of no kind
        labels = _labels(column)
        if not labels:
            continue
        kinds = [kind(label) for label in labels]
        unit = key in UNITS_OF_MEASURE or name == UNIT
        if key in MEASURES and set(kinds) == {"other"}:
            alone = options.unit is None and not any(map(is_no_value, map(str, cells.columns)))
            if not unit or alone:  # a unit may be of a quantity beside the value
                head = reading.raw.written.get(name, name)
                raise fault("TA-109", "values_no_money", labels=labels, column=head, kinds=list(map(repr, labels)))
            continue
        several = {"money", "other"} <= set(kinds) or (
            key in MEASURES and not unit and len(labels) > 1 and _splits_cells(reading, name)
        )
        if several and (key in MEASURES or None not in kinds):
            _refuse(reading, options, name, labels, kinds)


def refuse_several_units(reading: Reading, options: ReadOptions) -> None:
    """Refuse rows whose column of units names several units of money, which ``rows=`` chooses from.

    Columns by which a known layout chooses its rows are left to it.
    """
    of_layouts = {name for layout in LAYOUTS for name in layout.rows}
    for name in map(str, reading.table.columns):
        if heading_key(name) not in UNITS_OF_MEASURE or name in of_layouts:
            continue
        labels = _labels(reading.table[name])
        units = {unit for label in labels if unit_named(unit := unit_in(label))}
        if len(units) > 1:
            # One of them may be kept where every cell has each; partners in one and partners in another are one table.
            each = _in_every_cell(reading, name)
            _refuse(reading, options, name, labels, ["money" if each and unit_in(one) else "other" for one in labels])


def _in_every_cell(reading: Reading, name: str) -> bool:
    """Whether every cell has a row for each label of a column."""
    there = {one for names in reading.layout.columns.values() for one in names if one in reading.table.columns}
    labels = reading.table[name].nunique()
    return bool(there) and bool((reading.table.groupby(sorted(there), dropna=False)[name].nunique() == labels).all())


def _splits_cells(reading: Reading, name: str) -> bool:
    """Whether rows of one cell differ in a column."""
    there = {one for names in reading.layout.columns.values() for one in names if one in reading.table.columns}
    keys = sorted(there)
    return bool((reading.table.groupby(keys, dropna=False)[name].nunique() > 1).any()) if keys else True


def _first(column: pd.Series) -> str:
    """The first label of a column."""
    return next((str(one) for one in column.to_numpy() if not pd.isna(one) and str(one).strip()), "")


def _labels(column: pd.Series) -> list[str]:
    """The distinct labels of a column; none where it has many."""
    distinct = column.dropna().unique()
    labels = list(dict.fromkeys(text for one in distinct[: MOST + 1] if (text := " ".join(str(one).split()))))
    return [] if len(distinct) > MOST else labels


def _refuse(
    reading: Reading, options: ReadOptions, name: str, labels: Sequence[str], kinds: Sequence[str | None]
) -> None:
    given, column = dict(options.rows or {}), reading.raw.written.get(name, name)
    good = [one for one, what in zip(labels, kinds, strict=True) if what == "money"]
    if options.flow is not None and (meant := [one for one in good if _flow(one) in (None, options.flow)]):
        good = meant
    every = np.ones(len(reading.table), dtype=bool)
    found = in_rows(
        "TA-109",
        "kinds_below",
        every,
        np.zeros(len(every)),
        numbers=reading.table.index.to_numpy(dtype=np.intp),
        where=reading.raw.where,
        fixes=[_keeps(reading, name, column, one, given) for one in good[:4]],
        labels=labels,
        column=column,
        kinds=list(map(repr, labels)),
    )
    refuse([found])


def _keeps(reading: Reading, name: str, column: str, label: str, given: Mapping[str, Any]) -> Fix:
    """The way out that keeps the rows of one label."""
    rows = int((reading.table[name].map(lambda one: " ".join(str(one).split())) == label).sum())
    return Fix("rows", {**given, column: label}, Text("keeps_rows_of", rows=rows, label=repr(label)))


def _flow(label: str) -> str | None:
    key = names.key(label)
    return FLOW_WORDS.get(key) or next((FLOW_WORDS[f"{word}s"] for word in ("export", "import") if word in key), None)
