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
from tradeanalysis.parameters import need_labels
from tradeanalysis.planner.group_limits import group_limits
from tradeanalysis.planner.seen_ceilings import NINE_IN_TEN, seen_limits
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
    coverage: float | None = None,
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
    coverage: float | None = None,
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
    coverage: float | None = None,
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
    coverage: float | None = None,
    by: str | Iterable[str] | None = None,
) -> Table:
    r"""What each market could take: its present value, times a growth that was seen over a number of years in the past.

    .. math:: u_j = x_j \max\left(1, \max_t v_{j,t+h} / v_{j,t}\right) \quad \text{or} \quad
              u_j = x_j \max\left(1, Q_c(v_{t+h} / v_t)\right)

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
        Whose growth it is: ``"own"``, the best of the economy's own trade with the market; ``"market"``, the best of
        the market's trade with all economies in the table; ``"seen"``, the growth at or below which a share c of
        earlier flows like this one stayed, of all economies in the table.
    years
        h, the number of years of the plan, at least 1.
    coverage
        c, in (0, 1), of ``"seen"``: the share of flows that stay at or below their ceiling, 0.9 if not given.
    by
        The columns that make groups, such as ``"reporter"``: the ceilings of every group at once. ``reporter`` may then
        be a list; a list alone makes groups by reporter. With ``"product"`` flows are those of a product.

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
        The economy, flow or year is not in the table, the table has no two years that are h years apart, a value is
        negative or missing, or, for ``"seen"``, fewer than 50 flows have an outcome (99 for a coverage of 0.99).

    Notes
    -----
    n is the number of markets with trade in the present year; remainders ("Others") are not markets. Past growth is not
    a forecast: growth from a small base is large, and one good year may have been an exception.

    The best growth seen has no coverage of its own. Measured on flows of which the later years were not used
    (``benchmarks/ceilings.py``), so many stayed at or below their ceiling; in brackets the median of the ceiling over
    the present value, and its 90th percentile:

    ================================= ================ ================ ================
    flows, h                          own              market           seen
    ================================= ================ ================ ================
    fish by HS6, 1 year               82% (1.7, 17)    83% (2.1, 14)    91% (3.6, 14)
    fish by HS6, 3 years              78% (1.0, 15)    81% (2.0, 18)    91% (4.6, 26)
    exports of 210 economies, 1 year  86% (2.0, 19)    69% (1.2, 1.5)   90% (2.3, 11)
    exports of 210 economies, 3 years 76% (1.8, 17)    65% (1.3, 1.7)   91% (3.2, 18)
    imports of 86 economies, 1 year   97% (3.1, 44)    81% (1.3, 1.8)   93% (1.7, 6.7)
    imports of 86 economies, 3 years  96% (4.6, 81)    82% (1.8, 2.7)   95% (2.7, 14)
    ================================= ================ ================ ================

    ``"own"`` rises with the number of years in the table (25 for the imports) and ``"market"`` is the most cautious.
    ``"seen"`` sorts earlier flows into up to ten classes of value, and each into up to five of the gap :math:`v_{ik}
    v_{jk} / v_k \div v_{ijk}` to what the sizes of exporter and market suggest, so that each class holds 200 flows at
    least (for c = 0.9), and takes the growth of rank ceil((n + 1) c) among the n of the class. A flow that has ended
    grew to 0; where the economy that reported it has no report of the later year, its outcome is unknown and it is
    left out, and so are product codes that begin or end: fewer than a third as many economies trade in them in the one
    year as in the other. What it misses: the coverage is that of all flows in years like those seen, not that of one
    market, and a flow that does not exist yet has no ceiling. On products that were left out of the fit, random halves
    of the codes of fish, it was 88% to 94%, one, three and five years ahead of 2014 to 2016 (mean 91%), and of the
    exports that five economies report 88% to 93%; a test holds such halves, one year ahead of 2017, to 87% to 93%. The
    ``ceiling`` of ``ta.opportunities`` is by the same rule, for means of windows of years.

    References
    ----------
    Lei, J., G'Sell, M., Rinaldo, A., Tibshirani, R. J., Wasserman, L. (2018). Distribution-free predictive inference
    for regression. Journal of the American Statistical Association 113, 1094-1111.
    https://doi.org/10.1080/01621459.2017.1307116

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

    Nine in ten earlier flows of like size and gap, of all economies, grew less than this over three years:

    >>> upper = ta.limits(imports, reporter="IDN", flow="import", growth="seen", years=3)
    >>> (upper / now).head(3).round(2)
    partner
    CHN    1.72
    SGP    1.79
    JPN    1.72
    dtype: float64
    """
    need_labels(year=year, flow=flow)
    if growth not in ("own", "market", "seen"):
        raise TradeDataError(Text("limits_growth_of", growth=repr(growth)))
    if not isinstance(years, (int, np.integer)) or isinstance(years, bool) or years < 1:
        raise TradeDataError(Text("plan_years_wrong", years=repr(years)))
    if growth == "seen":
        level = NINE_IN_TEN if coverage is None else coverage
        return cast(Table, seen_limits(table, by, reporter, flow, year, value, int(years), level))
    if coverage is not None:
        raise TradeDataError(Text("limits_coverage_of", growth=repr(growth)))
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
