"""One economy's rows of a table: its basket of partners."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd

from tradeanalysis import names
from tradeanalysis.currencies import currencies, currency_of
from tradeanalysis.gate.findings import UNALLOCATED_NOTED, fault, finding, warn, warn_if_listed_in_part
from tradeanalysis.gate.frames import collected, labels_in, open_table, refuse_float_ends
from tradeanalysis.gate.product_codes import level_of, nomenclature_levels
from tradeanalysis.parameters import need_labels
from tradeanalysis.schema import (
    EXPORT,
    FLOW,
    FLOWS,
    IMPORT,
    PARTNER,
    PRODUCT,
    REPORTER,
    UNIT,
    VALUE,
    YEAR,
    CountryError,
    SchemaError,
    TradeDataError,
    TradeDataWarning,
)
from tradeanalysis.sums import among, coded, remainders
from tradeanalysis.texts import EconomyName, Text


def basket(
    table: Any,
    *,
    reporter: str | int | None = None,
    flow: str | None = None,
    year: int | None = None,
    product: str | None = None,
    value: str = VALUE,
) -> pd.Series[float]:
    """The value of one economy's trade by partner, the largest first.

    Parameters
    ----------
    table
        A trade table of pandas, Polars, PyArrow, DuckDB or PySpark.
    reporter
        A name or code; may be left out where the table holds one reporter. The same goes for ``year`` and ``flow``.
    flow
        ``"export"`` or ``"import"``. Where the table holds only the other flow, the partners' rows are read from the
        other side.
    year
        The year.
    product
        One product; all products are summed where it is not given.
    value
        The column of values.

    Returns
    -------
    A Series by partner, in the unit of the table. Remainders ("Others", "Areas nes") are not partners; their value
    is in ``attrs["unallocated"]``, and an index or a share of the basket is of what is allocated.

    Raises
    ------
    SchemaError
        A column is missing.
    TradeDataError
        What was chosen is not in the table, or a choice is needed between several; or a value is faulty; or a total
        stands beside products, or headings beside their parts, which would count twice.

    Warns
    -----
    TradeDataWarning
        The other side's rows stand in, and the table does not say that its two sides are reconciled; the table lists
        only some of the partners; or more than a hundredth of the value is not allocated to one.

    Examples
    --------
    >>> import tradeanalysis as ta
    >>> exports = ta.basket(ta.example("world_2020"), reporter="Viet Nam", flow="export")
    >>> (exports.head(3) / exports.sum()).round(3)
    partner
    USA    0.278
    CHN    0.177
    JPN    0.069
    Name: value, dtype: float64
    >>> round(ta.hhi(exports.drop("USA")), 3)
    0.09
    """
    need_labels(reporter=reporter, year=year, flow=flow)
    warn_if_listed_in_part(getattr(table, "attrs", {}), stacklevel=2)
    found = values_of(choose(table, reporter=reporter, flow=flow, year=year, product=product, value=value))
    unallocated = found.attrs["unallocated"]
    share = unallocated / (float(found.sum()) + unallocated) if unallocated else 0.0
    if share > UNALLOCATED_NOTED:
        warn([finding("TA-119", "unallocated_in_basket", of=share, held=1 - share)], stacklevel=2)
    return found


def values_of(choice: Choice) -> pd.Series[float]:
    """The value by partner of the rows chosen, the largest first."""
    rows, side = choice.rows, choice.side
    x, codes, labels = coded(collected(rows), [], side, VALUE)
    series = pd.Series(np.bincount(codes[side], weights=x, minlength=len(labels)), index=labels, name=VALUE)
    rest = among(labels, remainders(side))
    ordered = series[~rest].rename_axis(PARTNER).sort_values(ascending=False, kind="stable")
    ordered.attrs = {**choice.attrs, "unallocated": float(series[rest].sum())}
    return ordered


@dataclass(frozen=True)
class Choice:
    """The rows of one economy, flow and year, and the column in which its partners stand.

    ``among`` are the rows of all reporters and flows of the year; ``about`` says what was chosen. Partners stand in the
    column of reporters where the other side's rows are read.
    """

    rows: nw.DataFrame[Any] | nw.LazyFrame[Any]
    side: str
    among: nw.DataFrame[Any] | nw.LazyFrame[Any]
    about: dict[str, Any]
    attrs: Mapping[Any, Any]


def choose(
    table: Any,
    *,
    reporter: str | int | None,
    flow: str | None,
    year: int | None,
    product: str | None = None,
    value: str = VALUE,
) -> Choice:
    """The rows of one economy, flow and year; what is not given must be unique in the table."""
    rows = open_table(table, [PARTNER], value)
    if value != VALUE:
        rows = rows.drop(VALUE, strict=False).rename({value: VALUE})
    attrs = with_currency(dict(getattr(table, "attrs", {})), rows)
    return choose_from(rows, attrs, reporter=reporter, flow=flow, year=year, product=product)


def with_currency(attrs: dict[Any, Any], rows: nw.DataFrame[Any] | nw.LazyFrame[Any]) -> dict[Any, Any]:
    """The attributes of a table, with the currency that its column of units names, as a lazy table has one."""
    if currency_of(attrs) is None and UNIT in rows.collect_schema().names():
        labels = _labels(rows, UNIT)
        if len(labels) == 1 and labels[0] in currencies():
            return {**attrs, "currency": labels[0]}
    return attrs


def choose_from(
    rows: nw.DataFrame[Any] | nw.LazyFrame[Any],
    attrs: dict[str, Any],
    *,
    reporter: str | int | None,
    flow: str | None,
    year: int | None,
    product: str | None = None,
) -> Choice:
    """The choice from a table that is open already; ``attrs`` are those of the table."""
    columns = rows.collect_schema().names()
    if flow is not None and flow not in FLOWS:
        raise TradeDataError(Text("groups_flow", flow=repr(flow)))
    own, side, rows_flow = REPORTER, PARTNER, flow
    if flow is not None and FLOW in columns and flow not in (flows := _labels(rows, FLOW)):
        rows_flow = mirrored(flow)
        if rows_flow in flows:
            own, side = PARTNER, REPORTER
            warn_of_other_side(flow, attrs, stacklevel=5)
    about: dict[str, Any] = {}
    everyone = rows
    for column, wanted in ((YEAR, year), (FLOW, rows_flow), (own, reporter), (PRODUCT, product)):
        if column not in columns:
            if wanted is not None:
                raise SchemaError(Text("groups_no_column", column=column, wanted=repr(wanted)))
        elif wanted is not None or column != PRODUCT:
            chosen = only_one(rows, column, wanted)
            about[column] = chosen
            rows = rows.filter(nw.col(column) == chosen)
            if column in (YEAR, PRODUCT):
                everyone = everyone.filter(nw.col(column) == chosen)
    if PRODUCT in columns and product is None:
        _refuse_levels(rows)
    if isinstance(rows, nw.DataFrame):
        refuse_float_ends(rows[VALUE].to_numpy().astype(np.float64), "sum")
    if own == PARTNER:
        about = about | {REPORTER: about.pop(PARTNER)}
    return Choice(rows, side, everyone, about | ({FLOW: flow} if flow else {}), attrs)


def _refuse_levels(rows: nw.DataFrame[Any] | nw.LazyFrame[Any]) -> None:
    """Raise where a total stands beside products, or a heading beside its parts: their sum would count twice."""
    products = [str(one) for one in _labels(rows, PRODUCT) if one is not None and one == one]
    levels = nomenclature_levels(products)
    if len(levels) > 1 or (levels == [0] and len({*map(level_of, products)}) > 1):
        raise fault("TA-108", "levels_in_basket", levels=levels, level=levels[-1], labels=levels)


def warn_of_other_side(flow: str, attrs: Mapping[str, Any], stacklevel: int) -> None:
    """Warn that one flow is read from the other, unless the table says that its two sides are reconciled."""
    if not attrs.get("certificate", {}).get("reconciled"):
        warnings.warn(
            Text(f"read_from_partners_{flow}"),
            TradeDataWarning,
            stacklevel=stacklevel + 1,
        )


def mirrored(flow: str) -> str:
    """The flow that the other side reports."""
    return IMPORT if flow == EXPORT else EXPORT


def _labels(rows: nw.DataFrame[Any] | nw.LazyFrame[Any], column: str) -> list[Any]:
    return [label for label in labels_in(rows, column) if label is not None]


def only_one(rows: nw.DataFrame[Any] | nw.LazyFrame[Any], column: str, wanted: Any) -> Any:
    """The label in the table that is wanted; where none is given, the table must have just one."""
    return label_of(_labels(rows, column), column, wanted)


def label_of(labels: list[Any], column: str, wanted: Any) -> Any:
    """The label, of those in a column, that is wanted; where none is given, there must be just one."""
    if not labels:
        raise TradeDataError(Text("rows_of_none", column=repr(column)))
    if wanted is None:
        if len(labels) == 1:
            return labels[0]
        raise TradeDataError(Text("choose_one", column=column, count=len(labels), labels=labels))
    if wanted in labels:
        return wanted
    if column not in (REPORTER, PARTNER):
        raise TradeDataError(Text("label_absent", column=column, wanted=repr(wanted), labels=labels))
    try:
        code = names.country(wanted).iso3
    except CountryError as error:
        raise TradeDataError(Text("label_unknown", column=column, wanted=repr(wanted), why=error.args[0])) from None
    if code not in labels:
        about = {"column": column, "wanted": repr(wanted), "name": EconomyName(code)}
        raise TradeDataError(Text(f"{column}_not_among", **about, count=len(labels), labels=labels))
    return code
