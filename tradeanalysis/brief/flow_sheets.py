"""The sheets of the workbook on one flow: the tables of the page in full, and the figures behind its pictures."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd

from tradeanalysis.brief.contribution_section import base_of_contributions
from tradeanalysis.brief.facts import FlowFacts
from tradeanalysis.brief.final_markets_section import final_market_sheets
from tradeanalysis.brief.lost_partners import lost_partners, value_of_lost
from tradeanalysis.brief.opportunity_section import elsewhere_sheet
from tradeanalysis.brief.outlook import Outlook
from tradeanalysis.brief.planned import shown_plans, target_head, targets
from tradeanalysis.brief.planned_quarters import quarters_sheets
from tradeanalysis.brief.product_concentration import HIGH, LOW, partly
from tradeanalysis.brief.product_section import said_few
from tradeanalysis.brief.products_at_largest import of_largest_sheet
from tradeanalysis.brief.sheets_of_workbook import CHANGE, COUNT, INDEX, MOVED, SHARE, Column, Sheet, amount_form, sheet
from tradeanalysis.brief.table_keys import Kind, table_key
from tradeanalysis.brief.wording import heading
from tradeanalysis.brief.year_before import YearBefore
from tradeanalysis.brief.year_status import value_head
from tradeanalysis.schema import PARTNER, PRODUCT, VALUE, YEAR
from tradeanalysis.tables.query import UNALLOCATED
from tradeanalysis.texts import capital, joined, label, say
from tradeanalysis.texts.catalogues import day

# Products whose partners have a sheet: those of the table of the page.
PRODUCTS = 15


class FlowSheets:
    """The sheets of a flow, in a language, with amounts in a unit."""

    def __init__(self, one: FlowFacts, lang: str, unit: str, size: float) -> None:
        """The facts of the flow, and how the sheets write them."""
        self.one, self.lang, self.unit, self.size = one, lang, unit, size
        self.amount = amount_form(size)

    def all(self) -> list[Sheet]:
        """The sheets in the order of the page."""
        one, sheets = self.one, [self.partners()]
        if one.agreements is not None and len(one.agreements):
            sheets.append(self.agreements(one.agreements))
        if one.products is not None:
            sheets.append(self.products(one.products))
            sheets += of_largest_sheet(one, self.lang, self.unit, self.size)
        if one.products is not None and one.shares is not None:
            sheets.append(self.partners_of_products(one.products, one.shares))
        if len(one.history) > 1:
            sheets.append(self.history())
        if one.outlook is not None:
            sheets += self.ahead(one.outlook)
        return sheets

    def partners(self) -> Sheet:
        """All partners, what is not detailed, and the total; with the year before."""
        one, table = self.one, self.one.partners
        before, rest, lost = one.before, one.unallocated * one.value, lost_partners(one)
        in_part = bool(one.unallocated or (before is not None and before.rest))
        partners = [*table[PARTNER], *lost.index]
        names = [*self._labels(partners), *self._unspecified(in_part), self.say("brief_all")]
        gone = value_of_lost(one)
        values = [*table["value"], *[gone] * len(lost), *[rest] * in_part, one.value]
        shares = [one_value / one.value for one_value in values]
        columns = [
            Column(self.head(f"brief_partner_{one.flow}"), names),
            Column(self.head(value_head(one.status)), self._amounts(values), self.amount),
            Column(self.head("brief_share"), shares, SHARE),
            Column(self.head("brief_cumulative"), self._padded(table["cumulative_share"], len(names)), SHARE),
        ]
        if before is not None:
            earlier = [before.of(str(name)) for name in partners]
            earlier += [*[before.rest] * in_part, before.value]
            columns += self._before(values, earlier, before)
        reverse = self._padded(table["reverse_share"], len(names))
        columns.append(Column(self.head(f"brief_reverse_{one.flow}"), reverse, SHARE))
        return sheet(self.flow, self.say(f"book_about_partners_{one.flow}"), columns, self.key("partners"))

    def agreements(self, table: pd.DataFrame) -> Sheet:
        """The trade by free trade agreement."""
        anyone = self.say("brief_any_agreement")
        columns = [
            Column(self.head("brief_agreement"), [name or anyone for name in table[self.lang]]),
            Column(self.head("brief_in_force"), [when and day(when, self.lang) for when in table["since"]]),
            Column(self.head(f"brief_markets_{self.one.flow}"), table["n"], COUNT),
            Column(self.head("brief_value"), self._amounts(table["value"]), self.amount),
            Column(self.head("brief_share"), table["share"], SHARE),
        ]
        return sheet(self.named("book_agreements"), self.say("book_about_agreements"), columns, self.key("agreements"))

    def products(self, table: pd.DataFrame) -> Sheet:
        """All products: the largest partner of each, its index, and how much would have to move."""
        empty, in_part = [math.nan] * len(table), partly(table)
        to_move = self._amounts(table.get("to_unflag", empty))
        columns = [
            Column(self.head("brief_product"), table[PRODUCT].astype(str)),
            Column(self.head("brief_value"), self._amounts(table[VALUE]), self.amount),
            *([Column(self.head("brief_product_detailed"), table["detailed"], SHARE)] if in_part else []),
            Column(self.head("brief_largest"), self._labels(table["largest_partner"].fillna("–"))),
            Column(self.head("brief_share"), table["largest_share"], SHARE),
            Column(self.head("book_index_low" if in_part else "brief_index_short"), table[LOW], INDEX),
            *([Column(self.head("book_index_high"), table[HIGH], INDEX)] if in_part else []),
            Column(self.head("brief_flag"), [said_few(one, self.lang) for one in table["few"]]),
            Column(self.head("brief_years_flagged"), table.get("years_flagged", empty), COUNT),
            Column(self.head("book_to_unflag" if in_part else "brief_to_unflag"), to_move, self.amount),
        ]
        if (account := self.one.account) is not None:
            parts = account.table.set_index(PRODUCT).reindex(table[PRODUCT])
            columns.append(Column(self.head("book_part"), parts["shapley_share"], SHARE))
            columns.append(Column(self.head("book_without"), parts["without"], INDEX))
        about = joined(
            [self.say("book_about_products"), *[self.say("book_about_products_partly")] * self.one.partly], ""
        )
        return sheet(self.named("book_products"), about, columns, self.key("products"))

    def partners_of_products(self, products: pd.DataFrame, shares: pd.DataFrame) -> Sheet:
        """The partners of the largest products, as the heatmap shows them."""
        order = {name: place for place, name in enumerate(products[PRODUCT].head(PRODUCTS))}
        rest = products[products["detailed"] < 1]
        rest = rest.assign(share=1 - rest["detailed"], value=rest[VALUE] * (1 - rest["detailed"]), partner="")
        columns_of = [PRODUCT, PARTNER, VALUE, "share"]
        table = pd.concat([shares[columns_of], rest[columns_of]]) if len(rest) else shares[columns_of]
        table = table.assign(place=table[PRODUCT].map(order), last=table[PARTNER] == "").dropna(subset=["place"])
        table = table.sort_values(["place", "last", VALUE], ascending=[True, True, False], kind="stable")
        columns = [
            Column(self.head("brief_product"), table[PRODUCT].astype(str)),
            Column(self.head(f"brief_partner_{self.one.flow}"), self._named(table[PARTNER])),
            Column(self.head("brief_value"), self._amounts(table[VALUE]), self.amount),
            Column(self.head("book_share_of_product"), table["share"], SHARE),
        ]
        return sheet(self.named("book_both"), self.say("book_about_both"), columns)

    def history(self) -> Sheet:
        """The index of every year."""
        table = self.one.history.sort_values(YEAR)
        rest = table[UNALLOCATED] if UNALLOCATED in table else [0.0] * len(table)
        columns = [
            Column(self.head("book_year"), table[YEAR], "0"),
            Column(self.head("brief_index_short"), table["hhi"], INDEX),
            Column(self.head("book_effective"), 1 / table["hhi"], "0.0"),
            Column(self.head("book_n"), table["n"], COUNT),
            Column(self.say("certificate_unallocated_share"), rest, SHARE),
        ]
        return sheet(self.named("book_years"), self.say("book_about_years"), columns)

    def ahead(self, ahead: Outlook) -> list[Sheet]:
        """What moved the index, both reports, losses if a partner closes, and the plan."""
        sheets = [] if ahead.moved is None else [self.moved(ahead, ahead.moved)]
        if self.one.both is not None:
            sheets.append(self.reports(self.one.both.table))
        sheets += final_market_sheets(self.one, self.lang)
        sheets.append(self.closures(ahead.closures))
        sheets += elsewhere_sheet(self.one, self.lang)
        if shown_plans(self.one, ahead):
            sheets.append(self.plan(ahead))
            sheets += quarters_sheets(self.one, ahead, self.lang, self.unit, self.size)
        return sheets

    def moved(self, ahead: Outlook, table: pd.DataFrame) -> Sheet:
        """The contribution of each partner to the change of the index."""
        years = {"before": str(ahead.since), "after": str(self.one.year)}
        totals = [float(table[name].sum()) for name in ("share_before", "share_after", "contribution")]
        columns = [
            Column(self.head(f"brief_partner_{self.one.flow}"), [*self._labels(table[PARTNER]), self.say("brief_all")]),
            Column(self.head("brief_share_in_first", **years), [*table["share_before"], totals[0]], SHARE),
            Column(self.head("brief_share_in_last", **years), [*table["share_after"], totals[1]], SHARE),
            Column(self.head("brief_contribution"), [*table["contribution"], totals[2]], MOVED),
        ]
        about = joined([self.say("book_about_moved"), base_of_contributions(self.one, ahead, self.lang)], ". ")
        return sheet(self.named("book_moved"), about, columns, self.key("moved"))

    def reports(self, table: pd.DataFrame) -> Sheet:
        """What the economy and its partners report."""
        columns = [
            Column(self.head(f"brief_partner_{self.one.flow}"), self._labels(table[PARTNER])),
            Column(self.head("brief_both_own"), self._amounts(table["own"]), self.amount),
            Column(self.head("brief_both_theirs"), self._amounts(table["theirs"]), self.amount),
            Column(self.head("brief_both_difference"), table["theirs"] / table["own"] - 1, CHANGE),
            Column(self.head("book_low"), self._amounts(table["low"]), self.amount),
            Column(self.head("book_high"), self._amounts(table["high"]), self.amount),
        ]
        return sheet(self.named("book_reports"), self.say("book_about_reports"), columns, self.key("reports"))

    def closures(self, table: pd.DataFrame) -> Sheet:
        """What is lost if a partner closes."""
        columns = [
            Column(self.head(f"brief_partner_{self.one.flow}"), self._labels(table[PARTNER])),
            Column(self.head("book_gross"), self._amounts(table["gross_loss"]), self.amount),
            Column(self.head("brief_gross"), table["gross_share"], SHARE),
            Column(self.head("book_net"), self._amounts(table["net_loss"]), self.amount),
            Column(self.head("brief_net"), table["net_share"], SHARE),
            Column(self.head("brief_index_after"), table["hhi_after"], INDEX),
        ]
        return sheet(self.named("book_closed"), self.say("book_about_closed"), columns, self.key("closures"))

    def plan(self, ahead: Outlook) -> Sheet:
        """The targets of all partners, and the growth that they mean."""
        plans = shown_plans(self.one, ahead)
        table = targets(plans)
        names = self._named(table.index)
        totals = table.sum()
        columns = [
            Column(self.head(f"brief_partner_{self.one.flow}"), [*names, self.say("brief_all")]),
            Column(self.head("brief_now"), self._amounts([*table["now"], totals["now"]]), self.amount),
        ]
        for place, each in enumerate(plans):
            amounts = [*table[str(place)], totals[str(place)]]
            growth = [after / now - 1 for after, now in zip(amounts, [*table["now"], totals["now"]], strict=True)]
            title = target_head(each, ahead, self.lang)
            columns.append(Column(f"{title}; {self.unit}", self._amounts(amounts), self.amount))
            columns.append(Column(f"{title}; {say('book_growth', self.lang)}", growth, CHANGE))
        return sheet(self.named("plan_sheet"), self.say("book_about_plan"), columns, self.key("plan"))

    @property
    def flow(self) -> str:
        """The name of the flow."""
        return self.say(f"{self.one.flow}_head")

    def say(self, key: str) -> str:
        """A text in the language."""
        return say(key, self.lang)

    def key(self, kind: Kind) -> str:
        """The key of the table of the page of which a sheet is the whole."""
        return table_key(self.one.flow, kind)

    def named(self, key: str) -> str:
        """The name of a sheet: the flow, and what the sheet is of."""
        return f"{self.flow} - {self.say(key)}"

    def head(self, key: str, **more: str) -> str:
        """The head of a column, with the unit of amounts."""
        before = "" if self.one.before is None else str(self.one.before.year)
        return heading(key, self.one.reporter, self.lang, **{"unit": self.unit, "before": before} | more)

    def _labels(self, partners: Any) -> list[str]:
        return [label(str(one), self.lang) for one in partners]

    def _named(self, partners: Any) -> list[str]:
        """The labels of partners, of which an empty one is what is not detailed by partner."""
        return [label(str(one), self.lang) if one else self._unspecified(True)[0] for one in partners]

    def _amounts(self, values: Any) -> list[float]:
        return [float(one) / self.size for one in values]

    def _unspecified(self, there: bool) -> list[str]:
        return [capital(self.say("ranking_unallocated"))] if there else []

    def _padded(self, cells: Any, length: int) -> list[Any]:
        return [*cells, *[None] * (length - len(cells))]

    def _before(self, values: list[float], earlier: list[float], before: YearBefore) -> list[Column]:
        """The year before: values, shares, and the change since."""
        change = [now / then - 1 if then > 0 else math.nan for now, then in zip(values, earlier, strict=True)]
        return [
            Column(self.head("brief_value_in"), self._amounts(earlier), self.amount),
            Column(self.head("brief_share_in_first"), [one / before.value for one in earlier], SHARE),
            Column(self.head("brief_change"), change, CHANGE),
        ]
