"""What a plan costs: the cheapest one by linear programming, and what each limit that binds costs it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from tradeanalysis.planner.water_filling import Bloc, fill, folded
from tradeanalysis.schema import TradeDataError
from tradeanalysis.sums import Array

# Costs that differ by less than this part of the largest are equal: what HiGHS tells apart.
EQUAL = 1e-9


def cheapest(now: Array, lower: Array, upper: Array, cost: Array, total: float, blocs: Sequence[Bloc]) -> Array:
    """The least-concentrated of the cheapest plans, where each unit beyond the present value costs ``cost``.

    Sales that are given up cost nothing and save nothing. The optimal prices of HiGHS say which plans are cheapest
    (complementary slackness); among these water filling chooses, so that equal costs leave no choice to chance.
    """
    scale = float(cost.max())
    if not scale > 0:
        return fill(lower, folded(lower, upper, blocs), total)
    price, fees = _prices(now, lower, upper, cost / scale, total, blocs)
    paid = price - _spread(fees, blocs, len(now))  # for a unit in each market, net of what it takes from full blocs
    free, at_cost = np.abs(paid) <= EQUAL, np.abs(paid - cost / scale) <= EQUAL
    kink = np.clip(now, lower, upper)
    floors = np.where(paid > cost / scale, upper, np.where(paid > 0, kink, lower))
    floors = np.where(free, lower, np.where(at_cost, kink, floors))
    ceilings = np.where(paid > cost / scale, upper, np.where(paid >= 0, kink, lower))
    ceilings = np.where(at_cost, upper, np.where(free, kink, ceilings))
    for (_, members, most), fee in zip(blocs, fees, strict=True):
        if fee > EQUAL or math.fsum(ceilings[members]) > most:
            ceilings[members] = fill(floors[members], ceilings[members], most)
        if fee > EQUAL:  # full in every cheapest plan
            floors[members] = ceilings[members]
    return fill(floors, ceilings, total)


def _prices(
    now: Array, lower: Array, upper: Array, cost: Array, total: float, blocs: Sequence[Bloc]
) -> tuple[float, Array]:
    """The optimal price of the total, and the fee for a place in each bloc."""
    from scipy.optimize import linprog

    n, kink = len(now), np.clip(now, lower, upper)
    inside = np.zeros((len(blocs), n))
    for row, (_, members, _) in enumerate(blocs):
        inside[row, members] = 1.0
    # What is kept costs nothing, what is added does; both in parts of the total.
    bounds: Any = np.column_stack([np.r_[lower, np.zeros(n)], np.r_[kink, upper - kink]]) / total
    most = np.array([bloc.most for bloc in blocs]) / total
    capped: dict[str, Any] = {"A_ub": np.hstack([inside, inside]), "b_ub": most} if blocs else {}
    done = linprog(
        np.r_[np.zeros(n), cost],
        A_eq=np.ones((1, 2 * n)),
        b_eq=[1.0],
        bounds=bounds,
        method="highs-ds",
        options={"primal_feasibility_tolerance": 1e-9, "dual_feasibility_tolerance": 1e-10},
        **capped,
    )
    if done.status != 0:
        raise TradeDataError(f"HiGHS found no cheapest plan: {done.message}")
    return float(done.eqlin.marginals[0]), -done.ineqlin.marginals if blocs else np.zeros(0)


def _spread(fees: Array, blocs: Sequence[Bloc], n: int) -> Array:
    """The fees of all blocs that a market is in."""
    paid = np.zeros(n)
    for (_, members, _), fee in zip(blocs, fees, strict=True):
        paid[members] += fee
    return paid


# ---- what binds ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Marginals:
    """What one unit more and one unit less in each market adds to and takes from the aim."""

    up: Array
    down: Array


def of_cost(now: Array, target: Array, cost: Array) -> Marginals:
    """The cost of a unit more, and what a unit less saves."""
    slack = 1e-12 * max(float(now.sum()), float(target.sum()))
    return Marginals(np.where(target < now - slack, 0.0, cost), np.where(target > now + slack, cost, 0.0))


def savings(
    aim: Marginals, target: Array, lower: Array, upper: Array, blocs: Sequence[Bloc], total: float
) -> tuple[Array, Array, Array]:
    """By how much the aim falls for each unit that a floor, a ceiling and a bloc's limit give way: one-sided, exact.

    A unit goes to a market that has room from one above its floor. It may if every full bloc of the first holds the
    second. Limits that do not bind save nothing.
    """
    slack = 1e-12 * total
    low, high = target <= lower + slack, target >= upper - slack
    full = [bloc for bloc in blocs if math.fsum(target[bloc.members]) >= bloc.most * (1 - 1e-12)]
    n = len(target)
    everywhere = Bloc(None, np.arange(n), np.inf)
    # The innermost full bloc of every market; blocs come inner ones first.
    inner = np.full(n, len(full))
    for place, (_, members, _) in reversed(list(enumerate(full))):
        inner[members] = place
    groups = [*full, everywhere]
    saved_floor, saved_ceiling, saved_bloc = np.zeros(n), np.zeros(n), np.zeros(len(blocs))
    entry = [_least(aim.up, (inner == place) & ~high) for place in range(len(groups))]
    for place, (_, members, _) in enumerate(groups):
        dearest = _most(aim.down, members, ~low)
        own = inner == place
        saved_ceiling[own & high] = np.maximum(dearest - aim.up[own & high], 0.0)
        falling = low[members]
        saved_floor[members[falling]] = np.maximum(
            saved_floor[members[falling]], aim.down[members[falling]] - entry[place]
        )
    for place, bloc in enumerate(full):
        holders = [one for one in groups[place + 1 :] if np.isin(bloc.members, one.members).all()]
        outside = np.setdiff1d(holders[0].members, bloc.members)
        saved = _most(aim.down, outside, ~low) - entry[place]
        saved_bloc[next(i for i, one in enumerate(blocs) if one.name == bloc.name)] = max(saved, 0.0)
    return saved_floor, saved_ceiling, saved_bloc


def _least(values: Array, where: npt.NDArray[np.bool_]) -> float:
    return float(values[where].min(initial=np.inf))


def _most(values: Array, members: npt.NDArray[np.intp], where: npt.NDArray[np.bool_]) -> float:
    return float(values[members][where[members]].max(initial=-np.inf))
