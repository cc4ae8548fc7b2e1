"""Files as they come: the bytes show the format, whose reader gives the cells; from here on all files are alike."""

from __future__ import annotations

import gzip
import hashlib
import io
import re
import zipfile
import zlib
from pathlib import Path
from typing import Any

import narwhals as nw
import pandas as pd

from tradeanalysis.extras import need
from tradeanalysis.gate.findings import Fix, fault
from tradeanalysis.schema import TradeDataError
from tradeanalysis.sources.baci.release_files import BACI_MEMBER, baci, baci_folder, release
from tradeanalysis.sources.columns.headings import heading, written
from tradeanalysis.sources.formats.dataframes import check_rows, check_texts, feather, of_frame, refuse_lists, stata
from tradeanalysis.sources.formats.delimited import delimited
from tradeanalysis.sources.formats.encodings import decode
from tradeanalysis.sources.formats.named import Named, readable
from tradeanalysis.sources.formats.programs import refuse_format
from tradeanalysis.sources.formats.records import records
from tradeanalysis.sources.formats.sdmx_xml import is_sdmx_xml, xml_observations
from tradeanalysis.sources.formats.webpages import is_page, largest_table
from tradeanalysis.sources.formats.workbooks import check_size, kind_of, workbook
from tradeanalysis.sources.options import ReadOptions, local_path
from tradeanalysis.sources.raw import (
    DAMAGED,
    MAX_BYTES,
    MAX_MEMBERS,
    MAX_RATIO,
    Raw,
    damaged,
    foreign_errors,
    refuse_unreadable,
)
from tradeanalysis.texts import Text

# So many bytes of a packed file are unpacked at once.
CHUNK = 4 << 20
Source = Path | Named | pd.DataFrame


def source_of(given: Any, name: str | None = None) -> Source:
    """What ``ta.read`` is given, as a place on disk, bytes with a name, or a frame of pandas."""
    if isinstance(given, (str, Path)):
        return local_path(given)
    if isinstance(given, (bytes, bytearray, memoryview)):
        return Named(bytes(given), name or "bytes")
    if hasattr(given, "read"):
        content = given.read()
        if isinstance(content, str):
            raise TradeDataError(Text("open_as_text"))
        own = getattr(given, "name", None)
        return Named(bytes(content), name or (Path(own).name if isinstance(own, str) else "bytes"))
    if isinstance(given, pd.DataFrame):
        return given
    try:
        frame = nw.from_native(given, eager_only=True)
    except TypeError:
        if isinstance(nw.from_native(given, pass_through=True), nw.LazyFrame):
            raise TradeDataError(Text("lazy_not_read")) from None
        kind = type(given).__name__
        raise TradeDataError(Text("no_source", kind=kind)) from None
    except nw.exceptions.DuplicateError as error:
        raise TradeDataError(Text("frame_columns_twice", why=" ".join(str(error).split()))) from None
    if not frame.implementation.is_pandas():
        need(Text("needs_of_tables"), "pyarrow")
    return pd.DataFrame(frame.to_pandas())


def load(source: Source, options: ReadOptions) -> Raw:
    """A file, a folder or zip of BACI years, bytes or a frame, as cells under their headings."""
    if isinstance(source, pd.DataFrame):
        raw = of_frame(source, options)
    elif isinstance(source, Named):
        raw = _load_file(source.as_path(), options)
        raw.source = source.name
    else:
        raw = baci_folder(source, options.year) if source.is_dir() else _load_file(source, options)
    name_columns(raw)
    return raw


def name_columns(raw: Raw) -> None:
    """Write the headings as they are compared; of two that differ by case, such as FLOW and Flow, the second stays."""
    names: list[str] = []
    for one in map(written, raw.cells.columns):
        known = heading(one)
        differs = known in names and raw.written[known] != one
        names.append(one if differs else known)
        raw.written.setdefault(names[-1], one)
    raw.cells.columns = pd.Index(names)


def _load_file(path: Path, options: ReadOptions) -> Raw:
    if not path.is_file():
        raise fault("TA-131", "no_file", path=repr(str(path)))
    refuse_unreadable(path)
    if path.stat().st_size > MAX_BYTES and path.suffix.lower() != ".zip":
        raise fault("TA-130", "file_too_large", name=path.name, size=path.stat().st_size / 1e9)
    with path.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        file.seek(0)
        head = file.read(64)
    refuse_format(path, head)
    read = next((read for ending, read in ENDINGS.items() if path.suffix.lower() == ending), None)
    read = read or next(read for magic, read in FORMATS if head.startswith(magic))
    return read(path, sha256, options)


def _named(options: ReadOptions) -> tuple[str, ...]:
    """The headings that are named by hand."""
    return tuple(map(str, (options.columns or {}).values()))


def _parquet(path: Path, sha256: str, options: ReadOptions) -> Raw:
    need(Text("files_of", format="Parquet"), "pyarrow")
    with foreign_errors(path.name, "kind_parquet"):
        check_rows(path)
        cells = pd.read_parquet(readable(path))
        check_texts(cells)
    refuse_lists(cells)
    # What was an index with a name is a column.
    cells = cells.reset_index([name for name in cells.index.names if name is not None]).reset_index(drop=True)
    return Raw(cells, path.name, sha256)


def _old_workbook(path: Path, sha256: str, options: ReadOptions) -> Raw:
    return _of_workbook(path, None, sha256, options)


def _of_workbook(path: Path, archive: zipfile.ZipFile | None, sha256: str, options: ReadOptions) -> Raw:
    return workbook(path, archive, sha256, options.sheet, options.header_rows, _named(options), options.periods)


def _zip(path: Path, sha256: str, options: ReadOptions) -> Raw:
    """A workbook, a release of BACI, or a download of one table: members are read by their exact names, into memory."""
    try:
        with zipfile.ZipFile(readable(path)) as archive:
            members = archive.infolist()
            if len(members) > MAX_MEMBERS:
                raise fault("TA-130", "zip_members", name=path.name, members=len(members))
            if kind_of(archive):
                check_size(path, archive)
                return _of_workbook(path, archive, sha256, options)
            tables = [m for m in members if m.filename.lower().endswith((".csv", ".tsv", ".txt")) and m.file_size]
            if len(tables) == 1 and not BACI_MEMBER.fullmatch(Path(tables[0].filename).name):
                (table,) = tables
                if table.file_size > MAX_BYTES or table.file_size > 1e6 + MAX_RATIO * table.compress_size:
                    raise fault("TA-130", "zip_unpacks", name=path.name, size=table.file_size / 1e6)
                raw = _text_file(archive.read(table), Path(table.filename).name, sha256, options)
                raw.source = path.name
                raw.notes.append(Text("read_in_zip", file=repr(table.filename)))
                return raw
            return release(path, archive, sha256, options.year)
    except DAMAGED as error:
        raise damaged(path, error) from None


def _text_file(content: bytes, name: str, sha256: str, options: ReadOptions) -> Raw:
    text, notes, findings = decode(content, name)
    if text.lstrip("\ufeff \t\r\n")[:1] in ("{", "["):
        return Raw(records(text, name), name, sha256, notes, "record", findings)
    if BACI_MEMBER.fullmatch(name.removesuffix(".gz")):
        return Raw(baci(io.StringIO(text)), name, sha256, notes, "row", findings)
    if is_page(text):
        ways: dict[str, Any] = {
            "header_rows": options.header_rows,
            "named": _named(options),
            "periods": options.periods,
        }
        sheet, where = largest_table(text, name, **ways), "row"
    elif is_sdmx_xml(text):
        return Raw(xml_observations(text, name), name, sha256, notes, "record", findings)
    elif re.match(r"\s*<\?xml|\s*<[A-Za-z]", text):
        raise fault("TA-131", "is_xml", name=name)
    else:
        sheet, where = (
            delimited(
                text,
                name,
                header_rows=options.header_rows,
                named=_named(options),
                delimiter=options.delimiter,
                periods=options.periods,
            ),
            "line",
        )
    raw = Raw(
        sheet.cells, name, sha256, [*notes, *sheet.notes], where, findings, sheet.units, sheet.stated, sheet.largest
    )
    raw.estimates, raw.issuer, raw.parts, raw.above = sheet.estimates, sheet.issuer, sheet.parts, sheet.above
    return raw


def _gzip(path: Path, sha256: str, options: ReadOptions) -> Raw:
    _refuse_sheet(path, options)
    content = bytearray()
    try:
        with path.open("rb") as packed, gzip.GzipFile(fileobj=packed) as file:
            while chunk := file.read(CHUNK):
                content += chunk
                # A bomb shows itself by what it has unpacked to so far.
                if len(content) > CHUNK + MAX_RATIO * packed.tell():
                    raise fault("TA-130", "zip_unpacks", name=path.name, size=len(content) / 1e6)
                if len(content) > MAX_BYTES:
                    raise fault("TA-130", "gzip_unpacks", name=path.name, size=MAX_BYTES / 1e9)
    except (EOFError, OSError, zlib.error):
        raise fault("TA-131", "gzip_damaged", name=path.name) from None
    return _text_file(bytes(content), path.name, sha256, options)


def _text(path: Path, sha256: str, options: ReadOptions) -> Raw:
    _refuse_sheet(path, options)
    return _text_file(path.read_bytes(), path.name, sha256, options)


def _refuse_sheet(path: Path, options: ReadOptions) -> None:
    if options.sheet is not None:
        away = Fix("sheet", None, Text("reads_as_table"), safe=True)
        raise fault("TA-110", "sheet_of_no_workbook", sheet=options.sheet, name=path.name, fixes=[away])


# The formats by the first bytes of a file; what begins otherwise is text.
FORMATS = (
    (b"PAR1", _parquet),
    (b"ARROW1", feather),
    (b"FEA1", feather),
    (b"<stata_dta>", stata),
    (b"PK", _zip),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", _old_workbook),
    (b"\x1f\x8b", _gzip),
    (b"", _text),
)

# Old files of Stata begin with no words of their own.
ENDINGS = {".dta": stata}
