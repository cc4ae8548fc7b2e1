"""The baskets of all groups of a table at once: values by group and partner, and sums, ranks and shares of these."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import narwhals as nw
import numpy as np
import numpy.typing as npt
import pandas as pd

from tradeanalysis.gate.frames import collected, labels_in, open_table, refuse_float_ends
from tradeanalysis.parameters import labels_listed
from tradeanalysis.results import annotated
from tradeanalysis.schema import (
    ALL,
    FLOW,
    FLOWS,
    PARTNER,
    PRODUCT,
    REPORTER,
    VALUE,
    YEAR,
    SchemaError,
    TradeDataError,
)
from tradeanalysis.sums import Array, Codes, among, by_size, in_use, joined, keyed, refuse_rows, remainders
from tradeanalysis.tables.baskets import label_of, mirrored, warn_of_other_side, with_currency
from tradeanalysis.tables.panel import panel_of
from tradeanalysis.tables.query import beside
from tradeanalysis.texts import Text

UNALLOCATED = "unallocated"
Labels = str | int | Iterable[Any] | None
Frame = nw.DataFrame[Any] | nw.LazyFrame[Any]


@dataclass(frozen=True)
class Rows:
    """The rows of a table that were chosen, and the columns that make groups.

    ``everyone`` are those of all reporters and flows; in both the economy is the reporter. ``swapped``: the other
    side's rows are read. ``about`` is what was chosen once for all groups.
    """

    rows: Frame
    everyone: Frame
    by: list[str]
    swapped: bool
    about: dict[str, Any]
    attrs: Mapping[Any, Any]


@dataclass(frozen=True)
class Baskets:
    """The values by group and partner; the cells of a group follow one another, in the order of partners' labels.

    ``groups`` has a row of keys for every group, in their order; the cells of group g begin at ``starts[g]`` and are
    ``sizes[g]``. ``x`` is the value of a cell, ``partner`` the number of its label among ``labels``, ``more`` the sums
    of further columns. ``unallocated`` is the value of a group that is in no cell, ``rest`` that of further columns.
    ``rows`` is the number of rows that the cells were summed from.
    """

    chosen: Rows
    groups: nw.DataFrame[Any]
    labels: nw.Series[Any]
    x: Array
    partner: Codes
    starts: npt.NDArray[np.intp]
    sizes: npt.NDArray[np.intp]
    unallocated: Array
    more: Mapping[str, Array]
    rest: Mapping[str, Array]
    rows: int = 0

    @cached_property
    def names(self) -> pd.Index:
        """The labels of partners."""
        names: pd.Index = pd.Index(self.labels.to_pandas())
        return names

    @cached_property
    def group(self) -> npt.NDArray[np.intp]:
        """The number of the group of every cell."""
        return np.repeat(np.arange(len(self.sizes)), self.sizes)

    @cached_property
    def total(self) -> Array:
        """The sum of every group's cells."""
        return self.sum(self.x)

    def spread(self, of_groups: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """A number of groups beside every cell."""
        return np.repeat(of_groups, self.sizes)

    def sum(self, of_cells: Array) -> Array:
        """The sums over the cells of every group, 0 where it has none."""
        return self._reduced(np.add, of_cells, 0.0)

    def largest(self, of_cells: Array, none: float = 0.0) -> Array:
        """The largest of every group's cells."""
        return self._reduced(np.maximum, of_cells, none)

    def others(self, of_cells: Array) -> Array:
        """For every cell the sum of the other cells of its group, right to the last digits.

        A difference from the whole loses digits only where the cell is more than half of it, which one at most is.
        """
        whole = self.spread(self.sum(of_cells))
        most = of_cells > whole / 2
        rest = self.sum(np.where(most, 0.0, of_cells))
        return np.where(most, self.spread(rest), whole - of_cells)

    def _reduced(self, how: np.ufunc, of_cells: Array, none: float) -> Array:
        found = np.full(len(self.sizes), none)
        if (there := self.sizes > 0).any():
            found[there] = how.reduceat(of_cells, self.starts[there])
        return found

    @cached_property
    def descending(self) -> npt.NDArray[np.intp]:
        """The cells of each group by value, the largest first; equal ones in the order of their labels."""
        return self.order_of(self.x)

    def order_of(self, of_cells: Array) -> npt.NDArray[np.intp]:
        """The cells of each group in the order of a number of theirs, the largest first, equal ones as they stand."""
        order = np.empty(len(of_cells), dtype=np.intp)
        for these, (dense,) in by_size([of_cells], self.starts, self.sizes):
            width, first = np.arange(dense.shape[1]), self.starts[these, None]
            dense[width >= self.sizes[these, None]] = -np.inf
            there = width < self.sizes[these, None]
            ranked = np.argsort(-dense, axis=-1, kind="stable")
            order[(first + width)[there]] = (first + ranked)[there]
        return order

    @cached_property
    def place(self) -> npt.NDArray[np.intp]:
        """The place of every position of ``descending`` within its group, from 0."""
        return np.asarray(np.arange(len(self.x)) - self.spread(self.starts))

    def keeping(self, cells: npt.NDArray[np.bool_]) -> Baskets:
        """The same groups with some of the cells."""
        if cells.all():
            return self
        sizes = np.bincount(self.group[cells], minlength=len(self.sizes))
        starts = np.append(0, np.cumsum(sizes))[:-1]
        more = {key: one[cells] for key, one in self.more.items()}
        return replace(self, x=self.x[cells], partner=self.partner[cells], starts=starts, sizes=sizes, more=more)

    def having(self, groups: npt.NDArray[np.bool_]) -> Baskets:
        """Some of the groups, with all their cells."""
        if groups.all():
            return self
        cells, sizes = self.spread(groups), self.sizes[groups]
        return replace(
            self,
            groups=nw.maybe_reset_index(self.groups.filter(groups.tolist())) if self.groups.columns else self.groups,
            x=self.x[cells],
            partner=self.partner[cells],
            starts=np.append(0, np.cumsum(sizes))[:-1],
            sizes=sizes,
            unallocated=self.unallocated[groups],
            more={key: one[cells] for key, one in self.more.items()},
            rest={key: one[groups] for key, one in self.rest.items()},
        )

    def running(self, of_cells: Array) -> Array:
        """The running sums of every group's cells, as they stand."""
        sums = np.empty(len(of_cells))
        for these, (dense,) in by_size([of_cells], self.starts, self.sizes):
            width = np.arange(dense.shape[1])
            there = width < self.sizes[these, None]
            sums[(self.starts[these, None] + width)[there]] = np.cumsum(dense, axis=1)[there]
        return sums

    # ---- answers -------------------------------------------------------------------------------------------------

    def of_groups(self, columns: dict[str, Any], **notes: Any) -> Any:
        """A row for every group, in the library of the question; the share that is not allocated stands at the end."""
        if self.unallocated.any():
            whole = self.total + self.unallocated
            columns = columns | {UNALLOCATED: np.divide(self.unallocated, whole, out=0 * whole, where=whole > 0)}
        return self._answer(nw.maybe_reset_index(self.groups), columns, notes)

    def of_cells(self, order: npt.NDArray[np.intp], columns: dict[str, Any], **notes: Any) -> Any:
        """A row for every cell in the order given, ``columns`` being in that order, with its group and partner."""
        groups = self.keys_of(self.group[order])
        partners = nw.maybe_reset_index(self.labels[self.partner[order]].alias(PARTNER))
        return self._answer(groups.with_columns(partners), columns, notes)

    def keys_of(self, group: npt.NDArray[np.intp]) -> nw.DataFrame[Any]:
        """The keys of groups by their numbers, a row for each."""
        if self.groups.columns:
            return nw.maybe_reset_index(self.groups[group])
        return nw.from_dict({ALL: np.zeros(len(group))}, backend=self.groups.implementation)

    def of_rows(self, group: npt.NDArray[np.intp], columns: dict[str, Any], **notes: Any) -> Any:
        """Rows with the keys of these groups and the columns."""
        return self._answer(self.keys_of(group), columns, notes)

    def _answer(self, left: nw.DataFrame[Any], columns: dict[str, Any], notes: dict[str, Any]) -> Any:
        there = [one for one in left.columns if one != ALL or ALL in self.chosen.by]
        if twice := sorted({str(one) for one in there} & set(columns)):
            raise SchemaError(Text("groups_column_twice", columns=twice))
        left = left.select(there) if there else left.select()
        frame = beside(left, left, columns)
        native: Any = frame.to_native()
        if isinstance(self.chosen.everyone, nw.LazyFrame) and frame.implementation.is_polars():
            return native.lazy()
        return annotated(native, self.chosen.attrs, **self.chosen.about, **notes)


def open_baskets(
    table: Any,
    by: str | Iterable[str] | None,
    *,
    reporter: Labels = None,
    flow: str | None = None,
    year: int | None = None,
    product: str | None = None,
    value: str = VALUE,
    more: Sequence[str] = (),
) -> Baskets:
    """The baskets of all groups of a table; what makes no group must be one in the table, or be chosen."""
    chosen = chosen_rows(table, by, reporter=reporter, flow=flow, year=year, product=product, value=value, more=more)
    return baskets_of(chosen, more)


def chosen_rows(
    table: Any,
    by: str | Iterable[str] | None,
    *,
    reporter: Labels = None,
    flow: str | None = None,
    year: int | None = None,
    product: str | None = None,
    value: str = VALUE,
    more: Sequence[str] = (),
    years: bool = False,
) -> Rows:
    """The rows of a table for its groups, as ``baskets.choose`` takes those of one; ``years`` keeps all years."""
    keys = [by] if isinstance(by, str) else list(by or ())
    if is_several(reporter) and REPORTER not in keys:
        keys = [REPORTER, *keys]
    if (over := PARTNER) in keys or len({*keys}) < len(keys):
        raise SchemaError(Text("groups_by", by=keys, over=over))
    rows = _without_attrs(open_table(table, [*keys, PARTNER, *more], value))
    there = rows.collect_schema().names()
    wanted = list(dict.fromkeys([*keys, *(c for c in (REPORTER, PARTNER, FLOW, YEAR, PRODUCT) if c in there), *more]))
    # Products are summed unless one is chosen.
    wanted = [column for column in wanted if column != PRODUCT or product is not None or PRODUCT in keys]
    rows = rows.select(*(nw.col(one) for one in wanted if one != VALUE), nw.col(value).alias(VALUE))
    attrs = with_currency(dict(getattr(table, "attrs", {})), rows)
    if flow is not None and flow not in FLOWS:
        raise TradeDataError(Text("groups_flow", flow=repr(flow)))
    swapped = False
    if flow is not None and FLOW in there and flow not in (flows := labels_of(rows, FLOW)) and mirrored(flow) in flows:
        rows, swapped = rows.rename({REPORTER: PARTNER, PARTNER: REPORTER}), True
        warn_of_other_side(flow, attrs, stacklevel=4)
    about: dict[str, Any] = {}
    everyone = rows
    for column, one in ((YEAR, year), (FLOW, flow), (REPORTER, reporter), (PRODUCT, product)):
        if column not in wanted:
            if one is not None:
                raise SchemaError(Text("groups_no_column", column=column, wanted=repr(one)))
            continue
        if (column in keys and one is None) or (years and column == YEAR):
            continue
        every = labels_in(rows, column)
        labels = _present(every)
        asked = mirrored(flow) if swapped and column == FLOW and flow else one
        found = [label_of(labels, column, each) for each in labels_listed(column, asked)]
        if column not in keys:
            about[column] = flow if column == FLOW and flow else found[0]
        if every == found:  # all rows have the one label
            continue
        rows = rows.filter(nw.col(column).is_in(found) if len(found) != 1 else nw.col(column) == found[0])
        if column in (YEAR, PRODUCT):
            everyone = everyone.filter(nw.col(column).is_in(found))
    return Rows(rows, everyone, keys, swapped, about, attrs)


def _without_attrs(rows: Frame) -> Frame:
    """The rows without a certificate, of which pandas would make a deep copy at every step."""
    native = rows.to_native()
    if not isinstance(native, pd.DataFrame) or not native.attrs:
        return rows
    bare = native.copy(deep=False)
    bare.attrs = {}
    return nw.from_native(bare)


def is_several(labels: Labels) -> bool:
    """Whether several labels are given, in place of one or none."""
    return labels is not None and not isinstance(labels, (str, int, np.integer))


def labels_of(rows: Frame, column: str) -> list[Any]:
    """What stands in a column, missing labels left out."""
    return _present(labels_in(rows, column))


def _present(labels: list[Any]) -> list[Any]:
    return [one for one in labels if one is not None and one == one]


def baskets_of(chosen: Rows, more: Sequence[str] = (), over: str = PARTNER) -> Baskets:
    """The baskets of the rows that were chosen; rows that nothing can be computed from raise, all at once."""
    from scipy.sparse import coo_array

    frame = in_memory(chosen, [*chosen.by, over], more)
    values = {one: frame[one].to_numpy().astype(np.float64, copy=False) for one in (VALUE, *more)}
    keys = {key: keyed(frame[key]) for key in (*chosen.by, over)}
    labels = keys[over].labels
    names = pd.Index(labels.to_pandas())
    for column, x in values.items():
        refuse_rows(x, {key: one.codes for key, one in keys.items()}, names, over, column)
        refuse_float_ends(x, "sum", "apart")
    keys |= dict(zip(chosen.by, in_use([keys[key] for key in chosen.by], len(frame)), strict=True))
    group, size, split = joined([keys[key] for key in chosen.by], len(frame))
    rest = among(names, remainders(over))
    at = (group, keys[over].codes)
    cells = {one: coo_array((x, at), shape=(max(size, 1), max(len(names), 1))).tocsr() for one, x in values.items()}
    of_values = cells[VALUE]
    sizes = np.diff(of_values.indptr)
    number = np.flatnonzero(sizes > 0) if chosen.by else np.zeros(1, dtype=np.intp)
    named = [nw.maybe_reset_index(keys[key].labels[code]) for key, code in zip(chosen.by, split(number), strict=True)]
    groups = named[0].to_frame().with_columns(*named[1:]) if named else frame.select()
    starts = of_values.indptr[number].astype(np.intp)
    found = Baskets(
        chosen,
        groups,
        labels,
        of_values.data,
        of_values.indices,
        starts,
        sizes[number].astype(np.intp),
        np.zeros(len(number)),
        {one: cells[one].data for one in more},
        {one: np.zeros(len(number)) for one in more},
        len(frame),
    )
    left = rest[found.partner] if rest.any() else np.zeros(0, dtype=bool)
    if not left.any():
        return found
    sums = {one: found.sum(np.where(left, x, 0.0)) for one, x in {VALUE: found.x, **found.more}.items()}
    return replace(
        found.keeping(~left), unallocated=sums.pop(VALUE), rest=sums, rows=int((~rest[keys[over].codes]).sum())
    )


def in_memory(chosen: Rows, columns: Sequence[str], more: Sequence[str] = ()) -> nw.DataFrame[Any]:
    """The rows chosen, in memory; an engine sums them first."""
    rows = chosen.rows
    if isinstance(rows, nw.DataFrame):
        return rows
    if more:
        return collected(rows.select(*columns, VALUE, *more))
    panel = panel_of(rows, [one for one in columns if one not in (YEAR, FLOW)], dict(chosen.attrs))
    return collected(panel.cells.select(*columns, VALUE))
