"""Ceilings of opportunities on codes and years of which nothing was learnt: real imports of fish."""

import numpy as np
import pandas as pd
import pytest

from tradeanalysis.prospects.earlier_years import estimates_of
from tradeanalysis.prospects.trade_flows import yearly_flows
from tradeanalysis.prospects.windows import Cells, known_flows, revised

ORIGINS = [((2014, 2016), (2019, 2021)), ((2013, 2015), (2018, 2020))]
KEYS = ["product", "partner", "reporter"]


@pytest.fixture(scope="module")
def halves(shared_data):
    """Every other code of the imports of fish, and the others."""
    path = shared_data / "comtrade_fish_imports_half" / "fish_imports_2010_2021_half.parquet"
    table = pd.read_parquet(path).set_axis(["year", "reporter", "partner", "product", "value"], axis=1)
    table = table.assign(flow="import", partner=table["partner"].str.strip())
    codes = sorted(table["product"].unique())
    return [table[table["product"].isin(codes[at::2])] for at in (0, 1)]


def flows_that_were_there(table, estimates, base, outcome):
    """Every flow of the base window with its value, its ceiling, and its mean in the outcome years."""
    flows = known_flows(yearly_flows(table), base)
    parts = []
    for i, exporter in enumerate(flows.exporters):
        rows = flows.cells_of(i)
        k, j = flows.k[rows], flows.j[rows]
        found = {"product": flows.products[k], "partner": exporter, "reporter": flows.importers[j]}
        cells, now = Cells(flows, k, flows.i[rows], j), flows.v[rows]
        ceiling = estimates.ceilings(cells, now, np.full(len(now), np.nan))  # of no use where there is trade
        parts.append(pd.DataFrame(found | {"now": now, "ceiling": ceiling}))
    later = table[table["year"].between(*outcome)]
    mean = later.groupby(KEYS)["value"].sum() / 3
    reports = (
        table[table["year"].between(*base) | table["year"].between(*outcome)].groupby("reporter")["year"].nunique()
    )
    found = pd.concat(parts).join(mean.rename("later"), on=KEYS).fillna({"later": 0.0})
    ended = revised(yearly_flows(table), (base[0], outcome[1])).index
    return found[found["reporter"].isin(reports.index[reports == 6]) & ~found["product"].isin(ended)]


@pytest.mark.parametrize(("base", "outcome"), ORIGINS)
@pytest.mark.parametrize("learnt", [0, 1])
def test_ceilings_hold_for_other_codes_in_later_years(halves, learnt, base, outcome):
    """Nine in ten, within .03; learnt of half of the codes up to the base, held against the others in the outcome."""
    estimates = estimates_of(yearly_flows(halves[learnt]), base)
    held = flows_that_were_there(halves[1 - learnt], estimates, base, outcome)
    assert len(held) > 8000
    assert 0.87 < (held["later"] <= held["ceiling"]).mean() < 0.93
    assert (held["ceiling"] >= held["now"]).all()
