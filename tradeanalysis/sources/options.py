"""The arguments of ``ta.read`` and ``ta.ingest``: validated once, then passed on unchanged to every step."""

from __future__ import annotations

import math
import os
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from types import NoneType
from typing import Any, Literal

import numpy as np

from tradeanalysis import names
from tradeanalysis.gate.economies import LIMIT, TOLERANCE
from tradeanalysis.gate.findings import Finding, Fix, fault, finding
from tradeanalysis.parameters import need_numbers
from tradeanalysis.schema import FLOWS, TradeDataError
from tradeanalysis.sources.columns.code_systems import CODE_SYSTEMS
from tradeanalysis.texts import EconomyName, Text

# The values that an argument may take: a typing error must not silently choose how a file is read.
CHOICES: Mapping[str, tuple[str | None, ...]] = {
    "flow": (None, *FLOWS),
    "decimal": (None, ".", ","),
    "duplicates": (None, "total", "sum", "first"),
    "unknown": ("raise", "keep"),
    "missing": ("raise", "drop"),
    "negative": ("raise", "drop"),
    "engine": (None, "duckdb", "polars"),
    "codes": (None, *CODE_SYSTEMS),
    "blocs": (None, "drop", "keep", "other"),
    "periods": (None, "months", "year_to_date"),
}
# What ``names=`` may say of a label beside a code; None is "drop".
MEANINGS = ("keep", "drop", "other")
# Arguments that do not change which rows a table has, and are not in its certificate.
NOT_CERTIFIED = ("tolerance", "limit", "engine")


@dataclass(frozen=True)
class ReadOptions:
    """How a file is to be read; each field is explained at the argument of ``ta.read`` that bears its name."""

    columns: Mapping[str, str] | None = None
    unit: str | None = None
    rate: float | Mapping[int, float] | None = None
    decimal: str | None = None
    sheet: str | None = None
    header_rows: int | Sequence[int] | None = None
    reporter: str | None = None
    flow: str | None = None
    year: Collection[int] | None = None
    rows: Mapping[str, Any] | None = None
    delimiter: str | None = None
    level: int | None = None
    drop_aggregates: bool = False
    duplicates: str | None = None
    unknown: Literal["raise", "keep"] = "raise"
    names: Mapping[str, str | None] | None = None
    codes: str | None = None
    blocs: str | None = None
    missing: str = "raise"
    negative: str = "raise"
    own_trade: bool = False
    remainder: bool = False
    periods: str | None = None
    tolerance: float = TOLERANCE
    limit: float = LIMIT
    engine: str | None = None

    def __post_init__(self) -> None:
        for argument, choices in CHOICES.items():
            if (given := getattr(self, argument)) not in choices:
                words = [repr(word) for word in choices if word is not None]
                raise TradeDataError(Text("choice_unknown", argument=argument, given=repr(given), choices=words))
        checked_rate(self.rate)
        if self.delimiter is not None and (
            len(str(self.delimiter)) != 1 or str(self.delimiter).isalnum() or self.delimiter in '"\n\r'
        ):
            raise TradeDataError(Text("delimiter_no_sign", given=repr(self.delimiter)))
        if self.rows is not None and not isinstance(self.rows, Mapping):
            raise TradeDataError(Text("rows_no_mapping", given=repr(self.rows)))
        wrong = [label for label, meaning in (self.names or {}).items() if not isinstance(meaning, (str, NoneType))]
        if wrong:
            raise TradeDataError(Text("names_no_meaning", labels=list(map(repr, wrong))))

    def given(self) -> dict[str, Any]:
        """The arguments that differ from their defaults, as a certificate records them."""
        known = {one.name: getattr(self, one.name) for one in fields(self) if one.name not in NOT_CERTIFIED}
        known["year"] = sorted(self.year) if self.year else None
        return {name: value for name, value in known.items() if value not in (None, False, "raise")}


def options_of(
    *,
    header_rows: int | Sequence[int] | None = None,
    reporter: str | int | None = None,
    year: int | Collection[int] | None = None,
    **given: Any,
) -> ReadOptions:
    """The arguments of ``ta.read``, validated."""
    return ReadOptions(
        header_rows=heading_lines(header_rows),
        reporter=reporter_code(reporter, given.get("names")),
        year=chosen_years(year),
        **given,
    )


def checked_rate(rate: object) -> None:
    """Refuse a rate that is not a positive number, or one for each year."""
    rates: Mapping[Any, Any] = rate if isinstance(rate, Mapping) else {} if rate is None else {None: rate}
    for year, one in rates.items():
        need_numbers(rate=one)
        right = 0 < float(one) < math.inf
        dated = year is None or (isinstance(year, (int, np.integer)) and not isinstance(year, bool))
        if not (right and dated):
            raise TradeDataError(Text("rate_no_rate", given=repr(rate)))
    if isinstance(rate, Mapping) and not rate:
        raise TradeDataError(Text("rate_of_no_year"))


def local_path(path: str | Path) -> Path:
    """Where a file is, with ~ for the user's home folder; nothing is fetched."""
    if "://" in str(path):
        raise fault("TA-131", "is_address", path=str(path))
    return Path(os.path.expanduser(path))


def reporter_code(reporter: str | int | None, given: Mapping[str, str | None] | None = None) -> str | None:
    """The code of the economy that ``reporter=`` names; what is no economy, such as a province, is a name.

    ``given`` is what ``names=`` says.
    """
    if reporter is None:
        return None
    if not isinstance(reporter, (str, int, np.integer)):
        raise TradeDataError(Text("reporter_not_one", given=repr(reporter)))
    said = {names.key(label): meaning for label, meaning in (given or {}).items()}.get(names.key(reporter))
    (found,) = names.resolve([reporter if said in (None, *MEANINGS) else said]).values()
    if found.code:
        return found.code
    slip = names.slip(str(reporter)) if found.kind == "unknown" and said != "keep" else None
    if slip:
        fixes = [Fix("reporter", slip, Text("means_reporter", economy=EconomyName(slip)))]
        raise fault(
            "TA-106", "reporter_slip", reporter=repr(reporter), economy=EconomyName(slip), code=slip, fixes=fixes
        )
    if found.kind == "ambiguous":
        near = [Text("economy_of", code=code, economy=EconomyName(code)) for code in found.candidates]
        raise fault("TA-106", "reporter_ambiguous", reporter=repr(reporter), near=near)
    return str(reporter).strip()


def chosen_years(year: int | Collection[int] | None) -> frozenset[int] | None:
    """The years that ``year=`` names."""
    if year is None:
        return None
    years = set(year) if isinstance(year, Iterable) and not isinstance(year, str) else {year}
    if not years or not all(isinstance(one, (int, np.integer)) for one in years):
        raise TradeDataError(Text("year_no_number", given=repr(year)))
    return frozenset(int(one) for one in years)


def absent_years(chosen: Collection[int] | None, there: Collection[int]) -> list[Finding]:
    """Years that ``year=`` names and the file does not have, beside others that it has."""
    if not (absent := sorted(set(chosen or ()) - set(there))):
        return []
    return [finding("TA-136", "years_absent", years=absent, there=sorted(there), override="warning")]


def heading_lines(header_rows: int | Sequence[int] | None) -> int | list[int] | None:
    """How many rows ``header_rows=`` says that the headings take, or which lines they are."""
    several = isinstance(header_rows, Collection) and not isinstance(header_rows, str)
    rows: list[Any] = [] if header_rows is None else [*header_rows] if several else [header_rows]  # type: ignore[misc]
    whole = all(isinstance(row, (int, np.integer)) and not isinstance(row, bool) and row > 0 for row in rows)
    if not whole or (several and not rows):
        raise TradeDataError(Text("header_rows_no_rows", given=repr(header_rows)))
    return sorted({int(row) for row in rows}) if several else int(rows[0]) if rows else None
