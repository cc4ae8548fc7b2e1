"""A year of a release from its text to a table: counted, given our codes, checked, sorted."""

from __future__ import annotations

import csv
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from tradeanalysis.currencies import DOLLAR, DOLLARS, SCALES
from tradeanalysis.gate.findings import Finding, fault, in_rows, refuse, rows_with, warn
from tradeanalysis.schema import EXPORT, FLOW, PARTNER, PRODUCT, REPORTER, VALUE, YEAR
from tradeanalysis.sources.baci.members import Year
from tradeanalysis.sources.baci.tally import blocks, tally
from tradeanalysis.sources.certificates import COUNTED, conventions, issues
from tradeanalysis.sources.columns.duplicates import against_world
from tradeanalysis.sources.columns.label_codes import LabelCodes, read_labels
from tradeanalysis.sources.columns.reading import Reading, check_values
from tradeanalysis.sources.options import ReadOptions
from tradeanalysis.sources.raw import MISSING
from tradeanalysis.texts import Text

DIGITS = 6
# A row's reporter, partner and product in one number of 64 bits.
BITS = 20
MASK = (1 << BITS) - 1
# A file with more country codes than this is not BACI's.
MAX_LABELS = 5_000

Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Parsed:
    """The rows of a year as its text has them: one number for i, j and k of each row, and v in US dollars."""

    cell: Numbers
    value: npt.NDArray[np.float64]
    # The labels of i and of j that the numbers stand for.
    labels: tuple[list[str], list[str]]
    # Counted in the text without the parser: its rows, the exact total of v, and its blank lines.
    rows: int
    total: Fraction
    blank: Numbers

    def lines(self, rows: Sequence[int]) -> tuple[int, ...]:
        """The lines of the file in which rows stand; the headings are line 1."""
        numbers = np.array(rows, dtype=np.int64)
        before = np.searchsorted(self.blank - np.arange(len(self.blank)) - 2, numbers, side="right")
        return tuple((numbers + 2 + before).tolist())


def parse_year(one: Year) -> Parsed:
    """Parse the text of a year in blocks, and count it independently of the parser."""
    import pyarrow
    from pyarrow import csv as parser

    code = pyarrow.dictionary(pyarrow.int32(), pyarrow.string())
    kinds = {"t": pyarrow.int32(), "i": code, "j": code, "k": pyarrow.int32(), "v": pyarrow.float64()}
    convert = parser.ConvertOptions(column_types=kinds, include_columns=list(kinds), null_values=list(MISSING))
    numbers: tuple[dict[str, int], dict[str, int]] = {}, {}
    cells, values, rows, total, line = [], [], 0, Fraction(0), 2
    without: list[int] = []
    try:
        with one.open() as file:
            headings = next(csv.reader([file.readline(1 << 16).decode("utf-8-sig")]), [])
            if lacking := [name for name in kinds if headings.count(name) != 1]:
                raise fault("TA-110", "baci_needs_column", name=one.name, column=repr(lacking[0]))
            reading = parser.ReadOptions(column_names=headings)
            for block in blocks(file, one.name):
                counted, summed, blank = tally(block, headings.index("v"), len(headings), one.name, line)
                rows, total, line = rows + counted, total + summed, line + counted + len(blank)
                without += blank
                if not counted:
                    continue
                table = parser.read_csv(pyarrow.BufferReader(block), read_options=reading, convert_options=convert)
                _refuse_other(table, one)
                i, j = (_numbered(table[name], known) for name, known in zip("ij", numbers, strict=True))
                cells.append(i << 2 * BITS | j << BITS | table["k"].to_numpy().astype(np.int64))
                values.append(table["v"].to_numpy() * SCALES["k"])
    except (pyarrow.ArrowInvalid, UnicodeDecodeError) as error:
        raise fault("TA-110", "no_baci_file", name=one.name, why=str(error)[:200]) from None
    if not rows:
        raise fault("TA-131", "only_headings", source=one.name)
    cell, value = np.concatenate(cells), np.concatenate(values)
    if len(cell) != rows:
        raise fault("TA-131", "lines_not_read", name=one.name, lines=rows, read=len(cell))
    return Parsed(cell, value, (list(numbers[0]), list(numbers[1])), rows, total, np.array(without, dtype=np.int64))


def _refuse_other(table: Any, one: Year) -> None:
    """Refuse years other than that of the file's name, and products that are not codes."""
    from pyarrow import compute

    for name in "tk":
        if table[name].null_count:
            raise fault("TA-110", "baci_rows_without", name=one.name, column=repr(name))
    if other := sorted(set(table["t"].unique().to_pylist()) - {one.year}):
        raise fault("TA-131", "rows_of_other_years", name=one.name, years=other)
    span = compute.min_max(table["k"]).as_py()
    if span["min"] < 0 or span["max"] >= 10**DIGITS:
        raise fault("TA-110", "baci_products_no_codes", name=one.name, digits=DIGITS)


def _numbered(column: Any, known: dict[str, int]) -> Numbers:
    """The number of each row's label, in the order in which labels first came; new ones are added to ``known``."""
    numbers = np.empty(len(column), dtype=np.int64)
    at = 0
    for chunk in column.chunks:
        number = np.array(
            [known.setdefault(label, len(known)) for label in chunk.dictionary.to_pylist()], dtype=np.int64
        )
        numbers[at : at + len(chunk)] = number[chunk.indices.to_numpy()]
        at += len(chunk)
    if len(known) > MAX_LABELS:
        raise fault("TA-110", "baci_too_many_codes", most=MAX_LABELS)
    return numbers


@dataclass(frozen=True)
class Arranged:
    """A year as it is written, with its certificate; and the rows and dollars of the text that are not in it."""

    table: Any
    certificate: dict[str, Any]
    labels: dict[str, list[str]]
    gone: int
    lost: float


def arranged(text: Parsed, one: Year, options: ReadOptions) -> Arranged:
    """The rows of a year in our columns and order, once the gate has passed them."""
    known, keep = _countries(text, one.year, options)
    values = Reading(pd.DataFrame({VALUE: text.value}, copy=False))
    if not keep.all():
        values.keep(keep)
    check_values(values, options)
    values.findings = [_in_lines(finding, text) for finding in values.findings]
    rows = values.table.index.to_numpy()
    values.table = values.table[:0]  # a year is large: free what is not needed any more
    codes = [sorted(set(known.codes[column])) for column in (REPORTER, PARTNER)]
    ranks = [
        np.array([ours.index(code) if (code := known.codes[column].get(label)) else 0 for label in labels])
        for column, ours, labels in zip((REPORTER, PARTNER), codes, text.labels, strict=True)
    ]
    cell = text.cell[rows]
    cell = ranks[0][_i(cell)] << 2 * BITS | ranks[1][_j(cell)] << BITS | (cell & MASK)
    order = np.argsort(cell, kind="stable")
    cell, rows = cell[order], rows[order]
    del order
    value = text.value[rows]
    again = np.flatnonzero(cell[1:] == cell[:-1]) + 1
    if len(again):
        values.findings += _repeated(text, rows, again)
        starts = np.delete(np.arange(len(cell)), again)
        cell, value = cell[starts], np.add.reduceat(value, starts)
    refuse(_of(one, [*known.reading.findings, *values.findings]))
    against_world(known.reading, options, remainder=False)
    findings = [*known.reading.findings, *values.findings]
    refuse(_of(one, findings))
    warn(_of(one, findings), stacklevel=4)
    out = np.ones(text.rows, dtype=bool)
    out[rows] = False
    dropped = [*known.reading.dropped, *values.dropped]
    added = [Text("rows_added", rows=len(again))] if len(again) else []
    table = _table(cell, value, codes, one.year)
    certificate = {
        "layout": "BACI",
        "unit": DOLLARS,
        "currency": DOLLAR,
        "unit_of_file": "kUSD",
        "rows_read": text.rows,
        "rows": len(cell),
        "dropped": dropped,
        "value": _total(value),
        "coverage": {
            **{f"{name}s": len(_labels(table[name])) for name in COUNTED},
            **{f"{FLOW}s": [EXPORT], f"{YEAR}s": [one.year]},
        },
        "level": DIGITS,
        "conventions": conventions(options.own_trade),
        "unallocated_share": known.reading.unallocated_share(),
        "issues": issues(findings),
        "notes": [*known.reading.notes, *added],
    }
    gone = sum(left["rows"] for left in dropped) + len(again)
    labels = dict(zip((REPORTER, PARTNER), codes, strict=True)) | {PRODUCT: _labels(table[PRODUCT])}
    return Arranged(table, certificate, labels, gone, _total(np.nan_to_num(text.value[out])))


def _labels(column: Any) -> list[str]:
    labels: list[str] = column.chunk(0).dictionary.to_pylist()
    return labels


def _total(x: npt.NDArray[np.float64]) -> float:
    """Their sum to the last digit, in pieces: a list of millions takes more room than their array."""
    return math.fsum(math.fsum(x[at : at + MASK].tolist()) for at in range(0, len(x), MASK))


def _i(cell: Numbers) -> Numbers:
    return cell >> 2 * BITS


def _j(cell: Numbers) -> Numbers:
    return cell >> BITS & MASK


def _countries(text: Parsed, year: int, options: ReadOptions) -> tuple[LabelCodes, npt.NDArray[np.bool_]]:
    """What the pairs of countries mean, and the rows whose pair is kept."""
    reporters, partners = (np.array(labels, dtype=object) for labels in text.labels)
    pair = _i(text.cell) * len(partners) + _j(text.cell)
    space = len(reporters) * len(partners)
    x = np.nan_to_num(text.value)
    x = np.maximum(x, 0.0) if options.negative == "drop" else x
    counts, sums = np.bincount(pair, minlength=space), np.bincount(pair, x, space)
    at = np.flatnonzero(counts)
    cells: dict[str, Any] = {REPORTER: reporters[at // len(partners)], PARTNER: partners[at % len(partners)]}
    cells |= {FLOW: EXPORT, YEAR: year, VALUE: sums[at]}
    known = read_labels(pd.DataFrame(cells, index=at), counts[at], options)
    kept = np.zeros(space, dtype=bool)
    kept[known.reading.table.index] = True
    return known, kept[pair]


def _repeated(text: Parsed, rows: Numbers, again: Numbers) -> list[Finding]:
    """Cells that stand twice under the same labels; an economy under two labels is two parts of it."""
    at = np.union1d(again - 1, again)
    twice = rows[at][pd.Series(text.cell[rows[at]]).duplicated(keep=False)]
    if not len(twice):
        return []
    bad = np.zeros(text.rows, dtype=bool)
    bad[twice] = True
    return [_in_lines(in_rows("TA-107", "repeated_in_baci", bad, text.value), text)]


def _in_lines(found: Finding, text: Parsed) -> Finding:
    """What was found in rows, by the lines of the file."""
    lines = text.lines(found.rows)
    if not isinstance(found.what, Text):
        return found
    return replace(found, what=rows_with(found.count or 0, found.what.values["what"], "line", lines), rows=lines)


def _of(one: Year, findings: Sequence[Finding]) -> list[Finding]:
    """What was found, with the name of the file."""
    return [replace(found, what=Text("in_file", file=one.name, what=found.what)) for found in findings]


def _table(cell: Numbers, value: npt.NDArray[np.float64], codes: Sequence[list[str]], year: int) -> Any:
    """Our columns, their texts as numbers of labels."""
    import pyarrow

    there = np.zeros(10**DIGITS, dtype=bool)
    there[cell & MASK] = True
    products = [f"{code:0{DIGITS}d}" for code in np.flatnonzero(there)]

    def coded(numbers: Numbers, labels: list[str]) -> Any:
        kind = pyarrow.int32()
        return pyarrow.DictionaryArray.from_arrays(pyarrow.array(numbers.astype(np.int32), kind), pyarrow.array(labels))

    return pyarrow.table(
        {
            REPORTER: coded(_i(cell), codes[0]),
            PARTNER: coded(_j(cell), codes[1]),
            FLOW: coded(np.zeros_like(cell), [EXPORT]),
            PRODUCT: coded((np.cumsum(there) - 1)[cell & MASK], products),
            YEAR: pyarrow.array(np.full(len(cell), year, dtype=np.int32)),
            VALUE: pyarrow.array(value),
        }
    )
