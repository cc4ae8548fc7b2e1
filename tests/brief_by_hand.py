"""Every figure of a brief computed from its trade table with plain pandas, by definitions and none of the library."""

import csv
import itertools
from pathlib import Path

import numpy as np
import pandas as pd

DATA = Path(__file__).parents[1] / "data"
MIRRORED = {"export": "import", "import": "export"}
LISTED_IN_PART, CONCENTRATED, CIF, REDIRECT = 0.10, 0.4, 1.06, 0.5


def not_partners():
    """Labels of what is not allocated to a partner."""
    countries = pd.read_csv(DATA / "countries.csv", keep_default_na=False)
    return set(countries.loc[countries["kind"] == "unallocated", "iso3"])


REST = not_partners()


def hhi(values):
    values = np.asarray(values, float)
    return float((values**2).sum() / values.sum() ** 2)


def gini(values):
    x = np.sort(np.asarray(values, float))
    places = 2 * np.arange(1, len(x) + 1) - len(x) - 1
    return float((places * x).sum() / (len(x) * x.sum()))


class Flow:
    """One flow of one year: its partners from the largest on, what is not detailed, and the indices."""

    def __init__(self, rows):
        values = rows.groupby("partner")["value"].sum()
        self.partners = values[~values.index.isin(REST) & (values > 0)].sort_values(ascending=False, kind="stable")
        self.rest = float(values[values.index.isin(REST)].sum())
        self.detailed, self.total = float(self.partners.sum()), float(self.partners.sum()) + self.rest
        self.unallocated = self.rest / self.total

    def indices(self):
        top = {f"top{k}": float(self.partners.head(k).sum()) / self.total for k in (1, 3, 5)}
        index = hhi(self.partners)
        found = {"total": self.total, "n": len(self.partners), "hhi": index, "points": 1e4 * index}
        return found | {"effective": 1 / index, **top, "gini": gini(self.partners)}


def flow_of(table, reporter, flow, year):
    return Flow(table[(table["reporter"] == reporter) & (table["flow"] == flow) & (table["year"] == year)])


def rank(table, reporter, flow, year):
    """The place among all economies whose trade is detailed by partner, and how many these are."""
    rows = table[(table["flow"] == flow) & (table["year"] == year)]
    values = rows.groupby(["reporter", "partner"])["value"].sum().reset_index()
    rest = values["partner"].isin(REST)
    parts = values[rest].groupby("reporter")["value"].sum() / values.groupby("reporter")["value"].sum()
    known = values[~rest & (values["value"] > 0)].groupby("reporter")["value"].agg(hhi)
    known = known[parts.reindex(known.index).fillna(0.0) <= LISTED_IN_PART]
    return 1 + int((known > known[reporter] * (1 + 1e-12)).sum()), len(known)


def agreements(flow, economy, year):
    """Code -> partners with the agreement in force in the year."""
    found, anyone = {}, set()
    for row in csv.DictReader((DATA / "agreements.csv").open(encoding="utf-8")):
        members, others = (dict(one.split(":") for one in row[side].split()) for side in ("members", "with"))
        sides = [(members, others), (others, members)] if others else [(members, members)]
        (other, since) = next(((there, here[economy]) for here, there in sides if economy in here), ({}, ""))
        in_force = {one: max(day, since) for one, day in other.items() if one != economy}
        met = [one for one, day in in_force.items() if int(day[:4]) <= year and one in flow.partners.index]
        if met:
            found[row["name_en"], row["name_vi"]] = flow.partners[met]
            anyone |= set(met)
    return found, flow.partners[sorted(anyone)]


def moved(now, then):
    """Changes of squared shares of all trade."""
    shares = pd.DataFrame({"before": then.partners / then.total, "after": now.partners / now.total}).fillna(0.0)
    change = shares["after"] ** 2 - shares["before"] ** 2
    table = shares.assign(part=change)
    return table.loc[change.abs().sort_values(ascending=False, kind="stable").index]


def closures(flow):
    """By partner: shares of all trade that are lost at first and in the end, and the index of the others."""
    x = flow.partners
    redirect = REDIRECT if len(x) > 1 else 0.0
    squares = (x**2).sum()
    after = (squares - x**2) / (flow.detailed - x) ** 2 if len(x) > 1 else x * np.nan
    gross = x / flow.total
    return pd.DataFrame({"loss": x, "gross": gross, "net": gross * (1 - redirect), "after": after})


def reports(table, reporter, flow, year):
    """Both reports by partner, without what the source has estimated, and the ends between which a value lies."""
    rows = table[(table["year"] == year) & ~table["partner"].isin(REST) & ~table["reporter"].isin(REST)]
    sided = rows[rows["reporter"] != rows["partner"]]
    own = sided[(sided["flow"] == flow) & (sided["reporter"] == reporter)].set_index("partner")
    theirs = sided[(sided["flow"] == MIRRORED[flow]) & (sided["partner"] == reporter)].set_index("reporter")
    both = pd.concat([own[~own["estimated"]]["value"], theirs[~theirs["estimated"]]["value"]], axis=1)
    both.columns = ["own", "theirs"]
    others = set(table.loc[(table["year"] == year) & (table["flow"] == MIRRORED[flow]), "reporter"])
    estimated = {*own[own["estimated"]].index, *theirs[theirs["estimated"]].index}
    bought = "theirs" if flow == "export" else "own"
    sides = both.assign(**{bought: both[bought] / CIF})
    low, high = sides.min(axis=1), sides.max(axis=1)
    for one in both.index[both.isna().any(axis=1)]:
        # A side that reports, and not this trade, has reported none.
        silent = pd.isna(both.loc[one, "theirs"]) and one not in others
        if not silent and one not in estimated:
            low[one] = 0.0
    return both.assign(low=low, high=high)


def ends_of_hhi(low, high):
    """The smallest and the largest index of values between two ends each, by search."""
    low, high = np.asarray(low, float), np.asarray(high, float)
    low, high = low[high > 0], high[high > 0]
    levels = np.unique(np.concatenate([low, high]))
    least = min(hhi(np.clip(t, low, high)) for a, b in itertools.pairwise(levels) for t in np.linspace(a, b, 40))
    most = 0.0
    for level in levels:
        x = np.where((low + high) / 2 > level, high, low)
        for _ in range(20):
            if x.sum() == 0:
                break
            fixed_sum, fixed_squares = x.sum() - x, (x**2).sum() - x**2
            up, down = ((fixed_squares + end**2) / (fixed_sum + end) ** 2 for end in (high, np.maximum(low, 1e-300)))
            better = np.where(up > down, high, low)
            if (better == x).all():
                break
            x = better
        most = max(most, hhi(x) if x.sum() else 0.0)
    return least, most


def ends_with_rest(flow):
    """The index of all trade: the rest in ever smaller pieces, or with one partner; or in pieces below the smallest."""
    squares, total = float((flow.partners**2).sum()), flow.total
    largest = float(flow.partners.iloc[0])
    alone = (squares + flow.rest**2) / total**2
    with_largest = (squares - largest**2 + (largest + flow.rest) ** 2) / total**2
    smallest = float(flow.partners.iloc[-1])
    pieces, left = divmod(flow.rest, smallest)
    return squares / total**2, max(alone, with_largest), (squares + pieces * smallest**2 + left**2) / total**2


def benchmark(table, reporter, flow, year):
    """The share of the largest partner, were trade spread as what the partners trade with all others."""
    rows = table[(table["year"] == year) & (table["flow"] == MIRRORED[flow])]
    rows = rows[(rows["partner"] != reporter) & ~rows["partner"].isin(REST) & (rows["reporter"] != rows["partner"])]
    own = flow_of(table, reporter, flow, year).partners
    trade = rows.groupby("reporter")["value"].sum()
    trade = trade[trade.index != reporter]
    return float(trade[own.index[0]] / trade.sum()) if own.index[0] in trade.index else float("nan")


def years_of(table, reporter, flow):
    """The flow of every year."""
    years = sorted(table.loc[(table["reporter"] == reporter) & (table["flow"] == flow), "year"].unique())
    return {int(year): flow_of(table, reporter, flow, year) for year in years}


def products(rows):
    """By product, of all its trade: value, largest share, the ends of the index, and how much is detailed."""
    found = {}
    for name, of_product in rows.groupby("product"):
        one = Flow(of_product)
        low, high, _ = ends_with_rest(one) if one.rest else (hhi(one.partners), hhi(one.partners), 0)
        largest = one.partners.index[0], float(one.partners.iloc[0]) / one.total
        found[name] = (one.total, *largest, low, high, 1 - one.unallocated)
    columns = ["value", "partner", "share", "low", "high", "detailed"]
    return pd.DataFrame(found, index=columns).T.sort_values("value", ascending=False)


def parts_of_products(rows):
    """The part of each product in the index of partners, and the index without it."""
    detailed = rows[~rows["partner"].isin(REST)]
    cells = detailed.pivot_table(index="product", columns="partner", values="value", aggfunc="sum").fillna(0.0)
    all_of = cells.sum()
    parts = (cells * all_of).sum(axis=1) / (all_of**2).sum()
    return parts, pd.Series({name: hhi(all_of - cells.loc[name]) for name in cells.index})


def to_move(values, rest=0.0, index=CONCENTRATED):
    """The least value that must leave the largest partner for many small ones until the index has fallen so far."""
    values, total = np.sort(np.asarray(values, float))[::-1], float(np.sum(values)) + rest
    others = float((values[1:] ** 2).sum()) if len(values) > 1 else 0.0
    low, high = 0.0, float(values[0]) / 2
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (middle, high) if others + (values[0] - middle) ** 2 > index * total**2 else (low, middle)
    return high


def plan(flow, growth, cap):
    """Targets of the same growth for all below the cap, no partner below now; the cap is on shares of all trade."""
    x, goal = flow.partners.to_numpy(), flow.detailed * (1 + growth)
    ceiling = np.maximum(cap * flow.total * (1 + growth), x) if cap else np.full(len(x), np.inf)
    low, high = 0.0, 1e6
    for _ in range(300):
        middle = (low + high) / 2
        low, high = (low, middle) if np.minimum(x * (1 + middle), ceiling).sum() > goal else (middle, high)
    return pd.Series(np.minimum(x * (1 + high), ceiling), index=flow.partners.index)


def through_hubs(flow, economy, world):
    """What a brief says of hubs: a step at a time, each hub sends on one tenth or nine of what has just come."""
    sold = flow.partners / flow.total
    held = [one for one in ("HKG", "NLD", "BEL", "SGP", "ARE") if one != economy and one in sold.index]
    if not sold[held].sum() > 0.03:
        return set()
    rows = world[(world["flow"] == "export") & ~world["partner"].isin(REST) & (world["reporter"] != world["partner"])]
    sent = rows[rows["reporter"].isin(held)].pivot_table(
        index="reporter", columns="partner", values="value", aggfunc="sum"
    )
    places = sold.index.union(sent.columns)
    mix = sent.reindex(index=held, columns=places).fillna(0.0)
    mix, first = mix.div(mix.sum(axis=1), axis=0).to_numpy(), sold.reindex(places).fillna(0.0).to_numpy()
    at, own = places.get_indexer(held), places == economy
    ends, home = [], []
    for rates in itertools.product((0.1, 0.9), repeat=len(held)):
        ended, comes = np.zeros(len(places)), first
        for _ in range(400):
            goes = np.array(rates) * comes[at]
            ended = ended + comes
            ended[at] -= goes
            comes = goes @ mix
        home.append(float(ended[own].sum()))
        ends.append(ended[~own])
    found = {float(sold[held].sum()), min(home), max(home), *np.min(ends, axis=0), *np.max(ends, axis=0)}
    return found | {0.1, 0.3, 0.5, 0.9, 37.0, 42.0, 51.0, 0.2, 21.0}
