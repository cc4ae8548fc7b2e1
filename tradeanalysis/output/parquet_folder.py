"""A folder of Parquet files, one for each part of something large: each is whole, and states what it is part of."""

from __future__ import annotations

import json
import math
import re
import time
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from pathlib import Path
from typing import Any

from tradeanalysis.extras import need
from tradeanalysis.output.safe_texts import is_device
from tradeanalysis.output.whole_files import replacing, sweep
from tradeanalysis.schema import SchemaError, TradeDataError
from tradeanalysis.texts import Text

KEY = b"tradeanalysis"
TOLERANCE = 1e-9
LONGEST = 255  # characters in the name of a file


def part(label: object) -> str:
    """The name of the file of a part: its label, in which %XX stands for what not every disk takes.

    No name begins with a sign that readers of folders skip, and no text gives the name of a missing or empty label.
    """
    if label is None or label == "":
        return "%.parquet" if label is None else "%%.parquet"
    text = re.sub(r"[^A-Za-z0-9._ -]|^[._ ]|[. ]\Z", _in_bytes, str(label))
    if is_device(text):
        text = f"%{ord(text[0]):02X}{text[1:]}"
    return f"{text}.parquet"


def _in_bytes(found: re.Match[str]) -> str:
    """What a disk may not take, as %XX of its bytes."""
    return "".join(f"%{byte:02X}" for byte in found[0].encode("utf-8", "surrogatepass"))


def named(labels: Collection[Any]) -> list[str]:
    """The names of the files of parts; names that a disk takes for one name, or not at all, are refused."""
    names = [part(label) for label in labels]
    folded = Counter(name.casefold() for name in names)
    if same := sorted({name for name in names if folded[name.casefold()] > 1}):
        raise SchemaError(Text("parts_alike", names=same))
    if long := [name for name in names if len(name) > LONGEST]:
        raise SchemaError(Text("part_too_long", name=long[0][:50]))
    return names


def write_part(
    path: Path,
    table: Any,
    about: Mapping[str, Any],
    dictionaries: Collection[str] = (),
    check: Callable[[Path], object] = lambda written: None,
) -> None:
    """Write an Arrow table as one part, with what it is about; the named columns as numbers of their labels.

    ``check`` reads the file before it takes its place, and raises where the file must not take it.
    """
    parquet = _parquet()
    described = json.dumps(about, ensure_ascii=False)
    table = table.replace_schema_metadata({**(table.schema.metadata or {}), KEY: described})
    with replacing(path, overwrite=True) as temporary:
        parquet.write_table(table, temporary, use_dictionary=list(dictionaries))
        check(temporary)


def about(path: Path) -> dict[str, Any] | None:
    """The description in a part; None without one."""
    import pyarrow

    try:
        with _parquet().ParquetFile(path) as file:
            text = (file.schema_arrow.metadata or {}).get(KEY)
    except (pyarrow.ArrowInvalid, OSError) as error:
        raise TradeDataError(Text("parquet_broken", path=str(path), error=str(error)[:200])) from None
    return None if text is None else dict(json.loads(text))


def standing(
    folder: Path, parts: Mapping[str, Mapping[str, Any]], *, overwrite: bool = False
) -> tuple[set[str], list[Path]]:
    """The names of the parts that are already as they would be written now, and the files to be overwritten.

    ``parts`` are the names with the description of each part; a file may describe more. Any other file is refused. With
    ``overwrite`` no part is kept, and only files that are not described in this way are refused: a folder of measures
    does not replace the folder that was read.
    """
    there, stale = set(), []
    for path in sorted(folder.glob("*.parquet")):
        found, wanted = about(path), parts.get(path.name)
        ours = found is not None and any(found.keys() >= one.keys() for one in parts.values())
        if ours and overwrite:
            stale.append(path)
        elif found is not None and wanted is not None and not (different := _differences(found, wanted)):
            there.add(path.name)
        else:
            other = (
                f"differs in {', '.join(different).replace('_', ' ')}"
                if ours and wanted is not None
                else "does not belong to this call"
            )
            raise TradeDataError(Text("stands_ours" if ours else "stands_other", path=str(path), other=other))
    return there, stale


def begin(folder: Path, stale: Iterable[Path]) -> None:
    """Remove stale files, which would be taken for parts of the new folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for path in stale:
        path.unlink()


def pace(whole: float) -> Callable[[float], Text]:
    """A function that estimates, from now on, how long the rest takes: of the work done so far, in words."""
    start = time.monotonic()
    return lambda done: Text("time_left", seconds=(time.monotonic() - start) * (whole - done) / done)


def finish(folder: Path) -> None:
    """Remove half-written files of killed runs; those that another run is writing stay."""
    sweep(folder, age=0)


def _differences(found: Mapping[str, Any], wanted: Mapping[str, Any]) -> list[str]:
    """The keys that differ; a total depends in its last digits on the order in which an engine adds."""

    def same(a: Any, b: Any) -> bool:
        if isinstance(a, float) and isinstance(b, float):
            return math.isclose(a, b, rel_tol=TOLERANCE)
        if isinstance(a, dict) and isinstance(b, dict):
            return a.keys() == b.keys() and all(same(a[key], b[key]) for key in a)
        if isinstance(a, list) and isinstance(b, list):
            return len(a) == len(b) and all(map(same, a, b))
        return bool(a == b)

    plain = json.loads(json.dumps(wanted))
    return [key for key in plain if key not in found or not same(found[key], plain[key])]


def _parquet() -> Any:
    need(Text("files_of", format="Parquet"), "pyarrow")
    import pyarrow.parquet

    return pyarrow.parquet
