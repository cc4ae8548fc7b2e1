"""Progress of long work: silent, lines on a terminal, or lines to a function."""

from __future__ import annotations

import sys
from collections.abc import Callable

# None: silent. True: on stderr, one line that is overwritten on a terminal. Or a function of a line, such as print.
Progress = Callable[[str], object] | bool | None


def line_writer(progress: Progress) -> Callable[[str], object]:
    """The function that takes a line of progress."""
    if progress is None or progress is False:
        return _silent
    if progress is True:
        return _on_stderr
    if not callable(progress):
        raise TypeError(f"progress={progress!r}: give None, True, or a function that takes a line, such as print")
    return progress


def _silent(line: str) -> None:
    pass


def _on_stderr(line: str) -> None:
    before, after = ("\r\033[K", "") if sys.stderr.isatty() else ("", "\n")
    print(f"{before}{line}", end=after, file=sys.stderr, flush=True)
