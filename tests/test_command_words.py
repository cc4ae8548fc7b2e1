"""What a command says while it reads its words: its language, the quarters, and nothing of it for other programs."""

import argparse
import threading

import pytest

import tradeanalysis as ta
from tradeanalysis.cli import main
from tradeanalysis.cli.arguments import parsed
from tradeanalysis.cli.option_values import quarters

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
