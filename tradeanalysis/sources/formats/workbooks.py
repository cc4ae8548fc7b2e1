"""Workbooks of Excel: the sheet that is named, the one that holds data, or several of one table."""

from __future__ import annotations

import zipfile
from collections import Counter
from collections.abc import Collection, Sequence
from pathlib import Path

import pandas as pd

from tradeanalysis.gate.findings import Finding, Fix, fault, finding
from tradeanalysis.sources.columns.headings import heading
from tradeanalysis.sources.columns.periods import period
from tradeanalysis.sources.formats.binary_workbooks import check_binary_sheets, check_old_workbook
from tradeanalysis.sources.formats.cell_positions import check_repeats
from tradeanalysis.sources.formats.heading_rows import is_number
from tradeanalysis.sources.formats.sheets import Sheet, tabulate, years_of_sheets
from tradeanalysis.sources.formats.workbook_grids import Workbook, need_reader, open_workbook
from tradeanalysis.sources.formats.workbook_parts import SheetExtras, WorkbookParts
from tradeanalysis.sources.raw import MAX_RATIO, Raw, foreign_errors
from tradeanalysis.texts import Text

MAX_WORKBOOK = 500 << 20
# All sheets of a workbook, as years of one table.
ALL_SHEETS = "*"
# So many sheets are offered at most.
MOST_FIXES = 20


def workbook(
    path: Path,
    archive: zipfile.ZipFile | None,
    sha256: str,
    sheet: str | Sequence[str] | None,
    header_rows: int | Sequence[int] | None,
    named: Collection[str] = (),
    periods: str | None = None,
) -> Raw:
    """The one sheet with data, or those that are named; ``archive`` is None for a workbook of Excel 97."""
    kind = kind_of(archive)
    need_reader(path, kind)
    parts = WorkbookParts(path, archive) if kind == "xlsx" and archive else None
    hidden = parts.hidden if parts else []
    if parts:
        parts.check([sheet] if isinstance(sheet, str) and sheet != ALL_SHEETS else sheet)
    elif archive is None:
        check_old_workbook(path)
    else:
        (check_repeats if kind == "ods" else check_binary_sheets)(path, archive)
    with foreign_errors(path.name, "workbook_damaged"), open_workbook(path) as book:
        grids = _chosen(book, path.name, sheet, hidden)
    found = []
    if hidden:
        found.append(finding("TA-128", "hidden_sheets", labels=hidden, file=path.name, sheets=[*map(repr, hidden)]))
    read = {}
    for name, grid in grids.items():
        extras = parts.extras(name) if parts else SheetExtras()
        _refuse_unread(path, extras)
        grid.index = pd.RangeIndex(1, len(grid) + 1)
        read[name] = tabulate(
            grid,
            path.name,
            where="row",
            header_rows=header_rows,
            merged=extras.merged,
            named=named,
            periods=periods,
            look=parts.looks(extras) if parts else None,
        )
        found += _hidden(name, extras)
    together = years_of_sheets(read) if len(read) > 1 else next(iter(read.values()))
    said = Text("sheet_read" if len(read) == 1 else "sheets_read", sheets=list(map(repr, read)))
    return _raw(together, path.name, sha256, said, found)


def _raw(sheet: Sheet, name: str, sha256: str, said: str, found: list[Finding]) -> Raw:
    raw = Raw(sheet.cells, name, sha256, [said, *sheet.notes], "row", found, sheet.units, sheet.stated, sheet.largest)
    raw.estimates, raw.issuer, raw.parts, raw.above = sheet.estimates, sheet.issuer, sheet.parts, sheet.above
    return raw


def _chosen(
    book: Workbook, file: str, sheet: str | Sequence[str] | None, hidden: Sequence[str]
) -> dict[str, pd.DataFrame]:
    """The cells of the sheets that are to be read; the others are not looked at where sheets are named."""
    there = book.names
    _refuse_one_name(file, there)
    if isinstance(sheet, str) and (sheet != ALL_SHEETS or sheet in there):
        sheet = [sheet]
    if sheet is not None and sheet != ALL_SHEETS:
        grids = {name: book.grid(name) for name in sheet if name in there}
        if absent := [name for name in sheet if name not in grids or not len(grids[name])]:
            near = [one for one in there if one not in hidden]
            raise fault(
                "TA-110",
                "sheet_absent",
                fixes=[Fix("sheet", one, Text("reads_sheet", sheet=one)) for one in near[:MOST_FIXES]],
                labels=there,
                absent=[*map(repr, absent)],
                sheets=[*map(repr, there)],
            )
        return grids
    grids = {name: book.grid(name) for name in there}
    full = [name for name, grid in grids.items() if name not in hidden and len(grid) > 1 and _has_numbers(grid)]
    if len(full) > 1:  # beside a table, what is known of it
        full = [name for name in full if not _is_certificate(name, grids[name])]
    if sheet is None and len(full) != 1:
        shown = full or [name for name, grid in grids.items() if len(grid)]
        ways = [Fix("sheet", name, Text("reads_sheet", sheet=name)) for name in full[:MOST_FIXES]]
        years = [name for name in full if period(name)]
        if len(years) > 1:
            ways.insert(0, Fix("sheet", ALL_SHEETS, Text("reads_sheets_as_years", sheets=years)))
        raise fault("TA-110", "sheets_with_data", fixes=ways, labels=shown, count=len(full), sheets=[*map(repr, shown)])
    chosen = [name for name in full if period(name)] if sheet == ALL_SHEETS and any(map(period, full)) else full
    if not chosen:
        raise fault("TA-110", "no_sheet_with_data", labels=there, file=file, sheets=[*map(repr, there)])
    _refuse_one_period(chosen if sheet == ALL_SHEETS else [])
    return {name: grids[name] for name in chosen}


def _refuse_one_name(file: str, names: Sequence[str]) -> None:
    """Refuse sheets whose names look alike: equal but for blanks, case or how their letters are composed."""
    count = Counter(map(heading, names))
    if alike := [name for name in names if count[heading(name)] > 1][:MOST_FIXES]:
        raise fault("TA-110", "sheets_of_one_name", labels=alike, file=file, sheets=[*map(repr, alike)])


def _refuse_one_period(sheets: Sequence[str]) -> None:
    """Refuse several sheets of one year or month among those that are set below each other."""
    count = Counter(map(period, sheets))
    if again := [name for name in sheets if period(name) and count[period(name)] > 1]:
        raise fault("TA-110", "sheets_of_one_period", labels=again, sheets=[*map(repr, again)])


def _is_certificate(name: str, grid: pd.DataFrame) -> bool:
    """Whether a sheet is the certificate that ``write_excel`` puts behind a table."""
    return name == "certificate" and list(grid.iloc[0])[:2] == ["key", "value"] and grid.shape[1] == 2


def _has_numbers(grid: pd.DataFrame) -> bool:
    return any(is_number(cell) for cell in grid.to_numpy(dtype=object).ravel())


def _hidden(name: str, extras: SheetExtras) -> list[Finding]:
    """That rows or columns of a sheet are hidden."""
    if not extras.hidden_rows and not extras.hidden_columns:
        return []
    rows, key = extras.hidden_rows, "hidden_rows" if extras.hidden_rows else "hidden_columns"
    both = "hidden_rows_and_columns" if extras.hidden_rows and extras.hidden_columns else key
    return [finding("TA-128", both, sheet=repr(name), count=len(rows), rows=list(rows))]


def _refuse_unread(path: Path, extras: SheetExtras) -> None:
    for key, cells in (("cells_of_formulas", extras.formulas), ("cells_of_errors", extras.errors)):
        if cells:
            raise fault("TA-129", key, labels=cells[:MOST_FIXES], file=path.name, count=len(cells), cells=cells)


def kind_of(archive: zipfile.ZipFile | None) -> str:
    """What a zip holds: a workbook by its ending, or nothing of the kind."""
    names = {"xls"} if archive is None else set(archive.namelist())
    if "xl/workbook.bin" in names:
        return "xlsb"
    if "content.xml" in names and "mimetype" in names:
        return "ods"
    return "xlsx" if "xl/workbook.xml" in names else ""


def check_size(path: Path, archive: zipfile.ZipFile) -> None:
    """Refuse a workbook that unpacks to more than a workbook of data would."""
    members = archive.infolist()
    size, packed = sum(m.file_size for m in members), sum(m.compress_size for m in members)
    if size > MAX_WORKBOOK or size > MAX_RATIO * max(packed, 1):
        raise fault("TA-130", "workbook_too_large", file=path.name, size=round(size / 1e6))
