"""What moved the index since the first year: the contributions of partners, on the page and in the headline."""

from __future__ import annotations

from typing import Any

from tradeanalysis.brief.facts import FlowFacts
from tradeanalysis.brief.outlook import Outlook
from tradeanalysis.brief.table_keys import table_key
from tradeanalysis.brief.wording import heading, signed
from tradeanalysis.figures.waterfalls import SEEN, STEPS
from tradeanalysis.schema import PARTNER
from tradeanalysis.texts import label, part, percent, say

# A partner through which this part of a change came is named with it.
MOST = 0.5
# Contributions in the direction of the change that are not above it by more than this, a half per cent, are all of it.
ALL = 1.005


def contributions(one: FlowFacts, ahead: Outlook, lang: str) -> dict[str, Any] | None:
    """Which partners moved the index since the first year, and of what the contributions are."""
    if ahead.moved is None or ahead.since is None:
        return None
    seen = ahead.moved["contribution"].abs() > SEEN * float(ahead.moved["contribution"].abs().max())
    shown = ahead.moved[seen].head(STEPS)
    rows: list[tuple[str, ...]] = [
        (
            label(str(row[PARTNER]), lang),
            part(row["share_before"], lang),
            part(row["share_after"], lang),
            signed(row["contribution"], lang),
        )
        for row in shown.to_dict("records")
    ]
    rest = ahead.moved.drop(index=shown.index)
    if len(rest):
        sums = (part(float(rest[share].sum()), lang) for share in ("share_before", "share_after"))
        other = say(f"brief_other_{one.flow}", lang, count=len(rest))
        rows.append((other, *sums, signed(float(rest["contribution"].sum()), lang)))
    years = {"before": str(ahead.since), "after": str(one.year)}
    heads = [f"brief_partner_{one.flow}", "brief_share_in_first", "brief_share_in_last", "brief_contribution"]
    return {
        "key": table_key(one.flow, "moved"),
        "head": say("brief_moved", lang, **years),
        "sentences": [],
        "heads": [heading(head, one.reporter, lang, **years) for head in heads],
        "rows": rows,
        "note": base_of_contributions(one, ahead, lang),
        "figure": "waterfall",
    }


def base_of_contributions(one: FlowFacts, ahead: Outlook, lang: str) -> str:
    """Of what the contributions are: of the index, or of the squares of shares of all trade, where not all is known."""
    if not ahead.moved_in_part:
        return say("brief_moved_note", lang)
    first, last = (part(share, lang) for share in ahead.undetailed)
    years = {"before": ahead.since, "after": one.year}
    return say("brief_moved_note_partly", lang, flow=say(one.flow, lang), first=first, last=last, **years)


def through(one: FlowFacts, lang: str) -> str:
    """The partner through which most of a change of the index came, and its part where no others offset it.

    Nothing where a part of the trade that can be seen is not detailed: the index is then not of what they are of.
    """
    ahead = one.outlook
    if ahead is None or ahead.moved is None or not len(ahead.moved) or ahead.moved_in_part:
        return ""
    change, first = float(ahead.moved["contribution"].sum()), ahead.moved.iloc[0]
    if not change or (share := float(first["contribution"]) / change) < MOST:
        return ""
    partner = label(str(first[PARTNER]), lang, sentence=True)
    towards = ahead.moved["contribution"] / change
    if towards[towards > 0].sum() <= ALL:
        return say("brief_moved_through", lang, share=percent(share, lang, 0), partner=partner)
    return say("brief_moved_mostly", lang, contribution=signed(float(first["contribution"]), lang), partner=partner)
