"""The lowest and the highest value that a measure can have, given what is known of the values."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from html import escape
from typing import Any

import numpy as np
import pandas as pd

from tradeanalysis.gate.frames import refuse_vector_labels
from tradeanalysis.measures.formula import Measure
from tradeanalysis.results import Result
from tradeanalysis.schema import TradeDataError
from tradeanalysis.sums import Array, by_label, checked
from tradeanalysis.tables.markets import aligned
from tradeanalysis.tables.query import UNALLOCATED
from tradeanalysis.texts import Text, outwards
from tradeanalysis.texts import catalogues as texts
from tradeanalysis.uncertainty.possible_vectors import (
    Extremes,
    box_extremes,
    checked_box,
    monotone_form,
    refuse_unknown_largest,
    remainder_extremes,
    require_measure,
)


@dataclass(frozen=True, repr=False)
class Interval(Result):
    """The lowest and the highest value of a measure, and vectors that have them.

    ``low`` and ``high`` are floats, or arrays with a number for each row of a matrix; ``at_low`` and ``at_high`` hold
    values of the input's form, or None where the end is a limit. ``gap`` is how much further the end of concentration
    (``high`` for the HHI, ``low`` for the effective partners) could lie at most: 0 where it is ``exact``.
    """

    measure: Measure
    low: Any
    high: Any
    at_low: Any
    at_high: Any
    gap: Any

    @property
    def exact(self) -> bool:
        """Whether both ends are the very ends, of every row."""
        return bool((np.nan_to_num(self.gap) == 0).all())

    @property
    def table(self) -> pd.DataFrame:
        """A row for each vector: for the HHI ``hhi_low`` and ``hhi_high``, and ``hhi_gap`` where it is not exact."""
        name = self.measure.name
        ends = {f"{name}_low": self.low, f"{name}_high": self.high}
        gap = {} if self.exact else {f"{name}_gap": self.gap}
        return pd.DataFrame({key: np.atleast_1d(one) for key, one in (ends | gap).items()})

    @property
    def ends(self) -> pd.DataFrame:
        """The values that differ between both ends, ``at_low`` and ``at_high``, the largest first.

        An end that is a limit has no column. Of a single vector; empty for the rows of a matrix.
        """
        if np.ndim(self.low):
            return pd.DataFrame()
        vectors = {"at_low": self.at_low, "at_high": self.at_high}
        ends = {name: pd.Series(one) for name, one in vectors.items() if one is not None}
        table = pd.DataFrame(ends).fillna(0.0)
        size = table.max(axis=1)
        if len(ends) == 2:
            size = size[table["at_low"] != table["at_high"]]
        return table.loc[size.sort_values(ascending=False, kind="stable").index]

    def sentence(self, lang: str = "en") -> str:
        """Between which two numbers the measure lies, rounded outwards, or how wide the intervals of the rows are."""
        form, index = monotone_form(self.measure), self.measure.name
        keys = (f"interval_of_{index}", f"interval_of_{index.removesuffix(f'_{form.largest}')}")
        index = texts.measure_name(index, lang)
        if known := [key for key in keys if key in texts.catalogue(lang)]:
            index = texts.say(known[0], lang, k=form.largest)
        if np.ndim(self.low):
            width = pd.Series(self.high - self.low)
            middle, widest = (texts.number(x, lang, 4) for x in (width.median(), width.max()))
            rows = texts.number(width.count(), lang)
            return texts.capital(texts.say("interval_rows", lang, index=index, rows=rows, middle=middle, widest=widest))
        low, high = (self.low, self.high + self.gap) if form.rises else (self.low - self.gap, self.high)
        words = dict(zip(("low", "high"), outwards(low, high, lang, 4), strict=True))
        return texts.capital(texts.say("interval", lang, index=index, **words))

    def summary(self) -> str:
        """The sentence, whether the ends are exact, and the largest values that differ between them."""
        proof = "Both ends are exact." if self.exact else f"The gap is at most {np.nanmax(self.gap):.2g}."
        table = self.table if np.ndim(self.low) else self.ends
        lines = [self.sentence(), proof]
        if len(table):
            lines.append(table.head(self.HEAD).to_string(float_format=_number_format(table)))
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        table = self.table if np.ndim(self.low) else self.ends
        shown = table.head(self.HEAD).to_html(float_format=_number_format(table)) if len(table) else ""
        return f"<p>{escape(self.sentence())}</p>{shown}"


def _number_format(table: pd.DataFrame) -> Callable[[float], str]:
    """Large values in whole units, others with six digits."""
    return ("{:,.0f}" if table.to_numpy().max() >= 1e6 else "{:,.6g}").format


def interval(
    x: Any, measure: Measure, high: Any = None, *, remainder: Any = None, top_listed: bool = False
) -> Interval:
    r"""The sharp interval of a measure: the lowest and the highest value that it can have, given what is known.

    Either each value lies between two ends, :math:`l_j \le x_j \le h_j` (two reports of one trade, an error in per
    cent), or the largest values are listed and the remainder of the total belongs to partners that are not named.
    ``intervals`` does the same for every group of a trade table.

    Parameters
    ----------
    x
        The low end of each value; with ``remainder``, the listed values, among which zeros do not count. A vector (a
        list, an array, a Series, a dict), or a matrix with a group in each row. Or, alone, a result of ``ta.reexports``
        at rates that are ranges.
    measure
        ``ta.hhi``, ``ta.effective_partners``, ``ta.entropy``, ``ta.hill(q)`` and ``ta.measures.hannah_kay(q)`` with q >
        0, or ``ta.top_share(k)``; with a remainder q > 1. Also one's own ``Measure`` of ``total`` and one of
        ``squares``, ``power(q)``, ``xlogx``, ``largest``, ``top(k)``, if it rises or falls with it throughout.
    high
        The high end of each value, in the shape of ``x``; aligned by label where both are Series or dicts.
    remainder
        The part of the total that is not listed, in the unit of the values; of a matrix, one number or one for each
        row.
    top_listed
        The list is known to hold the largest: no part of the remainder is larger than the smallest listed. Otherwise
        any partner may own the remainder, the largest too.

    Returns
    -------
    An ``Interval``: ``low`` and ``high``, the vectors ``at_low`` and ``at_high`` that have them, ``exact`` and ``gap``.
    With a remainder, the end of least concentration is a limit, the remainder spread over ever more partners, and its
    vector is None; parts of a remainder stand behind the labels of the list. Where the search is given up, the vector
    found may not be the very end, which is at most ``gap`` beyond it.

    Raises
    ------
    TradeDataError
        The interval of this measure is not known; a low end is above its high end; values are negative, missing or
        infinite; ``top_listed`` where the certificate of the values says that the largest are not known.
    TypeError
        ``measure`` is not a measure, or ``x`` is a trade table.

    Notes
    -----
    All values are taken to move freely within their ends: a known total would make the interval shorter. It says
    nothing on where within it the measure is likely to be. A measure that takes n has no interval here: partners may be
    present or not.

    The least concentrated vector is clip(t, l, h), the least majorised with its total (Marshall, Olkin & Arnold 2011).
    The most concentrated has every value at an end and is found by branch and bound on a fractional knapsack. Sorting
    by midpoints, all high above some point and all low below, misses it. A remainder is most concentrated with the
    largest partner; where its parts are at most m, in parts of m.

    References
    ----------
    Marshall, A. W., Olkin, I. & Arnold, B. C. (2011). Inequalities: Theory of Majorization and Its Applications. 2nd
    ed. Springer. https://doi.org/10.1007/978-0-387-68276-1

    Examples
    --------
    >>> import tradeanalysis as ta
    >>> found = ta.interval([40, 20, 10], ta.hhi, [60, 30, 10])
    >>> round(found.low, 4), round(found.high, 4)
    (0.4062, 0.5062)
    >>> found.at_low.tolist(), found.at_high.tolist()
    ([40.0, 30.0, 10.0], [60.0, 20.0, 10.0])
    >>> four = [50, 20, 10, 5]
    >>> [round(ta.interval(four, ta.hhi, remainder=15, top_listed=top).high, 4) for top in (False, True)]
    [0.475, 0.31]
    >>> print(ta.interval(four, ta.hhi, remainder=15).sentence())
    The Herfindahl-Hirschman index lies between 0.3025 and 0.4750.
    """
    require_measure(measure, "interval(low, ta.hhi, high)")
    if hasattr(type(x), "interval_of") and high is None and remainder is None:
        ends: Interval = x.interval_of(measure)
        return ends
    if hasattr(type(x), "columns"):
        raise TypeError(
            "interval() takes values; for a trade table write ta.uncertainty.intervals(table, measure, by=[...])"
        )
    form = monotone_form(measure)
    if (high is None) == (remainder is None):
        raise TradeDataError(Text("interval_ends"))
    if remainder is None:
        if top_listed:
            raise TradeDataError(Text("interval_top_listed"))
        low, high = aligned(x, high)
        return _shaped(measure, box_extremes(form, *checked_box(checked(low), checked(high))), low)
    refuse_unknown_largest(getattr(x, "attrs", {}), top_listed)
    low = by_label(x)
    listed = checked(low)
    refuse_vector_labels(getattr(low, "index", None), "x")
    rest = np.broadcast_to(checked(np.atleast_1d(remainder)), np.atleast_2d(listed).shape[:1])
    return _shaped(measure, remainder_extremes(form, np.atleast_2d(listed), rest, top_listed), low)


def _shaped(measure: Measure, found: Extremes, given: Any) -> Interval:
    """The ends of rows, or of the one vector that was given, in the form of what was given."""
    least: tuple[Any, Any] = (found.least, found.least_vector)
    most: tuple[Any, Any] = (found.most, found.most_vector)
    gap: Any = found.gap
    if np.ndim(given) == 1:
        if np.isnan(found.most[0]):
            raise TradeDataError(Text("no_trade_here"))
        labels = given.index if isinstance(given, pd.Series) else None
        least, most = ((float(x[0]), _labelled(at, labels)) for x, at in (least, most))
        gap = float(gap[0])
    low, high = (least, most) if monotone_form(measure).rises else (most, least)
    return Interval(measure, low[0], high[0], low[1], high[1], gap)


def _labelled(at: Array | None, labels: pd.Index | None) -> Any:
    """The one row, by the labels of what was given; parts of a remainder stand behind them."""
    if at is None:
        return None
    if labels is None:
        return at[0]
    parts = [f"{UNALLOCATED} {i + 1}" for i in range(at.shape[1] - len(labels))]
    return pd.Series(at[0], index=labels.append(pd.Index(parts)) if parts else labels)
