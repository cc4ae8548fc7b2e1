"""What earlier years of a table teach: the chance that a flow begins, and what part of the suggested trade came."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tradeanalysis.prospects.logit import Chances, features_of, fitted
from tradeanalysis.prospects.scoring import gravity
from tradeanalysis.prospects.trade_flows import YearlyFlows
from tradeanalysis.prospects.windows import (
    Cells,
    Window,
    candidates,
    known_flows,
    outcome_of,
    training_window,
    up_to,
)
from tradeanalysis.sums import Array
from tradeanalysis.texts import Text

# As far ahead as the back-tests look, and what makes a flow one that came (in two of three years).
GAP, LEAST = 5, 10_000.0


@dataclass(frozen=True, eq=False)
class Lessons:
    """What came in the base window of what an earlier one suggested, of all exporters of the table.

    ``of_new`` is the value that came of flows that were nil, over the sum of their chances times gravity; ``of_room``
    what flows that were there gained, over their room. So expected values add up to what came.
    """

    chances: Chances
    years: int
    of_new: float
    of_room: float


def lessons_of(yearly: YearlyFlows, base: Window | None) -> Lessons | Text:
    """What the years up to the end of the base window teach; in place of it, why they teach nothing."""
    if base is None or len(yearly.years) < 2:
        return Text("lessons_one_year")
    yearly = up_to(yearly, base[1])
    earlier = training_window(yearly, base, GAP)
    if earlier is None:
        return Text("lessons_no_years", first=base[0])
    flows = known_flows(yearly, earlier)
    cells = candidates(flows)
    came = outcome_of(yearly, earlier, base, cells, LEAST)
    features = features_of(cells)
    known = came.known & np.all([np.isfinite(one) for one in features.values()], axis=0)
    hit = came.true[known]
    if not hit.any() or hit.all():
        return Text("lessons_nothing", candidates=len(hit), came=int(hit.sum()))
    features = {name: one[known] for name, one in features.items()}
    chances = fitted(features, hit, earlier, base)
    suggested = chances.of_features(features) @ features["gravity"]
    there = Cells(flows, flows.k.astype(np.intp), flows.i.astype(np.intp), flows.j.astype(np.intp))
    return Lessons(
        chances,
        (sum(base) - sum(earlier)) // 2,
        float(came.value[known][hit].sum() / suggested),
        _filled(there, outcome_of(yearly, earlier, base, there, LEAST).value),
    )


def _filled(there: Cells, later: Array) -> float:
    """What flows that were there gained over what gravity left them, of those that are known later."""
    suggested = features_of(there, {"gravity": gravity})["gravity"]
    room = np.maximum(suggested - there.flows.v, 0.0)
    known = np.isfinite(later) & np.isfinite(room) & (room > 0)
    gained = np.maximum(later - there.flows.v, 0.0)
    return float(gained[known].sum() / room[known].sum()) if known.any() else float("nan")
