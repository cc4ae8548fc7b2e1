"""Where else an economy could sell: ten products and markets beside those on which it depends most.

A list by room alone is of phones to hubs, and of markets whose trade is only missing. Ten rows of ``ta.opportunities``
are taken by rules that a reader can check:

- markets in which a further sale would raise the index of the brief (their share is above it) are left out;
- so are markets with which the table records no trade at all: most often neither side had reported;
- products are those of which the economy sells more than its part in world trade (Balassa's index is 1 or more);
- a market buys at least twice as much of the product as it sells: others pass it on, or work it up, as Hong Kong does,
  whose re-exports are recorded as exports of their origin;
- no other supplier has nearly all of the market: it is most often one within a firm or a chain of production;
- more is suggested of a row than is sold;
- of all rows the first 500 are looked through, as ``ta.opportunities`` ranks them, half of them new;
- half of the rows are new flows, and no market and no chapter of products stands twice where that can be avoided: the
  best rows of Vietnam are all of phones and their parts.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import narwhals as nw
import numpy as np
import numpy.typing as npt
import pandas as pd

from tradeanalysis import names
from tradeanalysis.brief.opened_table import OpenedTable
from tradeanalysis.brief.spread_rows import broadest, spread
from tradeanalysis.currencies import DOLLAR
from tradeanalysis.gate.frames import collected, open_table
from tradeanalysis.prospects.begun import currency_in, unit_in
from tradeanalysis.prospects.rankings import Opportunities, codes_that_change, latest, opportunities
from tradeanalysis.prospects.sellers import Seller, seller_of
from tradeanalysis.prospects.trade_flows import Flows, YearlyFlows, in_window, window_of, yearly_flows
from tradeanalysis.schema import EXPORT, FLOW, PARTNER, PRODUCT, REPORTER, VALUE, YEAR, TradeDataError
from tradeanalysis.sources.reader import read
from tradeanalysis.tables.markets import code_of
from tradeanalysis.texts import Text
from tradeanalysis.texts.catalogues import goods_name

if TYPE_CHECKING:
    from tradeanalysis.brief.facts import FlowFacts

# The rows of the list, and how many of them are new flows, where there are as many.
SHOWN, NEW = 10, 5
# So many of the best are looked through for rows that hold to the rules.
LOOKED_THROUGH = 500
# What a market may sell of a product, as a share of what it buys.
PASSED_ON = 0.5
# Economies whose re-exports are recorded as exports of their origin, so that no table shows what they pass on.
HUBS = frozenset({"HKG"})
# The index of the other suppliers of a market of which one has nearly all.
ONE_SUPPLIER = 0.9
Marks = npt.NDArray[np.bool_]
# The list where no product and market holds to the rules.
NO_ROWS = pd.DataFrame({name: [] for name in (PRODUCT, PARTNER, "now", "gravity", "epi", "chance", "said")})


@dataclass(frozen=True, eq=False)
class Elsewhere:
    """The rows chosen, of the table of ``ta.opportunities`` and in words, and what they are chosen from.

    ``table`` has no rows where none holds to the rules.
    ``score`` says what new flows are ranked by (default, the chance; gravity or epi, what these suggest); ``years`` are
    those of the world's table. ``dependent`` are the markets left out since a sale there raises the index,
    ``unrecorded`` those with which the table has no trade, the largest first, and ``absent`` those of the brief that
    buy nothing in it.
    """

    table: pd.DataFrame
    reasons: tuple[tuple[Text, ...], ...]
    score: str
    currency: str
    years: tuple[int, int] | None
    dependent: tuple[str, ...]
    unrecorded: tuple[str, ...]
    absent: tuple[str, ...]

    @property
    def certificate(self) -> dict[str, Any]:
        """Where the world's table is from."""
        certificate: dict[str, Any] = self.table.attrs.get("certificate", {})
        return certificate

    def why(self, lang: str) -> list[str]:
        """What speaks for each row, in words, products with their names in the language."""
        rows = zip(self.table[PRODUCT], self.reasons, strict=True)
        return [" ".join(_named(one, str(product), lang).say(lang) for one in said) for product, said in rows]


def _named(said: Text, product: str, lang: str) -> Text:
    """A reason that names the product, with what goods it is of where the code is known."""
    name = goods_name(product, lang) if "product" in said.values else None
    return said.having(product=f"{product} ({name})") if name else said


def with_opportunities(flows: list[FlowFacts], trade: OpenedTable, world: Any) -> list[FlowFacts]:
    """The facts of each flow, that of exports with opportunities in the world's trade.

    Raises
    ------
    TradeDataError
        The world's table cannot be used, or the brief has no exports.
    """
    if all(one.flow != EXPORT for one in flows):
        raise TradeDataError(Text("elsewhere_of_imports"))

    def completed(one: FlowFacts) -> FlowFacts:
        if one.flow != EXPORT or one.value == 0:
            return one
        try:
            return replace(one, elsewhere=elsewhere(world, trade, one.partners, float(one.own["hhi"])))
        except TradeDataError as error:
            reason = error.findings[0] if error.findings else error.args[0]
            raise TradeDataError(Text("elsewhere_unusable", reason=reason)) from error

    return [completed(one) for one in flows]


def elsewhere(world: Any, trade: OpenedTable, partners: pd.DataFrame, index: float) -> Elsewhere:
    """The opportunities of the economy, or province, of a brief, whose exports go to these partners.

    ``world`` is a trade table of the world with products, or a file or folder of one.
    """
    table = _in_hand(world)
    flow = _flow_of(table)
    yearly = yearly_flows(table, flow=flow)
    window = window_of(yearly, latest(yearly))
    flows = in_window(yearly, window)
    own = _own(trade)
    _refuse_unit(yearly, learns=own is None and window is not None and window[0] > yearly.years[0])
    seller = seller_of(flows, trade.reporter, own)
    dependent = _dependent(partners, index)
    traded = flows.v_ij[seller.exporter] > 0
    codes = [str(code_of(one)) for one in flows.importers]
    left_out = ~traded | np.isin(codes, [*dependent, *HUBS])
    lasting = ~pd.Index(flows.products).isin(codes_that_change(yearly, window).index)
    wanted = _wanted(flows, seller) & ~left_out & lasting[:, None]
    chosen: dict[str, Any] = {
        "reporter": trade.reporter,
        "products": [str(one) for one in flows.products[wanted.any(axis=1)]],
        "exclude": [
            one for one, out in zip(flows.importers, left_out & (flows.v_jk.sum(axis=1) > 0), strict=True) if out
        ],
        "years": window,
        "flow": flow,
        "own": own,
        "top": LOOKED_THROUGH,
    }
    rows, score = NO_ROWS.copy().pipe(_with_attrs, yearly.attrs), "epi"
    if wanted.any():
        found = opportunities(table, **chosen)
        rows, score = _chosen(_kept(found, flows, wanted)), _score(found.table)
    bought = flows.v_jk.sum(axis=1)
    order = np.argsort(-bought, kind="stable")
    silent = [codes[at] for at in order if not traded[at] and bought[at] > 0 and at != _own_market(flows, seller)]
    return Elsewhere(
        table=rows.drop(columns="said"),
        reasons=tuple(rows["said"]),
        score=score,
        currency=currency_in(yearly.attrs),
        years=flows.window,
        dependent=tuple(dependent),
        unrecorded=tuple(silent),
        absent=tuple(_absent(partners, [*codes, *dependent])),
    )


def _score(table: pd.DataFrame) -> str:
    """What new flows are ranked by: the chance where it was learnt, else gravity, EPI where there is none."""
    if not table.attrs["notes"]["no chance"]:
        return "default"
    return "gravity" if table["gravity"].notna().any() else "epi"


def _refuse_unit(yearly: YearlyFlows, *, learns: bool) -> None:
    """Refuse what is no money; and another currency where chances are learnt, which count from an amount of dollars."""
    currency = currency_in(yearly.attrs)
    if not currency or (learns and currency != DOLLAR):
        raise TradeDataError(Text("elsewhere_unit", unit=unit_in(yearly.attrs)))


def _in_hand(world: Any) -> Any:
    """The table; of a file or folder it is read as that of a brief."""
    if not isinstance(world, (str, Path)):
        return world
    path = Path(world)
    if not path.exists():
        raise TradeDataError(Text("elsewhere_no_file", path=str(path)))
    usual: dict[str, Any] = {} if path.is_dir() else {"remainder": True}
    return read(path, drop_aggregates=True, **usual)


def _flow_of(table: Any) -> str | None:
    """The exporters' reports of a table that has those of both sides; else the flow that it has."""
    frame = open_table(table, [REPORTER, PARTNER, PRODUCT], VALUE)
    if FLOW not in frame.collect_schema().names():
        return None
    found = set(collected(frame.select(FLOW).unique())[FLOW].to_list())
    return EXPORT if EXPORT in found and len(found) > 1 else None


def _own(trade: OpenedTable) -> Any:
    """The exports of a province, whose supply is its own; None of an economy."""
    if names.economy(trade.reporter):
        return None
    if PRODUCT not in trade.rows.columns:
        raise TradeDataError(Text("elsewhere_no_products", reporter=trade.reporter))
    of_year = (nw.col(REPORTER) == trade.reporter) & (nw.col(FLOW) == EXPORT) & (nw.col(YEAR) == trade.year)
    own: Any = trade.rows.filter(of_year).to_native()
    own.attrs = dict(trade.attrs)
    return own


def _dependent(partners: pd.DataFrame, index: float) -> list[str]:
    """The partners whose share is above the index, so that a further sale to them raises it."""
    shares = partners[VALUE] / partners[VALUE].sum()
    return [str(code_of(one)) for one in partners.loc[shares > index, PARTNER]]


def _absent(partners: pd.DataFrame, known: list[str]) -> list[str]:
    """The economies among the partners that are not known."""
    return [str(one) for one in partners[PARTNER] if (code := names.economy(str(one))) and code not in known]


def _wanted(flows: Flows, seller: Seller) -> Marks:
    """Products that the seller sells more of than its part, and markets that keep what they buy of them."""
    world, supply = flows.v_k, seller.supply
    with np.errstate(invalid="ignore", divide="ignore"):
        balassa = (supply / supply.sum()) / (world / world.sum())
    place = pd.Index(flows.exporters).get_indexer(pd.Index(flows.importers))
    sells = np.where((place >= 0)[:, None], flows.v_ik[place], 0.0)
    keeps: Marks = (flows.v_jk > 0) & (sells <= PASSED_ON * flows.v_jk)
    if (own := _own_market(flows, seller)) >= 0:
        keeps[own] = False
    wanted: Marks = (balassa >= 1)[:, None] & keeps.T
    return wanted


def _own_market(flows: Flows, seller: Seller) -> int:
    """The number of the seller's economy among the markets; -1 where it is none of them."""
    return int(pd.Index(flows.importers).get_indexer(pd.Index([flows.exporters[seller.exporter]]))[0])


def _kept(found: Opportunities, flows: Flows, wanted: Marks) -> pd.DataFrame:
    """The rows of a ranking that are wanted, open, and of which more is suggested than is sold, with their reasons."""
    reasons: list[Any] = list(found.reasons)
    table = found.table.assign(said=reasons)
    k = pd.Index(flows.products).get_indexer(pd.Index(table[PRODUCT]))
    j = pd.Index(flows.importers).get_indexer(pd.Index(table[PARTNER]))
    open_to_others = ~(table["rivals_hhi"] > ONE_SUPPLIER).to_numpy()
    return table[wanted[k, j] & open_to_others & (table["room"] > 0).to_numpy()]


def _chosen(found: pd.DataFrame) -> pd.DataFrame:
    """Flows that are there and new ones, as many as there are to be, each in its order."""
    there, new = found[found["now"] > 0], found[found["now"] == 0]
    digits = broadest([*there[PRODUCT], *new[PRODUCT]], SHOWN)
    markets, groups = Counter[str](), Counter[str]()
    first = spread(there, SHOWN - min(NEW, len(new)), markets, groups, digits)
    second = spread(new, SHOWN - len(first), markets, groups, digits)
    return pd.concat([there.loc[first], new.loc[second]], ignore_index=True).pipe(_with_attrs, found.attrs)


def _with_attrs(table: pd.DataFrame, attrs: dict[Any, Any]) -> pd.DataFrame:
    table.attrs = dict(attrs)
    return table
