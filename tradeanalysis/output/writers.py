"""Safe writing: a file is there whole or as it was before, and no text in it is ever run."""

from __future__ import annotations

import html
import io
import itertools
import math
import os
import platform
import re
import secrets
import shutil
import time
import unicodedata
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from datetime import date
from decimal import Decimal
from numbers import Number
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from tradeanalysis.extras import need
from tradeanalysis.output.office_files import with_fixed_dates
from tradeanalysis.schema import TradeDataError
from tradeanalysis.texts import Text

EXCEL_ROWS, EXCEL_COLUMNS, EXCEL_TEXT = 1_048_576, 16_384, 32_767
# Characters of the name of a sheet, at most.
EXCEL_NAME = 31
# Columns are at most so wide, in letters: what is longer goes on in the next line of its cell.
_WIDEST = 50
_A4 = 9  # the number of a size of paper in the standard of workbooks
# The code of Excel by heading: of the column, or of each of its rows.
Formats = Mapping[str, str | Sequence[str]]
_DAY = 86_400

# What XML, HTML and TeX refuse: control characters other than tab and line ends, halves of characters, non-characters.
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_SIGN = "[-=+@＝＋－＠﹦﹢﹣﹫]"
# What shows nothing: soft hyphens, marks of direction and joining, fillers, selectors, tags, an empty cell of braille.
_UNSEEN = (
    '"\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u2800\u3164\ufe00-\ufe0f'
    "\ufeff\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
# A spreadsheet runs a cell that begins with a sign, even behind blanks. Where the comma is the decimal mark, as in
# Vietnam, Excel splits a line at semicolons and misreads our quotes: there a cell may begin within a text.
_FORMULA = re.compile(rf"\A(?=[\s{_UNSEEN}]*{_SIGN}|[\t\r\n])|(?<=[;\t\r\n])(?=(?:[^\S\t\r\n]|[{_UNSEEN}])*{_SIGN})")


_DEVICE = re.compile(r"(?i:con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[0-9¹²³]) *(?:[.:].*)?", re.DOTALL)
# The machine, and the names of temporary files: whose they are, and what tells them apart; earlier ones had no owner.
_OWN = f"{zlib.crc32(platform.node().encode('utf-8', 'replace')):08x}"
_TEMPORARY = re.compile(
    r"\.tradeanalysis-(?:(?P<machine>[0-9a-f]{8})(?P<process>[0-9a-f]{8}))?[0-9a-f]{16}\.tmp", re.ASCII
)
# The files that are read while something is written: none of them is the place of an answer.
_INPUTS: ContextVar[tuple[Path, ...]] = ContextVar("_INPUTS", default=())


@contextmanager
def keeping(*paths: str | Path) -> Iterator[None]:
    """Refuse to write to these files, which are the input of what is being done."""
    token = _INPUTS.set((*_INPUTS.get(), *map(Path, paths)))
    try:
        yield
    finally:
        _INPUTS.reset(token)


def refuse_input(path: Path) -> None:
    """Raise where a file that is to be written is the input of what is being done."""
    for one in _INPUTS.get():
        with suppress(OSError):  # either is not there
            if one.is_file() and path.samefile(one):
                raise TradeDataError(Text("writes_input", path=str(path)))


def write_file(path: str | Path, content: bytes | str, *, overwrite: bool = True) -> Path:
    """Write a file so that it is never seen half-written: a temporary file beside it takes its place at the end.

    Parameters
    ----------
    path
        The file; folders that it lacks are made.
    content
        Bytes, or text that is written as UTF-8 whatever the machine prefers.
    overwrite
        Whether a file that is there is replaced. Of several that write at once without, one succeeds.

    Raises
    ------
    TradeDataError
        The file is there and may not be replaced, or it cannot be written; then what was there is untouched.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_file(f"{folder}/note.txt", "Việt Nam").read_text("utf-8")
    'Việt Nam'
    """
    path = Path(path)
    data = content.encode("utf-8") if isinstance(content, str) else content
    with replacing(path, overwrite) as temporary, open(temporary, "xb") as file:
        with suppress(OSError):  # a private file stays private
            shutil.copymode(path, temporary)
        file.write(data)
    return path


@contextmanager
def replacing(path: Path, overwrite: bool) -> Iterator[Path]:
    """A temporary file to write, which takes the file's place at the end, once it is on the disk."""
    # Its name is not made from the file's, which may be as long as a name can be; it says whose it is.
    temporary = path.parent / f".tradeanalysis-{_OWN}{os.getpid():08x}{secrets.token_hex(8)}.tmp"
    refuse_input(path)
    with _explaining(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        sweep(path.parent)
        try:
            yield temporary
            with open(temporary, "rb+") as file:
                os.fsync(file.fileno())
            _place(temporary, path, overwrite)
        finally:
            with suppress(OSError):
                temporary.unlink()


def _place(temporary: Path, path: Path, overwrite: bool) -> None:
    _refuse_taken(path, overwrite)
    if not overwrite:
        with suppress(OSError):  # file systems without links, such as FAT
            os.link(temporary, path)  # unlike a renamed file, never takes the place of one written meanwhile
            return
        _refuse_taken(path, overwrite)
    os.replace(temporary, path)


def _refuse_taken(path: Path, overwrite: bool) -> None:
    if not overwrite and os.path.lexists(path):
        raise TradeDataError(Text("exists", path=str(path)))


@contextmanager
def _explaining(path: Path) -> Iterator[None]:
    """Say which file could not be written, why, and what to do."""
    try:
        yield
    except OSError as error:
        raise TradeDataError(Text("not_written", path=str(path), why=str(error.strerror or error))) from error


def sweep(folder: Path, age: float = _DAY) -> None:
    """Remove what writers that were killed left more than a day ago, or ``age`` seconds where no writer is at work."""
    with suppress(OSError):
        for left in folder.glob(".tradeanalysis-*.tmp"):
            found = _TEMPORARY.fullmatch(left.name)
            if not found or not left.is_file() or left.is_symlink():
                continue
            old = time.time() - left.stat().st_mtime
            if old > _DAY or (old > age and not _is_written(found["machine"], found["process"])):
                left.unlink()


def _is_written(machine: str | None, process: str | None) -> bool:
    """Whether the writer of a temporary file may be at work: it is another machine's, or its process is alive."""
    if machine is None or process is None:
        return False
    if machine != _OWN or os.name == "nt":  # where a signal of 0 would end a process
        return True
    try:
        os.kill(int(process, 16), 0)
    except ProcessLookupError:
        return False
    except OSError:  # it is someone else's
        return True
    return True


def write_csv(
    table: Any, path: str | Path, *, overwrite: bool = False, certificate: Mapping[str, Any] | None = None
) -> Path:
    """Write a table as CSV that a spreadsheet shows and never runs, and that reads back to the same numbers.

    A text or heading that begins with ``= + - @``, tab or line end, or that does after blanks, gets an apostrophe;
    control characters go. Excel takes leading zeros off codes in any CSV: ``write_excel`` keeps them.

    Parameters
    ----------
    table
        A table of pandas, Polars, PyArrow, DuckDB or PySpark. An index of names or texts becomes columns.
    path
        The file, UTF-8 with a mark by which Excel knows it.
    overwrite
        Whether a file that is there is replaced.
    certificate
        What is known of the table, such as ``ta.certificate(table)``: goes to ``..._certificate.csv`` beside the file.

    Raises
    ------
    TradeDataError
        The file is there and ``overwrite`` is not set, or it cannot be written; then what was there is untouched.

    Examples
    --------
    >>> import tempfile
    >>> import pandas as pd
    >>> table = pd.DataFrame({"partner": ["Hoa Kỳ", "=1+1"], "change": [-0.5, 0.25]})
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     print(write_csv(table, f"{folder}/change.csv").read_text("utf-8-sig"))
    partner,change
    Hoa Kỳ,-0.5
    '=1+1,0.25
    """
    path, frame = Path(path), pandas_frame(table)
    _refuse_taken(path, overwrite)
    if certificate:
        beside = path.with_name(f"{path.stem}_certificate.csv")
        write_csv(entries(certificate), beside, overwrite=overwrite)
    harmless = pd.DataFrame({place: _harmless_column(frame.iloc[:, place]) for place in range(frame.shape[1])})
    harmless.columns = pd.Index([_harmless(heading) for heading in frame.columns], dtype=object)
    # Ends of lines as in the standard: with a bare line feed, a carriage return within a text is not quoted.
    return write_file(path, "\ufeff" + harmless.to_csv(index=False, lineterminator="\r\n"), overwrite=overwrite)


def write_excel(
    table: Any,
    path: str | Path,
    *,
    overwrite: bool = False,
    sheet: str = "data",
    certificate: Mapping[str, Any] | None = None,
    formats: Formats | None = None,
) -> Path:
    """Write a table as an Excel workbook in which texts are texts, numbers are numbers and nothing is run.

    No cell is a formula or a link, codes keep their leading zeros, and numbers keep every digit. What is missing is an
    empty cell; control characters go.

    Parameters
    ----------
    table
        A table of pandas, Polars, PyArrow, DuckDB or PySpark. An index of names or texts becomes columns. Or several
        by the names of their sheets.
    path
        The file, ``.xlsx``.
    overwrite
        Whether a file that is there is replaced.
    sheet
        The name of the sheet; characters that Excel refuses are replaced.
    certificate
        What is known of the table, for a last sheet; where not given, the certificate that a pandas table carries.
    formats
        How the numbers under a heading are shown, in the codes of Excel, such as ``0.0%``, one for the column or one
        for each row; Excel writes them with the marks of its reader's language. No digit is lost. A pandas table may
        carry those of its own sheet as ``attrs["formats"]``.

    Raises
    ------
    TradeDataError
        The file is there and ``overwrite`` is not set, or it cannot be written; the table is larger than a sheet, or a
        text longer than a cell; openpyxl is missing.

    Examples
    --------
    >>> import tempfile
    >>> import tradeanalysis as ta
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     written = write_excel(ta.example("world_2023").head(), f"{folder}/world.xlsx")
    >>> written.name
    'world.xlsx'
    """
    need(Text("files_of", format="Excel"), "openpyxl")
    path = Path(path)
    frames = {
        name: pandas_frame(one) for name, one in (table if isinstance(table, Mapping) else {sheet: table}).items()
    }
    _refuse_taken(path, overwrite)
    if certificate is None:
        certificate = next((one.attrs["certificate"] for one in frames.values() if "certificate" in one.attrs), None)
    book, packed = _openpyxl().Workbook(write_only=True), io.BytesIO()
    with _explaining(path):  # openpyxl packs in the folder for temporary files, whose disk may be full
        try:
            *titles, last = sheet_names([*frames, "certificate"])
            for title, frame in zip(titles, frames.values(), strict=True):
                of_sheet = {**(formats or {}), **frame.attrs.get("formats", {})}
                _fill(book.create_sheet(title), frame, of_sheet)
            if certificate:
                _fill(book.create_sheet(last), entries(certificate), {})
            book.save(packed)
        except BaseException as error:
            for unfinished in book.worksheets:  # which would print an error of its own when memory is freed
                with suppress(Exception):
                    unfinished.close()
            if type(error).__module__ == "lxml.etree":  # through which openpyxl writes where it is installed
                raise OSError(str(error)) from error
            raise
    return write_file(path, with_fixed_dates(packed.getvalue()), overwrite=overwrite)


def pandas_frame(table: Any) -> pd.DataFrame:
    """The table in pandas, with a meaningful index among its columns."""
    if not isinstance(table, pd.DataFrame):
        for step in ("toArrow", "collect", "to_arrow_table"):  # of PySpark, of a lazy frame of Polars, of DuckDB
            table = getattr(table, step)() if hasattr(table, step) else table
        if not hasattr(table, "to_pandas"):
            raise TradeDataError(Text("no_table", kind=type(table).__name__))
        need(Text("needs_of_tables"), "pyarrow")
        # Whole numbers beside a gap would otherwise become floats, which do not hold large ones.
        table = table.to_pandas(integer_object_nulls=True)
    frame: pd.DataFrame = table
    labelled = frame.index.name is not None or not pd.api.types.is_integer_dtype(frame.index.dtype)
    return frame.reset_index(allow_duplicates=True) if labelled else frame


def is_missing(cell: Any) -> bool:
    """Whether a cell holds nothing."""
    if isinstance(cell, Decimal):  # pandas compares it with itself, which a signalling NaN refuses
        return cell.is_nan()
    return cell is None or bool(pd.api.types.is_scalar(cell) and pd.isna(cell))


def plain_text(text: object) -> str:
    """A text without control characters."""
    return _CONTROL.sub("", str(text))


def _harmless(cell: object) -> object:
    """A cell of a CSV: numbers and gaps as they are, texts so that no spreadsheet runs them."""
    if is_missing(cell):
        return None
    return cell if isinstance(cell, Number) else _FORMULA.sub("'", plain_text(cell))


def _harmless_column(column: pd.Series[Any]) -> pd.Series[Any]:
    # A list, since a map over a column would make floats of whole numbers beside a gap.
    numbers = column.dtype.kind in "biufM"
    return column if numbers else pd.Series([_harmless(cell) for cell in column], column.index, dtype=object)


def entries(certificate: Mapping[str, Any]) -> pd.DataFrame:
    """A certificate as a table: a row per entry, what is nested in it as lines."""
    rows = [(key, _lines(entry)) for key, entry in certificate.items()]
    return pd.DataFrame(rows, columns=["key", "value"], dtype=object)


def _lines(entry: Any, between: str = "\n") -> Any:
    if isinstance(entry, Mapping):
        return between.join(f"{key}: {_lines(one, ', ')}" for key, one in entry.items())
    return between.join(str(_lines(one, ", ")) for one in entry) if isinstance(entry, (list, tuple)) else entry


def _openpyxl() -> Any:
    import openpyxl  # type: ignore[import-untyped]

    return openpyxl


def _fill(sheet: Any, frame: pd.DataFrame, formats: Formats) -> None:
    """Write a table to a sheet of a workbook."""
    if len(frame) >= EXCEL_ROWS or frame.shape[1] > EXCEL_COLUMNS:
        most = {"most_rows": EXCEL_ROWS, "most_columns": EXCEL_COLUMNS}
        raise TradeDataError(Text("sheet_too_small", rows=len(frame), columns=frame.shape[1], **most))
    sheet.freeze_panes = "A2"
    codes = [_codes(formats.get(heading), len(frame)) for heading in frame.columns]
    for place, heading in enumerate(frame.columns):
        shown = zip(frame.iloc[:200, place], codes[place], strict=False)
        width = _width(heading, [_length(cell, code) for cell, code in shown])
        sheet.column_dimensions[_openpyxl().utils.get_column_letter(place + 1)].width = width
    styles = _openpyxl().styles
    head = {"font": styles.Font(bold=True), "alignment": styles.Alignment(wrap_text=True, vertical="center")}
    sheet.append([_excel_cell(sheet, heading, **head) for heading in frame.columns])
    beside = {"alignment": styles.Alignment(vertical="top")}  # of a text in several lines, its first one
    for row, of_row in zip(frame.itertuples(index=False, name=None), zip(*codes, strict=True), strict=True):
        style = beside if any(isinstance(cell, str) and _in_lines(cell) for cell in row) else {}
        forms = [{"number_format": code} if code else {} for code in of_row]
        sheet.append([_excel_cell(sheet, cell, **style, **form) for cell, form in zip(row, forms, strict=True)])
    _on_paper(sheet)


def _on_paper(sheet: Any) -> None:
    """The sheet as wide as a page across, with its heads on each."""
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", _A4
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr = _openpyxl().worksheet.properties.PageSetupProperties(fitToPage=True)
    sheet.print_title_rows = "1:1"


def _in_lines(text: str) -> bool:
    """Whether a text takes several lines of its cell."""
    return "\n" in text or len(text) > _WIDEST


def _codes(code: str | Sequence[str] | None, rows: int) -> list[str]:
    """The code of each row of a column; an empty one shows a number as it is."""
    return [code or ""] * rows if code is None or isinstance(code, str) else list(code)


def _length(cell: Any, code: str) -> int:
    """How many letters a cell is wide, as Excel shows it."""
    if is_missing(cell):
        return 0
    if code and isinstance(cell, Number):
        decimals = len(re.sub(r'"[^"]*"', "", code.split(";")[0]).partition(".")[2].strip("%"))
        percent = 100 if "%" in code else 1
        return len(f"{float(cell) * percent:,.{decimals}f}") + len("".join(re.findall(r'"([^"]*)"', code))) + 2  # type: ignore[arg-type]
    return max(map(len, str(cell).split("\n")))


def _width(heading: Any, lengths: list[int]) -> float:
    """The width of a column: its longest cell, and a heading that may take several lines."""
    words = [len(word) for word in str(heading).split()]
    in_lines = max([*words, min(len(str(heading)), 14)])
    return min(max([8, in_lines, *lengths]), _WIDEST) + 2


def _excel_cell(sheet: Any, content: Any, **style: Any) -> Any:
    """A cell with its kind set: openpyxl alone would make a formula of a text, and drop digits of a number."""
    if is_missing(content):
        return None
    if isinstance(content, (bool, np.bool_)):
        kind, content = "b", bool(content)
    elif isinstance(content, (int, float, np.integer, np.floating, Decimal)) and _is_finite(content):
        kind, content = "n", str(content)
    elif isinstance(content, date) and content.year > 1900 and getattr(content, "tzinfo", None) is None:
        kind = "d"
    elif not (content := re.sub(r"\r\n?", "\n", plain_text(content))):
        return None
    else:
        kind = "s"
        if len(content) > EXCEL_TEXT:
            start = repr(content[:40])
            raise TradeDataError(Text("cell_too_small", count=len(content), start=start, most=EXCEL_TEXT))
        if _in_lines(content):
            style["alignment"] = _openpyxl().styles.Alignment(wrap_text=True, vertical="top")
        if _FORMULA.match(content):  # stays a text when the cell is edited
            style["number_format"] = "@"
    cell = _openpyxl().cell.WriteOnlyCell(sheet, content)
    cell.data_type = kind
    for trait, chosen in style.items():
        setattr(cell, trait, chosen)
    return cell


def _is_finite(number: Any) -> bool:
    """Whether a spreadsheet holds a number: a whole number of more digits than a float has room for is a text."""
    try:
        return math.isfinite(float(number))
    except OverflowError:
        return False


def sheet_names(names: Iterable[object]) -> list[str]:
    """The names of the sheets of a workbook as Excel takes them, each once, whatever its capitals.

    Examples
    --------
    >>> sheet_names(["Exports: by market", "exports/by market", "Kim ngạch xuất khẩu theo thị trường", "data", "DATA"])
    ['Exports by market', 'exports by market (2)', 'Kim ngạch xuất khẩu theo thị tr', 'data', 'DATA (2)']
    """
    taken, found = set[str](), list[str]()
    for name in names:
        title = first = _sheet_name(name)
        for number in itertools.count(2):
            if title.casefold() not in taken:
                break
            mark = f" ({number})"
            title = f"{_cut(first, EXCEL_NAME - len(mark)).rstrip()}{mark}"
        taken.add(title.casefold())
        found.append(title)
    return found


def _sheet_name(name: object) -> str:
    """A name as Excel takes it."""
    text = _cut(re.sub(r"[\[\]:*?/\\\s]+", " ", plain_text(name)), EXCEL_NAME).strip("' ") or "data"
    return f"{text}_" if text.lower() == "history" else text


def _cut(text: str, length: int) -> str:
    """So many characters of a text at most, as Excel counts them: in halves of four bytes."""
    return text.encode("utf-16-le")[: 2 * length].decode("utf-16-le", "ignore")


def slug(name: object) -> str:
    """A safe part of a file name from any text: letters and digits of ASCII, ``_`` and ``-``, at most 80 of them.

    Different names may become one: those in Chinese all do.

    Examples
    --------
    >>> slug("Đắk Lắk: cà phê (2023)"), slug("../../etc/passwd"), slug("CON"), slug("越南")
    ('Dak_Lak_ca_phe_2023', 'etc_passwd', 'CON_', '_')
    """
    plain = unicodedata.normalize("NFKD", str(name).translate(str.maketrans("Đđ", "Dd")))
    plain = "".join(char for char in plain if not unicodedata.combining(char))
    safe = re.sub(r"[^A-Za-z0-9_-]+", "_", plain).strip("_-")[:80].strip("_-")
    return f"{safe}_" if not safe or is_device(safe) else safe


def is_device(name: str) -> bool:
    """Whether Windows takes a name for a device, whatever ending it has: NUL, aux.csv, COM1.

    Examples
    --------
    >>> [is_device(name) for name in ("NUL", "aux.2019.csv", "COM\u00b9", "con artists", "COM10")]
    [True, True, True, False, False]
    """
    return _DEVICE.fullmatch(name) is not None


def escape_html(text: object) -> str:
    """A text as HTML shows it, between tags and in a quoted attribute; control characters go.

    Examples
    --------
    >>> escape_html("<b title='R&D'>")
    '&lt;b title=&#x27;R&amp;D&#x27;&gt;'
    """
    return html.escape(plain_text(text))
