"""A zip of which only parts are fetched: its directory over byte ranges, and the text of a member from its pieces."""

from __future__ import annotations

import io
import itertools
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

from tradeanalysis.sources.raw import DAMAGED

# The end of a zip, which holds its directory: a comment of 64 kB and the records behind it fit.
TAIL = (1 << 16) + 1024
# So much is fetched by one call: what was fetched stays when the next one fails.
PIECE = 8 << 20
# So much text is unpacked at once, however well it is packed.
BLOCK = 1 << 22
# Before its data a member has these bytes, its name and more, of which their lengths stand here.
LOCAL = struct.Struct("<4s22xHH")
SIGNATURE = b"PK\x03\x04"
# What reading a directory raises that is none: places, lengths and names that cannot be.
NO_DIRECTORY = (*DAMAGED, IndexError, OverflowError, UnicodeDecodeError)
# How a member may be packed.
STORED, DEFLATED = zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED


class Member(NamedTuple):
    """A member of a zip: its name, the bytes of the zip that hold it, how it is packed, and what its text must be."""

    name: str
    first: int
    last: int
    method: int
    packed: int
    size: int
    crc32: int

    def pieces(self) -> Iterator[tuple[int, int]]:
        """The ranges of bytes in which it is fetched, first and last."""
        for start in range(self.first, self.last + 1, PIECE):
            yield start, min(start + PIECE - 1, self.last)


def members_over(size: int, fetch: Callable[[int, int], bytes]) -> list[Member]:
    """The members of a zip of so many bytes, of which ``fetch(first, last)`` gives any: its directory is enough.

    Raises
    ------
    One of ``NO_DIRECTORY``
        It is no zip, or its directory is damaged.
    """
    with zipfile.ZipFile(_Fetched(size, fetch)) as archive:
        there, end = archive.infolist(), archive.start_dir
    starts = sorted({one.header_offset for one in there} | {end})
    if starts[-1] != end:
        raise zipfile.BadZipFile("a member behind the directory")
    behind = dict(itertools.pairwise(starts))
    return [
        Member(
            one.filename,
            one.header_offset,
            behind[one.header_offset] - 1,
            one.compress_type,
            one.compress_size,
            one.file_size,
            one.CRC,
        )
        for one in there
        if not one.is_dir()
    ]


class _Fetched(io.RawIOBase):
    """A file of which only what is read is fetched; its end comes at once."""

    def __init__(self, size: int, fetch: Callable[[int, int], bytes]) -> None:
        self.size, self.at, self.fetch = size, 0, fetch
        self.start = max(0, size - TAIL)
        self.end = fetch(self.start, size - 1)

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self.at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        at = offset + {io.SEEK_SET: 0, io.SEEK_CUR: self.at, io.SEEK_END: self.size}[whence]
        if at < 0:
            raise OSError("before the start of the file")
        self.at = at
        return at

    def readinto(self, buffer: Any) -> int:
        stop = min(self.at + len(buffer), self.size)
        if stop <= self.at:
            return 0
        within = self.at >= self.start
        found = self.end[self.at - self.start : stop - self.start] if within else self.fetch(self.at, stop - 1)
        buffer[: len(found)] = found
        self.at += len(found)
        return len(found)


class MemberText(io.RawIOBase):
    """The text of a member as a file, unpacked while it is read; ``sound`` says at its end whether it is whole."""

    def __init__(self, member: Member, pieces: Iterable[bytes]) -> None:
        self.member, self.blocks = member, _unpacked(member, iter(pieces))
        self.rest, self.length, self.crc32, self.broken = memoryview(b""), 0, 0, False

    def readable(self) -> bool:
        """It is read from its start."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Fill a buffer with the next bytes of the text; none where it ends or is damaged."""
        while not self.rest and not self.broken:
            try:
                block = next(self.blocks, None)
            except (zlib.error, struct.error, zipfile.BadZipFile):
                self.broken = True
                break
            if block is None:
                break
            self.crc32, self.length = zlib.crc32(block, self.crc32), self.length + len(block)
            self.broken = self.length > self.member.size
            self.rest = memoryview(block)
        count = min(len(buffer), len(self.rest))
        buffer[:count], self.rest = self.rest[:count], self.rest[count:]
        return count

    def sound(self) -> bool:
        """Whether all that was read is what the directory says, by its length and checksum."""
        while self.readinto(bytearray(BLOCK)):
            pass
        return not self.broken and (self.length, self.crc32) == (self.member.size, self.member.crc32)


def _unpacked(member: Member, pieces: Iterator[bytes]) -> Iterator[bytes]:
    """The text of a member in blocks."""
    left = member.packed
    method = zlib.decompressobj(-zlib.MAX_WBITS) if member.method == DEFLATED else None
    if member.method not in (STORED, DEFLATED):
        raise zipfile.BadZipFile
    for number, piece in enumerate(pieces):
        packed = piece if number else _data(member, piece)
        packed, left = packed[:left], left - min(left, len(packed))
        if method is None:
            yield packed
            continue
        while packed:
            yield method.decompress(packed, BLOCK)
            packed = method.unconsumed_tail
    if method is not None:
        yield method.flush()


def _data(member: Member, piece: bytes) -> bytes:
    """The packed data of a member in its first piece, behind its local header."""
    signature, name, more = LOCAL.unpack_from(piece)
    start = LOCAL.size + name + more
    if signature != SIGNATURE or piece[LOCAL.size : LOCAL.size + name].decode("utf-8", "replace") != member.name:
        raise zipfile.BadZipFile
    return piece[start:]
