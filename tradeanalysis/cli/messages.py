"""Messages of the commands: the names of options in place of arguments, and a sign that the work continues."""

from __future__ import annotations

import contextlib
import re
import sys
import threading
import time
from collections.abc import Callable, Iterator

# Moves to the beginning of the line of a terminal and clears it.
CLEAR = "\r\033[K"


@contextlib.contextmanager
def elapsed_time(what: str, after: float = 2.0) -> Iterator[None]:
    """Show on a terminal, after two seconds, how long the work has taken so far; nothing in a pipe."""
    if not sys.stderr.isatty():
        yield
        return
    start, done = time.monotonic(), threading.Event()

    def show() -> None:
        wait = after
        while not done.wait(wait):
            wait = 1.0
            print(f"{CLEAR}{what}: {time.monotonic() - start:.0f} s", end="", file=sys.stderr, flush=True)

    clock = threading.Thread(target=show, daemon=True)
    clock.start()
    try:
        yield
    finally:
        done.set()
        clock.join()
        if time.monotonic() - start > after:
            print(CLEAR, end="", file=sys.stderr, flush=True)


# Messages name the arguments of ta.read; on the command line these are options.
_OPTIONS: tuple[tuple[str, str | Callable[[re.Match[str]], str]], ...] = (
    (r"drop_aggregates=True", "--drop-aggregates"),
    (r"remainder=True", "--remainder"),
    (r"own_trade=True", "--own-trade"),
    (r"overwrite=True", "--overwrite"),
    (r"ta\.ingest\(path, folder\)", "tradeanalysis ingest FILE FOLDER"),
    (r"ta\.read\(folder\)", "measure and audit"),
    (r"ta\.(ingest|measure)\b", r"tradeanalysis \1"),
    (r'table\[table\["flow"\] == "export"\]', "--flow export"),
    (r"\bby=\[([^\]]*)\]", lambda found: f"--by {re.sub('[^a-z,_]', '', found[1])}"),
    (r"\bvalue=(?=[\s,.]|$)", '--columns "value=..."'),
    (r"header_rows=\[([^\]]*)\]", r"--header-rows \1"),
    (r"tolerance= and limit=", "--tolerance and --limit"),
    (r'columns=\{"(\w+)": \.\.\.\}', r'--columns "\1=..."'),
    (r'columns=\{"partner": "([^"]*)", "value": "([^"]*)"\}', r'--columns "partner=\1,value=\2"'),
    (r'unknown="keep"', "--keep-unknown"),
    (r'columns=\{"partner": \.\.\., "value": \.\.\.\}', '--columns "partner=...,value=..."'),
    (r"""\b(duplicates|flow|decimal|unit|reporter|sheet|missing|negative|over|memory)=["']([^"']*)["']""", r"--\1 \2"),
    (r"\b(level|year)=(\d+)", r"--\1 \2"),
    (
        r"\b(columns|unit|decimal|sheet|reporter|flow|year|level|duplicates|by|over|tolerance|limit|out|memory)=(?=[\s,.:;)]|$)",
        r"--\1",
    ),
)


def as_options(message: str) -> str:
    """A message about arguments of Python, with the options of the command in their place."""
    for argument, option in _OPTIONS:
        message = re.sub(argument, option, message)
    return message
