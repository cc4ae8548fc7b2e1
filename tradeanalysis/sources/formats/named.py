"""Bytes and open files as a file with a name, so that every reader of files reads them."""

from __future__ import annotations

import contextlib
import re
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Named:
    """The content of a file that is not on disk, and the name that its certificate bears."""

    content: bytes
    name: str

    @contextlib.contextmanager
    def as_file(self) -> Iterator[Path]:
        """The content as a file for a while; what no file may be named becomes a line."""
        name = re.sub(r'[<>:"/\\|?*\x00-\x1f]', "_", re.split(r"[/\\]", self.name)[-1])[-120:].strip(". ") or "bytes"
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / name
            path.write_bytes(self.content)
            yield path
