"""What the folder needs to run Python in a browser: each file by its SHA-256, found in a folder or in a zip there."""

from __future__ import annotations

import functools
import hashlib
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from tradeanalysis.schema import TradeDataError
from tradeanalysis.texts import Text

# So many of the files that are missing are named.
NAMED = 4


@functools.cache
def pins() -> dict[str, Any]:
    """The release of Pyodide, the files of its core and the wheels, from ``pins.toml``."""
    import tomllib

    return tomllib.loads(Path(__file__).with_name("pins.toml").read_text("utf-8"))


def pinned() -> dict[str, str]:
    """The SHA-256 of every file by its name."""
    return {one["file"]: one["sha256"] for one in (*pins()["core"], *pins()["wheel"])}


def found_in(folder: Path, wanted: Mapping[str, str]) -> dict[str, bytes]:
    """The files that are wanted, by name and SHA-256, from a folder and the zips in it.

    Where they come from does not matter: what is not the file that was published is refused.

    Raises
    ------
    TradeDataError
        A file is missing, with where to get it; or it has another SHA-256.
    """
    found: dict[str, bytes] = {}
    other: dict[str, str] = {}
    for name, content in _files(folder, set(wanted)):
        sha256 = hashlib.sha256(content).hexdigest()
        if sha256 == wanted[name]:
            found[name] = content
        else:
            other[name] = sha256
    missing = [name for name in wanted if name not in found]
    for name in missing:
        if name in other:
            raise TradeDataError(Text("folder_differs", file=name, found=other[name], expected=wanted[name]))
    if missing:
        shown = [*missing[:NAMED], *(["…"] if len(missing) > NAMED else [])]
        release = pins()["release"]
        raise TradeDataError(Text("folder_lacks", count=len(missing), folder=str(folder), names=shown, release=release))
    return found


def _files(folder: Path, wanted: set[str]) -> Iterator[tuple[str, bytes]]:
    """The files of these names in a folder, and in those of its zips that are no such file."""
    for path in sorted(folder.rglob("*")) if folder.is_dir() else ():
        if path.name in wanted:
            yield path.name, path.read_bytes()
        elif path.suffix in (".whl", ".zip") and zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as archive:
                for member in archive.infolist():
                    if (name := member.filename.rpartition("/")[2]) in wanted:
                        yield name, archive.read(member)
