"""The last section of the brief: the source of its figures, what was left out of the file, and what was found in it."""

from __future__ import annotations

from typing import Any

from tradeanalysis.currencies import DOLLAR, currency_of
from tradeanalysis.gate.catalogue import RULES
from tradeanalysis.gate.findings import listed_share
from tradeanalysis.texts import catalogues as texts


def about_data(certificate: dict[str, Any], lang: str) -> list[str]:
    """The source of the figures, what was left out of the file, and what was found in it."""
    if "sha256" not in certificate:
        about = certificate and certificate | {"unit": texts.unit_name(certificate["unit"], lang)}
        return [texts.say("brief_source", lang, **about)] if about else []
    lines = [
        texts.say(
            "brief_file",
            lang,
            source=certificate["source"],
            layout=texts.layout_name(certificate["layout"], lang),
            read=texts.number(certificate["rows_read"], lang),
            sha256=certificate["sha256"][:16],
        )
    ]
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
    if found := sorted({one["id"] for one in certificate["issues"]}):
        words = [f"{RULES[id].in_words(lang)} ({id})" for id in found]
        lines.append(texts.say("brief_issues", lang, found=texts.series(words, lang)))
    return lines


def _about_money(certificate: dict[str, Any], lang: str) -> str:
    """The currency of the amounts, and the rate by which they were converted."""
    rate, file = certificate.get("rate"), certificate.get("unit_of_file") or DOLLAR
    if rate is None:
        return texts.say("brief_currency", lang, unit=texts.unit_name(certificate["unit"], lang))
    rates = rate if isinstance(rate, dict) else {None: rate}
    words = [texts.in_language(f"{one:,.10g}", lang) + (f" ({year})" if year else "") for year, one in rates.items()]
    return texts.say("brief_rate", lang, currency=texts.unit_name(file[-3:], lang), rates=texts.series(words, lang))
