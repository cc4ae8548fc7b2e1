"""The command line: read, one verb, write."""

from __future__ import annotations

import argparse
import os
import re
import sys
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

import tradeanalysis as ta
from tradeanalysis.cli.arguments import LEFT_OUT, parsed, parser, reading
from tradeanalysis.cli.beside_files import tables_beside
from tradeanalysis.cli.from_library import embedded_table
from tradeanalysis.cli.from_services import fetch, table_of_service
from tradeanalysis.cli.messages import CLEAR, elapsed_time, in_words
from tradeanalysis.cli.option_values import joined, measure, numbers, quarters
from tradeanalysis.cli.page_command import check_page, serve_page
from tradeanalysis.cli.parsers import language_of
from tradeanalysis.cli.prospect_commands import backtest, opportunities
from tradeanalysis.cli.questions import (
    Stopped,
    can_ask,
    command,
    language,
    languages_of_files,
    settled,
    which_flow,
    which_reporter,
    which_year,
)
from tradeanalysis.cli.read_notes import certificate_of, given_arguments, print_notes
from tradeanalysis.cli.table_labels import distinct
from tradeanalysis.cli.tariff_command import tariffs
from tradeanalysis.cli.watch_command import monthly_files, series_of, watch
from tradeanalysis.extras import need
from tradeanalysis.texts import Text, as_argument, as_options, said, say

# What a brief and a plan read with, where nothing else is given.
USUAL = {"drop_aggregates": True, "remainder": True}
OF_MONTHS = {**USUAL, "periods": "months"}
FOR_A_READER = ("brief", "plan", "watch")
OF_THE_WORLD = ("opportunities", "backtest")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; 0 where it succeeded, 2 where the input is at fault, 3 where ``watch`` has new alerts.

    130 where it was stopped; ``audit`` has 1 where the file has errors.
    """
    words = joined(sys.argv[1:] if arguments is None else arguments)
    options = parsed(words, language_of(words) or language(None))
    # A program of its own may take all cores; what calls this function keeps its process.
    options.workers = (os.cpu_count() or 1) if arguments is None else 1
    lang = language(getattr(options, "lang", None))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("always", ta.TradeDataWarning)
            warnings.showwarning = lambda message, *_, **__: print(
                say("note", lang, text=in_words(message, lang)), file=sys.stderr
            )
            _check_extras(options)
            same = _settle(options, lang)
            if options.command == "page":
                return serve_page(options, lang)
            with elapsed_time(f"tradeanalysis {options.command}"), ta.output.whole_files.keeping(*_inputs(options)):
                code = RUN[options.command](options)
                sys.stdout.flush()
            if same:
                print(f"{say('ask_same', lang)}\n  {same}")
    except Stopped:
        print(say("ask_stopped", lang), file=sys.stderr)
        return 130
    except (KeyboardInterrupt, RuntimeError) as error:
        if isinstance(error, RuntimeError) and str(error) != "Query interrupted":  # DuckDB's words for Ctrl-C
            raise
        continues = options.command in ("ingest", "fetch") or (options.command == "measure" and _is_folder(options.out))
        print(say("stopped_and_continues" if continues else "stopped", lang), file=sys.stderr)
        return 130
    except BrokenPipeError:  # the reader of the output has closed it
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except (ta.TradeDataError, OSError) as error:
        print(f"tradeanalysis: {in_words(error, lang)}", file=sys.stderr)
        return 2
    return code or 0


def _check_extras(options: argparse.Namespace) -> None:
    """Raise where what a command writes with is not installed, before it reads or asks."""
    out = str(getattr(options, "out", None) or "")
    if options.command == "page":
        check_page()
    elif options.command in ("brief", "watch"):
        ta.brief.documents.wanted_formats(_formats(options) if options.command == "brief" else "html")
    elif options.command == "plan" or out.lower().endswith(".xlsx"):
        need(Text("files_of", format="Excel"), "openpyxl")
    elif options.command == "ingest" or (options.command == "measure" and _is_folder(out)):
        need(Text("files_of", format="Parquet"), "pyarrow")


def _formats(options: argparse.Namespace) -> list[str]:
    return [one.strip() for one in options.format.split(",")]


def _inputs(options: argparse.Namespace) -> list[str]:
    """The files that a command reads, which its answer must not replace."""
    beside = [word.rpartition("=")[2] for word in getattr(options, "beside", None) or ()]
    beside += [getattr(options, name, None) or "" for name in ("world", "io", "tariffs", "exempt")]
    return [path for path in (getattr(options, "file", ""), *beside) if path and Path(path).is_file()]


def _settle(options: argparse.Namespace, lang: str) -> str | None:
    """Ask on a terminal what the file leaves open, and put the answers among the options; the command without them."""
    if (
        options.command in ("ingest", "fetch", "page")
        or not can_ask(options.no_input)
        or not Path(options.file).is_file()
    ):
        return None
    usual: dict[str, Any] = USUAL if options.command in FOR_A_READER else {}
    if options.command == "watch":
        usual = OF_MONTHS
    if options.command in OF_THE_WORLD:
        usual = {"drop_aggregates": True}
    given = {name: value for name, value in reading(options).items() if usual.get(name) != value}
    answers = settled(options.file, given, lang, usual)
    if options.command in OF_THE_WORLD:  # whose opportunities they are is no choice of rows
        options.answers = {**usual, **answers}
        if answers != given:
            return command([options.command, options.file, *_own_words(options)], answers)
        return None
    if options.command in FOR_A_READER:
        answers |= _of_brief(options, answers, lang, usual)
    options.answers = {**usual, **answers}
    options.reporter, options.flow, options.year = (answers.get(name) for name in ("reporter", "flow", "year"))
    if answers == given:
        return None
    return command([options.command, options.file, *_own_words(options)], answers)


def _of_brief(options: argparse.Namespace, answers: dict[str, Any], lang: str, usual: dict[str, Any]) -> dict[str, Any]:
    """What a brief needs to know beside the rows: whose trade it is, which flow and, unless of months, which year."""
    file = options.file
    with warnings.catch_warnings():  # they are said once, when the brief is written
        warnings.simplefilter("ignore", ta.TradeDataWarning)
        table: Any = ta.read(file, **{**usual, **answers})
    _refuse_products(file, table, {**usual, **answers})
    more: dict[str, Any] = {}
    if not answers.get("reporter"):
        own = distinct(table, "reporter")
        more["reporter"] = own[0] if len(own) == 1 else which_reporter(lang)
    if not answers.get("flow") and len(distinct(table, "flow")) != 1:
        more["flow"] = which_flow(lang)
    years = distinct(table, "year")
    if options.command != "watch" and not answers.get("year") and len(years) != 1:
        more["year"] = which_year(lang, years, _year_of_column(answers))
    return more


def _year_of_column(answers: dict[str, Any]) -> str:
    """The year that the heading of the chosen values names; none where it names none or several."""
    heading = str((answers.get("columns") or {}).get("value", ""))
    years = set(re.findall(r"(?<!\d)((?:19|20)\d\d)(?:0[1-9]|1[0-2])?(?!\d)", heading))
    return years.pop() if len(years) == 1 else ""


def _own_words(options: argparse.Namespace) -> list[str]:
    """The options of a command beside those of reading, as they were given."""
    names = (
        *("exporter", "products", "new", "exclude", "own", "least", "top", "window", "base", "outcome"),
        "by",
        "over",
        "measures",
        "n",
        "out",
        "memory",
        "overwrite",
        "lang",
        "growth",
        "cap",
        "redirect",
        "quarters",
        "source",
        "format",
        "figures",
        "beside",
        *("world", "io"),
        *("tariffs", "on", "headings", "rate_unit", "importer", "form", "undated", "exempt", "mfn", "duty", "unlisted"),
        "history",
    )
    usual = vars(parser().parse_args([options.command, options.file]))
    given = {name: getattr(options, name) for name in (*names, "max_growth", "aim") if name in usual}
    each = [(name, one) for name, value in given.items() if value != usual[name] for one in _repeated(value)]
    return [word for name, one in each for word in as_options(TYPED.get(name, name), one)]


# Options that have another name than what they set.
TYPED = {"exporter": "reporter", "window": "year"}


def _repeated(value: Any) -> list[Any]:
    """An option that is given several times, one by one."""
    return value if isinstance(value, list) else [value]


def _brief(options: argparse.Namespace) -> None:
    table, reporter, named = _for_a_reader(options)
    issuer = table.attrs.get("certificate", {}).get("issuer")
    if issuer and not options.source:
        lang = language(options.lang)
        print(say("note", lang, text=say("issuer_taken", lang, issuer=issuer)), file=sys.stderr)
    chosen: dict[str, Any] = {"redirect": options.redirect, "format": _formats(options), "figures": options.figures}
    year = named["year"] or max(distinct(table, "year"), default=None)
    chosen["beside"] = tables_beside(options.beside or [], given_arguments(options), year, language(options.lang))
    chosen |= {"world": options.world, "io": options.io}
    ta.write_brief(table, reporter, source=options.source, workers=options.workers, **chosen, **named)


def _plan(options: argparse.Namespace) -> None:
    table, reporter, named = _for_a_reader(options)
    ta.write_plan(table, reporter, max_growth=options.max_growth, aim=options.aim, **named)


def _watch(options: argparse.Namespace) -> int:
    if not Path(options.file).exists():
        raise ta.TradeDataError(Text("no_file", path=options.file))
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "TA-116", ta.TradeDataWarning)  # the year so far has not all of its months
        files = monthly_files(options.file)
        table, reporter = series_of(files, options, _table_and_reporter) if files else _table_and_reporter(options)
    return watch(options, table, reporter, _lines(language(options.lang)))


def _for_a_reader(options: argparse.Namespace) -> tuple[Any, str, dict[str, Any]]:
    """The table of a brief or a plan, whose trade it is, and the arguments that both have in common.

    The files bear the year where one is requested, and the service where the figures are from one.
    """
    requested = options.year
    table, reporter = _table_and_reporter(options)
    common = {name: getattr(options, name) for name in ("flow", "year", "out")}
    common |= {name: value for name in ("growth", "cap") if (value := getattr(options, name)) is not None}
    common["quarters"] = quarters(options.quarters)
    if named := ta.sources.service_and_reporter(options.file):
        requested = options.year or max(distinct(table, "year"))
        common["name"] = f"{_economy(reporter) or reporter}_{named[0]}_{requested}"
    elif requested is None:
        common["name"] = _economy(reporter) or reporter
    lines = _lines(language(options.lang))
    return table, reporter, common | {"langs": languages_of_files(options.lang), "progress": lines}


def _table_and_reporter(options: argparse.Namespace) -> tuple[Any, str]:
    """The table, embedded or from a file, and the economy or province that is its reporter."""
    if named := ta.sources.service_and_reporter(options.file):
        return table_of_service(options.file, options.year, options.flow, language(options.lang)), named[1]
    folder = Path(options.file).is_dir() and _economy(options.file) is None
    if not folder and not Path(options.file).is_file():
        if Path(options.file).suffix:
            raise ta.TradeDataError(Text("no_file", path=options.file))
        return _embedded(options)
    if folder and options.reporter is None:
        raise ta.TradeDataError(Text("whose_trade"))
    # All years are read, for the trend; a province is not looked for in its file.
    given = {name: value for name, value in given_arguments(options).items() if name not in ("reporter", "year")}
    if options.reporter and (economy := _economy(options.reporter)):
        given["reporter"] = economy
    if folder:
        given.pop("remainder", None)
    try:
        table = ta.read(options.file, **given)
    except ta.TradeDataError as error:
        # Months whose year stands nowhere are of the year that is given.
        if options.year is None or "TA-115" not in {one.id for one in error.findings}:
            raise
        table = ta.read(options.file, **given, year=options.year)
    print_notes(certificate_of(table, options.file), language(options.lang))
    table = _in_memory(table, options.file)
    _refuse_products(options.file, table, given_arguments(options))
    if not folder:
        _refuse_unsettled(table, options)
    return table, options.reporter or _only_reporter(table)


def _refuse_products(file: str, table: Any, given: dict[str, Any]) -> None:
    """Refuse a table of products without markets, with the command that measures it as it was read."""
    if "partner" in table or "product" not in table:
        return
    by = [one for one in ("flow", "year") if one in table and table[one].nunique() > 1]
    words = ["measure", file, "--over", "product", *(["--by", ",".join(by)] if by else [])]
    measures = command(words, {name: value for name, value in given.items() if name != "reporter"})
    raise ta.TradeDataError(Text("brief_of_products_by_command", command=measures))


def _refuse_unsettled(table: Any, options: argparse.Namespace) -> None:
    """Refuse a table that leaves open whose trade it is, which flow or which year, with the command that states all.

    The titles of the file propose what they name, the years of the table the last; they are not taken silently.
    """
    given = given_arguments(options)
    reporters, years = distinct(table, "reporter"), distinct(table, "year")
    open_ = {"reporter": len(reporters) != 1, "flow": "flow" not in table}
    open_ |= {"year": len(years) != 1} if options.command != "watch" else {}
    lacking = [name for name, lacks in open_.items() if lacks and not given.get(name)]
    if not lacking:
        return
    given = {name: value for name, value in given.items() if USUAL.get(name) != value}
    stated = {**ta.inspect(options.file, **{**USUAL, **given}).proposed, **({"year": years[-1]} if years else {})}
    found = {name: stated[name] for name in lacking if name in stated}
    if len(found) == len(lacking):
        same = command([options.command, options.file, *_own_words(options)], {**given, **found})
        stating = " ".join(as_argument(name, value, "command") for name, value in found.items())
        raise ta.TradeDataError(Text("settled_by_command", stating=stating, command=same))
    if "reporter" in found:
        named = as_argument("reporter", found["reporter"], "command")
        raise ta.TradeDataError(Text("whose_trade_named", named=repr(found["reporter"]), option=named))


def _only_reporter(table: Any) -> str:
    """The economy that all rows of a file are of, such as one that ``fetch`` wrote."""
    own = distinct(table, "reporter")
    if len(own) != 1:
        raise ta.TradeDataError(Text("whose_trade"))
    return str(own[0])


def _embedded(options: argparse.Namespace) -> tuple[pd.DataFrame, str]:
    """The embedded table that has the economy and the year, or the one that is named; and whose trade it is."""
    if options.file in set(ta.examples()["name"]):
        if options.reporter is None:
            raise ta.TradeDataError(Text("whose_trade"))
        return ta.example(options.file), options.reporter
    table, options.year = ta.sources.embedded_for(ta.country(options.file).iso3, options.year)
    if not ta.certificate(table).get("largest_listed", True):
        lang = language(options.lang)
        print(say("note", lang, text=say("brief_recent", lang)), file=sys.stderr)
        options.flow = options.flow or "export"
    return table, options.file


def _in_memory(table: Any, path: str) -> pd.DataFrame:
    """A lazy table in memory, with the certificate of the folder that its rows are from."""
    if isinstance(table, pd.DataFrame):
        return table
    rows: pd.DataFrame = table.df()
    if certificate := certificate_of(table, path):
        several = {name: certificate[name] for name in ("source", "sha256") if isinstance(certificate[name], dict)}
        certificate |= {name: ", ".join(dict.fromkeys(by_year.values())) for name, by_year in several.items()}
        rows.attrs["certificate"] = certificate | {"rows": len(rows), "value": float(rows["value"].sum())}
    return rows


def _lines(lang: str) -> Callable[[str], None]:
    """What prints a line on what is found, or which file is written."""

    def line(text: str) -> None:
        print(f"{CLEAR if sys.stdout.isatty() else ''}{said(text, lang, 'command')}", flush=True)

    return line


def _economy(reporter: str) -> str | None:
    """The code of the reporter, if it is an economy; none for a province, whose file is its own."""
    try:
        return ta.country(reporter).iso3
    except ta.CountryError:
        return None


def _ingest(options: argparse.Namespace) -> None:
    ta.ingest(
        options.file,
        options.folder,
        year=numbers(options.year, "--year", "2019,2020"),
        overwrite=options.overwrite,
        progress=_lines(language(options.lang)),
        **{name: getattr(options, name) for name in LEFT_OUT},
    )


def _audit(options: argparse.Namespace) -> int:
    lang = language(options.lang)
    if (embedded := embedded_table(options, lang)) is not None:
        audited = ta.audit(embedded)
        print(audited.page(lang, "command"))
        return 2 if any(one.severity == "error" for one in audited.findings) else 0
    seen = ta.inspect(options.file, **given_arguments(options))
    print(seen.page(lang, "command"))
    return 0 if seen.ready else 2


def _measure(options: argparse.Namespace) -> None:
    measures = [measure(word) for word in options.measures.split(",")]
    lang = language(options.lang)
    embedded = embedded_table(options, lang)
    table: Any = ta.read(options.file, **given_arguments(options)) if embedded is None else embedded
    by = [column.strip() for column in options.by.split(",") if column.strip()]
    query: dict[str, Any] = {"by": by, "over": options.over, "n": options.n}
    if _is_folder(options.out):
        query |= {"out": options.out, "memory": options.memory, "overwrite": options.overwrite}
        query["progress"] = _lines(lang)
    measured = ta.tables.measure_to_folder if "out" in query else ta.measure
    result = measured(table, *measures, **query)
    if "year" not in (*by, options.over):
        _note_years(table, by, lang)
    if embedded is None:
        print_notes(certificate_of(table, options.file), lang)
    if "out" in query:
        return
    result = result if isinstance(result, pd.DataFrame) else _in_order(result.df(), by)
    if options.out:
        (ta.write_excel if options.out.lower().endswith(".xlsx") else ta.write_csv)(result, options.out, overwrite=True)
    else:
        print(result.to_string(index=False))


def _is_folder(out: str | None) -> bool:
    """Whether an answer goes to a folder of Parquet."""
    return bool(out) and Path(str(out)).suffix.lower() not in (".csv", ".xlsx")


def _note_years(table: Any, by: list[str], lang: str) -> None:
    """Note that one index is of several years."""
    if "year" not in table.columns:
        return
    lazy = not isinstance(table, pd.DataFrame)
    pairs = table.project("year").distinct().df() if lazy else table[[*by, "year"]].drop_duplicates()
    if len(pairs) > (1 if lazy or not by else len(pairs[by].drop_duplicates())):
        years = ", ".join(map(str, sorted(pairs["year"].unique())))
        text = Text("years_added", years=years).say(lang, "command")
        print(say("note", lang, text=text), file=sys.stderr)


def _in_order(answer: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    """The result of an engine as it would be from memory: sorted, without empty notes."""
    silent = [note for note in ("unallocated", "faults") if not answer[note].fillna(1).any()]
    return (answer.sort_values(by) if by else answer).drop(columns=silent)


def _fetch(options: argparse.Namespace) -> None:
    fetch(options, language(options.lang))


RUN = {"fetch": _fetch, "brief": _brief, "plan": _plan, "measure": _measure, "audit": _audit, "ingest": _ingest}
RUN |= {"watch": _watch, "opportunities": opportunities, "backtest": backtest, "tariffs": tariffs}
