"""The cheapest plan, by linear programming, and what each binding limit costs a plan (its dual price)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from tradeanalysis.planner.water_filling import Bloc, fill, tightened
from tradeanalysis.schema import TradeDataError
from tradeanalysis.sums import Array
from tradeanalysis.texts import Text

# Costs that differ by less than this fraction of the largest are equal: HiGHS does not distinguish them.
EQUAL = 1e-9


def cheapest(now: Array, lower: Array, upper: Array, cost: Array, total: float, blocs: Sequence[Bloc]) -> Array:
    """The least-concentrated of the cheapest plans, where each unit beyond the present value costs ``cost``.

    Sales that are given up cost nothing and save nothing. The dual prices of HiGHS show which plans are cheapest
    (complementary slackness); water filling chooses among these, so that the result is unique where costs are equal.
    """
    scale = float(cost.max())
    if not scale > 0:
        return fill(lower, tightened(lower, upper, blocs), total)
    price, bloc_prices = _dual_prices(now, lower, upper, cost / scale, total, blocs)
    net = price - _by_market(bloc_prices, blocs, len(now))  # worth of a unit in each market, less its use of full blocs
    worthless, at_cost = np.abs(net) <= EQUAL, np.abs(net - cost / scale) <= EQUAL
    kept = np.clip(now, lower, upper)  # beyond this a unit has a cost
    floors = np.where(net > cost / scale, upper, np.where(net > 0, kept, lower))
    floors = np.where(worthless, lower, np.where(at_cost, kept, floors))
    ceilings = np.where(net > cost / scale, upper, np.where(net >= 0, kept, lower))
    ceilings = np.where(at_cost, upper, np.where(worthless, kept, ceilings))
    for (_, members, limit), bloc_price in zip(blocs, bloc_prices, strict=True):
        if bloc_price > EQUAL or math.fsum(ceilings[members]) > limit:
            ceilings[members] = fill(floors[members], ceilings[members], limit)
        if bloc_price > EQUAL:  # full in every cheapest plan
            floors[members] = ceilings[members]
    return fill(floors, ceilings, total)


def _dual_prices(
    now: Array, lower: Array, upper: Array, cost: Array, total: float, blocs: Sequence[Bloc]
) -> tuple[float, Array]:
    """The dual price of the total, and that of the limit of each bloc."""
    from scipy.optimize import linprog

    n, kept = len(now), np.clip(now, lower, upper)
    inside = np.zeros((len(blocs), n))
    for row, (_, members, _) in enumerate(blocs):
        inside[row, members] = 1.0
    # Two variables per market, as shares of the total: what is kept, at no cost, and what is added, at a cost.
    bounds: Any = np.column_stack([np.r_[lower, np.zeros(n)], np.r_[kept, upper - kept]]) / total
    limits = np.array([bloc.limit for bloc in blocs]) / total
    of_blocs: dict[str, Any] = {"A_ub": np.hstack([inside, inside]), "b_ub": limits} if blocs else {}
    solution = linprog(
        np.r_[np.zeros(n), cost],
        A_eq=np.ones((1, 2 * n)),
        b_eq=[1.0],
        bounds=bounds,
        method="highs-ds",
        options={"primal_feasibility_tolerance": 1e-9, "dual_feasibility_tolerance": 1e-10},
        **of_blocs,
    )
    if solution.status != 0:
        raise TradeDataError(Text("plan_solver", message=str(solution.message)))
    return float(solution.eqlin.marginals[0]), -solution.ineqlin.marginals if blocs else np.zeros(0)


def _by_market(bloc_prices: Array, blocs: Sequence[Bloc], n: int) -> Array:
    """The sum of the prices of all blocs that a market belongs to."""
    prices = np.zeros(n)
    for (_, members, _), price in zip(blocs, bloc_prices, strict=True):
        prices[members] += price
    return prices


# ---- what binds ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Marginals:
    """What one unit more in each market adds to the objective, and what one unit less takes from it."""

    up: Array
    down: Array


def of_cost(now: Array, target: Array, cost: Array) -> Marginals:
    """The cost of a unit more, and what a unit less saves."""
    slack = 1e-12 * max(float(now.sum()), float(target.sum()))
    return Marginals(np.where(target < now - slack, 0.0, cost), np.where(target > now + slack, cost, 0.0))


def savings(
    marginals: Marginals, target: Array, lower: Array, upper: Array, blocs: Sequence[Bloc], total: float
) -> tuple[Array, Array, Array]:
    """By how much the objective falls per unit by which a floor, a ceiling or the limit of a bloc is relaxed.

    These are exact one-sided derivatives. A unit moves from a market above its floor to a market below its ceiling; it
    may do so if every full bloc of the receiving market also contains the giving one. Limits that do not bind save
    nothing.
    """
    slack = 1e-12 * total
    at_floor, at_ceiling = target <= lower + slack, target >= upper - slack
    full = [bloc for bloc in blocs if math.fsum(target[bloc.members]) >= bloc.limit * (1 - 1e-12)]
    n = len(target)
    # The innermost full bloc of every market (inner blocs come first); the last group is that of all markets.
    innermost = np.full(n, len(full))
    for place, (_, members, _) in reversed(list(enumerate(full))):
        innermost[members] = place
    groups = [*full, Bloc(None, np.arange(n), np.inf)]
    saved_floor, saved_ceiling, saved_bloc = np.zeros(n), np.zeros(n), np.zeros(len(blocs))
    entry = [_least(marginals.up, (innermost == place) & ~at_ceiling) for place in range(len(groups))]
    for place, (_, members, _) in enumerate(groups):
        dearest = _most(marginals.down, members, ~at_floor)
        capped = (innermost == place) & at_ceiling
        saved_ceiling[capped] = np.maximum(dearest - marginals.up[capped], 0.0)
        falling = members[at_floor[members]]
        saved_floor[falling] = np.maximum(saved_floor[falling], marginals.down[falling] - entry[place])
    for place, bloc in enumerate(full):
        containing = [one for one in groups[place + 1 :] if np.isin(bloc.members, one.members).all()]
        outside = np.setdiff1d(containing[0].members, bloc.members)
        saved = _most(marginals.down, outside, ~at_floor) - entry[place]
        saved_bloc[next(i for i, one in enumerate(blocs) if one.name == bloc.name)] = max(saved, 0.0)
    return saved_floor, saved_ceiling, saved_bloc


def _least(values: Array, where: npt.NDArray[np.bool_]) -> float:
    return float(values[where].min(initial=np.inf))


def _most(values: Array, members: npt.NDArray[np.intp], where: npt.NDArray[np.bool_]) -> float:
    return float(values[members][where[members]].max(initial=-np.inf))
