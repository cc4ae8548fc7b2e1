"""Measures of more than fits in memory: a folder of Parquet, some labels of the first key at a time."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd

from tradeanalysis.measures.formula import Measure
from tradeanalysis.output import parquet_folder as parts
from tradeanalysis.output.progress import Progress, reporter_of
from tradeanalysis.schema import TradeDataError
from tradeanalysis.sums import remainders
from tradeanalysis.tables.query import FAULTS, UNALLOCATED, Query, in_memory, on_engine

# What a row takes at most while groups are computed, and the rows that are taken together: more are not faster.
BYTES = 130
ROWS = 1 << 23

Frame = nw.DataFrame[Any] | nw.LazyFrame[Any]


def to_folder(
    frame: Frame, asked: Query, out: str | Path, memory: str, overwrite: bool, progress: Progress
) -> str | Path:
    """Write the answer, a file for each label of the first key; those that stand from an interrupted run are kept."""
    if not asked.by:
        raise TradeDataError('out= writes a file for each label of the first of by=, such as by=["year", "reporter"]')
    most = _bytes(memory)
    if frame.implementation.is_spark_like():
        _by_spark(frame, asked, str(out), overwrite)
        return out
    first, folder = asked.by[0], Path(out).expanduser()
    found = _counted(frame, first, asked.value)
    names = parts.named([one.label for one in found])
    about = {name: _about(asked, one) for name, one in zip(names, found, strict=True)}
    there, stale = parts.standing(folder, about, overwrite=overwrite)
    pace = parts.pace(sum(one.rows for name, one in zip(names, found, strict=True) if name not in there))
    done, report = 0, reporter_of(progress)
    for batch in _batches([one.rows for one in found], min(ROWS, most // BYTES)):
        todo = [i for i in batch if names[i] not in there]
        if not todo:
            continue
        # A batch is the same whatever of it stands already, and so is its answer to the last bit.
        some = _of_labels(frame, first, [found[i].label for i in batch])
        some = some.select(*asked.columns(frame.collect_schema().names()))
        answer = _answer(some, asked, sum(found[i].rows for i in batch), most)
        if not done:
            parts.begin(folder, stale)
        done += sum(found[i].rows for i in todo)
        left = pace(done)
        for i in todo:
            groups = _of_labels(answer, first, [found[i].label])
            parts.write_part(folder / names[i], groups.to_arrow(), about[names[i]], asked.by)
            which = f"{len(groups):,} groups; file {i + 1} of {len(names)}"
            report(f"{folder / names[i]}: {which}, {left}")
    if not found:
        parts.begin(folder, stale)
    parts.finish(folder)
    return out


def _by_spark(frame: Any, asked: Query, out: str, overwrite: bool) -> None:
    """Let the executors write; a folder on this machine that holds more than theirs is not replaced."""
    of_spark = r"part-.*|_SUCCESS|_temporary|\..*\.crc"
    there = [path.name for path in Path(out).iterdir()] if Path(out).is_dir() else []
    others = [name for name in there if not re.fullmatch(of_spark, name)]
    if others or (there and not overwrite):
        fix = "choose another folder" if others else "overwrite=True replaces it, or choose another folder"
        raise TradeDataError(f"{out} holds {(others or there)[0]}: {fix}")
    answer = on_engine(frame, asked).to_native()
    answer.write.mode("overwrite" if overwrite else "errorifexists").parquet(out)


@dataclass(frozen=True)
class Rows:
    """The rows of a label of the first key, None where it is missing: how many, their total, and that of the roots.

    Roots tell a small value that has changed beside large ones.
    """

    label: Any
    rows: int
    total: float
    roots: float


def _counted(frame: Frame, first: str, value: str) -> list[Rows]:
    """The rows of every label, in the order of its text."""
    x = nw.col("x")
    rows = frame.select(nw.col(first).alias("key"), nw.col(value).cast(nw.Float64).alias("x"))
    rows = rows.with_columns(nw.when(x.is_finite() & (x > 0)).then(x).otherwise(0.0))
    rows = rows.with_columns(x.sqrt().alias("root"))
    counted = rows.group_by("key").agg(nw.len().alias("rows"), x.sum(), nw.col("root").sum()).lazy().collect()
    found = [Rows(*one) for one in counted.select("key", "rows", "x", "root").iter_rows()]
    there = sorted((one for one in found if not pd.isna(one.label)), key=lambda one: str(one.label))
    missing = [one for one in found if pd.isna(one.label)]
    if missing:  # of several kinds
        sums = [sum(kind) for kind in zip(*((one.rows, one.total, one.roots) for one in missing), strict=True)]
        there.append(Rows(None, int(sums[0]), *sums[1:]))
    return there


def _about(asked: Query, one: Rows) -> dict[str, Any]:
    """What a part is about: the question, its label, and the rows that it was made from."""
    return {
        "measures": {measure.name: _values(measure) for measure in asked.measures},
        "by": list(asked.by),
        "over": asked.over,
        "of": asked.value,
        "n": asked.n,
        "part": None if one.label is None else str(one.label),
        "rows": int(one.rows),
        "total": float(one.total),
        "roots": float(one.roots),
    }


def _values(measure: Measure) -> list[float | str | None]:
    """What tells a formula from another of its name: its values on some distributions, and what it is without trade."""
    k = np.arange(1.0, 13.0)
    values = [float(measure(x)) for x in (1 / k**2, k**0, k[:3], k[:1])]
    return [str(measure.if_zero), *(value if np.isfinite(value) else None for value in values)]


def _batches(rows: Sequence[int], most: int) -> Iterator[list[int]]:
    """Numbers of labels that follow each other, together of so many rows at most; one that has more is alone."""
    batch: list[int] = []
    held = 0
    for i, n in enumerate(rows):
        if batch and held + n > most:
            yield batch
            batch, held = [], 0
        batch.append(i)
        held += n
    if batch:
        yield batch


def _of_labels(frame: Any, first: str, labels: Sequence[Any]) -> Any:
    """The rows of these labels."""
    key = nw.col(first)
    known = [label for label in labels if label is not None]
    these = key.is_in(known) if known else nw.lit(False)
    if None in labels:
        missing = key.is_null()
        if frame.collect_schema()[first].is_float():
            missing = missing | key.is_nan()
        these = missing | these if known else missing
    return frame.filter(these)


def _answer(some: Frame, asked: Query, rows: int, memory: int) -> nw.DataFrame[Any]:
    """The answer from rows in memory; from the engine where they are too many, or are not all sound."""
    lazy = isinstance(some, nw.LazyFrame)
    if not lazy or rows * BYTES <= memory:
        try:
            answer, unallocated = in_memory(some.lazy().collect(), asked)
        except TradeDataError:
            if not lazy:  # where the rows can be told
                raise
        else:
            more = {UNALLOCATED: unallocated} if remainders(asked.over) else {}
            more |= {FAULTS: np.zeros(len(answer), dtype=np.int64)} if lazy else {}
            return answer.with_columns(
                *(nw.new_series(name, one, backend=answer.implementation) for name, one in more.items())
            )
    with _bounded(some, memory):
        return on_engine(some.lazy(), asked).sort(*asked.by).collect()


@contextmanager
def _bounded(frame: Frame, memory: int) -> Iterator[None]:
    """DuckDB within so much memory for a while, or within what it was given if that is less."""
    if not frame.implementation.is_duckdb():
        yield
        return
    relation = frame.to_native()

    def limit() -> str:
        [(told,)] = relation.query("_", "SELECT current_setting('memory_limit')").fetchall()
        return str(told)

    def bound(text: str) -> None:
        relation.query("_", f"SET memory_limit = '{text}'")

    before = limit()
    number, unit = before.split()
    if float(number) * 1024 ** ("B", "KiB", "MiB", "GiB", "TiB", "PiB").index(unit.replace("bytes", "B")) > memory:
        bound(f"{memory} B")
    try:
        yield
    except Exception as error:
        if type(error).__name__ != "OutOfMemoryException":  # of DuckDB, which is not imported here
            raise
        raise TradeDataError(
            f"memory= is too little for DuckDB, even with its disk: ask for more, such as {4 * memory // 10**6 + 1}MB, "
            "or for a first key with fewer rows to a label"
        ) from error
    finally:
        bound("-1" if unit == "PiB" else before)
        if limit() != before:  # it is told cut to a tenth, and would be less each time
            bound(f"{float(number) + 0.05:.2f} {unit}")


UNITS: Mapping[str, int] = {"MB": 10**6, "GB": 10**9, "TB": 10**12}


def _bytes(memory: str) -> int:
    """A size such as 2GB, in bytes."""
    found = re.fullmatch(r"(\d+(?:\.\d+)?) ?([MGT]B)", str(memory))
    if not found or float(found[1]) == 0:
        raise TradeDataError(f'memory={memory!r} is no size: write "2GB" or "500MB"')
    return int(float(found[1]) * UNITS[found[2]])
