"""Where to spend a promotion budget whose returns fall."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd

from tradeanalysis.results import annotated
from tradeanalysis.schema import TradeDataError
from tradeanalysis.sums import Array
from tradeanalysis.tables.markets import by_market, for_markets


def promote(effect: Any, budget: float, *, response: str = "root", scale: Any = None) -> pd.DataFrame:
    r"""Share a budget among markets so that the sales gained are the most.

    .. math:: \max_b \sum_j a_j \sqrt{b_j} \quad \text{or} \quad \max_b \sum_j a_j \ln(1 + b_j / k_j),
              \quad \sum_j b_j = B, \; b_j \ge 0

    The next unit spent gains the same in every market that gets something, and less in those that get nothing
    (Karush-Kuhn-Tucker): with roots :math:`b_j = B a_j^2 / \sum a^2`, with logarithms
    :math:`b_j = \max(0, a_j \tau - k_j)`, water filling with the one :math:`\tau` at which the budget is spent.

    Parameters
    ----------
    effect
        a, by market, not negative: with ``"root"`` the sales that the first unit gains; with ``"log"`` those that the
        first ``(e - 1) k`` units gain.
    budget
        What there is to spend, in a unit of its own.
    response
        ``"root"``: four times the spending gains twice the sales, and every market is worth a first unit. ``"log"``:
        returns fall faster, and where the first unit gains too little nothing is spent.
    scale
        k, the spending after which the next unit gains half of what the first did: one number or by market; only with
        ``"log"``, and needed there.

    Returns
    -------
    A table by market: ``spend``, ``share`` of the budget, ``gain`` in sales, and ``marginal``, what the next unit would
    gain there. It is the same from any order of the markets.

    Raises
    ------
    TradeDataError
        A value is faulty, no market has an effect, or the scale is missing or not above zero.

    Notes
    -----
    The parameters are the user's own: a promotion agency's past campaigns or its guess. One market's campaign is taken
    to gain nothing in another.

    Examples
    --------
    >>> import tradeanalysis as ta
    >>> ta.promote({"JPN": 3.0, "IND": 4.0}, 100)["spend"].tolist()
    [36.0, 64.0]
    >>> ta.promote([1.0, 2.0, 0.1], 9, response="log", scale=[1, 1, 1])["spend"].round(3).tolist()
    [2.667, 6.333, 0.0]
    """
    effects = by_market(effect, "effect")
    a = effects.to_numpy().astype(np.float64)
    if not 0 < budget < math.inf:
        raise TradeDataError(f"budget={budget!r}: a budget is a number above zero")
    if not a.any():
        raise TradeDataError("no market has an effect: spending gains nothing anywhere")
    if response == "root":
        if scale is not None:
            raise TradeDataError('scale= goes with response="log" only: a root has no scale')
        weight = (a / a.max()) ** 2
        spend = budget * weight / math.fsum(weight)
        with np.errstate(divide="ignore", invalid="ignore"):
            gain, marginal = a * np.sqrt(spend), np.where(a > 0, a / (2 * np.sqrt(spend)), 0.0)
    elif response == "log":
        k = for_markets(effects.index, scale, "scale", None)
        if not (k > 0).all():
            raise TradeDataError("scale= is the spending after which returns have halved: above zero in every market")
        spend = _filled(a, k, budget)
        gain, marginal = a * np.log1p(spend / k), a / (k + spend)
    else:
        raise TradeDataError(f'response={response!r}: known are "root" and "log"')
    columns = {"spend": spend, "share": spend / budget, "gain": gain, "marginal": marginal}
    table = pd.DataFrame(columns, index=effects.index)
    notes = {"response": {"root": "a sqrt(b)", "log": "a ln(1 + b/k)"}[response], "gain": f"{math.fsum(gain):,.4g}"}
    return annotated(table, effects.attrs, **notes)


def _filled(a: Array, k: Array, budget: float) -> Array:
    """``max(0, a tau - k)`` that add up to the budget: markets enter in the order of what their first unit gains."""
    order = np.lexsort((k, -a / k))
    entered_a, entered_k = np.cumsum(a[order]), np.cumsum(k[order])
    with np.errstate(divide="ignore"):
        tau = (budget + entered_k) / entered_a
        first = k[order] / a[order]
    count = int((first < tau).sum())  # those before are worth more, those behind less
    chosen = order[:count]
    level = (budget + math.fsum(k[chosen])) / math.fsum(a[chosen])
    spend = np.zeros(len(a))
    spend[chosen] = np.maximum(a[chosen] * level - k[chosen], 0.0)
    return spend
