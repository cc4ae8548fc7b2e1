"""Numbers as files write them: read with certainty, or not at all."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from tradeanalysis.gate.findings import Finding, Fix, in_rows
from tradeanalysis.texts import Text

MISSING = frozenset({"", "-", "–", "—", "..", "...", "…", ":", "n/a", "na", "n.a.", "nan", "null", "none", "#n/a"})
# What a source writes where it keeps a value secret; never 0.
SECRET = re.compile(r"[cxs]|\([cds]\)|\*+|0\*+|<\s*\d+([.,]\d+)?", re.ASCII | re.IGNORECASE)
PLAIN = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?", re.ASCII)
# A group of thousands never begins with 0: "0.123" is plain.
THREES = re.compile(r"[+-]?[1-9]\d{0,2}([.,])\d{3}", re.ASCII)
GROUPS = re.compile(r"[+-]?[1-9]\d{0,2}([.,]\d{3})+", re.ASCII)
# A mark of a footnote or of a preliminary value after a number, and the flags of statistical offices after a blank:
# b break, d definition, e estimate, f forecast, i see notes, p provisional, r revised, s estimated by the office.
_FOOTNOTE = re.compile(r"(?<=\d)(\s*(\*+|\((p|e|r)\))|\s+[bdefiprs]{1,3}$)", re.IGNORECASE)
# Blanks of all widths, and the minus sign of typesetters.
_TIDY = str.maketrans({"\u00a0": " ", "\u202f": " ", "\u2009": " ", "\u2212": "-"})
# Cells of digits with at most one point, a line each; and one whose point cannot group thousands.
_DIGITS = re.compile(r"(?:-?\d+(?:\.\d+)?\n)+", re.ASCII)
_DECIMAL = re.compile(r"(?:\.(?:\d{1,2}|\d{4,})|(?:^|\n)-?0\.\d+|\d{4}\.\d+)\n", re.ASCII)
# Between groups of three digits, and after a sign; elsewhere a blank separates two numbers.
_BLANK = re.compile(r"(?<=\d)(?<!\d{4})[ '\u2019](?=\d{3}(?!\d))|(?<=^[-+]) +", re.ASCII)


def parse(
    cells: pd.Series[Any], *, decimal: str | None = None, where: str = "row", beside: Sequence[pd.Series[Any]] = ()
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.bool_], list[Finding]]:
    """The numbers of a column (NaN where a cell says that there is none), which are secret, and what is unreadable.

    Cells are text, or numbers already (as a spreadsheet has them). ``decimal`` is the decimal mark; without it the
    column has to make it plain. ``where`` is what the index counts, ``beside`` are all columns of values of the file.
    What could not be read for sure is reported.
    """
    if pd.api.types.is_numeric_dtype(cells.dtype) and not pd.api.types.is_bool_dtype(cells.dtype):
        return cells.to_numpy(dtype=np.float64, na_value=np.nan), np.zeros(len(cells), dtype=bool), []
    if (plain := _plain(cells, decimal)) is not None:
        return plain, np.zeros(len(cells), dtype=bool), []
    at, distinct = pd.factorize(cells)
    words = [*distinct, ""]  # a missing cell has the number -1
    if all(isinstance(word, str) and word.isascii() and word.isdigit() for word in distinct):
        whole = np.array([*distinct, "nan"], dtype=np.float64)[at]
        return whole, np.zeros(len(cells), dtype=bool), []
    texts = [_tidy(word) for word in words]
    secret = [isinstance(text, str) and bool(SECRET.fullmatch(text)) for text in texts]
    texts = ["" if hidden else text for text, hidden in zip(texts, secret, strict=True)]
    mark = decimal or _decimal_mark({text for text in texts if isinstance(text, str)})
    vague = [mark is None and isinstance(text, str) and bool(THREES.fullmatch(text)) for text in texts]
    read = [_number(text, mark or ".") for text in texts]
    strange = [number is None for number in read]
    x = np.array([number or 0.0 for number in read], dtype=np.float64)[at]
    findings = []
    marks = _marks([*texts, *_texts(beside)]) if any(vague) else ()
    for id, key, bad in (
        ("TA-135", "value_secret", secret),
        ("TA-112", "mark_vague" if marks else "mark_unsure", vague),
        ("TA-112", "value_not_number", strange),
    ):
        if (marked := np.array(bad)[at]).any():
            found = [repr(str(word).strip()) for word, one in zip(words, bad, strict=True) if one]
            lines = cells.index.to_numpy(dtype=np.intp)
            fixes = marks if bad is vague else ()
            findings.append(
                in_rows(id, key, marked, x, numbers=lines, where=where, fixes=fixes, cells=found, labels=found)
            )
    return x, np.array(secret)[at], findings


def _plain(cells: pd.Series[Any], decimal: str | None) -> npt.NDArray[np.float64] | None:
    """The numbers of a column of plain texts, digits with at most one point that is decimal beyond doubt; else None.

    The same as reading them one by one, many times faster: the patterns are looked for in one text of all cells.
    """
    texts = cells.to_numpy(dtype=object)
    if decimal == "," or not len(texts) or not all(type(text) is str for text in texts):
        return None
    joined = "\n".join([*texts, ""])
    if joined.count("\n") != len(texts) or not _DIGITS.fullmatch(joined):
        return None
    sure = decimal == "." or "." not in joined or _DECIMAL.search(joined)
    return texts.astype(np.float64) if sure else None


def _marks(texts: Iterable[object]) -> tuple[Fix, ...]:
    """The readings of the mark of a column, each with what it makes of a number.

    Both, where all numbers have the mark: they differ by a factor of 1000. Beside numbers without a mark it is one of
    thousands, where these have three digits at most; where they have more, neither reading is sure.
    """
    words = [text for text in texts if isinstance(text, str)]
    vague = next(text for text in words if THREES.fullmatch(text))
    mark = "." if "." in vague else ","
    other = "," if mark == "." else "."
    whole = [text.lstrip("+-") for text in words if text.lstrip("+-0").isdigit()]
    readings = other + mark if not whole else other if max(map(len, whole)) <= 3 else ""
    return tuple(
        Fix("decimal", one, Text("reads_number_as", cell=repr(vague), value=_number(vague, one))) for one in readings
    )


def mark_of(columns: Iterable[pd.Series[Any]]) -> str | None:
    """The decimal mark of a file: the one that some of its columns of values make plain, where they agree."""
    several = (_texts([cells]) for cells in columns)
    plain = {_decimal_mark(texts) for texts in several if any("." in text or "," in text for text in texts)} - {None}
    return plain.pop() if len(plain) == 1 else None


def _texts(columns: Iterable[pd.Series[Any]]) -> set[str]:
    """The distinct numbers of columns that are text."""
    found = {_tidy(cell) for cells in columns if cells.dtype.kind not in "iuf" for cell in pd.unique(cells)}
    return {text for text in found if isinstance(text, str) and not SECRET.fullmatch(text)}


def _tidy(cell: object) -> object:
    if not isinstance(cell, str):
        return np.nan if cell is None or cell is pd.NA else cell
    text = _BLANK.sub("", cell.translate(_TIDY).strip())
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
