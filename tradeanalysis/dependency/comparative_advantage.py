"""Revealed comparative advantage: the share of a product in the exports of an economy beside that in all trade."""

from __future__ import annotations

from typing import Any, overload

import narwhals as nw
import pandas as pd

from tradeanalysis.results import Table
from tradeanalysis.schema import PRODUCT, REPORTER, VALUE
from tradeanalysis.sums import Array, by_label, checked
from tradeanalysis.tables.panel import open_panel
from tradeanalysis.texts import Text


def rca(table: Table, *, value: str = VALUE) -> Table:
    r"""Revealed comparative advantage: an economy's share of a product's trade over its share of all trade.

    .. math:: RCA_{ik} = \frac{x_{ik} / X_i}{x_{wk} / X_w}

    Parameters
    ----------
    table
        A trade table of all reporters with products, of pandas, Polars, PyArrow, DuckDB or PySpark. Years and flows
        are kept apart: of imports it is the relative weight of a product in demand.
    value
        The column of values, in any unit.

    Returns
    -------
    ``reporter, product, value, rca, symmetric_rca`` (and ``year``, ``flow``) for every product that is traded, in the
    library of the question. From 0, unbounded above; 1 is the world's mix. A product that is not traded has no row: its
    RCA is 0.

    Raises
    ------
    SchemaError
        A column is missing.
    TradeDataError
        The table has one reporter, faulty values or aggregates.

    Notes
    -----
    The world is the sum of the table's reporters, the economy itself among them; unspecified products (999999) are in
    the totals. It does not say why: subsidies, re-exports and one large deal raise it alike.

    References
    ----------
    Balassa, B. (1965). Trade liberalisation and "revealed" comparative advantage. The Manchester School 33, 99-123.
    https://doi.org/10.1111/j.1467-9957.1965.tb00050.x

    Examples
    --------
    >>> import pandas as pd
    >>> import tradeanalysis as ta
    >>> flows = pd.DataFrame([("VNM", "rice", 30), ("VNM", "cars", 10), ("JPN", "cars", 60)],
    ...                      columns=["reporter", "product", "value"])
    >>> ta.rca(flows)[["reporter", "product", "rca"]].round(3).values.tolist()
    [['JPN', 'cars', 1.429], ['VNM', 'cars', 0.357], ['VNM', 'rice', 2.5]]
    """
    whole = open_panel(table, [REPORTER, PRODUCT], value=value, several="RCA")
    own, product = nw.col(VALUE) / whole.total(REPORTER), whole.total(PRODUCT) / whole.total()
    keys = [*whole.marks, REPORTER, PRODUCT]
    ratio = nw.col("rca")
    frame = whole.cells.with_columns((own / product).alias("rca"))
    frame = frame.select(*keys, VALUE, ratio, _symmetric(ratio).alias("symmetric_rca"))
    result: Table = whole.finish(frame, keys, convention=Text("note_balassa"))
    return result


@overload
def symmetric_rca(x: pd.Series[float]) -> pd.Series[float]: ...


@overload
def symmetric_rca(x: list[float] | tuple[float, ...] | Array) -> Array: ...


def symmetric_rca(x: Any) -> pd.Series[float] | Array:
    r"""Revealed symmetric comparative advantage, the RCA brought between -1 and 1.

    .. math:: RSCA = \frac{RCA - 1}{RCA + 1}

    Parameters
    ----------
    x
        Values of RCA, from 0: a list, an array, a Series or a dict. The table of ``rca`` has a column of both.

    Returns
    -------
    An array, or a Series with the labels of a Series or dict. -1 is no trade, 0 the world's mix, near 1 almost only
    this economy.

    Raises
    ------
    TradeDataError
        A value is negative, missing or infinite.
    TypeError
        ``x`` is a trade table.

    References
    ----------
    Dalum, B., Laursen, K., Villumsen, G. (1998). Structural change in OECD export specialisation patterns:
    de-specialisation and 'stickiness'. International Review of Applied Economics 12, 423-443.
    https://doi.org/10.1080/02692179800000017

    Examples
    --------
    >>> import tradeanalysis as ta
    >>> ta.dependency.symmetric_rca([0, 1, 3]).tolist()
    [-1.0, 0.0, 0.5]
    """
    if hasattr(type(x), "columns"):
        raise TypeError(
            "symmetric_rca() takes values of RCA; of a trade table write rca(table), which has both columns"
        )
    values = by_label(x)
    result = _symmetric(checked(values))
    return pd.Series(result, index=values.index, name=values.name) if isinstance(values, pd.Series) else result


def _symmetric(ratio: Any) -> Any:
    """A ratio around 1 brought between -1 and 1, of arrays and as an expression."""
    return (ratio - 1) / (ratio + 1)
