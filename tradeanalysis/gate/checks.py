"""All checks, in the order in which a table is looked through."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from tradeanalysis.gate import amounts, economies, products, series
from tradeanalysis.gate.context import Context
from tradeanalysis.gate.findings import Finding

CHECKS: tuple[Callable[[Context], Iterator[Finding]], ...] = (
    amounts.values,
    amounts.precision,
    amounts.shares,
    amounts.no_trade,
    amounts.flows,
    amounts.one_of_a_kind,
    amounts.nomenclatures,
    economies.keys_missing,
    economies.countries,
    economies.aggregates,
    economies.blocs,
    economies.unallocated,
    economies.own_trade,
    economies.synonyms,
    economies.identical,
    economies.past,
    economies.spelling,
    economies.against_world,
    products.one_row_per_cell,
    products.levels,
    series.periods,
    series.years,
    series.slips,
)
