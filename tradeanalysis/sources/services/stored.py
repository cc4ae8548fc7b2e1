"""Raw answers of the services in a folder of the user's own: each whole, known by its request, checked when read.

Of each answer there are two files: its content, under a name that is never used again, and what is known of it
(``META``), which is written last and names the content. No one reads a half, whatever is killed or written beside it.
"""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Literal

from tradeanalysis.extras import missing
from tradeanalysis.schema import TradeDataError
from tradeanalysis.sources.services import answer_files as files
from tradeanalysis.sources.services.calls import Answer, Call
from tradeanalysis.texts import Text

# Where answers are kept: a folder, None for the usual one, or False for nowhere.
Cache = str | os.PathLike[str] | bool | None
VARIABLE = "TRADEANALYSIS_CACHE"
SCHEMA = 1

# What is known of an answer. There is no key, user or path of this machine in it, nor in what it is made from.
META = (
    *("schema", "version", "key", "service", "kind"),
    # The request, and what the service said of its answer; ``size`` is that of the whole file of which it is a part.
    *("url", "params", "range", "cap", "fetched_at", "status", "etag", "last_modified", "size", "release", "licence"),
    # The content: its file, bytes and hash as it was received, and its rows.
    *("content", "bytes", "sha256", "rows"),
    # Markers, which have no content: the service has no rows, or cuts the answer at its cap.
    *("empty", "cut"),
)
Mark = Literal["empty", "cut"]
MARK_DAYS: Mapping[Mark, float] = {"empty": 1, "cut": 30}


def now() -> datetime:
    """The time, in UTC."""
    return datetime.now(UTC)


def folder_of(cache: Cache = None) -> Path | None:
    """The folder of the cache: the one given, else that of ``TRADEANALYSIS_CACHE``, else the user's; None for False."""
    if cache is False:
        return None
    given = os.environ.get(VARIABLE) if cache is None or cache is True else cache
    if given:
        return Path(given).expanduser().absolute()
    if missing("platformdirs"):
        raise TradeDataError(Text("cache_without_folder", variable=VARIABLE))
    from platformdirs import user_cache_path

    return user_cache_path("tradeanalysis", appauthor=False) / "v1"


def find(folder: Path | None, call: Call) -> Answer | None:
    """The stored answer to a call, of whatever age, or its marker (``meta["empty"]``, ``meta["cut"]``); None without.

    What is damaged is removed with a warning, and is None.
    """
    return _found(folder, call, files.CURRENT)


def keep(folder: Path | None, call: Call, content: bytes, meta: Mapping[str, Any]) -> Answer:
    """Store an answer, and give it back with all that is known of it; one with other contents becomes the previous.

    ``meta`` has fields of ``META``, such as ``status``, ``rows`` and ``release``; ``url`` without the key. Of an answer
    that is ``empty`` the marker is kept alone. Raises TradeDataError where the folder cannot be written.
    """
    if meta.get("empty"):
        return mark(folder, call, "empty", meta)
    digest = hashlib.sha256(content).hexdigest()
    named = files.content_name(call.key, packed=call.range is None)
    return _kept(folder, call, content, {"content": named, "bytes": len(content), "sha256": digest, **meta})


def mark(folder: Path | None, call: Call, what: Mark, meta: Mapping[str, Any] | None = None) -> Answer:
    """Store that a call has no rows (``empty``, for a day) or has to be divided (``cut``, for thirty)."""
    return _kept(folder, call, b"", {**(meta or {}), what: True})


def drop(folder: Path | None, call: Call) -> None:
    """Take the answer to a call out of the cache."""
    if folder is not None:
        files.remove(folder / call.service / f"{call.key}{files.CURRENT}")


def previous(folder: Path | None, call: Call) -> Answer | None:
    """The answer that the stored one replaced, where their contents differ."""
    return _found(folder, call, files.PREVIOUS)


def age(meta: Mapping[str, Any], at: datetime) -> timedelta:
    """How old an answer is; negative where a clock was set back, or the answer comes from a machine that is ahead."""
    return at - datetime.fromisoformat(meta["fetched_at"])


def is_fresh(meta: Mapping[str, Any], days: float | None, at: datetime) -> bool:
    """Whether an answer is at most so many days old (None: for ever), a marker its own; none from the future is."""
    most = next((MARK_DAYS[what] for what in MARK_DAYS if meta.get(what)), days)
    return most is None or timedelta(0) <= age(meta, at) <= timedelta(days=most)


def _found(folder: Path | None, call: Call, which: str) -> Answer | None:
    if folder is None:
        return None
    meta, content = files.read(folder / call.service, call.key, SCHEMA, which)
    return None if meta is None else Answer(call, content, {**meta, "from_cache": True})


def _kept(folder: Path | None, call: Call, content: bytes, fields: Mapping[str, Any]) -> Answer:
    known = _described(call, fields)
    if folder is not None:
        files.write(folder, call.service, known, content)
    return Answer(call, content, {**known, "from_cache": False})


def _described(call: Call, fields: Mapping[str, Any]) -> dict[str, Any]:
    """What is known of an answer, in the order of ``META``."""
    if unknown := sorted(set(fields) - set(META)):
        raise ValueError(f"no fields of a stored answer: {unknown}")
    known = {
        "schema": SCHEMA,
        "version": sys.modules["tradeanalysis"].__version__,
        "key": call.key,
        "service": call.service,
        "kind": call.kind,
        "url": call.address,
        "params": dict(call.params),
        "range": list(call.range) if call.range else None,
        "cap": call.cap,
        "fetched_at": now().isoformat(timespec="seconds"),
        **fields,
    }
    return {name: known[name] for name in META if name in known}
