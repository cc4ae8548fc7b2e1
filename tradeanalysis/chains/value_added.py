"""Value added by final buyer: of an economy, of the inputs it buys, and of a basket of one's own."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from tradeanalysis.chains.io_tables import IOTable, need_io
from tradeanalysis.parameters import need_labels
from tradeanalysis.results import annotated
from tradeanalysis.schema import PARTNER, REPORTER, VALUE, TradeDataError
from tradeanalysis.sums import Array
from tradeanalysis.tables.baskets import label_of
from tradeanalysis.tables.markets import market_name
from tradeanalysis.texts import Text


def absorbed(io: IOTable, *, reporter: str | None = None) -> pd.DataFrame:
    r"""An economy's value added by the final buyers in whose use it ends, beside its gross exports.

    With :math:`v_s` value added per unit of output and :math:`h_{sj}` the share of industry s's output that ends in the
    final use of j,

    .. math:: VA_{ij} = \sum_{s \in i} v_s x_s h_{sj}, \quad h = (I - \hat x^{-1} Z)^{-1} \hat x^{-1} F

    Parameters
    ----------
    io
        What ``ta.io_table`` made.
    reporter
        The economy; all of the table, with a column ``reporter``, where none is given.

    Returns
    -------
    A trade table ``partner, value, share, gross, gross_share``, the largest first, in the unit of ``io``. What is
    absorbed at home is no row: ``attrs["home"]``. Shares are of all value added that is absorbed abroad, and of all
    gross exports.

    Raises
    ------
    TradeDataError
        The economy is not in the table.

    Notes
    -----
    The ratio of the sums of ``value`` and ``gross`` is the VAX ratio. Every firm of an industry is taken to use the
    same inputs, whoever buys.

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
    >>> ta.absorbed(ta.io_table(Z, F), reporter="VNM").round(3)
      partner   value  share  gross  gross_share
    0     USA  13.241  0.579   10.0        0.333
    1     CHN   9.630  0.421   20.0        0.667
    """
    need_labels(reporter=reporter)
    need_io(io)
    if reporter is None:
        everyone = _by_buyer(io, io.countries, io.by_country(io.value_added[:, None] * io.buyers_of_a_unit))
        return annotated(everyone, {}, method="absorbed")
    own = label_of(list(io.countries), REPORTER, reporter)
    added = np.where(io.country == io.countries.get_loc(own), io.value_added, 0.0)
    value = io.final_of(added)
    table = _by_buyer(io, pd.Index([own]), value[None, :]).drop(columns=REPORTER)
    return annotated(table, {"home": float(value[io.buyers == own].sum())}, method="absorbed", reporter=own)


def inputs(io: IOTable, *, buyer: str) -> pd.DataFrame:
    r"""The inputs of an economy by origin: at face value, and looked through to the origin of all that went into them.

    Face value is :math:`\sum_{s \in i} \sum_{u \in b} Z_{su}`; looked through, :math:`\sum_{s \in i} ((L - I) x_b)_s`
    with :math:`L = (I - Z \hat x^{-1})^{-1}`. What is ``hidden`` is the difference of the shares.

    Parameters
    ----------
    io
        What ``ta.io_table`` made.
    buyer
        The economy that buys.

    Returns
    -------
    A table ``partner, face_value, look_through, hidden, value, value_through``, the largest looked through first:
    shares of all inputs, and both amounts in the unit of ``io``. The buyer itself is a row.

    Raises
    ------
    TradeDataError
        The buyer is not in the table.

    Notes
    -----
    Looked through, gross output is counted at every stage, so that only shares are to be compared, not amounts.

    References
    ----------
    Baldwin, R., Freeman, R. & Theodorakopoulos, A. (2023). Hidden exposure: measuring US supply chain reliance.
    Brookings Papers on Economic Activity 54(2), 79-167.

    Examples
    --------
    >>> import pandas as pd
    >>> import tradeanalysis as ta
    >>> rows = pd.MultiIndex.from_product([["VNM", "USA", "CHN"], ["goods"]])
    >>> Z = pd.DataFrame([[20, 0, 20], [5, 40, 0], [10, 0, 30]], rows, rows)
    >>> F = pd.DataFrame([[50, 10, 0], [5, 50, 0], [0, 20, 40]], rows, ["VNM", "USA", "CHN"])
    >>> ta.chains.inputs(ta.io_table(Z, F), buyer="VNM")[["partner", "face_value", "look_through", "hidden"]].round(3)
      partner  face_value  look_through  hidden
    0     VNM       0.571         0.503  -0.069
    1     CHN       0.286         0.314   0.028
    2     USA       0.143         0.183   0.040
    """
    need_labels(buyer=buyer)
    need_io(io)
    try:
        rows = io.country == io.countries.get_loc(label_of(list(io.countries), PARTNER, buyer))
    except TradeDataError:
        raise TradeDataError(Text("io_no_buyer", wanted=repr(buyer), labels=list(map(str, io.countries)))) from None
    face = io.by_country(io.flows[:, rows].sum(axis=1))
    through = io.by_country(io.output * io.chain.ends(rows.astype(float)) - io.output * rows)
    if not face.sum() > 0:
        raise TradeDataError(Text("io_no_inputs", buyer=market_name(buyer)))
    table = pd.DataFrame(
        {PARTNER: io.countries, "face_value": face / face.sum(), "look_through": through / through.sum()}
    )
    table["hidden"] = table["look_through"] - table["face_value"]
    table = table.assign(value=face, value_through=through)
    table = table.sort_values("look_through", ascending=False, kind="stable", ignore_index=True)
    return annotated(table, {}, method="inputs", buyer=buyer)


# ---- results ------------------------------------------------------------------------------------------------------


def _gross_exports(io: IOTable) -> Array:
    """What each country sells to each buyer, for any use."""
    use = np.zeros((len(io.output), len(io.buyers)))
    for i, one in enumerate(io.buyers):
        if one in io.countries:
            use[:, i] = io.flows[:, io.country == io.countries.get_loc(one)].sum(axis=1)
    return io.by_country(use + io.final)


def _by_buyer(io: IOTable, who: pd.Index[Any], value: Array) -> pd.DataFrame:
    """The value added of each of these economies by buyer beside its gross exports, without what stays at home."""
    gross = _gross_exports(io)[io.countries.get_indexer(who)]
    abroad = who.to_numpy()[:, None] != io.buyers.to_numpy()
    sums = [(one * abroad).sum(axis=1, keepdims=True) for one in (value, gross)]
    with np.errstate(invalid="ignore"):
        columns = {VALUE: value, "share": value / sums[0], "gross": gross, "gross_share": gross / sums[1]}
    row, buyer = np.nonzero(abroad)
    order = np.lexsort((-value[row, buyer], row))
    row, buyer = row[order], buyer[order]
    cells = {name: one[row, buyer] for name, one in columns.items()}
    return pd.DataFrame({REPORTER: who.take(row), PARTNER: io.buyers.take(buyer), **cells})
