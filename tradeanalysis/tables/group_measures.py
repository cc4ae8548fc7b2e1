"""Measures of a trade table: every index of every group, in one pass over the data, on the table's own engine."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, cast

import narwhals as nw
import pandas as pd

from tradeanalysis.currencies import to_digits
from tradeanalysis.gate.findings import UNALLOCATED_NOTED, finding, warn, warn_if_listed_in_part
from tradeanalysis.measures.formula import Measure
from tradeanalysis.results import Table
from tradeanalysis.schema import PARTNER, VALUE, YEAR
from tradeanalysis.sums import Array
from tradeanalysis.tables.lazy_rows import bytes_of, of_lazy
from tradeanalysis.tables.query import UNALLOCATED, Query, in_memory, open_query


def measure(
    table: Table,
    *measures: Measure,
    by: str | Iterable[str] | None = None,
    over: str = PARTNER,
    value: str = VALUE,
    n: int | None = None,
    memory: str = "2GB",
) -> Table:
    """Compute measures for every group of a trade table, in one pass over the data.

    Rows that repeat a partner within a group (products, months) are summed first.

    Parameters
    ----------
    table
        A dataframe of pandas, Polars (eager or lazy), PyArrow, DuckDB or PySpark. ``over`` may hold any labels.
    *measures
        Such as ``ta.hhi, ta.hill(1)``.
    by
        The columns that make groups; without any the table is one group.
    over
        The axis whose concentration is measured: partners, or ``"product"`` for product concentration.
    value
        The column of values; any unit, not negative.
    n
        The universe of partners for measures that take one; the partners present where it is not given. Fewer than
        trade in a group is an error in memory, and a missing value on a lazy table.
    memory
        What the rows of a lazy table may take in memory, about; 15 million take 2 GB. More are fetched and computed in
        at most 20 parts, some labels of the first of ``by`` at a time. Where a label alone has more, where the answer
        has, and where more parts would be needed, a plan of the engine does the work, as it always does for Spark.

    Returns
    -------
    The ``by`` columns, ``n`` (partners present) and a column per measure, in the library of the table given. Groups
    without trade stay, with ``n`` = 0 and missing values. A table in memory comes back in the order of its keys. Of a
    lazy one the columns that are needed are fetched and computed as in memory, to the same bits at once; the answer is
    a lazy table in the same place, unordered where it is a plan, with a last column ``faults``: the rows that nothing
    can be computed from, for which the group's values are missing. Remainders ("Others", "Areas nes"; product 999999)
    are not partners: the index is one of the rest, and ``unallocated`` holds their share of the group's value where
    there are any (on a lazy table always).

    Warns
    -----
    TradeDataWarning
        A table in memory has no rows, a group has no trade, or more than a hundredth of a group is not allocated.

    Raises
    ------
    SchemaError
        A column is missing, or two columns of the result would have one name.
    TradeDataError
        A table in memory has negative, missing or infinite values, rows without a key, or aggregates among the
        partners: each with its rows and share of value.

    Notes
    -----
    Sums are taken in float64. Plans of engines take them of unscaled values: right for the HHI of values from 1e-100 to
    1e150, and for powers up to about 30 in dollars; beyond that the index is missing. Their last bits may differ from
    run to run. Rows that are fetched are added in the order in which the engine gives them. Where a partner has several
    rows in a group, with fractions, the last bit of an index may differ between orders of the rows (an engine promises
    none after a join or a group-by), and between rows that are fetched at once and in parts; whole numbers have none.
    Exports and imports are never added: where ``flow`` is not among ``by``, a group that holds both is an error in
    memory, and missing on a lazy table, with all its rows among the faults.

    Examples
    --------
    >>> import tradeanalysis as ta
    >>> world = ta.example("world_2023")
    >>> ta.measure(world[world.reporter.isin(["VNM", "MEX"])], ta.hhi, ta.top_share(1), by="reporter").round(3)
      reporter    n    hhi  top_share_1
    0      MEX  140  0.599        0.771
    1      VNM  118  0.140        0.289
    """
    frame, query = open_query(_before_rates(table, by, value), measures, by, over, value, n)
    most = bytes_of(memory)
    if isinstance(frame, nw.LazyFrame):
        return cast(Table, of_lazy(frame, query, most).to_native())
    native: Any = measured(frame, query).to_native()
    if over == PARTNER:
        warn_if_listed_in_part(getattr(table, "attrs", {}), stacklevel=2)
    if frame.implementation.is_pandas():
        native.attrs = dict(frame.to_native().attrs)
    return cast(Table, native)


def _before_rates(table: Any, by: str | Iterable[str] | None, value: str) -> Any:
    """The table in the currency that it was converted from, where each group has one rate.

    A measure does not see the scale; so an index is the same to the last bit with and without a rate.
    """
    rate = (getattr(table, "attrs", {}).get("certificate") or {}).get("rate")
    if not rate or value != VALUE or not isinstance(table, pd.DataFrame) or VALUE not in table:
        return table
    if isinstance(rate, Mapping):
        keys = [by] if isinstance(by, str) else list(by or ())
        if YEAR not in table or (YEAR not in keys and table[YEAR].nunique() > 1):
            return table
        rate = table[YEAR].map(rate).to_numpy(dtype=float)
    return table.assign(**{VALUE: to_digits(table[VALUE].to_numpy(dtype=float) * rate)})


def measured(frame: nw.DataFrame[Any], query: Query) -> nw.DataFrame[Any]:
    """The measures of a table in memory that is open already."""
    answer, unallocated = in_memory(frame, query)
    if unallocated.any():
        answer = answer.with_columns(nw.new_series(UNALLOCATED, unallocated, backend=frame.implementation))
    _warn(answer["n"].to_numpy(), unallocated)
    return answer


def _warn(present: Any, unallocated: Array) -> None:
    """Warn of groups without trade, and of a large unallocated share."""
    if not len(present):
        warn([finding("TA-122", "empty_measured")], stacklevel=4)
    if empty := int((present == 0).sum()):
        warn([finding("TA-122", "groups_without_trade", empty=empty, groups=len(present))], stacklevel=4)
    if (over := unallocated > UNALLOCATED_NOTED).any():
        key = "unallocated_in_groups" if len(over) > 1 else "unallocated_in_all"
        most, column = float(unallocated.max()), repr(UNALLOCATED)
        found = finding("TA-119", key, over=int(over.sum()), groups=len(over), most=most, held=1 - most, column=column)
        warn([found], stacklevel=4)
