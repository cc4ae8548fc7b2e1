"""An exposure to tariffs in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tradeanalysis.schema import FLOW, REPORTER, YEAR
from tradeanalysis.texts import outwards, party, percent, say
from tradeanalysis.texts.catalogues import day

if TYPE_CHECKING:
    from tradeanalysis.tariffs.exposures import TariffExposure

# So many acts are named; a rate is written with so many decimals, as 12.5%.
ACTS, DECIMALS = 3, 1


def exposure_sentence(found: TariffExposure, lang: str) -> str:
    """The exposure in words: how much, in force on which day, by which acts, and what is not known."""
    flow, year = found.about[FLOW], found.about.get(YEAR)
    whose = party("reporter", str(found.about[REPORTER]), lang)
    trade = say(f"tariffs_trade_{flow}" + ("" if year is None else "_year"), lang, year=str(year), **whose)
    about = {"on": day(found.on, lang), "trade": trade}
    kind = f"{flow}_{found.duty}"
    if found.exposed_high == 0:
        parts = [say(f"tariffs_said_none_{kind}", lang, **about)]
    else:
        shares = _between(found.exposed_share, found.exposed_low, found.exposed_high, lang)
        rate = _between(found.mean_rate, found.low, found.high, lang)
        parts = [
            say(f"tariffs_said_{kind}", lang, share=shares, rate=rate, acts=acts_in_words(found.acts, lang), **about)
        ]
        if found.conditional_rate == found.conditional_rate:
            parts.append(say("tariffs_said_conditional", lang, rate=percent(found.conditional_rate, lang, DECIMALS)))
    shares_of = {"undetermined": found.undetermined, "exempt": found.exempt, "unallocated": found.unallocated}
    shares_of[f"unlisted_{found.counted}"] = found.unlisted
    parts += [
        say(f"tariffs_said_{name}", lang, share=percent(share, lang)) for name, share in shares_of.items() if share > 0
    ]
    if found.assumed:
        parts.append(say("tariffs_said_assumed", lang))
    return " ".join(parts)


def acts_in_words(acts: tuple[str, ...], lang: str) -> str:
    """The first few acts by name."""
    shown = "; ".join(acts[:ACTS])
    return shown if len(acts) <= ACTS else say("tariffs_said_acts", lang, acts=shown, rest=len(acts) - ACTS)


def _between(value: float, low: float, high: float, lang: str) -> str:
    """A share; its two ends where it is not known, or the lower one where the other is not known either."""
    if value == value:
        return percent(value, lang, DECIMALS)
    if high != high:
        return say("tariffs_said_at_least", lang, low=percent(low, lang, DECIMALS))
    ends = outwards(100 * low, 100 * high, lang, DECIMALS)
    return say("tariffs_said_between", lang, low=ends[0], high=ends[1])
