"""Checks of the values, and of what they are values of: units, flows, sources."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from tradeanalysis import names
from tradeanalysis.gate.catalogue import Severity
from tradeanalysis.gate.context import Context, blank, listed
from tradeanalysis.gate.findings import FAULTY, Finding, finding, value_faults
from tradeanalysis.schema import (
    FLOW,
    FLOW_PARTS,
    FLOW_WORDS,
    FLOWS,
    NOMENCLATURE,
    PARTNER,
    PERIOD,
    REPORTER,
    SOURCE,
    UNIT,
    VALUATION,
    YEAR,
)
from tradeanalysis.texts import Text

# Words, by their keys, for data that never stand among others: a partner's report, values with freight.
OPPOSED = ("mirror", "doiung", "cif")


def values(at: Context) -> Iterator[Finding]:
    """Values from which nothing can be computed."""
    if at.cells["size"].sum() == np.inf:
        yield finding("TA-103", "values_beyond")
    x = at.profile.row_x
    if x is not None:
        for id, what, bad in value_faults(x):
            size = float(np.abs(x[bad & np.isfinite(x)]).sum())
            yield at.profile.finding(id, f"value_{what}", rows=bad, size=size)
        return
    keys = at.profile.keys(REPORTER, PARTNER, FLOW, YEAR)
    for id, what in FAULTY:
        touched = at.cells[at.cells[what] > 0]
        if len(touched):
            places = listed(touched, keys, most=3)
            yield at.profile.finding(id, f"value_{what}_in", places=places, count=int(touched[what].sum()))


def precision(at: Context) -> Iterator[Finding]:
    """Values that lost digits before they came here."""
    if at.profile.float32:
        yield finding("TA-124", "float32")
    cells = at.cells
    if at.profile.rows >= 10 and cells["size"].sum() > 0 and (cells["whole"] == cells["rows"]).all():
        yield finding("TA-142", "rounded")


def shares(at: Context) -> Iterator[Finding]:
    """Shares in place of values."""
    groups = at.groups(at.profile.keys(REPORTER, FLOW, YEAR, PERIOD))
    there = groups.count(at.single) > 0
    sums, rows = (groups.sums(at.cells[name].to_numpy(), at.single)[there] for name in ("value", "rows"))
    for whole in (1.0, 100.0):
        if len(sums) and (rows > 1).all() and (np.abs(sums / whole - 1) <= 0.005).all():
            yield finding("TA-123", "look_like_shares", whole=int(whole))


def no_trade(at: Context) -> Iterator[Finding]:
    """Groups in which nothing was traded."""
    keys = at.profile.keys(REPORTER, FLOW, YEAR)
    groups = at.groups(keys)
    empty = groups.first[groups.sums(at.cells["value"].to_numpy()) == 0]
    if len(empty):
        yield finding("TA-122", "no_trade", places=listed(at.cells.iloc[empty], keys))


def flows(at: Context) -> Iterator[Finding]:
    """Flows with an unknown word, flows that are part of another, and several flows in one table."""
    if FLOW not in at.cells:
        return
    meant = at.each(FLOW, lambda label: FLOW_WORDS.get(names.key(label), ""))
    part = at.each(FLOW, lambda label: names.key(label) in FLOW_PARTS)
    strange = (meant == "") & ~part & ~at.each(FLOW, blank)
    if strange.any():
        yield at.profile.finding("TA-111", "flow_unknown", flows=at.labels(FLOW, strange), cells=strange)
    if part.any():
        yield at.profile.finding("TA-111", "flow_part", flows=at.labels(FLOW, part), cells=part)
    if set(FLOWS) <= set(meant):
        yield finding("TA-111", "both_flows", override="info")


def one_of_a_kind(at: Context) -> Iterator[Finding]:
    """Rows of different units, nomenclatures, sources or valuations among those that are added."""
    if UNIT in at.cells and at.cells[UNIT].nunique() > 1:
        units = at.labels(UNIT, at.cells[UNIT].notna())
        yield finding("TA-109", "several_units", units=units, labels=units)
    for column in (SOURCE, VALUATION):
        if column in at.cells:
            keys = at.profile.keys(REPORTER, FLOW, YEAR)
            groups, kinds_of = at.groups(keys), at.groups([*keys, column])
            # A group is mixed where it holds several groups of one kind.
            named = kinds_of.first[at.present([column])[kinds_of.first]]
            distinct = np.bincount(groups.number[named], minlength=len(groups.first))
            mixed = (distinct > 1)[groups.number] & at.present(keys)
            if mixed.any():
                kinds = at.labels(column, mixed)
                opposed = at.each(column, lambda label: any(word in names.key(label) for word in OPPOSED))
                severity: Severity = "error" if opposed[mixed].any() else "warning"
                yield at.profile.finding("TA-137", f"several_{column}s", kinds=kinds, cells=mixed, override=severity)


def nomenclatures(at: Context) -> Iterator[Finding]:
    """Products of several nomenclatures, or of several editions of one."""
    if NOMENCLATURE not in at.cells:
        return
    label = at.cells[NOMENCLATURE]
    if len(set(at.each(NOMENCLATURE, _family)) - {""}) > 1:
        yield finding("TA-125", "several_nomenclatures", kinds=at.labels(NOMENCLATURE, label.notna()))
    elif label.nunique() > 1:
        years = at.cells.get(YEAR, label)
        spans = [
            Text("nomenclature_years", kind=str(one), years=sorted(set(years[label == one])))
            for one in label.dropna().unique()
        ]
        yield finding("TA-126", "nomenclature_changes", spans=spans)


def _family(label: object) -> str:
    """The nomenclature of an edition, as Comtrade (H5, S3) and people (HS 2017, SITC Rev. 3) write it."""
    return "" if blank(label) else names.key(label)[0]
