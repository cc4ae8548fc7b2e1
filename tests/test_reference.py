"""Published and independently computed values: one file per source in reference/, with its citation."""

import csv
import math
from pathlib import Path

import numpy as np
import pytest

import tradeanalysis as ta

ROWS = [
    (path.stem, row)
    for path in sorted((Path(__file__).parent / "reference").glob("*.csv"))
    for row in csv.DictReader(path.open(encoding="utf-8", newline=""))
]


@pytest.mark.parametrize(
    ("source", "row"), ROWS, ids=[f"{source}-{r['measure']}{r['argument']}-{i}" for i, (source, r) in enumerate(ROWS)]
)
def test_value(source, row):
    measure = getattr(ta, row["measure"])
    if row["argument"]:
        argument = float(row["argument"])
        measure = measure(int(argument) if row["measure"] == "top_share" else argument)
    about = {"n": int(row["n"])} if row["n"] else {}
    measured = measure([float(x) for x in row["input"].split()], **about)
    assert abs(measured - float(row["expected"])) <= float(row["tolerance"]), row["citation"]


def test_every_source_is_there_and_cited():
    assert len(ROWS) >= 30
    assert all(row["citation"] for _, row in ROWS)


def test_entropy_in_bits():
    assert ta.entropy([0.35, 0.40, 0.05, 0.10, 0.06, 0.04]) / math.log(2) == pytest.approx(2.036448931613, abs=5e-13)


@pytest.mark.parametrize(
    ("to", "n", "expected"),
    [
        ("points", None, 2600),
        ("hirschman", None, 0.509902),
        ("normalised", 4, 0.0133333),
        ("normalised", 200, 0.2562814),
        ("unctad", 4, 0.0198039),
        ("unctad", 200, 0.4726098),
        ("effective", None, 3.8461538),
    ],
)
def test_one_index_under_many_names(to, n, expected):
    """Shares .3 .3 .2 .2, H = 0.26: the conventions in use, by exact arithmetic."""
    assert ta.convert(0.26, to=to, n=n) == pytest.approx(expected, abs=5e-7)
    series = ta.convert(np.array([0.26, np.nan]), to=to, n=n)
    assert series[0] == pytest.approx(expected, abs=5e-7)
    assert np.isnan(series[1])


@pytest.mark.parametrize(
    ("value", "about", "words"),
    [
        (2600, {"to": "effective"}, "divide points by 10,000"),
        (0, {"to": "points"}, "between 0 and 1"),
        (0.1, {"to": "normalised", "n": 4}, "1/n = 0.25"),
        (0.26, {"to": "unctad"}, "needs n="),
        (0.26, {"to": "percent"}, "the conventions are"),
    ],
)
def test_a_value_that_is_no_hhi_is_refused(value, about, words):
    with pytest.raises(ta.TradeDataError, match=words):
        ta.convert(value, **about)


def test_one_partner_has_no_normalised_index():
    assert math.isnan(ta.convert(1.0, to="normalised", n=1))
    assert math.isnan(ta.hhi_normalised([5]))
    assert math.isnan(ta.hhi_unctad([5]))


def test_theil_margins_as_pysal_has_them():
    """Cadot, Carrère & Strauss-Kahn (2011): (60, 25, 10, 5) and six zeros; PySAL's decomposition agrees."""
    margins = ta.theil_margins([60, 25, 10, 5, 0, 0, 0, 0, 0, 0])
    assert margins.between == pytest.approx(0.916290731874, abs=5e-13)
    assert margins.within == pytest.approx(0.353180273603, abs=5e-13)
    assert margins.total == pytest.approx(1.269471005477, abs=5e-13)
    assert ta.theil_margins([60, 25, 10, 5], n=10) == pytest.approx(margins)


def test_two_blocs_of_leinster_and_cobbold():
    blocs = np.kron(np.eye(2), [[1, 0.8], [0.8, 1]])
    assert ta.similarity_hill([1, 1, 1, 1], 2, blocs) == pytest.approx(2.2222, abs=5e-5)
    assert ta.similarity_hill([1, 1, 1, 1], 2, blocs) == pytest.approx(1 / (0.25 * 1.8))


def test_correlated_markets_give_fewer_independent_ones():
    """s = (.6, .2, .1, .1) and equal correlation .5: 1 / (rho + (1 - rho) H) = 1.408450704225."""
    correlation = np.full((4, 4), 0.5) + 0.5 * np.eye(4)
    assert ta.similarity_hill([6, 2, 1, 1], 2, correlation) == pytest.approx(1.408450704225, abs=5e-13)


def test_points_of_a_lorenz_curve():
    curve = ta.lorenz([60, 25, 10, 5], n=5)
    assert curve["partners"].tolist() == pytest.approx([0, 0.2, 0.4, 0.6, 0.8, 1.0])
    assert curve["value"].tolist() == pytest.approx([0, 0, 0.05, 0.15, 0.40, 1.0])
