"""How long the exact dates of breaks take beside ruptures, in C (KernelCPD) and in Python (Dynp).

    python benchmarks/breaks.py

Needs ``pip install ruptures``; without it our own times are printed alone. Dates and squares are compared first.
"""

from __future__ import annotations

import importlib.util
import timeit
from collections.abc import Callable

import numpy as np
import pandas as pd

import tradeanalysis as ta
from tradeanalysis.monitoring.segments import least_squares, places_of, squares_within

LEAST = 12
PEERS = importlib.util.find_spec("ruptures") is not None


def best(call: Callable[[], object]) -> float:
    """The least of five times in milliseconds."""
    return 1000 * min(timeit.repeat(call, number=3, repeat=5)) / 3


def ours(x: np.ndarray, k: int) -> list[int]:
    """The places of k breaks."""
    within = squares_within(x, LEAST)
    return places_of(within, least_squares(within, k), k).tolist()


def theirs(x: np.ndarray, k: int, name: str) -> list[int]:
    """The places of k breaks by ruptures, in every month."""
    import ruptures

    if name == "C":
        return ruptures.KernelCPD(kernel="linear", min_size=LEAST, jump=1).fit(x).predict(n_bkps=k)[:-1]
    return ruptures.Dynp(model="l2", min_size=LEAST, jump=1).fit(x).predict(n_bkps=k)[:-1]


def row(x: np.ndarray, k: int) -> str:
    """The times of one series."""
    series = pd.Series(x, pd.period_range("1985-01", periods=len(x), freq="M"))
    times = [best(lambda: ours(x, k)), best(lambda: ta.breaks(series, k)), best(lambda: ta.breaks(series))]
    said = f"{len(x):8}{k:4}" + "".join(f"{one:10.2f}" for one in times)
    if PEERS:
        assert theirs(x, k, "C") == theirs(x, k, "Python") == ours(x, k)
        in_c, in_python = best(lambda: theirs(x, k, "C")), best(lambda: theirs(x, k, "Python"))
        said += f"{in_c:10.2f}{in_python:10.1f}{times[0] / in_c:10.2f}"
    return said


def main() -> None:
    """Print a row for each length and number of breaks, in milliseconds."""
    rng = np.random.default_rng(0)
    heads = ("ours", "ta.breaks", "k=None", "C", "Python", "ours / C")
    print(f"{'months':>8}{'k':>4}" + "".join(f"{one:>10}" for one in heads))
    for n in (60, 156, 300, 456):
        for k in (1, 2, 3):
            means = np.repeat(rng.normal(0, 2, k + 1), -(-n // (k + 1)))[:n]
            print(row(means + rng.standard_normal(n), k))


if __name__ == "__main__":
    main()
