"""Two readers of a workbook give the same cells: python-calamine, and openpyxl where that is not."""

import datetime as dt
import sys
import zipfile
from contextlib import contextmanager

import openpyxl
import pandas as pd
import pytest
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.styles import Font, PatternFill

import tradeanalysis as ta
from tradeanalysis.sources.formats import workbook_grids
from tradeanalysis.sources.formats.workbook_grids import open_workbook


@contextmanager
def without_calamine(patch):
    """What is read, as where python-calamine is not installed."""
    with patch.context() as there:
        there.setattr(workbook_grids, "missing", lambda *names: [one for one in names if one == "python_calamine"])
        yield


def grids(path):
    with open_workbook(path) as book:
        return {name: book.grid(name) for name in book.names}


def typed(grids):
    """Cells with their types: 1 and True, and a day and its midnight, are not the same."""
    return {
        name: [[(type(one), one) for one in row] for row in grid.to_numpy().tolist()] for name, grid in grids.items()
    }


def refuse_difference(path, monkeypatch):
    first = typed(grids(path))
    with without_calamine(monkeypatch):
        second = typed(grids(path))
    assert second == first
    return first


def of_all_kinds(path):
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Số liệu"
    sheet["B3"], sheet["C3"], sheet["D3"] = "Thị trường", "Trị giá", "  blanks  "
    sheet["B4"], sheet["C4"], sheet["D4"] = "Hoa Kỳ", 1250.5, True
    sheet["B5"], sheet["C5"], sheet["D5"] = "Nhật Bản", 7, False
    sheet["B6"], sheet["C6"], sheet["D6"] = "two\nlines", -1e-300, dt.datetime(2021, 12, 31)
    sheet["B8"], sheet["C8"], sheet["D8"] = "=1+1", 1e20, dt.datetime(2021, 12, 31, 13, 5, 7)
    sheet["B9"], sheet["C9"], sheet["D9"] = dt.time(13, 5), dt.timedelta(hours=30), dt.date(1899, 12, 31)
    sheet["B10"], sheet["C10"] = "#N/A", 0.1 + 0.2
    sheet["B10"].data_type = "e"
    sheet["C11"], sheet["C11"].number_format = 0.25, "0.0%"
    sheet["B12"] = CellRichText("Hàn ", TextBlock(InlineFont(b=True), "Quốc"))
    sheet["B13"], sheet["C13"] = "00123", "1.234,5"
    sheet["C14"], sheet["C14"].number_format = 45000, "dd/mm/yyyy"
    sheet["C15"], sheet["C15"].number_format = 45000, '#,##0 "USD"'
    # Cells of a style alone hold nothing.
    sheet["H40"].font, sheet["A60"].fill = Font(bold=True), PatternFill("solid", "FFFF00")
    book.create_sheet("trống")
    book.create_sheet("hai").append([None, "only", None, 3])
    book.create_chartsheet("hình")
    book.save(path)


def test_both_readers_give_the_same_cells(tmp_path, monkeypatch):
    path = tmp_path / "a.xlsx"
    of_all_kinds(path)
    read = refuse_difference(path, monkeypatch)
    assert list(read) == ["Số liệu", "trống", "hai"]
    assert [len(read[name]) for name in read] == [15, 0, 1]
    assert read["hai"] == [[(str, ""), (str, "only"), (str, ""), (int, 3)]]
    assert read["Số liệu"][5][3] == (dt.date, dt.date(2021, 12, 31))


def test_a_false_statement_of_size_is_believed_by_neither(tmp_path, monkeypatch):
    path = tmp_path / "a.xlsx"
    of_all_kinds(path)
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    sheet = parts["xl/worksheets/sheet1.xml"]
    assert b'<dimension ref="A3:H60"' in sheet
    parts["xl/worksheets/sheet1.xml"] = sheet.replace(b'ref="A3:H60"', b'ref="A1:B2"')
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    assert len(refuse_difference(path, monkeypatch)["Số liệu"]) == 15


def test_real_workbooks_are_read_alike(shared_data, monkeypatch):
    seen = 0
    for path in sorted(shared_data.rglob("*.xlsx")):
        if path.stat().st_size < 400_000:
            refuse_difference(path, monkeypatch)
            seen += 1
    assert seen


def test_a_table_is_the_same_by_either_reader(tmp_path, monkeypatch):
    rows = [["Thị trường", "Trị giá (1000 USD)"], ["Hoa Kỳ", 1250.5], ["Trung Quốc", 410], ["Nhật Bản", 99]]
    path = tmp_path / "a.xlsx"
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    book.save(path)
    first = ta.read(path)
    with without_calamine(monkeypatch):
        second = ta.read(path)
    pd.testing.assert_frame_equal(first, second)
    assert second["value"].tolist() == [1_250_500.0, 410_000.0, 99_000.0]


@pytest.mark.parametrize("platform", ["linux", "emscripten"])
def test_where_neither_reads_a_workbook_what_helps_is_said(tmp_path, monkeypatch, platform):
    path = tmp_path / "a.xlsb"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("xl/workbook.bin", b"")
    monkeypatch.setattr(sys, "platform", platform)
    says = r"tradeanalysis\[excel\]" if platform == "linux" else r"\.xlsb.*browser.*save it as \.xlsx"
    with without_calamine(monkeypatch):
        if platform == "linux":
            monkeypatch.setattr("tradeanalysis.extras.missing", lambda *names: ["python_calamine"])
        with pytest.raises(ta.TradeDataError, match=says):
            ta.read(path)
