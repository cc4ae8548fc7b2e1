"""Values by market: which label means which market, and several vectors over the same markets."""

import numpy as np
import pandas as pd
import pytest

import tradeanalysis as ta
from tradeanalysis.tables.markets import for_markets, market_labels


@pytest.mark.parametrize(
    ("markets", "label", "market"),
    [
        (["USA", "CHN"], "USA", "USA"),
        (["USA", "CHN"], "Hoa Kỳ", "USA"),
        (["Hoa Kỳ", "CHN"], "USA", "Hoa Kỳ"),
        (["USA", "CHN"], "842", "USA"),  # a code in text is a name among names
        ([842, 156], "USA", 842),  # M49 numbers, as UN Comtrade writes them
        (["842", "156"], "USA", "842"),
        (["4", "8"], "04", "04"),  # digits never match digits: both may be products
        (["AFG", "ALB"], 4, 4),  # a number is only itself: it may be a position
        ([0, 1, 2, 3, 4], "AFG", "AFG"),  # and positions are not codes
        (["USA", "Hoa Kỳ"], "United States", "United States"),  # which of the two is meant is not known
        (["USA", "842"], "United States", "USA"),  # a name goes before a number
        (["Long An", "USA"], "Tây Ninh", "Tây Ninh"),
    ],
)
def test_a_label_is_the_market_of_the_same_economy(markets, label, market):
    assert market_labels([label], pd.Index(markets)) == [market]


def test_the_rule_is_one_for_plans_and_for_scenarios():
    numbers = pd.Series([60.0, 25.0, 15.0], index=[842, 392, 356])
    lost = ta.contingency(numbers, scenarios={"a": ["USA"], "b": {"Japan": 0.4}})
    assert lost.set_index("scenario")["gross_loss"].to_dict() == {"a": 60, "b": 10}
    assert ta.plan(numbers, 0.2, 0.8, upper={"USA": 61.0}).table.loc[842, "limit"] == 61
    assert ta.plan({"USA": 60.0, "JPN": 40.0}, 0.2, 0.8, upper={"842": 61.0}).table.loc["USA", "limit"] == 61


def test_values_for_every_market_by_label_by_position_or_one_for_all():
    markets = pd.Index(["USA", "JPN"])
    assert for_markets(markets, {"Nhật Bản": 2}, "cost", 1.0).tolist() == [1, 2]
    assert for_markets(markets, [3, 4], "cost", None).tolist() == [3, 4]
    assert for_markets(markets, 5, "cost", None).tolist() == [5, 5]
    assert for_markets(markets, {"USA": np.inf}, "upper", 1.0, infinite=True).tolist() == [np.inf, 1]
    for given, words in (
        ({"USA": 1}, "cost has no value for JPN"),
        ({"USA": 1, "Mỹ": 2}, "cost names USA more than once"),
        ({"USA": 1, "FRA": 2}, "cost names FRA: not among the markets, which are USA, JPN"),
        ([1, 2, 3], "cost has 3 values for 2 markets"),
        ([1, np.inf], "infinite"),
        (None, "cost= is needed for every market"),
    ):
        with pytest.raises(ta.TradeDataError, match=words):
            for_markets(markets, given, "cost", None)
