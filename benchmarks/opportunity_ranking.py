"""What one exporter's ranking costs beside numpy and pandas by hand: static EPI of every product and market.

``python benchmarks/opportunity_ranking.py FILE.parquet reporter=exporter partner=importer product=hs6 value=value_usd``
takes the rows of a file, whose columns may have other names. Margins are made once, and serve every exporter; ours
checks the rows and puts the cells in order, by hand no row is checked. Each is run several times in turn and the
medians of processor time are compared; read the ratios, not the seconds. ``--gravity`` adds what gravity by product
costs, which is fitted once for all exporters.
"""

import statistics
import sys
import time

import numpy as np
import pandas as pd

RUNS = 5
TOP = 1000


def table(path: str, columns: dict[str, str]) -> pd.DataFrame:
    """The columns of a trade table under their names, economies and products as categories."""
    wanted = {columns.get(name, name): name for name in ("reporter", "partner", "product", "value")}
    found = pd.read_parquet(path, columns=list(wanted)).rename(columns=wanted)
    kinds = dict.fromkeys(("reporter", "partner", "product"), "category")
    return found.astype(kinds | {"value": "float64"})  # a product of two whole numbers leaves 64 bits


def numpy_margins(rows: pd.DataFrame):
    """Codes and the three margins."""
    i, j, k = (rows[name].cat.codes.to_numpy().astype(np.int64) for name in ("reporter", "partner", "product"))
    v = rows["value"].to_numpy()
    n_i, n_j, n_k = (len(rows[name].cat.categories) for name in ("reporter", "partner", "product"))
    v_ik = np.bincount(i * n_k + k, v, n_i * n_k).reshape(n_i, n_k)
    v_jk = np.bincount(j * n_k + k, v, n_j * n_k).reshape(n_j, n_k)
    v_ij = np.bincount(i * n_j + j, v, n_i * n_j).reshape(n_i, n_j)
    return rows["reporter"].cat.categories, i, j, k, v, v_ik, v_jk, v_ij


def numpy_rank(margins, reporter: str) -> np.ndarray:
    """The EPI of every product and market, and the highest room."""
    economies, i, j, k, v, v_ik, v_jk, v_ij = margins
    us = economies.get_loc(reporter)
    own = np.flatnonzero(i == us)
    now = np.zeros((v_jk.shape[1], v_jk.shape[0]))
    now[k[own], j[own]] = v[own]
    size = (v_ik[us] / v_ik.sum(axis=0))[:, None] * v_jk.T
    with np.errstate(all="ignore"):
        epi = size * (v_ij[us] / size.sum(axis=0))
    could = np.flatnonzero(size > 0)
    room = np.maximum(epi.ravel()[could] - now.ravel()[could], 0.0)
    return room[np.argsort(-room)[:TOP]]


def pandas_margins(rows: pd.DataFrame):
    """The margins by group-by."""
    sold = rows.groupby(["reporter", "product"], observed=True)["value"].sum()
    bought = rows.groupby(["partner", "product"], observed=True)["value"].sum().rename("bought").reset_index()
    world = rows.groupby("product", observed=True)["value"].sum().rename("world").reset_index()
    return rows, sold, bought, world


def pandas_rank(margins, reporter: str) -> np.ndarray:
    """The same by merges, as an analyst would write it."""
    rows, sold, bought, world = margins
    ours = rows[rows["reporter"] == reporter]
    pair = ours.groupby("partner", observed=True)["value"].sum().rename("pair").reset_index()
    own = sold.loc[reporter].rename("own").reset_index()
    cells = bought.merge(own, on="product").merge(world, on="product")
    cells["size"] = cells["own"] * cells["bought"] / cells["world"]
    total = cells.groupby("partner", observed=True)["size"].sum().rename("total").reset_index()
    cells = cells.merge(total, on="partner").merge(pair, on="partner", how="left")
    cells["epi"] = (cells["size"] * cells["pair"] / cells["total"]).fillna(0.0)
    now = ours[["partner", "product", "value"]].rename(columns={"value": "now"})
    cells = cells.merge(now, on=["partner", "product"], how="left")
    cells["room"] = (cells["epi"] - cells["now"].fillna(0.0)).clip(lower=0)
    return cells.sort_values("room", ascending=False).head(TOP)["room"].to_numpy()


def our_margins(rows: pd.DataFrame):
    """Rows that are checked, cells in order, and margins."""
    from tradeanalysis.prospects.trade_flows import flows_of

    flows = flows_of(rows)
    flows.v_ik, flows.v_jk, flows.v_ij  # noqa: B018
    return flows


def our_rank(flows, reporter: str) -> np.ndarray:
    """The EPI of every product and market, and the highest room."""
    from tradeanalysis.prospects.scoring import epi
    from tradeanalysis.prospects.trade_flows import place_of

    us = place_of(flows.exporters, reporter)
    could = np.flatnonzero((flows.v_ik[us] > 0)[:, None] & (flows.v_jk.T > 0))
    room = np.maximum(epi.of(flows, us).ravel()[could] - flows.matrix(us).ravel()[could], 0.0)
    order = np.argpartition(-room, TOP)[:TOP]
    return np.sort(room[order])[::-1]


def gravity(rows: pd.DataFrame, reporter: str) -> float:
    """Processor time of the fit of gravity, of all products' margins, and of one exporter's table with it."""
    import tradeanalysis as ta

    start = time.process_time()
    ta.potential(rows, reporter=reporter)
    return time.process_time() - start


def main(path: str, pairs: list[str]) -> None:
    """Time all, and hold the results against each other."""
    columns = dict(pair.split("=") for pair in pairs if "=" in pair)
    rows, reporter = table(path, columns), columns.get("of", "VNM")
    ways = {"ours": (our_margins, our_rank), "numpy": (numpy_margins, numpy_rank)}
    ways["pandas"] = (pandas_margins, pandas_rank)
    spent: dict[str, list[tuple[float, float]]] = {name: [] for name in ways}
    found = {}
    for _ in range(RUNS):
        for name, (margins, rank) in ways.items():
            start = time.process_time()
            made = margins(rows)
            between = time.process_time()
            found[name] = rank(made, reporter)
            spent[name].append((between - start, time.process_time() - between))
            np.testing.assert_allclose(found[name], found["ours"], rtol=1e-9)
    first = {name: statistics.median(one for one, _ in times) for name, times in spent.items()}
    then = {name: statistics.median(one for _, one in times) for name, times in spent.items()}
    print(f"{len(rows):,} rows, seconds of margins and of one exporter's ranking with them:")
    print(", ".join(f"{name} {first[name]:.2f} + {then[name]:.3f}" for name in ways))
    whole = {name: first[name] + then[name] for name in ways}
    print(f"ours / numpy by hand {whole['ours'] / whole['numpy']:.2f} (at most 1.5)")
    print(f"pandas by hand / ours {whole['pandas'] / whole['ours']:.1f}")
    print(f"of the ranking alone {then['pandas'] / then['ours']:.1f} (at least 15)")
    if "--gravity" in pairs:
        print(f"with gravity, fitted once for all exporters: {gravity(rows, reporter):.1f} s")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
