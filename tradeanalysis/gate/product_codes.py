"""Product codes: their number of digits, the total, the codes of unspecified products, and words for the rest."""

from __future__ import annotations

import re

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
    if names.key(text) in TOTALS:
        return 0
    return len(text) if text.isascii() and text.isdigit() else -1


def is_other(product: str) -> bool:
    """Whether a label names what is left of all products, and no product.

    Examples
    --------
    >>> [is_other(one) for one in ("Hàng hóa khác", "Các mặt hàng khác", "Other products", "Other vegetable oils")]
    [True, True, True, False]
    """
    return _OTHER.fullmatch(" ".join(product.split())) is not None
