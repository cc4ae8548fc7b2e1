"""What the words of a table mean: its flows, years and countries."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Any

import numpy as np
import pandas as pd

from tradeanalysis import names
from tradeanalysis.gate.findings import Finding, listing, refuse, share_of
from tradeanalysis.schema import FLOW, FLOW_PARTS, FLOW_WORDS, PARTNER, VALUE, YEAR, TradeDataError
from tradeanalysis.sources.reading import Reading


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
        mend = (
            "Re-exports and domestic exports are part of exports and are not added to them. "
            'Keep one flow with flow="export" or flow="import".'
        )
        reading.fault("TA-111", what, part, mend)


def read_years(reading: Reading, years: Collection[int] | None) -> None:
    """Years become whole numbers; those not asked for are left out."""
    table = reading.table
    if YEAR not in table:
        if years is not None and len(years) == 1:
            reading.table = table.assign(**{YEAR: next(iter(years))})
        elif years is not None:
            raise TradeDataError("year= names several years, and the file has no column that tells which row is which")
        return
    numbers, distinct = pd.factorize(table[YEAR])
    read = np.array([*map(_year, distinct), 0])[numbers]
    if (read == 0).any():
        found = listing(sorted({repr("" if pd.isna(y) else str(y)) for y in table[YEAR][read == 0]}))
        reading.fault("TA-112", f"no year that can be read, {found},", read == 0, "Write years as 2023.")
    reading.table = table.assign(**{YEAR: read})
    if years is not None:
        asked = np.isin(read, list(years))
        if not asked.any():
            there = listing(sorted(set(read[read > 0].tolist())), 20)
            raise TradeDataError(f"year={listing(sorted(years))} is not in the file, which holds {there or 'no year'}")
        reading.drop(~asked & (read > 0), "not of the years asked for")


def _year(cell: object) -> int:
    match = re.fullmatch(r"\s*([12]\d{3})(\.0+)?\s*", str(cell), re.ASCII)
    return int(match[1]) if match else 0


def reporter_code(reporter: str | int, unknown: str) -> str:
    """The code of the reporter that was asked for."""
    match = names.resolve([reporter])[reporter]
    if match.code or (match.kind == "unknown" and unknown == "keep"):
        return match.code or str(reporter).strip()
    keep = ', or keep it as it is with unknown="keep"' if match.kind == "unknown" else ""
    what = f"reporter= is unknown or ambiguous, {_candidates(reporter, match)}"
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
    if column == PARTNER:
        # Two labels of one country are two parts of it; one label that comes twice is a row too many.
        reading.table["_label"] = pd.factorize(np.array(texts, dtype=object))[0][numbers]
        reading.table["_rest"] = kinds[numbers] == "unallocated"
    if only is not None:
        other = (codes[numbers] != only) & (kinds[numbers] != "blank")
        if other.all():
            raise TradeDataError(
                f"{column}={only!r} is not in the file, which holds {listing(sorted(set(codes) - {''}))}"
            )
        reading.drop(other, f"not of the {column} asked for, {only}")
    _tell_strange(reading, column, labels, kinds, matches, unknown)
    at = reading.table.pop("_at").to_numpy()
    totals = kinds[at] == "aggregate"
    if not totals.any():
        return
    found = listing(_named(labels[i], matches[labels[i]]) for i in pd.unique(at[totals]))
    if drop_aggregates and not totals.all():
        reading.drop(totals, f"aggregates among the {column}s: {found}")
    else:
        only_totals = "The file holds only totals: there is no split by partner in it, download it by partner."
        mend = only_totals if totals.all() and column == PARTNER else "Remove them with drop_aggregates=True."
        reading.fault("TA-104", f"an aggregate as {column}, {found},", totals, mend)


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
        told = listing((_candidates(labels[i], matches[labels[i]]) for i in pd.unique(at[strange])), 8)
        keep = ', or keep them as they are with unknown="keep"' if (kind[strange] == "unknown").all() else ""
        reading.fault("TA-106", f"an unknown or ambiguous {column}, {told},", strange, f"Write ISO3 codes{keep}.")
    x = reading.table[VALUE].to_numpy()
    for word, marked in (
        ("kept as they are", (kind == "unknown") & ~strange),
        ("not allocated", kind == "unallocated"),
    ):
        if marked.any():
            found = listing(sorted(set(reading.table[column].to_numpy()[marked])))
            reading.notes.append(f"{column}s {word}: {found}; {share_of(marked, x) or 0:.1%} of the value read")


def _named(label: object, match: names.Match) -> str:
    """A label as the file has it; a code with its name."""
    text = repr(str(label))
    return f"{text} ({names.country_name(match.code)})" if not str(label).isalpha() and match.code else text


def _candidates(label: object, match: names.Match) -> str:
    near = [f"{names.country_name(code)} ({code})" for code in match.candidates]
    return f"{str(label)!r}" + (f" - did you mean {' or '.join(near)}?" if near else "")
