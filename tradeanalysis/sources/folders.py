"""More than fits in memory: folders of Parquet and of BACI's years as lazy tables, in our columns."""

from __future__ import annotations

import contextlib
import glob
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import narwhals as nw
import pandas as pd

from tradeanalysis.gate.findings import FAULTY, Finding, listing, refuse, rows_with, warn
from tradeanalysis.gate.profile import counted
from tradeanalysis.schema import (
    COLUMNS,
    FLOW,
    NOMENCLATURE,
    PARTNER,
    PERIOD,
    PRODUCT,
    REPORTER,
    SOURCE,
    UNIT,
    VALUATION,
    VALUE,
    YEAR,
    SchemaError,
    TradeDataError,
    UnitError,
)
from tradeanalysis.sources.archives import MAX_BYTES, baci_years, need
from tradeanalysis.sources.cells import against_world, keep_level, read_products
from tradeanalysis.sources.certificates import CERTIFICATE, ingested, parquet_in
from tradeanalysis.sources.keys import becoming, settle
from tradeanalysis.sources.layouts import Layout, heading, recognise
from tradeanalysis.sources.reading import MARK_HEADINGS, ROWS, Reading
from tradeanalysis.sources.units import UNITS, all_told

Engine = Literal["duckdb", "polars"]
Frame = nw.LazyFrame[Any]
COUNTED = (REPORTER, PARTNER, FLOW, YEAR)


@dataclass(frozen=True)
class Asked:
    """What ``ta.read`` is asked of rows that stay in their files."""

    columns: Mapping[str, str] | None
    unit: str | None
    reporter: str | None
    flow: str | None
    years: Collection[int] | None
    level: int | None
    unknown: str
    missing: str
    negative: str
    drop_aggregates: bool
    own_trade: bool
    tolerance: float
    limit: float


def lazy_files(path: str | Path, engine: Engine | None, years: Collection[int] | None) -> list[Path]:
    """The files whose rows stay where they are; none where a file, or a small folder of BACI, is read into memory."""
    there = Path(path)
    if there.is_dir():
        if files := parquet_in(there):
            return files
        texts = baci_years(there.iterdir(), lambda file: file.name, there.name)
        files = [file for year, file in texts.items() if years is None or year in years]
        large = sum(file.stat().st_size for file in files) > MAX_BYTES
        if files and (engine is not None or large):
            return files
    elif not there.exists() and glob.has_magic(str(path)):
        found = [Path(one) for one in glob.glob(str(path), recursive=True)]
        files = sorted(file for file in found if file.is_file() and not file.name.startswith("_"))
        if not files or any(file.suffix.lower() != ".parquet" for file in files):
            raise TradeDataError(f"TA-131 [error] {path} finds {'other files than' if files else 'no'} .parquet files")
        return files
    elif there.suffix.lower() == ".parquet" and there.is_file() and (engine or there.stat().st_size > MAX_BYTES):
        return [there]
    if engine is not None and there.exists():
        how = "write a release to Parquet once with ta.ingest, or " if there.suffix.lower() == ".zip" else ""
        raise TradeDataError(
            f"engine={engine!r} is for Parquet and folders of BACI's years, and {there.name} is read into memory: "
            f"{how}leave engine= out"
        )
    return []


def read_lazily(path: str | Path, files: Sequence[Path], engine: Engine, asked: Asked) -> Any:
    """The rows of the files as a lazy table of the engine, in our columns."""
    need("Parquet", "engine", "pyarrow", engine)
    told = ingested(files) if files[0].suffix.lower() == ".parquet" else []
    with _telling(path, engine):
        return (_ours(path, files, told, engine, asked) if told else _others(path, files, engine, asked)).to_native()


# ---- files of ta.ingest: they say what is in them


def _ours(
    path: str | Path, files: Sequence[Path], told: Sequence[Mapping[str, Any]], engine: Engine, asked: Asked
) -> Frame:
    """What ``ta.ingest`` wrote needs no look at its rows."""
    if asked.columns is not None:
        raise SchemaError(f"TA-110 [error] {path} is of ta.ingest and has our columns: leave columns= out")
    if asked.unit not in (None, "USD"):
        raise UnitError(f"TA-109 [error] unit={asked.unit!r}, and files of ta.ingest are in USD. Leave unit= out")
    if asked.own_trade and not all(one["asked_for"].get("own_trade") for one in told):
        raise TradeDataError("own_trade=True, and ta.ingest left own trade out: ask it to keep it, with own_trade=True")
    levels = sorted({one[CERTIFICATE]["level"] for one in told})
    if asked.level is not None and asked.level not in levels:
        raise TradeDataError(f"level={asked.level}: the product codes have {listing(levels)} digits (0 is the total)")
    there = {one["year"] for one in told}
    kept = there if asked.years is None else there & set(asked.years)
    reporters = {code for one in told for code in one["labels"][REPORTER]}
    flows = sorted({flow for one in told for flow in one[CERTIFICATE]["coverage"]["flows"]})
    for name, given, found, known in (
        (YEAR, listing(sorted(asked.years or ())), bool(kept), sorted(there)),
        (REPORTER, repr(asked.reporter), asked.reporter in {None, *reporters}, sorted(reporters)),
        (FLOW, repr(asked.flow), asked.flow in {None, *flows}, flows),
    ):
        if not found:
            raise _not_there(name, given, known)
    frame = scan([file for file, one in zip(files, told, strict=True) if one["year"] in kept], engine, hive=False)
    if asked.reporter is not None:
        frame = frame.filter(nw.col(REPORTER) == asked.reporter)
    # Polars numbers categories as they come: texts have one order, and an answer's file one content.
    texts = [nw.col(one).cast(nw.String) for one in (REPORTER, PARTNER, FLOW, PRODUCT)]
    return frame.with_columns(*texts).select(*COLUMNS)


def _not_there(name: str, given: str, known: Sequence[object]) -> TradeDataError:
    return TradeDataError(f"{name}={given} is not in the file, which holds {listing(known, 20)}")


def _no_row(path: str | Path, reasons: Sequence[str] = ()) -> TradeDataError:
    return TradeDataError(f"{path} gives no row{f': left out are {listing(reasons)}' if reasons else ''}")


# ---- other files: one look at their labels


def _others(path: str | Path, files: Sequence[Path], engine: Engine, asked: Asked) -> Frame:
    """Rows under other labels: a pass finds these, and what they mean is joined to the rows."""
    frame, layout, marks = _arranged(scan(files, engine), path, asked)
    x = nw.col(VALUE)
    if asked.missing == "drop":
        frame = frame.filter(~(x.is_null() | x.is_nan().fill_null(False)))
    if asked.negative == "drop":
        frame = frame.filter((x >= 0).fill_null(True))
    whole, schema = frame, frame.collect_schema()
    filtered = asked.years is not None and YEAR in schema and schema[YEAR].is_integer()
    if filtered:
        frame = frame.filter(nw.col(YEAR).is_in(list(asked.years or ())))  # engines then pass over the other years
    findings: list[Finding] = []
    if PRODUCT in frame.collect_schema():
        frame, findings = _products(frame, layout, asked, engine)
    elif asked.level is not None:
        refuse([Finding("TA-110", "level= is given, and the file has no column of products", "Leave level= out.")])
    there_are = [one for one in (*COUNTED, PERIOD) if one in schema]
    cells, _ = counted(frame, there_are, VALUE, product=False)
    if not cells["rows"].sum():
        there = sorted(whole.select(YEAR).unique().collect()[YEAR].to_list()) if filtered else []
        raise _not_there(YEAR, listing(sorted(asked.years or ())), there) if there else _no_row(path)
    labels = cells[there_are].astype(object)
    keys = settle(
        labels.rename(columns={PERIOD: f"_{PERIOD}"}).assign(**{VALUE: cells["value"], ROWS: cells["rows"]}),
        reporter=asked.reporter,
        flow=asked.flow,
        years=asked.years,
        unknown=asked.unknown,
        drop_aggregates=asked.drop_aggregates,
        own_trade=asked.own_trade,
    )
    reading = keys.reading
    reading.findings += [*findings, *_value_faults(cells.loc[reading.table.index])]
    refuse(reading.findings)
    against_world(reading, remainder=False, tolerance=asked.tolerance, limit=asked.limit)
    refuse(reading.findings)
    warn(reading.findings, stacklevel=4)
    if reading.table.empty:
        raise _no_row(path, [left["reason"] for left in reading.dropped])
    for column, ours in keys.becomes.items():
        frame = _mapped(frame, column, labels.get(column), ours, engine)
    if not asked.own_trade and any("own partners" in left["reason"] for left in reading.dropped):
        frame = frame.filter(nw.col(REPORTER) != nw.col(PARTNER))
    return frame.select(*(one for one in COLUMNS if one in frame.collect_schema()), *marks)


def _arranged(frame: Frame, path: str | Path, asked: Asked) -> tuple[Frame, Layout, list[str]]:
    """The files' columns under our names, values in US dollars; labels as they are."""
    schema = frame.collect_schema()
    names = {heading(name): name for name in schema.names()}
    if len(names) < len(schema):
        raise SchemaError(f"TA-110 [error] {path} has columns whose names differ by capitals or blanks: rename them")
    labels = frame.select(names[UNIT]).unique().collect()[names[UNIT]].to_list() if UNIT in names else []
    layout = recognise(list(names), asked.columns, asked.unit, all_told(labels))
    values = [one for one in layout.values if one in names]
    split = [one for one in (*layout.dimensions, *layout.rows) if one in names] + values[1:]
    if split:
        raise SchemaError(
            f"TA-110 [error] files of {layout.name} have rows or values of several kinds, "
            f"by {listing(map(repr, split))}. Read them one by one, or name the columns of one kind with columns="
        )
    found = {ours: _first(names, options) for ours, options in layout.columns.items()}
    found |= {mark: _first(names, MARK_HEADINGS[mark]) for mark in (UNIT, SOURCE, VALUATION, NOMENCLATURE)}
    if found.get(YEAR) is None and found.get(PERIOD) is not None:
        raise SchemaError(
            f'TA-110 [error] no column of years beside {found[PERIOD]!r}: say which tells them, columns={{"year": ...}}'
        )
    of_value = names[values[0]]
    if not schema[of_value].is_numeric():
        raise SchemaError(
            f"TA-110 [error] the column {of_value!r} holds {schema[of_value]}, not numbers: convert it first"
        )
    scale = UNITS[str(layout.unit)]
    x = nw.col(of_value).cast(nw.Float64)
    columns = {ours: _plain(name, schema[name]) for ours, name in found.items() if name is not None}
    if (flow := layout.values[values[0]]) is not None:
        columns[FLOW] = nw.lit(flow)
    columns[VALUE] = x if scale == 1 else x * scale
    marks = [one for one in columns if one not in COLUMNS]
    return frame.select(**columns), layout, marks


def _first(names: Mapping[str, str], options: Iterable[str]) -> str | None:
    """The first of the headings that there is, as the files write it."""
    return next((names[one] for one in options if one in names), None)


def _plain(name: str, kind: Any) -> nw.Expr:
    """A column of labels: whole numbers, or texts."""
    return nw.col(name) if kind.is_integer() else nw.col(name).cast(nw.String)


def _value_faults(cells: pd.DataFrame) -> Iterator[Finding]:
    """Values that no index can be computed from."""
    for id, what, mend in FAULTY:
        if count := int(cells[what].sum()):
            more = f' Leave them out with {what}="drop".' if what in ("missing", "negative") else ""
            told = f"{rows_with(count)} a{'n' * (what[0] == 'i')} {what} value"
            yield Finding(id, told, f"{mend}{more}", None, (), count)


def _products(frame: Frame, layout: Layout, asked: Asked, engine: Engine) -> tuple[Frame, list[Finding]]:
    """The rows of the products that are kept, under their codes as ours, and what is found of the codes."""
    _, products = counted(frame, (), VALUE, product=True)
    assert products is not None
    labels = products[PRODUCT].astype(object)
    codes = ["" if code is None or code != code else str(code).zfill(layout.digits or 0) for code in labels]
    reading = Reading(pd.DataFrame({PRODUCT: codes, VALUE: products["value"], ROWS: products["rows"]}), "row")
    read_products(reading)
    keep_level(reading, asked.level)
    # Where the World stands among the partners, the whole and the parts of a product are not of the same rows.
    findings = [one for one in reading.findings if not (asked.drop_aggregates and one.id == "TA-120")]
    if PRODUCT not in reading.table:
        return frame.drop(PRODUCT), findings
    return _mapped(frame, PRODUCT, labels, becoming(labels, reading.table[PRODUCT]), engine), findings


def _mapped(frame: Frame, column: str, labels: Any, becomes: pd.Series, engine: Engine) -> Frame:
    """The rows whose label is kept, under what it becomes."""
    schema = frame.collect_schema()
    if column not in schema:
        return frame.with_columns(nw.lit(becomes.iloc[0]).alias(column))
    kept = becomes.index.to_list()
    if all(label == ours for label, ours in becomes.items()):
        return frame if set(labels) == set(kept) else frame.filter(nw.col(column).is_in(kept))
    small = _small({column: kept, "ours": becomes.to_list()}, engine).with_columns(nw.col(column).cast(schema[column]))
    return frame.join(small, on=column, how="inner").drop(column).rename({"ours": column})


# ---- engines


def scan(files: Sequence[Path], engine: Engine, *, hive: bool = True) -> Frame:
    """The rows of files of one kind; with ``hive``, and columns for what the names of their folders tell."""
    names = [str(file) for file in files]
    if files[0].suffix.lower() == ".csv":
        return _texts(names, engine)
    told = _told_by_folders(files) if hive else {}
    found: Any
    if engine == "polars":
        import polars as pl

        kinds = {key: pl.Int32 if whole else pl.String for key, whole in told.items()}
        found = pl.scan_parquet(names, glob=False, hive_partitioning=bool(told), hive_schema=kinds or None)
    else:
        import duckdb

        if told:
            typed = ", ".join(f"{_quoted(key)}: {'INTEGER' if whole else 'VARCHAR'}" for key, whole in told.items())
            these = f"[{', '.join(map(_quoted, names))}], hive_partitioning = true, hive_types = {{{typed}}}"
            found = duckdb.sql(f"FROM read_parquet({these})")
        else:
            found = duckdb.read_parquet(names, hive_partitioning=False)
    frame: Frame = nw.from_native(found)
    return frame


def _told_by_folders(files: Sequence[Path]) -> dict[str, bool]:
    """The columns that folders such as year=2019 tell, and whether each is of whole numbers: only years are."""
    told = [dict(re.findall(r"([^/\\=]+)=([^/\\]*)[/\\]", file.as_posix())) for file in files]
    keys = [key for key in told[0] if all(key in one for one in told)]
    return {key: key == YEAR and all(one[key].isdecimal() for one in told) for key in keys}


def _texts(names: Sequence[str], engine: Engine) -> Frame:
    """CSV years of BACI: codes as texts, v as numbers."""
    found: Any
    if engine == "polars":
        import polars as pl

        found = pl.scan_csv(list(names), infer_schema=False, glob=False)
    else:
        import duckdb

        found = duckdb.read_csv(list(names), header=True, sep=",", all_varchar=True)
    frame: Frame = nw.from_native(found)
    if not {*"tijkv"} <= {*frame.collect_schema().names()}:
        raise SchemaError(f"TA-110 [error] {names[0]} is no file of BACI: it has no columns t, i, j, k, v")
    return frame.with_columns(nw.col("t").cast(nw.Int32), nw.col("v").str.strip_chars().cast(nw.Float64))


def _small(columns: Mapping[str, list[Any]], engine: Engine) -> Frame:
    """A few rows, for the engine to join with."""
    found: Any
    if engine == "polars":
        import polars as pl

        found = pl.LazyFrame(columns)
    else:
        import duckdb
        import pyarrow

        found = duckdb.from_arrow(pyarrow.table(dict(columns)))
    frame: Frame = nw.from_native(found)
    return frame


def _quoted(text: str) -> str:
    """A text as SQL takes it, whatever stands in it."""
    return "'" + text.replace("'", "''") + "'"


@contextlib.contextmanager
def _telling(path: str | Path, engine: Engine) -> Iterator[None]:
    """Say which files an engine could not read, and why."""
    kinds: type[Exception]
    if engine == "polars":
        import polars.exceptions

        kinds = polars.exceptions.PolarsError
    else:
        import duckdb

        kinds = duckdb.Error
    try:
        yield
    except kinds as error:
        raise TradeDataError(f"TA-131 [error] {path} cannot be read by {engine}: {str(error)[:300]}") from None
