"""A plan over several years, where no market can grow faster than so much a year."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd

from tradeanalysis.measures.concentration import hhi
from tradeanalysis.planner.problem import plan_problem, short, wish
from tradeanalysis.planner.water_filling import TOLERANCE, fill
from tradeanalysis.results import annotated
from tradeanalysis.schema import InfeasiblePlan, TradeDataError
from tradeanalysis.sums import Array
from tradeanalysis.tables.markets import for_markets
from tradeanalysis.texts import catalogues as texts

# How far ahead the year is looked for in which a cap would be kept.
AHEAD = 100


def plan_path(
    x: Any, years: int, growth: float = 0.10, cap: float | None = 0.25, *, max_growth: Any = None
) -> pd.DataFrame:
    r"""Targets by market for every year, up to a year in which no market is above the cap.

    .. math:: y_{j,t-1} \le y_{j,t} \le (1 + m_{j,t}) y_{j,t-1}, \quad \sum_j y_{j,t} = (1+g)^t X,
              \quad y_{j,T} \le c \sum_k y_{k,T}

    Parameters
    ----------
    x
        As for ``ta.plan``.
    years
        T, the number of years.
    growth
        The growth of the total in each year.
    cap
        The largest share that any market may have in the last year; None for no cap.
    max_growth
        The most that a market can grow in a year: one number, a vector by market (infinite, or not named: no limit),
        or a dataframe of markets by years, in their order.

    Returns
    -------
    A table with ``year`` (0 is now), ``market``, ``target``, ``growth``, ``share`` and ``limit`` of every year. Nothing
    is given up in any year. It is the same from any order of the markets.

    Raises
    ------
    InfeasiblePlan
        No path keeps the cap: ``market`` is the largest one, ``nearest_cap`` the lowest cap that any path reaches in
        that year; ``nearest_growth`` is not looked for and is None. The words say by which year the cap can be kept.
    TradeDataError
        A value is faulty.

    Notes
    -----
    Every year is filled by water from the year before. Where all markets have one limit, this path is less
    concentrated, in the sense of majorisation, than any other in every year at once: an average of markets may do what
    the markets may. Where limits differ it may pay to open fast-growing markets first; if filling misses the cap, the
    path with the lowest largest share in the last year is found by linear programming instead. A market without sales
    cannot grow by a rate: begin it with something.

    Examples
    --------
    >>> import tradeanalysis as ta
    >>> path = ta.plan_path([50, 30, 20], years=2, growth=0.10, cap=0.42, max_growth=0.25)
    >>> path.pivot(index="market", columns="year", values="target").round(2).to_numpy().tolist()
    [[50.0, 50.0, 50.0], [30.0, 35.0, 39.75], [20.0, 25.0, 31.25]]
    """
    if not isinstance(years, (int, np.integer)) or isinstance(years, bool) or years < 1:
        raise TradeDataError(f"years={years!r}: a whole number of years, at least 1")
    asked = plan_problem(x, growth, cap, None, None)
    if growth < 0:
        raise TradeDataError(f"growth={growth!r}: on a path nothing is given up, and the total cannot fall")
    rates = _rates(asked.markets, max_growth, int(years))
    start, present = asked.now, math.fsum(asked.now)
    totals = np.asarray(present * (1 + asked.growth) ** np.arange(1, years + 1))
    how = "filled year by year"
    path = _filled(start, totals, rates)
    one_limit = bool((rates == rates[:, :1]).all())
    missed = path is None or path[-1].max() > asked.cap * totals[-1] * (1 + TOLERANCE)
    if missed and not one_limit:
        path, how = _by_programming(start, totals, rates), "lowest largest share in the last year (HiGHS)"
        missed = path is None or path[-1].max() > asked.cap * totals[-1] * (1 + 1e-9)
    if path is None or missed:
        raise _none(asked.markets, start, path, totals, rates, asked.growth, asked.cap)
    values = np.vstack([start, path])
    with np.errstate(divide="ignore", invalid="ignore"):
        limits = np.vstack([start, np.where(rates < np.inf, values[:-1] * (1 + rates), np.inf)])
        grown = np.vstack(
            [np.full(len(start), np.nan), np.where(values[:-1] > 0, values[1:] / values[:-1] - 1, np.nan)]
        )
    table = pd.DataFrame(
        {
            "year": np.repeat(np.arange(years + 1), len(start)),
            "market": np.tile(np.asarray(asked.markets), years + 1),
            "target": values.ravel(),
            "growth": grown.ravel(),
            "share": (values / values.sum(axis=1, keepdims=True)).ravel(),
            "limit": limits.ravel(),
        }
    )
    notes = {
        "path": how,
        "HHI": f"{hhi(start):.4f} now, {hhi(path[-1]):.4f} in year {years}",
        "largest share": f"{start.max() / present:.2%} now, {path[-1].max() / totals[-1]:.2%} in year {years}",
    }
    return annotated(table, asked.attrs, **notes)


def _rates(markets: pd.Index, given: Any, years: int) -> Array:
    """The most that each market can grow, by year and market."""
    if not isinstance(given, pd.DataFrame):
        return np.tile(for_markets(markets, given, "max_growth", np.inf, infinite=True), (years, 1))
    if given.shape[1] != years:
        raise TradeDataError(f"max_growth has {given.shape[1]} columns for {years} years: give one for each")
    return np.vstack(
        [for_markets(markets, given[column], "max_growth", np.inf, infinite=True) for column in given.columns]
    )


def _filled(start: Array, totals: Array, rates: Array) -> Array | None:
    """Each year filled by water from the year before; None where the markets cannot take the total."""
    rows, before = [], start
    for total, rate in zip(totals, rates, strict=True):
        ceilings = np.where(rate < np.inf, before * (1 + np.where(rate < np.inf, rate, 0.0)), np.inf)
        if math.fsum(before) > total * (1 + TOLERANCE) or math.fsum(ceilings) < total * (1 - TOLERANCE):
            return None
        before = fill(before, ceilings, total)
        rows.append(before)
    return np.array(rows)


def _by_programming(start: Array, totals: Array, rates: Array) -> Array | None:
    """The path with the lowest largest value in the last year; None where there is no path.

    Markets come in an order of their own and those that are alike get the same, so that the order given is no matter.
    """
    from scipy import sparse
    from scipy.optimize import linprog

    kinds, kind = np.unique(np.column_stack([start, rates.T]), axis=0, return_inverse=True)
    many = np.bincount(kind.ravel())
    first, rate, (years, n) = kinds[:, 0], kinds[:, 1:].T.ravel(), (len(totals), len(kinds))
    unit, size = float(totals[-1]), years * n
    limited = np.isfinite(rate)
    factor = 1 + np.where(limited, rate, 0.0)
    here = sparse.identity(size, format="csr")
    before = sparse.diags([1.0], offsets=[-n], shape=(size, size), format="csr")  # the same market a year earlier
    known = np.r_[first / unit, np.zeros(size - n)]  # what stood before the first year
    largest: Any = sparse.csr_matrix(np.ones((n, 1)))
    beside = sparse.csr_matrix((size, 1))
    rises: Any = sparse.hstack([before - here, beside])
    grows: Any = sparse.hstack([here - sparse.diags(factor) @ before, beside]).tocsr()[limited]
    at_end: Any = sparse.hstack([here[size - n :], -largest])
    sums: Any = sparse.hstack([sparse.kron(sparse.identity(years), many[None, :]), sparse.csr_matrix((years, 1))])
    rows: Any = sparse.vstack([rises, grows, at_end])
    done = linprog(
        np.r_[np.zeros(size), 1.0],
        A_ub=rows,
        b_ub=np.r_[-known, (factor * known)[limited], np.zeros(n)],
        A_eq=sums,
        b_eq=totals / unit,
        method="highs-ds",
        options={"primal_feasibility_tolerance": 1e-10, "dual_feasibility_tolerance": 1e-10},
    )
    if done.status == 2:
        return None
    if done.status != 0:
        raise TradeDataError(f"HiGHS found no path: {done.message}")
    return np.asarray(np.asarray(done.x)[:-1].reshape(years, n)[:, kind.ravel()] * unit)


def _none(
    markets: pd.Index, start: Array, path: Array | None, totals: Array, rates: Array, growth: float, cap: float
) -> InfeasiblePlan:
    """What is said where no path keeps the cap."""
    if path is None:
        words = {lang: texts.say("path_no_room", lang, asked=wish(growth, 1.0, lang)) for lang in texts.LANGUAGES}
        return InfeasiblePlan({lang: texts.capital(said) for lang, said in words.items()})
    reached = float(path[-1].max() / totals[-1])
    by = _year_of(start, math.fsum(start), rates, growth, cap)
    words = {}
    for lang in texts.LANGUAGES:
        asked, nearest = wish(growth, cap, lang), short(reached, lang)
        key = "path_no_cap_one" if len(totals) == 1 else "path_no_cap"
        said = [texts.capital(texts.say(key, lang, asked=asked, years=len(totals), cap=nearest))]
        said += [texts.say("path_later", lang, year=by)] * (by is not None)
        words[lang] = " ".join(said)
    return InfeasiblePlan(words, markets[int(path[-1].argmax())], reached, None)


def _year_of(start: Array, present: float, rates: Array, growth: float, cap: float) -> int | None:
    """The first year in which filling year by year keeps the cap, if its limits go on as in the last year."""
    before = start
    for year in range(1, AHEAD + 1):
        total = present * (1 + growth) ** year
        found = _filled(before, np.array([total]), rates[min(year, len(rates)) - 1][None, :])
        if found is None:
            return None
        before = np.asarray(found[0])
        if before.max() <= cap * total * (1 + TOLERANCE):
            return year
    return None
