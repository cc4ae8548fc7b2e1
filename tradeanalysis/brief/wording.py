"""Pieces of the brief's sentences and tables: heads of columns, signs, ends of intervals, units."""

from __future__ import annotations

from typing import Any

import pandas as pd

from tradeanalysis.brief.facts import FlowFacts
from tradeanalysis.texts import catalogues as texts
from tradeanalysis.texts import figure, figures_of, number, outwards, percent, rewritten
from tradeanalysis.uncertainty.bounds import Interval

# No table is in single dollars whose amounts can be read in millions.
MILLION = 1e6


def ends_of(found: Interval, lang: str) -> tuple[str, str]:
    """The ends of an interval in three digits, rounded outwards."""
    return outwards(float(found.low), float(found.high), lang)


def as_rounded(text: str, exact: float) -> str:
    """A figure that is rounded to one side, with the number that it rounds."""
    return figure(text, exact, figures_of(text)[0].form)


def signed(x: float, lang: str) -> str:
    """A contribution to the index, with its sign; none before a zero."""
    text = number(x, lang, 4)
    return _signed(x, text) if text.strip("0,.") else text


def signed_percent(x: float, lang: str) -> str:
    """A rate of growth, with its sign; from twice as much on in whole per cent."""
    text = percent(x, lang, 1 if x < 1 else 0)
    return _signed(x, text) if text.strip("0,.%") else text


def _signed(x: float, text: str) -> str:
    """A figure with its sign, in a workbook too."""
    if not x > 0:
        return text
    form = figures_of(text)[0].form
    return rewritten(text, f"+{text}", f"+{form};-{form}")


def largest_partner(one: FlowFacts, lang: str) -> dict[str, str]:
    """The words of a sentence on the largest partner: its name and both shares."""
    first = one.partners.iloc[0]
    return {
        **texts.party("partner", first["partner"], lang),
        "share": texts.percent(first["share"], lang),
        "reverse": texts.percent(first["reverse_share"], lang),
    }


def heading(key: str, reporter: str, lang: str, **more: str) -> str:
    """The head of a column."""
    return texts.capital(texts.say(key, lang, **texts.party("reporter", reporter, lang), **more))


def of_flows(key: str, flows: list[FlowFacts], lang: str, **words: Any) -> str:
    """A text that speaks of markets or of suppliers, where the brief is of one flow and there is such a text."""
    of_flow = f"{key}_{flows[0].flow}"
    alone = len(flows) == 1 and of_flow in texts.catalogue(lang)
    return texts.say(of_flow if alone else key, lang, **words)


def columns_unit(amounts: pd.Series[Any], currency: str) -> tuple[str, float]:
    """One unit for a column of amounts, in which four fifths of them are one or more; a fifth of a million will do."""
    few = float(amounts.quantile(0.2))
    return texts.unit_of(max(few, MILLION) if few >= MILLION / 5 else few, currency)
