"""The year before its end: by hand, against the study's numbers, and with nothing known that was not known then."""

import math
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest

import tradeanalysis as ta
from tradeanalysis.monitoring.past_errors import combined
from tradeanalysis.monitoring.year_forecasts import by_year, forecasts
from tradeanalysis.tables.months import months_of

METHODS = ["last_year", "year_to_date", "rolling", "seasonal"]
YEARS = range(1995, 2023)


@pytest.fixture(scope="module")
def census(shared_data):
    """United States trade by month and partner, without the aggregates, whose codes are below 1000."""
    path = shared_data / "us_census_monthly" / "us_trade_by_country_monthly_1985_2023.csv.gz"
    table = pd.read_csv(path, usecols=["flow", "cty_code", "cty_name", "period", "value"])
    return table[table["cty_code"] >= 1000].rename(columns={"cty_name": "partner"}).drop(columns="cty_code")


@pytest.fixture(scope="module")
def imports(census):
    return census[census["flow"] == "import"]


@pytest.fixture(scope="module")
def course(census):
    """Every nowcast of both flows."""
    return {flow: ta.monitoring.nowcasts(census, ta.hhi, flow=flow) for flow in ("import", "export")}


def rows(values, start="2020-01"):
    """A table by month of values by partner: lists of equal length."""
    months = pd.period_range(start, periods=len(next(iter(values.values()))), freq="M").astype(str)
    return pd.concat([pd.DataFrame({"period": months, "partner": name, "value": x}) for name, x in values.items()])


def swaying(count, start="2018-01"):
    """Three partners with seasons and some noise that is the same in every run."""
    noise = np.random.default_rng(5).uniform(0.8, 1.2, (3, count))
    season = 1 + 0.5 * np.sin(np.arange(count) * np.pi / 6)
    return rows(dict(zip(("USA", "CHN", "JPN"), np.array([[5.0], [3.0], [1.0]]) * noise * season, strict=True)), start)


def off(found):
    """The root mean squares of estimate over actual, less 1, in per cent, by months known."""
    of_years = found[found["year"].isin(YEARS)]
    ratio = of_years[["estimate", *METHODS]].div(of_years["actual"], axis=0) - 1
    return 100 * (ratio**2).groupby(of_years["months"]).mean() ** 0.5


# ---- the four forecasts, the weights and the band, by hand ----------------------------------------------------------


def test_the_four_forecasts_are_those_of_their_formulas():
    a = [10.0] * 12 + [20.0] * 12 + [30.0] * 3
    b = [0.0] * 3 + [40.0] * 9 + [0.0] * 3 + [40.0] * 9 + [0.0] * 3
    months = months_of(pd.period_range("2020-01", periods=27, freq="M"))
    found = {name: one[2, 2] for name, one in forecasts(by_year(months, np.array([a, b]).T)).items()}
    common = Fraction(90, 360 + 720)
    usual_a, usual_b = (2 * Fraction(90, 360) + common) / 3, (2 * 0 + common) / 3
    tenth = Fraction(1, 10)
    seasonal = (
        90 + (1 - usual_a) * (90 + tenth * 240) / (usual_a + tenth),
        (1 - usual_b) * (tenth * 360) / (usual_b + tenth),
    )
    assert found["last_year"].tolist() == [240, 360]
    assert found["year_to_date"].tolist() == [360, 0]
    assert found["rolling"].tolist() == [90 + 240 - 60, 360]
    assert found["seasonal"] == pytest.approx([float(one) for one in seasonal], rel=1e-14)


def test_no_forecast_explodes_where_last_years_months_were_near_nothing():
    b = [1e-9] * 3 + [40.0] * 9 + [1e-9] * 3 + [40.0] * 9 + [5.0] * 3
    months = months_of(pd.period_range("2020-01", periods=27, freq="M"))
    values = np.array([[10.0] * 27, b]).T
    growth = 15 / 3e-9 * 360  # growth so far times last year's value
    for name, one in forecasts(by_year(months, values)).items():
        assert one[2, 2, 1] <= 11 * 15 + 360 < 1e-9 * growth, name


def test_weights_are_the_inverse_of_squared_errors_of_the_years_before():
    actual = np.array([1.0, 1.0, 1.0])
    logs = np.array([[0.1, 0.2, 0.3], [0.2, 0.4, 0.0]])
    found = combined(np.exp(logs)[:, :, np.newaxis], actual, np.array([0.0, 1.0]), 0.9)
    assert pytest.approx(np.array([[0, 1], [0.8, 0.2], [0.8, 0.2]])) == found.weights[:, :, 0].T
    assert [len(one) for one in found.past] == [0, 1, 2]


def test_the_band_is_students_or_the_error_that_covers_enough_of_the_past():
    def reach(errors, confidence=0.9):
        logs = np.array([*errors, 0.0])[np.newaxis, :, np.newaxis]
        found = combined(np.exp(logs), np.ones(len(errors) + 1), np.ones(1), confidence)
        return float(np.log(found.high[-1, 0] / found.estimate[-1, 0]))

    assert reach([0.1, -0.1]) == pytest.approx(2.920 * 0.1, rel=1e-3)  # printed tables of t: 2 degrees, 90% two-sided
    assert reach([0.1]) == pytest.approx(6.314 * 0.1, rel=1e-3)
    assert reach([0.1] * 10, 0.95) == pytest.approx(2.228 * 0.1, rel=1e-3)
    assert reach([0.0] * 9 + [0.5]) == pytest.approx(0.5)  # 1.812 * 0.158 is less
    assert reach([9.0] + [0.1] * 10) == pytest.approx(1.812 * 0.1, rel=1e-3)  # ten years count
    assert math.isnan(reach([]))


def test_more_months_known_never_widen_the_band(course):
    for found in course.values():
        whole = found[found["year"].between(1987, 2022)]
        width = np.log(whole["high"] / whole["low"]).to_numpy().reshape(-1, 11)
        assert (np.diff(width, axis=1) <= 1e-12).all()


# ---- 28 years of United States trade --------------------------------------------------------------------------------

# What another program gave on the same file with 1, 3, 5, 7, 9 and 11 months known.
PRINTED = {
    ("import", "last_year"): [3.70] * 6,
    ("import", "year_to_date"): [3.36, 3.65, 3.80, 2.45, 1.24, 0.31],
    ("import", "rolling"): [3.46, 3.04, 2.56, 1.79, 1.21, 0.43],
    ("export", "year_to_date"): [3.41, 2.42, 2.69, 1.52, 1.07, 0.85],
}


@pytest.mark.parametrize(("flow", "method"), PRINTED)
def test_the_errors_are_those_of_another_program(course, flow, method):
    assert off(course[flow]).loc[[1, 3, 5, 7, 9, 11], method].round(2).tolist() == PRINTED[flow, method]


def test_the_textbook_growth_rule_explodes_there_and_the_nowcast_does_not(imports, course):
    cells = imports[imports["period"] < 202301].pivot_table(index="period", columns="partner", values="value")
    values = cells.fillna(0.0).to_numpy().reshape(-1, 12, cells.shape[1])
    so_far, year = values.cumsum(axis=1), values.sum(axis=1)
    index = (year**2).sum(axis=1) / year.sum(axis=1) ** 2
    for months, printed in ((1, 225), (5, 177)):
        known, before = so_far[1:, months - 1], so_far[:-1, months - 1]
        grown = np.where(before > 0, known / np.where(before > 0, before, 1.0) * year[:-1], known)
        ratio = ((grown**2).sum(axis=1) / grown.sum(axis=1) ** 2 / index[1:])[-28:]
        assert 100 * np.sqrt(np.mean((ratio - 1) ** 2)) == pytest.approx(printed, abs=1)
        assert off(course["import"]).loc[months, "estimate"] < 3


@pytest.mark.parametrize("flow", ["import", "export"])
def test_it_is_never_worse_than_last_years_index_from_four_months_on(course, flow):
    errors = off(course[flow]).loc[4:]
    assert (errors["estimate"] <= 1.1 * errors["last_year"]).all()
    assert (errors["estimate"] <= errors["rolling"]).all()


@pytest.mark.parametrize("flow", ["import", "export"])
def test_nine_in_ten_bands_hold_the_index(course, flow):
    found = course[flow][course[flow]["year"].isin(YEARS)]
    assert len(found) == 28 * 11
    assert 0.85 <= found["actual"].between(found["low"], found["high"]).mean() <= 0.95


@pytest.mark.parametrize(
    ("flow", "year", "index"),
    [("import", 1997, 0.081423839070), ("import", 2022, 0.077411880281), ("export", 2017, 0.076146890485)],
)
def test_a_year_that_is_over_has_its_index_and_a_band_of_no_width(census, flow, year, index):
    found = ta.nowcast(census, ta.hhi, flow=flow, year=year)
    assert (found.method, found.months, found.low, found.high) == ("known", 12, found.estimate, found.estimate)
    assert found.estimate == pytest.approx(index, abs=1e-12)


def test_nothing_later_is_known(imports):
    known = imports["period"] <= 200905
    one, course = (of(imports[known]) for of in (ta.nowcast, ta.monitoring.nowcasts))
    assert (one.year, one.months) == (2009, 5)
    later = imports.assign(value=imports["value"].where(known, 1000 * imports["value"].to_numpy()[::-1]))
    other = ta.nowcast(later, ta.hhi, year=2009, months=5)
    assert (other.estimate, other.low, other.high) == pytest.approx((one.estimate, one.low, one.high), rel=1e-12)
    pd.testing.assert_frame_equal(other.table, one.table, rtol=1e-9)
    same = ta.monitoring.nowcasts(later).iloc[: len(course)]
    until = pd.DataFrame(same).assign(actual=same["actual"].where(same["year"] < 2009))
    pd.testing.assert_frame_equal(until, pd.DataFrame(course), rtol=1e-12)
    row = course.iloc[-1]
    assert (row["estimate"], row["low"], row["high"]) == pytest.approx((one.estimate, one.low, one.high), rel=1e-12)


def test_the_record_is_of_the_last_ten_years(imports, course):
    table = ta.nowcast(imports, ta.hhi, year=2022, months=5).table
    past = course["import"].query("2012 <= year <= 2021 and months == 5")
    errors = np.log(past["rolling"] / past["actual"])
    row = table[(table["months"] == 5) & (table["method"] == "rolling")].iloc[0]
    assert (row["bias"], row["rmse"]) == pytest.approx((errors.mean(), np.sqrt((errors**2).mean())))
    assert row["years"] == 10
    weights = table.dropna().groupby("months")["weight"].sum()
    assert weights.tolist() == pytest.approx([1.0] * 11)


def test_vietnams_fish_is_off_by_less_than_last_years_index(shared_data):
    path = shared_data / "comtrade_fish_monthly_vnm" / "fish_monthly_vnm_2012_2024.parquet"
    fish = pd.read_parquet(path).query("flow == 'X'").drop(columns="flow").rename(columns={"value_usd": "value"})
    found = ta.monitoring.nowcasts(fish, ta.hhi)
    of_years = found[found["year"] >= 2018]
    errors = np.log(of_years[["estimate", "last_year"]].div(of_years["actual"], axis=0)) ** 2
    roots = errors.groupby(of_years["months"]).mean().loc[4:] ** 0.5
    assert (roots["estimate"] < roots["last_year"]).all()


# ---- totals, shares and other measures ------------------------------------------------------------------------------


def test_a_total_holds_what_is_not_allocated_and_is_no_less_than_its_months():
    table = pd.concat([swaying(41), rows({"Others": [2.0] * 41}, "2018-01")])
    found = ta.nowcast(table, "total")
    assert found.last == pytest.approx(table[table["period"].str.startswith("2020")]["value"].sum())
    so_far = table[table["period"].str.startswith("2021")]["value"].sum()
    assert so_far <= found.low < found.estimate < found.high
    whole = table[table["period"].str.startswith("2020")]
    assert ta.nowcast(table, "total", year=2020).estimate == pytest.approx(whole["value"].sum())


def test_a_share_is_of_one_partner_and_within_0_and_1():
    found = ta.nowcast(swaying(41), "share", partner="USA")
    table = swaying(41)
    year = table[table["period"].str.startswith("2020")].groupby("partner")["value"].sum()
    assert found.last == pytest.approx(year["USA"] / year.sum())
    assert 0 < found.low < found.estimate < found.high <= 1


def test_a_share_is_of_all_trade_as_the_watch_has_it_and_what_is_not_allocated_is_told():
    table = rows({"USA": [3.0] * 48, "JPN": [1.0] * 48, "Others": [4.0] * 48}, "2018-01")
    found = ta.nowcast(table, "share", partner="USA")
    assert (found.estimate, found.unallocated) == (3 / 8, 4 / 8)
    assert "50.0%" in found.details()[-1]
    assert "all trade" in found.details()[-1]
    watched = ta.watch(table, plan=0.3)
    assert watched.table[["partner", "now"]].to_numpy().tolist() == [["USA", 3 / 8]]
    assert watched.about["unallocated"] == 1 / 2
    assert "all trade" in watched.details()[-1]
    index = ta.nowcast(table)
    assert index.estimate == pytest.approx((9 + 1) / 16)  # of what is allocated
    assert "the index is of the 50.0%" in index.details()[-1]
    assert ta.nowcast(table, "total").unallocated == 1 / 2


@pytest.mark.parametrize("measure", [ta.entropy, ta.top_share(2), ta.effective_partners, ta.gini, ta.hill(0.5)])
def test_any_measure_has_a_nowcast_within_its_range(measure):
    found = ta.nowcast(swaying(29), measure)
    assert found.low <= found.estimate <= found.high
    assert found.measure == measure.name
    if measure is ta.effective_partners:
        assert found.low >= 1
    if measure is ta.gini:
        assert found.high <= 1


def test_a_function_of_a_matrix_is_a_measure():
    def third(values):
        return values[:, 2] / values.sum(axis=1)

    assert ta.nowcast(swaying(41), third).estimate == pytest.approx(
        ta.nowcast(swaying(41), "share", partner="USA").estimate  # the last of the partners in their order
    )


# ---- few years, gaps and months that are left out -------------------------------------------------------------------


def test_with_one_whole_year_there_is_no_band_and_the_reason_is_told():
    found = ta.nowcast(swaying(17))
    assert math.isnan(found.low)
    assert math.isnan(found.high)
    assert found.past == 0
    assert "no band" in found.sentence()
    assert "which take two" in found.details()[-1]


def test_a_province_with_three_years_is_told_how_few_they_are():
    found = ta.nowcast(swaying(41))
    assert found.past == 2
    assert "errors of 2 earlier years alone" in " ".join(found.details())
    longer = ta.nowcast(swaying(12 * 12 + 5, "2009-01"))
    assert not any("alone" in one for one in longer.details())


def test_months_after_a_gap_do_not_count_and_that_is_told():
    table = swaying(42)
    gap = table[table["period"] != "2021-05"]
    found = ta.nowcast(gap)
    assert found.months == 4
    assert "month 5 of 2021" in found.details()[0]
    assert found.estimate == ta.nowcast(table, months=4).estimate


def test_a_year_with_a_gap_is_left_out_of_the_record_and_that_is_told():
    table = swaying(41 + 12, "2017-01")
    found = ta.nowcast(table[table["period"] != "2018-07"])
    assert "2018" in found.details()[0]
    assert found.past == 1  # 2020 alone has a whole year before it


def test_where_the_year_before_has_a_gap_the_year_to_date_alone_counts():
    table = swaying(41)
    found = ta.nowcast(table[table["period"] != "2020-07"])
    so_far = table[table["period"].str.startswith("2021")].groupby("partner")["value"].sum()
    assert found.method == "year_to_date"
    assert found.estimate == pytest.approx(ta.hhi(so_far))
    assert math.isnan(found.last)
    assert found.past == 2
    assert set(found.table["method"]) == {"year_to_date", "combined"}


def test_a_last_month_can_be_left_out():
    table = swaying(41)
    assert ta.nowcast(table, months=4).estimate == ta.nowcast(table[table["period"] < "2021-05"]).estimate
    with pytest.raises(ta.TradeDataError, match="first 5 months"):
        ta.nowcast(table, months=6)


def test_a_last_month_that_is_reported_in_part_is_left_out_and_that_is_told():
    table = swaying(41)
    part = table[(table["period"] != "2021-05") | (table["partner"] == "JPN")]
    found = ta.nowcast(part)
    assert ta.monitoring.half_reported(part)["period"].tolist() == ["2021-05"]
    assert found.months == 4
    assert "2021-05" in found.details()[0]
    assert "months=5" in found.details()[0]
    assert found.estimate == ta.nowcast(table, months=4).estimate
    assert ta.nowcast(part, months=5).months == 5
    january = swaying(37)
    with pytest.raises(ta.TradeDataError, match="months=1"):
        ta.nowcast(january[(january["period"] != "2021-01") | (january["partner"] == "JPN")])


def test_a_december_that_is_reported_in_part_ends_no_year():
    table = swaying(48)
    found = ta.nowcast(table[(table["period"] != "2021-12") | (table["partner"] == "JPN")])
    assert (found.months, found.method) == (11, "combined")


def test_what_is_said_of_a_year_without_whole_months_is_so():
    table = swaying(38)
    half = table[(table["period"] < "2021") | (table["partner"] == "JPN")]
    with pytest.raises(ta.TradeDataError, match="but 2 months, reported in part") as failed:
        ta.nowcast(half)
    assert "months=2" in str(failed.value)
    assert ta.nowcast(half, months=2).months == 2
    with pytest.raises(ta.TradeDataError, match=r"year=.* from 2018, 2019, 2020"):
        ta.nowcast(table[table["period"] != "2021-01"])
    with pytest.raises(ta.TradeDataError, match="the table has no January") as failed:
        ta.nowcast(rows({"USA": [1.0] * 5}, "2021-03"))
    assert "year=" not in str(failed.value)


def test_what_cannot_be_computed_is_refused_in_words():
    table = swaying(41)
    with pytest.raises(ta.TradeDataError, match="January of 2021"):
        ta.nowcast(table[table["period"] != "2021-01"])
    with pytest.raises(ta.TradeDataError, match="year=2030"):
        ta.nowcast(table, year=2030)
    with pytest.raises(ta.TradeDataError, match="share is of one partner"):
        ta.nowcast(table, "share")
    with pytest.raises(ta.TradeDataError, match="share is of one partner"):
        ta.nowcast(table, partner="USA")
    with pytest.raises(ta.TradeDataError, match="is no measure"):
        ta.nowcast(table, "growth")
    with pytest.raises(ta.TradeDataError, match="such as"):
        ta.nowcast(table, confidence=1)
    with pytest.raises(ta.TradeDataError, match="below 0"):
        ta.nowcast(table, lambda values: -values.sum(axis=1))
    with pytest.raises(ta.TradeDataError, match="one number for each row"):
        ta.nowcast(table, lambda values: values)
    with pytest.raises(ta.TradeDataError, match="cannot be computed"):
        ta.nowcast(rows({"USA": [1.0] * 12 + [0.0] * 12 + [0.0] * 3}))


def test_a_partner_that_came_from_nothing_has_no_band_for_its_share():
    x = np.array([[0.0] * 35 + [1.0] * 6, [5.0] * 41])
    found = ta.nowcast(rows(dict(zip(("USA", "CHN"), x, strict=True))), "share", partner="USA")
    assert found.estimate > 0
    assert math.isnan(found.low)
    assert "nothing" in found.details()[-1]


# ---- in words --------------------------------------------------------------------------------------------------------


def test_the_sentence_is_in_both_languages():
    table = swaying(41).assign(reporter="VNM", flow="export")
    found = ta.nowcast(table, ta.hhi)
    low, estimate, high = (f"{one:.3f}" for one in (found.low, found.estimate, found.high))
    assert found.sentence() == (
        f"HHI of exports of Vietnam in 2021, with 5 of 12 months known: {estimate}, between {low} and {high} with 90% "
        f"confidence. In 2020 it was {found.last:.3f}."
    )
    comma = [one.replace(".", ",") for one in (estimate, low, high, f"{found.last:.3f}")]
    assert found.sentence("vi") == (
        f"HHI xuất khẩu của Việt Nam năm 2021, ước theo 5 tháng đầu năm: {comma[0]}, trong khoảng từ {comma[1]} đến "
        f"{comma[2]} với độ tin cậy 90%. Năm 2020 là {comma[3]}."
    )
    share = ta.nowcast(table, "share", partner="USA")
    assert share.sentence().startswith("Share of the United States in exports of Vietnam in 2021")
    assert share.sentence("vi").startswith("Tỷ trọng của Hoa Kỳ trong kim ngạch xuất khẩu của Việt Nam năm 2021")
    assert all("năm" in one.say("vi") for one in found.remarks)
    assert repr(found).startswith(found.sentence())


def test_the_figure_draws_the_estimates_of_the_last_year_with_their_band():
    table = ta.monitoring.nowcasts(swaying(65).assign(reporter="VNM", flow="export"))
    rows = table[table["year"] == 2023]
    ax = ta.figures.nowcast(table)
    drawn = [list(line.get_ydata()) for line in ax.lines]
    last = rows["last_year"].iloc[-1]
    assert drawn == [list(rows["year_to_date"]), [last, last], list(rows["estimate"])]
    corners = ax.collections[0].get_paths()[0].vertices
    assert {*rows["low"], *rows["high"]} <= {*corners[:, 1]}
    assert ax.figure.texts[0].get_text().startswith("HHI of exports of Vietnam in 2023")
    whole = ta.figures.nowcast(table[table["year"] == 2022], lang="vi")
    assert list(whole.lines[-1].get_ydata()) == [table[table["year"] == 2022]["actual"].iloc[0]]
    assert whole.figure.tradeanalysis_alt.startswith("Biểu đồ đường theo số tháng đã biết, từ 1 đến 11")
    unbanded = ta.figures.nowcast(ta.monitoring.nowcasts(swaying(17)))
    assert "between" not in unbanded.figure.tradeanalysis_alt
    with pytest.raises(ta.TradeDataError, match="several rows with 1 month known"):
        ta.figures.nowcast(pd.concat([table, table]))
