"""Workbooks in binary records, .xls and .xlsb: the sizes that they declare, checked before a reader believes them."""

from __future__ import annotations

import struct
import zipfile
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tradeanalysis.gate.findings import fault
from tradeanalysis.sources.formats.cell_positions import Extent, refuse_extent

_END, _FREE = 0xFFFFFFFE, 0xFFFFFFFF  # of a chain of sectors
# Records of .xls that begin with a row and a column: formula, numbers, texts, truth values.
_SEVERAL, _NAMED = 0x00BD, 0x00FD
_CELLS = frozenset((0x0006, 0x0203, 0x0204, 0x0205, 0x027E, _SEVERAL, _NAMED))
_DIMENSIONS, _TEXTS, _CONTINUE, _SHEET, _ENDS = 0x0200, 0x00FC, 0x003C, 0x0085, 0x000A
# Records of .xlsb: a row, and cells, which begin with their column; one that names a shared text; such a text.
_ROW, _CELLS_OF_ROW, _NAMED_TEXT, _TEXT_ITEM = 0, range(2, 12), 7, 19


def check_old_workbook(path: Path) -> None:
    """Refuse a workbook of Excel 97 whose chains of sectors do not end, or whose sheets are smaller than they say."""
    for stream in workbook_streams(path, path.read_bytes()):
        texts: list[int] = []
        sheets: list[int] = []
        blocks: deque[bytes] = deque()
        for kind, body in _records(stream, 0):
            if kind == _SHEET and len(body) >= 4:
                sheets.append(struct.unpack_from("<I", body)[0])
            elif kind == _TEXTS and len(body) >= 8:
                blocks = deque([body])
            elif kind == _CONTINUE and blocks:
                blocks.append(body)
            elif blocks:
                texts, blocks = _text_sizes(path, blocks), deque()
        past = 0
        for start in sorted(sheets):
            if start < past:  # sheets within sheets would be read as often as they are named
                raise _false(path)
            extent, past = _extent(path, stream, start, texts)
            refuse_extent(path, extent)


def check_binary_sheets(path: Path, archive: zipfile.ZipFile) -> None:
    """Refuse a workbook of binary parts one of whose sheets spans many more cells than it holds."""
    names = {name.lower(): name for name in archive.namelist()}
    shared = archive.read(names["xl/sharedstrings.bin"]) if "xl/sharedstrings.bin" in names else b""
    texts = [len(body) for kind, body in _binary_records(shared) if kind == _TEXT_ITEM]
    for member in (name for lower, name in names.items() if "worksheets/" in lower and lower.endswith(".bin")):
        extent, row = Extent(), 0
        for kind, body in _binary_records(archive.read(member)):
            if kind == _ROW and len(body) >= 4:
                row = struct.unpack_from("<I", body)[0]
            elif kind in _CELLS_OF_ROW and len(body) >= 4:
                extent.reach(row + 1, struct.unpack_from("<I", body)[0] + 1)
                if kind == _NAMED_TEXT and len(body) >= 12:
                    extent.text += _size_at(texts, struct.unpack_from("<I", body, 8)[0])
        refuse_extent(path, extent)


def _records(stream: bytes, at: int) -> Iterator[tuple[int, bytes]]:
    """The records of a stream from a place on, to the end of its part."""
    while at + 4 <= len(stream):
        kind, size = struct.unpack_from("<HH", stream, at)
        if kind == _ENDS:
            return
        yield kind, stream[at + 4 : at + 4 + size]
        at += 4 + size


def _extent(path: Path, stream: bytes, start: int, texts: Sequence[int]) -> tuple[Extent, int]:
    """How far the cells of a sheet reach, once its dimensions are known to be those of a sheet; and where it ends."""
    extent, end = Extent(), start
    for kind, body in _records(stream, start):
        end += 4 + len(body)
        if kind in _CELLS and len(body) >= 6:
            row, column = struct.unpack_from("<HH", body)
            extent.reach(row + 1, column + 1)
            if kind == _SEVERAL:
                last = struct.unpack_from("<H", body, len(body) - 2)[0]
                if len(body) != 6 + 6 * (last - column + 1):
                    raise _false(path)
                extent.reach(row + 1, last + 1)
                extent.cells += last - column
            if kind == _NAMED and len(body) >= 10:
                extent.text += _size_at(texts, struct.unpack_from("<I", body, 6)[0])
        elif kind == _DIMENSIONS:
            _check_dimensions(path, body, len(stream))
    return extent, end


def _size_at(texts: Sequence[int], at: int) -> int:
    return texts[at] if at < len(texts) else 0


def _text_sizes(path: Path, blocks: deque[bytes]) -> list[int]:
    """The lengths of the shared texts, which go on from record to record; refused where more are declared."""
    block, at = blocks.popleft(), 8
    count = struct.unpack_from("<i", block, 4)[0]
    if not 0 <= count <= (len(block) + sum(map(len, blocks))) // 3:
        raise _false(path)
    sizes: list[int] = []
    try:
        for _ in range(count):
            if at >= len(block):
                block, at = blocks.popleft(), 0
            characters, flags = struct.unpack_from("<HB", block, at)
            at += 3
            more = 0
            if flags & 8:
                more, at = 4 * struct.unpack_from("<H", block, at)[0], at + 2
            if flags & 4:
                more, at = more + struct.unpack_from("<I", block, at)[0], at + 4
            sizes.append(characters)
            wide = flags & 1
            while characters:
                taken = min(characters, (len(block) - at) >> wide)
                characters, at = characters - taken, at + (taken << wide)
                if characters:
                    block, at = blocks.popleft(), 1
                    wide = block[0] & 1
            while more:
                taken = min(more, len(block) - at)
                more, at = more - taken, at + taken
                if more:
                    block, at = blocks.popleft(), 0
    except (IndexError, struct.error):
        raise _false(path) from None
    return sizes


def _check_dimensions(path: Path, body: bytes, size: int) -> None:
    """Refuse dimensions that no sheet of so many bytes can have: a reader makes room for them."""
    form = {10: "<HHHH", 14: "<IIHH"}.get(len(body))
    if form is None:
        raise _false(path)
    first, last, left, right = struct.unpack_from(form, body)
    if last and right and (last < first + 1 or right < left + 1):
        raise _false(path)
    rows, columns = max(last - first, 1), max(right - left, 1)
    refuse_extent(path, Extent(rows, columns, size))


def workbook_streams(path: Path, content: bytes) -> Iterator[bytes]:
    """The streams of a compound file in which a workbook stands; a file that declares more than it has is refused."""
    file = _open(path, content)
    entries = _chain(path, file, file.directory)
    found = [entries[at : at + 128] for at in range(0, len(entries) - 127, 128)]
    named = [one for one in found[1:] if _name(one) in ("Workbook", "Book")]
    lengths = [_length(one, file.size) for one in named]
    # Several streams of a workbook are apart from each other, and together no longer than the file.
    if sum(lengths) > len(content) or any(_length(one, file.size) > len(content) for one in found[:1]):
        raise _false(path)
    small = _numbers(_chain(path, file, file.small))
    root = _Sectors(_chain(path, file, _start(found[0])), 64, 0, small) if found else file
    held = 0
    for one, length in zip(named, lengths, strict=True):
        stream = _chain(path, root if length < 4096 else file, _start(one))
        held += len(stream)
        if held > len(content):
            raise _false(path)
        yield stream[:length]


@dataclass(frozen=True)
class _Sectors:
    """The sectors of a file, or the small ones within its root: where they begin, and which follows which."""

    content: bytes
    size: int
    begin: int
    table: Sequence[int]
    directory: int = _END
    small: int = _END

    def at(self, number: int) -> bytes:
        start = self.begin + number * self.size
        return self.content[start : start + self.size]


def _open(path: Path, content: bytes) -> _Sectors:
    """The sectors of a compound file, whose header declares no more of them than there are."""
    if len(content) < 512:
        raise _false(path)
    shift, mini = struct.unpack_from("<HH", content, 30)
    if shift not in (9, 12) or mini != 6:
        raise _false(path)
    size = 1 << shift
    directories, fats, directory = struct.unpack_from("<III", content, 40)
    small, smalls, more, mores = struct.unpack_from("<IIII", content, 60)
    sectors = len(content) // size + 1
    if max(directories, fats, smalls, mores) > sectors:
        raise _false(path)
    plain = _Sectors(content, size, size, ())
    places, seen = [at for at in struct.unpack_from("<109I", content, 76) if at != _FREE], 0
    while more not in (_FREE, _END):
        numbers = _numbers(plain.at(more))
        if seen > sectors or not numbers:
            raise _false(path)
        places.extend(at for at in numbers[:-1] if at != _FREE)
        more, seen = numbers[-1], seen + 1
        if len(places) > sectors:  # each place is a sector of its own
            raise _false(path)
    if len(set(places)) < len(places):
        raise _false(path)
    table = [one for at in places for one in _numbers(plain.at(at))]
    return _Sectors(content, size, size, table, directory, small)


def _chain(path: Path, file: _Sectors, at: int) -> bytes:
    """The sectors of a chain one after the other; one that comes back to itself never ends."""
    blocks: list[bytes] = []
    while at not in (_END, _FREE):
        if at >= len(file.table) or len(blocks) > len(file.table):
            raise _false(path)
        blocks.append(file.at(at))
        at = file.table[at]
    return b"".join(blocks)


def _name(entry: bytes) -> str:
    return entry[:64].decode("utf-16-le", "replace").split("\0")[0]


def _length(entry: bytes, size: int) -> int:
    return int(struct.unpack_from("<I" if size == 512 else "<Q", entry, 120)[0])


def _start(entry: bytes) -> int:
    return int(struct.unpack_from("<I", entry, 116)[0])


def _numbers(block: bytes) -> Sequence[int]:
    return struct.unpack(f"<{len(block) // 4}I", block[: len(block) // 4 * 4])


def _binary_records(content: bytes) -> Iterator[tuple[int, bytes]]:
    """The records of a binary part: a kind of one or two bytes, a size in groups of seven bits."""
    at = 0
    while at < len(content):
        kind, at = content[at], at + 1
        if kind & 0x80 and at < len(content):
            kind, at = (kind & 0x7F) | (content[at] & 0x7F) << 7, at + 1
        size = 0
        for place in range(4):
            if at >= len(content):
                return
            byte, at = content[at], at + 1
            size |= (byte & 0x7F) << (7 * place)
            if not byte & 0x80:
                break
        yield kind, content[at : at + size]
        at += size


def _false(path: Path) -> Exception:
    return fault("TA-131", "sizes_false", file=path.name)
