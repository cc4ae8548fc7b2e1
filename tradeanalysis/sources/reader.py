"""``ta.read``: whatever the source, a trade table comes out, and its certificate says what was done to it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any, BinaryIO, Literal

from narwhals.typing import IntoFrame

from tradeanalysis.gate.economies import LIMIT, TOLERANCE
from tradeanalysis.parameters import need_labels, need_numbers, need_whole
from tradeanalysis.sources.lazy.lazy_tables import lazy_files, read_lazily
from tradeanalysis.sources.load import load, source_of
from tradeanalysis.sources.options import options_of
from tradeanalysis.sources.services.fetching import of_named_service, service_and_reporter
from tradeanalysis.sources.services.keys import hidden
from tradeanalysis.sources.steps import table_of


def read(
    path: str | Path | bytes | BinaryIO | IntoFrame,
    *,
    name: str | None = None,
    columns: Mapping[str, str] | None = None,
    unit: str | None = None,
    rate: float | Mapping[int, float] | None = None,
    decimal: Literal[".", ","] | None = None,
    sheet: str | None = None,
    header_rows: int | Sequence[int] | None = None,
    reporter: str | int | None = None,
    flow: str | None = None,
    year: int | Collection[int] | Literal["latest"] | None = None,
    rows: Mapping[str, object] | None = None,
    delimiter: str | None = None,
    level: int | None = None,
    drop_aggregates: bool = False,
    duplicates: Literal["total", "sum", "first"] | None = None,
    unknown: Literal["raise", "keep"] = "raise",
    names: Mapping[str, str | None] | None = None,
    codes: Literal["un", "iso", "imf", "fao", "secex", "census", "japan"] | None = None,
    blocs: Literal["drop", "keep", "other"] | None = None,
    missing: Literal["raise", "drop"] = "raise",
    negative: Literal["raise", "drop"] = "raise",
    own_trade: bool = False,
    remainder: bool = False,
    periods: Literal["months", "year_to_date"] | None = None,
    tolerance: float = TOLERANCE,
    limit: float = LIMIT,
    engine: Literal["duckdb", "polars"] | None = None,
    **of_service: Any,
) -> IntoFrame:
    """Read a file into a trade table with ISO3 countries and values in US dollars, or in the currency of the file.

    CSV and TSV (also gzipped), Parquet, XLSX; BACI (a file, the release's zip, a folder of years); downloads of UN
    Comtrade (new and legacy CSV, answers of its API) and WITS. The layout is recognised by the headings, in words
    too, such as "Thị trường" and "Trị giá (1000 USD)"; years or months side by side are set below each other.

    A folder of Parquet, of ``ta.ingest``, partitioned (``year=2019/part-0.parquet``) or any, becomes a *lazy* table:
    its rows stay in their files until they are needed, and may be more than fits in memory. Results that
    ``ta.tables.measure_to_folder`` wrote into such a folder are not trade and are skipped.

    Parameters
    ----------
    path
        The file or folder, or a pattern of Parquet files (``"trade/*.parquet"``); ``~`` is the home folder. Not an
        address. Or the bytes of a file, an open binary file, or a dataframe, whose headings are understood as a
        file's. Or a service and an economy, ``"comtrade:VNM"``: what ``ta.fetch`` gives.
    name
        The name of bytes or of an open file, for the certificate.
    columns
        Our columns and what the file calls them, ``{"partner": "Thị trường", "value": "Trị giá"}``, where the headings
        are neither ours nor a known source's.
    unit
        A scale (none, ``k``, ``m``, ``bn``, ``tn``) and a currency by its code of ISO 4217, where the file does not
        state it: ``"USD"``, ``"kUSD"``, ``"mGBP"``, ``"bnVND"`` (tỷ đồng). A column ``value`` is in dollars unless the
        file states another unit.
    rate
        Units of the file's currency per US dollar, one number or one by year, ``{2022: 23271, 2023: 23787}``: values
        become dollars. Without it a table in another currency stays in it, and ``certificate["currency"]`` names it.
    decimal
        The decimal mark, where the numbers do not show which it is.
    sheet
        The sheet of a workbook that has several; ``"*"`` reads all whose names are years, as these years.
    header_rows
        Where the headings are, if they are not found: the numbers of their lines, or how many rows they take.
    reporter, flow, year
        Rows to keep; or what they all are, where the file has no such column. Years may be several, and a warning
        names those that are absent. ``"latest"`` is for services.
    rows
        The rows to keep by any other column of the file, ``{"Element": "Export Value"}`` or several values,
        ``{"Element": ["Export Value", "Import Value"]}``.
    delimiter
        What stands between the cells of a text, where it is not found.
    level
        The digits of the product codes to keep, where several levels stand in one file; 0 for totals.
    drop_aggregates
        Leave out World, regions and blocs.
    duplicates
        Where several rows stand for one cell: keep the ``"total"`` over transport modes, customs procedures and second
        partners (the sum of these, where a cell has no total), add all (``"sum"``), or keep the ``"first"``.
    unknown
        ``"keep"`` keeps partners that are not a known country as they are, such as an export zone; not those that look
        like a total or a remainder. A reporter that is no country is a name, and needs no permission.
    names
        What labels mean, of partners, reporters and products: ``{"Total Estimates": "drop", "Zaire (old)": "COD"}``. A
        meaning is a code or known name, ``"keep"`` (as it is), ``"drop"`` (None is the same), or ``"other"`` (not
        allocated).
    codes
        Whose numbers the partners and reporters have: ``"un"`` (M49, with those of Comtrade), ``"iso"``, ``"imf"``,
        ``"fao"``, ``"secex"`` (Brazil), ``"census"`` (United States) or ``"japan"`` (customs), where the headings
        do not say it. They are compared with the names beside them.
    blocs
        What a bloc is that stands beside countries without its members: ``"keep"`` (a market of its own, under a code
        such as ``"EU (bloc)"``), ``"other"`` (not allocated) or ``"drop"``. A bloc whose members are there, or that is
        not part of the file's total, is a subtotal, and ``drop_aggregates`` leaves it out.
    missing, negative
        ``"drop"`` leaves out rows whose value is missing, or negative.
    own_trade
        Keep rows in which the reporter is its own partner; they are left out otherwise, with a warning.
    remainder
        Where the file lists the largest partners and a World row: what that row holds beyond them becomes "Other
        countries" (OTH), which is not allocated.
    periods
        Keep the months and quarters of a file as rows of their own, with a column ``period``: 2023-05, 2023-Q2, and
        2023-C05 for the first five months, which is never read as a month. They are added to years otherwise. Where
        months stand beside sums of months ("Tháng 5" and "Lũy kế 5 tháng"), ``"months"`` takes the months and
        ``"year_to_date"`` the sums, of which ``ta.monitoring.months_of_tables`` makes months.
    tolerance, limit
        The gap of the partners to a World row that ``drop_aggregates`` leaves out, as a share of it, above which it is
        a warning and above which an error.
    engine
        The library of a lazy table: ``"duckdb"`` (a relation on its default connection, so that ``duckdb.sql`` can join
        it; the default), or ``"polars"`` (a LazyFrame). A file of Parquet or a folder of BACI's CSV years is lazy
        where an engine is named or they have more than 2 GB, and in memory otherwise.
    **of_service
        The further arguments of ``ta.fetch`` for a service: ``product, partner, classification, offline`` ...

    Returns
    -------
    The columns ``reporter, partner, flow, product, year, value`` that the file or the arguments give. What was done
    is in its certificate.

    Raises
    ------
    TradeDataError
        Everything that would make a wrong number, all at once, with lines, share of value and how to fix it; also where
        no row is left.

    Notes
    -----
    A table of products that has no column of partners is one of products: ``measure(..., over="product")``. A total
    among them is left out by ``drop_aggregates``; what it holds beyond them is ``remainder``.

    Partners that are remainders ("Others", "Areas nes") stay, under the code of ``ta.countries()``: no index takes them
    for a partner, and their share is in the certificate. The table passes ``ta.audit`` before it is handed out.

    Before a lazy table is handed out, its labels and values are counted once: what is not a country, not a number, or a
    total raises as in memory. Cells that stand several times are not looked for: ``ta.audit(table)`` does. What
    ``ta.ingest`` wrote is known and not counted. Columns that describe what is added (``period, unit, source,
    valuation, nomenclature``) stay beside ours. Arguments on the form of a file (``sheet``, ``header_rows``,
    ``decimal``) and on single cells (``duplicates``, ``remainder``) are refused.

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
    need_labels(reporter=reporter, flow=flow)
    need_numbers(tolerance=tolerance, limit=limit)
    need_whole("level", level=level)
    named = service_and_reporter(path)
    if "key" in of_service:
        of_service = {**of_service, "key": hidden(of_service["key"])}
    years: Any = year
    if named and year == "latest":
        years, of_service = None, {**of_service, "year": year}
    options = options_of(
        columns=columns,
        unit=unit,
        rate=rate,
        decimal=decimal,
        sheet=sheet,
        header_rows=header_rows,
        reporter=reporter,
        flow=flow,
        year=years,
        rows=rows,
        delimiter=delimiter,
        level=level,
        drop_aggregates=drop_aggregates,
        duplicates=duplicates,
        unknown=unknown,
        names=names,
        codes=codes,
        blocs=blocs,
        missing=missing,
        negative=negative,
        own_trade=own_trade,
        remainder=remainder,
        periods=periods,
        tolerance=tolerance,
        limit=limit,
        engine=engine,
    )
    if named:
        of_named: IntoFrame = of_named_service(named, options, of_service)
        return of_named
    if of_service:
        raise TypeError(f"read() got an unexpected keyword argument {next(iter(of_service))!r}")
    source = source_of(path, name)
    if isinstance(source, Path) and (files := lazy_files(source, options)):
        lazy: IntoFrame = read_lazily(source, files, options)
        return lazy
    table: IntoFrame = table_of(load(source, options), options)
    return table
