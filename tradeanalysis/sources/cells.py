"""One row for a cell: one level of products, and one row for a reporter, partner, flow, product and year."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
import pandas as pd

from tradeanalysis.gate.findings import Finding, listing, refuse
from tradeanalysis.gate.levels import level_of
from tradeanalysis.schema import COLUMNS, PRODUCT, VALUE, TradeDataError
from tradeanalysis.sources.reading import Reading


def keep_level(reading: Reading, level: int | None) -> None:
    """Product codes of one level only: a chapter holds its headings already."""
    table = reading.table
    if PRODUCT not in table:
        if level is not None:
            refuse([Finding("TA-110", "level= is given, and the file has no column of products", "Leave level= out.")])
        return
    numbers, distinct = pd.factorize(table[PRODUCT])
    codes, mended = _with_zeros(_plain([*map(str, distinct), ""]))  # a missing code has the number -1
    blank = np.array([code == "" for code in codes])[numbers]
    if blank.all():
        reading.table = table.drop(columns=PRODUCT)
        return
    reading.table = table.assign(**{PRODUCT: np.array(codes, dtype=object)[numbers]})
    if mended:
        reading.notes.append(f"product codes that had lost a leading zero: {mended:,}, and they got it back")
    if blank.any():
        reading.fault("TA-105", "no product", blank, "Name the product, or leave these rows out and say so.")
    digits = np.array([level_of(code) for code in codes])[numbers]
    found = sorted(set(digits[digits >= 0].tolist()))
    if level is not None:
        if level not in found:
            raise TradeDataError(f"level={level}: the product codes have {listing(found)} digits (0 is the total)")
        reading.drop((digits != level) & ~blank, f"product codes that have not {level} digits")
    elif len(found) > 1:
        what = f"product codes of several levels, {listing(found)} digits (0 is the total),"
        lost = "Codes with an odd number of digits may have lost a leading zero: keep codes as text. "
        mend = f"{lost * any(n % 2 for n in found)}Keep one of them with level=, such as level={found[-1]}."
        reading.fault("TA-108", what, digits != found[-1], mend)
    elif found == [0] and ((digits < 0) & ~blank).any():
        reading.fault("TA-108", "a total beside products that are part of it", digits == 0, "Keep it with level=0.")


def _plain(codes: Sequence[str]) -> list[str]:
    """Codes without the dots and blanks between their digits, and without the point of a number (``10121.0``)."""
    codes = [code.strip() for code in codes]
    if all(re.fullmatch(r"(\d+\.0|nan|)", code, re.ASCII) for code in codes):
        codes = [code.removesuffix(".0") for code in codes]
    joined = [re.sub(r"[. ]", "", code) for code in codes]
    return [short if short.isascii() and short.isdigit() else code for short, code in zip(joined, codes, strict=True)]


def _with_zeros(codes: list[str]) -> tuple[list[str], int]:
    """Codes whose leading zero a spreadsheet took get it back, and how many did.

    Lengths of 5 and 6 (or 3 and 4) are either a heading and its parts, which begin alike, or one level without zeros.
    Of the real headings of four digits, 9% begin like one of the first nine chapters without its zero.
    """
    lengths = {len(code) for code in codes if code.isdigit()}
    if lengths not in ({3, 4}, {5, 6}):
        return codes, 0
    longest = max(lengths)
    short = {code for code in codes if code.isdigit() and len(code) < longest}
    long = [code for code in codes if code.isdigit() and len(code) == longest]
    nested = sum(code[:-1] in short for code in long) >= len(long) / 2
    if nested or any(code.startswith("0") for code in (*short, *long)):
        return codes, 0
    return [f"0{code}" if code in short else code for code in codes], len(short)


def one_row_per_cell(reading: Reading, duplicates: str | None) -> None:
    """Rows too many for their cell are told or left out; parts that may be added stay."""
    cell = [*_key(reading.table), "_label"]
    table = reading.table
    if duplicates == "first":
        reading.drop(table.duplicated(cell), "rows that repeat a cell: the first was kept")
        return
    several = table.duplicated(cell, keep=False).to_numpy()
    if not several.any():
        return
    group = table[several].groupby(cell, sort=False, dropna=False).ngroup()
    repeated = table[several].duplicated([*cell, *reading.splits], keep=False).to_numpy()
    totals = table.loc[several, [f"{split} is total" for split in reading.splits]]
    total = totals.all(axis=1).to_numpy()
    has_total = pd.Series(total & ~repeated).groupby(group.to_numpy()).transform("any").to_numpy()
    # Totals over one column beside totals over another are the same trade twice.
    mixed = (totals.groupby(group).transform("nunique") > 1).any(axis=1).to_numpy()

    def marked(rows: np.ndarray) -> np.ndarray:
        full = np.zeros(len(table), dtype=bool)
        full[several] = rows
        return full

    what = "a cell that stands several times"
    split = f"{what}, split by transport mode, customs procedure or second partner"
    parts = has_total & ~total
    if parts.any() and duplicates != "total":
        mend = 'Keep the totals with duplicates="total".'
        reading.fault("TA-107", f"{split}, beside its total", marked(has_total), mend)
    if (crossed := mixed & ~has_total).any():
        mend = "Each is a total over another column: download the totals, or keep the rows of one split."
        reading.fault("TA-107", f"{split} in several ways", marked(crossed), mend)
    alone = ~mixed & ~has_total & ~repeated
    if alone.any() and duplicates is None:
        reading.fault("TA-107", split, marked(alone), 'Add the parts with duplicates="sum".')
    if (again := repeated & ~crossed).any() and duplicates != "sum":
        mend = 'Keep one of each with duplicates="first", or add them with duplicates="sum".'
        reading.fault("TA-107", what, marked(again), mend)
    if duplicates == "total":
        reading.drop(marked(parts), "details of a cell whose total is in the file")


def add_up(reading: Reading) -> None:
    """Add the rows of a cell: parts that may be added, and one country under two labels."""
    key, table = _key(reading.table), reading.table
    again = int(table.duplicated(key).sum())
    if again:
        group = table.groupby(key, sort=False, dropna=False).ngroup().to_numpy()
        first = table[~table.duplicated(key)]
        # Groups are numbered in the order in which they come, which is the order of their first rows.
        summed = np.bincount(group, weights=table[VALUE].to_numpy())
        reading.table = first.assign(**{VALUE: summed})
        reading.notes.append(f"{again:,} rows were added to another row of their cell")


def _key(table: pd.DataFrame) -> list[str]:
    return [column for column in COLUMNS if column in table and column != VALUE]
