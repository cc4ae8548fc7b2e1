"""Years of which a table has only a part: months and quarters that are there, and what titles say."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from tradeanalysis.gate.findings import Finding, finding
from tradeanalysis.gate.groups import packed
from tradeanalysis.schema import FLOW, PERIOD, REPORTER, VALUE, YEAR
from tradeanalysis.sources.columns.headings import is_cumulative
from tradeanalysis.sources.columns.periods import period, place_in_year
from tradeanalysis.sources.columns.reading import Reading
from tradeanalysis.sources.columns.sheet_words import without_days
from tradeanalysis.texts import Text

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
    return _year_by_year(part for title in undated for part in _of_title(title))


def _year_by_year(parts: Iterable[tuple[int, str, tuple[int, ...]]]) -> list[dict[str, Any]]:
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
    return found + [part for match in _ONE.finditer(text) if (part := _of_period(period(match[0]) or ""))]


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


def _of_period(when: str) -> tuple[int, str, tuple[int, ...]] | None:
    """The part of a year that a period is: 2024-09, 2024-Q3 or the first months, 2024-C09; none of a whole year."""
    if not (match := re.fullmatch(r"(\d{4})-?(Q|C?)(\d{1,2})", when)):
        return None
    kind, number = "quarters" if match[2] == "Q" else "months", int(match[3])
    return int(match[1]), kind, tuple(range(1, number + 1)) if match[2] == "C" else (number,)


def part_of_year(year: int, kind: str, numbers: Sequence[int]) -> dict[str, Any]:
    """A part of a year, as certificates have it."""
    return {"year": year, "kind": kind, "count": len(numbers), "of": WHOLE[kind], "numbers": [*map(int, numbers)]}


def note_periods(reading: Reading, *, kept: bool = False) -> None:
    """What months and quarters, added to years or ``kept``, say of these: which are not whole, and their quarters."""
    if not {YEAR, PERIOD} <= {*reading.table}:
        return
    labels = [str(one) for one in reading.coded(PERIOD).labels]
    parts = {label: part for label in labels if (part := _of_period(label))}
    if len(parts) < len(labels) or not parts:
        return  # a label that is no month and no quarter says nothing of its year
    kind, so_far = next(iter(parts.values()))[1], "C" in labels[0]
    keys = [one for one in (REPORTER, FLOW) if one in reading.table and reading.table[one].nunique() > 1]
    found = _numbers_there(reading, keys, {label: numbers for label, (_, _, numbers) in parts.items()})
    reading.part_years = _not_whole(found, keys, kind)
    if not so_far:
        reading.by_quarter = _by_quarter(reading.table, WHOLE[kind])
        if not kept:
            reading.note(f"{kind}_added", periods=len(labels), years=len(found))
    if reading.part_years:
        of_one = "first_months" if so_far else "year_has"
        said = [_said(one, keys, of_one) for one in reading.part_years]
        reading.findings.append(_finding("so far" if so_far else kind, said))


def _finding(kind: str, parts: list[Text]) -> Finding:
    """That years are not whole."""
    if kind == "so far":
        return finding("TA-116", "months_so_far", parts=parts)
    if kind == "quarters":
        return finding("TA-116", "quarters_missing", parts=parts)
    return finding("TA-116", "months_missing", parts=parts)


def _numbers_there(
    reading: Reading, keys: Sequence[str], numbers: Mapping[str, tuple[int, ...]]
) -> dict[int, dict[tuple[str, ...], tuple[int, ...]]]:
    """The numbers of the months or quarters of each year, by the labels of the keys."""
    columns = [reading.coded(one) for one in (YEAR, PERIOD, *keys)]
    cells = packed([(one.number, len(one.labels)) for one in columns], len(reading.table))
    found: dict[int, dict[tuple[str, ...], tuple[int, ...]]] = {}
    for row in np.unique(cells, return_index=True)[1]:
        year, when, *of = (one.labels[one.number[row]] for one in columns)
        groups, group = found.setdefault(int(year), {}), tuple(map(str, of))
        groups[group] = tuple(sorted({*groups.get(group, ()), *numbers[str(when)]}))
    return dict(sorted(found.items()))


def _not_whole(
    found: Mapping[int, Mapping[tuple[str, ...], tuple[int, ...]]], keys: Sequence[str], kind: str
) -> list[dict[str, Any]]:
    """The years that are not whole; those of single reporters and flows, where the others have more or less of them."""
    entries = []
    for year, groups in found.items():
        alike = len(set(groups.values())) == 1
        for group, numbers in sorted(groups.items())[: 1 if alike else None]:
            if len(numbers) < WHOLE[kind]:
                of = {} if alike else dict(zip(keys, group, strict=True))
                entries.append(part_of_year(year, kind, numbers) | of)
    return entries


def _said(part: dict[str, Any], keys: Sequence[str], key: str) -> Text:
    """A part of a year in words, with the reporter and the flow that it is of."""
    of = [Text(f"flow_{part[one]}") if one == FLOW else part[one] for one in keys if one in part]
    return Text(f"{key}_of" if of else key, year=part["year"], n=part["count"], **({"of": of} if of else {}))


def _by_quarter(table: pd.DataFrame, whole: int) -> list[dict[str, Any]]:
    """The values of the four quarters of each reporter, flow and year that has all of its months or quarters."""
    # 2023-04 is a month, 2023-Q2 a quarter.
    number = table[PERIOD].astype(str).str[5:].str.removeprefix("Q")
    if not number.str.fullmatch(r"\d{1,2}").all():
        return []
    part = number.astype(int).to_numpy()
    quarter = (part - 1) // 3 if whole == WHOLE["months"] else part - 1
    keys = [column for column in (REPORTER, FLOW, YEAR) if column in table]
    rows = table[keys].assign(part=part, quarter=quarter, **{VALUE: table[VALUE].to_numpy()})
    sums = rows.groupby([*keys, "quarter"])[VALUE].sum().unstack("quarter").reindex(columns=range(4))
    kept = (rows.groupby(keys)["part"].nunique() == whole) & sums.notna().all(axis=1) & (sums.sum(axis=1) > 0)
    found = sums[kept].reset_index().to_dict("records")
    return [
        {
            **{key: int(one[key]) if key == YEAR else str(one[key]) for key in keys},
            "quarters": [float(one[i]) for i in range(4)],
        }
        for one in found
    ]


def part_years(reading: Reading, table: pd.DataFrame) -> list[dict[str, Any]]:
    """The years of which a table that was read has a part: as its months are, else as headings and titles say.

    Of what is ``stated``, the years that are not named may be parts as well.
    """
    if reading.part_years is not None:
        return reading.part_years
    there = set(table[YEAR].unique().tolist()) if YEAR in table else None
    return [one | {"stated": True} for one in stated_parts(reading) if there is None or one["year"] in there]


def stated_parts(reading: Reading) -> list[dict[str, Any]]:
    """The parts of years that the heading of the values or the titles of a file name."""
    headings = [reading.raw.written.get(one, one) for one in reading.layout.values if one in reading.raw.cells]
    found = [_of_period(period(one) or "") for one in headings]
    so_far = any(map(is_cumulative, headings))
    if parts := _year_by_year(filter(None, found)) or parts_in(headings):
        return [_so_far(one) for one in parts] if so_far else parts
    if so_far:
        # Of a report of May, what has come so far is that of five months.
        return [_so_far(one) for one in reading.raw.parts]
    return reading.raw.parts


def _so_far(part: dict[str, Any]) -> dict[str, Any]:
    """All months or quarters to the last of a part."""
    if not (numbers := part.get("numbers")):
        return part
    return part | part_of_year(part["year"], part["kind"], range(1, numbers[-1] + 1))


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
