"""What the labels of a table mean: its years, reporters and partners."""

from __future__ import annotations

import datetime
import unicodedata
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from tradeanalysis import names
from tradeanalysis.gate.economies import WORLD, candidates
from tradeanalysis.gate.findings import Finding, listing, share_of
from tradeanalysis.schema import (
    PARTNER,
    PERIOD,
    PRODUCT,
    REPORTER,
    VALUE,
    YEAR,
    TradeDataError,
)
from tradeanalysis.sources.columns import code_systems
from tradeanalysis.sources.columns.label_sums import LabelSums
from tradeanalysis.sources.columns.meanings import (
    COUNTRIES,
    DROPPED,
    KEPT,
    Labels,
    coded,
    names_beside,
    wrong_meaning,
)
from tradeanalysis.sources.columns.partner_roles import (
    beyond_members,
    blocs_without_members,
    disguised,
    make_markets,
    overlapping,
    settle_wholes,
    sums_of,
)
from tradeanalysis.sources.columns.periods import period
from tradeanalysis.sources.columns.reading import Array, Reading
from tradeanalysis.sources.options import ReadOptions, absent_years

# The code of goods that are not specified.
UNNAMED_PRODUCT = "999999"


def read_years(reading: Reading, options: ReadOptions) -> None:
    """Years become whole numbers; where ``year=`` names some, the others are left out."""
    table, years = reading.table, options.year
    if YEAR not in table:
        if PERIOD in table and any(map(period, table[PERIOD].unique())):
            table = table.assign(**{YEAR: table[PERIOD]})
        elif years is not None and len(years) == 1:
            table = table.assign(**{YEAR: next(iter(years))})
        elif years is not None:
            raise TradeDataError("year= names several years, and the file has no column of years to choose them from")
        elif PERIOD in table and any(table[PERIOD]):
            raise TradeDataError("TA-115 [error] the file has months without their year. Say which with year=2023")
        else:
            return
    numbers, distinct = pd.factorize(table[YEAR])
    # A spreadsheet may give a year as its last day.
    found = [str(cell.year) if isinstance(cell, datetime.date) else period(cell) or "" for cell in distinct]
    if PERIOD not in table and any(len(one) > 4 for one in found):
        table = table.assign(**{PERIOD: table[YEAR]})
    latest = datetime.date.today().year + 1
    read = np.array([*(int(one[:4]) if one and int(one[:4]) <= latest else 0 for one in found), 0])[numbers]
    if (read == 0).any():
        strange = listing(sorted({repr("" if pd.isna(y) else str(y)) for y in table[YEAR][read == 0]}))
        reading.fault("TA-112", f"no year that can be read, {strange},", read == 0, "Write years as 2023.")
    reading.table = table.assign(**{YEAR: read})
    _read_periods(reading)
    if years is not None:
        chosen = np.isin(read, list(years))
        if not chosen.any():
            there = listing(sorted(set(read[read > 0].tolist())), 20)
            raise TradeDataError(f"year={listing(sorted(years))} is not in the file, which holds {there or 'no year'}")
        reading.drop(~chosen & (read > 0), "not of the chosen years")
        reading.findings += absent_years(years, set(read[read > 0].tolist()) & set(years))


def _read_periods(reading: Reading) -> None:
    """Months and quarters are parts of their year, unless the year itself stands beside them."""
    if PERIOD not in reading.table:
        return
    when = reading.table[PERIOD]
    if not all(period(cell) for cell in when.unique()):
        when = when.astype(str) + "/" + reading.table[YEAR].astype(str)  # a month beside its year
    numbers, distinct = pd.factorize(when)
    read = (period(cell) or str(cell).split("/")[0].strip() for cell in distinct)
    labels = np.array([*read, ""], dtype=object)[numbers]
    digits = np.array([len(label) for label in labels])
    lengths, count = np.unique(digits, return_counts=True)
    if len(lengths) > 1:
        few = digits == lengths[count.argmin()]
        what = f"a period of another length than the others, {listing(sorted(set(labels[few])))},"
        fix = "A year contains its months already: keep one kind of rows."
        reading.fault("TA-115", what, few, fix)
    annual = all(not label or (len(label) == 4 and label.isdigit()) for label in pd.unique(labels))
    reading.table = reading.table.drop(columns=PERIOD) if annual else reading.table.assign(**{PERIOD: labels})


def read_names(reading: Reading, options: ReadOptions) -> None:
    """What ``names=`` says of products; and which of its labels the file does not have."""
    given = options.names or {}
    if not given:
        return
    there = {names.key(label) for column in (REPORTER, PARTNER) for label in _unique(reading, column)}
    products = {names.key(label) for label in _unique(reading, PRODUCT)}
    strange = [label for label in given if names.key(label) not in there | products]
    if strange:
        what = f"names= says what {listing(map(repr, strange))} means, and no row has such a label"
        reading.findings.append(Finding("TA-106", what, "Write it as the file does.", override="warning"))
    wrong = {label: said for label in given if names.key(label) in there and (said := wrong_meaning(given, label))}
    if wrong:
        words = listing(f"{label!r}: {said!r}" for label, said in wrong.items())
        raise TradeDataError(
            f'names= gives a meaning that is no economy, {words}: write an ISO3 code, "keep", "drop" or "other"'
        )
    if products & set(map(names.key, given)):
        _name_products(reading, {names.key(label): meaning for label, meaning in given.items()})


def _unique(reading: Reading, column: str) -> Any:
    return reading.table[column].dropna().unique() if column in reading.table else ()


def _name_products(reading: Reading, said: dict[str, str | None]) -> None:
    """Products by the codes that ``names=`` gives them; what is "other" has the code of unspecified goods."""
    numbers, distinct = pd.factorize(reading.table[PRODUCT])
    words = [said.get(names.key(label), "keep") for label in distinct]
    codes = [
        label if word in ("keep", "drop", None) else UNNAMED_PRODUCT if word == "other" else word
        for label, word in zip(distinct, words, strict=True)
    ]
    reading.table = reading.table.assign(**{PRODUCT: np.array([*codes, ""], dtype=object)[numbers]})
    out = np.array([*(word in ("drop", None) for word in words), False])[numbers]
    reading.drop(out, "products that names= leaves out")


def read_reporters(reading: Reading, options: ReadOptions) -> None:
    """Reporters become ISO3; where ``reporter=`` names one, the others are left out."""
    only = options.reporter
    if REPORTER not in reading.table:
        if only is not None:
            reading.table = reading.table.assign(**{REPORTER: only})
        return
    labels, at = coded(reading, REPORTER, options)
    _write(reading, labels, at)
    at = _leave_dropped(reading, labels, at)
    if only is not None:
        other = (labels.codes[at] != only) & (labels.kinds[at] != "blank")
        if other.all():
            there = listing(sorted(set(labels.codes) - {""}))
            raise TradeDataError(f"reporter={only!r} is not in the file, which holds {there}")
        reading.drop(other, f"not of the chosen reporter, {only}")
        at = at[~other]
    # A reporter that is no country is a name; one that is nearly a country's is a slip.
    strange = np.array(
        [match_of(labels, i).kind == "unknown" and bool(match_of(labels, i).candidates) for i in labels_at(labels)]
    )
    _check_unknown(reading, labels, at, strange | (labels.kinds == "ambiguous"), {})
    _check_labels(reading, labels, at, options)
    totals = labels.kinds[at] == "aggregate"
    if totals.all() or not options.drop_aggregates:
        _refuse_aggregates(reading, labels, at, "Remove them with drop_aggregates=True.")
    else:
        reading.drop(totals, f"aggregates among the reporters: {labels.named(at[totals])}")


def labels_at(labels: Labels) -> range:
    """The numbers of the labels."""
    return range(len(labels.labels))


def match_of(labels: Labels, i: int) -> names.Match:
    """What a label meant before its role was settled."""
    return labels.matches[labels.labels[i]]


def read_partners(reading: Reading, options: ReadOptions) -> None:
    """Partners become ISO3; World rows that are left out are kept aside, to be compared with the partners."""
    if PARTNER not in reading.table:
        return
    labels, at = coded(reading, PARTNER, options)
    at = _leave_dropped(reading, labels, at)
    looks = settle_roles(reading, labels, at, options)
    at = _leave_dropped(reading, labels, at)
    _write(reading, labels, at)
    reading.unallocated = labels.kinds[at] == "unallocated"
    unknown = labels.kinds == "unknown"
    if options.unknown == "keep":
        unknown = np.array([i in looks for i in labels_at(labels)])
    _check_unknown(reading, labels, at, unknown | (labels.kinds == "ambiguous"), looks)
    _check_labels(reading, labels, at, options)
    _note_labels(reading, labels, at)
    totals = labels.kinds[at] == "aggregate"
    if totals.all():
        fix = "The file holds only totals: there is no split by partner in it, download it by partner."
        _refuse_aggregates(reading, labels, at, fix)
    elif not options.drop_aggregates:
        _refuse_aggregates(reading, labels, at, "Remove them with drop_aggregates=True.")
    elif totals.any():
        world = totals & (labels.codes[at] == WORLD)
        for total in reading.totals.values():
            world = world & total if (world & total).any() else world
        reading.world = reading.table[world]
        reading.drop(totals, f"aggregates among the partners: {labels.named(at[totals])}")


def settle_roles(reading: Reading, labels: Labels, at: Array, options: ReadOptions) -> dict[int, str]:
    """Tell markets from sums; how unknown labels look that are likely no partners."""
    kinds = set(labels.kinds)
    several = len(set(labels.codes)) < len(labels.codes)
    if not kinds & {"aggregate", "unknown", "historical"} and not several:
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
    named = labels.named(at[marked])
    if options.blocs is None:
        for i in alone:
            labels.kinds[i] = "bloc"
        what = f"a bloc without its members as partner, {named},"
        fix = 'It is no sum of the others: keep it as a market of its own with blocs="keep", or as not allocated with blocs="other".'
        reading.fault("TA-104", what, marked, fix)
        return
    share = share_of(marked, reading.table[VALUE].to_numpy()) or 0.0
    if options.blocs == "drop":
        for i in alone:
            labels.kinds[i] = DROPPED
            labels.why[i] = "a bloc without its members, which no other row holds"
        return
    pair = overlapping(labels, alone)
    if pair:
        one, other = (repr(str(labels.labels[i])) for i in pair)
        fix = f'Leave one of them out: names={{{one}: "drop"}}.'
        reading.fault("TA-113", f"blocs that share members, {one} and {other},", np.isin(at, pair), fix)
    if any(alone.values()) and reading.counts is None:
        reading.table = beyond_members(reading.table, VALUE, at, sums, alone)
        reading.notes.append("what a bloc holds is that beyond those of its members that have rows of their own")
    make_markets(labels, alone, options.blocs)
    how = "a market of its own, of members that are not known" if options.blocs == "keep" else "not allocated"
    reading.notes.append(f"bloc as {how}: {named}; {share:.1%} of the value read")


def _leave_dropped(reading: Reading, labels: Labels, at: Array) -> Array:
    """Leave out the rows of labels that ``names=`` drops; the labels of the rows that stay."""
    out = labels.kinds[at] == DROPPED
    if out.any():
        why = "names=" if labels.said_of(at[out]).all() else "blocs="
        reading.drop(out, f"{labels.column}s that {why} leaves out: {labels.named(at[out])}")
    return at[~out]


def _write(reading: Reading, labels: Labels, at: Array) -> None:
    """Write the codes of a column of economies into the table."""
    reading.table = reading.table.assign(**{labels.column: labels.codes[at]})


def _refuse_aggregates(reading: Reading, labels: Labels, at: Array, fix: str) -> None:
    totals = labels.kinds[at] == "aggregate"
    if totals.any():
        reading.fault("TA-104", f"an aggregate as {labels.column}, {labels.named(at[totals])},", totals, fix)


def _check_labels(reading: Reading, labels: Labels, at: Array, options: ReadOptions) -> None:
    _check_synonyms(reading, labels, at)
    _check_other_labels(reading, labels, at)
    _check_system(reading, labels, at, options)


# How an unknown label looks that is likely no partner, and what ``names=`` may say of it first.
LOOKS = {
    "total": ("begins like a total", "drop"),
    "part": ("is a part of other rows", "drop"),
    "rest": ("begins like a remainder", "other"),
    "sum": ("is the sum of others", "drop"),
    "half": ("holds more than half of the value", "keep"),
}


def _check_unknown(reading: Reading, labels: Labels, at: Array, strange_label: Array, looks: dict[int, str]) -> None:
    """Labels that are blank, unknown, ambiguous or of no single partner, and hidden characters in them."""
    column, kind = labels.column, labels.kinds[at]
    if (blank := kind == "blank").any():
        reading.fault("TA-105", f"no {column}", blank, f"Name the {column}, or leave these rows out and say so.")
    strange = strange_label[at]
    if strange.any():
        seen = pd.unique(at[strange])
        found = listing((_in_doubt(labels, i, looks) for i in seen), 8)
        fix = _ways_out(labels, seen, looks, kind[strange])
        reading.fault("TA-106", f"an unknown or ambiguous {column}, {found},", strange, fix)
    texts = [str(label) for label in labels.labels]
    hidden = np.array([any(unicodedata.category(c) in ("Cc", "Cf") for c in text) for text in texts])[at]
    if hidden.any():
        found = listing(sorted({ascii(texts[i][:40]) for i in pd.unique(at[hidden])}))
        fix = "They were removed from names of countries."
        reading.fault("TA-132", f"hidden characters in the {column}, {found},", hidden, fix)


def _in_doubt(labels: Labels, i: int, looks: dict[int, str]) -> str:
    """A label that is not known, and what may have been meant or what it looks like."""
    words = candidates(labels.labels[i], match_of(labels, i))
    return f"{words} (it {LOOKS[looks[i]][0]})" if i in looks else words


def _ways_out(labels: Labels, seen: Array, looks: dict[int, str], kinds: Array) -> str:
    """What ``names=`` may say of unknown labels."""
    others = code_systems.holding([labels.labels[i] for i in seen], labels.system)
    if others:
        systems = " or ".join(f'codes="{one}"' for one in others)
        return f"If these are numbers of another system, say whose: {systems}."
    said = {str(labels.labels[i]): _first_meaning(labels, i, looks) for i in seen}
    if (kinds != "unknown").any() or labels.column == REPORTER:
        return "Write ISO3 codes."
    few = dict(list(said.items())[:8])
    words = ", ".join(f"{json_text(label)}: {json_text(word)}" for label, word in few.items())
    return f"Write ISO3 codes, or say what they mean: names={{{words}}}."


def _first_meaning(labels: Labels, i: int, looks: dict[int, str]) -> str:
    """What ``names=`` may say of an unknown label first: what it looks like, the one near name, or that it is kept."""
    near = match_of(labels, i).candidates
    return LOOKS[looks[i]][1] if i in looks else near[0] if len(near) == 1 else "keep"


def json_text(text: str) -> str:
    """A text between double quotes."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _note_labels(reading: Reading, labels: Labels, at: Array) -> None:
    """Say what was kept as it is, and what is not allocated, with its share."""
    x, kind = reading.table[VALUE].to_numpy(), labels.kinds[at]
    for word, marked in (
        ("kept as they are", np.isin(kind, ("unknown", KEPT))),
        ("not allocated", kind == "unallocated"),
    ):
        if marked.any():
            found = listing(sorted(set(reading.table[labels.column].to_numpy()[marked])))
            reading.notes.append(f"{labels.column}s {word}: {found}; {share_of(marked, x) or 0:.1%} of the value read")
    silently = (kind == "unknown") & ~labels.said_of(at)
    if silently.any() and not any(one.id == "TA-106" and one.severity == "error" for one in reading.findings):
        what = f"{labels.column}s that are no known country, {labels.named(at[silently])}, kept as partners,"
        reading.fault("TA-106", what, silently, "Check that none of them is a sum of others.")
        reading.findings[-1] = replace(reading.findings[-1], override="warning")


def _check_synonyms(reading: Reading, labels: Labels, at: Array) -> None:
    """Labels that differ and mean one country: rows under them belong together."""
    seen = pd.Series({labels.texts[i]: labels.codes[i] for i in np.unique(at) if labels.kinds[i] in COUNTRIES})
    several = seen[seen.duplicated(keep=False)]
    if len(several):
        found = listing(f"{' and '.join(map(repr, one.index))} ({code})" for code, one in several.groupby(several))
        what = f"a {labels.column} under several labels, {found},"
        marked = np.isin(labels.codes[at], several.unique())
        reading.fault("TA-133", what, marked, "They were taken together.")


def _check_other_labels(reading: Reading, labels: Labels, at: Array) -> None:
    """Rows whose code and name are two countries, as a merge that shifted them leaves behind."""
    codes = labels.codes[at]
    for other in reading.other_labels.pop(labels.column, []):
        number, distinct = pd.factorize(other)
        matches = [names.Match("blank"), *names.resolve(distinct).values()]
        single = np.array([one.kind in COUNTRIES for one in matches])[number + 1] & np.isin(labels.kinds[at], COUNTRIES)
        differ = single & (np.array([one.code for one in matches], dtype=object)[number + 1] != codes)
        differ &= ~labels.said_of(at)
        if differ.any():
            pairs = pd.unique(pd.Series(zip(codes[differ], distinct[number[differ]], strict=True)))
            found = listing(f"{code} beside {str(label)!r}" for code, label in pairs)
            fix = "Look up which is right: a merge may have shifted a column."
            reading.fault("TA-121", f"a {labels.column} whose code and name differ, {found},", differ, fix)


def _check_system(reading: Reading, labels: Labels, at: Array, options: ReadOptions) -> None:
    """Numbers that mean other economies than the names beside them: those of another system."""
    beside = names_beside(reading, labels.column, labels, at)
    if beside is None:
        return
    codes = np.array([match_of(labels, i).code for i in labels_at(labels)], dtype=object)[at]
    differ = (beside != "") & (codes != beside) & ~labels.said_of(at)
    if not differ.any():
        return
    pairs = {(labels.labels[i], name) for i, name in zip(at, beside, strict=True) if name}
    better = code_systems.fitting(pairs, labels.system)
    if better is None and np.isin(codes[differ], ("",)).all():
        return  # unknown numbers are refused as such
    few = dict.fromkeys(zip(at[differ].tolist(), beside[differ].tolist(), strict=True))
    found = listing(f"{labels.name_of(i)} beside {names.country_name(name)!r}" for i, name in few)
    fix = "Look up which is right: a merge may have shifted a column."
    if better:
        fix = f'The names agree with the codes of another system: codes="{better}".'
    reading.fault("TA-121", f"a {labels.column} whose code and name differ, {found},", differ, fix)


def leave_own_trade(reading: Reading, options: ReadOptions) -> None:
    """Leave out rows in which the reporter is its own partner, unless ``own_trade`` keeps them."""
    table = reading.table
    if options.own_trade or REPORTER not in table or PARTNER not in table:
        return
    own = ((table[REPORTER] == table[PARTNER]) & (table[PARTNER] != "")).to_numpy()
    if own.any():
        what = f"a reporter as its own partner, {listing(sorted(set(table[REPORTER][own])))},"
        fix = "It was left out, since it is not a foreign market; own_trade=True keeps it."
        reading.fault("TA-118", what, own, fix)
        reading.drop(own, "reporters as their own partners")
