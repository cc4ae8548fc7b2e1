"""The year before that of the brief, where the table has it and the two can be compared."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import narwhals as nw
import pandas as pd

from tradeanalysis.brief.opened_table import OpenedTable
from tradeanalysis.brief.year_status import is_same_part, is_whole
from tradeanalysis.schema import PARTNER, YEAR
from tradeanalysis.tables.baskets import choose_from, values_of


@dataclass(frozen=True)
class YearBefore:
    """One flow of the year before: the value by partner, what is not detailed by partner, and the indices.

    ``same_period`` says that the figures are of a part of the year, the same in both.
    """

    year: int
    partners: pd.Series[Any]
    rest: float
    own: pd.Series[Any]
    whole_list: bool
    same_period: bool

    @property
    def value(self) -> float:
        """The value of the flow, with what is not detailed by partner."""
        return float(self.partners.sum()) + self.rest

    @property
    def unallocated(self) -> float:
        """The share that is not detailed by partner."""
        return self.rest / self.value

    def of_all(self, share: str) -> float:
        """A share among the partners of the index, as one of all trade."""
        return float(self.own[share]) * (1 - self.unallocated)

    def of(self, partner: str) -> float:
        """The value of a partner; missing where it may be among those that are not detailed."""
        absent = float("nan") if self.rest or not self.whole_list else 0.0
        return float(self.partners.get(partner, absent))


def year_before(table: OpenedTable, flow: str, indices: pd.DataFrame) -> YearBefore | None:
    """The year before of a flow, with its indices; none where the table does not have it or it cannot be compared."""
    year, certificate = table.year - 1, table.certificate
    own = indices[(indices[YEAR] == year) & indices["hhi"].notna()]
    last = int(table.rows.select(nw.col(YEAR).max()).item())
    of = (flow, table.reporter)
    same = is_same_part(certificate, table.year, year, *of)
    if own.empty or not (same or all(is_whole(certificate, one, last, *of) for one in (year, table.year))):
        return None
    values = values_of(choose_from(table.rows, table.attrs, reporter=table.reporter, flow=flow, year=year))
    return YearBefore(
        year,
        values[values > 0],
        float(values.attrs.get("unallocated", 0.0)),
        own.iloc[0],
        bool(certificate.get("largest_listed", True)),
        same,
    )


def others_before(before: YearBefore, top: pd.DataFrame) -> float:
    """The value of all partners that were detailed but the largest of this year; missing of a list in part."""
    others = before.partners[~before.partners.index.isin(top[PARTNER])]
    return float(others.sum()) if before.whole_list else float("nan")
