"""No English in what is written in Vietnamese: the command's help and errors, and the page, workbook and Word document.

Every word of a page must be one of the Vietnamese catalogue, of a name in Vietnamese, or of the file that was read;
what remains is a short list of codes and proper names.
"""

import argparse
import ast
import contextlib
import functools
import html
import inspect
import re
import warnings
import zipfile

import openpyxl
import pandas as pd
import pytest
from test_brief import small_pictures
from test_texts import english

import tradeanalysis as ta
from tradeanalysis import names
from tradeanalysis.cli.commands import main
from tradeanalysis.cli.parsers import argparse_key, language_of
from tradeanalysis.gate.catalogue import RULES
from tradeanalysis.texts import catalogue, measure_name, named

COMMANDS = ("brief", "plan", "watch", "measure", "audit", "opportunities", "backtest", "tariffs", "ingest", "fetch")
# Codes and proper names that stand in no catalogue and are the same in both languages.
PROPER = frozenset(
    ["usd", "vnd", "html", "lang", "vi", "en", "excel", "word", "xlsx", "docx", "svg", "png", "cc", "by"]
)


def words_of(text):
    return [word.casefold() for word in re.findall(r"[^\W\d_]{2,}", text)]


@functools.cache
def vietnamese():
    """All words of Vietnamese texts and names, without arguments, options and placeholders."""
    texts = [
        re.sub(r"\[\[.*?\]\]|\{.*?\}|--[\w-]+|\"[^\"]*\"|ta\.[\w.]+|`.*?`", " ", one)
        for one in catalogue("vi").values()
    ]
    texts += [names.country_name(code, "vi") for code in ta.countries()["iso3"]]
    texts += [row["name_vi"] for row in names.kept_rows("agreements")]
    texts += [rule.catches_vi for rule in RULES.values()]
    return frozenset(word for text in texts for word in words_of(text))


def without_codes(text):
    """The text without addresses, names of files and licences, hashes, ids of rules and numbers with a letter (17a)."""
    return re.sub(
        r"\bCC BY \d\.\d|"
        r"https?://\S+|\bTA-\d{3}\b|\b\d+[a-z]\b|[\w-]+\.(?:xlsx|docx|csv|html)\b|\b[0-9a-f]{16,}\b",
        " ",
        text,
    )


def strange(text, own=""):
    """The words of a text that are not Vietnamese, nor of its own file, nor codes."""
    text = without_codes(text)
    return sorted(set(words_of(text)) - vietnamese() - PROPER - frozenset(words_of(own)))


# ---- the command line ---------------------------------------------------------------------------------------------


def said(arguments, capsys):
    with contextlib.suppress(SystemExit):
        main(arguments)
    shown = capsys.readouterr()
    return shown.out + shown.err


def without_names(shown):
    """The help without names of commands, options, choices and lines to type, which are the same in both languages."""
    shown = re.sub(r"(?m)^  tradeanalysis .*$|^(?:usage|cách dùng): (?:.|\n)*?\n\n", " ", shown)
    shown = re.sub(r"--?[a-z][\w-]*|\{[\w,]+\}|'[^']*'|\"[^\"]*\"|\([a-z]+\)|\w*[a-z]\w*_\w+(?::\w+)?", " ", shown)
    return re.sub(rf"\b(?:tradeanalysis|{'|'.join(COMMANDS)})\b", " ", shown)


CODES = "comtrade baci wdi imf eurostat wits un fao secex census japan hhi csv tsv xlsx parquet html docx gini theil"
CODES += " reporter year partner export import keep drop other latest figures mặc hs gb musd kusd meur bnvnd hill inf"
CODES += " dual dominance stenbacka entropy evenness pielou atkinson world zip vnm word excel svg png api key bank"


@pytest.mark.parametrize("command", ["", *COMMANDS])
def test_the_help_of_a_command_is_vietnamese(command, capsys):
    shown = said([*([command] if command else []), "--help", "--lang=vi"], capsys)
    assert shown.startswith("cách dùng: tradeanalysis")
    assert "tùy chọn:" in shown
    assert strange(without_names(shown), CODES) == []


WRONG = [
    (["brief"], "còn thiếu: tệp"),
    (["fetch"], "còn thiếu: nguồn, nền_kinh_tế, --year"),
    (["ingest", "a.zip"], "còn thiếu: thư_mục"),
    (["brief", "VNM", "--khong"], "không có tùy chọn: --khong"),
    (["brief", "VNM", "--growth"], "--growth: cần một giá trị"),
    (["brief", "VNM", "--growth", "25"], "hãy ghi 25% hoặc một số nhỏ hơn 1"),
    (["plan", "VNM", "--cap", "mười"], "'mười' không phải là tỷ lệ: hãy ghi 25% hoặc 0,25"),
    (["plan", "VNM", "--cap", "-200%"], "nằm ngoài khoảng cho phép"),
    (["brief", "VNM", "--year", "x"], "--year: giá trị 'x' không hợp lệ"),
    (["audit", "a.csv", "--missing", "no"], "không nhận 'no' (chọn trong 'raise', 'drop')"),
    (["measure", "a.csv", "--re", "3"], "--re chưa rõ, có thể là --reporter, --remainder"),
    (["measure", "a.csv", "--overwrite=1"], "tùy chọn này không nhận giá trị '1'"),
    (["khong"], "không nhận 'khong' (chọn trong"),
    (["measure", "world_2020", "--measures", "zz"], "--measures zz: hãy chọn trong hhi"),
    (["measure", "world_2020", "--measures", "hill:x"], "'x' không phải là số"),
    (["measure", "a.csv", "--rate", "x"], "--rate x: hãy ghi 24000, hoặc 2023=23787 cho từng năm"),
    (["measure", "a.csv", "--columns", "x"], '--columns x: hãy ghi "partner=Thị trường,value=Trị giá"'),
    (["measure", "a.csv", "--names", "x"], '--names x: hãy ghi --names "Khu chế xuất=keep"'),
    (["measure", "a.csv", "--header-rows", "x"], "hãy ghi các số"),
]


@pytest.mark.parametrize(("arguments", "words"), WRONG, ids=lambda one: " ".join(one) if isinstance(one, list) else "")
def test_a_wrong_call_is_answered_in_vietnamese(arguments, words, capsys):
    shown = said([*arguments, "--lang", "vi"], capsys)
    assert words in shown
    assert strange(without_names(shown), CODES + " khong re zz") == []


def test_the_language_is_that_of_the_option_else_of_the_machine(capsys, monkeypatch):
    assert language_of(["brief", "VNM", "--lang", "vi,en"]) == "vi"
    assert language_of(["brief", "--lang=en"]) == "en"
    assert language_of(["brief", "VNM", "--lang"]) is None
    monkeypatch.setenv("LC_ALL", "vi_VN.UTF-8")
    assert "còn thiếu: tệp" in said(["audit"], capsys)
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    assert "the following arguments are required: file" in said(["audit"], capsys)
    assert "usage: tradeanalysis audit" in said(["audit", "--help"], capsys)


# What argparse says to the author of a program, and not to the reader of its messages.
OF_AUTHORS = "conflict|defined|positionals|mutually|callable|merge|option string|dest=|multiple|mode|can't open"


def test_every_message_of_argparse_has_its_vietnamese():
    """Read from the code of this Python's ``argparse``, whose words change between versions."""
    calls = [node for node in ast.walk(ast.parse(inspect.getsource(argparse))) if isinstance(node, ast.Call)]
    calls = [node for node in calls if isinstance(node.func, ast.Name) and node.func.id in ("_", "ngettext")]
    messages = [one.value for node in calls for one in node.args if isinstance(one, ast.Constant)]
    to_readers = [one for one in messages if isinstance(one, str) and not re.search(OF_AUTHORS, one)]
    assert len(to_readers) >= 15
    assert [one for one in to_readers if argparse_key(one) not in catalogue("vi")] == []


# ---- the page, the workbook and the Word document -----------------------------------------------------------------


def text_of_page(path):
    """What stands in a page, with the words for those who do not see it; the name of the other language is its own."""
    page = re.sub(r"(?s)<(style|script|head)\b.*?</\1>", " ", path.read_text("utf-8"))
    page += " ".join(re.findall(r'(?:alt|aria-label|title)="([^"]*)"', page))
    return html.unescape(re.sub(r"<[^>]+>", " ", page.replace(">English<", "><")))


def text_of_document(path):
    """The text of all parts of a Word document, and the alternative texts of its pictures."""
    with zipfile.ZipFile(path) as parts:
        xml = " ".join(
            parts.read(name).decode("utf-8") for name in parts.namelist() if re.match(r"word/[dhf]\w+\.xml", name)
        )
    found = re.findall(r"<w:t(?: [^>]*)?>([^<]*)</w:t>", xml) + re.findall(r'descr="([^"]*)"', xml)
    return html.unescape(" ".join(found))


def text_of_workbook(path):
    """The names of the sheets, and every cell that is a text."""
    book = openpyxl.load_workbook(path)
    cells = [cell.value for sheet in book for row in sheet.iter_rows() for cell in row if isinstance(cell.value, str)]
    return " ".join([*book.sheetnames, *cells])


def province(folder):
    """A workbook as a province makes it: titles, two years, the other countries, a total."""
    path = folder / "xuat_khau.xlsx"
    rows = [
        ("Hoa Kỳ", 900.5, 1200.5),
        ("Nhật Bản", 600.25, 640.25),
        ("Đức", 120.0, 149.0),
        ("Các nước khác", 80.0, 95.0),
    ]
    book = openpyxl.Workbook()
    for row in [
        ["KIM NGẠCH XUẤT KHẨU THEO THỊ TRƯỜNG"],
        ["", "Đơn vị tính: triệu USD"],
        ["Thị trường", "2022", "2023"],
    ]:
        book.active.append(row)
    for row in [*rows, ("Tổng cộng", 1700.75, 2084.75)]:
        book.active.append(row)
    book.save(path)
    return path


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """The files of three briefs, by name, with the words of their own: of a country, a province and products."""
    folder = tmp_path_factory.mktemp("vi")
    given = {"langs": ["vi"], "out": folder, "growth": 0.1, "cap": 0.25}
    with small_pictures(), warnings.catch_warnings():
        warnings.simplefilter("ignore", ta.TradeDataWarning)  # of what is not detailed by partner
        ta.write_brief(ta.example("world_2010_2020"), "VNM", year=2019, name="VNM", **given)
        of_province = ta.read(province(folder), flow="export", drop_aggregates=True, remainder=True)
        ta.write_brief(of_province, "Long An", year=2023, name="Long_An", source="Sở Công Thương Long An", **given)
        ta.write_brief(ta.example("vn_agri_2019"), "VNM", year=2019, name="agri", langs=["vi"], out=folder)
    products = " ".join(map(str, ta.example("vn_agri_2019")["product"].unique()))
    return folder, {"VNM": "", "Long_An": "Long An Sở Công Thương", "agri": products}


READERS = {"html": text_of_page, "docx": text_of_document, "xlsx": text_of_workbook}


@pytest.mark.parametrize("kind", READERS)
@pytest.mark.parametrize("name", ["VNM", "Long_An", "agri"])
def test_no_english_word_stands_in_a_vietnamese_file(name, kind, written):
    folder, own = written
    text = READERS[kind](folder / f"brief_{name}_vi.{kind}")
    assert len(words_of(text)) > 100
    assert strange(text, own[name]) == []
    assert english(without_codes(text), ["Word", "Excel"]) == []


# ---- names of indices and sources -----------------------------------------------------------------------------------


def test_every_index_has_a_vietnamese_name():
    registry = ta.measures.registry().set_index("name")["parameter"]
    for name, parameter in registry.items():
        column = f"{name}_2" if parameter else name
        assert measure_name(column, "vi") != column
        assert "{" not in measure_name(column, "vi")
    assert measure_name("atkinson_0_5", "vi") == "chỉ số Atkinson với hệ số 0,5"
    assert measure_name("hill_inf", "en") == "Hill number of order ∞"
    assert measure_name("chi_so_rieng", "vi") == "chi_so_rieng"


def test_every_embedded_source_period_and_licence_is_vietnamese():
    for name in ta.examples()["name"]:
        about = ta.certificate(ta.example(name))
        for key in ("source", "period"):
            assert strange(named(f"{key}_", str(about.get(key, "")), "vi")) == [], name


@pytest.mark.parametrize(
    ("lang", "text"),
    [
        ("vi", "Hệ số Gini xuất khẩu: Việt Nam 0,3"),
        ("en", "Gini coefficient of exports: Vietnam 0.3"),
    ],
)
def test_a_comparison_names_its_index(lang, text):
    rows = [("VNM", "USA", 80.0), ("VNM", "CHN", 20.0), ("THA", "USA", 50.0), ("THA", "CHN", 50.0)]
    table = pd.DataFrame(rows, columns=["reporter", "partner", "value"]).assign(flow="export", year=2020)
    assert ta.compare(table, ["VNM", "THA"], measure=ta.gini).sentence(lang).startswith(text)  # 0.8 - 0.5
