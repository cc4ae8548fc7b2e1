"""How sure the indices of compared economies are: from errors by simulation, or from both ends of each value."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from tradeanalysis.changes.compared_cells import ENDS, LOG_SD, Compared
from tradeanalysis.measures.formula import Measure
from tradeanalysis.schema import PARTNER, REPORTER, VALUE, YEAR, TradeDataError
from tradeanalysis.sums import Array
from tradeanalysis.texts import Text
from tradeanalysis.uncertainty.group_bounds import intervals
from tradeanalysis.uncertainty.inference import confidence as confidence_of
from tradeanalysis.uncertainty.inference import probability
from tradeanalysis.uncertainty.sampling import Draws, draws


@dataclass(frozen=True)
class Errors:
    """What is stated of the errors, and how they are drawn."""

    error: Any
    shared: bool
    confidence: float
    size: int
    seed: int


@dataclass
class Ranges:
    """Low and high end by year and economy; by year and two economies those of the difference and the probability.

    ``kind`` says of what the ends are: ``"confidence"``, ``"bounds"``, or nothing where there are none.
    """

    kind: str = ""
    ends: dict[tuple[Any, ...], tuple[float, float]] = field(default_factory=dict)
    chances: dict[tuple[Any, ...], tuple[float, float, float]] = field(default_factory=dict)
    assumptions: dict[str, str] = field(default_factory=dict)


def ranges_of(found: Compared, measure: Measure, n: int | None, errors: Errors) -> Ranges:
    """The ranges by what the table or ``error=`` says; empty where neither says anything."""
    if errors.error is not None or LOG_SD in found.rows:
        return _by_draws(found, measure, n, errors)
    return _by_bounds(found, measure) if {*ENDS} <= {*found.rows} else Ranges()


def _by_draws(found: Compared, measure: Measure, n: int | None, errors: Errors) -> Ranges:
    """Quantiles over draws, and the share of draws in which one economy is above another; a year at a time."""
    if found.over != PARTNER:
        raise TradeDataError(Text("compare_error_over", over=repr(found.over)))
    index = _over_universe(measure, n)
    ranges = Ranges("confidence")
    for year, groups in _years(found, errors):
        for reporter, some in groups.items():
            one = confidence_of(some, index, errors.confidence)
            ranges.ends[year, reporter] = one.low, one.high
        for first, second in itertools.combinations([one for one in found.reporters if one in groups], 2):
            pair = groups[first], index, groups[second]
            chance = probability(*pair, shared_errors=errors.shared, confidence=errors.confidence)
            ranges.chances[year, first, second] = chance.low, chance.high, chance.probability
            ranges.assumptions = chance.assumptions
    return ranges


def _years(found: Compared, errors: Errors) -> Iterator[tuple[Any, dict[Any, Draws]]]:
    """The draws of every economy that trades in a year."""
    rows = found.allocated(found.rows)
    for year, of_year in rows[rows[VALUE] > 0].groupby(YEAR):
        groups = {}
        for reporter, own in of_year.groupby(REPORTER):
            name = f"{reporter} {year}"
            x = own.drop(columns=[YEAR, REPORTER]) if errors.error is None else own.set_index(PARTNER)[VALUE]
            groups[reporter] = draws(x, errors.error, size=errors.size, seed=errors.seed, name=name)
        yield year, groups


def _over_universe(measure: Measure, n: int | None) -> Measure | Callable[[Array], Array]:
    """The measure with its universe, for those that take one."""
    if n is None or not measure.takes_n:
        return measure

    def index(x: Array) -> Array:
        return np.asarray(measure(x, n=n))

    index.__name__ = measure.name
    return index


def _by_bounds(found: Compared, measure: Measure) -> Ranges:
    """The lowest and highest index that both ends of each value allow; those of a difference are the widest."""
    table = intervals(found.rows, measure, by=[YEAR, REPORTER], over=found.over)
    ranges = Ranges("bounds")
    for row in pd.DataFrame(table).to_dict("records"):
        ranges.ends[row[YEAR], row[REPORTER]] = row[f"{measure.name}_low"], row[f"{measure.name}_high"]
    for year, first, second in _pairs(ranges, found.reporters):
        (low, high), (other_low, other_high) = ranges.ends[year, first], ranges.ends[year, second]
        ranges.chances[year, first, second] = low - other_high, high - other_low, np.nan
    return ranges


def _pairs(ranges: Ranges, reporters: list[Any]) -> Iterator[tuple[Any, Any, Any]]:
    for year in dict.fromkeys(year for year, _ in ranges.ends):
        there = [one for one in reporters if (year, one) in ranges.ends]
        for first, second in itertools.combinations(there, 2):
            yield year, first, second
