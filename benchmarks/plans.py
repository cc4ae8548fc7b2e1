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
    """Values as uneven as those of exports, limits, and costs."""
    rng = np.random.default_rng(seed)
    x = rng.lognormal(0, 2, MARKETS)
    return x, x * rng.uniform(1.2, 3, MARKETS), rng.uniform(0, 1, MARKETS)


def by_slsqp(x, upper) -> np.ndarray:
    """The least sum of squared shares between the limits."""
    total = x.sum() * (1 + GROWTH)
    low, high = x / total, np.maximum(np.minimum(upper / total, CAP), x / total)
    start = low + (high - low) * (1 - low.sum()) / (high - low).sum()
    found = minimize(
        lambda s: s @ s,
        start,
        jac=lambda s: 2 * s,
        bounds=list(zip(low, high, strict=True)),
        constraints={"type": "eq", "fun": lambda s: s.sum() - 1, "jac": np.ones_like},
        method="SLSQP",
        options={"maxiter": 500, "ftol": 1e-12},
    )
    return found.x


def main() -> None:
    x, upper, cost = problem()
    work = {
        "SLSQP": lambda: by_slsqp(x, upper),
        "plan, least concentrated": lambda: ta.plan(x, GROWTH, CAP, upper=upper),
        "plan, cheapest (HiGHS)": lambda: ta.plan(x, GROWTH, CAP, upper=upper, cost=cost),
        "frontier": lambda: ta.frontier(x, upper=upper),
        "frontier with costs": lambda: ta.frontier(x, upper=upper, cost=cost),
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


if __name__ == "__main__":
    main()
