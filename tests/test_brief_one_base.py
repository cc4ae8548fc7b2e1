"""One base on the pages of a brief: every share is of all trade, computed here by hand from tables of a few rows."""

import warnings

import openpyxl
import pandas as pd
import pytest
from test_brief import Text, rows_of
from test_brief_numbers import without_pictures

import tradeanalysis as ta
from tradeanalysis.brief.contents import Contents, Heading, Sentences, ShownTable
from tradeanalysis.brief.contribution_section import base_of_contributions, through
from tradeanalysis.brief.drawings import drawings
from tradeanalysis.brief.facts import flow_facts
from tradeanalysis.brief.flow_sheets import FlowSheets
from tradeanalysis.brief.opened_table import opened
from tradeanalysis.brief.page_figures import figures_sheet, page_figures
from tradeanalysis.brief.sections import section
from tradeanalysis.brief.sheets_of_workbook import as_shown, sheet
from tradeanalysis.brief.workbook import _only_shown, tables_of
from tradeanalysis.output.safe_texts import sheet_names
from tradeanalysis.texts import compared, figures_of, number, outwards, party, say
from tradeanalysis.texts.catalogues import catalogue
from tradeanalysis.texts.written import filled

LANGS = ("en", "vi")
# Of rice half is not detailed, of fish 30 of 100, of shrimp all; tea is whole.
PRODUCTS = pd.DataFrame(
    [
        *[(2019, *row) for row in [("rice", "PHL", 300e6), ("rice", "CHN", 200e6), ("rice", "OTH", 500e6)]],
        *[(2019, *row) for row in [("tea", "CHN", 80e6), ("tea", "USA", 20e6), ("shrimp", "OTH", 60e6)]],
        *[(2020, *row) for row in [("rice", "PHL", 300e6), ("rice", "CHN", 200e6), ("rice", "OTH", 500e6)]],
        *[(2020, *row) for row in [("tea", "CHN", 80e6), ("tea", "USA", 20e6), ("shrimp", "OTH", 60e6)]],
        *[(2020, *row) for row in [("fish", "USA", 70e6), ("fish", "OTH", 30e6)]],
    ],
    columns=["year", "product", "partner", "value"],
)
# 800 and 1,000 million, of which 100 and 60 are not detailed.
MARKETS = {
    2019: {"USA": 300e6, "CHN": 200e6, "JPN": 200e6, "OTH": 100e6},
    2020: {"USA": 450e6, "CHN": 300e6, "KOR": 190e6, "OTH": 60e6},
}


def by_market(years):
    rows = [(year, *one) for year, values in years.items() for one in values.items()]
    return pd.DataFrame(rows, columns=["year", "partner", "value"])


def facts(table):
    with warnings.catch_warnings():  # a part is not detailed: TA-119
        warnings.simplefilter("ignore", ta.TradeDataWarning)
        return flow_facts(opened(table, "Long An", "export", 2020), "export")


def written(table, folder):
    with without_pictures():
        made = ta.write_brief(table, "Long An", flow="export", year=2020, out=folder, format=["html", "xlsx"])
    pages = {path.stem[-2:]: path.read_text("utf-8") for path in made if path.suffix == ".html"}
    books = {path.stem[-2:]: openpyxl.load_workbook(path) for path in made if path.suffix == ".xlsx"}
    return pages, books


@pytest.fixture(scope="module")
def products(tmp_path_factory):
    return written(PRODUCTS, tmp_path_factory.mktemp("products"))


@pytest.fixture(scope="module")
def markets(tmp_path_factory):
    return written(by_market(MARKETS), tmp_path_factory.mktemp("markets"))


def words_of(page):
    return " ".join(" ".join(Text(page).words).split())


def sheet_rows(book, name):
    heads, *rows = book[name].iter_rows(values_only=True)
    return {row[0]: dict(zip(heads, row, strict=True)) for row in rows}


# ---- products -------------------------------------------------------------------------------------------------------


def test_products_have_shares_of_all_their_trade_and_an_index_between_two_ends(products):
    pages, _ = products
    # .3² + .2² = .13, and with the other half .8² + .2² = .68; .7² and 1; .8² + .2² = .68
    assert rows_of(pages["en"], "Products and their markets") == [
        ["rice", "1,000.0", "50.0%", "Philippines 30.0%", "0.13–0.68", "undecided", "–"],
        ["fish", "100.0", "70.0%", "United States 70.0%", "0.49–1.00", "yes", "≥ 6.8"],  # 70 - 100 √.4
        ["tea", "100.0", "100.0%", "China 80.0%", "0.68", "yes, 2 years in a row", "20.0"],  # to 60: .36 + .04
        ["shrimp", "60.0", "0.0%", "–", "0.00–1.00", "undecided", "–"],
    ]
    shown = rows_of(pages["vi"], "Mặt hàng và thị trường xuất khẩu")
    assert shown[0] == ["rice", "1.000,0", "50,0%", "Philippines 30,0%", "0,13–0,68", "chưa kết luận", "–"]


def test_the_headline_decides_only_what_the_detailed_part_decides(products):
    english, vietnamese = (words_of(products[0][lang]) for lang in LANGS)
    assert "2 of 4 products go to few markets; of the largest of them, fish, 70.0% goes to the United States" in english
    assert "cannot be decided, because a part of their trade is not detailed by partner: 2." in english
    assert "chưa thể kết luận, vì một phần kim ngạch chưa chi tiết theo thị trường: 2." in vietnamese


def test_where_no_product_is_decided_the_headline_does_not_say_none(tmp_path):
    rice = PRODUCTS[PRODUCTS["product"].isin(["rice", "shrimp"])]
    with without_pictures():
        page, *_ = ta.write_brief(rice, "Long An", flow="export", year=2020, out=tmp_path, langs=["en"], format="html")
    words = words_of(page.read_text("utf-8"))
    assert "Of none of 2 products is it certain that it goes to few markets" in words
    assert "not detailed by partner: 2." in words
    assert "None of 2 products" not in words


def test_the_workbook_has_the_ends_and_the_parts_of_a_product_add_up_to_it(products):
    book = products[1]["en"]
    rows = sheet_rows(book, "Exports - Products")
    assert rows["rice"]["Detailed by partner"] == 0.5
    assert rows["rice"]["Lowest index of all trade"] == pytest.approx(0.13)
    assert rows["rice"]["Highest index of all trade"] == pytest.approx(0.68)
    assert rows["rice"]["Few partners"] == "undecided"
    assert rows["fish"]["To move, at least, mn USD"] == pytest.approx(70 - 100 * 0.4**0.5)
    parts = pd.DataFrame(list(book["Exports - Products, partners"].values)[1:])
    assert parts.groupby(0)[3].sum().tolist() == pytest.approx([1.0] * 4)
    rice = parts[parts[0] == "rice"]
    assert rice[[1, 2, 3]].to_numpy().tolist() == [
        ["Philippines", 300, 0.3],
        ["China", 200, 0.2],
        ["Not detailed by partner", 500, 0.5],
    ]


def test_the_workbook_says_which_products_have_few_partners_as_the_page_does(tmp_path):
    # rice to four markets alike: 4 × .25² = .25; of tea .8² + .2² = .68; the limit is .4
    rice = [("rice", partner, 25e6) for partner in ("CHN", "USA", "JPN", "KOR")]
    rows = [(2020, *row) for row in [*rice, ("tea", "CHN", 40e6), ("tea", "USA", 10e6)]]
    pages, books = written(pd.DataFrame(rows, columns=PRODUCTS.columns), tmp_path)
    assert [row[4] for row in rows_of(pages["en"], "Products and their markets")] == ["–", "yes"]
    rows = sheet_rows(books["en"], "Exports - Products")
    assert [(name, row["Few partners"]) for name, row in rows.items()] == [("rice", "–"), ("tea", "yes")]


def test_the_heatmap_has_a_column_of_what_is_not_detailed():
    ax = drawings(facts(PRODUCTS), "en")["heatmap"]()
    drawn = [text.get_text() for text in ax.texts]
    assert "not\ndetailed" in drawn or "not detailed" in drawn
    assert "0.13–\n0.68" in drawn
    assert "2 of 3 products go to few partners (index above 0.4); undecided: 1" in ax.figure.tradeanalysis_alt
    assert "rice: Philippines 30.0%, index 0.13–0.68" in ax.figure.tradeanalysis_alt


def test_a_product_that_is_whole_has_one_index():
    tea = PRODUCTS[PRODUCTS["product"] == "tea"]
    found = facts(pd.concat([tea, tea.assign(product="coffee")])).products
    assert found["hhi_low"].tolist() == found["hhi_high"].tolist() == pytest.approx([0.68, 0.68])
    assert found["detailed"].tolist() == [1.0, 1.0]


# ---- contributions --------------------------------------------------------------------------------------------------


def test_contributions_are_changes_of_the_squares_of_the_shares_beside_them(markets):
    pages, books = markets
    # .45² - .375², .3² - .25², .19², -.25²
    assert rows_of(pages["en"], "What moved the index from 2019 to 2020") == [
        ["Japan", "25.0%", "0.0%", "−0.0625"],
        ["United States", "37.5%", "45.0%", "+0.0619"],
        ["South Korea", "0.0%", "19.0%", "+0.0361"],
        ["China", "25.0%", "30.0%", "+0.0275"],
    ]
    assert "12.5% of exports is not in 2019, and 6.0% in 2020. Shares and contributions are of all" in words_of(
        pages["en"]
    )
    assert "năm 2019 còn 12,5%, năm 2020 còn 6,0%. Tỷ trọng và mức đóng góp đều tính trên tổng kim ngạch" in words_of(
        pages["vi"]
    )
    (moved,) = (name for name in books["en"].sheetnames if "ontributions" in name or "moved" in name.lower())
    rows = sheet_rows(books["en"], moved)
    assert rows["All"]["Contribution"] == pytest.approx(0.3286 - 0.265625)  # .45² + .3² + .19² - (.375² + 2 × .25²)
    about = {row[0]: row[1] for row in books["en"].worksheets[0].iter_rows(values_only=True)}
    assert "a contribution is the change of a partner’s squared share of all trade" in about[moved]


def test_the_waterfall_says_that_it_is_of_the_named_part():
    ax = drawings(facts(by_market(MARKETS)), "vi")["waterfall"]()
    assert "mức độ tập trung xuất khẩu của Long An tăng từ 0,266 lên 0,329" in ax.figure.tradeanalysis_alt
    texts = " ".join(" ".join(text.get_text().split()) for text in ax.figure.figure.texts)
    assert "phần chưa chi tiết theo thị trường không có bước riêng" in texts


def test_a_part_of_a_change_is_a_percentage_only_where_no_other_contribution_offsets_it():
    # .7² - .5² = .24 and .3² - .5² = -.16: three times the change
    offset = facts(by_market({2019: {"USA": 50.0, "CHN": 50.0}, 2020: {"USA": 70.0, "CHN": 30.0}}))
    assert through(offset, "en") == ", above all through the United States (+0.2400), which others partly offset"
    assert through(offset, "vi") == ", chủ yếu do Hoa Kỳ (đóng góp +0,2400), một phần được các đối tác khác bù trừ"
    # .5² - .6² = -.11, and 1 in 1,000 each of a hundred new ones: .0001, less than a half per cent of it
    new = {f"market {n}": 1.0 for n in range(100)}
    alone = facts(by_market({2019: {"USA": 600.0, "CHN": 400.0}, 2020: {"USA": 500.0, "CHN": 400.0, **new}}))
    assert through(alone, "en") == ", 100% of it through the United States"
    assert through(facts(by_market(MARKETS)), "en") == ""  # a part is not detailed


def test_a_part_that_is_nothing_on_paper_is_none_in_contributions_either():
    # 0.4 of 1,000.4 is 0.04%, written 0.0%; 0.6 of 1,000.6 is 0.06%
    first, last = {"USA": 500.0, "CHN": 500.0}, {"USA": 700.0, "CHN": 300.0}
    unseen, seen = (facts(by_market({2019: first | {"OTH": rest}, 2020: last})) for rest in (0.4, 0.6))
    assert not unseen.outlook.moved_in_part
    assert unseen.outlook.moved["contribution"].tolist() == pytest.approx([0.24, -0.16])  # .7² - .5², .3² - .5²
    assert through(unseen, "en") == ", above all through the United States (+0.2400), which others partly offset"
    assert base_of_contributions(unseen, unseen.outlook, "en") == say("brief_moved_note", "en")
    # The contributions lead from one index to the other, .5² + .5² and .7² + .3²; with "others" in sight from 1,000 of
    # 1,000.6 each way.
    assert unseen.outlook.moved_between == pytest.approx((0.5, 0.58), abs=1e-15)
    assert seen.outlook.moved_between == pytest.approx((0.5 * (1000 / 1000.6) ** 2, 0.58), abs=1e-15)
    for one in (unseen, seen):
        start, end = one.outlook.moved_between
        assert start + one.outlook.moved["contribution"].sum() == pytest.approx(end, abs=1e-15)
    assert seen.outlook.moved_in_part
    assert through(seen, "en") == ""
    assert "0.1% of exports is not in 2019" in base_of_contributions(seen, seen.outlook, "en")


# ---- partners of both years -----------------------------------------------------------------------------------------


def test_partners_that_are_lost_stand_in_both_tables_and_the_columns_add_up(markets):
    pages, books = markets
    rows = rows_of(pages["en"], "All export markets")
    assert rows[3] == ["Markets with a figure in 2019 only: 1", "–", "–", "25.0%", "–"]
    sheet = sheet_rows(books["en"], "Exports")
    assert sheet["Japan"]["Value, mn USD"] is None  # it may be among those that are not detailed
    assert sheet["Japan"]["Value in 2019, mn USD"] == 200
    for head in ("Value, mn USD", "Value in 2019, mn USD", "Share", "Share in 2019"):
        parts = [row[head] or 0.0 for name, row in sheet.items() if name != "All"]
        assert sum(parts) == pytest.approx(sheet["All"][head]), head


def test_a_lost_partner_of_a_whole_list_has_nothing_and_a_rest_of_last_year_only_has_a_row(tmp_path):
    years = {2019: MARKETS[2019], 2020: {"USA": 450e6, "CHN": 150e6}}
    pages, books = written(by_market(years), tmp_path)
    assert rows_of(pages["vi"], "Tất cả thị trường xuất khẩu")[2:] == [
        ["Thị trường chỉ có số liệu năm 2019: 1", "0,0", "0,0%", "25,0%", "−100,0%"],
        ["Chưa chi tiết theo thị trường", "0,0", "0,0%", "12,5%", "−100,0%"],
        ["Tổng cộng", "600,0", "100,0%", "100,0%", "−25,0%"],
    ]
    sheet = sheet_rows(books["en"], "Exports")
    assert [row["Value in 2019, USD"] for row in sheet.values()] == [300e6, 200e6, 200e6, 100e6, 800e6]
    assert [row["Value, USD"] for row in sheet.values()] == [450e6, 150e6, 0, 0, 600e6]


# ---- rounding -------------------------------------------------------------------------------------------------------


def test_ends_are_rounded_outwards_and_a_page_says_so_once(markets, products, tmp_path):
    assert outwards(0.094, 0.25, "en") == ("0.094", "0.250")  # which a float holds as a little less, or more
    assert outwards(0.0941, 0.2501, "vi") == ("0,094", "0,251")
    for pages, books in (markets, products):
        for lang in LANGS:
            assert words_of(pages[lang]).count(say("brief_outwards", lang)) == 1
            about = {row[0]: row[1] for row in books[lang].worksheets[0].iter_rows(values_only=True)}
            assert {"en": "rounded outwards", "vi": "làm tròn ra phía ngoài"}[lang] in about[say("book_figures", lang)]
    whole = by_market({2020: {"USA": 5e6, "CHN": 3e6}})
    pages, _ = written(whole, tmp_path)
    assert say("brief_outwards", "en") not in words_of(pages["en"])


def test_two_amounts_in_a_sentence_have_the_digits_that_their_ratio_needs():
    # 1.1 / 1.0 would be 10%: with three decimals 1,112 / 1,000
    assert compared(1.112e9, 1.0e9, "vi") == ("1,112 tỷ USD", "1,000 tỷ USD", "11,2%")
    assert compared(1.0e9, 0.8e9, "en") == ("1.0 bn USD", "800.0 mn USD", "25.0%")
    assert compared(9.5e8, 1.004e9, "en") == ("950.000 mn USD", "1.004 bn USD", "5.4%")  # of 1.00 it would be 5.0%


def test_the_lorenz_curve_says_why_it_ends_below_all():
    for lang, note in (
        ("en", "The curve ends at 94.0 per cent: the other 6.0% is not detailed by partner."),
        ("vi", "Đường cong dừng ở 94,0%: 6,0% còn lại chưa chi tiết theo thị trường."),
    ):
        ax = drawings(facts(by_market(MARKETS)), lang)["lorenz"]()
        texts = " ".join(" ".join(text.get_text().split()) for text in ax.figure.figure.texts)
        assert note in texts
    whole = drawings(facts(by_market({2020: {"USA": 5.0, "CHN": 3.0}})), "en")["lorenz"]()
    assert "The curve ends" not in " ".join(text.get_text() for text in whole.figure.figure.texts)


# ---- the workbook ---------------------------------------------------------------------------------------------------


def test_a_count_of_years_is_a_figure_and_a_year_is_none():
    assert [one.value for one in figures_of(say("brief_flagged_years", "en", years=3))] == [3.0]
    counted = filled("{count} rows in {year}", {"count": 2015, "year": 2015})
    assert [one.value for one in figures_of(counted)] == [2015.0]
    partly = say("brief_part_of_year_months", "en", count=9, year=2020)
    assert [one.text for one in figures_of(partly)] == ["9"]


def contents(*blocks):
    return Contents("en", "Title", "Subtitle", blocks, ())


def test_a_sentence_stands_in_the_list_of_figures_each_time_that_it_stands_in_the_brief():
    twice = filled("{a} and {b}", {"a": number(1, "en"), "b": number(2, "en")})
    page = contents(Heading("First"), Sentences(twice), Heading("Second"), Sentences(twice))
    table = figures_sheet(page).table
    assert table.iloc[:, 0].tolist() == ["First", "First", "Second", "Second"]
    assert table.iloc[:, 1].tolist() == ["1 and 2", None, "1 and 2", None]
    assert len(page_figures(page)) == 4


def test_a_table_is_left_out_of_the_workbook_only_where_a_sheet_is_the_whole_of_it():
    shown = [ShownTable("One label", ("a",), (("x",),), key=key) for key in ("export partners", "import partners")]
    whole = as_shown(shown[0], "about")
    assert _only_shown(contents(*shown), [whole]) == [shown[1]]


def test_a_table_without_a_sheet_of_its_own_is_left_out_by_no_sheet_that_shows_none():
    table = ShownTable("A table", ("a",), (("x",),), key="export partners")
    assert _only_shown(contents(table), [sheet("Certificate", "about", [])]) == [table]
    with pytest.raises(TypeError, match="key"):
        ShownTable("A table", ("a",), (("x",),))


def test_a_sheet_that_is_the_whole_of_a_table_names_one_of_the_page():
    for table in (PRODUCTS, by_market(MARKETS)):
        one = facts(table)
        words = {**party("reporter", "Long An", "en"), "count": 1, "year": 2020}
        page = {block.key for block in section(one, {}, "en", words) if isinstance(block, ShownTable)}
        whole = {each.shows for each in FlowSheets(one, "en", "USD", 1.0).all()} - {None}
        assert whole
        assert whole <= page
    assert {"export partners", "export moved", "export closures"} <= whole


def test_sheets_are_named_once_as_excel_names_them(tmp_path):
    names = ["Kim ngạch: theo thị trường xuất khẩu", "Kim ngạch/theo thị trường xuất khẩu", "DATA", "data"]
    book = ta.write_excel({name: pd.DataFrame({"a": [1]}) for name in names}, tmp_path / "book.xlsx")
    titles = openpyxl.load_workbook(book).sheetnames
    assert titles == ["Kim ngạch theo thị trường xuất", "Kim ngạch theo thị trường x (2)", "DATA", "data (2)"]


def test_the_first_sheet_calls_the_others_as_they_are_called_and_none_is_lost():
    one = facts(PRODUCTS[PRODUCTS["product"] == "tea"].drop(columns="product"))
    twice = [ShownTable("Một bảng: có tên rất dài, hơn 31 ký tự", ("a", "b"), (("x", "y"),), key=key) for key in "ab"]
    sheets = tables_of([one], contents(*twice), {}, "vi")
    first, *others = sheets
    names = list(sheets[first].iloc[1:-1, 0])
    assert names == others == sheet_names(others)
    assert names[-3:-1] == ["Một bảng có tên rất dài, hơn 31", "Một bảng có tên rất dài, hơ (2)"]


@pytest.mark.parametrize("key", ["brief_moved_mostly", "brief_product_detailed", "heatmap_partly"])
def test_what_is_said_of_both_flows_names_partners_and_not_markets(key):
    assert "thị trường" not in catalogue("vi")[key]  # suppliers are "nguồn cung"
    assert "đối tác" in catalogue("vi")[key]
