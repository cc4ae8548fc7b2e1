"""Which products and markets of an exporter are wanted, by names, by what codes begin with, and by what is new."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from tradeanalysis.prospects.sellers import Seller
from tradeanalysis.prospects.trade_flows import Flows
from tradeanalysis.prospects.windows import Marks
from tradeanalysis.schema import TradeDataError
from tradeanalysis.tables.markets import market_labels
from tradeanalysis.texts import Text


def wanted_of(flows: Flows, seller: Seller, products: Any, new: bool | None, exclude: Any) -> Marks:
    """Which products and markets are wanted (products, importers), whatever their scores."""
    kept: Marks = np.ones((len(flows.products), len(flows.importers)), dtype=bool)
    if products is not None:
        kept &= _products(flows, labels_given("products", products))[:, None]
    kept[:, _markets(flows, labels_given("exclude", exclude))] = False
    if new is not None:
        if not isinstance(new, (bool, np.bool_)):
            raise TradeDataError(Text("opportunities_new", new=repr(new)))
        if not seller.knows_now:
            raise TradeDataError(Text("opportunities_new_unknown"))
        kept &= (seller.now == 0) == new
    return kept


def labels_given(name: str, given: Any) -> list[Any]:
    """One name or code, or several of them, as a list."""
    several = isinstance(given, Iterable) and not isinstance(given, (str, bytes))
    labels = list(given) if several else [given]
    if any(isinstance(one, bool) or not isinstance(one, (str, int, np.integer)) for one in labels):
        raise TradeDataError(Text("opportunities_labels", name=name, given=repr(given)))
    return labels


def _markets(flows: Flows, excluded: list[Any]) -> np.ndarray[Any, Any]:
    """The numbers of the markets that are named."""
    known = pd.Index(flows.importers)
    place = known.get_indexer(pd.Index(market_labels(excluded, known), dtype=object))
    if (place < 0).any():
        strange = [str(one) for one, at in zip(excluded, place, strict=True) if at < 0]
        raise TradeDataError(Text("opportunities_strange", strange=strange, known=[*map(str, known)]))
    return place


def _products(flows: Flows, wanted: list[Any]) -> Marks:
    """The products that are named, or that begin with what is named."""
    labels = [str(one) for one in flows.products]
    found: Marks = np.zeros(len(labels), dtype=bool)
    for one in map(str, wanted):
        exact = np.array([label == one for label in labels])
        these = exact if exact.any() else np.array([one != "" and label.startswith(one) for label in labels])
        if not these.any():
            raise TradeDataError(Text("opportunities_no_product", product=one, known=labels))
        found |= these
    return found


def product_names(given: Any) -> dict[str, str]:
    """Names of products by code, as texts; what is missing or empty is no name."""
    if given is None:
        return {}
    if not isinstance(given, (Mapping, pd.Series)):
        raise TradeDataError(Text("opportunities_names", kind=type(given).__name__))
    pairs = ((str(code), name) for code, name in given.items())
    return {code: name.strip() for code, name in pairs if isinstance(name, str) and name.strip()}
