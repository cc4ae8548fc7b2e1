"""The audit of a table: every check at once, as a table, a page and an error."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from tradeanalysis.gate.catalogue import RULES
from tradeanalysis.gate.checks import CHECKS
from tradeanalysis.gate.context import context_of
from tradeanalysis.gate.economies import LIMIT, TOLERANCE
from tradeanalysis.gate.findings import Finding, finding, refuse
from tradeanalysis.gate.frames import open_table
from tradeanalysis.gate.profile import profile
from tradeanalysis.output.safe_texts import escape_html
from tradeanalysis.schema import PARTNER, VALUE, TradeDataError
from tradeanalysis.texts import Form, Text, say

if TYPE_CHECKING:
    from pandas import DataFrame

ORDER = {"error": 0, "warning": 1, "info": 2}


@dataclass(frozen=True)
class Audit:
    """What was found in a table, the most severe first."""

    findings: tuple[Finding, ...]
    rows: int
    value: float

    @property
    def issues(self) -> DataFrame:
        """A row per finding: ``id, severity, catches, what, rows`` (how many), ``share`` of value, ``fix``."""
        import pandas as pd

        columns = ["id", "severity", "catches", "what", "rows", "share", "fix"]
        rows = [
            (one.id, one.severity, RULES[one.id].catches, one.what, one.count, one.share, one.way_out())
            for one in self.findings
        ]
        return pd.DataFrame(rows, columns=columns).astype({"rows": "Int64", "share": "float64"})

    def raise_if_bad(self) -> None:
        """Raise one error of all findings that are errors; do nothing without any."""
        refuse(self.findings)

    def page(self, lang: str = "en", form: Form = "python") -> str:
        """All findings as text in a language; ``form="command"`` writes arguments as options of a command."""
        lines = [self._heading(lang)]
        for one in self.findings:
            lines += ["", f"{one.id} {say(one.severity, lang)}: {RULES[one.id].in_words(lang)}"]
            lines += [f"    {one.what_and_share(lang, form)}."]
            lines += [f"    {way}" for way in [one.way_out(lang, form)] if way]
        return "\n".join(lines)

    def __str__(self) -> str:
        return self.page()

    __repr__ = __str__

    def _repr_html_(self) -> str:
        rows = [
            (one.id, one.severity, one.what, "" if one.share is None else f"{one.share:.1%}", one.way_out())
            for one in self.findings
        ]
        wraps = ("nowrap", "nowrap", "normal", "nowrap", "normal")
        styles = [f"text-align:left;vertical-align:top;padding-right:1em;white-space:{wrap}" for wrap in wraps]
        body = "".join(f"<tr>{''.join(map(_cell, styles, row))}</tr>" for row in rows)
        heads = "".join(map(_cell, styles, ("rule", "severity", "what", "of value", "fix")))
        table = f"<table><thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table>" if rows else ""
        return f"<div><p>{escape_html(self._heading())}</p>{table}</div>"

    def _heading(self, lang: str = "en") -> str:
        count = {kind: sum(one.severity == kind for one in self.findings) for kind in ORDER}
        counts = [Text(f"count_{kind}", n=n) for kind, n in count.items() if n]
        key = "audit_head" if counts else "audit_nothing"
        return Text(key, rows=self.rows, value=self.value, counts=counts).say(lang)


def _cell(style: str, text: str) -> str:
    return f'<td style="{style}">{escape_html(text)}</td>'


def audit_table(
    table: Any,
    *,
    over: str = PARTNER,
    value: str = VALUE,
    by: str | Iterable[str] | None = None,
    columns: dict[str, str] | None = None,
    unknown: Literal["raise", "keep"] = "raise",
    tolerance: float = TOLERANCE,
    limit: float = LIMIT,
) -> Audit:
    """All faults of a table at once: see ``ta.audit``."""
    if unknown not in ("raise", "keep"):
        choices = ["'raise'", "'keep'"]
        raise TradeDataError(Text("choice_unknown", argument="unknown", given=repr(unknown), choices=choices))
    if not 0 <= tolerance <= limit:
        raise TradeDataError(Text("tolerance_no_share", tolerance=repr(tolerance), limit=repr(limit)))
    frame = open_table(table, (columns or {}).values(), (columns or {}).get(VALUE, value), overlaps=True)
    if columns:
        ours = set(columns)
        taken = [
            theirs for theirs in frame.collect_schema().names() if theirs in ours and theirs not in columns.values()
        ]
        frame = frame.drop(*taken).rename({theirs: mine for mine, theirs in columns.items()})
        value = VALUE if VALUE in columns else value
    further = [by] if isinstance(by, str) else list(by or ())
    open_table(frame.to_native(), [over, *further], value, overlaps=True)
    with np.errstate(over="ignore", invalid="ignore"):  # a sum that leaves float64 is a finding
        counted = profile(frame, value, [over, *further])
        if not counted.rows:
            return Audit((finding("TA-122", "no_rows"),), 0, 0.0)
        seen = context_of(counted, over, unknown, tolerance, limit)
        found = sorted((one for check in CHECKS for one in check(seen)), key=lambda one: (ORDER[one.severity], one.id))
        return Audit(tuple(found), counted.rows, float(counted.cells["value"].sum()))
