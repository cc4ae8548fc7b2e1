"""What earlier years of a table teach: the chance that a flow begins, and what part of the suggested trade came."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tradeanalysis.prospects.begun import LEAST
from tradeanalysis.prospects.logit import Chances, features_of, training
from tradeanalysis.prospects.scoring import gravity
from tradeanalysis.prospects.seen_growth import SeenGrowth, gap_to_sizes, needed, quantile, seen_growth
from tradeanalysis.prospects.trade_flows import YearlyFlows
from tradeanalysis.prospects.windows import Cells, Marks, Window, outcome_of
from tradeanalysis.sums import Array
from tradeanalysis.texts import Text

# As far ahead as the back-tests look, in years.
GAP = 5
# The share of flows that stay at or below a ceiling.
COVERAGE = 0.9


@dataclass(frozen=True, eq=False)
class Estimates:
    """What came in the base window of what an earlier one suggested, of all exporters of the table.

    ``new_ratio`` is the value that came of flows that were nil, over the sum of their chances times gravity;
    ``room_ratio`` what flows that were there gained, over their room. So expected values add up to what came, and an
    offset of the chances leaves the sum as it was: flows that only paused come back small. ``growth`` is what multiples
    of themselves flows came to, by size and gap to what sizes suggest (as ``ta.limits(growth="seen")`` has them),
    ``beginning`` the multiple of gravity that nine in ten new flows stayed at or below. Both are missing where too few
    were seen.
    """

    chances: Chances
    years: int
    new_ratio: float
    room_ratio: float
    growth: SeenGrowth | None
    beginning: float

    def ceilings(self, cells: Cells, now: Array, gravity: Array) -> Array:
        """What nine in ten flows like these stayed at or below, missing where too few were seen or gravity is."""
        found = np.where(now > 0, np.nan, self.beginning * gravity)
        if self.growth is not None and (there := now > 0).any():
            found[there] = self.growth.ceilings(now[there], _gaps(cells, there, now[there]))
        return found


def estimates_of(yearly: YearlyFlows, base: Window | None, least: float = LEAST) -> Estimates | Text:
    """What the years up to the end of the base window teach; in place of it, why they teach nothing."""
    if base is None or len(yearly.years) < 2:
        return Text("estimates_one_year")
    learnt = training(yearly, base, GAP, least)
    if isinstance(learnt, Text):
        return learnt
    chances, came, usable, flows = learnt.chances, learnt.outcome, learnt.usable, learnt.cells.flows
    earlier, hit = chances.base, usable & came.true
    suggests = learnt.features["gravity"]
    suggested = float(chances.of_features({n: one[usable] for n, one in learnt.features.items()}) @ suggests[usable])
    from_some = hit & (suggests > 0)
    came_to = came.value[from_some] / suggests[from_some]
    there = Cells(flows, flows.k.astype(np.intp), flows.i.astype(np.intp), flows.j.astype(np.intp))
    now, later = flows.v, outcome_of(yearly, earlier, base, there, least).value
    suggested_now = features_of(there, {"gravity": gravity})["gravity"]
    return Estimates(
        chances,
        (sum(base) - sum(earlier)) // 2,
        float(came.value[hit].sum() / suggested),
        _filled(now, suggested_now, later),
        _grown(there, now, later),
        quantile(came_to, COVERAGE) if len(came_to) >= needed(COVERAGE) else np.nan,
    )


def _filled(now: Array, suggested: Array, later: Array) -> float:
    """What flows that were there gained over what gravity left them, of those that are known later."""
    room = np.maximum(suggested - now, 0.0)
    known = np.isfinite(later) & np.isfinite(room) & (room > 0)
    gained = np.maximum(later - now, 0.0)
    return float(gained[known].sum() / room[known].sum()) if known.any() else float("nan")


def _grown(cells: Cells, now: Array, later: Array) -> SeenGrowth | None:
    """What multiples of themselves flows came to, by size and gap; None where too few are known later."""
    known = np.isfinite(later)
    if known.sum() < needed(COVERAGE):
        return None
    now, later = now[known], later[known]
    return seen_growth(now, _gaps(cells, known, now), later / now, COVERAGE)


def _gaps(cells: Cells, these: Marks, value: Array) -> Array:
    """The gap of some cells, of which all have trade, to what the sizes of both sides suggest."""
    flows, k, i, j = cells.flows, cells.k[these], cells.i[these], cells.j[these]
    return gap_to_sizes(flows.v_ik[i, k], flows.v_jk[j, k], flows.v_k[k], value)
