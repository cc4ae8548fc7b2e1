"""What of an economy's trade a tariff touches on a day, at which mean rate, and by which act."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from tradeanalysis.gate.findings import warn_if_listed_in_part
from tradeanalysis.parameters import need_labels
from tradeanalysis.results import Result, annotated
from tradeanalysis.schema import EXPORT, FLOW, PARTNER, PRODUCT, REPORTER, VALUE, YEAR
from tradeanalysis.sums import Array
from tradeanalysis.tariffs.dated_cases import Case, day_given, opened
from tradeanalysis.tariffs.dated_rows import ASSUMED
from tradeanalysis.tariffs.rate_units import ACT, END, FORM, START
from tradeanalysis.tariffs.written_exposures import exposure_sentence


@dataclass(frozen=True, repr=False)
class TariffExposure(Result):
    """What of an economy's trade a tariff touches on a day.

    Attributes
    ----------
    on
        The day.
    duty
        What the rates are: ``"additional"``, what acts add to the MFN rate, or ``"applied"``, with it.
    exposed_share
        The share of value with a rate above 0, :math:`\\sum_j s_j 1[t_j > 0]`, in [0, 1]; between ``exposed_low`` and
        ``exposed_high`` and missing itself where the data do not say.
    mean_rate
        :math:`\\sum_j s_j t_j` of the whole value; between ``low`` and ``high`` and missing itself where a rate is not
        known. ``high`` is missing where no upper end is known.
    conditional_rate
        The mean rate of what is exposed; missing where nothing is.
    undetermined
        The share of value whose rate is not known, or only between ends.
    unlisted
        The share of value of which the table of tariffs says nothing on the day; ``counted`` says how it was counted,
        ``"none"`` or ``"unknown"``.
    exempt
        The share of value that is exempt as a whole.
    unallocated
        The share of all trade that no partner has; it is in none of the shares.
    table
        A row per partner, and product where the table has products: ``value, share, rate, low, high, status, prefix,
        form, act, from, to``.
    """

    on: date
    duty: str
    exposed_share: float
    exposed_low: float
    exposed_high: float
    mean_rate: float
    low: float
    high: float
    conditional_rate: float
    undetermined: float
    unlisted: float
    counted: str
    exempt: float
    unallocated: float
    assumed: bool
    table: pd.DataFrame
    about: dict[str, Any] = field(default_factory=dict)

    @property
    def by_partner(self) -> pd.DataFrame:
        """A row per partner, the largest first: ``value, share``, and the means ``rate, low, high``."""
        parts = self.table.assign(
            **{one: self.table[one] * self.table["share"] for one in ("rate", "low", "high")}
        ).groupby(PARTNER, sort=False)
        sums = parts[[VALUE, "share"]].sum()
        for one in ("rate", "low", "high"):
            # A sum in which one is missing is missing.
            sums[one] = parts[one].agg(lambda part: part.sum(skipna=False)) / sums["share"]
        return sums.sort_values(VALUE, ascending=False, kind="stable").reset_index()

    @property
    def rates(self) -> pd.Series[float]:
        """The mean rate of each partner, as ``ta.stress.price_under_tariff`` and ``ta.plan(cost=...)`` take it."""
        return self.by_partner.set_index(PARTNER)["rate"]

    @property
    def acts(self) -> tuple[str, ...]:
        """The acts by which value is exposed, that of the largest value first."""
        known = self.table[(self.table["high"] > 0) | self.table["high"].isna()]
        known = known[known[ACT] != ""]
        return tuple(known.groupby(ACT, sort=False)[VALUE].sum().sort_values(ascending=False, kind="stable").index)

    def sentence(self, lang: str = "en") -> str:
        """The exposure in words: in force on which day, by which acts."""
        return exposure_sentence(self, lang)


def tariff_exposure(
    table: Any,
    tariffs: Any,
    *,
    on: Any,
    reporter: str | int | None = None,
    flow: str = EXPORT,
    year: int | None = None,
    value: str = VALUE,
    exempt: Any = None,
    mfn: Any = None,
    duty: str | None = None,
    unlisted: str | None = None,
) -> TariffExposure:
    r"""What of an economy's trade the tariffs of a day touch, in force on which day by which act.

    .. math:: \text{exposed share} = \sum_j s_j 1[t_j > 0], \quad \bar t = \sum_j s_j t_j

    with :math:`s_j` the share of partner and product j in the value of the flow, and :math:`t_j` its rate on the day.

    Parameters
    ----------
    table
        A trade table, with products or without; or values by market, as ``ta.basket`` gives them, with ``reporter``.
    tariffs
        A table of tariffs with dates: what ``ta.tariffs.schedule`` gives, or what it takes.
    on
        The day, 2025-08-07 or a date.
    reporter, flow, year, value
        As for ``ta.basket``. A province's goods have the origin of its economy. Of exports the partners are the
        importers; of ``"import"`` the reporter is.
    exempt
        Prefixes of products, of any length, to which no act adds anything: a list, a Series or a table of any library
        with one column of them.
    mfn
        The MFN rate, as a share: one for all products, or by prefix. Rates of the form ``mfn`` in the table serve as
        well. It is needed where the form is ``total``, and for the applied rate.
    duty
        ``"additional"``: what acts add to the MFN rate; ``"applied"``: with it. By default the first where the table
        has only acts that add, the second where it has only ``mfn`` and ``preference``; with both it is to be given.
    unlisted
        What the rate is where the table says nothing: ``"none"``, or ``"unknown"``, which is missing. By default none
        of additional duties, unknown of applied rates. The sentence says which, and of how much of the value.

    Returns
    -------
    A ``TariffExposure``: ``.exposed_share, .mean_rate, .conditional_rate`` in [0, 1] or a share of value, ``.low`` and
    ``.high``, ``.table`` by partner and product, ``.rates`` by partner, ``.sentence(lang)``.

    Raises
    ------
    TradeDataError
        The table of tariffs is faulty, all in one message; the day is none; products are of several levels or no texts;
        or the duty is to be chosen.

    Notes
    -----
    Of several rows the longest prefix decides, and of two as long the one that names the origin. Where a prefix is
    finer than the data, and in a table without products, the split of the value is not known: the rate lies between the
    least and the largest that may apply (``low``, ``high``), and is missing itself. A rate that is missing is never 0.
    n is the partners and products with trade. Exposure is not incidence: it says what is charged on the trade that
    there was, not who bears it, nor what trade is left. Products are compared by their codes, whatever the edition of
    the nomenclature.

    References
    ----------
    Kee, H. L., Nicita, A., Olarreaga, M. (2009). Estimating trade restrictiveness indices. Economic Journal 119(534),
    172-199. (on means weighted with trade, and what they miss)

    Examples
    --------
    >>> import pandas as pd
    >>> import tradeanalysis as ta
    >>> acts = pd.DataFrame({"importer": ["USA", "DEU"], "origin": "World", "rate_percent": [20, 10],
    ...                      "form": "additional", "from": "2025-08-07", "to": "", "act": ["Act A", "Act B"]})
    >>> found = ta.tariff_exposure({"USA": 50, "CHN": 30, "DEU": 20}, acts, on="2025-09-01", reporter="VNM")
    >>> round(found.exposed_share, 3), round(found.mean_rate, 3), round(found.conditional_rate, 6)
    (0.7, 0.12, 0.171429)
    >>> prices = ta.stress.price_under_tariff(found.rates, pass_through=0.5)
    >>> ta.stress.divert({"USA": 50, "CHN": 30, "DEU": 20}, prices, elasticity=2)["value_after"].round(1).tolist()
    [42.3, 33.3, 19.3]
    """
    need_labels(reporter=reporter, year=year, flow=flow)
    warn_if_listed_in_part(getattr(table, "attrs", {}), stacklevel=2)
    day = day_given(on)
    case = opened(table, tariffs, day, reporter, flow, year, value, exempt, mfn, duty, unlisted)
    return exposure_on(case, day)


def exposure_on(case: Case, day: pd.Timestamp) -> TariffExposure:
    """The exposure of a day."""
    found, low, high = case.rates(day)
    trade = case.trade
    share = trade.value / trade.value.sum()
    first = case.first
    listed, exempt, partly = found.listed[first], found.exempt[first], found.partly[first]
    row, acts = found.row[first], found.acts[first]
    known = low == high
    rate = np.where(known, low, np.nan)
    status = np.full(len(low), "rate", dtype=object)
    # The last that holds is said.
    for name, which in (
        ("between", ~known),
        ("missing", ~known & np.isinf(high)),
        ("unlisted", ~listed & (known | np.isinf(high))),
        ("partly exempt", partly),
        ("exempt", exempt),
        ("unknown partner", trade.unknown),
    ):
        status[which] = name
    exposed = float(share[low > 0].sum()), float(share[high > 0].sum())
    mean = _mean(share, low), _mean(share, high)
    all_known = bool(known.all())
    columns: dict[str, Any] = {PARTNER: trade.partner}
    if trade.product is not None:
        columns[PRODUCT] = trade.product
    columns |= {VALUE: trade.value, "share": share, "rate": rate, "low": low}
    columns |= {"high": np.where(np.isinf(high), np.nan, high), "status": status, ACT: acts}
    of_rows = found.rows.reset_index(drop=True).reindex(np.where(row >= 0, row, -1))
    columns |= {name: of_rows[name].to_numpy() for name in (FORM, START, END)}
    columns["prefix"] = np.where(row >= 0, of_rows[PRODUCT].to_numpy(object), "")
    table = pd.DataFrame(columns).sort_values(VALUE, ascending=False, kind="stable", ignore_index=True)
    table[FORM] = table[FORM].fillna("")
    whole = trade.value.sum() + trade.unallocated
    sure = exposed[0] == exposed[1]
    certain = all_known and exposed[0] > 0
    return TariffExposure(
        on=day.date(),
        duty=case.duty,
        exposed_share=exposed[0] if sure else np.nan,
        exposed_low=exposed[0],
        exposed_high=exposed[1],
        mean_rate=mean[0] if all_known else np.nan,
        low=mean[0],
        high=mean[1] if np.isfinite(mean[1]) else np.nan,
        conditional_rate=mean[0] / exposed[0] if certain else np.nan,
        undetermined=float(share[~known].sum()),
        unlisted=float(share[~listed & ~trade.unknown].sum()),
        counted=case.unlisted,
        exempt=float(share[exempt].sum()),
        unallocated=trade.unallocated / whole,
        assumed=bool(of_rows[ASSUMED].fillna(False).to_numpy(bool).any()),
        table=annotated(table, trade.attrs, **_notes(case, day)),
        about=trade.about,
    )


def _notes(case: Case, day: pd.Timestamp) -> dict[str, Any]:
    """What is said below the table, and by a figure of it."""
    about = case.trade.about
    return {"duty": case.duty, "on": f"{day:%Y-%m-%d}"} | {key: about.get(key) for key in (REPORTER, FLOW, YEAR)}


def _mean(share: Array, rate: Array) -> float:
    """The mean, infinite where a rate has no upper end."""
    return float(share @ rate) if np.isfinite(rate).all() else np.inf
