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
from tradeanalysis.sums import Array, checked
from tradeanalysis.tables.markets import meant, plain, refuse_totals

SCENARIO = "scenario"


def by_market(x: Any) -> pd.Series[float]:
    """The values by market, by label where they have labels, else by position."""
    values = _labelled(plain(x))
    refuse_totals(values.index, "totals, blocs and remainders are no market")
    if not 0 < values.sum() < np.inf:
        raise TradeDataError("there is no trade here that could be lost: all values are zero, or leave float64")
    return values


def with_room(x: Any, room: Any) -> tuple[pd.Series[float], pd.Series[float] | None]:
    """The values and the room by market. A label that has room only is a market where nothing is sold yet."""
    x, room = plain(x), plain(room)
    values = by_market(x)
    if room is None:
        return values, None
    if isinstance(room, pd.Series):
        room = room.set_axis(meant(room.index, values.index))
    space = _labelled(room)
    if not (isinstance(x, pd.Series) and isinstance(room, pd.Series)):
        if len(space) != len(values):
            raise TradeDataError(f"{len(values)} markets and room for {len(space)}: both need the same in one order")
        return values, space.set_axis(values.index)
    refuse_totals(space.index, "totals, blocs and remainders are no market")
    every = values.index.append(space.index.difference(values.index, sort=False))
    attrs = values.attrs
    values = values.reindex(every, fill_value=0.0)
    values.attrs = attrs
    return values, space.reindex(every, fill_value=0.0)


def _labelled(x: Any) -> pd.Series[float]:
    a = checked(x)
    if a.ndim != 1:
        raise TradeDataError("one vector of values by market is asked for, and not a matrix")
    labels = x.index if isinstance(x, pd.Series) else pd.RangeIndex(len(a))
    if not labels.is_unique:
        twice = labels[labels.duplicated()].unique()
        raise TradeDataError(
            f"{listing(twice)} stand twice among the markets: add them first, x.groupby(level=0).sum()"
        )
    values = pd.Series(a, index=labels)
    values.attrs = dict(getattr(x, "attrs", {}))
    return values


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
        labels, matrix = scenarios.index, matched(scenarios, x.index)
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


def matched(table: pd.DataFrame, markets: pd.Index) -> Array:
    """The columns of a table in the order of the markets; those it does not name are zero."""
    table = table.set_axis(meant(table.columns, markets), axis="columns")
    if not table.columns.is_unique:
        twice = listing(table.columns[table.columns.duplicated()])
        raise TradeDataError(f"{twice} stand twice in the scenarios")
    if strange := [label for label in table.columns if label not in markets]:
        raise TradeDataError(f"{listing(strange)} are not among the markets, which are {listing(markets)}")
    return np.asarray(table.reindex(columns=markets, fill_value=0.0).to_numpy(dtype=np.float64))


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
        return matched(pd.DataFrame([dict(hit)]), markets).ravel()
    closed: Array = markets.isin(meant([hit] if isinstance(hit, str) else hit, markets)).astype(np.float64)
    if not closed.any():
        raise TradeDataError(f"{name!r} closes none of the markets, which are {listing(markets)}")
    return closed
