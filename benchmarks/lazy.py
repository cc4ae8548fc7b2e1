"""What the indices of a table in Parquet cost, from DuckDB, Polars and a folder, beside a query of DuckDB by hand.

``python benchmarks/lazy.py PATH [--by reporter product] [--over partner] [--value value] [--rounds 3]`` takes any file
of Parquet with such columns, of exports; ten million rows take some minutes. Sums are the HHI of every group; order is
that with the share of the three largest and the Gini. Every contender has a cold process of its own, in turn; imports
are timed apart, and the folder is opened before the clock starts. All must agree to 1e-12. Read the ratios, by
processor time, and not the seconds.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import time

import numpy as np
import world

TASKS = {"sums": ["hhi"], "order": ["hhi", "top_share_3", "gini"]}


def by_hand(path, by, over, value, task):
    import duckdb
    import pyarrow  # noqa: F401

    duckdb.sql("SET threads = 2")
    keys = ", ".join(f'"{key}"' for key in by)
    query = f'SELECT {keys}, "{over}", sum("{value}") AS x FROM \'{path}\' GROUP BY ALL'
    found = "sum(x * x) / sum(x) ** 2 AS hhi"
    if task == "order":
        query = f"SELECT *, row_number() OVER (PARTITION BY {keys} ORDER BY x DESC) AS rank FROM ({query})"
        found += ", sum(x) FILTER (rank <= 3) / sum(x) AS top_share_3"
        found += ", (count(*) + 1 - 2 * sum(x * rank) / sum(x)) / count(*) AS gini"
    return lambda: duckdb.sql(f"SELECT {keys}, {found} FROM ({query}) GROUP BY {keys}").to_arrow_table()


def ours(table, by, over, value, task):
    import tradeanalysis as ta

    measures = [ta.hhi, *[ta.top_share(3), ta.gini] * (task == "order")]
    return ta.measure(table, *measures, by=by, over=over, value=value)


def of_duckdb(path, *about):
    import duckdb

    import tradeanalysis.tables  # noqa: F401

    duckdb.sql("SET threads = 2")
    return lambda: ours(duckdb.read_parquet(path), *about).to_arrow_table()


def of_polars(path, *about):
    import polars as pl

    import tradeanalysis.tables  # noqa: F401

    return lambda: ours(pl.scan_parquet(path), *about).collect().to_arrow()


def of_folder(path, by, over, value, task):
    """As ``ta.read`` gives it: in our columns, whatever the file calls them."""
    import duckdb

    import tradeanalysis as ta

    duckdb.sql("SET threads = 2")
    free = (one for one in ("reporter", "product", "year") if one not in by)
    names = {one: one if one in ("reporter", "product", "year") else next(free) for one in by}
    columns = {"partner": over, "value": value, **{our: their for their, our in names.items()}}
    trade = ta.read(path, engine="duckdb", own_trade=True, columns=columns, flow="export")
    return lambda: ours(trade, [names[one] for one in by], "partner", "value", task).to_arrow_table()


def in_memory(path, by, over, value, task):
    import pyarrow.parquet as pq

    import tradeanalysis.tables  # noqa: F401

    columns = [*by, over, value]
    return lambda: ours(pq.read_table(path, columns=columns), by, over, value, task)


CONTENDERS = {
    "DuckDB by hand": by_hand,
    "DuckDB": of_duckdb,
    "Polars": of_polars,
    "folder": of_folder,
    "Arrow, read and in memory": in_memory,
}


def contend(contender, path, task, over, value, *by):
    """One contender in this process, which has done nothing before."""
    start = time.process_time()
    run = CONTENDERS[contender](path, list(by), over, value, task)
    ready, wall = time.process_time(), time.perf_counter()
    answer = run()
    done = {"cpu": time.process_time() - ready, "wall": time.perf_counter() - wall, "before": ready - start}
    means = {name: float(np.mean(answer[name].to_numpy())) for name in TASKS[task]}
    return {**done, "peak": world.peak(), "groups": len(answer), "means": means}


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("path")
    parser.add_argument("--by", nargs="+", default=["reporter", "product"])
    parser.add_argument("--over", default="partner")
    parser.add_argument("--value", default="value")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", nargs="+", choices=CONTENDERS, default=list(CONTENDERS), metavar="CONTENDER")
    asked = parser.parse_args()
    os.environ["POLARS_MAX_THREADS"] = "2"
    print(world.machine())
    for task in TASKS:
        found = {contender: [] for contender in asked.only}
        for _ in range(asked.rounds):
            for contender, results in found.items():
                words = [contender, asked.path, task, asked.over, asked.value, *asked.by]
                done = subprocess.run([sys.executable, __file__, "--one", *words], capture_output=True, text=True)
                if done.returncode:
                    raise SystemExit(f"{task}, {contender}: {done.stderr}")
                results.append(json.loads(done.stdout.splitlines()[-1]))
        first = found[asked.only[0]][0]
        groups = f"{task}, {first['groups']:,} groups"
        print(f"\n{groups:30}{'cpu s':>8}{'/ first':>9}{'wall s':>8}{'/ first':>9}{'before':>8}{'peak MB':>9}")
        of_first = [statistics.median(one[kind] for one in found[asked.only[0]]) for kind in ("cpu", "wall")]
        for contender, results in found.items():
            for name, mean in results[0]["means"].items():
                if results[0]["groups"] != first["groups"] or abs(mean / first["means"][name] - 1) > 1e-12:
                    raise SystemExit(f"{task}: {contender} has {results[0]}, not {first}")
            cpu, wall, before = (statistics.median(one[kind] for one in results) for kind in ("cpu", "wall", "before"))
            ratios = [cpu / of_first[0], wall / of_first[1]]
            peak = max(one["peak"] for one in results)
            print(
                f"{contender:30}{cpu:8.2f}{ratios[0]:9.2f}{wall:8.2f}{ratios[1]:9.2f}{before:8.2f}{peak:9,.0f}",
                flush=True,
            )


if __name__ == "__main__":
    if sys.argv[1:2] == ["--one"]:
        print(json.dumps(contend(*sys.argv[2:])))
    else:
        main()
