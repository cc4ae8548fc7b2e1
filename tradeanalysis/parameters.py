"""What a function takes as a number, a count or a label: one definition of each; anything else is refused in words."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from numbers import Integral, Real
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from tradeanalysis.schema import TradeDataError
from tradeanalysis.texts import Text

# What float64 and a signed integer of 64 bits hold.
LARGEST, MOST = np.finfo(np.float64).max.item(), np.iinfo(np.int64).max


def need_numbers(*or_none: str, **given: Any) -> None:
    """Refuse what is not one real number that float64 holds; those named may be None. Infinity is a number."""
    for name, one in _there(or_none, given):
        if not _is_real(one) or one != one:
            raise TradeDataError(Text("parameter_number", name=name, given=_shown(one), kind=type(one).__name__))
        if isinstance(one, Integral) and abs(int(one)) > LARGEST:
            raise TradeDataError(Text("parameter_beyond", name=name, most=f"{LARGEST:.2g}"))


def need_whole(*or_none: str, **given: Any) -> None:
    """Refuse what is not one whole number that 64 bits hold; those named may be None."""
    for name, one in _there(or_none, given):
        if not isinstance(one, Integral) or not _is_real(one):
            raise TradeDataError(Text("parameter_whole", name=name, given=_shown(one), kind=type(one).__name__))
        if abs(int(one)) > MOST:
            raise TradeDataError(Text("parameter_beyond", name=name, most=f"{MOST:.2g}"))


def need_counts(*or_none: str, **given: Any) -> None:
    """Refuse what is not one whole number of 1 or more; those named may be None."""
    need_whole(*or_none, **given)
    for name, one in _there(or_none, given):
        if one < 1:
            raise TradeDataError(Text("parameter_count", name=name, given=_shown(one)))


def need_labels(**given: Any) -> None:
    """Refuse what is not one label or None: several in a list or an array, a missing one, more than 64 bits hold."""
    for name, one in given.items():
        several = isinstance(one, (list, tuple, set, frozenset, dict)) or bool(getattr(one, "ndim", 0))
        if several or not isinstance(one, Hashable) or (one is not None and _is_missing(one)):
            raise TradeDataError(Text("parameter_label", name=name, given=_shown(one), kind=type(one).__name__))
        if isinstance(one, Integral) and abs(int(one)) > MOST:
            raise TradeDataError(Text("parameter_beyond", name=name, most=f"{MOST:.2g}"))


def _is_missing(one: Any) -> bool:
    return bool(pd.isna(one))


def labels_listed(name: str, given: Any) -> list[Any]:
    """The label given, or those of several, once each is known to be one."""
    several = isinstance(given, Iterable) and not isinstance(given, (str, bytes)) and getattr(given, "ndim", 1) != 0
    several = several or isinstance(given, (set, frozenset))
    labels = list(given) if several else [given]
    for one in labels:
        need_labels(**{name: one})
    return labels


def as_numbers(name: str, given: Any) -> npt.NDArray[np.float64]:
    """One number or several as float64, in their shape; a missing one stays missing."""
    if getattr(getattr(given, "dtype", None), "kind", "") in ("f", "i", "u"):
        return np.asarray(given, dtype=np.float64)
    try:
        cells = np.asarray(given, dtype=object)
    except ValueError:  # lists of several lengths
        raise TradeDataError(Text("parameter_number", name=name, given=_shown(given), kind="list")) from None
    found = np.empty(cells.shape)
    for place, one in np.ndenumerate(cells):
        missing = (one is None and cells.ndim > 0) or one is pd.NA or (isinstance(one, float) and one != one)
        if not missing:
            need_numbers(**{name: one})
        found[place] = np.nan if missing else float(one)
    return found


def _there(or_none: tuple[str, ...], given: dict[str, Any]) -> list[tuple[str, Any]]:
    return [(name, one) for name, one in given.items() if one is not None or name not in or_none]


def _is_real(one: Any) -> bool:
    """Whether it is a number of Python or numpy; True and False are none."""
    return isinstance(one, Real) and not isinstance(one, bool)


def _shown(one: Any) -> str:
    """The value as it is written, cut where it is long."""
    try:
        text = ascii(one)
    except ValueError:  # a whole number of thousands of digits
        return "..."
    return text if len(text) <= 60 else f"{text[:57]}..."
