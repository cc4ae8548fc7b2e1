"""How far a number may be rounded: ends of an interval outwards, and two amounts so that their ratio can be checked."""

from __future__ import annotations

import math

from tradeanalysis.currencies import DOLLAR
from tradeanalysis.texts.catalogues import money, number, percent
from tradeanalysis.texts.written import Written, figures_of

# A share below this is 0.0% on paper: nothing is said of it.
SHOWN_SHARE = 0.0005
# Of the last digit: what is so near to it is the number itself, which arithmetic has missed by a rounding.
EXACT = 1e-6
# Decimals of two amounts in one sentence, at most.
DECIMALS = 6


def outwards(low: float, high: float, lang: str, digits: int = 3) -> tuple[str, str]:
    """The two ends of an interval, the lower rounded down and the higher up.

    Examples
    --------
    >>> outwards(0.0946, 0.2501, "en"), outwards(0.1, 0.3, "vi", 1)
    (('0.094', '0.251'), ('0,1', '0,3'))
    """
    size = 10**digits
    down, up = math.floor(low * size + EXACT) / size, math.ceil(high * size - EXACT) / size
    return _outward(number(down, lang, digits), low), _outward(number(up, lang, digits), high)


def _outward(text: str, exact: float) -> Written:
    return Written(text, [one._replace(value=float(exact), outwards=True) for one in figures_of(text)])


def compared(value: float, earlier: float, lang: str, currency: str | None = DOLLAR) -> tuple[str, str, str]:
    """Two amounts and the change from the second to the first, without its sign.

    The amounts have as many decimals as make their ratio, as they are written, round to the written change.

    Examples
    --------
    >>> compared(1.1120e9, 1.0000e9, "en"), compared(83.9e9, 67.12e9, "vi")
    (('1.112 bn USD', '1.000 bn USD', '11.2%'), ('83,9 tỷ USD', '67,1 tỷ USD', '25,0%'))
    """
    change = percent(abs(value / earlier - 1), lang)
    for digits in range(1, DECIMALS + 1):
        pair = money(value, lang, currency, digits), money(earlier, lang, currency, digits)
        now, then = (_as_written(text, exact) for text, exact in zip(pair, (value, earlier), strict=True))
        if then and percent(abs(now / then - 1), lang) == change:
            break
    return *pair, change


def _as_written(text: str, exact: float) -> float:
    """What a reader computes with: the amount rounded to the decimals that its text has."""
    (one,) = figures_of(text)
    decimals = len(one.form.partition(".")[2].partition('"')[0])
    return round(one.value, decimals) * (exact / one.value if one.value else 1.0)
