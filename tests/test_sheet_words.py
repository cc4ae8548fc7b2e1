"""What a sheet says of its figures reaches the page: which years are estimates, and who issues them."""

import docx
import openpyxl
import pandas as pd
import pytest
from test_brief import Text, small_pictures

import tradeanalysis as ta
from tradeanalysis.cli import main


@pytest.fixture(autouse=True)
def of_few_points():
    with small_pictures():
        yield


def sheet(
    path, *titles, heads=("Thị trường", "Trị giá (triệu USD)"), rows=(("Hoa Kỳ", 60), ("Nhật Bản", 40)), below=()
):
    book = openpyxl.Workbook()
    for row in [*([title] for title in titles), list(heads), *map(list, rows), *([text] for text in below)]:
        book.active.append(row)
    book.save(path)
    return path


def years_of(path, **given):
    return ta.certificate(ta.read(path, **given)).get("estimated_years", [])


def words_of(path):
    return " ".join(" ".join(Text(path.read_text("utf-8")).words).split())


# ---- estimates ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("title", "kind"),
    [
        ("ƯỚC THỰC HIỆN XUẤT KHẨU NĂM 2024", "estimate"),
        ("XUẤT KHẨU NĂM 2024 (ƯỚC)", "estimate"),
        ("Thực hiện năm 2023 và ước thực hiện năm 2024", "estimate"),
        ("Số liệu sơ bộ năm 2024", "preliminary"),
        ("Exports in 2024 (preliminary)", "preliminary"),
        ("Exports, estimates", "estimate"),
        ("XUẤT KHẨU SANG CÁC NƯỚC CÓ HIỆP ƯỚC THƯƠNG MẠI, 2024", None),
        ("XUẤT KHẨU NĂM 2024, so với ước thực hiện năm 2023", None),
    ],
)
def test_a_title_says_that_its_year_is_an_estimate(title, kind, tmp_path):
    found = years_of(sheet(tmp_path / "a.xlsx", title), flow="export", year=2024)
    assert found == ([] if kind is None else [{"year": 2024, "kind": kind}])


def test_headings_and_years_in_cells_say_it_of_their_own_year(tmp_path):
    heads, rows = ["Thị trường", "TH 2023", "Ước TH 2024"], [("Hoa Kỳ", 50, 60), ("Nhật Bản", 40, 45)]
    side_by_side = sheet(tmp_path / "a.xlsx", "Đơn vị: triệu USD", heads=heads, rows=rows)
    assert years_of(side_by_side, flow="export") == [{"year": 2024, "kind": "estimate"}]
    rows = [("Hoa Kỳ", "Sơ bộ 2023", 50), ("Hoa Kỳ", "Ước TH 2024", 60), ("Nhật Bản", "2022", 40)]
    below = sheet(tmp_path / "b.xlsx", heads=["Thị trường", "Năm", "Trị giá (triệu USD)"], rows=rows)
    found = [{"year": 2023, "kind": "preliminary"}, {"year": 2024, "kind": "estimate"}]
    assert years_of(below, flow="export") == found
    # A year that is left out is none of the table; a column "estimated" is none of words.
    assert years_of(below, flow="export", year=2022) == []
    plain = tmp_path / "c.csv"
    plain.write_text("partner,year,value,estimated\nUSA,2024,1,0\nCHN,2024,2,1\n", "utf-8")
    assert years_of(plain, flow="export", unit="USD") == []


def test_an_estimate_is_named_in_title_heads_notes_and_all_three_files(tmp_path):
    heads, rows = ["Thị trường", "TH 2023", "Ước TH 2024"], [("Hoa Kỳ", 50, 60), ("Nhật Bản", 40, 40)]
    table = ta.read(sheet(tmp_path / "a.xlsx", "Đơn vị: triệu USD", heads=heads, rows=rows), flow="export")
    given = {"flow": "export", "year": 2024, "out": tmp_path}
    files = {path.name[-7:]: path for path in ta.write_brief(table, "Long An", **given)}
    vietnamese, english = words_of(files["vi.html"]), words_of(files["en.html"])
    assert vietnamese.count("Số liệu năm 2024 là số ước thực hiện.") >= 2  # below the title, and in the last section
    assert (
        "Xuất khẩu năm 2024 (ước thực hiện) Xuất khẩu năm 2023 Kim ngạch 100,0 triệu USD 90,0 triệu USD" in vietnamese
    )
    assert "Thị trường Kim ngạch ước thực hiện, triệu USD Tỷ trọng" in vietnamese
    assert "Exports, 2024 (estimate) Exports, 2023" in english
    assert "Market Value (estimate), mn USD Share" in english
    assert english.count("Figures of 2024 are estimates (not final).") >= 2
    document = docx.Document(files["vi.docx"])
    assert any("Số liệu năm 2024 là số ước thực hiện." in one.text for one in document.paragraphs)
    assert any("ước thực hiện" in cell.text for table in document.tables for cell in table.rows[0].cells)
    book = pd.read_excel(files["vi.xlsx"], sheet_name=None, engine="openpyxl")
    assert book["Xuất khẩu"]["Kim ngạch ước thực hiện, USD"].tolist() == [60e6, 40e6, 100e6]
    assert "Xuất khẩu năm 2024 (ước thực hiện)" in book["Các chỉ số"]
    assert "Số liệu năm 2024 là số ước thực hiện." in book["Hồ sơ số liệu"]["Nội dung"].tolist()
    # Of 2023 nothing is an estimate.
    page, *_ = ta.write_brief(table, "Long An", **{**given, "year": 2023}, langs=["vi"], format="html")
    assert "Số liệu năm 2023" not in words_of(page)
    assert "Thị trường Kim ngạch, triệu USD" in words_of(page)


# ---- issuers ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("titles", "issuer"),
    [
        (["SỞ CÔNG THƯƠNG TỈNH LONG AN", "XUẤT KHẨU"], "Sở Công Thương tỉnh Long An"),
        (["UBND TỈNH LONG AN", "SỞ CÔNG THƯƠNG"], "Sở Công Thương, UBND tỉnh Long An"),
        (["UBND TỈNH LONG AN\nSỞ CÔNG THƯƠNG", "XUẤT KHẨU"], "Sở Công Thương, UBND tỉnh Long An"),
        (["TỔNG CỤC THỐNG KÊ", "CỤC THỐNG KÊ TỈNH BẮC NINH"], "Cục Thống kê tỉnh Bắc Ninh"),
        (["Ủy ban nhân dân tỉnh Bình Dương"], "Ủy ban nhân dân tỉnh Bình Dương"),
        (["SỞ KẾ HOẠCH VÀ ĐẦU TƯ THÀNH PHỐ CẦN THƠ"], "Sở Kế hoạch và Đầu tư thành phố Cần Thơ"),
        (["SỞ CÔNG THƯƠNG TP. HỒ CHÍ MINH Số: 12/BC"], "Sở Công Thương TP. Hồ Chí Minh"),
        (["XUẤT KHẨU TỈNH LONG AN THEO THỊ TRƯỜNG", "Đơn vị: triệu USD"], ""),
        (["CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "XUẤT KHẨU CỦA TỈNH"], ""),
    ],
)
def test_the_issuer_is_the_department_at_the_head_of_the_sheet(titles, issuer, tmp_path):
    table = ta.read(sheet(tmp_path / "a.xlsx", *titles), flow="export", year=2024)
    assert ta.certificate(table).get("issuer", "") == issuer


def test_a_line_of_the_source_names_it_where_the_head_does_not(tmp_path):
    path = sheet(tmp_path / "a.xlsx", "XUẤT KHẨU", below=["Nguồn: Cục Hải quan tỉnh Long An."])
    assert ta.certificate(ta.read(path, flow="export", year=2024))["issuer"] == "Cục Hải quan tỉnh Long An"


def test_the_brief_names_the_issuer_and_the_command_says_how_to_replace_it(tmp_path, capsys):
    path = sheet(tmp_path / "c1.xlsx", "SỞ CÔNG THƯƠNG TỈNH LONG AN", "XUẤT KHẨU NĂM 2024")
    given = ["brief", str(path), "--reporter", "Long An", "--flow", "export", "--year", "2024", "--lang", "vi"]
    given += ["--out", str(tmp_path), "--no-input", "--format", "html,xlsx"]
    assert main(given) == 0
    said = "nguồn: Sở Công Thương tỉnh Long An, theo phần đầu của bảng; dùng --source để ghi nguồn khác"
    assert said in capsys.readouterr().err
    page = tmp_path / "brief_Long_An_2024_vi.html"
    assert "năm 2024. Nguồn: Sở Công Thương tỉnh Long An." in words_of(page)
    assert words_of(page).count("c1.xlsx") == 1  # in the last section alone
    book = pd.read_excel(tmp_path / "brief_Long_An_2024_vi.xlsx", sheet_name="Hồ sơ số liệu", engine="openpyxl")
    assert dict(book.to_numpy().tolist())["Cơ quan ban hành số liệu"] == "Sở Công Thương tỉnh Long An"
    assert main([*given, "--source", "Cục Thống kê"]) == 0
    assert "nguồn:" not in capsys.readouterr().err
    assert "Sở Công Thương" not in words_of(page)
    assert "Nguồn: Cục Thống kê." in words_of(page)
