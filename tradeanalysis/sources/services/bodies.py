"""What the body of an answer is before it means anything: JSON or a table in text, and no page for browsers."""

from __future__ import annotations

import json
from typing import Any

from tradeanalysis.schema import DownloadError
from tradeanalysis.sources.services.calls import Call
from tradeanalysis.texts import Text

_BOM = b"\xef\xbb\xbf"
_PAGES = (b"<!doctype html", b"<html", b"<head", b"<body")


def opened(call: Call, content: bytes) -> bytes:
    """The body without mark of byte order and blanks around it.

    Raises
    ------
    DownloadError
        It is empty, or a page for browsers, as proxies and services under repair send with a status of success.
    """
    body = content.removeprefix(_BOM).strip()
    if not body:
        raise _refused(call, Text("answer_empty"))
    if body[:32].lower().startswith(_PAGES):
        raise _refused(call, Text("answer_is_page"))
    return body


def json_of(call: Call, content: bytes) -> Any:
    """The body as JSON: an object or an array.

    Raises
    ------
    DownloadError
        It is empty, a page for browsers, or no whole JSON.
    """
    body = opened(call, content)
    try:
        found = json.loads(body)
    # A number of thousands of digits or brackets without end are no JSON of a service either.
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, (dict, list)):
        raise _refused(call, Text("answer_no_json"))
    return found


def text_of(call: Call, content: bytes) -> str:
    """The body as text in UTF-8.

    Raises
    ------
    DownloadError
        It is empty, a page for browsers, or not in UTF-8.
    """
    body = opened(call, content)
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        reason = Text("answer_no_text")
    raise _refused(call, reason)


def _refused(call: Call, reason: Text) -> DownloadError:
    return DownloadError(
        Text("download_failed", service=call.service, reason=reason), service=call.service, url=call.address
    )
