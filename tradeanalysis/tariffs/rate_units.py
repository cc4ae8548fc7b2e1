"""The cells of a table of tariffs: rates in their unit, dates, prefixes of products, forms."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from datetime import date
from numbers import Real
from typing import Any

import numpy as np
import pandas as pd

# The columns of a table of tariffs.
IMPORTER, ORIGIN, RATE, FORM, START, END, ACT = "importer", "origin", "rate", "form", "from", "to", "act"
# A rate above 10, which is 1000%, is no rate: it was given in another unit.
MOST = 10.0
# What a rate is divided by.
UNITS = {"share": 1.0, "percent": 100.0}
# What a rate is: of all products of its kind, one form replaces another, and "stacked" adds to them.
FORMS = ("mfn", "preference", "additional", "total", "stacked")
_SPELLED = {"total with the mfn rate": "total", **{form: form for form in FORMS}}
_NUMBER = re.compile(r"(\d+)(?:([.,])(\d+))?\s*(%?)")
_DAY = re.compile(r"(\d{4}-\d{2}-\d{2})(?:[T ]00:00(?::00(?:\.0+)?)?)?")
_FREE = {"free": 0.0}


class Faulty(ValueError):
    """A cell that is none of what its column holds."""


def each(column: pd.Series[Any], read: Callable[[Any], Any]) -> tuple[list[Any], list[Any]]:
    """What is read of every cell, each text once; and the labels of rows whose cell is faulty."""
    known: dict[tuple[type, Any], Any] = {}
    found, faulty = [], []
    for label, cell in column.items():
        key = (type(cell), str(cell))
        if key not in known:
            try:
                known[key] = read(cell)
            except Faulty as error:
                known[key] = error
        if isinstance(known[key], Faulty):
            faulty.append(label)
        found.append(None if isinstance(known[key], Faulty) else known[key])
    return found, faulty


def is_empty(cell: Any) -> bool:
    """Whether nothing stands in a cell."""
    if isinstance(cell, str):
        return not cell.strip()
    return cell is None or bool(np.ndim(cell) == 0 and pd.isna(cell))


def rate_in(unit: float | None) -> Callable[[Any], tuple[float, bool]]:
    """How a cell of a rate is read, as a share: with whether it needs the unit that is not known.

    An empty cell, and a duty on an amount of goods ("5 cents/kg", "2% + 1 USD/t"), is missing.
    """

    def read(cell: Any) -> tuple[float, bool]:
        if is_empty(cell):
            return math.nan, False
        if isinstance(cell, str):
            text = cell.strip()
            if text.lower() in _FREE:
                return _FREE[text.lower()], False
            if not (found := _NUMBER.fullmatch(text)):
                if re.search(r"\d", text) and re.search(r"[^\W\d_]|[$€£¢]", text) and not re.match(r"[-−]", text):
                    return math.nan, False
                raise Faulty
            whole, sign, rest, percent = found.groups()
            if sign == "," and len(rest) == 3 and int(whole):  # 1,250 is a thousand in one language, one in another
                raise Faulty
            number = float(f"{whole}.{rest or 0}")
            return (_share(number / 100), False) if percent else _of_unit(number, unit)
        if not isinstance(cell, Real) or isinstance(cell, (bool, np.bool_)):
            raise Faulty
        return _of_unit(float(cell), unit)

    return read


def _of_unit(number: float, unit: float | None) -> tuple[float, bool]:
    """A number in its unit; a column ``rate`` holds shares, and what is above 1 there may be per cent."""
    return (number, number > 1) if unit is None else (_share(number / unit), False)


def _share(share: float) -> float:
    if not 0 <= share <= MOST:
        raise Faulty
    return share


def day_of(cell: Any) -> np.datetime64 | None:
    """The day of a cell: a date, or one written 2025-08-07; None where it is empty."""
    if is_empty(cell):
        return None
    if isinstance(cell, np.datetime64):
        cell = pd.Timestamp(cell)
    if isinstance(cell, date):  # Timestamp and datetime among them
        return np.datetime64(f"{cell.year:04d}-{cell.month:02d}-{cell.day:02d}", "D")
    found = _DAY.fullmatch(cell.strip()) if isinstance(cell, str) else None
    if not found:
        raise Faulty
    try:
        return np.datetime64(date.fromisoformat(found[1]), "D")
    except ValueError:
        raise Faulty from None


def prefix_of(cell: Any) -> str:
    """The digits of a prefix, without dots; of all products none. An odd number of digits has lost a zero: refused."""
    if is_empty(cell):
        return ""
    if isinstance(cell, Real) and not isinstance(cell, bool):
        number = float(cell)
        if not number.is_integer():
            raise Faulty
        cell = str(int(number))
    text = re.sub(r"[.\s]", "", str(cell))
    if not (text.isascii() and text.isdecimal() and len(text) % 2 == 0 and len(text) <= 12):
        raise Faulty
    return text


def form_of(cell: Any) -> str:
    """The form of a rate by its name."""
    form = _SPELLED.get(" ".join(str(cell).lower().split()))
    if form is None:
        raise Faulty
    return form
