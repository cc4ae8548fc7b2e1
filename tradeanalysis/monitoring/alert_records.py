"""How often the alerts of a rule were right in the past, counted as a reader of that time would have got them.

An alert of a month uses that month and those before it, and counts once its event could have come: nothing later is
used. Windows of neighbouring months overlap, so an alert stands for the months ahead in which its event must come, and
only the first month after them can begin a new one: a rise of two years is two alerts, not twenty-four.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from tradeanalysis.monitoring.alert_kinds import Flags, Signals
from tradeanalysis.monitoring.alert_rules import Rule
from tradeanalysis.schema import PARTNER, PRODUCT
from tradeanalysis.sums import Array
from tradeanalysis.tables.months import MonthArray

# So many past alerts must have an outcome before a precision is stated.
LEAST_ALERTS = 10
# Classes of the share at the alert, of which each has its own precision.
SIZES = (0.0, 0.02, 0.05, 0.1, math.inf)
# A class's precision is shrunk as if so many more of its alerts had what its chance gives at the rule's odds ratio.
PRIOR = 10


class Record(NamedTuple):
    """What became of the alerts of a rule; rates are missing where too few had an outcome.

    ``recall`` is the share of events in whose first month the alert stood already, ``delay`` the mean of the months
    from there to the alert, 0 of these; ``false_alarms`` are a year. ``chance`` is the share of all cases that the
    event follows; the last two count every month by itself.
    """

    rule: str
    kind: str
    years: float
    alerts: int
    right: int
    precision: float
    recall: float
    delay: float
    false_alarms: float
    events: int
    cases: int
    chance: float
    precision_by_month: float
    recall_by_month: float


def first_months(flags: Flags, months: int) -> Flags:
    """The months that begin an alert or an event: the first, and each later one once so many months have passed."""
    found = np.zeros_like(flags)
    columns = np.flatnonzero(flags.any(axis=0))
    some, every = flags[:, columns], np.arange(len(columns))
    # By month the next one that is true, itself if it is; the number of months where none comes.
    last = len(flags)
    following = np.where(some, np.arange(last)[:, None], last)
    following = np.vstack([np.minimum.accumulate(following[::-1])[::-1], np.full_like(every, last)])
    at = following[0]
    while len(every):
        found[at, columns[every]] = True
        at = following[np.minimum(at + months, last), every]
        every, at = every[at < last], at[at < last]
    return found


def months_until(flags: Flags) -> Array:
    """In how many months each has the next one that is true; infinite where none comes."""
    t = np.arange(len(flags), dtype=np.float64)[:, None]
    following = np.minimum.accumulate(np.where(flags, t, np.inf)[::-1])[::-1]
    return following - t


def record_of(rule: Rule, signals: Signals) -> tuple[Record, pd.DataFrame, Flags]:
    """The record of a rule, the same by classes of the share, and the months that began an alert."""
    counted = signals.case & signals.known
    began = first_months(signals.alert, rule.ahead)
    alerts, event = began & signals.known, signals.event & counted
    right, starts = alerts & event, first_months(event, rule.ahead)
    n, hits, years = int(alerts.sum()), int(right.sum()), counted.any(axis=1).sum() / 12
    wait = months_until(signals.alert)[starts]
    wait = wait[wait <= rule.ahead]
    stated = n >= LEAST_ALERTS
    by_month = signals.alert & counted
    found = Record(
        rule.rule,
        rule.kind,
        years,
        n,
        hits,
        _ratio(hits, n) if stated else math.nan,
        _ratio((signals.alert & starts).sum(), starts.sum()) if stated else math.nan,
        float(wait.mean()) if stated and len(wait) else math.nan,
        _ratio(n - hits, years) if stated else math.nan,
        int(starts.sum()),
        int(counted.sum()),
        _ratio(event.sum(), counted.sum()),
        _ratio((by_month & event).sum(), by_month.sum()) if stated else math.nan,
        _ratio((by_month & event).sum(), event.sum()) if stated else math.nan,
    )
    return found, _by_size(found, signals, alerts, event, counted), began


def _by_size(record: Record, signals: Signals, alerts: Flags, event: Flags, counted: Flags) -> pd.DataFrame:
    """The same by classes of the share: the precision, shrunk, and how many of all cases had the event."""
    n, hits, cases, events = (
        np.bincount(size_class(signals.share[one]), minlength=len(SIZES) - 1)
        for one in (alerts, alerts & event, counted, event)
    )
    chance = np.divide(events, cases, out=np.full(len(cases), np.nan), where=cases > 0)
    expected = _expected(chance, n, record) if record.precision == record.precision else math.nan
    return pd.DataFrame(
        {
            "rule": record.rule,
            "share_from": SIZES[:-1],
            "alerts": n,
            "right": hits,
            "precision": (hits + PRIOR * expected) / (n + PRIOR),
            "cases": cases,
            "chance": chance,
        }
    )


def _expected(chance: Array, alerts: Any, record: Record) -> Array:
    """The precision of each class if an alert multiplied its odds by one ratio: that with which all are as many right.

    Without a case in a class it is that of the rule.
    """
    there = ~np.isnan(chance)
    low, high = -30.0, 30.0  # of the logarithm of the ratio
    while high - low > 1e-12:
        middle = (low + high) / 2
        odds = math.exp(middle) * chance
        found = odds / (odds + 1 - chance)
        if (alerts * found)[there].sum() < record.right:
            low = middle
        else:
            high = middle
    return np.where(there, found, record.precision)


def size_class(share: Array) -> Any:
    """The class of each share."""
    return np.searchsorted(SIZES[1:-1], share, side="right")


def past_alerts(
    rule: Rule,
    signals: Signals,
    began: Flags,
    months: MonthArray,
    partners: pd.Index[Any],
    products: pd.Index[Any] | None,
) -> pd.DataFrame:
    """Every alert that began, with its numbers of that month and what became of it, missing where not known yet."""
    t, j = np.nonzero(began)
    became = pd.array(signals.event[t, j], dtype="boolean")
    became[~signals.known[t, j]] = pd.NA
    return pd.DataFrame(
        {
            "rule": rule.rule,
            PARTNER: partners[j],
            PRODUCT: pd.NA if products is None else products[j],
            "month": months[t].astype(str),
            "share": signals.share[t, j],
            "now": signals.now[t, j],
            "was": signals.was[t, j],
            "size": signals.size[t, j],
            "came_true": became,
        }
    )


def _ratio(part: float, whole: float) -> float:
    return float(part / whole) if whole else math.nan
