"""Sheets as people make them: titles above, notes below, headings in two rows, years side by side.

A *grid* is a frame of raw cells without headings, whose index numbers its lines or rows as a person counts them. It
becomes *cells*: headings as columns, one kind of row below them, and beside them the role of each row.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from tradeanalysis.gate.findings import Fix, fault, numbered, row_said
from tradeanalysis.sources.columns import units
from tradeanalysis.sources.columns.headings import heading
from tradeanalysis.sources.columns.parts_in_words import label_of_part, parts_in, period_of
from tradeanalysis.sources.columns.periods import cell_text, is_fiscal, written
from tradeanalysis.sources.columns.sheet_words import estimates_in, issuer_in
from tradeanalysis.sources.formats.heading_rows import (
    ROW_NUMBER,
    counts,
    filled,
    heading_rows,
    headings_of,
    named_columns,
)
from tradeanalysis.sources.formats.label_rows import Look, with_roles
from tradeanalysis.sources.formats.rows_without_numbers import filled_down, split_notes, without_numbering
from tradeanalysis.sources.formats.side_by_side import long
from tradeanalysis.sources.formats.titles import says_largest, stated_in
from tradeanalysis.texts import Text

MAX_COLUMNS = 5_000
# A row of a file: its number, and its cells that are not empty.
Line = tuple[int, tuple[str, ...]]


@dataclass
class Sheet:
    """Cells under their headings, the units that the texts around them state, what titles state, and notes."""

    cells: pd.DataFrame
    units: frozenset[str] = frozenset()
    notes: list[str] = field(default_factory=list)
    stated: dict[str, object] = field(default_factory=dict)
    largest: str = ""
    estimates: list[dict[str, Any]] = field(default_factory=list)
    issuer: str = ""
    parts: list[dict[str, Any]] = field(default_factory=list)
    # The rows above the headings by their numbers, for whom the headings are to be others; None where they cannot be.
    above: tuple[Line, ...] | None = None


def grid_of(rows: Sequence[Sequence[str]], numbers: Sequence[int]) -> pd.DataFrame:
    """Rows of any length as a grid, under their numbers."""
    width = max(map(len, rows), default=0)
    return pd.DataFrame([[*row, *[""] * (width - len(row))] for row in rows], index=list(numbers), dtype=object)


def tabulate(
    grid: pd.DataFrame,
    name: str,
    *,
    where: str,
    header_rows: int | Sequence[int] | None = None,
    merged: Collection[tuple[int, int, int, int]] = (),
    after: int = 0,
    named: Collection[str] = (),
    look: Mapping[tuple[int, int], Look] | None = None,
    periods: str | None = None,
) -> Sheet:
    """Find the headings, leave out titles and notes, and set years that stand side by side below each other.

    ``merged`` are ranges of a workbook as first row, first column, last row, last column, counted from 0, and ``look``
    the indent and weight of cells; the headings come ``after`` this many rows. ``named`` are headings named by hand;
    ``periods`` says which columns are taken where months stand beside sums of months.
    """
    rows = [after + row for row in heading_rows(grid.iloc[after:], name, where, header_rows, named, merged)]
    headings = headings_of(grid, rows, merged)
    if named and rows[0] > after and not _are_there(named, headings):
        higher = [rows[0] - 1, *rows]  # the names may be of two rows
        rows = higher if _are_there(named, headings_of(grid, higher, merged)) else rows
        headings = headings_of(grid, rows, merged)
    first, last = rows[0], rows[-1]
    above = grid.iloc[:first]
    numbers = [i for i, row in zip(above.index, above.to_numpy(), strict=True) if filled(row) > 1 and counts(row)]
    if header_rows is None and len(numbers) > 1:
        line, above_it = numbered(where, [int(grid.index[first])]), numbered(where, [int(one) for one in numbers])
        ways = _headings_above(grid.loc[: numbers[0]].iloc[:-1], where)
        raise fault("TA-110", "headings_below_numbers", file=name, line=line, above=above_it, fixes=ways)
    titles = [cell_text(cell) for cell in above.to_numpy().ravel() if cell_text(cell)]
    body = filled_down(grid, headings, merged, last).iloc[last + 1 :]
    places = np.arange(last + 1, len(grid))
    there = np.array([any(map(cell_text, row)) for row in body.to_numpy(dtype=object)], dtype=bool)
    body, places = body.loc[there], places[there]
    values = body.to_numpy(dtype=object)
    empty = [not head and not any(map(cell_text, values[:, i])) for i, head in enumerate(headings)]
    columns = [i for i, one in enumerate(empty) if not one]
    body = body.loc[:, [not one for one in empty]]
    if body.shape[1] > MAX_COLUMNS:
        raise fault("TA-130", "too_many_columns", file=name, columns=body.shape[1], most=MAX_COLUMNS)
    body.columns = pd.Index(named_columns(body, [headings[i] for i in columns]))
    notes: list[str] = [Text("titles_above", titles=titles)] if titles else []
    looks = {
        (row, at): look[place, column]
        for row, place in enumerate(places)
        for at, column in enumerate(columns)
        if look and (place, column) in look
    }
    written = _as_written(grid.iloc[rows])
    said: dict[str, Any] = {"notes": notes, "titles": titles, "written": written}
    sheet = without_notes(body, where=where, named=named, looks=looks, periods=periods, **said)
    sheet.above = _lines(above.iloc[after:])
    return sheet


def _lines(rows: pd.DataFrame) -> tuple[Line, ...]:
    """The rows that hold something."""
    found = [
        (int(number), tuple(filter(None, map(cell_text, row))))
        for number, row in zip(rows.index, rows.to_numpy(dtype=object), strict=True)
    ]
    return tuple(one for one in found if one[1])


def _headings_above(rows: pd.DataFrame, where: str) -> list[Fix]:
    """The last row of words above numbers, which may be their headings."""
    words = [(line, cells) for line, cells in _lines(rows) if len(cells) > 1 and not counts(cells)]
    return [
        Fix("header_rows", [line], Text("takes_line_for_headings", line=row_said(where, line, " | ".join(cells)[:80])))
        for line, cells in words[-1:]
    ]


def _as_written(rows: pd.DataFrame) -> list[str]:
    """The headings with all their words, "Ước TH 2024" and not 2024; an upper one stands over the gaps to its right."""
    columns, upper = [""] * rows.shape[1], rows.map(cell_text).to_numpy(dtype=object)
    for row in upper:
        above = ""
        for at, text in enumerate(row):
            above = text or above
            columns[at] = f"{columns[at]} {above}".strip()
    return columns


def _are_there(named: Collection[str], headings: Sequence[str]) -> bool:
    return {heading(one) for one in named} <= {heading(one) for one in headings}


def without_notes(
    body: pd.DataFrame,
    *,
    where: str,
    notes: list[str],
    titles: Sequence[str] = (),
    written: Sequence[str] = (),
    named: Collection[str] = (),
    looks: Mapping[tuple[int, int], Look] | None = None,
    periods: str | None = None,
) -> Sheet:
    """The sheet without its notes, line of numbers and row numbers, with roles, the units and what titles state."""
    if ROW_NUMBER in body.columns:
        at = [i for i, name in enumerate(body.columns) if name != ROW_NUMBER]
        notes.append(Text("row_numbers_out"))
        looks = {(row, at.index(col)): one for (row, col), one in (looks or {}).items() if col in at}
        body = body.iloc[:, at]
    body, taken = without_numbering(body, where)
    if taken:
        notes.append(taken)
        looks = {(row - 1, col): one for (row, col), one in (looks or {}).items()}
    kept, below = split_notes(body)
    if below:
        notes.append(Text("notes_below_out", rows=[row_said(where, line, text[:60]) for line, text in below]))
    cells, more = with_roles(kept, looks or {}, where, named)
    side_by_side = long(cells, named, periods)
    stated = stated_in([*titles, *(text for _, text in below)], [str(one) for one in body.columns])
    around = units.units_in([], [*titles, *(text for _, text in below)])
    said = next(filter(says_largest, titles), "")
    texts_below = [text for _, text in below]
    return Sheet(
        side_by_side.cells,
        around | side_by_side.units,
        notes + more + side_by_side.notes,
        stated,
        said,
        estimates_in(titles, written or [str(one) for one in body.columns], texts_below),
        issuer_in(titles, texts_below),
        parts_in(titles),
    )


def _part_of(sheet: Sheet, when: str | None) -> str | None:
    """The month, the quarter or the first months of a year that a sheet is of: as its titles say, else its name."""
    found = [label for one in sheet.parts if (label := label_of_part(one)) and (not when or label[:4] == when[:4])]
    if len(found) == 1:
        return found[0]
    return written(when) if when and len(when) > 4 and not is_fiscal(when) else None


def years_of_sheets(sheets: Mapping[str, Sheet]) -> Sheet:
    """Several sheets of one table below each other; where their names are years, these are the years of their rows."""
    whens = {name: period_of(name) for name in sheets}
    labels = {name: _part_of(sheet, whens[name]) for name, sheet in sheets.items()}
    parts: list[pd.DataFrame] = []
    notes: list[str] = []
    for name, sheet in sheets.items():
        cells = sheet.cells
        if (when := whens[name]) and "year" not in cells:
            cells = cells.assign(year=when[:4])
        if all(labels.values()) and "period" not in cells:
            cells = cells.assign(period=labels[name])
        parts.append(cells)
        notes += [Text("of_sheet", sheet=repr(name), note=note) for note in sheet.notes]
    first = parts[0]
    other = [name for name, part in zip(sheets, parts, strict=True) if set(part.columns) != set(first.columns)]
    if other:
        ways = [Fix("sheet", name, Text("reads_sheet", sheet=name)) for name in sheets]
        raise fault("TA-110", "sheets_differ", fixes=ways, labels=other, sheets=[*map(repr, other)])
    stated = next(iter(sheets.values())).stated
    said = next((sheet.largest for sheet in sheets.values() if sheet.largest), "")
    around = frozenset().union(*(sheet.units for sheet in sheets.values()))
    estimates = [
        # What a sheet of one year says of its last year, it says of its own.
        {**one, "year": int(when[:4])} if one["year"] is None and (when := whens[name]) else one
        for name, sheet in sheets.items()
        for one in sheet.estimates
    ]
    issuer = next((sheet.issuer for sheet in sheets.values() if sheet.issuer), "")
    # The title of a sheet of one year may name the year before as well, which another sheet has.
    of_years = {
        one["year"]: one
        for name, sheet in sheets.items()
        for one in sheet.parts
        if "year" in sheet.cells or not (when := whens[name]) or one["year"] == int(when[:4])
    }
    return Sheet(pd.concat(parts), around, notes, stated, said, estimates, issuer, [*of_years.values()])
