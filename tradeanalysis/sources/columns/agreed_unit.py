"""Which unit the values of a file are in: what is given, what the file states, what its source is known for."""

from __future__ import annotations

from collections.abc import Collection

from tradeanalysis.currencies import Unit, unit_named
from tradeanalysis.gate.findings import Finding, Fix, fault, finding, refuse
from tradeanalysis.sources.columns.headings import in_quotes
from tradeanalysis.sources.columns.units import UNCLEAR, Stated, stated, unit_in
from tradeanalysis.texts import InUnit, Text

# So many answers are offered.
MOST = 6
# Offered where the file says nothing.
USUAL = ("USD", "kUSD", "mUSD", "bnUSD", "mVND", "bnVND")


def given_unit(unit: object) -> str | None:
    """What ``unit=`` names: a scale and a currency, or the words of a heading for them."""
    if unit is None or unit_named(unit):
        return None if unit is None else str(unit)
    read = unit_in(unit)
    if read is not None and unit_named(read):
        return read
    raise fault("TA-109", "unit_no_unit", given=str(unit), fixes=_ways(_near(str(unit))))


def _near(unit: str) -> list[str]:
    """The unit that is meant where letters are of the other case."""
    found = [unit[:cut].lower() + unit[cut:].upper() for cut in range(6)]
    return [one for one in dict.fromkeys(found) if unit_named(one)]


def agreed_unit(given: str | None, usual: str | None, said: Collection[str], values: Collection[str]) -> str:
    """The one unit that does not differ from what is given, stated (``said``) or, without these, usual."""
    unclear = sorted(one for one in said if not unit_named(one))
    known = sorted(set(said) - set(unclear))
    if given is None:
        if not unclear and len(known) == 1:
            return known[0]
        if not said and usual is not None:
            return usual
        refuse([_question(known, unclear, values)])
    assert given is not None
    if other := _against(given, known, unclear):
        ways = _ways(_unopposed(known, unclear))
        refuse([finding("TA-109", "unit_against_file", given=given, stated=_words(other), fixes=ways)])
    return given


def _against(given: str, known: Collection[str], unclear: Collection[str]) -> list[str]:
    """What the file says that a unit is not."""
    unit = unit_named(given)
    assert unit is not None
    if not unclear:
        return [*known] if known and given not in known else []
    # What is said beside a text that is not plain may lack the scale that this has.
    other = [one for one in unclear if not stated(one).allows(unit)]
    return other + [one for one in known if stated(one).currencies != (unit.currency,)]


def _unopposed(known: Collection[str], unclear: Collection[str]) -> list[str]:
    """The units that may be given: those that nothing in the file speaks against."""
    may = _possible([*known, *unclear]) if unclear else known
    return [one for one in may if not _against(one, known, unclear)]


def _question(known: list[str], unclear: list[str], values: Collection[str]) -> Finding:
    """What to ask where the file does not say its unit for sure."""
    if unclear:
        ways = _ways(_unopposed(known, unclear))
        return finding("TA-109", "unit_open", stated=_words([*unclear, *known]), fixes=ways)
    if known:
        several = len({code for one in known for code in stated(one).currencies}) > 1
        key = "currencies_differ" if several else "units_differ"
        return finding("TA-109", key, stated=known, fixes=_ways(known))
    return finding("TA-109", "unit_unknown", columns=[in_quotes(one) for one in values], fixes=_ways(USUAL))


def _words(said: Collection[str]) -> list[str]:
    """What is said: a unit by its code, or a text that is not plain."""
    return [one if unit_named(one) else Text("unit_not_plain", text=one.removeprefix(UNCLEAR)) for one in said]


def _ways(units: Collection[str]) -> list[Fix]:
    """An answer for each unit; which it is does not change an index of shares."""
    return [Fix("unit", one, Text("reads_in_unit", unit=InUnit(one)), safe=True) for one in list(units)[:MOST]]


def _possible(said: Collection[str]) -> list[str]:
    """The units that texts may mean, the usual first; a currency that one of them names for sure comes before."""
    meant = [stated(one) for one in said]
    sure = [one.currencies[0] for one in meant if len(one.currencies) == 1]
    found = [str(unit) for one in meant for unit in _units(one, sure)]
    fitting = [one for one in dict.fromkeys(found) if _fits(one, meant)]
    return fitting or list(dict.fromkeys(found)) or list(USUAL)


def _fits(unit: str, meant: Collection[Stated]) -> bool:
    """Whether nothing that is said speaks against a unit but a scale that it lacks."""
    known = unit_named(unit)
    return known is not None and all(
        one.allows(known) or (one.size == 1.0 and known.currency in one.currencies) for one in meant
    )


def _units(one: Stated, sure: Collection[str]) -> list[Unit]:
    money = (*sure, *(code for code in one.currencies or ("USD", "EUR", "GBP", "VND") if code not in sure))
    sizes = [one.size] if one.size is not None else [1.0, 1e3, 1e6, 1e9]
    return [Unit(size, code) for code in money for size in sizes]
