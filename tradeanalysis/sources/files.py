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
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any, NoReturn

import pandas as pd

from tradeanalysis.schema import SchemaError, TradeDataError
from tradeanalysis.sources.archives import BACI_MEMBER, MAX_BYTES, Raw, baci, baci_folder, need, open_zip
from tradeanalysis.sources.layouts import heading

FIRST = "The headings must be in the first line: delete titles above them"


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
        headings = [cell.strip() for cell in heads[delimiter]]
        if len(headings) < 2:
            raise SchemaError(
                f"TA-110 [error] {name} has one column, {text.strip()[:60]!r}: no delimiter among , ; tab |. {FIRST}"
            )
        if not any(headings):
            raise SchemaError(f"TA-110 [error] {name} begins with an empty line. {FIRST}")
        width = len(headings)
        if _closed(text, delimiter, width):
            # A delimiter after every row but the heading would shift all columns by one.
            headings = [*headings, ""]
            notes.append("every row ended with a delimiter more than the heading, and it was taken off")
        cells = _cells(text, delimiter, headings).iloc[:, :width]
        if len(cells) == text.count("\n", 0, -1):
            cells.index = pd.RangeIndex(2, len(cells) + 2)
        else:  # some cell holds a line break
            lines = csv.reader(io.StringIO(text), delimiter=delimiter)
            starts = [before + 1 for before, _ in _counted(lines)][1:]
            if len(starts) != len(cells):
                raise csv.Error("its quotation marks are not in pairs")
            cells.index = pd.Index(starts)
    except csv.Error as error:
        raise SchemaError(f"TA-110 [error] {name} is no table of text: {error}") from None
    except (pd.errors.ParserError, pd.errors.ParserWarning) as error:
        told = _first_ragged(text, delimiter, len(headings)) or str(error)
        if opened := re.search(r"EOF inside string starting at row (\d+)", told):
            told = f"a quotation mark is opened near line {int(opened[1]) + 1} and never closed"
        raise SchemaError(f"TA-110 [error] {name}: {told}. Mend the line, or quote its text") from None
    return cells[(cells != "").any(axis=1)]


def _cells(text: str, delimiter: str, headings: list[str]) -> pd.DataFrame:
    with warnings.catch_warnings():
        # Rows longer than the heading would lose their last cells with a warning only.
        warnings.simplefilter("error", pd.errors.ParserWarning)
        cells = pd.read_csv(
            io.StringIO(text),
            sep=delimiter,
            header=0,
            names=range(len(headings)),
            dtype=str,
            keep_default_na=False,
            index_col=False,
            skip_blank_lines=False,
        ).fillna("")
    cells.columns = pd.Index(headings)
    return cells


def _counted(lines: Any) -> Iterator[tuple[int, list[str]]]:
    """Rows, and the number of lines before each."""
    before = 0
    for row in lines:
        yield before, row
        before = lines.line_num


def _closed(text: str, delimiter: str, width: int) -> bool:
    """Whether every row but the heading ends with one delimiter more."""
    rows = csv.reader(io.StringIO(text), delimiter=delimiter)
    next(rows)
    more = (len(row) == width + 1 and not row[-1].strip() for row in rows if row)
    return next(more, False) and all(more)  # stops at the first row of another kind


def _first_ragged(text: str, delimiter: str, width: int) -> str:
    for before, row in _counted(csv.reader(io.StringIO(text), delimiter=delimiter)):
        if len(row) > width:
            return f"line {before + 1} has {len(row)} cells where the heading has {width}"
    return ""


def _parquet(path: Path) -> pd.DataFrame:
    need("Parquet", "engine", "pyarrow")
    try:
        cells = pd.read_parquet(path)
    except (ValueError, TypeError, KeyError, OSError, NotImplementedError) as error:  # as pyarrow's are
        raise TradeDataError(f"{path.name} is a damaged Parquet file: {str(error)[:200]}") from None
    # What was an index with a name is a column.
    return cells.reset_index([name for name in cells.index.names if name is not None]).reset_index(drop=True)


def _json(text: str, name: str) -> pd.DataFrame:
    """An answer of Comtrade's service."""

    def refuse(constant: str) -> NoReturn:
        raise TradeDataError(f"{name} holds {constant}, which is no JSON number: the answer is damaged")

    try:
        answer = json.loads(text, parse_constant=refuse)
    except json.JSONDecodeError as error:
        raise TradeDataError(f"{name} is no whole JSON file (line {error.lineno}): download it again") from None
    except (RecursionError, ValueError) as error:
        if isinstance(error, TradeDataError):
            raise
        raise TradeDataError(f"{name} is no answer of Comtrade: {type(error).__name__}, {error}") from None
    rows = answer.get("data", answer.get("dataset")) if isinstance(answer, dict) else answer
    if not rows:
        told = (answer.get("error") or answer.get("message") or "") if isinstance(answer, dict) else ""
        raise TradeDataError(
            f"{name} holds no record{f': {told}' if told else ''}. Ask for other years, codes or flows"
        )
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise SchemaError(f"TA-110 [error] {name} holds no list of records under 'data'")
    count = answer.get("count") if isinstance(answer, dict) else None
    if isinstance(count, (int, float)) and count > len(rows):
        raise TradeDataError(
            f"{name} holds {len(rows):,} of {count:,} records: the answer was cut. Ask for fewer at once"
        )
    plain = [{key: _scalar(value) for key, value in row.items()} for row in rows]
    cells = pd.DataFrame(plain, dtype=object)
    cells.index = pd.RangeIndex(1, len(cells) + 1)
    return cells.where(cells.notna(), "")


def _scalar(value: object) -> object:
    """A cell; what is a list or an object in the answer, as text."""
    return json.dumps(value) if isinstance(value, (list, dict)) else value
