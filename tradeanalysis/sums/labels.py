"""Labels that cannot stand among the others, since they contain them or are none of them."""

from __future__ import annotations

import narwhals as nw
import numpy as np
import numpy.typing as npt
import pandas as pd

from tradeanalysis import names
from tradeanalysis.gate.levels import UNTOLD
from tradeanalysis.schema import PARTNER, PRODUCT, REPORTER

AGGREGATE_MEND = (
    "Filter them, or read the file with ta.read(..., drop_aggregates=True). Where blocs are the axis on purpose, give "
    'their column another name than "partner": over="bloc".'
)
BLANKS = "".join(chr(i) for i in range(0x3001) if chr(i).isspace())


def aggregates(over: str) -> frozenset[str]:
    """The labels that cannot stand among the others, since they contain them."""
    if over in (PARTNER, REPORTER):
        return names.labels_of("aggregate")
    return frozenset({"total"} if over == PRODUCT else ())


def remainders(over: str) -> frozenset[str]:
    """The labels of what is allocated to none of the others, and so is none of them."""
    if over in (PARTNER, REPORTER):
        return names.labels_of("unallocated")
    return UNTOLD if over == PRODUCT else frozenset()


def among(labels: pd.Index, known: frozenset[str]) -> npt.NDArray[np.bool_]:
    """Which labels are known ones."""
    return np.array([str(label).strip().lower() in known for label in labels], dtype=bool)


def labelled(column: nw.Expr, known: frozenset[str]) -> nw.Expr:
    """Which labels of a column are known ones."""
    label = column.cast(nw.String).str.strip_chars(BLANKS).str.to_lowercase()
    return label.is_in(sorted(known)).fill_null(False) if known else nw.lit(False)
