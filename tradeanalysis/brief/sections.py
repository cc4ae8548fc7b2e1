"""The parts of a section that look beyond the year, in words and rows."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd

from tradeanalysis.brief.column_heads import columns_unit, heading
from tradeanalysis.brief.facts import Side
from tradeanalysis.brief.outlook import Outlook
from tradeanalysis.planner.plans import Plan
from tradeanalysis.planner.rules_of_thumb import years_to_cap
from tradeanalysis.schema import PARTNER
from tradeanalysis.texts import amount, capital, label, money, number, party, percent, say
from tradeanalysis.texts import catalogues as texts

SHOWN = 5
# A plan that asks for more than so much growth is told in the sentence and not drawn up.
DRAWN_UP = 1.0
# Where more is allocated to nobody, a plan of the rest says little.
UNKNOWN = 0.3


def parts(one: Side, lang: str) -> list[dict[str, Any]]:
    """The parts that there is something to tell in, each with heading, sentences, table, note and figure."""
    ahead = one.outlook
    if ahead is None:
        return []
    written = [_moved(one, ahead, lang), _sure(one, ahead, lang), _closed(one, ahead, lang), _planned(one, ahead, lang)]
    return [{"heads": [], "rows": [], "note": "", "figure": ""} | part for part in written if part]


def _moved(one: Side, ahead: Outlook, lang: str) -> dict[str, Any] | None:
    """Which partners moved the index since the first year."""
    if ahead.moved is None or ahead.since is None:
        return None
    shown = ahead.moved.head(SHOWN).to_dict("records")
    rows: list[tuple[str, ...]] = [
        (
            label(str(row[PARTNER]), lang),
            percent(row["share_before"], lang),
            percent(row["share_after"], lang),
            signed(row["contribution"], lang),
        )
        for row in shown
    ]
    rest = ahead.moved.iloc[SHOWN:]
    if len(rest):
        sums = (percent(float(rest[share].sum()), lang) for share in ("share_before", "share_after"))
        other = say("brief_other", lang, count=len(rest))
        rows.append((other, *sums, signed(float(rest["contribution"].sum()), lang)))
    years = {"before": str(ahead.since), "after": str(one.year)}
    heads = [f"brief_partner_{one.flow}", "brief_share_in_first", "brief_share_in_last", "brief_contribution"]
    return {
        "head": say("brief_moved", lang, **years),
        "sentences": [],
        "heads": [
            heading(head, one.reporter, lang, **{key: str(year) for key, year in years.items()}) for head in heads
        ],
        "rows": rows,
        "note": say("brief_moved_note", lang),
        "figure": "waterfall",
    }


def _sure(one: Side, ahead: Outlook, lang: str) -> dict[str, Any] | None:
    """Between which values the index lies, given what is allocated to nobody."""
    if ahead.listed is None or ahead.largest is None:
        return None
    bounds = {"low": math.floor(ahead.listed.low * 1e3) / 1e3, "high": math.ceil(ahead.listed.high * 1e3) / 1e3}
    told = say(
        "brief_sure",
        lang,
        share=percent(one.unallocated, lang),
        hhi=number(float(one.own["hhi"]), lang, 3),
        flow=say(one.flow, lang),
        count=len(one.partners),
        most=number(math.ceil(ahead.largest.high * 1e3) / 1e3, lang, 3),
        **{key: number(x, lang, 3) for key, x in bounds.items()},
    )
    return {"head": say("brief_sure_head", lang), "sentences": [told]}


def _closed(one: Side, ahead: Outlook, lang: str) -> dict[str, Any]:
    """What is lost if a market closes."""
    first, shown = ahead.closures.iloc[0], ahead.closures.head(SHOWN)
    told = say(
        f"brief_closed_{one.flow}" if first["replaced"] > 0 else f"brief_closed_{one.flow}_all",
        lang,
        **party("partner", str(first[PARTNER]), lang),
        gross=money(first["gross_loss"], lang),
        gross_share=percent(first["gross_share"], lang),
        redirect=percent(ahead.wish.redirect, lang, 0),
        net=money(first["net_loss"], lang),
        net_share=percent(first["net_share"], lang),
    )
    rows = [
        (
            label(str(row[PARTNER]), lang),
            percent(row["gross_share"], lang),
            percent(row["net_share"], lang),
            number(row["hhi_after"], lang, 3),
        )
        for row in shown.to_dict("records")
    ]
    heads = [f"brief_partner_{one.flow}", "brief_gross", "brief_net", "brief_index_after"]
    return {
        "head": say(f"brief_closed_head_{one.flow}", lang),
        "sentences": [capital(told)],
        "heads": [heading(head, one.reporter, lang) for head in heads],
        "rows": rows,
        "note": say("brief_closed_note", lang),
        "figure": "shock",
    }


def _planned(one: Side, ahead: Outlook, lang: str) -> dict[str, Any] | None:
    """The plan that is asked for, or why there is none and what comes nearest."""
    if len(ahead.closures) < 2:
        return None  # one market alone cannot lean on others
    if one.unallocated > UNKNOWN:
        told = [say("brief_plan_unknown", lang, share=percent(one.unallocated, lang), flow=say(one.flow, lang))]
        return {"head": say("brief_plan_head", lang), "sentences": told}
    wish, drawn_up = ahead.wish, [one for one in ahead.plans if one.growth <= DRAWN_UP]
    told = []
    if one.unallocated:
        told.append(say("brief_plan_named", lang, share=percent(1 - one.unallocated, lang)))
    told.append((ahead.refused or ahead.plans[0]).sentence(lang))
    if ahead.refused is not None:
        top = one.partners.iloc[0]
        share = float(top["share"]) / (1 - one.unallocated)
        if wish.cap < share < 1 and wish.growth > 0:
            years = math.ceil(years_to_cap(share, wish.cap, 0.0, wish.growth))
            words = {"cap": percent(wish.cap, lang, 0), "growth": percent(wish.growth, lang, 0), "years": years}
            told.append(say("brief_plan_years", lang, **party("partner", str(top[PARTNER]), lang), **words))
    unit, size = columns_unit(one.partners["value"].head(10))
    heads = [f"brief_partner_{one.flow}", "brief_now"]
    titles = [heading(head, one.reporter, lang, unit=texts.unit_name(unit, lang)) for head in heads]
    for each in drawn_up:
        cap = math.ceil(1e3 * (each.cap or 1.0) - 1e-6) / 1e3  # rounded down, the plan itself would break it
        titles.append(say("brief_target", lang, growth=percent(each.growth, lang), cap=percent(cap, lang)))
    note = say("brief_plan_note", lang) if drawn_up else ""
    rows = _targets(drawn_up, size, lang) if drawn_up else []
    return {
        "head": say("brief_plan_head", lang),
        "sentences": told,
        "heads": titles if rows else [],
        "rows": rows,
        "note": note,
        "figure": "frontier",
    }


def _targets(plans: list[Plan], size: float, lang: str) -> list[tuple[str, ...]]:
    """The ten largest markets, the others and all: now, and the targets of each plan."""
    now = plans[0].table["now"].sort_values(ascending=False, kind="stable")
    top = now.index[:10]

    def row(name: str, markets: pd.Index) -> tuple[str, ...]:
        before = float(now[markets].sum())
        cells = [amount(before, size, lang)]
        for each in plans:
            after = float(each.table.loc[markets, "target"].sum())
            cells.append(f"{amount(after, size, lang)} ({signed_percent(after / before - 1, lang)})")
        return name, *cells

    rows = [row(label(str(market), lang), pd.Index([market])) for market in top]
    if len(now) > len(top):
        rows.append(row(say("brief_other", lang, count=len(now) - len(top)), now.index[10:]))
    return [*rows, row(say("brief_all", lang), now.index)]


def signed(x: float, lang: str) -> str:
    """A contribution to the index, with its sign."""
    return ("+" if x > 0 else "") + number(x, lang, 4)


def signed_percent(x: float, lang: str) -> str:
    """A rate of growth, with its sign."""
    told = percent(x, lang)
    return f"+{told}" if x > 0 and told.strip("0,.%") else told
