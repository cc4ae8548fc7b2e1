"""Sheets as people make them: titles, notes, headings in words or two rows, years side by side, units told anywhere."""

import contextlib
import csv
import unicodedata

import numpy as np
import pandas as pd
import pytest
from conftest import sample, told, values

import tradeanalysis as ta
from tradeanalysis.names import resolve
from tradeanalysis.sources.columns.numbers import parse
from tradeanalysis.sources.columns.periods import period
from tradeanalysis.sources.columns.units import unit_in

# ---- titles, headings, notes ------------------------------------------------------------------------------------

PROVINCE = """SỞ CÔNG THƯƠNG TỈNH A,,
BÁO CÁO XUẤT KHẨU THEO THỊ TRƯỜNG NĂM 2019,,
,,Đơn vị tính: 1000 USD
,,
STT,Thị trường,Kim ngạch xuất khẩu
1,Hoa Kỳ,"1.250.300,5"
2,Hàn Quốc,"410.000,0"
3,CHND Trung Hoa,"99.000,0"
,Các nước khác,"10.000,5"
,Tổng cộng,"1.769.301,0"
,,
Nguồn: Tổng cục Hải quan,,
Ghi chú: số liệu sơ bộ,,
"""


def test_a_provincial_table_is_read_as_it_comes(write):
    """Titles above, the unit beside them, words for headings, a total, notes: nothing has to be deleted by hand."""
    path = write(PROVINCE)
    with pytest.raises(ta.AggregateRowError, match=r"TA-104.*'Tổng cộng'.*line 10.*drop_aggregates=True"):
        ta.read(path)
    table = ta.read(path, drop_aggregates=True, reporter="VNM", year=2019)
    assert values(table) == {"USA": 1250300500.0, "KOR": 410000000.0, "CHN": 99000000.0, "OTH": 10000500.0}
    assert set(table["flow"]) == {"export"}
    known = ta.certificate(table)
    assert known["unit_of_file"] == "kUSD"
    notes = " ".join(known["notes"])
    for words in ("SỞ CÔNG THƯƠNG", "Tổng cục Hải quan", "số liệu sơ bộ"):
        assert words in notes
    assert [one["id"] for one in known["issues"]] == ["TA-119"]  # 0.6%: told, not warned of


def test_blank_lines_above_the_headings_are_no_headings(write):
    assert values(ta.read(write("\n\npartner,value\nUSA,1.5\n"))) == {"USA": 1.5}


@pytest.mark.parametrize(
    "note", ["Source: customs", "Nguồn: Hải quan", "Ghi chú: sơ bộ", "* preliminary", "(1) with re-exports"]
)
def test_notes_below_are_taken_off_and_told(note, write):
    table = ta.read(write(f"partner,value\nUSA,1.5\nCHN,2\n\n{note}\n"))
    assert values(table) == {"USA": 1.5, "CHN": 2.0}
    assert any(note[:20] in one for one in ta.certificate(table)["notes"])


def test_a_partner_without_a_value_is_no_note(write):
    with pytest.raises(ta.TradeDataError, match=r"TA-102.*line 4"):
        ta.read(write("partner,value\nUSA,1.5\nCHN,2\nJapan,\n"))
    with pytest.raises(ta.TradeDataError, match=r"TA-102.*line 5"):
        ta.read(write("partner,value\nUSA,1.5\nCHN,2\n\nJapan,\n"))


def test_values_that_look_like_years_are_no_headings(write):
    path = write("A;B;C\nMỹ;2011;1999\nLào;2012;5\n")
    assert values(ta.read(path, columns={"partner": "A", "value": "B"}, unit="USD")) == {"USA": 2011.0, "LAO": 2012.0}


def test_header_rows_are_said_where_they_are_not_found(write):
    path = write("a;b\nc;d\nx;y\npartner;value\n;in USD\nUSA;1.5\n")
    for rows in ([4, 5], 2):
        table = ta.read(path, header_rows=rows, columns={"value": "value in USD"})
        assert values(table) == {"USA": 1.5}
    with pytest.raises(ta.SchemaError, match=r"header_rows=\[99\].*no such line"):
        ta.read(path, header_rows=[99])
    path = write("Năm;Trị giá\n2020;2021\npartner;value\nUSA;1.5\n")
    assert values(ta.read(path, header_rows=[3])) == {"USA": 1.5}
    with pytest.raises(ta.SchemaError, match=r"no row of headings.*header_rows="):
        ta.read(write("a;\n;b\n" * 20))


def test_a_title_with_a_comma_is_no_heading(write):
    path = write("Kim ngạch xuất khẩu, năm 2019\nĐVT: Triệu USD\nThị trường,Trị giá\nMỹ,5\n")
    assert values(ta.read(path)) == {"USA": 5e6}


def test_two_tables_in_one_file_are_refused(write):
    path = write("Ctry;Amount\nMỹ;5\nLào;2\n\nThị trường;Trị giá\nĐức;7\n")
    with pytest.raises(ta.SchemaError, match=r"TA-110.*line 5.*lines 2, 3.*header_rows="):
        ta.read(path, unit="USD")
    assert values(ta.read(path, unit="USD", header_rows=[5])) == {"DEU": 7.0}


@pytest.mark.parametrize("rows", [0, -1, True, "3", 1.5, [], [2.0], [0]])
def test_header_rows_are_whole_numbers(rows, write):
    with pytest.raises(ta.TradeDataError, match="header_rows="):
        ta.read(write("x\npartner;value\nUSA;1.5\n"), header_rows=rows)


def test_header_rows_that_are_not_there_are_refused(write):
    path = write("x\npartner;value\nUSA;1.5\n")
    assert values(ta.read(path, header_rows=np.int64(1))) == {"USA": 1.5}
    with pytest.raises(ta.SchemaError, match=r"TA-110.*header_rows=5.*not so many rows"):
        ta.read(path, header_rows=5)


def test_a_month_beside_what_has_come_so_far_has_to_be_chosen(write):
    """Two rows of headings; the partners' heading stands in the upper one only."""
    path = write("Thị trường;Tháng báo cáo;;Lũy kế;\n;Lượng;Trị giá;Lượng;Trị giá\nMỹ;1;10;2;20\n")
    with pytest.raises(ta.SchemaError, match=r"'Lũy kế Trị giá', 'Tháng báo cáo Trị giá'.*columns=") as refused:
        ta.read(path, unit="USD")
    first, second = refused.value.findings[0].fixes  # what has come so far before the month; no quantities
    assert (first.value["value"], second.value["value"]) == ("Lũy kế Trị giá", "Tháng báo cáo Trị giá")
    with pytest.warns(ta.TradeDataWarning, match="of the year so far, 'Lũy kế Trị giá'"):
        assert values(ta.read(path, unit="USD", columns={"value": "Lũy kế Trị giá"})) == {"USA": 20.0}


def test_both_flows_with_their_quantities_in_two_rows(write):
    text = "Nước;Xuất khẩu;;Nhập khẩu;\n;Lượng;Trị giá;Lượng;Trị giá\nMỹ;1;10;2;20\n"
    table = ta.read(write(text), unit="USD")
    assert table[["flow", "value"]].values.tolist() == [["export", 10.0], ["import", 20.0]]


def test_headings_in_two_rows_of_text(write):
    value = "Trị giá (triệu USD)"
    text = f"Thị trường;Năm 2019;;Năm 2020;\n;Lượng;{value};Lượng;{value}\nMỹ;1;10,5;2;11\nNga;3;4;5;6\n"
    table = ta.read(write(text))
    assert values(table[table["year"] == 2020]) == {"USA": 11e6, "RUS": 6e6}
    table = ta.read(write(text), columns={"partner": "Thị trường", "value": "2019 Trị giá (triệu USD)"}, year=2019)
    assert values(table) == {"USA": 10.5e6, "RUS": 4e6}


def test_regions_with_their_countries_set_in(write):
    """A region is a total of the countries below it, however far these are set in."""
    text = "Data Series,2020,2021\nTotal All Markets,30,33\n  Asia,20,22\n    Japan,12,13\n    Thailand,8,9\n"
    text += "  Europe,10,11\n    Germany,10,11\n"
    with pytest.raises(ta.AggregateRowError, match=r"TA-104.*'Total All Markets'.*Asia.*Europe"):
        ta.read(write(text), unit="mUSD")
    table = ta.read(write(text), unit="mUSD", drop_aggregates=True)
    assert values(table[table["year"] == 2021]) == {"JPN": 13e6, "THA": 9e6, "DEU": 11e6}


# ---- years and months side by side ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("heading", "expected"),
    [
        *(("2019", "2019"), ("Năm 2020", "2020"), ("2015*", "2015"), ("2019 (sơ bộ)", "2019"), ("2020p", "2020")),
        *(("2025 Feb ", "202502"), ("Feb-2025", "202502"), ("2025M02", "202502"), ("Tháng 1/2025", "202501")),
        *(("01/2025", "202501"), ("T12/2024", "202412"), ("202503", "202503"), (2019.0, "2019"), (2019, "2019")),
        *(("13/2025", None), ("Nước", None), ("2019 Trị giá", None), ("19", None), ("", None), ("2100 rows", None)),
    ],
)
def test_headings_that_are_periods(heading, expected):
    assert period(heading) == expected


def test_years_side_by_side_are_set_below_each_other(write):
    table = ta.read(write("Thị trường;2019;Năm 2020;2021*\nMỹ;10;11;12\nLào;1;;2\n"), unit="mUSD")
    assert table[["partner", "year", "value"]].values.tolist() == [
        *(["USA", 2019, 10e6], ["LAO", 2019, 1e6], ["USA", 2020, 11e6], ["USA", 2021, 12e6], ["LAO", 2021, 2e6]),
    ]
    assert any("3 columns" in note and "1 cells are empty" in note for note in ta.certificate(table)["notes"])


def test_a_year_that_stands_twice_is_refused(write):
    with pytest.raises(ta.SchemaError, match=r"TA-110.*several columns of 2019"):
        ta.read(write("Thị trường;2019;Năm 2019;2020\nMỹ;10;11;12\n"), unit="mUSD")
    table = ta.read(write("Thị trường;a;a;2019;2020\nMỹ;1;2;11;12\n"), unit="mUSD")  # which is not needed
    assert table["value"].tolist() == [11e6, 12e6]


def test_months_side_by_side_are_added_to_years_and_counted(write):
    months = [f"{m:02d}/2020" for m in range(1, 13)] + ["01/2021", "02/2021"]
    text = f"Country,{','.join(months)}\nJapan,{','.join(['2.5'] * 14)}\nChina,{','.join(['1'] * 14)}\n"
    with told(r"TA-116.*2021 has 2"):
        table = ta.read(write(text), unit="mUSD")
    assert values(table[table["year"] == 2020]) == {"JPN": 30e6, "CHN": 12e6}
    assert values(table[table["year"] == 2021]) == {"JPN": 5e6, "CHN": 2e6}
    assert values(ta.read(write(text), unit="mUSD", year=2020)) == {"JPN": 30e6, "CHN": 12e6}


@pytest.mark.parametrize("periods", ["01/2020;02/2020", "2019;2020"])
def test_a_sheet_without_a_value_gives_no_row(periods, write):
    with pytest.raises(ta.TradeDataError, match="gives no row"):
        ta.read(write(f"Country;{periods}\nJapan;;\n"), unit="mUSD")


@pytest.mark.parametrize("count", [1, 2, 4, 11])
def test_months_are_never_taken_for_quarters(count, write):
    """Four months are no year of four quarters."""
    wide = ",".join(f"2020M{m:02d}" for m in range(1, count + 1))
    wide = (
        f"Country,{wide}\nJapan,{','.join(['2'] * count)}\n"
        if count > 1
        else "Country,Period,Exports\nJapan,202001,2\n"
    )
    long = "Thị trường;Năm;Tháng;Trị giá\n" + "".join(f"Nhật Bản;2020;{m};2\n" for m in range(1, count + 1))
    without_year = "Country;Period;Value\n" + "".join(f"Japan;2020{m:02d};2\n" for m in range(1, count + 1))
    for text in (wide, long, without_year, long.replace("Năm", "x")):
        with told(rf"TA-116.*of 12 months 2020 has {count}\."):
            table = ta.read(write(text), unit="USD", year=2020)
        assert table[["partner", "year", "value"]].values.tolist() == [["JPN", 2020, 2.0 * count]]


def test_months_need_their_year(write):
    path = write("Thị trường;Tháng;Trị giá\nMỹ;1;5\nMỹ;2;6\n")
    with pytest.raises(ta.TradeDataError, match=r"TA-115.*without their year.*year="):
        ta.read(path, unit="USD")


def test_years_beside_their_months_are_refused(write):
    with pytest.raises(ta.TradeDataError, match=r"TA-115.*another length than the others, 2019"):
        ta.read(write("Country,2019,2019M01,2019M02\nJapan,10,1,2\n"), unit="USD")


def test_decomposed_headings_are_the_same(write):
    text = unicodedata.normalize("NFD", "Thị trường;Năm 2019;Năm 2020\nMỹ;1;2\n")
    assert ta.read(write(text), unit="USD")["year"].tolist() == [2019, 2020]


# ---- headings in words, and units -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "partner", ["Nước", "Thị trường", "Tên nước", "Nước/Vùng lãnh thổ", "QUỐC GIA", "Country", "Market"]
)
@pytest.mark.parametrize(
    ("value", "flow"),
    [
        *(
            ("Trị giá (1000 USD)", None),
            ("Kim ngạch xuất khẩu (nghìn USD)", "export"),
            ("Giá trị nhập khẩu (1.000 USD)", "import"),
        ),
        *(("Exports (US$ thousand)", "export"), ("Value, thousands of US dollars", None)),
    ],
)
def test_headings_in_words_tell_partner_value_flow_and_unit(partner, value, flow, write):
    table = ta.read(write(f"{partner};{value}\nNhật Bản;12,5\n".replace("Value, thou", "Value thou")))
    assert values(table) == {"JPN": 12500.0}
    assert ("flow" in table) == (flow is not None)
    assert flow is None or table["flow"].tolist() == [flow]


def test_exports_and_imports_side_by_side(write):
    table = ta.read(write("Nước;Mặt hàng;Năm;Xuất khẩu;Nhập khẩu\nLào;Gạo;2020;5;7\n"), unit="USD")
    assert table[["partner", "product", "year", "flow", "value"]].values.tolist() == [
        ["LAO", "Gạo", 2020, "export", 5.0],
        ["LAO", "Gạo", 2020, "import", 7.0],
    ]


@pytest.mark.parametrize("headings", ["Kim ngạch tháng 5;Lũy kế 5 tháng", "Trị giá;Lũy kế", "Giá trị;Kim ngạch"])
def test_several_values_have_to_be_chosen(headings, write):
    path = write(f"Thị trường;{headings}\nMỹ;5;25\n")
    with pytest.raises(ta.SchemaError, match=r"TA-110.*several columns may hold the value.*columns="):
        ta.read(path, unit="mUSD")
    chosen = headings.split(";")[1]
    so_far = pytest.warns(ta.TradeDataWarning, match="so far") if "Lũy kế" in chosen else contextlib.nullcontext()
    with so_far:
        assert values(ta.read(path, columns={"value": chosen}, unit="mUSD")) == {"USA": 25e6}


def test_quantities_and_shares_are_no_values(write):
    table = ta.read(write("Thị trường;Lượng (tấn);Trị giá (triệu USD);Tỷ trọng (%)\nMỹ;5;7,5;60\n"))
    assert values(table) == {"USA": 7.5e6}


@pytest.mark.parametrize(
    "other",
    ["Exports (tonnes)", "Exports quantity", "Value per unit", "Exports growth", "Kim ngạch tăng/giảm", "Re-exports"],
)
def test_what_is_no_value_is_not_taken_for_one(other, write):
    with pytest.raises(ta.SchemaError, match=r"TA-110.*the layout is not known.*columns="):
        ta.read(write(f"Country;{other}\nJapan;5\n"), unit="USD")


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        *(("ĐVT: Triệu USD", "mUSD"), ("Đơn vị tính: nghìn đô la Mỹ", "kUSD"), ("Unit : US Dollar thousand", "kUSD")),
        *(("gia_tri_9t_2018_1000usd", "kUSD"), ("tỷ USD", "bnUSD"), ("US$ Mil", "mUSD"), ("Value (US$)", "USD")),
        *(
            ("Export(US$ Mil)", "mUSD"),
            ("1.000 USD", "kUSD"),
            ("Trị giá", None),
            ("Tháng", None),
            ("Tỷ trọng (%)", None),
        ),
        *(("USD (millions)", "mUSD"), ("USD, in millions", "mUSD"), ("millions of current US$", "mUSD")),
        *(("millions of U.S. dollars", "mUSD"), ("US$m", "mUSD"), ("Tr. USD", "mUSD"), ("1.000.000 USD", "mUSD")),
        *(("10^6 USD", "mUSD"), ("US$'000", "kUSD"), ("value (kUSD)", "kUSD"), ("USD bn", "bnUSD")),
        *(("Trị giá 2018 (USD)", "USD"), ("Đơn vị: Lượng: nghìn tấn; Trị giá: triệu USD", "mUSD")),
        *(("Quặng đồng", None), ("Thị trường Đông Nam Á", None), ("Lượng (nghìn tấn)", None)),
    ],
)
def test_units_that_texts_tell(text, unit):
    assert unit_in(text) == unit


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        *(("triệu VND", "mVND"), ("Million S$", "mSGD"), ("mio EUR", "mEUR"), ("Giá trị (tỷ đồng)", "bnVND")),
        *(("million Australian dollars", "mAUD"), ("HK$ million", "mHKD"), ("€ million", "mEUR")),
    ],
)
def test_other_currencies_are_told_apart(text, unit):
    assert unit_in(text) == unit


@pytest.mark.parametrize(
    "text",
    [
        *("chục triệu USD", "$ million", "10.000 USD", "10 000 USD", "100 USD", "USD/kg", "1000 USD/tấn"),
        *("Scale: Millions", "Exports (million)", "ĐVT: Triệu", "Value (US$), million tonnes"),
    ],
)
def test_units_that_are_not_plain_are_asked_for(text, write):
    assert unit_in(text).startswith("a unit that is not plain")
    path = write(f"Country;Exports\nJapan;5\n\n{text.replace('ĐVT', 'Unit')}\nUS dollars\n")
    with pytest.raises(ta.UnitError, match=r"TA-109.*not plain.*unit="):
        ta.read(path)
    assert values(ta.read(path, unit="mUSD")) == {"JPN": 5e6}


def test_a_column_of_units_is_heeded(write):
    path = write("partner,value,unit\nUSA,5,kUSD\nLAO,2,kUSD\n")
    assert values(ta.read(path)) == {"USA": 5000.0, "LAO": 2000.0}
    with pytest.raises(ta.UnitError, match=r'TA-109.*unit="USD".*it is in kUSD'):
        ta.read(path, unit="USD")
    assert values(ta.read(write("Country;Unit;2019;2020\nJapan;US$ million;1;\n"))) == {"JPN": 1e6}


def test_units_that_differ_or_are_not_dollars_are_refused(write):
    text = "Đơn vị tính: 1000 USD;\nThị trường;Trị giá\nMỹ;5\n"
    assert values(ta.read(write(text))) == {"USA": 5000.0}
    with pytest.raises(ta.UnitError, match=r"TA-109.*unit=\"mUSD\".*it is in kUSD"):
        ta.read(write(text), unit="mUSD")
    with pytest.raises(ta.UnitError, match=r"TA-109.*several units, kUSD, mUSD"):
        ta.read(write(text.replace("Trị giá", "Trị giá (triệu USD)")))
    with pytest.raises(ta.UnitError, match=r'TA-109.*it is in mVND.*rate=.*unit="mVND"'):
        ta.read(write(text.replace("1000 USD", "triệu VND")), unit="mUSD")
    with pytest.raises(ta.UnitError, match=r"TA-109.*'trị giá' is not known.*unit="):
        ta.read(write(text.replace("1000 USD", "-")))


def test_a_sum_of_money_in_a_title_is_no_unit(write):
    text = "Doanh nghiệp có kim ngạch trên 1 triệu USD trong năm;\nThị trường;Trị giá\nMỹ;5\n"
    with pytest.raises(ta.UnitError, match=r"TA-109.*'trị giá' is not known"):
        ta.read(write(text))
    assert values(ta.read(write(text), unit="kUSD")) == {"USA": 5000.0}


@pytest.mark.parametrize("text", ["12 5", "1 2", "1 23", "1234 567", "12 3456", "1'23", "1'2345"])
def test_a_blank_that_groups_no_thousands_parts_two_numbers(text):
    _, _, findings = parse(pd.Series([text]))
    assert [finding.id for finding in findings] == ["TA-112"]


def test_blanks_that_group_thousands_or_follow_a_sign():
    x, _, findings = parse(pd.Series(["12 345,5", "1\u202f234\u00a0567", "- 1 000", "1 234 (p)"]))
    assert not findings
    assert x.tolist() == [12345.5, 1234567.0, -1000.0, 1234.0]


# ---- real files -------------------------------------------------------------------------------------------------


def test_vietnamese_shares_of_2019_agree_with_those_in_print(shared_data):
    """To within half a unit of the printed digit, of every product and market."""
    path = shared_data / "vn_mard_agri_markets" / "thi_truong_xuat_khau_9thang_2019.csv"
    with pytest.raises(ta.SchemaError, match=r"'gia_tri_9t_2018_1000usd', 'gia_tri_9t_2019_1000usd'.*columns="):
        ta.read(path)
    about = {"columns": {"value": "gia_tri_9t_2019_1000usd"}, "reporter": "VNM", "flow": "export", "year": 2019}
    with pytest.raises(ta.AggregateRowError, match=r"'TỔNG SỐ'.*drop_aggregates=True"):
        ta.read(path, **about)
    with pytest.raises(ta.TradeDataError, match=r"TA-114.*remainder=True"):
        ta.read(path, **about, drop_aggregates=True)
    with told("TA-119"):
        table = ta.read(path, **about, drop_aggregates=True, remainder=True)
    with path.open(encoding="utf-8", newline="") as file:
        printed = [row for row in csv.DictReader(file) if row["tt"] != "0"]
    whole = table.groupby("product")["value"].transform("sum")
    share = dict(zip(zip(table["product"], table["partner"], strict=True), 100 * table["value"] / whole, strict=True))
    codes = resolve(row["ten_nuoc"] for row in printed)  # among Vietnamese names NGA is Russia
    for row in printed:
        code = codes[row["ten_nuoc"]].code
        assert share[row["mat_hang"], code] == pytest.approx(float(row["thi_phan_2019_pct"]), abs=0.06), row
    assert len(printed) == 127


def test_wits_summaries_give_the_five_largest_and_the_rest(shared_data):
    paths = sorted((shared_data / "wits_trade_summary").glob("en_*.CSV"))
    assert len(paths) == 7
    for path in sample(paths):
        with told("TA-119"):
            table = ta.read(path, drop_aggregates=True, remainder=True)
        code = path.name[3:6]
        assert set(table["reporter"]) == {code}
        with path.open(encoding="latin-1", newline="") as file:
            printed = [row for row in csv.DictReader(file) if row["Indicator"].startswith("Partner share(%)-Top 5")]
        listed = table[table["partner"] != "OTH"]
        assert len(listed) == sum(bool(row[str(year)].strip()) for row in printed for year in range(1988, 2020))
        whole = table.groupby(["flow", "year"])["value"].sum()
        for row in printed:
            partner, flow = resolve([row["Partner"]])[row["Partner"]].code, row["Indicator Type"].lower()
            mine = listed[(listed["partner"] == partner) & (listed["flow"] == flow)]
            for year, value in zip(mine["year"], mine["value"], strict=True):
                assert 100 * value / whole[flow, year] == pytest.approx(float(row[str(year)]), abs=0.02), (path, row)


def test_singstat_by_market_is_read_once_its_messages_are_followed(shared_data):
    path = shared_data / "messy_formats" / "SingStat_Export_data_Singapore.csv"
    with pytest.raises(ta.UnitError, match=r"not plain, 'Million Dollars'.*unit=\"mSGD\""):
        ta.read(path)
    with pytest.raises(ta.UnitError, match=r'unit="mUSD", and the file says.*SGD'):
        ta.read(path, unit="mUSD")
    about = {"unit": "mSGD", "reporter": "SGP", "flow": "export", "year": 2024}
    with pytest.raises(ta.AggregateRowError, match=r"'Total All Markets'.*Asia.*drop_aggregates=True"):
        ta.read(path, **about)
    with told("TA-134"):
        table = ta.read(path, **about, drop_aggregates=True)
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    head = next(row for row in rows if row[0] == "Data Series")
    months = [i for i, cell in enumerate(head) if cell.strip().startswith("2024")]
    assert len(months) == 12
    sums = {
        row[0].strip(): sum(float(row[i]) for i in months if row[i] not in ("", "na"))
        for row in rows
        if len(row) > 1 and row[1] and row[0] != "Data Series"
    }
    mine = values(table)
    single = {name: match.code for name, match in resolve(sums).items() if match.kind == "country"}
    assert len(single) > 130
    for name, code in single.items():
        assert mine.get(code, 0.0) == pytest.approx(1e6 * sums[name], rel=1e-12), name
    assert table["value"].sum() == pytest.approx(1e6 * sums["Total All Markets"], rel=5e-3)
    assert ta.certificate(table)["currency"] == "SGD"


def test_indias_file_is_read_once_its_messages_are_followed(shared_data):
    path = shared_data / "messy_formats" / "India_PC_Export_2014_2015.csv"
    with pytest.raises(ta.UnitError, match=r"'value' is not known.*unit="):
        ta.read(path)
    with pytest.raises(ta.TradeDataError, match=r"TA-107.*'pc_code'"):
        ta.read(path, unit="mUSD")
    with told("TA-119"):
        table = ta.read(path, unit="mUSD", columns={"product": "pc_code"}, reporter="IND", flow="export", year=2014)
    with path.open(encoding="latin-1", newline="") as file:
        rows = list(csv.DictReader(file))
    assert table["value"].sum() == pytest.approx(1e6 * sum(float(row["value"]) for row in rows), rel=1e-12)
    kenya = sum(float(row["value"]) for row in rows if row["country_name"] == "Kenya")
    assert table.loc[table["partner"] == "KEN", "value"].sum() == pytest.approx(1e6 * kenya, rel=1e-12)
