"""A table on its way from the file's cells to our columns, with all that is found and done."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from tradeanalysis.gate.findings import Finding, in_rows, listing, numbered, value_faults
from tradeanalysis.schema import FLOW, NOMENCLATURE, PARTNER, PERIOD, PRODUCT, REPORTER, SOURCE, UNIT, VALUATION, VALUE
from tradeanalysis.sources.columns.layouts import Layout
from tradeanalysis.sources.columns.numbers import parse
from tradeanalysis.sources.columns.units import UNITS, told
from tradeanalysis.sources.raw import Raw

# Columns that say what is added, where a file has them: rows that differ in them are not to be mixed.
MARK_HEADINGS = {
    PERIOD: (PERIOD,),
    UNIT: (UNIT,),
    NOMENCLATURE: ("classificationcode", "classification", "nomenclature"),
    SOURCE: ("source",),
    VALUATION: ("valuation",),
}


# How many rows of the file a row stands for, in a table of labels.
ROWS = "_rows"
# The number of a row that stands nowhere in the file.
NOWHERE = -1


@dataclass
class Reading:
    """Rows under their numbers in the file. Columns that begin with ``_`` serve on the way and are left behind."""

    table: pd.DataFrame
    where: str
    # The columns that split a cell, each with True where a row is the total over it.
    splits: list[str] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    dropped: list[dict[str, Any]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    # Columns of the file that are none of ours.
    unused: list[str] = field(default_factory=list)
    # The rows of the World, once they are left out: what the partners must add up to.
    world: pd.DataFrame | None = None

    def fault(self, id: str, what: str, bad: Any, fix: str) -> None:
        """Remember a fault of these rows."""
        marked = np.asarray(bad, dtype=bool)
        numbers: npt.NDArray[np.intp] = self.table.index.to_numpy(dtype=np.intp)
        x, counts = self.table[VALUE].to_numpy(), self._counts()
        self.findings.append(in_rows(id, what, marked, x, fix, numbers=numbers, where=self.where, counts=counts))

    def drop(self, bad: Any, reason: str) -> None:
        """Leave rows out, and remember how many, how much and why."""
        marked = np.asarray(bad, dtype=bool)
        if marked.any():
            value = float(np.nansum(self.table[VALUE].to_numpy()[marked]))
            counts = self._counts()
            rows = int(marked.sum() if counts is None else counts[marked].sum())
            self.dropped.append({"rows": rows, "value": value, "reason": reason})
            self.table = self.table[~marked]

    def _counts(self) -> npt.NDArray[np.intp] | None:
        """The rows of the file that each row of a table of labels stands for; None where it stands for itself."""
        return self.table[ROWS].to_numpy(dtype=np.intp) if ROWS in self.table else None

    def check_values(self, **left_out: bool) -> None:
        """Remember the values that no index can be computed from, or leave their rows out where that is asked for."""
        for id, what, bad, fix in value_faults(self.table[VALUE].to_numpy()):
            asked = f' Leave them out with {what}="drop".' if what in left_out else ""
            if not left_out.get(what):
                self.fault(id, f"a{'n' * (what[0] == 'i')} {what} value", bad, f"{fix}{asked}")
        for what, dropped in left_out.items():
            x = self.table[VALUE].to_numpy()
            self.drop(dropped & (x < 0 if what == "negative" else np.isnan(x)), f"{what} values")


def in_file(found: Finding, reading: Reading) -> Finding:
    """What the audit found, with its rows by their numbers in the file."""
    numbers = reading.table.index.to_numpy()[list(found.rows)]
    rows = tuple(int(one) for one in numbers if one != NOWHERE)
    where = f" ({numbered(reading.where, rows)})" if rows else ""
    return replace(found, what=found.what.replace(f" ({numbered('row', found.rows)})", where), rows=rows)


def arrange(raw: Raw, layout: Layout, unit: str, decimal: str | None) -> Reading:
    """The file's cells under our columns, values as numbers in US dollars."""
    cells = raw.cells
    for heading, kept in layout.rows.items():
        other = ~cells[heading].map(str.strip).isin(kept)
        cells = cells[~other]
        raw.notes.append(f"{int(other.sum()):,} rows of another {heading} than {listing(kept)} were left out")
    ours = {
        column: _first_filled([cells[option] for option in options if option in cells])
        for column, options in layout.columns.items()
        if any(option in cells for option in options)
    }
    table = pd.DataFrame(ours, index=cells.index)
    for column in (REPORTER, PARTNER):
        # The same economy by code, ISO and name: they have to agree.
        for i, option in enumerate([one for one in layout.columns.get(column, ()) if one in cells][1:]):
            table[f"_{column} {i}"] = cells[option]
    for mark, options in MARK_HEADINGS.items():
        if there := [option for option in (*layout.columns.get(mark, ()), *options) if option in cells]:
            table[f"_{mark}"] = _text(cells[there[0]])
    if "_unit" in table and not table["_unit"].map(told).any():
        table = table.drop(columns="_unit")  # of quantities, not of money
    if layout.digits and PRODUCT in table:
        table[PRODUCT] = _padded(table[PRODUCT], layout.digits)
    splits = []
    for name, total in layout.dimensions.items():
        if name in cells:
            part = f"_{name}"
            table[part] = _text(cells[name])
            table[f"{part} is total"] = table[part].isin(["", total])
            splits.append(part)
    findings = [*raw.findings]
    sides = []
    for heading, flow in layout.values.items():
        if heading in cells:
            x, secret, told_of = parse(cells[heading], decimal=decimal or layout.decimal, where=raw.where)
            findings += told_of
            side = table.assign(**{VALUE: x * UNITS[unit], "_secret": secret})
            sides.append(side if flow is None else side.assign(**{FLOW: flow}))
    used = {*layout.values, *layout.dimensions, *(option for options in layout.columns.values() for option in options)}
    used |= {option for options in MARK_HEADINGS.values() for option in options} | set(layout.rows)
    reading = Reading(pd.concat(sides) if len(sides) > 1 else sides[0], raw.where, splits, findings)
    reading.unused = [str(name) for name in cells if name and name not in used]
    reading.drop(reading.table.pop("_secret"), "values that the source keeps secret")
    if len(sides) > 1:
        reading.drop(reading.table[VALUE].isna(), "no value for this flow")
    return reading


def _first_filled(options: list[pd.Series[Any]]) -> pd.Series[Any]:
    """The first column, its blanks filled from the next."""
    filled = options[0]
    for option in options[1:]:
        blank = filled.isna() | (filled.astype(str).str.strip() == "")
        if not blank.any():
            break
        filled = filled.where(~blank, option)
    return filled


def _padded(codes: pd.Series[Any], digits: int) -> npt.NDArray[Any]:
    numbers, distinct = pd.factorize(codes)
    return np.array([*(str(code).removesuffix(".0").zfill(digits) for code in distinct), ""], dtype=object)[numbers]


def _text(codes: pd.Series[Any]) -> npt.NDArray[Any]:
    """Codes as text; whole numbers that a program wrote as 0.0 without their point."""
    numbers, distinct = pd.factorize(codes)
    return np.array([*(str(code).strip().removesuffix(".0") for code in distinct), ""], dtype=object)[numbers]
