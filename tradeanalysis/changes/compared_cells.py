"""What a comparison looks at: the cells of two or more economies of a table in the years of a window."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd

from tradeanalysis.changes.two_periods import refuse_flows, refuse_text
from tradeanalysis.gate.findings import fault
from tradeanalysis.gate.frames import labels_in, open_table
from tradeanalysis.schema import FLOW, FLOWS, PARTNER, REPORTER, VALUE, YEAR, SchemaError, TradeDataError
from tradeanalysis.sums import among, remainders
from tradeanalysis.tables.baskets import label_of, mirrored, warn_of_other_side
from tradeanalysis.tables.panel import Frame, as_pandas, panel_of, span
from tradeanalysis.texts import Text

# What a table may say of its errors: both ends of each value, and the standard deviation of its logarithm.
ENDS, LOG_SD = ["low", "high"], "log_sd"


@dataclass(frozen=True)
class Compared:
    """The positive cells, by year, reporter and the axis, in the order of these; remainders are among them.

    ``rows`` are the rows of the table where it says how sure its values are, else the cells; ``reporters`` the labels
    in the order that was given.
    """

    cells: pd.DataFrame
    rows: pd.DataFrame
    reporters: list[Any]
    over: str
    flow: str | None
    attrs: dict[str, Any]

    def allocated(self, cells: pd.DataFrame) -> pd.DataFrame:
        """The cells of partners or products, without remainders."""
        labels = pd.Index(cells[self.over].unique())
        return cells[~cells[self.over].isin(labels[among(labels, remainders(self.over))])]


def compared_cells(
    table: Any,
    reporters: Iterable[str | int],
    *,
    flow: str | None,
    years: tuple[int, int] | None,
    over: str,
    value: str,
) -> Compared:
    """The cells of the economies in the years; every economy must be in the table."""
    wanted = _several(reporters)
    if over in (YEAR, REPORTER, FLOW):
        raise SchemaError(Text("compare_over", over=repr(over)))
    frame = open_table(table, dict.fromkeys([YEAR, REPORTER, over]), value)
    if value != VALUE:
        frame = frame.drop(VALUE, strict=False).rename({value: VALUE})
    attrs = dict(getattr(table, "attrs", {}))
    frame, flow = _of_flow(frame, flow, over, attrs)
    labels = [one for one in labels_in(frame, REPORTER) if one is not None]
    found = [label_of(labels, REPORTER, one) for one in wanted]
    if twice := sorted({str(one) for one in found if found.count(one) > 1}):
        raise TradeDataError(Text("compare_twice", reporters=twice))
    frame = frame.filter(nw.col(REPORTER).is_in(found))
    frame = frame.filter(nw.col(YEAR).is_in(_window(labels_in(frame, YEAR), years)))
    panel = panel_of(frame, list(dict.fromkeys([REPORTER, over])), attrs)
    order = [YEAR, REPORTER, over]
    cells = _plain(as_pandas(panel.cells), order)
    refuse_flows(cells, [YEAR, REPORTER])
    extra = [one for one in (*ENDS, LOG_SD) if one in frame.collect_schema().names()]
    rows = _plain(as_pandas(frame.select(*order, VALUE, *extra)), order) if extra else cells
    return Compared(cells, rows, found, over, flow, attrs)


def _several(reporters: Iterable[str | int]) -> list[str | int]:
    """The economies that are named, two or more."""
    one = isinstance(reporters, (str, int)) or not isinstance(reporters, Iterable)
    wanted: list[Any] = [reporters] if one else list(reporters)
    if len(wanted) < 2:
        raise TradeDataError(Text("compare_few", given=repr(reporters)))
    return wanted


def _of_flow(frame: Frame, flow: str | None, over: str, attrs: dict[str, Any]) -> tuple[Frame, str | None]:
    """The rows of one flow; the partners' rows, turned round, where the table holds only the other flow."""
    if flow is not None and flow not in FLOWS:
        raise TradeDataError(Text("compare_flow", flow=repr(flow)))
    if FLOW not in frame.collect_schema().names():
        if flow is not None:
            raise fault("TA-110", "compare_no_flow", flow=repr(flow))
        return frame, None
    flows = [one for one in labels_in(frame, FLOW) if one is not None]
    if flow is None or flow in flows or mirrored(flow) not in flows:
        kept = label_of(flows, FLOW, flow)
        return frame.filter(nw.col(FLOW) == kept), str(kept)
    warn_of_other_side(flow, attrs, stacklevel=6)
    turned = open_table(frame.to_native(), [PARTNER], VALUE).filter(nw.col(FLOW) == mirrored(flow))
    return turned.rename({REPORTER: PARTNER, PARTNER: REPORTER}), flow


def _window(there: Sequence[Any], years: tuple[int, int] | None) -> list[Any]:
    """The years of the table within the window."""
    known = [one for one in there if one is not None]
    if years is None:
        return known
    if len(years) != 2 or not years[0] <= years[1]:
        raise TradeDataError(Text("compare_window", years=repr(years)))
    refuse_text([one for one in years if one not in known], known)
    within = [one for one in known if isinstance(one, (int, np.integer)) and years[0] <= one <= years[1]]
    if not within:
        raise TradeDataError(Text("compare_no_year", first=years[0], last=years[1], there=span(known)))
    return within


def _plain(cells: pd.DataFrame, order: list[str]) -> pd.DataFrame:
    """In the order of the keys, so that no result depends on that of the rows; categories as their labels."""
    kinds = {c: t.categories.dtype for c, t in cells.dtypes.items() if isinstance(t, pd.CategoricalDtype)}
    plain = cells.astype(kinds)
    return plain.sort_values(
        order, kind="stable", key=lambda one: one if one.name == YEAR else one.map(str)
    ).reset_index(drop=True)
