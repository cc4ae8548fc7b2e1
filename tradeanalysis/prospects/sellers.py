"""Whose potential it is: an exporter of the table, or a province of one with sales of its own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from tradeanalysis import names
from tradeanalysis.gate.frames import collected, open_table
from tradeanalysis.prospects.trade_flows import Flows, YearlyFlows, in_window, place_of, yearly_flows
from tradeanalysis.schema import EXPORT, FLOW, PRODUCT, VALUE, TradeDataError
from tradeanalysis.sums import Array
from tradeanalysis.tables.markets import by_market, code_of, refuse_currencies
from tradeanalysis.texts import Text

# Two sums of the same values may differ by so much of one of them.
ROUNDING = 1e-9


def seller_of(flows: Flows, reporter: str | int, own: Any = None) -> Seller:
    """The exporter of the table, or a province of one with its own sales."""
    economy = names.economy_of_province(str(reporter)) if str(reporter) not in flows.exporters else None
    if own is None:
        if economy:
            raise TradeDataError(Text("prospects_province", province=str(reporter), economy=economy))
        exporter = place_of(flows.exporters, reporter)
        if not flows.v_ik[exporter].any():
            raise TradeDataError(Text("prospects_sells_nothing", reporter=str(flows.exporters[exporter])))
        one = np.ones(len(flows.products))
        return Seller(flows.exporters[exporter], exporter, flows.v_ik[exporter], flows.matrix(exporter), one)
    exporter = place_of(flows.exporters, economy or reporter)
    given, now, window = _own_sales(flows, own, reporter)
    place = pd.Index(flows.products).get_indexer(given.index)
    supply, of_economy = np.zeros(len(flows.products)), flows.v_ik[exporter]
    supply[place[place >= 0]] = given.to_numpy()[place >= 0]
    if not (supply * of_economy > 0).any():
        raise TradeDataError(Text("prospects_none_common", reporter=str(reporter)))
    share = np.divide(supply, of_economy, out=np.zeros_like(supply), where=of_economy > 0)
    if (more := share > 1 + ROUNDING).any():
        codes = [f"{code} ({times:,.3g})" for code, times in zip(flows.products[more], share[more], strict=True)]
        economy = str(flows.exporters[exporter])
        raise TradeDataError(Text("prospects_own_more", reporter=str(reporter), economy=economy, codes=codes))
    sold = np.append(of_economy > 0, False)[place]
    absent = tuple(str(one) for one in given.index[~sold & (given.to_numpy() > 0)])
    return Seller(reporter, exporter, supply, now, share, province=True, absent=absent, years=window)


def _own_sales(flows: Flows, own: Any, reporter: str | int) -> tuple[pd.Series[float], Array, tuple[int, int] | None]:
    """A province's sales by product, and by product and importer where these are known, and the years they are of."""
    now = np.full((len(flows.products), len(flows.importers)), np.nan)
    if isinstance(own, (pd.Series, Mapping)):
        return by_market(own, "own"), now, None
    refuse_currencies("table", flows.yearly, "own", own)
    every_year = _own_exports(own)
    theirs = in_window(every_year, flows.window if len(every_year.years) > 1 else None)
    rows = theirs.cells_of(_own_place(every_year.exporters, reporter))
    given = pd.Series(theirs.v[rows], index=theirs.products[theirs.k[rows]]).groupby(level=0).sum()
    now = np.zeros_like(now)
    k = pd.Index(flows.products).get_indexer(pd.Index(theirs.products))[theirs.k[rows]]
    j = pd.Index(flows.importers).get_indexer(pd.Index(theirs.importers))[theirs.j[rows]]
    known = (k >= 0) & (j >= 0)
    np.add.at(now, (k[known], j[known]), theirs.v[rows][known])
    return given, now, theirs.window


def _own_exports(own: Any) -> YearlyFlows:
    """The exports of a province's own table; a table of imports alone says nothing of what it sells."""
    frame = open_table(own, (PRODUCT,), VALUE)
    if FLOW in frame.collect_schema().names():
        found = sorted(map(str, collected(frame.select(FLOW).unique())[FLOW].to_list()))
        if EXPORT not in found:
            raise TradeDataError(Text("prospects_own_flow", flows=[repr(one) for one in found]))
    return yearly_flows(own, flow=EXPORT)


def _own_place(labels: Iterable[Any], reporter: str | int) -> int:
    """The number of the one label that is the province, or the economy, whose own table it is."""
    same = [at for at, label in enumerate(labels) if label == reporter or code_of(label) == code_of(reporter)]
    if len(same) != 1:
        raise TradeDataError(Text("prospects_own_reporter", reporter=str(reporter), labels=[*map(str, labels)]))
    return same[0]


@dataclass(frozen=True, eq=False)
class Seller:
    """Whose potential it is: the number of its economy, its supply by product, and its flows where these are known.

    ``share`` is the part of the economy's supply that is its own: 1 for the economy itself. ``years`` are those of a
    province's own table, and ``absent`` its products that its economy does not sell in the table.
    """

    label: Any
    exporter: int
    supply: Array
    now: Array
    share: Array
    province: bool = False
    absent: tuple[str, ...] = ()
    years: tuple[int, int] | None = None

    @property
    def knows_now(self) -> bool:
        """Whether it is known what is sold now in which market; of a province's sales by product alone it is not."""
        return not np.isnan(self.now).any()
