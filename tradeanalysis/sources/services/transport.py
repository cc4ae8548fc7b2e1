"""How one call is sent: to which hosts, with which key, how often, how long and how much; nothing of what it means."""

from __future__ import annotations

import email.utils
import logging
import random
import re
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from tradeanalysis.schema import DownloadError
from tradeanalysis.sources.services.calls import Call, Service
from tradeanalysis.sources.services.hosts import base_of as base_of
from tradeanalysis.sources.services.hosts import is_local, may_have_key, url_of
from tradeanalysis.sources.services.keys import Key, redacted, valid_key, without_key
from tradeanalysis.texts import Text

if TYPE_CHECKING:
    from tradeanalysis.sources.services.exchanges import Failure, Reply, Request

log = logging.getLogger(__name__)

# Bytes of an answer after decoding, unless it is a part of a file, whose length is known.
MOST_BYTES = 512 * 2**20
# Retries of a call, seconds of one wait that a service may impose, and seconds of a call without a deadline.
MOST_RETRIES, MOST_WAIT, MOST_SECONDS = 5, 120.0, 3600.0
# What may be otherwise a moment later.
PASSING = frozenset({429, 500, 502, 503, 504})
# The parameter in which a key goes to a service that has no header for it.
KEY_PARAMETER = "key"
_PLACE = re.compile(r"bytes (\d{1,18})-(\d{1,18})/(\d{1,18}|\*)", re.ASCII)
_TALKATIVE = ("urllib3.connectionpool", "urllib3.connection", "urllib3.util.retry")


@dataclass(frozen=True)
class Received:
    """What came back: its status, its decoded body, and its headers by names in lower case."""

    status: int
    content: bytes
    headers: Mapping[str, str]


@dataclass(frozen=True)
class _Trouble:
    """Why an outcome is not taken, and how often the call may be sent again."""

    reason: Text
    status: int | None = None
    retries: int = 0
    retry_after: float | None = None


def pause(seconds: float) -> None:
    """Wait before the next try."""
    time.sleep(seconds)


def send(service: Service, call: Call, *, key: str | None, until: float) -> Received:
    """Send a call until it is answered, with retries, before ``until`` on the monotonic clock.

    Every status that does not pass by itself is returned, whether or not it is a success.

    Raises
    ------
    DownloadError
        It is sent elsewhere, too late, too large, not the part that was requested, or fails again and again; the key
        is neither in its message nor in its address.
    """
    key = None if key is None else valid_key("key=", key)
    shown, request = _request(service, call, key)
    until = min(until, time.monotonic() + MOST_SECONDS)
    retry = 0
    while True:
        outcome = _verdict(call, _sent(service, request, key, until, _most(call)), retry + 1)
        if isinstance(outcome, Received):
            return outcome
        left = until - time.monotonic()
        imposed = outcome.retry_after or 0.0
        wait = max(imposed, 2**retry * random.uniform(1, 1.25))
        if imposed and imposed > min(MOST_WAIT, left):
            reason = Text("wait_too_long", status=outcome.status, seconds=imposed)
            raise _error(service, shown, replace(outcome, reason=reason))
        if retry >= outcome.retries or wait >= left:
            raise _error(service, shown, outcome)
        pause(wait)
        retry += 1


def _request(service: Service, call: Call, key: Key | None) -> tuple[str, Request]:
    """The address as it may be shown, and the whole request."""
    from tradeanalysis.sources.services.exchanges import Request

    url = url_of(service, call)
    local = is_local(url)
    sent = key if may_have_key(service, call) else None
    if sent is not None and local and not sent.startswith("test-"):
        raise DownloadError(Text("key_not_local", service=service.title), service=service.name, url=url)
    headers = {"User-Agent": _agent(), "Accept": call.accept, "Accept-Encoding": "identity" if call.range else "gzip"}
    if call.body is not None:
        headers["Content-Type"] = "application/json"
    if call.range is not None:
        headers["Range"] = f"bytes={call.range[0]}-{call.range[1]}"
        # A weak one never matches, and would bring the whole file.
        if call.etag and not call.etag.startswith("W/"):
            headers["If-Range"] = call.etag
    if sent is not None and service.key_header:
        headers[service.key_header] = sent
    return url, Request(
        method="GET" if call.body is None else "POST",
        url=url,
        headers=headers,
        params={KEY_PARAMETER: sent} if sent is not None and not service.key_header else {},
        body=call.body,
        part=call.range is not None,
        trust_env=not local,
    )


def _agent() -> str:
    return f"tradeanalysis/{sys.modules['tradeanalysis'].__version__}"


def _most(call: Call) -> int:
    return MOST_BYTES if call.range is None else call.range[1] - call.range[0] + 1


def _sent(service: Service, request: Request, key: Key | None, until: float, most: int) -> Reply | Failure:
    """One try, with its line in the log, and nothing of the key in what came back."""
    from tradeanalysis.sources.services.exchanges import Failure, exchange

    began = time.monotonic()
    with _quiet(key):
        outcome = exchange(request, until=until, most=most)
    result = f"{outcome.kind} {outcome.cause}" if isinstance(outcome, Failure) else f"{outcome.status}"
    size = 0 if isinstance(outcome, Failure) else len(outcome.content)
    line = f"{service.name}: {request.method} {request.url}: {result}, {size} bytes, {time.monotonic() - began:.2f} s"
    log.info("%s", redacted(line, key))
    if isinstance(outcome, Failure):
        return replace(outcome, cause=redacted(outcome.cause, key))
    # A service may repeat the key; bytes of a file are left as they are.
    content = outcome.content if outcome.status == 206 else without_key(outcome.content, key)
    return replace(outcome, content=content, headers={n: redacted(v, key) for n, v in outcome.headers.items()})


@contextmanager
def _quiet(key: Key | None) -> Iterator[None]:
    """No line of urllib3 has the key, which it writes where the key is a parameter."""

    def without(record: logging.LogRecord) -> bool:
        record.msg, record.args = redacted(record.getMessage(), key), ()
        return True

    loggers = [logging.getLogger(name) for name in _TALKATIVE]
    for one in loggers:
        one.addFilter(without)
    try:
        yield
    finally:
        for one in loggers:
            one.removeFilter(without)


def _verdict(call: Call, outcome: Reply | Failure, tries: int) -> Received | _Trouble:
    """Whether what came back is taken, or why not and how often the call may be sent again."""
    from tradeanalysis.sources.services.exchanges import Failure

    if isinstance(outcome, Failure):
        reason = Text(f"answer_{outcome.kind}", size=_most(call), cause=outcome.cause, tries=tries)
        return _Trouble(reason, outcome.status, outcome.retries)
    status, headers = outcome.status, outcome.headers
    if 300 <= status < 400:
        to = re.split("[?#]", headers.get("location", "?"))[0][:100]
        return _Trouble(Text("sent_elsewhere", status=status, to=to), status)
    if status in PASSING:
        reason = Text("answered_again", status=status, tries=tries, words=_words(outcome.content))
        return _Trouble(reason, status, MOST_RETRIES, _retry_after(headers))
    if call.range is not None and status in (200, 206):
        return _part(call, outcome)
    if status == 206:
        return _Trouble(Text("answer_short", tries=tries), status)
    return Received(status, outcome.content, headers)


def _part(call: Call, reply: Reply) -> Received | _Trouble:
    """A part of a file, if it is the one that was requested, of the file that was meant."""
    first, last = call.range or (0, 0)
    etag = reply.headers.get("etag")
    if call.etag and etag and etag != call.etag:
        return _Trouble(Text("file_replaced"), reply.status)
    if reply.status == 200:
        return _Trouble(Text("gives_no_parts"), reply.status)
    found = _PLACE.fullmatch(reply.headers.get("content-range", "").strip())
    # A file may end before the last byte that was requested.
    end = last if found is None or found[3] == "*" else min(last, int(found[3]) - 1)
    if found is None or (int(found[1]), int(found[2])) != (first, end) or len(reply.content) != end - first + 1:
        return _Trouble(Text("other_part", first=first, last=last), reply.status)
    return Received(reply.status, reply.content, reply.headers)


def _words(content: bytes) -> str:
    """What a service says beside its status, where it is not a page for browsers."""
    words = " ".join(content.decode("utf-8", "replace").split())
    return "" if not words or words.startswith("<") else f": {words[:200]}"


def _retry_after(headers: Mapping[str, str]) -> float | None:
    """The seconds that a service imposes, as a number or until a date by its own clock."""
    value = headers.get("retry-after", "").strip()
    if re.fullmatch(r"\d{1,12}", value, re.ASCII):
        return float(value)
    until = _moment(value)
    return None if until is None else max(0.0, (until - (_moment(headers.get("date", "")) or _now())).total_seconds())


def _moment(value: str) -> datetime | None:
    try:
        moment = email.utils.parsedate_to_datetime(value)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _now() -> datetime:
    return datetime.now(UTC)


def _error(service: Service, url: str, trouble: _Trouble) -> DownloadError:
    return DownloadError(
        Text("download_failed", service=service.title, reason=trouble.reason),
        service=service.name,
        status=trouble.status,
        url=url,
        retry_after=trouble.retry_after,
    )
