"""Targets of a year by quarter: the weights of the quarters, and amounts that add up to each target exactly."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from tradeanalysis.schema import TradeDataError
from tradeanalysis.texts import Shares, Text, percent, say, series

YEAR_AND_QUARTERS = ("year", "q1", "q2", "q3", "q4")
EVEN, SEASONAL = "even", "seasonal"
# Shares of the quarters as they may be given.
EXAMPLE = Shares((0.22, 0.24, 0.26, 0.28))
# Weights are typed with a few digits.
SUM = 1e-6


class Quarters(NamedTuple):
    """The weights of the four quarters, and the year of the table whose course they are, where they are one's."""

    weights: tuple[float, ...]
    of_year: int | None = None


def weights_of(given: Any) -> str | Quarters | None:
    """The weights as they were given: four numbers, ``"even"``, or a word for those of the table."""
    if given is None or isinstance(given, Quarters):
        return given
    if isinstance(given, str) and given in (EVEN, SEASONAL):
        return SEASONAL if given == SEASONAL else Quarters((0.25,) * 4)
    given = given if isinstance(given, str) or not isinstance(given, Iterable) else list(given)
    try:
        weights = tuple(float(one) for one in given)
    except (TypeError, ValueError):
        weights = ()
    if len(weights) != 4 or not all(0 <= one <= 1 for one in weights):
        raise TradeDataError(Text("quarters_unknown", given=Shares(weights) if weights else given, example=EXAMPLE))
    if abs(math.fsum(weights) - 1) > SUM:
        raise TradeDataError(Text("quarters_not_whole", given=Shares(weights), total=math.fsum(weights)))
    return Quarters(weights)


def settled(given: Any, seasons: Mapping[int, Sequence[float]] | None, year: int) -> Quarters | None:
    """The weights; where those of the table are wanted, of its last whole year up to this one.

    ``seasons`` is None where there is no table that could have them, as in a finished plan.
    """
    weights = weights_of(given)
    if weights is None or isinstance(weights, Quarters):
        return weights
    if seasons is None:
        raise TradeDataError(Text("quarters_of_plan"))
    whole = [one for one in seasons if int(one) <= year]
    if not whole:
        raise TradeDataError(Text("quarters_without_season", example=EXAMPLE))
    of_year = max(whole)
    total = math.fsum(seasons[of_year])
    return Quarters(tuple(one / total for one in seasons[of_year]), int(of_year))


def in_quarters(targets: pd.Series[float], quarters: Quarters, unit: float | None) -> pd.DataFrame:
    """The target of the year and of each quarter, by row.

    In whole units each row adds up exactly: what is over after rounding down goes to the largest remainders, the
    earlier quarter first. Without a unit nothing is rounded.

    Examples
    --------
    >>> in_quarters(pd.Series({"USA": 1.0, "JPN": 2.0}), Quarters((0.25,) * 4), 0.1)
         year   q1   q2   q3   q4
    USA   1.0  0.3  0.3  0.2  0.2
    JPN   2.0  0.5  0.5  0.5  0.5
    """
    amounts = targets.to_numpy(np.float64)
    weights = np.array(quarters.weights) / math.fsum(quarters.weights)
    if unit is None:
        parts = amounts[:, None] * weights
        return pd.DataFrame(np.column_stack([amounts, parts]), targets.index, YEAR_AND_QUARTERS)
    whole = np.rint(amounts / unit)
    exact = np.round(whole[:, None] * weights, 9)
    parts = np.floor(exact)
    over = whole - parts.sum(axis=1)
    order = np.argsort(-(exact - parts), axis=1, kind="stable")
    parts += np.argsort(order, axis=1, kind="stable") < over[:, None]
    # Division by the units in one: 0.3 is 3 / 10, and not 3 times 0.1.
    return pd.DataFrame(np.column_stack([whole, parts]) / (1 / unit), targets.index, YEAR_AND_QUARTERS)


def said_weights(quarters: Quarters, lang: str) -> str:
    """What the weights of the quarters are, and where they are from."""
    if len(set(quarters.weights)) == 1:
        return say("quarters_even", lang)
    weights = series([percent(one, lang) for one in quarters.weights], lang)
    if quarters.of_year is None:
        return say("quarters_given", lang, weights=weights)
    return say("quarters_seasonal", lang, weights=weights, year=quarters.of_year)
