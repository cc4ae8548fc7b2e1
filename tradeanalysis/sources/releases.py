"""A release of BACI, once and for all: its CSV years become Parquet that is sorted, coded, checked and certified."""

from __future__ import annotations

import contextlib
import csv
import hashlib
import math
import re
import time
import zipfile
import zlib
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Any, Literal, TypeVar

import numpy as np
import numpy.typing as npt
import pandas as pd

from tradeanalysis import parts
from tradeanalysis.gate.findings import Finding, in_rows, listing, numbered, refuse, share_of, warn
from tradeanalysis.schema import EXPORT, FLOW, PARTNER, PRODUCT, REPORTER, VALUE, YEAR, SchemaError, TradeDataError
from tradeanalysis.sources.archives import (
    DAMAGED,
    MAX_BYTES,
    MAX_MEMBERS,
    MAX_RATIO,
    MISSING,
    baci_years,
    damaged,
    need,
    no_release,
    readable,
)
from tradeanalysis.sources.asked import absent_years, asked_path, asked_years, one_of
from tradeanalysis.sources.cells import against_world
from tradeanalysis.sources.certificates import CERTIFICATE, COUNTED, conventions, given, issues
from tradeanalysis.sources.keys import Keys, settle
from tradeanalysis.sources.reading import ROWS, Reading
from tradeanalysis.sources.tally import blocks, tally
from tradeanalysis.sources.units import UNITS

DIGITS = 6
# A row's reporter, partner and product in one number of 64 bits.
BITS = 20
MASK = (1 << BITS) - 1
# More labels of countries than this, and a file is none of BACI.
MOST_LABELS = 5_000
# Two roundings of each value: where its text is read, and where it becomes dollars.
ROUNDING = 2.0**-52

# The gap of the partners to a World row that is told, and the one that is refused, as in ta.read.
TOLERANCE, LIMIT = 0.005, 0.05

TAKES = "ingest takes BACI's zip, or a folder of its CSV years"
Known = TypeVar("Known")
Numbers = npt.NDArray[np.int64]


def ingest(
    path: str | Path,
    folder: str | Path,
    *,
    year: int | Collection[int] | None = None,
    unknown: Literal["raise", "keep"] = "raise",
    missing: Literal["raise", "drop"] = "raise",
    negative: Literal["raise", "drop"] = "raise",
    drop_aggregates: bool = False,
    own_trade: bool = False,
    overwrite: bool = False,
    told: Callable[[str], object] = lambda line: None,
) -> Path:
    """Turn a release of BACI into a folder of Parquet, a file for each year, such as ``2023.parquet``.

    Each file has our columns, with ISO3 countries, products as text of six digits and values in US dollars, sorted by
    reporter, partner and product: BACI's own order but for the letters of the codes, in which ``ta.measure`` takes
    reporters one after the other and engines pass over what is not asked for. ``ta.read(folder)`` is then a lazy table,
    ``ta.certificate(folder)`` says what was done.

    Parameters
    ----------
    path
        The release's zip, which is never unpacked to disk; or a folder of its CSV years.
    folder
        Where to write. Asked again after an interruption, or with a whole zip after a damaged one, it goes on with the
        years that lack: every file is whole. A file of another text, or asked for otherwise, is refused.
    year
        The years to take; all where it is not given. Others may follow later; a warning tells those that are not there.
    unknown, missing, negative, drop_aggregates, own_trade
        As in ``ta.read``.
    overwrite
        Whether what an earlier call wrote to that folder may be removed.
    told
        What is called with a line for every file that is written, such as ``print``.

    Returns
    -------
    The folder.

    Raises
    ------
    TradeDataError
        Everything for which ``ta.read`` refuses a year of BACI; a year whose rows or total in Parquet, read back, are
        not those of the text, counted and summed exactly; a zip that unpacks to more than a release would.

    Notes
    -----
    One year is in memory at a time: 11 million rows take about 1.3 GB. The gate looks at countries, values and cells;
    ``ta.audit(ta.read(folder))`` looks at the years beside each other.

    References
    ----------
    Gaulier, G. and Zignago, S. (2010), BACI: International Trade Database at the Product-Level, CEPII working paper
    2010-23.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> import tradeanalysis as ta
    >>> with tempfile.TemporaryDirectory() as home:
    ...     text = "t,i,j,k,v,q\\n2020,704,842,10121,1.500,2\\n2020,704,490,10121,0.500,1\\n"
    ...     _ = (pathlib.Path(home) / "BACI_HS92_Y2020_V202501.csv").write_text(text)
    ...     folder = ta.ingest(home, f"{home}/parquet")
    ...     print(ta.read(folder).df())
    ...     ta.certificate(folder)["rows"]
      reporter partner    flow product  year   value
    0      VNM     TWN  export  010121  2020   500.0
    1      VNM     USA  export  010121  2020  1500.0
    2
    """
    one_of("unknown", unknown, "raise", "keep")
    one_of("missing", missing, "raise", "drop")
    one_of("negative", negative, "raise", "drop")
    need("Parquet", "engine", "pyarrow")
    options: dict[str, Any] = {"unknown": unknown, "missing": missing, "negative": negative}
    options |= {"drop_aggregates": drop_aggregates, "own_trade": own_trade}
    folder = Path(asked_path(folder))
    with _years(Path(asked_path(path)), asked_years(year)) as (years, todo):
        about = {f"{one.year}.parquet": _about(one, options, folder, todo) for one in years}
        there, stale = parts.standing(folder, {name: one for name, one in about.items() if one}, overwrite=overwrite)
        left = [one for one in years if one.year in todo and f"{one.year}.parquet" not in there]
        start, done = time.monotonic(), 0
        parts.begin(folder, stale)
        for number, one in enumerate(left, 1):
            name = f"{one.year}.parquet"
            rows = _write(folder / name, one, about[name], options)
            done += one.size
            seconds = (time.monotonic() - start) * (sum(o.size for o in left) - done) / done
            told(f"{folder / name}: {rows:,} rows; file {number} of {len(left)}, about {seconds:.0f} s left")
    parts.finish(folder)
    return folder


@dataclass(frozen=True)
class Year:
    """A year of a release: its text, how long it is, and its checksum; the file that holds it, and the hash of that."""

    year: int
    source: str
    name: str
    size: int
    open: Callable[[], Any]
    crc32: Callable[[], int]
    sha256: Callable[[], str]


@contextlib.contextmanager
def _years(path: Path, asked: Collection[int] | None) -> Iterator[tuple[list[Year], set[int]]]:
    """The years of a release, and those that are asked for."""
    if path.is_dir():
        files = baci_years(path.iterdir(), lambda file: file.name, path.name)
        years = [
            Year(y, path.name, f.name, f.stat().st_size, _opener(f), _checksum(f), _hasher(f)) for y, f in files.items()
        ]
        yield years, _chosen(path, years, asked, [file.name for file in path.iterdir()])
        return
    if not path.is_file():
        raise TradeDataError(f"TA-131 [error] {path} is not there: {TAKES}")
    readable(path)
    with path.open("rb") as file:
        if file.read(2) != b"PK":
            raise TradeDataError(f"TA-131 [error] {path} is no zip: {TAKES}")
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
            yield years, _chosen(path, years, asked, archive.namelist())
    except DAMAGED as error:
        raise damaged(path, "zip", error) from None


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


def _chosen(path: Path, years: Sequence[Year], asked: Collection[int] | None, entries: Collection[str]) -> set[int]:
    there = {one.year for one in years}
    chosen = there if asked is None else there & set(asked)
    if not chosen:
        raise no_release(path.name, "is no release of BACI, with years", sorted(there), asked, entries)
    warn(absent_years(asked, chosen), stacklevel=5)
    return chosen


def _refuse_bomb(path: Path, archive: zipfile.ZipFile, members: Mapping[int, zipfile.ZipInfo]) -> None:
    """Refuse what unpacks to more than a release would; of a member no more is read than the size it declares."""
    if len(archive.infolist()) > MAX_MEMBERS:
        raise TradeDataError(f"TA-130 [error] {path.name} has {len(archive.infolist()):,} members: no data file has")
    sizes = [(m.file_size, m.compress_size) for m in members.values()]
    sizes.append((sum(size for size, _ in sizes), path.stat().st_size))
    large = any(size > MAX_BYTES for size, _ in sizes[:-1])
    if large or any(size > 1e6 + MAX_RATIO * packed for size, packed in sizes):
        raise TradeDataError(f"TA-130 [error] {path.name} unpacks to more than a release of BACI would")


def _about(one: Year, options: Mapping[str, Any], folder: Path, todo: Collection[int]) -> dict[str, Any]:
    """What the file of a year is part of; nothing for one that neither is asked for nor stands.

    It is the text that counts, not the zip: the good years of a damaged download are those of a whole one.
    """
    if one.year not in todo and not (folder / f"{one.year}.parquet").exists():
        return {}
    release = re.sub(r"_Y\d{4}_", "_", Path(one.name).stem.upper())
    text = {"bytes": one.size, "crc32": one.crc32()}
    return {"release": release, "year": one.year, "text": text, "asked_for": given(options)}


def _write(path: Path, one: Year, about: Mapping[str, Any], options: Mapping[str, Any]) -> int:
    """Write a year, if it reads back as the text has it; the number of its rows."""
    text = _read(one)
    got = _arrange(text, one, options)
    of_file = {"source": one.source, "sha256": one.sha256(), "asked_for": given(options)}
    expected = Fraction(UNITS["kUSD"]) * text.total - Fraction(got.lost)
    slack = ROUNDING * 2 * (float(expected) + 2 * abs(got.lost))

    def check(written: Path) -> None:
        import pyarrow.parquet

        with pyarrow.parquet.ParquetFile(written) as file:
            rows = file.metadata.num_rows
            total = math.fsum(math.fsum(batch[0].to_pylist()) for batch in file.iter_batches(columns=[VALUE]))
        if rows != text.rows - got.gone or abs(Fraction(total) - expected) > slack:
            raise TradeDataError(
                f"TA-131 [error] {one.name} has {text.rows - got.gone:,} rows to keep of {float(expected):,.2f} US "
                f"dollars, and {path.name} came to {rows:,} rows of {total:,.2f}: it was not written"
            )

    dictionaries = (REPORTER, PARTNER, FLOW, PRODUCT, YEAR)
    parts.write_part(
        path, got.table, {**about, CERTIFICATE: of_file | got.certificate, "labels": got.labels}, dictionaries, check
    )
    return int(got.table.num_rows)


@dataclass(frozen=True)
class Text:
    """The rows of a year as its text has them: a number for i, j and k of each, and v in US dollars."""

    cell: Numbers
    value: npt.NDArray[np.float64]
    # The labels of i and of j that the numbers stand for.
    labels: tuple[list[str], list[str]]
    # What the text holds, counted without the parser: its rows, the exact total of v, and the lines that hold no row.
    rows: int
    total: Fraction
    blank: Numbers

    def lines(self, rows: Sequence[int]) -> tuple[int, ...]:
        """The lines of rows, of which the headings are the first."""
        numbers = np.array(rows, dtype=np.int64)
        before = np.searchsorted(self.blank - np.arange(len(self.blank)) - 2, numbers, side="right")
        return tuple((numbers + 2 + before).tolist())


def _read(one: Year) -> Text:
    """Parse the text of a year in blocks, and count it apart."""
    import pyarrow
    from pyarrow import csv as parser

    code = pyarrow.dictionary(pyarrow.int32(), pyarrow.string())
    kinds = {"t": pyarrow.int32(), "i": code, "j": code, "k": pyarrow.int32(), "v": pyarrow.float64()}
    convert = parser.ConvertOptions(column_types=kinds, include_columns=list(kinds), null_values=list(MISSING))
    numbers: tuple[dict[str, int], dict[str, int]] = {}, {}
    cells, values, rows, total, line = [], [], 0, Fraction(0), 2
    without: list[int] = []
    try:
        with one.open() as file:
            headings = next(csv.reader([file.readline(1 << 16).decode("utf-8-sig")]), [])
            if lacking := [name for name in kinds if headings.count(name) != 1]:
                raise SchemaError(f"TA-110 [error] {one.name} is no file of BACI: it has no one column {lacking[0]!r}")
            reading = parser.ReadOptions(column_names=headings)
            for block in blocks(file, one.name):
                counted, summed, blank = tally(block, headings.index("v"), len(headings), one.name, line)
                rows, total, line = rows + counted, total + summed, line + counted + len(blank)
                without += blank
                if not counted:
                    continue
                table = parser.read_csv(pyarrow.BufferReader(block), read_options=reading, convert_options=convert)
                _refuse_strange(table, one)
                i, j = (_numbered(table[name], known) for name, known in zip("ij", numbers, strict=True))
                cells.append(i << 2 * BITS | j << BITS | table["k"].to_numpy().astype(np.int64))
                values.append(table["v"].to_numpy() * UNITS["kUSD"])
    except (pyarrow.ArrowInvalid, UnicodeDecodeError) as error:
        raise SchemaError(f"TA-110 [error] {one.name} is no file of BACI: {str(error)[:200]}") from None
    if not rows:
        raise TradeDataError(f"TA-131 [error] {one.name} holds no row, only headings")
    cell, value = np.concatenate(cells), np.concatenate(values)
    if len(cell) != rows:
        raise TradeDataError(f"TA-131 [error] {one.name} has {rows:,} lines, of which {len(cell):,} could be read")
    return Text(cell, value, (list(numbers[0]), list(numbers[1])), rows, total, np.array(without, dtype=np.int64))


def _refuse_strange(table: Any, one: Year) -> None:
    """Years and products that are not what the file's name says."""
    from pyarrow import compute

    for name in "tk":
        if table[name].null_count:
            raise SchemaError(f"TA-110 [error] {one.name} has rows without {name!r}: it is no file of BACI")
    if other := sorted(set(table["t"].unique().to_pylist()) - {one.year}):
        raise TradeDataError(f"TA-131 [error] {one.name} holds rows of {listing(other)}, which is not its year")
    span = compute.min_max(table["k"]).as_py()
    if span["min"] < 0 or span["max"] >= 10**DIGITS:
        raise SchemaError(f"TA-110 [error] {one.name} has products that are no codes of {DIGITS} digits")


def _numbered(column: Any, known: dict[str, int]) -> Numbers:
    """The number of each label, in the order in which they came; new ones become known."""
    numbers = np.empty(len(column), dtype=np.int64)
    at = 0
    for chunk in column.chunks:
        number = np.array(
            [known.setdefault(label, len(known)) for label in chunk.dictionary.to_pylist()], dtype=np.int64
        )
        numbers[at : at + len(chunk)] = number[chunk.indices.to_numpy()]
        at += len(chunk)
    if len(known) > MOST_LABELS:
        raise SchemaError(f"TA-110 [error] more than {MOST_LABELS:,} codes of countries: this is no file of BACI")
    return numbers


@dataclass(frozen=True)
class Arranged:
    """A year as it is written, with what is told of it; the rows and dollars of the text that are not in it."""

    table: Any
    certificate: dict[str, Any]
    labels: dict[str, list[str]]
    gone: int
    lost: float


def _arrange(text: Text, one: Year, options: Mapping[str, Any]) -> Arranged:
    """The rows of a year in our columns and order, once the gate has let them pass."""
    keys, keep = _countries(text, one.year, options)
    values = Reading(pd.DataFrame({VALUE: text.value}, copy=False), "row")
    values.table = values.table if keep.all() else values.table[keep]
    values.check_values(missing=options["missing"] == "drop", negative=options["negative"] == "drop")
    values.findings = [_in_lines(finding, text) for finding in values.findings]
    rows = values.table.index.to_numpy()
    values.table = values.table[:0]  # a year is large: what served is let go
    codes = [sorted(set(keys.becomes[column])) for column in (REPORTER, PARTNER)]
    ranks = [
        np.array([known.index(code) if (code := keys.becomes[column].get(label)) else 0 for label in labels])
        for column, known, labels in zip((REPORTER, PARTNER), codes, text.labels, strict=True)
    ]
    cell = text.cell[rows]
    cell = ranks[0][_i(cell)] << 2 * BITS | ranks[1][_j(cell)] << BITS | (cell & MASK)
    order = np.argsort(cell, kind="stable")
    cell, rows = cell[order], rows[order]
    del order
    value = text.value[rows]
    again = np.flatnonzero(cell[1:] == cell[:-1]) + 1
    if len(again):
        values.findings += _repeated(text, rows, again)
        starts = np.delete(np.arange(len(cell)), again)
        cell, value = cell[starts], np.add.reduceat(value, starts)
    refuse(_of(one, [*keys.reading.findings, *values.findings]))
    mend = "BACI has no World rows: get the file again."
    against_world(keys.reading, remainder=False, tolerance=TOLERANCE, limit=LIMIT, mend=mend)
    findings = [*keys.reading.findings, *values.findings]
    refuse(_of(one, findings))
    warn(_of(one, findings), stacklevel=4)
    out = np.ones(text.rows, dtype=bool)
    out[rows] = False
    dropped = [*keys.reading.dropped, *values.dropped]
    added = [f"{len(again):,} rows were added to another row of their cell"] if len(again) else []
    table = _table(cell, value, codes, one.year)
    seen = keys.reading.table
    certificate = {
        "layout": "BACI",
        "unit": "US dollars",
        "unit_of_file": "kUSD",
        "rows_read": text.rows,
        "rows": len(cell),
        "dropped": dropped,
        "value": _total(value),
        "coverage": {
            **{f"{name}s": len(_labels(table[name])) for name in COUNTED},
            **{f"{FLOW}s": [EXPORT], f"{YEAR}s": [one.year]},
        },
        "level": DIGITS,
        "conventions": conventions(bool(options["own_trade"])),
        "unallocated_share": share_of(seen["_rest"].to_numpy(), seen[VALUE].to_numpy()) or 0.0,
        "issues": issues(findings),
        "notes": [*keys.reading.notes, *added],
    }
    gone = sum(left["rows"] for left in dropped) + len(again)
    labels = dict(zip((REPORTER, PARTNER), codes, strict=True)) | {PRODUCT: _labels(table[PRODUCT])}
    return Arranged(table, certificate, labels, gone, _total(np.nan_to_num(text.value[out])))


def _labels(column: Any) -> list[str]:
    labels: list[str] = column.chunk(0).dictionary.to_pylist()
    return labels


def _total(x: npt.NDArray[np.float64]) -> float:
    """Their sum to the last digit, some at a time: a list of millions takes more room than their array."""
    return math.fsum(math.fsum(x[at : at + MASK].tolist()) for at in range(0, len(x), MASK))


def _i(cell: Numbers) -> Numbers:
    return cell >> 2 * BITS


def _j(cell: Numbers) -> Numbers:
    return cell >> BITS & MASK


def _countries(text: Text, year: int, options: Mapping[str, Any]) -> tuple[Keys, npt.NDArray[np.bool_]]:
    """What the pairs of countries mean, and the rows whose pair is kept."""
    reporters, partners = (np.array(labels, dtype=object) for labels in text.labels)
    pair = _i(text.cell) * len(partners) + _j(text.cell)
    space = len(reporters) * len(partners)
    x = np.nan_to_num(text.value)
    x = np.maximum(x, 0.0) if options["negative"] == "drop" else x
    counts, sums = np.bincount(pair, minlength=space), np.bincount(pair, x, space)
    at = np.flatnonzero(counts)
    cells: dict[str, Any] = {REPORTER: reporters[at // len(partners)], PARTNER: partners[at % len(partners)]}
    cells |= {FLOW: EXPORT, YEAR: year, VALUE: sums[at], ROWS: counts[at]}
    asked = {name: options[name] for name in ("unknown", "drop_aggregates", "own_trade")}
    keys = settle(pd.DataFrame(cells, index=at), **asked)
    kept = np.zeros(space, dtype=bool)
    kept[keys.reading.table.index] = True
    return keys, kept[pair]


def _repeated(text: Text, rows: Numbers, again: Numbers) -> list[Finding]:
    """Cells that stand twice under the same labels; an economy under two labels is two parts of it."""
    at = np.union1d(again - 1, again)
    twice = rows[at][pd.Series(text.cell[rows[at]]).duplicated(keep=False)]
    if not len(twice):
        return []
    bad = np.zeros(text.rows, dtype=bool)
    bad[twice] = True
    mend = "BACI has each cell once: this is not as it was published, get it again."
    return [_in_lines(in_rows("TA-107", "a cell that stands several times", bad, text.value, mend), text)]


def _in_lines(found: Finding, text: Text) -> Finding:
    """What was found in rows, by the lines of the file in which they stand."""
    lines = text.lines(found.rows)
    what = found.what.replace(f"({numbered('row', found.rows)})", f"({numbered('line', lines)})")
    return replace(found, what=what, rows=lines)


def _of(one: Year, findings: Sequence[Finding]) -> list[Finding]:
    """What was found, with the name of the file."""
    return [replace(found, what=f"{one.name}: {found.what}") for found in findings]


def _table(cell: Numbers, value: npt.NDArray[np.float64], codes: Sequence[list[str]], year: int) -> Any:
    """Our columns, with numbers of labels for texts."""
    import pyarrow

    there = np.zeros(10**DIGITS, dtype=bool)
    there[cell & MASK] = True
    products = [f"{code:0{DIGITS}d}" for code in np.flatnonzero(there)]

    def coded(numbers: Numbers, labels: list[str]) -> Any:
        kind = pyarrow.int32()
        return pyarrow.DictionaryArray.from_arrays(pyarrow.array(numbers.astype(np.int32), kind), pyarrow.array(labels))

    return pyarrow.table(
        {
            REPORTER: coded(_i(cell), codes[0]),
            PARTNER: coded(_j(cell), codes[1]),
            FLOW: coded(np.zeros_like(cell), [EXPORT]),
            PRODUCT: coded((np.cumsum(there) - 1)[cell & MASK], products),
            YEAR: pyarrow.array(np.full(len(cell), year, dtype=np.int32)),
            VALUE: pyarrow.array(value),
        }
    )
