"""The brief from what economies report themselves: eleven years, both reports of a flow, a list with a remainder."""

import warnings

import pandas as pd
import pytest
from test_brief import Text, small_pictures

import tradeanalysis as ta
from tradeanalysis.brief.facts import flow_facts
from tradeanalysis.brief.opened_table import opened
from tradeanalysis.cli import main
from tradeanalysis.sources.embedded import embedded_for, world_around


def words_of(folder, code, lang):
    return " ".join(" ".join(Text((folder / f"brief_{code}_{lang}.html").read_text("utf-8")).words).split())


@pytest.fixture(scope="module")
def brief(tmp_path_factory):
    """The command on Viet Nam, as `make report` runs it, with the figures beside the page in either language."""
    folder = tmp_path_factory.mktemp("own")
    with small_pictures():
        assert main(["brief", "VNM", "--figures", "--out", str(folder)]) == 0
    return folder


def test_the_brief_of_vietnam_tells_its_story(brief):
    english, vietnamese = (words_of(brief, "VNM", lang) for lang in ("en", "vi"))
    for said in (
        "The United States takes 27.8% of Vietnam’s 277.3 bn USD of exports",
        "China supplies 32.6% of Vietnam’s 258.8 bn USD of imports",
        "rose from 0.077 in 2010 to 0.125 in 2020, above all through the United States (+0.0363), which others",
        "China 49.1 17.7%",
        "South Korea 19.1 6.9%",
        "South Korea 46.9 18.1%",
        "United States 20.3% 27.8% +0.0363",
        "China 10.4% 17.7% +0.0205",
        "International Monetary Fund, Direction of Trade Statistics",
    ):
        assert said in english, said
    for said in (
        "Hoa Kỳ chiếm 27,8% tổng kim ngạch xuất khẩu 277,3 tỷ USD của Việt Nam",
        "Trung Quốc chiếm 32,6% tổng kim ngạch nhập khẩu 258,8 tỷ USD",
        "tăng từ 0,077 (năm 2010) lên 0,125 (năm 2020), chủ yếu do Hoa Kỳ (đóng góp +0,0363), một phần",
    ):
        assert said in vietnamese, said
    assert {f"VNM_{flow}_trend_en.svg" for flow in ("export", "import")} <= {path.name for path in brief.iterdir()}


def test_both_reports_of_the_largest_partner_stand_beside_each_other(brief):
    english, vietnamese = (words_of(brief, "VNM", lang) for lang in ("en", "vi"))
    for said in (
        "Vietnam reports 77.2 bn USD of exports to the United States; the United States reports 79.6 bn USD of imports",
        "Vietnam reports 84.4 bn USD of imports from China; China reports 114.2 bn USD of exports to Vietnam.",
        "imports divided by 1.06 for freight and insurance, the index lies between 0.104 and 0.147.",
        "The data have no report by Taiwan: Vietnam’s share in that trade is not known.",
        "Taiwan 16.7 – –",
    ):
        assert said in english, said
    assert "Trung Quốc báo cáo xuất khẩu 114,2 tỷ USD sang Việt Nam" in vietnamese


def test_what_cannot_be_compared_between_years_is_said(brief):
    english, vietnamese = (words_of(brief, "VNM", lang) for lang in ("en", "vi"))
    assert "for exports changes from 74 in 2014 to 140 in 2015 and from 141 in 2017 to 80 in 2018" in english
    assert "Up to 7.4% of imports is not detailed by partner in 2015, 2016 and 2017" in english
    assert (
        "xuất khẩu thay đổi từ 74 (năm 2014) thành 140 (năm 2015) và từ 141 (năm 2017) thành 80 (năm 2018)"
        in vietnamese
    )
    assert "estimate of the source" not in english


def test_estimates_are_said_of_any_economy():
    """Iraq: more than half of its exports in 2020 are the IMF's estimates; none of Viet Nam's."""
    facts = {code: facts_of_2020(code) for code in ("IRQ", "VNM")}
    assert facts["IRQ"].estimated > 0.5
    assert facts["VNM"].estimated == 0


def facts_of_2020(code):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ta.TradeDataWarning)  # of what is not allocated
        return flow_facts(opened(world_around(code, 2020), code, None, 2020), "export")


def test_reports_of_both_sides_are_those_of_the_mirror():
    both = facts_of_2020("VNM").both.table.set_index("partner")
    mirror = ta.mirror(ta.example("world_2020")).query("reporter == 'VNM'").set_index("partner")
    assert set(both.index) == set(mirror.index)
    for ours, theirs in (("own", "export_report"), ("theirs", "import_report"), ("low", "low"), ("high", "high")):
        pd.testing.assert_series_equal(both[ours], mirror[theirs].reindex(both.index), check_names=False)


def test_both_reports_of_a_small_table_by_hand():
    """Exports 60 and 40 by the economy; 53 and 106 by partners, which is 50 and 100 free on board; JPN is silent."""
    rows = [
        ("VNM", "USA", "export", 60.0),
        ("VNM", "CHN", "export", 40.0),
        ("VNM", "JPN", "export", 10.0),
        ("USA", "VNM", "import", 53.0),
        ("CHN", "VNM", "import", 106.0),
        ("LAO", "VNM", "import", 10.6),
        ("LAO", "THA", "import", 5.0),
    ]
    table = pd.DataFrame(rows, columns=["reporter", "partner", "flow", "value"]).assign(year=2020)
    both = flow_facts(opened(table, "VNM", None, 2020), "export").both
    ends = both.table.set_index("partner").loc[["USA", "CHN", "JPN", "LAO"], ["low", "high"]].to_numpy()
    assert ends.ravel() == pytest.approx([50, 60, 40, 100, 10, 10, 0, 10])
    # The largest index: 50, 100, 10, 0 of 160; LAO at 0 adds nothing to the total.
    assert both.index.high == pytest.approx((50**2 + 100**2 + 10**2) / 160**2)
    # The least: the large ones as small as they can be, 50, 40, 10, 10 of 110.
    assert both.index.low == pytest.approx((50**2 + 40**2 + 10**2 + 10**2) / 110**2)


def test_a_list_with_a_remainder_has_bounds_and_no_rank_or_trend(tmp_path, capsys):
    with small_pictures():
        assert main(["brief", "VNM", "--year", "2024", "--lang", "en", "--format", "html", "--out", str(tmp_path)]) == 0
    assert "OECD" in capsys.readouterr().err
    page = words_of(tmp_path, "VNM_2024", "en")
    for said in (
        "The United States takes 28.5% of Vietnam’s 402.4 bn USD of exports",
        "21.5% of Vietnam’s exports is with partners that are not listed",
        "the index of all exports lies between 0.120 and 0.291.",
        "The figures are what Vietnam itself reports, valued free on board (FOB), as published by the source (OECD",
        "estimates of the source are left out. They are a list of partners that are not known to be the largest",
        "The figures of 2024 are provisional. Indices",
        "The largest of the listed export markets",
        "6 others that are listed",
        "Partners that are listed 16",
        "is of the 78.5% of exports that is detailed by partner",
        "OECD, Bilateral Trade in Goods",
    ):
        assert said in page, said
    for unsaid in (
        "if the 16 listed",
        "Ten largest",
        "Partners with trade",
        "Rank among",
        "share in its imports",
        "What moved",
        "rest of the world",
    ):
        assert unsaid not in page, unsaid


def test_the_history_of_a_brief_ends_with_its_year():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ta.TradeDataWarning)  # of what is not allocated
        facts = flow_facts(opened(world_around("THA", 2015), "THA", None, 2015), "export")
    assert sorted(facts.history["year"]) == list(range(2010, 2016))


def test_what_rounds_to_nothing_is_not_said_to_be_missing(tmp_path):
    """Of 10,000 exported 4 are no partner's, 0.04%; of 10,000 imported 6, 0.06%, which is 0.1% on paper."""
    rows = [
        *(("VNM", one, "export", value) for one, value in (("USA", 6000.0), ("CHN", 3996.0), ("OTH", 4.0))),
        *(("VNM", one, "import", value) for one, value in (("USA", 6000.0), ("CHN", 3994.0), ("OTH", 6.0))),
    ]
    table = pd.DataFrame(rows, columns=["reporter", "partner", "flow", "value"]).assign(year=2020)
    with small_pictures():
        ta.write_brief(table, "VNM", out=tmp_path, langs=["en"], format="html")
    page = words_of(tmp_path, "VNM", "en")
    for said in ("of the 99.9% of imports that is detailed", "Of imports, 0.1% is not detailed by partner."):
        assert said in page, said
    for unsaid in ("Of exports, 0.0%", "the 100.0%", "the index of all exports", "Not detailed by partner 0.0"):
        assert unsaid not in page, unsaid


def test_the_table_of_a_year_is_the_one_that_has_it():
    assert embedded_for("VNM")[1] == 2020
    assert ta.certificate(embedded_for("VNM", 2013)[0])["name"] == "world_2010_2020"
    assert ta.certificate(embedded_for("VNM", 2022)[0])["name"] == "exports_2021_2024"
    assert embedded_for("TWN")[1] == 2024  # it reports nothing to the IMF
    with pytest.raises(ta.TradeDataError, match=r"table has Russia in 2022; there are 2010-2020, 2021\..*fetch"):
        embedded_for("RUS", 2022)
    with pytest.raises(ta.TradeDataError, match="no embedded table has Laos in 2023"):
        embedded_for("LAO", 2023)


def test_an_embedded_table_may_be_named(tmp_path, capsys):
    with small_pictures():
        assert (
            main(
                ["brief", "world_2023", "--reporter", "VNM", "--lang", "en", "--format", "html", "--out", str(tmp_path)]
            )
            == 0
        )
    assert "takes 28.9% of Vietnam’s 407.6 bn USD of exports" in words_of(tmp_path, "VNM", "en")
    assert main(["brief", "world_2023", "--lang", "en", "--out", str(tmp_path)]) == 2
    assert "--reporter" in capsys.readouterr().err


def test_an_economy_that_does_not_report_says_so(tmp_path):
    with pytest.raises(ta.TradeDataError, match=r"Taiwan \(TWN\) does not report in the table"):
        ta.write_brief(ta.example("world_2020"), "TWN", out=tmp_path)


def test_no_total_of_a_partner_is_added_up_from_lists():
    table = ta.example("exports_2021_2024")
    assert ta.partners(table, reporter="VNM", flow="export", year=2024)["reverse_share"].isna().all()
    assert ta.partners(ta.example("world_2023"), reporter="VNM", flow="export")["reverse_share"].notna().all()


def test_a_partner_without_reports_is_left_out_of_the_shape_of_the_world():
    found = ta.excess(ta.example("world_2020"), reporter="VNM", flow="export")
    assert "TWN" not in set(found.table["partner"])
    assert found.table.attrs["notes"]["left out"].startswith("TWN, 1.56%")
    assert found.total < 1
