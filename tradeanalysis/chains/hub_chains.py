"""What hubs keep and send on: where a basket ends at given rates, and at all rates within ranges."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tradeanalysis.measures.formula import Measure
from tradeanalysis.schema import TradeDataError
from tradeanalysis.sums import Array
from tradeanalysis.texts import Text
from tradeanalysis.uncertainty.possible_vectors import monotone_form

# So many rates may be ranges: all their ends are tried together.
MOST_RANGES = 12


@dataclass(frozen=True)
class HubChain:
    """A basket ``start`` by place, the hubs ``at`` some of these, and the shares of what each sends on, by place.

    A row of ``onward`` and ``home`` together sum to 1; a hub sends nothing to itself. ``sold_home`` is what the origin
    sells to itself, which is in no place of ``start``.
    """

    start: Array
    at: npt.NDArray[np.intp]
    onward: Array
    home: Array
    sold_home: float = 0.0

    def arrivals(self, rates: Array) -> Array:
        r"""What arrives at each hub in all, :math:`t = s_H (I - R Q_{HH})^{-1}`, for each row of rates."""
        onward = rates[..., :, None] * self.onward[:, self.at]
        matrix = np.eye(len(self.at)) - np.swapaxes(onward, -1, -2)
        return np.asarray(np.linalg.solve(matrix, np.broadcast_to(self.start[self.at], rates.shape)[..., None])[..., 0])

    def ends(self, rates: Array) -> Array:
        r"""What ends at each place, :math:`s (I - R Q)^{-1} (I - R)`, for each row of rates."""
        sent = rates * self.arrivals(rates)
        ends = self.start + sent @ self.onward
        ends[..., self.at] *= 1 - rates
        return np.asarray(ends)

    def returned(self, rates: Array) -> Array:
        """What comes home through hubs."""
        return np.asarray((rates * self.arrivals(rates) * self.home).sum(axis=-1))

    def by_hub(self, rates: Array) -> Array:
        """What ends at each place by the hub to which it was sold first; what is sold elsewhere first is in no row."""
        entered = np.diag(self.start[self.at])
        arrived = np.linalg.solve((np.eye(len(self.at)) - rates[:, None] * self.onward[:, self.at]).T, entered.T).T
        ends = (rates * arrived) @ self.onward
        ends[:, self.at] = arrived * (1 - rates)
        return np.asarray(ends)


def ends_of_ranges(low: Array, high: Array) -> Array:
    """Every combination of both ends of the rates, a row each; what is no range has one end."""
    ends = [(one,) if one == other else (one, other) for one, other in zip(low.tolist(), high.tolist(), strict=True)]
    if sum(len(one) > 1 for one in ends) > MOST_RANGES:
        raise TradeDataError(Text("hubs_many_ranges", most=MOST_RANGES))
    return np.array(list(itertools.product(*ends)))


def extreme_rates(chain: HubChain, measure: Measure, low: Array, high: Array) -> tuple[Array, Array]:
    """The rates of least and of most concentration, of a measure that is smooth and monotone in a convex sum.

    With the value that each hub sends on as unknowns, y = r t, both the basket and the bounds low t <= y <= high t are
    linear. The most concentrated basket is at a vertex, where every rate is at an end; the least solves a problem
    without a second valley, and can lie inside.
    """
    from scipy.optimize import minimize

    try:
        form = monotone_form(measure)
    except TradeDataError:
        form = None
    if form is None or form.form is None:  # of top_share(k), least and most lie elsewhere
        raise TradeDataError(Text("hubs_measure", measure=measure.name))
    sign = 1.0 if form.rises else -1.0

    def level(rates: Array) -> Array:
        return np.asarray(sign * np.asarray(measure(chain.ends(rates))))

    corners = ends_of_ranges(low, high)
    levels = level(corners)
    most, least = corners[levels.argmax()], corners[levels.argmin()]
    free = np.flatnonzero(low < high)
    if not len(free):
        return least, most
    width = (high - low)[free]

    def of_free(part: Array) -> tuple[float, Array]:
        """The level, and its slope by central differences within the ranges."""
        step = 1e-6 * width
        below, above = np.maximum(part - step, low[free]), np.minimum(part + step, high[free])
        rates = np.tile(least, (2 * len(free) + 1, 1))
        rates[:, free] = part
        rates[np.arange(len(free)), free], rates[len(free) + np.arange(len(free)), free] = below, above
        found = level(rates)
        return float(found[-1]), (found[len(free) : -1] - found[: len(free)]) / (above - below)

    start = (low + high)[free] / 2
    found = minimize(
        of_free,
        start,
        jac=True,
        method="L-BFGS-B",
        bounds=list(zip(low[free], high[free], strict=True)),
        options={"ftol": 1e-16, "gtol": 1e-12, "maxiter": 500},
    )
    inside = least.copy()
    inside[free] = np.clip(found.x, low[free], high[free])
    return (inside if level(inside) < level(least) else least), most
