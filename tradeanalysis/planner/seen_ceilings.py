"""The ceilings of markets from what became of earlier flows of like size, of all economies of a table."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd

from tradeanalysis.gate.findings import listing, warn_if_listed_in_part
from tradeanalysis.planner.earlier_flows import EarlierFlows, earlier_flows, is_flow, panel_cells
from tradeanalysis.planner.group_limits import places_in, present_year
from tradeanalysis.prospects.seen_growth import SeenGrowth, needed, seen_growth
from tradeanalysis.schema import FLOW, PARTNER, REPORTER, VALUE, YEAR, TradeDataError
from tradeanalysis.tables.baskets import mirrored
from tradeanalysis.tables.group_baskets import Labels, Rows, baskets_of, chosen_rows, is_several, labels_of
from tradeanalysis.texts import Text

NINE_IN_TEN = 0.9


class TooLittleSeen(TradeDataError):
    """A table has no two years so far apart, or too few flows in them, for a growth that is usual."""


def seen_limits(
    table: Any,
    by: str | Iterable[str] | None,
    reporter: Labels,
    flow: str | None,
    year: int | None,
    value: str,
    years: int,
    coverage: float,
) -> Any:
    """The ceilings of one economy's markets, a Series; with groups a row for every group and market."""
    if isinstance(coverage, (bool, str)) or not 0 < coverage < 1:
        raise TradeDataError(Text("limits_coverage", coverage=repr(coverage)))
    warn_if_listed_in_part(getattr(table, "attrs", {}), stacklevel=3)
    chosen = chosen_rows(table, by, reporter=reporter, flow=flow, value=value, years=True)
    rows, last = _rows_to(chosen, year, years)
    keys = list(dict.fromkeys([*chosen.by, *([REPORTER] if REPORTER in rows.collect_schema().names() else [])]))
    every = baskets_of(replace(chosen, rows=rows, by=[YEAR, *keys]))
    every = every.keeping(is_flow(every))
    cells, kinds = panel_cells(every, swapped=chosen.swapped)
    earlier = earlier_flows(cells, years, kinds)
    seen = _seen(earlier, coverage, years, last)
    mine = replace(chosen, rows=chosen.rows.filter(nw.col(YEAR) == last))
    # With the reporter among the keys the cells are the same, in the same order.
    by_reporter = baskets_of(replace(mine, by=keys))
    there = is_flow(by_reporter)
    own = baskets_of(mine).keeping(there)
    places = places_in(by_reporter.keeping(there), every.having(every.groups[YEAR].to_numpy() == last), keys)
    ceilings_of = seen.ceilings(own.x, cells.gap[cells.year == last][places])
    order = own.order_of(own.x)
    now, limit = own.x[order], ceilings_of[order]
    notes = _notes(earlier, seen, years, last, coverage)
    if by is not None or is_several(reporter):
        columns = {VALUE: now, "limit": limit, "growth_seen": np.ones(len(now), dtype=bool)}
        return own.of_cells(order, columns, **notes, year=last)
    index = own.names[own.partner[order]].rename(PARTNER)
    ceilings = pd.Series(limit, index=index, name="limit")
    ceilings.attrs = {**chosen.attrs, "notes": notes}
    return ceilings


def _rows_to(chosen: Rows, year: int | None, years: int) -> tuple[Any, Any]:
    """The rows of all economies, of the flow that was chosen, up to the present year; and that year."""
    last, _ = present_year(chosen, year)
    rows = chosen.everyone
    if flow := chosen.about.get(FLOW):
        rows = rows.filter(nw.col(FLOW) == (mirrored(flow) if chosen.swapped else flow))
    usable = [one for one in labels_of(rows, YEAR) if one <= last]
    if not any(one + years in usable for one in usable):
        raise TooLittleSeen(Text("groups_limits_apart", years=years, last=last, there=usable))
    return rows.filter(nw.col(YEAR).is_in(usable)), last


def _seen(earlier: EarlierFlows, coverage: float, years: int, last: Any) -> SeenGrowth:
    """The quantiles of the growth of earlier flows; refused where these are too few."""
    count, wanted = len(earlier.size), needed(coverage)
    if count < wanted:
        about = {"years": years, "last": last, "coverage": coverage}
        raise TooLittleSeen(Text("limits_seen_few", count=count, needed=wanted, **about))
    return seen_growth(earlier.size, earlier.gap, earlier.growth, coverage)


def _notes(earlier: EarlierFlows, seen: SeenGrowth, years: int, last: Any, coverage: float) -> dict[str, Any]:
    """What the ceilings are learnt from, and what is left out."""
    about = {"coverage": coverage, "years": years, "last": last, "count": seen.flows}
    notes: dict[str, Any] = {"growth": Text("limits_seen_noted", **about)}
    if seen.by_size_alone:
        notes["gap"] = Text("limits_seen_size")
    if earlier.revised:
        codes = listing(earlier.revised)
        notes["left out"] = Text("limits_seen_revised", codes=codes, share=earlier.left_out)
    return notes
