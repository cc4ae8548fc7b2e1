"""What goes to the largest market, by product: on the page and in the workbook, computed by hand."""

import warnings

import narwhals as nw
import pandas as pd
import pytest
from test_brief import Text, rows_of, small_pictures

import tradeanalysis as ta
from tradeanalysis.brief.market_products import market_products


@pytest.fixture(autouse=True)
def of_few_points():
    with small_pictures():
        yield


def rows(year, of_usa, elsewhere=()):
    return [(year, "USA", *one) for one in of_usa.items()] + [(year, *one) for one in elsewhere]


# To the United States 100 and 80 million dollars; footwear also to Japan, wood also where it is not detailed.
TABLE = pd.DataFrame(
    [
        *rows(2019, {"Giày dép": 30e6, "Gỗ": 20e6, "Dệt may": 20e6, "Cao su": 10e6}, [("JPN", "Giày dép", 40e6)]),
        *rows(2020, {"Giày dép": 30e6, "Gỗ": 25e6, "Hàng hóa khác": 35e6, "Dệt may": 10e6}),
        (2020, "JPN", "Giày dép", 20e6),
        (2020, "OTH", "Gỗ", 25e6),
        (2020, "KOR", "Cao su", 15e6),
    ],
    columns=["year", "partner", "product", "value"],
)
GIVEN = {"flow": "export", "year": 2020, "format": ["html", "xlsx"]}


def test_the_products_that_go_to_the_largest_market_stand_below_those_of_all(tmp_path):
    page, book, *_ = ta.write_brief(TABLE, "Long An", langs=["vi"], out=tmp_path, **GIVEN)
    assert rows_of(page.read_text("utf-8"), "Mặt hàng xuất khẩu chính sang Hoa Kỳ") == [
        ["Giày dép", "30,0", "30,0", "0,0%", "30,0%", "60,0%"],  # of 100, of 30 + 20
        ["Gỗ", "25,0", "20,0", "+25,0%", "25,0%", "50,0%"],  # of 25 + 25 that is not detailed
        ["Dệt may", "10,0", "20,0", "−50,0%", "10,0%", "100,0%"],
        ["Cao su", "–", "10,0", "–", "–", "–"],  # to Korea only, or among the other products to the United States
        ["Hàng hóa khác", "35,0", "–", "–", "35,0%", "100,0%"],  # last, though the largest; not listed in 2019
        ["Tổng cộng", "100,0", "80,0", "+25,0%", "100,0%", ""],
    ]
    sheet = pd.read_excel(book, sheet_name="Mặt hàng sang thị trường số 1", engine="openpyxl")
    assert sheet.columns.tolist() == [
        "Mặt hàng",
        "Kim ngạch, USD",
        "Kim ngạch năm 2019, USD",
        "Tăng, giảm so với năm trước",
        "Tỷ trọng trong kim ngạch xuất khẩu sang Hoa Kỳ",
        "Tỷ trọng của Hoa Kỳ trong kim ngạch xuất khẩu mặt hàng",
    ]
    assert sheet.iloc[1, 1:].tolist() == pytest.approx([25e6, 20e6, 0.25, 0.25, 0.5])
    assert sheet.iloc[-1, 1:5].tolist() == pytest.approx([100e6, 80e6, 0.25, 1.0])


def test_absence_means_the_same_in_both_years():
    """0 where the product is listed with others; missing where it is not listed, or may be in what is not detailed."""
    table = pd.DataFrame(
        [
            *rows(2019, {"a": 30.0, "b": 20.0, "d": 0.0}, [("JPN", "c", 5.0), ("JPN", "d", 5.0), ("OTH", "e", 5.0)]),
            *rows(2020, {"a": 30.0, "c": 20.0, "d": 4.0, "e": 1.0}, [("JPN", "b", 5.0)]),
        ],
        columns=["year", "partner", "product", "value"],
    )
    found = market_products(nw.from_native(table, eager_only=True), "USA", 2020, "USD", before=True)
    values = found.table.set_index("product")[["value", "value_before"]]
    assert values.loc["b"].tolist() == [0, 20]
    assert values.loc["c"].tolist() == [20, 0]
    assert values.loc["d"].tolist() == [4, 0]  # a row of zero
    assert values.loc["e", "value"] == 1
    assert pd.isna(values.loc["e", "value_before"])  # 5 of it went where it is not detailed
    gone = market_products(
        nw.from_native(table[table["partner"] == "USA"], eager_only=True), "USA", 2020, "USD", before=True
    )
    values = gone.table.set_index("product")
    assert values.loc[["b"], "value"].isna().all()  # 2020 does not list it
    assert values.loc[["c"], "value_before"].isna().all()  # nor 2019 this: one rule
    assert (gone.total, gone.total_before) == (55, 50)


def test_more_than_ten_are_summed_on_the_page_and_whole_in_the_workbook(tmp_path):
    goods = {f"Mặt hàng {n:02d}": n * 1e6 for n in range(1, 14)}  # 91 million
    table = pd.DataFrame(rows(2020, goods, [("JPN", "Mặt hàng 13", 13e6)]), columns=TABLE.columns)
    page, book, *_ = ta.write_brief(table, "Long An", langs=["en"], out=tmp_path, **GIVEN)
    shown = rows_of(page.read_text("utf-8"), "Main products exported to the United States")
    assert len(shown) == 12
    assert shown[0] == ["Mặt hàng 13", "13.0", "14.3%", "50.0%"]
    assert shown[-2:] == [["3 other products", "6.0", "6.6%", ""], ["All", "91.0", "100.0%", ""]]
    sheet = pd.read_excel(book, sheet_name="Exports to the largest market", engine="openpyxl")
    assert len(sheet) == 14


@pytest.mark.parametrize(
    ("before", "others"),
    [
        # 13 is listed in 2020 only: in 2019 it may be within the 23 of other goods
        ({"Hàng hóa khác": 23e6}, ["4 other products", "16.0", "29.0", "–", "15.8%", ""]),
        ({"Mặt hàng 13": 19e6, "Hàng hóa khác": 4e6}, ["4 other products", "16.0", "10.0", "+60.0%", "15.8%", ""]),
    ],
)
def test_other_products_have_a_change_only_where_they_are_the_same(before, others, tmp_path):
    goods = {f"Mặt hàng {n:02d}": n * 1e6 for n in range(1, 13)}  # 78 million
    now = goods | {"Mặt hàng 13": 13e6, "Hàng hóa khác": 10e6}  # of 101 million 1 + 2 + 3 + 10 are not shown
    table = pd.DataFrame([*rows(2019, goods | before), *rows(2020, now)], columns=TABLE.columns)
    with warnings.catch_warnings():  # products that are not specified: TA-138
        warnings.simplefilter("ignore", ta.TradeDataWarning)
        page, *_ = ta.write_brief(table, "Long An", langs=["en"], out=tmp_path, **GIVEN)
    shown = rows_of(page.read_text("utf-8"), "Main products exported to the United States")
    assert shown[-2] == others
    assert shown[-1][1:4] == ["101.0", "101.0", "0.0%"]


def test_of_imports_it_speaks_of_a_supplier_and_without_products_of_nothing(tmp_path):
    given = {**GIVEN, "flow": "import", "langs": ["en"], "format": "html", "out": tmp_path}
    page, *_ = ta.write_brief(TABLE, "Long An", **given)
    shown = rows_of(page.read_text("utf-8"), "Main products imported from the United States")
    assert shown[0][0] == "Giày dép"
    page, *_ = ta.write_brief(TABLE.drop(columns="product"), "Long An", **given)
    assert "Main products" not in " ".join(Text(page.read_text("utf-8")).words)
