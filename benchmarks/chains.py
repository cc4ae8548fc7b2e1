"""What look-through and re-exports cost beside scipy by hand and beside pymrio, in one run on one machine.

    python benchmarks/chains.py [--countries 81] [--industries 50] [--turns 3]

A table of 81 countries and 50 industries (4,050 rows), as large as the OECD's, of random numbers that balance. By hand
is what an economist writes: LU of I - B, one solve for all buyers. pymrio, where it is installed, computes all of its
system, an inverse among it, and value added by buyer is taken of that. Contenders take turns, medians are printed,
answers are compared. Read the ratios, not the seconds.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
from scipy.linalg import lu_factor, lu_solve

import tradeanalysis as ta

try:
    import pymrio
except ImportError:
    pymrio = None


def table(countries: int, industries: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Intermediate and final use, of random numbers; a third of inputs is bought abroad."""
    random = np.random.default_rng(1)
    n = countries * industries
    rows = pd.MultiIndex.from_product([[f"C{i:02}" for i in range(countries)], [f"I{i:02}" for i in range(industries)]])
    flows = random.pareto(1.5, (n, n))
    own = np.repeat(np.arange(countries), industries)
    flows[own[:, None] == own] *= 2 * countries
    final = random.pareto(1.5, (n, countries)) * flows.sum() / n / countries
    return pd.DataFrame(flows, rows, rows), pd.DataFrame(final, rows, list(dict.fromkeys(rows.get_level_values(0))))


def ours(flows: pd.DataFrame, final: pd.DataFrame) -> Any:
    """All economies, with the checks."""
    return ta.absorbed(ta.io_table(flows, final)).set_index(["reporter", "partner"])["value"]


def by_hand(flows: pd.DataFrame, final: pd.DataFrame) -> Any:
    """The same by scipy, without checks."""
    z, f = flows.to_numpy(), final.to_numpy()
    x = z.sum(axis=1) + f.sum(axis=1)
    added = x - z.sum(axis=0)
    factors = lu_factor(np.eye(len(x)) - z / x[:, None], overwrite_a=True, check_finite=False)
    ends = lu_solve(factors, f / x[:, None], check_finite=False) * added[:, None]
    return pd.DataFrame(ends, flows.index, final.columns).groupby(level=0, sort=False).sum().stack()


def by_pymrio(flows: pd.DataFrame, final: pd.DataFrame) -> Any:
    """pymrio's system, and value added by buyer from its inverse."""
    names = ["region", "sector"]
    z, y = flows.rename_axis(names).rename_axis(names, axis=1), final.rename_axis(names)
    y.columns = pd.MultiIndex.from_product([final.columns, ["final"]], names=["region", "category"])
    added = flows.to_numpy().sum(axis=1) + final.to_numpy().sum(axis=1) - flows.to_numpy().sum(axis=0)
    system = pymrio.IOSystem(Z=z, Y=y)
    system.added = pymrio.Extension("added", F=pd.DataFrame([added], ["Value Added"], z.columns))
    system.calc_all()
    ends = system.added.S.to_numpy().T * (system.L.to_numpy() @ final.to_numpy())
    return pd.DataFrame(ends, flows.index, final.columns).groupby(level=0, sort=False).sum().stack()


def reexports(economies: int = 250) -> float:
    """Seconds of the re-exports of one economy through ten hubs, of 250 economies."""
    random = np.random.default_rng(2)
    names = [f"P{i:03}" for i in range(economies)]
    basket = pd.Series(random.pareto(1.2, economies), names)
    onward = pd.DataFrame(random.pareto(1.2, (10, economies)), names[:10], names)
    rates = dict.fromkeys(names[:10], 0.5)
    return statistics.median(timed(lambda: ta.reexports(basket, rates, onward))[0] for _ in range(20))


def timed(call: Callable[[], Any]) -> tuple[float, Any]:
    """Seconds, and the answer."""
    start = time.perf_counter()
    answer = call()
    return time.perf_counter() - start, answer


def main() -> None:
    """Take turns, compare, print."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, default in (("countries", 81), ("industries", 50), ("turns", 3)):
        options.add_argument(f"--{name}", type=int, default=default)
    given = options.parse_args()
    flows, final = table(given.countries, given.industries)
    contenders = {"ours": ours, "scipy by hand": by_hand} | ({"pymrio": by_pymrio} if pymrio else {})
    seconds: dict[str, list[float]] = {name: [] for name in contenders}
    answers = {}
    for _ in range(given.turns):
        for name, contender in contenders.items():
            took, answers[name] = timed(lambda contender=contender: contender(flows, final))
            seconds[name].append(took)
    mine = answers["ours"]
    for name, taken in seconds.items():
        other = answers[name].reindex(mine.index)
        ratio = statistics.median(seconds["ours"]) / statistics.median(taken)
        apart = float((np.abs(other - mine) / np.abs(mine)).max())
        print(f"{name:14} {statistics.median(taken):7.2f} s   ours is {ratio:.2f} of it   apart {apart:.1e}")
    print(f"re-exports of 250 economies through ten hubs: {1000 * reexports():.1f} ms")


if __name__ == "__main__":
    main()
