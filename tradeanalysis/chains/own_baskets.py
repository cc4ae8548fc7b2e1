"""A basket of one's own by final buyer: a province's, or a firm's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from tradeanalysis.chains.end_baskets import EndMarkets, named
from tradeanalysis.chains.io_tables import IOTable, need_io
from tradeanalysis.gate.frames import collected, labels_in, open_table, refuse_float_ends
from tradeanalysis.parameters import need_labels
from tradeanalysis.results import annotated
from tradeanalysis.schema import EXPORT, FLOW, PARTNER, REPORTER, VALUE, TradeDataError
from tradeanalysis.sums import Array, among, coded, remainders
from tradeanalysis.tables.baskets import choose, label_of
from tradeanalysis.tables.markets import code_of, market_labels, market_name
from tradeanalysis.texts import Text, capital, percent, say

# The rest of the world in tables of this kind.
REST = "ROW"


@dataclass(frozen=True, repr=False)
class LookThrough(EndMarkets):
    """A basket by final buyer: ``table`` (``partner, value, value_before, share, share_before``), the largest first.

    ``home`` is what ends in the economy's own final use, embodied in what others sell to it. ``filled`` is the share of
    the value whose use was taken from what others sell to the same market, since the table has no such sale.
    """

    filled: float
    reporter: str

    def sentence(self, lang: str = "en") -> str:
        """The largest market before and after, and what comes home."""
        top = self.table.iloc[self.table["value_before"].to_numpy().argmax()]
        total = self.table["value_before"].sum()
        shares = {"before": top["share_before"], "after": top["share"], "home": self.home / total}
        words = {key: percent(one, lang) for key, one in shares.items()}
        return capital(say("lookthrough_sentence", lang, partner=named(top[PARTNER], lang), **words))


def lookthrough(
    table: Any,
    io: IOTable,
    *,
    reporter: str | None = None,
    year: int | None = None,
    industry: str = "industry",
    value: str = VALUE,
) -> LookThrough:
    r"""A basket of one's own by the final buyers who pay for it in the end: a province's, or a firm's.

    A sale of industry s to market c is split as the table splits such sales, into final use in c and the use of c's
    industries u; each of these passes on what it buys as it does its output:

    .. math::

        y_{sce} = x_{sc} \frac{F_{sc} 1[e = c] + \sum_{u \in c} Z_{su} h_{ue}}{F_{sc} + \sum_{u \in c} Z_{su}}

    Parameters
    ----------
    table
        A trade table with a column of industries, as ``io`` names them; one reporter's exports of one year.
    io
        What ``ta.io_table`` made.
    reporter
        The economy of ``io`` whose industries sell: of a province, its country. By default the table's own; of several
        in the table, the one whose rows are taken.
    year
        The year, where the table has several.
    industry
        The column of industries: ``"industry"``.
    value
        The column of values.

    Returns
    -------
    A ``LookThrough``: ``table``, ``home``, ``basket``. Values and what comes home sum to the values before. The
    rest of the world is a row, and shares are of all with it, as in ``ta.partners``; it is not in ``basket``, but in
    its ``attrs["unallocated"]``.

    Raises
    ------
    TradeDataError
        The reporter, an industry or a partner is not in ``io``; an industry sells to a market to which no one in ``io``
        does.

    Notes
    -----
    A province is taken to sell to the same users as its country's industry does. Where ``io`` has no such sale at all,
    the users of what other countries' same industry sells there stand in: ``filled`` is the share of value.

    References
    ----------
    Johnson, R. C. & Noguera, G. (2012). Accounting for intermediates: production sharing and trade in value added.
    Journal of International Economics 86(2), 224-236. https://doi.org/10.1016/j.jinteco.2011.10.003

    Examples
    --------
    >>> import pandas as pd
    >>> import tradeanalysis as ta
    >>> rows = pd.MultiIndex.from_product([["VNM", "USA", "CHN"], ["goods"]])
    >>> Z = pd.DataFrame([[20, 0, 20], [5, 40, 0], [10, 0, 30]], rows, rows)
    >>> F = pd.DataFrame([[50, 10, 0], [5, 50, 0], [0, 20, 40]], rows, ["VNM", "USA", "CHN"])
    >>> province = pd.DataFrame({"partner": ["USA", "CHN"], "industry": "goods", "value": [30.0, 70.0]})
    >>> found = ta.lookthrough(province, ta.io_table(Z, F), reporter="VNM")
    >>> found.table.round(2)
      partner  value  value_before  share  share_before
    0     USA  52.04          30.0   0.56           0.3
    1     CHN  41.48          70.0   0.44           0.7
    >>> round(found.home, 2)
    6.48
    """
    need_labels(reporter=reporter, year=year)
    need_io(io)
    sales, seller = _sales(table, io, reporter, year, industry, value)
    own = label_of(list(io.countries), REPORTER, seller)
    rest = among(pd.Index(sales[PARTNER]), remainders(PARTNER))
    partners = [REST if left and REST in io.buyers else one for one, left in zip(sales[PARTNER], rest, strict=True)]
    sales = sales.assign(**{PARTNER: market_labels(partners, io.buyers)})
    _refuse_unknown(sales[PARTNER], io.buyers, "lookthrough_partners")
    if (sales[VALUE][sales[PARTNER] == own] > 0).any():
        raise TradeDataError(Text("lookthrough_own", reporter=market_name(own)))
    industries = io.labels[io.country == io.countries.get_loc(own)].get_level_values(1)
    _refuse_unknown(sales[industry], industries, "lookthrough_industries")
    users, final, filled = _first_use(io, own, sales.rename(columns={industry: "industry"}))
    ends = final + io.final_of(users)
    if not sales[VALUE].sum() > 0:
        raise TradeDataError(Text("no_trade_here"))
    before = sales.groupby(PARTNER)[VALUE].sum().reindex(io.buyers, fill_value=0.0).to_numpy()
    is_home = io.buyers == own
    frame = pd.DataFrame({PARTNER: io.buyers, VALUE: ends, "value_before": before})[~is_home]
    frame = frame.assign(share=frame[VALUE] / frame[VALUE].sum(), share_before=before[~is_home] / before.sum())
    frame = frame.sort_values(VALUE, ascending=False, kind="stable", ignore_index=True)
    noted = annotated(
        frame, dict(getattr(table, "attrs", {})), reporter=own, method="lookthrough", home=float(ends[is_home].sum())
    )
    unnamed = float(before[among(io.buyers, remainders(PARTNER))].sum() / before.sum())
    return LookThrough(noted, float(ends[is_home].sum()), unnamed, filled / before.sum(), own)


# ---- what is given ------------------------------------------------------------------------------------------------


def _sales(
    table: Any, io: IOTable, reporter: str | None, year: int | None, industry: str, value: str
) -> tuple[pd.DataFrame, Any]:
    """The values of one reporter's exports by partner and industry, and who sells."""
    given = open_table(table, [PARTNER, industry], value)
    sellers, flows = (
        labels_in(given, one) if one in given.collect_schema().names() else [] for one in (REPORTER, FLOW)
    )
    if flows and EXPORT not in flows:
        raise TradeDataError(Text("lookthrough_no_exports"))
    # The one reporter of a table may be a province of the economy, but no other economy.
    own = reporter if len(sellers) > 1 or (sellers and code_of(sellers[0]) in io.countries) else None
    seller = reporter if reporter is not None or len(sellers) != 1 else sellers[0]
    rows = choose(table, reporter=own, flow=EXPORT if flows else None, year=year, value=value).rows
    rows = open_table(rows.to_native(), [PARTNER, industry], VALUE)
    x, _, _ = coded(collected(rows), [industry], PARTNER, VALUE)
    refuse_float_ends(x, "sum", "rounded")
    sums: pd.DataFrame = collected(rows).to_pandas()[[PARTNER, industry]].assign(**{VALUE: x})
    return sums.groupby([PARTNER, industry])[[VALUE]].sum().reset_index(), seller


def _refuse_unknown(labels: pd.Series[Any], known: pd.Index[Any], key: str) -> None:
    if strange := [str(one) for one in labels.unique() if one not in known]:
        raise TradeDataError(Text(key, labels=strange, known=[str(one) for one in known]))


def _first_use(io: IOTable, own: str, sales: pd.DataFrame) -> tuple[Array, Array, float]:
    """What of the sales each buying industry uses, what goes to final use, and the value whose use was filled."""
    users, final, filled = np.zeros(len(io.output)), np.zeros(len(io.buyers)), 0.0
    industries = io.labels.get_level_values(1)
    for partner, name, sold in sales[[PARTNER, "industry", VALUE]].itertuples(index=False):
        if sold == 0:
            continue
        buyer = io.buyers.get_loc(partner)
        inside = io.country == io.countries.get_loc(partner) if partner in io.countries else np.zeros(len(users), bool)
        seller = (industries == name) & (io.country == io.countries.get_loc(own))
        for rows in (seller, (industries == name) & ~seller & ~inside):
            use, last = io.flows[rows].sum(axis=0) * inside, max(io.final[rows, buyer].sum(), 0.0)
            if use.sum() + last > 0:
                break
        else:
            raise TradeDataError(Text("lookthrough_no_sale", industry=name, partner=market_name(partner)))
        filled += sold * (rows is not seller)
        users += sold * use / (use.sum() + last)
        final[buyer] += sold * last / (use.sum() + last)
    return users, final, filled
