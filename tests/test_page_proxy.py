"""The page behind a proxy as docs/site/page.md sets it up: its unit and its configuration of nginx, run on loopback."""

import base64
import contextlib
import http.client
import os
import re
import shlex
import shutil
import socket
import ssl
import subprocess
import sys
import time
from pathlib import Path

import pytest
from conftest import PROXY_NAME, absent
from page_visits import Carrier, Person, lead_to_the_brief
from test_page_server import OWN, TOKEN, TYPE, at_once, form

GUIDE = (Path(__file__).parents[1] / "docs" / "site" / "page.md").read_text("utf-8")
HOST = PROXY_NAME
LOGIN = ("long_an", "a-word-for-a-test")
AROUND = """\
user {user};
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/error.log info;
events {{}}
http {{
client_body_temp_path {folder}/body;
proxy_temp_path {folder}/proxy;
fastcgi_temp_path {folder}/other;
uwsgi_temp_path {folder}/other;
scgi_temp_path {folder}/other;
{text}
}}
"""


def block(kind):
    """What the guide shows of a kind."""
    return re.search(rf"```{kind}\n(.*?)```", GUIDE, re.S)[1]


def program(name):
    """A program of the system, where root alone may look for it."""
    found = shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin")
    if found is None:
        absent(f"the proxy of the page needs {name}, and there is none on this machine")
    return found


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


class Proxied:
    """The unit of the guide as a process, with nginx before it, in a folder of its own."""

    def __init__(self, folder):
        self.folder, self.port = folder, free_port()
        self.socket = folder / "page.sock"
        self.host = f"{HOST}:{self.port}"
        self.nginx = program("nginx")
        request = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", f"/CN={HOST}"]
        keys = ["-keyout", str(folder / "key.pem"), "-out", str(folder / "cert.pem")]
        subprocess.run([program("openssl"), *request, *keys], check=True, capture_output=True)
        (folder / "token").write_text(TOKEN + "\n", "ascii")
        cookie = re.search(r"proxy_set_header Cookie tradeanalysis=", GUIDE)[0]
        line = f"{cookie.replace('analysis', f'analysis_{self.port}')}{TOKEN};"
        (folder / "tradeanalysis.token").write_text(line, "ascii")
        (folder / "users").write_text(f"{LOGIN[0]}:{{PLAIN}}{LOGIN[1]}\n", "ascii")
        (folder / "nginx.conf").write_text(self.configuration(), "ascii")
        self.stack = contextlib.ExitStack()

    def configuration(self):
        """That of the guide, with places of this folder for its own."""
        text = block("nginx")
        for own, ours in {
            "listen 443 ssl": f"listen 127.0.0.1:{self.port} ssl",
            "/etc/ssl/certs/page.example.vn.pem": f"{self.folder}/cert.pem",
            "/etc/ssl/private/page.example.vn.key": f"{self.folder}/key.pem",
            "/var/log/nginx/page.log": f"{self.folder}/access.log",
            "/etc/nginx/tradeanalysis.users": f"{self.folder}/users",
            "/etc/nginx/tradeanalysis.token": f"{self.folder}/tradeanalysis.token",
            "/run/tradeanalysis/page.sock": str(self.socket),
        }.items():
            assert text.count(own) == 1, own
            text = text.replace(own, ours)
        return AROUND.format(folder=self.folder, text=text, user="root" if os.getuid() == 0 else "nobody")

    def __enter__(self):
        unit = block("ini")
        line = re.search(r"ExecStart=(.*)", unit)[1]
        words = shlex.split(line.replace("/run/tradeanalysis/page.sock", str(self.socket)))
        stated = dict(one.split("=", 1) for one in re.findall(r"Environment=(.*)", unit))
        stated |= {"TRADEANALYSIS_PAGE_TOKEN_FILE": str(self.folder / "token"), "TRADEANALYSIS_PAGE_WORKERS": "2"}
        command = [sys.executable, "-m", Path(words[0]).name, *words[1:]]
        log = self.stack.enter_context((self.folder / "page.log").open("wb"))
        for one in (command, [self.nginx, "-c", str(self.folder / "nginx.conf"), "-p", str(self.folder)]):
            process = subprocess.Popen(one, stdout=log, stderr=log, env={**os.environ, **stated})
            self.stack.callback(process.wait, 60)
            self.stack.callback(process.terminate)
        for _ in range(600):
            if self.socket.exists() and self.answers():
                return self
            time.sleep(0.2)
        raise AssertionError((self.folder / "page.log").read_text() + (self.folder / "error.log").read_text())

    def __exit__(self, *_):
        self.stack.close()

    def answers(self):
        try:
            return self.call("GET", "/")[0] == 200
        except OSError:
            return False

    def call(self, method, path, headers=None, body=None, *, login=LOGIN, host=None, chunked=False):
        """The status, the headers in small letters, and the bytes of an answer."""
        trusted = ssl.create_default_context()
        trusted.check_hostname, trusted.verify_mode = False, ssl.CERT_NONE  # a certificate of its own, for a day
        connection = http.client.HTTPSConnection("127.0.0.1", self.port, timeout=120, context=trusted)
        known = {"Authorization": "Basic " + base64.b64encode(":".join(login).encode()).decode()} if login else {}
        try:
            named = {"Host": host or self.host, **known, **(headers or {})}
            connection.request(method, path, body, named, encode_chunked=chunked)
            answer = connection.getresponse()
            return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
        finally:
            connection.close()

    def ask(self, data, path="/screen", headers=OWN, **options):
        """An answer to a form of the page."""
        body = form([("lang", None, "en"), ("answers", None, '{"seen": "yes"}'), ("file", "a.csv", data)])
        return self.call("POST", path, {"Content-Type": TYPE, **headers}, body, **options)


@pytest.fixture(scope="module")
def proxied(tmp_path_factory):
    """The page behind nginx."""
    with Proxied(tmp_path_factory.mktemp("proxy")) as one:
        yield one


TABLE = b"partner,value\nUSA,30\nChina,20\nWorld,50\n"


def test_who_has_not_logged_in_is_not_let_through(proxied):
    assert proxied.call("GET", "/", login=None)[0] == 401
    assert proxied.call("GET", "/", login=("long_an", "another"))[0] == 401
    assert proxied.ask(TABLE, login=None)[0] == 401


def test_who_has_logged_in_needs_no_token(proxied):
    status, found, body = proxied.call("GET", "/")
    assert status == 200
    assert b'<main id="screen"' in body
    assert "set-cookie" not in found
    assert found["strict-transport-security"]
    assert found["content-security-policy"].startswith("default-src 'none'; ")
    assert found["server"] == "nginx"
    status, _, body = proxied.ask(TABLE)
    assert status == 200
    assert b"drop_aggregates" in body


def test_what_the_page_refuses_is_refused_behind_the_proxy_too(proxied):
    assert proxied.ask(TABLE, headers={})[0] == 403
    assert proxied.ask(TABLE, headers={**OWN, "Sec-Fetch-Site": "cross-site"})[0] == 403
    assert proxied.ask(TABLE, headers={**OWN, "Origin": "https://evil.example"})[0] == 403
    assert proxied.ask(TABLE, headers={**OWN, "Origin": f"https://{proxied.host}"})[0] == 200
    assert proxied.call("GET", "/", host=f"rebind.evil:{proxied.port}")[0] == 421
    assert proxied.call("DELETE", "/screen", OWN)[0] == 403
    assert proxied.call("GET", "/screen")[0] == 405


@pytest.mark.parametrize("chunked", [False, True])
def test_the_proxy_takes_no_larger_body_than_the_page(proxied, chunked):
    body = form([("lang", None, "en"), ("file", "a.csv", bytes(23_000_000))])
    pieces = (body[i : i + 1_000_000] for i in range(0, len(body), 1_000_000)) if chunked else body
    headers = {"Content-Type": TYPE, **OWN, **({"Transfer-Encoding": "chunked"} if chunked else {})}
    try:
        assert proxied.call("POST", "/screen", headers, pieces, chunked=chunked)[0] == 413
    except (ConnectionError, ssl.SSLError):  # it has answered, and hung up while we still sent
        assert " 413 " in (proxied.folder / "access.log").read_text().splitlines()[-1]


def test_a_file_is_on_no_disk_on_its_way(proxied):
    """nginx notes each body and each answer that it puts into a file."""
    assert proxied.ask(b"partner,value\n" + b"#" * 15_000_000)[0] == 200
    assert proxied.ask(b"", "/download/sample")[0] == 200
    noted = (proxied.folder / "error.log").read_text()
    assert "temporary file" not in noted
    assert all(not any(path.iterdir()) for path in (proxied.folder / "body", proxied.folder / "proxy"))


def test_many_at_once_have_the_bytes_of_one(proxied):
    alone = proxied.ask(TABLE)[2]
    found = at_once(32, lambda _: proxied.ask(TABLE))
    assert [(status, body == alone) for status, _, body in found] == [(200, True)] * 32


def test_no_log_has_a_name_or_a_value_behind_the_proxy(proxied):
    proxied.ask(b"partner,value\nnowhere-at-all,987654321\n")
    logs = "".join((proxied.folder / name).read_text() for name in ("access.log", "error.log", "page.log"))
    for secret in ("a.csv", "nowhere-at-all", "987654321", TOKEN):
        assert secret not in logs


def test_a_browser_that_has_logged_in_is_led_to_its_brief_through_the_proxy(chromium, proxied, tmp_path):
    home = f"https://{proxied.host}/"
    login = dict(zip(("username", "password"), LOGIN, strict=True))
    one = Person(chromium, Carrier(home, home, {"ignore_https_errors": True, "http_credentials": login}))
    lead_to_the_brief(one, tmp_path)
    assert "POST /screen" in (proxied.folder / "access.log").read_text()
    one.context.close()
