"""The labels of the first key of a query: the rows of each, and some at a time, so that each part fits in memory."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import narwhals as nw
import pandas as pd

from tradeanalysis.tables.query import Frame


@dataclass(frozen=True)
class Rows:
    """The rows of a label of the first key, None where it is missing: how many, their total, and that of the roots.

    Roots show a small value that has changed beside large ones.
    """

    label: Any
    rows: int
    total: float
    roots: float


def counted(frame: Frame, first: str, value: str) -> list[Rows]:
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


def batches(rows: Sequence[int], most: int) -> Iterator[list[int]]:
    """Numbers of labels that follow each other, together of so many rows at most; one that has more is alone."""
    batch: list[int] = []
    rows_so_far = 0
    for i, n in enumerate(rows):
        if batch and rows_so_far + n > most:
            yield batch
            batch, rows_so_far = [], 0
        batch.append(i)
        rows_so_far += n
    if batch:
        yield batch


def of_labels(frame: Any, first: str, labels: Sequence[Any]) -> Any:
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
