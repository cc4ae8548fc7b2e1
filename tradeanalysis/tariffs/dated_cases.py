"""Trade beside the tariffs that may touch it, read and checked once, ready for any day."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from tradeanalysis.schema import TradeDataError
from tradeanalysis.sums import Array
from tradeanalysis.tariffs.dated_rows import schedule
from tradeanalysis.tariffs.duties import Duties, duties, in_force, of_side
from tradeanalysis.tariffs.longest_prefix import Codes
from tradeanalysis.tariffs.rate_units import FORM, Faulty, day_of
from tradeanalysis.tariffs.traded_cells import Traded, mfn_rates, prefixes, traded
from tradeanalysis.texts import Text

DUTIES = ("additional", "applied")
UNLISTED = ("none", "unknown")


@dataclass(frozen=True)
class Case:
    """Trade and the tariffs that may touch it, ready for any day."""

    trade: Traded
    rows: pd.DataFrame
    exempt: list[str]
    mfn: dict[str, float] | None
    duty: str
    unlisted: str

    @property
    def first(self) -> Codes:
        """The first cell of each partner and product: a bloc has one for each of its members."""
        owner = self.trade.owner
        return np.flatnonzero(np.append(True, owner[1:] != owner[:-1]))

    def rates(self, day: pd.Timestamp) -> tuple[Duties, Array, Array]:
        """The duties of a day, and their ends for each cell of trade."""
        there = in_force(self.rows, self.trade.cells, day)
        found = duties(
            there,
            self.trade.cells,
            applied=self.duty == "applied",
            unknown=self.unlisted == "unknown",
            exempt=self.exempt,
            mfn=self.mfn,
        )
        low, high = found.low, found.high
        starts = self.first
        if len(starts) < len(low):  # a bloc has the ends of its members
            low, high = np.minimum.reduceat(low, starts), np.maximum.reduceat(high, starts)
        return found, low, np.where(self.trade.unknown, np.inf, high)


def opened(
    table: Any,
    tariffs: Any,
    day: pd.Timestamp,
    reporter: Any,
    flow: str,
    year: int | None,
    value: str,
    exempt: Any,
    mfn: Any,
    duty: str | None,
    unlisted: str | None,
) -> Case:
    """Trade and tariffs, read and checked."""
    for name, given, choices in (("duty", duty, DUTIES), ("unlisted", unlisted, UNLISTED)):
        if given is not None and not (isinstance(given, str) and given in choices):
            raise TradeDataError(Text("tariffs_choice", name=name, given=repr(given), choices=list(map(repr, choices))))
    known, exempted, rates = schedule(tariffs), prefixes(exempt), mfn_rates(mfn)
    forms = set(known[FORM])
    base, added = bool(forms & {"mfn", "preference"}), bool(forms & {"additional", "total", "stacked"})
    if duty is None and base and added:
        raise TradeDataError(Text("tariffs_duty", forms=sorted(forms)))
    if rates is not None and "mfn" in forms:
        raise TradeDataError(Text("tariffs_mfn_twice"))
    duty = duty or ("applied" if base else "additional")
    trade = traded(table, reporter=reporter, flow=flow, year=year, value=value, day=day)
    counted = unlisted or ("none" if duty == "additional" else "unknown")
    return Case(trade, of_side(known, trade.cells), exempted, rates, duty, counted)


def day_given(on: Any) -> pd.Timestamp:
    """The day that ``on=`` gives."""
    try:
        day = day_of(on)
    except (Faulty, ValueError, TypeError):
        day = None
    if day is None:
        raise TradeDataError(Text("tariffs_on", given=repr(on)))
    return pd.Timestamp(day)
