"""Codes of UN Comtrade: the numbers of an economy as reporter and as partner, and codes and patterns of products."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from tradeanalysis import names
from tradeanalysis.schema import TradeDataError
from tradeanalysis.texts import EconomyName, Text

WORLD = "0"
TOTAL = "TOTAL"
# Groups among the partners: the European Union and ASEAN, whose members stand beside them.
GROUPS = frozenset({97, 975})
# The numbers of reporters that are not those of M49, or were others before: each with its last year, the newest last.
REPORTERS: dict[str, tuple[tuple[int, int], ...]] = {
    "CHE": ((757, 9999),),
    "DEU": ((280, 1990), (276, 9999)),
    "ETH": ((230, 1992), (231, 9999)),
    "FRA": ((251, 9999),),
    "IND": ((356, 1974), (699, 9999)),
    "KNA": ((658, 1980), (659, 9999)),
    "NOR": ((579, 9999),),
    "PAK": ((588, 1971), (586, 9999)),
    "PAN": ((590, 1977), (591, 9999)),
    "SDN": ((736, 2011), (729, 9999)),
    "USA": ((841, 1980), (842, 9999)),
    "YEM": ((886, 1990), (887, 9999)),
}
# Economies whose trade another one reports.
REPORTED_BY = {"LIE": "CHE", "MCO": "FRA", "PRI": "USA", "VIR": "USA", "SJM": "NOR"}
CLASSIFICATIONS = ("HS", "H0", "H1", "H2", "H3", "H4", "H5", "H6", "SS", "S1", "S2", "S3", "S4", "B4", "B5")
# The digits at which a classification can be requested whole.
LEVELS = {"H": (2, 4, 6), "S": (1, 2, 3, 4, 5), "B": ()}
# About how many codes a level has, by its digits.
CODES_OF_LEVEL = {1: 10, 2: 97, 3: 261, 4: 1_250, 5: 3_000, 6: 5_700}
# How many subheadings each chapter of the HS has had in all editions, 01 to 99: what a call for some may hold.
SUBHEADINGS = (
    *(44, 81, 282, 38, 17, 22, 79, 84, 56, 33, 35, 63, 12, 14, 70, 45, 19, 11, 20, 63, 17, 26, 28, 17, 85),
    *(41, 60, 217, 489, 57, 28, 49, 35, 30, 16, 14, 40, 138, 140, 105, 66, 23, 18, 183, 7, 15, 21, 143, 21, 11),
    *(40, 134, 33, 81, 124, 35, 29, 45, 26, 60, 126, 127, 64, 32, 12, 7, 8, 70, 34, 92, 60, 249, 139, 65, 18),
    *(38, 0, 10, 12, 10, 82, 69, 36, 597, 420, 24, 105, 34, 29, 182, 58, 23, 25, 68, 56, 55, 25, 0, 2),
)


def reporter_codes(iso3: str) -> tuple[int, ...]:
    """The numbers under which an economy has reported, the newest last.

    Raises
    ------
    TradeDataError
        It does not report to Comtrade itself: it is a group, a remainder, or another economy reports its trade.

    Examples
    --------
    >>> reporter_codes("VNM"), reporter_codes("USA"), reporter_codes("DEU")
    ((704,), (841, 842), (280, 276))
    """
    if iso3 == "all":
        raise TradeDataError(Text("comtrade_all"))
    kind = names.kind_of(iso3)
    if iso3 == "TWN":
        raise _no_reporter("comtrade_taiwan", iso3)
    if iso3 == "EU":
        raise _no_reporter("comtrade_eu", iso3)
    if kind not in ("country", "historical"):
        raise _no_reporter("comtrade_group", iso3)
    if iso3 in REPORTED_BY:
        raise _no_reporter("comtrade_reported_by", iso3, by=EconomyName(REPORTED_BY[iso3]))
    m49 = names.country(iso3).m49
    if iso3 in REPORTERS:
        return tuple(code for code, _ in REPORTERS[iso3])
    if m49 is None:
        raise _no_reporter("comtrade_group", iso3)
    return (m49,)


def _no_reporter(key: str, iso3: str, **values: object) -> TradeDataError:
    return TradeDataError(Text(key, economy=EconomyName(iso3), **values))


def code_of_year(iso3: str, year: int) -> int:
    """The number under which an economy reported in a year, where the service has not said it."""
    return next((code for code, last in REPORTERS.get(iso3, ()) if year <= last), reporter_codes(iso3)[-1])


@cache
def _numbers() -> dict[str, tuple[int, ...]]:
    """All numbers by which Comtrade may call each economy or remainder as a partner."""
    table = names.countries()
    known: dict[str, tuple[int, ...]] = {}
    for code, m49, others, kind in zip(table["iso3"], table["m49"], table["codes"], table["kind"], strict=True):
        if kind in ("country", "historical", "unallocated"):
            own = [] if str(m49) == "<NA>" else [int(m49)]
            known[code] = tuple(dict.fromkeys([*own, *(int(one) for one in others.split() if one.isdigit())]))
    return known


def partner_codes(iso3: str) -> tuple[str, ...]:
    """The numbers of an economy as a partner: rows of several are parts of its trade.

    Examples
    --------
    >>> partner_codes("TWN"), partner_codes("CHE"), partner_codes("VNM")
    (('158', '490'), ('756', '757'), ('704',))
    """
    codes = _numbers().get(iso3, ())
    if not codes:
        raise TradeDataError(Text("comtrade_no_partner", economy=EconomyName(iso3)))
    return tuple(map(str, codes))


@cache
def all_partners() -> tuple[str, ...]:
    """The numbers of all partners, World among them, in their order."""
    return tuple(map(str, sorted({int(WORLD), *(code for codes in _numbers().values() for code in codes)})))


# The editions of the HS by the years of their names, as BACI calls them.
EDITIONS = {"HS92": "H0", "HS96": "H1", "HS02": "H2", "HS07": "H3", "HS12": "H4", "HS17": "H5", "HS22": "H6"}


def classification_of(given: str | None) -> str:
    """The classification in an address; HS, as reported, where none is given."""
    code = "HS" if given is None else str(given).strip().upper()
    code = EDITIONS.get(code, code)
    if code not in CLASSIFICATIONS:
        raise TradeDataError(Text("comtrade_classification", given=repr(given), choices=list(CLASSIFICATIONS)))
    return code


def pattern(prefix: str, level: int) -> str:
    """All codes of so many digits that begin so, as the service writes them: a question mark is any digit.

    Examples
    --------
    >>> pattern("85", 6), pattern("850760", 6)
    ('85????', '850760')
    """
    return prefix.ljust(level, "?")


def matches(code: str, requested: Sequence[str]) -> bool:
    """Whether a code of a product was requested, by itself, by its level or by a pattern."""
    return any(
        len(code) == len(one) and all(a in ("?", b) for a, b in zip(one, code, strict=True))
        if not one.startswith("AG")
        else code != TOTAL and len(code) == int(one[2:])
        for one in requested
    )


def level_of(code: str) -> int:
    """The digits of a code, a level or a pattern; 0 for all products.

    Examples
    --------
    >>> level_of("TOTAL"), level_of("AG6"), level_of("85????"), level_of("0901")
    (0, 6, 6, 4)
    """
    return 0 if code == TOTAL else int(code[2:]) if code.startswith("AG") else len(code)


def parts_of(code: str, classification: str) -> list[str]:
    """The next smaller patterns that make up one: all chapters of a level, or the codes by their next digit.

    Examples
    --------
    >>> parts_of("AG6", "HS")[:2], parts_of("85????", "HS")[:2], parts_of("850760", "HS")
    (['01????', '02????'], ['850???', '851???'], [])
    """
    if re.fullmatch(r"AG\d", code):
        level = int(code[2:])
        first = [f"{n:02d}" for n in range(1, 100)] if classification.startswith("H") else list("0123456789")
        return [pattern(one, level) for one in first]
    prefix = code.rstrip("?")
    if prefix == code:
        return []
    # The HS has a code with letters: 9999AA, commodities not specified according to kind.
    following = [*"0123456789", *("A" if prefix.startswith("9999") else "")]
    return [pattern(prefix + one, len(code)) for one in following]


def subheadings(code: str) -> float:
    """About how many codes of a classification a code stands for."""
    if re.fullmatch(r"AG\d", code):
        return CODES_OF_LEVEL[int(code[2:])]
    missing = code.count("?")
    if not missing:
        return 1.0
    prefix = code.rstrip("?")
    if len(prefix) < 2 or not prefix[:2].isdigit():
        return 10.0**missing
    of_chapter = SUBHEADINGS[int(prefix[:2]) - 1] if prefix[:2] != "00" else 0
    six = max(1.0, of_chapter * CODES_OF_LEVEL[6] / sum(SUBHEADINGS) / 10.0 ** max(0, len(prefix) - 2))
    return min(six if len(code) > 4 else six / 4, 10.0**missing)
