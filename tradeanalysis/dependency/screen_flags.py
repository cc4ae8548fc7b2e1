"""The flags of a screen: which products pass, for how many years, and how far each is from its thresholds."""

from __future__ import annotations

import functools
import operator
from collections.abc import Iterable, Mapping
from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd

from tradeanalysis.dependency.sides import in_labels
from tradeanalysis.gate.frames import refuse_years
from tradeanalysis.schema import PRODUCT, REPORTER, VALUE, YEAR
from tradeanalysis.sums import Codes, in_use, joined, keyed
from tradeanalysis.tables.panel import Outline
from tradeanalysis.texts import Text

WINDOW, ENOUGH = 3, 2  # years


def numbered(keys: list[str], *frames: pd.DataFrame) -> tuple[list[Codes], int]:
    """A number for the keys of every row, the same in all frames where the keys are, and how many there could be."""
    stacked = pd.concat([frame[keys] for frame in frames], ignore_index=True)
    columns = [keyed(nw.from_native(stacked[key], series_only=True)) for key in keys]
    code, size, _ = joined(in_use(columns, len(stacked)), len(stacked))
    return np.split(code, np.cumsum([len(frame) for frame in frames[:-1]])), size


def all_of(flags: Iterable[pd.Series[Any]]) -> pd.Series[Any]:
    """Whether all are true: false where one is false, missing where one is missing and none is false."""
    return functools.reduce(operator.and_, flags)


def flags_of(
    rows: pd.DataFrame, rule: Mapping[str, float], moves: Mapping[str, Any], seen: pd.DataFrame
) -> pd.DataFrame:
    """Flags, persistence, and how far each product is from its thresholds."""
    rows = rows.copy()
    for one, threshold in rule.items():
        rows[f"{one}_flag"] = (rows[one] > threshold).astype("boolean").mask(rows[one].isna())
    given = [one for one in rule if rows[one].notna().any()]
    rows["flagged"] = all_of(rows[f"{one}_flag"] for one in given)
    ratios = rows[given] / pd.Series(rule)[given]
    rows["margin"], rows["nearest"] = ratios.min(axis=1), ratios.idxmin(axis=1)
    values = pd.DataFrame({one: moves[one] for one in given if one in moves}, index=rows.index)
    rows["to_unflag"], rows["unflag_by"] = values.min(axis=1), values.idxmin(axis=1)
    rows.loc[~rows["flagged"].fillna(False), ["to_unflag", "unflag_by"]] = [np.nan, None]
    return _persistence(rows, seen)


def _persistence(rows: pd.DataFrame, seen: pd.DataFrame) -> pd.DataFrame:
    """The flagged years of the last three, whether they are enough, and the years flagged in a row to this one."""
    flagged = rows["flagged"].fillna(False).to_numpy(bool)
    if seen.empty:
        rows["persistence"] = rows["years_flagged"] = flagged.astype(int)
        rows["persistence_flag"] = pd.array([pd.NA] * len(rows), dtype="boolean")
        return rows
    refuse_years(rows[YEAR].unique())
    rows, seen = rows.astype({YEAR: np.int64}), seen.astype({YEAR: np.int64})
    year, first = rows[YEAR].to_numpy(np.int64), int(min(rows[YEAR].min(), seen[YEAR].min())) - WINDOW
    span = int(max(rows[YEAR].max(), seen[YEAR].max())) - first + 1
    (series,), _ = numbered([REPORTER, PRODUCT], rows)
    (reporter, reporting), reporters = numbered([REPORTER], rows, seen)
    known = np.zeros((reporters, span), dtype=bool)
    known[reporting, seen[YEAR].to_numpy(np.int64) - first] = True
    # A number for every series and year, in whose order the years of a series follow one another.
    number = series.astype(np.int64) * span + (year - first)
    order = np.argsort(number, kind="stable")
    ordered, unsure = number[order], rows["flagged"].isna().to_numpy()
    hits, unknown = np.zeros(len(rows), dtype=int), np.zeros(len(rows), dtype=int)
    for lag in range(WINDOW):
        place = np.searchsorted(ordered, number - lag)
        then = order[np.minimum(place, len(order) - 1)]
        there = number[then] == number - lag
        hits += there & flagged[then]
        unknown += ~known[reporter, year - first - lag] | (there & unsure[then])
    # A run of flagged years begins where the year before is not flagged.
    begins = ~flagged[order] | np.append(True, (np.diff(ordered) > 1) | ~flagged[order][:-1])
    place = np.arange(len(order))
    run = np.zeros(len(rows), dtype=int)
    run[order] = np.where(flagged[order], place - np.maximum.accumulate(np.where(begins, place, 0)) + 1, 0)
    rows["persistence"], rows["years_flagged"] = hits, run
    decided = pd.Series(hits >= ENOUGH, index=rows.index, dtype="boolean")
    rows["persistence_flag"] = decided.mask((hits < ENOUGH) & (hits + unknown >= ENOUGH))
    return rows


def finished_screen(
    whole: Outline,
    rows: pd.DataFrame,
    keys: list[str],
    rule: Mapping[str, float],
    missing: dict[str, Text],
    extra: Iterable[str] = (),
    **notes: Any,
) -> Any:
    """The columns of a screen in their order, in the library of the table, with what is missing and why."""
    if rows["persistence_flag"].isna().any():
        missing = missing | {"persistence_flag": Text("missing_years_before")}
    components = [column for one in rule for column in (one, f"{one}_flag")]
    shared = ["flagged", "persistence", "persistence_flag", "dependent", "years_flagged"]
    near = ["largest_partner", "largest_share", "nearest", "margin", "to_unflag", "unflag_by"]
    rest = [column for column in rows if column == "unallocated"]
    columns = [*keys, VALUE, "n", *rest, *components, *extra, *shared, *near]
    return whole.finish_pandas(in_labels(rows[columns], whole.like), keys, missing=missing, **notes)
