"""Files as lazy frames of an engine: which are written alike, and the rows of those that are."""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import narwhals as nw

from tradeanalysis.gate.findings import listing
from tradeanalysis.schema import YEAR, SchemaError, TradeDataError
from tradeanalysis.sources.columns.layouts import heading
from tradeanalysis.sources.raw import MISSING

Engine = Literal["duckdb", "polars"]
Frame = nw.LazyFrame[Any]
# How a column is held: numbers, texts, nothing at all; or what Arrow calls it.
WHOLE, REAL, TEXT, NOTHING = "whole numbers", "numbers", "texts", "nothing"


@dataclass(frozen=True)
class Alike:
    """Files that are written alike: their columns by their headings, how each is held, those that folders tell."""

    files: list[Path]
    names: dict[str, str]
    held: dict[str, str]
    told: dict[str, bool]


def alike(files: Sequence[Path]) -> list[Alike]:
    """The files by how they are written: engines take all for what the first is, and cast or drop what differs."""
    texts = files[0].suffix.lower() == ".csv"
    told = [{} if texts else _told_by_folder(file) for file in files]
    # A column that folders tell holds whole numbers where it is of years: 010121 is a text.
    whole = {YEAR: all(one[YEAR].isdecimal() for one in told if YEAR in one)}
    groups: dict[Any, Alike] = {}
    for file, of_folder in zip(files, told, strict=True):
        columns = _headings(file) if texts else _schema(file)
        key = (tuple(columns), tuple(of_folder))
        if key not in groups:
            by_folder = {name: whole.get(name, False) for name in of_folder}
            held = {name: kind for name, _, kind in columns}
            held |= {name: WHOLE if one else TEXT for name, one in by_folder.items()}
            names = {heading(name): name for name in held}
            if len(names) < len(held):
                raise SchemaError(
                    f"TA-110 [error] {file} has columns whose names differ by capitals or blanks: rename them"
                )
            groups[key] = Alike([], names, {heading(name): kind for name, kind in held.items()}, by_folder)
        groups[key].files.append(file)
    return list(groups.values())


def _schema(file: Path) -> list[tuple[str, str, str]]:
    """The columns of a Parquet file: name, type, and how it is held."""
    from pyarrow import parquet, types

    def held(kind: Any) -> str:
        if types.is_dictionary(kind):
            return held(kind.value_type)
        if types.is_integer(kind):
            return WHOLE
        if types.is_floating(kind) or types.is_decimal(kind):
            return REAL
        if types.is_null(kind):
            return NOTHING
        return TEXT if "string" in str(kind) else str(kind)

    return [(one.name, str(one.type), held(one.type)) for one in parquet.read_schema(file)]


def _headings(file: Path) -> list[tuple[str, str, str]]:
    """The columns of a CSV year of BACI: codes are texts, v is numbers."""
    with file.open(encoding="utf-8-sig", errors="replace") as text:
        names = [name.strip().strip('"') for name in text.readline(1 << 16).split(",")]
    if lacking := [name for name in "tijkv" if name not in names]:
        raise SchemaError(f"TA-110 [error] {file.name} is no file of BACI: it has no column {lacking[0]!r}")
    kinds = {"t": WHOLE, "v": REAL}
    return [(name, "", kinds.get(name, TEXT)) for name in names]


def _told_by_folder(file: Path) -> dict[str, str]:
    """The columns that folders such as year=2019 tell."""
    return dict(re.findall(r"([^/\\=]+)=([^/\\]*)[/\\]", file.as_posix()))


def named(files: Sequence[Path], among: Sequence[Path]) -> str:
    """Some of the files, by what tells them apart from the others."""
    common = os.path.commonpath([file.parent for file in among])
    return listing((file.relative_to(common).as_posix() for file in files), 3)


def scan(files: Sequence[Path], engine: Engine, told: Mapping[str, bool] | None = None) -> Frame:
    """The rows of files that are written alike, with columns for what their folders tell."""
    names = [str(file) for file in files]
    if files[0].suffix.lower() == ".csv":
        return _texts(names, engine)
    found: Any
    if engine == "polars":
        import polars as pl

        kinds = {key: pl.Int32 if whole else pl.String for key, whole in (told or {}).items()}
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


def _texts(names: Sequence[str], engine: Engine) -> Frame:
    """CSV years of BACI: codes as texts, v as numbers."""
    found: Any
    if engine == "polars":
        import polars as pl

        found = pl.scan_csv(list(names), infer_schema=False, glob=False, null_values=list(MISSING))
    else:
        import duckdb

        found = duckdb.read_csv(list(names), header=True, sep=",", all_varchar=True, na_values=list(MISSING))
    frame: Frame = nw.from_native(found)
    return frame.with_columns(nw.col("t").cast(nw.Int32), nw.col("v").str.strip_chars().cast(nw.Float64))


def small(columns: Mapping[str, list[Any]], engine: Engine) -> Frame:
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
def telling(path: str | Path, engine: Engine) -> Iterator[None]:
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
