"""How much each market can take: its best growth seen, of one's own sales or of all that the market buys."""

from __future__ import annotations

from typing import Any

import narwhals as nw
import numpy as np
import numpy.typing as npt
import pandas as pd

from tradeanalysis.gate.findings import listing
from tradeanalysis.gate.frames import collected, labels_in, open_table
from tradeanalysis.schema import FLOW, PARTNER, REPORTER, VALUE, YEAR, TradeDataError
from tradeanalysis.sums import among, coded, remainders
from tradeanalysis.tables.baskets import choose, mirrored


def limits(
    table: Any,
    *,
    reporter: str | int | None = None,
    flow: str | None = None,
    year: int | None = None,
    growth: str = "own",
    years: int = 1,
) -> pd.Series[float]:
    r"""What each market could take: its present value, grown as it best was over a number of years.

    .. math:: u_j = x_j \max\left(1, \max_t v_{j,t+h} / v_{j,t}\right)

    Parameters
    ----------
    table
        A trade table of several years.
    reporter, flow
        As for ``basket``.
    year
        The year whose values are the present ones, the last in the table where not given. Later years are
        not looked at.
    growth
        Whose growth: ``"own"``, that of our sales to the market; ``"market"``, that of all that the table says the
        market trades with anybody.
    years
        h, the years that the plan has.

    Returns
    -------
    A Series by market, in the unit of the table, for ``ta.plan(..., upper=)``. No limit is below the present value;
    where no growth was seen, since there was no trade h years apart, it is the present value, and ``attrs["notes"]``
    names these markets.

    Raises
    ------
    TradeDataError
        The choice is not in the table, the table has no two years so far apart, or a value is faulty.

    Notes
    -----
    What was seen once is not what will be seen: growth from a small start is large, and one good year may have been
    an accident. More ``years`` are steadier; the market's own growth is the more careful limit for small markets.

    Examples
    --------
    >>> import tradeanalysis as ta
    >>> imports = ta.example("imports_1995_2019")
    >>> room = ta.limits(imports, reporter="IDN", flow="import", growth="market")
    >>> now = ta.basket(imports, reporter="IDN", flow="import", year=2019)
    >>> (room / now).head(3).round(2)
    partner
    CHN    1.30
    SGP    1.23
    JPN    1.27
    dtype: float64
    """
    if growth not in ("own", "market"):
        raise TradeDataError(f'growth={growth!r}: known are "own" and "market"')
    if not isinstance(years, (int, np.integer)) or isinstance(years, bool) or years < 1:
        raise TradeDataError(f"years={years!r}: a whole number of years, at least 1")
    frame = open_table(table, [PARTNER, YEAR], VALUE)
    there = [one for one in labels_in(frame, YEAR) if one is not None]
    last: Any = max(there) if year is None and there else year
    choice = choose(table, reporter=reporter, flow=flow, year=last)
    side, about = choice.side, choice.about
    rows = frame.filter(nw.col(YEAR) <= last)
    if FLOW in about:
        rows = rows.filter(nw.col(FLOW) == (about[FLOW] if side == PARTNER else mirrored(about[FLOW])))
    ours = rows
    if REPORTER in about:
        ours = rows.filter(nw.col(REPORTER if side == PARTNER else PARTNER) == about[REPORTER])
    own = _history(ours, side)
    seen = own if growth == "own" else _history(rows, side).reindex(columns=own.columns)
    seen = seen.reindex(range(int(seen.index.min()), int(last) + 1))
    if len(seen) <= years:
        raise TradeDataError(
            f"years={years}: no two years up to {last} are that far apart, the table holds {listing(there)}"
        )
    start = seen.where(seen > 0)
    best = (start.shift(-years) / start).max()
    now = pd.Series(own.loc[last])
    now = now[now > 0].sort_values(ascending=False, kind="stable")
    best = best.reindex(now.index)
    found: pd.Series[float] = (now * np.maximum(best.fillna(1.0), 1.0)).rename("limit").rename_axis(PARTNER)
    unseen = best.index[best.isna()]
    notes = {
        "growth": f"the best over {years} year{'s' * (years > 1)} up to {last}",
        "no growth seen": listing(unseen, 1000),
    }
    found.attrs = {**choice.attrs, "notes": {key: one for key, one in notes.items() if one}}
    return found


def _history(rows: Any, side: str) -> pd.DataFrame:
    """Values by year and market, without what is nobody's."""
    x, codes, labels = coded(collected(rows), [YEAR], side, VALUE)
    year: npt.NDArray[Any] = np.sort(collected(rows)[YEAR].unique().to_numpy())
    values = np.bincount(codes[YEAR] * len(labels) + codes[side], x, len(year) * len(labels))
    table = pd.DataFrame(values.reshape(len(year), len(labels)), index=year, columns=labels)
    return table.loc[:, ~among(labels, remainders(side))]
