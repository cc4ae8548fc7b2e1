"""The audit of a table: every check at once, as a table, a page and an error."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from tradeanalysis.gate.catalogue import RULES
from tradeanalysis.gate.checks import CHECKS
from tradeanalysis.gate.context import context_of
from tradeanalysis.gate.economies import LIMIT, TOLERANCE
from tradeanalysis.gate.findings import Finding, finding, refuse
from tradeanalysis.gate.frames import open_table
from tradeanalysis.gate.profile import profile
from tradeanalysis.output.writers import escape_html
from tradeanalysis.schema import PARTNER, VALUE, TradeDataError

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
            (one.id, one.severity, RULES[one.id].catches, one.what, one.count, one.share, one.fix)
            for one in self.findings
        ]
        return pd.DataFrame(rows, columns=columns).astype({"rows": "Int64", "share": "float64"})

    def raise_if_bad(self) -> None:
        """Raise one error of all findings that are errors; do nothing without any."""
        refuse(self.findings)

    def __str__(self) -> str:
        lines = [self._heading()]
        for one in self.findings:
            touched = "" if one.share is None else f"; {one.share:.1%} of value"
            lines += ["", f"{one.id} {one.severity}: {RULES[one.id].catches}", f"    {one.what}{touched}."]
            lines += [f"    {one.fix}"] if one.fix else []
        return "\n".join(lines)

    __repr__ = __str__

    def _repr_html_(self) -> str:
        rows = [
            (one.id, one.severity, one.what, "" if one.share is None else f"{one.share:.1%}", one.fix)
            for one in self.findings
        ]
        wraps = ("nowrap", "nowrap", "normal", "nowrap", "normal")
        styles = [f"text-align:left;vertical-align:top;padding-right:1em;white-space:{wrap}" for wrap in wraps]
        body = "".join(f"<tr>{''.join(map(_cell, styles, row))}</tr>" for row in rows)
        heads = "".join(map(_cell, styles, ("rule", "severity", "what", "of value", "fix")))
        table = f"<table><thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table>" if rows else ""
        return f"<div><p>{escape_html(self._heading())}</p>{table}</div>"

    def _heading(self) -> str:
        count = {kind: sum(one.severity == kind for one in self.findings) for kind in ORDER}
        counts = [f"{n} {kind}{'s' * (n != 1 and kind != 'info')}" for kind, n in count.items() if n]
        return f"{self.rows:,} rows, value {self.value:,.6g}: {', '.join(counts) or 'nothing found'}"


def _cell(style: str, text: str) -> str:
    return f'<td style="{style}">{escape_html(text)}</td>'


def audit(
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
    r"""Look for everything in a trade table that makes a wrong number, and report all of it at once.

    The table stays where it is: an engine counts it by its keys (reporter, partner, flow, year), by product, and for
    cells that stand several times; every check looks at these counts. ``ta.rules()`` lists what is looked for.

    Parameters
    ----------
    table
        A dataframe of pandas, Polars (eager or lazy), PyArrow, DuckDB or PySpark. Beside the columns of a trade table
        it may have ``period``, ``unit``, ``source`` (reports, mirror data), ``valuation`` (FOB, CIF),
        ``nomenclature`` (HS 2017), ``reporter_name`` and ``partner_name``: each is checked.
    over
        The axis that is to be measured; on another than partners blocs may stand, if no two share members.
    value
        The column of values.
    by
        Further columns that distinguish rows, such as a province.
    columns
        Our columns and how the table calls them, ``{"partner": "importer", "value": "value_usd"}``.
    unknown
        ``"keep"`` accepts labels that are not known countries as markets of your own.
    tolerance, limit
        The gap to a World row, :math:`|\sum_j x_j / x_W - 1|`, above which it is reported and above which it is an
        error; ``tolerance`` also for products and their parts.

    Returns
    -------
    An audit: print it, or take its ``issues`` (a dataframe), its ``findings`` (whose ``rows`` number the rows of a
    table in memory from 0), or let it ``raise_if_bad()``.

    Raises
    ------
    SchemaError
        A column is missing.

    Notes
    -----
    It does not see what a single table cannot show: a partner that is missing without a World row, or a unit that is
    wrong everywhere. The order of rows plays no part.

    References
    ----------
    The faults are those of the catalogue in docs/gate.md.

    Examples
    --------
    >>> import pandas as pd
    >>> import tradeanalysis as ta
    >>> table = pd.DataFrame({"partner": ["USA", "CHN", "World"], "value": [30.0, 20.0, 60.0]})
    >>> found = ta.audit(table)
    >>> found.issues[["id", "severity", "rows"]].values.tolist()
    [['TA-104', 'error', 1], ['TA-114', 'error', <NA>]]
    >>> print(found)
    3 rows, value 110: 2 errors
    <BLANKLINE>
    TA-104 error: a total or a bloc among the partners
        1 row with an aggregate as partner, 'World' (row 2); 54.5% of value.
        Leave them out: with ta.read(..., drop_aggregates=True), or by a filter.
    <BLANKLINE>
    TA-114 error: partners that do not add up to the World row
        the partners of 1 of 1 groups do not add up to their World row: the table by -16.7%; 100.0% of value.
        Partners are missing or count twice. tolerance= and limit= set what is allowed.
    """
    if unknown not in ("raise", "keep"):
        raise TradeDataError(f'unknown={unknown!r}: choose from "raise", "keep"')
    if not 0 <= tolerance <= limit:
        raise TradeDataError(
            f"tolerance={tolerance!r}, limit={limit!r}: shares of the World row, the first the smaller"
        )
    frame = open_table(table, (columns or {}).values(), (columns or {}).get(VALUE, value))
    if columns:
        ours = set(columns)
        taken = [
            theirs for theirs in frame.collect_schema().names() if theirs in ours and theirs not in columns.values()
        ]
        frame = frame.drop(*taken).rename({theirs: mine for mine, theirs in columns.items()})
        value = VALUE if VALUE in columns else value
    further = [by] if isinstance(by, str) else list(by or ())
    open_table(frame.to_native(), [over, *further], value)
    counted = profile(frame, value, [over, *further])
    if not counted.rows:
        return Audit((finding("TA-122", "no_rows"),), 0, 0.0)
    seen = context_of(counted, over, unknown, tolerance, limit)
    found = sorted((one for check in CHECKS for one in check(seen)), key=lambda one: (ORDER[one.severity], one.id))
    return Audit(tuple(found), counted.rows, float(counted.cells["value"].sum()))
