"""Connections that end at a deadline, whatever the other side does; imported where something is sent."""

from __future__ import annotations

import contextlib
import functools
import os
import socket
import ssl
import threading
import time
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import NewConnectionError
from urllib3.util.connection import allowed_gai_family, create_connection

# Seconds to connect to one address.
CONNECT = 30.0


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


def session_of(watch: Watch, *, trust_env: bool) -> requests.Session:
    """A session whose connections are watched; proxies and certificates of the environment apply where trusted."""
    session = _Session()
    session.trust_env = trust_env
    # Otherwise a password of ~/.netrc would be added.
    session.auth = _unchanged
    for scheme in ("https://", "http://"):
        session.mount(scheme, _Adapter(watch))
    return session


class _Session(requests.Session):
    def get_redirect_target(self, resp: requests.Response) -> None:
        """None: otherwise the next request is made ready, and the whole body read, even where it is not sent."""


def _unchanged(prepared: requests.PreparedRequest) -> requests.PreparedRequest:
    return prepared


class _Adapter(HTTPAdapter):
    """Connections that are watched, to the server or to a proxy."""

    def __init__(self, watch: Watch) -> None:
        self._pools: Any = {
            "http": functools.partial(_watched_pool, HTTPConnectionPool, _WatchedHTTP, watch),
            "https": functools.partial(_watched_pool, HTTPSConnectionPool, _WatchedHTTPS, watch),
        }
        super().__init__(max_retries=0)

    def init_poolmanager(self, connections: int, maxsize: int, block: bool = False, **options: Any) -> None:
        super().init_poolmanager(connections, maxsize, block, **options, **_certificates())
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
