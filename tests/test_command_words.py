"""What a command says while it reads its words: its language, the quarters, and nothing of it for other programs."""

import argparse
import threading

import pandas as pd
import pytest

import tradeanalysis as ta
from tradeanalysis.cli import main
from tradeanalysis.cli.arguments import parsed
from tradeanalysis.cli.option_values import quarters
from tradeanalysis.texts import Text

MARKETS = "partner,value\nUSA,30000000\nCHN,20000000\nJPN,20000000\nKOR,20000000\nOTH,10000000\n"


@pytest.fixture
def command(tmp_path):
    file = tmp_path / "a.csv"
    file.write_text(MARKETS, "utf-8")
    said = [str(file), "--reporter", "Long An", "--flow", "export", "--year", "2020", "--unit", "USD", "--no-input"]
    return [*said, "--out", str(tmp_path / "out")]


def test_argparse_of_the_process_stays_as_it_is():
    before = dict(vars(argparse))
    seen = []

    def other_program():
        seen.append(argparse.ArgumentParser(prog="x").format_usage())

    with pytest.raises(SystemExit):
        parsed(["brief", "--help"], "vi")
    thread = threading.Thread(target=other_program)
    thread.start()
    thread.join()
    assert vars(argparse) == before
    assert seen == ["usage: x [-h]\n"]


def test_commands_of_several_threads_each_have_their_language(capsys):
    usages = {}

    def read(lang, start):
        start.wait()
        for _ in range(20):
            usages.setdefault(lang, set()).add(_usage(lang))

    start = threading.Barrier(2)
    threads = [threading.Thread(target=read, args=(lang, start)) for lang in ("en", "vi")]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert {lang: {one.split(":")[0] for one in found} for lang, found in usages.items()} == {
        "en": {"usage"},
        "vi": {"cách dùng"},
    }


def _usage(lang):
    from tradeanalysis.cli.arguments import parser

    return parser(lang).format_usage()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["brief", "VNM", "--nope"], "không có tùy chọn: --nope"),
        (["brief"], "còn thiếu: tệp"),
        (["brief", "VNM", "--growth", "x"], "'x' không phải là tỷ lệ"),
        (["audit", "a.csv", "--blocs", "x"], "không nhận 'x' (chọn trong"),
    ],
)
def test_errors_of_a_command_are_in_its_language(words, said, capsys):
    with pytest.raises(SystemExit):
        parsed(words, "vi")
    error = capsys.readouterr().err
    assert "cách dùng: tradeanalysis" in error
    assert said in error


# ---- the language of notes ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("machine", "more", "note"),
    [
        ("vi_VN.UTF-8", [], "ghi chú"),
        ("C.UTF-8", [], "note"),
        ("vi_VN.UTF-8", ["--lang", "en,vi"], "note"),
        ("C.UTF-8", ["--lang", "vi"], "ghi chú"),
    ],
)
def test_notes_are_in_the_language_of_the_option_else_of_the_machine(command, capsys, monkeypatch, machine, more, note):
    monkeypatch.setenv("LC_ALL", machine)
    assert main(["plan", *command, "--cap", "50%", *more]) == 0
    notes = [line for line in capsys.readouterr().err.splitlines() if line]
    assert notes
    assert {line.split(":")[0] for line in notes} == {note}


def test_without_a_language_both_are_written_whatever_the_machine_speaks(command, tmp_path, monkeypatch):
    monkeypatch.setenv("LC_ALL", "vi_VN.UTF-8")
    assert main(["plan", *command, "--cap", "50%"]) == 0
    names = {path.stem[-3:] for path in (tmp_path / "out").glob("*.xlsx")}
    assert names == {"_en", "_vi"}


# ---- the quarters -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "weights"),
    [
        ("22%,24%,26%,28%", [0.22, 0.24, 0.26, 0.28]),
        ("22%, 24%, 26%, 28%", [0.22, 0.24, 0.26, 0.28]),
        ("22% 24% 26% 28%", [0.22, 0.24, 0.26, 0.28]),
        ("22,5%;25%;26%;26,5%", [0.225, 0.25, 0.26, 0.265]),
        ("22,5%,25%,26%,26,5%", [0.225, 0.25, 0.26, 0.265]),
        ("22.5%,25%,26%,26.5%", [0.225, 0.25, 0.26, 0.265]),
        ("0.22,0.24,0.26,0.28", [0.22, 0.24, 0.26, 0.28]),
        ("0,22;0,24;0,26;0,28", [0.22, 0.24, 0.26, 0.28]),
        (" even ", "even"),
    ],
)
def test_the_quarters_as_they_are_typed(typed, weights):
    found = quarters(typed)
    assert found == (weights if isinstance(weights, str) else pytest.approx(weights, rel=1e-12))


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("0,22,0,24,0,26,0,28", "đọc được 8 tỷ trọng"),
        ("22%,24%,54%", "đọc được 3 tỷ trọng"),
        ("22,24,26,28", "hãy ghi 22% hoặc một số nhỏ hơn 1"),
        ("22%;24%;26%;x", "'x' không phải là tỷ lệ"),
    ],
)
def test_quarters_that_are_not_clear_are_refused_in_words(command, capsys, typed, said):
    assert main(["plan", *command, "--cap", "50%", "--lang", "vi", "--quarters", typed]) == 2
    error = capsys.readouterr().err
    assert said in error
    assert "22%,24%,26%,28%, hoặc có dấu phẩy thập phân: 22,5%;25%;26%;26,5%" in error


@pytest.mark.parametrize(
    ("lang", "typed", "shown"),
    [
        ("en", "30%,30%,30%,30%", "--quarters 30%,30%,30%,30%: the four shares add up to 120.0%"),
        ("vi", "30%,30%,30%,30%", "--quarters 30%,30%,30%,30%: tổng bốn tỷ trọng là 120,0%"),
        ("vi", "22,5%;25%;26%;28%", "--quarters '22,5%;25%;26%;28%': tổng bốn tỷ trọng là 101,5%"),
        ("en", "seasonal", "or state four shares, --quarters even or 22%,24%,26%,28%"),
        ("en", "monthly", "or four shares such as 22%,24%,26%,28%"),
    ],
)
def test_errors_on_quarters_show_what_is_typed(command, capsys, lang, typed, shown):
    assert main(["brief", *command, "--growth", "10%", "--lang", lang, "--quarters", typed, "--format", "html"]) == 2
    error = capsys.readouterr().err
    assert shown in error
    assert "[0." not in error


def test_in_python_they_are_shown_as_python_takes_them():
    from tradeanalysis.planner.quarterly_targets import weights_of

    with pytest.raises(ta.TradeDataError, match=r"quarters=\[0.3, 0.3, 0.3, 0.3\]: the four shares add up to 120.0%"):
        weights_of([0.3, 0.3, 0.3, 0.3])
    with pytest.raises(ta.TradeDataError, match=r"such as \[0.22, 0.24, 0.26, 0.28\]"):
        weights_of("monthly")


def test_a_command_names_its_options_and_not_the_arguments_of_python(command, capsys):
    assert main(["plan", *command, "--aim", "best", "--lang", "en"]) != 0
    said = capsys.readouterr().err
    assert "--aim best: choose from" in said
    assert "aim=" not in said
    for key, values, words in (
        ("plan_growth_wrong", {"growth": "-2"}, ("growth=-2", "--growth -2")),
        ("plan_cap_wrong", {"name": "cap", "cap": "2"}, ("cap=2", "--cap 2")),
        ("label_absent", {"column": "year", "wanted": "2030", "labels": [2020]}, ("year=2030", "--year 2030")),
    ):
        for lang in ("en", "vi"):
            by_form = [Text(key, **values).say(lang, form) for form in ("python", "command")]
            assert [words[i] in by_form[i] and words[1 - i] not in by_form[i] for i in (0, 1)] == [True, True]


def test_a_choice_between_several_names_the_option(tmp_path, capsys):
    file = tmp_path / "a.csv"
    file.write_text("reporter,partner,flow,year,value\nVNM,USA,export,2020,3\nTHA,USA,export,2020,1\n", "utf-8")
    text = Text("choose_one", column="year", count=2, labels=[2020, 2021])
    assert [text.say("en", form).rpartition(" ")[2] for form in ("python", "command")] == ["year=", "--year"]
    assert main(["measure", str(file), "--over", "partner", "--by", "partner", "--unit", "USD", "--lang", "en"]) != 0
    assert "both a group (--by) and the axis that is measured (--over)" in capsys.readouterr().err


def test_a_table_of_products_is_measured_by_what_its_message_says():
    products = pd.DataFrame({"reporter": "VNM", "product": ["0101", "0102"], "value": [3.0, 1.0]})
    call = 'ta.measure(table, ta.hhi, over="product")'
    for needs_partners in (
        lambda: ta.basket(products),
        lambda: ta.plans(products),
        lambda: ta.measure(products, ta.hhi),
    ):
        with pytest.raises(ta.SchemaError) as refused:
            needs_partners()
        assert call in str(refused.value)
    assert ta.measure(products, ta.hhi, over="product")["hhi"].tolist() == [0.625]  # 9/16 + 1/16
    text = Text("no_column_but_products_fix")
    assert "with tradeanalysis measure FILE --over product." in text.say("en", "command")


def test_the_note_on_plans_and_the_error_of_a_waterfall_are_said_in_both_languages():
    table = pd.DataFrame({"reporter": "VNM", "partner": ["USA", "CHN"], "value": [3.0, 1.0]})
    note = ta.plans(table, 0.1, 0.8, by="reporter").attrs["notes"]["plan"]
    assert note == "least concentrated, growth 10.00%, no market above 80.00%"
    assert note.say("vi") == "ít tập trung nhất, tăng 10,00%, không thị trường nào quá 80,00%"
    moved = pd.DataFrame({"partner": ["USA"], "contribution": [0.25]})
    with pytest.raises(ta.TradeDataError, match=r"add up to 0\.25 and the index moved by 0\.5$") as refused:
        ta.figures.waterfall(moved, start=0.25, end=0.75)
    assert refused.value.args[0].say("vi") == "tổng các mức đóng góp là 0,25, trong khi chỉ số thay đổi 0,5"
