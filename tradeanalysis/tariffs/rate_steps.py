"""The mean rate of an economy's trade over time, by the acts that change it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from tradeanalysis.gate.findings import warn_if_listed_in_part
from tradeanalysis.parameters import need_labels
from tradeanalysis.results import annotated
from tradeanalysis.schema import EXPORT, FLOW, REPORTER, VALUE, YEAR, TradeDataError
from tradeanalysis.tariffs.dated_cases import opened
from tradeanalysis.tariffs.duties import days_of_change
from tradeanalysis.tariffs.exposures import exposure_on
from tradeanalysis.tariffs.rate_units import ACT, END, START
from tradeanalysis.texts import Text


def over_time(
    table: Any,
    tariffs: Any,
    *,
    reporter: str | int | None = None,
    flow: str = EXPORT,
    year: int | None = None,
    value: str = VALUE,
    exempt: Any = None,
    mfn: Any = None,
    duty: str | None = None,
    unlisted: str | None = None,
) -> pd.DataFrame:
    """The mean rate of an economy's trade over time: a row for each period in which it and its acts stay the same.

    Parameters
    ----------
    table, tariffs, reporter, flow, year, value, exempt, mfn, duty, unlisted
        As for ``ta.tariff_exposure``. The trade is the same in all periods.

    Returns
    -------
    A pandas table with a row per period: ``from`` and ``to``, its first and last day (a last one that is open is
    missing), ``mean_rate, low, high, exposed_share`` as for ``ta.tariff_exposure``, and ``act``, the acts by which
    value is exposed, the largest first.

    Raises
    ------
    TradeDataError
        As for ``ta.tariff_exposure``; or no row of the table of tariffs has a date and is of this trade.

    Notes
    -----
    Blocs among the partners are their members on the first day. Before the first day of a table nothing is known.

    Examples
    --------
    >>> import pandas as pd
    >>> import tradeanalysis as ta
    >>> acts = pd.DataFrame({"importer": "USA", "origin": "VNM", "rate_percent": [10, 20], "form": "additional",
    ...                      "from": ["2025-04-05", "2025-08-07"], "to": ["2025-08-06", ""], "act": ["A", "B"]})
    >>> ta.tariffs.over_time({"USA": 30, "CHN": 70}, acts, reporter="VNM")[["from", "to", "mean_rate", "act"]]
            from         to  mean_rate act
    0 2025-04-05 2025-08-06       0.03   A
    1 2025-08-07        NaT       0.06   B
    """
    need_labels(reporter=reporter, year=year, flow=flow)
    warn_if_listed_in_part(getattr(table, "attrs", {}), stacklevel=2)
    day = pd.Timestamp(2000, 1, 1)
    case = opened(table, tariffs, day, reporter, flow, year, value, exempt, mfn, duty, unlisted)
    days = days_of_change(case.rows)
    if not days:
        raise TradeDataError(Text("tariffs_no_days", reporter=repr(case.trade.about[REPORTER])))
    rows: list[dict[str, Any]] = []
    for first in days:
        found = exposure_on(case, first)
        row: dict[str, Any] = {"mean_rate": found.mean_rate, "low": found.low, "high": found.high}
        row |= {"exposed_share": found.exposed_share, ACT: "; ".join(found.acts)}
        if not rows or not _same(rows[-1], row):
            rows.append({START: first} | row)
    steps = pd.DataFrame(rows)
    steps.insert(1, END, steps[START].shift(-1) - np.timedelta64(1, "D"))
    about = case.trade.about
    notes = {"duty": case.duty, "reporter": about[REPORTER], "flow": about[FLOW], "year": about.get(YEAR)}
    return annotated(steps, case.trade.attrs, **notes)


def _same(one: dict[str, Any], other: dict[str, Any]) -> bool:
    """Whether two periods have the same rates and acts; missing ones are the same."""
    return all(one[key] == other[key] or (one[key] != one[key] and other[key] != other[key]) for key in other)
