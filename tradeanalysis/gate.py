"""Every fault of a table: its id, the rows it stands in, the share of value it touches, and the mend."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tradeanalysis.schema import (
    AggregateRowError,
    CountryError,
    SchemaError,
    TradeDataError,
    UnitError,
)


@dataclass(frozen=True)
class Rule:
    """What a check catches, and the error that it ends in."""

    id: str
    catches: str
    error: type[TradeDataError] = TradeDataError


RULES = {
    rule.id: rule
    for rule in (
        Rule("TA-101", "a negative value"),
        Rule("TA-102", "a missing value"),
        Rule("TA-103", "an infinite value"),
        Rule("TA-104", "a total or a bloc among the partners", AggregateRowError),
        Rule("TA-105", "a row without a partner, reporter or other key"),
        Rule("TA-106", "a country name that is unknown or ambiguous", CountryError),
        Rule("TA-107", "several rows for one cell, from transport mode, customs procedure or second partner"),
        Rule("TA-108", "product codes of several levels in one table"),
        Rule("TA-109", "values whose unit is not known", UnitError),
        Rule("TA-110", "a column that is missing, or a layout that is not known", SchemaError),
        Rule("TA-111", "a flow that is neither exports nor imports, or is no word for one"),
        Rule("TA-112", "a number or a year that cannot be read with certainty"),
    )
}


@dataclass(frozen=True)
class Finding:
    """One fault found: the rule, a sentence on what and where, the share of value touched, and the mend."""

    id: str
    what: str
    mend: str
    share: float | None = None
    rows: tuple[int, ...] = ()

    def __str__(self) -> str:
        touched = "" if self.share is None else f"; {self.share:.1%} of value"
        return f"{self.id} [error] {self.what}{touched}. {self.mend}"


def refuse(findings: Iterable[Finding]) -> None:
    """Raise one error that tells all findings, of their own kind where they are of one kind."""
    found = list(findings)
    if not found:
        return
    kinds = {RULES[finding.id].error for finding in found}
    error = kinds.pop() if len(kinds) == 1 else TradeDataError
    raise error("\n".join(str(finding) for finding in found))


def value_faults(x: npt.NDArray[np.float64]) -> Iterator[tuple[str, str, npt.NDArray[np.bool_], str]]:
    """What no index can be computed from: the rule, what it is, where it is, and the mend."""
    for id, what, bad, mend in (
        ("TA-101", "negative", x < 0, "Net out returns, or leave these out and say so."),
        ("TA-102", "missing", np.isnan(x), "Leave out what was not reported; write 0 where there was no trade."),
        ("TA-103", "infinite", np.isinf(x), "Look for a division by zero in what made these values."),
    ):
        if bad.any():
            yield id, what, bad, mend


def share_of(bad: npt.NDArray[np.bool_], x: npt.NDArray[np.float64]) -> float | None:
    """The share of the absolute value that the marked cells hold; None where they hold no number."""
    size = np.abs(np.where(np.isfinite(x), x, 0.0))
    touched = float(size[bad].sum())
    return touched / float(size.sum()) if touched > 0 else None


def in_rows(
    id: str,
    what: str,
    bad: npt.NDArray[np.bool_],
    x: npt.NDArray[np.float64],
    mend: str,
    *,
    numbers: npt.NDArray[np.intp] | None = None,
    where: str = "row",
) -> Finding:
    """A finding on rows of a table, counted from 0, or by their numbers in a file (``where``: its lines, records)."""
    rows = np.flatnonzero(bad) if numbers is None else numbers[bad]
    one = "" if len(rows) == 1 else "s"
    told = f"{len(rows):,} row{one} with {what} ({where}{one} {listing(rows)})"
    return Finding(id, told, mend, share_of(bad, x), tuple(rows.tolist()))


def listing(items: Iterable[object], most: int = 5) -> str:
    """The first few items and how many more there are, for an error message."""
    words = [str(item) for item in items]
    more = f" and {len(words) - most} more" if len(words) > most else ""
    return ", ".join(words[:most]) + more
