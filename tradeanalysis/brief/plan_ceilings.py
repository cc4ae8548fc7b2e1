"""The ceilings of a plan for people who read: what nine in ten flows of like size stayed below, and words for it."""

from __future__ import annotations

from typing import Any

import pandas as pd

from tradeanalysis.brief.opened_table import OpenedTable
from tradeanalysis.brief.year_status import part_of
from tradeanalysis.gate.findings import listed_share
from tradeanalysis.planner.one_plan import Plan
from tradeanalysis.planner.seen_ceilings import NINE_IN_TEN, TooLittleSeen, seen_limits
from tradeanalysis.schema import VALUE
from tradeanalysis.texts import number, percent, say


def plan_ceilings(table: OpenedTable, flow: str) -> pd.Series[float] | None:
    """The ceiling of each partner for the year to come; none where the table has too few flows with a year after.

    None either where the year is a part of one, or where only the largest partners are listed: a flow that left the
    list has not ended.
    """
    certificate = table.certificate
    if part_of(certificate, table.year, flow, table.reporter) or not certificate.get("largest_listed", True):
        return None
    if certificate.get("only_largest") or listed_share(table.attrs) is not None:
        return None
    rows = table.rows.to_native().copy(deep=False)
    rows.attrs = table.attrs
    try:
        found: pd.Series[float] = seen_limits(rows, None, table.reporter, flow, table.year, VALUE, 1, NINE_IN_TEN)
    except TooLittleSeen:
        return None
    return found


def said_ceilings(upper: pd.Series[float], kept: bool, beyond: Plan | None, lang: str, file: str = "") -> str:
    """What the targets were held to, and how many of a plan beyond the ceilings need more growth than was usual.

    Where each plan has a file of its own, ``file`` is that of the plan beyond the ceilings.
    """
    learnt = upper.attrs["notes"]["growth"].values
    words: dict[str, Any] = {"share": percent(NINE_IN_TEN, lang, 0), "flows": number(learnt["count"], lang)}
    words["last"] = str(learnt["last"])
    if beyond is None:
        return say("plan_seen_kept", lang, **words)
    beside = "plan_seen_kept_but_file" if file else "plan_seen_kept_but_last"
    words["file"] = file
    return say(
        beside if kept else "plan_seen_beyond", lang, **words, count=above_ceilings(upper, beyond), of=len(beyond.table)
    )


def above_ceilings(upper: pd.Series[float], plan: Plan) -> int:
    """How many targets of a plan are above their ceiling."""
    target = plan.table["target"]
    return int((target > upper.reindex(target.index) * (1 + 1e-9)).sum())
