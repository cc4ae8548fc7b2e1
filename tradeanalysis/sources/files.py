"""Files as they come: bytes in, a frame of cells out, and what was noticed on the way."""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import json
import re
import warnings
import zlib
from collections.abc import Collection
from pathlib import Path
from typing import Any, NoReturn

import pandas as pd

from tradeanalysis.schema import SchemaError, TradeDataError
from tradeanalysis.sources.archives import BACI_MEMBER, MAX_BYTES, Raw, baci, baci_folder, need, open_zip
from tradeanalysis.sources.layouts import heading


def load(path: str | Path, *, sheet: str | None = None, years: Collection[int] | None = None) -> Raw:
    """Read a file, or a folder or zip of BACI years."""
    if "://" in str(path):
        raise TradeDataError(f"{path} is an address, not a file: download it, and read the file")
    path = Path(path)
    if path.is_dir():
        return _headed(baci_folder(path, years))
    if not path.is_file():
        raise TradeDataError(f"there is no file {str(path)!r}")
    if path.stat().st_size > MAX_BYTES and path.suffix.lower() != ".zip":
        raise TradeDataError(f"{path.name} has {path.stat().st_size / 1e9:.1f} GB; split it, or filter it before")
    with path.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        file.seek(0)
        head = file.read(4)
    if head == b"PAR1":
        return _headed(Raw(_parquet(path), path.name, sha256))
    if head[:2] == b"PK":
        return _headed(open_zip(path, sha256, sheet, years))
    if head == b"\xd0\xcf\x11\xe0":
        raise TradeDataError(f"{path.name} is a workbook of Excel 97: open it and save it as .xlsx")
    if sheet is not None:
        raise TradeDataError(f"sheet={sheet!r} is given, and {path.name} is no workbook: leave sheet= out")
    content = _unpacked(path) if head[:2] == b"\x1f\x8b" else path.read_bytes()
    return _headed(_text_file(content, path.name, sha256))


def _headed(raw: Raw) -> Raw:
    raw.cells.columns = pd.Index([heading(name) for name in raw.cells.columns])
    return raw


def _text_file(content: bytes, name: str, sha256: str) -> Raw:
    text, notes = _decode(content, name)
    if text.lstrip()[:1] in ("{", "["):
        return Raw(_json(text, name), name, sha256, notes, where="record")
    if re.match(r"\s*<(!doctype|html|table|\?xml)", text, re.IGNORECASE):
        raise TradeDataError(f"{name} is a web page or XML under another name: save it as .xlsx or .csv first")
    if BACI_MEMBER.fullmatch(name.removesuffix(".gz")):
        return Raw(baci(io.StringIO(text)), name, sha256, notes)
    return Raw(_delimited(text, name, notes), name, sha256, notes, where="line")


def _unpacked(path: Path) -> bytes:
    try:
        with gzip.open(path) as file:
            content = file.read(MAX_BYTES + 1)
    except (EOFError, OSError, zlib.error):
        raise TradeDataError(f"{path.name} is a damaged gzip file: get it again") from None
    if len(content) > MAX_BYTES:
        raise TradeDataError(f"{path.name} unpacks to more than {MAX_BYTES / 1e9:.1f} GB; split it")
    return content


def _decode(content: bytes, name: str) -> tuple[str, list[str]]:
    notes = []
    try:
        if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
            text, notes = content.decode("utf-16"), ["text in UTF-16"]
        else:
            text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text, notes = content.decode("latin-1"), [f"{name} is not UTF-8: read as latin-1, a guess"]
    if "\x00" in text:
        raise TradeDataError(f"{name} holds NUL bytes: it is no text file, or a damaged one")
    return text.replace("\r\n", "\n").replace("\r", "\n"), notes


def _delimited(text: str, name: str, notes: list[str]) -> pd.DataFrame:
    """A CSV or TSV as text cells, with the number of its line as index; the delimiter is the one that splits best."""
    if not text.strip():
        raise TradeDataError(f"{name} is empty")
    try:
        heads = {mark: next(csv.reader(io.StringIO(text), delimiter=mark)) for mark in ",;\t|"}
        delimiter = max(heads, key=lambda mark: len(heads[mark]))
        headings = heads[delimiter]
        if len(headings) < 2:
            raise SchemaError(
                f"TA-110 [error] {name} has one column, {text.strip()[:60]!r}: no delimiter among , ; tab |. "
                "The first line must hold the headings"
            )
        spans_lines = text.count("\n", 0, -1) > text.rstrip("\n").count("\n") or '"' in text
        lines, widths = _lines(text, delimiter) if spans_lines else (None, None)
    except csv.Error as error:
        raise SchemaError(f"TA-110 [error] {name} is no table of text: {error}") from None
    return lines, widths, headings, notes
