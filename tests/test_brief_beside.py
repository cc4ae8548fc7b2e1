"""The brief beside others: a province beside the country, and beside other provinces; every figure by hand."""

import pickle
import re
import warnings

import openpyxl
import pandas as pd
import pytest

import tradeanalysis as ta
from tradeanalysis.cli import main

# Of 200: the United States 100, Japan 40, Korea 20, not detailed 40.
OWN = {"Hoa Kỳ": 100, "Nhật Bản": 40, "Hàn Quốc": 20, "Khác": 40}
# Of 100: Japan 50, the United States 30, China 20.
OTHER = {"Nhật Bản": 50, "Hoa Kỳ": 30, "Trung Quốc": 20}


def table(values, year=2020, unit="mUSD", **more):
    codes = {"Hoa Kỳ": "USA", "Nhật Bản": "JPN", "Hàn Quốc": "KOR", "Trung Quốc": "CHN", "Khác": "OTH"}
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
    found = re.search(rf'<table[^>]*aria-label="{title}".*?</table>|<h3[^>]*>{title}</h3>.*?</table>', page, re.S)
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
    assert own[-1] == f"{(100**2 + 40**2 + 20**2) / 160**2:.4f}"  # of the part that is detailed
    share, total = in_vietnam("USA")
    assert country[0] == "Vietnam, 2020"
    assert f"{share:.1%}" in country
    text = f"The United States takes 50.0% of the exports of Long An, and {share:.1%} of those of Vietnam."
    assert text in page
    assert f"Long An’s exports are {200e6 / total:.1%} of those of Vietnam." in page
    assert "Long An 80.0%" in page  # what the index is of
    sheet = book["Exports - Beside others"]
    numbers = [cell.value for cell in sheet[2]]
    assert numbers[1] == 200e6
    assert numbers[3:6] == [0.5, 0.5, 0.8]
    assert numbers[-1] == 0.8
    assert sheet[3][4].value == pytest.approx(share, rel=1e-12)


def test_beside_another_of_another_year_and_currency(tmp_path):
    dong = table(OTHER, year=2019, unit="bnVND")
    page, _ = brief(tmp_path, lang="vi", beside={"Tiền Giang": dong})
    head, _own, other, _ = rows_of(page, "So với cả nước và địa phương khác")
    assert "Thị trường lớn nhất" in head
    assert other[:4] == ["Tiền Giang, 2019", "–", "Nhật Bản 50,0%", "30,0%"]
    assert other[4:] == ["100,0%", "0,3800"]  # .25 + .09 + .04
    assert "của Tiền Giang (năm 2019) là 30,0%" in page
    assert "Không ghi kim ngạch tính bằng đồng tiền khác." in page


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


def test_more_than_five_are_refused(tmp_path):
    with pytest.raises(ta.TradeDataError, match="at most 5"):
        brief(tmp_path, beside={f"P{i}": table(OTHER) for i in range(6)})


def book_of(path, values, title):
    book = openpyxl.Workbook()
    for row in [[title], ["Đơn vị tính: triệu USD"], ["Thị trường", "Kim ngạch năm 2020"], *map(list, values.items())]:
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
    assert [row[0] for row in rows_of(page, "Beside others")][1:] == [
        *("Long An, 2020", "Tiền Giang, 2020", "Bến Tre, 2020", "Vietnam, 2020")
    ]
    page = (tmp_path / "brief_Long_An_2020_vi.html").read_text("utf-8")
    assert "của Tiền Giang là 30,0%, của Bến Tre là 30,0% và của Việt Nam là" in page


@pytest.mark.parametrize(("lang", "said"), [("en", "cannot be read as it stands"), ("vi", "Chưa đọc được tệp so sánh")])
def test_a_file_that_cannot_be_read_is_named(tmp_path, capsys, lang, said):
    own = book_of(tmp_path / "own.xlsx", OWN, "XUẤT KHẨU CỦA TỈNH LONG AN NĂM 2020")
    bad = tmp_path / "bad.csv"
    bad.write_text("Thị trường;Trị giá\nXứ Lạ;12\n", "utf-8")
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
    assert "NAME=FILE" in capsys.readouterr().err or "Long An" in capsys.readouterr().err


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
