"""The part of the brief that sets a province beside its economy, and an economy or province beside others."""

from __future__ import annotations

import pandas as pd

from tradeanalysis.brief.agreements import economy_of
from tradeanalysis.brief.comparators import Comparator
from tradeanalysis.brief.contents import Block, Heading, Sentences, ShownTable
from tradeanalysis.brief.facts import SHOWN_SHARE, FlowFacts
from tradeanalysis.brief.wording import columns_unit
from tradeanalysis.schema import PARTNER
from tradeanalysis.texts import amount, capital, joined, label, number, party, percent, say, series, unit_name


def beside(one: FlowFacts, lang: str) -> list[Block]:
    """The table of the economy and those beside it, what is worth a sentence, and what the figures are based on."""
    if not one.beside:
        return []
    unit, size = columns_unit(pd.Series([each.value for each in _of_currency(one)]), one.currency)
    rows = tuple(
        (
            _name(each, lang),
            amount(each.value, size, lang) if each.currency == one.currency else "–",
            *[joined([label(str(each.partners.index[0]), lang), percent(each.largest(1), lang)])] * _differ(one),
            percent(each.share(_first(one)), lang),
            percent(each.largest(3), lang),
            number(each.hhi, lang, 4),
        )
        for each in one.beside
    )
    heads = _heads(one, lang, unit_name(unit, lang))
    title = say(f"beside_{_kind(one)}", lang)
    sentences = joined([*_shares(one, lang), *_part_of(one, lang)])
    return [
        Heading(title, 2),
        *([Sentences(capital(sentences))] if sentences else []),
        ShownTable(title, heads if _differ(one) else heads[:2] + heads[3:], rows, stressed=True),
        *([Sentences(note, quiet=True)] if (note := _note(one, lang)) else []),
    ]


def beside_sheet(one: FlowFacts, lang: str) -> pd.DataFrame:
    """The same for the workbook, with numbers as numbers."""
    rows = [
        (
            _name(each, lang),
            each.value if each.currency == one.currency else float("nan"),
            label(str(each.partners.index[0]), lang),
            each.largest(1),
            each.share(_first(one)),
            each.largest(3),
            each.hhi,
            each.detailed,
        )
        for each in one.beside
    ]
    heads = list(_heads(one, lang, unit_name(one.currency, lang)))
    heads[3:3] = [say(f"beside_largest_share_{one.flow}", lang)]
    return pd.DataFrame(rows, columns=[*heads, say("beside_detailed", lang)])


def sheet_name(one: FlowFacts, lang: str) -> str:
    """The name of that sheet."""
    return f"{say(f'{one.flow}_head', lang)} - {say('beside_sheet', lang)}"


def sheet_formats(one: FlowFacts, lang: str) -> dict[str, str]:
    """The number formats of that sheet by heading."""
    value, _, share, three, index = _heads(one, lang, unit_name(one.currency, lang))[1:]
    shares = (say(f"beside_largest_share_{one.flow}", lang), share, three, say("beside_detailed", lang))
    return dict.fromkeys(shares, "0.0%") | {value: "#,##0", index: "0.0000"}


def _heads(one: FlowFacts, lang: str, unit: str) -> tuple[str, ...]:
    """The heads of the columns."""
    first = label(_first(one), lang, sentence=True)
    heads = ("beside_who", "brief_value", f"beside_largest_{one.flow}", "beside_share", f"beside_three_{one.flow}")
    return (*(capital(say(head, lang, unit=unit, partner=first)) for head in heads), say("beside_index", lang))


def _first(one: FlowFacts) -> str:
    """The largest partner of the economy itself."""
    return str(one.partners[PARTNER].iloc[0])


def _differ(one: FlowFacts) -> bool:
    """Whether the largest partner is not one and the same."""
    return len({each.partners.index[0] for each in one.beside}) > 1


def _kind(one: FlowFacts) -> str:
    """Whether it is the province's economy alone that stands beside it, or others too."""
    return "economy" if [each.name for each in one.beside[1:]] == [economy_of(one.reporter)] else "others"


def _name(each: Comparator, lang: str) -> str:
    """The name, with the year where it is known."""
    name = label(each.name, lang)
    return name if each.year is None else f"{name}, {each.year}"


def _of_currency(one: FlowFacts) -> list[Comparator]:
    """Those whose amounts are in the currency of the brief."""
    return [each for each in one.beside if each.currency == one.currency]


def _shares(one: FlowFacts, lang: str) -> list[str]:
    """The share of the largest partner, beside that in the trade of the first other that has it."""
    own, known = one.beside[0], [each for each in one.beside[1:] if each.share(_first(one)) > 0]
    if not known:
        return []
    words = party("partner", _first(one), lang) | party("reporter", one.reporter, lang)
    others = [
        say(
            "beside_share_of" if each.year in (None, one.year) else "beside_share_of_year",
            lang,
            other=label(each.name, lang, sentence=True),
            share=percent(each.share(_first(one)), lang),
            year=each.year,
        )
        for each in known
    ]
    share = percent(own.share(_first(one)), lang)
    return [capital(say(f"beside_shares_{one.flow}", lang, **words, share=share, others=series(others, lang)))]


def _part_of(one: FlowFacts, lang: str) -> list[str]:
    """The part of the economy's trade that is the province's, of one year and currency."""
    own, last = one.beside[0], one.beside[-1]
    comparable = (last.year, last.currency) == (own.year, own.currency) and own.value < last.value
    if last.name != economy_of(one.reporter) or not comparable:
        return []
    words = party("reporter", one.reporter, lang) | {"economy": label(last.name, lang, sentence=True)}
    return [capital(say(f"beside_part_{one.flow}", lang, **words, share=percent(own.value / last.value, lang)))]


def _note(one: FlowFacts, lang: str) -> str:
    """Which years and lists the figures are of, and what part of the trade the indices."""
    lines = []
    if len({each.year for each in one.beside}) > 1:
        lines.append(say("beside_years", lang))
    based = [
        joined([label(each.name, lang), percent(each.detailed, lang)])
        for each in one.beside
        if 1 - each.detailed >= SHOWN_SHARE
    ]
    if based:
        lines.append(say("beside_based", lang, based=series(based, lang)))
    if listed := [label(each.name, lang, sentence=True) for each in one.beside if not each.whole_list]:
        lines.append(say("beside_listed", lang, names=series(listed, lang)))
    if len(_of_currency(one)) < len(one.beside):
        lines.append(say("beside_currencies", lang))
    return joined(lines)
