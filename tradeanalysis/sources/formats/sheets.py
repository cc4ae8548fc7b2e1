"""Sheets as people make them: titles above, notes below, headings in two rows, years side by side.

A *grid* is a frame of raw cells without headings, whose index numbers its lines or rows as a person counts them. It
becomes *cells*: headings as columns, one kind of row below them.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from tradeanalysis import names
from tradeanalysis.gate.findings import listing
from tradeanalysis.schema import PARTNER, PERIOD, REPORTER, VALUE, YEAR, SchemaError
from tradeanalysis.sources.columns import units
from tradeanalysis.sources.columns.headings import SIDE_BY_SIDE, heading
from tradeanalysis.sources.columns.layouts import is_known, is_partner
from tradeanalysis.sources.columns.periods import cell_text, period

LOOKED_AT = 30
# How a note below a table begins, by its key.
_NOTE = re.compile(r"(nguon|ghichu|chuthich|source|note|footnote|scale|donvitinh)")


@dataclass
class Sheet:
    """Cells under their headings, the units that the texts around them state, and notes."""

    cells: pd.DataFrame
    units: frozenset[str] = frozenset()
    notes: list[str] = field(default_factory=list)


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
) -> Sheet:
    """Find the headings, leave out titles and notes, and set years that stand side by side below each other.

    ``merged`` are ranges of a workbook as first row, first column, last row, last column, counted from 0; the headings
    come ``after`` this many rows.
    """
    rows = [after + row for row in _heading_rows(grid.iloc[after:], name, where, header_rows)]
    first, last = rows[0], rows[-1]
    headings = _headings(grid, rows, merged)
    above = grid.iloc[:first]
    numbers = [i for i, row in zip(above.index, above.to_numpy(), strict=True) if _filled(row) > 1 and _counts(row)]
    if header_rows is None and len(numbers) > 1:
        raise SchemaError(
            f"TA-110 [error] {name}: the headings seem to be in {where} {grid.index[first]}, below numbers in {where}s "
            f"{listing(numbers)}. Keep one table in the file, or say where its headings are with header_rows=[...]"
        )
    titles = [cell_text(cell) for cell in above.to_numpy().ravel() if cell_text(cell)]
    body = grid.iloc[last + 1 :]
    body = body.loc[np.array([_filled(row) > 0 for row in body.itertuples(index=False)], dtype=bool)]
    empty = [not head and not body.iloc[:, i].map(cell_text).any() for i, head in enumerate(headings)]
    body = body.loc[:, [not one for one in empty]]
    body.columns = pd.Index(_named(body, [head for head, one in zip(headings, empty, strict=True) if not one]))
    notes = [f"titles above the headings: {listing(titles)}"] if titles else []
    return without_notes(body, where=where, notes=notes, titles=titles)


def without_notes(body: pd.DataFrame, *, where: str, notes: list[str], titles: Sequence[str] = ()) -> Sheet:
    """The sheet without the notes at its end, and the units that these or the titles state."""
    kept, below = _split_notes(body)
    if below:
        texts = listing(f"{where} {line}: {text[:60]!r}" for line, text in below)
        notes.append(f"notes below the table were left out: {texts}")
    cells, more = _long(kept)
    return Sheet(cells, units.units_in([], [*titles, *(text for _, text in below)]), notes + more)


def _filled(row: Iterable[object]) -> int:
    return sum(bool(cell_text(cell)) for cell in row)


def known(row: Iterable[object]) -> int:
    """How many cells of a row are known headings, years or months."""
    return sum(is_known(cell_text(cell)) or period(cell) is not None for cell in row if cell_text(cell))


def heading_row(rows: Sequence[Sequence[object]]) -> int | None:
    """The first row with two known headings, if possible one that names partners: a title may hold such words.

    Years alone are headings where no row before is as full.
    """
    fullest = 0
    found = []
    for i, row in enumerate(rows):
        words = any(is_known(cell_text(cell)) for cell in row)
        if known(row) >= 2 and (words or _filled(row) > fullest):
            found.append(i)
        fullest = max(fullest, _filled(row))
    return next((i for i in found if _has_partner(rows[i])), found[0] if found else None)


def _has_partner(row: Iterable[object]) -> bool:
    return any(is_partner(cell_text(cell)) for cell in row)


def _counts(row: Iterable[object]) -> bool:
    """Whether a row holds numbers that are not years."""
    return any(is_number(cell) and period(cell) is None for cell in row)


def is_number(cell: object) -> bool:
    """Whether a cell looks like a number."""
    return bool(re.fullmatch(r"[-+(]?\d[\d.,' \u00a0\u202f]*\)?", cell_text(cell)))


def _heading_rows(grid: pd.DataFrame, name: str, where: str, header_rows: int | Sequence[int] | None) -> list[int]:
    """The rows of the headings, from 0."""
    top = grid.head(LOOKED_AT).to_numpy(dtype=object).tolist()
    if header_rows is not None and not isinstance(header_rows, int):
        at = [i for i, row in enumerate(grid.index) if row in set(header_rows)]
        if len(at) != len(set(header_rows)) or not at:
            raise SchemaError(f"TA-110 [error] header_rows={list(header_rows)}: {name} has no such {where}")
        return at
    found = heading_row(top)
    starts = [] if found is None else [found]
    starts = starts or [i for i, row in enumerate(top) if _filled(row) >= 2 and _numbers_follow(top, i)]
    starts = starts or [i for i, row in enumerate(top) if _filled(row) >= 2]
    if not starts:
        raise SchemaError(
            f"TA-110 [error] {name} has no row of headings in its first {LOOKED_AT} rows. Say where they are with "
            f"header_rows=[...], the number of their {where}"
        )
    first = starts[0]
    if header_rows is not None:
        if first + header_rows >= len(grid):
            raise SchemaError(f"TA-110 [error] header_rows={header_rows}: {name} has not so many rows")
        return list(range(first, first + header_rows))
    if first and not _has_partner(top[first]) and _has_partner(top[first - 1]):
        first -= 1  # the partners' heading stands in the row above
    return [first, first + 1] if _goes_on(top, first) else [first]


def _numbers_follow(top: list[list[Any]], i: int) -> bool:
    return any(any(map(is_number, row)) for row in top[i + 1 : i + 3])


def _goes_on(top: list[list[Any]], first: int) -> bool:
    """Whether the next row fills gaps of the headings and holds headings rather than numbers."""
    if first + 1 >= len(top):
        return False
    upper, lower = top[first], top[first + 1]
    gaps = [
        cell_text(below) for above, below in zip(upper, lower, strict=True) if not cell_text(above) and cell_text(below)
    ]
    return bool(gaps) and not _counts(lower)


def _headings(grid: pd.DataFrame, rows: Sequence[int], merged: Collection[tuple[int, int, int, int]]) -> list[str]:
    """The headings; of several rows, an upper one stands over the gaps to its right, or over its merged range."""
    table = grid.iloc[list(rows)].to_numpy(dtype=object)
    joined = [""] * grid.shape[1]
    for level, row in enumerate(rows):
        texts = [cell_text(cell) if period(cell) is None else str(period(cell)) for cell in table[level]]
        for top, left, bottom, right in merged:
            if top <= row <= bottom:
                texts[left : right + 1] = [texts[left]] * (right + 1 - left)
        if not merged and level < len(rows) - 1:
            for i in range(1, len(texts)):
                texts[i] = texts[i] or (texts[i - 1] if cell_text(table[-1][i]) else "")
        joined = [
            f"{above} {text}".strip() if text != above else text for above, text in zip(joined, texts, strict=True)
        ]
    return joined


def _split_notes(body: pd.DataFrame) -> tuple[pd.DataFrame, list[tuple[int, str]]]:
    """The rows without the notes at their end: single texts that say so, are long, or stand below a gap."""
    filled = [[text for text in map(cell_text, row) if text] for row in body.tail(LOOKED_AT).itertuples(index=False)]
    first = len(body) - len(filled)
    kept = len(filled)
    while kept and (len(filled[kept - 1]) < 2 or _NOTE.match(names.key(filled[kept - 1][0]))):
        if any(map(is_number, filled[kept - 1])):
            break
        kept -= 1
    gap = 0 < first + kept < len(body) and body.index[first + kept] > body.index[first + kept - 1] + 1
    labels = names.resolve([" ".join(row) for row in filled[kept:]])
    while kept < len(filled):
        text = " ".join(filled[kept])
        note = _NOTE.match(names.key(text)) or text[:1] in "*(" or len(text) > 40 or gap
        if note and labels[text].kind in ("unknown", "ambiguous"):
            break
        kept += 1
    below = [(int(body.index[first + i]), " ".join(filled[i])) for i in range(kept, len(filled))]
    return body.iloc[: first + kept], below


def _named(body: pd.DataFrame, headings: list[str]) -> list[str]:
    """Headings where there were none: countries are partners, other columns are numbered."""
    partner = any(heading(head) == PARTNER for head in headings)
    filled = list(headings)
    # Above a matrix of economies, what stands down the rows reports.
    across = [match.kind in ("country", "historical") for match in names.resolve([h for h in headings if h]).values()]
    ours = REPORTER if len(across) > 1 and all(across) else PARTNER
    for i, head in enumerate(headings):
        if not head:
            labels = [text for text in map(cell_text, body.iloc[:, i].head(50)) if text]
            known = sum(match.kind not in ("unknown", "ambiguous") for match in names.resolve(labels).values())
            is_partner = not partner and bool(labels) and 2 * known >= len(set(labels))
            filled[i] = ours if is_partner else f"column {i + 1}"
            partner |= is_partner
    return filled


def _long(cells: pd.DataFrame) -> tuple[pd.DataFrame, list[str]]:
    """Years and months that stand side by side, set below each other; their empty cells are left out."""
    periods = {head: found for head in cells.columns if (found := period(head))}
    if len(periods) < 2 or len(periods) < len(set(cells.columns)) / 3:
        return cells, []
    there = [found for head in cells.columns if (found := period(head))]
    if twice := sorted({one for one in there if there.count(one) > 1}):
        raise SchemaError(f"TA-110 [error] there are several columns of {listing(twice)}. Rename or remove them")
    kept = [head for head in cells.columns if head not in periods]
    if VALUE in {heading(head) for head in kept} or len(set(kept)) < len(kept):
        return cells, []  # columns of one name are refused once the layout is looked for
    sides = []
    for head, when in periods.items():
        side = cells[kept].assign(**{SIDE_BY_SIDE: cells[head]})
        side[YEAR] = when[:4]
        if any(len(one) > 4 for one in there):
            side[PERIOD] = when
        sides.append(side)
    table = pd.concat(sides)
    full = table[SIDE_BY_SIDE].map(cell_text) != ""
    empty = f"{int((~full).sum()):,} cells are empty"
    return table[full], [f"{len(periods)} columns, {listing(periods, 3)}, were set below each other; {empty}"]
