"""Workbooks of products without markets: no brief, no products as partners, and concentration by product at once."""

import shlex
from fractions import Fraction

import pandas as pd
import pytest

import tradeanalysis as ta
from tradeanalysis.cli import main
from tradeanalysis.gate import Fix

HEAD = [["XUẤT KHẨU CỦA TỈNH BẮC GIANG NĂM 2023"], ["Đơn vị: triệu USD"], ["STT", "Mặt hàng", "Kim ngạch"]]
PHONES, CLOTHES, COFFEE, RICE = "Điện thoại và linh kiện", "Hàng dệt, may", "Cà phê", "Gạo"
# Rows, and the values that are allocated to a product and that are not.
BOOKS = {
    "a total": ([[1, PHONES, 600], [2, CLOTHES, 250], [3, COFFEE, 100], [4, RICE, 50], ["", "Tổng cộng", 1000]], 0),
    "a rest": ([[1, PHONES, 600], [2, CLOTHES, 250], [3, COFFEE, 100], [4, "Hàng hóa khác", 50]], 50),
    "the largest of a total": ([[1, PHONES, 600], [2, CLOTHES, 250], ["", "Tổng cộng", 1000]], 150),
    "a subtotal": (
        [
            *[["I", "Tổng kim ngạch", 1000], [1, PHONES, 600], [2, "Nông sản", 351]],
            *[["", COFFEE, 250.7], ["", RICE, 100.3], [3, CLOTHES, 49]],
        ],
        0,
    ),
    "a product that is called as a country is": ([[1, PHONES, 600], [2, CLOTHES, 300], [3, "Turkey", 100]], 0),
}
ALLOCATED = {"a subtotal": [600, Fraction(2507, 10), Fraction(1003, 10), 49]}


def book(path, rows, head=HEAD):
    pd.DataFrame([[*row, *[""] * (4 - len(row))] for row in [*head, *rows]]).to_excel(path, header=False, index=False)
    return str(path)


def hhi(values):
    return float(sum(Fraction(x) ** 2 for x in values) / Fraction(sum(values)) ** 2)


@pytest.mark.parametrize("name", BOOKS)
@pytest.mark.parametrize("lang", ["en", "vi"])
def test_a_brief_of_products_is_refused_with_the_command_that_measures_them(name, lang, tmp_path, capsys):
    rows, rest = BOOKS[name]
    file = book(tmp_path / "mặt hàng.xlsx", rows)
    out = str(tmp_path / "out")
    assert main(["brief", file, "--lang", lang, "--flow", "export", "--year", "2023", "--out", out]) == 2
    said, command = capsys.readouterr().err.rstrip().rsplit("\n", 1)
    assert {"en": "products and no markets", "vi": "có mặt hàng mà không có thị trường"}[lang] in said
    assert "partner" not in command
    program, *words = shlex.split(command)
    assert program == "tradeanalysis"
    assert main(words) == 0
    head, values = (line.split() for line in capsys.readouterr().out.strip().splitlines())
    found = dict(zip(head, map(float, values), strict=True))
    kept = ALLOCATED.get(name) or [x for _, label, x in rows if not label.startswith("Tổng") and "khác" not in label]
    assert found["n"] == len(kept)
    assert found["hhi"] == pytest.approx(hhi(kept), rel=1e-6)
    assert found.get("unallocated", 0) == pytest.approx(rest / (float(sum(kept)) + rest))


def test_years_of_products_side_by_side_are_measured_by_year(tmp_path, capsys):
    head = [["STT", "Mặt hàng", "Năm 2022 (triệu USD)", "Năm 2023 (triệu USD)"]]
    file = book(tmp_path / "a.xlsx", [[1, PHONES, 60, 50], [2, COFFEE, 40, 50]], head)
    assert main(["brief", file, "--flow", "export", "--out", str(tmp_path)]) == 2
    command = shlex.split(capsys.readouterr().err.rstrip().splitlines()[-1])
    assert command[command.index("--by") + 1] == "year"
    assert main(command[1:]) == 0
    rows = [line.split() for line in capsys.readouterr().out.strip().splitlines()[1:]]
    assert [(row[0], float(row[2])) for row in rows] == [("2022", 0.52), ("2023", 0.5)]


def test_products_by_code_are_read_with_a_total_that_has_a_name_only(tmp_path):
    head = [["Mã HS", "Tên hàng", "Kim ngạch (USD)"]]
    rows = [["8517", PHONES, 600], ["6203", CLOTHES, 250], ["0901", COFFEE, 150], ["", "Tổng cộng", 1000]]
    file = book(tmp_path / "hs.xlsx", rows, head)
    table = ta.read(file, drop_aggregates=True)
    assert dict(zip(table["product"], table["value"], strict=True)) == {"8517": 600, "6203": 250, "0901": 150}
    assert ta.certificate(table)["total_of_file"] == 1000
    assert ta.measure(table, ta.hhi, over="product")["hhi"].item() == pytest.approx(0.445)  # .36 + .0625 + .0225


@pytest.mark.parametrize(
    ("rows", "key"),
    [
        ([[1, PHONES, 600], ["", "- Samsung", 400], [2, COFFEE, 50]], "a dash before some products, '- Samsung'"),
        (
            [[1, PHONES, 600], [2, COFFEE, 500], ["", "Tổng cộng", 1000]],
            "the products hold 1.1 bn USD, more than the file's own total, 1.0 bn USD",
        ),
        (
            [[1, PHONES, 600], [2, COFFEE, 250], ["", "Tổng cộng", 1000]],
            "the products hold 850.0 mn USD, and the file's own total is 1.0 bn USD",
        ),
    ],
)
def test_products_that_count_twice_or_lack_a_part_are_refused(rows, key, tmp_path):
    with pytest.raises(ta.TradeDataError) as caught:
        ta.read(book(tmp_path / "a.xlsx", rows), drop_aggregates=True)
    (found,) = [one for one in caught.value.findings if one.severity == "error"]
    assert key in found.what
    assert [fix.argument for fix in found.fixes] == (["remainder"] if "850" in key else [])


def test_products_that_are_called_partners_are_refused_and_the_way_out_ends_in_products(tmp_path):
    file = book(tmp_path / "a.xlsx", BOOKS["a total"][0])
    columns = {"partner": "Mặt hàng", "value": "Kim ngạch"}
    with pytest.raises(ta.TradeDataError, match=r"'Mặt hàng' holds products") as caught:
        ta.read(file, columns=columns, unknown="keep", drop_aggregates=True)
    (fix,) = caught.value.findings[0].fixes
    assert fix == Fix("columns", {"product": "Mặt hàng", "value": "Kim ngạch"}, fix.effect, safe=True)
    table = ta.read(file, drop_aggregates=True, **{fix.argument: fix.value})
    assert ta.measure(table, ta.hhi, over="product")["hhi"].item() == pytest.approx(0.435)


def test_markets_below_a_heading_of_products_are_markets(tmp_path):
    rows = [[1, "Hoa Kỳ", 600], [2, "Trung Quốc", 400]]
    columns = {"partner": "Mặt hàng", "value": "Kim ngạch"}
    assert ta.read(book(tmp_path / "a.xlsx", rows), columns=columns)["partner"].tolist() == ["USA", "CHN"]
    # Beside a column of economies whose heading is not known the products are not taken for all that there is.
    head = [["Nơi đến", "Mặt hàng", "Kim ngạch (USD)"]]
    beside = book(tmp_path / "b.xlsx", [["Hoa Kỳ", RICE, 600], ["Trung Quốc", RICE, 400]], head)
    with pytest.raises(ta.TradeDataError) as caught:
        ta.read(beside)
    assert caught.value.findings[0].what_key == "layout_unknown"


def test_what_measures_partners_says_that_there_are_products_only(tmp_path):
    table = ta.read(book(tmp_path / "a.xlsx", BOOKS["a total"][0]), drop_aggregates=True)
    with pytest.raises(ta.TradeDataError, match=r'products and no partners.*over="product"'):
        ta.measure(table, ta.hhi)
    with pytest.raises(ta.TradeDataError, match=r'ta\.measure\(table, ta\.hhi, over="product"\)'):
        ta.write_brief(table, "VNM", flow="export", year=2023, out=tmp_path / "out")
    assert eval('ta.measure(table, ta.hhi, over="product")')["n"].item() == 4  # the line that it says


def test_no_way_out_keeps_labels_as_partners_of_which_none_is_an_economy(tmp_path):
    """Under a heading that is not known, products that are called partners are not kept by following advice."""
    file = book(tmp_path / "a.xlsx", BOOKS["a total"][0], [["STT", "Nội dung", "Kim ngạch (USD)"]])
    columns = {"partner": "Nội dung", "value": "Kim ngạch (USD)"}
    with pytest.raises(ta.TradeDataError, match=r"none is an economy.*columns=\{\"product\"") as caught:
        ta.read(file, columns=columns, drop_aggregates=True)
    assert not [fix for one in caught.value.findings for fix in one.fixes if fix.argument in ("names", "unknown")]
    table = ta.read(file, columns={"product": "Nội dung", "value": "Kim ngạch (USD)"}, drop_aggregates=True)
    assert ta.measure(table, ta.hhi, over="product")["hhi"].item() == pytest.approx(0.435)
    markets = book(tmp_path / "b.xlsx", [[1, "Hoa Kỳ", 600], [2, "Khu chế xuất", 400]], [["STT", "Nội dung", "USD"]])
    with pytest.raises(ta.TradeDataError, match="TA-106") as caught:
        ta.read(markets, columns={"partner": "Nội dung", "value": "USD"})
    assert [fix.argument for one in caught.value.findings for fix in one.fixes] == ["names"]


# ---- the rest of products -------------------------------------------------------------------------------------------


def read_warned(file, **given):
    with pytest.warns(ta.TradeDataWarning, match="TA-138"):
        return ta.read(file, **given)


def test_the_rest_beside_codes_of_eight_digits_is_no_level_of_its_own(tmp_path):
    head = [["Mã HS", "Tên hàng", "Kim ngạch (USD)"]]
    rows = [["85171300", PHONES, 600], ["09011110", COFFEE, 300], ["Hàng hóa khác", "", 100]]
    file = book(tmp_path / "hs.xlsx", rows, head)
    for given in ({}, {"level": 8}):
        table = read_warned(file, **given)
        assert dict(zip(table["product"], table["value"], strict=True)) == {
            "85171300": 600,
            "09011110": 300,
            "999999": 100,
        }
        with pytest.warns(ta.TradeDataWarning, match="TA-119"):
            found = ta.measure(table, ta.hhi, over="product")
        assert found["hhi"].item() == pytest.approx(5 / 9)  # (2/3)² + (1/3)²
        assert found["unallocated"].item() == pytest.approx(0.1)
        assert "TA-108" not in {one.id for one in ta.audit(table.assign(partner="USA")).findings}


def test_a_level_that_is_offered_keeps_the_rest(tmp_path):
    head = [["Mã HS", "Tên hàng", "Kim ngạch (USD)"]]
    rows = [["8517", PHONES, 600], ["85171300", PHONES, 600], ["0901", COFFEE, 300], ["09011110", COFFEE, 300]]
    file = book(tmp_path / "hs.xlsx", [*rows, ["Hàng hóa khác", "", 100]], head)
    with pytest.raises(ta.TradeDataError) as caught:
        ta.read(file)
    (found,) = [one for one in caught.value.findings if one.id == "TA-108"]
    assert [fix.value for fix in found.fixes] == [8, 4]
    for fix in found.fixes:
        table = read_warned(file, level=fix.value)
        assert table["value"].tolist() == [600, 300, 100]


def test_a_level_does_not_hold_unspecified_products_twice():
    rows = [("8517", 600), ("851713", 600), ("9999", 100), ("999999", 100)]
    for level, codes in ((4, ["8517", "9999"]), (6, ["851713", "999999"])):
        table = pd.DataFrame(
            [("VNM", "USA", 2023, "export", code, value) for code, value in rows],
            columns=["reporter", "partner", "year", "flow", "product", "value"],
        )
        assert read_warned(table, level=level, unit="USD")["product"].tolist() == codes


def test_two_labels_of_the_rest_are_added_and_one_that_comes_twice_is_refused(tmp_path):
    rows = [[1, PHONES, 600], [2, "Hàng hóa khác", 50], [3, "Sản phẩm khác", 30]]
    table = read_warned(book(tmp_path / "a.xlsx", rows))
    assert dict(zip(table["product"], table["value"], strict=True)) == {PHONES: 600e6, "999999": 80e6}
    twice = book(tmp_path / "b.xlsx", [*rows, [4, "Hàng hóa khác", 50]])
    with pytest.raises(ta.TradeDataError, match="TA-107"):
        ta.read(twice)
    assert read_warned(twice, duplicates="first")["value"].tolist() == [600e6, 80e6]


# ---- totals of reporters --------------------------------------------------------------------------------------------

BY_REPORTER = [["reporter", "partner", "product", "value"]]
WORLD = "Thế giới"
VIETNAM = [["Việt Nam", WORLD, PHONES, 600], ["Việt Nam", WORLD, CLOTHES, 250]]
LAOS = [["Lào", WORLD, COFFEE, 60], ["Lào", WORLD, RICE, 30]]


def with_rest(file, **given):
    with pytest.warns(ta.TradeDataWarning, match="TA-138"):
        table = ta.read(file, drop_aggregates=True, remainder=True, **given)
    return {(row["reporter"], row["product"]): row["value"] for row in table.to_dict("records")}


def test_the_rest_of_a_total_has_the_reporter_of_the_table(tmp_path, capsys):
    rows = [[1, PHONES, 600], [2, CLOTHES, 250], ["", "Tổng cộng", 1000]]
    file = book(tmp_path / "a.xlsx", rows)
    expected = {("VNM", PHONES): 600e6, ("VNM", CLOTHES): 250e6, ("VNM", "999999"): 150e6}
    assert with_rest(file, reporter="VNM") == expected
    assert main(["brief", file, "--reporter", "VNM", "--flow", "export", "--year", "2023", "--lang", "en"]) == 2
    assert "products and no markets" in capsys.readouterr().err
    file = book(tmp_path / "b.xlsx", [*VIETNAM, ["Việt Nam", WORLD, "", 1000]], BY_REPORTER)
    assert with_rest(file) == {("VNM", PHONES): 600, ("VNM", CLOTHES): 250, ("VNM", "999999"): 150}


@pytest.mark.parametrize("given", [{}, {"reporter": "VNM"}])
def test_each_reporter_has_the_rest_of_its_own_total(given, tmp_path):
    totals = [["Việt Nam", WORLD, "", 1000], ["Lào", WORLD, "", 100]]
    file = book(tmp_path / "a.xlsx", [*VIETNAM, totals[0], *LAOS, totals[1]], BY_REPORTER)
    vietnam = {("VNM", PHONES): 600, ("VNM", CLOTHES): 250, ("VNM", "999999"): 150}
    laos = {("LAO", COFFEE): 60, ("LAO", RICE): 30, ("LAO", "999999"): 10}
    assert with_rest(file, **given) == (vietnam if given else vietnam | laos)


@pytest.mark.parametrize("given", [{}, {"reporter": "VNM"}])
@pytest.mark.parametrize("remainder", [True, False])
def test_a_total_of_several_reporters_is_refused_without_a_way_to_a_rest(given, remainder, tmp_path):
    file = book(tmp_path / "a.xlsx", [*VIETNAM, *LAOS, ["", WORLD, "", 1100]], BY_REPORTER)
    with pytest.raises(ta.TradeDataError, match="is of several reporters") as caught:
        ta.read(file, drop_aggregates=True, remainder=remainder, **given)
    (found,) = [one for one in caught.value.findings if one.id == "TA-114"]
    assert not found.fixes


@pytest.mark.parametrize("shorter", ["TOTAL", "Tổng cộng", "All products", "01"])
def test_a_basket_refuses_totals_and_headings_beside_their_parts(shorter):
    parts = pd.DataFrame({"partner": ["USA", "CHN"], "product": ["010121", "010129"], "value": [3.0, 1.0]})
    table = pd.concat([parts, parts.assign(product=shorter)])
    for verb in (ta.basket, ta.partners):
        with pytest.raises(ta.TradeDataError, match=r"TA-108.*would count twice.*level=6"):
            verb(table)
    assert ta.basket(table, product="010121").to_dict() == {"USA": 3.0}
    assert ta.basket(parts.assign(product=["7", "12"])).sum() == 4.0  # numbers of one's own


def test_a_basket_refuses_a_total_beside_products_in_words():
    table = pd.DataFrame({"partner": ["USA", "USA"], "product": ["Gạo", "Tổng cộng"], "value": [3.0, 3.0]})
    with pytest.raises(ta.TradeDataError, match="TA-108"):
        ta.basket(table)
