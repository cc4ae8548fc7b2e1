"""Commands on a table that comes with the library, by its name: `tradeanalysis measure world_2020`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

import pandas as pd

import tradeanalysis as ta
from tradeanalysis.cli.arguments import reading
from tradeanalysis.cli.table_labels import distinct
from tradeanalysis.texts import Text, option_named, say

# Which rows of it; it needs no other option of reading, as it is a trade table already.
CHOICES = ("reporter", "flow", "year")


def embedded_table(options: argparse.Namespace, lang: str) -> pd.DataFrame | None:
    """The embedded table that is named, or the rows of it that are chosen; none where there is a file, or no such."""
    if Path(options.file).exists() or options.file not in set(ta.examples()["name"]):
        return None
    given = reading(options)
    if other := sorted(set(given) - {*CHOICES}):
        named = [option_named(name) for name in other]
        raise ta.TradeDataError(Text("embedded_options", name=options.file, options=named))
    table = ta.example(options.file)
    for column, chosen in given.items():
        table = _rows(table, column, chosen)
    source = ta.certificate(table)["source"]
    text = Text("note_embedded", rows=len(table), name=options.file, source=source).say(lang, "command")
    print(say("note", lang, text=text), file=sys.stderr)
    return table


def _rows(table: pd.DataFrame, column: str, chosen: Any) -> pd.DataFrame:
    """The rows with what is chosen of a column, one or several."""
    wanted = list(chosen) if isinstance(chosen, (list, tuple, range)) else [chosen]
    if column == "reporter":
        wanted = [ta.country(one).iso3 for one in wanted]
    there = distinct(table, column)
    if absent := [one for one in wanted if one not in there]:
        raise ta.TradeDataError(Text("label_absent", column=column, wanted=repr(absent[0]), labels=there))
    return table[table[column].isin(wanted)]
