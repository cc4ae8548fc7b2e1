"""Opportunities of an exporter: products and markets in their order, with what speaks for each, in words too."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from tradeanalysis.parameters import need_counts, need_labels, need_numbers
from tradeanalysis.prospects import terms
from tradeanalysis.prospects.begun import currency_in, least_of
from tradeanalysis.prospects.earlier_years import Estimates, estimates_of
from tradeanalysis.prospects.markets_beside import beside, window_before
from tradeanalysis.prospects.potentials import Potential, cells_of, notes_of
from tradeanalysis.prospects.reasons import About, why_of
from tradeanalysis.prospects.selections import product_names, wanted_of
from tradeanalysis.prospects.sellers import Seller, seller_of
from tradeanalysis.prospects.trade_flows import (
    Flows,
    YearlyFlows,
    Years,
    in_window,
    reports_in,
    window_of,
    yearly_flows,
)
from tradeanalysis.prospects.windows import Cells, Marks, always_reported, reporters_of, revised
from tradeanalysis.results import Result, annotated
from tradeanalysis.schema import VALUE, TradeDataError
from tradeanalysis.sums import Array
from tradeanalysis.texts import Text
from tradeanalysis.texts import catalogues as texts

# A window of as many years as that of the back-tests, where the table has them.
WINDOW = 3


def opportunities(
    table: Any,
    *,
    reporter: str | int,
    products: str | Iterable[Any] | None = None,
    new: bool | None = None,
    exclude: str | Iterable[Any] = (),
    years: Years = None,
    flow: str | None = None,
    own: Any = None,
    top: int = 20,
    least: float | None = None,
    names: Mapping[Any, str] | pd.Series[str] | None = None,
    value: str = VALUE,
) -> Opportunities:
    r"""Where an exporter could sell more: products and markets ranked, with chance, value, market and rivals.

    Parameters
    ----------
    table
        A trade table of the world with products, of pandas, Polars, PyArrow, DuckDB or PySpark, best of many years: of
        exporters' reports, or of importers' (``flow="import"``, the exporter is the partner).
    reporter
        The exporter: a name or code. A province by its name, with ``own``.
    products
        Product codes, or what codes begin with: ``["0304", "160414"]``. All where none are given.
    new
        True for markets to which the exporter sells nothing of the product yet, False for the others, None for both.
    exclude
        Markets that are not wanted, by names or codes. That changes no number and no order of the others.
    years
        A year, or the first and last year of the window that is "now", the mean a year over those that were reported;
        the last three years of the table, or as many as it has, where none are given.
    flow
        Whose reports; may be left out where the table has one flow.
    own
        What a province sells, in the unit of ``table``: a Series or dict by product, or the exports of its own trade
        table with products, of the same years or of one.
    top
        So many rows; where both kinds are wanted, half of them new, and more where there are fewer of the other kind.
    least
        What a new flow must reach a year to count as begun, in the unit of the table; 10,000 US dollars where it is not
        given. It must be given where the table is in another unit and has the years of which chances are learnt.
    names
        Names of products by code, a dict or a Series, for the reasons in words: none are embedded.
    value
        The column of values.

    Returns
    -------
    An ``Opportunities``. Its ``table`` is a pandas table, the new flows first, the best of each kind before the others:
    ``product, partner, new`` (nothing is sold yet), ``now, chance, expected, ceiling, epi, gravity, room``, ``size``
    (what the market buys of the product), ``growth`` (a year, since as many years before, nominal, of what was reported
    in every year of both windows, in codes that neither begin nor end in them), ``share`` (ours of ``size``),
    ``rivals_hhi`` (of the other suppliers), ``distance`` (km), ``hhi_next`` (what a million more, in the unit of the
    table, sold to the market does to the HHI of our sales by market, over the codes that last in the window, at the
    margin, :math:`2 (s_j - H) / X` times a million), ``hhi_next_exact``, and ``why``, in words.

    Raises
    ------
    SchemaError
        A column is missing.
    TradeDataError
        The exporter, a product or a market is not in the table; nothing is left; a value is faulty; product codes are
        of several levels.

    Notes
    -----
    ``chance`` is of flows that are nil: that of reaching ``least`` a year in two of three years, some years later, by a
    logit of the scores that is fitted to all exporters of the table in its earlier years (``ta.backtest`` says how
    often such lists were right). ``expected`` is a value a year: chance times gravity for new flows, room for others,
    each times the part that came in the earlier years.

    New flows are ranked by chance; behind them stand as many that are there, by static potential (EPI). Both orders
    were tested (the page on back-tests): chance finds more new flows than any other score, and of what present flows of
    fish gained in five years the first tenth by EPI had 82-83%, by present value 84%, by ``room`` 23-28%. Nothing is
    ranked by ``room``, nor by ``expected``: it adds up to what came in earlier years, but as an order it finds fewer
    new flows than ``chance``, and of present ones what ``room`` finds.

    Without chances (one year, or a province) new flows are ranked by gravity, of whose lists of 20 new flows of fish
    3.2-3.3% came true (by chance 4.9-5.1%, by EPI 3.0-3.1%), or by EPI where there is no gravity; present flows by EPI
    as above. Where what is sold now is not known by market, all rows are ranked by gravity (or EPI) together: that
    order was not tested.

    ``ceiling`` is what nine in ten earlier flows stayed at or below after as many years, of a size and a gap to the
    product of sizes like this one's, by the rule of ``ta.limits(growth="seen")`` on means of windows (new ones: as a
    multiple of gravity). Without earlier years chance, expected value and ceiling are missing, with the reason in the
    notes. For a province they are missing, as economies taught them; the chance is, where not every year of the window
    was reported. Product codes that begin or end within the window are left out and named.

    A sale to any market with a share below the HHI lowers it. Potential, chance and expected value are what was seen of
    others, and no effect of promotion.

    References
    ----------
    Decreux, Y., Spies, J. (2016). Export potential assessments. International Trade Centre, Geneva.
    Jun, B., Alshamsi, A., Gao, J., Hidalgo, C. A. (2020). Bilateral relatedness: knowledge diffusion and the evolution
    of bilateral trade. Journal of Evolutionary Economics 30, 247-277. https://doi.org/10.1007/s00191-019-00638-7

    Examples
    --------
    >>> import pandas as pd
    >>> import tradeanalysis as ta
    >>> rows = [("AUT", "BEL", "1", 40), ("AUT", "CHE", "1", 10), ("BEL", "AUT", "1", 20), ("BEL", "CHE", "1", 30),
    ...         ("CHE", "AUT", "1", 5), ("CHE", "BEL", "1", 15), ("AUT", "BEL", "2", 10), ("BEL", "AUT", "2", 8),
    ...         ("BEL", "CHE", "2", 2), ("CHE", "BEL", "2", 25)]
    >>> trade = pd.DataFrame(rows, columns=["reporter", "partner", "product", "value"])
    >>> found = ta.opportunities(trade, reporter="Austria")
    >>> found.table[["product", "partner", "new", "epi", "share"]].round(2).values.tolist()[:2]
    [['2', 'CHE', True, 0.26, 0.0], ['1', 'BEL', False, 37.33, 0.73]]
    """
    need_labels(reporter=reporter, flow=flow)
    need_numbers("least", least=least)
    need_counts(top=top)
    called = product_names(names)
    yearly = yearly_flows(table, value, flow)
    window = window_of(yearly, latest(yearly) if years is None else years)
    partly = codes_that_change(yearly, window)
    lasting = None if partly.empty else ~pd.Index(yearly.products).isin(partly.index)
    flows = in_window(yearly, window, lasting)
    seller = seller_of(flows, reporter, own)
    wanted = wanted_of(flows, seller, products, new, exclude)
    cells = cells_of(flows, seller)
    kept = wanted[cells.k, cells.j]
    if not kept.any():
        raise TradeDataError(Text("opportunities_none"))
    reach = least_of(yearly, least, learns=window is not None and window[0] > yearly.years[0] and not seller.province)
    estimates = Text("estimates_province") if seller.province else estimates_of(yearly, window, reach)
    in_part = np.isin(reporters_of(yearly).astype(str), reports_in(yearly, window)["some"])
    unknown = in_part[cells.j] if yearly.of_importers else np.full(len(cells.j), in_part[seller.exporter])
    chance, expected = _expected(flows, seller, cells, estimates, unknown)
    of_new = "chance" if isinstance(estimates, Estimates) else "epi" if terms.why_no_gravity(flows) else "gravity"
    score = {"chance": chance, "epi": cells.epi, "gravity": cells.gravity}[of_new]
    if seller.knows_now:
        by = f"kinds_{of_new}" if new is None else of_new if new else "epi"
        rows = _ranked_by_kind(flows, cells, score, kept, top)
    else:
        by = "suggested"
        rows = _ranked(flows, cells, score, kept, top)
    found = beside(flows, seller, cells, rows).assign(chance=chance[rows], expected=expected[rows])
    if isinstance(estimates, Estimates):
        these = Cells(flows, cells.k[rows], np.full(len(rows), seller.exporter), cells.j[rows])
        found["ceiling"] = estimates.ceilings(these, cells.now[rows], cells.gravity[rows])
    notes = notes_of(flows, seller, cells) | {
        "ranked by": Text(f"ranked_by_{by}"),
        "no chance": estimates if isinstance(estimates, Text) else "",
        "chance": "" if isinstance(estimates, Text) else _of_chances(estimates),
        "chance, years without trade": "" if isinstance(estimates, Text) else estimates.chances.spells.said(),
        "chance, what counts": "" if isinstance(estimates, Text) else estimates.chances.what_counts(),
        "codes left out": [f"{code} ({share:.2%})" for code, share in partly.items()],
    }
    years = 0 if isinstance(estimates, Text) else estimates.chances.outcome[1] - estimates.chances.base[1]
    about = About(seller.label, currency_in(yearly.attrs), reach, years, window_before(yearly, window), called)
    return _result(found, yearly, about, int(kept.sum()), notes)


def codes_that_change(yearly: YearlyFlows, window: tuple[int, int] | None) -> pd.Series[float]:
    """The product codes that begin or end within a window, with their shares of its value."""
    if window is None or window[0] == window[1] or not always_reported(yearly, [window]).any():
        return pd.Series(dtype=np.float64)
    return revised(yearly, window)


def latest(yearly: YearlyFlows) -> Years:
    """The last years of the table that follow one another, at most as many as a window has."""
    if not yearly.years:
        return None
    first = last = yearly.years[-1]
    while first - 1 in yearly.years and last - first + 1 < WINDOW:
        first -= 1
    return first, last


def _expected(
    flows: Flows, seller: Seller, cells: Potential, estimates: Estimates | Text, unknown: Marks
) -> tuple[Array, Array]:
    """The chance of the flows that are nil, and the value that is expected of all, by what earlier years taught.

    Where not every year was reported, a flow without trade may have had some: its chance is not known.
    """
    missing = np.full(len(cells.k), np.nan)
    if isinstance(estimates, Text):
        return missing, missing
    whole = estimates.chances.of(flows, seller.exporter)[cells.k, cells.j]
    chance = np.where((cells.now > 0) | unknown, np.nan, whole)
    suggested = np.where(cells.now > 0, estimates.room_ratio * cells.room, estimates.new_ratio * chance * cells.gravity)
    return chance, suggested


def _ranked_by_kind(flows: Flows, cells: Potential, score: Array, kept: Marks, top: int) -> np.ndarray[Any, Any]:
    """New flows by their score and, behind them, those that are there by static potential, half of each.

    Where there are fewer of one kind, there are more of the other.
    """
    is_new = cells.now == 0
    fresh = _ranked(flows, cells, score, kept & is_new, top)
    there = _ranked(flows, cells, cells.epi, kept & ~is_new, top)
    first = min(len(fresh), max((top + 1) // 2, top - len(there)))
    return np.concatenate([fresh[:first], there[: top - first]])


def _ranked(flows: Flows, cells: Potential, score: Array, kept: Marks, top: int) -> np.ndarray[Any, Any]:
    """The cells with the highest scores, missing ones last; of equal ones the larger market first, then by labels."""
    these = np.flatnonzero(kept)
    at = np.nan_to_num(score[these], nan=-np.inf)
    if len(these) > top:
        cut = np.partition(at, len(at) - top)[len(at) - top]
        these, at = these[at >= cut], at[at >= cut]
    size = flows.v_jk[cells.j[these], cells.k[these]]
    return these[np.lexsort((these, -size, -at))][:top]


def _of_chances(estimates: Estimates) -> Text:
    """What the chances were learnt from."""
    learnt = estimates.chances
    return Text(
        "chances_learnt",
        base="-".join(map(str, learnt.base)),
        outcome="-".join(map(str, learnt.outcome)),
        candidates=learnt.candidates,
        came=learnt.came_true,
    )


def _result(
    found: pd.DataFrame,
    yearly: YearlyFlows,
    about: About,
    candidates: int,
    notes: Mapping[str, Any],
) -> Opportunities:
    why = tuple(why_of(row, about) for row in found.to_dict("records"))
    table = annotated(found.assign(why=[" ".join(one) for one in why]), yearly.attrs, **notes)
    return Opportunities(table, about.reporter, candidates, why)


@dataclass(frozen=True, repr=False)
class Opportunities(Result):
    """Ranked opportunities: ``table`` with a row for each, ``candidates`` of which they are the best.

    ``why(lang)`` has the sentence of each row, which ``table`` has in English.
    """

    table: pd.DataFrame
    reporter: Any
    candidates: int
    reasons: tuple[tuple[Text, ...], ...]

    def why(self, lang: str = "en") -> list[str]:
        """A sentence for each row."""
        return [" ".join(one.say(lang) for one in said) for said in self.reasons]

    def sentence(self, lang: str = "en") -> str:
        """How many opportunities these are the best of, and the first of them."""
        new = int(self.table["new"].fillna(False).sum())
        return texts.say(
            "opportunities_said",
            lang,
            reporter=texts.in_sentence(self.reporter, lang),
            shown=texts.number(len(self.table), lang),
            candidates=texts.number(self.candidates, lang),
            new=texts.number(new, lang),
            why=self.why(lang)[0],
        )
