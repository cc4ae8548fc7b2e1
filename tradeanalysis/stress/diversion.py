"""Where sales go when prices change: a production frontier of constant elasticity of transformation (CET).

The seller's capacity is fixed, and goods for one market can be turned into goods for another at a cost that rises with
the amount. On the frontier, the ratio of the quantities sold to two markets changes by the elasticity of transformation
(in per cent) when the ratio of the two prices changes by 1%. The seller chooses the point with the highest revenue.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, overload

import numpy as np
import pandas as pd

from tradeanalysis.gate.frames import refuse_infinite
from tradeanalysis.measures.concentration import hhi
from tradeanalysis.parameters import as_numbers, need_numbers
from tradeanalysis.results import annotated
from tradeanalysis.schema import PARTNER, VALUE, TradeDataError
from tradeanalysis.stress.scenarios import SCENARIO
from tradeanalysis.sums import Array
from tradeanalysis.tables.markets import columns_for, sales_to_move
from tradeanalysis.texts import Text

# A tariff above 10, which is 1000%, was given in per cent by mistake.
MAX_TARIFF = 10


def divert(x: Any, price_change: Any, elasticity: float) -> pd.DataFrame:
    r"""Divert sales between markets after prices change, along a frontier of constant elasticity of transformation.

    .. math:: q_j = (p_j / P)^\eta, \quad P^{1+\eta} = \sum_j \theta_j p_j^{1+\eta}

    with prices :math:`p_j` and quantities :math:`q_j` relative to their values before, :math:`\theta_j` the shares of
    value before, and :math:`\eta` the elasticity of transformation. Total revenue is multiplied by P.

    Parameters
    ----------
    x
        Values by market: a Series, as ``ta.basket`` gives it, a dict, or a list.
    price_change
        The change of the price that the seller gets, as a fraction of it, -1 or more: -0.2 is 20% less, -1 nothing. A
        Series or a dict by market (prices in others do not change), a list in the order of ``x``, or a dataframe,
        scenarios by markets. ``ta.stress.price_under_tariff`` computes it from a tariff.
    elasticity
        :math:`\eta`, 0 or more and finite: how easily goods for one market can be sold to another. At 0 quantities are
        fixed; the larger it is, the more similar the goods are.

    Returns
    -------
    A pandas table with a row per ``partner``, or per ``scenario`` and ``partner`` where ``price_change`` is a
    dataframe: ``value`` and ``value_after`` in the unit of ``x``; ``price_change, quantity_change, value_change`` as
    fractions of the values before, -1 or more, missing in markets without trade; ``share, share_after`` in [0, 1].

    Raises
    ------
    TradeDataError
        A price change is below -1 or all are -1; a market is not in ``x``; the elasticity is negative or infinite.
    AggregateRowError
        Totals, blocs or remainders stand among the markets.

    Notes
    -----
    n is the number of markets with trade. The capacity to produce is constant, and no market has a limit: other markets
    take all that comes at an unchanged price. In ``contingency`` room is limited and prices are constant; each of the
    two models misses what the other one covers.

    References
    ----------
    Powell, A. A., Gruen, F. H. G. (1968). The constant elasticity of transformation production frontier and linear
    supply system. International Economic Review 9(3), 315-328. https://doi.org/10.2307/2525556

    Examples
    --------
    >>> import tradeanalysis as ta
    >>> table = ta.stress.divert([50, 30, 20], price_change=[-0.2, 0, 0], elasticity=2)
    >>> table["quantity_change"].round(3).tolist()
    [-0.229, 0.205, 0.205]
    >>> round(float(table["value_after"].sum()) / 100 - 1, 4)
    -0.089
    """
    need_numbers(elasticity=elasticity)
    if not 0 <= elasticity < np.inf:
        raise TradeDataError(Text("divert_elasticity", elasticity=repr(elasticity)))
    values = sales_to_move(x)
    labels, change = _changes(price_change, values)
    now = values.to_numpy()
    share = now / now.sum()
    quantity, price = transformed(share, 1 + change, elasticity)
    with np.errstate(over="ignore", invalid="ignore"):
        value_after = now * (1 + change) * quantity
        refuse_infinite(np.where(np.isnan(value_after), np.inf, value_after).sum(axis=1))
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
    notes: dict[str, Any] = {"n": Text("note_markets", count=int((now > 0).sum())), "elasticity": f"{elasticity:g}"}
    if labels is None:
        indices = {"before": float(hhi(now)), "after": float(hhi(value_after[0]))}
        notes["revenue"] = Text("note_revenue", change=float(price[0] - 1), **indices)
    return annotated(table, values.attrs, **notes)


def transformed(share: Array, price: Array, elasticity: float) -> tuple[Array, Array]:
    """Quantities and the price index for every row of prices, both relative to their values before."""
    price = np.where(share > 0, price, 0.0)  # a price has no effect where nothing is sold
    # Prices relative to the best one, so that powers stay within the range of float64.
    best = price.max(axis=1, keepdims=True)
    if not (best > 0).all():
        raise TradeDataError(Text("divert_price_zero"))
    index = best * (((price / best) ** (1 + elasticity)) @ share)[:, None] ** (1 / (1 + elasticity))
    return (price / index) ** elasticity, index[:, 0]


def _changes(price_change: Any, x: pd.Series[float]) -> tuple[pd.Index | None, Array]:
    """The labels of the scenarios, if there are several, and the change of the price in each market."""
    labels = None
    if isinstance(price_change, pd.DataFrame):
        labels, change = price_change.index, columns_for(x.index, price_change, "price_change")
    elif isinstance(price_change, (Mapping, pd.Series)):
        change = columns_for(x.index, pd.DataFrame([dict(price_change)]), "price_change")
    else:
        change = np.atleast_2d(np.asarray(price_change, dtype=np.float64))
        if change.shape != (1, len(x)):
            raise TradeDataError(Text("divert_shape", markets=len(x), changes=change.size))
    wrong = ~((change >= -1) & (change < np.inf))
    if wrong.any():
        faulty = [f"{one:g}" for one in change[wrong]]
        raise TradeDataError(Text("divert_price_change", changes=faulty))
    return labels, change


@overload
def price_under_tariff(tariff: float, pass_through: float) -> float: ...
@overload
def price_under_tariff(tariff: Mapping[Any, float] | pd.Series[float], pass_through: float) -> pd.Series[float]: ...
@overload
def price_under_tariff(tariff: pd.DataFrame, pass_through: float) -> pd.DataFrame: ...
@overload
def price_under_tariff(tariff: list[float] | tuple[float, ...] | Array, pass_through: float) -> Array: ...
def price_under_tariff(
    tariff: float | Mapping[Any, float] | pd.Series[float] | pd.DataFrame | list[float] | tuple[float, ...] | Array,
    pass_through: float,
) -> float | pd.Series[float] | pd.DataFrame | Array:
    r"""The change of the price that the seller gets under a tariff, in the shape of the tariff.

    .. math:: (1 + t)^{-(1 - \pi)} - 1

    Parameters
    ----------
    tariff
        t, the tariff as a fraction of the price, from 0 to 10, 0.2 for 20%: a number, a Series or a dict by market, a
        list or an array, or a dataframe.
    pass_through
        :math:`\pi` in [0, 1], the fraction of the tariff, in logarithms, that the buyer pays. At 1 the seller's price
        does not change; at 0 it falls by :math:`t / (1 + t)`.

    Returns
    -------
    The change of the seller's price as a fraction, from -1 to 0: a number for a number, a Series for a Series or a
    dict, an array for a list or an array, a dataframe for a dataframe.

    Raises
    ------
    TradeDataError
        The tariff is negative or above 10, or the pass-through is not in [0, 1].

    Notes
    -----
    With full pass-through the buyer pays all of the tariff and buys less. ``divert`` does not cover this; it is a
    scenario of ``contingency``.

    Examples
    --------
    >>> import tradeanalysis as ta
    >>> round(ta.stress.price_under_tariff(0.25, pass_through=0), 6)
    -0.2
    >>> ta.stress.price_under_tariff({"USA": 0.21}, pass_through=0.5).round(6).to_dict()
    {'USA': -0.090909}
    """
    need_numbers(pass_through=pass_through)
    if not 0 <= pass_through <= 1:
        raise TradeDataError(Text("tariff_pass_through", pass_through=repr(pass_through)))
    t: Any = pd.Series(dict(tariff)) if isinstance(tariff, Mapping) else tariff
    given = as_numbers("tariff", t)
    t = given if isinstance(t, (list, tuple)) else t.astype(np.float64) if hasattr(t, "astype") else t
    if not ((given >= 0) & (given <= MAX_TARIFF)).all():
        raise TradeDataError(Text("tariff_too_large", most=MAX_TARIFF))
    change: float | pd.Series[float] | pd.DataFrame | Array = (1 + t) ** (pass_through - 1) - 1
    return change
