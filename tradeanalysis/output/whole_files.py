"""A file is there whole or as it was before: what is written, and what killed writers left."""

from __future__ import annotations

import os
import platform
import re
import secrets
import shutil
import time
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from pathlib import Path

from tradeanalysis.schema import TradeDataError
from tradeanalysis.texts import Text

_DAY = 86_400
# The machine, and the names of temporary files: whose they are, and what tells them apart; earlier ones had no owner.
_OWN = f"{zlib.crc32(platform.node().encode('utf-8', 'replace')):08x}"
_TEMPORARY = re.compile(
    r"\.tradeanalysis-(?:(?P<machine>[0-9a-f]{8})(?P<process>[0-9a-f]{8}))?[0-9a-f]{16}\.tmp", re.ASCII
)
# The files that are read while something is written: none of them is the place of an answer.
_INPUTS: ContextVar[tuple[Path, ...]] = ContextVar("_INPUTS", default=())


@contextmanager
def keeping(*paths: str | Path) -> Iterator[None]:
    """Refuse to write to these files, which are the input of what is being done."""
    token = _INPUTS.set((*_INPUTS.get(), *map(Path, paths)))
    try:
        yield
    finally:
        _INPUTS.reset(token)


def refuse_input(path: Path) -> None:
    """Raise where a file that is to be written is the input of what is being done."""
    for one in _INPUTS.get():
        with suppress(OSError):  # either is not there
            if one.is_file() and path.samefile(one):
                raise TradeDataError(Text("writes_input", path=str(path)))


def write_file(path: str | Path, content: bytes | str, *, overwrite: bool = True) -> Path:
    """Write a file so that it is never seen half-written: a temporary file beside it takes its place at the end.

    Parameters
    ----------
    path
        The file; folders that it lacks are made.
    content
        Bytes, or text that is written as UTF-8 whatever the machine prefers.
    overwrite
        Whether a file that is there is replaced. Of several that write at once without, one succeeds.

    Raises
    ------
    TradeDataError
        The file is there and may not be replaced, or it cannot be written; then what was there is untouched.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_file(f"{folder}/note.txt", "Việt Nam").read_text("utf-8")
    'Việt Nam'
    """
    path = Path(path)
    data = content.encode("utf-8") if isinstance(content, str) else content
    with replacing(path, overwrite) as temporary, open(temporary, "xb") as file:
        with suppress(OSError):  # a private file stays private
            shutil.copymode(path, temporary)
        file.write(data)
    return path


@contextmanager
def replacing(path: Path, overwrite: bool) -> Iterator[Path]:
    """A temporary file to write, which takes the file's place at the end, once it is on the disk."""
    # Its name is not made from the file's, which may be as long as a name can be; it says whose it is.
    temporary = path.parent / f".tradeanalysis-{_OWN}{os.getpid():08x}{secrets.token_hex(8)}.tmp"
    refuse_input(path)
    with _explaining(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        sweep(path.parent)
        try:
            yield temporary
            with open(temporary, "rb+") as file:
                os.fsync(file.fileno())
            _place(temporary, path, overwrite)
        finally:
            with suppress(OSError):
                temporary.unlink()


def _place(temporary: Path, path: Path, overwrite: bool) -> None:
    _refuse_taken(path, overwrite)
    if not overwrite:
        with suppress(OSError):  # file systems without links, such as FAT
            os.link(temporary, path)  # unlike a renamed file, never takes the place of one written meanwhile
            return
        _refuse_taken(path, overwrite)
    os.replace(temporary, path)


def _refuse_taken(path: Path, overwrite: bool) -> None:
    if not overwrite and os.path.lexists(path):
        raise TradeDataError(Text("exists", path=str(path)))


@contextmanager
def _explaining(path: Path) -> Iterator[None]:
    """Say which file could not be written, why, and what to do."""
    try:
        yield
    except OSError as error:
        raise TradeDataError(Text("not_written", path=str(path), why=str(error.strerror or error))) from error


def sweep(folder: Path, age: float = _DAY) -> None:
    """Remove what writers that were killed left more than a day ago, or ``age`` seconds where no writer is at work."""
    with suppress(OSError):
        for left in folder.glob(".tradeanalysis-*.tmp"):
            found = _TEMPORARY.fullmatch(left.name)
            if not found or not left.is_file() or left.is_symlink():
                continue
            old = time.time() - left.stat().st_mtime
            if old > _DAY or (old > age and not _is_written(found["machine"], found["process"])):
                left.unlink()


def _is_written(machine: str | None, process: str | None) -> bool:
    """Whether the writer of a temporary file may be at work: it is another machine's, or its process is alive."""
    if machine is None or process is None:
        return False
    if machine != _OWN or os.name == "nt":  # where a signal of 0 would end a process
        return True
    try:
        os.kill(int(process, 16), 0)
    except ProcessLookupError:
        return False
    except OSError:  # it is someone else's
        return True
    return True
