"""Files as they really come: encodings, web pages named .xls, workbooks with what they hide, zips, answers as JSON."""

import json
import unicodedata
import zipfile

import openpyxl
import pandas as pd
import pytest
from conftest import told, values

import tradeanalysis as ta
from tradeanalysis.sources.formats.encodings import decode

TONES = {"\u0300": b"\xcc", "\u0309": b"\xd2", "\u0303": b"\xde", "\u0301": b"\xec", "\u0323": b"\xf2"}


def windows_1258(text):
    """Text as Windows wrote Vietnamese: a letter, and its tone after it where they have no byte together."""
    out = b""
    for char in unicodedata.normalize("NFC", text):
        try:
            out += char.encode("cp1258")
        except UnicodeEncodeError:
            parts = unicodedata.normalize("NFD", char)
            letter = unicodedata.normalize("NFC", "".join(one for one in parts if one not in TONES))
            out += letter.encode("cp1258") + b"".join(TONES[one] for one in parts if one in TONES)
    return out


# ---- encodings --------------------------------------------------------------------------------------------------


def test_every_vietnamese_name_comes_back_from_windows_1258():
    names = ta.countries()["name_vi"].tolist()
    text, _, findings = decode(windows_1258("\n".join(names)), "names.csv")
    assert text.split("\n") == names
    assert [one.id for one in findings] == ["TA-127"]
    assert "windows-1258" in findings[0].what


@pytest.mark.parametrize("name", ["Trung Quốc", "Hàn Quốc", "Đài Loan", "Ấn Độ", "Tây Ban Nha, Bồ Đào Nha, Việt Nam"])
def test_single_names_come_back_from_windows_1258(name):
    assert decode(windows_1258(name), "a.csv")[0] == name


def test_a_file_in_windows_1258_is_read_and_the_guess_is_told(write):
    with told(r"TA-127.*windows-1258.*a guess.*Quốc"):
        table = ta.read(write(windows_1258("Thị trường;Trị giá (1000 USD)\nTrung Quốc;5\nẤn Độ;7,5\n")))
    assert values(table) == {"CHN": 5000.0, "IND": 7500.0}


def test_western_letters_are_not_taken_for_vietnamese(write):
    names = ["Côte d'Ivoire", "Türkiye", "São Tomé and Príncipe", "Curaçao", "Réunion", "Åland Islands"]
    text, _, findings = decode("\n".join(names).encode("cp1252"), "a.csv")
    assert text.split("\n") == names
    assert "windows-1252" in findings[0].what
    for column in ("name_en", "name_vi"):
        assert decode("\n".join(ta.countries()[column]).encode(), "a.csv")[1:] == ([], [])


@pytest.mark.parametrize(
    "mark", ["utf-8-sig", "utf-16", "utf-32", "utf-16-le", "utf-16-be"], ids=lambda encoding: encoding
)
def test_unicode_in_any_form(mark, write):
    text = "partner\tvalue\nĐức\t1.5\nVương quốc Anh\t2\nCanada\t2\n"
    assert values(ta.read(write(text.encode(mark)))) == {"DEU": 1.5, "GBR": 2.0, "CAN": 2.0}


OLD_FONTS = {
    "TCVN3": "N­íc,TrÞ gi¸\nViÖt Nam,1\nNhËt B¶n,2\nTrung Quèc,3\nHµn Quèc,4\nTh¸i Lan,5\n§µi Loan,6\n",
    "VNI": "Nöôùc,Trò giaù\nVieät Nam,1\nNhaät Baûn,2\nTrung Quoác,3\nHaøn Quoác,4\nThaùi Lan,5\n",
}


@pytest.mark.parametrize("font", OLD_FONTS)
@pytest.mark.parametrize("encoding", ["cp1252", "utf-8"])
def test_old_fonts_are_recognised_and_refused_with_advice(font, encoding, write):
    with pytest.raises(ta.TradeDataError, match=rf"TA-143.*{font}.*(ViÖt|Vieät).*Convert it to Unicode"):
        ta.read(write(OLD_FONTS[font].encode(encoding)))


def test_text_that_was_opened_in_a_wrong_encoding_is_refused(write):
    broken = "partner,value\nViệt Nam,1\nNhật Bản,2\nHàn Quốc,3\n".encode().decode("latin-1").encode()
    with pytest.raises(ta.TradeDataError, match=r"TA-143.*encoded twice.*for Việt.*Export it again as UTF-8"):
        ta.read(write(broken))


def test_the_four_broken_names_of_a_release_are_read_and_told(shared_data):
    path = shared_data / "comtrade_raw" / "reference" / "baci_country_codes_V202501_trimmed.csv"
    text, _, findings = decode(path.read_bytes(), path.name)
    assert "TÃ¼rkiye" in text
    assert [one.id for one in findings] == ["TA-127"]


def test_nul_bytes_are_taken_out_and_told(write):
    with told(r"TA-141.*1 line \(3\)"):
        table = ta.read(write(b"partner,value\nUSA,1.5\nC\x00HN,2\n"))
    assert values(table) == {"USA": 1.5, "CHN": 2.0}


@pytest.mark.parametrize("end", ["\r", "\r\n", "\n"])
def test_line_ends_of_any_system(end, write):
    assert values(ta.read(write(end.join(["partner,value", "USA,1.5", "CHN,2", ""])))) == {"USA": 1.5, "CHN": 2.0}


# ---- web pages under the name of a workbook -----------------------------------------------------------------------

PAGE = """<!DOCTYPE html><html><head><style>td {color: 1}</style><script>var x = "<td>9</td>";</script></head><body>
<table><tr><td>Unit : US Dollar thousand</td></tr></table>
<table><tr><th>Importers</th><th colspan="2">Value</th></tr>
<tr><th>Country</th><th>Exported value</th><th>Share (%)</th></tr>
<tr><td>Viet&nbsp;Nam</td><td>1,250.5</td><td>60</td></tr><tr><td>C&ocirc;te d'Ivoire</td><td>800</td><td>40</td></tr>
</table></body></html>"""


def test_a_table_of_a_web_page_is_read(write):
    table = ta.read(write(PAGE, "list.xls"), columns={"partner": "Importers Country", "value": "Value Exported value"})
    assert values(table) == {"VNM": 1250500.0, "CIV": 800000.0}
    assert any("web page" in note for note in ta.certificate(table)["notes"])


def test_a_page_without_numbers_and_xml_are_refused(write):
    with pytest.raises(ta.TradeDataError, match=r"TA-131.*web page without a table"):
        ta.read(write("<html><body>maintenance</body></html>", "a.xls"))
    with pytest.raises(ta.TradeDataError, match=r"TA-131.*XML.*save it as .xlsx"):
        ta.read(write('<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com"></Workbook>', "a.xls"))


def test_a_text_under_the_name_of_a_workbook_is_read(write):
    assert values(ta.read(write("partner\tvalue\nUSA\t1.5\n", "a.xls"))) == {"USA": 1.5}


def test_services_without_partners_are_refused_in_words(shared_data):
    (path,) = (shared_data / "messy_formats").glob("Trade_Map*.xls")
    with pytest.raises(ta.SchemaError, match=r"TA-110.*'Service label'.*no column of partners.*download the table by"):
        ta.read(path)


# ---- workbooks --------------------------------------------------------------------------------------------------


@pytest.fixture
def book(tmp_path):
    def made(rows, name="book.xlsx", change=lambda book: None):
        workbook = openpyxl.Workbook()
        for row in rows:
            workbook.active.append(row)
        change(workbook)
        path = tmp_path / name
        workbook.save(path)
        return path

    return made


TABLE = [["partner", "value"], ["USA", 1.5], ["CHN", 2]]


def test_hidden_rows_and_columns_are_read_and_told(book):
    def hide(workbook):
        workbook.active.row_dimensions[3].hidden = True
        workbook.active.column_dimensions["B"].hidden = True

    with told(r"TA-128.*1 hidden rows \(3\) and hidden columns"):
        assert values(ta.read(book(TABLE, change=hide))) == {"USA": 1.5, "CHN": 2.0}


def test_a_hidden_sheet_is_told_and_not_chosen(book):
    def hide(workbook):
        sheet = workbook.create_sheet("old")
        for row in TABLE:
            sheet.append(row)
        sheet.sheet_state = "hidden"

    path = book(TABLE, change=hide)
    with told(r"TA-128.*hidden sheets, 'old'"):
        assert len(ta.read(path)) == 2
    with told("TA-128"):
        assert len(ta.read(path, sheet="old")) == 2


def test_formulas_without_results_are_refused_by_their_cells(book):
    with pytest.raises(ta.TradeDataError, match=r"TA-129.*1 cells.*\(B4\).*Open the file in Excel and save it"):
        ta.read(book([*TABLE, ["JPN", "=B2+B3"]]))


def test_errors_in_cells_are_refused_and_what_is_not_available_is_missing(book, tmp_path):
    def error(workbook):
        workbook.active["B3"].value = "#REF!"
        workbook.active["B3"].data_type = "e"

    with pytest.raises(ta.TradeDataError, match=r"TA-129.*B3 #REF!"):
        ta.read(book(TABLE, change=error))

    def absent(workbook):
        workbook.active["B3"].value = "#N/A"
        workbook.active["B3"].data_type = "e"

    with pytest.raises(ta.TradeDataError, match=r"TA-102.*row 3.*missing=\"drop\""):
        ta.read(book(TABLE, change=absent))


def test_numbers_as_text_and_dates_as_years(book):
    import datetime

    rows = [["partner", "value", "year"], ["USA", "1,234.5", datetime.date(2021, 12, 31)], ["CHN", 2, "Năm 2021"]]
    table = ta.read(book(rows))
    assert values(table) == {"USA": 1234.5, "CHN": 2.0}
    assert table["year"].tolist() == [2021, 2021]


def test_headings_in_two_rows_with_merged_cells(book):
    rows = [
        ["Bảng 1. Xuất khẩu theo thị trường"],
        [],
        ["Thị trường", "Năm 2019", None, "Năm 2020", None],
        [None, "Lượng (tấn)", "Trị giá (1000 USD)", "Lượng (tấn)", "Trị giá (1000 USD)"],
        ["Hoa Kỳ", 1, 1500.5, 2, 1700],
        ["Trung Quốc", 3, 2000, 4, 2200],
        ["Nguồn: Hải quan"],
    ]

    def merge(workbook):
        workbook.active.merge_cells("A3:A4")
        workbook.active.merge_cells("B3:C3")
        workbook.active.merge_cells("D3:E3")

    path = book(rows, change=merge)
    table = ta.read(path)
    assert values(table[table["year"] == 2019]) == {"USA": 1_500_500.0, "CHN": 2_000_000.0}
    table = ta.read(path, columns={"partner": "Thị trường", "value": "2020 Trị giá (1000 USD)"})
    assert values(table) == {"USA": 1_700_000.0, "CHN": 2_200_000.0}
    assert any("Hải quan" in note for note in ta.certificate(table)["notes"])


def test_an_xml_bomb_in_a_workbook_is_refused(book, tmp_path):
    source, path = book(TABLE), tmp_path / "bomb.xlsx"
    laughs = b'<!DOCTYPE b [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]><workbook>&b;</workbook>'
    reach = b'<!DOCTYPE b [<!ENTITY a SYSTEM "file:///etc/passwd">]><workbook>&a;</workbook>'
    for content in (laughs, reach):
        with zipfile.ZipFile(source) as old, zipfile.ZipFile(path, "w") as new:
            for member in old.infolist():
                new.writestr(member, content if member.filename == "xl/workbook.xml" else old.read(member))
        with pytest.raises(ta.TradeDataError, match="TA-131"):
            ta.read(path)


def test_the_imf_workbook_is_read_once_its_messages_are_followed(shared_data):
    path = shared_data / "messy_formats" / "IMF_DOTS_ChinaPR_Mainland_Imports.xlsx"
    with pytest.raises(ta.SchemaError, match=r"'Goods, Value of Imports, Cost,'.*sheet="):
        ta.read(path)
    about = {"sheet": "Goods, Value of Imports, Cost,"}
    with pytest.raises(ta.UnitError, match=r"TA-109.*unit="):
        ta.read(path, **about)
    about |= {"unit": "mUSD", "reporter": "CHN", "flow": "import", "year": 2020}
    # Its cells are whole dollars, though it says "Scale: Millions".
    with pytest.raises(ta.UnitError, match=r"TA-109.*more than all the world's trade.*unit=\"USD\""):
        ta.read(path, **about)
    about["unit"] = "USD"
    with told("TA-119"):
        table = ta.read(path, **about)
    sheet = pd.read_excel(path, sheet_name=about["sheet"], header=None, engine="openpyxl").astype(str)
    (head,) = [i for i in range(20) if "2020" in sheet.iloc[i].str.removesuffix(".0").tolist()]
    column = sheet.iloc[head].str.removesuffix(".0").tolist().index("2020")
    printed = pd.to_numeric(sheet[column].iloc[head + 1 :], errors="coerce").set_axis(
        sheet[0].iloc[head + 1 :].str.strip()
    )
    mine = values(table)
    for name, code in (("Germany", "DEU"), ("Japan", "JPN"), ("Vietnam", "VNM"), ("United States", "USA")):
        assert mine[code] == pytest.approx(printed[name], rel=1e-12), name
    assert table["value"].sum() == pytest.approx(printed.sum(), rel=1e-12)


# ---- zips and answers -------------------------------------------------------------------------------------------


def test_a_zip_of_one_table_is_read_and_one_of_several_names_them(tmp_path):
    path = tmp_path / "download.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("../../outside.csv", "partner,value\nUSA,1.5\n")
        packed.writestr("readme.pdf", "text")
    assert values(ta.read(path)) == {"USA": 1.5}
    assert not (tmp_path.parent.parent / "outside.csv").exists()
    with zipfile.ZipFile(path, "w") as packed:
        packed.writestr("a.csv", "partner,value\nUSA,1.5\n")
        packed.writestr("b.csv", "partner,value\nUSA,1.5\n")
    with pytest.raises(ta.SchemaError, match=r"TA-110.*a\.csv, b\.csv"):
        ta.read(path)


def test_bombs_are_refused_before_they_unpack(tmp_path, write, monkeypatch):
    path = tmp_path / "bomb.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("a.csv", "partner,value\n" + "0" * 30_000_000)
    with pytest.raises(ta.TradeDataError, match=r"TA-130.*30 MB|TA-130.*unpacks"):
        ta.read(path)
    with pytest.raises(ta.TradeDataError, match=r"TA-130.*columns, more than 5,000"):
        ta.read(write(",".join(["partner", "value", *map(str, range(6000))]) + "\n"))
    monkeypatch.setattr("tradeanalysis.sources.formats.delimited.MAX_LINE", 1000)
    with pytest.raises(ta.TradeDataError, match=r"TA-130.*first line"):
        ta.read(write("partner,value" + "x" * 2000 + "\nUSA,1\n"))


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ('{"data": [{"a": 1, "a": 2}]}', "TA-131.*'a' twice"),
        ('{"data": [{"primaryValue": Infinity}]}', "TA-131.*Infinity"),
        ('{"data": ' + "[" * 5000 + "]" * 5000 + "}", "TA-131.*not an answer|TA-110"),
        ('{"data": [], "error": "quota"}', "TA-131.*quota"),
        ('{"count": 9, "data": [{"a": 1}]}', "TA-131.*1 of 9 records"),
    ],
)
def test_damaged_answers_are_refused(answer, words, write):
    with pytest.raises(ta.TradeDataError, match=words):
        ta.read(write(answer, "answer.json"))


def test_a_legacy_answer_is_read_and_one_of_totals_only_says_so(shared_data, write):
    path = shared_data / "comtrade_raw" / "api_v1_json" / "old_api_get_sample_2013_GBR.json"
    with pytest.raises(ta.AggregateRowError, match=r"TA-104.*only totals.*by partner"):
        ta.read(path)
    answer = json.loads(path.read_text("utf-8"))
    for record in answer["dataset"]:
        record |= {"ptCode": 842, "ptTitle": "USA", "pt3ISO": "USA"}
    table = ta.read(write(json.dumps(answer), "answer.json"))
    assert table["value"].tolist() == [float(record["TradeValue"]) for record in answer["dataset"]]
    assert table["flow"].tolist() == [record["rgDesc"].lower() for record in answer["dataset"]]
    assert set(table["partner"]) == {"USA"}
