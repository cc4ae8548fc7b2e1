"""What the reporters and partners of a table mean: ISO3, a market of its own, not allocated, or left out."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from tradeanalysis import names
from tradeanalysis.gate.findings import Fix, fault, finding, share_of
from tradeanalysis.schema import PARTNER, PRODUCT, REPORTER, VALUE
from tradeanalysis.sources.columns.bloc_bounds import note_bounds
from tradeanalysis.sources.columns.counted_twice import own_totals_by_reporter
from tradeanalysis.sources.columns.label_checks import check_labels, check_unknown, note_labels
from tradeanalysis.sources.columns.label_sums import LabelSums
from tradeanalysis.sources.columns.meanings import DROPPED, Labels, coded, wrong_meaning
from tradeanalysis.sources.columns.partner_roles import (
    beyond_members,
    blocs_without_members,
    disguised,
    make_markets,
    overlapping,
    settle_wholes,
    sums_of,
)
from tradeanalysis.sources.columns.reading import Array, Reading
from tradeanalysis.sources.options import ReadOptions
from tradeanalysis.sources.raw import ROLE
from tradeanalysis.texts import Text

# The code of goods that are not specified, at the level of headings of six digits; shorter at the levels above.
UNNAMED_PRODUCT = "999999"


def read_names(reading: Reading, options: ReadOptions) -> None:
    """What ``names=`` says of products and of rows that have a role; which of its labels the file does not have."""
    said = {names.key(label): meaning for label, meaning in (options.names or {}).items()}
    if not said:
        return
    there = {names.key(label) for column in (REPORTER, PARTNER) for label in _unique(reading, column)}
    products = {names.key(label) for label in _unique(reading, PRODUCT)}
    given = options.names or {}
    absent = [
        label
        for label, meaning in given.items()
        if names.key(label) not in there | products and not _is_reporter(label, meaning, options.reporter)
    ]
    if absent:
        found = finding("TA-106", "names_absent", absent=list(map(repr, absent)), labels=absent, override="warning")
        reading.findings.append(found)
    for label in given:
        if names.key(label) in there and (wrong := wrong_meaning(given, label)) is not None:
            raise fault("TA-106", "names_wrong", label=repr(label), meaning=repr(wrong), labels=[label])
    if products & set(said):
        _name_products(reading, said)
    if ROLE in reading.table and PARTNER in reading.table:
        # What a row means is said: its role does not come from its sums.
        said_rows = reading.table[PARTNER].map(names.key).isin(set(said)).to_numpy()
        reading.table = reading.table.assign(**{ROLE: np.where(said_rows, "market", reading.table[ROLE])})


def _is_reporter(label: str, meaning: str | None, reporter: str | None) -> bool:
    """Whether a label is the one that ``reporter=`` names."""
    known = names.resolve([meaning])[meaning].code if meaning else ""
    return reporter is not None and (names.key(label) == names.key(reporter) or known == reporter)


def _unique(reading: Reading, column: str) -> Any:
    return reading.table[column].dropna().unique() if column in reading.table else ()


def _name_products(reading: Reading, said: dict[str, str | None]) -> None:
    """Products by the codes that ``names=`` gives them; what is "other" has the code of unspecified goods."""
    numbers, distinct = pd.factorize(reading.table[PRODUCT])
    words = [said.get(names.key(label), "keep") for label in distinct]
    digits = [len(word) for word in (*words, *distinct) if str(word).isdigit()]
    unnamed = UNNAMED_PRODUCT[: max(set(digits), key=digits.count)] if digits else UNNAMED_PRODUCT
    codes = [
        label if word in ("keep", "drop", None) else unnamed if word == "other" else word
        for label, word in zip(distinct, words, strict=True)
    ]
    reading.table = reading.table.assign(**{PRODUCT: np.array([*codes, ""], dtype=object)[numbers]})
    out = np.array([*(word in ("drop", None) for word in words), False])[numbers]
    reading.drop(out, "out_products_of_names")


def read_reporters(reading: Reading, options: ReadOptions) -> None:
    """Reporters become ISO3; where ``reporter=`` names one, the others are left out."""
    only = options.reporter
    if REPORTER not in reading.table:
        if only is not None:
            reading.write(REPORTER, [only], np.zeros(len(reading.table), dtype=np.intp))
            own_totals_by_reporter(reading, {}, only)
        return
    labels, at = coded(reading, REPORTER, options)
    _write(reading, labels, at)
    at = _leave_dropped(reading, labels, at)
    own_totals_by_reporter(reading, dict(zip(labels.texts, labels.codes, strict=True)), only)
    if only is not None:
        other = ((labels.codes != only) & (labels.kinds != "blank"))[at]
        if other.all():
            raise fault("TA-110", "reporter_absent", reporter=repr(only), there=sorted(set(labels.codes) - {""}))
        reading.drop(other, "out_other_reporter", reporter=only)
        at = at[~other]
    # A reporter that is no country is a name; one that is nearly a country's is a slip.
    slips = [
        kind == "unknown" and bool(names.slip(text)) for kind, text in zip(labels.kinds, labels.texts, strict=True)
    ]
    check_unknown(reading, labels, at, np.array(slips) | (labels.kinds == "ambiguous"), {}, options)
    check_labels(reading, labels, at)
    totals = (labels.kinds == "aggregate")[at]
    if totals.all() or not options.drop_aggregates:
        _refuse_aggregates(reading, labels, at, ways_out=not totals.all())
    else:
        reading.drop(totals, "out_aggregate_reporters", named=labels.named(at[totals]))


def read_partners(reading: Reading, options: ReadOptions) -> None:
    """Partners become ISO3; World rows that are left out are kept aside, to be compared with the partners."""
    if PARTNER not in reading.table:
        return
    labels, at = coded(reading, PARTNER, options)
    if (labels.codes == names.WORLD)[at].all() and PRODUCT in reading.table and reading.table[PRODUCT].nunique() > 1:
        # A table of products: that its only partner is the World says nothing of partners.
        reading.table = reading.table.drop(columns=PARTNER)
        reading.note("only_the_world", rows=len(at))
        return
    at = _leave_dropped(reading, labels, at)
    looks = settle_roles(reading, labels, at, options)
    at = _leave_dropped(reading, labels, at)
    _write(reading, labels, at)
    reading.unallocated = (labels.kinds == "unallocated")[at]
    strange = labels.kinds == "unknown"
    if options.unknown == "keep":
        strange = np.isin(np.arange(len(strange)), list(looks))
    check_unknown(reading, labels, at, strange | (labels.kinds == "ambiguous"), looks, options)
    check_labels(reading, labels, at)
    note_labels(reading, labels, at)
    note_bounds(reading, labels, at)
    totals = (labels.kinds == "aggregate")[at]
    if totals.all() or not options.drop_aggregates:
        _refuse_aggregates(reading, labels, at, ways_out=not totals.all())
    elif totals.any():
        world = totals & (labels.codes == names.WORLD)[at]
        for total in reading.totals.values():
            world = world & total if (world & total).any() else world
        reading.world = reading.table[world]
        reading.drop(totals, "out_aggregates", named=labels.named(at[totals]))


def settle_roles(reading: Reading, labels: Labels, at: Array, options: ReadOptions) -> dict[int, str]:
    """Tell markets from sums; how unknown labels look that are likely no partners."""
    several = len(set(labels.codes)) < len(labels.codes)
    if not set(labels.kinds) & {"aggregate", "unknown", "historical"} and not several:
        return {}
    sums = sums_of(reading.table, labels, at)
    settle_wholes(labels, sums)
    alone = blocs_without_members(labels, sums, reading.table)
    if alone:
        _settle_blocs(reading, labels, at, sums, alone, options)
    return disguised(labels, sums)


def _settle_blocs(
    reading: Reading, labels: Labels, at: Array, sums: LabelSums, alone: dict[int, list[int]], options: ReadOptions
) -> None:
    """Blocs without their members, as ``blocs=`` says: markets, not allocated, or left out."""
    marked = np.isin(at, list(alone))
    named, seen = labels.named(at[marked]), labels.seen(at[marked])
    x = reading.table[VALUE].to_numpy()
    counted = marked | (labels.kinds != "aggregate")[at]
    share = share_of(marked[counted], x[counted]) or 0.0
    if options.blocs is None:
        held = {"labels": list(map(repr, seen)), "value": reading.amount(float(np.nansum(x[marked]))), "share": share}
        fixes = [Fix("blocs", how, Text(f"{how}s_bloc", **held)) for how in ("keep", "other")]
        reading.fault("TA-104", "bloc_alone", marked, named=named, labels=seen, fixes=fixes)
        for i in alone:
            labels.kinds[i] = "bloc"
        return
    if options.blocs == "drop":
        for i in alone:
            labels.kinds[i], labels.why[i] = DROPPED, Text("why_bloc_alone")
        return
    if pair := overlapping(labels, alone):
        one, other = (labels.texts[i] for i in pair)
        rows = at == pair[0]
        fixes = reading.leave_out("names", {**(options.names or {}), one: "drop"}, rows, [repr(one)])
        bad = np.isin(at, pair)
        reading.fault("TA-113", "blocs_share", bad, one=repr(one), other=repr(other), labels=[one, other], fixes=fixes)
    if any(alone.values()) and reading.counts is None:
        reading.table = beyond_members(reading.table, VALUE, at, sums, alone)
        reading.note("bloc_beyond_members")
    make_markets(labels, alone, options.blocs)
    reading.note("bloc_kept" if options.blocs == "keep" else "bloc_not_allocated", blocs=named, share=float(share))


def _leave_dropped(reading: Reading, labels: Labels, at: Array) -> Array:
    """Leave out the rows of labels that ``names=`` or ``blocs=`` drops; the labels of the rows that stay."""
    dropped = labels.kinds == DROPPED
    if not dropped.any():
        return at
    out = dropped[at]
    if out.any():
        key = "out_by_names" if labels.said_of(at[out]).all() else "out_by_blocs"
        reading.drop(out, key, named=labels.named(at[out]))
    kept: Array = at[~out]
    return kept


def _write(reading: Reading, labels: Labels, at: Array) -> None:
    """Write the codes of a column of economies into the table."""
    reading.write(labels.column, labels.codes, at)


def _refuse_aggregates(reading: Reading, labels: Labels, at: Array, *, ways_out: bool) -> None:
    """Record totals and blocs, with the way out where anything else is there."""
    totals = (labels.kinds == "aggregate")[at]
    if totals.any():
        seen = labels.seen(at[totals])
        fixes = reading.leave_out("drop_aggregates", True, totals, list(map(repr, seen)), safe=True) if ways_out else []
        only = "" if ways_out or labels.column == REPORTER else "_only"
        key = f"aggregate_as_{labels.column}{only}"
        reading.fault("TA-104", key, totals, named=labels.named(at[totals]), labels=seen, fixes=fixes)


def leave_own_trade(reading: Reading, options: ReadOptions) -> None:
    """Leave out rows in which the reporter is its own partner, unless ``own_trade`` keeps them."""
    table = reading.table
    if options.own_trade or REPORTER not in table or PARTNER not in table:
        return
    reporters, partners = reading.coded(REPORTER), reading.coded(PARTNER)
    number = {label: i for i, label in enumerate(reporters.labels) if label}
    own = partners.each(lambda label: number.get(label, -1)) == reporters.number
    if own.any():
        reading.fault("TA-118", "own_trade_in_file", own, codes=sorted(set(table[REPORTER][own])))
        reading.drop(own, "out_own_trade")
