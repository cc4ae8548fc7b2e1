"""The targets of a plan by quarter: a table below the plan, and sheets of the workbook."""

from __future__ import annotations

from typing import Any

import pandas as pd

from tradeanalysis.brief.facts import FlowFacts
from tradeanalysis.brief.outlook import Outlook
from tradeanalysis.brief.planned import marked, said_cap, shown_plans, shown_targets, targets, unit_of_targets
from tradeanalysis.brief.sheets_of_workbook import Column, Sheet, amount_form, sheet
from tradeanalysis.brief.table_keys import table_key
from tradeanalysis.brief.wording import heading
from tradeanalysis.planner.one_plan import Plan
from tradeanalysis.planner.quarterly_targets import YEAR_AND_QUARTERS, Quarters, in_quarters, said_weights
from tradeanalysis.texts import amount, capital, label, percent, say
from tradeanalysis.texts import catalogues as texts


def planned_quarters(one: FlowFacts, ahead: Outlook, lang: str) -> list[dict[str, Any]]:
    """The targets by quarter of each plan that is shown; none where they were not requested."""
    quarters = ahead.request.quarters
    if quarters is None:
        return []
    unit, size = unit_of_targets(one, ahead)
    heads = [f"brief_partner_{one.flow}", "quarters_year", *(f"quarters_{one}" for one in YEAR_AND_QUARTERS[1:])]
    named = [heading(head, one.reporter, lang, unit=texts.unit_name(unit, lang)) for head in heads]
    return [
        {
            "key": _key(one, i),
            "head": marked(_head(plan, lang), plan, ahead, lang),
            "sentences": [said_weights(quarters, lang)],
            "heads": named,
            "rows": _rows(one, shown_plans(one, ahead), i, quarters, size, lang),
            "note": say("quarters_note", lang),
        }
        for i, plan in enumerate(shown_plans(one, ahead))
    ]


def quarters_sheets(one: FlowFacts, ahead: Outlook, lang: str, unit: str, size: float) -> list[Sheet]:
    """All targets by quarter, a sheet for each plan: divided in whole units of the currency, written in the unit."""
    quarters, plans = ahead.request.quarters, shown_plans(one, ahead)
    if quarters is None or not plans:
        return []
    flow, sheets = say(f"{one.flow}_head", lang), list[Sheet]()
    by_plan = targets(plans)
    rest = capital(say("ranking_unallocated", lang))
    names = [*(label(str(name), lang) if name else rest for name in by_plan.index), say("brief_all", lang)]
    for i, plan in enumerate(plans):
        head, amounts = marked(_head(plan, lang), plan, ahead, lang), by_plan[str(i)]
        split = in_quarters(pd.Series([*amounts, amounts.sum()]), quarters, 1.0) / size
        columns = [Column(heading(f"brief_partner_{one.flow}", one.reporter, lang), names)]
        columns += [
            Column(heading(f"quarters_{each}", one.reporter, lang, unit=unit), split[each], amount_form(size))
            for each in YEAR_AND_QUARTERS
        ]
        name = f"{flow} - {say('quarters_sheet', lang)}" + (f" {i + 1}" if len(plans) > 1 else "")
        about = say("quarters_about", lang, plan=head, weights=said_weights(quarters, lang))
        sheets.append(sheet(name, about, columns, _key(one, i)))
    return sheets


def _key(one: FlowFacts, which: int) -> str:
    """The key of the table of a plan, by its place among those that are shown."""
    return f"{table_key(one.flow, 'quarters')} {which}"


def _head(plan: Plan, lang: str) -> str:
    """The plan whose targets are split."""
    growth = percent(plan.growth, lang)
    if plan.cap is None:
        return say("quarters_head_uncapped", lang, growth=growth)
    return say("quarters_head", lang, growth=growth, cap=said_cap(plan.cap, lang))


def _rows(
    one: FlowFacts, plans: list[Plan], which: int, quarters: Quarters, size: float, lang: str
) -> list[tuple[str, ...]]:
    """The rows of the plan's own table, split in the digits that are shown."""
    rows = shown_targets(one, plans, lang)
    amounts = pd.Series([float(row[str(which)]) for _, row in rows])
    split = in_quarters(amounts / size, quarters, 0.1 if size > 1 else 1.0)
    pairs = zip(rows, split.itertuples(index=False), strict=True)
    return [(name, *(amount(x * size, size, lang) for x in parts)) for (name, _), parts in pairs]
