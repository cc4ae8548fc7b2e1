"""Measures of a trade table: every index of every group, in one pass over the data, on the engine that holds it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import narwhals as nw
import numpy as np
import numpy.typing as npt

from tradeanalysis.gate.findings import Finding, warn
from tradeanalysis.gate.tables import open_table
from tradeanalysis.measures.formula import Measure
from tradeanalysis.schema import PARTNER, VALUE, SchemaError
from tradeanalysis.sums import Array, Sum, count, of_engine, of_table, remainders, universe
from tradeanalysis.sums.keys import BLOCK, each

UNALLOCATED = "unallocated"


def measure(
    table: Any,
    *measures: Measure,
    by: str | Iterable[str] | None = None,
    over: str = PARTNER,
    value: str = VALUE,
    n: int | None = None,
) -> Any:
    """Compute measures for every group of a trade table, in one pass over the data.

    Rows that repeat a partner within a group (products, months) are summed first.

    Parameters
    ----------
    table
        A dataframe of pandas, Polars (eager or lazy), PyArrow, DuckDB or PySpark. ``over`` may hold any labels.
    *measures
        Such as ``ta.hhi, ta.hill(1)``.
    by
        The columns that make groups; none makes the table one group.
    over
        The axis whose concentration is measured: partners, or ``"product"`` for product concentration.
    value
        The column of values; any unit, not negative.
    n
        The universe of partners for measures that take one; the partners present where it is not given. Fewer than
        trade in a group is an error in memory, and a missing value on a lazy engine.

    Returns
    -------
    The ``by`` columns, ``n`` (partners present) and a column per measure, in the library of the question. Groups
    without trade stay, with ``n`` = 0 and missing values. A table in memory comes back in the order of its keys; a lazy
    one stays where it is, unordered, with a last column ``faults``: the rows that nothing can be computed from, for
    which the group's values are missing. Remainders ("Others", "Areas nes"; product 999999) are no partner: the index
    is one of the rest, and ``unallocated`` holds their share of the group's value where there are any (on a lazy table
    always).

    Raises
    ------
    SchemaError
        A column is missing, or two columns of the answer would bear one name.
    TradeDataError
        A table in memory has negative, missing or infinite values, rows without a key, or aggregates among the
        partners: each with its rows and share of value.

    Notes
    -----
    Sums are taken in float64. Lazy engines take them of unscaled values: right for the HHI of values from 1e-100 to
    1e150, and for powers up to about 30 in dollars; beyond that the index is missing.
    Exports and imports are never added: where ``flow`` is not among ``by``, a group that holds both is an error in
    memory, and missing on a lazy engine, with all its rows among the faults.

    Examples
    --------
    >>> import tradeanalysis as ta
    >>> world = ta.example("world_2023")
    >>> ta.measure(world[world.reporter.isin(["VNM", "MEX"])], ta.hhi, ta.top_share(1), by="reporter").round(3)
      reporter    n    hhi  top_share_1
    0      MEX  140  0.599        0.771
    1      VNM  118  0.140        0.289
    """
    keys = [by] if isinstance(by, str) else list(by or ())
    if not measures:
        raise TypeError("name at least one measure, such as ta.hhi")
    for one in measures:
        if not isinstance(one, Measure):
            raise TypeError(f"{one!r} is no measure: pass ta.hhi, or ta.hill(1) for one that takes a parameter")
    columns = [*keys, "n", *(m.name for m in measures), UNALLOCATED, "faults"]
    # DuckDB and Spark take "N" and "n" for one name.
    folded = [str(c).casefold() for c in columns]
    if twice := sorted({str(c) for c in columns if folded.count(str(c).casefold()) > 1}):
        raise SchemaError(f"the answer would have two columns {twice}: rename the table's, or ask for a measure once")
    if over in keys:
        raise SchemaError(f"{over!r} cannot be both a group (by=) and the axis that is measured (over=)")
    universe(n)
    wanted = list(dict.fromkeys([count, *(one for m in measures for one in m.sums.values())]))
    frame = open_table(table, [*keys, over], value)
    if isinstance(frame, nw.LazyFrame):
        return _measure_engine(frame, measures, keys, over, value, n, wanted)
    groups, sums, unallocated = of_table(frame, keys, over, value, wanted)
    answer = _measure_sums(measures, sums, n)
    if unallocated.any():
        answer[UNALLOCATED] = unallocated
        _tell_unallocated(unallocated)
    return _answer(frame, groups, answer)


def _measure_sums(measures: Iterable[Measure], sums: dict[Sum, Array], n: int | None) -> dict[str, npt.NDArray[Any]]:
    present = sums[count]
    if empty := int((present == 0).sum()):
        what = f"{empty:,} of {len(present):,} groups hold no trade: n = 0 and no value"
        warn([Finding("TA-122", what, "No index exists there, and it is not 0.")], stacklevel=3)
    measures = list(measures)

    def compute(some: Iterable[Measure]) -> list[Array]:
        return [m.on_arrays(sums, n if m.takes_n else None) for m in some]

    # Formulas of many groups take the threads there are.
    some = [[m] for m in measures] if len(present) > BLOCK else [measures]
    columns = [column for found in each(compute, some) for column in found]
    return {"n": present.astype(np.int64), **dict(zip((m.name for m in measures), columns, strict=True))}


def _tell_unallocated(share: Array) -> None:
    if (over := share > 0.01).any():
        groups = f"{over.sum():,} of {len(share):,} groups hold" if len(share) > 1 else "the table holds"
        what = f"{groups} more than 1% that is allocated to nobody, up to {share.max():.1%}"
        mend = f"It is no partner and is left out of the index; its share is in {UNALLOCATED!r}."
        warn([Finding("TA-119", what, mend)], stacklevel=3)


def _answer(frame: nw.DataFrame[Any], groups: nw.DataFrame[Any], columns: dict[str, npt.NDArray[Any]]) -> Any:
    """The groups' keys beside the computed columns, in the library of the question."""
    backend = frame.implementation
    answer = nw.DataFrame.from_dict(columns, backend=backend)
    if not backend.is_pandas():  # to which they are one
        answer = answer.with_columns(nw.selectors.by_dtype(nw.Float64).fill_nan(None))
    if groups.columns:
        answer = groups.with_columns(*(answer[name] for name in answer.columns))
    native = answer.to_native()
    if backend.is_pandas():
        native.attrs = dict(frame.to_native().attrs)
    return native


def _measure_engine(
    frame: nw.LazyFrame[Any],
    measures: Iterable[Measure],
    keys: list[str],
    over: str,
    value: str,
    n: int | None,
    wanted: list[Sum],
) -> Any:
    groups, sums, unallocated, faults = of_engine(frame, keys, over, value, wanted)
    sound = faults == 0
    answer = groups.select(
        *keys,
        sums[count].cast(nw.Int64).alias("n"),
        *(nw.when(sound).then(m.on_engine(sums, n if m.takes_n else None)).alias(m.name) for m in measures),
        *([nw.when(sound).then(unallocated).alias(UNALLOCATED)] if remainders(over) else []),
        faults.cast(nw.Int64).alias("faults"),
    )
    # What is not defined (one partner, normalised) is missing on every engine, not NaN on some.
    finite = (nw.when(nw.col(m.name).is_finite()).then(nw.col(m.name)).alias(m.name) for m in measures)
    return answer.with_columns(*finite).to_native()
