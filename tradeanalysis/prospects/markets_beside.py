"""What stands beside an opportunity: the market's size, growth and suppliers, and what a sale does to our index."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from tradeanalysis.prospects.trade_flows import Flows, YearlyFlows, in_window
from tradeanalysis.sums import Array

Numbers = npt.NDArray[np.intp]


def rivals_hhi(flows: Flows, exporter: int, k: Numbers, j: Numbers) -> Array:
    """The HHI of the other suppliers of each product and market; missing where there is none."""
    n_j = len(flows.importers)
    wanted = np.zeros(len(flows.products) * n_j, dtype=bool)
    wanted[k * n_j + j] = True
    cell = flows.k.astype(np.int64) * n_j + flows.j
    theirs = np.flatnonzero(wanted[cell] & (flows.i != exporter))
    cell, v = cell[theirs], flows.v[theirs]
    most = np.zeros(len(wanted))
    np.maximum.at(most, cell, v)
    v = np.ldexp(v, -np.frexp(most)[1][cell])  # by powers of two, so that no square leaves float64
    total, squares = (np.bincount(cell, one, len(wanted)) for one in (v, v**2))
    with np.errstate(invalid="ignore"):
        return np.asarray((squares / total**2)[k * n_j + j])


def growth_of_markets(yearly: YearlyFlows, flows: Flows) -> Array:
    """The mean yearly growth of what every market buys of every product (importers, products), since as many years ago.

    From the window of the same length before this one, or of as many years as the table has; missing where it has none,
    and where the market bought nothing of the product then.
    """
    missing = np.full(flows.v_jk.shape, np.nan)
    if flows.window is None:
        return missing
    first, last = flows.window
    earliest = first
    while earliest - 1 in yearly.years and first - (earliest - 1) <= last - first + 1:
        earliest -= 1
    if earliest == first:
        return missing
    before = in_window(yearly, (earliest, first - 1))
    then, apart = _over(before, flows), (first + last - earliest - (first - 1)) / 2
    both = (then > 0) & (flows.v_jk > 0)
    missing[both] = (flows.v_jk[both] / then[both]) ** (1 / apart) - 1
    return missing


def _over(before: Flows, flows: Flows) -> Array:
    """What the markets bought before, over the labels of other flows."""
    whole = pd.DataFrame(before.v_jk, index=before.importers, columns=before.products)
    found = whole.reindex(index=flows.importers, columns=flows.products, fill_value=0.0)
    return found.to_numpy(dtype=np.float64)


def index_after(x: Array, amount: float) -> tuple[Array, Array]:
    r"""The change of the HHI of sales by market when ``amount`` more is sold to each: at the margin, and exactly.

    .. math:: 2 \frac{s_j - H}{X} a, \qquad \frac{2 a (x_j - H X) + a^2 (1 - H)}{(X + a)^2}
    """
    total = float(x.sum())
    hhi = float(((x / total) ** 2).sum())
    marginal = 2 * (x / total - hhi) / total * amount
    exact = (2 * amount * (x - hhi * total) + amount**2 * (1 - hhi)) / (total + amount) ** 2
    return marginal, exact
