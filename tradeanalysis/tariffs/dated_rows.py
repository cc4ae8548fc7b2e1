"""Tables of tariffs with their dates: checked, in shares, blocs as their members, no two rows for one good on a day."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from tradeanalysis.gate.frames import table_in_memory
from tradeanalysis.schema import PRODUCT, SchemaError, TradeDataError
from tradeanalysis.sources.columns.headings import heading
from tradeanalysis.sources.load import load, source_of
from tradeanalysis.sources.options import ReadOptions
from tradeanalysis.tariffs.bloc_members import members_of
from tradeanalysis.tariffs.overlapping_rates import overlaps, rows_in_words
from tradeanalysis.tariffs.rate_units import (
    ACT,
    END,
    FORM,
    FORMS,
    IMPORTER,
    MOST,
    ORIGIN,
    RATE,
    START,
    UNITS,
    day_of,
    each,
    form_of,
    is_empty,
    prefix_of,
    rate_in,
)
from tradeanalysis.texts import Text

COLUMNS = (IMPORTER, ORIGIN, PRODUCT, RATE, FORM, START, END, ACT)
# What a column of rates may be called: in the second and third its unit is said.
_RATES = (RATE, *(f"rate_{unit}" for unit in UNITS))
SIGNED, ASSUMED = "signed", "start_assumed"
# The mark of a table that was read, in its attrs; what it counts is in the sentence of an exposure.
MARK = "tariffs"
SHOWN = 12  # faults that a message lists
NEVER = pd.Timestamp("9999-01-01").as_unit("s")  # such an end is written for one that is open


def schedule(
    source: Any,
    *,
    columns: Mapping[str, str] | None = None,
    rate_unit: str | None = None,
    importer: str | None = None,
    form: str | None = None,
    act: str | None = None,
    undated: str | None = None,
) -> pd.DataFrame:
    """Read a table of tariffs with their dates, and check all of it at once.

    Parameters
    ----------
    source
        A CSV file, a workbook, or a table of any library, with the columns

        - ``importer`` and ``origin``: names or codes of economies or blocs; ``origin`` may be ``World``, which is
          every origin that no row of the same prefix names;
        - ``product``: a prefix of codes of the Harmonized System, of 2, 4, 6, 8 digits or more; empty or no such
          column: all products;
        - ``rate``, a share (0.125), ``rate_share`` or ``rate_percent``; "12.5%" and "Free" are read as such, and a
          duty on an amount of goods ("5 cents/kg") or an empty cell is a missing rate;
        - ``form``: ``mfn``, the ordinary rate; ``preference``, in its place where it is lower; ``additional``, on top
          of it; ``total`` ("total with the MFN rate"), which adds what lacks to the MFN rate; ``stacked``, which adds
          to the rates of every other act;
        - ``from`` and ``to``: the first and the last day, as a date or as text, 2025-08-07; an empty ``to`` is open;
        - ``act``: what orders it.
    columns
        The heading in the source of each of these columns where it is another one, in capitals or not.
    rate_unit
        ``"percent"`` or ``"share"``, the unit of a column ``rate`` that has numbers above 1. It is never guessed.
    importer, form, act
        The same for all rows, where the source has no such column.
    undated
        What an empty ``from`` means where the source has a column ``signed`` with the day of signature: ``"signed"``
        counts from the day after it, and ``start_assumed`` marks these rows. Without a column ``signed`` an empty
        ``from`` is open.

    Returns
    -------
    A pandas table with a row for each member of a bloc, as long as it was one: ``importer, origin`` (codes of ISO 3166,
    ``WLD`` for the world), ``product`` (digits), ``rate`` (a share, 0 to 10), ``form, from, to, act, start_assumed``.

    Raises
    ------
    SchemaError
        A column is missing.
    TradeDataError
        All faults in one message: a rate without unit, below 0 or above 1000%; a date that is none, or an end before
        its start; an economy that is not known; a prefix that is none, or has lost its first zero; two rows that give
        a rate to the same goods on the same day.

    Notes
    -----
    Rates of different acts never add up by themselves: of the forms ``additional`` and ``total`` one row decides for
    each good and day, and a second one is refused, whatever its act. An act that adds to the others says so: its form
    is ``stacked``. Preferences of several acts may stand side by side, and the lowest counts. Memberships are known by
    the year, as ``ta.bloc`` has them. No rate comes with the library.

    Examples
    --------
    >>> import pandas as pd
    >>> import tradeanalysis as ta
    >>> acts = pd.DataFrame({"origin": ["Viet Nam", "World"], "rate_percent": [20, 10], "from": "2025-08-07",
    ...                      "to": "2026-02-23", "act": ["Annex I", "the rest"]})
    >>> ta.tariffs.schedule(acts, importer="USA", form="additional")[["importer", "origin", "rate", "act"]]
      importer origin  rate       act
    0      USA    VNM   0.2   Annex I
    1      USA    WLD   0.1  the rest
    """
    for name, given, choices in (("rate_unit", rate_unit, UNITS), ("undated", undated, (SIGNED,))):
        if given is not None and not (isinstance(given, str) and given in choices):
            raise TradeDataError(Text("tariffs_choice", name=name, given=repr(given), choices=list(map(repr, choices))))
    place = source_of(table_in_memory(source))
    cells, written = (place, {}) if isinstance(place, pd.DataFrame) else _loaded(place)
    before = cells.attrs.get(MARK)
    if before and _is_read(cells):
        if faults := overlaps(cells.assign(row=cells.index)):
            raise TradeDataError(Text("tariffs_faulty", count=len(faults), faults=_first(faults)))
        return cells.copy()
    cells, percent = _named(
        cells, written, {} if columns is None else columns, {IMPORTER: importer, FORM: form, ACT: act}
    )
    unit = rate_unit or ("share" if before else None)
    if percent and unit not in (None, percent):
        raise TradeDataError(Text("tariffs_unit_twice", column=f"rate_{percent}", unit=repr(unit)))
    table, faults = _read(cells, unit or percent, undated)
    if not faults:
        table = members_of(table, faults)
        faults += overlaps(table)
    if faults:
        raise TradeDataError(Text("tariffs_faulty", count=len(faults), faults=_first(faults)))
    table.attrs = {MARK: {"rows": len(cells), "assumed": int(table[ASSUMED].sum())}}
    return table[[*COLUMNS, ASSUMED]]


def _loaded(place: Any) -> tuple[pd.DataFrame, dict[str, str]]:
    """The cells of a file, and its headings as it writes them."""
    raw = load(place, ReadOptions())
    return raw.cells, raw.written


def _is_read(cells: pd.DataFrame) -> bool:
    """Whether a table is as it was when it was read, or some of its rows."""
    if list(cells.columns) != [*COLUMNS, ASSUMED] or cells.empty:
        return False
    days = all(pd.api.types.is_datetime64_dtype(cells[one]) for one in (START, END))
    if not days or cells[RATE].dtype != np.float64 or cells[ASSUMED].dtype != bool:
        return False
    texts = all(pd.api.types.infer_dtype(cells[one]) == "string" for one in (IMPORTER, ORIGIN, PRODUCT, FORM, ACT))
    rates = cells[RATE].dropna().between(0, MOST)
    return texts and bool(cells[FORM].isin(FORMS).all() and rates.all())


def _first(faults: list[Text]) -> Text:
    """The faults as one text, each after the other."""
    text = faults[0]
    for one in faults[1:SHOWN]:
        text = Text("tariffs_and", first=text, second=one)
    return text if len(faults) <= SHOWN else Text("tariffs_and_more", first=text, rest=len(faults) - SHOWN)


def _named(
    cells: pd.DataFrame, written: Mapping[str, str], columns: Mapping[str, str], same: Mapping[str, str | None]
) -> tuple[pd.DataFrame, str | None]:
    """The cells under our names, and the unit that the name of the rates says; ``written`` are a file's headings."""
    if not isinstance(columns, Mapping) or not all(isinstance(one, str) for one in [*columns, *columns.values()]):
        raise TradeDataError(Text("tariffs_columns", given=repr(columns)))
    there = [written.get(one, str(one)) for one in cells.columns]
    if not cells.columns.is_unique:
        raise SchemaError(
            Text("tariffs_headings_twice", columns=list(map(str, cells.columns[cells.columns.duplicated()])))
        )
    if strange := [one for one in columns if one not in (*COLUMNS, *_RATES, SIGNED)]:
        raise SchemaError(Text("tariffs_no_name", names=strange, known=[*COLUMNS, *_RATES[1:], SIGNED]))
    places = {ours: _heading(cells.columns, written, theirs) for ours, theirs in columns.items()}
    if absent := [columns[ours] for ours, place in places.items() if place is None]:
        raise SchemaError(Text("tariffs_no_heading", headings=absent, there=there))
    of_rate = [one for one in _RATES if one in columns] or [one for one in _RATES if one in cells][:1]
    if len(of_rate) > 1:
        raise TradeDataError(Text("preference_rate_twice", columns=of_rate))
    rate = str(places.get(of_rate[0], of_rate[0])) if of_rate else RATE
    units = {unit: name for name in (*of_rate, rate) for unit in UNITS if name.endswith(f"_{unit}")}
    if len(units) > 1:
        raise TradeDataError(Text("tariffs_units_apart", name=of_rate[0], heading=rate))
    places = {one: one for one in (*COLUMNS, SIGNED, ASSUMED)} | places | {RATE: rate}
    found = {ours: cells[theirs] for ours, theirs in places.items() if ours not in _RATES[1:] and theirs in cells}
    found |= {one: pd.Series(label, cells.index) for one, label in same.items() if label is not None}
    missing = [one for one in (IMPORTER, ORIGIN, RATE, FORM, START, ACT) if one not in found]
    if missing:
        raise SchemaError(Text("tariffs_not_named", columns=missing, there=there, first=missing[0]))
    if cells.empty:
        raise TradeDataError(Text("tariffs_no_rows"))
    found.setdefault(PRODUCT, pd.Series("", cells.index))
    found.setdefault(END, pd.Series(None, cells.index, dtype=object))
    return pd.DataFrame(found).astype(object), next(iter(units), None)


def _heading(there: pd.Index[Any], written: Mapping[str, str], given: str) -> str | None:
    """The heading of the table that is given as it is written; else the only one that differs by capitals or blanks."""
    same = [one for one in there if given in (one, written.get(one))]
    alike = same or [one for one in there if heading(one) == heading(given)]
    return alike[0] if same or len(alike) == 1 else None


def _read(cells: pd.DataFrame, unit: str | None, undated: str | None) -> tuple[pd.DataFrame, list[Text]]:
    """Every column as what it holds, and what is wrong with them."""
    faults: list[Text] = []

    def column(name: str, read: Any, key: str) -> list[Any]:
        found, wrong = each(cells[name], read)
        if wrong:
            examples = [repr(cells[name][one]) for one in wrong]
            faults.append(Text(key, column=name, rows=list(map(str, wrong)), cells=examples))
        return found

    rates = column(RATE, rate_in(UNITS[unit] if unit else None), "tariffs_rate")
    needing = [str(row) for row, one in zip(cells.index, rates, strict=True) if one and one[1]]
    if needing:
        known = [one[0] for one in rates if one and one[1]]
        faults.append(Text("tariffs_no_unit", rows=needing, least=min(known), most=max(known)))
    days = {name: column(name, day_of, "tariffs_date") for name in (START, END, SIGNED) if name in cells}
    table = pd.DataFrame(
        {
            "row": cells.index,
            IMPORTER: cells[IMPORTER].array,
            ORIGIN: cells[ORIGIN].array,
            PRODUCT: column(PRODUCT, prefix_of, "tariffs_prefix"),
            RATE: [one[0] if one else np.nan for one in rates],
            FORM: column(FORM, form_of, "tariffs_form"),
            **{name: pd.array(np.array(one, dtype="datetime64[D]").astype("M8[s]")) for name, one in days.items()},
            ACT: [" ".join(str(one).split()) for one in cells[ACT]],
        }
    )
    table[ASSUMED] = cells[ASSUMED].to_numpy() == True if ASSUMED in cells else False  # noqa: E712
    empty = [str(row) for row, one in cells[ACT].items() if is_empty(one)]
    if empty:
        faults.append(Text("tariffs_no_act", rows=empty))
    table[END] = table[END].where(table[END] < NEVER)
    if SIGNED in days:
        _start(table, undated, faults)
    if not faults:
        _refuse_days(table, faults)
    return table, faults


def _start(table: pd.DataFrame, undated: str | None, faults: list[Text]) -> None:
    """Give rows without a start the day after their signature, or say that they have none."""
    without = table[START].isna() & table[SIGNED].notna()
    if without.any() and undated is None:
        faults.append(Text("tariffs_undated", rows=table["row"][without].astype(str).tolist()))
    elif without.any():
        table.loc[without, START] = table[SIGNED][without] + np.timedelta64(1, "D")
        table.loc[without, ASSUMED] = True


def _refuse_days(table: pd.DataFrame, faults: list[Text]) -> None:
    backwards = table[START] > table[END]
    if backwards.any():
        faults.append(Text("tariffs_backwards", rows=rows_in_words(table[backwards])))
