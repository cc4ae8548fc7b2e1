"""What the words of a table mean: its flows, years and countries."""

from __future__ import annotations

import datetime
import unicodedata
from collections.abc import Collection
from typing import Any

import numpy as np
import pandas as pd

from tradeanalysis import names
from tradeanalysis.gate.economies import WORLD, candidates
from tradeanalysis.gate.findings import Finding, listing, refuse, share_of
from tradeanalysis.schema import FLOW, FLOW_PARTS, FLOW_WORDS, PARTNER, REPORTER, VALUE, YEAR, TradeDataError
from tradeanalysis.sources.columns.periods import period
from tradeanalysis.sources.columns.reading import Reading
from tradeanalysis.sources.options import absent_years

COUNTRIES = ("country", "historical")


def read_flows(reading: Reading, flow: str | None) -> None:
    """Words for a flow become ours; where one flow is asked for, the other is left out."""
    table = reading.table
    if FLOW not in table:
        if flow is not None:
            reading.table = table.assign(**{FLOW: flow})
        return
    numbers, distinct = pd.factorize(table[FLOW])
    words = [*map(str, distinct), ""]  # a missing word has the number -1
    meant = np.array([FLOW_WORDS.get(names.key(word), "") for word in words], dtype=object)[numbers]
    part = np.array([names.key(word) in FLOW_PARTS for word in words])[numbers]
    reading.table = table.assign(**{FLOW: meant})
    told = np.array(words, dtype=object)[numbers]
    strange = (meant == "") & ~part
    if strange.any():
        what = f"a flow that is no word for exports or imports, {listing(map(repr, sorted(set(told[strange]))))},"
        reading.fault("TA-111", what, strange, 'Write "export" or "import".')
    if flow is not None:
        if not (meant == flow).any() and not strange.any():
            raise TradeDataError(f"flow={flow!r} is not in the file, which holds {listing(sorted(set(told)))}")
        reading.drop((meant != flow) & ~strange, f"not of the flow asked for, {flow}")
    elif part.any():
        what = f"a flow that is a part of another, {listing(map(repr, sorted(set(told[part]))))},"
        fix = (
            "Re-exports and domestic exports are part of exports and are not added to them. "
            'Keep one flow with flow="export" or flow="import".'
        )
        reading.fault("TA-111", what, part, fix)


def read_years(reading: Reading, years: Collection[int] | None) -> None:
    """Years become whole numbers; those not asked for are left out."""
    table = reading.table
    if YEAR not in table:
        if "_period" in table and any(map(period, table["_period"].unique())):
            table = table.assign(**{YEAR: table["_period"]})
        elif years is not None and len(years) == 1:
            table = table.assign(**{YEAR: next(iter(years))})
        elif years is not None:
            raise TradeDataError("year= names several years, and the file has no column that tells which row is which")
        elif "_period" in table and any(table["_period"]):
            raise TradeDataError("TA-115 [error] the file has months without their year. Say which with year=2023")
        else:
            return
    numbers, distinct = pd.factorize(table[YEAR])
    # A spreadsheet may give a year as its last day.
    found = [str(cell.year) if isinstance(cell, datetime.date) else period(cell) or "" for cell in distinct]
    if "_period" not in table and any(len(one) > 4 for one in found):
        table = table.assign(_period=table[YEAR])
    latest = datetime.date.today().year + 1
    read = np.array([*(int(one[:4]) if one and int(one[:4]) <= latest else 0 for one in found), 0])[numbers]
    if (read == 0).any():
        strange = listing(sorted({repr("" if pd.isna(y) else str(y)) for y in table[YEAR][read == 0]}))
        reading.fault("TA-112", f"no year that can be read, {strange},", read == 0, "Write years as 2023.")
    reading.table = table.assign(**{YEAR: read})
    _read_periods(reading)
    if years is not None:
        asked = np.isin(read, list(years))
        if not asked.any():
            there = listing(sorted(set(read[read > 0].tolist())), 20)
            raise TradeDataError(f"year={listing(sorted(years))} is not in the file, which holds {there or 'no year'}")
        reading.drop(~asked & (read > 0), "not of the years asked for")
        reading.findings += absent_years(years, set(read[read > 0].tolist()) & set(years))


def _read_periods(reading: Reading) -> None:
    """Months and quarters are parts of their year, unless the year itself stands beside them."""
    if "_period" not in reading.table:
        return
    when = reading.table["_period"]
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
        fix = "A year holds its months already: keep one kind of rows."
        reading.fault("TA-115", what, few, fix)
    annual = all(not label or (len(label) == 4 and label.isdigit()) for label in pd.unique(labels))
    reading.table = reading.table.drop(columns="_period") if annual else reading.table.assign(_period=labels)


def reporter_code(reporter: str | int, unknown: str) -> str:
    """The code of the reporter that was asked for."""
    if not isinstance(reporter, (str, int, np.integer)):
        raise TradeDataError(
            f"reporter={reporter!r}: it names one economy. For several read all, and keep their rows of the table"
        )
    match = names.resolve([reporter])[reporter]
    if match.code or (match.kind == "unknown" and unknown == "keep"):
        return match.code or str(reporter).strip()
    keep = ', or keep it as it is with unknown="keep"' if match.kind == "unknown" else ""
    what = f"reporter= is unknown or ambiguous, {candidates(reporter, match)}"
    refuse([Finding("TA-106", what, f"Write its ISO3 code{keep}.")])
    raise AssertionError


def read_countries(
    reading: Reading, column: str, *, unknown: str, drop_aggregates: bool, only: str | None = None
) -> None:
    """Names and codes become ISO3; what is no country is told, kept or left out."""
    table = reading.table
    if column not in table:
        if only is not None:
            reading.table = table.assign(**{column: only})
        return
    numbers, distinct = pd.factorize(table[column])
    labels = [*distinct, ""]  # a missing label has the number -1
    matches = names.resolve(distinct)
    matches.setdefault("", names.Match("unknown"))
    texts = [str(label).strip() for label in labels]
    kinds = np.array([matches[label].kind if text else "blank" for label, text in zip(labels, texts, strict=True)])
    codes = np.array([matches[label].code or text for label, text in zip(labels, texts, strict=True)], dtype=object)
    reading.table = table.assign(**{column: codes[numbers], "_at": numbers})
    # Two labels of one country are two parts of it; one label that comes twice is a row too many.
    reading.table[f"_label {column}"] = pd.factorize(np.array(texts, dtype=object))[0][numbers]
    if column == PARTNER:
        reading.table["_rest"] = kinds[numbers] == "unallocated"
    if only is not None:
        other = (codes[numbers] != only) & (kinds[numbers] != "blank")
        if other.all():
            raise TradeDataError(
                f"{column}={only!r} is not in the file, which holds {listing(sorted(set(codes) - {''}))}"
            )
        reading.drop(other, f"not of the {column} asked for, {only}")
    _tell_strange(reading, column, labels, kinds, matches, unknown)
    _tell_synonyms(reading, column, texts, codes, kinds)
    _tell_differing(reading, column, codes, kinds)
    at = reading.table.pop("_at").to_numpy()
    totals = kinds[at] == "aggregate"
    if not totals.any():
        return
    found = listing(_named(labels[i], matches[labels[i]]) for i in pd.unique(at[totals]))
    if drop_aggregates and not totals.all():
        if column == PARTNER:
            reading.world = reading.table[totals & (codes[at] == WORLD)]
        reading.drop(totals, f"aggregates among the {column}s: {found}")
    else:
        only_totals = "The file holds only totals: there is no split by partner in it, download it by partner."
        fix = only_totals if totals.all() and column == PARTNER else "Remove them with drop_aggregates=True."
        reading.fault("TA-104", f"an aggregate as {column}, {found},", totals, fix)


def _tell_strange(
    reading: Reading, column: str, labels: list[Any], kinds: Any, matches: dict[object, names.Match], unknown: str
) -> None:
    """Labels that are blank, unknown or ambiguous, and those of what is no single partner."""
    at = reading.table["_at"].to_numpy()
    kind = kinds[at]
    if (blank := kind == "blank").any():
        reading.fault("TA-105", f"no {column}", blank, f"Name the {column}, or leave these rows out and say so.")
    strange = (kind == "ambiguous") | ((kind == "unknown") & (unknown == "raise"))
    if strange.any():
        told = listing((candidates(labels[i], matches[labels[i]]) for i in pd.unique(at[strange])), 8)
        keep = ', or keep them as they are with unknown="keep"' if (kind[strange] == "unknown").all() else ""
        reading.fault("TA-106", f"an unknown or ambiguous {column}, {told},", strange, f"Write ISO3 codes{keep}.")
    texts = [str(label) for label in labels]
    hidden = np.array([any(unicodedata.category(c) in ("Cc", "Cf") for c in text) for text in texts])[at]
    if hidden.any():
        told = listing(sorted({ascii(texts[i][:40]) for i in pd.unique(at[hidden])}))
        fix = "They were taken off names of countries."
        reading.fault("TA-132", f"hidden characters in the {column}, {told},", hidden, fix)
    x = reading.table[VALUE].to_numpy()
    for word, marked in (
        ("kept as they are", (kind == "unknown") & ~strange),
        ("not allocated", kind == "unallocated"),
    ):
        if marked.any():
            found = listing(sorted(set(reading.table[column].to_numpy()[marked])))
            reading.notes.append(f"{column}s {word}: {found}; {share_of(marked, x) or 0:.1%} of the value read")


def _tell_synonyms(reading: Reading, column: str, texts: list[str], codes: Any, kinds: Any) -> None:
    """Labels that differ and mean one country: rows under them belong together."""
    at = reading.table["_at"].to_numpy()
    seen = pd.Series({texts[i]: codes[i] for i in np.unique(at) if kinds[i] in COUNTRIES})
    several = seen[seen.duplicated(keep=False)]
    if len(several):
        told = listing(f"{' and '.join(map(repr, one.index))} ({code})" for code, one in several.groupby(several))
        what = f"a {column} under several labels, {told},"
        marked = np.isin(codes[at], several.unique())
        reading.fault("TA-133", what, marked, "They were taken together.")


def _tell_differing(reading: Reading, column: str, codes: Any, kinds: Any) -> None:
    """Rows whose code and name are two countries, as a merge that shifted them leaves behind."""
    at = reading.table["_at"].to_numpy()
    for other in [str(one) for one in reading.table if str(one).startswith(f"_{column} ")]:
        number, labels = pd.factorize(reading.table.pop(other))
        matches = [names.Match("blank"), *names.resolve(labels).values()]
        single = np.array([one.kind in COUNTRIES for one in matches])[number + 1] & np.isin(kinds[at], COUNTRIES)
        differ = single & (np.array([one.code for one in matches], dtype=object)[number + 1] != codes[at])
        if differ.any():
            pairs = pd.unique(pd.Series(zip(codes[at][differ], labels[number[differ]], strict=True)))
            told = listing(f"{code} beside {str(label)!r}" for code, label in pairs)
            fix = "Look up which is right: a merge may have shifted a column."
            reading.fault("TA-121", f"a {column} whose code and name differ, {told},", differ, fix)


def _named(label: object, match: names.Match) -> str:
    """A label as the file has it; a code with its name."""
    text = repr(str(label))
    return f"{text} ({names.country_name(match.code)})" if not str(label).isalpha() and match.code else text


def leave_own_trade(reading: Reading) -> None:
    """Goods that come back to where they were are no trade with a partner."""
    table = reading.table
    if REPORTER in table and PARTNER in table:
        own = ((table[REPORTER] == table[PARTNER]) & (table[PARTNER] != "")).to_numpy()
        if own.any():
            what = f"a reporter as its own partner, {listing(sorted(set(table[REPORTER][own])))},"
            reading.fault("TA-118", what, own, "It was left out, being no foreign market; own_trade=True keeps it.")
            reading.drop(own, "reporters as their own partners")
