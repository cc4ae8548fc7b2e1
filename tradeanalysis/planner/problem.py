"""What is asked of a plan: markets, total, floors, ceilings, caps; and why there may be no such plan."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd

from tradeanalysis import names
from tradeanalysis.gate.findings import listing
from tradeanalysis.planner.water_filling import TOLERANCE, Bloc, fill, folded, largest_total
from tradeanalysis.schema import InfeasiblePlan, TradeDataError
from tradeanalysis.sums import Array
from tradeanalysis.tables.markets import by_market, for_markets, is_name, market_labels, refuse_totals
from tradeanalysis.texts import catalogues as texts


@dataclass(frozen=True)
class Problem:
    """What a plan must keep: floors and ceilings by market in value, caps as shares, and the total.

    ``most`` of a bloc is a share of the total; ``opened`` are the markets that a limit names and x does not.
    """

    markets: pd.Index
    now: Array
    lower: Array
    upper: Array
    growth: float
    cap: float
    blocs: tuple[Bloc, ...]
    attrs: Mapping[Any, Any]
    opened: tuple[Any, ...]

    @property
    def total(self) -> float:
        """The total that is asked for."""
        return math.fsum(self.now) * (1 + self.growth)

    @property
    def room(self) -> tuple[Bloc, ...]:
        """The blocs with the most that each may have in value."""
        return tuple(bloc._replace(most=bloc.most * self.total) for bloc in self.blocs)

    @property
    def capped(self) -> Array:
        """The ceilings with the cap among them; a floor that touches the cap is not below it."""
        return np.maximum(np.minimum(self.upper, self.cap * self.total), self.lower)


def plan_problem(
    x: Any,
    growth: float,
    cap: float | None,
    lower: Any,
    upper: Any,
    blocs: Mapping[Any, Iterable[Any]] | Iterable[str] | str | None = None,
    bloc_cap: float | Mapping[Any, float] | None = None,
) -> Problem:
    """The question in numbers, once it is known to be one."""
    if not (isinstance(growth, (int, float, np.number)) and -1 < growth < math.inf):
        raise TradeDataError(f"growth={growth!r}: growth is a share of the present total, such as 0.10, and above -1")
    given = by_market(x)
    markets = given.index
    for limit in (lower, upper):  # a market that has no trade yet and is named is one to open
        if isinstance(limit, (pd.Series, Mapping)):
            markets = markets.append(pd.Index(market_labels(limit.keys(), markets)).difference(markets, sort=False))
    refuse_totals(
        markets,
        "no plan is made for totals, blocs or remainders",
        "; a limit for a bloc is set with blocs= and bloc_cap=",
    )
    _refuse_two_labels(markets)
    now: Array = given.reindex(markets, fill_value=0.0).to_numpy().astype(np.float64)
    if not 0 < math.fsum(now) < math.inf:
        raise TradeDataError("there is no trade here to plan from: all values are zero, or their sum is infinite")
    floors = for_markets(markets, lower, "lower", now)
    ceilings = for_markets(markets, upper, "upper", np.inf, infinite=True)
    share = 1.0 if cap is None else _share(cap, "cap")
    groups = _blocs(markets, blocs, bloc_cap)
    opened = tuple(markets[len(given) :])
    return Problem(markets, now, floors, ceilings, float(growth), share, groups, given.attrs, opened)


def _refuse_two_labels(markets: pd.Index) -> None:
    """One economy is one market."""
    labels: dict[str, Any] = {}
    for one in filter(is_name, markets):
        if (code := names.economy(one)) and (other := labels.setdefault(code, one)) != one:
            raise TradeDataError(f"{other} and {one} are one economy ({code}): give it one label and sum the rows")


def _share(cap: Any, name: str) -> float:
    if not (isinstance(cap, (int, float, np.number)) and 0 < cap <= 1):
        raise TradeDataError(f"{name}={cap!r}: a cap is a share of the total, above 0 and at most 1, such as 0.25")
    return float(cap)


def _blocs(
    markets: pd.Index, blocs: Mapping[Any, Iterable[Any]] | Iterable[str] | str | None, bloc_cap: Any
) -> tuple[Bloc, ...]:
    """The blocs that have markets here, inner ones first."""
    if (blocs is None) != (bloc_cap is None):
        raise TradeDataError("blocs= says which markets belong together and bloc_cap= what they may have: give both")
    if blocs is None:
        return ()
    own = isinstance(blocs, Mapping)
    if not isinstance(blocs, Mapping):
        blocs = {one: names.bloc(one) for one in ([blocs] if isinstance(blocs, str) else blocs)}
    caps = bloc_cap if isinstance(bloc_cap, Mapping) else dict.fromkeys(blocs, bloc_cap)
    if set(caps) != set(blocs):
        raise TradeDataError(f"bloc_cap names {listing(caps)} and blocs {listing(blocs)}: name the same in both")
    held = {name: market_labels(members, markets) for name, members in blocs.items()}
    if own:
        _refuse_unknown(markets, held)
    places = {name: np.flatnonzero(markets.isin(members)) for name, members in held.items()}
    found = [Bloc(name, members, _share(caps[name], "bloc_cap")) for name, members in places.items() if len(members)]
    for one, other in combinations(found, 2):
        if 0 < (shared := len(np.intersect1d(one.members, other.members))) < min(len(one.members), len(other.members)):
            raise TradeDataError(
                f"{one.name} and {other.name} share {shared} of their markets and neither holds the other: cap one of "
                "them, or blocs of which one holds the other or none of it"
            )
    return tuple(sorted(found, key=lambda bloc: (len(bloc.members), bloc.most)))


def _refuse_unknown(markets: pd.Index, blocs: Mapping[Any, list[Any]]) -> None:
    """A member that is no market may be an economy without trade here, as in trade blocs; others are mistakes."""
    for name, members in blocs.items():
        absent = [one for one in members if one not in markets]
        strange = [one for one in absent if not (is_name(one) and names.economy(one))]
        if strange or len(absent) == len(members):
            raise TradeDataError(
                f"bloc {name} names {listing(strange or absent) or 'nobody'}, of which x knows nothing"
            )


# ---- why there is none --------------------------------------------------------------------------------------------


def refuse_impossible(asked: Problem) -> None:
    """Raise, with what stands in the way and what could be asked for instead, if no plan keeps all that is asked."""
    why = _obstacle(asked)
    if why is None:
        return
    market, key, facts = why
    cap, growth = nearest_cap(asked), nearest_growth(asked)
    words = {lang: _told(asked, key, market, facts, cap, growth, lang) for lang in texts.LANGUAGES}
    raise InfeasiblePlan(words, market, cap, growth)


def _obstacle(asked: Problem) -> tuple[Any, str, dict[str, float]] | None:
    """The market or bloc in the way (None where it is all of them), what it is that it breaks, and by how much."""
    lower, upper, total = asked.lower, asked.upper, asked.total
    slack = TOLERANCE * total
    if asked.cap * (n := len(lower)) < 1 - TOLERANCE:
        return None, "few" if n > 1 else "single", {"share": 1 / n}
    if (apart := lower - upper).max() > slack:
        j = int(apart.argmax())
        return asked.markets[j], "conflict", {"share": upper[j] / lower[j]}
    if (most := lower.max()) > asked.cap * total + slack:
        j = int(lower.argmax())
        return asked.markets[j], "cap" if lower[j] == asked.now[j] else "floor", {"share": most / total}
    for name, members, share in sorted(
        asked.blocs, key=lambda bloc: bloc.most - math.fsum(lower[bloc.members]) / total
    ):
        if (kept := math.fsum(lower[members]) / total) > share + TOLERANCE:
            return name, "bloc", {"share": kept, "most": share}
    if (floor := math.fsum(lower)) > total + slack:
        return None, "kept", {"share": floor / total}
    if (room := math.fsum(folded(lower, asked.capped, asked.room))) < total - slack:
        return None, "limits", {"share": room / total}
    return None


def nearest_cap(asked: Problem) -> float | None:
    """The lowest cap that this total allows; None where no cap helps."""
    uncapped = replace(asked, cap=1.0)
    if _obstacle(uncapped):
        return None
    ceilings = folded(asked.lower, uncapped.capped, asked.room)
    return float(fill(asked.lower, ceilings, asked.total).max() / asked.total)


def nearest_growth(asked: Problem) -> float | None:
    """The growth next to the one asked for that this cap allows; None where no growth helps."""
    if (asked.lower > asked.upper * (1 + TOLERANCE)).any():
        return None
    present = math.fsum(asked.now)
    kept = [math.fsum(asked.lower[bloc.members]) / bloc.most for bloc in asked.blocs]
    least = max(math.fsum(asked.lower), asked.lower.max() / asked.cap, *kept)
    most = largest_total(asked.upper, asked.cap, asked.blocs)
    if least > most * (1 + TOLERANCE) or not most > 0:
        return None
    return (least if asked.total < least else most) / present - 1


def _told(
    asked: Problem,
    key: str,
    market: Any,
    facts: Mapping[str, float],
    cap: float | None,
    growth: float | None,
    lang: str,
) -> str:
    """What was asked, why it cannot be, and what can."""
    shares = {name: texts.percent(one, lang, 2) for name, one in facts.items()}
    name = "" if market is None else label(market, lang)
    said = {"asked": wish(asked.growth, asked.cap, lang), "market": name, "count": len(asked.markets)}
    why = texts.say(f"plan_no_{key}", lang, **said, **shares)
    way = {
        (True, True): "plan_way_both",
        (True, False): "plan_way_growth",
        (False, True): "plan_way_cap",
        (False, False): "plan_way_none",
    }[growth is not None, cap is not None]
    if asked.cap == 1 and cap is None:  # no cap was asked for
        way += "_uncapped"
    nearest = {"growth": short(growth or 0.0, lang), "cap": short(cap or 0.0, lang)}
    return f"{texts.capital(why)} {texts.say(way, lang, **nearest)}"


def wish(growth: float, cap: float, lang: str) -> str:
    """What is asked for: the growth, and the cap where there is one."""
    key = "plan_asked" if cap < 1 else "plan_asked_uncapped"
    return texts.say(key, lang, growth=short(growth, lang), cap=short(cap, lang))


def label(market: Any, lang: str) -> str:
    """A market inside a sentence; one without a name by its place."""
    return texts.label(market, lang, sentence=True) if isinstance(market, str) else f"#{market}"


def short(share: float, lang: str) -> str:
    """A share as per cent, with decimals where it has some."""
    return texts.percent(share, lang, 0 if abs(100 * share - round(100 * share)) < 1e-9 else 2)
