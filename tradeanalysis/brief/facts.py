"""What the brief shows of one flow of an economy, as tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd

from tradeanalysis.brief.agreements import by_agreement
from tradeanalysis.brief.comparators import Comparator
from tradeanalysis.brief.elsewhere import Elsewhere
from tradeanalysis.brief.final_markets import FinalBuyers, ThroughHubs, through_hubs
from tradeanalysis.brief.market_products import MarketProducts, market_products
from tradeanalysis.brief.opened_table import OpenedTable, estimated_share
from tradeanalysis.brief.outlook import Outlook, PlanRequest, outlook
from tradeanalysis.brief.plan_ceilings import plan_ceilings
from tradeanalysis.brief.product_concentration import by_product, shares_of_products
from tradeanalysis.brief.year_before import YearBefore, year_before
from tradeanalysis.brief.year_status import is_alike, status_of
from tradeanalysis.changes.products_by_markets import Account, account_of
from tradeanalysis.dependency.benchmarks import excess_of_world
from tradeanalysis.dependency.bilateral import partners_of
from tradeanalysis.measures.concentration import hhi, top_share
from tradeanalysis.measures.diversity import effective_partners
from tradeanalysis.measures.formula import Measure
from tradeanalysis.measures.inequality import gini
from tradeanalysis.schema import ESTIMATED, EXPORT, FLOW, PARTNER, PRODUCT, REPORTER, VALUE, YEAR
from tradeanalysis.tables.baskets import Choice, choose_from, values_of
from tradeanalysis.tables.group_measures import measured
from tradeanalysis.tables.panel import as_pandas, panel_of
from tradeanalysis.tables.query import UNALLOCATED, Query
from tradeanalysis.texts.rounding import SHOWN_SHARE
from tradeanalysis.uncertainty.bounds import Interval, interval
from tradeanalysis.uncertainty.two_reports import of_economy

INDICES = (hhi, effective_partners, top_share(1), top_share(3), top_share(5), gini)
# A rank among fewer economies says nothing.
RANKED = 10
# Where a larger share is not allocated, the index is of a list of the largest: it has no rank.
LISTED_IN_PART = 0.10
DEFAULT = PlanRequest()


@dataclass(frozen=True)
class BothReports:
    """What the economy and its partners report of one flow, by partner, and the index between the two reports."""

    table: pd.DataFrame
    index: Interval


@dataclass(frozen=True)
class FlowFacts:
    """One flow of the economy: its partners, the indices of all economies of the table, and what else the table has.

    Amounts are in ``currency``. ``history`` has the index of every year that can be compared, ``products`` the screen
    by product, ``shares`` the partners of each product, ``account`` the part of each product in the index, ``outlook``
    what goes beyond the year, ``both`` the partners' reports beside the economy's own, ``estimated`` the share of the
    flow that the source has estimated, ``before`` the year before, ``agreements`` the trade by free trade agreement in
    force, ``at_largest`` the products traded with the largest partner, ``status`` whether the file calls the figures of
    the year an estimate or preliminary, ``beside`` the economy and those that it is compared with, ``elsewhere`` its
    opportunities, ``hubs`` the re-export hubs among its markets where they hold enough, ``buyers`` its exports by final
    buyer, ``whole_list`` whether the listed partners may be the largest.
    """

    flow: str
    reporter: str
    year: int
    currency: str
    partners: pd.DataFrame
    economies: pd.DataFrame
    history: pd.DataFrame
    products: pd.DataFrame | None = None
    shares: pd.DataFrame | None = None
    benchmark: float | None = None
    account: Account | None = None
    outlook: Outlook | None = None
    both: BothReports | None = None
    estimated: float = 0.0
    whole_list: bool = True
    before: YearBefore | None = None
    agreements: pd.DataFrame | None = None
    at_largest: MarketProducts | None = None
    status: str = ""
    beside: tuple[Comparator, ...] = ()
    elsewhere: Elsewhere | None = None
    hubs: ThroughHubs | None = None
    buyers: FinalBuyers | None = None

    @property
    def own(self) -> pd.Series[Any]:
        """The economy's row among all."""
        return self.economies[self.economies[REPORTER] == self.reporter].iloc[0]

    @property
    def ranked(self) -> bool:
        """Whether the economy has a rank, and there are enough others for it to say something."""
        return self.among >= RANKED and bool(pd.notna(self.own["rank"]))

    @property
    def among(self) -> int:
        """How many economies have a rank."""
        return int(self.economies["rank"].notna().sum())

    @property
    def listed_in_part(self) -> bool:
        """Whether only the largest partners are known."""
        return self.unallocated > LISTED_IN_PART

    @property
    def value(self) -> float:
        """The value of the flow, with what is not allocated to a partner."""
        listed = float(self.partners["value"].sum())
        return listed / (1 - self.unallocated) if listed else 0.0

    def of_all(self, share: str) -> float:
        """A share among the partners of the index, as one of all trade."""
        return float(self.own[share]) * (1 - self.unallocated)

    @property
    def partly(self) -> bool:
        """Whether so much is not detailed by partner that it can be seen in a percentage."""
        return self.unallocated >= SHOWN_SHARE

    @property
    def unallocated(self) -> float:
        """The share that is not detailed by partner."""
        return float(self.partners.attrs.get("unallocated", 0.0))


def flow_facts(table: OpenedTable, flow: str, request: PlanRequest = DEFAULT) -> FlowFacts | None:
    """The facts of one flow; none where the table does not have it."""
    own, other, rows = REPORTER, PARTNER, table.rows.filter(nw.col(FLOW) == flow)
    if rows.is_empty() and table.certificate.get("reconciled"):
        # In a reconciled table the imports of an economy are the exports of the others to it.
        own, other, rows = PARTNER, REPORTER, table.rows
    mine, in_year = rows.filter(nw.col(own) == table.reporter), nw.col(YEAR) == table.year
    if mine.filter(in_year).is_empty():
        return None
    choice = choose_from(table.rows, table.attrs, reporter=table.reporter, flow=flow, year=table.year)
    economies = _measured(rows.filter(in_year), INDICES, own, other).rename(columns={own: REPORTER})
    whole = economies.get(UNALLOCATED, pd.Series(0.0, index=economies.index)) <= LISTED_IN_PART
    economies["rank"] = economies["hhi"].where(whole).rank(ascending=False, method="min").astype("Int64")
    economies.attrs = dict(table.attrs)
    partners = partners_of(choice, table.of_year)
    before = _year_before(table, flow, mine.filter(nw.col(YEAR) == table.year - 1), other)
    products = shares = account = at_largest = None
    traded = mine.filter(in_year & (nw.col(VALUE) > 0))
    if PRODUCT in mine.columns and own == REPORTER and traded[PRODUCT].drop_nulls().n_unique() > 1:
        panel = panel_of(mine, [REPORTER, PARTNER, PRODUCT], table.attrs)
        products = by_product(mine, flow, table.year)
        shares = shares_of_products(mine.filter(in_year).to_native(), products)
        if len(partners):
            first = str(partners[PARTNER].iloc[0])
            at_largest = market_products(mine, first, table.year, table.currency, before=before is not None)
            account = account_of(choice, panel, as_pandas(panel.cells.filter(in_year)))
    history = _measured(mine.filter(nw.col(YEAR) <= table.year), (hhi,), YEAR, other)
    largest = table.certificate.get("largest_listed", True)
    if not largest:  # which partners a list holds differs between its years
        history = history[history[YEAR] == table.year]
    of = (flow, table.reporter)
    alike = [year == table.year or is_alike(table.certificate, year, table.year, *of) for year in history[YEAR]]
    history = history[np.array(alike, dtype=bool)]
    rest = history.set_index(YEAR)[UNALLOCATED] if UNALLOCATED in history else pd.Series(0.0, index=history[YEAR])
    years = {int(year): float(rest[year]) for year in history.dropna(subset=["hhi"])[YEAR]}
    facts = FlowFacts(
        flow=flow,
        reporter=table.reporter,
        year=table.year,
        currency=table.currency,
        partners=partners,
        economies=economies,
        history=history,
        whole_list=largest,
        products=products,
        shares=shares,
        account=account,
        at_largest=at_largest,
        status=status_of(table.certificate, table.year),
        outlook=outlook(
            partners,
            mine,
            other,
            table.year,
            request,
            years=years,
            largest=largest,
            ceilings=plan_ceilings(table, flow) if request.wanted else None,
        ),
        both=_both(table, flow),
        estimated=estimated_share(mine.filter(in_year)),
        agreements=by_agreement(partners, table.reporter, table.year),
        before=before,
        hubs=through_hubs(table, partners) if flow == EXPORT and len(partners) else None,
    )
    return replace(facts, benchmark=_benchmark(table, choice, partners)) if facts.ranked else facts


def _year_before(table: OpenedTable, flow: str, rows: nw.DataFrame[Any], over: str) -> YearBefore | None:
    """The year before, where there are rows of it."""
    return None if rows.is_empty() else year_before(table, flow, _measured(rows, INDICES, YEAR, over))


def _both(table: OpenedTable, flow: str) -> BothReports | None:
    """The reports of both sides, where the table has them."""
    near = table.rows.filter((nw.col(REPORTER) == table.reporter) | (nw.col(PARTNER) == table.reporter))
    found = of_economy(table.of_year, table.reporter, flow, estimated=_estimates(near, table.year))
    if found is None:
        return None
    ends = found[found["high"] > 0].set_index(PARTNER)
    return BothReports(found, interval(ends["low"], hhi, ends["high"]))


def _estimates(rows: nw.DataFrame[Any], year: int) -> list[tuple[str, str, str]]:
    """The flows of a year, by reporter, partner and flow, whose figure the source has estimated."""
    if ESTIMATED not in rows.columns:
        return []
    of_year = rows.filter(nw.col(ESTIMATED) & (nw.col(YEAR) == year)) if YEAR in rows.columns else rows
    return [(str(r), str(partner), str(flow)) for r, partner, flow in of_year.select(REPORTER, PARTNER, FLOW).rows()]


def shown_indices(flows: list[FlowFacts]) -> list[str]:
    """The indices worth a row: the share of the k largest partners only where there are more than k."""
    largest = max(int(one.own["n"]) for one in flows)
    return [one.name for one in INDICES if not any(one.name == f"top_share_{k}" for k in (1, 3, 5) if k >= largest)]


def _measured(rows: nw.DataFrame[Any], measures: Sequence[Measure], by: str, over: str) -> pd.DataFrame:
    """The measures of each group."""
    table: pd.DataFrame = measured(rows, Query(measures, [by], over, VALUE)).to_native()
    return table


def _benchmark(table: OpenedTable, choice: Choice, partners: pd.DataFrame) -> float | None:
    """The share that the largest partner would have if the economy traded as the rest of the world does."""
    if len(table.of_year.labels[REPORTER]) < 2 or not len(partners) or partners["share"].sum() <= 0:
        return None
    panel = table.of_year
    if PRODUCT in table.rows.columns:
        panel = panel_of(choice.among, [REPORTER, PARTNER, PRODUCT], table.attrs)
    shares = excess_of_world(choice, panel, values_of(choice)).table.set_index(PARTNER)["benchmark_share"]
    return float(shares.get(partners[PARTNER].iloc[0], float("nan")))


def unrecorded(table: pd.DataFrame, reporter: str, *, at_least: float = 0.002) -> list[str]:
    """Economies with which the table has no trade in either direction, the largest first.

    In a reconciled table that is most often a gap: neither of the two had reported. The list is empty where even the
    largest of them has less than ``at_least`` of world trade: tiny economies often do not trade with each other.
    """
    size = table.groupby(REPORTER)["value"].sum().add(table.groupby(PARTNER)["value"].sum(), fill_value=0)
    traded = table[table["value"] > 0]
    met = set(traded.loc[traded[REPORTER] == reporter, PARTNER]) | set(
        traded.loc[traded[PARTNER] == reporter, REPORTER]
    )
    absent = size[~size.index.isin(met | {reporter})].sort_values(ascending=False) / size.sum()
    return list(absent.index) if (absent >= at_least).any() else []
