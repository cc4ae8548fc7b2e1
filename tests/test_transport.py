"""Faults of a service on the line: each ends in the golden answer or in a DownloadError, in time, and without the key.

``FAULTS`` and ``ROUTES_BY_PART`` are played three times each: see ``test_every_route_is_played_three_times``.
"""

import gzip
import http.client
import json
import logging
import os
import re
import socket
import ssl
import sys
import threading
import time
import traceback
import types
from pathlib import Path

import fault_server as faults
import pytest
from fault_server import FaultServer, answer, failing, ok

import tradeanalysis as ta
from tradeanalysis.sources.services import exchanges, transport, watched
from tradeanalysis.sources.services.bodies import json_of, text_of
from tradeanalysis.sources.services.calls import Call, Service
from tradeanalysis.sources.services.hosts import base_of, url_of
from tradeanalysis.sources.services.keys import key_of, redacted, without_key

KEY = "test-0123456789abcdef"
ROWS = [{"reporterCode": 704, "partnerCode": partner, "primaryValue": 1000.5} for partner in range(300)]
GOLDEN = json.dumps({"elapsedTime": "0.12 secs", "count": 300, "data": ROWS, "error": ""}).encode()
REPEATED = range(3)


def unused(*given):
    raise AssertionError("the transport asks a service nothing")


SERVICE = Service(
    name="comtrade",
    title="UN Comtrade",
    base="https://comtradeapi.un.org",
    hosts=("files.un.org",),
    pace=0,
    fresh_days={},
    licence="",
    citation="",
    plan=unused,
    check=unused,
    divide=unused,
    cells=unused,
    reading=unused,
    key_variables=("COMTRADE_API_KEY", "COMTRADE_PRIMARY"),
    key_header="Ocp-Apim-Subscription-Key",
)
IN_QUERY = Service(**{**vars(SERVICE), "name": "census", "key_header": None})
CALL = Call("comtrade", "/data/v1/get/C/A/HS", (("reporterCode", "704"), ("period", "2023")))


@pytest.fixture(autouse=True)
def own_machine(monkeypatch):
    """No name is looked up but that of this machine, and no variable of whoever runs the tests counts."""
    look, asked = socket.getaddrinfo, []
    monkeypatch.setattr(socket, "getaddrinfo", lambda host, *more: asked.append(host) or look(host, *more))
    for name in [*os.environ]:
        if name.lower().endswith("_proxy") or name.startswith(("TRADEANALYSIS_", "COMTRADE_")):
            monkeypatch.delenv(name)
    yield
    assert set(asked) <= {"127.0.0.1"}


@pytest.fixture
def waits(monkeypatch):
    """The waits between tries, which take no time."""
    waits = []
    monkeypatch.setattr(transport, "pause", waits.append)
    return waits


@pytest.fixture
def server(fault_server, monkeypatch, waits):
    """A server in the place of both services."""
    for name in ("COMTRADE", "CENSUS"):
        monkeypatch.setenv(f"TRADEANALYSIS_BASE_{name}", fault_server.url)
    return fault_server


def send(service=SERVICE, call=CALL, seconds=30.0):
    return transport.send(service, call, key=KEY, until=time.monotonic() + seconds)


def refused(service=SERVICE, call=CALL, seconds=30.0):
    """The error of a call, once it is known to have come in time and to say nothing of the key."""
    began = time.monotonic()
    with pytest.raises(ta.DownloadError) as caught:
        send(service, call, seconds)
    assert time.monotonic() - began < seconds + 1
    error = caught.value
    shown = traceback.TracebackException.from_exception(error, capture_locals=True)
    for text in (str(error), repr(error), error.url, *map(str, error.args), *shown.format(), error.args[0].say("vi")):
        assert KEY not in text
    # Nor what it came from, which a debugger would show.
    assert error.__context__ is None
    assert error.__cause__ is None
    assert error.service == service.name
    return error


def no_key_in(caplog):
    for record in caplog.records:
        assert KEY not in record.getMessage() + repr(record.__dict__)
    return {record.name.split(".")[0] for record in caplog.records}


# The handler, what becomes of it (a status that is returned, or words of the error), the requests it takes, seconds.
FAULTS = {
    "ok": (ok(GOLDEN), 200, 1, 30),
    "ok, compressed": (faults.zipped(GOLDEN), 200, 1, 30),
    "no rows": (answer(204), 204, 1, 30),
    "a part where none was requested": (answer(206, GOLDEN[:99]), "ended too early", 1, 30),
    "400": (answer(400, {"statusCode": 400, "message": "Maximum number of periods is 12 "}), 400, 1, 30),
    "401 missing": (answer(401, {"statusCode": 401, "message": "missing subscription key"}), 401, 1, 30),
    "401 invalid": (answer(401, {"statusCode": 401, "message": "invalid subscription key"}), 401, 1, 30),
    "403 quota": (answer(403, {"statusCode": 403, "message": "Out of call volume quota."}), 403, 1, 30),
    "403 not allowed": (answer(403, {"message": "User not allowed"}), 403, 1, 30),
    "404": (answer(404, {"statusCode": 404, "message": "Resource not found"}), 404, 1, 30),
    "413": (answer(413, "too large"), 413, 1, 30),
    "414": (answer(414, "URI too long"), 414, 1, 30),
    "429 seconds": (failing(2, answer(429, "", {"Retry-After": "1"}), ok(GOLDEN)), 200, 3, 30),
    "429 date": (failing(1, lambda r: answer(429, "", faults.retry_date(5))(r), ok(GOLDEN)), 200, 2, 30),
    "429 86400": (answer(429, "", {"Retry-After": "86400"}), "429 and takes calls again only in 86,400 s", 1, 30),
    "429 beyond the deadline": (answer(429, "", {"Retry-After": "20"}), "only in 20 seconds", 1, 10),
    "429 always": (answer(429, "slower"), "429 in 6 calls: slower", 6, 90),
    "500 once": (failing(1, answer(500), ok(GOLDEN)), 200, 2, 30),
    "500 five times": (failing(5, answer(500), ok(GOLDEN)), 200, 6, 90),
    "500 always": (answer(500, "Something went wrong"), "500 in 6 calls: Something went wrong", 6, 90),
    "503 HTML": (answer(503, "<html>Service unavailable</html>"), "it answered 503 in 6 calls$", 6, 90),
    "502 then ok": (failing(2, answer(502, "<html>"), ok(GOLDEN)), 200, 3, 30),
    "504 with a bomb": (faults.gzip_bomb(status=504), "504 in 6 calls", 6, 90),
    "truncated": (faults.cut(GOLDEN, 5000), "ended too early, in 6 calls", 6, 90),
    "truncated once": (failing(1, faults.cut(GOLDEN, 5000), ok(GOLDEN)), 200, 2, 30),
    "truncated inside gzip": (faults.zipped_cut(GOLDEN), "ended too early, in 6 calls", 6, 90),
    "chunk abort": (faults.chunk_abort(GOLDEN), "no whole answer came in 6 calls: .*reset", 6, 90),
    "chunk abort once": (failing(1, faults.chunk_abort(GOLDEN), ok(GOLDEN)), 200, 2, 30),
    "chunk end missing": (
        lambda r: [faults.head(200, {"Transfer-Encoding": "chunked"}) + b"5\r\n[1,2]\r\n"],
        "ended too early",
        6,
        90,
    ),
    "reset": (faults.reset(), "no whole answer came in 6 calls: .*reset", 6, 90),
    "closed": (lambda request: [], "ended too early, in 6 calls", 6, 90),
    "no HTTP": (lambda request: [b"hello\r\n\r\n"], "no whole answer came in 6 calls", 6, 90),
    "drip header": (faults.drip_header(), "in the time allowed", 1, 0.3),
    "drip body": (faults.drip_body(), "in the time allowed", 1, 0.3),
    "drip body without length": (faults.drip_body(length=None), "in the time allowed", 1, 0.3),
    "drip body of an error": (faults.drip_body(status=404), "in the time allowed", 1, 0.3),
    "silence": (faults.slow(60, ok(GOLDEN)), "in the time allowed", 1, 0.3),
    "gzip bomb": (faults.gzip_bomb(), "larger than 1,048,576 bytes", 1, 30),
    "endless": (lambda r: iter([faults.head(200, {}), *[b"x" * 65536] * 1000]), "larger than 1,048,576", 1, 30),
    "an encoding that was not requested": (answer(200, b"\x0b", {"Content-Encoding": "br"}), "an encoding", 1, 30),
    "302 http": (faults.redirect("http://comtradeapi.un.org/data"), "302 and sends .* to http://comtrade", 1, 30),
    "302 relative": (faults.redirect("/missing_key.html?key=no"), "302 and sends .* to /missing_key.html;", 1, 30),
    "302 broken": (faults.redirect("http://[x"), "302 and sends", 1, 30),
    "302 with a bomb": (faults.gzip_bomb(status=302), "302 and sends", 1, 30),
    "307": (faults.redirect("https://example.org/", 307), "307 and sends", 1, 30),
    "304": (answer(304), "304 and sends", 1, 30),
    "key echoed in 401": (answer(401, {"message": f"no such key: {KEY.upper()}"}), 401, 1, 30),
    "key echoed in 500": (answer(500, f"failed for {KEY}"), r"500 in 6 calls: failed for \[key\]", 6, 90),
    "key echoed in a redirect": (faults.redirect(f"https://example.org/{KEY}/x"), r"example.org/\[key\]/x", 1, 30),
}


@pytest.mark.parametrize("turn", REPEATED)
@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("service", [SERVICE, IN_QUERY], ids=["header", "query"])
def test_a_fault_ends_in_the_golden_answer_or_in_an_error_in_time(
    service, fault, turn, server, caplog, monkeypatch, waits
):
    handler, expected, tries, seconds = FAULTS[fault]
    server.routes["/data"] = handler
    caplog.set_level(logging.DEBUG)
    monkeypatch.setattr(transport, "MOST_BYTES", 2**20)
    if isinstance(expected, int):
        began = time.monotonic()
        received = send(service, seconds=seconds)
        assert time.monotonic() - began < seconds + 1
        assert received.status == expected
        assert received.content == GOLDEN or expected != 200
        assert KEY.encode() not in received.content.lower()
    else:
        error = refused(service, seconds=seconds)
        assert re.search(expected, str(error)), str(error)
    assert len(server.requests) == tries
    assert len(waits) == tries - 1
    # The key has come, each time, as the service takes it.
    for request in server.requests:
        there = request.headers.get("ocp-apim-subscription-key") if service is SERVICE else request.query["key"]
        assert there == KEY
    assert no_key_in(caplog) == {"tradeanalysis", "urllib3"}


FILE = bytes(range(256)) * 400_000
# The handler of a file, what becomes of bytes 1000 to 1999 of it, and the requests it takes.
PARTS = {
    "206": (faults.file(FILE), 206, 1),
    "whole where a part was requested": (answer(200, FILE), "gives no parts", 1),
    "replaced": (faults.file(FILE, etag='"2"'), "has been replaced", 1),
    "replaced, and a part of it": (
        answer(206, FILE[1000:2000], {"ETag": '"2"', "Content-Range": "bytes 1000-1999/102400000"}),
        "has been replaced",
        1,
    ),
    "another part": (answer(206, FILE[:1000], {"Content-Range": "bytes 0-999/102400000"}), "another part", 1),
    "a part without its place": (answer(206, FILE[1000:2000]), "another part", 1),
    "a shorter part": (answer(206, FILE[1000:1900], {"Content-Range": "bytes 1000-1999/102400000"}), "another part", 1),
    "a longer part": (
        answer(206, FILE[1000:9000], {"Content-Range": "bytes 1000-1999/102400000"}),
        "than 1,000 bytes",
        1,
    ),
    "the end of the file": (faults.file(FILE[:1500]), 206, 1),
    "beyond the file": (faults.file(FILE[:500]), 416, 1),
    "no file": (answer(404, f"no file for {KEY}"), 404, 1),
    "a place of many digits": (answer(206, b"x", {"Content-Range": f"bytes {'9' * 5000}-1/2"}), "another part", 1),
    "a part in pieces": (failing(1, faults.cut(FILE, 1000), faults.file(FILE)), "gives no parts", 1),
    "a part that breaks off": (
        failing(
            2,
            lambda r: [faults.head(206, {"Content-Length": "1000", "Content-Range": "bytes 1000-1999/9"}) + b"abc"],
            faults.file(FILE),
        ),
        206,
        3,
    ),
    "503 and then the part": (failing(1, answer(503), faults.file(FILE)), 206, 2),
    "302": (faults.redirect("https://example.org/file"), "302 and sends", 1),
}


@pytest.mark.parametrize("turn", REPEATED)
@pytest.mark.parametrize("fault", PARTS)
def test_a_part_of_a_file_is_the_one_that_was_requested_or_none(fault, turn, server):
    handler, expected, tries = PARTS[fault]
    server.routes["/file"] = handler
    call = Call("comtrade", "/file.zip", range=(1000, 1999), etag='"1"')
    if isinstance(expected, int):
        received = send(call=call)
        assert received.status == expected
        end = 1500 if fault == "the end of the file" else 2000
        assert received.content == (FILE[1000:end] if expected == 206 else received.content)
        assert KEY.encode() not in received.content
    else:
        assert expected in str(refused(call=call))
    assert len(server.requests) == tries
    asked = server.requests[0].headers
    assert (asked["range"], asked["if-range"], asked["accept-encoding"]) == ("bytes=1000-1999", '"1"', "identity")
    # Of the whole file, of which 100 MB would come, hardly anything is taken.
    assert server.requests[0].sent < 20_000


def test_every_route_is_played_three_times():
    """49 routes to either way of sending a key, and 16 of files."""
    assert (len(FAULTS), len(PARTS), len(REPEATED)) == (49, 16, 3)


def test_no_key_follows_a_call_that_is_sent_elsewhere(server):
    with FaultServer({"/": ok(GOLDEN)}) as other:
        for status in (301, 302, 303, 307, 308):
            for service in (SERVICE, IN_QUERY):
                server.routes["/data"] = faults.redirect(f"{other.url}/stolen", status)
                assert refused(service).status == status
        assert other.connections == 0


def test_a_wait_is_what_the_service_imposes_or_twice_the_last_with_some_chance(server, waits):
    server.routes["/data"] = answer(500)
    refused(seconds=90)
    assert len(waits) == 5
    for n, wait in enumerate(waits):
        assert 2**n <= wait <= 1.25 * 2**n
    waits.clear()
    server.routes["/data"] = failing(1, answer(503, "", {"Retry-After": "100"}), ok(GOLDEN))
    server._counts.clear()
    send(seconds=200)
    assert waits == [100]


@pytest.mark.parametrize(
    ("header", "low", "high"),
    [
        ({"Retry-After": "7"}, 7, 7),
        (faults.retry_date(30), 29, 31),
        # The clock of the service is an hour ahead of ours.
        ({"Date": "Mon, 01 Jan 2035 10:00:00 GMT", "Retry-After": "Mon, 01 Jan 2035 10:00:40 GMT"}, 40, 40),
        ({"Date": "Mon, 01 Jan 2035 10:00:00 GMT", "Retry-After": "Mon, 01 Jan 2035 09:00:00 GMT"}, 1, 1.25),
        ({"Retry-After": "0"}, 1, 1.25),
        ({"Retry-After": "-5"}, 1, 1.25),
        ({"Retry-After": "1.5"}, 1, 1.25),
        ({"Retry-After": "nan"}, 1, 1.25),
        ({"Retry-After": "soon"}, 1, 1.25),
        ({"Retry-After": "٣"}, 1, 1.25),
        ({}, 1, 1.25),
    ],
)
def test_retry_after_is_a_number_or_a_date_by_the_clock_of_the_service(header, low, high, server, waits):
    played = {name: value.encode().decode("latin-1") for name, value in header.items()}
    server.routes["/data"] = failing(1, answer(429, "", played), ok(GOLDEN))
    assert send(seconds=200).content == GOLDEN
    assert low <= waits[0] <= high


def test_a_wait_that_is_too_long_is_named_and_not_shortened(server, waits):
    for value, seconds in (("121", 600), ("86400", 600), ("999999999999", 600), ("9", 5)):
        server.routes["/data"] = answer(429, "", {"Retry-After": value})
        error = refused(seconds=seconds)
        assert (error.status, error.retry_after) == (429, float(value))
        assert f"{int(value):,}" in str(error)
    assert waits == []


def test_a_deadline_holds_for_all_tries_together(server, monkeypatch):
    monkeypatch.setattr(transport, "pause", time.sleep)
    server.routes["/data"] = faults.slow(0.4, answer(500))
    assert refused(seconds=2.5).status == 500
    assert len(server.requests) == 2
    assert str(refused(seconds=0)).endswith("in the time allowed")
    assert len(server.requests) == 2


def test_silence_within_an_answer_is_not_waited_for_to_the_deadline(server, monkeypatch):
    monkeypatch.setattr(exchanges, "SILENCE", 0.1)
    for silent in (faults.slow(5, ok(GOLDEN)), lambda r: iter([faults.head(200, {"Content-Length": "9"}), 5.0])):
        server.routes["/data"] = silent
        assert "silent for too long, in 6 calls" in str(refused(seconds=90))
        server.routes["/data"] = failing(len(server.requests) + 1, silent, ok(GOLDEN))
        assert send().content == GOLDEN


def test_a_deadline_holds_while_tls_drips(server, monkeypatch):
    def greeting():
        yield b"\x16\x03\x03\x40\x00"
        while True:
            yield b"\x00"
            yield 0.05

    with FaultServer(greeting=greeting) as dripping:
        monkeypatch.setenv("TRADEANALYSIS_BASE_COMTRADE", dripping.url.replace("http:", "https:"))
        assert str(refused(seconds=0.5)).endswith("in the time allowed")
        assert dripping.connections == 1


def test_a_deadline_holds_while_nobody_connects(waits, monkeypatch):
    def silent(address, timeout, **options):
        time.sleep(timeout)
        raise TimeoutError("timed out")

    monkeypatch.setattr(socket, "getaddrinfo", lambda *given: [(0, 0, 0, "", (f"10.0.0.{n}", 443)) for n in range(9)])
    monkeypatch.setattr(watched, "create_connection", silent)
    assert str(refused(seconds=0.5)).endswith("in the time allowed")


def test_a_deadline_holds_while_no_name_server_answers(waits, monkeypatch):
    over = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *given: over.wait(20) and [])
    assert str(refused(seconds=0.5)).endswith("in the time allowed")
    over.set()


def test_without_a_net_it_is_soon_said(waits, monkeypatch):
    def unknown(*given):
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    error = refused()
    assert str(error) == (
        "UN Comtrade: it cannot be reached from this machine: there is no net here, or its name is not known to it "
        "(the system says: Name or service not known; 3 calls)"
    )
    assert error.url == "https://comtradeapi.un.org/data/v1/get/C/A/HS?reporterCode=704&period=2023"
    assert error.status is None
    assert sum(waits) < 4


def test_the_second_address_of_a_host_is_tried(server, monkeypatch):
    connect = watched.create_connection
    monkeypatch.setattr(
        socket,
        "getaddrinfo",
        lambda *given: [(0, 0, 0, "", (host, server.port)) for host in ("127.9.9.9", "127.0.0.1")],
    )
    server.routes["/data"] = ok(GOLDEN)

    def first_refused(address, *more, **options):
        if address[0] == "127.9.9.9":
            raise ConnectionRefusedError(111, "Connection refused")
        server_side = socket.socket()
        server_side.connect(address)
        return server_side

    monkeypatch.setattr(watched, "create_connection", first_refused)
    assert send().content == GOLDEN
    assert connect is not first_refused


def test_a_certificate_that_is_not_trusted_is_not_tried_again(waits, monkeypatch):
    def untrusted(*given, **options):
        raise ssl.SSLCertVerificationError(1, "certificate verify failed: self-signed certificate")

    monkeypatch.setattr(socket, "getaddrinfo", lambda *given: [(0, 0, 0, "", ("10.0.0.1", 443))])
    monkeypatch.setattr(watched, "create_connection", untrusted)
    assert "self-signed certificate" in str(refused())
    assert waits == []


def test_a_proxy_sees_no_key_and_none_stands_before_this_machine(server, monkeypatch, waits):
    with FaultServer({"": answer(403, "not this way")}) as proxy:
        for name in ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"):
            monkeypatch.setenv(name, proxy.url)
        server.routes["/data"] = ok(GOLDEN)
        assert send().content == GOLDEN
        assert proxy.connections == 0
        monkeypatch.delenv("TRADEANALYSIS_BASE_COMTRADE")
        assert "403" in str(refused(seconds=90))
        assert {(one.method, one.target) for one in proxy.requests} == {("CONNECT", "comtradeapi.un.org:443")}
        assert not [one for one in proxy.requests if KEY in repr(one)]
        proxy.routes[""] = faults.drip_header()
        assert str(refused(seconds=0.5)).endswith("in the time allowed")


def test_what_is_sent(server):
    server.routes["/"] = ok(GOLDEN)
    send()
    send(call=Call("comtrade", "/general", body='{"flow": "export"}', accept="text/csv"))
    get, post = server.requests
    assert (get.method, get.target) == ("GET", "/data/v1/get/C/A/HS?reporterCode=704&period=2023")
    assert get.headers == {
        "host": f"127.0.0.1:{server.port}",
        "user-agent": f"tradeanalysis/{ta.__version__}",
        "accept": "application/json",
        "accept-encoding": "gzip",
        "connection": "keep-alive",
        "ocp-apim-subscription-key": KEY,
    }
    assert (post.method, post.body, post.headers["accept"]) == ("POST", b'{"flow": "export"}', "text/csv")
    assert post.headers["content-type"] == "application/json"
    transport.send(SERVICE, CALL, key=None, until=time.monotonic() + 30)
    assert "ocp-apim-subscription-key" not in server.requests[-1].headers


def test_further_hosts_get_no_key(server):
    server.routes["/"] = ok(GOLDEN)
    send(call=Call("comtrade", "https://files.un.org/async/1.json", (("sig", "a"),)))
    assert server.requests[0].target == "/async/1.json?sig=a"
    assert KEY not in repr(server.requests[0])
    for path in (
        "https://example.org/x",
        "http://files.un.org/x",
        "https://files.un.org@example.org/",
        "@example.org/",
    ):
        assert "none of the hosts" in str(refused(call=Call("comtrade", path)))
    assert len(server.requests) == 1


def test_a_base_is_a_host_of_the_service_or_this_machine(monkeypatch):
    call = Call("comtrade", "/data")
    assert url_of(SERVICE, call) == "https://comtradeapi.un.org/data"
    for base in ("https://files.un.org", "http://127.0.0.1:80", "http://localhost:8000/x/", "https://[::1]:8443"):
        monkeypatch.setenv("TRADEANALYSIS_BASE_COMTRADE", base)
        assert base_of(SERVICE) == base.rstrip("/")
    for base in (
        "http://comtradeapi.un.org",
        "https://example.org",
        "https://comtradeapi.un.org.example.org",
        "https://comtradeapi.un.org:8443",
        "https://comtradeapi.un.org@example.org",
        "http://127.0.0.1@example.org",
        "http://127.0.0.1:80@example.org",
        "http://example.org\\@127.0.0.1",
        "http://127.0.0.1.example.org",
        "http://localhost.example.org",
        "http://127.0.0.1:80?x=http://a",
        "http://127.0.0.1:80#@example.org",
        "http://127.0.0.1 .example.org",
        "http://127.0.0.1\n.example.org",
        "http://0x7f.1",
        "ftp://127.0.0.1",
        "file:///etc/passwd",
        "127.0.0.1",
    ):
        monkeypatch.setenv("TRADEANALYSIS_BASE_COMTRADE", base)
        with pytest.raises(ta.TradeDataError, match=r"TRADEANALYSIS_BASE_COMTRADE may name"):
            base_of(SERVICE)


def test_a_real_key_is_not_sent_to_this_machine(server):
    server.routes["/"] = ok(GOLDEN)
    with pytest.raises(ta.DownloadError, match=r"only a key that begins with test- is sent"):
        transport.send(SERVICE, CALL, key="0123456789abcdef", until=time.monotonic() + 5)
    assert server.connections == 0


def test_a_key_is_given_or_of_the_environment_or_of_the_keyring(monkeypatch):
    assert key_of(SERVICE, None) is None
    ring = types.SimpleNamespace(get_password=lambda group, name: f"{group}-{name}-1")
    errors = types.SimpleNamespace(KeyringError=type("KeyringError", (Exception,), {}))
    monkeypatch.setitem(sys.modules, "keyring", ring)
    monkeypatch.setitem(sys.modules, "keyring.errors", errors)
    assert key_of(SERVICE, None) == "tradeanalysis-comtrade-1"

    def locked(group, name):
        raise errors.KeyringError

    ring.get_password = locked
    assert key_of(SERVICE, None) is None
    monkeypatch.setenv("COMTRADE_PRIMARY", "second-1234")
    assert key_of(SERVICE, None) == "second-1234"
    monkeypatch.setenv("COMTRADE_API_KEY", " first-1234\n")
    assert key_of(SERVICE, None) == "first-1234"
    key = key_of(SERVICE, "given-1234")
    assert (key, repr(key)) == ("given-1234", "[key]")


@pytest.mark.parametrize("key", ["short", "x" * 129, "with blank 1", "line\nbreak1", "khóa-truy-cập", "a.b.c.d.e.f"])
def test_what_is_no_key_is_refused_and_not_repeated(key, monkeypatch, server):
    monkeypatch.setenv("COMTRADE_API_KEY", key)
    for where, given in (("COMTRADE_API_KEY", None), ("key=", key)):
        with pytest.raises(ta.TradeDataError, match=f"{where} holds no key") as caught:
            key_of(SERVICE, given)
        assert key not in str(caught.value) + repr(caught.value)
    with pytest.raises(ta.TradeDataError, match="key= holds no key"):
        transport.send(SERVICE, CALL, key=key, until=time.monotonic() + 5)
    assert server.connections == 0


def test_a_service_without_keys_says_so():
    keyless = Service(**{**vars(SERVICE), "key_variables": ()})
    assert key_of(keyless, None) is None
    with pytest.raises(ta.TradeDataError, match=r"needs no key: leave key= out"):
        key_of(keyless, "given-1234")


def test_a_key_is_taken_out_of_texts_in_any_case():
    assert redacted(f"a {KEY.upper()} b {KEY}", KEY) == "a [key] b [key]"
    assert redacted("a.c", "axc") == "a.c"
    assert without_key(b"abc", None) == b"abc"


def test_python_prints_no_header_where_it_is_set_to(server, monkeypatch, capsys):
    monkeypatch.setattr(http.client.HTTPConnection, "debuglevel", 1)
    server.routes["/data"] = ok(GOLDEN)
    assert send().content == GOLDEN
    assert KEY not in capsys.readouterr().out


def test_several_members_of_gzip_are_one_body(server):
    body = gzip.compress(GOLDEN[:5000]) + gzip.compress(GOLDEN[5000:])
    server.routes["/data"] = answer(200, body, {"Content-Encoding": "gzip"})
    assert send().content == GOLDEN
    big = b"".join(b"%d," % n for n in range(300_000))
    server.routes["/data"] = faults.zipped(big)
    assert send().content == big


def test_calls_from_several_threads_do_not_touch_each_other(server):
    server.routes |= {f"/data{n}": ok({"n": n}) for n in range(4)} | {"/drip": faults.drip_header()}
    done = []

    def one(n):
        path = "/drip" if n % 5 == 4 else f"/data{n % 5}"
        seconds = 0.5 if path == "/drip" else 30
        try:
            done.append((n % 5, json.loads(send(call=Call("comtrade", path), seconds=seconds).content)["n"]))
        except ta.DownloadError as error:
            done.append((n % 5, str(error)[-15:]))

    threads = [threading.Thread(target=one, args=(n,)) for n in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert sorted(done, key=str) == sorted([(n, n) for n in range(4)] * 4 + [(4, "he time allowed")] * 4, key=str)


def test_nothing_stays_open_after_a_call(server):
    server.routes |= {"/data": ok(GOLDEN), "/drip": faults.drip_body()}

    def next_file():
        with open(os.devnull) as file:
            return file.fileno()

    send()
    time.sleep(0.2)
    before, threads = next_file(), threading.active_count()
    for _ in range(30):
        send()
    refused(call=Call("comtrade", "/drip"), seconds=0.3)
    # The other side and cancelled timers take a moment to end.
    until = time.monotonic() + 5
    while (next_file() > before or threading.active_count() > threads) and time.monotonic() < until:
        time.sleep(0.05)
    assert (next_file(), threading.active_count()) <= (before, threads)


def test_a_body_is_json_or_text_and_no_page():
    assert json_of(CALL, b"\xef\xbb\xbf\n {}") == {}
    assert text_of(CALL, b"\xef\xbb\xbfa,b\n1,2\n") == "a,b\n1,2"
    for content, words in (
        (b"", "empty"),
        (b"\xef\xbb\xbf \n", "empty"),
        (b" <!DOCTYPE html><p>", "page for browsers"),
        (b"<HTML><body>Sorry", "page for browsers"),
        (b'{"data": [1, 2', "no whole JSON"),
        (b"12", "no whole JSON"),
        (b"NaN", "no whole JSON"),
        (b"[" * 100_000, "no whole JSON"),
    ):
        with pytest.raises(ta.DownloadError, match=words):
            json_of(CALL, content)
    with pytest.raises(ta.DownloadError, match="no text in UTF-8"):
        text_of(CALL, "Việt".encode("utf-16"))


def test_nothing_of_the_net_is_loaded_before_something_is_sent():
    """Only these two modules load it, and they are loaded inside functions."""
    for path in Path(transport.__file__).parent.glob("*.py"):
        if path.stem not in ("exchanges", "watched"):
            heavy = r"^(?:from|import) .*\b(?:requests|urllib3|platformdirs|exchanges|watched)\b"
            assert not re.findall(heavy, path.read_text("utf-8"), re.MULTILINE), path


def test_compressed_data_in_several_parts_is_each_of_them_once(server):
    """A gzip stream may be several, one after the other; what follows the first is neither lost nor taken twice."""
    parts = [bytes([n]) * 300_000 for n in range(1, 6)]
    packed = b"".join(map(gzip.compress, parts))
    server.routes["/"] = faults.answer(200, packed, {"Content-Encoding": "gzip"})
    assert send().content == b"".join(parts)
