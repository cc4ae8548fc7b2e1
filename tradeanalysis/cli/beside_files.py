"""The files that a brief sets beside its own: `--beside tinh_khac.xlsx`, `--beside "Đồng Nai=dong_nai.xlsx"`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pandas as pd

import tradeanalysis as ta
from tradeanalysis.cli.messages import in_words
from tradeanalysis.texts import Text, as_argument, say

# What no file beside has in common with the first: whose trade it is, and where it stands in the file.
OWN = ("reporter", "year", "flow", "sheet", "columns", "header_rows", "rows")
# Of what the titles of such a file state, these are taken; nothing of them changes a share.
STATED = ("year", "flow", "unit")


def tables_beside(words: list[str], given: dict[str, Any], lang: str) -> dict[str, pd.DataFrame]:
    """The tables by name, each read as it stands, else with the options of the first file.

    Raises
    ------
    TradeDataError
        A file is not there or cannot be read, or two have one name.
    """
    tables: dict[str, pd.DataFrame] = {}
    shared = {name: value for name, value in given.items() if name not in OWN}
    for word in words:
        name, is_named, path = word.rpartition("=")
        table, stated = _read(path, shared, lang)
        name = name.strip() if is_named else _named(table, stated, path)
        if name in tables:
            raise ta.TradeDataError(Text("beside_twice", name=name))
        tables[name] = table
        options = ", ".join(as_argument(option, stated[option], "command") for option in STATED if option in stated)
        key = "beside_read_stated" if options else "beside_read"
        line = Text(key, path=path, name=name, rows=len(table), options=options).say(lang, "command")
        print(say("note", lang, text=line), file=sys.stderr)
    return tables


def _read(path: str, shared: dict[str, Any], lang: str) -> tuple[pd.DataFrame, dict[str, Any]]:
    """The table of a file, and what its titles state."""
    if not Path(path).is_file():
        raise ta.TradeDataError(Text("no_file", path=path))
    usual: dict[str, Any] = {"drop_aggregates": True, "remainder": True}
    stated = ta.inspect(path, **usual).proposed
    usual |= {name: value for name, value in stated.items() if name in STATED}
    for options in (usual, {**shared, **usual}):
        try:
            table: Any = ta.read(path, **options)
        except ta.TradeDataError as error:
            reason = error
        else:
            return table if isinstance(table, pd.DataFrame) else table.df(), stated
    raise ta.TradeDataError(Text("beside_unreadable", name=path, reason=in_words(reason, lang)))


def _named(table: pd.DataFrame, stated: dict[str, Any], path: str) -> str:
    """The economy or province that the table or its title names, else the name of the file."""
    own = sorted(set(table["reporter"])) if "reporter" in table else []
    return str(own[0]) if len(own) == 1 else str(stated.get("reporter", Path(path).stem))
