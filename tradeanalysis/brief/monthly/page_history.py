"""What the monthly page keeps beside the file, so that the next one can say what has changed.

Kept are, for each month that had a page, its estimate of the year and which alerts it had; and of the newest two pages
the values by month and market of their year and the year before, against which revisions are found, and no others.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from tradeanalysis.brief.monthly.month_facts import YEAR, MonthFacts
from tradeanalysis.output.json_files import read_json, write_json
from tradeanalysis.schema import FLOW, PARTNER, PERIOD, REPORTER, VALUE, TradeDataError
from tradeanalysis.tables.months import months_of
from tradeanalysis.texts import Text

KIND, FORMAT = "tradeanalysis watch", 1
# Pages that are kept, and of how many of them the values; a page has those of its year and of the year before.
PAGES, WITH_VALUES = 36, 2
# Revised figures have most of their trade in common with those before; the rest is of another file or another unit.
LEAST_ALIKE = 0.5
Alert = tuple[str, str, str]


@dataclass(frozen=True)
class Page:
    """What is kept of the page of a month."""

    month: str
    nowcast: dict[str, float]
    alerts: dict[Alert, str]
    values: dict[str, dict[str, float]] = field(default_factory=dict)

    def table(self, of: dict[str, str]) -> pd.DataFrame:
        """The values of its months as a trade table."""
        rows = [(month, partner, x) for month, by in self.values.items() for partner, x in by.items()]
        return pd.DataFrame(rows, columns=[PERIOD, PARTNER, VALUE]).assign(**of)


@dataclass(frozen=True)
class History:
    """The pages before, by month; ``refused`` says why a file that is there is not followed, and is left as it is."""

    path: Path | None
    about: dict[str, str]
    pages: dict[str, Page]
    refused: Text | None = None

    def before(self, month: str) -> Page | None:
        """The newest page of an earlier month: a second run of a month compares with what the first compared with."""
        earlier = [one for one in self.pages if one < month]
        return self.pages[max(earlier)] if earlier else None

    def write(self, page: Page) -> None:
        """Keep a page among the others, in place of an earlier one of its month."""
        if self.path is None or self.refused is not None:
            return
        pages = {**self.pages, page.month: page}
        kept = [pages[month] for month in sorted(pages)][-PAGES:]
        rows = [_as_facts(one, values=i >= len(kept) - WITH_VALUES) for i, one in enumerate(kept)]
        write_json(self.path, {"file": KIND, "format": FORMAT, **self.about, "pages": rows})


def about_of(facts: MonthFacts) -> dict[str, str]:
    """Whose history it is."""
    return {REPORTER: facts.reporter, FLOW: facts.flow, "currency": facts.currency}


def history_of(path: Path | None, facts: MonthFacts) -> History:
    """The history that a file keeps; none where there is no file, or where it is damaged or of another."""
    about = about_of(facts)
    if path is None:
        return History(None, about, {})
    try:
        found = read_json(path)
    except TradeDataError as error:
        return History(path, about, {}, _text_of(error))
    if found is None:
        return History(path, about, {})
    if found.get("file") != KIND or found.get("format") != FORMAT:
        return History(path, about, {}, Text("history_no_history", path=str(path)))
    if other := [f"{name} {found.get(name)!r}" for name in about if found.get(name) != about[name]]:
        return History(path, about, {}, Text("history_of_other", path=str(path), other=other))
    try:
        pages = {one.month: one for one in map(_page, found["pages"])}
    except (KeyError, TypeError, ValueError, AttributeError):  # what was written here has another form
        return History(path, about, {}, Text("history_damaged", path=str(path)))
    alike = _alike(pages, facts)
    if alike is not None and alike < LEAST_ALIKE:
        return History(path, about, {}, Text("history_of_other_figures", path=str(path), alike=alike))
    return History(path, about, pages)


def _alike(pages: dict[str, Page], facts: MonthFacts) -> float | None:
    """The part of trade that the kept values and those of the table have in common, of the months that both have."""
    kept = {month: by for _, page in sorted(pages.items()) for month, by in page.values.items()}
    values = _values(facts)
    both = sorted(kept.keys() & values.keys())
    if not both:
        return None
    cells = {(month, who) for month in both for who in kept[month].keys() | values[month].keys()}
    before, now = (sum(x for month in both for x in one[month].values()) for one in (kept, values))
    common = sum(min(kept[month].get(who, 0.0), values[month].get(who, 0.0)) for month, who in cells)
    return common / max(before, now) if max(before, now) > 0 else None


def _text_of(error: TradeDataError) -> Text:
    """What an error says."""
    text = error.args[0]
    assert isinstance(text, Text)
    return text


def page_of(facts: MonthFacts) -> Page:
    """What is kept of this month's page."""
    nowcast: dict[str, float] = {}
    if facts.nowcast is not None:
        nowcast = {name: float(getattr(facts.nowcast, name)) for name in ("estimate", "low", "high")}
        nowcast = {"year": facts.year, **nowcast} if all(map(math.isfinite, nowcast.values())) else {}
    alerts = {
        (str(one.get("rule")), _word(one.get("partner")), _word(one.get("product"))): _word(one.get("since"))
        for one in facts.alerts.to_dict("records")
    }
    first = str(np.datetime64(facts.month, "M") - (facts.count + YEAR - 1))
    return Page(facts.month, nowcast, alerts, {month: by for month, by in _values(facts).items() if month >= first})


def _values(facts: MonthFacts) -> dict[str, dict[str, float]]:
    """The values of the table by month and market, with what is in none."""
    months, values = facts.months, {}
    for month, row, rest in zip(months.months, months.values, months.unallocated, strict=True):
        if not np.isnan(rest):
            by = {str(name): float(x) for name, x in zip(months.partners, row, strict=True) if x > 0}
            values[str(month)] = by | ({"OTH": float(rest)} if rest > 0 else {})
    return values


def _word(one: Any) -> str:
    """A label as it is kept; nothing where it is missing."""
    return "" if one is None or one != one else str(one)


def _as_facts(page: Page, *, values: bool) -> dict[str, Any]:
    names = ("rule", PARTNER, "product", "since")
    alerts = [dict(zip(names, (*key, since), strict=True)) for key, since in page.alerts.items()]
    row: dict[str, Any] = {"month": page.month, "nowcast": page.nowcast, "alerts": alerts}
    return row | ({"values": page.values} if values and page.values else {})


def _page(row: dict[str, Any]) -> Page:
    """A page as it was kept; an error where anything in it is not what is written there."""
    (month,) = (str(one) for one in months_of([row["month"]]))
    nowcast = {str(name): _number(x) for name, x in row["nowcast"].items()}
    if nowcast and set(nowcast) != {"year", "estimate", "low", "high"}:
        raise ValueError(nowcast)
    alerts = {
        (_text(one["rule"]), _text(one[PARTNER]), _text(one["product"])): _text(one["since"]) for one in row["alerts"]
    }
    values = {
        str(months_of([name])[0]): {_text(who): _number(x) for who, x in by.items()}
        for name, by in row.get("values", {}).items()
    }
    if any(x < 0 for by in values.values() for x in by.values()):
        raise ValueError(month)
    return Page(month, nowcast, alerts, values)


def _number(x: Any) -> float:
    if isinstance(x, bool) or not isinstance(x, (int, float)) or not math.isfinite(x):
        raise ValueError(x)
    return float(x)


def _text(x: Any) -> str:
    if not isinstance(x, str):
        raise TypeError(x)
    return x
