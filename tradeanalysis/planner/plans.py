"""A plan: a target for every market that grows the total and keeps every market and bloc below its cap."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from tradeanalysis.gate.findings import listing
from tradeanalysis.measures.concentration import hhi
from tradeanalysis.output.writers import write_excel
from tradeanalysis.planner.critical_line import risk_path, volatility
from tradeanalysis.planner.pricing import Marginals, cheapest, of_cost, savings
from tradeanalysis.planner.problem import (
    Problem,
    label,
    plan_problem,
    refuse_impossible,
    short,
    wish,
)
from tradeanalysis.planner.water_filling import fill, folded
from tradeanalysis.results import annotated
from tradeanalysis.schema import TradeDataError
from tradeanalysis.sums import Array
from tradeanalysis.tables.markets import covariance_for, for_markets
from tradeanalysis.texts import catalogues as texts

AIMS = ("least concentrated", "even growth", "cheapest", "least movement", "least risk")
# How a workbook shows each column.
FORMATS = {
    **dict.fromkeys(("now", "target", "change", "limit"), "#,##0"),
    **dict.fromkeys(("growth", "share_before", "share_after"), "0.0%"),
    "saves": "0.0000",
}

NO_LIMITS = "none were given, so that small markets may be asked for more than they can take: see ta.limits"


@dataclass(frozen=True)
class Plan:
    r"""Targets by market for a growth of the total with no market above a cap.

    ``table`` by market, in the order of x, holds ``now, target, change, growth, share_before, share_after, limit``;
    ``binding`` holds the limits that keep the plan from a better one: ``market`` (or bloc), ``kind`` (``"cap"``,
    ``"upper"``, ``"lower"``, ``"bloc"``), ``limit`` in value, and ``saves``, what the aim would gain if this limit
    alone gave way by one unit of x. ``aim`` is what the plan makes least, and ``saves`` its derivative: of the HHI
    (``"least concentrated"``), of :math:`\sum_j (y_j - x_j)^2 / x_j` (``"even growth"``), of
    :math:`\sum_j (y_j - x_j)^2` (``"least movement"``), of the cost (``"cheapest"``), of the variance of growth
    of all sales (``"least risk"``). ``cost`` is None where no costs were given.
    """

    table: pd.DataFrame
    growth: float
    cap: float | None
    aim: str
    total: float
    hhi_before: float
    hhi_after: float
    cost: float | None
    binding: pd.DataFrame

    @property
    def shadow(self) -> pd.Series[float]:
        """What one unit more room would save, by market (or bloc) and kind of limit: the dual prices."""
        return self.binding.set_index(["market", "kind"])["saves"]

    def sentence(self, lang: str = "en") -> str:
        """The verdict in one sentence: what can be met, the largest market's share, the index, and who has to grow."""
        largest = int(self.table["now"].to_numpy().argmax())
        top = self.table.iloc[largest]
        said = texts.say(
            "plan_can",
            lang,
            asked=wish(self.growth, self.cap or 1.0, lang),
            **_party(self.table.index[largest], lang),
            before=texts.percent(float(top["share_before"]), lang),
            after=texts.percent(float(top["share_after"]), lang),
            hhi_before=texts.number(self.hhi_before, lang, 3),
            hhi_after=texts.number(self.hhi_after, lang, 3),
        )
        most = self.table["change"].nlargest(3)
        asked = [label(one, lang) for one in most.index[most > 0]]
        rises = texts.say("plan_rises", lang, markets=texts.series(asked, lang)) if asked else ""
        return f"{texts.capital(said)}{rises}."

    def prices(self, lang: str = "en", most: int = 3) -> list[str]:
        """The limits that cost most, a sentence each; only a plan with costs has such prices."""
        dear = self.binding.head(most) if self.aim == "cheapest" else self.binding.head(0)
        rows = zip(dear["market"], dear["kind"], dear["saves"], strict=True)
        said = (
            texts.say(f"plan_price_{kind}", lang, **_party(market, lang), saves=_amount(float(saves), lang))
            for market, kind, saves in rows
        )
        return [texts.capital(one) for one in said]

    def summary(self) -> str:
        """The sentence, the limits that cost most, and the markets that change most."""
        rows = self.table.loc[self.table["change"].abs().nlargest(5).index, ["now", "target", "growth", "share_after"]]
        return "\n".join([self.sentence(), *self.prices(), rows.to_string(float_format="{:,.4g}".format)])

    def to_excel(self, path: str | Path, *, lang: str = "en", overwrite: bool = False) -> Path:
        """Write the targets, the limits that bind and what the plan is as a workbook in the language.

        What a limit saves is told of the cheapest plan only: in cost it has a unit.
        """
        sheets: dict[str, pd.DataFrame] = {}
        formats: dict[str, str] = {}
        binding = self.binding if self.aim == "cheapest" else self.binding.drop(columns="saves")
        for sheet, table, last in (
            ("plan_sheet", self.table.rename_axis("market").reset_index(), [self._total(lang)]),
            ("plan_binds", binding, []),
        ):
            heads = {column: texts.say(f"plan_{column}", lang) for column in table.columns}
            told = pd.DataFrame(table).replace(np.inf, np.nan)
            told["market"] = [texts.label(one, lang) if isinstance(one, str) else one for one in table["market"]]
            if "kind" in told:
                told["kind"] = [texts.say(f"plan_kind_{one}", lang) for one in told["kind"]]
            told = pd.DataFrame([*told.to_dict("records"), *last], columns=told.columns)
            sheets[texts.say(sheet, lang)] = told.rename(columns=heads)
            formats |= {heads[column]: code for column, code in FORMATS.items() if column in heads}
        entry, says = (texts.say(f"certificate_{one}", lang) for one in ("entry", "says"))
        about = self._about(lang)
        sheets[texts.say("plan_about", lang)] = pd.DataFrame({entry: list(about), says: list(about.values())})
        certificate = self.table.attrs.get("certificate")
        return write_excel(sheets, path, overwrite=overwrite, formats=formats, certificate=certificate)

    def _total(self, lang: str) -> dict[str, Any]:
        """The row below the targets; limits do not add up."""
        now, market = math.fsum(self.table["now"]), texts.say("plan_total", lang)
        sums = {"market": market, "now": now, "target": self.total, "change": self.total - now}
        return {**sums, "growth": self.growth, "share_before": 1.0, "share_after": 1.0}

    def _about(self, lang: str) -> dict[str, str]:
        """What the plan is, in words: what was asked, what comes of it, and of what it is made."""
        attrs = self.table.attrs
        made = attrs.get("certificate", {})
        opened = [label(one, lang) for one in attrs["opened"]]
        nobodys = attrs.get("unallocated") or 0.0

        def amount(x: float) -> str:
            return texts.number(x, lang, 0 if x >= 1000 else 2)

        said = {
            "plan_verdict": self.sentence(lang),
            "plan_growth": short(self.growth, lang),
            "plan_cap": texts.say("plan_cap_none", lang) if self.cap is None else short(self.cap, lang),
            "plan_aim": texts.say(f"plan_aim_{self.aim.replace(' ', '_')}", lang),
            "plan_total_now": amount(math.fsum(self.table["now"])),
            "plan_total_planned": amount(self.total),
            "plan_cost": "" if self.cost is None else amount(self.cost),
            "plan_hhi_before": texts.number(self.hhi_before, lang, 4),
            "plan_hhi_after": texts.number(self.hhi_after, lang, 4),
            "plan_opened": texts.series(opened, lang),
            "plan_limits": texts.say("plan_no_ceilings", lang) if "limits" in attrs["notes"] else "",
            "plan_unallocated": amount(nobodys) if nobodys else "",
            "certificate_unit": texts.unit_name(made["unit"], lang) if made.get("unit") else "",
            "certificate_source": made.get("source") or "",
        }
        return {texts.say(key, lang): told for key, told in said.items() if told}

    def _repr_html_(self) -> str:
        said = " ".join([self.sentence(), *self.prices()])
        return f"<p>{said}</p>{self.table._repr_html_()}"  # type: ignore[operator]


def plan(
    x: Any,
    growth: float = 0.10,
    cap: float | None = 0.25,
    *,
    lower: Any = None,
    upper: Any = None,
    cost: Any = None,
    blocs: Mapping[Any, Iterable[Any]] | Iterable[str] | str | None = None,
    bloc_cap: float | Mapping[Any, float] | None = None,
    covariance: Any = None,
    aim: str | None = None,
) -> Plan:
    r"""Targets by market that grow the total and leave no market, and no bloc, above its cap.

    .. math:: \min_y f(y) \quad \text{with} \quad \sum_j y_j = (1+g) X, \quad l_j \le y_j \le \min(u_j, c \sum_k y_k)

    Parameters
    ----------
    x
        Present values by market, in any unit: a Series (as ``ta.basket`` gives), a mapping, a list or an array.
    growth
        The growth of the total, as a share of the present one.
    cap
        The largest share that any market may have after it; None for no cap.
    lower, upper
        What each market is to keep at least and can take at most, in the unit of x: one number, or a vector. In a
        Series or mapping, what is not named keeps the default: the present value as floor, so that no sales are given
        up, and no ceiling. Codes and names of one economy are one market, here as in ``cost`` and ``blocs``; what is
        named here and is not in x is a market to open. ``ta.limits`` makes ceilings from data.
    cost
        What a unit of new sales costs in each market.
    blocs, bloc_cap
        Markets that belong together, by name, or the names of trade blocs; and the largest share that each may have.
        Of two blocs one must hold the other or none of it. Economies without trade here may be among the members.
    covariance
        The covariance of growth of the markets' demand, as ``ta.demand_covariance`` gives it: a dataframe that names
        every market, or an array in the order of x. Then the notes hold the standard deviation of growth of all sales.
    aim
        ``"least concentrated"`` (the default without costs): water filling; the plan has the least HHI, the least
        Theil index and the least top share at once. ``"even growth"``: one rate of growth for all markets that no limit
        holds, so that the fastest growth asked of any is the least; a market without sales has no rate.
        ``"cheapest"`` (the default with costs): linear programming; of plans that cost the same, the least
        concentrated. ``"least movement"``: water filling of the changes; the least sum of absolute changes and of
        squared changes at once. ``"least risk"``: quadratic programming by ``covariance``; the least standard
        deviation of growth of all sales; of plans of one risk, the least concentrated. It takes no blocs.

    Returns
    -------
    A ``Plan``: ``table``, ``total``, ``hhi_before``, ``hhi_after`` in [0, 1], ``cost``, ``binding``, ``shadow``,
    ``sentence(lang)``, ``to_excel(path, lang=)``. It is the same from any order of the markets.

    Raises
    ------
    InfeasiblePlan
        No plan keeps all that is asked: which market is in the way, the nearest cap and the nearest growth.
    TradeDataError
        A value is faulty, a label is unknown or is a total, two labels mean one economy, or blocs overlap.

    Notes
    -----
    All vectors over the same markets with the same total are more concentrated than the filled one in the sense of
    majorisation, and so by every Schur-convex index; with n fixed, since a market that opens can raise the Theil index
    while the HHI falls. Without ``upper`` the plan asks the smallest markets for more than they may be able to take.
    Where a covariance leaves directions without risk, 1e-10 of the mean variance is added to all variances to choose.
    The even plan minimises :math:`\sum_j (y_j - x_j)^2 / x_j` and needs no such limits. Limits are taken as known, and
    prices as if sales could be moved at no loss.

    References
    ----------
    Marshall, A. W., Olkin, I., Arnold, B. C. (2011). Inequalities: Theory of Majorization and Its Applications.
    Springer. https://doi.org/10.1007/978-0-387-68276-1

    Examples
    --------
    >>> import tradeanalysis as ta
    >>> done = ta.plan([60, 15, 10, 8, 4, 3], growth=0.20, cap=0.50, upper=[66, 30, 25, 18, 12, 10])
    >>> done.table["target"].tolist()
    [60.0, 15.0, 11.666666666666666, 11.666666666666666, 11.666666666666666, 10.0]
    >>> round(done.hhi_after, 6)
    0.300926
    >>> print(ta.plan({"USA": 60, "JPN": 25, "IND": 15}, growth=0.3, cap=0.5).sentence())
    Growth of 30% with no market above 50% can be met: the United States’ share goes from 60.0% to 46.2% and the index
    of concentration from 0.445 to 0.358; the largest rises are asked of India and Japan.
    >>> ta.plan(ta.basket(ta.example("world_2023"), reporter="VNM", flow="export"))
    Traceback (most recent call last):
    tradeanalysis.schema.InfeasiblePlan: Growth of 10% with no market above 25% cannot be met without giving something
    up: with no more than today, the United States would still have 26.24% of the total. It can be met with growth of
    about 15.47%, or under a cap of about 26.24%.
    """
    asked = plan_problem(x, growth, cap, lower, upper, blocs, bloc_cap)
    costs = None if cost is None else for_markets(asked.markets, cost, "cost", None)
    matrix = None if covariance is None else covariance_for(asked.markets, covariance)
    aim = aim or ("least concentrated" if costs is None else "cheapest")
    if aim not in AIMS:
        raise TradeDataError(f"aim={aim!r}: known are {', '.join(AIMS)}")
    if aim == "cheapest" and costs is None:
        raise TradeDataError("the cheapest plan needs cost=, what a unit of new sales costs in each market")
    if aim == "least risk" and (matrix is None or asked.blocs):
        raise TradeDataError("the plan of least risk needs covariance= of the growth of demand, and takes no blocs")
    if aim == "even growth" and (idle := asked.now == 0).any():
        raise TradeDataError(
            f"{listing(asked.markets[idle])} have no sales that could grow: leave them out, or take another aim"
        )
    refuse_impossible(asked)
    target = targets(asked, aim, costs, matrix)
    return _plan(asked, aim, costs, matrix, target, cap)


def targets(asked: Problem, aim: str, cost: Array | None, covariance: Array | None) -> Array:
    """The target of every market."""
    now, lower, upper = asked.now, asked.lower, asked.capped
    if aim == "cheapest" and cost is not None:
        return cheapest(now, lower, upper, cost, asked.total, asked.room)
    if aim == "least risk" and covariance is not None:
        least = risk_path(covariance, lower, upper).at(np.array([asked.total]))[0]
        return np.asarray(np.clip(least, lower, upper))
    if aim == "even growth":
        return fill(lower, folded(lower, upper, asked.room, now), asked.total, now)
    if aim == "least movement":
        floors, ceilings = lower - now, upper - now
        room = [bloc._replace(most=bloc.most - math.fsum(now[bloc.members])) for bloc in asked.room]
        moves = fill(floors, folded(floors, ceilings, room), asked.total - math.fsum(now))
        return np.clip(now + moves, lower, upper)
    return fill(lower, folded(lower, upper, asked.room), asked.total)


def _plan(
    asked: Problem, aim: str, cost: Array | None, covariance: Array | None, target: Array, cap: float | None
) -> Plan:
    """The plan that these targets make."""
    now, total = asked.now, asked.total
    limit = asked.capped if asked.cap < 1 else asked.upper
    with np.errstate(divide="ignore", invalid="ignore"):
        growth = np.where(now > 0, target / now - 1, np.nan)
    columns = {
        "now": now,
        "target": target,
        "change": target - now,
        "growth": growth,
        "share_before": now / math.fsum(now),
        "share_after": target / total,
        "limit": limit,
    }
    paid = None if cost is None else math.fsum(cost * np.maximum(target - now, 0.0))
    matrix = np.zeros((len(now), len(now))) if covariance is None else covariance
    risks = volatility(np.array([now, target]), matrix)
    marginals = {
        "least concentrated": lambda: Marginals(*[2 * target / total**2] * 2),
        "even growth": lambda: Marginals(*[2 * (target / now - 1)] * 2),
        "cheapest": lambda: of_cost(now, target, np.zeros(len(now)) if cost is None else cost),
        "least movement": lambda: Marginals(*[2 * (target - now)] * 2),
        "least risk": lambda: Marginals(*[2 * (matrix @ target) / total**2] * 2),
    }[aim]()
    before, after = float(hhi(now)), float(hhi(target))
    table = pd.DataFrame(columns, index=asked.markets)
    nobodys = asked.attrs.get("unallocated") or 0.0
    notes = {
        "plan": f"{aim}, growth {asked.growth:.2%}" + (f", no market above {cap:.2%}" if cap else ""),
        "n": f"{int((target > 0).sum())} markets",
        "HHI": f"{before:.4f} before, {after:.4f} after",
        "markets to open": listing(asked.opened, len(asked.opened)),
        "risk": "" if covariance is None else f"{risks[0]:.4f} before, {risks[1]:.4f} after",
        "limits": "" if np.isfinite(asked.upper).any() else NO_LIMITS,
        "unallocated": f"{nobodys:,.0f}, in no target" if nobodys else "",
    }
    found = annotated(table, {**asked.attrs, "opened": list(asked.opened)}, **notes)
    binding = _binding(asked, target, marginals)
    return Plan(found, asked.growth, cap, aim, total, before, after, paid, binding)


def _binding(asked: Problem, target: Array, aim: Marginals) -> pd.DataFrame:
    """The limits that bind, the dearest first."""
    markets, upper, room = asked.markets, asked.capped, asked.room
    floors, ceilings, fees = savings(aim, target, asked.lower, upper, room, asked.total)
    kinds = np.where(asked.upper <= asked.cap * asked.total, "upper", "cap")
    rows = [(bloc.name, "bloc", bloc.most, fee) for bloc, fee in zip(room, fees, strict=True)]
    rows += list(zip(markets, kinds.tolist(), upper, ceilings, strict=True))
    rows += list(zip(markets, ["lower"] * len(markets), asked.lower, floors, strict=True))
    largest = max((row[3] for row in rows), default=0.0)
    binds = sorted((row for row in rows if row[3] > 1e-9 * largest), key=lambda row: -row[3])
    return pd.DataFrame(binds, columns=["market", "kind", "limit", "saves"])


def _party(market: Any, lang: str) -> dict[str, str]:
    """A market or a bloc inside a sentence, plain and possessive."""
    if isinstance(market, str):
        return texts.party("market", market, lang)
    return {"market": label(market, lang), "market_s": f"{label(market, lang)}’s"}


def _amount(x: float, lang: str) -> str:
    """A price with three digits that tell."""
    return texts.number(x, lang, max(0, 2 - math.floor(math.log10(x))) if x < 100 else 0)
