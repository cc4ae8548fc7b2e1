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
)


def told(text: object) -> str | None:
    """The unit that a text names: one of ``UNITS``, another currency by its name, or None.

    Examples
    --------
    >>> [told(text) for text in ("Trị giá (1000 USD)", "Kim ngạch, triệu USD", "Unit : US Dollar thousand", "Tháng")]
    ['kUSD', 'mUSD', 'kUSD', None]
    >>> told("Values are shown in Singapore dollars")
    'singapore dollars'
    """
    plain = unicodedata.normalize("NFKD", str(text).lower().replace("đ", "d").replace("_", " "))
    plain = (
        "".join(char for char in plain if not unicodedata.combining(char)).replace("us$", "usd").replace("us $", "usd")
    )
    if other := _OTHER.search(plain):
        return other[0]
    return next((unit for unit, pattern in _PATTERNS if pattern.search(plain)), None)


def all_told(texts: Iterable[object]) -> frozenset[str]:
    """The units that texts name."""
    return frozenset(unit for text in texts if (unit := told(text)))
