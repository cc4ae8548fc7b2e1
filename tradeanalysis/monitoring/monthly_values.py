"""One series by month, as it is given: months in their order, and its numbers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from tradeanalysis.parameters import as_numbers
from tradeanalysis.schema import TradeDataError
from tradeanalysis.sums import Array
from tradeanalysis.tables.months import MonthArray, months_of
from tradeanalysis.texts import Text

# Squares of larger numbers and their sums are beyond float64.
LARGEST = 1e150


def monthly_values(series: Any) -> tuple[MonthArray, Array]:
    """Every month from the first to the last with a value, and its value; missing where the series has none."""
    if isinstance(series, Mapping):
        series = pd.Series(dict(series), dtype=object)
    if not isinstance(series, pd.Series):
        raise TradeDataError(Text("breaks_series_of_kind", kind=type(series).__name__))
    values = as_numbers("series", series.array)
    months = months_of(series.index)
    known = ~np.isnan(values)
    if not known.any():
        raise TradeDataError(Text("breaks_series_of_none"))
    if not (np.abs(values[known]) <= LARGEST).all():
        raise TradeDataError(Text("breaks_series_beyond", most=f"{LARGEST:.0e}"))
    each, counts = np.unique(months, return_counts=True)
    if (counts > 1).any():
        raise TradeDataError(Text("breaks_series_twice", months=each[counts > 1].astype(str).tolist()))
    months, values = months[known], values[known]
    whole = np.arange(months.min(), months.max() + 1)
    found = np.full(len(whole), np.nan)
    found[(months - whole[0]).astype(np.intp)] = values
    return whole, found
