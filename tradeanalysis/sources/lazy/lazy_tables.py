"""More than fits in memory: folders of Parquet and of BACI's years as lazy tables, in our columns."""

from __future__ import annotations

import glob
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import narwhals as nw
import pandas as pd

from tradeanalysis.gate.findings import FAULTY, Finding, listing, refuse, rows_with, warn
from tradeanalysis.gate.profile import counted
from tradeanalysis.output import parquet_folder as parts
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
from tradeanalysis.sources.baci.release_files import baci_years
from tradeanalysis.sources.certificates import CERTIFICATE, is_trade, parquet_in, trade_in
from tradeanalysis.sources.columns.duplicates import against_world, keep_level, read_products
from tradeanalysis.sources.columns.label_codes import becoming, settle
from tradeanalysis.sources.columns.layouts import Layout, recognise
from tradeanalysis.sources.columns.reading import MARK_HEADINGS, ROWS, Reading
from tradeanalysis.sources.columns.units import UNITS, all_told
from tradeanalysis.sources.lazy.scans import (
    NOTHING,
    REAL,
    TEXT,
    WHOLE,
    Alike,
    Engine,
    Frame,
    alike,
    named,
    scan,
    small,
    telling,
)
from tradeanalysis.sources.options import absent_years
from tradeanalysis.sources.raw import MAX_BYTES, need

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
        texts = baci_years(there.iterdir(), lambda file: file.name, there.name)
        if (files := parquet_in(there)) and not (texts and not any(is_trade(parts.about(file)) for file in files)):
            return files
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
    files = [file.absolute() for file in files]  # a lazy table outlives the folder that the program is in
    files, told = trade_in(path, files) if files[0].suffix.lower() == ".parquet" else (files, [])
    with telling(path, engine):
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
    warn(absent_years(asked.years, kept), stacklevel=4)
    frame = scan([file for file, one in zip(files, told, strict=True) if one["year"] in kept], engine)
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
    frame, layout, marks, mixed = _arranged(path, alike(files), engine, asked)
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
        frame, findings = _products(frame, layout, asked, engine, PRODUCT in mixed)
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
    allowed = "tolerance= and limit= set what is allowed."
    against_world(reading, remainder=False, tolerance=asked.tolerance, limit=asked.limit, fix=allowed)
    refuse(reading.findings)
    warn(reading.findings, stacklevel=4)
    if reading.table.empty:
        raise _no_row(path, [left["reason"] for left in reading.dropped])
    for column, ours in keys.becomes.items():
        frame = _mapped(frame, column, labels.get(column), ours, engine)
    if not asked.own_trade and any("own partners" in left["reason"] for left in reading.dropped):
        frame = frame.filter(nw.col(REPORTER) != nw.col(PARTNER))
    return frame.select(*(one for one in COLUMNS if one in frame.collect_schema()), *marks)


def _arranged(
    path: str | Path, groups: Sequence[Alike], engine: Engine, asked: Asked
) -> tuple[Frame, Layout, list[str], set[str]]:
    """The files' columns under our names, values in US dollars; labels as they are, and which are partly numbers."""
    scans = [scan(one.files, engine, one.told) for one in groups]
    there = list(dict.fromkeys(name for one in groups for name in one.names))
    labels = {label for one, rows in zip(groups, scans, strict=True) for label in _labels(rows, one.names.get(UNIT))}
    layout = recognise(there, asked.columns, asked.unit, all_told(labels))
    values = [one for one in layout.values if one in there]
    split = [one for one in (*layout.dimensions, *layout.rows) if one in there] + values[1:]
    if split:
        raise SchemaError(
            f"TA-110 [error] files of {layout.name} have rows or values of several kinds, "
            f"by {listing(map(repr, split))}. Read them one by one, or name the columns of one kind with columns="
        )
    found = {ours: _first(there, options) for ours, options in layout.columns.items()}
    found |= {mark: _first(there, MARK_HEADINGS[mark]) for mark in (UNIT, SOURCE, VALUATION, NOMENCLATURE)}
    if found.get(YEAR) is None and found.get(PERIOD) is not None:
        raise SchemaError(
            f'TA-110 [error] no column of years beside {found[PERIOD]!r}: say which tells them, columns={{"year": ...}}'
        )
    used = {ours: name for ours, name in found.items() if name is not None}
    if layout.values[values[0]] is not None:
        used.pop(FLOW, None)
    _refuse_lacking(path, groups, [*used.values(), values[0]])
    kinds = {ours: _kind(groups, name) for ours, name in used.items()}
    _kind(groups, values[0], of_numbers=True)
    frames = []
    for one, rows in zip(groups, scans, strict=True):
        x = nw.col(one.names[values[0]]).cast(nw.Float64)
        columns = {ours: _plain(nw.col(one.names[name]), kinds[ours]) for ours, name in used.items()}
        if (flow := layout.values[values[0]]) is not None:
            columns[FLOW] = nw.lit(flow)
        scale = UNITS[str(layout.unit)]
        frames.append(rows.select(**columns, **{VALUE: x if scale == 1 else x * scale}))
    frame = nw.concat(frames) if len(frames) > 1 else frames[0]
    mixed = {ours for ours, kind in kinds.items() if kind == {TEXT, WHOLE}}
    return frame, layout, [one for one in used if one not in COLUMNS], mixed


def _labels(frame: Frame, column: str | None) -> list[Any]:
    """The labels of a column, where there is one."""
    return [] if column is None else frame.select(column).unique().collect()[column].to_list()


def _refuse_lacking(path: str | Path, groups: Sequence[Alike], used: Collection[str]) -> None:
    """A column that only some files have: without it their rows are of what nobody said."""
    every = [file for one in groups for file in one.files]
    for one in groups:
        if lacking := [name for name in used if name not in one.names]:
            having = [file for other in groups if lacking[0] in other.names for file in other.files]
            raise SchemaError(
                f"TA-110 [error] {path}: {named(one.files, every)} without the column {listing(map(repr, lacking))}, "
                f"which {named(having, every)} {'has' if len(having) == 1 else 'have'}. Write it into all files, or "
                "read them apart"
            )


def _kind(groups: Sequence[Alike], column: str, *, of_numbers: bool = False) -> set[str]:
    """How the files hold a column; refused where what differs has no common form."""
    kinds = {one.held[column] for one in groups} - {NOTHING}
    if of_numbers and (other := kinds - {WHOLE, REAL}):
        at = next(one for one in groups if one.held[column] in other)
        of = f" in {at.files[0].name}" if len(groups) > 1 else ""
        raise SchemaError(
            f"TA-110 [error] the column {column!r} holds {at.held[column]}, not numbers{of}: convert it first"
        )
    if len(kinds) > 1 and kinds not in ({WHOLE, REAL}, {WHOLE, TEXT}):
        every = [file for one in groups for file in one.files]
        told = (f"{one.held[column]} in {named(one.files, every)}" for one in groups)
        raise SchemaError(
            f"TA-110 [error] the column {column!r} holds {listing(dict.fromkeys(told))}. Write it as text in all files"
        )
    return kinds


def _first(there: Collection[str], options: Iterable[str]) -> str | None:
    """The first of the headings that there is."""
    return next((one for one in options if one in there), None)


def _plain(column: nw.Expr, kinds: Collection[str]) -> nw.Expr:
    """A column of labels: whole numbers, or texts; numbers with and without a point are written alike."""
    if kinds == {WHOLE}:
        return column
    return (column.cast(nw.Float64) if kinds == {WHOLE, REAL} else column).cast(nw.String)


def _value_faults(cells: pd.DataFrame) -> Iterator[Finding]:
    """Values that no index can be computed from."""
    for id, what, fix in FAULTY:
        if count := int(cells[what].sum()):
            more = f' Leave them out with {what}="drop".' if what in ("missing", "negative") else ""
            told = f"{rows_with(count)} a{'n' * (what[0] == 'i')} {what} value"
            yield Finding(id, told, f"{fix}{more}", None, (), count)


def _products(frame: Frame, layout: Layout, asked: Asked, engine: Engine, mixed: bool) -> tuple[Frame, list[Finding]]:
    """The rows of the products that are kept, under their codes as ours, and what is found of the codes."""
    _, products = counted(frame, (), VALUE, product=True)
    assert products is not None
    labels = products[PRODUCT].astype(object)
    codes = ["" if code is None or code != code else _code(code, layout.digits) for code in labels]
    reading = Reading(pd.DataFrame({PRODUCT: codes, VALUE: products["value"], ROWS: products["rows"]}), "row")
    read_products(reading, mixed=mixed)
    keep_level(reading, asked.level)
    # Where the World stands among the partners, the whole and the parts of a product are not of the same rows.
    findings = [one for one in reading.findings if not (asked.drop_aggregates and one.id == "TA-120")]
    if PRODUCT not in reading.table:
        return frame.drop(PRODUCT), findings
    return _mapped(frame, PRODUCT, labels, becoming(labels, reading.table[PRODUCT]), engine), findings


def _code(code: object, digits: int | None) -> str:
    """A code as text; of so many digits where numbers lost their zeros."""
    return str(code).removesuffix(".0").zfill(digits) if digits else str(code)


def _mapped(frame: Frame, column: str, labels: Any, becomes: pd.Series, engine: Engine) -> Frame:
    """The rows whose label is kept, under what it becomes."""
    schema = frame.collect_schema()
    if column not in schema:
        return frame.with_columns(nw.lit(becomes.iloc[0]).alias(column))
    becomes = becomes[becomes.index.notna()]  # rows without a label are refused
    kept = becomes.index.to_list()
    if all(label == ours for label, ours in becomes.items()):
        return frame if set(labels) == set(kept) else frame.filter(nw.col(column).is_in(kept))
    few = small({column: kept, "ours": becomes.to_list()}, engine).with_columns(nw.col(column).cast(schema[column]))
    return frame.join(few, on=column, how="inner").drop(column).rename({"ours": column})
