"""The ceilings of every group's markets at once, from their history: the best growth seen over some years."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import narwhals as nw
import numpy as np
import numpy.typing as npt

from tradeanalysis.gate.frames import refuse_infinite, refuse_years
from tradeanalysis.schema import FLOW, PARTNER, PRODUCT, VALUE, YEAR, SchemaError, TradeDataError
from tradeanalysis.sums import Array
from tradeanalysis.tables.baskets import mirrored
from tradeanalysis.tables.group_baskets import Baskets, Labels, Rows, baskets_of, chosen_rows, in_memory, labels_of
from tradeanalysis.texts import Text


def group_limits(
    table: Any,
    by: str | Iterable[str] | None,
    reporter: Labels,
    flow: str | None,
    year: int | None,
    value: str,
    growth: str,
    years: int,
) -> Any:
    """A row for every group and market with trade in the year: ``value``, ``limit``, and whether growth was seen."""
    chosen = chosen_rows(table, by, reporter=reporter, flow=flow, value=value, years=True)
    last, available = present_year(chosen, year)
    seen = [one for one in available if one <= last]
    if last - min(seen) < years:
        raise TradeDataError(Text("groups_limits_apart", years=years, last=last, there=available))
    own = _by_year(chosen, chosen.rows, chosen.by, seen)
    own = own.keeping(own.more[_column(last)] > 0)
    history = own.more if growth == "own" else _of_markets(chosen, own, seen)
    best = np.full(len(own.x), np.nan)
    for one in seen:
        if one + years in seen:
            before, after = history[_column(one)], history[_column(one + years)]
            there = (before > 0) & (after > 0)
            best = np.fmax(best, np.divide(after, before, out=np.full(len(best), np.nan), where=there))
    now = own.more[_column(last)]
    order = own.order_of(now)
    with np.errstate(over="ignore"):
        limit = now * np.fmax(best, 1.0)
    refuse_infinite(limit)
    columns = {VALUE: now[order], "limit": limit[order], "growth_seen": ~np.isnan(best)[order]}
    notes = {"growth": Text("limits_noted", years=years, last=last), "year": last}
    return own.of_cells(order, columns, **notes)


def present_year(chosen: Rows, year: int | None) -> tuple[Any, list[Any]]:
    """The year of the present values, by default the last, and all years of the rows that were chosen."""
    if YEAR in chosen.by:
        raise TradeDataError(Text("groups_limits_year"))
    if YEAR not in chosen.rows.collect_schema().names():
        raise SchemaError(Text("groups_no_column", column=YEAR, wanted="year"))
    available = labels_of(chosen.rows, YEAR)
    refuse_years(available)
    last: Any = max(available) if year is None and available else year
    if last not in available:
        raise TradeDataError(Text("label_absent", column=YEAR, wanted=repr(last), labels=available))
    return last, available


def _column(year: Any) -> str:
    return f"value_{int(year)}"


def _by_year(chosen: Rows, rows: Any, by: list[str], years: list[Any]) -> Baskets:
    """The baskets of rows with a column for each of the years."""
    frame = in_memory(replace(chosen, rows=rows), [*by, YEAR, PARTNER])
    frame = frame.filter(nw.col(YEAR).is_in(years))
    spread = [
        nw.when(nw.col(YEAR) == one).then(nw.col(VALUE).cast(nw.Float64)).otherwise(0.0).alias(_column(one))
        for one in years
    ]
    names = [_column(one) for one in years]
    frame = frame.select(*by, PARTNER, VALUE, *spread)
    return baskets_of(replace(chosen, rows=frame, by=by), names)


def _of_markets(chosen: Rows, own: Baskets, years: list[Any]) -> dict[str, Array]:
    """What each cell's market trades with all economies of the table, by year."""
    rows = chosen.everyone
    if flow := chosen.about.get(FLOW):
        rows = rows.filter(nw.col(FLOW) == (mirrored(flow) if chosen.swapped else flow))
    keys = [one for one in chosen.by if one in (PRODUCT, FLOW)]
    all_of = _by_year(chosen, rows, keys, years)
    at = places_in(own, all_of, keys)
    return {name: np.where(at < 0, 0.0, one[at]) for name, one in all_of.more.items()}


def places_in(own: Baskets, other: Baskets, keys: list[str]) -> npt.NDArray[np.intp]:
    """The cell of ``other`` of the same keys and partner as each cell; -1 for none."""
    sides = []
    for one in (own, other):
        labels = nw.maybe_reset_index(one.labels[one.partner].alias(PARTNER)).to_frame()
        if keys:
            labels = nw.maybe_reset_index(one.keys_of(one.group).select(*keys)).with_columns(labels[PARTNER])
        sides.append(labels.to_pandas())
    numbered = sides[1].assign(place=np.arange(len(sides[1])))
    found = sides[0].merge(numbered, on=[*keys, PARTNER], how="left")["place"]
    return found.fillna(-1).to_numpy(dtype=np.intp)
