"""Flows that were nil for longer begin less often: by how much, counted on years that are known."""

from __future__ import annotations

import math
from dataclasses import dataclass

import pandas as pd

from tradeanalysis.prospects.trade_flows import YearlyFlows
from tradeanalysis.prospects.windows import (
    Window,
    always_reported,
    candidates,
    known_flows,
    of_products,
    of_reporters,
    outcome_of,
    revised,
    up_to,
)
from tradeanalysis.texts import Text

# From fewer flows that began no odds are counted.
FEWEST = 50


@dataclass(frozen=True)
class Spells:
    r"""How much more often flows begin that were nil for ``trained`` years than those nil for ``wanted`` years.

    ``offset`` is :math:`\ln` of the ratio of the odds, 0 where both are of one length, or where it could not be
    counted: ``uncounted`` then says why.
    """

    trained: int
    wanted: int
    offset: float = 0.0
    uncounted: Text | None = None

    def said(self) -> Text | str:
        """What was done for the length of being nil, in words; empty where both are of one length."""
        if self.uncounted is not None or self.trained == self.wanted:
            return self.uncounted or ""
        odds = round(math.exp(-self.offset), 2)
        return Text("spells_offset", trained=self.trained, wanted=self.wanted, odds=odds)


def spells_of(yearly: YearlyFlows, earlier: Window, base: Window, least: float) -> Spells:
    r"""The offset of chances learnt of a shorter nil spell than that of the flows for which they are stated.

    Many flows that were nil for one year only paused, and the share that begins falls with the length of the spell.
    Both shares are counted in the last year of the base window, for spells that end the year before, of the same
    reporters and codes. The difference of their log odds is a prior correction (King & Zeng 2001): it moves no order.
    Trade too ends less often the longer it has lasted (Besedeš & Prusa 2006).

    References
    ----------
    King, G., Zeng, L. (2001). Logistic regression in rare events data. Political Analysis 9, 137-163.
    https://doi.org/10.1093/oxfordjournals.pan.a004868
    Besedeš, T., Prusa, T. J. (2006). Ins, outs, and the duration of trade. Canadian Journal of Economics 39, 266-295.
    As a working paper: https://doi.org/10.3386/w9936
    """
    trained, wanted = (window[1] - window[0] + 1 for window in (earlier, base))
    if trained == wanted:
        return Spells(trained, wanted)
    last = base[1]
    whole, known = (last - wanted, last), up_to(yearly, last)
    if not set(range(whole[0], last + 1)) <= set(known.years) or not (steady := always_reported(known, [whole])).any():
        return Spells(trained, wanted, uncounted=Text("spells_no_years", first=whole[0], last=last))
    known = of_reporters(known, steady)
    lasting = ~pd.Index(known.products).isin(revised(known, whole).index)
    known = of_products(known, lasting)
    nil = [(last - years, last - 1) for years in (trained, wanted)]
    counts = [_began(known, one, least) if lasting.any() else (0, 0) for one in nil]
    came = min(one for one, _ in counts)
    if came < FEWEST or any(one == of for one, of in counts):
        return Spells(trained, wanted, uncounted=Text("spells_few", came=came, year=last, fewest=FEWEST))
    short, long = (math.log(one / (of - one)) for one, of in counts)
    return Spells(trained, wanted, short - long)


def _began(yearly: YearlyFlows, nil: Window, least: float) -> tuple[int, int]:
    """How many candidates that were nil in a window reached so much in the year after it, and how many there were."""
    came = outcome_of(yearly, nil, (nil[1] + 1, nil[1] + 1), candidates(known_flows(yearly, nil)), least)
    return int(came.true.sum()), int(came.known.sum())
