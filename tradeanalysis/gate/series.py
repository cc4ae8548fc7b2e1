"""Checks of time: periods of one length, a whole last year, no slips of the unit."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from tradeanalysis.gate.context import Context, blank, grouped, listed, named, of_labels, summed
from tradeanalysis.gate.findings import Finding, listing
from tradeanalysis.schema import EXPORT, FLOW, IMPORT, PARTNER, PERIOD, REPORTER, YEAR

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
            what = f"a period of another length than the others, {at.listing(column, few)}"
            fix = "Keep the years, or add up the months: a year holds its months already."
            yield at.profile.finding("TA-115", what, fix, cells=few)


def years(at: Context) -> Iterator[Finding]:
    """Impossible years, years missing inside the series, and a last year that is not whole."""
    if YEAR not in at.cells:
        return
    year = _numbers(at)
    odd = ~of_labels(at.cells[YEAR], blank) & ~(
        (year >= 1800) & (year <= datetime.date.today().year + 1) & (year % 1 == 0)
    )
    if odd.any():
        what = f"an impossible year, {at.listing(YEAR, odd)}"
        yield at.profile.finding("TA-112", what, "Write years as 2023.", cells=odd)
        return
    there = [int(one) for one in np.unique(year[~np.isnan(year)])]
    if len(there) < 2:
        return
    if gaps := sorted(set(range(there[0], there[-1])) - set(there)):
        fix = "Nothing is put in their place; a line is broken there."
        yield Finding("TA-136", f"no rows for {listing(gaps)}", fix)
    fix = "Leave it out of comparisons, or mark it as partial."
    if partial := _partial(at, year, there[-1], there[-2]):
        yield Finding("TA-116", partial, fix)


def _numbers(at: Context) -> npt.NDArray[np.float64]:
    return pd.to_numeric(at.cells[YEAR], errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)


def _partial(at: Context, year: npt.NDArray[np.float64], last: int, before: int) -> str:
    """Why a last year does not seem whole; empty where it does."""
    if PERIOD in at.cells:
        months = at.cells.groupby(year)[PERIOD].nunique()
        if months[last] < months[before]:
            return f"{last} has {months[last]} periods, {before} has {months[before]}"
    group, pair = at.profile.keys(REPORTER, FLOW), at.profile.keys(REPORTER, FLOW, PARTNER)
    cells = at.cells[at.single]
    when = year[at.single]
    now, then = (summed(cells[when == one], pair, ["value"]) for one in (last, before))
    if now["value"].sum() < FALLEN * then["value"].sum():
        return f"{last} holds {now['value'].sum() / then['value'].sum():.0%} of the value of {before}"
    if not pair:
        return ""
    still = then.merge(now[now["value"] > 0][pair], on=pair)
    part = summed(then, group, ["value"])
    stayed = summed(still, group, ["value"])
    covered = (stayed.merge(part, on=group, how="right", suffixes=("", " then")) if group else stayed)["value"]
    part["covered"] = covered.fillna(0.0) / part["value"]
    thin = part[part["covered"] < COVERED]
    if thin.empty:
        return ""
    labels = listed(thin, group, "{place} ({covered:.0%})")
    return f"the partners that {last} has made up less than {COVERED:.0%} of the value of {before}: {labels}"


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
        labels = listing((word for far in found for word in named(*far)), of=count)
        fix = "Look whether the unit slipped there, such as thousands of dollars among dollars."
        yield Finding("TA-117", f"{count:,} value{'s' * (count > 1)} far off: {labels}", fix)


class _Far(NamedTuple):
    """Cells that are far off, their keys, and the words for one."""

    cells: pd.DataFrame
    keys: list[str]
    form: str


def _off(rows: pd.DataFrame, series: list[str]) -> _Far:
    """Values far from the one before in their series: a slip shows when it comes and when it goes."""
    rows = rows.sort_values(YEAR, kind="stable")
    value, before = rows["value"], grouped(rows, series)["value"].shift()
    off = (value > SLIP * before) | (before > SLIP * value)
    if "value total" in rows:
        off &= np.maximum(value, before) > MATERIAL * rows["value total"]
    return _Far(rows.assign(times=value / before)[off], [*series, YEAR], "{place} ({times:,.3g} times the year before)")


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
    return _Far(sides.assign(times=times)[off], [REPORTER, PARTNER, YEAR], "{place} ({times:,.3g} times its mirror)")
