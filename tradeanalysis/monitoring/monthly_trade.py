"""The tables of ``ta.watch`` by month and column: totals by partner, and products by partner with their quantities."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd

from tradeanalysis.gate.frames import collected, open_table, refuse_float_ends
from tradeanalysis.monitoring.alert_kinds import MonthlyTrade
from tradeanalysis.schema import FLOW, IMPORT, PARTNER, PERIOD, PRODUCT, REPORTER, TradeDataError
from tradeanalysis.sums import Array, aggregates, among
from tradeanalysis.tables.months import MonthArray, Months, months_of
from tradeanalysis.texts import Text


def until(opened: Months, count: int) -> Months:
    """The first so many months."""
    first = slice(0, count)
    return replace(
        opened, months=opened.months[first], values=opened.values[first], unallocated=opened.unallocated[first]
    )


def totals(months: Months, cap: float | None) -> MonthlyTrade:
    """The values by partner, all products added; shares are of all trade, what is not allocated too."""
    whole = np.nansum(months.values, axis=1) + months.unallocated
    refuse_float_ends(whole[months.present], "rounded")
    return MonthlyTrade(months.months, months.partners, None, months.values, whole, cap=cap)


def goods(table: Any, of_all: MonthlyTrade, about: dict[str, Any], value: str, quantity: str) -> MonthlyTrade:
    """The same by product and partner where there are products, with quantities."""
    rows = open_table(table, [PARTNER, PERIOD], quantity)
    there = {*rows.collect_schema().names()}
    for column in there & about.keys():
        rows = rows.filter(nw.col(column) == about[column])
    keys = [PRODUCT, PARTNER] if PRODUCT in there else [PARTNER]
    chosen = collected(rows.select(*dict.fromkeys((*keys, PERIOD, value, quantity)))).to_pandas()
    chosen, column, labels = _columns(chosen, keys, of_all.partners)
    amounts, counted = _quantities(chosen[quantity], quantity)
    row, inside = _rows(chosen[PERIOD], of_all.months)
    shape = (len(of_all.months), len(labels))
    x = chosen[value].to_numpy(np.float64)
    cells = [_cells(one, row, column, inside, shape) for one in (x, np.where(counted, x, 0.0), amounts)]
    missing = np.isnan(of_all.whole)
    for one in cells:
        one[missing] = np.nan
    products = labels.get_level_values(PRODUCT) if len(keys) > 1 else None
    return MonthlyTrade(
        of_all.months,
        labels.get_level_values(PARTNER),
        products,
        value=cells[0],
        whole=of_all.whole,
        priced=cells[1],
        quantity=cells[2],
    )


def market_imports(market: Any, trade: MonthlyTrade, quantity: str) -> Array:
    """The quantity that each column's market imports from the world; missing where it did not report the month."""
    rows = open_table(market, [REPORTER, PERIOD], quantity)
    there = rows.collect_schema().names()
    if trade.products is not None and PRODUCT not in there:
        raise TradeDataError(Text("watch_market_products"))
    if FLOW in there:
        rows = rows.filter(nw.col(FLOW) == IMPORT)
    keys = [REPORTER] if trade.products is None else [PRODUCT, REPORTER]
    columns = [*keys, PERIOD, quantity, *([PARTNER] if PARTNER in there else [])]
    chosen = collected(rows.select(*columns)).to_pandas()
    chosen, column, labels = _columns(chosen, keys, trade.partners)
    if not len(chosen):
        raise TradeDataError(Text("watch_market_none", labels=trade.partners.unique().tolist()))
    origins = pd.Index(chosen[PARTNER].unique()) if PARTNER in there else pd.Index([])
    totals_there = origins[among(origins, aggregates(PARTNER))]
    if len(origins) > 1 and len(totals_there):
        raise TradeDataError(Text("watch_market_totals", labels=totals_there.tolist()))
    amounts, counted = _quantities(chosen[quantity], quantity)
    row, inside = _rows(chosen[PERIOD], trade.months)
    cells = _cells(amounts, row, column, inside, (len(trade.months), len(labels)))
    # A row without its quantity leaves that of the month unknown.
    unknown = inside & ~counted
    cells[row[unknown], column[unknown]] = np.nan
    markets = labels.get_level_values(REPORTER)
    who, at = np.unique(markets.astype(str), return_inverse=True)
    reported = np.zeros((len(trade.months), len(who)), dtype=bool)
    reported[row[inside], at[column[inside]]] = True
    cells[~reported[:, at]] = np.nan
    ours = pd.Index(trade.partners) if trade.products is None else pd.MultiIndex.from_arrays(
        [trade.products, trade.partners]
    )  # fmt: skip
    found = labels.get_indexer(ours)
    return np.where(found >= 0, cells[:, found], np.nan)


def _quantities(given: pd.Series[Any], name: str) -> tuple[Array, Any]:
    """Quantities as numbers, 0 where there is none, and which rows have one."""
    x = given.to_numpy(np.float64, na_value=np.nan)
    if np.isinf(x).any() or (x < 0).any() or (x > 1e150).any():
        raise TradeDataError(Text("watch_quantity", column=repr(name)))
    counted = x > 0
    return np.where(counted, x, 0.0), counted


def _rows(periods: pd.Series[Any], months: MonthArray) -> tuple[Any, Any]:
    """The row of each period, and whether it is among the months."""
    codes, labels = pd.factorize(periods)
    row = (months_of(labels) - months[0]).astype(np.intp)[codes]
    inside = (row >= 0) & (row < len(months))
    return np.where(inside, row, 0), inside


def _columns(rows: pd.DataFrame, keys: list[str], partners: pd.Index[Any]) -> tuple[pd.DataFrame, Any, pd.Index[Any]]:
    """The rows of these partners (the last key), the column of each, and what the columns are of."""
    coded = {key: pd.factorize(rows[key].astype(str) if key == PRODUCT else rows[key], sort=True) for key in keys}
    (codes, labels), wanted = coded[keys[-1]], set(partners)
    kept = np.array([*(one in wanted for one in labels), False])[codes]  # the last place is that of a missing label
    rows = rows if kept.all() else rows[kept]
    every = [pd.Index(labels) for _, labels in coded.values()]
    sizes = [len(one) for one in every]
    group = np.zeros(len(rows), dtype=np.intp)
    for (codes, _), size in zip(coded.values(), sizes, strict=True):
        group = group * size + codes[kept]
    used = np.bincount(group, minlength=1) > 0
    of = [one[at] for one, at in zip(every, np.unravel_index(np.flatnonzero(used), sizes), strict=True)]
    names = pd.MultiIndex.from_arrays(of, names=keys) if len(of) > 1 else of[0].rename(keys[0])
    return rows, (np.cumsum(used) - 1)[group], names


def _cells(x: Array, row: Any, column: Any, inside: Any, shape: tuple[int, int]) -> Array:
    cell = row * shape[1] + column
    return np.bincount(cell[inside], x[inside], shape[0] * shape[1]).astype(np.float64).reshape(shape)
