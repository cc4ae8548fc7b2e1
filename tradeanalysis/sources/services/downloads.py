"""From a query to the raw answers: what is stored is taken, what is missing is sent for, what is cut is divided."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Literal

from tradeanalysis.schema import DownloadError
from tradeanalysis.sources.services import stored
from tradeanalysis.sources.services.calls import Answer, Call, Cut, Query, Service
from tradeanalysis.sources.services.transport import Received, send
from tradeanalysis.texts import Text

Refresh = Literal["stale"] | bool


@dataclass(frozen=True)
class Settings:
    """How answers are had: with which key, from which cache, until when."""

    key: str | None = None
    refresh: Refresh = "stale"
    offline: bool = False
    # The folder of the cache; None keeps nothing.
    folder: Path | None = None
    # On the monotonic clock: when the whole has to be done.
    until: float = float("inf")
    write: Callable[[str], object] = lambda line: None
    # Now, of which a test can make another day.
    now: Callable[[], datetime] = stored.now


@dataclass
class Download:
    """The answers to a query, and what should be known of them."""

    answers: list[Answer] = field(default_factory=list)
    # Answers that were taken although they are old, and totals that changed.
    notes: list[Text] = field(default_factory=list)


def gather(service: Service, query: Query, settings: Settings) -> Download:
    """All answers to a query, one call after the other.

    Raises
    ------
    DownloadError
        A call failed and nothing of it is stored; ``stored`` says how many answers are.
    """
    done = Download()

    def ask(call: Call) -> Answer:
        return _answer(service, call, settings, done, None)

    try:
        waiting = list(service.plan(query, ask))
        _say_how_long(service, waiting, settings)
        while waiting:
            call = waiting.pop(0)
            try:
                done.answers.append(_answer(service, call, settings, done, ask))
            except Cut:
                waiting[:0] = service.divide(call)
    except DownloadError as error:
        error.stored = error.stored or sum(not one.meta.get("empty") for one in done.answers)
        raise
    return done
