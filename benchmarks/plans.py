"""What a plan for 200 markets and its whole frontier cost, beside one solution by scipy's SLSQP of the same problem.

``python benchmarks/plans.py``. Each is run several times in turn and the medians are compared; read the ratios, not the
seconds. The plans are compared too: SLSQP is a general solver, which comes near what water filling gives exactly.
"""

import statistics
import time

import numpy as np
from scipy.optimize import minimize

import tradeanalysis as ta

MARKETS, GROWTH, CAP, RUNS = 200, 0.30, 0.15, 5


def problem(seed: int = 0):
    """Values as uneven as those of exports, limits, costs, and a covariance of 24 years' growth."""
    rng = np.random.default_rng(seed)
    x = rng.lognormal(0, 2, MARKETS)
    upper, cost = x * rng.uniform(1.2, 3, MARKETS), rng.uniform(0, 1, MARKETS)
    growth = 0.1 * rng.normal(size=(24, 1)) + 0.15 * rng.normal(size=(24, MARKETS))
    return x, upper, cost, 0.2 * np.diag(growth.var(axis=0)) + 0.8 * np.cov(growth.T, ddof=0)


def by_slsqp(x, upper, s=None) -> np.ndarray:
    """The least sum of squared shares between the limits, or the least variance by a covariance."""
    c = np.eye(MARKETS) if s is None else s
    total = x.sum() * (1 + GROWTH)
    low, high = x / total, np.maximum(np.minimum(upper / total, CAP), x / total)
    start = low + (high - low) * (1 - low.sum()) / (high - low).sum()
    found = minimize(
        lambda y: y @ c @ y,
        start,
        jac=lambda y: 2 * c @ y,
        bounds=list(zip(low, high, strict=True)),
        constraints={"type": "eq", "fun": lambda y: y.sum() - 1, "jac": np.ones_like},
        method="SLSQP",
        options={"maxiter": 500, "ftol": 1e-12},
    )
    return found.x


def main() -> None:
    x, upper, cost, covariance = problem()
    risky = {"upper": upper, "covariance": covariance}
    work = {
        "SLSQP": lambda: by_slsqp(x, upper),
        "plan, least concentrated": lambda: ta.plan(x, GROWTH, CAP, upper=upper),
        "plan, cheapest (HiGHS)": lambda: ta.plan(x, GROWTH, CAP, upper=upper, cost=cost),
        "frontier": lambda: ta.frontier(x, upper=upper),
        "frontier with costs": lambda: ta.frontier(x, upper=upper, cost=cost),
        "SLSQP, least risk": lambda: by_slsqp(x, upper, covariance),
        "plan, least risk": lambda: ta.plan(x, GROWTH, CAP, aim="least risk", **risky),
        "frontier with risk": lambda: ta.frontier(x, **risky),
    }
    seconds: dict[str, list[float]] = {name: [] for name in work}
    for _ in range(RUNS + 1):  # the first run warms up
        for name, run in work.items():
            start = time.perf_counter()
            run()
            seconds[name].append(time.perf_counter() - start)
    median = {name: statistics.median(times[1:]) for name, times in seconds.items()}
    for name, taken in median.items():
        print(f"{name}: {1000 * taken:,.1f} ms, {taken / median['SLSQP']:.3f} of SLSQP")
    ours, theirs = work["plan, least concentrated"](), work["SLSQP"]()
    print(f"HHI {ours.hhi_after:.9f}, by SLSQP {theirs @ theirs:.9f}; {len(work['frontier']())} rows of the frontier")
    ours, theirs = (work[name]() for name in ("plan, least risk", "SLSQP, least risk"))
    s = ours.table["share_after"].to_numpy()
    print(
        f"risk {np.sqrt(s @ covariance @ s):.9f}, by SLSQP {np.sqrt(theirs @ covariance @ theirs):.9f}; "
        f"{len(work['frontier with risk']())} rows of its frontier"
    )


if __name__ == "__main__":
    main()
