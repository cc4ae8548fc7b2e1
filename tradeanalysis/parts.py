"""A folder of Parquet files, one for each part of something large: each is whole, and says what it is part of."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Any

from tradeanalysis.output import replacing, sweep
from tradeanalysis.schema import SchemaError, TradeDataError

KEY = b"tradeanalysis"
# A total depends in its last digits on the order in which an engine adds.
TOLERANCE = 1e-9


def part(label: object) -> str:
    """The name of the file of a part: its label, in which %XX stands for what not every disk takes.

    No name begins with what readers of folders pass over, and none gives that of the missing or the empty one.
    """
    if label is None or label == "":
        return "%.parquet" if label is None else "%%.parquet"
    text = re.sub(r"[^A-Za-z0-9._ -]|^[._ ]", lambda found: "".join(f"%{b:02X}" for b in found[0].encode()), str(label))
    return f"{text}.parquet"


def named(labels: Collection[Any]) -> list[str]:
    """The names of the files of parts; two that a disk could take for one are refused."""
    names = [part(label) for label in labels]
    folded = [name.casefold() for name in names]
    if twice := sorted({name for name in names if folded.count(name.casefold()) > 1}):
        raise SchemaError(
            f"the files {twice[:5]} of several parts would differ by capitals only: write the labels alike"
        )
    return names


def write_part(
    path: Path,
    table: Any,
    about: Mapping[str, Any],
    dictionaries: Collection[str] = (),
    check: Callable[[Path], object] = lambda written: None,
) -> None:
    """Write an Arrow table as one part, with what it is about; the named columns as numbers of their labels.

    ``check`` looks at the file before it takes its place, and raises where it is to take none.
    """
    parquet = _parquet()
    told = json.dumps(about, ensure_ascii=False)
    table = table.replace_schema_metadata({**(table.schema.metadata or {}), KEY: told})
    with replacing(path, overwrite=True) as temporary:
        parquet.write_table(table, temporary, use_dictionary=list(dictionaries))
        check(temporary)


def about(path: Path) -> dict[str, Any] | None:
    """What a part says of itself; None where it says nothing."""
    import pyarrow

    try:
        with _parquet().ParquetFile(path) as file:
            told = (file.schema_arrow.metadata or {}).get(KEY)
    except (pyarrow.ArrowInvalid, OSError) as error:
        raise TradeDataError(f"TA-131 [error] {path} is no whole Parquet file: {str(error)[:200]}") from None
    return None if told is None else dict(json.loads(told))


def standing(folder: Path, parts: Mapping[str, Mapping[str, Any]], *, overwrite: bool = False) -> set[str]:
    """The names of the parts that a run before left, each as it would be written now; others' files are refused.

    ``parts`` are the names with what each part is about, beside which it may say what was found on the way;
    ``overwrite`` removes the parts that are there, but none of another kind: what is measured is not what was read.
    """
    there = set()
    for path in sorted(folder.glob("*.parquet")):
        told = about(path)
        ours = told is not None and any(told.keys() >= one.keys() for one in parts.values())
        if ours and overwrite:
            path.unlink()
        elif told is not None and path.name in parts and _alike(told, parts[path.name]):
            there.add(path.name)
        else:
            mend = "overwrite=True removes it, or choose another folder" if ours else "choose another folder"
            raise TradeDataError(f"{path} is there, and is of another question or of other rows: {mend}")
    return there


def finish(folder: Path) -> None:
    """Remove what runs that were killed left half-written; one run at a time writes to a folder."""
    sweep(folder, age=0)


def _alike(told: Mapping[str, Any], asked: Mapping[str, Any]) -> bool:
    def same(a: Any, b: Any) -> bool:
        return math.isclose(a, b, rel_tol=TOLERANCE) if isinstance(a, float) and isinstance(b, float) else a == b

    asked = json.loads(json.dumps(asked))
    return told.keys() >= asked.keys() and all(same(told[key], asked[key]) for key in asked)


def _parquet() -> Any:
    try:
        import pyarrow.parquet
    except ImportError:
        raise TradeDataError('Parquet files need more packages: pip install "tradeanalysis[engine]"') from None
    return pyarrow.parquet
