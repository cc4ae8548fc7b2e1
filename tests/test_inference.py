"""Draws, intervals and probabilities, against print, exact arithmetic, simulation by hand, and real mirror reports."""

import itertools

import numpy as np
import pandas as pd
import pytest
from conftest import sampled

import tradeanalysis as ta

NINE = pd.Series([40.0, 20, 15, 10, 5, 4, 3, 2, 1], index=list("ABCDEFGHI"))


def noise(rng, c, size):
    """Lognormal errors of mean one and coefficient of variation c."""
    variance = np.log1p(np.asarray(c) ** 2)
    return np.exp(np.sqrt(variance) * rng.standard_normal(size) - variance / 2)


def test_the_approximation_in_print_beside_a_simulation():
    """sd .02086 (simulated .02065), bias .00228 (.00236)."""
    found = ta.confidence(ta.uncertainty.draws(NINE, 0.15), ta.hhi)
    assert found.approximate_sd == pytest.approx(0.02086, abs=5e-6)
    assert found.approximate_bias == pytest.approx(0.00228, abs=5e-6)
    simulated = ta.hhi(NINE.to_numpy() * noise(np.random.default_rng(0), 0.15, (200_000, 9)))
    assert simulated.std() == pytest.approx(0.02065, abs=1e-4)
    assert simulated.mean() - ta.hhi(NINE) == pytest.approx(0.00236, abs=1e-4)
    # What the draws find is of the same size: the approximation is no part of them.
    assert found.sd == pytest.approx(found.approximate_sd, rel=0.1)
    assert "by the formula: sd 0.02086, bias 0.00228" in found.summary()


def test_the_approximation_is_the_derivative():
    """Var = sum (dH/dx_j)^2 (c_j x_j)^2 and bias = sum d2H/dx_j2 (c_j x_j)^2 / 2, by differences."""
    x, c = np.array([5.0, 3, 1, 1]), np.array([0.1, 0.2, 0.3, 0.05])
    step = 1e-4 * x
    up, down = (np.array([ta.hhi(x + sign * one) for one in np.diag(step)]) for sign in (1, -1))
    first, second = (up - down) / (2 * step), (up - 2 * ta.hhi(x) + down) / step**2
    found = ta.confidence(ta.uncertainty.draws(x, c), ta.hhi)
    assert found.approximate_sd**2 == pytest.approx((first**2 * (c * x) ** 2).sum(), rel=1e-5)
    assert found.approximate_bias == pytest.approx((second * (c * x) ** 2 / 2).sum(), rel=1e-4)


def test_draws_follow_the_model_where_markets_are_far_apart():
    """With markets orders of magnitude apart nothing is drawn together: logarithms have the errors' variance."""
    x = 10.0 ** np.arange(0, 12, 2)
    logs = np.log(ta.uncertainty.draws(x, 0.2, size=40_000).values)
    variance = np.log1p(0.04)
    assert logs.mean(axis=0) == pytest.approx(np.log(x) + variance / 2, abs=0.01)
    assert logs.std(axis=0) == pytest.approx(np.sqrt(variance), rel=0.02)
    assert np.corrcoef(logs.T)[np.triu_indices(6, 1)] == pytest.approx(0, abs=0.03)


def test_draws_have_the_spread_of_the_true_values_and_not_that_of_the_observed():
    rng = np.random.default_rng(5)
    true = np.exp(0.5 * rng.standard_normal(400))
    observed = true * noise(rng, 0.4, 400)
    drawn = np.log(ta.uncertainty.draws(observed, 0.4, size=2000).values).std(axis=1)
    assert np.log(observed).std() > 1.15 * np.log(true).std()
    assert drawn.mean() == pytest.approx(np.log(true).std(), rel=0.05)


@sampled(
    ("x", "c"),
    [
        (NINE.to_numpy(), np.full(9, 0.15)),
        (NINE.to_numpy(), np.linspace(0.05, 0.3, 9)),
        (np.exp(1.5 * np.linspace(-2, 2, 30)), np.full(30, 0.3)),
        (np.ones(30), np.full(30, 0.15)),
    ],
)
@pytest.mark.parametrize("measure", [ta.hhi, ta.entropy, ta.top_share(1)])
def test_intervals_hold_the_true_index_as_often_as_they_say(x, c, measure):
    """400 repeats: a coverage of 95% is found between 91.8% and 98.2% with a probability of .997."""
    rng, true = np.random.default_rng(7), measure(x)
    held = 0
    for seed in range(400):
        found = ta.confidence(ta.uncertainty.draws(x * noise(rng, c, len(x)), c, size=300, seed=seed), measure)
        held += found.low - 1e-12 <= true <= found.high + 1e-12
    assert 0.918 <= held / 400 <= 0.99  # equal shares are held a little too often


def test_quantiles_of_values_with_new_errors_would_not_hold_it():
    """What the draws are not: observed values times errors lie above the truth twice over."""
    rng, x, held = np.random.default_rng(7), np.exp(0.5 * np.linspace(-2, 2, 30)), 0
    for _ in range(200):
        observed = x * noise(rng, 0.3, 30)
        low, high = np.quantile(ta.hhi(observed * noise(rng, 0.3, (300, 30))), [0.025, 0.975])
        held += low <= ta.hhi(x) <= high
    assert held / 200 < 0.8


def test_the_same_seed_gives_the_same_bits():
    one, same, other = (ta.uncertainty.draws(NINE, 0.15, size=200, seed=seed) for seed in (3, 3, 4))
    assert one.values.tobytes() == same.values.tobytes()
    assert not (one.values == other.values).any()
    series = np.random.default_rng(0).gamma(2, size=(24, 3))
    assert (
        ta.uncertainty.moving_blocks(series, seed=1).values.tobytes()
        == ta.uncertainty.moving_blocks(series, seed=1).values.tobytes()
    )


def test_errors_go_by_label():
    error = pd.Series(np.linspace(0.1, 0.3, 9), index=list("IHGFEDCBA"))
    by_label, by_place = ta.uncertainty.draws(NINE, error), ta.uncertainty.draws(NINE, error.to_numpy()[::-1])
    assert (by_label.values == by_place.values).all()
    assert by_label.cv == pytest.approx(error.to_numpy()[::-1], rel=1e-12)
    with pytest.raises(ta.TradeDataError, match="no number for A"):
        ta.uncertainty.draws(NINE, error.drop("A"))
    assert "10.0%–30.0%" in by_label.assumption
    assert "10,0%–30,0%" in by_label.assumptions["vi"]


def test_partners_without_trade_stay_so_and_one_partner_is_all():
    found = ta.uncertainty.draws([4.0, 0.0, 2.0, 1.0], 0.2)
    assert (found.values[:, 1] == 0).all()
    alone = ta.confidence(ta.uncertainty.draws([7.0], 0.3), ta.hhi)
    assert (alone.low, alone.high, alone.sd) == (1, 1, 0)
    with pytest.raises(ta.TradeDataError, match="not defined for"):
        ta.confidence(ta.uncertainty.draws([7.0], 0.3), ta.hhi_normalised)


def test_without_errors_all_draws_are_what_was_observed():
    for x in ([4.0, 2, 1], [1.0, 1, 1]):
        assert ta.uncertainty.draws(x, 0).values == pytest.approx(np.tile(x, (10_000, 1)), rel=1e-12)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (([1.0, 2.0], -0.1), "not negative"),
        (([1.0, 2.0], np.nan), "not missing"),
        (([1.0, 2.0], [0.1, 0.1, 0.1]), "one for each of 2"),
        (([1.0, -2.0], 0.1), "negative"),
        (([0.0, 0.0], 0.1), "some trade"),
        (([[1.0, 2.0]], 0.1), "one vector"),
        (([1.0, 2.0],), "pass error="),
        ((pd.Series([1.0, 2.0], index=["A", "A"]), 0.1), "A stand in several rows"),
    ],
)
def test_what_no_draws_can_be_made_of(arguments, words):
    with pytest.raises(ta.TradeDataError, match=words):
        ta.uncertainty.draws(*arguments)
    for wrong in ({"size": 10}, {"size": 1000.0}, {"seed": -1}):
        with pytest.raises(ta.TradeDataError, match=next(iter(wrong))):
            ta.uncertainty.draws([1.0, 2.0], 0.1, **wrong)


def test_a_measure_is_any_function_of_a_matrix():
    def first(x):
        return x[:, 0] / x.sum(axis=1)

    drawn = ta.uncertainty.draws(NINE, 0.15)
    found = ta.confidence(drawn, first)
    assert found.measure == "first"
    assert found.estimate == 0.4
    assert np.isnan(found.approximate_sd)
    share = drawn.values[:, 0] / drawn.values.sum(axis=1)
    assert [found.low, found.high] == pytest.approx(np.quantile(share, [0.025, 0.975]), rel=1e-12)
    with pytest.raises(ta.TradeDataError, match="one number for each row"):
        ta.confidence(drawn, lambda x: x.sum())
    with pytest.raises(ta.TradeDataError, match="between 0 and 1"):
        ta.confidence(drawn, ta.hhi, confidence=95)


def test_draws_may_be_of_a_dict():
    drawn = ta.uncertainty.draws({"USA": 60, "CHN": 40}, {"CHN": 0.1, "USA": 0.2})
    series = ta.uncertainty.draws(pd.Series({"USA": 60.0, "CHN": 40.0}), pd.Series({"CHN": 0.1, "USA": 0.2}))
    assert drawn.partners.tolist() == ["USA", "CHN"]
    assert (drawn.values == series.values).all()


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda d: ta.confidence([1, 2], ta.hhi), "list is not a Draws: .* the measure comes second"),
        (lambda d: ta.confidence(ta.hhi, d), "Measure is not a Draws"),
        (lambda d: ta.confidence(d, "hhi"), "str is not an index"),
        (lambda d: ta.uncertainty.ranks([d, d], ta.hhi), "pass a dict"),
        (lambda d: ta.probability(d, ta.hhi, [1, 2]), "list is not a Draws"),
        (lambda d: ta.probability(d, ta.hhi, above=2500), "2500 is 0.25"),
        (lambda d: ta.probability(d, ta.hhi, above=np.nan), "above= takes one number, and nan"),
    ],
)
def test_what_is_passed_in_a_wrong_place_says_so(call, words):
    with pytest.raises(ta.TradeDataError, match=words):
        call(ta.uncertainty.draws([40.0, 30.0], 0.1))


# ---- probabilities ------------------------------------------------------------------------------------------------


def test_the_probability_is_that_of_two_normal_indices():
    """Where errors are small, both indices are normal: P = Phi(difference / root of the summed variances)."""
    from scipy.special import ndtr

    a, b = NINE.to_numpy(), NINE.to_numpy() + np.array([0.2, 0, 0, 0, 0, 0, 0, 0, 0])
    found = ta.probability(
        ta.uncertainty.draws(b, 0.01, size=40_000), ta.hhi, ta.uncertainty.draws(a, 0.01, size=40_000)
    )
    sd = np.hypot(*(ta.confidence(ta.uncertainty.draws(one, 0.01), ta.hhi).approximate_sd for one in (a, b)))
    assert found.estimate == pytest.approx(ta.hhi(b) - ta.hhi(a), rel=1e-12)
    assert float(found) == pytest.approx(ndtr(found.estimate / sd), abs=0.01)
    assert [found.low, found.high] == pytest.approx(
        [found.estimate - 1.96 * sd, found.estimate + 1.96 * sd], abs=0.03 * sd + 1e-5
    )


def test_an_economy_is_more_concentrated_than_itself_half_the_time():
    one = ta.uncertainty.draws(NINE, 0.15)
    assert float(ta.probability(one, ta.hhi, one)) == pytest.approx(0.5, abs=0.02)
    assert float(ta.probability(one, ta.hhi, one, shared_errors=True)) == 0.5


def test_paired_errors_are_common_to_both():
    before, after = (
        ta.uncertainty.draws(NINE, 0.15, name="2015"),
        ta.uncertainty.draws(NINE + 3 * (NINE.index == "A"), 0.15, name="2022"),
    )
    apart, paired = (ta.probability(after, ta.hhi, before, shared_errors=one) for one in (False, True))
    assert float(apart) < 0.9 < 0.99 < float(paired)
    assert "cannot be distinguished" in apart.sentence()
    assert "the two differ" in paired.sentence()
    assert "hai giá trị khác nhau" in paired.sentence("vi")
    with pytest.raises(ta.TradeDataError, match="same seed"):
        ta.probability(after, ta.hhi, ta.uncertainty.draws(NINE, 0.15, seed=1), shared_errors=True)
    with pytest.raises(ta.TradeDataError, match="independent"):
        ta.probability(after, ta.hhi, before, shared_errors="none")
    with pytest.raises(ta.TradeDataError, match="equally many"):
        ta.probability(after, ta.hhi, ta.uncertainty.draws(NINE, 0.15, size=500))


def test_a_flag_holds_with_the_share_of_draws_above_it():
    drawn = ta.uncertainty.draws([60, 25, 15], 0.1)
    found = ta.probability(drawn, ta.hhi, above=0.4)
    assert float(found) == (ta.hhi(drawn.values) > 0.4).mean()
    assert 0.5 < float(found) < 0.999
    assert "above 0.4 is" in found.sentence()
    assert "cao hơn 0,4 là" in found.sentence("vi")
    assert "> 99.9%" in ta.probability(drawn, ta.hhi, above=0.2).sentence()
    for wrong in ({}, {"other": drawn, "above": 0.4}):
        with pytest.raises(ta.TradeDataError, match="what to compare with"):
            ta.probability(drawn, ta.hhi, **wrong)


def test_ranks_by_counting():
    groups = {
        name: ta.uncertainty.draws(x, 0.1, size=500)
        for name, x in {"A": [70, 20, 10], "B": [40, 30, 30], "C": [45, 30, 25]}.items()
    }
    table = ta.uncertainty.ranks(groups, ta.hhi, shared_errors=True).set_index("name")
    assert table["rank"].to_dict() == {"A": 1, "C": 2, "B": 3}
    samples = np.column_stack([ta.hhi(one.values) for one in groups.values()])
    counted = {
        name: np.mean(
            [sorted(row, reverse=True).index(row[column]) + 1 == table["rank"][name] for row in samples.tolist()]
        )
        for column, name in enumerate(groups)
    }
    assert table["probability"].to_dict() == pytest.approx(counted, abs=1e-12)
    assert table["rank_low"].le(table["rank"]).all()
    assert table["rank_high"].ge(table["rank"]).all()
    assert "coefficient of variation 10.0%" in table.attrs["notes"]["assumption"][0]
    with pytest.raises(ta.TradeDataError, match="two groups"):
        ta.uncertainty.ranks({"A": groups["A"]}, ta.hhi)


def test_the_assumption_is_printed_with_every_answer():
    drawn = ta.uncertainty.draws(NINE, 0.15, name="2022")
    found = ta.confidence(drawn, ta.hhi)
    chance = ta.probability(drawn, ta.hhi, drawn)
    assert "lognormal" in drawn.assumption
    for text in (drawn.summary(), drawn._repr_html_(), found.summary(), found._repr_html_(), found.sentence()):
        assert drawn.assumption in text
    for text in (chance.summary(), chance._repr_html_(), repr(drawn), repr(found), repr(chance)):
        assert drawn.assumption in text
    assert drawn.assumptions["vi"] in drawn.sentence("vi")
    assert drawn.sentence().startswith("Draws of the values of 9 partners (2022).")
    for one in (found, chance):
        assert one.table[["estimate", "low", "high"]].to_numpy().tolist() == [[one.estimate, one.low, one.high]]
    assert found.assumption == chance.assumption == drawn.assumption
    assert found.sentence().startswith("HHI (2022) is 0.2380 as observed; with 95% confidence it lies between 0.")
    assert drawn.assumptions["vi"] in found.sentence("vi")


# ---- months -------------------------------------------------------------------------------------------------------


def test_blocks_are_of_consecutive_months():
    """Months numbered in powers: every draw is a sum of whole blocks, the last one cut."""
    months, length = 5, 2
    series = np.eye(months)
    drawn = ta.uncertainty.moving_blocks(series, block=length, size=2000)
    sums = set()
    for starts in itertools.product(range(months - length + 1), repeat=3):
        row = np.zeros(months)
        for start, size in zip(starts, (2, 2, 1), strict=True):
            row[start : start + size] += 1
        sums.add(tuple(row))
    assert {tuple(row) for row in np.round(drawn.values * months / 12, 9)} == sums
    assert drawn.values.sum(axis=1) == pytest.approx(12)
    assert drawn.observed == pytest.approx(np.full(months, 12 / months))


def test_the_spread_of_blocks_is_that_of_the_mean():
    """Independent months, blocks of one: the variance of the year is 144 / T times that of a month."""
    series = np.random.default_rng(0).gamma(4, [10, 5], size=(60, 2))
    drawn = ta.uncertainty.moving_blocks(series, block=1, size=40_000)
    assert drawn.values.std(axis=0) == pytest.approx(12 * series.std(axis=0) / np.sqrt(60), rel=0.02)
    assert drawn.values.mean(axis=0) == pytest.approx(12 * series.mean(axis=0), rel=0.01)


def test_months_come_as_a_matrix_or_as_a_table(engine):
    series = pd.DataFrame(np.random.default_rng(0).gamma(4, size=(24, 3)), columns=["CHN", "JPN", "USA"])
    series.index = [f"{2020 + i // 12}{i % 12 + 1:02}" for i in range(24)]
    rows = series.rename_axis("period").melt(ignore_index=False, var_name="partner", value_name="value").reset_index()
    rest = pd.DataFrame({"period": ["202001"], "partner": ["Areas, nes"], "value": [9.0]})
    table = engine.table(pd.concat([rows, rest], ignore_index=True))
    one, other = ta.uncertainty.moving_blocks(series), ta.uncertainty.moving_blocks(table)
    assert list(other.partners) == ["CHN", "JPN", "USA"]
    assert other.values == pytest.approx(one.values, rel=1e-12)
    assert "blocks of 3" in one.assumption
    assert np.isnan(ta.confidence(one, ta.hhi).approximate_sd)


@pytest.mark.parametrize("block", [0, 13, 2.5, True])
def test_blocks_of_a_wrong_size_are_refused(block):
    with pytest.raises(ta.TradeDataError, match="of 24 months"):
        ta.uncertainty.moving_blocks(np.ones((24, 2)), block)


def test_blocks_are_never_of_months_with_a_gap_between_them_nor_of_other_periods():
    months = [str(one) for one in pd.period_range("2020-01", periods=12, freq="M")]
    table = pd.DataFrame({"period": months, "partner": "USA", "value": 1.0})
    assert ta.uncertainty.moving_blocks(table).observed.tolist() == [12.0]
    with pytest.raises(ta.TradeDataError, match="lacks 2020-05"):
        ta.uncertainty.moving_blocks(table[table["period"] != "2020-05"])
    with pytest.raises(ta.TradeDataError, match="quarters where months are needed"):
        ta.uncertainty.moving_blocks(table.assign(period=[f"{one}-Q1" for one in range(2010, 2022)]))


def test_months_of_two_economies_are_refused():
    rows = pd.DataFrame({"period": ["202001", "202002"], "reporter": ["VNM", "THA"], "partner": "USA", "value": 1.0})
    with pytest.raises(ta.TradeDataError, match="2 reporters"):
        ta.uncertainty.moving_blocks(rows)


# ---- mirror reports -----------------------------------------------------------------------------------------------


def test_mirror_rows_are_of_one_economy_and_year():
    rows = pd.DataFrame(
        {"reporter": ["VNM", "THA"], "year": 2020, "partner": ["USA", "USA"], "value": 1.0, "log_sd": 0.1}
    )
    with pytest.raises(ta.TradeDataError, match="2 reporters"):
        ta.uncertainty.draws(rows)
    with pytest.raises(ta.TradeDataError, match="USA stand in several rows"):
        ta.uncertainty.draws(rows.assign(reporter="VNM"))
    assert ta.uncertainty.draws(rows.iloc[:1]).name == "VNM 2020"
    with pytest.raises(ta.SchemaError, match="log_sd"):
        ta.uncertainty.draws(rows.drop(columns="log_sd"))


@pytest.fixture(scope="module")
def fish(shared_data):
    """Exports and imports of fish as reported, all products together; domestic exports and re-exports are not added."""
    rows = pd.read_parquet(shared_data / "comtrade_fish_subset" / "fish_subset_2010_2023.parquet")
    rows = rows[rows["flow_code"].isin(["X", "M"]) & rows["year"].between(2015, 2022)]
    table = pd.DataFrame(
        {
            "reporter": rows["reporter_iso"].str.strip(),
            "partner": rows["partner_iso"].str.strip(),
            "flow": rows["flow_code"].map({"X": "export", "M": "import"}),
            "year": rows["year"],
            "value": rows["primary_value_usd"],
        }
    )
    return table


def brute_range(low, high):
    """The range of the HHI, by trying: values cut at each level of a grid; one partner after another at its top."""
    grid = np.quantile(np.concatenate([low, high]), np.linspace(0, 1, 2001))
    least = ta.hhi(np.clip(grid[:, None], low, high)).min()
    most = ta.hhi(low)
    for first in np.argsort(-high)[:3]:
        x = low.copy()
        x[first] = high[first]
        for other in np.argsort(-high)[:20]:
            tried = x.copy()
            tried[other] = high[other]
            x = max(x, tried, key=ta.hhi)
        most = max(most, ta.hhi(x))
    return least, most


def test_how_sure_vietnams_fish_exports_are(fish):
    mirrored = ta.mirror(fish)
    own = mirrored[mirrored["reporter"] == "VNM"]
    assert sorted(own["year"].unique()) == list(range(2015, 2023))
    drawn, ranges = {}, {}
    for year, rows in own.groupby("year"):
        by_exporter = ta.hhi(rows["export_report"].dropna())
        raw = fish[(fish["year"] == year) & (fish["reporter"] == "VNM") & (fish["flow"] == "export")]
        raw = raw[~raw["partner"].isin(["_X", "X2", "VNM"])].groupby("partner")["value"].sum()
        assert by_exporter == pytest.approx(ta.hhi(raw), rel=1e-12)
        drawn[year] = ta.uncertainty.draws(rows, name=str(year))
        found = ta.confidence(drawn[year], ta.hhi)
        ranges[year] = brute_range(rows["low"].to_numpy(), rows["high"].to_numpy())
        assert ranges[year][0] < found.estimate < ranges[year][1]
        assert found.low < found.estimate < found.high
    assert ranges[2015][1] > ranges[2022][0]  # the sharp intervals overlap
    apart, paired = (ta.probability(drawn[2022], ta.hhi, drawn[2015], shared_errors=one) for one in (False, True))
    assert apart.low < 0 < apart.high
    assert paired.low > 0
    assert 0.7 < float(apart) < 0.975 < float(paired)
    assert apart.sentence().startswith("The probability that HHI is higher for 2022 than for 2015 is")
    assert "cannot be distinguished" in apart.sentence()
    assert "chưa thể phân biệt" in apart.sentence("vi")
