"""The exporter's and the importer's report of one flow: how far apart they are, and between which ends the value is."""

from __future__ import annotations

from collections.abc import Collection

import narwhals as nw
import numpy as np
import numpy.typing as npt
import pandas as pd

from tradeanalysis.schema import EXPORT, FLOW, PARTNER, REPORTER, VALUE
from tradeanalysis.sums import Array
from tradeanalysis.tables.baskets import mirrored
from tradeanalysis.tables.panel import Panel, as_pandas

# Direction of Trade Statistics (IMF) divides imports by 1.06 where it reads exports from them.
CIF = 0.06


def ends(x: Array, m: Array, reporting: npt.NDArray[np.bool_]) -> tuple[Array, Array]:
    """The smaller and the larger of two reports, free on board.

    Where one is missing, ``reporting`` says whether that side reports other trade: it has then reported none here, and
    the smaller end is 0. A side that reports nothing leaves the other's report alone.
    """
    both = ~np.isnan(x - m)
    return np.asarray(np.where(both | ~reporting, np.fmin(x, m), 0.0)), np.asarray(np.fmax(x, m))


def discrepancy(x: pd.Series[float], m: pd.Series[float]) -> pd.Series[float]:
    """How far two reports are apart as they stand, |x - m| / (x + m)."""
    return (x - m).abs() / (x + m)


def of_economy(
    panel: Panel, reporter: str, flow: str, cif: float = CIF, estimated: Collection[tuple[str, str, str]] = ()
) -> pd.DataFrame | None:
    """Both reports of one flow of an economy by partner, the largest first; none where one side reports nothing of it.

    ``panel`` has the cells of one year by reporter and partner. ``own`` and ``theirs`` are as reported; ``low`` and
    ``high`` are the ends, free on board. ``estimated`` are the flows, by reporter, partner and flow, whose figure the
    source has estimated: these are no reports.
    """
    if len(panel.flows) < 2:
        return None
    near = panel.cells.filter((nw.col(REPORTER) == reporter) | (nw.col(PARTNER) == reporter))
    rows = as_pandas(panel.allocated(near, REPORTER, PARTNER))
    rows = rows[rows[REPORTER] != rows[PARTNER]]
    own = rows[(rows[FLOW] == flow) & (rows[REPORTER] == reporter)].set_index(PARTNER)[VALUE].rename("own")
    theirs = rows[(rows[FLOW] != flow) & (rows[PARTNER] == reporter)].set_index(REPORTER)[VALUE].rename("theirs")
    of_own = [partner for r, partner, f in estimated if r == reporter and f == flow]
    of_theirs = [r for r, partner, f in estimated if partner == reporter and f != flow]
    own, theirs = own.drop(of_own, errors="ignore"), theirs.drop(of_theirs, errors="ignore")
    if own.empty or theirs.empty:
        return None
    both = pd.concat([own, theirs], axis=1).rename_axis(PARTNER)
    sold, bought = ("own", "theirs") if flow == EXPORT else ("theirs", "own")
    others = panel.cells.filter(nw.col(FLOW) == mirrored(flow))[REPORTER].unique().to_list()
    reporting = (both["theirs"].notna() | both.index.isin(others)) & ~both.index.isin([*of_own, *of_theirs])
    reports = (both[sold].to_numpy(np.float64), both[bought].to_numpy(np.float64) / (1 + cif))
    low, high = ends(*reports, reporting.to_numpy(bool))
    both = both.assign(discrepancy=discrepancy(both["own"], both["theirs"]), low=low, high=high)
    return both.sort_values(["own", "theirs"], ascending=False, kind="stable").reset_index()
