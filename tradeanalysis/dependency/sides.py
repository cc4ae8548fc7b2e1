"""The two sides of a table that a screen looks at: who buys and who sells, who is asked for, whose trade is whole."""

from __future__ import annotations

import functools
import warnings
from collections.abc import Iterable
from typing import Any

import narwhals as nw
import pandas as pd

from tradeanalysis import names
from tradeanalysis.gate.findings import listing
from tradeanalysis.gate.frames import labels_in
from tradeanalysis.schema import (
    ALL,
    EXPORT,
    FLOW,
    IMPORT,
    PARTNER,
    PRODUCT,
    REPORTER,
    YEAR,
    CountryError,
    SchemaError,
    TradeDataError,
    TradeDataWarning,
)
from tradeanalysis.tables.baskets import mirrored, warn_of_other_side
from tradeanalysis.tables.panel import Panel, as_pandas, open_panel

# A table of at least so many economies in which all trade is with a few hubs is an excerpt and not the world.
MANY, HUBS = 20, 10

Bloc = str | Iterable[str]


def two_sides(table: Any, value: str) -> tuple[Panel, Any, Any]:
    """The table, and what is bought and what is sold: each with the economy that it is of as reporter."""
    there = nw.from_native(table).collect_schema().names()
    if FLOW not in there:
        raise SchemaError(
            'a screen needs to know who buys: the table has no column "flow". Add it: table.assign(flow="export")'
        )
    whole = open_panel(table, [REPORTER, PARTNER, PRODUCT], value=value)
    cells = whole.cells
    if isinstance(cells, nw.DataFrame):
        cells = nw.from_native(_numbered(as_pandas(cells)), eager_only=True)
    sides = {flow: cells.filter(nw.col(FLOW) == flow).drop(ALL, FLOW) for flow in whole.flows}
    for flow in {IMPORT, EXPORT} - set(sides):
        other = sides[mirrored(flow)]
        sides[flow] = other.rename({REPORTER: PARTNER, PARTNER: REPORTER})
    return whole, sides[IMPORT], sides[EXPORT]


def _numbered(cells: pd.DataFrame) -> pd.DataFrame:
    """The cells with categories as labels, those of both sides in one list: what follows need not look at texts."""
    found = {}
    for keys in ([REPORTER, PARTNER], [PRODUCT]):
        kept = [isinstance(cells[key].dtype, pd.CategoricalDtype) for key in keys]
        coded = {key: pd.factorize(cells[key]) for key in keys}
        there = [
            cells[key].cat.categories if own else pd.Index(coded[key][1]) for key, own in zip(keys, kept, strict=True)
        ]
        labels = functools.reduce(pd.Index.append, there).unique()
        if not any(kept):  # else the order is the table's own
            labels = pd.Index(pd.factorize(labels, sort=True)[1])
        for key, (code, own) in coded.items():
            found[key] = pd.Categorical.from_codes(labels.get_indexer(pd.Index(own))[code], labels)
    return cells.assign(**found)


def in_labels(rows: pd.DataFrame, like: Any) -> pd.DataFrame:
    """The rows with labels for categories, but for columns that are categories in a table like it."""
    kinds = like.collect_schema()
    coded = [str(key) for key, kind in rows.dtypes.items() if isinstance(kind, pd.CategoricalDtype)]
    ours = [key for key in coded if not isinstance(kinds[key if key in kinds else PARTNER], nw.Categorical)]
    return rows.assign(**{key: rows[key].cat.categories.take(rows[key].cat.codes.to_numpy()) for key in ours})


def tell_side(whole: Panel, flow: str) -> None:
    """Warn where this flow is read from the other side."""
    if flow not in whole.flows:
        warn_of_other_side(flow, whole.attrs, stacklevel=3)


def keys_of(whole: Panel) -> list[str]:
    """What a row of a screen is for."""
    return [*([YEAR] if YEAR in whole.marks else []), REPORTER, PRODUCT]


def seen_years(rows: Any, whole: Panel) -> pd.DataFrame:
    """The reporters with the years in which they report; none where the table has no years."""
    if YEAR not in whole.marks:
        return pd.DataFrame(columns=[REPORTER, YEAR])
    return as_pandas(rows.select(REPORTER, YEAR).unique())


def is_world(rows: Any) -> bool:
    """Whether the rows can be the world's trade: several on both sides, and not a few hubs' with everybody."""
    pairs = as_pandas(rows.select(REPORTER, PARTNER).unique()).astype(object)
    if min(pairs[REPORTER].nunique(), pairs[PARTNER].nunique()) < 2:
        return False
    degrees = pd.concat([pairs[REPORTER], pairs[PARTNER]]).value_counts()
    hubs = degrees.index[:HUBS]
    return len(degrees) < MANY or not (pairs[REPORTER].isin(hubs) | pairs[PARTNER].isin(hubs)).all()


def chosen_among(held: list[Any], reporter: str | Iterable[str] | None, otherwise: str) -> list[Any]:
    """The labels in the table of the economies that are asked for."""
    if reporter is None:
        return held
    wanted = [reporter] if isinstance(reporter, str) else list(reporter)
    found = [one if one in held else names.country(one).iso3 for one in wanted]
    if absent := [one for one in found if one not in held]:
        raise TradeDataError(f"{listing(absent)} {otherwise}")
    return found


def members_of(bloc: Bloc, whole: Panel) -> tuple[str, ...]:
    """The members of a bloc that is named, if they are the same in all years of the table, or of a list."""
    if not isinstance(bloc, str):
        held = {*whole.labels[REPORTER], *whole.labels[PARTNER]}
        return tuple(one if one in held else names.country(one).iso3 for one in bloc)
    years = whole.labels.get(YEAR) or [None]
    lists = {names.bloc(bloc, year) for year in years}
    if len(lists) > 1:
        raise CountryError(
            f"the members of {bloc!r} change within {min(years)}-{max(years)}: take fewer years, or say which they "
            "are with bloc=[...]"
        )
    return lists.pop()


def refuse_absent(members: tuple[str, ...], bought: Any, whole: Panel) -> None:
    """Raise where a member's imports cannot be told, and warn where the table does not know it at all."""
    absent = sorted(set(members) - set(labels_in(bought, REPORTER)))
    somewhere = {*whole.labels[REPORTER], *whole.labels[PARTNER]}
    if cut := [one for one in absent if one in somewhere]:
        raise TradeDataError(
            f"{listing(cut)} trade in the table and have no imports there: the bloc's imports cannot be added up. Take "
            "a table with them, or screen those that report with bloc=[...]"
        )
    if absent:
        warnings.warn(
            f"{listing(absent)} do not stand in the table: the bloc is screened without them",
            TradeDataWarning,
            stacklevel=3,
        )
