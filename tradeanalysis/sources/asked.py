"""What is asked of a file in words and numbers: whether it means something."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import numpy as np

from tradeanalysis.gate.findings import listing
from tradeanalysis.schema import TradeDataError


def one_of(argument: str, given: object, *known: object) -> None:
    """Refuse a word that means nothing: a typing error would choose a reading of the file without a word."""
    if given not in known:
        words = listing((repr(word) for word in known if word is not None), 9)
        raise TradeDataError(f"{argument}={given!r} is not known: it is one of {words}")


def asked_years(year: int | Collection[int] | None) -> set[int] | None:
    """The years, if they are years."""
    if year is None:
        return None
    years = {year} if isinstance(year, (int, np.integer, str)) else set(year)
    if not years or not all(isinstance(one, (int, np.integer)) for one in years):
        raise TradeDataError(f"year={year!r}: a year is a whole number, such as 2023; several are a list of them")
    return {int(one) for one in years}


def asked_header_rows(given: Any) -> int | list[int] | None:
    """How many rows the headings take, or their lines."""
    several = isinstance(given, Collection) and not isinstance(given, str)
    rows: list[Any] = [] if given is None else [*given] if several else [given]
    whole = all(isinstance(row, (int, np.integer)) and not isinstance(row, bool) and row > 0 for row in rows)
    if not whole or (several and not rows):
        raise TradeDataError(f"header_rows={given!r}: it is how many rows the headings take, or a list of their lines")
    return sorted({int(row) for row in rows}) if several else int(rows[0]) if rows else None
