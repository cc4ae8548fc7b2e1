"""Targets on request: of all trade, by quarter, the same in the brief and in the plan; figures computed by hand."""

import openpyxl
import pandas as pd
import pytest
from test_brief import Text, rows_of, small_pictures

import tradeanalysis as ta
from tradeanalysis.planner.quarterly_targets import Quarters, in_quarters

# Of 100 million dollars the United States 30, three others 20 each, and 10 not detailed.
TABLE = pd.DataFrame({"partner": ["USA", "CHN", "JPN", "KOR", "OTH"], "value": [30e6, 20e6, 20e6, 20e6, 10e6]})
OF_2020 = {"flow": "export", "year": 2020}


@pytest.fixture(autouse=True)
def of_few_points():
    with small_pictures():
        yield


def words_of(path):
    return " ".join(" ".join(Text(path.read_text("utf-8")).words).split())


def sheets(path):
    return pd.read_excel(path, sheet_name=None, engine="openpyxl")


# ---- one base -----------------------------------------------------------------------------------------------------


def test_caps_and_shares_of_a_plan_are_of_all_with_the_rest():
    x = TABLE.set_index("partner")["value"].drop("OTH")
    done = ta.plan(x, 0.2, 0.26, rest=10e6, aim="even growth")
    assert done.table["target"].tolist() == pytest.approx([31.2e6, 25.6e6, 25.6e6, 25.6e6])  # 26% of 120; 108 in all
    assert done.table["share_before"].tolist() == pytest.approx([0.3, 0.2, 0.2, 0.2])
    assert done.table["share_after"]["USA"] == pytest.approx(0.26)
    assert (done.total, done.rest, done.cap) == (pytest.approx(120e6), 10e6, 0.26)
    assert done.hhi_before == pytest.approx((30**2 + 3 * 20**2) / 90**2)  # the index stays that of the markets
    assert "no market above 26% can be met: the United States’ share falls from 30.0% to 26.0%" in done.sentence()
    # Without the rest the same markets are all there is: a cap of 26% of 108 is no more than 28.08.
    with pytest.raises(ta.InfeasiblePlan):
        ta.plan(x, 0.2, 0.26)


def test_what_can_be_had_instead_is_of_all_with_the_rest():
    x = pd.Series({"USA": 40.0, **dict.fromkeys(["CHN", "JPN", "KOR", "DEU", "FRA"], 10.0)})
    with pytest.raises(ta.InfeasiblePlan) as caught:
        ta.plan(x, 0.2, 0.2, rest=10.0)
    refused = caught.value
    assert refused.nearest_cap == pytest.approx(40 / 120)
    assert refused.nearest_growth == pytest.approx(40 / 0.2 / 100 - 1)
    assert "would have 33.33% of the total" in str(refused)
    assert ta.plan(x, refused.nearest_growth, 0.2, rest=10.0).table["share_after"]["USA"] == pytest.approx(0.2)
    # Four markets with 40 of 100 are never all below a tenth: each may be no more, and the rest takes what it takes.
    with pytest.raises(ta.InfeasiblePlan, match=r"with 4 markets one of them always has 10\.00%"):
        ta.plan([10, 10, 10, 10], 0.1, 0.09, rest=60.0)
    with pytest.raises(ta.TradeDataError, match="rest=-1"):
        ta.plan(x, rest=-1)


def test_a_bloc_is_capped_as_a_share_of_all_with_the_rest():
    blocs = {"blocs": {"A": ["USA", "CHN"]}, "bloc_cap": {"A": 0.44}}
    x = TABLE.set_index("partner")["value"].drop("OTH")
    with pytest.raises(ta.InfeasiblePlan) as caught:
        ta.plan(x, 0.1, None, rest=10e6, **blocs)
    assert caught.value.nearest_growth == pytest.approx(50 / 0.44 / 100 - 1)
    done = ta.plan(x, 0.2, None, rest=10e6, aim="least concentrated", **blocs)
    assert done.table["share_after"].loc[["USA", "CHN"]].sum() <= 0.44 + 1e-9


def test_the_plan_that_is_written_has_the_numbers_of_the_brief(tmp_path):
    said = []
    given = {**OF_2020, "growth": 0.2, "cap": 0.26, "langs": ["vi"], "out": tmp_path}
    plan, _ = ta.write_plan(TABLE, "Long An", progress=said.append, **given)
    page, book = ta.write_brief(TABLE, "Long An", format=["html", "xlsx"], **given)
    targets, brief = sheets(plan)["Phương án"], sheets(book)["Xuất khẩu - Phương án"]
    assert targets["Thị trường"].tolist()[-2:] == ["Chưa chi tiết theo thị trường", "Tổng cộng"]
    assert targets["Chỉ tiêu, USD"].tolist() == pytest.approx([31.2e6, *[25.6e6] * 3, 12e6, 120e6])
    assert targets["Chỉ tiêu, USD"].tolist() == pytest.approx(brief.iloc[:, 2].tolist())
    assert targets["Tỷ trọng theo phương án"].tolist() == pytest.approx([0.26, *[25.6 / 120] * 3, 0.1, 1.0])
    assert targets["Giới hạn, USD"].iloc[0] == pytest.approx(31.2e6)
    assert "10,0% kim ngạch chưa chi tiết theo thị trường" in said[0]
    assert "giảm từ 30,0% xuống 26,0%" in said[1]
    assert "tỷ trọng của Hoa Kỳ sẽ vào khoảng 26%" in words_of(page)
    about = sheets(plan)["Về phương án"].set_index("Mục")
    assert about.loc["Tổng kim ngạch hiện nay"].tolist() == ["100,0 triệu USD"]
    assert about.loc["Tổng kim ngạch theo phương án"].tolist() == ["120,0 triệu USD"]


# ---- quarters -----------------------------------------------------------------------------------------------------


def test_what_is_over_goes_to_the_largest_remainders():
    weights = Quarters((0.22, 0.24, 0.26, 0.28))
    # 312: 68.64, 74.88, 81.12, 87.36; 310 rounded down, and one each to the second and the first.
    split = in_quarters(pd.Series({"USA": 31.2}), weights, 0.1)
    assert split.loc["USA"].tolist() == [31.2, 6.9, 7.5, 8.1, 8.7]
    assert in_quarters(pd.Series([7.0]), Quarters((0.25,) * 4), 1.0).iloc[0].tolist() == [7, 2, 2, 2, 1]
    assert in_quarters(pd.Series([7.0]), Quarters((0.25,) * 4), None).iloc[0].tolist() == [7, 1.75, 1.75, 1.75, 1.75]


def test_the_targets_of_the_quarters_stand_below_the_plan_and_in_both_workbooks(tmp_path):
    given = {**OF_2020, "growth": 0.2, "cap": 0.26, "quarters": [0.22, 0.24, 0.26, 0.28], "out": tmp_path}
    page, _, book, _ = sorted(
        ta.write_brief(TABLE, "Long An", format=["html", "xlsx"], **given), key=lambda x: x.suffix
    )
    head = "Targets by quarter: growth of 20.0%, no market above 26.0%"
    assert rows_of(page.read_text("utf-8"), head) == [
        ["United States", "31.2", "6.9", "7.5", "8.1", "8.7"],
        *([name, "25.6", "5.6", "6.1", "6.7", "7.2"] for name in ("China", "Japan", "South Korea")),
        ["Not detailed by partner", "12.0", "2.6", "2.9", "3.1", "3.4"],
        ["All", "120.0", "26.4", "28.8", "31.2", "33.6"],
    ]
    assert "Weights of the quarters as stated: 22.0%, 24.0%, 26.0% and 28.0%." in words_of(page)
    split = sheets(book)["Exports - By quarter"]
    assert split.columns.tolist() == ["Market", "Whole year, USD", "Q1", "Q2", "Q3", "Q4"]
    assert split.iloc[0, 1:].tolist() == [31_200_000, 6_864_000, 7_488_000, 8_112_000, 8_736_000]
    assert (split.iloc[:, 2:].sum(axis=1) == split["Whole year, USD"]).all()
    assert split["Whole year, USD"].iloc[-1] == 120_000_000
    vietnamese, _ = ta.write_plan(TABLE, "Long An", langs=["vi"], **given)
    split = sheets(vietnamese)["Theo quý"]
    assert split.columns.tolist() == ["Thị trường", "Cả năm, USD", "Quý I", "Quý II", "Quý III", "Quý IV"]
    assert split.iloc[0].tolist() == ["Hoa Kỳ", 31_200_000, 6_864_000, 7_488_000, 8_112_000, 8_736_000]
    assert split.iloc[-1].tolist() == ["Tổng cộng", 120e6, 26.4e6, 28.8e6, 31.2e6, 33.6e6]
    about = sheets(vietnamese)["Về phương án"].set_index("Mục")
    assert about.loc["Tỷ trọng các quý"].tolist() == ["Tỷ trọng các quý theo yêu cầu: 22,0%, 24,0%, 26,0% và 28,0%."]
    sheet = openpyxl.load_workbook(vietnamese)["Theo quý"]
    assert {cell.number_format for cell in sheet[2][1:]} == {"#,##0"}


def test_each_of_the_nearest_plans_has_its_quarters(tmp_path):
    markets = ["USA", "CHN", "JPN", "KOR", "DEU", "FRA"]
    table = pd.DataFrame({"partner": markets, "value": [40e6, *[12e6] * 5]})
    given = {**OF_2020, "growth": 0.2, "cap": 0.25, "quarters": "even", "langs": ["en"], "out": tmp_path}
    page, *_ = ta.write_brief(table, "Long An", format="html", **given)
    # 40 is a quarter of 160, and a third of 120.
    for head, total in (
        ("growth of 60.0%, no market above 25.0%", "160.0"),
        ("growth of 20.0%, no market above 33.4%", "120.0"),
    ):
        rows = rows_of(page.read_text("utf-8"), f"Targets by quarter: {head}")
        assert rows[0] == ["United States", "40.0", *["10.0"] * 4]
        assert rows[-1][1] == total


def test_a_quarter_of_a_small_market_is_written_in_a_unit_in_which_it_can_be_read(tmp_path):
    markets = ["USA", "CHN", "JPN", "KOR", "DEU"]
    table = pd.DataFrame({"partner": markets, "value": [5.9e9, 2.7e9, 2.45e9, 1.9e9, 0.8e9]})
    given = {**OF_2020, "growth": 0.1, "quarters": "even", "langs": ["en"], "format": "html", "out": tmp_path}
    page, *_ = ta.write_brief(table, "Long An", **given)
    rows = rows_of(page.read_text("utf-8"), "Targets by quarter: growth of 10.0%")
    assert rows[4] == ["Germany", "880.0", *["220.0"] * 4]  # of billions, four times 0.2


def test_a_plan_says_that_its_cap_is_not_known_to_hold_in_what_is_not_detailed(tmp_path):
    table = pd.DataFrame({"partner": ["USA", "CHN", "JPN", "OTH"], "value": [25e6, 20e6, 15e6, 40e6]})
    given = {**OF_2020, "growth": 0.1, "langs": ["en"], "format": "html", "out": tmp_path}
    hidden = "40.0% of exports is not detailed by market: the data do not show whether it holds a market with more than"
    page, *_ = ta.write_brief(table, "Long An", cap=0.3, **given)
    assert f"{hidden} 30%." in words_of(page)
    assert rows_of(page.read_text("utf-8"), "A plan with targets by market")[0] == [
        "United States",
        "25.0",
        "27.5 (+10.0%)",
    ]
    page, *_ = ta.write_brief(table, "Long An", cap=0.45, name="higher", **given)  # no part of 40% is above 45%
    assert hidden not in words_of(page)


def with_months(path, months=range(1, 13)):
    """A file by month in two years: in 2022 the quarters are a tenth, two, three and four tenths of the year."""
    heads = [f"Tháng {month}/{year}" for year in (2022, 2023) for month in (range(1, 13) if year == 2022 else months)]
    rows = [["XUẤT KHẨU THEO THỊ TRƯỜNG"], ["Thị trường", *heads]]
    for name, size in (("Hoa Kỳ", 2), ("Nhật Bản", 1)):
        of = {2022: [size * (1 + (month - 1) // 3) * 1000 for month in range(1, 13)], 2023: [size * 2500] * len(months)}
        rows.append([name, *of[2022], *of[2023]])
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    book.save(path)
    return path


def test_the_months_of_the_file_give_the_weights_of_the_quarters(tmp_path):
    given = {"flow": "export", "growth": 0.1, "quarters": "seasonal", "langs": ["vi"], "format": "html"}
    whole = ta.read(with_months(tmp_path / "a.xlsx"), flow="export", unit="USD")
    # (2 + 1) x 3 months x 1, 2, 3, 4
    assert ta.certificate(whole)["by_quarter"] == [
        {"flow": "export", "year": 2022, "quarters": [9000.0, 18000.0, 27000.0, 36000.0], "value": 90000.0},
        {"flow": "export", "year": 2023, "quarters": [22500.0] * 4, "value": 90000.0},
    ]
    page, *_ = ta.write_brief(whole, "Long An", year=2022, out=tmp_path / "a", **given)
    assert "theo số liệu năm 2022 của bảng: 10,0%, 20,0%, 30,0% và 40,0%" in words_of(page)
    rows = rows_of(page.read_text("utf-8"), "Chỉ tiêu theo quý: tăng 10,0%")
    assert rows[-1] == ["Tổng cộng", "99.000", "9.900", "19.800", "29.700", "39.600"]
    # Of 2023 there are nine months, of which no quarters of a year are made.
    with pytest.warns(ta.TradeDataWarning, match="TA-116"):
        part = ta.read(with_months(tmp_path / "b.xlsx", range(1, 10)), flow="export", unit="USD")
    with pytest.raises(ta.TradeDataError, match="a whole year, and the table has 9 months of 2023"):
        ta.write_brief(part, "Long An", year=2023, out=tmp_path / "b", **given)


def test_the_quarters_are_those_of_the_reporter_and_the_flow_that_are_planned(tmp_path):
    # Of each quarter: Vietnam's exports 1, 2, 3 and 4, its imports 4, 3, 2 and 1, Thailand's exports 7 each.
    course = {("VNM", "export"): [1, 2, 3, 4], ("VNM", "import"): [4, 3, 2, 1], ("THA", "export"): [7] * 4}
    rows = [
        {"reporter": who, "flow": flow, "partner": partner, "period": f"2023Q{i + 1}", "value": x * size * 1e6}
        for (who, flow), values in course.items()
        for i, x in enumerate(values)
        for partner, size in (("USA", 3), ("JPN", 1))
    ]
    whole = ta.read(pd.DataFrame(rows), unit="USD")
    given = {"growth": 0.1, "quarters": "seasonal", "langs": ["en"], "format": "html", "out": tmp_path}
    for reporter, flow, weights in (
        ("VNM", "export", "10.0%, 20.0%, 30.0% and 40.0%"),
        ("VNM", "import", "40.0%, 30.0%, 20.0% and 10.0%"),
        ("THA", "export", "each quarter has a quarter"),
    ):
        page, *_ = ta.write_brief(whole, reporter, flow=flow, year=2023, **given)
        assert weights.lower() in words_of(page).lower()
    # The quarters are those of both markets: of one of them they are not known.
    part = whole[whole["partner"] == "USA"]
    with pytest.raises(ta.TradeDataError, match="of a whole year of the rows that are planned"):
        ta.write_brief(pd.concat([part, part.assign(partner="CHN")]), "VNM", flow="export", year=2023, **given)


def test_quarters_that_cannot_be_had_say_what_is_needed(tmp_path):
    given = {**OF_2020, "out": tmp_path, "langs": ["en"], "format": "html"}
    for quarters, words in {
        "seasonal": "needs the months or quarters of a whole year",
        "monthly": 'quarters=monthly: the quarters are "even"',
        (0.5, 0.5): "or four shares",
        (0.3, 0.3, 0.3, 0.3): "add up to 120.0%",
        (0.5, 0.7, -0.1, -0.1): "or four shares",
    }.items():
        with pytest.raises(ta.TradeDataError, match=words):
            ta.write_brief(TABLE, "Long An", growth=0.1, quarters=quarters, **given)
        with pytest.raises(ta.TradeDataError, match=words):
            ta.write_plan(TABLE, "Long An", **OF_2020, quarters=quarters, out=tmp_path)
    with pytest.raises(ta.TradeDataError, match="no plan was requested"):
        ta.write_brief(TABLE, "Long An", quarters="even", **given)
    assert not list(tmp_path.iterdir())


def test_a_plan_writes_its_quarters_as_write_plan_does_and_knows_no_months(tmp_path):
    x = pd.Series({"USA": 40e6, "CHN": 30e6, "JPN": 30e6})
    table = x.rename_axis("partner").rename("value").reset_index()
    given = {"growth": 0.2, "cap": 0.5, "quarters": [0.1, 0.2, 0.3, 0.4]}
    aim = "least concentrated"
    written, *_ = ta.write_plan(table, "Long An", **OF_2020, **given, aim=aim, langs=["en"], out=tmp_path)
    x.attrs = {"certificate": {"currency": "USD"}}
    own = ta.plan(x, 0.2, 0.5).to_excel(tmp_path / "own.xlsx", quarters=given["quarters"])
    assert sheets(own)["By quarter"].to_dict() == sheets(written)["By quarter"].to_dict()
    # 40 for each market: of 120 none is above a half, and the others rise to the largest.
    assert sheets(own)["By quarter"].iloc[0].tolist() == ["United States", 40e6, 4e6, 8e6, 12e6, 16e6]
    with pytest.raises(ta.TradeDataError, match="a finished plan does not know the months of its table"):
        ta.plan(x, 0.2, 0.5).to_excel(tmp_path / "seasonal.xlsx", quarters="seasonal")
    assert not (tmp_path / "seasonal.xlsx").exists()


def test_the_command_takes_quarters(tmp_path, capsys):
    from tradeanalysis.cli import main

    file = tmp_path / "a.csv"
    file.write_text("partner,value\nUSA,30000000\nCHN,20000000\nJPN,20000000\nKOR,20000000\n", "utf-8")
    said = [str(file), "--reporter", "Long An", "--flow", "export", "--year", "2020", "--unit", "USD", "--lang", "vi"]
    said += ["--out", str(tmp_path), "--no-input"]
    assert main(["plan", *said, "--cap", "50%", "--quarters", "22,5%;25%;26%;26,5%"]) == 0
    split = sheets(tmp_path / "plan_Long_An_2020_export_vi.xlsx")["Theo quý"]
    assert split.iloc[-1].tolist() == ["Tổng cộng", 99e6, 22.275e6, 24.75e6, 25.74e6, 26.235e6]
    assert main(["brief", *said, "--quarters", "even", "--format", "html"]) == 2
    assert "chưa yêu cầu phương án nào: thêm --growth 0.1 hoặc --cap 0.25" in capsys.readouterr().err
    assert main(["brief", *said, "--growth", "10%", "--quarters", "a,b,c,d", "--format", "html"]) == 2
    assert "các quý là" in capsys.readouterr().err
