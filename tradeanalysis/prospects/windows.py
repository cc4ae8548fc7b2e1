"""Two windows of years: what was known at the end of the first, and what came true in the second."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from tradeanalysis.prospects.trade_flows import Flows, YearlyFlows, in_window, reported, window_of
from tradeanalysis.schema import TradeDataError
from tradeanalysis.sums import Array, Codes
from tradeanalysis.texts import Text

Window = tuple[int, int]
Marks = npt.NDArray[np.bool_]
# A code that at its least is traded by fewer than this share of the reporters of its best year begins or ends.
ALIVE = 1 / 3
# A code of few reporters may gain some by growth alone: it begins only where so many take it up.
MANY = 10
# A window of training may begin later where codes begin in it, if it then keeps more than this share more of the trade.
WORTH = 0.1


def two_windows(yearly: YearlyFlows, base: Any, outcome: Any) -> tuple[Window, Window]:
    """Both windows, or years; refused where one is not there, or the second does not follow the first."""
    first, second = window_of(yearly, base), window_of(yearly, outcome)
    if base is None or outcome is None or first is None or second is None or first[1] >= second[0]:
        raise TradeDataError(Text("backtest_windows", base=repr(base), outcome=repr(outcome)))
    return first, second


def up_to(yearly: YearlyFlows, last: int) -> YearlyFlows:
    """The flows as known at the end of a year: later rows are gone, and so is every label that only they had."""
    return _kept(yearly, _years(yearly) <= last)


def of_reporters(yearly: YearlyFlows, reporters: Marks) -> YearlyFlows:
    """The rows of some reporters; labels without rows are gone."""
    return _kept(yearly, reporters[_reporter(yearly)])


def of_products(yearly: YearlyFlows, products: Marks) -> YearlyFlows:
    """The rows of some products; labels without rows are gone."""
    return _kept(yearly, products[yearly.k])


def _kept(yearly: YearlyFlows, rows: Marks) -> YearlyFlows:
    found: dict[str, npt.NDArray[np.generic]] = {"v": yearly.v[rows]}
    for code, name in (("k", "products"), ("i", "exporters"), ("j", "importers"), ("year", "years")):
        used, numbers = np.unique(getattr(yearly, code)[rows], return_inverse=True)
        found[code] = numbers.astype(np.int32)
        labels = getattr(yearly, name)
        found[name] = tuple(labels[at] for at in used) if name == "years" else labels[used]  # type: ignore[assignment]
    return dataclasses.replace(yearly, **found)  # type: ignore[arg-type]


def _years(yearly: YearlyFlows) -> npt.NDArray[np.intp]:
    """The year of every row."""
    years: npt.NDArray[np.intp] = np.array(yearly.years)[yearly.year]
    return years


def _reporter(yearly: YearlyFlows) -> Codes:
    return yearly.j if yearly.of_importers else yearly.i


def reporters_of(yearly: YearlyFlows) -> npt.NDArray[np.object_]:
    """Whose reports the flows are: importers' or exporters'."""
    return yearly.importers if yearly.of_importers else yearly.exporters


def always_reported(yearly: YearlyFlows, windows: Iterable[Window]) -> Marks:
    """Which reporters have rows in every year of the windows."""
    always: Marks = np.logical_and.reduce(reported(yearly)[_inside(yearly, windows)], axis=0)
    return always


def _inside(yearly: YearlyFlows, windows: Iterable[Window]) -> Marks:
    chosen = list(windows)
    return np.array([any(first <= year <= last for first, last in chosen) for year in yearly.years], dtype=np.bool_)


def revised(yearly: YearlyFlows, window: Window) -> pd.Series[float]:
    """The product codes that begin or end within a window, with their shares of its value, the largest first.

    A revision of the nomenclature is followed by some reporters at once and by others years later. So a code begins or
    ends where fewer than a third as many report it as in a later or an earlier year, of those that always report; it
    begins only where it comes to ten reporters, or half of all where these are fewer, since trade of few only grows.
    """
    always = always_reported(yearly, [window])
    if not always.any():
        raise TradeDataError(Text("backtest_nobody", first=window[0], last=window[1]))
    steady = of_reporters(yearly, always)
    rows = np.flatnonzero(_inside(steady, [window])[steady.year])
    n_k, n_r = len(steady.products), len(reporters_of(steady))
    cells = np.unique((steady.year[rows].astype(np.int64) * n_k + steady.k[rows]) * n_r + _reporter(steady)[rows])  # type: ignore[index]
    of_year = (cells // n_r).astype(np.intp, copy=False)
    by_year = np.bincount(of_year, minlength=len(steady.years) * n_k).reshape(-1, n_k)
    by_year = by_year[_inside(steady, [window])]
    value = np.bincount(steady.k[rows], steady.v[rows], n_k)
    partly = begin_or_end(by_year, n_r) & (value > 0)
    shares: pd.Series[float] = pd.Series(value / value.sum(), index=steady.products)[partly]
    return shares.sort_values(ascending=False, kind="stable")


def begin_or_end(by_year: npt.NDArray[np.intp], reporters: int) -> Marks:
    """Which codes begin or end, by how many of so many reporters trade in each in every year (years, codes)."""
    most = by_year.max(axis=0)
    ends = (by_year < ALIVE * np.maximum.accumulate(by_year, axis=0)).any(axis=0)
    begins = (by_year.min(axis=0) < ALIVE * most) & (most >= min(MANY, reporters / 2))
    changed: Marks = begins | ends
    return changed


def known_flows(yearly: YearlyFlows, base: Window) -> Flows:
    """The mean flows of a window as known at its end: of all who reported every year of it, in codes that last.

    Nothing after the window is used, not even which codes or economies there would be.
    """
    known = up_to(yearly, base[1])
    known = of_reporters(known, always_reported(known, [base]))
    known = of_products(known, ~pd.Index(known.products).isin(revised(known, base).index))
    inside = _inside(known, [base])[known.year]
    return in_window(_kept(known, inside), base)


def candidates(flows: Flows) -> Cells:
    """Flows that are nil and could be: the exporter sells the product somewhere, and the market buys it from others."""
    parts = []
    for at, exporter in enumerate(flows.exporters):
        sold, bought = (flows.v_ik[at] > 0)[:, None], flows.v_jk.T > 0
        k, j = np.nonzero(sold & bought & (flows.matrix(at) == 0) & (flows.importers != exporter))
        parts.append(np.stack([k, np.full(len(k), at), j]))
    return Cells(flows, *np.concatenate(parts, axis=1))


@dataclass(frozen=True, eq=False)
class Cells:
    """Cells of flows by the numbers of product, exporter and importer, in the order of exporters."""

    flows: Flows
    k: npt.NDArray[np.intp]
    i: npt.NDArray[np.intp]
    j: npt.NDArray[np.intp]

    def of_exporters(self) -> Iterable[tuple[int, slice]]:
        """Every exporter with its cells."""
        edges = np.searchsorted(self.i, np.arange(len(self.flows.exporters) + 1))
        return ((i, slice(int(edges[i]), int(edges[i + 1]))) for i in range(len(edges) - 1) if edges[i] < edges[i + 1])


@dataclass(frozen=True, eq=False)
class Outcome:
    """What became of cells: ``known`` where it can be known, ``true`` where it came, ``value`` its mean a year."""

    known: Marks
    true: Marks
    value: Array
    unknown_reporters: list[str]
    codes_left_out: pd.Series[float]


def years_that_count(years: int) -> int:
    """In how many of so many years a flow must have the amount: two thirds, and so two of three, both of two."""
    return math.ceil(2 * years / 3)


def outcome_of(yearly: YearlyFlows, base: Window, outcome: Window, cells: Cells, least: float) -> Outcome:
    """What became of the candidates of a base window: at least so much in two of three years (``years_that_count``).

    Unknown, and no misses: markets (or exporters, where the reports are theirs) that did not report in every year of
    the outcome, and product codes that begin or end between the first year of the base and the last of the outcome.
    """
    flows = cells.flows
    reporters = reporters_of(flows.yearly)
    steady = set(reporters_of(yearly)[always_reported(yearly, [base, outcome])].tolist())
    reports = np.array([label in steady for label in reporters.tolist()])
    codes = revised(yearly, (base[0], outcome[1]))
    lasting = ~pd.Index(flows.products).isin(codes.index)
    known = lasting[cells.k] & reports[cells.j if yearly.of_importers else cells.i]
    years, value = _later(yearly, outcome, cells, least)
    n = int(_inside(yearly, [outcome]).sum())
    true = known & (years >= years_that_count(n))
    codes = codes[codes.index.isin(flows.products)]
    return Outcome(known, true, np.where(known, value / n, np.nan), reporters[~reports].tolist(), codes)


def _later(yearly: YearlyFlows, window: Window, cells: Cells, least: float) -> tuple[npt.NDArray[np.intp], Array]:
    """In how many years of a window each cell had at least so much, and what it had in all of them."""
    flows = cells.flows
    sides = (
        (yearly.products, flows.products),
        (yearly.exporters, flows.exporters),
        (yearly.importers, flows.importers),
    )
    k, i, j = (pd.Index(then).get_indexer(pd.Index(now)) for then, now in sides)
    shape = tuple(len(then) for then, _ in sides)
    wanted = np.ravel_multi_index((k[cells.k], i[cells.i], j[cells.j]), shape)
    order = np.argsort(wanted)
    wanted = wanted[order]
    years, value = np.zeros(len(wanted), dtype=np.intp), np.zeros(len(wanted))
    for year in range(window[0], window[1] + 1):
        of_year = in_window(yearly, year)
        key = np.ravel_multi_index((of_year.k, of_year.i, of_year.j), shape)
        at = np.minimum(np.searchsorted(wanted, key), max(len(wanted) - 1, 0))
        those = wanted[at] == key if len(wanted) else np.zeros(len(key), dtype=bool)
        years[order[at[those]]] += of_year.v[those] >= least
        value[order[at[those]]] += of_year.v[those]
    return years, value


def training_window(yearly: YearlyFlows, base: Window, gap: int) -> Window | None:
    """The window whose outcome is the base window: as long before it as the outcome is after it, and as long as it.

    Where the table begins later, or product codes do, it is shorter; None where no year is before the base window.
    """
    known = up_to(yearly, base[1])
    length = base[1] - base[0]
    firsts = [year for year in known.years if base[0] - gap <= year < base[0]]
    found: list[tuple[Window, float]] = []
    for first in firsts:
        window = (first, min(first + length, base[0] - 1))
        if set(range(first, window[1] + 1)) <= set(known.years):
            found.append((window, _lasting(known, base, first)))
    best = max((share for _, share in found), default=0.0)
    return next((window for window, share in found if share >= best - WORTH), None)


def _lasting(known: YearlyFlows, base: Window, first: int) -> float:
    """The share of the base window's value in codes that neither begin nor end from a year to its end."""
    rows = _inside(known, [base])[known.year]
    lasts = ~pd.Index(known.products).isin(revised(known, (first, base[1])).index)
    return float(known.v[rows & lasts[known.k]].sum() / known.v[rows].sum())
