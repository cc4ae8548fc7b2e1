"""Draws of what the values by partner could be: from the size of their errors, from mirror reports, from months."""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from tradeanalysis.gate.findings import listing
from tradeanalysis.gate.frames import (
    collected,
    labels_in,
    open_table,
    refuse_float_ends,
    refuse_infinite,
    refuse_vector_labels,
)
from tradeanalysis.parameters import as_numbers, need_whole
from tradeanalysis.results import Result
from tradeanalysis.schema import FLOW, PARTNER, PERIOD, REPORTER, VALUE, YEAR, Sentence, TradeDataError
from tradeanalysis.sums import Array, by_label, checked
from tradeanalysis.tables.months import open_months
from tradeanalysis.texts import Text
from tradeanalysis.texts import catalogues as texts


class AssumingResult(Result):
    """A result that holds only under assumptions: a sentence by language."""

    assumptions: dict[str, str]

    @property
    def assumption(self) -> Sentence:
        """What the result assumes, in one sentence."""
        return in_languages(self.assumptions)


def in_languages(words: Mapping[str, str]) -> Sentence:
    """A sentence that knows both languages, from what it is in each."""
    return Sentence({(lang, form): text for lang, text in words.items() for form in ("python", "command")})


@dataclass(frozen=True, eq=False, repr=False)
class Draws(AssumingResult):
    """Many draws of what the values by partner could be.

    ``values`` holds a draw in each row and a partner in each column; ``observed`` the values as given, in the same
    unit; ``cv`` the coefficients of variation of their errors, where there are such; ``assumptions`` what the draws
    assume, a sentence by language.
    """

    values: Array
    observed: Array
    partners: pd.Index[Any]
    cv: Array | None
    seed: int
    name: str
    assumptions: dict[str, str]

    @property
    def table(self) -> pd.DataFrame:
        """The values as given beside the quantiles of the draws, by partner."""
        low, middle, high = np.quantile(self.values, [0.025, 0.5, 0.975], axis=0)
        columns = {VALUE: self.observed, "q_0_025": low, "median": middle, "q_0_975": high}
        return pd.DataFrame({PARTNER: self.partners, **columns})

    def sentence(self, lang: str = "en") -> str:
        """How many partners the draws are of, and what they assume."""
        count = texts.number(len(self.partners), lang)
        name = f" ({self.name})" if self.name else ""
        return texts.say("draws_said", lang, count=count, name=name, assumption=self.assumptions[lang])


def draws(x: Any, error: Any = None, *, size: int = 10_000, seed: int = 0, name: str = "") -> Draws:
    r"""Draw what the true values by partner could be, given the values observed and the size of their errors.

    An observed value is the true one times an error, :math:`\ln x_j = \ln x^*_j + \sigma_j z_j`, with independent
    standard normal :math:`z_j`. The draws are of the true values: with
    :math:`\ln x^*_j \sim N(\mu, \tau^2)` among the partners,

    .. math:: \ln x^*_j \mid x, \mu, \tau \sim N(\mu + k_j (\ln x_j - \mu),\; k_j \sigma_j^2), \qquad
              k_j = \frac{\tau^2}{\tau^2 + \sigma_j^2}

    Parameters
    ----------
    x
        A vector of values by partner (a Series, a dict, a list, an array); or the rows of one economy and year of a
        table of ``ta.mirror``, whose ``log_sd`` are the :math:`\sigma_j`.
    error
        For a vector: the coefficient of variation :math:`c` of the errors, one number or one for each partner (a Series
        by label, or in the order of ``x``). Errors are lognormal with mean one:
        :math:`\sigma^2 = \ln(1 + c^2)`, and :math:`\sigma^2/2` is added to the logarithms observed.
    size
        How many draws.
    seed
        A whole number; the same seed gives the same bits. A partner's :math:`z_j` depends on the seed and on its label
        alone: two ``Draws`` of one seed have the same errors for the same partners (see ``ta.probability``).
    name
        Whose values these are, for the sentences; for mirror reports the economy and the year.

    Returns
    -------
    A ``Draws``: ``values`` (draws x partners, in the unit of ``x``), ``observed``, ``partners``, and ``assumption``,
    which is printed with every result made from them.

    Raises
    ------
    TradeDataError
        Values are faulty; an error is negative or missing; the mirror rows are of several economies or years; or a
        partner stands in several rows.

    Notes
    -----
    Errors make an index larger than it is: noise on equal values looks like concentration. Multiplying observed values
    by new errors would add that bias a second time. Here the logarithms are drawn towards their mean by as much as the
    errors have spread them. By simulation (``benchmarks/coverage.py``) 95% intervals contain the true index 94 to 96%
    of the time where markets are roughly lognormal and errors alike; more often (to 98%) where markets are nearly equal
    or errors 0.3; 92 to 94% with errors from 0.05 to 0.3 among nine markets; and too rarely where markets are far from
    lognormal: 92% for Zipf's 1/rank with errors of 0.15, 86% with 0.3, 82% for one large market beside four equal ones
    with 0.3. Where the size of the errors is read from mirror reports it is about 92%.

    The variance of all logarithms is drawn as what was observed times :math:`(n-1)/\chi^2_{n-1}`, :math:`\tau^2` is
    what it has beyond the mean of :math:`\sigma_j^2`, at least 0, and :math:`\mu` is normal about the mean. A partner
    without trade has none in any draw. Resampling *partners* is not measurement error, since a partner drawn twice
    merges with itself, and is not offered.

    References
    ----------
    Efron, B., Morris, C. (1973). Stein's estimation rule and its competitors: an empirical Bayes approach. Journal of
    the American Statistical Association 68, 117-130. https://doi.org/10.1080/01621459.1973.10481350

    Examples
    --------
    >>> import tradeanalysis as ta
    >>> some = ta.uncertainty.draws([40, 20, 15, 10, 5, 4, 3, 2, 1], 0.15)
    >>> some.values.shape
    (10000, 9)
    >>> [round(float(one), 3) for one in (ta.hhi(some.observed), ta.hhi(some.values).std())]
    [0.238, 0.02]
    """
    if error is None:
        observed, partners, sigma, name = _of_mirror(x, name)
        shift, key, words = np.zeros_like(sigma), "errors_mirror", {}
    else:
        x, error = by_label(x), by_label(error)
        observed, partners = _vector(x)
        cv = _by_partner(error, x, len(observed))
        sigma = np.sqrt(np.log1p(cv**2))
        shift, key, words = sigma**2 / 2, "errors_given", {"least": cv.min(), "most": cv.max()}
    refuse_counts(size, seed)
    present = observed > 0
    values = np.zeros((size, len(observed)))
    noise = np.empty((size, int(present.sum())))
    for column, label in enumerate(partners[present]):
        noise[:, column] = np.random.default_rng([seed, zlib.crc32(str(label).encode())]).standard_normal(size)
    logs = np.log(observed[present]) + shift[present]
    with np.errstate(over="ignore"):
        values[:, present] = np.exp(_true_logs(logs, sigma[present], noise, np.random.default_rng(seed)))
        refuse_infinite(values.sum(axis=1))
    spread = np.sqrt(np.expm1(sigma**2))
    return Draws(values, observed, partners, spread, seed, name, _assumptions(key, size, seed, **words))


def moving_blocks(x: Any, block: int | None = None, *, size: int = 10_000, seed: int = 0, name: str = "") -> Draws:
    """Draw the year's values by partner anew from monthly ones, by moving blocks.

    Parameters
    ----------
    x
        Values by month and partner: a matrix with a month in each row and a partner in each column (a dataframe whose
        columns are the partners, or an array), or a trade table of one economy and flow with a column ``period`` of
        months (2023-05, 202305, a date), none of which is missing.
    block
        How many consecutive months stay together; the cube root of the number of months, rounded up, where it is not
        given. Take 12 or more where the season matters.
    size, seed, name
        As for ``ta.uncertainty.draws``.

    Returns
    -------
    A ``Draws``: each has as many months as the series, in blocks that begin at random, summed and scaled to twelve
    months; the unit is that of a year. ``observed`` is the sum of the months as they are, in the same unit.

    Raises
    ------
    TradeDataError
        There are fewer months than two blocks hold, a month is missing or stands twice, or there are several economies
        or flows, or faulty values.

    Notes
    -----
    This is how much an index depends on which months were observed, not the error of the reports. The series is assumed
    to be stationary: a trend or a break is not chance, and makes the interval useless. Months at the ends are in fewer
    blocks, and intervals of short series are too narrow: of 95% ones, with months correlated by .5, about 78% contain
    the index with 24 months and 83% with 60. Remainders are not partners and are left out.

    References
    ----------
    Künsch, H. R. (1989). The jackknife and the bootstrap for general stationary observations. The Annals of Statistics
    17, 1217-1241. https://doi.org/10.1214/aos/1176347265

    Examples
    --------
    >>> import numpy as np
    >>> import tradeanalysis as ta
    >>> months = np.random.default_rng(1).gamma(4, [10, 5, 1], size=(36, 3))
    >>> ta.uncertainty.moving_blocks(months).values.shape
    (10000, 3)
    """
    matrix, partners = _matrix(x)
    count = len(matrix)
    length = int(np.ceil(count ** (1 / 3))) if block is None else block
    if isinstance(length, bool) or not isinstance(length, (int, np.integer)) or not 1 <= length <= count / 2:
        raise TradeDataError(Text("blocks_length", block=repr(length), months=count))
    refuse_counts(size, seed)
    rng = np.random.default_rng(seed)
    sums = np.vstack([np.zeros((1, matrix.shape[1])), matrix.cumsum(axis=0)])
    values = np.zeros((size, matrix.shape[1]))
    with np.errstate(over="ignore"):
        for first in range(0, count, length):  # the last block is cut to the length of the series
            start = rng.integers(0, count - length + 1, size)
            values += sums[start + min(length, count - first)] - sums[start]
        refuse_infinite(values.sum(axis=1) * (12 / count))
    year = 12 / count
    assumptions = _assumptions("errors_blocks", size, seed, months=count, block=length)
    return Draws(np.maximum(values, 0.0) * year, matrix.sum(axis=0) * year, partners, None, seed, name, assumptions)


def _true_logs(logs: Array, sigma: Array, noise: Array, rng: np.random.Generator) -> Array:
    """Draws of the true logarithms: from the normal model of ``draws``."""
    n = len(logs)
    if n < 2:
        return np.asarray(logs + sigma * noise)
    mean, spread = (one[:, None] for one in spread_and_mean(logs, len(noise), rng))
    between = np.maximum(spread - np.mean(sigma**2), 0.0)
    whole = between + sigma**2
    keep = np.divide(between, whole, out=np.ones_like(whole), where=sigma > 0)
    return np.asarray(mean + keep * (logs - mean) + np.sqrt(keep) * sigma * noise)


def spread_and_mean(logs: Array, size: int, rng: np.random.Generator) -> tuple[Array, Array]:
    """Draws of the mean of all logarithms, and of their variance."""
    n = len(logs)
    spread = ((logs - logs.mean()) ** 2).sum() / rng.chisquare(n - 1, size)
    return logs.mean() + np.sqrt(spread / n) * rng.standard_normal(size), spread


def _vector(x: Any) -> tuple[Array, pd.Index[Any]]:
    observed = checked(x)
    refuse_float_ends(observed, "sum", "rounded")
    if observed.ndim != 1 or not observed.sum() > 0:
        raise TradeDataError(Text("draws_of_vector"))
    partners = x.index if isinstance(x, pd.Series) else pd.RangeIndex(len(observed))
    refuse_vector_labels(partners, "x")
    return observed, _unique(partners)


def _unique(partners: pd.Index[Any]) -> pd.Index[Any]:
    if not partners.is_unique:
        twice = listing(map(str, partners[partners.duplicated()].unique()))
        raise TradeDataError(Text("draws_twice", partners=twice))
    return partners


def _by_partner(error: Any, x: Any, n: int) -> Array:
    """The coefficient of variation of every partner."""
    if isinstance(error, pd.Series) and isinstance(x, pd.Series):
        if len(without := x.index.difference(error.index)):
            raise TradeDataError(Text("error_absent", partners=list(map(str, without))))
        error = error.reindex(x.index)
    try:
        cv = np.broadcast_to(as_numbers("error", error), (n,))
    except ValueError:
        raise TradeDataError(Text("error_shape", count=n)) from None
    if not ((cv >= 0) & (cv < np.inf)).all():
        raise TradeDataError(Text("error_range"))
    return cv


def _of_mirror(rows: Any, name: str) -> tuple[Array, pd.Index[Any], Array, str]:
    """The values, partners and standard deviations of mirror rows, and the name of the economy and year."""
    if not hasattr(rows, "columns"):
        raise TradeDataError(Text("error_needed"))
    frame = open_table(rows, [PARTNER, "log_sd"], VALUE)
    group = _one_group(frame, (REPORTER, YEAR, FLOW))
    table = collected(frame.select(PARTNER, VALUE, "log_sd")).to_pandas()
    sigma = table["log_sd"].to_numpy(np.float64)
    if not (sigma >= 0).all():
        raise TradeDataError(Text("error_of_mirror"))
    partners = _unique(pd.Index(table[PARTNER]))
    observed = checked(table[VALUE])
    refuse_float_ends(observed, "sum", "rounded")
    return observed, partners, sigma, name or " ".join(str(one) for one in group[:2])


def _one_group(frame: Any, keys: Sequence[str]) -> list[Any]:
    """The one label of each key that the table has."""
    group = []
    for key in keys:
        if key in frame.collect_schema().names():
            labels = labels_in(frame, key)
            if len(labels) != 1:
                raise TradeDataError(Text("rows_choose_one", count=len(labels), column=key, labels=list(labels)))
            group += labels
    return group


def _matrix(months: Any) -> tuple[Array, pd.Index[Any]]:
    """Months x partners, of a matrix or of a trade table with periods."""
    partners: pd.Index[Any] | None
    is_matrix = isinstance(months, pd.DataFrame) and PERIOD not in months.columns
    if not is_matrix and not isinstance(months, (list, tuple, np.ndarray)):
        _one_group(open_table(months, [PARTNER, PERIOD], VALUE), (REPORTER, FLOW))
        opened = open_months(months)
        if not opened.present.all():
            raise TradeDataError(Text("blocks_gaps", months=opened.months[~opened.present].astype(str).tolist()))
        matrix, partners = opened.values, opened.partners
    else:
        partners = pd.Index(months.columns) if isinstance(months, pd.DataFrame) else None
        matrix = checked(months.to_numpy() if isinstance(months, pd.DataFrame) else months)
    refuse_float_ends(matrix, "sum", "rounded")
    if matrix.ndim != 2 or not matrix.sum() > 0:
        raise TradeDataError(Text("blocks_of_matrix"))
    return matrix, _unique(pd.RangeIndex(matrix.shape[1]) if partners is None else partners)


def refuse_counts(size: int, seed: int) -> None:
    """Raise for what is not a number of draws, or a seed."""
    if isinstance(size, bool) or not isinstance(size, (int, np.integer)) or size < 100:
        raise TradeDataError(Text("draws_size", size=repr(size)))
    if isinstance(seed, bool) or not isinstance(seed, (int, np.integer)) or seed < 0:
        raise TradeDataError(Text("draws_seed", seed=repr(seed)))
    need_whole(size=size, seed=seed)


def _assumptions(key: str, size: int, seed: int, **words: Any) -> dict[str, str]:
    """The assumption in every language."""
    sentences = {}
    for lang in texts.LANGUAGES:
        if "least" in words:
            ends = dict.fromkeys(texts.percent(words[one], lang) for one in ("least", "most"))
            words["cv"] = "–".join(ends)
        sentences[lang] = texts.say(key, lang, draws=texts.number(size, lang), seed=seed, **words)
    return sentences
