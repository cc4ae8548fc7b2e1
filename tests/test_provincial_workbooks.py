"""Workbooks as provinces make them, from the file as it stands to the brief; every figure is arithmetic by hand."""

import warnings

import openpyxl
import pytest
from conftest import told, values
from openpyxl.styles import Alignment, Font

import tradeanalysis as ta
from tradeanalysis.sources.load import load
from tradeanalysis.sources.options import ReadOptions

SIGNED = [
    [],
    [None, "Long An, ngày 25 tháng 9 năm 2023"],
    ["Nơi nhận:", None, "GIÁM ĐỐC"],
    ["- Như trên;", None, None],
    ["- Lưu: VT.", None, "Nguyễn Văn A"],
]


@pytest.fixture
def book(tmp_path):
    """A workbook of one sheet or of several by name; with merged ranges, indents of rows, bold rows."""

    def made(sheets, merged=(), indents=None, bold=(), column=1):
        workbook = openpyxl.Workbook()
        workbook.remove(workbook.active)
        for name, rows in (sheets if isinstance(sheets, dict) else {"Sheet1": sheets}).items():
            sheet = workbook.create_sheet(name)
            for row in rows:
                sheet.append(row)
            for one in merged:
                sheet.merge_cells(one)
            for row, steps in (indents or {}).items():
                sheet.cell(row, column).alignment = Alignment(indent=steps)
            for row in bold:
                sheet.cell(row, column).font = Font(bold=True)
        path = tmp_path / "tinh.xlsx"
        workbook.save(path)
        return path

    return made


def read(path, **answers):
    """The table that at most three answers give, beside what the titles state and are taken at their word."""
    assert len(answers) <= 3
    sheet = answers.get("sheet")
    stated = load(path, ReadOptions(sheet=sheet)).stated
    proposed = {name: value for name, value in stated.items() if name in ("year", "flow") and name not in answers}
    return ta.read(path, **proposed, **answers)


def briefed(table, tmp_path, hhi, flow="export"):
    """Write the brief of a table, and compare its index with the one computed by hand."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ta.TradeDataWarning)  # what is not allocated, and a year that is not whole
        _briefed(table, tmp_path, hhi, flow)


def _briefed(table, tmp_path, hhi, flow):
    own = table if "reporter" in table else table.assign(reporter="VNM")
    own = own if "flow" in own else own.assign(flow=flow)
    own = own if "year" in own else own.assign(year=2023)
    own = own.drop(columns=[one for one in ("product",) if one in own])
    last = own[(own["flow"] == flow) & (own["year"] == own["year"].max())]
    assert ta.measure(last, ta.hhi, by=["reporter"])["hhi"].iloc[0] == pytest.approx(hhi, rel=1e-12)
    reporter, year = own["reporter"].iloc[0], int(own["year"].max())
    written = ta.write_brief(own, reporter, flow=flow, year=year, out=tmp_path / "brief", langs=["vi"], format="html")
    assert written[0].stat().st_size > 0


def by_hand(*parts):
    return sum(one**2 for one in parts) / sum(parts) ** 2


def test_1_signature_numbering_and_a_line_of_column_numbers(book, tmp_path):
    rows = [
        ["UBND TỈNH LONG AN"],
        ["XUẤT KHẨU THEO THỊ TRƯỜNG NĂM 2023"],
        [None, None, "Đơn vị tính: 1000 USD"],
        ["STT", "Thị trường", "Trị giá"],
        ["A", "B", 1],
        [1, "Hoa Kỳ", 1250],
        [2, "Nhật Bản", 500],
        [3, "Hàn Quốc", 250],
        ["TỔNG CỘNG", None, 2000],
        *SIGNED,
    ]
    path = book(rows, merged=["A1:C1", "A9:B9"])
    table = read(path, drop_aggregates=True)
    assert values(table) == {"USA": 1.25e6, "JPN": 0.5e6, "KOR": 0.25e6}
    assert table["year"].unique().tolist() == [2023]
    assert table["flow"].unique().tolist() == ["export"]
    known = ta.certificate(table)
    assert (known["total_of_file"], known["total_read"]) == (2e6, 2e6)
    assert any("numbers the columns" in note for note in known["notes"])
    assert any("GIÁM ĐỐC" in note for note in known["notes"])
    briefed(table, tmp_path, by_hand(1250, 500, 250))


def test_2_sub_rows_by_owner(book, tmp_path):
    rows = [
        ["Thị trường", "Kim ngạch xuất khẩu (triệu USD)"],
        ["TỔNG SỐ", 1403.5],
        ["Hoa Kỳ", 1250],
        ["- Doanh nghiệp FDI", 1000],
        ["- Doanh nghiệp trong nước", 250],
        ["Nhật Bản", 98],
        ["- Doanh nghiệp FDI", 60],
        ["- Doanh nghiệp trong nước", 38],
        ["Các nước khác", 55.5],
        ["- Doanh nghiệp FDI", 55.5],
    ]
    with told("TA-119"):
        table = read(book(rows), drop_aggregates=True, year=2023)
    assert values(table) == {"USA": 1250e6, "JPN": 98e6, "OTH": 55.5e6}
    assert ta.certificate(table)["total_of_file"] == pytest.approx(1403.5e6)
    briefed(table, tmp_path, by_hand(1250, 98))


def test_3_continents_as_subtotals_with_indented_members(book, tmp_path):
    rows = [
        ["Thị trường", "Trị giá (1000 USD)", "Tăng trưởng (%)"],
        ["Tổng số", 4000, 5.5],
        ["Châu Á", 2500, 3],
        ["Nhật Bản", 1500, 4],
        ["Hàn Quốc", 1000, 2],
        ["Châu Âu", 1000, -2],
        ["Đức", 600, 1],
        ["Pháp", 400, 2],
        ["Châu Mỹ", 500, 9],
        ["Hoa Kỳ", 500, 9],
    ]
    path = book(rows, indents={4: 1, 5: 1, 7: 1, 8: 1, 10: 1}, bold=[2, 3, 6, 9])
    table = read(path, drop_aggregates=True, flow="export")
    assert values(table) == {"JPN": 1.5e6, "KOR": 1e6, "DEU": 0.6e6, "FRA": 0.4e6, "USA": 0.5e6}
    briefed(table, tmp_path, by_hand(1500, 1000, 600, 400, 500))


def test_4_of_which_and_chinese_taipei(book, tmp_path):
    rows = [
        ["XUẤT KHẨU NĂM 2022"],
        ["Thị trường", "Trị giá (1000 USD)"],
        ["TỔNG SỐ", 4100],
        ["Nhật Bản", 900],
        ["Hàn Quốc", 750],
        ["Trung Quốc", 850],
        ["Trong đó: ASEAN", 1110],
        ["Hoa Kỳ", 1400],
        ["Các thị trường khác", 200],
        *SIGNED,
    ]
    with told("TA-119"):
        table = read(book(rows), drop_aggregates=True)
    assert values(table) == {"JPN": 900e3, "KOR": 750e3, "CHN": 850e3, "USA": 1400e3, "OTH": 200e3}
    briefed(table, tmp_path, by_hand(900, 750, 850, 1400))


def test_5_months_with_their_sum_so_far(book, tmp_path):
    rows = [
        ["Thị trường", "Tháng 1/2023", "Tháng 2/2023", "Tháng 3/2023", "Lũy kế 3 tháng"],
        ["Hoa Kỳ", 100, 110, 120, 330],
        ["Nhật Bản", 50, 60, 70, 180],
        ["Tổng cộng", 150, 170, 190, 510],
    ]
    with told(r"TA-116.*of 12 months 2023 has 3"):
        table = read(book(rows), drop_aggregates=True, unit="kUSD", flow="export")
    assert values(table) == {"USA": 330e3, "JPN": 180e3}
    assert ta.certificate(table)["total_of_file"] == 510e3
    briefed(table, tmp_path, by_hand(330, 180))


def test_6_a_sheet_a_year(book, tmp_path):
    def year(*x):
        return [["Thị trường", "Trị giá (1000 USD)"], *map(list, zip(("Hoa Kỳ", "Lào", "Tổng"), x, strict=True))]

    path = book({"2022": year(60, 40, 100), "2023": year(90, 30, 120)})
    with pytest.raises(ta.SchemaError, match=r"2 sheets hold data, '2022', '2023'.*sheet=\"\*\""):
        ta.read(path)
    assert values(read(path, sheet="2023", drop_aggregates=True)) == {"USA": 90e3, "LAO": 30e3}
    table = read(path, sheet="*", drop_aggregates=True, flow="export")
    assert table[["partner", "year", "value"]].values.tolist() == [
        ["USA", 2022, 60e3],
        ["LAO", 2022, 40e3],
        ["USA", 2023, 90e3],
        ["LAO", 2023, 30e3],
    ]
    briefed(table, tmp_path, by_hand(90, 30))


def test_7_both_flows_side_by_side_with_growth(book, tmp_path):
    rows = [
        ["KIM NGẠCH XUẤT NHẬP KHẨU NĂM 2023"],
        ["STT", "Thị trường", "Xuất khẩu", None, "Nhập khẩu", None],
        [None, None, "Trị giá (1000 USD)", "So với cùng kỳ (%)", "Trị giá (1000 USD)", "So với cùng kỳ (%)"],
        [1, "Hoa Kỳ", 800, 104.5, 200, 98],
        [2, "Trung Quốc", 200, 99, 700, 120],
        [None, "Tổng", 1000, 103, 900, 115],
    ]
    table = read(book(rows, merged=["A2:A3", "B2:B3", "C2:D2", "E2:F2"]), drop_aggregates=True)
    assert values(table[table["flow"] == "export"]) == {"USA": 800e3, "CHN": 200e3}
    assert values(table[table["flow"] == "import"]) == {"USA": 200e3, "CHN": 700e3}
    assert ta.certificate(table)["total_of_file"] == 1900e3
    briefed(table, tmp_path, by_hand(800, 200))


def test_8_products_by_markets_merged_down(book, tmp_path):
    rows = [
        ["Mặt hàng", "Thị trường", "Trị giá (1000 USD)"],
        ["Gạo", "Philippines", 300],
        [None, "Trung Quốc", 200],
        [None, "Cộng", 500],
        ["Cà phê", "Đức", 250],
        [None, "Trung Quốc", 150],
        [None, "Cộng", 400],
        ["Tổng cộng", None, 900],
    ]
    table = read(book(rows, merged=["A2:A4", "A5:A7", "A8:B8"]), drop_aggregates=True, flow="export")
    assert table[["product", "partner", "value"]].values.tolist() == [
        ["Gạo", "PHL", 300e3],
        ["Gạo", "CHN", 200e3],
        ["Cà phê", "DEU", 250e3],
        ["Cà phê", "CHN", 150e3],
    ]
    assert ta.certificate(table)["total_of_file"] == 900e3
    briefed(table, tmp_path, by_hand(300, 350, 250))


def test_9_products_in_rows_above_their_markets(book, tmp_path):
    rows = [
        ["STT", "Mặt hàng/Thị trường", "Kim ngạch (triệu USD)"],
        ["I", "Gạo", 500],
        [1, "Philippines", 300],
        [2, "Trung Quốc", 200],
        ["II", "Cà phê", 400],
        [1, "Đức", 250],
        [2, "Trung Quốc", 150],
        [None, "Tổng cộng", 900],
    ]
    table = read(
        book(rows),
        drop_aggregates=True,
        columns={"partner": "Mặt hàng/Thị trường", "value": "Kim ngạch (triệu USD)"},
        flow="export",
    )
    assert table[["product", "partner", "value"]].values.tolist() == [
        ["Gạo", "PHL", 300e6],
        ["Gạo", "CHN", 200e6],
        ["Cà phê", "DEU", 250e6],
        ["Cà phê", "CHN", 150e6],
    ]
    briefed(table, tmp_path, by_hand(300, 350, 250))


def test_10_years_in_two_rows_of_headings_with_estimates(book, tmp_path):
    rows = [
        ["Thị trường", "Trị giá xuất khẩu (1000 USD)", None, "Năm 2023/2022 (%)"],
        [None, "Năm 2022", "Năm 2023 (ước)", None],
        ["I. Châu Á", 300, 400, 133.3],
        ["1. Nhật Bản", 200, 250, 125],
        ["2. Thái Lan", 100, 150, 150],
        ["II. Châu Mỹ", 100, 100, 100],
        ["1. Hoa Kỳ", 100, 100, 100],
        ["TỔNG", 400, 500, 125],
    ]
    table = read(book(rows, merged=["A1:A2", "B1:C1", "D1:D2"]), drop_aggregates=True)
    assert values(table[table["year"] == 2022]) == {"JPN": 200e3, "THA": 100e3, "USA": 100e3}
    assert values(table[table["year"] == 2023]) == {"JPN": 250e3, "THA": 150e3, "USA": 100e3}
    assert set(table["flow"]) == {"export"}
    briefed(table, tmp_path, by_hand(250, 150, 100))


@pytest.mark.parametrize(("blocs", "expected"), [("keep", (1250, 98)), ("other", (1250,))])
def test_11_a_bloc_without_its_members(blocs, expected, book, tmp_path):
    rows = [
        ["XUẤT KHẨU NĂM 2023", None],
        ["Thị trường", "Trị giá (triệu USD)"],
        ["Hoa Kỳ", 1250],
        ["EU", 98],
        ["Khác", 55.5],
        ["Tổng", 1403.5],
        *SIGNED,
    ]
    path = book(rows)
    with pytest.raises(ta.TradeDataError, match="TA-104") as refused:
        ta.read(path)
    assert "drop_aggregates=True" in str(refused.value)
    with told("TA-1"):
        table = read(path, drop_aggregates=True, blocs=blocs)
    known = ta.certificate(table)
    assert (known["total_of_file"], known["total_read"]) == pytest.approx((1403.5e6, 1403.5e6))
    briefed(table, tmp_path, by_hand(*expected))


def test_12_billions_of_dong(book, tmp_path):
    rows = [
        ["SỞ CÔNG THƯƠNG TỈNH LONG AN"],
        ["XUẤT KHẨU HÀNG HÓA THEO THỊ TRƯỜNG NĂM 2023"],
        [None, None, "ĐVT: tỷ đồng"],
        ["TT", "Thị trường", "Kim ngạch"],
        ["I", "Châu Á", 1750],
        [1, "Nhật Bản", 1000],
        [2, "Đài Loan (TQ)", 750],
        ["II", "Châu Mỹ", 250],
        [1, "Hoa Kỳ", 250],
        [None, "Tổng cộng", 2000],
        *SIGNED,
    ]
    path = book(rows)
    table = read(path, drop_aggregates=True, reporter="Long An")
    assert values(table) == {"JPN": 1e12, "TWN": 0.75e12, "USA": 0.25e12}
    assert ta.certificate(table)["currency"] == "VND"
    briefed(table, tmp_path, by_hand(1000, 750, 250))
    dollars = read(path, drop_aggregates=True, rate=25_000)
    assert values(dollars) == pytest.approx({"JPN": 40e6, "TWN": 30e6, "USA": 10e6})


def test_the_months_so_far_stand_before_a_month_in_headings_of_an_estimate(book):
    """A report of the month: the estimate of the half year is no month, and no month is taken for it."""
    rows = [
        ["Xuất khẩu hàng hóa tháng 6 và 6 tháng đầu năm 2023"],
        [None, None, None, "Đơn vị: Nghìn USD"],
        [None, "Thực hiện tháng 5 năm 2023", "Ước tính tháng 6 năm 2023", "Ước tính 6 tháng năm 2023"],
        ["Tổng trị giá", 90, 100, 500],
        ["Phân theo thị trường", None, None, None],
        ["Hoa Kỳ", 40, 45, 200],
        ["Nhật Bản", 50, 55, 300],
    ]
    path = book(rows)
    with pytest.raises(ta.TradeDataError, match="several columns may hold the value") as refused:
        ta.read(path)
    fixes = refused.value.findings[0].fixes
    assert [fix.value["value"] for fix in fixes] == ["2023C06", "202305", "202306"]
    with told("TA-116"):
        table = ta.read(path, drop_aggregates=True, columns=fixes[0].value, year=2023)
    assert values(table) == {"USA": 200e3, "JPN": 300e3}
    with told("TA-116"):
        table = ta.read(path, drop_aggregates=True, periods="year_to_date")
    assert (values(table), set(table["period"])) == ({"USA": 200e3, "JPN": 300e3}, {"2023-C06"})
    with told("TA-116"):
        table = ta.read(path, drop_aggregates=True, periods="months")
    assert table.groupby("period")["value"].sum().to_dict() == {"2023-05": 90e3, "2023-06": 100e3}


def test_a_flow_that_is_said_does_not_choose_between_a_month_and_the_year(book):
    rows = [
        ["BÁO CÁO XUẤT KHẨU THÁNG 12 NĂM 2022"],
        ["(Lượng: tấn; Trị giá: nghìn USD)"],
        ["Thị trường", "Tháng 12/2022", None, "Lũy kế 12 tháng/2022", None],
        [None, "Lượng", "Trị giá", "Lượng", "Trị giá"],
        ["Mỹ", 1, 10, 2, 60],
        ["Nhật Bản", 1, 10, 2, 40],
    ]
    path = book(rows, merged=["B3:C3", "D3:E3"])
    with pytest.raises(ta.TradeDataError, match="several columns may hold the value") as refused:
        ta.read(path, flow="export")
    first, second = refused.value.findings[0].fixes
    assert (first.value["value"], second.value["value"]) == ("2022 Trị giá", "202212 Trị giá")
    assert values(ta.read(path, flow="export", columns=first.value)) == {"USA": 60e3, "JPN": 40e3}


def test_months_add_up_to_what_has_come_so_far_by_the_mark_that_groups_thousands(tmp_path):
    path = tmp_path / "tinh.csv"
    rows = [
        "Thị trường;Tháng 1;Tháng 2;Lũy kế",
        "Mỹ;12.345;10.000;22.345",
        "Lào;3.000;2.000;5.000",
        "Khác;500;500;1.000",
    ]
    path.write_text("\n".join(rows), "utf-8")
    given = {"unit": "kUSD", "year": 2024}
    with pytest.raises(ta.TradeDataError, match="TA-112") as refused:
        ta.read(path, **given)
    fixes = refused.value.findings[0].fixes
    assert [fix.value for fix in fixes] == [","]  # "500" has no decimals
    with told("TA-116"):
        table = ta.read(path, decimal=fixes[0].value, **given)
    assert values(table) == {"USA": 22_345e3, "LAO": 5_000e3, "OTH": 1_000e3}


def test_months_so_far_that_are_no_sum_of_two_months_are_not_left_out(tmp_path):
    """By the wrong mark no cell is a number, and nothing is the sum of nothing."""
    path = tmp_path / "tinh.csv"
    rows = ["Thị trường;Tháng 9/2024;Ước tháng 10/2024;Lũy kế 10 tháng/2024"]
    path.write_text("\n".join([*rows, "Hoa Kỳ;31,5;33,5;312,5", "Nhật Bản;12,5;13,5;118,5"]), "utf-8")
    with pytest.raises(ta.TradeDataError, match="several columns may hold the value") as refused:
        ta.read(path, unit="mUSD")
    columns = refused.value.findings[0].fixes[0].value
    with told("TA-116"):
        table = ta.read(path, unit="mUSD", columns=columns, year=2024)
    assert values(table) == {"USA": 312.5e6, "JPN": 118.5e6}


def test_a_bloc_beside_some_members_and_a_remainder_is_what_the_total_says(book):
    """The remainder of the table is none of the bloc's: the total holds the bloc beyond its members."""
    rows = [
        ["Thị trường", "Kim ngạch xuất khẩu 2022 (triệu USD)"],
        ["Tổng kim ngạch", 45_600],
        ["Hàn Quốc", 10_200],
        ["Mỹ", 12_500],
        ["Trung Quốc", 8_900],
        ["Khối EU", 7_900],
        ["+ Hà Lan", 2_900],
        ["+ Áo", 2_600],
        ["+ Ba Lan", 1_100],
        ["ASEAN", 4_100],
        ["Các nước, vùng lãnh thổ khác", 2_000],
    ]
    names = {"Các nước, vùng lãnh thổ khác": "other"}
    with told("TA-119"):
        table = ta.read(book(rows), drop_aggregates=True, remainder=True, blocs="keep", names=names)
    held = {"KOR": 10_200, "USA": 12_500, "CHN": 8_900, "NLD": 2_900, "AUT": 2_600, "POL": 1_100, "OTH": 2_000}
    held |= {"EU (bloc)": 1_300, "ASEAN (bloc)": 4_100}
    assert values(table) == pytest.approx({partner: value * 1e6 for partner, value in held.items()})


def test_what_the_file_calls_other_countries_and_what_its_total_holds_beyond_are_one_row(book):
    rows = [["Thị trường", "Trị giá (triệu USD)"], ["Mỹ", 60], ["Lào", 20.5], ["Khác", 5], ["Tổng cộng", 100]]
    with told("TA-119"):
        table = ta.read(book(rows), drop_aggregates=True, remainder=True)
    assert values(table) == pytest.approx({"USA": 60e6, "LAO": 20.5e6, "OTH": 19.5e6})


@pytest.mark.parametrize("title", ["KIM NGẠCH XUẤT NHẬP KHẨU NĂM 2023", "Trị giá xuất, nhập khẩu", "Xuất - nhập khẩu"])
def test_a_title_of_both_flows_states_none(book, title):
    assert "flow" not in ta.inspect(book([[title], ["Thị trường", "Kim ngạch"], ["Mỹ", 60], ["Lào", 20]])).proposed


def test_continents_and_countries_under_one_heading(book):
    rows = [["Châu lục/Nước", "Trị giá (triệu USD)"], ["Châu Á", 50], ["Nhật Bản", 30], ["Lào", 20], ["Hoa Kỳ", 60]]
    table = ta.read(book(rows), drop_aggregates=True)
    assert values(table) == {"JPN": 30e6, "LAO": 20e6, "USA": 60e6}


def test_quarters_beside_their_months_are_not_added_to_them(tmp_path):
    path = tmp_path / "tinh.csv"
    rows = [
        "Thị trường;T1;T2;T3;Quý I;T4;T5;T6;6T",
        "Mỹ;1;2;3;6;4;5;6;21",
        "Lào;1;1;1;3;1;1;1;6",
        "Nga;2;1;1;4;1;1;1;7",
    ]
    path.write_text("\n".join(rows), "utf-8")
    with told("TA-116"):
        table = ta.read(path, unit="mUSD", year=2023)
    assert values(table) == {"USA": 21e6, "LAO": 6e6, "RUS": 7e6}
    # A quarter that is no sum of its months is not taken for one more month.
    path.write_text("\n".join(rows).replace(";6;4;", ";16;4;"), "utf-8")
    with pytest.raises(ta.SchemaError, match=r"TA-110.*'T1', 'T2', 'T3', 'Quý I'") as refused:
        ta.read(path, unit="mUSD", year=2023)
    assert not refused.value.findings[0].fixes  # one month is not the year
    path.write_text("Thị trường,Kỳ,Trị giá (USD)\nMỹ,2023Q1,6\nMỹ,202301,2\nMỹ,202302,2\nMỹ,202303,2\n", "utf-8")
    with pytest.raises(ta.TradeDataError, match="TA-115"):
        ta.read(path)


def test_short_words_for_the_value_of_exports(tmp_path):
    path = tmp_path / "tinh.csv"
    path.write_text(
        "Thị trường;KN XK năm 2022 (triệu USD);KN XK năm 2023 (triệu USD)\nMỹ;60,5;66,5\nLào;40,5;44,5\n", "utf-8"
    )
    table = ta.read(path)
    assert table["flow"].unique().tolist() == ["export"]
    assert values(table[table["year"] == 2023]) == {"USA": 66.5e6, "LAO": 44.5e6}
