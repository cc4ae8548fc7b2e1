"""Reading files: whatever the source, a trade table comes out, and what was done to it is told."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd

from tradeanalysis.gate.findings import listing, refuse, share_of, warn
from tradeanalysis.gate.levels import level_of
from tradeanalysis.gate.report import audit
from tradeanalysis.schema import COLUMNS, FLOW, FLOWS, PARTNER, PRODUCT, REPORTER, UNIT, VALUE, YEAR, TradeDataError
from tradeanalysis.sources.archives import Raw
from tradeanalysis.sources.cells import add_up, against_world, keep_level, one_row_per_cell, read_products
from tradeanalysis.sources.embedded import example, examples
from tradeanalysis.sources.files import load
from tradeanalysis.sources.layouts import Layout, recognise
from tradeanalysis.sources.meaning import leave_own_trade, read_countries, read_flows, read_years, reporter_code
from tradeanalysis.sources.reading import MARK_HEADINGS, Reading, arrange, in_file
from tradeanalysis.sources.units import UNITS, all_told

__all__ = ["certificate", "example", "examples", "read"]


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
    tolerance: float = 0.005,
    limit: float = 0.05,
) -> pd.DataFrame:
    """Read a file into a trade table with ISO3 countries and values in US dollars.

    CSV and TSV (also gzipped), Parquet, XLSX; BACI (a file, the release's zip, a folder of years); downloads of UN
    Comtrade (new and legacy CSV, answers of its API) and WITS. The layout is recognised by the headings, in words
    too, such as "Thị trường" and "Trị giá (1000 USD)"; years or months side by side are set below each other.

    Parameters
    ----------
    path
        The file or folder; not an address.
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
        Rows to keep; or what they all are, where the file has no such column.
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

    Returns
    -------
    The columns ``reporter, partner, flow, product, year, value`` that the file or the arguments give. What was done
    is told by ``certificate``.

    Raises
    ------
    TradeDataError
        Everything that would make a wrong number, all at once, with lines, share of value and the mend; also where no
        row is left.

    Notes
    -----
    Partners that are remainders ("Others", "Areas nes") stay, under the code of ``ta.countries()``: no index takes them
    for a partner, and their share is in the certificate. The table passes ``ta.audit`` before it is handed out.

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
    """
    _one_of("flow", flow, None, *FLOWS)
    _one_of("decimal", decimal, None, ".", ",")
    _one_of("duplicates", duplicates, None, "total", "sum", "first")
    _one_of("unknown", unknown, "raise", "keep")
    _one_of("missing", missing, "raise", "drop")
    _one_of("negative", negative, "raise", "drop")
    years = _years(year)
    own = None if reporter is None else reporter_code(reporter, unknown)

    raw = load(path, sheet=sheet, years=years, header_rows=_header_rows(header_rows))
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
    table.attrs["certificate"] = _certify(raw, layout, reading, table, asked)
    return table


def certificate(table: pd.DataFrame) -> dict[str, Any]:
    """What is known of a table or of an answer made from it: its source, and what was done on the way.

    Returns
    -------
    For a file: ``source`` and ``sha256``, ``layout``, ``unit`` and ``unit_of_file``, what was ``asked_for``,
    ``rows_read`` and ``rows``, what was ``dropped`` (rows, value, reason), ``value``, ``coverage``, ``level`` (digits
    of products), ``conventions``, ``unallocated_share``, ``issues`` (what the gate found) and ``notes``.

    Raises
    ------
    TradeDataError
        The table carries none: it was made by hand, or by a step that loses a frame's ``attrs``, as other libraries
        than pandas do; keep the certificate then, and pass it on as ``certificate=``.

    Examples
    --------
    >>> import tradeanalysis as ta
    >>> ta.certificate(ta.example("world_2023"))["unit"]
    'US dollars'
    """
    found = getattr(table, "attrs", {}).get("certificate")
    if found is None:
        raise TradeDataError(
            "this table carries no certificate: it comes neither from ta.read nor from ta.example, or through a "
            "library that does not carry it on; keep ta.certificate(table) before, and pass it on as certificate="
        )
    return dict(found)


def _one_of(argument: str, given: object, *known: object) -> None:
    """Refuse a word that means nothing: a typing error would choose a reading of the file without a word."""
    if given not in known:
        words = listing((repr(word) for word in known if word is not None), 9)
        raise TradeDataError(f"{argument}={given!r} is not known: it is one of {words}")


def _years(year: int | Collection[int] | None) -> set[int] | None:
    if year is None:
        return None
    years = {year} if isinstance(year, (int, np.integer, str)) else set(year)
    if not years or not all(isinstance(one, (int, np.integer)) for one in years):
        raise TradeDataError(f"year={year!r}: a year is a whole number, such as 2023; several are a list of them")
    return {int(one) for one in years}


def _header_rows(given: Any) -> int | list[int] | None:
    several = isinstance(given, Collection) and not isinstance(given, str)
    rows: list[Any] = [] if given is None else [*given] if several else [given]
    whole = all(isinstance(row, (int, np.integer)) and not isinstance(row, bool) and row > 0 for row in rows)
    if not whole or (several and not rows):
        raise TradeDataError(f"header_rows={given!r}: it is how many rows the headings take, or a list of their lines")
    return sorted({int(row) for row in rows}) if several else int(rows[0]) if rows else None


def _certify(raw: Raw, layout: Layout, reading: Reading, table: pd.DataFrame, asked: dict[str, Any]) -> dict[str, Any]:
    levels = {level_of(code) for code in table[PRODUCT].unique()} if PRODUCT in table else set()
    return {
        "source": raw.source,
        "sha256": raw.sha256,
        "layout": layout.name,
        "unit": "US dollars",
        "unit_of_file": layout.unit,
        "asked_for": {name: given for name, given in asked.items() if given not in (None, False, "raise")},
        "rows_read": len(raw.cells),
        "rows": len(table),
        "dropped": reading.dropped,
        "value": float(table[VALUE].sum()),
        "coverage": {
            **{
                f"{column}s": int(table[column].nunique()) for column in (REPORTER, PARTNER, PRODUCT) if column in table
            },
            **{f"{column}s": sorted(table[column].unique().tolist()) for column in (FLOW, YEAR) if column in table},
        },
        "level": levels.pop() if len(levels) == 1 and max(levels) >= 0 else None,
        "conventions": [
            "a remainder is no partner, and its share is told",
            "a reporter is its own partner where the file says so" if asked["own_trade"] else "own trade is left out",
        ],
        "unallocated_share": share_of(reading.table["_rest"].to_numpy(), table[VALUE].to_numpy()) or 0.0,
        "issues": [
            {"id": one.id, "severity": one.severity, "what": one.what, "share": one.share, "mend": one.mend}
            for one in reading.findings
        ],
        "notes": [*raw.notes, *reading.notes],
    }
