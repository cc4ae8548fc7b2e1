"""The options of the commands, and how their texts are read; what is said of each stands in the catalogue."""

from __future__ import annotations

import argparse
from typing import Any

import tradeanalysis as ta
from tradeanalysis.cli.from_services import add_fetch
from tradeanalysis.cli.option_values import PLAIN, WITH_PARAMETER, columns, numbers, pairs, rate, share
from tradeanalysis.cli.page_command import add_page
from tradeanalysis.cli.parsers import Parser, own
from tradeanalysis.cli.watch_command import add_watch
from tradeanalysis.texts import catalogue, say

# What is taken where an option is not given, and need not be passed on.
TOLERANCES = {"tolerance": 0.005, "limit": 0.05}


def parsed(words: list[str], lang: str) -> argparse.Namespace:
    """The options of a command; help and errors are in the language."""
    options: argparse.Namespace = parser(lang).parse_args(words)
    return options


def parser(lang: str = "en") -> Parser:
    """All commands with their options."""
    words = catalogue(lang)
    top = Parser(
        lang=lang,
        prog="tradeanalysis",
        description=words["command_about"],
        epilog=words["command_examples"],
        formatter_class=own.RawDescriptionHelpFormatter,
    )
    version = words["argparse_show_program_s_version_number_and_exit"]
    top.add_argument("--version", action="version", version=f"tradeanalysis {ta.__version__}", help=version)
    commands = top.add_subparsers(required=True, metavar=words["value_command"], dest="command")
    _add_brief(top.command(commands, "brief"))
    _add_plan(top.command(commands, "plan"))
    _add_watch(top.command(commands, "watch"))
    _add_measure(top.command(commands, "measure"))
    _add_reading(top.command(commands, "audit"))
    _add_opportunities(top.command(commands, "opportunities"))
    _add_backtest(top.command(commands, "backtest"))
    _add_tariffs(top.command(commands, "tariffs"))
    _add_ingest(top.command(commands, "ingest"))
    add_fetch(top.command(commands, "fetch"))
    add_page(top.command(commands, "page"))
    return top


def _add_brief(brief: Parser) -> None:
    _add_writing(brief)
    _add_reading(brief, several=False)
    _add_target(brief)
    brief.add_argument("--format", default="html,xlsx,docx")
    brief.add_argument("--figures", action="store_true")
    brief.add_argument("--source")
    brief.add_argument("--beside", action="append")
    brief.add_argument("--world")
    brief.add_argument("--io")
    brief.add_argument("--redirect", type=brief.a_type(share), default=0.5)
    brief.set_defaults(drop_aggregates=True, remainder=True)


def _add_plan(plan: Parser) -> None:
    _add_writing(plan)
    _add_reading(plan, several=False)
    _add_target(plan)
    plan.add_argument("--max-growth", type=plan.a_type(share))
    plan.add_argument("--aim", default="even growth")
    plan.set_defaults(drop_aggregates=True, remainder=True)


def _add_watch(watch: Parser) -> None:
    _add_writing(watch)
    _add_reading(watch, several=False)
    _add_growth_and_cap(watch)
    add_watch(watch)


def _add_measure(indices: Parser) -> None:
    parametrised = ", ".join(f"{name}:1" for name in WITH_PARAMETER)
    indices.epilog = say("measures_known", indices.lang, plain=", ".join(PLAIN), parametrised=parametrised)
    indices.add_argument("--by", default="")
    indices.add_argument("--over", default="partner")
    indices.add_argument("--measures", default="hhi")
    indices.add_argument("--n", type=int)
    indices.add_argument("--out")
    indices.add_argument("--memory", default="2GB")
    indices.add_argument("--overwrite", action="store_true")
    _add_reading(indices)


def _add_opportunities(found: Parser) -> None:
    found.add_argument("--reporter", dest="exporter")
    found.add_argument("--products")
    found.add_argument("--new", action="store_true")
    found.add_argument("--exclude")
    found.add_argument("--own")
    found.add_argument("--least", type=float)
    found.add_argument("--top", type=int, default=20)
    found.add_argument("--year", dest="window")
    found.add_argument("--out")
    _add_reading_of_a_world(found)


def _add_backtest(tested: Parser) -> None:
    tested.add_argument("--base", default="2014-2016")
    tested.add_argument("--outcome", default="2019-2021")
    tested.add_argument("--least", type=float)
    tested.add_argument("--out")
    _add_reading_of_a_world(tested)


def _add_tariffs(parser: Parser) -> None:
    parser.add_argument("--tariffs")
    parser.add_argument("--on")
    parser.add_argument("--headings", action="append")
    parser.add_argument("--rate-unit", choices=("percent", "share"))
    parser.add_argument("--importer")
    parser.add_argument("--form", choices=("mfn", "preference", "additional", "total", "stacked"))
    parser.add_argument("--undated", choices=("signed",))
    parser.add_argument("--exempt")
    parser.add_argument("--mfn", type=parser.a_type(share))
    parser.add_argument("--duty", choices=("additional", "applied"))
    parser.add_argument("--unlisted", choices=("none", "unknown"))
    parser.add_argument("--out")
    _add_reading(parser)


def _add_reading_of_a_world(parser: Parser) -> None:
    """The options of reading a table of all exporters and markets, of which all years are read."""
    _add_reading(parser, whose=False)
    parser.set_defaults(reporter=None, year=None, drop_aggregates=True)


def _add_ingest(ingest: Parser) -> None:
    ingest.add_argument("file")
    ingest.add_argument("folder")
    ingest.add_argument("--year")
    ingest.add_argument("--overwrite", action="store_true")
    ingest.add_argument("--lang", choices=("en", "vi"))
    _add_leaving_out(ingest)


def _add_writing(parser: Parser) -> None:
    """Where to write, and in which languages."""
    parser.add_argument("--out", default="figures")
    parser.add_argument("--lang")


def _add_target(parser: Parser) -> None:
    """The growth and the cap of a plan, and its quarters; a brief has one where one of them is given."""
    _add_growth_and_cap(parser)
    parser.add_argument("--quarters")


def _add_growth_and_cap(parser: Parser) -> None:
    parser.add_argument("--growth", type=parser.a_type(share))
    parser.add_argument("--cap", type=parser.a_type(share))


def _add_reading(parser: Parser, *, several: bool = True, whose: bool = True) -> None:
    """The options of reading; a brief and a plan are of one year, the others of several, some of no one reporter."""
    parser.add_argument("file")
    parser.add_argument("--columns", action="append")
    parser.add_argument("--unit")
    parser.add_argument("--rate", action="append")
    for option in (
        "--decimal",
        "--delimiter",
        "--sheet",
        "--header-rows",
        *(["--reporter"] if whose else []),
        "--flow",
    ):
        parser.add_argument(option)
    if several and whose:
        parser.add_argument("--year")
    elif whose:
        parser.add_argument("--year", type=int)
    parser.add_argument("--rows", action="append")
    parser.add_argument("--level", type=int)
    parser.add_argument("--duplicates", choices=("total", "sum", "first"))
    parser.add_argument("--names", action="append")
    parser.add_argument("--codes")
    parser.add_argument("--blocs", choices=("drop", "keep", "other"))
    parser.add_argument("--remainder", action="store_true")
    parser.add_argument("--periods", choices=("months", "year_to_date"))
    parser.add_argument("--tolerance", type=float, default=TOLERANCES["tolerance"])
    parser.add_argument("--limit", type=float, default=TOLERANCES["limit"])
    parser.add_argument("--no-input", action="store_true")
    if several:  # a brief and a plan are written in languages
        parser.add_argument("--lang", choices=("en", "vi"))
    _add_leaving_out(parser)


def _add_leaving_out(parser: Parser) -> None:
    """Rows to leave out, or to keep."""
    parser.add_argument("--missing", choices=("raise", "drop"), default="raise")
    parser.add_argument("--negative", choices=("raise", "drop"), default="raise")
    parser.add_argument("--drop-aggregates", action="store_true")
    parser.add_argument("--own-trade", action="store_true")
    parser.add_argument("--unknown", choices=("raise", "keep"), default="raise")
    parser.add_argument("--keep-unknown", dest="unknown", action="store_const", const="keep", help=own.SUPPRESS)


def reading(options: argparse.Namespace) -> dict[str, Any]:
    """The arguments of ``ta.read`` that were given."""
    given = {
        **{name: getattr(options, name) for name in _PLAIN},
        "columns": columns(options.columns),
        "rate": rate(options.rate),
        "rows": pairs(options.rows, "--rows", "Element=Export Value"),
        "names": pairs(options.names, "--names", "Khu chế xuất=keep"),
        "header_rows": numbers(options.header_rows, "--header-rows", "4,5"),
        "year": numbers(options.year, "--year", "2019,2020") if isinstance(options.year, str) else options.year,
    }
    return {
        name: value
        for name, value in given.items()
        if value not in (None, False, "raise") and value != TOLERANCES.get(name)
    }


# The options of rows that are left out or kept, which ingest takes too.
LEFT_OUT = ("missing", "negative", "drop_aggregates", "own_trade", "unknown")
_PLAIN = (
    *("unit", "decimal", "delimiter", "sheet", "reporter", "flow", "level", "duplicates", "codes", "blocs"),
    *("remainder", "periods", "tolerance", "limit", *LEFT_OUT),
)
