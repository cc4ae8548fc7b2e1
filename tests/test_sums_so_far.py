"""Values of the months so far, as provincial reports head them: never a whole year, never added to months."""

import pytest

import tradeanalysis as ta

HEAD = "Thị trường"
# (name, May, January to May, May of the year before, January to May of the year before)
ROWS = [("Hoa Kỳ", 10, 50, 8, 40), ("Nhật Bản", 5, 30, 4, 20), ("Trung Quốc", 3, 18, 2, 15)]
MAY, SO_FAR, MAY_BEFORE, SO_FAR_BEFORE = 18.0, 98.0, 14.0, 75.0


def of(*headings, columns=(2,)):
    lines = [";".join([HEAD, *headings]), *(";".join([row[0], *(str(row[i]) for i in columns)]) for row in ROWS)]
    return ("\n".join(lines) + "\n").encode()


def read(data, **options):
    return ta.read(data, name="tinh.csv", reporter="VNM", unit="USD", **({"flow": "export"} | options))


def parts(table):
    found = table.attrs["certificate"].get("part_years", [])
    return {one["year"]: one["numbers"][-1] if one["kind"] == "months" else one["kind"] for one in found}


def by_period(table):
    return table.groupby("period")["value"].sum().to_dict()


FIRST_FIVE = [
    *("Lũy kế T5/2024", "LK đến T5/2024", "LK 5 tháng 2024", "LK 5T/2024", "5T/2024", "5T2024", "YTD May 2024"),
    *("Jan-May 2024", "January - May 2024", "Tháng 1-5/2024", "T1-T5/2024", "5 tháng đầu năm 2024", "Năm tháng 2024"),
    *("Tính đến hết 31/5/2024", "Từ 01/01/2024 đến 31/05/2024", "First 5 months of 2024", "Tháng 5/2024 (lũy kế)"),
    *("Kim ngạch XK 5 tháng/2024", "Trị giá lũy kế đến hết tháng 5 năm 2024", "Cumulative to May 2024"),
]


@pytest.mark.parametrize("heading", FIRST_FIVE)
def test_the_first_five_months_are_known_however_they_are_written(heading):
    with pytest.warns(ta.TradeDataWarning, match="TA-116"):
        table = read(of(f"{heading} (USD)"))
    assert table["year"].unique().tolist() == [2024]
    assert parts(table) == {2024: 5}
    with pytest.warns(ta.TradeDataWarning, match="TA-116"):
        kept = read(of(f"{heading} (USD)"), periods="year_to_date")
    assert by_period(kept) == {"2024-C05": SO_FAR}


LEFT_OPEN = [
    *(
        "Cộng dồn năm 2024",
        "Lũy kế năm 2024",
        "YTD 2024",
        "2024 to date",
        "Cộng dồn từ đầu năm 2024",
        "Trị giá lũy kế 2024",
    ),
    *(
        "Đến 15/5/2024",
        "Từ 1/1 đến 15/5/2024",
        "Kỳ 1 tháng 5/2024",
        "6 tháng cuối năm 2024",
        "Từ 1/2/2024 đến 31/5/2024",
    ),
]


@pytest.mark.parametrize("heading", LEFT_OPEN)
def test_a_part_of_which_the_last_month_is_not_named_is_no_whole_year(heading):
    with pytest.warns(ta.TradeDataWarning, match="TA-116.*a part of a year"):
        assert parts(read(of(f"{heading} (USD)"))) == {2024: "unclear"}
    for periods in ("months", "year_to_date"):
        with pytest.raises(ta.TradeDataError, match="nothing says up to which month"):
            read(of(f"{heading} (USD)"), periods=periods)


@pytest.mark.parametrize(
    "heading",
    [
        "Năm 2024",
        "Ước năm 2024",
        "Cả năm 2024",
        "Lũy kế 12 tháng 2024",
        "Đến 31/12/2024",
        "Đến hết năm 2024",
        "Kim ngạch 2024 (số liệu ngày 15/3/2025)",
        "Năm 2024 (cập nhật 15/1/2025)",
        "Trị giá 31/12/2024",
    ],
)
def test_a_whole_year_is_none(heading):
    table = read(of(f"{heading} (USD)"))
    assert (parts(table), table["year"].unique().tolist()) == ({}, [2024])


@pytest.mark.parametrize(
    ("title", "last"),
    [
        ("XUẤT KHẨU CỘNG DỒN NĂM 2024", "unclear"),
        ("XUẤT KHẨU (Từ 01/01/2024 đến 15/05/2024)", "unclear"),
        ("XUẤT KHẨU NĂM 2024 (tính đến ngày 31 tháng 5 năm 2024)", 5),
        ("XUẤT KHẨU CHÍN THÁNG ĐẦU NĂM 2024", 9),
    ],
)
def test_titles_are_read_by_the_same_words(title, last):
    with pytest.warns(ta.TradeDataWarning, match="TA-116"):
        assert parts(read(f"{title}\n".encode() + of("Trị giá (USD)"))) == {2024: last}


def test_the_day_on_which_figures_of_the_year_before_were_taken_is_no_part():
    title = "XUẤT KHẨU NĂM 2023 (số liệu tính đến ngày 15/5/2024)\n".encode()
    assert parts(read(title + of("Trị giá (USD)"))) == {}


@pytest.mark.parametrize(
    ("month", "so_far"),
    [
        ("Tháng 5/2024", "Lũy kế T5/2024"),
        ("T5/2024", "5T/2024"),
        ("Tháng 5/2024", "Cộng dồn năm 2024"),
        ("Tháng 5/2024", "Lũy kế"),
    ],
)
def test_a_month_and_its_sum_are_a_choice_and_each_way_out_is_right(month, so_far):
    data = of(f"{month} (USD)", f"{so_far} (USD)", columns=(1, 2))
    with pytest.raises(ta.TradeDataError, match="several columns") as refused:
        read(data)
    sums = []
    for fix in refused.value.findings[0].fixes:  # each is one of the two columns as it stands, and said to be a part
        with pytest.warns(ta.TradeDataWarning, match="TA-116"):
            sums.append(read(data, **{fix.argument: fix.value})["value"].sum())
    assert sums == [SO_FAR, MAY]
    with pytest.warns(ta.TradeDataWarning, match="TA-116"):
        assert by_period(read(data, periods="months")) == {"2024-05": MAY}
    with pytest.warns(ta.TradeDataWarning, match="TA-116"):
        assert by_period(read(data, periods="year_to_date")) == {"2024-C05": SO_FAR}


def test_both_flows_with_their_sums_are_read_by_flow():
    data = of("Xuất khẩu tháng 5/2024", "Lũy kế XK", "Nhập khẩu tháng 5/2024", "Lũy kế NK", columns=(1, 2, 3, 4))
    with pytest.raises(ta.TradeDataError, match="several columns") as refused:
        read(data, flow=None)
    assert [fix.value for fix in refused.value.findings[0].fixes[:2]] == ["months", "year_to_date"]
    with pytest.warns(ta.TradeDataWarning, match="TA-116"):
        table = read(data, periods="year_to_date", flow=None)
    assert set(table["period"]) == {"2024-C05"}
    assert table.groupby("flow")["value"].sum().to_dict() == {"export": SO_FAR, "import": SO_FAR_BEFORE}


def test_months_and_sums_of_two_years_stand_side_by_side():
    heads = ("Tháng 5/2024", "Tháng 5/2023", "Lũy kế 5T/2024", "Lũy kế 5T/2023")
    data = of(*heads, columns=(1, 3, 2, 4))
    with pytest.warns(ta.TradeDataWarning, match="TA-116"):
        assert by_period(read(data, periods="months")) == {"2024-05": MAY, "2023-05": MAY_BEFORE}
    with pytest.warns(ta.TradeDataWarning, match="TA-116"):
        assert by_period(read(data, periods="year_to_date")) == {"2024-C05": SO_FAR, "2023-C05": SO_FAR_BEFORE}


def test_the_year_before_is_offered_last_and_never_takes_the_label_of_this_year():
    data = of("Tháng 5/2024", "Lũy kế cùng kỳ năm trước", "Lũy kế", columns=(1, 4, 2))
    with pytest.raises(
        ta.TradeDataError, match=r"several columns.*'Lũy kế', 'Tháng 5/2024', 'Lũy kế cùng kỳ năm trước'"
    ):
        read(data)
    before = {"partner": HEAD, "value": "Lũy kế cùng kỳ năm trước"}
    with pytest.raises(ta.TradeDataError, match="no months"):
        read(data, periods="year_to_date", columns=before)
    titled = "XUẤT KHẨU 5 THÁNG ĐẦU NĂM 2024\n".encode() + of("Lũy kế cùng kỳ năm trước", "Lũy kế", columns=(4, 2))
    with pytest.warns(ta.TradeDataWarning, match="TA-116"):
        assert by_period(read(titled, periods="year_to_date", columns=before)) == {"2023-C05": SO_FAR_BEFORE}


def long(cells):
    """Three markets; of each row the period's cells and the value, as a multiple of 10, 5 and 3."""
    rows = [f"{name};{when};{times * x}" for name, x in (("Mỹ", 10), ("Nhật", 5), ("Đức", 3)) for when, times in cells]
    return "\n".join(rows).encode() + b"\n"


def test_sums_in_rows_are_not_added_by_months():
    data = f"{HEAD};Tháng;Năm;Lũy kế\n".encode() + long([(f"{m};2024", m) for m in (1, 2, 3)])
    with pytest.raises(ta.TradeDataError, match=r"TA-115.*2024-C01, 2024-C02, 2024-C03") as refused:
        read(data)
    (fix,) = refused.value.findings[0].fixes
    with pytest.warns(ta.TradeDataWarning, match="TA-116"):
        table = read(data, **{fix.argument: fix.value})
    assert (table["value"].sum(), parts(table)) == (54.0, {2024: 3})  # three times 18, not 18 + 36 + 54


def test_rows_of_a_month_and_of_its_sum_are_kept_apart():
    data = f"{HEAD};Kỳ;Trị giá\n".encode() + long([("T5/2024", 1), ("5T/2024", 6)])
    with pytest.raises(ta.TradeDataError, match="TA-115") as refused:
        read(data)
    sums = []
    for fix in refused.value.findings[0].fixes:
        with pytest.warns(ta.TradeDataWarning, match="TA-116"):
            sums.append(read(data, **{fix.argument: fix.value})["value"].sum())
    assert sums == [18.0, 108.0]


def test_months_beside_their_year_are_either():
    data = f"{HEAD};Kỳ;Trị giá\n".encode() + long([("01/2024", 1), ("02/2024", 2), ("2024", 9)])
    with pytest.raises(ta.TradeDataError, match="TA-115") as refused:
        read(data)
    years, months = refused.value.findings[0].fixes
    assert read(data, **{years.argument: years.value})["value"].sum() == 9 * 18
    with pytest.warns(ta.TradeDataWarning, match="TA-116"):
        assert read(data, **{months.argument: months.value})["value"].sum() == 3 * 18


@pytest.mark.parametrize("word", ["Lũy kế", "Cả năm", "Cộng"])
def test_words_below_months_are_not_added_to_them(word):
    data = f"{HEAD};Tháng;Năm;Trị giá\n".encode() + long([("1;2024", 1), ("2;2024", 2), (f"{word};2024", 3)])
    with pytest.raises(ta.TradeDataError, match=f"TA-115.*{word}") as refused:
        read(data)
    (fix,) = refused.value.findings[0].fixes
    with pytest.warns(ta.TradeDataWarning, match="TA-116"):
        assert read(data, **{fix.argument: fix.value})["value"].sum() == 54.0  # three times 18


@pytest.mark.parametrize("heading", ["2024 (Jan-May)", "T1÷T5/2024", "5T.2024", "5 thang dau nam 2024", "TH 5T/2024"])
def test_other_ways_to_write_five_months(heading):
    with pytest.warns(ta.TradeDataWarning, match="TA-116"):
        table = read(of(heading))
    assert (table["year"].unique().tolist(), parts(table)) == ([2024], {2024: 5})


def test_a_year_chosen_by_hand_is_no_other_year_and_a_month_is_no_year():
    by_hand = {"partner": HEAD, "value": "Năm 2023"}
    data = of("Năm 2023", "5T/2024", columns=(4, 2))
    assert read(data, columns=by_hand)["year"].unique().tolist() == [2023]
    with pytest.raises(ta.TradeDataError, match="2024"):
        read(data, columns=by_hand, year=2024)
    for heading, last in (("Tháng 5", 5), ("5 tháng", 5)):
        with pytest.warns(ta.TradeDataWarning, match="TA-116"):
            table = read(of(heading), columns={"partner": HEAD, "value": heading}, year=2024)
        assert parts(table) == {2024: last}


@pytest.mark.parametrize(
    ("heads", "cells", "last"),
    [
        ("Năm;Đến tháng", "2024;5", 5),
        ("Từ tháng;Đến tháng;Năm", "1;5;2024", 5),
        ("Từ tháng;Đến tháng;Năm", "3;5;2024", "unclear"),
    ],
)
def test_columns_of_the_last_month_make_a_part_of_the_year(heads, cells, last):
    data = f"{HEAD};{heads};Trị giá\nMỹ;{cells};50\nNhật;{cells};30\nĐức;{cells};18\n".encode()
    with pytest.warns(ta.TradeDataWarning, match="TA-116"):
        table = read(data)
    assert (table["value"].sum(), table["year"].tolist(), parts(table)) == (98.0, [2024] * 3, {2024: last})


def test_years_from_one_to_another_are_no_year():
    table = read(of("Kim ngạch từ 2020 đến 2024 (USD)"))
    assert (table["value"].sum(), "year" in table) == (SO_FAR, False)


@pytest.mark.parametrize(
    "heading",
    [
        *("Kế hoạch 5T/2024", "Mục tiêu 12T/2024", "Quyết định 12/2024", "01/2024-09/2024", "Q1+Q2 2024"),
        *("Since Jan 2024", "12 tháng đến 5/2024", "10 ngày đầu tháng 5/2024", "Kỳ 1/2024"),
    ],
)
def test_what_is_no_value_and_no_part_that_is_known_is_not_read(heading):
    with pytest.raises(ta.TradeDataError, match="TA-110"):
        read(of(heading))


def test_a_month_to_a_day_is_a_part_of_it():
    with pytest.warns(ta.TradeDataWarning, match="TA-116"):
        assert parts(read(of("Tháng 5/2024 (đến 15/5)"))) == {2024: "unclear"}


def test_the_part_of_a_year_chosen_by_hand_beside_a_year_keeps_its_own():
    part = "Năm 2024 (9 tháng đầu)"
    data = of("Năm 2023", part, columns=(4, 2))
    with pytest.warns(ta.TradeDataWarning, match="TA-116"):
        table = read(data, columns={"partner": HEAD, "value": part})
    assert (table["value"].sum(), parts(table)) == (SO_FAR, {2024: 9})


def test_a_sum_never_takes_the_month_of_another_column():
    december = "XUẤT KHẨU THÁNG 12 NĂM 2024\n".encode() + of("Tháng 12", "Lũy kế", columns=(1, 2))
    for data in (
        december,
        of("Tháng 5/2024", "Lũy kế năm 2023", columns=(1, 4)),
        of("Tháng 4/2024", "Lũy kế đến 15/5/2024", columns=(1, 2)),
    ):
        with pytest.raises(ta.TradeDataError, match="TA-115"):
            read(data, periods="year_to_date")


@pytest.mark.parametrize("heading", ["LK điện tử", "Đèn 2024", "Sri Lanka (LK)", "Tổ 1", "Commodity (TD)"])
def test_headings_that_look_like_sums_are_none(heading):
    from tradeanalysis.sources.columns.headings import is_cumulative

    assert not is_cumulative(heading)
