"""What each kind of rule says of each month and partner: a case, an alert, and the event of which it warns."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from tradeanalysis.monitoring.alert_rules import Rule
from tradeanalysis.monitoring.rolling_sums import earlier, later, over, year_so_far
from tradeanalysis.monitoring.rolling_windows import YEAR_LONG, month_of_year
from tradeanalysis.sums import Array
from tradeanalysis.tables.months import MonthArray

Flags = npt.NDArray[np.bool_]
# A threshold that is met is met in the last bit too.
EVEN = 1e-12
# Quantities must stand beside so much of the value, in each window, before growth and unit values are taken from them.
COVERED = 0.9
FEBRUARY = 2


@dataclass(frozen=True)
class MonthlyTrade:
    """Values by month and column, a partner or a partner's product, with the whole of each month.

    ``quantity`` and ``priced`` are of rows that have both; ``imports`` is the quantity that the market imports.
    """

    months: MonthArray
    partners: pd.Index[Any]
    products: pd.Index[Any] | None
    value: Array
    whole: Array
    quantity: Array | None = None
    priced: Array | None = None
    imports: Array | None = None
    cap: float | None = None

    def with_imports(self, imports: Array) -> MonthlyTrade:
        """The same with what the markets import."""
        return replace(self, imports=imports)

    def share(self, months: int) -> Array:
        """The share of each column in all trade over so many months."""
        return divided(over(self.value, months), over(self.whole, months)[:, None])


class Signals(NamedTuple):
    """By month and column; ``event`` is false where ``known`` is. ``also`` are further numbers for the sentence."""

    case: Flags
    alert: Flags
    event: Flags
    known: Flags
    share: Array
    now: Array
    was: Array
    size: Array
    also: dict[str, Array]


def divided(x: Array, y: Array) -> Array:
    """The quotient, missing where there is nothing below it."""
    found = np.full(np.broadcast_shapes(x.shape, y.shape), np.nan)
    np.divide(x, y, out=found, where=y > 0)
    return found


def share_up(trade: MonthlyTrade, rule: Rule) -> Signals:
    """The share rises."""
    now = trade.share(rule.months)
    was, then = earlier(now, rule.months), later(now, rule.ahead)
    rise = now - was
    case = (now >= rule.least - EVEN) & ~np.isnan(rise)
    alert = rise >= rule.threshold - EVEN
    return Signals(case, alert & case, then - now >= rule.event - EVEN, ~np.isnan(then), now, now, was, rise, {})


def market_lost(trade: MonthlyTrade, rule: Rule) -> Signals:
    """Value falls, or is nil for months that had some a year before."""
    now, silent = over(trade.value, rule.months), over(trade.value, int(rule.silent))
    was, then = earlier(now, rule.months), later(now, rule.ahead)
    share = earlier(trade.share(rule.months), rule.months)
    case = (share >= rule.least - EVEN) & (was > 0) & ~np.isnan(now)
    nil = (silent == 0) & (earlier(silent, YEAR_LONG) > 0)
    alert = (now <= (1 - rule.threshold + EVEN) * was) | nil
    event = then <= (1 - rule.event + EVEN) * was
    return Signals(case, alert & case, event, ~np.isnan(then), share, now, was, divided(now - was, was), {})


def volume_up(trade: MonthlyTrade, rule: Rule) -> Signals:
    """Quantity rises while unit value falls."""
    growth, unit_value, change = _prices(trade, rule)
    share, then = trade.share(rule.months), later(unit_value, rule.ahead)
    case = (share >= rule.least - EVEN) & ~np.isnan(growth + change)
    alert = (growth >= rule.volume - EVEN) & (change <= EVEN - rule.unit_value)
    event = then <= (1 - rule.event + EVEN) * unit_value
    was, also = earlier(unit_value, rule.months), {"volume": growth, "unit_value": change}
    return Signals(case, alert & case, event, ~np.isnan(then), share, unit_value, was, change, also)


def import_share(trade: MonthlyTrade, rule: Rule) -> Signals:
    """The same where the reporter has a share of the market's imports that is no longer negligible."""
    prices = volume_up(trade, rule)
    assert trade.quantity is not None
    assert trade.imports is not None
    now = divided(over(trade.quantity, rule.months), over(trade.imports, rule.months))
    was, then = earlier(now, rule.months), later(now, rule.ahead)
    high = now >= rule.threshold - EVEN
    event = prices.event & (then >= rule.threshold - EVEN)
    case, known = prices.case & high, prices.known & ~np.isnan(then)
    return prices._replace(
        case=case, alert=prices.alert & high, event=event, known=known, now=now, was=was, size=now - rule.threshold
    )


def cap(trade: MonthlyTrade, rule: Rule) -> Signals:
    """The share is above the cap of the plan, or near it."""
    assert trade.cap is not None
    now, month = trade.share(rule.months), month_of_year(trade.months)
    this_year = divided(year_so_far(trade.value, month), year_so_far(trade.whole, month)[:, None])
    this_year[month < FEBRUARY] = np.nan  # January without February, between which Tết moves, says little
    was, then = earlier(now, rule.months), later(now, rule.ahead)
    case = (np.fmax(now, this_year) >= rule.least - EVEN) & ~np.isnan(now)
    alert = np.fmax(now, this_year) >= trade.cap - rule.threshold - EVEN
    event = then > trade.cap + rule.event + EVEN
    also = {"year": this_year}
    return Signals(case, alert & case, event, ~np.isnan(then), now, now, was, now - trade.cap, also)


def _prices(trade: MonthlyTrade, rule: Rule) -> tuple[Array, Array, Array]:
    """The growth of quantity, the unit value and its change; missing where quantities stand beside too little value."""
    assert trade.quantity is not None
    assert trade.priced is not None
    quantity, priced = over(trade.quantity, rule.months), over(trade.priced, rule.months)
    covered = priced >= COVERED * over(trade.value, rule.months)
    quantity, priced = np.where(covered, quantity, np.nan), np.where(covered, priced, np.nan)
    unit_value = divided(priced, quantity)
    growth = divided(quantity, earlier(quantity, rule.months)) - 1
    return growth, unit_value, divided(unit_value, earlier(unit_value, rule.months)) - 1


APPLY: dict[str, Callable[[MonthlyTrade, Rule], Signals]] = {
    "share_up": share_up,
    "market_lost": market_lost,
    "volume_up": volume_up,
    "import_share": import_share,
    "cap": cap,
}
# What is watched by product where there are products; of the others the products are added.
BY_PRODUCT = ("volume_up", "import_share")
