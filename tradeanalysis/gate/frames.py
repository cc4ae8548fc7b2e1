"""A table of any library, opened: it has the columns that are needed, and numbers as values."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import narwhals as nw

from tradeanalysis.gate.findings import fault
from tradeanalysis.schema import TradeDataError
from tradeanalysis.texts import Text


def open_table(table: Any, columns: Iterable[str], value: str) -> nw.DataFrame[Any] | nw.LazyFrame[Any]:
    """The table for narwhals, once it is known to have the columns, and numbers in the one of values."""
    try:
        frame: nw.DataFrame[Any] | nw.LazyFrame[Any] = nw.from_native(table)
        schema = frame.collect_schema()
    except TypeError:
        raise TradeDataError(Text("no_table", kind=type(table).__name__)) from None
    except nw.exceptions.DuplicateError as error:
        raise fault("TA-110", "columns_of_one_name", names=" ".join(str(error).split())) from None
    there = schema.names()
    missing = [column for column in (*columns, value) if column not in there]
    if missing:
        key = "no_column_but_years" if _side_by_side(there) else "no_column"
        raise fault("TA-110", key, columns=list(map(repr, missing)), there=list(map(repr, there)), labels=there)
    if not schema[value].is_numeric():
        raise fault("TA-110", "not_numbers", column=repr(value), kind=str(schema[value]))
    return frame


def _side_by_side(columns: list[Any]) -> bool:
    """Whether years are columns."""
    return sum(str(one).isdecimal() and 1800 <= int(one) <= 2100 for one in columns) > 1


def collected(frame: nw.DataFrame[Any] | nw.LazyFrame[Any]) -> nw.DataFrame[Any]:
    """The rows in memory, where an engine holds them elsewhere."""
    return frame.collect() if isinstance(frame, nw.LazyFrame) else frame


def labels_in(frame: nw.DataFrame[Any] | nw.LazyFrame[Any], column: str) -> list[Any]:
    """What stands in a column, once each, in the order of its text."""
    return sorted(collected(frame.select(column).unique())[column].to_list(), key=str)
