"""When a service may be called again: programs that share a cache keep its pace together."""

from __future__ import annotations

import os
import time
from pathlib import Path

from tradeanalysis.sources.services.answer_files import make, unwritable

# A turn further ahead than so many others is of a clock that was set back.
_MOST_WAITING = 100
# The last turns of this process, where nothing is kept.
_turns: dict[str, float] = {}


def turn(folder: Path | None, service: str, pace: float, most: float = float("inf")) -> float:
    """The seconds to wait until a service may be called, ``pace`` seconds after the last turn; the turn is taken.

    It is not taken where they are more than ``most``. The time of the file ``last_call`` is that of the last turn,
    which may lie ahead: whoever comes next queues behind.
    """
    now = time.time()
    last = _turns.get(service, 0.0) if folder is None else _last(folder / service)
    start = now if last > now + _MOST_WAITING * pace else max(now, last + pace)
    if start - now > most:
        return start - now
    if folder is None:
        _turns[service] = start
    else:
        try:
            make(folder / service)
            _write(folder / service / "last_call", start)
        except OSError as error:
            raise unwritable(folder / service, error) from error
    return start - now


def _write(path: Path, start: float) -> None:
    # Not touched first: that would show others the present time for a moment.
    try:
        os.utime(path, (start, start))
    except FileNotFoundError:
        path.touch()
        os.utime(path, (start, start))


def _last(place: Path) -> float:
    try:
        return (place / "last_call").stat().st_mtime
    except OSError:  # there was none
        return 0.0
