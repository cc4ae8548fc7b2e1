"""Checks of time: periods of one length, a whole last year, no slips of the unit."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from tradeanalysis.gate.context import Context, blank, listed, named
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
        digits = at.each(column, lambda one: 0 if blank(one) else len(str(one).strip().removesuffix(".0")))
        lengths, count = np.unique(digits[digits > 0], return_counts=True)
        if len(lengths) > 1:
            few = digits == lengths[count.argmin()]
            yield at.profile.finding("TA-115", "period_length_in_table", periods=at.labels(column, few), cells=few)


def years(at: Context) -> Iterator[Finding]:
    """Impossible years, years missing inside the series, and a last year that is not whole."""
    if YEAR not in at.cells:
        return
    year = _numbers(at)
    odd = ~at.each(YEAR, blank) & ~((year >= 1800) & (year <= datetime.date.today().year + 1) & (year % 1 == 0))
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
    of = at.profile.coded[YEAR]
    numbers = pd.to_numeric(pd.Series(of.labels), errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)
    return numbers[of.number]


def _partial(at: Context, year: npt.NDArray[np.float64], last: int, before: int) -> Iterator[Finding]:
    """Why a last year does not seem whole."""
    if PERIOD in at.cells and (found := _fewer_periods(at, year, last, before)):
        yield found
        return
    group, pair = at.profile.keys(REPORTER, FLOW), at.profile.keys(REPORTER, FLOW, PARTNER)
    value, pairs = at.cells["value"].to_numpy(), at.groups(pair)
    now, then = (pairs.sums(value, at.single & (year == one)) for one in (last, before))
    wholes = at.groups(group)
    of_pair = wholes.number[pairs.first]
    # A reporter without any row of the last year is another fault than a year that is not whole.
    there = np.bincount(of_pair, now, len(wholes.first))[of_pair] > 0
    if there.any() and now.sum() < FALLEN * then[there].sum():
        held = float(now.sum() / then[there].sum())
        yield finding("TA-116", "partial_by_value", last=last, before=before, held=held)
        return
    if not pair:
        return
    part = np.bincount(of_pair, then, len(wholes.first))
    stayed = np.bincount(of_pair, np.where(now > 0, then, 0.0), len(wholes.first))
    if not (group or stayed.any()):
        return  # other labels, rather than a part of a year
    with np.errstate(invalid="ignore", divide="ignore"):
        covered = stayed / part
    if (thin := covered < COVERED).any():
        cells = at.cells[group].iloc[wholes.first[thin]].assign(value=part[thin], covered=covered[thin])
        places = listed(cells, group, "place_covered")
        yield finding("TA-116", "partial_by_partners", last=last, before=before, covered=COVERED, places=places)


def _fewer_periods(at: Context, year: npt.NDArray[np.float64], last: int, before: int) -> Finding | None:
    """Which reporters and flows have fewer periods of the last year than of the one before."""
    keys, of = at.profile.keys(REPORTER, FLOW), at.profile.coded[PERIOD]
    groups = at.groups(keys)

    def count(one: int) -> npt.NDArray[np.intp]:
        rows = (year == one) & of.present
        pairs = np.unique(groups.number[rows] * np.intp(len(of.labels)) + of.number[rows])
        return np.bincount(pairs // len(of.labels), minlength=len(groups.first))

    now, then = count(last), count(before)
    short = (now > 0) & (now < then)  # one without any row of the last year is another fault
    if not short.any():
        return None
    if len({*zip(now[now > 0].tolist(), then[now > 0].tolist(), strict=True)}) == 1:
        n, m = int(now[short][0]), int(then[short][0])
        return finding("TA-116", "partial_by_periods", last=last, now=n, before=before, then=m)
    cells = at.cells[keys].iloc[groups.first[short]].assign(now=now[short], then=then[short])
    places = listed(cells, keys, "place_periods")
    return finding("TA-116", "partial_by_periods_in", last=last, before=before, places=places)


def slips(at: Context) -> Iterator[Finding]:
    """Values a hundred times the one before or their mirror: a slip of the unit."""
    if YEAR not in at.cells:
        return
    value = at.cells["value"].to_numpy()
    used = at.single & (value > 0)
    whole, pair = at.profile.keys(REPORTER, FLOW), at.profile.keys(REPORTER, FLOW, PARTNER)
    totals = _series(at, whole, value, used)
    found = [_off(at, totals, whole)]
    if PARTNER in pair:
        rows = _series(at, pair, value, used)
        rows = rows._replace(total=totals.value[totals.of_cell[rows.cell]])
        found.append(_off(at, rows, pair))
        if {REPORTER, FLOW} <= set(pair):
            found.append(_off_mirror(at, rows))
    if count := sum(len(far.cells) for far in found):
        first = [word for far in found for word in named(*far)][:MOST]
        yield finding("TA-117", "far_off", count=count, places=Few(first, count))


class _Far(NamedTuple):
    """Cells that are far off, their keys, and the words for one."""

    cells: pd.DataFrame
    keys: list[str]
    text: str


class _Series(NamedTuple):
    """Values by series and year, in this order: one cell of each, its series, and its reporter's trade of the year."""

    value: npt.NDArray[np.float64]
    cell: npt.NDArray[np.intp]
    series: npt.NDArray[np.intp]
    # Which of the values each cell belongs to, and the trade that a value is part of.
    of_cell: npt.NDArray[np.intp]
    total: npt.NDArray[np.float64] | None = None


def _series(at: Context, keys: list[str], value: npt.NDArray[np.float64], used: npt.NDArray[np.bool_]) -> _Series:
    groups = at.groups([*keys, YEAR])
    there = groups.count(used) > 0
    cell = groups.first[there]
    return _Series(
        groups.sums(value, used)[there], cell, at.groups(keys).number[cell], (np.cumsum(there) - 1)[groups.number]
    )


def _off(at: Context, rows: _Series, keys: list[str]) -> _Far:
    """Values far from the one before in their series: a slip shows when it comes and when it goes."""
    value = rows.value
    before = np.full(len(value), np.nan)
    follows = rows.series[1:] == rows.series[:-1]
    before[1:][follows] = value[:-1][follows]
    off = ((value > SLIP * before) | (before > SLIP * value)) & at.present(keys)[rows.cell]
    if rows.total is not None:
        off &= np.fmax(value, before) > MATERIAL * rows.total
    marked = np.flatnonzero(off)
    if not len(marked):
        return _Far(pd.DataFrame(), [*keys, YEAR], "place_times_before")
    marked = marked[np.argsort(at.profile.coded[YEAR].rank[rows.cell[marked]], kind="stable")]
    cells = at.cells[[*keys, YEAR]].iloc[rows.cell[marked]]
    found = {"value": value[marked], "times": value[marked] / before[marked]}
    return _Far(cells.assign(**found), [*keys, YEAR], "place_times_before")


def _off_mirror(at: Context, rows: _Series) -> _Far:
    """Exports far from what the partner reports as imports."""
    keys = [REPORTER, PARTNER, YEAR]
    flow = at.cells[FLOW].to_numpy(dtype=object)[rows.cell]
    exports, imports = (flow == one for one in (EXPORT, IMPORT))
    if not (exports.any() and imports.any()):
        return _Far(at.cells.head(0), keys, "place_times_mirror")
    labels = at.cells[keys].iloc[rows.cell]
    if labels[REPORTER].dtype != labels[PARTNER].dtype:  # no label is on both sides
        labels = labels.astype({REPORTER: object, PARTNER: object})
    table = labels.assign(value=rows.value, total=rows.total)
    sides = table[exports].merge(
        table[imports], left_on=keys, right_on=[PARTNER, REPORTER, YEAR], suffixes=("", " mirror")
    )
    times = sides["value"] / sides["value mirror"]
    large = (sides["value"] > MATERIAL * sides["total"]) | (sides["value mirror"] > MATERIAL * sides["total mirror"])
    off = large & ((times > SLIP) | (times < 1 / SLIP))
    return _Far(sides.assign(times=times)[off], keys, "place_times_mirror")
