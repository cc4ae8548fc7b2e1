"""How long files take to be read, beside pandas' own reading of the same cells: ratios of processor time, in one run.

    python benchmarks/reading.py

A wide CSV of months (60 rows x 300 months), and one sheet of a workbook of twenty (200 rows x 100 columns each). pandas
reads the cells only. Our reading of the cells finds the delimiter and the headings, gives rows their roles and sets the
months below each other; ``ta.read`` then reads labels and numbers, audits the table and certifies it.

With a folder of real files in ``TRADEANALYSIS_SHARED_DATA`` also 9.9 million rows of Parquet in memory, beside the same
file as a lazy table of Polars that is collected, and beside the cells as pandas reads them.
"""

from __future__ import annotations

import os
import tempfile
import time
import warnings
from collections.abc import Callable
from pathlib import Path

import pandas as pd

import tradeanalysis as ta
from tradeanalysis.sources.load import load
from tradeanalysis.sources.options import ReadOptions

RUNS = 7


def fastest(run: Callable[[], object]) -> float:
    """The seconds of processor of the fastest of several runs, after one that does not count."""
    run()
    return min(seconds_of(run) for _ in range(RUNS))


def seconds_of(run: Callable[[], object]) -> float:
    """The seconds of processor that a call takes."""
    start = time.process_time()
    run()
    return time.process_time() - start


def wide_months(folder: Path) -> Path:
    """60 countries by 300 months."""
    countries = ta.countries().query("kind == 'country'")["iso3"].head(60)
    months = [f"{year}-{month:02d}" for year in range(2000, 2025) for month in range(1, 13)]
    table = pd.DataFrame({"Country": countries, **{one: range(i, i + 60) for i, one in enumerate(months)}})
    table.to_csv(folder / "months.csv", index=False)
    return folder / "months.csv"


def twenty_sheets(folder: Path) -> Path:
    """A workbook of twenty sheets, of 200 rows by 100 columns each."""
    countries = ta.countries().query("kind == 'country'")["iso3"].head(200)
    with pd.ExcelWriter(folder / "years.xlsx") as book:
        for year in range(1995, 2015):
            columns = {f"c{j}": range(j, j + 200) for j in range(100)}
            pd.DataFrame({"partner": countries, **columns}).to_excel(book, sheet_name=str(year), index=False)
    return folder / "years.xlsx"


def ten_million_rows(folder: Path) -> None:
    """Importer x HS6, whole in memory and by an engine."""
    file = folder / "baci2024_hs6_by_importer" / "bilateral_hs6_2024_220importers.parquet"
    columns = {"partner": "importer", "reporter": "exporter", "product": "hs6", "value": "value_usd"}
    runs: dict[str, Callable[[], object]] = {
        "in memory": lambda: ta.read(file, columns=columns, flow="export"),
        "engine='polars', collected": lambda: ta.read(file, columns=columns, flow="export", engine="polars").collect(),
        "the cells by pandas": lambda: pd.read_parquet(file),
    }
    # In turn, so that all see the same machine.
    rounds = [{name: seconds_of(run) for name, run in runs.items()} for _ in range(2)]
    found = {name: min(one[name] for one in rounds) for name in runs}
    ours = found["in memory"]
    ratios = ", ".join(f"{ours / one:.1f} times {name} ({one:.1f} s)" for name, one in found.items() if one != ours)
    print(f"9.9 million rows, Parquet: {ours:.1f} s, {ratios}")


def main() -> None:
    """Print a line for each file."""
    warnings.simplefilter("ignore")
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        months, years = wide_months(folder), twenty_sheets(folder)
        columns = {"partner": "partner", "value": "c1"}
        cases = {
            "60 rows x 300 months, CSV": (
                lambda: pd.read_csv(months, dtype=str, keep_default_na=False),
                lambda: load(months, ReadOptions()),
                lambda: ta.read(months, unit="kUSD"),
            ),
            "one sheet of twenty, XLSX": (
                lambda: pd.read_excel(years, sheet_name="1995", engine="calamine"),
                lambda: load(years, ReadOptions(sheet="1995", columns=columns)),
                lambda: ta.read(years, sheet="1995", columns=columns, unit="USD"),
            ),
        }
        for name, (pandas, cells, ours) in cases.items():
            one, some, whole = fastest(pandas), fastest(cells), fastest(ours)
            print(
                f"{name}: pandas {one * 1e3:.1f} ms; to cells {some / one:.1f} times, with the audit {whole / one:.1f}"
            )
    if shared := os.environ.get("TRADEANALYSIS_SHARED_DATA"):
        ten_million_rows(Path(shared))


if __name__ == "__main__":
    main()
