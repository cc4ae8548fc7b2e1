"""A server on this machine that fails in every way: answers that drip, break off, lie, or send the call elsewhere.

A handler takes a request and gives what is played to the client: bytes are sent, numbers are seconds of silence, and at
its end the connection is closed; ``ABORT`` closes it with a reset.
"""

import contextlib
import gzip
import json
import re
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from email.utils import formatdate
from urllib.parse import parse_qs, urlsplit

ABORT = object()
REASONS = {200: "OK", 204: "No Content", 206: "Partial Content", 302: "Found", 429: "Too Many Requests"}


@dataclass
class Request:
    """What a client has sent, and which request it is to its route (from 1)."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes
    count: int
    time: float
    route: str | None
    # Bytes that were sent in answer, with the headers.
    sent: int = 0

    @property
    def path(self) -> str:
        return urlsplit(self.target).path

    @property
    def query(self) -> dict[str, str]:
        """The parameters; of one that is repeated, the last."""
        return {name: values[-1] for name, values in parse_qs(urlsplit(self.target).query, True).items()}


Handler = Callable[[Request], Iterable[object]]


def whole(status: int, body: bytes = b"", headers: Mapping[str, str] = {}) -> bytes:
    """An answer as it goes over the line; the length is stated unless the headers say otherwise."""
    return head(status, {"Content-Length": str(len(body)), **headers}) + body


def head(status: int, headers: Mapping[str, str]) -> bytes:
    """Status and headers; a header whose value is empty is left out."""
    given = {"Content-Type": "application/json", "Connection": "close", **headers}
    lines = [f"HTTP/1.1 {status} {REASONS.get(status, 'Status')}", *(f"{n}: {v}" for n, v in given.items() if v)]
    return "\r\n".join([*lines, "", ""]).encode("latin-1")


def answer(status: int, body: bytes | str | dict | list = b"", headers: Mapping[str, str] = {}) -> Handler:
    """The same answer to every request; what is no text is written as JSON."""
    body = json.dumps(body) if isinstance(body, (dict, list)) else body
    data = body.encode() if isinstance(body, str) else body
    return lambda request: [whole(status, data, headers)]


def ok(body: bytes | str | dict | list, headers: Mapping[str, str] = {}) -> Handler:
    return answer(200, body, headers)


def zipped(body: bytes) -> Handler:
    """Compressed, where the client takes it."""

    def played(request):
        if "gzip" not in request.headers.get("accept-encoding", ""):
            return [whole(200, body)]
        return [whole(200, gzip.compress(body), {"Content-Encoding": "gzip"})]

    return played


NOT_FOUND = answer(404, {"statusCode": 404, "message": "Resource not found"})


def in_turn(*handlers: Handler) -> Handler:
    """The first handler for the first request, the second for the second; the last one for all further ones."""
    return lambda request: handlers[min(request.count, len(handlers)) - 1](request)


def failing(times: int, failure: Handler, then: Handler) -> Handler:
    """So many failures, and then another answer."""
    return in_turn(*[failure] * times, then)


def slow(seconds: float, then: Handler) -> Handler:
    """Silence before an answer."""
    return lambda request: (yield seconds) or (yield from then(request))


def drip_header(every: float = 0.05, status: int = 200) -> Handler:
    """Headers without end, a byte at a time."""

    def played(request):
        yield f"HTTP/1.1 {status} OK\r\n".encode()
        while True:
            for byte in b"X-Slow: yes\r\n":
                yield bytes([byte])
                yield every

    return played


def drip_body(every: float = 0.05, status: int = 200, length: int | None = 10**6) -> Handler:
    """A body of blanks, a byte at a time, of a stated length or none."""

    def played(request):
        yield head(status, {"Content-Length": "" if length is None else str(length)})
        while True:
            yield b" "
            yield every

    return played


def cut(body: bytes, at: int) -> Handler:
    """The length of the whole, and the beginning only."""
    return lambda request: [head(200, {"Content-Length": str(len(body))}) + body[:at]]


def chunk_abort(body: bytes) -> Handler:
    """A chunk, and then an end that is none."""
    return lambda request: [
        head(200, {"Transfer-Encoding": "chunked"}) + f"{len(body):x}\r\n".encode() + body + b"\r\n",
        0.02,
        ABORT,
    ]


def reset() -> Handler:
    """No answer: the connection is torn down."""
    return lambda request: [ABORT]


def gzip_bomb(size: int = 200 * 2**20, status: int = 200) -> Handler:
    """Zeros of so many bytes, a thousandth of that on the line."""
    packed = gzip.compress(bytes(2**20))
    return lambda request: [
        head(status, {"Content-Encoding": "gzip", "Content-Length": str(len(packed) * (size >> 20))}),
        *[packed] * (size >> 20),
    ]


def zipped_cut(body: bytes) -> Handler:
    """Compressed data that ends too early, though as long as is stated."""
    packed = gzip.compress(body)
    packed = packed[: len(packed) // 2]
    return answer(200, packed, {"Content-Encoding": "gzip"})


def redirect(url: str, status: int = 302) -> Handler:
    return answer(status, b"", {"Location": url})


def retry_date(seconds: float) -> dict[str, str]:
    """Headers that name the moment in so many seconds."""
    return {"Date": formatdate(usegmt=True), "Retry-After": formatdate(time.time() + seconds, usegmt=True)}


def file(content: bytes, etag: str = '"1"', headers: Mapping[str, str] = {}) -> Handler:
    """A file that is served in parts, and whole where ``If-Range`` names another."""

    def played(request):
        given = {"ETag": etag, "Content-Type": "application/zip", "Accept-Ranges": "bytes", **headers}
        found = re.fullmatch(r"bytes=(\d*)-(\d*)", request.headers.get("range", ""))
        if found is None or request.headers.get("if-range", etag) != etag:
            return [whole(200, content, given)]
        if found[1]:
            first, last = int(found[1]), min(int(found[2] or len(content)), len(content) - 1)
        else:
            first, last = max(0, len(content) - int(found[2])), len(content) - 1
        if first > last:
            return [whole(416, b"", {**given, "Content-Range": f"bytes */{len(content)}"})]
        place = f"bytes {first}-{last}/{len(content)}"
        return [whole(206, content[first : last + 1], {**given, "Content-Range": place})]

    return played


@dataclass
class FaultServer:
    """A server with a handler for each prefix of a path, of which the longest is taken.

    ``requests`` are all that came. ``greeting`` is played to whoever connects, before anything is read.

    Used as ``with FaultServer({"/data": ok({})}) as server: ... server.url``.
    """

    routes: dict[str, Handler] = field(default_factory=dict)
    greeting: Callable[[], Iterable[object]] | None = None
    requests: list[Request] = field(default_factory=list)
    connections: int = 0

    def __enter__(self) -> "FaultServer":
        self._over = threading.Event()
        self._lock = threading.Lock()
        self._counts: dict[str | None, int] = {}
        self._socket = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = self._socket.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *error: object) -> None:
        self._over.set()
        # Which wakes the thread that waits for a connection; a system that does not know it closes it all the same.
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()

    def to(self, path: str) -> list[Request]:
        """The requests whose path begins so."""
        return [one for one in self.requests if one.path.startswith(path)]

    @property
    def bytes_sent(self) -> int:
        """Bytes of all answers, with their headers."""
        return sum(one.sent for one in self.requests)

    def _accept(self) -> None:
        while not self._over.is_set():
            # The socket is closed when the server ends.
            with contextlib.suppress(OSError):
                connection, _ = self._socket.accept()
                self.connections += 1
                threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        # A client may go at any time.
        with connection, contextlib.suppress(OSError):
            connection.settimeout(30)
            if self.greeting is not None:
                self._play(connection, self.greeting(), None)
                return
            request = self._read(connection)
            if request is not None:
                handler = self.routes.get(
                    request.route, answer(404, {"statusCode": 404, "message": "Resource not found"})
                )
                self._play(connection, handler(request), request)
                # The client reads to the end before it is closed.
                connection.shutdown(socket.SHUT_WR)
                connection.settimeout(1)
                while connection.recv(65536):
                    pass

    def _read(self, connection: socket.socket) -> Request | None:
        data = b""
        while b"\r\n\r\n" not in data:
            more = connection.recv(65536)
            if not more:
                return None
            data += more
        lines, _, body = data.partition(b"\r\n\r\n")
        first, *rest = lines.decode("latin-1").split("\r\n")
        headers = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in rest)}
        while len(body) < int(headers.get("content-length", 0)):
            body += connection.recv(65536)
        method, target, _ = first.split(" ")
        prefixes = [prefix for prefix in self.routes if urlsplit(target).path.startswith(prefix)]
        route = max(prefixes, key=len, default=None)
        with self._lock:
            self._counts[route] = self._counts.get(route, 0) + 1
            request = Request(method, target, headers, body, self._counts[route], time.monotonic(), route)
            self.requests.append(request)
        return request

    def _play(self, connection: socket.socket, items: Iterable[object], request: Request | None) -> None:
        for item in items:
            if self._over.is_set():
                return
            if item is ABORT:
                # Closed with data unsent and no farewell.
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                connection.close()
                return
            if isinstance(item, bytes):
                connection.sendall(item)
                if request is not None:
                    request.sent += len(item)
            else:
                self._over.wait(item)
