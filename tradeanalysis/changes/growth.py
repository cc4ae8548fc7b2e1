"""What moved the value behind the index: its margins, and how much of its growth was the world's."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from html import escape
from typing import Any, overload

import narwhals as nw
import numpy as np
import pandas as pd

from tradeanalysis.changes.two_periods import Periods, Vector, in_words, periods, plain
from tradeanalysis.gate.frames import open_table, refuse_float_ends, refuse_vector_labels
from tradeanalysis.parameters import need_labels
from tradeanalysis.results import Result, Table, annotated, short_number
from tradeanalysis.schema import IMPORT, PARTNER, PRODUCT, REPORTER, VALUE, YEAR, TradeDataError
from tradeanalysis.sums import Codes, checked, in_use, joined, keyed
from tradeanalysis.tables.baskets import only_one
from tradeanalysis.tables.markets import VECTORS, aligned_series
from tradeanalysis.texts import Text
from tradeanalysis.texts import catalogues as texts

MARGINS = ["value_before", "value_after", "change", "entry", "exit", "extensive", "intensive", "growth"]
COUNTS = ["entries", "exits", "incumbents"]
ORDERS = ("market first", "product first", "mean")
EFFECTS = ["world", "market", "product", "competitiveness"]
GRID = ["x", "y", "market_x", "market_y"]
# Exports may be above the world's by this part: rounding, and sums taken in another order.
ROUNDING = 1e-6


@overload
def margins(x: Vector, y: Vector) -> pd.DataFrame: ...


@overload
def margins(
    x: Table,
    *,
    before: int | None,
    after: int | None,
    by: str | Iterable[str] | None = None,
    over: str | Iterable[str] = PARTNER,
    value: str = VALUE,
    reporter: str | int | None = None,
    flow: str | None = None,
) -> Table: ...


def margins(
    x: Vector | Table,
    y: Vector | None = None,
    *,
    before: int | None = None,
    after: int | None = None,
    by: str | Iterable[str] | None = None,
    over: str | Iterable[str] = PARTNER,
    value: str = VALUE,
    reporter: str | int | None = None,
    flow: str | None = None,
) -> Table:
    r"""Extensive and intensive margin of the growth of trade: new and lost partners, and those that stay.

    .. math:: V_1 - V_0 = \sum_{entry} v_{j1} - \sum_{exit} v_{j0} + \sum_{incumbent} (v_{j1} - v_{j0})

    For vectors the result is a pandas table; a lazy table's comes back as what its engine collects (PyArrow from
    DuckDB).

    Parameters
    ----------
    x, y, before, after, by, value, reporter, flow
        As for ``change``.
    over
        What enters and leaves: partners, products, or with ``["product", "partner"]`` products by partner.

    Returns
    -------
    A table with the ``by`` columns, ``value_before``, ``value_after`` and ``change``, which is ``extensive`` +
    ``intensive``; ``extensive`` is ``entry`` (0 or more) + ``exit`` (0 or less); ``growth`` is the change over
    ``value_before``, missing where that is 0; and how many make each of them: ``entries``, ``exits``, ``incumbents``.
    Values are in the unit of the table.

    Raises
    ------
    SchemaError
        A column is missing.
    TradeDataError
        A year is not in the table, a value is faulty, or exports and imports are in one group.

    Notes
    -----
    The finer the axis, the larger the extensive margin; a threshold of reporting makes false entries and exits. What is
    not allocated to a partner is in neither value. Another split of the same name compares one economy with the
    world in one year (Hummels and Klenow 2005); that of the Theil index is ``theil_margins``.

    References
    ----------
    Hummels, D. & Klenow, P. J. (2005). The Variety and Quality of a Nation's Exports. American Economic Review 95(3),
    704-723. https://doi.org/10.1257/0002828054201396

    Examples
    --------
    >>> import tradeanalysis as ta
    >>> ta.changes.margins({"USA": 60, "CHN": 30, "JPN": 10}, {"USA": 70, "CHN": 30, "KOR": 20})[
    ...     ["change", "entry", "exit", "extensive", "intensive", "growth"]
    ... ]
       change  entry  exit  extensive  intensive  growth
    0    20.0   20.0 -10.0       10.0       10.0     0.2
    """
    need_labels(before=before, after=after, reporter=reporter, flow=flow)
    result: Table
    if isinstance(x, VECTORS):
        if not isinstance(y, VECTORS):
            raise TradeDataError(Text("growth_one_period"))
        s, t = aligned_series(x, y)
        computed: Any = _margins(s.to_numpy(), t.to_numpy(), np.zeros(len(s), dtype=np.intp), 1)
        result = annotated(computed, {})
        return result
    new = [*MARGINS, *COUNTS]
    found = periods(x, before=before, after=after, by=by, over=over, value=value, reporter=reporter, flow=flow, new=new)
    result = found.panel.from_pandas(_of_groups(found, before)).to_native()
    return annotated(result, found.panel.attrs, **found.notes, over=" by ".join(found.over))


def _of_groups(found: Periods, before: Any) -> pd.DataFrame:
    """The margins of every group of the cells of two years."""
    cells = found.cells
    columns = [*found.by, *found.over]
    numbered = in_use([keyed(nw.from_native(cells[key], series_only=True)) for key in columns], len(cells))
    group, _, apart = joined(numbered[: len(found.by)], len(cells))
    cell, size, _ = joined(numbered, len(cells))
    present = np.bincount(cell, minlength=size) > 0
    there, place = np.flatnonzero(present), (np.cumsum(present) - 1)[cell]
    x, early = cells[VALUE].to_numpy(np.float64), (cells[YEAR] == before).to_numpy()
    s, t = (np.bincount(place, np.where(side, x, 0.0), len(there)) for side in (early, ~early))
    of_cell = np.zeros(len(there), dtype=np.intp)
    of_cell[place] = group
    codes = np.unique(of_cell) if found.by else np.zeros(1, dtype=np.intp)
    sums = _margins(s, t, np.searchsorted(codes, of_cell), len(codes))
    labels = zip(found.by, numbered, apart(codes), strict=False)
    named = {key: one.labels.to_native().take(code).array for key, one, code in labels}
    return plain(pd.DataFrame(named | dict(sums.items())))


def _margins(s: Any, t: Any, group: Codes, groups: int) -> pd.DataFrame:
    """The margins of every group of values before and after."""
    values = np.append(s, t)
    refuse_float_ends(values, "sum", "apart")
    there, new, gone = (s > 0) & (t > 0), (s == 0) & (t > 0), (s > 0) & (t == 0)
    parts = {"value_before": s, "value_after": t, "entry": t * new, "exit": s * gone, "intensive": (t - s) * there}
    found: dict[str, Any] = {name: np.bincount(group, one, groups) for name, one in parts.items()}
    found["exit"] = 0.0 - found["exit"]
    counts = zip(COUNTS, (new, gone, there), strict=True)
    found |= {name: np.bincount(group[one], minlength=groups) for name, one in counts}
    found["extensive"] = found["entry"] + found["exit"]
    found["change"] = found["extensive"] + found["intensive"]
    some = found["value_before"] > 0
    found["growth"] = np.divide(found["change"], found["value_before"], out=np.full(groups, np.nan), where=some)
    return pd.DataFrame(found)[[*MARGINS, *COUNTS]]


# ---- constant market share ----------------------------------------------------------------------------------------


@dataclass(frozen=True, repr=False)
class ConstantMarketShare(Result):
    """The growth of exports in four terms.

    ``terms`` has a row for each order, with ``world, market, product, competitiveness, change``; ``table`` has a row
    for each market (and product) with ``value_before``, ``value_after`` and the terms in the chosen order.
    """

    table: pd.DataFrame
    terms: pd.DataFrame
    order: str

    @property
    def markets(self) -> pd.DataFrame:
        """The terms by market, the largest change first."""
        return self._by(PARTNER)

    @property
    def products(self) -> pd.DataFrame:
        """The terms by product, the largest change first."""
        if PRODUCT not in self.table:
            raise TradeDataError(Text("market_share_no_products"))
        return self._by(PRODUCT)

    def _by(self, axis: str) -> pd.DataFrame:
        other = PRODUCT if axis == PARTNER else PARTNER
        sums = self.table.drop(columns=other, errors="ignore").groupby(axis, as_index=False, sort=False).sum()
        return sums.sort_values("change", key=np.abs, ascending=False, kind="stable", ignore_index=True)

    def sentence(self, lang: str = "en") -> str:
        """By how much exports grew, and each term in percentage points, on the mean of both orders."""
        mean: dict[Any, float] = self.terms.set_index("order").loc["mean"].to_dict()
        before = float(self.table["value_before"].sum())
        points = {name: _points(mean[name] / before, lang) for name in EFFECTS}
        change = mean["change"] / before
        moved = "cms_grew" if change > 0 else "cms_fell" if change < 0 else "cms_stayed"
        key = "cms_products" if PRODUCT in self.table else "cms_markets"
        return texts.say(key, lang, moved=texts.say(moved, lang, by=texts.percent(abs(change), lang)), **points)

    def summary(self) -> str:
        """The sentence, the terms in each order, and the markets with the largest change."""
        terms = self.terms.to_string(index=False, float_format=short_number)
        return f"{self.sentence()}\n{terms}\n{self.markets.head(5).to_string(index=False, float_format=short_number)}"

    def _repr_html_(self) -> str:
        tables = (self.terms, self.markets.head(self.HEAD))
        shown = "".join(table.to_html(index=False, float_format=short_number) for table in tables)
        return f"<p>{escape(self.sentence())}</p>{shown}"


def _points(part: float, lang: str) -> str:
    """A part as percentage points, with its sign."""
    points = round(100 * part, 1) + 0.0  # no minus before what is rounded to nothing
    return ("+" if points > 0 else "") + texts.number(points, lang, 1)


def constant_market_share(
    x: Any,
    y: Any = None,
    market_x: Any = None,
    market_y: Any = None,
    *,
    before: int | None = None,
    after: int | None = None,
    reporter: str | int | None = None,
    flow: str | None = None,
    value: str = VALUE,
    order: str = "mean",
) -> ConstantMarketShare:
    r"""Constant market share: growth of exports from the world's, the markets', the products', and what is left.

    With product i and market j, :math:`r` the growth of all world trade, :math:`r_j` of market j, :math:`r_i` of
    product i and :math:`r_{ij}` of both, the market first:

    .. math:: V_1 - V_0 = \sum r V_{ij} + \sum (r_j - r) V_{ij} + \sum (r_{ij} - r_j) V_{ij}
              + \sum (V_{ij1} - V_{ij} - r_{ij} V_{ij})

    Parameters
    ----------
    x, y
        Exports before and after: by market (a Series, a dict, a list), or products x markets (a DataFrame, an array).
        Or, as the first, a trade table of all reporters with the two years, on any engine.
    market_x, market_y
        The exports of the world, the economy itself included, to the same markets (of the same products).
    before, after, reporter, flow, value
        Of a table: the years, the exporter, ``"export"`` where the table has both flows, and the column of values; the
        reporter itself is part of the world.
    order
        Of the tables by market and product: ``"market first"``, ``"product first"`` (:math:`r_i - r`, then
        :math:`r_{ij} - r_i`) or their mean. ``terms`` gives all three.

    Returns
    -------
    A ``ConstantMarketShare``: the terms ``world`` (as if everything had grown with the world), ``market`` and
    ``product`` (sold where and what grew faster) and ``competitiveness`` (shares of markets won or lost), in the unit
    of the values; they add up to ``change``. Without products that term is 0. ``sentence(lang)`` says them in words.

    Raises
    ------
    SchemaError
        A column is missing.
    TradeDataError
        The economy exports more than the world does to some market, in either period (beyond a millionth of it, for
        rounding); a value is faulty; the table has one reporter.

    Notes
    -----
    The two orders differ wherever products and markets grow together: the mean treats them alike. The residual is
    called competitiveness by custom; it contains whatever moves shares, prices and new markets as much as quality.
    Weights are those of the first year: the longer the period, the less they mean.

    References
    ----------
    Richardson, J. D. (1971). Constant-market-shares analysis of export growth. Journal of International Economics 1(2),
    227-239.

    Examples
    --------
    >>> import tradeanalysis as ta
    >>> found = ta.changes.constant_market_share([50, 30, 20], [70, 33, 22], [500, 300, 400], [600, 330, 520])
    >>> found.terms.round(4).tail(1)
      order    world  market  product  competitiveness  change
    2  mean  20.8333 -1.8333      0.0              6.0    25.0
    """
    need_labels(before=before, after=after, reporter=reporter, flow=flow)
    if order not in ORDERS:
        raise TradeDataError(Text("market_share_order", order=repr(order), known=", ".join(ORDERS)))
    if y is None and market_x is None and market_y is None:
        grid, attrs, notes = _grid_of_table(x, before, after, reporter, flow, value)
    else:
        if (before, after, reporter, flow) != (None,) * 4:
            raise TradeDataError(Text("market_share_of_vectors"))
        grid, attrs, notes = _grid_of_four(x, y, market_x, market_y), {}, {}
    return _terms(grid, order, attrs, notes)


def _terms(grid: pd.DataFrame, order: str, attrs: Any, notes: dict[str, Any]) -> ConstantMarketShare:
    """The terms of every cell, from the exports of the economy and of the world in both years."""
    labels = [one for one in (PRODUCT, PARTNER) if one in grid]
    if not grid["x"].any():
        raise TradeDataError(Text("market_share_of_nothing"))
    for ours, all_, period in (("x", "market_x", "first"), ("y", "market_y", "second")):
        if (beyond := grid[ours] > grid[all_] * (1 + ROUNDING)).any():
            part = float(grid[ours][beyond].sum() / grid[ours].sum())
            which = in_words(grid.loc[beyond, labels])
            raise TradeDataError(Text(f"market_share_beyond_{period}", which=which, part=part))
    x = grid["x"]

    def grown(*keys: str) -> pd.Series[float]:
        """The exports of the first period, each grown as the world's did by these keys."""
        keys = tuple(key for key in keys if key in grid)
        sums: Any = grid[GRID[2:]]
        if not keys:
            sums = sums.sum()
        elif len(keys) < len(labels):  # each cell has a pair of its own
            sums = sums.groupby(grid[keys[0]]).transform("sum")
        rate = sums["market_y"] / sums["market_x"] - 1
        grown_by: pd.Series[float] = (x * rate).where(x > 0, 0.0)
        return grown_by

    world, market, product, both = grown(), grown(PARTNER), grown(PRODUCT), grown(PRODUCT, PARTNER)
    change = grid["y"] - x
    if PRODUCT not in grid:
        product = world  # all trade is one product
    first, second = (market - world, both - market), (both - product, product - world)
    mean = (first[0] + second[0]) / 2, (first[1] + second[1]) / 2
    split = dict(zip(ORDERS, (first, second, mean), strict=True))
    ways = {
        name: pd.DataFrame(dict(zip(EFFECTS, (world, *parts, change - both), strict=True)))
        for name, parts in split.items()
    }
    terms = pd.DataFrame([{"order": name, **way.sum(), "change": change.sum()} for name, way in ways.items()])
    effects = ways[order].add_suffix("_effect").rename(columns={"competitiveness_effect": "competitiveness"})
    values = pd.DataFrame({"value_before": x, "value_after": grid["y"], "change": change})
    table = pd.concat([grid[labels], values, effects], axis=1)
    with_order = notes | {"order": order}
    return ConstantMarketShare(annotated(table, attrs, **with_order), annotated(terms, attrs, **notes), order)


def _grid_of_four(*given: Any) -> pd.DataFrame:
    """Four vectors or matrices side by side, a row for each market (and product)."""
    named = [isinstance(one, (pd.Series, pd.DataFrame, Mapping)) for one in given]
    if any(named) and not all(named):
        raise TradeDataError(Text("market_share_labels"))
    shaped: list[Any] = []
    for one in given:
        frame = pd.Series(one) if isinstance(one, Mapping) else one
        a = checked(frame.to_numpy() if isinstance(frame, pd.DataFrame) else frame)
        if isinstance(frame, (pd.Series, pd.DataFrame)):
            shaped.append(type(frame)(a, *frame.axes))
        else:
            shaped.append(pd.Series(a) if a.ndim == 1 else pd.DataFrame(a))
    if len({one.ndim for one in shaped}) > 1:
        raise TradeDataError(Text("market_share_shapes"))
    if not all(named) and len({one.shape for one in shaped}) > 1:
        shapes = [str(one.shape) for one in shaped]
        raise TradeDataError(Text("market_share_order_of_markets", shapes=shapes))
    for one in shaped:
        for axis in one.axes:
            refuse_vector_labels(axis, "a vector")
            if axis.nlevels > 1:
                raise TradeDataError(Text("labels_of_levels"))
        if any(axis.has_duplicates for axis in one.axes):
            raise TradeDataError(Text("market_share_twice"))
    axes = [PRODUCT, PARTNER] if shaped[0].ndim == 2 else [PARTNER]
    long = [one.stack() if one.ndim == 2 else one for one in shaped]
    grid: pd.DataFrame = pd.concat(long, axis=1, keys=GRID).fillna(0.0).rename_axis(axes).reset_index()
    return grid


def _grid_of_table(
    table: Any, before: int | None, after: int | None, reporter: str | int | None, flow: str | None, value: str
) -> tuple[pd.DataFrame, Any, dict[str, Any]]:
    """Exports of one economy and of the world in both years, by market and, where the table has them, product."""
    there = open_table(table, [REPORTER, PARTNER], value).collect_schema().names()
    axes = [one for one in (PRODUCT, PARTNER) if one in there]
    found = periods(table, before=before, after=after, by=REPORTER, over=axes, value=value, flow=flow, new=GRID)
    if found.panel.flows == [IMPORT]:
        raise TradeDataError(Text("market_share_of_imports"))
    if len(found.panel.labels[REPORTER]) < 2:
        raise TradeDataError(Text("market_share_one_reporter"))
    us = only_one(found.panel.cells, REPORTER, reporter)
    cells = found.labelled
    ours = cells[cells[REPORTER] == us]
    sides = [rows.groupby([YEAR, *axes])[VALUE].sum() for rows in (ours, cells)]
    parts = [
        side[side.index.get_level_values(YEAR) == year].droplevel(YEAR) for side in sides for year in (before, after)
    ]
    grid: pd.DataFrame = pd.concat(parts, axis=1, keys=GRID).fillna(0.0).rename_axis(axes).reset_index()
    return grid, found.panel.attrs, {REPORTER: us, **found.notes}
