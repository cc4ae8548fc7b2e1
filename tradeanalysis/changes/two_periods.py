"""The two periods of a change: the cells of a table in the years before and after, group by group."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import narwhals as nw
import numpy as np
import numpy.typing as npt
import pandas as pd

from tradeanalysis.gate.findings import UNALLOCATED_NOTED, fault, finding, listing, warn
from tradeanalysis.gate.frames import open_table
from tradeanalysis.schema import ALL, FLOW, REPORTER, VALUE, YEAR, SchemaError, TradeDataError
from tradeanalysis.sums import among, remainders
from tradeanalysis.tables.baskets import only_one
from tradeanalysis.tables.panel import Panel, as_pandas, open_panel, span
from tradeanalysis.texts import Text

# Values by partner.
Vector = Sequence[float] | npt.NDArray[Any] | pd.Series | Mapping[Any, float]


@dataclass(frozen=True)
class Periods:
    """The positive cells of the chosen years: the columns ``by``, year, the axes and value, without remainders.

    Columns of categories have them in the order of their labels.
    """

    panel: Panel
    cells: pd.DataFrame
    by: list[str]
    over: list[str]
    notes: dict[str, Any]

    @property
    def labelled(self) -> pd.DataFrame:
        """The cells with labels in place of categories."""
        return plain(self.cells)


def periods(
    table: Any,
    *,
    before: int | None,
    after: int | None,
    by: str | Iterable[str] | None,
    over: str | Iterable[str],
    value: str,
    reporter: str | int | None = None,
    flow: str | None = None,
    every_year: bool = False,
    new: Sequence[str] = (),
) -> Periods:
    """The cells of a table in two years, or with ``every_year`` in all from the one to the other.

    ``new`` are the columns that the result adds, which ``by`` and ``over`` may not be named after.
    """
    keys, axes = ([one] if isinstance(one, str) else list(one or ()) for one in (by, over))
    if bad := [key for key in keys if key in (*axes, YEAR)]:
        raise SchemaError(Text("change_by", columns=list(map(repr, bad))))
    if twice := [key for key in (*keys, *axes) if key in new]:
        raise SchemaError(Text("groups_column_twice", columns=list(map(repr, twice))))
    wanted = {REPORTER: reporter, FLOW: flow}
    rows = _chosen(table, [*keys, *axes], value, {column: one for column, one in wanted.items() if one is not None})
    panel = open_panel(rows, [*(key for key in keys if key != FLOW), *axes], value=value)
    return periods_of(panel, before=before, after=after, by=keys, over=axes, every_year=every_year)


def periods_of(
    panel: Panel,
    *,
    before: int | None,
    after: int | None,
    by: Sequence[str],
    over: Sequence[str],
    every_year: bool = False,
) -> Periods:
    """The cells in two years of a panel that was opened by ``by`` (without flow) and ``over``."""
    keys, axes = list(by), list(over)
    if absent := {YEAR, *({FLOW} & set(keys))} - set(panel.marks):
        raise fault("TA-110", "change_without_columns", columns=list(map(repr, sorted(absent))))
    years = panel.labels[YEAR]
    if before is None or after is None:
        raise TradeDataError(Text("change_years", years=span(years)))
    if strange := [year for year in (before, after) if year not in years]:
        if not years:
            raise TradeDataError(Text("rows_of_none", column=repr(YEAR)))
        refuse_text(strange, years)
        raise TradeDataError(Text("change_years_absent", absent=strange, years=years))
    if not before < after:
        raise TradeDataError(Text("change_years_order", before=before, after=after))
    year = nw.col(YEAR)
    wanted = year.is_in([one for one in years if before <= one <= after] if every_year else [before, after])
    cells = _in_order(as_pandas(panel.cells.filter(wanted)))
    if len(panel.flows) > 1:
        refuse_flows(cells, keys)
    rest = pd.Series(False, index=cells.index)
    for axis in axes:
        labels = pd.Index(cells[axis].unique())
        rest |= cells[axis].isin(labels[among(labels, remainders(axis))])
    notes = {"year": f"{before}-{after}", "unallocated": _unallocated(cells, rest, [*keys, YEAR])}
    if FLOW in panel.marks:
        notes[FLOW] = listing(sorted(cells[FLOW].unique()) if len(panel.flows) > 1 else panel.flows)
    cells = cells[[*keys, YEAR, *axes, VALUE]]
    cells = cells[~rest].reset_index(drop=True) if rest.any() else cells
    return Periods(panel, cells, keys, axes, notes)


def _chosen(table: Any, columns: list[str], value: str, wanted: dict[str, Any]) -> Any:
    """The rows with the labels wanted in some columns; the table itself where none are."""
    if not wanted:
        return table
    rows = open_table(table, [*columns, *wanted], value)
    for column, label in wanted.items():
        rows = rows.filter(nw.col(column) == only_one(rows, column, label))
    native = rows.to_native()
    if isinstance(native, pd.DataFrame):
        native.attrs = dict(getattr(table, "attrs", {}))
    return native


def refuse_text(absent: list[Any], years: list[Any]) -> None:
    """Raise where a year is absent because it is text on one side and a number on the other."""
    if not {str(year) for year in absent} & set(map(str, years)):
        return
    if any(isinstance(year, str) for year in years):
        raise TradeDataError(Text("change_years_text", years=list(map(repr, years))))
    raise TradeDataError(Text("change_year_text", years=list(map(repr, absent))))


def _in_order(cells: pd.DataFrame) -> pd.DataFrame:
    """Categories in the order of their labels, in which results follow; to sort them takes less than to sort rows."""
    ordered = {}
    for key, kind in cells.dtypes.items():
        if isinstance(kind, pd.CategoricalDtype):
            place, labels = pd.factorize(kind.categories, sort=True)
            if kind.ordered or (np.diff(place) < 0).any():
                ordered[str(key)] = pd.Categorical.from_codes(place[cells[key].cat.codes.to_numpy()], labels)
    return cells.assign(**ordered)


def plain(cells: pd.DataFrame) -> pd.DataFrame:
    """Categories replaced by their labels, of which none is missing."""
    coded = {str(key): cells[key].cat for key, kind in cells.dtypes.items() if isinstance(kind, pd.CategoricalDtype)}
    return cells.assign(**{key: one.categories.take(one.codes.to_numpy()) for key, one in coded.items()})


def refuse_flows(cells: pd.DataFrame, keys: list[str]) -> None:
    """Raise where a group holds both flows: exports and imports are never added, and never compared."""
    if FLOW not in cells or FLOW in keys or cells[FLOW].nunique() < 2:
        return
    mixed = cells.groupby(keys or ALL, observed=True)[FLOW].transform("nunique") > 1
    if mixed.any():
        flows = [repr(flow) for flow in sorted(cells.loc[mixed, FLOW].unique())]
        if not keys:
            raise fault("TA-111", "flows_in_group", flows=flows)
        raise fault("TA-111", "flows_in_groups", flows=flows, groups=in_words(cells.loc[mixed, keys]))


def _unallocated(cells: pd.DataFrame, rest: pd.Series[bool], keys: list[str]) -> str | None:
    """The share that is not allocated, in words; a warning where it is more than a hundredth."""
    if not rest.any():
        return None
    left = cells[VALUE].where(rest, 0.0)
    groups = [cells[key] for key in keys]
    sums = pd.DataFrame({"left": left, "all": cells[VALUE]}).groupby(groups, observed=True).sum()
    most = float((sums["left"] / sums["all"]).max())
    if most > UNALLOCATED_NOTED:
        warn([finding("TA-119", "unallocated_in_change", most=most, held=1 - most)], stacklevel=5)
    return f"up to {most:.2%} of a year's value, in no share: shares are of the rest"


def in_words(rows: pd.DataFrame) -> str:
    """The first few distinct rows, for a message."""
    different = rows.drop_duplicates()
    few: Any = different.head().itertuples(index=False)
    return listing(("/".join(map(str, row)) for row in few), of=len(different))
