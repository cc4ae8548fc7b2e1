"""How far an index can lie from that of a table in which a bloc is one market: its members are not known."""

from __future__ import annotations

import numpy as np
import pandas as pd

from tradeanalysis import names
from tradeanalysis.schema import FLOW, PRODUCT, REPORTER, VALUE, YEAR
from tradeanalysis.sources.columns.meanings import Labels
from tradeanalysis.sources.columns.reading import Array, Reading
from tradeanalysis.texts import Text

# The end of the code of a bloc that is one market.
MARK = " (bloc)"


def bounds(held: pd.Series[float], members: dict[str, int]) -> tuple[float, float]:
    """The lowest and highest HHI of markets of which some are blocs of so many members.

    The HHI is highest where one member has all of its bloc, and lowest where all have the same.

    Examples
    --------
    >>> low, high = bounds(pd.Series({"USA": 60.0, "EU (bloc)": 40.0}), {"EU (bloc)": 4})
    >>> round(low, 4), round(high, 4)
    (0.4, 0.52)
    """
    shares = held / held.sum()
    high = float((shares**2).sum())
    low = float(sum(share**2 / members.get(str(label), 1) for label, share in shares.items()))
    return low, high


def note_bounds(reading: Reading, labels: Labels, at: Array) -> None:
    """Note the bounds of the HHI where blocs are markets, for a table of one reporter, flow and year."""
    kept = (labels.kinds == "bloc")[at]
    if not kept.any():
        return
    table = reading.table
    one_group = all(table[key].nunique() == 1 for key in (REPORTER, FLOW, YEAR) if key in table)
    if not one_group or PRODUCT in table or (table[VALUE] < 0).any():
        return
    single = ~np.isin(labels.kinds[at], ("aggregate", "unallocated", "blank", "unknown"))
    held = table[VALUE][single].groupby(labels.codes[at][single]).sum()
    if not held.sum() > 0:
        return
    there = set(held.index) | set(table.get(REPORTER, ()))
    year = int(table[YEAR].iloc[0]) if YEAR in table else None
    members = {
        code: max(len((names.members_of(code.removesuffix(MARK), year) or frozenset()) - there), 1)
        for code in set(labels.codes[at][kept])
    }
    low, high = bounds(held, members)
    many = [Text("bloc_up_to", bloc=code, count=count) for code, count in sorted(members.items())]
    reading.note("bloc_bounds", blocs=many, low=float(low), high=float(high))
