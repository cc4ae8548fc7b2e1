"""Trade by product, exporter and importer as arrays: of every year of a table, and the mean of a window of years."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import narwhals as nw
import numpy as np
import numpy.typing as npt
import pandas as pd

from tradeanalysis.gate.frames import collected, open_table, refuse_float_ends, refuse_years
from tradeanalysis.gate.product_codes import levels_of
from tradeanalysis.schema import FLOW, FLOWS, IMPORT, PARTNER, PRODUCT, REPORTER, VALUE, YEAR, TradeDataError
from tradeanalysis.sums import Array, Codes, aggregates, among, keyed, on_threads, refuse_rows, remainders, row_blocks
from tradeanalysis.tables.baskets import label_of
from tradeanalysis.texts import Text

AXES = (REPORTER, PARTNER, PRODUCT)
# A year, or the first and the last year of a window.
Years = int | tuple[int, int] | None


def flows_of(table: Any, years: Years = None, value: str = VALUE, flow: str | None = None) -> Flows:
    """The flows of a window of years of a trade table, as their mean a year; of all its years where none are given.

    The table is of importers' reports (``flow="import"``) or of exporters'; ``flow`` may be left out where it has one.
    """
    return in_window(yearly_flows(table, value, flow), years)


def yearly_flows(table: Any, value: str = VALUE, flow: str | None = None) -> YearlyFlows:
    """The flows of every year of a trade table; rows from which no right number can come raise.

    Left out, with their shares of value in ``left_out``: trade that is not allocated to a partner or a product, and an
    economy's rows with itself.
    """
    if flow is not None and flow not in FLOWS:
        raise TradeDataError(Text("groups_flow", flow=repr(flow)))
    frame = open_table(table, AXES, value)
    there = frame.collect_schema().names()
    if FLOW in there:
        found = sorted(map(str, collected(frame.select(FLOW).unique())[FLOW].to_list()))
        flow = str(label_of(found, FLOW, flow))
        if flow not in FLOWS:
            raise TradeDataError(Text("flows_strange", flows=[repr(flow)]))
        if len(found) > 1:
            frame = frame.filter(nw.col(FLOW).cast(nw.String) == flow)
    rows = collected(frame.select(*AXES, *([YEAR] if YEAR in there else []), nw.col(value).cast(nw.Float64)))
    x, codes, labels = _numbered(rows, value)
    if not len(x):
        raise TradeDataError(Text("rows_of_none", column=repr(REPORTER)))
    own, other = (PARTNER, REPORTER) if flow == IMPORT else (REPORTER, PARTNER)
    kept, left_out = _allocated(x, codes, labels)
    if left_out:
        x = x[kept]
        for key, code in codes.items():
            codes[key], labels[key] = _in_order(code[kept], pd.Index(labels[key]))
    if not (x > 0).any():
        raise TradeDataError(Text("prospects_no_trade"))
    years = tuple(int(year) for year in labels[YEAR]) if YEAR in labels else ()
    return YearlyFlows(
        products=labels[PRODUCT], exporters=labels[own], importers=labels[other], years=years,
        k=codes[PRODUCT], i=codes[own], j=codes[other], year=codes.get(YEAR), v=x,
        of_importers=flow == IMPORT, left_out=left_out, attrs=dict(getattr(table, "attrs", {})),
    )  # fmt: skip


def _numbered(rows: nw.DataFrame[Any], value: str) -> tuple[Array, dict[str, Codes], dict[str, Labels]]:
    """The values, and for every key the numbers of its sorted labels, those alone that rows have."""
    x: Array = rows[value].to_numpy().astype(np.float64, copy=False)
    codes, labels = {}, {}
    for key in rows.columns:
        if key == value:
            continue
        found = keyed(rows[key])
        names = found.labels.to_pandas()
        codes[key], labels[key] = _in_order(found.codes, pd.Index(names.astype(object)))
    wrong = [key for key in AXES if among(pd.Index(labels[key]), aggregates(key)).any()] or [PARTNER]
    for key in wrong:
        refuse_rows(x, codes, pd.Index(labels[key]), key, value)
    if YEAR in labels:
        refuse_years(labels[YEAR].tolist())
    products = [str(one) for one in labels[PRODUCT]]
    of_one_length = len(set(map(len, products))) == 1 and "".join(products).isdigit()
    if not of_one_length and len(levels := levels_of(products)) > 1:
        raise TradeDataError(Text("prospects_levels", levels=levels))
    refuse_float_ends(x, "sum", "rounded", "apart")
    return x, codes, labels


def _in_order(codes: Codes, names: pd.Index) -> tuple[Codes, Labels]:
    """Codes of the labels in use, in the order of the labels; -1 stays that of a missing one."""
    used = np.zeros(len(names) + 1, dtype=bool)
    on_threads(lambda part: used.__setitem__(codes[part], True), row_blocks(len(codes)))
    missing, there = used[-1], np.flatnonzero(used[:-1])
    labels = names.to_numpy(dtype=object)[there]
    order = np.argsort(labels, kind="stable")
    if len(there) == len(names) and (order == np.arange(len(there))).all():
        return codes, labels
    number = np.full(len(names) + 1, -1, dtype=np.int32)
    number[there[order]] = np.arange(len(there))
    assert not missing or number[-1] == -1
    return number[codes], labels[order]


def _allocated(
    x: Array, codes: Mapping[str, Codes], labels: Mapping[str, Labels]
) -> tuple[npt.NDArray[np.bool_], dict[str, float]]:
    """Which rows have two economies and a product, and the shares of value of those that have not."""
    kept = np.ones(len(x), dtype=bool)
    left: dict[str, npt.NDArray[np.bool_]] = {}
    for key in AXES:
        rest = among(pd.Index(labels[key]), remainders(key))
        if rest.any():
            left["unallocated"] = left.get("unallocated", False) | rest[codes[key]]
    place = {label: at for at, label in enumerate(labels[PARTNER].tolist())}
    partner_of = np.array([place.get(label, -2) for label in labels[REPORTER].tolist()], dtype=np.int32)
    found = on_threads(lambda part: partner_of[codes[REPORTER][part]] == codes[PARTNER][part], row_blocks(len(x)))
    if any(own.any() for own in found):
        left["own_trade"] = np.concatenate(found)
    if not left:
        return kept, {}
    whole = float(x.sum())
    shares = {what: float(x[bad].sum()) / whole if whole else 0.0 for what, bad in left.items()}
    for bad in left.values():
        kept &= ~bad
    return kept, shares


def in_window(flows: YearlyFlows, years: Years = None, products: npt.NDArray[np.bool_] | None = None) -> Flows:
    """The mean a year of the flows in a window of years, of the products that are marked; labels stay those of all.

    A year that an economy did not report is not known, and no year without trade: its flows are divided by the years
    of the window that it reported.
    """
    first_last = window_of(flows, years)
    rows: Any = slice(None)
    if first_last and flows.year is not None:
        inside = _years_inside(flows, first_last)
        if not inside.all():
            rows = np.flatnonzero(inside[flows.year])
    if products is not None and not products.all():
        all_rows = np.arange(len(flows.v))[rows]
        rows = all_rows[products[flows.k[all_rows]]]
    k, i, j, v = _cells(flows, rows)
    if first_last and first_last[0] < first_last[1]:
        v = v / reported(flows)[inside].sum(axis=0)[j if flows.of_importers else i]
    return Flows(flows.products, flows.exporters, flows.importers, k, i, j, v, first_last, flows)


def _years_inside(flows: YearlyFlows, window: tuple[int, int]) -> npt.NDArray[np.bool_]:
    """Which years of the table are in a window."""
    return np.array([window[0] <= year <= window[1] for year in flows.years], dtype=np.bool_)


def window_of(flows: YearlyFlows, years: Years) -> tuple[int, int] | None:
    """The first and last year of a window, each year of which the table has; None for a table without years."""
    if not flows.years:
        if years is not None:
            raise TradeDataError(Text("prospects_no_years", years=repr(years)))
        return None
    if years is None:
        return flows.years[0], flows.years[-1]
    ends = (years, years) if isinstance(years, (int, np.integer)) else years
    if not isinstance(ends, (tuple, list)) or len(ends) != 2 or not all(map(_is_year, ends)) or ends[0] > ends[1]:
        raise TradeDataError(Text("prospects_window", years=repr(years)))
    first, last = int(ends[0]), int(ends[1])
    if absent := [year for year in range(first, last + 1) if year not in flows.years]:
        raise TradeDataError(Text("label_absent", column=YEAR, wanted=absent[0], labels=list(flows.years)))
    return first, last


def _is_year(given: Any) -> bool:
    return isinstance(given, (int, np.integer)) and not isinstance(given, bool)


def _cells(flows: YearlyFlows, rows: Any) -> tuple[Codes, Codes, Codes, Array]:
    """The cells with trade, one for each product and pair, in the order of exporter, importer, product."""
    n_j, n_k = len(flows.importers), len(flows.products)
    key = np.multiply(flows.i[rows], n_j, dtype=np.int64)
    key += flows.j[rows]
    key *= n_k
    key += flows.k[rows]
    v = flows.v[rows]
    if not (key[1:] > key[:-1]).all():
        order = np.argsort(key, kind="stable")
        key, v = key[order], v[order]
        first = np.append(True, key[1:] > key[:-1])
        if not first.all():  # rows of one cell are added in the order of their values, whatever that of the table
            order = np.lexsort((v, key))
            key, v = key[first], np.add.reduceat(v[order], np.flatnonzero(first))
    elif isinstance(rows, slice) and v.min(initial=1.0) > 0:
        return flows.k, flows.i, flows.j, v
    if not v.min(initial=1.0) > 0:
        key, v = key[v > 0], v[v > 0]
    pair, k = np.divmod(key, n_k)
    i, j = np.divmod(pair, n_j)
    return k.astype(np.int32), i.astype(np.int32), j.astype(np.int32), v


def reported(flows: YearlyFlows) -> npt.NDArray[np.bool_]:
    """Which importer, or exporter where the reports are theirs, has rows in which year (years, economies)."""
    return flows.reports


def reports_in(flows: YearlyFlows, window: tuple[int, int] | None) -> dict[str, list[str]]:
    """Whose reports are there for ``some`` years of a window and not for all, and whose for ``none`` of them."""
    if window is None:
        return {"some": [], "none": []}
    found = reported(flows)[_years_inside(flows, window)]
    labels = flows.importers if flows.of_importers else flows.exporters
    some, none = found.any(axis=0) & ~found.all(axis=0), ~found.any(axis=0)
    return {"some": [*map(str, labels[some])], "none": [*map(str, labels[none])]}


Labels = npt.NDArray[np.object_]


@dataclass(frozen=True, eq=False)
class YearlyFlows:
    """The rows of a table by the numbers of product, exporter, importer and year, with the labels of these.

    ``year`` is None for a table without years, ``of_importers`` says whose reports they are, ``left_out`` holds the
    shares of value of what is not in the rows.
    """

    products: Labels
    exporters: Labels
    importers: Labels
    years: tuple[int, ...]
    k: Codes
    i: Codes
    j: Codes
    year: Codes | None
    v: Array
    of_importers: bool
    left_out: Mapping[str, float]
    attrs: dict[str, Any] = field(default_factory=dict)

    @functools.cached_property
    def reports(self) -> npt.NDArray[np.bool_]:
        """Whose reports have rows in which year (years, economies), as ``reported`` says it."""
        of, code = (self.importers, self.j) if self.of_importers else (self.exporters, self.i)
        found = np.zeros((max(len(self.years), 1), len(of)), dtype=bool)
        found[0 if self.year is None else self.year, code] = True
        return found


@dataclass(frozen=True, eq=False)
class Flows:
    """The mean yearly trade of a window: cells ``k, i, j, v`` with trade, and margins over all labels of the table.

    ``k, i, j`` are the numbers of product, exporter and importer; cells stand in the order of exporter, importer,
    product. Margins of other kinds (``v_ik`` by exporter and product) are dense and computed once.
    """

    products: Labels
    exporters: Labels
    importers: Labels
    k: Codes
    i: Codes
    j: Codes
    v: Array
    window: tuple[int, int] | None
    yearly: YearlyFlows
    projections: Any = None  # growth and tariffs, where they are given

    @functools.cached_property
    def v_ik(self) -> Array:
        """What every exporter sells of every product."""
        return self._sums(self.i, self.k, len(self.exporters), len(self.products))

    @functools.cached_property
    def v_jk(self) -> Array:
        """What every importer buys of every product."""
        return self._sums(self.j, self.k, len(self.importers), len(self.products))

    @functools.cached_property
    def v_ij(self) -> Array:
        """What every exporter sells to every importer."""
        return self._sums(self.i, self.j, len(self.exporters), len(self.importers))

    @functools.cached_property
    def v_k(self) -> Array:
        """The trade of all in every product."""
        total: Array = self.v_ik.sum(axis=0)
        return total

    def _sums(self, first: Codes, second: Codes, rows: int, columns: int) -> Array:
        """The value by two numbers; cells stand in one order, whatever that of the rows, to the last bit."""
        cell = np.multiply(first, columns, dtype=np.int32 if rows * columns < 1 << 31 else np.int64)
        cell += second
        found: Array = np.bincount(cell, self.v, rows * columns).astype(np.float64, copy=False)
        return found.reshape(rows, columns)

    @functools.cached_property
    def _edges(self) -> npt.NDArray[np.intp]:
        return np.searchsorted(self.i, np.arange(len(self.exporters) + 1))

    def cells_of(self, exporter: int) -> slice:
        """The cells of one exporter."""
        return slice(int(self._edges[exporter]), int(self._edges[exporter + 1]))

    def matrix(self, exporter: int) -> Array:
        """What one exporter sells, product by importer; 0 where it sells nothing."""
        found = np.zeros((len(self.products), len(self.importers)))
        rows = self.cells_of(exporter)
        found[self.k[rows], self.j[rows]] = self.v[rows]
        return found

    def cached(self, name: str, compute: Callable[[], Any]) -> Any:
        """What is common to all exporters: computed when it is first needed, and kept with the flows."""
        kept: dict[str, Any] = self.__dict__.setdefault("_kept", {})
        if name not in kept:
            kept[name] = compute()
        return kept[name]


def place_of(labels: Iterable[Any], wanted: Any, column: str = REPORTER) -> int:
    """The number of an economy by its name or code, as the table labels it."""
    known = list(labels)
    return known.index(label_of(known, column, wanted))
