"""The lowest and the highest value that a measure can have, given what is known of the values."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from tradeanalysis.measures.formula import Measure
from tradeanalysis.schema import PARTNER, TradeDataError
from tradeanalysis.sums import Array, by_label, checked
from tradeanalysis.tables.markets import aligned
from tradeanalysis.tables.query import UNALLOCATED
from tradeanalysis.texts import catalogues as texts
from tradeanalysis.uncertainty.group_bounds import of_groups
from tradeanalysis.uncertainty.possible_vectors import Found, box, boxed, kind_of, spread


@dataclass(frozen=True)
class Interval:
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

    def sentence(self, lang: str = "en") -> str:
        """Between which two numbers the measure lies, rounded outwards, or how wide the intervals of the rows are."""
        kind, index = kind_of(self.measure), self.measure.name
        keys = (f"interval_of_{index}", f"interval_of_{index.removesuffix(f'_{kind.largest}')}")
        if known := [key for key in keys if key in texts.catalogue(lang)]:
            index = texts.say(known[0], lang, k=kind.largest)
        if np.ndim(self.low):
            width = pd.Series(self.high - self.low)
            middle, widest = (texts.number(x, lang, 4) for x in (width.median(), width.max()))
            rows = texts.number(width.count(), lang)
            return texts.capital(texts.say("interval_rows", lang, index=index, rows=rows, middle=middle, widest=widest))
        low, high = (self.low, self.high + self.gap) if kind.rises else (self.low - self.gap, self.high)
        down, up = math.floor(low * 1e4 + 1e-6) / 1e4, math.ceil(high * 1e4 - 1e-6) / 1e4
        words = {"low": texts.number(down, lang, 4), "high": texts.number(up, lang, 4)}
        return texts.capital(texts.say("interval", lang, index=index, **words))

    def summary(self) -> str:
        """The sentence, whether the ends are exact, and the values at both ends that differ from one another."""
        proven = "Both ends are exact." if self.exact else f"The gap is at most {np.nanmax(self.gap):.2g}."
        lines = [self.sentence(), proven]
        if np.ndim(self.low) == 0 and (table := self._table()) is not None:
            lines.append(table.to_string(float_format="{:,.6g}".format))
        return "\n".join(lines)

    def _table(self) -> pd.DataFrame | None:
        """The values at both ends, the ten largest that differ."""
        ends = {
            name: pd.Series(one)
            for name, one in (("at_low", self.at_low), ("at_high", self.at_high))
            if one is not None
        }
        table = pd.DataFrame(ends).fillna(0.0)
        size = table.max(axis=1)
        if len(ends) == 2:
            size = size[table["at_low"] != table["at_high"]]
        return table.loc[size.sort_values(ascending=False, kind="stable").index[:10]] if len(size) else None

    def _repr_html_(self) -> str:
        table = self._table() if np.ndim(self.low) == 0 else None
        return f"<p>{self.sentence()}</p>" + ("" if table is None else table.to_html(float_format="{:,.6g}".format))


def interval(
    measure: Measure,
    low: Any,
    high: Any = None,
    *,
    remainder: Any = None,
    top_listed: bool = False,
    by: str | Iterable[str] | None = None,
    over: str = PARTNER,
) -> Any:
    r"""The sharp interval of a measure: the lowest and the highest value that it can have, given what is known.

    Either each value lies between two ends, :math:`l_j \le x_j \le h_j` (two reports of one trade, an error in per
    cent), or values are listed and the remainder of the total belongs to partners that are not told.

    Parameters
    ----------
    measure
        ``ta.hhi``, ``ta.effective_partners``, ``ta.entropy``, ``ta.hill(q)`` and ``ta.hannah_kay(q)`` with q > 0, or
        ``ta.top_share(k)``; with a remainder q > 1. Also one's own ``Measure`` of ``total`` and one of ``squares``,
        ``power(q)``, ``xlogx``, ``largest``, ``top(k)``, if it rises or falls with it throughout.
    low, high
        The ends of each value: vectors, aligned by label where they are Series or dicts, or matrices with a group in
        each row. With ``remainder``, ``low`` holds the listed values; zeros are not listed. Or ``low`` is a trade table
        of any library with columns ``low`` and ``high``, or with ``value`` and a remainder.
    remainder
        What of the total is not listed, in the unit of the values; of a matrix, one number or one for each row. Of a
        trade table, the name of a column that is the same in all rows of a group (``"remainder"`` where the table has
        it); rows of remainders ("Others", "Areas nes") are added to it.
    top_listed
        The list is known to hold the largest: no part of the remainder is larger than the smallest listed. Otherwise
        the remainder may belong to anybody, the largest partner too.
    by, over
        Of a trade table, as in ``ta.measure``.

    Returns
    -------
    An ``Interval``: ``low`` and ``high``, the vectors ``at_low`` and ``at_high`` that have them, ``exact`` and ``gap``.
    With a remainder, the end of least concentration is a limit, the remainder spread over ever more partners, and its
    vector is None; parts of a remainder stand behind the labels of the list. Where the search is given up, the vector
    found may not be the very end, which is at most ``gap`` beyond it.

    Of a trade table, a table in memory with ``by``, ``n`` and, for the HHI, ``hhi`` (of the column ``value``, beside
    ``low`` and ``high``), ``hhi_low`` and ``hhi_high``; ``hhi_gap`` where not all groups are exact; ``unallocated`` as
    in ``ta.measure``. A group of which nothing is known to be above zero is missing.

    Raises
    ------
    TradeDataError
        The interval of this measure is not known; a low end is above its high end, or a value outside them; values are
        negative, missing or infinite.
    TypeError
        The measure is none.
    SchemaError
        The table has neither ``low`` and ``high`` nor a remainder.

    Notes
    -----
    All values are taken to move freely within their ends: a known total would make the interval shorter. Nothing is
    said of where within it the measure is likely to be. A measure that takes n has no interval here: partners may be
    present or not. Remainders in a table with ``low`` and ``high`` are no partner, and in no end.

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
    >>> found = ta.interval(ta.hhi, [40, 20, 10], [60, 30, 10])
    >>> round(found.low, 4), round(found.high, 4)
    (0.4062, 0.5062)
    >>> found.at_low.tolist(), found.at_high.tolist()
    ([40.0, 30.0, 10.0], [60.0, 20.0, 10.0])
    >>> four = [50, 20, 10, 5]
    >>> [round(ta.interval(ta.hhi, four, remainder=15, top_listed=top).high, 4) for top in (False, True)]
    [0.475, 0.31]
    >>> print(ta.interval(ta.hhi, four, remainder=15).sentence())
    The Herfindahl-Hirschman index lies between 0.3025 and 0.4750.
    """
    if not isinstance(measure, Measure):
        raise TypeError(
            f"{measure!r} is no measure: the measure comes first, ta.interval(ta.hhi, low, high). Pass ta.hill(2) for "
            "one that takes a parameter"
        )
    kind = kind_of(measure)
    if hasattr(type(low), "columns"):
        if high is not None:
            raise TradeDataError('a trade table holds both ends, in its columns "low" and "high"')
        keys = [by] if isinstance(by, str) else list(by or ())
        return of_groups(kind, low, keys, over, remainder, top_listed)
    if by is not None:
        raise TradeDataError("by= is for trade tables; of a matrix, every row is a group")
    if (high is None) == (remainder is None):
        raise TradeDataError("pass both ends of each value, low and high, or the listed values and remainder=")
    if remainder is None:
        if top_listed:
            raise TradeDataError("top_listed= says something of a remainder, and there is none")
        low, high = aligned(low, high)
        return _shaped(measure, box(kind, *boxed(checked(low), checked(high))), low)
    low = by_label(low)
    listed = checked(low)
    rest = np.broadcast_to(checked(np.atleast_1d(remainder)), np.atleast_2d(listed).shape[:1])
    return _shaped(measure, spread(kind, np.atleast_2d(listed), rest, top_listed), low)


def _shaped(measure: Measure, found: Found, given: Any) -> Interval:
    """The ends of rows, or of the one vector that was given, in the form of what was given."""
    least: tuple[Any, Any] = (found.least, found.at_least)
    most: tuple[Any, Any] = (found.most, found.at_most)
    gap: Any = found.gap
    if np.ndim(given) == 1:
        if np.isnan(found.most[0]):
            raise TradeDataError("there is no trade here, all values are zero: no index exists, and it is not 0")
        labels = given.index if isinstance(given, pd.Series) else None
        least, most = ((float(x[0]), _labelled(at, labels)) for x, at in (least, most))
        gap = float(gap[0])
    low, high = (least, most) if kind_of(measure).rises else (most, least)
    return Interval(measure, low[0], high[0], low[1], high[1], gap)


def _labelled(at: Array | None, labels: pd.Index | None) -> Any:
    """The one row, by the labels of what was given; parts of a remainder stand behind them."""
    if at is None:
        return None
    if labels is None:
        return at[0]
    parts = [f"{UNALLOCATED} {i + 1}" for i in range(at.shape[1] - len(labels))]
    return pd.Series(at[0], index=labels.append(pd.Index(parts)) if parts else labels)
