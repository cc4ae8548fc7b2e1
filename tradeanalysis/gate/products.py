"""Checks of cells and products: one row for a cell, one level of products."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import pandas as pd

from tradeanalysis.gate.catalogue import Severity
from tradeanalysis.gate.context import Context, listed, of_labels
from tradeanalysis.gate.findings import Finding, listing
from tradeanalysis.gate.product_codes import UNSPECIFIED, level_of
from tradeanalysis.schema import PRODUCT


def one_row_per_cell(at: Context) -> Iterator[Finding]:
    """Cells that stand several times."""
    again = at.profile.repeated
    if len(again):
        keys = [column for column in again if column not in ("rows", "size")]
        known = {*keys, "value"}
        others = [column for column in at.profile.columns if column not in known]
        more = f" Columns that may distinguish them: {listing(map(repr, others))}." if others else ""
        what = f"a cell that stands several times, {listed(again, keys, most=3)}"
        fix = f"Add them, keep one of each, or name the column that distinguishes them in by=.{more}"
        count, size = int(again["rows"].sum()), float(again["size"].sum())
        yield at.profile.finding("TA-107", what, fix, rows=at.profile.row_repeated, count=count, size=size)


def levels(at: Context) -> Iterator[Finding]:
    """Products of several levels, and unspecified products."""
    products = at.profile.products
    if products is None:
        return
    level = np.where(products["rows"] > 0, of_labels(products[PRODUCT], level_of), -2)
    found = sorted(set(level[level >= 0].tolist()))
    if len(found) > 1 or (found == [0] and (level == -1).any()):
        what = f"product codes of several levels, {listing(found)} digits (0 is the total)"
        lost = " A code with an odd number of digits may have lost its leading zero." * any(n % 2 for n in found)
        fix = f"Keep one: ta.read(..., level={found[-1]}), or a filter.{lost}"
        yield at.profile.finding("TA-108", what, fix, products=(level >= 0) & (level != found[-1]) | (level == 0))
        yield from _parts(at, level, found)
    unspecified = products[PRODUCT].isin(UNSPECIFIED).to_numpy() & (products["rows"].to_numpy() > 0)
    if unspecified.any():
        size = products["size"].to_numpy()
        severity: Severity = "warning" if size[unspecified].sum() > 0.01 * size.sum() else "info"
        fix = "It belongs to the total, not to a product: shares of products cover the specified value."
        labels = listing(products[PRODUCT][unspecified])
        yield at.profile.finding(
            "TA-138", f"an unspecified product, {labels}", fix, products=unspecified, override=severity
        )


def _parts(at: Context, level: npt.NDArray[np.intp], found: list[int]) -> Iterator[Finding]:
    products = at.profile.products
    assert products is not None
    code = of_labels(products[PRODUCT], lambda label: str(label).strip())
    for upper, lower in itertools.pairwise(found):
        whole, parts = (pd.Series(products["value"].to_numpy(), code)[level == n] for n in (upper, lower))
        yield from wholes_and_parts(whole, parts, upper, at.tolerance)


def wholes_and_parts(
    whole: pd.Series[float], parts: pd.Series[float], digits: int, tolerance: float
) -> Iterator[Finding]:
    """Values by code of two levels: codes of so many digits that differ from the sum of their parts."""
    whole, parts = (side.groupby(side.index.str[:digits]).sum() for side in (whole, parts))
    gaps = (parts.reindex(whole.index) / whole - 1).dropna()
    off = gaps[gaps.abs() > tolerance]
    if len(off):
        labels = listing((f"{start or 'the total'} by {gap:+.1%}" for start, gap in off.head().items()), of=len(off))
        level = f"codes of {digits} digits" if digits else "totals"
        what = f"{len(off)} of {len(gaps)} {level} differ from the sum of their parts: {labels}"
        fix = "Parts may be secret or missing: take the whole for sums, the parts for a split."
        yield Finding("TA-120", what, fix, float(whole[off.index].sum() / whole.sum()))
