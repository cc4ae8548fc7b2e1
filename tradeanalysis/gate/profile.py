"""The profile of a table: counts by keys and products, from few passes in memory or on its engine, for all checks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import narwhals as nw
import numpy as np
import numpy.typing as npt
import pandas as pd

from tradeanalysis.gate.catalogue import Severity
from tradeanalysis.gate.findings import Finding, Fix, in_words, rows_with
from tradeanalysis.gate.groups import Coded, coded, compact, several
from tradeanalysis.schema import ALL, FLOW, MARKS, PARTNER, PRODUCT, REPORTER, YEAR

KEYS = (REPORTER, PARTNER, FLOW, YEAR)
# What is counted of the rows of a cell. Sizes are sums of absolute values, of which shares are taken.
COUNTS = ("rows", "value", "size", "negative", "missing", "infinite", "whole")
ROUND = 1000.0
Mask = npt.NDArray[np.bool_]
Values = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Profile:
    """Counts of a table by its keys and marks, and by product.

    ``cells`` has a row per combination of the keys and marks that the table has, ``products`` one per product. A table
    in memory also has, for each of its rows, the row of ``cells`` and of ``products`` that it belongs to.
    """

    cells: pd.DataFrame
    products: pd.DataFrame | None
    # A row for each cell that stands several times: keys, marks, product, rows and size.
    repeated: pd.DataFrame
    columns: tuple[str, ...]
    # Whether the values came as float32, which holds seven digits.
    float32: bool
    row_cell: npt.NDArray[np.intp] | None = None
    row_product: npt.NDArray[np.intp] | None = None
    row_repeated: Mask | None = None
    row_x: npt.NDArray[np.float64] | None = None
    # The keys and marks of the cells as numbers of their labels.
    coded: dict[str, Coded] = field(default_factory=dict)

    @property
    def size(self) -> float:
        """The sum of the absolute values."""
        return float(self.cells["size"].sum())

    @property
    def rows(self) -> int:
        """The number of rows."""
        return int(self.cells["rows"].sum())

    def keys(self, *wanted: str) -> list[str]:
        """Those of the columns that the table has."""
        return [column for column in wanted if column in self.cells]

    def finding(
        self,
        id: str,
        what: str,
        *,
        cells: Any = None,
        products: Any = None,
        rows: Mask | None = None,
        count: int | None = None,
        size: float | None = None,
        override: Severity | None = None,
        labels: Iterable[object] = (),
        fixes: Iterable[Fix] = (),
        **values: Any,
    ) -> Finding:
        """A finding on marked cells, products or rows, in the words of a key of the catalogues."""
        for marked, part, of_row in (
            (cells, self.cells, self.row_cell),
            (products, self.products, self.row_product),
        ):
            if marked is not None and part is not None:
                marked = np.asarray(marked, dtype=bool)
                count = int(part["rows"].to_numpy()[marked].sum())
                size = float(part["size"].to_numpy()[marked].sum())
                rows = None if of_row is None else marked[of_row]
        numbers = () if rows is None else tuple(np.flatnonzero(rows).tolist())
        count = len(numbers) if count is None else count
        share = size / self.size if size and self.size else None
        what, fix = in_words(what, **values)
        sentence = rows_with(count, what, "row", numbers)
        return Finding(id, sentence, fix, share, numbers, count, override, tuple(map(str, labels)), tuple(fixes))


def profile(frame: nw.DataFrame[Any] | nw.LazyFrame[Any], value: str, by: Sequence[str] = ()) -> Profile:
    """Count a table: by its keys and marks, by product, and the cells that stand several times."""
    schema = frame.collect_schema()
    columns = tuple(schema.names())
    keys = [column for column in dict.fromkeys((*KEYS, *MARKS, *by)) if column in columns]
    product = PRODUCT in columns
    float32 = schema[value] == nw.Float32
    if isinstance(frame, nw.LazyFrame):
        cells, products, repeated = _on_engine(frame, keys, value, product)
        numbers = {key: coded(cells[key]) for key in keys}
        return Profile(cells, products, repeated, columns, float32, coded=_whole_numbers(numbers))
    return _in_memory(frame, keys, value, product, columns, float32)


def counted(
    frame: nw.LazyFrame[Any], keys: Sequence[str], value: str, product: bool
) -> tuple[pd.DataFrame, pd.DataFrame | None]:
    """The counts of a table on an engine by its keys, and by product."""
    rows, counts = _terms(frame, keys, value, product)
    cells = _collected(rows.with_columns(nw.lit(0).alias(ALL)).group_by(ALL, *keys).agg(*counts)).drop(columns=ALL)
    return cells, _collected(rows.group_by(PRODUCT).agg(*counts[:3])) if product else None


def _terms(
    frame: nw.LazyFrame[Any], keys: Sequence[str], value: str, product: bool
) -> tuple[nw.LazyFrame[Any], list[nw.Expr]]:
    """The rows with all that is counted of each, and the counts."""
    x, size = nw.col("x"), nw.col("size")
    # NaN stands above infinity in SQL and Polars, and does not equal it.
    given = nw.col(value).cast(nw.Float64)
    missing = given.is_null() | given.is_nan().fill_null(False)
    rows = frame.select(*keys, *([PRODUCT] if product else []), given.alias("x"), missing.alias("missing"))
    finite = ~nw.col("missing") & (x.abs() < float("inf")).fill_null(False)
    rows = rows.with_columns(nw.when(finite).then(x).otherwise(0.0).alias("value"), finite.alias("finite"))
    one = {
        "negative": x < 0,
        "missing": nw.col("missing"),
        "infinite": ~nw.col("missing") & ~nw.col("finite"),
        "whole": nw.col("value") % ROUND == 0,
    }
    rows = rows.with_columns(
        nw.col("value").abs().alias("size"),
        *(nw.when(test.fill_null(False)).then(1).otherwise(0).alias(f"is {name}") for name, test in one.items()),
    )
    counts = [nw.len().alias("rows"), nw.col("value").sum(), size.sum()]
    counts += [nw.col(f"is {name}").sum().alias(name) for name in one]
    return rows, counts


def _on_engine(
    frame: nw.LazyFrame[Any], keys: list[str], value: str, product: bool
) -> tuple[pd.DataFrame, pd.DataFrame | None, pd.DataFrame]:
    cells, products = counted(frame, keys, value, product)
    if products is None:
        several = cells[cells["rows"] > 1]
        return cells, None, several[[*keys, "rows", "size"]]
    rows, _ = _terms(frame, keys, value, product)
    # Counting distinct cells is half the work of counting the rows of each, and mostly ends the matter.
    varying = [key for key in keys if cells[key].nunique(dropna=False) > 1]
    distinct = rows.select(*varying, PRODUCT).unique().select(nw.len().alias("n"))
    repeated = pd.DataFrame(columns=[*keys, PRODUCT, "rows", "size"])
    if int(_collected(distinct)["n"].iloc[0]) < cells["rows"].sum():
        again = rows.group_by(*keys, PRODUCT).agg(nw.len().alias("rows"), nw.col("size").sum())
        repeated = _collected(again.filter(nw.col("rows") > 1))
    return cells, products, repeated


def _collected(frame: Any) -> pd.DataFrame:
    counts: pd.DataFrame = frame.collect().to_pandas()
    kinds: dict[Any, Any] = {
        name: np.float64 if name in ("value", "size") else np.int64 for name in COUNTS if name in counts
    }
    return counts.astype(kinds).reset_index(drop=True)


def _in_memory(
    frame: nw.DataFrame[Any],
    keys: list[str],
    value: str,
    product: bool,
    columns: tuple[str, ...],
    float32: bool,
) -> Profile:
    x = frame[value].to_numpy().astype(np.float64)
    finite = np.isfinite(x)
    plain = x if finite.all() else np.where(finite, x, 0.0)
    negative = x < 0
    size = np.abs(plain) if negative.any() else plain
    marks = {"negative": negative, "missing": np.isnan(x), "infinite": np.isinf(x), "whole": _whole(plain, size)}
    codes = {key: coded(frame[key].to_pandas()) for key in keys}
    numbered = [(one.number, len(one.labels)) for one in codes.values()]
    cell, first = compact(numbered, len(x))
    codes = _whole_numbers({key: Coded(one.number[first], one.labels) for key, one in codes.items()})
    columns_of_cells: dict[str, Any] = {key: _column(one) for key, one in codes.items()}
    columns_of_cells |= _sums(cell, len(first), plain, size)
    columns_of_cells |= {name: np.bincount(cell[of], minlength=len(first)) for name, of in marks.items()}
    cells = pd.DataFrame(columns_of_cells)
    products, row_product = None, None
    if product:
        of_rows = coded(frame[PRODUCT].to_pandas())
        row_product, labels = of_rows.number, of_rows.labels
        products = pd.DataFrame({PRODUCT: labels, **_sums(row_product, len(labels), plain, size)})
        numbered.append((row_product, len(labels)))
    rows, number = several(numbered, len(x))
    row_repeated = np.zeros(len(x), dtype=bool)
    row_repeated[rows] = True
    at = rows[np.diff(number, prepend=-1) > 0]
    repeated = cells[keys].iloc[cell[at]].reset_index(drop=True)
    if products is not None and row_product is not None:
        repeated[PRODUCT] = products[PRODUCT].to_numpy()[row_product[at]]
    repeated["rows"] = np.bincount(number, minlength=len(at))
    repeated["size"] = np.bincount(number, size[rows], len(at))
    return Profile(cells, products, repeated, columns, float32, cell, row_product, row_repeated, x, codes)


def _sums(number: npt.NDArray[np.intp], groups: int, x: Values, size: Values) -> dict[str, npt.NDArray[Any]]:
    """The rows of each group, their values and sizes; added once, where sizes are the values themselves."""
    value = np.bincount(number, x, groups)
    sizes = value.copy() if size is x else np.bincount(number, size, groups)
    return {"rows": np.bincount(number, minlength=groups), "value": value, "size": sizes}


def _whole(x: Values, size: Values) -> Mask:
    """Where values are whole thousands."""
    if size.max(initial=0.0) >= 2**53:  # beyond, not every whole number is one of float64
        return np.asarray(x % ROUND == 0)
    return np.asarray(np.rint(x / ROUND) * ROUND == x)  # exact, and a remainder takes five times as long


def _whole_numbers(codes: dict[str, Coded]) -> dict[str, Coded]:
    """Numbers that can be multiplied: those of categories are as short as they may be."""
    return {key: Coded(one.number.astype(np.intp, copy=False), one.labels) for key, one in codes.items()}


def _column(of: Coded) -> pd.Series[Any]:
    """The labels of every cell."""
    return pd.Series(of.labels).take(of.number).reset_index(drop=True)
