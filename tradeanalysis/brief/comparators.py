"""Whom a brief sets beside its economy: a province's economy, and others of which there is a table.

The figures of a province's economy are the embedded ones of the newest year up to that of the brief.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import narwhals as nw
import pandas as pd

from tradeanalysis import names
from tradeanalysis.brief.agreements import economy_of
from tradeanalysis.brief.opened_table import OpenedTable, estimated_share, opened
from tradeanalysis.brief.year_status import PRELIMINARY, is_whole, status_of
from tradeanalysis.measures.concentration import hhi
from tradeanalysis.measures.diversity import effective_partners
from tradeanalysis.schema import FLOW, PARTNER, REPORTER, VALUE, YEAR, TradeDataError
from tradeanalysis.sources.embedded import newest_for
from tradeanalysis.tables.baskets import choose_from, values_of
from tradeanalysis.texts import Text

if TYPE_CHECKING:
    from tradeanalysis.brief.facts import FlowFacts


@dataclass(frozen=True)
class Comparator:
    """One flow of an economy or a province: the value by partner, the largest first, and what is not detailed.

    There are no partners where its table lacks the flow, and no year where it has none. ``whole_list`` says whether the
    listed partners are the largest, ``whole_year`` whether the figures are of all months, ``estimated`` the share of
    the value that the source has estimated; ``certificate`` is what is known of its table.
    """

    name: str
    year: int | None
    currency: str
    partners: pd.Series[Any]
    rest: float
    whole_list: bool = True
    whole_year: bool = True
    estimated: float = 0.0
    certificate: dict[str, Any] = field(default_factory=dict)

    @property
    def traded(self) -> bool:
        """Whether there is anything to compare."""
        return len(self.partners) > 0

    @property
    def first(self) -> str:
        """The largest partner."""
        return str(self.partners.index[0]) if self.traded else ""

    @property
    def value(self) -> float:
        """The value of the flow, with what is not detailed by partner."""
        return float(self.partners.sum()) + self.rest if self.traded else float("nan")

    @property
    def detailed(self) -> float:
        """The share that is detailed by partner, of which the index is."""
        return 1 - self.rest / self.value

    @property
    def status(self) -> str:
        """Whether its table calls the figures of the year an estimate or preliminary."""
        if self.year is None:
            return status_of(self.certificate, 0)
        return status_of(self.certificate, self.year) or PRELIMINARY * (
            self.year in self.certificate.get("provisional", ())
        )

    @property
    def largest_of_detailed(self) -> bool:
        """Whether a partner that is not detailed may be among the three largest."""
        third = float(self.partners.iloc[:3].iloc[-1]) if len(self.partners) >= 3 else 0.0
        return self.traded and self.rest > 0 and self.rest >= third

    @property
    def hhi(self) -> float:
        """The HHI of the part that is detailed by partner."""
        return float(hhi(self.partners.to_numpy())) if self.traded else float("nan")

    @property
    def effective(self) -> float:
        """The effective number of partners of that part."""
        return float(effective_partners(self.partners.to_numpy())) if self.traded else float("nan")

    def largest(self, k: int) -> float:
        """The share of the k largest partners in all trade."""
        return float(self.partners.iloc[:k].sum()) / self.value

    def share(self, partner: str) -> float:
        """The share of a partner in all trade; missing where it may be part of what is listed or of the rest."""
        if partner in self.partners.index:
            return float(self.partners[partner]) / self.value
        single = all(names.economy(str(one)) for one in [partner, *self.partners.index])
        return 0.0 if self.traded and single and self.whole_list and not self.rest else float("nan")


def beside_others(flows: list[FlowFacts], trade: OpenedTable, others: Mapping[str, pd.DataFrame]) -> list[FlowFacts]:
    """The facts of each flow, with the economy or province itself, the others, and a province's economy beside it.

    Raises
    ------
    TradeDataError
        A table cannot be used: its name is part of the message.
    """
    wanted = [one.flow for one in flows]
    for name, table in others.items():
        if FLOW not in table and len(flows) > 1:
            raise TradeDataError(Text("beside_unusable", name=name, reason=Text("brief_needs_flow")))
        if FLOW in table and not set(table[FLOW]) & set(wanted):
            raise TradeDataError(Text("beside_unusable", name=name, reason=Text(f"beside_no_{wanted[0]}s")))
    return [replace(one, beside=_comparators(one, trade, others)) for one in flows]


def _comparators(one: FlowFacts, trade: OpenedTable, others: Mapping[str, pd.DataFrame]) -> tuple[Comparator, ...]:
    """The economy or province itself and those beside it; none where it is alone."""
    values = one.partners[one.partners[VALUE] > 0].set_index(PARTNER)[VALUE]
    rest, whole_year = one.unallocated * one.value, _whole_year(trade, one.flow, one.year)
    own = Comparator(
        *(one.reporter, one.year, one.currency, values, rest, one.whole_list, whole_year),
        estimated=one.estimated,
        certificate=trade.certificate,
    )
    found = [_of_table(name, table, one) for name, table in others.items()]
    named = any(names.economy(name) == economy_of(one.reporter) for name in others)
    economy = None if named else _economy(one)
    compared = found if economy is None else [*found, economy]
    return (own, *compared) if compared else ()


def _of_table(name: str, table: pd.DataFrame, one: FlowFacts) -> Comparator:
    """The flow in a table of one's own, in its newest year up to that of the brief, else in its first."""
    rows = table[table[FLOW] == one.flow] if FLOW in table else table
    if rows.empty:
        return Comparator(name, None, one.currency, pd.Series(dtype=float), 0.0)
    reporters = sorted(set(rows[REPORTER])) if REPORTER in rows else []
    reporter = str(reporters[0]) if len(reporters) == 1 else names.economy(name) or name
    mine = rows[rows[REPORTER] == reporter] if reporters else rows
    if mine.empty:
        raise TradeDataError(Text("beside_not_in_table", name=name))
    years = sorted({int(year) for year in mine[YEAR].unique()}) if YEAR in mine else []
    year = max((year for year in years if year <= one.year), default=years[0] if years else one.year)
    try:
        return _compared(opened(rows, reporter, one.flow, year), one.flow, name, year if years else None)
    except TradeDataError as error:
        reason = error.findings[0] if error.findings else error.args[0]
        raise TradeDataError(Text("beside_unusable", name=name, reason=reason)) from error


def _economy(one: FlowFacts) -> Comparator | None:
    """The economy of a province, from the newest embedded year up to that of the brief that has its flow."""
    code = economy_of(one.reporter)
    found = None if code == one.reporter else newest_for(code, one.flow, one.year)
    if found is None:
        return None
    table, year = found
    return _compared(opened(table, code, one.flow, year), one.flow, code, year)


def _compared(trade: OpenedTable, flow: str, name: str, year: int | None) -> Comparator:
    """One flow of an open table."""
    values = values_of(choose_from(trade.rows, trade.attrs, reporter=trade.reporter, flow=flow, year=trade.year))
    rest, whole = float(values.attrs.get("unallocated", 0.0)), bool(trade.certificate.get("largest_listed", True))
    mine = (nw.col(REPORTER) == trade.reporter) & (nw.col(FLOW) == flow) & (nw.col(YEAR) == trade.year)
    return Comparator(
        *(name, year, trade.currency, values[values > 0], rest, whole, _whole_year(trade, flow, trade.year)),
        estimated=estimated_share(trade.rows.filter(mine)),
        certificate=trade.certificate,
    )


def _whole_year(trade: OpenedTable, flow: str, year: int) -> bool:
    """Whether nothing says that the figures of a flow in a year are of a part of it."""
    return is_whole(trade.certificate, year, int(trade.rows[YEAR].max()), flow, trade.reporter)
