"""Units of money as headings, titles and notes state them, in English and Vietnamese."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

UNITS = {"USD": 1.0, "kUSD": 1e3, "mUSD": 1e6, "bnUSD": 1e9}

_WORDS = {
    "kUSD": r"nghin|ngan(?! hang)|thousands?",
    "mUSD": r"trieu|millions?|mil|mio|mn",
    "bnUSD": r"(?<!cong )ty|ti|billions?|bn",
}
_DIGITS = {"kUSD": r"1[., ]?000|000s?|k", "mUSD": r"1[., ]?000[., ]?000|10\^6|tr\.?|m", "bnUSD": r"10\^9"}
_WORD = "|".join(_WORDS.values())
_DOLLAR = r"(?:us dollars?|dollars?|usd|do la(?: my)?)(?![a-z])"
# "1000 USD", "triệu USD", "millions of current US dollars"; "US$ thousand", "USD (millions)"; not "USD, million tons".
_SCALED = re.compile(
    "|".join(
        rf"(?P<{unit}>(?<![\w.,])(?:{scale})(?: of)?(?: current| constant)?[ (\[]*{_DOLLAR})"
        rf"|(?P<{unit}_>(?<![a-z]){_DOLLAR}[ ,(\[]*(?:in )?(?:{scale})(?![\w^]| ?(?:tan|ton|kg)))"
        for unit, scale in ((unit, f"{_DIGITS[unit]}|{_WORDS[unit]}") for unit in _WORDS)
    )
)
_BARE = re.compile(rf"(?<![a-z]){_DOLLAR}")
_OTHER = re.compile(
    r"\b(?:vnd|viet nam dong|dong viet nam|euros?|eur|yuan|cny|rmb|jpy|yen|gbp|sgd|aud|cad|hkd|nzd|twd|thb|baht|inr)\b"
    r"|\b(?:singapore|australian?|canadian|hong ?kong|new zealand|nz|taiwan) (?:dollars?|do la)"
    r"|(?<!\w)(?:s ?|a|au|c|ca|hk|nt|nz)\$|[€£¥₫]"
    r"|\b(?:nghin|ngan|trieu|ty|ti) dong\b(?! nam)"
)
# A number or a word of scale before a unit, such as 100 or "trăm", makes it another unit; a year does not.
_BEFORE = re.compile(rf"(?:\b(?:tram|chuc|tens?|hundreds?|{_WORD})|(?<!\d)(?!(?:19|20)\d\d\b)[\d.,]*\d)(?: of)?[ .,]*$")
_PER = re.compile(r"[ )\]]*(?:/|per\b|mot\b|moi\b)")
# Somewhere beside dollars; "ty" is left out, which begins many other words.
_SCALE = re.compile(rf"\b(?:{_DIGITS['kUSD']}|tram|{_WORDS['kUSD']}|{_WORDS['mUSD']}|billions?|bn)\b|10\^")
_SCALE_ALONE = re.compile(rf"(?:^|[:(\[]) ?(?:in )?(?:000s?|{_WORD}) ?(?:[)\]]|$)")
# What a title or note must say, or how short it must be, before its unit is believed; a sum of money states none.
_ON_UNITS = re.compile(r"\bdon vi\b|\bdvt\b|\bunits?\b|\bscale\b")
_ON_VALUES = re.compile(r"\bvalues? (?:are|is|in)\b|\(|\bin (?:us|thousand|million|billion)")
_SUM = re.compile(rf"(?<!\d)(?!(?:19|20)\d\d\b)[\d.,]*\d ?(?:{_WORD}) ?{_DOLLAR}")
SHORT = 30


def unit_in(text: object) -> str | None:
    """The unit that a text states: one of ``UNITS``; in words, one that is not; or None.

    Examples
    --------
    >>> [unit_in(text) for text in ("Trị giá (1000 USD)", "Kim ngạch, triệu USD", "Unit : US Dollar thousand", "Tháng")]
    ['kUSD', 'mUSD', 'kUSD', None]
    >>> unit_in("Values are shown in Singapore dollars"), unit_in("trăm triệu USD")
    ('another currency, singapore dollars', "a unit that is not plain, 'trăm triệu USD'")
    """
    plain = _plain(text)
    if other := _OTHER.search(plain):
        return f"another currency, {other[0]}"
    scaled = [*_SCALED.finditer(plain)]
    found = scaled or [*_BARE.finditer(plain)]
    vague = not scaled and bool(_SCALE.search(plain)) if found else bool(_SCALE_ALONE.search(plain))
    units = {str(one.lastgroup or "USD").rstrip("_") for one in found}
    if vague or len(units) > 1 or any(_BEFORE.search(plain[: m.start()]) or _PER.match(plain, m.end()) for m in found):
        return f"a unit that is not plain, {str(text).strip()[:60]!r}"
    return next(iter(units), None)


def units_in(headings: Iterable[object], around: Iterable[object] = ()) -> frozenset[str]:
    """The units that headings name, and texts around the table that are on units."""
    texts = [*headings, *filter(_is_on_units, around)]
    return frozenset(unit for text in texts if (unit := unit_in(text)))


def _is_on_units(text: object) -> bool:
    plain = _plain(text)
    short = len(str(text)) <= SHORT or bool(_ON_VALUES.search(plain))
    return bool(_ON_UNITS.search(plain)) or (short and not _SUM.search(plain))


def _plain(text: object) -> str:
    plain = unicodedata.normalize("NFKD", re.sub("[_'’`]", " ", str(text).lower().replace("đ", "d")))
    plain = "".join(char for char in plain if not unicodedata.combining(char))
    return " ".join(re.sub(r"\bu\.?s\.? ?\$", "usd ", plain).replace("u.s.", "us").split())
