"""A basket by the market in which it ends: what re-exports and look-through give alike."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from tradeanalysis.results import Result
from tradeanalysis.schema import PARTNER, VALUE


@dataclass(frozen=True, repr=False)
class EndMarkets(Result):
    """Values by end market beside those by first market, and what comes ``home``, which is no export.

    ``basket`` is the values by end market; every function of values takes it, and takes the result for it.
    """

    table: pd.DataFrame
    home: float

    @property
    def basket(self) -> pd.Series[Any]:
        """The values by end market."""
        values = self.table.set_index(PARTNER)[VALUE]
        values.attrs = {key: one for key, one in self.table.attrs.items() if key != "notes"}
        return values
