"""Monthly tables of files that a country publishes month by month: months as they are, or of sums so far."""

from __future__ import annotations

import math
from collections.abc import Sequence
from decimal import Decimal
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from tradeanalysis.currencies import currency_of
from tradeanalysis.gate.findings import finding, warn
from tradeanalysis.gate.frames import collected, open_table
from tradeanalysis.monitoring.month_revisions import amount_of, named
from tradeanalysis.results import annotated
from tradeanalysis.schema import FLOW, PARTNER, PERIOD, PRODUCT, REPORTER, VALUE, YEAR, TradeDataError
from tradeanalysis.tables.months import SUM_SO_FAR, months_of
from tradeanalysis.texts import Text

# What a series belongs to, beside its partner and product.
_WHOSE = (REPORTER, FLOW)
# Standard errors of rounding within which months and their sum are the same.
ERRORS = 4


class Off(NamedTuple):
    """A sum so far of whose trade, and what its months add up to."""

    whose: tuple[str, ...]
    period: str
    months: float
    said: float


def months_of_tables(tables: Any, *, value: str = VALUE) -> pd.DataFrame:
    r"""One monthly table of several that were read one by one, such as the twelve reports of a year.

    A month is taken as it is reported. Of sums so far, 2024-C05 for the first five months of 2024, a month is the
    difference of two that follow each other, :math:`C_n - C_{n-1}`, exact in decimals; January is the first. Of what
    several tables hold, the last of them counts.

    Parameters
    ----------
    tables
        Trade tables in the order in which they were published, or one, with a column ``period`` of months or of sums
        so far: ``ta.read(path, periods="months")`` or ``periods="year_to_date"`` of each file or sheet.
    value
        The column of values.

    Returns
    -------
    A pandas table in the columns of the first, with a row for each month, partner and product, in the order of the
    calendar. Where months and sums so far are both there, months count, and the sums give the months that lack. A month
    before or after a sum that lacks is missing. Where a partner's sum is smaller than that of the month before, earlier
    months were revised: the difference is taken from the months before it, the latest first, so that the months add up
    to the newest sum, and a warning names each such case.

    Raises
    ------
    SchemaError
        A column is missing, or the tables differ in their columns.
    TradeDataError
        A period is neither a month nor a sum so far, the tables are in several currencies, or a value is faulty.

    Warns
    -----
    TradeDataWarning
        Sums that fell, by partner and period; months that add up to another sum than the file has, by more than
        rounding makes; months that cannot be told, since a sum lacks.

    Examples
    --------
    >>> import pandas as pd
    >>> import tradeanalysis as ta
    >>> reports = [
    ...     pd.DataFrame({"period": period, "partner": ["USA", "CHN"], "value": values})
    ...     for period, values in (("2024-C01", [10.1, 5.0]), ("2024-C02", [30.3, 9.0]), ("2024-C03", [60.4, 9.0]))]
    >>> ta.monitoring.months_of_tables(reports).pivot(index="period", columns="partner", values="value")
    partner  CHN   USA
    period
    2024-01  5.0  10.1
    2024-02  4.0  20.2
    2024-03  0.0  30.1
    """
    frames, attrs = _opened(tables, value)
    keys = [str(one) for one in frames[0] if one not in (PERIOD, YEAR, value)]
    rows = pd.concat([one.assign(_order=place) for place, one in enumerate(frames)], ignore_index=True)
    rows = rows.groupby([*keys, PERIOD, "_order"], dropna=False, sort=False, observed=True)[value].sum().reset_index()
    whose = [one for one in _WHOSE if one in keys]
    labels = rows[PERIOD].unique()
    so_far = {one for one in labels if SUM_SO_FAR.fullmatch(one)}
    rows = rows[rows["_order"] == rows.groupby([*whose, PERIOD], observed=True)["_order"].transform("max")]
    monthly = rows[~rows[PERIOD].isin(so_far)]
    sums = _with_january(rows[rows[PERIOD].isin(so_far)], monthly, whose)
    made, fallen = _differences(sums, keys, whose, value)
    there = pd.MultiIndex.from_frame(monthly[[*whose, PERIOD]])
    lacking = made[~pd.MultiIndex.from_frame(made[[*whose, PERIOD]]).isin(there)] if len(made) else made
    if not len(monthly) and not len(lacking):
        raise TradeDataError(Text("months_sums_lack", periods=sorted(so_far)))
    unknown = _unknown(sums, monthly, whose) if so_far else []
    several = len(rows[whose].drop_duplicates()) > 1 if whose else False
    _warn(fallen, _off(rows, monthly, whose, value), unknown, currency_of(attrs), several=several)
    table = pd.concat([one for one in (monthly, lacking) if len(one)], ignore_index=True)
    columns = [one for one in frames[0] if one in table or one == YEAR]
    if YEAR in columns:
        table[YEAR] = table[PERIOD].str[:4].astype(int)
    order = [*whose, PERIOD, *(str(one) for one in keys if one not in whose)]
    table = table.sort_values(order, kind="stable")
    made_of: pd.DataFrame = table[columns].reset_index(drop=True)
    return annotated(made_of, attrs, sources=attrs["sources"])


def _opened(tables: Any, value: str) -> tuple[list[pd.DataFrame], dict[Any, Any]]:
    """The tables in pandas with their periods as we write them, of one currency and one set of columns."""
    several = tables if isinstance(tables, Sequence) and not isinstance(tables, str) else [tables]
    if not several:
        raise TradeDataError(Text("months_no_tables"))
    frames, attrs = [], [dict(getattr(one, "attrs", {})) for one in several]
    for one in several:
        frame = collected(open_table(one, [PERIOD], value)).to_pandas()
        known = frame[[column for column in (REPORTER, PARTNER, FLOW, PRODUCT, YEAR, PERIOD, value) if column in frame]]
        x = known[value].to_numpy(np.float64, na_value=np.nan)
        if not ((x >= 0) & (x < np.inf)).all():
            raise TradeDataError(Text("months_values_faulty"))
        labels = {label: _label(label) for label in known[PERIOD].unique()}
        of_tables: dict[str, Any] = {PERIOD: known[PERIOD].map(labels), value: x}
        frames.append(known.assign(**of_tables))
    if not any(map(len, frames)):
        raise TradeDataError(Text("rows_of_none", column=repr(PERIOD)))
    if len({tuple(one.columns) for one in frames}) > 1:
        raise TradeDataError(
            Text("months_columns_differ", columns=[", ".join(map(str, one.columns)) for one in frames])
        )
    currencies = {currency_of(one) for one in attrs}
    if len(currencies) > 1:
        raise TradeDataError(Text("months_two_currencies", currencies=sorted(map(str, currencies))))
    (currency,) = currencies
    sources = [str(one["certificate"].get("source")) for one in attrs if one.get("certificate")]
    return frames, ({"currency": currency} if currency else {}) | {"sources": list(dict.fromkeys(sources))}


def _label(label: Any) -> str:
    if match := SUM_SO_FAR.fullmatch(str(label).strip()):
        return f"{match['year']}-C{match['months']}"
    return str(months_of([label])[0])


def _with_january(sums: pd.DataFrame, monthly: pd.DataFrame, whose: list[str]) -> pd.DataFrame:
    """The sums so far with January, which is a month and a sum, where the sums begin with February."""
    first = monthly[monthly[PERIOD].str.endswith("-01")]
    first = first.assign(**{PERIOD: first[PERIOD].str[:4] + "-C01"})
    known = pd.MultiIndex.from_frame(sums[[*whose, PERIOD]])
    return pd.concat([sums, first[~pd.MultiIndex.from_frame(first[[*whose, PERIOD]]).isin(known)]])


def _differences(
    sums: pd.DataFrame, keys: list[str], whose: list[str], value: str
) -> tuple[pd.DataFrame, list[tuple[dict[str, Any], str, float]]]:
    """The months between sums that follow each other, and the sums that fell: of whom, in which month, by how much."""
    made: list[dict[str, Any]] = []
    fallen: list[tuple[dict[str, Any], str, float]] = []
    for _, group in sums.groupby([*whose, sums[PERIOD].str[:4]], observed=True, sort=True):
        wide = group.pivot(index=keys, columns=PERIOD, values=value)
        # Nothing came before a partner is first named; where it is named no more, it is not known what came.
        wide = wide.where(wide.notna().cummax(axis=1), 0.0)
        numbers = [int(str(one)[-2:]) for one in wide]
        year = str(wide.columns[0])[:4]
        for label, cells in zip(wide.index, wide.to_numpy(), strict=True):
            of = dict(zip(keys, label if isinstance(label, tuple) else (label,), strict=True))
            known = [(n, float(x)) for n, x in zip(numbers, cells, strict=True) if x == x]
            so_far = {n: Decimal(repr(x)) for n, x in known} | {0: Decimal(0)}
            found = {n: so_far[n] - so_far[n - 1] for n in numbers if n in so_far and n - 1 in so_far}
            for n in list(found):
                if found[n] < 0:
                    fallen.append((of, f"{year}-{n:02d}", float(found[n])))
                    _take_back(found, n)
            made += [{**of, PERIOD: f"{year}-{n:02d}", value: float(x)} for n, x in found.items()]
    return pd.DataFrame(made, columns=[*keys, PERIOD, value]), fallen


def _take_back(months: dict[int, Decimal], fell: int) -> None:
    """Take a fall from the months before it, the latest first; what no month before has is left out of the sum."""
    owed, months[fell] = -months[fell], Decimal(0)
    for n in range(fell - 1, 0, -1):
        if n not in months:
            break
        taken = min(owed, months[n])
        months[n], owed = months[n] - taken, owed - taken


def _off(rows: pd.DataFrame, monthly: pd.DataFrame, whose: list[str], value: str) -> list[Off]:
    """The sums so far that the months of the file, where all are there, do not add up to, of each flow by itself.

    Cells that were rounded add up to something else by chance: by several standard errors at most.
    """
    off = []
    sums = rows[rows[PERIOD].str.fullmatch(SUM_SO_FAR)]
    months: dict[Any, pd.DataFrame] = dict(iter(monthly.groupby(whose, observed=True))) if whose else {(): monthly}
    key: Any
    for key, there in sums.groupby([*whose, PERIOD], observed=True):
        *of, period = key if isinstance(key, tuple) else (key,)
        wanted = {f"{period[:4]}-{n:02d}" for n in range(1, int(period[-2:]) + 1)}
        own = months.get(tuple(of), monthly.iloc[:0])
        own = own[own[PERIOD].isin(wanted)]
        if wanted != set(own[PERIOD]):
            continue
        total, said = float(own[value].sum()), float(there[value].sum())
        cells = [*own[value], *there[value]]
        by_chance = ERRORS * _step(cells) * math.sqrt(len(cells) / 12)
        if abs(total - said) > max(by_chance, 1e-9 * max(total, said)):
            off.append(Off(tuple(map(str, of)), period, total, said))
    return off


def _step(cells: list[float]) -> float:
    """The last decimal place, or the zeros, that all amounts have: what they are rounded to."""
    places = [Decimal(f"{x:.12g}").normalize().as_tuple().exponent for x in cells if x]
    return float(10.0 ** min(int(one) for one in places)) if places else 0.0


def _unknown(sums: pd.DataFrame, monthly: pd.DataFrame, whose: list[str]) -> list[str]:
    """The months up to a sum that neither the file has nor two sums that follow each other give."""
    found: set[str] = set()
    known = set(monthly[[*whose, PERIOD]].itertuples(index=False, name=None))
    for key, there in sums.groupby([*whose, sums[PERIOD].str[:4]], observed=True):
        *of, year = key if isinstance(key, tuple) else (key,)
        numbers = {int(one[-2:]) for one in there[PERIOD]}
        for n in range(1, max(numbers) + 1):
            month = f"{year}-{n:02d}"
            given = n in numbers and (n == 1 or n - 1 in numbers)
            if not given and (*of, month) not in known:
                found.add(month)
    return sorted(found)


def _warn(
    fallen: list[tuple[dict[str, Any], str, float]],
    off: list[Off],
    unknown: list[str],
    currency: str | None,
    *,
    several: bool,
) -> None:
    """Tell of sums that fell, of months that add up to another sum, and of months that no sums give."""
    found = []
    if fallen:
        said = [
            Text("months_fell_one", period=when, partner=named(of.get(PARTNER, "")), by=amount_of(-x, currency))
            for of, when, x in fallen
        ]
        found.append(finding("TA-115", "months_fell", override="warning", places=said))
    if off:
        said = []
        for one in off:
            amounts = {"months": amount_of(one.months, currency), "sum": amount_of(one.said, currency)}
            text = Text("months_off_one", period=one.period, **amounts)
            said.append(Text("months_off_of", whose=", ".join(one.whose), text=text) if several else text)
        found.append(finding("TA-115", "months_off_sum", override="warning", places=said))
    if unknown:
        found.append(finding("TA-115", "months_of_no_sums", override="warning", months=unknown))
    warn(found, stacklevel=3)
