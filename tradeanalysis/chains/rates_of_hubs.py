"""The share of what economies buy that they sell on, from their exports, re-exports and imports."""

from __future__ import annotations

import numpy as np
import pandas as pd

from tradeanalysis.gate.frames import refuse_float_ends
from tradeanalysis.parameters import as_numbers, need_numbers
from tradeanalysis.results import annotated
from tradeanalysis.schema import REPORTER, TradeDataError
from tradeanalysis.tables.markets import market_name
from tradeanalysis.texts import Text, say


def reexport_rates(table: pd.DataFrame, *, markup: float = 0.0, lang: str = "en") -> pd.DataFrame:
    r"""The share of what economies buy that they sell on, from their exports, re-exports and imports; of pandas.

    .. math:: r = \frac{RX}{(1 + m) M}

    Parameters
    ----------
    table
        A table with the columns ``reporter, exports, reexports, imports`` (and others, such as ``year``, which stay).
        Exports are all exports, re-exports among them: the two are never added.
    markup
        What the hub adds to the price of what it sells on, a share of it, 0 to 1: 0.2 is 20%.
    lang
        The language of ``why``.

    Returns
    -------
    The table with ``rate``, in [0, 1], and ``domestic``, exports without re-exports. A rate is missing where re-exports
    are not known, or exceed what was bought (goods of earlier years, a higher markup): ``why`` says so.

    Raises
    ------
    TradeDataError
        A column is missing, a number is negative, or re-exports exceed exports.

    References
    ----------
    Feenstra, R. C. & Hanson, G. H. (2004). Intermediaries in entrepot trade: Hong Kong re-exports of Chinese goods.
    Journal of Economics & Management Strategy 13(1), 3-35.

    Examples
    --------
    >>> import pandas as pd
    >>> import tradeanalysis as ta
    >>> table = pd.DataFrame({"reporter": ["HKG"], "exports": [150.0], "reexports": [120.0], "imports": [250.0]})
    >>> ta.chains.reexport_rates(table, markup=0.2)[["reporter", "rate", "domestic"]]
      reporter  rate  domestic
    0      HKG   0.4      30.0
    """
    need_numbers(markup=markup)
    if not 0 <= markup <= 1:
        raise TradeDataError(Text("rates_markup", markup=repr(markup)))
    needed = ("exports", "reexports", "imports")
    if not isinstance(table, pd.DataFrame) or not {REPORTER, *needed} <= {*table.columns}:
        raise TradeDataError(Text("rates_columns"))
    try:
        exports, again, imports = (as_numbers(one, table[one]) for one in needed)
    except TradeDataError:
        raise TradeDataError(Text("rates_numbers")) from None
    given = np.array([exports, again, imports])
    if np.isinf(given).any() or (given < 0).any():
        raise TradeDataError(Text("rates_numbers"))
    if (above := again > exports).any():
        raise TradeDataError(
            Text("rates_above_exports", reporters=[market_name(one) for one in table[REPORTER][above]])
        )
    for one in given:
        refuse_float_ends(one[~np.isnan(one)], "rounded")
    with np.errstate(divide="ignore", invalid="ignore"):
        rate = again / (1 + markup) / imports
    beyond = rate > 1
    why = np.where(beyond, say("rates_beyond", lang), np.where(np.isnan(rate), say("rates_unknown", lang), ""))
    made = table.assign(rate=np.where(beyond, np.nan, rate), domestic=exports - again, why=why)
    return annotated(made, table.attrs, method="reexport_rates")
