"""``tradeanalysis watch``: the page of the last month, its history beside the file, and a code for automation."""

from __future__ import annotations

import argparse
import contextlib
import sys
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd

import tradeanalysis as ta
from tradeanalysis.cli.parsers import Parser
from tradeanalysis.cli.questions import language, languages_of_files
from tradeanalysis.texts import Text, said, say

# The code where there are alerts that the page before did not have; 1 and 2 are errors.
NEW_ALERTS = 3
# Where no history is to be kept.
NO_HISTORY = "none"
ReadOne = Callable[[argparse.Namespace], tuple[pd.DataFrame, str]]
# Files of a folder that are reports of months.
REPORTS = (".xlsx", ".xls", ".csv")


def add_watch(watch: Parser) -> None:
    """The options of the command beside those of writing, of reading and of the targets."""
    watch.add_argument("--plan")
    watch.add_argument("--history")
    watch.add_argument("--source")
    watch.set_defaults(drop_aggregates=True, remainder=True, periods="months")


def watch(options: argparse.Namespace, table: pd.DataFrame, reporter: str, report: Callable[[str], None]) -> int:
    """Write the page of the last month; 0 where no alert is new, 3 where some are."""
    lang = language(options.lang)
    history = history_beside(options.file, reporter, options.flow or _flow_of(table), options.history)
    inputs = [options.plan] if options.plan else []
    with ta.output.whole_files.keeping(*inputs):
        done = ta.brief.write_monthly_report(
            table,
            reporter,
            flow=options.flow,
            plan=options.plan,
            growth=options.growth,
            cap=options.cap,
            history=history,
            source=options.source,
            out=options.out,
            langs=languages_of_files(options.lang),
            progress=report,
        )
    for remark in done.remarks:
        print(say("note", lang, text=said(remark, lang, "command")), file=sys.stderr)
    report(done.sentence(lang))
    return NEW_ALERTS if done.new else 0


def monthly_files(folder: str) -> list[Path]:
    """The workbooks and texts of a folder in which each month's report is a file; none where it is no such folder."""
    if not Path(folder).is_dir():
        return []
    found = sorted(one for one in Path(folder).iterdir() if one.is_file() and not one.name.startswith(("~", ".")))
    of_a_release = any(one.suffix == ".parquet" or one.name.startswith("BACI") for one in found)
    return [] if of_a_release else [one for one in found if one.suffix.lower() in REPORTS]


def series_of(files: list[Path], options: argparse.Namespace, read_one: ReadOne) -> tuple[pd.DataFrame, str]:
    """The months of reports, of each its months, or its sums so far where it has none; and whose trade they are."""
    tables, reporters = [], []
    for path in files:
        table, reporter = _report(argparse.Namespace(**{**vars(options), "file": str(path)}), read_one)
        tables.append(table)
        reporters.append(reporter)
    if len(set(reporters)) > 1:
        raise ta.TradeDataError(Text("watch_files_of_several", reporters=sorted(set(reporters))))
    # Of what several reports hold, that of the latest month counts.
    tables.sort(key=lambda one: max((label[:4], label[-2:]) for label in one["period"].astype(str)))
    return ta.monitoring.months_of_tables(tables), reporters[0]


def _report(options: argparse.Namespace, read_one: ReadOne) -> tuple[pd.DataFrame, str]:
    """A report with its months, or its sums so far; that of a whole year is the sum of twelve months."""
    try:
        return read_one(options)
    except ta.TradeDataError as of_months:
        why = Text("watch_file_not_read", path=options.file, why=of_months.args[0])
    options.periods = "year_to_date"
    with contextlib.suppress(ta.TradeDataError):
        return read_one(options)
    options.periods = None
    try:
        with warnings.catch_warnings():
            # A year of which only a part is there, up to a month that is open, is no sum of twelve months.
            warnings.filterwarnings("error", "(?s).*TA-116", ta.TradeDataWarning)
            table, reporter = read_one(options)
    except (ta.TradeDataError, ta.TradeDataWarning):
        raise ta.TradeDataError(why) from None
    if "period" in table or "year" not in table:
        raise ta.TradeDataError(why)
    return table.assign(period=table["year"].astype(str) + "-C12"), reporter


def history_beside(file: str, reporter: str, flow: str, given: str | None) -> Path | None:
    """Where the history is: as given, or beside the file; by another name each month it is still the same."""
    if given == NO_HISTORY:
        return None
    if given is not None:
        return Path(given)
    place = Path(file)
    folder = place if place.is_dir() else place.parent
    return folder / f"watch_{ta.output.safe_texts.slug(reporter)}_{flow}.json"


def _flow_of(table: Any) -> str:
    """The flow of the table, where it has one."""
    flows = sorted(set(table["flow"])) if "flow" in table else []
    return "_".join(map(str, flows))
