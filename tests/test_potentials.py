"""Potential by product and market: adding up, provinces, what is refused, and no rank reversal."""

import functools
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from test_prospect_scores import TABLE

import tradeanalysis as ta
from tradeanalysis.prospects.potentials import cells_of
from tradeanalysis.prospects.scoring import BUILT_IN, epi
from tradeanalysis.prospects.sellers import seller_of
from tradeanalysis.prospects.trade_flows import flows_of

LOCATED = ("AUT", "BEL", "CHE", "DEU", "FRA", "ITA", "JPN", "KOR", "THA", "VNM")


def world(seed=1, products=("0301", "0302", "0303"), years=()):
    """A made-up world of economies with distances, in which some trade nothing."""
    rng = np.random.default_rng(seed)
    rows = [
        (a, b, k, value, *([year] if year else []))
        for year in years or [None]
        for a in LOCATED
        for b in LOCATED
        for k in products
        if a != b and (value := float(rng.gamma(0.4, 100))) > 10
    ]
    columns = ["reporter", "partner", "product", "value", *(["year"] if years else [])]
    return pd.DataFrame(rows, columns=columns)


WORLD = world()


@functools.cache
def flows():
    """The flows of the made-up world, with which a fit is kept."""
    return flows_of(WORLD)


def every():
    """The potential of every exporter."""
    rows = []
    for exporter in flows().exporters:
        found = cells_of(flows(), seller_of(flows(), exporter))
        about = {"exporter": exporter, "product": flows().products[found.k], "partner": flows().importers[found.j]}
        rows.append(pd.DataFrame({**about, "now": found.now, "epi": found.epi, "gravity": found.gravity}))
    return pd.concat(rows)


@functools.cache
def of_vietnam():
    return ta.potential(WORLD, reporter="VNM")


def test_potential_adds_up_as_it_says():
    found = every()
    pair = WORLD.groupby(["reporter", "partner"])["value"].sum()
    epi = found.groupby(["exporter", "partner"])["epi"].sum()
    assert epi[epi > 0].to_dict() == pytest.approx(pair.to_dict(), rel=1e-12)
    sold = WORLD.groupby(["reporter", "product"])["value"].sum()
    assert found.groupby(["exporter", "product"])["gravity"].sum().to_dict() == pytest.approx(sold.to_dict(), rel=1e-9)
    bought = WORLD.groupby(["partner", "product"])["value"].sum()
    assert found.groupby(["partner", "product"])["gravity"].sum().to_dict() == pytest.approx(bought.to_dict(), rel=1e-9)


def test_every_product_that_is_sold_stands_beside_every_market_that_buys_it():
    found = of_vietnam()
    sold = WORLD.loc[WORLD["reporter"] == "VNM", "product"].unique()
    bought = WORLD[WORLD["product"].isin(sold) & (WORLD["partner"] != "VNM")].drop_duplicates(["partner", "product"])
    assert set(zip(found["product"], found["partner"], strict=True)) == set(
        zip(bought["product"], bought["partner"], strict=True)
    )
    now = WORLD[WORLD["reporter"] == "VNM"].set_index(["product", "partner"])["value"]
    ours = found.set_index(["product", "partner"])["now"]
    assert ours[ours > 0].sort_index().to_dict() == now.to_dict()
    assert (ours == 0).any()


def test_room_is_what_gravity_leaves_and_never_negative():
    found = of_vietnam()
    assert (found["room"] == (found["gravity"] - found["now"]).clip(lower=0)).all()
    above = int((found["now"] > found["gravity"]).sum())
    assert (
        found.attrs["notes"]["room"]
        == f"gravity less what is sold now; 0 in {above} flows where more is sold than gravity suggests"
    )


def test_without_gravity_the_room_is_of_epi_and_the_notes_say_why():
    unlocated = TABLE.replace({"AUT": "Q1", "BEL": "Q2", "CHE": "Q3"})
    found = ta.potential(unlocated, reporter="Q1")
    assert found["gravity"].isna().all()
    assert (found["room"] == (found["epi"] - found["now"]).clip(lower=0)).all()
    assert "three economies" in found.attrs["notes"]["no gravity"]


def test_an_economy_without_distances_has_no_gravity_and_is_in_no_margin():
    more = pd.DataFrame([("VNM", "XQZ", "0301", 40.0)], columns=WORLD.columns)
    found = ta.potential(pd.concat([WORLD, more]), reporter="VNM").set_index(["product", "partner"])
    assert np.isnan(found.loc[("0301", "XQZ"), "gravity"])
    sold = WORLD.loc[(WORLD["reporter"] == "VNM") & (WORLD["product"] == "0301"), "value"].sum()
    assert found.loc["0301", "gravity"].sum() == pytest.approx(sold, rel=1e-9)


def test_a_province_has_its_own_supply_and_the_ease_of_its_economy():
    of_economy = of_vietnam().set_index(["product", "partner"])
    sold = WORLD[WORLD["reporter"] == "VNM"].groupby("product")["value"].sum()
    own = (sold * pd.Series({"0301": 0.5, "0302": 0.1, "0303": 0.0})).to_dict() | {"0901": 7.0}
    found = ta.potential(WORLD, reporter="Long An", own=own).set_index(["product", "partner"])
    assert found.loc["0301", "epi"].to_dict() == pytest.approx((0.5 * of_economy.loc["0301", "epi"]).to_dict())
    assert found.loc["0302", "gravity"].to_dict() == pytest.approx((0.1 * of_economy.loc["0302", "gravity"]).to_dict())
    assert set(found.index.get_level_values("product")) == {"0301", "0302"}
    assert found["now"].isna().all()
    notes = found.attrs["notes"]
    assert notes["province"] == "supply of its own, ease of trade and distances of VNM"
    assert notes["not in the table"] == ["0901"]


def test_a_provinces_trade_table_says_what_it_sells_now():
    mine = [("Long An", "JPN", "0301", 3.0), ("Long An", "Others", "0301", 1.0)]
    own = pd.DataFrame(mine, columns=WORLD.columns)
    found = ta.potential(WORLD, reporter="Long An", own=own).set_index(["product", "partner"])
    assert found.loc[("0301", "JPN"), "now"] == 3
    assert found["now"].sum() == 3


def of_long_an(*rows, **columns):
    """A trade table with sales of 0301 in the province's own file."""
    return pd.DataFrame(rows, columns=["reporter", "partner", "value"]).assign(product="0301", **columns)


def test_of_a_table_of_several_provinces_the_rows_of_one_are_taken_and_of_its_exports_alone():
    own = of_long_an(("Long An", "JPN", 3.0), ("Bình Dương", "JPN", 4.0), ("Bình Dương", "FRA", 5.0))
    found = ta.potential(WORLD, reporter="Long An", own=own).set_index("partner")
    assert found["now"].to_dict() == {one: 3.0 * (one == "JPN") for one in found.index}
    bought = of_long_an(("Long An", "JPN", 8.0)).assign(flow="import")
    both = pd.concat([own.assign(flow="export"), bought])
    pd.testing.assert_frame_equal(ta.potential(WORLD, reporter="Long An", own=both).set_index("partner"), found)


def test_the_years_of_a_provinces_own_sales_are_said():
    two = world(years=(2014, 2015))
    own = of_long_an(("Long An", "JPN", 3.0), year=2013)
    notes = ta.potential(two, reporter="Long An", own=own, years=2015).attrs["notes"]
    assert (notes["year"], notes["years of own sales"]) == ("2015", "2013")
    own = pd.concat([own, of_long_an(("Long An", "JPN", 5.0), year=2015)])
    found = ta.potential(two, reporter="Long An", own=own, years=2015)
    assert found["now"].sum() == 5
    assert found.attrs["notes"]["years of own sales"] == "2015"


@pytest.mark.parametrize(
    ("own", "words"),
    [
        (of_long_an(("Long An", "JPN", 3.0), flow="import"), "flows 'import': give what the province exports"),
        (of_long_an(("Bình Dương", "JPN", 3.0)), "Bình Dương, of which one must be reporter=Long An"),
        (of_long_an(("Long An", "JPN", 3e6)), "in the unit of the table"),
        ({"0301": 3e6}, "Long An sells more than VNM does in the table, as a multiple: 0301"),
    ],
)
def test_a_provinces_sales_that_cannot_be_those_are_refused(own, words):
    with pytest.raises(ta.TradeDataError, match=words):
        ta.potential(WORLD, reporter="Long An", own=own)


def test_a_product_that_the_economy_does_not_sell_is_no_candidate_and_of_a_province_it_is_named():
    unsold = pd.DataFrame([("AUT", "BEL", "0909", 5.0), ("BEL", "AUT", "0909", 7.0)], columns=WORLD.columns)
    table = pd.concat([WORLD, unsold])
    assert set(ta.potential(table, reporter="VNM")["product"]) == {"0301", "0302", "0303"}
    assert set(ta.opportunities(table, reporter="VNM", top=1000).table["product"]) == {"0301", "0302", "0303"}
    assert set(ta.potential(table, reporter="AUT")["product"]) == {"0301", "0302", "0303", "0909"}
    found = ta.potential(table, reporter="Long An", own={"0301": 3.0, "0909": 1.0, "0808": 1.0})
    assert set(found["product"]) == {"0301"}
    assert found.attrs["notes"]["not in the table"] == ["0909", "0808"]


def test_products_of_which_gravity_misses_a_margin_are_named():
    """Belgium alone can buy of Austria, so that Switzerland is left to sell it nothing, as no factor is."""
    more = pd.DataFrame([("AUT", "BEL", "0909", 5.0), ("CHE", "AUT", "0909", 5.0)], columns=WORLD.columns)
    assert ta.potential(pd.concat([WORLD, more]), reporter="AUT").attrs["notes"]["not adding up"] == ["0909"]
    assert of_vietnam().attrs["notes"].get("not adding up", []) == []


def test_later_knowledge_of_who_did_not_report_changes_no_potential():
    silent = WORLD.copy()
    silent.attrs["certificate"] = {"silent": ["KOR", "THA", "VNM", "AUT"]}
    pd.testing.assert_frame_equal(pd.DataFrame(ta.potential(silent, reporter="VNM")), pd.DataFrame(of_vietnam()))


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"reporter": "Long An"}, "own="),
        ({"reporter": "Atlantis"}, "Atlantis"),
        ({"reporter": "USA"}, "not among"),
        ({"reporter": "Long An", "own": {"9999": 3.0}}, "same codes"),
        ({"reporter": "VNM", "years": 2020}, "no column 'year'"),
        ({"reporter": "VNM", "flow": "sales"}, "flow"),
    ],
)
def test_what_is_not_in_the_table_is_refused_in_our_words(arguments, words):
    with pytest.raises(ta.TradeDataError, match=words):
        ta.potential(WORLD, **arguments)


def test_an_economy_that_only_buys_has_no_potential():
    with pytest.raises(ta.TradeDataError, match="not among"):
        ta.potential(WORLD[WORLD["reporter"] != "VNM"], reporter="VNM")


def test_a_choice_is_needed_between_years():
    two = world(years=(2014, 2015))
    with pytest.raises(ta.TradeDataError, match="choose one"):
        ta.potential(two, reporter="VNM")
    one = ta.potential(two, reporter="VNM", years=2015)
    assert one["now"].sum() == two.loc[(two["reporter"] == "VNM") & (two["year"] == 2015), "value"].sum()


def test_one_product_is_enough():
    found = ta.potential(world(products=("0301",)), reporter="VNM")
    traded = found[found["now"] > 0]
    assert traded["epi"].to_numpy() == pytest.approx(traded["now"].to_numpy(), rel=1e-12)


# ---- no rank reversal -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["market_size", "size_product", "exporter_relatedness"])
def test_scores_of_the_market_alone_keep_the_order_of_two_without_the_flows_of_a_third(name):
    """Of these, the trade of a third market scales all markets of a product alike, or touches none."""
    whole, third = flows_of(WORLD), "JPN"
    less = flows_of(WORLD[WORLD["partner"] != third])
    kept = whole.importers != third
    before = BUILT_IN[name].of(whole, 9)[:, kept]
    after = BUILT_IN[name].of(less, 9)[:, less.importers != third]
    for k in range(len(whole.products)):
        assert (np.argsort(before[k], kind="stable") == np.argsort(after[k], kind="stable")).all()


def test_the_order_by_ease_may_turn_with_the_flows_of_a_third_market():
    """EPI takes its ease from all products: what a third market buys of another one moves the ease of two markets."""
    rows = [("AUT", "CHE", "1", 4), ("AUT", "DEU", "1", 4), ("AUT", "DEU", "2", 4), ("AUT", "FRA", "1", 1)]
    rows += [("AUT", "FRA", "2", 3), ("BEL", "CHE", "1", 3), ("BEL", "DEU", "1", 5), ("BEL", "DEU", "2", 4)]
    table = pd.DataFrame([*rows, ("BEL", "FRA", "1", 1)], columns=["reporter", "partner", "product", "value"])
    with_it, without = (epi.of(flows_of(one), 0)[0, :2] for one in (table, table[table["partner"] != "FRA"]))
    # CHE buys product 1 alone, so its potential is what it buys; DEU shares its 8 by size, v_ik v_jk / v_k.
    sizes = [Fraction(9 * 9, 18), Fraction(7 * 8, 11)]
    assert with_it == pytest.approx([4, float(8 * sizes[0] / sum(sizes))], rel=1e-14)
    sizes = [Fraction(8 * 9, 16), Fraction(4 * 8, 8)]
    assert without == pytest.approx([4, float(8 * sizes[0] / sum(sizes))], rel=1e-14)
    assert with_it[0] > with_it[1]
    assert without[0] < without[1]
