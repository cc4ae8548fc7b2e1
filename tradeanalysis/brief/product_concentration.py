"""How concentrated the trade in each product is: of all its trade, with the part that is not detailed by partner."""

from __future__ import annotations

from typing import Any

import narwhals as nw
import numpy as np
import numpy.typing as npt
import pandas as pd

from tradeanalysis.dependency.screens import EXPORT_DEPENDENCY, concentration, leveled
from tradeanalysis.measures.concentration import hhi
from tradeanalysis.schema import EXPORT, PARTNER, PRODUCT, VALUE, YEAR
from tradeanalysis.sums import among, remainders
from tradeanalysis.uncertainty.group_bounds import intervals

FEW = EXPORT_DEPENDENCY["edi1"]
LOW, HIGH = "hhi_low", "hhi_high"
# A part that is not detailed counts from here on; what is less is a rounding of the sums.
ROUNDING = 1e-12


def by_product(rows: nw.DataFrame[Any], flow: str, year: int) -> pd.DataFrame:
    """The products of a year, the largest value first, from an economy's rows of one flow and all years.

    ``detailed`` is the share of the product that is detailed by partner. All else is of all trade in the product:
    ``largest_share``, and ``hhi_low`` and ``hhi_high``, between which its index lies whichever partners the rest
    belongs to; the two are one number where all is detailed. ``few`` says whether it has few partners, missing where
    the rest decides it. Of exports there are also ``years_flagged``, the years in a row for which it certainly has few
    buyers, and ``to_unflag``, the least value that would have to move for the lowest index to fall to the threshold.
    """
    native: pd.DataFrame = rows.to_native()
    keys = [PRODUCT, YEAR]
    whole = native.groupby(keys, observed=True)[VALUE].sum().reset_index()
    whole = whole[whole[VALUE] > 0]
    rest = _is_rest(native)
    named, unnamed = _having(native, keys, ~rest), _having(native, keys, rest)
    table = whole.merge(_of_named(native[named], keys), on=keys, how="left")
    table = table.merge(_bounds(native[named & unnamed], keys), on=keys, how="left")
    table["detailed"] = (table["known"].fillna(0.0) / table[VALUE]).where(_in_part(table), 1.0)
    for share in ("largest_share", "two_largest"):
        table[share] *= table["detailed"]
    # All of a product is detailed, or nothing: its index may then be anything.
    ends = {LOW: table[LOW].fillna(0.0), HIGH: table[HIGH].fillna(1.0)}
    table = table.assign(**{name: end.where(_in_part(table), table["hhi"]) for name, end in ends.items()})
    table["few"] = (table[LOW] > FEW).astype("boolean").mask((table[LOW] <= FEW) & (table[HIGH] > FEW))
    of_year = table[table[YEAR] == year].sort_values(VALUE, ascending=False, kind="stable", ignore_index=True)
    if flow == EXPORT:
        certain = of_year["few"].fillna(False)
        of_year["years_flagged"] = _years_in_a_row(table, of_year[PRODUCT], year)
        moved = leveled(of_year.assign(known=of_year[VALUE]), LOW, FEW)
        of_year["to_unflag"] = moved.where(certain.to_numpy(bool))
    return pd.DataFrame(of_year.drop(columns=[YEAR, "two_largest", "known", "hhi"]))


def shares_of_products(now: pd.DataFrame, products: pd.DataFrame) -> pd.DataFrame:
    """The share of each partner in all trade of each product, beside the index of the product and what is not detailed.

    The index is ``hhi``, and the lowest that it can be where ``hhi_high``, the highest, is above it.
    """
    allocated = now[~_is_rest(now)]
    cells = allocated.groupby([PRODUCT, PARTNER], observed=True, as_index=False)[VALUE].sum()
    about = products.assign(whole=products[VALUE], hhi=products[LOW], unallocated=1 - products["detailed"])
    shares = cells.merge(about[[PRODUCT, "whole", "hhi", HIGH, "unallocated"]], on=PRODUCT)
    return pd.DataFrame(shares.assign(share=shares[VALUE] / shares["whole"]).drop(columns="whole"))


def partly(products: pd.DataFrame) -> bool:
    """Whether a part of any product is not detailed by partner."""
    return bool((products["detailed"] < 1).any())


def _in_part(table: pd.DataFrame) -> pd.Series[bool]:
    """Whether less of a product is detailed by partner than its whole."""
    return table["known"].fillna(0.0) < table[VALUE] * (1 - ROUNDING)


def _of_named(some: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """The index and the largest partners of what is detailed, from the rows of products of which something is."""
    columns = ["largest_partner", "largest_share", "two_largest", "known", "hhi"]
    return _none(some, keys, columns) if some.empty else concentration(some, keys)[[*keys, *columns]]


def _none(rows: pd.DataFrame, keys: list[str], numbers: list[str]) -> pd.DataFrame:
    """A table without rows, its keys of the kinds of these rows, with columns of numbers."""
    return rows[keys].iloc[:0].assign(**dict.fromkeys(numbers, pd.Series(dtype=float)))


def _bounds(both: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """The lowest and the highest index of all trade in each product, from rows of those detailed in part."""
    if both.empty:
        return _none(both, keys, [LOW, HIGH])
    return pd.DataFrame(intervals(both, hhi, by=keys))[[*keys, LOW, HIGH]]


def _is_rest(rows: pd.DataFrame) -> npt.NDArray[np.bool_]:
    """Which rows are not detailed by partner."""
    return np.asarray(among(pd.Index(rows[PARTNER]), remainders(PARTNER)), dtype=bool)


def _having(rows: pd.DataFrame, keys: list[str], such: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """Which rows are of a group that has a value in such rows."""
    groups = rows.loc[such & (rows[VALUE] > 0).to_numpy(), keys]
    return np.asarray(pd.MultiIndex.from_frame(rows[keys]).isin(pd.MultiIndex.from_frame(groups)), dtype=bool)


def _years_in_a_row(table: pd.DataFrame, products: pd.Series[Any], year: int) -> list[int]:
    """For each product, the years to this one, one after the other, in which it certainly has few buyers."""
    certain = set(table.loc[table["few"].fillna(False), [PRODUCT, YEAR]].itertuples(index=False, name=None))

    def run(product: Any) -> int:
        years = 0
        while (product, year - years) in certain:
            years += 1
        return years

    return [run(one) for one in products]
