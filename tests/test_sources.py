"""Files: every layout read right, every dangerous fault refused with its lines, its share and the mend."""

import csv
import json
import zipfile

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import tradeanalysis as ta
from tradeanalysis.sources.numbers import parse

BACI = "t,i,j,k,v,q\n2020,704,842,10121,1.500,2\n2020,704,490,10121,0.500,\n2020,516,704,260300,2.000,NA\n"


@pytest.fixture
def write(tmp_path):
    def written(text, name="table.csv", encoding="utf-8"):
        path = tmp_path / name
        path.write_bytes(text.encode(encoding))
        return path

    return written


def values(table):
    return dict(zip(table["partner"], table["value"], strict=True))


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
        with pytest.raises(ta.SchemaError, match="years asked for"):
            ta.read(source, year=1990)


def test_comtrade_downloads_agree_with_an_independent_reading(shared_data):
    folder = shared_data / "comtrade_raw" / "new_csv"
    paths = sorted(folder.glob("*.csv"))
    assert len(paths) == 4
    for path in paths:
        with path.open(encoding="latin-1", newline="") as file:
            rows = list(csv.DictReader(file))
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
    with pytest.raises(ta.AggregateRowError, match="only totals"):
        ta.read(shared_data / "comtrade_raw" / "old_csv" / "comtrade (3).csv")


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
    table = ta.read(path, drop_aggregates=True, **about)
    with path.open(encoding="utf-8", newline="") as file:
        printed = [row for row in csv.DictReader(file) if row["tt"] != "0"]
    assert table["value"].tolist() == [1e3 * float(row["gia_tri_9t_2019_1000usd"]) for row in printed]
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
    told = ta.certificate(ta.read(path, drop_aggregates=True, reporter="Việt Nam"))
    assert told["source"] == "table.csv"
    assert len(told["sha256"]) == 64
    assert (told["rows_read"], told["rows"]) == (3, 2)
    assert told["dropped"][0]["rows"] == 1
    assert told["dropped"][0]["value"] == 11.0
    assert told["unallocated_share"] == pytest.approx(1 / 11)
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
        ("partner,value\nUSA,10\nPerugia,5\n", r"TA-106.*'Perugia'.*unknown=\"keep\""),
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
    assert ta.read(path, level=4)["value"].tolist() == [5.0]
    assert ta.read(path, level=2)["product"].tolist() == ["01"]
    with pytest.raises(ta.TradeDataError, match="level=6"):
        ta.read(path, level=6)


def test_own_markets_can_be_kept(write):
    table = ta.read(write("partner,value\nPerugia,10\nUSA,5\n"), unknown="keep")
    assert values(table) == {"Perugia": 10.0, "USA": 5.0}


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
        ("partners,values\nUSA,1\n", ta.SchemaError, r"'partners' \(partner\?\).*'values' \(value\?\)"),
        ("just text\nmore\n", ta.SchemaError, "no delimiter"),
        ("partner,value,value\nUSA,1,2\n", ta.SchemaError, "one name"),
        ("partner,value\nUSA,1,2\nCHN,3\n", ta.SchemaError, "line 2 has 3 cells where the heading has 2"),
        ("", ta.TradeDataError, "empty"),
        ("<html><table><tr><td>partner</td></tr></table></html>", ta.TradeDataError, "web page"),
        ("partner,value\nUSA\x00,1\n", ta.TradeDataError, "NUL"),
    ],
)
def test_files_that_cannot_be_read_say_why(text, error, words, write):
    with pytest.raises(error, match=words):
        ta.read(write(text))


def test_a_value_of_unknown_unit_is_refused(write):
    path = write("Thị trường,Trị giá\nHoa Kỳ,5\n")
    columns = {"partner": "Thị trường", "value": "Trị giá"}
    with pytest.raises(ta.UnitError, match=r"'Trị giá'.*unit="):
        ta.read(path, columns=columns)
    with pytest.raises(ta.UnitError, match="kUSD"):
        ta.read(path, columns=columns, unit="dong")
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
        (["\u22125", "+3", "1e3", ".5"], None, [-5, 3, 1000, 0.5]),
        (["5", ""], None, [5, float("nan")]),
    ],
)
def test_numbers_as_people_write_them(cells, decimal, expected):
    x, findings = parse(pd.Series(cells), decimal=decimal)
    assert not findings
    assert x == pytest.approx(expected, nan_ok=True)


@pytest.mark.parametrize(
    "cells",
    [
        ["1.234"],
        ["1,234", "5"],
        ["12%"],
        ["(123)"],
        ["USD 5"],
        ["1_000"],
        ["٣"],
        ["1'234"],
        ["1,23,4.5"],
        ["True"],
        ["0x10"],
    ],
)
def test_numbers_that_are_not_certain_are_refused(cells):
    _, findings = parse(pd.Series(cells))
    assert [finding.id for finding in findings] == ["TA-112"]


@given(st.floats(min_value=0, max_value=1e15, allow_nan=False), st.sampled_from([".", ","]))
def test_a_number_written_in_a_language_is_read_back(x, mark):
    text = f"{x:,.4f}"
    if mark == ",":
        text = text.translate(str.maketrans(",.", ".,"))
    (read,), findings = parse(pd.Series([text]), decimal=mark)
    assert not findings
    assert read == float(f"{x:.4f}")


@given(st.text(max_size=12))
def test_any_text_is_read_or_told(text):
    x, findings = parse(pd.Series([text], dtype=object))
    assert len(x) == 1
    assert all(finding.id == "TA-112" for finding in findings)
