"""The plan in the brief: whether its targets can be met, and the targets by partner, as shares of all trade."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd

from tradeanalysis.brief.facts import FlowFacts
from tradeanalysis.brief.outlook import SHOWN_GROWTH, UNALLOCATED_FOR_PLAN, Outlook
from tradeanalysis.brief.plan_ceilings import above_ceilings, said_ceilings
from tradeanalysis.brief.table_keys import table_key
from tradeanalysis.brief.wording import as_rounded, columns_unit, heading, signed_percent
from tradeanalysis.planner.one_plan import Plan
from tradeanalysis.planner.rules_of_thumb import years_to_cap
from tradeanalysis.schema import PARTNER
from tradeanalysis.texts import Written, amount, capital, figures_of, joined, label, party, percent, say
from tradeanalysis.texts import catalogues as texts

# A rise by nearly so much is a doubling.
DOUBLE = (0.95, 1.05)


def planned(one: FlowFacts, ahead: Outlook, lang: str) -> dict[str, Any] | None:
    """The requested plan, or why it is not feasible and the nearest ones; none where none was requested."""
    if not ahead.request.wanted or len(ahead.closures) < 2:
        return None  # with a single market there is nothing to plan
    if one.unallocated > UNALLOCATED_FOR_PLAN:
        sentence = say("brief_plan_unknown", lang, share=percent(one.unallocated, lang), flow=say(one.flow, lang))
        return {"head": say("brief_plan_head", lang), "sentences": [sentence]}
    shown = shown_plans(one, ahead)
    unit, size = unit_of_targets(one, ahead)
    heads = [f"brief_partner_{one.flow}", "brief_now"]
    titles = [heading(head, one.reporter, lang, unit=texts.unit_name(unit, lang)) for head in heads]
    titles += [target_head(each, ahead, lang) for each in shown]
    return {
        "key": table_key(one.flow, "plan"),
        "head": say("brief_plan_head", lang),
        "sentences": [capital(text) for text in [*_sentences(one, ahead, lang), *_not_detailed(one, ahead, lang)]],
        "heads": titles if shown else [],
        "rows": _targets(one, shown, size, lang) if shown else [],
        "note": _note(one, ahead, shown, lang),
        "figure": "frontier",
    }


def _note(one: FlowFacts, ahead: Outlook, shown: list[Plan], lang: str) -> str:
    """What holds for all targets, and what growth was usual, where the table shows it."""
    if not shown:
        return ""
    detailed = "_detailed" if one.partly else ""
    if ahead.ceilings is None:
        return say(f"brief_plan_note{detailed}", lang)
    held = say(f"brief_plan_note_{'within' if ahead.within else 'beyond'}{detailed}", lang)
    above = _beyond_shown(ahead) if ahead.within else shown[0]
    return f"{held} {said_ceilings(ahead.ceilings, ahead.within, above, lang)}"


def shown_plans(one: FlowFacts, ahead: Outlook) -> list[Plan]:
    """The plans that need no more growth than anybody plans with, the one beyond the ceilings last.

    None of one market, or where too little is known.
    """
    if one.unallocated > UNALLOCATED_FOR_PLAN or len(ahead.closures) < 2:
        return []
    shown, last = [each for each in ahead.plans if each.growth <= SHOWN_GROWTH], _beyond_shown(ahead)
    return shown if last is None else [*shown, last]


def _beyond_shown(ahead: Outlook) -> Plan | None:
    """The plan beyond the ceilings, where it needs no more growth than anybody plans with."""
    return None if ahead.beyond is None or ahead.beyond.growth > SHOWN_GROWTH else ahead.beyond


def unit_of_targets(one: FlowFacts, ahead: Outlook) -> tuple[str, float]:
    """One unit for all targets, in which a quarter of a market's can be read where there are quarters."""
    largest = one.partners["value"].head(10)
    return columns_unit(largest / (4 if ahead.request.quarters else 1), one.currency)


def target_head(plan: Plan, ahead: Outlook, lang: str) -> str:
    """The head of the column of a plan: its growth, and its cap on a share of all trade."""
    growth = signed_percent(plan.growth, lang)
    if plan.cap is None:
        return marked(say("brief_target_uncapped", lang, growth=growth), plan, ahead, lang)
    return marked(say("brief_target", lang, growth=growth, cap=said_cap(plan.cap, lang)), plan, ahead, lang)


def marked(head: str, plan: Plan, ahead: Outlook, lang: str) -> str:
    """The name of a plan, with the mark of the one beyond the ceilings."""
    return say("brief_target_beyond", lang, plan=head) if plan is ahead.beyond else head


def said_cap(cap: float, lang: str) -> str:
    """A cap in the digits that are shown, rounded up: rounded down, the plan would break it."""
    return as_rounded(percent(math.ceil(1e3 * cap - 1e-6) / 1e3, lang), cap)


def targets(plans: list[Plan]) -> pd.DataFrame:
    """By partner, with what is not detailed, which grows as the total does: now, and the target of each plan."""
    now = plans[0].table["now"].sort_values(ascending=False, kind="stable")
    table = pd.DataFrame({"now": now} | {str(i): each.table["target"] for i, each in enumerate(plans)}).loc[now.index]
    if rest := plans[0].rest:
        table.loc[""] = [rest, *(rest * (1 + each.growth) for each in plans)]
    return table


def _sentences(one: FlowFacts, ahead: Outlook, lang: str) -> list[str]:
    """Whether growth and cap can be had together, and what could be had; rounded as people speak."""
    request, refused, top = ahead.request, ahead.refused, one.partners.iloc[0]
    share, flow = float(top["share"]), say(one.flow, lang)
    words: dict[str, Any] = {
        **party("partner", str(top[PARTNER]), lang),
        "flow": flow,
        "growth": _typed(request.raised, lang),
        "cap": "" if request.cap is None else _typed(request.cap, lang),
        "share": percent(share, lang, 0),
    }
    if refused is None:
        after = float(ahead.plans[0].table["share_after"][top[PARTNER]])
        key = "brief_plan_met" if request.cap is not None else "brief_plan_met_uncapped"
        reached = request.cap is not None and math.isclose(after, request.cap, rel_tol=1e-9)
        return [say(f"{key}_{one.flow}", lang, **words, after=words["cap"] if reached else percent(after, lang, 0))]
    sentences = [_not_met(one, ahead, words, lang)]
    cap = refused.nearest_cap
    ways = [] if refused.nearest_growth is None else [_rise(refused.nearest_growth, flow, lang)]
    ways += [] if cap is None else [say("brief_plan_way_cap", lang, cap=percent(cap, lang, 0))]
    if ways:
        key = "brief_plan_way" if len(ways) == 1 else "brief_plan_ways"
        key += "_within" if ahead.beyond else ""
        sentences.append(say(key, lang, way=ways[0], other=ways[-1]))
    if request.cap is not None and request.cap < share < 1 and request.raised > 0:
        years = math.ceil(years_to_cap(share, request.cap, 0.0, request.raised))
        sentences.append(say("brief_plan_years", lang, **words, years=years))
    return sentences


def _typed(share: float, lang: str) -> str:
    """What was requested, as it was typed: a cap of 25.2% is not one of 25%, which may be out of reach."""
    typed = 100 * share
    return percent(share, lang, next((n for n in (0, 1) if math.isclose(typed, round(typed, n), abs_tol=1e-6)), 2))


def _not_met(one: FlowFacts, ahead: Outlook, words: dict[str, Any], lang: str) -> str:
    """That the request is not feasible, or is beyond the growth that was usual alone."""
    if ahead.beyond is None or ahead.ceilings is None:
        return say(f"brief_plan_not_met_{one.flow}", lang, **words)
    count, of = above_ceilings(ahead.ceilings, ahead.beyond), len(ahead.beyond.table)
    key = "brief_plan_beyond" if ahead.request.cap is not None else "brief_plan_beyond_uncapped"
    said = say(f"{key}_{one.flow}", lang, **words, count=count, of=of)
    return joined([said, say("brief_plan_beyond_last", lang)]) if _beyond_shown(ahead) else said


def _not_detailed(one: FlowFacts, ahead: Outlook, lang: str) -> list[str]:
    """That the cap says nothing of a part that is not detailed, where a market above the cap may hide in it."""
    if not shown_plans(one, ahead):
        return []
    return list(filter(None, [said_hidden(one.flow, one.unallocated, ahead.request.cap, lang)]))


def said_hidden(flow: str, unallocated: float, cap: float | None, lang: str) -> str:
    """That a market above the cap may hide in the share that is not detailed; nothing where it cannot."""
    if cap is None or unallocated <= cap:
        return ""
    words = {"share": percent(unallocated, lang), "cap": percent(cap, lang, 0), "flow": say(flow, lang)}
    return capital(say("brief_plan_hidden", lang, **words))


def _rise(growth: float, flow: str, lang: str) -> str:
    """The total rises by so much, or doubles."""
    if DOUBLE[0] <= growth <= DOUBLE[1]:
        return say("brief_plan_way_double", lang, flow=flow)
    return say("brief_plan_way_growth", lang, flow=flow, growth=percent(growth, lang, 0))


def _with_growth(after: float, before: float, size: float, lang: str) -> str:
    """A target, and the growth that it means."""
    target, growth = amount(after, size, lang), signed_percent(after / before - 1, lang)
    return Written(f"{target} ({growth})", [*figures_of(target), *figures_of(growth)])


def _targets(one: FlowFacts, plans: list[Plan], size: float, lang: str) -> list[tuple[str, ...]]:
    """The rows of the plan: now, and the targets of each plan with the growth that they mean."""

    def row(name: str, amounts: pd.Series[Any]) -> tuple[str, ...]:
        before, *after = (float(x) for x in amounts)
        cells = [_with_growth(x, before, size, lang) for x in after]
        return name, amount(before, size, lang), *cells

    return [row(name, amounts) for name, amounts in shown_targets(one, plans, lang)]


def shown_targets(one: FlowFacts, plans: list[Plan], lang: str) -> list[tuple[str, pd.Series[Any]]]:
    """By name the ten largest partners, the others, what is not detailed, and all: now, and the target of each plan."""
    table = targets(plans)
    rest, known = table[table.index == ""], table[table.index != ""]
    rows = [(label(str(name), lang), known.loc[name]) for name in known.index[:10]]
    if len(known) > len(rows):
        rows.append((say(f"brief_other_{one.flow}", lang, count=len(known) - 10), known.iloc[10:].sum()))
    if len(rest):
        rows.append((capital(say("ranking_unallocated", lang)), rest.sum()))
    return [*rows, (say("brief_all", lang), table.sum())]
