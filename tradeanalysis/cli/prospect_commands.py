"""``tradeanalysis opportunities`` and ``tradeanalysis backtest``: where to go instead, and how often that was right."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

import pandas as pd

import tradeanalysis as ta
from tradeanalysis.cli.from_library import embedded_table
from tradeanalysis.cli.option_values import listed, window
from tradeanalysis.cli.questions import can_ask, language, which_reporter
from tradeanalysis.cli.read_notes import certificate_of, given_arguments, print_notes
from tradeanalysis.prospects.begun import LEAST
from tradeanalysis.prospects.hit_record import RECORDS
from tradeanalysis.texts import EconomyName, Text, label, money, number, percent, say
from tradeanalysis.texts.catalogues import in_sentence

# What stands in a row on a terminal, and how a workbook shows its numbers.
SHOWN = ("now", "chance", "gravity", "epi", "ceiling", "size", "growth", "share")
FORMATS = {
    **dict.fromkeys(("now", "expected", "ceiling", "epi", "gravity", "room", "size", "distance"), "#,##0"),
    **dict.fromkeys(("chance", "growth", "share"), "0.0%"),
    **dict.fromkeys(("rivals_hhi", "hhi_next", "hhi_next_exact"), "0.0000"),
}
# Of the notes of a result these are said; the others are of what is on the page anyway.
NOTES = (
    *("no chance", "chance", "chance, years without trade", "chance, what counts"),
    *("codes left out", "reports of some years", "no gravity", "province", "years of own sales", "not in the table"),
)


def opportunities(options: argparse.Namespace) -> None:
    """Print or write where an exporter could sell more, with what speaks for each."""
    lang = language(options.lang)
    _refuse_other_files(options.out)
    if options.exporter is None:
        if not can_ask(options.no_input):
            raise ta.TradeDataError(Text("whose_trade"))
        options.exporter = which_reporter(lang)
    table = _world(options, lang)
    found = ta.opportunities(
        table,
        reporter=options.exporter,
        products=listed(options.products),
        new=True if options.new else None,
        exclude=listed(options.exclude) or (),
        years=None if options.window is None else window(options.window, "--year"),
        own=_own(options, table, lang) if options.own else None,
        top=options.top,
        least=options.least,
    )
    for line in _notes(found, lang):
        print(say("note", lang, text=line), file=sys.stderr)
    if options.out:
        with ta.output.whole_files.keeping(*([options.own] if options.own else [])):
            _write(found, options.out, lang)
        print(Text("opportunities_written", rows=len(found.table), path=options.out).say(lang, "command"))
    else:
        print("\n".join(_page(found, lang)))


def backtest(options: argparse.Namespace) -> None:
    """Print or write how often each score was right."""
    lang = language(options.lang)
    _refuse_other_files(options.out)
    base, outcome = (window(getattr(options, name), f"--{name}") for name in ("base", "outcome"))
    table = _world(options, lang)
    tested = ta.backtest(None, table, base, outcome, least=_least(table, options))
    if options.out:
        write = ta.write_excel if options.out.lower().endswith(".xlsx") else ta.write_csv
        write(tested.table, options.out, overwrite=True)
    rows = tested.table.set_index(tested.table["score"].map(lambda name: say(f"score_{name}", lang)))
    shown = {say(f"backtest_column_{name}", lang): [_measure(name, x, lang) for x in rows[name]] for name in RATES}
    print(f"{tested.sentence(lang)}\n\n{pd.DataFrame(shown, index=rows.index.to_list()).to_string()}")


# The measures of a back-test that are printed; a file has them all, with intervals.
RATES = ("auc", "average_precision", "precision_at_1000", "precision_at_20", "lift")


def _least(table: Any, options: argparse.Namespace) -> float:
    """What a new flow must reach: as given, or the usual amount of dollars."""
    known = certificate_of(table, options.file) or {}
    unit = str(known.get("currency") or "USD")
    if options.least is None and unit != "USD":
        raise ta.TradeDataError(Text("opportunities_least_unit", unit=unit, usual=LEAST))
    return LEAST if options.least is None else float(options.least)


def _measure(name: str, x: float, lang: str) -> str:
    """A measure of a score in a language; empty where there are too few candidates for it."""
    if x != x:
        return ""
    if name.startswith("precision_at_"):
        return percent(x, lang)
    return number(x, lang, 1 if name == "lift" else 3)


def _refuse_other_files(out: str | None) -> None:
    if out and Path(out).suffix.lower() not in (".csv", ".xlsx"):
        raise ta.TradeDataError(Text("out_table_or_workbook", out=out))


def _world(options: argparse.Namespace, lang: str) -> Any:
    """The table of all exporters and markets: an embedded one, a file or a folder."""
    plain = argparse.Namespace(**{**vars(options), "drop_aggregates": False})
    table: Any = embedded_table(plain, lang)
    if table is None:
        if not Path(options.file).exists():
            raise ta.TradeDataError(Text("no_file_or_folder", path=options.file))
        table = ta.read(options.file, **given_arguments(options))
        print_notes(certificate_of(table, options.file), lang)
    _refuse_part_of_the_world(table, options.file)
    return table


def _refuse_part_of_the_world(table: Any, path: str) -> None:
    """Refuse a table in which one's own trade stands alone: what markets buy of others is not in it."""
    lacking = [Text(f"column_{name}") for name in ("reporter", "partner", "product") if name not in table.columns]
    if lacking:
        raise ta.TradeDataError(Text("world_without", path=path, lacking=lacking, world=Text("world_wanted")))
    for column in ("reporter", "partner"):
        labels = _labels(table, column)
        if len(labels) == 1:
            only = EconomyName(labels[0])
            raise ta.TradeDataError(Text(f"world_of_one_{column}", path=path, only=only, world=Text("world_wanted")))
    if "flow" not in table.columns:
        raise ta.TradeDataError(Text("world_whose_reports", path=path))


def _labels(table: Any, column: str) -> list[Any]:
    """What stands in a column of a table in memory, or of a lazy one."""
    if isinstance(table, pd.DataFrame):
        return list(table[column].unique())
    return list(table.project(column).distinct().df()[column])


def _own(options: argparse.Namespace, table: Any, lang: str) -> Any:
    """What a province sells: its own table, or its sales by product where it has no markets."""
    ((_, own),) = ta.brief.tables_beside([options.own]).items()
    print(
        say("note", lang, text=Text("own_read", path=options.own, rows=len(own)).say(lang, "command")), file=sys.stderr
    )
    if "product" not in own:
        raise ta.TradeDataError(Text("own_without_product", path=options.own))
    if "reporter" not in own:
        own = own.assign(reporter=options.exporter)
    if "partner" in own:
        return own
    ta.tables.markets.refuse_currencies("FILE", table, "own", own)
    if "year" in own and own["year"].nunique() > 1:
        raise ta.TradeDataError(Text("own_of_years", path=options.own, years=sorted(own["year"].unique().tolist())))
    if "flow" in own and set(own["flow"]) != {"export"}:
        raise ta.TradeDataError(Text("prospects_own_flow", flows=sorted(map(repr, set(own["flow"])))))
    return own.groupby("product")["value"].sum()


def _page(found: Any, lang: str) -> list[str]:
    """What is printed: how many there are, a row for each, what speaks for each, and what became of earlier lists."""
    rows = _printed(found.table)
    shown = [list(map(str, range(1, len(rows) + 1))), rows["product"].map(str), _markets(rows, lang)]
    heads = [say(f"opportunities_column_{name}", lang) for name in ("number", "product", "market")]
    for name in SHOWN:
        if rows[name].notna().any():
            heads.append(say(f"opportunities_column_{name}", lang))
            shown.append([_cell(name, x, found, lang) for x in rows[name]])
    table = pd.DataFrame(dict(enumerate(shown))).to_string(index=False, header=heads)
    reasons = [f"{number}. {why}" for number, why in enumerate(found.why(lang), 1)]
    return [_head(found, lang), "", table, "", *reasons, *_past(found, lang)]


def _printed(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows as they are printed: of a new flow no EPI beside gravity, and no ceiling.

    Its EPI is 0 where the pair trades nothing, and its ceiling, a multiple of what is suggested, may be above all that
    the market buys.
    """
    by_gravity = (rows["now"] == 0) & rows["gravity"].notna()
    return rows.assign(epi=rows["epi"].mask(by_gravity), ceiling=rows["ceiling"].where(rows["now"] > 0))


def _head(found: Any, lang: str) -> str:
    """How many there are, how many of them are new where that is known, and by what they are ranked."""
    return Text(
        "opportunities_head" if found.table["now"].notna().any() else "opportunities_head_unknown",
        reporter=in_sentence(found.reporter, lang),
        shown=len(found.table),
        candidates=found.candidates,
        new=int(found.table["new"].fillna(False).sum()),
        by=found.table.attrs["notes"]["ranked by"],
    ).say(lang, "command")


def _past(found: Any, lang: str) -> list[str]:
    """What to make of chances: how many new flows may begin, and what earlier lists held."""
    chances = found.table["chance"].dropna()
    if chances.empty:
        return []
    first, second = (record.of_lists["default"] for record in RECORDS)
    lines = [
        Text("opportunities_of_these", new=len(chances), begin=float(chances.sum())),
        Text("opportunities_past", first=first, second=second),
    ]
    return ["", *(line.say(lang, "command") for line in lines)]


def _above_ceilings(rows: pd.DataFrame, lang: str) -> list[str]:
    """In how many rows of a workbook, which has both, the expected value is above the ceiling."""
    above = int((rows["expected"] > rows["ceiling"].where(rows["now"] > 0)).sum())
    return [Text("opportunities_above_ceiling", above=above).say(lang, "command")] if above else []


def _cell(name: str, x: float, found: Any, lang: str) -> str:
    """A number of a row in a language; empty where it is missing."""
    if x != x:
        return ""
    if name in ("chance", "growth", "share"):
        return percent(x, lang)
    return money(x, lang, found.table.attrs["notes"].get("currency", "USD"))


def _markets(rows: pd.DataFrame, lang: str) -> list[str]:
    """The names of the markets."""
    return [label(code, lang) for code in rows["partner"]]


def _notes(found: Any, lang: str) -> list[str]:
    """What is known of the result, in words."""
    notes, lines = found.table.attrs["notes"], []
    for name in NOTES:
        if note := notes.get(name):
            labels = [EconomyName(one) for one in note] if name == "reports of some years" else note
            lines.append(Text(f"noted_{name.replace(', ', '_').replace(' ', '_')}", note=labels).say(lang, "command"))
    return lines


def _write(found: Any, out: str, lang: str) -> None:
    """All columns, with names of markets and reasons in the language; in a workbook the headings too, and the notes."""
    table = found.table.assign(why=found.why(lang))
    table.insert(2, "market", _markets(table, lang))
    if not out.lower().endswith(".xlsx"):
        ta.write_csv(table, out, overwrite=True)
        return
    heads = {name: say(f"opportunities_column_{name}", lang) for name in table}
    currency = Text("opportunities_amounts", currency=found.table.attrs["notes"].get("currency", "USD")).say(lang)
    lines = [
        _head(found, lang),
        currency,
        *_notes(found, lang),
        *_above_ceilings(found.table, lang),
        *_past(found, lang),
    ]
    notes = pd.DataFrame({say("opportunities_notes", lang): lines})
    sheets = {say("opportunities_sheet", lang): table.rename(columns=heads), say("opportunities_notes", lang): notes}
    formats = {heads[name]: form for name, form in FORMATS.items() if name in heads}
    ta.write_excel(sheets, out, overwrite=True, formats=formats, certificate=found.table.attrs.get("certificate"))
