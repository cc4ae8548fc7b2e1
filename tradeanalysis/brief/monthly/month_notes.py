"""What the reader of a monthly page must know of its data."""

from __future__ import annotations

from typing import Any

from tradeanalysis import monitoring
from tradeanalysis.brief.about_data import source_line
from tradeanalysis.brief.monthly.month_box import fall_of
from tradeanalysis.brief.monthly.month_facts import RECENT, YEAR, MonthFacts
from tradeanalysis.brief.monthly.page_history import History
from tradeanalysis.texts import capital, month_name, number, percent, say, series

# Tết falls in one of the first months of a year.
TET = 2
# Falling markets that are named.
FALLS = 3


def month_notes(facts: MonthFacts, history: History, lang: str) -> list[str]:
    """Notes on the data, the most serious first."""
    lines = [_in_part(one, facts, lang) for one in facts.part if one not in facts.left_out]
    if facts.count <= TET:
        lines.append(say(f"monthly_tet_{facts.count}", lang))
    if facts.missing:
        months = series([month_name(one, lang) for one in facts.missing], lang)
        lines.append(say("monthly_missing", lang, months=months))
    lines += [capital(one.say(lang)) for one in facts.refused]
    if history.refused is not None:
        lines.append(say("monthly_history_refused", lang, why=history.refused.say(lang)))
    if facts.nowcast is not None and facts.count < YEAR:
        lines.append(say("monthly_method", lang, sentence=facts.nowcast.sentence(lang)))
    share = facts.unallocated
    lines.append(say("monthly_unallocated" if share else "monthly_allocated", lang, share=percent(share, lang)))
    lines.append(say("monthly_index_means", lang))
    if facts.watch is not None:
        lines.append(_watched(lang))
    if facts.certificate:
        lines.append(source_line(facts.certificate, lang))
    return lines


def falling(facts: MonthFacts, lang: str) -> list[str]:
    """The markets that fell in the last months and are no alert yet, since alerts compare whole years."""
    falls = [fall_of(*one, facts, lang) for one in facts.falls]
    if not falls or facts.watch is None:
        return []
    more = [say("monthly_falls_more", lang, count=len(falls) - FALLS)] if len(falls) > FALLS else []
    return [say("monthly_falls", lang, months=RECENT, falls="; ".join(falls[:FALLS] + more))]


def _watched(lang: str) -> str:
    """From which size on markets are watched, and from which change on there is an alert."""
    rules: Any = monitoring.watch_rules().set_index("kind")
    up, lost = rules.loc["share_up"], rules.loc["market_lost"]
    rates = {"least": up["least"], "fall": lost["threshold"]}
    words = {name: percent(float(x), lang, 0) for name, x in rates.items()}
    words["points"] = number(100 * float(up["threshold"]), lang, 1)
    return say("monthly_watched", lang, silent=number(float(lost["silent"]), lang), **words)


def left_out(facts: MonthFacts, lang: str) -> list[str]:
    """That the last months are reported in part, and not on the page."""
    return [_in_part(one, facts, lang) for one in facts.left_out]


def _in_part(month: str, facts: MonthFacts, lang: str) -> str:
    """That a month is reported in part, and whether the page leaves it out."""
    row: Any = next(facts.in_part.loc[[month]].itertuples())
    key = "monthly_left_out" if month in facts.left_out else "monthly_half"
    words = {"month": month_name(month, lang), "count": number(row.n, lang), "part": percent(row.reported, lang, 0)}
    return capital(say(key, lang, **words))
