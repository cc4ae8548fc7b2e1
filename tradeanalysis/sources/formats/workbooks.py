"""Workbooks of Excel: what they hold, what they hide, and what stands in their cells in place of a value."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from tradeanalysis.gate.findings import Finding, listing
from tradeanalysis.schema import SchemaError, TradeDataError
from tradeanalysis.sources.formats.sheets import is_number, tabulate
from tradeanalysis.sources.raw import MAX_RATIO, Raw, need

MAX_WORKBOOK = 500 << 20
_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_REL = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"


@dataclass
class SheetExtras:
    """What a sheet's own file says that its values do not."""

    hidden_rows: list[int] = field(default_factory=list)
    hidden_columns: bool = False
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)
    # Cells as people name them: formulas without a stored result, and errors in place of values.
    formulas: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)


def workbook(
    path: Path, archive: zipfile.ZipFile | None, sha256: str, sheet: str | None, header_rows: int | Sequence[int] | None
) -> Raw:
    """The one sheet with data, or the one that is named; ``archive`` is None for a workbook of Excel 97."""
    need("Excel", "excel", "python_calamine", "defusedxml")
    import python_calamine

    hidden, extras_of = ([], {}) if archive is None else _inspect(path, archive)
    try:
        grids = pd.read_excel(
            path, sheet_name=None, header=None, engine="calamine", dtype=object, keep_default_na=False
        )
    except (python_calamine.CalamineError, ValueError, KeyError, OSError) as error:
        raise TradeDataError(f"TA-131 [error] {path.name} is a damaged workbook: {str(error)[:200]}") from None
    grids = {name: grid.where(grid.notna(), "") for name, grid in grids.items() if len(grid)}
    full = [name for name, grid in grids.items() if len(grid) > 1 and name not in hidden and _has_numbers(grid)]
    if sheet is not None and sheet not in grids:
        raise SchemaError(
            f"TA-110 [error] there is no sheet {sheet!r} with data; the sheets are {listing(map(repr, grids), 20)}"
        )
    if sheet is None and len(full) != 1:
        raise SchemaError(
            f"TA-110 [error] {len(full)} sheets hold data, {listing(map(repr, full or grids), 20)}: choose with sheet="
        )
    name = sheet if sheet is not None else full[0]
    grid, extras = grids[name], extras_of.get(name, SheetExtras())
    _refuse_unread(path, extras)
    grid.index = pd.RangeIndex(1, len(grid) + 1)
    read = tabulate(grid, path.name, where="row", header_rows=header_rows, merged=extras.merged)
    found = []
    if hidden:
        what = f"{path.name} has hidden sheets, {listing(map(repr, hidden))}"
        found.append(Finding("TA-128", what, "They were not read; sheet= reads one."))
    if extras.hidden_rows or extras.hidden_columns:
        rows = f"{len(extras.hidden_rows):,} hidden rows ({listing(extras.hidden_rows)})" if extras.hidden_rows else ""
        what = " and ".join(filter(None, [rows, "hidden columns" * extras.hidden_columns]))
        found.append(
            Finding("TA-128", f"sheet {name!r} has {what}", "They were read like the others: a filter hides rows.")
        )
    return Raw(read.cells, path.name, sha256, [f"sheet {name!r}", *read.notes], "row", found, read.units)


def _has_numbers(grid: pd.DataFrame) -> bool:
    return any(is_number(cell) for cell in grid.to_numpy(dtype=object).ravel())


def _refuse_unread(path: Path, extras: SheetExtras) -> None:
    if extras.formulas:
        raise TradeDataError(
            f"TA-129 [error] {path.name}: {len(extras.formulas):,} cells hold formulas without a stored result "
            f"({listing(extras.formulas)}). Open the file in Excel and save it"
        )
    if extras.errors:
        raise TradeDataError(
            f"TA-129 [error] {path.name}: {len(extras.errors):,} cells hold an error in place of a value "
            f"({listing(extras.errors)}). Correct the formulas, or write the values"
        )


def check_size(path: Path, archive: zipfile.ZipFile) -> None:
    """Refuse a workbook that unpacks to more than a workbook of data would."""
    members = archive.infolist()
    size, packed = sum(m.file_size for m in members), sum(m.compress_size for m in members)
    if size > MAX_WORKBOOK or size > MAX_RATIO * max(packed, 1):
        raise TradeDataError(
            f"TA-130 [error] {path.name} unpacks to {size / 1e6:,.0f} MB: too large for a workbook; save a CSV"
        )
    # Reads no member further than the size that it declares, which a hostile one may do falsely.
    if (bad := archive.testzip()) is not None:
        raise TradeDataError(f"TA-131 [error] {path.name} is damaged: its part {bad!r} is not what it says")


def _inspect(path: Path, archive: zipfile.ZipFile) -> tuple[list[str], dict[str, SheetExtras]]:
    """The hidden sheets, and what each sheet's file says."""
    import defusedxml.ElementTree as xml  # type: ignore[import-untyped]
    from defusedxml import DefusedXmlException

    try:
        book = xml.fromstring(archive.read("xl/workbook.xml"))
        links = xml.fromstring(archive.read("xl/_rels/workbook.xml.rels"))
        targets = {link.get("Id"): str(link.get("Target")).removeprefix("/xl/") for link in links}
        hidden, extras_of = [], {}
        for sheet in book.iter(f"{_MAIN}sheet"):
            name = str(sheet.get("name"))
            if sheet.get("state") in ("hidden", "veryHidden"):
                hidden.append(name)
            target = f"xl/{targets.get(sheet.get(f'{_REL}id'))}"
            if target in archive.namelist():
                extras_of[name] = _extras(io.BytesIO(archive.read(target)), xml)
        return hidden, extras_of
    except DefusedXmlException as error:
        raise TradeDataError(f"TA-131 [error] {path.name} holds XML that expands or reaches out: {error}") from None
    except (xml.ParseError, KeyError, ValueError) as error:
        raise TradeDataError(f"TA-131 [error] {path.name} is a damaged workbook: {str(error)[:200]}") from None


def _extras(file: io.BytesIO, xml: Any) -> SheetExtras:
    seen = SheetExtras()
    for _, element in xml.iterparse(file):
        tag = element.tag.removeprefix(_MAIN)
        if tag == "row":
            if element.get("hidden") in ("1", "true"):
                seen.hidden_rows.append(int(element.get("r", len(seen.hidden_rows) + 1)))
            element.clear()
        elif tag == "c":
            value, formula = element.find(f"{_MAIN}v"), element.find(f"{_MAIN}f")
            if formula is not None and (value is None or not value.text) and element.get("t") != "str":
                seen.formulas.append(element.get("r", "?"))
            if element.get("t") == "e" and value is not None and value.text != "#N/A":
                seen.errors.append(f"{element.get('r', '?')} {value.text}")
        elif tag == "col" and element.get("hidden") in ("1", "true"):
            seen.hidden_columns = True
        elif tag == "mergeCell":
            seen.merged += _range(element.get("ref", ""))
    return seen


def _range(reference: str) -> list[tuple[int, int, int, int]]:
    match = re.fullmatch(r"([A-Z]+)(\d+):([A-Z]+)(\d+)", reference)
    if not match:
        return []
    left, right = (_column(letters) for letters in (match[1], match[3]))
    return [(int(match[2]) - 1, left, int(match[4]) - 1, right)]


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = 26 * number + ord(letter) - ord("A") + 1
    return number - 1
