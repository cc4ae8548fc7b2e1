"""Whose value added is in exports: the domestic and the foreign part of each industry's, and its own in all exports."""

from __future__ import annotations

import numpy as np
import pandas as pd

from tradeanalysis.chains.io_tables import IOTable, need_io
from tradeanalysis.parameters import need_labels
from tradeanalysis.results import annotated
from tradeanalysis.schema import REPORTER
from tradeanalysis.sums import Array
from tradeanalysis.tables.baskets import label_of


def export_content(io: IOTable, *, reporter: str | None = None) -> pd.DataFrame:
    r"""The value added of one's own and of others in the exports of each industry.

    With :math:`V` value added per unit of output, :math:`L = (I - Z \hat x^{-1})^{-1}` and :math:`e`
    gross exports, the element (s, k) of :math:`\hat V L \hat e` is the value added of s in the exports of k.

    Parameters
    ----------
    io
        What ``ta.io_table`` made.
    reporter
        The economy; all of the table where none is given.

    Returns
    -------
    A table ``reporter, industry, exports, domestic, foreign, value_added, rca``, in the order and the unit of ``io``:
    gross exports of each industry, the parts of them that are the economy's own value added and that of others, and
    the industry's own value added in all exports of its economy, with its revealed comparative advantage: its share in
    the economy's, over the industry's share in all economies'.

    Raises
    ------
    TradeDataError
        The economy is not in the table.

    Notes
    -----
    Value added that leaves and comes back in imported inputs is domestic. ``rca`` is missing where an economy exports
    nothing.

    References
    ----------
    Koopman, R., Wang, Z. & Wei, S.-J. (2014). Tracing value-added and double counting in gross exports. American
    Economic Review 104(2), 459-494. https://doi.org/10.1257/aer.104.2.459

    Examples
    --------
    >>> import pandas as pd
    >>> import tradeanalysis as ta
    >>> rows = pd.MultiIndex.from_product([["VNM", "USA"], ["goods"]])
    >>> Z = pd.DataFrame([[20, 10], [5, 40]], rows, rows)
    >>> F = pd.DataFrame([[50, 20], [5, 50]], rows, ["VNM", "USA"])
    >>> ta.chains.export_content(ta.io_table(Z, F))[["reporter", "exports", "domestic", "foreign"]].round(3)
      reporter  exports  domestic  foreign
    0      VNM     30.0    28.421    1.579
    1      USA     10.0     8.421    1.579
    """
    need_labels(reporter=reporter)
    need_io(io)
    exports = _exports(io)
    own = np.arange(len(io.countries))[:, None] == io.country
    # The value added of each country in a unit of each industry's output.
    added = io.chain.arrivals(np.where(own, io.value_added, 0.0))
    domestic = added[io.country, np.arange(len(exports))] * io.per_output * exports
    # The output of each industry that the exports of its own country need.
    needed = io.output * io.chain.ends((own * exports * io.per_output).T)[np.arange(len(exports)), io.country]
    value_added = io.value_added * io.per_output * needed
    amounts = {"exports": exports, "domestic": domestic, "foreign": exports - domestic, "value_added": value_added}
    industries = io.labels.get_level_values(1)
    table = pd.DataFrame({REPORTER: io.countries.take(io.country), "industry": industries, **amounts})
    table["rca"] = _advantage(table)
    if reporter is not None:
        table = table[table[REPORTER] == label_of(list(io.countries), REPORTER, reporter)].reset_index(drop=True)
    return annotated(table, {}, method="export_content", reporter=reporter)


def _exports(io: IOTable) -> Array:
    """What each industry sells abroad."""
    own = io.country[:, None] == io.country
    at_home = np.where(own, io.flows, 0.0).sum(axis=1)
    final_at_home = np.where(io.countries[io.country].to_numpy()[:, None] == io.buyers.to_numpy(), io.final, 0.0)
    return np.asarray(io.output - at_home - final_at_home.sum(axis=1))


def _advantage(table: pd.DataFrame) -> pd.Series[float]:
    """The share of an industry in its economy's value added in exports, over its share in all economies'."""
    value = table["value_added"]
    of_economy = value.groupby(table[REPORTER]).transform("sum")
    of_industry = value.groupby(table["industry"]).transform("sum")
    share = (value / of_economy).where(of_economy > 0)
    return (share / (of_industry / value.sum())).where(of_industry > 0)
