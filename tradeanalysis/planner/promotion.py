"""How to divide a promotion budget among markets when returns diminish."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd

from tradeanalysis.gate.frames import refuse_float_ends, refuse_infinite
from tradeanalysis.parameters import need_numbers
from tradeanalysis.results import annotated
from tradeanalysis.schema import TradeDataError
from tradeanalysis.sums import Array
from tradeanalysis.tables.markets import by_market, for_markets
from tradeanalysis.texts import Text


def promote(x: Any, budget: float, *, response: str = "root", scale: Any = None) -> pd.DataFrame:
    r"""Divide a promotion budget among markets so that the sales gained are as large as possible.

    .. math:: \max_b \sum_j a_j \sqrt{b_j} \quad \text{or} \quad \max_b \sum_j a_j \ln(1 + b_j / k_j),
              \quad \sum_j b_j = B, \; b_j \ge 0

    At the optimum the next unit spent gains the same in every market that gets something, and less in those that get
    nothing (Karush-Kuhn-Tucker conditions). With roots :math:`b_j = B a_j^2 / \sum a^2`; with logarithms
    :math:`b_j = \max(0, a_j \tau - k_j)`, where :math:`\tau` is the level at which the budget is spent (water filling).

    Parameters
    ----------
    x
        a, the effect of spending by market, 0 or more, as a Series, a dict, a list or an array: with ``"root"`` the
        sales that the first unit gains; with ``"log"`` those that the first ``(e - 1) k`` units gain.
    budget
        B, above 0, in a unit of its own.
    response
        ``"root"``: four times the spending gains twice the sales, and something is spent in every market with an
        effect. ``"log"``: returns diminish faster, and nothing is spent where the first unit gains too little.
    scale
        k, above 0, in the unit of the budget: the spending after which the next unit gains half of what the first one
        gained. One number or a vector by market; only with ``"log"``, where it is required.

    Returns
    -------
    A pandas table by market: ``spend`` in the unit of the budget, ``share`` of the budget in [0, 1], ``gain`` in sales,
    and ``marginal``, what the next unit would gain there. It does not depend on the order of the markets.

    Raises
    ------
    TradeDataError
        A value is negative or missing, no market has an effect, or the scale is missing or not above zero.

    Notes
    -----
    n is the number of markets in x, those without an effect included. The effects are the user's own estimates, from
    past campaigns for example. A campaign in one market is assumed to gain nothing in another.

    References
    ----------
    Boyd, S., Vandenberghe, L. (2004). Convex Optimization, section 5.5.3 (water filling). Cambridge University Press.
    https://doi.org/10.1017/CBO9780511804441

    Examples
    --------
    >>> import tradeanalysis as ta
    >>> ta.planner.promote({"JPN": 3.0, "IND": 4.0}, 100)["spend"].tolist()
    [36.0, 64.0]
    >>> ta.planner.promote([1.0, 2.0, 0.1], 9, response="log", scale=[1, 1, 1])["spend"].round(3).tolist()
    [2.667, 6.333, 0.0]
    """
    need_numbers(budget=budget)
    effects = by_market(x, "x")
    a = effects.to_numpy().astype(np.float64)
    refuse_float_ends(a, "sum", "apart")
    if not 0 < budget < math.inf:
        raise TradeDataError(Text("promote_budget", budget=repr(budget)))
    if not a.any():
        raise TradeDataError(Text("promote_nothing"))
    spend, gain, marginal = _of_response(effects, budget, response, scale)
    refuse_infinite(np.append(gain.sum(), marginal))
    columns = {"spend": spend, "share": spend / budget, "gain": gain, "marginal": marginal}
    table = pd.DataFrame(columns, index=effects.index)
    notes = {"response": {"root": "a sqrt(b)", "log": "a ln(1 + b/k)"}[response], "gain": f"{math.fsum(gain):,.4g}"}
    return annotated(table, effects.attrs, **notes)


def _of_response(effects: pd.Series[float], budget: float, response: str, scale: Any) -> tuple[Array, Array, Array]:
    """What is spent in every market, what it gains, and what a unit more would."""
    a = effects.to_numpy().astype(np.float64)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        if response == "root":
            if scale is not None:
                raise TradeDataError(Text("promote_scale"))
            weight = (a / a.max()) ** 2
            spend = budget * weight / math.fsum(weight)
            return spend, a * np.sqrt(spend), np.where(a > 0, a / (2 * np.sqrt(spend)), 0.0)
        if response == "log":
            k = for_markets(effects.index, scale, "scale", None)
            if not (k > 0).all():
                raise TradeDataError(Text("promote_scale_wrong"))
            # The effects count by their ratios only: by a power of two, no sum of them overflows.
            spend = _filled(np.ldexp(a, -np.frexp(a.max())[1]), k, budget)
            return spend, a * np.log1p(spend / k), a / (k + spend)
    raise TradeDataError(Text("promote_response", response=repr(response)))


def _filled(a: Array, k: Array, budget: float) -> Array:
    """``max(0, a tau - k)`` that add up to the budget: markets enter in the order of the gain of their first unit."""
    order = np.lexsort((k, -a / k))
    entered_a, entered_k = np.cumsum(a[order]), np.cumsum(k[order])
    with np.errstate(divide="ignore"):
        tau = (budget + entered_k) / entered_a
        first = k[order] / a[order]
    count = int((first < tau).sum())  # earlier markets gain more from their first unit, later ones less
    chosen = order[:count]
    level = (budget + math.fsum(k[chosen])) / math.fsum(a[chosen])
    spend = np.zeros(len(a))
    spend[chosen] = np.maximum(a[chosen] * level - k[chosen], 0.0)
    return spend
