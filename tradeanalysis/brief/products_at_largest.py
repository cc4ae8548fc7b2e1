"""The products traded with the largest partner, on the page and in the workbook."""

from __future__ import annotations

import math
from typing import Any

from tradeanalysis.brief.contents import Block, Heading, Sentences, ShownTable
from tradeanalysis.brief.facts import FlowFacts
from tradeanalysis.brief.market_products import MarketProducts
from tradeanalysis.brief.sheets_of_workbook import CHANGE, SHARE, Column, Sheet, amount_form, sheet
from tradeanalysis.brief.table_keys import table_key
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
    # A product without a value may be in the other products of that year: these are then not those of the other year.
    same = two_years and not table[["value", "value_before"]].isna().any(axis=None)

    def row(
        name: str, value: float, before: float, share: str, of_product: str, *, alike: bool = True
    ) -> tuple[str, ...]:
        change = signed_percent(value / before - 1, lang) if before > 0 and alike else "–"
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
        before = float(rest["value_before"].sum()) if two_years else math.nan
        name = say("products_others", lang, count=len(rest))
        share = percent(float(rest["share"].sum()), lang)
        rows.append(row(name, float(rest["value"].sum()), before, share, "", alike=same))
    before = math.nan if found.total_before is None else found.total_before
    rows.append(row(say("brief_all", lang), found.total, before, percent(1.0, lang), ""))
    heads = tuple(
        heading(key, one.reporter, lang, **_words(one, found, lang, texts.unit_name(unit, lang)))
        for key in _heads(one.flow, two_years)
    )
    title = _title(one, found, lang)
    shown = ShownTable(title, heads, tuple(rows), summed=True, key=table_key(one.flow, "at largest"))
    return [Heading(title, 2), shown, Sentences(say("products_note", lang), quiet=True)]


def of_largest_sheet(one: FlowFacts, lang: str, unit: str, size: float) -> list[Sheet]:
    """All products traded with the largest partner, for the workbook."""
    found = one.at_largest
    if found is None:
        return []
    table, two_years = found.table, found.total_before is not None
    cells: list[tuple[list[Any], str]] = [
        ([*table[PRODUCT].astype(str), say("brief_all", lang)], ""),
        ([*table["value"] / size, found.total / size], amount_form(size)),
    ]
    if found.total_before is not None:
        cells.append(([*table["value_before"] / size, found.total_before / size], amount_form(size)))
        change = found.total / found.total_before - 1 if found.total_before else None
        cells.append(([*table["change"], change], CHANGE))
    cells += [([*table["share"], 1.0], SHARE), ([*table["of_product"], None], SHARE)]
    heads = [heading(key, one.reporter, lang, **_words(one, found, lang, unit)) for key in _heads(one.flow, two_years)]
    columns = [Column(head, values, form) for head, (values, form) in zip(heads, cells, strict=True)]
    title = _title(one, found, lang)
    return [
        sheet(
            say(f"products_sheet_{one.flow}", lang),
            say("products_about", lang, title=title),
            columns,
            table_key(one.flow, "at largest"),
        )
    ]


def _heads(flow: str, two_years: bool) -> list[str]:
    earlier = ["brief_value_in", "brief_change"] * two_years
    return ["brief_product", "brief_value", *earlier, f"products_share_{flow}", f"products_of_product_{flow}"]


def _words(one: FlowFacts, found: MarketProducts, lang: str, unit: str) -> dict[str, str]:
    return {**party("partner", found.partner, lang), "unit": unit, "before": str(one.year - 1)}


def _title(one: FlowFacts, found: MarketProducts, lang: str) -> str:
    return capital(say(f"products_title_{one.flow}", lang, **party("partner", found.partner, lang)))
