"""What any concentration index owes its reader, tried on thousands of distributions."""

import itertools
import math
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import tradeanalysis as ta

settings.register_profile("axioms", max_examples=200, deadline=None)
settings.load_profile("axioms")

MEASURES = [
    *(ta.hhi, ta.hhi_normalised, ta.hhi_unctad, ta.dual, ta.dominance, ta.stenbacka, ta.top_share(1), ta.top_share(3)),
    *(ta.gini, ta.gini_corrected, ta.theil, ta.generalised_entropy(-1), ta.generalised_entropy(0)),
    *(
        ta.generalised_entropy(2),
        ta.atkinson(0.5),
        ta.atkinson(1),
        ta.atkinson(2),
        ta.entropy,
        ta.hill(0),
        ta.hill(0.5),
    ),
    *(ta.hill(1), ta.hill(2), ta.hill(3), ta.hill(math.inf), ta.hannah_kay(3), ta.effective_partners, ta.evenness),
    ta.pielou,
]
every = pytest.mark.parametrize("measure", MEASURES, ids=lambda m: m.name)
# Where more concentrated is more, and where it is less.
RISING = [ta.hhi, ta.hhi_normalised, ta.hhi_unctad, ta.dual, ta.gini, ta.theil, ta.atkinson(0.5), ta.top_share(2)]
FALLING = [ta.entropy, ta.hill(0.5), ta.hill(1), ta.hill(2), ta.hill(8), ta.effective_partners, ta.evenness]

amount = st.floats(min_value=1e-3, max_value=1e12)
vector = st.lists(amount, min_size=1, max_size=40)
several = st.lists(amount, min_size=2, max_size=40)


def same(a, b):
    return a == b or (math.isnan(a) and math.isnan(b))


def close(a, b, tolerance=1e-12):
    return same(a, b) or abs(a - b) <= tolerance * max(1, abs(a), abs(b))


# ---- what must not matter ---------------------------------------------------------------------------------------


@every
@given(data=st.data())
def test_the_order_of_partners_does_not_change_a_bit(measure, data):
    x = data.draw(vector)
    assert same(measure(x), measure(data.draw(st.permutations(x))))


@every
@given(x=vector, zeros=st.integers(1, 70))
def test_partners_without_trade_do_not_change_a_bit(measure, x, zeros):
    assert same(measure(x), measure(x + [0.0] * zeros))


@every
@given(x=vector, k=st.integers(-200, 200))
def test_a_power_of_two_does_not_change_a_bit(measure, x, k):
    assert same(measure(x), measure([v * 2.0**k for v in x]))


@every
@given(x=vector, c=st.floats(1e-6, 1e6))
def test_the_unit_does_not_matter(measure, x, c):
    assert close(measure(x), measure([v * c for v in x]), 1e-11)


@every
@given(rows=st.lists(st.lists(amount, min_size=7, max_size=7), min_size=1, max_size=5))
def test_a_row_of_a_matrix_is_a_vector_to_the_last_bit(measure, rows):
    of_rows = measure(rows)
    assert of_rows.shape == (len(rows),)
    assert all(same(a, measure(row)) for a, row in zip(of_rows, rows, strict=True))


@every
@given(x=vector)
def test_lists_arrays_and_series_are_one(measure, x):
    odd = pd.Series(x, index=["same label"] * len(x))
    assert same(measure(x), measure(np.array(x)))
    assert same(measure(x), measure(odd))
    assert same(measure(x), measure(tuple(x)))


# ---- exactness and bounds -----------------------------------------------------------------------------------------


@given(st.lists(st.integers(1, 2**62), min_size=1, max_size=60))
def test_hhi_agrees_with_exact_arithmetic_to_8_ulp(x):
    rounded = [Fraction(float(v)) for v in x]  # an integer beyond 2**53 is rounded once, when it is read
    exact = sum(v * v for v in rounded) / sum(rounded) ** 2
    measured = ta.hhi(x)
    assert abs(Fraction(measured) - exact) <= 8 * Fraction(np.spacing(float(exact)))


@given(vector)
def test_bounds_of_hhi(x):
    h, largest = ta.hhi(x), ta.top_share(1)(x)
    assert 1 / len(x) - 1e-12 <= h <= 1 + 1e-12
    assert largest**2 - 1e-12 <= h <= largest + 1e-12


@given(several)
def test_bounds_of_the_others(x):
    n = len(x)
    low_high = {
        ta.hhi_normalised: (0, 1),
        ta.hhi_unctad: (0, 1),
        ta.dual: (0, 1 - 1 / n),
        ta.dominance: (1 / n, 1),
        ta.gini: (0, 1 - 1 / n),
        ta.gini_corrected: (0, 1),
        ta.theil: (0, math.log(n)),
        ta.entropy: (0, math.log(n)),
        ta.evenness: (1 / n, 1),
        ta.pielou: (0, 1),
        ta.stenbacka: (0, 50),
        ta.top_share(2): (2 / n, 1),
        ta.atkinson(0.5): (0, 1),
        ta.atkinson(2): (0, 1),
        ta.hill(0.5): (1, n),
    }
    for measure, (low, high) in low_high.items():
        assert low - 1e-9 <= measure(x) <= high + 1e-9, measure.name


@given(several)
def test_hhi_is_a_coefficient_of_variation(x):
    cv = np.std(x) / np.mean(x)
    assert close(ta.hhi(x), (1 + cv**2) / len(x), 1e-11)
    assert close(ta.generalised_entropy(2)(x), cv**2 / 2, 1e-9)


@given(several)
def test_gini_is_the_mean_difference(x):
    """Half the mean absolute difference of all pairs over the mean: the definition, not the rank formula."""
    a = np.array(x) / sum(x)
    assert close(ta.gini(x), np.abs(a[:, None] - a[None, :]).sum() / (2 * len(x)), 1e-11)
    zeros = np.append(a, np.zeros(5))
    assert close(ta.gini(x, n=len(x) + 5), np.abs(zeros[:, None] - zeros[None, :]).sum() / (2 * len(zeros)), 1e-11)


# ---- what must happen -----------------------------------------------------------------------------------------------


@given(several, st.integers(2, 5))
def test_replication(x, copies):
    assert close(ta.hhi(x * copies), ta.hhi(x) / copies)
    for measure in (ta.gini, ta.theil, ta.atkinson(0.5)):
        assert close(measure(x * copies), measure(x), 1e-10)
    assert close(ta.hill(1)(x * copies), copies * ta.hill(1)(x), 1e-11)


@given(several)
def test_merging_two_partners_adds_twice_their_product(x):
    a, b, total = x[0], x[1], math.fsum(x)
    rise = ta.hhi([a + b, *x[2:]]) - ta.hhi(x)
    assert rise == pytest.approx(2 * (a / total) * (b / total), rel=1e-9, abs=1e-12)


@given(several, st.floats(0, 1))
def test_a_transfer_to_a_smaller_partner_never_concentrates(x, part):
    big, small = max(x), min(x)
    moved = part * (big - small) / 2
    y = sorted(x)
    y[0], y[-1] = small + moved, big - moved
    for measure in RISING:
        assert measure(y) <= measure(x) + 1e-12, measure.name
    for measure in FALLING:
        assert measure(y) >= measure(x) - 1e-10, measure.name


@given(vector)
def test_hill_numbers_fall_with_their_order_from_count_to_largest(x):
    orders = (0, 0.5, 1, 2, 3, 8, math.inf)
    numbers = [ta.hill(q)(x) for q in orders]
    assert numbers[0] == len(x)
    assert numbers[3] == pytest.approx(1 / ta.hhi(x), rel=1e-12)
    assert numbers[2] == pytest.approx(math.exp(ta.entropy(x)), rel=1e-12)
    assert numbers[-1] == pytest.approx(1 / ta.top_share(1)(x), rel=1e-12)
    assert all(a >= b * (1 - 1e-9) for a, b in itertools.pairwise(numbers))
    for q in (0.5, 2, 3):
        assert ta.hannah_kay(q)(x) == ta.hill(q)(x)


@given(vector)
def test_with_nothing_alike_similarity_is_hills(x):
    for q in (0, 0.5, 1, 2, math.inf):
        assert close(ta.similarity_hill(x, q, np.eye(len(x))), ta.hill(q)(x), 1e-9)
    assert close(ta.similarity_hill(x, 2, np.ones((len(x), len(x)))), 1.0, 1e-9)


@given(several, st.integers(1, 20))
def test_entropy_theil_and_margins_are_one_account(x, silent):
    n = len(x) + silent
    assert close(ta.theil(x), math.log(len(x)) - ta.entropy(x), 1e-11)
    assert close(ta.theil(x, n=n), math.log(n) - ta.entropy(x), 1e-11)
    assert close(ta.generalised_entropy(1)(x), ta.theil(x), 1e-12)
    margins = ta.theil_margins(x + [0.0] * silent)
    assert margins.total == margins.between + margins.within
    assert close(margins.total, ta.theil(x, n=n), 1e-11)
    assert close(margins.between, math.log(n / len(x)), 1e-12)


@given(st.lists(several, min_size=1, max_size=5))
def test_blocs_add_up(blocs):
    x = [v for bloc in blocs for v in bloc]
    total = math.fsum(x)
    weights = [math.fsum(bloc) / total for bloc in blocs]
    h = math.fsum(w**2 * ta.hhi(bloc) for w, bloc in zip(weights, blocs, strict=True))
    assert close(ta.hhi(x), h, 1e-11)
    between = -math.fsum(w * math.log(w) for w in weights)
    within = math.fsum(w * ta.entropy(bloc) for w, bloc in zip(weights, blocs, strict=True))
    assert close(ta.entropy(x), between + within, 1e-9)


@given(st.lists(st.lists(amount, min_size=6, max_size=6), min_size=2, max_size=5))
def test_pooling_never_concentrates_beyond_the_parts(rows):
    pooled = ta.hhi(np.sum(rows, axis=0))
    assert pooled <= np.average(ta.hhi(rows), weights=np.sum(rows, axis=1)) + 1e-12


@given(several)
def test_without_a_market(x):
    h, shares = ta.hhi(x), [v / math.fsum(x) for v in x]
    assume(shares[0] < 0.999)
    assert close(ta.hhi(x[1:]), (h - shares[0] ** 2) / (1 - shares[0]) ** 2, 1e-8)


# ---- the explicit cases ---------------------------------------------------------------------------------------------


def test_integers_do_not_overflow():
    shares = np.array([119, 60, 30]) / 209
    assert ta.hhi(np.array([119, 60, 30]) * 10**9) == pytest.approx(float(np.square(shares).sum()), rel=1e-15)
    assert ta.hhi(np.array([3, 1]) * 10**15) == 0.625
    assert ta.hhi([2**62, 2**62]) == 0.5
    assert ta.hhi([10**40, 10**40]) == 0.5


@every
def test_the_ends_of_float64(measure):
    for tiny_or_huge in (5e-324, 1e-300, 1e308):
        assert close(measure([tiny_or_huge] * 3), measure([1.0] * 3))


def test_a_value_that_vanishes_beside_another_is_still_counted():
    assert ta.hill(0)([1e308, 5e-324]) == 2.0
    assert ta.hhi([1e308, 5e-324]) == 1.0


@every
def test_one_partner(measure):
    alone = {"hhi": 1, "dominance": 1, "effective_partners": 1, "evenness": 1, "entropy": 0, "theil": 0, "gini": 0}
    value = measure([7.0])
    if measure.name in ("hhi_normalised", "hhi_unctad", "gini_corrected", "pielou"):
        assert math.isnan(value)
    else:
        expected = 1 if measure.name.startswith(("hill", "hannah", "top_share")) else alone.get(measure.name, 0)
        assert value == expected


@every
@pytest.mark.parametrize(
    "nothing", [[0, 0], [], np.zeros(3), pd.Series([0.0])], ids=["list", "empty", "array", "Series"]
)
def test_no_trade_is_an_error_not_a_number(measure, nothing):
    with pytest.raises(ta.TradeDataError, match="no trade"):
        measure(nothing)


@every
def test_a_row_without_trade_is_missing(measure):
    of_rows = measure([[1.0, 2.0], [0.0, 0.0]])
    assert not math.isnan(of_rows[0])
    assert math.isnan(of_rows[1])


@pytest.mark.parametrize(
    ("bad", "words"),
    [
        ([100, -50], r"TA-101.*-50 at position 1; 33\.3% of value"),
        ([1, float("nan")], "TA-102.*position 1"),
        ([1, None], "TA-102"),
        ([1, pd.NA], "TA-102"),
        ([float("inf"), 1], "TA-103.*position 0"),
        ([-1, float("inf"), float("nan")], r"(?s)TA-101.*TA-102.*TA-103"),
    ],
)
@pytest.mark.parametrize("kind", [list, lambda x: np.array(x, dtype=object), lambda x: pd.Series(x, dtype=object)])
def test_what_is_no_value_raises_with_its_position(bad, words, kind):
    for measure in (ta.hhi, ta.gini, ta.hill(1)):
        with pytest.raises(ta.TradeDataError, match=words):
            measure(kind(bad))
    with pytest.raises(ta.TradeDataError, match=words):
        ta.similarity_hill(kind(bad), 2, np.eye(len(bad)))


@pytest.mark.parametrize(
    "bad",
    ["12", ["1", "2"], {"USA": 1}, [True, False], 5, pd.DataFrame({"value": [1, 2]}), [[1, 2], [3]], [1j], [1, "2"]],
    ids=["text", "texts", "dict", "bools", "number", "frame", "ragged", "complex", "mixed"],
)
def test_what_is_no_distribution_is_refused(bad):
    with pytest.raises(ta.TradeDataError):
        ta.hhi(bad)


def test_numbers_of_other_kinds():
    assert ta.hhi([Decimal("1.5"), Decimal("1.5")]) == 0.5
    assert ta.hhi([Fraction(1, 3), Fraction(1, 3), Fraction(1, 3)]) == pytest.approx(1 / 3)
    assert ta.hhi(pd.Series([1, 1], dtype="Int64")) == 0.5
    assert ta.hhi(np.array([1, 1], dtype="uint8")) == 0.5
    with pytest.raises(ta.TradeDataError, match="TA-102"):
        ta.hhi(np.ma.masked_array([1.0, 2.0], mask=[False, True]))
    with pytest.warns(ta.TradeDataWarning, match="7 digits"):
        ta.hhi(np.array([1, 1], dtype="float32"))


def test_a_universe_smaller_than_what_trades_is_refused():
    with pytest.raises(ta.TradeDataError, match="n=2 is fewer than the 3 partners"):
        ta.hhi_normalised([1, 1, 1], n=2)
    with pytest.raises(TypeError, match="does not depend on n"):
        ta.hhi([1, 1], n=4)


def test_partners_without_trade_count_where_n_says_so():
    assert ta.atkinson(1)([1, 2], n=3) == 1.0
    assert ta.atkinson(2)([1, 2], n=3) == 1.0
    assert math.isnan(ta.generalised_entropy(0)([1, 2], n=3))
    assert ta.generalised_entropy(2)([1.0], n=4) == pytest.approx(1.5)  # CV^2 / 2 of (1, 0, 0, 0) is 3 / 2
    assert ta.evenness([1, 1], n=4) == pytest.approx(0.5)


def test_the_input_is_left_alone():
    x = np.array([3.0, 0.0, 1.0])
    for measure in MEASURES:
        measure(x)
    ta.lorenz(x), ta.theil_margins(x), ta.similarity_hill(x, 1, np.eye(3))
    assert x.tolist() == [3.0, 0.0, 1.0]


@pytest.mark.parametrize(
    "call",
    [
        lambda: ta.hill(-1),
        lambda: ta.hill(math.nan),
        lambda: ta.hannah_kay(1),
        lambda: ta.hannah_kay(0),
        lambda: ta.top_share(0),
        lambda: ta.top_share(1.5),
        lambda: ta.atkinson(0),
        lambda: ta.atkinson(math.inf),
        lambda: ta.generalised_entropy(math.inf),
        lambda: ta.similarity_hill([1, 2], 2, np.eye(3)),
        lambda: ta.similarity_hill([1, 2], 2, [[1, 2], [0, 1]]),
        lambda: ta.similarity_hill([1, 2], 2, np.zeros((2, 2))),
        lambda: ta.similarity_hill([1, 2], -1, np.eye(2)),
        lambda: ta.lorenz([[1, 2], [3, 4]]),
        lambda: ta.lorenz([1, 2], n=1),
    ],
)
def test_parameters_out_of_range_are_refused(call):
    with pytest.raises(ta.TradeDataError):
        call()


def test_a_formula_may_ask_for_declared_sums_only():
    with pytest.raises(TypeError, match="cubes"):
        ta.Measure(lambda total, cubes: cubes / total**3, name="mine")


def test_names_of_columns_have_no_dots():
    assert ta.hill(0.5).name == "hill_0_5"
    assert ta.hill(math.inf).name == "hill_inf"
    assert ta.top_share(5).name == "top_share_5"
    assert ta.generalised_entropy(-1).name == "generalised_entropy_minus_1"
    assert not any("." in measure.name for measure in MEASURES)
