"""What a month's figures say of one economy: its months, the alerts, the year's index before the year is over."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from tradeanalysis import monitoring
from tradeanalysis.currencies import DOLLAR, currency_of
from tradeanalysis.measures.concentration import hhi
from tradeanalysis.schema import PERIOD, TradeDataError
from tradeanalysis.sums import Array
from tradeanalysis.tables.months import Months, months_of, open_months
from tradeanalysis.texts import Text

YEAR = 12
# The last months in which a fall is told that is no alert yet: more than one, as Tết moves and ships come in months.
RECENT = 3


class Pair(NamedTuple):
    """A figure, and the same of a year before; missing where the table does not have it."""

    now: float
    before: float

    @property
    def growth(self) -> float:
        """By how much it has grown; missing where there was nothing."""
        return self.now / self.before - 1 if self.before > 0 else float("nan")


@dataclass(frozen=True)
class MonthFacts:
    """The months up to that of the page, and what the watch says of them.

    ``in_part`` has the months of which only a part is reported, ``left_out`` those of them at the end, which the page
    leaves out; ``refused`` says why there is no estimate of the year, or no alerts.
    """

    months: Months
    reporter: str
    flow: str
    in_part: pd.DataFrame
    left_out: list[str]
    nowcast: Any = None
    watch: Any = None
    refused: tuple[Text, ...] = ()
    confidence: float = 0.9
    attrs: dict[Any, Any] = field(default_factory=dict)

    @property
    def part(self) -> list[str]:
        """The months of which only a part is reported."""
        return [str(one) for one in self.in_part.index]

    @property
    def month(self) -> str:
        """The month of the page, such as 2026-05."""
        return str(self.months.months[-1])

    @property
    def year(self) -> int:
        """Its year."""
        return int(self.month[:4])

    @property
    def count(self) -> int:
        """Its number in the year."""
        return int(self.month[5:])

    @property
    def currency(self) -> str:
        """What the values are in: dollars, where nothing says so."""
        return currency_of(self.attrs) or DOLLAR

    @property
    def certificate(self) -> dict[str, Any]:
        """Where the table is from."""
        found: dict[str, Any] = self.attrs.get("certificate", {})
        return found

    @property
    def totals(self) -> Array:
        """The value of each month, of all trade; missing where the table has none."""
        total: Array = np.nansum(self.months.values, axis=1) + self.months.unallocated
        return total

    @property
    def missing(self) -> list[str]:
        """The months between the first and the last of which the table has no row."""
        return [str(one) for one in self.months.months[~self.months.present]]

    @property
    def lacking(self) -> int:
        """How many months of the year so far the table does not have."""
        return sum(one.startswith(self.month[:4]) for one in self.missing)

    @property
    def of_month(self) -> Pair:
        """The value of the month, and of the same month of the year before."""
        before = float(self.totals[-1 - YEAR]) if len(self.totals) > YEAR else float("nan")
        return Pair(float(self.totals[-1]), before)

    def _so_far(self, back: int) -> slice:
        """The months of the year so far, of this year or one before; none where the table begins later."""
        end = len(self.months.months) - YEAR * back
        start = end - self.count
        return slice(start, end) if start >= 0 else slice(0, 0)

    def _same(self) -> tuple[slice, slice, Any]:
        """The months of the year so far, those of the year before, and which both years have."""
        now, before = self._so_far(0), self._so_far(1)
        there = self.months.present
        if before.stop == before.start:
            return now, before, there[now]
        return now, before, there[now] & there[before]

    @property
    def so_far(self) -> Pair:
        """The value of the year so far, and of the same months of the year before, of months that both years have."""
        now, before, both = self._same()
        if before.stop == before.start:
            return Pair(float(self.totals[now][both].sum()), float("nan"))
        return Pair(float(self.totals[now][both].sum()), float(self.totals[before][both].sum()))

    @property
    def index_so_far(self) -> Pair:
        """The HHI of the year so far, and of the same months of the year before, of the allocated value."""
        now, before, both = self._same()
        found = [self.months.values[one][both].sum(axis=0) for one in (now, before) if one.stop > one.start]
        indices = [float(hhi(x[x > 0])) if (x > 0).any() else float("nan") for x in found]
        return Pair(*[*indices, float("nan")][:2])

    def index_of(self, year: int) -> float:
        """The HHI of a whole year; missing where the table does not have all of its months."""
        rows = self.months.months.astype("datetime64[Y]").astype(str) == str(year)
        x = self.months.values[rows].sum(axis=0)
        return float(hhi(x[x > 0])) if rows.sum() == YEAR and (x > 0).any() else float("nan")

    @property
    def shares(self) -> pd.DataFrame:
        """The share of each market in all trade of the twelve months that end with each month."""
        values, totals = np.nan_to_num(self.months.values), np.nan_to_num(self.totals)
        ends = np.arange(min(YEAR, len(totals)), len(totals) + 1)
        starts = np.maximum(ends - YEAR, 0)
        sums = np.vstack([np.zeros(values.shape[1]), values.cumsum(axis=0)])
        whole = np.r_[0.0, totals.cumsum()]
        every = whole[ends] - whole[starts]
        with np.errstate(invalid="ignore", divide="ignore"):
            shares = (sums[ends] - sums[starts]) / every[:, None]
        return pd.DataFrame(shares, self.months.months[ends - 1].astype(str), self.months.partners)

    @property
    def largest(self) -> tuple[str, Pair]:
        """The largest market of the last twelve months, its share in them and in the twelve before."""
        shares = self.shares
        name = str(shares.iloc[-1].idxmax())
        before = float(shares[name].iloc[-1 - YEAR]) if len(shares) > YEAR else float("nan")
        return name, Pair(float(shares[name].iloc[-1]), before)

    @property
    def two_years(self) -> bool:
        """Whether the last 24 months are all there, which alerts compare twelve by twelve."""
        last = self.months.present[-2 * YEAR :]
        return len(last) == 2 * YEAR and bool(last.all())

    @property
    def examined(self) -> bool:
        """Whether that there is no alert says something."""
        return self.watch is not None and (self.two_years or len(self.watch.table) > 0)

    @property
    def falls(self) -> list[tuple[str, Pair]]:
        """The markets that fell in the last months as a lost one does, and are no alert of one yet, most money first.

        By the threshold and the least share of the rule on lost markets, on the same months a year before.
        """
        rule = monitoring.watch_rules().set_index("kind").loc["market_lost"]
        now = slice(len(self.months.months) - RECENT, None)
        before = slice(now.start - YEAR, now.start - YEAR + RECENT)
        if before.start < 0 or not (self.months.present[now].all() and self.months.present[before].all()):
            return []
        x, y = self.months.values[now].sum(axis=0), self.months.values[before].sum(axis=0)
        fell = (y > 0) & (y >= rule["least"] * self.totals[before].sum()) & (x <= (1 - rule["threshold"]) * y)
        told = set(self.alerts.loc[self.alerts["rule"] == rule["rule"], "partner"])
        order = np.argsort(x - y, kind="stable")
        names = self.months.partners
        return [(str(names[j]), Pair(float(x[j]), float(y[j]))) for j in order if fell[j] and names[j] not in told]

    @property
    def unallocated(self) -> float:
        """The share of the last twelve months that is allocated to no market."""
        last = slice(max(0, len(self.totals) - YEAR), None)
        total = float(np.nansum(self.totals[last]))
        return float(np.nansum(self.months.unallocated[last])) / total if total > 0 else 0.0

    @property
    def alerts(self) -> pd.DataFrame:
        """The alerts of the month, the worst first; an empty table where there are none."""
        return pd.DataFrame(columns=["rule", "partner"]) if self.watch is None else self.watch.table


def month_facts(table: pd.DataFrame, reporter: str | None, flow: str | None, plan: Any = None) -> MonthFacts:
    """The facts of the last month that is reported whole; ``plan`` is a cap that is watched."""
    if PERIOD not in table:
        raise TradeDataError(Text("monthly_no_period"))
    opened = open_months(table, reporter=reporter, flow=flow)
    whose = {"reporter": opened.about.get("reporter"), "flow": opened.about.get("flow")}
    own = table
    for column, label in whose.items():
        if label is not None and column in table:
            own = own[own[column] == label]
    own.attrs = dict(table.attrs)
    in_part = monitoring.half_reported(own)
    in_part.index = pd.Index(months_of(in_part[PERIOD]).astype(str))
    months = [str(one) for one in opened.months]
    left_out: list[str] = []
    while months and months[-1] in in_part.index:
        left_out.insert(0, months.pop())
    if len(months) < YEAR + 1:
        raise TradeDataError(Text("monthly_too_short", count=len(months), least=YEAR + 1))
    if left_out:
        own = own[months_of(own[PERIOD]) <= np.datetime64(months[-1], "M")]
        own.attrs = dict(table.attrs)
        opened = open_months(own, **{name: one for name, one in whose.items() if one is not None})
    facts = MonthFacts(
        opened,
        str(whose["reporter"] or reporter or ""),
        str(whose["flow"] or flow or ""),
        in_part,
        left_out,
        attrs=opened.attrs,
    )
    return _watched(facts, own, whose, plan)


def _watched(facts: MonthFacts, table: pd.DataFrame, whose: dict[str, Any], plan: Any) -> MonthFacts:
    """The facts with the estimate of the year and the alerts, or with the reason why there are none."""
    from dataclasses import replace

    of: dict[str, Any] = {name: one for name, one in whose.items() if one is not None}
    found: dict[str, Any] = {}
    refused = []
    for name, ask in (
        ("nowcast", lambda: monitoring.nowcast(table, hhi, year=facts.year, **of)),
        ("watch", lambda: monitoring.watch(table, plan=plan, **of)),
    ):
        try:
            found[name] = ask()
        except TradeDataError as error:
            refused.append(Text(f"monthly_no_{name}", why=error.args[0]))
    if "watch" in found and not facts.two_years:
        refused.append(Text("monthly_no_watch", why=Text("monthly_two_years", months=2 * YEAR)))
    return replace(facts, refused=tuple(refused), **found)
