"""Arithmetic by hand of what is computed of pairs of economies and of two years: for ``groups.py``, all groups at once.

The columns are those of the library; what is said of ``by_hand.py`` holds here.
"""

import itertools

import numpy as np
import pandas as pd
from by_hand import cells
from scipy.sparse import coo_array

import tradeanalysis as ta

CIF, OUTLYING = 0.06, 3.0


def partners(table, by):
    c = cells(table, by)
    context = pd.factorize(table["product"])[0][c.order] if "product" in by else np.zeros(len(c.x), dtype=np.intp)
    at = context * len(c.names) + c.partner
    several = (np.bincount(context[c.starts]) > 1)[context]  # of one reporter's trade no market is known
    order = c.descending()
    share = (c.x / c.spread(c.sum(c.x)))[order]
    reverse = np.where(several, c.x / np.bincount(at, c.x)[at], np.nan)[order]
    running = np.cumsum(share)
    before = c.spread(running[c.starts] - share[c.starts])
    rank = np.arange(len(c.x)) - c.spread(c.starts) + 1
    columns = {"value": c.x[order], "share": share, "rank": rank, "cumulative_share": running - before}
    return c.rows(order).assign(**columns, reverse_share=reverse, asymmetry=share - reverse)


def asymmetry(table):
    share = table["value"] / table.groupby("reporter")["value"].transform("sum")
    reverse = table["value"] / table.groupby("partner")["value"].transform("sum")
    found = table[["year", "flow", "reporter", "partner", "value"]]
    found = found.assign(share=share, reverse_share=reverse, asymmetry=share - reverse)
    return found.sort_values(["year", "flow", "reporter", "partner"], ignore_index=True)


def _wide(table):
    return table.pivot(index="reporter", columns="partner", values="value").fillna(0.0)


def exposure(table):
    labels = pd.Index(np.union1d(table["reporter"], table["partner"]))
    n = len(labels)
    i, j = (labels.get_indexer(table[one]) for one in ("reporter", "partner"))
    sold = np.bincount(i * n + j, table["value"], n * n).reshape(n, n)
    bought = sold.T
    both = sold + bought
    with np.errstate(divide="ignore", invalid="ignore"):
        whole = both.sum(axis=1)
        share, reverse = both / whole[:, None], both / whole[None, :]
        of_sold, of_bought = sold / sold.sum(axis=1)[:, None], bought / bought.sum(axis=1)[:, None]
    there = (sold.sum(axis=1) > 0) & (bought.sum(axis=1) > 0)
    i, j = np.nonzero(both * there[:, None])
    columns = {
        "exports": sold,
        "imports": bought,
        "balance": sold - bought,
        "export_share": of_sold,
        "import_share": of_bought,
        "trade_share": share,
        "reverse_share": reverse,
        "net_exposure": share - reverse,
    }
    made = {"reporter": labels[i], "partner": labels[j]} | {key: one[i, j] for key, one in columns.items()}
    return pd.DataFrame(made).iloc[np.lexsort((-share[i, j], i))].reset_index(drop=True)


def bloc_shares(table, year):
    wide = _wide(table)
    x, total, parts = wide.to_numpy(), wide.to_numpy().sum(axis=1), []
    for bloc in sorted(set(ta.blocs()["bloc"])):
        try:
            members = ta.bloc(bloc, year)
        except ta.CountryError:
            continue
        some = x[:, wide.columns.isin(members)]
        value = some.sum(axis=1)
        # of what its members take that are the economy's partners
        share, reverse = value / total, value / ((some > 0) @ some.sum(axis=0))
        columns = {"value": value, "share": share, "reverse_share": reverse, "asymmetry": share - reverse}
        columns |= {"members": (some > 0).sum(axis=1), "own": wide.index.isin(members)}
        parts.append(pd.DataFrame({"reporter": wide.index, "bloc": bloc} | columns))
    found = pd.concat(parts)
    return found.sort_values(["reporter", "share"], ascending=[True, False], ignore_index=True)


def excess(table, shape):
    """Shares beside those of a benchmark, whose trade is ``shape(wide)``, missing where nothing is known."""
    wide = _wide(table)
    x, benchmark = wide.to_numpy(), shape(wide)
    benchmark[wide.columns.to_numpy()[None, :] == wide.index.to_numpy()[:, None]] = np.nan
    known = ~np.isnan(benchmark)
    s, m = np.where(known, x, 0.0), np.where(known, benchmark, 0.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        s, m = s / s.sum(axis=1)[:, None], m / m.sum(axis=1)[:, None]
        part = np.where(s > 0, s * np.log(s / m), 0.0)
    good = ~np.isnan(s + m).any(axis=1)
    most, rows = part.argmax(axis=1), np.arange(len(x))
    columns = {"n": (s > 0).sum(axis=1), "excess": part.sum(axis=1)}
    columns |= {"hhi": (s**2).sum(axis=1), "benchmark_hhi": (m**2).sum(axis=1), "partner": wide.columns[most]}
    columns |= {"share": s[rows, most], "benchmark_share": m[rows, most], "contribution": part[rows, most]}
    found = pd.DataFrame({"reporter": wide.index} | columns)
    found.loc[~good, list(columns)[1:]] = np.nan
    found.loc[~good, "n"], found.loc[~good, "partner"] = 0, None
    return found


def of_world(wide):
    """What each market buys of all others."""
    x = wide.to_numpy()
    return x.sum(axis=0) - x


def of_peers(peers):
    """The mean shares of peers, each without what it sells to the economy itself."""

    def shape(wide):
        trade = wide[wide.index.isin(peers)]
        x, names = trade.to_numpy(), trade.index.to_numpy()
        own = wide.columns.get_indexer(wide.index)
        to_us = np.where(own < 0, 0.0, x[:, own])
        chosen = names[:, None] != wide.index.to_numpy()[None, :]
        weight = chosen / (x.sum(axis=1)[:, None] - to_us)
        known = names[:, None] != wide.columns.to_numpy()[None, :]
        count = chosen.T.astype(float) @ known
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(count > 0, weight.T @ (x * known) / count, np.nan)

    return shape


def of_model(fitted):
    """What a model expects."""
    expected = fitted.pivot(index="reporter", columns="partner", values="expected")
    return lambda wide: expected.reindex(index=wide.index, columns=wide.columns).to_numpy(copy=True)


# ---- two years ------------------------------------------------------------------------------------------------------


def _sides(table, by, before, after):
    keys = [*by, "partner"]
    sides = [table.loc[table["year"] == year, [*keys, "value"]] for year in (before, after)]
    return (
        sides[0]
        .merge(sides[1], on=keys, how="outer", suffixes=("_before", "_after"))
        .fillna({"value_before": 0.0, "value_after": 0.0})
    )


def change(table, by, before, after):
    both = _sides(table, by, before, after)
    sums = both.groupby(by, observed=True)[["value_before", "value_after"]].transform("sum")
    s, t = both["value_before"] / sums["value_before"], both["value_after"] / sums["value_after"]
    kind = np.select([(s > 0) & (t > 0), t > 0], ["incumbent", "entry"], "exit").astype(object)
    part = t**2 - s**2
    found = both[[*by, "partner"]].assign(share_before=s, share_after=t, contribution=part, kind=kind)
    found = found[np.isfinite(s) & np.isfinite(t)]
    order = found.assign(size=-found["contribution"].abs()).sort_values([*by, "size"], kind="stable").index
    return found.loc[order].reset_index(drop=True)


def margins(table, by, before, after):
    both = _sides(table, by, before, after)
    s, t = both["value_before"], both["value_after"]
    there, new, gone = (s > 0) & (t > 0), s == 0, t == 0
    both = both.assign(entry=t * new, exit=0.0 - s * gone, intensive=(t - s) * there)
    both = both.assign(entries=new, exits=gone, incumbents=there)
    sums = both.drop(columns="partner").groupby(by, observed=True).sum().reset_index()
    extensive = sums["entry"] + sums["exit"]
    moved = extensive + sums["intensive"]
    growth = (moved / sums["value_before"]).where(sums["value_before"] > 0)
    sums = sums.assign(extensive=extensive, change=moved, growth=growth)
    columns = ["value_before", "value_after", "change", "entry", "exit", "extensive", "intensive", "growth"]
    return sums[[*by, *columns, "entries", "exits", "incumbents"]]


def limits(table, by, before, after):
    both = _sides(table, by, before, after)
    both = both[both["value_after"] > 0]
    seen = both["value_before"] > 0
    ratio = np.where(seen, both["value_after"] / both["value_before"].where(seen), 1.0)
    found = both[[*by, "partner"]].assign(value=both["value_after"])
    found = found.assign(limit=both["value_after"] * np.maximum(ratio, 1.0), growth_seen=seen)
    rows = found.assign(size=-found["value"]).sort_values([*by, "size"], kind="stable").index
    return found.loc[rows].reset_index(drop=True)


def compare(table, economies):
    """The differences of every two economies and what each partner adds to them, year by year."""
    some = table[table["reporter"].isin(economies)]
    parts, differences = [], []
    for year, rows in some.groupby("year"):
        wide = rows.pivot(index="reporter", columns="partner", values="value").reindex(economies).fillna(0.0)
        x, names = wide.to_numpy(), wide.columns.to_numpy()
        s = x / x.sum(axis=1)[:, None]
        i, j = np.array(list(itertools.combinations(range(len(economies)), 2))).T
        hhi = (s**2).sum(axis=1)
        label = np.array(economies, dtype=object)
        differences.append(pd.DataFrame({"year": year, "first": label[i], "second": label[j], "d": hhi[i] - hhi[j]}))
        part = s[i] ** 2 - s[j] ** 2
        order = np.argsort(-np.abs(part), axis=1, kind="stable")
        pair, partner = np.repeat(np.arange(len(i)), len(names)), order.ravel()
        columns = {"share_first": s[i[pair], partner], "share_second": s[j[pair], partner]}
        made = {"year": year, "first": label[i[pair]], "second": label[j[pair]], "partner": names[partner], **columns}
        made = pd.DataFrame(made | {"contribution": part[pair, partner]})
        parts.append(made[(made["share_first"] > 0) | (made["share_second"] > 0)])
    return pd.concat(differences, ignore_index=True), pd.concat(parts, ignore_index=True)


# ---- products -------------------------------------------------------------------------------------------------------


def accounts(table):
    """The parts of every product in the concentration of markets, of every economy."""
    codes, labels = zip(
        *(pd.factorize(table[one], sort=True) for one in ("reporter", "product", "partner")), strict=True
    )
    i, k, j = codes
    x, order = table["value"].to_numpy(), np.argsort(i, kind="stable")
    ends = np.append(0, np.cumsum(np.bincount(i, minlength=len(labels[0]))))
    parts = []
    for one in range(len(labels[0])):
        rows = order[ends[one] : ends[one + 1]]
        y = coo_array((x[rows] / x[rows].sum(), (k[rows], j[rows])), shape=tuple(map(len, labels[1:]))).tocsr()
        there = np.flatnonzero(np.diff(y.indptr))
        y = y[there]
        whole = y.sum(axis=0)
        weight, own, shapley = y.sum(axis=1), y.multiply(y).sum(axis=1), y @ whole
        total = whole @ whole
        with np.errstate(divide="ignore", invalid="ignore"):
            without = np.where(weight < 1, (total - 2 * shapley + own) / (1 - weight) ** 2, np.nan)
        made = {"weight": weight, "hhi": own / weight**2, "own": own, "overlap": shapley - own, "shapley": shapley}
        made |= {"shapley_share": shapley / total, "without": without}
        found = pd.DataFrame({"reporter": labels[0][one], "product": labels[1][there], **made})
        parts.append(found.iloc[np.argsort(-shapley, kind="stable")])
    return pd.concat(parts, ignore_index=True)


def suppliers(table, chosen=None):
    """CEPII's screen, of one importer or of all, in a table of imports of one year."""
    i, exporters = pd.factorize(table["partner"], sort=True)
    k, goods = pd.factorize(table["product"], sort=True)
    m, importers = pd.factorize(table["reporter"], sort=True)
    x = table["value"].to_numpy()
    sold = np.bincount(i * len(goods) + k, x, len(exporters) * len(goods)).reshape(-1, len(goods))
    world = (sold**2).sum(axis=0) / sold.sum(axis=0) ** 2
    own = np.arange(len(x)) if chosen is None else np.flatnonzero(m == list(importers).index(chosen))
    group = m[own] * len(goods) + k[own]
    order = np.lexsort((-x[own], group))
    group, x, supplier = group[order], x[own][order], i[own][order]
    starts = np.flatnonzero(np.append(True, group[1:] > group[:-1]))
    sizes = np.diff(np.append(starts, len(x)))
    value = np.add.reduceat(x, starts)
    buyer, good = np.divmod(group[starts], len(goods))
    first = x[starts] / value
    second = np.where(sizes > 1, x[np.minimum(starts + 1, len(x) - 1)], 0.0) / value
    place = pd.Index(exporters).get_indexer(importers)[buyer]
    exports = np.where(place < 0, 0.0, sold[place, good])
    with np.errstate(divide="ignore"):
        of_rule = {"c1": np.add.reduceat(x * x, starts) / value**2, "c2": world[good], "c3": value / exports}
    rule = {"c1": 0.4, "c2": 0.4, "c3": 1.0}
    flags = {f"{one}_flag": of_rule[one] > limit for one, limit in rule.items()}
    flagged = np.logical_and.reduce(list(flags.values()))
    with np.errstate(invalid="ignore"):
        cut = np.sqrt(0.4 - of_rule["c1"] + first**2)
        both = np.sqrt((0.4 - of_rule["c1"] + first**2 + second**2) / 2)
    moves = value * np.where(cut >= second, first - cut, first + second - 2 * both), value - exports
    ratios = np.stack([of_rule[one] / limit for one, limit in rule.items()])
    unflag = np.where(moves[0] <= moves[1], "c1", "c3").astype(object)
    return pd.DataFrame(
        {"reporter": importers[buyer], "product": goods[good], "value": value, "n": sizes}
        | {
            name: column
            for one in rule
            for name, column in ((one, of_rule[one]), (f"{one}_flag", flags[f"{one}_flag"]))
        }
        | {"flagged": flagged, "persistence": flagged.astype(int), "years_flagged": flagged.astype(int)}
        | {"largest_partner": exporters[supplier[starts]], "largest_share": first}
        | {"nearest": np.array(list(rule), dtype=object)[ratios.argmin(axis=0)], "margin": ratios.min(axis=0)}
        | {"to_unflag": np.where(flagged, np.minimum(*moves), np.nan), "unflag_by": np.where(flagged, unflag, None)}
    )


def mirror(table, keys):
    """Both reports of every flow, their mean by reliability, and its error."""
    sold, bought = (table.loc[table["flow"] == flow, [*keys, "value"]] for flow in ("export", "import"))
    bought = bought.rename(columns={"reporter": "partner", "partner": "reporter"})
    both = sold.merge(bought, on=keys, how="outer", suffixes=("_sold", "_bought"))
    x, m = both["value_sold"].to_numpy(), both["value_bought"].to_numpy()
    log_x, log_m = np.log(x), np.log(m / (1 + CIF))
    d = log_m - log_x
    codes, economies = pd.factorize(pd.concat([both["reporter"], both["partner"]]))
    codes, there = codes.reshape(2, -1), ~np.isnan(d)
    size = np.where(there, (log_x + log_m) / 2, np.where(np.isnan(log_x), log_m, log_x))
    fitted = there & (d != 0)
    slope = min(np.polyfit(size[fitted], np.log(d[fitted] ** 2), 1)[0], 0.0)
    scale = np.exp(slope * (size - size[fitted].mean()))
    v = _variances((d / np.sqrt(scale))[there], codes[:, there], len(economies))
    v_x, v_m = v[codes] * scale
    weight = np.where(there, v_m / (v_x + v_m), ~np.isnan(log_x))
    log_x, log_m = np.where(there | ~np.isnan(x), log_x, 0.0), np.where(there | ~np.isnan(m), log_m, 0.0)
    free = m / (1 + CIF)
    low, high = np.fmin(x, free), np.fmax(x, free)
    reporting = np.isin(both["reporter"], sold["reporter"].unique()) & np.isin(
        both["partner"], bought["partner"].unique()
    )
    own, usual = d**2 / 4, weight * v_x
    made = {"export_report": x, "import_report": m, "discrepancy": np.abs(x - m) / (x + m)}
    made |= {"missing": np.where(there, None, np.where(np.isnan(x), "export", "import")), "cif": CIF}
    made |= {"value": np.exp(weight * log_x + (1 - weight) * log_m), "low": np.where(there | ~reporting, low, 0.0)}
    made |= {"high": high, "log_sd": np.sqrt(np.where(there, np.fmax(own, usual), np.where(np.isnan(x), v_m, v_x)))}
    return both[keys].assign(**made).sort_values(keys, ignore_index=True)


def _variances(d, codes, n):
    """The variance of every economy's errors, d having the sum of two: EM, with an average report for each."""
    average = np.mean(d**2) / 2
    v, reports = np.full(n, average), np.bincount(codes.ravel(), minlength=n)
    pair = codes[0] * n + codes[1]
    order = np.argsort(pair, kind="stable")
    starts = np.flatnonzero(np.diff(pair[order], prepend=-1))
    count, squares, (first, second) = np.diff(starts, append=len(d)), d[order] ** 2, codes[:, order[starts]]
    while True:
        i, j = v[first], v[second]
        cut = np.minimum(squares, np.repeat(OUTLYING**2 * (i + j), count))
        z, shared = np.add.reduceat(cut, starts) / (i + j), count * i * j / (i + j)
        sums = sum(np.bincount(at, shared + one**2 * z / (i + j), n) for at, one in ((first, i), (second, j)))
        before, v = v, (sums + average) / (reports + 1)
        if np.abs(v / before - 1).max() < 1e-9:
            return v
