"""Safe writing: a file is there whole, or as it was before."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path


def write_file(path: str | Path, content: bytes | str) -> Path:
    """Write a file so that nobody ever sees half of it: a temporary file beside it takes its place at the end."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    data = content.encode("utf-8") if isinstance(content, str) else content
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, 0o644)
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    return path
