"""Files whose rows stay on disk, as a lazy table in our columns: only their labels are looked at."""

from __future__ import annotations

import glob
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import narwhals as nw
import pandas as pd

from tradeanalysis.currencies import DOLLAR, Unit, unit_named
from tradeanalysis.extras import need
from tradeanalysis.gate.findings import FAULTY, Finding, Fix, fault, finding, in_words, refuse, rows_with, warn
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
    TradeDataError,
)
from tradeanalysis.sources.baci.release_files import baci_years
from tradeanalysis.sources.certificates import CERTIFICATE, is_trade, parquet_in, trade_in
from tradeanalysis.sources.columns.duplicates import against_world, keep_level, read_products, refuse_level
from tradeanalysis.sources.columns.headings import MEASURES, UNITS_OF_MEASURE, heading_key
from tradeanalysis.sources.columns.label_codes import codes_by_label, read_labels
from tradeanalysis.sources.columns.layouts import Layout
from tradeanalysis.sources.columns.reading import MARK_HEADINGS, Reading
from tradeanalysis.sources.columns.recognition import Given, recognise
from tradeanalysis.sources.columns.scales import scale_column
from tradeanalysis.sources.columns.units import units_in
from tradeanalysis.sources.lazy.scans import (
    NOTHING,
    REAL,
    TEXT,
    WHOLE,
    Engine,
    FileGroup,
    Frame,
    engine_errors,
    groups_of,
    kind_in_words,
    named,
    scan,
    scan_group,
    small,
)
from tradeanalysis.sources.options import ReadOptions, absent_years
from tradeanalysis.sources.raw import MAX_BYTES
from tradeanalysis.texts import LayoutName, Text

LABELLED = (REPORTER, PARTNER, FLOW, YEAR)


@dataclass(frozen=True)
class LazySource:
    """The files at a path, for one engine to read; and what each says of its year, if ``ta.ingest`` wrote them."""

    path: Path
    files: Sequence[Path]
    years: Sequence[Mapping[str, Any]]
    engine: Engine


def lazy_files(path: Path, options: ReadOptions) -> list[Path]:
    """The files whose rows stay on disk; none where a file, or a small folder of BACI, is read into memory."""
    engine, years = options.engine, options.year
    if path.is_dir():
        texts = baci_years(path.iterdir(), lambda file: file.name, path.name)
        if (files := parquet_in(path)) and not (texts and not any(is_trade(parts.about(file)) for file in files)):
            return files
        files = [file for year, file in texts.items() if years is None or year in years]
        large = sum(file.stat().st_size for file in files) > MAX_BYTES
        if files and (engine is not None or large):
            return files
    elif not path.exists() and glob.has_magic(str(path)):
        found = [Path(one) for one in glob.glob(str(path), recursive=True)]
        files = sorted(file for file in found if file.is_file() and not file.name.startswith("_"))
        if not files or any(file.suffix.lower() != ".parquet" for file in files):
            raise fault("TA-131", "pattern_of_others" if files else "pattern_of_nothing", path=str(path))
        return files
    elif path.suffix.lower() == ".parquet" and path.is_file() and (engine or path.stat().st_size > MAX_BYTES):
        return [path]
    if engine is not None and path.exists():
        key = "engine_of_zip" if path.suffix.lower() == ".zip" else "engine_of_memory"
        away = Fix("engine", None, Text("reads_into_memory"), safe=True)
        raise fault("TA-110", key, engine=engine, name=path.name, fixes=[away])
    return []


def read_lazily(path: Path, files: Sequence[Path], options: ReadOptions) -> Any:
    """The rows of the files as a lazy table of the engine, in our columns."""
    _refuse_unused(path, options)
    engine: Engine = "polars" if options.engine == "polars" else "duckdb"
    need(Text("files_of", format="Parquet"), "pyarrow", engine)
    warn(_links(path, files), stacklevel=3)
    files = [file.absolute() for file in files]  # a lazy table outlives the folder that the program is in
    files, years = trade_in(path, files) if files[0].suffix.lower() == ".parquet" else (files, [])
    rows_of = _ingested_rows if years else _other_rows
    with engine_errors(path, engine):
        return rows_of(LazySource(path, files, years, engine), options).to_native()


def _links(path: Path, files: Sequence[Path]) -> list[Finding]:
    """That files of a folder are links to places outside it, or folders links that are not followed."""
    if not path.is_dir():
        return []
    inside = path.resolve()
    out = [one for one in files if one.is_symlink() and not one.resolve().is_relative_to(inside)]
    apart = [one for one in path.rglob("*") if one.is_symlink() and one.is_dir()]
    return [
        finding("TA-131", key, path=str(path), files=named(found, [path / "_"]), labels=found, override="warning")
        for key, found in (("links_out", out), ("links_not_followed", apart))
        if found
    ]


def _refuse_unused(path: Path, options: ReadOptions) -> None:
    """Refuse arguments on the form of a file and on single cells, which have no meaning for rows on disk."""
    unused = ("sheet", "header_rows", "decimal", "delimiter", "rows", "duplicates", "remainder", "periods")
    if given := [name for name in unused if getattr(options, name) not in (None, False)]:
        key = "arguments_of_lazy" if given[1:] else "argument_of_lazy"
        away = [Fix(name, False if name == "remainder" else None, Text("reads_as_table"), safe=True) for name in given]
        raise fault("TA-110", key, fixes=away, path=str(path), arguments=[f"[[{name}=]]" for name in given])


# ---- files of ta.ingest, which describe what they hold


def _ingested_rows(lazy: LazySource, options: ReadOptions) -> Frame:
    """The rows that ``ta.ingest`` wrote: nothing of them has to be looked at."""
    years = lazy.years
    if options.columns is not None:
        away = Fix("columns", None, Text("reads_as_table"), safe=True)
        raise fault("TA-110", "columns_of_ingested", fixes=[away], path=str(lazy.path))
    if options.rate is not None:
        raise fault("TA-109", "rate_of_dollars")
    if options.unit not in (None, "USD"):
        raise fault("TA-109", "unit_in_lazy", given=options.unit)
    if options.own_trade and not all(one["asked_for"].get("own_trade") for one in years):
        raise fault("TA-110", "own_trade_of_ingested")
    levels = sorted({one[CERTIFICATE]["level"] for one in years})
    if options.level is not None and options.level not in levels:
        raise fault("TA-108", "level_absent", level=options.level, levels=levels, labels=levels)
    there = {one["year"] for one in years}
    kept = there if options.year is None else there & set(options.year)
    reporters = {code for one in years for code in one["labels"][REPORTER]}
    flows = sorted({flow for one in years for flow in one[CERTIFICATE]["coverage"]["flows"]})
    if not kept:
        raise _no_year(options, there)
    if options.reporter not in {None, *reporters}:
        raise fault("TA-110", "reporter_absent", reporter=repr(options.reporter), there=sorted(reporters))
    if options.flow not in {None, *flows}:
        raise fault("TA-111", "flow_absent", labels=flows, flow=options.flow, there=list(map(repr, flows)))
    warn(absent_years(options.year, kept), stacklevel=4)
    frame = scan([file for file, one in zip(lazy.files, years, strict=True) if one["year"] in kept], lazy.engine)
    if options.reporter is not None:
        frame = frame.filter(nw.col(REPORTER) == options.reporter)
    # Polars numbers categories as they come: texts have one order, and an answer's file one content.
    texts = [nw.col(one).cast(nw.String) for one in (REPORTER, PARTNER, FLOW, PRODUCT)]
    return frame.with_columns(*texts).select(*COLUMNS)


def _no_year(options: ReadOptions, there: Iterable[int]) -> TradeDataError:
    return fault("TA-110", "year_absent", years=sorted(options.year or ()), there=sorted(there))


def _no_row(path: Path, reasons: Sequence[str] = ()) -> TradeDataError:
    return fault("TA-110", "no_row_left" if reasons else "only_headings", source=str(path), out=list(reasons))


# ---- other files, whose labels have to be looked at once


def _other_rows(lazy: LazySource, options: ReadOptions) -> Frame:
    """Rows under other labels: one pass finds the labels, and their codes are joined to the rows."""
    frame, layout, marks, mixed = _arranged(lazy, options)
    x = nw.col(VALUE)
    if options.missing == "drop":
        frame = frame.filter(~(x.is_null() | x.is_nan().fill_null(False)))
    if options.negative == "drop":
        frame = frame.filter((x >= 0).fill_null(True))
    whole, schema = frame, frame.collect_schema()
    filtered = options.year is not None and YEAR in schema and schema[YEAR].is_integer()
    if filtered:
        frame = frame.filter(nw.col(YEAR).is_in(list(options.year or ())))  # engines then pass over the other years
    findings: list[Finding] = []
    if PRODUCT in frame.collect_schema():
        frame, findings = _products(frame, layout, options, lazy.engine, PRODUCT in mixed)
    else:
        refuse_level(options)
    there_are = [one for one in (*LABELLED, PERIOD) if one in schema]
    cells, _ = counted(frame, there_are, VALUE, product=False)
    if not cells["rows"].sum():
        there = sorted(whole.select(YEAR).unique().collect()[YEAR].to_list()) if filtered else []
        raise _no_year(options, there) if there else _no_row(lazy.path)
    labels = cells[there_are].astype(object)
    known = read_labels(labels.assign(**{VALUE: cells["value"]}), cells["rows"].to_numpy(), options)
    reading = known.reading
    reading.findings += [*findings, *_value_faults(cells.loc[reading.table.index])]
    refuse(reading.findings)
    against_world(reading, options, remainder=False)
    refuse(reading.findings)
    warn(reading.findings, stacklevel=4)
    if reading.table.empty:
        out = [Text("rows_left_out", rows=left["rows"], reason=left["reason"]) for left in reading.dropped]
        raise _no_row(lazy.path, out)
    for column, ours in known.codes.items():
        frame = _mapped(frame, column, labels.get(column), ours, lazy.engine)
    if not options.own_trade and any(left["kind"] == "out_own_trade" for left in reading.dropped):
        frame = frame.filter(nw.col(REPORTER) != nw.col(PARTNER))
    return frame.select(*(one for one in COLUMNS if one in frame.collect_schema()), *marks)


def _arranged(lazy: LazySource, options: ReadOptions) -> tuple[Frame, Layout, list[str], set[str]]:
    """The files' columns under our names, values in their currency or dollars; labels as they are."""
    groups = groups_of(lazy.files, lazy.path)
    scans = [scan_group(one, lazy.engine) for one in groups]
    there = list(dict.fromkeys(name for one in groups for name in one.names))
    labels = {label for one, rows in zip(groups, scans, strict=True) for label in _labels(rows, one.names.get(UNIT))}
    layout = recognise(there, Given(options.columns, options.unit, units_in(labels), options.flow, options.year or ()))
    values = [one for one in layout.values if one in there]
    split = [one for one in (*layout.dimensions, *layout.rows) if one in there] + values[1:]
    if layout.scaled and (power := scale_column(pd.DataFrame(columns=pd.Index(there)))):
        split.append(power)
    if split:
        parted, name = list(map(repr, split)), LayoutName(layout.name)
        raise fault("TA-110", "lazy_of_kinds", labels=split, layout=name, columns=parted)
    _refuse_kinds(layout, groups, scans)
    found = {ours: _first(there, headings) for ours, headings in layout.columns.items()}
    found |= {mark: _first(there, MARK_HEADINGS[mark]) for mark in (UNIT, SOURCE, VALUATION, NOMENCLATURE)}
    if found.get(YEAR) is None and found.get(PERIOD) is not None:
        raise fault("TA-110", "lazy_without_years", period=repr(found[PERIOD]))
    used = {ours: name for ours, name in found.items() if name is not None}
    if layout.values[values[0]] is not None:
        used.pop(FLOW, None)
    _refuse_lacking(lazy.path, groups, [*used.values(), values[0]])
    kinds = {ours: _kind(groups, name) for ours, name in used.items()}
    _kind(groups, values[0], of_numbers=True)
    size, currency = _money(layout, options)
    if currency != DOLLAR:
        used.pop(UNIT, None)
    frames = []
    for one, rows in zip(groups, scans, strict=True):
        x = nw.col(one.names[values[0]]).cast(nw.Float64)
        columns = {ours: _plain(nw.col(one.names[name]), kinds[ours]) for ours, name in used.items()}
        flow = layout.values[values[0]]
        said = {**layout.constants, **({} if flow is None else {FLOW: flow})}
        columns |= {ours: nw.lit(one) for ours, one in said.items() if ours not in columns}
        if currency != DOLLAR:  # a lazy table carries no certificate
            columns[UNIT] = nw.lit(currency)
        frames.append(rows.select(**columns, **{VALUE: x if size == 1 else x * size}))
    frame = nw.concat(frames) if len(frames) > 1 else frames[0]
    mixed = {ours for ours, kind in kinds.items() if kind == {TEXT, WHOLE}}
    marks = [*used, *([UNIT] if currency != DOLLAR else [])]
    return frame, layout, [one for one in marks if one not in COLUMNS], mixed


def _money(layout: Layout, options: ReadOptions) -> tuple[float, str]:
    """How much of the currency that the table is in one unit of the files is."""
    unit = unit_named(layout.unit) or Unit(1.0, DOLLAR)
    if options.rate is None:
        return unit
    if isinstance(options.rate, Mapping):
        raise TradeDataError(Text("lazy_rate_by_year"))
    if unit.currency == DOLLAR:
        raise fault("TA-109", "rate_of_dollars")
    return unit.size / options.rate, DOLLAR


def _refuse_kinds(layout: Layout, groups: Sequence[FileGroup], scans: Sequence[Frame]) -> None:
    """Refuse rows of several elements or indicators, such as values and quantities."""
    used = {*layout.values, *layout.rows}.union(*layout.columns.values())
    names = {name for one in groups for name in one.names if heading_key(name) in MEASURES - UNITS_OF_MEASURE}
    for name in sorted(names - used):
        both = zip(groups, scans, strict=True)
        labels = sorted({str(label) for one, rows in both for label in _labels(rows, one.names.get(name))})
        if len(labels) > 1:
            raise fault("TA-109", "kinds_in_files", labels=labels, column=name, kinds=list(map(repr, labels)))


def _labels(frame: Frame, column: str | None) -> list[Any]:
    """The labels of a column, where there is one."""
    return [] if column is None else frame.select(column).unique().collect()[column].to_list()


def _refuse_lacking(path: Path, groups: Sequence[FileGroup], used: Collection[str]) -> None:
    """Refuse a column that only some files have: the rows of the others would not be described by it."""
    every = [file for one in groups for file in one.files]
    for one in groups:
        if lacking := [name for name in used if name not in one.names]:
            having = [file for other in groups if lacking[0] in other.names for file in other.files]
            raise fault(
                "TA-110",
                "column_of_some_files" if len(having) > 1 else "column_of_one_file",
                labels=lacking,
                path=str(path),
                files=named(one.files, every),
                columns=list(map(repr, lacking)),
                having=named(having, every),
            )


def _kind(groups: Sequence[FileGroup], column: str, *, of_numbers: bool = False) -> set[str]:
    """The kinds of a column in all files; refused where they have no common form."""
    kinds = {one.kinds[column] for one in groups} - {NOTHING}
    if of_numbers and (other := kinds - {WHOLE, REAL}):
        at = next(one for one in groups if one.kinds[column] in other)
        key = "not_numbers_in" if len(groups) > 1 else "not_numbers_here"
        kind = kind_in_words(at.kinds[column])
        raise fault("TA-110", key, column=repr(column), kind=kind, file=at.files[0].name)
    if len(kinds) > 1 and kinds not in ({WHOLE, REAL}, {WHOLE, TEXT}):
        every = [file for one in groups for file in one.files]
        found = (
            Text("kind_in", kind=kind_in_words(one.kinds[column]), files=named(one.files, every)) for one in groups
        )
        raise fault("TA-110", "kinds_of_column", column=repr(column), kinds=list(dict.fromkeys(found)))
    return kinds


def _first(there: Collection[str], options: Iterable[str]) -> str | None:
    """The first of the headings that the files have."""
    return next((one for one in options if one in there), None)


def _plain(column: nw.Expr, kinds: Collection[str]) -> nw.Expr:
    """A column of labels as whole numbers or texts; numbers with and without a point become the same text."""
    if kinds == {WHOLE}:
        return column
    return (column.cast(nw.Float64) if kinds == {WHOLE, REAL} else column).cast(nw.String)


def _value_faults(cells: pd.DataFrame) -> Iterator[Finding]:
    """Values that no index can be computed from."""
    for id, what in FAULTY:
        if count := int(cells[what].sum()):
            words, fix = in_words(f"value_{what}")
            drop = [Fix(what, "drop", Text("leaves_out_rows", rows=count))] if what in ("missing", "negative") else []
            yield Finding(id, rows_with(count, words, "row", ()), fix, None, (), count, fixes=tuple(drop))


def _products(
    frame: Frame, layout: Layout, options: ReadOptions, engine: Engine, mixed: bool
) -> tuple[Frame, list[Finding]]:
    """The rows of the products that are kept, under our codes, and what is found in the codes."""
    _, products = counted(frame, (), VALUE, product=True)
    assert products is not None
    labels = products[PRODUCT].astype(object)
    codes = ["" if code is None or code != code else _code(code, layout.digits) for code in labels]
    reading = Reading(pd.DataFrame({PRODUCT: codes, VALUE: products["value"]}), counts=products["rows"].to_numpy())
    read_products(reading, options, mixed=mixed)
    keep_level(reading, options)
    # Where World is among the partners, the whole and the parts of a product are not of the same rows.
    findings = [one for one in reading.findings if not (options.drop_aggregates and one.id == "TA-120")]
    if PRODUCT not in reading.table:
        return frame.drop(PRODUCT), findings
    return _mapped(frame, PRODUCT, labels, codes_by_label(labels, reading.table[PRODUCT]), engine), findings


def _code(code: object, digits: int | None) -> str:
    """A code as text, filled up to ``digits`` where numbers lost their zeros."""
    return str(code).removesuffix(".0").zfill(digits) if digits else str(code)


def _mapped(frame: Frame, column: str, labels: Any, codes: pd.Series, engine: Engine) -> Frame:
    """The rows whose label has a code, under that code."""
    schema = frame.collect_schema()
    if column not in schema:
        return frame.with_columns(nw.lit(codes.tolist()[0]).alias(column))
    codes = codes[codes.index.notna()]  # rows without a label are refused
    kept = codes.index.to_list()
    if all(label == ours for label, ours in codes.items()):
        return frame if set(labels) == set(kept) else frame.filter(nw.col(column).is_in(kept))
    few = small({column: kept, "ours": codes.to_list()}, engine).with_columns(nw.col(column).cast(schema[column]))
    return frame.join(few, on=column, how="inner").drop(column).rename({"ours": column})
