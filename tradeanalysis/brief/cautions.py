"""What should be known of the figures of a brief: how to read them, whose reports they are, and what is missing."""

from __future__ import annotations

from typing import Any

from tradeanalysis.brief.facts import FlowFacts
from tradeanalysis.dependency.screens import EXPORT_DEPENDENCY
from tradeanalysis.schema import PARTNER, YEAR
from tradeanalysis.tables.query import UNALLOCATED
from tradeanalysis.texts import catalogues as texts

# The number of partners jumps where it grows or falls by this factor from one year to the next.
JUMP = 1.5
# A share from which an estimate, or a year that is not allocated in part, is worth a note.
NOTED = 0.01
# Partners of which it is said that they report nothing.
LARGEST = 10


def cautions(
    flows: list[FlowFacts], certificate: dict[str, Any], gaps: list[str], lang: str, words: dict[str, Any]
) -> list[str]:
    """How to read the page, and what is known about the economy's figures."""
    screened = any(one.products is not None for one in flows)
    keys = ["hhi", "thresholds_products" if screened else "thresholds", *["rank"] * flows[0].ranked, "gini"]
    level = texts.number(EXPORT_DEPENDENCY["edi1"], lang, 1)
    notes = [texts.say(f"brief_how_{key}", lang, threshold=level) for key in keys]
    notes += [
        texts.say(
            "brief_how_unallocated", lang, flow=texts.say(one.flow, lang), share=texts.percent(one.unallocated, lang)
        )
        for one in flows
        if one.partly
    ]
    if certificate.get("reconciled"):
        notes.append(texts.say("brief_how_mirror", lang))
    notes += _of_reports(flows, certificate, lang, words)
    notes += [text for one in flows for text in _of_the_trend(one, lang)]
    return [*notes, *_not_reported(flows, certificate, gaps, lang, words)]


def _of_reports(flows: list[FlowFacts], certificate: dict[str, Any], lang: str, words: dict[str, Any]) -> list[str]:
    """Whose reports the values are, who reports nothing beside them, and what the source has estimated."""
    notes = []
    if sided := [one for one in flows if one.both is not None]:
        notes.append(texts.capital(texts.say("brief_how_own", lang, **words)))
        largest = dict.fromkeys(partner for one in sided for partner in one.partners[PARTNER].head(LARGEST))
        if silent := [one for one in largest if one in set(certificate.get("silent", ()))]:
            partners = listed(silent, lang, most=len(silent))
            notes.append(texts.capital(texts.say("brief_how_no_report", lang, **words, partners=partners)))
    if flows[0].whole_list and flows[0].year in certificate.get("provisional", ()):
        notes.append(texts.say("brief_how_provisional", lang, **words))
    for one in flows:
        if one.estimated >= NOTED:
            share = texts.percent(one.estimated, lang)
            notes.append(texts.say("brief_how_estimated", lang, flow=texts.say(one.flow, lang), share=share))
    return notes


def _of_the_trend(one: FlowFacts, lang: str) -> list[str]:
    """What cannot be compared between the years: the number of partners listed, and years not allocated in part."""
    history, notes = one.history.sort_values(YEAR), list[str]()
    if len(history) < 2:
        return notes
    flow, now = texts.say(one.flow, lang), history["n"].to_numpy(float)
    years = [str(year) for year in history[YEAR]]
    jumps = [
        texts.say("brief_how_jump", lang, start=years[i], first=int(now[i]), end=years[i + 1], last=int(now[i + 1]))
        for i in range(len(now) - 1)
        if min(now[i : i + 2]) > 0 and not 1 / JUMP < now[i + 1] / now[i] < JUMP
    ]
    if jumps:
        notes.append(texts.say("brief_how_jumps", lang, flow=flow, jumps=texts.series(jumps, lang)))
    if UNALLOCATED in history:
        parts = history[(history[UNALLOCATED] >= NOTED) & (history[YEAR] != one.year)]
        if len(parts):
            of_years = texts.series([str(year) for year in parts[YEAR]], lang)
            most = texts.percent(float(parts[UNALLOCATED].max()), lang)
            notes.append(texts.say("brief_how_years_unallocated", lang, flow=flow, years=of_years, share=most))
    return notes


def _not_reported(
    flows: list[FlowFacts], certificate: dict[str, Any], gaps: list[str], lang: str, words: dict[str, Any]
) -> list[str]:
    """What is missing where the economy had not reported, and where its own statistics differ."""
    notes, silent = [], set(certificate.get("silent", ()))
    if flows[0].reporter in silent and (missing := [one for one in gaps if one in silent]):
        counts = {"n": len(flows[0].partners), "gaps": len(missing)}
        partners = listed(missing, lang, most=3)
        notes.append(texts.capital(texts.say("brief_how_silent", lang, **words, **counts, partners=partners)))
    national = certificate.get("national_shares", {}).get(flows[0].reporter, {})
    for one in flows:
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
