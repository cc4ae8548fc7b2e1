"""The command ``page``: the interactive page on this machine, for as long as the command runs."""

from __future__ import annotations

import argparse
import secrets
import socket
import webbrowser

import tradeanalysis as ta
from tradeanalysis.cli.parsers import Parser
from tradeanalysis.extras import need
from tradeanalysis.texts import Text, say

# Nobody on another machine can reach this address.
LOOPBACK = "127.0.0.1"


def add_page(page: Parser) -> None:
    """The options of the command."""
    page.add_argument("--port", type=int, default=0)
    page.add_argument("--no-open", action="store_true")
    page.add_argument("--lang", choices=("en", "vi"))


def check_page() -> None:
    """Raise where what the page needs is not installed."""
    need(Text("serving_page"), "starlette", "uvicorn", "python_multipart")  # whose extra has the others too
    need(Text("serving_page"), "jinja2", "openpyxl", "defusedxml", "python_calamine")


def serve_page(options: argparse.Namespace, lang: str) -> int:
    """Serve the page until Ctrl-C, and open it in the browser unless that is not wanted."""
    from tradeanalysis.page.server import app, run

    token, ticket = secrets.token_urlsafe(24), "" if options.no_open else secrets.token_urlsafe(24)
    with _bound_socket(options.port) as listening:
        port = listening.getsockname()[1]
        print(say("serving_address", lang, address=f"http://{LOOPBACK}:{port}/?t={token}"), flush=True)
        print(say("serving_how_to_stop", lang), flush=True)
        page = app([LOOPBACK, "localhost"], token, ticket=ticket, lang=options.lang or "vi")
        if ticket:  # others may see the arguments of a browser that starts: what stands there is good for once
            webbrowser.open(f"http://{LOOPBACK}:{port}/?t={ticket}")
        try:
            run(page, listening)
        except KeyboardInterrupt:
            print(say("serving_ended", lang))
    return 0


def _bound_socket(port: int) -> socket.socket:
    """A socket on which browsers of this machine are heard from now on, and answered once the server has started."""
    listening = socket.socket()
    try:
        listening.bind((LOOPBACK, port))
    except (OSError, OverflowError):
        listening.close()
        raise ta.TradeDataError(Text("serving_port_taken", port=port)) from None
    listening.listen(128)
    return listening
