"""When the mean of a monthly series changed: exact dates, how many of them, and how sure each is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from tradeanalysis.monitoring.break_chances import date_sets, most_breaks, number_of_breaks
from tradeanalysis.monitoring.monthly_values import monthly_values
from tradeanalysis.monitoring.segments import least_squares, places_of, squares_within
from tradeanalysis.parameters import need_counts, need_numbers, need_whole
from tradeanalysis.results import Result, annotated
from tradeanalysis.schema import PERIOD, TradeDataError
from tradeanalysis.sums import Array
from tradeanalysis.tables.months import MonthArray
from tradeanalysis.texts import Text
from tradeanalysis.texts import catalogues as texts

# The search takes memory by the square of the number of months.
MONTHS = 1200


@dataclass(frozen=True, repr=False, eq=False)
class Breaks(Result):
    """Changes of the mean of a monthly series.

    ``dates`` are the first months of the new regimes, ``sse`` the sum of squares about the means of the regimes.
    ``table`` has a row for each break: ``date``, ``low`` and ``high`` (first and last month of its confidence set), the
    mean ``before`` and ``after`` it, and the ``change``. ``course`` has a row for each month, for
    ``ta.figures.breaks``: ``period, value, mean`` of its regime, ``break`` (a new regime begins) and ``in_set``.
    ``chosen`` says whether the number of breaks was chosen here.
    """

    table: pd.DataFrame
    course: pd.DataFrame
    dates: tuple[str, ...]
    sse: float
    chosen: bool
    confidence: float

    def sentence(self, lang: str = "en") -> str:
        """Each change with its month and the months that it may have been in."""
        first, last = (_month(self.course[PERIOD].iloc[i], lang) for i in (0, -1))
        about = {"months": len(self.course), "first": first, "last": last}
        if np.ptp(self.course["value"].to_numpy()) == 0:
            return texts.say("breaks_constant", lang, **about)
        if self.table.empty:
            key = "breaks_none" if self.chosen else "breaks_none_wanted"
            return texts.say(key, lang, **about, false=texts.percent(1 - self.confidence, lang, 0))
        digits = _digits(self.course["value"].to_numpy())
        each = [
            texts.say(
                "breaks_one_date" if row["low"] == row["high"] else "breaks_one",
                lang,
                **{key: _month(row[key], lang) for key in ("date", "low", "high")},
                **{key: texts.number(row[key], lang, digits) for key in ("before", "after")},
            )
            for _, row in self.table.iterrows()
        ]
        about |= {"count": len(each), "list": "; ".join(each), "confidence": texts.percent(self.confidence, lang, 0)}
        return texts.say("breaks_once" if len(each) == 1 else "breaks_several", lang, **about)


def breaks(series: Any, k: int | None = None, *, least: int = 12, confidence: float = 0.9) -> Breaks:
    r"""When the mean of a monthly series changed: the exact best dates, and for each the months it may have been in.

    Of all ways to cut the months into k + 1 regimes of ``least`` months or more, the one with the least sum of squares
    about the means of the regimes, found by dynamic programming:

        SSE(k, j) = min over i of SSE(k - 1, i) + squares of months i to j about their mean.

    Where ways are equally good, the earliest dates are taken, the last break first.

    Parameters
    ----------
    series
        Values by month: a Series (its index months as 2010-01, 201001, dates or periods) or a dict, in any order.
        Levels, shares or logs; changes are found in its mean, in its unit.
    k
        The number of breaks. None chooses it: each break must lessen the SSE by more than a penalty that a series
        without breaks, whose noise lasts as long as this one's, exceeds in 1 - ``confidence`` of cases; one break is
        looked for in every three times ``least`` months, five at most.
    least
        The shortest regime, in months.
    confidence
        The probability with which the months from ``low`` to ``high`` cover the true date, and with which a series
        without a break is given none.

    Returns
    -------
    A ``Breaks``: ``.dates``, ``.sse``, ``.table``, ``.course``.

    Raises
    ------
    TradeDataError
        A month is missing or stands twice; labels are no months; values are no numbers; there are fewer months than
        ``least`` for each regime; fewer than k breaks leave no noise, so that more have no date.

    Notes
    -----
    Noise is an autoregression of order 3 about the regimes, and about the months of the year where there are three
    years; its long-run variance counts. The confidence set of a date inverts the likelihood ratio (Eo and Morley) with
    the distribution of Bai, each side of it with its own variance; it is the months from the first to the last in it,
    given the number of breaks and the other dates. A slow trend is cut into steps: what changed is then not one month.
    A season moves the dates: take it out first with ``ta.seasonal``. How often breaks are found where there are none,
    how often those that are there, and how often sets cover the date was measured: see the page on breaks. Where
    ``least`` or ``confidence`` is another, the first call for a length of series simulates, some seconds for ten years.

    References
    ----------
    Bai, J., Perron, P. (2003). Computation and analysis of multiple structural change models. Journal of Applied
    Econometrics 18(1), 1-22. https://doi.org/10.1002/jae.659
    Bai, J. (1997). Estimation of a change point in multiple regression models. Review of Economics and Statistics
    79(4), 551-563. https://doi.org/10.1162/003465397557132
    Eo, Y., Morley, J. (2015). Likelihood-ratio-based confidence sets for the timing of structural breaks. Quantitative
    Economics 6(2), 463-497. https://doi.org/10.3982/QE186
    Vogelsang, T. J. (1999). Sources of nonmonotonic power when testing for a shift in mean of a dynamic time series.
    Journal of Econometrics 88(2), 283-299.

    Examples
    --------
    >>> import pandas as pd
    >>> import tradeanalysis as ta
    >>> months = pd.period_range("2018-01", periods=36, freq="M")
    >>> share = pd.Series([2.1, 1.9, 2.0] * 6 + [3.2, 2.8, 3.0] * 6, months)
    >>> found = ta.breaks(share)
    >>> found.dates, round(found.sse, 12)
    (('2019-07',), 0.6)
    >>> print(found.sentence())
    In 36 months, January 2018 to December 2020, the mean changed once: in July 2019 [this month alone] from 2.00 to
    3.00. The months in brackets hold the date with a confidence of 90%.
    """
    need_whole("k", k=k)
    need_counts(least=least)
    need_numbers(confidence=confidence)
    if not 0 < confidence < 1:
        raise TradeDataError(Text("breaks_confidence", confidence=repr(confidence)))
    if k is not None and k < 0:
        raise TradeDataError(Text("breaks_number", k=k))
    months, values = monthly_values(series)
    _refuse(months, values, 1 if k is None else k, least)
    scale = 2.0 ** int(np.frexp(np.abs(values).max())[1])
    x = values / scale
    within = squares_within(x, least)
    total = least_squares(within, most_breaks(len(x), least) if k is None else k)
    number = number_of_breaks(x, within, total, least, confidence) if k is None else k
    if number and not total[number - 1][-1]:
        raise TradeDataError(Text("breaks_without_noise", k=number, fewer=number - 1))
    places = places_of(within, total, number)
    sets = date_sets(x, within, places, confidence)
    means = np.array([part.mean() for part in np.split(values, places)])
    course = pd.DataFrame({PERIOD: months.astype(str), "value": values})
    course["mean"] = np.repeat(means, np.diff([0, *places, len(values)]))
    course["break"] = np.isin(np.arange(len(values)), places)
    course["in_set"] = _in_any(sets, len(values))
    attrs = dict(getattr(series, "attrs", {}))
    table = pd.DataFrame({"date": months[places].astype(str)})
    for column, end in (("low", 0), ("high", 1)):
        table[column] = months[[one[end] for one in sets]].astype(str)
    table = table.assign(before=means[:-1], after=means[1:], change=np.diff(means))
    method = Text("breaks_method" if k is None else "breaks_method_given", confidence=confidence)
    sse = float(total[number][-1]) * scale**2
    return Breaks(
        annotated(table, attrs, method=method),
        annotated(course, attrs),
        tuple(table["date"]),
        sse,
        k is None,
        confidence,
    )


def _refuse(months: MonthArray, values: Array, k: int, least: int) -> None:
    """Raise where months are missing, too few or too many."""
    if (gaps := months[np.isnan(values)]).size:
        runs = np.split(np.arange(len(months)), np.flatnonzero(np.diff(np.isnan(values))) + 1)
        longest = max((one for one in runs if not np.isnan(values[one[0]])), key=len)
        ends = {"first": str(months[longest[0]]), "last": str(months[longest[-1]])}
        raise TradeDataError(Text("breaks_gaps", months=gaps.astype(str).tolist(), **ends))
    if len(months) < (k + 1) * least:
        raise TradeDataError(Text("breaks_short", months=len(months), k=k, least=least, needed=(k + 1) * least))
    if len(months) > MONTHS:
        raise TradeDataError(Text("breaks_long", months=len(months), most=MONTHS))


def _in_any(sets: list[tuple[int, int]], n: int) -> Any:
    inside = np.zeros(n, dtype=bool)
    for first, last in sets:
        inside[first : last + 1] = True
    return inside


def _digits(values: Array) -> int:
    """Decimals with which the range of the values has three digits."""
    spread = float(np.ptp(values))
    return 0 if spread == 0 else int(np.clip(2 - np.floor(np.log10(spread)), 0, 6))


def _month(label: str, lang: str) -> str:
    """A month as it is written: January 2019, tháng 01/2019."""
    year, month = label.split("-")
    return texts.say("breaks_month", lang, month=texts.catalogue(lang)["months"].split()[int(month) - 1], year=year)
