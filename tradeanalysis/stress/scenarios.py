"""What a scenario takes from each market: a matrix of losses, a scenario in each row."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from numbers import Real
from typing import Any

import numpy as np
import pandas as pd

from tradeanalysis import names
from tradeanalysis.gate.findings import listing
from tradeanalysis.schema import PARTNER, TradeDataError
from tradeanalysis.sums import Array
from tradeanalysis.tables.markets import columns_for, market_labels

SCENARIO = "scenario"


def part(redirect: float) -> float:
    """The redirect rate, once it is known to be one."""
    if not 0 <= redirect <= 1:
        raise TradeDataError(f"redirect={redirect!r}: the part of a loss that is sold elsewhere is from 0 to 1")
    return float(redirect)


def losses(scenarios: Any, x: pd.Series[float]) -> tuple[str, pd.Index, Array]:
    """What the scenarios are called, their labels, and the part of each market (column) that each (row) takes."""
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
        matrix = np.array([_row(name, hit, x.index) for name, hit in named.items()]).reshape(len(named), len(x))
    if not len(labels):
        raise TradeDataError("there is no scenario here: pairs need two markets, and a table or mapping a row")
    wrong = ~((matrix >= 0) & (matrix <= 1))
    if wrong.any():
        row, column = np.argwhere(wrong)[0]
        raise TradeDataError(
            f"{labels[row]!r} takes {matrix[row, column]:g} of {x.index[column]!r}: a loss is a part, from 0 to 1"
        )
    return SCENARIO, labels, matrix


def _pairs(markets: pd.Index, traded: Any) -> tuple[pd.Index, Array]:
    one, other = (traded[side] for side in np.triu_indices(len(traded), 1))
    matrix = np.zeros((len(one), len(markets)))
    rows = np.arange(len(one))
    matrix[rows, one] = matrix[rows, other] = 1.0
    labels = markets.tolist()
    return pd.Index([f"{labels[i]}, {labels[j]}" for i, j in zip(one, other, strict=True)], dtype=object), matrix


def _named(scenarios: Any) -> Mapping[Any, Any]:
    """Blocs by name, or what is named already."""
    if isinstance(scenarios, Mapping):
        return scenarios
    if isinstance(scenarios, str):
        scenarios = [scenarios]
    if not isinstance(scenarios, Iterable):
        raise TradeDataError(f'scenarios={scenarios!r}: known are "pairs", blocs, a mapping of scenarios, or a table')
    return {bloc: names.bloc(bloc) for bloc in scenarios}


def _row(name: Any, hit: Any, markets: pd.Index) -> Array:
    """What one scenario takes: of all markets a part, of some the parts given, or the whole of those listed."""
    if isinstance(hit, Real):
        return np.full(len(markets), float(hit))
    if isinstance(hit, (Mapping, pd.Series)):
        return columns_for(markets, pd.DataFrame([dict(hit)]), f"scenario {name!r}").ravel()
    closed: Array = markets.isin(market_labels([hit] if isinstance(hit, str) else hit, markets)).astype(np.float64)
    if not closed.any():
        raise TradeDataError(f"{name!r} closes none of the markets, which are {listing(markets)}")
    return closed
