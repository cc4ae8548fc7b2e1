"""Tables of web pages, which sources hand out under the name of a workbook: read as text, nothing of them is run."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from html.parser import HTMLParser
from typing import Any

from tradeanalysis.gate.findings import fault
from tradeanalysis.sources.formats.heading_rows import is_number
from tradeanalysis.sources.formats.sheets import Sheet, grid_of, tabulate
from tradeanalysis.texts import Text

MAX_CELLS = 5_000_000


class _Tables(HTMLParser):
    """The rows of every table, those of inner tables apart; what spans several cells is repeated or left empty."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tables: list[list[list[str]]] = []
        self.open: list[list[list[str]]] = []
        self.text: list[str] = []
        self.loose: list[str] = []
        self.hidden = 0
        self.cells = 0
        self.at = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("script", "style"):
            self.hidden += 1
        elif tag == "table":
            self.tables.append([])
            self.open.append(self.tables[-1])
        elif tag == "tr" and self.open:
            self.open[-1].append([])
        elif tag in ("td", "th") and self.open:
            self._end_cell()
            span = dict(attrs).get("colspan") or "1"
            self._new_cell(min(int(span), 100) if span.isdecimal() else 1)
        elif tag == "br":
            self.text.append(" ")

    def handle_endtag(self, tag: str) -> None:
        if tag in ("script", "style"):
            self.hidden = max(self.hidden - 1, 0)
        elif tag in ("td", "th", "tr"):
            self._end_cell()
        elif tag == "table" and self.open:
            self._end_cell()
            self.open.pop()

    def handle_data(self, data: str) -> None:
        if not self.hidden:
            self.text.append(data)

    def _new_cell(self, span: int) -> None:
        self.cells += span
        if self.cells > MAX_CELLS:
            raise fault("TA-130", "page_too_large", cells=MAX_CELLS)
        if not self.open[-1]:
            self.open[-1].append([])
        self.at = len(self.open[-1][-1])
        self.open[-1][-1] += [""] * span

    def _end_cell(self) -> None:
        text = " ".join("".join(self.text).split())
        self.text.clear()
        if self.open and self.open[-1] and self.open[-1][-1] and text:
            row = self.open[-1][-1]
            at = min(self.at, len(row) - 1)
            row[at] = f"{row[at]} {text}".strip()
        elif text:
            self.loose.append(text)


def largest_table(
    text: str,
    name: str,
    *,
    header_rows: int | Sequence[int] | None = None,
    named: Collection[str] = (),
    periods: str | None = None,
) -> Sheet:
    """The table of a page that holds the most numbers, below the texts around it."""
    parser = _Tables()
    parser.feed(text)
    parser.close()
    numbers = [sum(is_number(cell) for row in table for cell in row) for table in parser.tables]
    if not any(numbers):
        raise fault("TA-131", "page_without_table", file=name)
    chosen = numbers.index(max(numbers))
    around = [[cell] for i, table in enumerate(parser.tables) if i != chosen for row in table for cell in row if cell]
    around += [[text] for text in parser.loose]
    rows = [row for row in parser.tables[chosen] if row]
    # The texts around the table may state its unit.
    grid = grid_of([*around, *rows], [*[0] * len(around), *range(1, len(rows) + 1)])
    given: dict[str, Any] = {"header_rows": header_rows, "after": len(around), "named": named, "periods": periods}
    sheet = tabulate(grid, name, where="row", **given)
    sheet.notes.insert(0, Text("is_web_page", file=name))
    return sheet


def is_page(text: str) -> bool:
    """Whether a text is a web page."""
    return re.match(r"\s*<(!doctype html|html|head|body|table|meta|div)", text, re.IGNORECASE) is not None
