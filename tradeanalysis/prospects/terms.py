"""What a score may name: figures of one exporter by product and importer, each a function of the flows.

A term is an array that spreads to products x importers: ``(K, J)``, ``(K, 1)`` by product or ``(1, J)`` by importer.
Exporters are taken one at a time, so that products x exporters x importers never stand in memory at once; what is
common to all of them is computed once and kept with the flows.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

import numpy as np
import numpy.typing as npt
import pandas as pd

from tradeanalysis.prospects.balancing import by_margins
from tradeanalysis.prospects.complexities import complexity_of
from tradeanalysis.prospects.distances import kilometres
from tradeanalysis.prospects.projections import PROJECTED
from tradeanalysis.prospects.trade_flows import Flows
from tradeanalysis.schema import PARTNER, REPORTER, VALUE, YEAR, TradeDataError
from tradeanalysis.sums import Array

Term = Callable[[Flows, int], Array]


def own_supply(flows: Flows, exporter: int) -> Array:
    """What the exporter sells of the product, to all markets (K, 1)."""
    sold: Array = flows.v_ik[exporter][:, None]
    return sold


def market_size(flows: Flows, exporter: int) -> Array:
    """What the market buys of the product, from all exporters (K, J)."""
    return flows.v_jk.T


def world_trade(flows: Flows, exporter: int) -> Array:
    """The trade of all in the product (K, 1)."""
    return flows.v_k[:, None]


def now(flows: Flows, exporter: int) -> Array:
    """What the exporter sells of the product to the market (K, J)."""
    return flows.matrix(exporter)


def ease(flows: Flows, exporter: int) -> Array:
    """What the exporter sells to the market, over what it would by the sizes of its products and markets (1, J)."""
    with np.errstate(all="ignore"):
        shares = np.where(flows.v_k > 0, flows.v_ik[exporter] / flows.v_k, 0.0)
        found = flows.v_ij[exporter] / (flows.v_jk @ shares)
    ease_of: Array = np.nan_to_num(found, nan=0.0, posinf=0.0)[None, :]
    return ease_of


def distance(flows: Flows, exporter: int) -> Array:
    """Kilometres between the exporter and the market, missing where they are not known (1, J)."""
    whole: Array = flows.cached("distances", lambda: kilometres(flows.exporters, flows.importers))
    found: Array = whole[exporter][None, :]
    return found


def gravity(flows: Flows, exporter: int) -> Array:
    """What size and ease of trade by distance and ties suggest, adding up to both margins of the product (K, J).

    Missing where one of the two has no known distances, and where the model cannot be fitted to the table
    (``why_no_gravity``).
    """
    if why_no_gravity(flows):
        return np.full((len(flows.products), len(flows.importers)), np.nan)
    kernel, of_exporters, of_importers, _ = _balanced(flows)
    found: Array = of_exporters[exporter][:, None] * kernel[exporter][None, :] * of_importers.T
    return found


def why_no_gravity(flows: Flows) -> str:
    """Why the gravity model cannot be fitted to these flows; empty where it can."""
    return str(flows.cached("kernel", lambda: _kernel(flows))[1])


def not_adding_up(flows: Flows) -> list[str]:
    """The products whose sums of gravity over exporters miss what a market buys, by more than rounding."""
    if why_no_gravity(flows):
        return []
    return [str(one) for one in flows.products[_balanced(flows)[3] > MISSED]]


def _kernel(flows: Flows) -> tuple[Array, str]:
    """The expected trade of pairs by gravity, missing for pairs that the model does not know; and why there is none."""
    from tradeanalysis.dependency.gravity_model import gravity as fitted

    exporter, importer = np.nonzero(flows.v_ij)
    pairs = pd.DataFrame(
        {
            REPORTER: pd.Series(flows.exporters[exporter], dtype=object),
            PARTNER: pd.Series(flows.importers[importer], dtype=object),
            VALUE: flows.v_ij[exporter, importer],
        }
    )
    if flows.window:
        pairs[YEAR] = flows.window[1]
    pairs.attrs.update(flows.yearly.attrs)
    kernel = np.full(flows.v_ij.shape, np.nan)
    try:
        # Who was silent is known of the whole table, and may be a fact of later years than these.
        expected = fitted(pairs, silent=()).table
    except TradeDataError as error:
        return kernel, str(error)
    sides = ((flows.exporters, REPORTER), (flows.importers, PARTNER))
    kernel[tuple(pd.Index(side).get_indexer(pd.Index(expected[key])) for side, key in sides)] = expected["expected"]
    return kernel, ""


def _balanced(flows: Flows) -> tuple[Array, Array, Array, Array]:
    """The kernel, the factors of exporters and importers by product that keep both margins, and what these miss."""

    def found() -> tuple[Array, Array, Array, Array]:
        kernel = flows.cached("kernel", lambda: _kernel(flows))[0]
        known = np.isfinite(kernel)
        sold, bought = flows.v_ik, flows.v_jk
        if (left := ~known[flows.i, flows.j]).any():  # their trade is in no margin
            i, j, k, v = flows.i[left], flows.j[left], flows.k[left], flows.v[left]
            sold, bought = sold.copy(), bought.copy()
            np.subtract.at(sold, (i, k), v)
            np.subtract.at(bought, (j, k), v)
            for margin in (sold, bought):  # what rounding leaves of nothing
                margin[margin < ROUNDING * flows.v_k] = 0.0
        return kernel, *by_margins(np.nan_to_num(kernel), sold, bought)

    balanced: tuple[Array, Array, Array, Array] = flows.cached("balanced", found)
    return balanced


# A margin below this share of the product's trade is what rounding leaves of none.
ROUNDING = 1e-13
# A sum that is wrong by more than this share of the product's largest market is named.
MISSED = 1e-6


def product_relatedness(flows: Flows, exporter: int) -> Array:
    """The share of proximity to the product that is in what the exporter sells the market (K, J); Jun et al. 2020.

    A product is not near itself here, so that it does not speak for itself.
    """
    near = flows.cached("proximity_of_others", lambda: _without_itself(proximity(flows)))
    return _mean(near, now(flows, exporter) > 0)


def importer_relatedness(flows: Flows, exporter: int) -> Array:
    """The share of other importers that buy the product from the exporter (K, J), weighted by 1/distance."""
    near: Array = flows.cached("near_importers", lambda: _shares(1 / kilometres(flows.importers, flows.importers)))
    return (now(flows, exporter) > 0) @ near.T


def exporter_relatedness(flows: Flows, exporter: int) -> Array:
    """The share of other exporters that sell the product to the market (K, J), weighted by 1/distance."""
    near = flows.cached("near_exporters", lambda: _shares(1 / kilometres(flows.exporters, flows.exporters)))
    n_j = len(flows.importers)
    cell = flows.cached("cell_of_product", lambda: flows.k.astype(np.intp) * n_j + flows.j)
    found: Array = np.bincount(cell, near[exporter][flows.i], len(flows.products) * n_j).astype(np.float64, copy=False)
    return found.reshape(-1, n_j)


def density(flows: Flows, exporter: int) -> Array:
    """The share of proximity to the product that is in products with the exporter's RCA of 1 or more (K, 1).

    The convention of the Atlas and of ecomplexity, in which a product is near itself.
    """
    near = flows.cached("proximity", lambda: proximity(flows))
    return _mean(near, advantage(flows)[exporter][:, None])


def density_of_others(flows: Flows, exporter: int) -> Array:
    """As ``density``, by the other convention: a product is not near itself (K, 1)."""
    near = flows.cached("proximity_of_others", lambda: _without_itself(proximity(flows)))
    return _mean(near, advantage(flows)[exporter][:, None])


def complexity(flows: Flows, exporter: int) -> Array:
    """The product complexity index, as the mean ECI of the economies with an advantage in the product (K, 1)."""
    found: Array = flows.cached("complexity", lambda: complexity_of(advantage(flows))[1])
    return found[:, None]


def _mean(near: Array, has: npt.NDArray[np.bool_]) -> Array:
    """The share of each product's proximity that is in the products marked; missing where it is near none."""
    with np.errstate(all="ignore"):
        found: Array = (near @ has) / near.sum(axis=1, keepdims=True)
    return found


def advantage(flows: Flows) -> npt.NDArray[np.bool_]:
    """Whether an exporter's RCA in a product is 1 or more (exporters, products)."""
    with np.errstate(all="ignore"):
        own = flows.v_ik / flows.v_ik.sum(axis=1, keepdims=True)
        found: npt.NDArray[np.bool_] = own / (flows.v_k / flows.v_k.sum()) >= 1
    return found


def proximity(flows: Flows) -> Array:
    """The lesser of the two conditional probabilities of advantage in one product and in another (K, K)."""
    return proximity_of(advantage(flows))


def proximity_of(has: npt.NDArray[np.bool_]) -> Array:
    """The proximity of products from who has an advantage in which (exporters, products); 1 for a product with itself.

    A product in which nobody has an advantage is near none.
    """
    those = has.astype(np.float64)
    found: Array = those.T @ those
    number = those.sum(axis=0)
    with np.errstate(all="ignore"):
        found /= np.maximum.outer(number, number)
    found[number == 0], found[:, number == 0] = 0.0, 0.0
    return found


def _without_itself(near: Array) -> Array:
    """Proximities to other products alone."""
    near = near.copy()
    np.fill_diagonal(near, 0.0)
    return near


def _shares(weights: Array) -> Array:
    """Weights of the others as shares of their sum; an economy without distances is near none."""
    weights = np.nan_to_num(weights, nan=0.0, posinf=0.0)
    np.fill_diagonal(weights, 0.0)
    total = weights.sum(axis=1, keepdims=True)
    found: Array = np.divide(weights, total, out=np.full_like(weights, np.nan), where=total > 0)
    return found


TERMS: Mapping[str, Term] = MappingProxyType(
    {
        "own_supply": own_supply,
        "market_size": market_size,
        "world_trade": world_trade,
        "now": now,
        "ease": ease,
        "distance": distance,
        "gravity": gravity,
        "product_relatedness": product_relatedness,
        "importer_relatedness": importer_relatedness,
        "exporter_relatedness": exporter_relatedness,
        "density": density,
        "density_of_others": density_of_others,
        "complexity": complexity,
        **PROJECTED,
    }
)


def term(flows: Flows, name: str, exporter: int) -> Array:
    """A term by its name, of one exporter."""
    return TERMS[name](flows, exporter)
