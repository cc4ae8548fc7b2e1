"""The two periods of a change, taken out of a table: its cells in the years asked for, group by group."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import narwhals as nw
import pandas as pd

from tradeanalysis.gate.findings import Finding, listing, refuse, warn
from tradeanalysis.schema import ALL, FLOW, VALUE, YEAR, SchemaError, TradeDataError
from tradeanalysis.sums import FLOW_FIX, among, remainders
from tradeanalysis.tables.panel import Panel, as_pandas, open_panel, span


@dataclass(frozen=True)
class Periods:
    """The positive cells of the years asked for: the columns ``by``, year, the axes and value, without remainders."""

    whole: Panel
    cells: pd.DataFrame
    by: list[str]
    over: list[str]
    notes: dict[str, Any]


def periods(
    table: Any,
    *,
    from_: int | None,
    to: int | None,
    by: str | Iterable[str] | None,
    over: str | Iterable[str],
    value: str,
    path: bool = False,
    new: Sequence[str] = (),
) -> Periods:
    """The cells of a table in two years, or with ``path`` in all from the one to the other.

    ``new`` are the columns that the answer adds, whose names ``by`` and ``over`` may not bear.
    """
    keys, axes = ([one] if isinstance(one, str) else list(one or ()) for one in (by, over))
    if bad := [key for key in keys if key in (*axes, YEAR)]:
        raise SchemaError(f"{listing(map(repr, bad))} cannot be a group (by=) of a change that is over it")
    if twice := [key for key in (*keys, *axes) if key in new]:
        raise SchemaError(f"the answer would have two columns {listing(map(repr, twice))}: rename the table's")
    asked = [*(key for key in keys if key != FLOW), *axes]
    whole = open_panel(table, asked, value=value)
    there = {YEAR, *([FLOW] if FLOW in keys else [])} - set(whole.marks)
    if there:
        raise SchemaError(f"TA-110 [error] no column {listing(map(repr, sorted(there)))}: a change is between years")
    years = whole.labels[YEAR]
    if from_ is None or to is None:
        raise TradeDataError(f"say from_= and to=, two of the years {span(years)}")
    if absent := [year for year in (from_, to) if year not in years]:
        _refuse_text(absent, years)
        raise TradeDataError(f"{listing(absent)} is not among the years of the table, {listing(years, 30)}")
    if not from_ < to:
        raise TradeDataError(f"from_={from_} is not before to={to}")
    year = nw.col(YEAR)
    wanted = (year >= from_) & (year <= to) if path else year.is_in([from_, to])
    cells = _plain(as_pandas(whole.cells.filter(wanted)))
    refuse_flows(cells, keys)
    rest = pd.Series(False, index=cells.index)
    for axis in axes:
        labels = pd.Index(cells[axis].unique())
        rest |= cells[axis].isin(labels[among(labels, remainders(axis))])
    notes = {"year": f"{from_}-{to}", "unallocated": _unallocated(cells, rest, [*keys, YEAR])}
    if FLOW in whole.marks:
        notes[FLOW] = listing(sorted(cells[FLOW].unique()))
    cells = cells.loc[~rest, [*keys, YEAR, *axes, VALUE]].reset_index(drop=True)
    return Periods(whole, cells, keys, axes, notes)


def _refuse_text(absent: list[Any], years: list[Any]) -> None:
    """Raise where a year is absent because it is text on one side and a number on the other."""
    if not {str(year) for year in absent} & set(map(str, years)):
        return
    if any(isinstance(year, str) for year in years):
        raise TradeDataError(
            f"the years of the table are text, {listing(map(repr, years))}: convert them first, in pandas by "
            f'table["{YEAR}"] = table["{YEAR}"].astype(int)'
        )
    raise TradeDataError(f"{listing(map(repr, absent))} is text and the years of the table are numbers: pass a number")


def _plain(cells: pd.DataFrame) -> pd.DataFrame:
    """Categories as the labels that they are."""
    kinds = {c: t.categories.dtype for c, t in cells.dtypes.items() if isinstance(t, pd.CategoricalDtype)}
    return cells.astype(kinds)


def refuse_flows(cells: pd.DataFrame, keys: list[str]) -> None:
    """Exports and imports are never added, and never compared."""
    if FLOW not in cells or FLOW in keys or cells[FLOW].nunique() < 2:
        return
    mixed = cells.groupby(keys or ALL)[FLOW].transform("nunique") > 1
    if mixed.any():
        flows = listing(map(repr, sorted(cells.loc[mixed, FLOW].unique())))
        which = f" ({in_words(cells.loc[mixed, keys])})" if keys else ""
        refuse([Finding("TA-111", f"several flows in one group, {flows}{which}", FLOW_FIX)])


def _unallocated(cells: pd.DataFrame, rest: pd.Series[bool], keys: list[str]) -> str | None:
    """What share is allocated to nobody, in words; it is told where it is more than a hundredth."""
    if not rest.any():
        return None
    left = cells[VALUE].where(rest, 0.0)
    sums = pd.DataFrame({"left": left, "all": cells[VALUE]}).groupby([cells[key] for key in keys]).sum()
    most = float((sums["left"] / sums["all"]).max())
    if most > 0.01:
        what = f"up to {most:.1%} of a group's year is allocated to nobody"
        warn([Finding("TA-119", what, "It is no partner and is left out of the change.")], stacklevel=4)
    return f"up to {most:.2%} of a year's value, in no share"


def in_words(rows: pd.DataFrame) -> str:
    """The first few different rows, for a message."""
    different = rows.drop_duplicates()
    few: Any = different.head().itertuples(index=False)
    return listing(("/".join(map(str, row)) for row in few), of=len(different))
