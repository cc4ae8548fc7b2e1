"""Files as they come: bytes in, a frame of text cells out, and what was noticed on the way."""

from __future__ import annotations

import csv
import hashlib
import importlib.util
import io
import json
import re
import warnings
import zipfile
from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn

import pandas as pd

from tradeanalysis.gate import listing
from tradeanalysis.schema import SchemaError, TradeDataError

MAX_BYTES = 2 << 30
MAX_WORKBOOK = 500 << 20
MAX_RATIO = 200
MAX_MEMBERS = 10_000
BACI_MEMBER = re.compile(r"BACI_HS\d\d_Y(\d{4})_V\w+\.csv", re.IGNORECASE)


@dataclass
class Raw:
    """A file before anything is made of it: its cells, its name and hash, and notes."""

    cells: pd.DataFrame
    source: str
    sha256: str
    notes: list[str] = field(default_factory=list)
    # What the index counts: the lines of a file that a person can open, its records, or rows from 0.
    where: str = "row"


def load(path: str | Path, *, sheet: str | None = None, years: Collection[int] | None = None) -> Raw:
    """Read a file, or a folder or zip of BACI years."""
    if "://" in str(path):
        raise TradeDataError(f"{path} is an address, not a file: download it, and read the file")
    path = Path(path)
    if path.is_dir():
        return _folder(path, years)
    if not path.is_file():
        raise TradeDataError(f"there is no file {str(path)!r}")
    if path.stat().st_size > MAX_BYTES and path.suffix.lower() != ".zip":
        raise TradeDataError(f"{path.name} has {path.stat().st_size / 1e9:.1f} GB; split it, or filter it before")
    with path.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        file.seek(0)
        head = file.read(4)
    if head == b"PAR1":
        return Raw(_parquet(path), path.name, sha256)
    if head[:2] == b"PK":
        return _zip(path, sha256, sheet, years)
    content = path.read_bytes()
    text, notes = _decode(content, path.name)
    if text.lstrip()[:1] in ("{", "["):
        return Raw(_json(text, path.name), path.name, sha256, notes, where="record")
    if re.match(r"\s*<(!doctype|html|table|\?xml)", text, re.IGNORECASE):
        raise TradeDataError(f"{path.name} is a web page or XML under another name: save it as .xlsx or .csv first")
    if BACI_MEMBER.fullmatch(path.name):
        return Raw(_baci(io.StringIO(text)), path.name, sha256, notes)
    cells = _delimited(text, path.name, notes)
    return Raw(cells, path.name, sha256, notes, where="line")


def _decode(content: bytes, name: str) -> tuple[str, list[str]]:
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return content.decode("utf-16"), ["text in UTF-16"]
    try:
        text, notes = content.decode("utf-8-sig"), []
    except UnicodeDecodeError:
        text, notes = content.decode("latin-1"), [f"{name} is not UTF-8: read as latin-1, a guess"]
    if "\x00" in text:
        raise TradeDataError(f"{name} holds NUL bytes: it is no text file, or a damaged one")
    return text, notes


def _delimited(text: str, name: str, notes: list[str]) -> pd.DataFrame:
    """A CSV or TSV as text cells, with the number of its line as index; the delimiter is the one that splits best."""
    lines = text.splitlines()
    if not lines:
        raise TradeDataError(f"{name} is empty")
    delimiter = max(",;\t|", key=lambda mark: len(next(csv.reader([lines[0]], delimiter=mark))))
    if delimiter not in lines[0]:
        raise SchemaError(f"TA-110 [error] {name} has one column, {lines[0][:60]!r}: no delimiter among , ; tab |")
    headings = [heading.strip() for heading in next(csv.reader([lines[0]], delimiter=delimiter))]
    twice = sorted({heading for heading in headings if headings.count(heading) > 1})
    if twice:
        raise SchemaError(f"TA-110 [error] {name} has columns of one name: {listing(map(repr, twice))}. Rename them")
    if all(line.endswith(delimiter) for line in lines[1:] if line.strip()) and not lines[0].endswith(delimiter):
        # A delimiter after every row but the heading would shift all columns by one.
        width = {len(row) for row in csv.reader(io.StringIO(text), delimiter=delimiter) if row}
        if width == {len(headings), len(headings) + 1}:
            text = "\n".join([lines[0], *(line.removesuffix(delimiter) for line in lines[1:])])
            notes.append("every row ended with a delimiter more than the heading, and it was taken off")
    try:
        with warnings.catch_warnings():
            # Rows longer than the heading would lose their last cells with a warning only.
            warnings.simplefilter("error", pd.errors.ParserWarning)
            cells = pd.read_csv(
                io.StringIO(text),
                sep=delimiter,
                dtype=str,
                keep_default_na=False,
                index_col=False,
                skip_blank_lines=False,
            )
    except (pd.errors.ParserError, pd.errors.ParserWarning) as error:
        ragged = _first_ragged(text, delimiter, len(headings))
        raise SchemaError(f"TA-110 [error] {name}: {ragged or error}. Mend the line, or quote its text") from None
    cells.columns = pd.Index(headings)
    cells.index = pd.RangeIndex(2, len(cells) + 2)
    return cells[(cells != "").any(axis=1)]


def _first_ragged(text: str, delimiter: str, width: int) -> str:
    for number, row in enumerate(csv.reader(io.StringIO(text), delimiter=delimiter), start=1):
        if len(row) > width:
            return f"line {number} has {len(row)} cells where the heading has {width}"
    return ""


def _parquet(path: Path) -> pd.DataFrame:
    _need("Parquet", "engine", "pyarrow")
    return pd.read_parquet(path)


def _zip(path: Path, sha256: str, sheet: str | None, years: Collection[int] | None) -> Raw:
    """A workbook, or a release of BACI: members are read by their exact names, into memory, never unpacked."""
    with zipfile.ZipFile(path) as archive:
        members = archive.infolist()
        if len(members) > MAX_MEMBERS:
            raise TradeDataError(f"{path.name} has {len(members):,} members: more than a data file would")
        if any(member.filename == "xl/workbook.xml" for member in members):
            size, packed = sum(m.file_size for m in members), sum(m.compress_size for m in members)
            if size > MAX_WORKBOOK or size > MAX_RATIO * max(packed, 1):
                raise TradeDataError(
                    f"{path.name} unpacks to {size / 1e6:,.0f} MB: too large for a workbook; save a CSV"
                )
            cells, notes = _workbook(path, sheet)
            return Raw(cells, path.name, sha256, notes, where="row")
        found = {int(match[1]): m for m in members if (match := BACI_MEMBER.fullmatch(Path(m.filename).name))}
        chosen = {year: member for year, member in sorted(found.items()) if years is None or year in years}
        if not chosen:
            raise SchemaError(
                f"TA-110 [error] {path.name} is neither a workbook nor a BACI release with the years asked for: "
                f"{listing(m.filename for m in members)}"
            )
        if sum(member.file_size for member in chosen.values()) > MAX_BYTES:
            raise TradeDataError(f"{path.name} holds {len(chosen)} years, too many at once: choose some with year=")
        frames = []
        for member in chosen.values():
            with archive.open(member.filename) as file:
                frames.append(_baci(file))
    return Raw(pd.concat(frames, ignore_index=True), path.name, sha256, [f"years read: {listing(chosen, 30)}"])


def _folder(path: Path, years: Collection[int] | None) -> Raw:
    found = {int(match[1]): file for file in path.iterdir() if (match := BACI_MEMBER.fullmatch(file.name))}
    chosen = {year: file for year, file in sorted(found.items()) if years is None or year in years}
    if not chosen:
        raise SchemaError(
            f"TA-110 [error] {path.name!r} has no BACI_HS92_Y2023_V202501.csv, nor the like, of the years asked for"
        )
    if sum(file.stat().st_size for file in chosen.values()) > MAX_BYTES:
        raise TradeDataError(f"the folder {path.name!r} holds {len(chosen)} years, too many at once: choose with year=")
    digest = hashlib.sha256()
    frames = []
    for file in chosen.values():
        content = file.read_bytes()
        digest.update(content)
        frames.append(_baci(io.BytesIO(content)))
    return Raw(
        pd.concat(frames, ignore_index=True), path.name, digest.hexdigest(), [f"years read: {listing(chosen, 30)}"]
    )


def _baci(file: Any) -> pd.DataFrame:
    """One year of BACI: millions of rows of numbers, read as numbers. A code of a country may be text (S19)."""
    try:
        return pd.read_csv(file, usecols=["t", "i", "j", "k", "v"], dtype={"t": "int64", "k": "int64", "v": "float64"})
    except ValueError as error:
        raise SchemaError(f"TA-110 [error] this is no file of BACI: {error}") from None


def _workbook(path: Path, sheet: str | None) -> tuple[pd.DataFrame, list[str]]:
    _need("Excel", "excel", "python_calamine", "defusedxml")
    sheets = pd.read_excel(path, sheet_name=None, engine="calamine", dtype=object, keep_default_na=False)
    full = {name: cells for name, cells in sheets.items() if cells.size}
    if sheet is not None and sheet not in sheets:
        raise SchemaError(
            f"TA-110 [error] there is no sheet {sheet!r}; the sheets are {listing(map(repr, sheets), 20)}"
        )
    if sheet is None and len(full) != 1:
        raise SchemaError(
            f"TA-110 [error] {len(full)} sheets hold data, {listing(map(repr, full), 20)}: choose with sheet="
        )
    name = sheet if sheet is not None else next(iter(full))
    cells = sheets[name]
    cells.columns = pd.Index([str(heading).strip() for heading in cells.columns])
    cells.index = pd.RangeIndex(2, len(cells) + 2)
    return cells[(cells != "").any(axis=1)], [f"sheet {name!r}"]


def _json(text: str, name: str) -> pd.DataFrame:
    """An answer of Comtrade's service."""

    def refuse(constant: str) -> NoReturn:
        raise TradeDataError(f"{name} holds {constant}, which is no JSON number: the answer is damaged")

    try:
        answer = json.loads(text, parse_constant=refuse)
    except json.JSONDecodeError as error:
        raise TradeDataError(f"{name} is no whole JSON file (line {error.lineno}): download it again") from None
    rows = answer.get("data", answer.get("dataset")) if isinstance(answer, dict) else answer
    if not rows:
        told = (answer.get("error") or answer.get("message") or "") if isinstance(answer, dict) else ""
        raise TradeDataError(
            f"{name} holds no record{f': {told}' if told else ''}. Ask for other years, codes or flows"
        )
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise SchemaError(f"TA-110 [error] {name} holds no list of records under 'data'")
    if isinstance(answer, dict) and (answer.get("count") or 0) > len(rows):
        raise TradeDataError(
            f"{name} holds {len(rows):,} of {answer['count']:,} records: the answer was cut. Ask for fewer at once"
        )
    cells = pd.DataFrame(rows, dtype=object)
    cells.index = pd.RangeIndex(1, len(cells) + 1)
    return cells.where(cells.notna(), "")


def _need(format: str, extra: str, *packages: str) -> None:
    if not all(importlib.util.find_spec(package) for package in packages):
        raise TradeDataError(f'{format} files need more packages: pip install "tradeanalysis[{extra}]"')
