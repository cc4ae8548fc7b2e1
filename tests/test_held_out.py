"""Ceilings of opportunities on codes and years of which nothing was learnt: real imports of fish."""

import pandas as pd
import pytest

from tradeanalysis.prospects import terms
from tradeanalysis.prospects.earlier_years import estimates_of
from tradeanalysis.prospects.trade_flows import yearly_flows
from tradeanalysis.prospects.windows import known_flows, revised

BASE, OUTCOME = (2014, 2016), (2019, 2021)
KEYS = ["product", "partner", "reporter"]


@pytest.fixture(scope="module")
def halves(shared_data):
    """Every other code of the imports of fish, and the others."""
    path = shared_data / "comtrade_fish_imports_half" / "fish_imports_2010_2021_half.parquet"
    table = pd.read_parquet(path).set_axis(["year", "reporter", "partner", "product", "value"], axis=1)
    table = table.assign(flow="import", partner=table["partner"].str.strip())
    codes = sorted(table["product"].unique())
    return [table[table["product"].isin(codes[at::2])] for at in (0, 1)]


def flows_that_were_there(table):
    """Every flow of the base window with its value, what gravity suggests, and its mean in the outcome years."""
    flows = known_flows(yearly_flows(table), BASE)
    parts = []
    for i, exporter in enumerate(flows.exporters):
        rows = flows.cells_of(i)
        k, j = flows.k[rows], flows.j[rows]
        found = {"product": flows.products[k], "partner": exporter, "reporter": flows.importers[j]}
        parts.append(pd.DataFrame(found | {"now": flows.v[rows], "gravity": terms.gravity(flows, i)[k, j]}))
    later = table[table["year"].between(*OUTCOME)]
    mean = later.groupby(KEYS)["value"].sum() / 3
    reports = (
        table[table["year"].between(*BASE) | table["year"].between(*OUTCOME)].groupby("reporter")["year"].nunique()
    )
    found = pd.concat(parts).join(mean.rename("later"), on=KEYS).fillna({"later": 0.0})
    ended = revised(yearly_flows(table), (BASE[0], OUTCOME[1])).index
    return found[found["reporter"].isin(reports.index[reports == 6]) & ~found["product"].isin(ended)]


@pytest.mark.parametrize("learnt", [0, 1])
def test_ceilings_hold_for_other_codes_in_later_years(halves, learnt):
    """Nine in ten, within .03; learnt of half of the codes up to 2016, held against the other half in 2019-2021."""
    estimates = estimates_of(yearly_flows(halves[learnt]), BASE)
    held = flows_that_were_there(halves[1 - learnt]).dropna(subset="gravity")
    ceilings = estimates.ceilings(held["now"].to_numpy(), held["gravity"].to_numpy())
    assert len(held) > 7000
    assert 0.87 < (held["later"] <= ceilings).mean() < 0.93
    assert (ceilings >= held["now"]).all()
