"""From the cells of a file to a trade table: the steps in their order, whatever the source."""

from __future__ import annotations

import pandas as pd

from tradeanalysis.gate.findings import warn
from tradeanalysis.sources.certificates import certify
from tradeanalysis.sources.columns.chosen_rows import keep_rows, one_column_each
from tradeanalysis.sources.columns.counted_twice import hold_against_totals, leave_counted_twice
from tradeanalysis.sources.columns.duplicates import (
    add_up,
    against_world,
    keep_level,
    one_row_per_cell,
    read_products,
)
from tradeanalysis.sources.columns.flows import read_flows
from tradeanalysis.sources.columns.interpret import read_years
from tradeanalysis.sources.columns.partner_labels import leave_own_trade, read_names, read_partners, read_reporters
from tradeanalysis.sources.columns.partners_across import set_partners_below
from tradeanalysis.sources.columns.product_rows import hold_products_against_total, read_rest_of_products
from tradeanalysis.sources.columns.reading import (
    arrange,
    check_table,
    check_values,
    into_dollars,
    keep_rows_of_source,
    loaded,
    recognise_layout,
    refuse_empty,
    refuse_faults,
)
from tradeanalysis.sources.columns.row_kinds import refuse_several_kinds, refuse_several_units
from tradeanalysis.sources.columns.years_with_flags import set_years_below
from tradeanalysis.sources.options import ReadOptions
from tradeanalysis.sources.raw import Raw

# What is done to the cells of a file, in this order.
STEPS = (
    one_column_each,
    keep_rows,
    set_years_below,
    set_partners_below,
    refuse_several_units,
    recognise_layout,
    keep_rows_of_source,
    refuse_several_kinds,
    arrange,
    read_names,
    read_flows,
    read_years,
    into_dollars,
    leave_counted_twice,
    read_products,
    read_rest_of_products,
    read_reporters,
    read_partners,
    keep_level,
    one_row_per_cell,
    leave_own_trade,
    check_values,
    refuse_faults,
    add_up,
    against_world,
    hold_against_totals,
    hold_products_against_total,
    refuse_empty,
    check_table,
    refuse_faults,
)


def table_of(raw: Raw, options: ReadOptions, stacklevel: int = 2) -> pd.DataFrame:
    """The trade table of a file's cells, with its certificate; warnings are raised where the caller's caller stands."""
    reading = loaded(raw)
    for step in STEPS:
        step(reading, options)
    warn(reading.findings, stacklevel=stacklevel + 1)
    table = reading.trade_table()
    table.attrs["certificate"] = certify(reading, table, options)
    return table
