"""Bytes and open files as a file with a name, so that every reader of files reads them; none of it goes to the disk."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

# Of this machine's kind. What is opened by such a path is an error: no file has a name with a zero in it.
_Path: Any = type(Path())
_NOWHERE = "in memory\0"


@dataclass(frozen=True)
class Named:
    """The content of a file that is not on disk, and the name that its certificate bears."""

    content: bytes
    name: str

    def as_path(self) -> Path:
        """The content as a file; what no file may be named becomes a line."""
        name = re.sub(r'[<>:"/\\|?*\x00-\x1f]', "_", re.split(r"[/\\]", self.name)[-1])[-120:].strip(". ") or "bytes"
        path = FileInMemory(_NOWHERE, name)
        path.content = self.content
        made: Path = path
        return made


class _Size(NamedTuple):
    st_size: int


class FileInMemory(_Path):  # type: ignore[misc]
    """The path of a file whose bytes are in memory; libraries that open files take ``readable`` of it."""

    content: bytes

    def open(self, *_: Any, **__: Any) -> io.BytesIO:
        """The content, to be read."""
        return io.BytesIO(self.content)

    def read_bytes(self) -> bytes:
        """The content."""
        return self.content

    def is_file(self, **_: Any) -> bool:
        """It is one."""
        return True

    def stat(self, **_: Any) -> _Size:
        """How many bytes it has."""
        return _Size(len(self.content))


def readable(path: Path) -> Any:
    """What a library opens: the place on disk, or the bytes in memory."""
    return path.open("rb") if isinstance(path, FileInMemory) else path
