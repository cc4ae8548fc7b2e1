"""A table on its way from the cells of a file to our columns, with all that is found and done on the way."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from tradeanalysis import names
from tradeanalysis.currencies import DOLLAR, Unit, to_digits, unit_named
from tradeanalysis.gate.findings import (
    Finding,
    Fix,
    fault,
    in_rows,
    numbered,
    refuse,
    rows_with,
    share_of,
    value_faults,
)
from tradeanalysis.gate.groups import Coded, coded, factorized
from tradeanalysis.gate.report import audit_table
from tradeanalysis.schema import (
    COLUMNS,
    FLOW,
    FLOW_WORDS,
    NOMENCLATURE,
    PARTNER,
    PERIOD,
    PRODUCT,
    REPORTER,
    SOURCE,
    UNIT,
    VALUATION,
    VALUE,
    YEAR,
)
from tradeanalysis.sources.columns.economies_below import headings_of_economies
from tradeanalysis.sources.columns.headings import MEASURES, flow_of_value, heading_key
from tradeanalysis.sources.columns.layouts import LAYOUTS, Layout, constants
from tradeanalysis.sources.columns.numbers import mark_of, parse
from tradeanalysis.sources.columns.recognition import Given, recognise
from tradeanalysis.sources.columns.scales import scales, stated_units
from tradeanalysis.sources.columns.units import stated as stated_in
from tradeanalysis.sources.columns.units import unit_in
from tradeanalysis.sources.options import ReadOptions
from tradeanalysis.sources.raw import ROLE, Raw
from tradeanalysis.texts import Amount, EconomyName, InUnit, Text

Array = npt.NDArray[Any]
# Columns that describe what is added, where a file has them: rows that differ in them are not to be mixed.
MARK_HEADINGS = {
    PERIOD: (PERIOD,),
    UNIT: (UNIT,),
    NOMENCLATURE: ("classificationcode", "classification", "nomenclature"),
    SOURCE: ("source",),
    VALUATION: ("valuation",),
}
# Periods that say that a row is of the whole year.
ANNUAL = ("annual", "yearly", "year", "a", "y", "năm", "cả năm")
# More than all trade in goods of a year, which is about 25e12 US dollars.
WORLD_TRADE = 30e12
# So many cells of a column are looked at before a unit is believed.
MOST_LOOKED_AT = 5_000
# The roles of rows that others add up to or hold.
COUNTED_TWICE = ("total", "subtotal", "part", "of which")
# The number of a row that stands nowhere in the file.
NOWHERE = -1


def _held(column: pd.Series[Any]) -> Any:
    """What holds the texts of a column, the same object as long as they are the same; None where that is not known."""
    return column.array.__arrow_array__() if getattr(column.dtype, "storage", None) == "pyarrow" else None


@dataclass(frozen=True)
class Numbered:
    """The cells of a column and their numbers; ``in_order`` where its labels stand in the order in which they come."""

    cells: Any
    coded: Coded
    in_order: bool = False


@dataclass
class Reading:
    """Rows on their way to a trade table, what is known of each row beside its columns, and what was found and done.

    ``table`` has the cells of the file; from ``arrange`` on, our columns and those of ``MARK_HEADINGS``. Its index is
    the number of the row in the file.
    """

    table: pd.DataFrame
    # The file and its layout; what stands here otherwise is a table of labels in our columns.
    raw: Raw = field(default_factory=lambda: Raw(pd.DataFrame(), "", ""))
    layout: Layout = LAYOUTS[-1]

    # Beside the rows, in their order.
    # The rows of the file that each row stands for, in a table of labels; None where it stands for itself.
    counts: Array | None = None
    # The codes of each dimension that splits a cell (such as its transport mode), and where they are its total.
    splits: dict[str, Array] = field(default_factory=dict)
    totals: dict[str, Array] = field(default_factory=dict)
    # Which label of the file a reporter or partner came from, as a number.
    labels: dict[str, Array] = field(default_factory=dict)
    # The same reporter or partner under the file's other headings, which have to agree.
    other_labels: dict[str, list[Array]] = field(default_factory=dict)
    # The columns that were written by their labels: a large table is not numbered again.
    numbered: dict[str, Numbered] = field(default_factory=dict)
    # The columns by which each row is known to be a cell of its own; rows that are left out change nothing of it.
    distinct_by: list[str] | None = None
    # Where the partner is a remainder, such as "Areas nes".
    unallocated: Array | None = None

    # Headings that stand several times, with different cells below them.
    twice: list[str] = field(default_factory=list)
    # The World rows that were left out: what the partners must add up to.
    world: pd.DataFrame | None = None
    # What the file's own totals say that no World row can be compared with, by year and flow; and all of its totals.
    own_totals: pd.DataFrame | None = None
    total_of_file: float | None = None
    # The share of the World rows that the partners hold.
    listed_share: float | None = None
    # Whether its title says that only the largest partners are listed, of a whole that is not known.
    only_largest: bool = False
    # Headings of the file that are not used.
    unused: list[str] = field(default_factory=list)
    # The values of the four quarters of each reporter, flow and whole year, where the file has months or quarters.
    by_quarter: list[dict[str, Any]] = field(default_factory=list)
    # The years of which there are not all months or quarters; None where these are not known.
    part_years: list[dict[str, Any]] | None = None
    # The years whose own label says that they are estimates: "Ước TH 2024".
    marked_years: dict[int, str] = field(default_factory=dict)
    # Whether values in another currency were converted to dollars.
    converted: bool = False
    findings: list[Finding] = field(default_factory=list)
    dropped: list[dict[str, Any]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def unit(self) -> Unit:
        """The unit of the file's values."""
        return unit_named(self.layout.unit) or Unit(1.0, DOLLAR)

    def amount(self, value: float) -> Amount:
        """An amount in the currency that the values are in by now."""
        return Amount(value, DOLLAR if self.converted else self.unit.currency)

    def fault(
        self,
        id: str,
        key: str,
        bad: Any,
        *,
        fixes: Iterable[Fix] = (),
        labels: Iterable[object] = (),
        **values: Any,
    ) -> None:
        """Record a fault of these rows, in the words of a key of the catalogues."""
        marked = np.asarray(bad, dtype=bool)
        numbers: npt.NDArray[np.intp] = self.table.index.to_numpy(dtype=np.intp)
        x = self.table[VALUE].to_numpy()
        if ROLE in self.table:  # shares are of what is counted once
            x = np.where(self.table[ROLE].isin(COUNTED_TWICE).to_numpy() & ~marked, 0.0, x)
        self.findings.append(
            in_rows(
                id,
                key,
                marked,
                x,
                numbers=numbers,
                where=self.raw.where,
                counts=self.counts,
                fixes=fixes,
                labels=labels,
                **values,
            )
        )

    def leave_out(
        self, argument: str, value: object, bad: Any, labels: Sequence[object] = (), *, safe: bool = False
    ) -> list[Fix]:
        """The fix that leaves these rows out, with how many they are and what they hold."""
        marked = np.asarray(bad, dtype=bool)
        rows = int(marked.sum() if self.counts is None else self.counts[marked].sum())
        held = self.amount(float(np.nansum(self.table[VALUE].to_numpy()[marked])))
        numbers = [int(one) for one in dict.fromkeys(self.table.index[marked])] if self.counts is None else []
        key = "leaves_out_labels" if labels and numbers else "leaves_out_counted" if labels else "leaves_out"
        effect = Text(
            key, rows=len(numbers) or rows, labels=list(labels), numbers=numbered(self.raw.where, numbers), value=held
        )
        return [Fix(argument, value, effect, safe)]

    def note(self, key: str, **values: Any) -> None:
        """Record what was done, in the words of a key of the catalogues."""
        self.notes.append(Text(key, **values))

    def drop(self, bad: Any, key: str, **values: Any) -> None:
        """Leave rows out, and record how many, how much and why: in the words of a key of the catalogues."""
        reason = Text(key, **values)
        marked = np.asarray(bad, dtype=bool)
        if marked.any():
            value = float(np.nansum(self.table[VALUE].to_numpy()[marked]))
            rows = int(marked.sum() if self.counts is None else self.counts[marked].sum())
            left = {"rows": rows, "value": value, "reason": reason, "kind": key}
            self.dropped.append(left | self._by_year(marked))
            self.keep(~marked)

    def _by_year(self, marked: Array) -> dict[str, Any]:
        """The rows and value of marked rows in each year, where the years are read and several."""
        if self.counts is not None or YEAR not in self.table or self.table[YEAR].dtype.kind not in "iu":
            return {}
        if self.table[YEAR].nunique() < 2:
            return {}
        found = self.table[marked].groupby(YEAR)[VALUE].agg(["size", "sum"])
        each = zip(found.index.tolist(), found["size"].tolist(), found["sum"].tolist(), strict=True)
        return {"by_year": [{"year": year, "rows": rows, "value": value} for year, rows, value in each]}

    def own_labels(self, column: str, rows: Sequence[int]) -> list[str]:
        """What the file itself calls the labels of some of its rows; of a code with its name."""
        there = [one for one in self.layout.columns.get(column, ()) if one in self.raw.cells]
        if not there or isinstance(self.raw.cells[there[0]], pd.DataFrame):
            return []
        known = self.raw.cells[there[0]]
        texts = [str(one).strip() for one in known[known.index.isin(rows)].dropna().unique()]
        codes = names.resolve(texts)
        return [
            repr(text)
            if not text.isdecimal() or not codes[text].code
            else Text("label_of", label=repr(text), economy=EconomyName(codes[text].code))
            for text in filter(None, texts)
        ]

    def keep(self, kept: Array) -> None:
        """Keep the marked rows, and what stands beside them."""
        numbered = {column: self.numbered[column].coded for column in self.numbered if self._is_numbered(column)}
        self.table = self.table[kept]
        self.counts = None if self.counts is None else self.counts[kept]
        self.unallocated = None if self.unallocated is None else self.unallocated[kept]
        for beside in (self.splits, self.totals, self.labels):
            beside.update({name: x[kept] for name, x in beside.items()})
        self.numbered = {
            column: Numbered(_held(self.table[column]), Coded(one.number[kept], one.labels))
            for column, one in numbered.items()
        }
        for column, labels in self.other_labels.items():
            self.other_labels[column] = [x[kept] for x in labels]

    def append_unallocated(self, rows: pd.DataFrame) -> None:
        """Add rows that are not in the file and are allocated to no partner, or to no product."""
        self.table = pd.concat([self.table, rows])
        if self.unallocated is not None:
            self.unallocated = np.concatenate([self.unallocated, np.ones(len(rows), dtype=bool)])
        # What stood beside the rows served to find one row for each cell.
        self.splits, self.totals, self.labels = {}, {}, {}

    def write(self, column: str, labels: Sequence[str] | Array, numbers: Array) -> None:
        """Write a column of texts: the label of each row by its number; several numbers may have the same label."""
        self.table = self.table.assign(**{column: spread(labels, numbers)})
        places, distinct = places_of(labels, numbers)
        self.numbered[column] = Numbered(_held(self.table[column]), Coded(places, distinct))

    def coded(self, column: str) -> Coded:
        """A column of the table, numbered in the order in which its labels come."""
        if not self._is_numbered(column):
            return coded(self.table[column])
        known = self.numbered[column]
        if not known.in_order:
            known = self.numbered[column] = Numbered(known.cells, known.coded.as_they_come(), in_order=True)
        return known.coded

    def _is_numbered(self, column: str) -> bool:
        """Whether the numbers are those of the column that the table has now, and not of one before it."""
        if column not in self.numbered or column not in self.table:
            return False
        cells = _held(self.table[column])
        return cells is not None and cells is self.numbered[column].cells

    def trade_table(self) -> pd.DataFrame:
        """The rows in our columns, numbered from 0."""
        columns = [*COLUMNS[:-1], PERIOD, VALUE]
        return self.table[[column for column in columns if column in self.table]].reset_index(drop=True)

    def unallocated_share(self) -> float:
        """The share of value that is allocated to no partner."""
        x = self.table[VALUE].to_numpy()
        return 0.0 if self.unallocated is None else share_of(self.unallocated, x) or 0.0


def loaded(raw: Raw) -> Reading:
    """The start of a reading: the cells of a file, with what was noted and found while it was loaded."""
    return Reading(raw.cells, raw, findings=[*raw.findings], notes=[*raw.notes])


def recognise_layout(reading: Reading, options: ReadOptions) -> None:
    """Find the layout of the file by its headings, with the unit that is given or stated."""
    cells = reading.table
    given = Given(
        columns=options.columns,
        unit=options.unit,
        stated=_possible(reading, stated_units(cells, reading.raw.units), options.unit),
        flow=options.flow,
        years=options.year or (),
        twice=reading.twice,
        economies=headings_of_economies(cells, options),
        written=reading.raw.written,
        periods=options.periods,
    )
    reading.layout = recognise([str(name) for name in cells.columns if name != ROLE], given)
    _find_flows(reading)


def _find_flows(reading: Reading) -> None:
    """Take a column of indicators for the flows, where no other says them and its labels are exports and imports."""
    cells, layout = reading.table, reading.layout
    if FLOW in layout.constants or any(one in cells for one in layout.columns.get(FLOW, ())):
        return
    if any(flow for name, flow in layout.values.items() if name in cells):
        return
    for name in map(str, cells.columns):
        if heading_key(name) in MEASURES:
            labels = {key for one in cells[name].dropna().unique()[:50] if (key := names.key(one))}
            if labels and labels <= set(FLOW_WORDS):
                reading.layout = replace(layout, columns={**layout.columns, FLOW: (name,)})
                return


def keep_rows_of_source(reading: Reading, options: ReadOptions) -> None:
    """Keep the rows that are values of trade, and those of years beside months, where the layout says which."""
    for heading, kept in reading.layout.rows.items():
        labels = reading.table[heading].astype(str).str.strip()
        other = ~labels.str.casefold().isin([one.casefold() for one in kept])
        if other.all() and len(labels):
            there = sorted(set(labels))
            raise fault("TA-109", "no_value_rows", column=heading, kept=list(kept), there=there, labels=there)
        if other.any():
            reading.table = reading.table[~other]
            reading.note("other_rows_out", rows=int(other.sum()), heading=heading, kept=list(kept))
    for heading, words in reading.layout.annual.items():
        if heading in reading.table:
            whole = reading.table[heading].astype(str).str.strip().isin(words)
            if whole.any() and not whole.all():
                reading.note("parts_of_years_out", rows=int((~whole).sum()), heading=heading)
                reading.table = reading.table[whole]


def _possible(reading: Reading, stated: frozenset[str], given: str | None) -> frozenset[str]:
    """What titles state of the unit, without what cannot be where ``unit=`` says another.

    No cell is more than the world's trade in goods: a sheet of whole dollars may well be headed "Scale: Millions".
    """
    if given is None or not stated:
        return stated
    cells = reading.table
    columns = [parse(cells[one].head(MOST_LOOKED_AT))[0] for one in cells if one and flow_of_value(str(one))[0]]
    largest = max((float(np.nanmax(x)) for x in columns if np.isfinite(x).any()), default=0.0)
    sizes = {one: (unit_named(one) or stated_in(one)).size or 1.0 for one in stated}
    currency = (unit_named(given) or Unit(1.0, DOLLAR)).currency
    left = frozenset(one for one in stated if currency != DOLLAR or largest * sizes[one] <= WORLD_TRADE)
    if left != stated:
        reading.note("unit_not_possible", units=[repr(one) for one in sorted(stated - left)])
    return left


def arrange(reading: Reading, options: ReadOptions) -> None:
    """The file's cells under our columns, values as numbers in the currency of the file."""
    cells, layout, raw = reading.table, reading.layout, reading.raw
    there = {
        column: found
        for column in (*COLUMNS, *MARK_HEADINGS)
        if (found := [one for one in (*layout.columns.get(column, ()), *MARK_HEADINGS.get(column, ())) if one in cells])
    }
    table = pd.DataFrame(
        {column: _first_filled([cells[one] for one in found]) for column, found in there.items() if column in COLUMNS},
        index=cells.index,
    )
    for mark in MARK_HEADINGS:
        if mark in there:
            table[mark] = _text(cells[there[mark][0]])
    for column in {YEAR, PERIOD} & set(table):
        table[column] = _whole_years(table[column])
    if {YEAR, PERIOD} <= set(table) and all(str(one).lower() in ANNUAL for one in table[PERIOD].unique()):
        table = table.drop(columns=PERIOD)
    if PRODUCT in table and (digits := layout.last_digits.get(there[PRODUCT][0])):
        table[PRODUCT] = table[PRODUCT].astype(str).str.removesuffix(".0").str.zfill(digits).str[-digits:]
    if ROLE in cells:
        table[ROLE] = cells[ROLE]
    if UNIT in table and not any(map(unit_in, table[UNIT].unique())):
        table = table.drop(columns=UNIT)  # of quantities, not of money
    if layout.digits and PRODUCT in table:
        table[PRODUCT] = _padded(table[PRODUCT], layout.digits)
    for column, constant in constants(layout, raw.source).items():
        if column not in table:
            table[column] = constant
    if layout.labels and PARTNER in table:
        table[PARTNER] = table[PARTNER].map(lambda label: layout.labels.get(str(label).removesuffix(".0"), label))
    scale = scales(cells, layout, options.unit)
    sides, secrets = [], []
    beside = [cells[one] for one in layout.values if one in cells]
    decimal = options.decimal or layout.decimal or (mark_of(beside) if len(beside) > 1 else None)
    for heading, flow in layout.values.items():
        if heading in cells:
            x, secret, found_in = parse(cells[heading], decimal=decimal, where=raw.where, beside=beside)
            reading.findings += found_in
            secrets.append(secret)
            side = table.assign(**{VALUE: _in_money(x * scale, reading.unit)})
            sides.append(side if flow is None else side.assign(**{FLOW: flow}))
    several = len(sides)
    reading.table = pd.concat(sides) if several > 1 else sides[0]
    for name, total in layout.dimensions.items():
        if name in cells:
            reading.splits[name] = np.tile(_text(cells[name]).to_numpy(dtype=object), several)
            reading.totals[name] = np.isin(reading.splits[name], ["", total])
    for column in (REPORTER, PARTNER):
        others = there.get(column, ())[1:]
        reading.other_labels[column] = [np.tile(cells[one].to_numpy(), several) for one in others]
    reading.unused = _unused(cells, layout)
    reading.drop(np.concatenate(secrets), "out_secret")
    if several > 1:
        reading.drop(reading.table[VALUE].isna(), "out_no_value_of_flow")


def _in_money(x: Array, unit: Unit) -> Array:
    """Numbers of a unit as amounts of its currency; of another than dollars to the digits that a rate can give back."""
    return x * unit.size if unit.currency == DOLLAR else to_digits(x * unit.size)


def into_dollars(reading: Reading, options: ReadOptions) -> None:
    """Values become dollars where ``rate=`` says how many units of the currency one has, in each year."""
    rate = options.rate
    if rate is None:
        return
    if reading.unit.currency == DOLLAR:
        away = Fix("rate", None, Text("takes_rate_away"), safe=True)
        raise fault("TA-109", "rate_of_dollars", fixes=[away])
    table = reading.table
    if isinstance(rate, Mapping):
        unconverted = Fix("rate", None, Text("takes_rates_away", unit=InUnit(reading.unit.currency)), safe=True)
        if YEAR not in table:
            raise fault("TA-109", "rate_without_year", fixes=[unconverted])
        years = table[YEAR].to_numpy()
        if lacking := sorted({int(year) for year in years if year > 0} - set(rate)):
            raise fault("TA-109", "rate_lacks_years", years=lacking, fixes=[unconverted])
        rates: Any = np.array([rate.get(int(year), np.nan) for year in years], dtype=np.float64)
    else:
        rates = float(rate)
    reading.table, reading.converted = table.assign(**{VALUE: table[VALUE] / rates}), True
    # What was left out before, by the one rate; its years are not known where there are several.
    for left in reading.dropped:
        left["value"] = np.nan if isinstance(rate, Mapping) else left["value"] / rates
        left.pop("by_year", None)


def _unused(cells: pd.DataFrame, layout: Layout) -> list[str]:
    used = {*layout.values, *layout.dimensions, *layout.rows}
    used |= {one for options in (*layout.columns.values(), *MARK_HEADINGS.values()) for one in options}
    return [str(name) for name in cells if name and name not in (*used, ROLE)]


def _first_filled(options: list[pd.Series[Any]]) -> pd.Series[Any]:
    """The first column, its blanks filled from the next."""
    filled = options[0]
    for option in options[1:]:
        blank = filled.isna() | (filled.astype(str).str.strip() == "")
        if not blank.any():
            break
        filled = filled.where(~blank, option)
    return filled


def _whole_years(column: pd.Series[Any]) -> pd.Series[Any]:
    """Periods in which month 52, as Comext and Comtrade write it, is the whole year."""
    numbers, distinct = factorized(column)
    whole = [re.fullmatch(r"((?:19|20)\d\d)52(?:\.0)?", str(one)) for one in distinct]
    if not any(whole):
        return column
    years = [match[1] if match else one for match, one in zip(whole, distinct, strict=True)]
    return pd.Series(np.array([*years, ""], dtype=object)[numbers], column.index)


def _padded(codes: pd.Series[Any], digits: int) -> Array:
    numbers, distinct = pd.factorize(codes)
    return np.array([*(str(code).removesuffix(".0").zfill(digits) for code in distinct), ""], dtype=object)[numbers]


def _text(codes: pd.Series[Any]) -> Any:
    """Codes as text; whole numbers that a program wrote as 0.0 without their point."""
    numbers, distinct = pd.factorize(codes)
    return spread([*(str(code).strip().removesuffix(".0") for code in distinct), ""], numbers)


def places_of(labels: Sequence[str] | Array, numbers: Array) -> tuple[Array, Array]:
    """The numbers of rows when equal labels are one, and these labels; the last label has the number -1 too."""
    place, distinct = pd.factorize(np.array(labels, dtype=object))
    if len(distinct) == len(labels) and numbers.min(initial=0) >= 0:
        return numbers, distinct
    return place[numbers], distinct


def spread(labels: Sequence[str] | Array, numbers: Array) -> Any:
    """The label of each row by its number, as a column of text; the last has the number -1 too."""
    return pd.Series(labels, dtype=str).array.take(numbers)


def check_values(reading: Reading, options: ReadOptions) -> None:
    """Record the values that no index can be computed from, or leave their rows out where ``options`` says so."""
    left_out = {"missing": options.missing == "drop", "negative": options.negative == "drop"}
    for id, what, bad in value_faults(reading.table[VALUE].to_numpy()):
        if not left_out.get(what):
            reading.fault(
                id, f"value_{what}", bad, fixes=reading.leave_out(what, "drop", bad) if what in left_out else ()
            )
    for what, dropped in left_out.items():
        x = reading.table[VALUE].to_numpy()
        reading.drop(dropped & (x < 0 if what == "negative" else np.isnan(x)), f"out_{what}")


def refuse_faults(reading: Reading, options: ReadOptions) -> None:
    """Raise one error for all errors that were found so far."""
    refuse(reading.findings)


def refuse_empty(reading: Reading, options: ReadOptions) -> None:
    """Refuse a file of which no row is left."""
    if reading.table.empty:
        out = [Text("rows_left_out", rows=one["rows"], reason=one["reason"]) for one in reading.dropped]
        raise fault("TA-110", "no_row_left" if out else "only_headings", source=reading.raw.source, out=out)


def check_table(reading: Reading, options: ReadOptions) -> None:
    """The whole table as ``ta.audit`` sees it; its findings bear the rows' numbers in the file."""
    seen = [column for column in (*COLUMNS, *MARK_HEADINGS) if column in reading.table]
    table = reading.table[seen].reset_index(drop=True)
    known = {column: reading.coded(column) for column in (REPORTER, PARTNER, FLOW, PRODUCT) if column in seen}
    table = table.assign(
        **{column: pd.Categorical.from_codes(one.number, pd.Index(one.labels)) for column, one in known.items()}
    )
    over = PARTNER if PARTNER in table else PRODUCT  # a table of products has no partners
    found = audit_table(table, over=over, unknown="keep", tolerance=options.tolerance, limit=options.limit).findings
    # Values that have decimals in the unit of the file are not rounded to it.
    if any(one.id == "TA-142" for one in found) and (
        options.rate is not None or (table[VALUE] / reading.unit.size % 1 != 0).any()
    ):
        found = tuple(one for one in found if one.id != "TA-142")
    reading.findings += [_in_file(one, reading) for one in found]


def _in_file(found: Finding, reading: Reading) -> Finding:
    """What the audit found, with its rows by their numbers in the file."""
    numbers = reading.table.index.to_numpy()[list(found.rows)]
    rows = tuple(int(one) for one in numbers if one != NOWHERE)
    if not found.rows or not isinstance(found.what, Text):
        return found
    words = found.what.values["what"]
    if isinstance(words, Text) and words.key == "no_single_partner" and (own := reading.own_labels(PARTNER, rows)):
        words = words.having(named=own)
    what = rows_with(found.count or 0, words, reading.raw.where, rows)
    return replace(found, what=what, rows=rows)
