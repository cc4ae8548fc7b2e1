"""The years of a release, in its zip or in a folder: which there are, and the size and checksum of each."""

from __future__ import annotations

import contextlib
import hashlib
import zipfile
import zlib
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from tradeanalysis.gate.findings import fault, warn
from tradeanalysis.sources.baci.release_files import baci_years, not_a_release
from tradeanalysis.sources.options import absent_years
from tradeanalysis.sources.raw import DAMAGED, MAX_BYTES, MAX_MEMBERS, MAX_RATIO, damaged, refuse_unreadable

Known = TypeVar("Known")


@dataclass(frozen=True)
class Year:
    """A year of a release: its text, the text's size and checksum; the file it is in, and the hash of that file."""

    year: int
    source: str
    name: str
    size: int
    open: Callable[[], Any]
    crc32: Callable[[], int]
    sha256: Callable[[], str]


@contextlib.contextmanager
def members_of(path: Path, chosen: Collection[int] | None) -> Iterator[tuple[list[Year], set[int]]]:
    """The years of a release, and those that are to be read."""
    if path.is_dir():
        files = baci_years(path.iterdir(), lambda file: file.name, path.name)
        years = [
            Year(y, path.name, f.name, f.stat().st_size, _opener(f), _checksum(f), _hasher(f)) for y, f in files.items()
        ]
        yield years, _to_read(path, years, chosen, [file.name for file in path.iterdir()])
        return
    if not path.is_file():
        raise fault("TA-131", "release_absent", path=str(path))
    refuse_unreadable(path)
    with path.open("rb") as file:
        if file.read(2) != b"PK":
            raise fault("TA-131", "release_no_zip", path=str(path))
    sha256 = _hasher(path)()
    try:
        with zipfile.ZipFile(path) as archive:
            members = baci_years(archive.infolist(), lambda member: Path(member.filename).name, path.name)
            _refuse_bomb(path, archive, members)
            years = [
                Year(
                    y, path.name, Path(m.filename).name, m.file_size, _member(archive, m), _known(m.CRC), _known(sha256)
                )
                for y, m in members.items()
            ]
            yield years, _to_read(path, years, chosen, archive.namelist())
    except DAMAGED as error:
        raise damaged(path, error) from None


def _opener(file: Path) -> Callable[[], Any]:
    return lambda: file.open("rb")


def _member(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> Callable[[], Any]:
    return lambda: archive.open(member)


def _known(value: Known) -> Callable[[], Known]:
    return lambda: value


def _checksum(path: Path) -> Callable[[], int]:
    """The checksum that a zip has of its members."""

    def crc32() -> int:
        found = 0
        with path.open("rb") as file:
            while chunk := file.read(1 << 20):
                found = zlib.crc32(chunk, found)
        return found

    return crc32


def _hasher(path: Path) -> Callable[[], str]:
    def sha256() -> str:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()

    return sha256


def _to_read(path: Path, years: Sequence[Year], chosen: Collection[int] | None, entries: Collection[str]) -> set[int]:
    there = {one.year for one in years}
    found = there if chosen is None else there & set(chosen)
    if not found:
        raise not_a_release(path.name, "release_without_years", sorted(there), chosen, entries)
    warn(absent_years(chosen, found), stacklevel=5)
    return found


def _refuse_bomb(path: Path, archive: zipfile.ZipFile, members: Mapping[int, zipfile.ZipInfo]) -> None:
    """Refuse what unpacks to more than a release would; no member is read beyond the size that it declares."""
    if len(archive.infolist()) > MAX_MEMBERS:
        raise fault("TA-130", "zip_members", name=path.name, members=len(archive.infolist()))
    sizes = [(m.file_size, m.compress_size) for m in members.values()]
    sizes.append((sum(size for size, _ in sizes), path.stat().st_size))
    large = any(size > MAX_BYTES for size, _ in sizes[:-1])
    if large or any(size > 1e6 + MAX_RATIO * packed for size, packed in sizes):
        raise fault("TA-130", "release_unpacks", name=path.name)
