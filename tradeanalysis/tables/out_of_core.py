"""Measures of more than fits in memory: a folder of Parquet, some labels of the first key at a time."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import narwhals as nw
import numpy as np

from tradeanalysis.extras import need
from tradeanalysis.measures.formula import Measure
from tradeanalysis.output import parquet_folder as parts
from tradeanalysis.output.progress import Progress, line_writer
from tradeanalysis.schema import PARTNER, VALUE, TradeDataError
from tradeanalysis.tables.first_keys import Rows, batches, counted, of_labels
from tradeanalysis.tables.lazy_rows import BYTES, bytes_of, of_rows, on_its_connection
from tradeanalysis.tables.query import Frame, Query, in_full, on_engine, open_query
from tradeanalysis.texts import Text

# The rows that are taken together: more are not faster.
ROWS = 1 << 23

# A path, or the address of a folder that Spark writes to.
Folder = TypeVar("Folder", str, Path)


def measure_to_folder(
    table: Any,
    *measures: Measure,
    out: Folder,
    by: str | Iterable[str],
    over: str = PARTNER,
    value: str = VALUE,
    n: int | None = None,
    memory: str = "2GB",
    overwrite: bool = False,
    progress: Progress = None,
) -> Folder:
    """Compute measures for every group of a trade table and write them as Parquet, a file for each first key.

    As ``measure``, for tables and results larger than memory: neither is ever in memory at once. Called again after
    an interruption it goes on where it stopped.

    Parameters
    ----------
    table, *measures, over, value, n
        As for ``measure``.
    out
        The folder. It gets a file for each label of the first of ``by``, such as ``2023.parquet``. Every file is whole,
        and states its query and the number and total of its rows; where these differ from the call, the call is
        refused. Corrections that leave number and total as they were are not seen. Spark's executors write the folder,
        whole or not at all, under names of their own.
    by
        The columns that make groups, at least one.
    memory
        What the rows of a file may take in memory, about; 15 million take 2 GB. More are left to the engine: DuckDB
        keeps within this by using its disk.
    overwrite
        Whether the files that were written to this folder before may be replaced; they stay until the first new one is
        computed. Not for a folder that the table itself is read from.
    progress
        A line for every file that is written: None is silent, True writes to stderr, or a function such as ``print``.

    Returns
    -------
    ``out`` as it was given.

    Raises
    ------
    SchemaError
        As for ``measure``; or two labels would have one file.
    TradeDataError
        As for ``measure``; or the folder holds the files of another query, or ``memory`` is too small.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> import pandas as pd
    >>> import tradeanalysis as ta
    >>> imports = ta.example("imports_1995_2019")
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     out = ta.tables.measure_to_folder(imports, ta.hhi, by=["year", "reporter"], out=Path(folder, "indices"))
    ...     files = sorted(file.name for file in out.iterdir())
    ...     table = pd.read_parquet(out / "2019.parquet")
    >>> files[-1], list(table)
    ('2019.parquet', ['year', 'reporter', 'n', 'hhi', 'unallocated'])
    """
    need(Text("files_of", format="Parquet"), "pyarrow")
    frame, query = open_query(table, measures, by, over, value, n)
    if not query.by:
        raise TradeDataError(Text("folder_needs_by"))
    most = bytes_of(memory)
    if frame.implementation.is_spark_like():
        _by_spark(frame, query, str(out), overwrite)
        return out
    first, folder = query.by[0], Path(out).expanduser()
    found = counted(frame, first, query.value)
    names = parts.named([one.label for one in found])
    about = {name: _about(query, one) for name, one in zip(names, found, strict=True)}
    there, stale = parts.standing(folder, about, overwrite=overwrite)
    pace = parts.pace(sum(one.rows for name, one in zip(names, found, strict=True) if name not in there))
    done, report = 0, line_writer(progress)
    for batch in batches([one.rows for one in found], min(ROWS, most // BYTES)):
        todo = [i for i in batch if names[i] not in there]
        if not todo:
            continue
        # A batch is the same whatever part of it is written already, and so is its result to the last bit.
        some = of_labels(frame, first, [found[i].label for i in batch])
        some = some.select(*query.columns(frame.collect_schema().names()))
        answer = _answer(some, query, sum(found[i].rows for i in batch), most)
        if not done:
            parts.begin(folder, stale)
        done += sum(found[i].rows for i in todo)
        left = pace(done)
        for i in todo:
            groups = of_labels(answer, first, [found[i].label])
            parts.write_part(folder / names[i], groups.to_arrow(), about[names[i]], query.by)
            number = {"number": i + 1, "files": len(names)}
            report(Text("part_measured", path=str(folder / names[i]), groups=len(groups), **number, left=left))
    if not found:
        parts.begin(folder, stale)
    parts.finish(folder)
    return out


def _by_spark(frame: Any, query: Query, out: str, overwrite: bool) -> None:
    """Let the executors write; a folder on this machine that holds more than theirs is not replaced."""
    of_spark = r"part-.*|_SUCCESS|_temporary|\..*\.crc"
    there = [path.name for path in Path(out).iterdir()] if Path(out).is_dir() else []
    others = [name for name in there if not re.fullmatch(of_spark, name)]
    if others or (there and not overwrite):
        key = "holds_other" if others else "holds_ours"
        raise TradeDataError(Text(key, path=out, held=str((others or there)[0])))
    answer = on_engine(frame, query).to_native()
    answer.write.mode("overwrite" if overwrite else "errorifexists").parquet(out)


def _about(query: Query, one: Rows) -> dict[str, Any]:
    """The description of a part: the query, its label, and the rows that it was made from."""
    return {
        "measures": {measure.name: _values(measure) for measure in query.measures},
        "by": list(query.by),
        "over": query.over,
        "of": query.value,
        "n": query.n,
        "part": None if one.label is None else str(one.label),
        "rows": int(one.rows),
        "total": float(one.total),
        "roots": float(one.roots),
    }


def _values(measure: Measure) -> list[float | str | None]:
    """What distinguishes formulas of one name: values on some distributions, and the value without trade."""
    k = np.arange(1.0, 13.0)
    values = [float(measure(x)) for x in (1 / k**2, k**0, k[:3], k[:1])]
    return [str(measure.if_zero), *(value if np.isfinite(value) else None for value in values)]


def _answer(some: Frame, query: Query, rows: int, memory: int) -> nw.DataFrame[Any]:
    """The result from rows in memory; from the engine where they are too many, or have faults."""
    if not isinstance(some, nw.LazyFrame):  # whose faulty rows can be named
        return in_full(some, query)
    if rows * BYTES <= memory and (answer := of_rows(some, query)) is not None:
        return answer
    with _bounded(some, memory):
        return on_engine(some, query).sort(*query.by).collect()


@contextmanager
def _bounded(frame: Frame, memory: int) -> Iterator[None]:
    """DuckDB within so much memory for a while, or within what it was given if that is less."""
    if not frame.implementation.is_duckdb():
        yield
        return
    relation = frame.to_native()

    def limit() -> str:
        [(text,)] = on_its_connection(relation, "SELECT current_setting('memory_limit')").fetchall()
        return str(text)

    def bound(text: str) -> None:
        on_its_connection(relation, f"SET memory_limit = '{text}'")

    before = limit()
    number, unit = before.split()
    if float(number) * 1024 ** ("B", "KiB", "MiB", "GiB", "TiB", "PiB").index(unit.replace("bytes", "B")) > memory:
        bound(f"{memory} B")
    try:
        yield
    except Exception as error:
        if type(error).__name__ != "OutOfMemoryException":  # of DuckDB, which is not imported here
            raise
        raise TradeDataError(Text("memory_too_little", more=f"{4 * memory // 10**6 + 1}MB")) from error
    finally:
        bound("-1" if unit == "PiB" else before)
        if limit() != before:  # it is printed cut to a tenth, and would be less each time
            bound(f"{float(number) + 0.05:.2f} {unit}")
