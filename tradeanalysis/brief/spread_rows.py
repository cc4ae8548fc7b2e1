"""Rows of a list spread over markets and groups of products, so that none of them fills it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import pandas as pd

from tradeanalysis.schema import PARTNER, PRODUCT

# Digits of chapters and headings of product codes, and so many that a code is whole.
BROADER, WHOLE = (2, 4), 99


def broadest(products: Sequence[Any], enough: int) -> int:
    """The digits of the broadest groups of product codes of which there are enough: chapters, headings, else codes."""
    return next((one for one in BROADER if len({_group(each, one) for each in products}) >= enough), WHOLE)


def _group(product: Any, digits: int) -> str:
    """The group of a product code; another product as it is called."""
    text = str(product)
    return text[:digits] if text.isdecimal() else text


def spread(rows: pd.DataFrame, most: int, markets: Counter[str], groups: Counter[str], digits: int) -> list[Any]:
    """The best rows, no market or group of products twice before all that could stand once do; in their order."""
    names_of = [
        (str(market), _group(product, digits)) for market, product in zip(rows[PARTNER], rows[PRODUCT], strict=True)
    ]
    taken: set[Any] = set()
    for often in range(1, max([0, *markets.values(), *groups.values()]) + most + 1):
        for at, (market, group) in zip(rows.index, names_of, strict=True):
            if len(taken) < most and at not in taken and max(markets[market], groups[group]) < often:
                taken.add(at)
                markets[market] += 1
                groups[group] += 1
    return [at for at in rows.index if at in taken]
