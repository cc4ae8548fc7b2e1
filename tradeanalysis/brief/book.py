"""The brief's tables as a workbook takes them."""

from __future__ import annotations

import pandas as pd

from tradeanalysis import texts
from tradeanalysis.brief.facts import Side
from tradeanalysis.schema import PARTNER


def tables_of(sides: list[Side], lang: str) -> dict[str, pd.DataFrame]:
    """The tables of the brief as a workbook takes them: headings in the language, and numbers that are numbers."""
    tables = {}
    for one in sides:
        ranked = one.partners.assign(partner=[texts.label(str(each), lang) for each in one.partners[PARTNER]])
        heads = {
            "partner": f"brief_partner_{one.flow}",
            "value": "brief_value_usd",
            "share": "brief_share",
            "cumulative_share": "brief_cumulative",
            "reverse_share": f"brief_reverse_{one.flow}",
        }
        told = ranked[list(heads)].rename(columns={key: texts.say(text, lang) for key, text in heads.items()})
        tables[texts.say(f"{one.flow}_head", lang)] = told
        if one.products is not None:
            largest = [texts.label(str(each), lang) for each in one.products["largest_partner"]]
            named = one.products.assign(largest_partner=largest)
            columns = {key: texts.say(text, lang) for key, text in _PRODUCT_HEADS.items() if key in named}
            sheet = texts.say(f"brief_products_sheet_{one.flow}", lang)
            tables[sheet] = named[list(columns)].rename(columns=columns)
    return tables


def formats(lang: str) -> dict[str, str]:
    """How a workbook shows the numbers under each heading."""
    shares = ("brief_share", "brief_cumulative", "brief_reverse_export", "brief_reverse_import")
    shown = dict.fromkeys(shares, "0.0%") | dict.fromkeys(("brief_value_usd", "brief_to_unflag"), "#,##0")
    return {texts.say(key, lang): code for key, code in (shown | {"brief_index_short": "0.00"}).items()}


_PRODUCT_HEADS = {
    "product": "brief_product",
    "value": "brief_value_usd",
    "largest_partner": "brief_largest",
    "largest_share": "brief_share",
    "hhi": "brief_index_short",
    "years_flagged": "brief_years_flagged",
    "to_unflag": "brief_to_unflag",
}
