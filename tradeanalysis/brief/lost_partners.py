"""Partners of the year before that have no figure in the year of the brief."""

from __future__ import annotations

from typing import Any

import pandas as pd

from tradeanalysis.brief.facts import FlowFacts
from tradeanalysis.schema import PARTNER


def lost_partners(one: FlowFacts) -> pd.Series[Any]:
    """The value in the year before of the partners that have none in this year, the largest first."""
    if one.before is None:
        return pd.Series(dtype=float)
    then = one.before.partners
    return then[~then.index.isin(one.partners[PARTNER])].sort_values(ascending=False, kind="stable")


def value_of_lost(one: FlowFacts) -> float:
    """Their value in this year: nothing, or missing where it may be among what is not detailed or not listed."""
    return 0.0 if one.whole_list and not one.unallocated else float("nan")
