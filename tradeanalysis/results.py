"""Results: tables that know whose, when, from where and by which convention; and what is more than a table."""

from __future__ import annotations

import math
from collections.abc import Mapping
from html import escape
from typing import Any, TypeVar

import pandas as pd

from tradeanalysis.currencies import currency_of

Table = TypeVar("Table")


class AnnotatedTable(pd.DataFrame):
    """A pandas table whose notes, ``attrs["notes"]``, stand below it in a notebook."""

    @property
    def _constructor(self) -> type[AnnotatedTable]:
        return AnnotatedTable

    def _repr_html_(self) -> str:
        with pd.option_context("display.float_format", short_number, "display.max_rows", 30, "display.min_rows", 20):
            table = str(super()._repr_html_())  # type: ignore[misc]
        notes: Mapping[str, Any] = self.attrs.get("notes", {})
        lines = "<br>".join(f"{escape(str(key))}: {escape(_text(note))}" for key, note in notes.items())
        return f"{table}<p><small>{lines}</small></p>" if lines else table


def annotated(table: Table, attrs: Mapping[Any, Any], **notes: Any) -> Table:
    """The table with the notes that hold a word; other libraries' tables have no room for notes and stay as they are.

    The source is the certificate's, where the question had one, and so is the currency of its amounts.
    """
    if not isinstance(table, pd.DataFrame):
        return table
    noted = AnnotatedTable(table)
    source = attrs.get("certificate", {}).get("source")
    said = notes | {"currency": currency_of(attrs), "source": source}
    kept = {key: one for key, one in said.items() if one not in (None, "", [], {})}
    noted.attrs = {**attrs, "notes": kept}
    return noted  # type: ignore[return-value]


class Result:
    """What is more than a table: a frozen dataclass with ``table`` and ``sentence(lang)`` prints these two, no dump.

    ``@dataclass(frozen=True, repr=False)`` leaves the printing to this class.
    """

    table: Any
    HEAD = 10

    def sentence(self, lang: str = "en") -> str:
        """The result in words."""
        raise NotImplementedError

    def details(self) -> list[str]:
        """Further lines below the sentence, where there are any."""
        return []

    def head(self) -> pd.DataFrame:
        """The rows of the table that are shown."""
        shown: pd.DataFrame = self.table.head(self.HEAD)
        return shown

    def summary(self) -> str:
        """The sentence and its details, and the head of the table where there is one."""
        table, words = getattr(self, "table", None), "\n".join([self.sentence(), *self.details()])
        if not isinstance(table, pd.DataFrame) or table.empty:
            return words
        with pd.option_context("display.float_format", short_number, "display.width", 120):
            shown = self.head().to_string()
        more = f"\n... {len(table):,} rows" if len(table) > self.HEAD else ""
        return f"{words}\n\n{shown}{more}"

    def __repr__(self) -> str:
        return self.summary()

    def _repr_html_(self) -> str:
        table, shown = getattr(self, "table", None), ""
        if isinstance(table, pd.DataFrame):
            head = AnnotatedTable(self.head())
            head.attrs = dict(table.attrs)  # with the notes
            shown = head._repr_html_()
        words = "".join(f"<p>{escape(line)}</p>" for line in [self.sentence(), *self.details()])
        return f"{words}{shown}"


def short_number(x: float) -> str:
    """Values in whole units, shares and indices with four decimals."""
    return f"{x:,.0f}" if 1000 <= abs(x) < math.inf else f"{x:z.4f}"  # no minus before a zero


def _text(note: Any) -> str:
    if isinstance(note, Mapping):
        return "; ".join(f"{key}: {one}" for key, one in note.items())
    return ", ".join(map(str, note)) if isinstance(note, (list, tuple)) else str(note)
