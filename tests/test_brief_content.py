"""What stands on the page of a brief, computed again by hand from small tables, and the workbook that has all of it."""

import re
import warnings

import openpyxl
import pandas as pd
import pytest
from test_brief import Text, rows_of, small_pictures

import tradeanalysis as ta
from tradeanalysis.brief.agreements import agreements, by_agreement
from tradeanalysis.brief.facts import flow_facts
from tradeanalysis.brief.opened_table import opened

NINE_MONTHS = [
    {"year": year, "kind": "months", "count": 9, "of": 12, "numbers": [*range(1, 10)]} for year in (2019, 2020)
]


@pytest.fixture(autouse=True)
def of_few_points():
    with small_pictures():
        yield


@pytest.fixture(scope="module")
def two_years(tmp_path_factory):
    """A province in two years, with a part that is not detailed: of 1,000 and of 800 million dollars."""
    folder = tmp_path_factory.mktemp("two_years")
    years = {
        2019: {"USA": 300e6, "CHN": 200e6, "JPN": 200e6, "OTH": 100e6},
        2020: {"USA": 450e6, "CHN": 300e6, "KOR": 190e6, "OTH": 60e6},
    }
    rows = [(year, *one) for year, values in years.items() for one in values.items()]
    table = pd.DataFrame(rows, columns=["year", "partner", "value"])
    with small_pictures():
        given = {"flow": "export", "year": 2020, "source": "Sở Công Thương tỉnh Long An", "out": folder}
        ta.write_brief(table, "Long An", format=["html", "xlsx"], **given)
    return folder


def test_a_province_without_the_flow_is_told_so_by_its_name():
    table = pd.DataFrame({"reporter": "Long An", "flow": "export", "year": 2020, "partner": ["USA"], "value": [5.0]})
    with pytest.raises(ta.TradeDataError) as raised:
        ta.write_brief(table, "Long An", flow="import", out=".")
    assert str(raised.value) == "Long An has no such trade in the table"
    assert raised.value.args[0].say("vi") == "bảng không có số liệu này của Long An"
    with pytest.raises(ta.TradeDataError, match="Long An"):
        ta.write_plan(table.assign(value=0.0), "Long An", growth=0.1, cap=0.5, out=".")


@pytest.mark.parametrize(
    ("partners", "values"), [(["USA", "CHN"], [0.0, 0.0]), (["OTH", "OTH"], [5.0, 3.0]), (["USA", "OTH"], [0.0, 3.0])]
)
def test_products_without_a_value_or_without_a_partner_have_a_brief(partners, values, tmp_path):
    one = pd.DataFrame({"reporter": "VNM", "flow": "export", "year": 2020, "partner": partners, "value": values})
    table = pd.concat([one.assign(product=product) for product in ("01", "02")], ignore_index=True)
    before = table.assign(year=2019, partner="JPN", value=[1.0, 2.0, 3.0, 4.0])
    for each in (table, pd.concat([table, before])):
        cells = each.groupby(["reporter", "flow", "year", "partner", "product"], as_index=False).sum()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ta.TradeDataWarning)
            (page,) = ta.write_brief(cells, "VNM", year=2020, out=tmp_path, langs=["en"], format="html")
            products = flow_facts(opened(cells, "VNM", None, 2020), "export").products
        assert "nan" not in words_of(page.read_text("utf-8")).split()
        assert (products is None) == (sum(values) == 0)
        if products is not None:  # nothing is known of the partners: the index may be anything
            assert (
                products[["value", "detailed", "hhi_low", "hhi_high"]].to_numpy().tolist()
                == [[sum(values), 0.0, 0.0, 1.0]] * 2
            )


def page_of(folder, lang):
    return (folder / f"brief_Long_An_2020_{lang}.html").read_text("utf-8")


def words_of(page):
    return " ".join(" ".join(Text(page).words).split())


def test_last_year_stands_beside_this_one(two_years):
    rows = rows_of(page_of(two_years, "en"), "All export markets")
    assert rows == [
        ["United States", "450.0", "45.0%", "37.5%", "+50.0%"],
        ["China", "300.0", "30.0%", "25.0%", "+50.0%"],
        ["South Korea", "190.0", "19.0%", "–", "–"],  # it may have been among those that are not detailed
        ["Markets with a figure in 2019 only: 1", "–", "–", "25.0%", "–"],  # Japan may be so now
        ["Not detailed by partner", "60.0", "6.0%", "12.5%", "−40.0%"],
        ["All", "1,000.0", "100.0%", "100.0%", "+25.0%"],
    ]
    english, vietnamese = (words_of(page_of(two_years, lang)) for lang in ("en", "vi"))
    assert "Long An’s exports of 1.0 bn USD are 25.0% above those of 2019 (800.0 mn USD)." in english
    assert "Kim ngạch xuất khẩu của Long An đạt 1,0 tỷ USD, tăng 25,0% so với năm 2019 (800,0 triệu USD)." in vietnamese


def test_the_indices_of_both_years_are_of_what_is_detailed_and_shares_of_all(two_years):
    words = words_of(page_of(two_years, "en"))
    # (.45² + .3² + .19²) / .94²; (.3² + .2² + .2²) / .7²
    now, then = (450**2 + 300**2 + 190**2) / 940**2, (300**2 + 200**2 + 200**2) / 700**2
    assert f"of the part that is detailed by partner {now:.4f} {then:.4f}" in words
    assert "Share of the largest market 45.0% 37.5%" in words
    assert "Index Exports, 2020 Exports, 2019 Value 1.0 bn USD 800.0 mn USD" in words
    assert "47.9%" not in words  # 450 of 940, a second share of one market


def test_the_workbook_has_last_year(two_years):
    book = pd.read_excel(two_years / "brief_Long_An_2020_vi.xlsx", sheet_name=None, engine="openpyxl")
    exports = book["Xuất khẩu"].set_index("Thị trường")
    assert exports.loc["Hoa Kỳ", "Kim ngạch năm 2019, triệu USD"] == 300
    assert exports.loc["Hoa Kỳ", "Tăng, giảm so với năm trước"] == pytest.approx(0.5)
    assert exports.loc["Tổng cộng", "Tăng, giảm so với năm trước"] == pytest.approx(0.25)
    indices = book["Các chỉ số"].set_index("Chỉ số")
    assert indices.loc["Tỷ trọng của thị trường lớn nhất", "Xuất khẩu năm 2019"] == pytest.approx(0.375)
    assert indices.loc["Kim ngạch, triệu USD"].tolist() == [1000, 800]


def test_a_year_that_is_not_whole_is_not_compared(tmp_path):
    table = pd.DataFrame(
        {"year": [2019, 2019, 2020, 2020], "partner": ["USA", "CHN"] * 2, "value": [9e6, 3e6, 2e6, 1e6]}
    )
    table.attrs["certificate"] = {"source": "x", "licence": "x", "unit": "USD", "issues": [{"id": "TA-116"}]}
    given = {"flow": "export", "year": 2020, "out": tmp_path, "langs": ["en"], "format": "html"}
    (page,) = ta.write_brief(table, "Long An", **given)
    assert "Change of value" not in page.read_text("utf-8")
    table.attrs["certificate"] = {"source": "x", "licence": "x", "unit": "USD", "part_years": NINE_MONTHS}
    (page,) = ta.write_brief(table, "Long An", **given)
    assert "75.0% below those of the same period of 2019 (12.0 mn USD)" in page.read_text("utf-8")
    del table.attrs["certificate"]["part_years"]  # whole years
    (page,) = ta.write_brief(table, "Long An", **given)
    assert "75.0% below those of 2019 (12.0 mn USD)" in page.read_text("utf-8")


def test_agreements_are_those_in_force_between_the_economy_and_its_partners():
    values = {"USA": 100.0, "CHN": 50.0, "JPN": 30.0, "DEU": 20.0, "GBR": 10.0, "LAO": 5.0}
    partners = pd.DataFrame({"partner": list(values), "value": list(values.values())})
    partners["share"] = partners["value"] / 250  # 35 more are not detailed

    def found(reporter, year):
        table = by_agreement(partners, reporter, year)
        return dict(zip(table["agreement"], table["value"], strict=True))

    both = {"ATIGA": 5, "ACFTA": 50, "VJEPA, AJCEP": 30}  # two with one partner are one row
    assert (both | {"": 85}).items() <= found("VNM", 2018).items()
    assert "CPTPP" not in found("VNM", 2018)
    assert {"CPTPP": 30, "": 85}.items() <= found("VNM", 2019).items()
    assert {"EVFTA": 20, "": 105}.items() <= found("VNM", 2020).items()
    assert {"UKVFTA": 10, "": 115}.items() <= found("VNM", 2021).items()
    assert {"RCEP": 85, "": 115}.items() <= found("tỉnh Long An", 2022).items()
    assert "RCEP" not in found("VNM", 2021)
    assert found("DEU", 2024) == {}  # the agreement is not one between it and the members of its union
    assert found("MEX", 2021) == {"CPTPP": 30, "USMCA": 100, "": 130}
    assert found("MEX", 2019) == {"CPTPP": 30}
    assert found("BTN", 2020) == {}


def test_the_sixteen_agreements_of_vietnam_each_from_its_day_and_a_partner_under_several_counts_once():
    values = dict.fromkeys(["KOR", "JPN", "IND", "HKG", "AUS", "NZL", "ISR", "CHL", "RUS", "THA", "CHN", "DEU"], 10.0)
    partners = pd.DataFrame({"partner": [*values, "GBR", "USA"], "value": [*values.values(), 10.0, 70.0]})
    partners["share"] = partners["value"] / 200
    table = by_agreement(partners, "VNM", 2024).set_index("agreement")
    # Rows by hand: what each agreement has of these partners, and its first day for Vietnam.
    expected = {
        "ATIGA": (1, "2010-05-17"),
        "ACFTA": (1, "2005-01-01"),
        "CPTPP": (4, "2019-01-14"),  # Japan, Australia, New Zealand, Chile
        "RCEP": (6, "2022-01-01"),  # Korea, Japan, Australia, New Zealand, Thailand, China
        "EVFTA": (1, "2020-08-01"),
        "UKVFTA": (1, "2021-05-01"),
        "VKFTA, AKFTA": (1, "2007-06-01"),
        "VJEPA, AJCEP": (1, "2008-12-01"),
        "VCFTA": (1, "2014-01-01"),
        "VN-EAEU FTA": (1, "2016-10-05"),
        "AANZFTA": (2, "2010-01-01"),
        "AIFTA": (1, "2010-06-01"),
        "AHKFTA": (1, "2019-06-11"),
        "VIFTA": (1, "2024-11-17"),
    }
    assert {code: (row["n"], str(row["since"])) for code, row in table.iterrows() if code} == expected
    assert sum(len(code.split(", ")) for code in expected) == 16
    assert table.loc["", ["n", "value", "share"]].tolist() == pytest.approx(
        [13, 130.0, 0.65]
    )  # all but the United States, once
    assert "VIFTA" not in set(by_agreement(partners, "VNM", 2023)["agreement"])
    # A member whose agreement began later: Indonesia and Japan under AJCEP since March 2018.
    indonesia = {year: set(by_agreement(partners, "IDN", year)["agreement"]) for year in (2017, 2018)}
    assert "AJCEP" in indonesia[2018] - indonesia[2017]


def test_dates_agree_with_the_years_of_the_blocs():
    for code in ("CPTPP", "RCEP", "EVFTA", "USMCA"):
        (one,) = (each for each in agreements() if each.code == code)
        years = {iso3: day.year for iso3, day in (one.members | one.others).items()}
        table = ta.blocs().query("bloc == @code").set_index("iso3")["from"].to_dict()
        assert years.items() <= table.items()


def test_the_table_by_agreement_is_on_the_page_and_in_the_workbook(two_years):
    rows = rows_of(page_of(two_years, "vi"), "Xuất khẩu theo hiệp định thương mại tự do")
    assert rows[0] == ["Khu vực Thương mại Tự do ASEAN - Trung Quốc (ACFTA)", "01/01/2005", "1", "300,0", "30,0%"]
    assert rows[-1] == ["Thuộc ít nhất một hiệp định trên", "", "2", "490,0", "49,0%"]  # China and South Korea
    book = pd.read_excel(two_years / "brief_Long_An_2020_vi.xlsx", sheet_name=None, engine="openpyxl")
    (sheet,) = (table for name, table in book.items() if name == "Xuất khẩu - Theo hiệp định")
    assert sheet.iloc[-1, 2:].tolist() == [2, 490, 0.49]


def test_the_title_names_who_issues_the_figures_and_the_last_section_the_file(two_years, tmp_path):
    page = page_of(two_years, "vi")
    assert "Nguồn: Sở Công Thương tỉnh Long An." in page.split("</header>")[0]
    assert page.count("Nguồn: Sở Công Thương tỉnh Long An.") == 2  # and in the last line
    path = tmp_path / "tinh.csv"
    path.write_text(
        "partner,flow,year,value\nUSA,export,2020,6e6\nCHN,export,2020,3e6\nOther,export,2020,1e6\n", "utf-8"
    )
    with pytest.warns(ta.TradeDataWarning, match="TA-119"):
        table = ta.read(path, unit="USD")
    (page,) = ta.write_brief(table, "Long An", out=tmp_path, langs=["vi"], format="html")
    before, after = page.read_text("utf-8").split("<h2>Lưu ý về số liệu</h2>")
    for mark in ("SHA-256", "TA-119", "tinh.csv"):
        assert mark in after
        assert mark not in before


# Words of English, and of our own tables, that no reader of Vietnamese should meet.
ENGLISH = frozenset(
    {"the", "of", "and", "is", "are", "with", "from", "by", "share", "value", "partner", "partners", "year", "rows"}
    | {"flow", "among", "exports", "imports", "market", "markets", "reporter", "layout", "notes", "issues", "dropped"}
    | {"coverage", "conventions", "asked_for", "warning", "unit", "licence"}
)


def test_a_page_of_one_flow_says_which_and_explains_only_what_it_uses(two_years, tmp_path):
    table = pd.DataFrame({"partner": ["USA", "CHN", "JPN", "KOR"], "value": [4e6, 3e6, 2e6, 1e6]})
    page, *_ = ta.write_brief(table, "Long An", flow="export", year=2020, out=tmp_path, langs=["vi"], format="html")
    words = words_of(page.read_text("utf-8"))
    assert "Xuất khẩu hàng hóa theo thị trường, năm 2020." in words
    assert "Xuất nhập khẩu" not in words
    glossary = words.split("Giải thích từ ngữ")[1]
    assert "Hệ số Gini" in glossary
    for absent in ("Phụ thuộc hai chiều", "Số liệu đối ứng", "Chưa chi tiết theo thị trường"):
        assert absent not in glossary
    world = ta.example("world_2020")
    page, *_ = ta.write_brief(world, "VNM", year=2020, out=tmp_path, langs=["en"], format="html")
    words = words_of(page.read_text("utf-8"))
    assert "Merchandise trade by partner, 2020. Vietnam among" in words
    for used in ("Two-sided dependence", "Mirror data"):
        assert used in words.split("Glossary")[1]
    assert "Not detailed by partner" in words_of(page_of(two_years, "en")).split("Glossary")[1]
    page, *_ = ta.write_brief(world, "VNM", flow="import", year=2020, out=tmp_path, langs=["en"], format="html")
    assert "Merchandise imports by supplier, 2020. Vietnam among" in words_of(page.read_text("utf-8"))


def english_in(text):
    return sorted(set(re.findall(r"[A-Za-z_]+", text)) & ENGLISH)


def test_a_vietnamese_page_and_workbook_hold_no_english(tmp_path):
    path = tmp_path / "tinh.csv"
    rows = [("Hoa Kỳ", 6e6), ("Trung Quốc", 3e6), ("Nước khác", 1e6), ("Tổng", 10e6)]
    pd.DataFrame(rows, columns=["Thị trường", "Trị giá (USD)"]).to_csv(path, index=False)
    with pytest.warns(ta.TradeDataWarning, match="TA-119"):
        table = ta.read(path, flow="export", year=2020, unit="USD", drop_aggregates=True)
    for code, one in (("Long An", table), ("VNM", ta.example("world_2020"))):
        given = {"year": 2020, "cap": 0.5, "out": tmp_path, "langs": ["vi"], "format": ["html", "xlsx"]}
        page, workbook = ta.write_brief(one, code, **given)
        body = page.read_text("utf-8").split("<main")[1]
        body = re.sub(r'<a [^>]*hreflang="en".*?</a>', "", body)
        source = "International Monetary Fund, Direction of Trade Statistics"  # a name
        words = " ".join(" ".join(Text(body).words).split())
        assert english_in(words.replace(source, "")) == []
        book = openpyxl.load_workbook(workbook)
        cells = [str(cell.value) for sheet in book for row in sheet for cell in row if cell.value is not None]
        assert english_in(" ".join([*book.sheetnames, *cells]).replace(source, "")) == []
