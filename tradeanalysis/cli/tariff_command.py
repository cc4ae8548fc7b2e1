"""``tradeanalysis tariffs``: what of a file's trade the tariffs of a day touch, by a table of acts."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import pandas as pd

import tradeanalysis as ta
from tradeanalysis.cli.from_library import embedded_table
from tradeanalysis.cli.option_values import columns
from tradeanalysis.cli.questions import language
from tradeanalysis.cli.read_notes import certificate_of, given_arguments, print_notes
from tradeanalysis.texts import Text, label, percent, say
from tradeanalysis.texts.catalogues import day

SHOWN = 15


def tariffs(options: argparse.Namespace) -> None:
    """Print what a day touches, or write all of its rows."""
    lang = language(options.lang)
    if options.tariffs is None or options.on is None:
        raise ta.TradeDataError(Text("tariffs_command"))
    for path in (options.tariffs, options.exempt):
        if path and not Path(path).is_file():
            raise ta.TradeDataError(Text("tariffs_no_file", path=path))
    if options.out and Path(options.out).suffix.lower() not in (".csv", ".xlsx"):
        raise ta.TradeDataError(Text("out_table_or_workbook", out=options.out))
    acts = ta.tariffs.schedule(
        options.tariffs,
        columns=columns(options.headings),
        rate_unit=options.rate_unit,
        importer=options.importer,
        form=options.form,
        undated=options.undated,
    )
    embedded = embedded_table(options, lang)
    table: Any = ta.read(options.file, **given_arguments(options)) if embedded is None else embedded
    if embedded is None:
        print_notes(certificate_of(table, options.file), lang)
    found = ta.tariff_exposure(
        table,
        acts,
        on=options.on,
        reporter=options.reporter,
        flow=options.flow or "export",
        exempt=_prefixes(options.exempt),
        mfn=options.mfn,
        duty=options.duty,
        unlisted=options.unlisted,
    )
    print(found.sentence(lang))
    if options.out:
        write = ta.write_excel if options.out.lower().endswith(".xlsx") else ta.write_csv
        write(found.table, options.out, overwrite=True)
    else:
        print(f"\n{_page(found, lang).to_string(index=False)}")


def _prefixes(path: str | None) -> list[str] | None:
    """The prefixes of a text file, one a line; a heading, which has letters, is none."""
    if path is None:
        return None
    lines = [line.strip().strip('",;') for line in Path(path).read_text("utf-8-sig", errors="replace").splitlines()]
    return [line for line in lines if line and not any(char.isalpha() for char in line)]


def _page(found: ta.tariffs.TariffExposure, lang: str) -> pd.DataFrame:
    """The first rows in words."""
    rows = found.head() if len(found.table) <= SHOWN else found.table.head(SHOWN)
    columns_of: dict[str, list[str]] = {"partner": [label(str(one), lang) for one in rows["partner"]]}
    if "product" in rows:
        columns_of["product"] = rows["product"].astype(str).tolist()
    columns_of["share"] = [percent(one, lang) for one in rows["share"]]
    for one in ("rate", "low", "high"):
        columns_of[one] = [percent(x, lang) for x in rows[one]]
    columns_of["act"] = rows["act"].tolist()
    for one in ("from", "to"):
        columns_of[one] = ["" if pd.isna(x) else day(x, lang) for x in rows[one]]
    return pd.DataFrame({say(f"tariffs_column_{name}", lang): cells for name, cells in columns_of.items()})
