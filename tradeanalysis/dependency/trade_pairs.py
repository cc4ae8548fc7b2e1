"""Every pair of economies of a table: how asymmetric their trade is, and how intense."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal

import narwhals as nw
import numpy as np

from tradeanalysis.results import Table
from tradeanalysis.schema import ALL, EXPORT, FLOW, IMPORT, PARTNER, REPORTER, VALUE, YEAR, TradeDataError
from tradeanalysis.sums import in_use, joined, keyed
from tradeanalysis.tables.baskets import label_of
from tradeanalysis.tables.panel import Panel, open_panel
from tradeanalysis.texts import Text


def asymmetry(
    table: Table,
    *,
    reporter: str | int | Iterable[str] | None = None,
    value: str = VALUE,
    by: str | Iterable[str] = (REPORTER, PARTNER),
) -> Table:
    r"""Hirschman's asymmetry of every pair of economies: the partner's share in the reporter's trade less the reverse.

    .. math:: a_{ij} = \frac{x_{ij}}{X_i} - \frac{x_{ij}}{M_j}

    Parameters
    ----------
    table
        A trade table of several reporters, of pandas, Polars, PyArrow, DuckDB or PySpark.
    value
        The column of values.
    reporter
        The economies whose pairs are wanted; all of them if not given.
    by
        Pairs are by year and flow where the table has them; ``by="product"`` makes them by product too.

    Returns
    -------
    ``reporter, partner, value, share, reverse_share, asymmetry`` (and ``year``, ``flow``) for every pair with trade, in
    the library of the question. From -1 (the partner depends on the reporter) to 1 (the reporter on the
    partner).

    Raises
    ------
    SchemaError
        A column is missing.
    TradeDataError
        The table has one reporter, faulty values or aggregates.

    Notes
    -----
    :math:`M_j` is the partner's trade the other way: its own report where the table has both flows (missing where it
    does not report), else the sum over the table's reporters. :math:`X_i` includes what is not allocated.

    References
    ----------
    Hirschman, A. O. (1945). National Power and the Structure of Foreign Trade. University of California Press.

    Examples
    --------
    >>> import tradeanalysis as ta
    >>> pairs = ta.dependency.asymmetry(ta.example("world_2023"))
    >>> pairs.query("reporter == 'VNM' and partner == 'USA'")["asymmetry"].round(3).tolist()
    [0.248]
    """
    named = [by] if isinstance(by, str) else list(by)
    more = [one for one in named if one not in (REPORTER, PARTNER, YEAR, FLOW)]
    whole = open_panel(table, [*more, REPORTER, PARTNER], value=value, several="asymmetry")
    keys = [*whole.marks, *more, REPORTER, PARTNER]
    share = nw.col(VALUE) / _total(whole, *more, REPORTER)
    if len(whole.flows) > 1:  # the partners' own reports of the other flow; a join may change the order of the cells
        frame = whole.cells.with_columns(share.alias("share"))
        frame = frame.join(_markets_of(whole, *more), on=[ALL, *whole.marks, *more, PARTNER], how="left")
        frame = frame.with_columns((nw.col(VALUE) / nw.col("market")).alias("reverse_share"))
    else:
        reverse = nw.col(VALUE) / _total(whole, *more, PARTNER)
        frame = whole.cells.with_columns(share.alias("share"), reverse.alias("reverse_share"))
    difference = nw.col("share") - nw.col("reverse_share")
    frame = frame.select(*keys, VALUE, "share", "reverse_share", difference.alias("asymmetry"))
    if reporter is not None:
        wanted = [reporter] if isinstance(reporter, (str, int)) else list(reporter)
        labels = [label_of(whole.labels[REPORTER], REPORTER, one) for one in wanted]
        frame = frame.filter(nw.col(REPORTER).is_in(labels))
    result: Table = whole.finish(frame, keys, convention=Text("note_shares"))
    return result


def intensity(table: Table, *, world: Literal["all", "others"] = "all", value: str = VALUE) -> Table:
    r"""Trade intensity: the partner's share of the reporter's trade over its share of the world's.

    .. math:: I_{ij} = \frac{x_{ij} / X_i}{M_j / M_w} \quad\text{or}\quad \frac{x_{ij} / X_i}{M_j / (M_w - M_i)}

    Parameters
    ----------
    table
        As for ``asymmetry``.
    world
        ``"all"``: the world with the reporter in it, as WITS prints it. ``"others"``: without the reporter, which
        cannot trade with itself.
    value
        The column of values.

    Returns
    -------
    ``reporter, partner, value, intensity`` (and ``year``, ``flow``) for every pair with trade, in the library of the
    question. From 0, unbounded above; above 1 they trade more than the partner's size would suggest.

    Raises
    ------
    TradeDataError
        As for ``asymmetry``.

    Notes
    -----
    It is high among neighbours and does not say why. :math:`M_j` is as for ``asymmetry``; with
    ``world="others"`` it is missing where the reporter's own :math:`M_i` is.

    References
    ----------
    Kojima, K. (1964). The pattern of international trade among advanced countries. Hitotsubashi Journal of Economics
    5, 16-36. Brown, A. J. (1949). Applied Economics. Allen and Unwin.

    Examples
    --------
    >>> import pandas as pd
    >>> import tradeanalysis as ta
    >>> flows = pd.DataFrame([("A", "B", 60), ("A", "C", 40), ("D", "B", 140), ("D", "A", 100), ("D", "C", 660)],
    ...                      columns=["reporter", "partner", "value"])
    >>> [ta.dependency.intensity(flows, world=one)["intensity"].iloc[0].round(6).item() for one in ("all", "others")]
    [3.0, 2.7]
    """
    if world not in ("all", "others"):
        raise TradeDataError(Text("intensity_world", world=repr(world)))
    whole = open_panel(table, [REPORTER, PARTNER], value=value, several="intensity")
    markets = _markets_of(whole)
    every = markets.group_by(ALL, *whole.marks).agg(nw.col("market").sum().alias("every"))
    frame = whole.cells.join(markets, on=[ALL, *whole.marks, PARTNER], how="left")
    frame = frame.join(every, on=[ALL, *whole.marks], how="left")
    rest = nw.col("every")
    if world == "others":
        own = markets.rename({PARTNER: REPORTER, "market": "own"})
        frame = frame.join(own, on=[ALL, *whole.marks, REPORTER], how="left")
        # In a table of one flow, an economy that is never a partner trades nothing; in one of both, it did not report.
        rest = rest - (nw.col("own") if len(whole.flows) > 1 else nw.col("own").fill_null(0.0))
    ratio = nw.col(VALUE) / whole.total(REPORTER) / (nw.col("market") / rest)
    keys = [*whole.marks, REPORTER, PARTNER]
    frame = frame.with_columns(ratio.alias("intensity")).select(*keys, VALUE, "intensity")
    result: Table = whole.finish(frame, keys, convention=Text(f"note_world_{world}"))
    return result


def _total(whole: Panel, *axes: str) -> Any:
    """The sum over everything but the axes named, beside every cell; in memory by the numbers of the labels."""
    cells = whole.cells
    if not isinstance(cells, nw.DataFrame):
        return whole.total(*axes)
    keys = [keyed(cells[one]) for one in (*whole.apart, *axes)]
    group, size, _ = joined(in_use(keys, len(cells)), len(cells))
    sums = np.bincount(group, cells[VALUE].to_numpy(), size)[group]
    return nw.new_series("total", sums, dtype=nw.Float64, backend=cells.implementation)


def _markets_of(whole: Panel, *more: str) -> Any:
    """The total trade of every partner the other way, as far as the table has it."""
    cells = whole.cells
    if len(whole.flows) > 1:
        flipped = nw.when(nw.col(FLOW) == EXPORT).then(nw.lit(IMPORT)).otherwise(nw.lit(EXPORT))
        cells = cells.drop(PARTNER).rename({REPORTER: PARTNER}).with_columns(flipped.alias(FLOW))
    return cells.group_by(ALL, *whole.marks, *more, PARTNER).agg(nw.col(VALUE).sum().alias("market"))
