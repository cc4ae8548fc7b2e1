"""Two economies: what each is to the other."""

from __future__ import annotations

from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd

from tradeanalysis.dependency.baskets import ANY, basket, choose_rows
from tradeanalysis.gate.tables import open_table
from tradeanalysis.schema import PARTNER, REPORTER, VALUE
from tradeanalysis.sums import coded


def partners(
    table: Any, *, reporter: str | int | None = None, flow: str | None = None, year: int | None = None
) -> pd.DataFrame:
    r"""A row per partner: what it is to the economy, and what the economy is to it.

    Parameters
    ----------
    table, reporter, flow, year
        As for ``basket``.

    Returns
    -------
    ``partner``, ``value`` (unit of the table), ``share`` :math:`x_{ij}/X_i`, ``rank``, ``cumulative_share``,
    ``reverse_share`` :math:`x_{ij}/M_j`, what the economy is of the partner's trade the other way (its imports, for
    exports), and ``asymmetry``, the difference of the two shares (Hirschman 1945). ``reverse_share`` is missing where
    the table holds no other reporter. :math:`X_i` includes what is allocated to no partner, whose share is in
    ``attrs["unallocated"]``: without it the shares add up to 1.

    Raises
    ------
    TradeDataError
        As for ``basket``.

    Notes
    -----
    :math:`M_j` is the sum over the reporters of the table: what others report, not the partner's own total.

    References
    ----------
    Hirschman, A. O. (1945). National Power and the Structure of Foreign Trade. University of California Press.

    Examples
    --------
    >>> import tradeanalysis as ta
    >>> ta.partners(ta.example("world_2023"), reporter="VNM", flow="export").head(2)[
    ...     ["partner", "share", "reverse_share"]].round(3)
      partner  share  reverse_share
    0     USA  0.289          0.041
    1     CHN  0.210          0.042
    """
    own = basket(table, reporter=reporter, flow=flow, year=year)
    unallocated = own.attrs["unallocated"]
    own = own[own > 0]
    whole = own.sum() + unallocated
    share = (own / whole).to_numpy()
    reverse = (own / _other_side(table, own.index, flow=flow, year=year)).to_numpy()
    ranked = pd.DataFrame(
        {
            PARTNER: own.index,
            VALUE: own.to_numpy(),
            "share": share,
            "rank": np.arange(1, len(own) + 1),
            "cumulative_share": share.cumsum(),
            "reverse_share": reverse,
            "asymmetry": share - reverse,
        }
    )
    ranked.attrs = {**own.attrs, "unallocated": unallocated / whole if whole else 0.0}
    return ranked


def _other_side(table: Any, labels: pd.Index, *, flow: str | None, year: int | None) -> pd.Series[float]:
    """The partners' whole trade the other way, missing where nobody else reports."""
    frame = open_table(table, [PARTNER], VALUE)
    if REPORTER not in frame.collect_schema().names():
        return pd.Series(np.nan, index=labels)
    rows, side = choose_rows(table, reporter=ANY, flow=flow, year=year, product=None)
    other = REPORTER if side == PARTNER else PARTNER
    held = rows.collect() if isinstance(rows, nw.LazyFrame) else rows
    if held[other].n_unique() < 2:
        return pd.Series(np.nan, index=labels)
    x, codes, partners = coded(held, [], side, VALUE)
    return pd.Series(np.bincount(codes[side], weights=x), index=partners).reindex(labels)
