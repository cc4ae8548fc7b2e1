"""Years of which a table has only a part: months and quarters that are there, and what titles say."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import pandas as pd

from tradeanalysis.gate.findings import finding
from tradeanalysis.gate.groups import coded, packed
from tradeanalysis.schema import FLOW, PERIOD, REPORTER, VALUE, YEAR
from tradeanalysis.sources.columns.periods import period
from tradeanalysis.sources.columns.reading import Reading
from tradeanalysis.sources.columns.sheet_words import without_days
from tradeanalysis.texts import Text

# How many months or quarters a whole year has.
WHOLE = {"months": 12, "quarters": 4}
_Y = r"(?P<year>(?:19|20)\d\d)(?!\d)"
_OF = r" ?(?:[-/.,]|năm|of)? ?"
_MONTHS_SO_FAR = re.compile(
    rf"(?<!\d)(?P<count>\d{{1,2}}) ?(?:tháng|months)(?: ?(?:đầu|(?P<last>cuối)))?{_OF}{_Y}", re.IGNORECASE
)
_UNTIL = re.compile(rf"(?:đến|hết) tháng ?(?P<count>\d{{1,2}}){_OF}{_Y}", re.IGNORECASE)
_ONE = re.compile(rf"(?:(?:tháng|quý) ?(?:iv|i{{1,3}}|\d{{1,2}})|(?<!\w)q[1-4]){_OF}{_Y}", re.IGNORECASE)


def parts_in(titles: Iterable[str]) -> list[dict[str, Any]]:
    """The years of which titles say that the table has a part; none of a year of which they say several.

    Examples
    --------
    >>> parts_in(["XUẤT KHẨU 9 THÁNG ĐẦU NĂM 2024 SO VỚI NĂM 2023"])
    [{'year': 2024, 'kind': 'months', 'count': 9, 'of': 12, 'numbers': [1, 2, 3, 4, 5, 6, 7, 8, 9]}]
    >>> parts_in(["Quý III/2024", "Ngày 5 tháng 10 năm 2024", "12 tháng năm 2023"])
    [{'year': 2024, 'kind': 'quarters', 'count': 1, 'of': 4, 'numbers': [3]}]
    """
    found: dict[int, list[tuple[str, tuple[int, ...]]]] = {}
    for title in titles:
        for year, kind, numbers in _of_title(without_days(unicodedata.normalize("NFC", title))):
            found.setdefault(year, []).append((kind, numbers))
    alone = {year: parts[0] for year, parts in found.items() if len(set(parts)) == 1}
    return [part_of_year(year, kind, numbers) for year, (kind, numbers) in alone.items() if len(numbers) < WHOLE[kind]]


def _of_title(title: str) -> list[tuple[int, str, tuple[int, ...]]]:
    """The year, the kind and the numbers of each part of a year that a title names."""
    text, found = " ".join(title.split()), []
    for pattern in (_UNTIL, _MONTHS_SO_FAR):
        for match in pattern.finditer(text):
            count = int(match["count"])
            first = 13 - count if match.groupdict().get("last") else 1
            if 1 <= count <= 12:
                found.append((int(match["year"]), "months", tuple(range(first, first + count))))
        text = pattern.sub(" ", text)
    return found + [part for match in _ONE.finditer(text) if (part := _of_period(period(match[0]) or ""))]


def _of_period(when: str) -> tuple[int, str, tuple[int, ...]] | None:
    """The part of a year that a period is: 202409, 2024Q3 or the first months, 2024C09; none of a whole year."""
    if not (match := re.fullmatch(r"(\d{4})(Q|C?)(\d{1,2})", when)):
        return None
    kind, number = "quarters" if match[2] == "Q" else "months", int(match[3])
    return int(match[1]), kind, tuple(range(1, number + 1)) if match[2] == "C" else (number,)


def part_of_year(year: int, kind: str, numbers: Sequence[int]) -> dict[str, Any]:
    """A part of a year, as certificates have it."""
    return {"year": year, "kind": kind, "count": len(numbers), "of": WHOLE[kind], "numbers": [*map(int, numbers)]}


def note_periods(reading: Reading) -> None:
    """Months and quarters, which are added to years: which years are not whole, and the quarters of those that are."""
    if not {YEAR, PERIOD} <= {*reading.table}:
        return
    year, when = (coded(reading.table[column]) for column in (YEAR, PERIOD))
    so_far = [match for one in when.labels if (match := re.fullmatch(r"(\d{4})C0?(\d+)", str(one)))]
    if len(so_far) == len(when.labels):
        first = {int(match[1]): int(match[2]) for match in sorted(so_far, key=lambda match: int(match[2]))}
        reading.part_years = [part_of_year(one, "months", range(1, n + 1)) for one, n in sorted(first.items())]
        parts = [Text("first_months", year=match[1], months=int(match[2])) for match in so_far]
        reading.findings.append(finding("TA-116", "months_so_far", parts=parts))
        return
    pairs = np.unique(packed([(one.number, len(one.labels)) for one in (year, when)], len(reading.table)))
    numbers: dict[int, list[int]] = {}
    for at, label in zip(pairs // len(when.labels), pairs % len(when.labels), strict=True):
        number = re.fullmatch(r"\d{4}Q?(\d{1,2})", str(when.labels[label]))
        numbers.setdefault(int(year.labels[at]), []).append(int(number[1]) if number else 0)
    kind = "months" if all(re.fullmatch(r"\d{6}", str(one)) for one in when.labels) else "quarters"
    reading.by_quarter = _by_quarter(reading.table, WHOLE[kind])
    reading.note(f"{kind}_added", periods=sum(map(len, numbers.values())), years=len(numbers))
    short = {one: sorted(found) for one, found in sorted(numbers.items()) if len(found) < WHOLE[kind]}
    reading.part_years = [part_of_year(one, kind, found) for one, found in short.items()]
    if short:
        counts = [Text("year_has", year=one, n=len(found)) for one, found in short.items()]
        reading.findings.append(finding("TA-116", f"{kind}_missing", counts=counts))


def _by_quarter(table: pd.DataFrame, whole: int) -> list[dict[str, Any]]:
    """The values of the four quarters of each reporter, flow and year that has all of its months or quarters."""
    # 202304 is a month, 2023Q2 a quarter.
    number = table[PERIOD].astype(str).str[4:].str.removeprefix("Q")
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
    """The years of which a table that was read has a part: as its months are, else as headings and titles say."""
    if reading.part_years is not None:
        return reading.part_years
    headings = [reading.raw.written.get(one, one) for one in reading.layout.values if one in reading.raw.cells]
    found = [_of_period(period(one) or "") for one in headings]
    parts = [part_of_year(*one) for one in found if one] or parts_in(headings) or reading.raw.parts
    there = set(table[YEAR].unique().tolist()) if YEAR in table else None
    return [one for one in parts if there is None or one["year"] in there]
