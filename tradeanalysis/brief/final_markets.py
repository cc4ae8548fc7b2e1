"""Where exports end: by end market where hubs may send them on, and by final buyer of an input-output table.

How much hubs send on is in no file. The part of the brief on hubs applies a wide range (``ASSUMED``) to those that are
known as hubs, and to whom they sell as they report it to the IMF, in the embedded table of the year or the
nearest one. A reconciled table is left as it is: importers name the origin, so that in it part of what hubs send on is
already where it ends.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import narwhals as nw
import numpy as np
import pandas as pd

from tradeanalysis import names
from tradeanalysis.brief.agreements import economy_of
from tradeanalysis.brief.opened_table import OpenedTable
from tradeanalysis.chains.hub_chains import ends_of_ranges
from tradeanalysis.chains.hubs import reexports
from tradeanalysis.chains.io_tables import IOTable, need_io, read_icio
from tradeanalysis.chains.known_hubs import ASSUMED, KNOWN_HUBS, LEAST_HELD
from tradeanalysis.chains.own_baskets import REST, lookthrough
from tradeanalysis.schema import EXPORT, FLOW, PARTNER, REPORTER, VALUE, YEAR, TradeDataError
from tradeanalysis.sources.embedded import WORLD_YEARS, example
from tradeanalysis.sums import among, remainders
from tradeanalysis.tables.markets import code_of
from tradeanalysis.texts import EconomyName, Text

if TYPE_CHECKING:
    from tradeanalysis.brief.facts import FlowFacts

INDUSTRY = "industry"
# Shares that are rounding.
NOTHING = 1e-12


@dataclass(frozen=True, eq=False)
class ThroughHubs:
    """The known hubs among the markets, the largest first, the share that they hold, and where it may end.

    ``table`` has ``partner, share_before, share_low, share_high``, shares of all exports as reported and by end market,
    the largest first; None where the figures are reconciled. ``home`` are the ends of the share that would come back to
    ``economy``, ``year`` and ``certificate`` are those of what hubs send to whom.
    """

    hubs: tuple[str, ...]
    share: float
    economy: str
    table: pd.DataFrame | None = None
    home: tuple[float, float] = (0.0, 0.0)
    year: int = 0
    certificate: dict[str, Any] | None = None


@dataclass(frozen=True, eq=False)
class FinalBuyers:
    """Shares of exports by first market and by final buyer (``partner, share_before, share``), the largest first.

    ``home`` is the share of exports that ends in the economy's own use, ``outside`` that of markets which the
    input-output table has in the rest of the world only; ``source`` is its file. ``by_industry`` says whether the
    brief's own table has industries; otherwise exports to a market are divided as those of ``economy`` are in the
    input-output table.
    """

    table: pd.DataFrame
    economy: str
    home: float
    outside: float
    by_industry: bool
    source: str = ""


def through_hubs(trade: OpenedTable, partners: pd.DataFrame) -> ThroughHubs | None:
    """The hubs among the markets of exports, where these hold more than a few hundredths of all exports.

    None of an economy that is a hub, whose exports are re-exports themselves, and where a bloc among the markets holds
    hubs whose own share is not known.
    """
    economy = economy_of(trade.reporter)
    sold = _by_code(partners)
    if economy in KNOWN_HUBS or any((names.members_of(one) or frozenset()) & {*KNOWN_HUBS} for one in sold.index):
        return None
    held = sold[[one for one in KNOWN_HUBS if sold.get(one, 0.0) > NOTHING]]
    held = held.sort_values(ascending=False, kind="stable")
    if not held.sum() > LEAST_HELD:
        return None
    found = ThroughHubs(tuple(held.index), float(held.sum()), economy)
    if trade.certificate.get("reconciled"):
        return found
    year = min(max(trade.year, WORLD_YEARS[0]), WORLD_YEARS[-1])
    world = example(f"world_{year}")
    sent = world[(world[FLOW] == EXPORT) & world[REPORTER].isin(held.index)]
    chain = reexports(sold[sold > NOTHING], dict.fromkeys(held.index, ASSUMED), sent, origin=economy)
    rates = ends_of_ranges(*(chain.rates[one].to_numpy() for one in ("low", "high")))
    returned, shares = chain.chain.returned(rates), chain.chain.ends(rates)
    table = pd.DataFrame({PARTNER: chain.places, "share_before": sold.reindex(chain.places, fill_value=0.0).to_numpy()})
    table = table.assign(share_low=shares.min(axis=0), share_high=shares.max(axis=0))
    table = _largest_first(table, "share_high")
    table.attrs = {"notes": {"rates": chain.table.attrs["notes"]["rates"]}}
    home = (float(returned.min()), float(returned.max()))
    return replace(found, table=table, home=home, year=year, certificate=dict(world.attrs.get("certificate", {})))


def with_final_buyers(flows: list[FlowFacts], trade: OpenedTable, io: Any) -> list[FlowFacts]:
    """The facts of each flow, that of exports by the final buyers of an input-output table, or of a file of one.

    Raises
    ------
    TradeDataError
        The input-output table cannot be used, or the brief has no exports.
    """
    if all(one.flow != EXPORT for one in flows):
        raise TradeDataError(Text("buyers_of_imports"))
    try:
        table, source = _io_of(io), Path(io).name if isinstance(io, (str, Path)) else ""
        return [
            replace(one, buyers=replace(final_buyers(table, trade, one), source=source)) if _has_exports(one) else one
            for one in flows
        ]
    except TradeDataError as error:
        reason = error.findings[0] if error.findings else error.args[0]
        raise TradeDataError(Text("buyers_unusable", reason=reason)) from error


def final_buyers(io: IOTable, trade: OpenedTable, one: FlowFacts) -> FinalBuyers:
    """The exports of a brief by final buyer."""
    economy = economy_of(one.reporter)
    if economy not in io.countries:
        raise TradeDataError(Text("buyers_without_economy", economy=EconomyName(economy), code=economy))
    by_industry = INDUSTRY in trade.rows.columns
    sales = _by_industry(trade) if by_industry else _by_code(one.partners).rename(VALUE).reset_index()
    if not by_industry and one.unallocated > 0:
        sales = pd.concat([sales, pd.DataFrame({PARTNER: [REST], VALUE: [one.unallocated]})], ignore_index=True)
    sales = sales[sales[VALUE] > 0]
    total, own = float(sales[VALUE].sum()), sales[PARTNER] == economy
    unnamed = among(pd.Index(sales[PARTNER]), remainders(PARTNER))
    sales = sales.assign(**{PARTNER: sales[PARTNER].mask(unnamed, REST)})
    known = sales[PARTNER].isin(io.buyers) | unnamed
    if REST in io.buyers:  # an economy that the table does not name is in the rest of the world
        sales = sales.assign(**{PARTNER: sales[PARTNER].where(known, REST)})
    sold_home, outside = float(sales[VALUE][own].sum()) / total, float(sales[VALUE][~known].sum()) / total
    sold = sales[~own]
    rows = sold if by_industry else _as_sold(sold.groupby(PARTNER)[VALUE].sum(), io, economy)
    found = lookthrough(rows, io, reporter=economy)
    home = found.home / total + sold_home
    ends = found.table[VALUE] / total
    table = found.table[[PARTNER]].assign(share_before=found.table["value_before"] / total, share=ends)
    return FinalBuyers(_largest_first(table, "share"), economy, home, outside, by_industry)


# ---- what is given ------------------------------------------------------------------------------------------------


def _by_code(partners: pd.DataFrame) -> pd.Series[float]:
    """The share of each partner in all trade, by the code of the economy that its label names."""
    codes = pd.Index([str(code_of(one)) for one in partners[PARTNER]], name=PARTNER)
    shares: pd.Series[float] = partners["share"].astype(float).set_axis(codes).groupby(level=0, sort=False).sum()
    return shares


def _largest_first(table: pd.DataFrame, after: str) -> pd.DataFrame:
    """The rows with something, by the share as reported and then by that after."""
    there = table[(table[["share_before", after]].abs() > NOTHING).any(axis=1)]
    return there.sort_values(["share_before", after], ascending=False, kind="stable", ignore_index=True)


def _has_exports(one: FlowFacts) -> bool:
    return one.flow == EXPORT and one.value > 0


def _io_of(io: Any) -> IOTable:
    """The input-output table, or that of a file of the OECD."""
    if isinstance(io, (str, Path)):
        if not Path(io).is_file():
            raise TradeDataError(Text("elsewhere_no_file", path=str(io)))
        return read_icio(io)
    need_io(io)
    table: IOTable = io
    return table


def _by_industry(trade: OpenedTable) -> pd.DataFrame:
    """The exports of the year by partner and industry."""
    mine = (nw.col(REPORTER) == trade.reporter) & (nw.col(FLOW) == EXPORT) & (nw.col(YEAR) == trade.year)
    rows: pd.DataFrame = trade.rows.filter(mine).select(PARTNER, INDUSTRY, VALUE).to_pandas()
    return rows.assign(**{PARTNER: [str(code_of(one)) for one in rows[PARTNER]]})


def _as_sold(values: pd.Series[float], io: IOTable, economy: str) -> pd.DataFrame:
    """Values by buyer, each divided by industry as the exports of the economy to it are."""
    own = io.country == io.countries.get_loc(economy)
    parts = []
    for buyer, value in values.items():
        if buyer not in io.buyers:
            parts.append(pd.DataFrame({PARTNER: [buyer], INDUSTRY: [""], VALUE: [value]}))  # refused by name
            continue
        inside = io.country == io.countries.get_loc(buyer) if buyer in io.countries else np.zeros(len(own), dtype=bool)
        use = io.flows[np.ix_(own, inside)].sum(axis=1)
        sold = use + np.maximum(io.final[own, io.buyers.get_loc(buyer)], 0.0)
        if not sold.sum() > 0:  # as the economy sells to all others
            sold = io.flows[np.ix_(own, ~own)].sum(axis=1)
            sold += np.maximum(io.final[np.ix_(own, io.buyers != economy)], 0.0).sum(axis=1)
        if not sold.sum() > 0:
            raise TradeDataError(Text("buyers_no_sale", economy=EconomyName(economy), partner=EconomyName(str(buyer))))
        industries = io.labels.get_level_values(1)[own]
        parts.append(pd.DataFrame({PARTNER: buyer, INDUSTRY: industries, VALUE: value * sold / sold.sum()}))
    return pd.concat(parts, ignore_index=True).groupby([PARTNER, INDUSTRY], sort=False)[VALUE].sum().reset_index()
