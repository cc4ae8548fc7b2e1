"""The command line: read, one verb, write."""

from __future__ import annotations

import argparse
import contextlib
import re
import sys
import threading
import time
import warnings
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

import tradeanalysis as ta

EXAMPLES = """\
examples:
  tradeanalysis brief VNM                        the brief on Vietnam, in figures/
  tradeanalysis brief "Thái Lan" --lang vi       an economy by its name, one language
  tradeanalysis brief tinh.xlsx --reporter "Long An" --flow export --year 2020
  tradeanalysis plan tinh.xlsx --reporter "Long An" --flow export --year 2020 --growth 10% --cap 25% --lang vi
  tradeanalysis audit tinh.xlsx                  what is in a file, and what is wrong with it
  tradeanalysis measure exports.csv --by reporter,year --measures hhi,hill:1,top_share:3
  tradeanalysis measure tinh.csv --columns "partner=Thị trường,value=Trị giá" --unit mUSD --flow export
  tradeanalysis measure BACI_HS22_V202501.zip --by reporter,year --out hhi.csv
  tradeanalysis ingest BACI_HS92_V202501.zip baci/                 once; then, out of core:
  tradeanalysis measure baci/ --by year,reporter,product --out indices/
"""

# To the beginning of the line of a terminal, and nothing on it.
CLEAR = "\r\033[K"

# What --measures may name: measures as they are, and those that take a parameter as name:parameter.
PLAIN = [
    *("hhi", "hhi_normalised", "hhi_unctad", "dual", "dominance", "stenbacka"),
    *("gini", "gini_corrected", "theil"),
    *("entropy", "effective_partners", "evenness", "pielou"),
]
WITH_PARAMETER = ["hill", "hannah_kay", "generalised_entropy", "atkinson", "top_share"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; 0 where it succeeded, 2 where the input is at fault."""
    parser = _parser()
    options = parser.parse_args(_joined(sys.argv[1:] if arguments is None else arguments))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("always", ta.TradeDataWarning)
            warnings.showwarning = lambda message, *_, **__: print(f"note: {message}", file=sys.stderr)
            with _patience(f"tradeanalysis {options.command}"):
                options.run(options)
    except (ta.TradeDataError, OSError) as error:
        print(f"tradeanalysis: {_as_options(str(error))}", file=sys.stderr)
        return 2
    return 0


@contextlib.contextmanager
def _patience(what: str, after: float = 2.0) -> Iterator[None]:
    """Say on a terminal, after two seconds, that the work goes on; nothing in a pipe."""
    if not sys.stderr.isatty():
        yield
        return
    start, done = time.monotonic(), threading.Event()

    def tell() -> None:
        wait = after
        while not done.wait(wait):
            wait = 1.0
            print(f"{CLEAR}{what}: {time.monotonic() - start:.0f} s", end="", file=sys.stderr, flush=True)

    telling = threading.Thread(target=tell, daemon=True)
    telling.start()
    try:
        yield
    finally:
        done.set()
        telling.join()
        if time.monotonic() - start > after:
            print(CLEAR, end="", file=sys.stderr, flush=True)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="tradeanalysis",
        description="How much an economy leans on one market.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"tradeanalysis {ta.__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND", dest="command")

    brief = commands.add_parser(
        "brief",
        help="write a page, figures and tables on one economy, or on your own file",
        description="Write the brief on one of 194 economies, or on the trade in a file of your own (with --reporter, "
        "and --flow, --year where the file does not tell): figures as PNG and SVG, a page and a workbook per language.",
    )
    _add_reading(brief, what='an economy (VNM, 704, "Việt Nam"), or a file of your own')
    _add_writing(brief)
    _add_wish(brief)
    brief.add_argument("--redirect", type=_share, default=0.5, help="the part of a loss that is sold elsewhere (50%%)")
    brief.set_defaults(run=_brief, drop_aggregates=True, remainder=True)

    plan = commands.add_parser(
        "plan",
        help="targets by market for a growth of the total with no market above a cap",
        description="Say whether the total can grow so much with no market above a cap and no sales given up, and "
        "write the targets by market as a workbook; where it cannot, the plans that come nearest.",
    )
    _add_reading(plan, what='an economy (VNM, 704, "Việt Nam"), or a file of your own')
    _add_writing(plan)
    _add_wish(plan)
    plan.add_argument("--most", type=_share, help="the most that any market may grow, such as 30%% (default: no limit)")
    plan.add_argument(
        "--aim", default="even growth", help='"even growth" (default), "least concentrated", "least movement"'
    )
    plan.set_defaults(run=_plan, drop_aggregates=True, remainder=True)

    measure = commands.add_parser(
        "measure",
        help="compute indices from a file",
        description="Compute indices for every group of a trade table: CSV, TSV, XLSX, Parquet, BACI, Comtrade, WITS.",
        epilog=f"measures: {', '.join(PLAIN)}; with a parameter: "
        + ", ".join(f"{name}:1" for name in WITH_PARAMETER)
        + " (hill:0.5, hill:inf)",
    )
    measure.add_argument("--by", default="", metavar="COLUMNS", help="columns that make groups, such as reporter,year")
    measure.add_argument("--over", default="partner", help="the axis that is measured (default: partner)")
    measure.add_argument("--measures", default="hhi", help="separated by commas (default: hhi)")
    measure.add_argument("--n", type=int, help="the universe of partners, for measures that take one")
    measure.add_argument(
        "--out", metavar="OUT", help="a .csv or .xlsx file, or a folder of Parquet; printed where not given"
    )
    measure.add_argument("--memory", default="2GB", help="what a part may take, with a folder (default: 2GB)")
    measure.add_argument("--overwrite", action="store_true", help="remove what was written to that folder before")
    _add_reading(measure)
    measure.set_defaults(run=_measure)

    audit = commands.add_parser(
        "audit",
        help="look through a file for what makes a wrong number",
        description="Say what is in a file, what would be left out or mended, and what is wrong with it.",
    )
    _add_reading(audit)
    audit.set_defaults(run=_audit)

    ingest = commands.add_parser(
        "ingest",
        help="turn a release of BACI into a folder of Parquet",
        description="Turn a release of BACI into Parquet, a file for each year, sorted, coded, and checked against the "
        "text; a run that was interrupted goes on where it stopped. Then measure and audit take the folder.",
    )
    ingest.add_argument("file", help="the zip of the release, or a folder of its CSV years")
    ingest.add_argument("folder", help="where to write")
    ingest.add_argument("--year", metavar="YEARS", help="the years to take, such as 2019,2020 (default: all)")
    ingest.add_argument("--overwrite", action="store_true", help="remove what was written to that folder before")
    _add_leaving_out(ingest)
    ingest.set_defaults(run=_ingest)
    return parser


def _add_writing(parser: argparse.ArgumentParser) -> None:
    """Where to write, and in which languages."""
    parser.add_argument("--out", default="figures", metavar="FOLDER", help="where to write (default: figures)")
    parser.add_argument("--lang", default="en,vi", help="languages, separated by commas (default: en,vi)")


def _add_wish(parser: argparse.ArgumentParser) -> None:
    """What a plan is asked for."""
    parser.add_argument("--growth", type=_share, default=0.10, help="the growth of the total (default: 10%%)")
    parser.add_argument("--cap", type=_share, default=0.25, help="the largest share of any market (default: 25%%)")


def _joined(arguments: Sequence[str]) -> list[str]:
    """The words of a command, an option and its negative share as one: argparse takes -5% for an option."""
    words: list[str] = []
    for word in arguments:
        if words and words[-1].startswith("--") and "=" not in words[-1] and re.fullmatch(r"-[\d.,]+%?", word):
            words[-1] += f"={word}"
        else:
            words.append(word)
    return words


def _share(text: str) -> float:
    """A share, as 25% or 0.25; a plain 25 could be either a slip or a percentage."""
    number = text.strip().removesuffix("%").replace(",", ".")
    try:
        share = float(number) / (100 if text.strip().endswith("%") else 1)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no share: write 25% or 0.25") from None
    if 1 <= share <= 1000 and not text.strip().endswith("%"):
        raise argparse.ArgumentTypeError(f"{text!r} is no share: write {number}% or a number below 1")
    if not -1 < share < 10:
        raise argparse.ArgumentTypeError(f"{text!r} is out of range: write more than -100% and less than 1000%")
    return share


def _add_reading(parser: argparse.ArgumentParser, what: str = "the file, or a folder of BACI years") -> None:
    """What it takes to read a file."""
    parser.add_argument("file", help=what)
    parser.add_argument(
        "--columns",
        metavar="OURS=THEIRS,...",
        help='what the file calls our columns: "partner=Thị trường,value=Trị giá"',
    )
    parser.add_argument("--unit", help="the unit of the values, where the file does not tell: USD, kUSD, mUSD, bnUSD")
    parser.add_argument("--decimal", help="the decimal mark, where the numbers do not make it plain")
    parser.add_argument("--sheet", help="the sheet of a workbook that has several")
    parser.add_argument(
        "--header-rows", metavar="LINES", help="the lines of the headings, such as 4,5, where not found"
    )
    parser.add_argument("--reporter", help="the reporter to keep, or whose file it is")
    parser.add_argument("--flow", help="export or import: the flow to keep, or what the file holds")
    parser.add_argument("--year", type=int, help="the year to keep, or of which the file is")
    parser.add_argument("--level", type=int, help="digits of the product codes to keep")
    parser.add_argument("--duplicates", choices=("total", "sum", "first"), help="several rows of one cell")
    parser.add_argument("--remainder", action="store_true", help="what World holds beyond those listed is unallocated")
    parser.add_argument("--tolerance", type=float, default=0.005, help="the gap to World that is told (default: 0.005)")
    parser.add_argument("--limit", type=float, default=0.05, help="the gap to World that is refused (default: 0.05)")
    _add_leaving_out(parser)


def _add_leaving_out(parser: argparse.ArgumentParser) -> None:
    """Rows to leave out, or to keep."""
    parser.add_argument("--missing", choices=("raise", "drop"), default="raise", help="rows without a value")
    parser.add_argument("--negative", choices=("raise", "drop"), default="raise", help="rows with a negative value")
    parser.add_argument("--drop-aggregates", action="store_true", help="leave out World and other totals")
    parser.add_argument("--own-trade", action="store_true", help="keep rows of a reporter with itself")
    parser.add_argument("--keep-unknown", action="store_true", help="keep partners that are no country as they are")


def _brief(options: argparse.Namespace) -> None:
    table, reporter = _whose(options)
    ta.write_brief(table, reporter, redirect=options.redirect, **_asked(options))


def _plan(options: argparse.Namespace) -> None:
    table, reporter = _whose(options)
    ta.write_plan(table, reporter, most=options.most, aim=options.aim, **_asked(options))


def _asked(options: argparse.Namespace) -> dict[str, Any]:
    """What a brief and a plan are asked alike."""
    asked = {name: getattr(options, name) for name in ("flow", "year", "growth", "cap", "out")}
    return asked | {"langs": options.lang.split(","), "told": _written}


def _whose(options: argparse.Namespace) -> tuple[Any, str]:
    """The table, and the economy or province that it is asked of: an embedded one, or that of a file."""
    if not Path(options.file).is_file():
        if Path(options.file).suffix:
            raise ta.TradeDataError(f"there is no file {options.file}")
        return ta.example("world_2023"), options.file
    if options.reporter is None:
        raise ta.TradeDataError("say whose trade it is: --reporter VNM, or the name of a province")
    # All years are read: they make the trend.
    table = _read(argparse.Namespace(**{**vars(options), "reporter": _economy(options.reporter), "year": None}))
    _tell(ta.certificate(table))
    return table, options.reporter


def _written(line: str) -> None:
    """Say what is found, or which file is written."""
    print(f"{CLEAR if sys.stdout.isatty() else ''}{line}", flush=True)


def _economy(reporter: str) -> str | None:
    """The reporter, if it is an economy; a province is none, and its file is its own."""
    try:
        return ta.country(reporter).iso3
    except ta.CountryError:
        return None


def _ingest(options: argparse.Namespace) -> None:
    ta.ingest(
        options.file,
        options.folder,
        year=_numbers(options.year, "--year", "2019,2020"),
        overwrite=options.overwrite,
        told=_written,
        **_left_out(options),
    )


def _audit(options: argparse.Namespace) -> None:
    table = _read(options)
    _tell(_certificate(table, options.file))
    print(ta.audit(table, unknown="keep" if options.keep_unknown else "raise"))


def _measure(options: argparse.Namespace) -> None:
    measures = [_named(word) for word in options.measures.split(",")]
    table = _read(options)
    by = [column for column in options.by.split(",") if column]
    asked: dict[str, Any] = {"by": by, "over": options.over, "n": options.n}
    kind = Path(options.out or "").suffix.lower()
    if options.out and kind not in (".csv", ".xlsx"):
        asked |= {"out": options.out, "memory": options.memory, "overwrite": options.overwrite, "told": _written}
    answer = ta.measure(table, *measures, **asked)
    if "year" not in (*by, options.over):
        _tell_years(table, by)
    _tell(_certificate(table, options.file))
    if "out" in asked:
        return
    answer = answer if isinstance(answer, pd.DataFrame) else _in_order(answer.df(), by)
    if options.out:
        (ta.write_excel if kind == ".xlsx" else ta.write_csv)(answer, options.out, overwrite=True)
    else:
        print(answer.to_string(index=False))


def _tell_years(table: Any, by: list[str]) -> None:
    """Say where one index is of several years."""
    if "year" not in table.columns:
        return
    lazy = not isinstance(table, pd.DataFrame)
    pairs = table.project("year").distinct().df() if lazy else table[[*by, "year"]].drop_duplicates()
    if len(pairs) > (1 if lazy or not by else len(pairs[by].drop_duplicates())):
        years = ", ".join(map(str, sorted(pairs["year"].unique())))
        print(f"note: several years ({years}) are added into one index: say --year, or --by year", file=sys.stderr)


def _in_order(answer: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    """The answer of an engine as it would be from memory: sorted, with notes only where there is something to note."""
    silent = [note for note in ("unallocated", "faults") if not answer[note].fillna(1).any()]
    return (answer.sort_values(by) if by else answer).drop(columns=silent)


def _certificate(table: Any, path: str) -> dict[str, Any] | None:
    """What is known of a table: of a lazy one, what ``ta.ingest`` wrote beside it."""
    if isinstance(table, pd.DataFrame):
        return ta.certificate(table)
    with contextlib.suppress(ta.TradeDataError):
        return ta.certificate(path)
    return None


def _read(options: argparse.Namespace) -> Any:
    return ta.read(
        options.file,
        columns=_columns(options.columns),
        unit=options.unit,
        decimal=options.decimal,
        sheet=options.sheet,
        reporter=options.reporter,
        flow=options.flow,
        year=options.year,
        level=options.level,
        duplicates=options.duplicates,
        header_rows=_numbers(options.header_rows, "--header-rows", "4,5"),
        remainder=options.remainder,
        tolerance=options.tolerance,
        limit=options.limit,
        **_left_out(options),
    )


def _left_out(options: argparse.Namespace) -> dict[str, Any]:
    """What ``_add_leaving_out`` asks."""
    given = {name: getattr(options, name) for name in ("missing", "negative", "drop_aggregates", "own_trade")}
    return {**given, "unknown": "keep" if options.keep_unknown else "raise"}


def _numbers(text: str | None, option: str, example: str) -> list[int] | None:
    """Numbers of lines or years, separated by commas."""
    if text is None:
        return None
    if not all(one.strip().isdecimal() for one in text.split(",")):
        raise ta.TradeDataError(f"{option} {text}: write the numbers, such as {example}")
    return [int(one) for one in text.split(",")]


def _columns(text: str | None) -> dict[str, str] | None:
    """The columns named by hand: ours=theirs, separated by commas."""
    if text is None:
        return None
    pairs = [pair.partition("=") for pair in text.split(",")]
    if not all(equals for _, equals, _ in pairs):
        raise ta.TradeDataError(f'--columns {text}: write "partner=Thị trường,value=Trị giá"')
    return {ours.strip(): theirs.strip() for ours, _, theirs in pairs}


def _tell(certificate: dict[str, Any] | None) -> None:
    """What was read, and what was done to it, beside the answer."""
    if certificate is None:
        return
    lines = [f"{certificate['source']}: {certificate['layout']}, {certificate['rows']:,} rows"]
    lines += [
        f"left out {one['rows']:,} row{'' if one['rows'] == 1 else 's'}: {one['reason']}"
        for one in certificate["dropped"]
    ]
    lines += [f"{one['id']} {one['what']}. {one['mend']}" for one in certificate["issues"] if one["severity"] == "info"]
    lines += certificate["notes"]
    if certificate["unallocated_share"]:
        lines.append(f"{certificate['unallocated_share']:.1%} of value is allocated to no partner")
    for line in lines:
        print(f"note: {line}", file=sys.stderr)


# Messages name the arguments of ta.read; on the command line these are options.
_OPTIONS = (
    (r"drop_aggregates=True", "--drop-aggregates"),
    (r"remainder=True", "--remainder"),
    (r"own_trade=True", "--own-trade"),
    (r"overwrite=True", "--overwrite"),
    (r"ta\.ingest\(path, folder\)", "tradeanalysis ingest FILE FOLDER"),
    (r"ta\.ingest", "tradeanalysis ingest"),
    (r"header_rows=\[([^\]]*)\]", r"--header-rows \1"),
    (r"tolerance= and limit=", "--tolerance and --limit"),
    (r'columns=\{"value": \.\.\.\}', '--columns "value=..."'),
    (r'columns=\{"partner": "([^"]*)", "value": "([^"]*)"\}', r'--columns "partner=\1,value=\2"'),
    (r'unknown="keep"', "--keep-unknown"),
    (r'columns=\{"partner": \.\.\., "value": \.\.\.\}', '--columns "partner=...,value=..."'),
    (r"""\b(duplicates|flow|decimal|unit|reporter|sheet|missing|negative)=["']([^"']*)["']""", r"--\1 \2"),
    (r"\b(level|year)=(\d+)", r"--\1 \2"),
    (
        r"\b(columns|unit|decimal|sheet|reporter|flow|year|level|duplicates|by|over|tolerance|limit)=(?=[\s,.:;)]|$)",
        r"--\1",
    ),
)


def _as_options(message: str) -> str:
    for argument, option in _OPTIONS:
        message = re.sub(argument, option, message)
    return message


def _named(word: str) -> ta.Measure:
    name, _, parameter = word.strip().partition(":")
    if name in PLAIN and not parameter:
        chosen: ta.Measure = getattr(ta, name)
        return chosen
    if name in WITH_PARAMETER and parameter:
        try:
            number = float(parameter)
        except ValueError:
            raise ta.TradeDataError(f"--measures {word}: {parameter!r} is no number") from None
        chosen = getattr(ta, name)(int(number) if name == "top_share" else number)
        return chosen
    parametrised = ", ".join(f"{name}:1" for name in WITH_PARAMETER)
    raise ta.TradeDataError(f"--measures {word}: known are {', '.join(PLAIN)}; with a parameter {parametrised}")
