"""Reading files: whatever the source, a trade table comes out, and what was done to it is told."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from tradeanalysis import names
from tradeanalysis.gate import Finding, in_rows, listing, refuse, share_of, value_faults
from tradeanalysis.schema import (
    COLUMNS,
    EXPORT,
    FLOW,
    FLOWS,
    IMPORT,
    PARTNER,
    PRODUCT,
    REPORTER,
    VALUE,
    YEAR,
    TradeDataError,
)
from tradeanalysis.sources.embedded import example, examples
from tradeanalysis.sources.files import Raw, load
from tradeanalysis.sources.layouts import UNITS, Layout, recognise
from tradeanalysis.sources.numbers import parse

__all__ = ["certificate", "example", "examples", "read"]

# Words of sources for a flow. Re-exports are a part of exports, domestic exports too: they are never added.
FLOW_WORDS = {
    **dict.fromkeys(("x", "export", "exports", "export(s)", "2", "xuất khẩu", "xuat khau"), EXPORT),
    **dict.fromkeys(("m", "import", "imports", "import(s)", "1", "nhập khẩu", "nhap khau"), IMPORT),
}
OTHER_FLOWS = frozenset({"rx", "rm", "dx", "fm", "re-export", "re-exports", "re-import", "re-imports", "3", "4"})


def read(
    path: str | Path,
    *,
    columns: Mapping[str, str] | None = None,
    unit: str | None = None,
    decimal: Literal[".", ","] | None = None,
    sheet: str | None = None,
    reporter: str | int | None = None,
    flow: str | None = None,
    year: int | Collection[int] | None = None,
    level: int | None = None,
    drop_aggregates: bool = False,
    duplicates: Literal["total", "sum", "first"] | None = None,
    unknown: Literal["raise", "keep"] = "raise",
) -> pd.DataFrame:
    """Read a file into a trade table with ISO3 countries and values in US dollars.

    CSV and TSV, Parquet, XLSX; BACI (a file, the release's zip, a folder of years); downloads of UN Comtrade (new and
    legacy CSV, answers of its API) and WITS. The layout is recognised by the headings.

    Parameters
    ----------
    path
        The file or folder; not an address.
    columns
        Our columns and how the file calls them, ``{"partner": "Thị trường", "value": "Trị giá"}``, where the headings
        are neither ours nor a known source's.
    unit
        ``"USD"``, ``"kUSD"``, ``"mUSD"`` or ``"bnUSD"``, where the layout does not tell. A column ``value`` is dollars.
    decimal
        The decimal mark, where the numbers do not make it plain.
    sheet
        The sheet of a workbook that has several.
    reporter, flow, year
        Rows to keep; or what they all are, where the file has no such column.
    level
        The digits of the product codes to keep, where several levels stand in one file; 0 for totals.
    drop_aggregates
        Leave out World, regions and blocs.
    duplicates
        Where several rows stand for one cell: keep the ``"total"`` over transport modes, customs procedures and second
        partners, add them up (``"sum"``), or keep the ``"first"``.
    unknown
        ``"keep"`` keeps partners that are no known country as they are: provinces, one's own markets.

    Returns
    -------
    The columns ``reporter, partner, flow, product, year, value`` that the file or the arguments give. What was done
    is told by ``certificate``.

    Raises
    ------
    TradeDataError
        Everything that would make a wrong number, all at once, with lines, share of value and the mend.

    Notes
    -----
    Partners that are remainders ("Others", "Areas nes") stay, under the code of ``ta.countries()``; their share is in
    the certificate. Monthly and annual rows in one file are not told apart.

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
    if flow is not None and flow not in FLOWS:
        raise TradeDataError(f'flow={flow!r}: the flows are "export" and "import"')
    years = None if year is None else {year} if isinstance(year, int) else set(year)
    raw = load(path, sheet=sheet, years=years)
    raw.cells.columns = pd.Index([str(heading).strip().lower() for heading in raw.cells.columns])
    layout = recognise(list(raw.cells.columns), columns, unit)
    reading = _arrange(raw, layout, unit or layout.unit or "USD", decimal)
    _flows(reading, flow)
    _years(reading, years)
    _countries(reading, PARTNER, unknown, drop_aggregates)
    if REPORTER in reading.table:
        _countries(reading, REPORTER, unknown, drop_aggregates)
    _reporter(reading, reporter)
    _levels(reading, level)
    _cells(reading, duplicates)
    x = reading.table[VALUE].to_numpy()
    for id, what, bad, mend in value_faults(x):
        reading.fault(id, f"a{'n' * (what[0] == 'i')} {what} value", bad, mend)
    refuse(reading.findings)
    table = reading.table[[column for column in COLUMNS if column in reading.table]].reset_index(drop=True)
    table.attrs["certificate"] = _certify(raw, layout, unit or layout.unit or "USD", reading, table)
    return table


def certificate(table: pd.DataFrame) -> dict[str, Any]:
    """What is known of a table: its source, unit, and what was dropped or mended on the way.

    Raises
    ------
    TradeDataError
        The table carries none: it was made by hand, or by a step that loses a frame's ``attrs``.

    Examples
    --------
    >>> import tradeanalysis as ta
    >>> ta.certificate(ta.example("world_2023"))["unit"]
    'US dollars'
    """
    found = getattr(table, "attrs", {}).get("certificate")
    if found is None:
        raise TradeDataError("this table carries no certificate: it comes neither from ta.read nor from ta.example")
    return dict(found)


@dataclass
class _Reading:
    """A table on its way: its rows under their numbers in the file, and all that is found and done."""

    table: pd.DataFrame
    where: str
    findings: list[Finding] = field(default_factory=list)
    dropped: list[dict[str, Any]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def fault(self, id: str, what: str, bad: Any, mend: str) -> None:
        """Remember a fault of these rows."""
        marked = np.asarray(bad, dtype=bool)
        numbers: npt.NDArray[np.intp] = self.table.index.to_numpy(dtype=np.intp)
        self.findings.append(
            in_rows(id, what, marked, self.table[VALUE].to_numpy(), mend, numbers=numbers, where=self.where)
        )

    def drop(self, bad: Any, reason: str) -> None:
        """Leave rows out, and remember how many, how much and why."""
        marked = np.asarray(bad, dtype=bool)
        if marked.any():
            value = float(np.nansum(self.table[VALUE].to_numpy()[marked]))
            self.dropped.append({"rows": int(marked.sum()), "value": value, "reason": reason})
            self.table = self.table[~marked]


def _arrange(raw: Raw, layout: Layout, unit: str, decimal: str | None) -> _Reading:
    """The file's cells under our columns, values as numbers in US dollars."""
    cells = raw.cells
    ours = {
        column: _first_filled([cells[option] for option in options if option in cells])
        for column, options in layout.columns.items()
        if any(option in cells for option in options)
    }
    table = pd.DataFrame(ours, index=cells.index)
    if layout.digits and PRODUCT in table:
        table[PRODUCT] = _padded(table[PRODUCT], layout.digits)
    splits = [
        cells[name].astype(str).str.strip().isin(["", total])
        for name, total in layout.dimensions.items()
        if name in cells
    ]
    table["_total"] = np.logical_and.reduce(splits) if splits else True
    findings: list[Finding] = []
    sides = []
    for heading, flow in layout.values.items():
        if heading in cells:
            x, wrong = parse(cells[heading], decimal=decimal or layout.decimal)
            findings += wrong
            side = table.assign(**{VALUE: x * UNITS[unit]})
            sides.append(side if flow is None else side.assign(**{FLOW: flow}))
    reading = _Reading(pd.concat(sides) if len(sides) > 1 else sides[0], raw.where)
    reading.findings += findings
    if len(sides) > 1:
        reading.drop(reading.table[VALUE].isna(), "no value for this flow")
    return reading


def _first_filled(options: list[pd.Series[Any]]) -> pd.Series[Any]:
    """The first column, its blanks filled from the next."""
    filled = options[0]
    for option in options[1:]:
        blank = filled.isna() | (filled.astype(str).str.strip() == "")
        if not blank.any():
            break
        filled = filled.where(~blank, option)
    return filled


def _padded(codes: pd.Series[Any], digits: int) -> npt.NDArray[Any]:
    numbers, distinct = pd.factorize(codes)
    return np.array([str(code).zfill(digits) for code in distinct], dtype=object)[numbers]


def _flows(reading: _Reading, flow: str | None) -> None:
    table = reading.table
    if FLOW not in table:
        if flow is not None:
            reading.table = table.assign(**{FLOW: flow})
        return
    words = {word: FLOW_WORDS.get(str(word).strip().lower(), "") for word in table[FLOW].unique()}
    read = table[FLOW].map(words)
    other = read == ""
    if flow is not None:
        reading.table = table.assign(**{FLOW: read})
        reading.drop((read != flow).to_numpy(), f"not of the flow asked for, {flow}")
        return
    if other.any():
        found = listing(sorted({repr(str(word)) for word, meant in words.items() if not meant}))
        what = f"a flow that is neither exports nor imports, {found},"
        parts = any(str(word).strip().lower() in OTHER_FLOWS for word, meant in words.items() if not meant)
        why = "Re-exports and domestic exports are part of exports and are not added to them. " if parts else ""
        reading.fault("TA-111", what, other, f'{why}Keep one flow with flow="export" or flow="import".')
    reading.table = table.assign(**{FLOW: read})


def _years(reading: _Reading, years: set[int] | None) -> None:
    table = reading.table
    if YEAR not in table:
        if years is not None and len(years) == 1:
            reading.table = table.assign(**{YEAR: next(iter(years))})
        return
    read = {y: _year(y) for y in table[YEAR].unique()}
    number = table[YEAR].map(read)
    if number.isna().any():
        found = listing(sorted({repr(str(y)) for y, meant in read.items() if meant is None}))
        reading.fault("TA-112", f"no year that can be read, {found},", number.isna(), "Write years as 2023.")
        return
    reading.table = table.assign(**{YEAR: number.astype("int64")})
    if years is not None:
        reading.drop(~reading.table[YEAR].isin(list(years)), "not of the years asked for")


def _year(cell: object) -> int | None:
    match = re.fullmatch(r"\s*([12]\d{3})(\.0+)?\s*", str(cell), re.ASCII)
    return int(match[1]) if match else None


def _countries(reading: _Reading, column: str, unknown: str, drop_aggregates: bool) -> None:
    """Names and codes become ISO3; what is no country is told, kept or left out."""
    table = reading.table
    labels = table[column]
    blank = (labels.isna() | (labels.astype(str).str.strip() == "")).to_numpy()
    if blank.any():
        reading.fault("TA-105", f"no {column}", blank, f"Name the {column}, or leave these rows out and say so.")
    numbers, distinct = pd.factorize(labels)
    matches = names.resolve(list(distinct))
    kinds = np.array([matches[label].kind for label in distinct] or [""], dtype=object)[numbers]
    kinds[blank] = ""
    codes = {label: matches[label].code or str(label).strip() for label in distinct}
    coded = np.array(list(codes.values()) or [""], dtype=object)[numbers]
    strange = (kinds == "ambiguous") | ((kinds == "unknown") & (unknown == "raise"))
    if strange.any():
        told = listing([_candidates(label, matches[label]) for label in dict.fromkeys(labels[strange])], 8)
        keep = ', or keep them as they are with unknown="keep"' if (kinds[strange] == "unknown").all() else ""
        reading.fault("TA-106", f"an unknown or ambiguous {column}, {told},", strange, f"Write ISO3 codes{keep}.")
    reading.table = table.assign(**{column: coded})
    if column == PARTNER:
        reading.table["_label"] = labels.astype(str).to_numpy()
        rest = kinds == "unallocated"
        if rest.any():
            reading.notes.append(f"not allocated to a partner: {listing(sorted(set(coded[rest])))}")
        reading.table["_rest"] = rest
    totals = kinds == "aggregate"
    if not totals.any():
        return
    found = listing([_named(label, matches[label]) for label in dict.fromkeys(labels[totals])])
    if drop_aggregates and not totals.all():
        reading.drop(totals, f"aggregates among the {column}s: {found}")
    else:
        only = "The file holds only totals: there is no split by partner in it, download it by partner."
        mend = only if totals.all() else "Remove them with drop_aggregates=True."
        reading.fault("TA-104", f"an aggregate as {column}, {found},", totals, mend)


def _named(label: object, match: names.Match) -> str:
    """A label as the file has it; a code with its name."""
    text = repr(str(label))
    return f"{text} ({names.country_name(match.code)})" if not str(label).isalpha() and match.code else text


def _candidates(label: object, match: names.Match) -> str:
    near = [f"{names.country_name(code)} ({code})" for code in match.candidates]
    return f"{str(label)!r}" + (f" - did you mean {' or '.join(near)}?" if near else "")


def _reporter(reading: _Reading, reporter: str | int | None) -> None:
    if reporter is None:
        return
    match = names.resolve([reporter])[reporter]
    code = match.code or str(reporter)
    if REPORTER not in reading.table:
        reading.table = reading.table.assign(**{REPORTER: code})
        return
    held = reading.table[REPORTER] == code
    if not held.any():
        found = listing(sorted(set(reading.table[REPORTER].astype(str))))
        raise TradeDataError(f"reporter={reporter!r} ({code}) is not in the file, which holds {found}")
    reading.drop(~held, f"not of the reporter asked for, {code}")


def _levels(reading: _Reading, level: int | None) -> None:
    """Product codes of one level only: a chapter holds its headings already."""
    table = reading.table
    if PRODUCT not in table:
        return
    products = table[PRODUCT].astype(str).str.strip()
    numbers, distinct = pd.factorize(products)
    digits = np.array([_digits(code) for code in distinct] or [0])[numbers]
    reading.table = table.assign(**{PRODUCT: products})
    found = sorted(set(digits[digits >= 0].tolist()))
    if level is not None:
        if level not in found:
            raise TradeDataError(f"level={level}: the product codes have {listing(found)} digits (0 is the total)")
        reading.drop(digits != level, f"product codes that have not {level} digits")
    elif len(found) > 1:
        what = f"product codes of several levels, {listing(found)} digits (0 is the total),"
        reading.fault("TA-108", what, digits != found[-1], f"Keep one of them with level=, such as level={found[-1]}.")


def _digits(code: str) -> int:
    """The level of a product code; -1 for what is no code of a nomenclature."""
    plain = code.replace(".", "").replace(" ", "")
    if plain.upper() in ("TOTAL", "AG0"):
        return 0
    return len(plain) if plain.isascii() and plain.isdigit() else -1


def _cells(reading: _Reading, duplicates: str | None) -> None:
    """One row for a cell: a reporter, partner, flow, product and year."""
    key = [column for column in COLUMNS if column in reading.table and column != VALUE]
    table = reading.table
    if not (several := table.duplicated(key, keep=False)).any():
        return
    if duplicates == "total":
        whole = table["_total"] & several
        cells = pd.MultiIndex.from_frame(table[key])
        covered = cells.isin(cells[whole.to_numpy()])
        reading.drop(covered & ~table["_total"], "details of a cell whose total is in the file")
        table = reading.table
    # One country under two labels (842 and 840, Mỹ and Hoa Kỳ) is two rows to be added, not a row that stands twice.
    same = table.duplicated([*key, "_label"], keep=False)
    if same.any() and duplicates in (None, "total"):
        mixed = same & ~table["_total"]
        parts = bool(mixed.any())
        both = bool((same & table["_total"]).any()) and parts
        what = "a cell that stands several times"
        if parts:
            what += ", split by transport mode, customs procedure or second partner"
        mend = (
            'Keep the totals with duplicates="total".'
            if both
            else 'Add the parts with duplicates="sum".'
            if parts
            else 'Keep one of each with duplicates="first", or add them with duplicates="sum".'
        )
        reading.fault("TA-107", what, same, mend)
        return
    if duplicates == "sum" and (table["_total"] & same).any() and (~table["_total"] & same).any():
        mend = 'Keep the totals with duplicates="total".'
        reading.fault("TA-107", "a cell that stands in parts and as a total", same, mend)
        return
    if duplicates == "first":
        reading.drop(table.duplicated([*key, "_label"]), "rows that repeat a cell: the first was kept")
        table = reading.table
    again = int(table.duplicated(key).sum())
    if again:
        added = {column: "first" for column in table if column not in (*key, VALUE)} | {VALUE: "sum"}
        index = table.index.to_series().groupby([table[column] for column in key], sort=False).first()
        reading.table = table.groupby(key, sort=False, as_index=False).agg(added).set_index(index.to_numpy())
        reading.notes.append(f"{again:,} rows were added to another row of their cell")


def _certify(raw: Raw, layout: Layout, unit: str, reading: _Reading, table: pd.DataFrame) -> dict[str, Any]:
    rest = reading.table["_rest"].to_numpy()
    return {
        "source": raw.source,
        "sha256": raw.sha256,
        "layout": layout.name,
        "unit": "US dollars",
        "unit_of_file": unit,
        "rows_read": len(raw.cells),
        "rows": len(table),
        "dropped": reading.dropped,
        "value": float(table[VALUE].sum()),
        "unallocated_share": share_of(rest, table[VALUE].to_numpy()) or 0.0,
        "notes": [*raw.notes, *reading.notes],
    }
