"""The terms of ITC's full potential: growth of markets and supply, tariffs, the balance of trade, unusual distances."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import pandas as pd

from tradeanalysis.prospects.distances import kilometres
from tradeanalysis.prospects.trade_flows import Flows
from tradeanalysis.schema import SchemaError, TradeDataError
from tradeanalysis.sums import Array
from tradeanalysis.texts import Text


def projected(
    flows: Flows, growth: pd.DataFrame, tariffs: pd.DataFrame | None = None, elasticity: float = 1.0
) -> Flows:
    """The flows with expected growth and tariffs, for the terms that need these."""
    _need(growth, ["economy", "gdp", "population"], "growth")
    table = growth.set_index("economy")[["gdp", "population"]].astype(np.float64)
    wrong = table.index.has_duplicates or not (table > 0).all().all() or np.isinf(table).any().any()
    if wrong or not np.isfinite(elasticity):
        raise TradeDataError(Text("projections_growth"))
    return dataclasses.replace(flows, projections=Projections(table, _rates(flows, tariffs), float(elasticity)))


def _rates(flows: Flows, tariffs: pd.DataFrame | None) -> dict[int, Array]:
    """The rates of every importer and product: -1 those of all, and by exporter where it has its own."""
    shape = (len(flows.importers), len(flows.products))
    if tariffs is None:
        return {-1: np.zeros(shape)}
    _need(tariffs, ["importer", "product", "rate"], "tariffs")
    rate = tariffs["rate"].to_numpy(np.float64)
    if not ((rate >= 0) & (rate < RATES)).all():
        raise TradeDataError(Text("projections_rates"))
    exporter = tariffs["exporter"] if "exporter" in tariffs else pd.Series(None, index=tariffs.index, dtype=object)
    keys = pd.DataFrame({"exporter": exporter, "importer": tariffs["importer"], "product": tariffs["product"]})
    if keys.duplicated().any():
        raise TradeDataError(Text("projections_twice", row=[str(one) for one in keys[keys.duplicated()].iloc[0]]))
    j, k = (
        pd.Index(labels).get_indexer(pd.Index(keys[key], dtype=object))
        for labels, key in ((flows.importers, "importer"), (flows.products, "product"))
    )
    known = (j >= 0) & (k >= 0)
    found = {-1: np.full(shape, np.nan)}
    of_all = known & exporter.isna().to_numpy()
    found[-1][j[of_all], k[of_all]] = rate[of_all]
    for label in exporter.dropna().unique():
        these = known & (exporter == label).to_numpy()
        if label in flows.exporters:
            at = int(np.flatnonzero(flows.exporters == label)[0])
            found[at] = found[-1].copy()
            found[at][j[these], k[these]] = rate[these]
    return found


# A rate at or above it is in percent.
RATES = 10.0


def _need(table: pd.DataFrame, columns: list[str], name: str) -> None:
    if not isinstance(table, pd.DataFrame):
        raise TradeDataError(Text("projections_table", name=name, kind=type(table).__name__, columns=columns))
    if absent := [one for one in columns if one not in table]:
        raise SchemaError(Text("projections_columns", name=name, absent=absent, columns=columns))


@dataclass(frozen=True, eq=False)
class Projections:
    """Factors of growth by economy, rates by exporter (importers, products), and the elasticity to income per head."""

    growth: pd.DataFrame
    rates: Mapping[int, Array]
    elasticity: float

    def rates_of(self, exporter: int) -> Array:
        """The rates that one exporter pays (importers, products)."""
        return self.rates.get(exporter, self.rates[-1])


def _of(flows: Flows) -> Projections:
    if not isinstance(flows.projections, Projections):
        raise TradeDataError(Text("projections_absent"))
    return flows.projections


def market_growth(flows: Flows, exporter: int) -> Array:
    """By what factor the market's demand grows: income per head to the elasticity, times population (1, J)."""
    given = _of(flows)
    table = given.growth.reindex(flows.importers)
    per_head = (table["gdp"] / table["population"]) ** given.elasticity
    found: Array = (per_head * table["population"]).to_numpy(dtype=np.float64)[None, :]
    return found


def supply_share(flows: Flows, exporter: int) -> Array:
    """The exporter's share of the product's trade when every exporter has grown as its GDP (K, 1).

    Exporters whose growth is not given keep their sales.
    """
    grown = flows.v_ik * _of(flows).growth["gdp"].reindex(flows.exporters).fillna(1.0).to_numpy()[:, None]
    with np.errstate(all="ignore"):
        found: Array = (grown[exporter] / grown.sum(axis=0))[:, None]
    return found


def own_balance(flows: Flows, exporter: int) -> Array:
    """Exports of the product over imports of it, at most 1 (K, 1): what is sold on is no supply of one's own."""
    at = np.flatnonzero(flows.importers == flows.exporters[exporter])
    bought = flows.v_jk[at].sum(axis=0)
    sold = flows.v_ik[exporter]
    found: Array = np.minimum(1.0, np.divide(sold, bought, out=np.ones_like(sold), where=bought > 0))[:, None]
    return found


def own_tariff(flows: Flows, exporter: int) -> Array:
    """The rate that the exporter pays in the market (K, J)."""
    found: Array = _of(flows).rates_of(exporter).T
    return found


def market_tariff(flows: Flows, exporter: int) -> Array:
    """The mean rate in the market, weighted by what it buys from each exporter (K, J)."""
    found: Array = flows.cached("market_tariff", lambda: _mean_rate(flows, flows.j, len(flows.importers))).T
    return found


def tariff_faced(flows: Flows, exporter: int) -> Array:
    """The mean rate on the exporter's sales of the product (K, 1)."""
    whole: Array = flows.cached("tariff_faced", lambda: _mean_rate(flows, flows.i, len(flows.exporters)))
    found: Array = whole[exporter][:, None]
    return found


def product_tariff(flows: Flows, exporter: int) -> Array:
    """The mean rate on all trade in the product (K, 1)."""
    whole: Array = flows.cached("product_tariff", lambda: _mean_rate(flows, np.zeros(len(flows.k), dtype=np.int32), 1))
    found: Array = whole[0][:, None]
    return found


def _mean_rate(flows: Flows, side: np.ndarray[tuple[int], np.dtype[np.integer]], size: int) -> Array:
    """The mean of known rates, weighted by trade, for each of one side and each product (side, products)."""
    rate = np.empty(len(flows.v))
    for exporter in range(len(flows.exporters)):
        rows = flows.cells_of(exporter)
        rate[rows] = _of(flows).rates_of(exporter)[flows.j[rows], flows.k[rows]]
    known = np.isfinite(rate)
    return _mean(flows, side, size, np.where(known, rate, 0.0), known)


def unusual_distance(flows: Flows, exporter: int) -> Array:
    """How far the log of the exporter's distance is from the mean of the market's suppliers of the product (K, J)."""

    def found() -> tuple[Array, Array]:
        with np.errstate(divide="ignore"):
            logs = np.log(kilometres(flows.exporters, flows.importers))
        of_cell = logs[flows.i, flows.j]
        known = np.isfinite(of_cell)
        return logs, _mean(flows, flows.j, len(flows.importers), np.where(known, of_cell, 0.0), known)

    logs, usual = flows.cached("usual_distance", found)
    found_apart: Array = np.abs(usual.T - logs[exporter][None, :])
    return found_apart


def _mean(flows: Flows, side: np.ndarray[tuple[int], np.dtype[np.integer]], size: int, x: Array, known: Array) -> Array:
    """The mean of cells, weighted by trade, for each of one side and each product; missing without any."""
    n_k = len(flows.products)
    cell = side.astype(np.intp) * n_k + flows.k
    with np.errstate(invalid="ignore"):
        mean = np.bincount(cell, flows.v * x, size * n_k) / np.bincount(cell, flows.v * known, size * n_k)
    found: Array = mean.reshape(size, n_k)
    return found


PROJECTED: Mapping[str, Callable[[Flows, int], Array]] = MappingProxyType(
    {
        "market_growth": market_growth,
        "supply_share": supply_share,
        "own_balance": own_balance,
        "own_tariff": own_tariff,
        "market_tariff": market_tariff,
        "tariff_faced": tariff_faced,
        "product_tariff": product_tariff,
        "unusual_distance": unusual_distance,
    }
)
