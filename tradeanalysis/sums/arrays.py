"""Sums on arrays: a vector or matrix of values, checked, scaled and put in order."""

from __future__ import annotations

import math
import warnings
from collections.abc import Iterable, Mapping, Set
from decimal import Decimal
from numbers import Real
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from tradeanalysis.gate.findings import finding, listing, refuse, share_of, value_faults
from tradeanalysis.parameters import need_counts
from tradeanalysis.schema import TradeDataError, TradeDataWarning
from tradeanalysis.sums.declared import Array, Sum
from tradeanalysis.sums.key_codes import BLOCK, on_threads
from tradeanalysis.texts import MOST, Few, Text


def values(x: Any) -> Array:
    """The values of a vector or matrix as float64, scaled so that nothing overflows, the largest first.

    Every row is divided by the power of two above its largest value, which changes no digit of a scale-free index,
    and is sorted, so that no digit depends on the order of partners.
    """
    return _scaled(checked(x))


def _scaled(a: Array) -> Array:
    _, exponent = np.frexp(a.max(axis=-1, keepdims=True, initial=0.0))
    # Zeros are marked before scaling: beside 1e308 a positive 5e-324 would round to zero.
    scaled = np.where(a > 0, np.maximum(np.ldexp(a, -exponent), np.nextafter(0.0, 1.0)), 0.0)
    # Contiguous, so that numpy takes one and the same loop for the powers and logarithms of any number of partners.
    return np.ascontiguousarray(np.sort(scaled, axis=-1)[..., ::-1])


def checked(x: Any) -> Array:
    """The values as given, as float64; values that no index can be computed from raise with their positions."""
    a = _floats(x)
    if a.ndim == 0:
        raise TradeDataError(Text("values_one_number"))
    refuse(
        finding(id, f"values_{what}", share=share_of(bad, a), places=_positions(a, bad))
        for id, what, bad in value_faults(a)
    )
    return a


def by_label(x: Any) -> Any:
    """A mapping from labels to numbers as a Series, and the values of a result that is a basket; else unchanged."""
    if hasattr(type(x), "basket"):
        return x.basket
    if not isinstance(x, Mapping):
        return x
    for label, value in x.items():
        if not (value is None or value is pd.NA or isinstance(value, (Real, Decimal))):
            raise TradeDataError(Text("values_of_dict", label=repr(label), given=_short(value)))
    return pd.Series(dict(x))


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"a {type(value).__name__}"


def _floats(x: Any) -> Array:
    x = by_label(x)
    # A set would lose one of two equal values.
    if isinstance(x, (str, bytes, Set)) or (hasattr(x, "columns") and not isinstance(x, pd.Series)):
        raise TradeDataError(Text("values_of_table"))
    if np.ma.isMaskedArray(x):
        x = np.ma.filled(x.astype(np.float64), np.nan)
    if not hasattr(x, "__array__") and isinstance(x, Iterable):
        x = list(x)
    try:
        a = np.asarray(x)
    except ValueError:
        raise TradeDataError(Text("values_ragged")) from None
    if a.dtype == np.float32:
        warnings.warn(Text("values_float32"), TradeDataWarning, stacklevel=5)
    if isinstance(x, list) and a.dtype.kind in "iuf":
        # True among numbers would be counted as 1: check the values as they were given.
        given = [v for row in x for v in (row if isinstance(row, (list, tuple)) else [row])]
        if any(isinstance(v, (bool, np.bool_)) for v in given):
            a = np.asarray(given, dtype=object)
    if a.dtype.kind in "iuf":
        return a.astype(np.float64)
    if a.dtype.kind == "O":
        flat = [np.nan if v is None or v is pd.NA else v for v in a.ravel()]
        wrong = [v for v in flat if isinstance(v, (bool, np.bool_)) or not isinstance(v, (Real, Decimal))]
        if not wrong:
            try:
                return np.array([float(v) for v in flat], dtype=np.float64).reshape(a.shape)
            except (OverflowError, ValueError) as error:
                raise TradeDataError(Text("values_not_in_float64", why=str(error))) from None
        raise TradeDataError(Text("values_not_numbers", found=Few(list(map(repr, wrong[:MOST])), len(wrong))))
    raise TradeDataError(Text("values_of_kind", kind=str(a.dtype)))


def _positions(a: Array, bad: npt.NDArray[np.bool_]) -> str:
    return listing(f"{a[tuple(i)]:g} at position {', '.join(map(str, i))}" for i in np.argwhere(bad))


def of_values(x: Any, wanted: Iterable[Sum]) -> dict[Sum, Array]:
    """Each sum along the last axis of values as given; a large matrix in blocks of rows, on all threads."""
    a = checked(x)
    rows = a.reshape(math.prod(a.shape[:-1]), a.shape[-1])
    step = max(BLOCK // max(a.shape[-1], 1), 1)
    blocks = [rows[start : start + step] for start in range(0, len(rows), step)] or [rows]
    found = on_threads(lambda block: of_array(_scaled(block), wanted), blocks)
    return {one: np.concatenate([sums[one] for sums in found]).reshape(a.shape[:-1]) for one in wanted}


def of_array(x: Array, wanted: Iterable[Sum]) -> dict[Sum, Array]:
    """Each sum along the last axis of values as ``values`` gives them."""
    rank = np.arange(1.0, x.shape[-1] + 1)
    there = x > 0
    sums = {}
    for one in wanted:
        first = x[..., : one.first]
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):  # the measure refuses what overflows
            terms = one.term(first, rank) if one.ranked else one.term(first)
        terms = np.where(there[..., : one.first], terms, 0.0)
        sums[one] = terms.max(axis=-1, initial=0.0) if one.merge == "max" else _add(terms)
    return sums


def _add(terms: Array) -> Array:
    """Add the second half to the first until one is left: accurate, and the same bits whatever zeros follow."""
    width = terms.shape[-1]
    half = 1 << max(width - 1, 0).bit_length() >> 1
    while half:
        added = terms[..., :half].copy()
        added[..., : width - half] += terms[..., half:]
        terms, width, half = added, half, half >> 1
    return np.asarray(terms[..., 0]) if width else np.zeros(terms.shape[:-1])


def universe(n: int | None) -> int | None:
    """The number of partners of a universe, once it is known to be one."""
    need_counts("n", n=n)
    return n
