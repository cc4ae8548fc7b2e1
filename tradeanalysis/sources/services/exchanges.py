"""One exchange with a server, ended at its deadline whatever the server does; imported where something is sent."""

from __future__ import annotations

import contextlib
import errno
import http.client
import socket
import ssl
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import requests
from urllib3.exceptions import HTTPError, InvalidChunkLength, ProtocolError
from urllib3.exceptions import TimeoutError as UrllibTimeout

from tradeanalysis.sources.services.watched import CONNECT, Watch, session_of

# Seconds of silence within an answer.
SILENCE = 180.0
CHUNK = 65536
# Of an answer that is no success, so much is read.
WORDS = 65536
# All that an answer can bring about: a ValueError is that of a header which is none.
FAILURES = (requests.RequestException, HTTPError, http.client.HTTPException, OSError, zlib.error, ValueError)
# Whose errors say nothing of a request.
PLAIN = ("builtins", "socket", "ssl")
# How an answer fails to come to its end.
SHORT = (http.client.IncompleteRead, http.client.RemoteDisconnected, InvalidChunkLength, zlib.error)
# Where there is no net, or no way to the address.
NO_NET = (errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN)
SILENT = (TimeoutError, requests.Timeout, UrllibTimeout)


@dataclass(frozen=True)
class Request:
    """What is sent: ``headers`` and ``params`` hold the key, and are not shown."""

    method: str
    url: str
    headers: Mapping[str, str] = field(repr=False)
    params: Mapping[str, str] = field(repr=False)
    body: str | None = None
    # Whether a part of a file is requested, for which a whole one is not taken.
    part: bool = False
    # Whether proxies and certificates of the environment apply: not on this machine.
    trust_env: bool = True


@dataclass(frozen=True)
class Reply:
    """What came back, with names of headers in lower case."""

    status: int
    headers: Mapping[str, str]
    content: bytes


@dataclass(frozen=True)
class Failure:
    """Why nothing came back, and how often it may be tried again."""

    kind: Literal["late", "large", "encoded", "short", "silent", "broken", "unreached"]
    cause: str = ""
    retries: int = 0
    # That of the headers, where they came.
    status: int | None = None


@dataclass
class Begun:
    """What is known of an answer before it is whole."""

    status: int | None = None


class Oversize(Exception):
    """More bytes than are taken."""


class Unreadable(Exception):
    """An encoding that was not requested."""


def exchange(request: Request, *, until: float, most: int) -> Reply | Failure:
    """Send a request once; at most so many bytes are taken, after decoding."""
    begun = Begun()
    try:
        with Watch(until) as watch, session_of(watch, trust_env=request.trust_env) as session:
            return _answered(session, request, watch, most, begun)
    # What they say holds addresses and headers: only what kind of failure it was is taken from them.
    except FAILURES as error:
        failure = Failure("late") if watch.late else _broken(error)
    except Oversize:
        failure = Failure("large")
    except Unreadable:
        failure = Failure("encoded")
    return replace(failure, status=begun.status)


def _answered(session: requests.Session, request: Request, watch: Watch, most: int, begun: Begun) -> Reply | Failure:
    with session.request(
        request.method,
        request.url,
        params=request.params,
        data=request.body.encode() if request.body is not None else None,
        headers=request.headers,
        timeout=(min(CONNECT, watch.left), min(SILENCE, watch.left)),
        allow_redirects=False,
        stream=True,
    ) as response:
        headers = {name.lower(): value for name, value in response.headers.items()}
        status = begun.status = response.status_code
        if 300 <= status < 400 or (request.part and status == 200):
            content = b""
        elif 200 <= status < 300:
            content = _taken(_decoded(response.raw, headers), most)
        else:
            content = _words(response.raw, headers)
        # A socket that was shut down reads like one that has come to its end.
        return Failure("late", status=status) if watch.late else Reply(status, headers, content)


def _taken(chunks: Iterable[bytes], most: int) -> bytes:
    parts, size = [], 0
    for chunk in chunks:
        size += len(chunk)
        if size > most:
            raise Oversize
        parts.append(chunk)
    return b"".join(parts)


def _words(raw: Any, headers: Mapping[str, str]) -> bytes:
    """The beginning of an answer whose status has said what matters: it may be cut, or not be readable."""
    words = b""
    with contextlib.suppress(HTTPError, OSError, zlib.error, Unreadable):
        for chunk in _decoded(raw, headers):
            words += chunk
            if len(words) >= WORDS:
                break
    return words[:WORDS]


def _decoded(raw: Any, headers: Mapping[str, str]) -> Iterator[bytes]:
    """The body as it was before compression; an end that comes too early is an error in either."""
    chunks = raw.stream(CHUNK, decode_content=False)
    encoding = headers.get("content-encoding", "identity").strip().lower()
    if encoding in ("gzip", "x-gzip"):
        return _inflated(chunks)
    if encoding not in ("identity", ""):
        raise Unreadable
    return iter(chunks)


def _inflated(chunks: Iterable[bytes]) -> Iterator[bytes]:
    stream, begun = zlib.decompressobj(31), False
    for chunk in chunks:
        rest = chunk
        while rest:
            # One member of a gzip stream may follow another.
            stream = zlib.decompressobj(31) if stream.eof else stream
            begun = True
            # At its end what follows stands in both, in ``unused_data`` as it is.
            while not stream.eof and (out := stream.decompress(rest, CHUNK)):
                yield out
                rest = stream.unconsumed_tail
            rest = stream.unused_data
    if begun and not stream.eof:
        raise zlib.error("the stream ends too early")


def _broken(error: Exception) -> Failure:
    """What failed in words without an address, and how often it is worth another try."""
    causes = list(_causes(error))
    if refused := [str(one) for one in causes if isinstance(one, ssl.SSLCertVerificationError)]:
        return Failure("broken", refused[0], 0)
    # A chunk without its length is a ValueError within one of the protocol.
    ended = isinstance(error, ProtocolError) and isinstance(causes[-1], ValueError)
    if ended or any(isinstance(one, SHORT) for one in causes):
        return Failure("short", "", 5)
    if any(isinstance(one, SILENT) for one in causes):
        return Failure("silent", "", 5)
    # Those of requests and urllib3 would say the address.
    said = [str(one.strerror or one) for one in causes if isinstance(one, OSError) and type(one).__module__ in PLAIN]
    # A name that is not known now will hardly be known in half a minute.
    unreached = any(isinstance(one, socket.gaierror) or getattr(one, "errno", None) in NO_NET for one in causes)
    tries = 2 if any(isinstance(one, socket.gaierror) for one in causes) else 5
    words = said[-1][:200] if said else type(causes[-1]).__name__
    return Failure("unreached" if unreached else "broken", words, tries)


def _causes(error: BaseException) -> Iterator[BaseException]:
    """An error and what it came from, down to what the system said."""
    seen: set[int] = set()
    following: BaseException | None = error
    while following is not None and id(following) not in seen:
        seen.add(id(following))
        yield following
        inner = [one for one in (*following.args, getattr(following, "reason", None)) if isinstance(one, Exception)]
        following = following.__cause__ or (inner[0] if inner else following.__context__)
