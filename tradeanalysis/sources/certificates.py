"""Certificates: what is known of a table, of a file's year, or of a folder of years."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import narwhals as nw
import pandas as pd

from tradeanalysis.currencies import DOLLAR, DOLLARS
from tradeanalysis.gate.findings import Finding, fault
from tradeanalysis.gate.groups import factorized
from tradeanalysis.gate.product_codes import level_of
from tradeanalysis.output import parquet_folder as parts
from tradeanalysis.schema import FLOW, PARTNER, PRODUCT, REPORTER, VALUE, YEAR, TradeDataError
from tradeanalysis.sources.columns.parts_of_years import part_years
from tradeanalysis.sources.columns.reading import Reading
from tradeanalysis.sources.options import ReadOptions, local_path
from tradeanalysis.sources.raw import refuse_unreadable
from tradeanalysis.texts import Text

# Where a part that holds trade has its certificate, beside what it is part of.
CERTIFICATE = "certificate"
# The columns whose labels are counted.
COUNTED = (REPORTER, PARTNER, PRODUCT)


def certificate(table: pd.DataFrame | str | Path) -> dict[str, Any]:
    """What is known of a table or of a result made from it: its source, and what was done on the way.

    Parameters
    ----------
    table
        A table of ``ta.read`` or ``ta.example``; or the folder that ``ta.ingest`` wrote, or a file of it.

    Returns
    -------
    For a file: ``source`` and ``sha256``, ``layout``, ``unit``, ``currency`` and ``unit_of_file``, the ``rate`` by
    which it was converted to dollars, the arguments that were given (``asked_for``), ``rows_read`` and ``rows``, what
    was ``dropped`` (rows, value, reason and ``kind``; ``by_year`` where the file has several), ``value``, ``coverage``,
    ``total_of_file`` (what the file's own total says, None without one), ``total_read`` (what was read, with what is
    not allocated) and ``listed_share`` (what the partners hold of their World rows, None without these), ``level``
    (digits of products), ``conventions``, ``unallocated_share``, ``issues`` (what the gate found) and ``notes``; where
    the file has them also ``issuer`` (the department that it names at its head), ``estimated_years`` (those that it
    calls estimates or preliminary, with the ``kind``), ``part_years`` (those of which the table has only a part: the
    ``kind``, "months" or "quarters", how many there are, ``count``, of how many, ``of``, and which, ``numbers``; the
    ``reporter`` and ``flow`` where these differ, and ``stated`` where a title says it; of a year of which titles name
    several periods the ``kind`` "unclear" only; empty where all years are whole) and
    ``by_quarter`` (the values of the four ``quarters`` of each reporter, flow and whole year, and the ``value`` of all
    its rows). For a folder the same of all years together, ``source`` and ``sha256`` by year where they are several,
    and ``by_year`` the rows and value of each. Results of ``ta.tables.measure_to_folder`` within the folder are
    skipped.

    Raises
    ------
    TradeDataError
        The table carries none: it was made by hand, or by a step that loses a frame's ``attrs``, as other libraries
        than pandas do; keep the certificate then, and pass it on as ``certificate=``. Or the folder is of other files.

    Examples
    --------
    >>> import tradeanalysis as ta
    >>> ta.certificate(ta.example("world_2023"))["unit"]
    'US dollars'
    """
    if isinstance(table, (str, Path)):
        return _of_folder(local_path(table))
    if isinstance(nw.from_native(table, pass_through=True), nw.LazyFrame):
        raise TradeDataError(Text("no_certificate_of_lazy"))
    found = getattr(table, "attrs", {}).get("certificate")
    if found is None:
        raise TradeDataError(Text("no_certificate"))
    return dict(found)


def certify(reading: Reading, table: pd.DataFrame, options: ReadOptions) -> dict[str, Any]:
    """What is known of a table that was read."""
    raw, layout = reading.raw, reading.layout
    labels = {one: reading.coded(one).labels.tolist() for one in COUNTED if one in table}
    levels = {level_of(code) for code in labels.get(PRODUCT, ())}
    counted = {f"{one}s": len(found) - (None in found) for one, found in labels.items()}
    listed = {"flows": sorted(reading.coded(FLOW).labels.tolist())} if FLOW in table else {}
    listed |= {"years": sorted(factorized(table[YEAR])[1].tolist())} if YEAR in table else {}
    value = float(table[VALUE].sum())
    return {
        "source": raw.source,
        "sha256": raw.sha256,
        "layout": layout.name,
        **money_of(reading.unit.currency, options.rate),
        "unit_of_file": layout.unit,
        "asked_for": options.given(),
        "rows_read": len(raw.cells),
        "rows": len(table),
        "dropped": reading.dropped,
        "value": value,
        "total_of_file": reading.total_of_file,
        "listed_share": reading.listed_share,
        "only_largest": reading.only_largest,
        "total_read": value,
        "coverage": {**counted, **listed},
        **({"issuer": reading.raw.issuer} if reading.raw.issuer else {}),
        **({"estimated_years": estimated} if (estimated := estimated_years(reading, table)) else {}),
        # That there are none is known where the months are.
        **({"part_years": parts} if (parts := part_years(reading, table)) or reading.part_years is not None else {}),
        **({"by_quarter": by_quarter} if (by_quarter := _by_quarter(reading, table)) else {}),
        "level": levels.pop() if len(levels) == 1 and max(levels) >= 0 else None,
        "conventions": conventions(options.own_trade),
        "unallocated_share": reading.unallocated_share(),
        "issues": issues(reading.findings),
        "notes": reading.notes,
    }


def estimated_years(reading: Reading, table: pd.DataFrame) -> list[dict[str, Any]]:
    """The years of the table that the file calls estimates or preliminary; of a table without years, the table."""
    said = [(one["year"], one["kind"]) for one in reading.raw.estimates]
    if YEAR not in table or table.empty:
        return [{"year": None, "kind": kind} for _, kind in said[:1]]
    there = set(table[YEAR].unique().tolist())
    known = dict(reading.marked_years)
    for year, kind in said:
        if year is None or year in there:  # what the title says without a year is said of the last one
            known.setdefault(max(there) if year is None else year, kind)
    return [{"year": int(year), "kind": kind} for year, kind in sorted(known.items()) if year in there]


def _by_quarter(reading: Reading, table: pd.DataFrame) -> list[dict[str, Any]]:
    """The quarters of each reporter, flow and year, each with the value of these rows in the table as it is."""
    if not reading.by_quarter:
        return []
    keys = [one for one in (REPORTER, FLOW, YEAR) if one in table]
    sums = table.groupby(keys, as_index=False)[VALUE].sum()
    value = {tuple(group): float(x) for *group, x in sums.itertuples(index=False)}
    found = [(one, tuple(one[key] for key in keys)) for one in reading.by_quarter]
    return [one | {VALUE: value[group]} for one, group in found if group in value]


def money_of(currency: str, rate: float | Mapping[int, float] | None) -> dict[str, Any]:
    """The currency of a table whose file is in one, and the rate by which it was converted."""
    now = currency if rate is None else DOLLAR
    kept = {int(year): float(one) for year, one in rate.items()} if isinstance(rate, Mapping) else rate
    return {"unit": DOLLARS if now == DOLLAR else now, "currency": now, "rate": kept}


def conventions(own_trade: bool) -> list[str]:
    """What holds for every table that is read."""
    return [
        "a remainder is not a partner, and its share is stated",
        "a reporter is its own partner where the file says so" if own_trade else "own trade is left out",
    ]


def issues(findings: Iterable[Finding]) -> list[dict[str, Any]]:
    """What was found, as plain data."""
    return [
        {"id": one.id, "severity": one.severity, "what": one.what, "share": one.share, "fix": one.fix}
        for one in findings
    ]


def parquet_in(folder: Path) -> list[Path]:
    """The Parquet files of a folder and its subfolders, except what begins with a point or an underscore."""
    found = (path for path in folder.rglob("*") if path.suffix.lower() == ".parquet" and path.is_file())
    return sorted(path for path in found if not any(one[0] in "._" for one in path.relative_to(folder).parts))


def is_trade(about: Mapping[str, Any] | None) -> bool:
    """Whether a file that says this of itself may hold trade, rather than a result."""
    return about is None or CERTIFICATE in about


def trade_in(path: Path, files: Sequence[Path]) -> tuple[list[Path], list[dict[str, Any]]]:
    """Those of the files that hold trade, and what each says of itself where all are years of one release.

    A part that says what it is of and carries no certificate is a result of ``measure_to_folder``, which is not trade.
    """
    for file in files:
        refuse_unreadable(file)
    trade = {file: about for file in files if is_trade(about := _about(file))}
    if not trade:
        raise TradeDataError(Text("results_not_trade", path=str(path)))
    ours = {file: one for file, one in trade.items() if one is not None}
    years = pd.Series([one["year"] for one in ours.values()], index=list(ours), dtype=int)
    if len(twice := years[years.duplicated(keep=False)]):
        where = " and ".join(str(file) for file in twice.index[twice == twice.iloc[0]])
        raise fault("TA-107", "year_twice_in_folder", path=str(path), year=int(twice.iloc[0]), where=where)
    one_release = len(ours) == len(trade) and len({one["release"] for one in ours.values()}) == 1
    return list(trade), list(ours.values()) if one_release else []


def _about(file: Path) -> dict[str, Any] | None:
    """What a part says of itself; a file that is broken is a fault of the folder."""
    try:
        return parts.about(file)
    except TradeDataError as error:
        raise fault("TA-131", "broken_part", reason=error.args[0]) from None


def _of_folder(path: Path) -> dict[str, Any]:
    if not path.exists():
        raise fault("TA-131", "no_file_or_folder", path=repr(str(path)))
    files = parquet_in(path) if path.is_dir() else [path]
    parquet = files and all(file.suffix.lower() == ".parquet" for file in files)
    years = trade_in(path, files)[1] if parquet else []
    if not years:
        raise TradeDataError(Text("no_certificate_in", path=str(path)))
    return _together(years) if len(years) > 1 else dict(years[0][CERTIFICATE])


def _together(years: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """The certificate of several years of one source."""
    certificates = {one["year"]: one[CERTIFICATE] for one in years}
    files = {name: {year: one[name] for year, one in certificates.items()} for name in ("source", "sha256")}
    value = {year: one["value"] for year, one in certificates.items()}
    left_out = [left for one in certificates.values() for left in one["dropped"]]
    # What was written before had no kinds.
    reasons = pd.DataFrame(left_out, columns=["rows", "value", "reason", "kind"]).fillna({"kind": ""})
    sums = reasons.groupby(["reason", "kind"], sort=False, as_index=False)[["rows", "value"]].sum()
    first: dict[str, Any] = next(iter(certificates.values()))
    return first | {
        **{name: first[name] if len(set(known.values())) == 1 else known for name, known in files.items()},
        "rows_read": sum(one["rows_read"] for one in certificates.values()),
        "rows": sum(one["rows"] for one in certificates.values()),
        "dropped": [
            {"rows": int(left["rows"]), "value": float(left["value"]), "reason": left["reason"], "kind": left["kind"]}
            for left in sums.to_dict("records")
        ],
        "value": math.fsum(value.values()),
        "coverage": {
            **{f"{one}s": len({code for year in years for code in year["labels"][one]}) for one in COUNTED},
            "flows": first["coverage"]["flows"],
            "years": sorted(certificates),
        },
        "unallocated_share": math.fsum(value[year] * one["unallocated_share"] for year, one in certificates.items())
        / (math.fsum(value.values()) or 1.0),
        "issues": [
            issue | {"what": f"{year}: {issue['what']}"}
            for year, one in certificates.items()
            for issue in one["issues"]
        ],
        "notes": [f"{year}: {note}" for year, one in certificates.items() for note in one["notes"]],
        "by_year": {year: {"rows": one["rows"], "value": value[year]} for year, one in certificates.items()},
    }
