"""``tradeanalysis fetch``, and commands whose table comes from a service, as ``tradeanalysis brief comtrade:VNM``."""

from __future__ import annotations

import argparse
import contextlib
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import pandas as pd

import tradeanalysis as ta
from tradeanalysis.cli.messages import CLEAR
from tradeanalysis.cli.option_values import numbers
from tradeanalysis.cli.parsers import Parser
from tradeanalysis.cli.table_labels import distinct
from tradeanalysis.texts import Text, said, say

# A brief shows the course of so many years, where the service has them.
YEARS_OF_BRIEF = 5
REFRESH: dict[str, Any] = {"stale": "stale", "always": True, "never": False}


def add_fetch(fetch: Parser) -> None:
    """The options of ``fetch``; a key is taken from the environment only, so that no history of a shell has it."""
    fetch.add_argument("source")
    fetch.add_argument("reporter")
    fetch.add_argument("--year", required=True)
    fetch.add_argument("--flow", default="export", choices=("export", "import", "both"))
    fetch.add_argument("--partner")
    fetch.add_argument("--product")
    fetch.add_argument("--level", type=int)
    fetch.add_argument("--classification")
    fetch.add_argument("--refresh", choices=(*REFRESH,), default="stale")
    fetch.add_argument("--offline", action="store_true", default=None)
    fetch.add_argument("--deadline", type=float)
    fetch.add_argument("--dry-run", action="store_true")
    fetch.add_argument("--out", default=".")
    fetch.add_argument("--lang", choices=("en", "vi"))


def fetch(options: argparse.Namespace, lang: str) -> None:
    """Fetch, and write the table with its certificate."""
    query: dict[str, Any] = {
        "year": years(options.year),
        "flow": options.flow,
        "partner": _listed(options.partner),
        "product": _listed(options.product),
        "level": options.level,
        "classification": options.classification,
    }
    reporter = _listed(options.reporter)
    if options.dry_run:
        plan = ta.fetch(options.source, reporter, **query, dry_run=True)
        print("\n".join([plan.sentence(lang), *plan.details()]))
        return
    table = ta.fetch(
        options.source,
        reporter,
        **query,
        refresh=REFRESH[options.refresh],
        offline=options.offline,
        deadline=options.deadline,
        progress=progress_in(lang),
    )
    certificate = ta.certificate(table)
    folder = Path(options.out)
    folder.mkdir(parents=True, exist_ok=True)
    path = ta.write_csv(table, folder / _name(options, table), overwrite=True, certificate=certificate)
    print(Text("fetched_into", rows=len(table), path=str(path), source=certificate["source"]).say(lang, "command"))


def progress_in(lang: str) -> Callable[[str], None]:
    """Lines of progress in a language, on stderr: one that is overwritten on a terminal."""

    def progress(line: str) -> None:
        print(f"{CLEAR if sys.stderr.isatty() else ''}{said(line, lang, 'command')}", file=sys.stderr, flush=True)

    return progress


def years(text: str) -> list[int] | str:
    """The years that an option names; the latest has no number."""
    if text.strip().lower() == "latest":
        return "latest"
    try:
        return numbers(text, "--year", "") or []
    except ta.TradeDataError:
        raise ta.TradeDataError(Text("years_unread", given=text)) from None


def table_of_service(file: str, year: int | None, flow: str | None, lang: str) -> pd.DataFrame:
    """Both flows of an economy for its brief: the year with those before it, or the latest that there is.

    Without a net it is of the years and flows that are stored, if the year is among them.
    """
    source, reporter = ta.sources.service_and_reporter(file) or ("", "")
    # A year of BACI is a hundred megabytes, of any other service a few rows.
    before = 0 if source == "baci" else YEARS_OF_BRIEF - 1
    chosen: Any = "latest" if year is None else range(year - before, year + 1)
    flows: Any = flow or "both"
    try:
        return ta.fetch(source, reporter, year=chosen, flow=flows, progress=progress_in(lang))
    except ta.DownloadError as error:
        # A service that answers is right, whatever is stored; without a net what is stored is all that there is.
        kept = None if year is None or error.status is not None else _stored(source, reporter, year, before, flow)
        if kept is None:
            raise
    lacking: list[Any] = [str(one) for one in sorted(set(chosen) - set(kept["year"]))]
    lacking += [Text(one) for one in ("export", "import") if flow is None and one not in set(kept["flow"])]
    if lacking:
        words = Text(
            "brief_of_stored", lacking=lacking, service=source, reporter=reporter, first=min(chosen), last=year
        )
        print(say("note", lang, text=words.say(lang, "command")), file=sys.stderr)
    return kept


def _stored(source: str, reporter: str, year: int, before: int, flow: str | None) -> pd.DataFrame | None:
    """What is stored of the years up to the last: both flows where they are, as many years as there are."""
    for flows in [flow] if flow else ["both", "export", "import"]:
        for first in range(year - before, year + 1):
            with contextlib.suppress(ta.DownloadError):
                table = ta.fetch(source, reporter, year=range(first, year + 1), flow=cast(Any, flows), offline=True)
                if year in set(table["year"]):
                    return table
    return None


def _listed(text: str | None) -> Any:
    """One word, or several that commas part."""
    if text is None or "," not in text:
        return text
    return [one.strip() for one in text.split(",") if one.strip()]


def _name(options: argparse.Namespace, table: pd.DataFrame) -> str:
    """The name of the file, of all that was requested, so that none takes the place of another."""
    of = distinct(table, "year")
    span = f"{of[0]}-{of[-1]}" if len(of) > 1 else "".join(map(str, of))
    who = "-".join(distinct(table, "reporter")[:3])
    flow = [options.flow] if "flow" in table else []
    more = [options.partner, options.product, options.level and f"level {options.level}", options.classification]
    some = [re.sub(r"[^\w.]+", "-", one).strip("-") for one in more if one]
    return "_".join([options.source.lower(), who, *flow, span, *some]) + ".csv"
