"""What happened when large markets collapsed: episodes of the past, against which a redirect rate can be held."""

from __future__ import annotations

from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd

from tradeanalysis.results import annotated
from tradeanalysis.schema import FLOW, IMPORT, PARTNER, REPORTER, VALUE, YEAR, SchemaError, TradeDataError
from tradeanalysis.tables.panel import open_panel, span, summed


def collapses(table: Any, *, top: int = 3, fall: float = 0.5, value: str = VALUE) -> pd.DataFrame:
    r"""Large markets that collapsed within a year, and what became of the exporter's sales elsewhere a year later.

    With E the sales elsewhere, in all other markets (see Notes), X all sales before, g the growth of all other
    exporters over the two years:

    .. math:: \text{gained} = \frac{E_{t+1} - (1 + g) E_{t-1}}{X_{t-1}}, \quad
              \text{lost} = \frac{x_{t-1} - x_t}{X_{t-1}}

    Parameters
    ----------
    table
        A trade table of several exporters and years, of pandas, Polars, PyArrow, DuckDB or PySpark. Partners are the
        exporters where it holds imports, reporters where it holds exports or does not say.
    top
        How many of an exporter's largest markets of the year before are looked at.
    fall
        The part of the market's value that must be lost, in (0, 1).
    value
        The column of values.

    Returns
    -------
    A row per episode: ``exporter, market, year`` (t); in the unit of the table
    ``before, after, total_before, elsewhere_before, elsewhere_later``; ``others_growth``; and of all sales before
    ``loss_share, gained_share``. The slope of the last on the one before it is what the redirect rate would have been.

    Raises
    ------
    SchemaError
        A column is missing.
    TradeDataError
        The table holds both flows, one reporter or no three years that follow one another, or ``top`` and ``fall`` are
        out of range.

    Notes
    -----
    Exporters with trade in the three years t-1, t and t+1 are looked at. Elsewhere are all economies but the market
    that collapsed, whether the exporter sold there before or not, which in t-1 and in t+1 stand in the table with trade
    with any exporter: one that does not report in either year would look like sales lost or won. Growth of the others
    is that of their sales to the same economies, the market that collapsed among them.
    A market that vanishes from the records did not report or was not reported, more often than not, and is no episode.
    Sales elsewhere move for a hundred reasons: a single episode says nothing, and where the same cause (a bad harvest,
    a war at home) hits all markets, what looks like no redirection is none that could be.

    Examples
    --------
    >>> import tradeanalysis as ta
    >>> episodes = ta.collapses(ta.example("imports_1995_2019"))
    >>> bool((episodes["after"] < 0.5 * episodes["before"]).all())
    True
    """
    if not 0 < fall < 1 or top < 1:
        raise TradeDataError(
            f"top={top!r}, fall={fall!r}: at least one market is looked at, and the fall is a part of it"
        )
    whole = open_panel(table, [REPORTER, PARTNER], value=value, several="a history of collapses")
    if YEAR not in whole.marks:
        raise SchemaError(f"a collapse needs years, and the table has no column {YEAR!r}")
    if len(whole.flows) > 1:
        raise TradeDataError(f'the table holds both flows: keep one, table[table["{FLOW}"] == "{IMPORT}"]')
    exporter, market = (PARTNER, REPORTER) if whole.flows == [IMPORT] else (REPORTER, PARTNER)
    abroad = whole.allocated(whole.cells, REPORTER, PARTNER).filter(nw.col(REPORTER) != nw.col(PARTNER))
    cells = summed(abroad, [YEAR, exporter, market])

    year = cells[YEAR].to_numpy(dtype=np.int64)
    years = np.unique(year)
    if not (np.isin(years + 1, years) & np.isin(years + 2, years)).any():
        raise TradeDataError(
            f"a collapse needs three years that follow one another, before, then and after: the table holds "
            f"{span(years.tolist())}"
        )
    first = int(year.min())
    seller, sellers = pd.factorize(cells[exporter], sort=True)
    buyer, buyers = pd.factorize(cells[market], sort=True)
    sold = np.zeros((int(year.max()) - first + 1, len(sellers), len(buyers)))
    sold[year - first, seller, buyer] = cells[VALUE]

    before, after, later = sold[:-2], sold[1:-1], sold[2:]
    total = sold.sum(axis=2)
    rank = np.argsort(np.argsort(-before, axis=2, kind="stable"), axis=2, kind="stable")
    there = (total[:-2] > 0) & (total[1:-1] > 0) & (total[2:] > 0)
    fallen = (rank < top) & (after > 0) & (after < (1 - fall) * before) & there[:, :, None]
    t, i, j = np.nonzero(fallen)

    # Growth is that of exporters and markets with trade in both years, on whichever side they report.
    both = (total[:-2] > 0) & (total[2:] > 0)
    seen = (before.sum(axis=1) > 0) & (later.sum(axis=1) > 0)
    start, end = ((side * seen[:, None, :]).sum(axis=2) * both for side in (before, later))
    growth = (end.sum(axis=1)[t] - end[t, i]) / (start.sum(axis=1)[t] - start[t, i]) - 1
    x, remaining, all_before = before[t, i, j], after[t, i, j], total[t, i]
    at_end = np.where(seen[t, j], later[t, i, j], 0.0)
    elsewhere, elsewhere_later = start[t, i] - np.where(seen[t, j], x, 0.0), end[t, i] - at_end
    episodes = pd.DataFrame(
        {
            "exporter": sellers[i],
            "market": buyers[j],
            YEAR: first + t + 1,
            "before": x,
            "after": remaining,
            "total_before": all_before,
            "elsewhere_before": elsewhere,
            "elsewhere_later": elsewhere_later,
            "others_growth": growth,
            "loss_share": (x - remaining) / all_before,
            "gained_share": (elsewhere_later - (1 + growth) * elsewhere) / all_before,
        }
    ).sort_values([YEAR, "exporter", "market"], ignore_index=True)
    notes = {
        "n": f"{len(episodes)} episodes of {episodes['exporter'].nunique()} exporters, {first}-{int(year.max())}",
        "convention": f"one of the {top} largest markets lost more than {fall:.0%} in a year",
    }
    return annotated(episodes, whole.attrs, **notes)
