"""The files that a brief sets beside its own: `--beside tinh_khac.xlsx`, `--beside "Đồng Nai=dong_nai.xlsx"`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pandas as pd

import tradeanalysis as ta
from tradeanalysis.texts import EconomyName, Text, as_argument, say


def tables_beside(words: list[str], given: dict[str, Any], year: int | None, lang: str) -> dict[str, pd.DataFrame]:
    """The tables by name, and a note on each that says how it was read."""
    given = {name: value for name, value in given.items() if name != "year"}
    tables: dict[str, pd.DataFrame] = ta.brief.tables_beside([_named(word) for word in words], year=year, **given)
    for word, (name, table) in zip(words, tables.items(), strict=True):
        print(say("note", lang, text=_note(name, word, table, lang)), file=sys.stderr)
    return tables


def _named(word: str) -> str | tuple[str, str]:
    """The file, with its name where one is given."""
    name, is_named, path = word.partition("=")
    return (name.strip(), path) if is_named and not Path(word).exists() else word


def _note(name: str, word: str, table: pd.DataFrame, lang: str) -> str:
    """How a file was read; of an economy, that its embedded figures were taken."""
    options: dict[str, Any] = ta.certificate(table).get("asked_for", {})
    if not options:
        return Text("beside_embedded", name=EconomyName(name)).say(lang, "command")
    stated = ", ".join(
        as_argument(one, options[one], "command") for one in ta.brief.beside_tables.STATED if one in options
    )
    key = "beside_read_stated" if stated else "beside_read"
    path = word if Path(word).exists() else word.partition("=")[2]
    return Text(key, path=path, name=name, rows=len(table), options=stated).say(lang, "command")
