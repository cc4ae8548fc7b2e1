"""Files as lazy frames of an engine: which have the same columns, and the rows of those that have."""

from __future__ import annotations

import contextlib
import glob
import itertools
import os
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal
from urllib.parse import unquote

import narwhals as nw

from tradeanalysis.gate.findings import fault
from tradeanalysis.schema import YEAR
from tradeanalysis.sources.columns.headings import heading
from tradeanalysis.sources.raw import MISSING, is_panic
from tradeanalysis.texts import Text

Engine = Literal["duckdb", "polars"]
Frame = nw.LazyFrame[Any]
_OF_THREAD = threading.local()
# The kind of a column: numbers, texts, nothing at all; or what Arrow calls it.
WHOLE, REAL, TEXT, NOTHING = "whole numbers", "numbers", "texts", "nothing"


@dataclass(frozen=True)
class FileGroup:
    """Files with the same columns: their names and kinds by heading, and the columns that folder names give."""

    files: list[Path]
    names: dict[str, str]
    kinds: dict[str, str]
    # A column of folder names such as year=2019, and whether it holds whole numbers.
    by_folder: dict[str, bool]
    # The folder that was named: only names of folders below it give columns.
    below: Path = Path()


def groups_of(files: Sequence[Path], named_path: Path) -> list[FileGroup]:
    """The files by their columns: an engine takes all files for what the first is, and casts or drops what differs."""
    texts = files[0].suffix.lower() == ".csv"
    below = folder_named(named_path)
    folders = [{} if texts else _folder_columns(file, below) for file in files]
    # A column of folder names holds whole numbers where it is of years: 010121 is a text.
    whole = {YEAR: all(one[YEAR].isdecimal() for one in folders if YEAR in one)}
    groups: dict[Any, FileGroup] = {}
    for file, of_folder in zip(files, folders, strict=True):
        columns = _headings(file) if texts else _schema(file)
        key = (tuple(columns), tuple(of_folder))
        if key not in groups:
            by_folder = {name: whole.get(name, False) for name in of_folder}
            kinds = {name: kind for name, _, kind in columns}
            kinds |= {name: WHOLE if one else TEXT for name, one in by_folder.items()}
            names = {heading(name): name for name in kinds}
            if len(names) < len(kinds):
                raise fault("TA-110", "columns_differ_by_case", file=str(file))
            by_heading = {heading(name): kind for name, kind in kinds.items()}
            groups[key] = FileGroup([], names, by_heading, by_folder, below)
        groups[key].files.append(file)
    return list(groups.values())


def _schema(file: Path) -> list[tuple[str, str, str]]:
    """The columns of a Parquet file: name, type and kind."""
    from pyarrow import parquet, types

    def kind_of(kind: Any) -> str:
        if types.is_dictionary(kind):
            return kind_of(kind.value_type)
        if types.is_integer(kind):
            return WHOLE
        if types.is_floating(kind) or types.is_decimal(kind):
            return REAL
        if types.is_null(kind):
            return NOTHING
        return TEXT if "string" in str(kind) else str(kind)

    return [(one.name, str(one.type), kind_of(one.type)) for one in parquet.read_schema(file)]


def _headings(file: Path) -> list[tuple[str, str, str]]:
    """The columns of a CSV year of BACI: codes are texts, v is numbers."""
    with file.open(encoding="utf-8-sig", errors="replace") as text:
        names = [name.strip().strip('"') for name in text.readline(1 << 16).split(",")]
    if lacking := [name for name in "tijkv" if name not in names]:
        raise fault("TA-110", "baci_has_no_column", name=file.name, column=repr(lacking[0]))
    kinds = {"t": WHOLE, "v": REAL}
    return [(name, "", kinds.get(name, TEXT)) for name in names]


def folder_named(path: Path) -> Path:
    """The folder that a path names: itself, or of a pattern or a file the folder before it."""
    if path.is_dir():
        return path.absolute()
    parts = itertools.takewhile(lambda part: not glob.has_magic(part), path.absolute().parent.parts)
    return Path(*parts)


def _folder_columns(file: Path, below: Path) -> dict[str, str]:
    """The columns that folder names such as year=2019 give, of the folders below one."""
    pairs = [part.partition("=") for part in file.relative_to(below).parent.parts if "=" in part]
    if unclear := [f"{name}={value}" for name, _, value in pairs if "=" in value]:
        raise fault("TA-110", "folder_name_unclear", folder=repr(unclear[0]), labels=unclear)
    return {name: value for name, _, value in pairs if name}


def named(files: Sequence[Path], among: Sequence[Path]) -> list[str]:
    """The files, by the part of their paths that differs."""
    common = os.path.commonpath([file.parent for file in among])
    return [file.relative_to(common).as_posix() for file in files]


def kind_in_words(kind: str) -> str:
    """The kind of a column in words; what Arrow calls it where there are none."""
    key = f"of_{kind.replace(' ', '_')}"
    return Text(key) if kind in (WHOLE, REAL, TEXT, NOTHING) else kind


def scan_group(group: FileGroup, engine: Engine) -> Frame:
    """The rows of the files of a group, with the columns that folder names give."""
    if not group.by_folder or not any("=" in part for part in group.below.parts):
        return scan(group.files, engine, group.by_folder)
    # An engine would take the names of folders above the one that was named too.
    files: dict[tuple[tuple[str, str], ...], list[Path]] = {}
    for file in group.files:
        files.setdefault(tuple(_folder_columns(file, group.below).items()), []).append(file)
    frames = [
        scan(some, engine).with_columns(*(_constant(name, value, group.by_folder[name]) for name, value in columns))
        for columns, some in files.items()
    ]
    return nw.concat(frames) if len(frames) > 1 else frames[0]


def _constant(name: str, value: str, whole: bool) -> nw.Expr:
    """The column that the name of a folder gives, as engines write it there."""
    text = None if value == "__HIVE_DEFAULT_PARTITION__" else unquote(value)
    if whole:
        return nw.lit(None if text is None else int(text), nw.Int32).alias(name)
    return nw.lit(text, nw.String).alias(name)


def scan(files: Sequence[Path], engine: Engine, by_folder: Mapping[str, bool] | None = None) -> Frame:
    """The rows of files with the same columns, and those that folder names give."""
    names = [str(file) for file in files]
    if files[0].suffix.lower() == ".csv":
        return _texts(names, engine)
    found: Any
    if engine == "polars":
        import polars as pl

        kinds = {key: pl.Int32 if whole else pl.String for key, whole in (by_folder or {}).items()}
        found = pl.scan_parquet(names, glob=False, hive_partitioning=bool(by_folder), hive_schema=kinds or None)
    else:
        if by_folder:
            typed = ", ".join(
                f"{_quoted(key)}: {'INTEGER' if whole else 'VARCHAR'}" for key, whole in by_folder.items()
            )
            these = f"[{', '.join(map(_quoted, names))}], hive_partitioning = true, hive_types = {{{typed}}}"
            found = connection().sql(f"FROM read_parquet({these})")
        else:
            found = connection().read_parquet(names, hive_partitioning=False)
    frame: Frame = nw.from_native(found)
    return frame


def _texts(names: Sequence[str], engine: Engine) -> Frame:
    """CSV years of BACI: codes as texts, v as numbers."""
    found: Any
    if engine == "polars":
        import polars as pl

        found = pl.scan_csv(list(names), infer_schema=False, glob=False, null_values=list(MISSING))
    else:
        found = connection().read_csv(list(names), header=True, sep=",", all_varchar=True, na_values=list(MISSING))
    frame: Frame = nw.from_native(found)
    return frame.with_columns(nw.col("t").cast(nw.Int32), nw.col("v").str.strip_chars().cast(nw.Float64))


def connection() -> Any:
    """The connection of this thread: the default one, by which ``duckdb.sql`` can join, in the main thread.

    One connection answers one call at a time; its cursors see the same database and answer beside each other.
    """
    import duckdb

    if threading.current_thread() is threading.main_thread():
        return duckdb.default_connection()
    if not hasattr(_OF_THREAD, "cursor"):
        _OF_THREAD.cursor = duckdb.default_connection().cursor()
    return _OF_THREAD.cursor


def small(columns: Mapping[str, list[Any]], engine: Engine) -> Frame:
    """A few rows, for the engine to join with."""
    found: Any
    if engine == "polars":
        import polars as pl

        found = pl.LazyFrame(columns)
    else:
        import pyarrow

        found = connection().from_arrow(pyarrow.table(dict(columns)))
    frame: Frame = nw.from_native(found)
    return frame


def _quoted(text: str) -> str:
    """A text as a literal of SQL, whatever characters it has."""
    return "'" + text.replace("'", "''") + "'"


@contextlib.contextmanager
def engine_errors(path: Path, engine: Engine) -> Iterator[None]:
    """Raise errors of an engine, and of what reads for it, as ours, with the files that it could not read."""
    from pyarrow import ArrowException

    kinds: list[type[BaseException]] = [nw.exceptions.NarwhalsError, ArrowException, OSError, MemoryError]
    if engine == "polars":
        import polars.exceptions

        kinds.append(polars.exceptions.PolarsError)
    else:
        import duckdb

        kinds.append(duckdb.Error)
    try:
        yield
    except BaseException as error:
        if not isinstance(error, tuple(kinds)) and not is_panic(error):
            raise
        raise fault("TA-131", "engine_cannot_read", path=str(path), engine=engine, why=str(error)[:300]) from None
