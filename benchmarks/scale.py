"""How time and memory grow with the rows, of every function that takes a table of many reporters and products.

``python benchmarks/scale.py [NAME ...]``; ``--rows 1 2 4 8`` are millions, ``--labels category``, ``int`` or ``str``. A
year has 500,000 rows like BACI's (``world.make``), with ISO3 codes and six digits as labels, so that groups grow as the
rows do. Each call has a process of its own, which warms up on a small table. The slope is that of log time on log rows,
1 where time is linear; calls are those of Python functions, and ought not to grow at all.
"""

import argparse
import cProfile
import json
import subprocess
import sys
import tempfile
import time
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import world

import tradeanalysis as ta
from tradeanalysis.changes.products_by_markets import accounts
from tradeanalysis.dependency import (
    complementarity_indices,
    diversification_indices,
    finger_kreinin_indices,
)
from tradeanalysis.uncertainty.group_bounds import intervals

YEAR = 500_000
SMALL = 20_000
BOTH = ["reporter", "product"]


def rows_of(year, rows):
    """A year of exports."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "year.parquet"
        world.make(path, rows, seed=year)
        made = pd.read_parquet(path)
    countries = ta.countries().query("kind == 'country'")["iso3"].to_numpy()[:228]
    economies, products = (np.unique(made[list(keys)]) for keys in (("reporter", "partner"), ("product",)))
    for key, labels, there in (
        ("reporter", countries, economies),
        ("partner", countries, economies),
        ("product", np.array([f"{100_000 + 7 * k}" for k in range(5000)]), products),
    ):
        made[key] = pd.Categorical.from_codes(np.searchsorted(there, made[key]), labels)
    made = made[made["reporter"] != made["partner"]]
    return made.assign(flow=pd.Categorical(["export"] * len(made), ["export", "import"]), year=year)


def exports(rows, year=YEAR):
    """So many rows, a year after the other."""
    years = [rows_of(2000 + i, min(year, rows - start)) for i, start in enumerate(range(0, rows, year))]
    return pd.concat(years, ignore_index=True)


# ---- tables for what is asked of them --------------------------------------------------------------------------------


def two_reports(table):
    """Both reports of half of the rows, which differ."""
    half = table.iloc[::2]
    other = half.rename(columns={"reporter": "partner", "partner": "reporter"})[half.columns]
    noise = np.exp(np.random.default_rng(0).normal(0.06, 0.3, len(half)))
    flow = pd.Categorical(["import"] * len(half), ["export", "import"])
    return pd.concat([half, other.assign(value=half["value"] * noise, flow=flow)], ignore_index=True)


def within_ends(table):
    """Each value with a low and a high end."""
    return table.assign(low=0.8 * table["value"], high=1.3 * table["value"])


def faulty(table):
    """Faults in every group: values that are none, cells twice, World rows that are wrong, slips, no trade at all."""
    draw = np.random.default_rng(0)
    fate, value = draw.random(len(table)), table["value"].to_numpy().copy()
    for share, wrong in ((0.01, -1.0), (0.02, np.nan), (0.03, np.inf), (0.3, 0.0)):
        value[(fate < share) & (fate > share - 0.01 if share < 0.1 else fate > 1 - share)] = wrong
    value[(table["reporter"].cat.codes % 5 == 0) & (table["year"] % 2 == 0)] = 0.0
    value[table["partner"].cat.codes % 7 == table["year"] % 7] *= 1e6
    bad = table.assign(value=value, partner=table["partner"].cat.add_categories("World"))
    whole = bad.drop_duplicates(["reporter", "year", "product"]).assign(partner="World")
    whole["partner"] = pd.Categorical(whole["partner"], bad["partner"].cat.categories)
    return pd.concat([bad, whole, bad.iloc[::10]], ignore_index=True)


TABLES = {"exports": lambda table: table, "reports": two_reports, "ends": within_ends, "faulty": faulty}


def ends_of(table):
    return {"before": int(table["year"].min()), "after": int(table["year"].max())}


WORK = {
    "measure": ("exports", lambda t: ta.measure(t, ta.hhi, ta.gini, by=["year", *BOTH])),
    "audit": ("exports", lambda t: ta.audit(t)),
    "audit, faulty": ("faulty", lambda t: repr(ta.audit(t))),
    "geodep": ("exports", lambda t: ta.geodep(t)),
    "export_dependency": ("exports", lambda t: ta.export_dependency(t, bloc=list(t["reporter"].unique()[:10]))),
    "eu_cdi": ("exports", lambda t: ta.eu_cdi(t, list(t["partner"].unique()[:10]))),
    "classify": ("exports", lambda t: ta.classify(t["value"].to_numpy() % 1, regime="doj2023")),
    "interval": ("ends", lambda t: intervals(t, ta.hhi, by=["year", *BOTH])),
    "interval, by reporter": ("ends", lambda t: intervals(t, ta.hhi, by=["year", "reporter"])),
    "account": ("exports", lambda t: accounts(t, by=["year", "reporter"])),
    "account, one": ("exports", lambda t: ta.account(t, reporter=t["reporter"].iloc[0], year=int(t["year"].iloc[0]))),
    "change": ("exports", lambda t: ta.change(t, by=BOTH, **ends_of(t))),
    "change, path": ("exports", lambda t: ta.change(t, by=BOTH, every_year=True, **ends_of(t))),
    "margins": ("exports", lambda t: ta.changes.margins(t, by="reporter", over=["product", "partner"], **ends_of(t))),
    "constant_market_share": (
        "exports",
        lambda t: ta.changes.constant_market_share(t, reporter=t["reporter"].iloc[0], **ends_of(t)),
    ),
    "rca": ("exports", lambda t: ta.rca(t)),
    "penetration": ("exports", lambda t: ta.dependency.penetration(t)),
    "diversification": ("exports", lambda t: diversification_indices(t)),
    "finger_kreinin": ("exports", lambda t: finger_kreinin_indices(t, against="reporters")),
    "complementarity": ("exports", lambda t: complementarity_indices(t)),
    "asymmetry": ("exports", lambda t: ta.dependency.asymmetry(t)),
    "intensity": ("exports", lambda t: ta.dependency.intensity(t, world="others")),
    "partners": ("exports", lambda t: ta.partners(t, reporter=t["reporter"].iloc[0], year=int(t["year"].iloc[0]))),
    "excess": ("exports", lambda t: ta.excess(t, reporter=t["reporter"].iloc[0], year=int(t["year"].iloc[0]))),
    "gravity": ("exports", lambda t: ta.dependency.gravity(t, year=int(t["year"].iloc[0]))),
    "mirror": ("reports", lambda t: ta.mirror(t)),
    "collapses": ("exports", lambda t: ta.stress.collapses(t)),
}


def labelled(table, kind):
    """The table with its labels as categories, as text, or as whole numbers."""
    texts = [key for key in ("reporter", "partner", "product") if isinstance(table[key].dtype, pd.CategoricalDtype)]
    if kind == "int":
        table = table.assign(**{key: table[key].cat.codes.astype(np.int32) for key in texts})
    if kind == "str":
        table = table.astype(dict.fromkeys([*texts, "flow"], "str"))
    return table


def calls_of(run):
    """How often Python functions are called."""
    profile = cProfile.Profile(builtins=False)
    profile.runcall(run)
    return sum(one.callcount for one in profile.getstats())


def one(name, rows, path, labels, counting):
    """One call in this process: processor seconds, peak memory in MB beyond what was held before, calls."""
    warnings.simplefilter("ignore")
    of, work = WORK[name]
    work(labelled(TABLES[of](exports(SMALL, SMALL // 4)), labels))
    table = labelled(TABLES[of](pd.read_parquet(path).iloc[:rows].reset_index(drop=True)), labels)
    if counting:
        return {"calls": calls_of(lambda: work(table))}
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")  # the peak so far is forgotten
    held, start = world.peak(), time.process_time()
    work(table)
    return {"cpu": time.process_time() - start, "peak": world.peak() - held}


def main(names, millions, labels):
    rows = [round(1_000_000 * one) for one in millions]
    with tempfile.TemporaryDirectory() as folder:
        path = f"{folder}/exports.parquet"
        exports(max(rows)).to_parquet(path)
        print(f"{'':24}" + "".join(f"{one:>8g}M" for one in millions) + f"{'slope':>8}{'peak MB':>18}{'calls':>18}")
        for name in names or WORK:
            found = [asked(name, one, path, labels) for one in rows]
            counted = [asked(name, one, path, labels, "--counting")["calls"] for one in (rows[0], rows[-1])]
            cpu = [one["cpu"] for one in found]
            slope = np.polyfit(np.log(rows), np.log(cpu), 1)[0] if len(rows) > 1 else np.nan
            memory = f"{found[0]['peak']:,.0f} - {found[-1]['peak']:,.0f}"
            calls = f"{counted[0]:,} - {counted[-1]:,}"
            print(
                f"{name:24}" + "".join(f"{one:9.2f}" for one in cpu) + f"{slope:8.2f}{memory:>18}{calls:>18}",
                flush=True,
            )


def asked(*told):
    """What a process of its own finds."""
    done = subprocess.run([sys.executable, __file__, "--one", *map(str, told)], capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"{told}: {done.stderr}")
    return json.loads(done.stdout.splitlines()[-1])


if __name__ == "__main__":
    if sys.argv[1:2] == ["--one"]:
        name, rows, path, labels, *counting = sys.argv[2:]
        print(json.dumps(one(name, int(rows), path, labels, bool(counting))))
    else:
        parser = argparse.ArgumentParser(description=__doc__)
        parser.add_argument("names", nargs="*", help=f"of {', '.join(WORK)}; all where none is named")
        parser.add_argument("--rows", nargs="+", type=float, default=[1, 2, 4, 8], help="millions")
        parser.add_argument("--labels", choices=["category", "int", "str"], default="category")
        asked_for = parser.parse_args()
        main(asked_for.names, asked_for.rows, asked_for.labels)
