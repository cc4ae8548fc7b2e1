"""A monthly series without its season: STL, with Tết where it falls, and gaps bridged."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from tradeanalysis.extras import need
from tradeanalysis.monitoring.monthly_values import monthly_values
from tradeanalysis.monitoring.tet_dates import tet_share
from tradeanalysis.results import Result, annotated
from tradeanalysis.schema import PERIOD, TradeDataError
from tradeanalysis.sums import Array
from tradeanalysis.tables.months import MonthArray
from tradeanalysis.texts import Text
from tradeanalysis.texts import catalogues as texts

YEAR = 12
# Years whose months make one month's season, an odd number; fewer would let the season follow each Tết.
WINDOW = 13
# The days of Tết: the first of the year and six more; of several windows the one that foresaw Vietnam's fish best.
HOLIDAY = (0, 6)
# Years over which the mean of a calendar month's days of Tết is taken: it belongs to the season.
CYCLE = range(1985, 2051)
# What a series needs for a season, and for Tết beside it; how large its effect must be against its error.
SEASON_YEARS, TET_YEARS, CLEAR = 3, 4, 2.0
PASSES, CLOSE = 200, 1e-9


@dataclass(frozen=True, repr=False, eq=False)
class Seasonal(Result):
    """A monthly series in parts.

    ``table`` has a row for each month: ``period, value`` (where ``bridged``, what is expected of the month),
    ``seasonal`` (season and Tết), ``trend``, ``adjusted`` (the value without ``seasonal``) and ``bridged``. Where
    ``multiplicative``, ``seasonal`` is a factor; else it is an amount. ``tet`` is what a month has more that holds all
    days of Tết, as a share or an amount, and ``tet_error`` its standard error; both are missing where it was not looked
    for. It is taken out where ``tet_used``.
    """

    table: pd.DataFrame
    multiplicative: bool
    tet: float
    tet_error: float
    tet_used: bool

    def sentence(self, lang: str = "en") -> str:
        """The months that are highest and lowest, Tết, and what was bridged."""
        rows = self.table.tail(YEAR)
        ends = [rows.iloc[int(np.argmax(rows["seasonal"]))], rows.iloc[int(np.argmin(rows["seasonal"]))]]
        high, low = (self._more(one["seasonal"] - self.multiplicative, lang) for one in ends)
        months = [texts.catalogue(lang)["months"].split()[int(one[PERIOD][5:]) - 1] for one in ends]
        said = [texts.say("seasonal_ends", lang, high=high, low=low, best=months[0], worst=months[1])]
        if np.ptp(rows["seasonal"].to_numpy()) <= CLOSE * max(1.0, float(rows["value"].abs().max())):
            return texts.say("seasonal_none", lang)
        if self.tet == self.tet:
            key = "seasonal_tet" if self.tet_used else "seasonal_tet_unclear"
            said.append(texts.say(key, lang, effect=self._more(self.tet, lang), error=self._size(self.tet_error, lang)))
        if bridged := self.table.loc[self.table["bridged"], PERIOD].tolist():
            said.append(Text("seasonal_bridged", months=bridged, count=len(bridged)).say(lang))
        return " ".join(said)

    def _more(self, effect: float, lang: str) -> str:
        return ("+" if effect > 0 else "") + self._size(effect, lang)

    def _size(self, effect: float, lang: str) -> str:
        if self.multiplicative:
            return texts.percent(effect, lang)
        most = float(self.table["value"].abs().max())
        return texts.number(effect, lang, int(np.clip(3 - np.floor(np.log10(most or 1.0)), 0, 6)))


def seasonal(series: Any, *, tet: bool = True) -> Seasonal:
    r"""A monthly series without its season and without Tết, which moves between January and February.

        value = trend x seasonal x rest, or a sum of these where a value is 0 or less

    by STL (Cleveland et al. 1990) of logs, or of values. Tết is a regressor: which part of its seven days falls into a
    month, less what falls into that month in all years; its effect is what it explains of the rest, in one regression
    of the rest of the series on the rest of the regressor (STL without weights is linear).

    Parameters
    ----------
    series
        Values by month: a Series (its index months as 2010-01, 201001, dates or periods) or a dict, in any order.
        Missing months between the first and the last are bridged by what trend, season and Tết expect of them, until
        that no longer changes, and named.
    tet
        Whether Tết is looked for. Its effect is taken out where it is twice its standard error, of four years or more.

    Returns
    -------
    A ``Seasonal``: ``.table`` with ``period, value, seasonal, trend, adjusted, bridged``; ``.tet``.

    Raises
    ------
    TradeDataError
        There are no three years; a calendar month has no value in any year, or a third of all months have none; a
        month stands twice; labels are no months; values are no numbers; statsmodels (extra ``monthly``) is missing.

    Notes
    -----
    The season may change slowly, over 13 years. In Vietnam's exports of fish, 2015 to 2022, what is left of January and
    February is 13.9% without Tết, 10.1% with it in years that its effect was not learnt of, and 8.5% in other months.
    Adding up January and February and splitting them gives 8.2%, but tells one from the other in no year, gives no
    January before February is there, and smooths series without Tết as much (``docs/seasons.py``). Dates of Tết are
    computed for UTC+7: in 1985, 2007 and 2030 they are not those of China. Other moving feasts, working days and
    strikes stay in the series. Bridged months are no data: they say nothing on what happened then.

    References
    ----------
    Cleveland, R. B., Cleveland, W. S., McRae, J. E., Terpenning, I. (1990). STL: a seasonal-trend decomposition
    procedure based on loess. Journal of Official Statistics 6(1), 3-73.
    Meeus, J. (1982). Astronomical formulae for calculators. Willmann-Bell. (for Tết)

    Examples
    --------
    >>> import numpy as np
    >>> import pandas as pd
    >>> import tradeanalysis as ta
    >>> months = pd.period_range("2015-01", periods=60, freq="M")
    >>> sales = pd.Series(np.where(months.month == 2, 50.0, 100.0), months)
    >>> found = ta.seasonal(sales.drop(months[30]))
    >>> print(found.table.iloc[[30]].round(3).to_string(index=False))
     period  value  seasonal  trend  adjusted  bridged
    2017-07  100.0     1.059 94.387    94.387     True
    """
    need(Text("seasonal_stl"), "statsmodels")
    if not isinstance(tet, (bool, np.bool_)):
        raise TradeDataError(Text("seasonal_tet_flag", given=ascii(tet)[:60]))
    months, values = monthly_values(series)
    bridged = np.isnan(values)
    _refuse(months, bridged)
    multiplicative = bool((values[~bridged] > 0).all())
    x = np.log(values) if multiplicative else values
    scale = 1.0 if multiplicative else float(np.abs(x[~bridged]).max()) or 1.0
    holiday = _holiday(months) if tet and len(months) >= TET_YEARS * YEAR else np.zeros(len(months))
    used = bool(holiday.any())
    x, effect, error = _bridge(x / scale, bridged, holiday)
    if used and not abs(effect) > max(CLEAR * error, CLOSE):
        used = False
        x, _, _ = _bridge(x, bridged, np.zeros(len(months)))
    season, trend = _parts(x - effect * holiday) if used else _parts(x)
    season = season + effect * holiday if used else season
    back = np.exp if multiplicative else (lambda one: one * scale)
    known = holiday.any()
    table = pd.DataFrame({PERIOD: months.astype(str), "value": np.where(bridged, back(x), values)})
    table["seasonal"], table["trend"] = back(season), back(trend)
    adjusted = table["value"] / table["seasonal"] if multiplicative else table["value"] - table["seasonal"]
    table = table.assign(adjusted=adjusted, bridged=bridged)
    size = float(np.expm1(effect)) if multiplicative else effect * scale
    wide = float(np.exp(effect)) * error if multiplicative else error * scale
    attrs = dict(getattr(series, "attrs", {}))
    noted = annotated(table, attrs, method=Text("seasonal_method_logs" if multiplicative else "seasonal_method_values"))
    return Seasonal(noted, multiplicative, size if known else np.nan, wide if known else np.nan, used)


def _refuse(months: MonthArray, bridged: Any) -> None:
    """Raise where there are too few months for a season."""
    if len(months) < SEASON_YEARS * YEAR:
        raise TradeDataError(Text("seasonal_short", months=len(months), needed=SEASON_YEARS * YEAR))
    calendar = months.astype(int) % YEAR
    empty = [one + 1 for one in range(YEAR) if bridged[calendar == one].all()]
    if empty or 3 * bridged.sum() > len(months):
        raise TradeDataError(Text("seasonal_gaps", missing=int(bridged.sum()), months=len(months)))


def _holiday(months: MonthArray) -> Array:
    """Which part of Tết falls into each month, less what falls into that calendar month in all years."""
    share = np.array([tet_share(one, *HOLIDAY) for one in months.astype("datetime64[D]").tolist()])
    usual = np.zeros(YEAR)
    for month in (1, 2, 3):
        usual[month - 1] = np.mean([tet_share(datetime.date(year, month, 1), *HOLIDAY) for year in CYCLE])
    found: Array = share - usual[months.astype(int) % YEAR]
    return found


def _bridge(x: Array, bridged: Any, holiday: Array) -> tuple[Array, float, float]:
    """The series with what is expected where it has gaps, and the effect of Tết with its standard error.

    From a straight line between the neighbours and the means of the calendar months on, gaps are filled with what the
    parts give, until this changes nothing.
    """
    at = np.arange(len(x))
    calendar = at % YEAR
    x = np.where(bridged, np.interp(at, at[~bridged], x[~bridged]), x)
    means = np.array([x[(calendar == one) & ~bridged].mean() for one in range(YEAR)])
    x = np.where(bridged, x + means[calendar] - means.mean(), x)
    moved = holiday - sum(_parts(holiday)) if holiday.any() else holiday
    for _ in range(PASSES):
        rest = x - sum(_parts(x))
        effect, error = _effect(rest, moved)
        season, trend = _parts(x - effect * holiday)
        expected = season + trend + effect * holiday
        change = float(np.abs(expected - x)[bridged].max(initial=0.0))
        x = np.where(bridged, expected, x)
        if change <= CLOSE:
            break
    return x, effect, error


def _effect(rest: Array, moved: Array) -> tuple[float, float]:
    """The effect of Tết on what STL leaves, and its standard error."""
    size = float(moved @ moved)
    if not size:
        return 0.0, 0.0
    effect = float(moved @ rest) / size
    left = rest - effect * moved
    return effect, float(np.sqrt(left @ left / (len(rest) - 1) / size))


def _parts(x: Array) -> tuple[Array, Array]:
    """Season and trend by STL."""
    from statsmodels.tsa.seasonal import STL

    found = STL(x, period=YEAR, seasonal=WINDOW, robust=False).fit()
    return np.asarray(found.seasonal, dtype=np.float64), np.asarray(found.trend, dtype=np.float64)
