"""What the indices of more rows than fit in memory cost: years in Parquet, the answer written as Parquet.

``python benchmarks/folders.py [MILLIONS ...]`` makes years of ten million rows like BACI's and computes W2 of world.py
(seven indices for every year, exporter and product) over 1, 3, 10, 30 and 100 million rows. Each contender has a
process of its own, in turn, three times; medians are told, and the largest peak memory; imports are timed as well. All
must agree. Rows against time and memory are drawn.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import world

FIGURE = world.FIGURE.with_name("benchmark_folders.svg")
YEAR = 10_000_000
KEYS = ["year", "reporter", "product"]


def make(folder, millions):
    """Years of ten million rows; one of fewer, where fewer are asked for."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.parquet as pq

    folder.mkdir()
    for i, start in enumerate(range(0, millions * 10**6, YEAR)):
        path = folder / f"{2000 + i}.parquet"
        world.make(path, min(YEAR, millions * 10**6 - start), seed=i)
        rows = pq.read_table(path)
        pq.write_table(rows.append_column("year", pa.array(np.full(len(rows), 2000 + i, dtype=np.int32))), path)


def ours(folder, out):
    import duckdb

    import tradeanalysis as ta

    duckdb.sql("SET threads = 2")
    measures = {"top_share_1": ta.top_share(1), "top_share_3": ta.top_share(3)}
    measures = [measures.get(name) or getattr(ta.measures, name) for name in world.names("W2")]
    ta.tables.measure_to_folder(duckdb.read_parquet(f"{folder}/*.parquet"), *measures, by=KEYS, out=out)


def floor(folder, out):
    """Read, the compiled floor, write: a file after the other."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    for path in sorted(Path(folder).iterdir()):
        run = world.floor(path, "W2")
        pq.write_table(pa.table(run.told(run())), out / path.name)


def duckdb_by_file(folder, out):
    import duckdb

    duckdb.sql("SET threads = 2")
    for path in sorted(Path(folder).iterdir()):
        query = world.duckdb_query(path, "W2")
        duckdb.sql(f"COPY ({query}) TO '{out / path.name}'")


def polars_by_file(folder, out):
    for path in sorted(Path(folder).iterdir()):
        world.polars_by_hand(path, "W2")().write_parquet(out / path.name)


def pandas_by_file(folder, out):
    for path in sorted(Path(folder).iterdir()):
        world.pandas_vectorised(path, "W2")().to_parquet(out / path.name)


CONTENDERS = {
    "floor, compiled": floor,
    "ours": ours,
    "DuckDB by hand, by file": duckdb_by_file,
    "Polars by hand, by file": polars_by_file,
    "pandas, vectorised, by file": pandas_by_file,
}


def contend(folder, contender, out):
    """One contender in this process."""
    world.compiled()
    wall, cpu = time.perf_counter(), time.process_time()
    CONTENDERS[contender](folder, Path(out))
    return {"wall": time.perf_counter() - wall, "cpu": time.process_time() - cpu, "peak": world.peak()}


def answer(out):
    """The groups that were written, and the means of what they hold."""
    import duckdb

    means = ", ".join(f"avg({name})" for name in world.names("W2"))
    return duckdb.sql(f"SELECT count(*), {means} FROM read_parquet('{out}/*.parquet')").fetchall()[0]


def compare(folder, millions, rounds, contenders):
    """All contenders in turn; a table of medians."""
    found = {contender: [] for contender in contenders}
    answers = {}
    for _ in range(rounds):
        for contender in contenders:
            with tempfile.TemporaryDirectory() as out:
                words = [sys.executable, __file__, "--one", str(folder), contender, out]
                done = subprocess.run(words, capture_output=True, text=True)
                if done.returncode:
                    raise SystemExit(f"{contender}: {done.stderr}")
                found[contender].append(json.loads(done.stdout.splitlines()[-1]))
                answers[contender] = answer(out)
    first = answers[contenders[0]]
    for contender, one in answers.items():
        if one[0] != first[0] or any(abs(a / b - 1) > 1e-9 for a, b in zip(one[1:], first[1:], strict=True)):
            raise SystemExit(f"{contender} has {one}, not {first}")
    print(f"\n{millions} million rows, {first[0]:,} groups\n{'':28}{'s':>8}{'cpu s':>8}{'/ floor':>9}{'peak MB':>9}")
    rows = []
    for contender, results in found.items():
        wall, cpu = (statistics.median(result[one] for result in results) for one in ("wall", "cpu"))
        peak = max(result["peak"] for result in results)
        rows.append({"millions": millions, "contender": contender, "wall": wall, "cpu": cpu, "peak": peak})
    for row in rows:
        ratio = row["wall"] / rows[0]["wall"]
        print(f"{row['contender']:28}{row['wall']:8.1f}{row['cpu']:8.1f}{ratio:9.2f}{row['peak']:9,.0f}", flush=True)
    return rows


def draw(rows):
    import matplotlib

    matplotlib.use("svg")
    import matplotlib.pyplot as plt
    from matplotlib.ticker import LogLocator, NullLocator

    figure, axes = plt.subplots(1, 2, figsize=(11, 4.4), layout="constrained")
    contenders = list(dict.fromkeys(row["contender"] for row in rows))
    greys = iter(["#3d4b57", "#8a9aa8", "#a9862c", "#4f7f9f", "#9b7fa8"])
    colours = {one: "#c0392b" if one == "ours" else next(greys) for one in contenders}
    for ax, what, unit in zip(axes, ("wall", "peak"), ("seconds", "peak memory, MB"), strict=True):
        for contender in contenders:
            mine = [row for row in rows if row["contender"] == contender]
            x, y = [row["millions"] for row in mine], [row[what] for row in mine]
            ax.plot(x, y, "o-", color=colours[contender], lw=2.5 if contender == "ours" else 1.2, ms=4, label=contender)
        ax.set(xscale="log", xlabel="million rows", ylabel=unit)
        ticks = sorted({row["millions"] for row in rows})
        ax.set_xticks(ticks, [str(tick) for tick in ticks])
        ax.minorticks_off()
        ax.yaxis.set_major_formatter("{x:,g}")
        ax.grid(alpha=0.25)
        ax.spines[["top", "right"]].set_visible(False)
    axes[0].set_yscale("log")
    axes[0].yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axes[0].yaxis.set_major_formatter("{x:,g}")
    axes[0].yaxis.set_minor_locator(NullLocator())
    axes[1].set_ylim(bottom=0)
    axes[0].legend(frameon=False, fontsize=8)
    figure.suptitle(
        f"Seven indices of every year, exporter and product, Parquet to Parquet\n{world.machine()}", fontsize=8
    )
    FIGURE.parent.mkdir(exist_ok=True)
    figure.savefig(FIGURE)
    print(f"\n{FIGURE.relative_to(world.HERE.parent)}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("millions", nargs="*", type=int, default=[1, 3, 10, 30, 100])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", nargs="+", choices=CONTENDERS, default=list(CONTENDERS), metavar="CONTENDER")
    parser.add_argument("--one", nargs=3, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.one:
        print(json.dumps(contend(*asked.one)))
        return
    os.environ["POLARS_MAX_THREADS"] = "2"
    print(world.machine())
    rows = []
    for millions in asked.millions:
        with tempfile.TemporaryDirectory() as folder:
            make(Path(folder) / "years", millions)
            rows += compare(Path(folder) / "years", millions, asked.rounds, asked.only)
    draw(rows)


if __name__ == "__main__":
    main()
