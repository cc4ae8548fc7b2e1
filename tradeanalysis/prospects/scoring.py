"""A score of markets: a formula whose parameters name what it needs, and the scores that are built in."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

import numpy as np

from tradeanalysis.prospects import terms as of_flows
from tradeanalysis.prospects.trade_flows import Flows
from tradeanalysis.schema import TradeDataError
from tradeanalysis.sums import Array
from tradeanalysis.texts import Text


class Score:
    """A score of products and markets: a formula of figures of one exporter, its market and its product.

    The formula's parameters name terms: ``own_supply`` (what the exporter sells of the product), ``market_size`` (what
    the market buys of it), ``world_trade``, ``now`` (the flow itself), ``ease``, ``distance``, ``gravity``,
    ``product_relatedness``, ``importer_relatedness``, ``exporter_relatedness``, ``density``, ``density_of_others``,
    ``complexity``; and, where growth is given to ``ta.potential``, those of the full potential (``market_growth,
    supply_share, own_balance, own_tariff, market_tariff, tariff_faced, product_tariff, unusual_distance``). It uses
    ``+ - * / **`` and functions of numpy, which work on arrays of products x importers. A larger score is a better
    market; missing is no score.

    Parameters
    ----------
    formula
        The function of terms.
    name
        The score's name in tables; the formula's own by default.

    Examples
    --------
    >>> import tradeanalysis as ta
    >>> @ta.Score
    ... def mine(own_supply, market_size, world_trade):
    ...     return own_supply * market_size / world_trade
    >>> mine
    <score mine(own_supply, market_size, world_trade)>
    >>> mine(own_supply=50.0, market_size=20.0, world_trade=100.0)
    10.0
    """

    def __init__(self, formula: Callable[..., Any], name: str | None = None) -> None:
        functools.update_wrapper(self, formula)
        self.name = name or formula.__name__
        self.formula = formula
        self.terms = tuple(inspect.signature(formula).parameters)
        if unknown := [one for one in self.terms if one not in of_flows.TERMS]:
            known = list(of_flows.TERMS)
            raise TradeDataError(Text("score_of_unknown", name=self.name, unknown=unknown, known=known))

    def __reduce__(self) -> str:
        """A score goes to another process by the name under which its module has it, as functions do."""
        return str(self.formula.__qualname__)

    def __repr__(self) -> str:
        return f"<score {self.name}({', '.join(self.terms)})>"

    def __call__(self, **terms: Any) -> Any:
        """The formula of terms, as numbers or arrays."""
        return self.formula(**terms)

    def of(self, flows: Flows, exporter: int) -> Array:
        """The score of every product and importer for one exporter (products, importers), missing where it has none."""
        given = {name: of_flows.term(flows, name, exporter) for name in self.terms}
        shape = (len(flows.products), len(flows.importers))
        with np.errstate(all="ignore"):
            found = np.asarray(self.formula(**given), dtype=np.float64)
        try:
            return np.broadcast_to(found, shape)
        except ValueError:
            raise TradeDataError(Text("score_of_shape", name=self.name, shape=found.shape, wanted=shape)) from None


@Score
def market_size(market_size: Any) -> Any:
    """What the market buys of the product."""
    return market_size


@Score
def size_product(own_supply: Any, market_size: Any, world_trade: Any) -> Any:
    """Own supply times the market's imports over world trade: the trade of size alone."""
    return own_supply * market_size / world_trade


@Score
def epi(own_supply: Any, market_size: Any, world_trade: Any, ease: Any) -> Any:
    """ITC's export potential without projections: size times the ease of trade of the pair (Decreux and Spies 2016)."""
    return own_supply * market_size / world_trade * ease


@Score
def full_epi(
    market_size: Any,
    market_growth: Any,
    market_tariff: Any,
    own_tariff: Any,
    supply_share: Any,
    own_balance: Any,
    tariff_faced: Any,
    product_tariff: Any,
    unusual_distance: Any,
    ease: Any,
) -> Any:
    """ITC's export potential with growth, tariffs, balance and distance, where growth is given (Decreux and Spies)."""
    demand = market_size * market_growth * (1 + market_tariff) / (1 + own_tariff) * np.exp(-unusual_distance)
    supply = supply_share * own_balance * (1 + tariff_faced) / (1 + product_tariff)
    return demand * supply * ease


@Score
def gravity(gravity: Any) -> Any:
    """Gravity by product: size and the ease of trade by distance and ties, adding up to both margins."""
    return gravity


@Score
def product_relatedness(product_relatedness: Any) -> Any:
    """How much of what is near the product the exporter sells to the market (Jun et al. 2020)."""
    return product_relatedness


@Score
def importer_relatedness(importer_relatedness: Any) -> Any:
    """How many of the market's neighbours buy the product from the exporter (Jun et al. 2020)."""
    return importer_relatedness


@Score
def exporter_relatedness(exporter_relatedness: Any) -> Any:
    """How many of the exporter's neighbours sell the product to the market (Jun et al. 2020)."""
    return exporter_relatedness


@Score
def density(density: Any) -> Any:
    """How near the product is to what the exporter has an advantage in; a product is near itself (Hausmann et al.)."""
    return density


# In the order of tables; the fitted logit, ``default``, stands in ``logit.py``.
BUILT_IN: Mapping[str, Score] = MappingProxyType(
    {
        one.name: one
        for one in (
            *(market_size, size_product, epi, gravity, product_relatedness, importer_relatedness),
            *(exporter_relatedness, density),
        )
    }
)


def scores() -> dict[str, Score]:
    """The scores that are built in, by their names in the tables of ``ta.backtest``.

    Returns
    -------
    A dict of scores, each of which says in its docstring what it is. The fitted logit, ``default``, is no formula and
    is not among them.

    Examples
    --------
    >>> import tradeanalysis as ta
    >>> list(ta.prospects.scores())[:4]
    ['market_size', 'size_product', 'epi', 'gravity']
    >>> ta.prospects.scores()["epi"]
    <score epi(own_supply, market_size, world_trade, ease)>
    """
    return dict(BUILT_IN)
