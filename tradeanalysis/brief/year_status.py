"""What the certificate says of the figures of a year: an estimate, preliminary, or of a part of the year."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tradeanalysis.schema import FLOW, REPORTER
from tradeanalysis.texts import number, say

ESTIMATE, PRELIMINARY = "estimate", "preliminary"
# The rule that finds a last year which does not seem whole.
PART_OF_A_YEAR = "TA-116"
# Quarters as Vietnamese offices number them.
ROMAN = {1: "I", 2: "II", 3: "III", 4: "IV"}


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


def part_of(
    certificate: dict[str, Any], year: int, flow: str | None = None, reporter: str | None = None
) -> dict[str, Any] | None:
    """The part of a year that the table has: its kind, the count of months or quarters, of how many, and which.

    None of a whole year, or where nothing says so; only the kind, "unclear", where titles name several. Without
    a flow or reporter, that of any.
    """
    given = {FLOW: flow, REPORTER: reporter}
    return next((one for one in certificate.get("part_years", ()) if one["year"] == year and _is_of(one, given)), None)


def _is_of(part: dict[str, Any], given: dict[str, str | None]) -> bool:
    """Whether a part is of a reporter and a flow, which it names where they differ."""
    return all(label is None or part.get(key, label) == label for key, label in given.items())


def is_whole(
    certificate: dict[str, Any], year: int, last: int, flow: str | None = None, reporter: str | None = None
) -> bool:
    """Whether nothing says that a year is of a part of it; of the last one the gate may only suspect it."""
    if part_of(certificate, year, flow, reporter) is not None:
        return False
    # Where the months are known, those of every year are.
    if "part_years" in certificate and not any(one.get("stated") for one in certificate["part_years"]):
        return True
    return year != last or PART_OF_A_YEAR not in {one["id"] for one in certificate.get("issues", ())}


def is_same_part(
    certificate: dict[str, Any], year: int, before: int, flow: str | None = None, reporter: str | None = None
) -> bool:
    """Whether the table has the same months or quarters of both years, and not all of them."""
    parts = [part_of(certificate, one, flow, reporter) for one in (year, before)]
    same = [None if one is None or "numbers" not in one else (one["kind"], one["numbers"]) for one in parts]
    return same[0] is not None and same[0] == same[1]


def is_alike(
    certificate: dict[str, Any], year: int, other: int, flow: str | None = None, reporter: str | None = None
) -> bool:
    """Whether an index of one year says something beside that of the other: of no part that is known, or of the same.

    Seasons move an index within a year: half a year beside a whole one shows them as a change.
    """
    if all(part_of(certificate, one, flow, reporter) is None for one in (year, other)):
        return True
    return is_same_part(certificate, year, other, flow, reporter)


def part_sentences(
    certificate: dict[str, Any], year: int, lang: str, flows: Sequence[str], reporter: str | None = None
) -> list[str]:
    """How many months or quarters of the year there are: once for all flows, or of each that is not whole."""
    found = [_of_part(part_of(certificate, year, flow, reporter), year, lang) for flow in flows]
    if len(set(found)) == 1:
        return [one for one in found[:1] if one]
    named = [(say(flow, lang), one[:1].lower() + one[1:]) for flow, one in zip(flows, found, strict=True) if one]
    return [say("brief_part_of_flow", lang, flow=flow, sentence=sentence) for flow, sentence in named]


def period_name(
    certificate: dict[str, Any], year: int, lang: str, flows: Sequence[str], reporter: str | None = None
) -> str:
    """What the figures of the year are of: the year, or the months or quarters of it where all flows have the same.

    Examples
    --------
    >>> nine = {"year": 2019, "kind": "months", "count": 9, "of": 12, "numbers": list(range(1, 10))}
    >>> [period_name({"part_years": parts}, 2019, "vi", ["export"]) for parts in ([], [nine])]
    ['năm 2019', '9 tháng đầu năm 2019']
    """
    part, *others = [part_of(certificate, year, flow, reporter) for flow in flows]
    if part is None or "numbers" not in part or any(one != part for one in others):
        return say("period_year", lang, year=year)
    numbers = part["numbers"]
    first, last = numbers[0], numbers[-1]
    if numbers != [*range(first, last + 1)]:
        shape = "some"
    elif first == last:
        shape = "one"
    else:
        shape = "first" if first == 1 and part["kind"] == "months" else "span"
    ends = [ROMAN[one] if part["kind"] == "quarters" and lang == "vi" else str(one) for one in (first, last)]
    return say(f"period_{part['kind']}_{shape}", lang, year=year, count=len(numbers), first=ends[0], last=ends[1])


def _of_part(part: dict[str, Any] | None, year: int, lang: str) -> str:
    """How many months or quarters a part has; nothing of a whole year."""
    if part is None:
        return ""
    if "count" not in part:
        return say("brief_part_of_year_unclear", lang, year=year)
    one = "_one" if part["count"] == 1 else ""
    return say(f"brief_part_of_year_{part['kind']}{one}", lang, count=number(part["count"], lang), year=year)


def value_head(status: str) -> str:
    """The text of the head of a column of values."""
    return f"status_value_{status}" if status else "brief_value"


def flow_head(flow: str, status: str, lang: str) -> str:
    """The head of a column of a flow."""
    return say("status_flow", lang, flow=flow, status=say(f"status_{status}", lang)) if status else flow


def _sentence(status: str, year: int, lang: str) -> str:
    return say("status_of_year" if status == ESTIMATE else "status_of_year_preliminary", lang, year=year)
