"""The chance that a flow begins: a logistic regression on the logs of scores, fitted to what began before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from tradeanalysis.prospects.hit_rates import Marks
from tradeanalysis.prospects.nil_spells import Spells, spells_of
from tradeanalysis.prospects.scoring import BUILT_IN, Score
from tradeanalysis.prospects.trade_flows import Flows, YearlyFlows
from tradeanalysis.prospects.windows import (
    Cells,
    Outcome,
    Window,
    candidates,
    known_flows,
    outcome_of,
    training_window,
    up_to,
    years_that_count,
)
from tradeanalysis.schema import TradeDataError
from tradeanalysis.sums import Array
from tradeanalysis.texts import Text


@Score
def pair_trades(ease: Any) -> Any:
    """Whether the exporter sells the market anything at all."""
    return np.asarray(ease > 0, dtype=np.float64)


# Chosen by average precision in cross-validation over exporters, within windows of training; further terms (density,
# distance, numbers of markets and of suppliers, sizes of economies) made it no better.
LOGS = (
    *("gravity", "epi", "size_product", "market_size"),
    *("product_relatedness", "importer_relatedness", "exporter_relatedness"),
)
FEATURES: Mapping[str, Score] = {name: BUILT_IN[name] for name in LOGS} | {pair_trades.name: pair_trades}
# The weight of squared coefficients of standardised features; with thousands of candidates it only keeps them finite.
PENALTY = 1.0
# What is below this quantile of the positive values of a feature counts as that value, as 0 does, which has no log.
FLOOR = 0.05
STEPS = 100


@dataclass(frozen=True, eq=False)
class Chances:
    """A fitted logit: the chance of every product and market of an exporter.

    ``base`` and ``outcome`` are the windows it was fitted on, ``candidates`` and ``came_true`` how many there were.
    ``floors``, ``means`` and ``sds`` make features comparable, ``intercept`` and ``slopes`` are of these. ``spells``
    has the offset that the intercept is less by, where the flows for which chances are stated were nil for longer.
    """

    base: Window
    outcome: Window
    candidates: int
    came_true: int
    floors: Array
    means: Array
    sds: Array
    intercept: float
    slopes: Array
    spells: Spells

    @property
    def coefficients(self) -> pd.DataFrame:
        """``term, coefficient, mean, sd``: of the log of each feature, in its standard deviations."""
        rows = {"term": list(FEATURES), "coefficient": self.slopes, "mean": self.means, "sd": self.sds}
        return pd.DataFrame(rows)

    def what_counts(self) -> Text:
        """In how many of the years of the outcome a flow must have the amount to count as one that came, in words."""
        years = self.outcome[1] - self.outcome[0] + 1
        return Text("chances_count", needed=years_that_count(years), years=years)

    def of_features(self, features: Mapping[str, Array]) -> Array:
        """The chance by the scores that it needs; missing where one of them is."""
        from scipy.special import expit

        x = np.full(np.shape(next(iter(features.values()))), self.intercept)
        for at, name in enumerate(FEATURES):
            logs = _logs(features[name], name, self.floors[at])
            x += self.slopes[at] * (logs - self.means[at]) / self.sds[at]
        return np.asarray(expit(x))

    def of(self, flows: Flows, exporter: int) -> Array:
        """The chance of every product and importer for one exporter (products, importers)."""
        return self.of_features({name: score.of(flows, exporter) for name, score in FEATURES.items()})


@dataclass(frozen=True, eq=False)
class Training:
    """Flows of an earlier window that were nil, what became of them in the base window, and the logit of that.

    ``usable`` marks the cells of which features and outcome are known, on which the logit is fitted.
    """

    cells: Cells
    outcome: Outcome
    features: Mapping[str, Array]
    usable: Marks
    chances: Chances


def training(yearly: YearlyFlows, base: Window, gap: int, least: float) -> Training | Text:
    """What was known at the end of the base window of flows that begin; in place of it, why nothing is learnt.

    The logit is fitted to which flows of an earlier window came in the base window. Where the earlier window is the
    shorter one, its intercept is less by the offset of the longer nil spell.
    """
    yearly = up_to(yearly, base[1])
    earlier = training_window(yearly, base, gap)
    if earlier is None:
        return Text("estimates_no_years", first=base[0])
    cells = candidates(known_flows(yearly, earlier))
    came = outcome_of(yearly, earlier, base, cells, least)
    features = features_of(cells)
    usable = came.known & np.all([np.isfinite(one) for one in features.values()], axis=0)
    hit = came.true[usable]
    if not hit.any() or hit.all():
        return Text("estimates_nothing", candidates=len(hit), came=int(hit.sum()))
    chances = fitted({name: one[usable] for name, one in features.items()}, hit, earlier, base)
    spells = spells_of(yearly, earlier, base, least)
    chances = replace(chances, intercept=chances.intercept - spells.offset, spells=spells)
    return Training(cells, came, features, usable, chances)


def features_of(cells: Cells, scores: Mapping[str, Any] = FEATURES) -> dict[str, Array]:
    """Scores of cells: anything with ``of(flows, exporter)``."""
    found = {name: np.empty(len(cells.k)) for name in scores}
    for exporter, rows in cells.of_exporters():
        for name, score in scores.items():
            found[name][rows] = score.of(cells.flows, exporter)[cells.k[rows], cells.j[rows]]
    return found


def fitted(features: Mapping[str, Array], hit: Marks, base: Window, outcome: Window) -> Chances:
    """The logit of what came true on the logs of the features, each in its standard deviations."""
    floors = np.array([_floor(features[name]) if name in LOGS else 0.0 for name in FEATURES])
    x = np.column_stack([_logs(features[name], name, floors[at]) for at, name in enumerate(FEATURES)])
    means, sds = x.mean(axis=0), x.std(axis=0)
    sds = np.where(sds > 0, sds, 1.0)  # what is the same for all has no coefficient
    weights = logistic((x - means) / sds, hit, PENALTY)
    years = base[1] - base[0] + 1
    counts, spells = (len(hit), int(hit.sum())), Spells(years, years)
    return Chances(base, outcome, *counts, floors, means, sds, float(weights[0]), weights[1:], spells)


def logistic(x: Array, hit: Marks, penalty: float) -> Array:
    r"""The intercept and slopes with the largest likelihood less half the penalty times the squares of the slopes.

    Newton's method, with steps that are halved until they help; the function is concave, so there is one answer.
    """
    from scipy.special import expit

    x = np.column_stack([np.ones(len(x)), x])
    ridge = np.append(0.0, np.full(x.shape[1] - 1, penalty))

    def loss(weights: Array) -> float:
        at = x @ weights
        return float(np.logaddexp(0.0, at).sum() - at[hit].sum() + ridge @ weights**2 / 2)

    weights = np.zeros(x.shape[1])
    weights[0] = np.log(hit.sum() / (~hit).sum())
    for _ in range(STEPS):
        chance = expit(x @ weights)
        slope = x.T @ (chance - hit) + ridge * weights
        step = np.linalg.solve((x.T * (chance * (1 - chance))) @ x + np.diag(ridge), slope)
        if slope @ step < 1e-10:
            return weights
        size, now = 1.0, loss(weights)
        while loss(weights - size * step) > now and size > 1e-10:
            size /= 2
        weights = weights - size * step
    raise TradeDataError(Text("logit_no_fit"))


def _floor(feature: Array) -> float:
    positive = feature[feature > 0]
    return float(np.quantile(positive, FLOOR)) if len(positive) else 1.0


def _logs(feature: Array, name: str, floor: float) -> Array:
    return np.log(np.maximum(feature, floor)) if name in LOGS else np.asarray(feature, dtype=np.float64)
