"""The tables that stand beside the one of a brief, as they are given: tables, files, or names of economies."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
from narwhals.typing import IntoFrame

from tradeanalysis import names
from tradeanalysis.gate.findings import Finding
from tradeanalysis.gate.frames import open_table
from tradeanalysis.parameters import need_labels
from tradeanalysis.schema import FLOWS, PARTNER, REPORTER, VALUE, TradeDataError
from tradeanalysis.sources.embedded import LAST, newest_for
from tradeanalysis.sources.inspection import inspect
from tradeanalysis.sources.reader import read
from tradeanalysis.tables.panel import as_pandas
from tradeanalysis.texts import EconomyName, Text

# More rows than these are no comparison that is read.
MOST = 5
Other = IntoFrame | str | Path
# What no file beside has in common with the first: whose trade it is, its money, and where it stands in the file.
OWN = ("reporter", "year", "flow", "unit", "rate", "sheet", "columns", "header_rows", "rows")
# Of what the titles of such a file state, these are taken.
STATED = ("year", "flow", "unit")


def tables_beside(
    source: Mapping[str, Other] | Sequence[Other | tuple[str, Other]], *, year: int | None = None, **options: Any
) -> dict[str, pd.DataFrame]:
    """The tables that a brief can stand beside, by name.

    Parameters
    ----------
    source
        Up to five tables of any library, files or economies of the embedded tables, by name or in a list. In a list one
        may stand with its name, ``("Đồng Nai", "dong_nai.xlsx")``; otherwise a table is called by its reporter, a file
        by the reporter that it or its title names, else by its own name.
    year
        The year of the brief: of an economy the embedded table is taken that is the newest up to it.
    **options
        The options of ``ta.read`` for files that cannot be read with what their titles state, as those of the first
        file. Whose trade it is, in which unit, and where it stands in the file, is each file's own: a file that
        states no unit is refused, and can be given as a table.

    Returns
    -------
    The tables by name, in memory: pandas, whatever came in.

    Raises
    ------
    TradeDataError
        There are more than five, two have one name, or one is not there, states no unit or cannot be read: its name is
        part of the message.

    Examples
    --------
    >>> import tradeanalysis as ta
    >>> own = ta.example("world_2020").query("reporter == 'LAO'")
    >>> list(ta.brief.tables_beside([own, "Thái Lan"]))
    ['LAO', 'THA']
    """
    need_labels(year=year)
    pairs = source.items() if isinstance(source, Mapping) else source
    given = [one if isinstance(one, tuple) else (None, one) for one in pairs]
    if len(given) > MOST:
        raise TradeDataError(Text("beside_too_many", most=MOST, given=len(given)))
    shared = {name: value for name, value in options.items() if name not in OWN}
    tables: dict[str, pd.DataFrame] = {}
    for chosen, one in given:
        is_word = isinstance(one, (str, Path))
        proposed, table = _of_word(str(one), year, shared) if is_word else _of_table(_in_memory(one))
        name = chosen or proposed
        if name is None:
            raise TradeDataError(Text("beside_without_name"))
        if name in tables:
            raise TradeDataError(Text("beside_twice", name=name))
        tables[name] = table
    return tables


def _in_memory(table: Any) -> pd.DataFrame:
    """A table of any library, lazy or not, as pandas has it."""
    return table if isinstance(table, pd.DataFrame) else as_pandas(open_table(table, [PARTNER], VALUE))


def _of_table(table: pd.DataFrame) -> tuple[str | None, pd.DataFrame]:
    """A table and the one reporter that it has."""
    own = sorted(set(table[REPORTER])) if REPORTER in table else []
    return str(own[0]) if len(own) == 1 else None, table


def _of_word(word: str, year: int | None, shared: dict[str, Any]) -> tuple[str, pd.DataFrame]:
    """The table of a file, or the embedded one of an economy, and its name."""
    if Path(word).is_file():
        return _of_file(word, shared)
    if Path(word).suffix or (code := names.economy(word)) is None:
        raise TradeDataError(Text("beside_not_there", name=word))
    of_flows = (newest_for(code, flow, LAST if year is None else year) for flow in FLOWS)
    found = next((one for one in of_flows if one is not None), None)
    if found is None:
        raise TradeDataError(Text("beside_not_embedded", economy=EconomyName(code), code=code))
    return code, found[0]


def _without_own(found: Finding) -> Finding:
    """What was found without the ways out that would change how the first file is read, and not this one."""
    return replace(found, fixes=tuple(fix for fix in found.fixes if fix.argument not in OWN))


def _of_file(path: str, shared: dict[str, Any]) -> tuple[str, pd.DataFrame]:
    """The table of a file, read with what its titles state, else with the options of the first file as well."""
    usual: dict[str, Any] = {"drop_aggregates": True, "remainder": True}
    try:
        stated = inspect(path, **usual).proposed
        usual |= {name: value for name, value in stated.items() if name in STATED}
        try:
            table: Any = read(path, **usual)
        except TradeDataError:
            table = read(path, **{**shared, **usual})
    except TradeDataError as error:
        if {one.what_key for one in error.findings} == {"unit_unknown"}:
            raise TradeDataError(Text("beside_without_unit", name=path)) from error
        reason = _without_own(error.findings[0]) if error.findings else error.args[0]
        raise TradeDataError(Text("beside_unreadable", name=path, reason=reason)) from error
    table = _in_memory(table)
    name, _ = _of_table(table)
    return name or str(stated.get("reporter", Path(path).stem)), table
