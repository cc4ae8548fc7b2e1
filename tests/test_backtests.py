"""Back-tests of scores: what is known when, and what is not; by hand on small panels and on real imports of fish."""

import itertools

import numpy as np
import pandas as pd
import pytest

import tradeanalysis as ta
from tradeanalysis.prospects.logit import FEATURES, fitted, logistic, training
from tradeanalysis.prospects.trade_flows import yearly_flows
from tradeanalysis.prospects.windows import candidates, known_flows, revised, training_window, up_to
from tradeanalysis.schema import TradeDataError

BASE, OUTCOME = (2014, 2016), (2019, 2021)
COLUMNS = ["year", "reporter", "partner", "product", "value"]
ECONOMIES = ["VNM", "THA", "USA", "JPN", "DEU", "AUS"]


def panel_of(rows):
    """Importers' reports from rows (year, importer, exporter, product, value)."""
    return pd.DataFrame(rows, columns=COLUMNS).assign(flow="import")


def full(years=range(2012, 2022), products=("0302", "0303"), without=()):
    """Every economy sells every product to every other in every year, but for some (exporter, importer, product)."""
    size = {one: at + 1 for at, one in enumerate(ECONOMIES)}
    return [
        (year, j, i, k, 1e5 * size[i] * size[j])
        for year, i, j, k in itertools.product(years, ECONOMIES, ECONOMIES, products)
        if i != j and (i, j, k) not in without
    ]


NEVER = [("VNM", "JPN", "0302"), ("VNM", "DEU", "0302"), ("THA", "USA", "0303")]
# The flow from VNM to DEU comes after the base window, in two of three years.
CAME = [(2019, "DEU", "VNM", "0302", 10_000.0), (2021, "DEU", "VNM", "0302", 50_000.0)]


@pytest.fixture(scope="module")
def fish(shared_data):
    """A third of the codes of the imports of fish of all reporters, 2010-2021."""
    path = shared_data / "comtrade_fish_imports_half" / "fish_imports_2010_2021_half.parquet"
    table = pd.read_parquet(path).set_axis(COLUMNS, axis=1).assign(flow="import")
    table["partner"] = table["partner"].str.strip()
    codes = sorted(table["product"].unique())[::3]
    return table[table["product"].isin([*codes, "030390", "030391", "030399"])].reset_index(drop=True)


@pytest.fixture(scope="module")
def found(fish):
    return ta.backtest(None, fish, BASE, OUTCOME)


# ---- candidates and what became of them -----------------------------------------------------------------------------


def test_candidates_are_nil_in_the_base_and_came_true_by_two_of_three_years():
    found = ta.backtest("market_size", panel_of(full(without=NEVER) + CAME), BASE, OUTCOME)
    rows = found.candidates.set_index(["exporter", "importer", "product"])
    assert sorted(rows.index) == sorted(NEVER)
    assert rows["came_true"].to_dict() == {key: key == ("VNM", "DEU", "0302") for key in NEVER}
    assert rows.loc[("VNM", "DEU", "0302"), "value"] == pytest.approx(20_000)  # 10,000 and 50,000, a year of three
    # DEU buys of 0302 from all but VNM, a year: 5 * (2 + 3 + 4 + 6) * 1e5.
    assert rows.loc[("VNM", "DEU", "0302"), "market_size"] == pytest.approx(7.5e6)
    # Sizes are 4 * (2 + 3 + 5 + 6) = 64 of JPN and 3 * (1 + 4 + 5 + 6) = 48 of USA: the hit, of 75, is the first.
    assert found.table[["auc", "average_precision"]].values.tolist() == [[1.0, 1.0]]


@pytest.mark.parametrize(
    ("later", "came"),
    [
        ([(2019, "DEU", "VNM", "0302", 9_999.0), (2021, "DEU", "VNM", "0302", 50_000.0)], False),
        ([(2020, "DEU", "VNM", "0302", 1e6)], False),
        ([(2017, "DEU", "VNM", "0302", 1e6), (2018, "DEU", "VNM", "0302", 1e6)], False),
        # Two rows of a year are summed first.
        ([(year, "DEU", "VNM", "0302", 5_000.0) for year in (2019, 2019, 2020, 2020)], True),
    ],
)
def test_two_years_of_three_must_reach_the_amount(later, came):
    other = [(year, "USA", "THA", "0303", 1e6) for year in (2019, 2020, 2021)]
    found = ta.backtest("epi", panel_of(full(without=NEVER) + other + later), BASE, OUTCOME)
    rows = found.candidates.set_index(["exporter", "importer", "product"])["came_true"]
    assert rows["VNM", "DEU", "0302"] == came
    assert rows["THA", "USA", "0303"]


@pytest.mark.parametrize(
    ("outcome", "came", "said"),
    [
        ((2021, 2021), True, "the amount in 1 of 1 year of 2021"),
        ((2020, 2021), False, "the amount in 2 of 2 years of 2020-2021"),
        ((2018, 2021), False, "the amount in 3 of 4 years of 2018-2021"),
    ],
)
def test_windows_of_other_lengths_need_two_thirds_of_their_years_and_say_so(outcome, came, said):
    """VNM sells to DEU in 2019 and 2021: in one of one, one of two, two of four years."""
    other = [(year, "USA", "THA", "0303", 1e6) for year in range(2018, 2022)]
    found = ta.backtest("epi", panel_of(full(without=NEVER) + other + CAME), BASE, outcome)
    assert found.candidates.set_index(["exporter", "importer", "product"])["came_true"]["VNM", "DEU", "0302"] == came
    assert found.table.attrs["notes"]["convention"].endswith(said)


def test_a_market_that_did_not_report_is_unknown_and_no_miss():
    table = panel_of(full(without=NEVER) + CAME)
    table = table[~((table["reporter"] == "JPN") & (table["year"] == 2020))]
    found = ta.backtest("market_size", table, BASE, OUTCOME)
    rows = found.candidates.set_index(["exporter", "importer", "product"])["came_true"]
    assert rows["VNM", "JPN", "0302"] is pd.NA
    assert found.about["unknown"] == ["JPN"]
    assert found.about["candidates"] == 2


def test_a_market_that_did_not_report_in_a_base_year_is_no_candidate():
    table = panel_of(full(without=NEVER) + CAME)
    table = table[~((table["reporter"] == "JPN") & (table["year"] == 2015))]
    assert "JPN" not in set(ta.backtest("epi", table, BASE, OUTCOME).candidates["importer"])


def test_codes_that_begin_or_end_are_named_and_left_out():
    old, new = full(range(2012, 2018), ("0309",)), full(range(2018, 2022), ("0310",))
    table = panel_of([one for one in full(without=NEVER) + CAME + old + new if one[1:4] != ("AUS", "VNM", "0309")])
    found = ta.backtest("market_size", table, BASE, OUTCOME)
    rows = found.candidates.set_index(["exporter", "importer", "product"])["came_true"]
    assert rows["VNM", "AUS", "0309"] is pd.NA
    inside = table[table["year"].between(2014, 2021)].groupby("product")["value"].sum()
    assert found.about["codes_left_out"] == {"0309": pytest.approx(inside["0309"] / inside.sum())}
    assert found.about["candidates"] == 3


def test_a_code_that_few_still_report_has_ended():
    """One of six economies reports the old code after a revision: fewer than a third of its best year."""
    old = [one for one in full(products=("0309",)) if one[0] < 2018 or one[1] == "AUS"]
    assert list(revised(yearly_flows(panel_of(full() + old)), (2014, 2021)).index) == ["0309"]
    half = [one for one in full(products=("0309",)) if one[0] < 2018 or one[1] in ("AUS", "DEU")]
    assert revised(yearly_flows(panel_of(full() + half)), (2014, 2021)).empty


@pytest.mark.parametrize(
    ("before", "after", "changes"),
    [(1, 3, False), (3, 9, False), (3, 10, True), (4, 10, False), (0, 9, False), (9, 2, True), (1, 0, True)],
)
def test_a_code_of_few_reporters_that_gains_some_has_grown_and_not_begun(before, after, changes):
    """Of 24 economies; fewer than a third of ten reporters before, or of what there were after."""
    economies = [f"Q{at:02}" for at in range(24)]
    rows = [(year, j, "USA", "0302", 1e6) for year in (2014, 2015) for j in economies]
    rows += [(2014, j, "USA", "0303", 1e6) for j in economies[:before]]
    rows += [(2015, j, "USA", "0303", 1e6) for j in economies[:after]]
    found = revised(yearly_flows(panel_of(rows)), (2014, 2015))
    assert found.to_dict() == ({"0303": pytest.approx((before + after) / (48 + before + after))} if changes else {})


def test_reports_of_exporters_give_the_same_as_those_of_importers():
    table = panel_of(full(without=NEVER) + CAME)
    other = table.rename(columns={"reporter": "partner", "partner": "reporter"}).assign(flow="export")
    ours, theirs = (ta.backtest(["epi", "size_product"], one, BASE, OUTCOME) for one in (table, other))
    pd.testing.assert_frame_equal(ours.candidates, theirs.candidates)
    pd.testing.assert_frame_equal(pd.DataFrame(ours.table), pd.DataFrame(theirs.table))


# ---- nothing later is used ------------------------------------------------------------------------------------------


def test_no_prediction_moves_when_the_outcome_years_change(fish, found):
    """Other values, flows, economies and codes after the base window: every prediction stays, to the last bit."""
    rng = np.random.default_rng(0)
    later = fish["year"] > BASE[1]
    others = fish[later].sample(frac=0.7, random_state=1)
    others = others.assign(value=rng.permutation(others["value"].to_numpy()) * 3)
    others.loc[others.index[:300], "product"] = "030999"
    others.loc[others.index[300:600], "partner"] = "PLW"
    changed = ta.backtest(None, pd.concat([others, fish[~later]]), BASE, OUTCOME)
    predictions = [*found.candidates.columns.drop(["came_true", "value"])]
    pd.testing.assert_frame_equal(found.candidates[predictions], changed.candidates[predictions], check_exact=True)
    assert not found.candidates["came_true"].equals(changed.candidates["came_true"])


def test_training_sees_nothing_after_the_base_window(fish):
    yearly = yearly_flows(fish)
    whole, cut = (training(one, BASE, 5, 1e4).chances for one in (yearly, up_to(yearly, BASE[1])))
    assert whole.outcome == BASE
    assert whole.base[1] < BASE[0]
    assert (whole.slopes == cut.slopes).all()
    assert (whole.floors == cut.floors).all()
    assert whole.intercept == cut.intercept


def test_what_is_known_at_the_end_of_the_base_has_no_later_label(fish):
    flows = known_flows(yearly_flows(fish), BASE)
    assert set(flows.products) <= set(fish.loc[fish["year"].between(*BASE), "product"])
    assert "030399" not in set(flows.products)  # of the revision of 2017
    assert max(flows.yearly.years) == BASE[1]
    assert all(flows.v_ik[i, k] > 0 and flows.v_jk[j, k] > 0 for k, i, j in _some(candidates(flows)))


def _some(cells):
    return zip(cells.k[::997], cells.i[::997], cells.j[::997], strict=True)


def test_the_window_of_training_is_as_long_before_the_base_as_the_outcome_is_after_it():
    yearly = yearly_flows(panel_of(full(range(2005, 2022))))
    assert training_window(yearly, (2014, 2016), 5) == (2009, 2011)
    assert training_window(yearly, (2006, 2008), 5) == (2005, 2005)
    assert training_window(yearly, (2005, 2007), 5) is None
    # Half of the trade is in a code that begins in 2012.
    begun = [one for one in full(range(2005, 2022)) if one[3] == "0302" or one[0] >= 2012]
    assert training_window(yearly_flows(panel_of(begun)), (2014, 2016), 5) == (2012, 2013)


# ---- the logit ------------------------------------------------------------------------------------------------------


def test_a_logit_with_one_yes_or_no_has_the_odds_of_both():
    """6 of 10 and 1 of 5 came true: the intercept is the log of 1/4, the slope that of (6/4) / (1/4)."""
    x = np.array([1.0] * 10 + [0.0] * 5)[:, None]
    hit = np.array([True] * 6 + [False] * 4 + [True] + [False] * 4)
    assert logistic(x, hit, 0.0) == pytest.approx([np.log(1 / 4), np.log(6)], abs=1e-9)


def test_the_logit_is_that_of_scikit_learn():
    from sklearn.linear_model import LogisticRegression

    rng = np.random.default_rng(2)
    x = rng.standard_normal((400, 3))
    hit = rng.random(400) < 1 / (1 + np.exp(2 - x @ [1.0, -0.5, 0.0]))
    peer = LogisticRegression(C=1 / 2.5, tol=1e-10, max_iter=1000).fit(x, hit)
    assert logistic(x, hit, 2.5) == pytest.approx([*peer.intercept_, *peer.coef_[0]], abs=1e-6)


def test_chances_add_up_to_what_came_true_and_are_missing_where_a_feature_is():
    rng = np.random.default_rng(5)
    features = {name: np.exp(rng.standard_normal(300)) for name in FEATURES}
    hit = rng.random(300) < 0.2
    chances = fitted(features, hit, BASE, OUTCOME)
    assert chances.of_features(features).sum() == pytest.approx(hit.sum(), rel=1e-9)
    features["gravity"][7] = np.nan
    assert np.isnan(chances.of_features(features)).tolist() == [at == 7 for at in range(300)]
    assert chances.coefficients["term"].tolist() == [*FEATURES]


# ---- tables ---------------------------------------------------------------------------------------------------------


def test_the_default_is_better_than_market_size_potential_and_gravity(found):
    rows = found.table.set_index("score")
    assert rows["average_precision"].idxmax() == "default"
    less = found.differences.set_index("less")["average_precision_low"]
    assert (less[["market_size", "epi", "gravity"]] > 0).all()
    assert ((rows["auc_low"] <= rows["auc"]) & (rows["auc"] <= rows["auc_high"])).all()
    first = ["score", "auc", "average_precision", "precision_at_1000", "lift"]
    assert list(found.table.columns[:5]) == first


def test_the_tables_count_the_same_candidates(found):
    known = found.candidates["came_true"].notna()
    n, came = int(known.sum()), int(found.candidates["came_true"].sum())
    assert (found.about["candidates"], found.about["came_true"]) == (n, came)
    for table in (found.by_pair, found.by_exporter):
        counts = table.groupby("score")[["candidates", "came_true"]].sum()
        assert (counts == [n, came]).all(axis=None)
    assert found.curve.groupby("score")["hits"].last().to_numpy() == pytest.approx(came)
    has = known & found.candidates["default"].notna()
    assert found.calibration["candidates"].sum() == has.sum()
    of_deciles = (found.calibration["came_true"] * found.calibration["candidates"]).sum()
    assert of_deciles == pytest.approx(found.candidates.loc[has, "came_true"].sum())
    assert (found.calibration["came_true_low"] <= found.calibration["came_true_high"]).all()


def test_the_potential_is_at_chance_where_the_pair_trades_nothing(found):
    """Its ease is then 0 for all, so every order is as likely."""
    rows = found.by_pair.set_index(["score", "pair_trades"])
    assert rows.loc[("epi", False), "auc"] == 0.5
    assert rows.loc[("gravity", False), "auc"] > 0.7


def test_lists_of_twenty_are_of_each_exporter(found):
    rows = found.by_exporter[(found.by_exporter["score"] == "default") & (found.by_exporter["candidates"] >= 20)]
    share = rows["found_in_20"].sum() / (20 * len(rows))
    assert found.table.set_index("score").loc["default", "precision_at_20"] == pytest.approx(share)
    known = found.candidates[found.candidates["came_true"].notna() & (found.candidates["exporter"] == "NOR")]
    best = known.nlargest(20, "default")["came_true"].sum()
    assert rows.set_index("exporter").loc["NOR", "found_in_20"] == best


def test_a_seed_gives_the_same_intervals_and_the_order_of_rows_changes_nothing(fish):
    one = ta.backtest(["epi", "market_size"], fish, BASE, OUTCOME, draws=30, seed=3)
    again = ta.backtest(["epi", "market_size"], fish.sample(frac=1, random_state=0), BASE, OUTCOME, draws=30, seed=3)
    pd.testing.assert_frame_equal(pd.DataFrame(one.table), pd.DataFrame(again.table), check_exact=True)
    pd.testing.assert_frame_equal(one.candidates, again.candidates, check_exact=True)
    other = ta.backtest(["epi", "market_size"], fish, BASE, OUTCOME, draws=30, seed=4)
    assert not (one.table["auc_low"] == other.table["auc_low"]).any()


def test_a_score_of_ones_own_is_tested_as_the_built_in_ones_are(fish, found):
    @ta.Score
    def mine(own_supply, market_size, world_trade):
        return own_supply * market_size / world_trade

    own = ta.backtest(mine, fish, BASE, OUTCOME).table.set_index("score")
    for column in ("auc", "average_precision", "precision_at_1000", "auc_low"):
        assert own.loc["mine", column] == found.table.set_index("score").loc["size_product", column]


def test_a_score_is_named_in_the_sentence_in_both_languages(found):
    first = found.table.set_index("score")["precision_at_1000"]
    share, others = f"{100 * first['default']:.1f}", f"{100 * first.drop('default').max():.1f}"
    every = f"{100 * found.about['came_true'] / found.about['candidates']:.1f}"
    said = found.sentence()
    assert said.startswith(
        f"Of the first 1,000 proposals of the default score from 2014–2016, {share}% had come true by 2019–2021; of "
        f"all candidates, {every}%. Next best is "
    )
    assert said.endswith(f", with {others}%.")
    words = f"Trong 1.000 đề xuất đầu tiên theo điểm mặc định từ số liệu 2014–2016, {share.replace('.', ',')}% đã"
    assert found.sentence("vi").startswith(words)


def test_the_sentence_of_few_candidates_is_of_lists():
    found = ta.backtest("market_size", panel_of(full(without=NEVER) + CAME), BASE, OUTCOME)
    assert np.isnan(found.table["precision_at_1000"][0])
    assert found.sentence().startswith("Of lists of 20 for each exporter by market size from 2014–2016, ")


# ---- what is refused ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("score", "base", "outcome", "said"),
    [
        ("epi", (2014, 2019), (2019, 2021), "the outcome begins after the base window ends"),
        ("epi", (2014, 2016), (2019, 2023), "2022"),
        ("potential", BASE, OUTCOME, "'potential' is no built-in score"),
        (["epi", "epi"], BASE, OUTCOME, "two scores are named epi"),
        ("default", (2012, 2014), (2017, 2019), "learns from years before the base window"),
        (3, BASE, OUTCOME, "score=3 is no built-in score"),
        ([["epi"]], BASE, OUTCOME, "is no built-in score"),
        ("epi", "2014", OUTCOME, "years='2014'"),
        ("epi", None, OUTCOME, "the outcome begins after the base window ends"),
        ("epi", (2014.0, 2016.0), OUTCOME, "give one year, or the first and the last"),
    ],
)
def test_a_question_without_an_answer_is_refused(score, base, outcome, said):
    with pytest.raises(TradeDataError, match=said):
        ta.backtest(score, panel_of(full(without=NEVER) + CAME), base, outcome)


@pytest.mark.parametrize("confidence", [0, 1, 1.5, float("nan")])
def test_a_confidence_is_a_share(confidence):
    with pytest.raises(TradeDataError, match="above 0 and below 1|takes one number, and nan"):
        ta.backtest("epi", panel_of(full(without=NEVER) + CAME), BASE, OUTCOME, confidence=confidence)


def test_a_table_in_which_nothing_came_true_is_refused():
    with pytest.raises(TradeDataError, match="none of 3 candidates"):
        ta.backtest("epi", panel_of(full(without=NEVER)), BASE, OUTCOME)


def test_without_a_reporter_of_every_year_nil_is_not_known():
    table = panel_of([one for one in full(without=NEVER) if one[0] % 2 == ECONOMIES.index(one[1]) % 2])
    with pytest.raises(TradeDataError, match="no economy reported in every year"):
        ta.backtest("epi", table, BASE, OUTCOME)


def test_where_no_year_is_before_the_base_all_but_the_default_are_tested():
    found = ta.backtest(None, panel_of(full(range(2014, 2022), without=NEVER) + CAME), BASE, OUTCOME)
    assert "default" not in set(found.table["score"])
    assert found.about["trained_on"] is None
    assert found.about["no_gravity"] == ""
    assert found.calibration.empty
