"""Labels in place of rows: what each combination of labels means, found once for all rows that have it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from tradeanalysis.schema import FLOW, PARTNER, REPORTER, YEAR
from tradeanalysis.sources.columns.flows import read_flows
from tradeanalysis.sources.columns.interpret import read_years
from tradeanalysis.sources.columns.partner_labels import leave_own_trade, read_names, read_partners, read_reporters
from tradeanalysis.sources.columns.reading import Reading
from tradeanalysis.sources.options import ReadOptions

LABEL_STEPS = (read_names, read_flows, read_years, read_reporters, read_partners)


@dataclass(frozen=True)
class LabelCodes:
    """The combinations that are kept, under our codes; and for each column the code of every label of the file."""

    reading: Reading
    codes: dict[str, pd.Series]


def read_labels(cells: pd.DataFrame, counts: Any, options: ReadOptions) -> LabelCodes:
    """What combinations of labels mean, as ``ta.read`` takes them; faults are in the reading, for ``refuse``.

    ``cells`` has the labels of the file under our names and the value of each combination, ``counts`` how many rows
    have it. A label that is left out has no code; own trade is left out of the combinations only.
    """
    reading = Reading(cells, counts=counts)
    for step in LABEL_STEPS:
        step(reading, options)
    there = [column for column in (REPORTER, PARTNER, FLOW, YEAR) if column in reading.table]
    codes = {column: codes_by_label(cells.get(column), reading.table[column]) for column in there}
    leave_own_trade(reading, options)
    return LabelCodes(reading, codes)


def codes_by_label(labels: pd.Series | None, ours: pd.Series) -> pd.Series:
    """The code of each label of a file; where the file has no such column, the one code that all rows have."""
    if labels is None:
        return ours.iloc[:1]
    pairs = pd.DataFrame({"label": labels.loc[ours.index], "ours": ours}).drop_duplicates()
    return pairs.set_index("label")["ours"]
