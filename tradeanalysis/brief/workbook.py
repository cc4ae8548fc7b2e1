"""The tables of the brief for a workbook: heads in the language, numbers as numbers."""

from __future__ import annotations

from typing import Any

import pandas as pd

from tradeanalysis.brief.about_data import about_data
from tradeanalysis.brief.beside import beside_sheet, sheet_formats, sheet_name
from tradeanalysis.brief.facts import FlowFacts, shown_indices
from tradeanalysis.brief.outlook import UNALLOCATED_FOR_PLAN, Outlook
from tradeanalysis.brief.planned import shown_plans, target_head, targets
from tradeanalysis.brief.wording import heading, of_flows
from tradeanalysis.brief.year_before import YearBefore
from tradeanalysis.output.writers import entries
from tradeanalysis.schema import PARTNER
from tradeanalysis.texts import catalogues as texts

# Entries of a certificate that are names, numbers and days.
WITHOUT_WORDS = frozenset(
    {"source", "sha256", "currency", "rows_read", "rows", "total_of_file", "total_read", "value", "date", "period"}
    | {"unallocated_share"}
)


def tables_of(flows: list[FlowFacts], certificate: dict[str, Any], lang: str) -> dict[str, pd.DataFrame]:
    """The sheets of the workbook by name."""
    tables = {texts.say("brief_indices", lang): _indices(flows, lang)}
    for one in flows:
        ranked = one.partners.assign(partner=[texts.label(str(each), lang) for each in one.partners[PARTNER]])
        heads = {
            "partner": f"brief_partner_{one.flow}",
            "value": "brief_value",
            "share": "brief_share",
            "cumulative_share": "brief_cumulative",
            "value_before": "brief_value_in",
            "share_before": "brief_share_in_first",
            "change": "brief_change",
            "reverse_share": f"brief_reverse_{one.flow}",
        }
        ranked = _with_year_before(one, ranked)
        # As on the page: what is not allocated, the total, and no empty column.
        ends = [{"partner": texts.say("brief_all", lang), "value": one.value, "share": 1.0}] * (one.value > 0)
        if one.before and ends:
            ends = [ends[0] | _against(one.value, one.before.value, one.before)]
        if one.unallocated:
            rest = texts.capital(texts.say("ranking_unallocated", lang))
            ends.insert(0, {"partner": rest, "value": one.unallocated * one.value, "share": one.unallocated})
            if one.before:
                ends[0] |= _against(one.unallocated * one.value, one.before.rest, one.before)
        listed = pd.concat([ranked[list(heads)], pd.DataFrame(ends, columns=list(heads))]).dropna(axis=1, how="all")
        listed = listed.rename(columns={key: _head(text, one, lang) for key, text in heads.items()})
        tables[texts.say(f"{one.flow}_head", lang)] = listed
        if one.agreements is not None and len(one.agreements):
            tables[texts.say(f"brief_agreements_{one.flow}", lang)] = _agreements(one, one.agreements, lang)
        if one.beside:
            tables[sheet_name(one, lang)] = beside_sheet(one, lang)
        if one.products is not None:
            largest = [texts.label(str(each), lang) for each in one.products["largest_partner"]]
            named = one.products.assign(largest_partner=largest)
            columns = {key: _head(text, one, lang) for key, text in _PRODUCT_HEADS.items() if key in named}
            sheet = texts.say(f"brief_products_sheet_{one.flow}", lang)
            tables[sheet] = named[list(columns)].rename(columns=columns)
        if one.outlook is not None:
            tables |= _ahead(one, one.outlook, lang) | _plans(one, one.outlook, lang)
    if certificate:
        tables[texts.say("certificate", lang)] = _certificate(certificate, lang)
    return tables


def _certificate(certificate: dict[str, Any], lang: str) -> pd.DataFrame:
    """What is known of the table: its entries in English, in which they are written; otherwise those without words."""
    lines = entries(certificate)
    if lang != "en":
        lines = lines[lines["key"].isin(WITHOUT_WORDS)]
        said = about_data(certificate, lang)
        notes = pd.DataFrame({"key": ["notes"] * len(said), "value": said})
        lines = pd.concat([lines, notes], ignore_index=True)
    keys = [texts.catalogue(lang).get(f"certificate_{key}", key) for key in lines["key"]]
    heads = {"key": texts.say("certificate_entry", lang), "value": texts.say("certificate_says", lang)}
    return lines.assign(key=keys).rename(columns=heads)


def _agreements(one: FlowFacts, table: pd.DataFrame, lang: str) -> pd.DataFrame:
    """The trade by free trade agreement."""
    anyone = texts.say("brief_any_agreement", lang)
    since = ["" if one is None else texts.day(one, lang) for one in table["since"]]
    named = table.assign(agreement=[name or anyone for name in table[lang]], since=since)
    heads = {"agreement": "brief_agreement", "since": "brief_in_force", "n": f"brief_markets_{one.flow}"}
    heads |= {"value": "brief_value", "share": "brief_share"}
    return named[list(heads)].rename(columns={key: _head(text, one, lang) for key, text in heads.items()})


def _with_year_before(one: FlowFacts, ranked: pd.DataFrame) -> pd.DataFrame:
    """The partners with their value and share in the year before, and the change since."""
    if one.before is None:
        return ranked.assign(**dict.fromkeys(("value_before", "share_before", "change"), float("nan")))
    pairs = zip(one.partners["value"], one.partners[PARTNER], strict=True)
    columns = [_against(value, one.before.of(str(name)), one.before) for value, name in pairs]
    return pd.concat([ranked, pd.DataFrame(columns, index=ranked.index)], axis=1)


def _against(value: float, earlier: float, before: YearBefore) -> dict[str, float]:
    """A value in the year before, its share in that year, and the change since."""
    change = value / earlier - 1 if earlier > 0 else float("nan")
    return {"value_before": earlier, "share_before": earlier / before.value, "change": change}


def _ahead(one: FlowFacts, ahead: Outlook, lang: str) -> dict[str, pd.DataFrame]:
    """What moved the index, and what is lost if a partner closes, for all partners."""
    years = {"before": str(ahead.since), "after": str(one.year)}
    partner = f"brief_partner_{one.flow}"
    moved = dict(
        zip(("partner", "of_all_before", "of_all_after", "contribution"), (partner, *_MOVED_HEADS), strict=True)
    )
    closed = dict(zip(("partner", "gross_share", "net_share", "hhi_after"), (partner, *_CLOSED_HEADS), strict=True))
    tables = {}
    for sheet, table, heads in (
        ("brief_sheet_moved", ahead.moved, moved),
        ("brief_sheet_closed", ahead.closures, closed),
    ):
        if table is not None:
            named = pd.DataFrame(table)[list(heads)].assign(
                partner=[texts.label(str(each), lang) for each in table[PARTNER]]
            )
            titles = {key: heading(text, one.reporter, lang, **years) for key, text in heads.items()}
            name = f"{texts.say(f'{one.flow}_head', lang)} - {texts.say(sheet, lang)}"
            tables[name] = named.rename(columns=titles)
    return tables


def _plans(one: FlowFacts, ahead: Outlook, lang: str) -> dict[str, pd.DataFrame]:
    """The targets of all partners, where there is a plan."""
    plans = shown_plans(ahead)
    if not plans or one.unallocated > UNALLOCATED_FOR_PLAN or len(ahead.closures) < 2:
        return {}
    table = targets(one, plans)
    rest = texts.capital(texts.say("ranking_unallocated", lang))
    names = [texts.label(str(each), lang) if each else rest for each in table.index]
    heads = [_head("brief_now", one, lang), *(target_head(one, each, lang) for each in plans)]
    table = pd.concat([table, table.sum().to_frame().T]).set_axis(heads, axis=1)
    table.insert(0, _head(f"brief_partner_{one.flow}", one, lang), [*names, texts.say("brief_all", lang)])
    name = f"{texts.say(f'{one.flow}_head', lang)} - {texts.say('plan_sheet', lang)}"
    return {name: table.reset_index(drop=True)}


def _indices(flows: list[FlowFacts], lang: str) -> pd.DataFrame:
    """The indices of each flow, a row for each."""
    rows = ["total", "n", *shown_indices(flows), *["rank"] * flows[0].ranked]
    alike = len({one.among for one in flows if one.ranked}) == 1
    heads = _INDEX_HEADS | ({} if alike else {"rank": "rank_of_each"})
    names = [of_flows(f"brief_{heads[row]}", flows, lang, count=flows[0].among) for row in rows]
    of_flow = {}
    for one in flows:
        name = texts.say(f"{one.flow}_head", lang)
        of_flow[name] = [_index(one, row) for row in rows]
        if one.before:
            head = texts.say("brief_in_year", lang, flow=name, year=one.before.year)
            of_flow[head] = [_index(one.before, row) if row != "rank" else float("nan") for row in rows]
    return pd.DataFrame({texts.say("brief_index", lang): names, **of_flow})


def _index(one: FlowFacts | YearBefore, name: str) -> float:
    """An index of the part that is detailed by partner; a share, and the value, of all trade."""
    if name == "total":
        return one.value
    return one.of_all(name) if name.startswith("top_share") else float(one.own[name])


def formats(one: FlowFacts, lang: str) -> dict[str, str]:
    """The number formats of the workbook by heading."""
    shares = ("brief_share", "brief_cumulative", "brief_reverse_export", "brief_reverse_import", *_CLOSED_HEADS[:2])
    amounts = ("brief_value", "brief_value_in", "brief_to_unflag", "brief_now")
    shown = dict.fromkeys((*shares, "brief_share_in_first", "brief_change"), "0.0%") | dict.fromkeys(amounts, "#,##0")
    shown |= {"brief_index_short": "0.00", "brief_index_after": "0.000"}
    named = {_head(key, one, lang): code for key, code in shown.items()}
    return named | (sheet_formats(one, lang) if one.beside else {})


def _head(key: str, one: FlowFacts, lang: str) -> str:
    """The head of a column of a flow."""
    before = "" if one.before is None else str(one.before.year)
    return heading(key, one.reporter, lang, unit=texts.unit_name(one.currency, lang), before=before)


_INDEX_HEADS = {
    "total": "total",
    "n": "n_row",
    "hhi": "hhi",
    "effective_partners": "effective",
    "top_share_1": "top1",
    "top_share_3": "top3",
    "top_share_5": "top5",
    "gini": "gini",
    "rank": "rank",
}
_MOVED_HEADS = ("brief_share_in_first", "brief_share_in_last", "brief_contribution")
_CLOSED_HEADS = ("brief_gross", "brief_net", "brief_index_after")
_PRODUCT_HEADS = {
    "product": "brief_product",
    "value": "brief_value",
    "largest_partner": "brief_largest",
    "largest_share": "brief_share",
    "hhi": "brief_index_short",
    "years_flagged": "brief_years_flagged",
    "to_unflag": "brief_to_unflag",
}
