"""The rows that ``rows=`` keeps, and the columns that stand several times."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import numpy as np
import pandas as pd

from tradeanalysis.gate.findings import fault
from tradeanalysis.sources.columns.headings import heading, written
from tradeanalysis.sources.columns.reading import Reading
from tradeanalysis.sources.options import ReadOptions
from tradeanalysis.sources.raw import ROLE


def keep_rows(reading: Reading, options: ReadOptions) -> None:
    """Keep the rows whose columns have the values that ``rows=`` names."""
    for name, value in (options.rows or {}).items():
        cells = reading.table
        there = [one for one in (written(name), heading(name)) if one in cells.columns]
        if not there:
            known = [reading.raw.written.get(one, one) for one in dict.fromkeys(map(str, cells.columns)) if one != ROLE]
            raise fault("TA-110", "rows_no_column", labels=known, column=repr(name), headings=list(map(repr, known)))
        if there[0] in reading.twice:
            raise fault("TA-110", "rows_twice", column=repr(name))
        several = isinstance(value, Collection) and not isinstance(value, str)
        wanted = {_same(one) for one in (value if several else [value])}
        numbers, distinct = pd.factorize(cells[there[0]])
        labels = [_same(one) for one in distinct]
        if absent := sorted(wanted - {*labels, ""}):
            known = sorted({written(one) for one in distinct} - {""})
            raise fault(
                "TA-110",
                "rows_no_value",
                labels=known,
                values=list(map(repr, absent)),
                column=repr(name),
                there=list(map(repr, known)),
            )
        kept = np.array([*(one in wanted for one in labels), "" in wanted])[numbers]
        reading.note("other_rows_out", rows=int((~kept).sum()), heading=name, kept=_listed(value))
        reading.table = cells[kept]


def _listed(value: Any) -> list[str]:
    return [str(one) for one in value] if isinstance(value, Collection) and not isinstance(value, str) else [str(value)]


def _same(label: object) -> str:
    """A label as it is compared: without case and surplus blanks, whole numbers without their point."""
    return "" if label is None or label != label else heading(label).removesuffix(".0")


def refuse_twice(reading: Reading, headings: Collection[str]) -> None:
    """Refuse headings that stand several times with different cells, of which only the first would be read."""
    if twice := sorted({*headings} & {*reading.twice}):
        shown = [reading.raw.written.get(one, one) for one in twice]
        raise fault("TA-110", "headings_twice", labels=shown, names=[*map(repr, shown)])


def one_column_each(reading: Reading, options: ReadOptions) -> None:
    """Keep the first of several columns of one name; those that differ are remembered, in case one is needed."""
    cells = reading.table
    again = cells.columns.duplicated()
    if again.any():
        several = np.flatnonzero(cells.columns.isin(cells.columns[again]))
        texts = cells.iloc[:, several].astype(str).to_numpy(dtype=object)
        first: dict[Any, int] = {}
        for place, name in enumerate(cells.columns[several]):
            differs = (texts[:, place] != texts[:, first.setdefault(name, place)]).any()
            if name and differs and str(name) not in reading.twice:
                reading.twice.append(str(name))
        reading.table = cells.loc[:, ~again]
