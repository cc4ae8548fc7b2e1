"""How good a ranking was: measures of hits among candidates, exact where scores are equal, for any draw of exporters.

Where scores are equal, every order of them is as likely: AUC counts half, the others are expected values over these
orders. A missing score makes no proposal, and so stands below all others.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tradeanalysis.sums import Array

Marks = npt.NDArray[np.bool_]
Numbers = npt.NDArray[np.intp]


def ranking(score: Array, hit: Marks, value: Array | None = None, exporter: Numbers | None = None) -> Ranking:
    """The groups of equal scores that hold a hit, from the best down, with what stands above each, by exporter."""
    n = len(score)
    exporter = np.zeros(n, dtype=np.intp) if exporter is None else exporter
    value = np.zeros(n) if value is None else value
    exporters = int(exporter.max(initial=-1)) + 1
    given = np.where(np.isnan(score), -np.inf, score)
    order = np.argsort(-given, kind="stable")
    falling = given[order]
    group = np.cumsum(np.append(0, falling[1:] != falling[:-1])) if n else np.zeros(0, dtype=np.intp)
    hit, value, exporter = hit[order], value[order], exporter[order]
    with_hits = np.unique(group[hit])
    # The first group with a hit at or below the item, and whether the item is in it.
    at = np.searchsorted(with_hits, group)
    inside = np.append(with_hits, -1)[at] == group
    rows = len(with_hits)

    def by_group(of: Marks, place: Numbers, weight: Array | None = None) -> Array:
        cell = place[of] * exporters + exporter[of]
        weights = None if weight is None else weight[of]
        return np.bincount(cell, weights, (rows + 1) * exporters).reshape(rows + 1, exporters).astype(np.float64)

    within, before = by_group(inside, at)[:-1], by_group(~inside, at)[:-1]
    above = np.cumsum(before + np.vstack([np.zeros((min(rows, 1), exporters)), within[:-1]]), axis=0)
    hits, worth = by_group(hit, at)[:-1], by_group(hit, at, value)[:-1]
    return Ranking(above, within, hits, worth, np.bincount(exporter, minlength=exporters).astype(np.float64))


@dataclass(frozen=True, eq=False)
class Ranking:
    """The groups of equal scores that hold a hit (groups, columns): columns are exporters, or draws of them.

    ``above`` counts the candidates with a better score, ``within`` those of the group, ``hits`` and ``worth`` those of
    them that came true and their value; ``candidates`` has the whole of each column.
    """

    above: Array
    within: Array
    hits: Array
    worth: Array
    candidates: Array

    def drawn(self, weights: Array) -> Ranking:
        """The ranking of all exporters together, each so many times (exporters, draws)."""
        parts = (self.above, self.within, self.hits, self.worth, self.candidates)
        return Ranking(*(part @ weights for part in parts))

    def together(self) -> Ranking:
        """The ranking of all exporters together, each once."""
        return self.drawn(np.ones((len(self.candidates), 1)))


def auc(of: Ranking) -> Array:
    """The chance that a hit has a better score than a miss has, half where they are equal; missing without either."""
    total = of.hits.sum(axis=0)
    misses_above = of.above - (np.cumsum(of.hits, axis=0) - of.hits)
    misses_within = of.within - of.hits
    misses = of.candidates - total
    below = misses - misses_above - misses_within / 2
    return _over((of.hits * below).sum(axis=0), total * misses)


def average_precision(of: Ranking) -> Array:
    """The mean, over hits, of the share of hits at and above each: expected over the orders of equal scores.

    In a group of m with h hits below n others with H hits, the hit at place t has (H + 1 + (t-1)(h-1)/(m-1)) / (n + t).
    """
    from scipy.special import digamma

    m, h, n = of.within, of.hits, of.above
    hits_above = np.cumsum(h, axis=0) - h
    alone = 1 / (n + 1)
    # The sum over places of 1 / (n + t); one place needs no difference of large numbers.
    places = np.where(m == 1, alone, digamma(n + m + 1) - digamma(n + 1))
    others = np.divide(h - 1, m - 1, out=np.zeros_like(h), where=m > 1)
    inside = _over(h, m) * ((hits_above + 1) * places + others * (m - (n + 1) * places))
    return _over(np.where(h > 0, inside, 0.0).sum(axis=0), h.sum(axis=0))


def found(of: Ranking, first: float | Array) -> Array:
    """The hits among the first so many candidates, expected over the orders of equal scores."""
    hits: Array = (of.hits * _taken(of, first)).sum(axis=0)
    return hits


def precision(of: Ranking, first: int) -> Array:
    """The share of hits among the first so many candidates; missing where there are fewer candidates."""
    return np.where(of.candidates >= first, found(of, first) / first, np.nan)


def value_recall(of: Ranking, share: float) -> Array:
    """The share of the value of all hits that is in the first share of candidates."""
    return _over((of.worth * _taken(of, share * of.candidates)).sum(axis=0), of.worth.sum(axis=0))


def rate(of: Ranking) -> Array:
    """The share of all candidates that came true."""
    return _over(of.hits.sum(axis=0), of.candidates)


def deciles(chance: Array) -> Numbers:
    """The decile of the candidates in which each chance is, 1 the lowest; equal chances are in one decile."""
    from scipy.stats import rankdata

    place = (rankdata(chance) - 0.5) / len(chance)
    return np.minimum((10 * place).astype(np.intp), 9) + 1


def resampled(exporters: int, draws: int, seed: int) -> Array:
    """How often each exporter is in each draw of as many exporters, with replacement (exporters, draws)."""
    rng = np.random.default_rng(seed)
    return rng.multinomial(exporters, np.full(exporters, 1 / exporters), size=draws).T.astype(np.float64)


def _taken(of: Ranking, first: float | Array) -> Array:
    """The share of each group that is among the first so many."""
    return np.clip(_over(first - of.above, of.within, without=0.0), 0.0, 1.0)


def _over(part: Array, whole: Array, without: float = np.nan) -> Array:
    shares: Array = np.divide(part, whole, out=np.full(np.broadcast(part, whole).shape, without), where=whole > 0)
    return shares
