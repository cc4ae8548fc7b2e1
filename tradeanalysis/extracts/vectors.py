"""Vectors by label: shares of their sum, and two of them in one order."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from tradeanalysis.schema import TradeDataError
from tradeanalysis.sums import Array, checked


def shares(x: Any) -> Array:
    """A vector's shares of its sum."""
    a = checked(x)
    if a.ndim != 1 or not a.sum() > 0:
        raise TradeDataError("a structure is one vector of values with some trade in it")
    a = a / a.max()
    return np.asarray(a / a.sum())


def aligned(x: Any, y: Any) -> tuple[Any, Any]:
    """Two vectors over the same labels: Series by label, absent ones zero; others by position."""
    if isinstance(x, pd.Series) and isinstance(y, pd.Series):
        x, y = x.align(y, fill_value=0.0)
    if len(x) != len(y):
        raise TradeDataError(f"structures of {len(x)} and {len(y)} values: both need the same products in one order")
    return x, y
