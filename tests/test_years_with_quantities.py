"""Years, months and flows side by side, each with a quantity and a value; every figure is arithmetic by hand."""

import openpyxl
import pytest
from conftest import told

import tradeanalysis as ta

LOTS = ["Lượng (tấn)", "Trị giá (USD)"]
ROWS = [["Hoa Kỳ", 10, 100, 12, 150], ["Hàn Quốc", 5, 60, 6, 50]]
WHOLE = ["Tổng cộng", 15, 160, 18, 200]
TWO_YEARS = [["USA", 2022, 100], ["KOR", 2022, 60], ["USA", 2023, 150], ["KOR", 2023, 50]]


@pytest.fixture
def book(tmp_path):
    """A workbook of one sheet, with the ranges that are merged."""

    def made(rows, *merged):
        workbook = openpyxl.Workbook()
        for row in rows:
            workbook.active.append(row)
        for one in merged:
            workbook.active.merge_cells(one)
        workbook.save(tmp_path / "tinh.xlsx")
        return tmp_path / "tinh.xlsx"

    return made


def under(first, second, lower=LOTS, rows=ROWS):
    """Two headings, each over the two of the row below."""
    return [["Thị trường", first, None, second, None], [None, *lower, *lower], *rows]


def cells(table, *columns):
    return table[[*columns, "value"]].values.tolist()


TWO = ("A1:A2", "B1:C1", "D1:E1")


def test_each_year_with_a_quantity_and_a_value(book):
    path = book(under("Năm 2022", "Năm 2023", rows=[*ROWS, WHOLE]), *TWO)
    table = ta.read(path, drop_aggregates=True)
    assert cells(table, "partner", "year") == TWO_YEARS
    assert ta.certificate(table)["total_of_file"] == 160 + 200
    assert any(
        "2 columns of quantities" in note and "2022 Lượng (tấn)" in note for note in ta.certificate(table)["notes"]
    )
    assert cells(ta.read(path, drop_aggregates=True, year=2023), "partner", "year") == TWO_YEARS[2:]


def test_growth_prices_and_shares_beside_them_are_left_out(book):
    growth = [[*row, 120.0, 150.0] for row in ROWS]
    for head in ("So với 2022 (%)", "2023/2022", "Tăng/giảm (%)"):
        rows = under("Năm 2022", "Năm 2023", rows=growth)
        path = book([[*rows[0], head, None], [*rows[1], "Lượng", "Trị giá"], *growth], *TWO, "F1:G1")
        assert cells(ta.read(path), "partner", "year") == TWO_YEARS
    heads = [["Thị trường", "2022", None, None, "2023", None, None]]
    each = ["Lượng", "Đơn giá (USD/tấn)", "Trị giá (USD)"]
    body = [["Hoa Kỳ", 10, 10, 100, 12, 12.5, 150], ["Hàn Quốc", 5, 12, 60, 5, 10, 50]]
    path = book([*heads, [None, *each, *each], *body], "A1:A2", "B1:D1", "E1:G1")
    assert cells(ta.read(path), "partner", "year") == TWO_YEARS
    path = book(under("2022", "2023", ["Trị giá (USD)", "Tỷ trọng (%)"], [["Hoa Kỳ", 100, 62.5, 150, 75]]), *TWO)
    assert cells(ta.read(path), "year") == [[2022, 100], [2023, 150]]


def test_a_unit_of_money_below_a_year_is_its_value(book):
    path = book(under("Năm 2022", "Năm 2023", ["Tấn", "Nghìn USD"]), *TWO)
    assert cells(ta.read(path), "partner", "year") == [[a, b, 1000 * x] for a, b, x in TWO_YEARS]


def test_months_with_quantities_are_added(book):
    with told(r"TA-116.*of 12 months 2023 has 2"):
        table = ta.read(book(under("Tháng 1/2023", "Tháng 2/2023"), *TWO))
    assert cells(table, "partner", "year") == [["USA", 2023, 100 + 150], ["KOR", 2023, 60 + 50]]


def test_the_first_months_of_each_year(book):
    with told(r"TA-116.*only the first months are here: 2022 \(6 months\), 2023 \(6 months\)"):
        table = ta.read(book(under("6 tháng đầu năm 2022", "6 tháng đầu năm 2023"), *TWO))
    assert cells(table, "partner", "year") == TWO_YEARS


def test_a_month_beside_its_year_is_chosen_by_hand(book):
    path = book(under("Tháng 12/2023", "Năm 2023"), *TWO)
    with pytest.raises(ta.TradeDataError, match=r"TA-110.*several columns may hold the value") as caught:
        ta.read(path)
    offered = {fix.value["value"] for fix in caught.value.findings[0].fixes}
    assert offered == {"202312 Trị giá (USD)", "2023 Trị giá (USD)"}


def test_flows_under_years_and_years_under_flows(book):
    flows = ["Xuất khẩu", "Nhập khẩu"]
    table = ta.read(book(under("Năm 2022", "Năm 2023", flows, ROWS[:1]), *TWO), unit="USD")
    assert cells(table, "flow", "year") == [
        ["export", 2022, 10],
        ["import", 2022, 100],
        ["export", 2023, 12],
        ["import", 2023, 150],
    ]
    for years in ([2022, 2023], ["Năm 2022", "Năm 2023"]):
        table = ta.read(book(under(*flows, years, ROWS[:1]), *TWO), unit="USD")
        assert cells(table, "flow", "year") == [
            ["export", 2022, 10],
            ["export", 2023, 100],
            ["import", 2022, 12],
            ["import", 2023, 150],
        ]


def test_flows_with_quantities_under_years_in_three_rows(book):
    heads = [
        ["Thị trường", "Năm 2022", None, None, None, "Năm 2023", None, None, None],
        [None, *["Xuất khẩu", None, "Nhập khẩu", None] * 2],
        [None, *LOTS * 4],
    ]
    merged = ("A1:A3", "B1:E1", "F1:I1", "B2:C2", "D2:E2", "F2:G2", "H2:I2")
    table = ta.read(book([*heads, ["Hoa Kỳ", 1, 100, 2, 20, 3, 150, 4, 30]], *merged))
    assert cells(table, "flow", "year") == [
        ["export", 2022, 100],
        ["import", 2022, 20],
        ["export", 2023, 150],
        ["import", 2023, 30],
    ]


def test_fiscal_years_are_a_warning(book, tmp_path):
    path = book([["Country", "2021-22", None, "2022-23", None], [None, *["Qty", "Value"] * 2], *ROWS], *TWO)
    with told(r"TA-144 \[warning\] fiscal years stand under the year in which they begin.*2022/23' as 2022"):
        table = ta.read(path, unit="USD")
    assert cells(table, "partner", "year") == [[a, b - 1, x] for a, b, x in TWO_YEARS]
    path = tmp_path / "nepal.csv"
    path.write_text("country,year,value\nIndia,2081/082,5\nIndia,2080/081,6\n", encoding="utf-8")
    with told(r"TA-144.*'2081/082' as 2024, '2080/081' as 2023"):
        table = ta.read(path, unit="USD")
    assert cells(table, "year") == [[2024, 5], [2023, 6]]
