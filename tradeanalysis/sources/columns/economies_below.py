"""Below which headings economies stand, whatever the words of the headings are."""

from __future__ import annotations

from typing import Any

import pandas as pd

from tradeanalysis import names
from tradeanalysis.schema import PARTNER
from tradeanalysis.sources.columns.headings import heading
from tradeanalysis.sources.columns.layouts import is_partner
from tradeanalysis.sources.columns.periods import cell_text
from tradeanalysis.sources.options import ReadOptions
from tradeanalysis.sources.raw import ROLE

# So many cells of a column are looked at.
LOOKED_AT = 200
ECONOMIES = ("country", "historical", "aggregate", "unallocated")


def headings_of_economies(cells: pd.DataFrame, options: ReadOptions) -> frozenset[str]:
    """The headings below which at least half of the texts are economies, one of them a country.

    Where a heading says that partners stand below it, only those that ``columns=`` names are looked at.
    """
    named = {heading(one) for one in (options.columns or {}).values()}
    every = not any(name == PARTNER or is_partner(str(name)) for name in cells.columns)
    return frozenset(
        str(name)
        for at, name in enumerate(cells.columns)
        if name and name != ROLE and (every or str(name) in named) and _are_economies(cells.iloc[:, at])
    )


def _are_economies(column: pd.Series[Any]) -> bool:
    texts = {text for cell in column.head(LOOKED_AT) if (text := cell_text(cell)) and any(map(str.isalpha, text))}
    kinds = [match.kind for match in names.resolve(texts, near=False).values()]
    return "country" in kinds and 2 * sum(kind in ECONOMIES for kind in kinds) >= len(kinds)
