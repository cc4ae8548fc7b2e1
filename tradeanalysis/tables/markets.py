"""Vectors by label: what a label means, shares of their sum, and two of them in one order."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from tradeanalysis import names
from tradeanalysis.gate.findings import listing
from tradeanalysis.schema import PARTNER, AggregateRowError, TradeDataError
from tradeanalysis.sums import Array, aggregates, among, checked, remainders

# What is one vector by partner and no table; a mapping is one too.
VECTORS = (list, tuple, np.ndarray, pd.Series)


def plain(x: Any) -> Any:
    """A mapping as the Series that it is; what is none stays as it is."""
    return pd.Series(dict(x)) if isinstance(x, Mapping) else x


def code_of(label: Any) -> Any:
    """The code of the country that a text means; any other label is its own."""
    return (isinstance(label, str) and names.economy(label)) or label


def meant(labels: Iterable[Any], markets: pd.Index) -> list[Any]:
    """The labels as they stand among the markets, where one of them is the same country under another name."""
    labels = list(labels)
    if all(label in markets for label in labels):
        return labels
    held: dict[Any, list[Any]] = {}
    for market in markets:
        held.setdefault(code_of(market), []).append(market)
    found = [[label] if label in markets else held.get(code_of(label), []) for label in labels]
    return [one[0] if len(one) == 1 else label for one, label in zip(found, labels, strict=True)]


def refuse_totals(markets: pd.Index, why: str, mend: str = "") -> None:
    """Raise for totals, blocs and what is nobody's, none of which is a market."""
    strange = among(markets, aggregates(PARTNER) | remainders(PARTNER))
    if strange.any():
        raise AggregateRowError(
            f"{listing(markets[strange])} among the markets: {why}. Leave them out, as ta.basket does{mend}"
        )


def shares(x: Any) -> Array:
    """A vector's shares of its sum."""
    a = checked(plain(x))
    if a.ndim != 1 or not a.sum() > 0:
        raise TradeDataError("a structure is one vector of values with some trade in it")
    a = np.ldexp(a, -np.frexp(a.max())[1])  # by a power of two, so that no sum overflows and no digit changes
    return np.asarray(a / a.sum())


def covariances(covariance: Any, n: int) -> Array:
    """A covariance of n variables as an array, once it is known to be one: symmetric, without a negative variance."""
    matrix = np.asarray(covariance, dtype=np.float64)
    if matrix.shape != (n, n):
        raise TradeDataError(f"a covariance of shape {matrix.shape}: {n} markets need a row and a column each")
    if not np.isfinite(matrix).all():
        raise TradeDataError("a covariance has values that are missing or infinite: leave these markets out")
    size = np.abs(matrix).max()
    if not np.allclose(matrix, matrix.T, rtol=0, atol=1e-9 * size):
        raise TradeDataError("a covariance is symmetric, and this one is not")
    if np.linalg.eigvalsh(matrix)[0] < -1e-9 * size * n:
        raise TradeDataError("this is no covariance: in some direction its variance is negative")
    return matrix


def known_markets(covariance: pd.DataFrame) -> pd.Index:
    """The markets of a covariance, each named once and the same as rows and as columns."""
    if not (covariance.index.is_unique and covariance.index.equals(covariance.columns)):
        raise TradeDataError("a covariance names each market once, and the same as rows and as columns")
    return covariance.index


def aligned(x: Any, y: Any) -> tuple[Any, Any]:
    """Two vectors over the same labels: Series and mappings by label, absent ones zero; others by position."""
    x, y = plain(x), plain(y)
    if isinstance(x, pd.Series) and isinstance(y, pd.Series):
        for one in (x, y):
            checked(one)  # aligning would fill what is missing with zeros
            if one.index.has_duplicates:
                twice = listing(one.index[one.index.duplicated()].unique())
                raise TradeDataError(f"{twice} stand in a vector more than once: sum them first")
        x, y = x.align(y, fill_value=0.0)
    if len(x) != len(y):
        raise TradeDataError(f"vectors of {len(x)} and {len(y)} values: both need the same labels in one order")
    return x, y


def labelled(x: Any, y: Any) -> tuple[pd.Series[float], pd.Series[float]]:
    """Two Series over the same labels: by label where both have labels, else in their order."""
    x, y = aligned(x, y)
    labels = next((one.index for one in (x, y) if isinstance(one, pd.Series)), None)
    s, t = (pd.Series(checked(one), index=labels) for one in (x, y))
    return s, t
