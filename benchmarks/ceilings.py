"""How many flows stay at or below the ceilings of ``ta.limits``, where the later years were not used.

``python benchmarks/ceilings.py [FOLDER]``: of the embedded imports and exports of all economies, and, where FOLDER (or
``TRADEANALYSIS_SHARED_DATA``) has them, of imports of fish by HS6. For each table, horizon and kind of growth: the
share of flows and of value that stays, that of the largest tenth, the median and the 90th percentile of the ceiling
over the present value, and the pinball loss of its logarithm, each the mean over three present years. Then the
coverage on products that the quantiles were not learnt from, for ten random halves of the products.
"""

import os
import sys
import warnings
from pathlib import Path

import numpy as np
import pandas as pd

import tradeanalysis as ta
from tradeanalysis.planner.earlier_flows import earlier_flows, panel_cells
from tradeanalysis.planner.seen_growth import seen_growth
from tradeanalysis.tables.group_baskets import baskets_of, chosen_rows

FISH = "comtrade_fish_imports_half/fish_imports_2010_2021_half.parquet"
KINDS = ("own", "market", "seen")
HEADS = ("flows", "covered", "of value", "largest tenth", "median", "p90", "pinball")


def tables(folder: Path) -> dict[str, tuple[pd.DataFrame, list[str], list[int]]]:
    """Each table with the columns that make a flow, and the present years."""
    world = ta.example("world_2010_2020")
    found = {
        "imports of 86 economies": (ta.example("imports_1995_2019"), ["reporter"], [2014, 2015, 2016]),
        "exports of 210 economies": (world[world["flow"] == "export"], ["reporter"], [2015, 2016, 2017]),
    }
    if (file := folder / FISH).exists():
        columns = ["year", "reporter", "partner", "product", "value"]
        fish = pd.read_parquet(file).set_axis(columns, axis=1).assign(flow="import")
        fish = fish[fish["partner"].str.fullmatch("[A-Z]{3}") & (fish["reporter"] != fish["partner"])]
        found["imports of fish by HS6"] = (fish, ["reporter", "product"], [2016, 2017, 2018])
    return found


def outcome(table: pd.DataFrame, ceilings: pd.DataFrame, by: list[str], later: int) -> tuple[np.ndarray, ...]:
    """Present value, ceiling and later value of each flow whose reporter, and product, are there in the later year."""
    after = table[table["year"] == later]
    known = ceilings["reporter"].isin(after["reporter"])
    if "product" in by:
        known &= ceilings["product"].isin(steady(table, later))
    rows = ceilings[known].set_index([*by, "partner"])
    then = after.groupby([*by, "partner"], observed=True)["value"].sum().reindex(rows.index, fill_value=0.0)
    return rows["value"].to_numpy(), rows["limit"].to_numpy(), then.to_numpy()


def steady(table: pd.DataFrame, later: int) -> list[str]:
    """Products that 25 economies report in each of the years around, so that no code begins or ends."""
    years = table[table["year"].between(later - 3, later)]
    return list(
        (count := years.groupby(["product", "year"])["reporter"].nunique().unstack().min(axis=1))[count >= 25].index
    )


def row(now: np.ndarray, limit: np.ndarray, then: np.ndarray) -> list[float]:
    """What the ceilings do, under the heads."""
    held, ratio = then <= limit * (1 + 1e-12), limit / now
    missed = np.log(np.maximum(then / now, 0.1)) - np.log(ratio)
    large = now >= np.quantile(now, 0.9)
    loss = np.maximum(0.9 * missed, -0.1 * missed).mean()
    of_value = now[held].sum() / now.sum()
    return [len(now), held.mean(), of_value, held[large].mean(), np.median(ratio), np.quantile(ratio, 0.9), loss]


def splits(table: pd.DataFrame, year: int, years: int, halves: int = 10) -> list[float]:
    """Coverage on the products that were left out of the fit, for random halves of the products."""
    chosen = chosen_rows(table, ["year", "reporter", "product"])
    cells, products = panel_cells(baskets_of(chosen), swapped=False)
    found = []
    for seed in range(halves):
        fitted = np.random.default_rng(seed).permutation(len(products)) < len(products) // 2
        learnt, tested = (
            earlier_flows(cells.of(these), years, products)
            for these in (
                (cells.year <= year) & fitted[cells.kind],
                np.isin(cells.year, [year, year + years]) & ~fitted[cells.kind],
            )
        )
        seen = seen_growth(learnt.size, learnt.gap, learnt.growth, 0.9)
        found.append(float((tested.growth <= np.maximum(seen.multiple(tested.size, tested.gap), 1)).mean()))
    return found


def main() -> None:
    """Print both tables."""
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else os.environ.get("TRADEANALYSIS_SHARED_DATA", "."))
    warnings.simplefilter("ignore", ta.TradeDataWarning)
    found = tables(folder)
    rows = {}
    for name, (table, by, present) in found.items():
        for years in (1, 3):
            for growth in KINDS:
                each = []
                for year in present:
                    ceilings = ta.limits(table, by=by, growth=growth, years=years, year=year)
                    each.append(row(*outcome(table, ceilings, by, year + years)))
                rows[name, years, growth] = np.mean(each, axis=0)
    print(pd.DataFrame(rows, index=HEADS).T.round(3).to_string())
    for name, (table, by, present) in found.items():
        if "product" in by:
            for years in (1, 3):
                print(name, years, "products left out:", *(np.round(splits(table, one, years), 3) for one in present))


if __name__ == "__main__":
    main()
