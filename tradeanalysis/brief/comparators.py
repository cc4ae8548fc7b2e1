"""Whom a brief sets beside its economy: a province's economy, and others of which there is a table.

The figures of a province's economy are the embedded ones of the newest year up to that of the brief.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from tradeanalysis.brief.agreements import economy_of
from tradeanalysis.brief.opened_table import OpenedTable, opened
from tradeanalysis.measures.concentration import hhi
from tradeanalysis.schema import FLOW, PARTNER, REPORTER, VALUE, YEAR, TradeDataError
from tradeanalysis.sources.embedded import newest_for
from tradeanalysis.tables.baskets import choose_from, values_of
from tradeanalysis.texts import Text

if TYPE_CHECKING:
    from tradeanalysis.brief.facts import FlowFacts

# More rows than these are no comparison that is read.
MOST = 5


@dataclass(frozen=True)
class Comparator:
    """One flow of an economy or a province: the value by partner, the largest first, and what is not detailed.

    The year is none where its table has none; ``whole_list`` says whether the listed partners may be the largest.
    """

    name: str
    year: int | None
    currency: str
    partners: pd.Series[Any]
    rest: float
    whole_list: bool = True

    @property
    def value(self) -> float:
        """The value of the flow, with what is not detailed by partner."""
        return float(self.partners.sum()) + self.rest

    @property
    def detailed(self) -> float:
        """The share that is detailed by partner, of which the index is."""
        return 1 - self.rest / self.value

    @property
    def hhi(self) -> float:
        """The HHI of the part that is detailed by partner."""
        return float(hhi(self.partners.to_numpy()))

    def largest(self, k: int) -> float:
        """The share of the k largest partners in all trade."""
        return float(self.partners.iloc[:k].sum()) / self.value

    def share(self, partner: str) -> float:
        """The share of a partner in all trade; missing where it may be among those that are not detailed."""
        absent = 0.0 if self.whole_list and not self.rest else float("nan")
        return float(self.partners.get(partner, absent)) / self.value


def comparators(one: FlowFacts, others: Mapping[str, Any]) -> tuple[Comparator, ...]:
    """The economy or province itself, the others that have this flow, and a province's economy; none where it is alone.

    Raises
    ------
    TradeDataError
        There are more than five others, or a table cannot be used: its name is part of the message.
    """
    if len(others) > MOST:
        raise TradeDataError(Text("beside_too_many", most=MOST, given=len(others)))
    values = one.partners[one.partners[VALUE] > 0].set_index(PARTNER)[VALUE]
    own = Comparator(one.reporter, one.year, one.currency, values, one.value - values.sum(), one.whole_list)
    found = [_of_table(name, table, one) for name, table in others.items()]
    known = [each for each in (*found, _economy(one)) if each is not None]
    return (own, *known) if known else ()


def _of_table(name: str, table: Any, one: FlowFacts) -> Comparator | None:
    """The flow in a table of one's own, in its newest year up to that of the brief; none where it lacks the flow."""
    columns = set(table.columns)
    years = sorted({int(year) for year in table[YEAR].unique()}) if YEAR in columns else []
    year = max((year for year in years if year <= one.year), default=years[0] if years else one.year)
    reporters = sorted(set(table[REPORTER])) if REPORTER in columns else []
    reporter = str(reporters[0]) if len(reporters) == 1 else name
    if FLOW in columns and one.flow not in set(table[FLOW]):
        return None
    try:
        trade = opened(table, reporter, one.flow, year)
        return _compared(trade, one.flow, name, year if years else None)
    except TradeDataError as error:
        raise TradeDataError(Text("beside_unusable", name=name, reason=error.args[0])) from error


def _economy(one: FlowFacts) -> Comparator | None:
    """The economy of a province, from the newest embedded year up to that of the brief that has its flow."""
    code = economy_of(one.reporter)
    found = None if code == one.reporter else newest_for(code, one.flow, one.year)
    if found is None:
        return None
    table, year = found
    return _compared(opened(table, code, one.flow, year), one.flow, code, year)


def _compared(trade: OpenedTable, flow: str, name: str, year: int | None) -> Comparator | None:
    """One flow of an open table; none where it is nothing."""
    choice = choose_from(trade.rows, trade.attrs, reporter=trade.reporter, flow=flow, year=trade.year)
    values = values_of(choice)
    rest, whole = float(values.attrs.get("unallocated", 0.0)), trade.certificate.get("largest_listed", True)
    partners = values[values > 0]
    return Comparator(name, year, trade.currency, partners, rest, bool(whole)) if len(partners) else None
