"""Checks of cells and products: one row for a cell, one level of products."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd

from tradeanalysis.gate.catalogue import Severity
from tradeanalysis.gate.context import Context, listed, of_labels
from tradeanalysis.gate.findings import Finding, finding
from tradeanalysis.gate.product_codes import UNSPECIFIED, at_level, level_of, levels_of
from tradeanalysis.schema import PRODUCT
from tradeanalysis.texts import Few, Text


def one_row_per_cell(at: Context) -> Iterator[Finding]:
    """Cells that stand several times."""
    again = at.profile.repeated
    if len(again):
        keys = [column for column in again if column not in ("rows", "size")]
        known = {*keys, "value"}
        others = [column for column in at.profile.columns if column not in known]
        yield at.profile.finding(
            "TA-107",
            "repeated_in_table_of" if others else "repeated_in_table",
            cells_named=listed(again, keys, most=3),
            others=list(map(repr, others)),
            rows=at.profile.row_repeated,
            count=int(again["rows"].sum()),
            size=float(again["size"].sum()),
        )


def levels(at: Context) -> Iterator[Finding]:
    """Products of several levels, and unspecified products."""
    products = at.profile.products
    if products is None:
        return
    there = products["rows"].to_numpy() > 0
    codes_there = np.where(there, products[PRODUCT].astype(str).str.strip(), "").tolist()
    level = of_labels(pd.Series(codes_there), level_of)
    found = levels_of(codes_there)
    rows = {n: np.array(at_level(codes_there, n), dtype=np.bool_) for n in found}
    lettered = of_labels(products[PRODUCT], lambda code: bool(re.fullmatch(r"\d{1,5}[A-Z]{1,2}", str(code).strip())))
    lettered = lettered & there
    if lettered.any() and set(found) - {0}:
        codes = products[PRODUCT][lettered].tolist()
        yield at.profile.finding(
            "TA-108", "letters_among_digits", codes=codes, products=lettered, override="warning", labels=codes
        )
    if len(found) > 1 or (found == [0] and (there & ~rows[0]).any()):
        lost = Text("levels_lost_zero") if any(n % 2 for n in found) else ""
        mixed = (level >= 0) & (~rows[found[-1]] | (level == 0))
        yield at.profile.finding(
            "TA-108", "levels_in_table", levels=found, level=found[-1], lost=lost, products=mixed, labels=found
        )
        yield from _parts(at, rows)
    unspecified = products[PRODUCT].isin(UNSPECIFIED).to_numpy() & there
    if unspecified.any():
        size = products["size"].to_numpy()
        severity: Severity = "warning" if size[unspecified].sum() > 0.01 * size.sum() else "info"
        codes = products[PRODUCT][unspecified].tolist()
        yield at.profile.finding(
            "TA-138", "unspecified_product", codes=codes, products=unspecified, override=severity, labels=codes
        )


def _parts(at: Context, rows: Mapping[int, npt.NDArray[np.bool_]]) -> Iterator[Finding]:
    """Codes of each level against the sums of those of the next."""
    products = at.profile.products
    assert products is not None
    code = of_labels(products[PRODUCT], lambda label: str(label).strip())
    for upper, lower in itertools.pairwise(rows):
        whole, parts = (pd.Series(products["value"].to_numpy(), code)[rows[n]] for n in (upper, lower))
        yield from wholes_and_parts(whole, parts, upper, at.tolerance)


def wholes_and_parts(
    whole: pd.Series[float], parts: pd.Series[float], digits: int, tolerance: float
) -> Iterator[Finding]:
    """Values by code of two levels: codes of so many digits that differ from the sum of their parts."""
    whole, parts = (side.groupby(side.index.str[:digits]).sum() for side in (whole, parts))
    gaps = (parts.reindex(whole.index) / whole - 1).dropna()
    off = gaps[gaps.abs() > tolerance]
    if len(off):
        first = [
            Text("gap_of", code=str(start or Text("the_total")), gap=float(gap)) for start, gap in off.head().items()
        ]
        yield finding(
            "TA-120",
            "parts_of_codes" if digits else "parts_of_totals",
            share=float(whole[off.index].sum() / whole.sum()),
            off=len(off),
            all=len(gaps),
            digits=digits,
            gaps=Few(first, len(off)),
        )
