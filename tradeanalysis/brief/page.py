"""The page: sentences, figures and tables as one HTML document."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from tradeanalysis.brief.cautions import cautions, listed
from tradeanalysis.brief.facts import FlowFacts, shown_indices
from tradeanalysis.brief.sections import Picture, largest_partner, outwards, section
from tradeanalysis.currencies import DOLLAR, currency_of
from tradeanalysis.dependency.screens import EXPORT_DEPENDENCY
from tradeanalysis.figures.typeface import FAMILY, font_faces
from tradeanalysis.gate.catalogue import RULES
from tradeanalysis.gate.findings import listed_share
from tradeanalysis.measures.concentration import convert
from tradeanalysis.schema import EXPORT, PARTNER, PRODUCT, YEAR
from tradeanalysis.texts import catalogues as texts

GLOSSARY = ("hhi", "effective", "gini", "share", "asymmetry", "mirror", "unallocated", "threshold")
# Sentences at the top of the page.
SENTENCES = 3
# A partner through which this part of a change came is named with it.
MOST = 0.5


def page(
    flows: list[FlowFacts],
    pictures: dict[str, dict[str, Picture]],
    certificate: dict[str, Any],
    gaps: list[str],
    *,
    lang: str,
    name: str,
) -> str:
    """The page as one HTML document that needs nothing else."""
    import jinja2

    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("tradeanalysis.brief", "."), autoescape=True, undefined=jinja2.StrictUndefined
    )
    reporter = flows[0].reporter
    ranked = flows[0].ranked
    words = {
        **texts.party("reporter", reporter, lang),
        "count": flows[0].among,
        "year": flows[0].year,
    }
    return environment.get_template("page.html").render(
        lang=lang,
        typeface=font_faces(),
        family=FAMILY,
        say=lambda key, **values: texts.say(key, lang, **{**words, **values}),
        title=texts.capital(texts.say("brief_title", lang, **words)),
        sentences=[texts.capital(sentence) for sentence in _sentences(flows, lang, words)],
        caution=texts.say("brief_caution", lang, **words, gaps=len(gaps), partners=listed(gaps, lang, most=8))
        if gaps
        else "",
        indices=_index_rows(flows, lang, words),
        named=[
            texts.say(
                "brief_indices_named",
                lang,
                flow=texts.say(one.flow, lang),
                share=texts.percent(1 - one.unallocated, lang),
            )
            for one in flows
            if one.unallocated
        ],
        subtitle=texts.say("brief_subtitle" if ranked else "brief_subtitle_alone", lang, **words),
        heads=[f"{one.flow}_head" for one in flows],
        sections=[section(one, pictures.get(one.flow, {}), lang, words) for one in flows if one.value > 0],
        glossary=[(texts.say(f"term_{key}", lang), texts.say(f"term_{key}_is", lang)) for key in GLOSSARY],
        notes=cautions(flows, certificate, gaps, lang, words),
        source=_about_data(certificate, lang),
        other=next(other for other in texts.LANGUAGES if other != lang),
        name=name,
    )


def _sentences(flows: list[FlowFacts], lang: str, words: dict[str, Any]) -> list[str]:
    """The first three that apply, each with its number."""
    sentences = [
        texts.say(
            f"brief_sentence_{one.flow}" if one.ranked else f"brief_sentence_{one.flow}_alone",
            lang,
            **words | {"count": one.among},
            **largest_partner(one, lang),
            value=texts.money(one.value, lang, one.currency),
            concentration=texts.say(f"brief_concentration{'_named' if one.unallocated else ''}", lang),
            effective=texts.number(one.own["effective_partners"], lang, 1),
            rank=texts.number(one.own["rank"], lang) if one.ranked else "",
        )
        for one in flows
        if one.value > 0
    ]
    sentences += [sure for one in flows if one.listed_in_part and (sure := _sure(one, lang, words))]
    sentences += [_flagged(one, lang) for one in flows if one.products is not None]
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
                f"brief_sentence_top3_{one.flow}{'_named' if one.unallocated else ''}",
                lang,
                **words,
                share=texts.percent(one.own["top_share_3"], lang),
            )
            for one in flows
            if one.own["n"] > 3
        ]
    return sentences[:SENTENCES]


def _moved(one: FlowFacts, lang: str, words: dict[str, Any]) -> str:
    """The index in the first and the last year."""
    ends = one.history.dropna(subset=["hhi"]).sort_values(YEAR).iloc[[0, -1]]
    first, last = (texts.number(x, lang, 3) for x in ends["hhi"])
    went = "even" if first == last else "up" if ends["hhi"].iloc[1] > ends["hhi"].iloc[0] else "down"
    start, end = ends[YEAR]
    values = {**words, "first": first, "last": last, "start": start, "end": end}
    return texts.say(f"trend_{went}_{one.flow}", lang, **values) + _through(one, ends["hhi"].diff().iloc[1], lang) + "."


def _through(one: FlowFacts, change: float, lang: str) -> str:
    """The partner through which most of a change of the index came, and its part of it."""
    moved = None if one.outlook is None else one.outlook.moved
    if moved is None or not len(moved) or not change:
        return ""
    first = moved.iloc[0]
    part = float(first["contribution"]) / change
    if not MOST <= part <= 1:
        return ""
    return texts.say(
        "brief_moved_through",
        lang,
        share=texts.percent(part, lang, 0),
        partner=texts.label(str(first[PARTNER]), lang, sentence=True),
    )


def _sure(one: FlowFacts, lang: str, words: dict[str, Any]) -> str:
    """Between which ends the index of a list of the largest partners lies."""
    if one.outlook is None or one.outlook.bounds is None:
        return ""
    low, high = outwards(one.outlook.bounds, lang)
    shown = {"flow": texts.say(one.flow, lang), "share": texts.percent(one.unallocated, lang), "low": low, "high": high}
    return texts.say("brief_sentence_sure", lang, **words, **shown)


def _flagged(one: FlowFacts, lang: str) -> str:
    """How many products have few partners, and the largest of them."""
    assert one.products is not None
    many = one.products[one.products["hhi"] > EXPORT_DEPENDENCY["edi1"]]
    counts = {"flagged": len(many), "products": len(one.products)}
    if many.empty:
        return texts.say(f"brief_sentence_products_none_{one.flow}", lang, **counts)
    first = many.iloc[0]
    return texts.say(
        f"brief_sentence_products_{one.flow}",
        lang,
        **counts,
        product=first[PRODUCT],
        share=texts.percent(first["largest_share"], lang),
        partner=texts.label(str(first["largest_partner"]), lang, sentence=True),
    )


def _index_rows(flows: list[FlowFacts], lang: str, words: dict[str, Any]) -> list[tuple[str, list[str]]]:
    """A row per index, a column per flow."""

    def row(key: str, write: Callable[[FlowFacts], str]) -> tuple[str, list[str]]:
        return texts.say(f"brief_{key}", lang, **words), [write(one) if one.value > 0 else "–" for one in flows]

    def of_named(label: str, cells: list[str]) -> tuple[str, list[str]]:
        """A share with its base in words, where the tables below have another."""
        return (
            texts.say("brief_of_named", lang, share=label) if any(one.unallocated for one in flows) else label
        ), cells

    def share(column: str) -> Callable[[FlowFacts], str]:
        return lambda one: texts.percent(one.own[column], lang)

    def rank(one: FlowFacts) -> str:
        if not one.ranked:
            return "–"
        place = texts.number(one.own["rank"], lang)
        return place if alike else texts.say("brief_rank_place", lang, rank=place, count=one.among)

    # Economies that do not allocate much of one flow have no rank in it.
    alike = len({one.among for one in flows if one.ranked}) == 1

    return [
        row("total", lambda one: texts.money(one.value, lang, one.currency)),
        row("n_row", lambda one: texts.number(one.own["n"], lang)),
        row("hhi", lambda one: texts.number(one.own["hhi"], lang, 4)),
        row("points", lambda one: texts.number(convert(one.own["hhi"], to="points"), lang)),
        row("effective", lambda one: texts.number(one.own["effective_partners"], lang, 1)),
        *([row("rank" if alike else "rank_of_each", rank)] if flows[0].ranked else []),
        *(
            of_named(*row(f"top{k}", share(f"top_share_{k}")))
            for k in (1, 3, 5)
            if f"top_share_{k}" in shown_indices(flows)
        ),
        row("gini", lambda one: texts.number(one.own["gini"], lang, 3)),
    ]


def _about_data(certificate: dict[str, Any], lang: str) -> list[str]:
    """The source of the figures, what was left out of the file, and what was found in it."""
    if "sha256" not in certificate:
        about = certificate and certificate | {"unit": texts.unit_name(certificate["unit"], lang)}
        return [texts.say("brief_source", lang, **about)] if about else []
    lines = [_of_service(certificate, lang)] if "service" in certificate else []
    lines += (
        []
        if lines
        else [
            texts.say(
                "brief_file",
                lang,
                source=certificate["source"],
                layout=texts.layout_name(certificate["layout"], lang),
                read=texts.number(certificate["rows_read"], lang),
                sha256=certificate["sha256"][:16],
            )
        ]
    )
    if dropped := certificate["dropped"]:
        rows, value = (sum(one[key] for one in dropped) for key in ("rows", "value"))
        totals = rows > 1 and all(one["reason"].startswith("aggregates") for one in dropped)
        lines.append(
            texts.say(
                "brief_dropped_totals" if totals else "brief_dropped" if rows > 1 else "brief_dropped_one",
                lang,
                rows=texts.number(rows, lang),
                value=texts.money(value, lang, currency_of({"certificate": certificate})),
            )
        )
    lines.append(_about_money(certificate, lang))
    if (share := listed_share({"certificate": certificate})) is not None:
        lines.insert(0, texts.say("brief_listed", lang, share=texts.percent(share, lang)))
    # What is only information is no fault: that a table holds both flows, as every page of two does.
    if found := sorted({one["id"] for one in certificate["issues"] if one["severity"] != "info"}):
        words = [f"{RULES[id].in_words(lang)} ({id})" for id in found]
        lines.append(texts.say("brief_issues", lang, found=texts.series(words, lang)))
    return lines


def _of_service(certificate: dict[str, Any], lang: str) -> str:
    """The service that the figures are from, how it is cited, when it was accessed, and its terms."""
    releases = sorted({str(one["release"]) for one in certificate["fetched"] if one.get("release")})
    return texts.say(
        "brief_service",
        lang,
        citation=cited(certificate, lang),
        released=texts.say("brief_released", lang, release=_day(releases[-1].partition("/")[0], lang))
        if releases
        else "",
        licence=certificate["licence"],
        read=texts.number(certificate["rows_read"], lang),
        sha256=certificate["sha256"][:16],
    )


def cited(certificate: dict[str, Any], lang: str) -> str | None:
    """The source as a figure names it: of a service the citation with the day on which it was accessed."""
    days = sorted({str(one["fetched_at"])[:10] for one in certificate.get("fetched", ())})
    if not days:
        source: str | None = certificate.get("source")
        return source
    return texts.say("brief_cited", lang, citation=certificate["citation"], day=_day(days[-1], lang))


def _day(text: str, lang: str) -> str:
    """A day as the language writes it; a release that is no day as it stands."""
    found = re.match(r"(\d{4})-(\d\d)-(\d\d)", text)
    return f"{found[3]}/{found[2]}/{found[1]}" if found and lang == "vi" else text[:10] if found else text


def _about_money(certificate: dict[str, Any], lang: str) -> str:
    """The currency of the amounts, and the rate by which they were converted."""
    rate, file = certificate.get("rate"), certificate.get("unit_of_file") or DOLLAR
    if rate is None:
        return texts.say("brief_currency", lang, unit=texts.unit_name(certificate["unit"], lang))
    rates = rate if isinstance(rate, dict) else {None: rate}
    words = [texts.in_language(f"{one:,.10g}", lang) + (f" ({year})" if year else "") for year, one in rates.items()]
    return texts.say("brief_rate", lang, currency=texts.unit_name(file[-3:], lang), rates=texts.series(words, lang))
