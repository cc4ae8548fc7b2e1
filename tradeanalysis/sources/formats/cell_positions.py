"""Where the cells of a workbook say that they are: checked before a reader allocates the rectangle around them."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import numpy.typing as npt

from tradeanalysis.gate.findings import fault

# So many empty cells a sheet may have between its first cell and its last.
MAX_EMPTY = 2_000_000
# So many bytes the texts of all cells may take: a text that is stored once is copied to every cell that names it.
MAX_TEXT = 250 << 20
# A sheet of more bytes is not parsed to see what its far cells hold.
MAX_PARSED = 20 << 20
_POSITION = re.compile(rb"\sr\s*=\s*[\"']([A-Za-z]*)([0-9]+)")
_ROW = re.compile(rb"<(?:\w+:)?row[\s>/]")
_CELL = re.compile(rb"<(?:\w+:)?c[\s>/]")
_SHARED = re.compile(rb"\st\s*=\s*[\"']s[\"']")
_NAMED_TEXT = re.compile(rb" t=\"s\"[^<>]*><v>([0-9]{1,9})</v>")
_TEXT_ITEM = re.compile(rb"<(?:\w+:)?si\b")
# An entity may unfold to any length, and no office program writes one.
_DECLARED = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)


@dataclass
class Extent:
    """How far a sheet reaches, how many of its cells hold something, and how large the texts of these are."""

    rows: int = 0
    columns: int = 0
    cells: int = 0
    text: int = 0

    def reach(self, row: int, column: int) -> None:
        """Count a cell at a row and a column, from 1."""
        self.rows, self.columns = max(self.rows, row), max(self.columns, column)
        self.cells += 1


def text_sizes(archive: zipfile.ZipFile) -> npt.NDArray[np.int64]:
    """How large each of the texts is that a workbook of XML stores once."""
    name = next((one for one in archive.namelist() if one.lower() == "xl/sharedstrings.xml"), None)
    content = b"" if name is None else archive.read(name)
    starts = [one.start() for one in _TEXT_ITEM.finditer(content)]
    return np.diff([*starts, len(content)]).astype(np.int64) if starts else np.zeros(1, dtype=np.int64)


def check_sheet(path: Path, sheet: bytes, sizes: npt.NDArray[np.int64]) -> None:
    """Refuse a sheet of XML that spans many more cells than it holds, or repeats long texts."""
    extent = _farthest(sheet, sizes)
    if extent.text > MAX_TEXT and len(named := _NAMED_TEXT.findall(sheet)) == len(_SHARED.findall(sheet)):
        numbers = np.array(named, dtype=np.int64)
        extent.text = int(sizes[numbers[numbers < len(sizes)]].sum())
        refuse_extent(path, Extent(text=extent.text))
    # Styles alone are no cells, but what says so is slow.
    if extent.rows * extent.columns > MAX_EMPTY + extent.cells or extent.text > MAX_TEXT:
        refuse_extent(path, _exact(path, sheet, sizes) if len(sheet) <= MAX_PARSED else extent)


def _farthest(sheet: bytes, sizes: npt.NDArray[np.int64]) -> Extent:
    """How far the cells of a sheet reach at most, cells of a style only among them."""
    positions, cells = _POSITION.findall(sheet), len(_CELL.findall(sheet))
    rows = max((_number(digits) for _, digits in {*positions}), default=0)
    columns = max(map(column_number, {letters for letters, _ in positions}), default=1)
    if sum(bool(letters) for letters, _ in positions) < cells:  # some stand where their order says
        pieces = _ROW.split(sheet)
        rows, columns = rows + len(pieces), max(columns, *(len(_CELL.findall(one)) for one in pieces))
    return Extent(rows, columns, cells, len(_SHARED.findall(sheet)) * int(sizes.max()))


def check_repeats(path: Path, archive: zipfile.ZipFile) -> None:
    """Refuse a workbook of OpenDocument whose repeated cells, rows and spaces unfold to many more than it holds."""
    extent, empty_rows = Extent(), 0
    written = 0
    for tag, attributes, row in _rows_of_tables(path, archive):
        if tag == "table":
            extent, empty_rows, written = Extent(), 0, 0
        elif not any(filled for _, filled, _ in row):
            empty_rows += attributes
        else:
            width, pending = 0, 0
            for times, filled, size in row:
                width += (pending + times) if filled else 0
                pending = 0 if filled else pending + times
                written += filled
                extent.text += times * size * attributes
            extent.rows += empty_rows + attributes
            extent.columns, empty_rows = max(extent.columns, width), 0
            extent.cells = written
            refuse_extent(path, extent)


def refuse_extent(path: Path, extent: Extent) -> None:
    """Refuse a sheet whose rectangle is mostly empty, or whose texts are too large together."""
    if extent.rows * extent.columns > MAX_EMPTY + extent.cells:
        rows, columns, cells = extent.rows, extent.columns, extent.cells
        raise fault("TA-130", "cells_far_apart", file=path.name, rows=rows, columns=columns, cells=cells)
    if extent.text > MAX_TEXT:
        raise fault("TA-130", "texts_repeated", file=path.name, size=round(extent.text / 1e6))


def column_number(letters: bytes) -> int:
    """The number of a column from its letters: A is 1; beyond four letters it is far in any case."""
    number = 0
    for letter in letters[:5].upper():
        number = 26 * number + letter - 64
    return number


def _number(digits: bytes) -> int:
    """A number of few digits; one of more is beyond any sheet."""
    return int(digits) if len(digits) < 12 else 10**12


def _exact(path: Path, sheet: bytes, sizes: npt.NDArray[np.int64]) -> Extent:
    """How far the cells reach that hold something: a style alone is no cell."""
    extent, row, column = Extent(), 0, 0
    for event, element in _events(path, sheet):
        tag = element.tag.rpartition("}")[2]
        if tag not in ("c", "row"):
            continue
        at = re.fullmatch(r"([A-Za-z]*)([0-9]+)", element.get("r") or "")
        if event == "start":
            if tag == "row":
                row, column = _number(at[2].encode()) if at else row + 1, 0
            elif tag == "c":
                column = column_number(at[1].encode()) if at and at[1] else column + 1
            continue
        if tag == "c":
            value = next((one.text for one in element if one.tag.rpartition("}")[2] == "v"), None)
            inline = any(one.tag.rpartition("}")[2] == "is" for one in element)
            if value or inline:
                extent.reach(_number(at[2].encode()) if at else row, column)
            if element.get("t") == "s" and (value or "").isdecimal() and len(str(value)) < 10:
                extent.text += int(sizes[int(str(value))]) if int(str(value)) < len(sizes) else 0
        if tag == "row":
            element.clear()
    return extent


def _rows_of_tables(path: Path, archive: zipfile.ZipFile) -> Iterator[tuple[str, int, list[tuple[int, bool, int]]]]:
    """Each table as it begins, and each row as it ends: how often it is repeated, and its cells.

    A cell is how often it is repeated, whether it holds something, and the length of its text.
    """
    row: list[tuple[int, bool, int]] = []
    depth = 0
    for event, element in _events(path, archive.read("content.xml")):
        tag = element.tag.rpartition("}")[2]
        given = {name.rpartition("}")[2]: value for name, value in element.attrib.items()}
        if tag == "table":
            depth += 1 if event == "start" else -1
            if event == "start" and depth == 1:  # a table in a cell is part of its sheet
                row = []
                yield "table", 1, []
        if event == "start":
            continue
        if tag in ("table-cell", "covered-table-cell"):
            spaces = sum(_times(n) for one in element.iter() for name, n in one.items() if name.endswith("}c"))
            size = sum(len(text) for text in element.itertext()) + sum(map(len, given.values())) + spaces
            filled = bool(given.keys() & {"formula", "value-type", "value", "string-value", "date-value"})
            row.append((_times(given.get("number-columns-repeated")), filled, size if filled else 0))
            element.clear()
        elif tag == "table-row":
            yield "row", _times(given.get("number-rows-repeated")), row
            row = []
            element.clear()


def _times(given: str | None) -> int:
    """How often something is repeated."""
    return 1 if given is None or not given.isdecimal() else _number(given.encode())


def _events(path: Path, content: bytes) -> Iterator[tuple[str, Any]]:
    if _DECLARED.search(content):
        raise fault("TA-131", "xml_declares", name=path.name)
    try:
        yield from ElementTree.iterparse(io.BytesIO(content), events=("start", "end"))
    except ElementTree.ParseError as error:
        raise fault("TA-131", "workbook_damaged", file=path.name, why=str(error)[:200]) from None
