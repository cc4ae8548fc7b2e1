"""Scores and what came true, as tables: measures with intervals, by exporter, by pair, by deciles, and as curves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from tradeanalysis.prospects.hit_rates import (
    Marks,
    Numbers,
    Ranking,
    auc,
    average_precision,
    deciles,
    found,
    precision,
    ranking,
    rate,
    resampled,
    value_recall,
)
from tradeanalysis.sums import Array

# The first so many proposals of all, the first share of all candidates, and so many proposals of each exporter.
FIRST, RECALL_SHARE, PER_EXPORTER = 1000, 0.01, 20
# The measures with an interval.
WITH_INTERVAL = ("auc", "average_precision", f"precision_at_{FIRST}")
# How many points a curve has.
POINTS = 240


def measured(scores: Mapping[str, Array], hit: Marks, value: Array, exporter: Numbers, draws: int, seed: int) -> Tested:
    """The measures of every score, of all exporters and of each draw of them; the draws are the same for all scores."""
    weights = resampled(int(exporter.max()) + 1, draws, seed)
    rankings = {name: ranking(score, hit, value, exporter) for name, score in scores.items()}
    of_all = {name: _measures(one.together()) for name, one in rankings.items()}
    of_draws = {name: _measures(one.drawn(weights)) for name, one in rankings.items()}
    return Tested(scores, hit, exporter, weights, rankings, of_all, of_draws)


def _measures(of: Ranking) -> dict[str, Array]:
    first = precision(of, FIRST)
    return {
        "auc": auc(of), "average_precision": average_precision(of), f"precision_at_{FIRST}": first,
        "lift": first / rate(of), "value_recall": value_recall(of, RECALL_SHARE),
    }  # fmt: skip


@dataclass(frozen=True, eq=False)
class Tested:
    """Scores of candidates, which of these came true, and the measures of all exporters together and of draws."""

    scores: Mapping[str, Array]
    hit: Marks
    exporter: Numbers
    weights: Array
    rankings: Mapping[str, Ranking]
    of_all: Mapping[str, dict[str, Array]]
    of_draws: Mapping[str, dict[str, Array]]

    def table(self, lists: pd.DataFrame, confidence: float) -> pd.DataFrame:
        """A row for each score."""
        rows: list[dict[str, Any]] = []
        for name, values in self.of_all.items():
            own = lists[(lists["score"] == name) & (lists["candidates"] >= PER_EXPORTER)]
            rows.append(
                {"score": name} | {measure: float(one[0]) for measure, one in values.items()}
                | {f"precision_at_{PER_EXPORTER}": float(own[f"found_in_{PER_EXPORTER}"].mean()) / PER_EXPORTER}
                | {"missing": float(np.isnan(self.scores[name]).mean())}
                | _limits({measure: self.of_draws[name][measure] for measure in WITH_INTERVAL}, confidence)
            )  # fmt: skip
        return pd.DataFrame(rows)


def differences(tested: Tested, leader: str, confidence: float) -> pd.DataFrame:
    """One score less each other, with the interval over the same draws of exporters."""
    rows: list[dict[str, Any]] = []
    for name in tested.of_all:
        if name == leader:
            continue
        of_all = {one: float(tested.of_all[leader][one][0] - tested.of_all[name][one][0]) for one in WITH_INTERVAL}
        of_draws = {one: tested.of_draws[leader][one] - tested.of_draws[name][one] for one in WITH_INTERVAL}
        rows.append({"score": leader, "less": name} | of_all | _limits(of_draws, confidence))
    return pd.DataFrame(rows)


def by_exporter(tested: Tested, labels: Any) -> pd.DataFrame:
    """Each exporter's list of 20 by each score: candidates, how many came true, and how many of these the list has."""
    rows: list[tuple[Any, ...]] = []
    order = np.argsort(tested.exporter, kind="stable")
    edges = np.searchsorted(tested.exporter[order], np.arange(len(labels) + 1))
    parts = [order[edges[at] : edges[at + 1]] for at in range(len(labels))]
    for name, score in tested.scores.items():
        for label, part in zip(labels, parts, strict=True):
            hit = tested.hit[part]
            got = float(found(ranking(score[part], hit).together(), PER_EXPORTER)[0]) if hit.any() else 0.0
            rows.append((name, label, len(part), int(hit.sum()), got))
    return pd.DataFrame(rows, columns=["score", "exporter", "candidates", "came_true", f"found_in_{PER_EXPORTER}"])


def by_pair(tested: Tested, trades: Marks) -> pd.DataFrame:
    """The measures where exporter and market trade something in the base years, and where they trade nothing."""
    rows: list[tuple[Any, ...]] = []
    for name, score in tested.scores.items():
        for kind in (True, False):
            part = trades == kind
            of = ranking(score[part], tested.hit[part]).together()
            counts = (int(part.sum()), int(tested.hit[part].sum()))
            rows.append((name, kind, *counts, float(auc(of)[0]), float(average_precision(of)[0])))
    columns = ["score", "pair_trades", "candidates", "came_true", "auc", "average_precision"]
    return pd.DataFrame(rows, columns=columns)


def calibration(tested: Tested, confidence: float, name: str = "default") -> pd.DataFrame:
    """The chance that was stated and the share that came true, by deciles of the candidates with a chance."""
    has = np.isfinite(tested.scores[name])
    chance, hit, exporter = tested.scores[name][has], tested.hit[has], tested.exporter[has]
    decile = deciles(chance)
    exporters = len(tested.weights)
    cell = (decile - 1) * exporters + exporter

    def sums(weights: Array | None = None) -> Array:
        return np.bincount(cell, weights, 10 * exporters).reshape(10, exporters).astype(np.float64)

    n, came = sums(), sums(hit.astype(np.float64))
    of_draws = n @ tested.weights
    drawn = np.divide(came @ tested.weights, of_draws, out=np.full_like(of_draws, np.nan), where=of_draws > 0)
    rows = {
        "decile": np.arange(1, 11), "candidates": n.sum(axis=1).astype(int),
        "chance": sums(chance).sum(axis=1) / n.sum(axis=1), "came_true": came.sum(axis=1) / n.sum(axis=1),
    }  # fmt: skip
    low, high = np.nanquantile(drawn, [(1 - confidence) / 2, (1 + confidence) / 2], axis=1)
    return pd.DataFrame(rows | {"came_true_low": low, "came_true_high": high})


def curve(tested: Tested) -> pd.DataFrame:
    """How many hits the first proposals of each score have, at round numbers of proposals and between them."""
    n = len(tested.hit)
    round_numbers = [m * 10**power for power in range(7) for m in (1, 2, 5)]
    at = np.unique([*np.geomspace(1, n, POINTS).round().astype(int), *(one for one in round_numbers if one <= n)])
    parts = []
    for name, of in tested.rankings.items():
        whole = of.together()
        hits = np.array([float(found(whole, float(one))[0]) for one in at])
        parts.append(pd.DataFrame({"score": name, "proposals": at, "hits": hits}))
    table = pd.concat(parts, ignore_index=True)
    return table.assign(share=table["hits"] / table["proposals"], candidates=n, came_true=int(tested.hit.sum()))


def _limits(draws: Mapping[str, Array], confidence: float) -> dict[str, float]:
    """The quantiles over draws, of those in which the measure is defined."""
    found: dict[str, float] = {}
    for name, values in draws.items():
        values = values[np.isfinite(values)]
        ends = np.quantile(values, [(1 - confidence) / 2, (1 + confidence) / 2]) if len(values) else (np.nan, np.nan)
        found |= {f"{name}_low": float(ends[0]), f"{name}_high": float(ends[1])}
    return found
