"""What the audit of a large file costs beside plain group-bys of the same file, in one run.

``python benchmarks/audit.py FILE.parquet``; columns of other names: ``partner=importer value=value_usd``. Each is run
several times in turn and the medians are compared; read the ratios, not the seconds.
"""

import statistics
import sys
import time

import duckdb
import pandas as pd
import polars as pl

import tradeanalysis as ta

RUNS = 5


def main(path: str, columns: dict[str, str]) -> None:
    reporter, partner, product, value = (columns.get(c, c) for c in ("reporter", "partner", "product", "value"))
    groups = {
        "group by partner and product": [partner, product],
        "group by reporter and partner": [reporter, partner],
        "group by reporter, partner and product": [reporter, partner, product],
    }

    def by_duckdb(keys):
        names = ", ".join(keys)
        return duckdb.sql(f"SELECT {names}, sum({value}) FROM '{path}' GROUP BY {names}").to_arrow_table()

    def by_polars(keys):
        return pl.scan_parquet(path).group_by(keys).agg(pl.col(value).sum()).collect()

    held = pd.read_parquet(path)

    def by_pandas(keys):
        return held.groupby(keys, observed=True)[value].sum()

    engines = {
        "DuckDB, from the file": (lambda: ta.audit(duckdb.read_parquet(path), columns=columns), by_duckdb),
        "Polars, from the file": (lambda: ta.audit(pl.scan_parquet(path), columns=columns), by_polars),
        "pandas, in memory": (lambda: ta.audit(held, columns=columns), by_pandas),
    }
    print(f"{len(held):,} rows; median of {RUNS} runs in turn")
    for engine, (audit, group_by) in engines.items():
        work = {"audit": audit} | {name: lambda keys=keys, f=group_by: f(keys) for name, keys in groups.items()}
        seconds = {name: [] for name in work}
        for _ in range(RUNS + 1):  # the first run warms up
            for name, run in work.items():
                start = time.perf_counter()
                run()
                seconds[name].append(time.perf_counter() - start)
        median = {name: statistics.median(times[1:]) for name, times in seconds.items()}
        print(f"{engine}: audit {median['audit']:.2f} s")
        for name in groups:
            print(f"    {median['audit'] / median[name]:.2f} times a {name} ({median[name]:.2f} s)")


if __name__ == "__main__":
    main(sys.argv[1], dict(pair.split("=") for pair in sys.argv[2:]))
