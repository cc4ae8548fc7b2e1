"""The part of the brief that sets a province beside its economy, and an economy or province beside others."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from tradeanalysis import names
from tradeanalysis.brief.about_data import named_source, source_line
from tradeanalysis.brief.agreements import economy_of
from tradeanalysis.brief.comparators import Comparator
from tradeanalysis.brief.contents import Block, Heading, Sentences, ShownTable
from tradeanalysis.brief.facts import FlowFacts
from tradeanalysis.brief.table_keys import table_key
from tradeanalysis.brief.wording import columns_unit
from tradeanalysis.brief.year_status import ESTIMATE, PRELIMINARY
from tradeanalysis.schema import PARTNER
from tradeanalysis.texts import amount, capital, joined, label, number, party, percent, say, series, unit_name
from tradeanalysis.texts.rounding import SHOWN_SHARE


def beside(one: FlowFacts, lang: str) -> list[Block]:
    """The table of the economy and those beside it, what is worth a sentence, and what the figures are based on."""
    if not one.beside:
        return []
    unit, size = columns_unit(pd.Series([each.value for each in _of_currency(one)]), one.currency)
    differ = len({each.first for each in one.beside if each.traded}) > 1
    *heads, index, effective, three, _ = _heads(one, lang, unit_name(unit, lang))
    # A phone has no room for a column each; the note has the count.
    heads += [say("beside_both", lang, index=index, effective=effective), three]
    rows = tuple(_row(each, one, size, lang) for each in one.beside)
    if not differ:  # the share of the largest stands in the next column
        heads, rows = heads[:2] + heads[3:], tuple(row[:2] + row[3:] for row in rows)
    title = say(f"beside_{_kind(one)}", lang)
    sentences = joined([*_shares(one, lang), *_part_of(one, lang)])
    return [
        Heading(title, 2),
        *([Sentences(sentences)] if sentences else []),
        ShownTable(table_label(one, lang), tuple(heads), rows, stressed=True, key=table_key(one.flow, "beside")),
        *([Sentences(note, quiet=True)] if (note := _note(one, lang)) else []),
    ]


def _row(each: Comparator, one: FlowFacts, size: float, lang: str) -> tuple[str, ...]:
    """A row of the table."""
    if not each.traded:
        return (_name(each, lang), *["–"] * 5)
    return (
        _name(each, lang),
        amount(each.value, size, lang) if each.currency == one.currency else "–",
        joined([label(each.first, lang), percent(each.largest(1), lang)]),
        percent(each.share(_first(one)), lang),
        say("beside_both", lang, index=number(each.hhi, lang, 3), effective=number(each.effective, lang, 1)),
        percent(each.largest(3), lang),
    )


def table_label(one: FlowFacts, lang: str) -> str:
    """What the table is called."""
    return f"{say(f'{one.flow}_head', lang)}: {say(f'beside_{_kind(one)}', lang)}"


def beside_sheet(one: FlowFacts, lang: str) -> pd.DataFrame:
    """The same for the workbook, with numbers as numbers."""
    missing = float("nan")
    rows = [
        (
            _name(each, lang),
            each.value if each.currency == one.currency else missing,
            label(each.first, lang),
            each.largest(1),
            each.share(_first(one)),
            each.hhi,
            each.effective,
            each.largest(3),
            len(each.partners) if each.traded else missing,
            each.detailed,
            each.estimated if each.traded else missing,
            _remarks(each, one, lang),
            named_source(each.certificate, lang),
        )
        for each in one.beside
    ]
    return pd.DataFrame(rows, columns=_sheet_heads(one, lang))


def _remarks(each: Comparator, one: FlowFacts, lang: str) -> str:
    """What is to be known of the figures of one: whether they are estimates, of a part of the year or of a list."""
    if not each.traded:
        return ""
    remarks = [say(f"status_{each.status}", lang)] if each.status else []
    remarks += [] if each.whole_year else [say("beside_remark_part", lang)]
    listed = each.largest_of_detailed or not each.whole_list
    remarks += [say(f"beside_remark_detailed_{one.flow}", lang)] if listed else []
    return capital("; ".join(remarks))


def sheet_name(one: FlowFacts, lang: str) -> str:
    """The name of that sheet."""
    return f"{say(f'{one.flow}_head', lang)} - {say('beside_sheet', lang)}"


def sheet_formats(one: FlowFacts, lang: str) -> dict[str, str]:
    """The number formats of that sheet by heading."""
    _, value, _, largest, share, index, effective, three, count, detailed, estimated, *_ = _sheet_heads(one, lang)
    formats = dict.fromkeys((largest, share, three, detailed, estimated), "0.0%")
    return formats | {value: "#,##0", index: "0.0000", effective: "0.0", count: "0"}


def _sheet_heads(one: FlowFacts, lang: str) -> list[str]:
    """The heads of that sheet."""
    heads = list(_heads(one, lang, unit_name(one.currency, lang)))
    heads[3:3] = [say(f"beside_largest_share_{one.flow}", lang)]
    return [*heads, *(say(f"beside_{head}", lang) for head in ("detailed", "estimated_share", "remarks", "source"))]


def _heads(one: FlowFacts, lang: str, unit: str) -> tuple[str, ...]:
    """The heads of the columns."""
    words = {"unit": unit, "partner": label(_first(one), lang, sentence=True)}
    heads = ("beside_who", "brief_value", f"beside_largest_{one.flow}", "beside_share")
    indices = ("beside_index", "beside_effective", f"beside_three_{one.flow}", f"beside_count_{one.flow}")
    return tuple(capital(say(head, lang, **words)) for head in (*heads, *indices))


def _first(one: FlowFacts) -> str:
    """The largest partner of the economy itself."""
    return str(one.partners[PARTNER].iloc[0])


def _kind(one: FlowFacts) -> str:
    """Whether it is the country, others, or both that it stands beside."""
    with_country = _country(one) is not None
    return "others" if not with_country else "country" if len(one.beside) == 2 else "country_and_others"


def _country(one: FlowFacts) -> Comparator | None:
    """Among those beside a province the economy of which it is one."""
    code = economy_of(one.reporter)
    found = (each for each in one.beside[1:] if names.economy(each.name) == code)
    return None if code == one.reporter else next(found, None)


def _name(each: Comparator, lang: str) -> str:
    """The name, with the year where it is known."""
    name = label(each.name, lang)
    return name if each.year is None else f"{name}, {each.year}"


def _of_currency(one: FlowFacts) -> list[Comparator]:
    """Those whose amounts are in the currency of the brief."""
    return [each for each in one.beside if each.traded and each.currency == one.currency]


def _shares(one: FlowFacts, lang: str) -> list[str]:
    """The share of the largest partner, beside that in the trade of the others that have it."""
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
    """The part of the country's trade that is the province's, of one year and currency, each of all months."""
    own, country = one.beside[0], _country(one)
    if country is None or not country.traded or not (own.whole_year and country.whole_year):
        return []
    if (country.year, country.currency) != (own.year, own.currency) or own.value >= country.value:
        return []
    words = party("reporter", one.reporter, lang) | {"economy": label(country.name, lang, sentence=True)}
    return [capital(say(f"beside_part_{one.flow}", lang, **words, share=percent(own.value / country.value, lang)))]


def _note(one: FlowFacts, lang: str) -> str:
    """Which years and lists the figures are of, and what part of the trade the indices."""
    there = [each for each in one.beside if each.traded]
    lines = [say("beside_years", lang)] if len({each.year for each in there}) > 1 else []
    lines += _on("beside_part_of_year", [each for each in there if not each.whole_year], lang)
    lines.append(say(f"beside_based_{one.flow}", lang, based=series([_based(each, lang) for each in there], lang)))
    lines += _on("beside_listed", [each for each in there if not each.whole_list], lang)
    detailed = [each for each in there if each.largest_of_detailed and each.whole_list]  # of a list it is said already
    lines += _on(f"beside_detailed_{one.flow}", detailed, lang)
    for status in (ESTIMATE, PRELIMINARY):
        lines += _on(f"beside_{status}", [each for each in there if each.status == status], lang)
    if estimated := [each for each in there if each.estimated >= SHOWN_SHARE]:
        shares = [_share_of(each, each.estimated, lang) for each in estimated]
        lines.append(say("beside_estimated", lang, shares=series(shares, lang)))
    lines += _on("beside_currencies", [each for each in there if each.currency != one.currency], lang)
    lines += _on(f"beside_lacks_{one.flow}", [each for each in one.beside if not each.traded], lang)
    return joined([*lines, *_sources(one, lang)])


def _sources(one: FlowFacts, lang: str) -> list[str]:
    """The sources of those beside, each once; and whose tables name none."""
    of_source: dict[str, list[Comparator]] = {}
    for each in one.beside[1:]:
        of_source.setdefault(named_source(each.certificate, lang), []).append(each)
    unnamed = of_source.pop("", [])
    named = [
        say("beside_source_of", lang, names=series([label(each.name, lang) for each in those], lang), source=source)
        for source, those in of_source.items()
    ]
    listed = [say("beside_sources", lang, sources="; ".join(named))] if named else []
    return [*listed, *_on("beside_no_source", unnamed, lang)]


def about_those_beside(flows: Sequence[FlowFacts], lang: str) -> list[str]:
    """Where the figures of those beside are from, with their terms, for the section on the data; each source once."""
    of_line: dict[str, list[str]] = {}
    own = [source_line(one.beside[0].certificate, lang) for one in flows if one.beside and one.beside[0].certificate]
    for each in (each for one in flows for each in one.beside[1:] if each.certificate.get("source")):
        if (line := source_line(each.certificate, lang)) not in own:
            of_line.setdefault(line, []).append(label(each.name, lang))
    return [
        say("beside_about", lang, names=series([*dict.fromkeys(those)], lang), about=line)
        for line, those in of_line.items()
    ]


def _share_of(each: Comparator, share: float, lang: str) -> str:
    return say("beside_share_estimated", lang, name=label(each.name, lang), share=percent(share, lang))


def _based(each: Comparator, lang: str) -> str:
    """How many partners an index is of, and their share where it is not all."""
    partly = 1 - each.detailed >= SHOWN_SHARE
    key = "beside_count_and_share" if partly else "beside_count_of"
    words = {"count": number(len(each.partners), lang), "share": percent(each.detailed, lang)}
    return say(key, lang, name=label(each.name, lang), **words)


def _on(key: str, those: list[Comparator], lang: str) -> list[str]:
    """A line that names them; none where there are none."""
    listed = [label(each.name, lang, sentence=True) for each in those]
    return [capital(say(key, lang, names=series(listed, lang)))] if listed else []
