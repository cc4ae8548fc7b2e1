"""The account by product, against print, all orders of the products, all pairs, and India's whole matrix."""

import csv
import itertools
import math
from fractions import Fraction

import duckdb
import numpy as np
import pandas as pd
import pytest
from conftest import cases, told
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array, csr_matrix

import tradeanalysis as ta

PRINTED = pd.DataFrame([[80, 10, 10], [5, 60, 35]], ["coffee", "shoes"], ["USA", "CHN", "JPN"])
PARTS = ["own", "overlap", "shapley", "shapley_share"]

amount = st.one_of(st.just(0.0), st.floats(min_value=1e-3, max_value=1e9))


@st.composite
def matrices(draw, most=8):
    rows, columns = draw(st.integers(1, most)), draw(st.integers(1, 6))
    x = np.array(draw(st.lists(amount, min_size=rows * columns, max_size=rows * columns))).reshape(rows, columns)
    assume(x.any())
    return x


def table_of(frame):
    return frame.rename_axis("product").melt(ignore_index=False, var_name="partner").reset_index()


def test_the_account_in_print():
    """measures.md: .35375 = .28625 + .0675."""
    found = ta.account(PRINTED)
    assert (found.own, found.overlap, found.total) == pytest.approx((0.28625, 0.0675, 0.35375), abs=1e-15)
    assert found.pair("coffee", "shoes") == pytest.approx(0.0675, abs=1e-15)
    assert found.products.set_index("product")["hhi"].to_dict() == pytest.approx({"coffee": 0.66, "shoes": 0.485})
    # Each is half of all, and the rest without the one is the other.
    assert found.products.set_index("product")["without"].to_dict() == pytest.approx({"coffee": 0.485, "shoes": 0.66})


@settings(max_examples=cases(300))
@given(x=matrices())
def test_the_parts_add_up(x):
    found = ta.account(x)
    assert abs(found.own + found.overlap - found.total) <= 1e-12
    assert abs(found.total - ta.hhi(x.sum(axis=0))) <= 1e-12
    sums = found.products[PARTS].sum()
    assert sums.tolist() == pytest.approx([found.own, found.overlap, found.total, 1.0], abs=1e-12)
    table = found.products.set_index("product")
    assert (table["weight"] ** 2 * table["hhi"]).sum() == pytest.approx(found.own, abs=1e-12)
    for k, row in table.iterrows():
        assert row["hhi"] == pytest.approx(ta.hhi(x[k]), abs=1e-12)
        rest = np.delete(x, k, axis=0)
        if rest.any():
            assert row["without"] == pytest.approx(ta.hhi(rest.sum(axis=0)), rel=1e-4)
        else:
            assert math.isnan(row["without"])


@settings(max_examples=cases(60))
@given(x=matrices(most=5))
def test_the_shapley_value_is_the_mean_over_all_orders(x):
    """What each product adds to |sum of rows|^2 / V^2, in every order in which they may come."""
    k = len(x)
    added = np.zeros(k)
    for order in itertools.permutations(range(k)):
        before = 0.0
        for i, one in enumerate(order):
            after = (x[list(order[: i + 1])].sum(axis=0) ** 2).sum() / x.sum() ** 2
            added[one] += after - before
            before = after
    found = ta.account(x).products.set_index("product")["shapley"]
    assert found.reindex(range(k), fill_value=0.0).tolist() == pytest.approx(
        (added / math.factorial(k)).tolist(), abs=1e-12
    )


@settings(max_examples=cases(200))
@given(x=matrices(), most=st.integers(1, 40))
def test_pairs_are_those_of_all_pairs(x, most):
    every = {(a, b): 2 * x[a] @ x[b] / x.sum() ** 2 for a, b in itertools.combinations(range(len(x)), 2)}
    found = ta.account(x)
    pairs = found.pairs(most)
    largest = sorted((part for part in every.values() if part > 0), reverse=True)[:most]
    assert pairs["part"].tolist() == pytest.approx(largest, rel=1e-9)
    for row in pairs.itertuples():
        a, b = sorted((row.product_a, row.product_b))
        assert row.part == pytest.approx(every[a, b], rel=1e-9)
        assert found.pair(a, b) == pytest.approx(every[a, b], rel=1e-9)
        assert 0 < row.cosine <= 1 + 1e-9


@pytest.mark.parametrize("spread", [0.0, 2.5], ids=["alike", "a few large"])
def test_pairs_of_many_blocks_are_those_of_all_pairs(spread):
    rng = np.random.default_rng(0)
    x = rng.random((1200, 60)) * (rng.random((1200, 60)) < 0.3) * rng.lognormal(0, spread, (1200, 1))
    inner = np.triu(2 * x @ x.T / x.sum() ** 2, 1)
    found = ta.account(csr_array(x)).pairs(25)
    assert found["part"].tolist() == pytest.approx(np.sort(inner[inner > 0])[::-1][:25].tolist(), rel=1e-12)
    assert [inner[min(a, b), max(a, b)] for a, b in found[["product_a", "product_b"]].to_numpy()] == pytest.approx(
        found["part"].tolist(), rel=1e-12
    )


def test_what_is_left_without_nearly_everything_keeps_its_digits():
    x = np.array([[1e9, 2e9, 1e8], [3.0, 0.0, 1.0]])
    without = ta.account(x).products.set_index("product")["without"]
    assert without[0] == pytest.approx(10 / 16, rel=1e-6)


def test_matrices_and_tables_are_one(engine):
    expected = ta.account(PRINTED).products
    for given_as in (PRINTED.to_numpy(), PRINTED.to_numpy().tolist(), csr_array(PRINTED), csr_matrix(PRINTED)):
        assert ta.account(given_as).products["shapley"].tolist() == expected["shapley"].tolist()
    found = ta.account(engine.table(table_of(PRINTED).astype({"value": float})))
    pd.testing.assert_frame_equal(pd.DataFrame(found.products), pd.DataFrame(expected), check_dtype=False)


def test_the_reader_s_sparse_matrix_stays_as_it_is():
    x = csr_array((np.array([1.0, 2.0, 0.0, 5.0]), np.array([1, 1, 0, 2]), np.array([0, 2, 4])), shape=(2, 3))
    data, indices = x.data.copy(), x.indices.copy()
    assert ta.account(x).total == pytest.approx((9 + 25) / 64)
    assert x.data.tolist() == data.tolist()
    assert x.indices.tolist() == indices.tolist()


def test_the_economy_is_chosen_and_remainders_are_no_market():
    table = pd.concat(
        [
            table_of(PRINTED).assign(reporter="VNM", flow="export", year=2020),
            table_of(PRINTED).assign(reporter="VNM", flow="import", year=2020, value=1),
            pd.DataFrame({"product": ["coffee"], "partner": ["Others"], "value": [50]}).assign(
                reporter="VNM", flow="export", year=2020
            ),
        ]
    )
    with pytest.raises(ta.TradeDataError, match="choose one with flow="):
        ta.account(table)
    found = ta.account(table, flow="export")
    assert found.total == pytest.approx(0.35375)
    assert found.about == {
        "reporter": "VNM",
        "flow": "export",
        "year": 2020,
        "unallocated": "20.00% of value, in no part",
    }


def test_an_account_says_which_product_makes_it():
    table = table_of(PRINTED).assign(reporter="VNM", flow="export")
    found = ta.account(table)
    assert found.sentence() == (
        "Coffee accounts for 56.2% of the concentration of Vietnam’s exports; yet the rest is more concentrated: "
        "without it the index would rise from 0.354 to 0.485."
    )
    assert found.sentence("vi").startswith(
        "Coffee đóng góp 56,2% vào mức độ tập trung xuất khẩu của Việt Nam; tuy nhiên"
    )
    assert found.sentence() in found.summary()
    assert found.sentence() in found._repr_html_()
    assert repr(found) == found.summary()
    assert found.products is found.table
    lower = ta.account(pd.DataFrame([[90, 0], [0, 10], [5, 5]], ["rice", "tea", "shoes"]))
    lowered = "Rice accounts for 92.4% of the concentration; without it the index would fall from"
    assert lower.sentence().startswith(lowered)
    numbered = ta.account(table_of(PRINTED).replace({"product": {"coffee": 9, "shoes": 64}}).astype({"product": int}))
    assert numbered.sentence().startswith("9 accounts for 56.2%")
    alone = ta.account(PRINTED.loc[["coffee"]])
    assert alone.sentence().endswith("it is the only product, and the index is its own, 0.660.")
    assert alone.pairs().empty


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: ta.account([1, 2, 3]), "of a matrix, products x markets"),
        (lambda: ta.account(np.zeros((2, 2))), "there is no trade here"),
        (lambda: ta.account([[1, -2]]), "TA-101.*negative"),
        (lambda: ta.account(csr_array([[1.0, np.nan]])), "TA-102.*missing"),
        (lambda: ta.account(PRINTED, year=2020), "a matrix is one economy's"),
        (lambda: ta.account(pd.concat([PRINTED, PRINTED])), "coffee, shoes stand in more than one row"),
        (lambda: ta.account(PRINTED).pair("coffee", "tea"), "tea is not among the products"),
        (lambda: ta.account(PRINTED).pair("coffee", "coffee"), "are not a pair"),
        (lambda: ta.account(PRINTED).pairs(0), "at least 1"),
        (lambda: ta.account(table_of(PRINTED).drop(columns="product")), "no column 'product'"),
        (lambda: ta.account(table_of(PRINTED).assign(value=-1)), "TA-101.*negative"),
    ],
)
def test_what_cannot_be_asked_says_so(call, words):
    with pytest.raises(ta.TradeDataError, match=words):
        call()


def test_the_account_of_india(shared_data):
    """168 commodities to 233 destinations, against the file itself in plain Python."""
    path = shared_data / "messy_formats" / "India_PC_Export_2014_2015.csv"
    with path.open(encoding="latin-1", newline="") as file:
        rows = [
            (r["pc_description"], r["country_code"], float(r["value"].replace(",", ""))) for r in csv.DictReader(file)
        ]
    frame = pd.DataFrame(rows, columns=["product", "market", "value"])
    matrix = frame.pivot_table(index="product", columns="market", values="value", aggfunc="sum").fillna(0.0)
    assert matrix.shape == (168, 233)
    found = ta.account(matrix)
    squares = sum(x * x for x in matrix.sum(axis=0)) / matrix.to_numpy().sum() ** 2
    assert abs(found.own + found.overlap - squares) <= 1e-12
    assert abs(found.products["shapley"].sum() - squares) <= 1e-12
    table = found.products.set_index("product")
    market = matrix.sum(axis=0)
    by_hand = (matrix * market).sum(axis=1) / market.sum() ** 2
    assert table["shapley"].to_dict() == pytest.approx(by_hand.to_dict(), rel=1e-12)
    largest = ["Petroleum Products", "Pearl, Precs, Semiprecs Stones", "Gold And Oth Precs Metl Jwlery"]
    assert by_hand.nlargest(3).index.tolist() == table.index[:3].tolist() == largest
    with told("TA-119"):
        read = ta.read(path, unit="mUSD", columns={"product": "pc_code"}, reporter="IND", flow="export", year=2014)
    of_table = ta.account(read)
    with told("TA-119"):
        assert of_table.total == pytest.approx(ta.measure(read, ta.hhi)["hhi"][0], abs=1e-15)
    assert len(of_table.products) == 168


def world(seed=0):
    """Three reporters and two years, with a product that is nearly all, one alone, and trade that is nobody's."""
    draw = np.random.default_rng(seed)
    keys = itertools.product(["VNM", "THA", "LAO"], [2022, 2023], ["10", "20", "30"], ["USA", "CHN", "JPN", "Others"])
    table = pd.DataFrame(keys, columns=["reporter", "year", "product", "partner"])
    table["value"] = draw.lognormal(0, 2, len(table))
    table.loc[(table["reporter"] == "THA") & (table["product"] == "20"), "value"] *= 1e9
    return table[(table["reporter"] != "LAO") | (table["product"] == "10")].reset_index(drop=True)


def test_the_accounts_of_all_groups_are_those_of_each(engine):
    table = world()
    found = ta.changes.accounts(engine.table(table), by=["reporter", "year"])
    found = found.collect() if engine.name == "polars-lazy" else found
    found = pd.DataFrame(found if isinstance(found, pd.DataFrame) else found.to_pandas())
    each = [
        ta.account(table, reporter=reporter, year=year).products.assign(reporter=reporter, year=year)
        for reporter in ("LAO", "THA", "VNM")
        for year in (2022, 2023)
    ]
    each = pd.DataFrame(pd.concat(each, ignore_index=True))[found.columns.tolist()]
    pd.testing.assert_frame_equal(found, each, check_dtype=False, rtol=1e-12, atol=1e-15)


def test_the_column_of_values_may_bear_another_name():
    table = world().rename(columns={"value": "usd"}).assign(value="text")
    one = ta.account(world(), reporter="VNM", year=2022)
    assert ta.account(table, reporter="VNM", year=2022, value="usd").products.equals(one.products)
    by = ["reporter", "year"]
    assert ta.changes.accounts(table, by=by, value="usd").equals(ta.changes.accounts(world(), by=by))


def test_the_rest_without_a_product_keeps_its_digits():
    """In fractions: without the product that is nearly all, and without any other."""
    table = world()
    found = ta.changes.accounts(table, by=["reporter", "year"]).set_index(["reporter", "year", "product"])["without"]
    for (reporter, year), rows in table[table["partner"] != "Others"].groupby(["reporter", "year"]):
        for product in rows["product"].unique():
            left = rows[rows["product"] != product].groupby("partner")["value"]
            sums = [sum(map(Fraction, values)) for _, values in left]
            if sums:
                expected = float(sum(x * x for x in sums) / sum(sums) ** 2)
                assert found[reporter, year, product] == pytest.approx(expected, rel=1e-13)
            else:
                assert math.isnan(found[reporter, year, product])


def test_groups_may_be_any_columns_or_none():
    table = world().assign(flow="export", province=lambda t: "P" + t["partner"].str[0])
    whole = ta.changes.accounts(table.drop(columns="reporter"), by=[])
    assert list(whole.columns) == ["product", "weight", "hhi", *PARTS, "without"]
    one = table.groupby(["product", "partner"], as_index=False)["value"].sum()
    expected = ta.account(one).products
    pd.testing.assert_frame_equal(whole, expected, check_dtype=False, rtol=1e-12, atol=1e-15)
    by = ta.changes.accounts(table, by=["flow", "province"])
    # In a province of one partner every product has all of it.
    assert by.loc[by["province"] == "PU", "hhi"].tolist() == pytest.approx([1.0] * 3)
    assert by.attrs["notes"]["unallocated"].endswith("of value, in no part")
    assert by.groupby("province", sort=False)["shapley_share"].sum().tolist() == pytest.approx([1.0] * 3)


@pytest.mark.parametrize(
    ("table", "arguments", "error", "words"),
    [
        (PRINTED.to_numpy(), {"by": "reporter"}, TypeError, "is for a trade table"),
        (world(), {"by": "reporter", "year": 2022}, TypeError, "'year'"),
        (world(), {"by": "partner"}, ta.SchemaError, "cannot be a group"),
        (world(), {"by": "region"}, ta.SchemaError, "no column 'region'"),
        (world().assign(own="x"), {"by": "own"}, ta.SchemaError, "two columns 'own'"),
        (world().assign(flow=["export", "import"] * 28), {"by": "reporter"}, ta.TradeDataError, "several flows"),
        (world().assign(value=-1.0), {"by": "reporter"}, ta.TradeDataError, "negative"),
        (world().assign(value=0.0), {"by": "reporter"}, ta.TradeDataError, "no trade here"),
    ],
)
def test_accounts_of_groups_refuse(table, arguments, error, words):
    with pytest.raises(error, match=words):
        ta.changes.accounts(table, **arguments)


@pytest.mark.parametrize("by", ["all", "value", ["reporter", "reporter"], "partner", "hhi"])
def test_groups_that_cannot_be_told_apart_are_refused(by):
    rows = pd.DataFrame(
        {"reporter": ["VNM", "THA"], "all": ["x", "y"], "hhi": 1, "partner": "USA", "product": "010121", "value": 1.0}
    )
    with pytest.raises(ta.SchemaError):
        ta.changes.accounts(rows, by=by)


def test_nothing_is_told_unallocated_where_nothing_is():
    """Two sums of one table by an engine may differ in the last digit, which is no share."""
    draw = np.random.default_rng(0)
    rows = pd.DataFrame(
        {
            "reporter": draw.choice(["VNM", "THA"], 300_000),
            "partner": draw.choice(["USA", "CHN", "JPN"], 300_000),
            "product": draw.choice(["010121", "020110"], 300_000),
            "value": draw.lognormal(0, 3, 300_000),
        }
    )
    for _ in range(3):
        assert "unallocated" not in ta.account(duckdb.from_df(rows), reporter="VNM").products.attrs["notes"]
