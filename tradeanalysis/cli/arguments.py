"""The options of the commands, and how their texts are read."""

from __future__ import annotations

import argparse
from typing import Any

import tradeanalysis as ta
from tradeanalysis.cli.from_services import add_fetch
from tradeanalysis.cli.option_values import PLAIN, WITH_PARAMETER, columns, numbers, pairs, rate, share

EXAMPLES = """\
examples:
  tradeanalysis brief VNM                        the brief on Vietnam, in figures/
  tradeanalysis brief VNM --year 2015            the year of an embedded table: 2010 to 2020, of some to 2024
  tradeanalysis brief "Thái Lan" --lang vi       an economy by its name, one language
  tradeanalysis brief tinh.xlsx --reporter "Long An" --flow export --year 2020
  tradeanalysis brief tinh.xlsx --beside "Đồng Nai=dong_nai.xlsx"     beside another province, and the country
  tradeanalysis plan tinh.xlsx --reporter "Long An" --flow export --year 2020 --growth 10% --cap 25% --lang vi
  tradeanalysis audit tinh.xlsx                  what is in a file, and what is wrong with it
  tradeanalysis measure exports.csv --by reporter,year --measures hhi,hill:1,top_share:3
  tradeanalysis measure tinh.csv --columns "partner=Thị trường,value=Trị giá" --unit mUSD --flow export
  tradeanalysis measure BACI_HS22_V202501.zip --by reporter,year --out hhi.csv
  tradeanalysis fetch comtrade VNM --year 2015-2024 --flow both     this year's figures, no key needed for totals
  tradeanalysis brief comtrade:VNM --year 2024
  tradeanalysis ingest BACI_HS92_V202501.zip baci/                 once; then, out of core:
  tradeanalysis measure baci/ --by year,reporter,product --out indices/
"""


def parser() -> argparse.ArgumentParser:
    """All commands with their options."""
    top = argparse.ArgumentParser(
        prog="tradeanalysis",
        description="How much an economy depends on single markets.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    top.add_argument("--version", action="version", version=f"tradeanalysis {ta.__version__}")
    commands = top.add_subparsers(required=True, metavar="COMMAND", dest="command")

    brief = commands.add_parser(
        "brief",
        help="write a page, a workbook and a Word document on one economy, or on your own file",
        description="Write the brief on one of 210 economies, or on the trade in a file of your own (with --reporter, "
        "and --flow, --year where the file has none): a page, a workbook and a Word document per language.",
    )
    _add_writing(brief)
    _add_reading(brief, what='an economy (VNM, 704, "Việt Nam"), an embedded table, or a file or folder of your own')
    _add_target(brief)
    brief.add_argument(
        "--format", default="html,xlsx,docx", help="what is written, of html, xlsx and docx (default: all three)"
    )
    brief.add_argument("--figures", action="store_true", help="also write the figures of the page, as PNG and SVG")
    brief.add_argument("--source", help='who issues the figures, such as "Sở Công Thương tỉnh Long An"')
    brief.add_argument(
        "--beside",
        action="append",
        metavar="FILE",
        help="a file of another province or economy to stand beside it, FILE or NAME=FILE; up to five times",
    )
    brief.add_argument("--redirect", type=share, default=0.5, help="the part of a loss sold elsewhere (default: 50%%)")
    brief.set_defaults(drop_aggregates=True, remainder=True)

    plan = commands.add_parser(
        "plan",
        help="targets by market for a growth of the total with no market above a cap",
        description="State whether the total can grow by this much with no market above a cap and none reduced, and "
        "write the targets by market as a workbook; where it cannot, the nearest plans.",
    )
    _add_writing(plan)
    _add_reading(plan, what='an economy (VNM, 704, "Việt Nam"), an embedded table, or a file or folder of your own')
    _add_target(plan)
    plan.add_argument(
        "--max-growth", type=share, help="the highest growth of any market, such as 30%% (default: no limit)"
    )
    plan.add_argument(
        "--aim", default="even growth", help='"even growth" (default), "least concentrated", "least movement"'
    )
    plan.set_defaults(drop_aggregates=True, remainder=True)

    indices = commands.add_parser(
        "measure",
        help="compute indices from a file",
        description="Compute indices for every group of a trade table: CSV, TSV, XLSX, Parquet, BACI, Comtrade, WITS.",
        epilog=f"measures: {', '.join(PLAIN)}; with a parameter: "
        + ", ".join(f"{name}:1" for name in WITH_PARAMETER)
        + " (hill:0.5, hill:inf)",
    )
    indices.add_argument("--by", default="", metavar="COLUMNS", help="columns that make groups, such as reporter,year")
    indices.add_argument("--over", default="partner", help="the axis of the concentration (default: partner)")
    indices.add_argument("--measures", default="hhi", help="separated by commas (default: hhi)")
    indices.add_argument("--n", type=int, help="the number of possible partners, for measures that take one")
    indices.add_argument(
        "--out", metavar="OUT", help="a .csv or .xlsx file, or a folder of Parquet; printed where not given"
    )
    indices.add_argument("--memory", default="2GB", help="memory for one part, with a folder (default: 2GB)")
    indices.add_argument("--overwrite", action="store_true", help="remove what was written to that folder before")
    _add_reading(indices)

    audit = commands.add_parser(
        "audit",
        help="check a file for faults that would give a wrong number",
        description="State what is in a file, what would be left out or corrected, and what is wrong with it.",
    )
    _add_reading(audit)

    ingest = commands.add_parser(
        "ingest",
        help="turn a release of BACI into a folder of Parquet",
        description="Turn a release of BACI into Parquet, a file for each year, sorted, coded, and checked against the "
        "text; a run that was interrupted continues where it stopped. Then measure and audit take the folder.",
    )
    ingest.add_argument("file", help="the zip of the release, or a folder of its CSV years")
    ingest.add_argument("folder", help="where to write")
    ingest.add_argument("--year", metavar="YEARS", help="the years to take, such as 2019,2020 (default: all)")
    ingest.add_argument("--overwrite", action="store_true", help="remove what was written to that folder before")
    _add_leaving_out(ingest)

    add_fetch(commands)
    return top


def _add_writing(parser: argparse.ArgumentParser) -> None:
    """Where to write, and in which languages."""
    parser.add_argument("--out", default="figures", metavar="FOLDER", help="where to write (default: figures)")
    parser.add_argument("--lang", default="en,vi", help="languages, separated by commas (default: en,vi)")


def _add_target(parser: argparse.ArgumentParser) -> None:
    """The growth and the cap of a plan; a brief has one where one of them is given."""
    parser.add_argument("--growth", type=share, help="the growth of the total (of plan: 10%% where not given)")
    parser.add_argument("--cap", type=share, help="the largest share of any market (of plan: 25%% where not given)")


def _add_reading(parser: argparse.ArgumentParser, what: str | None = None) -> None:
    """The options of reading; with ``what`` the file may also be an economy, and one year is taken."""
    several = what is None
    parser.add_argument("file", help=what or "the file, an embedded table, or a folder of Parquet or of BACI's years")
    _add_pairs(parser, "columns", "OURS=THEIRS", 'a column by our name: --columns "partner=Thị trường"')
    parser.add_argument("--unit", help="the unit of the values, where the file has none: USD, kUSD, mUSD, bnVND, mEUR")
    parser.add_argument(
        "--rate",
        action="append",
        metavar="RATE",
        help="units of the currency per dollar, 24000 or by year, 2023=23787: values become dollars",
    )
    parser.add_argument("--decimal", help="the decimal mark, where the numbers are ambiguous")
    parser.add_argument("--delimiter", help="what stands between the cells of a text, where it is not found")
    parser.add_argument("--sheet", help="the sheet of a workbook that has several")
    parser.add_argument(
        "--header-rows", metavar="LINES", help="the lines of the headings, such as 4,5, where they are not found"
    )
    parser.add_argument("--reporter", help="the reporter to keep, or the reporter of the file")
    parser.add_argument("--flow", help="export or import: the flow to keep, or the flow of the file")
    if several:
        parser.add_argument("--year", metavar="YEARS", help="the years to keep (2019,2020), or the year of the file")
    else:
        parser.add_argument("--year", type=int, help="the year to keep, or the year of the file")
    _add_pairs(parser, "rows", "COLUMN=VALUE", 'rows to keep by another column: --rows "Element=Export Value"')
    parser.add_argument("--level", type=int, help="digits of the product codes to keep")
    parser.add_argument("--duplicates", choices=("total", "sum", "first"), help="how to treat several rows of one cell")
    _add_pairs(parser, "names", "LABEL=MEANING", "what a label means: a code, keep, drop or other")
    parser.add_argument("--codes", help="whose numbers the codes of economies are: un, imf, fao, secex, census, japan")
    parser.add_argument("--blocs", choices=("drop", "keep", "other"), help="a bloc whose members are not listed")
    parser.add_argument("--remainder", action="store_true", help="World less the listed partners is not allocated")
    parser.add_argument("--tolerance", type=float, default=0.005, help="a gap to World that is noted (default: 0.005)")
    parser.add_argument("--limit", type=float, default=0.05, help="a gap to World that is refused (default: 0.05)")
    parser.add_argument("--no-input", action="store_true", help="ask nothing: fail with all findings")
    if not any(action.dest == "lang" for action in parser._actions):
        parser.add_argument("--lang", choices=("en", "vi"), help="the language of messages (default: the machine's)")
    _add_leaving_out(parser)


def _add_pairs(parser: argparse.ArgumentParser, name: str, form: str, help: str) -> None:
    """An option that is given once for each pair."""
    parser.add_argument(f"--{name}", action="append", metavar=form, help=help)


def _add_leaving_out(parser: argparse.ArgumentParser) -> None:
    """Rows to leave out, or to keep."""
    parser.add_argument("--missing", choices=("raise", "drop"), default="raise", help="rows without a value")
    parser.add_argument("--negative", choices=("raise", "drop"), default="raise", help="rows with a negative value")
    parser.add_argument("--drop-aggregates", action="store_true", help="leave out World and other totals")
    parser.add_argument("--own-trade", action="store_true", help="keep rows of a reporter with itself")
    parser.add_argument(
        "--unknown", choices=("raise", "keep"), default="raise", help="partners that are not countries: keep them"
    )
    parser.add_argument("--keep-unknown", dest="unknown", action="store_const", const="keep", help=argparse.SUPPRESS)


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
    usual = {"tolerance": 0.005, "limit": 0.05}
    return {
        name: value for name, value in given.items() if value not in (None, False, "raise") and value != usual.get(name)
    }


# The options of rows that are left out or kept, which ingest takes too.
LEFT_OUT = ("missing", "negative", "drop_aggregates", "own_trade", "unknown")
_PLAIN = (
    *("unit", "decimal", "delimiter", "sheet", "reporter", "flow", "level", "duplicates", "codes", "blocs"),
    *("remainder", "tolerance", "limit", *LEFT_OUT),
)
