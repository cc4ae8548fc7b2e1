"""The year before its end: an index, a share or the value of the whole year from the months known, with a band."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from tradeanalysis.gate.findings import UNALLOCATED_NOTED
from tradeanalysis.measures.concentration import hhi
from tradeanalysis.monitoring.half_months import judged
from tradeanalysis.monitoring.nowcast_result import COLUMNS, COMBINED, KNOWN, Nowcast, record, remarks
from tradeanalysis.monitoring.past_errors import combined
from tradeanalysis.monitoring.year_forecasts import METHODS, PART, Years, by_year, forecasts
from tradeanalysis.monitoring.year_indices import SHARE, TOTAL, Index, YearIndex, year_index
from tradeanalysis.parameters import need_counts, need_labels, need_numbers
from tradeanalysis.results import annotated
from tradeanalysis.schema import VALUE, YEAR, TradeDataError
from tradeanalysis.sums import Array
from tradeanalysis.tables.months import Months, open_months
from tradeanalysis.texts import Text

# The weights where no earlier year has errors: alike for the methods that look at the months known.
FIRST = np.array([0.0, 1.0, 1.0, 1.0])
BY_MONTH = ("months", "values", "unallocated")


def nowcast(
    table: Any,
    measure: Index | str = hhi,
    *,
    partner: str | int | None = None,
    year: int | None = None,
    months: int | None = None,
    reporter: str | int | None = None,
    flow: str | None = None,
    product: str | None = None,
    value: str = VALUE,
    confidence: float = 0.9,
) -> Nowcast:
    r"""The index of a year before its end, from the months known, with a band from this economy's own past errors.

    The whole year is forecast partner by partner in four ways: as last year, twelve h-ths of the year to date, the
    rolling twelve months, and by the part of a year that these months usually have (``seasonal``). The index of each
    is weighted by the inverse of its squared errors, with as many months known, in the n earlier years that have errors
    (the last ten at most). The band is the estimate times :math:`e^{\pm r}`; r is the larger of two reaches of the
    errors that this weighted mean made in these years: Student's quantile with n degrees of freedom times their root
    mean square, and the error that a part ``confidence`` of n + 1 does not exceed (the largest where n is too small).
    With more months known r is not larger. Whatever is used for a year was known at that month of that year.

    Parameters
    ----------
    table
        A trade table with ``period`` (2023-05, 202305, a date), in any library; what it computes is in pandas.
    measure
        A measure such as ``ta.hhi`` or ``ta.top_share(3)``, or a function of a matrix that gives a number, not below 0,
        for each row, of what is allocated to partners; ``"total"``, the value of the year, with what is not; or
        ``"share"``, the share of ``partner`` in all trade, what is not allocated too, as ``ta.watch`` has it.
    partner
        The partner whose share it is, with ``"share"`` only.
    year
        The last of the table if left out. Later rows are not used.
    months
        How many months of the year to use. If left out, all that are known, without last months of the table that
        ``ta.monitoring.half_reported`` finds reported in part; that is told in ``.remarks``.
    reporter, flow, product, value
        Whose trade, as in ``ta.basket``; may be left out where the table has just one. Products are summed.
    confidence
        Of the band.

    Returns
    -------
    A ``Nowcast``: ``.estimate, .low, .high``; ``.method``, which is ``"combined"``, the one method that could be used
    (``"year_to_date"`` where the year before is not whole), or ``"known"`` where all 12 months are known, and the ends
    of the band are the index itself; ``.months`` known, ``.year``, ``.last``, the index of the year before;
    ``.table``, the errors in earlier years (natural logarithms of estimate over actual: 0.03 is 3%) by ``months`` known
    and ``method``: ``bias``, ``rmse``, of how many ``years``, and the ``weight`` of the method; ``.remarks``;
    ``.unallocated``, the share of the value of these months that is not allocated to a partner.

    Raises
    ------
    TradeDataError
        The year has no January in the table, or one in part alone, fewer months than ``months``, or no trade to compute
        with; the partner is not in the table; the measure is none, or is below 0; the table has no months.

    Notes
    -----
    n is the number of partners present in the forecast of the year. Months after a gap do not count; a year of which
    a month is missing is left out of the record, and told. With one whole year before there is no past error and so no
    band; with two or three it is wide. How often bands hold, on 28 years of United States trade, on Vietnam's fish and
    on short histories, stands in ``docs/site/concepts/nowcasts.md``. Where Tết falls in January or February moves
    trade between the two: with one month known that is in the errors, with two it has no effect. The growth rule,
    growth so far times last year's value by partner, is not among the methods: it is unbounded where last year's
    months were near nothing. Revisions of months known are not foreseen.

    References
    ----------
    Bates, J. M., Granger, C. W. J. (1969). The combination of forecasts. Operational Research Quarterly 20(4),
    451-468. https://doi.org/10.1057/jors.1969.103

    Examples
    --------
    >>> import pandas as pd
    >>> import tradeanalysis as ta
    >>> months = [str(one) for one in pd.period_range("2019-01", "2023-05", freq="M")]
    >>> rows = [(month, partner, size * (1 + 0.1 * (i * j % 7)))
    ...         for i, month in enumerate(months) for j, (partner, size) in enumerate({"USA": 5, "JPN": 3}.items())]
    >>> monthly = pd.DataFrame(rows, columns=["period", "partner", "value"])
    >>> found = ta.nowcast(monthly, ta.hhi)
    >>> found.year, found.months, found.method, found.past
    (2023, 5, 'combined', 3)
    >>> round(found.estimate, 3), round(found.last, 3)
    (0.509, 0.508)
    """
    need_labels(partner=partner, year=year, reporter=reporter, flow=flow, product=product)
    if months is not None:
        need_counts(months=months)
    opened = open_months(table, reporter=reporter, flow=flow, product=product, value=value)
    index = _prepared(opened, measure, partner, confidence)
    every = by_year(opened.months, index.values)
    at, known, said = _known_months(opened, every, year, months)
    years = every.until(at, known)
    unallocated = opened.unallocated_share(np.datetime64(f"{every.years[at]}-01"), known)
    if unallocated > UNALLOCATED_NOTED and index.name != TOTAL:
        key = "nowcast_unallocated_share" if index.name == SHARE else "nowcast_unallocated"
        said = [*said, Text(key, of=unallocated, held=1 - unallocated)]
    label, actual = int(years.years[-1]), index.of(years.values.sum(axis=1))
    last = float(index.sized(actual[-2])) if at else math.nan
    estimates = _estimates(index, years)
    chosen = ~np.isnan(estimates[:, -1, min(known, 11) - 1])
    if math.isnan(actual[-1]) if known == 12 else not chosen.any():
        raise TradeDataError(Text("nowcast_nothing", year=label, measure=index.name))
    if known == 12:
        estimate, low, high, method, past = actual[-1], actual[-1], actual[-1], KNOWN, 0
        errors = pd.DataFrame(columns=COLUMNS)
    else:
        names = [name for name, there in zip(METHODS, chosen, strict=True) if there]
        found = combined(estimates[chosen], actual, FIRST[chosen], confidence)
        cells = (found.estimate, *index.within(found.low, found.high, years))
        estimate, low, high = (one[-1, known - 1] for one in cells)
        method, past = COMBINED if len(names) > 1 else names[0], len(found.past[-1])
        errors = record(found, names)
        said = [*said, *remarks(years, found, errors, known)]
    notes = {"convention": Text("nowcast_convention"), "n": Text("nowcast_n")}
    return Nowcast(
        estimate=float(index.sized(estimate)),
        low=float(index.sized(low)),
        high=float(index.sized(high)),
        method=method,
        months=known,
        year=label,
        last=last,
        table=annotated(errors, opened.attrs, **opened.about, **notes),
        measure=index.name,
        partner=index.partner,
        confidence=confidence,
        past=past,
        about=opened.about,
        remarks=tuple(said),
        unallocated=unallocated,
    )


def nowcasts(
    table: Any,
    measure: Index | str = hhi,
    *,
    partner: str | int | None = None,
    reporter: str | int | None = None,
    flow: str | None = None,
    product: str | None = None,
    value: str = VALUE,
    confidence: float = 0.9,
) -> pd.DataFrame:
    """What ``ta.nowcast`` gave, or would have given, in every year and with every number of months known, in pandas.

    Parameters
    ----------
    table, measure, partner, reporter, flow, product, value, confidence
        As for ``ta.nowcast``.

    Returns
    -------
    A row for each ``year`` and number of ``months`` known from 1 to 11, as far as they are known: ``estimate``, ``low``
    and ``high``, the ``actual`` index of the year (missing until it is over), ``past`` (how many earlier years'
    errors made the weights and the band), and what each method gave: ``last_year, year_to_date, rolling, seasonal``.

    Raises
    ------
    TradeDataError
        As for ``ta.nowcast``.

    Notes
    -----
    The rows of a year depend on no later month. A last month that is reported in part is not left out. Revisions are
    not in the table: earlier years are as they are known now, which is better than they were known then.

    Examples
    --------
    >>> import pandas as pd
    >>> import tradeanalysis as ta
    >>> months = [str(one) for one in pd.period_range("2020-01", "2022-02", freq="M")]
    >>> rows = [(month, partner, size) for month in months for partner, size in {"USA": 5.0, "JPN": 3.0}.items()]
    >>> found = ta.monitoring.nowcasts(pd.DataFrame(rows, columns=["period", "partner", "value"]))
    >>> found.loc[found["year"] == 2022, ["months", "estimate", "actual", "past"]].round(3)
        months  estimate  actual  past
    22       1     0.531     NaN     1
    23       2     0.531     NaN     1
    """
    need_labels(partner=partner, reporter=reporter, flow=flow, product=product)
    opened = open_months(table, reporter=reporter, flow=flow, product=product, value=value)
    index = _prepared(opened, measure, partner, confidence)
    years = by_year(opened.months, index.values)
    actual = index.of(years.values.sum(axis=1))
    estimates = _estimates(index, years)
    cells = {name: np.full(estimates.shape[1:], np.nan) for name in ("estimate", "low", "high", "past")}
    ways = np.packbits(~np.isnan(estimates), axis=0, bitorder="little")[0]
    for way in np.unique(ways[ways > 0]):
        chosen = np.unpackbits(np.uint8(way), count=len(METHODS), bitorder="little").astype(bool)
        found = combined(estimates[chosen], actual, FIRST[chosen], confidence)
        low, high = index.within(found.low, found.high, years)
        past = np.repeat([[len(one)] for one in found.past], len(PART), axis=1)
        for name, one in {"estimate": found.estimate, "low": low, "high": high, "past": past}.items():
            cells[name][ways == way] = one[ways == way]
    past = cells.pop("past")
    cells["actual"] = np.repeat(actual[:, np.newaxis], len(PART), axis=1)
    cells |= dict(zip(METHODS, estimates, strict=True))
    rows = {YEAR: np.repeat(years.years, len(PART)), "months": np.tile(PART, len(years.years)), "past": past.ravel()}
    whole = pd.DataFrame(rows | {name: index.sized(one).ravel() for name, one in cells.items()})
    there: pd.DataFrame = whole[ways.ravel() > 0].reset_index(drop=True).astype({"past": np.int64})
    about = opened.about | {"method": "nowcast", "measure": index.name, "partner": partner}
    return annotated(there, opened.attrs, **about, convention=Text("nowcast_convention"))


def _prepared(opened: Months, measure: Any, partner: Any, confidence: float) -> YearIndex:
    need_numbers(confidence=confidence)
    if not 0 < confidence < 1:
        raise TradeDataError(Text("confidence_range", confidence=confidence))
    return year_index(opened, measure, partner)


def _known_months(opened: Months, every: Years, year: int | None, months: int | None) -> tuple[int, int, list[Text]]:
    """The place of the year, how many of its months are used, and what is to be told of those that are not."""
    if year is not None and year not in every.years:
        raise TradeDataError(Text("label_absent", column=YEAR, wanted=repr(year), labels=every.years.tolist()))
    at = len(every.years) - 1 if year is None else int(np.flatnonzero(every.years == year)[0])
    label, known = int(every.years[at]), int(every.known[at])
    if known == 0:
        begun = every.years[every.known > 0].tolist()
        key = "nowcast_no_january" if begun else "nowcast_no_january_at_all"
        raise TradeDataError(Text(key, year=label, years=begun))
    if months is not None:
        if months > known:
            raise TradeDataError(Text("nowcast_months", months=months, year=label, known=known))
        return at, months, []
    if every.there[at].sum() > known:
        return at, known, [Text("nowcast_gap", year=label, month=known + 1, months=known)]
    if at < len(every.years) - 1:
        return at, known, []
    whole = known - _in_part(opened, known)
    if whole == 0:
        raise TradeDataError(Text("nowcast_all_half", year=label, months=known))
    left_out = [str(one) for one in opened.months[len(opened.months) - (known - whole) :]]
    return at, whole, [Text("nowcast_half", left_out=left_out, months=known)] if left_out else []


def _in_part(opened: Months, known: int) -> int:
    """How many of the last months seem to be reported in part, each by what was known in it."""
    for count in range(known):
        until = slice(None, len(opened.months) - count)
        last = judged(replace(opened, **{one: getattr(opened, one)[until] for one in BY_MONTH})).iloc[-1]
        if not last[["low_value", "low_n", "low_covered"]].any():
            return count
    return known


def _estimates(index: YearIndex, years: Years) -> Array:
    """The index by each method, year and number of months known."""
    return np.stack([index.of(one) for one in forecasts(years).values()])
