"""Chances of flows that were nil for longer: the offset by hand, what it leaves as it is, calibration on real trade."""

import itertools
import math
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import tradeanalysis as ta
from tradeanalysis.prospects import logit
from tradeanalysis.prospects.earlier_years import estimates_of
from tradeanalysis.prospects.nil_spells import spells_of
from tradeanalysis.prospects.rated import measured
from tradeanalysis.prospects.trade_flows import yearly_flows
from tradeanalysis.prospects.windows import candidates, known_flows, outcome_of

COLUMNS = ["year", "reporter", "partner", "product", "value"]
# Of four kinds of cells, how many there are and the years in which they trade; all others trade in every year.
KINDS = {
    "pauses in 2015": (60, {2013, 2014, 2016}),
    "begins in 2016": (60, {2016}),
    "never": (300, set()),
    "ends in 2014": (40, {2013, 2014}),
}
ORIGINS = [((2014, 2016), (2019, 2021)), ((2013, 2015), (2018, 2020))]


def made_up(kinds=KINDS):
    """Importers' reports of 16 economies in three products, 2013 to 2016."""
    economies = [f"E{at:02}" for at in range(16)]
    cells = [one for one in itertools.product(economies, economies, ["1", "2", "3"]) if one[0] != one[1]]
    np.random.default_rng(0).shuffle(cells)
    kind = [years for count, years in kinds.values() for _ in range(count)]
    kind += [{2013, 2014, 2015, 2016}] * (len(cells) - len(kind))
    rows = [(year, j, i, k, 2e4) for (i, j, k), years in zip(cells, kind, strict=True) for year in years]
    return pd.DataFrame(rows, columns=COLUMNS).assign(flow="import")


@pytest.fixture(scope="module")
def fish(shared_data):
    path = shared_data / "comtrade_fish_imports_half" / "fish_imports_2010_2021_half.parquet"
    table = pd.read_parquet(path).set_axis(COLUMNS, axis=1).assign(flow="import")
    return table.assign(partner=table["partner"].str.strip())


@pytest.fixture(scope="module", params=ORIGINS, ids=["2014", "2013"])
def origin(request, fish):
    return ta.backtest("default", fish, *request.param, draws=2)


def test_the_offset_is_the_ratio_of_odds_of_both_lengths():
    """Nil in 2015: 460 cells, of which 120 trade in 2016. Nil from 2013 to 2015: 360, of which 60 do."""
    found = spells_of(yearly_flows(made_up()), (2013, 2013), (2014, 2016), 1e4)
    assert (found.trained, found.wanted, found.uncounted) == (1, 3, None)
    assert found.offset == pytest.approx(math.log((120 / 340) / (60 / 300)), abs=1e-12)


def test_years_after_the_base_are_not_used():
    later = made_up().assign(year=lambda t: t["year"] + 4, value=9e9)
    whole = yearly_flows(pd.concat([made_up(), later[::3]]))
    assert spells_of(whole, (2013, 2013), (2014, 2016), 1e4).offset == pytest.approx(math.log(30 / 17), abs=1e-12)


def test_spells_of_one_length_have_no_offset():
    found = spells_of(yearly_flows(made_up()), (2010, 2012), (2014, 2016), 1e4)
    assert (found.offset, found.uncounted) == (0.0, None)


@pytest.mark.parametrize(
    ("table", "said"),
    [
        (made_up(KINDS | {"begins in 2016": (49, {2016})}), "only 49 flows began in 2016"),
        (made_up()[lambda t: t["year"] != 2014], "no economy reported in every year of 2013–2016"),
    ],
)
def test_without_flows_or_years_enough_there_is_no_offset_and_the_reason_is_given(table, said):
    found = spells_of(yearly_flows(table), (2013, 2013), (2014, 2016), 1e4)
    assert found.offset == 0
    assert said in str(found.uncounted)


def test_codes_that_all_begin_within_the_years_give_no_offset():
    table = made_up()
    table["product"] += np.where(table["year"] < 2016, "a", "b")
    found = spells_of(yearly_flows(table), (2013, 2013), (2014, 2016), 1e4)
    assert (found.offset, str(found.uncounted)[:21]) == (0, "only 0 flows began in")


def test_the_offset_moves_no_order_and_no_measure(fish):
    base, outcome = ORIGINS[1]
    yearly = yearly_flows(fish[fish["product"].isin(sorted(fish["product"].unique())[::3])])
    with_offset = logit.training(yearly, base, 5, 1e4).chances
    assert with_offset.spells.offset > 0.3
    without = replace(with_offset, intercept=with_offset.intercept + with_offset.spells.offset)
    cells = candidates(known_flows(yearly, base))
    came, features = outcome_of(yearly, base, outcome, cells, 1e4), logit.features_of(cells)
    chances = {name: one.of_features(features)[came.known] for name, one in (("a", with_offset), ("b", without))}
    orders = [np.argsort(np.nan_to_num(one), kind="stable") for one in chances.values()]
    assert (orders[0] == orders[1]).all()
    assert not (chances["a"] > chances["b"]).any()
    exporter = np.unique(cells.i[came.known], return_inverse=True)[1]
    of_all = measured(chances, came.true[came.known], came.value[came.known], exporter, 2, 0).of_all
    for measure, value in of_all["a"].items():
        assert value == pytest.approx(of_all["b"][measure], rel=1e-12)


def test_the_chance_of_the_highest_tenth_is_within_three_tenths_of_what_came_at_both_origins(origin):
    top = origin.calibration.iloc[-1]
    assert origin.about["offset"] > 0.2
    assert 0.7 < top["chance"] / top["came_true"] < 1.3
    rows = origin.calibration
    stated, came = ((rows[one] * rows["candidates"]).sum() for one in ("chance", "came_true"))
    assert 0.7 < stated / came < 1.3


def test_the_value_expected_of_new_flows_is_that_of_what_came_where_training_is_shorter(fish):
    """The offset of the chances leaves the sum over the flows of training, by hand with the chances that are stated."""
    base = (2013, 2015)
    yearly = yearly_flows(fish[fish["product"].isin(sorted(fish["product"].unique())[::3])])
    estimates, learnt = estimates_of(yearly, base), logit.training(yearly, base, 5, 1e4)
    chance = estimates.chances.of_features(learnt.features)[learnt.usable]
    expected = estimates.new_ratio * chance @ learnt.features["gravity"][learnt.usable]
    assert estimates.chances.spells.offset > 0
    assert expected == pytest.approx(learnt.outcome.value[learnt.usable & learnt.outcome.true].sum(), rel=1e-9)
