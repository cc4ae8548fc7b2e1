"""The page: sentences, figures and tables as one HTML document."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any, NamedTuple

import pandas as pd

from tradeanalysis.brief.column_heads import columns_unit, heading
from tradeanalysis.brief.facts import Side, telling
from tradeanalysis.brief.sections import parts
from tradeanalysis.dependency.screens import EXPORT_DEPENDENCY
from tradeanalysis.gate.catalogue import RULES
from tradeanalysis.measures.concentration import convert
from tradeanalysis.output.writers import slug
from tradeanalysis.schema import EXPORT, PARTNER, PRODUCT, VALUE, YEAR
from tradeanalysis.texts import catalogues as texts


class Picture(NamedTuple):
    """A figure as files take it, and its description in words."""

    png: bytes
    svg: bytes
    alt: str


GLOSSARY = ("hhi", "effective", "gini", "share", "asymmetry", "mirror", "unallocated", "threshold")
SENTENCES = 3


def page(
    sides: list[Side],
    pictures: dict[str, dict[str, Picture]],
    certificate: dict[str, Any],
    gaps: list[str],
    *,
    lang: str,
) -> str:
    """The page as one HTML document that needs nothing else."""
    import jinja2

    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("tradeanalysis.brief", "."), autoescape=True, undefined=jinja2.StrictUndefined
    )
    reporter = sides[0].reporter
    ranked = sides[0].ranked
    words = {
        **texts.party("reporter", reporter, lang),
        "count": len(sides[0].economies),
        "year": sides[0].year,
    }
    return environment.get_template("page.html").render(
        lang=lang,
        say=lambda key, **values: texts.say(key, lang, **{**words, **values}),
        title=texts.capital(texts.say("brief_title", lang, **words)),
        sentences=[texts.capital(sentence) for sentence in _sentences(sides, lang, words)],
        caution=texts.say("brief_caution", lang, **words, gaps=len(gaps), partners=listed(gaps, lang, most=8))
        if gaps
        else "",
        indices=_index_rows(sides, lang, words),
        named=[
            texts.say(
                "brief_indices_named",
                lang,
                flow=texts.say(one.flow, lang),
                share=texts.percent(1 - one.unallocated, lang),
            )
            for one in sides
            if one.unallocated
        ],
        subtitle=texts.say("brief_subtitle" if ranked else "brief_subtitle_alone", lang, **words),
        heads=[f"{one.flow}_head" for one in sides],
        sections=[_section(one, pictures.get(one.flow, {}), lang, words) for one in sides if one.value > 0],
        glossary=[(texts.say(f"term_{key}", lang), texts.say(f"term_{key}_is", lang)) for key in GLOSSARY],
        notes=_notes(sides, certificate, gaps, lang, words),
        source=_about_data(certificate, lang),
        other=next(other for other in texts.LANGUAGES if other != lang),
        name=slug(reporter),
    )


def _sentences(sides: list[Side], lang: str, words: dict[str, Any]) -> list[str]:
    """The three that matter first, each with the number that backs it."""
    told = [
        texts.say(
            f"brief_sentence_{one.flow}" if one.ranked else f"brief_sentence_{one.flow}_alone",
            lang,
            **words,
            **_largest(one, lang),
            value=texts.money(one.value, lang),
            concentration=texts.say(f"brief_concentration{'_named' if one.unallocated else ''}", lang),
            effective=texts.number(one.own["effective_partners"], lang, 1),
            rank=texts.number(one.own["rank"], lang) if one.ranked else "",
        )
        for one in sides
        if one.value > 0
    ]
    told += [_flagged(one, lang) for one in sides if one.products is not None]
    told += [_moved(one, lang, words) for one in sides if len(one.history) > 1]
    exports = sides[0].partners
    if sides[0].flow == EXPORT and len(exports) and exports["reverse_share"].notna().iloc[0]:
        # Uneven where the market is at least twice as large to us as we are to it.
        uneven = exports["share"].iloc[0] > 2 * exports["reverse_share"].iloc[0]
        key = "brief_sentence_mutual_export" if uneven else "brief_sentence_mutual_balanced"
        told.append(texts.say(key, lang, **words, **_largest(sides[0], lang)))
    if not sides[0].ranked:
        told += [
            texts.say(
                f"brief_sentence_top3_{one.flow}{'_named' if one.unallocated else ''}",
                lang,
                **words,
                share=texts.percent(one.own["top_share_3"], lang),
            )
            for one in sides
            if one.own["n"] > 3
        ]
    return told[:SENTENCES]


def _moved(one: Side, lang: str, words: dict[str, Any]) -> str:
    """The index of the first and the last year."""
    ends = one.history.dropna(subset=["hhi"]).sort_values(YEAR).iloc[[0, -1]]
    first, last = (texts.number(x, lang, 3) for x in ends["hhi"])
    went = "even" if first == last else "up" if ends["hhi"].iloc[1] > ends["hhi"].iloc[0] else "down"
    start, end = ends[YEAR]
    told = texts.say(
        f"trend_{went}_{one.flow}", lang, **{**words, "first": first, "last": last, "start": start, "end": end}
    )
    return told + "."


def _flagged(one: Side, lang: str) -> str:
    """How many products hang on few partners, and the largest of them."""
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


def _largest(one: Side, lang: str) -> dict[str, str]:
    first = one.partners.iloc[0]
    return {
        **texts.party("partner", first["partner"], lang),
        "share": texts.percent(first["share"], lang),
        "reverse": texts.percent(first["reverse_share"], lang),
    }


def _index_rows(sides: list[Side], lang: str, words: dict[str, Any]) -> list[tuple[str, list[str]]]:
    """A row per index, a column per flow."""

    def row(key: str, write: Callable[[Side], str]) -> tuple[str, list[str]]:
        return texts.say(f"brief_{key}", lang, **words), [write(one) if one.value > 0 else "–" for one in sides]

    def share(column: str) -> Callable[[Side], str]:
        return lambda one: texts.percent(one.own[column], lang)

    return [
        row("total", lambda one: texts.money(one.value, lang)),
        row("n_row", lambda one: texts.number(one.own["n"], lang)),
        row("hhi", lambda one: texts.number(one.own["hhi"], lang, 4)),
        row("points", lambda one: texts.number(convert(one.own["hhi"], to="points"), lang)),
        row("effective", lambda one: texts.number(one.own["effective_partners"], lang, 1)),
        *([row("rank", lambda one: texts.number(one.own["rank"], lang))] if sides[0].ranked else []),
        *(row(f"top{k}", share(f"top_share_{k}")) for k in (1, 3, 5) if f"top_share_{k}" in telling(sides)),
        row("gini", lambda one: texts.number(one.own["gini"], lang, 3)),
    ]


def _section(one: Side, pictures: dict[str, Picture], lang: str, words: dict[str, Any]) -> dict[str, Any]:
    """The part of the page on one flow."""
    top, rest = one.partners.head(10), one.partners.iloc[10:]
    both_ways = bool(one.partners["reverse_share"].notna().any())
    shown = ("share", "cumulative_share", "reverse_share") if both_ways else ("share", "cumulative_share")
    blank = [""] * (len(shown) - 1)
    unit, size = columns_unit(top["value"])
    rows = [
        (
            texts.label(row["partner"], lang),
            texts.amount(row["value"], size, lang),
            *(texts.percent(row[share], lang) for share in shown),
        )
        for row in top.to_dict("records")
    ]
    if len(rest):
        other = texts.say("brief_other", lang, count=len(rest))
        rows.append(
            (other, texts.amount(rest["value"].sum(), size, lang), texts.percent(rest["share"].sum(), lang), *blank)
        )
    if one.unallocated:
        value, share = texts.amount(one.unallocated * one.value, size, lang), texts.percent(one.unallocated, lang)
        rows.append((texts.capital(texts.say("ranking_unallocated", lang)), value, share, *blank))
    rows.append((texts.say("brief_all", lang), texts.amount(one.value, size, lang), texts.percent(1.0, lang), *blank))
    largest = _largest(one, lang)
    sentences = [texts.say(f"brief_largest_{one.flow}", lang, **words, **largest)] if both_ways else []
    if one.benchmark is not None and one.benchmark == one.benchmark:
        expected = texts.percent(one.benchmark, lang)
        sentences.append(texts.say("brief_benchmark", lang, **words, **largest, expected=expected))
    heads = [f"brief_partner_{one.flow}", "brief_value", "brief_share", "brief_cumulative"]
    heads += [f"brief_reverse_{one.flow}"] * both_ways
    products = _product_rows(one, lang)
    return {
        "flow": one.flow,
        "table": f"brief_table_{one.flow}" if len(rest) else f"brief_table_all_{one.flow}",
        "rows": rows,
        "heads": [heading(head, one.reporter, lang, unit=texts.unit_name(unit, lang)) for head in heads],
        "largest": " ".join(texts.capital(sentence) for sentence in sentences),
        "products": products[1:],
        "product_heads": products[:1],
        "account": one.account.sentence(lang) if one.account is not None else "",
        "figures": {name: _embedded(picture) for name, picture in pictures.items()},
        "parts": parts(one, lang),
    }


def _embedded(picture: Picture) -> dict[str, str]:
    """A picture inside the page, and its description."""
    return {"alt": picture.alt, "data": "data:image/svg+xml;base64," + base64.b64encode(picture.svg).decode()}


def _product_rows(one: Side, lang: str) -> list[tuple[str, ...]]:
    """The fifteen largest products, below their heads: their largest partner, and whether they hang on few."""
    if one.products is None:
        return []
    top = one.products.head(15)
    moves = top["to_unflag"] if "to_unflag" in top else top[VALUE] * float("nan")
    flagged = top["hhi"] > EXPORT_DEPENDENCY["edi1"]
    unit, size = columns_unit(pd.concat([top[VALUE], moves.dropna()]))
    # Where no product hangs on few partners, two columns would say nothing.
    heads = ["brief_product", "brief_value", "brief_largest", "brief_index_short"]
    heads += ["brief_flag"] * bool(flagged.any()) + ["brief_to_unflag"] * bool(moves.notna().any())
    rows = [tuple(heading(head, one.reporter, lang, unit=texts.unit_name(unit, lang)) for head in heads)]
    for row, few, move in zip(top.to_dict("records"), flagged, moves, strict=True):
        years = row.get("years_flagged")
        told = texts.say("brief_flagged", lang) if few else "–"
        if few and years is not None and years == years and years > 1:
            told = texts.say("brief_flagged_years", lang, years=int(years))
        cells = (
            str(row[PRODUCT]),
            texts.amount(row[VALUE], size, lang),
            f"{texts.label(str(row['largest_partner']), lang)} {texts.percent(row['largest_share'], lang)}",
            texts.number(row["hhi"], lang, 2),
            told,
            texts.amount(move, size, lang),
        )
        rows.append(cells[: len(heads)])
    return rows


def _about_data(certificate: dict[str, Any], lang: str) -> list[str]:
    """Where the figures come from, what was left out of them, and what the gate found."""
    if "sha256" not in certificate:
        about = certificate and certificate | {"unit": texts.unit_name(certificate["unit"], lang)}
        return [texts.say("brief_source", lang, **about)] if about else []
    told = [
        texts.say(
            "brief_file",
            lang,
            source=certificate["source"],
            layout=certificate["layout"],
            read=texts.number(certificate["rows_read"], lang),
            sha256=certificate["sha256"][:16],
        )
    ]
    if dropped := certificate["dropped"]:
        rows, value = (sum(one[key] for one in dropped) for key in ("rows", "value"))
        totals = rows > 1 and all(one["reason"].startswith("aggregates") for one in dropped)
        told.append(
            texts.say(
                "brief_dropped_totals" if totals else "brief_dropped" if rows > 1 else "brief_dropped_one",
                lang,
                rows=texts.number(rows, lang),
                value=texts.money(value, lang),
            )
        )
    if found := sorted({one["id"] for one in certificate["issues"]}):
        words = [f"{RULES[id].in_words(lang)} ({id})" for id in found]
        told.append(texts.say("brief_issues", lang, found=texts.series(words, lang)))
    return told


def _notes(
    sides: list[Side], certificate: dict[str, Any], gaps: list[str], lang: str, words: dict[str, Any]
) -> list[str]:
    """How to read the page, and what is known of this economy's figures."""
    screened = any(one.products is not None for one in sides)
    keys = ["hhi", "thresholds_products" if screened else "thresholds", *["rank"] * sides[0].ranked, "gini"]
    level = texts.number(EXPORT_DEPENDENCY["edi1"], lang, 1)
    notes = [texts.say(f"brief_how_{key}", lang, threshold=level) for key in keys]
    notes += [
        texts.say(
            "brief_how_unallocated", lang, flow=texts.say(one.flow, lang), share=texts.percent(one.unallocated, lang)
        )
        for one in sides
        if one.unallocated
    ]
    if certificate.get("reconciled"):
        notes.append(texts.say("brief_how_mirror", lang))
    return [*notes, *_not_reported(sides, certificate, gaps, lang, words)]


def _not_reported(
    sides: list[Side], certificate: dict[str, Any], gaps: list[str], lang: str, words: dict[str, Any]
) -> list[str]:
    """What is missing where the economy had not reported, and where its own statistics differ."""
    notes, silent = [], set(certificate.get("silent", ()))
    if sides[0].reporter in silent and (missing := [one for one in gaps if one in silent]):
        counts = {"n": len(sides[0].partners), "gaps": len(missing)}
        partners = listed(missing, lang, most=3)
        notes.append(texts.capital(texts.say("brief_how_silent", lang, **words, **counts, partners=partners)))
    national = certificate.get("national_shares", {}).get(sides[0].reporter, {})
    for one in sides:
        here = one.partners.set_index(PARTNER)["share"]
        notes += [
            texts.say(
                "brief_how_national",
                lang,
                **words,
                **texts.party("partner", partner, lang),
                flow=texts.say(one.flow, lang),
                national=texts.percent(share, lang, 0),
                share=texts.percent(float(here.get(partner, 0.0)), lang),
            )
            for partner, share in national.get(one.flow, {}).items()
        ]
    return notes


def listed(economies: list[str], lang: str, *, most: int) -> str:
    """The first of them in words."""
    return texts.series([texts.label(economy, lang, sentence=True) for economy in economies[:most]], lang)
