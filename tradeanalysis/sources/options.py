"""What is asked of a file in words and numbers: whether it means something."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable
from pathlib import Path
from typing import Any

import numpy as np

from tradeanalysis.gate.findings import Finding, listing
from tradeanalysis.schema import TradeDataError


def one_of(argument: str, given: object, *known: object) -> None:
    """Refuse a word that means nothing: a typing error would choose a reading of the file without a word."""
    if given not in known:
        words = listing((repr(word) for word in known if word is not None), 9)
        raise TradeDataError(f"{argument}={given!r} is not known: it is one of {words}")


def asked_path(path: str | Path) -> str:
    """Where a file is, with ~ for the home of who asks; nothing is fetched."""
    if "://" in str(path):
        raise TradeDataError(f"TA-131 [error] {path} is an address, not a file: download it, and read the file")
    return os.path.expanduser(path)


def asked_years(year: int | Collection[int] | None) -> set[int] | None:
    """The years, if they are years."""
    if year is None:
        return None
    years = set(year) if isinstance(year, Iterable) and not isinstance(year, str) else {year}
    if not years or not all(isinstance(one, (int, np.integer)) for one in years):
        raise TradeDataError(f"year={year!r}: a year is a whole number, such as 2023; several are a list of them")
    return {int(one) for one in years}


def absent_years(asked: Collection[int] | None, there: Collection[int]) -> list[Finding]:
    """Years that are asked for and are not there, beside others that are."""
    if not (absent := sorted(set(asked or ()) - set(there))):
        return []
    what = f"year= asks for {listing(absent, 20)}, of which there is no row"
    return [Finding("TA-136", what, f"There is {listing(sorted(there), 20)}.", override="warning")]


def asked_header_rows(given: Any) -> int | list[int] | None:
    """How many rows the headings take, or their lines."""
    several = isinstance(given, Collection) and not isinstance(given, str)
    rows: list[Any] = [] if given is None else [*given] if several else [given]
    whole = all(isinstance(row, (int, np.integer)) and not isinstance(row, bool) and row > 0 for row in rows)
    if not whole or (several and not rows):
        raise TradeDataError(f"header_rows={given!r}: it is how many rows the headings take, or a list of their lines")
    return sorted({int(row) for row in rows}) if several else int(rows[0]) if rows else None
