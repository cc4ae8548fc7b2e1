"""The ends of float64 and labels of any kind, through every public function: the right number, or our own words.

The oracle is scale: of values times a power of two, which is exact, every number of an answer is the same or is
multiplied by that power, or the answer is refused. Sums at both ends are computed in fractions beside it.
"""

import dataclasses
import warnings
from fractions import Fraction

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pytest
from every_function import (
    MARKETS,
    OF_FIGURES,
    OF_NUMBERS,
    OF_TABLES,
    OF_VECTORS,
    VECTOR,
    VNM,
    WITHOUT_VALUES,
    WRITERS,
    exports,
    finished,
    trade,
)
from test_conventions import PUBLIC, RESULTS

import tradeanalysis as ta

TABLE = trade()
ORDINARY = [5.0, 1.0, 0.5, 2.0, 4.0]
FAR = [1e300, 1e-300, 5e-324, 1.0, 1e308 / 9]


def answered(call, *given):
    """What a call answers; None where it refuses in our words. Any other exception or warning of numpy comes out."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warnings.simplefilter("ignore", ta.TradeDataWarning)
        for kind in (DeprecationWarning, FutureWarning, ImportWarning, ResourceWarning, PendingDeprecationWarning):
            warnings.simplefilter("ignore", kind)
        try:
            return call(*given)
        except ta.TradeDataError:
            return None


def numbers(answer, name=""):
    """Every number of an answer by its field and column."""
    if dataclasses.is_dataclass(answer):
        fields = {one.name: getattr(answer, one.name) for one in dataclasses.fields(answer)}
        found = [numbers(value, f"{name}.{key}") for key, value in fields.items() if key not in ("about", "measure")]
        return {key: one for part in found for key, one in part.items()}
    if isinstance(answer, pd.DataFrame):
        return {key: one for column in answer for key, one in numbers(answer[column], f"{name}[{column}]").items()}
    if isinstance(answer, (float, int)) and not isinstance(answer, bool):
        return {name: np.array([float(answer)])}
    kind = answer.dtype.kind if isinstance(answer, (np.ndarray, pd.Series)) else ""
    return {name: np.asarray(answer, dtype=float).ravel()} if kind in ("f", "i") else {}


def with_values(given, values):
    """The vector or table with these values, in turn."""
    x = np.resize(np.asarray(values, dtype=float), len(given))
    return pd.Series(x, given.index) if isinstance(given, pd.Series) else given.assign(value=x)


def scaled(given, power):
    return with_values(given, np.ldexp(given if isinstance(given, pd.Series) else given["value"], power))


def apart(one, other, power):
    """The numbers that are neither the same nor multiplied by the power, or missing on one side only."""
    wrong = {}
    for name, x in one.items():
        y = other.get(name, np.empty(0))
        if len(x) != len(y):
            wrong[name] = len(x), len(y)
            continue
        with np.errstate(all="ignore"):
            same = (np.isnan(x) & np.isnan(y)) | (x == y) | (np.isclose(x, y, rtol=1e-9, atol=1e-12) & np.isfinite(y))
            for by in (power, -power):  # what a unit of value saves is divided by it
                moved = np.ldexp(x, by)
                same |= np.isfinite(y) & (np.abs(moved - y) <= 1e-9 * np.abs(moved) + 1e-323) & (np.abs(moved) > 0)
        if not same.all():
            wrong[name] = x[~same][0], y[~same][0]
    return wrong


VALUES = {name: (call, VECTOR) for name, call in OF_VECTORS.items()}
VALUES |= {f"{name} of a table": (call, TABLE) for name, call in OF_TABLES.items()}
# A function of RCA, whose unit is not free; what a million more does; the audits, which report what they find and do
# not refuse it.
NOT_OF_SCALE = {"dependency.symmetric_rca", "prospects.opportunities of a table"}
AUDITS = {f"sources.{one} of a table" for one in ("audit", "inspect", "read")}


def test_every_public_function_is_here():
    tried = {name.split(",")[0].split(" of ")[0] for name in [*VALUES, *OF_NUMBERS, *OF_FIGURES, *WRITERS]}
    measures = {f"measures.{one.name}" for one in OF_VECTORS.values() if isinstance(one, ta.Measure)}
    left = {
        name
        for name, one in PUBLIC.items()
        if name not in tried | measures | set(WITHOUT_VALUES) | set(RESULTS)
        and not (isinstance(one, type) and issubclass(one, (Exception, ta.Measure, tuple)))
        and not any(each.startswith(f"{name}_") for each in measures)  # a function of a parameter that makes measures
    }
    assert left == set()
    assert set(WITHOUT_VALUES) <= set(PUBLIC)


@pytest.mark.parametrize("name", sorted(set(VALUES) - NOT_OF_SCALE - AUDITS))
def test_a_power_of_two_moves_no_digit_or_is_refused(name):
    call, given = VALUES[name]
    base = answered(call, given.copy())
    assert base is not None
    base, found = numbers(base), []
    # Up to the largest number, down to multiples of the least one, and once well within.
    for power in (1018, 300, -1074):
        answer = answered(call, scaled(given, power))
        found.append(answer is not None)
        assert answer is None or apart(base, numbers(answer), power) == {}, power
    assert found[1] or name.startswith(("planner.", "uncertainty.draws")), "values of 1e90 are no end"


@pytest.mark.parametrize("name", sorted(set(VALUES) - NOT_OF_SCALE))
def test_what_is_no_value_is_refused_and_nothing_else_is_missing(name):
    call, given = VALUES[name]
    if name not in AUDITS:
        for wrong in ([1.0, np.inf], [1.0, np.nan], [1.0, -1.0]):
            assert answered(call, with_values(given, wrong)) is None, wrong
    # One large value among zeros and values far apart are missing where ordinary ones are, or are refused.
    for end, ordinary in (([0, 0, 0, 1e308], [0, 0, 0, 1.0]), (FAR, ORDINARY)):
        answer = answered(call, with_values(given, end))
        if answer is None or name in AUDITS:
            continue
        like = numbers(answered(call, with_values(given, ordinary)))
        for column, x in numbers(answer).items():
            assert not np.isinf(x).any() or np.isinf(like[column]).any(), (end, column)
            assert not np.isnan(x).any() or np.isnan(like[column]).any(), (end, column)
    endless = {column for column, x in numbers(answered(call, given.copy())).items() if np.isinf(x).any()}
    for edge in (with_values(given, [0.0]), with_values(given, [1.0]), given.iloc[:1], given.iloc[:0]):
        answer = answered(call, edge.copy())
        found = {} if answer is None else numbers(answer)
        assert {column for column, x in found.items() if np.isinf(x).any()} <= endless | {
            "[c3]"
        }  # imports without exports


def test_sums_at_both_ends_are_those_of_fractions():
    x = [1e308, 1e308, 5e307, 1.0]
    shares = [Fraction(one) / sum(map(Fraction, x)) for one in x]
    assert ta.hhi(x) == pytest.approx(float(sum(one * one for one in shares)), rel=1e-15)
    table = pd.DataFrame({"reporter": "VNM", "partner": MARKETS[:4], "product": "a", "value": x})
    twice = pd.concat([table, table.assign(product="b")])  # cells of 2e308, which float64 does not hold
    assert ta.measure(twice, ta.hhi)["hhi"].item() == ta.hhi(x)
    small = [3 * 5e-324, 2 * 5e-324, 5e-324]
    assert ta.hhi(small) == pytest.approx(float(Fraction(9 + 4 + 1, 36)), rel=1e-15)
    assert ta.partners(table.iloc[:3].assign(value=small))["share"].tolist() == pytest.approx([1 / 2, 1 / 3, 1 / 6])
    for beyond in (ta.partners, lambda t: ta.partners(t, by="reporter"), lambda t: ta.plans(t, by="reporter")):
        with pytest.raises(ta.TradeDataError, match=r"add up to more than .* State them in millions"):
            beyond(twice)
    assert "TA-103" in set(ta.audit(twice).issues["id"])


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ([1.0, 1e-250, 1.0, 1.0], "squares|far apart|1e-100"),
        ([1e308, 1e308, 1e308, 1.0], "add up to more than"),
        ([1e300, 1e300, 1e300, 1e250], ""),
        ([5e-324, 5e-324, 1e-320, 5e-324], ""),
    ],
)
def test_lazy_panels_refuse_what_panels_in_memory_refuse(values, words):
    """Pairs of four economies in one flow: (A, C) and (B, C) sell two products each."""
    rows = [("VNM", "USA", "a"), ("VNM", "USA", "b"), ("THA", "USA", "a"), ("THA", "USA", "b")]
    table = pd.DataFrame(rows, columns=["reporter", "partner", "product"]).assign(flow="export", value=values)
    tables = table, duckdb.from_df(table), pl.from_pandas(table).lazy()
    for one in tables:
        if words:
            with pytest.raises(ta.TradeDataError, match=words):
                ta.rca(one)
        else:
            assert ta.rca(one) is not None


# No plan keeps a cap of .35 where one market is all, and an economy sells no more than the world does.
NO_ANSWER = {"changes.constant_market_share", *(name for name in OF_VECTORS if name.startswith("planner.plan"))}


@pytest.mark.parametrize("name", [name for name in VALUES if name not in NO_ANSWER])
def test_values_of_trade_are_never_refused(name):
    """From a sample of goods to the trade of the world in dollars, and markets without trade."""
    call, given = VALUES[name]
    assert answered(call, with_values(given, [5e9, 1e-3, 1.0, 0.0, 1e13])) is not None


@pytest.mark.parametrize("name", OF_NUMBERS)
def test_numbers_that_are_none_are_refused(name):
    for value in (np.inf, -np.inf, 1e308, 5e-324, 0.0, 1e-300):
        answer = answered(OF_NUMBERS[name], value)
        never = name.startswith("planner.years_to_cap")  # infinity is its answer for never
        assert answer is None or never or all(np.isfinite(x).all() for x in numbers(answer).values()), value


DRAWN = finished()


def drawn(draw, table):
    """What a figure says of itself."""
    from matplotlib import pyplot

    try:
        return draw(table).figure.tradeanalysis_alt
    finally:
        pyplot.close("all")


@pytest.mark.parametrize("name", OF_FIGURES)
def test_figures_draw_or_say_why_not(name):
    table = DRAWN[name.split(".")[1]]
    assert answered(drawn, OF_FIGURES[name], table)
    columns = table.select_dtypes("number").columns
    first = np.arange(len(table)) == 0
    for value in (np.nan, np.inf, 1e308):
        every = table.assign(**dict.fromkeys(columns, value))
        assert answered(drawn, OF_FIGURES[name], every) is None, value
    for value in (0.0, 5e-324):
        one = table.assign(**{column: np.where(first, value, table[column]) for column in columns if column != "year"})
        said = answered(drawn, OF_FIGURES[name], one) or ""
        assert not {"nan", "inf", "nan%", "inf%"} & set(said.lower().replace(",", " ").split())
    assert answered(drawn, OF_FIGURES[name], table.iloc[:0]) is None
    for column in {"partner", "reporter", "product"} & set(table.columns):
        for label in ("\ud800", ["a"]):
            labels = pd.Series([label, *table[column].iloc[1:]], table.index, dtype=object)
            assert answered(drawn, OF_FIGURES[name], table.assign(**{column: labels})) is None, label


@pytest.mark.parametrize("name", WRITERS)
def test_writers_write_or_say_why_not(name, tmp_path):
    table = TABLE.head(12)
    cases = [with_values(table, [value]) for value in (np.nan, np.inf, -np.inf, 1e308, 5e-324, 0.0)]
    cases += [table.iloc[:0]]
    for label in ("\ud800", "a/../b", None, ["a"]):
        columns = {name: pd.Series([label] * len(table), table.index, dtype=object) for name in ("partner", "reporter")}
        cases.append(pd.DataFrame({**{name: table[name] for name in table}, **columns}))
    written = [answered(WRITERS[name], one, tmp_path / "table") is not None for one in cases]
    assert written[5]
    assert all(path.parent == tmp_path for path in tmp_path.iterdir())


KINDS = {
    "flow of lists": {"flow": lambda one: [one]},
    "product of lists": {"product": lambda one: [one]},
    "product of halves": {"product": lambda one: "\ud800"},
    "reporter of lists": {"reporter": lambda one: [one]},
    "reporter of halves": {"reporter": lambda one: "\ud800" if one == "THA" else one},
    "partner of numbers": {"partner": lambda one: sum(map(ord, one))},
    "partner mixed": {"partner": lambda one: 156 if one == "CHN" else one},
    "partner of none": {"partner": lambda one: None if one == "CHN" else one},
    "flow of none": {"flow": lambda one: None if one == "import" else one},
    "year of texts": {"year": str},
    "year of dates": {"year": lambda one: pd.Timestamp(one, 1, 1)},
    "year of halves": {"year": lambda one: one + 0.5},
}


@pytest.mark.parametrize("kind", KINDS)
def test_labels_of_any_kind_through_every_verb(kind):
    changes = KINDS[kind].items()
    table = TABLE.assign(
        **{name: pd.Series([change(one) for one in TABLE[name]], dtype=object) for name, change in changes}
    )
    for name, call in OF_TABLES.items():
        if name not in ("dependency.gravity", "stress.similarity_hills"):  # slow; made of the labels beforehand
            try:
                answered(call, table.copy())
            except Exception as error:
                raise AssertionError(f"{name} of {kind}") from error


def test_dates_in_a_column_of_objects_are_dates():
    """What joins years takes both kinds of columns alike, and what counts them refuses both."""
    days = pd.to_datetime(TABLE["year"].astype(str) + "-01-01")
    kinds = TABLE.assign(year=days), TABLE.assign(year=pd.Series(days.tolist(), dtype=object))
    for call in (ta.dependency.asymmetry, lambda t: ta.dependency.intensity(exports(t))):
        one, other = map(call, kinds)
        assert one["year"].tolist() == other["year"].tolist()
        assert apart(numbers(one), numbers(other), 0) == {}
    for table in kinds:
        for counts in (lambda t: ta.limits(t, **VNM), ta.geodep, lambda t: ta.stress.collapses(t, flow="export")):
            with pytest.raises(ta.TradeDataError, match="the years are not whole numbers"):
                counts(table)


# Decimals in a column of objects are no numbers of pandas: every function says so.
REFUSED = {"category": set(), "float years": set(), "decimals": set(OF_TABLES)}


@pytest.mark.parametrize("kind", REFUSED)
def test_kinds_that_mean_the_same_give_the_same(kind):
    from decimal import Decimal

    columns = ["reporter", "partner", "flow", "product", "year"]
    same = {
        "category": lambda: TABLE.astype(dict.fromkeys(columns, "category")),
        "float years": lambda: TABLE.astype({"year": float}),
        "decimals": lambda: TABLE.assign(value=pd.Series(map(Decimal, TABLE["value"]), dtype=object)),
    }[kind]()
    for name, call in OF_TABLES.items():
        if name in ("dependency.gravity", "stress.similarity_hills") or name.startswith("sources."):
            continue
        answer = answered(call, same)
        if answer is None:
            assert name in REFUSED[kind], name
            continue
        assert name not in REFUSED[kind], name
        assert apart(numbers(answered(call, TABLE)), numbers(answer), 0).keys() <= {"[year]"}, name
