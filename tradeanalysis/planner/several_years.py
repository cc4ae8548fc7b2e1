"""A plan over several years, with a limit on how fast each market can grow in a year."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd

from tradeanalysis.measures.concentration import hhi
from tradeanalysis.parameters import need_counts, need_numbers
from tradeanalysis.planner.problem import percentage, plan_problem, request
from tradeanalysis.planner.water_filling import TOLERANCE, fill
from tradeanalysis.results import annotated
from tradeanalysis.schema import InfeasiblePlan, TradeDataError
from tradeanalysis.sums import Array
from tradeanalysis.tables.markets import for_markets
from tradeanalysis.texts import Text
from tradeanalysis.texts import catalogues as texts

# The year in which a cap can be met is searched for among so many.
HORIZON = 100


def plan_path(
    x: Any, years: int, growth: float = 0.10, cap: float | None = 0.25, *, max_growth: Any = None
) -> pd.DataFrame:
    r"""Targets by market for every year, up to the last one, in which no market is above the cap.

    .. math:: y_{j,t-1} \le y_{j,t} \le (1 + m_{j,t}) y_{j,t-1}, \quad \sum_j y_{j,t} = (1+g)^t X,
              \quad y_{j,T} \le c \sum_k y_{k,T}

    Parameters
    ----------
    x
        Present values by market, as for ``ta.plan``; their sum is X.
    years
        T, the number of years, at least 1.
    growth
        g, the growth of the total in each year, 0 or more.
    cap
        c, the largest share that any market may have in the last year, in (0, 1]; None for no cap.
    max_growth
        m, the highest growth rate of a market in a year: one number, a vector by market (infinite, or not named: no
        limit), or a dataframe with a row per market and a column per year, in their order.

    Returns
    -------
    A pandas table with a row per year and market: ``year`` (0 is the present), ``market``, ``target`` and ``limit`` in
    the unit of x, ``growth`` since the year before, ``share`` in [0, 1]. Sales to no market fall in any year. It does
    not depend on the order of the markets.

    Raises
    ------
    InfeasiblePlan
        No path meets the cap: ``market`` is the largest one, ``nearest_cap`` the lowest cap that any path reaches in
        the last year; ``nearest_growth`` is not computed and is None. The message says when the cap can be met.
    TradeDataError
        A value is negative or missing, or ``years``, ``growth`` or ``cap`` is out of range.

    Notes
    -----
    Each year starts from the targets of the year before, and water filling raises the smallest markets first. Where all
    markets have the same ``max_growth``, this path is less concentrated than any other, in every year at once and in
    the sense of majorisation. Where it differs, raising fast-growing markets first may be better: if filling misses the
    cap, linear programming finds the path with the lowest largest share in the last year. n is the number of markets in
    x. A market without sales has no growth rate: give it a small value to start from.

    Examples
    --------
    >>> import tradeanalysis as ta
    >>> path = ta.planner.plan_path([50, 30, 20], years=2, growth=0.10, cap=0.42, max_growth=0.25)
    >>> path.pivot(index="market", columns="year", values="target").round(2).to_numpy().tolist()
    [[50.0, 50.0, 50.0], [30.0, 35.0, 39.75], [20.0, 25.0, 31.25]]
    """
    need_numbers("cap", growth=growth, cap=cap)
    need_counts(years=years)
    if not isinstance(years, (int, np.integer)) or isinstance(years, bool) or years < 1:
        raise TradeDataError(Text("plan_years_wrong", years=repr(years)))
    problem = plan_problem(x, growth, cap, None, None)
    if growth < 0:
        raise TradeDataError(Text("path_falls", growth=repr(growth)))
    rates = _rates(problem.markets, max_growth, int(years))
    start, present = problem.now, math.fsum(problem.now)
    totals = np.asarray(present * (1 + problem.growth) ** np.arange(1, years + 1))
    how = Text("note_filled_by_year")
    path = _filled(start, totals, rates)
    one_limit = bool((rates == rates[:, :1]).all())
    missed = path is None or path[-1].max() > problem.cap * totals[-1] * (1 + TOLERANCE)
    if missed and not one_limit:
        path, how = _by_programming(start, totals, rates), Text("note_programmed")
        missed = path is None or path[-1].max() > problem.cap * totals[-1] * (1 + 1e-9)
    if path is None or missed:
        raise _infeasible(problem.markets, start, path, totals, rates, problem.growth, problem.cap)
    values = np.vstack([start, path])
    with np.errstate(divide="ignore", invalid="ignore"):
        limits = np.vstack([start, np.where(rates < np.inf, values[:-1] * (1 + rates), np.inf)])
        grown = np.vstack(
            [np.full(len(start), np.nan), np.where(values[:-1] > 0, values[1:] / values[:-1] - 1, np.nan)]
        )
    table = pd.DataFrame(
        {
            "year": np.repeat(np.arange(years + 1), len(start)),
            "market": np.tile(np.asarray(problem.markets), years + 1),
            "target": values.ravel(),
            "growth": grown.ravel(),
            "share": (values / values.sum(axis=1, keepdims=True)).ravel(),
            "limit": limits.ravel(),
        }
    )
    largest = start.max() / present, path[-1].max() / totals[-1]
    notes = {
        "path": how,
        "HHI": Text("note_now_and_then", now=float(hhi(start)), then=float(hhi(path[-1])), years=years),
        "largest share": Text("note_share_now_and_then", now=largest[0], then=largest[1], years=years),
    }
    return annotated(table, problem.attrs, **notes)


def _rates(markets: pd.Index, given: Any, years: int) -> Array:
    """The highest growth rate of each market, by year and market."""
    if not isinstance(given, pd.DataFrame):
        return np.tile(for_markets(markets, given, "max_growth", np.inf, infinite=True), (years, 1))
    if given.shape[1] != years:
        raise TradeDataError(Text("path_columns", columns=given.shape[1], years=years))
    return np.vstack(
        [for_markets(markets, given[column], "max_growth", np.inf, infinite=True) for column in given.columns]
    )


def _filled(start: Array, totals: Array, rates: Array) -> Array | None:
    """Every year by water filling from the year before; None where the markets cannot take the total."""
    rows, before = [], start
    for total, rate in zip(totals, rates, strict=True):
        ceilings = np.where(rate < np.inf, before * (1 + np.where(rate < np.inf, rate, 0.0)), np.inf)
        if math.fsum(before) > total * (1 + TOLERANCE) or math.fsum(ceilings) < total * (1 - TOLERANCE):
            return None
        before = fill(before, ceilings, total)
        rows.append(before)
    return np.array(rows)


def _by_programming(start: Array, totals: Array, rates: Array) -> Array | None:
    """The path with the lowest largest value in the last year, by linear programming; None where there is no path.

    Markets are sorted, and those with equal values and limits get equal targets, so that the order given has no effect.
    """
    from scipy import sparse
    from scipy.optimize import linprog

    kinds, kind = np.unique(np.column_stack([start, rates.T]), axis=0, return_inverse=True)
    count = np.bincount(kind.ravel())
    first, rate, (years, n) = kinds[:, 0], kinds[:, 1:].T.ravel(), (len(totals), len(kinds))
    unit, size = float(totals[-1]), years * n
    limited = np.isfinite(rate)
    factor = 1 + np.where(limited, rate, 0.0)
    here = sparse.identity(size, format="csr")
    before = sparse.diags([1.0], offsets=[-n], shape=(size, size), format="csr")  # the same market one year before
    initial = np.r_[first / unit, np.zeros(size - n)]  # the values before the first year
    largest: Any = sparse.csr_matrix(np.ones((n, 1)))
    no_largest = sparse.csr_matrix((size, 1))
    floors: Any = sparse.hstack([before - here, no_largest])
    ceilings: Any = sparse.hstack([here - sparse.diags(factor) @ before, no_largest]).tocsr()[limited]
    at_end: Any = sparse.hstack([here[size - n :], -largest])
    sums: Any = sparse.hstack([sparse.kron(sparse.identity(years), count[None, :]), sparse.csr_matrix((years, 1))])
    rows: Any = sparse.vstack([floors, ceilings, at_end])
    solution = linprog(
        np.r_[np.zeros(size), 1.0],
        A_ub=rows,
        b_ub=np.r_[-initial, (factor * initial)[limited], np.zeros(n)],
        A_eq=sums,
        b_eq=totals / unit,
        method="highs-ds",
        options={"primal_feasibility_tolerance": 1e-10, "dual_feasibility_tolerance": 1e-10},
    )
    if solution.status == 2:
        return None
    if solution.status != 0:
        raise TradeDataError(Text("plan_solver", message=str(solution.message)))
    return np.asarray(np.asarray(solution.x)[:-1].reshape(years, n)[:, kind.ravel()] * unit)


def _infeasible(
    markets: pd.Index, start: Array, path: Array | None, totals: Array, rates: Array, growth: float, cap: float
) -> InfeasiblePlan:
    """The error where no path meets the cap: the lowest cap that can be met, and the year in which this one can."""
    if path is None:
        words = {
            lang: texts.say("path_no_room", lang, request=request(growth, 1.0, lang, yearly=True))
            for lang in texts.LANGUAGES
        }
        return InfeasiblePlan({lang: texts.capital(sentence) for lang, sentence in words.items()})
    reached = float(path[-1].max() / totals[-1])
    year = _year_of(start, math.fsum(start), rates, growth, cap)
    words = {}
    for lang in texts.LANGUAGES:
        key = "path_no_cap_one" if len(totals) == 1 else "path_no_cap"
        asked = request(growth, cap, lang, yearly=True)
        facts = {"request": asked, "years": len(totals), "cap": percentage(reached, lang)}
        sentences = [texts.capital(texts.say(key, lang, **facts))]
        sentences += [texts.say("path_later", lang, year=year)] * (year is not None)
        words[lang] = " ".join(sentences)
    return InfeasiblePlan(words, markets[int(path[-1].argmax())], reached, None)


def _year_of(start: Array, present: float, rates: Array, growth: float, cap: float) -> int | None:
    """The first year in which filling year by year meets the cap, if the limits stay as in the last year."""
    before = start
    for year in range(1, HORIZON + 1):
        total = present * (1 + growth) ** year
        found = _filled(before, np.array([total]), rates[min(year, len(rates)) - 1][None, :])
        if found is None:
            return None
        before = np.asarray(found[0])
        if before.max() <= cap * total * (1 + TOLERANCE):
            return year
    return None
