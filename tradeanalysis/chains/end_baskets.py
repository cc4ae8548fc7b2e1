"""A basket by the market in which it ends: what re-exports and look-through give alike."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import pandas as pd

from tradeanalysis import names
from tradeanalysis.results import Result
from tradeanalysis.schema import PARTNER, VALUE
from tradeanalysis.sums import among, remainders
from tradeanalysis.texts import label, say


@dataclass(frozen=True, repr=False)
class EndMarkets(Result):
    """Values by end market beside those by first market, and what comes ``home``, which is no export.

    ``basket`` is the values by end market, without the rest of the world; every function of values takes it, and takes
    the result for it. ``unallocated`` is the share of all values before for which no market is named.
    """

    table: pd.DataFrame
    home: float
    unallocated: float

    @property
    def basket(self) -> pd.Series[Any]:
        """The values by end market; what no market is named for is in ``attrs["unallocated"]``."""
        values = self.table.set_index(PARTNER)[VALUE]
        rest = among(values.index, remainders(PARTNER))
        attrs = {key: one for key, one in self.table.attrs.items() if key != "notes"}
        if rest.any():
            attrs["unallocated"] = attrs.get("unallocated", 0.0) + float(values[rest].sum())
        values = values[~rest]
        values.attrs = attrs
        return values


def named(market: Any, lang: str) -> str:
    """A market within a sentence: an economy by its name, with an article where it has one, any other as it stands."""
    code = names.economy(market)
    return label(code, lang, sentence=True) if code else str(market)


def all_named(markets: Iterable[Any], lang: str) -> str:
    """Markets within a sentence, the last after an "and"."""
    *first, last = [named(one, lang) for one in markets]
    return say("hubs_and", lang, first=", ".join(first), last=last) if first else last
