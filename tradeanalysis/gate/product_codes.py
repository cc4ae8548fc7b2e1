"""Product codes: their number of digits, the total, the codes of unspecified products, and words for the rest."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from tradeanalysis import names

TOTALS = frozenset(("total", "ag0", "allproducts", "allcommodities", "tongso", "tongcong"))
# Products that customs could not or did not specify, in nomenclatures of two, four and six digits.
UNSPECIFIED = frozenset(("99", "9999", "999999"))
# What is no product by itself.
_OTHER = re.compile(
    r"(?:các\s+)?(?:(?:mặt\s+)?hàng(?:\s+ho[áà]a?|\s+hóa)?|sản\s+phẩm|loại)?(?:\s+còn\s+lại|\s*khác)"
    r"|(?:all\s+)?others?(?:\s+(?:products?|goods|commodities))?|.*\b(?:unspecified|not\s+specified|chưa\s+phân\s+loại)\b.*",
    re.IGNORECASE,
)


def level_of(code: object) -> int:
    """The digits of a product code; 0 for the total of all products, -1 for what is not a code of a nomenclature.

    Examples
    --------
    >>> [level_of(code) for code in ("TOTAL", "01", "010121", "Gạo")]
    [0, 2, 6, -1]
    """
    text = str(code).strip()
    if text.isascii() and text.isdigit():
        return len(text)
    return 0 if names.key(text) in TOTALS else -1


def levels_of(codes: Iterable[str]) -> list[int]:
    """The levels of codes, without those of unspecified products, which stand beside products of any level.

    Examples
    --------
    >>> levels_of(["85171300", "09011110", "999999"])
    [8]
    """
    known = set(codes)
    return sorted({level_of(code) for code in known - UNSPECIFIED or known} - {-1})


def nomenclature_levels(codes: Iterable[str]) -> list[int]:
    """The levels of codes of an even number of digits, and of totals: numbers of one's own may be "7" and "12".

    Examples
    --------
    >>> nomenclature_levels(["7", "12"]), nomenclature_levels(["TOTAL", "01", "010121"])
    ([2], [0, 2, 6])
    """
    return [one for one in levels_of(codes) if one % 2 == 0]


def at_level(codes: Sequence[str], level: int) -> list[bool]:
    """Which codes the trade at a level is the sum of: its own, and unspecified products that none of these holds.

    Examples
    --------
    >>> at_level(["85171300", "999999"], 8)
    [True, True]
    >>> at_level(["8517", "9999", "851713", "999999"], 6)
    [False, False, True, True]
    """
    own = {code for code in codes if level_of(code) == level}
    held = {each for each in UNSPECIFIED for code in own if each.startswith(code) or code.startswith(each)}
    return [code in own or (level > 0 and code in UNSPECIFIED - held) for code in codes]


def is_other(product: str) -> bool:
    """Whether a label names what is left of all products, and no product.

    Examples
    --------
    >>> [is_other(one) for one in ("Hàng hóa khác", "Các mặt hàng khác", "Other products", "Other vegetable oils")]
    [True, True, True, False]
    """
    return _OTHER.fullmatch(" ".join(product.split())) is not None
