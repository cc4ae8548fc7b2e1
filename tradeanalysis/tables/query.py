"""What is asked of a trade table, and its answer: from sums in memory, or as a plan of an engine."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import narwhals as nw
import numpy as np
import numpy.typing as npt

from tradeanalysis.measures.formula import Measure, finite, in_range
from tradeanalysis.schema import FLOW
from tradeanalysis.sums import Array, Sum, count, of_engine, of_table, remainders
from tradeanalysis.sums.key_codes import BLOCK, each

UNALLOCATED, FAULTS = "unallocated", "faults"


@dataclass(frozen=True)
class Query:
    """Which measures, by which groups, over which axis, of which values, in which universe."""

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
        """The columns of a table that the answer is made from."""
        flow = [FLOW] if FLOW in there else []
        return list(dict.fromkeys([*self.by, self.over, self.value, *flow]))


def in_memory(frame: nw.DataFrame[Any], asked: Query) -> tuple[nw.DataFrame[Any], Array]:
    """The answer from a table in memory, in the order of its keys; and what is allocated to nobody, in shares."""
    groups, sums, unallocated = of_table(frame, asked.by, asked.over, asked.value, asked.wanted)
    return beside(frame, groups, _columns(sums, asked)), unallocated


def on_engine(frame: nw.LazyFrame[Any], asked: Query) -> nw.LazyFrame[Any]:
    """The answer as a plan, in no order."""
    groups, sums, unallocated, faults = of_engine(frame, asked.by, asked.over, asked.value, asked.wanted)
    sound = faults == 0
    # A sum is looked at once and not by every measure: Spark computes by the letter what is in no column of its own,
    # and the JVM does not compile a method of more than 8,000 bytes.
    groups = groups.with_columns(
        sums[count].fill_null(0.0).cast(nw.Int64).alias("n"),
        *([nw.when(sound).then(unallocated).alias(UNALLOCATED)] if remainders(asked.over) else []),
        faults.cast(nw.Int64).alias(FAULTS),
        *(nw.when(sound & in_range(one, column)).then(column) for one, column in sums.items()),
    )
    answer = groups.select(
        *asked.by,
        "n",
        *(m.on_engine(sums, asked.of_measure(m)).alias(m.name) for m in asked.measures),
        *([UNALLOCATED] if remainders(asked.over) else []),
        FAULTS,
    )
    # What is not defined (one partner, normalised) is missing on every engine, not NaN on some.
    indices = [nw.col(m.name) for m in asked.measures]
    return answer.with_columns(*(nw.when(finite(index)).then(index) for index in indices))


def _columns(sums: dict[Sum, Array], asked: Query) -> dict[str, npt.NDArray[Any]]:
    def compute(some: Iterable[Measure]) -> list[Array]:
        return [m.on_arrays(sums, asked.of_measure(m)) for m in some]

    # Formulas of many groups take the threads there are.
    present = sums[count]
    some = [[m] for m in asked.measures] if len(present) > BLOCK else [asked.measures]
    columns = [column for found in each(compute, some) for column in found]
    return {"n": present.astype(np.int64), **dict(zip((m.name for m in asked.measures), columns, strict=True))}


def beside(
    frame: nw.DataFrame[Any], groups: nw.DataFrame[Any], columns: dict[str, npt.NDArray[Any]]
) -> nw.DataFrame[Any]:
    """The groups' keys beside the computed columns, in the library of the question."""
    backend = frame.implementation
    answer = nw.DataFrame.from_dict(columns, backend=backend)
    if not backend.is_pandas():  # to which they are one
        answer = answer.with_columns(nw.selectors.by_dtype(nw.Float64).fill_nan(None))
    return nw.concat([groups, answer], how="horizontal") if groups.columns else answer
