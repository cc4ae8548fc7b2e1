"""Which unit the values of a file are in: what is given with ``unit=``, what the file states, what its source is known for."""

from __future__ import annotations

from collections.abc import Collection

from tradeanalysis.currencies import SCALES, Unit, unit_named
from tradeanalysis.gate.findings import Finding, listing, refuse
from tradeanalysis.sources.columns.units import Stated, stated, unit_in

# Offered where the file says nothing.
USUAL = ("USD", "kUSD", "mUSD", "bnUSD", "mVND", "bnVND")


def given_unit(unit: object) -> str | None:
    """What ``unit=`` names: a scale and a currency, or the words of a heading for them."""
    if unit is None or unit_named(unit):
        return None if unit is None else str(unit)
    read = unit_in(unit)
    if read is not None and unit_named(read):
        return read
    near = _near(str(unit))
    what = f"unit={unit!r} is not known"
    scales = ", ".join(scale for scale in SCALES if scale)
    fix = f"It is a scale (none, {scales}) and a currency by its code of ISO 4217"
    refuse([Finding("TA-109", what, f"{fix}: choose from {', '.join([*near, *USUAL])}.")])
    raise AssertionError


def _near(unit: str) -> list[str]:
    """The unit that is meant where letters are of the other case."""
    found = [unit[:cut].lower() + unit[cut:].upper() for cut in range(4)]
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
    unit = unit_named(given)
    assert given is not None and unit is not None
    if unclear:  # the rest of what is said may lack the scale that these have
        other = [one for one in unclear if not stated(one).allows(unit)]
        other += [one for one in known if stated(one).currencies != (unit.currency,)]
    else:
        other = known if known and given not in known else []
    if other:
        right = [one for one in known if not unclear or one in other] or _possible(unclear)
        back = f" Pass {_ways(right)}; rate= converts another currency to dollars." if right else ""
        what = f'unit="{given}", and the file says that it is in {listing(other, 3)}'
        refuse([Finding("TA-109", what, f"Check which is right.{back}")])
    return given


def _question(known: list[str], unclear: list[str], values: Collection[str]) -> Finding:
    """What to ask where the file does not say its unit for sure."""
    if unclear:
        what = f"the file says that it is in {listing(unclear, 3)}"
        return Finding("TA-109", what, f"Say which it is with {_ways(_possible([*known, *unclear]))}.")
    if known:
        what = f"the file states several units, {listing(known)}"
        several = len({code for one in known for code in stated(one).currencies}) > 1
        more = " Values in two currencies are never added: keep the rows or the column of one." if several else ""
        return Finding("TA-109", what, f"Say which is right with {_ways(known)}.{more}")
    what = f"the unit of {listing(map(repr, values))} is not known"
    return Finding("TA-109", what, f"Pass unit=: a scale and a currency, such as {', '.join(USUAL)}.")


def _ways(units: Collection[str]) -> str:
    return listing((f'unit="{one}"' for one in units), 4)


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
