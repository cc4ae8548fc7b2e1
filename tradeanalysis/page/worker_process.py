"""A process that makes screens and files for the server: it has a bound of memory, no network, and a folder for files.

It reads requests from its standard input and writes answers to its standard output, each as two lengths, a header in
JSON, and bytes. Nothing is unpickled on either side, so that a process that a file has led astray can harm no other.
"""

from __future__ import annotations

import functools
import json
import os
import signal
import struct
import sys
import tempfile
from pathlib import Path
from typing import Any, BinaryIO, Protocol

# The lengths of the header and of the bytes that follow it.
LENGTHS = struct.Struct(">II")
# What a process of screens has no use for, by the first part of the names that Python gives to such acts.
CLOSED = (
    "socket.",
    "subprocess.",
    "os.system",
    "os.exec",
    "os.posix_spawn",
    "os.startfile",
    "os.fork",
    "os.link",
    "os.symlink",
    "os.chmod",
    "os.chown",
    "os.chflags",
    "os.setxattr",
    "os.removexattr",
)
# What changes a disk: where the names stand among the arguments, each with the open folder that it may be in.
CHANGES: dict[str, tuple[tuple[int, int | None], ...]] = {
    "os.remove": ((0, 1),),
    "os.rmdir": ((0, 1),),
    "os.mkdir": ((0, 2),),
    "os.rename": ((0, 2), (1, 3)),
    "os.truncate": ((0, None),),
    "os.utime": ((0, 3),),
}
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND


class Core(Protocol):
    """What makes the page: the functions of ``tradeanalysis.page``."""

    def screen(self, name: str, data: bytes | None, answers: dict[str, Any], lang: str) -> str:
        """What stands inside the page."""

    def part(self, which: str, name: str, data: bytes | None, answers: dict[str, Any], lang: str) -> str:
        """A part of a screen."""

    def download(
        self, which: str, name: str, data: bytes | None, answers: dict[str, Any], lang: str
    ) -> tuple[str, bytes]:
        """A file and its name."""


def message(header: dict[str, Any], data: bytes = b"") -> bytes:
    """A request or an answer as it goes from one process to the other.

    Examples
    --------
    >>> message({"kind": "html"}, b"<p>")[LENGTHS.size:]
    b'{"kind": "html"}<p>'
    """
    head = json.dumps(header).encode()
    return LENGTHS.pack(len(head), len(data)) + head + data


def answer_requests(core: Core) -> None:
    """Answer requests until there are no more; a request that needs more memory than there is ends the process."""
    requests, answers = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints is no answer
    limits = json.loads(sys.argv[1])
    if limits["memory"]:
        _bound_memory(limits["memory"])
    sys.addaudithook(functools.partial(_refuse, os.path.realpath(tempfile.gettempdir())))
    _send(answers, message({"kind": "ready"}))
    while lengths := requests.read(LENGTHS.size):
        head, data = LENGTHS.unpack(lengths)
        header, body = json.loads(requests.read(head)), requests.read(data)
        _set_alarm(limits["seconds"] + 5)  # the server ends it before, unless the server is gone
        _send(answers, _answer(core, header, body))
        _set_alarm(0)


def _answer(core: Core, header: dict[str, Any], body: bytes) -> bytes:
    of = (header["name"], body if header["file"] else None, header["answers"], header["lang"])
    try:
        if header["want"] == "download":
            name, made = core.download(header["which"], *of)
            return message({"kind": "file", "name": name}, made)
        html = core.part(header["which"], *of) if header["want"] == "part" else core.screen(*of)
        return message({"kind": "html"}, html.encode())
    except MemoryError:
        return message({"kind": "memory"})
    except Exception as error:  # a fault of ours: where it is, and nothing that stands in the file
        return message({"kind": "fault", "where": _where(error)})


def _where(error: Exception) -> str:
    """The kind of an error and the line of ours that it came from; its words may quote the file."""
    place, found = error.__traceback__, ""
    while place:
        path = Path(place.tb_frame.f_code.co_filename)
        if "tradeanalysis" in path.parts:
            found = f" {path.parent.name}/{path.name}:{place.tb_lineno}"
        place = place.tb_next
    return type(error).__name__ + found


def _send(answers: BinaryIO, sent: bytes) -> None:
    answers.write(sent)
    answers.flush()


def _set_alarm(seconds: int) -> None:
    """End this process after so many seconds, also within a library; Windows has no such alarm."""
    if sys.platform != "win32":
        signal.alarm(seconds)


def _bound_memory(more: int) -> None:
    """Let this process have so many bytes beyond what it has now, where the system can hold it to that."""
    if sys.platform == "linux":
        import resource

        pages = int(Path("/proc/self/statm").read_text("ascii").split()[0])
        bound = pages * resource.getpagesize() + more
        resource.setrlimit(resource.RLIMIT_AS, (bound, bound))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a core dump would hold the file


def _refuse(folder: str, event: str, arguments: tuple[Any, ...]) -> None:
    """Refuse the network, other programs, and to change anything but in the folder that the server made in memory."""
    if event.startswith(CLOSED):
        raise PermissionError(event)
    # To make a folder that is there already changes nothing, and libraries try it with the folder of their settings.
    places = () if event == "os.mkdir" and os.path.isdir(arguments[0]) else CHANGES.get(event, ())
    if event == "open" and arguments[2] & WRITING:
        places = ((0, None),)
    for name, place in places:
        if not _may_change(folder, arguments[name], -1 if place is None else arguments[place]):
            raise PermissionError(event)


def _may_change(folder: str, name: Any, place: int) -> bool:
    """Whether a name is within the folder; what is open already may be written on, since opening it was looked at."""
    if isinstance(name, int):
        return True
    within = f"/proc/self/fd/{place}" if place >= 0 else ""
    path = os.path.join(os.path.realpath(within), os.fsdecode(name)) if within else os.fsdecode(name)
    return path == os.devnull or Path(os.path.realpath(path)).is_relative_to(folder)


if __name__ == "__main__":
    import tradeanalysis.page

    answer_requests(tradeanalysis.page)
