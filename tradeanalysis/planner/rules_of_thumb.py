"""Rules of thumb: how much all other markets must grow to bring one below a cap, and how many years it takes."""

from __future__ import annotations

import math

from tradeanalysis.parameters import need_numbers
from tradeanalysis.schema import TradeDataError
from tradeanalysis.texts import Text


def growth_of_others(share: float, cap: float) -> float:
    r"""By how much all other markets together must grow to bring one market's share down to a cap.

    .. math:: \frac{s (1 - c)}{c (1 - s)} - 1

    Parameters
    ----------
    share
        s, the market's share now, above 0 and below 1.
    cap
        c, the share that it is to have, above 0 and below 1.

    Returns
    -------
    The growth of all other markets as a share of their present value, above -1, if sales to the market itself stay
    constant. It is negative where the share is already below the cap. The total then grows by s/c - 1.

    Raises
    ------
    TradeDataError
        A share is not between 0 and 1.

    Examples
    --------
    >>> import tradeanalysis as ta
    >>> round(ta.planner.growth_of_others(0.60, 0.40), 12)
    1.25
    """
    need_numbers(share=share, cap=cap)
    _inside(share=share, cap=cap)
    return share * (1 - cap) / (cap * (1 - share)) - 1


def years_to_cap(share: float, cap: float, growth_top: float, growth_others: float) -> float:
    r"""How many years it takes for one market's share to fall to a cap.

    .. math:: \ln \frac{s (1 - c)}{c (1 - s)} \Big/ \ln \frac{1 + g_{others}}{1 + g_{top}}

    Parameters
    ----------
    share, cap
        s and c, the market's share now and the one that it is to have, above 0 and below 1.
    growth_top, growth_others
        The yearly growth of sales to this market and to all others, as shares (0.10 is 10%), above -1.

    Returns
    -------
    The years, 0 or more, with decimals: round up to whole years. 0 where the share is at or below the cap, infinite
    where it is above and the others do not grow faster.

    Raises
    ------
    TradeDataError
        A share is not between 0 and 1, or a growth not above -1.

    Examples
    --------
    >>> import math
    >>> import tradeanalysis as ta
    >>> years = ta.planner.years_to_cap(0.60, 0.40, growth_top=0.03, growth_others=0.10)
    >>> round(years, 1), math.ceil(years)
    (12.3, 13)
    """
    need_numbers(share=share, cap=cap, growth_top=growth_top, growth_others=growth_others)
    _inside(share=share, cap=cap)
    for name, growth in (("growth_top", growth_top), ("growth_others", growth_others)):
        if not -1 < growth < math.inf:
            raise TradeDataError(Text("thumb_growth", name=name, growth=repr(growth)))
    if share <= cap:
        return 0.0
    gain = math.log1p(growth_others) - math.log1p(growth_top)
    return math.log(share * (1 - cap) / (cap * (1 - share))) / gain if gain > 0 else math.inf


def _inside(**shares: float) -> None:
    for name, one in shares.items():
        if not 0 < one < 1:
            raise TradeDataError(Text("thumb_share", name=name, share=repr(one)))
