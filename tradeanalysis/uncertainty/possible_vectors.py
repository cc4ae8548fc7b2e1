"""The least and the most concentrated vectors that are possible, and what a measure is there."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from tradeanalysis.gate.frames import refuse_float_ends
from tradeanalysis.measures.formula import Measure
from tradeanalysis.schema import TradeDataError
from tradeanalysis.sums import Array, Sum, largest, of_array, total, xlogx
from tradeanalysis.texts import MOST, Few, Text
from tradeanalysis.uncertainty import extremes

# Cells of a matrix that are computed together.
CHUNK = 1 << 17
# Cells of a matrix with a column for each piece of the remainder.
MAX_PIECES = 10_000_000


# ---- what is known of a measure -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class MonotoneForm:
    """A measure that is monotone in one number: the level of a convex ``form``, or the share of the ``largest`` k.

    ``rises`` says that it rises with concentration; ``ignores_small`` that an amount spread over ever more partners
    counts in the total only. ``of_level`` gives the measure at a level of the form.
    """

    measure: Measure
    form: extremes.ConvexForm | None
    largest: int
    rises: bool
    ignores_small: bool
    of_level: Callable[[Any], Any]


def require_measure(measure: Any, example: str) -> None:
    """Raise for what is not a measure, with a call that is right."""
    if not isinstance(measure, Measure):
        raise TypeError(
            f"{type(measure).__name__} is not a measure: the measure comes second, {example}. Pass ta.hill(2) for one "
            "that takes a parameter"
        )


@functools.lru_cache(maxsize=256)
def monotone_form(measure: Measure) -> MonotoneForm:
    """The form of a measure; raises where the ends of its interval are not known."""
    others = {name: one for name, one in measure.sums.items() if one is not total}
    form, k = None, 0
    if len(others) == 1 and not measure.takes_n:
        ((name, one),) = others.items()
        if one.first is not None or one is largest:
            k = one.first or 1
        elif one is xlogx:
            form = extremes.logarithms
        elif (q := _order(one)) is not None:
            form = extremes.powers(q)
    if form is None and not k:
        raise TradeDataError(Text("interval_measure", measure=measure.name))
    # From 200 equal partners to a single one: a user's own measure may both rise and fall between them.
    path = np.column_stack([np.ones(201), np.repeat(np.linspace(1, 0, 201)[:, None], 199, axis=1)])
    steps = np.diff(measure(path))
    rises = bool(steps.sum() > 0)
    if not ((steps >= -1e-12) if rises else (steps <= 1e-12)).all():
        raise TradeDataError(Text("interval_not_monotone", measure=measure.name, sum=repr(name)))

    def of_level(c: Any) -> Any:
        # Of a total of 1; the form of a concave power has a minus.
        return measure.formula(**{"total": 1.0, name: np.abs(c) if form and form.top else c})

    return MonotoneForm(measure, form, k, rises, form is None or form.top > 0, of_level)


def _order(one: Sum) -> float | None:
    """The q > 0, not 1, of a sum of q-th powers; None of any other sum."""
    if one.ranked or one.merge != "add":
        return None
    at = float(one.term(2.0))
    q = math.log2(at) if at > 0 else 0.0
    return q if q > 0 and q != 1 and math.isclose(one.term(3.0), 3.0**q, rel_tol=1e-12) else None


# ---- ends ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Extremes:
    """The least and the most concentrated vectors of all rows, the measure of each, and the gap of the second.

    ``least_vector`` is None where the least is a limit.
    """

    least_vector: Array | None
    most_vector: Array
    least: Array
    most: Array
    gap: Array


def checked_box(low: Array, high: Array) -> tuple[Array, Array]:
    """Both as matrices of one shape, once no low end is above its high end."""
    if low.shape != high.shape:
        raise TradeDataError(Text("interval_shapes", low=str(low.shape), high=str(high.shape)))
    low, high = np.atleast_2d(low), np.atleast_2d(high)
    if not low.shape[1]:
        raise TradeDataError(Text("bounds_of_nothing"))
    if (above := np.argwhere(low > high)).size:
        key = "ends_in_row" if len(low) > 1 else "ends_at_position"
        few: list[Any] = above[:MOST].tolist()
        at = [Text(key, row=i, position=j, low=float(low[i, j]), high=float(high[i, j])) for i, j in few]
        raise TradeDataError(Text("ends_crossed", places=Few(at, len(above))))
    return low, high


def box_extremes(of: MonotoneForm, low: Array, high: Array) -> Extremes:
    """The extremes of values between two ends, some rows at a time."""
    refuse_float_ends(high, "rounded")
    rows = max(1, CHUNK // max(low.shape[1], 1))
    parts = [_some_rows(of, low[i : i + rows], high[i : i + rows]) for i in range(0, max(len(low), 1), rows)]
    least, most, gap = (np.concatenate(one) for one in zip(*parts, strict=True))
    lowest, highest = (np.asarray(of.measure(one)) for one in (least, most))
    return Extremes(least, most, lowest, highest, gap)


def _some_rows(of: MonotoneForm, low: Array, high: Array) -> tuple[Array, Array, Array]:
    # A power of two changes no digit, and keeps sums of powers within float64.
    power = np.frexp(high.max(axis=1, keepdims=True, initial=0.0))[1]
    lows, highs = np.ldexp(low, -power), np.ldexp(high, -power)
    gap = np.zeros(len(low))
    if of.form is None:
        t, up = extremes.least_top(of.largest, lows, highs), extremes.most_top(of.largest, lows, highs)
    else:
        t = extremes.least(of.form, lows, highs)
        up, level, bound = extremes.most(of.form, lows, highs)
        if (open_ := bound > level).any():
            gap[open_] = np.abs(of.of_level(bound[open_]) - of.of_level(level[open_]))
    return np.clip(np.ldexp(t[:, None], power), low, high), np.where(up, high, low), gap


def refuse_unknown_largest(attrs: Mapping[Any, Any], top_listed: bool) -> None:
    """Refuse to take a list for one of the largest where the certificate of its table says that this is not known."""
    if top_listed and not (attrs.get("certificate") or {}).get("largest_listed", True):
        raise TradeDataError(Text("largest_not_known"))


def remainder_extremes(of: MonotoneForm, listed: Array, rest: Array, top_listed: bool) -> Extremes:
    """The extremes of a remainder: spread over ever more partners, and in as few partners as possible."""
    measure = of.measure
    if not of.ignores_small:
        raise TradeDataError(Text("interval_unbounded", measure=measure.name))
    if top_listed:
        smallest = np.where(listed > 0, listed, np.inf).min(axis=1, initial=np.inf)
        last = np.fmod(rest, smallest)
        pieces = np.rint((rest - last) / smallest)
        most = float(pieces.max(initial=0.0))
        if most * len(listed) > MAX_PIECES:
            raise TradeDataError(Text("interval_small_listed", most=most))
        place = np.arange(int(most) + 1)
        sizes = np.where(pieces > 0, smallest, 0.0)[:, None]
        parts = np.where(place < pieces[:, None], sizes, np.where(place == pieces[:, None], last[:, None], 0.0))
        most_vector = np.column_stack([listed, parts[:, (parts > 0).any(axis=0)]])
    else:
        most_vector = listed.copy()
        most_vector[np.arange(len(listed)), listed.argmax(axis=1)] += rest
    power = -np.frexp(np.maximum(listed.max(axis=1, initial=0.0), rest))[1]
    # By a power of two, as all sums are; the remainder counts in the total only.
    ordered = -np.sort(-np.ldexp(listed, power[:, None]), axis=1)
    left = np.ldexp(rest, power)
    sums = of_array(ordered, {one for one in measure.sums.values() if one is not total})
    sums[total] = of_array(np.column_stack([ordered, left]), {total})[total]
    whole = sums[total]
    with np.errstate(all="ignore"):
        limit = np.asarray(measure.formula(**{name: sums[one] for name, one in measure.sums.items()}), dtype=np.float64)
    highest = np.asarray(measure(most_vector))
    return Extremes(None, most_vector, np.where(whole > 0, limit, np.nan), highest, np.zeros(len(listed)))
