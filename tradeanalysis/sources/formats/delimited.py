"""Text in rows and cells: CSV and TSV, whatever the delimiter, with titles above and notes below."""

from __future__ import annotations

import csv
import io
import itertools
import re
import warnings
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from typing import Any

import numpy as np
import pandas as pd

from tradeanalysis.gate.findings import fault
from tradeanalysis.sources.formats.heading_rows import LOOKED_AT, heading_row, known
from tradeanalysis.sources.formats.sheets import MAX_COLUMNS, Sheet, grid_of, tabulate, without_notes
from tradeanalysis.texts import Text

MARKS = ",;\t|"
MAX_LINE = 10 << 20
SMALL = 8 << 20


def delimited(
    text: str,
    name: str,
    *,
    header_rows: int | Sequence[int] | None = None,
    named: Collection[str] = (),
    delimiter: str | None = None,
    periods: str | None = None,
) -> Sheet:
    """A CSV or TSV as text cells, under the numbers of its lines; ``named`` are headings that were named by hand."""
    if not text.strip():
        raise fault("TA-131", "file_empty", file=name)
    _refuse_huge(text, name)
    marks = delimiter or MARKS
    try:
        tops = {
            mark: list(itertools.islice(csv.reader(io.StringIO(text), delimiter=mark), LOOKED_AT)) for mark in marks
        }
        heads = {mark: _heading_at(rows, header_rows, named) for mark, rows in tops.items() if _splits(rows)}
        best = {mark: 0 if (at := heads.get(mark)) is None else known(rows[at]) for mark, rows in tops.items()}
        width = {mark: len(rows[0]) for mark, rows in tops.items()}
        if max(width.values()) < 2:  # titles, and the table below them
            width = {mark: _usual_width(rows) for mark, rows in tops.items()}
        # The row that is named holds the headings: what parts it into most cells.
        first = min(header_rows) - 1 if isinstance(header_rows, Sequence) else len(text)
        parted = {mark: sum(map(bool, map(str.strip, rows[first]))) for mark, rows in tops.items() if first < len(rows)}
        if parted:
            delimiter = max(parted, key=lambda mark: parted[mark])
        else:
            delimiter = max(marks, key=lambda mark: (min(best[mark], 2), width[mark], best[mark]))
        if closing := _closing(text, delimiter):
            text = "\n".join(line.rstrip(closing) for line in text.split("\n"))
        top = tops[delimiter]
        if all(len(row) < 2 for row in top):
            raise fault("TA-110", "one_column", labels=[text.strip()[:60]], file=name, begins=repr(text.strip()[:60]))
        # A file of gigabytes whose headings are in its first line is read at once.
        full = len(top[0]) > 1 and all(cell.strip() for cell in top[0])
        if header_rows is None and full and heads.get(delimiter) in (0, None):
            return _plain(text, name, delimiter, named, periods)
        grid = _grid(text, name, delimiter)
        return tabulate(grid, name, where="line", header_rows=header_rows, named=named, periods=periods)
    except csv.Error as error:
        raise fault("TA-110", "no_table_of_text", file=name, why=str(error)) from None


def _closing(text: str, delimiter: str) -> str:
    """Another delimiter that every line ends with, where a program wrote a row of texts into one cell."""
    ends = {line[-1] for line in text.split("\n") if line.strip()}
    return ends.pop() if len(ends) == 1 and ends <= set(MARKS) - {delimiter} else ""


def _splits(rows: Sequence[Sequence[str]]) -> bool:
    """Whether a delimiter splits any row."""
    return any(len(row) > 1 for row in rows)


def _heading_at(
    rows: Sequence[Sequence[str]], header_rows: int | Sequence[int] | None, named: Collection[str]
) -> int | None:
    """The row of the headings: where ``header_rows`` says, else the first that looks like it."""
    if isinstance(header_rows, Collection) and header_rows and min(header_rows) <= len(rows):
        return min(header_rows) - 1
    return heading_row(rows, named)


def _usual_width(rows: Sequence[Sequence[str]]) -> int:
    """How many cells most rows have, of those that have several."""
    widths = Counter(len(row) for row in rows if len(row) > 1)
    return widths.most_common(1)[0][0] if widths else 1


def _refuse_huge(text: str, name: str) -> None:
    head = text[: 2 * MAX_LINE].split("\n", 1)[0]
    if len(head) > MAX_LINE:
        raise fault("TA-130", "line_too_long", file=name, size=MAX_LINE >> 20)
    if (columns := max(head.count(mark) for mark in MARKS)) > MAX_COLUMNS:
        raise fault("TA-130", "too_many_columns", file=name, columns=columns, most=MAX_COLUMNS)


def _grid(text: str, name: str, delimiter: str) -> pd.DataFrame:
    """All cells of a text as they are; the index counts lines."""
    lines = csv.reader(io.StringIO(text), delimiter=delimiter)
    rows = [(before + 1, row) for before, row in _counted(lines)]
    if (width := max((len(row) for _, row in rows), default=0)) > MAX_COLUMNS:
        raise fault("TA-130", "too_many_columns", file=name, columns=width, most=MAX_COLUMNS)
    return grid_of([row for _, row in rows], [line for line, _ in rows])


def _plain(text: str, name: str, delimiter: str, named: Collection[str] = (), periods: str | None = None) -> Sheet:
    """A text whose first line holds the headings."""
    notes: list[str] = []
    try:
        headings = [cell.strip() for cell in next(csv.reader(io.StringIO(text), delimiter=delimiter))]
        width = len(headings)
        if _closed(text, delimiter, width):
            # A delimiter after every row but the heading would shift all columns by one.
            headings = [*headings, ""]
            notes.append(Text("delimiter_more"))
        cells = _cells(text, delimiter, headings).iloc[:, :width]
        if len(cells) == text.count("\n", 0, -1):
            cells.index = pd.RangeIndex(2, len(cells) + 2)
        else:  # some cell holds a line break
            lines = csv.reader(io.StringIO(text), delimiter=delimiter)
            starts = [before + 1 for before, _ in _counted(lines)][1:]
            if len(starts) != len(cells):
                raise csv.Error("its quotation marks are not in pairs")
            cells.index = pd.Index(starts)
    except (pd.errors.ParserError, pd.errors.ParserWarning) as error:
        if opened := re.search(r"EOF inside string starting at row (\d+)", str(error)):
            raise fault("TA-110", "quotes_open", file=name, line=int(opened[1]) + 1) from None
        if ragged := _first_ragged(text, delimiter, len(headings)):
            line, cells_there = ragged
            raise fault("TA-110", "ragged_line", file=name, line=line, cells=cells_there, width=len(headings)) from None
        raise fault("TA-110", "no_table_of_text", file=name, why=str(error)) from None
    filled = cells.to_numpy() != "" if len(text) < SMALL else cells != ""
    there = np.asarray(filled.any(axis=1), dtype=bool)
    kept = cells if there.all() else cells[there]
    sheet = without_notes(kept, where="line", notes=notes, named=named, periods=periods)
    sheet.above = ()
    return sheet


def _cells(text: str, delimiter: str, headings: list[str]) -> pd.DataFrame:
    if len(text) < SMALL and (rows := _split(text, delimiter, len(headings))):
        return pd.DataFrame(np.array(rows[1:], dtype=object), columns=pd.Index(headings), dtype=object)
    with warnings.catch_warnings():
        # By default pandas cuts rows that are longer than the heading, with a warning only.
        warnings.simplefilter("error", pd.errors.ParserWarning)
        cells = pd.read_csv(
            io.StringIO(text),
            sep=delimiter,
            header=0,
            names=range(len(headings)),
            # Many columns of few rows are faster as objects; a file of gigabytes needs less memory as text.
            dtype=object if len(text) < SMALL else str,
            keep_default_na=False,
            index_col=False,
            skip_blank_lines=False,
        )
    if cells.iloc[:, -1:].isna().any(axis=None):  # of rows that are shorter
        cells = cells.fillna("")
    cells.columns = pd.Index(headings)
    return cells


def _split(text: str, delimiter: str, width: int) -> list[list[str]]:
    """The cells of a text without quotation marks whose lines are all of one width; nothing of any other text.

    All cells stand in one block of memory then, where pandas has one for each column: of months there are hundreds.
    """
    if '"' in text:
        return []
    lines = text.replace("\r\n", "\n").removesuffix("\n").split("\n")
    rows = [line.split(delimiter) for line in lines]
    plain = len(rows) > 1 and not any("\r" in line for line in lines) and all(len(row) == width for row in rows)
    return rows if plain else []


def _counted(lines: Any) -> Iterator[tuple[int, list[str]]]:
    """Rows, and the number of lines before each."""
    before = 0
    for row in lines:
        yield before, row
        before = lines.line_num


def _closed(text: str, delimiter: str, width: int) -> bool:
    """Whether every row but the heading ends with one delimiter more."""
    rows = csv.reader(io.StringIO(text), delimiter=delimiter)
    next(rows)
    more = (len(row) == width + 1 and not row[-1].strip() for row in rows if row)
    return next(more, False) and all(more)  # stops at the first row of another kind


def _first_ragged(text: str, delimiter: str, width: int) -> tuple[int, int] | None:
    """The first line that has more cells than the heading, if any."""
    for before, row in _counted(csv.reader(io.StringIO(text), delimiter=delimiter)):
        if len(row) > width:
            return before + 1, len(row)
    return None
