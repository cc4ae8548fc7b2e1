"""A table as a sheet of a workbook: cells with their kind set, widths, a page across on paper."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from numbers import Number
from typing import Any

import numpy as np
import pandas as pd

from tradeanalysis.output.safe_texts import FORMULA, plain_text
from tradeanalysis.schema import TradeDataError
from tradeanalysis.texts import Text

EXCEL_ROWS, EXCEL_COLUMNS, EXCEL_TEXT = 1_048_576, 16_384, 32_767
# Columns are at most so wide, in letters: what is longer goes on in the next line of its cell.
_WIDEST = 50
_A4 = 9  # the number of a size of paper in the standard of workbooks
# The code of Excel by heading: of the column, or of each of its rows.
Formats = Mapping[str, str | Sequence[str]]


def fill_sheet(sheet: Any, frame: pd.DataFrame, formats: Formats) -> None:
    """Write a table to a sheet of a workbook."""
    if len(frame) >= EXCEL_ROWS or frame.shape[1] > EXCEL_COLUMNS:
        most = {"most_rows": EXCEL_ROWS, "most_columns": EXCEL_COLUMNS}
        raise TradeDataError(Text("sheet_too_small", rows=len(frame), columns=frame.shape[1], **most))
    sheet.freeze_panes = "A2"
    codes = [_codes(formats.get(heading), len(frame)) for heading in frame.columns]
    for place, heading in enumerate(frame.columns):
        shown = zip(frame.iloc[:200, place], codes[place], strict=False)
        width = _width(heading, [_length(cell, code) for cell, code in shown])
        sheet.column_dimensions[_openpyxl().utils.get_column_letter(place + 1)].width = width
    styles = _openpyxl().styles
    head = {"font": styles.Font(bold=True), "alignment": styles.Alignment(wrap_text=True, vertical="center")}
    sheet.append([_excel_cell(sheet, heading, **head) for heading in frame.columns])
    beside = {"alignment": styles.Alignment(vertical="top")}  # of a text in several lines, its first one
    for row, of_row in zip(frame.itertuples(index=False, name=None), zip(*codes, strict=True), strict=True):
        style = beside if any(isinstance(cell, str) and _in_lines(cell) for cell in row) else {}
        forms = [{"number_format": code} if code else {} for code in of_row]
        sheet.append([_excel_cell(sheet, cell, **style, **form) for cell, form in zip(row, forms, strict=True)])
    _on_paper(sheet)


def _openpyxl() -> Any:
    import openpyxl  # type: ignore[import-untyped]

    return openpyxl


def _on_paper(sheet: Any) -> None:
    """The sheet as wide as a page across, with its heads on each."""
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", _A4
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr = _openpyxl().worksheet.properties.PageSetupProperties(fitToPage=True)
    sheet.print_title_rows = "1:1"


def _in_lines(text: str) -> bool:
    """Whether a text takes several lines of its cell."""
    return "\n" in text or len(text) > _WIDEST


def _codes(code: str | Sequence[str] | None, rows: int) -> list[str]:
    """The code of each row of a column; an empty one shows a number as it is."""
    return [code or ""] * rows if code is None or isinstance(code, str) else list(code)


def _length(cell: Any, code: str) -> int:
    """How many letters a cell is wide, as Excel shows it."""
    if is_missing(cell):
        return 0
    if code and isinstance(cell, Number):
        decimals = len(re.sub(r'"[^"]*"', "", code.split(";")[0]).partition(".")[2].strip("%"))
        percent = 100 if "%" in code else 1
        return len(f"{float(cell) * percent:,.{decimals}f}") + len("".join(re.findall(r'"([^"]*)"', code))) + 2  # type: ignore[arg-type]
    return max(map(len, str(cell).split("\n")))


def _width(heading: Any, lengths: list[int]) -> float:
    """The width of a column: its longest cell, and a heading that may take several lines."""
    words = [len(word) for word in str(heading).split()]
    in_lines = max([*words, min(len(str(heading)), 14)])
    return min(max([8, in_lines, *lengths]), _WIDEST) + 2


def _excel_cell(sheet: Any, content: Any, **style: Any) -> Any:
    """A cell with its kind set: openpyxl alone would make a formula of a text, and drop digits of a number."""
    if is_missing(content):
        return None
    if isinstance(content, (bool, np.bool_)):
        kind, content = "b", bool(content)
    elif isinstance(content, (int, float, np.integer, np.floating, Decimal)) and _is_finite(content):
        kind, content = "n", str(content)
    elif isinstance(content, date) and content.year > 1900 and getattr(content, "tzinfo", None) is None:
        kind = "d"
    elif not (content := re.sub(r"\r\n?", "\n", plain_text(content))):
        return None
    else:
        kind = "s"
        if len(content) > EXCEL_TEXT:
            start = repr(content[:40])
            raise TradeDataError(Text("cell_too_small", count=len(content), start=start, most=EXCEL_TEXT))
        if _in_lines(content):
            style["alignment"] = _openpyxl().styles.Alignment(wrap_text=True, vertical="top")
        if FORMULA.match(content):  # stays a text when the cell is edited
            style["number_format"] = "@"
    cell = _openpyxl().cell.WriteOnlyCell(sheet, content)
    cell.data_type = kind
    for trait, chosen in style.items():
        setattr(cell, trait, chosen)
    return cell


def _is_finite(number: Any) -> bool:
    """Whether a spreadsheet holds a number: a whole number of more digits than a float has room for is a text."""
    try:
        return math.isfinite(float(number))
    except OverflowError:
        return False


def is_missing(cell: Any) -> bool:
    """Whether a cell holds nothing."""
    if isinstance(cell, Decimal):  # pandas compares it with itself, which a signalling NaN refuses
        return cell.is_nan()
    return cell is None or bool(pd.api.types.is_scalar(cell) and pd.isna(cell))
