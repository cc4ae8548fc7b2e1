"""The server of the page: who is answered, how much is taken, and what a process may do; a row for each promise."""

import asyncio
import concurrent.futures
import http.client
import json
import logging
import os
import re
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
import uvicorn

import tradeanalysis as ta
from tradeanalysis.cli.arguments import parsed
from tradeanalysis.page import LIMIT
from tradeanalysis.page.server import HEADERS, app
from tradeanalysis.page.worker_pool import Limits, Pool
from tradeanalysis.texts import catalogue, say

TOKEN = "a-token-of-24-characters"
STAND_IN = (sys.executable, "-P", str(Path(__file__).parent / "page_stand_in.py"))
BOUNDARY = "between"
TYPE = f"multipart/form-data; boundary={BOUNDARY}"
OWN = {"X-Tradeanalysis": "1"}
SMALL = Limits(workers=2, memory=600_000_000, waiting=40)


class Served:
    """A server on loopback in a thread of its own, with processes of its own."""

    def __init__(self, **options):
        self.socket = socket.socket()
        self.socket.bind(("127.0.0.1", 0))
        self.socket.listen(128)
        self.port = self.socket.getsockname()[1]
        made = app(["127.0.0.1", "localhost"], TOKEN, **options)
        config = uvicorn.Config(made, access_log=False, log_level="warning", server_header=False, ws="none")
        self.server = uvicorn.Server(config)
        self.thread = threading.Thread(target=self.server.run, kwargs={"sockets": [self.socket]})

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.server.should_exit = True
        self.thread.join(30)
        assert not self.thread.is_alive()

    @property
    def cookie(self):
        return {"Cookie": f"tradeanalysis_{self.port}={TOKEN}"}

    def call(self, method, path, headers=None, body=None, *, token=True, host=None, chunked=False):
        """The status, the headers in small letters, and the bytes of an answer."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=300)
        headers = {**(self.cookie if token else {}), **(headers or {})}
        if host is not None:
            headers["Host"] = host
        try:
            connection.request(method, path, body, headers, encode_chunked=chunked)
            answer = connection.getresponse()
            found = {name.lower(): value for name, value in answer.getheaders()}
            return answer.status, found, answer.read()
        finally:
            connection.close()

    def ask(self, name="a.csv", data=b"abc", path="/screen", lang="en", answers="{}", headers=OWN, more=(), **options):
        """An answer to a form of the page."""
        body = form([("lang", None, lang), ("answers", None, answers), ("file", name, data), *more])
        return self.call("POST", path, {"Content-Type": TYPE, **headers}, body, **options)


def form(fields):
    """A body of multipart/form-data; a field with a name of a file is one."""
    parts = []
    for field, name, value in fields:
        named = "" if name is None else f'; filename="{name}"'
        head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{field}"{named}\r\n\r\n'
        parts += [head.encode(), value if isinstance(value, bytes) else value.encode(), b"\r\n"]
    return b"".join([*parts, f"--{BOUNDARY}--\r\n".encode()])


@pytest.fixture(scope="module")
def served():
    """The server with processes that do what their file's name says."""
    with Served(limits=SMALL, command=STAND_IN) as one:
        yield one


# ---- who is answered ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path", ["/", "/page.css", "/page.js", "/nowhere", "/?t=", "/?t=another", f"/page.js?t={TOKEN}"]
)
def test_without_the_token_every_path_is_refused(served, path):
    status, _, body = served.call("GET", path, token=False)
    assert status == 403
    assert say("serving_no_token", "vi") in body.decode()


@pytest.mark.parametrize("path", ["/screen", "/part/closure", "/download/brief"])
@pytest.mark.parametrize(
    "cookie", ["", "tradeanalysis=" + TOKEN, "tradeanalysis_{port}=" + TOKEN[:-1], "tradeanalysis_{port}="]
)
def test_without_the_token_every_action_is_refused(served, path, cookie):
    headers = {**OWN, "Cookie": cookie.format(port=served.port)}
    status, _, body = served.ask(path=path, headers=headers, token=False)
    assert (status, b"abc" in body) == (403, False)


@pytest.mark.parametrize("host", ["rebind.evil", "127.0.0.1.evil", "evil@127.0.0.1", "127.0.0.1:x", "", "127.0.0.1, a"])
def test_another_host_is_refused(served, host):
    assert served.call("GET", "/", host=host)[0] == 421
    assert served.ask(host=host)[0] == 421
    assert served.call("GET", f"/?t={TOKEN}", token=False, host=host)[0] == 421


def test_the_names_of_loopback_are_answered_with_and_without_a_port(served):
    cookies = {"Cookie": f"tradeanalysis={TOKEN}; tradeanalysis_{served.port}={TOKEN}"}
    for host in ("localhost", "127.0.0.1", f"LOCALHOST:{served.port}", f"127.0.0.1:{served.port}"):
        assert served.call("GET", "/", cookies, host=host)[0] == 200


def test_two_hosts_in_one_request_are_refused(served):
    lines = [b"GET / HTTP/1.1", b"Host: 127.0.0.1", b"Host: rebind.evil", b"Connection: close", b"", b""]
    with socket.create_connection(("127.0.0.1", served.port)) as raw:
        raw.sendall(b"\r\n".join(lines))
        assert raw.recv(4096).split()[1] in (b"400", b"421")


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"X-Tradeanalysis": "0"},
        {**OWN, "Sec-Fetch-Site": "cross-site"},
        {**OWN, "Sec-Fetch-Site": "same-site"},
        {**OWN, "Sec-Fetch-Site": "none"},
        {**OWN, "Origin": "http://evil.example"},
        {**OWN, "Origin": "http://127.0.0.1:1"},
        {**OWN, "Origin": "null"},
        {**OWN, "Origin": "http://["},
        {**OWN, "Origin": "127.0.0.1"},
    ],
)
def test_what_another_site_sends_is_refused(served, headers):
    status, found, body = served.ask(headers=headers)
    assert status == 403
    assert say("serving_other_site", "vi") in body.decode()
    assert not [name for name in found if name.startswith("access-control")]


def test_what_the_page_sends_is_answered(served):
    headers = {**OWN, "Sec-Fetch-Site": "same-origin", "Origin": f"http://127.0.0.1:{served.port}"}
    status, found, body = served.ask(headers=headers)
    assert (status, body) == (200, b"<h1>en</h1><p>3 []</p>")
    assert not [name for name in found if name.startswith("access-control")]


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("path", ["/screen", "/part/closure", "/download/brief"])
def test_nothing_is_done_by_a_get(served, method, path):
    assert served.call(method, path)[0] == 405


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "TRACE"])
def test_the_page_is_only_read(served, method):
    assert served.call(method, "/")[0] == 403
    assert served.call(method, "/", OWN)[0] == 405


def test_a_token_in_the_address_becomes_a_cookie(served):
    status, found, body = served.call("GET", f"/?t={TOKEN}", token=False)
    assert (status, found["location"], body) == (303, "/", b"")
    cookie = {one.strip().lower() for one in found["set-cookie"].split(";")}
    assert {"httponly", "samesite=strict", "path=/"} < cookie
    assert f"tradeanalysis_{served.port}={TOKEN}".lower() in cookie
    assert not any(one.startswith(("expires", "max-age", "domain")) for one in cookie)


def test_an_address_that_is_opened_from_elsewhere_goes_on_from_our_own_page(served):
    """No browser sends a strict cookie on a redirect that began on another site."""
    status, found, body = served.call("GET", f"/?t={TOKEN}", {"Sec-Fetch-Site": "cross-site"}, token=False)
    assert status == 200
    assert "set-cookie" in found
    assert b'content="0;url=/"' in body
    assert TOKEN.encode() not in body


def test_a_ticket_is_taken_once():
    with Served(limits=SMALL, command=STAND_IN, ticket="a-ticket-for-one-use-only") as one:
        path = "/?t=a-ticket-for-one-use-only"
        assert [one.call("GET", path, token=False)[0] for _ in range(3)] == [303, 403, 403]
        assert one.call("GET", f"/?t={TOKEN}", token=False)[0] == 303
        assert one.call("GET", "/?t=", token=False)[0] == 403  # the ticket that was used is no empty one


# ---- what every answer has ----------------------------------------------------------------------------------------


def test_every_answer_has_the_headers_that_bind_a_browser(served):
    answers = [
        *(served.call("GET", path) for path in ("/", "/page.css", "/page.js", "/nowhere", "/screen")),
        *(served.call("GET", "/", **options) for options in ({"token": False}, {"host": "rebind.evil"})),
        *(served.ask(path=path) for path in ("/screen", "/part/closure", "/download/brief.html")),
        *(served.ask(name=name) for name in ("killed.csv", "wrong.csv")),
        served.call("GET", f"/?t={TOKEN}", token=False),
    ]
    assert sorted({status for status, _, _ in answers}) == [200, 303, 403, 404, 405, 421, 500, 503]
    for _, found, _ in answers:
        for name, value in HEADERS.items():
            assert found[name.lower()] == value
        assert "server" not in found
    policy = dict(one.split(" ", 1) for one in HEADERS["Content-Security-Policy"].split("; "))
    for name in ("default-src", "form-action", "base-uri", "frame-ancestors"):
        assert policy[name] == "'none'"
    for name in ("script-src", "style-src", "connect-src"):
        assert policy[name] == "'self'"


def test_a_file_is_saved_under_a_safe_name_and_never_shown(served):
    status, found, body = served.ask(
        path="/download/b%C3%A1o%20c%C3%A1o%22%0d%0aX:%20y.html", data=b"<script>1</script>"
    )
    assert (status, body) == (200, b"<script>1</script>")
    assert found["content-type"] == "application/octet-stream"
    assert found["content-disposition"].startswith("attachment; ")
    assert found["content-disposition"].endswith("filename*=UTF-8''b%C3%A1o%20c%C3%A1oX%20y.html")
    assert "x" not in found


@pytest.mark.parametrize("lang", ["en", "vi"])
@pytest.mark.parametrize(
    ("name", "key", "status"), [("large", "memory", 422), ("killed", "stopped", 503), ("wrong", "fault", 500)]
)
def test_a_process_that_is_ended_gives_a_screen_in_words(served, name, key, status, lang):
    assert_in_words(served.ask(name=f"{name}.csv", lang=lang), status, catalogue(lang)[f"serving_{key}"])
    assert served.ask(lang=lang)[2] == f"<h1>{lang}</h1><p>3 []</p>".encode()  # the next is answered as before


def assert_in_words(answer, status, words):
    found, headers, body = answer
    assert found == status
    assert headers["x-tradeanalysis"] == "screen"  # which the script shows
    assert words in body.decode()
    assert body.startswith(b'<h1 tabindex="-1">')
    assert b"number" not in body


def test_work_that_takes_too_long_is_ended_and_said():
    """The work would take ten minutes."""
    with Served(limits=Limits(workers=1, seconds=5), command=STAND_IN) as one:
        assert_in_words(one.ask(name="slow.csv"), 422, say("serving_time", "en"))
        assert any(one.ask()[0] == 200 for _ in range(20))  # on a machine that is busy, not at once


# ---- how much is taken --------------------------------------------------------------------------------------------

MOST = LIMIT


@pytest.mark.parametrize("chunked", [False, True])
def test_a_file_that_is_too_large_is_refused_with_and_without_a_length(served, chunked):
    body = form([("lang", None, "en"), ("file", "a.csv", bytes(MOST + 400_000))])
    pieces = (body[i : i + 1_000_000] for i in range(0, len(body), 1_000_000)) if chunked else body
    headers = {"Content-Type": TYPE, **OWN, **({"Transfer-Encoding": "chunked"} if chunked else {})}
    try:
        status, _, said = served.call("POST", "/screen", headers, pieces, chunked=chunked)
    except ConnectionError:  # the server answers and hangs up while we still send
        status, said = raw_status(served, headers, body, chunked)
    assert status == 413
    assert say("serving_too_large", "vi", limit=MOST // 1_000_000) in said.decode()


def raw_status(served, headers, body, chunked):
    """The status of an answer that comes before all is sent."""
    lines = [f"POST /screen HTTP/1.1\r\nHost: 127.0.0.1:{served.port}\r\nCookie: {served.cookie['Cookie']}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    lines += [] if chunked else [f"Content-Length: {len(body)}"]
    with socket.create_connection(("127.0.0.1", served.port)) as raw:
        raw.sendall("\r\n".join([*lines, "", ""]).encode())
        for i in range(0, len(body), 100_000):
            piece = body[i : i + 100_000]
            try:
                raw.sendall(b"%x\r\n%s\r\n" % (len(piece), piece) if chunked else piece)
            except ConnectionError:
                break
        found = raw.recv(65536)
    return int(found.split()[1]), found


@pytest.mark.parametrize(("size", "status"), [(MOST, 200), (MOST + 1, 413)])
def test_the_limit_is_that_of_the_file(served, size, status):
    assert served.ask(data=bytes(size))[0] == status


DEEP = "[" * 50_000


@pytest.mark.parametrize(
    "given",
    [
        {"lang": "fr"},
        {"lang": ""},
        {"answers": "[]"},
        {"answers": "{"},
        {"answers": DEEP},
        {"answers": '{"flow": 1}'},
        {"answers": '{"flow": {"a": "b"}}'},
        {"answers": '{"flow": [["a"]]}'},
        {"answers": json.dumps({str(i): "a" for i in range(41)})},
        {"answers": json.dumps({"a": "b" * 131_072})},
        {"more": [("more", None, "a")]},
        {"more": [("file", "b.csv", b"a")]},
        {"more": [("lang", None, "vi")]},
        {"more": [("b", "b.csv", b"a")]},
        {"headers": {**OWN, "Content-Type": "application/json"}},
        {"headers": {**OWN, "Content-Type": "multipart/form-data"}},
        {"headers": {**OWN, "Content-Type": "multipart/form-data; boundary=other"}},
    ],
)
def test_a_form_that_is_not_the_pages_is_refused(served, given):
    status, _, body = served.ask(**given)
    assert status == 400
    assert say("serving_not_understood", "vi") in body.decode()


def test_no_file_is_a_form_of_the_page(served):
    body = form([("lang", None, "vi"), ("answers", None, '{"flow": "export"}')])
    status, _, said = served.call("POST", "/screen", {"Content-Type": TYPE, **OWN}, body)
    assert (status, said) == (200, b"<h1>vi</h1><p>0 [('flow', 'export')]</p>")


def test_a_body_that_comes_too_slowly_is_given_up():
    with Served(limits=Limits(workers=1, slow=1), command=STAND_IN) as one:
        lines = ["POST /screen HTTP/1.1", f"Host: 127.0.0.1:{one.port}", f"Cookie: {one.cookie['Cookie']}"]
        lines += ["X-Tradeanalysis: 1", f"Content-Type: {TYPE}", "Content-Length: 1000", "", f"--{BOUNDARY}\r\n"]
        with socket.create_connection(("127.0.0.1", one.port)) as raw:
            raw.sendall("\r\n".join(lines).encode())
            assert raw.recv(4096).split()[1] == b"408"


def at_once(count, call):
    with concurrent.futures.ThreadPoolExecutor(count) as pool:
        return list(pool.map(call, range(count)))


def test_more_than_may_wait_are_turned_away_in_words():
    with Served(limits=Limits(workers=1, waiting=3), command=STAND_IN) as one:
        one.ask()
        found = at_once(8, lambda _: one.ask(name="short.csv"))
        statuses = sorted(status for status, _, _ in found)
        assert statuses[0] == 200
        assert statuses[-1] == 503
        assert set(statuses) == {200, 503}
        turned = next((headers, body) for status, headers, body in found if status == 503)
        assert turned[0]["retry-after"] == "5"
        assert say("serving_busy", "vi") in turned[1].decode()
        assert one.ask()[0] == 200


def test_who_waits_too_long_for_a_process_is_turned_away_in_words():
    with Served(limits=Limits(workers=1, patience=1), command=STAND_IN) as one:
        one.ask()
        with concurrent.futures.ThreadPoolExecutor(1) as pool:
            first = pool.submit(one.ask, name="long.csv")
            time.sleep(0.5)
            assert_in_words(one.ask(), 503, say("serving_busy", "en"))
            assert first.result()[0] == 200


def test_no_process_works_on_what_was_given_up():
    """Two questions were given up while the process worked on another; the third is answered."""
    with Served(limits=Limits(workers=1), command=STAND_IN) as one:
        one.ask()
        body = form([("lang", None, "en"), ("answers", None, "{}"), ("file", "counted.csv", b"a")])
        lines = [f"POST /screen HTTP/1.1\r\nHost: 127.0.0.1:{one.port}\r\nX-Tradeanalysis: 1\r\nContent-Type: {TYPE}"]
        lines += [f"Cookie: {one.cookie['Cookie']}\r\nContent-Length: {len(body)}\r\n\r\n"]
        with concurrent.futures.ThreadPoolExecutor(1) as pool:
            first = pool.submit(one.ask, name="long.csv")
            time.sleep(0.5)
            for _ in range(2):
                with socket.create_connection(("127.0.0.1", one.port)) as raw:
                    raw.sendall("\r\n".join(lines).encode() + body)
                    time.sleep(0.2)
            assert first.result()[0] == 200
        assert "<p>1 " in one.ask(name="counted.csv")[2].decode()


def test_more_bytes_than_may_be_held_are_turned_away():
    with Served(limits=Limits(workers=1, held=6_000_000), command=STAND_IN) as one:
        assert one.ask(data=bytes(5_000_000))[0] == 200
        assert one.ask(data=bytes(7_000_000))[0] == 503
        assert one.ask(data=bytes(5_000_000))[0] == 200  # what was held is held no longer


# ---- what a process may do ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "acts"), [("writing", 11), ("sending", 3)])
def test_a_process_writes_on_no_disk_and_reaches_no_network(served, name, acts):
    assert f"<p>refused {acts} of {acts} " in served.ask(name=f"{name}.csv")[2].decode()
    assert not Path("written.txt").exists()


@pytest.mark.skipif(not Path("/dev/shm").is_dir(), reason="a system without a folder in memory")
def test_what_must_be_a_file_for_a_moment_is_in_memory_and_goes_with_its_process():
    with Served(limits=SMALL, command=STAND_IN) as one:
        places = {re.search(r"/dev/shm/\w+", one.ask(name="in_memory.csv")[2].decode())[0] for _ in range(3)}
        assert all(Path(place).stat().st_mode & 0o777 == 0o700 for place in places)
        one.ask(name="killed.csv")
    assert not any(Path(place).exists() for place in places)


def test_within_its_folder_a_process_may_change_what_it_likes(served):
    assert b"<p>a False " in served.ask(name="moving.csv", data=b"abc")[2]


def test_what_a_library_prints_is_no_answer(served):
    assert b"<p>printed " in served.ask(name="printing.csv")[2]
    assert served.ask()[2] == b"<h1>en</h1><p>3 []</p>"


def test_a_process_ends_with_its_server(tmp_path):
    limits = json.dumps({"seconds": 5, "memory": 0})
    with subprocess.Popen([*STAND_IN, limits], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        process.stdout.read(10)
        process.stdin.close()
        assert process.wait(20) == 0


def test_a_request_goes_to_the_process_that_has_its_file(served):
    first = {name: served.ask(name="process.csv", data=name)[2] for name in (b"a", b"b")}
    for _ in range(5):
        assert served.ask(name="process.csv", data=b"a")[2] == first[b"a"]


async def still_there():
    return False


def test_no_process_is_left_over():
    async def run():
        pool = Pool(SMALL, STAND_IN)
        await pool.begin()
        header = {"want": "screen", "which": "", "name": "process.csv", "file": True, "answers": {}, "lang": "en"}
        numbers = [one.process.pid for one in pool.all]
        task = asyncio.create_task(pool.answer({**header, "name": "slow.csv"}, b"", "a", still_there))
        await asyncio.sleep(1)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert (await pool.answer(header, b"", "a", still_there)).kind == "html"
        numbers += [one.process.pid for one in pool.all if one.process]
        await pool.end()
        return set(numbers)

    for number in asyncio.run(run()):
        with pytest.raises(ProcessLookupError):
            os.kill(number, 0)


# ---- what is kept -------------------------------------------------------------------------------------------------

WRITTEN = []


def _note_writing(event, arguments):
    if event == "open" and WRITTEN is not None and arguments[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT):
        WRITTEN.append(str(arguments[0]))


def test_the_server_writes_nothing(served):
    """Also of a file of many megabytes, which a form is usually spooled to a disk for."""
    sys.addaudithook(_note_writing)
    assert served.ask()[0] == 200
    WRITTEN.clear()
    assert served.ask(data=bytes(9_000_000), name="a.xlsx")[0] == 200
    assert [path for path in WRITTEN if not path.endswith(".pyc")] == []


def test_no_log_has_a_name_or_a_value(served, caplog, capfd):
    caplog.set_level(logging.DEBUG)
    for name in ("Cà phê bí mật.csv", "wrong.csv", "killed.csv"):
        served.ask(name=name, data=b"12345678", answers='{"reporter": "Long An"}')
    served.call("GET", f"/?t={TOKEN}&x=secret", token=False)
    ours = [record.getMessage() for record in caplog.records if not record.name.startswith("asyncio")]
    assert [line for line in ours if line.startswith("screen 200 ")]
    assert any("ValueError page/worker_process.py:" in line for line in ours)
    everything = "\n".join(record.getMessage() for record in caplog.records) + "".join(capfd.readouterr())
    for secret in ("bí mật", "12345678", "Long An", TOKEN, "secret", "wrong.csv"):
        assert secret not in everything


def test_requests_of_many_browsers_at_once_are_each_answered_with_their_own(served):
    files = [bytes([65 + i]) * (i + 1) for i in range(32)]
    found = at_once(32, lambda i: served.ask(path=f"/download/{i}.csv", data=files[i]))
    assert [(status, body) for status, _, body in found] == [(200, one) for one in files]


# ---- how it is run ------------------------------------------------------------------------------------------------


def test_behind_a_proxy_the_environment_names_the_hosts_and_the_token(monkeypatch, tmp_path):
    for name in ("HOSTS", "TOKEN_FILE", "WORKERS"):
        monkeypatch.delenv(f"TRADEANALYSIS_PAGE_{name}", raising=False)
    with pytest.raises(ta.TradeDataError, match=r"TRADEANALYSIS_PAGE_HOSTS.*TRADEANALYSIS_PAGE_TOKEN_FILE"):
        app()
    monkeypatch.setenv("TRADEANALYSIS_PAGE_HOSTS", "page.example.vn, trang.example.vn")
    with pytest.raises(ta.TradeDataError):
        app()
    (tmp_path / "token").write_text("short\n", "ascii")
    monkeypatch.setenv("TRADEANALYSIS_PAGE_TOKEN_FILE", str(tmp_path / "token"))
    with pytest.raises(ta.TradeDataError):
        app()
    (tmp_path / "token").write_text(TOKEN + "\n", "ascii")
    made = app()
    assert made.hosts == {"page.example.vn", "trang.example.vn"}
    assert made.token == TOKEN


@pytest.mark.parametrize("given", ["0", "-1", "two", "1.5", "٣"])
def test_no_process_is_no_server(monkeypatch, given):
    monkeypatch.setenv("TRADEANALYSIS_PAGE_WORKERS", given)
    with pytest.raises(ta.TradeDataError, match=f"TRADEANALYSIS_PAGE_WORKERS.*{given}"):
        app(["127.0.0.1"], TOKEN)


@pytest.mark.parametrize("hosts", [[], [""], [" "]])
def test_no_host_and_no_token_is_no_server(hosts):
    with pytest.raises(ta.TradeDataError):
        app(hosts, TOKEN)
    with pytest.raises(ta.TradeDataError):
        app(["127.0.0.1"], "")


def command(*words, **options):
    """The command as a person runs it, which speaks English unless it is given another language."""
    env = {**os.environ, "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8", "PYTHONUNBUFFERED": "1", "BROWSER": "true"}
    line = [sys.executable, "-m", "tradeanalysis", "page", *words]
    return subprocess.Popen(line, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=env, **options)


@pytest.mark.parametrize("lang", ["en", "vi"])
def test_the_command_prints_one_address_and_ends_on_ctrl_c(lang):
    with command("--no-open", "--lang", lang) as process:
        line = process.stdout.readline()
        port, token = re.search(r"http://127\.0\.0\.1:(\d+)/\?t=([\w-]{32})$", line.strip()).groups()
        assert line.startswith(say("serving_address", lang, address=""))
        connection = http.client.HTTPConnection("127.0.0.1", int(port), timeout=60)
        connection.request("GET", "/", headers={"Cookie": f"tradeanalysis_{port}={token}"})
        body = connection.getresponse().read().decode()
        connection.close()
        assert re.search(rf'<html lang="?{lang}', body)
        process.send_signal(2)
        out, err = process.communicate(timeout=30)
        assert process.returncode == 0
        assert out.splitlines()[-1] == say("serving_ended", lang)
        assert err == ""


def test_a_port_that_is_taken_is_said(served):
    with command("--no-open", "--port", str(served.port)) as process:
        out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (2, "")
    assert err.strip() == "tradeanalysis: " + say("serving_port_taken", "en", port=served.port)


def test_the_command_has_no_option_that_opens_it_to_a_network(capsys):
    for words in (["--host", "0.0.0.0"], ["--hosts", "a"]):
        with pytest.raises(SystemExit):
            parsed(["page", *words], "en")
    assert "--host" in capsys.readouterr().err
