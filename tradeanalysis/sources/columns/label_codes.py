"""The keys of more rows than are looked at: what each combination means, asked once for all rows under it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import pandas as pd

from tradeanalysis.schema import FLOW, PARTNER, REPORTER, YEAR
from tradeanalysis.sources.columns.interpret import leave_own_trade, read_countries, read_flows, read_years
from tradeanalysis.sources.columns.reading import Reading


@dataclass(frozen=True)
class Keys:
    """A table of combinations on its way to ours, and for each column what stands in it and what that becomes."""

    reading: Reading
    becomes: dict[str, pd.Series]


def settle(
    cells: pd.DataFrame,
    *,
    reporter: str | None = None,
    flow: str | None = None,
    years: Collection[int] | None = None,
    unknown: str,
    drop_aggregates: bool,
    own_trade: bool,
) -> Keys:
    """What the keys of a table mean, as ``ta.read`` takes them; faults are in the reading, for ``refuse``.

    ``cells`` has the labels of the file under our names, the value of each combination, and its rows (``ROWS``). Of
    those that are left out, no label becomes anything; own trade stands in the combinations alone.
    """
    reading = Reading(cells, "row")
    read_flows(reading, flow)
    read_years(reading, years)
    read_countries(reading, REPORTER, unknown=unknown, drop_aggregates=drop_aggregates, only=reporter)
    read_countries(reading, PARTNER, unknown=unknown, drop_aggregates=drop_aggregates)
    there = [column for column in (REPORTER, PARTNER, FLOW, YEAR) if column in reading.table]
    becomes = {column: becoming(cells.get(column), reading.table[column]) for column in there}
    if not own_trade:
        leave_own_trade(reading)
    return Keys(reading, becomes)


def becoming(labels: pd.Series | None, ours: pd.Series) -> pd.Series:
    """What each label of a file becomes; where the file has no such column, the one thing that all are."""
    if labels is None:
        return ours.iloc[:1]
    pairs = pd.DataFrame({"label": labels.loc[ours.index], "ours": ours}).drop_duplicates()
    return pairs.set_index("label")["ours"]
