"""An index from draws: its interval, and the probability that it is above a level, above another's, or of a rank."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass

import numpy as np
import pandas as pd

from tradeanalysis.measures.concentration import hhi
from tradeanalysis.measures.formula import Measure
from tradeanalysis.parameters import need_numbers
from tradeanalysis.results import annotated
from tradeanalysis.schema import TradeDataError
from tradeanalysis.sums import Array
from tradeanalysis.texts import Text
from tradeanalysis.texts import catalogues as texts
from tradeanalysis.uncertainty.sampling import AssumingResult, Draws

Index = Measure | Callable[[Array], Array]


@dataclass(frozen=True, repr=False)
class Confidence(AssumingResult):
    """An index with its interval.

    ``estimate`` is the index of the values as observed; ``low`` and ``high`` are the quantiles over the draws, ``sd``
    their standard deviation, and ``bias`` what the errors are estimated to add to the estimate. ``approximate_sd`` and
    ``approximate_bias`` are those of the formula, for the HHI (else missing). ``assumptions`` holds what the interval
    assumes, a sentence by language.
    """

    measure: str
    name: str
    estimate: float
    low: float
    high: float
    sd: float
    bias: float
    confidence: float
    approximate_sd: float
    approximate_bias: float
    assumptions: dict[str, str]

    @property
    def table(self) -> pd.DataFrame:
        """One row: the measure, the name and all numbers."""
        return _one_row(self, "assumptions")

    def sentence(self, lang: str = "en") -> str:
        """The index, its interval and the assumption."""
        return texts.say(
            "confidence_said",
            lang,
            measure=_named(self.measure, self.name, lang),
            level=texts.percent(self.confidence, lang, 0),
            assumption=self.assumptions[lang],
            **{one: texts.number(getattr(self, one), lang, 4) for one in ("estimate", "low", "high")},
        )

    def summary(self) -> str:
        """The sentence, standard deviation and bias, and those of the formula where there is one."""
        lines = [self.sentence(), f"sd {self.sd:.5f}, bias {self.bias:.5f}"]
        if not math.isnan(self.approximate_sd):
            lines.append(f"by the formula: sd {self.approximate_sd:.5f}, bias {self.approximate_bias:.5f}")
        return "\n".join(lines)


@dataclass(frozen=True, repr=False)
class Chance(AssumingResult):
    """The probability that an index is above a level, or above another's.

    ``estimate``, ``low`` and ``high`` are of the index itself, or of the difference of the two. ``assumptions`` holds
    what the probability assumes, a sentence by language.
    """

    measure: str
    probability: float
    estimate: float
    low: float
    high: float
    confidence: float
    names: tuple[str, ...]
    above: float | None
    shared_errors: bool
    assumptions: dict[str, str]

    @property
    def table(self) -> pd.DataFrame:
        """One row: the measure, the names and all numbers."""
        return _one_row(self, "assumptions")

    def __float__(self) -> float:
        return self.probability

    def sentence(self, lang: str = "en") -> str:
        """The probability, the interval, what follows from it, and the assumption."""
        words = {one: texts.number(getattr(self, one), lang, 4) for one in ("estimate", "low", "high")}
        words |= {"level": texts.percent(self.confidence, lang, 0), "assumption": self.assumptions[lang]}
        words["probability"] = chance_in_words(self.probability, lang)
        if self.above is not None:
            named, above = _named(self.measure, self.names[0], lang), f"{self.above:.12g}"
            above = above.replace(".", ",") if lang == "vi" else above
            return texts.say("chance_above", lang, measure=named, above=above, **words)
        verdict = texts.say("chance_alike" if self.low <= 0 <= self.high else "chance_differ", lang)
        first, second = self.names
        return texts.say(
            "chance_more",
            lang,
            measure=_named(self.measure, "", lang),
            first=first or "A",
            second=second or "B",
            verdict=verdict,
            errors=_errors_in_words(self.shared_errors, lang),
            **words,
        )

    def summary(self) -> str:
        """The sentence."""
        return self.sentence()


def confidence(draws: Draws, measure: Index, confidence: float = 0.95) -> Confidence:
    r"""The interval of an index, from draws of the values by partner.

    Parameters
    ----------
    draws
        From ``ta.uncertainty.draws`` or ``ta.uncertainty.moving_blocks``.
    measure
        Such as ``ta.hhi``, or a function that takes a matrix and gives a number for each row.
    confidence
        The probability with which the interval is to contain the index, between 0 and 1.

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
        ``draws`` are not draws, the index is not defined for some of them, or ``confidence`` is not between 0 and 1.

    Notes
    -----
    Where errors are large beside the differences between partners, the estimate can lie above its own interval: what it
    has beyond it is noise. For how often intervals contain the true index see ``benchmarks/coverage.py``. An interval
    covers the errors in its assumption and no others; ``ta.mirror`` gives limits that assume none.

    Examples
    --------
    >>> import tradeanalysis as ta
    >>> found = ta.confidence(ta.uncertainty.draws([40, 20, 15, 10, 5, 4, 3, 2, 1], 0.15), ta.hhi)
    >>> [round(one, 3) for one in (found.estimate, found.low, found.high)]
    [0.238, 0.203, 0.282]
    >>> round(found.approximate_sd, 5), round(found.approximate_bias, 5)
    (0.02086, 0.00228)
    """
    need_numbers(confidence=confidence)
    estimate, sample = _sampled(draws, measure)
    low, high = _quantiles(sample, confidence)
    sd, bias = (math.nan, math.nan)
    if measure is hhi and draws.cv is not None:
        sd, bias = _delta_method(draws.observed / draws.observed.sum(), draws.cv)
    return Confidence(
        name_of(measure),
        draws.name,
        estimate,
        low,
        high,
        float(sample.std(ddof=1)),
        float(estimate - sample.mean()),
        confidence,
        sd,
        bias,
        draws.assumptions,
    )


def probability(
    draws: Draws,
    measure: Index,
    other: Draws | None = None,
    *,
    above: float | None = None,
    shared_errors: bool = False,
    confidence: float = 0.95,
) -> Chance:
    """The probability that the index of one is above that of another, or above a level.

    Parameters
    ----------
    draws, other
        Draws of two economies, or of two years of one.
    measure
        As for ``ta.confidence``.
    above
        A level, such as a screen's 0.4, in place of ``other``.
    shared_errors
        False: the errors of the two are independent. True: every partner has the same error in both, as where goods go
        through the same port in both years; the two must be of one seed. Two years with shared errors differ more
        surely than with independent ones; where this is not known, leave it False.
    confidence
        Of the interval of the difference.

    Returns
    -------
    A ``Chance``: ``probability``, the share of draws, with ``estimate, low, high`` of the difference (of the index
    itself, with ``above``) and ``sentence(lang)``. ``float()`` of it is the probability.

    Raises
    ------
    TradeDataError
        Both or neither of ``other`` and ``above`` are given; the HHI cannot have this level; draws with shared errors
        are of two seeds; the index is not defined.

    Notes
    -----
    Near 0 or 1 it is only as fine as the number of draws allows.

    Examples
    --------
    >>> import tradeanalysis as ta
    >>> before = ta.uncertainty.draws([40, 30, 30], 0.1, name="2015")
    >>> after = ta.uncertainty.draws([50, 25, 25], 0.1, name="2022")
    >>> round(float(ta.probability(after, ta.hhi, before)), 1)
    1.0
    >>> round(float(ta.probability(after, ta.hhi, above=0.375)), 1)
    0.4
    """
    need_numbers("above", above=above, confidence=confidence)
    if (other is None) == (above is None):
        raise TradeDataError(Text("probability_of_what"))
    if above is not None:
        refuse_level(measure, above)
    _refuse_not_bool(shared_errors)
    estimate, sample = _sampled(draws, measure)
    if other is None:
        level = float(above)  # type: ignore[arg-type]
        low, high = _quantiles(sample, confidence)
        share = float((sample > level).mean())
        names: tuple[str, ...] = (draws.name,)
        assumptions = draws.assumptions
        return Chance(
            name_of(measure), share, estimate, low, high, confidence, names, level, shared_errors, assumptions
        )
    second_estimate, second_sample = _sampled(other, measure)
    first, second = _side_by_side([draws, other], [sample, second_sample], shared_errors)
    low, high = _quantiles(first - second, confidence)
    share = float((first > second).mean() + (first == second).mean() / 2)
    names = (draws.name, other.name)
    # One assumption where both are drawn alike.
    assumptions = {
        lang: "; ".join(dict.fromkeys([draws.assumptions[lang], other.assumptions[lang]])) for lang in texts.LANGUAGES
    }
    difference = estimate - second_estimate
    return Chance(name_of(measure), share, difference, low, high, confidence, names, None, shared_errors, assumptions)


def ranks(
    groups: Mapping[str, Draws], measure: Index, *, shared_errors: bool = False, confidence: float = 0.95
) -> pd.DataFrame:
    """The ranks of several economies by an index, and how sure each is.

    Parameters
    ----------
    groups
        Draws by name.
    measure
        As for ``ta.confidence``.
    shared_errors
        As for ``ta.probability``.
    confidence
        Of the intervals.

    Returns
    -------
    A row for each group, the most concentrated first: ``name``, ``value`` (the index as observed), ``rank`` (1 for the
    highest), ``probability`` that it has this rank, and ``rank_low, rank_high``, between which the rank lies with at
    least this confidence.

    Raises
    ------
    TradeDataError
        There are fewer than two groups, or draws that cannot be compared.

    Examples
    --------
    >>> import tradeanalysis as ta
    >>> shares = {"A": [70, 20, 10], "B": [40, 30, 30], "C": [41, 30, 29]}
    >>> groups = {name: ta.uncertainty.draws(x, 0.1) for name, x in shares.items()}
    >>> ta.uncertainty.ranks(groups, ta.hhi)[["name", "rank", "rank_high"]]
      name  rank  rank_high
    0    A     1          1
    1    C     2          3
    2    B     3          3
    """
    need_numbers(confidence=confidence)
    if not isinstance(groups, Mapping):
        raise TradeDataError(Text("ranks_by_name"))
    if len(groups) < 2:
        raise TradeDataError(Text("ranks_too_few"))
    _refuse_not_bool(shared_errors)
    several = list(groups.values())
    estimates, samples = zip(*(_sampled(one, measure) for one in several), strict=True)
    matrix = np.column_stack(_side_by_side(several, list(samples), shared_errors))
    drawn = len(several) - matrix.argsort(axis=1, kind="stable").argsort(axis=1, kind="stable")
    own = pd.Series(estimates).rank(ascending=False, method="first").to_numpy(np.int64)
    tail = tail_of(confidence)
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
    errors = Text("errors_shared" if shared_errors else "errors_independent")
    about = {"measure": name_of(measure), "errors": errors, "assumption": assumption}
    return annotated(table, {}, **about)


def _sampled(draws: Draws, measure: Index) -> tuple[float, Array]:
    """The index as observed, and of every draw."""
    if not isinstance(draws, Draws):
        raise TradeDataError(Text("draws_first", given=type(draws).__name__))
    if not callable(measure):
        raise TradeDataError(Text("draws_no_index", given=type(measure).__name__))
    estimate = np.asarray(measure(draws.observed[np.newaxis]), dtype=np.float64)
    sample = np.asarray(measure(draws.values), dtype=np.float64)
    if sample.shape != (len(draws.values),):
        raise TradeDataError(Text("draws_one_number", measure=name_of(measure)))
    if bad := int((~np.isfinite(sample)).sum() + (~np.isfinite(estimate)).sum()):
        raise TradeDataError(Text("draws_undefined", measure=name_of(measure), count=bad))
    return float(estimate[0]), sample


def _side_by_side(several: list[Draws], samples: list[Array], shared_errors: bool) -> list[Array]:
    """The samples side by side, a row for one state of the world."""
    if len({len(sample) for sample in samples}) > 1:
        raise TradeDataError(Text("draws_not_as_many"))
    if not shared_errors:  # another order for each: what one seed has in common is gone
        return [np.random.default_rng(i).permutation(sample) for i, sample in enumerate(samples)]
    if len({one.seed for one in several}) > 1:
        raise TradeDataError(Text("draws_other_seed"))
    return samples


def _quantiles(sample: Array, confidence: float) -> tuple[float, float]:
    tail = tail_of(confidence)
    low, high = np.quantile(sample, [tail, 1 - tail])
    return float(low), float(high)


def tail_of(confidence: float) -> float:
    """The probability beyond either end of an interval."""
    if not 0 < confidence < 1:
        raise TradeDataError(Text("confidence_range", confidence=repr(confidence)))
    return (1 - confidence) / 2


def refuse_level(measure: Index, above: float) -> None:
    """Raise for a level that is not a number, or outside the range of the HHI."""
    if not isinstance(above, (int, float, np.number)) or not np.isfinite(above):
        raise TradeDataError(Text("above_no_number", above=repr(above)))
    if measure is hhi and not 0 <= above <= 1:
        raise TradeDataError(Text("above_points", above=repr(above)))


def _refuse_not_bool(shared_errors: bool) -> None:
    if not isinstance(shared_errors, (bool, np.bool_)):
        raise TradeDataError(Text("shared_errors_bool", shared_errors=repr(shared_errors)))


def _delta_method(s: Array, c: Array) -> tuple[float, float]:
    """Standard deviation and bias of the HHI of shares by the delta method."""
    h = (s**2).sum()
    return float(np.sqrt(4 * (s**2 * (s - h) ** 2 * c**2).sum())), float((s**2 * c**2 * (1 - 4 * s + 3 * h)).sum())


def _one_row(result: Confidence | Chance, *without: str) -> pd.DataFrame:
    """The fields of a result as a table of one row; a tuple of names as one text."""
    fields = {name: one for name, one in asdict(result).items() if name not in without}
    joined = {name: ", ".join(one) if isinstance(one, tuple) else one for name, one in fields.items()}
    return pd.DataFrame([joined])


def _errors_in_words(shared_errors: bool, lang: str) -> str:
    return texts.say("errors_shared" if shared_errors else "errors_independent", lang)


def name_of(measure: Index) -> str:
    """The name of an index."""
    return str(getattr(measure, "name", getattr(measure, "__name__", "index")))


def _named(measure: str, name: str, lang: str) -> str:
    index = texts.measure_name(measure, lang)
    return f"{index} ({name})" if name else index


def chance_in_words(p: float, lang: str) -> str:
    """In per cent; a probability below a thousandth is given as below it."""
    if 0.001 <= p <= 0.999:
        return texts.percent(p, lang)
    return ("< " if p < 0.5 else "> ") + texts.percent(0.001 if p < 0.5 else 0.999, lang)
