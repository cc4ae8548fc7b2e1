"""Files: whole or as they were whatever happens to the writer, and no text in them is ever run."""

import csv
import errno
import io
import json
import math
import os
import re
import shutil
import subprocess
import sys
import time
import unicodedata
import zipfile
from decimal import Decimal
from html.parser import HTMLParser

import numpy as np
import openpyxl
import pandas as pd
import pytest
import python_calamine

from tradeanalysis.output import whole_files, writers
from tradeanalysis.output.latex import escape_latex, to_latex, write_latex
from tradeanalysis.output.safe_texts import escape_html, slug
from tradeanalysis.output.whole_files import write_file
from tradeanalysis.output.writers import write_csv, write_excel
from tradeanalysis.schema import TradeDataError

RUN = [
    *("=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", '=HYPERLINK("http://example.org","Lào")', "=" * 10_000),
    *("\t=1+1", "\r=1+1", "\n=1+1", "  =1+1", " \t\r\n=1+1", "\tx", "\rx", "\u200b=1+1", "\ufeff=1+1", "\u202e=1+1"),
    *("\x00=1+1", "\x1f-1", "\xa0\u3000@x", "＝1+1", "＋1", "－1", "＠x", "﹦1", '"=1+1"'),
    # Excel in Vietnam splits a line at semicolons.
    *("a;=1+1", "a;\"=cmd|' /C calc'!A0;\"", "a; ; +1", "a\n=1+1", "a\r\n-1", "a\t@x", "a;\u200b \u200b=1"),
]
TAME = [
    *(
        "<script>alert(1)</script>",
        "\"><img src=x onerror='alert(1)'>",
        "$x_y$",
        r"\input{/etc/passwd}",
        "50% & #1 ~ ^",
    ),
    *("NUL\x00\x01\x0b\x1b\x7f\x85\ud800\uffff", "x\u202eyx", "'quoted'", '"quoted"', "a,b", "a\rb", "a\r\nb", "a - b"),
    *(
        "Đắk Lắk",
        "Hoa Kỳ",
        "1=1",
        "#N/A",
        "TRUE",
        "010121",
        "1e5",
        "[5pt]",
        "*",
        "_x003D_1",
        "{=1}",
        "x" * 10_000,
        "😀",
    ),
]
NAUGHTY = RUN + TAME
BELOW_ZERO = -2.5


def clean(text):
    """The text without what no file may hold; written apart from the code that is tested."""
    kept = [c for c in text if c in "\t\r\n" or unicodedata.category(c) not in ("Cc", "Cs")]
    return "".join(c for c in kept if c not in "\ufffe\uffff")


def naughty_table():
    """Every naughty text as a cell, in a column that holds a number too, and as a heading."""
    # Columns of texts refuse halves of characters in pandas 3; columns of objects hold what a file may bring.
    table = pd.DataFrame(BELOW_ZERO, index=range(len(NAUGHTY)), columns=pd.Index(NAUGHTY, dtype=object))
    table.insert(0, "text", pd.Series(NAUGHTY, dtype=object))
    table.insert(1, "number", BELOW_ZERO)
    table.insert(2, "mixed", pd.Series([-1, *NAUGHTY[1:]], dtype=object))
    return table


def begins_a_formula(text):
    seen = [c for c in text if not c.isspace() and unicodedata.category(c) not in ("Cc", "Cf") and c != '"']
    return bool(seen) and unicodedata.normalize("NFKC", seen[0]) in ("=", "+", "-", "@")


def python(code, **environment):
    """What a program of its own prints; nothing may stand in its errors."""
    # Python 3.12 warns of every fork beside a thread, of which NumPy has some.
    command = [sys.executable, "-W", "ignore::DeprecationWarning", "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, env={**os.environ, **environment})
    assert done.stderr == ""
    assert done.returncode == 0
    return done.stdout


def names(folder):
    return sorted(path.name for path in folder.iterdir())


# ---- a file is whole ------------------------------------------------------------------------------------------

WRITERS = """
import os, random, signal, sys, time
from pathlib import Path
from tradeanalysis.output import write_file, write_csv, write_excel
from tradeanalysis.schema import TradeDataError
careless = lambda path, content: Path(path).write_bytes(content)
def child(work):
    number = os.fork()
    if not number:
        try:
            work()
        finally:
            os._exit(9)
    return number
def ended(number):
    os.kill(number, signal.SIGKILL)
    os.waitpid(number, 0)
"""

KILLED = """
whole = [b"a" * 2_000_000, b"b" * 3_000_000]
path = Path({path!r})
path.write_bytes(whole[0])
def work():
    while True:
        for content in whole:
            {writer}(path, content)
broken = 0
for turn in range(40):
    number = child(work)
    time.sleep(random.uniform(0.001, 0.03))
    ended(number)
    broken += path.read_bytes() not in whole
print(broken)
"""

READ = """
whole = [bytes([65 + number]) * 1_000_000 * (number + 1) for number in range(3)]
path = Path({path!r})
path.write_bytes(whole[0])
def work(content):
    while True:
        {writer}(path, content)
numbers = [child(lambda: work(content)) for content in whole]
torn, seen, until = 0, set(), time.monotonic() + 1
while time.monotonic() < until:
    content = path.read_bytes()
    torn += content not in whole
    seen.add(content[:1])
for number in numbers:
    ended(number)
print(torn, len(seen))
"""


def test_a_writer_that_is_killed_leaves_the_old_file_or_the_new_one(tmp_path):
    path = tmp_path / "file"
    assert int(python(WRITERS + KILLED.format(path=str(path), writer="write_file"))) == 0
    left = [name for name in names(tmp_path) if name != "file"]
    assert left  # the kills came while files were written
    for name in left:
        os.utime(tmp_path / name, (0, 0))
    write_file(path, "new")
    assert names(tmp_path) == ["file"]


def test_readers_beside_writers_see_whole_files(tmp_path):
    torn, seen = python(WRITERS + READ.format(path=str(tmp_path / "file"), writer="write_file")).split()
    assert int(torn) == 0
    assert int(seen) > 1


@pytest.mark.parametrize("program", [KILLED, READ])
def test_the_two_tests_above_find_a_careless_writer(program, tmp_path):
    assert int(python(WRITERS + program.format(path=str(tmp_path / "file"), writer="careless")).split()[0]) > 0


def test_of_several_that_may_not_overwrite_one_succeeds(tmp_path):
    rounds = f"""
for turn in range(15):
    path, start = Path({str(tmp_path)!r}) / str(turn), time.monotonic() + 0.02
    def work(mine):
        while time.monotonic() < start:
            pass
        try:
            write_file(path, mine, overwrite=False)
            os._exit(0)
        except TradeDataError as error:
            os._exit(3 if "overwrite=True" in str(error) else 4)
    numbers = {{child(lambda: work(f"writer {{one}}")): one for one in range(6)}}
    codes = [(os.waitstatus_to_exitcode(os.waitpid(number, 0)[1]), one) for number, one in numbers.items()]
    winners = [one for code, one in codes if code == 0]
    assert sorted(code for code, one in codes) == [0, 3, 3, 3, 3, 3], codes
    assert path.read_text() == f"writer {{winners[0]}}"
"""
    python(WRITERS + rounds)
    assert len(names(tmp_path)) == 15


@pytest.mark.parametrize("by_lxml", ["True", "False"])
def test_a_full_disk_leaves_the_old_files_and_nothing_else(tmp_path, by_lxml):
    for name in ("a.txt", "a.csv", "a.xlsx"):
        (tmp_path / name).write_text("old")
    (tmp_path / "temporary").mkdir()
    program = f"""
import json, resource
import numpy as np, pandas as pd
import openpyxl
assert openpyxl.LXML is {by_lxml}
folder = Path({str(tmp_path)!r})
table = pd.DataFrame(np.random.default_rng(0).random((4000, 5)))
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
stated = []
for write in (
    lambda: write_file(folder / "a.txt", bytes(200_000)),
    lambda: write_csv(table, folder / "a.csv", overwrite=True),
    lambda: write_excel(table, folder / "a.xlsx", overwrite=True),
    lambda: write_csv(table, folder / "new.csv"),
):
    try:
        write()
    except TradeDataError as error:
        stated.append(str(error))
write_file(folder / "small.txt", "fits")
print(json.dumps(stated))
"""
    stated = json.loads(python(WRITERS + program, TMPDIR=str(tmp_path / "temporary"), OPENPYXL_LXML=by_lxml))
    for name, message in zip(("a.txt", "a.csv", "a.xlsx", "new.csv"), stated, strict=True):
        assert message.startswith(str(tmp_path / name))
        assert "make room on the disk" in message
    assert names(tmp_path) == ["a.csv", "a.txt", "a.xlsx", "small.txt", "temporary"]
    assert names(tmp_path / "temporary") == []
    assert {(tmp_path / name).read_text() for name in ("a.txt", "a.csv", "a.xlsx")} == {"old"}


@pytest.mark.parametrize("number", [errno.EROFS, errno.EACCES, errno.ENOSPC, errno.EDQUOT])
@pytest.mark.parametrize("step", ["mkdir", "open", "fsync", "replace"])
def test_what_the_system_refuses_is_told_and_undone(step, number, tmp_path, monkeypatch):
    path = tmp_path / "file"
    path.write_text("old")

    def refused(*_, **__):
        raise OSError(number, os.strerror(number))

    owner = {"mkdir": whole_files.Path, "open": whole_files}.get(step, os)
    monkeypatch.setattr(owner, step, refused, raising=step != "open")
    with pytest.raises(TradeDataError, match="another folder") as caught:
        write_file(path, "new")
    monkeypatch.undo()
    assert str(path) in str(caught.value)
    assert os.strerror(number) in str(caught.value)
    assert path.read_text() == "old"
    assert names(tmp_path) == ["file"]


@pytest.mark.parametrize("below", ["x.csv", "deeper/x.csv"])
@pytest.mark.parametrize("write", [write_csv, write_excel])
def test_a_folder_that_is_a_file_is_told(write, below, tmp_path):
    (tmp_path / "file").write_text("old")
    with pytest.raises(TradeDataError, match=r"x\.csv cannot be written"):
        write(pd.DataFrame({"a": [1]}), tmp_path / "file" / below)
    assert (tmp_path / "file").read_text() == "old"


def test_a_folder_in_the_place_of_the_file_is_told(tmp_path):
    (tmp_path / "x").mkdir()
    with pytest.raises(TradeDataError, match="cannot be written"):
        write_file(tmp_path / "x", "new")
    assert names(tmp_path) == ["x"]


def test_an_interrupted_writer_cleans_up(tmp_path, monkeypatch):
    def interrupted(_):
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", interrupted)
    with pytest.raises(KeyboardInterrupt):
        write_file(tmp_path / "file", "new")
    assert names(tmp_path) == []


def test_only_our_own_old_leftovers_are_swept(tmp_path):
    ours = [f".tradeanalysis-{digit * 16}.tmp" for digit in "0a"]
    others = [".tradeanalysis-notes.tmp", ".tradeanalysis-00.tmp", "a.tmp", ".file.abcdefgh", f"x{ours[0]}"]
    for name in [*ours, *others]:
        (tmp_path / name).write_text("x")
        os.utime(tmp_path / name, (time.time() - 90_000,) * 2)
    os.utime(tmp_path / ours[1], (time.time() - 80_000,) * 2)
    (tmp_path / f".tradeanalysis-{'1' * 16}.tmp").symlink_to(tmp_path / "a.tmp")
    for digit in "23456789":
        (tmp_path / f".tradeanalysis-{digit * 16}.tmp").mkdir()
        os.utime(tmp_path / f".tradeanalysis-{digit * 16}.tmp", (0, 0))
    before = set(names(tmp_path))
    write_file(tmp_path / "file", "new")
    assert before - set(names(tmp_path)) == {ours[0]}


def test_missing_folders_are_made_and_long_names_written(tmp_path):
    path = write_file(tmp_path / "a" / "b" / ("x" * 255), "Việt Nam")
    assert path.read_bytes() == "Việt Nam".encode()
    with pytest.raises(TradeDataError, match="too long"):
        write_file(tmp_path / ("x" * 256), "")


def test_a_file_keeps_its_rights_and_a_new_one_has_the_usual(tmp_path, monkeypatch):
    usual = tmp_path / "usual"
    usual.write_text("")
    private = tmp_path / "private"
    private.write_text("old")
    private.chmod(0o600)
    assert write_file(tmp_path / "new", "new").stat().st_mode == usual.stat().st_mode
    seen, copymode = [], shutil.copymode
    monkeypatch.setattr(shutil, "copymode", lambda *paths: (seen.append(paths[1].stat().st_size), copymode(*paths)))
    assert write_file(private, "new").stat().st_mode & 0o777 == 0o600
    assert seen == [0]  # before a word was in it


def test_texts_are_utf8_where_the_locale_is_not(tmp_path):
    program = f"""
import locale, pandas as pd
from tradeanalysis.output import *
assert locale.getpreferredencoding(False).lower().replace("-", "") != "utf8"
table = pd.DataFrame({{"n\\u01b0\\u1edbc": ["Vi\\u1ec7t Nam"]}})
write_file({str(tmp_path / "a.txt")!r}, "Vi\\u1ec7t Nam")
write_csv(table, {str(tmp_path / "a.csv")!r})
write_excel(table, {str(tmp_path / "a.xlsx")!r})
"""
    python(program, LC_ALL="C", PYTHONUTF8="0", PYTHONCOERCECLOCALE="0")
    assert (tmp_path / "a.txt").read_bytes() == "Việt Nam".encode()
    assert (tmp_path / "a.csv").read_bytes() == b"\xef\xbb\xbf" + "nước\r\nViệt Nam\r\n".encode()
    assert openpyxl.load_workbook(tmp_path / "a.xlsx").active["A2"].value == "Việt Nam"


# ---- overwriting ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("write", [write_csv, write_excel])
def test_a_file_that_is_there_is_kept_unless_asked(write, tmp_path):
    path = tmp_path / "x.xlsx"
    path.write_text("old")
    table = pd.DataFrame({"a": [1.5]})
    with pytest.raises(TradeDataError, match=r"x\.xlsx exists: overwrite=True replaces it"):
        write(table, path)
    assert path.read_text() == "old"
    assert write(table, path, overwrite=True) == path
    assert path.read_bytes() != b"old"
    assert names(tmp_path) == ["x.xlsx"]


def test_a_link_to_nowhere_is_a_file_that_is_there(tmp_path):
    (tmp_path / "x.csv").symlink_to(tmp_path / "nowhere")
    with pytest.raises(TradeDataError, match="exists"):
        write_csv(pd.DataFrame({"a": [1]}), tmp_path / "x.csv")
    assert names(tmp_path) == ["x.csv"]


def test_where_files_cannot_be_linked_overwriting_is_refused_too(tmp_path, monkeypatch):
    def refused(*_):
        raise PermissionError(errno.EPERM, "no links here")

    monkeypatch.setattr(os, "link", refused)
    assert write_file(tmp_path / "x", "first", overwrite=False).read_text() == "first"
    with pytest.raises(TradeDataError, match="overwrite=True"):
        write_file(tmp_path / "x", "second", overwrite=False)
    assert write_file(tmp_path / "x", "third").read_text() == "third"
    assert names(tmp_path) == ["x"]


def test_what_is_written_meanwhile_is_not_overwritten(tmp_path, monkeypatch):
    """Another writer comes between the first look and the end."""
    link = os.link

    def late(temporary, path):
        path.write_text("another's")
        link(temporary, path)

    monkeypatch.setattr(os, "link", late)
    with pytest.raises(TradeDataError, match="overwrite=True"):
        write_csv(pd.DataFrame({"a": [1]}), tmp_path / "x.csv")
    assert (tmp_path / "x.csv").read_text() == "another's"
    assert names(tmp_path) == ["x.csv"]


# ---- CSV ------------------------------------------------------------------------------------------------------


def cells(path):
    content = path.read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def test_csv_holds_no_cell_that_a_spreadsheet_runs(tmp_path):
    headings, *rows = cells(write_csv(naughty_table(), tmp_path / "x.csv"))
    written = [[row[0] for row in rows], headings[3:], [row[2] for row in rows[1:]]]
    for texts, naughty in zip(written, (NAUGHTY, NAUGHTY, NAUGHTY[1:]), strict=True):
        for text, given in zip(texts, naughty, strict=True):
            assert not begins_a_formula(text)
            assert not text.startswith(("\t", "\r", "\n"))
            assert text == clean(given) if given in TAME else text.replace("'", "") == clean(given).replace("'", "")
    assert {row[1] for row in rows} == {"-2.5"}
    assert {number for row in rows for number in row[3:]} == {"-2.5"}
    assert rows[0][2] == "-1"


def test_csv_is_harmless_where_semicolons_split_it(tmp_path):
    write_csv(naughty_table()[["text", "number"]], tmp_path / "x.csv")
    pieces = re.split("[;\t\r\n]", (tmp_path / "x.csv").read_text("utf-8-sig"))
    assert not [piece for piece in pieces if begins_a_formula(piece)]


def test_every_text_that_runs_is_marked(tmp_path):
    for text in RUN:
        assert writers._harmless(text) != clean(text), text
    for text in TAME:
        assert writers._harmless(text) == clean(text), text


def test_texts_in_the_place_of_numbers_and_numbers_in_the_place_of_texts(tmp_path):
    class Odd:
        def __str__(self):
            return "=1+1"

    given = [Odd(), -1, -1.5, Decimal("-1.50"), True, None, pd.NA, math.nan, "", np.float64(-0.1), pd.Timedelta(-1)]
    table = pd.DataFrame({"a": pd.Series(given, dtype=object), -1: "x"})
    table["kind"] = pd.Categorical(["=1+1"] * len(given))
    headings, *rows = cells(write_csv(table, tmp_path / "x.csv"))
    assert headings == ["a", "-1", "kind"]
    first = ["'=1+1", "-1", "-1.5", "-1.50", "True", "", "", "", "", "-0.1"]
    assert [row[0] for row in rows[:-1]] == first
    assert rows[-1][0].startswith("'-1 day")
    assert {row[2] for row in rows} == {"'=1+1"}


def numbers():
    exact = [0.1 + 0.2, 1 / 3, 5e-324, 1.7976931348623157e308, -1e22, 123456789012345.67, 2**53 + 2.0, math.pi]
    drawn = np.random.default_rng(1).random(500) * 10.0 ** np.random.default_rng(2).integers(-300, 300, 500)
    return pd.DataFrame({"value": [*exact, *drawn], "whole": np.arange(508) * 10**12, "yes": True})


def test_csv_reads_back_to_the_same_numbers(tmp_path):
    table = numbers()
    back = pd.read_csv(write_csv(table, tmp_path / "x.csv"), float_precision="round_trip")
    pd.testing.assert_frame_equal(back, table, check_exact=True)


def test_csv_with_a_certificate_has_it_beside(tmp_path):
    table = pd.DataFrame({"a": [1]})
    table.attrs["certificate"] = {"source": "attrs"}
    write_csv(table, tmp_path / "x.csv")
    assert names(tmp_path) == ["x.csv"]
    stated = {"source": "=1+1", "rows": 3, "dropped": [{"rows": 2, "reason": "totals"}]}
    write_csv(table, tmp_path / "y.csv", certificate=stated)
    assert cells(tmp_path / "y_certificate.csv") == [
        ["key", "value"],
        ["source", "'=1+1"],
        ["rows", "3"],
        ["dropped", "rows: 2, reason: totals"],
    ]
    (tmp_path / "y_certificate.csv").rename(tmp_path / "aside")
    with pytest.raises(TradeDataError, match=r"y\.csv exists"):
        write_csv(table, tmp_path / "y.csv", certificate=stated)
    assert not (tmp_path / "y_certificate.csv").exists()
    (tmp_path / "aside").rename(tmp_path / "y_certificate.csv")
    (tmp_path / "y.csv").unlink()
    with pytest.raises(TradeDataError, match=r"y_certificate\.csv exists"):
        write_csv(table, tmp_path / "y.csv", certificate=stated)
    assert not (tmp_path / "y.csv").exists()


# ---- Excel ----------------------------------------------------------------------------------------------------


def test_excel_holds_texts_as_texts(tmp_path):
    path = write_excel(naughty_table(), tmp_path / "x.xlsx", sheet="=1+1")
    [sheet] = openpyxl.load_workbook(path).worksheets
    assert sheet.title == "=1+1"
    every = [cell for row in sheet.iter_rows() for cell in row]
    assert {cell.data_type for cell in every} == {"s", "n"}
    assert not [cell for cell in every if cell.hyperlink]
    expected = [re.sub("\r\n?", "\n", clean(text)) for text in NAUGHTY]
    headings, *rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert headings == ["text", "number", "mixed", *expected]
    assert [row[0] for row in rows] == expected
    assert [row[2] for row in rows] == [-1, *expected[1:]]
    assert {number for row in rows for number in [row[1], *row[3:]]} == {BELOW_ZERO}
    with zipfile.ZipFile(path) as packed:
        content = b"".join(packed.read(name) for name in packed.namelist())
    assert not [tag for tag in (b"<f>", b"<f ", b"<hyperlink", b"externalLink", b"ddeLink") if tag in content]
    # Whatever writes the XML, a carriage return in it is read as another character.
    assert b"\r" not in content
    assert b"&#13;" not in content
    # A cell that somebody edits is read anew, unless it says that it is a text.
    texts = {cell.value: cell.number_format for cell in sheet["A"]}
    assert {texts[re.sub("\r\n?", "\n", clean(text))] for text in RUN[:6]} == {"@"}
    assert {texts[text] for text in ("Hoa Kỳ", "a,b", "text")} == {"General"}


def test_another_reader_of_excel_sees_the_same(tmp_path):
    path = write_excel(naughty_table(), tmp_path / "x.xlsx")
    rows = python_calamine.load_workbook(path).get_sheet_by_name("data").to_python()
    same = [text for text in NAUGHTY if "_x003D_" not in text]  # which it takes for an escaped letter
    assert {row[0] for row in rows[1:]} >= {re.sub("\r\n?", "\n", clean(text)) for text in same}
    with zipfile.ZipFile(path) as packed:
        assert packed.testzip() is None


def test_excel_reads_back_to_the_same_numbers(tmp_path):
    table = numbers()
    back = pd.read_excel(write_excel(table, tmp_path / "x.xlsx"), engine="openpyxl")
    pd.testing.assert_frame_equal(back, table, check_exact=True)


def test_every_kind_of_cell_finds_its_own_in_excel(tmp_path):
    day, noon = pd.Timestamp("2024-02-29"), pd.Timestamp("2024-02-29 12:00")
    given = {
        "missing": [None, pd.NA, math.nan, pd.NaT, "", "\x00", Decimal("NaN")],
        "number": [-1, 1.5, np.float32(0.5), np.int8(-3), Decimal("2.25"), 2**60, -0.0],
        "other": [True, np.False_, math.inf, -math.inf, "010121", (1, "=2"), complex(1, 2)],
        "time": [day, noon, day.date(), pd.Timestamp("1850-01-01"), noon.tz_localize("Asia/Ho_Chi_Minh"), 2024, "2024"],
    }
    table = pd.DataFrame({name: pd.Series(column, dtype=object) for name, column in given.items()})
    path = write_excel(table, tmp_path / "x.xlsx")
    with zipfile.ZipFile(path) as packed:  # a cell that says it is a text holds one
        assert not re.search(rb't="inlineStr"\s*/>', packed.read("xl/worksheets/sheet1.xml"))
    sheet = openpyxl.load_workbook(path).active
    columns = [[cell.value for cell in column[1:]] for column in sheet.columns]
    assert columns[0] == [None] * 7
    assert columns[1] == [-1, 1.5, 0.5, -3, 2.25, 2**60, 0]
    assert columns[2] == [True, False, "inf", "-inf", "010121", "(1, '=2')", "(1+2j)"]
    assert [cell.data_type for cell in sheet["C"][1:]] == ["b", "b", "s", "s", "s", "s", "s"]
    assert columns[3] == [day, noon, day, "1850-01-01 00:00:00", "2024-02-29 12:00:00+07:00", 2024, "2024"]


def test_excel_looks_right(tmp_path):
    table = pd.DataFrame({"partner": ["Hoa Kỳ", "a\nb"], "n": 1, "long": "x" * 200, 2023: 0.5})
    sheet = openpyxl.load_workbook(write_excel(table, tmp_path / "x.xlsx")).active
    assert sheet.freeze_panes == "A2"
    assert all(cell.font.bold for cell in sheet[1])
    assert not any(cell.font.bold for cell in sheet[2])
    assert sheet["D1"].value == 2023
    assert sheet["A3"].alignment.wrap_text
    widths = [sheet.column_dimensions[letter].width for letter in "ABCD"]
    assert widths == [10, 10, 52, 10]


CERTIFICATE = {
    "source": "=1+1",
    "rows": 25398,
    "share": 0.125,
    "reconciled": True,
    "licence": None,
    "notes": ["sheet 'data'", "two\x00"],
    "dropped": [{"rows": 3, "reason": "totals"}, {"rows": 1, "reason": "a, b"}],
    "units": {"value": "USD", "by": ["a", "b"]},
    "nothing": [],
}


def test_excel_holds_the_certificate_on_a_second_sheet(tmp_path):
    table = pd.DataFrame({"a": [1]}, index=pd.Index(["VNM"], name="reporter"))
    table.attrs["certificate"] = CERTIFICATE
    book = openpyxl.load_workbook(write_excel(table, tmp_path / "x.xlsx"))
    assert book.sheetnames == ["data", "certificate"]
    assert [[cell.value for cell in row] for row in book["data"].iter_rows()] == [["reporter", "a"], ["VNM", 1]]
    assert [[cell.value for cell in row] for row in book["certificate"].iter_rows()] == [
        ["key", "value"],
        ["source", "=1+1"],
        ["rows", 25398],
        ["share", 0.125],
        ["reconciled", True],
        ["licence", None],
        ["notes", "sheet 'data'\ntwo"],
        ["dropped", "rows: 3, reason: totals\nrows: 1, reason: a, b"],
        ["units", "value: USD\nby: a, b"],
        ["nothing", None],
    ]
    assert book["certificate"]["B2"].data_type == "s"
    assert table.attrs["certificate"] is CERTIFICATE


def test_a_certificate_given_goes_before_the_one_that_is_carried(tmp_path):
    table = pd.DataFrame({"a": [1]})
    assert openpyxl.load_workbook(write_excel(table, tmp_path / "a.xlsx")).sheetnames == ["data"]
    table.attrs["certificate"] = CERTIFICATE
    assert openpyxl.load_workbook(write_excel(table, tmp_path / "b.xlsx", certificate={})).sheetnames == ["data"]
    book = openpyxl.load_workbook(
        write_excel(table, tmp_path / "c.xlsx", sheet="Certificate", certificate={"source": "given"})
    )
    assert book.sheetnames == ["Certificate", "certificate (2)"]
    assert book["certificate (2)"]["B2"].value == "given"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Xuất khẩu 2023", "Xuất khẩu 2023"),
        ("[a]:b*c?d/e\\f", "a b c d e f"),
        ("", "data"),
        ("'", "data"),
        ("[]:*?/\\", "data"),
        ("\x00\t\n", "data"),
        ("'it's'", "it's"),
        ("x" * 40, "x" * 31),
        ("x" * 30 + "'y", "x" * 30),
        ("😀" * 20, "😀" * 15),
        ("History", "History_"),
        ("=1+1", "=1+1"),
        (2023, "2023"),
    ],
)
def test_names_of_sheets_are_mended(name, expected, tmp_path):
    path = write_excel(pd.DataFrame({"a": [1]}), tmp_path / "x.xlsx", sheet=name)
    assert openpyxl.load_workbook(path).sheetnames == [expected]


def test_more_than_excel_holds_is_refused_before_writing(tmp_path):
    rows, columns = pd.DataFrame(index=range(1_048_576)), pd.DataFrame(np.zeros((1, 16_385)))
    for table in (rows, columns):
        with pytest.raises(TradeDataError, match=r"1,048,576 rows with the headings and 16,384 columns"):
            write_excel(table, tmp_path / "x.xlsx")
    with pytest.raises(TradeDataError, match=r"a text of 32,768 characters.*32,767"):
        write_excel(pd.DataFrame({"a": ["x" * 32_768]}), tmp_path / "x.xlsx")
    assert names(tmp_path) == []
    write_excel(columns.iloc[:, :-1], tmp_path / "x.xlsx")
    write_excel(pd.DataFrame({"a": ["x" * 32_767]}), tmp_path / "y.xlsx")
    assert len(openpyxl.load_workbook(tmp_path / "y.xlsx").active["A2"].value) == 32_767


def test_without_openpyxl_the_extra_is_named(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "openpyxl", None)
    with pytest.raises(TradeDataError, match=r'pip install "tradeanalysis\[excel\]"'):
        write_excel(pd.DataFrame({"a": [1]}), tmp_path / "x.xlsx")
    assert names(tmp_path) == []


# ---- tables of every library ----------------------------------------------------------------------------------


class Spark:
    """What a table of PySpark does; the real one takes seconds to start."""

    def __init__(self, table):
        self.table = table

    def toArrow(self):
        return self.table

    def collect(self):
        raise AssertionError("rows, not a table")


@pytest.mark.parametrize("library", ["polars", "polars-lazy", "pyarrow", "duckdb", "spark"])
def test_tables_of_other_libraries(library, tmp_path):
    import duckdb
    import polars as pl

    table = pl.DataFrame({"partner": ["=1+1", None], "whole": [2**53 + 1, None], "value": [-0.1, None]})
    arrow = table.to_arrow()
    made = {"polars-lazy": table.lazy, "pyarrow": lambda: arrow, "spark": lambda: Spark(arrow)}
    made |= {"polars": lambda: table, "duckdb": lambda: duckdb.from_arrow(arrow)}
    given = made[library]()
    rows = cells(write_csv(given, tmp_path / "x.csv"))
    assert rows == [["partner", "whole", "value"], ["'=1+1", "9007199254740993", "-0.1"], ["", "", ""]]
    sheet = openpyxl.load_workbook(write_excel(given, tmp_path / "x.xlsx")).active
    assert [[cell.value for cell in row] for row in sheet.iter_rows()][1] == ["=1+1", 2**53 + 1, -0.1]
    assert r"=1+1 & 9007199254740993 & $-$0.1 \\" in to_latex(given)


@pytest.mark.parametrize("kind", ["Int64", "Float64", "int64[pyarrow]", "double[pyarrow]", "string[pyarrow]", "object"])
def test_columns_of_every_kind_in_pandas(kind, tmp_path):
    table = pd.DataFrame({"a": pd.Series([-7, None], dtype=kind) if kind != "string[pyarrow]" else ["-7", None]})
    first = {"string[pyarrow]": "'-7"}.get(kind, "-7")
    written = cells(write_csv(table.astype({"a": kind}), tmp_path / "x.csv"))
    assert written[1][0].removesuffix(".0") == first
    assert written[2] == [""]


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        (pd.DataFrame({"a": [1, 2, 3]}).query("a > 1"), [["a"], ["2"], ["3"]]),
        (pd.DataFrame({"a": [1]}, index=["=VNM"]), [["index", "a"], ["'=VNM", "1"]]),
        (pd.DataFrame({"a": [1]}, index=pd.Index([2023], name="year")), [["year", "a"], ["2023", "1"]]),
        (pd.DataFrame({"a": [1], "b": [2]}).set_axis(["x", "x"], axis=1), [["x", "x"], ["1", "2"]]),
        (pd.DataFrame({"a": [2]}).set_index("a", drop=False), [["a", "a"], ["2", "2"]]),
        (pd.DataFrame({"a": []}), [["a"]]),
        (pd.DataFrame(index=range(0)), [[]]),
    ],
)
def test_an_index_that_says_something_is_kept(table, expected, tmp_path):
    given = table.copy(deep=True)
    assert [row for row in cells(write_csv(table, tmp_path / "x.csv")) if row] == [row for row in expected if row]
    sheet = openpyxl.load_workbook(write_excel(table, tmp_path / "x.xlsx")).active
    rows = [[str(cell.value) for cell in row] for row in sheet.iter_rows()]
    assert rows == [[text.removeprefix("'") for text in row] for row in expected if row]
    pd.testing.assert_frame_equal(table, given)


@pytest.mark.parametrize("write", [write_csv, write_excel])
def test_what_is_no_table_is_told(write, tmp_path):
    with pytest.raises(TradeDataError, match="a list is not a table"):
        write([1, 2], tmp_path / "x")
    assert names(tmp_path) == []


# ---- texts ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Việt Nam", "Viet_Nam"),
        ("Đồng bằng sông Cửu Long", "Dong_bang_song_Cuu_Long"),
        ("Côte d'Ivoire", "Cote_d_Ivoire"),
        ("/etc/passwd", "etc_passwd"),
        ("..", "_"),
        ("..\\..\\x.exe", "x_exe"),
        ("a\x00b\nc", "a_b_c"),
        ("", "_"),
        ("越南", "_"),
        ("-rf", "rf"),
        ("top-5_a", "top-5_a"),
        ("x" * 100, "x" * 80),
        ("x" * 79 + " y", "x" * 79),
        ("x\u202egpj.exe", "x_gpj_exe"),
        (704, "704"),
        *((device, f"{device}_") for device in ("CON", "nul", "Aux", "PRN", "COM1", "lpt9")),
        ("COM¹", "COM1_"),
        ("CON.txt", "CON_txt"),
        ("CONGO", "CONGO"),
    ],
)
def test_slug(name, expected):
    assert slug(name) == expected


@pytest.mark.parametrize("text", NAUGHTY)
def test_slugs_are_safe_names(text, tmp_path):
    assert re.fullmatch(r"[A-Za-z0-9_-]{1,80}", slug(text))
    assert slug(slug(text)) == slug(text)
    assert write_file(tmp_path / slug(text), "").parent == tmp_path


class Page(HTMLParser):
    def __init__(self, page):
        super().__init__()
        self.tags, self.title, self.text = [], "", ""
        self.feed(page)
        self.close()

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        self.title = dict(attributes).get("title")

    def handle_data(self, data):
        self.text += data


@pytest.mark.parametrize("text", NAUGHTY)
def test_html_shows_the_text(text):
    for quote in "\"'":
        page = Page(f"<p title={quote}{escape_html(text)}{quote}>{escape_html(text)}</p>")
        assert page.tags == ["p"]
        assert page.text == page.title == clean(text)


COMMANDS = {r"\textbackslash{}": "\\", r"\textasciitilde{}": "~", r"\textasciicircum{}": "^"}
COMMANDS |= {f"\\{special}": special for special in "&%$#_{}"}
COMMANDS |= {"$-$": "\N{MINUS SIGN}", r"$\infty$": "\N{INFINITY}"}
TOKEN = re.compile("|".join(map(re.escape, COMMANDS)) + r"|[^\\&%$#_{}~^]")


def printed(latex):
    """What LaTeX prints of a text that holds no command but those of special characters."""
    tokens = TOKEN.findall(latex)
    assert "".join(tokens) == latex
    return "".join(COMMANDS.get(token, token) for token in tokens)


@pytest.mark.parametrize("text", [*NAUGHTY, "\\\\", r"\&", "^^5cinput", "{}", r"\textbackslash{}"])
def test_latex_prints_the_text(text):
    assert printed(escape_latex(text)) == clean(text)


def test_latex_tables_hold_texts_only():
    lines = to_latex(naughty_table()).split("\n")
    count = len(NAUGHTY)
    assert lines[0] == rf"\begin{{tabular}}{{lrl{'r' * count}}}"
    assert [lines[1], lines[3], lines[-2], lines[-1]] == [r"\hline", r"\hline", r"\hline", r"\end{tabular}"]
    assert len(lines) == count + 6
    first = []
    for line in [lines[2], *lines[4:-2]]:
        assert line.endswith(r" \\")
        assert not line.startswith(("[", "*"))
        inside = [printed(cell.removeprefix("{}")) for cell in re.split(r"(?<!\\)& ", line.removesuffix(r" \\"))]
        assert len(inside) == count + 3
        first.append(inside[0].strip())
    assert first == ["text", *(" ".join(clean(text).split()) for text in NAUGHTY)]


def test_a_latex_file_is_there_whole_and_kept_unless_asked(tmp_path):
    table = pd.DataFrame({"partner": ["Lào", "R&D"], "value": [1.5, 2.0]})
    path = write_latex(table, tmp_path / "table.tex")
    assert path.read_text("utf-8") == to_latex(table) + "\n"
    with pytest.raises(TradeDataError, match="overwrite=True"):
        write_latex(table.head(1), path)
    assert write_latex(table.head(1), path, overwrite=True).read_text("utf-8") == to_latex(table.head(1)) + "\n"


def test_latex_leaves_what_is_missing_empty():
    lines = to_latex(pd.DataFrame({"a": ["x", None], "b": [np.nan, 0.1]})).split("\n")
    assert lines[4:6] == [r"x &  \\", r" & 0.1 \\"]
