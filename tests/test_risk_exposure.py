"""Risk scores as weights: values in print, bounds where a score lacks, the world's demand, and what is refused."""

import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import tradeanalysis as ta

SHARES = {"USA": 0.3, "DEU": 0.2, "CHN": 0.5}
SCORES = {"USA": 0.1, "DEU": 0.5, "CHN": 0.9}
SHARED = Path(os.environ.get("TRADEANALYSIS_SHARED_DATA", "no such folder"))
POINTS = SHARED / "un_ideal_points" / "IdealpointestimatesAll_Jun2024.csv"


def world(economies=25):
    """Exports of so many economies to each other: each sells 1 + its number to whom it sells."""
    others = [one for one in ta.countries()["iso3"] if one not in ("HKG", "TWN")]
    codes = [*others[: economies - 1], "HKG"]
    rows = [(r, p, "export", 2020, 1.0 + i) for i, r in enumerate(codes) for p in codes if p != r]
    return pd.DataFrame(rows, columns=["reporter", "partner", "flow", "year", "value"])


@pytest.fixture(scope="module")
def points():
    if not POINTS.exists():
        pytest.skip("needs TRADEANALYSIS_SHARED_DATA")
    table = pd.read_csv(POINTS, encoding="latin-1")
    return table[table["session"] == 78].set_index("iso3c")["IdealPointAll"]


# ---- values -------------------------------------------------------------------------------------------------------


def test_the_mean_its_square_and_the_largest_part_are_those_by_hand():
    for x, scores in ((SHARES, SCORES), (list(SHARES.values()), list(SCORES.values()))):
        found = ta.risk_exposure(x, scores)
        assert found.mean == pytest.approx(0.58, rel=1e-14)
        assert found.low == found.mean == found.high
        assert found.squared == pytest.approx(0.254, rel=1e-14)
        assert found.risk_share == pytest.approx(0.775862068966, rel=1e-11)
        assert found.covered == 1
        assert np.isnan(found.benchmark)


def test_half_united_states_and_half_brazil_is_7_5_for_iran():
    positions = {"United States": 0, "Brazil": 5, "Iran": 10, "CHN": 9.6}
    for own in ("IRN", "Iran", 10):
        assert ta.risk_exposure({"USA": 40, "BRA": 40}, positions, own=own).mean == 7.5


@pytest.mark.parametrize(
    ("reporter", "mean", "benchmark"),
    [
        ("VNM", 1.562069417298, 1.464913475707),
        ("THA", 1.144159385796, 1.312346914353),
        ("USA", 1.955142725456, 2.019405087409),
        ("DEU", 0.642284025565, 1.080413249817),
    ],
)
def test_distances_of_votes_of_2023_are_those_computed_elsewhere(points, reporter, mean, benchmark):
    found = ta.risk_exposure(ta.example("world_2023"), points, own=reporter, reporter=reporter)
    assert found.mean == pytest.approx(mean, rel=1e-11)
    assert found.benchmark == pytest.approx(benchmark, rel=1e-11)
    assert found.low < found.mean < found.high
    if reporter == "VNM":
        assert found.covered == pytest.approx(0.956606, abs=5e-7)
        assert {"HKG", "MAC"} <= set(found.unscored)  # no seat, and not China's position


# ---- bounds -------------------------------------------------------------------------------------------------------


def test_a_partner_without_a_score_is_neither_nil_nor_the_mean_but_a_range():
    """Shares .3, .2 known at .1, .5 and .5 unknown: .13 + .5 [0, 1], or + .5 [.1, .5] by those that have one."""
    x, known = {"USA": 3, "DEU": 2, "HKG": 5}, {"USA": 0.1, "DEU": 0.5, "CHN": 0.9}
    found = ta.risk_exposure(x, known, scale=(0, 1))
    assert (found.low, found.high, found.covered) == pytest.approx((0.13, 0.63, 0.5), rel=1e-14)
    assert found.mean == pytest.approx(0.13 / 0.5, rel=1e-14)
    assert found.unscored == ["HKG"]
    assert np.isnan(found.table.set_index("partner").loc["HKG", "score"])
    assumed = ta.risk_exposure(x, known)
    assert (assumed.low, assumed.high) == pytest.approx((0.13 + 0.05, 0.13 + 0.25), rel=1e-14)
    assert assumed.scale == (0.1, 0.5)  # China is no partner here
    assert "assumption" in assumed.table.attrs["notes"]["scale"]


def test_bounds_hold_every_score_that_a_partner_could_have():
    draw = np.random.default_rng(7)
    for _ in range(50):
        x = dict(zip("ABCDE", draw.integers(1, 99, 5).tolist(), strict=True))
        whole = dict(zip("ABCDE", draw.random(5).tolist(), strict=True))
        found = ta.risk_exposure(x, {one: whole[one] for one in "ABC"}, scale=(0, 1))
        true = ta.risk_exposure(x, whole, scale=(0, 1)).mean
        assert found.low <= true <= found.high
        table = found.table
        assert table["contribution"].sum() == pytest.approx(found.mean, rel=1e-12)
        assert (table["low"].sum(), table["high"].sum()) == pytest.approx((found.low, found.high), rel=1e-12)


def test_an_unknown_position_lies_as_far_as_the_scale_goes():
    """From 2 on a scale of 0 to 10 an unknown partner is 0 to 8 away."""
    found = ta.risk_exposure({"USA": 1, "HKG": 1}, {"USA": 3}, own=2, scale=(0, 10))
    assert (found.mean, found.low, found.high) == (1, 0.5, 4.5)


def test_scores_that_are_all_alike_bound_nothing():
    with pytest.raises(ta.TradeDataError, match=r"scale=\[0, 1\]"):
        ta.risk_exposure({"USA": 1, "HKG": 1}, {"USA": 0.4})
    assert ta.risk_exposure({"USA": 1, "HKG": 1}, {"USA": 0.4}, scale=(0, 1)).high == 0.7
    assert ta.risk_exposure({"USA": 1, "DEU": 1}, {"USA": 0.4, "DEU": 0.4}).mean == 0.4


def test_lacking_scores_can_be_refused():
    with pytest.raises(ta.TradeDataError, match="Hong Kong"):
        ta.risk_exposure({"USA": 1, "HKG": 1}, {"USA": 0.4}, unknown="refuse")


# ---- the world ----------------------------------------------------------------------------------------------------


def test_the_benchmark_is_what_all_others_trade_with_each_partner(engine):
    """Twenty-five economies that sell alike to all: the demand of j is all that others than it and us sell."""
    table = world()
    codes = table["reporter"].unique()
    us, scores = codes[3], {one: float(i) for i, one in enumerate(codes) if one not in ("HKG", codes[3])}
    found = ta.risk_exposure(engine.table(table), scores, reporter=us)
    sells = {one: 1.0 + i for i, one in enumerate(codes) if one != us}
    demand = {one: sum(sells.values()) - sells[one] for one in scores}
    expected = sum(demand[one] * scores[one] for one in scores) / sum(demand.values())
    assert found.benchmark == pytest.approx(expected, rel=1e-12)
    assert found.mean == pytest.approx(np.mean(list(scores.values())), rel=1e-12)
    assert found.covered == pytest.approx(23 / 24, rel=1e-12)


def test_a_few_economies_are_no_world_unless_one_says_so():
    table = world(6)
    scores = dict.fromkeys(table["reporter"], 0.5)
    us = table["reporter"][0]
    assert np.isnan(ta.risk_exposure(table, scores, reporter=us).benchmark)
    assert ta.risk_exposure(table, scores, reporter=us, benchmark="world").benchmark == pytest.approx(0.5)
    with pytest.raises(ta.TradeDataError, match="all reporters"):
        ta.risk_exposure(SHARES, SCORES, benchmark="world")


def test_a_benchmark_that_is_given_is_taken():
    found = ta.risk_exposure(SHARES, SCORES, benchmark={"USA": 1, "China": 1})
    assert found.benchmark == pytest.approx(0.5)
    assert "benchmark it would be 0.5" in found.sentence()


def test_imports_are_weighed_by_what_others_buy_from_each_source():
    table = world()
    bought = table.rename(columns={"reporter": "partner", "partner": "reporter"}).assign(flow="import")
    scores = {one: float(i) for i, one in enumerate(table["reporter"].unique())}
    us = table["reporter"][0]
    with pytest.warns(ta.TradeDataWarning):  # read from the partners' exports
        mirrored = ta.risk_exposure(table, scores, reporter=us, flow="import")
    own = ta.risk_exposure(bought, scores, reporter=us)
    assert (mirrored.mean, mirrored.benchmark) == pytest.approx((own.mean, own.benchmark), rel=1e-12)


def test_what_comes_back_to_the_economy_itself_is_left_out_and_noted():
    table = pd.DataFrame({"reporter": "CHN", "partner": ["CHN", "USA", "JPN"], "flow": "export", "value": [4.0, 3, 1]})
    found = ta.risk_exposure(table, {"CHN": 0, "USA": 1, "JPN": 0.5})
    assert found.mean == pytest.approx((3 + 0.5) / 4)
    assert "50.00%" in found.table.attrs["notes"]["left out"]


def test_end_markets_of_a_chain_are_taken_as_a_basket():
    chain = ta.reexports({"HKG": 50, "USA": 30, "CHN": 20}, {"HKG": 0.4}, {"HKG": {"USA": 1, "CHN": 3}})
    found = ta.risk_exposure(chain, {"USA": 1, "CHN": 0, "HKG": 0})
    assert found.mean == pytest.approx(0.35)


# ---- what is given ------------------------------------------------------------------------------------------------


def test_scores_come_as_a_table_too():
    table = pd.DataFrame({"partner": list(SCORES), "score": list(SCORES.values()), "year": 2023})
    assert ta.risk_exposure(SHARES, table).mean == pytest.approx(0.58)
    assert ta.risk_exposure(SHARES, table.drop(columns="year")).mean == pytest.approx(0.58)


def test_scores_of_several_years_or_of_another_year_are_refused():
    table = pd.DataFrame({"partner": ["USA", "USA"], "score": [0.1, 0.2], "year": [2022, 2023]})
    with pytest.raises(ta.TradeDataError, match=r"2022 and 2023|2022, 2023"):
        ta.risk_exposure(SHARES, table)
    trade = world(6)
    other = pd.DataFrame({"partner": trade["partner"].unique(), "score": 0.5, "year": 2019})
    with pytest.raises(ta.TradeDataError, match="2019"):
        ta.risk_exposure(trade, other, reporter=trade["reporter"][0])


HOSTILE = {
    "NaN": {"USA": 0.1, "DEU": np.nan, "CHN": 0.9},
    "infinite": {"USA": 0.1, "DEU": np.inf, "CHN": 0.9},
    "huge": {"USA": 0.1, "DEU": 1e308, "CHN": 0.9},
    "text": {"USA": 0.1, "DEU": "high", "CHN": 0.9},
    "true": {"USA": 0.1, "DEU": True, "CHN": 0.9},
    "none": {"USA": 0.1, "DEU": None, "CHN": 0.9},
    "twice": {"USA": 0.1, "United States": 0.2, "DEU": 0.5},
    "empty": {},
    "of nobody here": {"FRA": 0.1},
    "negative": {"USA": -0.1, "DEU": 0.5, "CHN": 0.9},
    "a number": 0.5,
    "a word": "UN",
    "no columns": pd.DataFrame({"country": ["USA"], "risk": [0.5]}),
    "shorter": [0.1],
    "a matrix": np.ones((3, 3)),
    "lists of several lengths": [[1], [2, 3], [4]],
    "labels of two levels": pd.Series([0.1], pd.MultiIndex.from_tuples([("USA", 1)])),
    "a column twice": pd.DataFrame([["USA", 1, 2]], columns=["partner", "score", "score"]),
}


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("scores", HOSTILE.values(), ids=HOSTILE)
def test_scores_that_are_none_are_refused_in_words(scores):
    with pytest.raises(ta.TradeDataError) as told:
        ta.risk_exposure(SHARES, scores)
    assert told.value.findings or str(told.value)


def test_two_scores_of_one_partner_are_not_to_be_added_up():
    with pytest.raises(ta.TradeDataError, match="two scores") as told:
        ta.risk_exposure(SHARES, {**SCORES, "United States": 0.2})
    assert "sum" not in str(told.value)


def test_scores_on_another_scale_are_refused():
    with pytest.raises(ta.TradeDataError, match="China"):
        ta.risk_exposure(SHARES, {"USA": 0.1, "DEU": 0.5, "CHN": 90}, scale=(0, 1))
    with pytest.raises(ta.TradeDataError, match="own position"):
        ta.risk_exposure(SHARES, SCORES, own=5, scale=(0, 1))


@pytest.mark.parametrize(
    "wrong",
    [
        {"scale": (1, 0)},
        {"scale": 1},
        {"scale": (0, np.inf)},
        {"scale": (0, "1")},
        {"scale": (-1, 1)},
        {"own": "FRA"},
        {"own": np.nan},
        {"own": np.inf},
        {"own": True},
        {"unknown": "zero"},
        {"unknown": ["bounds"]},
        {"benchmark": "peers"},
        {"benchmark": 3},
        {"benchmark": {"USA": np.nan}},
    ],
    ids=str,
)
def test_arguments_that_mean_nothing_are_refused(wrong):
    with pytest.raises(ta.TradeDataError):
        ta.risk_exposure(SHARES, SCORES, **wrong)


# ---- in words -----------------------------------------------------------------------------------------------------


def test_the_sentence_says_what_is_known_its_bounds_and_that_it_is_no_forecast():
    table = world()
    us = table["reporter"][0]
    scores = {one: 1.0 + i for i, one in enumerate(table["reporter"].unique()) if one != "HKG"}
    found = ta.risk_exposure(table, scores, reporter=us)
    english, vietnamese = found.sentence(), found.sentence("vi")
    assert "Hong Kong" in english
    assert "95.8% of value" in english
    assert "not a forecast" in english
    assert "95,8% kim ngạch" in vietnamese
    assert "Hồng Kông" in vietnamese
    assert "không phải là dự báo" in vietnamese


def test_serbia_has_a_position_once_its_label_is_renamed(points):
    x = {"USA": 2.0, "DEU": 1.0, "SRB": 1.0}
    assert ta.risk_exposure(x, points, own=0.0).covered == 0.75
    renamed = ta.risk_exposure(x, points.rename({"YUG": "SRB"}), own=0.0)
    assert renamed.covered == 1
    by_hand = abs(points["USA"]) / 2 + abs(points["DEU"]) / 4 + 0.4641616 / 4
    assert renamed.mean == pytest.approx(by_hand, rel=1e-12)
