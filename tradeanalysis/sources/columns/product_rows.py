"""A table of products without partners: its rest is no product, and its products are held against its own total."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from tradeanalysis.gate.findings import Fix, finding
from tradeanalysis.gate.product_codes import UNSPECIFIED, is_other
from tradeanalysis.schema import ALL, FLOW, PARTNER, PRODUCT, REPORTER, VALUE, YEAR
from tradeanalysis.sources.columns.duplicates import append_rest
from tradeanalysis.sources.columns.reading import Reading
from tradeanalysis.sources.formats.row_roles import says_dash
from tradeanalysis.sources.options import ReadOptions
from tradeanalysis.texts import Text


def read_rest_of_products(reading: Reading, options: ReadOptions) -> None:
    """What a table of products calls the rest becomes unspecified; rows that may be parts of another are faults."""
    if PARTNER in reading.table or PRODUCT not in reading.table:
        return
    labels = reading.table[PRODUCT].astype(str)
    rest = labels.map(is_other).to_numpy()
    if rest.any():
        reading.note("products_not_specified", labels=list(map(repr, labels[rest].unique())))
        # Two labels of the rest are two parts of it; one label that comes twice is a row too many.
        reading.labels[PRODUCT] = np.where(rest, pd.factorize(labels)[0] + 1, 0)
        reading.table = reading.table.assign(**{PRODUCT: np.where(rest, _unspecified(labels), labels)})
    dashed = labels.map(says_dash).to_numpy()
    if dashed.any() and not dashed.all():
        seen = labels[dashed].unique().tolist()
        reading.fault("TA-104", "products_with_dash", dashed, labels=seen, named=list(map(repr, seen)))


def hold_products_against_total(reading: Reading, options: ReadOptions) -> None:
    """What the products lack of the file's own total is not specified, where ``remainder`` says so; else a fault."""
    own = reading.own_totals
    if PARTNER in reading.table or PRODUCT not in reading.table or own is None or own.empty:
        return
    own, apart = _of_reporters(reading.table, own)
    keys = [ALL, *(one for one in (REPORTER, FLOW, YEAR) if one in reading.table and (apart or one != REPORTER))]
    whole = own.assign(**{ALL: 0}).groupby(keys)[VALUE].sum()
    parts = reading.table.assign(**{ALL: 0}).groupby(keys)[VALUE].sum().reindex(whole.index, fill_value=0.0)
    rest = whole - parts
    off = rest.abs() > options.tolerance * whole
    if not off.any():
        return
    amounts: dict[str, Any] = {"parts": reading.amount(float(parts.sum())), "whole": reading.amount(float(whole.sum()))}
    if not apart:
        reading.findings.append(finding("TA-114", "products_total_of_reporters", override="error", **amounts))
        return
    over = bool((rest[off] < 0).any())
    if options.remainder and not over:
        code = _unspecified(reading.table[PRODUCT])
        append_rest(reading, rest[off], PRODUCT, code)
        share = float(rest[off].sum() / reading.table[VALUE].sum())
        reading.note("rest_of_products", share=share, code=code)
        return
    share = float(rest.sum() / whole.sum())
    ways = [
        Fix("remainder", True, Text("keeps_rest_of_products", value=reading.amount(float(rest.sum())), share=share))
    ]
    key = "products_above_total" if over else "products_below_total"
    reading.findings.append(finding("TA-114", key, override="error", fixes=() if over else ways, **amounts))


def _of_reporters(table: pd.DataFrame, own: pd.DataFrame) -> tuple[pd.DataFrame, bool]:
    """The totals of each reporter, without one of all where each has its own; and whether each is of one reporter."""
    if REPORTER not in table:
        return own, True
    there = set(table[REPORTER])
    known = own[REPORTER].isin(there)
    if set(own[REPORTER][known]) == there:
        return own[known], True
    return own, bool(known.all())


def _unspecified(labels: pd.Series[Any]) -> str:
    """The code of unspecified products at the level of the others; that of six digits beside words."""
    digits = {len(one) for one in labels if one.isdecimal()}
    return next((code for code in sorted(UNSPECIFIED) if len(code) in digits), max(UNSPECIFIED))
