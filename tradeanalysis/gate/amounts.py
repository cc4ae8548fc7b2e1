"""Checks of the values, and of what they are values of: units, flows, sources."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from tradeanalysis import names
from tradeanalysis.gate.catalogue import Severity
from tradeanalysis.gate.context import Context, blank, grouped, listed, of_labels, summed
from tradeanalysis.gate.findings import FAULTY, Finding, listing, value_faults, with_article
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

# Words, by their keys, for data that never stand among others: a partner's report, values with freight.
OPPOSED = ("mirror", "doiung", "cif")


def values(at: Context) -> Iterator[Finding]:
    """Values from which nothing can be computed."""
    x = at.profile.row_x
    if x is not None:
        for id, what, bad, fix in value_faults(x):
            size = float(np.abs(x[bad & np.isfinite(x)]).sum())
            yield at.profile.finding(id, f"{with_article(what)} value", fix, rows=bad, size=size)
        return
    keys = at.profile.keys(REPORTER, PARTNER, FLOW, YEAR)
    for id, what, fix in FAULTY:
        touched = at.cells[at.cells[what] > 0]
        if len(touched):
            where = f"{with_article(what)} value, in {listed(touched, keys, most=3)}"
            yield at.profile.finding(id, where, fix, count=int(touched[what].sum()))


def precision(at: Context) -> Iterator[Finding]:
    """Values that lost digits before they came here."""
    if at.profile.float32:
        what = "the values are float32, which holds seven digits"
        yield Finding("TA-124", what, "Read them as float64 from the source.")
    cells = at.cells
    if at.profile.rows >= 10 and cells["size"].sum() > 0 and (cells["whole"] == cells["rows"]).all():
        what = "every value is a whole number of thousands: what is smaller stands as 0 or is not there"
        yield Finding("TA-142", what, "")


def shares(at: Context) -> Iterator[Finding]:
    """Shares in place of values."""
    groups = summed(at.cells[at.single], at.profile.keys(REPORTER, FLOW, YEAR, PERIOD), ["value", "rows"])
    sums, rows = groups["value"].to_numpy(), groups["rows"].to_numpy()
    for whole in (1.0, 100.0):
        if len(sums) and (rows > 1).all() and (np.abs(sums / whole - 1) <= 0.005).all():
            what = f"the values add up to {whole:g} in each group: they look like shares"
            fix = "An index of shares is right, a sum or growth of them is not: take the values."
            yield Finding("TA-123", what, fix)


def no_trade(at: Context) -> Iterator[Finding]:
    """Groups in which nothing was traded."""
    keys = at.profile.keys(REPORTER, FLOW, YEAR)
    groups = summed(at.cells, keys, ["value"])
    empty = groups[groups["value"] == 0]
    if len(empty):
        yield Finding("TA-122", f"no trade in {listed(empty, keys)}", "No index exists there, and it is not 0.")


def flows(at: Context) -> Iterator[Finding]:
    """Flows with an unknown word, flows that are part of another, and several flows in one table."""
    if FLOW not in at.cells:
        return
    flow = at.cells[FLOW]
    meant = of_labels(flow, lambda label: FLOW_WORDS.get(names.key(label), ""))
    part = of_labels(flow, lambda label: names.key(label) in FLOW_PARTS)
    strange = (meant == "") & ~part & ~of_labels(flow, blank)
    if strange.any():
        what = f"a flow that is not a known word, {at.listing(FLOW, strange)}"
        yield at.profile.finding("TA-111", what, 'Write "export" or "import".', cells=strange)
    if part.any():
        what = f"a flow that is a part of another, {at.listing(FLOW, part)}"
        fix = "Re-exports are part of exports and are not added to them: keep one flow."
        yield at.profile.finding("TA-111", what, fix, cells=part)
    if set(FLOWS) <= set(meant):
        what = "the table holds exports and imports"
        yield Finding("TA-111", what, 'An index needs one of them: filter "flow", or name it in by=.', override="info")


def one_of_a_kind(at: Context) -> Iterator[Finding]:
    """Rows of different units, nomenclatures, sources or valuations among those that are added."""
    if UNIT in at.cells and at.cells[UNIT].nunique() > 1:
        labels = at.listing(UNIT, at.cells[UNIT].notna())
        yield Finding("TA-109", f"values in several units, {labels}", "Convert them to one before they are added.")
    for column, fix in (
        (SOURCE, "Keep one, or measure mirror data separately."),
        (VALUATION, "Convert one to the other, or keep one."),
    ):
        if column in at.cells:
            groups = grouped(at.cells, at.profile.keys(REPORTER, FLOW, YEAR))
            mixed = groups[column].transform("nunique").to_numpy() > 1
            if mixed.any():
                what = f"several of {column!r} in one group, {at.listing(column, mixed)}"
                opposed = of_labels(at.cells[column], lambda label: any(word in names.key(label) for word in OPPOSED))
                severity: Severity = "error" if opposed[mixed].any() else "warning"
                yield at.profile.finding("TA-137", what, fix, cells=mixed, override=severity)


def nomenclatures(at: Context) -> Iterator[Finding]:
    """Products of several nomenclatures, or of several editions of one."""
    if NOMENCLATURE not in at.cells:
        return
    label = at.cells[NOMENCLATURE]
    if len(set(of_labels(label, _family)) - {""}) > 1:
        what = f"products of several nomenclatures, {at.listing(NOMENCLATURE, label.notna())}"
        yield Finding("TA-125", what, "Their codes mean different goods: keep one nomenclature.")
    elif label.nunique() > 1:
        years = at.cells.get(YEAR, label)
        labels = listing(f"{one} in {listing(sorted(set(years[label == one])), 3)}" for one in label.dropna().unique())
        fix = "Products are not comparable across the change; totals by partner are."
        yield Finding("TA-126", f"the nomenclature changes: {labels}", fix)


def _family(label: object) -> str:
    """The nomenclature of an edition, as Comtrade (H5, S3) and people (HS 2017, SITC Rev. 3) write it."""
    return "" if blank(label) else names.key(label)[0]
