"""What the labels of a table mean: its years, reporters and partners."""

from __future__ import annotations

import datetime
import unicodedata
from typing import Any

import numpy as np
import pandas as pd

from tradeanalysis import names
from tradeanalysis.gate.economies import WORLD, candidates
from tradeanalysis.gate.findings import listing, share_of
from tradeanalysis.schema import PARTNER, PERIOD, REPORTER, VALUE, YEAR, TradeDataError
from tradeanalysis.sources.columns.periods import period
from tradeanalysis.sources.columns.reading import Array, Reading
from tradeanalysis.sources.options import ReadOptions, absent_years

COUNTRIES = ("country", "historical")


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


def read_reporters(reading: Reading, options: ReadOptions) -> None:
    """Reporters become ISO3; where ``reporter=`` names one, the others are left out."""
    only = options.reporter
    if REPORTER not in reading.table:
        if only is not None:
            reading.table = reading.table.assign(**{REPORTER: only})
        return
    labels, at = _coded(reading, REPORTER)
    if only is not None:
        other = (labels.codes[at] != only) & (labels.kinds[at] != "blank")
        if other.all():
            there = listing(sorted(set(labels.codes) - {""}))
            raise TradeDataError(f"reporter={only!r} is not in the file, which holds {there}")
        reading.drop(other, f"not of the chosen reporter, {only}")
        at = at[~other]
    _check_labels(reading, labels, at, options)
    totals = labels.kinds[at] == "aggregate"
    if totals.all() or not options.drop_aggregates:
        _refuse_aggregates(reading, labels, at, "Remove them with drop_aggregates=True.")
    else:
        reading.drop(totals, f"aggregates among the reporters: {labels.named(at[totals])}")


def read_partners(reading: Reading, options: ReadOptions) -> None:
    """Partners become ISO3; World rows that are left out are kept aside, to be compared with the partners."""
    if PARTNER not in reading.table:
        return
    labels, at = _coded(reading, PARTNER)
    reading.unallocated = labels.kinds[at] == "unallocated"
    _check_labels(reading, labels, at, options)
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


class _Labels:
    """The distinct labels of a column of economies: their texts, their codes and the kind of each."""

    def __init__(self, column: str, distinct: Any) -> None:
        self.column = column
        self.labels = [*distinct, ""]  # a missing label has the number -1
        self.matches = names.resolve(distinct)
        self.matches.setdefault("", names.Match("unknown"))
        self.texts = [str(label).strip() for label in self.labels]
        pairs = [(self.matches[label], text) for label, text in zip(self.labels, self.texts, strict=True)]
        self.kinds = np.array([match.kind if text else "blank" for match, text in pairs])
        self.codes = np.array([match.code or text for match, text in pairs], dtype=object)

    def named(self, at: Array) -> str:
        """Some labels as the file has them; a code with its name."""
        return listing(map(self._named, pd.unique(at)))

    def _named(self, i: int) -> str:
        label, code = self.labels[i], self.matches[self.labels[i]].code
        text = repr(str(label))
        return f"{text} ({names.country_name(code)})" if not str(label).isalpha() and code else text


def _coded(reading: Reading, column: str) -> tuple[_Labels, Array]:
    """Write codes into a column of economies; its labels, and the number of each row's label."""
    numbers, distinct = pd.factorize(reading.table[column])
    labels = _Labels(column, distinct)
    reading.table = reading.table.assign(**{column: labels.codes[numbers]})
    # Two labels of one country are two parts of it; one label that comes twice is a row too many.
    reading.labels[column] = pd.factorize(np.array(labels.texts, dtype=object))[0][numbers]
    return labels, numbers


def _refuse_aggregates(reading: Reading, labels: _Labels, at: Array, fix: str) -> None:
    totals = labels.kinds[at] == "aggregate"
    if totals.any():
        reading.fault("TA-104", f"an aggregate as {labels.column}, {labels.named(at[totals])},", totals, fix)


def _check_labels(reading: Reading, labels: _Labels, at: Array, options: ReadOptions) -> None:
    _check_unknown(reading, labels, at, options.unknown)
    _check_synonyms(reading, labels, at)
    _check_other_labels(reading, labels, at)


def _check_unknown(reading: Reading, labels: _Labels, at: Array, unknown: str) -> None:
    """Labels that are blank, unknown, ambiguous or of no single partner, and hidden characters in them."""
    column, kind = labels.column, labels.kinds[at]
    if (blank := kind == "blank").any():
        reading.fault("TA-105", f"no {column}", blank, f"Name the {column}, or leave these rows out and say so.")
    strange = (kind == "ambiguous") | ((kind == "unknown") & (unknown == "raise"))
    if strange.any():
        seen = (labels.labels[i] for i in pd.unique(at[strange]))
        found = listing((candidates(label, labels.matches[label]) for label in seen), 8)
        keep = ', or keep them as they are with unknown="keep"' if (kind[strange] == "unknown").all() else ""
        reading.fault("TA-106", f"an unknown or ambiguous {column}, {found},", strange, f"Write ISO3 codes{keep}.")
    texts = [str(label) for label in labels.labels]
    hidden = np.array([any(unicodedata.category(c) in ("Cc", "Cf") for c in text) for text in texts])[at]
    if hidden.any():
        found = listing(sorted({ascii(texts[i][:40]) for i in pd.unique(at[hidden])}))
        fix = "They were removed from names of countries."
        reading.fault("TA-132", f"hidden characters in the {column}, {found},", hidden, fix)
    x = reading.table[VALUE].to_numpy()
    for word, marked in (
        ("kept as they are", (kind == "unknown") & ~strange),
        ("not allocated", kind == "unallocated"),
    ):
        if marked.any():
            found = listing(sorted(set(reading.table[column].to_numpy()[marked])))
            reading.notes.append(f"{column}s {word}: {found}; {share_of(marked, x) or 0:.1%} of the value read")


def _check_synonyms(reading: Reading, labels: _Labels, at: Array) -> None:
    """Labels that differ and mean one country: rows under them belong together."""
    seen = pd.Series({labels.texts[i]: labels.codes[i] for i in np.unique(at) if labels.kinds[i] in COUNTRIES})
    several = seen[seen.duplicated(keep=False)]
    if len(several):
        found = listing(f"{' and '.join(map(repr, one.index))} ({code})" for code, one in several.groupby(several))
        what = f"a {labels.column} under several labels, {found},"
        marked = np.isin(labels.codes[at], several.unique())
        reading.fault("TA-133", what, marked, "They were taken together.")


def _check_other_labels(reading: Reading, labels: _Labels, at: Array) -> None:
    """Rows whose code and name are two countries, as a merge that shifted them leaves behind."""
    codes = labels.codes[at]
    for other in reading.other_labels.pop(labels.column, []):
        number, distinct = pd.factorize(other)
        matches = [names.Match("blank"), *names.resolve(distinct).values()]
        single = np.array([one.kind in COUNTRIES for one in matches])[number + 1] & np.isin(labels.kinds[at], COUNTRIES)
        differ = single & (np.array([one.code for one in matches], dtype=object)[number + 1] != codes)
        if differ.any():
            pairs = pd.unique(pd.Series(zip(codes[differ], distinct[number[differ]], strict=True)))
            found = listing(f"{code} beside {str(label)!r}" for code, label in pairs)
            fix = "Look up which is right: a merge may have shifted a column."
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
