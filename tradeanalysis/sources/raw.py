"""A file before its columns are interpreted: its cells, and the limits and errors that all readers of files share."""

from __future__ import annotations

import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from tradeanalysis.gate.findings import Finding, fault
from tradeanalysis.schema import TradeDataError
from tradeanalysis.texts import Text

# The column that says the role of each row, beside those of the file: see ``formats/row_roles.py``.
ROLE = "role of the row"
# What stands for a missing value in BACI's files.
MISSING = ("", "NA")
MAX_BYTES = 2 << 30
MAX_RATIO = 200
MAX_MEMBERS = 10_000


@dataclass
class Raw:
    """A file as it was loaded: its cells under their headings, its name and hash, notes, and what was found."""

    cells: pd.DataFrame
    source: str
    sha256: str
    notes: list[str] = field(default_factory=list)
    # What the index counts: the lines of a file that a person can open, its records, or rows from 0.
    where: str = "row"
    findings: list[Finding] = field(default_factory=list)
    # The units of money that titles and notes state.
    units: frozenset[str] = frozenset()
    # What titles state: year, unit, flow, reporter. Proposals, which no step takes by itself.
    stated: dict[str, object] = field(default_factory=dict)
    # The title that says that the partners are the largest only; empty where none does.
    largest: str = ""
    # Which years titles and headings call estimates, and who issues the figures.
    estimates: list[dict[str, Any]] = field(default_factory=list)
    issuer: str = ""
    # The years of which titles say that only a part is here.
    parts: list[dict[str, Any]] = field(default_factory=list)
    # The rows above the headings, by their numbers; None where a file has headings of its own kind.
    above: tuple[tuple[int, tuple[str, ...]], ...] | None = None
    # The headings as the file writes them, by the form in which they are compared.
    written: dict[str, str] = field(default_factory=dict)


def refuse_unreadable(path: Path) -> None:
    """Refuse a file that may not be opened, before a reader reports that its format is unknown."""
    try:
        path.open("rb").close()
    except OSError as error:
        raise fault("TA-131", "cannot_be_opened", path=str(path), reason=error.strerror or "") from None


# An encrypted member is a RuntimeError, an unknown compression a NotImplementedError.
# Beside what readers of archives raise: places in a file that are none.
DAMAGED = (zipfile.BadZipFile, zlib.error, struct.error, EOFError, OSError, RuntimeError, NotImplementedError)


def damaged(path: Path, error: Exception) -> TradeDataError:
    """Why a zip cannot be read, and what to do."""
    if isinstance(error, RuntimeError):
        return fault("TA-131", "zip_locked", name=path.name, reason=str(error))
    return damaged_file(path.name, "kind_zip", error)


def damaged_file(name: str, kind: str, error: BaseException) -> TradeDataError:
    """The error of a file that is damaged; ``kind`` is the key of what it is."""
    return fault("TA-131", "file_damaged", name=name, kind=Text(kind), reason=str(error)[:200])


def is_panic(error: BaseException) -> bool:
    """Whether an error is a panic of a library written in Rust, which is no ``Exception``."""
    return type(error).__name__ == "PanicException"


@contextmanager
def foreign_errors(name: str, kind: str) -> Iterator[None]:
    """Raise what a reader of files raises as ours; a panic of Rust is no ``Exception``.

    ``kind`` is the key of what the file is, or of a whole sentence (``workbook_damaged``).
    """
    try:
        yield
    except TradeDataError:
        raise
    except MemoryError:
        raise fault("TA-130", "more_than_memory", file=name) from None
    except BaseException as error:
        if not isinstance(error, Exception) and not is_panic(error):
            raise
        if kind.startswith("kind_"):
            raise damaged_file(name, kind, error) from None
        raise fault("TA-131", kind, file=name, why=str(error)[:200]) from None
