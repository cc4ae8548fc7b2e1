"""The parts of years that titles and headings name in words."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from tradeanalysis.sources.columns.periods import period, place_in_year
from tradeanalysis.sources.columns.sheet_words import without_days

# How many months or quarters a whole year has.
WHOLE = {"months": 12, "quarters": 4}
_Y = r"(?P<year>(?:19|20)\d\d)(?!\d)"
_OF = r" ?(?:[-/.,]|năm|of)? ?"
# Parts from the first one of a year, or to its last one.
_SO_FAR = {
    "months": re.compile(
        rf"(?<!\d)(?P<count>\d{{1,2}}) ?(?:tháng|months)(?: ?(?:đầu|(?P<last>cuối)))?{_OF}{_Y}", re.IGNORECASE
    ),
    "quarters": re.compile(
        rf"(?<!\d)(?P<count>[1-4]) ?(?:quý|quarters)(?: ?(?:đầu|(?P<last>cuối)))?{_OF}{_Y}", re.IGNORECASE
    ),
}
_TO = r" ?(?:đến|tới|to|through|[-–])(?: hết)?"
# Parts from one to another, which may be of the year before: both with their year, or the last one alone.
_PARTS = (
    ("months", "tháng", r"\d{1,2}"),
    ("months", r"(?<!\w)", r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}\.?"),
    ("quarters", r"(?:quý|quarters?|(?<!\w)q)", r"(?:iv|i{1,3}|[1-4])"),
)
_SPANS = [
    (
        kind,
        re.compile(
            rf"{word} ?(?P<first>{nth})(?:{_OF}(?P<since>(?:19|20)\d\d))?{_TO}(?: ?{word})? ?(?P<last>{nth}){_OF}{_Y}",
            re.IGNORECASE,
        ),
    )
    for kind, word, nth in _PARTS
]
# Parts one by one: the word once, and the year behind the last.
_LISTS = [
    (
        kind,
        re.compile(rf"{word} ?(?P<all>{nth}(?:(?: ?, ?| và | and |, and | ?& ?){nth})+){_OF}{_Y}", re.IGNORECASE),
        re.compile(nth, re.IGNORECASE),
    )
    for kind, word, nth in _PARTS
]
# A month beside the months until it, as monthly reports are headed: which of the two a table has is unclear.
_MONTH_BESIDE = re.compile(
    rf"tháng ?(?P<month>\d{{1,2}})(?= ?(?:và|,) ?(?:lũy kế )?\d{{1,2}} tháng(?: đầu)?{_OF}{_Y})", re.IGNORECASE
)
_UNTIL = re.compile(rf"(?:đến|hết) tháng ?(?P<count>\d{{1,2}}){_OF}{_Y}", re.IGNORECASE)
_ONE = re.compile(rf"(?:(?:tháng|quý) ?(?:iv|i{{1,3}}|\d{{1,2}})|(?<!\w)q[1-4]){_OF}{_Y}", re.IGNORECASE)


def parts_in(titles: Iterable[str]) -> list[dict[str, Any]]:
    """The years of which titles say that the table has a part; which is unclear where they name several of one year.

    Examples
    --------
    >>> parts_in(["XUẤT KHẨU 9 THÁNG ĐẦU NĂM 2024 SO VỚI NĂM 2023"])
    [{'year': 2024, 'kind': 'months', 'count': 9, 'of': 12, 'numbers': [1, 2, 3, 4, 5, 6, 7, 8, 9]}]
    >>> parts_in(["Quý III/2024", "Ngày 5 tháng 10 năm 2024", "12 tháng năm 2023"])
    [{'year': 2024, 'kind': 'quarters', 'count': 1, 'of': 4, 'numbers': [3]}]
    >>> parts_in(["Xuất khẩu tháng 9/2024 và 9 tháng năm 2024"])
    [{'year': 2024, 'kind': 'unclear'}]
    """
    undated = [without_days(unicodedata.normalize("NFC", title)) for title in titles]
    return year_by_year(part for title in undated for part in _of_title(title))


def year_by_year(parts: Iterable[tuple[int, str, tuple[int, ...]]]) -> list[dict[str, Any]]:
    """One part of each year that is not whole, unclear where several are named."""
    found: dict[int, set[tuple[str, tuple[int, ...]]]] = {}
    for year, kind, numbers in parts:
        found.setdefault(year, set()).add((kind, numbers))
    entries = []
    for year, named in found.items():
        kind, numbers = next(iter(named))
        if len(named) > 1:
            entries.append({"year": year, "kind": "unclear"})
        elif len(numbers) < WHOLE[kind]:
            entries.append(part_of_year(year, kind, numbers))
    return entries


def _of_title(title: str) -> list[tuple[int, str, tuple[int, ...]]]:
    """The year, the kind and the numbers of each part of a year that a title names."""
    text = " ".join(title.split())
    beside: list[tuple[int, str, tuple[int, ...]]] = [
        (int(match["year"]), "months", (int(match["month"]),)) for match in _MONTH_BESIDE.finditer(text)
    ]
    found = [one for one in beside if 1 <= one[2][0] <= WHOLE["months"]]
    for kind, pattern in _SPANS:
        found += [part for match in pattern.finditer(text) for part in _of_span(match, kind)]
        text = pattern.sub(" ", text)
    for kind, pattern, nth in _LISTS:
        for match in pattern.finditer(text):
            numbers = sorted({place_in_year(one.rstrip(".")) for one in nth.findall(match["all"])})
            if numbers[0] >= 1 and numbers[-1] <= WHOLE[kind]:
                found.append((int(match["year"]), kind, tuple(numbers)))
        text = pattern.sub(" ", text)
    for kind, pattern in (("months", _UNTIL), *_SO_FAR.items()):
        for match in pattern.finditer(text):
            count, whole = int(match["count"]), WHOLE[kind]
            first = whole + 1 - count if match.groupdict().get("last") else 1
            if 1 <= count <= whole:
                found.append((int(match["year"]), kind, tuple(range(first, first + count))))
        text = pattern.sub(" ", text)
    return found + [part for match in _ONE.finditer(text) if (part := of_period(period(match[0]) or ""))]


def _of_span(match: re.Match[str], kind: str) -> list[tuple[int, str, tuple[int, ...]]]:
    """The months or quarters from one to another, which may be of the year before."""
    first, last = (place_in_year(match[one].rstrip(".")) for one in ("first", "last"))
    year, whole = int(match["year"]), WHOLE[kind]
    since = int(match["since"] or year)
    if not (1 <= first <= whole and 1 <= last <= whole) or (since, first) > (year, last):
        return []
    if since == year:
        return [(year, kind, tuple(range(first, last + 1)))]
    return [(since, kind, tuple(range(first, whole + 1))), (year, kind, tuple(range(1, last + 1)))]


def of_period(when: str) -> tuple[int, str, tuple[int, ...]] | None:
    """The part of a year that a period is: 2024-09, 2024-Q3 or the first months, 2024-C09; none of a whole year."""
    if not (match := re.fullmatch(r"(\d{4})-?(Q|C?)(\d{1,2})", when)):
        return None
    kind, number = "quarters" if match[2] == "Q" else "months", int(match[3])
    return int(match[1]), kind, tuple(range(1, number + 1)) if match[2] == "C" else (number,)


def part_of_year(year: int, kind: str, numbers: Sequence[int]) -> dict[str, Any]:
    """A part of a year, as certificates have it."""
    return {"year": year, "kind": kind, "count": len(numbers), "of": WHOLE[kind], "numbers": [*map(int, numbers)]}


def label_of_part(part: Mapping[str, Any]) -> str | None:
    """A month, a quarter or the first months of a year as a period; None where it is none of them.

    Examples
    --------
    >>> [label_of_part(part_of_year(2024, "months", numbers)) for numbers in ([5], [1, 2, 3], [4, 5])]
    ['2024-05', '2024-C03', None]
    """
    numbers, year = part.get("numbers", []), part["year"]
    if len(numbers) == 1:
        return f"{year}-Q{numbers[0]}" if part["kind"] == "quarters" else f"{year}-{numbers[0]:02d}"
    if part.get("kind") == "months" and numbers == [*range(1, len(numbers) + 1)] and numbers:
        return f"{year}-C{len(numbers):02d}"
    return None
