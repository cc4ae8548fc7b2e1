"""What draws say of an index: its interval, and the probability that it is above a level, another's, or of a rank."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from tradeanalysis.measures.concentration import hhi
from tradeanalysis.measures.formula import Measure
from tradeanalysis.results import annotated
from tradeanalysis.schema import TradeDataError
from tradeanalysis.sums import Array
from tradeanalysis.texts import catalogues as texts
from tradeanalysis.uncertainty.sampling import Draws

Index = Measure | Callable[[Array], Array]
Errors = Literal["independent", "paired"]


@dataclass(frozen=True)
class Confidence:
    """An index with its interval.

    ``estimate`` is the index of the values as observed; ``low`` and ``high`` are the quantiles over the draws, ``sd``
    their standard deviation, and ``bias`` what the errors are thought to add to the estimate. ``approximate_sd`` and
    ``approximate_bias`` are those of the formula, for the HHI (else missing).
    """

    measure: str
    name: str
    estimate: float
    low: float
    high: float
    sd: float
    bias: float
    level: float
    approximate_sd: float
    approximate_bias: float
    told: dict[str, str]

    @property
    def assumption(self) -> str:
        """What the interval assumes, in one sentence."""
        return self.told["en"]

    def sentence(self, lang: str = "en") -> str:
        """The index, its interval and the assumption."""
        return texts.say(
            "confidence_said",
            lang,
            measure=_named(self.measure, self.name),
            level=texts.percent(self.level, lang, 0),
            assumption=self.told[lang],
            **{one: texts.number(getattr(self, one), lang, 4) for one in ("estimate", "low", "high")},
        )

    def summary(self) -> str:
        """The sentence, standard deviation and bias, and those of the formula where there is one."""
        lines = [self.sentence(), f"sd {self.sd:.5f}, bias {self.bias:.5f}"]
        if not math.isnan(self.approximate_sd):
            lines.append(f"by the formula: sd {self.approximate_sd:.5f}, bias {self.approximate_bias:.5f}")
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        return "".join(f"<p>{line}</p>" for line in self.summary().split("\n"))


@dataclass(frozen=True)
class Chance:
    """The probability that an index is above a level, or above another's.

    ``estimate``, ``low`` and ``high`` are of the index itself, or of the difference of the two.
    """

    measure: str
    probability: float
    estimate: float
    low: float
    high: float
    level: float
    names: tuple[str, ...]
    above: float | None
    errors: str
    told: dict[str, str]

    @property
    def assumption(self) -> str:
        """What the probability assumes, in one sentence."""
        return self.told["en"]

    def __float__(self) -> float:
        return self.probability

    def sentence(self, lang: str = "en") -> str:
        """The probability, the interval, what follows from it, and the assumption."""
        told = {one: texts.number(getattr(self, one), lang, 4) for one in ("estimate", "low", "high")}
        told |= {"level": texts.percent(self.level, lang, 0), "assumption": self.told[lang]}
        told["probability"] = _probability(self.probability, lang)
        if self.above is not None:
            named, above = _named(self.measure, self.names[0]), f"{self.above:.12g}"
            above = above.replace(".", ",") if lang == "vi" else above
            return texts.say("chance_above", lang, measure=named, above=above, **told)
        verdict = texts.say("chance_alike" if self.low <= 0 <= self.high else "chance_differ", lang)
        first, second = self.names
        return texts.say(
            "chance_more",
            lang,
            measure=_named(self.measure, ""),
            first=first or "A",
            second=second or "B",
            verdict=verdict,
            errors=texts.say(f"errors_{self.errors}", lang),
            **told,
        )

    def summary(self) -> str:
        """The sentence."""
        return self.sentence()

    def _repr_html_(self) -> str:
        return f"<p>{self.sentence()}</p>"


def confidence(measure: Index, draws: Draws, level: float = 0.95) -> Confidence:
    r"""The interval of an index, from draws of the values by partner.

    Parameters
    ----------
    measure
        Such as ``ta.hhi``, or a function that takes a matrix and gives a number for each row.
    draws
        From ``ta.draws`` or ``ta.moving_blocks``.
    level
        Of the interval, between 0 and 1.

    Returns
    -------
    A ``Confidence``: ``estimate`` (the index as observed), ``low, high`` (quantiles over the draws, which stay within
    the range of the index), ``sd``, ``bias`` (the estimate less the mean of the draws), ``assumption``,
    ``sentence(lang)``. For the HHI of values with coefficients of variation :math:`c_j` the approximation by the delta
    method stands beside it:

    .. math:: \mathrm{Var}(H) \approx 4 \sum_j s_j^2 (s_j - H)^2 c_j^2, \qquad
              \mathrm{bias} \approx \sum_j s_j^2 c_j^2 (1 - 4 s_j + 3H)

    Raises
    ------
    TradeDataError
        What is passed are no draws, the index is not defined for some of them, or the level is none.

    Notes
    -----
    Where errors are large beside the differences between partners, the estimate can lie above its own interval: what it
    has beyond it is noise. For how often intervals hold the true index see ``benchmarks/coverage.py``. An interval
    tells of the errors in its assumption and of no others; ``ta.mirror`` gives limits that assume none.

    Examples
    --------
    >>> import tradeanalysis as ta
    >>> found = ta.confidence(ta.hhi, ta.draws([40, 20, 15, 10, 5, 4, 3, 2, 1], 0.15))
    >>> [round(one, 3) for one in (found.estimate, found.low, found.high)]
    [0.238, 0.203, 0.282]
    >>> round(found.approximate_sd, 5), round(found.approximate_bias, 5)
    (0.02086, 0.00228)
    """
    estimate, sample = _sampled(measure, draws)
    low, high = _quantiles(sample, level)
    sd, bias = (math.nan, math.nan)
    if measure is hhi and draws.cv is not None:
        sd, bias = _of_hhi(draws.observed / draws.observed.sum(), draws.cv)
    return Confidence(
        _name(measure),
        draws.name,
        estimate,
        low,
        high,
        float(sample.std(ddof=1)),
        float(estimate - sample.mean()),
        level,
        sd,
        bias,
        draws.told,
    )


def probability(
    measure: Index,
    a: Draws,
    b: Draws | None = None,
    *,
    above: float | None = None,
    errors: Errors = "independent",
    level: float = 0.95,
) -> Chance:
    """The probability that the index of one is above that of another, or above a level.

    Parameters
    ----------
    measure
        As for ``ta.confidence``.
    a, b
        Draws of two economies, or of two years of one.
    above
        A level, such as a screen's 0.4, in place of ``b``.
    errors
        ``"independent"``: those of ``a`` say nothing of those of ``b``. ``"paired"``: every partner has the same error
        in both, as where goods go through the same port in both years; the two are of one seed. Two years with the same
        errors differ more surely than with independent ones; where this is not known, take ``"independent"``.
    level
        Of the interval of the difference.

    Returns
    -------
    A ``Chance``: ``probability``, the share of draws, with ``estimate, low, high`` of the difference (of the index
    itself, with ``above``) and ``sentence(lang)``. ``float()`` of it is the probability.

    Raises
    ------
    TradeDataError
        Both or none of ``b`` and ``above`` are given; the level is none that the HHI can have; paired draws are of two
        seeds; the index is not defined.

    Notes
    -----
    Where it is near 0 or 1 it is only as fine as the draws are many.

    Examples
    --------
    >>> import tradeanalysis as ta
    >>> before, after = ta.draws([40, 30, 30], 0.1, name="2015"), ta.draws([50, 25, 25], 0.1, name="2022")
    >>> round(float(ta.probability(ta.hhi, after, before)), 1)
    1.0
    >>> round(float(ta.probability(ta.hhi, after, above=0.375)), 1)
    0.4
    """
    if (b is None) == (above is None):
        raise TradeDataError("say what to compare with: other draws, or a level above=")
    if above is not None:
        _refuse_level(measure, above)
    estimate, sample = _sampled(measure, a)
    if b is None:
        level_of = float(above)  # type: ignore[arg-type]
        low, high = _quantiles(sample, level)
        share = float((sample > level_of).mean())
        return Chance(_name(measure), share, estimate, low, high, level, (a.name,), level_of, errors, a.told)
    other, others = _sampled(measure, b)
    first, second = _together([a, b], [sample, others], errors)
    low, high = _quantiles(first - second, level)
    share = float((first > second).mean() + (first == second).mean() / 2)
    # One assumption where both are drawn alike.
    told = {lang: "; ".join(dict.fromkeys([a.told[lang], b.told[lang]])) for lang in texts.LANGUAGES}
    return Chance(_name(measure), share, estimate - other, low, high, level, (a.name, b.name), None, errors, told)


def ranks(
    measure: Index, groups: Mapping[str, Draws], *, errors: Errors = "independent", level: float = 0.95
) -> pd.DataFrame:
    """The ranks of several economies by an index, and how sure each is.

    Parameters
    ----------
    measure
        As for ``ta.confidence``.
    groups
        Draws by name.
    errors
        As for ``ta.probability``.
    level
        Of the intervals.

    Returns
    -------
    A row for each group, the most concentrated first: ``name``, ``value`` (the index as observed), ``rank`` (1 for the
    highest), ``probability`` that it is this rank, and ``rank_low, rank_high``, between which the rank lies with at
    least this level.

    Raises
    ------
    TradeDataError
        There are fewer than two groups, or draws that do not go together.

    Examples
    --------
    >>> import tradeanalysis as ta
    >>> shares = {"A": [70, 20, 10], "B": [40, 30, 30], "C": [41, 30, 29]}
    >>> ta.ranks(ta.hhi, {name: ta.draws(x, 0.1) for name, x in shares.items()})[["name", "rank", "rank_high"]]
      name  rank  rank_high
    0    A     1          1
    1    C     2          3
    2    B     3          3
    """
    if not isinstance(groups, Mapping):
        raise TradeDataError('ranks are among draws by name: pass a dict, {"VNM": ta.draws(...), "THA": ta.draws(...)}')
    if len(groups) < 2:
        raise TradeDataError("ranks are among two groups or more")
    several = list(groups.values())
    estimates, samples = zip(*(_sampled(measure, one) for one in several), strict=True)
    matrix = np.column_stack(_together(several, list(samples), errors))
    drawn = len(several) - matrix.argsort(axis=1, kind="stable").argsort(axis=1, kind="stable")
    own = pd.Series(estimates).rank(ascending=False, method="first").to_numpy(np.int64)
    tail = (1 - _level(level)) / 2
    table = pd.DataFrame(
        {
            "name": list(groups),
            "value": estimates,
            "rank": own,
            "probability": (drawn == own).mean(axis=0),
            "rank_low": np.quantile(drawn, tail, axis=0, method="lower"),
            "rank_high": np.quantile(drawn, 1 - tail, axis=0, method="higher"),
        }
    ).sort_values("rank", ignore_index=True)
    assumption = list(dict.fromkeys(one.assumption for one in several))
    about = {"measure": _name(measure), "errors": texts.say(f"errors_{errors}", "en"), "assumption": assumption}
    return annotated(table, {}, **about)


def _sampled(measure: Index, draws: Draws) -> tuple[float, Array]:
    """The index as observed, and of every draw."""
    if not isinstance(draws, Draws):
        raise TradeDataError(
            f"{type(draws).__name__} holds no draws: the measure comes first, then what ta.draws or ta.moving_blocks "
            "gives, ta.confidence(ta.hhi, ta.draws(values, 0.1))"
        )
    if not callable(measure):
        raise TradeDataError(f"{type(measure).__name__} is no index: pass ta.hhi, or a function of a matrix")
    estimate = np.asarray(measure(draws.observed[np.newaxis]), dtype=np.float64)
    sample = np.asarray(measure(draws.values), dtype=np.float64)
    if sample.shape != (len(draws.values),):
        raise TradeDataError(f"{_name(measure)} is to give one number for each row of a matrix")
    if bad := int((~np.isfinite(sample)).sum() + (~np.isfinite(estimate)).sum()):
        raise TradeDataError(f"{_name(measure)} is not defined for {bad:,} of the draws: no interval can be told")
    return float(estimate[0]), sample


def _together(several: list[Draws], samples: list[Array], errors: str) -> list[Array]:
    """The samples side by side, a row for one state of the world."""
    if errors not in ("independent", "paired"):
        raise TradeDataError(f'errors={errors!r}: known are "independent" and "paired"')
    if len({len(sample) for sample in samples}) > 1:
        raise TradeDataError("the draws are not equally many")
    if errors == "independent":  # another order for each: what one seed has in common is gone
        return [np.random.default_rng(i).permutation(sample) for i, sample in enumerate(samples)]
    if len({one.seed for one in several}) > 1:
        raise TradeDataError("paired errors are those of one seed: draw both with the same seed=")
    return samples


def _quantiles(sample: Array, level: float) -> tuple[float, float]:
    tail = (1 - _level(level)) / 2
    low, high = np.quantile(sample, [tail, 1 - tail])
    return float(low), float(high)


def _refuse_level(measure: Index, above: float) -> None:
    """Raise for a level that is no number, or outside the range of the HHI."""
    if not isinstance(above, (int, float, np.number)) or not np.isfinite(above):
        raise TradeDataError(f"above={above!r}: the level to compare with is a number, such as 0.25")
    if measure is hhi and not 0 <= above <= 1:
        raise TradeDataError(
            f"above={above!r}: the HHI is in [0, 1]. A level of the scale to 10,000 is divided by 10,000: 2500 is 0.25"
        )


def _level(level: float) -> float:
    if not 0 < level < 1:
        raise TradeDataError(f"level={level!r}: between 0 and 1, such as 0.95")
    return level


def _of_hhi(s: Array, c: Array) -> tuple[float, float]:
    """Standard deviation and bias of the HHI of shares by the delta method."""
    h = (s**2).sum()
    return float(np.sqrt(4 * (s**2 * (s - h) ** 2 * c**2).sum())), float((s**2 * c**2 * (1 - 4 * s + 3 * h)).sum())


def _name(measure: Index) -> str:
    return str(getattr(measure, "name", getattr(measure, "__name__", "index")))


def _named(measure: str, name: str) -> str:
    index = "HHI" if measure == "hhi" else measure
    return f"{index} ({name})" if name else index


def _probability(p: float, lang: str) -> str:
    """In per cent; what is rarer than a draw in a thousand is said to be so."""
    if 0.001 <= p <= 0.999:
        return texts.percent(p, lang)
    return ("< " if p < 0.5 else "> ") + texts.percent(0.001 if p < 0.5 else 0.999, lang)
