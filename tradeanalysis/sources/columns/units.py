"""Units of money as headings, titles and notes state them, in English, Vietnamese and other languages."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable
from typing import NamedTuple

from tradeanalysis.currencies import Unit, currencies, unit_named
from tradeanalysis.sources.columns.currency_words import AMBIGUOUS, IN_CJK, meanings, unaccented

# Words and marks of scale.
_SCALES = (
    (1e12, r"(?:nghin|ngan) t[yi]|trillions?|tn|трлн"),
    (1e9, r"(?:miles|mil) (?:de )?millones|(?<!cong )t[yi]|billions?|bill?|bln|bn|milliards?|mrd|mld|млрд|10\^9"),
    (1e6, r"trieu|millions?|mill?|mio|mln|mn|millones|milhoes|millionen|млн|1[., ]?000[., ]?000|10\^6|tr\.?|mm?"),
    (1e3, r"nghin|ngan(?! hang)|thousands?|thous|thsd|tsd|tys|milhares|miles|milliers|тыс|1[., ]?000|000s?|k"),
    (1e7, r"crores?|cr"),
    (1e5, r"lakhs?|lacs?"),
)
_TIMES = {"tram": 100.0, "100": 100.0, "hundreds of": 100.0, "hundred": 100.0, "tens of": 10.0, "10": 10.0}
_CJK = {"十": 10.0, "百": 100.0, "千": 1e3, "万": 1e4, "萬": 1e4, "百万": 1e6, "百萬": 1e6, "千万": 1e7, "千萬": 1e7}
_CJK |= {"亿": 1e8, "億": 1e8, "十亿": 1e9, "十億": 1e9, "万亿": 1e12, "兆": 1e12}
_SCALE = "|".join(scale for _, scale in _SCALES)
_SCALE_OF = re.compile("|".join(f"(?P<_{i}>{scale})" for i, (_, scale) in enumerate(_SCALES)))
_COUNTED = "|".join(_TIMES)
# What a scale counts where it is no money.
_GOODS = r" ?(?:tan|ton|kg|litre|liter|head|pieces|units|con\b|cai\b|chiec)"
# Portuguese and Spanish write "US$ mil" for thousands, English "US$ Mil" for millions.
_ROMANCE = re.compile(r"\b(?:valor|valores|exporta\w+|importa\w+|dolares|paises?|em|milhares)\b")
# A number or a word of scale before a unit makes it another unit; a year does not.
_BEFORE = re.compile(
    rf"(?:\b(?:tram|chuc|tens?|hundreds?|{_SCALE})|(?<!\d)(?!(?:19|20)\d\d\b)[\d.,]*\d)(?: of)?[ .,]*$"
)
_PER = re.compile(r"[ )\]]*(?:/|per\b|mot\b|moi\b)")
# Somewhere beside a currency; what begins many other words ("ty", "k", "m") is left out.
_ELSEWHERE_WORDS = "nghin|ngan(?! hang)|thousands?|trieu|millions?|mil|mio|mn|billions?|bn|crores?|lakhs?"
_ELSEWHERE = re.compile(rf"\b(?:1[., ]?000|000s?|tram|{_ELSEWHERE_WORDS})\b|10\^")
_ALONE = re.compile(
    r"(?:^|[:(\[,]|\bvalues?|\bin) ?(?:in )?"
    r"(?P<scale>000s?|thousands?|nghin|ngan|trieu|millions?|mil|mio|mln|mn|billions?|bn|t[yi]|crores?|lakhs?)"
    r" ?(?:[)\],]|$)"
)
# What a title or note must say, or how short it must be, before its unit is believed; a sum of money states none.
_ON_UNITS = re.compile(r"\bdon vi\b|\bdvt\b|\bunits?\b|\bscale\b|单位|單位")
_ON_VALUES = re.compile(r"\bvalues? (?:are|is|in)\b|\(|\bin (?:us|thousand|million|billion)")
_ON_RATES = re.compile(r"\bty gia\b|\bexchange rates?\b")
SHORT = 30
# Of a longer text the rest is not looked at.
LONGEST = 300
UNCLEAR = "a unit that is not plain, "


class Stated(NamedTuple):
    """What a text says of a unit: how much one unit is, where that is plain, and the currencies that may be meant."""

    size: float | None
    currencies: tuple[str, ...]

    def allows(self, unit: Unit) -> bool:
        """Whether the text may mean this unit."""
        return self.size in (None, unit.size) and (not self.currencies or unit.currency in self.currencies)


class _Mention(NamedTuple):
    size: float
    currencies: tuple[str, ...]
    scaled: bool
    start: int
    end: int


@functools.lru_cache(4096)
def unit_in(text: object) -> str | None:
    """The unit that a text states, as ``bnVND``; in words, one that is not plain; or None.

    Examples
    --------
    >>> [unit_in(text) for text in ("Trị giá (1000 USD)", "Kim ngạch, tỷ đồng", "£ million", "Rs crore", "Tháng")]
    ['kUSD', 'bnVND', 'mGBP', '10mINR', None]
    >>> unit_in("Values are shown in Singapore dollars"), unit_in("$ million"), unit_in("万美元")
    ('SGD', "a unit that is not plain, '$ million'", '10kUSD')
    """
    plain = _plain(text)
    found = _mentions(plain)
    scaled = [one for one in found if one.scaled]
    found = scaled or found
    vague = not scaled and bool(_ELSEWHERE.search(plain)) if found else bool(_ALONE.search(plain))
    several = len({(one.size, one.currencies) for one in found}) > 1
    open = any(len(one.currencies) > 1 for one in found)
    if vague or several or open or any(_BEFORE.search(plain[: m.start]) or _PER.match(plain, m.end) for m in found):
        return f"{UNCLEAR}{str(text).strip()[:60]!r}"
    return str(Unit(found[0].size, found[0].currencies[0])) if found else None


def stated(unit: str) -> Stated:
    """What is known of a unit as ``unit_in`` gives it: of one that is not plain, the part that is."""
    if known := unit_named(unit):
        return Stated(known.size, (known.currency,))
    plain = _plain(unit.removeprefix(UNCLEAR)[1:-1])
    found = _mentions(plain)
    of_sizes = {one.size for one in found if one.scaled}
    money = tuple(dict.fromkeys(code for one in found for code in one.currencies))
    odd = any(_BEFORE.search(plain[: m.start]) or _PER.match(plain, m.end) for m in found)
    alone = None if found else _ALONE.search(plain)
    if alone:
        return Stated(_size(alone["scale"], plain), ())
    return Stated(of_sizes.pop() if len(of_sizes) == 1 and not odd else None, money)


def units_in(headings: Iterable[object], around: Iterable[object] = ()) -> frozenset[str]:
    """The units that headings name, and texts around the table that are on units."""
    texts = [*headings, *filter(_is_on_units, around)]
    return frozenset(unit for text in texts if (unit := unit_in(text)))


def _is_on_units(text: object) -> bool:
    plain = _plain(text)
    if _ON_RATES.search(plain):
        return False
    short = len(str(text)) <= SHORT or bool(_ON_VALUES.search(plain))
    return bool(_ON_UNITS.search(plain)) or (short and not _is_a_sum(plain))


def _mentions(plain: str) -> list[_Mention]:
    """Every currency that a text names, with its scale where one stands beside it."""
    found = []
    for match in _name().finditer(plain):
        name, (start, end) = match[0], match.span()
        before = _AHEAD.search(plain, max(0, start - WIDEST), start)
        after = None if before else _BEHIND.match(plain, end)
        size = None
        if scale := before or after:
            times = _TIMES.get(before["times"] or "", 1.0) if before else 1.0
            size = times * _size(scale["scale"], plain)
        if not (meant := _meant(name, size)) or (size is None and _is_a_word(plain, name, start, end)):
            continue
        start, end = before.start() if before else start, after.end() if after else end
        found.append(_Mention(size or 1.0, meant, size is not None, start, end))
    for match in _in_cjk().finditer(plain):
        size = _CJK.get(match["scale"] or "", 1.0)
        found.append(_Mention(size, IN_CJK[match["name"]], bool(match["scale"]), *match.span()))
    return sorted(found, key=lambda one: one.start)


def _is_a_word(plain: str, name: str, start: int, end: int) -> bool:
    """Whether a code or "dong" without a scale is just a word: it is believed in brackets, or where it is all."""
    if name != "dong" and (len(name) != 3 or not name.isalpha() or name in COMMON or name.upper() not in currencies()):
        return False
    bracketed = plain[start - 1 : start] in ("(", "[") and plain[end : end + 1] in (")", "]")
    alone = end == len(plain) and (start == 0 or plain[:start].endswith(": "))
    return name in _WORDS_AS_WELL or not (bracketed or alone)


def _meant(name: str, size: float | None) -> tuple[str, ...]:
    """The currencies that a name may mean; none where it is a word."""
    if name in ("dong", "dongs", "d"):
        return ("VND",) if name != "d" or size else ()
    if AMBIGUOUS.get(name, ())[:1] == ("INR",) and size in (1e5, 1e7):
        return ("INR",)  # lakh and crore of "Rs" are how India's tables are printed
    return AMBIGUOUS.get(name) or ((meanings()[name],) if name in meanings() else ())


def _size(scale: str, plain: str) -> float:
    """How much a word of scale is."""
    if scale == "mil" and _ROMANCE.search(plain):
        return 1e3
    found = _SCALE_OF.fullmatch(scale.rstrip("."))
    return _SCALES[int(str(found.lastgroup)[1:])][0] if found else 1.0


# How far before a currency its scale may begin.
WIDEST = 40
_AHEAD = re.compile(
    rf"(?<![\w.,])(?:(?P<times>{_COUNTED}) (?!1?000))?(?P<scale>{_SCALE})\.?(?: of| de)?(?: current| constant)?"
    r"[ .,(\[-]*$"
)
_BEHIND = re.compile(rf"[ .,(\[-]*(?:in |em )?(?P<scale>{_SCALE})\.?(?![\w^]|{_GOODS})")
# Codes and short words that are believed wherever they stand.
_COMMON = """
usd vnd eur gbp jpy cny sgd aud hkd nzd twd thb inr krw chf myr idr npr lkr pkr bdt brl mxn zar sek dkk pln czk huf rub
uah kzt aed khr mmk qar kwd bhd jod egp ngn ghs tzs ugx clp uyu crc
"""
COMMON = frozenset(_COMMON.split())
# These mean something else in brackets too, as in "Hong Kong (SAR)".
_WORDS_AS_WELL = frozenset(("all", "cad", "dem", "mad", "pen", "php", "pte", "sar", "sdg", "std", "top", "try"))


@functools.cache
def _name() -> re.Pattern[str]:
    """The names and marks of currencies, longest first; of codes every word of three letters."""
    names = sorted((name for name in [*meanings(), *AMBIGUOUS] if not (len(name) == 3 and name.isalpha())), key=len)
    words = "|".join(map(re.escape, (name for name in names[::-1] if name[0].isalnum() and name[-1].isalnum())))
    marks = "|".join(map(_bounded, (name for name in names[::-1] if not (name[0].isalnum() and name[-1].isalnum()))))
    # "dong" without its accents is east too: not in "Dong Nam A"; "d" is short for it beside a scale.
    return re.compile(rf"(?<![a-z])(?:{words}|dongs?(?! nam a)|d|[a-z]{{3}})(?![a-z])|{marks}")


def _bounded(mark: str) -> str:
    """A mark such as "s$" that does not begin within a word."""
    return rf"{'(?<!' + chr(92) + 'w)' if len(mark) > 1 else ''}{re.escape(mark)}"


@functools.cache
def _in_cjk() -> re.Pattern[str]:
    scales = "|".join(sorted(_CJK, key=len, reverse=True))
    return re.compile(rf"(?P<scale>{scales})?(?P<name>{'|'.join(sorted(IN_CJK, key=len, reverse=True))})")


def _is_a_sum(plain: str) -> bool:
    """Whether a text tells of a sum of money, such as 5 million USD, rather than of a unit."""
    return any(
        one.scaled and _NUMBER.search(plain[: one.start]) and not plain[one.start : one.end][:1].isdigit()
        for one in _mentions(plain)
    )


_NUMBER = re.compile(r"(?<!\d)(?!(?:19|20)\d\d\b)[\d.,]*\d ?$")


_GLUED = re.compile(rf"(?<![a-z])(k|m|mn|bn|tn|tr|mio)({'|'.join(sorted(COMMON))})(?![a-z])")


def _plain(text: object) -> str:
    plain = unaccented(re.sub("[_'’`]", " ", str(text)[:LONGEST].lower()))
    plain = _GLUED.sub(r"\1 \2", plain)
    plain = re.sub(r" ?\([£€$₫¥]\)", "", plain)  # a mark behind its code says it again
    plain = re.sub(r"\bu\.?s\.? ?\$", "usd ", plain).replace("u.s.", "us")
    return " ".join(plain.split())
