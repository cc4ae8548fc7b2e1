"""Files: every layout read right, every dangerous fault refused with its lines, its share and how to fix it."""

import contextlib
import csv
import gzip
import json
import tempfile
import unicodedata
import zipfile
from decimal import Decimal

import pandas as pd
import pytest
from conftest import told, values
from hypothesis import given
from hypothesis import strategies as st

import tradeanalysis as ta
from tradeanalysis.schema import DATA
from tradeanalysis.sources.columns.numbers import parse

BACI = "t,i,j,k,v,q\n2020,704,842,10121,1.500,2\n2020,704,490,10121,0.500,\n2020,516,704,260300,2.000,NA\n"


# ---- layouts --------------------------------------------------------------------------------------------------


def test_canonical_columns_in_any_case_are_dollars(write):
    table = ta.read(write("Partner,VALUE,Year,Flow\nNA,10,2020,X\nHoa Kỳ,5.5,2020,export\n"))
    assert values(table) == {"NAM": 10.0, "USA": 5.5}
    assert table["flow"].tolist() == ["export", "export"]
    assert table["year"].tolist() == [2020, 2020]


def test_baci_is_thousand_dollars_with_codes_of_its_own(write):
    table = ta.read(write(BACI))
    assert list(table.columns) == ["reporter", "partner", "flow", "product", "year", "value"]
    assert table["value"].tolist() == [1500.0, 500.0, 2000.0]
    assert table["partner"].tolist() == ["USA", "TWN", "VNM"]
    assert table["reporter"].tolist() == ["VNM", "VNM", "NAM"]
    assert table["product"].tolist() == ["010121", "010121", "260300"]
    assert set(table["flow"]) == {"export"}


def test_baci_with_a_country_code_that_is_text(write):
    path = write(BACI.replace(",490,", ",S19,"), "BACI_HS92_Y2020_V202501.csv")
    assert "TWN" in set(ta.read(path)["partner"])


def test_baci_zip_and_folder_give_the_years_asked_for(tmp_path):
    folder = tmp_path / "release"
    folder.mkdir()
    archive = tmp_path / "BACI_HS92_V202501.zip"
    with zipfile.ZipFile(archive, "w") as packed:
        for year in (2019, 2020):
            name, text = f"BACI_HS92_Y{year}_V202501.csv", BACI.replace("2020,", f"{year},")
            packed.writestr(name, text)
            (folder / name).write_text(text)
        packed.writestr("country_codes_V202501.csv", "country_code\n4\n")
    for source in (archive, folder):
        assert sorted(set(ta.read(source)["year"])) == [2019, 2020]
        assert set(ta.read(source, year=2019)["year"]) == {2019}
        with pytest.raises(ta.SchemaError, match=r"does not hold 1990: it holds 2019, 2020"):
            ta.read(source, year=1990)


def test_comtrade_downloads_agree_with_an_independent_reading(shared_data):
    folder = shared_data / "comtrade_raw" / "new_csv"
    paths = sorted(folder.glob("*.csv"))
    assert len(paths) == 4
    for path in paths:
        with path.open(encoding="latin-1", newline="") as file:
            rows = list(csv.DictReader(file))
        changes = len({row["classificationCode"] for row in rows}) > 1
        with told("TA-126") if changes else contextlib.nullcontext():
            table = ta.read(path)
        assert len(table) == len(rows)
        assert table["value"].tolist() == [float(row["primaryValue"]) for row in rows]
        assert table["partner"].tolist() == [row["partnerISO"] for row in rows]
        assert table["product"].tolist() == [row["cmdCode"] for row in rows]


def test_comtrade_api_answer(shared_data, write):
    path = shared_data / "comtrade_raw" / "api_v1_json" / "get_C_A_HS_60a6ad.json"
    records = json.loads(path.read_text())["data"]
    table = ta.read(path)
    assert values(table) == {record["partnerISO"]: record["primaryValue"] for record in records}
    for record in records:  # the service may leave names and ISO codes empty
        record["partnerISO"] = record["partnerDesc"] = record["reporterISO"] = None
    nulls = write(json.dumps({"count": 4, "data": records}), "answer.json")
    assert values(ta.read(nulls)) == values(table)


def test_an_empty_or_cut_answer_is_refused(shared_data, write):
    with pytest.raises(ta.TradeDataError, match="no record"):
        ta.read(shared_data / "comtrade_raw" / "api_v1_json" / "get_S_A_EB_empty.json")
    with pytest.raises(ta.TradeDataError, match="1 of 250,001 records"):
        ta.read(write('{"count": 250001, "data": [{"reporterCode": 704}]}', "cut.json"))
    with pytest.raises(ta.TradeDataError, match="whole JSON"):
        ta.read(write('{"data": [{"reporterCode": 7', "short.json"))
    with pytest.raises(ta.TradeDataError, match="NaN"):
        ta.read(write('{"data": [{"primaryValue": NaN}]}', "nan.json"))


def test_a_legacy_download_of_totals_only_says_so(shared_data):
    """Products of the World alone are a table of products: there is no index over partners."""
    with told("TA-126"):
        table = ta.read(shared_data / "comtrade_raw" / "old_csv" / "comtrade (3).csv")
    assert "partner" not in table
    assert any("the only partner is the World" in note for note in ta.certificate(table)["notes"])
    with pytest.raises(ta.SchemaError, match="no column 'partner'"):
        ta.measure(table, ta.hhi)


def test_wits_as_sdmx_offers_its_sections(shared_data):
    """Imports of the United States in 2017 by sections of the HS, which add up to the total of the file."""
    path = shared_data / "live" / "wits" / "tradestats_trade_sample_2019.json"
    (found,) = [one for one in ta.inspect(path).findings if one.severity == "error"]
    table = ta.read(path, **{found.fixes[0].argument: found.fixes[0].value})
    assert len(table) == 16
    assert table["value"].sum() == pytest.approx(2407390189.46e3, rel=1e-9)
    assert ta.measure(table, ta.hhi, over="product", by=[])["n"].item() == 16


def test_wits_by_partner_holds_both_flows(write):
    text = (
        "Reporter Name,Partner Name,Year,Export (US$ Thousand),Import (US$ Thousand),Export Partner Share (%)\n"
        '"Vietnam","United States",2019,61403972.0,14376810.0,23.2\n"Vietnam","Korea, Rep.",2019,,46941930.0,\n'
    )
    table = ta.read(write(text))
    assert table["flow"].tolist() == ["export", "import", "import"]
    assert table["value"].tolist() == [61403972e3, 14376810e3, 46941930e3]
    assert ta.certificate(table)["dropped"][0]["rows"] == 1


def test_wits_download(write):
    text = "Nomenclature,ReporterISO3,ProductCode,PartnerISO3,Year,TradeFlowName,TradeValue in 1000 USD\n"
    table = ta.read(write(text + "HS,VNM,100630,ROM,2001,Export,2.5\nHS,VNM,100630,OAS,2001,Export,1\n"))
    assert values(table) == {"ROU": 2500.0, "TWN": 1000.0}


def test_vietnamese_agriculture_by_hand_named_columns(shared_data):
    path = shared_data / "vn_mard_agri_markets" / "thi_truong_xuat_khau_9thang_2019.csv"
    columns = {"product": "mat_hang", "partner": "ten_nuoc", "value": "gia_tri_9t_2019_1000usd"}
    about = {"columns": columns, "unit": "kUSD", "reporter": "VNM", "flow": "export", "year": 2019}
    with pytest.raises(ta.AggregateRowError, match=r"TỔNG SỐ.*drop_aggregates=True"):
        ta.read(path, **about)
    with pytest.raises(ta.TradeDataError, match=r"TA-114.*by -12\.\d%.*remainder=True"):
        ta.read(path, drop_aggregates=True, **about)
    with told("TA-119"):
        table = ta.read(path, drop_aggregates=True, remainder=True, **about)
    with path.open(encoding="utf-8", newline="") as file:
        printed = [row for row in csv.DictReader(file) if row["tt"] != "0"]
    listed = table[table["partner"] != "OTH"]
    assert listed["value"].tolist() == [1e3 * float(row["gia_tri_9t_2019_1000usd"]) for row in printed]
    with told("TA-119.*19.0% of the value is not allocated"):
        assert ta.basket(table, product="Gạo").index[0] == "PHL"


@pytest.mark.parametrize("kind", ["csv", "tsv", "xlsx", "parquet", "json"])
def test_namibia_survives_every_format(kind, tmp_path):
    frame = pd.DataFrame({"partner": ["NA", "842", "490"], "value": [1.0, 2.0, 4.0]})
    path = tmp_path / f"table.{kind}"
    if kind == "xlsx":
        frame.to_excel(path, index=False)
    elif kind == "parquet":
        frame.to_parquet(path)
    elif kind == "json":
        records = [{"reporterCode": 704, "partnerCode": p, "primaryValue": v} for p, v in frame.itertuples(index=False)]
        path.write_text(json.dumps({"data": records}))
    else:
        frame.to_csv(path, index=False, sep="\t" if kind == "tsv" else ",")
    assert values(ta.read(path)) == {"NAM": 1.0, "USA": 2.0, "TWN": 4.0}


def test_the_certificate_tells_what_was_done(write):
    path = write("partner,value\nUSA,10\nWorld,11\nOthers,1\n")
    with told("TA-119"):
        table = ta.read(path, drop_aggregates=True, reporter="Việt Nam")
    known = ta.certificate(table)
    assert known["source"] == "table.csv"
    assert len(known["sha256"]) == 64
    assert (known["rows_read"], known["rows"]) == (3, 2)
    assert known["dropped"][0]["rows"] == 1
    assert known["dropped"][0]["value"] == 11.0
    assert known["unallocated_share"] == pytest.approx(1 / 11)
    assert [issue["id"] for issue in known["issues"]] == ["TA-119"]
    with pytest.raises(ta.TradeDataError, match="no certificate"):
        ta.certificate(pd.DataFrame())


# ---- faults ---------------------------------------------------------------------------------------------------

HEAD = "reporter,partner,flow,product,year,value\n"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("partner,value\nUSA,10\nWorld,10\n", r"TA-104.*'World'.*line 3.*50\.0% of value.*drop_aggregates=True"),
        ("partner,value\nUSA,10\nASEAN,10\n", r"TA-104.*'ASEAN'"),
        ("partner,value\nUSA,10\n0,10\n", r"TA-104.*'0' \(World\)"),
        ("partner,value\nUSA,10\nCHN,-5\n", r"TA-101.*line 3"),
        ("partner,value\nUSA,10\nCHN,\n", r"TA-102.*line 3"),
        ("partner,value\nUSA,10\nCHN,..\n", r"TA-102.*line 3"),
        ("partner,value\nUSA,10\nCHN,1e999\n", r"TA-103.*line 3"),
        ("partner,value\nUSA,10\n,5\n", r"TA-105.*line 3.*33\.3% of value"),
        ("partner,value\nUSA,10\nPerugia,5\n", r"TA-106.*'Perugia'.*names=\{\"Perugia\": \"keep\"\}"),
        ("partner,value\nUSA,10\nKorea,5\n", r"TA-106.*'Korea'.*did you mean"),
        ("partner,value\nUSA,10\nUSA,10\n", r"TA-107.*lines 2, 3.*duplicates=\"first\""),
        (HEAD + "VNM,USA,X,01,2020,5\nVNM,USA,X,0101,2020,5\n", r"TA-108.*2, 4 digits.*level=4"),
        (HEAD + "VNM,USA,X,TOTAL,2020,5\nVNM,USA,X,010121,2020,5\n", r"TA-108.*0, 6 digits"),
        (HEAD + "VNM,USA,X,01,2020,5\nVNM,USA,RX,01,2020,5\n", r"TA-111.*'RX'.*flow=\"export\""),
        (HEAD + "VNM,USA,X,01,20,5\n", r"TA-112.*'20'"),
        ("partner,value\nUSA,10 USD\n", r"TA-112.*'10 USD'"),
        ("partner,value\nUSA,1.234\nCHN,9\n", r"TA-112.*decimal="),
    ],
)
def test_a_fault_raises_with_place_share_and_mend(text, words, write):
    with pytest.raises(ta.TradeDataError, match=words):
        ta.read(write(text))


def test_all_faults_are_told_at_once(write):
    with pytest.raises(ta.TradeDataError) as caught:
        ta.read(write("partner,value\nUSA,-1\nWorld,3\n,4\nPerugia,\n"))
    for id in ("TA-101", "TA-102", "TA-104", "TA-105", "TA-106"):
        assert id in str(caught.value)


COMTRADE = (
    "refYear,reporterCode,flowCode,partnerCode,partner2Code,cmdCode,customsCode,motCode,primaryValue\n"
    "2020,704,X,842,0,TOTAL,C00,0,100\n"
)


def test_details_beside_their_total_are_refused_then_the_total_is_kept(write):
    path = write(COMTRADE + "2020,704,X,842,0,TOTAL,C00,2100,60\n2020,704,X,842,0,TOTAL,C00,1000,40\n")
    with pytest.raises(ta.TradeDataError, match=r"TA-107.*transport mode.*duplicates=\"total\""):
        ta.read(path)
    with pytest.raises(ta.TradeDataError, match=r"TA-107.*duplicates=\"total\""):
        ta.read(path, duplicates="sum")
    table = ta.read(path, duplicates="total")
    assert values(table) == {"USA": 100.0}
    assert ta.certificate(table)["dropped"][0]["rows"] == 2


def test_details_without_their_total_are_added_when_asked(write):
    path = write(COMTRADE.replace("C00,0,100", "C00,2100,60") + "2020,704,X,842,0,TOTAL,C00,1000,40\n")
    with pytest.raises(ta.TradeDataError, match=r"TA-107.*duplicates=\"sum\""):
        ta.read(path)
    assert values(ta.read(path, duplicates="sum")) == {"USA": 100.0}


def test_two_labels_of_one_country_are_added_and_told(write):
    table = ta.read(write("partner,value\nMỹ,10\nHoa Kỳ,5\n"))
    assert values(table) == {"USA": 15.0}
    assert any("added" in note for note in ta.certificate(table)["notes"])


def test_one_level_can_be_kept(write):
    path = write(HEAD + "VNM,USA,X,01,2020,7\nVNM,USA,X,0101,2020,5\n")
    with told(r"TA-120.*01 by -28\.6%"):
        assert ta.read(path, level=4)["value"].tolist() == [5.0]
    assert ta.read(path, level=2)["product"].tolist() == ["01"]
    with pytest.raises(ta.TradeDataError, match="level=6"):
        ta.read(path, level=6)


def test_own_markets_can_be_kept(write):
    with told(r"TA-106.*are kept, 'Perugia'.*33\.3% of value"):
        table = ta.read(write("partner,value\nPerugia,5\nUSA,10\n"), unknown="keep")
    assert values(table) == {"Perugia": 5.0, "USA": 10.0}


def test_reporter_flow_and_year_filter_what_the_file_tells(write):
    path = write(HEAD + "VNM,USA,X,01,2020,5\nVNM,USA,M,01,2020,6\nTHA,USA,X,01,2020,7\nVNM,USA,X,01,2021,8\n")
    assert ta.read(path, reporter="Vietnam", flow="export", year=2020)["value"].tolist() == [5.0]
    assert ta.read(path, year=[2020, 2021], reporter="THA")["value"].tolist() == [7.0]
    with pytest.raises(ta.TradeDataError, match="not in the file"):
        ta.read(path, reporter="LAO")


@pytest.mark.parametrize(
    ("text", "error", "words"),
    [
        ("a;b\n1;2\n", ta.SchemaError, "layout is not known"),
        ("parter,valu\nUSA,1\n", ta.SchemaError, r"'parter' \(partner\?\).*'valu' \(value\?\)"),
        ("just text\nmore\n", ta.SchemaError, "no delimiter"),
        ("partner,value,value\nUSA,1,2\n", ta.SchemaError, "one name"),
        ("partner,value\nUSA,1,2\nCHN,3\n", ta.SchemaError, "line 2 has 3 cells where the heading has 2"),
        ("", ta.TradeDataError, "empty"),
        ("<html><table><tr><td>partner</td></tr></table></html>", ta.TradeDataError, "web page without a table"),
    ],
)
def test_files_that_cannot_be_read_say_why(text, error, words, write):
    with pytest.raises(error, match=words):
        ta.read(write(text))


def test_a_value_of_unknown_unit_is_refused(write):
    path = write("Thị trường,Trị giá\nHoa Kỳ,5\n")
    columns = {"partner": "Thị trường", "value": "Trị giá"}
    with pytest.raises(ta.UnitError, match=r"'trị giá'.*unit="):
        ta.read(path, columns=columns)
    with pytest.raises(ta.UnitError, match="kUSD"):
        ta.read(path, columns=columns, unit="shells")
    assert ta.read(path, columns=columns, unit="mUSD")["value"].tolist() == [5e6]
    with pytest.raises(ta.SchemaError, match="'Kim ngạch'"):
        ta.read(path, columns={"partner": "Thị trường", "value": "Kim ngạch"}, unit="USD")


def test_a_delimiter_after_every_row_does_not_shift_columns(write):
    table = ta.read(write("partner,value\nUSA,1,\nCHN,2,\n"))
    assert values(table) == {"USA": 1.0, "CHN": 2.0}
    assert ta.certificate(table)["notes"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_encodings(encoding, write):
    assert values(ta.read(write("partner\tvalue\nĐức\t1\n", encoding=encoding))) == {"DEU": 1.0}


def test_addresses_and_absent_files_are_refused():
    with pytest.raises(ta.TradeDataError, match="address"):
        ta.read("https://example.org/a.csv")
    with pytest.raises(ta.TradeDataError, match="no file"):
        ta.read("nowhere.csv")


def test_a_workbook_of_several_sheets_needs_a_choice(tmp_path):
    path = tmp_path / "book.xlsx"
    with pd.ExcelWriter(path) as book:
        for name, value in (("a", 1.0), ("b", 2.0)):
            pd.DataFrame({"partner": ["USA"], "value": [value]}).to_excel(book, sheet_name=name, index=False)
    with pytest.raises(ta.SchemaError, match="sheet="):
        ta.read(path)
    assert ta.read(path, sheet="b")["value"].tolist() == [2.0]


def test_a_workbook_that_unpacks_to_too_much_is_refused(tmp_path):
    path = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/workbook.xml", "<workbook/>")
        packed.writestr("xl/worksheets/sheet1.xml", "0" * 30_000_000)
    with pytest.raises(ta.TradeDataError, match="unpacks to 30 MB"):
        ta.read(path)


# ---- what must never pass without a word -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"duplicates": "sums"}, "duplicates=.sums. is not known.*'total', 'sum', 'first'"),
        ({"unknown": "kep"}, "unknown=.kep."),
        ({"decimal": ";"}, "decimal=.;."),
        ({"flow": "exports"}, "flow=.exports..*'export', 'import'"),
        ({"year": "2020"}, "year=.2020.: a year is a whole number"),
        ({"year": []}, "a year is a whole number"),
        ({"year": [2019, 2020]}, "several years"),
        ({"reporter": "Korea"}, r"TA-106.*South Korea \(KOR\), North Korea"),
        ({"reporter": "Vietnm"}, r"TA-106.*nearly Vietnam \(VNM\)"),
        ({"level": 6}, "level=.*no column of products"),
        ({"sheet": "one"}, "not a workbook"),
    ],
)
def test_an_argument_that_means_nothing_is_refused(arguments, words, write):
    with pytest.raises(ta.TradeDataError, match=words):
        ta.read(write("partner,value\nUSA,5\nUSA,5\n"), **arguments)


def test_a_province_can_be_the_reporter(write):
    path = write("partner,value\nUSA,5\n")
    assert ta.read(path, reporter="Long An")["reporter"].tolist() == ["Long An"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"year": 1999}, "year=1999 is not in the file, which holds 2020"),
        ({"flow": "import"}, r"flow=\"import\" is not in the file, which holds 'X'"),
        ({"reporter": "LAO"}, "reporter=.LAO. is not in the file, which holds VNM"),
    ],
)
def test_a_choice_that_leaves_nothing_is_refused(arguments, words, write):
    with pytest.raises(ta.TradeDataError, match=words):
        ta.read(write(HEAD + "VNM,USA,X,01,2020,5\n"), **arguments)


def test_a_file_of_headings_only_is_refused(write):
    with pytest.raises(ta.TradeDataError, match="no row"):
        ta.read(write("partner,value\n"))


@pytest.mark.parametrize("word", ["Exportación", "1", "", "Exports of services"])
def test_a_flow_of_unknown_meaning_is_refused_even_where_one_is_asked_for(word, write):
    path = write(HEAD + f"VNM,USA,X,01,2020,5\nVNM,CHN,{word},01,2020,5\n")
    for flow in (None, "export", "import"):
        with pytest.raises(ta.TradeDataError, match=r"TA-111.*line 3.*Write \"export\" or \"import\""):
            ta.read(path, flow=flow)


@pytest.mark.parametrize(
    "word", ["X", "Exports", "xuất khẩu", "Xuất khẩu", "XUẤT KHẨU", "xuat khau", "export(s)", "XK"]
)
def test_words_for_exports(word, write):
    assert ta.read(write(f"partner;flow;value\nUSA;{word};5\n"))["flow"].tolist() == ["export"]


def test_reexports_are_left_out_where_exports_are_asked_for(write):
    path = write(HEAD + "VNM,USA,X,01,2020,5\nVNM,USA,RX,01,2020,2\nVNM,USA,DX,01,2020,3\n")
    table = ta.read(path, flow="export")
    assert table["value"].tolist() == [5.0]
    left = {"rows": 2, "value": 5.0, "reason": "not of the chosen flow, exports"}
    assert ta.certificate(table)["dropped"] == [left | {"kind": "out_other_flow"}]


def test_a_unit_against_the_layout_is_refused(write):
    with pytest.raises(ta.UnitError, match="BACI are in kUSD"):
        ta.read(write(BACI), unit="USD")
    assert ta.read(write(BACI), unit="kUSD")["value"].sum() == 4000.0
    assert ta.read(write("partner,value\nUSA,5\n"), unit="kUSD")["value"].tolist() == [5000.0]


def test_faults_of_reporters_not_asked_for_do_not_matter(write):
    path = write("reporter,partner,value\nVNM,USA,5\nEU27,World,7\nKorea,USA,1\nVNM,CHN,3\n")
    with pytest.raises(ta.TradeDataError, match="TA-104"):
        ta.read(path)
    path = write("reporter,partner,value\nVNM,USA,5\nEU27,USA,7\nKorea,USA,1\nVNM,CHN,3\n")
    assert values(ta.read(path, reporter="Vietnam")) == {"USA": 5.0, "CHN": 3.0}


def test_totals_over_different_columns_are_never_added(write):
    head = COMTRADE.splitlines()[0]
    rows = ["2020,704,X,842,0,TOTAL,C04,0,60", "2020,704,X,842,0,TOTAL,C05,0,40", "2020,704,X,842,0,TOTAL,C00,1000,100"]
    path = write("\n".join([head, *rows]) + "\n")
    for duplicates in (None, "sum", "total"):
        with pytest.raises(ta.TradeDataError, match=r"TA-107.*in several ways"):
            ta.read(path, duplicates=duplicates)


def test_cells_with_and_without_a_total_in_one_file(write):
    text = COMTRADE + "2020,704,X,842,0,TOTAL,C00,2100,60\n2020,704,X,842,0,TOTAL,C00,1000,40\n"
    text += "2020,704,X,156,0,TOTAL,C00,2100,7\n2020,704,X,156,0,TOTAL,C00,1000,5\n2020,704,X,392,0,TOTAL,C00,0,3\n"
    table = ta.read(write(text), duplicates="total")
    assert values(table) == {"USA": 100.0, "CHN": 12.0, "JPN": 3.0}
    again = text + "2020,704,X,156,0,TOTAL,C00,1000,5\n"
    with pytest.raises(ta.TradeDataError, match=r"TA-107.*lines 6, 8"):
        ta.read(write(again), duplicates="total")


def test_the_codes_of_totals_are_known_in_numbers_too(tmp_path):
    path = tmp_path / "cube.parquet"
    cube = pd.DataFrame(
        {
            "reporterCode": 704,
            "partnerCode": [842, 842, 156],
            "motCode": [0.0, 2100.0, None],
            "primaryValue": [10, 4, 3],
        }
    )
    cube.to_parquet(path)
    assert values(ta.read(path, duplicates="total")) == {"USA": 10.0, "CHN": 3.0}


def test_a_missing_value_is_not_lost_in_a_sum(write):
    with pytest.raises(ta.TradeDataError, match=r"TA-102.*line 2"):
        ta.read(write("partner,value\nMỹ,\nHoa Kỳ,5\n"))


def test_lost_zeros_of_product_codes_come_back(write):
    path = write(HEAD + "VNM,USA,X,10121,2020,7\nVNM,USA,X,260300,2020,5\n")
    with told(r"TA-139.*10121.*line 2"):
        table = ta.read(path)
    assert table["product"].tolist() == ["010121", "260300"]
    with told("TA-139"):
        assert ta.read(path, level=6)["value"].sum() == 12.0
    assert [issue["id"] for issue in ta.certificate(table)["issues"]] == ["TA-139"]
    nested = write(HEAD + "VNM,USA,X,111,2020,7\nVNM,USA,X,1110,2020,5\n")
    with pytest.raises(ta.TradeDataError, match=r"TA-108.*3, 4 digits.*lost its leading zero"):
        ta.read(nested)


def test_real_headings_without_zeros_come_back(shared_data, write):
    records = json.loads((shared_data / "comtrade_raw" / "reference" / "HS.json").read_text("utf-8"))["results"]
    for level in (4, 6):
        codes = sorted(record["id"] for record in records if record["id"].isdigit() and len(record["id"]) == level)
        assert len(codes) > 1000
        text = HEAD + "".join(f"VNM,USA,X,{int(code)},2020,1\n" for code in codes)
        with told("TA-139"):
            assert ta.read(write(text))["product"].tolist() == codes


def test_product_codes_with_dots_or_as_numbers(write, tmp_path):
    dotted = ta.read(write(HEAD + "VNM,USA,X,0101.21,2020,5\nVNM,CHN,X,01 01 21,2020,5\n"))
    assert set(dotted["product"]) == {"010121"}
    path = tmp_path / "numbers.parquet"
    pd.DataFrame({"partner": ["USA", "CHN"], "product": [260300.0, 10121.0], "value": [1.0, 2.0]}).to_parquet(path)
    with told("TA-139"):
        assert ta.read(path)["product"].tolist() == ["260300", "010121"]
    pd.DataFrame({"partner": ["USA", "CHN"], "product": [101.21, 85.0], "value": [1.0, 2.0]}).to_parquet(path)
    with pytest.raises(ta.TradeDataError, match=r"TA-112.*with a fraction, 101\.21"):
        ta.read(path)
    with told(r"TA-139.*3 digits.*SITC"):
        assert ta.read(write("partner,product,value\nUSA,334,1\nCHN,784,2\n"))["product"].tolist() == ["334", "784"]
    pd.DataFrame({"partner": ["USA", "CHN"], "product": [260300.0, None], "value": [1.0, 2.0]}).to_parquet(path)
    with pytest.raises(ta.TradeDataError, match=r"TA-105.*no product \(row 1\)"):
        ta.read(path)


@pytest.mark.parametrize("total", ["Total", "All Products", "TOTAL", "Tổng số"])
def test_a_total_beside_sectors_is_refused(total, write):
    path = write(HEAD + f"VNM,USA,X,{total},2020,9\nVNM,USA,X,01-05_Animal,2020,5\n")
    with pytest.raises(ta.TradeDataError, match=r"TA-108.*line 2.*level=0"):
        ta.read(path)
    assert ta.read(path, level=0)["value"].tolist() == [9.0]


def test_what_is_kept_or_not_allocated_is_told_with_its_share(write):
    with told(r"TA-106.*30\.0% of value(.|\n)*TA-119.*20\.0% of value"):
        table = ta.read(write("partner,value\nPerugia,90\nOthers,60\nUSA,150\n"), unknown="keep")
    notes = ta.certificate(table)["notes"]
    assert any("Perugia; 30.0%" in note for note in notes)
    assert any("not allocated" in note and "20.0%" in note for note in notes)


# ---- files that are not what they say ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("field", "words"),
    [
        ("reporterCode", "TA-132"),
        ("partnerCode", "TA-106"),
        ("flowCode", "TA-111"),
        ("cmdCode", "TA-108"),
        ("refYear", "TA-112"),
        ("period", "TA-115"),
        ("primaryValue", "TA-103"),
    ],
)
def test_a_number_of_400_digits_is_refused_in_words(field, words, write):
    record = {"reporterCode": 704, "partnerCode": 842, "flowCode": "X", "cmdCode": "01", "refYear": 2020}
    record |= {"period": 2020, "primaryValue": 1.0}
    path = write(json.dumps({"data": [record | {field: 10**400}, record | {"partnerCode": 156}]}), "a.json")
    with pytest.raises(ta.TradeDataError, match=words):
        ta.read(path)


@pytest.mark.parametrize(
    ("content", "name", "words"),
    [
        (b"PK\x03\x04 nothing", "a.xlsx", "damaged"),
        (b"PAR1 nothing", "a.parquet", "damaged Parquet"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "a.xls", "TA-131.*is damaged"),
        (b"\x1f\x8b nothing", "a.csv.gz", "damaged gzip"),
        (b"[" * 100_000, "a.json", "not an answer of Comtrade"),
        (b'{"data": [{"primaryValue": 1' + b"0" * 5000 + b"}]}", "a.json", "not an answer of Comtrade"),
        (b'{"data": [1]}', "a.json", "no list of records"),
        (b'{"data": [{"reporterCode": 704, "partnerCode": [842], "primaryValue": 1}]}', "a.json", r"TA-106.*\[842\]"),
        (
            b'{"data": [{"reporterCode": 704, "partnerCode": 842, "primaryValue": 1' + b"0" * 400 + b"}]}",
            "a.json",
            "TA-103",
        ),
        (b'partner,value\n"USA,1\nCHN,2\n', "a.csv", "quotation mark is opened near line 2"),
        (b"partner,Value,value\nUSA,1,2\n", "a.csv", "one name: 'Value'"),
        (b"\xff\xfepar", "a.csv", "TA-131.*damaged UTF-16"),
    ],
)
def test_damaged_files_are_refused_in_words(content, name, words, tmp_path):
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(ta.TradeDataError, match=words):
        ta.read(path)


def test_an_old_workbook_is_read(shared_data):
    with pytest.raises(ta.TradeDataError, match=r"sheets hold data, 'Data'.*sheet="):
        ta.read(shared_data / "baci2023_totals_194" / "GDP_wdi_raw.xls")


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("IMF_DOTS_ChinaPR_Mainland_Imports.xlsx", "Choose with sheet="),
        ("SingStat_Export_data_Singapore.csv", r"not plain, 'Million Dollars'.*unit=\"mSGD\""),
        ("India_PC_Export_2014_2015.csv", r"the unit of 'value' is not known.*unit="),
        ("Trade_Map_-_List_of_services_exported_by_Kenya_(All_services).xls", "no column of partners.*by partner"),
    ],
)
def test_awkward_real_files_are_refused_with_a_way_out(name, words, shared_data):
    with pytest.raises(ta.TradeDataError, match=words):
        ta.read(shared_data / "messy_formats" / name)


@pytest.mark.parametrize(("name", "extra"), [("a.xlsx", "excel"), ("a.parquet", "engine")])
def test_a_missing_package_names_the_extra(name, extra, tmp_path, monkeypatch):
    path = tmp_path / name
    frame = pd.DataFrame({"partner": ["USA"], "value": [1.0]})
    frame.to_excel(path, index=False) if extra == "excel" else frame.to_parquet(path)
    monkeypatch.setattr("importlib.util.find_spec", lambda package: None)
    with pytest.raises(ta.TradeDataError, match=rf'pip install "tradeanalysis\[{extra}\]"'):
        ta.read(path)


def test_a_member_of_a_workbook_that_lies_about_its_size_is_refused(tmp_path):
    path = tmp_path / "liar.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/workbook.xml", "<workbook/>")
        packed.writestr("xl/worksheets/sheet1.xml", "0" * 30_000_000)
    content = path.read_bytes()
    path.write_bytes(content.replace((30_000_000).to_bytes(4, "little"), (1_000).to_bytes(4, "little")))
    with pytest.raises(ta.TradeDataError, match="damaged"):
        ta.read(path)


def test_an_encrypted_or_hostile_zip_writes_nothing(tmp_path):
    path = tmp_path / "release.zip"
    with zipfile.ZipFile(path, "w") as packed:
        packed.writestr("../BACI_HS92_Y2020_V202501.csv", BACI)
    assert ta.read(path)["value"].sum() == 4000.0
    assert sorted(file.name for file in tmp_path.iterdir()) == ["release.zip"]
    assert not (tmp_path.parent / "BACI_HS92_Y2020_V202501.csv").exists()


def test_gzipped_tables_and_the_embedded_one(write, tmp_path):
    path = tmp_path / "table.csv.gz"
    path.write_bytes(gzip.compress("partner,value\nHoa Kỳ,1\n".encode()))
    assert values(ta.read(path)) == {"USA": 1.0}
    world = ta.read(DATA / "world_2023.csv.gz", flow="export", year=2023)
    assert world[list(ta.example("world_2023").columns)].equals(ta.example("world_2023"))


def test_lines_are_those_of_the_file(write):
    with pytest.raises(ta.TradeDataError, match=r"TA-101.*lines 5, 7\)"):
        ta.read(write('partner,value\n"Viet\nNam",1\n\nUSA,-5\n\nCHN,-6\n'))
    with pytest.raises(ta.TradeDataError, match=r"TA-112.*'five'.*\(line 3\)"):
        ta.read(write("partner,value\nUSA,5\nCHN,five\n"))
    with pytest.raises(ta.TradeDataError, match=r"TA-101.*line 3"):
        ta.read(write("partner,value\rUSA,5\rCHN,-5\r"))


def test_a_named_index_in_parquet_is_a_column(tmp_path):
    path = tmp_path / "indexed.parquet"
    pd.DataFrame({"partner": ["USA", "CHN"], "value": [1, 2]}).set_index("partner").to_parquet(path)
    assert values(ta.read(path)) == {"USA": 1.0, "CHN": 2.0}
    pd.DataFrame({"partner": ["USA", "CHN"], "value": [Decimal("1.5"), Decimal(2)]}, index=["a", "b"]).to_parquet(path)
    assert values(ta.read(path)) == {"USA": 1.5, "CHN": 2.0}


def test_headings_composed_or_not_are_the_same(write):
    heading = unicodedata.normalize("NFD", "Thị trường,Trị\u00a0giá")
    table = ta.read(write(heading + "\nUSA,5\n"), columns={"partner": "Thị trường", "value": "Trị giá"}, unit="USD")
    assert values(table) == {"USA": 5.0}


def test_a_year_of_all_products_read_by_hand_named_columns(shared_data):
    path = shared_data / "baci2024_hs6_by_importer" / "bilateral_hs6_2024_220importers.parquet"
    columns = {"reporter": "exporter", "partner": "importer", "product": "hs6", "value": "value_usd"}
    table = ta.read(path, columns=columns, unit="USD", flow="export", reporter="Vietnam")
    raw = pd.read_parquet(path, filters=[("exporter", "==", "VNM")])
    assert table["value"].tolist() == raw["value_usd"].tolist()
    assert table["partner"].tolist() == raw["importer"].astype(str).replace({"S19": "TWN"}).tolist()
    assert table["product"].tolist() == raw["hs6"].astype(str).str.zfill(6).tolist()
    assert set(table["product"].str.len()) == {6}


def test_the_long_form_of_baci_by_hand_named_columns(shared_data):
    path = shared_data / "baci2023_totals_194" / "baci2023_long.csv"
    columns = {"reporter": "exporter", "partner": "importer", "value": "value_kusd"}
    table = ta.read(path, columns=columns, unit="kUSD", decimal=".", flow="export", year=2023)
    with path.open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert table["reporter"].tolist() == [row["exporter"] for row in rows]
    assert table["partner"].tolist() == [row["importer"] for row in rows]
    assert table["value"].tolist() == [1e3 * float(row["value_kusd"]) for row in rows]


@given(st.binary(max_size=80))
def test_any_bytes_are_read_or_refused(content):
    for head in (b"", b"partner,value\n", b'{"data": [', b"\x1f\x8b", b"PK\x03\x04", b"PAR1", b"<", b"\xff\xfe"):
        with tempfile.NamedTemporaryFile() as file:
            file.write(head + content)
            file.flush()
            with contextlib.suppress(ta.TradeDataError):
                ta.read(file.name)


CELLS = st.sampled_from(
    [
        "USA",
        "Korea",
        "World",
        "",
        "5",
        "-1",
        "1.234",
        "1,5",
        "nan",
        "X",
        "2020",
        "01",
        "0101",
        '"',
        "\n",
        "=1",
        "\u202e",
        "a\tb",
    ]
)


@given(st.lists(st.lists(CELLS, min_size=1, max_size=7), max_size=5), st.sampled_from([None, "keep"]))
def test_any_table_of_text_is_read_or_refused(rows, keep):
    text = HEAD + "".join(",".join(row) + "\n" for row in rows)
    with tempfile.NamedTemporaryFile("w", suffix=".csv", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        with contextlib.suppress(ta.TradeDataError):
            table = ta.read(file.name, unknown=keep or "raise", duplicates="sum", drop_aggregates=True)
            assert table["value"].ge(0).all()
            assert not table.duplicated([column for column in table if column != "value"]).any()


# ---- numbers --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cells", "decimal", "expected"),
    [
        (["1,234.5", "7"], None, [1234.5, 7]),
        (["1.234,5", "7"], None, [1234.5, 7]),
        (["1.234.567", "8"], None, [1234567, 8]),
        (["1 234,5", "1\u00a0000,0"], None, [1234.5, 1000]),
        (["12,5", "3"], None, [12.5, 3]),
        (["1.234"], ",", [1234]),
        (["1.234"], ".", [1.234]),
        (["1.234", "1234.5"], None, [1.234, 1234.5]),
        (["0.123", "1.234"], None, [0.123, 1.234]),
        (["0,123", "1,234"], None, [0.123, 1.234]),
        (["\u22125", "+3", "1e3", ".5"], None, [-5, 3, 1000, 0.5]),
        (["5", ""], None, [5, float("nan")]),
        (["1'234'567.5", "1\u2019234"], None, [1234567.5, 1234]),
        (["(123)", "(1,234.5)"], None, [-123, -1234.5]),
        (["123*", "1,234.5 (p)", "7**"], None, [123, 1234.5, 7]),
    ],
)
def test_numbers_as_people_write_them(cells, decimal, expected):
    x, _, findings = parse(pd.Series(cells), decimal=decimal)
    assert not findings
    assert x == pytest.approx(expected, nan_ok=True)


@pytest.mark.parametrize(
    "cells",
    [
        ["1.234"],
        ["1,234", "5"],
        ["12%"],
        ["(12"],
        ["12)"],
        ["(p)12"],
        ["USD 5"],
        ["1_000"],
        ["٣"],
        ["1'23"],
        ["１２"],
        ["infinity"],
        ["12\n3"],
        ["1,23,4.5"],
        ["True"],
        ["0x10"],
        ["0,123", "1.5"],
        ["1,234,5", "0.5"],
    ],
)
def test_numbers_that_are_not_certain_are_refused(cells):
    _, _, findings = parse(pd.Series(cells))
    assert [finding.id for finding in findings] == ["TA-112"]


@given(st.floats(min_value=0, max_value=1e15, allow_nan=False), st.sampled_from([".", ","]))
def test_a_number_written_in_a_language_is_read_back(x, mark):
    text = f"{x:,.4f}"
    if mark == ",":
        text = text.translate(str.maketrans(",.", ".,"))
    (read,), _, findings = parse(pd.Series([text]), decimal=mark)
    assert not findings
    assert read == float(f"{x:.4f}")


@given(st.text(max_size=12))
def test_any_text_is_read_or_told(text):
    x, _, findings = parse(pd.Series([text], dtype=object))
    assert len(x) == 1
    assert all(finding.id in ("TA-112", "TA-135") for finding in findings)


@given(
    st.lists(st.sampled_from(["12.5", "1.234", "1234.567", "0.123", "500", "-3.25", "100.000", "0", "7.", "1,5", ""])),
    st.sampled_from([None, ".", ","]),
)
def test_columns_of_plain_numbers_are_read_as_one_by_one(cells, mark):
    """All at once where every cell is plain, and one by one beside a cell that is not (a blank at the end)."""
    x, _, found = parse(pd.Series(cells, dtype=object), decimal=mark)
    each, _, found_by_one = parse(pd.Series([*cells, " "], dtype=object), decimal=mark)
    assert x.tolist() == pytest.approx(each[:-1].tolist(), rel=0, abs=0, nan_ok=True)
    assert [str(one) for one in found] == [str(one) for one in found_by_one]


def test_all_that_is_wrong_with_a_column_of_numbers_is_told(write):
    with pytest.raises(ta.TradeDataError) as caught:
        ta.read(write("partner,value\nUSA,1.234\nCHN,c\nJPN,twelve\nKOR,\n"))
    lines = str(caught.value).splitlines()
    assert [line[:6] for line in lines] == ["TA-112", "TA-112", "TA-102"]
    assert "'1.234' (line 2)" in lines[0]
    assert "'twelve' (line 4)" in lines[1]
    assert "(line 5)" in lines[2]


def test_what_the_source_keeps_secret_is_never_zero(write):
    table_of = "partner,value\nUSA,10.5\nCHN,c\nJPN,x\nKOR,*\nDEU,<0.5\nTHA,0*\n"
    with told(r"TA-135.*5 rows.*lines 3, 4, 5, 6, 7"):
        table = ta.read(write(table_of))
    assert values(table) == {"USA": 10.5}
    assert ta.certificate(table)["dropped"][0]["rows"] == 5
