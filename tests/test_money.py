"""Currencies and scales: what headings say of them, what unit= and rate= do, and how amounts are printed."""

import warnings

import matplotlib
import openpyxl
import pandas as pd
import pytest

import tradeanalysis as ta
from tradeanalysis import texts
from tradeanalysis.cli.commands import main
from tradeanalysis.currencies import currencies, currency_of, unit_named
from tradeanalysis.output.latex import to_latex
from tradeanalysis.sources.columns.units import unit_in, units_in

matplotlib.use("Agg")

MARKETS = "Thị trường;Trị giá (tỷ đồng)\nHoa Kỳ;1.250,5\nTrung Quốc;830,0\nNhật Bản;410,0\n"
PROVINCE = """XUẤT KHẨU CỦA TỈNH LONG AN THEO THỊ TRƯỜNG NĂM 2023;;
Đơn vị tính: tỷ đồng;;
STT;Thị trường;Kim ngạch
1;Hoa Kỳ;12.345,6
2;Trung Quốc;8.300,5
3;Nhật Bản;4.100,0
4;Hàn Quốc;3.020,4
5;Đức;1.200,3
6;Khác;2.100,2
;Tổng cộng;31.067,0
"""


def of_the_province(write, **options):
    with pytest.warns(ta.TradeDataWarning, match="TA-119"):  # "Khác" is no partner
        return ta.read(write(PROVINCE), drop_aggregates=True, reporter="Long An", flow="export", year=2023, **options)


# ---- what texts say --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        *(("Trị giá (tỷ đồng)", "bnVND"), ("triệu đồng", "mVND"), ("nghìn đồng", "kVND"), ("nghìn tỷ đồng", "tnVND")),
        *(("Tỷ đồng - Bill. dongs", "bnVND"), ("Tr.đ", "mVND"), ("ĐVT: đồng", "VND"), ("tỷ VNĐ", "bnVND")),
        *(("nghìn USD", "kUSD"), ("trăm triệu USD", "100mUSD"), ("£ million", "mGBP"), ("£'000", "kGBP")),
        *(("万美元", "10kUSD"), ("出口额(千美元)", "kUSD"), ("百万円", "mJPY"), ("Mio EUR", "mEUR"), ("M€", "mEUR")),
        *(("Rs crore", "10mINR"), ("Rs. in lakh", "100kINR"), ("₹ crore", "10mINR"), ("NPR in thousands", "kNPR")),
        *(("US$ '000", "kUSD"), ("million Rand", "mZAR"), ("RM million", "mMYR"), ("IDR billion", "bnIDR")),
        *(("Miles de dólares", "kUSD"), ("Valor FOB US$ mil", "kUSD"), ("тыс. долл. США", "kUSD"), ("tys. zł", "kPLN")),
        *(("A$ '000", "kAUD"), ("Million Baht", "mTHB"), ("CAD million", "mCAD"), ("value (kUSD)", "kUSD")),
        *(("GBP (£) millions", "mGBP"), ("Vietnamese dong", "VND"), ("ARS", "ARS")),
        # What only looks like one.
        *(("Quặng đồng", None), ("Trung Đông", None), ("Đồng Nai", None), ("Hợp đồng", None), ("Kgs", None)),
        *(("Hong Kong (SAR)", None), ("Congo (Dem. Rep.)", None), ("TOP 10", None), ("ALL COUNTRIES", None)),
        *(("Lượng (nghìn tấn)", None), ("Công ty Đông Nam Á", None), ("mars 2020", None)),
    ],
)
def test_units_in_any_currency_are_read(text, unit):
    assert unit_in(text) == unit


@pytest.mark.parametrize(
    ("text", "offered"),
    [
        ("Value ($ million)", {"mUSD", "mAUD", "mSGD"}),
        ("Value 000", {"kUSD", "kGBP", "kVND"}),
        ("Value (Rs million)", {"mINR", "mPKR", "mNPR"}),
        ("Value (¥ billion)", {"bnJPY", "bnCNY"}),
        ("Value (thousand pesos)", {"kMXN", "kPHP"}),
    ],
)
def test_what_is_ambiguous_is_a_question_with_answers(text, offered, write):
    path = write(f"Country,{text}\nJapan,5\n")
    with pytest.raises(ta.UnitError, match=r"TA-109.*not plain") as refused:
        ta.read(path)
    (found,) = refused.value.findings
    fixes = {fix.value: fix for fix in found.fixes}
    assert offered <= set(fixes)
    for unit, fix in fixes.items():
        assert fix.argument == "unit"
        table = ta.read(path, **{fix.argument: fix.value})
        assert ta.certificate(table)["currency"] == unit[-3:]
    with pytest.raises(ta.UnitError):  # of another scale, or of a currency that the text does not mean
        ta.read(path, unit="tnSEK")


def test_a_currency_that_a_title_names_is_offered_first(write):
    path = write("Exports in Singapore dollars;\nCountry;Value ($ million)\nJapan;5\n")
    with pytest.raises(ta.UnitError) as refused:
        ta.read(path)
    assert [fix.value for fix in refused.value.findings[0].fixes] == ["mSGD"]
    assert ta.read(path, unit="mSGD")["value"].tolist() == [5e6]


def test_rates_of_exchange_and_sums_in_titles_are_no_units():
    titles = ["Tỷ giá: 24.000 đồng/USD", "Xuất khẩu đạt trên 5 tỷ đồng", "Exchange rate: 24,000 VND per USD"]
    assert units_in([], titles) == frozenset()


def test_the_list_of_currencies():
    assert {"VND", "USD", "EUR", "GBP", "JPY", "CNY", "INR", "XOF"} <= set(currencies())
    assert all(len(code) == 3 and code.isupper() for code in currencies())
    assert [unit_named(name) for name in ("bnXYZ", "", "VNDbn", "5kUSD", "vnd")] == [None] * 5


# ---- unit= and rate= -------------------------------------------------------------------------------------------------


def test_a_table_stays_in_its_currency(write):
    table = ta.read(write(MARKETS), reporter="VNM", flow="export", year=2023)
    assert table["value"].tolist() == [1_250_500_000_000.0, 830e9, 410e9]
    known = ta.certificate(table)
    assert (known["currency"], known["unit"], known["unit_of_file"], known["rate"]) == ("VND", "VND", "bnVND", None)


def test_dong_cannot_be_called_dollars(write):
    path = write(MARKETS)
    with pytest.raises(ta.UnitError, match=r'unit="mUSD", and the file says that it is in bnVND') as refused:
        ta.read(path, unit="mUSD")
    (fix,) = refused.value.findings[0].fixes
    assert (fix.argument, fix.value, fix.safe) == ("unit", "bnVND", True)
    assert "tỷ đồng" in fix.sentence("vi")
    assert ta.certificate(ta.read(path, unit=fix.value))["currency"] == "VND"


@pytest.mark.parametrize("given", ["bnVND", "tỷ đồng", "Bill. dongs"])
def test_a_unit_is_named_by_its_code_or_in_words(given, write):
    table = ta.read(write("Thị trường;Trị giá\nMỹ;5\n"), unit=given)
    assert table["value"].tolist() == [5e9]


def test_what_is_no_unit_is_refused(write):
    path = write("Country,Value\nJapan,5\n")
    assert ta.read(path, unit="bnvnd")["value"].tolist() == [5e9]
    with pytest.raises(ta.UnitError, match=r'unit="mXYZ" is not known.*ISO 4217'):
        ta.read(path, unit="mXYZ")


def test_a_rate_converts_to_dollars(write):
    table = ta.read(write(MARKETS), rate=25_000)
    assert table["value"].tolist() == [50_020_000.0, 33_200_000.0, 16_400_000.0]
    known = ta.certificate(table)
    assert (known["currency"], known["unit"], known["unit_of_file"], known["rate"]) == (
        "USD",
        "US dollars",
        "bnVND",
        25_000,
    )


def test_rates_by_year(write):
    path = write("Thị trường;Năm;Trị giá (tỷ đồng)\nMỹ;2022;50\nMỹ;2023;48\n")
    assert ta.read(path, rate={2022: 25_000, 2023: 24_000})["value"].tolist() == [2e6, 2e6]
    with pytest.raises(ta.UnitError, match=r"TA-109.*no rate of 2023"):
        ta.read(path, rate={2022: 25_000})
    assert ta.read(path, rate={2022: 25_000}, year=2022)["value"].tolist() == [2e6]
    with pytest.raises(ta.UnitError, match=r"TA-109.*states no year"):
        ta.read(write(MARKETS, "plain.csv"), rate={2022: 25_000})


@pytest.mark.parametrize("rate", [0, -1, float("nan"), float("inf"), "24000", True, {}, {"2022": 1}, {2022: 0}])
def test_a_rate_is_a_positive_number(rate, write):
    with pytest.raises(ta.TradeDataError, match="rate="):
        ta.read(write(MARKETS), rate=rate)


def test_a_rate_of_dollars_is_refused(write):
    path = write("Country,Value (USD million)\nJapan,5\n")
    with pytest.raises(ta.UnitError, match=r"TA-109.*values are in US dollars") as refused:
        ta.read(path, rate=24_000)
    (fix,) = refused.value.findings[0].fixes
    assert ta.read(path, **{fix.argument: fix.value})["value"].tolist() == [5e6]


def test_two_currencies_in_one_table_are_refused(write):
    path = write("partner,value,unit\nJPN,5,USD\nUSA,3,VND\n")
    for options in ({}, {"unit": "USD"}, {"unit": "VND"}):
        with pytest.raises(ta.UnitError, match="TA-109"):
            ta.read(path, **options)


@pytest.mark.parametrize("rate", [24_000, 23_271.2126, 0.79, {2022: 23_271.5, 2023: 23_787.3}])
def test_an_index_is_equal_to_the_last_bit_with_and_without_a_rate(rate, write):
    values = [1250.5, 830.07, 410.33, 96.2, 12.75, 3.01]
    rows = [f"{code},2022,{x}\n{code},2023,{round(1.07 * x, 2)}" for code, x in zip(PARTNERS, values, strict=True)]
    path = write("partner,year,value\n" + "\n".join(rows) + "\n")
    measures = (ta.hhi, ta.hill(1), ta.gini, ta.top_share(2))
    dong, dollars = ta.read(path, unit="bnVND"), ta.read(path, unit="bnVND", rate=rate)
    assert dollars["value"].sum() != dong["value"].sum()
    pd.testing.assert_frame_equal(
        ta.measure(dong, *measures, by="year"), ta.measure(dollars, *measures, by="year"), check_exact=True
    )


PARTNERS = ("USA", "CHN", "JPN", "DEU", "KOR", "THA")


def test_a_lazy_table_names_its_currency_in_a_column(tmp_path):
    pytest.importorskip("duckdb")
    table = pd.DataFrame({"reporter": "VNM", "partner": ["USA", "CHN"], "flow": "export", "year": 2023})
    table.assign(value=[2.0, 3.0]).to_parquet(tmp_path / "a.parquet")
    rows = ta.read(tmp_path, unit="mVND").df()
    assert (rows["unit"] == "VND").all()
    assert rows["value"].sum() == 5e6
    assert currency_of(ta.basket(rows, reporter="VNM", flow="export", year=2023).attrs) == "VND"
    assert ta.read(tmp_path, unit="mVND", rate=25_000).df()["value"].sum() == 200.0


# ---- printed amounts -------------------------------------------------------------------------------------------------


def test_money_in_words():
    assert texts.money(12_345.6e9, "vi", "VND") == "12.345,6 tỷ đồng"
    assert texts.money(12_345.6e9, "en", "VND") == "12,345.6 bn VND"
    assert texts.money(2.5e6, "vi", "GBP") == "2,5 triệu GBP"
    assert texts.money(-2.5e6, "en", "GBP") == "−2.5 mn GBP"
    assert texts.money(950, "vi", "VND") == "950 đồng"
    assert texts.unit_of(5e9, "VND") == ("bnVND", 1e9)


def test_the_brief_of_a_province_in_dong_names_dong_in_every_amount(write, tmp_path, capsys):
    path = write(PROVINCE)
    command = ["brief", str(path), "--reporter", "Long An", "--unit", "bnVND", "--flow", "export", "--year", "2023"]
    assert main([*command, "--drop-aggregates", "--format", "html,xlsx", "--out", str(tmp_path / "out")]) == 0
    pages = {lang: (tmp_path / "out" / f"brief_Long_An_2023_{lang}.html").read_text("utf-8") for lang in ("vi", "en")}
    assert "31.067,0 tỷ đồng" in pages["vi"]
    assert "31,067.0 bn VND" in pages["en"]
    assert "Kim ngạch, tỷ đồng" in pages["vi"]
    assert "12.345,6 tỷ đồng (39,7%" in pages["vi"]  # lost if the largest market closes
    for page in pages.values():
        assert "USD" not in page
        assert "đô la" not in page
    book = openpyxl.load_workbook(tmp_path / "out" / "brief_Long_An_2023_vi.xlsx")
    heads = [cell.value for cell in book["Xuất khẩu"][1]]
    assert "Kim ngạch, tỷ đồng" in heads
    about = {row[0].value: row[1].value for row in book["Hồ sơ số liệu"].iter_rows()}
    assert about["Tiền tệ"] == "VND"
    capsys.readouterr()


def test_the_brief_says_the_rate_of_what_was_converted(write, tmp_path):
    table = of_the_province(write, rate=24_850)
    written = ta.write_brief(table, "Long An", out=tmp_path / "out", langs=["vi", "en"], format="html")
    page = {path.stem[-2:]: path.read_text("utf-8") for path in written if path.suffix == ".html"}
    assert "24.850" in page["vi"]
    assert "đồng cho một đô la Mỹ" in page["vi"]
    assert "24,850" in page["en"]
    assert "1.3 bn USD" in page["en"]  # 31,067 / 24,850 = 1.2502


def test_a_plan_and_a_stress_table_name_the_currency(write, tmp_path):
    table = ta.read(write(MARKETS), reporter="VNM", flow="export", year=2023)
    exports = ta.basket(table)
    planned = ta.plan(exports, growth=0.5, cap=0.6, cost={"USA": 0.3, "CHN": 0.2, "JPN": 0.1}, upper=1.6 * exports)
    assert planned.table.attrs["notes"]["currency"] == "VND"
    assert all("VND" in line for line in planned.prices("en"))
    assert all("đồng" in line for line in planned.prices("vi"))
    path = planned.to_excel(tmp_path / "plan.xlsx", lang="vi")
    book = openpyxl.load_workbook(path)
    heads = [cell.value for cell in book["Phương án"][1]]
    assert {"Hiện nay, đồng", "Chỉ tiêu, đồng", "Tăng, giảm, đồng"} <= set(heads)
    about = {row[0].value: row[1].value for row in book["Về phương án"].iter_rows()}
    assert about["Tổng kim ngạch hiện nay"] == "2.490,5 tỷ đồng"  # 1,250.5 + 830 + 410
    closed = ta.contingency(exports)
    assert closed.attrs["notes"]["currency"] == "VND"
    assert "gross loss (VND)" in to_latex(closed)
    assert "value (VND)" in to_latex(ta.partners(table))


def test_vectors_in_two_currencies_are_not_compared(write):
    dong = ta.basket(ta.read(write(MARKETS)))
    dollars = ta.basket(ta.read(write(MARKETS, "again.csv"), rate=25_000))
    with pytest.raises(ta.UnitError, match=r"TA-109.*x is in VND, and upper= is in USD"):
        ta.plan(dong, 0.1, 0.9, upper=2 * dollars)
    with pytest.raises(ta.UnitError, match=r"TA-109.*room= is in USD"):
        ta.contingency(dong, room=dollars)


# ---- one base, whole lists ------------------------------------------------------------------------------------------


def of_imports(rows):
    return pd.DataFrame(rows, columns=["reporter", "partner", "value"]).assign(flow="import", product="850760")


INSIDE = [("DEU", "FRA", 10), ("FRA", "DEU", 20), ("DEU", "CHN", 60), ("FRA", "CHN", 5), ("DEU", "USA", 15)]


def test_imports_within_a_bloc_are_not_its_exports():
    found = ta.eu_cdi(of_imports(INSIDE), bloc=["DEU", "FRA"])
    assert found["cdi3"].isna().all()
    assert found["cdi3_flag"].isna().all()
    assert found["dependent"].isna().all()
    assert "imports only" in found.attrs["notes"]["missing"]["cdi3"]
    # With the imports of others: 80 from outside over 10 + 20 + 30 + 12 + 8 exported.
    others = [("CHN", "DEU", 30), ("USA", "FRA", 12), ("JPN", "DEU", 8)]
    with pytest.warns(ta.TradeDataWarning, match="read from the partners"):
        found = ta.eu_cdi(of_imports([*INSIDE, *others]), bloc=["DEU", "FRA"])
    assert found["cdi3"].tolist() == [80 / 80]


def test_importers_that_are_missing_are_named_for_one_economy_too():
    rows = [("THA", "CHN", 60), ("THA", "JPN", 20), ("CHN", "JPN", 20), ("CHN", "KOR", 5), ("KOR", "JPN", 3)]
    table = of_imports(rows)
    for reporter in (None, "THA"):
        with pytest.warns(ta.TradeDataWarning) as told:
            ta.geodep(table, reporter=reporter)
        assert any("JPN export in the table and import nothing" in str(one.message) for one in told)


def test_a_trend_is_of_one_economy():
    table = pd.DataFrame(
        {"reporter": ["THA", "VNM"] * 2, "year": [2019, 2019, 2020, 2020], "hhi": [0.1, 0.3, 0.1, 0.2]}
    )
    with pytest.raises(ta.TradeDataError, match=r"several rows of THA, VNM for the year 2019.*'THA'"):
        ta.figures.trend(table)
    ta.figures.trend(table[table["reporter"] == "THA"])


@pytest.mark.parametrize("dpi", [72, 80, 100, 150, 200])
def test_long_labels_are_whole_at_every_resolution(dpi):
    partners = ["USA", "Các nước khác (không phân bổ)", "Khu chế xuất và doanh nghiệp khác"]
    ax = ta.figures.ranking(pd.DataFrame({"partner": partners, "share": [0.6, 0.3, 0.1]}), lang="vi")
    ax.figure.set_dpi(dpi)
    renderer = ax.figure.canvas.get_renderer()
    assert min(label.get_window_extent(renderer).x0 for label in ax.get_yticklabels()) >= 0


def test_a_ranking_with_a_part_that_is_not_allocated_says_its_base(write):
    table = of_the_province(write)
    ax = ta.figures.ranking(ta.partners(table), lang="vi")
    assert any("kể cả phần chưa chi tiết" in text.get_text() for text in ax.figure.texts)


def test_a_list_of_the_largest_is_not_measured_in_silence(write):
    path = write("Thị trường;Trị giá (triệu USD)\nHoa Kỳ;30\nTrung Quốc;10\nTổng cộng;100\n")
    with pytest.warns(ta.TradeDataWarning, match="TA-114"):
        table = ta.read(path, drop_aggregates=True, limit=0.9, reporter="VNM", flow="export", year=2020)
    assert ta.certificate(table)["listed_share"] == 0.4
    for ask in (lambda: ta.measure(table, ta.hhi), lambda: ta.partners(table)):
        with pytest.warns(ta.TradeDataWarning, match=r"TA-114.*hold 40\.0% of its own total"):
            ask()
    titled = write("10 thị trường xuất khẩu lớn nhất;\nThị trường;Trị giá (triệu USD)\nHoa Kỳ;30\nTrung Quốc;10\n")
    with pytest.warns(ta.TradeDataWarning, match=r"TA-114.*only the largest"):
        table = ta.read(titled)
    with pytest.warns(ta.TradeDataWarning, match=r"TA-114.*only the largest"):
        ta.measure(table, ta.hhi)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        ta.measure(ta.read(write(MARKETS)), ta.hhi)
