"""The files of stored answers: names, writing in an order that no kill can spoil, and reading that trusts nothing."""

from __future__ import annotations

import gzip
import hashlib
import json
import re
import secrets
import time
import warnings
import zlib
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any

from tradeanalysis.output.whole_files import replacing
from tradeanalysis.schema import TradeDataError, TradeDataWarning
from tradeanalysis.texts import Text

CURRENT, PREVIOUS = ".meta.json", ".prev.json"
# The files of the cache, and no other, are read and removed.
_CONTENT = re.compile(r"([0-9a-f]{24})\.[0-9a-f]{8}\.(?:gz|bin)")
_META = re.compile(r"([0-9a-f]{24})(?:\.meta|\.prev)\.json")
_GZIP, _DAY = 31, 86_400
# The folders that were looked through for what killed processes left.
_swept: set[Path] = set()


class Damaged(Exception):
    """A stored answer that is not as it was written; the text says what is wrong."""


def content_name(key: str, *, packed: bool) -> str:
    """A file for a content, of one writer alone: whoever replaces or removes an answer touches no other's content.

    Parts of packed files stay as they are.
    """
    return f"{key}.{secrets.token_hex(4)}.{'gz' if packed else 'bin'}"


def write(folder: Path, service: str, meta: Mapping[str, Any], content: bytes) -> None:
    """Write an answer: the content, then what it replaces as the previous one, and last what is known of it."""
    place, key, name = folder / service, meta["key"], meta.get("content")
    try:
        make(place)
        if name:
            _put(place / name, gzip.compress(content, 6, mtime=0) if name.endswith(".gz") else content)
        before, oldest = _at_hand(place, key, CURRENT), _at_hand(place, key, PREVIOUS)
        if before.get("sha256") and before["sha256"] != meta.get("sha256"):
            _put(place / f"{key}{PREVIOUS}", _json(before))
        _put(place / f"{key}{CURRENT}", _json(meta))
        _drop(place, key, before, oldest)
    except OSError as error:
        raise unwritable(place, error) from error
    except TradeDataError as error:
        raise unwritable(place, error.__cause__ or error) from error
    if place not in _swept:
        _swept.add(place)
        sweep(place)


def make(place: Path) -> None:
    """Make the folder of a service, open to its user alone and unseen by git, in which others' data must not go."""
    place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    place.mkdir(mode=0o700, exist_ok=True)
    if not (ignored := place / ".gitignore").exists():
        ignored.write_text("*\n", "utf-8")


def read(place: Path, key: str, schema: int, which: str = CURRENT) -> tuple[dict[str, Any] | None, bytes]:
    """What is known of an answer, and its content (empty for a marker); (None, b"") where there is none.

    An answer that is damaged is removed with a warning.
    """
    path = place / f"{key}{which}"
    while True:
        before = _state(path)
        try:
            meta = _meta(path)
            if meta is None or meta["schema"] != schema:
                return None, b""
            return meta, _content(place, meta) if "content" in meta else b""
        except Damaged as damage:
            if _state(path) != before:  # another process replaced the answer between its two files
                continue
            remove(path)
            text = Text("cache_damaged", service=place.name, file=path.name, what=damage.args[0])
            warnings.warn(text, TradeDataWarning, stacklevel=4)
            return None, b""


def remove(path: Path) -> None:
    """Remove what is known of an answer, and then its content, unless another file still needs that."""
    key = path.name[:24]
    meta = _at_hand(path.parent, key, path.name[24:])
    with suppress(OSError):  # one that cannot be removed is written over by the next answer
        path.unlink(missing_ok=True)
        _drop(path.parent, key, meta)


def metas(place: Path) -> Iterator[tuple[Path, dict[str, Any]]]:
    """Every file that says what is known of an answer, with what it says: nothing where it is damaged."""
    for path in sorted(place.glob("*.json")):
        meta = _at_hand(place, path.name[:24], path.name[24:]) if _META.fullmatch(path.name) else None
        if meta or (meta is not None and path.exists()):  # another process may have removed it
            yield path, meta


def sweep(place: Path, age: float = _DAY) -> None:
    """Remove contents older than so many seconds that no file names, of processes that were killed before they did."""
    for path in place.iterdir():
        found = _CONTENT.fullmatch(path.name)
        if found and _seconds_old(path) > age and path.name not in _needed(place, found[1]):
            path.unlink(missing_ok=True)


def unwritable(place: Path, error: BaseException) -> TradeDataError:
    """The error that says which folder cannot be written, and what to do."""
    reason = getattr(error, "strerror", None) or str(error)
    return TradeDataError(Text("cache_unwritable", folder=str(place), reason=reason))


def _content(place: Path, meta: Mapping[str, Any]) -> bytes:
    try:
        content: bytes = (place / meta["content"]).read_bytes()
        if meta["content"].endswith(".gz"):
            # No more than was written, whatever a file that was tampered with unpacks to.
            content = zlib.decompressobj(_GZIP).decompress(content, meta["bytes"] + 1)
    except (OSError, zlib.error) as error:
        raise Damaged(type(error).__name__) from None
    if hashlib.sha256(content).hexdigest() != meta["sha256"]:
        raise Damaged("sha256")
    return content


def _meta(path: Path) -> dict[str, Any] | None:
    """What a file says of an answer, if it says what has to be said; None where there is no file."""
    try:
        meta = json.loads(path.read_bytes())
        dated = datetime.fromisoformat(meta["fetched_at"]).tzinfo is not None
        answer = _CONTENT.fullmatch(meta["content"]) if "content" in meta else None
        whole = bool(answer and answer[1] == meta["key"] and meta["bytes"] >= 0 and len(meta["sha256"]) == 64)
        marked = "content" not in meta and (meta.get("empty") is True or meta.get("cut") is True)
        if dated and meta["key"] == path.name[:24] and isinstance(meta["schema"], int) and (whole or marked):
            return dict(meta)
    except FileNotFoundError:
        return None
    except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise Damaged(type(error).__name__) from None
    raise Damaged("fields")


def _at_hand(place: Path, key: str, which: str) -> dict[str, Any]:
    """What is known of an answer; nothing where there is none, or it is damaged."""
    try:
        return _meta(place / f"{key}{which}") or {}
    except Damaged:
        return {}


def _drop(place: Path, key: str, *metas: Mapping[str, Any]) -> None:
    """Remove the contents of answers that no file of the cache names any more."""
    for name in {one["content"] for one in metas if "content" in one} - _needed(place, key):
        (place / name).unlink(missing_ok=True)


def _needed(place: Path, key: str) -> set[str]:
    return {str(_at_hand(place, key, which).get("content")) for which in (CURRENT, PREVIOUS)}


def _put(path: Path, content: bytes) -> None:
    with replacing(path, overwrite=True) as temporary:
        temporary.write_bytes(content)


def _json(meta: Mapping[str, Any]) -> bytes:
    return json.dumps(meta, ensure_ascii=False, indent=1).encode()


def _state(path: Path) -> tuple[int, int] | None:
    """What differs once a file is replaced; None where there is none."""
    try:
        stat = path.stat()
    except OSError:
        return None
    return stat.st_ino, stat.st_mtime_ns


def _seconds_old(path: Path) -> float:
    try:
        return time.time() - path.stat().st_mtime
    except FileNotFoundError:  # swept by another process
        return 0.0
