"""What each month's figures say: windows, year to date, months reported in part, revisions, months from sums."""

import contextlib
import os
import warnings
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pytest

import tradeanalysis as ta
from tradeanalysis.monitoring import half_reported, months_of_tables, revisions, rolling, year_to_date
from tradeanalysis.tables.months import months_of, open_months


def table_of(rows):
    """A trade table of (period, partner, value)."""
    return pd.DataFrame(rows, columns=["period", "partner", "value"])


def steady(first, last, partners=("USA", "CHN", "JPN", "KOR"), value=10.0):
    """The same trade with each partner in every month."""
    months = pd.period_range(first, last, freq="M").astype(str)
    return table_of([(month, partner, value) for month in months for partner in partners])


# ---- windows -------------------------------------------------------------------------------------------------------


def test_a_window_is_the_sum_of_its_months():
    rows = [("2023-01", "USA", 1.0), ("2023-02", "USA", 2.0), ("2023-02", "CHN", 1.0), ("2023-03", "USA", 3.0)]
    found = rolling(table_of(rows), ta.hhi, ta.top_share(1), months=2)
    assert found["period"].tolist() == ["2023-02", "2023-03"]
    assert found["n"].tolist() == [2, 2]
    assert found["value"].tolist() == [4.0, 6.0]
    assert found["hhi"].tolist() == [(9 + 1) / 16, (25 + 1) / 36]  # 3 and 1 of 4; 5 and 1 of 6
    assert found["top_share_1"].tolist() == [3 / 4, 5 / 6]
    assert found["reason"].tolist() == ["", ""]


def test_twelve_months_to_december_are_the_year():
    rng = np.random.default_rng(3)
    table = steady("2020-01", "2023-12", partners=[f"P{i}" for i in range(30)])
    table["value"] = rng.gamma(0.3, 1e6, len(table))
    found = rolling(table, ta.hhi, ta.theil).set_index("period")
    yearly = ta.measure(table.assign(year=table["period"].str[:4]), ta.hhi, ta.theil, by="year")
    december = found.loc[[f"{year}-12" for year in range(2020, 2024)]]
    for name in ("hhi", "theil"):
        np.testing.assert_allclose(december[name], yearly[name], rtol=1e-14)


def test_no_digit_is_lost_beside_a_month_a_million_million_times_as_large():
    rows = [("2023-01", "USA", 1e16), ("2023-01", "CHN", 1.0), ("2023-02", "USA", 1.0), ("2023-02", "CHN", 1.0)]
    rows += [("2023-03", "USA", 2.0), ("2023-03", "CHN", 1.0)]
    found = rolling(table_of(rows), ta.hhi, months=2)
    assert found["value"].iloc[-1] == 5.0  # of cumulative sums, 1e16 + 3 less 1e16 is 4
    assert found["hhi"].iloc[-1] == (9 + 4) / 25


def test_a_window_that_lacks_a_month_is_missing_with_the_reason():
    table = steady("2023-01", "2023-06")
    table = table[table["period"] != "2023-03"]
    found = rolling(table, ta.hhi, months=2).set_index("period")
    assert found.index[found["hhi"].isna()].tolist() == ["2023-03", "2023-04"]
    assert found.loc["2023-04", "reason"] == "the table lacks 2023-03"
    assert (
        rolling(table, ta.hhi, months=2, lang="vi").set_index("period").loc["2023-04", "reason"] == "bảng thiếu 2023-03"
    )
    assert found.loc["2023-02", ["value", "hhi"]].tolist() == [80.0, 0.25]


def test_what_is_not_allocated_is_no_partner_of_a_window():
    rows = [("2023-01", "USA", 6.0), ("2023-01", "Areas, nes", 2.0), ("2023-02", "CHN", 2.0)]
    found = rolling(table_of(rows), ta.hhi, months=2).iloc[0]
    assert (found["n"], found["value"], found["hhi"], found["unallocated"]) == (2, 8.0, (36 + 4) / 64, 0.2)


def test_windows_over_products_sum_the_partners():
    table = table_of([("2023-01", "USA", 3.0), ("2023-01", "CHN", 1.0), ("2023-02", "USA", 4.0)])
    table["product"] = ["coffee", "coffee", "rice"]
    found = rolling(table, ta.hhi, months=2, over="product").iloc[0]
    assert (found["n"], found["hhi"]) == (2, 0.5)


def test_a_window_longer_than_the_table_is_refused():
    with pytest.raises(ta.TradeDataError, match="the table has 3 months, and a window has 12"):
        rolling(steady("2023-01", "2023-03"), ta.hhi)


# ---- year to date --------------------------------------------------------------------------------------------------


def test_the_year_to_date_stands_beside_the_same_months_of_the_year_before():
    rows = [("2022-01", "USA", 1.0), ("2022-02", "CHN", 3.0), ("2022-03", "USA", 9.0)]
    rows += [("2023-01", "USA", 2.0), ("2023-02", "USA", 2.0), ("2023-02", "CHN", 4.0)]
    rows += [(f"2022-{month:02d}", "USA", 5.0) for month in range(4, 13)]
    found = year_to_date(table_of(rows), ta.hhi).set_index("period")
    february = found.loc["2023-02"]
    assert february[["months", "value", "value_before", "n", "n_before"]].tolist() == [2, 8.0, 4.0, 2, 2]
    assert february[["hhi", "hhi_before"]].tolist() == [0.5, (1 + 9) / 16]
    assert found.loc["2022-02", ["value", "hhi"]].tolist() == [4.0, (1 + 9) / 16]
    assert np.isnan(found.loc["2022-02", "hhi_before"])
    assert found.loc["2022-02", "reason"] == "the window begins with 2021-01, and the table with 2022-01"


def test_five_months_never_stand_beside_six():
    table = steady("2022-01", "2023-06")
    found = year_to_date(table[table["period"] != "2022-05"], ta.hhi).set_index("period")
    assert found["value_before"].loc["2023-04":"2023-06"].tolist()[0] == 160.0
    assert found["value_before"].loc["2023-05":].isna().all()
    assert set(found["reason"].loc["2023-05":]) == {"the table lacks 2022-05"}
    assert found["value"].loc["2023-06"] == 240.0


def test_a_table_that_begins_in_july_has_no_year_to_date_of_that_year():
    found = year_to_date(steady("2022-07", "2023-08"), ta.hhi).set_index("period")
    assert found["hhi"].loc["2022-07":"2022-12"].isna().all()
    assert found["hhi"].loc["2023-08"] == 0.25
    assert np.isnan(found["hhi_before"].loc["2023-08"])


# ---- months reported in part ---------------------------------------------------------------------------------------


def test_a_half_reported_month_is_found_and_told():
    table = steady("2021-01", "2023-05")
    table = table[~((table["period"] == "2023-05") & table["partner"].isin(["USA", "CHN"]))]
    found = half_reported(table).iloc[0]
    assert found[["period", "value", "value_usual", "n", "n_usual", "covered", "reported", "last"]].tolist() == [
        *("2023-05", 20.0, 40.0, 2, 4.0, 0.5, 0.5, True)
    ]
    assert found["reason"] == (
        "2023-05 seems to be reported in part: its value is 50% of what was to be expected of this month, "
        "2 partners, where 4 are usual, partners who had 50% of the trade of the twelve months before have none"
    )
    assert half_reported(table, lang="vi")["reason"].iloc[0].startswith("tháng 2023-05 có vẻ mới được báo cáo một phần")


def test_two_half_reported_months_at_the_end_are_both_found():
    table = steady("2021-01", "2023-05")
    late = table["period"].isin(["2023-04", "2023-05"]) & table["partner"].isin(["USA", "CHN"])
    assert half_reported(table[~late])["period"].tolist() == ["2023-04", "2023-05"]


def test_a_half_reported_month_in_the_middle_is_found():
    table = steady("2021-01", "2023-12")
    table.loc[table["period"] == "2022-06", "value"] = 4.0
    assert half_reported(table)["period"].tolist() == ["2022-06"]


def test_a_loss_that_stays_is_no_half_reported_month():
    table = steady("2021-01", "2023-12")
    lost = (table["period"] >= "2022-06") & table["partner"].isin(["USA", "CHN"])
    assert half_reported(table[~lost])["period"].tolist() == []


@pytest.mark.parametrize("feb", [2019, 2021, 2022])
def test_tet_is_no_half_reported_month(feb):
    """Trade falls to .55 in the month of Tết, January in some years and February in others."""
    table = steady("2015-01", "2023-03")
    months = {2015: 2, 2016: 2, 2017: 1, 2018: 2, 2019: 2, 2020: 1, 2021: 2, 2022: 2, 2023: 1}
    tet = {f"{year}-{month:02d}" for year, month in months.items()}
    table.loc[table["period"].isin(tet), "value"] = 5.5
    assert half_reported(table)["period"].tolist() == []
    assert half_reported(table[table["period"] <= f"{feb}-{months[feb]:02d}"])["period"].tolist() == []


def test_half_of_a_month_of_tet_is_found():
    table = steady("2015-01", "2023-02")
    table.loc[table["period"].str.endswith("-02"), "value"] = 7.0
    table.loc[table["period"] == "2023-02", "value"] = 3.5
    assert half_reported(table)["period"].tolist() == ["2023-02"]


def test_a_series_that_jumps_by_nature_names_no_month():
    rng = np.random.default_rng(2)
    table = steady("2015-01", "2023-12", partners=("USA", "CHN"))
    table["value"] *= np.exp(rng.normal(0, 1.0, len(table)))
    assert len(half_reported(table)) <= 1


def test_a_short_table_names_no_month():
    assert half_reported(steady("2023-01", "2023-05")).empty


# ---- hostile months ------------------------------------------------------------------------------------------------


def test_months_that_lack_in_the_middle_are_missing():
    opened = open_months(steady("2023-01", "2023-04").query("period != '2023-03'"))
    assert opened.present.tolist() == [True, True, False, True]
    assert np.isnan(opened.values[2]).all()


def test_every_writing_of_a_month_is_taken():
    for periods in (
        ["2023-05", "2023-06"],
        [202305, 202306],
        [202305.0, 202306.0],
        ["202305", "202306"],
        ["2023M05", "2023M06"],
        ["2023-05-01", "2023-06-30"],
        pd.to_datetime(["2023-05-01", "2023-06-01"]),
        pd.period_range("2023-05", "2023-06", freq="M"),
        [pd.Timestamp("2023-05-01").date(), pd.Timestamp("2023-06-01").date()],
    ):
        table = pd.DataFrame({"period": periods, "partner": "USA", "value": [1.0, 2.0]})
        assert open_months(table).months.astype(str).tolist() == ["2023-05", "2023-06"], periods


@pytest.mark.parametrize("label", ["2023", "2023-Q2", "2023-C05", "2023-13", "May", "202300"])
def test_what_is_no_month_is_refused_by_name(label):
    with pytest.raises(ta.TradeDataError, match=f"'{label}'"):
        months_of(["2023-05", label])
    with pytest.raises(ta.TradeDataError, match=f"'{label}'"):
        rolling(table_of([("2023-05", "USA", 1.0), (label, "USA", 1.0)]), ta.hhi, months=1)


def test_a_month_that_was_put_in_twice_is_refused():
    table = steady("2023-01", "2023-03")
    again = table[table["period"] == "2023-02"].assign(value=11.0)
    with pytest.raises(ta.TradeDataError, match=r"stand twice.*2023-02"):
        rolling(pd.concat([table, again]), ta.hhi, months=2)


@pytest.mark.parametrize("products", [("03", "030617"), ("TOTAL", "030617"), ("TOTAL", "Gạo"), ("TOTAL", "999999")])
def test_products_that_hold_one_another_are_refused_and_never_added(products):
    table = pd.concat([steady("2022-01", "2023-12", ("USA",), 1.0).assign(product=one) for one in products])
    for of in (ta.watch, ta.nowcast, ta.monitoring.rolling, ta.monitoring.half_reported):
        with pytest.raises(ta.TradeDataError, match="one level"):
            of(table)
    with pytest.raises(ta.TradeDataError, match="one level"):
        ta.monitoring.rolling(table, over="product")
    one = ta.monitoring.rolling(table, product=products[1])
    assert one["value"].iloc[-1] == 12


def test_products_of_one_level_and_unspecified_ones_are_added():
    table = pd.concat(
        [steady("2023-01", "2023-12", ("USA",), 1.0).assign(product=one) for one in ("030617", "030611", "999999")]
    )
    assert ta.monitoring.rolling(table)["value"].iloc[-1] == 36


def test_parts_of_one_cell_are_added():
    table = pd.concat([steady("2023-01", "2023-03"), table_of([("2023-02", "USA", 1.0)])])
    assert rolling(table, months=3)["value"].tolist() == [121.0]
    products = pd.concat([steady("2023-01", "2023-03").assign(product=one) for one in ("coffee", "rice")])
    assert rolling(products, months=3)["value"].tolist() == [240.0]


def test_a_table_without_months_says_how_to_read_them():
    with pytest.raises(ta.SchemaError, match=r"no column 'period' of months.*periods="):
        rolling(pd.DataFrame({"partner": ["USA"], "year": [2023], "value": [1.0]}), ta.hhi)


@pytest.mark.parametrize("value", [np.nan, np.inf, -1.0])
def test_a_value_of_which_nothing_can_be_said_is_refused(value):
    table = steady("2022-01", "2023-06")
    table.loc[3, "value"] = value
    for function in (rolling, year_to_date, half_reported):
        with pytest.raises(ta.TradeDataError):
            function(table)


def test_the_order_of_rows_changes_no_bit():
    table = steady("2021-01", "2023-05", partners=[f"P{i}" for i in range(9)])
    table["value"] = np.random.default_rng(4).gamma(1, 7, len(table))
    other = table.sample(frac=1, random_state=5)
    for function in (rolling, year_to_date):
        pd.testing.assert_frame_equal(function(table, ta.hhi), function(other, ta.hhi), check_exact=True)


def test_any_library_gives_the_same_months():
    duckdb, polars = pytest.importorskip("duckdb"), pytest.importorskip("polars")
    table = steady("2022-01", "2023-05")
    wanted = rolling(table, ta.hhi)
    for other in (polars.DataFrame(table), polars.LazyFrame(table), duckdb.from_df(table)):
        pd.testing.assert_frame_equal(rolling(other, ta.hhi), wanted)


def test_what_is_no_measure_and_two_of_one_name_are_refused():
    table = steady("2022-01", "2023-05")
    with pytest.raises(TypeError, match="not a measure"):
        rolling(table, ta.hill)
    with pytest.raises(ta.SchemaError, match="hhi"):
        year_to_date(table, ta.hhi, ta.hhi)


# ---- months of reports ---------------------------------------------------------------------------------------------


def report(period, **values):
    """One report: a period, and values by partner."""
    return pd.DataFrame({"period": period, "partner": [*values], "value": [*values.values()]})


def wide(table):
    """Values by month, a column for each partner."""
    return table.pivot(index="period", columns="partner", values="value").to_dict("index")


def test_months_are_the_differences_of_sums_so_far_to_the_last_digit():
    sums = [("2024-C01", 10.1, 0.3), ("2024-C02", 30.4, 0.3), ("2024-C03", 70.3, 0.4)]
    made = months_of_tables([report(period, USA=usa, CHN=chn) for period, usa, chn in sums])
    assert wide(made) == {
        "2024-01": {"USA": 10.1, "CHN": 0.3},
        "2024-02": {"USA": 20.3, "CHN": 0.0},
        "2024-03": {"USA": 39.9, "CHN": 0.1},  # of floats, 70.3 - 30.4 is 39.9, and 0.4 - 0.3 is 0.10000000000000003
    }


def test_sums_that_lack_make_no_months_of_two():
    reports = [report("2024-C01", USA=1.0), report("2024-C03", USA=9.0), report("2024-C04", USA=11.0)]
    with pytest.warns(ta.TradeDataWarning, match="or their own, lacks: 2024-02, 2024-03"):
        made = months_of_tables(reports)
    assert wide(made) == {"2024-01": {"USA": 1.0}, "2024-04": {"USA": 2.0}}


def test_each_year_begins_anew():
    with pytest.warns(ta.TradeDataWarning, match="lacks: 2023-01, .*, 2023-12"):
        made = months_of_tables([report("2023-C12", USA=90.0), report("2024-C01", USA=5.0)])
    assert wide(made) == {"2024-01": {"USA": 5.0}}


def test_months_count_before_sums_and_sums_give_the_months_that_lack():
    tables = [report("2024-01", USA=4.0), report("2024-C01", USA=4.0), report("2024-C02", USA=9.0)]
    assert wide(months_of_tables(tables)) == {"2024-01": {"USA": 4.0}, "2024-02": {"USA": 5.0}}


def test_the_newest_report_of_a_month_counts():
    made = months_of_tables(
        [report("2024-01", USA=4.0, CHN=1.0), report("2024-02", USA=3.0), report("2024-01", USA=5.0)]
    )
    assert wide(made) == {"2024-01": {"USA": 5.0}, "2024-02": {"USA": 3.0}}


def test_a_sum_that_fell_is_told_and_the_months_add_up_to_the_newest_sum():
    tables = [report("2024-C01", USA=10.0), report("2024-C02", USA=30.0), report("2024-C03", USA=24.0)]
    with pytest.warns(ta.TradeDataWarning, match=r"earlier months were revised: 2024-03, United States, by 6"):
        made = months_of_tables(tables)
    assert wide(made) == {"2024-01": {"USA": 10.0}, "2024-02": {"USA": 14.0}, "2024-03": {"USA": 0.0}}
    assert made["value"].sum() == 24.0


def test_months_that_add_up_to_another_sum_are_told():
    tables = [report("2024-01", USA=41.0), report("2024-02", USA=52.0), report("2024-C02", USA=104.0)]
    with pytest.warns(ta.TradeDataWarning, match=r"2024-C02: 93 in months, 104 as the sum"):
        assert wide(months_of_tables(tables)) == {"2024-01": {"USA": 41.0}, "2024-02": {"USA": 52.0}}


def test_months_that_were_rounded_are_their_sum():
    """4.4 and 5.4 million make 9.8, which is written as 4, 5 and 10: no fault, and no warning."""
    tables = [report("2024-01", USA=4.0), report("2024-02", USA=5.0), report("2024-C02", USA=10.0)]
    assert wide(months_of_tables(tables)) == {"2024-01": {"USA": 4.0}, "2024-02": {"USA": 5.0}}


def test_the_months_of_each_flow_are_beside_its_own_sum():
    """Exports add up, 41 + 52 = 93; imports are 10 short of their sum, and all of both is not what is compared."""
    of = {"export": (41.0, 52.0, 93.0), "import": (31.0, 22.0, 63.0)}
    tables = [
        report(period, USA=of[flow][n]).assign(flow=flow)
        for flow in of
        for n, period in enumerate(("2024-01", "2024-02", "2024-C02"))
    ]
    with pytest.warns(ta.TradeDataWarning) as told:
        months_of_tables(pd.concat(tables, ignore_index=True))
    (said,) = (str(one.message) for one in told)
    assert "import, 2024-C02: 53 in months, 63 as the sum" in said
    assert "export" not in said


def test_reports_that_do_not_fit_together_are_refused():
    one = report("2024-01", USA=4.0)
    with pytest.raises(ta.TradeDataError, match="differ in their columns"):
        months_of_tables([one, report("2024-02", USA=4.0).assign(flow="export")])
    with pytest.raises(ta.TradeDataError, match="'2024-Q2'"):
        months_of_tables([one, report("2024-Q2", USA=4.0)])
    for value in (np.nan, -1.0, np.inf):
        with pytest.raises(ta.TradeDataError, match="not negative and not missing"):
            months_of_tables([report("2024-01", USA=value)])
    with pytest.raises(ta.TradeDataError, match="no table"):
        months_of_tables([])
    other = report("2024-02", USA=4.0)
    one.attrs["currency"], other.attrs["currency"] = "USD", "VND"
    with pytest.raises(ta.TradeDataError, match="several currencies: USD, VND"):
        months_of_tables([one, other])


# ---- revisions -----------------------------------------------------------------------------------------------------


def test_what_a_newer_table_says_otherwise_is_told():
    old = table_of([("2024-04", "USA", 10e6), ("2024-04", "CHN", 4e6), ("2024-05", "USA", 6e6)])
    new = table_of(
        [("2024-04", "USA", 12e6), ("2024-04", "JPN", 1e6), ("2024-05", "USA", 6e6), ("2024-06", "USA", 1.0)]
    )
    found = revisions(old, new)
    assert found[["period", "partner", "before", "after", "change"]].to_numpy().tolist() == [
        ["2024-04", "CHN", 4e6, 0.0, -4e6],
        ["2024-04", "USA", 10e6, 12e6, 2e6],
        ["2024-04", "JPN", 0.0, 1e6, 1e6],
    ]
    assert (
        found["sentence"].tolist()[1] == "2024-04, United States: 12.0 mn, where the older table has 10.0 mn (+20.0%)"
    )
    assert revisions(old, new, lang="vi")["sentence"].tolist()[0].startswith("2024-04, Trung Quốc: không còn")
    assert revisions(old, old).empty


def test_what_is_not_allocated_is_revised_too():
    old, new = (table_of([("2024-04", "USA", 1.0), ("2024-04", "Areas, nes", x)]) for x in (2.0, 3.0))
    assert revisions(old, new)[["partner", "change"]].to_numpy().tolist() == [["OTH", 1.0]]


def test_tables_without_a_common_month_have_no_revisions_to_tell():
    with pytest.raises(ta.TradeDataError, match="no month in common"):
        revisions(steady("2023-01", "2023-03"), steady("2024-01", "2024-03"))


# ---- reports as they are read --------------------------------------------------------------------------------------


def book(path, sheets):
    """A workbook of sheets, each a list of rows."""
    file = openpyxl.Workbook()
    for name, rows in sheets.items():
        sheet = file.create_sheet(name)
        for row in rows:
            sheet.append(row)
    del file["Sheet"]
    file.save(path)
    return path


def read(path, **options):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ta.TradeDataWarning)
        return ta.read(path, flow="export", unit="mUSD", **options)


def by_period(table):
    return {(when, partner): value / 1e6 for when, partner, value in table[["period", "partner", "value"]].to_numpy()}


MAY, SO_FAR = (
    {("2024-05", "USA"): 10.0, ("2024-05", "JPN"): 5.0},
    {("2024-C05", "USA"): 60.0, ("2024-C05", "JPN"): 20.0},
)


@pytest.mark.parametrize(
    ("title", "month", "sum_"),
    [
        ("XUẤT KHẨU THÁNG 5 NĂM 2024", "Tháng 5", "Lũy kế 5 tháng"),
        ("XUẤT KHẨU THÁNG 5 VÀ 5 THÁNG ĐẦU NĂM", "Tháng 5/2024", "Lũy kế 5 tháng"),
        ("XUẤT KHẨU", "Tháng 5/2024", "Lũy kế"),
        ("XUẤT KHẨU", "Ước tháng 5/2024", "5 tháng đầu năm 2024"),
        ("XUẤT KHẨU", "Tháng 5 năm 2024", "Cộng dồn 5 tháng/2024"),
    ],
)
def test_a_month_beside_what_has_come_so_far_is_a_choice_of_what_they_are(tmp_path, title, month, sum_):
    path = book(
        tmp_path / "a.xlsx", {"a": [[title], ["Thị trường", month, sum_], ["Hoa Kỳ", 10, 60], ["Nhật Bản", 5, 20]]}
    )
    assert by_period(read(path, periods="months")) == MAY
    assert by_period(read(path, periods="year_to_date")) == SO_FAR
    with pytest.raises(ta.TradeDataError, match="several columns may hold the value") as refused:
        read(path)
    fixes = refused.value.findings[0].fixes
    assert len(fixes) == 2
    sums = [read(path, **{fix.argument: fix.value})["value"].sum() / 1e6 for fix in fixes]
    assert sorted(sums) == [15.0, 80.0]  # each is one of the two columns as it stands
    for fix in fixes:  # and with its period, what it is; or a refusal
        if fix.argument == "columns":
            with contextlib.suppress(ta.TradeDataError):
                assert by_period(read(path, periods="months", columns=fix.value)) in (MAY, SO_FAR)


def test_twelve_months_of_one_year_are_its_months(tmp_path):
    head = ["Thị trường", *(f"Tháng {m}" for m in range(1, 13)), "Lũy kế"]
    rows = [["XUẤT KHẨU"], head, ["Hoa Kỳ", *range(1, 13), 78], ["Nhật Bản", *[2] * 12, 24]]
    path = book(tmp_path / "a.xlsx", {"a": rows})
    assert read(path, year=2023)["value"].tolist() == [78e6, 24e6]
    wanted = {(f"2023-{m:02d}", name): x for m in range(1, 13) for name, x in (("USA", m), ("JPN", 2))}
    assert by_period(read(path, year=2023, periods="months")) == wanted


def test_what_has_come_so_far_is_no_month_though_the_title_names_one(tmp_path):
    rows = [["XUẤT KHẨU THÁNG 5 NĂM 2024"], ["Thị trường", "Lũy kế"], ["Hoa Kỳ", 60], ["Nhật Bản", 20]]
    path = book(tmp_path / "a.xlsx", {"a": rows})
    table = read(path, columns={"partner": "Thị trường", "value": "Lũy kế"}, periods="months")
    assert by_period(table) == SO_FAR


def test_the_title_says_which_months_a_file_is_of(tmp_path):
    for title, wanted in (
        ("THÁNG 5 NĂM 2024", "2024-05"),
        ("5 THÁNG ĐẦU NĂM 2024", "2024-C05"),
        ("QUÝ II/2024", "2024-Q2"),
    ):
        path = book(tmp_path / "a.xlsx", {"a": [[f"XUẤT KHẨU {title}"], ["Thị trường", "Kim ngạch"], ["Hoa Kỳ", 60]]})
        assert read(path, periods="months")["period"].tolist() == [wanted]
    rows = [["XUẤT KHẨU NĂM 2024"], ["Thị trường", "Kim ngạch"], ["Hoa Kỳ", 60]]
    with pytest.raises(ta.TradeDataError, match="the file has no months"):
        read(book(tmp_path / "b.xlsx", {"a": rows}), periods="months")


def test_sheets_of_months_are_one_monthly_table_and_their_year(tmp_path):
    sheets = {
        f"Tháng {m}": [[f"XUẤT KHẨU THÁNG {m} NĂM 2024"], ["Thị trường", "Kim ngạch"], ["Hoa Kỳ", 10 + m]]
        for m in (1, 2, 3)
    }
    path = book(tmp_path / "a.xlsx", sheets)
    assert by_period(read(path, sheet="*", periods="months")) == {(f"2024-0{m}", "USA"): 10.0 + m for m in (1, 2, 3)}
    assert read(path, sheet="*")["value"].tolist() == [36e6]


def test_sheets_named_as_months_that_hold_sums_so_far_are_never_months(tmp_path):
    sheets = {
        f"Tháng {m}.2024": [[f"XUẤT KHẨU {m} THÁNG ĐẦU NĂM 2024"], ["Thị trường", "Kim ngạch"], ["Hoa Kỳ", 10.1 * m]]
        for m in (2, 3)
    }
    sheets["Tháng 1.2024"] = [["XUẤT KHẨU THÁNG 1 NĂM 2024"], ["Thị trường", "Kim ngạch"], ["Hoa Kỳ", 10.1]]
    path = book(tmp_path / "a.xlsx", sheets)
    with pytest.raises(ta.TradeDataError, match="TA-115"):
        read(path, sheet="*")
    tables = [read(path, sheet=f"Tháng {m}.2024", periods="year_to_date") for m in (1, 2, 3)]
    assert [one["period"].iloc[0] for one in tables] == ["2024-01", "2024-C02", "2024-C03"]
    # February is the sum of two months less January, which is known as a month.
    assert by_period(months_of_tables(tables)) == {(f"2024-0{m}", "USA"): 10.1 for m in (1, 2, 3)}


def test_sheets_with_a_month_and_a_sum_give_either(tmp_path):
    sheets = {
        f"T{m}": [
            [f"XUẤT KHẨU THÁNG {m} VÀ {m} THÁNG ĐẦU NĂM 2024"],
            ["Thị trường", f"Tháng {m}/2024", f"{m} tháng đầu năm 2024"],
            ["Hoa Kỳ", 10, 10 * m],
        ]
        for m in (2, 3)
    }
    path = book(tmp_path / "a.xlsx", sheets)
    months = {(f"2024-0{m}", "USA"): 10.0 for m in (2, 3)}
    assert by_period(read(path, sheet="*", periods="months")) == months
    sums = [read(path, sheet=f"T{m}", periods="year_to_date") for m in (2, 3)]
    with pytest.warns(ta.TradeDataWarning, match="lacks: 2024-01, 2024-02"):
        assert by_period(months_of_tables(sums)) == {("2024-03", "USA"): 10.0}


@pytest.mark.parametrize(("label", "words"), [("2023-C05", "months_of_tables"), ("2023Q1", "A quarter does not say")])
def test_a_label_that_is_no_month_is_refused_with_what_helps(label, words):
    with pytest.raises(ta.TradeDataError, match=words):
        ta.watch(report(label, USA=1.0))


def test_a_month_of_the_year_before_is_not_put_into_the_year_of_the_title(tmp_path):
    rows = [["XUẤT KHẨU THÁNG 1 NĂM 2025"], ["Thị trường", "Tháng 11", "Tháng 12", "Tháng 1"], ["Hoa Kỳ", 6, 7, 8]]
    with pytest.raises(ta.TradeDataError, match="months without their year"):
        read(book(tmp_path / "a.xlsx", {"a": rows}), periods="months")


@pytest.mark.parametrize(
    "written", ["202305", "2023-05", "05/2023", "2023M05", "Tháng 5/2023", "May 2023", "2023-05-01"]
)
def test_months_are_read_in_one_writing(tmp_path, written):
    path = tmp_path / "a.csv"
    path.write_text(f"partner;period;value\nUSA;{written};5\n", "utf-8")
    table = read(path, periods="months")
    assert table["period"].tolist() == ["2023-05"]
    assert rolling(table, months=1)["period"].tolist() == ["2023-05"]


def test_the_aggregates_of_the_census_are_left_out_and_nothing_else():
    """Regions that overlap, a seasonally adjusted World, and a European Union of which Britain was a member."""
    folder = os.environ.get("TRADEANALYSIS_SHARED_DATA", "")
    path = Path(folder) / "us_census_monthly" / "us_trade_by_country_monthly_1985_2023.csv.gz"
    if not path.is_file():
        pytest.skip("the monthly file of the Census Bureau is not here")
    rows = pd.read_csv(path)
    rows = rows[rows["period"].between(201701, 202212) & (rows["flow"] == "import")]
    given = {"reporter": "USA", "unit": "mUSD", "periods": "months"}
    names_ = {"Falkland Islands(Islas Malvin": "FLK", "French Southern and Antarctic": "ATF"}
    names_ |= {"Unidentified Countries": "other", "International Organizations": "keep"}
    with pytest.raises(ta.TradeDataError, match="TA-104") as refused:
        ta.read(rows, names=names_, **given)
    (found,) = refused.value.findings
    assert [fix.argument for fix in found.fixes] == ["drop_aggregates"]  # no bloc is offered as a market of its own
    assert found.count == int((rows["cty_code"] < 1000).sum())
    table = read_quietly(rows, names=names_, drop_aggregates=True, **given)
    assert table["value"].sum() == pytest.approx(1e6 * rows.loc[rows["cty_code"] >= 1000, "value"].sum(), rel=1e-12)
    year = rolling(table, ta.hhi).set_index("period")["hhi"]
    assert year["2017-12"] == pytest.approx(0.092349304464, abs=5e-7)  # printed over Census's own countries
    assert year["2022-12"] == pytest.approx(0.077411880281, abs=5e-7)
    assert half_reported(table).empty


def read_quietly(source, **options):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ta.TradeDataWarning)
        return ta.read(source, **options)


@pytest.mark.parametrize(
    "heading", ["Lũy kế đến tháng 5/2024 (USD)", "Trị giá lũy kế tháng 5/2024", "Kim ngạch đến tháng 5/2024"]
)
@pytest.mark.parametrize("periods", ["months", "year_to_date"])
def test_a_sum_so_far_is_never_read_as_its_last_month(tmp_path, heading, periods):
    path = tmp_path / "so_far.csv"
    path.write_text(f"Thị trường;{heading}\nHoa Kỳ;50\nTrung Quốc;20\nNhật Bản;15\n", "utf-8")
    with pytest.warns(ta.TradeDataWarning, match="TA-116"):
        found = ta.read(path, reporter="VNM", flow="export", unit="USD", periods=periods)
    assert set(found["period"]) == {"2024-C05"}
    assert [part["count"] for part in ta.certificate(found)["part_years"]] == [5]


def test_sums_so_far_side_by_side_are_never_added(tmp_path):
    path = tmp_path / "two.csv"
    heads = "Lũy kế đến tháng 4/2024 (USD);Lũy kế đến tháng 5/2024 (USD)"
    path.write_text(f"Thị trường;{heads}\nHoa Kỳ;40;50\nTrung Quốc;16;20\nNhật Bản;12;15\n", "utf-8")
    with pytest.raises(ta.TradeDataError, match="2024-C04, 2024-C05"):
        ta.read(path, reporter="VNM", flow="export")


@pytest.mark.parametrize("other", ["So với lũy kế cùng kỳ (%)", "Lượng lũy kế (tấn)", "Tăng giảm lũy kế"])
def test_rates_and_quantities_are_no_sum_so_far(tmp_path, other):
    path = tmp_path / "beside.csv"
    path.write_text(f"Thị trường;Tháng 5/2024 (USD);{other}\nHoa Kỳ;40;50\nTrung Quốc;16;20\nNhật Bản;12;15\n", "utf-8")
    with pytest.warns(ta.TradeDataWarning, match="TA-116"):
        found = ta.read(path, reporter="VNM", flow="export", unit="USD", periods="year_to_date")
    assert found["value"].tolist() == [40, 16, 12]
    assert set(found["period"]) == {"2024-05"}


def test_the_sum_of_the_year_before_is_not_that_of_this_year(tmp_path):
    path = tmp_path / "before.csv"
    heads = "Tháng 5/2024 (USD);Lũy kế cùng kỳ năm trước (USD)"
    path.write_text(f"Thị trường;{heads}\nHoa Kỳ;40;50\nTrung Quốc;16;20\nNhật Bản;12;15\n", "utf-8")
    with pytest.raises(ta.TradeDataError, match="several columns"):
        ta.read(path, reporter="VNM", flow="export", unit="USD", periods="year_to_date")


def test_a_partner_that_a_later_report_does_not_name_is_not_known_there():
    sums = {"2024-C01": {"USA": 10.0, "CHN": 5.0}, "2024-C02": {"USA": 20.0, "CHN": 9.0}, "2024-C03": {"USA": 30.0}}
    reports = [pd.DataFrame({"period": p, "partner": [*of], "value": [*of.values()]}) for p, of in sums.items()]
    found = ta.monitoring.months_of_tables(reports)
    months = {(row.partner, row.period): row.value for row in found.itertuples()}
    of_usa = {("USA", f"2024-0{n}"): 10.0 for n in (1, 2, 3)}
    assert months == of_usa | {("CHN", "2024-01"): 5.0, ("CHN", "2024-02"): 4.0}


def test_one_sum_so_far_has_no_months():
    report = pd.DataFrame({"period": "2024-C05", "partner": ["USA"], "value": [10.0]})
    with pytest.raises(ta.TradeDataError, match="no month lies between"):
        ta.monitoring.months_of_tables([report])
