"""A plan: a target for every market that grows the total and keeps every market and bloc below its cap."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from tradeanalysis.currencies import currency_of
from tradeanalysis.gate.findings import listing
from tradeanalysis.measures.concentration import hhi
from tradeanalysis.output.writers import write_excel
from tradeanalysis.parameters import need_numbers
from tradeanalysis.planner.critical_line import risk_path, volatility
from tradeanalysis.planner.pricing import Marginals, cheapest, of_cost, savings
from tradeanalysis.planner.problem import (
    Problem,
    percentage,
    plan_problem,
    refuse_infeasible,
    request,
)
from tradeanalysis.planner.quarterly_targets import YEAR_AND_QUARTERS, Quarters, in_quarters, said_weights, settled
from tradeanalysis.planner.water_filling import fill, tightened
from tradeanalysis.results import Result, annotated
from tradeanalysis.schema import TradeDataError
from tradeanalysis.sums import Array
from tradeanalysis.tables.markets import covariance_for, for_markets
from tradeanalysis.texts import Amount, Text
from tradeanalysis.texts import catalogues as texts

AIMS = ("least concentrated", "even growth", "cheapest", "least movement", "least risk")
# Columns of amounts, and the number formats of the columns of a workbook.
AMOUNTS = ("now", "target", "change", "limit")
FORMATS = {
    **dict.fromkeys(AMOUNTS, "#,##0"),
    **dict.fromkeys(("growth", "share_before", "share_after"), "0.0%"),
    "saves": "0.0000",
}


@dataclass(frozen=True, repr=False)
class Plan(Result):
    r"""Targets by market for a growth of the total with no market above a cap.

    Attributes
    ----------
    table
        By market, in the order of x: ``now, target, change, limit`` in the unit of x, ``growth`` as a share of the
        present value (missing where there is none), ``share_before, share_after`` in [0, 1], of all with ``rest``.
    growth, cap, aim
        As given to ``ta.plan``. The aim is the objective that the plan minimises.
    total
        The total after growth, in the unit of x.
    hhi_before, hhi_after
        The HHI now and of the targets, in [0, 1].
    cost
        The cost of all new sales; None where no costs were given.
    binding
        The limits that prevent a better plan, the most expensive first: ``market`` (or bloc), ``kind`` (``"cap"``,
        ``"upper"``, ``"lower"``, ``"bloc"``), ``limit`` in the unit of x, and ``saves``: by how much the objective
        falls per unit of x by which this limit alone is relaxed. It is the derivative of the HHI
        (``"least concentrated"``), of :math:`\sum_j (y_j - x_j)^2 / x_j` (``"even growth"``), of
        :math:`\sum_j (y_j - x_j)^2` (``"least movement"``), of the cost (``"cheapest"``) or of the variance of the
        growth of all sales (``"least risk"``).
    rest
        The present value that is in no market, as given to ``ta.plan``.
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
    rest: float = 0.0

    @property
    def shadow(self) -> pd.Series[float]:
        """The shadow (dual) prices: what each binding limit would save per unit, by market or bloc and kind."""
        return self.binding.set_index(["market", "kind"])["saves"]

    def sentence(self, lang: str = "en") -> str:
        """The plan in one sentence: the request, the largest market's share, the HHI, and the largest rises."""
        largest = int(self.table["now"].to_numpy().argmax())
        before, after = (float(self.table[f"share_{when}"].iloc[largest]) for when in ("before", "after"))
        market = texts.party("market", self.table.index[largest], lang)
        text = texts.say(
            "plan_can",
            lang,
            request=request(self.growth, self.cap or 1.0, lang),
            share=_moved("plan_share", before, after, texts.percent, lang, **market),
            index=_moved("plan_index", self.hhi_before, self.hhi_after, _index, lang),
        )
        changes = self.table["change"].nlargest(3)
        rising = [texts.in_sentence(one, lang) for one in changes.index[changes > 0]]
        rises = texts.say("plan_rises", lang, markets=texts.series(rising, lang)) if rising else ""
        return f"{texts.capital(text)}{rises}."

    def head(self) -> pd.DataFrame:
        """The markets that change most."""
        return self.table.sort_values("change", key=np.abs, ascending=False, kind="stable").head(self.HEAD)

    def prices(self, lang: str = "en", top: int = 3) -> list[str]:
        """The most expensive limits of the cheapest plan, a sentence each; other plans have no prices in money."""
        dearest = self.binding.head(top) if self.aim == "cheapest" else self.binding.head(0)
        currency = currency_of(self.table.attrs)
        unit = f" {texts.unit_name(currency, lang)}" if currency else ""
        sentences = (
            texts.say(
                f"plan_price_{kind}",
                lang,
                **texts.party("market", market, lang),
                saves=_amount(float(saves), lang),
                unit=unit,
            )
            for market, kind, saves in zip(dearest["market"], dearest["kind"], dearest["saves"], strict=True)
        )
        return [texts.capital(one) for one in sentences]

    def details(self) -> list[str]:
        """The most expensive limits of the cheapest plan."""
        return self.prices()

    def to_excel(
        self,
        path: str | Path,
        *,
        lang: str = "en",
        overwrite: bool = False,
        quarters: Any = None,
        remarks: Iterable[str] = (),
    ) -> Path:
        """Write the targets, the binding limits and a description of the plan as a workbook in the language.

        With ``quarters``, ``"even"`` or four shares that sum to 1, also the targets by quarter, as ``ta.write_plan``
        writes them: in whole units of the currency, where it is known. The course of a table's own months is known to
        ``ta.write_plan(table, quarters="seasonal")`` alone. What a limit saves is written for the cheapest plan only,
        where it is an amount of money. ``remarks`` are sentences that stand in the description.
        """
        binding = self.binding if self.aim == "cheapest" else self.binding.drop(columns="saves")
        targets = self.table.rename_axis("market").reset_index()
        about, currency = self._about(lang), currency_of(self.table.attrs)
        split = settled(quarters, None, 0)
        if split is not None:
            about[texts.say("quarters_weights", lang)] = said_weights(split, lang)
        by_quarter = {} if split is None else self._by_quarter(split, lang, currency)
        if said := " ".join(filter(None, remarks)):
            about[texts.say("plan_remarks", lang)] = said
        entry, says = (texts.say(f"certificate_{one}", lang) for one in ("entry", "says"))
        sheets = {
            texts.say("plan_sheet", lang): _in_words(targets, lang, currency, self._ends(lang)),
            **by_quarter,
            texts.say("plan_binds", lang): _in_words(binding, lang, currency),
            texts.say("plan_about", lang): pd.DataFrame({entry: list(about), says: list(about.values())}),
        }
        columns = {*targets.columns, *binding.columns}
        formats = {_head(column, lang, currency): code for column, code in FORMATS.items() if column in columns}
        formats |= {head: "#,##0" for sheet in by_quarter.values() for head in sheet.columns[1:]}
        certificate = self.table.attrs.get("certificate")
        return write_excel(sheets, path, overwrite=overwrite, formats=formats, certificate=certificate)

    def _by_quarter(self, quarters: Quarters, lang: str, currency: str | None) -> dict[str, pd.DataFrame]:
        """The sheet of the targets by quarter: of each market, of what is in none, and of all."""
        ends = self._ends(lang)
        amounts = [*self.table["target"], *(one["target"] for one in ends)]
        names = [texts.label(one, lang) if isinstance(one, str) else one for one in self.table.index]
        split = in_quarters(pd.Series(amounts), quarters, None if currency is None else 1.0)
        split.insert(0, "market", [*names, *(one["market"] for one in ends)])
        heads = {column: texts.say(f"quarters_{column}", lang) for column in YEAR_AND_QUARTERS[1:]}
        year = "quarters_year_plain" if currency is None else "quarters_year"
        heads["year"] = texts.say(year, lang, unit=texts.unit_name(currency, lang) if currency else "")
        return {
            texts.say("quarters_sheet", lang): split.rename(columns={"market": _head("market", lang, None), **heads})
        }

    def _ends(self, lang: str) -> list[dict[str, Any]]:
        """The rows below the targets: what is in no market, where there is any, and all; limits do not add up."""
        now, shares = math.fsum(self.table["now"]) + self.rest, ("share_before", "share_after")

        def row(name: str, before: float, share: float) -> dict[str, Any]:
            rise = before * self.growth
            amounts = {"now": before, "target": before + rise, "change": rise, "growth": self.growth}
            return {"market": name, **amounts, **dict.fromkeys(shares, share)}

        rest = texts.capital(texts.say("ranking_unallocated", lang))
        ends = [row(rest, self.rest, self.rest / now)] if self.rest else []
        return [*ends, row(texts.say("plan_total", lang), now, 1.0) | {"target": self.total}]

    def _about(self, lang: str) -> dict[str, str]:
        """A description of the plan: what was requested, the result, and the data behind it."""
        attrs = self.table.attrs
        certificate = attrs.get("certificate", {})
        new_markets = [texts.in_sentence(one, lang) for one in attrs["new_markets"]]
        unallocated = attrs.get("unallocated") or 0.0

        def amount(x: float) -> str:
            if currency := currency_of(attrs):
                return texts.money(x, lang, currency)
            return texts.number(x, lang, 0 if x >= 1000 else 2)

        entries = {
            "plan_verdict": self.sentence(lang),
            "plan_growth": percentage(self.growth, lang),
            "plan_cap": texts.say("plan_cap_none", lang) if self.cap is None else percentage(self.cap, lang),
            "plan_aim": texts.say(f"plan_aim_{self.aim.replace(' ', '_')}", lang),
            "plan_total_now": amount(math.fsum(self.table["now"]) + self.rest),
            "plan_total_planned": amount(self.total),
            "plan_cost": "" if self.cost is None else amount(self.cost),
            "plan_hhi_before": texts.number(self.hhi_before, lang, 4),
            "plan_hhi_after": texts.number(self.hhi_after, lang, 4),
            "plan_opened": texts.series(new_markets, lang),
            "plan_limits": texts.say("plan_no_ceilings", lang) if "limits" in attrs["notes"] else "",
            "plan_unallocated": amount(unallocated) if unallocated and not self.rest else "",
            "plan_rest": amount(self.rest) if self.rest else "",
            "certificate_unit": texts.unit_name(certificate["unit"], lang) if certificate.get("unit") else "",
            "certificate_source": certificate.get("source") or "",
        }
        return {texts.say(key, lang): text for key, text in entries.items() if text}


def _in_words(
    table: pd.DataFrame, lang: str, currency: str | None, last: Iterable[dict[str, Any]] = ()
) -> pd.DataFrame:
    """A table of a plan with headings, markets and kinds of limits in the language, and further rows at its end."""
    words = pd.DataFrame(table).replace(np.inf, np.nan)
    words["market"] = [texts.label(one, lang) if isinstance(one, str) else one for one in table["market"]]
    if "kind" in words:
        words["kind"] = [texts.say(f"plan_kind_{one}", lang) for one in words["kind"]]
    words = pd.DataFrame([*words.to_dict("records"), *last], columns=words.columns)
    return words.rename(columns={column: _head(column, lang, currency) for column in words.columns})


def _head(column: str, lang: str, currency: str | None) -> str:
    """The head of a column; that of an amount names its currency, where it is known."""
    head = texts.say(f"plan_{column}", lang)
    return f"{head}, {texts.unit_name(currency, lang)}" if currency and column in AMOUNTS else head


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
    rest: float = 0.0,
) -> Plan:
    r"""Targets by market that grow the total and leave no market, and no bloc, above its cap.

    .. math:: \min_y f(y) \quad \text{with} \quad \sum_j y_j = (1+g) X, \quad l_j \le y_j \le \min(u_j, c \sum_k y_k)

    Parameters
    ----------
    x
        Present values by market, in any unit: a Series (as ``ta.basket`` gives), a dict, a list or an array.
    growth
        g, the growth of the total, as a share of the present one X.
    cap
        c, the largest share that any market may have after growth, in (0, 1]; None for no cap.
    lower, upper
        The floor and the ceiling of each market, in the unit of x: one number, or a vector by market. In a Series or
        dict, a market that is not named keeps the default: the present value as floor, so that no sales are given up,
        and no ceiling. Codes and names of one economy are one market, here as in ``cost`` and ``blocs``. A market that
        is named here and is not in x is a new market, to be opened. ``ta.limits`` derives ceilings from data.
    cost
        The cost of a unit of new sales in each market: one number, or a vector by market that names all of them. Where
        an attempt succeeds with a chance p, as a score of new markets says, 1/p attempts are made for a success:
        ``cost=1 / chance``, with the chances in a Series by market, and 1 where there is trade to build on.
    blocs, bloc_cap
        Markets that belong together, by name, or the names of trade blocs; and the largest share that each may have.
        Two blocs must be nested or have no market in common. Members may be economies without trade here.
    covariance
        The covariance of growth of the markets' demand, n by n, as ``ta.stress.demand_covariance`` gives it: a
        dataframe that names every market, or an array in the order of x. The notes then state the standard deviation of
        the growth of all sales.
    aim
        ``"least concentrated"`` (the default without costs): the least HHI, the least Theil index and the least top
        share at once, by water filling: the smallest markets are raised first, to one common level.
        ``"even growth"``: one growth rate for all markets that are at no limit, so that the fastest growth that any
        market needs is as low as possible; a market without sales has no rate.
        ``"cheapest"`` (the default with costs): the least cost, by linear programming; of plans that cost the same, the
        least concentrated.
        ``"least movement"``: the least sum of absolute changes and of squared changes at once, by water filling of the
        changes.
        ``"least risk"``: the least standard deviation of the growth of all sales by ``covariance``, by quadratic
        programming; of plans of the same risk, the least concentrated. It takes no blocs.
    rest
        The present value that is in no market of x, such as what statistics do not detail by market, in the unit of x.
        It grows as the total does, and all caps and shares are of the total with it; the HHI is that of the markets.

    Returns
    -------
    A ``Plan``: ``table``, ``total``, ``hhi_before``, ``hhi_after`` in [0, 1], ``cost``, ``binding``, ``shadow``,
    ``sentence(lang)``, ``to_excel(path, lang=)``. It does not depend on the order of the markets.

    Raises
    ------
    InfeasiblePlan
        No plan satisfies all constraints: ``market`` prevents it, ``nearest_cap`` and ``nearest_growth`` are feasible.
    TradeDataError
        A value is negative or missing, a label is unknown or a total, two labels mean one economy, or blocs overlap.

    Notes
    -----
    n is the number of markets in x and in the limits, those without sales included. Every other vector over these
    markets with the same total and the same limits majorises the filled one, and so is more concentrated by every
    Schur-convex index. This holds for a fixed n only: a new market can raise the Theil index while the HHI falls.
    Without ``upper``, the targets of the smallest markets may be more than they can take; even growth does not have
    this problem. Where a covariance leaves directions without risk, 1e-10 of the mean variance is added to all
    variances, so that the plan is unique. Not covered: limits are taken as known, and sales as movable without loss.

    References
    ----------
    Marshall, A. W., Olkin, I., Arnold, B. C. (2011). Inequalities: Theory of Majorization and Its Applications.
    Springer. https://doi.org/10.1007/978-0-387-68276-1

    Examples
    --------
    >>> import pandas as pd
    >>> import tradeanalysis as ta
    >>> planned = ta.plan([60, 15, 10, 8, 4, 3], growth=0.20, cap=0.50, upper=[66, 30, 25, 18, 12, 10])
    >>> planned.table["target"].tolist()
    [60.0, 15.0, 11.666666666666666, 11.666666666666666, 11.666666666666666, 10.0]
    >>> round(planned.hhi_after, 6)
    0.300926
    >>> planned = ta.plan({"USA": 60, "JPN": 25, "IND": 15}, growth=0.3, cap=0.5)
    >>> print(planned.sentence().partition(";")[0])
    Growth of 30% with no market above 50% can be met: the United States’ share falls from 60.0% to 46.2%, and the index
    of concentration falls from 0.445 to 0.358

    Two new markets, of which the second opens more often, as the cheapest plan sees them:

    >>> x = {"USA": 60, "JPN": 40}
    >>> chance = pd.Series({"USA": 1.0, "JPN": 1.0, "IND": 0.1, "KOR": 0.25})
    >>> limits = {"USA": 60, "JPN": 45, "IND": 10, "KOR": 10}
    >>> ta.plan(x, growth=0.10, cap=None, upper=limits, cost=1 / chance).table["target"].round(6).tolist()
    [60.0, 45.0, 0.0, 5.0]
    >>> ta.plan(ta.basket(ta.example("world_2023"), reporter="VNM", flow="export"))
    Traceback (most recent call last):
    tradeanalysis.schema.InfeasiblePlan: Growth of 10% with no market above 25% cannot be met without a reduction: even
    at its present value, the United States would have 26.24% of the total. It can be met with growth of about 15.47%,
    or under a cap of about 26.24%.
    """
    need_numbers("cap", growth=growth, cap=cap, rest=rest)
    problem = plan_problem(x, growth, cap, lower, upper, blocs, bloc_cap, rest)
    costs = None if cost is None else for_markets(problem.markets, cost, "cost", None)
    matrix = None if covariance is None else covariance_for(problem.markets, covariance)
    aim = aim or ("least concentrated" if costs is None else "cheapest")
    if aim not in AIMS:
        raise TradeDataError(Text("plan_aim_unknown", aim=repr(aim), aims=[*AIMS]))
    if aim == "cheapest" and costs is None:
        raise TradeDataError(Text("plan_needs_cost"))
    if aim == "least risk" and (matrix is None or problem.blocs):
        raise TradeDataError(Text("plan_needs_covariance"))
    if aim == "even growth" and (idle := problem.now == 0).any():
        raise TradeDataError(Text("plan_idle", markets=problem.markets[idle].tolist()))
    refuse_infeasible(problem)
    target = targets(problem, aim, costs, matrix)
    return _plan(problem, aim, costs, matrix, target, cap)


def targets(problem: Problem, aim: str, cost: Array | None, covariance: Array | None) -> Array:
    """The target of every market."""
    now, lower, upper, blocs = problem.now, problem.lower, problem.capped, problem.bloc_limits
    if aim == "cheapest" and cost is not None:
        return cheapest(now, lower, upper, cost, problem.total, blocs)
    if aim == "least risk" and covariance is not None:
        least = risk_path(covariance, lower, upper).at(np.array([problem.total]))[0]
        return np.asarray(np.clip(least, lower, upper))
    if aim == "even growth":
        return fill(lower, tightened(lower, upper, blocs, now), problem.total, now)
    if aim == "least movement":
        floors, ceilings = lower - now, upper - now
        blocs = tuple(bloc._replace(limit=bloc.limit - math.fsum(now[bloc.members])) for bloc in blocs)
        moves = fill(floors, tightened(floors, ceilings, blocs), problem.total - math.fsum(now))
        return np.clip(now + moves, lower, upper)
    return fill(lower, tightened(lower, upper, blocs), problem.total)


def _plan(
    problem: Problem, aim: str, cost: Array | None, covariance: Array | None, target: Array, cap: float | None
) -> Plan:
    """The plan with these targets: its table, its notes and its binding limits."""
    now, whole, rest = problem.now, problem.whole, problem.rest
    with np.errstate(divide="ignore", invalid="ignore"):
        growth = np.where(now > 0, target / now - 1, np.nan)
    columns = {
        "now": now,
        "target": target,
        "change": target - now,
        "growth": growth,
        "share_before": now / (math.fsum(now) + rest),
        "share_after": target / whole,
        "limit": problem.capped if problem.cap < 1 else problem.upper,
    }
    matrix = np.zeros((len(now), len(now))) if covariance is None else covariance
    risks = volatility(np.array([now, target]), matrix)
    marginals = {
        "least concentrated": lambda: Marginals(*[2 * target / problem.total**2] * 2),
        "even growth": lambda: Marginals(*[2 * (target / now - 1)] * 2),
        "cheapest": lambda: of_cost(now, target, np.zeros(len(now)) if cost is None else cost),
        "least movement": lambda: Marginals(*[2 * (target - now)] * 2),
        "least risk": lambda: Marginals(*[2 * (matrix @ target) / problem.total**2] * 2),
    }[aim]()
    before, after = float(hhi(now)), float(hhi(target))
    unallocated = problem.attrs.get("unallocated") or 0.0
    new_markets, currency = list(problem.new_markets), currency_of(problem.attrs)
    in_words = Text(f"note_aim_{aim.replace(' ', '_')}")
    notes = {
        "plan": Text("note_plan_capped" if cap else "note_plan", aim=in_words, growth=problem.growth, cap=cap),
        "n": Text("note_markets", count=int((target > 0).sum())),
        "HHI": Text("note_before_after", before=before, after=after),
        "markets to open": listing(new_markets, len(new_markets)),
        "risk": "" if covariance is None else Text("note_before_after", before=float(risks[0]), after=float(risks[1])),
        "limits": "" if np.isfinite(problem.upper).any() else Text("note_no_limits"),
        "unallocated": Text("note_in_no_target", value=Amount(unallocated, currency))
        if unallocated and not rest
        else "",
        "rest": Text("note_rest_grows", value=Amount(rest, currency)) if rest else "",
    }
    attrs = {**problem.attrs, "new_markets": new_markets}
    table = annotated(pd.DataFrame(columns, index=problem.markets), attrs, **notes)
    cost_of_plan = None if cost is None else math.fsum(cost * np.maximum(target - now, 0.0))
    binding = _binding(problem, target, marginals)
    return Plan(table, problem.growth, cap, aim, whole, before, after, cost_of_plan, binding, rest)


def _binding(problem: Problem, target: Array, marginals: Marginals) -> pd.DataFrame:
    """The limits that bind, the most expensive first."""
    markets, upper, blocs = problem.markets, problem.capped, problem.bloc_limits
    by_floor, by_ceiling, by_bloc = savings(marginals, target, problem.lower, upper, blocs, problem.total)
    kinds = np.where(problem.upper <= problem.cap * problem.whole, "upper", "cap")
    rows = [(bloc.name, "bloc", bloc.limit, saved) for bloc, saved in zip(blocs, by_bloc, strict=True)]
    rows += list(zip(markets, kinds.tolist(), upper, by_ceiling, strict=True))
    rows += list(zip(markets, ["lower"] * len(markets), problem.lower, by_floor, strict=True))
    largest = max((saved for *_, saved in rows), default=0.0)
    binds = sorted((row for row in rows if row[3] > 1e-9 * largest), key=lambda row: -row[3])
    return pd.DataFrame(binds, columns=["market", "kind", "limit", "saves"])


def _moved(key: str, x: float, y: float, written: Callable[[float, str], str], lang: str, **words: str) -> str:
    """What rises, falls or stays as it is, as far as the digits that are written show it."""
    before, after = written(x, lang), written(y, lang)
    return texts.say(f"{key}_{texts.way_of(before, after, y - x)}", lang, **words, before=before, after=after)


def _index(x: float, lang: str) -> str:
    return texts.number(x, lang, 3)


def _amount(x: float, lang: str) -> str:
    """A price with three significant digits."""
    return texts.number(x, lang, max(0, 2 - math.floor(math.log10(x))) if x < 100 else 0)
