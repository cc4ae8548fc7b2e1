"""One exchange with a server, ended at its deadline whatever the server does; imported where something is sent."""

from __future__ import annotations

import contextlib
import functools
import http.client
import os
import socket
import ssl
import threading
import time
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import requests
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError, InvalidChunkLength, NewConnectionError
from urllib3.exceptions import TimeoutError as UrllibTimeout
from urllib3.util.connection import allowed_gai_family, create_connection

# Seconds to connect to one address, and of silence within an answer.
CONNECT, SILENCE = 30.0, 180.0
CHUNK = 65536
# Of an answer that is no success, so much is read.
WORDS = 65536


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

    kind: Literal["late", "large", "short", "silent", "broken"]
    cause: str = ""
    retries: int = 0


class Oversize(Exception):
    """More bytes than are taken."""


class Watch:
    """Shuts the sockets of an exchange down at its deadline, from a thread of its own.

    It keeps a duplicate of each: a socket is replaced when it turns to TLS, and a read that drips never times out.
    """

    def __init__(self, until: float) -> None:
        self.until = until
        self.over = False
        self._lock = threading.Lock()
        self._sockets: list[socket.socket] = []
        self._timer = threading.Timer(max(0.0, until - time.monotonic()), self._end)
        self._timer.daemon = True

    def __enter__(self) -> Watch:
        self._timer.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._timer.cancel()
        with self._lock:
            for one in self._sockets:
                one.close()
            self._sockets.clear()

    @property
    def left(self) -> float:
        """Seconds until the deadline, never quite none: a time-out of 0 would mean not to wait at all."""
        return max(0.001, self.until - time.monotonic())

    @property
    def late(self) -> bool:
        """Whether the deadline has passed, so that an end of data may be our own doing."""
        return self.over or time.monotonic() >= self.until

    def keep(self, connected: socket.socket) -> socket.socket:
        """The same socket, watched."""
        with self._lock:
            self._sockets.append(connected.dup())
        if self.over:
            self._end()
        return connected

    def _end(self) -> None:
        with self._lock:
            self.over = True
            for one in self._sockets:
                # The other side may have closed it.
                with contextlib.suppress(OSError):
                    one.shutdown(socket.SHUT_RDWR)


def exchange(request: Request, *, until: float, most: int) -> Reply | Failure:
    """Send a request once; at most so many bytes are taken, after decoding."""
    try:
        with Watch(until) as watch, _session(request, watch) as session:
            return _answered(session, request, watch, most)
    # What they say holds addresses and headers: only what kind of failure it was is taken from them.
    except (requests.RequestException, HTTPError, http.client.HTTPException, OSError, zlib.error) as error:
        return Failure("late") if watch.late else _broken(error)
    except Oversize:
        return Failure("large")


def _answered(session: requests.Session, request: Request, watch: Watch, most: int) -> Reply | Failure:
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
        status = response.status_code
        if 300 <= status < 400 or (request.part and status == 200):
            content = b""
        elif 200 <= status < 300:
            content = _taken(_decoded(response.raw, headers), most)
        else:
            content = _words(_decoded(response.raw, headers))
        # A socket that was shut down reads like one that has come to its end.
        return Failure("late") if watch.late else Reply(status, headers, content)


def _taken(chunks: Iterable[bytes], most: int) -> bytes:
    parts, size = [], 0
    for chunk in chunks:
        size += len(chunk)
        if size > most:
            raise Oversize
        parts.append(chunk)
    return b"".join(parts)


def _words(chunks: Iterable[bytes]) -> bytes:
    """The beginning of an answer whose status has said what matters: it may be cut."""
    words = b""
    with contextlib.suppress(HTTPError, OSError, zlib.error):
        for chunk in chunks:
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
        raise HTTPError("an encoding that was not requested")
    return iter(chunks)


def _inflated(chunks: Iterable[bytes]) -> Iterator[bytes]:
    stream, begun = zlib.decompressobj(31), False
    for chunk in chunks:
        rest = chunk
        while rest:
            # One member of a gzip stream may follow another.
            stream = zlib.decompressobj(31) if stream.eof else stream
            begun = True
            while out := stream.decompress(rest, CHUNK):
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
    if any(isinstance(one, (http.client.IncompleteRead, zlib.error, InvalidChunkLength)) for one in causes):
        return Failure("short", "", 5)
    if any(isinstance(one, (TimeoutError, requests.Timeout, UrllibTimeout)) for one in causes):
        return Failure("silent", "", 5)
    said = [one.strerror for one in causes if isinstance(one, OSError) and one.strerror]
    # A name that is not known now will hardly be known in half a minute.
    tries = 2 if any(isinstance(one, socket.gaierror) for one in causes) else 5
    return Failure("broken", said[-1] if said else type(causes[-1]).__name__, tries)


def _causes(error: BaseException) -> Iterator[BaseException]:
    """An error and what it came from, down to what the system said."""
    seen: set[int] = set()
    following: BaseException | None = error
    while following is not None and id(following) not in seen:
        seen.add(id(following))
        yield following
        inner = [one for one in (*following.args, getattr(following, "reason", None)) if isinstance(one, Exception)]
        following = following.__cause__ or (inner[0] if inner else following.__context__)


def _session(request: Request, watch: Watch) -> requests.Session:
    session = requests.Session()
    session.trust_env = request.trust_env
    # Otherwise a password of ~/.netrc would be added.
    session.auth = _unchanged
    for scheme in ("https://", "http://"):
        session.mount(scheme, _Adapter(watch))
    return session


def _unchanged(prepared: requests.PreparedRequest) -> requests.PreparedRequest:
    return prepared


class _Adapter(HTTPAdapter):
    """Connections that are watched, to the server or to a proxy."""

    def __init__(self, watch: Watch) -> None:
        self._pools = {
            "http": functools.partial(_watched_pool, HTTPConnectionPool, _WatchedHTTP, watch),
            "https": functools.partial(_watched_pool, HTTPSConnectionPool, _WatchedHTTPS, watch),
        }
        super().__init__(max_retries=0)

    def init_poolmanager(self, *args: Any, **options: Any) -> None:
        super().init_poolmanager(*args, **options, **_certificates())
        self.poolmanager.pool_classes_by_scheme = self._pools

    def proxy_manager_for(self, proxy: str, **options: Any) -> Any:
        manager = super().proxy_manager_for(proxy, **options, **_certificates())
        # One of SOCKS connects in its own way, and has only the time-outs.
        if not proxy.lower().startswith("socks"):
            manager.pool_classes_by_scheme = self._pools
        return manager


def _certificates() -> dict[str, Any]:
    """The certificates of the system, where ``truststore`` is installed and no others are named."""
    if os.environ.get("REQUESTS_CA_BUNDLE") or os.environ.get("CURL_CA_BUNDLE"):
        return {}
    try:
        import truststore
    except ImportError:
        return {}
    return {"ssl_context": truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)}


def _watched_pool(pool: Any, connection: Any, watch: Watch, *args: Any, **options: Any) -> Any:
    made = pool(*args, **options)
    made.ConnectionCls = functools.partial(connection, watch=watch)
    return made


class _WatchedHTTP(HTTPConnection):
    # Python prints headers, and so the key, where this is set for all connections.
    debuglevel = 0

    def __init__(self, *args: Any, watch: Watch, **options: Any) -> None:
        super().__init__(*args, **options)
        self._watch = watch

    def _new_conn(self) -> socket.socket:
        return _connected(self, self._watch)


class _WatchedHTTPS(HTTPSConnection):
    debuglevel = 0

    def __init__(self, *args: Any, watch: Watch, **options: Any) -> None:
        super().__init__(*args, **options)
        self._watch = watch

    def _new_conn(self) -> socket.socket:
        return _connected(self, self._watch)


def _connected(connection: Any, watch: Watch) -> socket.socket:
    """A socket to the first address of the host that answers, all within the deadline."""
    failure: OSError = OSError("the host has no address")
    for address in _addresses(connection._dns_host, connection.port, watch):
        if watch.late:
            break
        try:
            timeout = min(CONNECT, watch.left)
            return watch.keep(create_connection(address, timeout, socket_options=connection.socket_options))
        except OSError as error:
            failure = error
    raise NewConnectionError(connection, type(failure).__name__) from failure


def _addresses(host: str, port: int, watch: Watch) -> list[tuple[str, int]]:
    """The addresses of a host: a name server that is silent is not waited for beyond the deadline."""
    found: list[Any] = []

    def look() -> None:
        try:
            found.append(socket.getaddrinfo(host.strip("[]"), port, allowed_gai_family(), socket.SOCK_STREAM))
        except OSError as error:
            found.append(error)

    thread = threading.Thread(target=look, daemon=True)
    thread.start()
    thread.join(min(CONNECT, watch.left))
    if not found:
        raise TimeoutError("no name server answered")
    if isinstance(found[0], OSError):
        raise found[0]
    return list(dict.fromkeys(one[4][:2] for one in found[0]))
