"""Files of programs that are not read: each is refused with the line that converts it."""

from __future__ import annotations

from pathlib import Path

from tradeanalysis.gate.findings import fault
from tradeanalysis.texts import Text

_R = 'load("{name}"); write.csv(get(ls()[1]), "{stem}.csv", row.names = FALSE)'
_RDS = 'write.csv(readRDS("{name}"), "{stem}.csv", row.names = FALSE)'
_CSV = '.to_csv("{stem}.csv", index=False)'
_OF_R = {".rds": _RDS, ".rda": _R, ".rdata": _R}
# How a file begins, whose it is, and the line of Python that writes what it holds as a CSV.
_PROGRAMS: tuple[tuple[tuple[bytes, ...], str, str], ...] = (
    ((b"$FL2", b"$FL3"), "SPSS", 'pandas.read_spss("{name}")' + _CSV),
    ((b"HEADER RECORD*******LIB", b"\x00" * 12 + b"\xc2\xea\x81\x60"), "SAS", 'pandas.read_sas("{name}")' + _CSV),
    ((b"\x89HDF",), "HDF5", 'pandas.read_hdf("{name}")' + _CSV),
    ((b"SQLite format 3",), "SQLite", 'pandas.read_sql("SELECT * FROM ...", "sqlite:///{name}")' + _CSV),
    ((b"\x80\x04\x95", b"\x80\x05\x95"), "pickle", 'pandas.read_pickle("{name}")' + _CSV),
)
_R_STARTS = (b"RDX2", b"RDX3", b"RDA2", b"RDA3")
_ARCHIVES = (b"7z\xbc\xaf\x27\x1c", b"Rar!", b"BZh", b"\xfd7zXZ", b"\x28\xb5\x2f\xfd")
# What holds no table that a program can take out for sure, by the keys of what it is.
_NO_TABLES: tuple[tuple[tuple[bytes, ...], str], ...] = (
    ((b"%PDF",), "kind_pdf"),
    ((b"\x89PNG", b"\xff\xd8\xff", b"GIF8"), "kind_picture"),
    ((b"{\\rtf",), "kind_document"),
)


def refuse_format(path: Path, head: bytes) -> None:
    """Refuse the files of other programs, with what converts them."""
    stem, ending = path.name.split(".")[0], path.suffix.lower()
    if ending in _OF_R or head.startswith(_R_STARTS):
        line = _OF_R.get(ending, _R).format(name=path.name, stem=stem)
        raise fault("TA-131", "of_program", name=path.name, program="R", line=line)
    for starts, program, line in _PROGRAMS:
        if head.startswith(starts):
            line = line.format(name=path.name, stem=stem)
            raise fault("TA-131", "of_program", name=path.name, program=program, line=line)
    for starts, kind in _NO_TABLES:
        if head.startswith(starts):
            raise fault("TA-131", "of_no_table", name=path.name, kind=Text(kind))
    if head.startswith(_ARCHIVES):
        raise fault("TA-131", "is_archive", name=path.name)
