"""Sales of the year so far beside the targets of a plan, by market."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from tradeanalysis import names
from tradeanalysis.brief.monthly.month_facts import YEAR, MonthFacts
from tradeanalysis.currencies import currency_of
from tradeanalysis.gate.frames import open_table
from tradeanalysis.planner.one_plan import Plan, plan
from tradeanalysis.schema import PARTNER, VALUE, SchemaError, TradeDataError, TradeDataWarning
from tradeanalysis.sources.reader import read
from tradeanalysis.sums import among, remainders
from tradeanalysis.tables.panel import as_pandas
from tradeanalysis.texts import LANGUAGES, Text, capital, say, unit_name

# Earlier years whose course says how much of a year is usually sold by a month.
YEARS = 5
# Markets with a row of their own, and a rest that is written as nothing.
SHOWN, NIL = 6, 1e-6
# A market whose sales are ahead, on course or behind what is usual by now: that far beyond the range of earlier years.
BEYOND = 0.01
AHEAD, ON_COURSE, BEHIND = "ahead", "on_course", "behind"
# The targets of a plan and the year they are based on are the same figures, but for rounding and small revisions.
SAME = 0.02


@dataclass(frozen=True)
class TargetProgress:
    """By market, of the largest targets: sales so far beside the target of the year.

    Columns ``target`` of the year, ``sold`` so far, ``done`` of the target, and ``low``, ``usual``, ``high``: what part
    of a year was sold by this month in earlier years; ``course`` is one of ahead, on_course, behind. ``all`` is the
    same row of all trade, or of the markets that have targets where not ``of_all``, ``rest`` that of what is not in the
    table; ``base`` what the plan has as the sales of the
    year before, and ``years`` how many earlier years say what is usual.
    """

    table: pd.DataFrame
    all: pd.Series[Any]
    rest: pd.Series[Any] | None
    of_all: bool
    base: float
    base_of_table: float
    years: int

    @property
    def other_base(self) -> bool:
        """Whether the plan is based on other figures than those of the year before in the table."""
        return self.base_of_table > 0 and abs(self.base / self.base_of_table - 1) > SAME  # not where it is missing


def progress_of(
    facts: MonthFacts, given: Any, growth: float | None, cap: float | None, aim: str = "even growth"
) -> TargetProgress | None:
    """Progress against a plan that is given, or against that of a growth, a cap and an aim; None where there is none.

    A cap alone sets no target: it is watched.
    """
    if given is not None and growth is not None:
        raise TradeDataError(Text("monthly_two_plans"))
    if given is None and growth is None:
        return None
    last = _last_year(facts)
    if given is None and growth is not None:
        if last is None:
            raise TradeDataError(Text("monthly_no_base", year=facts.year - 1))
        by_market, unnamed = last
        given = plan(by_market[by_market > 0], growth, cap, rest=unnamed, aim=aim)
    found = _targets(given, facts.currency)
    targets = found.by_market.groupby([_code(name, facts) for name in found.by_market.index], sort=False).sum()
    targets = targets[targets > 0].sort_values(ascending=False, kind="stable")
    if targets.empty:
        raise TradeDataError(Text("monthly_no_targets"))
    sold, unallocated = _so_far(facts)
    # Targets of some markets are beside the sales of these alone.
    of_all = found.base == found.base or found.total > (1 + NIL) * targets.sum()
    markets, own = list(targets.index), sold.reindex(targets.index).fillna(0.0)
    every = float(sold.sum()) + unallocated if of_all else float(own.sum())
    rows = [_row(facts, [name], float(targets[name]), float(own[name])) for name in markets[:SHOWN]]
    table = pd.DataFrame(rows, index=pd.Index(markets[:SHOWN], name=PARTNER))
    whole = pd.Series(_row(facts, None if of_all else markets, found.total, every))
    left, rest = found.total - float(table["target"].sum()), None
    if left > NIL * found.total:
        others = markets[:SHOWN] if of_all else markets[SHOWN:]
        rest = pd.Series(_row(facts, others, left, every - float(table["sold"].sum()), but=of_all))
    of_table = float(last[0].sum() + last[1]) if last is not None else float("nan")
    return TargetProgress(table, whole, rest, of_all, found.base, of_table, len(_whole_years(facts)))


class Targets(NamedTuple):
    """The targets by market, their sum with what is in none, and the sales that a plan is based on, where known."""

    by_market: pd.Series[float]
    total: float
    base: float


def _targets(given: Any, currency: str) -> Targets:
    """The targets of a plan by market, of all, and the sales that it is based on."""
    if isinstance(given, Plan):
        return Targets(given.table["target"], float(given.total), float(given.table["now"].sum()) + given.rest)
    if isinstance(given, (str, Path)):
        return _of_workbook(Path(given), currency)
    if isinstance(given, Mapping):
        given = pd.Series(dict(given), dtype=float)
    if isinstance(given, pd.Series):
        return Targets(given[~among(given.index, remainders(PARTNER))], float(given.sum()), float("nan"))
    raise TradeDataError(Text("monthly_plan_unknown", kind=type(given).__name__))


def _code(name: Any, facts: MonthFacts) -> str:
    """The label of a market in the months: as it is, or the code of the economy that it names.

    An economy without sales is a market of which nothing is sold yet; what is no economy is refused.
    """
    return str(name) if name in facts.months.partners else names.country(name).iso3


def _of_workbook(path: Path, currency: str) -> Targets:
    """The targets of a workbook that ``ta.write_plan`` wrote in either language, or of a table of targets by market."""
    if not path.is_file():
        raise TradeDataError(Text("no_file", path=str(path)))
    for lang in LANGUAGES:
        try:
            now, target = (_column(path, column, currency, lang) for column in ("plan_now", "plan_target"))
        except SchemaError:  # another workbook, or the other language
            continue
        return Targets(_by_market(target), float(target[VALUE].sum()), float(now[VALUE].sum()))
    try:
        table = _quietly(path)
    except TradeDataError as error:
        raise TradeDataError(Text("monthly_plan_not_read", path=str(path), why=error.args[0])) from error
    if PARTNER not in table:
        raise TradeDataError(Text("monthly_plan_no_markets", path=str(path)))
    if currency_of(table.attrs) not in (None, currency):
        raise TradeDataError(Text("monthly_plan_currency", path=str(path), plan=currency_of(table.attrs), own=currency))
    return Targets(_by_market(table), float(table[VALUE].sum()), float("nan"))


def _column(path: Path, column: str, currency: str, lang: str) -> pd.DataFrame:
    """A column of amounts of a plan's workbook, with what is in no market."""
    unit = unit_name(currency, lang)
    return _quietly(
        path,
        sheet=say("plan_sheet", lang),
        columns={PARTNER: say("plan_market", lang), VALUE: f"{say(column, lang)}, {unit}"},
        names={capital(say("ranking_unallocated", lang)): "other"},
        unit=currency,
    )


def _quietly(path: Path, **more: Any) -> pd.DataFrame:
    """The table of a file of targets, without remarks that are of trade."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", TradeDataWarning)
        table: Any = read(path, drop_aggregates=True, remainder=True, **more)
    return as_pandas(open_table(table, [PARTNER] if PARTNER in table else [], VALUE))


def _by_market(table: pd.DataFrame) -> pd.Series[float]:
    """The targets by market, without what is in none."""
    own = table[~among(pd.Index(table[PARTNER]), remainders(PARTNER))]
    return own.groupby(PARTNER)[VALUE].sum()


def _whole_years(facts: MonthFacts) -> list[int]:
    """The earlier years whose twelve months are all there, at most the last few."""
    months = facts.months.months.astype(str)
    there = pd.Series(facts.months.present, months)
    years = sorted({int(one[:4]) for one in months if int(one[:4]) < facts.year})
    whole = [year for year in years if there[[one for one in months if one.startswith(str(year))]].sum() == YEAR]
    return whole[-YEARS:]


def _last_year(facts: MonthFacts) -> tuple[pd.Series[float], float] | None:
    """The sales of the year before by market, and in none; None where not all of its months are there."""
    if facts.year - 1 not in _whole_years(facts):
        return None
    rows = facts.months.months.astype(str).astype("U4") == str(facts.year - 1)
    rest = float(facts.months.unallocated[rows].sum())
    return pd.Series(facts.months.values[rows].sum(axis=0), facts.months.partners), rest


def _so_far(facts: MonthFacts) -> tuple[pd.Series[float], float]:
    """The sales of the year so far by market, and in none."""
    rows = facts.months.months.astype(str).astype("U4") == str(facts.year)
    rest = float(np.nansum(facts.months.unallocated[rows]))
    return pd.Series(np.nansum(facts.months.values[rows], axis=0), facts.months.partners), rest


def _usual(facts: MonthFacts, markets: list[str] | None, *, but: bool = False) -> list[float]:
    """What part of each earlier whole year was sold in the months of this year: to some markets, all but these, all."""
    course = facts.totals
    if markets is not None:
        own = facts.months.values[:, facts.months.partners.isin(markets)].sum(axis=1)
        course = course - own if but else own
    years, parts = facts.months.months.astype(str).astype("U4"), []
    # A month that this year lacks is no part of its sales so far.
    here = facts.months.present[years == str(facts.year)]
    for year in _whole_years(facts):
        of_year = course[years == str(year)]
        if of_year.sum() > 0:
            parts.append(float(of_year[: len(here)][here].sum() / of_year.sum()))
    # A market that is new has the course of all trade; without a whole year every month is a twelfth.
    return parts or ([here.sum() / YEAR] if markets is None else _usual(facts, None))


def _row(
    facts: MonthFacts, markets: list[str] | None, target: float, sold: float, *, but: bool = False
) -> dict[str, Any]:
    """Sales beside the target, and beside the part of a year that is usually sold by now."""
    parts = _usual(facts, markets, but=but)
    done = sold / target if target > 0 else float("nan")
    low, high = min(parts), max(parts)
    course = AHEAD if done > high + BEYOND else BEHIND if done < low - BEYOND else ON_COURSE
    return {
        "target": target,
        "sold": sold,
        "done": done,
        "low": low,
        "usual": float(np.mean(parts)),
        "high": high,
        "course": course,
    }
