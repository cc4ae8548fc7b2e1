"""Thresholds by regime, against the guidelines in print."""

import numpy as np
import pandas as pd
import pytest

import tradeanalysis as ta


@pytest.mark.parametrize(
    ("regime", "value", "printed"),
    [
        # "HHI below 1500", "between 1500 and 2500", "above 2500".
        ("doj2010", 0.1499, "unconcentrated"),
        ("doj2010", 0.2500, "moderately concentrated"),
        ("doj2010", 0.2501, "highly concentrated"),
        # "Markets with an HHI greater than 1,800 are highly concentrated".
        ("doj2023", 0.1800, "moderately concentrated"),
        ("doj2023", 0.1801, "highly concentrated"),
        # "0.25 or higher".
        ("cbs", 0.2499, "moderately concentrated"),
        ("cbs", 0.2500, "highly concentrated"),
        # "exceeds 0.4".
        ("eu_dependency", 0.4, "not flagged"),
        ("eu_dependency", 0.4001, "flagged"),
    ],
)
def test_classes_as_printed(regime, value, printed):
    assert ta.classify(value, regime=regime) == printed


def test_many_at_once_and_missing_ones():
    index = pd.Series({"VNM": 0.14, "MEX": 0.6, "LAO": np.nan})
    found = ta.classify(index, regime="doj2010")
    assert found.index.tolist() == ["VNM", "MEX", "LAO"]
    assert found.tolist()[:2] == ["unconcentrated", "highly concentrated"]
    assert pd.isna(found["LAO"])
    assert ta.classify([0.5, 0.1], regime="cbs").tolist() == ["highly concentrated", "not concentrated"]


def test_there_is_no_default_and_no_guess():
    with pytest.raises(TypeError, match="regime"):
        ta.classify(0.3)
    with pytest.raises(ta.TradeDataError, match="choose from doj2010, doj2023, cbs, eu_dependency"):
        ta.classify(0.3, regime="doj")
    with pytest.raises(ta.TradeDataError, match=r"ta\.convert"):
        ta.classify(2600, regime="doj2010")


def test_every_threshold_says_whose_it_is():
    table = ta.dependency.regimes()
    assert set(table["regime"]) == {"doj2010", "doj2023", "cbs", "eu_dependency"}
    assert (table["source"].str.len() > 20).all()
    assert (table["made_for"].str.len() > 20).all()
