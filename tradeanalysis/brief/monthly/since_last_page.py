"""What has changed since the page before: figures of earlier months, alerts, and whether the estimate held."""

from __future__ import annotations

from dataclasses import dataclass, field

import pandas as pd

from tradeanalysis import monitoring
from tradeanalysis.brief.monthly.month_facts import MonthFacts
from tradeanalysis.brief.monthly.page_history import Alert, History, Page, page_of
from tradeanalysis.schema import PARTNER, PERIOD, VALUE

NEW, GOES_ON = "new", "goes on"


@dataclass(frozen=True)
class Since:
    """What has changed since the page of an earlier month; ``before`` is None for the first page.

    ``states`` says of each alert, in the order of the alerts, whether it is new; ``ended`` are those that the page
    before had. ``revisions`` has a row for each earlier month and market whose value is another now.
    """

    before: Page | None
    states: list[str]
    ended: list[Alert]
    revisions: pd.DataFrame = field(default_factory=pd.DataFrame)


def since_last_page(facts: MonthFacts, history: History) -> Since:
    """Compare with the page before."""
    page, before = page_of(facts), history.before(facts.month)
    if before is None:
        return Since(None, [NEW] * len(page.alerts), [])
    states = [GOES_ON if one in before.alerts else NEW for one in page.alerts]
    return Since(
        before, states, [one for one in before.alerts if one not in page.alerts], _revisions(page, before, history)
    )


def _revisions(page: Page, before: Page, history: History) -> pd.DataFrame:
    """The earlier months whose figures are others now, of those that both pages have."""
    both = [one for one in before.values if one in page.values]
    if not both:
        return pd.DataFrame(columns=[PERIOD, PARTNER, "before", "after", "change"])
    of = {name: history.about[name] for name in ("reporter", "flow") if history.about[name]}
    tables = (one.table(of) for one in (before, page))
    earlier, now = (one[one[PERIOD].isin(both)].reset_index(drop=True) for one in tables)
    if not earlier[VALUE].gt(0).any() or not now[VALUE].gt(0).any():
        return pd.DataFrame(columns=[PERIOD, PARTNER, "before", "after", "change"])
    found: pd.DataFrame = monitoring.revisions(earlier, now)
    return found
