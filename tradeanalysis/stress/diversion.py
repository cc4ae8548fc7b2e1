"""Where sales go when prices move: a frontier of constant elasticity of transformation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from tradeanalysis.gate.findings import listing
from tradeanalysis.measures.concentration import hhi
from tradeanalysis.results import annotated
from tradeanalysis.schema import PARTNER, VALUE, TradeDataError
from tradeanalysis.stress.scenarios import SCENARIO
from tradeanalysis.sums import Array
from tradeanalysis.tables.markets import columns_for, sales

# A tariff above 1000% is one in per cent.
MOST_TARIFF = 10


def divert(x: Any, price_change: Any, elasticity: float) -> pd.DataFrame:
    r"""Divert sales between markets after prices move, along a frontier of constant elasticity of transformation.

    .. math:: q_j = (p_j / P)^\eta, \quad P^{1+\eta} = \sum_j \theta_j p_j^{1+\eta}

    with prices and quantities relative to what they were, :math:`\theta` the shares of value before, and
    :math:`\eta` the elasticity of transformation. All revenue is P of what it was.

    Parameters
    ----------
    x
        Values by market: a Series, as ``ta.basket`` gives it, a dict, or a list.
    price_change
        What the seller gets less or more, as a part of the price: -0.2 is 20% less, -1 nothing. A Series or a dict by
        market (others do not change), a list in the order of ``x``, or a dataframe, scenarios by markets.
        ``ta.price_under_tariff`` makes it from a tariff.
    elasticity
        :math:`\eta`, 0 or more: how readily goods for one market go to another. 0: not at all; the larger, the more
        alike the goods are.

    Returns
    -------
    A row per ``partner``, with a dataframe per ``scenario`` and partner:
    ``value, price_change, quantity_change, value_after, value_change, share, share_after``; changes as parts of what
    was before, missing in markets without trade.

    Raises
    ------
    TradeDataError
        A price falls by more than all of it, or all prices to nothing; a market that is not in ``x``; the elasticity is
        negative.
    AggregateRowError
        Totals, blocs or remainders stand among the markets.

    Notes
    -----
    The capacity to produce stays as it is and no market has a limit: other markets take at an unchanged price what
    comes. With ``contingency`` room is limited and prices do not move; neither knows the other's side.

    References
    ----------
    Powell, A. A., Gruen, F. H. G. (1968). The constant elasticity of transformation production frontier and linear
    supply system. International Economic Review 9(3), 315-328. https://doi.org/10.2307/2525556

    Examples
    --------
    >>> import tradeanalysis as ta
    >>> table = ta.divert([50, 30, 20], price_change=[-0.2, 0, 0], elasticity=2)
    >>> table["quantity_change"].round(3).tolist()
    [-0.229, 0.205, 0.205]
    >>> round(float(table["value_after"].sum()) / 100 - 1, 4)
    -0.089
    """
    if not 0 <= elasticity < np.inf:
        raise TradeDataError(f"elasticity={elasticity!r}: the elasticity of transformation is 0 or more, and finite")
    values = sales(x)
    labels, change = _changes(price_change, values)
    now = values.to_numpy()
    share = now / now.sum()
    quantity, price = transformed(share, 1 + change, elasticity)
    value_after = now * (1 + change) * quantity
    columns = {
        VALUE: np.broadcast_to(now, change.shape),
        "price_change": change,
        "quantity_change": np.where(now > 0, quantity - 1, np.nan),
        "value_after": value_after,
        "value_change": np.where(now > 0, (1 + change) * quantity - 1, np.nan),
        "share": np.broadcast_to(share, change.shape),
        "share_after": value_after / value_after.sum(axis=1, keepdims=True),
    }
    rows = {SCENARIO: labels.repeat(len(now))} if labels is not None else {}
    keys = {**rows, PARTNER: np.tile(values.index.to_numpy(), len(change))}
    table = pd.DataFrame({**keys, **{name: np.ravel(column) for name, column in columns.items()}})
    notes: dict[str, Any] = {"n": f"{int((now > 0).sum())} markets", "elasticity": f"{elasticity:g}"}
    if labels is None:
        notes["revenue"] = f"{price[0] - 1:+.2%}; HHI {hhi(now):.4f} before, {hhi(value_after[0]):.4f} after"
    return annotated(table, values.attrs, **notes)


def transformed(share: Array, price: Array, elasticity: float) -> tuple[Array, Array]:
    """Quantities and the price index of every row of prices, both relative to what they were."""
    price = np.where(share > 0, price, 0.0)  # where nothing is sold no price counts
    # Relative to the best price, so that no power leaves float64.
    best = price.max(axis=1, keepdims=True)
    if not (best > 0).all():
        raise TradeDataError("no market is left in which a price is paid: nothing can be sold")
    index = best * (((price / best) ** (1 + elasticity)) @ share)[:, None] ** (1 / (1 + elasticity))
    return (price / index) ** elasticity, index[:, 0]


def _changes(price_change: Any, x: pd.Series[float]) -> tuple[pd.Index | None, Array]:
    """The scenarios' labels, if there are several, and what each does to the price in each market."""
    labels = None
    if isinstance(price_change, pd.DataFrame):
        labels, change = price_change.index, columns_for(x.index, price_change, "price_change")
    elif isinstance(price_change, (Mapping, pd.Series)):
        change = columns_for(x.index, pd.DataFrame([dict(price_change)]), "price_change")
    else:
        change = np.atleast_2d(np.asarray(price_change, dtype=np.float64))
        if change.shape != (1, len(x)):
            raise TradeDataError(f"{len(x)} markets and {change.size} changes of price: one for each, or by label")
    wrong = ~((change >= -1) & (change < np.inf))
    if wrong.any():
        told = listing(f"{one:g}" for one in change[wrong])
        raise TradeDataError(f"price_change of {told}: a change is a part of the price, -1 or more (-0.2 is 20% less)")
    return labels, change


def price_under_tariff(tariff: Any, pass_through: float) -> Any:
    r"""What a tariff does to the price that the seller gets: :math:`(1 + t)^{-(1 - \pi)} - 1`.

    Parameters
    ----------
    tariff
        The tariff as a part of the price, 0.2 for 20%: a number, a Series or a dict by market, an array or a dataframe.
    pass_through
        :math:`\pi` in [0, 1], the part of the tariff, in logarithms, that the buyer pays. With 1 the seller's price
        stays and with 0 it falls by :math:`t / (1 + t)`.

    Returns
    -------
    The change of the seller's price in the shape of the tariff, from -1 to 0; a Series for a dict.

    Raises
    ------
    TradeDataError
        The tariff is negative or above 10, or the pass-through is not in [0, 1].

    Notes
    -----
    With full pass-through the buyer pays all and buys less, which ``divert`` does not know: that is a scenario of
    ``contingency``.

    Examples
    --------
    >>> import tradeanalysis as ta
    >>> round(ta.price_under_tariff(0.25, pass_through=0), 6)
    -0.2
    >>> ta.price_under_tariff({"USA": 0.21}, pass_through=0.5).round(6).to_dict()
    {'USA': -0.090909}
    """
    if not 0 <= pass_through <= 1:
        raise TradeDataError(f"pass_through={pass_through!r}: the part of a tariff that buyers pay is from 0 to 1")
    t: Any = pd.Series(tariff, dtype=np.float64) if isinstance(tariff, Mapping) else tariff
    t = np.asarray(t, dtype=np.float64) if isinstance(t, (list, tuple)) else t
    given = np.asarray(t, dtype=np.float64)
    if not ((given >= 0) & (given <= MOST_TARIFF)).all():
        raise TradeDataError(
            f"a tariff is a part of the price, from 0 to {MOST_TARIFF}: 0.2 for 20%. Divide a tariff in per cent by 100"
        )
    return (1 + t) ** (pass_through - 1) - 1
