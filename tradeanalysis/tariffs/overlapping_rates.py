"""One rate for each good and day: which rows are alternatives to one another, and which of them overlap."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from tradeanalysis.schema import PRODUCT
from tradeanalysis.tariffs.rate_units import ACT, END, FORM, IMPORTER, ORIGIN, START
from tradeanalysis.texts import Text

OVERLAPS = 200  # that are looked into
FIRST, LAST = np.datetime64("1678-01-01"), np.datetime64("2261-12-31")


def layer_of(table: pd.DataFrame) -> pd.Series[Any]:
    """What a row is an alternative to: additional and total to one another, stacked and preference within an act."""
    plain = table[FORM].replace({"total": "additional"})
    return plain.where(~table[FORM].isin(["stacked", "preference"]), table[FORM] + ": " + table[ACT])


def overlaps(table: pd.DataFrame) -> list[Text]:
    """Pairs of rows that give a rate to the same goods on the same day."""
    keys = [IMPORTER, ORIGIN, PRODUCT, "layer"]
    rows = table.assign(layer=layer_of(table))
    days = rows[[START, END]].astype("datetime64[s]")
    rows["start"], rows["end"] = days[START].fillna(pd.Timestamp(FIRST)), days[END].fillna(pd.Timestamp(LAST))
    rows = rows.sort_values([*keys, "start", "end"], kind="stable")
    same = (rows[keys] == rows[keys].shift()).all(axis=1)
    reached = rows.groupby(keys)["end"].cummax().shift()
    over = np.flatnonzero((same & (rows["start"] <= reached)).to_numpy())
    faults: dict[tuple[Any, Any], Text] = {}
    for i in over[:OVERLAPS].tolist():
        # The earlier row that reaches into this one.
        j = next(j for j in range(i - 1, -1, -1) if rows["end"].iloc[j] >= rows["start"].iloc[i])
        both = rows.iloc[[j, i]]
        pair = both["row"].iloc[0], both["row"].iloc[1]
        if pair not in faults:
            about = {name: both[name].iloc[1] for name in (IMPORTER, ORIGIN)}
            first, second = rows_in_words(both)
            product = both[PRODUCT].iloc[1] or Text("tariffs_all_products")
            faults[pair] = Text("tariffs_overlap", first=first, second=second, product=product, **about)
    return list(faults.values())


def rows_in_words(table: pd.DataFrame) -> list[Text]:
    """Rows by their place, their act and their days."""
    shown = [
        [Text("tariffs_open") if pd.isna(day) else f"{day:%Y-%m-%d}" for day in table[name]] for name in (START, END)
    ]
    return [
        Text("tariffs_row", row=str(row), act=act, first=first, last=last)
        for row, act, first, last in zip(table["row"], table[ACT], *shown, strict=True)
    ]
