"""BACI as it is published, read into memory: the zip of a release, a folder of its years, one year."""

from __future__ import annotations

import hashlib
import io
import re
import zipfile
from collections.abc import Callable, Collection, Iterable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import pandas as pd

from tradeanalysis.gate.findings import fault
from tradeanalysis.schema import TradeDataError
from tradeanalysis.sources.raw import MAX_BYTES, MISSING, Raw
from tradeanalysis.texts import Text

Entry = TypeVar("Entry")


BACI_MEMBER = re.compile(r"BACI_HS\d\d_Y(\d{4})_V\w+\.csv", re.IGNORECASE)


def baci_years(entries: Iterable[Entry], name: Callable[[Entry], str], where: str) -> dict[int, Entry]:
    """The entries whose name is that of a BACI year, in the order of years."""
    years: dict[int, Entry] = {}
    for entry in entries:
        if match := BACI_MEMBER.fullmatch(name(entry)):
            if int(match[1]) in years:
                raise fault("TA-110", "release_year_twice", name=where, year=match[1])
            years[int(match[1])] = entry
    return dict(sorted(years.items()))


def release(path: Path, archive: zipfile.ZipFile, sha256: str, years: Collection[int] | None) -> Raw:
    """The zip of a BACI release: members are read by their exact names, into memory."""
    members = archive.infolist()
    found = baci_years(members, lambda member: Path(member.filename).name, path.name)
    chosen = {year: member for year, member in found.items() if years is None or year in years}
    if not chosen:
        entries = [member.filename for member in members]
        raise not_a_release(path.name, "no_workbook_no_release", found, years, entries)
    if sum(member.file_size for member in chosen.values()) > MAX_BYTES:
        raise fault("TA-130", "release_too_large", name=path.name, years=len(chosen))
    frames = []
    for member in chosen.values():
        with archive.open(member) as file:
            frames.append(baci(file))
    return Raw(pd.concat(frames, ignore_index=True), path.name, sha256, [_years_read(chosen)])


def not_a_release(
    name: str, key: str, found: Collection[int], years: Collection[int] | None, entries: Collection[str]
) -> TradeDataError:
    """Why a release has nothing to read: other years than the chosen ones, or other files."""
    if found:
        return fault("TA-110", "release_lacks_years", name=name, chosen=sorted(years or ()), there=list(found))
    suffixes = {Path(entry).suffix.lower() for entry in entries}
    there = Text("it_holds", entries=sorted(entries)) if entries else Text("it_is_empty")
    ways = [Text(way) for ending, way in ((".zip", "zip_within"), (".parquet", "parquet_within")) if ending in suffixes]
    return fault("TA-110", key, name=name, there=there, way=next(iter(ways), ""))


def _years_read(chosen: Collection[int]) -> Text:
    return Text("years_read", years=list(chosen))


def baci_folder(path: Path, years: Collection[int] | None) -> Raw:
    """The years of a BACI release that was unpacked, with one hash of all."""
    found = baci_years(path.iterdir(), lambda file: file.name, path.name)
    chosen = {year: file for year, file in found.items() if years is None or year in years}
    if not chosen:
        raise not_a_release(path.name, "folder_of_neither", found, years, [file.name for file in path.iterdir()])
    digest = hashlib.sha256()
    frames = []
    for file in chosen.values():
        content = file.read_bytes()
        digest.update(content)
        frames.append(baci(io.BytesIO(content)))
    return Raw(pd.concat(frames, ignore_index=True), path.name, digest.hexdigest(), [_years_read(chosen)])


def baci(file: Any) -> pd.DataFrame:
    """One year of BACI: millions of rows, read as numbers at once; a country code may be text (S19)."""
    return next(baci_blocks(file)).astype({"i": object, "j": object})


def baci_blocks(file: Any, rows: int | None = None) -> Iterator[pd.DataFrame]:
    """A year of BACI in blocks of so many rows, or as one; ``i`` and ``j`` are categories."""
    kinds = {"t": "int64", "i": "category", "j": "category", "k": "int64", "v": "float64"}
    how: dict[str, Any] = {"usecols": list(kinds), "dtype": kinds, "keep_default_na": False}
    try:
        read = pd.read_csv(file, **how, na_values={"v": list(MISSING)}, chunksize=rows)
        yield from [read] if isinstance(read, pd.DataFrame) else read
    except (ValueError, OverflowError, pd.errors.ParserError) as error:
        raise fault("TA-110", "this_no_baci_file", why=str(error)) from None
