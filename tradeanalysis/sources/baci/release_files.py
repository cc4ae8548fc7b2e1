"""BACI as it is published, read into memory: the zip of a release, a folder of its years, one year."""

from __future__ import annotations

import hashlib
import io
import re
import zipfile
from collections.abc import Callable, Collection, Iterable
from pathlib import Path
from typing import Any, TypeVar

import pandas as pd

from tradeanalysis.gate.findings import listing
from tradeanalysis.schema import SchemaError, TradeDataError
from tradeanalysis.sources.raw import MAX_BYTES, MISSING, Raw

Entry = TypeVar("Entry")


BACI_MEMBER = re.compile(r"BACI_HS\d\d_Y(\d{4})_V\w+\.csv", re.IGNORECASE)


# What to do where a release is too large.
TOO_LARGE = (
    "choose some with year=, or write all to a folder of Parquet once, with ta.ingest(path, folder), and read that"
)


def baci_years(entries: Iterable[Entry], name: Callable[[Entry], str], where: str) -> dict[int, Entry]:
    """The entries whose name is that of a BACI year, in the order of years."""
    years: dict[int, Entry] = {}
    for entry in entries:
        if match := BACI_MEMBER.fullmatch(name(entry)):
            if int(match[1]) in years:
                raise SchemaError(f"TA-110 [error] {where} holds {match[1]} twice: keep one release")
            years[int(match[1])] = entry
    return dict(sorted(years.items()))


def release(path: Path, archive: zipfile.ZipFile, sha256: str, years: Collection[int] | None) -> Raw:
    """The zip of a BACI release: members are read by their exact names, into memory."""
    members = archive.infolist()
    found = baci_years(members, lambda member: Path(member.filename).name, path.name)
    chosen = {year: member for year, member in found.items() if years is None or year in years}
    if not chosen:
        what = "is neither a workbook nor a BACI release"
        raise not_a_release(path.name, what, found, years, [member.filename for member in members])
    if sum(member.file_size for member in chosen.values()) > MAX_BYTES:
        raise TradeDataError(f"TA-130 [error] {path.name} holds {len(chosen)} years, too many at once: {TOO_LARGE}")
    frames = []
    for member in chosen.values():
        with archive.open(member) as file:
            frames.append(baci(file))
    return Raw(pd.concat(frames, ignore_index=True), path.name, sha256, [f"years read: {listing(chosen, 30)}"])


def not_a_release(
    name: str, what: str, found: Collection[int], years: Collection[int] | None, entries: Collection[str]
) -> SchemaError:
    """Why a release has nothing to read: other years than the chosen ones, or other files."""
    if found:
        chosen = listing(sorted(years or ()), 20)
        return SchemaError(f"TA-110 [error] {name} does not hold {chosen}: it holds {listing(found, 40)}")
    suffixes = {Path(entry).suffix.lower() for entry in entries}
    fix = ". Unpack the zip that is in it, and read that" * (".zip" in suffixes)
    fix = fix or ". Parquet is read by ta.read(folder)" * (".parquet" in suffixes)
    there = f"it holds {listing(sorted(entries))}" if entries else "it is empty"
    return SchemaError(f"TA-110 [error] {name} {what}, such as BACI_HS92_Y2023_V202501.csv: {there}{fix}")


def baci_folder(path: Path, years: Collection[int] | None) -> Raw:
    """The years of a BACI release that was unpacked, with one hash of all."""
    found = baci_years(path.iterdir(), lambda file: file.name, path.name)
    chosen = {year: file for year, file in found.items() if years is None or year in years}
    if not chosen:
        what = "is a folder that has neither Parquet files nor BACI's years"
        raise not_a_release(path.name, what, found, years, [file.name for file in path.iterdir()])
    digest = hashlib.sha256()
    frames = []
    for file in chosen.values():
        content = file.read_bytes()
        digest.update(content)
        frames.append(baci(io.BytesIO(content)))
    return Raw(
        pd.concat(frames, ignore_index=True), path.name, digest.hexdigest(), [f"years read: {listing(chosen, 30)}"]
    )


def baci(file: Any) -> pd.DataFrame:
    """One year of BACI: millions of rows, read as numbers at once; a country code may be text (S19)."""
    kinds = {"t": "int64", "i": "category", "j": "category", "k": "int64", "v": "float64"}
    try:
        cells = pd.read_csv(
            file,
            usecols=list(kinds),
            dtype=kinds,
            keep_default_na=False,
            na_values={"v": list(MISSING)},
        )
    except (ValueError, pd.errors.ParserError) as error:
        raise SchemaError(f"TA-110 [error] this is not a BACI file: {error}") from None
    return cells.astype({"i": object, "j": object})
