"""What small questions cost: thirty years of one country (W4), and a thousand draws of 230 exporters (W5).

``python benchmarks/small.py`` makes both with a seed. W4 is the HHI, entropy, share of the three largest and Gini of
each of thirty years with 200 partners; W5 the HHI of 230,000 rows of a matrix, a row for each draw and exporter. The
contenders take turns in one process, after a turn to warm up; medians are told. All must agree.
"""

import statistics
import time

import numpy as np
import pandas as pd
import polars as pl
import world
from skbio.diversity import alpha_diversity

import tradeanalysis as ta

W4 = ["hhi", "entropy", "top_share_3", "gini"]


def made():
    draw = np.random.default_rng(1)
    years, partners = np.arange(1995, 2025), [f"P{i:03}" for i in range(200)]
    cells = pd.MultiIndex.from_product([years, partners], names=["year", "partner"])
    table = pd.DataFrame({"value": np.round(draw.lognormal(4, 2.5, len(cells)), 3) + 0.001}, index=cells).reset_index()
    return table, draw.lognormal(0, 2, (230_000, 200))


def by_hand_in_pandas(table):
    grouped = table.groupby("year")["value"]
    s = table["value"] / grouped.transform("sum")
    rank = grouped.rank(method="first", ascending=False)
    parts = {"hhi": s * s, "entropy": -s * np.log(s), "top_share_3": s.where(rank <= 3, 0.0), "ranked": s * rank}
    found = pd.DataFrame(parts).groupby(table["year"]).sum()
    n = grouped.size()
    found["gini"] = (n + 1 - 2 * found["ranked"]) / n
    return found


def by_apply_in_pandas(table):
    def indices(x):
        s = np.sort((x / x.sum()).to_numpy())[::-1]
        gini = (len(s) + 1 - 2 * (s * np.arange(1, len(s) + 1)).sum()) / len(s)
        return pd.Series(
            {"hhi": (s**2).sum(), "entropy": -(s * np.log(s)).sum(), "top_share_3": s[:3].sum(), "gini": gini}
        )

    return table.groupby("year")["value"].apply(indices).unstack()


def by_hand_in_polars(table):
    x = pl.col("value")
    falling = x.sort(descending=True)
    found = {
        "hhi": (x * x).sum() / x.sum() ** 2,
        "entropy": x.sum().log() - (x * x.log()).sum() / x.sum(),
        "top_share_3": falling.head(3).sum() / x.sum(),
        "gini": (pl.len() + 1 - 2 * (falling * pl.int_range(1, pl.len() + 1)).sum() / x.sum()) / pl.len(),
    }
    return table.group_by("year").agg(**found).sort("year")


def compare(title, contenders, told, turns):
    """All contenders in turn; medians, and how often each takes the time of the first."""
    times = {name: [] for name in contenders}
    answers = {}
    for turn in range(turns + 1):
        for name, run in contenders.items():
            start = time.perf_counter()
            answers[name] = run()
            if turn:
                times[name].append(time.perf_counter() - start)
    first = told(next(iter(answers.values())))
    for name, answer in answers.items():
        assert np.allclose(told(answer), first, rtol=1e-9), name
    print(f"\n{title}\n{'':28}{'ms':>10}{'/ ours':>9}")
    medians = {name: statistics.median(took) for name, took in times.items()}
    for name, took in medians.items():
        print(f"{name:28}{1000 * took:10.2f}{took / next(iter(medians.values())):9.2f}", flush=True)


def main():
    table, matrix = made()
    in_polars = pl.from_pandas(table)
    measures = [ta.hhi, ta.entropy, ta.top_share(3), ta.gini]
    print(world.machine())
    contenders = {
        "ours, pandas": lambda: ta.measure(table, *measures, by="year"),
        "ours, Polars": lambda: ta.measure(in_polars, *measures, by="year"),
        "pandas, vectorised": lambda: by_hand_in_pandas(table),
        "pandas, apply": lambda: by_apply_in_pandas(table),
        "Polars by hand": lambda: by_hand_in_polars(in_polars),
    }
    compare("W4: thirty years of 200 partners", contenders, lambda answer: [list(answer[name]) for name in W4], 50)
    contenders = {
        "ours": lambda: ta.hhi(matrix),
        "numpy by hand": lambda: (matrix**2).sum(axis=1) / matrix.sum(axis=1) ** 2,
        "scikit-bio": lambda: alpha_diversity("dominance", matrix),
    }
    compare("W5: a thousand draws of 230 exporters, 200 partners each", contenders, np.asarray, 5)


if __name__ == "__main__":
    main()
