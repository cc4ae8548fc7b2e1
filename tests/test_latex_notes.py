"""Tables for papers in LaTeX: notes and source below them, numbers as they are printed, and LaTeX that is whole."""

import re
import shutil
import subprocess
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import tradeanalysis as ta


def written(table, tmp_path, **options):
    return ta.write_latex(table, tmp_path / "table.tex", overwrite=True, **options).read_text("utf-8")


def check(latex):
    """Braces and environments are balanced, every row has as many cells as the tabular has columns; the rows."""
    assert re.sub(r"\\.", "", latex).count("{") == re.sub(r"\\.", "", latex).count("}")
    stack = []
    for kind, name in re.findall(r"\\(begin|end)\{(\w+)\}", latex):
        if kind == "begin":
            stack.append(name)
        else:
            assert stack.pop() == name
    assert stack == []
    latex = re.sub(r"\A% .*\n", "", latex)  # the comment on the letters of Vietnamese
    sides = re.match(r"\\begin\{tabular\}\{([lr]+)\}", latex)[1]
    body = latex.split(r"\end{tabular}")[0].splitlines()
    rows = [line for line in body if line.endswith(r"\\")]
    assert all(len(re.findall(r"(?<!\\)&", row)) == len(sides) - 1 for row in rows)
    signs = re.sub(r"\$(-|\\infty)\$|\\(begin|end)\{\w+\}", "", latex)
    assert not re.search(r"(?<!\\)[%#$_^~\N{MINUS SIGN}\N{INFINITY}]", signs)
    if shutil.which("pdflatex"):  # LaTeX itself has the last word where it is there
        fonts = r"\usepackage[T5]{fontenc}"
        page = rf"\documentclass{{article}}{fonts}\begin{{document}}{latex}\end{{document}}"
        with tempfile.TemporaryDirectory() as folder:
            (Path(folder) / "page.tex").write_text(page, "utf-8")
            subprocess.run(["pdflatex", "-interaction=batchmode", "page.tex"], cwd=folder, check=True)
    return rows


@pytest.fixture(scope="module")
def compared():
    world = ta.example("world_2010_2020")
    return ta.compare(world, ["VNM", "THA"], flow="export", years=(2018, 2020), error=0.1, size=200)


def test_notes_and_source_stand_below_the_table(compared, tmp_path):
    latex = written(compared.table, tmp_path, digits=3, note="Own computation.")
    rows = check(latex)
    assert rows[0] == r"year & VNM & VNM, low & VNM, high & THA & THA, low & THA, high \\"
    cells = [float(cell) for cell in rows[-1].removesuffix(r" \\").split(" & ")]
    assert cells == [2020, *(round(x, 3) for x in compared.table.iloc[-1, 1:])]
    notes = latex.split(r"\end{tabular}")[1]
    assert "Notes: Own computation. Index: Herfindahl-Hirschman index; economies: VNM, THA; flow: exports" in notes
    assert "years: 2018-2020" in notes
    assert r"interval: 95\% intervals over draws" in notes
    assert "Source: International Monetary Fund, Direction of Trade Statistics.\\par" in notes


def test_in_vietnamese_nothing_is_english(compared, tmp_path):
    latex = written(compared.table, tmp_path, digits=3, lang="vi")
    rows = check(latex)
    assert re.fullmatch(r"2020( & 0,\d{3}){6} \\\\", rows[-1])
    notes = latex.split(r"\footnotesize")[1]
    assert (
        "Ghi chú: Chỉ số: chỉ số Herfindahl-Hirschman; nền kinh tế: VNM, THA; chiều: xuất khẩu; năm: 2018-2020" in notes
    )
    assert "Nguồn: Quỹ Tiền tệ Quốc tế (IMF), Thống kê thương mại theo đối tác (DOTS).\\par" in notes
    assert rows[0] == r"năm & VNM & VNM, cận dưới & VNM, cận trên & THA & THA, cận dưới & THA, cận trên \\"
    assert latex.splitlines()[0].endswith(r"pdfLaTeX cần \usepackage[T5]{fontenc} để hiển thị chữ Việt")
    assert not re.search(r"\b(the|of the|intervals|errors|share)\b", notes.split("Nguồn")[0])


def test_a_result_writes_its_table(compared, tmp_path):
    assert written(compared, tmp_path, digits=3) == written(compared.table, tmp_path, digits=3)


def test_before_and_after_are_not_years_that_follow_each_other_in_vietnamese(tmp_path):
    latex = written(pd.DataFrame({"before": [0.1], "after": [0.2]}), tmp_path, digits=1, lang="vi")
    assert check(latex)[0] == r"kỳ đầu & kỳ sau \\"


def test_every_column_of_a_comparison_has_a_name_in_vietnamese(compared, tmp_path):
    rows = check(written(compared.differences, tmp_path, digits=3, lang="vi"))
    assert rows[0] == r"năm & thứ nhất & thứ hai & chênh lệch & cận dưới & cận trên & xác suất \\"
    rows = check(written(compared.contributions, tmp_path, digits=3, lang="vi"))
    shares = "tỷ trọng của nền kinh tế thứ nhất & tỷ trọng của nền kinh tế thứ hai"
    assert rows[0] == rf"năm & thứ nhất & thứ hai & đối tác & {shares} & mức đóng góp \\"


def test_numbers_below_zero_have_a_minus_and_what_has_no_limit_its_sign(tmp_path):
    table = pd.DataFrame({"partner": ["−a-b", "c"], "change": [-0.25, np.inf], "whole": [-3, 4]})
    assert check(written(table, tmp_path))[1:] == [
        r"$-$a-b & $-$0.25 & $-$3 \\",
        r"c & $\infty$ & 4 \\",
    ]
    assert check(written(table, tmp_path, digits=1, lang="vi"))[1:] == [
        r"$-$a-b & $-$0,2 & $-$3 \\",
        r"c & $\infty$ & 4 \\",
    ]


def test_whole_amounts_have_no_decimals_and_the_unit_is_named(tmp_path):
    exports = ta.partners(ta.example("world_2010_2020"), reporter="VNM", flow="export", year=2020).head(3)
    latex = written(exports, tmp_path, digits=2)
    rows = check(latex)
    assert re.match(r"USA & 77,151,\d{3},000 & 0\.28 & 1 & ", rows[1])
    assert "unit: US dollars" in latex
    assert "economy: VNM" in latex
    assert "n: 80" in latex


def test_a_share_that_is_not_allocated_is_a_note(tmp_path):
    table = pd.DataFrame({"partner": ["USA", "R&D_"], "value": [3.0, 1.0]})
    table.attrs = {"unallocated": 0.1234, "certificate": {"source": {2019: "a_1.csv", 2020: "a_2.csv"}, "unit": "VND"}}
    latex = written(table, tmp_path)
    assert r"not allocated to partners: 12.3\%" in latex
    assert "Notes: Unit: VND;" in latex
    assert r"Source: a\_1.csv, a\_2.csv." in latex
    check(latex)


def test_a_table_that_knows_nothing_has_nothing_below(tmp_path):
    table = pd.DataFrame({"a": [1.5, np.nan, np.inf]})
    assert written(table, tmp_path).endswith("\\end{tabular}\n")
    assert "Notes: Mine." in written(table, tmp_path, note="Mine", digits=1)
    table.attrs = {"notes": {"n": 3, "source": "b.csv"}}
    assert written(table, tmp_path, notes=False).endswith("\\end{tabular}\n")
    assert "Notes: n: 3." in written(table, tmp_path)
    check(written(table, tmp_path, digits=1))


def test_a_note_runs_no_command(tmp_path):
    latex = written(pd.DataFrame({"a": [1]}), tmp_path, note=r"50% \input{secret} $x$ {")
    assert r"50\% \textbackslash{}input\{secret\} \$x\$ \{" in latex
    check(latex)
