"""A table of any library, opened: it has the columns that are needed, and numbers as values."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Literal

import narwhals as nw
import numpy as np
import numpy.typing as npt
import pandas as pd

from tradeanalysis.extras import need
from tradeanalysis.gate.findings import fault
from tradeanalysis.gate.period_kinds import refuse_overlapping_periods
from tradeanalysis.output.safe_texts import is_text
from tradeanalysis.schema import FLOW, PARTNER, PERIOD, PRODUCT, REPORTER, YEAR, TradeDataError
from tradeanalysis.texts import Text

# Columns by which rows are told apart, whether a function names them or not.
KEYS = (REPORTER, PARTNER, FLOW, PRODUCT, YEAR)
# The least sum of values that are multiplied, not only added.
SMALLEST = 1e-290
# The least share that can be squared, and multiplied by such a square.
APART = 1e-100


def open_table(
    table: Any, columns: Iterable[str], value: str, *, also: Iterable[str] = KEYS, overlaps: bool = False
) -> nw.DataFrame[Any] | nw.LazyFrame[Any]:
    """The table for narwhals, once it is known to have the columns, and numbers in the one of values.

    Labels are looked at in these columns, and in those of ``also`` that are there. Periods that are not among the
    columns are added up, and refused where one holds another, unless a caller takes ``overlaps`` himself.
    """
    try:
        frame: nw.DataFrame[Any] | nw.LazyFrame[Any] = nw.from_native(table)
        schema = frame.collect_schema()
    except TypeError:
        raise TradeDataError(Text("no_table", kind=type(table).__name__)) from None
    except nw.exceptions.DuplicateError as error:
        raise fault("TA-110", "columns_of_one_name", names=" ".join(str(error).split())) from None
    if not frame.implementation.is_pandas():  # what leaves such a table goes through Arrow
        need(Text("needs_of_tables"), "pyarrow")
    if frame.implementation.is_duckdb():
        _refuse_old(frame.implementation.to_native_namespace().__version__)
    there = schema.names()
    columns = list(columns)
    missing = [column for column in (*columns, value) if column not in there]
    if missing:
        products = missing == [PARTNER] and PRODUCT in there
        key = "no_column_but_products" if products else "no_column_but_years" if _side_by_side(there) else "no_column"
        raise fault("TA-110", key, columns=list(map(repr, missing)), there=list(map(repr, there)), labels=there)
    if not schema[value].is_numeric():
        raise fault("TA-110", "not_numbers", column=repr(value), kind=str(schema[value]))
    for column in dict.fromkeys((*columns, *(one for one in also if one in there))):
        refuse_labels(frame, column, schema[column], kinds=column in columns)
    if PERIOD in there and PERIOD not in columns and not overlaps:
        refuse_labels(frame, PERIOD, schema[PERIOD], kinds=False)
        refuse_overlapping_periods(frame)
    return frame


def _refuse_old(version: str) -> None:
    """Raise for a DuckDB that takes another column where a name has quotation marks, and keeps views."""
    if int(version.split(".")[0]) < 2:
        raise TradeDataError(Text("duckdb_too_old", version=version))


def refuse_labels(frame: nw.DataFrame[Any] | nw.LazyFrame[Any], column: str, kind: Any, *, kinds: bool = True) -> None:
    """Refuse labels that cannot be compared: lists, halves of characters and, with ``kinds``, texts beside numbers."""
    if isinstance(kind, (nw.List, nw.Struct, nw.Array)):
        raise fault("TA-110", "cells_of_no_table", column=repr(column), labels=[column])
    if isinstance(frame, nw.LazyFrame) or not frame.implementation.is_pandas():
        return
    labels = frame[column].to_native()
    if labels.dtype != object:
        return
    import pandas as pd

    found = pd.api.types.infer_dtype(labels, skipna=True)
    if found == "string":
        refuse_halves(labels.dropna().unique(), column)
    elif found.startswith("mixed"):
        if any(isinstance(one, (list, dict, set, tuple)) or _is_array(one) for one in labels):
            raise fault("TA-110", "cells_of_no_table", column=repr(column), labels=[column])
        texts = labels.dropna().map(lambda one: isinstance(one, str)).to_numpy(dtype=bool)
        refuse_halves(labels.dropna()[texts].unique(), column)
        if kinds and texts.any() and not texts.all():
            examples = [ascii(labels.dropna()[texts == text].iloc[0]) for text in (True, False)]
            raise fault("TA-110", "labels_of_kinds", column=column, labels=examples, examples=examples)


def _is_array(label: Any) -> bool:
    """Whether a label is several numbers, or one without an order."""
    return getattr(label, "ndim", 0) > 0 or isinstance(label, complex)


def refuse_float_ends(values: npt.NDArray[Any], *ends: End) -> None:
    """Refuse values near the ends of float64 from which no right number can come.

    ``"sum"``: their sum leaves it, and shares of it would be 0 without a word. ``"rounded"``: they are so small that
    parts of them would lose digits, a vector or one in each row. ``"apart"``: squares of their shares, or ratios of
    two, would leave it.
    """
    for end in ends:
        ENDS[end](np.asarray(values, dtype=np.float64))


def _refuse_sum(values: npt.NDArray[Any]) -> None:
    with np.errstate(over="ignore", invalid="ignore"):
        beyond = not np.isfinite(values.sum()) and bool(np.isinf(values[np.isfinite(values)].sum()))
    if beyond:
        raise fault("TA-103", "values_beyond")


def _refuse_rounded(values: npt.NDArray[Any]) -> None:
    # Below 2.2e-308 a number has fewer digits; shares of a sum above SMALLEST do not see that.
    with np.errstate(over="ignore", invalid="ignore"):
        whole = values.sum(axis=-1)
    if ((whole > 0) & (whole < SMALLEST)).any():
        raise TradeDataError(Text("values_rounded", least=SMALLEST))


def _refuse_apart(values: npt.NDArray[Any]) -> None:
    least = values.min(where=values > 0, initial=np.inf)
    if values.max(initial=0.0) * APART > least:
        raise TradeDataError(Text("values_apart", least=least, most=values.max(), ratio=APART))


End = Literal["sum", "rounded", "apart"]
ENDS: Mapping[End, Callable[[npt.NDArray[Any]], None]] = {
    "sum": _refuse_sum,
    "rounded": _refuse_rounded,
    "apart": _refuse_apart,
}


def refuse_infinite(answer: npt.NDArray[Any]) -> None:
    """Refuse what was computed from values where it leaves float64."""
    if np.isinf(answer).any():
        raise fault("TA-103", "values_beyond")


def refuse_years(labels: Iterable[Any]) -> None:
    """Refuse years that are no whole numbers where a function counts on from one to the next."""
    numbers = (int, float, np.integer, np.floating)
    other = [one for one in labels if not isinstance(one, numbers) or one % 1 != 0]
    if other:
        raise fault("TA-110", "years_of_no_number", labels=map(str, other), years=[ascii(str(one)) for one in other])


def refuse_vector_labels(labels: Any, name: str) -> None:
    """Refuse labels of a vector that cannot be compared: lists, halves of characters."""
    if getattr(getattr(labels, "dtype", None), "kind", "") != "O":
        return
    if any(getattr(type(one), "__hash__", None) is None for one in labels):
        raise fault("TA-110", "cells_of_no_table", column=name, labels=[name])
    refuse_halves(labels, name)


def refuse_sides(reporters: Iterable[Any], partners: Iterable[Any]) -> None:
    """Refuse reporters that are texts beside partners that are none, or the other way round: none would be both."""
    sides = {REPORTER: list(reporters), PARTNER: list(partners)}
    if not all(sides.values()):
        return
    texts = {column: isinstance(labels[0], str) for column, labels in sides.items()}
    if texts[REPORTER] != texts[PARTNER]:
        examples = [ascii(labels[0]) for labels in sides.values()]
        raise fault("TA-110", "sides_of_kinds", labels=examples, reporter=examples[0], partner=examples[1])


def refuse_halves(labels: Iterable[Any], column: str) -> None:
    """Refuse labels with half of a character, which no file or engine takes."""
    if bad := [ascii(one)[:60] for one in labels if isinstance(one, str) and not is_text(one)]:
        raise fault("TA-110", "labels_of_no_text", column=repr(column), labels=bad, texts=bad)


def _side_by_side(columns: list[Any]) -> bool:
    """Whether years are columns."""
    return sum(str(one).isdecimal() and 1800 <= int(one) <= 2100 for one in columns) > 1


def collected(frame: nw.DataFrame[Any] | nw.LazyFrame[Any]) -> nw.DataFrame[Any]:
    """The rows in memory, where an engine holds them elsewhere."""
    return frame.collect() if isinstance(frame, nw.LazyFrame) else frame


def table_in_memory(given: Any) -> Any:
    """A table of any library as one of pandas, an engine's rows in memory; anything else as it is."""
    if isinstance(given, pd.DataFrame):
        return given
    try:
        frame = nw.from_native(given, pass_through=True)
    except nw.exceptions.DuplicateError as error:
        raise TradeDataError(Text("frame_columns_twice", why=" ".join(str(error).split()))) from None
    if not isinstance(frame, (nw.DataFrame, nw.LazyFrame)):
        return given
    need(Text("needs_of_tables"), "pyarrow")
    return collected(frame).to_pandas()


def labels_in(frame: nw.DataFrame[Any] | nw.LazyFrame[Any], column: str) -> list[Any]:
    """What stands in a column, once each, in the order of its text."""
    found = (
        frame[column].unique() if isinstance(frame, nw.DataFrame) else frame.select(column).unique().collect()[column]
    )
    return sorted(found.to_list(), key=str)
