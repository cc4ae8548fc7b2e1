"""Whether the figures of a year are estimates or preliminary, as the certificate says: in title, heads and notes."""

from __future__ import annotations

from typing import Any

from tradeanalysis.texts import say

ESTIMATE = "estimate"


def status_of(certificate: dict[str, Any], year: int) -> str:
    """``"estimate"``, ``"preliminary"``, or nothing; what is said of no year is said of all."""
    said = {one["year"]: str(one["kind"]) for one in certificate.get("estimated_years", ())}
    return said.get(year, said.get(None, ""))


def status_sentences(certificate: dict[str, Any], year: int, lang: str) -> list[str]:
    """A sentence for each year that is an estimate or preliminary, the year of the brief first."""
    years = sorted({one["year"] or year for one in certificate.get("estimated_years", ())}, key=lambda one: one != year)
    return [_sentence(status_of(certificate, one), one, lang) for one in years]


def status_of_brief(certificate: dict[str, Any], year: int, lang: str) -> str:
    """The sentence on the year of the brief; nothing where its figures are final."""
    status = status_of(certificate, year)
    return _sentence(status, year, lang) if status else ""


def value_head(status: str) -> str:
    """The text of the head of a column of values."""
    return f"status_value_{status}" if status else "brief_value"


def flow_head(flow: str, status: str, lang: str) -> str:
    """The head of a column of a flow."""
    return say("status_flow", lang, flow=flow, status=say(f"status_{status}", lang)) if status else flow


def _sentence(status: str, year: int, lang: str) -> str:
    return say("status_of_year" if status == ESTIMATE else "status_of_year_preliminary", lang, year=year)
