"""Product codes: their number of digits, the total, and the codes of unspecified products."""

from __future__ import annotations

from tradeanalysis import names

TOTALS = frozenset(("total", "ag0", "allproducts", "allcommodities", "tongso", "tongcong"))
# Products that customs could not or did not specify, in nomenclatures of two, four and six digits.
UNSPECIFIED = frozenset(("99", "9999", "999999"))


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
