"""Arithmetic by hand of what is computed of each group's values by partner: for ``groups.py``, all groups at once.

As one writes it in numpy and pandas who knows that rows are sound: no check of a value, no label that is refused, no
share that is not allocated. The columns are those of the library, and their numbers, to a rounding.
"""

import zlib
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.sparse import csr_array


@dataclass
class Cells:
    """The values in the order of group and partner, and what is known of groups (``keys``) and cells (``rows``)."""

    x: np.ndarray
    starts: np.ndarray
    sizes: np.ndarray
    partner: np.ndarray
    names: np.ndarray
    order: np.ndarray
    by: list
    table: pd.DataFrame

    def sum(self, of_cells):
        return np.add.reduceat(of_cells, self.starts)

    def spread(self, of_groups):
        return np.repeat(of_groups, self.sizes)

    @property
    def group(self):
        return self.spread(np.arange(len(self.sizes)))

    @property
    def keys(self):
        return self.table[self.by].iloc[self.order[self.starts]].reset_index(drop=True)

    def rows(self, order):
        return self.table[[*self.by, "partner"]].iloc[self.order[order]].reset_index(drop=True)

    def descending(self):
        return np.lexsort((-self.x, self.group))

    def by_size(self, *columns):
        """Groups of similar size as rows of a matrix, with zeros beyond their size."""
        _, doublings = np.frexp(np.maximum(self.sizes - 1, 0))
        for doubling in np.unique(doublings):
            these, width = np.flatnonzero(doublings == doubling), 1 << int(doubling)
            beyond = np.arange(width) >= self.sizes[these, None]
            dense = []
            for one in columns:
                padded = np.concatenate([one, np.zeros(width)])
                dense.append(np.lib.stride_tricks.sliding_window_view(padded, width)[self.starts[these]])
                dense[-1][beyond] = 0.0
            yield these, ~beyond, *dense


def cells(table, by):
    group = np.zeros(len(table), dtype=np.int64)
    for key in by:
        code, labels = pd.factorize(table[key], sort=True)
        group = group * len(labels) + code
    partner, names = pd.factorize(table["partner"], sort=True)
    order = np.argsort(group * len(names) + partner, kind="stable")
    group, x = group[order], table["value"].to_numpy()[order]
    starts = np.flatnonzero(np.append(True, group[1:] > group[:-1]))
    sizes = np.diff(np.append(starts, len(x)))
    return Cells(x, starts, sizes, partner[order], np.asarray(names, dtype=object), order, by, table)


def measure(table, by):
    c = cells(table, by)
    x = c.x[np.lexsort((c.x, c.group))]
    n, total, place = c.sizes, c.sum(x), np.arange(len(x)) - c.spread(c.starts)
    top = c.sum(np.where(place >= c.spread(n) - 3, x, 0.0)) / total
    gini = 2 * c.sum((place + 1) * x) / (n * total) - (n + 1) / n
    entropy = np.log(total) - c.sum(x * np.log(x)) / total
    return c.keys.assign(n=n, hhi=c.sum(x * x) / total**2, entropy=entropy, gini=gini, top_share_3=top)


def intervals(table, by):
    """Every value between 9/10 and 11/10 of itself: the least and the largest HHI."""
    c = cells(table, by)
    found = {one: np.empty(len(c.sizes)) for one in ("hhi", "hhi_low", "hhi_high")}
    low, high = (table[one].to_numpy()[c.order] for one in ("low", "high"))
    for these, _, x, least, most in c.by_size(c.x, low, high):
        ends = np.concatenate([least, most], axis=1)
        order = np.argsort(ends, axis=1, kind="stable")
        at, is_high = np.take_along_axis(ends, order, 1), order >= least.shape[1]
        a, b = (_at_ends(is_high, one)[:, :-1] for one in (at, at**2))
        first = ((at[:, 1:] > 0) & (at[:, 1:] * a >= b)).argmax(axis=1)[:, None]
        a, b, start, stop = (np.take_along_axis(one, first, 1) for one in (a, b, at[:, :-1], at[:, 1:]))
        level = np.divide(b, a, out=stop.copy(), where=a > 0)
        even = np.clip(np.clip(level, start, stop), least, most)
        order = np.argsort(-(least + most), axis=1, kind="stable")
        least, most = np.take_along_axis(least, order, 1), np.take_along_axis(most, order, 1)
        totals = least.sum(axis=1, keepdims=True) + np.cumsum(most - least, axis=1)
        squares = (least**2).sum(axis=1, keepdims=True) + np.cumsum(most**2 - least**2, axis=1)
        found["hhi_low"][these] = (even**2).sum(axis=1) / even.sum(axis=1) ** 2
        found["hhi_high"][these] = (squares / totals**2).max(axis=1)
        found["hhi"][these] = (x**2).sum(axis=1) / x.sum(axis=1) ** 2
    return c.keys.assign(n=c.sizes, **found)


def _at_ends(is_high, terms):
    """The sum of the values that lie at an end while the level is between one end and the next."""
    under = np.cumsum(np.where(is_high, terms, 0.0), axis=1)
    over = np.cumsum(np.where(is_high, 0.0, terms)[:, ::-1], axis=1)[:, ::-1]
    return under + np.pad(over[:, 1:], ((0, 0), (0, 1)))


def plans(table, by, rate=0.1, cap=0.25):
    c = cells(table, by)
    size = len(c.sizes)
    after, hhi_after, place, falls = np.empty(size), np.empty(size), np.empty(size, dtype=np.intp), np.empty(size, bool)
    for these, there, dense in c.by_size(c.x):
        now = dense.sum(axis=1)
        target = (1 + rate) * now
        rising = np.sort(np.where(there, dense, np.inf), axis=1)
        sums = np.cumsum(np.where(np.isfinite(rising), rising, 0.0), axis=1)
        level = (target[:, None] - (now[:, None] - sums)) / np.arange(1, dense.shape[1] + 1)
        following = np.concatenate([rising[:, 1:], np.full((len(dense), 1), np.inf)], axis=1)
        level = level[np.arange(len(dense)), (level <= following).argmax(axis=1)]
        filled = np.where(there, np.maximum(dense, level[:, None]), 0.0) / target[:, None]
        after[these], hhi_after[these] = filled.max(axis=1), (filled**2).sum(axis=1)
        place[these], falls[these] = c.starts[these] + dense.argmax(axis=1), dense.max(axis=1) > level * (1 + 1e-9)
    whole, largest = c.sum(c.x), np.maximum.reduceat(c.x, c.starts)
    few, over = c.sizes * cap < 1, largest > cap * (1 + rate) * whole
    feasible = ~few & ~over
    binds = np.select([few & (c.sizes == 1), few, over, falls], ["single", "few", "cap", "lower"], "")
    market = np.where(~few & (over | falls), c.names[c.partner[place]], None)
    return c.keys.assign(
        n=c.sizes,
        feasible=feasible,
        largest_share_before=largest / whole,
        largest_share_after=np.where(feasible, after, np.nan),
        hhi_before=c.sum(c.x**2) / whole**2,
        hhi_after=np.where(feasible, hhi_after, np.nan),
        nearest_growth=np.where(few, np.nan, np.where(feasible, rate, largest / cap / whole - 1)),
        nearest_cap=np.where(feasible, cap, after),
        binds=binds.astype(object),
        market=market,
    )


def contingency(table, by):
    c = cells(table, by)
    order = c.descending()
    total, left, squares = c.spread(c.sum(c.x)), _others(c, c.x), _others(c, c.x**2)
    return c.rows(order).assign(**_lost(*(one[order] for one in (c.x, total, left, squares))))


def _others(c, terms):
    """The sum of the other cells of a group: of a dominant one not as a difference, which would have no digits."""
    whole = c.spread(c.sum(terms))
    most = terms > whole / 2
    return np.where(most, c.spread(c.sum(np.where(most, 0.0, terms))), whole - terms)


def _lost(gross, total, left, squares):
    """The losses, and the HHI of what is left with these squares."""
    replaced = np.where(left > 0, 0.5 * gross, 0.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        hhi = np.where(left > 0, squares / left**2, np.nan)
    losses = {"gross_loss": gross, "replaced": replaced, "net_loss": gross - replaced}
    shares = zip(("gross_share", "replaced_share", "net_share"), losses.values(), strict=True)
    return losses | {name: one / total for name, one in shares} | {"hhi_after": hhi}


def worst(table, by):
    c = cells(table, by)
    order = c.descending()
    x, names, place = c.x[order], c.names[c.partner[order]], np.arange(len(c.x)) - c.spread(c.starts)
    total, several = c.sum(c.x), np.flatnonzero(c.sizes > 1)
    both = names[c.starts[several]] + ", " + names[c.starts[several] + 1]
    parts = []
    for k, these, markets in ((1, np.arange(len(total)), names[c.starts]), (2, several, both)):
        stays = np.where(place < k, 0.0, x)
        sums = (c.sum(x - stays), total, c.sum(stays), c.sum(stays**2))
        parts.append(c.keys.iloc[these].assign(k=k, markets=markets, **_lost(*(one[these] for one in sums))))
    rows = np.argsort(np.concatenate([np.arange(len(total)), several]), kind="stable")
    return pd.concat(parts).iloc[rows].reset_index(drop=True)


def _samples(table, by, error, size):
    """The HHI of every group in every draw: true values and errors are lognormal."""
    c = cells(table, by)
    sigma = np.sqrt(np.log1p(error**2))
    noise = np.array([np.random.default_rng([0, zlib.crc32(one.encode())]).standard_normal(size) for one in c.names])
    found = np.empty((len(c.sizes), size))
    for row, start, count in zip(found, c.starts, c.sizes, strict=True):
        logs, part = np.log(c.x[start : start + count]), c.partner[start : start + count]
        keep = 1.0
        if count > 1:
            spread = ((logs - logs.mean()) ** 2).sum() / np.random.default_rng(0).chisquare(count - 1, size)
            between = np.maximum(spread - sigma**2, 0.0)
            keep = between / (between + sigma**2)
        y = np.exp(keep * (logs - logs.mean())[:, None] + np.sqrt(keep) * sigma * noise[part])
        row[:] = (y**2).sum(axis=0) / y.sum(axis=0) ** 2
    return c, c.sum(c.x**2) / c.sum(c.x) ** 2, found


def confidences(table, by, error, size):
    c, hhi, found = _samples(table, by, error, size)
    low, high = np.quantile(found, [0.025, 0.975], axis=1)
    sd, bias = found.std(axis=1, ddof=1), hhi - found.mean(axis=1)
    return c.keys.assign(n=c.sizes, hhi=hhi, hhi_low=low, hhi_high=high, hhi_sd=sd, hhi_bias=bias)


def probabilities(table, by, error, size, above):
    c, hhi, found = _samples(table, by, error, size)
    return c.keys.assign(n=c.sizes, hhi=hhi, probability=(found > above).mean(axis=1))


def similarity_hills(table, by, z, step=20_000):
    c = cells(table, by)
    alike = z.loc[c.names, c.names].to_numpy()
    s = csr_array(
        (c.x / c.spread(c.sum(c.x)), c.partner, np.append(c.starts, len(c.x))), shape=(len(c.sizes), len(c.names))
    )
    blocks = (s[first : first + step] for first in range(0, len(c.sizes), step))
    common = np.concatenate([some.multiply(some @ alike.T).sum(axis=1) for some in blocks])
    return c.keys.assign(n=c.sizes, similarity_hill_2=1 / common)
