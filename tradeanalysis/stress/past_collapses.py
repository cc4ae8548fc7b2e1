"""Past collapses of large markets, and the exporter's sales elsewhere after them: evidence for a redirect rate."""

from __future__ import annotations

from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd

from tradeanalysis.gate.frames import refuse_float_ends, refuse_years
from tradeanalysis.parameters import need_labels, need_numbers, need_whole
from tradeanalysis.results import annotated
from tradeanalysis.schema import IMPORT, PARTNER, REPORTER, VALUE, YEAR, SchemaError, TradeDataError
from tradeanalysis.stress.exporters import exporters_in
from tradeanalysis.sums import Array
from tradeanalysis.tables.baskets import only_one
from tradeanalysis.tables.panel import open_panel, span, summed
from tradeanalysis.texts import Text


def collapses(
    table: Any,
    *,
    reporter: str | int | None = None,
    flow: str | None = None,
    year: int | None = None,
    value: str = VALUE,
    top: int = 3,
    fall: float = 0.5,
) -> pd.DataFrame:
    r"""Large markets that collapsed within a year, and the exporter's sales elsewhere a year later.

    With E the sales elsewhere, in all other markets (see Notes), X all sales before, g the growth of all other
    exporters over the two years:

    .. math:: \text{gained} = \frac{E_{t+1} - (1 + g) E_{t-1}}{X_{t-1}}, \quad
              \text{lost} = \frac{x_{t-1} - x_t}{X_{t-1}}

    Parameters
    ----------
    table
        A trade table of several exporters and years, of pandas, Polars, PyArrow, DuckDB or PySpark. Partners are the
        exporters in rows of imports; reporters are the exporters in rows of exports, or where there is no flow.
    reporter
        The exporter whose collapses are returned, by default all.
    flow
        The flow whose rows are read, needed where the table has both.
    year
        The year t of the collapses that are returned, by default all.
    value
        The column of values.
    top
        How many of an exporter's largest markets of the year before are considered, at least 1.
    fall
        The fraction of the market's value that must be lost, in (0, 1).

    Returns
    -------
    A pandas table with a row per collapse: ``exporter, market, year`` (t); in the unit of the table
    ``before, after, total_before, elsewhere_before, elsewhere_later``; ``others_growth``, above -1; and as shares of
    all sales before ``loss_share`` in (0, 1) and ``gained_share``, which may be negative. The slope of ``gained_share``
    on ``loss_share`` is the redirect rate of the past.

    Raises
    ------
    SchemaError
        A column is missing.
    TradeDataError
        The table has both flows and none is chosen, one reporter only, or no three consecutive years; the exporter,
        flow or year is not in it; or ``top`` or ``fall`` is out of range.

    Notes
    -----
    n is the number of collapses; the notes state it. Exporters with trade in the three years t-1, t and t+1 are
    considered. Elsewhere means all economies except the market that collapsed, whether the exporter sold there before
    or not, that have trade with any exporter in t-1 and in t+1: an economy that does not report in one of these years
    would look like sales lost or won. The growth of the others is that of their sales to the same economies and to the
    market that collapsed. A market that vanishes from the data more often did not report or was not reported, and does
    not count as a collapse. Sales elsewhere change for many other reasons: a single collapse says little, and where the
    same cause (a bad harvest, a war at home) affects all markets, no sales could have been redirected.

    Examples
    --------
    >>> import tradeanalysis as ta
    >>> found = ta.stress.collapses(ta.example("imports_1995_2019"))
    >>> bool((found["after"] < 0.5 * found["before"]).all())
    True
    """
    need_labels(reporter=reporter, year=year, flow=flow)
    need_numbers(fall=fall)
    need_whole(top=top)
    if not 0 < fall < 1 or top < 1:
        raise TradeDataError(Text("collapse_limits", top=repr(top), fall=repr(fall)))
    panel = open_panel(table, [REPORTER, PARTNER], value=value, several="a history of collapses")
    if YEAR not in panel.marks:
        raise SchemaError(Text("collapse_no_years", column=repr(YEAR)))
    if flow is None and len(panel.flows) > 1:
        raise TradeDataError(Text("collapse_both_flows", flow=IMPORT))
    refuse_years(panel.labels[YEAR])
    rows, exporter, market = exporters_in(panel, flow or next(iter(panel.flows), None))
    schema = rows.collect_schema()  # two columns of categories are not compared
    named = [one for one in (REPORTER, PARTNER) if isinstance(schema[one], (nw.Categorical, nw.Enum))]
    rows = rows.with_columns(nw.col(one).cast(nw.String) for one in named)
    abroad = rows.filter(nw.col(REPORTER) != nw.col(PARTNER))
    cells = summed(abroad, [YEAR, exporter, market])
    refuse_float_ends(cells[VALUE].to_numpy(), "rounded")
    cells = cells.astype({YEAR: np.int64})
    years = np.unique(cells[YEAR].to_numpy())
    in_between = years[np.isin(years - 1, years) & np.isin(years + 1, years)]
    if not len(in_between):
        raise TradeDataError(Text("collapse_too_few_years", years=span(years.tolist())))
    if year is not None and year not in in_between:
        raise TradeDataError(Text("collapse_year", year=repr(year), years=span(years.tolist())))
    found = _collapses(cells, exporter, market, top, fall)
    if reporter is not None:
        found = found[found["exporter"] == only_one(rows, exporter, reporter)]
    if year is not None:
        found = found[found[YEAR] == year]
    found = found.sort_values([YEAR, "exporter", "market"], ignore_index=True)
    notes = {
        "n": Text(
            "note_collapses",
            count=len(found),
            exporters=found["exporter"].nunique(),
            first=str(years[0]),
            last=str(years[-1]),
        ),
        "convention": Text("note_collapse", top=top, fall=fall),
    }
    return annotated(found, panel.attrs, **notes)


def _collapses(cells: pd.DataFrame, exporter: str, market: str, top: int, fall: float) -> pd.DataFrame:
    """The collapses of all exporters in all years."""
    year = cells[YEAR].to_numpy(dtype=np.int64)
    first = int(year.min())
    seller, sellers = pd.factorize(cells[exporter], sort=True)
    buyer, buyers = pd.factorize(cells[market], sort=True)
    # Sales by year, exporter and market.
    sold: Array = np.zeros((int(year.max()) - first + 1, len(sellers), len(buyers)))
    sold[year - first, seller, buyer] = cells[VALUE]

    before, after, later = sold[:-2], sold[1:-1], sold[2:]
    total = sold.sum(axis=2)
    rank = np.argsort(np.argsort(-before, axis=2, kind="stable"), axis=2, kind="stable")
    trading = (total[:-2] > 0) & (total[1:-1] > 0) & (total[2:] > 0)
    collapsed = (rank < top) & (after > 0) & (after < (1 - fall) * before) & trading[:, :, None]
    t, i, j = np.nonzero(collapsed)

    # Growth is that of exporters and markets with trade in both years, on whichever side they report.
    both = (total[:-2] > 0) & (total[2:] > 0)
    seen = (before.sum(axis=1) > 0) & (later.sum(axis=1) > 0)
    start, end = ((side * seen[:, None, :]).sum(axis=2) * both for side in (before, later))
    growth = (end.sum(axis=1)[t] - end[t, i]) / (start.sum(axis=1)[t] - start[t, i]) - 1
    x, remaining, all_before = before[t, i, j], after[t, i, j], total[t, i]
    at_end = np.where(seen[t, j], later[t, i, j], 0.0)
    elsewhere, elsewhere_later = start[t, i] - np.where(seen[t, j], x, 0.0), end[t, i] - at_end
    return pd.DataFrame(
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
    )
