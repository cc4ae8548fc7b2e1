"""What a measure is: a formula whose parameter names are the sums that it needs."""

from __future__ import annotations

import functools
import inspect
import math
from collections.abc import Callable, Iterable
from typing import Any

import narwhals as nw
import numpy as np
import numpy.typing as npt

from tradeanalysis.gate.findings import Finding, warn
from tradeanalysis.gate.tables import open_table
from tradeanalysis.schema import PARTNER, VALUE, SchemaError, TradeDataError
from tradeanalysis.sums import DECLARED, Array, Sum, count, of_engine, of_table, of_values, remainders, universe
from tradeanalysis.sums.keys import BLOCK, each


class Measure:
    """An index: a scale-free formula over sums, for a vector, a matrix or a table on any engine.

    The formula's parameters name declared sums (``total``, ``count``, ``squares``, ``xlogx``, ``logs``, ``largest``,
    ``ranked``) or sums bound by keyword, ``p=power(3)``. A parameter ``n`` is the ``n=`` of the call, else the partners
    present. The formula uses ``+ - * / **``, ``np.log``, ``np.exp`` and ``np.sqrt`` only, which arrays and engines'
    expressions understand alike.

    Parameters
    ----------
    formula
        The function of sums.
    name
        The column's name in tables; the formula's own by default. No dots.
    if_zero
        The value where n counts partners without trade and the formula cannot see them.
    **sums
        Sums for parameters that are not declared ones.

    Examples
    --------
    >>> import tradeanalysis as ta
    >>> @ta.Measure
    ... def simpson(total, squares):
    ...     return 1 - squares / total**2
    >>> simpson([50, 50])
    0.5
    """

    def __init__(
        self,
        formula: Callable[..., Any],
        name: str | None = None,
        *,
        if_zero: float | None = None,
        **sums: Sum,
    ) -> None:
        functools.update_wrapper(self, formula)
        # What a reader passes is a distribution, not the formula's sums.
        call = inspect.signature(type(self).__call__)
        self.__signature__ = call.replace(parameters=list(call.parameters.values())[1:])
        self.name = name or formula.__name__
        if not self.name.isidentifier():
            raise TypeError(f"{self.name!r} cannot name a column on every engine: pass name= of letters, digits and _")
        self.formula = formula
        self.if_zero = if_zero
        parameters = list(inspect.signature(formula).parameters)
        unknown = [p for p in parameters if p != "n" and p not in sums and p not in DECLARED]
        if unknown:
            raise TypeError(f"{self.name} asks for {unknown}, which are no declared sums: {', '.join(DECLARED)}")
        self.takes_n = "n" in parameters
        self.sums: dict[str, Sum] = {p: sums.get(p) or DECLARED[p] for p in parameters if p != "n"}

    def __repr__(self) -> str:
        return f"<measure {self.name}({', '.join(inspect.signature(self.formula).parameters)})>"

    def __call__(self, x: Any, *, n: int | None = None) -> Any:
        """The index of a vector of values by partner, as a float; of a matrix, one number for each row."""
        if universe(n) is not None and not self.takes_n:
            raise TypeError(f"{self.name} does not depend on n")
        sums = of_values(x, {count, *self.sums.values()})
        # A vector is a matrix of one row: the same arithmetic, to the last bit.
        result = self._on_arrays({one: np.atleast_1d(column) for one, column in sums.items()}, n)
        if sums[count].ndim:
            return result
        if not sums[count] > 0:
            raise TradeDataError("there is no trade here, all values are zero: no index exists, and it is not 0")
        return float(result[0])

    def _on_arrays(self, sums: dict[Sum, Array], n: int | None) -> Array:
        """The formula on sums, missing where there is no trade or where the formula is not defined."""
        present = sums[count]
        if n is not None and present.max(initial=0) > n:
            raise TradeDataError(f"n={n} is fewer than the {present.max():.0f} partners present")
        for one in self.sums.values():
            if not (_in_range(one, sums[one]) | (present == 0)).all():
                raise TradeDataError(f"{self.name}: a power of these values leaves float64. Choose a smaller order")
        with np.errstate(all="ignore"):
            result = np.asarray(self._of(sums, present if n is None else np.float64(n)), dtype=np.float64)
            if n is not None and self.if_zero is not None:
                result = np.where(present < n, self.if_zero, result)
        return np.where((present > 0) & np.isfinite(result), result, np.nan)

    def _on_engine(self, sums: dict[Sum, nw.Expr], n: int | None) -> nw.Expr:
        present = sums[count]
        result = self._of(sums, present if n is None else float(n))
        defined = present > 0 if n is None else (present > 0) & (present <= n)
        for one in self.sums.values():
            defined = defined & _in_range(one, sums[one])
        if n is not None and self.if_zero is not None:
            other = nw.lit(self.if_zero if math.isfinite(self.if_zero) else None, nw.Float64)
            result = nw.when(present < n).then(other).otherwise(result)
        return nw.when(defined).then(result)

    def _of(self, sums: dict[Sum, Any], n: Any) -> Any:
        arguments: dict[str, Any] = {p: sums[one] for p, one in self.sums.items()}
        return self.formula(**arguments, **({"n": n} if self.takes_n else {}))


def _in_range(one: Sum, column: Any) -> Any:
    """Whether a sum is within float64 with all its digits, on arrays and as an expression."""
    finite = column.is_finite() if isinstance(column, nw.Expr) else np.isfinite(column)
    return finite & (column > TINY) if one.positive else finite


UNALLOCATED = "unallocated"
# Below it lie the numbers with fewer digits than float64 has.
TINY = 2.0**-960


def spell(parameter: float) -> str:
    """A parameter as part of a column's name: 0.5 is ``0_5``, -1 is ``minus_1``."""
    return f"{parameter:.15g}".replace("-", "minus_").replace(".", "_").replace("+", "")


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
        return [m._on_arrays(sums, n if m.takes_n else None) for m in some]

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
        *(nw.when(sound).then(m._on_engine(sums, n if m.takes_n else None)).alias(m.name) for m in measures),
        *([nw.when(sound).then(unallocated).alias(UNALLOCATED)] if remainders(over) else []),
        faults.cast(nw.Int64).alias("faults"),
    )
    # What is not defined (one partner, normalised) is missing on every engine, not NaN on some.
    finite = (nw.when(nw.col(m.name).is_finite()).then(nw.col(m.name)).alias(m.name) for m in measures)
    return answer.with_columns(*finite).to_native()
