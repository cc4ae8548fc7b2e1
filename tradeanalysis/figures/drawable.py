"""The table that is drawn; and what no axis takes: numbers beyond all measure, columns of nothing, odd labels."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pandas as pd

from tradeanalysis.output.safe_texts import is_text
from tradeanalysis.schema import PARTNER, PRODUCT, REPORTER, TradeDataError
from tradeanalysis.texts import Text

# Axes multiply and add numbers; no trade, share or year is near this.
LARGEST = 1e100


def as_pandas(table: Any) -> pd.DataFrame:
    """The table that is drawn, in pandas: a table of any library, or the one of a result."""
    for given in (table, getattr(table, "table", None)):
        if isinstance(given, pd.DataFrame):
            return given
    for name in ("to_pandas", "df", "toPandas"):  # of Polars and PyArrow, DuckDB, PySpark
        convert = None if isinstance(table, type) else getattr(table, name, None)
        if callable(convert) and isinstance(made := convert(), pd.DataFrame):
            return made
    raise TradeDataError(Text("no_table", kind=type(table).__name__))


def refuse_numbers(table: pd.DataFrame, columns: Iterable[Any]) -> None:
    """Refuse columns without a number, and numbers that no axis holds."""
    for column in columns:
        if not pd.api.types.is_numeric_dtype(table[column]):
            continue
        known = table[column].dropna()
        if known.empty:
            raise TradeDataError(Text("column_of_nothing", column=repr(column)))
        if (known.abs() > LARGEST).any():
            raise TradeDataError(Text("numbers_not_drawn", column=repr(column), most=LARGEST))


def refuse_labels(table: pd.DataFrame) -> None:
    """Refuse names that are lists, or hold half of a character."""
    for column in (REPORTER, PARTNER, PRODUCT):
        if column not in table or table[column].dtype.kind != "O":
            continue
        wrong = [ascii(one)[:60] for one in table[column] if not _is_label(one)]
        if wrong:
            raise TradeDataError(Text("labels_not_drawn", column=repr(column), labels=wrong))


def _is_label(label: object) -> bool:
    """Whether a label can be compared and written."""
    return is_text(label) if isinstance(label, str) else type(label).__hash__ is not None


def refuse_zeros(table: pd.DataFrame, column: str) -> None:
    """Refuse a column whose sizes are drawn where none is above 0."""
    if not (table[column] > 0).any():
        raise TradeDataError(Text("sizes_of_nothing", column=repr(column)))
