"""What the brief tells of one flow of an economy, as tables."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from tradeanalysis.brief.outlook import Outlook, Wish, outlook
from tradeanalysis.changes.products_by_markets import Account, account
from tradeanalysis.dependency.benchmarks import excess
from tradeanalysis.dependency.bilateral import partners
from tradeanalysis.dependency.screens import concentration, export_dependency
from tradeanalysis.measures.concentration import hhi, top_share
from tradeanalysis.measures.diversity import effective_partners
from tradeanalysis.measures.inequality import gini
from tradeanalysis.schema import EXPORT, FLOW, PARTNER, PRODUCT, REPORTER, VALUE, YEAR
from tradeanalysis.sums import among, remainders
from tradeanalysis.tables.group_measures import measure

INDICES = (hhi, effective_partners, top_share(1), top_share(3), top_share(5), gini)
# Where an economy stands among fewer than so many others says nothing.
RANKED = 10
USUAL = Wish()


@dataclass(frozen=True)
class Side:
    """One flow of the economy: its partners, the indices of all economies of the table, and what else there is.

    ``history`` holds the index of every year, ``products`` the screen by product where the table has products,
    ``account`` what the products make of the index, ``outlook`` what there is to tell beyond the year.
    """

    flow: str
    reporter: str
    year: int
    partners: pd.DataFrame
    economies: pd.DataFrame
    history: pd.DataFrame
    products: pd.DataFrame | None = None
    shares: pd.DataFrame | None = None
    benchmark: float | None = None
    account: Account | None = None
    outlook: Outlook | None = None

    @property
    def own(self) -> pd.Series[Any]:
        """The economy's row among all."""
        return self.economies[self.economies[REPORTER] == self.reporter].iloc[0]

    @property
    def ranked(self) -> bool:
        """Whether there are enough economies to stand among."""
        return len(self.economies) >= RANKED

    @property
    def value(self) -> float:
        """The value of the flow, with what is allocated to no partner."""
        listed = float(self.partners["value"].sum())
        return listed / (1 - self.unallocated) if listed else 0.0

    @property
    def unallocated(self) -> float:
        """The share that is allocated to no partner."""
        return float(self.partners.attrs.get("unallocated", 0.0))


def side(table: pd.DataFrame, *, reporter: str, flow: str, year: int, wish: Wish = USUAL) -> Side | None:
    """What the brief tells of one flow; nothing where the table does not hold it."""
    held = set(table[FLOW])
    own, other, rows = REPORTER, PARTNER, table[table[FLOW] == flow]
    if flow not in held and table.attrs.get("certificate", {}).get("reconciled"):
        # In a reconciled table the imports of an economy are the exports of the others to it.
        own, other, rows = PARTNER, REPORTER, table
    mine = rows[rows[own] == reporter]
    then = rows[rows[YEAR] == year]
    if mine[mine[YEAR] == year].empty:
        return None
    economies = measure(then, *INDICES, by=own, over=other).rename(columns={own: REPORTER})
    economies["rank"] = economies["hhi"].rank(ascending=False, method="min").astype("Int64")
    listed = partners(table, reporter=reporter, flow=flow, year=year)
    history = measure(mine, hhi, by=YEAR, over=other)
    products, parts = _by_product(mine, flow, year) if PRODUCT in mine and own == REPORTER else (None, None)
    benchmark = None
    if len(economies) >= RANKED and len(listed) and listed["share"].sum() > 0:
        found = excess(table, reporter=reporter, flow=flow, year=year).table.set_index(PARTNER)["benchmark_share"]
        benchmark = float(found.get(listed[PARTNER].iloc[0], float("nan")))
    made = account(mine[mine[YEAR] == year]) if products is not None else None
    ahead = outlook(listed, float(listed.attrs.get("unallocated", 0.0)), mine, other, year, wish)
    return Side(flow, reporter, year, listed, economies, history, products, parts, benchmark, made, ahead)


def telling(sides: list[Side]) -> list[str]:
    """The indices that say something: the share of the k largest, where there are more of them."""
    largest = max(int(one.own["n"]) for one in sides)
    return [one.name for one in INDICES if not any(one.name == f"top_share_{k}" for k in (1, 3, 5) if k >= largest)]


def _by_product(rows: pd.DataFrame, flow: str, year: int) -> tuple[pd.DataFrame | None, pd.DataFrame | None]:
    """The screen by product of the year, the largest value first; and the share of each partner in each product."""
    now = rows[rows[YEAR] == year]
    if now[PRODUCT].nunique() < 2:
        return None, None
    of_product = concentration(now, [PRODUCT])
    if flow == EXPORT:  # how long, and how much would have to move
        screen = export_dependency(rows)
        screen = screen[screen[YEAR] == year][[PRODUCT, "years_flagged", "to_unflag"]]
        of_product = of_product.merge(screen, on=PRODUCT, how="left")
    of_product = pd.DataFrame(of_product).sort_values(VALUE, ascending=False, kind="stable", ignore_index=True)
    parts = now[~among(pd.Index(now[PARTNER]), remainders(PARTNER))].merge(
        of_product[[PRODUCT, "hhi", "known"]], on=PRODUCT
    )
    return of_product, parts.assign(share=parts[VALUE] / parts["known"])


def unrecorded(table: pd.DataFrame, reporter: str, *, at_least: float = 0.002) -> list[str]:
    """Economies with which the table holds no trade in either direction, the largest first.

    In a reconciled table that is most often a gap: neither of the two had reported. Nothing is told where even the
    largest of them has less than ``at_least`` of world trade: tiny economies often do not trade with each other.
    """
    size = table.groupby(REPORTER)["value"].sum().add(table.groupby(PARTNER)["value"].sum(), fill_value=0)
    traded = table[table["value"] > 0]
    met = set(traded.loc[traded[REPORTER] == reporter, PARTNER]) | set(
        traded.loc[traded[PARTNER] == reporter, REPORTER]
    )
    absent = size[~size.index.isin(met | {reporter})].sort_values(ascending=False) / size.sum()
    return list(absent.index) if (absent >= at_least).any() else []
