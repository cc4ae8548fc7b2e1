"""What was found: the rule, the rows it stands in, the share of value it touches, and how to fix it."""

from __future__ import annotations

import itertools
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence, Sized
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from tradeanalysis.gate.catalogue import RULES, Severity
from tradeanalysis.schema import TradeDataError, TradeDataWarning
from tradeanalysis.texts import Few, Form, Text, as_argument, catalogue, option_named, percent, said, say


@dataclass(frozen=True)
class Fix:
    """One way out of a fault: an argument of ``ta.read``, its whole value, and what it does to this table.

    ``safe`` says that it cannot change an index of what remains, or that it is the only reading of the table.
    """

    argument: str
    value: Any
    effect: str
    safe: bool = False

    def sentence(self, lang: str = "en", form: Form = "python") -> str:
        """The argument, or the option of a command, with its effect."""
        argument = as_argument(self.argument, self.value, form)
        if form == "command" and self.value in (None, False):  # a command has an option, or has it not
            argument = say("without_option", lang, option=option_named(self.argument))
        return f"{argument} {said(self.effect, lang, form)}"


@dataclass(frozen=True)
class Finding:
    """One fault found: the rule, what and where it is, the share of value touched, and the ways out.

    ``count`` is the number of rows, ``rows`` their numbers where the table has an order, ``labels`` what stands there.
    ``fixes`` are ways out as arguments of ``ta.read``; ``fix`` says in words what to do, in the file or with it.
    """

    id: str
    what: str
    fix: str = ""
    share: float | None = None
    rows: tuple[int, ...] = ()
    count: int | None = None
    # How severe it is, where that differs from the rule's word.
    override: Severity | None = None
    labels: tuple[str, ...] = ()
    fixes: tuple[Fix, ...] = ()

    @property
    def severity(self) -> Severity:
        """How severe it is: ``"error"``, ``"warning"`` or ``"info"``."""
        return self.override or RULES[self.id].severity

    @property
    def what_key(self) -> str:
        """The key of what was found in the catalogues; empty where it is not of these."""
        return self.what.key if isinstance(self.what, Text) else ""

    def sentence(self, lang: str = "en", form: Form = "python") -> str:
        """What was found and what to do about it; ``form="command"`` writes arguments as options of a command."""
        return " ".join(filter(None, [f"{self.what_and_share(lang, form)}.", self.way_out(lang, form)]))

    def what_and_share(self, lang: str = "en", form: Form = "python") -> str:
        """What was found, and the share of value that it touches."""
        what = said(self.what, lang, form)
        return what if self.share is None else say("of_value", lang, what=what, share=percent(self.share, lang))

    def way_out(self, lang: str = "en", form: Form = "python") -> str:
        """What to do about it: words of advice, and the fixes with their effects; empty where nothing is to do."""
        ways = [fix.sentence(lang, form) for fix in self.fixes]
        return " ".join(filter(None, [said(self.fix, lang, form), _ways(ways, lang)]))

    def __str__(self) -> str:
        return self.line()

    def line(self, lang: str = "en", form: Form = "python") -> str:
        """The sentence after the rule and its severity, as errors and warnings print it."""
        return f"{self.id} [{say(self.severity, lang)}] {self.sentence(lang, form)}"


def _ways(ways: list[str], lang: str) -> str:
    return say("ways_out", lang, ways="; ".join(ways)) if ways else ""


def finding(
    id: str,
    key: str,
    *,
    fixes: Iterable[Fix] = (),
    labels: Iterable[object] = (),
    share: float | None = None,
    override: Severity | None = None,
    **values: Any,
) -> Finding:
    """A finding in the words of a key of the catalogues; what to do stands under the key with ``_fix``, if anywhere."""
    what, fix = in_words(key, **values)
    return Finding(
        id,
        what,
        fix,
        share,
        override=override,
        labels=tuple(map(str, labels)),
        fixes=tuple(fixes),
    )


def in_words(key: str, **values: Any) -> tuple[str, str]:
    """What a fault is, and what to do about it; empty where the catalogues say nothing of that."""
    return Text(key, **values), Text(f"{key}_fix", **values) if f"{key}_fix" in catalogue("en") else ""


def fault(
    id: str, key: str, *, fixes: Iterable[Fix] = (), labels: Iterable[object] = (), **values: Any
) -> TradeDataError:
    """The error of one finding, to be raised."""
    error = error_of([finding(id, key, fixes=fixes, labels=labels, override="error", **values)])
    assert error is not None
    return error


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


def listed_share(attrs: Mapping[Any, Any]) -> float | None:
    """The share of its own total that a table's rows hold, where its certificate says that it is not all of it."""
    share = (attrs.get("certificate") or {}).get("listed_share")
    return None if share is None or share >= 1 - SLACK else float(share)


def warn_if_listed_in_part(attrs: Mapping[Any, Any], stacklevel: int) -> None:
    """Warn where a table lists only some of its partners, the largest most often."""
    if (share := listed_share(attrs)) is not None:
        warn([finding("TA-114", "only_some_listed", held=share, override="warning")], stacklevel=stacklevel + 1)
    elif (attrs.get("certificate") or {}).get("only_largest"):
        warn([finding("TA-114", "only_largest_listed", override="warning")], stacklevel=stacklevel + 1)


# A gap between the rows and their total that is rounding, or trade that a source keeps secret.
SLACK = 0.01
# Where more than this is not allocated to a partner, an answer of the rest is warned of.
UNALLOCATED_NOTED = 0.01
# Values that no index can be computed from: the rule, and the word for it (``value_negative`` in the catalogues).
FAULTY = (("TA-101", "negative"), ("TA-102", "missing"), ("TA-103", "infinite"))


def value_faults(x: npt.NDArray[np.float64]) -> Iterator[tuple[str, str, npt.NDArray[np.bool_]]]:
    """What no index can be computed from: the rule, what it is, and where it is."""
    for (id, what), bad in zip(FAULTY, (x < 0, np.isnan(x), np.isinf(x)), strict=True):
        if bad.any():
            yield id, what, bad


def share_of(bad: npt.NDArray[np.bool_], x: npt.NDArray[np.float64]) -> float | None:
    """The share of the absolute value that the marked cells hold; None where they hold no number."""
    if not bad.any():
        return None
    size = np.abs(np.where(np.isfinite(x), x, 0.0))
    if not (largest := float(size.max(initial=0.0))) > 0:
        return None
    size = np.ldexp(size, -int(np.frexp(largest)[1]))  # by a power of two, so that no sum overflows
    touched = float(size[bad].sum())
    return touched / float(size.sum()) if touched > 0 else None


def in_rows(
    id: str,
    key: str,
    bad: npt.NDArray[np.bool_],
    x: npt.NDArray[np.float64],
    *,
    numbers: npt.NDArray[np.intp] | None = None,
    where: str = "row",
    counts: npt.NDArray[np.intp] | None = None,
    fixes: Iterable[Fix] = (),
    labels: Iterable[object] = (),
    **values: Any,
) -> Finding:
    """A finding on rows of a table, counted from 0, or by their numbers in a file (``where``: its lines, records).

    ``counts`` are the rows of the file that each row of the table stands for, where it stands for several.
    """
    what, fix = in_words(key, **values)
    rows: list[int] = []
    if counts is None:
        rows = (np.flatnonzero(bad) if numbers is None else numbers[bad]).tolist()
    count = len(rows) if counts is None else int(counts[bad].sum())
    return Finding(
        id,
        rows_with(count, what, where, rows),
        fix,
        share_of(bad, x),
        tuple(rows),
        count,
        labels=tuple(map(str, labels)),
        fixes=tuple(fixes),
    )


def rows_with(count: int, what: str, where: str, rows: Sequence[int]) -> Text:
    """So many rows with something, by their numbers; one number once, though several rows may come from one line."""
    once = [int(row) for row in dict.fromkeys(rows)]
    if not once:
        return Text("rows_with", count=count, what=what)
    # Years side by side make several rows of one line, which is counted once.
    lines = len(once) if len(rows) == count else count
    return Text("rows_with_numbers", count=lines, what=what, numbers=numbered(where, once))


def numbered(where: str, rows: Sequence[int]) -> Text:
    """Rows by their numbers, after the word for what these count: a row, a line, a record."""
    return Text("numbered", place=Text(f"{where}_number{'s' * (len(rows) != 1)}"), rows=list(rows))


def row_said(where: str, row: int, text: str) -> Text:
    """A row by its number, with what stands in it."""
    return Text("row_said", place=Text(f"{where}_number"), row=row, text=repr(text))


def listing(items: Iterable[object], most: int = 5, of: int | None = None) -> Text:
    """The first few items and how many more there are, for an error message; ``of`` is how many, if these are a few."""
    rest = iter(items)
    words = [str(item) for item in itertools.islice(rest, most)]
    count = of if of is not None else len(items) if isinstance(items, Sized) else len(words) + sum(1 for _ in rest)
    return Text("listed", items=Few(words, count))
