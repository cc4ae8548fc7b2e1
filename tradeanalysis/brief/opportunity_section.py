"""Where else to sell, on the page and in the workbook: ten opportunities, and how often lists by a score were right."""

from __future__ import annotations

from typing import Any

import pandas as pd

from tradeanalysis.brief.about_data import named_source
from tradeanalysis.brief.cautions import listed
from tradeanalysis.brief.elsewhere import LOOKED_THROUGH, Elsewhere
from tradeanalysis.brief.facts import FlowFacts
from tradeanalysis.brief.outlook import Outlook
from tradeanalysis.brief.sheets_of_workbook import COUNT, SHARE, Column, Sheet, amount_form, sheet
from tradeanalysis.brief.table_keys import table_key
from tradeanalysis.brief.wording import columns_unit, heading
from tradeanalysis.figures.ladders import chance_written, present_ceilings, row_name, suggested_by
from tradeanalysis.prospects.begun import LEAST
from tradeanalysis.prospects.hit_record import RECORDS
from tradeanalysis.schema import PARTNER, PRODUCT
from tradeanalysis.texts import (
    amount,
    capital,
    goods,
    joined,
    label,
    money,
    number,
    part,
    party,
    percent,
    say,
    unit_name,
)

# Changes of the index by a sale of a million are small.
SMALL_CHANGE = "+0.00000000;-0.00000000"
# Economies that a note names.
NAMED = 5
# Partners of a brief with a smaller share are not missed in the world's table.
MISSED = 0.005


def where_else(one: FlowFacts, ahead: Outlook, lang: str) -> dict[str, Any] | None:
    """The part of the page on opportunities: what leads the list, figure and table, and what past lists came to."""
    found = one.elsewhere
    if found is None:
        return None
    if found.table.empty:
        return {
            "head": say("elsewhere_head", lang),
            "sentences": [say("elsewhere_none", lang)],
            "note": _note(one, found, lang),
        }
    table, suggested = found.table, suggested_by(found.table)
    unit, size = columns_unit(pd.concat([table[suggested], table["now"][table["now"] > 0]]), found.currency)
    with_chance = bool(table["chance"].notna().any())
    rows = [_row(each, suggested, size, with_chance, lang) for each in table.to_dict("records")]
    heads = ["elsewhere_row", "elsewhere_now", "elsewhere_suggested"]
    heads += ["elsewhere_size", "elsewhere_share", *["elsewhere_chance"] * with_chance]
    return {
        "key": table_key(one.flow, "elsewhere"),
        "head": say("elsewhere_head", lang),
        "sentences": [_first(one, found, lang), *[past_lists(found.score, lang)] * _has_new(found)],
        "figure": "ladder",
        "heads": [heading(head, one.reporter, lang, unit=unit_name(unit, lang)) for head in heads],
        "rows": rows,
        "note": _note(one, found, lang),
    }


def _has_new(found: Elsewhere) -> bool:
    """Whether the list has new flows, of which alone past lists are known."""
    return bool((found.table["now"] == 0).any())


def _row(each: dict[Any, Any], suggested: str, size: float, with_chance: bool, lang: str) -> tuple[str, ...]:
    """A row of the table; a new market is marked where its sales would stand."""
    new = each["now"] == 0
    cells = [row_name(each, lang), say("elsewhere_new", lang) if new else amount(each["now"], size, lang)]
    cells += [amount(each[suggested], size, lang), amount(each["size"], size, lang)]
    cells.append("–" if new else part(each["share"], lang))
    return (*cells, *[_chance(each["chance"], lang)] * with_chance)


def _chance(chance: float, lang: str) -> str:
    """The chance that a new flow begins; none of a flow that is there."""
    return chance_written(chance, lang) if chance == chance else "–"


def _first(one: FlowFacts, found: Elsewhere, lang: str) -> str:
    """What the list is of, and what leads it."""
    first, suggested = found.table.iloc[0], suggested_by(found.table)
    words = {
        **party("reporter", one.reporter, lang),
        **party("market", str(first[PARTNER]), lang),
        "product": goods(str(first[PRODUCT]), lang),
        "size": money(first["size"], lang, found.currency),
        "now": money(first["now"], lang, found.currency),
        "suggested": money(first[suggested], lang, found.currency),
        "basis": say("elsewhere_by_gravity" if suggested == "gravity" else "elsewhere_by_epi", lang),
    }
    key = "elsewhere_first_new" if first["now"] == 0 else "elsewhere_first"
    counts = {"count": number(len(found.table), lang), "new": number(int((found.table["now"] == 0).sum()), lang)}
    return joined([capital(say("elsewhere_list", lang, **words, **counts)), capital(say(key, lang, **words))])


def past_lists(score: str, lang: str) -> str:
    """How often lists by a score were right in the past, and what right is."""
    first, second = RECORDS
    words = {
        "threshold": money(LEAST, lang),
        "first": percent(first.of_lists[score], lang),
        "second": percent(second.of_lists[score], lang),
        "chance": percent(first.came_true / first.candidates, lang),
        "score": say(f"elsewhere_score_{score}", lang),
    }
    years = {"base": _span(first.base), "outcome": _span(first.outcome)}
    years |= {"base_before": _span(second.base), "outcome_before": _span(second.outcome)}
    return say("elsewhere_past", lang, **words, **years)


def _span(years: tuple[int, int]) -> str:
    """Years as they are written: 2014–2016."""
    return str(years[0]) if years[0] == years[1] else f"{years[0]}–{years[1]}"


def _note(one: FlowFacts, found: Elsewhere, lang: str) -> str:
    """What the figures are of, and which markets and products are left out."""
    if found.years is None:
        lines = [say("elsewhere_base_undated", lang)]
    else:
        lines = [say("elsewhere_base", lang, years=_span(found.years))]
    if source := named_source(found.certificate, lang):
        lines.append(say("source", lang, source=source) + ".")
    if found.dependent:
        lines.append(_left_out("elsewhere_dependent", list(found.dependent), lang))
    score = say(f"elsewhere_score_{found.score}", lang)
    lines.append(say("elsewhere_rules", lang, most=number(LOOKED_THROUGH, lang), score=score))
    if found.unrecorded:
        named = listed(list(found.unrecorded), lang, most=NAMED)
        lines.append(say("elsewhere_unrecorded", lang, count=len(found.unrecorded), names=named))
    shares = one.partners.set_index(PARTNER)["share"]
    if missed := [name for name in found.absent if shares[name] >= MISSED]:
        lines.append(_left_out("elsewhere_absent", missed, lang))
    if not found.table.empty:
        lines.append(say("elsewhere_present" if _has_new(found) else "elsewhere_benchmark", lang))
    return joined(capital(line) for line in lines)


def _left_out(key: str, markets: list[str], lang: str) -> str:
    """Markets that are not considered: all of them, or how many there are and the largest."""
    many = "_many" if len(markets) > NAMED else ""
    return say(key + many, lang, count=len(markets), names=listed(markets, lang, most=NAMED))


def elsewhere_sheet(one: FlowFacts, lang: str) -> list[Sheet]:
    """The opportunities in full, for the workbook."""
    found = one.elsewhere
    if found is None or found.table.empty:
        return []
    table, suggested = found.table, suggested_by(found.table)
    name, size = columns_unit(pd.concat([table[suggested], table["now"][table["now"] > 0]]), found.currency)
    unit, form = unit_name(name, lang), amount_form(size)

    def head(key: str) -> str:
        return heading(key, one.reporter, lang, unit=unit)

    def amounts(column: str) -> list[float]:
        return [float(value) / size for value in table[column]]

    ceilings = present_ceilings(table) / size
    million = unit_name(f"m{found.currency}", lang)
    columns = [
        Column(head("elsewhere_product"), [goods(str(value), lang) for value in table[PRODUCT]]),
        Column(head("elsewhere_market"), [label(str(value), lang) for value in table[PARTNER]]),
        Column(head("elsewhere_is_new"), [say("elsewhere_new", lang) if now == 0 else None for now in table["now"]]),
        Column(head("elsewhere_now"), amounts("now"), form),
        Column(head("elsewhere_suggested"), amounts(suggested), form),
        Column(head("elsewhere_room"), amounts("room"), form),
        Column(head("elsewhere_size"), amounts("size"), form),
        Column(head("elsewhere_share"), table["share"], SHARE),
        Column(head("elsewhere_growth"), table["growth"], SHARE),
        Column(head("elsewhere_rivals"), 1 / table["rivals_hhi"], "0.0"),
        Column(head("elsewhere_distance"), table["distance"], COUNT),
        Column(head("elsewhere_chance"), table["chance"], SHARE),
        Column(head("elsewhere_ceiling"), ceilings, form),
        Column(heading("elsewhere_index", one.reporter, lang, unit=million), table["hhi_next_exact"], SMALL_CHANGE),
        Column(head("elsewhere_why"), found.why(lang)),
    ]
    about = joined([say("elsewhere_about", lang), _note(one, found, lang)])
    return [sheet(say("elsewhere_sheet", lang), about, columns, table_key(one.flow, "elsewhere"))]
