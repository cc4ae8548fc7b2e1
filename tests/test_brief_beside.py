"""The brief beside others: a province beside the country, and beside other provinces; every figure by hand."""

import pickle
import re
import warnings

import openpyxl
import pandas as pd
import pytest

import tradeanalysis as ta
from tradeanalysis.brief.agreements import economy_of
from tradeanalysis.cli import main

# Of 200: the United States 100, Japan 40, Korea 20, not detailed 40.
OWN = {"Hoa Kỳ": 100, "Nhật Bản": 40, "Hàn Quốc": 20, "Khác": 40}
# Of 100: Japan 50, the United States 30, China 20.
OTHER = {"Nhật Bản": 50, "Hoa Kỳ": 30, "Trung Quốc": 20}


def table(values, year=2020, unit="mUSD", **more):
    codes = {"Hoa Kỳ": "USA", "Nhật Bản": "JPN", "Hàn Quốc": "KOR", "Trung Quốc": "CHN", "Khác": "OTH", "Đức": "DEU"}
    rows = [{"partner": codes[name], "flow": "export", "year": year, "value": x} for name, x in values.items()]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ta.TradeDataWarning)
        return ta.read(pd.DataFrame(rows).assign(**more), unit=unit)


def brief(folder, reporter="Long An", lang="en", own=OWN, **options):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ta.TradeDataWarning)
        ta.write_brief(table(own), reporter, out=folder, langs=[lang], format=["html", "xlsx"], name="own", **options)
    page = (folder / f"brief_own_{lang}.html").read_text("utf-8")
    return page, openpyxl.load_workbook(folder / f"brief_own_{lang}.xlsx")


def rows_of(page, title):
    """The cells of the table with this label."""
    found = re.search(rf"<h3[^>]*>{title}</h3>.*?</table>", page, re.S)
    rows = re.findall(r"<tr.*?</tr>", found[0], re.S)
    return [
        [re.sub(r"<[^>]+>", "", cell).strip() for cell in re.findall(r"<t[hd].*?</t[hd]>", row, re.S)] for row in rows
    ]


def in_vietnam(partner):
    """The share of a partner in what Vietnam reported of its exports of 2020, and their total."""
    world = ta.example("world_2020")
    own = world[(world["reporter"] == "VNM") & (world["flow"] == "export")]
    return own.loc[own["partner"] == partner, "value"].sum() / own["value"].sum(), own["value"].sum()


def test_a_province_stands_beside_the_country(tmp_path):
    page, book = brief(tmp_path)
    head, own, country = rows_of(page, "Beside the whole country")
    assert head == ["Province or economy, year", *head[1:]]
    assert "Share of the United States" in head
    assert own[0] == "Long An, 2020"
    assert "50.0%" in own
    assert "80.0%" in own
    index = (100**2 + 40**2 + 20**2) / 160**2  # of the part that is detailed: .46875
    assert "0.469 (2.1)" in own
    share, total = in_vietnam("USA")
    assert country[0] == "Vietnam, 2020"
    assert f"{share:.1%}" in country
    text = f"The United States takes 50.0% of the exports of Long An, and {share:.1%} of those of Vietnam."
    assert text in page
    assert f"Long An’s exports are {200e6 / total:.1%} of those of Vietnam." in page
    assert "Long An 3 (80.0% of its trade) and Vietnam 80" in page  # what the index is of
    sheet = book["Exports - Beside others"]
    numbers = [cell.value for cell in sheet[2]]
    assert numbers[1] == 200e6
    assert numbers[3:10] == [0.5, 0.5, pytest.approx(index), pytest.approx(1 / index), 0.8, 3, pytest.approx(0.8)]
    assert sheet[3][4].value == pytest.approx(share, rel=1e-12)


def test_beside_another_of_another_year_and_currency(tmp_path):
    dong = table(OTHER, year=2019, unit="bnVND")
    page, _ = brief(tmp_path, lang="vi", beside={"Tiền Giang": dong})
    head, _own, other, _ = rows_of(page, "So với cả nước và địa phương khác")
    assert "Thị trường lớn nhất" in head
    assert other[:4] == ["Tiền Giang, 2019", "–", "Nhật Bản 50,0%", "30,0%"]
    assert other[4:] == ["0,380 (2,6)", "100,0%"]  # .25 + .09 + .04
    assert "của Tiền Giang (năm 2019) là 30,0%" in page
    assert "Kim ngạch của Tiền Giang tính bằng đồng tiền khác nên không ghi." in page


def test_an_economy_stands_alone_unless_others_are_named(tmp_path):
    page, _ = brief(tmp_path, reporter="Thailand")
    assert "Beside" not in page
    page, _ = brief(tmp_path, reporter="Thailand", beside={"Laos": table(OTHER)})
    assert rows_of(page, "Beside others")[2][0] == "Laos, 2020"


def test_the_newest_year_that_is_not_later_is_taken(tmp_path):
    several = pd.concat([table(OTHER, year=2019), table({"Nhật Bản": 1}, year=2021)])
    page, _ = brief(tmp_path, reporter="Thailand", beside={"Laos": several})
    assert rows_of(page, "Beside others")[2][:2] == ["Laos, 2019", "100.0"]


def test_a_partner_that_may_be_among_the_others_has_no_share(tmp_path):
    page, _ = brief(tmp_path, reporter="Thailand", beside={"Laos": table({"Nhật Bản": 60, "Khác": 40})})
    assert rows_of(page, "Beside others")[2][3] == "–"


@pytest.mark.parametrize(("lang", "said"), [("en", "beside=: 6 are given"), ("vi", "nhiều nhất 5")])
def test_more_than_five_are_refused(tmp_path, lang, said):
    with pytest.raises(ta.TradeDataError) as refused:
        brief(tmp_path, beside={f"P{i}": table(OTHER) for i in range(6)})
    assert said in refused.value.args[0].say(lang)


def test_a_list_of_tables_files_and_economies(tmp_path):
    named = table(OTHER).assign(reporter="Bến Tre")
    file = book_of(tmp_path / "dt.xlsx", OTHER, "XUẤT KHẨU CỦA TỈNH ĐỒNG THÁP NĂM 2020")
    page, _ = brief(tmp_path, beside=[named, file, ("Cà Mau", file), "Thái Lan"])
    names = [row[0] for row in rows_of(page, "Beside the whole country and others")[2:]]
    assert names == ["Bến Tre, 2020", "Đồng Tháp, 2020", "Cà Mau, 2020", "Thailand, 2020", "Vietnam, 2020"]
    with pytest.raises(ta.TradeDataError, match="needs a name"):
        brief(tmp_path, beside=[table(OTHER)])


def test_a_table_without_the_flow_is_refused_or_named(tmp_path):
    imports = table(OTHER).assign(flow="import")
    with pytest.raises(ta.TradeDataError, match=r"Bến Tre, cannot be used: it has no exports"):
        brief(tmp_path, beside={"Bến Tre": imports})
    both = pd.concat([table(OWN), table(OWN).assign(flow="import")])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ta.TradeDataWarning)
        ta.write_brief(both, "Long An", out=tmp_path, langs=["en"], format="html", beside={"Bến Tre": imports})
    page = (tmp_path / "brief_Long_An_en.html").read_text("utf-8")
    title = "Beside the whole country and others"
    assert rows_of(page, title)[2] == ["Bến Tre", *["–"] * 4]
    assert "The table of Bến Tre has no exports." in page
    assert rows_of(page[page.index("The table of Bến Tre") :], title)[2][:2] == ["Bến Tre, 2020", "100.0"]
    with pytest.raises(ta.TradeDataError, match="Bến Tre"):  # which of the two flows it is, nothing says
        ta.write_brief(both, "Long An", out=tmp_path, beside={"Bến Tre": table(OTHER).drop(columns="flow")})


def test_sources_and_estimates_of_those_beside_are_said(tmp_path):
    issued = book_of(tmp_path / "tg.xlsx", OTHER, "SỞ CÔNG THƯƠNG TỈNH TIỀN GIANG", column="Ước TH 2020")
    plain = book_of(tmp_path / "bt.xlsx", OTHER, "XUẤT KHẨU CỦA TỈNH BẾN TRE NĂM 2020")
    by_hand = pd.DataFrame({"partner": ["USA", "JPN"], "flow": "export", "value": [3e6, 1e6]})
    beside = [("Tiền Giang", issued), plain, ("Cà Mau", by_hand)]
    for lang, said in {
        "en": [
            "Sources of those beside: Tiền Giang: Sở Công Thương tỉnh Tiền Giang; Bến Tre: file bt.xlsx; "
            "Vietnam: International Monetary Fund, Direction of Trade Statistics.",
            "The tables of Cà Mau name no source.",
            "The figures of Tiền Giang are estimates (not final).",
            # Of 200, 40 are not detailed: more than Korea's 20, the third.
            "Of Long An the largest markets are those of the part that is detailed by market",
            "Beside it, Vietnam. Data: International Monetary Fund",
            "Beside it, Bến Tre. Data: the file bt.xlsx, 3 rows read",
        ],
        "vi": [
            "Tiền Giang: Sở Công Thương tỉnh Tiền Giang; Bến Tre: tệp bt.xlsx",
            "Bảng của Cà Mau không ghi nguồn.",
            "Số liệu của Tiền Giang là số ước thực hiện.",
            "Của Long An, thị trường lớn nhất chỉ xét trong phần có số liệu theo thị trường",
            "Số liệu so sánh của Bến Tre. Số liệu: tệp bt.xlsx",
        ],
    }.items():
        page, book = brief(tmp_path, lang=lang, beside=beside)
        words = " ".join(re.sub(r"<[^>]+>", "", page).split())
        assert [one for one in said if one not in words] == []
    sheet = book["Xuất khẩu - So sánh"]
    rows = [[cell.value for cell in row][-3:] for row in sheet.iter_rows(min_row=2)]
    assert rows[1] == [0, "Ước thực hiện", "Sở Công Thương tỉnh Tiền Giang"]
    assert rows[2][1:] == [None, "tệp bt.xlsx"]
    assert rows[3][1:] == [None, None]


def test_the_share_that_a_source_has_estimated_is_said_of_those_beside(tmp_path):
    marked = pd.DataFrame({"partner": ["USA", "JPN"], "flow": "export", "year": 2020, "value": [30e6, 10e6]})
    marked["estimated"] = [False, True]
    page, book = brief(tmp_path, beside={"Laos": marked})
    assert "The source has estimated a part of the figures: 25.0% of those of Laos." in page
    assert [row[10].value for row in book["Exports - Beside others"].iter_rows(min_row=2)][1] == 0.25


def test_provisional_figures_of_the_country_are_said(tmp_path):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ta.TradeDataWarning)
        ta.write_brief(table(OWN, year=2024), "Long An", out=tmp_path, langs=["en"], format="html", name="own")
    page = (tmp_path / "brief_own_en.html").read_text("utf-8")
    assert "The figures of Vietnam are preliminary." in page


@pytest.mark.parametrize("kind", ["polars", "polars lazy", "arrow", "duckdb"])
def test_tables_beside_of_any_library_are_those_of_pandas(kind):
    import duckdb
    import polars as pl
    import pyarrow as pa

    own = ta.example("world_2020").query("reporter in ('LAO', 'KHM') and flow == 'export'")
    own = own[["reporter", "partner", "flow", "year", "value"]].reset_index(drop=True)
    made = {
        "polars": lambda frame: pl.from_pandas(frame),
        "polars lazy": lambda frame: pl.from_pandas(frame).lazy(),
        "arrow": lambda frame: pa.Table.from_pandas(frame, preserve_index=False),
        "duckdb": lambda frame: duckdb.from_arrow(pa.Table.from_pandas(frame, preserve_index=False)),
    }[kind]
    one = own[own["reporter"] == "LAO"].reset_index(drop=True)
    found = ta.brief.tables_beside([made(one), ("Cambodia", made(own))])
    assert list(found) == ["LAO", "Cambodia"]
    keys = ["reporter", "partner"]
    for frame, expected in zip(found.values(), (one, own), strict=True):
        assert isinstance(frame, pd.DataFrame)
        frame = frame.sort_values(keys, ignore_index=True)
        pd.testing.assert_frame_equal(
            frame, expected.sort_values(keys, ignore_index=True), check_dtype=False, check_index_type=False
        )


def test_a_page_beside_a_table_of_polars_is_that_beside_pandas(tmp_path):
    import polars as pl

    other = pd.DataFrame({"partner": ["USA", "JPN"], "flow": "export", "year": 2020, "value": [30e6, 10e6]})
    pages = [
        brief(tmp_path, beside={"Laos": one})[0] for one in (other, pl.from_pandas(other), pl.from_pandas(other).lazy())
    ]
    assert pages[0] == pages[1] == pages[2]
    with pytest.raises(ta.TradeDataError, match="partner"):
        ta.brief.tables_beside([("Laos", pl.DataFrame({"value": [1.0]}))])


def test_a_file_has_its_own_unit_and_never_that_of_another(tmp_path, capsys):
    book = openpyxl.Workbook()
    for row in [["XUẤT KHẨU CỦA TỈNH TIỀN GIANG NĂM 2020"], ["Thị trường", "Kim ngạch"], *map(list, OTHER.items())]:
        book.active.append(row)
    book.save(other := tmp_path / "other.xlsx")
    with pytest.raises(ta.TradeDataError, match=r"does not state its unit.*; or read the file with ta.read"):
        ta.brief.tables_beside([other], year=2020, unit="mUSD")
    with pytest.raises(ta.TradeDataError, match="does not state its unit"):
        brief(tmp_path, beside=[other])
    # In the command too; what it offers is no option, which would be that of the first file.
    own = book_of(tmp_path / "own.xlsx", OWN, "XUẤT KHẨU CỦA TỈNH LONG AN NĂM 2020")
    words = ["brief", str(own), "--reporter", "Long An", "--flow", "export", "--year", "2020", "--unit", "mUSD"]
    assert main([*words, "--lang", "vi", "--out", str(tmp_path / "out"), "--beside", str(other)]) == 2
    error = capsys.readouterr().err
    assert "không ghi đơn vị tính" in error
    assert "--unit" not in error
    assert "ta.read" not in error
    # Read with its unit it is given as a table: 100 million dollars.
    table_of_other = ta.read(other, flow="export", year=2020, unit="mUSD")
    page, _ = brief(tmp_path, beside={"Tiền Giang": table_of_other})
    assert rows_of(page, "Beside the whole country and others")[2][:2] == ["Tiền Giang, 2020", "100.0"]


def test_months_are_not_a_part_of_a_year(tmp_path):
    own = book_of(tmp_path / "nine.xlsx", OWN, "XUẤT KHẨU CỦA TỈNH LONG AN", "9 tháng năm 2020")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ta.TradeDataWarning)
        months = ta.read(own, flow="export", unit="mUSD")
        ta.write_brief(months, "Long An", out=tmp_path, langs=["en"], format="html", name="own")
    page = (tmp_path / "brief_own_en.html").read_text("utf-8")
    assert "The figures of Long An are of a part of the year" in page
    assert "Long An’s exports are" not in page


def test_a_bloc_is_not_a_market_that_is_absent(tmp_path):
    bloc = table(OTHER)
    bloc["partner"] = bloc["partner"].replace({"JPN": "EU (bloc)"})
    germany = {"Đức": 90, "Hoa Kỳ": 10}
    page, _ = brief(tmp_path, reporter="Thailand", own=germany, beside={"Laos": bloc, "Cambodia": table(OTHER)})
    assert [row[3] for row in rows_of(page, "Beside others")[1:]] == ["90.0%", "–", "0.0%"]


def test_a_country_that_is_given_stands_once(tmp_path):
    world = ta.example("world_2019")
    own = world[(world["reporter"] == "VNM") & (world["flow"] == "export")]
    share = own.loc[own["partner"] == "USA", "value"].sum() / own["value"].sum()
    page, _ = brief(tmp_path, beside={"Việt Nam": world})
    rows = rows_of(page, "Beside the whole country")
    assert len(rows) == 3
    assert rows[2][0] == "Vietnam, 2019"
    assert f"{share:.1%}" in rows[2]


def test_a_table_of_several_needs_the_name_of_one(tmp_path):
    with pytest.raises(ta.TradeDataError, match="none is Bến Tre"):
        brief(tmp_path, beside={"Bến Tre": ta.example("world_2020")})


@pytest.mark.parametrize("name", ["Long An", "tinh Long An", "TP. Hồ Chí Minh", "TP HCM", "Hai Phong City", "Hoà Bình"])
def test_a_province_is_known_however_it_is_written(name):
    assert economy_of(name) == "VNM"


def book_of(path, values, title, column="Kim ngạch năm 2020"):
    book = openpyxl.Workbook()
    for row in [[title], ["Đơn vị tính: triệu USD"], ["Thị trường", column], *map(list, values.items())]:
        book.active.append(row)
    book.save(path)
    return path


def test_files_on_the_command_line(tmp_path, capsys):
    own = book_of(tmp_path / "own.xlsx", OWN, "XUẤT KHẨU CỦA TỈNH LONG AN NĂM 2020")
    other = book_of(tmp_path / "other.xlsx", OTHER, "XUẤT KHẨU CỦA TỈNH TIỀN GIANG NĂM 2020")
    words = ["brief", str(own), "--reporter", "Long An", "--flow", "export", "--year", "2020", "--unit", "mUSD"]
    words += ["--out", str(tmp_path), "--format", "html"]
    assert main([*words, "--beside", str(other), "--beside", f"Bến Tre={other}"]) == 0
    assert "Tiền Giang" in capsys.readouterr().err
    page = (tmp_path / "brief_Long_An_2020_en.html").read_text("utf-8")
    assert [row[0] for row in rows_of(page, "Beside the whole country and others")][1:] == [
        *("Long An, 2020", "Tiền Giang, 2020", "Bến Tre, 2020", "Vietnam, 2020")
    ]
    page = (tmp_path / "brief_Long_An_2020_vi.html").read_text("utf-8")
    assert "của Tiền Giang là 30,0%, của Bến Tre là 30,0% và của Việt Nam là" in page


@pytest.mark.parametrize(("lang", "said"), [("en", "cannot be read as it stands"), ("vi", "chưa đọc được tệp so sánh")])
def test_a_file_that_cannot_be_read_is_named(tmp_path, capsys, lang, said):
    own = book_of(tmp_path / "own.xlsx", OWN, "XUẤT KHẨU CỦA TỈNH LONG AN NĂM 2020")
    bad = tmp_path / "bad.csv"
    bad.write_text("Thị trường;Trị giá (triệu USD)\nXứ Lạ;12\n", "utf-8")
    words = ["brief", str(own), "--reporter", "Long An", "--flow", "export", "--year", "2020", "--unit", "mUSD"]
    assert main([*words, "--out", str(tmp_path), "--lang", lang, "--beside", str(bad)]) == 2
    error = capsys.readouterr().err
    assert said in error
    assert "bad.csv" in error
    assert "Xứ Lạ" in error
    assert not list(tmp_path.glob("brief_*"))


def test_two_files_of_one_name_are_refused(tmp_path, capsys):
    own = book_of(tmp_path / "own.xlsx", OWN, "XUẤT KHẨU CỦA TỈNH LONG AN NĂM 2020")
    words = ["brief", str(own), "--reporter", "Long An", "--flow", "export", "--year", "2020", "--unit", "mUSD"]
    assert main([*words, "--out", str(tmp_path), "--beside", str(own), "--beside", str(own)]) == 2
    error = capsys.readouterr().err
    assert 'two tables beside are called Long An. Give each its own name: --beside "NAME=FILE"' in error


@pytest.mark.parametrize(
    ("beside", "said"),
    [
        (["--beside", "khong_co.xlsx"], "khong_co.xlsx không phải là tệp"),
        (["--beside", "Atlantis"], "Atlantis không phải là tệp"),
        (["--beside", "THA"] * 6, "có 6 bảng, chỉ so sánh được nhiều nhất 5"),
    ],
)
def test_what_cannot_stand_beside_is_named(tmp_path, capsys, beside, said):
    assert main(["brief", "VNM", "--lang", "vi", "--out", str(tmp_path), *beside]) == 2
    assert said in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_two_processes_write_what_one_does(tmp_path):
    written = [
        ta.write_brief(table(OWN), "Long An", out=tmp_path / str(workers), format="html", workers=workers)
        for workers in (1, 2)
    ]
    one, two = written
    assert [path.name for path in one] == [path.name for path in two]
    assert [path.read_bytes() for path in one] == [path.read_bytes() for path in two]


def test_a_measure_goes_to_another_process():
    assert pickle.loads(pickle.dumps(ta.hhi)) is ta.hhi


def test_no_language_replaces_the_file_that_is_read(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    own = book_of(tmp_path / "brief_Long_An_2020_vi.xlsx", OWN, "XUẤT KHẨU CỦA TỈNH LONG AN NĂM 2020")
    before = own.read_bytes()
    words = ["brief", str(own), "--reporter", "Long An", "--flow", "export", "--year", "2020", "--unit", "mUSD"]
    assert main([*words, "--out", str(tmp_path), "--format", "xlsx"]) == 2
    assert [path.name for path in tmp_path.iterdir()] == [own.name]
    assert own.read_bytes() == before
