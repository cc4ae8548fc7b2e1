"""Years of which a table has only a part, as its months and quarters are there, else as headings and titles say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from tradeanalysis.gate.findings import finding
from tradeanalysis.gate.groups import packed
from tradeanalysis.schema import FLOW, PERIOD, REPORTER, VALUE, YEAR
from tradeanalysis.sources.columns.headings import is_cumulative, is_of_year_before
from tradeanalysis.sources.columns.parts_in_words import (
    OPEN,
    WHOLE,
    label_of_part,
    of_period,
    part_of_year,
    parts_in,
    period_in,
    year_by_year,
)
from tradeanalysis.sources.columns.periods import written
from tradeanalysis.sources.columns.reading import Reading
from tradeanalysis.texts import Text

_OF_KIND = {
    "unclear": "months_left_open",
    "so_far": "months_so_far",
    "quarters": "quarters_missing",
    "months": "months_missing",
}


def note_periods(reading: Reading, *, kept: bool = False) -> None:
    """What months and quarters, added to years or ``kept``, say of these: which are not whole, and their quarters."""
    if not {YEAR, PERIOD} <= {*reading.table}:
        if stated := part_years(reading, reading.table):
            _warn(reading, stated, [], so_far=stated[0].get("numbers") != [1])
        elif YEAR not in reading.table and (sums := _sums(reading)):
            reading.findings.append(finding("TA-116", "sums_so_far", columns=sums))
        return
    labels = [str(one) for one in reading.coded(PERIOD).labels]
    parts = {label: part for label in labels if (part := of_period(label))}
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
    _warn(reading, reading.part_years, keys, so_far=so_far)


def _sums(reading: Reading) -> list[str]:
    """The headings of values that are of the year so far; none in a report of its last month."""
    if any(one.get("count") == one.get("of", 0) for one in map(_so_far, reading.raw.parts)):
        return []
    names = [*map(str, filter(is_cumulative, reading.layout.values))]
    return [repr(reading.raw.written.get(one, one)) for one in names if one in reading.raw.cells]


def _warn(reading: Reading, parts: Sequence[dict[str, Any]], keys: Sequence[str], *, so_far: bool) -> None:
    """That years are not whole, each kind of part on its own."""
    kinds: dict[str, list[Text]] = {}
    for one in parts:
        key = "so_far" if so_far and one["kind"] == "months" and one["numbers"][0] == 1 else one["kind"]
        words = {"unclear": "part_open", "so_far": "first_months"}.get(key, "year_has")
        kinds.setdefault(key, []).append(_said(one, keys, words))
    for key, said in kinds.items():
        reading.findings.append(finding("TA-116", _OF_KIND[key], parts=said))


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
            of = {} if alike else dict(zip(keys, group, strict=True))
            if numbers == OPEN:
                entries.append({"year": year, "kind": "unclear"} | of)
            elif len(numbers) < WHOLE[kind]:
                entries.append(part_of_year(year, kind, numbers) | of)
    return entries


def _said(part: dict[str, Any], keys: Sequence[str], key: str) -> Text:
    """A part of a year in words, with the reporter and the flow that it is of."""
    of = [Text(f"flow_{part[one]}") if one == FLOW else part[one] for one in keys if one in part]
    return Text(f"{key}_of" if of else key, year=part["year"], n=part.get("count", 0), **({"of": of} if of else {}))


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
    found = [of_period(written(period_in(one) or "")) for one in headings]
    if parts := year_by_year(filter(None, found)) or parts_in(headings):
        return parts
    if parts := _of_years_there(reading, headings):
        return parts
    # The part that a title names is another column's where that is headed so.
    beside = {written(period_in(str(one)) or "") for one in reading.raw.cells if one not in reading.layout.values}
    of_titles = [one for one in reading.raw.parts if label_of_part(one) not in beside]
    if headings and all(map(is_of_year_before, headings)):
        of_titles = [one | {"year": one["year"] - 1} for one in of_titles]
    if not any(map(is_cumulative, headings)):
        return of_titles
    if not of_titles and YEAR in reading.table:
        return [{"year": int(year), "kind": "unclear"} for year in sorted({*reading.table[YEAR]}) if year]
    # Of a report of May, what has come so far is that of five months.
    return [one for one in map(_so_far, of_titles) if one.get("count", 0) < one.get("of", 1)]


def _of_years_there(reading: Reading, headings: Sequence[str]) -> list[dict[str, Any]]:
    """The parts of the years of a table that headings without a year name: "Tháng 5", "5 tháng"."""
    if YEAR not in reading.table or any(map(is_of_year_before, headings)):
        return []
    years = sorted({int(year) for year in reading.table[YEAR].unique() if str(year).isdigit() and int(year)})
    named = [of_period(written(period_in(f"{one} {year}") or "")) for one in headings for year in years]
    return year_by_year(part for part in named if part and part[2] != OPEN)


def _so_far(part: dict[str, Any]) -> dict[str, Any]:
    """All months or quarters to the last of a part."""
    if not (numbers := part.get("numbers")):
        return part
    return part | part_of_year(part["year"], part["kind"], range(1, numbers[-1] + 1))
