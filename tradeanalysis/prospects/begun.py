"""When a flow that was nil counts as begun: at an amount a year in the unit of the table, dollars unless it says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from tradeanalysis.currencies import DOLLAR, currency_of
from tradeanalysis.prospects.trade_flows import YearlyFlows
from tradeanalysis.schema import TradeDataError
from tradeanalysis.texts import Text

# US dollars a year, in two of three years.
LEAST = 10_000.0


def least_of(yearly: YearlyFlows, least: float | None, *, learns: bool) -> float:
    """What a new flow must reach: as given, or the usual amount, from which only a table in dollars learns."""
    if least is not None:
        if not isinstance(least, (int, float, np.number)) or not np.isfinite(least) or least <= 0:
            raise TradeDataError(Text("opportunities_least", least=repr(least)))
        return float(least)
    if learns and currency_in(yearly.attrs) != DOLLAR:
        raise TradeDataError(Text("opportunities_least_unit", unit=unit_in(yearly.attrs), usual=LEAST))
    return LEAST


def currency_in(attrs: Mapping[str, Any]) -> str:
    """The currency of the values, dollars where nothing says; empty where a certificate says another unit."""
    return currency_of(attrs) or ("" if attrs.get("certificate") else DOLLAR)


def unit_in(attrs: Mapping[str, Any]) -> str:
    """The currency of the values, or the unit that a certificate says."""
    return currency_in(attrs) or str(attrs["certificate"].get("unit"))
