"""What stands beside an opportunity: the market's size, growth and suppliers, and what a sale does to our index."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from tradeanalysis.prospects.potentials import Potential
from tradeanalysis.prospects.sellers import Seller
from tradeanalysis.prospects.terms import distance
from tradeanalysis.prospects.trade_flows import Flows, YearlyFlows, in_window
from tradeanalysis.prospects.windows import always_reported, of_reporters, revised
from tradeanalysis.schema import PARTNER, PRODUCT
from tradeanalysis.sums import Array

MILLION = 1e6
Numbers = npt.NDArray[np.intp]


def beside(flows: Flows, seller: Seller, cells: Potential, rows: npt.NDArray[np.intp]) -> pd.DataFrame:
    """The rows chosen, with what stands beside them; what earlier years teach is missing until it is known."""
    k, j, now = cells.k[rows], cells.j[rows], cells.now[rows]
    size = flows.v_jk[j, k]
    sold = np.nansum(seller.now, axis=0) if seller.province else flows.v_ij[seller.exporter]
    marginal = exact = np.full(len(flows.importers), np.nan)
    if sold.any():
        marginal, exact = index_after(sold, MILLION)
    return pd.DataFrame(
        {
            PRODUCT: flows.products[k],
            PARTNER: flows.importers[j],
            "new": _is_new(now),
            "now": now,
            "chance": np.nan,
            "expected": np.nan,
            "ceiling": np.nan,
            "epi": cells.epi[rows],
            "gravity": cells.gravity[rows],
            "room": cells.room[rows],
            "size": size,
            "growth": growth_of_markets(flows.yearly, flows)[j, k],
            "share": now / size,
            "rivals_hhi": rivals_hhi(flows, seller.exporter, k, j),
            "distance": distance(flows, seller.exporter)[0, j],
            "hhi_next": marginal[j],
            "hhi_next_exact": exact[j],
        }
    )


def _is_new(now: Array) -> pd.Series[Any]:
    """Whether nothing is sold; missing where that is not known."""
    new = pd.Series(now == 0)
    return new.astype("boolean").mask(np.isnan(now)) if np.isnan(now).any() else new


def rivals_hhi(flows: Flows, exporter: int, k: Numbers, j: Numbers) -> Array:
    """The HHI of the other suppliers of each product and market; missing where there is none."""
    n_j = len(flows.importers)
    wanted = np.zeros(len(flows.products) * n_j, dtype=bool)
    wanted[k * n_j + j] = True
    cell = flows.k.astype(np.intp) * n_j + flows.j
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

    Of what those reported who reported in every year of both windows. Missing where the table has no years before, for
    codes that begin or end in one of the windows, and where the market bought nothing of the product in one of them.
    """
    missing = np.full(flows.v_jk.shape, np.nan)
    before = window_before(yearly, flows.window)
    if before is None or flows.window is None:
        return missing
    whole = (before[0], flows.window[1])
    always = always_reported(yearly, [whole])
    if not always.any():
        return missing
    steady = of_reporters(yearly, always)
    then, later = (_over(in_window(steady, window), flows) for window in (before, flows.window))
    years = (sum(flows.window) - sum(before)) / 2
    both = (then > 0) & (later > 0) & ~pd.Index(flows.products).isin(revised(yearly, whole).index)
    missing[both] = (later[both] / then[both]) ** (1 / years) - 1
    return missing


def window_before(yearly: YearlyFlows, window: tuple[int, int] | None) -> tuple[int, int] | None:
    """The window before one: as long, or of as many years as the table has there; None where it has none."""
    if window is None:
        return None
    first = earliest = window[0]
    while earliest - 1 in yearly.years and first - (earliest - 1) <= window[1] - first + 1:
        earliest -= 1
    return (earliest, first - 1) if earliest < first else None


def _over(before: Flows, flows: Flows) -> Array:
    """What the markets bought, over the labels of other flows."""
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
