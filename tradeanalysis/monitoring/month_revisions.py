"""What a newer table says otherwise of the months that an older one has too."""

from __future__ import annotations

from typing import Any, cast

import numpy as np
import pandas as pd

from tradeanalysis import names
from tradeanalysis.currencies import currency_of
from tradeanalysis.results import annotated
from tradeanalysis.schema import PARTNER, PERIOD, VALUE, TradeDataError
from tradeanalysis.sums import Array
from tradeanalysis.tables.months import MonthArray, Months, open_months
from tradeanalysis.texts import Amount, EconomyName, Text

# Other countries, under which stands what is not allocated to a partner.
OTHERS = "OTH"
# A difference below this part of the value is one of rounding.
ROUNDING = 1e-9


def revisions(
    before: Any,
    after: Any,
    *,
    reporter: str | int | None = None,
    flow: str | None = None,
    product: str | None = None,
    value: str = VALUE,
    lang: str = "en",
) -> pd.DataFrame:
    """What a newer table says otherwise of the months that both tables have, the largest change first.

    Parameters
    ----------
    before, after
        The older and the newer trade table, each with a column ``period`` of months.
    reporter, flow, product, value, lang
        As for ``ta.monitoring.rolling``, of both tables.

    Returns
    -------
    A pandas table with a row for each month and partner whose value differs by more than rounding, a billionth:
    ``period``, ``partner`` (``"OTH"`` for what is not allocated), ``before``, ``after``, ``change`` (after less
    before) and ``sentence``. A partner without a row in a month that a table has is 0 in it. Empty where nothing was
    revised. Months of one table only are no revisions.

    Raises
    ------
    SchemaError, TradeDataError
        As for ``ta.monitoring.rolling``; the tables have no month in common, or are in two currencies.

    Examples
    --------
    >>> import pandas as pd
    >>> import tradeanalysis as ta
    >>> old = pd.DataFrame({"period": ["2024-04", "2024-05"], "partner": "USA", "value": [100.0, 60.0]})
    >>> new = old.assign(value=[100.0, 90.0])
    >>> ta.monitoring.revisions(old, new)[["period", "partner", "before", "after", "change"]]
        period partner  before  after  change
    0  2024-05     USA    60.0   90.0    30.0
    """
    given: dict[str, Any] = {"reporter": reporter, "flow": flow, "product": product, "value": value}
    old, new = (open_months(table, **given) for table in (before, after))
    units = [currency_of(one.attrs) for one in (old, new)]
    if units[0] != units[1]:
        raise TradeDataError(Text("months_two_currencies", currencies=list(map(str, units))))
    months = np.intersect1d(old.months[old.present], new.months[new.present])
    if not len(months):
        raise TradeDataError(Text("months_none_in_common"))
    partners = old.partners.union(new.partners)
    x, y = (_cells(one, months, partners) for one in (old, new))
    differs = np.abs(y - x) > ROUNDING * np.maximum(x, y)
    month, partner = np.nonzero(differs)
    labels = [*partners, OTHERS]
    found = pd.DataFrame(
        {
            PERIOD: [str(one) for one in months[month]],
            PARTNER: [labels[one] for one in partner],
            "before": x[differs],
            "after": y[differs],
            "change": y[differs] - x[differs],
        }
    )
    found = found.iloc[np.argsort(-found["change"].abs().to_numpy(), kind="stable")].reset_index(drop=True)
    said = [_sentence(row, units[1]).say(lang) for row in found.to_dict("records")]
    return annotated(found.assign(sentence=said), new.attrs, **new.about)


def _cells(opened: Months, months: MonthArray, partners: pd.Index[Any]) -> Array:
    """The values of these months by partner, and last what is not allocated."""
    rows = (months - opened.months[0]).astype(np.intp)
    cells = np.zeros((len(months), len(partners) + 1))
    cells[:, partners.get_indexer(opened.partners)] = opened.values[rows]
    cells[:, -1] = opened.unallocated[rows]
    return cells


def named(partner: Any) -> EconomyName | Text | str:
    """A partner as a sentence names it."""
    if partner == OTHERS:
        return Text("months_not_allocated")
    code = names.economy(partner) if isinstance(partner, str) else None
    return EconomyName(code) if code else str(partner)


def amount_of(value: float, currency: str | None) -> Amount:
    """An amount as a sentence writes it; without a unit where nothing says its currency."""
    return Amount(value, cast(str, currency))


def _sentence(row: dict[Any, Any], currency: str | None) -> Text:
    said = {"period": row[PERIOD], "partner": named(row[PARTNER])}
    amounts = {one: amount_of(row[one], currency) for one in ("before", "after")}
    if row["before"] == 0:
        return Text("months_revised_new", **said, after=amounts["after"])
    if row["after"] == 0:
        return Text("months_revised_gone", **said, before=amounts["before"])
    return Text("months_revised", **said, **amounts, by=row["change"] / row["before"])
