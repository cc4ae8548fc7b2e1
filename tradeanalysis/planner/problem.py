"""A planning problem: markets, total, floors, ceilings and caps; and why no plan may satisfy all of them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd

from tradeanalysis import names
from tradeanalysis.parameters import need_numbers
from tradeanalysis.planner.water_filling import TOLERANCE, Bloc, fill, largest_total, tightened
from tradeanalysis.schema import InfeasiblePlan, TradeDataError
from tradeanalysis.sums import Array
from tradeanalysis.tables.markets import (
    by_market,
    for_markets,
    is_name,
    market_labels,
    refuse_currencies,
    refuse_totals,
)
from tradeanalysis.texts import Text
from tradeanalysis.texts import catalogues as texts


@dataclass(frozen=True)
class Problem:
    """The constraints of a plan: floors and ceilings by market in value, caps as shares, and the total.

    Caps and the limits of blocs are shares of the whole: of the total of the markets and of the ``rest``, which is in
    no market and grows as the total does. ``new_markets`` are those that a limit names and x does not.
    """

    markets: pd.Index
    now: Array
    lower: Array
    upper: Array
    growth: float
    cap: float
    blocs: tuple[Bloc, ...]
    attrs: Mapping[Any, Any]
    new_markets: tuple[Any, ...]
    rest: float = 0.0

    @property
    def total(self) -> float:
        """The total that the markets must reach."""
        return math.fsum(self.now) * (1 + self.growth)

    @property
    def whole(self) -> float:
        """The total of all, with the rest."""
        return self.total + self.rest * (1 + self.growth)

    @property
    def detailed(self) -> float:
        """The share of the whole that is in the markets."""
        return self.total / self.whole if self.rest else 1.0

    @property
    def bloc_limits(self) -> tuple[Bloc, ...]:
        """The blocs with their limits in value."""
        return tuple(bloc._replace(limit=bloc.limit * self.whole) for bloc in self.blocs)

    @property
    def capped(self) -> Array:
        """The ceilings with the cap taken into account; never below the floors, against rounding."""
        return np.maximum(np.minimum(self.upper, self.cap * self.whole), self.lower)


def plan_problem(
    x: Any,
    growth: float,
    cap: float | None,
    lower: Any,
    upper: Any,
    blocs: Mapping[Any, Iterable[Any]] | Iterable[str] | str | None = None,
    bloc_cap: float | Mapping[Any, float] | None = None,
    rest: float = 0.0,
) -> Problem:
    """The problem in numbers, after its arguments are checked."""
    rate = checked_growth(growth)
    if not 0 <= rest < math.inf:
        raise TradeDataError(Text("plan_rest_wrong", rest=rest))
    for name, limit in (("lower=", lower), ("upper=", upper)):
        refuse_currencies("x", x, name, limit)
    given = by_market(x)
    markets = given.index
    for limit in (lower, upper):  # a market that is named here and has no trade yet is a new market
        if isinstance(limit, (pd.Series, Mapping)):
            markets = markets.append(pd.Index(market_labels(limit.keys(), markets)).difference(markets, sort=False))
    refuse_totals(
        markets,
        Text("plan_of_totals"),
    )
    _refuse_two_labels(markets)
    now: Array = given.reindex(markets, fill_value=0.0).to_numpy().astype(np.float64)
    if not 0 < total_of(now) < math.inf:
        raise TradeDataError(Text("plan_of_nothing"))
    if not SMALLEST < total_of(now) < 1 / SMALLEST:
        raise TradeDataError(Text("values_of_no_plan", least=SMALLEST, most=1 / SMALLEST))
    if not float(rest) < 1 / SMALLEST:
        raise TradeDataError(Text("values_of_no_plan", least=SMALLEST, most=1 / SMALLEST))
    floors = for_markets(markets, lower, "lower", now)
    ceilings = for_markets(markets, upper, "upper", np.inf, infinite=True)
    share = 1.0 if cap is None else checked_cap(cap, "cap")
    groups = _blocs(markets, blocs, bloc_cap)
    new = tuple(markets[len(given) :])
    return Problem(markets, now, floors, ceilings, rate, share, groups, given.attrs, new, float(rest))


# A plan squares its values and divides by the squares.
SMALLEST = 1e-140


def total_of(values: Array) -> float:
    """The sum of values; infinite where it leaves float64."""
    try:
        return math.fsum(values)
    except OverflowError:
        return math.inf


def _refuse_two_labels(markets: pd.Index) -> None:
    """Raise where two labels mean one economy, since one economy is one market."""
    labels: dict[str, Any] = {}
    for one in filter(is_name, markets):
        if (code := names.economy(one)) and (other := labels.setdefault(code, one)) != one:
            raise TradeDataError(Text("plan_one_economy", labels=[other, one], code=code))


def checked_growth(growth: Any) -> float:
    """The growth, once it is known to be one."""
    need_numbers(growth=growth)
    if not -1 < growth < math.inf:
        raise TradeDataError(Text("plan_growth_wrong", growth=repr(growth)))
    return float(growth)


def checked_cap(cap: Any, name: str) -> float:
    """The cap, once it is known to be a share."""
    need_numbers(**{name: cap})
    if not 0 < cap <= 1:
        raise TradeDataError(Text("plan_cap_wrong", name=name, cap=repr(cap)))
    return float(cap)


def _blocs(
    markets: pd.Index, blocs: Mapping[Any, Iterable[Any]] | Iterable[str] | str | None, bloc_cap: Any
) -> tuple[Bloc, ...]:
    """The blocs that have markets here, inner ones first."""
    if (blocs is None) != (bloc_cap is None):
        raise TradeDataError(Text("plan_blocs_half"))
    if blocs is None:
        return ()
    own = isinstance(blocs, Mapping)
    if not isinstance(blocs, Mapping):
        blocs = {one: names.bloc(one) for one in ([blocs] if isinstance(blocs, str) else blocs)}
    caps = bloc_cap if isinstance(bloc_cap, Mapping) else dict.fromkeys(blocs, bloc_cap)
    if set(caps) != set(blocs):
        raise TradeDataError(Text("plan_blocs_differ", caps=[*caps], blocs=[*blocs]))
    named = {name: market_labels(members, markets) for name, members in blocs.items()}
    if own:
        _refuse_unknown(markets, named)
    places = {name: np.flatnonzero(markets.isin(members)) for name, members in named.items()}
    found = [
        Bloc(name, members, checked_cap(caps[name], "bloc_cap")) for name, members in places.items() if len(members)
    ]
    for one, other in combinations(found, 2):
        if 0 < (shared := len(np.intersect1d(one.members, other.members))) < min(len(one.members), len(other.members)):
            raise TradeDataError(Text("plan_blocs_overlap", blocs=[one.name, other.name], shared=shared))
    return tuple(sorted(found, key=lambda bloc: (len(bloc.members), bloc.limit)))


def _refuse_unknown(markets: pd.Index, blocs: Mapping[Any, list[Any]]) -> None:
    """A member that is not a market may be an economy without trade here, as in trade blocs; others are mistakes."""
    for name, members in blocs.items():
        absent = [one for one in members if one not in markets]
        strange = [one for one in absent if not (is_name(one) and names.economy(one))]
        if strange or len(absent) == len(members):
            raise TradeDataError(
                Text("plan_bloc_strange" if absent else "plan_bloc_empty", bloc=name, names=strange or absent)
            )


# ---- infeasible problems ------------------------------------------------------------------------------------------


def refuse_infeasible(problem: Problem) -> None:
    """Raise if no plan satisfies all constraints, with the reason and the nearest cap and growth that are feasible."""
    obstacle = _obstacle(problem)
    if obstacle is None:
        return
    market, key, facts = obstacle
    cap, growth = nearest_cap(problem), nearest_growth(problem)
    words = {lang: _explanation(problem, key, market, facts, cap, growth, lang) for lang in texts.LANGUAGES}
    raise InfeasiblePlan(words, market, cap, growth)


def _obstacle(problem: Problem) -> tuple[Any, str, dict[str, float]] | None:
    """The market or bloc that prevents a plan (None: all of them), the constraint that it breaks, and by how much."""
    lower, upper, total, whole = problem.lower, problem.upper, problem.total, problem.whole
    slack, detailed = TOLERANCE * total, problem.detailed
    if problem.cap * (n := len(lower)) < detailed - TOLERANCE:
        return None, "few" if n > 1 else "single", {"share": detailed / n}
    if (gap := lower - upper).max() > slack:
        j = int(gap.argmax())
        return problem.markets[j], "conflict", {"share": upper[j] / lower[j]}
    if (largest := lower.max()) > problem.cap * whole + slack:
        j = int(lower.argmax())
        return problem.markets[j], "cap" if lower[j] == problem.now[j] else "floor", {"share": largest / whole}
    for name, members, share in sorted(
        problem.blocs, key=lambda bloc: bloc.limit - math.fsum(lower[bloc.members]) / whole
    ):
        if (kept := math.fsum(lower[members]) / whole) > share + TOLERANCE:
            return name, "bloc", {"share": kept, "most": share}
    if (floor := math.fsum(lower)) > total + slack:
        return None, "kept", {"share": (floor + whole - total) / whole}
    if (capacity := math.fsum(tightened(lower, problem.capped, problem.bloc_limits))) < total - slack:
        return None, "limits", {"share": (capacity + whole - total) / whole}
    return None


def nearest_cap(problem: Problem) -> float | None:
    """The lowest cap that this total allows; None where no cap helps."""
    uncapped = replace(problem, cap=1.0)
    if _obstacle(uncapped):
        return None
    ceilings = tightened(problem.lower, uncapped.capped, problem.bloc_limits)
    return float(fill(problem.lower, ceilings, problem.total).max() / problem.whole)


def nearest_growth(problem: Problem) -> float | None:
    """The growth nearest to the one requested that this cap allows; None where no growth helps."""
    if (problem.lower > problem.upper * (1 + TOLERANCE)).any():
        return None
    present, detailed = math.fsum(problem.now), problem.detailed
    # Of what is in the markets, a share of the whole is a larger one.
    cap, blocs = problem.cap / detailed, tuple(one._replace(limit=one.limit / detailed) for one in problem.blocs)
    kept = [math.fsum(problem.lower[bloc.members]) / bloc.limit for bloc in blocs]
    least = max(math.fsum(problem.lower), problem.lower.max() / cap, *kept)
    most = largest_total(problem.upper, min(cap, 1.0), blocs)
    if least > most * (1 + TOLERANCE) or not most > 0:
        return None
    return (least if problem.total < least else most) / present - 1


def _explanation(
    problem: Problem,
    key: str,
    market: Any,
    facts: Mapping[str, float],
    cap: float | None,
    growth: float | None,
    lang: str,
) -> str:
    """What was requested, why it is infeasible, and what is feasible."""
    shares = {name: texts.percent(one, lang, 2) for name, one in facts.items()}
    name = "" if market is None else texts.in_sentence(market, lang)
    words = {"request": request(problem.growth, problem.cap, lang), "market": name, "count": len(problem.markets)}
    why = texts.say(f"plan_no_{key}", lang, **words, **shares)
    way = {
        (True, True): "plan_way_both",
        (True, False): "plan_way_growth",
        (False, True): "plan_way_cap",
        (False, False): "plan_way_none",
    }[growth is not None, cap is not None]
    if problem.cap == 1 and cap is None:  # no cap was requested
        way += "_uncapped"
    nearest = {"if_grown": _if_grown(growth or 0.0, lang), "if_capped": _if_capped(cap or 1.0, lang)}
    return f"{texts.capital(why)} {texts.say(way, lang, **nearest)}"


# What is less than this is written as 0.00%.
SHOWN = 5e-5


def _if_grown(growth: float, lang: str) -> str:
    way = "same" if abs(growth) < SHOWN else "grows" if growth > 0 else "falls"
    return texts.say(f"plan_if_{way}", lang, growth=percentage(abs(growth), lang))


def _if_capped(cap: float, lang: str) -> str:
    return texts.say("plan_if_capped" if cap < 1 - SHOWN else "plan_if_uncapped", lang, cap=percentage(cap, lang))


def request(growth: float, cap: float, lang: str, *, yearly: bool = False) -> str:
    """What is requested, in words: the growth, of all years or of each, and the cap where there is one."""
    way = "plan_grows_yearly" if yearly else "plan_grows" if growth >= 0 else "plan_falls"
    grows = texts.say(way, lang, growth=percentage(abs(growth), lang))
    return texts.say("plan_asked", lang, grows=grows, cap=percentage(cap, lang)) if cap < 1 else grows


def percentage(share: float, lang: str) -> str:
    """A share as a percentage: 25%, or 26.24% where it is not whole."""
    return texts.percent(share, lang, 0 if abs(100 * share - round(100 * share)) < 1e-9 else 2)
