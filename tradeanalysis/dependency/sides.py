"""The two sides of a table for a screen: buyers and sellers, the chosen economies, and whether the world is there."""

from __future__ import annotations

import functools
import warnings
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

import narwhals as nw
import numpy as np
import numpy.typing as npt
import pandas as pd

from tradeanalysis import names
from tradeanalysis.gate.frames import labels_in, open_table, refuse_years
from tradeanalysis.parameters import labels_listed
from tradeanalysis.schema import (
    ALL,
    EXPORT,
    FLOW,
    IMPORT,
    PARTNER,
    PRODUCT,
    REPORTER,
    VALUE,
    YEAR,
    CountryError,
    SchemaError,
    TradeDataError,
    TradeDataWarning,
)
from tradeanalysis.sums import cells_of
from tradeanalysis.tables.baskets import mirrored, warn_of_other_side
from tradeanalysis.tables.panel import Outline, Panel, as_pandas, open_panel, panel_of, summed
from tradeanalysis.texts import Text

# A table of at least so many economies in which all trade is with at most HUBS of them is an excerpt, not the world.
WORLD_SIZE, HUBS = 20, 10

Bloc = str | Iterable[str]


def two_sides(table: Any, value: str) -> tuple[Panel, Any, Any]:
    """The panel, what is bought, and what is sold: in each the buyer, or the seller, is the reporter."""
    _need_flow(table)
    return sides_of(open_panel(table, [REPORTER, PARTNER, PRODUCT], value=value))


def _need_flow(table: Any) -> None:
    if FLOW not in nw.from_native(table).collect_schema().names():
        raise SchemaError(Text("screen_needs_flow"))


@dataclass(frozen=True)
class Trade:
    """The two sides of a table for a screen of some economies, which needs few of its cells.

    In ``bought`` the buyer is the reporter, in ``sold`` the seller; of a table in memory they hold pairs of economies,
    without products, and ``rows`` its rows, from which cells are made once it is known which.
    """

    whole: Outline
    bought: Any
    sold: Any
    rows: pd.DataFrame | None = None

    def imports(self, chosen: Collection[Any]) -> pd.DataFrame:
        """The imports of some economies by partner and product."""
        if self.rows is None:
            return as_pandas(self.bought.filter(nw.col(REPORTER).is_in(chosen)))
        rows = self._side(IMPORT)
        kept = _among(rows[REPORTER], chosen)
        keys = [one for one in (YEAR, REPORTER, PARTNER, PRODUCT) if one in rows]
        return _cells(rows if kept.all() else rows[kept], keys)

    def exports(self, keys: list[str], products: pd.Series[Any]) -> pd.DataFrame:
        """The exports of all economies, of some products at least."""
        if self.rows is None:
            return summed(self.sold, keys)
        rows = self._side(EXPORT)
        kept = _among(rows[PRODUCT], products.unique())
        # To copy most rows takes longer than to add up those that are not needed.
        return _cells(rows if 2 * kept.sum() > len(kept) else rows[kept], keys)

    def _side(self, flow: str) -> pd.DataFrame:
        """The rows of a flow as its own reporters give them, or as the other side does."""
        assert self.rows is not None
        if flow not in self.whole.flows:
            return self.rows.rename(columns={REPORTER: PARTNER, PARTNER: REPORTER})
        return self.rows if len(self.whole.flows) == 1 else self.rows[(self.rows[FLOW] == flow).to_numpy()]


def trade_of(table: Any, value: str) -> Trade:
    """The trade of a table, once its rows are known to be sound."""
    _need_flow(table)
    frame = open_table(table, [REPORTER, PARTNER, PRODUCT], value)
    attrs = dict(getattr(table, "attrs", {}))
    if isinstance(frame, nw.LazyFrame):
        return Trade(*sides_of(panel_of(frame, [REPORTER, PARTNER, PRODUCT], attrs, value=value)))
    wanted = [one for one in (YEAR, FLOW, REPORTER, PARTNER, PRODUCT) if one in frame.columns]
    x = nw.col(value).cast(nw.Float64).alias(VALUE)
    rows = _numbered(frame.select(*wanted, x).to_pandas().reset_index(drop=True))
    pairs = panel_of(nw.from_native(rows, eager_only=True), [REPORTER, PARTNER], attrs)
    # Answers are of the library and of the kinds of labels of the table.
    whole = Outline(frame.head(0), pairs.marks, pairs.labels, pairs.attrs)
    return Trade(whole, *_bought_and_sold(pairs.cells, pairs.flows), rows)


def _among(column: pd.Series[Any], labels: Collection[Any]) -> npt.NDArray[np.bool_]:
    """Which rows of a column of categories have one of the labels."""
    wanted = np.zeros(len(column.cat.categories), dtype=bool)
    wanted[column.cat.categories.get_indexer(pd.Index(list(labels)))] = True
    found: npt.NDArray[np.bool_] = wanted[column.cat.codes.to_numpy()]
    return found


def _cells(rows: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """The positive sums by the keys."""
    cells: pd.DataFrame = cells_of(nw.from_native(rows, eager_only=True), keys, VALUE).to_native()
    return cells[cells[VALUE].to_numpy() > 0].reset_index(drop=True)


def sides_of(whole: Panel) -> tuple[Panel, Any, Any]:
    """The two sides of a panel by reporter, partner and product."""
    cells = whole.cells
    if isinstance(cells, nw.DataFrame):
        cells = nw.from_native(_numbered(as_pandas(cells)), eager_only=True)
    return whole, *_bought_and_sold(cells, whole.flows)


def _bought_and_sold(cells: Any, flows: list[Any]) -> tuple[Any, Any]:
    """The cells of both sides; of a flow that the table does not have they are the other's, seen from its partners."""
    if not flows:
        raise TradeDataError(Text("screen_of_nothing"))
    sides = {flow: cells.filter(nw.col(FLOW) == flow).drop(ALL, FLOW) for flow in flows}
    for flow in {IMPORT, EXPORT} - set(sides):
        other = sides[mirrored(flow)]
        sides[flow] = other.rename({REPORTER: PARTNER, PARTNER: REPORTER})
    return sides[IMPORT], sides[EXPORT]


def _numbered(cells: pd.DataFrame) -> pd.DataFrame:
    """The cells with categories as labels, shared by both sides: comparing codes is faster than comparing texts."""
    columns = {}
    for keys in ([REPORTER, PARTNER], [PRODUCT]):
        kept = [isinstance(cells[key].dtype, pd.CategoricalDtype) for key in keys]
        coded = {
            key: (cells[key].cat.codes.to_numpy(), cells[key].cat.categories) if own else pd.factorize(cells[key])
            for key, own in zip(keys, kept, strict=True)
        }
        every = [pd.Index(found) for _, found in coded.values()]
        labels = functools.reduce(pd.Index.append, every).unique()
        # The order is that of the labels, unless the table has its own.
        if all(found.is_monotonic_increasing for found, own in zip(every, kept, strict=True) if own):
            labels = pd.Index(pd.factorize(labels, sort=True)[1])
        for key, (code, found) in coded.items():
            place = np.append(labels.get_indexer(pd.Index(found)), -1)  # the last is that of a missing label
            columns[key] = pd.Categorical.from_codes(place[code], labels)
    return cells.assign(**columns)


def in_labels(rows: pd.DataFrame, like: Any) -> pd.DataFrame:
    """The rows with labels in place of categories, except for columns that are categories in ``like``."""
    kinds = like.collect_schema()
    coded = [str(key) for key, kind in rows.dtypes.items() if isinstance(kind, pd.CategoricalDtype)]
    ours = [key for key in coded if not isinstance(kinds[key if key in kinds else PARTNER], nw.Categorical)]
    return rows.assign(**{key: rows[key].cat.categories.take(rows[key].cat.codes.to_numpy()) for key in ours})


def warn_if_mirrored(whole: Outline, flow: str, stacklevel: int = 3) -> None:
    """Warn where this flow is read from the other side."""
    if flow not in whole.flows:
        warn_of_other_side(flow, whole.attrs, stacklevel=stacklevel)


def keys_of(whole: Outline) -> list[str]:
    """The columns that identify a row of a screen."""
    return [*([YEAR] if YEAR in whole.marks else []), REPORTER, PRODUCT]


def seen_years(rows: Any, whole: Outline) -> pd.DataFrame:
    """The reporters with the years in which they report; empty where the table has no years."""
    if YEAR not in whole.marks:
        return pd.DataFrame(columns=[REPORTER, YEAR])
    return as_pandas(rows.select(REPORTER, YEAR).unique())


def is_world(rows: Any) -> bool:
    """Whether the rows can be the world's trade: several economies on both sides, not only the trade of a few hubs."""
    pairs = as_pandas(rows.select(REPORTER, PARTNER).unique()).astype(object)
    if min(pairs[REPORTER].nunique(), pairs[PARTNER].nunique()) < 2:
        return False
    degrees = pd.concat([pairs[REPORTER], pairs[PARTNER]]).value_counts()
    hubs = degrees.index[:HUBS]
    return len(degrees) < WORLD_SIZE or not (pairs[REPORTER].isin(hubs) | pairs[PARTNER].isin(hubs)).all()


def chosen_labels(labels: list[Any], chosen: str | Iterable[str] | None, otherwise: str) -> list[Any]:
    """The labels in the table of the chosen economies, all where none are chosen; ``otherwise`` is the error's key."""
    if chosen is None:
        return labels
    wanted = labels_listed("reporter", chosen)
    found = [one if one in labels else names.country(one).iso3 for one in wanted]
    if absent := [one for one in found if one not in labels]:
        raise TradeDataError(Text(otherwise, absent=absent, count=len(labels), labels=labels))
    return found


def members_of(bloc: Bloc, whole: Outline) -> tuple[str, ...]:
    """The members of a named bloc, if they are the same in all years of the table; or the economies of a list."""
    if not isinstance(bloc, str):
        known = {*whole.labels[REPORTER], *whole.labels[PARTNER]}
        return tuple(one if one in known else names.country(one).iso3 for one in bloc)
    years = whole.labels.get(YEAR) or [None]
    refuse_years(year for year in years if year is not None)
    lists = {names.bloc(bloc, year) for year in years}
    if len(lists) > 1:
        raise CountryError(Text("bloc_changes", bloc=repr(bloc), first=min(years), last=max(years)))
    return lists.pop()


def refuse_absent(members: tuple[str, ...], bought: Any, whole: Outline) -> None:
    """Raise where a member trades and has no imports, and warn where it is not in the table at all."""
    absent = sorted(set(members) - set(labels_in(bought, REPORTER)))
    somewhere = {*whole.labels[REPORTER], *whole.labels[PARTNER]}
    if cut := [one for one in absent if one in somewhere]:
        raise TradeDataError(Text("bloc_without_imports", members=cut))
    if absent:
        warnings.warn(
            Text("bloc_absent", members=absent),
            TradeDataWarning,
            stacklevel=3,
        )
