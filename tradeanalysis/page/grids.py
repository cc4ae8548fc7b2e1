"""The first rows of a file as a person sees them, with what each column and row is taken for."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tradeanalysis.schema import FLOW, FLOWS, PARTNER, PERIOD, VALUE
from tradeanalysis.sources import Inspection
from tradeanalysis.sources.columns.headings import OURS
from tradeanalysis.texts import catalogue, heading_in_words, in_language, say

# Roles of rows that are counted in others.
OUT = frozenset({"total", "subtotal", "part", "of which"})
# The heading of a column that has none.
_UNNAMED = re.compile(r"column (\d+)")
# A year, which is no amount.
_YEAR = re.compile(r"(?:19|20)\d\d(?:\.0)?")
# The rows above the headings, each with its number and cells; None where no row can be said to have these.
RowsAbove = tuple[tuple[int, tuple[str, ...]], ...] | None
# Columns of a broad table that are shown beside those that are read.
COLUMNS = 12


@dataclass(frozen=True)
class Head:
    """A heading, and which of our columns it is: ``partner``, ``value``, or none."""

    text: str
    role: str = ""


@dataclass(frozen=True)
class Row:
    """A row by its number, whether it is left out, and what a click on its number answers."""

    line: str
    cells: tuple[str, ...]
    out: bool = False
    # The answer that this row has the headings; None where it cannot be.
    heads: dict[str, str] | None = None


@dataclass(frozen=True)
class Grid:
    """The first rows, the headings of all columns with their words, and those that are taken for ours."""

    heads: tuple[Head, ...]
    rows: tuple[Row, ...]
    headings: tuple[tuple[str, str], ...]
    columns: dict[str, str]
    above: tuple[Row, ...] = ()

    @property
    def has_heads(self) -> bool:
        """Whether a row can be said to have the headings."""
        return any(row.heads for row in (*self.above, *self.rows))

    @property
    def has_out(self) -> bool:
        """Whether a row is marked."""
        return any(row.out for row in self.rows)


def grid_of(seen: Inspection, above: RowsAbove, lang: str) -> Grid | None:
    """The first rows of what was seen below those above the headings; None where nothing could be loaded."""
    rows = seen.first
    if not len(rows.columns):
        return None
    ours = {ours: seen.columns.get(ours, "") for ours in (PARTNER, VALUE)}
    roles = {theirs: ours for ours, theirs in ours.items()}
    shown = [*range(len(rows.columns))]
    if len(shown) > COLUMNS:
        needed = [at for at in shown if str(rows.columns[at]) in roles]
        shown = sorted({*needed, *shown[: COLUMNS - len(needed)]})
    names = [str(one) for one in rows.columns]
    heads = tuple(Head(said_heading(names[at], lang), roles.get(names[at], "")) for at in shown)
    cells = rows.to_numpy(dtype=object)
    lines = tuple(
        Row(
            str(line),
            tuple(_said_cell(names[at], cells[i, at], lang) for at in shown),
            role in OUT,
            _heads(above, line, cells[i]),
        )
        for i, (line, role) in enumerate(zip(rows.index, seen.roles, strict=True))
    )
    upper = tuple(Row(str(line), texts, heads=_heads(above, line, texts)) for line, texts in above or ())
    return Grid(heads, lines, said_headings(names, lang), ours, upper)


def _heads(above: RowsAbove, line: Any, cells: Sequence[Any]) -> dict[str, str] | None:
    """The answer that a row has the headings: several cells of it hold something, and columns are chosen anew."""
    if above is None or sum(bool(str(one)) for one in cells) < 2:
        return None
    return {"header_rows": f"[{int(line)}]", **dict.fromkeys(("columns", "columns.partner", "columns.value"), "")}


def said_headings(names: Sequence[str], lang: str) -> tuple[tuple[str, str], ...]:
    """Headings, each once, with their words."""
    return tuple((one, said_heading(one, lang)) for one in dict.fromkeys(names))


def said_heading(name: str, lang: str) -> str:
    """A heading; one that was made of periods or flows side by side, or of none, in the language."""
    if found := _UNNAMED.fullmatch(name):
        return say("page_column_unnamed", lang, number=found[1])
    key = OURS.get(name, f"column_{name}")
    return say(key, lang) if key in catalogue(lang) else heading_in_words(name, lang)


def _said_cell(heading: str, cell: object, lang: str) -> str:
    """A cell: a number with the decimal mark of the language, a flow and a period in its words."""
    if isinstance(cell, (int, float)):
        return in_language(str(cell), lang)
    if heading == FLOW and cell in FLOWS:
        return say(f"page_flow_{cell}", lang)
    return heading_in_words(str(cell), lang) if heading == PERIOD else str(cell)


def likely_columns(seen: Inspection | None, headings: Sequence[str]) -> dict[str, str]:
    """Of these headings the one below which most cells are words, and the last below which most are amounts."""
    if seen is None or not headings:
        return {PARTNER: "", VALUE: ""}
    there = [one for one in headings if one in seen.first.columns and seen.first.columns.tolist().count(one) == 1]
    cells = {one: [str(cell) for cell in seen.first[one]] for one in there}
    words = {one: sum(any(map(str.isalpha, cell)) for cell in cells[one]) for one in there}
    amounts = {one: sum(cell[:1].isdigit() and not _YEAR.fullmatch(cell) for cell in cells[one]) for one in there}
    partner = max(there, key=lambda one: words[one], default=headings[0])
    value = max(reversed(there), key=lambda one: amounts[one], default=headings[-1])
    return {PARTNER: partner, VALUE: value}


def titles_of(seen: Inspection) -> list[str]:
    """The lines above the headings."""
    return [str(one) for note in seen.notes if getattr(note, "key", "") == "titles_above" for one in _values(note)]


def _values(note: Any) -> list[Any]:
    return list(note.values["titles"])
