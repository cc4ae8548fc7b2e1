"""What the brief says: its headline, the indices, a section on each flow, how to read it, and its sources."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tradeanalysis.brief.about_data import about_data, cited
from tradeanalysis.brief.beside import about_those_beside
from tradeanalysis.brief.cautions import cautions, listed
from tradeanalysis.brief.contents import Block, Contents, Heading, Points, Sentences, ShownTable, Terms
from tradeanalysis.brief.contribution_section import through
from tradeanalysis.brief.drawings import Picture
from tradeanalysis.brief.facts import FlowFacts, shown_indices
from tradeanalysis.brief.footnotes import with_footnote
from tradeanalysis.brief.product_section import few_partners
from tradeanalysis.brief.sections import section
from tradeanalysis.brief.table_keys import INDICES
from tradeanalysis.brief.wording import ends_of, largest_partner, of_flows
from tradeanalysis.brief.year_before import YearBefore
from tradeanalysis.brief.year_status import flow_head, part_sentences, period_name, status_of_brief, status_sentences
from tradeanalysis.measures.concentration import convert
from tradeanalysis.schema import EXPORT, YEAR
from tradeanalysis.texts import catalogues as texts
from tradeanalysis.texts import joined
from tradeanalysis.texts.rounding import SHOWN_SHARE

GLOSSARY = ("hhi", "effective", "gini", "share", "asymmetry", "mirror", "unallocated", "threshold")
# Sentences at the top of the page.
SENTENCES = 3


def contents_of(
    flows: list[FlowFacts],
    pictures: dict[str, dict[str, Picture]],
    certificate: dict[str, Any],
    gaps: list[str],
    *,
    lang: str,
    source: str | None = None,
) -> Contents:
    """All that the brief says in one language, in its order."""
    reporter, ranked = flows[0].reporter, flows[0].ranked
    words = {**texts.party("reporter", reporter, lang), "count": flows[0].among, "year": flows[0].year}
    words["period"] = period_name(certificate, flows[0].year, lang, [one.flow for one in flows], reporter)
    sentences = tuple(texts.capital(sentence) for sentence in _sentences(flows, lang, words))
    blocks: list[Block] = [Points(sentences, numbered=True, label=texts.say("brief_headline", lang))]
    if gaps:
        missing = {"gaps": len(gaps), "partners": listed(gaps, lang, most=8)}
        blocks.append(Sentences(texts.say("brief_caution", lang, **words, **missing), loud=True))
    of_parts = part_sentences(certificate, flows[0].year, lang, [one.flow for one in flows], reporter)
    blocks += [Sentences(sentence, loud=True) for sentence in of_parts]
    if about_list := _of_the_list(flows, certificate, lang, words):
        blocks.append(Sentences(about_list, loud=True))
    blocks += _indices(flows, lang, words)
    for one in flows:
        if one.value > 0:
            blocks += section(one, pictures.get(one.flow, {}), lang, words)
    meanings = tuple(
        (texts.say(f"term_{key}", lang), texts.say(f"term_{key}_is", lang)) for key in _terms(flows, certificate, gaps)
    )
    blocks += [
        Heading(texts.say("brief_how", lang)),
        Points(tuple(cautions(flows, certificate, gaps, lang, words))),
        Heading(texts.say("brief_glossary", lang)),
        Terms(meanings),
    ]
    about = [*status_sentences(certificate, flows[0].year, lang), *about_data(certificate, flows[0].year, lang)]
    if about := [*about, *about_those_beside(flows, lang)]:
        about.append(_lacking(flows, lang))
        blocks += [Heading(texts.say("brief_about_data", lang)), Points(tuple(about))]
    named = source or cited(certificate, lang)
    issued = [texts.say("brief_issued", lang, source=named)] if named else []
    status = status_of_brief(certificate, flows[0].year, lang)
    subtitle = of_flows("brief_subtitle" if ranked else "brief_subtitle_alone", flows, lang, **words)
    return Contents(
        lang=lang,
        title=texts.capital(of_flows("brief_title", flows, lang, **words)),
        subtitle=joined(filter(None, [subtitle, status, *(issued if source or certificate.get("issuer") else [])])),
        blocks=with_footnote(blocks, lang),
        sources=tuple(issued),
    )


def _terms(flows: list[FlowFacts], certificate: dict[str, Any], gaps: list[str]) -> list[str]:
    """The terms of the glossary that stand on the page."""
    used = {
        "asymmetry": any(one.partners["reverse_share"].notna().any() for one in flows),
        "mirror": bool(certificate.get("reconciled") or gaps) or any(one.both is not None for one in flows),
        "unallocated": any(one.partly or (one.before is not None and one.before.unallocated > 0) for one in flows),
    }
    return [key for key in GLOSSARY if used.get(key, True)]


def _lacking(flows: list[FlowFacts], lang: str) -> str:
    """What the table has nothing of, so that the brief is silent on it; of enterprises and tariffs no table has."""
    lacks = ["year_before"] * all(one.before is None for one in flows)
    lacks += ["products"] * all(one.products is None for one in flows)
    lacks += ["world"] * any(one.flow == EXPORT and one.elsewhere is None for one in flows)
    named = [texts.say(f"brief_lacks_{one}", lang) for one in [*lacks, "enterprises", "tariffs"]]
    return texts.say("brief_lacks", lang, what=texts.series(named, lang))


def _of_the_list(flows: list[FlowFacts], certificate: dict[str, Any], lang: str, words: dict[str, Any]) -> str:
    """Whose reports the figures are, and what a list is of that does not hold the largest partners for certain."""
    if all(one.whole_list for one in flows):
        return ""
    keys = ["brief_list"]
    if certificate.get("valuation") == "FOB" and certificate.get("estimates") == "left out":
        keys.insert(0, "brief_list_reports")
    if flows[0].year in certificate.get("provisional", ()):
        keys.append("brief_how_provisional")
    source = texts.named("source_", str(certificate.get("source", "")), lang)
    return joined(texts.capital(texts.say(key, lang, **words, source=source)) for key in keys)


def _indices(flows: list[FlowFacts], lang: str, words: dict[str, Any]) -> list[Block]:
    """The indices of all flows beside each other, and on what part of the trade they are based."""
    title = texts.say("brief_indices", lang)
    heads = (texts.say("brief_index", lang), *(head for one in flows for head in _index_heads(one, flows, lang)))
    rows = tuple((name, *cells) for name, cells in _index_rows(flows, lang, words))
    based = [
        texts.say(
            "brief_indices_named",
            lang,
            flow=texts.say(one.flow, lang),
            share=texts.percent(1 - one.unallocated, lang),
        )
        for one in flows
        if one.partly
    ]
    shown = ShownTable(title, heads, rows, key=INDICES)
    return [Heading(title), shown, *(Sentences(line, quiet=True) for line in based)]


def _index_heads(one: FlowFacts, flows: list[FlowFacts], lang: str) -> list[str]:
    """The flow; or the flow in both years, where any flow has the year before."""
    name = texts.say(f"{one.flow}_head", lang)
    if not any(each.before for each in flows):
        return [flow_head(name, one.status, lang)]
    this, before = (texts.say("brief_in_year", lang, flow=name, year=year) for year in (one.year, one.year - 1))
    return [flow_head(this, one.status, lang), before]


def _sentences(flows: list[FlowFacts], lang: str, words: dict[str, Any]) -> list[str]:
    """The first three that apply, each with its number."""
    sentences = [
        texts.say(
            f"brief_sentence_{one.flow}" if one.ranked else f"brief_sentence_{one.flow}_alone",
            lang,
            **words | {"count": one.among},
            **largest_partner(one, lang),
            value=texts.money(one.value, lang, one.currency),
            concentration=_concentration(one, lang),
            effective=texts.number(one.own["effective_partners"], lang, 1),
            rank=texts.number(one.own["rank"], lang) if one.ranked else "",
        )
        for one in flows
        if one.value > 0
    ]
    sentences += [sure for one in flows if one.listed_in_part and (sure := _sure(one, lang, words))]
    sentences += [few_partners(one, one.products, lang) for one in flows if one.products is not None]
    sentences += [_moved(one, lang, words) for one in flows if len(one.history) > 1]
    exports = flows[0].partners
    if flows[0].flow == EXPORT and len(exports) and exports["reverse_share"].notna().iloc[0]:
        # Uneven where the market's share is more than twice the economy's share in that market.
        uneven = exports["share"].iloc[0] > 2 * exports["reverse_share"].iloc[0]
        key = "brief_sentence_mutual_export" if uneven else "brief_sentence_mutual_balanced"
        sentences.append(texts.say(key, lang, **words, **largest_partner(flows[0], lang)))
    if not flows[0].ranked:
        sentences += [
            texts.say(
                f"brief_sentence_top3_{one.flow}",
                lang,
                **words,
                share=texts.percent(one.of_all("top_share_3"), lang),
            )
            for one in flows
            if one.own["n"] > 3
        ]
    return sentences[:SENTENCES]


def _concentration(one: FlowFacts, lang: str) -> str:
    """Concentration, with the part of the trade that it is of where that is not all."""
    key = "brief_concentration_named" if one.partly else "brief_concentration"
    return texts.say(key, lang, detailed=texts.percent(1 - one.unallocated, lang))


def _moved(one: FlowFacts, lang: str, words: dict[str, Any]) -> str:
    """The index in the first and the last year."""
    ends = one.history.dropna(subset=["hhi"]).sort_values(YEAR).iloc[[0, -1]]
    first, last = (texts.number(x, lang, 3) for x in ends["hhi"])
    went = "even" if first == last else "up" if ends["hhi"].iloc[1] > ends["hhi"].iloc[0] else "down"
    start, end = ends[YEAR]
    values = {**words, "first": first, "last": last, "start": start, "end": end}
    mainly = "" if went == "even" else through(one, lang)
    return joined([texts.say(f"trend_{went}_{one.flow}", lang, **values), mainly, "."], "")


def _sure(one: FlowFacts, lang: str, words: dict[str, Any]) -> str:
    """Between which ends the index of a list of the largest partners lies."""
    if one.outlook is None or one.outlook.bounds is None:
        return ""
    low, high = ends_of(one.outlook.bounds, lang)
    shown = {"flow": texts.say(one.flow, lang), "share": texts.percent(one.unallocated, lang), "low": low, "high": high}
    return texts.say("brief_sentence_sure", lang, **words, **shown)


def _index_rows(flows: list[FlowFacts], lang: str, words: dict[str, Any]) -> list[tuple[str, list[str]]]:
    """A row per index, a column per flow."""

    two_years = any(one.before for one in flows)

    def row(key: str, write: Callable[[Any], str], *, before: bool = True) -> tuple[str, list[str]]:
        cells = []
        for one in flows:
            cells.append(write(one) if one.value > 0 else "–")
            if two_years:
                cells.append(write(one.before) if one.before and before else "–")
        return of_flows(f"brief_{key}", flows, lang, **words), cells

    # Indices are of the part that is detailed by partner, shares of all trade.
    shown: list[FlowFacts | YearBefore] = [one for one in flows if one.value > 0]
    shown += [one.before for one in flows if one.before]
    detailed = list(dict.fromkeys(texts.percent(1 - one.unallocated, lang) for one in shown))
    partly = any(one.unallocated >= SHOWN_SHARE for one in shown)

    def of_detailed(key: str, write: Callable[[Any], str]) -> tuple[str, list[str]]:
        label, cells = row(key, write)
        if not partly:
            return label, cells
        of = "brief_of_detailed_share" if len(detailed) == 1 else "brief_of_detailed"
        return texts.say(of, lang, index=label, share=detailed[0]), cells

    def share(column: str) -> Callable[[Any], str]:
        return lambda one: texts.percent(one.of_all(column), lang)

    def rank(one: FlowFacts) -> str:
        if not one.ranked:
            return "–"
        place = texts.number(one.own["rank"], lang)
        return place if alike else texts.say("brief_rank_place", lang, rank=place, count=one.among)

    # Economies that do not allocate much of one flow have no rank in it.
    alike = len({one.among for one in flows if one.ranked}) == 1

    return [
        row("total", lambda one: texts.money(one.value, lang, flows[0].currency)),
        row(
            "n_row" if all(one.whole_list for one in flows) else "n_row_listed",
            lambda one: texts.number(one.own["n"], lang),
        ),
        of_detailed("hhi", lambda one: texts.number(one.own["hhi"], lang, 4)),
        of_detailed("points", lambda one: texts.number(convert(one.own["hhi"], to="points"), lang)),
        of_detailed("effective", lambda one: texts.number(one.own["effective_partners"], lang, 1)),
        *([row("rank" if alike else "rank_of_each", rank, before=False)] if flows[0].ranked else []),
        *(row(f"top{k}", share(f"top_share_{k}")) for k in (1, 3, 5) if f"top_share_{k}" in shown_indices(flows)),
        of_detailed("gini", lambda one: texts.number(one.own["gini"], lang, 3)),
    ]
