"""Labels that are not one of the others: aggregates, which contain them, and remainders, which are unallocated."""

from __future__ import annotations

from typing import Any

import narwhals as nw
import numpy as np
import numpy.typing as npt
import pandas as pd

from tradeanalysis import names
from tradeanalysis.gate.product_codes import UNSPECIFIED
from tradeanalysis.schema import PARTNER, PRODUCT, REPORTER

BLANKS = "".join(chr(i) for i in range(0x3001) if chr(i).isspace())


def aggregates(over: str) -> frozenset[str]:
    """The labels of totals and blocs, which contain the others."""
    if over in (PARTNER, REPORTER):
        return names.labels_of("aggregate")
    return frozenset({"total"} if over == PRODUCT else ())


def remainders(over: str) -> frozenset[str]:
    """The labels of unallocated trade, which is not allocated to any of the others."""
    if over in (PARTNER, REPORTER):
        return names.labels_of("unallocated")
    return UNSPECIFIED if over == PRODUCT else frozenset()


def among(labels: pd.Index, known: frozenset[str]) -> npt.NDArray[np.bool_]:
    """Which labels are known ones."""
    if not known:
        return np.zeros(len(labels), dtype=bool)
    return np.array([str(label).strip().lower() in known for label in labels.tolist()], dtype=bool)


def normalised(column: nw.Expr) -> nw.Expr:
    """The labels of a column as they are looked up: text without blanks around it, in small letters."""
    column = column.cast(nw.String)
    # What begins and ends in a letter of ASCII has no blanks to strip, which takes an engine long.
    last = column.str.tail(1)
    plain = (column >= "!") & (column < "\x7f") & (last >= "!") & (last < "\x7f")
    return nw.when(plain).then(column).otherwise(column.str.strip_chars(BLANKS)).str.to_lowercase()


def is_among(column: nw.Expr, known: frozenset[str], whole: bool = False) -> nw.Expr:
    """Which labels of a column are known ones: bare labels, or ``whole`` numbers."""
    labels: list[Any] = sorted(known)
    if whole:
        labels = [int(label) for label in labels if label.isdecimal() and label == str(int(label))]
    return column.is_in(labels).fill_null(False) if labels else nw.lit(False)
