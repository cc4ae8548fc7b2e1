"""What is said to readers: every message of the gate and of sources stands in both catalogues, and none in code."""

import ast
import copy
import functools
import pickle
import re
import string
import tomllib
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

import tradeanalysis as ta
from tradeanalysis import schema
from tradeanalysis.cli.commands import main
from tradeanalysis.gate.findings import Fix
from tradeanalysis.texts import LayoutName, Text

PACKAGE = Path(ta.__file__).parent
ROOMS = sorted(PACKAGE.rglob("*.py"))
# What a reader sees; other kinds, such as TypeError, are of a call in Python that is written wrongly.
SAYS = {"finding", "fault", "in_rows", "Finding", "Fix", "warn"} | {
    name for name, kind in vars(schema).items() if isinstance(kind, type) and issubclass(kind, (ValueError, Warning))
}
# A sentence that stands in code: the room of errors imports nothing, and this one is of a language that is not known.
IN_CODE = {("schema.py", "lang={lang!r}: the languages are {', '.join(self.words)}")}
# The catalogues that hold them.
CATALOGUES = ("backtests", "changes", "dependency", "economies", "figures", "findings", "measures")
CATALOGUES += ("chains", "monitoring", "monthly", "page", "plans", "prospects", "serving", "stress", "sums", "tables")
CATALOGUES += ("notes", "tariffs")
CATALOGUES += ("uncertainty",)
ADDS = {"append", "insert", "extend"}


@functools.cache
def texts(lang):
    files = [PACKAGE / "texts" / f"{name}.{lang}.toml" for name in CATALOGUES]
    return {key: text for path in files for key, text in tomllib.loads(path.read_text("utf-8")).items()}


def test_no_key_stands_in_two_files():
    for lang in ("en", "vi"):
        files = sorted((PACKAGE / "texts").glob(f"*{lang}.toml"))
        keys = [key for path in files for key in tomllib.loads(path.read_text("utf-8"))]
        assert sorted({key for key in keys if keys.count(key) > 1}) == [], lang


@functools.cache
def parsed(path):
    return ast.parse(path.read_text("utf-8"))


def placeholders(text):
    return sorted(field for _, field, _, _ in string.Formatter().parse(text) if field)


def arguments(text):
    return sorted(re.findall(r"\[\[(\w+)=", text))


def literals(tree):
    """The texts of a module without its docstrings; the parts of an f-string joined by a blank."""
    told = [node.value for node in ast.walk(tree) if isinstance(node, ast.Expr)]
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            yield " ".join(one.value for one in node.values if isinstance(one, ast.Constant))
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in told:
            yield node.value


# ---- the catalogues -----------------------------------------------------------------------------------------------


def test_both_languages_have_the_same_texts():
    assert sorted(texts("en")) == sorted(texts("vi"))


@pytest.mark.parametrize("key", sorted(texts("en")))
def test_a_text_has_the_same_values_and_arguments_in_both(key):
    english, vietnamese = texts("en")[key], texts("vi")[key]
    assert placeholders(english) == placeholders(vietnamese)
    assert "key" not in placeholders(english)  # the name by which Text takes the key itself
    assert arguments(english) == arguments(vietnamese)


def test_every_text_is_used():
    whole, made = set(), set()
    for path in sorted(PACKAGE.rglob("*.py")):
        for node in ast.walk(parsed(path)):
            if isinstance(node, ast.JoinedStr):  # f"{column}_of_the_past{late}"
                parts = [re.escape(one.value) if isinstance(one, ast.Constant) else r"\w*" for one in node.values]
                fixed = "".join(one.value for one in node.values if isinstance(one, ast.Constant))
                made |= {"".join(parts)} if re.fullmatch(r"\w{3,}", fixed) else set()
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                whole.add(node.value)
                made |= {node.value + r"\w+"} if re.fullmatch(r"[a-z]{3,}_", node.value) else set()
    for path in PACKAGE.rglob("*.html"):
        template = path.read_text("utf-8")
        whole |= set(re.findall(r"""["'](\w+)["']""", template))
        made |= {begin + r"\w+" for begin in re.findall(r"""["'](\w{4,}_)["'] ~""", template)}
    pattern = re.compile("|".join(sorted(made)))
    keys = {key if key in whole else key.removesuffix("_fix") for key in texts("en")}
    assert sorted(key for key in keys - whole if not pattern.fullmatch(key)) == []


def test_a_copy_of_notes_holds_the_same_texts():
    """As pandas copies what a table carries with every step: nothing changes a text, and none is written anew."""
    notes = {"notes": [Text("rows_left_out", rows=2, reason="x")]}
    copied = copy.deepcopy(notes)
    assert copied["notes"] is not notes["notes"]
    assert copied["notes"][0] is notes["notes"][0]


def called(node):
    """The name of what is called, with or without its module."""
    return getattr(node.func, "id", getattr(node.func, "attr", "")) if isinstance(node, ast.Call) else ""


def sentences(node, named):
    """The sentences that an argument types; ``named`` are those that stand under a name in the module."""
    if called(node) in ("Text", "refusal", "say"):
        return
    if isinstance(node, (ast.JoinedStr, ast.Constant)):
        if " " in (text := ast.unparse(node)):
            yield text.removeprefix("f")[1:-1]
        return
    yield from named.get(getattr(node, "id", ""), ())
    for part in ast.iter_child_nodes(node):
        yield from sentences(part, named)


def typed_in(tree):
    """The sentences of a module that are typed where a text of the catalogues is due."""
    nodes = list(ast.walk(tree))
    named = {}
    for node in nodes:
        if isinstance(node, ast.Assign) and isinstance(node.value, (ast.JoinedStr, ast.Constant)):
            named |= {one.id: [*sentences(node.value, {})] for one in node.targets if isinstance(one, ast.Name)}
    for node in nodes:
        if isinstance(node, ast.Call) and says(node):
            for argument in node.args:
                yield from sentences(argument, named)


def says(node):
    """Whether a call makes an error, a finding or a warning, or adds a note to others."""
    adds = isinstance(node.func, ast.Attribute) and node.func.attr in ADDS
    return called(node) in SAYS or (adds and "notes" in ast.unparse(node.func.value))


# What puts notes beside a table.
NOTES = {"annotated", "finish", "finish_pandas", "of_groups", "of_cells", "of_rows"}
# Formulas of one variable, which no language writes in another way.
FORMULAS = {"'a sqrt(b)'", "'a ln(1 + b/k)'"}


def notes_of(tree):
    """The values of the notes of a module: of what is named notes, of a function of that name, and of such calls."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and "notes" in node.name:
            yield from (one.value for one in ast.walk(node) if isinstance(one, ast.Return) and one.value)
        elif isinstance(node, ast.Call) and called(node) in NOTES:
            yield from (one.value for one in node.keywords)
        elif isinstance(node, (ast.Assign, ast.AnnAssign, ast.AugAssign)) and node.value:
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            if any(re.match(r"notes\b", ast.unparse(one)) for one in targets):
                yield node.value


def words_in(node):
    """The texts of a value that have words of a language: a blank beside letters, without what the catalogues say."""
    if called(node) in ("Text", "say", "join", "get", "refusal"):
        return
    if isinstance(node, (ast.JoinedStr, ast.Constant)):
        text = ast.unparse(node)
        fixed = re.sub(r"\{[^}]*\}", "", text.removeprefix("f"))
        if " " in text and text not in FORMULAS and re.search(r"[A-Za-z]{3,}", fixed):
            yield text
        return
    for part in node.values if isinstance(node, ast.Dict) else ast.iter_child_nodes(node):  # a key is a name
        yield from words_in(part)


@pytest.mark.parametrize("path", ROOMS, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_no_note_of_a_result_is_typed_in_code(path):
    assert [text for value in notes_of(parsed(path)) for text in words_in(value)] == []


@pytest.mark.parametrize(
    "code",
    [
        'notes = {"n": f"{len(s)} partners"}',
        'notes["room"] = "no limit" if room is None else Text("note_room")',
        'notes: dict[str, str] = about | {"limits": "none were given"}',
        'annotated(table, attrs, convention="every two reporters")',
        'def _notes(x):\n    return {"shares": "of what is allocated"}',
        'whole.finish(frame, keys, value=f"{share:.2%} of value" if share else "")',
    ],
)
def test_a_note_that_is_typed_in_code_is_found(code):
    assert [text for value in notes_of(ast.parse(code)) for text in words_in(value)]


@pytest.mark.parametrize(
    "code",
    [
        'notes = {"n of all": Text("note_markets", count=3), "HHI": f"{hhi:.4f}"}',
        'notes["peers"] = ", ".join(chosen)',
        'annotated(table, attrs, on=f"{day:%Y-%m-%d}", left=notes.get("left out"))',
    ],
)
def test_figures_labels_and_texts_of_the_catalogues_are_no_sentences_in_code(code):
    assert not [text for value in notes_of(ast.parse(code)) for text in words_in(value)]


def test_the_notes_of_a_result_are_said_in_vietnamese():
    found = ta.contingency({"USA": 50, "CHN": 30, "JPN": 20}).attrs["notes"]
    assert found["n"] == "3 markets"
    assert found["n"].say("vi") == "3 thị trường"
    plan = ta.plan([60, 25, 15], growth=0.3, cap=0.5).table.attrs["notes"]
    assert plan["plan"] == "least concentrated, growth 30.00%, no market above 50.00%"
    assert plan["plan"].say("vi") == "ít tập trung nhất, tăng trưởng 30,00%, không thị trường nào trên 50,00%"
    drawn = ta.confidence(ta.uncertainty.draws([5, 3], 0.1, size=100), ta.hhi)
    assert drawn.assumption.say("vi") == drawn.assumptions["vi"]


@pytest.mark.parametrize("path", ROOMS, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_no_error_warning_or_note_is_typed_in_code(path):
    """Each stands in the catalogues, so that it is said in both languages."""
    tree, name = parsed(path), path.relative_to(PACKAGE).as_posix()
    typed = [text for text in literals(tree) if re.search(r"\bTA-\d{3}\b.", text)]
    typed += [text for text in typed_in(tree) if (name, text) not in IN_CODE]
    assert typed == []


@pytest.mark.parametrize(
    "code",
    [
        'raise TradeDataError("no trade here")',
        'raise schema.SchemaError(f"no column {name}")',
        'raise TradeDataError(Text("groups_k") if k else f"k={k}: a whole number")',
        'raise CountryError("not a country" + near)',
        'warnings.warn("seven digits only", TradeDataWarning, stacklevel=5)',
        'notes.append("rows left out")',
        'WHY = "no trade here"\nraise TradeDataError(WHY)',
        'raise DownloadError(", ".join(["no answer", why]))',
    ],
)
def test_a_sentence_that_is_typed_in_code_is_found(code):
    assert list(typed_in(ast.parse(code)))


def refused(call):
    """The sentence that a call is refused with."""
    with pytest.raises(ta.TradeDataError) as caught:
        call()
    return caught.value.args[0]


def test_what_a_name_is_refused_with_is_said_in_both_languages_and_forms():
    near = refused(lambda: ta.country("Việtnm"))
    assert near.endswith(
        "Did you mean Vietnam (VNM)? Write an ISO3 code or a full name; a spelling that is missing is "
        "added in data/country_aliases.csv."
    )
    assert near.say("vi", "command") == (
        "'Việtnm' không phải mã hoặc tên của một nền kinh tế. Có phải là Việt Nam (VNM) không? Hãy ghi mã ISO3 hoặc "
        "tên đầy đủ."
    )
    assert pickle.loads(pickle.dumps(near)).say("vi") == near.say("vi")
    group = refused(lambda: ta.country("EU"))
    assert "(aggregate: European Union)" in group
    assert "Liên minh châu Âu" in group.say("vi")
    assert "bloc()" in group
    assert "bloc()" not in group.say("en", "command") + group.say("vi", "command")
    never = refused(lambda: ta.bloc("NAFTA", 1900))
    assert never == "'NAFTA' had no members in 1900: it exists since 1994 until 2019. Give such a year."
    assert "từ năm 1994 đến năm 2019" in never.say("vi")


def test_a_name_with_braces_or_marks_of_a_text_is_quoted_as_it_is():
    for name in ("{may}", "[[a|b]]", r"\1", "{0}"):
        for lang in ("en", "vi"):
            for form in ("python", "command"):
                assert repr(name) in refused(lambda name=name: ta.country(name)).say(lang, form)


def test_a_sentence_that_quotes_another_is_of_one_language():
    table = pd.DataFrame({"reporter": ["VNM", "THA"], "partner": ["USA", "USA"], "value": [1.0, 2.0]})
    absent = refused(lambda: ta.basket(table, reporter="Việtnm"))
    assert "Did you mean Vietnam (VNM)?" in absent
    assert "Có phải là Việt Nam (VNM) không?" in absent.say("vi")
    assert "Did you mean" not in absent.say("vi")


def test_how_many_more_there_are_is_said_in_the_language():
    markets = dict.fromkeys("ABCDEFG", 1.0)
    nothing = refused(lambda: ta.contingency(markets, scenarios={"x": ["Z"]}))
    assert nothing == "'x' closes none of the markets, which are A, B, C, D, E and 2 more"
    assert nothing.say("vi") == "'x' không đóng thị trường nào trong số A, B, C, D, E và 2 mục khác"


def test_a_layout_has_a_name_in_words_where_it_has_one():
    text = Text("note_read", source="a.csv", layout=LayoutName("headings in words"), rows=2)
    assert text == "a.csv: headings in words, 2 rows"
    assert text.say("vi") == "a.csv: tiêu đề bằng chữ, 2 dòng"
    assert text.having(layout=LayoutName("BACI")).say("vi") == "a.csv: BACI, 2 dòng"


def test_an_argument_that_is_taken_away_is_no_option_of_a_command():
    away = Fix("sheet", None, Text("reads_as_table"))
    assert away.sentence() == "sheet=None reads it as it is"
    assert away.sentence("en", "command") == "without --sheet: reads it as it is"
    assert away.sentence("vi", "command") == "bỏ --sheet: đọc tệp như hiện có"


# ---- an audit in Vietnamese, to the last word ------------------------------------------------------------------------

# What an English text has, and a Vietnamese one has not; values of arguments stand in quotation marks or after "=".
WORDS = """
the a of and or with without by for from in into on at to as is are was were be it its this that these there
not no none nothing one two several other others another each every all some more than row rows line lines
column columns sheet sheets cell cells heading headings title titles note notes value values unit units year
years month months partner partners reporter flow product products table file files label labels left out
read reads keep keeps kept leaves leave write say found named given known unknown total totals sum part
parts market markets world hidden below above beside error warning info words word canonical export exports
import imports data first last which what where while has have had holds hold stands stand adds add takes
take
"""
ENGLISH = frozenset(WORDS.split())


def english(shown, own=()):
    """The English words of a page, without what stands in quotation marks and the words of the file itself."""
    page = re.sub(r"--[\w-]+(?:[ =](?:'[^'\n]*'|\S+))?|\"[^\"\n]*\"|'[^'\n]*'", " ", shown)
    for one in own:
        page = page.replace(one, " ")
    return [word for word in re.findall(r"[A-Za-zÀ-ỹ]+", page) if word.lower() in ENGLISH]


def sheet_of(book, name, rows, *, first=False):
    sheet = book.active if first else book.create_sheet(name)
    sheet.title = name
    for row in rows:
        sheet.append(row)
    return sheet


TITLES = [
    ["UBND TỈNH LONG AN"],
    ["SỞ CÔNG THƯƠNG"],
    ["KIM NGẠCH XUẤT KHẨU THEO THỊ TRƯỜNG NĂM 2023"],
    ["", "", "Đơn vị tính: triệu USD"],
]
MARKETS = [["1", "Hoa Kỳ", 1200.5], ["2", "Nhật Bản", 640.25], ["3", "Hàn Quốc", 310.25], ["4", "Đức", 149.0]]
SIGNED = [
    [],
    ["Nguồn: Cục Hải quan Long An"],
    ["", "", "Long An, ngày 15 tháng 01 năm 2024"],
    ["NGƯỜI LẬP BIỂU", "", "GIÁM ĐỐC"],
]


def with_titles_and_signature(path):
    """Titles above, the total at the end, notes and a signature below."""
    book = openpyxl.Workbook()
    rows = [*TITLES, ["STT", "Thị trường", "Kim ngạch"], *MARKETS, ["", "Tổng cộng", 2300.0], *SIGNED]
    sheet_of(book, "Xuất khẩu", rows, first=True)
    book.save(path)


def with_hidden_rows_and_numbered_columns(path):
    """A line that numbers the columns, rows and a column that are hidden, a sheet that is hidden."""
    book = openpyxl.Workbook()
    rows = [*TITLES, ["STT", "Thị trường", "Kim ngạch"], ["A", "B", 1], *MARKETS, ["", "Các nước khác", 50.0]]
    sheet = sheet_of(book, "Xuất khẩu", rows, first=True)
    sheet.row_dimensions[8].hidden = True
    sheet.column_dimensions["D"].hidden = True
    sheet_of(book, "Nháp", [["Thị trường", "Kim ngạch"], ["Lào", 3.0]]).sheet_state = "hidden"
    book.save(path)


def with_two_sheets(path):
    """Two sheets of data: which is to be read has to be said."""
    book = openpyxl.Workbook()
    for name in ("2022", "2023"):
        rows = [["Thị trường", "Kim ngạch (triệu USD)"], *(row[1:] for row in MARKETS)]
        sheet_of(book, name, rows, first=name == "2022")
    book.save(path)


def with_years_side_by_side(path):
    """Years side by side, a group of countries with its parts, an unknown label, dots for what is missing."""
    book = openpyxl.Workbook()
    rows = [
        ["XUẤT KHẨU HÀNG HÓA THEO KHỐI NƯỚC"],
        ["Thị trường", "2021", "2022", "2023"],
        ["Tổng số", 330.0, 400.0, 480.0],
        ["ASEAN", 130.0, 150.0, 180.0],
        ["Trong đó:"],
        ["Thái Lan", 80.0, 90.0, 100.0],
        ["Lào", 50.0, 60.0, 80.0],
        ["Hoa Kỳ", 200.0, 240.0, 290.0],
        ["Thị trường mới nổi", "...", 10.0, 10.0],
        ["Ghi chú: số liệu năm 2023 là sơ bộ"],
    ]
    sheet_of(book, "Bảng 1", rows, first=True)
    book.save(path)


def with_faults(path):
    """Negative, missing and strange values; a label that stands twice; months beside their sum."""
    book = openpyxl.Workbook()
    rows = [
        ["Thị trường", "Luồng", "Năm", "Trị giá (nghìn USD)"],
        ["Hoa Kỳ", "Xuất khẩu", 2023, -5.0],
        ["Nhật Bản", "Xuất khẩu", 2023, None],
        ["Nhật Bản", "Tạm nhập", 2023, 4.0],
        ["Hàn Quốc", "Xuất khẩu", 2023, "khoảng 7"],
        ["Đức", "Xuất khẩu", 2023, 3.0],
        ["Đức", "Xuất khẩu", 2023, 4.0],
        ["", "Xuất khẩu", 2023, 4.0],
    ]
    sheet_of(book, "Số liệu", rows, first=True)
    book.save(path)


WORKBOOKS = [
    with_titles_and_signature,
    with_hidden_rows_and_numbered_columns,
    with_two_sheets,
    with_years_side_by_side,
    with_faults,
]
WAYS = [[], ["--unit", "mUSD"], ["--sheet", "Xuất khẩu"], ["--drop-aggregates", "--missing", "drop", "--unit", "mUSD"]]


@pytest.mark.parametrize("made", WORKBOOKS, ids=lambda made: made.__name__)
@pytest.mark.parametrize("options", WAYS, ids=" ".join)
def test_an_audit_of_a_vietnamese_workbook_is_vietnamese_to_the_last_word(made, options, tmp_path, capsys):
    made(tmp_path / "so_lieu.xlsx")
    main(["audit", str(tmp_path / "so_lieu.xlsx"), "--lang", "vi", *options])
    shown = capsys.readouterr()
    assert "Sẵn sàng" in shown.out or "Chưa sẵn sàng" in shown.out
    assert english(shown.out + shown.err, ["Long An", "LONG AN"]) == []


@pytest.mark.parametrize("made", WORKBOOKS, ids=lambda made: made.__name__)
@pytest.mark.parametrize("options", WAYS, ids=" ".join)
def test_the_notes_of_a_measure_are_vietnamese_to_the_last_word(made, options, tmp_path, capsys):
    made(tmp_path / "so_lieu.xlsx")
    main(["measure", str(tmp_path / "so_lieu.xlsx"), "--lang", "vi", *options])
    assert english(capsys.readouterr().err, ["Long An", "LONG AN"]) == []


def test_every_fault_of_a_folder_is_vietnamese(tmp_path, capsys):
    """What a folder and an argument that means nothing for it are refused with."""
    (tmp_path / "thu_muc").mkdir()
    for words in (["thu_muc"], ["thu_muc", "--sheet", "A"], ["khong_co.csv"], ["thu_muc/khong_co.xlsx"]):
        main(["audit", str(tmp_path / words[0]), *words[1:], "--lang", "vi"])
        shown = capsys.readouterr()
        assert english(shown.out + shown.err, [str(tmp_path)]) == []
