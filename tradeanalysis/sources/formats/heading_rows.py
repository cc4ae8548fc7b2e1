"""Where the headings of a table stand, and what they are called: in one row or several, merged or not."""

from __future__ import annotations

import datetime
import itertools
import re
from collections.abc import Collection, Iterable, Sequence
from functools import lru_cache
from typing import Any

import pandas as pd

from tradeanalysis import names
from tradeanalysis.gate.findings import fault
from tradeanalysis.schema import PARTNER, REPORTER
from tradeanalysis.sources.columns.headings import heading
from tradeanalysis.sources.columns.layouts import is_known, is_partner
from tradeanalysis.sources.columns.periods import cell_text, month_alone, period
from tradeanalysis.texts import Text

LOOKED_AT = 30
# Headings of columns that number the rows.
_ORDER = ("stt", "tt", "sott", "sothutu", "no", "no.", "#", "index", "rank", "thutu")
# The name of a column that numbers the rows and has no heading.
ROW_NUMBER = "row number"
Merged = Collection[tuple[int, int, int, int]]


def known(row: Iterable[object]) -> int:
    """How many cells of a row are known headings, years or months."""
    return sum(
        _is_known(text) if isinstance(cell, str) else period(cell) is not None
        for cell in row
        if (text := cell_text(cell))
    )


@lru_cache(maxsize=1 << 15)
def _is_known(text: str) -> bool:
    if text.isdecimal() and len(text) not in (4, 6):
        return False  # as most cells of a file are
    return is_known(text) or period(text) is not None or month_alone(text) is not None


def heading_row(rows: Sequence[Sequence[object]], named: Collection[str] = ()) -> int | None:
    """The first row with two known headings, if possible one that names partners: a title may hold such words.

    Years alone are headings where no row before is as full; and a row with numbers is none below a row of words that is
    as full. ``named`` are headings that were named by hand: the row that holds them all.
    """
    wanted = {heading(one) for one in named}
    fullest = words_before = 0
    found = []
    for i, row in enumerate(rows):
        if wanted and wanted <= {heading(cell) for cell in row}:
            return i
        cells = filled(row)
        data = counts(row)
        words = any(is_known(cell_text(cell)) for cell in row)
        if (
            (words or cells > fullest)
            and known(row) >= 2
            and (words or cells > fullest)
            and not (data and 1 < cells <= words_before)
        ):
            found.append(i)
            if not wanted and _has_partner(row):
                return i
        fullest = max(fullest, cells)
        words_before = words_before if data else max(words_before, cells)
    return next((i for i in found if _has_partner(rows[i])), found[0] if found else None)


def _has_partner(row: Iterable[object]) -> bool:
    return any(is_partner(cell_text(cell)) for cell in row)


def filled(row: Iterable[object]) -> int:
    """How many cells of a row hold something."""
    return sum(bool(cell_text(cell)) for cell in row)


def counts(row: Iterable[object]) -> bool:
    """Whether a row holds numbers that are not years."""
    return any(is_number(cell) and period(cell) is None for cell in row)


def is_number(cell: object) -> bool:
    """Whether a cell looks like a number."""
    return bool(re.fullmatch(r"[-+(]?\d[\d.,' \u00a0\u202f]*\)?", cell_text(cell)))


def heading_rows(
    grid: pd.DataFrame,
    name: str,
    where: str,
    header_rows: int | Sequence[int] | None,
    named: Collection[str] = (),
    merged: Merged = (),
) -> list[int]:
    """The rows of the headings, from 0."""
    top = grid.head(LOOKED_AT).to_numpy(dtype=object).tolist()
    if header_rows is not None and not isinstance(header_rows, int):
        at = [i for i, row in enumerate(grid.index) if row in set(header_rows)]
        if len(at) != len(set(header_rows)) or not at:
            place = Text(f"{where}_number")
            raise fault("TA-110", "heading_lines_absent", file=name, rows=list(header_rows), place=place)
        return at
    found = heading_row(top, named)
    starts = [] if found is None else [found]
    starts = starts or [i for i, row in enumerate(top) if filled(row) >= 2 and _numbers_follow(top, i)]
    starts = starts or [i for i, row in enumerate(top) if filled(row) >= 2]
    if not starts:
        first_rows = [" | ".join(filter(None, map(cell_text, row)))[:80] for row in top[:5]]
        place = Text(f"{where}_number")
        raise fault("TA-110", "no_headings", file=name, looked=LOOKED_AT, place=place, labels=first_rows)
    first = starts[0]
    if header_rows is not None:
        if first + header_rows >= len(grid):
            raise fault("TA-110", "too_many_heading_rows", file=name, rows=header_rows)
        return list(range(first, first + header_rows))
    if first and not _has_partner(top[first]) and _has_partner(top[first - 1]):
        first -= 1  # the partners' heading stands in the row above
    last = first + 1 if _goes_on(top, first) else first
    below = max((bottom for above, _, bottom, _ in merged if above == first and bottom > last), default=last)
    if below > last and below < len(top) and not any(counts(row) for row in top[last + 1 : below + 1]):
        last = below  # a heading that is merged down over the rows of the others
    return [*range(first, last + 1)]


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
    return bool(gaps) and not counts(lower)


def headings_of(grid: pd.DataFrame, rows: Sequence[int], merged: Merged) -> list[str]:
    """The headings; of several rows, an upper one stands over the gaps to its right, or over its merged range."""
    table = grid.iloc[list(rows)].to_numpy(dtype=object)
    joined = [""] * grid.shape[1]
    for level, row in enumerate(rows):
        texts = [_heading_text(cell) for cell in table[level]]
        spans = [one for one in merged if one[0] <= row <= one[2] and one[1] < one[3]]
        for top, left, _, right in spans:
            if top == row:
                right = min(right, len(texts) - 1)  # a range may go on beyond the data
                texts[left : right + 1] = [texts[left]] * (right + 1 - left) if left <= right else []
        if not spans and level < len(rows) - 1:
            for i in range(1, len(texts)):
                texts[i] = texts[i] or (texts[i - 1] if cell_text(table[-1][i]) else "")
        joined = [
            f"{above} {text}".strip() if text != above else text for above, text in zip(joined, texts, strict=True)
        ]
    return joined


def _heading_text(cell: object) -> str:
    """A heading as text; a date without its hour, and a year that is a number without its point."""
    if isinstance(cell, (datetime.datetime, datetime.date)):
        return f"{cell:%Y-%m-%d}"
    text = cell_text(cell)
    return text if "(" in text else period(cell) or text


def named_columns(body: pd.DataFrame, headings: list[str]) -> list[str]:
    """Headings where there were none: row numbers, countries as partners, other columns by their number."""
    if all(headings):
        return headings
    partner = any(heading(head) == PARTNER or is_partner(head) for head in headings)
    filled_in = list(headings)
    # Above a matrix of economies, what stands down the rows reports.
    across = [
        match.kind in ("country", "historical") for match in names.resolve(filter(None, headings), near=False).values()
    ]
    ours = REPORTER if len(across) > 1 and all(across) else PARTNER
    for i, head in enumerate(headings):
        if not head:
            texts = [text for text in map(cell_text, body.iloc[:, i].head(50)) if text]
            if _are_row_numbers(texts, i, partner or _countries_follow(body, headings, i)):
                filled_in[i] = ROW_NUMBER
                continue
            known = sum(
                match.kind not in ("unknown", "ambiguous") for match in names.resolve(texts, near=False).values()
            )
            is_market = not partner and bool(texts) and 2 * known >= len(set(texts))
            filled_in[i] = ours if is_market else f"column {i + 1}"
            partner |= is_market
    return filled_in


@lru_cache(maxsize=1 << 12)
def is_order(head: str) -> bool:
    """Whether a heading is that of a column that numbers the rows."""
    return head == ROW_NUMBER or names.key(head) in _ORDER or head.strip() in ("#", "No.")


def _are_row_numbers(texts: Sequence[str], at: int, partner: bool) -> bool:
    """Whether whole numbers that rise number the rows: from 0 or 1 on, or beside a column of partners."""
    if at or not texts or not all(re.fullmatch(r"\d+(\.0)?", text, re.ASCII) for text in texts):
        return False
    numbers = [int(float(text)) for text in texts]
    if numbers in ([*range(len(numbers))], [*range(1, len(numbers) + 1)]):
        return True
    return partner and all(a < b for a, b in itertools.pairwise(numbers))


def _countries_follow(body: pd.DataFrame, headings: list[str], at: int) -> bool:
    """Whether another column holds names of countries."""
    for i in range(at + 1, len(headings)):
        texts = [text for text in map(cell_text, body.iloc[:, i].head(20)) if text and not is_number(text)]
        kinds = [match.kind for match in names.resolve(texts, near=False).values()]
        if texts and 2 * sum(kind not in ("unknown", "ambiguous") for kind in kinds) >= len(kinds):
            return True
    return False
