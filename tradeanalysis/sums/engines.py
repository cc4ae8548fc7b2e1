"""Sums on engines, Polars' lazy one, DuckDB and Spark: one plan over the data, written in narwhals."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import narwhals as nw

from tradeanalysis.schema import ALL, FLOW
from tradeanalysis.sums.declared import Sum, total
from tradeanalysis.sums.labels import aggregates, is_among, normalised, remainders

# Dollars to about billions. A power of two changes no digit; it keeps logarithms short and powers within float64.
SCALE = 2.0**-30


def of_engine(
    frame: nw.LazyFrame[Any], by: Sequence[str], over: str, value: str, wanted: Sequence[Sum]
) -> tuple[nw.LazyFrame[Any], dict[Sum, nw.Expr], nw.Expr, nw.Expr]:
    """The groups of a lazy table with the sums as columns, and expressions: of each sum, the unallocated share, faults.

    One plan over the data, in which terms are computed before plain sums are taken: that keeps engines on their fast
    paths. Rows from which nothing can be computed are counted instead of summed; the sums of a group without trade are
    missing. The plan has columns of its own names, so that a table's may bear any; the keys come back under theirs.
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
    rows = _numbered(rows) if flow else rows
    schema = rows.collect_schema()
    usable = ((x >= 0) & (x < float("inf"))).fill_null(False)  # NaN stands above infinity in SQL and Polars
    for key, kind in schema.items():
        if key not in ("x", "flow"):
            usable = usable & ~nw.col(key).is_null()
            usable = usable & ~nw.col(key).is_nan() if kind.is_float() else usable
    cells = (
        rows.with_columns(usable.alias("usable"), nw.lit(0).alias(ALL))
        .with_columns(
            nw.when(nw.col("usable")).then(x * SCALE).otherwise(0.0).alias("x"),
            nw.when(nw.col("usable")).then(0).otherwise(1).alias("bad"),
        )
        .group_by(ALL, *keys, "partner")
        .agg(x.sum(), bad.sum(), nw.len().alias("rows"), *(_ends("flow") if flow else []))
    )
    # Labels are checked once, when the rows of each are together, and normalised once, in a column of their own.
    numbers = schema["partner"].is_integer()
    whole, part = (is_among(nw.col("label"), known, numbers) for known in (aggregates(over), remainders(over)))
    cells = cells.with_columns((partner if numbers else normalised(partner)).alias("label"))
    cells = cells.with_columns(whole.alias("aggregate"), part.alias("remainder")).with_columns(
        nw.when(nw.col("aggregate")).then(nw.col("rows")).otherwise(bad).alias("bad"),
        nw.when(nw.col("remainder")).then(x).otherwise(0.0).alias("rest"),
        nw.when((x > 0) & ~nw.col("aggregate") & ~nw.col("remainder")).then(x).alias("x"),
    )
    if any(one.ordered for one in wanted):
        cells = cells.with_columns(x.rank("ordinal", descending=True).over(ALL, *keys).alias("rank"))

    extra = ["bad", "rest"]
    terms, sums = [], [nw.col(name).sum().fill_null(0) for name in extra]
    if flow:
        extra += ["rows", "first", "last"]
        sums += [nw.col("rows").sum(), nw.col("first").min(), nw.col("last").max()]
    of_plan = {one: f"sum_{i}" for i, one in enumerate(dict.fromkeys([*wanted, total]))}
    for one, name in of_plan.items():
        term = one.term(x, rank) if one.ranked else one.term(x)
        if one.first is not None:
            term = nw.when(rank <= one.first).then(term)
        terms.append(term.alias(name))
        sums.append(nw.col(name).max() if one.merge == "max" else nw.col(name).sum())
    cells = cells.select(*keys, *extra, *terms)
    groups = cells.group_by(*keys).agg(*sums) if keys else cells.select(*sums)
    if flow:  # exports and imports are never added
        mixed = (nw.col("first") != nw.col("last")).fill_null(False)
        groups = groups.with_columns(nw.when(mixed).then(nw.col("rows")).otherwise(bad).alias("bad"))
    groups = groups.select(
        *(nw.col(ours).alias(theirs) for theirs, ours in zip(by, keys, strict=True)),
        *(nw.col(name).alias(f"{name}_of_the_plan") for name in (*extra, *of_plan.values())),
    )
    sums_of = {one: nw.col(f"{name}_of_the_plan") for one, name in of_plan.items()}
    rest = nw.col("rest_of_the_plan")
    whole = sums_of[total].fill_null(0.0) + rest
    unallocated = nw.when(whole > 0).then(rest / whole).otherwise(0.0)
    return groups, sums_of, unallocated, nw.col("bad_of_the_plan")


def _numbered(rows: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
    """The rows with a number in place of each flow on Spark, which sorts them all to find the least of texts."""
    if not rows.implementation.is_spark_like():
        return rows
    others = [name for name in rows.collect_schema().names() if name != "flow"]
    number = "CASE WHEN flow IS NOT NULL THEN xxhash64(flow) END AS flow"
    coded: nw.LazyFrame[Any] = nw.from_native(rows.to_native().selectExpr(*others, number))
    return coded


def _ends(column: str) -> list[nw.Expr]:
    """The least and the greatest of a column: one, where there is one."""
    return [nw.col(column).min().alias("first"), nw.col(column).max().alias("last")]
