"""Rows that hold no data: the line that numbers the columns, notes and signatures below, and labels merged down."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

import numpy as np
import pandas as pd

from tradeanalysis import names
from tradeanalysis.sources.columns.headings import flow_of_value
from tradeanalysis.sources.columns.numbers import MISSING
from tradeanalysis.sources.columns.periods import cell_text, period
from tradeanalysis.sources.formats.heading_rows import LOOKED_AT, is_number
from tradeanalysis.texts import Text

# How a note below a table begins, by its key.
_NOTE = re.compile(r"(nguon|ghichu|chuthich|source|note|footnote|scale|donvitinh)")
# Words of a block of signatures, by their key.
_SIGNED = re.compile(
    r".*(noinhan|nguoilap|giamdoc|chutich|thutruong|ketoan|truongphong|kyten|dongdau|nhutren|luuvt|nguoikiem"
    r"|preparedby|approvedby|signature|director)|(ngay|.*ngay)\d*thang\d*nam|kt|tl"
)
_LINE_CELL = re.compile(r"\(?\s*(?P<name>[A-Z]|\d{1,2})\s*\)?(?:\s*=.*)?")


def filled_down(
    grid: pd.DataFrame, headings: Sequence[str], merged: Collection[tuple[int, int, int, int]], last: int
) -> pd.DataFrame:
    """Labels that are merged over several rows, in each of these; a value that is merged down stands once."""
    changed = grid
    for top, left, bottom, right in merged:
        if top <= last or bottom == top or left >= grid.shape[1] or bottom >= len(grid):
            continue
        cell = grid.iat[top, left]
        label = not is_number(cell) or period(cell) is not None
        value = flow_of_value(headings[left])[0] or period(headings[left]) is not None
        if cell_text(cell) and label and not value and left == min(right, left):
            changed = changed.copy() if changed is grid else changed
            changed.isetitem(
                left, [*changed.iloc[:top, left], *[cell] * (bottom + 1 - top), *changed.iloc[bottom + 1 :, left]]
            )
    return changed


def without_numbering(body: pd.DataFrame, where: str) -> tuple[pd.DataFrame, str]:
    """The table without a first row that numbers its columns: A, B, 1, 2 = 3/4; and what to note of it."""
    if not len(body) or not _numbers_columns([cell_text(cell) for cell in body.iloc[0]]):
        return body, ""
    return body.iloc[1:], Text("numbering_out", place=Text(f"{where}_number"), row=int(body.index[0]))


def _numbers_columns(texts: Sequence[str]) -> bool:
    there = [text for text in texts if text]
    matches = [_LINE_CELL.fullmatch(text.removesuffix(".0")) for text in there]
    if len(there) < 2 or not all(matches):
        return False
    found = [match["name"] for match in matches if match]
    letters = [*filter(str.isalpha, found)]
    numbers = [int(one) for one in found if one.isdigit()]
    rising = numbers == [*range(numbers[0], numbers[0] + len(numbers))] if numbers else False
    lettered = letters == [chr(ord("A") + i) for i in range(len(letters))] and found[: len(letters)] == letters
    plain = all(text.removesuffix(".0").isdigit() for text in there)
    return rising and lettered and numbers[0] in (0, 1) and (not plain or (len(numbers) > 2 and numbers[0] == 1))


def split_notes(body: pd.DataFrame) -> tuple[pd.DataFrame, list[tuple[int, str]]]:
    """The rows without the notes and signatures at their end, which hold no number and name no economy."""
    rows: list[list[str]] = []
    for row in reversed(body.tail(LOOKED_AT).to_numpy(dtype=object)):
        rows.insert(0, [text for text in map(cell_text, row) if text])
        if not _may_be_note(rows[0]):
            break
    first = len(body) - len(rows)
    kept = 1 if rows and not _may_be_note(rows[0]) else 0
    if kept < len(rows):
        kept = _first_note(body.index.to_numpy(), rows, first, kept)
    below = [(int(body.index[first + i]), " ".join(rows[i])) for i in range(kept, len(rows))]
    return body.iloc[: first + kept], below


def _may_be_note(texts: Sequence[str]) -> bool:
    """Whether a row can be a note: no number stands in it, and no sign that a value is missing."""
    if any(map(is_number, texts)):
        return False
    return len(texts) < 2 or bool(_NOTE.match(names.key(texts[0]))) or not any(one.lower() in MISSING for one in texts)


def _first_note(lines: np.ndarray, rows: Sequence[Sequence[str]], first: int, kept: int) -> int:
    """The first row that is a note rather than a label without its value; all below it are notes too."""
    gap = 0 < first + kept < len(lines) and lines[first + kept] > lines[first + kept - 1] + 1
    labels = names.resolve([cell for row in rows[kept:] for cell in [*row, " ".join(row)]], near=False)
    last = rows[kept - 1] if kept else []
    total = any(match.code == "WLD" for match in names.resolve(last, near=False).values())
    while kept < len(rows):
        text = " ".join(rows[kept])
        words = _NOTE.match(names.key(text)) or any(_SIGNED.match(names.key(cell)) for cell in rows[kept])
        gap = gap or (0 < first + kept < len(lines) and lines[first + kept] > lines[first + kept - 1] + 1)
        note = words or text[:1] in "*(" or len(text) > 40 or gap or total
        if note and all(labels[cell].kind in ("unknown", "ambiguous") for cell in [*rows[kept], text]):
            break
        kept += 1
    return kept
