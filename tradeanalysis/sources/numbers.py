"""Numbers as files write them: read with certainty, or not at all."""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from tradeanalysis.gate.findings import Finding, in_rows, listing

MISSING = frozenset({"", "-", "–", "—", "..", "...", "…", ":", "n/a", "na", "n.a.", "nan", "null", "none", "#n/a"})
# What a source writes where it knows the value and does not tell it; never 0.
SECRET = re.compile(r"[cxs]|\([cds]\)|\*+|0\*+|<\s*\d+([.,]\d+)?", re.ASCII | re.IGNORECASE)
PLAIN = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?", re.ASCII)
# A group of thousands never begins with 0: "0.123" is plain.
THREES = re.compile(r"[+-]?[1-9]\d{0,2}([.,])\d{3}", re.ASCII)
GROUPS = re.compile(r"[+-]?[1-9]\d{0,2}([.,]\d{3})+", re.ASCII)
# A mark of a footnote or of a preliminary value behind a number.
_FOOTNOTE = re.compile(r"(?<=\d)\s*(\*+|\((p|e|r)\))", re.IGNORECASE)
# Blanks that group digits, and the minus sign of typesetters.
_TIDY = str.maketrans({"\u00a0": None, "\u202f": None, "\u2009": None, " ": None, "\u2212": "-"})


def parse(
    cells: pd.Series[Any], *, decimal: str | None = None, where: str = "row"
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.bool_], list[Finding]]:
    """The numbers of a column, NaN where the cell says that there is none, which are secret, and what is unreadable.

    Cells are text, or numbers already (as a spreadsheet has them). ``decimal`` is the decimal mark; without it the
    column has to make it plain. ``where`` is what the index counts. Cells that could not be read are 0, and told.
    """
    if pd.api.types.is_numeric_dtype(cells.dtype) and not pd.api.types.is_bool_dtype(cells.dtype):
        return cells.to_numpy(dtype=np.float64, na_value=np.nan), np.zeros(len(cells), dtype=bool), []
    at, distinct = pd.factorize(cells)
    words = [*distinct, ""]  # a missing cell has the number -1
    texts = [_tidy(word) for word in words]
    secret = np.array([isinstance(text, str) and bool(SECRET.fullmatch(text)) for text in texts])
    texts = ["" if hidden else text for text, hidden in zip(texts, secret, strict=True)]
    mark = decimal or _decimal_mark({text for text in texts if isinstance(text, str)})
    if mark is None:
        wrong = [isinstance(text, str) and bool(THREES.fullmatch(text)) for text in texts]
        what = "a mark of which it cannot be told whether it is decimal or groups thousands"
        mend = 'Pass decimal="." or decimal=",".'
        numbers = [0.0 if bad else _number(text, ".") or 0.0 for text, bad in zip(texts, wrong, strict=True)]
    else:
        read = [_number(text, mark) for text in texts]
        wrong = [number is None for number in read]
        what = "a value that is no number"
        mend = "Write digits, one decimal mark and no unit; pass decimal= where the mark is a comma."
        numbers = [number or 0.0 for number in read]
    x = np.array(numbers, dtype=np.float64)[at]
    lines = cells.index.to_numpy(dtype=np.intp)
    findings = []
    if secret[at].any():
        marks = listing(sorted({repr(str(word).strip()) for word, hidden in zip(words, secret, strict=True) if hidden}))
        what = f"a value that the source keeps secret, {marks},"
        left_out = "They were left out; a total of the file may hold them."
        findings.append(in_rows("TA-135", what, secret[at], x, left_out, numbers=lines, where=where))
    if not any(wrong):
        return x, secret[at], findings
    found = listing((repr(str(word)) for word, bad in zip(words, wrong, strict=True) if bad), 10)
    strange = in_rows("TA-112", f"{what}, {found},", np.array(wrong)[at], x, mend, numbers=lines, where=where)
    return x, secret[at], [*findings, strange]


def _tidy(cell: object) -> object:
    if not isinstance(cell, str):
        return np.nan if cell is None or cell is pd.NA else cell
    text = re.sub(r"(?<=\d)['\u2019](?=\d{3})", "", cell.strip().translate(_TIDY))
    if text.startswith("(") and text.endswith(")") and text[1:2].isdigit():
        text = f"-{text[1:-1]}"  # as accountants write what is negative
    text = text if SECRET.fullmatch(text) else _FOOTNOTE.sub("", text)
    return "" if text.lower() in MISSING else text


def _decimal_mark(texts: Iterable[str]) -> str | None:
    """The decimal mark that a column's own numbers make plain; None where they allow two readings."""
    marked = [text for text in texts if "." in text or "," in text]
    grouping = set()
    for text in marked:
        last = max(text.rfind("."), text.rfind(","))
        other = "," if text[last] == "." else "."
        if text.count(text[last]) > 1:
            grouping.add(text[last])  # 1.234.567
        elif other in text or not THREES.fullmatch(text):
            grouping.add(other)  # 1,234.5 and 12.5
    if len(grouping) == 1:
        return "," if grouping == {"."} else "."
    return "." if not marked or len(grouping) == 2 else None


def _number(text: object, mark: str) -> float | None:
    if not isinstance(text, str):
        if not isinstance(text, (int, float, np.number, Decimal)) or isinstance(text, bool):
            return None
        try:
            return float(text)
        except OverflowError:
            return np.inf
    if text == "":
        return np.nan
    other = "," if mark == "." else "."
    whole, _, part = text.partition(mark)
    if other in whole and not GROUPS.fullmatch(whole):
        return None
    plain = whole.replace(other, "") + ("." + part if part else "")
    return float(plain) if PLAIN.fullmatch(plain) else None
