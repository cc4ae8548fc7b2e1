"""What long work says of itself: nothing, lines on stderr, or lines to a function."""

import io
import sys

import pytest

from tradeanalysis.output.progress import line_writer


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.mark.parametrize("silent", [None, False])
def test_silent_by_default(silent, capsys):
    line_writer(silent)("a.parquet")
    assert capsys.readouterr() == ("", "")


def test_lines_go_to_stderr_and_one_line_is_written_over_on_a_terminal(monkeypatch):
    for stream, written in ((io.StringIO(), "a\nb\n"), (Terminal(), "\r\033[Ka\r\033[Kb")):
        monkeypatch.setattr(sys, "stderr", stream)
        report = line_writer(True)
        report("a")
        report("b")
        assert stream.getvalue() == written


def test_lines_go_to_a_function():
    lines = []
    line_writer(lines.append)("a")
    assert lines == ["a"]
    with pytest.raises(TypeError, match="progress='yes': give None, True, or a function"):
        line_writer("yes")
