"""The structure of trade by product: beside the world's, beside other economies', and exports beside imports."""

from __future__ import annotations

from itertools import pairwise
from typing import Any, Literal

import narwhals as nw
import numpy as np
import numpy.typing as npt
import pandas as pd

from tradeanalysis.results import Table
from tradeanalysis.schema import ALL, EXPORT, FLOW, IMPORT, PARTNER, PRODUCT, REPORTER, VALUE, YEAR, TradeDataError
from tradeanalysis.sums import Array, Codes, in_use, joined, keyed
from tradeanalysis.tables.markets import aligned, shares
from tradeanalysis.tables.panel import Panel, open_panel, summed
from tradeanalysis.texts import Text


def complementarity(x: Any, y: Any) -> float:
    r"""Trade complementarity (Michaely): the part of what one economy exports that the other imports.

    .. math:: C_{ij} = 1 - \tfrac12 \sum_k |m_{jk} - x_{ik}| = \sum_k \min(x_{ik}, m_{jk})

    with the shares of the products k in the exports of i and in the imports of j. ``complementarity_indices`` gives all
    pairs of a table.

    Parameters
    ----------
    x, y
        The values by product of exports and of imports; Series and dicts align by label, others by position.

    Returns
    -------
    From 0 (nothing in common) to 1 (the same basket).

    Raises
    ------
    TradeDataError
        A vector has no trade, a value is faulty, or the lengths differ.

    Notes
    -----
    It rises with coarser products, and a product that both trade in large amounts may be two different goods.

    References
    ----------
    Michaely, M. (1996). Trade preferential agreements in Latin America: an ex-ante assessment. World Bank Policy
    Research Working Paper 1583. https://doi.org/10.1596/1813-9450-1583

    Examples
    --------
    >>> import tradeanalysis as ta
    >>> ta.dependency.complementarity([0.9, 0.1], [0.5, 0.5])
    0.6
    """
    return _overlap(x, y)


def complementarity_indices(table: Table, *, value: str = VALUE) -> Table:
    r"""Trade complementarity (Michaely) of every pair of economies, whether they trade or not.

    A table of DuckDB or PySpark is summed there, and the result comes back as PyArrow.

    Parameters
    ----------
    table
        A trade table with products, of pandas, Polars, PyArrow, DuckDB or PySpark. Where it has one flow only, the
        other side's baskets are read from it.
    value
        The column of values.

    Returns
    -------
    ``reporter`` (the exporter), ``partner`` (the importer), ``complementarity`` (and ``year``), from 0 to 1.

    Raises
    ------
    SchemaError
        A column is missing.
    TradeDataError
        The table has one reporter, faulty values or aggregates.

    Notes
    -----
    As for ``complementarity``. Unspecified products (999999) are left out of the baskets.

    References
    ----------
    As for ``complementarity``.

    Examples
    --------
    >>> import pandas as pd
    >>> from tradeanalysis.dependency.structure import complementarity_indices
    >>> rows = [("VNM", "JPN", "rice", 9), ("VNM", "JPN", "cars", 1)]
    >>> rows += [("JPN", "VNM", "cars", 5), ("JPN", "LAO", "rice", 5)]
    >>> flows = pd.DataFrame(rows, columns=["reporter", "partner", "product", "value"])
    >>> complementarity_indices(flows).values.tolist()
    [['JPN', 'LAO', 0.5], ['JPN', 'VNM', 0.5], ['VNM', 'JPN', 1.0], ['VNM', 'LAO', 0.9]]
    """
    whole = open_panel(table, [REPORTER, PARTNER, PRODUCT], value=value, several="complementarity")
    both = len(whole.flows) > 1
    side = whole.flows[0] if whole.flows else EXPORT

    def baskets(flow: str) -> Any:
        """The values by economy and product of what is sold (export) or bought (import)."""
        rows = whole.cells.filter(nw.col(FLOW) == flow) if both else whole.cells
        axis = REPORTER if both or flow == side else PARTNER
        return _baskets(whole, rows.drop(*({FLOW} & set(whole.marks))).rename({axis: "economy"}), PRODUCT)

    marks = [mark for mark in whole.marks if mark == YEAR]
    pairs = _pairs(baskets(EXPORT), baskets(IMPORT), marks, "complementarity", PARTNER)
    result: Table = whole.finish_pandas(pairs, [*marks, REPORTER, PARTNER], convention=Text("note_michaely"))
    return result


Against = Literal["world", "reporters"]


def finger_kreinin(x: Any, y: Any) -> float:
    r"""Similarity of two structures of trade (Finger and Kreinin): the part that they share.

    .. math:: FK = \sum_k \min(h_{ik}, h_{jk}) = 1 - \tfrac12 \sum_k |h_{ik} - h_{jk}|

    ``finger_kreinin_indices`` gives it for every reporter of a table.

    Parameters
    ----------
    x, y
        Two vectors of values by product; Series and dicts align by label, others by position.

    Returns
    -------
    From 0 (nothing in common) to 1 (the same structure); it and ``diversification`` add up to 1.

    Raises
    ------
    TradeDataError
        A vector has no trade, a value is faulty, or the lengths differ.

    Notes
    -----
    It rises with coarser products.

    References
    ----------
    Finger, J. M., Kreinin, M. E. (1979). A measure of 'export similarity' and its possible uses. The Economic Journal
    89, 905-912. https://doi.org/10.2307/2231506

    Examples
    --------
    >>> import tradeanalysis as ta
    >>> ta.dependency.finger_kreinin([0.6, 0.3, 0.1, 0], [0.25] * 4)
    0.6
    """
    return _overlap(x, y)


def finger_kreinin_indices(
    table: Table, *, against: Against = "world", over: str = PRODUCT, value: str = VALUE
) -> Table:
    r"""Similarity of structures of trade (Finger and Kreinin) for every reporter of a table.

    Pairs (``against="reporters"``) of a table of DuckDB or PySpark come back as PyArrow.

    Parameters
    ----------
    table
        A trade table of all reporters, of pandas, Polars, PyArrow, DuckDB or PySpark.
    against
        ``"world"`` compares every reporter with the sum of all reporters, ``"reporters"`` every two reporters.
    over
        The axis of the structure: products, or ``"partner"``.
    value
        The column of values.

    Returns
    -------
    ``reporter, finger_kreinin`` (and ``year``, ``flow``; with ``against="reporters"`` the second economy is ``other``),
    from 0 (nothing in common) to 1 (the same structure).

    Raises
    ------
    SchemaError
        A column is missing.
    TradeDataError
        The table has one reporter, faulty values or aggregates; ``against`` is another word.

    Notes
    -----
    A large economy is part of the world that it is compared with. Remainders are left out.

    References
    ----------
    As for ``finger_kreinin``.

    Examples
    --------
    >>> import pandas as pd
    >>> from tradeanalysis.dependency.structure import finger_kreinin_indices
    >>> flows = pd.DataFrame([("VNM", "rice", 30), ("VNM", "cars", 10), ("JPN", "cars", 60)],
    ...                      columns=["reporter", "product", "value"])
    >>> finger_kreinin_indices(flows).values.tolist()
    [['JPN', 0.7], ['VNM', 0.55]]
    """
    result: Table = _structure(table, "finger_kreinin", against, over, value)
    return result


def diversification(x: Any, y: Any) -> float:
    r"""UNCTAD's diversification index: how far a structure of trade is from a reference, such as the world's.

    .. math:: S_i = \tfrac12 \sum_k |h_{ik} - h_k| = 1 - FK

    It is not an inverse Herfindahl: a basket spread evenly over all products is far from the world's.
    ``diversification_indices`` gives it for every reporter of a table.

    Parameters
    ----------
    x, y
        Two vectors of values by product, the second that of the reference; Series and dicts align by label, others by
        position.

    Returns
    -------
    From 0 (the structure of the reference) to 1 (nothing in common).

    Raises
    ------
    TradeDataError
        As for ``finger_kreinin``.

    Notes
    -----
    UNCTAD computes it on groups of three digits of the SITC; finer products give higher values.

    References
    ----------
    UNCTAD, Handbook of Statistics, annex on indices. Finger and Kreinin (1979), https://doi.org/10.2307/2231506

    Examples
    --------
    >>> import tradeanalysis as ta
    >>> ta.dependency.diversification([0.6, 0.3, 0.1, 0], [0.25] * 4)
    0.4
    """
    return 1 - _overlap(x, y)


def diversification_indices(
    table: Table, *, against: Against = "world", over: str = PRODUCT, value: str = VALUE
) -> Table:
    r"""UNCTAD's diversification index for every reporter of a table.

    Pairs (``against="reporters"``) of a table of DuckDB or PySpark come back as PyArrow.

    Parameters
    ----------
    table, against, over, value
        As for ``finger_kreinin_indices``.

    Returns
    -------
    ``reporter, diversification`` (and ``year``, ``flow``; with ``against="reporters"`` also ``other``), from 0 (the
    structure of the reference) to 1 (nothing in common).

    Raises
    ------
    SchemaError, TradeDataError
        As for ``finger_kreinin_indices``.

    Notes
    -----
    As for ``diversification``.

    References
    ----------
    As for ``diversification``.

    Examples
    --------
    >>> import pandas as pd
    >>> from tradeanalysis.dependency.structure import diversification_indices
    >>> flows = pd.DataFrame([("VNM", "rice", 30), ("VNM", "cars", 10), ("JPN", "cars", 60)],
    ...                      columns=["reporter", "product", "value"])
    >>> diversification_indices(flows).round(2).values.tolist()
    [['JPN', 0.3], ['VNM', 0.45]]
    """
    result: Table = _structure(table, "diversification", against, over, value)
    return result


def penetration(table: Table, *, value: str = VALUE) -> Table:
    r"""Export market penetration: of the economies that import a product, the part that an exporter reaches.

    .. math:: \frac{\#\{j : x_{ijk} > 0\}}{\#\{j : m_{jk} > 0\}}

    Parameters
    ----------
    table
        A trade table of all reporters; without products, all trade is one product.
    value
        The column of values.

    Returns
    -------
    ``reporter, product, markets, importers, penetration`` (and ``year``) in the library of the question. From 0 to 1;
    the exporter itself counts among the importers where it imports the product. The index of an exporter over all its
    products, as WITS prints it, is the sum of ``markets`` over the sum of ``importers``.

    Raises
    ------
    TradeDataError
        As for ``rca``; or the table has imports only.

    Notes
    -----
    Importers are those that report imports where the table has both flows, else those that any reporter exports to.
    A shipment of one dollar counts like one of a billion.

    References
    ----------
    Brenton, P., Newfarmer, R. (2007). Watching more than the Discovery Channel: export cycles and diversification in
    development. World Bank Policy Research Working Paper 4302. https://doi.org/10.1596/1813-9450-4302

    Examples
    --------
    >>> import pandas as pd
    >>> import tradeanalysis as ta
    >>> flows = pd.DataFrame([("VNM", "USA", 3), ("VNM", "JPN", 1), ("THA", "USA", 9), ("THA", "LAO", 1)],
    ...                      columns=["reporter", "partner", "value"])
    >>> ta.dependency.penetration(flows).round(3).values.tolist()
    [['THA', 2, 3, 0.667], ['VNM', 2, 3, 0.667]]
    """
    native: Any = table
    product = [PRODUCT] if PRODUCT in nw.from_native(native).collect_schema().names() else []
    whole = open_panel(table, [REPORTER, PARTNER, *product], value=value, several="penetration")
    if whole.flows == [IMPORT]:
        raise TradeDataError(Text("penetration_of_imports"))
    cells = whole.allocated(whole.cells, PARTNER)
    keys = [mark for mark in whole.marks if mark == YEAR]
    if both := len(whole.flows) > 1:
        bought = cells.filter(nw.col(FLOW) == IMPORT).rename({PARTNER: "from", REPORTER: PARTNER})
        cells = cells.filter(nw.col(FLOW) == EXPORT)
    importers = (bought if both else cells).group_by(ALL, *keys, *product, PARTNER).agg(nw.len().alias("rows"))
    importers = importers.group_by(ALL, *keys, *product).agg(nw.len().alias("importers"))
    markets = cells.group_by(ALL, *keys, REPORTER, *product).agg(nw.len().alias("markets"))
    frame = markets.join(importers, on=[ALL, *keys, *product], how="left")
    frame = frame.select(
        *keys,
        REPORTER,
        *product,
        "markets",
        "importers",
        (nw.col("markets") / nw.col("importers")).alias("penetration"),
    )
    by = [*keys, REPORTER, *product]
    result: Table = whole.finish(frame, by, convention=Text("note_wits"))
    return result


# ---- structures -------------------------------------------------------------------------------------------------


def _overlap(x: Any, y: Any) -> float:
    x, y = aligned(x, y)
    return float(np.minimum(shares(x), shares(y)).sum())


def _structure(table: Any, name: str, against: Against, over: str, value: str) -> Any:
    """Every reporter against the world, or every two reporters."""
    if against not in ("world", "reporters"):
        raise TradeDataError(Text("structure_against", against=repr(against)))
    whole = open_panel(table, [REPORTER, over], value=value, several=name)
    if against == "reporters":
        every = _baskets(whole, whole.cells.rename({REPORTER: "economy"}), over)
        pairs = _pairs(every, every, whole.marks, name, "other", distance=name == "diversification")
        return whole.finish_pandas(pairs, [*whole.marks, REPORTER, "other"], convention=Text("note_every_two"))
    known = whole.allocated(whole.cells, over)
    own, world = nw.col(VALUE) / whole.total(REPORTER), whole.total(over) / whole.total()
    keys = [*whole.marks, REPORTER]
    frame = known.with_columns(nw.min_horizontal(own, world).alias(name))
    frame = frame.group_by(ALL, *keys).agg(nw.col(name).sum())
    shared = nw.col(name)
    frame = frame.select(*keys, (1 - shared).alias(name) if name == "diversification" else shared)
    return whole.finish(frame, keys, convention=Text("note_sum_of_reporters"))


def _baskets(whole: Panel, rows: Any, over: str) -> pd.DataFrame:
    """The values by year, flow, economy and product, in memory and without remainders."""
    marks = [mark for mark in whole.marks if mark in rows.collect_schema().names()]
    return summed(whole.allocated(rows, over), [*marks, "economy", over]).rename(columns={over: "item"})


def _pairs(
    left: pd.DataFrame, right: pd.DataFrame, marks: list[str], name: str, other: str, *, distance: bool = False
) -> pd.DataFrame:
    """Every economy of the left against every other of the right, of the same year and flow."""
    from scipy.spatial.distance import cdist

    every = pd.concat([left, right], ignore_index=True)
    numbered = [keyed(nw.from_native(every[key], series_only=True)) for key in (*marks, "economy", "item")]
    *of_time, economy, item = in_use(numbered, len(every))
    when, moments, apart = joined(of_time, len(every))
    economies, shape = len(economy.labels), (moments * len(economy.labels), len(item.labels))
    row = when.astype(np.intp) * economies + economy.codes
    ends = np.cumsum([0, len(left), len(right)])
    sides = [_shares(every[VALUE][a:b], row[a:b], item.codes[a:b], shape) for a, b in pairwise(ends)]
    # A distance is between dense rows: those of one year and flow at a time.
    found = []
    for moment in range(moments):
        (here, supply), (there, demand) = (_dense(side, moment * economies, (moment + 1) * economies) for side in sides)
        apart_by = cdist(supply, demand, "cityblock").ravel() / 2
        first, second = np.repeat(here, len(there)), np.tile(there, len(here))
        found.append((np.full(len(first), moment), first, second, apart_by))
    if not found:
        raise TradeDataError(Text("no_trade_in_table"))
    number, first, second, distances = (np.concatenate(one) for one in zip(*found, strict=True))
    others = first != second
    codes = [*apart(number[others]), first[others], second[others]]
    keys = dict(zip((*marks, REPORTER, other), (*of_time, economy, economy), strict=True))
    labels = {
        key: one.labels.to_native().take(code).array for (key, one), code in zip(keys.items(), codes, strict=True)
    }
    return pd.DataFrame({**labels, name: distances[others] if distance else 1 - distances[others]})


def _shares(value: pd.Series[float], row: Codes, item: Codes, shape: tuple[int, int]) -> Any:
    """Shares of the items in every row, as a sparse matrix."""
    from scipy.sparse import coo_array

    x = coo_array((value, (row, item)), shape=shape).tocsr()
    x.data /= np.repeat(x.sum(axis=1), np.diff(x.indptr))
    return x


def _dense(x: Any, first: int, last: int) -> tuple[npt.NDArray[np.intp], Array]:
    """The rows of a sparse matrix, from the first up to the last, that are not empty, and these as a dense matrix."""
    sizes = np.diff(x.indptr[first : last + 1])
    there = np.flatnonzero(sizes)
    rows = np.zeros((len(there), x.shape[1]))
    cells = slice(x.indptr[first], x.indptr[last])
    rows[np.repeat(np.arange(len(there)), sizes[there]), x.indices[cells]] = x.data[cells]
    return there, rows
