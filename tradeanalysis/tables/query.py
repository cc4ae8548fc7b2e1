"""A query of a trade table, and its result: from sums in memory, or as a plan of an engine."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import narwhals as nw
import numpy as np
import numpy.typing as npt

from tradeanalysis.gate.frames import open_table
from tradeanalysis.measures.formula import Measure, finite, in_range
from tradeanalysis.schema import FLOW, SchemaError
from tradeanalysis.sums import BLOCK, Array, Sum, count, of_engine, of_table, on_threads, remainders, universe
from tradeanalysis.texts import Text

UNALLOCATED, FAULTS = "unallocated", "faults"
Frame = nw.DataFrame[Any] | nw.LazyFrame[Any]


@dataclass(frozen=True)
class Query:
    """Measures, the columns that make groups, the axis that is measured, the column of values, and the universe."""

    measures: Sequence[Measure]
    by: Sequence[str]
    over: str
    value: str
    n: int | None = None

    @property
    def wanted(self) -> list[Sum]:
        """Every sum that is needed, once."""
        return list(dict.fromkeys([count, *(one for m in self.measures for one in m.sums.values())]))

    def of_measure(self, one: Measure) -> int | None:
        """The universe, for a measure that takes one."""
        return self.n if one.takes_n else None

    def columns(self, there: Iterable[str]) -> list[str]:
        """The columns of a table that the result is made from."""
        flow = [FLOW] if FLOW in there else []
        return list(dict.fromkeys([*self.by, self.over, self.value, *flow]))


def open_query(
    table: Any, measures: Sequence[Measure], by: str | Iterable[str] | None, over: str, value: str, n: int | None
) -> tuple[Frame, Query]:
    """The table for narwhals and the query, once they are known to fit each other."""
    keys = [by] if isinstance(by, str) else list(by or ())
    if not measures:
        raise TypeError("name at least one measure, such as ta.hhi")
    for one in measures:
        if not isinstance(one, Measure):
            given = f"ta.{one.__name__}" if hasattr(one, "__name__") else type(one).__name__
            raise TypeError(f"{given} is not a measure: pass ta.hhi, or ta.hill(1) for one that takes a parameter")
    columns = [*keys, "n", *(m.name for m in measures), UNALLOCATED, FAULTS]
    # DuckDB and Spark take "N" and "n" for one name.
    folded = [str(c).casefold() for c in columns]
    if repeated := sorted({str(c) for c in columns if folded.count(str(c).casefold()) > 1}):
        raise SchemaError(Text("measured_twice", columns=repeated))
    if over in keys:
        raise SchemaError(Text("over_is_by", over=repr(over)))
    universe(n)
    return open_table(table, [*keys, over], value, also=()), Query(measures, keys, over, value, n)


def in_memory(frame: nw.DataFrame[Any], query: Query) -> tuple[nw.DataFrame[Any], Array]:
    """The result from a table in memory, in the order of its keys; and the unallocated share of each group."""
    groups, sums, unallocated = of_table(frame, query.by, query.over, query.value, query.wanted)
    return beside(frame, groups, _columns(sums, query)), unallocated


def in_full(frame: nw.DataFrame[Any], query: Query) -> nw.DataFrame[Any]:
    """The result from a table in memory; with the unallocated shares always, as a plan has them."""
    answer, unallocated = in_memory(frame, query)
    if not remainders(query.over):
        return answer
    return answer.with_columns(nw.new_series(UNALLOCATED, unallocated, backend=answer.implementation))


def on_engine(frame: nw.LazyFrame[Any], query: Query) -> nw.LazyFrame[Any]:
    """The result as a plan, in no order."""
    groups, sums, unallocated, faults = of_engine(frame, query.by, query.over, query.value, query.wanted)
    sound = faults == 0
    # A sum is checked once and not by every measure: Spark computes an expression again wherever it is used and is not
    # a column, and the JVM does not compile a method of more than 8,000 bytes.
    groups = groups.with_columns(
        sums[count].fill_null(0.0).cast(nw.Int64).alias("n"),
        *([nw.when(sound).then(unallocated).alias(UNALLOCATED)] if remainders(query.over) else []),
        faults.cast(nw.Int64).alias(FAULTS),
        *(nw.when(sound & in_range(one, column)).then(column) for one, column in sums.items()),
    )
    answer = groups.select(
        *query.by,
        "n",
        *(m.on_engine(sums, query.of_measure(m)).alias(m.name) for m in query.measures),
        *([UNALLOCATED] if remainders(query.over) else []),
        FAULTS,
    )
    # What is not defined (one partner, normalised) is missing on every engine, not NaN on some.
    indices = [nw.col(m.name) for m in query.measures]
    return answer.with_columns(*(nw.when(finite(index)).then(index) for index in indices))


def _columns(sums: dict[Sum, Array], query: Query) -> dict[str, npt.NDArray[Any]]:
    def compute(some: Iterable[Measure]) -> list[Array]:
        return [m.on_arrays(sums, query.of_measure(m)) for m in some]

    # Formulas of many groups take all threads.
    present = sums[count]
    some = [[m] for m in query.measures] if len(present) > BLOCK else [query.measures]
    columns = [column for found in on_threads(compute, some) for column in found]
    return {"n": present.astype(np.int64), **dict(zip((m.name for m in query.measures), columns, strict=True))}


def beside(
    frame: nw.DataFrame[Any], groups: nw.DataFrame[Any], columns: dict[str, npt.NDArray[Any]]
) -> nw.DataFrame[Any]:
    """The groups' keys beside the computed columns, in the library of the question."""
    backend = frame.implementation
    answer = nw.DataFrame.from_dict(columns, backend=backend)
    if not backend.is_pandas():  # for which missing and NaN are one
        answer = answer.with_columns(nw.selectors.by_dtype(nw.Float64).fill_nan(None))
    return nw.concat([groups, answer], how="horizontal") if groups.columns else answer
