"""A table of any library, opened: it has the columns that are needed, and numbers as values."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import narwhals as nw

from tradeanalysis.gate.findings import Finding, listing, refuse
from tradeanalysis.schema import TradeDataError


def open_table(table: Any, columns: Iterable[str], value: str) -> nw.DataFrame[Any] | nw.LazyFrame[Any]:
    """The table for narwhals, once it is known to have the columns, and numbers in the one of values."""
    try:
        frame: nw.DataFrame[Any] | nw.LazyFrame[Any] = nw.from_native(table)
        schema = frame.collect_schema()
    except TypeError:
        raise TradeDataError(
            f"a {type(table).__name__} is not a table: pass a dataframe of pandas, Polars, PyArrow, DuckDB or PySpark"
        ) from None
    except nw.exceptions.DuplicateError as error:
        same = f"there are columns of one name: {' '.join(str(error).split())}"
        refuse([Finding("TA-110", same, "Rename them.")])
        raise
    there = schema.names()
    missing = [column for column in (*columns, value) if column not in there]
    if missing:
        what = f"no column {listing(map(repr, missing))} among {listing(map(repr, there), 20)}"
        fix = f"Rename columns, or name yours with by=, over=, value={_side_by_side(there)}."
        refuse([Finding("TA-110", what, fix)])
    if not schema[value].is_numeric():
        what = f"the column {value!r} holds {schema[value]}, not numbers"
        refuse([Finding("TA-110", what, "Read the file with ta.read, or convert the column first.")])
    return frame


def _side_by_side(columns: list[Any]) -> str:
    """What to do where years are columns."""
    years = [one for one in columns if str(one).isdecimal() and 1800 <= int(one) <= 2100]
    return ". Years stand side by side: set them below each other with melt()" if len(years) > 1 else ""


def collected(frame: nw.DataFrame[Any] | nw.LazyFrame[Any]) -> nw.DataFrame[Any]:
    """The rows in memory, where an engine holds them elsewhere."""
    return frame.collect() if isinstance(frame, nw.LazyFrame) else frame


def labels_in(frame: nw.DataFrame[Any] | nw.LazyFrame[Any], column: str) -> list[Any]:
    """What stands in a column, once each, in the order of its text."""
    return sorted(collected(frame.select(column).unique())[column].to_list(), key=str)
