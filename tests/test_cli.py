"""The command line: what it writes, and what it says when it cannot."""

import io
import json
import os
import pty
import re
import select
import shlex
import subprocess
import sys
import time

import pandas as pd
import pytest
from test_ingest import TEXT, release

import tradeanalysis as ta
from tradeanalysis.cli import main
from tradeanalysis.cli.arguments import PLAIN, WITH_PARAMETER, parsed
from tradeanalysis.cli.commands import _refuse_unsettled
from tradeanalysis.cli.messages import CLEAR, elapsed_time


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "exports.csv"
    path.write_text("reporter,partner,year,value\nVNM,Hoa Kỳ,2020,60\nVNM,China,2020,40\nTHA,USA,2020,5\n", "utf-8")
    return path


def test_measure_prints_a_table(file, capsys):
    assert main(["measure", str(file), "--by", "reporter,year", "--measures", "hhi,hill:1,top_share:1"]) == 0
    printed = capsys.readouterr().out.split()
    assert printed[:6] == ["reporter", "year", "n", "hhi", "hill_1", "top_share_1"]
    assert float(printed[printed.index("VNM") + 3]) == pytest.approx(0.52)


def test_measure_writes_a_file(file, tmp_path):
    assert main(["measure", str(file), "--by", "reporter", "--out", str(tmp_path / "out.csv")]) == 0
    assert pd.read_csv(tmp_path / "out.csv")["hhi"].tolist() == [1.0, 0.52]


@pytest.mark.usefixtures("unpainted")
def test_brief_writes_what_it_says(tmp_path, capsys):
    assert main(["brief", "Thái Lan", "--lang", "vi", "--out", str(tmp_path)]) == 0
    lines = capsys.readouterr().out.split()
    assert lines == [str(tmp_path / f"brief_THA_vi.{kind}") for kind in ("html", "xlsx", "docx")]


@pytest.mark.usefixtures("unpainted")
def test_brief_writes_the_formats_that_are_given_and_figures_beside_the_page(tmp_path, capsys):
    chosen = ["--lang", "vi", "--format", "docx, html", "--figures"]
    assert main(["brief", "Thái Lan", *chosen, "--out", str(tmp_path)]) == 0
    lines = capsys.readouterr().out.split()
    assert lines[:2] == [str(tmp_path / f"brief_THA_vi.{kind}") for kind in ("html", "docx")]
    figures = {path.name for path in tmp_path.iterdir() if path.suffix in (".png", ".svg")}
    assert len(lines) == 2 + len(figures) == 28  # 7 of exports and 6 of imports, each as PNG and SVG
    assert main(["brief", "Thái Lan", "--format", "pdf", "--out", str(tmp_path)]) == 2
    assert "there is no format pdf for a brief: --format takes html, xlsx, docx" in capsys.readouterr().err


@pytest.mark.usefixtures("unpainted")
def test_the_files_of_a_year_that_is_requested_bear_it(tmp_path):
    """The page of 2015 replaces nothing of the page of the usual year, and links to its own other language."""
    options = ["--flow", "export", "--format", "html,xlsx", "--figures", "--out", str(tmp_path)]
    assert main(["brief", "THA", *options]) == 0
    usual = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert main(["brief", "THA", "--year", "2015", *options]) == 0
    assert {name: (tmp_path / name).read_bytes() for name in usual} == usual
    later = {path.name for path in tmp_path.iterdir()} - set(usual)
    assert later == {name.replace("THA", "THA_2015") for name in usual}
    page = (tmp_path / "brief_THA_2015_en.html").read_text("utf-8")
    assert 'href="brief_THA_2015_vi.html"' in page
    assert 'href="brief_THA_2015_en.xlsx"' in page
    assert main(["plan", "THA", "--year", "2015", "--lang", "en", "--out", str(tmp_path)]) == 0
    assert main(["plan", "THA", "--lang", "en", "--out", str(tmp_path)]) == 0
    plans = {path.name.split("_export")[0] for path in tmp_path.glob("plan_*")}
    assert plans == {"plan_THA", "plan_THA_2015"}


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["brief", "Korea"], "Korea"),
        (["brief", "Perugia"], "Perugia"),
        (["brief", "nowhere.xlsx"], "there is no file nowhere.xlsx"),
        (["brief", "VNM", "--lang", "fr"], "the languages are en, vi"),
        (["measure", "nowhere.csv"], "nowhere.csv"),
        (["measure", "FILE", "--measures", "hhi,foo"], "foo"),
        (["measure", "FILE", "--measures", "hill"], "hill"),
        (["measure", "FILE", "--measures", "hill:x"], "not a number"),
        (["measure", "FILE", "--measures", "hill:-1"], "0 or more"),
        (["measure", "FILE", "--by", "country"], "country"),
        (["measure", "FILE", "--over", "reporter", "--by", "reporter"], "both a group"),
    ],
)
def test_errors_are_one_paragraph_and_exit_code_2(arguments, words, file, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert main([str(file) if a == "FILE" else a for a in arguments]) == 2
    error = capsys.readouterr().err
    assert error.startswith("tradeanalysis: ")
    assert words in error
    assert "Traceback" not in error
    assert "\n\n" not in error


def test_every_measure_of_the_package_has_a_name_on_the_command_line():
    measures = {name for name in ta.measures.__all__ if isinstance(getattr(ta.measures, name), ta.Measure)}
    assert measures == set(PLAIN)
    for name in WITH_PARAMETER:
        assert isinstance(getattr(ta.measures, name)(2), ta.Measure)


def test_help_has_examples_and_the_module_runs():
    done = subprocess.run([sys.executable, "-m", "tradeanalysis", "--help"], capture_output=True, text=True, check=True)
    assert "tradeanalysis brief VNM" in done.stdout
    assert subprocess.run([sys.executable, "-m", "tradeanalysis"], capture_output=True, check=False).returncode == 2


def test_a_file_of_several_economies_needs_to_know_whose_brief_it_is(file, capsys):
    assert main(["brief", str(file)]) == 2
    assert "state whose trade it is: --reporter" in capsys.readouterr().err.splitlines()[-1]


@pytest.fixture
def province(tmp_path):
    path = tmp_path / "tinh.csv"
    rows = ["Thị trường;Kim ngạch (nghìn USD)", "Mỹ;1.250.300,5", "Hàn Quốc;410.000,0", "Tổng cộng;1.660.300,5"]
    path.write_text("\n".join(rows), "utf-8")
    return str(path)


def test_messages_lead_from_a_provincial_table_to_its_index(province, capsys):
    """What the command says is what has to be typed next."""
    command = ["measure", province]
    assert main(command) == 2
    assert "--drop-aggregates leaves out 1 row, 'Tổng cộng'" in capsys.readouterr().err
    assert main([*command, "--drop-aggregates", "--measures", "top_share:1"]) == 0
    shown = capsys.readouterr()
    assert float(shown.out.split()[-1]) == pytest.approx(1250300.5 / 1660300.5, abs=1e-6)
    assert "1 row left out: " in shown.err


def test_no_message_speaks_python_on_the_command_line(tmp_path, capsys):
    path = tmp_path / "t.csv"
    for text in ("partner,value\nPerugia,1\n", "partner,value\nUSA,1\nUSA,1\n", "partner,value\nUSA,1.234\n"):
        path.write_text(text)
        assert main(["measure", str(path)]) == 2
        error = capsys.readouterr().err
        assert "--" in error
        assert "=" not in error.replace("Perugia=keep", "")


def test_columns_that_are_not_pairs_are_refused(province, capsys):
    assert main(["measure", province, "--columns", "Thị trường"]) == 2
    assert "partner=Thị trường" in capsys.readouterr().err


def test_messages_lead_from_the_largest_markets_to_a_share_of_the_whole(tmp_path, capsys):
    """Titles, two columns of values, a total beyond those listed: each message is the next thing to type."""
    path = tmp_path / "tinh.csv"
    rows = ["Xuất khẩu 2019;;", "Thị trường;Trị giá tháng 9;Lũy kế", "Mỹ;5,5;60", "Hàn Quốc;2,5;20", "Tổng cộng;10;100"]
    path.write_text("\n".join(rows), "utf-8")
    command = ["measure", str(path), "--measures", "top_share:1"]
    assert main(command) == 2
    assert "--columns 'value=Lũy kế'" in capsys.readouterr().err
    command += ["--columns", "partner=Thị trường,value=Lũy kế"]
    assert main(command) == 2
    assert "--unit mUSD reads the values in mn USD" in capsys.readouterr().err
    command += ["--unit", "mUSD"]
    assert main(command) == 2
    assert "--drop-aggregates leaves out 1 row" in capsys.readouterr().err
    command += ["--drop-aggregates"]
    assert main(command) == 2
    error = capsys.readouterr().err
    assert "by -20.0%" in error
    assert "--remainder keeps 20.0 mn USD (20.0%)" in error
    assert main([*command, "--remainder"]) == 0
    shown = capsys.readouterr()
    assert shown.out.split() == ["n", "top_share_1", "unallocated", "2", "0.75", "0.2"]
    assert "20.0% of value is not allocated to a partner" in shown.err


def test_a_file_is_audited(province, capsys):
    assert main(["audit", province]) == 2
    shown = capsys.readouterr().out
    assert "TA-104 [error] " in shown
    assert shown.endswith("Not ready: 1 error to settle.\n")
    assert main(["audit", province, "--drop-aggregates"]) == 0
    shown = capsys.readouterr().out
    assert "1 row left out: " in shown
    assert shown.endswith("Ready: 2 rows, 1.7 bn USD.\n")


def test_an_embedded_table_is_measured_and_audited_by_its_name(capsys):
    recent = "exports_2021_2024"
    assert main(["measure", recent, "--reporter", "Viet Nam", "--year", "2024", "--lang", "en"]) == 0
    printed = capsys.readouterr()
    rows = ta.example(recent).query("reporter == 'VNM' and year == 2024")
    x = rows.loc[rows["partner"] != "OTH", "value"]
    assert [float(cell) for cell in printed.out.splitlines()[1].split()] == pytest.approx(
        [len(x), (x**2).sum() / x.sum() ** 2, 1 - x.sum() / rows["value"].sum()], abs=1e-5
    )
    assert f"{len(rows)} rows of {recent}" in printed.err
    assert "OECD" in printed.err
    assert main(["audit", recent, "--lang", "en"]) == 0
    assert "3,742 rows" in capsys.readouterr().out
    for option, words in ((["--unit", "kUSD"], "--unit"), (["--reporter", "LAO"], "LAO"), (["--year", "2019"], "2019")):
        assert main(["measure", recent, *option, "--lang", "en"]) == 2
        assert words in capsys.readouterr().err


def test_lines_of_headings_are_numbers(province, capsys):
    assert main(["audit", province, "--header-rows", "one"]) == 2
    assert "--header-rows one" in capsys.readouterr().err
    assert main(["audit", province, "--header-rows", "1", "--drop-aggregates"]) == 0


@pytest.mark.usefixtures("unpainted")
def test_a_province_gets_its_brief_from_its_own_workbook(tmp_path, capsys):
    """Two years side by side, a row of others and a total, and a reporter that is no country."""
    import openpyxl

    book = openpyxl.Workbook()
    rows = [
        ["KIM NGẠCH XUẤT KHẨU THEO THỊ TRƯỜNG"],
        ["Đơn vị tính: triệu USD"],
        ["STT", "Thị trường", "Năm 2019", "Năm 2020"],
        *([i, *row] for i, row in enumerate([("Hoa Kỳ", 40, 60), ("Trung Quốc", 30, 20), ("Nhật Bản", 10, 10)], 1)),
        ["", "Các nước khác", 20, 10],
        ["", "Tổng cộng", 100, 100],
    ]
    for row in rows:
        book.active.append(row)
    book.save(tmp_path / "tinh.xlsx")
    arguments = ["brief", str(tmp_path / "tinh.xlsx"), "--reporter", "Long An", "--flow", "export"]
    assert main([*arguments, "--out", str(tmp_path)]) == 2
    assert "--year" in capsys.readouterr().err
    assert main([*arguments, "--year", "2020", "--lang", "vi", "--out", str(tmp_path)]) == 0
    assert "TA-119" not in capsys.readouterr().err.split("Tổng cộng")[-1]
    page = (tmp_path / "brief_Long_An_2020_vi.html").read_text("utf-8")
    for words in ("Hoa Kỳ chiếm 60,0%", "100,0 triệu USD", "chưa chi tiết", "tăng từ 0,406 (năm 2019)"):
        assert words in page, words
    assert "None" not in page
    assert "nan" not in page.split("</style>")[1].split("data:image")[0]
    # .375^2 + .5^2 + .125^2 in 2019; (6/9)^2 + (2/9)^2 + (1/9)^2 in 2020.
    assert "0,5062" in page
    workbook = openpyxl.load_workbook(tmp_path / "brief_Long_An_2020_vi.xlsx")
    sheets = [
        "Mục lục",
        "Các chỉ số",
        "Xuất khẩu",
        "Xuất khẩu - Theo hiệp định",
        "Xuất khẩu - Các năm",
        "Xuất khẩu - Đóng góp",
        "Xuất khẩu - Mất một đối tác",
        "Xuất khẩu - So sánh",
        "Số liệu trong báo cáo",
        "Hồ sơ số liệu",
    ]
    assert workbook.sheetnames == sheets
    assert [cell.value for cell in workbook["Các chỉ số"][4]] == [
        "Chỉ số Herfindahl-Hirschman, thang 0-1 (tổng bình phương các tỷ trọng)",
        pytest.approx(41 / 81),
        pytest.approx(0.40625),  # of 2019
    ]
    assert workbook["Hồ sơ số liệu"]["A2"].value == "Nguồn"
    sheet = workbook["Xuất khẩu"]
    assert [cell.value for cell in sheet[2]][:3] == ["Hoa Kỳ", 60e6, 0.6]
    ends = [[cell.value for cell in row] for row in list(sheet.rows)[-2:]]
    assert [row[0] for row in ends] == ["Chưa chi tiết theo thị trường", "Tổng cộng"]
    assert [row[1] for row in ends] == pytest.approx([10e6, 100e6])
    heads = [cell.value for cell in sheet[1]]
    assert heads[:5] == ["Thị trường", "Kim ngạch, USD", "Tỷ trọng", "Tỷ trọng lũy kế", "Kim ngạch năm 2019, USD"]
    assert [sheet["B2"].number_format, sheet["C2"].number_format] == ["#,##0", "0.0%"]


def test_years_that_are_added_are_refused(tmp_path, capsys):
    path = tmp_path / "years.csv"
    path.write_text("reporter,partner,year,value\nVNM,USA,2019,60\nVNM,CHN,2020,40\nTHA,USA,2020,5\n", "utf-8")
    assert main(["measure", str(path), "--by", "reporter"]) == 0
    assert "several years (2019, 2020) are added into one index: pass --year, or --by year" in capsys.readouterr().err
    for more in (["--by", "reporter,year"], ["--by", "reporter", "--year", "2020"]):
        assert main(["measure", str(path), *more]) == 0
        assert "added into one index" not in capsys.readouterr().err


def test_a_flow_that_is_not_stated_is_requested_as_an_option(tmp_path, capsys):
    path = tmp_path / "t.csv"
    path.write_text("partner,year,value\nUSA,2020,60\n", "utf-8")
    assert main(["brief", str(path), "--reporter", "Long An", "--out", str(tmp_path)]) == 2
    assert "pass --flow" in capsys.readouterr().err


def test_notes_count_rows_as_the_file_does(tmp_path, capsys):
    """Others in line 5 and the total in line 6 of the file; values with decimals of a million are not rounded to it."""
    path = tmp_path / "tinh.csv"
    rows = ["Thị trường;Trị giá (triệu USD)", *(f"{one};{i}0,5" for i, one in enumerate(["Mỹ", "Đức", "Ý"], 1))]
    path.write_text("\n".join([*rows, "Khác;8,5", "Tổng cộng;70"]), "utf-8")
    assert main(["measure", str(path), "--drop-aggregates", "--remainder"]) == 0
    shown = capsys.readouterr().err
    assert "1 row with no single partner, 'Khác' (line 5)" in shown
    assert "partner not allocated: 'Khác';" in shown
    assert "1 row left out: " in shown
    assert not [one for one in ("1 of 1", "0 rows", "TA-142") if one in shown]
    whole = "\n".join(["Thị trường;Trị giá (triệu USD)", *(f"P{i};{i}" for i in range(1, 12))])
    path.write_text(whole, "utf-8")
    assert main(["measure", str(path), "--keep-unknown"]) == 0
    assert "TA-142" in capsys.readouterr().err


class Terminal(io.StringIO):
    """A stream that somebody looks at."""

    def isatty(self):
        return True


def test_a_terminal_shows_that_long_work_continues_and_a_pipe_does_not(monkeypatch):
    terminal, pipe = Terminal(), io.StringIO()
    for stream in (terminal, pipe):
        monkeypatch.setattr(sys, "stderr", stream)
        with elapsed_time("reading", after=0.05):
            time.sleep(0.2)
    assert terminal.getvalue() == f"{CLEAR}reading: 0 s{CLEAR}"
    assert pipe.getvalue() == ""
    short = Terminal()
    monkeypatch.setattr(sys, "stderr", short)
    with elapsed_time("reading"):
        pass
    assert short.getvalue() == ""


def test_a_province_gets_its_plan_in_vietnamese_from_the_command_line_alone(tmp_path, capsys):
    path = tmp_path / "tinh.csv"
    rows = ["Thị trường;Trị giá (triệu USD)", "Hoa Kỳ;60", "Nhật Bản;25", "Ấn Độ;15", "Khác;5", "Tổng cộng;105"]
    path.write_text("\n".join(rows), "utf-8")
    command = ["plan", str(path), "--reporter", "Long An", "--flow", "export", "--year", "2020", "--lang", "vi"]
    assert main([*command, "--growth", "30%", "--cap", "50%", "--out", str(tmp_path)]) == 0
    printed = capsys.readouterr().out
    assert "Mục tiêu tăng 30% mà không thị trường nào vượt quá 50% là khả thi" in printed
    assert "giảm từ 57,1% xuống 50,0%" in printed  # 60 of 105, with what is not detailed
    targets = pd.read_excel(tmp_path / "plan_Long_An_2020_export_vi.xlsx", engine="openpyxl").set_index("Thị trường")[
        "Chỉ tiêu, USD"
    ]
    assert targets.to_dict() == pytest.approx(
        {
            "Hoa Kỳ": 68.25e6,
            "Nhật Bản": 38.59375e6,
            "Ấn Độ": 23.15625e6,
            "Chưa chi tiết theo thị trường": 6.5e6,
            "Tổng cộng": 136.5e6,
        }
    )  # half of 136.5; 5 by 30%; the rest, 61.75, by 54.375%
    assert main([*command, "--growth", "10%", "--cap", "0.5", "--out", str(tmp_path)]) == 0
    assert "không khả thi" in capsys.readouterr().out
    assert (tmp_path / "plan_Long_An_2020_export_at_the_cap_vi.xlsx").exists()
    assert (tmp_path / "plan_Long_An_2020_export_at_the_growth_vi.xlsx").exists()
    # At most 68.25, 37.5 and 22.5, and 6.5 that is not detailed, of 136.5.
    limited = ["--growth", "30%", "--cap", "50%", "--max-growth", "50%", "--out", str(tmp_path)]
    assert main([*command, *limited]) == 0
    assert "chỉ hấp thụ được 98,72% tổng kim ngạch theo mục tiêu" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("growth", "words"),
    [
        ("10", "is not a share: write 10% or a number below 1"),
        ("mười", "is not a share: write"),
        ("5000%", "'5000%' is out of range: write more than -100% and less than 1000%"),
        ("-100%", "'-100%' is out of range: write more than -100%"),
        ("-1.5", "'-1.5' is out of range"),
    ],
)
def test_a_share_is_a_percentage_or_a_number_below_one(growth, words, capsys):
    with pytest.raises(SystemExit):
        main(["plan", "VNM", "--growth", growth])
    assert words in capsys.readouterr().err


@pytest.mark.parametrize("option", [["--growth", "-5%"], ["--growth=-5%"], ["--growth", "-0,05"], ["--growth", "-.05"]])
def test_a_negative_share_is_not_an_option(option, tmp_path, capsys):
    assert (
        main(["plan", "VNM", "--flow", "export", *option, "--cap", "50%", "--lang", "en", "--out", str(tmp_path)]) == 0
    )
    assert capsys.readouterr().out.startswith("A fall of 5% with no market above 50%")


def test_a_release_is_ingested_and_measured_out_of_core(tmp_path, capsys):
    path = release(tmp_path, TEXT, TEXT, years=(2019, 2020))
    folder, out = str(tmp_path / "baci"), str(tmp_path / "indices")
    assert main(["ingest", str(path), folder, "--year", "2019,2020"]) == 0
    shown = capsys.readouterr()
    assert "2019.parquet: 6 rows; file 1 of 2" in shown.out
    assert "TA-118" in shown.err
    command = ["measure", folder, "--by", "year,reporter", "--measures", "hhi,top_share:1"]
    assert main([*command, "--out", out]) == 0
    shown = capsys.readouterr()
    assert "2020.parquet: 3 groups; file 2 of 2" in shown.out
    assert "BACI, 12 rows" in shown.err
    assert sorted(path.name for path in (tmp_path / "indices").iterdir()) == ["2019.parquet", "2020.parquet"]
    assert main([*command, "--out", out]) == 0  # all stands
    assert "parquet" not in capsys.readouterr().out
    assert main(["measure", folder, "--by", "year", "--out", out]) == 2
    assert "--overwrite replaces it" in capsys.readouterr().err
    assert main(["measure", folder, "--by", "year", "--out", out, "--overwrite"]) == 0
    capsys.readouterr()
    # The same from the zip in memory, where two labels of Taiwan are one partner.
    answers = []
    for file in (folder, str(path)):
        assert main([*command[:1], file, *command[2:], "--year", "2020"]) == 0
        answers.append(capsys.readouterr().out.split("\n"))
    assert answers[0] == answers[1]
    assert answers[0][0].split() == ["year", "reporter", "n", "hhi", "top_share_1"]
    assert [line.split()[1:4] for line in answers[0][1:3]] == [["AUS", "1", "1.000000"], ["USA", "1", "1.000000"]]
    assert main(["measure", folder, "--by", "reporter"]) == 0
    assert "several years (2019, 2020) are added" in capsys.readouterr().err
    assert main(["measure", folder, "--by", "year, reporter ", "--year", "2019, 2020,2050"]) == 0
    shown = capsys.readouterr()
    assert [line.split()[0] for line in shown.out.splitlines()[1:]] == ["2019"] * 3 + ["2020"] * 3
    assert "--year names 2050" in shown.err
    assert main(["audit", folder]) == 0
    assert "12 rows" in capsys.readouterr().out


def test_a_folder_of_ones_own_is_measured(tmp_path, capsys):
    table = pd.DataFrame({"reporter": "VNM", "partner": ["USA", "CHN"], "value": [3.0, 1.0]})
    table.to_parquet(tmp_path / "a.parquet")
    assert main(["measure", str(tmp_path), "--by", "reporter"]) == 0
    shown = capsys.readouterr()
    assert shown.out.split("\n")[1].split() == ["VNM", "2", "0.625"]
    assert main(["measure", str(tmp_path), "--by", "reporter", "--out", str(tmp_path / "out.csv")]) == 0
    assert pd.read_csv(tmp_path / "out.csv")["hhi"].tolist() == [0.625]
    assert main(["measure", str(tmp_path), "--sheet", "1"]) == 2
    assert "--sheet means nothing" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["ingest", "nowhere.zip", "out"], "nowhere.zip is not there"),
        (["ingest", "FILE", "out", "--year", "all"], "--year all: write the numbers, such as 2019,2020"),
        (["ingest", "FILE", "out"], "is not a zip"),
    ],
)
def test_what_cannot_be_ingested_is_an_error(arguments, words, file, capsys):
    assert main([str(file) if word == "FILE" else word for word in arguments]) == 2
    assert words in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["measure", "FILE", "--by", "country"], "--by, --over, --columns value=..."),
        (["measure", "FILE", "--out", "OUT"], "such as --by year,reporter"),
        (["measure", "FILE", "--by", "year", "--out", "OUT", "--memory", "2gb"], "--memory 2gb is not a size"),
        (["measure", "BOTH", "--by", "reporter"], '--flow export, or name "flow" in --by.'),
        (["measure", "OWN"], "--own-trade keeps it"),
        (["measure", "FILE", "--year", "2019.5"], "--year 2019.5: write the numbers, such as 2019,2020"),
        (["ingest", "DONE", "OUT"], "Parquet is read by measure and audit"),
        (["measure", "DONE"], "holds results of tradeanalysis measure, not trade"),
        (["measure", "EMPTY"], "neither Parquet files nor BACI's years"),
    ],
)
def test_messages_speak_of_options(arguments, words, file, tmp_path, capsys):
    head = "reporter,partner,year,flow,value\nVNM,USA,2020,export,60\n"
    (tmp_path / "both.csv").write_text(f"{head}VNM,USA,2020,import,4\n")
    (tmp_path / "own.csv").write_text(f"{head}VNM,VNM,2020,export,4\n")
    (tmp_path / "empty").mkdir()
    ta.tables.measure_to_folder(ta.read(file), ta.hhi, by="year", out=tmp_path / "done")
    places = {"FILE": file, "BOTH": tmp_path / "both.csv", "OWN": tmp_path / "own.csv", "OUT": tmp_path / "out"}
    places |= {"DONE": tmp_path / "done", "EMPTY": tmp_path / "empty"}
    main([str(places.get(word, word)) for word in arguments])
    shown = capsys.readouterr().err
    assert words in shown
    assert not re.findall(r"\b\w+=(?!\.\.\.)", shown)


@pytest.mark.parametrize("stopped", [KeyboardInterrupt(), RuntimeError("Query interrupted")])
@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["ingest", "a.zip", "OUT"], "stopped; the same command continues where it stopped\n"),
        (["measure", "FILE", "--by", "year", "--out", "OUT"], "stopped; the same command continues where it stopped\n"),
        (["measure", "FILE", "--by", "year", "--out", "out.csv"], "stopped\n"),
        (["audit", "FILE"], "stopped\n"),
    ],
)
def test_a_command_that_is_stopped_says_so_in_a_line(arguments, words, stopped, file, tmp_path, capsys, monkeypatch):
    def stop(*_, **__):
        raise stopped

    for verb in ("ingest", "measure", "inspect"):
        monkeypatch.setattr(ta, verb, stop)
    monkeypatch.setattr(ta.tables, "measure_to_folder", stop)
    places = {"FILE": str(file), "OUT": str(tmp_path / "out")}
    assert main([places.get(word, word) for word in arguments]) == 130
    assert capsys.readouterr().err.endswith(words)


def test_output_that_is_not_read_to_its_end_is_not_an_error(file):
    reading, writing = os.pipe()
    os.close(reading)
    command = [sys.executable, "-m", "tradeanalysis", "measure", str(file), "--by", "reporter"]
    done = subprocess.run(command, stdout=writing, stderr=subprocess.PIPE, text=True, check=False)
    os.close(writing)
    assert done.returncode == 0
    assert "note: exports.csv" in done.stderr
    assert "pipe" not in done.stderr.lower()


@pytest.mark.usefixtures("unpainted")
def test_a_folder_gets_its_brief_and_its_plan(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    partners = [("842", 60), ("156", 25), ("392", 15)]
    text = "".join(f"2020,704,{code},10121,{value},1\n" for code, value in partners) + "2020,764,842,10121,9,1\n"
    path = release(tmp_path, text, text, years=(2019, 2020))
    assert main(["ingest", str(path), "baci"]) == 0
    options = ["baci", "--reporter", "VNM", "--flow", "export", "--year", "2020", "--lang", "en", "--out", "out"]
    assert main(["brief", *options]) == 0
    page = (tmp_path / "out" / "brief_VNM_2020_en.html").read_text("utf-8")
    assert "60.0%" in page
    assert path.name in page
    assert main(["plan", *options, "--growth", "30%", "--cap", "50%"]) == 0
    assert "from 60.0% to 50.0%" in capsys.readouterr().out
    (tmp_path / "VNM").mkdir()  # the name of an economy means the economy
    assert main(["plan", "VNM", "--flow", "export", "--lang", "en", "--out", "out"]) == 0


# ---- on a terminal ----------------------------------------------------------------------------------------------


def in_a_terminal(arguments, answers, folder, lang="C.UTF-8"):
    """What a command shows in a pseudo-terminal to a person who gives these answers, and its code."""
    parent, child = pty.openpty()
    command = [sys.executable, "-m", "tradeanalysis", *arguments]
    environment = {**os.environ, "LANG": lang, "LC_ALL": lang, "TERM": "dumb", "COLUMNS": "200"}
    run = subprocess.Popen(command, stdin=child, stdout=child, stderr=child, cwd=folder, env=environment)
    os.close(child)
    shown, waiting = b"", list(answers)
    while True:
        if not select.select([parent], [], [], 120)[0]:
            run.kill()
            pytest.fail(f"it waits for more than it was answered: {shown.decode()}")
        try:
            piece = os.read(parent, 4096)
        except OSError:  # the other end is closed
            break
        if not piece:
            break
        shown += piece
        # A question ends with its default, or with the word for a number, and a colon.
        if waiting and re.search("(\\]|thứ tự|number|tỉnh|province):$".encode(), shown.rstrip()):
            os.write(parent, waiting.pop(0).encode() + b"\n")
            shown += b"\n"
    os.close(parent)
    assert not waiting, shown.decode()
    return shown.decode().replace("\r\n", "\n"), run.wait()


@pytest.fixture
def tinh(tmp_path):
    """The table of a province as its office writes it: titles, the bloc as a market, others and a total."""
    path = tmp_path / "tinh.csv"
    rows = [
        "UBND TỈNH LONG AN;",
        "KIM NGẠCH XUẤT KHẨU THEO THỊ TRƯỜNG NĂM 2023;",
        "Thị trường;Trị giá (triệu USD)",
        *("Hoa Kỳ;1250", "Nhật Bản;250", "EU;98", "Khác;55,5", "Tổng cộng;1653,5"),
    ]
    path.write_text("\n".join(rows), "utf-8")
    return path


def test_a_province_comes_to_its_brief_by_at_most_three_answers(tinh, tmp_path):
    shown, code = in_a_terminal(["plan", tinh.name, "--out", "made", "--lang", "vi"], ["", ""], tmp_path)
    assert code == 0, shown
    assert "Tiêu đề cho biết" in shown
    same = shown[shown.index("Lệnh tương đương") :].splitlines()[1].strip()
    made = sorted(path.name for path in (tmp_path / "made").iterdir())
    (tmp_path / "made").rename(tmp_path / "first")
    done = subprocess.run(
        [sys.executable, "-m", *shlex.split(same)], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert sorted(path.name for path in (tmp_path / "made").iterdir()) == made


def test_a_person_may_stop_and_a_pipe_is_not_asked(tinh, tmp_path):
    shown, code = in_a_terminal(["measure", tinh.name], ["q"], tmp_path)
    assert code == 130
    assert "stopped: nothing was written" in shown
    done = subprocess.run(
        [sys.executable, "-m", "tradeanalysis", "measure", tinh.name],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
    )
    assert done.returncode == 2
    assert "TA-104" in done.stderr


def test_an_audit_is_vietnamese_where_the_reader_is(tinh, capsys):
    assert main(["audit", str(tinh), "--lang", "vi"]) == 2
    shown = capsys.readouterr().out
    assert "Chưa sẵn sàng" in shown
    shown = re.sub(r'"[a-z]+"|--blocs \w+', "", shown)  # values of arguments
    english = re.findall(r"\b(?:the|with|and|rows?|value|left|out|keeps?|reads?|error|warning|not|by)\b", shown)
    assert english == []


def test_months_without_a_year_are_of_the_year_that_is_given(tmp_path, capsys):
    path = tmp_path / "tinh.csv"
    path.write_text("Thị trường;Tháng 1;Tháng 2\nMỹ;12,5;10,5\nLào;3,5;2,5\nNhật Bản;1,5;3,5\n", "utf-8")
    command = ["plan", str(path), "--reporter", "Long An", "--flow", "export", "--unit", "mUSD", "--lang", "vi"]
    assert main([*command, "--year", "2024", "--cap", "80%", "--out", str(tmp_path)]) == 0
    assert "khả thi" in capsys.readouterr().out
    assert main([*command, "--cap", "80%", "--out", str(tmp_path)]) == 2
    assert "TA-115" in capsys.readouterr().err


def test_a_person_says_which_columns_are_which(tmp_path):
    path = tmp_path / "bang.csv"
    path.write_text("Diễn giải;Mục A;Mục B\nHoa Kỳ;30;1\nTrung Quốc;20;2\n", "utf-8")
    shown, code = in_a_terminal(["measure", path.name, "--lang", "vi", "--unit", "mUSD"], ["1", "2"], tmp_path)
    assert code == 0, shown
    assert "Cột nào ghi thị trường?" in shown
    assert "0.52" in shown  # (30^2 + 20^2) / 50^2
    assert "--columns 'partner=Diễn giải' --columns 'value=Mục A'" in shown


TITLED = [["XUẤT KHẨU CỦA TỈNH ĐỒNG NAI NĂM 2023"], ["Đơn vị: triệu USD"], ["STT", "Thị trường", "Kim ngạch"]]
MARKETS = [[1, "Hoa Kỳ", 600], [2, "Trung Quốc", 250], [3, "Nhật Bản", 150], ["", "Tổng cộng", 1000]]


@pytest.mark.parametrize("lang", ["en", "vi"])
def test_whose_trade_it_is_comes_from_the_title_as_a_command_that_can_be_pasted(lang, tmp_path, capsys):
    folder = tmp_path / "số liệu 'mới' $1"
    folder.mkdir()
    file = str(folder / "Đồng Nai.xlsx")
    pd.DataFrame([[*row, *[""] * (3 - len(row))] for row in [*TITLED, *MARKETS]]).to_excel(
        file, header=False, index=False
    )
    chosen = ["--lang", lang, "--format", "xlsx", "--out", str(folder / "kết quả")]
    assert main(["brief", file, *chosen]) == 2
    said, pasted = capsys.readouterr().err.rstrip().rsplit("\n", 1)
    assert "'Đồng Nai'" in said
    typed = subprocess.run(["sh", "-c", f"printf '%s\\n' {pasted}"], capture_output=True, check=True).stdout
    words = typed.decode().splitlines()
    assert words[:3] == ["tradeanalysis", "brief", file]
    options = dict(zip(words[3::2], words[4::2], strict=True))
    assert options == dict(zip(chosen[::2], chosen[1::2], strict=True)) | {
        "--reporter": "Đồng Nai",
        "--flow": "export",
        "--year": "2023",
    }
    assert main(words[1:]) == 0
    assert [path.name for path in (folder / "kết quả").iterdir()] == [f"brief_Dong_Nai_2023_{lang}.xlsx"]


def test_everything_that_a_file_leaves_open_stands_in_one_command(tmp_path, capsys):
    file = tmp_path / "a.csv"
    rows = ["SỞ CÔNG THƯƠNG TỈNH ĐỒNG NAI;;", "XUẤT KHẨU THEO THỊ TRƯỜNG;;", "Thị trường;Năm 2022 (USD);Năm 2023 (USD)"]
    file.write_text("\n".join([*rows, "Hoa Kỳ;500;601", "Nhật Bản;300;250"]), "utf-8")
    own = ["--lang", "en", "--format", "xlsx", "--out", str(tmp_path)]
    settled = "--reporter 'Đồng Nai' --flow export --year 2023"
    for given, lacking in ([], settled), (["--flow", "export"], "--reporter 'Đồng Nai' --year 2023"):
        assert main(["brief", str(file), *own, *given]) == 2
        said = capsys.readouterr().err.rstrip().rsplit("\n", 1)
        assert f" {lacking}: if that is right" in said[0]
        assert all(word in said[1] for word in settled.split(" --"))
    words = shlex.split(said[1].strip())
    assert main(words[1:]) == 0
    assert (tmp_path / "brief_Dong_Nai_2023_en.xlsx").exists()
    only_years = ["--reporter", "Đồng Nai", "--flow", "export"]
    assert main(["brief", str(file), *own, *only_years]) == 2
    assert "--year 2023" in capsys.readouterr().err.rstrip().rsplit("\n", 1)[1]


def test_what_was_answered_otherwise_than_a_brief_reads_settles_the_rest_too(tmp_path):
    file = tmp_path / "a.csv"
    rows = ["XUẤT KHẨU CỦA TỈNH ĐỒNG NAI;;", "Thị trường;Năm 2022 (USD);Năm 2023 (USD)", "Hoa Kỳ;500;601"]
    file.write_text("\n".join([*rows, "Nhật Bản;300;250"]), "utf-8")
    options = parsed(["brief", str(file), "--lang", "en"], "en")
    options.answers = {"drop_aggregates": True, "remainder": False}
    table = pd.DataFrame({"partner": ["USA", "JPN"], "year": [2022, 2023], "value": [500.0, 250.0]})
    with pytest.raises(ta.TradeDataError, match="--reporter 'Đồng Nai' --flow export --year 2023"):
        _refuse_unsettled(table, options)


def test_a_title_without_a_year_names_whose_trade_it_may_be_and_no_command(tmp_path, capsys):
    file = tmp_path / "a.csv"
    file.write_text("XUẤT KHẨU CỦA TỈNH ĐỒNG NAI;\nThị trường;Kim ngạch (USD)\nHoa Kỳ;600\nNhật Bản;400\n", "utf-8")
    assert main(["brief", str(file), "--out", str(tmp_path)]) == 2
    last = capsys.readouterr().err.rstrip().splitlines()[-1]
    assert last.startswith("tradeanalysis: state whose trade it is")
    assert last.endswith("--reporter 'Đồng Nai'")


@pytest.mark.usefixtures("unpainted")
def test_what_is_left_out_and_not_allocated_is_of_the_file_and_of_the_year(tmp_path, capsys):
    file = tmp_path / "a.csv"
    rows = ["Thị trường;Năm 2022 (USD);Năm 2023 (USD)", "Hoa Kỳ;500;601", "Nhật Bản;300;250", "Others;100;49"]
    file.write_text("\n".join([*rows, "Tổng cộng;900;900"]), "utf-8")
    words = ["--reporter", "Đồng Nai", "--flow", "export", "--year", "2023", "--lang", "en", "--format", "html"]
    assert main(["brief", str(file), *words, "--out", str(tmp_path)]) == 0
    shown = capsys.readouterr().err
    assert "1 row with no single partner, 'Others' (line 4)" in shown
    assert "OTH;" not in shown
    assert "'OTH'" not in shown
    page = (tmp_path / "brief_Dong_Nai_2023_en.html").read_text("utf-8")
    assert "Left out of the file: 1 row, 900 USD." in page  # 2 rows and 1,800 of both years
    with pytest.warns(ta.TradeDataWarning, match="'Others'"):
        (left,) = ta.certificate(ta.read(file, drop_aggregates=True))["dropped"]
    assert left["by_year"] == [{"year": year, "rows": 1, "value": 900.0} for year in (2022, 2023)]
    assert json.loads(json.dumps(left["by_year"])) == left["by_year"]  # whole numbers as keys become texts
