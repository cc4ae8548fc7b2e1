"""``tradeanalysis watch``: the page of the last month, its history beside the file, and a code for automation."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd

import tradeanalysis as ta
from tradeanalysis.cli.parsers import Parser
from tradeanalysis.cli.questions import language, languages_of_files
from tradeanalysis.texts import said, say

# The code where there are alerts that the page before did not have; 1 and 2 are errors.
NEW_ALERTS = 3
# Where no history is to be kept.
NO_HISTORY = "none"


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
