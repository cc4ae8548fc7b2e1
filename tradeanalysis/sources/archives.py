"""Files that hold files: workbooks, the zip of a BACI release, a folder of its years; none is unpacked to disk."""

from __future__ import annotations

import hashlib
import importlib.util
import io
import re
import zipfile
import zlib
from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from tradeanalysis.gate.findings import Finding, listing
from tradeanalysis.schema import SchemaError, TradeDataError

MAX_BYTES = 2 << 30
MAX_WORKBOOK = 500 << 20
MAX_RATIO = 200
MAX_MEMBERS = 10_000
BACI_MEMBER = re.compile(r"BACI_HS\d\d_Y(\d{4})_V\w+\.csv", re.IGNORECASE)


@dataclass
class Raw:
    """A file before anything is made of it: its cells, its name and hash, notes, and what was found."""

    cells: pd.DataFrame
    source: str
    sha256: str
    notes: list[str] = field(default_factory=list)
    # What the index counts: the lines of a file that a person can open, its records, or rows from 0.
    where: str = "row"
    findings: list[Finding] = field(default_factory=list)


def open_zip(path: Path, sha256: str, sheet: str | None, years: Collection[int] | None) -> Raw:
    """A workbook, or a release of BACI: members are read by their exact names, into memory."""
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
            if len(members) > MAX_MEMBERS:
                raise TradeDataError(f"{path.name} has {len(members):,} members: more than a data file would")
            if any(member.filename == "xl/workbook.xml" for member in members):
                _check_workbook(path, archive)
                cells, notes = _workbook(path, sheet)
                return Raw(cells, path.name, sha256, notes, where="row")
            return _release(path, archive, sha256, years)
    # An encrypted member is a RuntimeError, an unknown compression a NotImplementedError.
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError) as error:
        raise TradeDataError(f"{path.name} is a damaged or locked zip or workbook: {error}") from None


def _check_workbook(path: Path, archive: zipfile.ZipFile) -> None:
    members = archive.infolist()
    size, packed = sum(m.file_size for m in members), sum(m.compress_size for m in members)
    if size > MAX_WORKBOOK or size > MAX_RATIO * max(packed, 1):
        raise TradeDataError(f"{path.name} unpacks to {size / 1e6:,.0f} MB: too large for a workbook; save a CSV")
    # Reads no member further than the size that it declares, which a hostile one may do falsely.
    if (bad := archive.testzip()) is not None:
        raise TradeDataError(f"{path.name} is damaged: its part {bad!r} is not what it says")


def _workbook(path: Path, sheet: str | None) -> tuple[pd.DataFrame, list[str]]:
    need("Excel", "excel", "python_calamine", "defusedxml")
    import python_calamine

    try:
        sheets = pd.read_excel(
            path, sheet_name=None, header=None, engine="calamine", dtype=object, keep_default_na=False
        )
    except (python_calamine.CalamineError, ValueError, KeyError, OSError) as error:
        raise TradeDataError(f"{path.name} is a damaged workbook: {str(error)[:200]}") from None
    full = {name: cells for name, cells in sheets.items() if len(cells) > 1}
    if sheet is not None and sheet not in full:
        raise SchemaError(
            f"TA-110 [error] there is no sheet {sheet!r} with data; the sheets are {listing(map(repr, full), 20)}"
        )
    if sheet is None and len(full) != 1:
        raise SchemaError(
            f"TA-110 [error] {len(full)} sheets hold data, {listing(map(repr, full), 20)}: choose with sheet="
        )
    name = sheet if sheet is not None else next(iter(full))
    table = full[name].fillna("")
    cells = table.iloc[1:]
    cells.columns = pd.Index(table.iloc[0].astype(str))
    cells.index = pd.RangeIndex(2, len(cells) + 2)
    return cells[(cells != "").any(axis=1)].infer_objects(), [f"sheet {name!r}"]


def _release(path: Path, archive: zipfile.ZipFile, sha256: str, years: Collection[int] | None) -> Raw:
    members = archive.infolist()
    found = {int(match[1]): m for m in members if (match := BACI_MEMBER.fullmatch(Path(m.filename).name))}
    chosen = {year: member for year, member in sorted(found.items()) if years is None or year in years}
    if not chosen:
        raise SchemaError(
            f"TA-110 [error] {path.name} is neither a workbook nor a BACI release with the years asked for: "
            f"{listing(m.filename for m in members)}"
        )
    if sum(member.file_size for member in chosen.values()) > MAX_BYTES:
        raise TradeDataError(f"{path.name} holds {len(chosen)} years, too many at once: choose some with year=")
    frames = []
    for member in chosen.values():
        with archive.open(member) as file:
            frames.append(baci(file))
    return Raw(pd.concat(frames, ignore_index=True), path.name, sha256, [f"years read: {listing(chosen, 30)}"])


def baci_folder(path: Path, years: Collection[int] | None) -> Raw:
    """The years of a BACI release that was unpacked; their hashes together."""
    found = {int(match[1]): file for file in path.iterdir() if (match := BACI_MEMBER.fullmatch(file.name))}
    chosen = {year: file for year, file in sorted(found.items()) if years is None or year in years}
    if not chosen:
        raise SchemaError(
            f"TA-110 [error] {path.name!r} has no BACI_HS92_Y2023_V202501.csv, nor the like, of the years asked for"
        )
    if sum(file.stat().st_size for file in chosen.values()) > MAX_BYTES:
        raise TradeDataError(f"the folder {path.name!r} holds {len(chosen)} years, too many at once: choose with year=")
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
    """One year of BACI: millions of rows of numbers, read as numbers. A code of a country may be text (S19)."""
    kinds = {"t": "int64", "i": "category", "j": "category", "k": "int64", "v": "float64"}
    try:
        cells = pd.read_csv(file, usecols=list(kinds), dtype=kinds, keep_default_na=False, na_values={"v": [""]})
    except (ValueError, pd.errors.ParserError) as error:
        raise SchemaError(f"TA-110 [error] this is no file of BACI: {error}") from None
    return cells.astype({"i": object, "j": object})


def need(format: str, extra: str, *packages: str) -> None:
    """Say which extra brings the packages that a format needs."""
    if not all(importlib.util.find_spec(package) for package in packages):
        raise TradeDataError(f'{format} files need more packages: pip install "tradeanalysis[{extra}]"')
