"""Messages of the commands: findings in the language of the reader, and a sign that the work continues."""

from __future__ import annotations

import contextlib
import sys
import threading
import time
from collections.abc import Iterator

from tradeanalysis.texts import said

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


def in_words(message: Warning | Exception, lang: str) -> str:
    """What an error or a warning says, in a language, with options in place of arguments."""
    if findings := getattr(message, "findings", ()):
        return "\n".join(one.line(lang, "command") for one in findings)
    return said(message.args[0], lang, "command") if message.args and isinstance(message.args[0], str) else str(message)
