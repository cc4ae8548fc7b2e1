"""Where exports end, on the page and in the workbook: what hubs may send on, and who buys in the end."""

from __future__ import annotations

from typing import Any

import pandas as pd

from tradeanalysis.brief.about_data import named_source
from tradeanalysis.brief.cautions import listed
from tradeanalysis.brief.facts import FlowFacts
from tradeanalysis.brief.final_markets import FinalBuyers, ThroughHubs
from tradeanalysis.brief.outlook import Outlook
from tradeanalysis.brief.sheets_of_workbook import SHARE, Column, Sheet, sheet
from tradeanalysis.brief.wording import heading
from tradeanalysis.chains.known_hubs import APART, ASSUMED, CASES, HARM, NEARER, POINTS, RATES
from tradeanalysis.schema import PARTNER
from tradeanalysis.sums import among, remainders
from tradeanalysis.texts import capital, figures_of, joined, label, number, outwards, party, percent, say
from tradeanalysis.texts.rounding import SHOWN_SHARE
from tradeanalysis.texts.written import Written

# What comes home is told from half a hundredth on.
LEAST_HOME = 0.005


def through_the_hubs(one: FlowFacts, ahead: Outlook, lang: str) -> dict[str, Any] | None:
    """What the hubs among the markets hold, where it may end, and what that is worth."""
    found = one.hubs
    if found is None:
        return None
    words = {
        **party("reporter", one.reporter, lang),
        "share": percent(found.share, lang),
        "hubs": listed(list(found.hubs), lang, most=len(found.hubs)),
    }
    if found.table is None:
        sentence, note = say("hubs_held", lang, **words), say("hubs_reconciled", lang)
    else:
        sentence, note = _if_sent_on(found, words, lang), _worth(found, lang)
    return {"head": say("hubs_head", lang), "sentences": [capital(sentence)], "note": note, "figure": "hubs"}


def _if_sent_on(found: ThroughHubs, words: dict[str, Any], lang: str) -> str:
    """The share of the largest market as reported and by end market, and what would come home."""
    assert found.table is not None
    first = found.table.iloc[0]
    low, high = _ends(first["share_low"], first["share_high"], lang)
    words |= {**party("partner", str(first[PARTNER]), lang), "before": percent(first["share_before"], lang)}
    words |= {"low": low, "high": high, **_rates(lang)}
    if found.home[1] < LEAST_HOME:
        return say("hubs_sent_on", lang, **words)
    low, high = _ends(*found.home, lang)
    economy = party("economy", found.economy, lang)
    return say("hubs_sent_on_home", lang, **words, **economy, home_low=low, home_high=high)


def _ends(low: float, high: float, lang: str) -> tuple[str, str]:
    """Both ends of a share as per cent, rounded outwards, each with the number that it rounds."""
    form = figures_of(percent(low, lang))[0].form

    def share(text: str, exact: float) -> Written:
        """A number of per cent as a share."""
        return Written(f"{text}%", [one._replace(text=f"{text}%", value=exact, form=form) for one in figures_of(text)])

    down, up = outwards(100 * low, 100 * high, lang, 1)
    return share(down, float(low)), share(up, float(high))


def _rates(lang: str, rates: tuple[float, float] = ASSUMED) -> dict[str, str]:
    return {"least": percent(rates[0], lang, 0), "most": percent(rates[1], lang, 0)}


def _worth(found: ThroughHubs, lang: str) -> str:
    """What is assumed, and how near the rates came where they were tried."""
    source = named_source(found.certificate or {}, lang)
    words = {"cases": number(CASES, lang), "apart": number(APART, lang), "harm": percent(HARM, lang, 0)}
    words |= {"nearer": number(NEARER[0], lang), "nearer_most": number(NEARER[1], lang)}
    words |= {"points": number(POINTS[0], lang, 1), "points_most": number(POINTS[1], lang, 1)}
    assumed = say("hubs_assumed", lang, year=found.year, source=source)
    return joined([assumed, say("hubs_tried", lang, **words, **_rates(lang, RATES))])


def by_final_buyer(one: FlowFacts, ahead: Outlook, lang: str) -> dict[str, Any] | None:
    """The share of the largest market by final buyer, and what that rests on."""
    found = one.buyers
    if found is None:
        return None
    named = found.table[~among(pd.Index(found.table[PARTNER]), remainders(PARTNER))]
    first = named.iloc[0] if len(named) else found.table.iloc[0]
    words = {
        **party("reporter", one.reporter, lang),
        **party("partner", str(first[PARTNER]), lang),
        **party("economy", found.economy, lang),
        "before": percent(first["share_before"], lang),
        "after": percent(first["share"], lang),
        "home": percent(found.home, lang),
    }
    return {
        "head": say("buyers_head", lang),
        "sentences": [capital(say("buyers_sentence", lang, **words))],
        "note": _of_buyers(found, words, lang),
        "figure": "buyers",
    }


def _of_buyers(found: FinalBuyers, words: dict[str, Any], lang: str) -> str:
    lines = [say("buyers_by_industry" if found.by_industry else "buyers_as_economy", lang, **words)]
    if found.outside >= SHOWN_SHARE:
        lines.append(say("buyers_outside", lang, share=percent(found.outside, lang)))
    table = say("buyers_table_named", lang, source=found.source) if found.source else say("buyers_table", lang)
    return joined([capital(line) for line in [*lines, table]])


def final_market_sheets(one: FlowFacts, lang: str) -> list[Sheet]:
    """All markets by both shares, for the workbook."""
    sheets = []
    if one.hubs is not None and one.hubs.table is not None:
        ends = {"share_before": "final_before", "share_low": "final_low", "share_high": "final_high"}
        about = joined([say("hubs_about", lang, **_rates(lang)), _worth(one.hubs, lang)])
        sheets.append(_sheet(one, "hubs_sheet", about, one.hubs.table, ends, lang))
    if one.buyers is not None:
        ends = {"share_before": "final_before", "share": "final_by_buyer"}
        words = party("economy", one.buyers.economy, lang)
        said = say("buyers_about", lang, home=percent(one.buyers.home, lang), **words)
        about = joined([said, _of_buyers(one.buyers, words, lang)])
        sheets.append(_sheet(one, "buyers_sheet", about, one.buyers.table, ends, lang))
    return sheets


def _sheet(one: FlowFacts, name: str, about: str, table: Any, shares: dict[str, str], lang: str) -> Sheet:
    markets = [label(str(market), lang) for market in table[PARTNER]]
    columns = [Column(heading(f"brief_partner_{one.flow}", one.reporter, lang), markets)]
    columns += [Column(heading(head, one.reporter, lang), table[key], SHARE) for key, head in shares.items()]
    return sheet(say(name, lang), about, columns)
