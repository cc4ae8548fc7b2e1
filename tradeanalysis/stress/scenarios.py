"""Scenarios as a matrix: the fraction of its value that each market (column) loses in each scenario (row)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from numbers import Real
from typing import Any

import numpy as np
import pandas as pd

from tradeanalysis import names
from tradeanalysis.schema import PARTNER, TradeDataError
from tradeanalysis.sums import Array
from tradeanalysis.tables.markets import columns_for, market_labels
from tradeanalysis.texts import Text

SCENARIO = "scenario"


def checked_rate(redirect: float) -> float:
    """The redirect rate, after it is checked."""
    if not 0 <= redirect <= 1:
        raise TradeDataError(Text("scenario_redirect", redirect=repr(redirect)))
    return float(redirect)


def losses(scenarios: Any, x: pd.Series[float]) -> tuple[str, pd.Index, Array]:
    """The heading of the scenarios, their labels, and the matrix of losses."""
    traded = np.flatnonzero(x > 0)
    if scenarios is None:
        return PARTNER, x.index[traded], np.eye(len(x))[traded]
    if isinstance(scenarios, pd.DataFrame):
        labels, matrix = scenarios.index, columns_for(x.index, scenarios, "the table of scenarios")
    elif isinstance(scenarios, str) and scenarios == "pairs":
        labels, matrix = _pairs(x.index, traded)
    else:
        named = _named(scenarios)
        labels = pd.Index(list(named))
        matrix = np.array([_row(name, loss, x.index) for name, loss in named.items()]).reshape(len(named), len(x))
    if not len(labels):
        raise TradeDataError(Text("scenario_none"))
    wrong = ~((matrix >= 0) & (matrix <= 1))
    if wrong.any():
        row, column = np.argwhere(wrong)[0]
        raise TradeDataError(
            Text(
                "scenario_loss",
                scenario=repr(labels[row]),
                loss=float(matrix[row, column]),
                market=repr(x.index[column]),
            )
        )
    return SCENARIO, labels, matrix


def _pairs(markets: pd.Index, traded: Any) -> tuple[pd.Index, Array]:
    """The scenarios in which two of the markets with trade close."""
    one, other = (traded[side] for side in np.triu_indices(len(traded), 1))
    matrix = np.zeros((len(one), len(markets)))
    rows = np.arange(len(one))
    matrix[rows, one] = matrix[rows, other] = 1.0
    labels = markets.tolist()
    return pd.Index([f"{labels[i]}, {labels[j]}" for i, j in zip(one, other, strict=True)], dtype=object), matrix


def _named(scenarios: Any) -> Mapping[Any, Any]:
    """The scenarios by name; a bloc is named after itself."""
    if isinstance(scenarios, Mapping):
        return scenarios
    if isinstance(scenarios, str):
        scenarios = [scenarios]
    if not isinstance(scenarios, Iterable):
        raise TradeDataError(Text("scenario_kind", scenarios=repr(scenarios)))
    return {bloc: names.bloc(bloc) for bloc in scenarios}


def _row(name: Any, loss: Any, markets: pd.Index) -> Array:
    """The losses of one scenario: one fraction of all markets, the given fractions of some, or all of those listed."""
    if isinstance(loss, Real):
        return np.full(len(markets), float(loss))
    if isinstance(loss, (Mapping, pd.Series)):
        return columns_for(markets, pd.DataFrame([dict(loss)]), f"scenario {name!r}").ravel()
    closed: Array = markets.isin(market_labels([loss] if isinstance(loss, str) else loss, markets)).astype(np.float64)
    if not closed.any():
        raise TradeDataError(Text("scenario_closes_nothing", scenario=repr(name), markets=list(markets)))
    return closed
