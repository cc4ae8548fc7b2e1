"""The sheets of a workbook and their cells, by python-calamine; where that is not, those of .xlsx by openpyxl."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, time
from pathlib import Path
from typing import Any, Protocol

import pandas as pd

from tradeanalysis.extras import missing, need
from tradeanalysis.gate.findings import fault
from tradeanalysis.sources.formats.named import readable
from tradeanalysis.texts import Text


class Workbook(Protocol):
    """What is read of a workbook: the names of its sheets with cells, and the cells of one from its first corner on."""

    names: list[str]

    def grid(self, name: str) -> pd.DataFrame:
        """All cells of a sheet, whole numbers without a point, empty ones as ``""``."""


def need_reader(path: Path, kind: str) -> None:
    """Raise where what reads such a workbook is not installed; ``kind`` is xlsx, xlsb, xls or ods.

    Nothing can be installed in a browser: the file must be another there.
    """
    by_openpyxl = kind == "xlsx" and bool(missing("python_calamine")) and not missing("openpyxl")
    if sys.platform == "emscripten" and not by_openpyxl:
        raise fault("TA-131", "workbook_not_here", file=path.name, kind=f".{kind}")
    need(Text("files_of", format="Excel"), "openpyxl" if by_openpyxl else "python_calamine", "defusedxml")


@contextmanager
def open_workbook(path: Path) -> Iterator[Workbook]:
    """A workbook that can be read with what is installed."""
    if not missing("python_calamine"):
        import python_calamine

        with python_calamine.load_workbook(readable(path)) as book:
            yield _ByCalamine(book)
        return
    from openpyxl.reader.excel import ExcelReader  # type: ignore[import-untyped]

    class Cells(ExcelReader):  # type: ignore[misc]
        def read_chartsheet(self, *_: Any) -> None:
            """A sheet of a chart alone has no cells."""

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of parts that hold no cells
        reader = Cells(readable(path), read_only=True, data_only=True, keep_links=False)
        reader.read()
        try:
            yield _ByOpenpyxl(reader.wb)
        finally:
            reader.wb.close()


class _ByCalamine:
    """A workbook as python-calamine reads it."""

    def __init__(self, book: Any) -> None:
        kind = type(book.sheets_metadata[0].typ).WorkSheet if book.sheets_metadata else None
        self.names = [one.name for one in book.sheets_metadata if one.typ == kind]
        self._book = book

    def grid(self, name: str) -> pd.DataFrame:
        """All cells of a sheet."""
        rows = self._book.get_sheet_by_name(name).to_python(skip_empty_area=False)
        return _frame([list(map(_whole, row)) for row in rows])


class _ByOpenpyxl:
    """A workbook of XML as openpyxl reads it, its cells as python-calamine gives them."""

    def __init__(self, book: Any) -> None:
        self._sheets: Mapping[str, Any] = {one.title: one for one in book.worksheets}
        self.names = list(self._sheets)

    def grid(self, name: str) -> pd.DataFrame:
        """All cells of a sheet, as far as there are any that hold something."""
        sheet = self._sheets[name]
        sheet.reset_dimensions()  # which a file may state falsely
        rows = [[_whole(_alike(one)) for one in row] for row in sheet.iter_rows()]
        filled = [max((at for at, one in enumerate(row, 1) if one != ""), default=0) for row in rows]
        last, width = max((at for at, size in enumerate(filled, 1) if size), default=0), max(filled, default=0)
        return _frame([[*row[:width], *[""] * (width - len(row))] for row in rows[:last]])


def _frame(rows: list[list[Any]]) -> pd.DataFrame:
    return pd.DataFrame(rows, dtype=object)


def _whole(cell: Any) -> Any:
    return int(cell) if isinstance(cell, float) and cell.is_integer() else cell


def _alike(cell: Any) -> Any:
    """What python-calamine gives of a cell of openpyxl: a day without an hour, and of nothing or an error no text."""
    value = cell.value
    if value is None or cell.data_type == "e":
        return ""
    if isinstance(value, datetime) and value.time() == time():
        return value.date()
    return value
