"""An exposure to tariffs of ten million rows, beside the same join in DuckDB, as a ratio in one run.

    python benchmarks/tariffs.py [--rows 10000000] [--labels str|category]

The trade is of one economy with 200 partners and 5,000 products; the tariffs are 40,000 rows of prefixes of 2, 4 and 6
digits, of origins by name and of the world. DuckDB has its own copy of the trade in memory and joins it with each
length of prefix, the longest first. Both give the mean rate, which must be the same.
"""

import argparse
import statistics
import time

import duckdb
import numpy as np
import pandas as pd

import tradeanalysis as ta

ROUNDS = 5


def trade(rows: int, labels: str) -> pd.DataFrame:
    """So many rows of partner, product and value."""
    rng = np.random.default_rng(1)
    partners = ta.countries().query("kind == 'country' and iso3 != 'VNM'")["iso3"].to_numpy()[:200]
    products = np.array([f"{i:06d}" for i in rng.choice(np.arange(10100, 979999), 5000, replace=False)])
    made = {
        name: pd.Categorical.from_codes(rng.integers(0, len(one), rows), one)
        for name, one in (("partner", np.sort(partners)), ("product", np.sort(products)))
    }
    table = pd.DataFrame(made).assign(value=rng.random(rows) * 1e6)
    return table if labels == "category" else table.astype({"partner": str, "product": str})


def tariffs(table: pd.DataFrame) -> pd.DataFrame:
    """Rows of all origins and of one by name, no two of one importer, origin and prefix."""
    rng = np.random.default_rng(2)
    partners, products = sorted(set(table["partner"])), sorted(set(table["product"]))
    prefixes = np.array(sorted({code[:n] for code in products for n in (2, 4, 6)}))
    rows = pd.DataFrame(
        {
            "importer": rng.choice(partners, 40_000),
            "origin": rng.choice(["VNM", "World"], 40_000),
            "product": rng.choice(prefixes, 40_000),
            "rate_share": rng.integers(0, 40, 40_000) / 100,
        }
    ).drop_duplicates(["importer", "origin", "product"])
    return rows.assign(**{"form": "additional", "from": "2025-01-01", "act": "A"})


QUERY = """
SELECT sum(t.value * coalesce({rates}, 0)) / sum(t.value) FROM trade t
{joins}
"""


def by_duckdb(connection: duckdb.DuckDBPyConnection) -> float:
    """The mean rate by joins on the prefixes of each length, of the named origin and of the world."""
    names = [(n, origin) for n in (6, 4, 2) for origin in ("VNM", "WLD")]
    joins = "\n".join(
        f"LEFT JOIN (SELECT importer, product, rate FROM tariffs WHERE origin = '{origin}' AND length(product) = {n})"
        f" j{n}{origin} ON j{n}{origin}.importer = t.partner AND j{n}{origin}.product = left(t.product, {n})"
        for n, origin in names
    )
    rates = ", ".join(f"j{n}{origin}.rate" for n, origin in names)
    return float(connection.sql(QUERY.format(rates=rates, joins=joins)).fetchall()[0][0])


def seconds(work) -> tuple[float, float]:
    """The seconds of a call, and what it gives."""
    start = time.perf_counter()
    found = work()
    return time.perf_counter() - start, found


def main() -> None:
    """Print the times side by side."""
    options = argparse.ArgumentParser()
    options.add_argument("--rows", type=int, default=10_000_000)
    options.add_argument("--labels", choices=("str", "category"), default="str")
    given = options.parse_args()
    table = trade(given.rows, given.labels)
    rates = ta.tariffs.schedule(tariffs(table))
    connection = duckdb.connect()
    connection.register("table_of_trade", table.astype({"partner": str, "product": str}))
    connection.execute("CREATE TABLE trade AS SELECT * FROM table_of_trade")
    connection.register("table_of_tariffs", rates)
    connection.execute("CREATE TABLE tariffs AS SELECT importer, origin, product, rate FROM table_of_tariffs")
    ours, theirs = [], []
    for _ in range(ROUNDS):
        took, exposure = seconds(lambda: ta.tariff_exposure(table, rates, on="2025-06-01", reporter="VNM"))
        ours.append(took)
        took, mean = seconds(lambda: by_duckdb(connection))
        theirs.append(took)
        assert abs(exposure.mean_rate - mean) < 1e-12, (exposure.mean_rate, mean)
    one, other = statistics.median(ours), statistics.median(theirs)
    print(f"{given.rows:,} rows ({given.labels}), {len(rates):,} tariffs: mean rate {exposure.mean_rate:.12f}")
    print(f"tradeanalysis {one:.2f} s, DuckDB {other:.2f} s, ratio {one / other:.2f}")


if __name__ == "__main__":
    main()
