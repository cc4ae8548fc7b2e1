"""What the indices of every exporter and product of a year of the world cost, beside peers and a compiled floor.

``python benchmarks/world.py [ROWS]`` makes rows like BACI's, with a seed: 228 exporters, 5,000 products, heavy tails;
with TRADEANALYSIS_SHARED_DATA it also takes the real imports of 2024 in that folder. W1 is the HHI of every exporter;
W2L the HHI, effective number, entropy, Theil and top share of every exporter and product; W2 the same with the share of
the three largest and the Gini. Each contender has a process of its own, which computes once to warm up and then five
times; the rounds go through all contenders in turn. All must agree. Read the ratios, not the seconds.
"""

import argparse
import ctypes
import functools
import json
import os
import platform
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from importlib.metadata import version
from pathlib import Path

import numpy as np

HERE = Path(__file__).resolve().parent
FIGURE = HERE.parent / "figures" / "benchmark_world.svg"
KEYS = {"W1": ["reporter"], "W2L": ["reporter", "product"], "W2": ["reporter", "product"]}
RUNS = 5
PART = 2000  # the groups that calls for each group are made for; their time is scaled to all of them


def make(path, rows, seed=1):
    """Rows like BACI's, in the order of exporter, importer, product, with its codes as whole numbers."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    draw = np.random.default_rng(seed)
    sizes = (228, 228, 5000)
    weights = [np.cumsum(draw.lognormal(0, 1, size)) for size in sizes]
    cells = np.empty(0, dtype=np.int64)
    while len(cells) < rows:
        e, p, k = (np.searchsorted(w / w[-1], draw.random(rows)).astype(np.int64) for w in weights)
        cells = np.unique(np.concatenate([cells, (e * sizes[1] + p) * sizes[2] + k]))
    cells = cells[np.linspace(0, len(cells) - 1, rows).astype(np.int64)]
    countries = np.sort(draw.choice(np.arange(4, 895), 228, replace=False)).astype(np.int32)
    products = np.sort(draw.choice(np.arange(10_121, 970_600), 5000, replace=False)).astype(np.int32)
    value = np.maximum(np.round(draw.lognormal(2, 2.5, rows), 3), 0.001)
    e, p, k = np.unravel_index(cells, sizes)
    columns = {"reporter": countries[e], "partner": countries[p], "product": products[k], "value": value}
    pq.write_table(pa.table(columns), path)


def real(path, folder):
    """The real imports of 2024, with whole numbers as codes, in BACI's order."""
    import pandas as pd

    table = pd.read_parquet(folder)[["exporter", "importer", "hs6", "value_usd"]]
    table = table.set_axis(["reporter", "partner", "product", "value"], axis=1)
    for key in ("reporter", "partner", "product"):
        table[key] = pd.factorize(table[key], sort=True)[0].astype(np.int32)
    table = table[table["value"] > 0].groupby(["reporter", "partner", "product"], as_index=False)["value"].sum()
    table.to_parquet(path)


# ---- contenders: each gives a function to time -----------------------------------------------------------------------


def names(task):
    return ["hhi", *["effective_partners", "entropy", "theil", "top_share_1"] * (task != "W1")] + [
        "top_share_3",
        "gini",
    ] * (task == "W2")


def ours(table, task):
    import tradeanalysis as ta

    measures = {"top_share_1": ta.top_share(1), "top_share_3": ta.top_share(3)}
    measures = [measures.get(name) or getattr(ta.measures, name) for name in names(task)]
    return lambda: ta.measure(table, *measures, by=KEYS[task])


def ours_pandas(path, task):
    import pandas as pd

    return ours(pd.read_parquet(path), task)


def ours_polars(path, task):
    import polars as pl

    return ours(pl.read_parquet(path), task)


def ours_arrow(path, task):
    import pyarrow.parquet as pq

    return ours(pq.read_table(path), task)


def ours_parquet(path, task):
    import duckdb

    duckdb.sql("SET threads = 2")
    run = ours(duckdb.read_parquet(path), task)
    return lambda: run().to_arrow_table()


@functools.cache
def compiled():
    with tempfile.TemporaryDirectory() as folder:
        library = str(Path(folder) / "floor.so")
        build = [
            "cc",
            "-O3",
            "-march=native",
            "-shared",
            "-fPIC",
            "-pthread",
            str(HERE / "floor.c"),
            "-o",
            library,
            "-lm",
        ]
        subprocess.run(build, check=True)
        return ctypes.CDLL(library)


def floor(path, task):
    """The least that the work takes, compiled: see floor.c."""
    import pyarrow.parquet as pq

    compute = compiled().compute
    table = pq.read_table(path)
    columns = [table[name].combine_chunks().to_numpy() for name in ("reporter", "partner", "product", "value")]
    out, groups, starts = np.zeros((len(table), 8)), np.zeros(1000, np.int64), np.zeros(1001, np.int64)
    count = ctypes.c_int64()

    def pointer(array):
        return ctypes.c_void_p(array.ctypes.data)

    number = ctypes.c_int(list(KEYS).index(task))
    rows = ctypes.c_int64(len(table))

    def run():
        compute(*map(pointer, columns), rows, number, *map(pointer, (out, groups, starts)), ctypes.byref(count))
        return out

    def told(out):
        n = out[:, 0]
        return {name: out[n > 0, i] for i, name in enumerate(names(task), 1)}

    run.told = told
    return run


def reading(path, task):
    """Reading the bytes at all: the sum of each column that the task needs, in memory."""
    import pyarrow.parquet as pq

    table = pq.read_table(path)
    columns = [table[name].combine_chunks().to_numpy() for name in [*KEYS[task], "partner", "value"]]

    def run():
        return [column.sum() for column in columns]

    run.told = lambda answer: {}
    return run


def pandas_apply(path, task):
    """As it is often written: a function of each group. On some groups, scaled to all."""
    import pandas as pd

    table = pd.read_parquet(path)
    groups = table[KEYS[task]].drop_duplicates()
    some = groups.sample(min(PART, len(groups)), random_state=1)
    part = table.merge(some, on=KEYS[task])

    def indices(group):
        x = group.groupby("partner")["value"].sum()
        s = np.sort((x / x.sum()).to_numpy())[::-1]
        found = {"hhi": (s**2).sum()}
        if task != "W1":
            entropy = -(s * np.log(s)).sum()
            found |= {"effective_partners": 1 / found["hhi"], "entropy": entropy, "theil": np.log(len(s)) - entropy}
            found["top_share_1"] = s[0]
        if task == "W2":
            gini = (len(s) + 1 - 2 * (s * np.arange(1, len(s) + 1)).sum()) / len(s)
            found |= {"top_share_3": s[:3].sum(), "gini": gini}
        return pd.Series(found)

    def run():
        return part.groupby(KEYS[task]).apply(indices)

    run.scale, run.told = len(groups) / len(some), lambda answer: {}
    return run


def pandas_vectorised(path, task):
    import pandas as pd

    table = pd.read_parquet(path)
    keys = KEYS[task]

    def run():
        cells = table.groupby([*keys, "partner"], sort=False)["value"].sum().reset_index()
        x = cells["value"]
        cells["squares"], cells["logs"] = x * x, x * np.log(x)
        grouped = cells.groupby(keys)
        total, n = grouped["value"].sum(), grouped.size()
        found = {"hhi": grouped["squares"].sum() / total**2}
        if task != "W1":
            entropy = np.log(total) - grouped["logs"].sum() / total
            found |= {"effective_partners": 1 / found["hhi"], "entropy": entropy, "theil": np.log(n) - entropy}
            found["top_share_1"] = grouped["value"].max() / total
        if task == "W2":
            rank = grouped["value"].rank(method="first", ascending=False)
            cells["ranked"], cells["three"] = x * rank, x.where(rank <= 3, 0.0)
            grouped = cells.groupby(keys)
            found["top_share_3"] = grouped["three"].sum() / total
            found["gini"] = (n + 1 - 2 * grouped["ranked"].sum() / total) / n
        return pd.DataFrame(found)

    return run


def polars_by_hand(path, task):
    import polars as pl

    table = pl.read_parquet(path)
    keys, x = KEYS[task], pl.col("value")
    total, n = x.sum(), pl.len()
    entropy = total.log() - (x * x.log()).sum() / total
    found = {"hhi": (x * x).sum() / total**2}
    if task != "W1":
        found |= {"effective_partners": 1 / found["hhi"], "entropy": entropy, "theil": n.log() - entropy}
        found["top_share_1"] = x.max() / total
    if task == "W2":
        falling = x.sort(descending=True)
        found["top_share_3"] = falling.head(3).sum() / total
        found["gini"] = (n + 1 - 2 * (falling * pl.int_range(1, n + 1)).sum() / total) / n
    cells = table.lazy().group_by(*keys, "partner").agg(x.sum())
    query = cells.group_by(keys).agg(**found).sort(keys)
    return query.collect


def duckdb_query(path, task):
    keys = ", ".join(KEYS[task])
    cells = f"SELECT {keys}, partner, sum(value) AS x FROM '{path}' GROUP BY {keys}, partner"
    found = "sum(x * x) / sum(x) ** 2 AS hhi"
    if task != "W1":
        entropy = "ln(sum(x)) - sum(x * ln(x)) / sum(x)"
        found += f", sum(x) ** 2 / sum(x * x) AS effective_partners, {entropy} AS entropy"
        found += f", ln(count(*)) - ({entropy}) AS theil"
        found += ", max(x) / sum(x) AS top_share_1"
    if task == "W2":
        cells = f"SELECT *, row_number() OVER (PARTITION BY {keys} ORDER BY x DESC) AS rank FROM ({cells})"
        found += ", sum(x) FILTER (rank <= 3) / sum(x) AS top_share_3"
        found += ", (count(*) + 1 - 2 * sum(x * rank) / sum(x)) / count(*) AS gini"
    return f"SELECT {keys}, {found} FROM ({cells}) GROUP BY {keys}"


def duckdb_by_hand(path, task):
    import duckdb

    duckdb.sql("SET threads = 2")
    return lambda: duckdb.sql(duckdb_query(path, task)).to_arrow_table()


def some_groups(path, task):
    """The cells of some groups, which are not timed, and how many times more groups there are."""
    import pandas as pd

    table = pd.read_parquet(path)
    groups = table[KEYS[task]].drop_duplicates()
    some = groups.sample(min(PART, len(groups)), random_state=1)
    cells = table.merge(some, on=KEYS[task]).groupby([*KEYS[task], "partner"])["value"].sum()
    return cells, len(groups) / len(some)


def scikit_bio(path, task):
    """Of dense rows, a partner a column; it has no share of the three largest, and its Gini counts absent partners."""
    from skbio.diversity import alpha_diversity

    cells, scale = some_groups(path, task)
    dense = cells.unstack(fill_value=0.0).to_numpy()
    of_its_own = [
        "dominance",
        *["enspie", "shannon", "berger_parker_d"] * (task != "W1"),
        *["gini_index"] * (task == "W2"),
    ]

    def run():
        return [alpha_diversity(name, dense) for name in of_its_own]

    run.scale, run.told = scale, lambda answer: {}
    return run


def pysal_inequality(path, task):
    """Theil and Gini, a call for each group."""
    from inequality.gini import Gini
    from inequality.theil import Theil

    if task == "W1":  # it has no HHI
        return None
    cells, scale = some_groups(path, task)
    groups = [group.to_numpy() for _, group in cells.groupby(level=KEYS[task])]

    def run():
        return [(Theil(x).T, *[Gini(x).g] * (task == "W2")) for x in groups]

    run.scale, run.told = scale, lambda answer: {}
    return run


def r_data_table(path, task):
    """In a process of R, which tells what it took."""
    import duckdb

    rows = str(Path(path).with_name("world.csv"))
    duckdb.sql(f"COPY (SELECT * FROM '{path}') TO '{rows}'")
    words = ["Rscript", str(HERE / "world.R"), rows, task, str(RUNS)]
    return json.loads(subprocess.run(words, check=True, capture_output=True, text=True).stdout)


CONTENDERS = {
    "reading the columns": reading,
    "floor, compiled": floor,
    "ours, pandas": ours_pandas,
    "ours, Polars": ours_polars,
    "ours, Arrow": ours_arrow,
    "ours, Parquet by DuckDB": ours_parquet,
    "DuckDB by hand, Parquet": duckdb_by_hand,
    "Polars by hand": polars_by_hand,
    "pandas, vectorised": pandas_vectorised,
    "pandas, apply": pandas_apply,
    "scikit-bio, cells ready": scikit_bio,
    "inequality, cells ready": pysal_inequality,
    "R, data.table": r_data_table,
}


def contend(path, task, contender):
    """One contender in this process: seconds of each run, processor seconds, peak memory, and its answer's means."""
    run = CONTENDERS[contender](path, task)
    if run is None or isinstance(run, dict):  # done elsewhere, or what it cannot do
        return run
    held = peak()
    answer = run()
    times = []
    for _ in range(RUNS):
        wall, cpu = time.perf_counter(), time.process_time()
        answer = run()
        times.append((time.perf_counter() - wall, time.process_time() - cpu))
    scale = getattr(run, "scale", 1)
    told = getattr(run, "told", lambda answer: {name: np.asarray(answer[name]) for name in names(task)})
    means = {name: [len(column), float(np.mean(column))] for name, column in told(answer).items()}
    return {"times": [[wall * scale, cpu * scale] for wall, cpu in times], "held": held, "peak": peak(), "means": means}


def peak():
    """The peak memory of this process in MB; not ru_maxrss, which begins with that of the process that started it."""
    status = Path("/proc/self/status")
    if not status.exists():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    told = status.read_text(encoding="ascii")
    return int(told.split("VmHWM:")[1].split()[0]) / 1024


def compare(path, title, rounds, contenders, tasks):
    """All tasks and contenders in turn; a table of medians, printed as it comes."""
    rows = []
    for task in tasks:
        found = {contender: [] for contender in contenders}
        for _ in range(rounds):
            for contender in contenders:
                done = subprocess.run(
                    [sys.executable, __file__, "--one", path, task, contender], capture_output=True, text=True
                )
                if done.returncode:
                    raise SystemExit(f"{task} {contender}: {done.stderr}")
                if result := json.loads(done.stdout.splitlines()[-1]):
                    found[contender].append(result)
        found = {contender: results for contender, results in found.items() if results}
        agree(task, {contender: results[0]["means"] for contender, results in found.items()})
        print(f"\n{title}, {task}\n{'':26}{'s':>8}{'cpu s':>8}{'/ floor':>9}{'cpu / floor':>13}{'peak MB':>9}")
        for contender, results in found.items():
            wall, cpu = (statistics.median(t[i] for result in results for t in result["times"]) for i in (0, 1))
            memory = max(result["peak"] for result in results)
            rows.append({"task": task, "contender": contender, "wall": wall, "cpu": cpu, "peak": memory})
        least = next((row for row in rows if row["task"] == task and row["contender"].startswith("floor")), None)
        for row in rows:
            if row["task"] == task:
                ratios = [row[one] / least[one] if least else float("nan") for one in ("wall", "cpu")]
                print(
                    f"{row['contender']:26}{row['wall']:8.3f}{row['cpu']:8.3f}{ratios[0]:9.2f}{ratios[1]:13.2f}"
                    f"{row['peak']:9,.0f}",
                    flush=True,
                )
    return rows


def agree(task, means):
    """The contenders' answers are of one length and mean."""
    told = {contender: found for contender, found in means.items() if found}
    first = next(iter(told.values()))
    for contender, found in told.items():
        for name, (count, mean) in found.items():
            same = count == first[name][0] and abs(mean - first[name][1]) <= 1e-9 * abs(first[name][1])
            if not same:
                raise SystemExit(f"{task}: {contender} has {count:,} of {name}, mean {mean!r}, not {first[name]}")


def draw(rows, title):
    import matplotlib

    matplotlib.use("svg")
    import matplotlib.pyplot as plt

    tasks = list(dict.fromkeys(row["task"] for row in rows))
    contenders = list(dict.fromkeys(row["contender"] for row in rows))[::-1]
    figure, axes = plt.subplots(1, len(tasks), figsize=(13, 4.2), sharey=True, squeeze=False, layout="constrained")
    for ax, task in zip(axes[0], tasks, strict=True):
        wall = {row["contender"]: row["wall"] for row in rows if row["task"] == task}
        colours = ["#c0392b" if one.startswith("ours") else "#8a9aa8" for one in contenders]
        bars = ax.barh(contenders, [wall.get(one, float("nan")) for one in contenders], color=colours)
        least = wall["floor, compiled"]
        words = [f" {wall[one]:.2g} s, {wall[one] / least:,.1f}x" if one in wall else "" for one in contenders]
        ax.bar_label(bars, words, fontsize=8)
        ax.set(xscale="log", title=task, xlabel="seconds, log scale; times the floor")
        ax.set_xlim(right=ax.get_xlim()[1] * 6)
        ax.spines[["top", "right"]].set_visible(False)
    figure.suptitle(title, fontsize=9)
    FIGURE.parent.mkdir(exist_ok=True)
    figure.savefig(FIGURE)
    print(f"\n{FIGURE.relative_to(HERE.parent)}")


def machine():
    info = Path("/proc/cpuinfo")
    lines = info.read_text(encoding="utf-8").splitlines() if info.exists() else []
    model = next((line.split(":")[1].strip() for line in lines if line.startswith("model name")), platform.machine())
    packages = ("numpy", "scipy", "pandas", "polars", "duckdb", "pyarrow", "narwhals", "tradeanalysis")
    told = ", ".join(f"{name} {version(name)}" for name in packages)
    return f"{os.cpu_count()} cores of {model}; Python {platform.python_version()}, {told}"


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("rows", nargs="?", type=int, default=11_000_000)
    parser.add_argument("--rounds", type=int, default=1, help="how many times all contenders have their turn")
    parser.add_argument("--only", nargs="+", choices=CONTENDERS, default=list(CONTENDERS), metavar="CONTENDER")
    parser.add_argument("--tasks", nargs="+", choices=KEYS, default=list(KEYS), metavar="TASK")
    parser.add_argument("--one", nargs=3, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if not shutil.which("Rscript"):
        print("R is not on this machine, and data.table not among the contenders")
        asked.only = [one for one in asked.only if one != "R, data.table"]
    if asked.one:
        print(json.dumps(contend(*asked.one)))
        return
    os.environ["POLARS_MAX_THREADS"] = "2"
    print(machine())
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder) / "world.parquet")
        make(path, asked.rows)
        title = f"{asked.rows:,} rows like BACI's"
        rows = compare(path, title, asked.rounds, asked.only, asked.tasks)
        if "floor, compiled" in asked.only:
            draw(rows, f"{title}; {machine()}")
        if shared := os.environ.get("TRADEANALYSIS_SHARED_DATA"):
            real(path, Path(shared) / "baci2024_hs6_by_importer")
            compare(path, "Imports of 2024, 220 importers", asked.rounds, asked.only, asked.tasks)


if __name__ == "__main__":
    main()
