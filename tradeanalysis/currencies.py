"""Currencies by their codes of ISO 4217, and units of money: a scale and a currency, such as ``bnVND``."""

from __future__ import annotations

import csv
import functools
import re
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from tradeanalysis.schema import DATA

DOLLAR = "USD"
# What values without a certificate are in, and what a certificate calls it.
DOLLARS = "US dollars"
SCALES = {"": 1.0, "k": 1e3, "m": 1e6, "bn": 1e9, "tn": 1e12}
_UNIT = re.compile(r"(?P<times>10|100)?(?P<scale>k|m|bn|tn)?(?P<currency>[A-Z]{3})", re.ASCII)


class Unit(NamedTuple):
    """How much of a currency one unit is: 1e9 dong for ``bnVND``, 1e7 rupees (a crore) for ``10mINR``."""

    size: float
    currency: str

    def __str__(self) -> str:
        scale = max((name for name in SCALES if SCALES[name] <= self.size), key=lambda name: SCALES[name])
        times = round(self.size / SCALES[scale])
        return f"{times if times > 1 else ''}{scale}{self.currency}"


@functools.cache
def currencies() -> dict[str, tuple[str, str]]:
    """The codes of currencies that were tender at any time since 1999, with their names in English and Vietnamese."""
    with (DATA / "currencies.csv").open(encoding="utf-8", newline="") as file:
        return {row["code"]: (row["name_en"], row["name_vi"]) for row in csv.DictReader(file)}


def unit_named(name: object) -> Unit | None:
    """The unit that a code such as ``kUSD`` or ``100mJPY`` names; None where it names none.

    Examples
    --------
    >>> unit_named("bnVND"), str(Unit(1e7, "INR")), unit_named("dong")
    (Unit(size=1000000000.0, currency='VND'), '10mINR', None)
    """
    found = _UNIT.fullmatch(str(name))
    if found is None or found["currency"] not in currencies():
        return None
    return Unit(float(found["times"] or 1) * SCALES[found["scale"] or ""], found["currency"])


def to_digits(x: npt.ArrayLike, digits: int = 15) -> npt.NDArray[np.float64]:
    """Amounts to so many significant digits, each the float nearest to its decimal number; missing ones stay.

    A scale or a rate that is a decimal leaves an error in the last bit, which this removes where the amounts were
    written with no more digits than float64 is sure of.

    Examples
    --------
    >>> 123.4 * 1e9, float(to_digits(123.4 * 1e9)), float(to_digits(to_digits(123.4e9) / 23_271 * 23_271))
    (123400000000.0, 123400000000.0, 123400000000.0)
    """
    a = np.asarray(x, dtype=np.float64)
    usual = np.isfinite(a) & (np.abs(a) > 1e-7) & (np.abs(a) < 1e36)  # where the powers of ten below are exact
    size = np.abs(np.where(usual, a, 1.0))
    places = digits - 1 - np.floor(np.log10(size)).astype(int)
    up, down = 10.0 ** np.maximum(places, 0), 10.0 ** np.maximum(-places, 0)
    return np.where(usual, np.copysign(np.rint(size * up / down) * down / up, a), a)


def currency_of(attrs: Mapping[Any, Any]) -> str | None:
    """The currency of a table or a result with these attributes; None where nothing says where its values are from."""
    certificate = attrs.get("certificate")
    if not isinstance(certificate, Mapping) or not certificate:
        return attrs.get("currency")
    # What was certified before certificates named it was in dollars, or no money.
    return certificate.get("currency") or (DOLLAR if certificate.get("unit", DOLLARS) == DOLLARS else None)
