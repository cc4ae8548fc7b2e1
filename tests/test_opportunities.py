"""Opportunities: what stands beside each, in which order, with what excluded, and in whose words."""

import functools
import re
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from test_potentials import LOCATED

import tradeanalysis as ta
from tradeanalysis.prospects import terms
from tradeanalysis.prospects.earlier_years import Estimates, estimates_of
from tradeanalysis.prospects.markets_beside import index_after
from tradeanalysis.prospects.reasons import About, why_of
from tradeanalysis.prospects.trade_flows import yearly_flows
from tradeanalysis.prospects.windows import Cells, known_flows
from tradeanalysis.texts import Text

COLUMNS = [
    "product",
    "partner",
    "new",
    "now",
    "chance",
    "expected",
    "ceiling",
    "epi",
    "gravity",
    "room",
    "size",
    "growth",
]
COLUMNS += ["share", "rivals_hhi", "distance", "hhi_next", "hhi_next_exact", "why"]
CODES = ("030341", "030489", "160414")


@functools.cache
def world():
    """A made-up world of importers' reports, 2014 to 2021, in which flows begin and end."""
    rng = np.random.default_rng(5)
    rows = []
    for importer in LOCATED:
        for exporter in LOCATED:
            for code in CODES:
                size, begins = rng.gamma(0.5, 1e6), rng.choice([2010, 2017, 2019, 2030])
                years = range(max(begins, 2014), 2022) if importer != exporter else ()
                rows += [(importer, exporter, code, one, 2e4 + size * rng.uniform(0.5, 1.5)) for one in years]
    table = pd.DataFrame(rows, columns=["reporter", "partner", "product", "year", "value"]).assign(flow="import")
    return table[~((table["reporter"] == "KOR") & (table["year"] == 2020))]


@functools.cache
def found(**how):
    return ta.opportunities(world(), **{"reporter": "VNM", "top": 1000, **how})


def latest():
    """The window that is now, by hand: the mean of three years, of Korea, which reported none of 2020, of two."""
    total = world()[world()["year"] >= 2019].groupby(["product", "partner", "reporter"])["value"].sum()
    return total / np.where(total.index.get_level_values("reporter") == "KOR", 2, 3)


# ---- the next million -----------------------------------------------------------------------------------------------


def test_the_next_sale_has_its_check_values():
    marginal, exact = index_after(np.array([60.0, 20.0, 10.0, 10.0]), 1.0)
    assert marginal == pytest.approx(np.array([0.0036, -0.0044, -0.0064, -0.0064]), abs=1e-12)
    assert exact == pytest.approx(
        np.array([0.003585922949, -0.004256445447, -0.006217037545, -0.006217037545]), abs=1e-12
    )
    _, exact = index_after(np.array([60.0, 20.0, 10.0, 10.0, 0.0]), 1.0)
    assert exact[-1] == pytest.approx(-0.008177629644, abs=1e-12)


def test_the_next_million_is_that_of_the_index_of_all_sales():
    sold = latest().xs("VNM", level="partner").groupby("reporter").sum()
    for row in found().table.drop_duplicates("partner").itertuples():
        more = sold.copy()
        more[row.partner] = more.get(row.partner, 0.0) + 1e6
        assert row.hhi_next_exact == pytest.approx(ta.hhi(more) - ta.hhi(sold), rel=1e-9, abs=1e-12)
        share = sold.get(row.partner, 0.0) / sold.sum()
        assert row.hhi_next == pytest.approx(2e6 * (share - ta.hhi(sold)) / sold.sum(), rel=1e-12, abs=1e-15)


# ---- what stands beside ---------------------------------------------------------------------------------------------


def test_market_share_and_rivals_are_those_of_the_table():
    table, now = found().table, latest()
    assert table.columns.tolist() == COLUMNS
    for row in table.itertuples():
        market = now.xs((row.product, row.partner), level=("product", "reporter"))
        assert row.size == pytest.approx(market.sum(), rel=1e-12)
        assert row.now == pytest.approx(market.get("VNM", 0.0), rel=1e-12)
        assert row.share == pytest.approx(row.now / row.size, rel=1e-12)
        rivals = market.drop("VNM", errors="ignore")
        assert row.rivals_hhi == pytest.approx(ta.hhi(rivals), rel=1e-12) if len(rivals) else np.isnan(row.rivals_hhi)
        assert row.new == (row.now == 0)
    km = ta.example("distances").set_index(["origin", "destination"])["distance"]
    assert (table["distance"] == [km["VNM", one] for one in table["partner"]]).all()


def test_growth_is_a_year_and_since_the_window_before():
    before = world()[world()["year"].between(2016, 2018)].groupby(["product", "reporter"])["value"].sum() / 3
    for row in found().table.itertuples():
        then = before.get((row.product, row.partner), 0.0) if row.partner != "KOR" else 0.0  # not reported in 2020
        assert row.growth == pytest.approx((row.size / then) ** (1 / 3) - 1, rel=1e-9) if then else np.isnan(row.growth)


GROWN = [(year, "FRA", 100.0 * 1.1 ** (year - 2014)) for year in range(2014, 2020) if year != 2016]
GROWN += [(year, "DEU", 100.0 * 1.1 ** (year - 2014)) for year in range(2014, 2020)]


def of_growth(flow, revision):
    """Germany reported every year and France not 2016; what each trades with Japan and Korea grows by 10% a year."""
    rows = [
        (year, reporter, partner, code, value)
        for year, reporter, value in GROWN
        for partner in ("JPN", "KOR")
        for code in ("a", "b", "c" if year < revision else "d")
    ]
    return pd.DataFrame(rows, columns=["year", "reporter", "partner", "product", "value"]).assign(flow=flow)


def test_growth_is_of_those_who_reported_every_year_and_of_codes_that_last():
    """Three years later at 10% a year; 'd' took the place of 'c' in 2017, and has grown from nothing by no rate."""
    markets = ta.opportunities(of_growth("import", 2017), reporter="JPN", top=100).table
    markets = markets.set_index(["product", "partner"])
    assert markets.loc[("a", "DEU"), "growth"] == pytest.approx(0.1, rel=1e-12)
    assert np.isnan(markets.loc[("a", "FRA"), "growth"])
    assert np.isnan(markets.loc[("d", "DEU"), "growth"])
    of_exporters = ta.opportunities(of_growth("export", 2017), reporter="DEU", top=100).table
    assert of_exporters.loc[of_exporters["product"] != "d", "growth"].to_numpy() == pytest.approx(0.1, rel=1e-12)
    assert of_exporters.loc[of_exporters["product"] == "d", "growth"].isna().all()


def test_a_code_that_begins_in_the_window_before_has_no_growth():
    """'d' begins in 2015: three years of it against two of three would be growth of a code and not of trade."""
    table = ta.opportunities(of_growth("import", 2015), reporter="JPN", top=100).table.set_index(["product", "partner"])
    assert np.isnan(table.loc[("d", "DEU"), "growth"])
    assert table.loc[("a", "DEU"), "growth"] == pytest.approx(0.1, rel=1e-12)


def test_rivals_of_equal_size_in_exact_fractions():
    rows = [("AUT", "CHE", "1", 6), ("BEL", "CHE", "1", 3), ("DEU", "CHE", "1", 1), ("AUT", "BEL", "1", 5)]
    table = pd.DataFrame(rows, columns=["reporter", "partner", "product", "value"])
    row = ta.opportunities(table, reporter="AUT").table.set_index("partner").loc["CHE"]
    assert row["rivals_hhi"] == float(Fraction(3, 4) ** 2 + Fraction(1, 4) ** 2)


# ---- chance and expected value --------------------------------------------------------------------------------------


def came_by_hand(least):
    """What every flow was in each year of 2019 to 2021, and whether it began: a candidate of 2014 to 2016 that came."""
    by_year = world().groupby(["product", "partner", "reporter", "year"])["value"].sum().unstack(fill_value=0.0)
    steady = [one for one in LOCATED if one != "KOR"]
    then, later = by_year[[2014, 2015, 2016]], by_year[[2019, 2020, 2021]]
    came = (then.sum(axis=1) == 0) & ((later >= least).sum(axis=1) >= 2) & by_year.index.isin(steady, level="reporter")
    sold = {(product, exporter) for product, exporter, _ in then.index[then.sum(axis=1) > 0]}
    bought = {(product, importer) for product, _, importer in then.index[then.sum(axis=1) > 0]}
    came &= np.array([(k, i) in sold and (k, j) in bought for k, i, j in came.index])
    return later, came


def test_what_is_expected_adds_up_to_what_came_in_earlier_years():
    estimates = estimates_of(yearly_flows(world()), (2019, 2021))
    assert isinstance(estimates, Estimates)
    assert (estimates.chances.base, estimates.chances.outcome, estimates.years) == ((2014, 2016), (2019, 2021), 5)
    later, came = came_by_hand(10_000)
    assert estimates.chances.came_true == int(came.sum())
    flows = known_flows(yearly_flows(world()), (2014, 2016))
    expected = 0.0
    for i, exporter in enumerate(flows.exporters):
        nil = (flows.matrix(i) == 0) & (flows.v_ik[i] > 0)[:, None] & (flows.v_jk.T > 0)
        nil &= ~np.isin(flows.importers, ["KOR", exporter])
        expected += estimates.new_ratio * (estimates.chances.of(flows, i) * terms.gravity(flows, i))[nil].sum()
    assert expected == pytest.approx(later[came].to_numpy().sum() / 3, rel=1e-9)


def test_nine_in_ten_flows_that_were_there_stayed_below_the_ceiling_of_their_like():
    estimates = estimates_of(yearly_flows(world()), (2019, 2021))
    flows = known_flows(yearly_flows(world()), (2014, 2016))
    later = latest()
    below = []
    for i, exporter in enumerate(flows.exporters):
        rows = flows.cells_of(i)
        k, j, now = flows.k[rows], flows.j[rows], flows.v[rows]
        ceilings = estimates.ceilings(Cells(flows, k, flows.i[rows], j), now, terms.gravity(flows, i)[k, j])
        names = zip(flows.products[k], flows.importers[j], ceilings, now, strict=True)
        for product, importer, ceiling, value in names:
            if importer != "KOR":
                assert ceiling >= value
                below.append(later.get((product, exporter, importer), 0.0) <= ceiling)
    assert 0.9 <= np.mean(below) < 1
    assert found().table.loc[~found().table["new"], "ceiling"].notna().all()


def test_the_ceiling_of_a_flow_is_that_of_limits_where_both_see_the_same_years():
    """One rule: of two single years five years apart, each flow of importers' reports has one ceiling."""
    two = world()[world()["year"].isin([2014, 2019])]
    table = ta.opportunities(two, reporter="VNM", years=2019, new=False, top=1000).table
    ceilings = table.set_index(["partner", "product"])["ceiling"]
    limits = ta.limits(two, by=["reporter", "product"], flow="import", growth="seen", years=5)
    limits = limits[limits["partner"] == "VNM"].set_index(["reporter", "product"])["limit"]
    assert len(ceilings) > 10
    assert (ceilings > table.set_index(["partner", "product"])["now"] * 1.01).any()
    assert ceilings.to_dict() == pytest.approx(limits[ceilings.index].to_dict(), rel=1e-12)


def test_chances_are_of_flows_that_are_nil_in_markets_that_reported_every_year():
    table = found().table
    chance = table.loc[table["new"] & (table["partner"] != "KOR"), "chance"]
    assert len(chance)
    assert chance.between(0, 1, inclusive="neither").all()
    assert table.loc[~table["new"] | (table["partner"] == "KOR"), "chance"].isna().all()
    assert found().table.attrs["notes"]["reports of some years"] == ["KOR"]


def test_new_flows_are_ranked_by_chance_and_behind_them_those_that_are_there_by_static_potential():
    fresh, there, both = (found(new=one).table for one in (True, False, None))
    assert fresh["chance"].dropna().is_monotonic_decreasing
    assert there["epi"].is_monotonic_decreasing
    assert fresh["new"].all()
    assert not there["new"].any()
    whole = pd.concat([pd.DataFrame(fresh), pd.DataFrame(there)], ignore_index=True)
    pd.testing.assert_frame_equal(pd.DataFrame(both), whole)
    said = [one.attrs["notes"]["ranked by"] for one in (fresh, there, both)]
    assert said[0].startswith("the chance")
    assert said[1] == "static potential (EPI)"
    assert "behind them those that are there" in said[2]


@pytest.mark.parametrize("top", [1, 2, 5, 8])
def test_half_of_the_rows_are_new_and_more_where_there_are_fewer_of_the_other_kind(top):
    fresh, there = (found(new=one, top=top).table for one in (True, False))
    first = (top + 1) // 2
    assert min(len(fresh), len(there)) >= first
    expected = pd.concat([pd.DataFrame(fresh)[:first], pd.DataFrame(there)[: top - first]], ignore_index=True)
    pd.testing.assert_frame_equal(pd.DataFrame(found(top=top).table), expected)
    least = len(found(new=True).table) + 3
    more = found(top=least).table
    assert more["new"].tolist() == sorted(more["new"], reverse=True)
    assert len(more) == min(least, len(found().table))


def test_a_table_of_one_year_has_no_chance_and_says_why():
    one = ta.opportunities(world()[world()["year"] == 2021], reporter="VNM", top=1000).table
    assert one[["chance", "expected"]].isna().all().all()
    assert "one year" in one.attrs["notes"]["no chance"]
    assert one["growth"].isna().all()


def test_without_chances_new_flows_are_ranked_by_gravity_and_those_that_are_there_by_static_potential():
    """What is known of the order that finds most is used with one year too, and so is half of each kind."""
    year = world()[world()["year"] == 2021]
    table = ta.opportunities(year, reporter="VNM", top=1000).table
    potential = ta.potential(year, reporter="VNM")
    fresh = potential[potential["now"] == 0].sort_values("gravity", ascending=False)
    there = potential[potential["now"] > 0].sort_values("epi", ascending=False)
    assert min(len(fresh), len(there)) > 4
    expected = pd.concat([fresh, there])[["product", "partner"]].to_numpy().tolist()
    assert table[["product", "partner"]].to_numpy().tolist() == expected
    assert not table["room"].is_monotonic_decreasing
    assert str(table.attrs["notes"]["ranked by"]).startswith("new flows by gravity")
    half = ta.opportunities(year, reporter="VNM", top=7).table[["product", "partner"]].to_numpy().tolist()
    assert half == expected[:4] + expected[len(fresh) : len(fresh) + 3]
    only = ta.opportunities(year, reporter="VNM", new=True, top=3).table
    assert only[["product", "partner"]].to_numpy().tolist() == expected[:3]
    assert str(only.attrs["notes"]["ranked by"]).startswith("gravity")


def test_without_gravity_both_kinds_are_ranked_by_static_potential_in_exact_fractions():
    """Of three economies no gravity is known. Austria sells 50 of 120 of product 1 and 10 of 45 of product 2.

    Belgium buys 55 and 35, which gives 275/12 and 70/9 and shares its 50 from Austria; Switzerland 40 and 2, which
    gives 50/3 and 4/9 and shares its 10. By room Belgium's product 2 (10 now) would stand first.
    """
    rows = [("AUT", "BEL", "1", 40), ("AUT", "CHE", "1", 10), ("BEL", "AUT", "1", 20), ("BEL", "CHE", "1", 30)]
    rows += [("CHE", "AUT", "1", 5), ("CHE", "BEL", "1", 15), ("AUT", "BEL", "2", 10), ("BEL", "AUT", "2", 8)]
    rows += [("BEL", "CHE", "2", 2), ("CHE", "BEL", "2", 25)]
    table = pd.DataFrame(rows, columns=["reporter", "partner", "product", "value"])
    found = ta.opportunities(table, reporter="AUT").table
    belgium, switzerland = [Fraction(275, 12), Fraction(70, 9)], [Fraction(50, 3), Fraction(4, 9)]
    epi = {("1", "BEL"): 50 * belgium[0] / sum(belgium), ("2", "BEL"): 50 * belgium[1] / sum(belgium)}
    epi |= {("1", "CHE"): 10 * switzerland[0] / sum(switzerland), ("2", "CHE"): 10 * switzerland[1] / sum(switzerland)}
    order = [("2", "CHE"), ("1", "BEL"), ("2", "BEL"), ("1", "CHE")]
    assert list(zip(found["product"], found["partner"], strict=True)) == order
    assert found["epi"].tolist() == pytest.approx([float(epi[one]) for one in order], rel=1e-12)
    assert found["new"].tolist() == [True, False, False, False]
    assert found["room"].idxmax() == 2
    assert str(found.attrs["notes"]["ranked by"]).startswith("static potential (EPI), new flows first")


def test_nothing_is_learnt_of_years_that_are_not_there():
    table = world()[world()["year"] >= 2019]
    assert isinstance(estimates_of(yearly_flows(table), (2019, 2021)), Text)


def test_later_years_change_nothing():
    early = ta.opportunities(world(), reporter="VNM", years=(2017, 2019), top=1000).table
    cut = ta.opportunities(world()[world()["year"] <= 2019], reporter="VNM", years=(2017, 2019), top=1000).table
    pd.testing.assert_frame_equal(pd.DataFrame(early), pd.DataFrame(cut))


# ---- what is wanted -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("new", [None, True])
@pytest.mark.parametrize("left", ["AUT", "KOR"])
def test_excluding_a_market_changes_no_number_and_no_order_of_the_others(left, new):
    whole = found(new=new).table
    expected = whole[whole["partner"] != left].reset_index(drop=True)
    less = found(new=new, exclude=left).table
    pd.testing.assert_frame_equal(pd.DataFrame(less), pd.DataFrame(expected))


def test_markets_are_excluded_by_names_and_the_first_rows_are_those_of_all():
    less = found(exclude=("Nhật Bản", "Thailand")).table
    assert not set(less["partner"]) & {"JPN", "THA"}
    assert found(top=5, new=True).table["why"].tolist() == found(new=True).table["why"].tolist()[:5]


def test_products_are_named_or_begun():
    assert set(found(products=("0303", "160414")).table["product"]) <= {"030341", "160414"}
    only = found(products="160414").table
    whole = found().table
    expected = whole[whole["product"] == "160414"].reset_index(drop=True)
    pd.testing.assert_frame_equal(pd.DataFrame(only), pd.DataFrame(expected))


@pytest.mark.parametrize(
    ("how", "words"),
    [
        ({"reporter": "Atlantis"}, "Atlantis"),
        ({"reporter": "Long An"}, "own="),
        ({"products": "99"}, "begins with it"),
        ({"products": ""}, "begins with it"),
        ({"exclude": "USA"}, "no markets of this table"),
        ({"exclude": LOCATED}, "is left"),
        ({"years": 1990}, "1990"),
        ({"top": 0}, "at least 1"),
        ({"new": [True]}, r"new=\[True\]"),
        ({"new": "yes"}, "new='yes'"),
        ({"products": 3.5}, "products=3.5"),
        ({"products": [None]}, "as a text or a whole number"),
        ({"exclude": float("nan")}, "exclude=nan"),
        ({"exclude": b"USA"}, "exclude=b'USA'"),
        ({"names": "tuna"}, "names= is of the type str"),
        ({"years": "2021"}, "years='2021'"),
        ({"years": 2020.5}, "years=2020.5"),
        ({"years": (True, 2021)}, "years="),
        ({"flow": "export"}, "export"),
        ({"reporter": "Long An", "own": {"160414": 5.0}, "new": True}, "own= as a trade table"),
    ],
)
def test_what_cannot_be_answered_is_refused_in_our_words(how, words):
    with pytest.raises(ta.TradeDataError, match=words):
        ta.opportunities(world(), **{"reporter": "VNM", **how})


@pytest.mark.parametrize(
    "change", [lambda t: t.iloc[:0], lambda t: t.drop(columns="product"), lambda t: t.assign(value=0)]
)
def test_tables_of_nothing_are_refused(change):
    with pytest.raises(ta.TradeDataError):
        ta.opportunities(change(world()), reporter="VNM")


def test_products_are_called_by_their_names_where_these_are_given():
    names = {"030341": "cá ngừ vây dài đông lạnh", "160414": " ", 30489: "another number"}
    for given in (names, pd.Series(names)):
        got = found.__wrapped__(names=given)
        for product, en, vi in zip(got.table["product"], got.why("en"), got.why("vi"), strict=True):
            if product == "030341":
                assert " of product 030341 (cá ngừ vây dài đông lạnh)" in en
                assert " mặt hàng 030341 (cá ngừ vây dài đông lạnh)" in vi
            else:
                assert re.search(rf" of product {product}[.,]", en)
                assert re.search(rf" mặt hàng {product}[.,]", vi)
        assert set(got.table["product"]) == set(CODES)
        numbers, plain = (one.table.drop(columns="why") for one in (got, found()))
        pd.testing.assert_frame_equal(pd.DataFrame(numbers), pd.DataFrame(plain))


# ---- a province -----------------------------------------------------------------------------------------------------


def test_a_province_has_its_own_supply_and_index_and_no_chance():
    own = pd.DataFrame(
        [("Long An", "JPN", "160414", 3e5), ("Long An", "FRA", "160414", 1e5)],
        columns=["reporter", "partner", "product", "value"],
    )
    table = ta.opportunities(world(), reporter="Long An", own=own, top=1000).table
    assert set(table["product"]) == {"160414"}
    assert table["chance"].isna().all()
    rows = table.set_index("partner")
    assert rows.loc["JPN", "now"] == 3e5
    assert rows.loc["JPN", "hhi_next"] == pytest.approx(2e6 * (0.75 - 0.625) / 4e5)
    assert rows.loc["FRA", "hhi_next"] < 0
    fresh, there = table[table["now"] == 0], table[table["now"] > 0]
    assert table["now"].tolist() == [0.0] * len(fresh) + there["now"].tolist()
    assert fresh["gravity"].is_monotonic_decreasing
    assert there["epi"].is_monotonic_decreasing
    assert set(there["partner"]) == {"JPN", "FRA"}
    notes = table.attrs["notes"]
    assert "VNM" in notes["province"]
    assert notes["no chance"] == "chances were learnt of economies, and this is a province"


def test_sales_by_product_alone_are_ranked_by_what_is_suggested_and_not_by_the_size_of_the_market():
    """Gravity of a province is its part of that of its economy."""
    window = world()[(world()["year"] >= 2019) & (world()["partner"] == "VNM")]
    sold = {code: 2e5 * (1 + place) for place, code in enumerate(window["product"].unique())}
    table = ta.opportunities(world(), reporter="Long An", own=sold, top=1000).table
    whole = ta.potential(world(), reporter="VNM", years=(2019, 2021))
    supply = latest().xs("VNM", level="partner").groupby("product").sum()
    part = whole["product"].map(sold) / whole["product"].map(supply)
    expected = whole.assign(gravity=whole["gravity"] * part).sort_values("gravity", ascending=False)
    assert table["gravity"].to_numpy() == pytest.approx(expected["gravity"].to_numpy(), rel=1e-9)
    assert table[["product", "partner"]].to_numpy().tolist() == expected[["product", "partner"]].to_numpy().tolist()
    assert not table["size"].is_monotonic_decreasing
    assert table["room"].isna().all()
    assert str(table.attrs["notes"]["ranked by"]).startswith("what is suggested")
    assert str(table.attrs["notes"]["room"]).startswith("not known")


def test_a_market_without_reports_in_the_window_is_named_and_may_be_excluded():
    table = world()[(world()["reporter"] != "ITA") | (world()["year"] == 2016)]
    found = ta.opportunities(table, reporter="VNM", exclude="ITA", top=1000).table
    assert found.attrs["notes"]["no reports in the window"] == ["ITA"]
    assert "ITA" not in set(found["partner"])


# ---- in words -------------------------------------------------------------------------------------------------------


def test_every_row_has_its_reasons_in_both_languages():
    result = found()
    english, vietnamese = result.why("en"), result.why("vi")
    assert english == result.table["why"].tolist()
    assert all("VNM" not in one and "nan" not in one and "{" not in one for one in (*english, *vietnamese))
    new = result.table["new"].to_numpy()
    assert all(("none of that yet" in one) == is_new for one, is_new in zip(english, new, strict=True))
    assert all(("chưa xuất khẩu" in one) == is_new for one, is_new in zip(vietnamese, new, strict=True))


ROW = {"product": "030489", "partner": "JPN", "size": 2e6, "now": 1000.0, "share": 0.0005, "epi": 50.0, "gravity": 3e3}
OF_VIETNAM = About("VNM", "USD", 10_000.0, 5, (2016, 2018))


def said(lang="en", about=OF_VIETNAM, **changes):
    """The reasons of a row with some figures changed; a missing one is left out."""
    return [one.say(lang) for one in why_of(ROW | changes, about)]


@pytest.mark.parametrize(
    ("changes", "english", "vietnamese"),
    [
        (
            {},
            "Vietnam sells 1,000 USD of that (less than 0.1%), and size, distance and ties suggest 3,000 USD.",
            "Việt Nam xuất khẩu sang thị trường này 1.000 USD (dưới 0,1%), trong khi quy mô, khoảng cách và các mối "
            "gắn kết gợi ý mức 3.000 USD.",
        ),
        (
            {"gravity": 400.0},
            "Vietnam sells 1,000 USD of that (less than 0.1%), and size, distance and ties suggest no more than "
            "400 USD.",
            "Việt Nam xuất khẩu sang thị trường này 1.000 USD (dưới 0,1%), trong khi quy mô, khoảng cách và các mối "
            "gắn kết gợi ý mức không quá 400 USD.",
        ),
        (
            {"gravity": 1000.0 + 3e-13},
            "Vietnam sells 1,000 USD of that (less than 0.1%), about as much as size, distance and ties suggest.",
            "Việt Nam xuất khẩu sang thị trường này 1.000 USD (dưới 0,1%), xấp xỉ mức mà quy mô, khoảng cách và các "
            "mối gắn kết gợi ý.",
        ),
        (
            {"gravity": np.nan, "now": 5.0, "room": np.nan, "share": 0.25},
            "Vietnam sells 5 USD of that (25.0%), and the sizes of both and all that is sold there (EPI) suggest "
            "50 USD.",
            "Việt Nam xuất khẩu sang thị trường này 5 USD (25,0%), trong khi quy mô hai bên và tổng kim ngạch sang thị "
            "trường này (chỉ số EPI) gợi ý mức 50 USD.",
        ),
        (
            {"now": np.nan},
            "By size, distance and ties, 3,000 USD of that could be from Vietnam.",
            "Theo quy mô, khoảng cách và các mối gắn kết, Việt Nam có thể xuất khẩu 3.000 USD mặt hàng này sang thị "
            "trường này.",
        ),
    ],
)
def test_what_is_suggested_is_named_by_what_suggests_it_and_compared_as_it_is_written(changes, english, vietnamese):
    assert said(**changes)[1:] == [english]
    assert said("vi", **changes)[1:] == [vietnamese]


@pytest.mark.parametrize(
    ("growth", "english", "vietnamese"),
    [
        (0.032, "up by 3.2% a year on average since", "bình quân tăng 3,2%/năm so với"),
        (-0.032, "down by 3.2% a year on average since", "bình quân giảm 3,2%/năm so với"),
        (-0.0004, "about as much as in", "tương đương"),
    ],
)
def test_growth_has_its_years_and_is_none_where_it_is_written_as_none(growth, english, vietnamese):
    assert said(growth=growth)[0] == f"Japan buys 2.0 mn USD a year of product 030489, {english} 2016–2018."
    size = "Nhật Bản mỗi năm nhập khẩu 2,0 triệu USD mặt hàng 030489"
    assert said("vi", growth=growth)[0] == f"{size}, {vietnamese} giai đoạn 2016–2018."


@pytest.mark.parametrize(
    ("chance", "english", "vietnamese"),
    [(0.0412, "4%", "4%"), (0.004, "less than 1%", "dưới 1%"), (0.999, "more than 99%", "trên 99%")],
)
def test_a_chance_is_an_estimate_in_whole_per_cent_with_its_amount_and_years(chance, english, vietnamese):
    about = About("VNM", "VND", 2e9, 5, None)
    expected = "The estimated chance that it reaches 2.0 bn VND a year by about 5 years from now is"
    assert said(about=about, chance=chance)[2] == f"{expected} {english}."
    expected = "Xác suất ước tính để kim ngạch đạt từ 2,0 tỷ đồng/năm sau khoảng 5 năm là"
    assert said("vi", about=about, chance=chance)[2] == f"{expected} {vietnamese}."


def test_the_effect_on_the_index_is_that_of_the_million_and_not_of_the_first_dollar():
    """(60, 40) and 100 more to the second: .52 at first falls and is 140/200 and 60/200, .58, in the end."""
    marginal, exact = index_after(np.array([60.0, 40.0]), 100.0)
    assert marginal[1] < 0
    assert exact[1] == pytest.approx(0.58 - 0.52, rel=1e-12)
    assert "raises" in said(hhi_next=marginal[1], hhi_next_exact=exact[1])[-1]
    assert len(said(hhi_next=0.0, hhi_next_exact=0.0)) == len(said())


# ---- what counts as begun -------------------------------------------------------------------------------------------


def in_currency(factor, code):
    """The world in another unit."""
    table = world().assign(value=world()["value"] * factor)
    table.attrs["currency"] = code
    return table


def test_what_a_flow_must_reach_is_given_in_the_unit_of_the_table():
    dong = in_currency(2.0**14, "VND")
    with pytest.raises(ta.TradeDataError, match=r"in VND, and a new flow counts from 10,000 US dollars: give least="):
        ta.opportunities(dong, reporter="VNM")
    ours, theirs = found().table, ta.opportunities(dong, reporter="VNM", top=1000, least=10_000.0 * 2.0**14).table
    assert theirs["chance"].to_numpy() == pytest.approx(ours["chance"].to_numpy(), rel=1e-6, nan_ok=True)
    assert theirs["partner"].tolist() == ours["partner"].tolist()
    assert theirs["chance"].notna().any()
    assert "reaches 163.8 mn VND a year by about 5 years" in " ".join(theirs["why"])


def test_more_is_reached_by_fewer():
    counted = [estimates_of(yearly_flows(world()), (2019, 2021), least).chances.came_true for least in (1e4, 1e6)]
    assert counted == [int(came_by_hand(least)[1].sum()) for least in (1e4, 1e6)]
    assert counted[1] < counted[0]
    note = str(found(least=1e6).table.attrs["notes"]["chance"])
    assert f"in 2014-2016, {counted[1]} came by 2019-2021" in note


def test_where_no_chance_is_learnt_no_amount_is_needed():
    dong = in_currency(2.0**14, "VND")
    assert len(ta.opportunities(dong, reporter="Long An", own={"160414": 5.0}).table)
    last = dong[dong["year"] == 2021]
    last.attrs.update(dong.attrs)
    assert "VND" in ta.opportunities(last, reporter="VNM").table["why"][0]


@pytest.mark.parametrize("least", [0, "much", -1.0, np.nan, np.inf])
def test_an_amount_that_is_none_is_refused(least):
    with pytest.raises(ta.TradeDataError, match="least="):
        ta.opportunities(world(), reporter="VNM", least=least)


def test_the_result_prints_its_sentence_and_the_head_of_its_table():
    result = found(top=3)
    assert str(result).startswith(f"Vietnam: the best 3 of {len(found().table)} products and markets")
    assert result.sentence("vi").startswith("Việt Nam: 3 cơ hội tốt nhất")
