"""One row for a cell: one level of products, and one row for a reporter, partner, flow, product and year."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from tradeanalysis.gate.economies import gaps_to_world
from tradeanalysis.gate.findings import Fix, fault
from tradeanalysis.gate.groups import repeats, several
from tradeanalysis.gate.product_codes import at_level, level_of, levels_of
from tradeanalysis.gate.products import wholes_and_parts
from tradeanalysis.schema import ALL, COLUMNS, PARTNER, PERIOD, PRODUCT, VALUE
from tradeanalysis.sources.columns.headings import is_no_value
from tradeanalysis.sources.columns.parts_of_years import note_periods
from tradeanalysis.sources.columns.reading import NOWHERE, Array, Reading
from tradeanalysis.sources.options import ReadOptions
from tradeanalysis.texts import Amount, Text

# The gap between a whole and its parts above which it is reported.
TOLERANCE = 0.005


def read_products(reading: Reading, options: ReadOptions, *, mixed: bool = False) -> None:
    """Product codes as text, without dots and with their leading zeros.

    Where files differ in type (``mixed``), only the codes that were numbers lack their zeros.
    """
    table = reading.table
    if PRODUCT not in table:
        return
    numbers, distinct = pd.factorize(table[PRODUCT])
    plain = _plain([*map(str, distinct), ""])  # a missing code has the number -1
    codes, lost = _with_zeros(plain, mixed)
    if not lost:
        codes, lost = _chapters(codes, table[VALUE], numbers)
    blank = np.array([code == "" for code in codes])[numbers]
    if blank.all():
        reading.table = table.drop(columns=PRODUCT)
        return
    broken = np.array([isinstance(code, float) and code % 1 > 0 for code in [*distinct, ""]])[numbers]
    below = np.array([re.fullmatch(r"\s*-[\d.]+", str(code)) is not None for code in [*distinct, ""]])[numbers]
    if below.any():
        reading.fault("TA-112", "product_below_zero", below, codes=sorted(set(map(str, table[PRODUCT][below]))))
    if broken.any():
        reading.fault("TA-112", "product_fraction", broken, codes=sorted(set(map(str, table[PRODUCT][broken]))))
    reading.write(PRODUCT, codes, numbers)
    odd = {len(code) for code in codes if code.isdigit()}
    if not lost and odd and all(n % 2 for n in odd) and not broken.any():
        digits = np.array([code.isdigit() for code in codes])[numbers]
        reading.fault("TA-139", "product_digits_odd", digits, digits=sorted(odd))
    if lost:
        restored = np.array([code.removeprefix("0") in lost for code in codes])[numbers]
        reading.fault("TA-139", "zero_restored", restored, codes=sorted(lost))
    if blank.any():
        reading.fault("TA-105", "no_product", blank)


def refuse_level(options: ReadOptions) -> None:
    """Refuse ``level=`` for a file that has no products."""
    if options.level is not None:
        raise fault("TA-110", "level_without_products")


def keep_level(reading: Reading, options: ReadOptions) -> None:
    """Product codes of one level only: a chapter contains its headings already."""
    table, level = reading.table, options.level
    if PRODUCT not in table:
        refuse_level(options)
        return
    codes = reading.coded(PRODUCT)
    found = levels_of(codes.labels)
    if level is None and len(found) < 2 and found != [0]:
        return
    digits, blank = codes.each(level_of), codes.each(lambda code: code == "")
    rows = {n: np.array(at_level(codes.labels.tolist(), n), dtype=np.bool_)[codes.number] for n in found}
    if level is not None:
        if level not in found:
            raise fault("TA-108", "level_absent", level=level, levels=found, labels=found)
        if (above := max((n for n in found if n < level), default=None)) is not None:
            value = table.set_index(PRODUCT)[VALUE]
            _refuse_lost(reading, digits, value, level)
            sides = value[rows[above]], value[rows[level]]
            reading.findings += wholes_and_parts(*sides, above, TOLERANCE)
        reading.drop(~rows[level] & ~blank, "out_other_level", level=level)
    elif len(found) > 1:
        lost = Text("levels_lost_zero") if any(n % 2 for n in found) else ""
        held = {n: _held(reading, rows[n]).value for n in found}
        most, distinct = max(held.values()), set(codes.labels)
        fixes = [
            Fix("level", n, Text("keeps_level", rows=int(rows[n].sum()), value=_held(reading, rows[n])))
            for n in reversed(found)
            # Codes that lost a zero are no level, nor are a few national codes among others.
            if not (n % 2 and n + 1 in found and not _nested(distinct, n)) and held[n] >= (1 - options.limit) * most
        ]
        reading.fault("TA-108", "levels_in_file", ~rows[found[-1]], fixes=fixes, labels=found, levels=found, lost=lost)
    elif found == [0] and ((digits != 0) & ~blank).any():
        keep = Fix("level", 0, Text("keeps_level", rows=int((digits == 0).sum()), value=_held(reading, digits == 0)))
        fixes = [*_parts_of_total(reading, digits == 0, options), keep]
        reading.fault("TA-108", "total_beside_products", digits == 0, fixes=fixes)


def _parts_of_total(reading: Reading, total: Array, options: ReadOptions) -> list[Fix]:
    """The ways to the products that add up to the total: all others, or those that ranges of chapters name.

    Files of sectors may hold several divisions of one trade, as WITS does: sections of the HS, materials, stages.
    """
    table = reading.table
    whole = float(table[VALUE].to_numpy()[total].sum())
    others = ~total & (table[PRODUCT] != "").to_numpy()
    sections = others & table[PRODUCT].astype(str).str.match(r"\d\d-\d\d_").to_numpy()
    heading = next((one for one in reading.layout.columns.get(PRODUCT, ()) if one in reading.raw.cells), None)
    for rows in (others, sections):
        held = _held(reading, rows)
        if heading is not None and abs(held.value - whole) <= TOLERANCE * whole:
            labels = table[PRODUCT][rows].unique().tolist()
            effect = Text("keeps_level", rows=int(rows.sum()), value=held)
            kept = {**(options.rows or {}), reading.raw.written.get(heading, heading): labels}
            return [Fix("rows", kept, effect, safe=True)]
    return []


def _held(reading: Reading, rows: Array) -> Amount:
    return reading.amount(float(reading.table[VALUE].to_numpy()[rows].sum()))


def _refuse_lost(reading: Reading, digits: Array, value: pd.Series[float], level: int) -> None:
    """Refuse a level beside codes of one digit less that are no sums of its codes: they may have lost a zero."""
    short = value[digits == level - 1]
    if level % 2 or short.empty or reading.counts is not None:
        return
    parts = value[digits == level]
    whole, sums = short.groupby(level=0).sum(), parts.groupby(parts.index.str[: level - 1]).sum()
    if (sums.reindex(whole.index, fill_value=0.0) / whole.where(whole != 0) - 1).abs().gt(TOLERANCE).any():
        codes = sorted(whole.index)
        reading.fault("TA-108", "level_lost_zero", digits == level - 1, labels=codes, codes=codes, digits=level - 1)


def _plain(codes: Sequence[str]) -> list[str]:
    """Codes without the dots and blanks between their digits, and without the point of a number (``10121.0``)."""
    codes = [code.strip() for code in codes]
    if all(re.fullmatch(r"(\d+\.0|nan|)", code, re.ASCII) for code in codes):
        codes = [code.removesuffix(".0") for code in codes]
    joined = [re.sub(r"[. ]", "", code) for code in codes]
    return [short if short.isascii() and short.isdigit() else code for short, code in zip(joined, codes, strict=True)]


def _with_zeros(codes: list[str], mixed: bool) -> tuple[list[str], set[str]]:
    """Codes with the leading zero that a spreadsheet took off, and which codes lacked it.

    Lengths of 5 and 6 (and 3 and 4) are either a heading and its parts, which begin alike, or one level without zeros.
    Of the real headings of four digits, 9% begin like one of the first nine chapters without its zero.
    """
    digits = {code for code in codes if code.isdigit()}
    lengths = {len(code) for code in digits}
    if lengths not in ({3, 4}, {5, 6}, {3, 4, 5, 6}):
        return codes, set()
    kept = any(code.startswith("0") for code in digits)
    if any(_nested(digits, n) for n in lengths if n % 2) or (kept and not mixed):
        return codes, set()
    short = {code for code in digits if len(code) % 2}
    return [f"0{code}" if code in short else code for code in codes], short


def _nested(codes: Collection[str], digits: int) -> bool:
    """Whether codes of one digit more are parts of those of so many digits: at least half begin like one of them."""
    short = {code for code in codes if len(code) == digits}
    long = [code for code in codes if code.isdigit() and len(code) == digits + 1]
    return sum(code[:-1] in short for code in long) >= len(long) / 2


def _chapters(codes: list[str], values: pd.Series[float], numbers: Array) -> tuple[list[str], set[str]]:
    """Chapters of the HS that were numbers, 1 to 97, with their zeros, and which lacked one.

    The SITC has sections of one digit above divisions of two: there is a section 0, and no section is smaller than its
    divisions.
    """
    digits = {code for code in codes if code.isdigit()}
    short = {code for code in digits if len(code) == 1}
    if {len(code) for code in digits} != {1, 2} or "0" in short or any(code.startswith("0") for code in digits):
        return codes, set()
    size = values.abs().groupby(np.array(codes, dtype=object)[numbers]).sum()
    parts = {one: sum(size[code] for code in digits if len(code) == 2 and code[0] == one) for one in short}
    above = {code[0] for code in digits if len(code) == 2}
    if above & short and not any(parts[one] > (1 + TOLERANCE) * size[one] for one in short):
        return codes, set()
    return [f"0{code}" if code in short else code for code in codes], short


def one_row_per_cell(reading: Reading, options: ReadOptions) -> None:
    """Refuse or leave out the rows of a cell that are too many; parts that may be added stay."""
    table, duplicates = reading.table, options.duplicates
    labels = {f"label of {column}": numbers for column, numbers in reading.labels.items()}
    keys = _key(table)
    if not repeats(_codes(reading, keys), len(table)):  # and so no row is one too many, whatever its labels are
        reading.distinct_by = keys
        return
    cells = table[keys].assign(**labels)
    if duplicates == "first":
        reading.drop(cells.duplicated(), "out_repeated")
        return
    again = np.zeros(len(cells), dtype=bool)
    again[_several(reading, keys, labels.values())[0]] = True
    if not again.any():
        return
    cells = cells[again]
    group = cells.groupby(list(cells), sort=False, dropna=False).ngroup().to_numpy()
    repeated = cells.assign(**{name: x[again] for name, x in reading.splits.items()}).duplicated(keep=False).to_numpy()
    totals = pd.DataFrame({name: x[again] for name, x in reading.totals.items()}, index=range(len(cells)))
    total = totals.all(axis=1).to_numpy()
    has_total = pd.Series(total & ~repeated).groupby(group).transform("any").to_numpy()
    # Totals over one column beside totals over another are the same trade twice.
    mixed = (totals.groupby(group).transform("nunique") > 1).any(axis=1).to_numpy()

    def marked(rows: Array) -> Array:
        full = np.zeros(len(table), dtype=bool)
        full[again] = rows
        return full

    parts = has_total & ~total
    if parts.any() and duplicates != "total":
        totals_only = Fix("duplicates", "total", Text("keeps_totals", rows=int(parts.sum())), safe=True)
        reading.fault("TA-107", "repeated_beside_total", marked(has_total), fixes=[totals_only])
    if (crossed := mixed & ~has_total).any():
        reading.fault("TA-107", "repeated_in_several_ways", marked(crossed))
    alone = ~mixed & ~has_total & ~repeated
    twice = repeated & ~crossed
    if alone.any() and duplicates is None and not reading.layout.adds:
        # What adds the parts of one cell adds the repeated rows of another, too.
        adds = Fix("duplicates", "sum", Text("adds_rows", rows=int(alone.sum())))
        reading.fault("TA-107", "repeated_split", marked(alone), fixes=[] if twice.any() else [adds])
    if twice.any() and duplicates != "sum":
        _repeated(reading, marked(twice), others=bool((alone | parts).any()))
    if duplicates == "total":
        reading.drop(marked(parts), "out_details")


def _repeated(reading: Reading, bad: Array, *, others: bool) -> None:
    """Rows of one cell that nothing we know tells apart: added only where no other column of the file differs.

    Rows that are equal in every column stand twice; rows that differ in value only may be parts of the cell. One answer
    is for all cells: none is offered where some cells have equal rows and some parts (``others``).
    """
    values = reading.table[VALUE].to_numpy()[bad]
    cells = reading.table.loc[bad, _key(reading.table)]
    same = pd.DataFrame({"value": values}).assign(cell=cells.groupby(list(cells), dropna=False).ngroup().to_numpy())
    twice = same.duplicated(keep=False)
    first = Fix("duplicates", "first", Text("keeps_first", rows=int(same["cell"].duplicated().sum())), safe=True)
    distinguish = [one for one in reading.unused if not is_no_value(one)]
    if twice.all() and not others:
        reading.fault("TA-107", "repeated_equal", bad, fixes=[first], rows_again=int(same.duplicated().sum()))
    elif distinguish:
        columns = list(map(repr, distinguish))
        reading.fault("TA-107", "repeated_of_columns", bad, labels=distinguish, others=columns)
    elif twice.any():
        reading.fault("TA-107", "repeated_and_parts", bad)
    else:
        adds = Fix("duplicates", "sum", Text("adds_rows", rows=int(bad.sum())))
        reading.fault("TA-107", "repeated", bad, fixes=[adds])


def add_up(reading: Reading, options: ReadOptions) -> None:
    """Add the rows of a cell: parts that may be added, months of a year, and one country under two labels."""
    note_periods(reading, kept=options.periods is not None)
    if options.periods is None and PERIOD in reading.table:
        reading.table = reading.table.drop(columns=PERIOD)
    keys = _key(reading.table)
    if reading.distinct_by == keys:
        return
    rows, group = _several(reading, keys)
    if len(rows):
        value = reading.table[VALUE].to_numpy(copy=True)
        first = np.diff(group, prepend=-1) > 0
        value[rows[first]] = np.bincount(group, weights=value[rows])
        again = np.zeros(len(value), dtype=bool)
        again[rows[~first]] = True
        reading.table = reading.table.assign(**{VALUE: value})
        reading.keep(~again)
        reading.note("rows_added", rows=int(again.sum()))


def _several(reading: Reading, keys: Sequence[str], beside: Iterable[Array] = ()) -> tuple[Array, Array]:
    """The rows whose cell stands several times, one cell after the other, and which cell it is.

    ``beside`` are numbers that tell cells apart too.
    """
    columns = _codes(reading, keys)
    columns += [(number, int(number.max(initial=0)) + 1) for number in beside]
    return several(columns, len(reading.table))


def _codes(reading: Reading, keys: Sequence[str]) -> list[tuple[Array, int]]:
    """The number of each row's label in some columns, and how many labels there are."""
    return [(one.number, len(one.labels)) for one in map(reading.coded, keys)]


def against_world(reading: Reading, options: ReadOptions, *, remainder: bool = True) -> None:
    """The partners against the World rows that were left out; ``remainder`` adds what they lack as other countries."""
    if reading.world is None or reading.world.empty:
        return
    world, table = reading.world.assign(**{ALL: 0}), reading.table.assign(**{ALL: 0})
    key = [ALL, *(column for column in _key(table) if column != PARTNER)]
    if PRODUCT in key:
        world = world[world[PRODUCT].isin(set(table[PRODUCT]))]
    if world.duplicated([*key, *({PERIOD} - set(key)) & set(world)]).any():
        reading.note("world_several_times")
        return
    whole = world.groupby(key)[VALUE].sum()
    parts = table.groupby(key)[VALUE].sum().reindex(whole.index, fill_value=0.0)
    if (total := float(whole.sum())) > 0 and not options.remainder:
        reading.listed_share = float(parts.sum()) / total
    if options.remainder:
        _add_rest(reading, whole - parts, options.tolerance * whole)
        return
    groups = [column for column in key if column != PRODUCT]
    sums = pd.DataFrame({"world": whole, "parts": parts}).groupby(groups).sum().reset_index()
    rest = float((whole - parts).sum())
    for one in gaps_to_world(sums, groups[1:], options.tolerance, options.limit):
        # What the largest leave is not allocated; a sum above the total has no remainder.
        keep = Fix(
            "remainder", True, Text("keeps_remainder", value=reading.amount(rest), share=rest / float(whole.sum()))
        )
        offered = [keep] if remainder and (whole - parts >= -options.tolerance * whole).all() else []
        reading.findings.append(replace(one, fixes=(*one.fixes, *offered)))


def _add_rest(reading: Reading, rest: pd.Series[float], slack: pd.Series[float]) -> None:
    """Rows of other countries for what the World holds beyond the partners."""
    if (over := rest < -slack).any():
        raise fault("TA-114", "more_than_world", cells=int(over.sum()), of=len(rest))
    rest = rest[rest > slack]
    if rest.empty:
        return
    append_rest(reading, rest, PARTNER, "OTH")
    reading.note("rest_of_world", share=float(rest.sum() / reading.table[VALUE].sum()), rows=len(rest))


def append_rest(reading: Reading, rest: pd.Series[float], axis: str, code: str) -> None:
    """Add what totals hold beyond their parts, by cell, as other countries or as products that are not specified."""
    rows = rest.rename(VALUE).reset_index().drop(columns=ALL).assign(**{axis: code})
    rows.index = pd.Index([NOWHERE] * len(rows))
    reading.append_unallocated(rows)
    _join_rest(reading)


def _join_rest(reading: Reading) -> None:
    """One row of the rest for a cell: what the file calls other countries or products, and what its total adds."""
    key = _key(reading.table)
    again = reading.table.duplicated(key).to_numpy()
    if again.any():
        summed = reading.table.groupby(key, sort=False, dropna=False)[VALUE].transform("sum")
        reading.table = reading.table.assign(**{VALUE: summed})
        reading.keep(~again)


def _key(table: pd.DataFrame) -> list[str]:
    return [column for column in (*COLUMNS, PERIOD) if column in table and column != VALUE]
