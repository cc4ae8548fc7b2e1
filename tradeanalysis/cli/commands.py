"""The command line: read, one verb, write."""

from __future__ import annotations

import argparse
import contextlib
import os
import sys
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd

import tradeanalysis as ta
from tradeanalysis.cli.arguments import columns, joined, measure, numbers, parser, rate
from tradeanalysis.cli.messages import CLEAR, as_options, elapsed_time


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; 0 where it succeeded, 2 where the input is at fault, 130 where it was stopped by Ctrl-C."""
    options = parser().parse_args(joined(sys.argv[1:] if arguments is None else arguments))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("always", ta.TradeDataWarning)
            warnings.showwarning = lambda message, *_, **__: print(f"note: {as_options(str(message))}", file=sys.stderr)
            with elapsed_time(f"tradeanalysis {options.command}"):
                RUN[options.command](options)
                sys.stdout.flush()
    except (KeyboardInterrupt, RuntimeError) as error:
        if isinstance(error, RuntimeError) and str(error) != "Query interrupted":  # DuckDB's words for Ctrl-C
            raise
        continues = options.command == "ingest" or (options.command == "measure" and _is_folder(options.out))
        print(f"stopped{'; the same command continues where it stopped' * continues}", file=sys.stderr)
        return 130
    except BrokenPipeError:  # the reader of the output has closed it
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except (ta.TradeDataError, OSError) as error:
        print(f"tradeanalysis: {as_options(str(error))}", file=sys.stderr)
        return 2
    return 0


def _brief(options: argparse.Namespace) -> None:
    table, reporter = _table_and_reporter(options)
    ta.write_brief(table, reporter, redirect=options.redirect, **_common_options(options))


def _plan(options: argparse.Namespace) -> None:
    table, reporter = _table_and_reporter(options)
    ta.write_plan(table, reporter, max_growth=options.max_growth, aim=options.aim, **_common_options(options))


def _common_options(options: argparse.Namespace) -> dict[str, Any]:
    """The options that brief and plan have in common."""
    common = {name: getattr(options, name) for name in ("flow", "year", "growth", "cap", "out")}
    return common | {"langs": options.lang.split(","), "progress": _written}


def _table_and_reporter(options: argparse.Namespace) -> tuple[Any, str]:
    """The table, embedded or from a file, and the economy or province that is its reporter."""
    folder = Path(options.file).is_dir() and _economy(options.file) is None
    if not folder and not Path(options.file).is_file():
        if Path(options.file).suffix:
            raise ta.TradeDataError(f"there is no file {options.file}")
        return ta.example("world_2023"), options.file
    if options.reporter is None:
        raise ta.TradeDataError("state whose trade it is: --reporter VNM, or the name of a province")
    # All years are read, for the trend.
    reading = {**vars(options), "reporter": _economy(options.reporter), "year": None}
    reading["remainder"] = reading["remainder"] and not folder
    table = _read(argparse.Namespace(**reading))
    _print_notes(_certificate(table, options.file))
    return _in_memory(table, options.file), options.reporter


def _in_memory(table: Any, path: str) -> pd.DataFrame:
    """A lazy table in memory, with the certificate of the folder that its rows are from."""
    if isinstance(table, pd.DataFrame):
        return table
    rows: pd.DataFrame = table.df()
    if certificate := _certificate(table, path):
        several = {name: certificate[name] for name in ("source", "sha256") if isinstance(certificate[name], dict)}
        certificate |= {name: ", ".join(dict.fromkeys(by_year.values())) for name, by_year in several.items()}
        rows.attrs["certificate"] = certificate | {"rows": len(rows), "value": float(rows["value"].sum())}
    return rows


def _written(line: str) -> None:
    """Print what is found, or which file is written."""
    print(f"{CLEAR if sys.stdout.isatty() else ''}{line}", flush=True)


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
        progress=_written,
        **_left_out(options),
    )


def _audit(options: argparse.Namespace) -> None:
    table = _read(options)
    _print_notes(_certificate(table, options.file))
    print(ta.audit(table, unknown="keep" if options.keep_unknown else "raise"))


def _measure(options: argparse.Namespace) -> None:
    measures = [measure(word) for word in options.measures.split(",")]
    table = _read(options)
    by = [column.strip() for column in options.by.split(",") if column.strip()]
    query: dict[str, Any] = {"by": by, "over": options.over, "n": options.n}
    if _is_folder(options.out):
        query |= {"out": options.out, "memory": options.memory, "overwrite": options.overwrite, "progress": _written}
    measured = ta.tables.measure_to_folder if "out" in query else ta.measure
    result = measured(table, *measures, **query)
    if "year" not in (*by, options.over):
        _note_years(table, by)
    _print_notes(_certificate(table, options.file))
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


def _note_years(table: Any, by: list[str]) -> None:
    """Note that one index is of several years."""
    if "year" not in table.columns:
        return
    lazy = not isinstance(table, pd.DataFrame)
    pairs = table.project("year").distinct().df() if lazy else table[[*by, "year"]].drop_duplicates()
    if len(pairs) > (1 if lazy or not by else len(pairs[by].drop_duplicates())):
        years = ", ".join(map(str, sorted(pairs["year"].unique())))
        print(f"note: several years ({years}) are added into one index: pass --year, or --by year", file=sys.stderr)


def _in_order(answer: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    """The result of an engine as it would be from memory: sorted, without empty notes."""
    silent = [note for note in ("unallocated", "faults") if not answer[note].fillna(1).any()]
    return (answer.sort_values(by) if by else answer).drop(columns=silent)


def _certificate(table: Any, path: str) -> dict[str, Any] | None:
    """The certificate of a table; of a lazy one, what ``ta.ingest`` wrote beside it."""
    if isinstance(table, pd.DataFrame):
        return ta.certificate(table)
    with contextlib.suppress(ta.TradeDataError):
        return ta.certificate(path)
    return None


def _read(options: argparse.Namespace) -> Any:
    return ta.read(
        options.file,
        columns=columns(options.columns),
        unit=options.unit,
        rate=rate(options.rate),
        decimal=options.decimal,
        sheet=options.sheet,
        reporter=options.reporter,
        flow=options.flow,
        year=numbers(options.year, "--year", "2019,2020") if isinstance(options.year, str) else options.year,
        level=options.level,
        duplicates=options.duplicates,
        header_rows=numbers(options.header_rows, "--header-rows", "4,5"),
        remainder=options.remainder,
        tolerance=options.tolerance,
        limit=options.limit,
        **_left_out(options),
    )


def _left_out(options: argparse.Namespace) -> dict[str, Any]:
    """The options of ``_add_leaving_out``."""
    given = {name: getattr(options, name) for name in ("missing", "negative", "drop_aggregates", "own_trade")}
    return {**given, "unknown": "keep" if options.keep_unknown else "raise"}


def _print_notes(certificate: dict[str, Any] | None) -> None:
    """Print to stderr what was read, and what was done to it."""
    if certificate is None:
        return
    lines = [f"{certificate['source']}: {certificate['layout']}, {certificate['rows']:,} rows"]
    lines += [
        f"left out {one['rows']:,} row{'' if one['rows'] == 1 else 's'}: {one['reason']}"
        for one in certificate["dropped"]
    ]
    lines += [f"{one['id']} {one['what']}. {one['fix']}" for one in certificate["issues"] if one["severity"] == "info"]
    lines += certificate["notes"]
    if certificate["unallocated_share"]:
        lines.append(f"{certificate['unallocated_share']:.1%} of value is not allocated to a partner")
    for line in lines:
        print(f"note: {as_options(line)}", file=sys.stderr)


RUN = {"brief": _brief, "plan": _plan, "measure": _measure, "audit": _audit, "ingest": _ingest}
