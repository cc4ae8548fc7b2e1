"""What a request of the page may say: its host, its sender, its answers, and names of files that are safe to write."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from tradeanalysis.page.answers import MOST

# The header that a form of another site cannot send.
OWN_HEADER = "x-tradeanalysis"
# What a name of a file cannot hold on one system or another, and marks that turn the direction of writing.
_NO_NAME = re.compile(r'[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069<>:"/\\|?*]+')


def hostname(host: str) -> str:
    """The name in a header of the host, without its port; empty where it is none.

    Examples
    --------
    >>> hostname("127.0.0.1:8000"), hostname("LOCALHOST"), hostname("evil@127.0.0.1")
    ('127.0.0.1', 'localhost', '')
    """
    found = re.fullmatch(r"(\[[0-9a-f:]+\]|[a-z0-9.-]+)(:\d{1,5})?", host.strip().lower())
    return found[1] if found else ""


def cookie_name(host: str) -> str:
    """The name of the cookie with the token: cookies do not know ports, and two servers may run beside one another.

    Examples
    --------
    >>> cookie_name("127.0.0.1:8000"), cookie_name("page.example.vn")
    ('tradeanalysis_8000', 'tradeanalysis')
    """
    port = re.search(r":(\d{1,5})$", host)
    return f"tradeanalysis_{port[1]}" if port else "tradeanalysis"


def from_own_page(headers: Mapping[str, str]) -> bool:
    """Whether a request was sent by the page itself: browsers say so, and no other site can set its header.

    Examples
    --------
    >>> from_own_page({"host": "127.0.0.1:8000", "x-tradeanalysis": "1", "sec-fetch-site": "same-origin"})
    True
    >>> from_own_page({"host": "127.0.0.1:8000", "x-tradeanalysis": "1", "origin": "http://127.0.0.1:9000"})
    False
    """
    if headers.get(OWN_HEADER) != "1" or headers.get("sec-fetch-site", "same-origin") != "same-origin":
        return False
    origin = headers.get("origin")
    return origin is None or origin.partition("://")[2] == headers.get("host")


def answers_of(text: str) -> dict[str, Any] | None:
    """The answers that a form sends, texts or lists of texts by name; None where they are anything else.

    Examples
    --------
    >>> answers_of('{"flow": "export", "drop": ["a", "b"]}'), answers_of('{"flow": {"a": 1}}')
    ({'flow': 'export', 'drop': ['a', 'b']}, None)
    """
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(found, dict) or len(found) > MOST:
        return None
    values = [one for value in found.values() for one in (value if isinstance(value, list) else [value])]
    return found if all(isinstance(one, str) for one in values) else None


def safe_name(name: str) -> str:
    """The last part of a name of a file, without what no system takes in one; at most 120 characters.

    Examples
    --------
    >>> safe_name("../../x<script>.csv"), safe_name("Long An 2020.xlsx")
    ('xscript.csv', 'Long An 2020.xlsx')
    """
    last = re.split(r"[/\\]", name)[-1]
    return _NO_NAME.sub("", unicodedata.normalize("NFC", last)).strip(" .")[-120:]


def disposition(name: str) -> str:
    """The header with which a browser saves a file under this name (RFC 6266), whatever its letters.

    Examples
    --------
    >>> disposition("kế hoạch.xlsx")
    'attachment; filename="ke hoach.xlsx"; filename*=UTF-8\\'\\'k%E1%BA%BF%20ho%E1%BA%A1ch.xlsx'
    """
    safe = safe_name(name) or "file"
    letters = unicodedata.normalize("NFKD", safe.replace("đ", "d").replace("Đ", "D"))
    plain = re.sub(r"[^A-Za-z0-9._ ()-]", "", letters) or "file"
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(safe, safe='')}"
