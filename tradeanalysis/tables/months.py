"""One economy's trade by month: a row for every month from the first to the last, a column for each partner."""

from __future__ import annotations

import datetime
import functools
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import narwhals as nw
import numpy as np
import numpy.typing as npt
import pandas as pd

from tradeanalysis.gate.frames import collected, labels_in, open_table, refuse_float_ends
from tradeanalysis.gate.product_codes import nomenclature_levels
from tradeanalysis.parameters import need_labels
from tradeanalysis.schema import FLOW, FLOWS, PARTNER, PERIOD, PRODUCT, REPORTER, VALUE, SchemaError, TradeDataError
from tradeanalysis.sums import Array, among, coded, remainders
from tradeanalysis.tables.baskets import only_one, with_currency
from tradeanalysis.texts import Text

MonthArray = npt.NDArray[np.datetime64]
# The sum of the first months of a year: 2024-C05.
SUM_SO_FAR, _QUARTER = re.compile(r"(?P<year>\d{4})-?C(?P<months>\d\d)"), re.compile(r"\d{4}-?Q[1-4]")
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

    def unallocated_share(self, since: np.datetime64, count: int) -> float:
        """The share of the value of so many months from one on that is not allocated to a partner."""
        used = (self.months >= since) & (self.months < since + count) & self.present
        rest, allocated = self.unallocated[used].sum(), self.values[used].sum()
        return float(rest / (rest + allocated)) if rest else 0.0


def open_months(
    table: Any,
    *,
    reporter: str | int | None = None,
    flow: str | None = None,
    product: str | None = None,
    over: str = PARTNER,
    value: str = VALUE,
) -> Months:
    """The months of a trade table with ``period``; what is not given must be unique in it, but products are summed.

    Without a column of reporters or flows, whose trade it is and which way is what was given. With ``over="product"``
    the columns are products, and partners are summed. A month that stands twice is refused, since its two rows of every
    cell would be added, and so are products of which one holds another.
    """
    need_labels(reporter=reporter, flow=flow, product=product)
    if flow is not None and flow not in FLOWS:
        raise TradeDataError(Text("groups_flow", flow=repr(flow)))
    rows = open_table(_with_months(table), [over, PERIOD], value)
    attrs = with_currency(dict(getattr(table, "attrs", {})), rows)
    there = rows.collect_schema().names()
    about: dict[str, Any] = {}
    for column, wanted in ((FLOW, flow), (REPORTER, reporter), (PRODUCT, product)):
        if column not in there:
            if wanted is not None and column == PRODUCT:
                raise SchemaError(Text("groups_no_column", column=column, wanted=repr(wanted)))
            if wanted is not None:
                about[column] = wanted
        elif wanted is not None or column != PRODUCT:
            about[column] = only_one(rows, column, wanted)
            rows = rows.filter(nw.col(column) == about[column])
    kinds = rows.collect_schema()
    labels = [one for one in kinds if one in (over, PERIOD) or (one != value and not kinds[one].is_float())]
    chosen = collected(rows.select(*labels, value))
    if PRODUCT in labels and PRODUCT not in about:
        _refuse_levels(labels_in(chosen, PRODUCT))
    x, codes, names = coded(chosen, [PERIOD], over, value)
    if not len(x):
        raise TradeDataError(Text("rows_of_none", column=repr(PERIOD)))
    refuse_float_ends(x, "sum")
    each = months_of(chosen[PERIOD][_any_row_of(codes[PERIOD])].to_list())
    first, last = each.min(), each.max()
    months = np.arange(first, last + 1)
    row = (each - first).astype(np.intp)[codes[PERIOD]]
    cell = row * len(names) + codes[over]
    size = len(months) * len(names)
    if np.bincount(cell, minlength=size).max() > 1:
        _refuse_repeated(chosen, labels, over, months[row])
    cells: Array = np.bincount(cell, x, size).astype(np.float64).reshape(len(months), len(names))
    rest = among(names, remainders(over))
    partners, unallocated = cells[:, ~rest], cells[:, rest].sum(axis=1)
    absent = ~np.isin(months, each)
    partners[absent], unallocated[absent] = np.nan, np.nan
    return Months(months, names[~rest], partners, unallocated, about, attrs)


def _with_months(table: Any) -> Any:
    """The table, once it is known to have periods where it is a table at all."""
    frame: Any = nw.from_native(table, pass_through=True)
    if frame is not table and PERIOD not in (there := frame.collect_schema().names()):
        raise SchemaError(Text("months_no_period", columns=[*map(repr, there)]))
    return table


def _refuse_levels(products: list[Any]) -> None:
    """Refuse products that are added where one holds another: codes of several levels, a total beside anything."""
    levels = nomenclature_levels(map(str, products))
    if len(levels) > 1 or (levels == [0] and len(products) > 1):
        raise TradeDataError(Text("months_levels", levels=levels))


def _refuse_repeated(rows: nw.DataFrame[Any], labels: list[str], over: str, month: MonthArray) -> None:
    """Refuse months of which half the cells or more stand twice with nothing to tell their rows apart.

    A single cell of several rows is the sum of its parts, as everywhere; a month put in twice would double.
    """
    keys = rows.select(*labels).to_pandas().assign(**{PERIOD: month})
    again = pd.DataFrame({"month": month, over: keys[over], "again": keys.duplicated().to_numpy()})
    twice = again.groupby([*again][:2], observed=True)["again"].any().groupby("month").mean() >= 0.5
    if twice.any():
        raise TradeDataError(Text("months_repeated", months=[f"{one:%Y-%m}" for one in twice.index[twice]]))


def _any_row_of(codes: npt.NDArray[np.intp]) -> npt.NDArray[np.intp]:
    """A row with each code, in the order of the codes."""
    rows = np.empty(codes.max() + 1, dtype=np.intp)
    rows[codes] = np.arange(len(codes))
    return rows


def months_of(labels: Iterable[Any]) -> MonthArray:
    """The months that labels name: 2023-05, 202305, a date or a period of pandas; anything else raises, all at once.

    Examples
    --------
    >>> months_of(["2023-05", 202306, "2023M07"]).astype(str).tolist()
    ['2023-05', '2023-06', '2023-07']
    """
    found = [(label, _month(label)) for label in labels]
    if strange := [label for label, month in found if month is None]:
        keys = {"months_are_sums": SUM_SO_FAR, "months_are_quarters": _QUARTER}
        of_kind = [key for key, kind in keys.items() if all(kind.fullmatch(str(one).strip()) for one in strange)]
        raise TradeDataError(Text((of_kind or ["months_strange"])[0], labels=[repr(one) for one in strange]))
    return np.array([month for _, month in found], dtype="datetime64[M]")


def _month(label: Any) -> str | None:
    if isinstance(label, (datetime.date, np.datetime64, pd.Period)):
        label = str(label)[:7]
    return _written_month(str(label))


@functools.lru_cache(maxsize=1 << 12)  # the months of a table stand in all its columns
def _written_month(text: str) -> str | None:
    match = _MONTH.fullmatch(text.strip())
    return f"{match['year']}-{match['month']}" if match else None
