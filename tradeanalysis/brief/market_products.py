"""What is traded with the largest partner: the products of the flow with it, with the year before."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import narwhals as nw
import pandas as pd

from tradeanalysis.gate.product_codes import is_other
from tradeanalysis.schema import PARTNER, PRODUCT, VALUE, YEAR
from tradeanalysis.sums import among, remainders


@dataclass(frozen=True)
class MarketProducts:
    """The products traded with one partner, the largest value first and what is no product by itself last.

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
    now = _by_product(rows.filter(nw.col(YEAR) == year), partner)
    if (now["value"] > 0).sum() < 2:
        return None
    total, total_before = float(now["value"].sum()), None
    if before:
        then = _by_product(rows.filter(nw.col(YEAR) == year - 1), partner)["value"]
        total_before = float(then.sum())
        # Of a product that was not listed in a year nothing is known; one that was listed and not traded is 0.
        now = now.reindex(now.index.union(then.index[then > 0])).fillna({"value": 0.0})
        now["value_before"] = then.reindex(now.index)
        now["change"] = (now["value"] / now["value_before"] - 1).where(now["value_before"] > 0)
        now = now[(now["value"] > 0) | (now["value_before"] > 0)]
    table = now[now["value"] > 0] if total_before is None else now
    table = table.assign(share=table["value"] / total, of_product=table["value"] / table["whole"])
    table = table.drop(columns="whole").rename_axis(PRODUCT).reset_index()
    last = among(pd.Index(table[PRODUCT]), remainders(PRODUCT)) | [is_other(str(one)) for one in table[PRODUCT]]
    table = table.assign(last=last).sort_values(["last", "value"], ascending=[True, False], kind="stable")
    shown = table.drop(columns="last").reset_index(drop=True)
    return MarketProducts(partner, currency, shown, total, total_before)


def _by_product(rows: nw.DataFrame[Any], partner: str) -> pd.DataFrame:
    """The value of each product with the partner, and with all."""
    if rows.is_empty() or PRODUCT not in rows.columns:
        return pd.DataFrame(columns=["value", "whole"], dtype=float).rename_axis(PRODUCT)
    table = rows.select(PARTNER, PRODUCT, VALUE).to_pandas()
    of_partner = table[table[PARTNER].astype(str) == partner].groupby(PRODUCT, observed=True)[VALUE].sum()
    whole = table.groupby(PRODUCT, observed=True)[VALUE].sum()
    return pd.DataFrame({"value": of_partner.reindex(whole.index, fill_value=0.0), "whole": whole})
