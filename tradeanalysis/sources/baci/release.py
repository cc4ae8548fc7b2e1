"""``ta.ingest``: the CSV years of a BACI release become Parquet that is checked against the text, and certified."""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any, Literal

from tradeanalysis.currencies import SCALES
from tradeanalysis.extras import need
from tradeanalysis.gate.findings import fault
from tradeanalysis.output import parquet_folder as parts
from tradeanalysis.output.progress import Progress, line_writer
from tradeanalysis.schema import FLOW, PARTNER, PRODUCT, REPORTER, VALUE, YEAR
from tradeanalysis.sources.baci.members import Year, members_of
from tradeanalysis.sources.baci.one_year import arranged, parse_year
from tradeanalysis.sources.certificates import CERTIFICATE
from tradeanalysis.sources.options import ReadOptions, chosen_years, local_path
from tradeanalysis.texts import Text

# Two roundings of each value: where its text is read, and where it becomes dollars.
ROUNDING = 2.0**-52


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
    progress: Progress = None,
) -> Path:
    """Turn a release of BACI into a folder of Parquet, a file for each year, such as ``2023.parquet``.

    Each file has our columns, with ISO3 countries, products as text of six digits and values in US dollars, sorted by
    reporter, partner and product: BACI's own order but for the letters of the codes, in which ``ta.measure`` takes
    reporters one after the other and engines skip what is not needed. ``ta.read(folder)`` is then a lazy table,
    ``ta.certificate(folder)`` says what was done.

    Parameters
    ----------
    path
        The release's zip, which is never unpacked to disk; or a folder of its CSV years.
    folder
        Where to write. Called again after an interruption, or with a whole zip after a damaged one, it goes on with the
        missing years: every file is whole. A file of another text or with other options is refused.
    year
        The years to take; all where it is not given. Others may follow later; a warning names those that are absent.
    unknown, missing, negative, drop_aggregates, own_trade
        As in ``ta.read``.
    overwrite
        Whether what an earlier call wrote to that folder may be removed.
    progress
        A line for every file that is written: None is silent, True writes to stderr, or a function such as ``print``.

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
    options = ReadOptions(
        unknown=unknown, missing=missing, negative=negative, drop_aggregates=drop_aggregates, own_trade=own_trade
    )
    need(Text("files_of", format="Parquet"), "pyarrow")
    folder, report = local_path(folder), line_writer(progress)
    with members_of(local_path(path), chosen_years(year)) as (years, todo):
        about = {f"{one.year}.parquet": _about(one, options, folder, todo) for one in years}
        there, stale = parts.standing(folder, {name: one for name, one in about.items() if one}, overwrite=overwrite)
        left = [one for one in years if one.year in todo and f"{one.year}.parquet" not in there]
        pace, done = parts.pace(sum(one.size for one in left)), 0
        parts.begin(folder, stale)
        for number, one in enumerate(left, 1):
            name = f"{one.year}.parquet"
            rows = _write(folder / name, one, about[name], options)
            done += one.size
            files = {"number": number, "files": len(left)}
            report(Text("part_ingested", path=str(folder / name), rows=rows, **files, left=pace(done)))
    parts.finish(folder)
    return folder


def _about(one: Year, options: ReadOptions, folder: Path, todo: Collection[int]) -> dict[str, Any]:
    """What the file of a year is part of; nothing for a year that is neither chosen nor in the folder.

    It is the text that counts, not the zip: the good years of a damaged download are those of a whole one.
    """
    if one.year not in todo and not (folder / f"{one.year}.parquet").exists():
        return {}
    release = re.sub(r"_Y\d{4}_", "_", Path(one.name).stem.upper())
    text = {"bytes": one.size, "crc32": one.crc32()}
    return {"release": release, "year": one.year, "text": text, "asked_for": options.given()}


def _write(path: Path, one: Year, about: Mapping[str, Any], options: ReadOptions) -> int:
    """Write a year, if it reads back as the text has it, and give the number of its rows."""
    text = parse_year(one)
    got = arranged(text, one, options)
    of_file = {"source": one.source, "sha256": one.sha256(), "asked_for": options.given()}
    expected = Fraction(SCALES["k"]) * text.total - Fraction(got.lost)
    slack = ROUNDING * 2 * (float(expected) + 2 * abs(got.lost))

    def check(written: Path) -> None:
        import pyarrow.parquet

        with pyarrow.parquet.ParquetFile(written) as file:
            rows = file.metadata.num_rows
            total = math.fsum(math.fsum(batch[0].to_pylist()) for batch in file.iter_batches(columns=[VALUE]))
        if rows != text.rows - got.gone or abs(Fraction(total) - expected) > slack:
            raise fault(
                "TA-131",
                "not_as_the_text",
                name=one.name,
                rows=text.rows - got.gone,
                value=float(expected),
                file=path.name,
                came=rows,
                total=total,
            )

    dictionaries = (REPORTER, PARTNER, FLOW, PRODUCT, YEAR)
    parts.write_part(
        path, got.table, {**about, CERTIFICATE: of_file | got.certificate, "labels": got.labels}, dictionaries, check
    )
    return int(got.table.num_rows)
