"""What a sharp interval of the HHI costs beside all vertices, 1,000 draws from within, and scipy's searches.

``python benchmarks/intervals.py``. Each is run several times in turn and the medians are compared; read the ratios, not
the seconds. Of every peer it is told how far short of the ends it stays.
"""

import statistics
import time

import numpy as np
from scipy.optimize import differential_evolution, minimize

import tradeanalysis as ta

RUNS = 5


def median(work, runs: int = RUNS) -> tuple[float, object]:
    """The median time of a call after a first one, and what it gives."""
    seconds, answer = [], work()
    for _ in range(runs):
        start = time.perf_counter()
        answer = work()
        seconds.append(time.perf_counter() - start)
    return statistics.median(seconds), answer


def vertices(low, high) -> float:
    """The highest of all vertices."""
    up = (np.arange(1 << len(low))[:, None] >> np.arange(len(low))) & 1
    x = np.where(up == 1, high, low)
    return ((x**2).sum(axis=1) / x.sum(axis=1) ** 2).max()


def draws(low, high):
    """The ends of 1,000 draws from within."""
    x = ta.hhi(np.random.default_rng(0).uniform(low, high, (1_000, len(low))))
    return x.min(), x.max()


def quasi_newton(low, high) -> float:
    """The lowest that scipy's L-BFGS-B finds from the middle."""

    def level(x):
        total, squares = x.sum(), (x**2).sum()
        return squares / total**2, 2 * x / total**2 - 2 * squares / total**3

    bounds = list(zip(low, high, strict=True))
    return minimize(level, (low + high) / 2, jac=True, bounds=bounds, method="L-BFGS-B").fun


def evolution(low, high) -> float:
    """The highest that scipy's differential evolution finds in 100 generations."""
    bounds = list(zip(low, high, strict=True))
    return -differential_evolution(lambda x: -(x**2).sum() / x.sum() ** 2, bounds, maxiter=100, rng=0, polish=False).fun


def against(name: str, low, high, peers) -> None:
    seconds, found = median(lambda: ta.interval(low, ta.hhi, high), 15)
    exact = "exact" if found.exact else f"gap {found.gap:.1e}"
    print(f"{name}: {found.low:.6f} to {found.high:.6f} ({exact}) in {1000 * seconds:.1f} ms")
    for peer in peers:
        taken, answer = median(lambda peer=peer: peer(low, high), 1 if peer is evolution else RUNS)
        ends = {"lowest": found.low, "highest": found.high}
        if peer is quasi_newton:
            del ends["highest"]
        elif peer in (evolution, vertices):
            del ends["lowest"]
        apart = (f"{end} off by {x - ends[end]:+.1e}" for end, x in zip(ends, np.atleast_1d(answer), strict=True))
        print(f"    {peer.__name__}: {taken / seconds:,.2f} times as long; {', '.join(apart)}")


def main() -> None:
    rng = np.random.default_rng(0)
    x = rng.lognormal(0, 1.5, 16)
    against("16 partners, lognormal 1.5, +-30%", 0.7 * x, 1.3 * x, [vertices, draws])
    for sigma in (2.5, 1.5, 0.0):
        x = rng.lognormal(0, sigma, 200)
        name = f"200 partners, lognormal {sigma}, +-30%" if sigma else "200 equal partners, +-30%"
        against(name, 0.7 * x, 1.3 * x, [draws, quasi_newton, *([evolution] if sigma == 2.5 else [])])
    width = rng.uniform(0, 0.5, 200)
    against("200 values about 1, each with an error of its own up to 50%", 1 - width, 1 + width, [draws])
    for sigma in (2.5, 1.5):
        x = rng.lognormal(0, sigma, (5_000, 200))
        seconds, found = median(lambda x=x: ta.interval(0.7 * x, ta.hhi, 1.3 * x), 3)
        plain, _ = median(lambda x=x: ta.hhi(x), 3)
        print(
            f"5,000 groups of 200, lognormal {sigma}: {seconds:.2f} s, all exact: {found.exact}; "
            f"{seconds / plain:.0f} times the HHI alone"
        )


if __name__ == "__main__":
    main()
