"""What the cache of raw answers has, as a table, and how it is emptied."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pandas as pd

from tradeanalysis.schema import TradeDataError
from tradeanalysis.sources.services import answer_files as files
from tradeanalysis.sources.services.known_services import SERVICES
from tradeanalysis.sources.services.service_names import no_service
from tradeanalysis.sources.services.stored import Cache, age, folder_of, now
from tradeanalysis.texts import Text

_SERVICE = re.compile(r"[a-z][a-z0-9_]*")
_OLDER = re.compile(r"(\d+(?:\.\d+)?)\s*([dh])")
_HOURS = {"d": 24.0, "h": 1.0}
_MOST = 1e6
# A content that is older than so many seconds and named nowhere is no longer being written.
_WRITTEN = 60


def cache_info(source: str | None = None, *, cache: Cache = None) -> pd.DataFrame:
    """What the cache of figures that were fetched has: a row for each answer of a service.

    Parameters
    ----------
    source
        A service, such as ``"comtrade"``; all of them without it.
    cache
        The folder of the cache. Without it, that of the environment variable ``TRADEANALYSIS_CACHE``, or else the
        folder that the system keeps for such files.

    Returns
    -------
    pandas.DataFrame
        ``service``; ``kind`` (``data``, ``availability`` or ``list``; ``empty`` where the service has no rows, ``cut``
        where the call has to be divided; ``previous`` for an answer that was revised, ``damaged`` for one that will be
        fetched again); ``url`` without a key and ``params``; ``fetched_at`` in UTC; ``rows``; ``bytes`` on the disk;
        ``release`` and ``licence`` as the service states them; ``file`` in the folder.

    Raises
    ------
    TradeDataError
        ``source`` is no name of a service, or there is no folder for the cache.

    Examples
    --------
    >>> import tempfile
    >>> import tradeanalysis as ta
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     ta.cache_info(cache=folder).columns.tolist()
    ['service', 'kind', 'url', 'params', 'fetched_at', 'rows', 'bytes', 'release', 'licence', 'file']
    """
    found = [_row(path, meta) for place in _places(source, cache) for path, meta in files.metas(place)]
    table = pd.DataFrame(found, columns=list(_row(Path(), {})))
    table["fetched_at"] = pd.to_datetime(table["fetched_at"], utc=True, format="ISO8601", errors="coerce")
    return table.astype({"rows": "Int64", "bytes": "int64"}).reset_index(drop=True)


def cache_clear(source: str | None = None, *, older_than: str | timedelta | None = None, cache: Cache = None) -> int:
    """Remove answers from the cache, which are fetched again when they are next needed; how many were removed.

    Parameters
    ----------
    source
        A service, such as ``"comtrade"``; all of them without it.
    older_than
        Only those that were fetched so long ago: ``"90d"``, ``"12h"``, or a ``datetime.timedelta``.
    cache
        As for ``cache_info``. Files that are none of the cache's are not touched.

    Raises
    ------
    TradeDataError
        ``source`` is no name of a service, ``older_than`` no length of time, or there is no folder for the cache.

    Examples
    --------
    >>> import tempfile
    >>> import tradeanalysis as ta
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     ta.cache_clear("comtrade", older_than="90d", cache=folder)
    0
    """
    least = _length(older_than)
    removed = 0
    for place in _places(source, cache):
        for path, meta in list(files.metas(place)):
            if least is None or not meta or age(meta, now()) > least:
                files.remove(path)
                removed += not path.exists()
        files.sweep(place, _WRITTEN)
    return removed


def _places(source: str | None, cache: Cache) -> list[Path]:
    """The folders of the services."""
    if source is not None and not _SERVICE.fullmatch(source):
        raise TradeDataError(Text("cache_source", source=repr(source)))
    folder = folder_of(cache)
    places = [] if folder is None else sorted(folder.glob(source or "*"))
    if source is not None and not places and source not in SERVICES:
        raise no_service(source)
    return [place for place in places if place.is_dir() and _SERVICE.fullmatch(place.name)]


def _row(path: Path, meta: Mapping[str, Any]) -> dict[str, Any]:
    marked = next((what for what in ("empty", "cut") if meta.get(what)), None)
    kind = "damaged" if not meta else "previous" if path.name.endswith(files.PREVIOUS) else marked or meta["kind"]
    content = path.parent / meta.get("content", path.name)
    return {
        "service": path.parent.name,
        "kind": kind,
        "url": meta.get("url"),
        "params": urlencode(meta.get("params") or {}, safe=",:;+*[]"),
        "fetched_at": meta.get("fetched_at"),
        "rows": meta.get("rows"),
        "bytes": _size(content),
        "release": meta.get("release"),
        "licence": meta.get("licence"),
        "file": f"{path.parent.name}/{content.name}",
    }


def _length(older_than: str | timedelta | None) -> timedelta | None:
    if isinstance(older_than, timedelta) and older_than >= timedelta(0):
        return older_than
    if older_than is None:
        return None
    found = _OLDER.fullmatch(str(older_than).strip())
    if not found or float(found[1]) > _MOST:
        raise TradeDataError(Text("cache_older_than", value=repr(older_than)))
    return timedelta(hours=float(found[1]) * _HOURS[found[2]])


def _size(content: Path) -> int:
    """The bytes of a file; 0 where it is gone, as one is that another process replaces at this moment."""
    try:
        return content.stat().st_size
    except FileNotFoundError:
        return 0
