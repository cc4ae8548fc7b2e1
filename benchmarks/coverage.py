"""How often the 95% intervals of ``ta.confidence`` hold the true index, by simulation.

``python benchmarks/coverage.py [REPEATS]``: true values are fixed, errors are drawn anew in each repeat, and the
interval is made from what was observed. With 2,000 repeats a coverage is known to about half a percentage point.
Markets are a grid of lognormal quantiles (sigma in the name), Zipf's 1/rank, the nine markets of 40, 20, 15, 10, 5, 4,
3, 2, 1, Vietnam's of 2023, equal ones, or equal ones beside one that is as large as all others. Zipf's and the last two
are far from the model of ``ta.uncertainty.draws``. ``mirror``: two reports with errors of two sizes, of which nothing
is known beforehand. ``blocks``: months that depend on the month before (AR(1) in logarithms, .5), with the index of the
expected values.
"""

import itertools
import sys

import numpy as np
import pandas as pd

import tradeanalysis as ta

MEASURES = (ta.hhi, ta.entropy, ta.top_share(1))
DRAWS = 500


def markets(shape: str, n: int) -> np.ndarray:
    """The true values."""
    if shape == "nine":
        return np.array([40.0, 20, 15, 10, 5, 4, 3, 2, 1])
    if shape == "zipf":
        return 1 / np.arange(1.0, n + 1)
    if shape == "Vietnam":
        exports = ta.basket(ta.example("world_2023"), reporter="VNM", flow="export")
        return exports[exports > 0].to_numpy()
    if shape == "equal":
        return np.ones(n)
    if shape == "one large":
        return np.r_[n - 1.0, np.ones(n - 1)]
    from scipy.special import ndtri

    return np.exp(float(shape) * ndtri((np.arange(n) + 0.5) / n))


def held(draws: ta.uncertainty.Draws, truth: list[float]) -> list[bool]:
    """Whether the interval of each measure holds the truth."""
    found = [ta.confidence(draws, measure) for measure in MEASURES]
    # To rounding: equal shares are drawn as equal.
    return [one.low - 1e-12 <= true <= one.high + 1e-12 for one, true in zip(found, truth, strict=True)]


def given(x: np.ndarray, c: np.ndarray, repeats: int) -> np.ndarray:
    """Coverage where the coefficient of variation is known."""
    truth, rng = [measure(x) for measure in MEASURES], np.random.default_rng(1)
    sigma = np.sqrt(np.log1p(c**2))
    hits = np.zeros(len(MEASURES))
    for seed in range(repeats):
        observed = x * np.exp(sigma * rng.standard_normal(len(x)) - sigma**2 / 2)
        hits += held(ta.uncertainty.draws(observed, c, size=DRAWS, seed=seed), truth)
    return hits / repeats


def mirrored(n: int, sigma: float, repeats: int) -> np.ndarray:
    """Coverage where ten exporters' and n importers' reports err, and the errors' size is read from them."""
    rng = np.random.default_rng(1)
    exporters, importers = [f"X{i}" for i in range(10)], [f"M{j}" for j in range(n)]
    pairs = list(itertools.product(exporters, importers))
    x = np.exp(1.5 * np.random.default_rng(0).standard_normal(len(pairs)))
    truth = [measure(x[:n]) for measure in MEASURES]
    hits = np.zeros(len(MEASURES))
    for seed in range(repeats):
        # Exporters err by sigma, importers by half of it.
        reports = [x * np.exp(s * rng.standard_normal(len(x))) for s in (sigma, sigma / 2)]
        sold = pd.DataFrame(pairs, columns=["reporter", "partner"]).assign(flow="export", value=reports[0])
        bought = pd.DataFrame(pairs, columns=["partner", "reporter"]).assign(flow="import", value=reports[1])
        rows = ta.mirror(pd.concat([sold, bought], ignore_index=True), cif=0)
        hits += held(ta.uncertainty.draws(rows[rows["reporter"] == "X0"], size=DRAWS, seed=seed), truth)
    return hits / repeats


def blocks(months: int, repeats: int) -> np.ndarray:
    """Coverage of moving blocks over months that depend on the month before."""
    rng, x = np.random.default_rng(1), markets("nine", 9)
    truth = [measure(x) for measure in MEASURES]
    hits = np.zeros(len(MEASURES))
    for seed in range(repeats):
        logs = np.empty((months, len(x)))
        logs[0] = rng.standard_normal(len(x))
        for month in range(1, months):
            logs[month] = 0.5 * logs[month - 1] + np.sqrt(0.75) * rng.standard_normal(len(x))
        series = x * np.exp(0.3 * logs - 0.3**2 / 2)
        hits += held(ta.uncertainty.moving_blocks(series, size=DRAWS, seed=seed), truth)
    return hits / repeats


def line(*words, coverage: np.ndarray) -> None:
    print("| " + " | ".join([*map(str, words), *(f"{100 * one:.1f}" for one in coverage)]) + " |", flush=True)


if __name__ == "__main__":
    repeats = int(sys.argv[1]) if len(sys.argv) > 1 else 2000
    print("| markets | n | errors | " + " | ".join(one.name for one in MEASURES) + " |")
    print("|---|---|---|" + "---|" * len(MEASURES))
    for n, shape in itertools.product((5, 30, 100), ("1", "1.5", "2.5", "zipf", "one large", "0.5", "equal")):
        for c in (0.05, 0.15, 0.3):
            x = markets(shape, n)
            line(shape, n, c, coverage=given(x, np.full(n, c), repeats))
    for shape, c in itertools.product(("nine", "Vietnam"), (0.05, 0.15, 0.3)):
        x = markets(shape, 9)
        line(shape, len(x), c, coverage=given(x, np.full(len(x), c), repeats))
    line("nine", 9, ".05 to .3", coverage=given(markets("nine", 9), np.linspace(0.05, 0.3, 9), repeats))
    for n, sigma in ((15, 0.2), (15, 0.5)):
        line("mirror", n, sigma, coverage=mirrored(n, sigma, repeats // 2))
    for months in (24, 60):
        line("blocks", 9, f"{months} months", coverage=blocks(months, repeats))
