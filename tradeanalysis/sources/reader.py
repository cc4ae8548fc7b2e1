"""Reading files: whatever the source, a trade table comes out, and what was done to it is told."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

from tradeanalysis.gate.economies import LIMIT, TOLERANCE
from tradeanalysis.gate.findings import refuse, warn
from tradeanalysis.gate.report import audit
from tradeanalysis.schema import COLUMNS, FLOWS, PARTNER, REPORTER, UNIT, VALUE, TradeDataError
from tradeanalysis.sources.baci.release import ingest
from tradeanalysis.sources.certificates import certificate, certify
from tradeanalysis.sources.columns.duplicates import add_up, against_world, keep_level, one_row_per_cell, read_products
from tradeanalysis.sources.columns.interpret import (
    leave_own_trade,
    read_countries,
    read_flows,
    read_years,
    reporter_code,
)
from tradeanalysis.sources.columns.layouts import recognise
from tradeanalysis.sources.columns.reading import MARK_HEADINGS, arrange, in_file
from tradeanalysis.sources.columns.units import UNITS, all_told
from tradeanalysis.sources.embedded import example, examples
from tradeanalysis.sources.formats.load import load
from tradeanalysis.sources.lazy.lazy_tables import Asked, lazy_files, read_lazily
from tradeanalysis.sources.options import asked_header_rows, asked_path, asked_years, one_of

__all__ = ["certificate", "example", "examples", "ingest", "read"]


def read(
    path: str | Path,
    *,
    columns: Mapping[str, str] | None = None,
    unit: str | None = None,
    decimal: Literal[".", ","] | None = None,
    sheet: str | None = None,
    header_rows: int | Sequence[int] | None = None,
    reporter: str | int | None = None,
    flow: str | None = None,
    year: int | Collection[int] | None = None,
    level: int | None = None,
    drop_aggregates: bool = False,
    duplicates: Literal["total", "sum", "first"] | None = None,
    unknown: Literal["raise", "keep"] = "raise",
    missing: Literal["raise", "drop"] = "raise",
    negative: Literal["raise", "drop"] = "raise",
    own_trade: bool = False,
    remainder: bool = False,
    tolerance: float = TOLERANCE,
    limit: float = LIMIT,
    engine: Literal["duckdb", "polars"] | None = None,
) -> Any:
    """Read a file into a trade table with ISO3 countries and values in US dollars.

    CSV and TSV (also gzipped), Parquet, XLSX; BACI (a file, the release's zip, a folder of years); downloads of UN
    Comtrade (new and legacy CSV, answers of its API) and WITS. The layout is recognised by the headings, in words
    too, such as "Thị trường" and "Trị giá (1000 USD)"; years or months side by side are set below each other.

    A folder of Parquet, of ``ta.ingest``, partitioned (``year=2019/part-0.parquet``) or any, becomes a *lazy* table:
    its rows stay in their files until something is asked of them, and more than fits in memory is no matter. Answers
    that ``ta.measure`` wrote into such a folder are no trade and are passed over.

    Parameters
    ----------
    path
        The file or folder, or a pattern of Parquet files (``"trade/*.parquet"``); ``~`` is the home folder. Not an
        address.
    columns
        Our columns and how the file calls them, ``{"partner": "Thị trường", "value": "Trị giá"}``, where the headings
        are neither ours nor a known source's.
    unit
        ``"USD"``, ``"kUSD"``, ``"mUSD"`` or ``"bnUSD"``, where the file does not tell. A column ``value`` is dollars
        unless it does.
    decimal
        The decimal mark, where the numbers do not make it plain.
    sheet
        The sheet of a workbook that has several.
    header_rows
        Where the headings are, if they are not found: the numbers of their lines, or how many rows they take.
    reporter, flow, year
        Rows to keep; or what they all are, where the file has no such column. Years may be several, and a warning
        tells those that are not there.
    level
        The digits of the product codes to keep, where several levels stand in one file; 0 for totals.
    drop_aggregates
        Leave out World, regions and blocs.
    duplicates
        Where several rows stand for one cell: keep the ``"total"`` over transport modes, customs procedures and second
        partners (the sum of these, where a cell has no total), add all (``"sum"``), or keep the ``"first"``.
    unknown
        ``"keep"`` keeps partners that are no known country as they are: provinces, one's own markets.
    missing, negative
        ``"drop"`` leaves out rows whose value is missing, or negative.
    own_trade
        Keep rows in which the reporter is its own partner; they are left out otherwise, with a warning.
    remainder
        Where the file lists the largest partners and a World row: what that row holds beyond them becomes "Other
        countries" (OTH), which is allocated to nobody.
    tolerance, limit
        The gap of the partners to a World row that ``drop_aggregates`` leaves out, as a share of it, above which it is
        a warning and above which an error.
    engine
        The library of a lazy table: ``"duckdb"`` (a relation on its default connection, so that ``duckdb.sql`` can join
        it; the default), or ``"polars"`` (a LazyFrame). A file of Parquet or a folder of BACI's CSV years is lazy
        where an engine is named or they have more than 2 GB, and in memory otherwise.

    Returns
    -------
    The columns ``reporter, partner, flow, product, year, value`` that the file or the arguments give. What was done
    is told by ``certificate``.

    Raises
    ------
    TradeDataError
        Everything that would make a wrong number, all at once, with lines, share of value and a fix; also where no
        row is left.

    Notes
    -----
    Partners that are remainders ("Others", "Areas nes") stay, under the code of ``ta.countries()``: no index takes them
    for a partner, and their share is in the certificate. The table passes ``ta.audit`` before it is handed out.

    Before a lazy table is handed out, its labels and values are counted once: what is no country, no number or a total
    raises as in memory. Cells that stand several times are not looked for: ``ta.audit(table)`` does. What ``ta.ingest``
    wrote is known and not counted. Columns that say what is added (``period, unit, source, valuation, nomenclature``)
    stay beside ours. Arguments on the form of a file (``sheet``, ``header_rows``, ``decimal``) and on
    single cells (``duplicates``, ``remainder``) are refused.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> import tradeanalysis as ta
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = pathlib.Path(folder) / "exports.csv"
    ...     _ = file.write_text("Thị trường;Trị giá\\nHoa Kỳ;12,5\\nCH Hàn Quốc;7,25\\n", encoding="utf-8")
    ...     columns = {"partner": "Thị trường", "value": "Trị giá"}
    ...     table = ta.read(file, columns=columns, unit="mUSD", reporter="VNM", flow="export")
    >>> table
      reporter partner    flow       value
    0      VNM     USA  export  12500000.0
    1      VNM     KOR  export   7250000.0

    >>> with tempfile.TemporaryDirectory() as folder:
    ...     part = pathlib.Path(folder) / "year=2019" / "part-0.parquet"
    ...     part.parent.mkdir()
    ...     table.to_parquet(part)
    ...     rows = ta.read(folder)                       # a relation of DuckDB
    ...     ta.measure(rows, ta.hhi, by=["reporter", "year"]).df().round(3)[["reporter", "year", "n", "hhi"]]
      reporter  year  n    hhi
    0      VNM  2019  2  0.535
    """
    path = asked_path(path)
    one_of("flow", flow, None, *FLOWS)
    one_of("decimal", decimal, None, ".", ",")
    one_of("duplicates", duplicates, None, "total", "sum", "first")
    one_of("unknown", unknown, "raise", "keep")
    one_of("missing", missing, "raise", "drop")
    one_of("negative", negative, "raise", "drop")
    years = asked_years(year)
    one_of("engine", engine, None, "duckdb", "polars")
    own = None if reporter is None else reporter_code(reporter, unknown)
    if files := lazy_files(path, engine, years):
        form = {"sheet": sheet, "header_rows": header_rows, "decimal": decimal}
        form |= {"duplicates": duplicates, "remainder": remainder or None}
        if asked_of_form := [f"{name}=" for name, given in form.items() if given is not None]:
            mean = f"{' and '.join(asked_of_form)} {'mean' if asked_of_form[1:] else 'means'} nothing"
            raise TradeDataError(f"{mean} for {path}, whose rows stay in their files: leave them out")
        rows = (unknown, missing, negative, drop_aggregates, own_trade, tolerance, limit)
        return read_lazily(path, files, engine or "duckdb", Asked(columns, unit, own, flow, years, level, *rows))
    raw = load(path, sheet=sheet, years=years, header_rows=asked_header_rows(header_rows))
    told = raw.units | all_told(raw.cells[UNIT].unique() if UNIT in raw.cells else ())
    layout = recognise(list(raw.cells.columns), columns, unit, told)
    reading = arrange(raw, layout, str(layout.unit), decimal)
    read_flows(reading, flow)
    read_years(reading, years)
    read_products(reading)
    read_countries(reading, REPORTER, unknown=unknown, drop_aggregates=drop_aggregates, only=own)
    read_countries(reading, PARTNER, unknown=unknown, drop_aggregates=drop_aggregates)
    keep_level(reading, level)
    one_row_per_cell(reading, duplicates)
    if not own_trade:
        leave_own_trade(reading)
    reading.check_values(missing=missing == "drop", negative=negative == "drop")
    refuse(reading.findings)
    add_up(reading)
    against_world(reading, remainder=remainder, tolerance=tolerance, limit=limit)
    if reading.table.empty:
        gone = "; ".join(f"{one['rows']:,} rows left out: {one['reason']}" for one in reading.dropped)
        raise TradeDataError(f"{raw.source} gives no row{f' ({gone})' if gone else ', only headings'}")
    marked = {f"_{mark}": mark for mark in MARK_HEADINGS}
    kept = [column for column in (*COLUMNS, *marked) if column in reading.table]
    table = reading.table[kept].rename(columns=marked).reset_index(drop=True)
    found = audit(table, unknown=unknown, tolerance=tolerance, limit=limit).findings
    # Values that have decimals in the unit of the file are not rounded to it.
    exact = (table[VALUE] / UNITS[str(layout.unit)] % 1 != 0).any()
    reading.findings += [in_file(one, reading) for one in found if not (exact and one.id == "TA-142")]
    refuse(reading.findings)
    warn(reading.findings, stacklevel=2)
    table = table[[column for column in COLUMNS if column in table]]
    asked = {
        **{"columns": columns, "unit": unit, "decimal": decimal, "sheet": sheet, "header_rows": header_rows},
        **{"reporter": own, "flow": flow, "year": sorted(years) if years else None, "level": level},
        **{"drop_aggregates": drop_aggregates, "duplicates": duplicates, "unknown": unknown, "missing": missing},
        **{"negative": negative, "own_trade": own_trade, "remainder": remainder},
    }
    table.attrs["certificate"] = certify(raw, layout, reading, table, asked)
    return table
