"""Seasons of a monthly series, Tết by its dates, and gaps."""

import itertools
from datetime import date

import numpy as np
import pandas as pd
import pytest

import tradeanalysis as ta
from tradeanalysis.monitoring.tet_dates import tet, tet_share

# Days that offices and calendars in print have; in the years of the second row China's day is another.
PRINTED = {
    1976: "01-31", 1990: "01-27", 2000: "02-05", 2015: "02-19", 2016: "02-08", 2017: "01-28", 2018: "02-16",
    2019: "02-05", 2020: "01-25", 2021: "02-12", 2022: "02-01", 2023: "01-22", 2024: "02-10", 2025: "01-29",
    2026: "02-17",
    1985: "01-21", 2007: "02-17", 2030: "02-02",
}  # fmt: skip
SEASON = np.array([0.9, 0.8, 1.0, 1.1, 1.0, 1.0, 1.1, 1.1, 1.0, 1.05, 0.95, 1.0])


def series(values, first="2013-01"):
    return pd.Series(values, pd.period_range(first, periods=len(values), freq="M"), dtype=float)


def sales(years=9, effect=0.0, noise=0.0):
    """A trend with a season and so much less in a month with all of Tết."""
    n = 12 * years
    months = pd.period_range("2013-01", periods=n, freq="M")
    held_back = np.array([tet_share(one.to_timestamp().date(), 0, 6) for one in months])
    rest = np.random.default_rng(1).standard_normal(n)
    return series(100 * 1.005 ** np.arange(n) * np.tile(SEASON, years) * np.exp(effect * held_back + noise * rest))


@pytest.mark.parametrize("year", PRINTED)
def test_tet_is_on_the_day_that_calendars_print(year):
    assert tet(year).isoformat()[5:] == PRINTED[year]


def test_tet_is_always_between_21_january_and_20_february():
    days = [tet(year) for year in range(1985, 2051)]
    assert all((1, 21) <= (one.month, one.day) <= (2, 20) for one in days)
    assert {(b - a).days for a, b in itertools.pairwise(days)} <= {354, 355, 383, 384, 385}


def test_the_days_of_tet_are_split_between_the_months_they_fall_into():
    assert tet_share(date(2017, 1, 1), 0, 6) == pytest.approx(4 / 7)  # 28 to 31 January
    assert tet_share(date(2017, 2, 1), 0, 6) == pytest.approx(3 / 7)
    assert tet_share(date(2017, 3, 1), 0, 6) == 0


def test_a_season_without_noise_is_found_and_taken_out():
    found = ta.seasonal(sales(), tet=False)
    table = found.table
    assert found.multiplicative
    assert table["value"].to_numpy() == pytest.approx((table["seasonal"] * table["adjusted"]).to_numpy(), rel=1e-13)
    wanted = np.log(SEASON) - np.log(SEASON).mean()
    assert np.log(table["seasonal"].to_numpy()[48:60]) == pytest.approx(wanted, abs=2e-3)
    assert np.diff(np.log(table["adjusted"].to_numpy()[12:-12])) == pytest.approx(np.log(1.005), abs=1e-3)


def test_the_effect_of_tet_is_that_which_was_put_in():
    found = ta.seasonal(sales(effect=-0.3, noise=0.01))
    assert found.tet_used
    assert np.log1p(found.tet) == pytest.approx(-0.3, abs=0.04)
    clean, left = ta.seasonal(sales(noise=0.01)), ta.seasonal(sales(effect=-0.3, noise=0.01), tet=False)
    early = np.arange(108) % 12 < 2
    change = np.log(found.table["adjusted"] / clean.table["adjusted"])[early].std()
    assert change < 0.25 * np.log(left.table["adjusted"] / clean.table["adjusted"])[early].std()


def test_where_tet_makes_no_difference_nothing_is_taken_out_for_it():
    with_it, without = ta.seasonal(sales(noise=0.05)), ta.seasonal(sales(noise=0.05), tet=False)
    assert not with_it.tet_used
    assert abs(with_it.tet) < 2 * with_it.tet_error
    pd.testing.assert_frame_equal(pd.DataFrame(with_it.table), pd.DataFrame(without.table), check_exact=False)
    assert np.isnan(without.tet)
    assert "no difference" in with_it.sentence()


def test_gaps_are_bridged_near_what_was_there_and_named():
    whole = sales(effect=-0.3)
    gaps = [20, 21, 37, 72]
    found = ta.seasonal(whole.drop(whole.index[gaps]))
    assert found.table.index[found.table["bridged"]].tolist() == gaps
    assert found.table["value"].iloc[gaps].to_numpy() == pytest.approx(whole.iloc[gaps].to_numpy(), rel=0.01)
    assert "4 months without a value" in found.sentence()
    assert "2014-09, 2014-10, 2016-02, 2019-01" in found.sentence("vi")
    assert found.table.loc[~found.table["bridged"], "value"].tolist() == whole.drop(whole.index[gaps]).tolist()


def test_values_of_0_or_less_have_a_season_that_is_added():
    whole = series(np.tile([0.0, -5.0, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3], 6) + np.arange(72))
    found = ta.seasonal(whole)
    assert not found.multiplicative
    table = found.table
    assert (table["seasonal"] + table["adjusted"]).to_numpy() == pytest.approx(table["value"].to_numpy(), abs=1e-12)
    assert table["adjusted"].diff().dropna().to_numpy() == pytest.approx(1.0, abs=0.05)
    assert "amounts" in table.attrs["notes"]["method"]


def test_a_break_under_a_season_is_dated_once_the_season_is_out():
    step = np.repeat([1.0, 1.4], 54)
    noise = np.random.default_rng(2).normal(0, 0.02, 108)
    x = series(step * np.tile(SEASON, 9) * np.exp(noise))
    adjusted = ta.seasonal(x, tet=False).table.set_index("period")["adjusted"]
    assert "2017-07" in ta.breaks(adjusted).dates


@pytest.mark.filterwarnings("error")
def test_a_constant_series_has_no_season():
    for level in (0.0, 7.0):
        found = ta.seasonal(series([level] * 60))
        assert found.table["adjusted"].to_numpy() == pytest.approx(level, abs=1e-12)
        assert not found.tet_used


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (series([1.0] * 35), "needs 36 months, and the series has 35"),
        (series([1.0] * 60)[lambda x: x.index.month != 5], "of 60 months 5 have no value"),
        (series(([1.0] + [np.nan] * 11) * 4 + [1.0]), "have no value"),
        (series([1.0] * 59 + [np.inf]), "beyond"),
        (pd.Series(["a"] * 60, pd.period_range("2010-01", periods=60, freq="M")), "series"),
        ([1.0] * 60, "of the kind list"),
    ],
)
def test_what_has_no_season_is_refused_in_words(given, words):
    with pytest.raises(ta.TradeDataError, match=words):
        ta.seasonal(given)


def test_tet_is_a_choice_of_yes_or_no():
    with pytest.raises(ta.TradeDataError, match="neither True nor False"):
        ta.seasonal(sales(), tet="yes")


@pytest.mark.parametrize("scale", [1e-140, 1e140])
def test_the_season_does_not_depend_on_the_unit(scale):
    one, other = ta.seasonal(sales(noise=0.05)), ta.seasonal(sales(noise=0.05) * scale)
    assert other.table["seasonal"].to_numpy() == pytest.approx(one.table["seasonal"].to_numpy(), rel=1e-9)


@pytest.mark.parametrize("value", [0.0, 5.0])
def test_a_series_of_one_value_has_no_season(value):
    found = ta.seasonal(pd.Series(value, pd.period_range("2018-01", periods=60, freq="M")))
    assert "there is none to take out" in found.sentence()
