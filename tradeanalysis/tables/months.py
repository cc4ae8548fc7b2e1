"""One economy's trade by month: a row for every month from the first to the last, a column for each partner."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import narwhals as nw
import numpy as np
import numpy.typing as npt
import pandas as pd

from tradeanalysis.gate.frames import collected, open_table, refuse_float_ends
from tradeanalysis.schema import FLOW, PARTNER, PERIOD, PRODUCT, REPORTER, VALUE, TradeDataError
from tradeanalysis.sums import Array, among, coded, remainders
from tradeanalysis.tables.baskets import only_one, with_currency
from tradeanalysis.texts import Text

MonthArray = npt.NDArray[np.datetime64]
_MONTH = re.compile(r"(?P<year>\d{4})[-M]?(?P<month>0[1-9]|1[0-2])(?:-\d\d(?:[ T].*)?|\.0)?")


@dataclass(frozen=True)
class Months:
    """Values by month and partner; a month of which the table has no row is a row of missing values.

    ``unallocated`` is what each month does not allocate to a partner; ``about`` says whose trade it is.
    """

    months: MonthArray
    partners: pd.Index[Any]
    values: Array
    unallocated: Array
    about: dict[str, Any]
    attrs: dict[Any, Any]

    @property
    def present(self) -> npt.NDArray[np.bool_]:
        """The months of which the table has rows."""
        return ~np.isnan(self.unallocated)


def open_months(
    table: Any,
    *,
    reporter: str | int | None = None,
    flow: str | None = None,
    product: str | None = None,
    value: str = VALUE,
) -> Months:
    """The months of a trade table with ``period``; what is not given must be unique in it, but products are summed."""
    rows = open_table(table, [PARTNER, PERIOD], value)
    attrs = with_currency(dict(getattr(table, "attrs", {})), rows)
    there = rows.collect_schema().names()
    about: dict[str, Any] = {}
    for column, wanted in ((FLOW, flow), (REPORTER, reporter), (PRODUCT, product)):
        if column not in there:
            if wanted is not None:
                raise TradeDataError(Text("groups_no_column", column=column, wanted=repr(wanted)))
        elif wanted is not None or column != PRODUCT:
            about[column] = only_one(rows, column, wanted)
            rows = rows.filter(nw.col(column) == about[column])
    chosen = collected(rows.select(PARTNER, PERIOD, value))
    x, codes, partners = coded(chosen, [PERIOD], PARTNER, value)
    if not len(x):
        raise TradeDataError(Text("rows_of_none", column=repr(PERIOD)))
    refuse_float_ends(x, "sum")
    each = months_of(pd.factorize(chosen[PERIOD].to_pandas(), sort=True)[1])
    first, last = each.min(), each.max()
    months = np.arange(first, last + 1)
    row = (each - first).astype(np.intp)[codes[PERIOD]]
    cells = np.zeros((len(months), len(partners)))
    np.add.at(cells, (row, codes[PARTNER]), x)
    cells[~np.isin(months, each)] = np.nan
    rest = among(partners, remainders(PARTNER))
    return Months(months, partners[~rest], cells[:, ~rest], cells[:, rest].sum(axis=1), about, attrs)


def months_of(labels: Iterable[Any]) -> MonthArray:
    """The months that labels name: 2023-05, 202305, a date or a period of pandas; anything else raises, all at once.

    Examples
    --------
    >>> months_of(["2023-05", 202306, "2023M07"]).astype(str).tolist()
    ['2023-05', '2023-06', '2023-07']
    """
    found = [(label, _month(label)) for label in labels]
    if strange := [label for label, month in found if month is None]:
        raise TradeDataError(Text("months_strange", labels=[repr(one) for one in strange]))
    return np.array([month for _, month in found], dtype="datetime64[M]")


def _month(label: Any) -> str | None:
    if isinstance(label, (datetime.date, np.datetime64, pd.Period)):
        label = str(label)[:7]
    match = _MONTH.fullmatch(str(label).strip())
    return f"{match['year']}-{match['month']}" if match else None
