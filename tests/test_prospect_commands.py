"""The commands on where to sell else: what they read and refuse, what they print and write, in either language."""

import csv
from types import SimpleNamespace

import pandas as pd
import pytest
from openpyxl import load_workbook
from test_ingest import TEXT, release

from tradeanalysis.cli import main
from tradeanalysis.cli.arguments import parsed
from tradeanalysis.cli.commands import _own_words
from tradeanalysis.cli.prospect_commands import SHOWN, _above_ceilings, _past, _printed

# Who sells whom what: Belgium buys 35 of 030462, 10 of them from Austria and 25 from Switzerland.
ROWS = [
    ("AUT", "BEL", "030311", 40),
    ("AUT", "CHE", "030311", 10),
    ("BEL", "AUT", "030311", 20),
    ("BEL", "CHE", "030311", 30),
    ("CHE", "AUT", "030311", 5),
    ("CHE", "BEL", "030311", 15),
    ("AUT", "BEL", "030462", 10),
    ("BEL", "AUT", "030462", 8),
    ("BEL", "CHE", "030462", 2),
    ("CHE", "BEL", "030462", 25),
]
COLUMNS = ["reporter", "partner", "product", "value"]
READ = ["--unit", "USD", "--no-input"]


def written(rows, path, **columns):
    pd.DataFrame(rows, columns=COLUMNS).assign(**columns).to_csv(path, index=False)
    return str(path)


@pytest.fixture
def world(tmp_path):
    return written(ROWS, tmp_path / "world.csv", flow="export", year=2023)


def read_back(path):
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_a_file_has_what_can_be_counted_by_hand(world, tmp_path, capsys):
    out = tmp_path / "found.csv"
    assert main(["opportunities", world, "--reporter", "Áo", *READ, "--lang", "vi", "--out", str(out)]) == 0
    assert f"đã ghi 4 cơ hội vào {out}" in capsys.readouterr().out
    rows = {(one["product"], one["partner"]): one for one in read_back(out)}
    fillets = rows["030462", "BEL"]
    assert fillets["market"] == "Bỉ"
    assert float(fillets["size"]) == 35
    assert float(fillets["share"]) == pytest.approx(10 / 35, abs=1e-12)
    assert float(fillets["rivals_hhi"]) == 1  # Switzerland alone
    assert float(fillets["epi"]) == pytest.approx(12.669683257919, abs=1e-11)
    assert fillets["why"].startswith("Bỉ mỗi năm nhập khẩu 35 USD mặt hàng 030462.")
    # Austria sells Switzerland none of the fillets, of which that buys 2.
    assert (rows["030462", "CHE"]["new"], float(rows["030462", "CHE"]["size"])) == ("True", 2)
    assert [one["new"] for key, one in rows.items() if key != ("030462", "CHE")] == ["False"] * 3


def test_imports_of_the_markets_give_the_same_as_exports(world, tmp_path):
    turned = [(j, i, k, x) for i, j, k, x in ROWS]
    reports = written(turned, tmp_path / "imports.csv", year=2023)
    found = []
    for file, flow in ((world, []), (reports, ["--flow", "import"])):
        out = tmp_path / f"{len(found)}.csv"
        assert main(["opportunities", file, "--reporter", "AUT", *flow, *READ, "--out", str(out)]) == 0
        found.append(read_back(out))
    assert found[0] == found[1]


def test_a_folder_of_baci_is_the_world_and_the_embedded_table_too(tmp_path, capsys):
    folder, out = str(tmp_path / "baci"), tmp_path / "found.csv"
    assert main(["ingest", str(release(tmp_path, TEXT, TEXT, years=(2019, 2020))), folder]) == 0
    assert main(["opportunities", folder, "--reporter", "VNM", "--lang", "en", "--out", str(out)]) == 0
    # In dollars, a mean of two equal years: Taiwan is two numbers in the text, .457 and .5 thousand.
    sizes = {(one["product"], one["partner"]): float(one["size"]) for one in read_back(out)}
    assert sizes == {("010121", "AUS"): 123_456_789, ("010121", "TWN"): 957, ("010129", "USA"): 1e8}
    assert "BACI, 12 rows" in capsys.readouterr().err
    products = ["--products", "C14", "--year", "2023", "--exclude", "USA"]
    assert (
        main(["opportunities", "exports_by_product", "--reporter", "VNM", *products, "--lang", "en", "--out", str(out)])
        == 0
    )
    now = {(one["product"], one["market"]): float(one["now"]) for one in read_back(out)}
    assert now["C14 clothing", "Germany"] == 842_138_000  # as the source prints it
    assert "which comes with the library" in capsys.readouterr().err


def test_new_markets_products_and_markets_left_out_are_chosen(world, tmp_path, capsys):
    out = tmp_path / "new.csv"
    command = ["opportunities", world, "--reporter", "AUT", "--lang", "en", *READ]
    assert main([*command, "--new", "--out", str(out)]) == 0
    assert [(one["product"], one["partner"]) for one in read_back(out)] == [("030462", "CHE")]
    assert main([*command, "--products", "0304", "--exclude", "Switzerland", "--out", str(out)]) == 0
    assert [(one["product"], one["partner"]) for one in read_back(out)] == [("030462", "BEL")]
    capsys.readouterr()
    assert main([*command, "--new", "--exclude", "CHE"]) == 2
    assert "take fewer of --products, --new and --exclude" in capsys.readouterr().err
    assert main([*command, "--exclude", "JPN"]) == 2
    assert "--exclude names JPN, which are no markets of this table" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("lang", "heads", "first", "unknown"),
    [
        (
            "en",
            ["No.", "Product", "Market", "Sold now", "EPI"],
            "1. Belgium buys 35 USD a year",
            "no chances: the table",
        ),
        (
            "vi",
            ["STT", "Mặt hàng", "Thị trường", "Hiện xuất khẩu", "Chỉ số EPI"],
            "1. Bỉ mỗi năm nhập khẩu 35 USD",
            "không có",
        ),
    ],
)
def test_what_is_printed_is_in_the_language(world, capsys, lang, heads, first, unknown):
    command = ["opportunities", world, "--reporter", "AUT", "--products", "0304", "--exclude", "CHE"]
    command += ["--top", "1", "--lang", lang]
    assert main([*command, *READ]) == 0
    shown = capsys.readouterr()
    lines = shown.out.splitlines()
    places = [lines[2].index(head) for head in heads]
    assert places == sorted(places)
    assert lines[5].startswith(first)
    assert unknown in shown.err


def test_what_ranks_is_printed_and_a_ceiling_below_what_a_workbook_expects_is_explained():
    rows = [("1", "BEL", 10.0, 0.0, 5.0, 2.0), ("2", "BEL", 10.0, 1.0, 5.0, 2.0), ("3", "BEL", 10.0, 1.0, 5.0, 8.0)]
    table = pd.DataFrame(rows, columns=["product", "partner", "size", "now", "expected", "ceiling"])
    table = table.assign(room=9.0, gravity=10.0, epi=11.0, chance=[0.25, None, None], new=[True, False, False])
    printed = _printed(table)
    assert printed["ceiling"].fillna(-1).tolist() == [-1, 2, 8]
    assert printed["epi"].fillna(-1).tolist() == [-1, 11, 11]
    assert printed["gravity"].tolist() == [10, 10, 10]
    assert _printed(table.assign(gravity=None))["epi"].tolist() == [11, 11, 11]
    assert not {"expected", "room"} & set(SHOWN)
    (said,) = _above_ceilings(table, "en")
    assert said.startswith("In 1 row the expected value is above the ceiling: it is a mean")
    said = _past(SimpleNamespace(table=table), "en")
    assert said[1] == "By these chances about 0.2 of 1 new flow here begin, and the rest do not."


def test_a_workbook_has_headings_and_notes_in_the_language(world, tmp_path):
    out = tmp_path / "found.xlsx"
    assert main(["opportunities", world, "--reporter", "AUT", *READ, "--lang", "vi", "--out", str(out)]) == 0
    book = load_workbook(out)
    assert book.sheetnames[:2] == ["Cơ hội thị trường", "Ghi chú"]
    table = [[cell.value for cell in row] for row in book.worksheets[0].iter_rows()]
    heads = table[0]
    assert {"Mặt hàng", "Mã nước", "Thị trường", "Thị phần", "Lý do"} <= set(heads)
    shares = {
        (row[heads.index("Mặt hàng")], row[heads.index("Mã nước")]): row[heads.index("Thị phần")] for row in table
    }
    assert shares["030462", "BEL"] == pytest.approx(10 / 35, abs=1e-12)
    notes = [row[0].value for row in book.worksheets[1].iter_rows()]
    assert notes[1].startswith("Áo: 4 cơ hội đứng đầu trong 4 cặp mặt hàng và thị trường, 1 cặp là mới.")


# ---- what is refused ----------------------------------------------------------------------------------------------

OWN = [row for row in ROWS if row[0] == "AUT"]
BOUGHT = [row for row in ROWS if row[1] == "BEL"]


@pytest.mark.parametrize(
    ("rows", "columns", "more", "said"),
    [
        (OWN, {"flow": "export"}, [], "has the trade of Austria alone, and not what markets buy of others"),
        (BOUGHT, {"flow": "export"}, [], "has the trade with Belgium alone, and not what markets buy of others"),
        (ROWS, {}, [], "does not say whose reports it holds: write --flow import where the reporter is the market"),
        (ROWS, {"flow": "export"}, ["--year", "2019,2023"], "--year 2019,2023: write the numbers, such as 2019-2021"),
        (ROWS, {"flow": "export"}, ["--out", "found.pdf"], "--out found.pdf: write the name of a .csv or .xlsx file"),
        (ROWS, {"flow": "export"}, ["--top", "0"], "--top 0: this must be a whole number of at least 1"),
        (ROWS, {"flow": "export"}, ["--least", "-5"], "--least -5.0: give what a new flow must reach"),
    ],
)
def test_what_makes_no_right_number_is_refused(tmp_path, capsys, rows, columns, more, said):
    file = written(rows, tmp_path / "some.csv", year=2023, **columns)
    assert main(["opportunities", file, "--reporter", "AUT", *READ, "--lang", "en", *more]) == 2
    assert said in capsys.readouterr().err


def test_ones_own_table_without_products_is_answered_with_what_is_needed(tmp_path, capsys):
    file = tmp_path / "own.csv"
    file.write_text("partner,value\nUSA,30\nCHN,20\n", "utf-8")
    for lang, said in (
        ("en", "a release of BACI (free at cepii.fr"),
        ("vi", "một bản phát hành BACI (miễn phí tại cepii.fr"),
    ):
        assert main(["opportunities", str(file), "--reporter", "VNM", *READ, "--lang", lang]) == 2
        error = capsys.readouterr().err
        assert said in error
        assert "tradeanalysis opportunities exports_by_product --reporter VNM" in error


def test_whose_opportunities_is_needed_and_a_file_that_is_there(world, capsys):
    assert main(["opportunities", world, *READ, "--lang", "en"]) == 2
    assert "state whose trade it is: --reporter VNM" in capsys.readouterr().err
    assert main(["opportunities", "nowhere.csv", "--reporter", "AUT", *READ, "--lang", "en"]) == 2
    assert "there is no file or folder nowhere.csv" in capsys.readouterr().err


# ---- a province ---------------------------------------------------------------------------------------------------

COUNTRY = [("VNM" if i == "AUT" else i, j, k, x) for i, j, k, x in ROWS]


@pytest.fixture
def country(tmp_path):
    rows = [(i, "VNM" if j == "AUT" else j, k, x) for i, j, k, x in COUNTRY]
    return written(rows, tmp_path / "country.csv", flow="export", year=2023)


def test_a_province_has_its_part_of_what_its_country_could_sell(country, tmp_path, capsys):
    own = tmp_path / "own.csv"
    # Half of the 50 of 030311 that Vietnam sells, with the markets; of 030462 a tenth.
    own.write_text(
        "reporter,partner,flow,product,year,exports (USD)\n"
        "Long An,BEL,export,030311,2023,20\nLong An,CHE,export,030311,2023,5\nLong An,BEL,export,030462,2023,1\n",
        "utf-8",
    )
    tables = []
    for reporter, more in (("VNM", []), ("Long An", ["--own", str(own)])):
        out = tmp_path / f"{reporter}.csv"
        assert (
            main(["opportunities", country, "--reporter", reporter, *more, *READ, "--lang", "en", "--out", str(out)])
            == 0
        )
        tables.append({(one["product"], one["partner"]): one for one in read_back(out)})
    whole, part = tables
    for key, share in ((("030311", "BEL"), 0.5), (("030311", "CHE"), 0.5), (("030462", "BEL"), 0.1)):
        assert float(part[key]["epi"]) == pytest.approx(share * float(whole[key]["epi"]), rel=1e-12)
    assert float(part["030462", "BEL"]["now"]) == 1
    notes = capsys.readouterr().err
    assert "province: supply of its own, ease of trade and distances of VNM" in notes
    assert "no chances: chances were learnt of economies, and this is a province" in notes


def test_a_provinces_sales_by_product_alone_are_of_one_year_and_give_no_new_markets(country, tmp_path, capsys):
    own = tmp_path / "own.csv"
    own.write_text("reporter,flow,product,year,exports (USD)\nLong An,export,030311,2023,25\n", "utf-8")
    command = ["opportunities", country, "--reporter", "Long An", "--own", str(own), *READ, "--lang", "en"]
    out = tmp_path / "out.csv"
    assert main([*command, "--out", str(out)]) == 0
    assert {one["product"] for one in read_back(out)} == {"030311"}
    assert {one["now"] for one in read_back(out)} == {""}
    capsys.readouterr()
    assert main(command) == 0
    page = capsys.readouterr().out
    assert page.startswith("Long An: the first 2 of 2 products and markets. Ranked by what is suggested")
    assert "EPI" in page.splitlines()[2]  # three economies are too few for gravity
    assert main([*command, "--new"]) == 2
    assert "so that --new cannot be answered: give --own as a trade table with partners" in capsys.readouterr().err
    own.write_text(own.read_text("utf-8") + "Long An,export,030311,2022,25\n", "utf-8")
    assert main(command) == 2
    assert "has the years 2022, 2023 and no market: give one year" in capsys.readouterr().err


def test_a_province_without_its_own_exports_is_refused(country, capsys):
    assert main(["opportunities", country, "--reporter", "Long An", *READ, "--lang", "en"]) == 2
    assert "Long An is a province of VNM: give what it sells by product with --own, a file of its exports" in (
        capsys.readouterr().err
    )


# ---- how often they were right ------------------------------------------------------------------------------------


def test_a_backtest_prints_and_writes_the_table_of_scores(tmp_path, capsys):
    size = {"VNM": 9, "THA": 5, "USA": 8, "JPN": 4}
    # VNM sells 0302 to JPN alone; of the two other markets USA is the larger, and came.
    rows = [
        (year, j, i, k, size[i] * size[j] * 1000.0)
        for year in range(2014, 2022)
        for i in size
        for j in size
        for k in ("0302", "0303")
        if i != j and ((i, k) != ("VNM", "0302") or j == "JPN" or (year > 2018 and j == "USA"))
    ]
    file = tmp_path / "panel.csv"
    pd.DataFrame(rows, columns=["year", *COLUMNS]).to_csv(file, index=False)
    out = tmp_path / "scores.csv"
    command = ["backtest", str(file), "--flow", "import", *READ]
    assert main([*command, "--lang", "en", "--out", str(out)]) == 0
    lines = capsys.readouterr().out.splitlines()
    (size_row,) = [line for line in lines if line.startswith("market size")]
    assert "1.000" in size_row
    assert {one["score"]: float(one["auc"]) for one in read_back(out)}["market_size"] == 1
    assert main([*command, "--lang", "vi"]) == 0
    (size_row,) = [line for line in capsys.readouterr().out.splitlines() if line.startswith("quy mô thị trường")]
    assert "1,000" in size_row
    assert main([*command, "--lang", "en", "--base", "2016-2019"]) == 2
    assert "the outcome begins after the base window ends" in capsys.readouterr().err


def test_the_command_without_questions_names_the_options_as_they_are_typed():
    words = ["opportunities", "a.csv", "--reporter", "VNM", "--year", "2019-2021", "--new", "--exclude", "USA,CHN"]
    assert _own_words(parsed(words, "en")) == [
        "--reporter",
        "VNM",
        "--new",
        "--exclude",
        "USA,CHN",
        "--year",
        "2019-2021",
    ]
