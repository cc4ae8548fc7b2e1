"""What is computed of a year's trade by partner: an index, the value of all, or the share of one partner."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from tradeanalysis.measures.formula import Measure
from tradeanalysis.measures.indices import ENTRIES
from tradeanalysis.monitoring.year_forecasts import Years
from tradeanalysis.schema import PARTNER, TradeDataError
from tradeanalysis.sums import Array
from tradeanalysis.tables.baskets import label_of
from tradeanalysis.tables.months import Months
from tradeanalysis.texts import Text

Index = Measure | Callable[[Array], Array]
TOTAL, SHARE = "total", "share"


@dataclass(frozen=True)
class YearIndex:
    """An index of rows of values by partner, and the monthly values, over a power of two, of which it is computed."""

    name: str
    partner: Any
    formula: Callable[[Array], Any]
    lowest: float
    highest: float
    values: Array
    exponent: int

    def of(self, cells: Array) -> Array:
        """The index of every row of values by partner, missing where the values are or where it is not defined."""
        rows = cells.reshape(-1, cells.shape[-1])
        known = np.asarray(~np.isnan(rows).any(axis=1))
        known &= (rows > 0).any(axis=1) | (self.name == TOTAL)
        found = np.full(len(rows), np.nan)
        if known.any():
            result = np.asarray(self.formula(rows[known]), dtype=np.float64)
            if result.shape != (known.sum(),):
                raise TradeDataError(Text("draws_one_number", measure=self.name))
            found[known] = np.where(np.isfinite(result), result, np.nan)
        if (found < 0).any():
            raise TradeDataError(Text("nowcast_negative", measure=self.name))
        return found.reshape(cells.shape[:-1])

    def within(self, low: Array, high: Array, years: Years) -> tuple[Array, Array]:
        """Ends of a band within the range of the index; a value of the year is no less than that of its months."""
        low, high = np.maximum(low, self.lowest), np.minimum(high, self.highest)
        if self.name == TOTAL:
            low = np.fmax(low, np.where(np.isnan(low), np.nan, np.cumsum(years.values.sum(axis=2), axis=1)[:, :-1]))
        return low, high

    def sized(self, x: Array) -> Array:
        """A value in the unit of the table; an index is in none."""
        if self.name != TOTAL:
            return x
        with np.errstate(over="ignore"):
            return np.ldexp(x, self.exponent)


def year_index(opened: Months, measure: Any, partner: Any) -> YearIndex:
    """The index that ``measure`` and ``partner`` name, with the values of which it is computed."""
    if (measure == SHARE) != (partner is not None):
        raise TradeDataError(Text("nowcast_partner", partner=repr(partner)))
    values = opened.values
    if isinstance(measure, str) and measure in (TOTAL, SHARE):  # of all trade, what is not allocated too
        values = np.column_stack([values, opened.unallocated])
    exponent = int(np.frexp(np.nanmax(values, initial=0.0))[1])
    values = np.ldexp(values, -exponent)
    if isinstance(measure, str) and measure == TOTAL:
        return YearIndex(TOTAL, None, lambda rows: rows.sum(axis=1), 0.0, math.inf, values, exponent)
    if isinstance(measure, str) and measure == SHARE:
        label = label_of(list(opened.partners), PARTNER, partner)
        place = opened.partners.get_loc(label)
        return YearIndex(SHARE, label, lambda rows: rows[:, place] / rows.sum(axis=1), 0.0, 1.0, values, exponent)
    if not callable(measure):
        raise TradeDataError(Text("nowcast_measure", given=repr(measure)))
    name = str(getattr(measure, "name", getattr(measure, "__name__", "index")))
    return YearIndex(name, None, measure, *_range(name), values, exponent)


def _range(name: str) -> tuple[float, float]:
    """The numbers between which an index of the registry lies, whatever the number of partners."""
    entries = [one for one in ENTRIES.values() if name == one.name or name.startswith(f"{one.name}_")]
    if not entries:
        return 0.0, math.inf
    low, _, high = max(entries, key=lambda one: len(one.name)).range.partition(" to ")
    return _number(low, 0.0), _number(high, math.inf)


def _number(text: str, otherwise: float) -> float:
    first = text.split(" ")[0]
    return float(first) if first.isdecimal() else otherwise
