"""Vectors by label: shares of their sum, and two of them in one order."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from tradeanalysis.gate.findings import listing
from tradeanalysis.schema import TradeDataError
from tradeanalysis.sums import Array, checked

# What is one vector by partner and no table; a mapping is one too.
VECTORS = (list, tuple, np.ndarray, pd.Series)


def shares(x: Any) -> Array:
    """A vector's shares of its sum."""
    a = checked(x)
    if a.ndim != 1 or not a.sum() > 0:
        raise TradeDataError("a structure is one vector of values with some trade in it")
    a = np.ldexp(a, -np.frexp(a.max())[1])  # by a power of two, so that no sum overflows and no digit changes
    return np.asarray(a / a.sum())


def aligned(x: Any, y: Any) -> tuple[Any, Any]:
    """Two vectors over the same labels: Series by label, absent ones zero; others by position."""
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
    x, y = aligned(*(pd.Series(one) if isinstance(one, Mapping) else one for one in (x, y)))
    labels = next((one.index for one in (x, y) if isinstance(one, pd.Series)), None)
    s, t = (pd.Series(checked(one), index=labels) for one in (x, y))
    return s, t
