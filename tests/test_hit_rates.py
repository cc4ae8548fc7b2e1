"""Measures of a ranking, held against sums over pairs and over all orders, and against fractions by hand."""

from fractions import Fraction
from itertools import pairwise, permutations

import numpy as np
import pytest

from tradeanalysis.prospects.hit_rates import (
    auc,
    average_precision,
    deciles,
    found,
    precision,
    ranking,
    rate,
    resampled,
    value_recall,
)

CASES = {
    "no ties": ([5.0, 4.0, 3.0, 2.0, 1.0], [1, 0, 1, 0, 0]),
    "all equal": ([1.0, 1.0, 1.0, 1.0], [1, 0, 1, 0]),
    "ties across": ([3.0, 3.0, 2.0, 2.0, 2.0, 1.0], [1, 0, 0, 1, 1, 0]),
    "missing last": ([2.0, np.nan, np.nan, 1.0], [0, 1, 0, 1]),
    "unsorted": ([0.1, 0.9, 0.4, 0.4, 0.9, 0.0], [1, 0, 1, 0, 1, 0]),
}


def arrays(case):
    score, hit = CASES[case]
    return np.array(score), np.array(hit, dtype=bool)


def orders(score):
    """All orders from the best down, those of equal scores in every way."""
    given = np.where(np.isnan(score), -np.inf, score)
    return [o for o in permutations(range(len(score))) if all(given[a] >= given[b] for a, b in pairwise(o))]


def mean_over_orders(case, of):
    score, hit = arrays(case)
    values = [of([bool(hit[at]) for at in order], order) for order in orders(score)]
    return float(sum(values, Fraction(0)) / len(values))


def precision_of(hits, _):
    at = [n for n, one in enumerate(hits) if one]
    return sum((Fraction(k + 1, n + 1) for k, n in enumerate(at)), Fraction(0)) / len(at)


@pytest.mark.parametrize("case", CASES)
def test_auc_counts_pairs_with_half_for_equal_ones(case):
    score, hit = arrays(case)
    given = np.where(np.isnan(score), -np.inf, score)
    pairs = [Fraction(int(a > b) * 2 + int(a == b), 2) for a in given[hit] for b in given[~hit]]
    assert auc(ranking(score, hit).together())[0] == pytest.approx(float(sum(pairs) / len(pairs)), abs=1e-15)


@pytest.mark.parametrize("case", CASES)
def test_average_precision_is_the_mean_over_all_orders_of_equal_scores(case):
    score, hit = arrays(case)
    expected = mean_over_orders(case, precision_of)
    assert average_precision(ranking(score, hit).together())[0] == pytest.approx(expected, abs=1e-13)


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("first", [1, 2, 3, 4])
def test_hits_among_the_first_are_the_mean_over_all_orders(case, first):
    score, hit = arrays(case)
    expected = mean_over_orders(case, lambda hits, _: Fraction(sum(hits[:first])))
    of = ranking(score, hit).together()
    assert found(of, first)[0] == pytest.approx(expected, abs=1e-14)
    assert precision(of, first)[0] == pytest.approx(expected / first, abs=1e-14)


def test_average_precision_by_hand():
    # Hits at places 1 and 3 of 5: (1/1 + 2/3) / 2.
    score, hit = arrays("no ties")
    assert average_precision(ranking(score, hit).together())[0] == pytest.approx(5 / 6, abs=1e-15)
    # One hit among three equals: (1 + 1/2 + 1/3) / 3.
    equal = ranking(np.ones(3), np.array([False, True, False])).together()
    assert average_precision(equal)[0] == pytest.approx(11 / 18, abs=1e-15)


def test_measures_agree_with_scikit_learn_where_no_scores_are_equal():
    from sklearn import metrics

    rng = np.random.default_rng(3)
    score, hit = rng.permutation(5000).astype(float), rng.random(5000) < 0.02
    of = ranking(score, hit).together()
    assert auc(of)[0] == pytest.approx(metrics.roc_auc_score(hit, score), abs=1e-12)
    assert average_precision(of)[0] == pytest.approx(metrics.average_precision_score(hit, score), abs=1e-12)


def test_value_recall_takes_a_part_of_a_group_and_counts_hits_alone():
    # Four candidates; the first half is the best and half of the two that are equal.
    score, hit = np.array([3.0, 2.0, 2.0, 1.0]), np.array([True, True, False, True])
    value = np.array([50.0, 30.0, 1000.0, 20.0])
    assert value_recall(ranking(score, hit, value).together(), 0.5)[0] == pytest.approx(0.65, abs=1e-15)


def test_exporters_drawn_twice_are_candidates_twice():
    """A draw is the same as the rows repeated, which then are equal scores."""
    rng = np.random.default_rng(1)
    score, hit, value = rng.integers(0, 12, 60).astype(float), rng.random(60) < 0.3, rng.random(60)
    exporter = rng.integers(0, 4, 60)
    times = np.array([2, 0, 1, 3])
    drawn = ranking(score, hit, value, exporter).drawn(times[:, None].astype(float))
    rows = np.repeat(np.arange(60), times[exporter])
    repeated = ranking(score[rows], hit[rows], value[rows]).together()
    for of in (auc, average_precision, rate, lambda one: precision(one, 10), lambda one: value_recall(one, 0.1)):
        assert of(drawn)[0] == pytest.approx(of(repeated)[0], abs=1e-13)


def test_what_is_not_defined_is_missing():
    nothing = ranking(np.array([1.0, 2.0]), np.array([False, False])).together()
    assert np.isnan(auc(nothing)[0])
    assert np.isnan(average_precision(nothing)[0])
    assert rate(nothing)[0] == 0
    assert found(nothing, 1)[0] == 0
    assert np.isnan(precision(nothing, 3)[0])
    assert np.isnan(auc(ranking(np.array([1.0]), np.array([True])).together())[0])


def test_deciles_are_of_equal_size_and_keep_equal_chances_together():
    assert deciles(np.arange(20.0)).tolist() == [one for one in range(1, 11) for _ in range(2)]
    assert len(set(deciles(np.ones(7)))) == 1
    assert deciles(np.array([0.5, 0.1, 0.5, 0.5])).tolist()[0] == deciles(np.array([0.5, 0.1, 0.5, 0.5])).tolist()[2]


def test_draws_are_of_as_many_exporters_and_follow_the_seed():
    one = resampled(7, 50, seed=4)
    assert (one.sum(axis=0) == 7).all()
    assert (one == resampled(7, 50, seed=4)).all()
    assert not (one == resampled(7, 50, seed=5)).all()
