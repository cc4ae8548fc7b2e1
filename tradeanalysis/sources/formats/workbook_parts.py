"""What the XML of a workbook says that its values do not: hidden rows, merged cells, formulas, errors, looks."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tradeanalysis.gate.findings import fault
from tradeanalysis.sources.formats.cell_positions import check_sheet, text_sizes
from tradeanalysis.sources.formats.label_rows import Look

_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_REL = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_CELL = re.compile(rb"<c\b([^<>]*?)(?:/>|>(.*?)</c>)", re.DOTALL)
_ROW = re.compile(rb"<row\b[^<>]*>")
_ATTRIBUTE = re.compile(rb"\b([a-z]+)=\"([^\"]*)\"")
_MERGED = re.compile(rb"<mergeCell\b[^<>]*\bref=\"([A-Z0-9:]+)\"")


@dataclass
class SheetExtras:
    """What a sheet's own file says that its values do not."""

    hidden_rows: list[int] = field(default_factory=list)
    hidden_columns: bool = False
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)
    # Cells as people name them: formulas without a stored result, and errors in place of values.
    formulas: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    # The number of the style of each of the first cells of a row.
    styles: dict[tuple[int, int], int] = field(default_factory=dict)


class WorkbookParts:
    """The parts of a workbook: which sheets are hidden, and what the file of one sheet says."""

    def __init__(self, path: Path, archive: zipfile.ZipFile) -> None:
        self.path, self.archive = path, archive
        self.hidden: list[str] = []
        self.targets: dict[str, str] = {}
        self.parts: dict[str, bytes] = {}
        self._guarded(self._read_book)

    def check(self, sheets: Collection[str] | None) -> None:
        """Read the parts that are needed: all but the sheets that are not among those named.

        No part is read further than the size that it declares, which a hostile one may do falsely.
        """
        skipped = (
            set()
            if sheets is None or "*" in sheets
            else {self.targets[name] for name in self.targets if name not in sheets}
        )
        sizes = text_sizes(self.archive)
        for member in self.archive.infolist():
            if member.filename in skipped:
                continue
            try:
                content = self.archive.read(member)
                if skipped and member.filename in self.targets.values():
                    self.parts[member.filename] = content  # of the few sheets that are read; once
                if b"sheetData" in content:
                    check_sheet(self.path, content, sizes)
            except zipfile.BadZipFile:
                raise fault("TA-131", "part_damaged", file=self.path.name, part=repr(member.filename)) from None

    def extras(self, sheet: str) -> SheetExtras:
        """What the file of a sheet says; only that file is read."""
        seen = SheetExtras()
        if (target := self.targets.get(sheet)) in self.archive.namelist():
            content = self._part(str(target))
            self._guarded(lambda xml: _quick(content, seen) if _is_plain(content) else _slow(content, seen, xml))
        return seen

    def looks(self, extras: SheetExtras) -> dict[tuple[int, int], Look]:
        """The indent and weight of the cells of a sheet, where they have any."""
        by_style: list[Look] = []
        if extras.styles and "xl/styles.xml" in self.archive.namelist():
            content = self._part("xl/styles.xml")
            self._guarded(lambda xml: by_style.extend(_looks(content, xml)))
        plain = Look()
        return {
            at: by_style[style]
            for at, style in extras.styles.items()
            if style < len(by_style) and by_style[style] != plain
        }

    def _part(self, name: str) -> bytes:
        return self.parts[name] if name in self.parts else self.archive.read(name)

    def _read_book(self, xml: Any) -> None:
        book = xml.fromstring(self.archive.read("xl/workbook.xml"))
        links = xml.fromstring(self.archive.read("xl/_rels/workbook.xml.rels"))
        targets = {link.get("Id"): str(link.get("Target")).removeprefix("/xl/") for link in links}
        for sheet in book.iter(f"{_MAIN}sheet"):
            name = str(sheet.get("name"))
            if sheet.get("state") in ("hidden", "veryHidden"):
                self.hidden.append(name)
            self.targets[name] = f"xl/{targets.get(sheet.get(f'{_REL}id'))}"

    def _guarded(self, read: Any) -> None:
        import defusedxml.ElementTree as xml  # type: ignore[import-untyped]
        from defusedxml import DefusedXmlException

        try:
            read(xml)
        except DefusedXmlException as error:
            raise fault("TA-131", "xml_expands", file=self.path.name, why=str(error)) from None
        except (xml.ParseError, KeyError, ValueError) as error:
            raise fault("TA-131", "workbook_damaged", file=self.path.name, why=str(error)[:200]) from None


def _is_plain(content: bytes) -> bool:
    """Whether a sheet is written as Excel does, so that no parser is needed to look through it: without declarations,
    comments, prefixes, or another encoding."""
    head = content[:200].lower()
    return b"<!" not in content and b"<worksheet" in content[:2000] and (b"encoding" not in head or b"utf-8" in head)


def _quick(content: bytes, seen: SheetExtras) -> None:
    seen.hidden_columns = bool(re.search(rb"<col\b[^<>]*\bhidden=\"(?:1|true)\"", content))
    for i, row in enumerate(_ROW.finditer(content), 1):
        if b"hidden=" not in row[0] or dict(_ATTRIBUTE.findall(row[0])).get(b"hidden") not in (b"1", b"true"):
            continue
        number = dict(_ATTRIBUTE.findall(row[0])).get(b"r", b"")
        seen.hidden_rows.append(int(number) if number.isdigit() else i)
    for one in _MERGED.finditer(content):
        seen.merged += _range(one[1].decode())
    formulas, styled = b"<f" in content, b' s="' in content
    if formulas or b't="e"' in content:
        for cell in _CELL.finditer(content[: content.rfind(b"</c>") + 4]):  # beyond it no cell ends
            attributes, inside = cell[1], cell[2] or b""
            if b"<f" in inside or b't="e"' in attributes:
                _note_cell(dict(_ATTRIBUTE.findall(attributes)), inside, seen)
    if styled:
        _styles(content, seen)


def _note_cell(attributes: dict[bytes, bytes], inside: bytes, seen: SheetExtras) -> None:
    value = re.search(rb"<v\b[^<>]*>([^<]*)</v>", inside)
    text = value[1].decode("utf-8", "replace") if value else ""
    name = attributes.get(b"r", b"?").decode("ascii", "replace")
    if b"<f" in inside and not text and attributes.get(b"t") != b"str":
        seen.formulas.append(name)
    if attributes.get(b"t") == b"e" and value and text != "#N/A":
        seen.errors.append(f"{name} {text}")


_STYLED = re.compile(rb"<c r=\"([A-F])(\d+)\"(?: t=\"\w+\")? s=\"(\d+)\"")


def _styles(content: bytes, seen: SheetExtras) -> None:
    for letter, row, style in _STYLED.findall(content):
        if style != b"0":
            seen.styles[int(row) - 1, letter[0] - ord("A")] = int(style)


def _slow(content: bytes, seen: SheetExtras, xml: Any) -> None:
    for _, element in xml.iterparse(io.BytesIO(content)):
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


def _looks(content: bytes, xml: Any) -> list[Look]:
    """How each style of a workbook looks."""
    root = xml.fromstring(content)
    fonts = [font.find(f"{_MAIN}b") for font in root.iterfind(f"{_MAIN}fonts/{_MAIN}font")]
    bold = [one is not None and one.get("val") not in ("0", "false") for one in fonts]
    looks = []
    for style in root.iterfind(f"{_MAIN}cellXfs/{_MAIN}xf"):
        aligned = style.find(f"{_MAIN}alignment")
        indent = int(aligned.get("indent", "0")) if aligned is not None else 0
        font = int(style.get("fontId", "0"))
        looks.append(Look(indent, font < len(bold) and bold[font]))
    return looks


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
