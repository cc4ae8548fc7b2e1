"""Cells and sums: what every index is made of, on arrays, on tables in memory and on engines.

A trade table becomes *cells*, one value per group and partner; a group's cells become *sums*; an index is a formula
of these (``measures``). A sum is declared once, as the term of one cell and the way terms merge, and is evaluated
three ways: along the last axis of an array, on the data of a sparse matrix groups x partners, and as a narwhals
expression where the table lives in Polars' lazy engine, DuckDB or Spark.
"""

from __future__ import annotations

import functools
import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from decimal import Decimal
from numbers import Integral, Real
from typing import Any, Literal

import narwhals as nw
import numpy as np
import numpy.typing as npt
import pandas as pd

from tradeanalysis import names
from tradeanalysis.gate.findings import Finding, in_rows, listing, refuse, share_of, value_faults
from tradeanalysis.gate.levels import UNTOLD
from tradeanalysis.schema import FLOW, PARTNER, PRODUCT, REPORTER, TradeDataError, TradeDataWarning

Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Sum:
    """A number of a group: the term of one cell, a positive value, and the way the terms merge.

    What adds (``merge="add"``) adds over disjoint sets of partners too, and the larger of two maxima is the maximum of
    both; sums that need the order within the group do neither. ``ranked`` terms also take the cell's rank, 1 for the
    largest; ``first=k`` keeps the k largest cells only. A sum of positive terms that is zero or infinite has left
    float64, and no index is made of it.
    """

    term: Callable[..., Any]
    merge: Literal["add", "max"] = "add"
    ranked: bool = False
    first: int | None = None
    positive: bool = True

    @property
    def ordered(self) -> bool:
        """Whether the order within the group matters."""
        return self.ranked or self.first is not None


# An absent partner has no cell, so no term ever meets a zero.
total = Sum(lambda x: x)
count = Sum(lambda x: 0 * x + 1)
squares = Sum(lambda x: x * x)
xlogx = Sum(lambda x: x * np.log(x), positive=False)
logs = Sum(lambda x: np.log(x), positive=False)
largest = Sum(lambda x: x, merge="max")
ranked = Sum(lambda x, rank: x * rank, ranked=True)

DECLARED: Mapping[str, Sum] = {
    "total": total,
    "count": count,
    "squares": squares,
    "xlogx": xlogx,
    "logs": logs,
    "largest": largest,
    "ranked": ranked,
}


@functools.cache
def power(q: float) -> Sum:
    """The sum of the cells' q-th powers."""
    return squares if q == 2 else Sum(lambda x: x**q)


@functools.cache
def top(k: int) -> Sum:
    """The sum of the k largest cells."""
    return largest if k == 1 else Sum(lambda x: x, first=k)


# ---- arrays -----------------------------------------------------------------------------------------------------


def values(x: Any) -> Array:
    """The values of a vector or matrix as float64, scaled so that nothing overflows, the largest first.

    Every row is divided by the power of two above its largest value, which changes no digit of a scale-free index,
    and is sorted, so that no digit depends on the order of partners.
    """
    a = checked(x)
    _, exponent = np.frexp(a.max(axis=-1, keepdims=True, initial=0.0))
    # Zeros are told before scaling: beside 1e308 a present 5e-324 would round to one.
    scaled = np.where(a > 0, np.maximum(np.ldexp(a, -exponent), np.nextafter(0.0, 1.0)), 0.0)
    # Contiguous, so that numpy takes one and the same loop for the powers and logarithms of any number of partners.
    return np.ascontiguousarray(np.sort(scaled, axis=-1)[..., ::-1])


def checked(x: Any) -> Array:
    """The values as given, as float64; what no index can be computed from raises with its positions."""
    a = _floats(x)
    if a.ndim == 0:
        raise TradeDataError("one number is no distribution: pass the values by partner, such as [40, 30, 30]")
    refuse(
        Finding(id, f"{what} value: {_positions(a, bad)}", mend, share_of(bad, a))
        for id, what, bad, mend in value_faults(a)
    )
    return a


def _floats(x: Any) -> Array:
    # A set would lose one of two equal values.
    if isinstance(x, (str, bytes, Mapping, Set)) or (hasattr(x, "columns") and not isinstance(x, pd.Series)):
        raise TradeDataError(
            "an index takes the values of one distribution (a list, an array, a Series), or a matrix with one in each "
            "row. A trade table goes to ta.measure(table, ta.hhi, by=[...]); a dataframe of scenarios is passed as "
            ".to_numpy()"
        )
    if np.ma.isMaskedArray(x):
        x = np.ma.filled(x.astype(np.float64), np.nan)
    if not hasattr(x, "__array__") and isinstance(x, Iterable):
        x = list(x)
    try:
        a = np.asarray(x)
    except ValueError:
        raise TradeDataError("the rows of a matrix have different lengths; write 0 where there was no trade") from None
    if a.dtype == np.float32:
        warnings.warn("values in float32 carry 7 digits only; read them as float64", TradeDataWarning, stacklevel=5)
    if isinstance(x, list) and a.dtype.kind in "iuf":
        # True among numbers would be counted as 1: look at the values as they were given.
        given = [v for row in x for v in (row if isinstance(row, (list, tuple)) else [row])]
        if any(isinstance(v, (bool, np.bool_)) for v in given):
            a = np.asarray(given, dtype=object)
    if a.dtype.kind in "iuf":
        return a.astype(np.float64)
    if a.dtype.kind == "O":
        flat = [np.nan if v is None or v is pd.NA else v for v in a.ravel()]
        wrong = [v for v in flat if isinstance(v, (bool, np.bool_)) or not isinstance(v, (Real, Decimal))]
        if not wrong:
            try:
                return np.array([float(v) for v in flat], dtype=np.float64).reshape(a.shape)
            except (OverflowError, ValueError) as error:
                raise TradeDataError(f"a value is no number that float64 can hold: {error}") from None
        raise TradeDataError(
            f"values must be numbers; found {listing(map(repr, wrong))}. ta.read parses files strictly"
        )
    raise TradeDataError(f"values must be numbers, not {a.dtype}. ta.read parses text strictly")


def _positions(a: Array, bad: npt.NDArray[np.bool_]) -> str:
    return listing(f"{a[tuple(i)]:g} at position {', '.join(map(str, i))}" for i in np.argwhere(bad))


def universe(n: int | None) -> int | None:
    """The number of partners of a universe, once it is known to be one."""
    if n is not None and (isinstance(n, bool) or not isinstance(n, Integral) or n < 1):
        raise TradeDataError(f"n={n!r}: the number of partners that could trade is a whole number, at least 1")
    return n


def of_array(x: Array, wanted: Iterable[Sum]) -> dict[Sum, Array]:
    """Each sum along the last axis of values as ``values`` gives them."""
    rank = np.arange(1.0, x.shape[-1] + 1)
    sums = {}
    for one in wanted:
        with np.errstate(divide="ignore", invalid="ignore"):
            terms = np.where(x > 0, one.term(x, rank) if one.ranked else one.term(x), 0.0)
        sums[one] = terms.max(axis=-1, initial=0.0) if one.merge == "max" else _add(terms[..., : one.first])
    return sums


def _add(terms: Array) -> Array:
    """Add neighbours, then neighbours of these: accurate, and the same to the last bit whatever zeros follow."""
    width = 1 << max(terms.shape[-1] - 1, 0).bit_length()
    tree = np.zeros((*terms.shape[:-1], width))
    tree[..., : terms.shape[-1]] = terms
    while tree.shape[-1] > 1:
        tree = tree[..., ::2] + tree[..., 1::2]
    return np.asarray(tree[..., 0])


# ---- tables -----------------------------------------------------------------------------------------------------


def of_table(
    frame: nw.DataFrame[Any], by: Sequence[str], over: str, value: str, wanted: Sequence[Sum]
) -> tuple[nw.DataFrame[Any], dict[Sum, Array], Array]:
    """The groups of a table in memory, in the order of their keys, their sums, and the shares that are not allocated.

    The cells are a sparse matrix, groups x partners: building it sums the rows that repeat, and every sum is a
    reduction of its data.
    """
    from scipy.sparse import coo_array

    x, codes, labels = coded(frame, by, over, value)
    group, first = _groups([codes[key] for key in by], len(x))
    if FLOW in frame.columns and FLOW not in (*by, over):
        _refuse_flows(frame[FLOW].to_pandas(), group, x)
    whole = np.bincount(group, x, len(first))
    rest = among(labels, remainders(over))[codes[over]]
    left = np.bincount(group, np.where(rest, x, 0.0), len(first))
    unallocated = np.divide(left, whole, out=np.zeros(len(first)), where=whole > 0)
    x = np.where(rest, 0.0, x)

    cells = coo_array((x, (group, codes[over])), shape=(len(first), len(labels))).tocsr()
    cells.eliminate_zeros()
    size = np.diff(cells.indptr)
    traded = size > 0
    starts = cells.indptr[:-1][traded]
    if len(starts):
        # Every group is scaled as a vector is.
        _, exponent = np.frexp(np.maximum.reduceat(cells.data, starts))
        cells.data = np.ldexp(cells.data, np.repeat(-exponent, size[traded]))
        np.maximum(cells.data, np.nextafter(0.0, 1.0), out=cells.data)

    rank = np.empty(0)
    if any(one.ordered for one in wanted):
        row = np.repeat(np.arange(len(first)), size)
        order = np.lexsort((-cells.data, row))
        rank = np.empty(len(order))
        rank[order] = np.arange(len(order)) - cells.indptr[row[order]] + 1.0

    sums = {}
    for one in wanted:
        terms = one.term(cells.data, rank) if one.ranked else one.term(cells.data)
        if one.first is not None:
            terms = np.where(rank <= one.first, terms, 0.0)
        reduce = np.maximum if one.merge == "max" else np.add
        sums[one] = np.zeros(len(first))
        if len(starts):
            sums[one][traded] = reduce.reduceat(terms, starts)
    groups = frame.select(*by)[first.tolist()] if by else frame.select()
    return groups, sums, unallocated


def coded(
    frame: nw.DataFrame[Any], by: Sequence[str], over: str, value: str
) -> tuple[Array, dict[str, npt.NDArray[np.intp]], pd.Index]:
    """The values, a number for every label of each key in the labels' order, and the labels of ``over``.

    Rows from which no index can be computed raise, all at once.
    """
    x = frame[value].to_numpy().astype(np.float64)
    codes: dict[str, npt.NDArray[np.intp]] = {}
    for key in by:
        codes[key], _ = pd.factorize(frame[key].to_pandas(), sort=True)
    codes[over], labels = pd.factorize(frame[over].to_pandas(), sort=True)
    _refuse_rows(x, codes, pd.Index(labels), over, value)
    return x, codes, pd.Index(labels)


def _groups(keys: Sequence[npt.NDArray[np.intp]], rows: int) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """The group of every row, in the order of the keys, and a row of every group."""
    code = np.zeros(rows, dtype=np.intp)
    for key in keys:
        code = code * (key.max(initial=-1) + 1) + key
        _, code = np.unique(code, return_inverse=True)
    groups = code.max(initial=-1) + 1 if keys else 1
    first = np.zeros(groups, dtype=np.intp)
    first[code[::-1]] = np.arange(rows)[::-1]
    return code, first


def _refuse_rows(x: Array, codes: Mapping[str, npt.NDArray[np.intp]], labels: pd.Index, over: str, value: str) -> None:
    found = [
        in_rows(id, f"a{'n' * (what[0] == 'i')} {what} {value!r}", bad, x, mend)
        for id, what, bad, mend in value_faults(x)
    ]
    found += [
        in_rows("TA-105", f"no {key!r}", code < 0, x, "Name it, or leave these rows out and say so.")
        for key, code in codes.items()
        if (code < 0).any()
    ]
    totals = among(labels, aggregates(over))
    if totals.any():
        bad = np.append(totals, False)[codes[over]]  # the last place is for the number -1 of what is missing
        words = f"an aggregate in {over!r}, {listing(map(repr, labels[totals]))},"
        found.append(in_rows("TA-104", words, bad, x, AGGREGATE_MEND))
    refuse(found)


def _refuse_flows(flow: pd.Series[Any], group: npt.NDArray[np.intp], x: Array) -> None:
    """Exports and imports are never added."""
    number, flows = pd.factorize(flow)
    if len(flows) > 1:
        least, most = np.full(group.max() + 1, len(flows)), np.full(group.max() + 1, -1)
        np.minimum.at(least, group, number)
        np.maximum.at(most, group, number)
        if (mixed := (least != most)[group]).any():
            words = f"several flows in one group, {listing(map(repr, flows))},"
            refuse([in_rows("TA-111", words, mixed, x, FLOW_MEND)])


FLOW_MEND = 'Keep one, table[table["flow"] == "export"], or name "flow" in by=.'
AGGREGATE_MEND = (
    "Filter them, or read the file with ta.read(..., drop_aggregates=True). Where blocs are the axis on purpose, give "
    'their column another name than "partner": over="bloc".'
)


def aggregates(over: str) -> frozenset[str]:
    """The labels that cannot stand among the others, since they contain them."""
    if over in (PARTNER, REPORTER):
        return names.labels_of("aggregate")
    return frozenset({"total"} if over == PRODUCT else ())


def remainders(over: str) -> frozenset[str]:
    """The labels of what is allocated to none of the others, and so is none of them."""
    if over in (PARTNER, REPORTER):
        return names.labels_of("unallocated")
    return UNTOLD if over == PRODUCT else frozenset()


def among(labels: pd.Index, known: frozenset[str]) -> npt.NDArray[np.bool_]:
    """Which labels are known ones."""
    return np.array([str(label).strip().lower() in known for label in labels], dtype=bool)


# ---- engines ----------------------------------------------------------------------------------------------------


# Dollars to about billions. A power of two changes no digit; it keeps logarithms short and powers within float64.
SCALE = 2.0**-30
BLANKS = "".join(chr(i) for i in range(0x3001) if chr(i).isspace())


def of_engine(
    frame: nw.LazyFrame[Any], by: Sequence[str], over: str, value: str, wanted: Sequence[Sum]
) -> tuple[nw.LazyFrame[Any], dict[Sum, nw.Expr], nw.Expr, nw.Expr]:
    """The groups of a lazy table with the sums as columns, and expressions: of each sum, the unallocated share, faults.

    One plan over the data, in which terms are computed before plain sums are taken: that keeps engines on their fast
    paths. Rows from which nothing can be computed are counted instead of summed. The plan has columns of its own
    names, so that a table's may bear any; the keys come back under theirs.
    """
    keys = [f"key_{i}" for i in range(len(by))]
    x, bad, rank, partner = nw.col("x"), nw.col("bad"), nw.col("rank"), nw.col("partner")
    flow = FLOW in frame.collect_schema().names() and FLOW not in (*by, over)
    rows = frame.select(
        *(nw.col(theirs).alias(ours) for theirs, ours in zip(by, keys, strict=True)),
        *([nw.col(FLOW).cast(nw.String).alias("flow")] if flow else []),
        nw.col(over).alias("partner"),
        nw.col(value).cast(nw.Float64).alias("x"),
    )
    usable = ((x >= 0) & (x < float("inf"))).fill_null(False)  # NaN stands above infinity in SQL and Polars
    for key, kind in rows.collect_schema().items():
        if key not in ("x", "flow"):
            usable = usable & ~nw.col(key).is_null()
            usable = usable & ~nw.col(key).is_nan() if kind.is_float() else usable
    cells = (
        rows.with_columns(usable.alias("usable"), nw.lit(0).alias("all"))
        .with_columns(
            nw.when(nw.col("usable")).then(x * SCALE).otherwise(0.0).alias("x"),
            nw.when(nw.col("usable")).then(0).otherwise(1).alias("bad"),
        )
        .group_by("all", *keys, "partner")
        .agg(x.sum(), bad.sum(), nw.len().alias("rows"), *(_ends("flow") if flow else []))
    )
    # Labels are looked at once the rows of each are together.
    total, rest = (labelled(partner, known) for known in (aggregates(over), remainders(over)))
    cells = cells.with_columns(
        nw.when(total).then(nw.col("rows")).otherwise(bad).alias("bad"),
        nw.when(rest).then(x).otherwise(0.0).alias("rest"),
        nw.when((x > 0) & ~total & ~rest).then(x).alias("x"),
    )
    if any(one.ordered for one in wanted):
        cells = cells.with_columns(x.rank("ordinal", descending=True).over("all", *keys).alias("rank"))

    extra = {"bad": bad, "rest": nw.col("rest"), "whole": x.fill_null(0.0) + nw.col("rest")}
    terms, sums = [], [nw.col(name).sum().fill_null(0) for name in extra]
    if flow:
        extra |= {name: nw.col(name) for name in ("rows", "first", "last")}
        sums += [nw.col("rows").sum(), nw.col("first").min(), nw.col("last").max()]
    for i, one in enumerate(wanted):
        term = one.term(x, rank) if one.ranked else one.term(x)
        if one.first is not None:
            term = nw.when(rank <= one.first).then(term)
        terms.append(term.alias(f"sum_{i}"))
        column = nw.col(f"sum_{i}")
        sums.append(column.max() if one.merge == "max" else column.sum().fill_null(0.0))
    cells = cells.select(*keys, *(column.alias(name) for name, column in extra.items()), *terms)
    groups = cells.group_by(*keys).agg(*sums) if keys else cells.select(*sums)
    if flow:  # exports and imports are never added
        mixed = (nw.col("first") != nw.col("last")).fill_null(False)
        groups = groups.with_columns(nw.when(mixed).then(nw.col("rows")).otherwise(bad).alias("bad"))
    groups = groups.select(
        *(nw.col(ours).alias(theirs) for theirs, ours in zip(by, keys, strict=True)),
        *(nw.col(name).alias(f"{name}_of_the_plan") for name in (*extra, *(f"sum_{i}" for i in range(len(wanted))))),
    )
    sums_of = {one: nw.col(f"sum_{i}_of_the_plan") for i, one in enumerate(wanted)}
    rest, whole = nw.col("rest_of_the_plan"), nw.col("whole_of_the_plan")
    unallocated = nw.when(whole > 0).then(rest / whole).otherwise(0.0)
    return groups, sums_of, unallocated, nw.col("bad_of_the_plan")


def labelled(column: nw.Expr, known: frozenset[str]) -> nw.Expr:
    """Which labels of a column are known ones."""
    label = column.cast(nw.String).str.strip_chars(BLANKS).str.to_lowercase()
    return label.is_in(sorted(known)).fill_null(False) if known else nw.lit(False)


def _ends(column: str) -> list[nw.Expr]:
    """The first and last label in the order of the alphabet: one label, where they are one."""
    return [nw.col(column).min().alias("first"), nw.col(column).max().alias("last")]
