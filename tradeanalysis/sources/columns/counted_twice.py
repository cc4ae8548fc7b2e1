"""Rows that are counted in other rows, by their role: totals, subtotals, parts of a market, "of which"."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from tradeanalysis import names
from tradeanalysis.gate.economies import WORLD, gaps_to_world
from tradeanalysis.gate.findings import listing
from tradeanalysis.schema import ALL, FLOW, PARTNER, PRODUCT, VALUE, YEAR
from tradeanalysis.sources.columns.periods import cell_text
from tradeanalysis.sources.columns.reading import Reading
from tradeanalysis.sources.options import ReadOptions
from tradeanalysis.sources.raw import ROLE
from tradeanalysis.texts import EconomyName, Text

# How the role of a row is said in messages.
SAID = {
    "total": "a total",
    "subtotal": "a subtotal of rows beside it",
    "part": "a part of the row above",
    "of which": "an 'of which'",
}


def leave_counted_twice(reading: Reading, options: ReadOptions) -> None:
    """Leave out the rows that others add up to or hold, where ``drop_aggregates`` says so; a fault otherwise."""
    if ROLE not in reading.table:
        return
    roles = reading.table[ROLE].to_numpy(dtype=object)
    twice = np.isin(roles, [*SAID])
    if PARTNER not in reading.table or not twice.any() or twice.all():
        return
    labels = reading.table[PARTNER].astype(str).str.strip().to_numpy(dtype=object)
    if not options.drop_aggregates:
        for key, id, rows in (
            ("aggregate_as_partner", "TA-104", twice & (labels != "")),
            ("total_unnamed", "TA-105", twice & (labels == "")),
        ):
            if rows.any():
                seen = list(dict.fromkeys(labels[rows]))
                fixes = reading.leave_out("drop_aggregates", True, rows, [repr(one) for one in seen if one], safe=True)
                named = _words(labels[rows], roles[rows])
                reading.fault(id, key, rows, named=named, labels=seen, fixes=fixes)
        reading.keep(~twice)
        return
    total = roles == "total"
    _note_unnamed(reading, labels, total)
    apart = total & _without_product(reading)
    if apart.any():
        reading.own_totals = reading.table[apart & ~_again(reading, apart)]
    gone = {role: (roles == role) & ~(total & ~apart & ~_again(reading, total)) for role in SAID}
    for role, said in SAID.items():
        rows = gone[role]
        if rows.any():
            kind = "aggregates among the partners" if role in ("total", "subtotal") else f"rows that are {said}"
            reading.drop(rows, f"{kind}: {_named(labels[rows], roles[rows])}")
            labels, roles = labels[~rows], roles[~rows]
            gone = {other: marked[~rows] for other, marked in gone.items()}


def _note_unnamed(reading: Reading, labels: Any, total: Any) -> None:
    """A total that is one by its sum alone becomes a World row, as the others are by their names."""
    found = names.resolve(list(dict.fromkeys(labels[total])))
    unnamed = total & np.array([found[label].code != WORLD if label in found else False for label in labels])
    if unnamed.any():
        shown = listing(map(repr, dict.fromkeys(labels[unnamed])))
        reading.notes.append(f"{shown} is the sum of all other rows: it was taken for the total")
        partner = reading.table[PARTNER].to_numpy(dtype=object).copy()
        partner[unnamed] = "World"
        reading.table = reading.table.assign(**{PARTNER: partner})


def _without_product(reading: Reading) -> Any:
    """Which rows name no product, in a table that has products."""
    if PRODUCT not in reading.table:
        return np.zeros(len(reading.table), dtype=bool)
    blank = reading.table[PRODUCT].map(cell_text) == ""
    return blank.to_numpy() if not blank.all() else np.zeros(len(blank), dtype=bool)


def _again(reading: Reading, total: Any) -> Any:
    """Totals that stand again below the table, with the same values."""
    kept = [one for one in reading.table.columns if one != PARTNER]
    again = np.zeros(len(reading.table), dtype=bool)
    again[total] = reading.table[kept][total].duplicated().to_numpy()
    return again


def hold_against_totals(reading: Reading, options: ReadOptions) -> None:
    """What was read against the file's own totals: both stand in the certificate, and a gap is a finding."""
    totals = [one for one in (reading.world, reading.own_totals) if one is not None and not one.empty]
    if not totals:
        return
    reading.total_of_file = float(sum(one[VALUE].sum() for one in totals))
    own = reading.own_totals
    if own is None or own.empty:
        return
    keys = [one for one in (FLOW, YEAR) if one in reading.table and one in own and len(set(own[one])) > 1]
    place = {ALL: 0}
    whole = own.assign(**place).groupby([ALL, *keys])[VALUE].sum()
    parts = reading.table.assign(**place).groupby([ALL, *keys])[VALUE].sum().reindex(whole.index, fill_value=0.0)
    sums = pd.DataFrame({"world": whole, "parts": parts}).reset_index()
    for one in gaps_to_world(sums, keys, options.tolerance, options.limit):
        reading.findings.append(one)


def _words(labels: Any, roles: Any) -> list[Text]:
    """Labels as the file has them, and what each is, for a message in either language."""
    seen = dict.fromkeys(zip(labels, roles, strict=True))
    found = names.resolve([label for label, _ in seen])
    return [
        Text("label_of", label=repr(label), economy=EconomyName(found[label].code))
        if found[label].kind == "aggregate"
        else Text(f"label_{role.replace(' ', '_')}", label=repr(label))
        for label, role in seen
    ]


def _named(labels: Any, roles: Any) -> str:
    """Labels as the file has them, and what each is."""
    seen = dict.fromkeys(zip(labels, roles, strict=True))
    found = names.resolve([label for label, _ in seen])
    said = []
    for label, role in seen:
        code = found[label].code if found[label].kind == "aggregate" else ""
        said.append(f"{label!r} ({names.country_name(code) if code else SAID[role]})")
    return listing(said)
