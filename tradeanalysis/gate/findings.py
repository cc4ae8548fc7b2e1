"""What was found: the rule, the rows it stands in, the share of value it touches, and how to fix it."""

from __future__ import annotations

import itertools
import warnings
from collections.abc import Iterable, Iterator, Sized
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tradeanalysis.gate.catalogue import RULES, Severity
from tradeanalysis.schema import TradeDataError, TradeDataWarning


@dataclass(frozen=True)
class Finding:
    """One fault found: the rule, a sentence on what and where, the share of value touched, and how to fix it.

    ``count`` is the number of rows, ``rows`` their numbers where the table has an order.
    """

    id: str
    what: str
    fix: str
    share: float | None = None
    rows: tuple[int, ...] = ()
    count: int | None = None
    # How severe it is, where that differs from the rule's word.
    override: Severity | None = None

    @property
    def severity(self) -> Severity:
        """How severe it is."""
        return self.override or RULES[self.id].severity

    def __str__(self) -> str:
        touched = "" if self.share is None else f"; {self.share:.1%} of value"
        fix = f" {self.fix}" if self.fix else ""
        return f"{self.id} [{self.severity}] {self.what}{touched}.{fix}"


def error_of(findings: Iterable[Finding]) -> TradeDataError | None:
    """One error of all findings that are errors, of their own kind where they are of one kind; None without any."""
    found = tuple(finding for finding in findings if finding.severity == "error")
    if not found:
        return None
    kinds = {RULES[finding.id].error for finding in found}
    kind = kinds.pop() if len(kinds) == 1 else TradeDataError
    error = kind("\n".join(map(str, found)))
    error.findings = found
    return error


def refuse(findings: Iterable[Finding]) -> None:
    """Raise the error of these findings, where there is one."""
    if error := error_of(findings):
        raise error


def warn(findings: Iterable[Finding], stacklevel: int) -> None:
    """Warn once of all findings that are warnings."""
    found = tuple(finding for finding in findings if finding.severity == "warning")
    if found:
        warning = TradeDataWarning("\n".join(map(str, found)))
        warning.findings = found
        warnings.warn(warning, stacklevel=stacklevel + 1)


# Values that no index can be computed from: the rule, the word for it, and how to fix it.
FAULTY = (
    ("TA-101", "negative", "Net out returns, or leave these out and say so."),
    ("TA-102", "missing", "Leave out what was not reported; write 0 where there was no trade."),
    ("TA-103", "infinite", "Look for a division by zero in what made these values."),
)


def value_faults(x: npt.NDArray[np.float64]) -> Iterator[tuple[str, str, npt.NDArray[np.bool_], str]]:
    """What no index can be computed from: the rule, what it is, where it is, and how to fix it."""
    for (id, what, fix), bad in zip(FAULTY, (x < 0, np.isnan(x), np.isinf(x)), strict=True):
        if bad.any():
            yield id, what, bad, fix


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
    fix: str,
    *,
    numbers: npt.NDArray[np.intp] | None = None,
    where: str = "row",
    counts: npt.NDArray[np.intp] | None = None,
) -> Finding:
    """A finding on rows of a table, counted from 0, or by their numbers in a file (``where``: its lines, records).

    ``counts`` are the rows of the file that each row of the table stands for, where it stands for several.
    """
    if counts is not None:
        count = int(counts[bad].sum())
        return Finding(id, f"{rows_with(count)} {what}", fix, share_of(bad, x), (), count)
    rows = np.flatnonzero(bad) if numbers is None else numbers[bad]
    words = f"{rows_with(len(rows))} {what} ({numbered(where, rows.tolist())})"
    return Finding(id, words, fix, share_of(bad, x), tuple(rows.tolist()), len(rows))


def with_article(word: str) -> str:
    """A word after "a" or "an"."""
    return f"{'an' if word[0] in 'aeiou' else 'a'} {word}"


def rows_with(count: int) -> str:
    """So many rows with."""
    return f"{count:,} row{'' if count == 1 else 's'} with"


def numbered(where: str, rows: Iterable[int]) -> str:
    """Rows by their numbers; one number once, though several rows of a table may come from one of a file."""
    once = list(dict.fromkeys(rows))
    return f"{where}{'' if len(once) == 1 else 's'} {listing(once)}"


def listing(items: Iterable[object], most: int = 5, of: int | None = None) -> str:
    """The first few items and how many more there are, for an error message; ``of`` is how many, if these are a few."""
    rest = iter(items)
    words = [str(item) for item in itertools.islice(rest, most)]
    count = of if of is not None else len(items) if isinstance(items, Sized) else len(words) + sum(1 for _ in rest)
    more = f" and {count - most} more" if count > most else ""
    return ", ".join(words) + more
