"""The ceilings of every group's markets, from a table of them: matched to the baskets, new markets among them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd

from tradeanalysis.gate.frames import collected, open_table
from tradeanalysis.schema import PARTNER, TradeDataError
from tradeanalysis.sums import Array
from tradeanalysis.tables.group_baskets import Baskets
from tradeanalysis.tables.markets import market_labels, refuse_totals
from tradeanalysis.texts import Text

LIMIT = "limit"
GROUP = "group of the ceiling"


def under_ceilings(baskets: Baskets, upper: Any) -> tuple[Baskets, Array]:
    """The baskets with the markets that a ceiling opens, and the ceiling of every cell: infinity where none is named.

    As for ``ta.plan``: a code and a name of one economy are one market, a market without trade that has a ceiling is a
    new one, and a ceiling that stands twice, or for no group of the table, is refused.
    """
    given = _given(baskets, upper)
    limits = given.set_index([GROUP, PARTNER])[LIMIT]
    cells = pd.MultiIndex.from_arrays([baskets.group, baskets.names[baskets.partner]])
    found = limits.reindex(cells).to_numpy(dtype=np.float64)
    opened = limits[~limits.index.isin(cells)]
    ceilings = np.where(np.isnan(found), np.inf, found)
    if opened.empty:
        return baskets, ceilings
    # The new cells of a group stand behind its others, as new markets do in a plan.
    groups = np.append(baskets.group, opened.index.get_level_values(0).to_numpy(dtype=np.intp))
    order = np.argsort(groups, kind="stable")
    labels = baskets.names.append(opened.index.get_level_values(1).unique().difference(baskets.names, sort=False))
    partner = np.append(baskets.partner, labels.get_indexer(opened.index.get_level_values(1)))
    sizes = np.bincount(groups, minlength=len(baskets.sizes))
    wider = replace(
        baskets,
        labels=nw.from_native(labels.to_series(), series_only=True),
        x=np.append(baskets.x, np.zeros(len(opened)))[order],
        partner=partner[order],
        starts=np.concatenate([[0], np.cumsum(sizes)[:-1]]).astype(np.intp),
        sizes=sizes.astype(np.intp),
    )
    return wider, np.append(ceilings, opened.to_numpy(dtype=np.float64))[order]


def _given(baskets: Baskets, upper: Any) -> pd.DataFrame:
    """The ceilings as they are given, a row each: the number of the group, the market as the table has it, the limit.

    Raises for what would be left out of every plan without a word.
    """
    by = list(baskets.chosen.by)
    given = collected(open_table(upper, [*by, PARTNER], LIMIT)).select(*by, PARTNER, LIMIT).to_pandas()
    if (wrong := ~(given[LIMIT].to_numpy(dtype=np.float64, na_value=np.nan) >= 0)).any():
        raise TradeDataError(Text("groups_limit_negative", column=repr(LIMIT), count=int(wrong.sum())))
    given[GROUP] = _numbers(baskets, given, by)
    if (strange := given[GROUP] < 0).any():
        raise TradeDataError(Text("groups_limit_strange", groups=_named(given.loc[strange, by])))
    known = pd.Index(given[PARTNER].unique())
    given[PARTNER] = given[PARTNER].map(dict(zip(known, market_labels(known, baskets.names), strict=True)))
    refuse_totals(pd.Index(given[PARTNER].unique()))
    if (twice := given.duplicated([GROUP, PARTNER])).any():
        raise TradeDataError(Text("groups_limit_twice", cells=_named(given.loc[twice, [*by, PARTNER]])))
    return given


def _named(labels: pd.DataFrame) -> list[str]:
    """Rows of labels in one text each, once."""
    return labels.drop_duplicates().astype(str).agg(" ".join, axis=1).tolist()


def _numbers(baskets: Baskets, given: pd.DataFrame, by: list[str]) -> pd.Series[int]:
    """The number of the group of every ceiling; -1 for a group that is not in the table."""
    if not by:
        return pd.Series(0, index=given.index)
    # As objects, so that a year as a text is another label than the number, and no error of pandas.
    keys = nw.maybe_reset_index(baskets.groups).select(*by).to_pandas().astype(object)
    found = given[by].astype(object).merge(keys.assign(**{GROUP: np.arange(len(keys))}), on=by, how="left")[GROUP]
    return found.fillna(-1).astype(int).set_axis(given.index)
