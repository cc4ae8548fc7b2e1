"""Units of money as headings, titles and notes tell them, in English and Vietnamese."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

UNITS = {"USD": 1.0, "kUSD": 1e3, "mUSD": 1e6, "bnUSD": 1e9}

_DOLLAR = r"(us dollars?|dollars?|usd|do la( my)?)"
_MANY = {
    "kUSD": r"(1[., ]?000|000|nghin|ngan|thousands?( of)?)",
    "mUSD": r"(trieu|millions?( of)?|mil|mio|mn)",
    "bnUSD": r"(ty|ti|billions?( of)?|bn)",
}
# "1000 USD", "triệu USD", "US$ Thousand", "US Dollar thousand"; bare dollars last.
_PATTERNS = [
    *((unit, re.compile(rf"\b{many} ?{_DOLLAR}\b|\b{_DOLLAR} ?{many}\b")) for unit, many in _MANY.items()),
    ("USD", re.compile(rf"\b{_DOLLAR}(?!\w)")),
]
_OTHER = re.compile(
    r"\b(vnd|viet nam dong|dong viet nam|singapore dollars?|sgd|euros?|eur|yuan|cny|rmb|jpy|yen|gbp)\b|(?<!\w)s ?\$"
    r"|\b(nghin|ngan|trieu|ty|ti) dong\b(?! nam)"
)
# What a title or note must say, or be as short as, before a sum of money in it is taken for the unit of the table.
_ON_UNITS, SHORT = re.compile(r"don vi|dvt|unit|values? (are|is|in)\b|\("), 30


def told(text: object) -> str | None:
    """The unit that a text names: one of ``UNITS``, another currency by its name, or None.

    Examples
    --------
    >>> [told(text) for text in ("Trị giá (1000 USD)", "Kim ngạch, triệu USD", "Unit : US Dollar thousand", "Tháng")]
    ['kUSD', 'mUSD', 'kUSD', None]
    >>> told("Values are shown in Singapore dollars")
    'singapore dollars'
    """
    plain = _plain(text)
    if other := _OTHER.search(plain):
        return other[0]
    return next((unit for unit, pattern in _PATTERNS if pattern.search(plain)), None)


def all_told(headings: Iterable[object], around: Iterable[object] = ()) -> frozenset[str]:
    """The units that headings name, and texts around the table that are on units."""
    on_units = [text for text in around if len(str(text)) <= SHORT or _ON_UNITS.search(_plain(text))]
    return frozenset(unit for text in (*headings, *on_units) if (unit := told(text)))


def _plain(text: object) -> str:
    plain = unicodedata.normalize("NFKD", str(text).lower().replace("đ", "d").replace("_", " "))
    plain = "".join(char for char in plain if not unicodedata.combining(char))
    return plain.replace("us$", "usd").replace("us $", "usd")
