"""Values by market: labels that mean one market, shares of a sum, and several vectors over the same markets."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from tradeanalysis import names
from tradeanalysis.currencies import currency_of
from tradeanalysis.gate.findings import fault
from tradeanalysis.gate.frames import refuse_float_ends, refuse_vector_labels
from tradeanalysis.schema import PARTNER, AggregateRowError, TradeDataError
from tradeanalysis.sums import Array, aggregates, among, by_label, checked, remainders
from tradeanalysis.texts import EconomyName, Text

# What is one vector by partner and not a table.
VECTORS = (list, tuple, np.ndarray, pd.Series, Mapping)


# ---- labels ---------------------------------------------------------------------------------------------------------


def is_name(label: Any) -> bool:
    """Whether a label is a text that can name an economy; a number may be anyone's own label."""
    return isinstance(label, str) and not label.isdecimal()


def code_of(label: Any) -> Any:
    """The code of the economy that a text names; any other label unchanged."""
    return (isinstance(label, str) and names.economy(label)) or label


def market_name(label: Any) -> EconomyName | str:
    """A market as texts write it: an economy by its name in the language, any other label as it stands."""
    code = names.economy(label)
    return EconomyName(code) if code else str(label)


def market_labels(labels: Iterable[Any], markets: pd.Index) -> list[Any]:
    """The labels as the markets write them: a label that is not among the markets is the market of the same economy.

    A text names an economy by its name or by a code, "842" included; a market is named by M49 numbers too, unless its
    numbers are positions. Digits never match digits ("04" is not "4"), and a number among the labels matches only
    itself. Where several markets are one economy, a name goes before a number, and of two names neither is chosen.
    """
    labels = list(labels)
    if all(label in markets or not isinstance(label, str) for label in labels):
        return labels
    positions = isinstance(markets, pd.RangeIndex) or 0 in markets
    named: dict[str, list[Any]] = {}
    numbered: dict[str, list[Any]] = {}
    for market in markets:
        if (isinstance(market, str) or not positions) and (code := names.economy(market)):
            (named if is_name(market) else numbered).setdefault(code, []).append(market)

    def market_of(label: Any) -> Any:
        if label in markets or not isinstance(label, str) or not (code := names.economy(label)):
            return label
        found = named.get(code) or (numbered.get(code, []) if is_name(label) else [])
        return found[0] if len(found) == 1 else label

    return [market_of(label) for label in labels]


def refuse_repeated(labels: pd.Index, name: str) -> None:
    """Raise for labels that stand more than once."""
    if labels.has_duplicates:
        raise TradeDataError(Text("markets_twice", name=name, labels=labels[labels.duplicated()].unique().tolist()))


def refuse_unknown(labels: pd.Index, markets: pd.Index, name: str) -> None:
    """Raise for labels that are not among the markets."""
    if strange := labels.difference(markets, sort=False).tolist():
        raise TradeDataError(Text("markets_strange", name=name, strange=strange, markets=markets.tolist()))


def refuse_totals(markets: pd.Index, why: Text | None = None) -> None:
    """Raise for totals, blocs and unallocated trade, which are not markets; ``why`` in place of that reason."""
    strange = among(markets, aggregates(PARTNER) | remainders(PARTNER))
    if strange.any():
        reason = why or Text("markets_no_totals")
        raise AggregateRowError(Text("markets_totals", labels=markets[strange].tolist(), why=reason))


# ---- one vector -----------------------------------------------------------------------------------------------------


def by_market(x: Any, name: str = "x") -> pd.Series[float]:
    """Values by market: a Series or a mapping by its labels, anything else by position."""
    given = by_label(x)
    a = checked(given)
    if a.ndim != 1:
        raise TradeDataError(Text("markets_matrix", name=name))
    index = given.index if isinstance(given, pd.Series) else pd.RangeIndex(len(a))
    refuse_vector_labels(index, name)
    refuse_repeated(index, name)
    series = pd.Series(a, index=index, dtype=np.float64)
    series.attrs = dict(getattr(x, "attrs", {}))
    return series


def sales(x: Any) -> pd.Series[float]:
    """Values by market of which some can be lost: without totals, and not all zero."""
    values = by_market(x)
    refuse_totals(values.index)
    with np.errstate(over="ignore"):
        total = values.sum()
    if not 0 < total < np.inf:
        raise TradeDataError(Text("markets_nothing"))
    return values


def sales_to_move(x: Any) -> pd.Series[float]:
    """Sales of which parts are computed: neither so small nor so far apart that they would be rounded."""
    values = sales(x)
    refuse_float_ends(values.to_numpy(), "rounded", "apart")
    return values


def shares(x: Any) -> Array:
    """A vector's shares of its sum."""
    a = checked(x)
    if a.ndim != 1 or not a.max(initial=0.0) > 0:
        raise TradeDataError(Text("markets_structure"))
    refuse_float_ends(a, "apart")
    a = np.ldexp(a, -np.frexp(a.max())[1])  # by a power of two, so that no sum overflows and no digit changes
    return np.asarray(a / a.sum())


# ---- several over the same markets ----------------------------------------------------------------------------------


def aligned(x: Any, y: Any) -> tuple[Any, Any]:
    """Two vectors over the same labels: Series and mappings by label, absent ones zero; others by position."""
    x, y = by_label(x), by_label(y)
    if isinstance(x, pd.Series) and isinstance(y, pd.Series):
        for one in (x, y):
            checked(one)  # aligning would fill what is missing with zeros
            refuse_vector_labels(one.index, "a vector")
            refuse_repeated(one.index, "a vector")
        x, y = x.align(y, fill_value=0.0)
    if len(x) != len(y):
        raise TradeDataError(Text("markets_lengths", first=len(x), second=len(y)))
    return x, y


def aligned_series(x: Any, y: Any) -> tuple[pd.Series[float], pd.Series[float]]:
    """Two Series over the same labels: by label where both have labels, else in their order."""
    x, y = aligned(x, y)
    labels = next((one.index for one in (x, y) if isinstance(one, pd.Series)), None)
    s, t = (pd.Series(checked(one), index=labels) for one in (x, y))
    return s, t


def refuse_currencies(first: str, x: Any, second: str, y: Any) -> None:
    """Raise where two tables or vectors say that they are in different currencies."""
    one, other = (currency_of(getattr(each, "attrs", {})) for each in (x, y))
    if one and other and one != other:
        raise fault("TA-109", "currencies_apart", first=first, one=one, second=second, other=other)


def with_room(x: Any, room: Any) -> tuple[pd.Series[float], pd.Series[float] | None]:
    """Sales and room by market. A label that has room only is a market where nothing is sold yet."""
    refuse_currencies("x", x, "room=", room)
    x, room = by_label(x), by_label(room)
    values = sales_to_move(x)
    if room is None:
        return values, None
    if not (isinstance(x, pd.Series) and isinstance(room, pd.Series)):
        by_place = _one_each(checked(room), values.index, "room")
        refuse_float_ends(by_place, "sum")
        return values, pd.Series(by_place, index=values.index)
    space = by_market(room.set_axis(market_labels(room.index, values.index)), "room")
    refuse_float_ends(space.to_numpy(), "sum")
    refuse_totals(space.index)
    every = values.index.append(space.index.difference(values.index, sort=False))
    attrs = values.attrs
    values = values.reindex(every, fill_value=0.0)
    values.attrs = attrs
    return values, space.reindex(every, fill_value=0.0)


def for_markets(markets: pd.Index, given: Any, name: str, default: Any, *, infinite: bool = False) -> Array:
    """Numbers for every market: one for all, or by label, where a market that is not named has the default.

    Without a default every market must be named. ``infinite``: infinity is allowed and means no limit.
    """
    if given is None:
        if default is None:
            raise TradeDataError(Text("markets_needed", name=name))
        return np.array(np.broadcast_to(default, len(markets)), dtype=np.float64)
    if np.ndim(given) == 0 and not isinstance(given, (Mapping, str)):
        given = np.full(len(markets), given, dtype=np.float64)
    if isinstance(given, Mapping):
        given = pd.Series(given, dtype=np.float64)
    unlimited = np.asarray(given) == np.inf if infinite else np.zeros(len(given), dtype=bool)
    a = np.where(unlimited, np.inf, checked(np.where(unlimited, 0.0, given) if unlimited.any() else given))
    if not isinstance(given, pd.Series):
        return _one_each(a, markets, name)
    labels = pd.Index(market_labels(given.index, markets))
    refuse_repeated(labels, name)
    refuse_unknown(labels, markets, name)
    if default is None and (missing := markets.difference(labels, sort=False).tolist()):
        raise TradeDataError(Text("markets_missing", name=name, missing=missing))
    found = pd.Series(a, index=labels).reindex(markets).to_numpy(dtype=np.float64)
    return np.where(markets.isin(labels), found, np.nan if default is None else default)


def _one_each(a: Array, markets: pd.Index, name: str) -> Array:
    """Values by position, one for each market."""
    if a.shape != (len(markets),):
        raise TradeDataError(Text("markets_count", name=name, size=a.size, count=len(markets)))
    return np.asarray(a, dtype=np.float64)


def columns_for(markets: pd.Index, table: pd.DataFrame, name: str) -> Array:
    """The columns of a table in the order of the markets; a market without a column is zero."""
    table = table.set_axis(market_labels(table.columns, markets), axis="columns")
    refuse_repeated(table.columns, name)
    refuse_unknown(table.columns, markets, name)
    return np.asarray(table.reindex(columns=markets, fill_value=0.0).to_numpy(dtype=np.float64))


# ---- covariances ----------------------------------------------------------------------------------------------------


def covariance_for(markets: pd.Index, given: Any) -> Array:
    """The covariance of every two markets: by label from a dataframe, which must name them all; else by position."""
    if isinstance(given, pd.DataFrame):
        if missing := markets.difference(known_markets(given), sort=False).tolist():
            raise TradeDataError(Text("covariance_missing", missing=missing))
        given = given.loc[markets, markets]
    return covariances(given, len(markets))


def covariances(covariance: Any, n: int) -> Array:
    """A covariance of n variables as an array, once it is known to be one: symmetric, without a negative variance."""
    matrix = np.asarray(covariance, dtype=np.float64)
    if matrix.shape != (n, n):
        raise TradeDataError(Text("covariance_shape", shape=str(matrix.shape), count=n))
    if not np.isfinite(matrix).all():
        raise TradeDataError(Text("covariance_infinite"))
    size = np.abs(matrix).max()
    if not np.allclose(matrix, matrix.T, rtol=0, atol=1e-9 * size):
        raise TradeDataError(Text("covariance_askew"))
    if np.linalg.eigvalsh(matrix)[0] < -1e-9 * size * n:
        raise TradeDataError(Text("covariance_negative"))
    return matrix


def known_markets(covariance: pd.DataFrame) -> pd.Index:
    """The markets of a covariance, each named once and the same as rows and as columns."""
    if not (covariance.index.is_unique and covariance.index.equals(covariance.columns)):
        raise TradeDataError(Text("covariance_labels"))
    return covariance.index
