"""Months that seem to be reported in part: few partners or little value beside their own past."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from tradeanalysis.monitoring.rolling_windows import YEAR_LONG, month_of_year
from tradeanalysis.results import annotated
from tradeanalysis.schema import PERIOD, VALUE
from tradeanalysis.sums import Array
from tradeanalysis.tables.months import Months, open_months
from tradeanalysis.texts import Text

# What a month that is reported in full has at least of what it usually has: of value, of the number of partners, and of
# the trade that its partners had before; unless its own past spreads further than this.
LEAST = {"value": 0.6, "n": 0.75, "covered": 0.9}
# How many robust standard deviations below its own past a month is, and the deviation of a normal one by the median.
FAR, MEDIAN_TO_SD = 4.0, 1.4826
# Months after a month with which it is compared, and earlier years that say how its calendar month is.
AFTER, YEARS = 6, 5
# The fewest months before a month, and after it, with which it is compared.
FEWEST, FEWEST_AFTER = 6, 3


def half_reported(
    table: Any,
    *,
    reporter: str | int | None = None,
    flow: str | None = None,
    product: str | None = None,
    value: str = VALUE,
    lang: str = "en",
) -> pd.DataFrame:
    r"""The months that seem to be reported in part only, the last one above all.

    Of each month three figures are taken: its value, its number of partners, and the share of the trade of the twelve
    months before that the partners now present had (``covered``). Value and number are divided by their median of the
    twelve months before, and by the median of this ratio in the same calendar month of up to five earlier years. A
    month is named where one of the three is below .6, .75 and .9 in turn, and further below its own series than four
    robust standard deviations (1.4826 times the median absolute deviation, of logarithms). A month that three or more
    others follow is named only where it is as low beside the six months after it: after a real loss these are low too.

    Parameters
    ----------
    table, reporter, flow, product, value, lang
        As for ``ta.monitoring.rolling``.

    Returns
    -------
    A pandas table with a row for each such month, empty where there is none: ``period``; ``value``, beside
    ``value_usual`` (the median of the twelve months before) and ``value_same_month`` (of the same month in up to
    five earlier years); ``n``, the partners with trade, beside ``n_usual`` and ``n_same_month``; ``covered``;
    ``reported``, the value as a fraction of what was to be expected of this month; ``last``, whether it is the last
    month of the table; and ``reason`` in words.

    Raises
    ------
    SchemaError, TradeDataError
        As for ``ta.monitoring.rolling``.

    Notes
    -----
    Tết falls in January or in February: these two are held against the lower of the two in earlier years, and without
    earlier years only their partners are judged. The first six months of a table are not judged. A month in which
    trade really stopped, such as behind a closed border, looks like one reported in part, and a month of which a tenth
    lacks looks whole. How often whole months are named, and halves are found, stands in
    ``docs/site/concepts/months.md``.

    Examples
    --------
    >>> import pandas as pd
    >>> import tradeanalysis as ta
    >>> months = pd.period_range("2022-01", "2023-06", freq="M")
    >>> rows = [(str(m), partner, 10.0) for m in months for partner in ("USA", "CHN", "JPN", "KOR")]
    >>> table = pd.DataFrame(rows, columns=["period", "partner", "value"])
    >>> part = table.drop(table.index[-2:])             # two of four partners are not in yet
    >>> ta.monitoring.half_reported(part)[["period", "n", "n_usual", "reported", "last"]]
        period  n  n_usual  reported  last
    0  2023-06  2      4.0       0.5  True
    """
    opened = open_months(table, reporter=reporter, flow=flow, product=product, value=value)
    months = judged(opened)
    named = months[months["low_value"] | months["low_n"] | months["low_covered"]]
    found = named.drop(columns=["low_value", "low_n", "low_covered"]).astype({"n": "int64"})
    found["last"] = found.index == len(months) - 1
    found["reason"] = [reason_of(row).say(lang) for row in named.to_dict("records")]
    return annotated(found.reset_index(drop=True), opened.attrs, **opened.about)


def judged(opened: Months) -> pd.DataFrame:
    """Every month of a series beside its own past, and whether value, partners and covered share are too low."""
    month = month_of_year(opened.months)
    n = np.where(opened.present, (opened.values > 0).sum(axis=1), np.nan)
    found: dict[str, Any] = {PERIOD: [str(one) for one in opened.months]}
    low = {}
    for name, x in ((VALUE, opened.values.sum(axis=1) + opened.unallocated), ("n", n)):
        usual = _median(_before(x, YEAR_LONG), FEWEST)
        season = _season(_over(x, usual), month)
        if name == "n":
            season = np.where(np.isnan(season), 1.0, season)
        held = _over(x, usual * season)
        after = _over(x, _median(_before(x[::-1], AFTER), FEWEST_AFTER)[::-1] * season)
        low[name] = _is_low(held, after, LEAST[name])
        found |= {name: x, f"{name}_usual": usual, f"{name}_same_month": _median(_same_month(x), 1)}
        found |= {"reported": held} if name == VALUE else {}
    covered, covered_after = (_covered(opened, side) for side in (1, -1))
    low["covered"] = _is_low(covered, covered_after, LEAST["covered"])
    columns = [PERIOD, *(f"{name}{more}" for name in (VALUE, "n") for more in ("", "_usual", "_same_month"))]
    table = pd.DataFrame(found)[[*columns, "reported"]]
    table.insert(len(columns), "covered", covered)
    return table.assign(**{f"low_{name}": one for name, one in low.items()})


def _is_low(held: Array, after: Array, least: float) -> npt.NDArray[np.bool_]:
    """Whether a month is low beside those before, beside those after where there are, and beside its own series."""
    with np.errstate(invalid="ignore", divide="ignore"):
        logs = np.log(held[held > 0])
        if not len(logs):
            return np.zeros(len(held), dtype=bool)
        spread = MEDIAN_TO_SD * np.median(np.abs(logs - np.median(logs)))
        limit = min(least, float(np.exp(np.median(logs) - FAR * spread)))
        return np.asarray((held < limit) & ~(after >= limit))


def _season(ratio: Array, month: npt.NDArray[np.intp]) -> Array:
    """How a calendar month was beside its past in earlier years; without these 1, and missing in the months of Tết."""
    other = np.where(month == 1, np.append(ratio[1:], np.nan), np.append(np.nan, ratio[:-1]))
    tet = month <= 2
    season = _median(_same_month(np.where(tet, np.fmin(ratio, other), ratio)), 1)
    return np.where(np.isnan(season) & ~tet, 1.0, season)


def _covered(opened: Months, side: int) -> Array:
    """The share of the trade of the months before (of those after, with side -1) that the partners of a month had."""
    x = np.nan_to_num(opened.values)[::side]
    there = opened.present[::side]
    window = YEAR_LONG if side == 1 else AFTER
    past = _before(x, window, fill=0.0).sum(axis=-1)
    enough = _before(there.astype(np.float64), window, fill=0.0).sum(axis=-1) >= (FEWEST if side == 1 else FEWEST_AFTER)
    share = _over(np.where(x > 0, past, 0.0).sum(axis=1), past.sum(axis=1))
    return np.where(enough & there, share, np.nan)[::side]


def _before(x: Array, months: int, fill: float = np.nan) -> Array:
    """The values of so many months before each, along a new last axis."""
    padded = np.concatenate([np.full((months, *x.shape[1:]), fill), x])[:-1]
    found: Array = np.asarray(np.lib.stride_tricks.sliding_window_view(padded, months, axis=0), dtype=np.float64)
    return found


def _same_month(x: Array) -> Array:
    """The values of the same month in each of the earlier years, along a new last axis."""
    return _before(x, YEARS * YEAR_LONG)[..., ::YEAR_LONG]


def _median(x: Array, fewest: int) -> Array:
    """The median along the last axis of what is not missing, of so many at least."""
    count = (~np.isnan(x)).sum(axis=-1)
    ordered, every = np.sort(x, axis=-1), np.arange(len(x))  # what is missing stands last
    middle = (ordered[every, (count - 1) // 2] + ordered[every, count // 2]) / 2
    return np.where(count >= fewest, middle, np.nan)


def _over(x: Array, y: Array) -> Array:
    found: Array = np.divide(x, y, out=np.full(len(x), np.nan), where=y > 0)
    return found


def reason_of(row: Mapping[Any, Any]) -> Text:
    """Why a month seems to be reported in part, in words."""
    words = []
    if row["low_value"]:
        words.append(Text("months_half_value", share=row["reported"]))
    if row["low_n"]:
        words.append(Text("months_half_partners", n=row["n"], usual=row["n_usual"]))
    if row["low_covered"]:
        words.append(Text("months_half_covered", share=1 - row["covered"]))
    return Text("months_half", period=row[PERIOD], why=words)
