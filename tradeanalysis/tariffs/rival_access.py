"""Access to a market beside that of the rivals there: whose goods pay more on entry."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from tradeanalysis import names
from tradeanalysis.parameters import need_labels
from tradeanalysis.results import annotated
from tradeanalysis.schema import IMPORT, PARTNER, PRODUCT, VALUE, TradeDataError
from tradeanalysis.tariffs.exposures import tariff_exposure
from tradeanalysis.texts import Text


def relative_access(
    table: Any,
    tariffs: Any,
    *,
    on: Any,
    reporter: str,
    market: str,
    year: int | None = None,
    value: str = VALUE,
    by: str | None = None,
    exempt: Any = None,
    mfn: Any = None,
    duty: str | None = None,
    unlisted: str | None = None,
) -> pd.DataFrame:
    r"""Relative access to a market: what is charged on an economy's goods there, beside those of its rivals.

    .. math:: A = \frac{1 + t}{1 + \sum_r w_r t_r}

    with t the mean rate on the reporter's goods, :math:`t_r` that on those of rival r, and :math:`w_r` its share of the
    market without the reporter. Above 1 rivals pay less.

    Parameters
    ----------
    table
        A trade table with the market's imports by origin (or, of all others, their exports to it).
    tariffs, on, year, value, exempt, mfn, duty, unlisted
        As for ``ta.tariff_exposure``.
    reporter, market
        The economy whose access it is, and the importer: names or codes.
    by
        ``"product"``: a row per product, of those that the reporter sells there. By default one row of all.

    Returns
    -------
    A pandas table: ``market, reporter``, the ``product`` with ``by=``, ``share`` of the reporter in the market in
    [0, 1], ``rate`` and ``rivals_rate``, and ``relative_access``, missing where a rate is not known; with its ends
    ``low`` and ``high``, of which the latter is missing where there is no upper one.

    Raises
    ------
    TradeDataError
        As for ``ta.tariff_exposure``; or the reporter or all rivals sell nothing in the market.

    Notes
    -----
    n is the origins with sales in the market. Without ``by=`` each economy's rate is the mean over its own products, so
    that a difference may be one of what is sold, and not of how it is treated.

    References
    ----------
    Fugazza, M., Nicita, A. (2013). The direct and relative effects of preferential market access. Journal of
    International Economics 89(2), 357-368.

    Examples
    --------
    >>> import pandas as pd
    >>> import tradeanalysis as ta
    >>> imports = pd.DataFrame({"reporter": "USA", "flow": "import", "partner": ["VNM", "CHN", "THA"],
    ...                         "value": [50.0, 30.0, 20.0]})
    >>> acts = pd.DataFrame({"importer": "USA", "origin": ["VNM", "CHN"], "rate_percent": [20, 20],
    ...                      "form": "additional", "from": "2025-08-07", "act": "A"})
    >>> found = ta.tariffs.relative_access(imports, acts, on="2025-09-01", reporter="Viet Nam", market="USA")
    >>> found[["rate", "rivals_rate", "relative_access"]].round(6).values.tolist()
    [[0.2, 0.12, 1.071429]]
    """
    need_labels(reporter=reporter, market=market, year=year)
    if by not in (None, PRODUCT):
        raise TradeDataError(Text("tariffs_choice", name="by", given=repr(by), choices=[repr(PRODUCT)]))
    own, there = names.country(reporter).iso3, names.country(market).iso3
    found = tariff_exposure(
        table,
        tariffs,
        on=on,
        reporter=market,
        flow=IMPORT,
        year=year,
        value=value,
        exempt=exempt,
        mfn=mfn,
        duty=duty,
        unlisted=unlisted,
    )
    rows = found.table
    if by and PRODUCT not in rows:
        raise TradeDataError(Text("tariffs_access_products"))
    codes = {label: names.economy(label) or label for label in rows[PARTNER].unique()}
    rows = rows.assign(own=rows[PARTNER].map(codes) == own)
    parts = list(rows.groupby(PRODUCT, sort=True)) if by else [(None, rows)]
    access = [
        {"market": there, "reporter": own} | ({PRODUCT: label} if by else {}) | _access(part)
        for label, part in parts
        if part["own"].any() and not part["own"].all()
    ]
    if not access:
        raise TradeDataError(Text("tariffs_access_none", reporter=repr(reporter), market=repr(market)))
    notes = {"method": "relative_access", "on": f"{found.on:%Y-%m-%d}", "duty": found.duty}
    return annotated(pd.DataFrame(access), found.table.attrs, **notes)


def _access(rows: pd.DataFrame) -> dict[str, float]:
    """The relative access of the rows that are the reporter's own beside the others."""
    own = rows["own"].to_numpy(bool)
    ours, theirs = _means(rows[own]), _means(rows[~own])
    value = rows[VALUE].to_numpy(np.float64)
    return {
        "share": float(value[own].sum() / value.sum()),
        "rate": ours[0],
        "rivals_rate": theirs[0],
        "relative_access": (1 + ours[0]) / (1 + theirs[0]),
        # A rate without an upper end may leave nothing of the ratio.
        "low": (1 + ours[1]) / (1 + theirs[2]) if theirs[2] == theirs[2] else 0.0,
        "high": (1 + ours[2]) / (1 + theirs[1]),
    }


def _means(rows: pd.DataFrame) -> tuple[float, float, float]:
    """The means of ``rate, low, high`` weighted with the value; missing where one is."""
    weight = rows[VALUE].to_numpy(np.float64)
    weight = weight / weight.sum()
    rate, low, high = (float(weight @ rows[one].to_numpy(np.float64)) for one in ("rate", "low", "high"))
    return rate, low, high
