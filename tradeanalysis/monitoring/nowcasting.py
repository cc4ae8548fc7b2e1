"""The year before its end: an index, a share or the value of the whole year from the months known, with a band."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from tradeanalysis.measures.concentration import hhi
from tradeanalysis.monitoring.past_errors import Combined, combined
from tradeanalysis.monitoring.year_forecasts import METHODS, PART, Years, by_year, forecasts
from tradeanalysis.monitoring.year_indices import SHARE, TOTAL, Index, YearIndex, year_index
from tradeanalysis.parameters import need_counts, need_labels, need_numbers
from tradeanalysis.results import Result, annotated
from tradeanalysis.schema import FLOW, REPORTER, VALUE, YEAR, TradeDataError
from tradeanalysis.sums import Array
from tradeanalysis.tables.months import Months, open_months
from tradeanalysis.texts import Text
from tradeanalysis.texts import catalogues as texts

COMBINED, KNOWN = "combined", "known"
# The weights where no earlier year has errors: alike for the methods that look at the months known.
FIRST = np.array([0.0, 1.0, 1.0, 1.0])
# With fewer past errors than these the sentence says how few they are.
FEW = 5
# Past errors that are not smaller by a tenth are no smaller to speak of.
SMALLER = 0.9


@dataclass(frozen=True, repr=False)
class Nowcast(Result):
    """The index of a year from the months known of it, as ``ta.nowcast`` describes it.

    ``estimate``, ``low`` and ``high`` are missing only where ``remarks`` say why; ``past`` is the number of earlier
    years whose errors made the band. ``about`` holds reporter, flow and product; ``remarks`` are sentences in either
    language (``.say(lang)``) on what was left out and how far the past errors were.
    """

    estimate: float
    low: float
    high: float
    method: str
    months: int
    year: int
    last: float
    table: pd.DataFrame
    measure: str
    partner: Any
    confidence: float
    past: int
    about: dict[str, Any]
    remarks: tuple[Text, ...]

    HEAD = 5 * len(PART)

    def sentence(self, lang: str = "en") -> str:
        """The estimate with its band, or why there is none, and the year before."""
        words: dict[str, Any] = {"what": texts.capital(self._what(lang)), "year": self.year, "months": self.months}
        words |= {one: self._written(getattr(self, one), lang) for one in ("estimate", "low", "high", "last")}
        words |= {"level": texts.percent(self.confidence, lang, 0), "before": self.year - 1}
        banded = "known" if self.method == KNOWN else "said" if math.isfinite(self.low) else "unbanded"
        said = texts.say(f"nowcast_{banded}", lang, **words)
        if math.isnan(self.last):
            return said
        return f"{said} {texts.say('nowcast_last', lang, **words)}"

    def details(self) -> list[str]:
        """What was left out, and how large the errors of earlier years were."""
        return [str(one) for one in self.remarks]

    def _what(self, lang: str) -> str:
        flow = texts.say(f"compare_of_{self.about.get(FLOW) or 'trade'}", lang)
        trade = flow
        if reporter := self.about.get(REPORTER):
            trade = texts.say("nowcast_trade", lang, flow=flow, reporter=texts.in_sentence(reporter, lang))
        if self.measure == SHARE:
            return texts.say("nowcast_share", lang, partner=texts.in_sentence(self.partner, lang), trade=trade)
        if self.measure == TOTAL:
            return texts.say("nowcast_total", lang, trade=trade)
        return texts.say("nowcast_index", lang, measure=texts.measure_name(self.measure, lang), trade=trade)

    def _written(self, x: float, lang: str) -> str:
        if self.measure == SHARE:
            return texts.percent(x, lang)
        if self.measure == TOTAL:
            return texts.money(x, lang, self.table.attrs.get("notes", {}).get("currency"))
        return texts.index_value(x, self.measure, lang)


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
    is weighted by the inverse of its mean squared error with as many months known in the earlier years; the band is
    the estimate times :math:`e^{\pm t r}`, with r the root mean squared error which the weighted mean itself made in
    the n earlier years and t the quantile of Student's distribution with n degrees of freedom. Whatever is used for a
    year was known at that month of that year.

    Parameters
    ----------
    table
        A trade table with ``period`` (2023-05, 202305, a date), in any library; what it computes is in pandas.
    measure
        A measure such as ``ta.hhi`` or ``ta.top_share(3)``, or a function of a matrix that gives a number, not below 0,
        for each row; ``"total"``, the value of the year, with what is not allocated to a partner; or ``"share"``, the
        share of ``partner``.
    partner
        The partner whose share it is, with ``"share"`` only.
    year
        The last of the table if left out. Later rows are not used.
    months
        How many months of the year to use, if fewer than are known: leave out a last month that is reported in half.
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
    and ``method``: ``bias``, ``rmse``, of how many ``years``, and the ``weight`` of the method; ``.remarks``.

    Raises
    ------
    TradeDataError
        The year has no January in the table, fewer months than ``months``, or no trade to compute with; the partner is
        not in the table; the measure is none, or is below 0; the table has no months.

    Notes
    -----
    n is the number of partners present in the forecast of the year. Months after a gap do not count; a year of which
    a month is missing is left out of the record, and told. With one whole year before there is no past error and so no
    band; with two or three the band is wide, and covers as often as stated (docs/site/concepts/nowcasts.md has the
    coverage on 28 years of United States trade and on Vietnam's fish). Where Tết falls in January or February moves
    trade between the two: with one month known that is in the errors, with two it has no effect. The growth rule,
    growth so far times last year's value by partner, is not among the methods: it is unbounded where last year's
    months were near nothing. Revisions of months known are not foreseen.

    References
    ----------
    Bates, J. M. and Granger, C. W. J. (1969), The Combination of Forecasts, Operational Research Quarterly 20(4),
    451-468, https://doi.org/10.1057/jors.1969.103.

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
    (0.507, 0.508)
    """
    need_labels(partner=partner, year=year, reporter=reporter, flow=flow, product=product)
    if months is not None:
        need_counts(months=months)
    opened = open_months(table, reporter=reporter, flow=flow, product=product, value=value)
    index = _prepared(opened, measure, partner, confidence)
    every = by_year(opened.months, index.values)
    at, known, remarks = _last_known(every, year, months)
    values = every.values[: at + 1].copy()
    values[at, known:] = np.nan
    years = Years(every.years[: at + 1], values)
    actual = index.of(years.values.sum(axis=1))
    if known == 12:
        return _known(index, years, actual, opened, confidence, remarks)
    return _estimated(index, years, actual, known, opened, confidence, remarks)


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
    and ``high``, the ``actual`` index of the year (missing until it is over), ``past`` (how many earlier years' errors made
    the weights and the band), and what each method gave: ``last_year, year_to_date, rolling, seasonal``.

    Raises
    ------
    TradeDataError
        As for ``ta.nowcast``.

    Notes
    -----
    The rows of a year depend on no later month. Revisions are not in the table: earlier years are as they are known
    now, which is better than they were known then.

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
    rows = {YEAR: np.repeat(years.years, len(PART)), "months": np.tile(PART, len(years.years))}
    given = {**cells, **dict(zip(METHODS, estimates, strict=True))}
    columns = {name: index.sized(one).ravel() if name != "past" else one.ravel() for name, one in given.items()}
    columns["actual"] = np.repeat(index.sized(actual), len(PART))
    order = ["estimate", "low", "high", "actual", "past", *METHODS]
    there = pd.DataFrame(rows | {name: columns[name] for name in order})
    there = there[ways.ravel() > 0].reset_index(drop=True).astype({"past": np.int64})
    about = opened.about | {"measure": index.name, "partner": partner}
    return annotated(there, opened.attrs, **about, convention=Text("nowcast_convention"))


def _prepared(opened: Months, measure: Any, partner: Any, confidence: float) -> YearIndex:
    need_numbers(confidence=confidence)
    if not 0 < confidence < 1:
        raise TradeDataError(Text("confidence_range", confidence=confidence))
    return year_index(opened, measure, partner)


def _last_known(every: Years, year: int | None, months: int | None) -> tuple[int, int, list[Text]]:
    """The place of the year, how many of its months are used, and what is to be told of its gaps."""
    if year is not None and year not in every.years:
        raise TradeDataError(Text("label_absent", column=YEAR, wanted=repr(year), labels=every.years.tolist()))
    at = len(every.years) - 1 if year is None else int(np.flatnonzero(every.years == year)[0])
    label, there, known = int(every.years[at]), every.there[at], int(every.known[at])
    if known == 0:
        raise TradeDataError(Text("nowcast_no_january", year=label))
    if months is not None and months > known:
        raise TradeDataError(Text("nowcast_months", months=months, year=label, known=known))
    used = known if months is None else months
    gap = there.sum() > known and months is None
    return at, used, [Text("nowcast_gap", year=label, month=known + 1, months=used)] if gap else []


def _estimates(index: YearIndex, years: Years) -> Array:
    """The index by each method, year and number of months known."""
    return np.stack([index.of(one) for one in forecasts(years).values()])


def _known(
    index: YearIndex, years: Years, actual: Array, opened: Months, confidence: float, remarks: list[Text]
) -> Nowcast:
    """The index of a year that is over."""
    if math.isnan(actual[-1]):
        raise TradeDataError(Text("nowcast_nothing", year=int(years.years[-1]), measure=index.name))
    one, last = index.sized(actual[-1]), index.sized(actual[-2]) if len(actual) > 1 else math.nan
    table = annotated(_record(None, []), opened.attrs, **opened.about)
    return Nowcast(
        float(one), float(one), float(one), KNOWN, 12, int(years.years[-1]), float(last), table, index.name,
        index.partner, confidence, 0, opened.about, tuple(remarks),
    )  # fmt: skip


def _estimated(
    index: YearIndex, years: Years, actual: Array, known: int, opened: Months, confidence: float, remarks: list[Text]
) -> Nowcast:
    """The index of a year of which so many months are known."""
    year, at = int(years.years[-1]), known - 1
    estimates = _estimates(index, years)
    chosen = ~np.isnan(estimates[:, -1, at])
    if not chosen.any():
        raise TradeDataError(Text("nowcast_nothing", year=year, measure=index.name))
    names = [name for name, there in zip(METHODS, chosen, strict=True) if there]
    found = combined(estimates[chosen], actual, FIRST[chosen], confidence)
    low, high = (one[-1, at] for one in index.within(found.low, found.high, years))
    table = _record(found, names)
    notes = {"convention": Text("nowcast_convention"), "n": texts.say("nowcast_n", "en")}
    remarks = [*remarks, *_remarks(years, found, names, table, known, banded=math.isfinite(low))]
    return Nowcast(
        *(float(index.sized(one)) for one in (found.estimate[-1, at], low, high)),
        COMBINED if len(names) > 1 else names[0], known, year,
        float(index.sized(actual[-2])) if len(actual) > 1 else math.nan,
        annotated(table, opened.attrs, **opened.about, **notes),
        index.name, index.partner, confidence, len(found.past[-1]), opened.about, tuple(remarks),
    )  # fmt: skip


def _record(found: Combined | None, names: list[str]) -> pd.DataFrame:
    """The errors in the years that count for the last, by months known and method."""
    columns = ["months", "method", "bias", "rmse", "years", "weight"]
    if found is None:
        return pd.DataFrame(columns=columns)
    rows = []
    for h, months in enumerate(PART):
        counted = found.errors[:, found.past[-1], h]
        weights = [*found.weights[:, -1, h], math.nan]
        for name, one, weight in zip([*names, COMBINED], counted, weights, strict=True):
            mean, root = (one.mean(), math.sqrt((one**2).mean())) if len(one) else (math.nan, math.nan)
            rows.append([int(months), name, mean, root, len(one), weight])
    return pd.DataFrame(rows, columns=columns)


def _remarks(
    years: Years, found: Combined, names: list[str], table: pd.DataFrame, known: int, *, banded: bool
) -> list[Text]:
    """What was left out, what the band rests on, and how large past errors were beside those of last year's index."""
    said, past, year = [], len(found.past[-1]), int(years.years[-1])
    if parted := years.years[:-1][~years.whole[:-1]].tolist():
        said.append(Text("nowcast_left_out", years=parted))
    if names == ["year_to_date"]:
        said.append(Text("nowcast_alone", year=year, before=year - 1))
    if past == 0:
        return [*said, Text("nowcast_no_errors", year=year, whole=int(years.whole[:-1].sum()))]
    if not banded:
        return [*said, Text("nowcast_past_nothing", year=year)]
    rmse = table[table["months"] == known].set_index("method")["rmse"]
    if past < FEW:
        said.append(Text("nowcast_few", past=past))
    if "last_year" in rmse:
        near = "no_better" if rmse[COMBINED] > SMALLER * rmse["last_year"] else "better"
        words = {"months": known, "rmse": float(rmse[COMBINED]), "last": float(rmse["last_year"])}
        said.append(Text(f"nowcast_{near}", **words))
    return said
