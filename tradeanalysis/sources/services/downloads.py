"""From a query to the raw answers: what is stored is taken, what is missing is sent for, what is cut is divided."""

from __future__ import annotations

import contextlib
import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Literal

from tradeanalysis.schema import DownloadError
from tradeanalysis.sources.services import stored
from tradeanalysis.sources.services.calls import Answer, Call, Cut, Query, Service
from tradeanalysis.sources.services.keys import redacted
from tradeanalysis.sources.services.transport import Received, base_of, send
from tradeanalysis.sources.services.turns import turn
from tradeanalysis.texts import Text

# No call takes longer than this many seconds: all economies by all partners take the IMF many minutes.
PER_CALL = 1800
# Seconds between two questions whether an answer is ready.
LONGEST_WAIT = 30
# A plan of fewer calls than this says nothing.
FEW = 3
# What a service answers while it fails for a time.
RETRIED = (429, 500, 502, 503, 504)


@dataclass(frozen=True)
class Settings:
    """How answers are had: with which key, from which cache, until when."""

    key: str | None = None
    refresh: Literal["stale"] | bool = "stale"
    offline: bool = False
    # The folder of the cache; None keeps nothing.
    folder: Path | None = None
    # When the whole has to be done, on the monotonic clock.
    until: float = float("inf")
    write: Callable[[str], object] = lambda line: None
    # Now; and how long it is waited between two calls.
    now: Callable[[], datetime] = stored.now
    pause: Callable[[float], object] = time.sleep


@dataclass
class Download:
    """The answers to a query, and what should be known of them."""

    answers: list[Answer] = field(default_factory=list)
    # Old answers that were taken because the service failed, and totals that were revised.
    warnings: list[Text] = field(default_factory=list)
    calls: int = 0
    waiting: int = 0


def gather(service: Service, query: Query, settings: Settings) -> Download:
    """All answers to a query, one call after the other.

    Raises
    ------
    DownloadError
        A call failed and nothing of it is stored; ``stored`` says how many answers of the query are.
    """
    done = Download()
    # What planning asks for is had once, and is not sent for again where it is part of the plan.
    had: dict[str, Answer] = {}

    def ask(call: Call) -> Answer:
        if call.key not in had:
            had[call.key] = _answer(service, call, settings, done, None)
        return replace(had[call.key], call=call)

    try:
        waiting = list(service.plan(query, ask))
        _say_how_long(service, [call for call in waiting if not _kept(service, call, settings, None)], settings)
        while waiting:
            call = waiting.pop(0)
            done.waiting = len(waiting)
            try:
                done.answers.append(ask(call) if call.key in had else _answer(service, call, settings, done, ask))
            except Cut:
                waiting[:0] = service.divide(call)
    except DownloadError as error:
        raise _with_stored(error, done, settings) from None
    return done


def _answer(
    service: Service, call: Call, settings: Settings, done: Download, ask: Callable[[Call], Answer] | None
) -> Answer:
    """The answer to one call: the stored one where it still holds, a new one otherwise."""
    kept = None if settings.folder is None else stored.find(settings.folder, call)
    if kept and _holds(service, kept, settings, ask):
        if kept.meta.get("cut"):
            raise Cut
        return kept
    if settings.offline:
        raise DownloadError(
            Text("offline_without", service=service.title, url=base_of(service) + call.address),
            service=service.name,
            url=base_of(service) + call.address,
        )
    try:
        new = _new(service, call, settings, done, ask)
    except Cut:
        if settings.folder is not None:
            stored.mark(settings.folder, call, "cut")
        raise
    except DownloadError as error:
        # That there was nothing once does not stand in for figures.
        if not kept or not kept.content or not _passing(error):
            raise
        days = _age(kept, settings).days
        done.warnings.append(Text("old_answer_taken", service=service.title, days=days, reason=error.args[0]))
        return kept
    if kept and kept.content and new.content and service.totals:
        done.warnings += _revised(service, kept, new)
    return new


def _passing(error: DownloadError) -> bool:
    """Whether a failure is the service's or the net's, so that an old answer may stand in."""
    return error.status is None or error.status in RETRIED


def _holds(service: Service, kept: Answer, settings: Settings, ask: Callable[[Call], Answer] | None) -> bool:
    """Whether a stored answer is taken without a call."""
    if settings.offline or settings.refresh is False:
        return True
    if settings.refresh is True and kept.call.kind != "list":
        return False
    if service.still and ask and kept.content and kept.call.kind == "data":
        with contextlib.suppress(DownloadError):  # then its age decides
            if (still := service.still(kept, ask)) is not None:
                return still
    return stored.is_fresh(kept.meta, service.fresh_days[kept.call.kind], settings.now())


def _kept(service: Service, call: Call, settings: Settings, ask: Callable[[Call], Answer] | None) -> Answer | None:
    kept = None if settings.folder is None else stored.find(settings.folder, call)
    return kept if kept and _holds(service, kept, settings, ask) else None


def _age(kept: Answer, settings: Settings) -> timedelta:
    return stored.age(kept.meta, settings.now())


def _new(
    service: Service, call: Call, settings: Settings, done: Download, ask: Callable[[Call], Answer] | None
) -> Answer:
    """The answer of the service, checked before it is kept."""
    _keep_pace(service, settings)
    until = min(settings.until, time.monotonic() + PER_CALL)
    received = send(service, call, key=settings.key, until=until)
    done.calls += 1
    content = _prepared(service, call, _content(service, call, received, settings), settings, until)
    rows = service.check(call, content) if content else 0
    meta: dict[str, Any] = _meta(service, call, received, content, rows, settings)
    if rows:
        _say_done(service, settings, done)
        return stored.keep(settings.folder, call, content, meta)
    if call.kind == "data" and service.confirms_empty and ask and not service.confirms_empty(call, ask):
        raise DownloadError(
            Text("empty_though_there", service=service.title, url=base_of(service) + call.address),
            service=service.name,
            status=received.status,
            url=base_of(service) + call.address,
        )
    return stored.keep(settings.folder, call, b"", meta | {"empty": True})


def _prepared(service: Service, call: Call, content: bytes, settings: Settings, until: float) -> bytes:
    """What came, or what the service gives later in its place, which is waited for longer each time."""
    wait = service.pace
    while service.later and (following := service.later(call, content)):
        if time.monotonic() + wait > until:
            raise DownloadError(Text("still_prepared", service=service.title), service=service.name)
        settings.pause(wait)
        wait = min(1.5 * wait, LONGEST_WAIT)
        content = _content(service, following, send(service, following, key=settings.key, until=until), settings)
    return content


def _content(service: Service, call: Call, received: Received, settings: Settings) -> bytes:
    """What came back, where it is an answer; empty where the service says that there is nothing."""
    if service.nothing and service.nothing(received.status, received.content):
        return b""
    if received.status in ((206,) if call.range else (200,)):
        return received.content
    words = service.explain(received.status, received.content, received.headers) if service.explain else None
    if words is None:
        start = received.content[:200].decode("utf-8", "replace").strip()
        words = Text("status_unexpected", status=received.status, start=redacted(" ".join(start.split()), settings.key))
    raise DownloadError(
        Text("download_failed", service=service.title, reason=words),
        service=service.name,
        status=received.status,
        url=base_of(service) + call.address,
        retry_after=words.values.get("retry_after") if isinstance(words, Text) else None,
    )


def _meta(
    service: Service, call: Call, received: Received, content: bytes, rows: int, settings: Settings
) -> dict[str, Any]:
    headers = received.headers
    release = service.release(call, content) if service.release and rows else None
    return {
        "service": service.name,
        "url": base_of(service) + call.address,
        "params": dict(call.params),
        "kind": call.kind,
        "fetched_at": settings.now().isoformat(timespec="seconds"),
        "status": received.status,
        "etag": headers.get("etag"),
        "last_modified": headers.get("last-modified"),
        "size": _whole_size(headers.get("content-range", "")),
        "rows": rows,
        "cap": call.cap,
        "release": release,
        "licence": service.licence,
    }


def _whole_size(content_range: str) -> int | None:
    """The bytes of the whole file, as ``Content-Range: bytes 0-99/1234`` has them."""
    whole = content_range.rpartition("/")[2]
    return int(whole) if whole.isdigit() else None


def _keep_pace(service: Service, settings: Settings) -> None:
    """Wait until the service may be called again, by whichever notebook it was called last, if that is in time."""
    left = settings.until - time.monotonic()
    wait = turn(settings.folder, service.name, service.pace, left)
    if wait > left:
        reason = Text("turn_after_deadline", seconds=wait)
        raise DownloadError(Text("download_failed", service=service.title, reason=reason), service=service.name)
    if wait:
        settings.pause(wait)


def _revised(service: Service, old: Answer, new: Answer) -> Sequence[Text]:
    """What changed in the totals between a stored answer and a new one."""
    assert service.totals is not None
    before, after = service.totals(old), service.totals(new)
    day = old.meta["fetched_at"][:10]
    return [
        Text("revised", service=service.title, day=day, year=str(year), change=after[year] / total - 1)
        for year, total in before.items()
        if year in after and total and abs(after[year] / total - 1) > 1e-9
    ]


def _with_stored(error: DownloadError, done: Download, settings: Settings) -> DownloadError:
    """The error with how many answers are stored, so that the same line goes on from there."""
    there = len(done.answers)
    if there and settings.folder is not None and not settings.offline:
        error.stored = there
        error.args = (Text("stored_so_far", message=error.args[0], stored=there, calls=there + 1 + done.waiting),)
    return error


def _say_how_long(service: Service, calls: Sequence[Call], settings: Settings) -> None:
    if len(calls) >= FEW and not settings.offline:
        settings.write(said_of_plan(service, calls, settings.key is not None))


def said_of_plan(service: Service, calls: Sequence[Call], keyed: bool) -> Text:
    """How many calls there are, how long they take at least, and of how many a day with a key."""
    if calls and calls[0].about.get("begins"):
        return Text("plan_begins", service=service.name)
    if bytes := sum(call.range[1] - call.range[0] + 1 for call in calls if call.range):
        return Text("parts_to_fetch", service=service.name, calls=len(calls), mb=bytes / 1e6)
    key = "calls_of_day" if service.daily and keyed else "calls_to_make"
    return Text(key, service=service.name, calls=len(calls), time=_time(len(calls) * service.pace), daily=service.daily)


def _time(seconds: float) -> Text:
    """So many seconds, or minutes."""
    if seconds < 120:
        return Text("about_seconds", seconds=math.ceil(seconds))
    return Text("about_minutes", minutes=math.ceil(seconds / 60))


def _say_done(service: Service, settings: Settings, done: Download) -> None:
    if done.waiting:
        calls = len(done.answers) + 1
        settings.write(Text("calls_done", service=service.name, done=calls, calls=calls + done.waiting))
