"""The products traded with the largest partner, on the page and in the workbook."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd

from tradeanalysis.brief.contents import Block, Heading, Sentences, ShownTable
from tradeanalysis.brief.facts import FlowFacts
from tradeanalysis.brief.market_products import MarketProducts
from tradeanalysis.brief.wording import columns_unit, heading, signed_percent
from tradeanalysis.schema import PRODUCT
from tradeanalysis.texts import amount, capital, party, percent, say
from tradeanalysis.texts import catalogues as texts

# Products that a page shows; the others are summed.
SHOWN = 10


def of_largest(one: FlowFacts, lang: str) -> list[Block]:
    """The table of the products traded with the largest partner."""
    found = one.at_largest
    if found is None:
        return []
    table = found.table
    top = table.head(SHOWN) if len(table) > SHOWN + 1 else table
    rest = table.iloc[len(top) :]
    unit, size = columns_unit(top["value"], found.currency)
    two_years = found.total_before is not None

    def row(name: str, value: float, before: float, share: str, of_product: str) -> tuple[str, ...]:
        change = signed_percent(value / before - 1, lang) if before > 0 else "–"
        earlier = [amount(before, size, lang) if before == before else "–", change] if two_years else []
        return name, amount(value, size, lang), *earlier, share, of_product

    rows = [
        row(
            str(each[PRODUCT]),
            each["value"],
            each.get("value_before", math.nan),
            percent(each["share"], lang),
            percent(each["of_product"], lang),
        )
        for each in top.to_dict("records")
    ]
    if len(rest):
        before = float(rest["value_before"].sum(skipna=False)) if two_years else math.nan
        name = say("products_others", lang, count=len(rest))
        rows.append(row(name, float(rest["value"].sum()), before, percent(float(rest["share"].sum()), lang), ""))
    before = math.nan if found.total_before is None else found.total_before
    rows.append(row(say("brief_all", lang), found.total, before, percent(1.0, lang), ""))
    heads = tuple(
        heading(key, one.reporter, lang, **_words(one, found, lang, texts.unit_name(unit, lang)))
        for key in _heads(one.flow, two_years)
    )
    title = _title(one, found, lang)
    shown = ShownTable(title, heads, tuple(rows), summed=True)
    return [Heading(title, 2), shown, Sentences(say("products_note", lang), quiet=True)]


def of_largest_sheet(one: FlowFacts, lang: str) -> dict[str, pd.DataFrame]:
    """All products traded with the largest partner, for the workbook."""
    found = one.at_largest
    if found is None:
        return {}
    two_years = found.total_before is not None
    columns = [PRODUCT, "value", *["value_before", "change"] * two_years, "share", "of_product"]
    end: dict[str, Any] = {PRODUCT: say("brief_all", lang), "value": found.total, "share": 1.0}
    if found.total_before is not None:
        end |= {"value_before": found.total_before, "change": found.total / found.total_before - 1}
    table = pd.concat([found.table[columns], pd.DataFrame([end])[[one for one in columns if one in end]]])
    return {say(f"products_sheet_{one.flow}", lang): table.set_axis(_sheet_heads(one, found, lang), axis=1)}


def of_largest_formats(one: FlowFacts, lang: str) -> dict[str, str]:
    """The number formats of the sheet."""
    if one.at_largest is None:
        return {}
    keys = _heads(one.flow, one.at_largest.total_before is not None)
    codes = {key: "0.0%" if "share" in key or "of_product" in key or "change" in key else "#,##0" for key in keys[1:]}
    return dict(zip(_sheet_heads(one, one.at_largest, lang)[1:], codes.values(), strict=True))


def _sheet_heads(one: FlowFacts, found: MarketProducts, lang: str) -> list[str]:
    words = _words(one, found, lang, texts.unit_name(found.currency, lang))
    return [heading(key, one.reporter, lang, **words) for key in _heads(one.flow, found.total_before is not None)]


def _heads(flow: str, two_years: bool) -> list[str]:
    earlier = ["brief_value_in", "brief_change"] * two_years
    return ["brief_product", "brief_value", *earlier, f"products_share_{flow}", f"products_of_product_{flow}"]


def _words(one: FlowFacts, found: MarketProducts, lang: str, unit: str) -> dict[str, str]:
    return {**party("partner", found.partner, lang), "unit": unit, "before": str(one.year - 1)}


def _title(one: FlowFacts, found: MarketProducts, lang: str) -> str:
    return capital(say(f"products_title_{one.flow}", lang, **party("partner", found.partner, lang)))
