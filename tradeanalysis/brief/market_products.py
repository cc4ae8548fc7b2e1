"""What is traded with the largest partner: the products of the flow with it, with the year before."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import narwhals as nw
import numpy as np
import numpy.typing as npt
import pandas as pd

from tradeanalysis.gate.product_codes import is_other
from tradeanalysis.schema import PARTNER, PRODUCT, VALUE, YEAR
from tradeanalysis.sums import among, remainders


@dataclass(frozen=True)
class MarketProducts:
    """The products traded with one partner, the largest value first and what is no product by itself last.

    A product that a year lists, and not with the partner, is 0 in it, unless it may be among other products with the
    partner, or the product is not detailed by partner in part. Its value is then missing, in either year, as is that of
    a product which the year does not list.
    ``table`` has ``product, value``, ``share`` (of all trade with the partner), ``of_product`` (of all trade in the
    product) and, where the year before is known, ``value_before`` and ``change``.
    """

    partner: str
    currency: str
    table: pd.DataFrame
    total: float
    total_before: float | None


def market_products(
    rows: nw.DataFrame[Any], partner: str, year: int, currency: str, *, before: bool
) -> MarketProducts | None:
    """The products traded with a partner, from an economy's rows of one flow; none where it has fewer than two.

    ``before`` says whether the year before can be compared.
    """
    years = [year, year - 1] if before else [year]
    found = [_by_product(rows.filter(nw.col(YEAR) == one), partner) for one in years]
    traded = pd.Index(sorted({name for one in found for name in one.index[one["value"] > 0]}, key=str))
    now, *then = (_with_absent(one, traded) for one in found)
    if (now["value"] > 0).sum() < 2:
        return None
    total, total_before = float(now["value"].sum()), None
    table = pd.DataFrame({"value": now["value"]})
    for earlier in then:
        table["value_before"], total_before = earlier["value"], float(earlier["value"].sum())
        table["change"] = (table["value"] / table["value_before"] - 1).where(table["value_before"] > 0)
    table = table.assign(share=table["value"] / total, of_product=table["value"] / now["whole"])
    table = table.rename_axis(PRODUCT).reset_index()
    table = table.assign(last=_is_no_product(pd.Index(table[PRODUCT])))
    table = table.sort_values(["last", "value"], ascending=[True, False], kind="stable")
    shown = table.drop(columns="last").reset_index(drop=True)
    return MarketProducts(partner, currency, shown, total, total_before)


def _with_absent(found: pd.DataFrame, products: pd.Index) -> pd.DataFrame:
    """The products in their order; where a year has no row of one with the partner, it is 0 or it is not known."""
    others = float(found.loc[_is_no_product(found.index), "value"].sum()) > 0
    table = found.reindex(products)
    unknown = others | table["whole"].isna() | (table["rest"].fillna(0.0) > 0)
    return table.assign(value=table["value"].mask(table["value"].isna() & ~unknown, 0.0))


def _is_no_product(products: pd.Index) -> npt.NDArray[np.bool_]:
    """Which labels name what is left of all products."""
    named = np.array([is_other(str(one)) for one in products], dtype=bool)
    return np.asarray(among(products, remainders(PRODUCT)) | named, dtype=bool)


def _by_product(rows: nw.DataFrame[Any], partner: str) -> pd.DataFrame:
    """The value of each product with the partner, missing where it has no row, with all, and with none in detail."""
    if rows.is_empty() or PRODUCT not in rows.columns:
        return pd.DataFrame(columns=["value", "whole", "rest"], dtype=float).rename_axis(PRODUCT)
    table = rows.select(PARTNER, PRODUCT, VALUE).to_pandas()
    rest = among(pd.Index(table[PARTNER]), remainders(PARTNER))
    parts = {"value": table[table[PARTNER].astype(str) == partner], "whole": table, "rest": table[rest]}
    return pd.DataFrame({name: one.groupby(PRODUCT, observed=True)[VALUE].sum() for name, one in parts.items()})
