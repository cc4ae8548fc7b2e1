"""Exporters and their markets in a table of one flow: which column is which, whoever reports."""

from __future__ import annotations

from typing import Any

import narwhals as nw

from tradeanalysis.schema import FLOW, IMPORT, PARTNER, REPORTER, SchemaError, TradeDataError
from tradeanalysis.tables.panel import Panel
from tradeanalysis.texts import Text


def exporters_in(panel: Panel, flow: str | None) -> tuple[Any, str, str]:
    """The rows of one flow without unallocated trade, and the columns of the exporters and of their markets."""
    rows = panel.allocated(panel.cells, REPORTER, PARTNER)
    if flow is None:
        return rows, REPORTER, PARTNER
    if FLOW not in panel.marks:
        raise SchemaError(Text("given_without_column", column=FLOW, wanted=repr(flow)))
    if flow not in panel.flows:
        raise TradeDataError(Text("exporters_flow", flow=repr(flow), flows=list(map(repr, panel.flows))))
    exporter, market = (PARTNER, REPORTER) if flow == IMPORT else (REPORTER, PARTNER)
    return rows.filter(nw.col(FLOW) == flow), exporter, market
