"""What an answer for all groups costs beside a loop over them and beside arithmetic by hand in numpy and pandas.

``python benchmarks/groups.py`` measures 194 economies; with a folder of real files in ``TRADEANALYSIS_SHARED_DATA`` it
also measures 820,000 groups, importer x HS6, of which a loop is a sample. All are measured in one run, in processor
time, each several times in turn; read the ratios, not the seconds. By hand is the bare arithmetic: no check of a row,
no label that is refused, no unallocated share. That answers are equal is tested in ``tests/test_all_groups.py``.
"""

import os
import statistics
import time
import warnings
from pathlib import Path

import numpy as np
import pandas as pd

import tradeanalysis as ta

RUNS, LOOPED = 5, 8
FILE = "baci2024_hs6_by_importer/bilateral_hs6_2024_220importers.parquet"


def coded(table: pd.DataFrame, by: list[str]):
    """The values in the order of group and partner, group starts, and the numbers of group and partner."""
    group = np.zeros(len(table), dtype=np.int64)
    for key in by:
        code, labels = pd.factorize(table[key], sort=True)
        group = group * len(labels) + code
    partner, names = pd.factorize(table["partner"], sort=True)
    order = np.argsort(group * len(names) + partner, kind="stable")
    group, partner, x = group[order], partner[order], table["value"].to_numpy()[order]
    starts = np.flatnonzero(np.append(True, group[1:] > group[:-1]))
    return x, starts, np.diff(np.append(starts, len(x))), partner, len(names), table.iloc[order]


def by_size(x, starts, sizes):
    """Groups of similar size as rows of a matrix."""
    _, doublings = np.frexp(np.maximum(sizes - 1, 0))
    padded = np.concatenate([x, np.zeros(1 << int(doublings.max()))])
    for doubling in np.unique(doublings):
        these, width = np.flatnonzero(doublings == doubling), 1 << int(doubling)
        dense = np.lib.stride_tricks.sliding_window_view(padded, width)[starts[these]]
        dense[np.arange(width) >= sizes[these, None]] = 0.0
        yield these, dense


def descending(x, starts, sizes):
    return np.lexsort((-x, np.repeat(np.arange(len(sizes)), sizes)))


# ---- by hand --------------------------------------------------------------------------------------------------------


def plans(table, by):
    x, starts, sizes, *_ = coded(table, by)
    found = {one: np.empty(len(sizes)) for one in ("total", "largest", "hhi", "level")}
    for these, dense in by_size(x, starts, sizes):
        there = np.arange(dense.shape[1]) < sizes[these, None]
        now, target = dense.sum(axis=1), 1.1 * dense.sum(axis=1)
        rising = np.sort(np.where(there, dense, np.inf), axis=1)
        sums = np.cumsum(np.where(np.isfinite(rising), rising, 0.0), axis=1)
        count = np.arange(1, dense.shape[1] + 1)
        level = (target[:, None] - (now[:, None] - sums)) / count
        following = np.concatenate([rising[:, 1:], np.full((len(dense), 1), np.inf)], axis=1)
        level = level[np.arange(len(dense)), (level <= following).argmax(axis=1)]
        filled = np.where(there, np.maximum(dense, level[:, None]), 0.0) / target[:, None]
        found["total"][these], found["level"][these] = target, level
        found["largest"][these], found["hhi"][these] = filled.max(axis=1), (filled**2).sum(axis=1)
    largest = np.maximum.reduceat(x, starts)
    whole = np.add.reduceat(x, starts)
    few = sizes * 0.25 < 1
    feasible = ~few & (largest <= 0.25 * found["total"])
    growth = np.where(few, np.nan, np.where(feasible, 0.1, largest / 0.25 / whole - 1))
    keys = table[by].drop_duplicates().sort_values(by)
    return keys.assign(
        feasible=feasible, nearest_growth=growth, nearest_cap=found["largest"], share=largest / whole, hhi=found["hhi"]
    )


def contingency(table, by):
    x, starts, sizes, _, _, rows = coded(table, by)
    total, squares = (np.repeat(np.add.reduceat(one, starts), sizes) for one in (x, x * x))
    replaced = np.where(total > x, 0.5 * x, 0.0)
    left = total - x
    hhi = np.divide(squares - x * x, left**2, out=np.full(len(x), np.nan), where=left > 0)
    order = descending(x, starts, sizes)
    made = rows[[*by, "partner"]].assign(gross=x, replaced=replaced, net=x - replaced)
    shares = {f"{one}_share": made[one].to_numpy() / total for one in ("gross", "replaced", "net")}
    return made.assign(**shares, hhi_after=hhi).iloc[order]


def worst(table, by):
    x, starts, sizes, _, _, rows = coded(table, by)
    order = descending(x, starts, sizes)
    total = np.add.reduceat(x, starts)
    first, names = x[order][starts], rows["partner"].to_numpy(dtype=object)[order]
    second = np.where(sizes > 1, x[order][np.minimum(starts + 1, len(x) - 1)], 0.0)
    both = names[starts] + ", " + names[np.minimum(starts + 1, len(x) - 1)]
    squares = np.add.reduceat(x * x, starts)
    keys = table[by].drop_duplicates().sort_values(by)
    with np.errstate(divide="ignore", invalid="ignore"):
        return [
            keys.assign(markets=m, gross=g, net=g / 2, share=g / total, hhi=(squares - q) / (total - g) ** 2)
            for m, g, q in ((names[starts], first, first**2), (both, first + second, first**2 + second**2))
        ]


def partners(table, by):
    x, starts, sizes, partner, n, rows = coded(table, by)
    total = np.repeat(np.add.reduceat(x, starts), sizes)
    context = pd.factorize(rows["product"], sort=True)[0] if "product" in by else 0
    market = np.bincount(context * n + partner, x)
    order = descending(x, starts, sizes)
    share = (x / total)[order]
    reverse = (x / market[context * n + partner])[order]
    running = np.cumsum(share)
    before = np.repeat(running[starts] - share[starts], sizes)
    rank = np.arange(len(x)) - np.repeat(starts, sizes) + 1
    made = rows[[*by, "partner"]].iloc[order].reset_index(drop=True)
    return made.assign(
        value=x[order], share=share, rank=rank, cumulative=running - before, reverse=reverse, asymmetry=share - reverse
    )


def exposure(table, by):
    labels = pd.Index(np.union1d(table["reporter"], table["partner"]))
    n = len(labels)
    i, j = (labels.get_indexer(table[one]) for one in ("reporter", "partner"))
    sold = np.bincount(i * n + j, table["value"], n * n).reshape(n, n)
    bought = sold.T
    with np.errstate(divide="ignore", invalid="ignore"):
        both = sold + bought
        whole = both.sum(axis=1)
        share, reverse = both / whole[:, None], both / whole[None, :]
        i, j = np.nonzero(both)
        columns = [sold, bought, sold - bought, sold / sold.sum(1)[:, None], bought / bought.sum(1)[:, None]]
        columns += [share, reverse, share - reverse]
    made = pd.DataFrame({"reporter": labels[i], "partner": labels[j]} | {k: c[i, j] for k, c in enumerate(columns)})
    return made.iloc[np.lexsort((-share[i, j], i))]


def bloc_shares(table, by):
    wide = table.pivot(index="reporter", columns="partner", values="value").fillna(0.0)
    parts = []
    for bloc in sorted(set(ta.blocs()["bloc"])):
        try:
            members = [one for one in ta.bloc(bloc, 2023) if one in wide.columns]
        except ta.CountryError:
            continue
        value = wide[members].to_numpy().sum(axis=1)
        parts.append(
            pd.DataFrame(
                {"reporter": wide.index, "bloc": bloc, "value": value, "share": value / wide.to_numpy().sum(axis=1)}
            ).assign(reverse=value / wide[members].to_numpy().sum(), members=(wide[members].to_numpy() > 0).sum(axis=1))
        )
    return pd.concat(parts).sort_values(["reporter", "share"], ascending=[True, False])


def excesses(table, by):
    wide = table.pivot(index="reporter", columns="partner", values="value").fillna(0.0)
    x = wide.to_numpy()
    others = x.sum(axis=0) - x
    others[wide.columns.to_numpy()[None, :] == wide.index.to_numpy()[:, None]] = 0.0
    s, m = x / x.sum(axis=1)[:, None], others / others.sum(axis=1)[:, None]
    with np.errstate(divide="ignore", invalid="ignore"):
        part = np.where(s > 0, s * np.log(s / m), 0.0)
    most = part.argmax(axis=1)
    return pd.DataFrame({"excess": part.sum(1), "hhi": (s**2).sum(1), "of": (m**2).sum(1), "j": wide.columns[most]})


def confidences(table, by, size=10_000):
    x, starts, sizes, partner, n, _ = coded(table, by)
    sigma = np.sqrt(np.log1p(0.15**2))
    noise = np.random.default_rng(0).standard_normal((n, size))
    found = []
    for start, count in zip(starts, sizes, strict=True):
        logs, part = np.log(x[start : start + count]), partner[start : start + count]
        spread = ((logs - logs.mean()) ** 2).sum() / np.random.default_rng(0).chisquare(count - 1, size)
        keep = np.maximum(spread - sigma**2, 0.0) / (np.maximum(spread - sigma**2, 0.0) + sigma**2)
        y = np.exp(keep * (logs - logs.mean())[:, None] + np.sqrt(keep) * sigma * noise[part])
        found.append(np.quantile((y**2).sum(axis=0) / y.sum(axis=0) ** 2, [0.025, 0.975]))
    return np.array(found)


def similarity_hills(table, by, z):
    wide = table.pivot(index="reporter", columns="partner", values="value").fillna(0.0)
    s = wide.to_numpy() / wide.to_numpy().sum(axis=1)[:, None]
    alike = z.loc[wide.columns, wide.columns].to_numpy()
    return 1 / (s * (s @ alike.T)).sum(axis=1)


def suppliers(table, chosen):
    """The three components of CEPII's screen for the products of one importer."""
    i, exporters = pd.factorize(table["partner"])
    k, goods = pd.factorize(table["product"])
    x = table["value"].to_numpy()
    sold = np.bincount(i * len(goods) + k, x, len(exporters) * len(goods)).reshape(-1, len(goods))
    own = (table["reporter"] == chosen).to_numpy()
    bought = np.bincount(k[own], x[own], len(goods))
    squares = np.bincount(k[own], x[own] ** 2, len(goods))
    there = bought > 0
    with np.errstate(divide="ignore", invalid="ignore"):
        c1, c2 = squares / bought**2, (sold**2).sum(axis=0) / sold.sum(axis=0) ** 2
        c3 = bought / sold[list(exporters).index(chosen)]
    return pd.DataFrame({"product": goods, "c1": c1, "c2": c2, "c3": c3})[there]


def both_reports(table):
    """Both reports of every flow beside each other."""
    keys = ["reporter", "partner", "product"]
    sold, bought = (table[table["flow"] == flow] for flow in ("export", "import"))
    swapped = bought.rename(columns={"reporter": "partner", "partner": "reporter"})
    both = sold[[*keys, "value"]].merge(swapped[[*keys, "value"]], on=keys, how="outer", suffixes=("_sold", "_bought"))
    x, m = both["value_sold"], both["value_bought"]
    return both.assign(discrepancy=(x - m).abs() / (x + m)).sort_values(keys, ignore_index=True)


def product_accounts(table):
    """The parts of every product in the concentration of markets, of every economy."""
    from scipy.sparse import coo_array

    i, economies = pd.factorize(table["reporter"], sort=True)
    k, goods = pd.factorize(table["product"], sort=True)
    j, partners_there = pd.factorize(table["partner"], sort=True)
    parts = []
    for one in range(len(economies)):
        rows = np.flatnonzero(i == one)
        x = table["value"].to_numpy()[rows]
        x = coo_array((x / x.sum(), (k[rows], j[rows])), shape=(len(goods), len(partners_there))).tocsr()
        whole = x.sum(axis=0)
        parts.append((x.multiply(x).sum(axis=1), x @ whole, x.sum(axis=1)))
    return parts


# ---- side by side ---------------------------------------------------------------------------------------------------


def refused(run, *args, **kwargs):
    """A plan, or the error that says that there is none."""
    try:
        return run(*args, **kwargs)
    except ta.InfeasiblePlan as error:
        return error


def seconds(run) -> float:
    start = time.process_time()
    run()
    return time.process_time() - start


def report(name: str, ours, by_hand, looped=None, groups: int = 0, runs: int = RUNS) -> None:
    """A line: all groups, by hand, their ratio, and the loop, of which a sample is measured."""
    times: list[list[float]] = [[], []]
    for _ in range(runs + 1):  # the first run warms up
        for kept, run in zip(times, (ours, by_hand), strict=True):
            kept.append(seconds(run))
    mine, hand = (statistics.median(one[1:]) for one in times)
    loop = ""
    if looped is not None:
        some, run = looped
        each = seconds(lambda: [run(one) for one in some]) / len(some)
        loop = f", loop {each * groups:,.1f} s ({each * groups / mine:,.0f} times)"
    print(f"{name}: all groups {mine:.3f} s, by hand {hand:.3f} s, {mine / hand:.1f} times by hand{loop}", flush=True)


def of_economies() -> None:
    world = ta.example("world_2023")
    by = ["reporter"]
    every = world["reporter"].unique()
    some, n = every[:: len(every) // LOOPED], len(every)
    z = ta.stress.similarity(world["partner"].unique(), by="EU", within=0.8)

    def basket(one):
        return ta.basket(world, reporter=one)

    print(f"{n} economies")
    lines = {
        "plans": (lambda: ta.plans(world, by=by), plans, lambda one: refused(ta.plan, basket(one))),
        "contingency": (lambda: ta.contingency(world, by=by), contingency, lambda one: ta.contingency(basket(one))),
        "worst": (lambda: ta.worst(world, 2, by=by), worst, lambda one: ta.worst(basket(one), 2)),
        "partners": (lambda: ta.partners(world, by=by), partners, lambda one: ta.partners(world, reporter=one)),
        "exposure": (
            lambda: ta.dependency.exposure(world, by=by),
            exposure,
            lambda one: ta.dependency.exposure(world, reporter=one),
        ),
        "bloc_shares": (
            lambda: ta.dependency.bloc_shares(world, by=by),
            bloc_shares,
            lambda one: ta.dependency.bloc_shares(world, reporter=one),
        ),
        "excess, world": (
            lambda: ta.dependency.excesses(world),
            excesses,
            lambda one: ta.excess(world, reporter=one),
        ),
        "confidence": (
            lambda: ta.uncertainty.confidences(world, ta.hhi, by=by, error=0.15),
            confidences,
            lambda one: ta.confidence(ta.uncertainty.draws(basket(one), 0.15), ta.hhi),
        ),
        "similarity_hill": (
            lambda: ta.stress.similarity_hills(world, 2, z, by=by),
            lambda table, by: similarity_hills(table, by, z),
            lambda one: ta.measures.similarity_hill(basket(one), 2, z),
        ),
    }
    for name, (ours, hand, loop) in lines.items():
        runs = 1 if name == "confidence" else RUNS
        report(name, ours, lambda hand=hand: hand(world, by), (some, loop), n, runs)


def of_importers(folder: Path) -> None:
    table = pd.read_parquet(folder / FILE)
    table = table.rename(
        columns={"exporter": "partner", "importer": "reporter", "hs6": "product", "value_usd": "value"}
    )
    table = table.astype({"reporter": "category", "partner": "category", "product": "category", "value": "float64"})
    table = table.drop(columns="year").assign(flow=pd.Categorical(["import"] * len(table)))
    by = ["reporter", "product"]
    groups = len(table[by].drop_duplicates())
    some = [rows for _, rows in table[table["reporter"] == "VNM"].head(2000).groupby(by, observed=True)][:LOOPED]

    def basket(rows):
        one = rows.astype({"reporter": str, "partner": str, "product": str, "flow": str})
        return ta.basket(one, product=one["product"].iloc[0])

    print(f"{groups:,} groups, importer x HS6, {len(table):,} rows")
    report(
        "plans",
        lambda: ta.plans(table, by=by),
        lambda: plans(table, by),
        (some, lambda rows: refused(ta.plan, basket(rows))),
        groups,
        1,
    )
    report(
        "contingency",
        lambda: ta.contingency(table, by=by),
        lambda: contingency(table, by),
        (some, lambda rows: ta.contingency(basket(rows))),
        groups,
        1,
    )
    report(
        "worst",
        lambda: ta.worst(table, 2, by=by),
        lambda: worst(table, by),
        (some, lambda rows: ta.worst(basket(rows), 1)),
        groups,
        1,
    )
    report("partners", lambda: ta.partners(table, by=by), lambda: partners(table, by), None, groups, 1)
    imports = table.assign(value=table["value"])
    imports.attrs["certificate"] = {"reconciled": True}
    one, every = (lambda: ta.geodep(imports, reporter="VNM")), (lambda: ta.geodep(imports))
    report("geodep, one importer", one, lambda: suppliers(table, "VNM"), None, groups, 1)
    print(f"geodep, one importer beside all of them: {seconds(one) / seconds(every):.2f}", flush=True)
    for share in (32, 16):  # twice the rows
        some = table[table["product"].cat.codes % share == 0].reset_index(drop=True)
        other = some.rename(columns={"reporter": "partner", "partner": "reporter"}).assign(flow="export")
        reports = pd.concat([some, other.assign(value=1.1 * some["value"])], ignore_index=True)
        reports = reports.astype({"flow": "category"})
        name = f"{len(reports):,} rows"
        report(f"mirror, {name}", lambda t=reports: ta.mirror(t), lambda t=reports: both_reports(t), None, 0, 1)
        report(
            f"account by economy, {len(some):,} rows",
            lambda t=some: ta.changes.accounts(t, by="reporter"),
            lambda t=some: product_accounts(t),
            None,
            0,
            1,
        )


def main() -> None:
    warnings.simplefilter("ignore")
    of_economies()
    if folder := os.environ.get("TRADEANALYSIS_SHARED_DATA"):
        of_importers(Path(folder))


if __name__ == "__main__":
    main()
