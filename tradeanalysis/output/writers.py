"""Tables as CSV and as workbooks, with their certificate; no text in them is ever run."""

from __future__ import annotations

import io
from collections.abc import Mapping
from contextlib import suppress
from numbers import Number
from pathlib import Path
from typing import Any

import pandas as pd

from tradeanalysis.extras import need
from tradeanalysis.output.excel_sheets import Formats, _openpyxl, fill_sheet, is_missing
from tradeanalysis.output.office_files import with_fixed_dates
from tradeanalysis.output.safe_texts import FORMULA, plain_text, sheet_names
from tradeanalysis.output.whole_files import _explaining, _refuse_taken, write_file
from tradeanalysis.schema import TradeDataError
from tradeanalysis.texts import Text


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
    frames = _frames(table, sheet)
    _refuse_taken(path, overwrite)
    with _explaining(path):  # openpyxl packs in the folder for temporary files, whose disk may be full
        packed = excel_bytes(frames, certificate=certificate, formats=formats)
    return write_file(path, packed, overwrite=overwrite)


def _frames(table: Any, sheet: str) -> dict[str, pd.DataFrame]:
    return {name: pandas_frame(one) for name, one in (table if isinstance(table, Mapping) else {sheet: table}).items()}


def excel_bytes(
    table: Any, *, sheet: str = "data", certificate: Mapping[str, Any] | None = None, formats: Formats | None = None
) -> bytes:
    """What ``write_excel`` writes, in memory."""
    need(Text("files_of", format="Excel"), "openpyxl")
    frames = _frames(table, sheet)
    if certificate is None:
        certificate = next((one.attrs["certificate"] for one in frames.values() if "certificate" in one.attrs), None)
    book, packed = _openpyxl().Workbook(write_only=True), io.BytesIO()
    try:
        *titles, last = sheet_names([*frames, "certificate"])
        for title, frame in zip(titles, frames.values(), strict=True):
            of_sheet = {**(formats or {}), **frame.attrs.get("formats", {})}
            fill_sheet(book.create_sheet(title), frame, of_sheet)
        if certificate:
            fill_sheet(book.create_sheet(last), entries(certificate), {})
        book.save(packed)
    except BaseException as error:
        for unfinished in book.worksheets:  # which would print an error of its own when memory is freed
            with suppress(Exception):
                unfinished.close()
        if type(error).__module__ == "lxml.etree":  # through which openpyxl writes where it is installed
            raise OSError(str(error)) from error
        raise
    return with_fixed_dates(packed.getvalue())


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


def _harmless(cell: object) -> object:
    """A cell of a CSV: numbers and gaps as they are, texts so that no spreadsheet runs them."""
    if is_missing(cell):
        return None
    return cell if isinstance(cell, Number) else FORMULA.sub("'", plain_text(cell))


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
