"""Where else to sell, in the brief: which rows are chosen, by hand, and that every figure is in the workbook."""

import functools
import re
from collections import Counter
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from test_brief_numbers import Page, numbers, rounds, without_pictures

import tradeanalysis as ta
from tradeanalysis.brief import elsewhere, opportunity_section, spread_rows
from tradeanalysis.brief.opened_table import opened
from tradeanalysis.brief.opportunity_section import past_lists
from tradeanalysis.cli import main
from tradeanalysis.prospects.begun import LEAST
from tradeanalysis.prospects.hit_record import LIST, RECORDS
from tradeanalysis.texts import say

RICE, SHOES, CARS = "100630", "640399", "870323"
# Millions of dollars, by exporter, importer and product.
FLOWS = [
    *(("VNM", "USA", SHOES, 60), ("VNM", "USA", RICE, 10), ("VNM", "JPN", RICE, 5), ("VNM", "JPN", SHOES, 4)),
    *(("VNM", "KOR", SHOES, 3), ("VNM", "DEU", SHOES, 2), ("VNM", "DEU", CARS, 1), ("VNM", "HKG", RICE, 6)),
    *(("VNM", "SGP", RICE, 4), ("VNM", "FRA", SHOES, 2), ("THA", "JPN", RICE, 30), ("THA", "KOR", RICE, 9)),
    *(("THA", "SGP", RICE, 20), ("THA", "AUT", RICE, 8), ("THA", "HKG", RICE, 20), ("THA", "FRA", RICE, 2)),
    *(("SGP", "JPN", RICE, 15), ("DEU", "FRA", CARS, 80), ("DEU", "USA", CARS, 90), ("DEU", "AUT", SHOES, 9)),
    *(("DEU", "JPN", SHOES, 12), ("DEU", "KOR", SHOES, 9), ("JPN", "USA", CARS, 99), ("JPN", "KOR", CARS, 40)),
    *(("FRA", "DEU", CARS, 50), ("USA", "JPN", CARS, 10), ("KOR", "THA", CARS, 20), ("FRA", "SGP", CARS, 7)),
    *(("USA", "KOR", RICE, 3), ("USA", "FRA", RICE, 1), ("THA", "JPN", SHOES, 6), ("THA", "KOR", SHOES, 3)),
    *(("VNM", "AUS", SHOES, 1), ("THA", "AUS", RICE, 12)),
]


@functools.cache
def world():
    table = pd.DataFrame(FLOWS, columns=["reporter", "partner", "product", "value"])
    return table.assign(value=1e6 * table["value"], flow="export", year=2023)


def in_unit(years=1, **attrs):
    """The world up to 2023, with what its attributes say of its unit."""
    table = pd.concat([world().assign(year=2023 - back) for back in range(years)], ignore_index=True)
    table.attrs.update(attrs)
    return table


def chosen(table=None, reporter="VNM", own=None):
    """The opportunities of a brief on exports."""
    trade = opened(world() if own is None else own, reporter, "export", 2023)
    mine = trade.rows.to_native().query("reporter == @reporter")
    partners = mine.groupby("partner", as_index=False)["value"].sum().sort_values("value", ascending=False)
    shares = partners["value"] / partners["value"].sum()
    return elsewhere.elsewhere(world() if table is None else table, trade, partners, float((shares**2).sum()))


# ---- which rows -----------------------------------------------------------------------------------------------------


def test_rows_hold_to_the_rules_by_hand():
    """Sales of 98: 70 to the United States, whose share .71 is above the index of 5,056/9,604; all others are below it.

    Balassa's index: rice (25/98)/(145/653) = 1.15, shoes (72/98)/(111/653) = 4.3, cars (1/98)/(397/653) = .02. Of rice
    Singapore sells 15 of the 24 that it buys, of shoes Germany more than it buys; Hong Kong is a hub; Australia has one
    supplier of rice; nothing goes to Austria, which buys 17, nor to Thailand, which buys 20.
    """
    found = chosen()
    assert found.dependent == ("USA",)
    assert found.unrecorded == ("THA", "AUT")
    assert found.absent == ()
    rows = found.table
    there, new = rows[rows["now"] > 0], rows[rows["now"] == 0]
    assert set(zip(new["product"], new["partner"], strict=True)) == {(RICE, "KOR"), (RICE, "FRA")}
    possible = {(RICE, "JPN"): 5e6, (SHOES, "JPN"): 4e6, (SHOES, "KOR"): 3e6, (SHOES, "FRA"): 2e6, (SHOES, "AUS"): 1e6}
    pairs = list(zip(there["product"], there["partner"], strict=True))
    assert set(pairs) <= set(possible)
    assert there["now"].tolist() == [possible[pair] for pair in pairs]
    # Those of these of which more is suggested than is sold, the largest static potential first.
    potential = ta.prospects.potential(world(), reporter="VNM").set_index(["product", "partner"])
    wanted = [pair for pair in possible if potential.loc[pair, "room"] > 0]
    assert wanted
    assert pairs == sorted(wanted, key=lambda pair: -potential.loc[pair, "epi"])
    sizes = {(RICE, "KOR"): 12e6, (RICE, "FRA"): 3e6, (RICE, "JPN"): 50e6, (SHOES, "JPN"): 22e6, (SHOES, "KOR"): 15e6}
    size = rows.set_index(["product", "partner"])["size"]
    assert all(size[pair] == value for pair, value in sizes.items() if pair in size.index)
    assert found.score == "gravity"
    assert found.years == (2023, 2023)


def test_markets_and_groups_of_products_stand_as_rarely_as_they_can():
    rows = [
        ("JPN", "100630"),
        ("JPN", "640399"),
        ("JPN", "640411"),
        ("KOR", "640391"),
        ("KOR", "100620"),
        ("FRA", "tea"),
    ]
    table = pd.DataFrame(rows, columns=["partner", "product"])
    spread = functools.partial(spread_rows.spread, table, digits=4)
    # Japan and rice stand once, then Korea with shoes, then France with tea; the rest fill up in their order.
    assert spread(3, Counter(), Counter()) == [0, 3, 5]
    assert spread(4, Counter(), Counter()) == [0, 1, 3, 5]
    assert spread(9, Counter(), Counter()) == [0, 1, 2, 3, 4, 5]
    # What stands in the list already counts.
    assert spread(1, Counter(["JPN"]), Counter(["6403"])) == [4]


def test_rows_are_spread_over_the_broadest_groups_of_which_there_are_enough():
    chapters = [f"{place:02d}0000" for place in range(1, 11)]
    assert spread_rows.broadest(chapters, 10) == 2
    assert spread_rows.broadest([f"03{place:02d}00" for place in range(10)], 10) == 4
    assert spread_rows.broadest(chapters[:9], 10) == spread_rows.WHOLE


def test_a_list_of_many_is_half_new():
    rows = [(f"{place:02d}0000", f"M{place}", 1.0 * (place % 2), 5.0) for place in range(40)]
    table = pd.DataFrame(rows, columns=["product", "partner", "now", "room"])
    found = elsewhere._chosen(table)
    assert (found["now"] > 0).tolist() == [True] * 5 + [False] * 5
    assert found["product"].tolist()[:5] == ["010000", "030000", "050000", "070000", "090000"]
    few = table[(table["now"] > 0) | (table.index < 4)]
    assert (elsewhere._chosen(few)["now"] > 0).tolist() == [True] * 8 + [False] * 2
    assert len(elsewhere._chosen(table[table["now"] == 0])) == 10


def test_a_table_of_importers_reports_gives_the_same_list():
    swapped = world().rename(columns={"reporter": "partner", "partner": "reporter"}).assign(flow="import")
    one, other = chosen(), chosen(swapped)
    pd.testing.assert_frame_equal(one.table, other.table)
    both = pd.concat([world(), swapped.assign(value=2 * swapped["value"])], ignore_index=True)
    pd.testing.assert_frame_equal(chosen(both).table, one.table)


def test_a_province_has_its_own_supply():
    """Shoes to Japan, and rice, of which it sells less than its part: .1 of 2.1, where the world has 145 of 653."""
    own = pd.DataFrame({"partner": ["JPN", "JPN"], "product": [SHOES, RICE], "value": [2e6, 0.1e6]})
    own = own.assign(reporter="Long An", flow="export", year=2023)
    found = chosen(reporter="Long An", own=own)
    assert set(found.table["product"]) == {SHOES}
    assert found.table.loc[found.table["partner"] == "KOR", "now"].tolist() == [0.0]
    with pytest.raises(ta.TradeDataError, match="has no products"):
        chosen(reporter="Long An", own=own.drop(columns="product"))


# ---- what lists came to -------------------------------------------------------------------------------------------


BACKTESTS = Path(__file__).parents[1] / "docs" / "site" / "concepts" / "backtests.md"
NAMED = {"default": "**default** (logit)", "gravity": "gravity by product", "epi": "EPI, static (ITC)"}


@pytest.mark.parametrize("place", [0, 1])
def test_the_record_is_what_make_backtest_wrote(place):
    record, page = RECORDS[place], BACKTESTS.read_text("utf-8")
    section = page.split("\n## ")[1 + place]
    base, outcome = ("-".join(map(str, years)) for years in (record.base, record.outcome))
    assert section.startswith(f"From {base} to {outcome}\n")
    candidates, came = re.search(r"([\d,]+) candidates, of which ([\d,]+) came true", section).groups()
    assert (record.candidates, record.came_true) == tuple(int(one.replace(",", "")) for one in (candidates, came))
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in section.splitlines() if line[:1] == "|"]
    (at,) = [i for i, head in enumerate(rows[0]) if re.search(rf"\b{LIST}\b", head)]
    whole = {row[0]: row for row in rows if len(row) == len(rows[0])}
    assert record.of_lists == {score: float(whole[name][at]) for score, name in NAMED.items()}
    assert f"{LEAST:,.0f} US dollars in at least two of three" in " ".join(page.split())


def test_the_page_on_opportunities_quotes_what_make_backtest_wrote():
    page = " ".join((BACKTESTS.parent / "opportunities.md").read_text("utf-8").split())

    def cells(text, start):
        return [[one.strip() for one in line.strip("|").split("|")] for line in text.splitlines() if line[:3] == start]

    whole = BACKTESTS.read_text("utf-8")
    ceilings = cells(whole.split("\n## Ceilings")[1].split("\n## ")[0], "| 2")
    there, new = ([f"{float(row[at]):.3f}"[1:] for row in ceilings] for at in (4, 6))
    assert len(ceilings) == 4
    assert f"covered {min(there)} to {max(there)} of the flows that were there" in page
    assert f"and {min(new)} to {max(new)} of the *new* ones" in page
    gained = cells(whole.split("\n## Flows that are there")[1].split("\n## ")[0], "| 2")
    room = sorted(float(row[7]) for row in gained)
    assert f"the first tenth by room had {room[0]:.0%} to {room[1]:.0%}" in page
    assert {f"{float(row[3]):.0%}" for row in gained} == {"84%"}
    assert "that by present value 84%" in page
    # EPI is within one or two points of present value.
    assert {round(100 * (float(row[3]) - float(row[4]))) for row in gained} == {2, 1}
    highest, ninth = cells(whole, "| 10"[:3]), cells(whole, "| 9")
    highest = [row for row in highest if row[0] == "10"]
    stated, came = ([f"{float(row[at].split('%')[0]):.1f}%" for row in highest] for at in (2, 3))
    assert f"chances of {' and '.join(stated)} were stated, and {' and '.join(came)} came" in page
    pairs = [[f"{float(row[at].split('%')[0]):.2f}%"[1:] for at in (3, 2)] for row in ninth]
    assert f"{pairs[0][0]} where {pairs[0][1]} was stated, and {pairs[1][0]} where {pairs[1][1]} was" in page


@pytest.mark.parametrize(("score", "first", "second"), [("default", "4.9%", "5.1%"), ("gravity", "3.2%", "3.3%")])
def test_the_sentence_says_what_right_is_and_how_often_it_was_so(score, first, second):
    said = past_lists(score, "en")
    assert f"{first} came true from 2014–2016 to 2019–2021, and {second} from 2013–2015 to 2018–2020" in said
    assert "none of the product from the exporter bought at least 10,000 USD a year from it in two of" in said
    assert "on fish, as importers reported it" in said
    assert "by further rules and from all goods; how often such a list is right was not measured" in said
    said = past_lists(score, "vi")
    assert f"{first.replace('.', ',')} đã thành hiện thực từ 2014–2016 đến 2019–2021" in said
    assert "chưa nhập khẩu mặt hàng từ nước xuất khẩu đó đã nhập khẩu từ nước đó từ 10.000 USD/năm trở lên" in said
    assert "theo số liệu của nước nhập khẩu" in said
    assert "tỷ lệ đúng của danh sách như vậy chưa được đo" in said


@pytest.mark.parametrize(
    ("lang", "all_five", "of_six"),
    [
        (
            "en",
            "raise the index (Japan, South Korea, Germany, France and Italy)",
            r"6 markets .* \(the largest: Japan, .* Italy\)",
        ),
        ("vi", "tăng chỉ số tập trung (Nhật Bản, ", r"Không xét 6 thị trường .* \(lớn nhất là Nhật Bản, .*\)"),
    ],
)
def test_markets_left_out_are_all_named_or_counted_with_the_largest(lang, all_five, of_six):
    six = ["JPN", "KOR", "DEU", "FRA", "ITA", "ESP"]
    assert all_five in opportunity_section._left_out("elsewhere_dependent", six[:5], lang)
    assert re.search(of_six, opportunity_section._left_out("elsewhere_dependent", six, lang))
    assert "6 " in opportunity_section._left_out("elsewhere_absent", six, lang)
    assert "6 " not in opportunity_section._left_out("elsewhere_absent", six[:5], lang)


# ---- page, workbook, figure -----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    folder = tmp_path_factory.mktemp("brief")
    ta.write_brief(world(), "VNM", flow="export", world=world(), out=folder, growth=0.1)
    return folder


def codes_apart(text):
    """A text without the codes of products, which are names."""
    return re.sub(rf"{RICE}|{SHOES}|{CARS}", "#", str(text))


@pytest.mark.parametrize("lang", ["en", "vi"])
def test_every_number_of_the_section_is_in_the_workbook(lang, written):
    page = Page(written / f"brief_VNM_{lang}.html")
    book = openpyxl.load_workbook(written / f"brief_VNM_{lang}.xlsx")
    listed, on_page = Counter(), Counter()
    for _, _, _, text, exact in book[say("book_figures", lang)].iter_rows(min_row=2, values_only=True):
        (number,) = numbers(text, lang)
        assert rounds(exact, number, lang, outwards=True), (text, exact)
        listed[number] += 1
    for text in page.everything():
        on_page.update(numbers(codes_apart(text), lang))
    assert on_page == listed
    label = f"{say('export_head', lang)}: {say('elsewhere_head', lang)}"
    heads, *rows = page.tables[label]
    sheet = book[say("elsewhere_sheet", lang)]
    named, *cells = sheet.iter_rows(values_only=True)
    assert len(rows) == len(cells) == len(chosen().table)
    for row, cell in zip(rows, cells, strict=True):
        assert row[0] == f"{cell[1]}: {cell[0]}"
        by_head = dict(zip(named, cell, strict=True))
        for head, text in list(zip(heads, row, strict=True))[1:]:
            if text == say("elsewhere_new", lang):
                assert by_head[head] == 0
                assert by_head[say("elsewhere_is_new", lang)] == text
            elif text != "–":
                assert rounds(by_head[head], numbers(text, lang)[0], lang), (head, text)
    new = chosen().table["now"] == 0
    assert [say("elsewhere_new", lang) in row for row in rows] == new.tolist()
    why = cells[0][named.index(say("elsewhere_why", lang))]
    assert why == chosen().why(lang)[0]


@pytest.mark.parametrize("lang", ["en", "vi"])
def test_the_figure_is_of_the_rows_of_the_table(lang, written):
    page = (written / f"brief_VNM_{lang}.html").read_text("utf-8")
    assert page.count("export-ladder") > 0
    table = chosen().table
    ax = ta.figures.ladder(table, lang=lang)
    assert ax.tradeanalysis_data["suggested"].tolist() == table["gravity"].tolist()
    assert ax.figure.tradeanalysis_alt.split(".")[0] in page
    assert (written / f"brief_VNM_{lang}.docx").stat().st_size > 0


def test_the_section_stands_before_the_plan_and_the_sentence_of_past_lists_in_it(written):
    texts = Page(written / "brief_VNM_en.html").texts
    places = [texts.index(say(key, "en")) for key in ("brief_closed_head_export", "elsewhere_head", "brief_plan_head")]
    assert places == sorted(places)
    assert past_lists("gravity", "en") in texts[places[1] : places[2]]
    note = " ".join(texts[places[1] : places[2]])
    assert "would raise the index (the United States)" in note
    assert "With 2 economies no trade at all is recorded" in note
    assert "Thailand and Austria" in note
    assert "whose other suppliers are nearly all one" in note
    assert "Only the first 500 are looked through, half of them new where there are as many" in note
    assert "new ones by size, distance and ties, the others by static potential (EPI)" in note


def section(table, tmp_path):
    """The text of the section of a brief with this table of the world, and the names of the sheets beside it."""
    with without_pictures():
        ta.write_brief(world(), "VNM", flow="export", world=table, out=tmp_path, langs=["en"], format=["html", "xlsx"])
    (book,) = tmp_path.glob("*.xlsx")
    texts = Page(tmp_path / "brief_VNM_en.html").texts
    return " ".join(texts[texts.index(say("elsewhere_head", "en")) :]), openpyxl.load_workbook(book).sheetnames


def test_where_no_product_and_market_passes_the_section_says_so_and_the_brief_is_written(tmp_path):
    """The United States alone buys here, and a sale there raises the index."""
    text, sheets = section(world().query("partner == 'USA'"), tmp_path)
    assert "No product and market passes the rules of this section." in text
    assert "would raise the index (the United States)" in text
    assert "came true" not in text
    assert "benchmark" not in text
    assert say("elsewhere_sheet", "en") not in sheets


def test_past_lists_of_new_flows_are_left_out_where_no_row_is_new(tmp_path):
    """Of the only two new rows, rice to Korea and to France, a little is sold."""
    sold = pd.DataFrame([("VNM", "KOR", RICE, 1e5), ("VNM", "FRA", RICE, 1e5)], columns=world().columns[:4])
    text, sheets = section(pd.concat([world(), sold.assign(flow="export", year=2023)]), tmp_path)
    assert "0 of them new" in text
    assert "came true" not in text
    assert "the measurement above" not in text
    assert "What is suggested is a benchmark and no ceiling." in text
    assert say("elsewhere_sheet", "en") in sheets


def test_one_year_in_another_currency_is_written_in_it():
    assert chosen(in_unit(currency="EUR")).currency == "EUR"
    assert chosen().currency == "USD"


def test_reasons_name_the_goods_in_each_language():
    found = chosen()
    at = found.table["product"].tolist().index(RICE)
    assert " a year of product 100630 (rice)" in found.why("en")[at]
    assert " mặt hàng 100630 (gạo)" in found.why("vi")[at]


def test_a_brief_without_a_world_has_no_such_section(tmp_path):
    with without_pictures():
        ta.write_brief(world(), "VNM", flow="export", out=tmp_path, langs=["en"], format="html")
    page = (tmp_path / "brief_VNM_en.html").read_text("utf-8")
    assert say("elsewhere_head", "en") not in page


@pytest.mark.parametrize(
    ("how", "match"),
    [
        ({"flow": "import", "table": world().assign(flow="import")}, "brief is of imports"),
        ({"world": "nowhere.csv"}, r"world= cannot be used: there is no file or folder nowhere\.csv"),
        ({"world": world().drop(columns="product")}, "world= cannot be used: .*product"),
        ({"world": in_unit(currency="EUR", years=4)}, r"it is in EUR, .* give a table in US dollars"),
        ({"world": in_unit(certificate={"unit": "tonnes"})}, r"it is in tonnes, .* give a table in US dollars"),
    ],
)
def test_a_world_that_cannot_be_used_is_refused(how, match, tmp_path):
    how = {"flow": "export", "world": world(), "table": world(), **how}
    with without_pictures(), pytest.raises(ta.TradeDataError, match=match):
        ta.write_brief(reporter="VNM", out=tmp_path, langs=["en"], format="html", **how)
    assert not list(tmp_path.iterdir())


def test_the_command_takes_a_file_of_the_world(tmp_path, capsys):
    path, out = tmp_path / "world.csv", tmp_path / "out"
    world().to_csv(path, index=False)
    words = ["brief", str(path), "--reporter", "VNM", "--flow", "export", "--year", "2023", "--world", str(path)]
    with without_pictures():
        assert main([*words, "--no-input", "--out", str(out), "--lang", "en", "--format", "html"]) == 0
    (page,) = out.glob("*.html")
    assert say("elsewhere_head", "en") in page.read_text("utf-8")
    assert main([*words[:-1], str(tmp_path / "none.csv"), "--no-input", "--out", str(out)]) == 2
    assert "--world cannot be used" in capsys.readouterr().err
