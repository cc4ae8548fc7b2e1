"""What an answer for all groups costs beside a loop over them and beside arithmetic by hand in numpy and pandas.

``python benchmarks/groups.py`` measures every verb on 194 economies; with a folder of real files in
``TRADEANALYSIS_SHARED_DATA`` it also measures those for which it makes sense on 820,000 groups, importer x HS6. All are
measured in one run, in processor time, the least of up to five turns; the loop goes through some of the groups, and its
time is that of all. Read the ratios, not the seconds. By hand (``by_hand.py``, ``by_hand_pairs.py``) is the bare
arithmetic of the same columns. The last two columns say how far the answer is from the loop's and from that by hand:
the largest difference, relative for numbers above 1. The run ends with an error where the loop's is above 1e-12.
``python benchmarks/groups.py plans worst`` measures these alone.
"""

import os
import sys
import time
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import by_hand
import by_hand_pairs
import numpy as np
import pandas as pd

import tradeanalysis as ta

RUNS, ENOUGH = 5, 6.0  # turns, and seconds of all turns after which there is no other
OF_ECONOMIES, LOOPED = 24, 8  # groups that the loops go through
SIZE, ERROR, ABOVE = 2000, 0.15, 0.18
SAME = 1e-12
FILE = "baci2024_hs6_by_importer/bilateral_hs6_2024_220importers.parquet"
MEASURES = (ta.hhi, ta.entropy, ta.gini, ta.top_share(3))
PAIR = ["reporter", "partner"]
BEFORE, AFTER, YEARS = 2018, 2023, {"before": 2018, "after": 2023}
HEADER = ("verb", "groups", "loop", "all groups", "by hand", "times by hand", "from the loop", "from by hand")


@dataclass
class Loop:
    """A function of one group that gives its rows; the groups, and how many of them are gone through (None: all)."""

    of_one: Any
    groups: list
    some: int | None = None

    def table(self, keys):
        step = max(len(self.groups) // (self.some or len(self.groups)), 1)
        these = self.groups[::step]
        spent, parts = seconds(lambda: [self.of_one(one) for one in these])
        named = zip(these, parts, strict=True)
        rows = [pd.DataFrame(part).assign(**dict(zip(keys, named_as(one), strict=True))) for one, part in named]
        rows = [one for one in rows if len(one)]
        return spent / len(these) * len(self.groups), these, pd.concat(rows, ignore_index=True)


def named_as(group):
    """The labels of a group, which may come with its rows."""
    labels = group[0] if isinstance(group, tuple) and isinstance(group[1], pd.DataFrame) else group
    return labels if isinstance(labels, tuple) else (labels,)


def seconds(run):
    start = time.process_time()
    answer = run()
    return time.process_time() - start, answer


def apart(found, other, keys):
    """The largest difference of two tables, relative for numbers above 1; infinite where rows or labels differ."""
    columns = [one for one in other if one in found.columns]
    found, other = (pd.DataFrame(one)[columns].reset_index(drop=True) for one in (found, other))
    if len(found) != len(other):
        return np.inf
    if not all(alike(found[key], other[key]) for key in keys):
        found, other = (
            one.astype(dict.fromkeys(keys, str)).sort_values(keys, ignore_index=True) for one in (found, other)
        )
    return max(difference(found[one], other[one]) for one in columns)


def alike(a, b):
    return bool(((a.to_numpy(dtype=object) == b.to_numpy(dtype=object)) | (a.isna() & b.isna()).to_numpy()).all())


def difference(a, b):
    if not (pd.api.types.is_numeric_dtype(a) and pd.api.types.is_numeric_dtype(b)):
        return 0.0 if alike(a.astype(object), b.astype(object)) else np.inf
    a, b = a.to_numpy(np.float64), b.to_numpy(np.float64)
    same = (a == b) | (np.isnan(a) & np.isnan(b))
    with np.errstate(invalid="ignore"):
        far = np.where(same, 0.0, np.abs(a - b) / np.maximum(np.abs(b), 1.0))
    return float(np.where(np.isnan(far), np.inf, far).max(initial=0.0))


def among(found, keys, these):
    """The rows of some of the groups."""
    labels = pd.DataFrame([named_as(one) for one in these], columns=keys).astype(str)
    numbered = pd.DataFrame(found)[keys].astype(str) if len(found) < 1e5 else None
    if numbered is None:  # a large table has categories
        kept = np.ones(len(found), dtype=bool)
        for key in keys:
            kept &= found[key].isin(labels[key].unique()).to_numpy()
        found = found[kept]
        numbered = found[keys].astype(str)
    return found[pd.MultiIndex.from_frame(numbered).isin(pd.MultiIndex.from_frame(labels))]


def report(name, groups, keys, ours, hand, loop=None, of_group=()):
    """A line of the table: the least time of each way, and how far their answers are from each other.

    ``keys`` tell the rows of an answer apart; ``of_group`` are those of them that are the group's, of a loop.
    """
    if sys.argv[1:] and not any(word in name for word in sys.argv[1:]):
        return
    times = [], []
    while len(times[0]) < RUNS and sum(map(sum, times)) < ENOUGH:
        answers = []
        for kept, run in zip(times, (ours, hand), strict=True):
            answers.append(None)
            spent, answers[-1] = seconds(run)
            kept.append(spent)
    mine, bare = min(times[0]), min(times[1])
    from_hand, looped, from_loop = apart(*answers, keys), "", ""
    del answers[1]
    if loop is not None:
        spent, these, expected = loop.table(list(of_group))
        looped = f"{spent:,.1f}"
        far = apart(among(answers[0], list(of_group), these), expected, keys)
        from_loop = f"{far:.0e}"
        if far > SAME:
            raise SystemExit(f"{name}: {far:.1e} from the loop")
    cells = (name, f"{groups:,}", looped, f"{mine:.3f}", f"{bare:.3f}", f"{mine / bare:.1f}", from_loop)
    print(f"| {' | '.join((*cells, f'{from_hand:.0e}'))} |", flush=True)


def title(text):
    print(f"\n{text}\n\n| {' | '.join(HEADER)} |\n|{'---|' * len(HEADER)}", flush=True)


# ---- economies ------------------------------------------------------------------------------------------------------


def two_years(table):
    """The table and an earlier year of other values, without some of its rows."""
    draw = np.random.default_rng(0)
    other = table["value"] * np.exp(draw.normal(0, 0.3, len(table)))
    earlier = table.assign(year=BEFORE, value=other)[draw.random(len(table)) > 0.05]
    return pd.concat([earlier, table.assign(year=AFTER)], ignore_index=True)


def planned(x):
    """The row of ``plans``, from the plan of one basket or from the error that there is none."""
    row = {"feasible": [True], "largest_share_after": np.nan, "hhi_before": ta.hhi(x), "hhi_after": np.nan}
    row |= {"nearest_growth": 0.10, "nearest_cap": 0.25}
    try:
        one = ta.plan(x)
    except ta.InfeasiblePlan as error:
        nearest = {"nearest_growth": error.nearest_growth, "nearest_cap": error.nearest_cap}
        return row | {"feasible": [False]} | {key: np.nan if one is None else one for key, one in nearest.items()}
    return row | {"largest_share_after": one.table["share_after"].max(), "hhi_after": one.hhi_after}


def of_interval(x):
    found = ta.interval(0.9 * x, ta.hhi, 1.1 * x).table
    return found[["hhi_low", "hhi_high"]]


def of_excess(world, benchmark, one, peers):
    """The row of ``excesses``; one of nothing where the model does not have the economy."""
    columns = ["excess", "hhi", "benchmark_hhi", "partner", "share", "benchmark_share", "contribution"]
    try:
        found = ta.excess(world, benchmark, reporter=one, peers=peers)
    except ta.TradeDataError:
        return {column: [None if column == "partner" else np.nan] for column in columns}
    first = found.table.iloc[[found.table["contribution"].argmax()]]
    return first.assign(excess=found.total, hhi=found.hhi, benchmark_hhi=found.benchmark_hhi)[columns]


def of_draws(x, above=None):
    drawn = ta.uncertainty.draws(x, ERROR, size=SIZE)
    if above is not None:
        return {"probability": [ta.probability(drawn, ta.hhi, above=above).probability]}
    one = ta.confidence(drawn, ta.hhi)
    return {"hhi_low": [one.low], "hhi_high": [one.high], "hhi_sd": one.sd, "hhi_bias": one.bias}


@dataclass
class Line:
    """A verb: what tells the rows of its answer apart, all groups at once, the same by hand, and one group."""

    name: str
    keys: list
    ours: Any
    by_hand: Any
    of_one: Any


def of_economies():
    world = pd.DataFrame(ta.example("world_2023")).copy()
    every = sorted(world["reporter"].unique())
    title(f"{len(every)} economies")
    for line in lines_of(world):
        loop = Loop(line.of_one, every, OF_ECONOMIES)
        report(line.name, len(every), line.keys, line.ours, line.by_hand, loop, ["reporter"])
    of_pairs(two_years(world), every)
    reports, keys = both_sides(world), ["year", *PAIR]
    mirror = (lambda: ta.mirror(reports)), (lambda: by_hand_pairs.mirror(reports, keys))
    report("`mirror`, all pairs", len(every), keys, *mirror)


def lines_of(world):
    """Every verb on a table of exports of one year."""
    by, two = ["reporter"], two_years(world)
    box = world.assign(low=0.9 * world["value"], high=1.1 * world["value"])
    z = ta.stress.similarity(world["partner"].unique(), by="EU", within=0.8)
    dependency, hand, other = ta.dependency, by_hand, by_hand_pairs

    def basket(one):
        return ta.basket(world, reporter=one)

    yield Line(
        "`measure`, 4 indices",
        by,
        lambda: ta.measure(world, *MEASURES, by=by),
        lambda: hand.measure(world, by),
        lambda one: measured(basket(one)),
    )
    yield Line(
        "`change`",
        PAIR,
        lambda: ta.change(two, **YEARS, by=by),
        lambda: other.change(two, by, **YEARS),
        lambda one: ta.change(two, **YEARS, reporter=one),
    )
    yield Line(
        "`margins`",
        by,
        lambda: ta.changes.margins(two, **YEARS, by=by),
        lambda: other.margins(two, by, **YEARS),
        lambda one: ta.changes.margins(two, **YEARS, reporter=one),
    )
    yield Line(
        "`limits`",
        PAIR,
        lambda: ta.limits(two, by=by, years=AFTER - BEFORE),
        lambda: other.limits(two, by, **YEARS),
        lambda one: ta.limits(two, reporter=one, years=AFTER - BEFORE).reset_index(),
    )
    yield Line(
        "`interval`",
        by,
        lambda: ta.uncertainty.intervals(box, ta.hhi, by=by),
        lambda: hand.intervals(box, by),
        lambda one: of_interval(basket(one)),
    )
    yield Line(
        "`plans`",
        by,
        lambda: ta.plans(world, by=by),
        lambda: hand.plans(world, by),
        lambda one: planned(basket(one)),
    )
    yield Line(
        "`contingency`",
        PAIR,
        lambda: ta.contingency(world, by=by),
        lambda: hand.contingency(world, by),
        lambda one: ta.contingency(basket(one)),
    )
    yield Line(
        "`worst`",
        ["reporter", "k"],
        lambda: ta.worst(world, 2, by=by),
        lambda: hand.worst(world, by),
        lambda one: ta.worst(basket(one), 2),
    )
    yield Line(
        "`partners`",
        PAIR,
        lambda: ta.partners(world, by=by),
        lambda: other.partners(world, by),
        lambda one: ta.partners(world, reporter=one),
    )
    yield Line(
        "`asymmetry`",
        PAIR,
        lambda: dependency.asymmetry(world),
        lambda: other.asymmetry(world),
        lambda one: dependency.asymmetry(world, reporter=one),
    )
    yield Line(
        "`exposure`",
        PAIR,
        lambda: dependency.exposure(world, by=by),
        lambda: other.exposure(world),
        lambda one: dependency.exposure(world, reporter=one),
    )
    yield Line(
        "`bloc_shares`",
        ["reporter", "bloc"],
        lambda: dependency.bloc_shares(world, by=by),
        lambda: other.bloc_shares(world, AFTER),
        lambda one: dependency.bloc_shares(world, reporter=one),
    )
    model, peers = dependency.gravity(world), ta.bloc("ASEAN", AFTER)
    for name, benchmark, shape in (
        ("world", "world", other.of_world),
        ("peers", "peers", other.of_peers(peers)),
        ("gravity", model, other.of_model(model.table)),
    ):
        yield Line(
            f"`excess`, {name}",
            by,
            lambda benchmark=benchmark: dependency.excesses(world, benchmark, peers=peers),
            lambda shape=shape: other.excess(world, shape),
            lambda one, benchmark=benchmark: of_excess(world, benchmark, one, peers),
        )
    yield Line(
        f"`confidence`, {SIZE:,} draws",
        by,
        lambda: ta.uncertainty.confidences(world, ta.hhi, by=by, error=ERROR, size=SIZE),
        lambda: hand.confidences(world, by, ERROR, SIZE),
        lambda one: of_draws(basket(one)),
    )
    yield Line(
        f"`probability`, {SIZE:,} draws",
        by,
        lambda: ta.uncertainty.probabilities(world, ta.hhi, by=by, error=ERROR, size=SIZE, above=ABOVE),
        lambda: hand.probabilities(world, by, ERROR, SIZE, ABOVE),
        lambda one: of_draws(basket(one), ABOVE),
    )
    yield Line(
        "`similarity_hill`",
        by,
        lambda: ta.stress.similarity_hills(world, 2, z, by=by),
        lambda: hand.similarity_hills(world, by, z),
        lambda one: {"similarity_hill_2": [ta.measures.similarity_hill(basket(one), 2, z)]},
    )


def measured(x):
    return {one.name: [one(x)] for one in MEASURES}


def both_sides(table):
    """The table and the reports of its partners, which differ and of which some are missing."""
    draw = np.random.default_rng(1)
    flow = {"export": "import", "import": "export"}[table["flow"].iloc[0]]
    other = table.rename(columns={"reporter": "partner", "partner": "reporter"}).assign(flow=flow)
    other["value"] *= draw.lognormal(0.06, 0.3, len(table))
    return pd.concat([table, other[draw.random(len(table)) > 0.05]], ignore_index=True)


def of_pairs(two, every):
    """Every two of sixty economies."""
    some = every[:: len(every) // 60][:60]
    loop = [(a, b) for i, a in enumerate(some) for b in some[i + 1 :]]

    def one_pair(pair):
        return ta.compare(two, pair).contributions.drop(columns=["first", "second"])

    report(
        "`compare`, every two of 60",
        len(loop),
        ["year", "first", "second", "partner"],
        lambda: ta.compare(two, some).contributions,
        lambda: by_hand_pairs.compare(two, some)[1],
        Loop(one_pair, loop, 20),
        ["first", "second"],
    )


# ---- importers x HS6 ------------------------------------------------------------------------------------------------


def of_importers(folder):
    table = pd.read_parquet(folder / FILE)
    names = {"exporter": "partner", "importer": "reporter", "hs6": "product", "value_usd": "value"}
    table = table.rename(columns=names).drop(columns="year")
    table = table.astype(dict.fromkeys(["reporter", "partner", "product"], "category") | {"value": "float64"})
    table["flow"] = pd.Categorical(["import"] * len(table))
    by, cells = ["reporter", "product"], ["reporter", "product", "partner"]
    groups = list(table.groupby(by, observed=True).size().index)
    title(f"{len(groups):,} groups, importer x HS6, {len(table):,} rows")
    split = [(one, rows_of(table, one)) for one in groups[:: len(groups) // LOOPED]]
    z = ta.stress.similarity(list(table["partner"].cat.categories), by="EU", within=0.8)

    def line(name, keys, ours, bare, of_one, rows=table):
        n = len(groups) if rows is table else len(rows[by].drop_duplicates())
        loop = None if of_one is None else Loop(lambda one: of_one(one[1]), split)
        if loop:
            loop.table = lambda keys, loop=loop: scaled(Loop.table(loop, keys), n / len(split))
        report(name, n, keys, ours, bare, loop, by)

    def basket(rows):
        return ta.basket(rows, product=rows["product"].iloc[0])

    line(
        "`measure`, 4 indices",
        by,
        lambda: ta.measure(table, *MEASURES, by=by),
        lambda: by_hand.measure(table, by),
        lambda rows: measured(basket(rows)),
    )
    line(
        "`plans`",
        by,
        lambda: ta.plans(table, by=by),
        lambda: by_hand.plans(table, by),
        lambda rows: planned(basket(rows)),
    )
    line(
        "`contingency`",
        cells,
        lambda: ta.contingency(table, by=by),
        lambda: by_hand.contingency(table, by),
        lambda rows: ta.contingency(basket(rows)),
    )
    line(
        "`worst`",
        [*by, "k"],
        lambda: ta.worst(table, 2, by=by),
        lambda: by_hand.worst(table, by),
        lambda rows: ta.worst(basket(rows), min(2, len(rows))),
    )
    line("`partners`", cells, lambda: ta.partners(table, by=by), lambda: by_hand_pairs.partners(table, by), None)
    line(
        "`similarity_hill`",
        by,
        lambda: ta.stress.similarity_hills(table, 2, z, by=by),
        lambda: by_hand.similarity_hills(table, by, z),
        lambda rows: {"similarity_hill_2": [ta.measures.similarity_hill(basket(rows), 2, z)]},
    )
    of_a_quarter(table[table["product"].cat.codes % 4 == 0], by, cells)
    of_products(table)


def rows_of(table, group):
    """The rows of a group as a table of its own, with texts as labels."""
    kept = np.ones(len(table), dtype=bool)
    for key, label in zip(["reporter", "product"], group, strict=True):
        kept &= (table[key] == label).to_numpy()
    return table[kept].astype(dict.fromkeys(["reporter", "product", "partner", "flow"], str))


def scaled(found, times):
    spent, these, rows = found
    return spent * times, these, rows


def of_a_quarter(some, by, cells):
    """Two years of a quarter of the products."""
    some = some.reset_index(drop=True)
    n, two = len(some[by].drop_duplicates()), two_years(some)
    title(f"{n:,} groups, a quarter of the products, {len(two):,} rows in two years")
    box = some.assign(low=0.9 * some["value"], high=1.1 * some["value"])
    years = AFTER - BEFORE
    report(
        "`interval`",
        n,
        by,
        lambda: ta.uncertainty.intervals(box, ta.hhi, by=by),
        lambda: by_hand.intervals(box, by),
    )
    report(
        "`change`",
        n,
        cells,
        lambda: ta.change(two, **YEARS, by=by),
        lambda: by_hand_pairs.change(two, by, **YEARS),
    )
    report(
        "`margins`",
        n,
        by,
        lambda: ta.changes.margins(two, **YEARS, by=by),
        lambda: by_hand_pairs.margins(two, by, **YEARS),
    )
    report(
        "`limits`",
        n,
        cells,
        lambda: ta.limits(two, by=by, years=years),
        lambda: by_hand_pairs.limits(two, by, **YEARS),
    )


def of_products(table):
    """The verbs whose groups are importers, of which each has thousands of products."""
    every = list(table["reporter"].cat.categories)
    title(
        f"{len(every)} importers of {table['product'].nunique():,} products, {len(table):,} rows; the loop is a sample"
    )
    imports = table.copy()
    imports.attrs["certificate"] = {"reconciled": True}
    keys, n = ["reporter", "product"], len(every)
    report(
        "`geodep`, one importer",
        1,
        keys,
        lambda: ta.geodep(imports, reporter="VNM"),
        lambda: by_hand_pairs.suppliers(imports, "VNM"),
    )
    report(
        "`geodep`, all importers",
        n,
        keys,
        lambda: ta.geodep(imports),
        lambda: by_hand_pairs.suppliers(imports),
        Loop(lambda one: ta.geodep(imports, reporter=one).drop(columns="reporter"), every, 3),
        ["reporter"],
    )
    report(
        "`account`",
        n,
        keys,
        lambda: ta.changes.accounts(table, by="reporter"),
        lambda: by_hand_pairs.accounts(table),
        Loop(lambda one: ta.account(table, reporter=one).table, every, 3),
        ["reporter"],
    )
    some = table[table["product"].cat.codes % 8 == 0].reset_index(drop=True)
    reports = both_sides(some.astype(dict.fromkeys([*PAIR, "product", "flow"], str)))
    cells = ["reporter", "partner", "product"]
    report(
        f"`mirror`, {len(reports):,} rows",
        n,
        cells,
        lambda: ta.mirror(reports),
        lambda: by_hand_pairs.mirror(reports, cells),
    )


def main():
    warnings.simplefilter("ignore")
    of_economies()
    if folder := os.environ.get("TRADEANALYSIS_SHARED_DATA"):
        of_importers(Path(folder))


if __name__ == "__main__":
    main()
