"""The workbook of a brief: what it holds, its tables in full, every figure of the page, and what is known of the data.

A table of the page is there in full, or as the page has it with every digit; and every figure that the page writes
stands in one list beside the number that it rounds. So the page says nothing that the workbook lacks.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import pandas as pd

from tradeanalysis.brief.about_data import about_data
from tradeanalysis.brief.beside import beside_sheet, sheet_formats, sheet_name
from tradeanalysis.brief.contents import Contents, ShownTable
from tradeanalysis.brief.facts import FlowFacts, shown_indices
from tradeanalysis.brief.flow_sheets import FlowSheets
from tradeanalysis.brief.page_figures import figures_sheet
from tradeanalysis.brief.sheets_of_workbook import (
    COUNT,
    SHARE,
    Column,
    Sheet,
    amount_form,
    as_shown,
    of_table,
    sheet,
    unit_for,
)
from tradeanalysis.brief.table_keys import INDICES, table_key
from tradeanalysis.brief.wording import of_flows
from tradeanalysis.brief.year_before import YearBefore
from tradeanalysis.brief.year_status import flow_head, part_sentences, status_sentences
from tradeanalysis.measures.concentration import convert
from tradeanalysis.output.safe_texts import sheet_names
from tradeanalysis.output.writers import entries
from tradeanalysis.texts import catalogues as texts

# Entries of a certificate that are names, numbers and days.
WITHOUT_WORDS = frozenset(
    {"source", "sha256", "currency", "rows_read", "rows", "total_of_file", "total_read", "value", "date", "period"}
    | {"unallocated_share", "issuer"}
)
AMOUNTS = frozenset({"total_of_file", "total_read", "value"})
SHARES = frozenset({"unallocated_share", "listed_share"})
_INDICES = {
    "total": ("total", ""),
    "n": ("n_row", COUNT),
    "hhi": ("hhi", "0.0000"),
    "points": ("points", COUNT),
    "effective_partners": ("effective", "0.0"),
    "top_share_1": ("top1", SHARE),
    "top_share_3": ("top3", SHARE),
    "top_share_5": ("top5", SHARE),
    "gini": ("gini", "0.000"),
    "rank": ("rank_of_each", COUNT),
    "among": ("among", COUNT),
    "detailed": ("detailed", SHARE),
}


def tables_of(
    flows: list[FlowFacts], contents: Contents, certificate: dict[str, Any], lang: str
) -> dict[str, pd.DataFrame]:
    """The sheets of the workbook by name, the first of which says what each holds."""
    unit, size = unit_for(max(one.value for one in flows), flows[0].currency, lang)
    sheets = [_indices(flows, lang, unit, size)]
    for one in flows:
        if one.value > 0:
            sheets += FlowSheets(one, lang, unit, size).all()
        if one.beside:
            table, forms = beside_sheet(one, lang), sheet_formats(one, lang)
            about, whole = texts.say("book_about_beside", lang), table_key(one.flow, "beside")
            sheets.append(of_table(sheet_name(one, lang), about, table, forms, shows=whole))
    sheets += [as_shown(one, texts.say("book_about_shown", lang)) for one in _only_shown(contents, sheets)]
    sheets.append(figures_sheet(contents))
    if certificate:
        sheets.append(
            Sheet(
                texts.say("certificate", lang),
                texts.say("book_about_data", lang),
                _known(certificate, flows, lang),
            )
        )
    first, *names = sheet_names([texts.say("book_first", lang), *(one.name for one in sheets)])
    named = dict(zip(names, sheets, strict=True))
    return {first: _first(contents, named, lang, unit)} | {name: one.table for name, one in named.items()}


def _only_shown(contents: Contents, sheets: list[Sheet]) -> list[ShownTable]:
    """The tables of the page that no sheet has in full."""
    whole = {one.shows for one in sheets}
    tables = [block for block in contents.blocks if isinstance(block, ShownTable)]
    return [one for one in tables if one.key not in whole]


def _first(contents: Contents, sheets: dict[str, Sheet], lang: str, unit: str) -> pd.DataFrame:
    """The title, what each sheet holds by its name, and how numbers are written."""
    rows = [(texts.say("book_brief", lang), f"{contents.title}. {contents.subtitle}")]
    rows += [(name, one.about) for name, one in sheets.items()]
    rows.append((texts.say("book_numbers", lang), texts.say("book_about_numbers", lang, unit=unit)))
    return pd.DataFrame(rows, columns=[texts.say("book_sheet", lang), texts.say("book_holds", lang)])


def _indices(flows: list[FlowFacts], lang: str, unit: str, size: float) -> Sheet:
    """The indices of each flow and year, a row for each."""
    rows = ["total", "n", *[each for name in shown_indices(flows) for each in [name, *["points"] * (name == "hhi")]]]
    rows += ["rank", "among"] * flows[0].ranked
    rows += ["detailed"] * any(each.unallocated for one in flows for each in (one, one.before) if each)
    title = texts.say("brief_indices", lang)
    names = [of_flows(f"brief_{_INDICES[row][0]}", flows, lang) for row in rows]
    names[0] = f"{names[0]}, {unit}"
    forms, columns = (
        [_INDICES[row][1] or amount_form(size) for row in rows],
        [Column(texts.say("brief_index", lang), names)],
    )
    for one in flows:
        for each in [one, *[one.before] * bool(one.before)]:
            if each is not None and each.value > 0:
                name = texts.say("brief_in_year", lang, flow=texts.say(f"{one.flow}_head", lang), year=each.year)
                if each is one:
                    name = flow_head(name, one.status, lang)
                columns.append(Column(name, [_index(each, row, size) for row in rows], forms))
    return sheet(title, texts.say("book_about_indices", lang), columns, shows=INDICES)


def _index(one: FlowFacts | YearBefore, name: str, size: float) -> float:
    """An index of the part that is detailed by partner; a share, and the value, of all trade."""
    if name == "total":
        return one.value / size
    if name == "points":
        return float(convert(float(one.own["hhi"]), to="points"))
    if name == "detailed":
        return 1 - one.unallocated
    if name in ("rank", "among"):
        if isinstance(one, YearBefore) or not one.ranked:
            return float("nan")
        return float(one.own["rank"] if name == "rank" else one.among)
    return one.of_all(name) if name.startswith("top_share") else float(one.own[name])


def _known(certificate: dict[str, Any], flows: Sequence[FlowFacts], lang: str) -> pd.DataFrame:
    """What is known of the table: its entries in English, in which they are written; otherwise those without words."""
    lines = entries(certificate)
    if lang != "en":
        lines = lines[lines["key"].isin(WITHOUT_WORDS)]
        pairs = zip(lines["key"], lines["value"], strict=True)
        lines = lines.assign(
            value=[texts.named(f"{key}_", one, lang) if isinstance(one, str) else one for key, one in pairs]
        )
        year, reporter = flows[0].year, flows[0].reporter
        said = part_sentences(certificate, year, lang, [one.flow for one in flows], reporter)
        said += [*status_sentences(certificate, year, lang), *about_data(certificate, year, lang)]
        notes = pd.DataFrame({"key": ["notes"] * len(said), "value": said})
        lines = pd.concat([lines, notes], ignore_index=True)
    keys = [texts.catalogue(lang).get(f"certificate_{key}", key) for key in lines["key"]]
    pairs = zip(lines["key"], lines["value"], strict=True)
    values = [_day(text, lang) if key == "date" else text for key, text in pairs]
    entry, says = (texts.say(f"certificate_{one}", lang) for one in ("entry", "says"))
    named = pd.DataFrame({entry: keys, says: pd.Series(values, dtype=object)})
    unit = texts.unit_name(str(certificate.get("currency") or ""), lang)
    named.attrs["formats"] = {says: [_form(key, value, unit) for key, value in zip(lines["key"], values, strict=True)]}
    return named


def _day(text: Any, lang: str) -> Any:
    """A day as the language writes it."""
    try:
        return texts.day(date.fromisoformat(str(text)), lang)
    except ValueError:  # a text that is no day stays as it is
        return text


def _form(key: str, value: Any, unit: str) -> str:
    """How an entry is shown, where it is a number: an amount with its unit."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return ""
    if key in AMOUNTS and unit:
        return f'{COUNT}" {unit}"'
    if key in SHARES:
        return SHARE
    return COUNT if isinstance(value, int) else ""
