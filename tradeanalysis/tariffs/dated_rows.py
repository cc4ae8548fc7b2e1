"""Tables of tariffs with their dates: checked, in shares, blocs as their members, no two rows for one good on a day."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from tradeanalysis import names
from tradeanalysis.names.name_tables import OPEN
from tradeanalysis.schema import PRODUCT, SchemaError, TradeDataError
from tradeanalysis.sources.load import load, source_of
from tradeanalysis.sources.options import ReadOptions
from tradeanalysis.tariffs.rate_units import FORMS, MOST, UNITS, day_of, each, form_of, is_empty, prefix_of, rate_in
from tradeanalysis.texts import Text

IMPORTER, ORIGIN, RATE, FORM, START, END, ACT = "importer", "origin", "rate", "form", "from", "to", "act"
COLUMNS = (IMPORTER, ORIGIN, PRODUCT, RATE, FORM, START, END, ACT)
SIGNED, ASSUMED = "signed", "start_assumed"
# The mark of a table that was read, in its attrs; what it counts is in the sentence of an exposure.
MARK = "tariffs"
SHOWN = 12  # faults that a message lists
NEVER = pd.Timestamp("9999-01-01").as_unit("s")  # such an end is written for one that is open
OVERLAPS = 200  # that are looked into
FIRST, LAST = np.datetime64("1678-01-01"), np.datetime64("2261-12-31")


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
        A CSV file, a workbook, or a dataframe, with the columns

        - ``importer`` and ``origin``: names or codes of economies or blocs; ``origin`` may be ``World``, which is
          every origin that no row of the same prefix names;
        - ``product``: a prefix of codes of the Harmonized System, of 2, 4, 6, 8 digits or more; empty or no such
          column: all products;
        - ``rate``, a share (0.125), ``rate_share`` or ``rate_percent``; "12.5%" and "Free" are read as such, and a
          duty on an amount of goods ("5 cents/kg") or an empty cell is a missing rate;
        - ``form``: ``mfn``, the ordinary rate; ``preference``, in its place where it is lower; ``additional``, on top
          of it; ``total`` ("total with the MFN rate"), which adds what lacks to the MFN rate; ``stacked``, which adds
          to the rates of every other act;
        - ``from`` and ``to``: the first and the last day, 2025-08-07; an empty ``to`` is open;
        - ``act``: what orders it.
    columns
        The heading in the source of each of these columns where it is another one.
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
    place = source_of(source)
    cells = place if isinstance(place, pd.DataFrame) else load(place, ReadOptions()).cells
    before = cells.attrs.get(MARK)
    if before and _is_read(cells):
        if faults := _overlaps(cells.assign(row=cells.index)):
            raise TradeDataError(Text("tariffs_faulty", count=len(faults), faults=_first(faults)))
        return cells.copy()
    cells, percent = _named(cells, columns or {}, {IMPORTER: importer, FORM: form, ACT: act})
    unit = rate_unit or ("share" if before else None)
    if percent and unit not in (None, percent):
        raise TradeDataError(Text("tariffs_unit_twice", column=f"rate_{percent}", unit=repr(unit)))
    table, faults = _read(cells, unit or percent, undated)
    if not faults:
        table = _members(table, faults)
        faults += _overlaps(table)
    if faults:
        raise TradeDataError(Text("tariffs_faulty", count=len(faults), faults=_first(faults)))
    table.attrs = {MARK: {"rows": len(cells), "assumed": int(table[ASSUMED].sum())}}
    return table[[*COLUMNS, ASSUMED]]


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
    cells: pd.DataFrame, columns: Mapping[str, str], same: Mapping[str, str | None]
) -> tuple[pd.DataFrame, str | None]:
    """The cells under our names, and the unit that the heading of the rates says."""
    if not isinstance(columns, Mapping) or not all(isinstance(one, str) for one in [*columns, *columns.values()]):
        raise TradeDataError(Text("tariffs_columns", given=repr(columns)))
    strange = [one for one in columns if one not in (*COLUMNS, SIGNED)]
    absent = [one for one in columns.values() if one not in cells.columns]
    if strange or absent or not cells.columns.is_unique:
        there = list(map(str, cells.columns))
        raise SchemaError(Text("tariffs_no_column", columns=[*strange, *absent] or there, there=there))
    headings = (RATE, *(f"rate_{unit}" for unit in UNITS))
    of_rate = columns.get(RATE) or next((one for one in headings if one in cells), RATE)
    units = [unit for unit in UNITS if of_rate.endswith(f"_{unit}")]
    places = {one: one for one in (*COLUMNS, SIGNED, ASSUMED)} | dict(columns) | {RATE: of_rate}
    found = {ours: cells[theirs] for ours, theirs in places.items() if theirs in cells}
    found |= {one: pd.Series(label, cells.index) for one, label in same.items() if label is not None}
    missing = [one for one in (IMPORTER, ORIGIN, RATE, FORM, START, ACT) if one not in found]
    if missing:
        raise SchemaError(Text("tariffs_no_column", columns=missing, there=list(map(str, cells.columns))))
    if cells.empty:
        raise TradeDataError(Text("tariffs_no_rows"))
    found.setdefault(PRODUCT, pd.Series("", cells.index))
    found.setdefault(END, pd.Series(None, cells.index, dtype=object))
    return pd.DataFrame(found).astype(object), (units[0] if units else None)


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
        faults.append(Text("tariffs_backwards", rows=_rows(table[backwards])))


def _rows(table: pd.DataFrame) -> list[Text]:
    """Rows by their place, their act and their days."""
    shown = [
        [Text("tariffs_open") if pd.isna(day) else f"{day:%Y-%m-%d}" for day in table[name]] for name in (START, END)
    ]
    return [
        Text("tariffs_row", row=str(row), act=act, first=first, last=last)
        for row, act, first, last in zip(table["row"], table[ACT], *shown, strict=True)
    ]


# ---- economies and blocs ------------------------------------------------------------------------------------------


def _members(table: pd.DataFrame, faults: list[Text]) -> pd.DataFrame:
    """A row for each economy: a bloc is its members, as long as each was one within the dates of the row."""
    for column in (IMPORTER, ORIGIN):
        labels = pd.unique(table[column].astype(str).str.strip())
        readings = names.resolve(labels)
        found = [_terms(readings[label], column) for label in labels]
        unknown = [label for label, one in zip(labels, found, strict=True) if one is None]
        if unknown:
            rows = table["row"][table[column].astype(str).str.strip().isin(unknown)].astype(str).tolist()
            faults.append(Text("tariffs_economy", column=column, labels=list(map(repr, unknown)), rows=rows))
            continue
        terms = pd.DataFrame(
            [(label, *term) for label, one in zip(labels, found, strict=True) for term in one or ()],
            columns=[column, "code", "first", "last"],
        )
        table = table.assign(**{column: table[column].astype(str).str.strip()}).merge(terms, on=column, how="left")
        for days, years, end, kept in (
            (START, "first", "-01-01", np.fmax),
            (END, "last", "-12-31", np.fmin),
        ):
            bound = pd.Series([f"{year}{end}" if 0 < year < OPEN else None for year in table[years]], dtype=object)
            limits = pd.to_datetime(bound, format="%Y-%m-%d").astype("datetime64[s]")
            both = pd.concat([table[days], limits], axis=1)
            table[days] = both.max(axis=1) if kept is np.fmax else both.min(axis=1)
        table[column] = table["code"]
        table = table.drop(columns=["code", "first", "last"])
    return table[~(table[START] > table[END])].reset_index(drop=True)


def _terms(found: names.Match, column: str) -> list[tuple[str, int, int]] | None:
    """The economies that a label means, with the first and last year of each; None where it means none."""
    code = found.code.removesuffix(" (bloc)")
    if found.kind in ("country", "historical") or (code == names.WORLD and column == ORIGIN):
        return [(code, 0, OPEN)]
    members = names.members_by_bloc().get(code)
    return [(one.iso3, one.start, one.end) for one in members] if members else None


# ---- one rate for each good and day -------------------------------------------------------------------------------


def layer_of(table: pd.DataFrame) -> pd.Series[Any]:
    """What a row is an alternative to: additional and total to one another, stacked and preference within an act."""
    plain = table[FORM].replace({"total": "additional"})
    return plain.where(~table[FORM].isin(["stacked", "preference"]), table[FORM] + ": " + table[ACT])


def _overlaps(table: pd.DataFrame) -> list[Text]:
    """Pairs of rows that give a rate to the same goods on the same day."""
    keys = [IMPORTER, ORIGIN, PRODUCT, "layer"]
    rows = table.assign(layer=layer_of(table))
    days = rows[[START, END]].astype("datetime64[s]")
    rows["start"], rows["end"] = days[START].fillna(pd.Timestamp(FIRST)), days[END].fillna(pd.Timestamp(LAST))
    rows = rows.sort_values([*keys, "start", "end"], kind="stable")
    same = (rows[keys] == rows[keys].shift()).all(axis=1)
    reached = rows.groupby(keys)["end"].cummax().shift()
    over = np.flatnonzero((same & (rows["start"] <= reached)).to_numpy())
    faults: dict[tuple[Any, Any], Text] = {}
    for i in over[:OVERLAPS].tolist():
        # The earlier row that reaches into this one.
        j = next(j for j in range(i - 1, -1, -1) if rows["end"].iloc[j] >= rows["start"].iloc[i])
        both = rows.iloc[[j, i]]
        pair = both["row"].iloc[0], both["row"].iloc[1]
        if pair not in faults:
            about = {name: both[name].iloc[1] for name in (IMPORTER, ORIGIN)}
            first, second = _rows(both)
            product = both[PRODUCT].iloc[1] or Text("tariffs_all_products")
            faults[pair] = Text("tariffs_overlap", first=first, second=second, product=product, **about)
    return list(faults.values())
