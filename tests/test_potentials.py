"""Potential by product and market: adding up, provinces, what is refused, and no rank reversal."""

import functools
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from test_prospect_scores import TABLE

import tradeanalysis as ta
from tradeanalysis.prospects.potentials import cells_of, seller_of
from tradeanalysis.prospects.scoring import BUILT_IN, epi
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
