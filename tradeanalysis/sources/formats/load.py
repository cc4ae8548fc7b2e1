"""Files as they come: bytes in, a frame of cells out, and what was noticed on the way."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import re
import zipfile
import zlib
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any, NoReturn

import pandas as pd

from tradeanalysis.gate.findings import listing
from tradeanalysis.schema import SchemaError, TradeDataError
from tradeanalysis.sources.baci.release_files import BACI_MEMBER, baci, baci_folder, release
from tradeanalysis.sources.columns.layouts import heading
from tradeanalysis.sources.formats.delimited import delimited
from tradeanalysis.sources.formats.encodings import decode
from tradeanalysis.sources.formats.webpages import is_page, largest_table
from tradeanalysis.sources.formats.workbooks import check_size, workbook
from tradeanalysis.sources.raw import DAMAGED, MAX_BYTES, MAX_MEMBERS, MAX_RATIO, Raw, damaged, need, readable


def load(
    path: str | Path,
    *,
    sheet: str | None = None,
    years: Collection[int] | None = None,
    header_rows: int | Sequence[int] | None = None,
) -> Raw:
    """Read a file, or a folder or zip of BACI years."""
    path = Path(path)
    if path.is_dir():
        return _headed(baci_folder(path, years))
    if not path.is_file():
        raise TradeDataError(f"TA-131 [error] there is no file {str(path)!r}")
    readable(path)
    if path.stat().st_size > MAX_BYTES and path.suffix.lower() != ".zip":
        size = f"{path.stat().st_size / 1e9:.1f} GB"
        raise TradeDataError(f"TA-130 [error] {path.name} has {size}; split it, or filter it before")
    with path.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        file.seek(0)
        head = file.read(8)
    if head[:4] == b"PAR1":
        return _headed(Raw(_parquet(path), path.name, sha256))
    if head[:2] == b"PK":
        return _headed(_zip(path, sha256, sheet, years, header_rows))
    if head == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
        return _headed(workbook(path, None, sha256, sheet, header_rows))
    if sheet is not None:
        raise TradeDataError(f"TA-110 [error] sheet={sheet!r} is given, and {path.name} is no workbook: leave it out")
    content = _unpacked(path) if head[:2] == b"\x1f\x8b" else path.read_bytes()
    return _headed(_text_file(content, path.name, sha256, header_rows))


def _zip(
    path: Path,
    sha256: str,
    sheet: str | None,
    years: Collection[int] | None,
    header_rows: int | Sequence[int] | None,
) -> Raw:
    """A workbook, a release of BACI, or a download of one table: members are read by their exact names, into memory."""
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
            if len(members) > MAX_MEMBERS:
                raise TradeDataError(f"TA-130 [error] {path.name} has {len(members):,} members: no data file has")
            if any(member.filename == "xl/workbook.xml" for member in members):
                check_size(path, archive)
                return workbook(path, archive, sha256, sheet, header_rows)
            tables = [m for m in members if m.filename.lower().endswith((".csv", ".tsv", ".txt")) and m.file_size]
            if len(tables) == 1 and not BACI_MEMBER.fullmatch(Path(tables[0].filename).name):
                (table,) = tables
                if table.file_size > MAX_BYTES or table.file_size > 1e6 + MAX_RATIO * table.compress_size:
                    raise TradeDataError(
                        f"TA-130 [error] {path.name} unpacks to {table.file_size / 1e6:,.0f} MB: unpack it, and look"
                    )
                raw = _text_file(archive.read(table), Path(table.filename).name, sha256, header_rows)
                raw.source = path.name
                raw.notes.append(f"{table.filename!r} in the zip was read")
                return raw
            return release(path, archive, sha256, years)
    except DAMAGED as error:
        raise damaged(path, "zip or workbook", error) from None


def _headed(raw: Raw) -> Raw:
    raw.cells.columns = pd.Index([heading(name) for name in raw.cells.columns])
    return raw


def _text_file(content: bytes, name: str, sha256: str, header_rows: int | Sequence[int] | None) -> Raw:
    text, notes, findings = decode(content, name)
    if text.lstrip()[:1] in ("{", "["):
        return Raw(_json(text, name), name, sha256, notes, "record", findings)
    if BACI_MEMBER.fullmatch(name.removesuffix(".gz")):
        return Raw(baci(io.StringIO(text)), name, sha256, notes, "row", findings)
    if is_page(text):
        sheet, where = largest_table(text, name, header_rows=header_rows), "row"
    elif re.match(r"\s*<\?xml|\s*<[A-Za-z]", text):
        raise TradeDataError(f"TA-131 [error] {name} is XML: open it in Excel and save it as .xlsx or .csv")
    else:
        sheet, where = delimited(text, name, header_rows=header_rows), "line"
    return Raw(sheet.cells, name, sha256, [*notes, *sheet.notes], where, findings, sheet.units)


def _unpacked(path: Path) -> bytes:
    try:
        with gzip.open(path) as file:
            content = file.read(MAX_BYTES + 1)
    except (EOFError, OSError, zlib.error):
        raise TradeDataError(f"TA-131 [error] {path.name} is a damaged gzip file: get it again") from None
    if len(content) > MAX_BYTES:
        raise TradeDataError(f"TA-130 [error] {path.name} unpacks to more than {MAX_BYTES / 1e9:.1f} GB; split it")
    return content


def _parquet(path: Path) -> pd.DataFrame:
    need("Parquet", "engine", "pyarrow")
    try:
        cells = pd.read_parquet(path)
    except (ValueError, TypeError, KeyError, OSError, NotImplementedError) as error:  # as pyarrow's are
        raise TradeDataError(f"TA-131 [error] {path.name} is a damaged Parquet file: {str(error)[:200]}") from None
    # What was an index with a name is a column.
    return cells.reset_index([name for name in cells.index.names if name is not None]).reset_index(drop=True)


def _json(text: str, name: str) -> pd.DataFrame:
    """An answer of Comtrade's service."""

    def refuse(constant: str) -> NoReturn:
        raise TradeDataError(f"TA-131 [error] {name} holds {constant}, which is no JSON number: the answer is damaged")

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        keys = [key for key, _ in pairs]
        if len(set(keys)) < len(keys):
            twice = listing(sorted({repr(key) for key in keys if keys.count(key) > 1}))
            raise TradeDataError(f"TA-131 [error] {name} holds a record with {twice} twice: the answer is damaged")
        return dict(pairs)

    try:
        answer = json.loads(text, parse_constant=refuse, object_pairs_hook=once)
    except json.JSONDecodeError as error:
        raise TradeDataError(
            f"TA-131 [error] {name} is no whole JSON file (line {error.lineno}): download it again"
        ) from None
    except (RecursionError, ValueError) as error:
        if isinstance(error, TradeDataError):
            raise
        raise TradeDataError(
            f"TA-131 [error] {name} is no answer of Comtrade: {type(error).__name__}, {error}"
        ) from None
    rows = answer.get("data", answer.get("dataset")) if isinstance(answer, dict) else answer
    if not rows:
        told = (answer.get("error") or answer.get("message") or "") if isinstance(answer, dict) else ""
        raise TradeDataError(
            f"TA-131 [error] {name} holds no record{f': {told}' if told else ''}. Ask for other years, codes or flows"
        )
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise SchemaError(f"TA-110 [error] {name} holds no list of records under 'data'")
    count = answer.get("count") if isinstance(answer, dict) else None
    if isinstance(count, (int, float)) and count > len(rows):
        raise TradeDataError(
            f"TA-131 [error] {name} holds {len(rows):,} of {count:,} records: the answer was cut. Ask for fewer at once"
        )
    plain = [{key: _scalar(value) for key, value in row.items()} for row in rows]
    cells = pd.DataFrame(plain, dtype=object)
    cells.index = pd.RangeIndex(1, len(cells) + 1)
    return cells.where(cells.notna(), "")


def _scalar(value: object) -> object:
    """A cell; what is a list or an object in the answer, as text."""
    return json.dumps(value) if isinstance(value, (list, dict)) else value
