"""The last section of the brief: the source of its figures, what was left out of the file, and what was found in it."""

from __future__ import annotations

import re
from typing import Any

from tradeanalysis.currencies import DOLLAR, currency_of
from tradeanalysis.gate.catalogue import RULES
from tradeanalysis.gate.findings import listed_share
from tradeanalysis.texts import catalogues as texts

# The kinds of rows left out that are sums of others.
TOTALS = ("out_aggregates", "out_aggregate_reporters")


def about_data(certificate: dict[str, Any], year: int, lang: str) -> list[str]:
    """The source of the figures, what was left out of the file's rows of the year, and what was found in it."""
    if "sha256" not in certificate:
        return [source_line(certificate, lang), _about_money(certificate, lang)] if certificate else []
    lines = [source_line(certificate, lang)]
    dropped = [_of_year(one, year) for one in certificate["dropped"]]
    if dropped := [one for one in dropped if one["rows"]]:
        rows, value = (sum(one[key] for one in dropped) for key in ("rows", "value"))
        totals = rows > 1 and all(one.get("kind") in TOTALS for one in dropped)
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


def _of_year(left: dict[str, Any], year: int) -> dict[str, Any]:
    """What was left out of the rows of a year, where the file has several and says so."""
    if "by_year" not in left:
        return left
    return {**left, "rows": 0, "value": 0.0, **next((one for one in left["by_year"] if one["year"] == year), {})}


def source_line(certificate: dict[str, Any], lang: str) -> str:
    """Where the figures are from: the file, the service or the embedded table, with its terms."""
    if "sha256" in certificate:
        return _of_service(certificate, lang) if "service" in certificate else _of_file(certificate, lang)
    return texts.say("brief_source", lang, source=cited(certificate, lang), licence=_terms(certificate, lang))


def named_source(certificate: dict[str, Any], lang: str) -> str:
    """The source in a few words: as a figure cites it, else the file; empty where nothing names one."""
    named = cited(certificate, lang) or ""
    if named or "sha256" not in certificate:
        return named
    return texts.say("beside_file", lang, source=certificate["source"])


def cited(certificate: dict[str, Any], lang: str) -> str | None:
    """The source as a figure names it: of a service the citation with the day on which it was accessed.

    Of a file the department that it names at its head, or none: its own name says nothing to a reader, and stands in
    the last section.
    """
    days = sorted({str(one["fetched_at"])[:10] for one in certificate.get("fetched", ())})
    if not days:
        if "sha256" in certificate:
            return certificate.get("issuer") or None
        source = certificate.get("source")
        return source and texts.named("source_", str(source), lang)
    return texts.say("brief_cited", lang, citation=certificate["citation"], day=_day(days[-1], lang))


def _of_file(certificate: dict[str, Any], lang: str) -> str:
    """The file that the figures are from."""
    return texts.say(
        "brief_file",
        lang,
        source=certificate["source"],
        layout=texts.layout_name(certificate["layout"], lang),
        read=texts.number(certificate["rows_read"], lang),
        sha256=certificate["sha256"][:16],
    )


def _of_service(certificate: dict[str, Any], lang: str) -> str:
    """The service that the figures are from, how it is cited, when it was accessed, and its terms."""
    releases = sorted({str(one["release"]) for one in certificate["fetched"] if one.get("release")})
    newest = _day(releases[-1].partition("/")[0], lang) if releases else ""
    return texts.say(
        "brief_service",
        lang,
        citation=cited(certificate, lang),
        released=texts.say("brief_released", lang, release=newest) if newest else "",
        licence=_terms(certificate, lang),
        read=texts.number(certificate["rows_read"], lang),
        sha256=certificate["sha256"][:16],
    )


def _terms(certificate: dict[str, Any], lang: str) -> str:
    """The licence in the words of the source; what the IMF's terms allow in the language of the page."""
    licence = str(certificate.get("licence", ""))
    return texts.say("licence_imf", lang) if licence.startswith("IMF terms") else texts.named("licence_", licence, lang)


def _day(text: str, lang: str) -> str:
    """A day as the language writes it; a release that is no day as it stands."""
    found = re.match(r"(\d{4})-(\d\d)-(\d\d)", text)
    if found is None:
        return text
    return f"{found[3]}/{found[2]}/{found[1]}" if lang == "vi" else found[0]


def _about_money(certificate: dict[str, Any], lang: str) -> str:
    """The currency of the amounts, and the rate by which they were converted."""
    rate, file = certificate.get("rate"), certificate.get("unit_of_file") or DOLLAR
    if rate is None:
        return texts.say("brief_currency", lang, unit=texts.unit_name(certificate["unit"], lang))
    rates = rate if isinstance(rate, dict) else {None: rate}
    words = [texts.in_language(f"{one:,.10g}", lang) + (f" ({year})" if year else "") for year, one in rates.items()]
    return texts.say("brief_rate", lang, currency=texts.unit_name(file[-3:], lang), rates=texts.series(words, lang))
