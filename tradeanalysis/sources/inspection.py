"""``ta.inspect``: what a file holds, what it would be read as, what is wrong with it, and the ways out."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import narwhals as nw
import numpy as np
import pandas as pd
from narwhals.typing import IntoFrame

from tradeanalysis.gate.economies import LIMIT, TOLERANCE
from tradeanalysis.gate.findings import Finding
from tradeanalysis.gate.report import ORDER, Audit, audit_table
from tradeanalysis.output.safe_texts import escape_html
from tradeanalysis.parameters import need_numbers
from tradeanalysis.schema import COLUMNS, FLOW, PARTNER, PERIOD, VALUE, YEAR, TradeDataError, TradeDataWarning
from tradeanalysis.sources.columns.headings import OURS, in_quotes
from tradeanalysis.sources.columns.reading import Reading, loaded, recognise_layout
from tradeanalysis.sources.lazy.lazy_tables import lazy_files
from tradeanalysis.sources.load import load, source_of
from tradeanalysis.sources.options import ReadOptions, options_of
from tradeanalysis.sources.raw import ROLE, Raw
from tradeanalysis.sources.reader import read
from tradeanalysis.sources.steps import STEPS
from tradeanalysis.texts import Amount, Form, Text, as_argument, layout_name, said, say

# So many rows of a file are shown, on a page that has room, and so many characters of a cell.
SHOWN, ON_PAGE, WIDE = 8, 12, 40


@dataclass(frozen=True, repr=False)
class Inspection(Audit):
    """What ``ta.inspect`` saw: print it, look at its ``findings``, apply their fixes by ``with_``, then ``read``.

    ``preview`` has the first rows as text; ``layout`` is the name of the layout, None where it is not known;
    ``columns`` are our columns and what the file calls them; ``proposed`` are arguments of ``ta.read`` that titles and
    headings state, and that are not taken unless they are given; ``findings`` are all faults, the most severe first.
    """

    source: Any
    options: Mapping[str, Any]
    preview: pd.DataFrame
    layout: str | None
    columns: dict[str, str]
    proposed: dict[str, Any]
    currency: str | None = "USD"
    # What was left out and done on the way, in words.
    notes: tuple[str, ...] = ()
    # For a page that shows the file: its first rows under its own headings, the role of each, how many rows there are,
    # and which of our columns were found.
    first: pd.DataFrame = field(default_factory=pd.DataFrame)
    roles: tuple[str, ...] = ()
    total_rows: int = 0
    known: frozenset[str] = frozenset()
    # What titles and headings state, whatever was given.
    stated: Mapping[str, Any] = field(default_factory=dict)
    # The rows above the headings, each with its number and cells; None where ``header_rows=`` chooses none.
    above: tuple[tuple[int, tuple[str, ...]], ...] | None = None

    @property
    def ready(self) -> bool:
        """Whether the file can be read as it stands, with these options."""
        return not any(one.severity == "error" for one in self.findings)

    def read(self) -> IntoFrame:
        """The trade table, as ``ta.read`` gives it with these options."""
        table: IntoFrame = read(self.source, **self.options)
        return table

    def with_(self, **options: Any) -> Inspection:
        """The inspection of the same source with these options beside those that were given."""
        return inspect(self.source, **{**self.options, **options})

    def sentence(self, lang: str = "en") -> str:
        """Whether the file can be read as it stands."""
        return self._end(lang)

    def page(self, lang: str = "en", form: Form = "python") -> str:
        """All of it as text in a language; ``form="command"`` writes arguments as options of a command."""
        return "\n".join(line for _, lines in self._parts(lang, form) for line in [*lines, ""]).rstrip()

    def _repr_html_(self) -> str:
        body = ""
        for kind, lines in self._parts("en", "python"):
            if kind == "table":
                body += self._rows("en").to_html(index=True, border=0)
            else:
                body += "".join(f"<p>{escape_html(line)}</p>" for line in lines)
        return f"<div>{body}</div>"

    def _parts(self, lang: str, form: Form) -> list[tuple[str, list[str]]]:
        """The parts of the page, each with its lines."""
        parts = [("head", [self._head(lang)])]
        if len(self.preview):
            parts.append(("table", self._rows(lang).to_string().split("\n")))
        if self.columns:
            parts.append(("columns", [say("inspect_columns", lang, pairs=", ".join(self._pairs(lang)))]))
        if self.proposed:
            given = ", ".join(as_argument(name, value, form) for name, value in self.proposed.items())
            parts.append(("proposed", [say("inspect_proposed", lang, proposals=given)]))
        if self.notes:
            parts.append(("notes", [f"- {said(note, lang, form)}" for note in self.notes]))
        parts += [(one.severity, _of_finding(one, lang, form)) for one in self.findings]
        return [*parts, ("end", [self._end(lang)])]

    def _head(self, lang: str) -> str:
        name = Path(self.source).name if isinstance(self.source, (str, Path)) else self.options.get("name")
        layout = say("inspect_unknown_layout", lang) if self.layout is None else layout_name(self.layout, lang)
        return say("inspect_head", lang, source=name or say("inspect_table", lang), layout=layout)

    def _pairs(self, lang: str) -> list[str]:
        return [
            f"{say(f'column_{ours}', lang)} = {said(in_quotes(theirs), lang)}" for ours, theirs in self.columns.items()
        ]

    def _rows(self, lang: str) -> pd.DataFrame:
        """The first rows, headings of ours in the language."""
        if not OURS.keys() & {*self.preview.columns}:
            return self.preview
        made = {one: f"column_{one}" for one in (YEAR, PERIOD, FLOW)} | OURS
        return self.preview.rename(columns=lambda name: say(made[name], lang) if name in made else name)

    def _end(self, lang: str) -> str:
        errors = sum(one.severity == "error" for one in self.findings)
        if errors:
            return Text("inspect_not_ready", errors=errors).say(lang)
        return Text("inspect_ready", rows=self.rows, value=Amount(self.value, self.currency)).say(lang)


def _of_finding(one: Finding, lang: str, form: Form) -> list[str]:
    """A finding and its ways out, a line each."""
    bare = Finding(one.id, one.what, one.fix, one.share, override=one.override)
    return [bare.line(lang, form), *(f"    {fix.sentence(lang, form)}" for fix in one.fixes)]


def inspect(source: Any, **options: Any) -> Inspection:
    r"""What a file holds, what it would be read as, all that is wrong with it, and the ways out; nothing raises.

    Parameters
    ----------
    source
        What ``ta.read`` takes: a path, the bytes of a file or an open binary file (with ``name=``), a dataframe.
    **options
        The arguments of ``ta.read``.

    Returns
    -------
    An inspection: print it; ``findings`` with their ``fixes``, each an argument of ``ta.read``; ``ready``, ``read()``.

    Raises
    ------
    TradeDataError
        An argument is wrong in itself. Whatever is wrong with the file is a finding.

    Notes
    -----
    Faults that hide others are found first: after a fix there may be new ones. It cannot see a value that is wrong in
    the file itself.

    Examples
    --------
    >>> import tradeanalysis as ta
    >>> seen = ta.inspect(b"partner,value\nUSA,30\nChina,20\nWorld,50\n", name="trade.csv")
    >>> seen.ready, [(one.id, fix.argument, fix.value) for one in seen.findings for fix in one.fixes]
    (False, [('TA-104', 'drop_aggregates', True)])
    >>> seen.with_(drop_aggregates=True).read()
      partner  value
    0     USA   30.0
    1     CHN   20.0
    """
    if hasattr(source, "read") and not isinstance(source, (str, Path)):
        options = {"name": options.get("name") or Path(str(getattr(source, "name", "bytes"))).name, **options}
        source = source.read()
    given = options_of(**{name: value for name, value in options.items() if name != "name"})
    if isinstance(source, (str, Path)) and (lazy := _of_lazy(source, given, options)):
        return lazy
    raw: Raw | None = None
    reading: Reading | None = None
    found: tuple[Finding, ...] = ()
    done: list[Any] = []
    try:
        raw = load(source_of(source, options.get("name")), given)
        reading = loaded(raw)
        for step in STEPS:
            step(reading, given)
            done.append(step)
    except TradeDataError as error:
        found = findings_of(error)
    seen = () if reading is None else tuple(one for one in reading.findings if one not in found)
    findings = sorted((*found, *seen), key=lambda one: ORDER[one.severity])
    held = _held(reading)
    first, roles, total_rows = _first(raw)
    return Inspection(
        tuple(findings),
        0 if reading is None else len(reading.table),
        held.value,
        source,
        options,
        _preview(raw),
        *(_layout(reading) if recognise_layout in done and reading else (None, {})),
        _proposed(raw, reading, options),
        held.currency,
        () if reading is None else _notes(reading),
        first,
        roles,
        total_rows,
        frozenset() if reading is None else frozenset(map(str, reading.table.columns)),
        {} if raw is None else dict(raw.stated),
        None if raw is None else raw.above,
    )


def _first(raw: Raw | None) -> tuple[pd.DataFrame, tuple[str, ...], int]:
    """The first rows under the headings of the file, numbers as they are; the role of each, and how many there are."""
    if raw is None:
        return pd.DataFrame(), (), 0
    head = raw.cells.head(ON_PAGE)
    roles = tuple(map(str, head[ROLE])) if ROLE in head else ("",) * len(head)
    head = head.drop(columns=ROLE, errors="ignore")
    numbers = head.map(lambda cell: isinstance(cell, (int, float)) and cell == cell)
    shown = _as_text(head).mask(numbers, head).rename(columns=raw.written)
    return shown, roles, len(raw.cells)


def findings_of(error: TradeDataError) -> tuple[Finding, ...]:
    """The findings of an error; an error without any is one itself."""
    what = error.args[0] if error.args and isinstance(error.args[0], str) else str(error)
    return error.findings or (Finding("TA-110", what, override="error"),)


def _of_lazy(source: str | Path, given: ReadOptions, options: Mapping[str, Any]) -> Inspection | None:
    """The inspection of a folder or file that is not read into memory; None for any other source."""
    found: list[Finding] = []
    try:
        place = source_of(source)
        if not (isinstance(place, Path) and lazy_files(place, given)):
            return None
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always", TradeDataWarning)
            table = nw.from_native(read(source, **options))
        for one in caught:
            found += getattr(one.message, "findings", ())
    except TradeDataError as error:
        nothing = pd.DataFrame()
        return Inspection(findings_of(error), 0, 0.0, source, options, nothing, None, {}, {})
    head = table.head(SHOWN)
    head = head.collect() if isinstance(head, nw.LazyFrame) else head
    columns = {one: one for one in table.collect_schema().names() if one in COLUMNS}
    seen = audit_table(table.to_native())
    findings = tuple(sorted({*found, *seen.findings}, key=lambda one: (ORDER[one.severity], one.id)))
    preview = _as_text(head.to_pandas())
    return Inspection(findings, seen.rows, seen.value, source, options, preview, "Parquet", columns, {})


def _preview(raw: Raw | None) -> pd.DataFrame:
    return pd.DataFrame() if raw is None else _as_text(raw.cells.head(SHOWN).drop(columns=ROLE, errors="ignore"))


def _as_text(rows: pd.DataFrame) -> pd.DataFrame:
    """The first rows as text, long cells cut."""
    return rows.map(lambda cell: "" if pd.isna(cell) else " ".join(str(cell).split())[:WIDE])


def _layout(reading: Reading) -> tuple[str | None, dict[str, str]]:
    """The name of the layout, and our columns with what the file calls them."""
    layout, there = reading.layout, set(reading.raw.cells.columns)
    found = {ours: next((one for one in names if one in there), None) for ours, names in layout.columns.items()}
    values = next((heading for heading in layout.values if heading in there), None)
    pairs = {**found, VALUE: values}
    return layout.name, {ours: reading.raw.written.get(one, one) for ours, one in pairs.items() if one is not None}


def _proposed(raw: Raw | None, reading: Reading | None, options: Mapping[str, Any]) -> dict[str, Any]:
    """What titles state and the file's columns do not."""
    if raw is None:
        return {}
    columns = set() if reading is None else set(reading.table.columns)
    return {name: value for name, value in raw.stated.items() if options.get(name) is None and name not in columns}


def _held(reading: Reading | None) -> Amount:
    """What the rows hold; nothing is known where the cells of a column "value" are still text."""
    if reading is None or VALUE not in reading.table or not pd.api.types.is_numeric_dtype(reading.table[VALUE]):
        return Amount(0.0)
    values = reading.table[VALUE].to_numpy(dtype=np.float64, na_value=np.nan)
    with np.errstate(over="ignore"):
        return reading.amount(float(values[np.isfinite(values)].sum()))


def _notes(reading: Reading) -> tuple[str, ...]:
    out = (Text("rows_left_out", rows=one["rows"], reason=one["reason"]) for one in reading.dropped)
    return (*out, *reading.notes)


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
        A path, bytes or an open file, which gives the inspection of ``ta.inspect``; or a dataframe of pandas, Polars
        (eager or lazy), PyArrow, DuckDB or PySpark. Beside the columns of a trade table it may have ``period``,
        ``unit``, ``source`` (reports, mirror data), ``valuation`` (FOB, CIF), ``nomenclature`` (HS 2017),
        ``reporter_name`` and ``partner_name``: each is checked.
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
        Leave them out. Ways out: drop_aggregates=True leaves out 1 row, 'World', 60, by ta.read.
    <BLANKLINE>
    TA-114 error: partners that do not add up to the World row
        the partners of 1 of 1 groups do not add up to their World row: the table by -16.7%; 100.0% of value.
        Partners are missing or count twice.
    """
    need_numbers(tolerance=tolerance, limit=limit)
    if isinstance(table, (str, Path, bytes)) or hasattr(table, "read"):
        return inspect(table, columns=columns, unknown=unknown, tolerance=tolerance, limit=limit)
    return audit_table(
        table, over=over, value=value, by=by, columns=columns, unknown=unknown, tolerance=tolerance, limit=limit
    )
