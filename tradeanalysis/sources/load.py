"""Files as they come: the bytes show the format, whose reader gives the cells; from here on all files are alike."""

from __future__ import annotations

import gzip
import hashlib
import io
import re
import zipfile
import zlib
from pathlib import Path

import pandas as pd

from tradeanalysis.schema import TradeDataError
from tradeanalysis.sources.baci.release_files import BACI_MEMBER, baci, baci_folder, release
from tradeanalysis.sources.columns.layouts import heading
from tradeanalysis.sources.formats.delimited import delimited
from tradeanalysis.sources.formats.encodings import decode
from tradeanalysis.sources.formats.records import records
from tradeanalysis.sources.formats.webpages import is_page, largest_table
from tradeanalysis.sources.formats.workbooks import check_size, workbook
from tradeanalysis.sources.options import ReadOptions
from tradeanalysis.sources.raw import (
    DAMAGED,
    MAX_BYTES,
    MAX_MEMBERS,
    MAX_RATIO,
    Raw,
    damaged,
    need,
    refuse_unreadable,
)


def load(path: Path, options: ReadOptions) -> Raw:
    """A file, or a folder or zip of BACI years, as cells under their headings."""
    raw = baci_folder(path, options.year) if path.is_dir() else _load_file(path, options)
    raw.cells.columns = pd.Index([heading(name) for name in raw.cells.columns])
    return raw


def _load_file(path: Path, options: ReadOptions) -> Raw:
    if not path.is_file():
        raise TradeDataError(f"TA-131 [error] there is no file {str(path)!r}")
    refuse_unreadable(path)
    if path.stat().st_size > MAX_BYTES and path.suffix.lower() != ".zip":
        size = f"{path.stat().st_size / 1e9:.1f} GB"
        raise TradeDataError(f"TA-130 [error] {path.name} has {size}; split it, or filter it before")
    with path.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        file.seek(0)
        head = file.read(8)
    read = next(read for magic, read in FORMATS if head.startswith(magic))
    return read(path, sha256, options)


def _named(options: ReadOptions) -> tuple[str, ...]:
    """The headings that are named by hand."""
    return tuple(map(str, (options.columns or {}).values()))


def _parquet(path: Path, sha256: str, options: ReadOptions) -> Raw:
    need("Parquet", "engine", "pyarrow")
    try:
        cells = pd.read_parquet(path)
    except (ValueError, TypeError, KeyError, OSError, NotImplementedError) as error:  # as pyarrow's are
        raise TradeDataError(f"TA-131 [error] {path.name} is a damaged Parquet file: {str(error)[:200]}") from None
    # What was an index with a name is a column.
    cells = cells.reset_index([name for name in cells.index.names if name is not None]).reset_index(drop=True)
    return Raw(cells, path.name, sha256)


def _old_workbook(path: Path, sha256: str, options: ReadOptions) -> Raw:
    return workbook(path, None, sha256, options.sheet, options.header_rows, _named(options))


def _zip(path: Path, sha256: str, options: ReadOptions) -> Raw:
    """A workbook, a release of BACI, or a download of one table: members are read by their exact names, into memory."""
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
            if len(members) > MAX_MEMBERS:
                raise TradeDataError(f"TA-130 [error] {path.name} has {len(members):,} members: no data file has")
            if any(member.filename == "xl/workbook.xml" for member in members):
                check_size(path, archive)
                return workbook(path, archive, sha256, options.sheet, options.header_rows, _named(options))
            tables = [m for m in members if m.filename.lower().endswith((".csv", ".tsv", ".txt")) and m.file_size]
            if len(tables) == 1 and not BACI_MEMBER.fullmatch(Path(tables[0].filename).name):
                (table,) = tables
                if table.file_size > MAX_BYTES or table.file_size > 1e6 + MAX_RATIO * table.compress_size:
                    size = f"{table.file_size / 1e6:,.0f} MB"
                    raise TradeDataError(f"TA-130 [error] {path.name} unpacks to {size}: unpack it, and check it")
                raw = _text_file(archive.read(table), Path(table.filename).name, sha256, options)
                raw.source = path.name
                raw.notes.append(f"{table.filename!r} in the zip was read")
                return raw
            return release(path, archive, sha256, options.year)
    except DAMAGED as error:
        raise damaged(path, "zip or workbook", error) from None


def _text_file(content: bytes, name: str, sha256: str, options: ReadOptions) -> Raw:
    text, notes, findings = decode(content, name)
    if text.lstrip()[:1] in ("{", "["):
        return Raw(records(text, name), name, sha256, notes, "record", findings)
    if BACI_MEMBER.fullmatch(name.removesuffix(".gz")):
        return Raw(baci(io.StringIO(text)), name, sha256, notes, "row", findings)
    if is_page(text):
        sheet, where = largest_table(text, name, header_rows=options.header_rows, named=_named(options)), "row"
    elif re.match(r"\s*<\?xml|\s*<[A-Za-z]", text):
        raise TradeDataError(f"TA-131 [error] {name} is XML: open it in Excel and save it as .xlsx or .csv")
    else:
        sheet, where = delimited(text, name, header_rows=options.header_rows, named=_named(options)), "line"
    return Raw(sheet.cells, name, sha256, [*notes, *sheet.notes], where, findings, sheet.units, sheet.stated)


def _gzip(path: Path, sha256: str, options: ReadOptions) -> Raw:
    _refuse_sheet(path, options)
    try:
        with gzip.open(path) as file:
            content = file.read(MAX_BYTES + 1)
    except (EOFError, OSError, zlib.error):
        raise TradeDataError(f"TA-131 [error] {path.name} is a damaged gzip file: get it again") from None
    if len(content) > MAX_BYTES:
        raise TradeDataError(f"TA-130 [error] {path.name} unpacks to more than {MAX_BYTES / 1e9:.1f} GB; split it")
    return _text_file(content, path.name, sha256, options)


def _text(path: Path, sha256: str, options: ReadOptions) -> Raw:
    _refuse_sheet(path, options)
    return _text_file(path.read_bytes(), path.name, sha256, options)


def _refuse_sheet(path: Path, options: ReadOptions) -> None:
    if options.sheet is not None:
        raise TradeDataError(
            f"TA-110 [error] sheet={options.sheet!r} is given, and {path.name} is not a workbook: leave it out"
        )


# The formats by the first bytes of a file; what begins otherwise is text.
FORMATS = (
    (b"PAR1", _parquet),
    (b"PK", _zip),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", _old_workbook),
    (b"\x1f\x8b", _gzip),
    (b"", _text),
)
