"""The page over HTTP: who may ask it, how much they may send, and what goes back; on loopback and behind a proxy."""

from __future__ import annotations

import asyncio
import contextlib
import hmac
import logging
import os
import re
import socket
import time
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from html import escape
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.datastructures import FormData, MutableHeaders, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tradeanalysis.page import LIMIT, shell
from tradeanalysis.page.answers import SENT
from tradeanalysis.page.request_checks import (
    OWN_HEADER,
    answers_of,
    cookie_name,
    disposition,
    from_own_page,
    hostname,
    safe_name,
)
from tradeanalysis.page.templates import POLICY
from tradeanalysis.page.worker_pool import WORKER, Answer, Limits, Pool
from tradeanalysis.schema import TradeDataError
from tradeanalysis.texts import LANGUAGES, Text, say

HERE = Path(__file__).parent
LOG = logging.getLogger("tradeanalysis.page")
# What is set in place of arguments where a proxy stands before the server.
HOSTS, TOKEN_FILE, WORKERS = (f"TRADEANALYSIS_PAGE_{name}" for name in ("HOSTS", "TOKEN_FILE", "WORKERS"))
HEADERS = {
    "Content-Security-Policy": POLICY["server"] + "; frame-ancestors 'none'",  # which no page can say of itself
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
FIELDS = {"lang", "answers", "file"}
# Bytes of a body that are not the file: twice the answers.
AROUND = 2 * SENT
# What is said, and with which status, where a process gave no answer.
UNANSWERED = {"time": (422, "serving_time"), "memory": (422, "serving_memory"), "stopped": (503, "serving_stopped")}
UNANSWERED |= {"fault": (500, "serving_fault"), "busy": (503, "serving_busy")}
GOES_ON = (
    '<!doctype html><meta charset="utf-8"><meta http-equiv="refresh" content="0;url=/"><title>tradeanalysis</title>'
)


class Refused(Exception):
    """A request that is not answered: its status, and the key of what is said."""

    def __init__(self, status: int, key: str) -> None:
        self.status, self.key = status, key


class FormInMemory(MultiPartParser):
    """A reader of forms that keeps every file that is taken in memory, where the usual one writes to a disk."""

    spool_max_size = LIMIT + AROUND


class Guard:
    """What every request must show before it reaches the page, and the headers that every answer has."""

    def __init__(self, inner: ASGIApp, hosts: frozenset[str], token: str) -> None:
        self.inner, self.hosts, self.token = inner, hosts, token

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it in words."""
        if scope["type"] != "http":
            await self.inner(scope, receive, send)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(HEADERS)
            await send(message)

        request = Request(scope)
        try:
            self.check(request)
        except Refused as refused:
            await in_words(request, refused.status, refused.key)(scope, receive, with_headers)
            return
        await self.inner(scope, receive, with_headers)

    def check(self, request: Request) -> None:
        """Raise where a request is for another host, was sent by another site, or has not the token."""
        hosts = request.headers.getlist("host")
        if len(hosts) != 1 or hostname(hosts[0]) not in self.hosts:
            raise Refused(421, "serving_wrong_host")
        reading = request.method in ("GET", "HEAD")
        if not reading and not from_own_page(request.headers):
            raise Refused(403, "serving_other_site")
        exchange = reading and request.url.path == "/" and "t" in request.query_params
        if not exchange and not is_same(request.cookies.get(cookie_name(hosts[0]), ""), self.token):
            raise Refused(403, "serving_no_token")


class Pages:
    """What is answered to a request that the guard has let through."""

    def __init__(self, token: str, ticket: str, lang: str, limits: Limits, pool: Pool) -> None:
        self.token, self.ticket, self.lang, self.limits, self.pool = token, ticket, lang, limits, pool
        self.waiting = self.held = 0
        self.files = {name: (HERE / name).read_bytes() for name in ("page.css", "page.js")}

    @contextlib.asynccontextmanager
    async def processes(self, _: Starlette) -> AsyncIterator[None]:
        """Start the processes with the server, and end them with it."""
        await self.pool.begin()
        try:
            yield
        finally:
            await self.pool.end()

    async def whole(self, request: Request) -> Response:
        """The page; a token in its address is exchanged for a cookie, so that no history keeps it."""
        if "t" in request.query_params:
            return self._exchange(request)
        return HTMLResponse(shell(self.lang, "server"))

    def _exchange(self, request: Request) -> Response:
        given = request.query_params["t"]
        if self.ticket and is_same(given, self.ticket):
            self.ticket = ""
        elif not is_same(given, self.token):
            return in_words(request, 403, "serving_no_token")
        # A browser sends a strict cookie on no redirect that began on another site: our own page then goes on.
        elsewhere = request.headers.get("sec-fetch-site") in ("cross-site", "same-site")
        answer: Response = HTMLResponse(GOES_ON) if elsewhere else RedirectResponse("/", 303)
        name, secure = cookie_name(request.headers["host"]), request.url.scheme == "https"
        answer.set_cookie(name, self.token, httponly=True, samesite="strict", secure=secure)
        return answer

    async def file(self, request: Request) -> Response:
        """The style sheet, or the script."""
        name = request.url.path[1:]
        kind = "text/css" if name.endswith(".css") else "text/javascript"
        return Response(self.files[name], media_type=f"{kind}; charset=utf-8")

    async def answer(self, request: Request) -> Response:
        """A screen, a part of one, or a file; what cannot be answered is said in words."""
        want, began = request.url.path.split("/")[1], time.monotonic()
        if self.waiting >= self.limits.waiting:
            return in_words(request, 503, "serving_busy")
        self.waiting += 1
        taken = [0]
        try:
            answer = await self._answer(want, request, taken)
        except Refused as refused:
            answer = in_words(request, refused.status, refused.key)
        except ClientDisconnect:
            answer = Response(status_code=400)
        finally:
            self.waiting -= 1
            self.held -= taken[0]
        # Figures only: no names, no values, no query.
        LOG.info("%s %d %.2f s %d bytes", want, answer.status_code, time.monotonic() - began, taken[0])
        return answer

    async def _answer(self, want: str, request: Request, taken: list[int]) -> Response:
        lang, answers, name, data = await self._read(request, taken)
        header = {"want": want, "which": request.path_params.get("which", ""), "name": name}
        header |= {"file": data is not None, "answers": answers, "lang": lang}
        found = await self.pool.answer(header, data or b"", str(hash(data)), request.is_disconnected)
        if found.kind == "gone":
            raise ClientDisconnect
        if found.kind in UNANSWERED:
            LOG.warning("%s: %s %s", want, found.kind, found.where)
            return in_words(request, *UNANSWERED[found.kind], lang=lang)
        if found.kind == "file" and not found.name:  # a screen that says why there is no file
            return HTMLResponse(found.data, 422, {OWN_HEADER: "screen"})
        return saved(found) if found.kind == "file" else HTMLResponse(found.data)

    async def _read(self, request: Request, taken: list[int]) -> tuple[str, dict[str, Any], str, bytes | None]:
        """The language, the answers, and the name and the bytes of the file of a request."""
        if int(request.headers.get("content-length", 0)) > LIMIT + AROUND:
            raise Refused(413, "serving_too_large")
        try:
            async with asyncio.timeout(self.limits.slow):
                form = await self._form(request, taken)
        except TimeoutError:
            raise Refused(408, "serving_slow") from None
        except MultiPartException:
            raise Refused(400, "serving_not_understood") from None
        names = [name for name, _ in form.multi_items()]
        file, lang, sent = form.get("file"), form.get("lang"), form.get("answers", "{}")
        answers = answers_of(sent) if isinstance(sent, str) else None
        right = isinstance(file, UploadFile | None) and lang in LANGUAGES and answers is not None
        if not right or len(set(names)) < len(names) or not set(names) <= FIELDS:
            raise Refused(400, "serving_not_understood")
        assert isinstance(lang, str)
        assert answers is not None
        if not isinstance(file, UploadFile):
            return lang, answers, "", None
        data = file.file.read()
        file.file.close()
        if len(data) > LIMIT:
            raise Refused(413, "serving_too_large")
        return lang, answers, safe_name(file.filename or ""), data

    async def _form(self, request: Request, taken: list[int]) -> FormData:
        """The fields of a form; no more is read of it than may be held."""

        async def stream() -> AsyncGenerator[bytes, None]:
            async for chunk in request.stream():
                taken[0] += len(chunk)
                self.held += len(chunk)
                if taken[0] > LIMIT + AROUND:
                    raise Refused(413, "serving_too_large")
                if self.held > self.limits.held:
                    raise Refused(503, "serving_busy")
                yield chunk

        if not request.headers.get("content-type", "").startswith("multipart/form-data"):
            raise Refused(400, "serving_not_understood")
        parser = FormInMemory(request.headers, stream(), max_files=1, max_fields=2, max_part_size=SENT)
        return await parser.parse()


def app(
    hosts: Sequence[str] | None = None,
    token: str | None = None,
    *,
    ticket: str = "",
    lang: str = "vi",
    limits: Limits | None = None,
    command: Sequence[str] = WORKER,
) -> ASGIApp:
    """The page as an application of ASGI, for these names of hosts and this token; a ticket is a token for one use.

    Behind a proxy the environment has both: ``TRADEANALYSIS_PAGE_HOSTS``, names separated by commas, and
    ``TRADEANALYSIS_PAGE_TOKEN_FILE``; and ``TRADEANALYSIS_PAGE_WORKERS``, how many processes work.
    """
    names = os.environ.get(HOSTS, "").split(",") if hosts is None else hosts
    known = frozenset(name.strip().lower() for name in names if name.strip())
    secret = _token_of_file() if token is None else token
    if not known or not re.fullmatch(r"[\w-]{16,}", secret, re.ASCII):
        raise TradeDataError(Text("serving_needs_hosts_and_token", hosts=HOSTS, token=TOKEN_FILE))
    bounds = limits or Limits(workers=_workers())
    pages = Pages(secret, ticket, lang, bounds, Pool(bounds, command))
    routes = [
        Route("/", pages.whole),
        Route("/page.css", pages.file),
        Route("/page.js", pages.file),
        Route("/screen", pages.answer, methods=["POST"]),
        Route("/part/{which}", pages.answer, methods=["POST"]),
        Route("/download/{which}", pages.answer, methods=["POST"]),
    ]
    nowhere = {404: _nowhere, 405: _nowhere}
    return Guard(Starlette(routes=routes, lifespan=pages.processes, exception_handlers=nowhere), known, secret)


def run(application: ASGIApp, listening: socket.socket) -> None:
    """Serve an application on a socket until Ctrl-C; no log of requests, which would hold the token."""
    import uvicorn

    quiet: dict[str, Any] = {"access_log": False, "log_level": "warning", "server_header": False}
    uvicorn.Server(uvicorn.Config(application, ws="none", limit_concurrency=200, **quiet)).run(sockets=[listening])


def _workers() -> int:
    given = os.environ.get(WORKERS) or str(Limits.workers)
    if not re.fullmatch(r"[1-9]\d{0,2}", given, re.ASCII):
        raise TradeDataError(Text("serving_workers", workers=WORKERS, given=given))
    return int(given)


def _token_of_file() -> str:
    path = os.environ.get(TOKEN_FILE)
    return Path(path).read_text("utf-8").strip() if path else ""


async def _nowhere(request: Request, error: Any) -> Response:
    return in_words(request, error.status_code, "serving_not_there")


def language(request: Request) -> str:
    """The language that a browser names first of those that there are; else Vietnamese."""
    named = re.findall(r"\b(en|vi)\b", request.headers.get("accept-language", ""))
    return named[0] if named else "vi"


def in_words(request: Request, status: int, key: str, lang: str = "") -> Response:
    """A screen that says what is the matter, or a whole page where no script has asked for it."""
    lang = lang or language(request)
    text = escape(say(key, lang, limit=LIMIT // 1_000_000))
    if request.url.path.startswith("/part/"):
        return HTMLResponse(f'<p class="caution">{text}</p>', status, {OWN_HEADER: "screen"})
    screen = f'<h1 tabindex="-1">{escape(say("serving_no_answer", lang))}</h1>\n<p>{text}</p>'
    if request.method == "POST":
        # A file that is too large is so the next time, too.
        does, words = ("data-restart", "page_choose_again") if status == 413 else ('data-set="{}"', "serving_again")
        screen += f'\n<p><button type="button" class="button" {does}>{escape(say(words, lang))}</button></p>'
    else:
        head = f'<!doctype html>\n<html lang="{lang}"><meta charset="utf-8"><title>tradeanalysis</title>\n'
        screen = f"{head}<main>{screen}</main></html>"
    # The script shows what bears this header, whatever the status.
    headers = {OWN_HEADER: "screen"} | ({"Retry-After": "5"} if status == 503 else {})
    return HTMLResponse(screen, status, headers)


def saved(found: Answer) -> Response:
    """A file that the browser saves, under its name, and never shows."""
    return Response(found.data, 200, {"Content-Disposition": disposition(found.name)}, "application/octet-stream")


def is_same(given: str, secret: str) -> bool:
    """Whether two secrets are the same, in a time that does not say how much of them is."""
    return hmac.compare_digest(given.encode(), secret.encode())
