"""A sheet of the workbook: its name, what it holds, its columns with how their numbers are shown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import pandas as pd

from tradeanalysis.brief.contents import ShownTable
from tradeanalysis.texts import figures_of, unit_name

SHARE, COUNT, INDEX, CHANGE, MOVED = "0.0%", "#,##0", "0.0000", "+0.0%;-0.0%;0.0%", "+0.0000;-0.0000"
# A total that is so many of a unit is written in it.
ENOUGH = 1000


class Column(NamedTuple):
    """A column: its head, its cells, and the code by which Excel shows its numbers, or the code of each row."""

    head: str
    cells: Iterable[Any]
    form: str | Sequence[str] = ""


@dataclass(frozen=True)
class Sheet:
    """A sheet: its name, what it holds, its table, and the key of a table of the page of which it is the whole."""

    name: str
    about: str
    table: pd.DataFrame
    shows: str | None = None


def sheet(name: str, about: str, columns: Sequence[Column], shows: str | None = None) -> Sheet:
    """A sheet of these columns, without those that are empty."""
    cells = pd.DataFrame({one.head: pd.Series(list(one.cells), dtype=object) for one in columns})
    kept = [one for one in columns if cells[one.head].notna().any()]
    table = cells[[one.head for one in kept]]
    table.attrs["formats"] = {one.head: one.form for one in kept if one.form}
    return Sheet(name, about, table, shows)


def of_table(name: str, about: str, table: pd.DataFrame, forms: dict[str, str], shows: str | None = None) -> Sheet:
    """A sheet of a table that has its heads, with the codes of its columns."""
    named = table.copy()
    named.attrs["formats"] = forms
    return Sheet(name, about, named, shows)


def as_shown(table: ShownTable, about: str) -> Sheet:
    """A table of the page with every digit: a cell that is one figure is a number, any other the text that it is."""
    columns = []
    for place, head in enumerate(table.heads):
        figures = [figures_of(row[place]) for row in table.rows]
        alone = [len(one) == 1 and one[0].text == row[place] for one, row in zip(figures, table.rows, strict=True)]
        pairs = list(zip(figures, alone, table.rows, strict=True))
        cells = [one[0].value if is_number else row[place] or None for one, is_number, row in pairs]
        forms = [one[0].form if is_number else "" for one, is_number, _ in pairs]
        columns.append(Column(head, cells, forms))
    return sheet(table.label, about, columns, shows=table.key)


def amount_form(size: float) -> str:
    """How amounts in a unit of this size are shown: with a decimal where it is more than one."""
    return "#,##0.0" if size > 1 else COUNT


def unit_for(total: float, currency: str, lang: str) -> tuple[str, float]:
    """The name of the unit of a workbook's amounts, of which a total is a thousand or more, and its size."""
    unit, size = next(((unit, size) for unit, size in (("bn", 1e9), ("m", 1e6)) if total >= ENOUGH * size), ("", 1.0))
    return unit_name(f"{unit}{currency}", lang), size
