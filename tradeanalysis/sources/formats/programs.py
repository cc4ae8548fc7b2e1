"""Files of programs that are not read: each is refused with the line that converts it."""

from __future__ import annotations

from pathlib import Path

from tradeanalysis.schema import TradeDataError

# How a file begins, whose it is, and how to bring what it holds.
_PROGRAMS = (
    ((b"$FL2", b"$FL3"), "SPSS", 'pandas.read_spss("{name}").to_csv("{stem}.csv", index=False)'),
    ((b"RDX2", b"RDX3", b"RDA2", b"RDA3"), "R", "{r}"),
    (
        (b"HEADER RECORD*******LIB", b"\x00" * 12 + b"\xc2\xea\x81\x60"),
        "SAS",
        'pandas.read_sas("{name}").to_csv("{stem}.csv", index=False)',
    ),
    ((b"\x89HDF",), "HDF5", 'pandas.read_hdf("{name}").to_csv("{stem}.csv", index=False)'),
    ((b"SQLite format 3",), "SQLite", 'pandas.read_sql("SELECT * FROM ...", "sqlite:///{name}").to_csv("{stem}.csv")'),
    (
        (b"\x80\x02", b"\x80\x03", b"\x80\x04\x95", b"\x80\x05\x95"),
        "Python's pickle",
        'pandas.read_pickle("{name}").to_csv("{stem}.csv", index=False)',
    ),
)
_R = 'load("{name}"); write.csv(get(ls()[1]), "{stem}.csv", row.names = FALSE)'
_RDS = 'write.csv(readRDS("{name}"), "{stem}.csv", row.names = FALSE)'
_NO_TABLES = (
    ((b"%PDF",), "a PDF", "copy its table into a spreadsheet, and save that"),
    ((b"\x89PNG", b"\xff\xd8\xff", b"GIF8"), "a picture", "type its numbers into a spreadsheet, and save that"),
    ((b"{\\rtf",), "a document", "copy its table into a spreadsheet, and save that"),
    (
        (b"7z\xbc\xaf\x27\x1c", b"Rar!", b"BZh", b"\xfd7zXZ", b"\x28\xb5\x2f\xfd"),
        "an archive",
        "unpack it, and read the file in it",
    ),
)


def refuse_format(path: Path, head: bytes) -> None:
    """Refuse the files of other programs, with what converts them."""
    stem = path.name.split(".")[0]
    ending = path.suffix.lower()
    if ending in (".rds", ".rda", ".rdata"):
        line = (_RDS if ending == ".rds" else _R).format(name=path.name, stem=stem)
        raise TradeDataError(f"TA-131 [error] {path.name} is a file of R. Convert it in R: {line}")
    for starts, program, line in _PROGRAMS:
        if head.startswith(starts):
            where = "R" if program == "R" else "Python"
            line = line.format(name=path.name, stem=stem, r=_R.format(name=path.name, stem=stem))
            raise TradeDataError(f"TA-131 [error] {path.name} is a file of {program}. Convert it in {where}: {line}")
    for starts, what, how in _NO_TABLES:
        if head.startswith(starts):
            raise TradeDataError(f"TA-131 [error] {path.name} is {what}: {how}")
