"""What the years and periods of a table mean."""

from __future__ import annotations

import datetime
from collections.abc import Sequence

import numpy as np
import pandas as pd

from tradeanalysis.gate.findings import Fix, fault, finding
from tradeanalysis.gate.groups import factorized
from tradeanalysis.schema import FLOW, PERIOD, REPORTER, YEAR
from tradeanalysis.sources.columns.headings import (
    FIRST_MONTHS,
    LAST_MONTHS,
    heading_key,
    is_cumulative,
    is_of_year_before,
)
from tradeanalysis.sources.columns.parts_in_words import label_of_part, period_in, period_of
from tradeanalysis.sources.columns.parts_of_years import stated_parts
from tradeanalysis.sources.columns.periods import is_fiscal, month_alone, periods, written
from tradeanalysis.sources.columns.reading import Array, Reading, spread
from tradeanalysis.sources.columns.sheet_words import marked
from tradeanalysis.sources.options import ReadOptions, absent_years
from tradeanalysis.texts import Text

# The length of words that are no period, such as "Lũy kế" below months: they are never added to these.
_WORDS = -1


def read_years(reading: Reading, options: ReadOptions) -> None:
    """Years become whole numbers; where ``year=`` names some, the others are left out."""
    table, years = reading.table, options.year
    if YEAR not in table:
        if PERIOD in table and any(map(period_of, table[PERIOD].unique())):
            table = table.assign(**{YEAR: table[PERIOD]})
        elif PERIOD not in table and (named := _year_of_heading(reading)):
            table = table.assign(**{YEAR: named})
        elif years is not None and len(years) == 1:
            table = table.assign(**{YEAR: next(iter(years))})
        elif years is not None:
            raise fault("TA-110", "years_without_column")
        elif options.periods and (stated := _stated_year(reading)):
            table = table.assign(**{YEAR: stated})
        elif options.periods and PERIOD not in table:
            raise fault("TA-115", "months_none_here")
        elif PERIOD in table and any(table[PERIOD]):
            raise fault("TA-115", "months_without_year")
        else:
            return
    numbers, distinct = factorized(table[YEAR])
    # A spreadsheet may give a year as its last day.
    fiscal = {cell: when for cell, when in periods(distinct).items() if when is not None and is_fiscal(when)}
    found = [
        str(cell.year) if isinstance(cell, datetime.date) else fiscal.get(cell) or period_of(cell) or ""
        for cell in distinct
    ]
    if fiscal:
        pairs = [Text("year_as", heading=repr(str(cell)), year=when[:4]) for cell, when in fiscal.items()]
        reading.findings.append(finding("TA-144", "fiscal_years", pairs=pairs))
    if PERIOD not in table and any(len(one) > 4 and not is_fiscal(one) for one in found):
        table = table.assign(**{PERIOD: table[YEAR]})
    latest = datetime.date.today().year + 1
    read = np.array([*(int(one[:4]) if one and int(one[:4]) <= latest else 0 for one in found), 0])[numbers]
    if (read == 0).any():
        strange = sorted({"" if pd.isna(y) else str(y) for y in table[YEAR][read == 0]})
        reading.fault("TA-112", "year_unreadable", read == 0, years=list(map(repr, strange)), labels=strange)
    for cell, one in zip(distinct, found, strict=True):
        if one and (kind := marked(cell)):
            reading.marked_years[int(one[:4])] = kind
    reading.table, had = table.assign(**{YEAR: read}), PERIOD in table
    _read_periods(reading, options)
    if options.periods and PERIOD not in reading.table:
        if had:
            raise fault("TA-115", "months_none_here")  # all are whole years
        _say_period(reading)
    if years is not None:
        chosen = np.isin(read, list(years))
        if not chosen.any():
            there = sorted(set(read[read > 0].tolist()))
            raise fault("TA-110", "year_absent" if there else "no_year", years=sorted(years), there=there)
        reading.drop(~chosen & (read > 0), "out_other_years")
        reading.findings += absent_years(years, set(read[read > 0].tolist()) & set(years))


def _read_periods(reading: Reading, options: ReadOptions) -> None:
    """Months and quarters are parts of their year, unless the year itself stands beside them."""
    if PERIOD not in reading.table:
        return
    when = reading.table[PERIOD]
    if not all(period_of(cell) for cell in when.unique()):
        when = when.astype(str) + "/" + reading.table[YEAR].astype(str)  # a month beside its year
    numbers, distinct = pd.factorize(when)
    read = [period_of(cell) or str(cell).split("/")[0].strip() for cell in distinct]
    read = [*map(_so_far, read)] if _is_sum(reading) else read
    if _is_sum(reading) and _begins_later(reading):
        read = [f"{one[:4]}C00" for one in read]
    known = [*read, ""]
    digits = np.array([*map(_length, known)])[numbers]
    lengths, count = np.unique(digits, return_counts=True)
    if len(lengths) > 1:
        few = digits == lengths[count.argmin()]
        periods = sorted({written(known[i]) for i in np.unique(numbers[few])})
        # One kind of rows alone, where it is there of every year: months, or sums of months, make the year a part.
        years = {int(length): {one[:4] for one in read if _length(one) == length} for length in lengths}
        years.pop(_WORDS, None)
        whole = [length for length, there in years.items() if there == set().union(*years.values()) - {""}]
        fixes = [fix for length in whole for fix in _these_alone(reading, options, digits == length)]
        reading.fault("TA-115", "period_length_in_file", few, periods=periods, labels=periods, fixes=fixes)
    else:
        _refuse_overlap(reading, options, known, numbers)
    if options.periods and any(label.endswith("C00") for label in known):
        raise fault("TA-115", "months_end_open")
    annual = all(not label or (len(label) == 4 and label.isdigit()) for label in known)
    table = reading.table
    labels = [*map(written, known)]
    reading.table = table.drop(columns=PERIOD) if annual else table.assign(**{PERIOD: spread(labels, numbers)})


def _length(when: str) -> int:
    """How long a period is written; a quarter has as many signs as a month, and other words have none."""
    return len(when) + 100 * ("Q" in when) if not when or period_of(when) or is_fiscal(when) else _WORDS


def _is_sum(reading: Reading) -> bool:
    """Whether the heading of the values, or that of the months, says that the values are of the year so far."""
    values = [*reading.layout.values]
    months = [one for one in reading.layout.columns.get(PERIOD, ()) if one in reading.raw.cells]
    return (bool(values) and all(map(is_cumulative, values))) or any(heading_key(one) in LAST_MONTHS for one in months)


def _begins_later(reading: Reading) -> bool:
    """Whether a column of first months has others than January."""
    first = [one for one in reading.raw.cells if heading_key(str(one)) in FIRST_MONTHS]
    return any(not reading.raw.cells[one].astype(str).str.fullmatch(r"\s*0?1(?:\.0)?\s*").all() for one in first)


def _so_far(when: str) -> str:
    """The months of a year to one of them, or to the last of a quarter; others as they are."""
    if len(when) != 6 or not (when.isdigit() or "Q" in when):
        return when
    last = int(when[5]) * 3 if "Q" in when else int(when[4:])
    return when[:4] if last == 12 else f"{when[:4]}C{last:02d}"


def _year_of_heading(reading: Reading) -> str | None:
    """The year that the heading of the only values names: "Năm 2023", chosen by hand, is no other year."""
    headings = [reading.raw.written.get(one, one) for one in reading.layout.values if one in reading.raw.cells]
    if len(headings) != 1 or is_of_year_before(headings[0]) or is_fiscal(found := period_in(headings[0])):
        return None
    return found[:4] if found else None


def _stated_year(reading: Reading) -> str | None:
    """The year that the heading of the values or the titles name with a part of it; no later part has rows."""
    parts = stated_parts(reading)
    if any(one["kind"] == "unclear" for one in parts):
        raise fault("TA-115", "months_end_open")
    if len(parts) != 1 or not (numbers := parts[0].get("numbers")):
        return None
    beside = [str(one) for one in reading.table[PERIOD].unique()] if PERIOD in reading.table else []
    months = [int(found) for one in beside if (found := month_alone(one) or one.lstrip("Cc")).isdigit()]
    if len(months) < len(beside) or any(month > numbers[-1] for month in months):
        return None  # a month of the year before stands beside
    return str(parts[0]["year"])


def _say_period(reading: Reading) -> None:
    """The period of rows that have none, as the heading of their values or the titles of the file say."""
    labels = {one["year"]: label for one in stated_parts(reading) if (label := label_of_part(one))}
    years, rows = reading.table[YEAR].to_numpy(), len(reading.table)
    if any(one["kind"] == "unclear" for one in stated_parts(reading)):
        raise fault("TA-115", "months_end_open")
    if not rows or not {*years[years > 0].tolist()} <= set(labels):
        raise fault("TA-115", "months_none_here")
    reading.table = reading.table.assign(**{PERIOD: [labels.get(int(year), "") for year in years]})


def _refuse_overlap(reading: Reading, options: ReadOptions, known: Sequence[str], numbers: Array) -> None:
    """Refuse several times the first months of one year, of one reporter and flow: those of nine hold those of six.

    A way out is offered where it keeps the longest of every reporter and flow, and nothing else.
    """
    if not any("C" in one and period_of(one) for one in known):
        return
    keys = [one for one in (REPORTER, FLOW) if one in reading.table]
    label = pd.Series(np.array(known, dtype=object)[numbers], index=reading.table.index)
    group = [label.str[:4], *(reading.table[one] for one in keys)]
    longest = label.groupby(group, dropna=False).transform("max")
    kept = (label == longest).to_numpy()
    if kept.all():
        return
    so_far = sorted(map(written, {*label[~kept], *longest[~kept]}))
    fixes = _these_alone(reading, options, kept)
    reading.fault("TA-115", "months_so_far_overlap", ~kept, periods=so_far, labels=so_far, fixes=fixes)


def _these_alone(reading: Reading, options: ReadOptions, kept: Array) -> list[Fix]:
    """The way out that keeps the rows of these periods."""
    heading = next((one for one in reading.layout.columns.get(PERIOD, (PERIOD,)) if one in reading.raw.cells), None)
    if heading is None:
        heading = next((one for one in reading.layout.columns.get(YEAR, ()) if one in reading.raw.cells), None)
    if heading is None:
        return []
    cells = reading.raw.cells[heading]
    if cells.index.is_unique:
        cells = cells.loc[reading.table.index]
    elif len(cells) != len(kept):
        return []  # of columns set below each other some rows have gone, and which is not known
    cells = cells.astype(str).str.strip().str.removesuffix(".0")
    labels = sorted({*cells[kept]})
    if {*labels} & {*cells[~kept]}:
        return []  # one label stands for rows of both
    column = reading.raw.written.get(heading, heading)
    shown = Text("keeps_rows_of", rows=int(kept.sum()), label=", ".join(map(repr, labels)))
    return [Fix("rows", {**(options.rows or {}), column: labels}, shown)]
