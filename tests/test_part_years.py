"""Years of which a table has a part: the certificate says which, and nothing of them is set beside a whole year."""

import json
import warnings

import openpyxl
import pandas as pd
import pytest
from test_brief import Text, small_pictures

import tradeanalysis as ta
from tradeanalysis import texts
from tradeanalysis.brief.facts import flow_facts
from tradeanalysis.brief.opened_table import opened
from tradeanalysis.brief.year_status import is_same_part, is_whole, part_of, part_sentences, period_name


@pytest.fixture(autouse=True)
def of_few_points():
    with small_pictures():
        yield


@pytest.fixture
def read(tmp_path):
    def read(*rows, **given):
        path = tmp_path / "a.xlsx"
        book = openpyxl.Workbook()
        for row in rows:
            book.active.append(list(row))
        book.save(path)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ta.TradeDataWarning)
            return ta.read(path, flow="export", unit="mUSD", **given)

    return read


def parts(table):
    return [
        (one["year"], one["kind"], one.get("count"), one.get("of"))
        for one in ta.certificate(table).get("part_years", [])
    ]


HEAD = ["Thị trường", "Kim ngạch"]
ROWS = [["Hoa Kỳ", 60], ["Nhật Bản", 40]]


@pytest.mark.parametrize(
    ("heads", "found"),
    [
        (["9 tháng năm 2023", "9 tháng năm 2024"], [(2023, "months", 9, 12), (2024, "months", 9, 12)]),
        (["12 tháng năm 2023", "Năm 2024"], []),
        (["Quý I/2023", "Quý I/2024"], [(2023, "quarters", 1, 4), (2024, "quarters", 1, 4)]),
        (["Tháng 1/2024", "Tháng 2/2024"], [(2024, "months", 2, 12)]),
        ([*(f"Quý {i}/2023" for i in ("I", "II", "III", "IV")), "Quý I/2024"], [(2024, "quarters", 1, 4)]),
    ],
)
def test_headings_of_months_and_quarters(read, heads, found):
    table = read(["XUẤT KHẨU"], ["Thị trường", *heads], *([name, *[x] * len(heads)] for name, x in ROWS))
    assert parts(table) == found
    json.dumps(ta.certificate(table)["part_years"] if found else [])  # plain numbers and texts


@pytest.mark.parametrize(
    ("title", "found"),
    [
        ("XUẤT KHẨU 9 THÁNG NĂM 2024", [(2024, "months", 9, 12)]),
        ("XUẤT KHẨU 6 THÁNG ĐẦU NĂM 2024 SO VỚI NĂM 2023", [(2024, "months", 6, 12)]),
        ("XUẤT KHẨU ĐẾN HẾT THÁNG 5 NĂM 2024", [(2024, "months", 5, 12)]),
        ("XUẤT KHẨU THÁNG 5/2024", [(2024, "months", 1, 12)]),
        ("XUẤT KHẨU QUÝ III NĂM 2024", [(2024, "quarters", 1, 4)]),
        ("Exports, 9 months of 2024", [(2024, "months", 9, 12)]),
        ("XUẤT KHẨU 12 THÁNG NĂM 2024", []),
        ("XUẤT KHẨU 9 THÁNG NĂM 2023", []),  # of another year than the table's
        ("XUẤT KHẨU NĂM 2024 (ngày 5 tháng 1 năm 2024)", []),
        # Two of which one is meant, and nothing says which.
        ("XUẤT KHẨU QUÝ I/2024 VÀ QUÝ II/2024", [(2024, "unclear", None, None)]),
        ("XUẤT KHẨU THÁNG 9/2024 VÀ 9 THÁNG NĂM 2024", [(2024, "unclear", None, None)]),
        ("XUẤT KHẨU THÁNG 9 VÀ 9 THÁNG NĂM 2024", [(2024, "unclear", None, None)]),
        ("XUẤT KHẨU THÁNG 9 VÀ LŨY KẾ 9 THÁNG ĐẦU NĂM 2024", [(2024, "unclear", None, None)]),
        # The day or month of a report is not that of its figures.
        ("Đồng Nai, tháng 12 năm 2024", []),
        ("Tỉnh Đồng Nai, tháng 12/2024", []),
        ("TP. Hồ Chí Minh, ngày   tháng 12 năm 2024", []),
        ("XUẤT KHẨU NĂM 2024 (cập nhật tháng 10 năm 2024)", []),
        ("XUẤT KHẨU (số liệu cập nhật đến tháng 10 năm 2024)", [(2024, "months", 10, 12)]),
        ("Xuất khẩu, tháng 12 năm 2024", [(2024, "months", 1, 12)]),
        ("XUẤT KHẨU TỪ THÁNG 4 ĐẾN THÁNG 9 NĂM 2024", [(2024, "months", 6, 12)]),
        ("XUẤT KHẨU THÁNG 4 - 9/2024", [(2024, "months", 6, 12)]),
        ("XUẤT KHẨU TỪ THÁNG 4/2024 ĐẾN THÁNG 9/2024", [(2024, "months", 6, 12)]),
        ("XUẤT KHẨU TỪ THÁNG 10 NĂM 2023 ĐẾN THÁNG 3 NĂM 2024", [(2024, "months", 3, 12)]),
        ("XUẤT KHẨU TỪ THÁNG 1 ĐẾN THÁNG 12 NĂM 2024", []),
        ("XUẤT KHẨU TỪ QUÝ I ĐẾN QUÝ III NĂM 2024", [(2024, "quarters", 3, 4)]),
        ("XUẤT KHẨU QUÝ I - III/2024", [(2024, "quarters", 3, 4)]),
        ("XUẤT KHẨU 3 QUÝ ĐẦU NĂM 2024", [(2024, "quarters", 3, 4)]),
        ("XUẤT KHẨU QUÝ IV/2023 ĐẾN QUÝ II/2024", [(2024, "quarters", 2, 4)]),
        ("XUẤT KHẨU TỪ QUÝ I ĐẾN QUÝ IV NĂM 2024", []),
        ("Exports, Q1 to Q3 2024", [(2024, "quarters", 3, 4)]),
        ("Exports, January to September 2024", [(2024, "months", 9, 12)]),
        ("Exports, Q1-Q3 2024", [(2024, "quarters", 3, 4)]),
        ("Exports, Q1–Q3/2024", [(2024, "quarters", 3, 4)]),
        ("XUẤT KHẨU QUÝ I-QUÝ III/2024", [(2024, "quarters", 3, 4)]),
        ("XUẤT KHẨU THÁNG 1-THÁNG 9/2024", [(2024, "months", 9, 12)]),
        ("XUẤT KHẨU QUÝ I, II, III NĂM 2024", [(2024, "quarters", 3, 4)]),
        ("XUẤT KHẨU QUÝ I VÀ II NĂM 2024", [(2024, "quarters", 2, 4)]),
        ("XUẤT KHẨU THÁNG 1, 2, 3 NĂM 2024", [(2024, "months", 3, 12)]),
        ("XUẤT KHẨU QUÝ I, II, III VÀ IV NĂM 2024", []),
        ("Exports, Jan-Sep 2024", [(2024, "months", 9, 12)]),
        ("Exports, Oct. 2023 to Mar. 2024", [(2024, "months", 3, 12)]),
        ("Exports from Asia to Europe 2024", []),
    ],
)
def test_a_title_says_of_what_part_its_year_is(read, title, found):
    assert parts(read([title], HEAD, *ROWS, year=2024)) == found


def test_the_title_of_a_sheet_is_of_its_own_year(tmp_path):
    book = openpyxl.Workbook()
    for name, title in (("2024", "9 THÁNG NĂM 2024 SO VỚI 9 THÁNG NĂM 2023"), ("2023", "NĂM 2023")):
        sheet = book.create_sheet(name)
        for row in ([f"XUẤT KHẨU {title}"], HEAD, *ROWS):
            sheet.append(row)
    del book["Sheet"]
    book.save(tmp_path / "a.xlsx")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ta.TradeDataWarning)
        table = ta.read(tmp_path / "a.xlsx", flow="export", unit="mUSD", sheet="*")
    assert sorted(table["year"].unique()) == [2023, 2024]
    assert parts(table) == [(2024, "months", 9, 12)]  # the sheet of 2023 has its whole year


def test_the_heading_of_the_chosen_value_says_more_than_the_title(read):
    rows = [[name, x, x] for name, x in ROWS]
    heads = ["Thị trường", "Năm 2023", "9 tháng năm 2024"]
    columns = {"partner": "Thị trường", "value": "2024C09"}
    table = read(["XUẤT KHẨU 3 THÁNG NĂM 2024"], heads, *rows, columns=columns, year=2024)
    assert parts(table) == [(2024, "months", 9, 12)]


def test_the_last_months_of_a_year_are_not_its_first(read):
    first, last = (read([f"XUẤT KHẨU 6 THÁNG {which} NĂM 2024"], HEAD, *ROWS, year=2024) for which in ("ĐẦU", "CUỐI"))
    assert [ta.certificate(one)["part_years"][0]["numbers"] for one in (first, last)] == [
        [1, 2, 3, 4, 5, 6],
        [7, 8, 9, 10, 11, 12],
    ]


def test_months_from_one_to_another_are_these(read):
    (part,) = ta.certificate(read(["XUẤT KHẨU TỪ THÁNG 4 ĐẾN THÁNG 9 NĂM 2024"], HEAD, *ROWS, year=2024))["part_years"]
    assert part["numbers"] == [4, 5, 6, 7, 8, 9]


def test_what_is_unclear_is_set_beside_nothing():
    certificate = {"part_years": [{"year": year, "kind": "unclear", "stated": True} for year in (2023, 2024)]}
    assert not is_whole(certificate, 2024, 2024)
    assert not is_same_part(certificate, 2024, 2023)
    (sentence,) = part_sentences(certificate, 2024, "en", ["export", "import"])
    assert sentence.startswith("The file leaves open which part of 2024")


def test_the_embedded_table_of_nine_months_says_so():
    assert parts(ta.example("vn_agri_2019")) == [(2018, "months", 9, 12), (2019, "months", 9, 12)]


def test_the_index_of_half_a_year_is_set_beside_no_whole_year(read):
    """Sales move with the seasons alone: every first half is as the others, and no year is as its half."""
    seasons = [
        (name, month, 60 if name == "Hoa Kỳ" and month < 7 else 20) for name, _ in ROWS for month in range(1, 13)
    ]
    rows = [
        (year, month, name, x) for year in (2022, 2023, 2024) for name, month, x in seasons if (year, month) < (2024, 7)
    ]
    table = read(("Năm", "Tháng", "Thị trường", "Trị giá"), *rows)
    found = {year: flow_facts(opened(table, "Hà Giang", "export", year), "export") for year in (2023, 2024)}
    assert {year: one.history["year"].tolist() for year, one in found.items()} == {2023: [2022, 2023], 2024: [2024]}
    assert found[2024].outlook.since is None  # nothing moved the index
    assert found[2023].outlook.since == 2022


def test_what_is_said_of_a_year():
    nine = {"kind": "months", "count": 9, "of": 12, "numbers": [*range(1, 10)]}
    certificate = {"part_years": [{"year": 2023, **nine}, {"year": 2024, **nine}]}
    assert part_of(certificate, 2024)["count"] == 9
    assert part_of(certificate, 2022) is None
    assert [is_whole(certificate, year, 2024) for year in (2022, 2023, 2024)] == [True, False, False]
    assert is_same_part(certificate, 2024, 2023)
    assert not is_same_part(certificate, 2023, 2022)
    other = {"part_years": [{"year": 2023, **nine}, {"year": 2024, **nine, "numbers": [*range(4, 13)]}]}
    assert not is_same_part(other, 2024, 2023)  # as many months, and not the same
    # Where months are not known, what the gate finds is of the last year.
    found = {"issues": [{"id": "TA-116", "what": "2022 holds 40% of the value of 2021"}]}
    assert [is_whole(found, year, 2024) for year in (2022, 2023, 2024)] == [True, True, False]
    for lang, start in (("en", "The data hold 9 months of 2024"), ("vi", "Số liệu chỉ gồm 9 tháng của năm 2024")):
        (sentence,) = part_sentences(certificate, 2024, lang, ["export", "import"])
        assert sentence.startswith(start)
    assert part_sentences(certificate, 2022, "en", ["export"]) == []
    quarter = {"part_years": [{"year": 2024, "kind": "quarters", "count": 1, "of": 4, "numbers": [1]}]}
    assert part_sentences(quarter, 2024, "en", ["export"])[0].startswith("The data hold 1 quarter of 2024")


def test_what_is_said_of_one_flow_or_one_reporter():
    nine = {"year": 2024, "kind": "months", "count": 9, "of": 12, "numbers": [*range(1, 10)]}
    imports = {"part_years": [{**nine, "flow": "import"}]}
    assert [is_whole(imports, 2024, 2024, flow) for flow in ("export", "import", None)] == [True, False, False]
    assert part_sentences(imports, 2024, "en", ["export", "import"]) == [
        "For imports, the data hold 9 months of 2024: they are not to be compared with those of a whole year."
    ]
    (vietnamese,) = part_sentences(imports, 2024, "vi", ["export", "import"])
    assert vietnamese.startswith("Về nhập khẩu, số liệu chỉ gồm 9 tháng của năm 2024")
    laos = {"part_years": [{**nine, "flow": "export", "reporter": "LAO"}]}
    assert [is_whole(laos, 2024, 2024, "export", one) for one in ("LAO", "VNM")] == [False, True]


def test_the_gate_suspects_a_last_year_whose_months_are_not_known():
    suspected = {"issues": [{"id": "TA-116", "what": "2024 holds 40% of the value of 2023"}]}
    of_2021 = {"year": 2021, "kind": "months", "count": 9, "of": 12, "numbers": [*range(1, 10)]}
    assert not is_whole(suspected | {"part_years": [{**of_2021, "stated": True}]}, 2024, 2024)  # a title speaks of 2021
    assert is_whole(suspected | {"part_years": [of_2021]}, 2024, 2024)  # months were counted, in all years
    assert is_whole(suspected | {"part_years": []}, 2024, 2024)


def test_a_year_of_all_months_is_whole_though_it_holds_less(read):
    heads = ["Thị trường", *(f"Tháng {month}/{year}" for year in (2023, 2024) for month in range(1, 13))]
    table = read(["XUẤT KHẨU"], heads, ["Hoa Kỳ", *[10] * 12, *[4] * 12], ["Nhật Bản", *[10] * 12, *[4] * 12])
    certificate = ta.certificate(table)
    assert certificate["part_years"] == []
    assert [is_whole(certificate, year, 2024) for year in (2023, 2024)] == [True, True]


@pytest.fixture
def monthly(tmp_path):
    """Exports of all months of two years, imports of nine months of the second; 10 and 5 a month."""
    rows = [("flow", "partner", "period", "value (USD)")]
    for flow, value, most in (("Xuất khẩu", 10, 12), ("Nhập khẩu", 5, 9)):
        for year, last in ((2023, 12), (2024, most)):
            rows += [(flow, "Hoa Kỳ", f"{month:02d}/{year}", value) for month in range(1, last + 1)]
            rows += [(flow, "Nhật Bản", f"{month:02d}/{year}", value) for month in range(1, last + 1)]
    path = tmp_path / "monthly.csv"
    path.write_text("\n".join(";".join(map(str, row)) for row in rows), "utf-8")
    with pytest.warns(ta.TradeDataWarning, match=r"TA-116.*of 12 months 2024 \(imports\) has 9"):
        return ta.read(path)


def test_months_are_counted_flow_by_flow(monthly, tmp_path):
    (part,) = ta.certificate(monthly)["part_years"]
    assert (part["year"], part["flow"], part["numbers"]) == (2024, "import", [*range(1, 10)])
    pages = {}
    for flow in ("import", "export"):
        page, *_ = ta.write_brief(monthly, "Long An", flow=flow, year=2024, out=tmp_path, langs=["en"], format="html")
        pages[flow] = words_of(page)
    assert "The data hold 9 months of 2024" in pages["import"]
    assert "120 USD" not in pages["import"]  # of the whole of 2023
    assert "The data hold" not in pages["export"]
    lacks = texts.say("brief_lacks_year_before", "en")
    assert {flow: lacks in page for flow, page in pages.items()} == {"import": True, "export": False}


def test_the_gate_counts_months_flow_by_flow():
    rows = [
        ("VNM", "USA", flow, year, year * 100 + month, 10.0)
        for flow, most in (("export", 12), ("import", 9))
        for year, last in ((2023, 12), (2024, most))
        for month in range(1, last + 1)
    ]
    table = pd.DataFrame(rows, columns=["reporter", "partner", "flow", "year", "period", "value"])
    found = [one for one in ta.audit(table).findings if one.id == "TA-116"]
    assert [one.what for one in found] == ["2024 has fewer periods than 2023: VNM import (9 of 12)"]


def words_of(path):
    return " ".join(" ".join(Text(path.read_text("utf-8")).words).split())


def test_nine_months_stand_beside_the_same_months_of_the_year_before(read, tmp_path):
    heads = ["Thị trường", "9 tháng năm 2023", "9 tháng năm 2024"]
    table = read(["XUẤT KHẨU"], heads, ["Hoa Kỳ", 50, 60], ["Nhật Bản", 30, 40])
    page, *_ = ta.write_brief(table, "Long An", year=2024, out=tmp_path, langs=["en"], format="html")
    said = words_of(page)
    assert "The data hold 9 months of 2024" in said
    assert "single markets, the first 9 months of 2024" in said
    assert "25.0%" in said  # 100 after 80
    assert "same period" in said


@pytest.mark.parametrize(
    ("kind", "numbers", "en", "vi"),
    [
        ("months", [9], "month 9 of 2024", "tháng 9 năm 2024"),
        ("months", [4, 5, 6], "months 4 to 6 of 2024", "từ tháng 4 đến tháng 6 năm 2024"),
        ("months", [1, 2, 4], "3 months of 2024", "3 tháng của năm 2024"),
        ("quarters", [3], "quarter 3 of 2024", "quý III năm 2024"),
        ("quarters", [1, 2, 3], "quarters 1 to 3 of 2024", "từ quý I đến quý III năm 2024"),
    ],
)
def test_a_part_of_a_year_is_named_as_people_do(kind, numbers, en, vi):
    certificate = {"part_years": [{"year": 2024, "kind": kind, "count": len(numbers), "numbers": numbers}]}
    assert [period_name(certificate, 2024, lang, ["export", "import"]) for lang in ("en", "vi")] == [en, vi]


def test_flows_of_different_parts_are_of_the_year():
    parts = [
        {"year": 2024, "kind": "months", "count": n, "numbers": [*range(1, n + 1)], "flow": flow}
        for flow, n in (("export", 9), ("import", 8))
    ]
    assert period_name({"part_years": parts}, 2024, "vi", ["export", "import"]) == "năm 2024"


def test_nine_months_do_not_stand_beside_a_whole_year(read, tmp_path):
    heads = ["Thị trường", *(f"Tháng {month}/2023" for month in range(1, 13)), "Tháng 1/2024", "Tháng 2/2024"]
    table = read(["XUẤT KHẨU"], heads, ["Hoa Kỳ", *[6] * 14], ["Nhật Bản", *[4] * 14])
    page, *_ = ta.write_brief(table, "Long An", year=2024, out=tmp_path, langs=["en"], format="html")
    said = words_of(page)
    assert "The data hold 2 months of 2024" in said
    assert "80.0 m USD" not in said  # 20 million, and nothing of 120 in 2023
    assert "120.0 m USD" not in said


def test_a_longer_period_is_not_added_to_the_shorter_that_it_holds(read):
    rows = [["Hoa Kỳ", "6 tháng 2024", 80], ["Hoa Kỳ", "9 tháng 2024", 100]]
    with pytest.raises(ta.TradeDataError) as refused:
        read(["XUẤT KHẨU"], ["Thị trường", "Kỳ", "Kim ngạch"], *rows)
    (found,) = refused.value.findings
    (fix,) = found.fixes
    assert (found.id, fix.argument, fix.value) == ("TA-115", "rows", {"Kỳ": ["9 tháng 2024"]})
    table = read(["XUẤT KHẨU"], ["Thị trường", "Kỳ", "Kim ngạch"], *rows, rows=fix.value)
    assert table["value"].tolist() == [100e6]
    assert isinstance(table, pd.DataFrame)


def test_a_plan_from_nine_months_says_so_and_has_no_quarters(read, tmp_path):
    names = ["Hoa Kỳ", "Nhật Bản", "Hàn Quốc", "Trung Quốc"]
    months = [*(f"Tháng {month}/2023" for month in range(1, 13)), *(f"Tháng {month}/2024" for month in range(1, 10))]
    table = read(["XUẤT KHẨU"], ["Thị trường", *months], *([name, *[5] * 21] for name in names))
    assert parts(table) == [(2024, "months", 9, 12)]
    said, given = [], {"growth": 0.1, "cap": 0.25, "out": tmp_path, "langs": ["en"]}
    book, _ = ta.write_plan(table, "Long An", year=2024, progress=said.append, **given)
    sentence = "The data hold 9 months of 2024: they are not to be compared with those of a whole year."
    assert said[0] == sentence
    about = pd.read_excel(book, sheet_name="About the plan", engine="openpyxl")
    assert dict(about.to_numpy().tolist())["Note"] == sentence
    for quarters in ("seasonal", "even", [0.22, 0.24, 0.26, 0.28]):
        for write in (ta.write_plan, ta.write_brief):
            with pytest.raises(ta.TradeDataError, match=r"a whole year, and the table has 9 months of 2024: plan from"):
                write(table, "Long An", year=2024, quarters=quarters, **given)
    # What is offered works: of the whole year 2023, 240 million, a quarter of 264 in each quarter.
    book, _ = ta.write_plan(table, "Long An", year=2023, quarters="seasonal", **given)
    assert pd.read_excel(book, sheet_name="By quarter", engine="openpyxl").iloc[-1].tolist()[1:] == [264e6, *[66e6] * 4]
    assert "Note" not in pd.read_excel(book, sheet_name="About the plan", engine="openpyxl").iloc[:, 0].tolist()


def test_a_plan_says_that_what_is_not_detailed_may_hide_a_market_above_the_cap(tmp_path):
    values = [15e6, 15e6, 15e6, 10e6, 45e6]  # 45 of 100 not detailed, and a cap of a quarter
    table = pd.DataFrame({"partner": ["USA", "CHN", "JPN", "KOR", "OTH"], "value": values})
    sentence = (
        "45.0% of exports is not detailed by market: the data do not show whether it holds a market with more than"
    )
    for cap, hidden in ((0.25, True), (0.5, False)):
        said, given = [], {"flow": "export", "year": 2020, "growth": 0.1, "cap": cap, "langs": ["en"]}
        book, *_ = ta.write_plan(table, "Long An", out=tmp_path / str(cap), progress=said.append, **given)
        about = dict(pd.read_excel(book, sheet_name="About the plan", engine="openpyxl").to_numpy().tolist())
        assert (f"{sentence} 25%." in said) is hidden
        assert (about.get("Note") == f"{sentence} 25%.") is hidden


def test_a_year_of_which_titles_name_several_parts_has_no_quarters(read, tmp_path):
    rows = [[name, 5] for name in ("Hoa Kỳ", "Nhật Bản", "Hàn Quốc", "Trung Quốc")]
    table = read(["XUẤT KHẨU THÁNG 9/2024"], ["9 tháng năm 2024"], ["Thị trường", "Kim ngạch"], *rows)
    given = {"flow": "export", "year": 2024, "growth": 0.1, "out": tmp_path, "langs": ["en"]}
    with pytest.raises(ta.TradeDataError, match="the table leaves open which part of 2024"):
        ta.write_plan(table, "Long An", quarters="even", **given)
    said = []
    ta.write_plan(table, "Long An", progress=said.append, **given)
    assert "2024" in said[0]


def of_flows(tmp_path, *rows):
    path = tmp_path / "flows.csv"
    path.write_text("\n".join(["flow;partner;period;value (USD)", *rows]), "utf-8")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ta.TradeDataWarning)
        return ta.read(path)


def test_longer_exports_do_not_hold_shorter_imports(tmp_path):
    table = of_flows(tmp_path, "export;USA;9 tháng 2024;90", "import;USA;6 tháng 2024;60")
    assert dict(zip(table["flow"], table["value"], strict=True)) == {"export": 90, "import": 60}
    found = ta.certificate(table)["part_years"]
    assert [(one["flow"], one["count"]) for one in found] == [("export", 9), ("import", 6)]


def test_no_way_out_empties_a_flow(tmp_path):
    exports = ["export;USA;9 tháng 2024;90", "export;USA;6 tháng 2024;60"]
    with pytest.raises(ta.TradeDataError) as refused:
        of_flows(tmp_path, *exports, "import;USA;6 tháng 2024;50")
    (found,) = refused.value.findings
    assert (found.id, found.fixes) == ("TA-115", ())  # "9 tháng 2024" alone leaves no imports
    with pytest.raises(ta.TradeDataError) as refused:
        of_flows(tmp_path, *exports, "import;USA;9 tháng 2024;50")
    (fix,) = refused.value.findings[0].fixes
    assert fix.value == {"period": ["9 tháng 2024"]}
