"""Measures over the months before each month: rolling windows, and the year to date beside the year before."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from tradeanalysis.measures.formula import Measure
from tradeanalysis.parameters import need_counts
from tradeanalysis.results import annotated
from tradeanalysis.schema import PARTNER, PERIOD, VALUE, SchemaError, TradeDataError
from tradeanalysis.sums import Array, count, of_values
from tradeanalysis.tables.months import MonthArray, Months, open_months
from tradeanalysis.texts import Text

YEAR_LONG = 12


def rolling(
    table: Any,
    *measures: Measure,
    months: int = YEAR_LONG,
    reporter: str | int | None = None,
    flow: str | None = None,
    product: str | None = None,
    over: str = PARTNER,
    value: str = VALUE,
    lang: str = "en",
) -> pd.DataFrame:
    r"""Measures over each window of so many consecutive months, such as the twelve that end with each month.

    With :math:`x_{tj}` the value of month t and partner j, a measure is that of the vector
    :math:`\sum_{s=t-m+1}^{t} x_{sj}`. Twelve months hold every season once, and so compare with each other.

    Parameters
    ----------
    table
        A trade table with a column ``period`` of months, such as 2023-05, in any library (``ta.read(path,
        periods="months")`` of a monthly file).
    *measures
        Such as ``ta.hhi, ta.top_share(1)``; without any there are values only.
    months
        The length of the window.
    reporter, flow, product
        Whose trade; may be left out where the table holds one, and products are summed where none is given.
    over
        The axis whose concentration is measured: partners, or ``"product"``.
    value
        The column of values.
    lang
        The language of the reasons, ``"en"`` or ``"vi"``.

    Returns
    -------
    A pandas table with a row for each month that ends a window: ``period`` (the last month), ``n`` (the partners with
    trade in the window), ``value`` (their trade), a column for each measure, ``unallocated`` where there is any (its
    share of the window's trade; it is no partner), and ``reason``: why a window is missing. A window of which months
    lack is missing, never scaled up.

    Raises
    ------
    SchemaError
        There is no column ``period``.
    TradeDataError
        A value is faulty; a period is no month; a month stands twice; a choice is needed between several; or the table
        is shorter than one window.

    Notes
    -----
    Each window is added anew from its months, so that no digit is lost to a difference of sums. A month that is
    reported in part is a month: see ``ta.monitoring.half_reported``. ``n`` of measures that take one is that of the
    window.

    Examples
    --------
    >>> import pandas as pd
    >>> import tradeanalysis as ta
    >>> rows = [(f"2023-{month:02d}", "USA", 10.0) for month in range(1, 13)] + [("2023-12", "CHN", 40.0)]
    >>> table = pd.DataFrame(rows, columns=["period", "partner", "value"])
    >>> ta.monitoring.rolling(table, ta.hhi, months=3).drop(columns="reason").tail(2)
        period  n  value       hhi
    8  2023-11  1   30.0  1.000000
    9  2023-12  2   70.0  0.510204
    """
    need_counts(months=months)
    _refuse_measures(measures)
    opened = open_months(table, reporter=reporter, flow=flow, product=product, over=over, value=value)
    if (there := len(opened.months)) < months:
        raise TradeDataError(Text("months_too_few", there=there, wanted=months))
    ends = np.arange(months - 1, there)
    windows = _windows(opened, ends - months + 1, ends)
    found = {PERIOD: _labels(opened.months[ends]), **_measured(opened, windows, measures)}
    found["reason"] = [said.say(lang) if said else "" for said in _lacking(opened, ends - months + 1, ends)]
    return _noted(found, opened, months=months)


def year_to_date(
    table: Any,
    *measures: Measure,
    reporter: str | int | None = None,
    flow: str | None = None,
    product: str | None = None,
    over: str = PARTNER,
    value: str = VALUE,
    lang: str = "en",
) -> pd.DataFrame:
    """Each month's year to date, January to that month, beside the same months of the year before.

    Parameters
    ----------
    table, reporter, flow, product, over, value, lang
        As for ``ta.monitoring.rolling``.
    *measures
        Such as ``ta.hhi, ta.top_share(1)``; without any there are values only.

    Returns
    -------
    A pandas table with a row for each month from the first to the last of the table: ``period``, ``months`` (how many,
    1 in January), ``n``, ``value`` and each measure of these months; the same of the year before with ``_before``;
    ``unallocated`` and ``unallocated_before`` where there are any; and ``reason``: why figures are missing. Where a
    month of one of the two lacks, its figures are missing: five months never stand beside six.

    Raises
    ------
    SchemaError, TradeDataError
        As for ``ta.monitoring.rolling``.

    Notes
    -----
    Tết falls in January or in February: the year to date of January, and of February where it moves to or from March
    with its days before, says more of the calendar than of trade. From March on both years hold it.

    Examples
    --------
    >>> import pandas as pd
    >>> import tradeanalysis as ta
    >>> rows = [(f"{year}-{m:02d}", "USA", 10.0 + m * (year - 2022)) for year in (2022, 2023) for m in (1, 2, 3)]
    >>> table = pd.DataFrame(rows, columns=["period", "partner", "value"])
    >>> found = ta.monitoring.year_to_date(table)
    >>> found.loc[found.period == "2023-03", ["months", "value", "value_before"]].iloc[0].tolist()
    [3.0, 36.0, 30.0]
    """
    _refuse_measures(measures)
    opened = open_months(table, reporter=reporter, flow=flow, product=product, over=over, value=value)
    ends = np.arange(len(opened.months))
    month = month_of_year(opened.months)
    starts = ends - month + 1
    found: dict[str, Any] = {PERIOD: _labels(opened.months), "months": month}
    this, last = ((starts, ends), (starts - YEAR_LONG, ends - YEAR_LONG))
    now = _measured(opened, _windows(opened, *this), measures)
    before = _measured(opened, _windows(opened, *last), measures)
    for name in dict.fromkeys((*now, *before)):
        for columns, suffix in ((now, ""), (before, "_before")):
            if name in columns:
                found[name + suffix] = columns[name]
    reasons = zip(_lacking(opened, *this), _lacking(opened, *last), strict=True)
    found["reason"] = ["; ".join(one.say(lang) for one in pair if one) for pair in reasons]
    return _noted(found, opened)


def month_of_year(months: MonthArray) -> npt.NDArray[np.intp]:
    """1 to 12."""
    return months.astype(np.intp) % YEAR_LONG + 1


def _windows(opened: Months, first: npt.NDArray[np.intp], last: npt.NDArray[np.intp]) -> Array:
    """The values of each window by partner and, last, what is not allocated; missing where a month of it lacks."""
    whole = np.column_stack([opened.values, opened.unallocated])
    sums = np.full((len(first), whole.shape[1]), np.nan)
    for length in np.unique(last - first):
        of = np.flatnonzero((last - first == length) & (first >= 0))
        if len(of):
            views = np.lib.stride_tricks.sliding_window_view(whole, length + 1, axis=0)
            sums[of] = views[first[of]].sum(axis=-1)
    return sums


def _measured(opened: Months, windows: Array, measures: tuple[Measure, ...]) -> dict[str, Array]:
    """The partners, the trade and the measures of windows, and the share that is not allocated."""
    there = ~np.isnan(windows[:, -1])
    x = windows[there, :-1]
    sums = of_values(x, {count, *(one for measure in measures for one in measure.sums.values())})
    total, rest = x.sum(axis=1), windows[there, -1]

    def spread(part: Array) -> Array:
        full = np.full(len(windows), np.nan)
        full[there] = part
        return full

    found = {"n": spread(sums[count]), VALUE: spread(total)}
    found |= {one.name: spread(one.on_arrays(sums, None)) for one in measures}
    if np.nansum(opened.unallocated) > 0:
        whole = total + rest
        found["unallocated"] = spread(np.divide(rest, whole, out=np.zeros_like(rest), where=whole > 0))
    return found


def _lacking(opened: Months, first: npt.NDArray[np.intp], last: npt.NDArray[np.intp]) -> list[Text | None]:
    """Why each window is missing: the months of it that the table lacks."""
    lack = np.flatnonzero(~opened.present)
    begin = opened.months[0]
    reasons: list[Text | None] = []
    for start, end in zip(first.tolist(), last.tolist(), strict=True):
        if start < 0:
            reasons.append(Text("months_before_first", first=str(begin + start), begin=str(begin)))
        elif len(within := lack[(lack >= start) & (lack <= end)]):
            reasons.append(Text("months_lack", months=_labels(opened.months[within])))
        else:
            reasons.append(None)
    return reasons


def _labels(months: MonthArray) -> list[str]:
    return [str(one) for one in months]


def _refuse_measures(measures: tuple[Measure, ...]) -> None:
    """Refuse what is no measure, and two columns of one name."""
    for one in measures:
        if not isinstance(one, Measure):
            given = f"ta.{one.__name__}" if hasattr(one, "__name__") else type(one).__name__
            raise TypeError(f"{given} is not a measure: pass ta.hhi, or ta.hill(1) for one that takes a parameter")
    columns = [PERIOD, "months", "n", VALUE, "unallocated", "reason", *(one.name for one in measures)]
    columns += [f"{name}_before" for name in columns]
    if twice := sorted({name for name in columns if columns.count(name) > 1}):
        raise SchemaError(Text("measured_twice", columns=twice))


def _noted(found: dict[str, Any], opened: Months, **notes: Any) -> pd.DataFrame:
    table = pd.DataFrame(found)
    table = table.astype({one: "Int64" for one in ("n", "n_before") if one in table})
    return annotated(table, opened.attrs, **opened.about, **notes)
