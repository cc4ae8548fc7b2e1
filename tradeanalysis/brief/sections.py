"""The section of the page on one flow: its partners, products and outlook, in sentences and rows."""

from __future__ import annotations

import math
from typing import Any

from tradeanalysis.brief.beside import beside
from tradeanalysis.brief.contents import Block, Figure, Heading, Sentences, ShownTable
from tradeanalysis.brief.contribution_section import contributions
from tradeanalysis.brief.drawings import Picture
from tradeanalysis.brief.facts import FlowFacts
from tradeanalysis.brief.final_markets_section import by_final_buyer, through_the_hubs
from tradeanalysis.brief.lost_partners import lost_partners, value_of_lost
from tradeanalysis.brief.opportunity_section import where_else
from tradeanalysis.brief.outlook import Outlook
from tradeanalysis.brief.planned import planned
from tradeanalysis.brief.planned_quarters import planned_quarters
from tradeanalysis.brief.product_section import of_products
from tradeanalysis.brief.products_at_largest import of_largest
from tradeanalysis.brief.table_keys import table_key
from tradeanalysis.brief.wording import columns_unit, ends_of, heading, largest_partner, signed_percent
from tradeanalysis.brief.year_before import YearBefore, others_before
from tradeanalysis.brief.year_status import value_head
from tradeanalysis.schema import PARTNER
from tradeanalysis.texts import amount, capital, compared, joined, label, money, number, part, party, percent, say
from tradeanalysis.texts import catalogues as texts
from tradeanalysis.texts.rounding import SHOWN_SHARE
from tradeanalysis.uncertainty.two_reports import CIF

# Rows of the tables of the outlook.
SHOWN = 5
# Where the economy has less than this in the trade of each of its largest partners, a column of it shows nothing.
SEEN_BY_PARTNERS = 0.005


def section(one: FlowFacts, pictures: dict[str, Picture], lang: str, words: dict[str, Any]) -> list[Block]:
    """The part of the brief on one flow."""
    blocks: list[Block] = [Heading(texts.say(f"{one.flow}_head", lang)), *_largest(one, lang, words)]
    blocks += _figures(one, pictures, "ranking")
    blocks += [*_partners(one, lang), *_agreements(one, lang), *beside(one, lang)]
    blocks += [*of_products(one, lang), *of_largest(one, lang)]
    blocks += _figures(one, pictures, "heatmap")
    if concentration := _figures(one, pictures, "trend", "lorenz", "position"):
        blocks += [Heading(say("brief_concentration_head", lang), 2), *concentration]
    return blocks + [block for ahead in _outlook(one, lang) for block in _part(one, ahead, pictures, lang)]


def _figures(one: FlowFacts, pictures: dict[str, Picture], *names: str) -> list[Block]:
    """Those of the figures that there are."""
    return [Figure(one.flow, name, pictures[name]) for name in names if name in pictures]


def _part(one: FlowFacts, ahead: dict[str, Any], pictures: dict[str, Picture], lang: str) -> list[Block]:
    """A part of the outlook: its heading, sentences, figure, table and note."""
    blocks: list[Block] = [Heading(ahead["head"], 2), *(Sentences(text) for text in ahead["sentences"])]
    blocks += _figures(one, pictures, ahead["figure"])
    if ahead["rows"]:
        label = f"{texts.say(f'{one.flow}_head', lang)}: {ahead['head']}"
        blocks.append(ShownTable(label, tuple(ahead["heads"]), tuple(ahead["rows"]), key=ahead["key"]))
    return [*blocks, *([Sentences(ahead["note"], quiet=True)] if ahead["note"] else [])]


def _largest(one: FlowFacts, lang: str, words: dict[str, Any]) -> list[Block]:
    """The largest partner seen from both sides, and what its share would be in the trade of the world."""
    largest = largest_partner(one, lang)
    sentences = [] if one.before is None else [_on_year_before(one, lang, words)]
    if one.partners["reverse_share"].notna().any():
        sentences.append(texts.say(f"brief_largest_{one.flow}", lang, **words, **largest))
    if one.benchmark is not None and one.benchmark == one.benchmark:
        expected = texts.percent(one.benchmark, lang)
        sentences.append(texts.say("brief_benchmark", lang, **words, **largest, expected=expected))
    return [Sentences(joined(texts.capital(sentence) for sentence in sentences))] if sentences else []


def _partners(one: FlowFacts, lang: str) -> list[Block]:
    """The table of the largest partners, the others, what is not detailed, and all, with the year before."""
    top, rest = one.partners.head(10), one.partners.iloc[10:]
    both_ways = bool((top["reverse_share"] >= SEEN_BY_PARTNERS).any())
    unit, size = columns_unit(top["value"], one.currency)
    cumulative = one.before is None  # a table has no room for all

    def row(name: str, value: float, share: float, earlier: float, *more: str) -> tuple[str, ...]:
        cells = [name, texts.amount(value, size, lang), texts.part(share, lang)]
        return *cells, *_against(value, earlier, one.before, lang), *more

    blank = [""] * (cumulative + both_ways)
    rows = []
    for each in top.to_dict("records"):
        more = [each[key] for key in ["cumulative_share"] * cumulative + ["reverse_share"] * both_ways]
        name = str(each["partner"])
        earlier = one.before.of(name) if one.before else math.nan
        cells = [texts.part(share, lang) for share in more]
        rows.append(row(texts.label(name, lang), each["value"], each["share"], earlier, *cells))
    if len(rest):
        key = f"brief_other_{one.flow}" if one.whole_list else "brief_other_listed"
        other = texts.say(key, lang, count=len(rest))
        earlier = others_before(one.before, top) if one.before else math.nan
        rows.append(row(other, rest["value"].sum(), rest["share"].sum(), earlier, *blank))
    elif one.before is not None and len(lost := lost_partners(one)):
        name = texts.say(f"brief_lost_{one.flow}", lang, count=len(lost), before=one.before.year)
        gone = value_of_lost(one)
        rows.append(row(name, gone, gone, float(lost.sum()), *blank))
    if one.partly or (one.before is not None and one.before.unallocated >= SHOWN_SHARE):
        name = texts.capital(texts.say("ranking_unallocated", lang))
        earlier = one.before.rest if one.before else math.nan
        rows.append(row(name, one.unallocated * one.value, one.unallocated, earlier, *blank))
    earlier = one.before.value if one.before else math.nan
    rows.append(row(texts.say("brief_all", lang), one.value, 1.0, earlier, *blank))
    heads = [f"brief_partner_{one.flow}", value_head(one.status), "brief_share"]
    heads += ["brief_cumulative"] if cumulative else ["brief_share_in_first", "brief_change"]
    heads += [f"brief_reverse_{one.flow}"] * both_ways
    words = {"unit": texts.unit_name(unit, lang), "before": "" if one.before is None else str(one.before.year)}
    named = tuple(heading(head, one.reporter, lang, **words) for head in heads)
    kind = "" if len(rest) else "all_"
    title = texts.say(f"brief_table_{kind if one.whole_list else 'listed_'}{one.flow}", lang)
    return [
        Heading(title, 2),
        ShownTable(title, named, tuple(rows), stressed=True, summed=True, key=table_key(one.flow, "partners")),
    ]


def _against(value: float, earlier: float, before: YearBefore | None, lang: str) -> list[str]:
    """The share in the year before, and the change of the value since."""
    if before is None:
        return []
    change = signed_percent(value / earlier - 1, lang) if earlier > 0 else "–"
    return [texts.part(earlier / before.value, lang), change]


def _on_year_before(one: FlowFacts, lang: str, words: dict[str, Any]) -> str:
    """The value of the flow beside that of the year before."""
    assert one.before is not None
    value, earlier, shown = compared(one.value, one.before.value, lang, one.currency)
    went = "even" if not shown.strip("0,.%") else "up" if one.value > one.before.value else "down"
    since = texts.say(f"brief_since{'_same_period' if one.before.same_period else ''}", lang, before=one.before.year)
    return texts.say(
        f"brief_total_{went}",
        lang,
        **words,
        flow=texts.say(one.flow, lang),
        value=value,
        earlier=earlier,
        change=shown,
        since=since,
    )


def _agreements(one: FlowFacts, lang: str) -> list[Block]:
    """The table of the free trade agreements in force."""
    if one.agreements is None or one.agreements.empty:
        return []
    unit, size = columns_unit(one.partners["value"].head(10), one.currency)
    rows = tuple(
        (
            row[lang] or say("brief_any_agreement", lang),
            "" if row["since"] is None else texts.day(row["since"], lang),
            number(row["n"], lang),
            amount(row["value"], size, lang),
            part(row["share"], lang),
        )
        for row in one.agreements.to_dict("records")
    )
    heads = ["brief_agreement", "brief_in_force", f"brief_markets_{one.flow}", "brief_value", "brief_share"]
    named = tuple(heading(head, one.reporter, lang, unit=texts.unit_name(unit, lang)) for head in heads)
    title, note = say(f"brief_agreements_{one.flow}", lang), say("brief_agreements_note", lang)
    shown = ShownTable(title, named, rows, summed=len(rows) > 1, key=table_key(one.flow, "agreements"))
    return [Heading(title, 2), shown, Sentences(note, quiet=True)]


def _outlook(one: FlowFacts, lang: str) -> list[dict[str, Any]]:
    """The parts beyond the year that apply, each with heading, sentences, table, note and figure."""
    if one.outlook is None:
        return []
    parts = [
        write(one, one.outlook, lang)
        for write in (
            *(contributions, _bounded, _reported, through_the_hubs, by_final_buyer),
            *(_closed, where_else, planned),
        )
    ]
    parts += planned_quarters(one, one.outlook, lang)
    return [{"heads": [], "rows": [], "note": "", "figure": ""} | each for each in parts if each]


def _bounded(one: FlowFacts, ahead: Outlook, lang: str) -> dict[str, Any] | None:
    """The bounds of the index, given what is not allocated."""
    if ahead.bounds is None or not one.partly:
        return None
    low, high = ends_of(ahead.bounds, lang)
    most = ahead.bounds_if_largest
    sentence = say(
        "brief_sure" if most is None else "brief_sure_if_largest",
        lang,
        share=percent(one.unallocated, lang),
        detailed=percent(1 - one.unallocated, lang),
        hhi=number(float(one.own["hhi"]), lang, 3),
        flow=say(one.flow, lang),
        count=len(one.partners),
        most="" if most is None else ends_of(most, lang)[1],
        low=low,
        high=high,
    )
    return {"head": say("brief_sure_head", lang), "sentences": [sentence]}


def _reported(one: FlowFacts, ahead: Outlook, lang: str) -> dict[str, Any] | None:
    """Both reports of the flow with the largest partners, and the index between them."""
    if one.both is None:
        return None
    shown = one.both.table.head(SHOWN)
    unit, size = columns_unit(shown["own"].dropna(), one.currency)
    first = shown.iloc[0]
    words = {**party("reporter", one.reporter, lang), **party("partner", str(first[PARTNER]), lang)}
    own, theirs = (money(x, lang, one.currency) if x == x else "" for x in (first["own"], first["theirs"]))
    low, high = ends_of(one.both.index, lang)
    sentences = [
        capital(say(f"brief_both_{one.flow}" if theirs else "brief_both_none", lang, **words, own=own, theirs=theirs)),
        say("brief_both_index", lang, low=low, high=high, cif=number(1 + CIF, lang, 2)),
    ]
    rows: list[tuple[str, ...]] = [
        (
            label(str(row[PARTNER]), lang),
            *(amount(row[side], size, lang) if row[side] == row[side] else "–" for side in ("own", "theirs")),
            signed_percent(row["theirs"] / row["own"] - 1, lang) if row["theirs"] == row["theirs"] else "–",
        )
        for row in shown.to_dict("records")
    ]
    heads = [f"brief_partner_{one.flow}", "brief_both_own", "brief_both_theirs", "brief_both_difference"]
    return {
        "key": table_key(one.flow, "reports"),
        "head": say("brief_both_head", lang),
        "sentences": sentences,
        "heads": [heading(head, one.reporter, lang, unit=texts.unit_name(unit, lang)) for head in heads],
        "rows": rows,
        "note": say("brief_both_note", lang),
    }


def _closed(one: FlowFacts, ahead: Outlook, lang: str) -> dict[str, Any]:
    """What is lost if a market closes."""
    first, shown = ahead.closures.iloc[0], ahead.closures.head(SHOWN)
    sentence = say(
        f"brief_closed_{one.flow}" if first["replaced"] > 0 else f"brief_closed_{one.flow}_all",
        lang,
        **party("partner", str(first[PARTNER]), lang),
        gross=money(first["gross_loss"], lang, one.currency),
        gross_share=percent(first["gross_share"], lang),
        redirect=percent(ahead.request.redirect, lang, 0),
        net=money(first["net_loss"], lang, one.currency),
        net_share=percent(first["net_share"], lang),
    )
    rows = [
        (
            label(str(row[PARTNER]), lang),
            part(row["gross_share"], lang),
            part(row["net_share"], lang),
            number(row["hhi_after"], lang, 3),
        )
        for row in shown.to_dict("records")
    ]
    heads = [f"brief_partner_{one.flow}", "brief_gross", "brief_net", "brief_index_after"]
    return {
        "key": table_key(one.flow, "closures"),
        "head": say(f"brief_closed_head_{one.flow}", lang),
        "sentences": [capital(sentence)],
        "heads": [heading(head, one.reporter, lang) for head in heads],
        "rows": rows,
        "note": say("brief_closed_note", lang),
        "figure": "shock",
    }
