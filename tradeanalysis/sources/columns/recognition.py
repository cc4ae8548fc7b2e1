"""Which layout a file has, by its headings and by what is given: a known source's, words that people use, by hand."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from typing import Any

from tradeanalysis.gate.findings import Fix, fault
from tradeanalysis.schema import (
    COLUMNS,
    EXPORT,
    FLOW,
    IMPORT,
    PARTNER,
    PERIOD,
    PRODUCT,
    REPORTER,
    VALUE,
    TradeDataError,
)
from tradeanalysis.sources.columns.agreed_unit import agreed_unit, given_unit
from tradeanalysis.sources.columns.headings import (
    ECONOMY,
    EXPORTER,
    IMPORTER,
    SIDE_BY_SIDE,
    VALUES,
    flow_of,
    heading,
    heading_key,
    in_quotes,
    is_cumulative,
    is_no_value,
    is_of_year_before,
    of_codes,
    of_names,
    role,
    value_word,
)
from tradeanalysis.sources.columns.layouts import LAYOUTS, Layout
from tradeanalysis.sources.columns.parts_in_words import of_values, part_in_heading, period_in
from tradeanalysis.sources.columns.periods import month_alone, period
from tradeanalysis.sources.columns.units import units_in
from tradeanalysis.texts import InUnit, LayoutName, Text


@dataclass(frozen=True)
class Given:
    """What is known of a file beside its headings: what the caller says, and what its texts state."""

    columns: Mapping[str, str] | None = None
    unit: str | None = None
    # The units that titles, notes and columns of units state.
    stated: frozenset[str] = frozenset()
    flow: str | None = None
    years: Collection[int] = field(default_factory=tuple)
    # Headings that stand several times with different cells below them.
    twice: Collection[str] = ()
    # Headings below which economies stand, whatever their words are; None where the cells are not looked at.
    economies: Collection[str] | None = None

    # The headings as the file writes them.
    written: Mapping[str, str] = field(default_factory=dict)
    # Which of months and sums of months are taken.
    periods: str | None = None

    def shown(self, names: Iterable[str]) -> list[str]:
        """Headings as the file writes them, in quotation marks."""
        return [in_quotes(name) for name in self.as_written(names)]

    def as_written(self, names: Iterable[str]) -> list[str]:
        """Headings as the file writes them."""
        return [self.written.get(name, name) for name in names]

    def fix(self, columns: Mapping[str, str], effect: str, **values: Any) -> Fix:
        """The way out that names these columns beside those that are named."""
        named = {ours: self.written.get(theirs, theirs) for ours, theirs in columns.items()}
        return Fix("columns", {**(self.columns or {}), **named}, Text(effect, **values))


NOTHING = Given()


def recognise(headings: Collection[str], given: Given = NOTHING) -> Layout:
    """The layout of a file with these headings."""
    given = replace(given, unit=given_unit(given.unit))
    headings = [name for name in dict.fromkeys(headings) if name]
    layout = _by_hand(headings, given) if given.columns else _unaided(headings, given)
    used = {*layout.values, *layout.rows, *layout.dimensions}.union(*layout.columns.values())
    if twice := sorted(used & set(given.twice)):
        raise _one_name(twice, given)
    if layout.unit is None:
        return _agreed(layout, given.unit, given.stated)
    return replace(layout, unit=given.unit) if given.unit is not None and layout.name != "canonical" else layout


def _unaided(headings: Sequence[str], given: Given) -> Layout:
    """The layout where no column is named by hand."""
    axis = PARTNER in headings or (PRODUCT in headings and _only_products(headings, given))
    if axis and VALUE in headings and not any(one.marks and one.fits(headings) for one in LAYOUTS):
        return _agreed(_canonical(headings, given), given.unit, given.stated)
    for layout in LAYOUTS[:-1]:
        if layout.fits(headings):
            if layout.unit is not None and given.unit not in (
                None,
                layout.unit,
                *(given.stated if layout.scaled else ()),
            ):
                ways = [Fix("unit", layout.unit, Text("reads_in_unit", unit=InUnit(layout.unit)), safe=True)]
                raise fault(
                    "TA-109",
                    "unit_against_layout",
                    given=given.unit,
                    layout=LayoutName(layout.name),
                    unit=layout.unit,
                    fixes=ways,
                )
            return layout
    if in_words := _in_words(headings, given):
        return in_words
    if given.twice:  # which may be the columns that are looked for
        raise _one_name(sorted(given.twice), given)
    names = given.shown(headings)
    hints = [*_near(headings, given), *_no_partner(headings)]
    raise fault("TA-110", "layout_unknown", labels=given.as_written(headings), headings=names, hints=hints)


def _one_name(twice: Sequence[str], given: Given) -> TradeDataError:
    names = given.shown(twice)
    return fault("TA-110", "headings_twice", labels=given.as_written(twice), names=names)


def _agreed(layout: Layout, unit: str | None, stated: frozenset[str]) -> Layout:
    """The layout with the unit that is given, stated or known, which must not differ."""
    return replace(layout, unit=agreed_unit(unit, layout.unit, stated, list(layout.values)))


@dataclass(frozen=True)
class _Roles:
    """The headings of each of our columns, and the flow that the words for the economies imply."""

    columns: Mapping[str, tuple[str, ...]]
    flow: str | None = None


def _roles(headings: Sequence[str], given: Given, named: Mapping[str, str]) -> _Roles:
    """Which headings are which, in words. A country beside a partner reports; who sells and who buys is one of both."""
    found: dict[str, list[str]] = {}
    for name in headings:
        if name not in named.values() and (ours := role(name)):
            found.setdefault(ours, []).append(name)
    for ours in (REPORTER, PARTNER, ECONOMY, EXPORTER, IMPORTER):
        found[ours] = _names_first(found.get(ours, []))
        if ours in named:
            found[ours] = [named[ours]]
    economies, sellers, buyers = (found.pop(kind, []) for kind in (ECONOMY, EXPORTER, IMPORTER))
    flow = None
    if not (found.get(REPORTER) and found.get(PARTNER)):
        if sellers and buyers and not found.get(PARTNER) and not found.get(REPORTER):
            flow = _direction(headings, given, found, sellers, buyers)
            found[REPORTER], found[PARTNER] = (buyers, sellers) if flow == IMPORT else (sellers, buyers)
        elif sellers or buyers:
            flow = _place(found, sellers, buyers, bool(economies))
    if economies and not found.get(PARTNER):
        found[PARTNER] = economies
    elif economies and not found.get(REPORTER):
        found[REPORTER] = economies
    if PRODUCT in found:  # codes before names, the finest level first
        found[PRODUCT] = sorted(found[PRODUCT], key=lambda name: (of_names(name), -_digits(name), not of_codes(name)))[
            :1
        ]
    if FLOW in found:  # sources number flows differently: words first
        found[FLOW] = sorted(found[FLOW], key=of_codes)[:1]
    stated = FLOW in found or FLOW in named
    return _Roles({ours: tuple(names) for ours, names in found.items() if names}, None if stated else flow)


def _names_first(names: list[str]) -> list[str]:
    """Headings of economies: codes of a system that is not known are not taken where names or ISO codes are there."""
    sure = [name for name in names if not of_codes(name) or "iso" in heading_key(name)]
    return sure or names


def _place(found: dict[str, list[str]], sellers: list[str], buyers: list[str], economy: bool) -> str:
    """Put one who sells, or one who buys, beside what is there; the flow that this implies."""
    if found.get(PARTNER) or (economy and not found.get(REPORTER)):
        # The other side is there: this one reports.
        found[REPORTER] = sellers or buyers
        return EXPORT if sellers else IMPORT
    found[PARTNER] = buyers if found.get(REPORTER) and buyers else sellers or buyers
    return IMPORT if found[PARTNER] == sellers else EXPORT


def _direction(
    headings: Sequence[str], given: Given, found: Mapping[str, Sequence[str]], sellers: list[str], buyers: list[str]
) -> str:
    """Whose report a table of exporters and importers is: the exporters', unless something says otherwise."""
    flows = {flow for name in headings if not role(name) and (flow := flow_of(name))}
    if given.flow is None and (found.get(FLOW) or len(flows) > 1):
        # Exports are reported by who sells, imports by who buys: one flow at a time has one side that reports.
        columns = [*found.get(FLOW, ()), *sellers, *buyers]
        beside, labels = given.shown(columns), given.as_written(columns)
        fixes = [
            Fix("flow", flow, Text(f"keeps_{flow}s_of", reporter=given.shown(side)[0]))
            for flow, side in ((EXPORT, sellers), (IMPORT, buyers))
        ]
        raise fault("TA-110", "traders_beside_flows", labels=labels, names=beside, fixes=fixes)
    return given.flow or next(iter(flows), EXPORT)


def _digits(name: str) -> int:
    found = re.search(r"\d+", heading_key(name))
    return int(found[0]) if found else 0


def _canonical(headings: Sequence[str], given: Given) -> Layout:
    """A table in our words; other words stand for the columns that it does not have."""
    canonical = LAYOUTS[-1]
    ours = {column: name for column, names in canonical.columns.items() for name in names[:1] if name in headings}
    roles = _roles(headings, given, ours)
    columns = {
        column: options if any(one in headings for one in options) else roles.columns.get(column, options)
        for column, options in canonical.columns.items()
    }
    return replace(canonical, columns=columns, constants=_constants(roles.flow))


def _constants(flow: str | None) -> dict[str, str]:
    return {} if flow is None else {FLOW: flow}


def _in_words(headings: Sequence[str], given: Given) -> Layout | None:
    """The layout of a table whose headings are words that people use."""
    roles = _roles(headings, given, {})
    values = [name for name in headings if value_word(name) or period(name) or month_alone(name) or _of_part(name)]
    values = values or [name for name in headings if is_cumulative(name) and not is_no_value(name)]
    axis = PRODUCT if _only_products(headings, given) else PARTNER
    if axis not in roles.columns or not values:
        return None
    exact = [name for name in values if heading_key(name) in VALUES]
    chosen = {name: flow_of(name) for name in exact or values}
    both = len(chosen) == 2 and set(chosen.values()) == {EXPORT, IMPORT}
    cumulative = [name for name in headings if _is_sum(name) and not is_no_value(name)]
    if len(chosen) > 1 and not both and not cumulative:
        right = _requested(chosen, given)
        chosen = {name: chosen[name] for name in right} if len(right) == 1 else chosen
    if ({*cumulative} - {*chosen}) or (len(chosen) > 1 and not (both and not cumulative)):
        # What is longest stands first: the months so far and the year before a month.
        several = [*dict.fromkeys([*cumulative, *sorted(values, key=_length)])]
        several.sort(key=is_of_year_before)
        # What year= and flow= request is not forgotten.
        best = _requested({name: flow_of(name) for name in several}, given) or several
        named = roles.columns[axis][0]
        fixes = [given.fix({axis: named, VALUE: one}, "takes_value", value=given.shown([one])[0]) for one in best]
        names = given.shown(several)
        # With its period each is what it is: of several flows or years, no one column is all.
        kinds = ("months", "year_to_date") if cumulative and any(map(_of_month, several)) else ()
        by_period = [Fix("periods", kind, Text(f"months_fix_{kind}")) for kind in kinds if given.periods is None]
        if any(map(month_alone, several)) and not any(map(value_word, several)):
            fixes = by_period  # one month of a year is not the year
        elif len({*map(flow_of, several)} - {None}) > 1 or len(set().union(*map(_years_in, several))) > 1:
            fixes = [*by_period, *fixes]
        raise fault("TA-110", "values_several", labels=given.as_written(several), names=names, fixes=fixes[:4])
    layout = Layout(
        "headings in words", roles.columns, chosen, unit=None, decimal=None, constants=_constants(roles.flow)
    )
    return _agreed(layout, given.unit, given.stated | units_in(chosen))


def _of_part(name: str) -> bool:
    """Whether a heading names a part of a year, and nothing else but values."""
    part = part_in_heading(name)
    return part is not None and of_values(part[1])


def _of_month(name: str) -> bool:
    """Whether a heading names one month, with its year or without."""
    found = month_alone(name) or period_in(name) or ""
    return found.isdigit() and len(found) != 4


def _is_sum(name: str) -> bool:
    """Whether a heading is of the year so far: by its words, or by its months."""
    return is_cumulative(name) or "C" in (period_in(name) or "")


def _requested(flows: Mapping[str, str | None], given: Given) -> list[str]:
    """The columns that are of the years and the flow that are chosen, as far as their headings say."""
    return (
        [
            name
            for name, flow in flows.items()
            if (given.flow is None or flow in (None, given.flow))
            and (not given.years or _years_in(name) <= set(given.years))
        ]
        if given.flow or given.years
        else []
    )


def _length(name: str) -> int:
    """How long the period of a heading is, the longest first: the months so far or a year, a quarter, a month."""
    found = re.search(r"(?<!\d)(?:19|20)\d\d(c\d\d|q\d|0[1-9](?!\d)|1[0-2](?!\d))?", name, re.IGNORECASE)
    kind = (found[1] or "") if found else ""
    return ("", "c", "q").index(kind[:1].lower()) // 2 if not kind[:1].isdigit() else 2


def _years_in(name: str) -> set[int]:
    return set(map(int, re.findall(r"(?<!\d)((?:19|20)\d\d)(?:0[1-9]|1[0-2])?(?!\d)", name)))


def _by_hand(headings: Sequence[str], given: Given) -> Layout:
    columns = given.columns or {}
    named = {ours: theirs if theirs in headings else heading(theirs) for ours, theirs in columns.items()}
    wrong = [ours for ours in named if ours not in COLUMNS]
    if wrong:
        raise fault("TA-110", "columns_not_ours", labels=wrong, wrong=wrong, ours=list(COLUMNS))
    missing = [str(columns[ours]) for ours, theirs in named.items() if theirs not in headings]
    if missing:
        names = given.shown(headings)
        raise fault(
            "TA-110",
            "columns_missing",
            labels=given.as_written(headings),
            missing=[*map(repr, missing)],
            headings=names,
        )
    _refuse_products_as_partners(named, given)
    roles = _roles(headings, given, named | {one: one for one in COLUMNS if one in headings and one not in named})
    words = {ours: names[0] for ours, names in roles.columns.items()}
    full = {ours: named.get(ours) or (ours if ours in headings else words.get(ours, ours)) for ours in COLUMNS}
    if full[VALUE] not in headings and SIDE_BY_SIDE in headings:
        full[VALUE] = SIDE_BY_SIDE
    if full[VALUE] not in headings and len(values := [name for name in headings if value_word(name)]) == 1:
        full[VALUE] = values[0]
    products = full[PRODUCT] in headings and _only_products([*set(headings) - {full[PRODUCT]}], given)
    lacking = [ours for ours in (PARTNER, VALUE) if full[ours] not in headings and not (ours == PARTNER and products)]
    if lacking:
        which = [Text(f"which_{ours}") for ours in lacking]
        names = given.shown(headings)
        labels = given.as_written(headings)
        raise fault("TA-110", "columns_lacking", labels=labels, which=Text("and_which", all=which), headings=names)
    layout = Layout(
        "columns named by hand",
        columns={**{ours: (full[ours],) for ours in COLUMNS if ours != VALUE}, PERIOD: (words.get(PERIOD, PERIOD),)},
        values={full[VALUE]: None},
        unit="USD" if full[VALUE] == VALUE and VALUE not in named else None,
        decimal=None,
        constants=_constants(None if full[FLOW] in headings else roles.flow),
    )
    return _agreed(layout, given.unit, given.stated | units_in([full[VALUE]]))


def _no_partner(headings: Collection[str]) -> list[Text]:
    """What to do where no column looks like partners."""
    return [] if any(map(_names_economies, headings)) else [Text("no_partner_column")]


def _names_economies(heading: str) -> bool:
    return role(heading) in (PARTNER, ECONOMY, EXPORTER, IMPORTER)


def _only_products(headings: Collection[str], given: Given) -> bool:
    """Whether no column can be one of partners: none is called so, and economies stand below none."""
    return given.economies is not None and not given.economies and not any(map(_names_economies, headings))


def _refuse_products_as_partners(named: Mapping[str, str], given: Given) -> None:
    """Refuse products that ``columns=`` calls partners: an index of them would pass for one of markets."""
    theirs = named.get(PARTNER)
    if given.economies is None or theirs is None or role(theirs) != PRODUCT or theirs in given.economies:
        return
    columns = {ours: name for ours, name in (given.columns or {}).items() if ours not in (PARTNER, PRODUCT)}
    way = Fix("columns", {PRODUCT: given.as_written([theirs])[0], **columns}, Text("takes_products"), safe=True)
    column = given.shown([theirs])[0]
    raise fault("TA-110", "products_as_partners", labels=given.as_written([theirs]), column=column, fixes=[way])


def _near(headings: Collection[str], given: Given) -> list[Text]:
    near = {
        ours: match[0]
        for ours in (REPORTER, PARTNER, VALUE)
        if (match := get_close_matches(ours, list(headings), 1, 0.6))
    }
    pairs = [f"{given.shown([theirs])[0]} ({ours}?)" for ours, theirs in near.items()]
    return [Text("near_ours", pairs=pairs)] if pairs else []
