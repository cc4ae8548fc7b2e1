"""Every published or independently computed number in tests/reference, beside ours."""

import csv
import math
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

import tradeanalysis as ta

FOLDER = Path(__file__).parent / "reference"


def rows():
    for path in sorted(FOLDER.glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            yield from ((path.stem, row) for row in csv.DictReader(file))


ROWS = list(rows())
IDS = [
    "-".join(
        word for word in (source, row["measure"], row["argument"], row["n"] and f"n={row['n']}", row["input"]) if word
    )
    for source, row in ROWS
]


def numbers(text):
    return [float(Fraction(word)) for word in text.split()]


def order(text):
    return math.inf if text == "inf" else float(text)


def similarity(x, argument):
    """The argument is the order, then the rows of Z: ``2 1 .8; .8 1``, or ``2 identity``."""
    q, _, matrix = argument.partition(" ")
    Z = np.eye(len(x)) if matrix == "identity" else np.array([numbers(line) for line in matrix.split(";")])
    return ta.measures.similarity_hill(x, order(q), Z)


def computed(measure, argument, x, n):
    universe = {} if n is None else {"n": n}
    if measure == "convert":
        return ta.convert(ta.hhi(x), to=argument, **universe)
    if measure == "entropy in bits":
        return ta.entropy(x) / math.log(2)
    if measure == "similarity_hill":
        return similarity(x, argument)
    function, _, part = measure.partition(" ")
    if function == "theil_margins":
        return getattr(ta.measures.theil_margins(x, **universe), part)
    if function == "lorenz":
        return ta.lorenz(x, **universe)[part].tolist()
    index = getattr(ta.measures, measure)
    if argument:
        index = index(int(argument) if measure == "top_share" else order(argument))
    return index(x, **universe)


@pytest.mark.parametrize("row", [row for _, row in ROWS], ids=IDS)
def test_published_value(row):
    n = int(row["n"]) if row["n"] else None
    # Whole numbers stay whole: values beyond 2**53 are part of what is tested.
    x = [int(word) if word.isdigit() else float(word) for word in row["input"].split()]
    expected = numbers(row["expected"])
    got = computed(row["measure"], row["argument"], x, n)
    got = got if isinstance(got, list) else [got]
    assert len(got) == len(expected)
    for ours, theirs in zip(got, expected, strict=True):
        assert abs(ours - theirs) <= float(row["tolerance"]), row["citation"]


def test_every_row_says_where_its_number_is_from():
    assert len(ROWS) > 100
    assert all(len(row["citation"]) > 15 and row["expected"] and row["tolerance"] for _, row in ROWS)


def test_every_public_measure_has_a_published_or_exact_value():
    covered = {row["measure"].split()[0] for _, row in ROWS}
    measures = {name for name in ta.measures.__all__ if isinstance(getattr(ta.measures, name), ta.Measure)}
    made = {"top_share", "hill", "hannah_kay", "generalised_entropy", "atkinson"}
    functions = {"similarity_hill", "lorenz", "theil_margins", "convert"}
    assert measures | made | functions <= covered


@pytest.mark.parametrize(
    ("to", "n", "expected"),
    [
        ("points", None, 2600.0),
        ("hirschman", None, 0.509902),
        ("normalised", 200, 0.2562814),
        ("unctad", 200, 0.4726098),
        ("effective", None, 3.8461538),
    ],
)
def test_convert_takes_a_number_an_array_a_series_and_keeps_what_is_missing(to, n, expected):
    import pandas as pd

    assert ta.convert(0.26, to=to, n=n) == pytest.approx(expected, abs=6e-7)
    array = ta.convert(np.array([[0.26, np.nan], [1.0, 0.26]]), to=to, n=n)
    assert array.shape == (2, 2)
    assert np.isnan(array[0, 1])
    assert array[1, 1] == pytest.approx(expected, abs=6e-7)
    series = ta.convert(pd.Series([0.26, None], index=["VNM", "LAO"]), to=to, n=n)
    assert series.index.tolist() == ["VNM", "LAO"]
    assert series["VNM"] == pytest.approx(expected, abs=6e-7)
    assert pd.isna(series["LAO"])


def test_convert_of_one_partner():
    assert math.isnan(ta.convert(1.0, to="normalised", n=1))
    assert math.isnan(ta.convert(1.0, to="unctad", n=1))
    assert ta.convert(1.0, to="normalised", n=2) == 1.0
    assert ta.convert(1.0, to="effective") == 1.0


@pytest.mark.parametrize(
    ("value", "to", "n", "words"),
    [
        (2600, "points", None, "divide points by 10,000"),
        (0.0, "effective", None, "between 0 and 1"),
        (-0.1, "points", None, "between 0 and 1"),
        (math.inf, "points", None, "between 0 and 1"),
        (0.26, "normalised", 3, "1/n = 0.333333"),
        (0.26, "unctad", None, "needs n="),
        (0.26, "share", None, "the conventions are points"),
        (0.26, "points", 0, "n=0"),
        (0.26, "normalised", -3, "n=-3"),
    ],
)
def test_convert_refuses(value, to, n, words):
    with pytest.raises(ta.TradeDataError, match=words):
        ta.convert(value, to=to, n=n)


def test_correlated_markets_give_fewer_independent_ones():
    """s = (.6, .2, .1, .1) and equal correlation .5: 1 / (rho + (1 - rho) H) = 1.408450704225, run in 2026."""
    correlation = np.full((4, 4), 0.5) + 0.5 * np.eye(4)
    assert ta.measures.similarity_hill([6, 2, 1, 1], 2, correlation) == pytest.approx(1.408450704225, abs=5e-13)


def test_one_partner_has_no_normalised_index():
    for measure in (ta.hhi_normalised, ta.hhi_unctad, ta.measures.gini_corrected, ta.measures.pielou):
        assert math.isnan(measure([5]))
