"""What RCA of all exporters and products costs beside a plain group-by of the same rows, and beside py-ecomplexity.

``python benchmarks/rca.py ROWS`` makes rows as world.py does; ``python benchmarks/rca.py FILE.parquet`` takes those of
a file, whose columns may have other names: ``reporter=exporter value=value_usd``. Each is run several times in turn and
the medians are compared; read the ratios, not the seconds. Peak memory is that of a process of its own which reads the
columns and computes once, less what the same process takes for reading them.
"""

import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pandas as pd
import world

RUNS = 5
ENGINES = ("pandas", "polars", "duckdb")


def table(path: str, engine: str, columns: dict[str, str]):
    """The columns that RCA needs, under their names in a trade table."""
    names = {columns.get(name, name): name for name in ("reporter", "product", "value")}
    if engine == "pandas":
        return pd.read_parquet(path, columns=list(names)).rename(columns=names)
    if engine == "polars":
        import polars as pl

        return pl.read_parquet(path, columns=list(names)).rename(names)
    import duckdb

    listed = ", ".join(f'"{old}" AS "{new}"' for old, new in names.items())
    return duckdb.sql(f"SELECT {listed} FROM '{path}'")


def group_by(rows, engine: str):
    """The plain sum by reporter and product."""
    if engine == "pandas":
        return rows.groupby(["reporter", "product"], observed=True)["value"].sum()
    if engine == "polars":
        import polars as pl

        return rows.group_by("reporter", "product").agg(pl.col("value").sum())
    return rows.aggregate("reporter, product, sum(value) AS value").to_arrow_table()


def rca(rows, engine: str = "pandas"):
    """Ours, computed to the end on a lazy engine too."""
    import tradeanalysis as ta

    answer = ta.rca(rows)
    return answer.to_arrow_table() if engine == "duckdb" else answer


def peers(rows: pd.DataFrame) -> pd.DataFrame:
    """RCA alone by py-ecomplexity, which takes a table that is summed already and gives a full matrix."""
    from ecomplexity.ComplexityData import ComplexityData

    summed = rows.groupby(["reporter", "product"], observed=True)["value"].sum().reset_index().assign(time=0)
    summed = summed.astype({"reporter": str, "product": str})
    data = ComplexityData(summed, {"time": "time", "loc": "reporter", "prod": "product", "val": "value"}, "coerce")
    data.create_full_df(0)
    data.calculate_rca()
    full = data.data_t.reset_index()[["loc", "prod", "val"]].set_axis(["reporter", "product", "value"], axis=1)
    return full.assign(peer=data.rca_t.ravel()).query("value > 0")


def peak(path: str, engine: str, what: str, pairs: list[str]) -> float:
    """The peak memory in MB of a process that reads and, if ``what`` says so, computes."""
    done = subprocess.run(
        [sys.executable, __file__, path, *pairs, f"--peak={engine}:{what}"], capture_output=True, text=True, check=True
    )
    return float(done.stdout.split()[-1])


def main(path: str, pairs: list[str]) -> None:
    columns = dict(pair.split("=") for pair in pairs)
    held = {}
    for engine in ENGINES:
        rows = table(path, engine, columns)
        held[engine] = rows
        work = {"rca": lambda rows=rows, e=engine: rca(rows, e), "group-by": lambda r=rows, e=engine: group_by(r, e)}
        seconds = {name: [] for name in work}
        for _ in range(RUNS + 1):  # the first run warms up
            for name, run in work.items():
                start = time.perf_counter()
                run()
                seconds[name].append(time.perf_counter() - start)
        median = {name: statistics.median(times[1:]) for name, times in seconds.items()}
        reading, computing = (peak(path, engine, what, pairs) for what in ("read", "rca"))
        print(
            f"{engine}: RCA {median['rca']:.2f} s, {median['rca'] / median['group-by']:.2f} times a plain group-by by "
            f"reporter and product ({median['group-by']:.2f} s); peak memory {computing:,.0f} MB, of which reading "
            f"{reading:,.0f} MB"
        )
    rows = held["pandas"]
    seconds = {rca: [], peers: []}
    for _ in range(RUNS):
        for run in seconds:
            start = time.perf_counter()
            run(rows)
            seconds[run].append(time.perf_counter() - start)
    theirs, ours = peers(rows), rca(rows).astype({"reporter": str, "product": str})
    both = theirs.merge(ours, on=["reporter", "product"], how="outer")
    apart = (both["rca"] / both["peer"] - 1).abs()
    print(f"py-ecomplexity's RCA: {statistics.median(seconds[peers]) / statistics.median(seconds[rca]):.1f} times ours")
    print(
        f"    {len(both):,} values, {apart.isna().sum():,} in one only; largest relative difference {apart.max():.1e}"
    )


if __name__ == "__main__":
    asked = [one for one in sys.argv[2:] if one.startswith("--peak=")]
    pairs = [one for one in sys.argv[2:] if not one.startswith("--")]
    if asked:
        engine, what = asked[0].removeprefix("--peak=").split(":")
        rows = table(sys.argv[1], engine, dict(pair.split("=") for pair in pairs))
        if what == "rca":
            rca(rows, engine)
        # Not ru_maxrss, which begins with that of the process that started this one.
        told = Path("/proc/self/status").read_text(encoding="ascii")
        print(int(told.split("VmHWM:")[1].split()[0]) / 1024)
    elif sys.argv[1].isdecimal():
        with tempfile.TemporaryDirectory() as folder:
            made = str(Path(folder) / "world.parquet")
            world.make(made, int(sys.argv[1]))
            main(made, [])
    else:
        main(sys.argv[1], pairs)
