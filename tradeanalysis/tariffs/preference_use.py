"""How far preferences under trade agreements are used, and what is left on the table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from tradeanalysis.currencies import DOLLAR, currency_of
from tradeanalysis.gate.frames import collected, open_table
from tradeanalysis.parameters import labels_listed
from tradeanalysis.results import Result, annotated
from tradeanalysis.schema import PARTNER, SchemaError, TradeDataError
from tradeanalysis.sums import Array
from tradeanalysis.tariffs.rate_units import MOST, UNITS
from tradeanalysis.texts import Text, percent, say
from tradeanalysis.texts.catalogues import money

ELIGIBLE, USED, AGREEMENT = "eligible", "used", "agreement"
RATES = ("mfn", "preference")
OWN = (ELIGIBLE, USED, "utilisation", "adjusted_rate", "left", "without_margin", "unrated", *RATES)
# Used above eligible by no more than this is a rounding.
ROUNDING = 1e-9


@dataclass(frozen=True, repr=False)
class Preference(Result):
    """How far preferences are used, and what is left on the table.

    Attributes
    ----------
    utilisation
        used / eligible, in [0, 1]; missing where nothing is eligible.
    adjusted_rate
        The mean of PUR preference + (1 - PUR) MFN over what is eligible.
    left
        The duty paid though a preference was there: (MFN - preference)(1 - PUR) eligible, in the unit of value.
    eligible, used
        Values, without lines that have no margin.
    without_margin
        The value of lines whose MFN rate is no higher than the preference, which are in none of these.
    unrated
        The share of the eligible value without one of the two rates: it is in the utilisation, not in ``left`` and
        ``adjusted_rate``.
    table
        The same by the columns of ``by``.
    """

    utilisation: float
    adjusted_rate: float
    left: float
    eligible: float
    used: float
    without_margin: float
    unrated: float
    table: pd.DataFrame
    currency: str = DOLLAR

    def sentence(self, lang: str = "en") -> str:
        """The use of preferences in words."""
        values = {"eligible": money(self.eligible, lang, self.currency), "pur": percent(self.utilisation, lang)}
        parts = [say("preference_said" if self.eligible else "preference_said_none", lang, **values)]
        if self.left == self.left and self.eligible:
            left = money(self.left, lang, self.currency)
            parts.append(say("preference_said_left", lang, left=left, rate=percent(self.adjusted_rate, lang)))
        if self.without_margin > 0:
            without = money(self.without_margin, lang, self.currency)
            parts.append(say("preference_said_margin", lang, value=without))
        if self.unrated > 0:
            parts.append(say("preference_said_unrated", lang, share=percent(self.unrated, lang)))
        return " ".join(parts)


def preference(table: Any, *, by: str | Iterable[str] | None = None, rate_unit: str | None = None) -> Preference:
    r"""How far preferences are used: the utilisation rate, the rate that is paid, what is left on the table.

    .. math:: \text{PUR} = \frac{\text{used}}{\text{eligible}}, \quad
        t = \text{PUR}\, p + (1 - \text{PUR})\, m, \quad \text{left} = (m - p)(1 - \text{PUR})\, \text{eligible}

    with m the MFN rate and p the preference of each line.

    Parameters
    ----------
    table
        A row per line, of any library, with the columns

        - ``eligible``: the value that could have entered under the preference;
        - ``used``: the value that did;
        - ``mfn`` and ``preference``: the two rates as shares, or by ``rate_unit=``; or ``mfn_percent`` and
          ``preference_percent``. Without them only the utilisation is computed;
        - ``partner``, ``agreement``, ``product`` and others, by which it can be grouped.
    by
        The columns that make groups. By default those of ``partner, agreement`` that are there.
    rate_unit
        ``"share"`` or ``"percent"``, the unit of ``mfn`` and ``preference``, needed where one is above 1.

    Returns
    -------
    A ``Preference``: ``.utilisation`` in [0, 1], ``.adjusted_rate`` as a share, ``.left, .eligible, .used`` in the unit
    of value; ``.table`` has the same by group, in pandas.

    Raises
    ------
    SchemaError
        A column is missing.
    TradeDataError
        A value is missing, negative or infinite; more is used than is eligible; a rate has no unit, is below 0 or above
        1000%.

    Notes
    -----
    Lines whose MFN rate is no higher than the preference, such as those with an MFN rate of zero, are no part of what
    is eligible: no preference is needed there. Without rates they cannot be distinguished, and the utilisation is too
    low. A low utilisation may have a good reason: proving the origin costs more than a small margin saves.

    References
    ----------
    Keck, A., Lendle, A. (2012). New evidence on preference utilization. WTO Staff Working Paper ERSD-2012-12.

    Examples
    --------
    >>> import pandas as pd
    >>> import tradeanalysis as ta
    >>> lines = pd.DataFrame({"partner": ["DEU", "DEU"], "agreement": "EVFTA", "product": ["640399", "850440"],
    ...                       "eligible": [100.0, 70.0], "used": [60.0, 0.0], "mfn": [0.12, 0.0], "preference": 0.0})
    >>> found = ta.preference(lines, rate_unit="share")
    >>> found.utilisation, round(found.adjusted_rate, 6), round(found.left, 6), found.without_margin
    (0.6, 0.048, 4.8, 70.0)
    """
    if rate_unit is not None and not (isinstance(rate_unit, str) and rate_unit in UNITS):
        raise TradeDataError(
            Text("tariffs_choice", name="rate_unit", given=repr(rate_unit), choices=list(map(repr, UNITS)))
        )
    frame = open_table(table, [], ELIGIBLE)
    frame = open_table(table, [], USED)
    there = frame.collect_schema().names()
    keys = labels_listed("by", by) if by is not None else [one for one in (PARTNER, AGREEMENT) if one in there]
    if absent := [one for one in keys if one not in there]:
        raise SchemaError(Text("tariffs_no_column", columns=list(map(str, absent)), there=list(map(str, there))))
    if own := [one for one in keys if one in OWN]:
        raise SchemaError(Text("key_not_one", columns=list(map(repr, own))))
    named = _rates(there, rate_unit)
    columns = list(dict.fromkeys([*keys, ELIGIBLE, USED, *(column for column, _ in named.values())]))
    rows = pd.DataFrame(collected(frame.select(*columns)).to_dict(as_series=False))
    rows[[ELIGIBLE, USED]] = rows[[ELIGIBLE, USED]].apply(pd.to_numeric, errors="coerce").astype(np.float64)
    for rate in RATES:
        rows[rate] = _as_shares(rows, rate, named, sure=rate_unit is not None)
    _refuse(rows)
    if not named:
        rows[list(RATES)] = np.nan
    whole = _groups(rows, [])
    by_group = _groups(rows, keys) if keys else whole
    attrs = dict(getattr(table, "attrs", {}))
    found = whole.iloc[0]
    return Preference(
        utilisation=float(found["utilisation"]),
        adjusted_rate=float(found["adjusted_rate"]),
        left=float(found["left"]),
        eligible=float(found[ELIGIBLE]),
        used=float(found[USED]),
        without_margin=float(found["without_margin"]),
        unrated=float(found["unrated"]),
        table=annotated(by_group, attrs, utilisation=Text("note_utilisation")),
        currency=currency_of(attrs) or DOLLAR,
    )


def _rates(there: list[str], unit: str | None) -> dict[str, tuple[str, float]]:
    """The column of each rate, and what it is divided by."""
    found: dict[str, tuple[str, float]] = {}
    for rate in RATES:
        named = {f"{rate}_{one}": size for one, size in UNITS.items() if f"{rate}_{one}" in there}
        if rate in there:
            named[rate] = UNITS[unit or "share"]
        if len(named) > 1:
            raise TradeDataError(Text("preference_rate_twice", columns=list(named)))
        if named:
            found[rate] = next(iter(named.items()))
    if len(found) == 1:
        (only,) = found
        (other,) = set(RATES) - {only}
        raise SchemaError(Text("tariffs_no_column", columns=[other], there=there))
    return found


def _as_shares(rows: pd.DataFrame, rate: str, named: Mapping[str, tuple[str, float]], *, sure: bool) -> Array:
    if rate not in named:
        return np.full(len(rows), np.nan)
    column, size = named[rate]
    found: Array = pd.to_numeric(rows[column], errors="coerce").to_numpy(np.float64) / size
    if not sure and column == rate and (found > 1).any():
        raise TradeDataError(Text("preference_no_unit", column=column))
    text = rows[column].notna().to_numpy() & np.isnan(found)
    wrong = text | ((found < 0) | (found > MOST))
    if wrong.any():
        raise TradeDataError(Text("preference_rate", column=column, cells=[repr(one) for one in rows[column][wrong]]))
    return found


def _refuse(rows: pd.DataFrame) -> None:
    if rows.empty:
        raise TradeDataError(Text("tariffs_no_rows"))
    values = rows[[ELIGIBLE, USED]].to_numpy()
    wrong = ~(np.isfinite(values) & (values >= 0)).all(axis=1)
    with np.errstate(over="ignore"):
        beyond = not np.isfinite(np.where(np.isfinite(values), values, 0.0).sum(axis=0)).all()
    if wrong.any() or beyond:
        raise TradeDataError(Text("preference_value", rows=list(map(str, np.flatnonzero(wrong)))))
    more = rows[USED] > rows[ELIGIBLE] * (1 + ROUNDING)
    if more.any():
        raise TradeDataError(Text("preference_more_used", rows=list(map(str, np.flatnonzero(more)))))


def _groups(rows: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """The use of preferences of every group, the largest first."""
    rated = rows[list(RATES)].notna().all(axis=1).to_numpy()
    margin = (rows["mfn"] - rows["preference"]).to_numpy(np.float64)
    without = rated & ~(margin > 0)
    eligible = np.where(without, 0.0, rows[ELIGIBLE])
    used = np.where(without, 0.0, rows[USED])
    unused = eligible - used
    paid = used * rows["preference"] + unused * rows["mfn"]
    parts = pd.DataFrame(
        {
            ELIGIBLE: eligible,
            USED: used,
            "without_margin": np.where(without, rows[ELIGIBLE], 0.0),
            "rated": np.where(rated, eligible, 0.0),
            "paid": np.where(rated, paid, 0.0),
            "left": np.where(rated, margin * unused, 0.0),
        }
    )
    one = pd.Series(0, rows.index)
    grouping: list[Any] = [rows[key] for key in keys] or [one]
    sums = parts.set_axis(rows.index).groupby(grouping, sort=True, dropna=False).sum()
    with np.errstate(divide="ignore", invalid="ignore"):
        none = sums["rated"] == 0
        found = pd.DataFrame(
            {
                ELIGIBLE: sums[ELIGIBLE],
                USED: sums[USED],
                "utilisation": sums[USED] / sums[ELIGIBLE],
                "adjusted_rate": sums["paid"] / sums["rated"],
                "left": sums["left"].mask(none),
                "without_margin": sums["without_margin"],
                "unrated": 1 - sums["rated"] / sums[ELIGIBLE],
            }
        )
    found = found.sort_values(ELIGIBLE, ascending=False, kind="stable")
    return found.reset_index() if keys else found.reset_index(drop=True)
