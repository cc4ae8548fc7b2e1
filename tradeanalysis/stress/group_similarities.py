"""The effective number of partners that differ, of every group of a table at once."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any, cast

import numpy as np
import pandas as pd

from tradeanalysis.measures.formula import apart_from_1, spell
from tradeanalysis.parameters import need_labels, need_numbers
from tradeanalysis.results import Table
from tradeanalysis.schema import VALUE, TradeDataError
from tradeanalysis.sums import Array
from tradeanalysis.tables.group_baskets import Baskets, open_baskets
from tradeanalysis.tables.markets import known_markets, market_labels
from tradeanalysis.texts import Text

# Cells of a dense block of groups x partners.
BLOCK = 1 << 22


def similarity_hills(
    table: Table,
    q: float,
    similarity: pd.DataFrame,
    *,
    by: str | Iterable[str] | None = None,
    flow: str | None = None,
    year: int | None = None,
    value: str = VALUE,
) -> Table:
    r"""Effective number of partners that differ, of every group: :math:`(\sum_j s_j (Zs)_j^{q-1})^{1/(1-q)}`.

    From 1 (one partner, or all alike) to n; with Z the identity it is ``hill(q)``. A table of DuckDB or PySpark is
    summed there, and the result is the table that it collects to.

    Parameters
    ----------
    table
        A trade table of pandas, Polars, PyArrow, DuckDB or PySpark.
    q
        The order, 0 to infinity.
    similarity
        Z by label, as ``ta.stress.similarity`` gives it; every partner with trade has a row and a column.
    by, flow, year, value
        As for ``ta.plans``.

    Returns
    -------
    A row for each group, in the order of its labels and in the library of the table: ``n`` (partners with trade) and
    ``similarity_hill_q``, with the order in its name, missing where there is no trade.

    Raises
    ------
    TradeDataError
        As for ``ta.measures.similarity_hill``, or a partner that Z does not know.

    References
    ----------
    As for ``ta.measures.similarity_hill``.

    Examples
    --------
    >>> import tradeanalysis as ta
    >>> world = ta.example("world_2023").query("reporter in ('VNM', 'MEX', 'THA')")
    >>> alike = ta.stress.similarity(world["partner"].unique(), by=["EU", "ASEAN"], within=0.8)
    >>> ta.stress.similarity_hills(world, 2, alike, by="reporter").round(2)
      reporter    n  similarity_hill_2
    0      MEX  140               1.67
    1      THA  193               9.17
    2      VNM  118               6.50
    """
    need_labels(year=year, flow=flow)
    need_numbers(q=q)
    if not q >= 0:
        raise TradeDataError(Text("groups_order", q=repr(q)))
    apart_from_1(q, "q=1")
    found = open_baskets(table, by, flow=flow, year=year, value=value)
    found = found.keeping(found.x > 0)
    matrix = _aligned(found, similarity)
    scale = found.spread(found.largest(found.x))
    relative = found.x / scale
    shares = relative / found.spread(found.sum(relative))
    ordinary = _ordinary(found, shares, matrix)
    there = found.sizes > 0
    with np.errstate(divide="ignore", invalid="ignore"):
        if q == 1:
            number = np.exp(-found.sum(shares * np.log(ordinary)))
        else:
            most = found.largest(ordinary, np.nan)
            number = 1 / most
            if q < math.inf:
                powers = found.sum(shares * (ordinary / found.spread(most)) ** (q - 1))
                number = number * powers ** (1 / (1 - q))
    columns = {"n": found.sizes.astype(np.int64), f"similarity_hill_{spell(q)}": np.where(there, number, np.nan)}
    about = getattr(similarity, "attrs", {}).get("notes", {}).get("convention", "")
    return cast(Table, found.of_groups(columns, similarity=about))


def _aligned(found: Baskets, similarity: Any) -> Array:
    """Z in the order of the partners; those without trade may be unknown to it."""
    if not isinstance(similarity, pd.DataFrame):
        raise TradeDataError(Text("groups_similarity"))
    known = known_markets(similarity)
    used = np.unique(found.partner)
    labels = market_labels(found.names[used].tolist(), known)
    place = known.get_indexer(pd.Index(labels))
    if (place < 0).any():
        absent = [label for label, at in zip(labels, place, strict=True) if at < 0]
        raise TradeDataError(Text("groups_similarity_absent", absent=absent))
    some = similarity.to_numpy(dtype=np.float64)[np.ix_(place, place)]
    if not ((some >= 0) & (some <= 1)).all() or not (np.diag(some) == 1).all():
        raise TradeDataError(Text("groups_similarity_range"))
    matrix = np.zeros((len(found.names), len(found.names)))
    matrix[np.ix_(used, used)] = some
    return matrix


def _ordinary(found: Baskets, shares: Array, matrix: Array) -> Array:
    """How common the partners like each cell's are in its group."""
    from scipy.sparse import csr_array

    ordinary = np.empty(len(shares))
    ends = np.append(found.starts, len(shares))
    step = max(BLOCK // max(len(matrix), 1), 1)
    for first in range(0, len(found.sizes), step):
        last = min(first + step, len(found.sizes))
        cells = slice(ends[first], ends[last])
        some = csr_array(
            (shares[cells], found.partner[cells], ends[first : last + 1] - ends[first]),
            shape=(last - first, len(matrix)),
        )
        dense = some @ matrix.T
        ordinary[cells] = dense[found.group[cells] - first, found.partner[cells]]
    return ordinary
