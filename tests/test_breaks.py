"""Breaks of a monthly series: the dates of next to nothing but the data, how many, and how sure."""

import itertools
import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import tradeanalysis as ta
from tradeanalysis.monitoring.break_chances import beyond, most_breaks, no_break, simulated
from tradeanalysis.monitoring.segments import least_squares, squares_within

SHARED = os.environ.get("TRADEANALYSIS_SHARED_DATA")
CENSUS = Path(SHARED or ".") / "us_census_monthly" / "us_trade_by_country_monthly_1985_2023.csv.gz"
# An exact dynamic programme in another library and a calculation by hand agree on these: shares of US imports in
# per cent, January 2010 to December 2022, regimes of 12 months or more.
EXACT = {
    "Vietnam": [
        (("2019-01",), 40.968235901617),
        (("2015-03", "2019-08"), 13.978757165135),
        (("2014-09", "2019-01", "2020-06"), 8.471365685742),
    ],
    "China": [
        (("2019-02",), 664.714787532937),
        (("2014-08", "2019-02"), 490.151468909853),
        (("2014-08", "2019-02", "2022-01"), 469.981085936863),
    ],
}


def series(values, first="2010-01"):
    return pd.Series(values, pd.period_range(first, periods=len(values), freq="M"), dtype=float)


def steps(*means, each=24, noise=0.1, seed=0):
    """Regimes of so many months, with noise that does not last."""
    x = np.repeat(means, each)
    return series(x + noise * np.random.default_rng(seed).standard_normal(len(x)))


@pytest.fixture(scope="module")
def shares():
    """Monthly shares of US imports in per cent, of countries and not of the aggregates beside them."""
    rows = pd.read_csv(CENSUS)
    rows = rows[(rows["flow"] == "import") & (rows["cty_code"] >= 1000) & rows["period"].between(201001, 202212)]
    table = rows.pivot_table(index="period", columns="cty_name", values="value", aggfunc="sum").fillna(0)
    return table.div(table.sum(axis=1), axis=0) * 100


# ---- dates --------------------------------------------------------------------------------------------------------


@pytest.mark.skipif(not CENSUS.is_file(), reason="shared data are not here")
@pytest.mark.parametrize(("partner", "k"), [*itertools.product(EXACT, (1, 2, 3))])
def test_dates_and_squares_of_us_imports_are_the_exact_ones(shares, partner, k):
    dates, sse = EXACT[partner][k - 1]
    found = ta.breaks(shares[partner], k)
    assert found.dates == dates
    assert found.sse == pytest.approx(sse, rel=3e-13)


@pytest.mark.parametrize("k", [1, 2, 3])
def test_dates_are_those_of_all_ways_to_cut_a_series(k):
    x = np.random.default_rng(k).standard_normal(16).cumsum()
    ways = [cut for cut in itertools.combinations(range(3, 14), k) if min(np.diff([0, *cut, 16])) >= 3]
    squares = {cut: sum(((part - part.mean()) ** 2).sum() for part in np.split(x, cut)) for cut in ways}
    best = min(squares, key=squares.get)
    found = ta.breaks(series(x), k, least=3)
    assert found.dates == tuple(found.course["period"].iloc[[*best]])
    assert found.sse == pytest.approx(squares[best], rel=1e-13)


def test_a_regime_beside_one_a_billion_times_as_high_keeps_its_digits():
    low, high = (np.random.default_rng(seed).standard_normal(40) for seed in (1, 2))
    high[20:] += 8
    x = np.concatenate([low, 2.0**30 + high])
    found = ta.breaks(series(x), 2)
    assert [*found.course.index[found.course["break"]]] == [40, 60]
    parts = np.split(x, [40, 60])
    assert found.sse == pytest.approx(sum(np.square(one - one.mean()).sum() for one in parts), rel=1e-12)
    within = squares_within(x, 12)
    assert least_squares(within, 2)[2][-1] == pytest.approx(found.sse, rel=1e-7)


def test_of_dates_that_are_equally_good_the_earliest_is_taken():
    up_and_down = series([0.0] * 12 + [1.0] * 12 + [0.0] * 12)  # one break fits after 12 as well as after 24 months
    assert ta.breaks(up_and_down, 1).dates == ("2011-01",)


def test_regimes_have_no_fewer_months_than_asked_for():
    x = series([0.0] * 30 + [9.0] * 6)
    assert ta.breaks(x, 1, least=6).dates == ("2012-07",)
    assert ta.breaks(x, 1).dates == ("2012-01",)


def test_the_table_has_the_means_and_the_course_every_month():
    found = ta.breaks(series([1.0, 3.0] * 12 + [6.0, 4.0] * 12), 1)
    row = found.table.iloc[0]
    assert (row["date"], row["before"], row["after"], row["change"]) == ("2012-01", 2.0, 5.0, 3.0)
    assert found.course["mean"].tolist() == [2.0] * 24 + [5.0] * 24
    assert [*found.course.index[found.course["break"]]] == [24]
    assert found.course["in_set"][24]
    assert found.sse == 48.0


# ---- labels and values --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "labels",
    [
        lambda at: at,
        lambda at: at.astype(str),
        lambda at: at.year * 100 + at.month,
        lambda at: at.to_timestamp(),
        lambda at: at.to_timestamp(how="end").normalize(),
        lambda at: [one.to_timestamp().date() for one in at],
    ],
)
def test_months_may_be_periods_texts_numbers_or_dates_in_any_order(labels):
    x = steps(1, 2, 4)
    other = pd.Series(x.to_numpy(), labels(x.index)).sample(frac=1, random_state=1)
    assert ta.breaks(other, 2).dates == ("2012-01", "2014-01")
    assert ta.breaks(other.to_dict(), 2).sse == ta.breaks(x, 2).sse


def test_missing_months_are_named_and_what_is_offered_works():
    x = steps(1, 9, each=30)
    x.iloc[50] = np.nan
    with pytest.raises(ta.TradeDataError, match=r"value: 2010-06, 2014-03\. .* is 2010-07 to 2014-02") as error:
        ta.breaks(x.drop(x.index[5]))
    assert "2010-07 đến 2014-02" in error.value.args[0].say("vi")
    assert ta.breaks(x["2010-07":"2014-02"], 1).dates == ("2012-07",)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ([1.0, 2.0], "of the kind list"),
        (pd.DataFrame({"a": [1.0]}), "of the kind DataFrame"),
        (pd.Series([], dtype=float), "has no value"),
        (series([np.nan] * 30), "has no value"),
        (series([1.0] * 29 + [np.inf]), "beyond"),
        (series([1.0] * 29 + [1e308]), "beyond"),
        (pd.Series(["1"] * 30, pd.period_range("2010-01", periods=30, freq="M")), "series"),
        (pd.Series([1.0] * 30, range(30)), "not the months"),
        (pd.Series([1.0] * 30, pd.period_range("2010Q1", periods=30, freq="Q")), "quarters where months are needed"),
        (pd.Series([1.0] * 30, pd.date_range("2010-01-01", periods=30)), "stand twice in the series: 2010-01"),
        (series([1.0] * 23), "need 24 months; the series has 23"),
        (series([1.0] * 1300, "1900-01"), "no more than 1,200"),
    ],
)
def test_what_is_no_series_by_month_is_refused_in_words(given, words):
    with pytest.raises(ta.TradeDataError, match=words):
        ta.breaks(given)


@pytest.mark.parametrize("wrong", [{"k": -1}, {"k": 1.5}, {"k": True}, {"k": 9}, {"least": 0}, {"confidence": 1.0}])
def test_a_parameter_out_of_its_range_is_refused(wrong):
    with pytest.raises(ta.TradeDataError):
        ta.breaks(steps(1, 2), **wrong)


@pytest.mark.filterwarnings("error")
def test_a_constant_series_has_no_break_and_none_is_made_up():
    flat = series([0.1] * 60)
    found = ta.breaks(flat)
    assert (found.dates, found.sse) == ((), 0.0)
    with pytest.raises(ta.TradeDataError, match="give a smaller k="):
        ta.breaks(flat, 1)
    step = ta.breaks(series([0.1] * 30 + [0.7] * 30))
    assert (step.dates, step.sse) == (("2012-07",), 0.0)
    assert step.table[["low", "high"]].to_numpy().tolist() == [["2012-07", "2012-07"]]


@pytest.mark.parametrize("scale", [1e-140, 2.0**-40, 1e140])
def test_dates_do_not_depend_on_the_unit(scale):
    x = steps(1, 2, 1.5)
    one, other = ta.breaks(x), ta.breaks(x * scale)
    assert one.dates == other.dates == ("2012-01", "2014-01")
    assert one.table["low"].tolist() == other.table["low"].tolist()
    assert other.sse == pytest.approx(one.sse * scale * scale, rel=1e-12)


# ---- how many, and how sure ---------------------------------------------------------------------------------------


@pytest.mark.skipif(not CENSUS.is_file(), reason="shared data are not here")
def test_the_long_run_variance_leaves_two_breaks_of_china_where_a_plain_criterion_sees_six(shares):
    assert ta.breaks(shares["China"]).dates == EXACT["China"][1][0]
    assert len(ta.breaks(shares["Vietnam"]).dates) <= 3  # and nine


def test_noise_that_lasts_is_no_break_where_the_same_step_without_it_is_one():
    rng = np.random.default_rng(3)
    lasting = np.zeros(120)
    for t, shock in enumerate(rng.standard_normal(120)):
        lasting[t] = 0.9 * lasting[t - 1] + shock
    assert ta.breaks(series(lasting)).dates == ()
    assert ta.breaks(series(rng.permutation(lasting) + np.repeat([0, 6], 60))).dates == ("2015-01",)


def test_a_series_without_a_break_is_given_one_as_often_as_stated():
    draws = np.random.default_rng(11).standard_normal((120, 60))
    found = [len(ta.breaks(series(x)).dates) > 0 for x in draws]
    assert 0.02 <= np.mean(found) <= 0.2  # of 120 draws at 10% beyond these one time in a thousand


def test_months_of_the_year_are_no_break_and_no_noise():
    season = np.tile(np.linspace(-3, 3, 12), 6)
    assert ta.breaks(series(season + steps(0, 0, 0).to_numpy())).dates == ()


def test_the_set_holds_the_dates_whose_squares_are_near_by_the_closed_form():
    """For equal variances (1 - exp(-c / 2v))**2 = 0.9 gives c / v = 5.94, as Hansen (2000, table I) prints it."""
    assert beyond(1.0, 1.0, 0.90) == pytest.approx(5.94, abs=0.005)
    assert beyond(1.0, 1.0, 0.95) == pytest.approx(7.35, abs=0.005)
    assert beyond(1.0, 1.0, 0.99) == pytest.approx(10.59, abs=0.005)
    assert beyond(0.0, 2.0, 0.90) == pytest.approx(4 * np.log(10))
    assert beyond(1.0, 0.0, 0.90) < beyond(1.0, 1.0, 0.90) < beyond(1.0, 4.0, 0.90) < beyond(4.0, 4.0, 0.90)


def test_what_the_table_holds_is_what_a_simulation_gives():
    seen, quantile = no_break(24, 12, 1, 0.9)
    again, drawn = simulated(24, 12, 1, 0.9, 1000)
    assert np.abs(seen - again).max() < 0.03
    assert drawn[:4] == pytest.approx(quantile[:4], rel=0.35)


def test_between_the_lengths_of_the_table_quantiles_are_between():
    ends = [no_break(n, 12, most_breaks(n, 12), 0.9)[1] for n in (180, 210, 240)]
    assert ends[1] == pytest.approx((ends[0] + ends[2]) / 2)
    assert (no_break(900, 12, 5, 0.9)[1] == no_break(360, 12, 5, 0.9)[1]).all()


def test_sets_cover_the_date_of_a_known_step():
    covered = []
    for seed in range(60):
        row = ta.breaks(steps(0, 1, each=48, noise=1.0, seed=seed), 1).table.iloc[0]
        covered.append(row["low"] <= "2014-01" <= row["high"])
    assert np.mean(covered) >= 0.8


def test_the_sentence_says_every_date_in_both_languages():
    found = ta.breaks(series([1.1, 1.0, 0.9] * 8 + [2.1, 2.0, 1.9] * 8 + [4.1, 4.0, 3.9] * 8))
    assert "changed 2 times: in January 2012 [this month alone] from 1.00 to 2.00; in Jan" in found.sentence()
    assert "thay đổi 2 lần: tháng 01/2012 [chỉ tháng này] từ 1,00 thành 2,00; tháng" in found.sentence("vi")
    none = ta.breaks(steps(1, 1))
    assert "shows no change" in none.sentence()
    assert "10%" in none.sentence("vi")
    assert "one mean was requested" in ta.breaks(steps(1, 1), 0).sentence()


@pytest.mark.parametrize("value", [0.0, 5.0])
def test_a_series_of_one_value_has_not_changed(value):
    found = ta.breaks(pd.Series(value, pd.period_range("2018-01", periods=60, freq="M")))
    assert "nothing changed" in found.sentence()
