"""Checks of time: periods of one length, a whole last year, no slips of the unit."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from tradeanalysis.gate.context import Context, blank, grouped, listed, named, of_labels, summed
from tradeanalysis.gate.findings import Finding, finding
from tradeanalysis.schema import EXPORT, FLOW, IMPORT, PARTNER, PERIOD, REPORTER, YEAR
from tradeanalysis.texts import MOST, Few

# A value this many times the one before, or its mirror, is a slip of the unit rather than trade; one this small a
# share of its reporter's trade is left alone, since small series do jump.
SLIP, MATERIAL = 100.0, 0.01
# The last year is whole where its partners had this much of the year before, and it has this much of that value.
COVERED, FALLEN = 0.9, 0.6


def periods(at: Context) -> Iterator[Finding]:
    """Periods of several lengths."""
    for column in at.profile.keys(PERIOD, YEAR):
        digits = of_labels(at.cells[column], lambda one: 0 if blank(one) else len(str(one).strip().removesuffix(".0")))
        lengths, count = np.unique(digits[digits > 0], return_counts=True)
        if len(lengths) > 1:
            few = digits == lengths[count.argmin()]
            yield at.profile.finding("TA-115", "period_length_in_table", periods=at.labels(column, few), cells=few)


def years(at: Context) -> Iterator[Finding]:
    """Impossible years, years missing inside the series, and a last year that is not whole."""
    if YEAR not in at.cells:
        return
    year = _numbers(at)
    odd = ~of_labels(at.cells[YEAR], blank) & ~(
        (year >= 1800) & (year <= datetime.date.today().year + 1) & (year % 1 == 0)
    )
    if odd.any():
        yield at.profile.finding("TA-112", "year_impossible", years=at.labels(YEAR, odd), cells=odd)
        return
    there = [int(one) for one in np.unique(year[~np.isnan(year)])]
    if len(there) < 2:
        return
    if gaps := sorted(set(range(there[0], there[-1])) - set(there)):
        yield finding("TA-136", "years_missing", years=gaps)
    yield from _partial(at, year, there[-1], there[-2])


def _numbers(at: Context) -> npt.NDArray[np.float64]:
    return pd.to_numeric(at.cells[YEAR], errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)


def _partial(at: Context, year: npt.NDArray[np.float64], last: int, before: int) -> Iterator[Finding]:
    """Why a last year does not seem whole."""
    if PERIOD in at.cells:
        months = at.cells.groupby(year)[PERIOD].nunique()
        if months[last] < months[before]:
            yield finding(
                "TA-116",
                "partial_by_periods",
                last=last,
                now=int(months[last]),
                before=before,
                then=int(months[before]),
            )
            return
    group, pair = at.profile.keys(REPORTER, FLOW), at.profile.keys(REPORTER, FLOW, PARTNER)
    cells = at.cells[at.single]
    when = year[at.single]
    now, then = (summed(cells[when == one], pair, ["value"]) for one in (last, before))
    if now["value"].sum() < FALLEN * then["value"].sum():
        held = float(now["value"].sum() / then["value"].sum())
        yield finding("TA-116", "partial_by_value", last=last, before=before, held=held)
        return
    if not pair:
        return
    still = then.merge(now[now["value"] > 0][pair], on=pair)
    part = summed(then, group, ["value"])
    stayed = summed(still, group, ["value"])
    covered = (stayed.merge(part, on=group, how="right", suffixes=("", " then")) if group else stayed)["value"]
    part["covered"] = covered.fillna(0.0) / part["value"]
    thin = part[part["covered"] < COVERED]
    if len(thin):
        places = listed(thin, group, "place_covered")
        yield finding("TA-116", "partial_by_partners", last=last, before=before, covered=COVERED, places=places)


def slips(at: Context) -> Iterator[Finding]:
    """Values a hundred times the one before or their mirror: a slip of the unit."""
    if YEAR not in at.cells:
        return
    cells = at.cells[at.single & (at.cells["value"].to_numpy() > 0)]
    whole, pair = at.profile.keys(REPORTER, FLOW), at.profile.keys(REPORTER, FLOW, PARTNER)
    totals = summed(cells, [*whole, YEAR], ["value"])
    found = [_off(totals, whole)]
    if PARTNER in pair:
        rows = summed(cells, [*pair, YEAR], ["value"]).merge(totals, on=[*whole, YEAR], suffixes=("", " total"))
        found.append(_off(rows, pair))
        if {REPORTER, FLOW} <= set(pair):
            found.append(_off_mirror(rows))
    if count := sum(len(far.cells) for far in found):
        first = [word for far in found for word in named(*far)][:MOST]
        yield finding("TA-117", "far_off", count=count, places=Few(first, count))


class _Far(NamedTuple):
    """Cells that are far off, their keys, and the words for one."""

    cells: pd.DataFrame
    keys: list[str]
    text: str


def _off(rows: pd.DataFrame, series: list[str]) -> _Far:
    """Values far from the one before in their series: a slip shows when it comes and when it goes."""
    rows = rows.sort_values(YEAR, kind="stable")
    value, before = rows["value"], grouped(rows, series)["value"].shift()
    off = (value > SLIP * before) | (before > SLIP * value)
    if "value total" in rows:
        off &= np.maximum(value, before) > MATERIAL * rows["value total"]
    return _Far(rows.assign(times=value / before)[off], [*series, YEAR], "place_times_before")


def _off_mirror(rows: pd.DataFrame) -> _Far:
    """Exports far from what the partner reports as imports."""
    sides = rows[rows[FLOW] == EXPORT].merge(
        rows[rows[FLOW] == IMPORT],
        left_on=[REPORTER, PARTNER, YEAR],
        right_on=[PARTNER, REPORTER, YEAR],
        suffixes=("", " mirror"),
    )
    times = sides["value"] / sides["value mirror"]
    large = (sides["value"] > MATERIAL * sides["value total"]) | (
        sides["value mirror"] > MATERIAL * sides["value total mirror"]
    )
    off = large & ((times > SLIP) | (times < 1 / SLIP))
    return _Far(sides.assign(times=times)[off], [REPORTER, PARTNER, YEAR], "place_times_mirror")
