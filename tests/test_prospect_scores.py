"""Scores of markets: check values, adding up, conventions, and tables from which no score can be made."""

import contextlib
import io
import pickle
from fractions import Fraction
from itertools import product as every

import numpy as np
import pandas as pd
import pytest

import tradeanalysis as ta
from tradeanalysis.prospects import scoring, terms
from tradeanalysis.prospects.balancing import by_margins
from tradeanalysis.prospects.complexities import complexity_of
from tradeanalysis.prospects.projections import PROJECTED, projected
from tradeanalysis.prospects.trade_flows import flows_of, in_window, place_of, reported, reports_in, yearly_flows

ECONOMIES = ("AUT", "BEL", "CHE")
FIRST, SECOND = [[0, 40, 10], [20, 0, 30], [5, 15, 0]], [[0, 10, 0], [8, 0, 2], [0, 25, 0]]


def table_of(**products):
    """A trade table of matrices by product, exporters x importers; nothing traded has no row."""
    rows = [
        (exporter, importer, code, float(value))
        for code, matrix in products.items()
        for exporter, row in zip(ECONOMIES, matrix, strict=True)
        for importer, value in zip(ECONOMIES, row, strict=True)
        if value
    ]
    return pd.DataFrame(rows, columns=["reporter", "partner", "product", "value"])


TABLE = table_of(first=FIRST, second=SECOND)


def all_of(score, flows):
    """A score of all exporters (exporters, products, importers)."""
    return np.array([score.of(flows, one) for one in range(len(flows.exporters))])


# ---- check values ---------------------------------------------------------------------------------------------------


def test_the_static_potential_has_its_check_values():
    flows = flows_of(TABLE)
    ease = np.array([terms.ease(flows, one)[0] for one in range(3)])
    expected = [[0, 1.628959276018, 0.584415584416], [2.296127562642, 0, 1.870129870130]]
    assert ease == pytest.approx(np.array([*expected, [0.580645161290, 1.398058252427, 0]]), abs=1e-12)
    epi = all_of(scoring.epi, flows)
    first = [[0, 37.330316742081, 9.740259740260], [23.917995444191, 0, 31.168831168831]]
    second = [[0, 12.669683257919, 0.259740259740], [4.082004555809, 0, 0.831168831169]]
    assert epi[:, 0] == pytest.approx(np.array([*first, [2.419354838710, 12.815533980583, 0]]), abs=1e-12)
    assert epi[:, 1] == pytest.approx(np.array([*second, [2.580645161290, 27.184466019417, 0]]), abs=1e-12)


def test_the_static_potential_is_that_of_exact_fractions():
    v = {(i, j, k): Fraction(m[i][j]) for k, m in enumerate((FIRST, SECOND)) for i, j in every(range(3), repeat=2)}
    sold = {(i, k): sum(v[i, j, k] for j in range(3)) for i in range(3) for k in range(2)}
    bought = {(j, k): sum(v[i, j, k] for i in range(3)) for j in range(3) for k in range(2)}
    world = [sum(sold[i, k] for i in range(3)) for k in range(2)]
    found = all_of(scoring.epi, flows_of(TABLE))
    for i, j in every(range(3), repeat=2):
        pair = v[i, j, 0] + v[i, j, 1]
        size = [sold[i, k] * bought[j, k] / world[k] for k in range(2)]
        for k in range(2):
            expected = size[k] * pair / sum(size) if pair else 0
            assert found[i, k, j] == pytest.approx(float(expected), rel=1e-14)


def test_the_static_potential_adds_up_over_products_and_not_over_markets():
    flows = flows_of(TABLE)
    epi = all_of(scoring.epi, flows)
    assert epi.sum(axis=1) == pytest.approx(flows.v_ij, abs=1e-12)
    assert epi[0, 0].sum() == pytest.approx(47.070576482341, abs=1e-12)
    assert flows.v_ik[0, 0] == 50


def test_the_full_potential_has_its_check_value_part_by_part():
    """ITC's formula with growth, tariffs, balance, distance and ease, each part by hand."""
    growth = (1.158 / 0.95) ** 1.2 * 0.95
    assert 200 * growth == pytest.approx(240.954779849704, abs=1e-12)
    share = 50 * 1.10 / (50 * 1.10 + 450 * 1.05)
    found = scoring.full_epi(
        market_size=200,
        market_growth=growth,
        market_tariff=0.06,
        own_tariff=0.03,
        supply_share=share,
        own_balance=50 / 80,
        tariff_faced=0.08,
        product_tariff=0.05,
        unusual_distance=abs(8.2 - 8.9),
        ease=30 / 24,
    )
    assert found == pytest.approx(10.317221664035, abs=1e-12)


GROWTH = pd.DataFrame({"economy": ECONOMIES, "gdp": (1.1, 1.2, 1.05), "population": (1.0, 1.01, 0.99)})
RATES = pd.DataFrame(
    [(None, "BEL", "first", 0.10), ("AUT", "BEL", "first", 0.02), (None, "CHE", "first", 0.05)],
    columns=["exporter", "importer", "product", "rate"],
)


def test_the_terms_of_the_full_potential_are_those_of_the_table():
    flows = projected(flows_of(TABLE), GROWTH, RATES, elasticity=1.2)
    found = {name: term(flows, 0) for name, term in PROJECTED.items()}
    # Of Austria: it sells Belgium 40 and Switzerland 10 of the first, and buys 25 of it.
    assert found["market_growth"][0, 1] == pytest.approx((1.2 / 1.01) ** 1.2 * 1.01, rel=1e-14)
    assert found["supply_share"][0, 0] == pytest.approx(50 * 1.1 / (50 * 1.1 + 50 * 1.2 + 20 * 1.05), rel=1e-14)
    assert found["own_balance"][:, 0] == pytest.approx([1.0, 1.0])
    assert terms.TERMS["own_balance"](flows, 2)[0, 0] == pytest.approx(20 / 40)
    assert found["own_tariff"][0].tolist()[1:] == [0.02, 0.05]
    assert found["market_tariff"][0, 1] == pytest.approx((40 * 0.02 + 15 * 0.10) / 55, rel=1e-14)
    assert found["tariff_faced"][0, 0] == pytest.approx((40 * 0.02 + 10 * 0.05) / 50, rel=1e-14)
    both = 40 * 0.02 + 10 * 0.05 + 30 * 0.05 + 15 * 0.10
    assert found["product_tariff"][0, 0] == pytest.approx(both / 95, rel=1e-14)
    km = ta.example("distances").set_index(["origin", "destination"])["distance"]
    near, far = np.log(km["AUT", "BEL"]), np.log(km["CHE", "BEL"])
    assert found["unusual_distance"][0, 1] == pytest.approx(abs((40 * near + 15 * far) / 55 - near), rel=1e-12)


def test_the_full_potential_stands_beside_the_static_one_where_growth_is_given():
    found = ta.potential(TABLE, reporter="AUT", growth=GROWTH)
    assert found.columns.tolist()[-1] == "epi_full"
    flows = projected(flows_of(TABLE), GROWTH)
    expected = scoring.full_epi.of(flows, 0)
    assert found["epi_full"].tolist() == [expected[0, 1], expected[0, 2], expected[1, 1], expected[1, 2]]
    assert "epi_full" not in ta.potential(TABLE, reporter="AUT")


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"tariffs": RATES}, "growth= too"),
        ({"growth": GROWTH.drop(columns="gdp")}, "no column gdp"),
        ({"growth": 1.1}, "growth= is of the type float: give a pandas table with the columns economy, gdp"),
        ({"growth": GROWTH, "tariffs": "5%"}, "tariffs= is of the type str"),
        ({"growth": GROWTH.assign(gdp=-1.0)}, "above 0"),
        ({"growth": pd.concat([GROWTH, GROWTH])}, "twice"),
        ({"growth": GROWTH, "tariffs": RATES.assign(rate=12.5)}, "percent"),
        ({"growth": GROWTH, "tariffs": pd.concat([RATES, RATES])}, "two rates"),
        ({"growth": GROWTH, "tariffs": RATES.drop(columns="importer")}, "no column importer"),
    ],
)
def test_growth_and_tariffs_that_make_no_right_number_are_refused(given, words):
    with pytest.raises(ta.TradeDataError, match=words):
        ta.potential(TABLE, reporter="AUT", **given)


def test_a_score_of_growth_is_refused_where_none_is_given():
    with pytest.raises(ta.TradeDataError, match="growth="):
        scoring.full_epi.of(flows_of(TABLE), 0)


# ---- gravity by product ---------------------------------------------------------------------------------------------


def test_both_margins_are_kept_by_the_factors():
    rng = np.random.default_rng(1)
    kernel = rng.uniform(0.1, 9, (7, 5))
    whole = rng.gamma(0.3, 100, (7, 5, 4)) * (rng.uniform(size=(7, 5, 4)) < 0.6)
    sold, bought = whole.sum(axis=1), whole.sum(axis=0)
    a, b, _ = by_margins(kernel, sold, bought)
    fitted = a[:, None, :] * kernel[:, :, None] * b[None, :, :]
    assert fitted.sum(axis=1) == pytest.approx(sold, rel=1e-12)
    assert fitted.sum(axis=0) == pytest.approx(bought, rel=1e-12)


def test_with_a_kernel_of_ones_the_factors_give_the_trade_of_size_alone():
    sold, bought = np.array([[50.0], [30.0]]), np.array([[20.0], [60.0]])
    a, b, _ = by_margins(np.ones((2, 2)), sold, bought)
    assert (a * b.T) == pytest.approx(np.array([[12.5, 37.5], [7.5, 22.5]]), rel=1e-14)


def test_a_product_with_one_seller_who_is_its_only_known_buyer_has_no_trade():
    kernel = np.array([[0.0, 1.0], [1.0, 0.0]])
    a, b, missed = by_margins(kernel, np.array([[5.0], [0.0]]), np.array([[5.0], [0.0]]))
    assert (a[:, None, :] * kernel[:, :, None] * b[None]).sum() == 0
    assert missed.tolist() == [1.0]


def test_what_does_not_add_up_after_all_steps_is_said():
    """A sells 5, which B alone can buy, and C sells 5 to A or B, who buy 5 each: C should sell B nothing.

    Each step adds 2 to the ratio of A's factor to B's, which begins at 1 and is 999 before the five hundredth. B then
    has 5 of A and 5 / (1 + 999) of C.
    """
    kernel, five = np.array([[0.0, 1.0], [1.0, 1.0]]), np.array([[5.0, 2.0], [5.0, 0.0]])
    _, _, missed = by_margins(kernel, five, np.array([[5.0, 0.0], [5.0, 2.0]]))
    assert missed[0] == pytest.approx(1 / 1000, rel=1e-9)
    assert missed[1] < 1e-12


# ---- relatedness and density ----------------------------------------------------------------------------------------

HAS = np.array([[1, 1, 0, 1], [0, 1, 1, 0], [1, 1, 0, 0], [0, 0, 1, 1]], dtype=bool)


def test_density_has_its_check_values_by_both_conventions():
    near = terms.proximity_of(HAS)
    row = HAS[1][:, None]
    atlas = [0.307692307692, 0.571428571429, 0.727272727273, 0.357142857143]
    assert terms._mean(near, row)[:, 0] == pytest.approx(np.array(atlas), abs=1e-12)
    assert terms._mean(terms._without_itself(near), row)[:, 0] == pytest.approx(np.array([4 / 7, 0.25, 0.4, 0.625]))


def test_proximity_is_the_lesser_of_two_conditional_probabilities_in_exact_fractions():
    near = terms.proximity_of(HAS)
    for k, other in every(range(4), repeat=2):
        both = sum(bool(row[k] and row[other]) for row in HAS)
        expected = min(Fraction(both, int(HAS[:, k].sum())), Fraction(both, int(HAS[:, other].sum())))
        assert near[k, other] == float(expected)


def test_complexity_has_its_value_by_hand():
    """Economies that make (a, b), (a, c) and (a) of three products: eigenvectors of M~ by hand.

    M~ = [[2/3, 1/6, 1/6], [1/6, 2/3, 1/6], [1/3, 1/3, 1/3]]; its second eigenvalue is 1/2, of (1, -1, 0).
    """
    has = np.array([[1, 1, 0], [1, 0, 1], [1, 0, 0]], dtype=bool)
    of_economies, of_products = complexity_of(has)
    assert np.abs(of_economies) == pytest.approx([1.5**0.5, 1.5**0.5, 0], abs=1e-12)
    assert of_economies[0] == pytest.approx(-of_economies[1])
    assert of_products == pytest.approx([0, of_economies[0], of_economies[1]], abs=1e-12)


def test_there_is_no_complexity_of_two_economies():
    of_economies, of_products = complexity_of(np.ones((2, 5), dtype=bool))
    assert np.isnan(of_economies).all()
    assert np.isnan(of_products).all()


def test_density_and_complexity_are_those_of_py_ecomplexity(shared_data):
    """On the imports of fish of 2019, economies and products with trade enough for both to be defined."""
    from ecomplexity import ecomplexity

    table = pd.read_parquet(shared_data / "comtrade_fish_imports_half" / "fish_imports_2010_2021_half.parquet")
    names = {"reporter_iso": "reporter", "partner_iso": "partner", "hs6": "product", "primary_value_usd": "value"}
    table = table[table["year"] == 2019].rename(columns=names).assign(flow="import")
    whole = flows_of(table)
    big = whole.exporters[(whole.v_ik.sum(axis=1) > 5e6) & ((whole.v_ik > 0).sum(axis=1) >= 5)]
    flows = flows_of(table[table["partner"].isin(big)])
    sold = pd.DataFrame(flows.v_ik, index=flows.exporters, columns=flows.products).stack().rename("value")
    sold = sold.rename_axis(["loc", "prod"]).reset_index().assign(time=2019)
    with contextlib.redirect_stdout(io.StringIO()):
        peer = ecomplexity(sold, {"time": "time", "loc": "loc", "prod": "prod", "val": "value"}, verbose=False)
    peer = peer.set_index(["loc", "prod"])
    ours = np.array([terms.density(flows, one)[:, 0] for one in range(len(flows.exporters))])
    theirs = peer["density"].unstack().reindex(index=flows.exporters, columns=flows.products).to_numpy()
    assert ours == pytest.approx(theirs, abs=1e-14)
    eci, _ = complexity_of(terms.advantage(flows))
    assert eci == pytest.approx(peer["eci"].groupby("loc").first().reindex(flows.exporters).to_numpy(), abs=1e-9)


# ---- scores of one's own --------------------------------------------------------------------------------------------


@ta.Score
def mine(own_supply, market_size, world_trade):
    """For the tests of pickles, which need a name in a module."""
    return own_supply * market_size / world_trade


def test_a_score_of_ones_own_is_named_shown_and_sent():
    assert repr(mine) == "<score mine(own_supply, market_size, world_trade)>"
    assert pickle.loads(pickle.dumps(mine)) is mine
    flows = flows_of(TABLE)
    assert (all_of(mine, flows) == all_of(scoring.size_product, flows)).all()
    assert ta.Score(lambda density: density, name="other").name == "other"


def test_unknown_terms_are_refused_with_the_list():
    with pytest.raises(ta.TradeDataError, match=r"needs luck, which are no terms: choose from own_supply, market_size"):
        ta.Score(lambda luck: luck, name="hope")


def test_a_score_of_another_shape_is_refused():
    with pytest.raises(ta.TradeDataError, match=r"shape 5, and"):
        ta.Score(lambda ease: np.arange(5.0), name="five").of(flows_of(TABLE), 0)


# ---- flows ----------------------------------------------------------------------------------------------------------


def test_importers_reports_and_exporters_reports_of_the_same_trade_are_the_same_flows():
    turned = TABLE.rename(columns={"reporter": "partner", "partner": "reporter"}).assign(flow="import")
    ours, theirs = flows_of(TABLE.assign(flow="export")), flows_of(turned)
    assert (ours.v_ij == theirs.v_ij).all()
    assert (ours.v_jk == theirs.v_jk).all()
    assert (ours.exporters == theirs.exporters).all()


@pytest.mark.parametrize("backend", ["pandas", "category", "polars", "duckdb", "pyarrow"])
def test_flows_are_the_same_in_any_library_and_order_of_rows(backend):
    table = pd.concat([TABLE.assign(value=0.7 * TABLE["value"]), TABLE.assign(value=0.3 * TABLE["value"])])
    shuffled = table.sample(frac=1, random_state=3, ignore_index=True)
    expected = flows_of(shuffled.sample(frac=1, random_state=4))
    given = shuffled
    if backend == "category":
        given = shuffled.astype({"reporter": "category", "partner": "category", "product": "category"})
    elif backend != "pandas":
        pytest.importorskip(backend)
        import duckdb
        import polars as pl
        import pyarrow as pa

        of = {"polars": pl.from_pandas, "duckdb": duckdb.from_df, "pyarrow": pa.Table.from_pandas}
        given = of[backend](shuffled)
    found = flows_of(given)
    assert (found.v == expected.v).all()
    assert found.v_ij == pytest.approx(flows_of(TABLE).v_ij, rel=1e-15)
    assert list(found.products) == ["first", "second"]


def test_a_window_is_the_mean_a_year_of_what_stands_in_it():
    table = pd.concat([TABLE.assign(year=2014, value=2.0), TABLE.iloc[:1].assign(year=2015, value=7.0)])
    assert flows_of(table).v.max() == 4.5
    assert flows_of(table, 2015).v.tolist() == [7.0]
    # Austria reported both years: (2 + 7) / 2, and 2 / 2 twice; the seven flows of the others are of the one they did.
    assert flows_of(table, (2014, 2015)).v.sum() == 4.5 + 2 * 1 + 7 * 2


@pytest.mark.parametrize("flow", ["export", "import"])
def test_a_year_without_reports_is_not_a_year_without_trade(flow):
    """1,002 in the one year of three that was reported is 1,002 a year; what a reported year has not is nothing."""
    rows = [("FRA", "VNM", "a", 2015, 1002.0), ("FRA", "THA", "a", 2015, 6.0)]
    rows += [("DEU", "VNM", "a", year, 30.0) for year in (2014, 2015, 2016)] + [("DEU", "THA", "a", 2014, 60.0)]
    table = pd.DataFrame(rows, columns=["reporter", "partner", "product", "year", "value"]).assign(flow=flow)
    flows = flows_of(table, (2014, 2016))
    found = flows.v_ij if flow == "export" else flows.v_ij.T
    assert found.tolist() == [[20.0, 30.0], [6.0, 1002.0]]  # DEU and FRA with THA and VNM
    assert reports_in(flows.yearly, (2014, 2016)) == {"some": ["FRA"], "none": []}
    assert reports_in(flows.yearly, (2016, 2016)) == {"some": [], "none": ["FRA"]}


def test_what_is_not_allocated_and_own_trade_are_left_out_with_their_shares():
    more = [("AUT", "Areas nes", "first", 5.0), ("AUT", "BEL", "999999", 10.0), ("BEL", "BEL", "first", 20.0)]
    table = pd.concat([TABLE, pd.DataFrame(more, columns=TABLE.columns)])
    found = yearly_flows(table)
    whole = TABLE["value"].sum() + 35
    assert found.left_out == pytest.approx({"unallocated": 15 / whole, "own_trade": 20 / whole})
    assert (in_window(found).v_ij == flows_of(TABLE).v_ij).all()


def test_who_reported_in_which_year_is_known():
    rows = pd.concat([TABLE.assign(year=2014), TABLE[TABLE["reporter"] == "BEL"].assign(year=2015)])
    assert reported(yearly_flows(rows)).tolist() == [[True, True, True], [False, True, False]]


def test_an_economy_is_found_by_its_name():
    assert place_of(flows_of(TABLE).exporters, "Belgium") == 1


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda t: t.iloc[:0], "the table has no row"),
        (lambda t: t.drop(columns="product"), "product"),
        (lambda t: t.assign(value=-1.0), "TA-101"),
        (lambda t: t.assign(value=0.0), "no trade"),
        (lambda t: t.assign(partner="World"), "TA-104"),
        (lambda t: t.assign(product=["10", "1001", *["10"] * (len(t) - 2)]), "digits"),
        (lambda t: t.assign(product="TOTAL"), "TA-104"),
        (lambda t: t.assign(product=None), "TA-105"),
        (lambda t: t.assign(flow=["import", *["export"] * (len(t) - 1)]), "choose one"),
        (lambda t: t.assign(flow="re-export"), "flows are"),
        (lambda t: t.assign(partner=t["reporter"]), "no trade"),
    ],
)
def test_tables_of_which_no_score_can_be_made_are_refused_in_our_words(change, words):
    with pytest.raises(ta.TradeDataError, match=words):
        flows_of(change(TABLE))


@pytest.mark.parametrize("years", [(2015, 2014), (2014,), "2014", 2013, (2014, 2016), ("a", "b")])
def test_windows_that_the_table_has_not_are_refused(years):
    with pytest.raises(ta.TradeDataError, match="year"):
        flows_of(pd.concat([TABLE.assign(year=2014), TABLE.assign(year=2015)]), years)
