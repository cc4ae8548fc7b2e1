"""Cells and sums: what every index is made of, on arrays, on tables in memory and on engines.

A trade table becomes *cells*, one value per group and partner; a group's cells become *sums*; an index is a formula
of these (``measures``). A sum is declared once, as the term of one cell and the way terms merge, and is evaluated
three ways: along the last axis of an array, on the data of a sparse matrix groups x partners, and as a narwhals
expression where the table lives in Polars' lazy engine, DuckDB or Spark.
"""

from tradeanalysis.sums.arrays import by_label, checked, of_array, of_values, universe, values
from tradeanalysis.sums.cells import cells_of
from tradeanalysis.sums.declared import DECLARED, Array, Sum, count, largest, power, squares, top, total, xlogx
from tradeanalysis.sums.engines import of_engine
from tradeanalysis.sums.in_memory import by_size, coded, of_table, refuse_rows
from tradeanalysis.sums.key_codes import BLOCK, Codes, in_use, joined, keyed, on_threads, row_blocks
from tradeanalysis.sums.labels import aggregates, among, remainders

__all__ = [
    "BLOCK",
    "DECLARED",
    "Array",
    "Codes",
    "Sum",
    "aggregates",
    "among",
    "by_label",
    "by_size",
    "cells_of",
    "checked",
    "coded",
    "count",
    "in_use",
    "joined",
    "keyed",
    "largest",
    "of_array",
    "of_engine",
    "of_table",
    "of_values",
    "on_threads",
    "power",
    "refuse_rows",
    "remainders",
    "row_blocks",
    "squares",
    "top",
    "total",
    "universe",
    "values",
    "xlogx",
]
