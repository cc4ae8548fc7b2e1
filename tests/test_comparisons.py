"""Economies beside each other: by hand, in exact fractions, on every engine; what is not in a table says so."""

from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from conftest import cases, told
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import tradeanalysis as ta


def flows(rows):
    return pd.DataFrame(rows, columns=["reporter", "partner", "year", "value"])


# Vietnam .5 .3 .2, then .6 .4; Thailand .4 .4 .2 in both years; Laos sells to one market, and only in 2011.
TABLE = flows(
    [
        *(("VNM", "USA", 2010, 5.0), ("VNM", "CHN", 2010, 3.0), ("VNM", "JPN", 2010, 2.0)),
        *(("VNM", "USA", 2011, 60.0), ("VNM", "CHN", 2011, 40.0)),
        *(("THA", "USA", year, 40.0) for year in (2010, 2011)),
        *(("THA", "CHN", year, 40.0) for year in (2010, 2011)),
        *(("THA", "JPN", year, 20.0) for year in (2010, 2011)),
        ("LAO", "THA", 2011, 7.0),
    ]
)
amounts = st.lists(st.tuples(st.integers(0, 999), st.integers(0, 999)), min_size=1, max_size=12)


def two(data):
    """Two economies in one year, of pairs of values by partner."""
    rows = [("VNM", f"p{j}", 2010, float(x)) for j, (x, _) in enumerate(data)]
    return flows([*rows, *(("THA", f"p{j}", 2010, float(y)) for j, (_, y) in enumerate(data))])


def test_the_comparison_by_hand():
    """2010: .25 + .09 + .04 = .38 against .16 + .16 + .04 = .36; 2011: .36 + .16 = .52 against .36."""
    found = ta.compare(TABLE, ["Viet Nam", "THA"])
    assert found.table.columns.tolist() == ["year", "VNM", "THA"]
    assert found.table["VNM"].tolist() == pytest.approx([0.38, 0.52], abs=1e-15)
    assert found.table["THA"].tolist() == pytest.approx([0.36, 0.36], abs=1e-15)
    assert found.differences[["year", "first", "second"]].values.tolist() == [
        [2010, "VNM", "THA"],
        [2011, "VNM", "THA"],
    ]
    assert found.differences["difference"].tolist() == pytest.approx([0.02, 0.16], abs=1e-15)
    last = found.contributions[found.contributions["year"] == 2011]
    assert last["partner"].tolist() == ["USA", "JPN", "CHN"]
    assert last["contribution"].tolist() == pytest.approx([0.36 - 0.16, -0.04, 0.0], abs=1e-15)
    assert last["share_second"].tolist() == pytest.approx([0.4, 0.2, 0.4], abs=1e-15)


@settings(max_examples=cases(100))
@given(data=amounts)
def test_contributions_are_exact_fractions_and_add_up_to_the_difference(data):
    first, second = (sum(side) for side in zip(*data, strict=True))
    assume(first and second)
    found = ta.compare(two(data), ["VNM", "THA"])
    exact = [Fraction(x, first) ** 2 - Fraction(y, second) ** 2 for x, y in data]
    by_partner = found.contributions.set_index("partner")["contribution"]
    for j, one in enumerate(exact):
        assert by_partner.get(f"p{j}", 0.0) == pytest.approx(float(one), abs=1e-15)
    assert abs(found.differences["difference"].item() - float(sum(exact))) <= 1e-12
    assert abs(by_partner.sum() - found.differences["difference"].item()) <= 1e-12


@pytest.mark.parametrize("measure", [ta.hhi, ta.entropy, ta.hill(0)], ids=lambda one: one.name)
def test_contributions_add_up_in_every_year_of_a_real_table(measure):
    found = ta.compare(ta.example("imports_1995_2019"), ["THA", "MYS", "IDN"], measure=measure)
    sums = found.contributions.groupby(["year", "first", "second"])["contribution"].sum()
    expected = found.differences.set_index(["year", "first", "second"])["difference"]
    assert len(expected) == 25 * 3
    assert (sums - expected).abs().max() < 1e-12


def test_neither_the_order_of_rows_nor_the_scale_matters():
    table = ta.example("imports_1995_2019").query("year >= 2015 and reporter in ['THA', 'MYS', 'IDN']")
    found = ta.compare(table, ["THA", "MYS"], error=0.1, size=200)
    again = ta.compare(table.sample(frac=1, random_state=1), ["THA", "MYS"], error=0.1, size=200)
    doubled = ta.compare(table.assign(value=table["value"] * 1024), ["THA", "MYS"], error=0.1, size=200)
    thirds = ta.compare(table.assign(value=table["value"] / 3), ["THA", "MYS"])
    for name in ("table", "differences", "contributions"):
        one = pd.DataFrame(getattr(found, name))
        pd.testing.assert_frame_equal(one, pd.DataFrame(getattr(again, name)), check_exact=True)
        pd.testing.assert_frame_equal(one, pd.DataFrame(getattr(doubled, name)), rtol=1e-9)
        same = one.columns.intersection(getattr(thirds, name).columns)
        pd.testing.assert_frame_equal(one[same], pd.DataFrame(getattr(thirds, name))[same], rtol=1e-9)


def test_the_comparison_on_every_engine(engine):
    found = ta.compare(engine.table(TABLE), ["VNM", "THA", "LAO"], years=(2010, 2011))
    expected = ta.compare(TABLE, ["VNM", "THA", "LAO"])
    for name in ("table", "differences", "contributions"):
        pd.testing.assert_frame_equal(
            pd.DataFrame(getattr(found, name)), pd.DataFrame(getattr(expected, name)), check_dtype=False
        )


def test_faults_raise_on_every_engine(engine):
    for where, wrong, rule in (("value", -1.0, "TA-101"), ("partner", "World", "TA-104")):
        bad = TABLE.copy()
        bad.loc[0, where] = wrong
        with pytest.raises(ta.TradeDataError, match=rule):
            ta.compare(engine.table(bad), ["VNM", "THA"])


def test_a_year_without_trade_is_missing_and_has_no_difference():
    found = ta.compare(TABLE, ["THA", "LAO"])
    assert found.table["LAO"].isna().tolist() == [True, False]
    assert found.differences["year"].tolist() == [2011]
    assert found.differences["difference"].item() == pytest.approx(0.36 - 1, abs=1e-15)
    assert set(found.contributions["year"]) == {2011}
    with pytest.raises(ta.TradeDataError, match="LAO, THA have no year in common"):
        ta.compare(TABLE[(TABLE["year"] == 2010) | (TABLE["reporter"] == "LAO")], ["LAO", "THA"])


# ---- how sure -----------------------------------------------------------------------------------------------------


def test_without_errors_the_interval_is_the_index_and_the_higher_is_surely_higher():
    found = ta.compare(TABLE, ["VNM", "THA"], error=0.0, size=100)
    for one in ("VNM", "THA"):
        assert found.table[f"{one}_low"].tolist() == pytest.approx(found.table[one].tolist(), abs=1e-12)
        assert found.table[f"{one}_high"].tolist() == pytest.approx(found.table[one].tolist(), abs=1e-12)
    assert found.differences["probability"].tolist() == [1, 1]


def test_of_two_that_are_alike_neither_is_surely_higher():
    markets = [(f"p{j}", 100.0 / (j + 1)) for j in range(12)]
    table = flows([(one, partner, 2010, x) for one in ("VNM", "THA") for partner, x in markets])
    found = ta.compare(table, ["VNM", "THA"], error=0.2, size=4000)
    assert found.differences["probability"].item() == pytest.approx(0.5, abs=0.03)
    low, high = found.differences[["low", "high"]].iloc[0]
    assert low == pytest.approx(-high, abs=0.01)
    shared = ta.compare(table, ["VNM", "THA"], error=0.2, size=200, shared_errors=True)
    assert shared.differences[["low", "high"]].iloc[0].tolist() == [0, 0]


def test_the_probability_is_that_of_the_two_draws():
    found = ta.compare(TABLE, ["VNM", "THA"], error=pd.Series({"USA": 0.1, "CHN": 0.2, "JPN": 0.3}), size=500, seed=3)
    cv = pd.Series({"CHN": 0.2, "JPN": 0.3, "USA": 0.1})
    of_year = TABLE[TABLE["year"] == 2010].sort_values("partner").set_index("partner")
    own = {one: ta.uncertainty.draws(rows["value"], cv, size=500, seed=3) for one, rows in of_year.groupby("reporter")}
    chance = ta.probability(own["VNM"], ta.hhi, own["THA"])
    first = found.differences.iloc[0]
    assert first[["probability", "low", "high"]].tolist() == [chance.probability, chance.low, chance.high]
    assert "10.0%–30.0%" in found.details()[0]
    assert found.assumptions["vi"] in found.assumptions.values()


def test_ends_of_values_give_limits_and_no_probability():
    """By hand: 40-60, 20-30 and 10 lie between 45/.../... of the example of ``ta.interval``, one partner at 1."""
    rows = [("VNM", "USA", 2010, 50, 40, 60), ("VNM", "CHN", 2010, 25, 20, 30), ("VNM", "JPN", 2010, 10, 10, 10)]
    table = pd.DataFrame(rows, columns=["reporter", "partner", "year", "value", "low", "high"])
    table.loc[3] = ["LAO", "THA", 2010, 5, 4, 6]
    found = ta.compare(table, ["LAO", "VNM"])
    low = Fraction(40**2 + 30**2 + 10**2, 80**2)  # 40, 30, 10
    high = Fraction(60**2 + 20**2 + 10**2, 90**2)  # 60, 20, 10
    assert found.table[["VNM_low", "VNM_high"]].iloc[0].tolist() == pytest.approx([float(low), float(high)], abs=1e-12)
    assert "probability" not in found.differences
    ends = found.differences[["low", "high"]].iloc[0].tolist()
    assert ends == pytest.approx([float(1 - high), float(1 - low)], abs=1e-12)
    assert "can be anything from 0.494 to 0.594" in found.sentence()


def test_a_table_of_mirror_reports_says_its_errors_itself(engine):
    rng, rows = np.random.default_rng(0), []
    for year in (2010, 2011):
        for first in ("VNM", "THA", "MYS", "IDN"):
            for second in {"VNM", "THA", "MYS", "IDN"} - {first}:
                x = float(rng.integers(10, 1000))
                rows += [(first, second, "export", year, x), (second, first, "import", year, x * rng.uniform(1, 1.2))]
    both = pd.DataFrame(rows, columns=["reporter", "partner", "flow", "year", "value"])
    reports = ta.mirror(both)
    found = ta.compare(engine.table(reports), ["VNM", "THA"], size=300)
    assert found.differences["probability"].between(0, 1).all()
    own = reports[(reports["reporter"] == "VNM") & (reports["year"] == 2010)]
    drawn = ta.confidence(ta.uncertainty.draws(own, size=300), ta.hhi)
    assert found.table[["VNM_low", "VNM_high"]].iloc[0].tolist() == pytest.approx([drawn.low, drawn.high], rel=1e-12)


# ---- which index, which side --------------------------------------------------------------------------------------


def test_an_index_that_is_no_sum_has_a_course_and_no_contributions():
    found = ta.compare(TABLE, ["VNM", "THA"], measure=ta.gini)
    assert found.contributions.empty
    assert found.contributions.attrs["notes"]["contributions"] == "none: gini is not a sum over partners"
    assert len(found.differences) == 2
    assert "largest" not in found.sentence()


def test_one_universe_for_all():
    """(H - 1/n) / (1 - 1/n) with n = 5: (.38 - .2) / .8 = .225 and (.36 - .2) / .8 = .2."""
    found = ta.compare(TABLE, ["VNM", "THA"], measure=ta.hhi_normalised, n=5, error=0.0, size=100)
    assert found.table[["VNM", "THA"]].iloc[0].tolist() == pytest.approx([0.225, 0.2], abs=1e-12)
    assert found.table[["VNM_low", "THA_high"]].iloc[0].tolist() == pytest.approx([0.225, 0.2], abs=1e-12)


def test_the_other_side_stands_in_and_is_stated():
    turned = TABLE.rename(columns={"reporter": "partner", "partner": "reporter"}).assign(flow="import")
    with told("holds no exports"):
        found = ta.compare(turned, ["VNM", "THA"], flow="export")
    expected = ta.compare(TABLE, ["VNM", "THA"])
    pd.testing.assert_frame_equal(pd.DataFrame(found.table), pd.DataFrame(expected.table))
    pd.testing.assert_frame_equal(pd.DataFrame(found.contributions), pd.DataFrame(expected.contributions))
    assert found.flow == "export"


def test_products_are_an_axis_too_and_remainders_are_no_partners():
    products = TABLE.rename(columns={"partner": "product"}).assign(partner="USA")
    found = ta.compare(products, ["VNM", "THA"], over="product")
    assert found.differences["difference"].tolist() == pytest.approx([0.02, 0.16], abs=1e-15)
    assert "product" in found.contributions
    with told("TA-119"):
        rest = ta.compare(pd.concat([TABLE, flows([("VNM", "Others", 2010, 10.0)])]), ["VNM", "THA"])
    assert rest.table["VNM"].iloc[0] == pytest.approx(0.38, abs=1e-15)
    assert "Others" not in set(rest.contributions["partner"])
    assert rest.table.attrs["notes"]["unallocated"] == "up to 50.00% of an economy's year, in no share"


def test_sentences_in_both_languages():
    found = ta.compare(TABLE.assign(flow="export"), ["VNM", "THA"])
    assert found.sentence() == (
        "HHI of exports: Vietnam 0.380 in 2010, 0.520 in 2011; Thailand 0.360 in 2010, 0.360 in 2011. Vietnam is above "
        "Thailand by 0.160 in 2011; the largest part comes from the United States (0.200)."
    )
    assert found.sentence("vi") == (
        "HHI xuất khẩu: Việt Nam 0,380 (năm 2010), 0,520 (năm 2011); Thái Lan 0,360 (năm 2010), 0,360 (năm 2011). "
        "Năm 2011, Việt Nam cao hơn Thái Lan 0,160; đóng góp lớn nhất là từ Hoa Kỳ (0,200)."
    )
    turned = ta.compare(TABLE, ["THA", "VNM"], error=0.0, size=100)
    assert "Thailand is below Vietnam by 0.160 in 2011, with a probability of > 99.9% that Vietnam is higher" in repr(
        turned
    )
    assert "xác suất Việt Nam cao hơn là > 99,9%" in turned.sentence("vi")
    alike = ta.compare(flows([(one, "USA", 2010, 1.0) for one in ("VNM", "THA")]), ["VNM", "THA"])
    assert "Vietnam and Thailand are alike in 2010." in alike.sentence()


def test_a_share_is_said_in_per_cent_and_its_difference_in_points():
    """The two largest: .5 + .3 = 80% in 2010 and all in 2011; Thailand .4 + .4 = 80% in both."""
    found = ta.compare(TABLE.assign(flow="export"), ["VNM", "THA"], measure=ta.top_share(2))
    assert found.sentence() == (
        "Share of the 2 largest partners in exports: Vietnam 80.0% in 2010, 100.0% in 2011; Thailand 80.0% in 2010, "
        "80.0% in 2011. Vietnam is above Thailand by 20.0 percentage points in 2011."
    )
    assert found.sentence("vi") == (
        "Tỷ trọng của 2 đối tác lớn nhất trong kim ngạch xuất khẩu: Việt Nam 80,0% (năm 2010), 100,0% (năm 2011); "
        "Thái Lan 80,0% (năm 2010), 80,0% (năm 2011). Năm 2011, Việt Nam cao hơn Thái Lan 20,0 điểm phần trăm."
    )
    drawn = ta.figures.comparison(found.table)
    assert drawn.figure.texts[0].get_text().replace("\n", " ") == (
        "Share of the 2 largest partners in Vietnam’s exports is 100.0% in 2011, in Thailand’s 80.0%"
    )
    assert {"Vietnam  100.0%", "Thailand  80.0%"} <= {one.get_text() for one in drawn.texts}
    assert [one.get_text() for one in drawn.get_yticklabels()][-1] == "100%"


def test_a_number_of_partners_has_one_decimal():
    """1 / .52 = 1.923 and 1 / .36 = 2.778; less by .855."""
    found = ta.compare(TABLE, ["VNM", "THA"], measure=ta.effective_partners)
    assert "Vietnam is below Thailand by 0.9 in 2011." in found.sentence()
    assert "Vietnam 2.6 in 2010, 1.9 in 2011" in found.sentence()


def test_an_index_that_depends_on_n_says_the_n_of_each():
    found = ta.compare(TABLE, ["VNM", "THA"], measure=ta.gini)
    caveat = "Partners in 2011: Vietnam 2, Thailand 3. This index depends on their number: "
    assert caveat in found.sentence()
    assert "Số đối tác năm 2011: Việt Nam 2, Thái Lan 3." in found.sentence("vi")
    assert found.partners.values.tolist() == [[2010, 3, 3], [2011, 2, 3]]
    assert "in 2011: Vietnam 2, Thailand 3" in ta.figures.comparison(found.table).figure.texts[-1].get_text()
    for other in (
        ta.compare(TABLE, ["VNM", "THA"], measure=ta.gini, n=5),
        ta.compare(TABLE, ["VNM", "THA"]),
        ta.compare(TABLE[TABLE["year"] == 2010], ["VNM", "THA"], measure=ta.gini),
    ):
        assert "Partners in" not in other.sentence()
        assert "n" not in other.table.attrs["notes"]


# ---- what is not there says so ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((TABLE, ["VNM", "JPN"]), r"Japan is not among its 3 reporters \(LAO, THA, VNM\)"),
        ((TABLE, ["VNM"]), "two or more economies"),
        ((TABLE, "VNM"), "two or more economies"),
        ((TABLE, ["VNM", "Việt Nam"]), "VNM is named twice"),
        ((TABLE, ["VNM", "Atlantis"]), "not a known country"),
        ((TABLE.drop(columns="year"), ["VNM", "THA"]), "TA-110.*no column 'year'"),
        ((TABLE.iloc[:0], ["VNM", "THA"]), "no row with a 'reporter'"),
    ],
)  # fmt: skip
def test_what_cannot_be_compared_says_why(arguments, words):
    with pytest.raises(ta.TradeDataError, match=words):
        ta.compare(*arguments)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"years": (2012, 2020)}, "no year from 2012 to 2020 is in the table, which has 2010-2011"),
        ({"years": (2011, 2010)}, "the first and the last year"),
        ({"flow": "sales"}, 'the flows are "export" and "import"'),
        ({"flow": "export"}, "no column 'flow'"),
        ({"over": "year"}, "the axis is another column"),
        ({"over": "reporter"}, "the axis is another column"),
    ],
)
def test_what_cannot_be_chosen_says_why(options, words):
    with pytest.raises(ta.TradeDataError, match=words) as refused:
        ta.compare(TABLE, ["VNM", "THA"], **options)
    said = refused.value.findings[0].what if refused.value.findings else refused.value.args[0]
    assert said.say("vi") != said


def test_an_absent_economy_is_named_with_how_many_there_are():
    imports = ta.example("imports_1995_2019")
    choice = {"reporter": "VNM", "flow": "import", "year": 2019}
    for call in (ta.partners, ta.basket, ta.dependency.bloc_shares):
        with pytest.raises(
            ta.TradeDataError, match=r"Vietnam is not among its 86 reporters \(ARG, AUS.* 81 more\)"
        ) as no:
            call(imports, **choice)
        assert "Việt Nam không nằm trong 86 nền kinh tế báo cáo" in no.value.args[0].say("vi")
    with pytest.raises(ta.TradeDataError, match=r"Vietnam is not among its 86 reporters"):
        ta.change(imports, before=1995, after=2019, reporter="VNM")
    with pytest.raises(ta.TradeDataError, match="year=2030 is not in the table, which holds 1995"):
        ta.basket(imports, reporter="THA", year=2030)
    with pytest.raises(ta.TradeDataError, match=r"BTN exports nothing in the table, in which 1 economy does \(VNM\)"):
        ta.export_dependency(ta.example("vn_agri_2019"), reporter="BTN")


def test_an_empty_table_says_that_its_filter_may_be_why():
    none = ta.example("imports_1995_2019").query("reporter == 'VNM'")
    with told("TA-122.*what it was filtered by"):
        assert ta.measure(none, ta.hhi, by="year").empty
    for call in (ta.partners, ta.basket, lambda table: ta.change(table, before=1995, after=2019)):
        with pytest.raises(ta.TradeDataError, match="what it was filtered by is not in it"):
            call(none)
