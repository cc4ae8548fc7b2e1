"""Ceilings of markets from their history: the best growth seen, of one's own sales or of all that the market buys."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, cast, overload

import narwhals as nw
import numpy as np
import numpy.typing as npt
import pandas as pd

from tradeanalysis.gate.findings import listing
from tradeanalysis.gate.frames import collected, labels_in, open_table, refuse_infinite, refuse_years
from tradeanalysis.planner.group_limits import group_limits
from tradeanalysis.results import Table
from tradeanalysis.schema import FLOW, PARTNER, REPORTER, VALUE, YEAR, TradeDataError
from tradeanalysis.sums import among, coded, remainders
from tradeanalysis.tables.baskets import choose, mirrored
from tradeanalysis.tables.group_baskets import is_several
from tradeanalysis.texts import Text


@overload
def limits(
    table: Any,
    *,
    reporter: str | int | None = None,
    flow: str | None = None,
    year: int | None = None,
    value: str = VALUE,
    growth: str = "own",
    years: int = 1,
    by: None = None,
) -> pd.Series[float]: ...


@overload
def limits(
    table: Table,
    *,
    reporter: str | int | list[Any] | tuple[Any, ...] | None = None,
    flow: str | None = None,
    year: int | None = None,
    value: str = VALUE,
    growth: str = "own",
    years: int = 1,
    by: str | Iterable[str],
) -> Table: ...


@overload
def limits(
    table: Table,
    *,
    reporter: list[Any] | tuple[Any, ...],
    flow: str | None = None,
    year: int | None = None,
    value: str = VALUE,
    growth: str = "own",
    years: int = 1,
    by: None = None,
) -> Table: ...


def limits(
    table: Table,
    *,
    reporter: str | int | list[Any] | tuple[Any, ...] | None = None,
    flow: str | None = None,
    year: int | None = None,
    value: str = VALUE,
    growth: str = "own",
    years: int = 1,
    by: str | Iterable[str] | None = None,
) -> Table:
    r"""What each market could take: its present value, times its best growth over a number of years in the past.

    .. math:: u_j = x_j \max\left(1, \max_t v_{j,t+h} / v_{j,t}\right)

    Parameters
    ----------
    table
        A trade table of several years, of pandas, Polars, PyArrow, DuckDB or PySpark.
    reporter, flow
        As for ``ta.basket``.
    year
        The year of the present values, by default the last one in the table. Later years are not used.
    value
        The column of values.
    growth
        Whose growth v is: ``"own"``, that of the economy's own trade with the market; ``"market"``, that of the
        market's trade with all economies in the table.
    years
        h, the number of years of the plan, at least 1.
    by
        The columns that make groups, such as ``"reporter"``: the ceilings of every group at once. ``reporter`` may then
        be a list; a list alone makes groups by reporter.

    Returns
    -------
    A pandas Series by market, in the unit of the table, for ``ta.plan(..., upper=)``. No limit is below the present
    value. Where no growth was seen, because there was no trade h years apart, it is the present value, and
    ``attrs["notes"]`` names these markets. With ``by=`` a table in the library of the question (of DuckDB and PySpark,
    what it collects to), for ``ta.plans(..., upper=)``: a row for every group and market, the largest of each group
    first, with ``partner``, ``value`` in the year, ``limit`` and ``growth_seen``.

    Raises
    ------
    SchemaError
        A column is missing.
    TradeDataError
        The economy, flow or year is not in the table, the table has no two years that are h years apart, or a value is
        negative or missing.

    Notes
    -----
    n is the number of markets with trade in the present year; remainders ("Others") are not markets. Past growth is not
    a forecast: growth from a small base is large, and one good year may have been an exception. More ``years`` give
    steadier ceilings; the growth of the whole market is the more cautious one for small markets.

    Examples
    --------
    >>> import tradeanalysis as ta
    >>> imports = ta.example("imports_1995_2019")
    >>> upper = ta.limits(imports, reporter="IDN", flow="import", growth="market")
    >>> now = ta.basket(imports, reporter="IDN", flow="import", year=2019)
    >>> (upper / now).head(3).round(2)
    partner
    CHN    1.30
    SGP    1.23
    JPN    1.27
    dtype: float64
    """
    if growth not in ("own", "market"):
        raise TradeDataError(Text("limits_growth_of", growth=repr(growth)))
    if not isinstance(years, (int, np.integer)) or isinstance(years, bool) or years < 1:
        raise TradeDataError(Text("plan_years_wrong", years=repr(years)))
    if by is not None or is_several(reporter):
        return cast(Table, group_limits(table, by, reporter, flow, year, value, growth, int(years)))
    table = _renamed(table, value)
    frame = open_table(table, [PARTNER, YEAR], VALUE)
    available = [one for one in labels_in(frame, YEAR) if one is not None]
    refuse_years(available)
    if isinstance(frame.collect_schema()[YEAR], (nw.Categorical, nw.Enum)):
        frame = frame.with_columns(nw.col(YEAR).cast(nw.Int64))
    last: Any = max(available) if year is None and available else year
    choice = choose(table, reporter=cast(Any, reporter), flow=flow, year=last)
    side, about = choice.side, choice.about
    rows = frame.filter(nw.col(YEAR) <= last)
    if FLOW in about:
        rows = rows.filter(nw.col(FLOW) == (about[FLOW] if side == PARTNER else mirrored(about[FLOW])))
    own_rows = rows
    if REPORTER in about:
        own_rows = rows.filter(nw.col(REPORTER if side == PARTNER else PARTNER) == about[REPORTER])
    own = _history(own_rows, side)
    history = own if growth == "own" else _history(rows, side).reindex(columns=own.columns)
    history = history.reindex(range(int(history.index.min()), int(last) + 1))
    if len(history) <= years:
        raise TradeDataError(Text("groups_limits_apart", years=years, last=last, there=available))
    start = history.where(history > 0)
    best = (start.shift(-years) / start).max()
    now = pd.Series(own.loc[last])
    now = now[now > 0].sort_values(ascending=False, kind="stable")
    best = best.reindex(now.index)
    with np.errstate(over="ignore"):
        refuse_infinite((now * best.fillna(1.0)).to_numpy())
    ceilings: pd.Series[float] = (now * np.maximum(best.fillna(1.0), 1.0)).rename("limit").rename_axis(PARTNER)
    unseen = best.index[best.isna()]
    notes = {"growth": Text("limits_noted", years=years, last=last), "no growth seen": listing(unseen, 1000)}
    ceilings.attrs = {**choice.attrs, "notes": {key: one for key, one in notes.items() if one}}
    return cast(Table, ceilings)


def _renamed(table: Any, value: str) -> Any:
    """The table with its column of values under the standard name."""
    if value == VALUE:
        return table
    frame = open_table(table, [PARTNER, YEAR], value)
    return frame.drop(VALUE, strict=False).rename({value: VALUE}).to_native()


def _history(rows: Any, side: str) -> pd.DataFrame:
    """Values by year (rows) and market (columns), without what is allocated to no market."""
    x, codes, labels = coded(collected(rows), [YEAR], side, VALUE)
    year: npt.NDArray[Any] = np.sort(collected(rows)[YEAR].unique().to_numpy())
    values = np.bincount(codes[YEAR] * len(labels) + codes[side], x, len(year) * len(labels))
    table = pd.DataFrame(values.reshape(len(year), len(labels)), index=year, columns=labels)
    return table.loc[:, ~among(labels, remainders(side))]
