"""Rows that are counted in other rows, by their role: totals, subtotals, parts of a market, "of which"."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from tradeanalysis import names
from tradeanalysis.currencies import DOLLAR, Unit
from tradeanalysis.gate.economies import WORLD, gaps_to_world
from tradeanalysis.gate.findings import Fix, fault, finding
from tradeanalysis.gate.groups import packed
from tradeanalysis.schema import ALL, FLOW, PARTNER, PRODUCT, REPORTER, VALUE, YEAR
from tradeanalysis.sources.columns.headings import role
from tradeanalysis.sources.columns.periods import cell_text
from tradeanalysis.sources.columns.reading import COUNTED_TWICE, WORLD_TRADE, Reading
from tradeanalysis.sources.options import ReadOptions
from tradeanalysis.sources.raw import ROLE
from tradeanalysis.texts import InUnit, Text


def leave_counted_twice(reading: Reading, options: ReadOptions) -> None:
    """Leave out the rows that others add up to or hold, where ``drop_aggregates`` says so; a fault otherwise."""
    if ROLE not in reading.table:
        return
    roles = reading.table[ROLE].to_numpy(dtype=object)
    twice = np.isin(roles, COUNTED_TWICE)
    axis = PARTNER if PARTNER in reading.table else PRODUCT
    if axis not in reading.table or not twice.any() or twice.all():
        return
    labels = _labels(reading, axis)
    if not options.drop_aggregates:
        named, blank = twice & (labels != ""), twice & (labels == "")
        if named.any():
            shown = list(dict.fromkeys(map(repr, labels[named])))
            ways = reading.leave_out("drop_aggregates", True, twice, shown, safe=True)
            seen = _texts(labels[named], roles[named])
            key = "counted_twice" if axis == PARTNER else "counted_twice_products"
            reading.fault("TA-104", key, named, fixes=ways, labels=labels[named], totals=seen)
        if blank.any():
            ways = reading.leave_out("drop_aggregates", True, twice, safe=True)
            reading.fault("TA-105", "total_without_partner", blank, fixes=ways)
        reading.keep(~twice)
        return
    total = roles == "total"
    if axis == PARTNER:
        _note_unnamed(reading, labels, total)
    apart = total & _without_product(reading) if axis == PARTNER else total
    if apart.any():
        reading.own_totals = reading.table[apart & ~_again(reading, apart, axis)]
    gone = {kind: (roles == kind) & ~(total & ~apart & ~_again(reading, total, axis)) for kind in COUNTED_TWICE}
    for kind in COUNTED_TWICE:
        rows = gone[kind]
        if rows.any():
            out = "out_aggregates" if axis == PARTNER else "out_totals_of_products"
            key = out if kind in ("total", "subtotal") else "out_parts"
            reading.drop(rows, key, named=_texts(labels[rows], roles[rows]))
            labels, roles = labels[~rows], roles[~rows]
            gone = {other: marked[~rows] for other, marked in gone.items()}


def _labels(reading: Reading, axis: str) -> Any:
    """The labels of the rows; of a product without a code the name that a total stands under."""
    labels = reading.table[axis].map(cell_text).to_numpy(dtype=object)
    cells = reading.raw.cells
    if axis == PRODUCT and not all(labels) and cells.index.is_unique and cells.columns.is_unique:
        for name in (one for one in cells.columns if role(str(one)) == PRODUCT):
            beside = cells.loc[reading.table.index, name].map(cell_text)
            labels = np.where(labels == "", beside.to_numpy(dtype=object), labels)
    return labels


def _note_unnamed(reading: Reading, labels: Any, total: Any) -> None:
    """A total that is one by its sum alone becomes a World row, as the others are by their names."""
    found = names.resolve(list(dict.fromkeys(labels[total])), near=False)
    unnamed = total & np.array([found[label].code != WORLD if label in found else False for label in labels])
    if unnamed.any():
        reading.note("total_by_its_sum", labels=list(map(repr, dict.fromkeys(labels[unnamed]))))
        partner = reading.table[PARTNER].to_numpy(dtype=object).copy()
        partner[unnamed] = "World"
        reading.table = reading.table.assign(**{PARTNER: partner})


def _without_product(reading: Reading) -> Any:
    """Which rows name no product, in a table that has products."""
    if PRODUCT not in reading.table:
        return np.zeros(len(reading.table), dtype=bool)
    blank = reading.table[PRODUCT].map(cell_text) == ""
    return blank.to_numpy() if not blank.all() else np.zeros(len(blank), dtype=bool)


def _again(reading: Reading, total: Any, axis: str) -> Any:
    """Totals that stand again below the table, with the same values."""
    kept = [one for one in reading.table.columns if one != axis]
    again = np.zeros(len(reading.table), dtype=bool)
    again[total] = reading.table[kept][total].duplicated().to_numpy()
    return again


def own_totals_by_reporter(reading: Reading, codes: Mapping[str, str], only: str | None) -> None:
    """The file's own totals under the codes of its reporters; blank where it names none of several.

    Where ``only`` names a reporter, the totals of others are left out; one without a name is of all that the file has.
    """
    own = reading.own_totals
    if own is None or (REPORTER not in own and only is None):
        return
    labels = own[REPORTER].map(cell_text) if REPORTER in own else pd.Series("", own.index)
    there = set(filter(None, codes.values())) or set(filter(None, [only]))
    alone = next(iter(there)) if len(there) == 1 else ""
    other = {label: match.code for label, match in names.resolve(list(labels.unique())).items()}
    own = own.assign(**{REPORTER: [codes.get(label) or other.get(label) or alone for label in labels]})
    reading.own_totals = own if only is None else own[own[REPORTER].isin([only, ""])]


def hold_against_totals(reading: Reading, options: ReadOptions) -> None:
    """What was read against the file's own totals: both stand in the certificate, and a gap is a finding."""
    totals = [one for one in (_world_of_products(reading), reading.own_totals) if one is not None and not one.empty]
    # Totals by product and totals by partner are the same trade: one of them is the file's total.
    reading.total_of_file = float(totals[0][VALUE].sum()) if totals else None
    _refuse_more_than_world_trade(reading)
    said = reading.raw.largest or next(
        (one for rows in reading.layout.rows.values() for one in rows if "Top" in one), ""
    )
    if said and not totals and (reading.unallocated is None or not reading.unallocated.any()):
        reading.only_largest = bool(reading.raw.largest)
        reading.findings.append(finding("TA-114", "only_the_largest", override="warning", said=repr(said)))
    if PARTNER in reading.table and reading.own_totals is not None and not reading.own_totals.empty:
        _compare_own_totals(reading, reading.own_totals, options)


def _world_of_products(reading: Reading) -> pd.DataFrame | None:
    """The World rows of the products that are in the table, without the row of all products."""
    world = reading.world
    if world is None or PRODUCT not in world or PRODUCT not in reading.table:
        return world
    of_products = world[world[PRODUCT].isin(set(reading.table[PRODUCT]))]
    return world if of_products.empty else of_products


def _compare_own_totals(reading: Reading, own: pd.DataFrame, options: ReadOptions) -> None:
    keys = [one for one in (FLOW, YEAR) if one in reading.table and one in own and len(set(own[one])) > 1]
    place = {ALL: 0}
    whole = own.assign(**place).groupby([ALL, *keys])[VALUE].sum()
    parts = reading.table.assign(**place).groupby([ALL, *keys])[VALUE].sum().reindex(whole.index, fill_value=0.0)
    sums = pd.DataFrame({"world": whole, "parts": parts}).reset_index()
    reading.findings += gaps_to_world(sums, keys, options.tolerance, options.limit)


def _refuse_more_than_world_trade(reading: Reading) -> None:
    """A total beyond the world's trade in goods: the unit of the file is most likely another one."""
    if not reading.converted and reading.unit.currency != DOLLAR:
        return
    keys = [one for one in (REPORTER, FLOW, YEAR) if one in reading.table]
    values = reading.table[VALUE]
    with np.errstate(over="ignore"):
        if 2 * values.abs().sum() <= WORLD_TRADE:  # and so has no part more, however it is added
            return
        codes = [(one.number, len(one.labels)) for one in map(reading.coded, keys)]
        sums = values.groupby(packed(codes, len(values))).sum() if keys else pd.Series([values.sum()])
    if len(sums) and (most := float(sums.max())) > WORLD_TRADE:
        base = most / reading.unit.size
        sizes = [one for one in (1e9, 1e6, 1e3, 1.0) if one < reading.unit.size and base * one <= WORLD_TRADE]
        units = [str(Unit(one, DOLLAR)) for one in sizes if not reading.converted]
        ways = [Fix("unit", one, Text("reads_in_unit", unit=InUnit(one)), safe=True) for one in units]
        raise fault("TA-109", "more_than_world_trade", fixes=ways, total=reading.amount(most))


def _texts(labels: Any, roles: Any) -> list[Text]:
    """Labels as the file has them, and what each is, in words of either language."""
    seen = dict.fromkeys(zip(labels, roles, strict=True))
    return [
        Text("label_that_is", label=repr(label), role=Text(f"role_{role.replace(' ', '_')}")) for label, role in seen
    ]
