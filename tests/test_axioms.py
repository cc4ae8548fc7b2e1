"""What any concentration index owes its reader, tried on thousands of distributions."""

import inspect
import itertools
import math
import re
from decimal import Decimal, localcontext
from fractions import Fraction
from types import MappingProxyType

import duckdb
import numpy as np
import pandas as pd
import pytest
from conftest import MEASURES, cases
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import tradeanalysis as ta
from tradeanalysis.measures.indices import ENTRIES

every = pytest.mark.parametrize("measure", MEASURES, ids=lambda m: m.name)
# Where more concentrated is more, and where it is less.
RISING, FALLING = (
    [measure for one in ENTRIES.values() if one.rises_with_concentration is rises for measure in one.examples]
    for rises in (True, False)
)

amount = st.floats(min_value=1e-3, max_value=1e12)
vector = st.lists(amount, min_size=1, max_size=40)
several = st.lists(amount, min_size=2, max_size=40)


def same(a, b):
    return a == b or (math.isnan(a) and math.isnan(b))


def close(a, b, tolerance=1e-12):
    return same(a, b) or abs(a - b) <= tolerance * max(1, abs(a), abs(b))


# ---- what must not matter ---------------------------------------------------------------------------------------


# Each distribution is tried with all measures: drawing one takes ten times as long as measuring it.


@given(data=st.data())
def test_the_order_of_partners_does_not_change_a_bit(data):
    x = data.draw(vector)
    y = data.draw(st.permutations(x))
    for measure in MEASURES:
        assert same(measure(x), measure(y)), measure.name


@given(x=vector, zeros=st.integers(1, 70))
def test_partners_without_trade_do_not_change_a_bit(x, zeros):
    for measure in MEASURES:
        assert same(measure(x), measure(x + [0.0] * zeros)), measure.name


@given(x=vector, k=st.integers(-200, 200))
def test_a_power_of_two_does_not_change_a_bit(x, k):
    y = [v * 2.0**k for v in x]
    for measure in MEASURES:
        assert same(measure(x), measure(y)), measure.name


@given(x=vector, c=st.floats(1e-6, 1e6))
def test_the_unit_does_not_matter(x, c):
    y = [v * c for v in x]
    for measure in MEASURES:
        assert close(measure(x), measure(y), 1e-11), measure.name


@given(rows=st.lists(st.lists(amount, min_size=7, max_size=7), min_size=1, max_size=5))
def test_a_row_of_a_matrix_is_a_vector_to_the_last_bit(rows):
    for measure in MEASURES:
        of_rows = measure(rows)
        assert of_rows.shape == (len(rows),), measure.name
        assert all(same(a, measure(row)) for a, row in zip(of_rows, rows, strict=True)), measure.name


@given(x=vector)
def test_lists_arrays_and_series_are_one(x):
    odd = pd.Series(x, index=["same label"] * len(x))
    for measure in MEASURES:
        expected = measure(x)
        assert same(expected, measure(np.array(x))), measure.name
        assert same(expected, measure(odd)), measure.name
        assert same(expected, measure(tuple(x))), measure.name


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
        ta.measures.dual: (0, 1 - 1 / n),
        ta.measures.dominance: (1 / n, 1),
        ta.gini: (0, 1 - 1 / n),
        ta.measures.gini_corrected: (0, 1),
        ta.theil: (0, math.log(n)),
        ta.entropy: (0, math.log(n)),
        ta.measures.evenness: (1 / n, 1),
        ta.measures.pielou: (0, 1),
        ta.measures.stenbacka: (0, 50),
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
    assert close(ta.measures.generalised_entropy(2)(x), cv**2 / 2, 1e-9)


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
        assert ta.measures.hannah_kay(q)(x) == ta.hill(q)(x)


@given(vector)
def test_with_nothing_alike_similarity_is_hills(x):
    for q in (0, 0.5, 1, 2, math.inf):
        assert close(ta.measures.similarity_hill(x, q, np.eye(len(x))), ta.hill(q)(x), 1e-9)
    assert close(ta.measures.similarity_hill(x, 2, np.ones((len(x), len(x)))), 1.0, 1e-9)


@given(several, st.integers(1, 20))
def test_entropy_theil_and_margins_are_one_account(x, silent):
    n = len(x) + silent
    assert close(ta.theil(x), math.log(len(x)) - ta.entropy(x), 1e-11)
    assert close(ta.theil(x, n=n), math.log(n) - ta.entropy(x), 1e-11)
    assert close(ta.measures.generalised_entropy(1)(x), ta.theil(x), 1e-12)
    margins = ta.measures.theil_margins(x + [0.0] * silent)
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
    value = measure([7.0])
    if measure.name in ("hhi_normalised", "hhi_unctad", "gini_corrected", "pielou"):
        assert math.isnan(value)
    else:
        assert value == pytest.approx(alone(measure), abs=1e-15)


def alone(measure):
    """One partner is all there are: the end of the registered range that equal shares have, at n = 1."""
    (entry,) = (one for one in ENTRIES.values() if measure.name in [example.name for example in one.examples])
    lowest, _, highest = entry.range.split(",")[0].partition(" to ")
    end = highest if entry.rises_with_concentration is False else lowest
    return {"1/n": 1, "k/n": 1, "n": 1, "ln n": 0, "1 - 1/n": 0}.get(end) if "n" in end else float(end)


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
        ta.measures.similarity_hill(kind(bad), 2, np.eye(len(bad)))


@pytest.mark.parametrize(
    "bad",
    ["12", ["1", "2"], {"USA": "1"}, [True, False], 5, pd.DataFrame({"value": [1, 2]}), [[1, 2], [3]], [1j], [1, "2"]],
    ids=["text", "texts", "dict", "bools", "number", "frame", "ragged", "complex", "mixed"],
)
def test_what_is_no_distribution_is_refused(bad):
    with pytest.raises(ta.TradeDataError):
        ta.hhi(bad)


@pytest.mark.parametrize("x", [{"USA": 3, "CHN": 1}, MappingProxyType({"USA": 3, "CHN": 1})])
def test_a_dict_is_a_vector(x):
    assert ta.hhi(x) == 0.625
    assert ta.hhi_normalised(x, n=4) == ta.hhi_normalised([3, 1], n=4)
    assert ta.top_share(1)(x) == 0.75
    assert ta.lorenz(x).equals(ta.lorenz([3, 1]))
    assert ta.measures.theil_margins(x, n=5) == ta.measures.theil_margins([3, 1], n=5)
    near = pd.DataFrame([[1, 0.5], [0, 1]], ["CHN", "USA"], ["CHN", "USA"])
    assert ta.measures.similarity_hill(x, 2, near) == ta.measures.similarity_hill(
        [3, 1], 2, near.to_numpy()[::-1, ::-1]
    )
    assert ta.excess(x, {"CHN": 1, "USA": 1}).table["partner"].tolist() == ["USA", "CHN"]
    assert ta.interval(x, ta.hhi, {"USA": 4, "CHN": 2}).low > 0.5


def test_a_dict_of_something_else_is_refused():
    with pytest.raises(ta.TradeDataError, match=r"'partner' is \['USA', 'CHN'\]. A trade table goes to ta.measure"):
        ta.hhi({"partner": ["USA", "CHN"], "value": [3, 1]})
    with pytest.raises(ta.TradeDataError, match="'USA' is '3'"):
        ta.lorenz({"USA": "3", "CHN": 1})
    with pytest.raises(ta.TradeDataError, match="'USA' is a list"):
        ta.contingency({"USA": list(range(99))})
    with pytest.raises(ta.TradeDataError, match=r"TA-102.*missing"):
        ta.hhi({"USA": 3, "CHN": None})


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (ta.hill, "ta.hill takes the order q and gives a measure: write ta.hill(1)"),
        (
            ta.measures.hannah_kay,
            "ta.measures.hannah_kay takes the elasticity a and gives a measure: write ta.measures.hannah_kay(1)",
        ),
        (ta.top_share, "ta.top_share takes the number of partners k and gives a measure: write ta.top_share(1)"),
        (ta.atkinson, "ta.atkinson takes the aversion e and gives a measure: write ta.atkinson(1)"),
        (
            ta.measures.generalised_entropy,
            "takes the order a and gives a measure: write ta.measures.generalised_entropy(1)",
        ),
    ],
)
def test_a_measure_with_a_parameter_that_is_given_values_says_what_to_write(make, words):
    for x, shown in (
        ([30, 1, 1], "([30, 1, 1])"),
        ({"USA": 3}, "({'USA': 3})"),
        ((3, 1), "((3, 1))"),
        (list(range(100)), "(x)"),
        (np.array([3, 1]), "(x)"),
        (pd.Series([3, 1]), "(x)"),
    ):
        with pytest.raises(TypeError, match=re.escape(words + shown) + "$"):
            make(x)
    with pytest.raises(TypeError, match=r"write ta.measure\(table, ta\.[\w.]+\(1\), by=\[...\]\)$"):
        make(pd.DataFrame({"partner": ["USA"], "value": [1.0]}))


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
    assert math.isnan(ta.measures.generalised_entropy(0)([1, 2], n=3))
    assert ta.measures.generalised_entropy(2)([1.0], n=4) == pytest.approx(1.5)  # CV^2 / 2 of (1, 0, 0, 0) is 3 / 2
    assert ta.measures.evenness([1, 1], n=4) == pytest.approx(0.5)


def test_the_input_is_left_alone():
    x = np.array([3.0, 0.0, 1.0])
    for measure in MEASURES:
        measure(x)
    ta.lorenz(x), ta.measures.theil_margins(x), ta.measures.similarity_hill(x, 1, np.eye(3))
    assert x.tolist() == [3.0, 0.0, 1.0]


@pytest.mark.parametrize(
    "call",
    [
        lambda: ta.hill(-1),
        lambda: ta.hill(math.nan),
        lambda: ta.measures.hannah_kay(1),
        lambda: ta.measures.hannah_kay(0),
        lambda: ta.top_share(0),
        lambda: ta.top_share(1.5),
        lambda: ta.atkinson(0),
        lambda: ta.atkinson(math.inf),
        lambda: ta.measures.generalised_entropy(math.inf),
        lambda: ta.measures.similarity_hill([1, 2], 2, np.eye(3)),
        lambda: ta.measures.similarity_hill([1, 2], 2, [[1, 2], [0, 1]]),
        lambda: ta.measures.similarity_hill([1, 2], 2, np.zeros((2, 2))),
        lambda: ta.measures.similarity_hill([1, 2], -1, np.eye(2)),
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
    assert ta.measures.generalised_entropy(-1).name == "generalised_entropy_minus_1"
    assert not any("." in measure.name for measure in MEASURES)


# ---- every index by its definition, in 60 digits --------------------------------------------------------------------


def to_the(base, exponent):
    """A power of a positive Decimal, whatever the exponent."""
    return (Decimal(exponent) * base.ln()).exp()


def in_decimals(name, x, n):
    """The index by its textbook definition over shares s of x, all above zero, and n partners."""
    total = sum(x)
    s = sorted((v / total for v in x), reverse=True)
    h, e = sum(v * v for v in s), -sum(v * v.ln() for v in s)
    kind, _, parameter = name.rpartition(" ")
    q = Decimal(parameter) if kind and parameter != "inf" else None
    if kind == "top_share":
        return sum(s[: int(q)])
    if kind in ("hill", "hannah_kay"):
        if q is None:
            return 1 / s[0]
        return e.exp() if q == 1 else to_the(sum(to_the(v, q) for v in s), 1 / (1 - q))
    if kind == "generalised_entropy":
        ratios = [v * n for v in s]
        if q == 0:
            return -sum(r.ln() for r in ratios) / n
        if q == 1:
            return sum(r * r.ln() for r in ratios) / n
        return (sum(to_the(r, q) for r in ratios) / n - 1) / (q * (q - 1))
    if kind == "atkinson":
        ratios = [v * n for v in s]
        if q == 1:
            return 1 - (sum(r.ln() for r in ratios) / n).exp()
        return 1 - to_the(sum(to_the(r, 1 - q) for r in ratios) / n, 1 / (1 - q))
    pairs = sum(abs(a - b) for a in s for b in s) + 2 * (n - len(s))  # each absent partner differs from all by 1 in sum
    one = Decimal(1)
    return {
        "hhi": lambda: h,
        "hhi_normalised": lambda: (h - one / n) / (1 - one / n),
        "hhi_unctad": lambda: (h.sqrt() - (one / n).sqrt()) / (1 - (one / n).sqrt()),
        "dual": lambda: 1 - 1 / (n * h),
        "dominance": lambda: sum((v * v / h) ** 2 for v in s),
        "stenbacka": lambda: 50 * (1 - (s[0] ** 2 - (s[1] if len(s) > 1 else 0) ** 2)),
        "gini": lambda: pairs / (2 * n),
        "gini_corrected": lambda: pairs / (2 * n) * n / (n - 1),
        "theil": lambda: sum(v * (v * n).ln() for v in s),
        "entropy": lambda: e,
        "effective_partners": lambda: 1 / h,
        "evenness": lambda: e.exp() / n,
        "pielou": lambda: e / Decimal(n).ln(),
    }[name]()


DEFINED = [
    *("hhi", "hhi_normalised", "hhi_unctad", "dual", "dominance", "stenbacka", "gini", "gini_corrected", "theil"),
    *("entropy", "effective_partners", "evenness", "pielou", "top_share 1", "top_share 3"),
    *(f"hill {q}" for q in ("0", "0.01", "0.5", "0.99", "1", "1.01", "2", "3", "8", "30", "100", "inf")),
    *(f"hannah_kay {q}" for q in ("0.5", "2", "3")),
    *(f"generalised_entropy {q}" for q in ("-3", "-1", "-0.5", "0", "0.5", "1", "2", "5")),
    *(f"atkinson {q}" for q in ("0.5", "1", "1.5", "2", "5")),
]


def named(name):
    kind, _, parameter = name.rpartition(" ")
    if not kind:
        return getattr(ta.measures, name)
    number = float(parameter)
    return getattr(ta.measures, kind)(int(number) if number.is_integer() else number)


@pytest.mark.parametrize("name", DEFINED)
@settings(max_examples=cases(60))
@given(x=several, silent=st.integers(0, 10))
def test_every_index_is_its_definition(name, x, silent):
    measure = named(name)
    n = len(x) + (silent if measure.takes_n and measure.if_zero is None else 0)
    with localcontext() as context:
        context.prec = 60
        exact = float(in_decimals(name, [Decimal(v) for v in x], n))
    got = measure(x, n=n) if measure.takes_n else measure(x)
    # An index that is the difference of two numbers near 1 has as many digits as these, not more.
    assert abs(got - exact) <= max(1e-12 * abs(exact), 1e-13 * max(1, math.log(n))), (got, exact)


# Those that are 0 for equal shares, or for one partner, and are computed as a difference.
FROM_ZERO = [
    *("hhi_normalised", "hhi_unctad", "dual", "gini", "gini_corrected", "theil", "entropy", "pielou"),
    *(f"generalised_entropy {q}" for q in ("-1", "0", "1", "2")),
    *(f"atkinson {q}" for q in ("0.5", "1", "2")),
]


def nearly_equal(seed):
    """Vectors whose shares differ in their last digits, or in more of them, or of which one is nearly all."""
    rng = np.random.default_rng(seed)
    for number in range(cases(2000)):
        n, far = int(rng.choice([2, 3, 5, 10, 30, 100])), 10.0 ** rng.uniform(-16, 0)
        x = 10.0 ** rng.uniform(-3, 12) * (1 + far * rng.uniform(-1, 1, n))
        yield np.append(x[0], x[1:] * far) if number % 4 == 0 else x


@pytest.fixture(scope="module")
def alike():
    """Such vectors, and a table of them."""
    vectors = [x for x in nearly_equal(7) if x.all()]
    rows = pd.concat([pd.DataFrame({"k": i, "partner": range(len(x)), "value": x}) for i, x in enumerate(vectors)])
    return vectors, rows


@pytest.mark.parametrize("name", FROM_ZERO)
def test_near_equal_shares_no_index_falls_below_zero_or_is_off(name, alike):
    measure, (vectors, rows) = named(name), alike
    got = np.array([measure(x) for x in vectors])
    assert (got >= 0).all()
    of_table = ta.measure(rows, measure, by="k", over="partner")[measure.name].to_numpy()
    lazy = ta.measure(duckdb.sql("select * from rows"), measure, by="k", over="partner").df().sort_values("k")
    by_engine = lazy[measure.name].to_numpy()
    with localcontext() as context:
        context.prec = 60
        exact = np.array([float(in_decimals(name, [Decimal(v) for v in x.tolist()], len(x))) for x in vectors[::10]])
    for found, bound in ((got, 1e-14), (of_table, 1e-14), (by_engine, 1e-13)):
        assert (found >= 0).all()
        assert (np.abs(found[::10] - exact) <= bound * np.maximum(exact, 1)).all()


def test_with_a_thousand_partners_the_bound_holds():
    x = np.random.default_rng(1).pareto(1.1, 1000) + 1
    with localcontext() as context:
        context.prec = 60
        for name in FROM_ZERO:
            exact = float(in_decimals(name, [Decimal(v) for v in x.tolist()], 1000))
            assert abs(named(name)(x) - exact) <= 1e-14 * max(exact, 1), name


@pytest.mark.parametrize(
    ("measure", "x", "exact"),
    [
        (ta.hill(300), [1.0] * 250, 250.0),
        (ta.measures.generalised_entropy(200), [1.0] * 100, 0.0),
        (lambda x: ta.measures.similarity_hill(x, 400, np.eye(250)), [1.0] * 250, 250.0),
    ],
    ids=["hill", "generalised_entropy", "similarity_hill"],
)
def test_parameters_far_out(measure, x, exact):
    assert measure(x) == pytest.approx(exact, rel=1e-9, abs=1e-9)


def test_a_power_that_leaves_float64_is_refused():
    for measure in (ta.atkinson(100), ta.measures.generalised_entropy(-100), ta.hill(2000)):
        with pytest.raises(ta.TradeDataError, match="leaves float64"):
            measure([0.6, 1e-4])


@pytest.mark.parametrize("distance", [1e-7, 1e-9, -1e-13])
def test_an_order_too_near_1_is_refused(distance):
    """1/(1 - q) would make the rounding of the sum larger than the answer."""
    q = 1 + distance
    for make in (ta.hill, ta.measures.hannah_kay, ta.measures.generalised_entropy, ta.atkinson):
        with pytest.raises(ta.TradeDataError, match="so near 1"):
            make(q)
    with pytest.raises(ta.TradeDataError, match="so near 1"):
        ta.measures.similarity_hill([1, 2], q, np.eye(2))


def test_hill_numbers_do_not_jump_beside_1():
    x = [30, 30, 20, 20]
    below, at, above = (ta.hill(q)(x) for q in (1 - 1e-5, 1, 1 + 1e-5))
    assert below > at > above
    assert below - above < 1e-5


@given(several, st.data())
def test_the_squares_of_shares_tell_what_moved_the_index(x, data):
    y = data.draw(st.lists(st.just(0.0) | amount, min_size=len(x), max_size=len(x)).filter(any))
    s, t = np.array(x) / math.fsum(x), np.array(y) / math.fsum(y)
    rise = ta.hhi(y) - ta.hhi(x)
    assert math.fsum(t**2 - s**2) == pytest.approx(rise, rel=1e-9, abs=1e-12)
    assert math.fsum((t + s) * (t - s)) == pytest.approx(rise, rel=1e-9, abs=1e-12)


@given(several, st.lists(st.integers(0, 3), min_size=40, max_size=40))
def test_theil_is_between_blocs_and_within(x, blocs):
    members = [[v for v, bloc in zip(x, blocs, strict=False) if bloc == b] for b in range(4)]
    parts = [(math.fsum(m) / math.fsum(x), len(m) / len(x), ta.theil(m)) for m in members if m]
    between = math.fsum(w * math.log(w / share) for w, share, _ in parts)
    within = math.fsum(w * theil for w, _, theil in parts)
    assert ta.theil(x) == pytest.approx(between + within, rel=1e-9, abs=1e-10)


# Counted in n, a partner without trade is a very small one: these rise, evenness falls. The rest do not take n.
SEEING_N = {"hhi_normalised", "hhi_unctad", "dual", "gini", "gini_corrected", "theil", "generalised_entropy_2"}
SEEING_N |= {"atkinson_0_5", "atkinson_1", "atkinson_2", "evenness", "pielou"}
MOVED = {m.name: 1 if m in RISING else -1 for m in RISING + FALLING if m.takes_n}
MISSING = {"generalised_entropy_minus_1", "generalised_entropy_0"}


@given(x=several, silent=st.integers(1, 20))
def test_only_these_measures_see_partners_without_trade_and_only_through_n(x, silent):
    padded, n = x + [0.0] * silent, len(x) + silent
    for measure in MEASURES:
        assert measure.takes_n or measure.name not in SEEING_N | MISSING
        if measure.name in MISSING:
            assert math.isnan(measure(x, n=n)), measure.name
        elif measure.takes_n:
            seen = measure(padded, n=n)
            assert (seen - measure(x)) * MOVED[measure.name] >= -1e-12, measure.name
            assert same(measure(x, n=n), seen), measure.name


@given(rows=st.lists(st.lists(st.floats(1e-3, 1e9), min_size=5, max_size=5), min_size=2, max_size=4))
def test_a_matrix_takes_a_universe_too(rows):
    for measure in MEASURES:
        about = {"n": 9} if measure.takes_n else {}
        of_rows = measure(rows, **about)
        assert all(same(a, measure(row, **about)) for a, row in zip(of_rows, rows, strict=True)), measure.name


def test_masked_integers_and_labels_of_any_kind():
    with pytest.raises(ta.TradeDataError, match="TA-102"):
        ta.hhi(np.ma.masked_array([1, 2], mask=[False, True]))
    assert ta.hhi(np.ma.masked_array([1, 1])) == 0.5
    assert ta.hhi(pd.Series([1, 1], index=pd.MultiIndex.from_tuples([("a", 1), ("a", 1)]))) == 0.5
    assert ta.hhi(pd.Series([1.0, 1.0], index=[np.nan, None])) == 0.5
    assert ta.hhi(pd.Series([1, 1], dtype="int64[pyarrow]")) == 0.5
    assert ta.hhi(x for x in (1, 1)) == 0.5
    assert ta.hhi({"USA": 1, "CHN": 1}.values()) == 0.5


def test_a_market_may_be_called_columns():
    assert ta.hhi(pd.Series([1, 1], index=["columns", "rows"])) == 0.5


@pytest.mark.parametrize(
    "bad",
    [[True, 2], {30, 20}, MappingProxyType({1: [5], 2: [5]}), [10**400, 1], [Decimal("sNaN"), Decimal(1)]],
    ids=["a bool among numbers", "a set", "a mapping of lists", "beyond float64", "a signalling NaN"],
)
def test_what_only_looks_like_a_distribution_is_refused(bad):
    try:
        ta.hhi(bad)
    except ta.TradeDataError:
        return
    except (OverflowError, ValueError) as error:
        pytest.fail(f"{type(error).__name__} is no TradeDataError")
    pytest.fail("it was taken for a distribution")


@pytest.mark.parametrize("n", [2.5, math.nan, math.inf, True, "4"])
def test_a_universe_is_a_whole_number(n):
    with pytest.raises((ta.TradeDataError, TypeError), match="n="):
        ta.gini([1], n=n)


def test_a_measure_tells_how_it_is_called():
    assert str(inspect.signature(ta.hhi)).startswith("(x: 'Any', *, n: 'int | None' = None)")
    with pytest.raises(TypeError, match="letters, digits"):
        ta.Measure(lambda total: total, name="my.index")
    assert ta.hill(1.0000123456).name == "hill_1_0000123456"


@pytest.mark.parametrize("bad", [[[True, 2], [1, 1]], (v for v in (True, 2))], ids=["in a row", "from a generator"])
def test_truths_are_no_values(bad):
    with pytest.raises(ta.TradeDataError, match="must be numbers"):
        ta.hhi(bad)
