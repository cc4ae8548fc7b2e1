"""Re-exports: a basket by end market, once hubs have sent on what they do not keep."""

from __future__ import annotations

import functools
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from numbers import Real
from typing import Any, TypeAlias

import narwhals as nw
import numpy as np
import pandas as pd

from tradeanalysis import names
from tradeanalysis.chains.absorbing_chains import closed_loop
from tradeanalysis.chains.end_baskets import EndMarkets, all_named, named
from tradeanalysis.chains.hub_chains import HubChain, ends_of_ranges, extreme_rates
from tradeanalysis.gate.frames import labels_in, open_table, refuse_float_ends, refuse_vector_labels
from tradeanalysis.measures.formula import Measure
from tradeanalysis.parameters import need_labels
from tradeanalysis.results import annotated
from tradeanalysis.schema import (
    EXPORT,
    FLOW,
    FLOWS,
    PARTNER,
    REPORTER,
    VALUE,
    YEAR,
    CountryError,
    TradeDataError,
    TradeDataWarning,
)
from tradeanalysis.sums import Array, among, by_label, checked, remainders
from tradeanalysis.tables.baskets import basket
from tradeanalysis.tables.markets import by_market, code_of, market_labels, market_name, refuse_totals
from tradeanalysis.texts import Text, outwards, percent, say
from tradeanalysis.uncertainty.bounds import Interval

HUB = "hub"
COLUMNS = (
    *(PARTNER, VALUE, "value_before", "share", "share_before", "through"),
    *("low", "high", "share_low", "share_high"),
)
Rates: TypeAlias = "Mapping[Any, float | tuple[float, float]] | pd.Series[Any]"


@dataclass(frozen=True, repr=False)
class Reexports(EndMarkets):
    """A basket by end market, once hubs have sent on what they do not keep.

    ``table`` has ``partner, value, value_before, share, share_before, through``, the largest first; ``home`` is what
    comes back to the origin, or is sold to itself, which is no export. ``through`` is what of a value went through a
    hub. Where rates are ranges, ``value``, ``share`` and ``home`` are missing, and ``low``, ``high``, ``share_low`` and
    ``share_high`` are their ends, ``home_range`` those of what comes back.
    ``flows`` says by the first hub where its part ended (``hub, partner, value, share``, the last of all values; what
    comes home is in none). ``basket`` is the values by end market, which every function of values takes, and takes this
    result for.
    """

    rates: pd.DataFrame
    chain: HubChain
    places: pd.Index[Any]
    flow: str

    @functools.cached_property
    def flows(self) -> pd.DataFrame:
        """Where what was sold to each hub first ended; of rates that are no ranges."""
        if self.is_range:
            raise TradeDataError(Text("hubs_basket_of_ranges"))
        pairs = pd.MultiIndex.from_product([self.rates.index, self.places], names=[HUB, PARTNER])
        ended = self.chain.by_hub(self.rates["high"].to_numpy()).ravel()
        total = self.table["value_before"].sum()
        share = ended / total
        flows = pd.DataFrame({VALUE: ended, "share": share}, pairs)[ended > 0].reset_index()
        flows = flows.sort_values([HUB, VALUE], ascending=[True, False], ignore_index=True)
        notes = {**self.table.attrs.get("notes", {}), "through": self._through / total}
        flows.attrs = {**self.table.attrs, "notes": notes}
        return flows

    @property
    def _through(self) -> float:
        """What goes on through hubs, with what comes home."""
        return float(self.table["through"].sum()) + self.home - self.chain.sold_home

    @property
    def home_range(self) -> tuple[float, float]:
        """The least and the most that comes home, over all rates within their ranges."""
        returned = self.chain.returned(ends_of_ranges(*(self.rates[one].to_numpy() for one in ("low", "high"))))
        return float(returned.min() + self.chain.sold_home), float(returned.max() + self.chain.sold_home)

    @property
    def is_range(self) -> bool:
        """Whether a rate is a range."""
        return bool((self.rates["low"] < self.rates["high"]).any())

    @property
    def basket(self) -> pd.Series[float]:
        """The values by end market."""
        if self.is_range:
            raise TradeDataError(Text("hubs_basket_of_ranges"))
        return super().basket

    def interval_of(self, measure: Measure) -> Interval:
        """The sharp interval of a measure over all rates within their ranges, as ``ta.interval`` gives it."""
        low, high = (self.rates[one].to_numpy() for one in ("low", "high"))
        least, most = extreme_rates(self.chain, measure, low, high)
        ends = [pd.Series(self.chain.ends(one), index=self.places) for one in (least, most)]
        values = [float(measure(one)) for one in ends]
        low_end, high_end = (0, 1) if values[0] <= values[1] else (1, 0)
        return Interval(measure, values[low_end], values[high_end], ends[low_end], ends[high_end], 0.0)

    def sentence(self, lang: str = "en") -> str:
        """What goes through hubs, and the largest market before and after."""
        before = self.table["value_before"].to_numpy()
        top = self.table.iloc[before.argmax()]
        words = {
            "hubs": all_named(self.rates.index, lang),
            "partner": named(top[PARTNER], lang),
            "before": percent(top["share_before"], lang),
        }
        if self.is_range:
            low, high = outwards(100 * top["share_low"], 100 * top["share_high"], lang, 1)
            said = say(f"reexports_ranges_{self.flow}", lang, low=low, high=high, **words)
            least, most = (100 * one / before.sum() for one in self.home_range)
            if most > 0:
                low, high = outwards(least, most, lang, 1)
                said += " " + say(f"reexports_home_ranges_{self.flow}", lang, low=low, high=high)
            return said
        through = percent(self._through / before.sum(), lang)
        said = say(f"reexports_{self.flow}", lang, through=through, after=percent(top["share"], lang), **words)
        if self.home > 0:
            said += " " + say(f"reexports_home_{self.flow}", lang, home=percent(self.home / before.sum(), lang))
        return said


def reexports(
    table: Any,
    hubs: Rates,
    onward: Any = None,
    *,
    reporter: str | int | None = None,
    origin: str | None = None,
    flow: str | None = None,
    year: int | None = None,
    value: str = VALUE,
) -> Reexports:
    r"""An economy's exports by the market in which they end, once hubs have sent on the share that they do not keep.

    With :math:`s` the values by first market, :math:`r_h` the share of what arrives at hub h that it sends on, and
    :math:`q_{hj}` the share of market j in what it sends on, the values end as

    .. math:: s^* = s (I - R Q)^{-1} (I - R)

    Parameters
    ----------
    table
        A trade table of pandas, Polars, PyArrow, DuckDB or PySpark; or values by market, a Series or a dict.
    hubs
        The rate of each hub, in [0, 1]: ``{"HKG": 0.9}``, or a Series of rates by hub. A range,
        ``{"HKG": (0.6, 0.9)}``, is a rate that is not known: ``ta.interval(result, ta.hhi)`` gives the bounds of an
        index over all rates within.
        ``ta.chains.reexport_rates`` makes rates of exports, re-exports and imports.
    onward
        What hubs send to whom, in any unit: a trade table that has them as reporters, a dataframe of hubs by markets,
        or a dict from each hub to its values by market. What goes to the origin comes home. By default the hubs'
        exports in ``table``, without those to the origin, which are mostly goods of the hub's own.
    reporter, flow, year, value
        As for ``ta.basket``; ``flow`` is exports where the table has a column of it and none is given, and ``onward``
        is of the year of ``table``. With ``flow="import"`` values are by the economy in which they begin, and
        ``onward`` holds the hubs' imports.
    origin
        The economy that the reporter belongs to, where this is a province: ``"VNM"``. By default the reporter.

    Returns
    -------
    A ``Reexports``: ``table``, ``home``, ``flows``, ``basket``, ``unallocated``. The values and what comes home sum to
    the values before; what is not allocated to a partner is in neither, its share of all is ``unallocated``. What the
    origin sells to itself is no export: its row keeps nothing, and its value is at home.

    Raises
    ------
    TradeDataError
        A rate is not in [0, 1]; a hub is the origin, is named twice, or sends nothing on that is known; hubs with rates
        of 1 send to each other only (a closed loop, which is named).

    Notes
    -----
    A hub is taken to send on the goods of every origin alike, and to the same markets; by product this is nearer to
    the truth than in all. What of a hub's exports is not allocated to a market is taken to go as the rest of them does.
    It says who buys last, not who uses the goods in production: ``ta.lookthrough``.

    References
    ----------
    Lankhuizen, M. B. M. & Thissen, M. J. P. M. (2019). The implications of re-exports for gravity equation estimation,
    NAFTA and Brexit. Spatial Economic Analysis 14(4), 384-403.

    Examples
    --------
    >>> import tradeanalysis as ta
    >>> found = ta.reexports({"HKG": 50, "USA": 30, "CHN": 20}, {"HKG": 0.4}, {"HKG": {"USA": 1, "CHN": 3}})
    >>> found.table[["partner", "value", "value_before", "through"]]
      partner  value  value_before  through
    0     USA   35.0          30.0      5.0
    1     CHN   35.0          20.0     15.0
    2     HKG   30.0          50.0      0.0
    >>> round(ta.hhi(found), 3), ta.hhi([50, 30, 20])
    (0.335, 0.38)
    >>> unknown = ta.reexports({"HKG": 50, "USA": 30, "CHN": 20}, {"HKG": (0, 0.8)}, {"HKG": {"USA": 1, "CHN": 3}})
    >>> bounds = ta.interval(unknown, ta.hhi)
    >>> round(bounds.low, 4), round(bounds.high, 4)
    (0.3335, 0.42)
    """
    need_labels(reporter=reporter, year=year, flow=flow, origin=origin)
    if flow is not None and flow not in FLOWS:
        raise TradeDataError(Text("groups_flow", flow=repr(flow)))
    is_table = hasattr(type(table), "columns") or not isinstance(by_label(table), pd.Series)

    def basket_of(rows: Any, economy: Any) -> pd.Series[float]:
        columns = _columns(rows)
        chosen = EXPORT if flow is None and FLOW in columns else flow
        when = of_year if YEAR in columns else year
        return basket(rows, reporter=economy, flow=chosen, year=when, value=value)

    of_year = _only(table, YEAR, year)
    start = basket_of(table, reporter) if is_table else _by_partner(table)
    refuse_float_ends(start.to_numpy(), "sum", "rounded")
    if not start.sum() > 0:
        raise TradeDataError(Text("hubs_no_values" if len(start) else "hubs_no_basket"))
    home = code_of(origin if origin is not None else _only(table, REPORTER, reporter))
    rates = _rates(hubs, start.index, home)
    sent = _sent(table if onward is None else onward, rates.index, start.index, basket_of, given=onward is not None)
    chain, places = _chain(start, rates, sent, home, with_home=onward is not None)
    about = {
        REPORTER: code_of(reporter) if reporter is not None else home,
        "flow": flow or EXPORT,
        YEAR: of_year,
    }
    return _reexports(chain, places, rates, start, about)


# ---- what is given ------------------------------------------------------------------------------------------------


def _by_partner(x: Any) -> pd.Series[float]:
    """Values by market, without what is not allocated to one."""
    values = by_market(x)
    rest = among(values.index, remainders(PARTNER))
    refuse_totals(values.index[~rest])
    kept = values[~rest]
    kept.attrs = {**values.attrs, "unallocated": float(values[rest].sum())}
    return kept


def _columns(table: Any) -> list[str]:
    """The names of the columns of a table, of which a lazy one is asked by its schema."""
    try:
        return list(nw.from_native(table).collect_schema().names())
    except (TypeError, nw.exceptions.DuplicateError):
        return []


def _only(table: Any, column: str, given: Any) -> Any:
    """The label that is given, else the only one that a table has in the column."""
    if given is not None or not hasattr(type(table), "columns"):
        return given
    rows = open_table(table, [PARTNER], VALUE)
    labels = labels_in(rows, column) if column in rows.collect_schema().names() else []
    return labels[0] if len(labels) == 1 else None


def _rates(hubs: Rates, markets: pd.Index[Any], home: Any) -> pd.DataFrame:
    """Both ends of the rate of each hub, by the label that it has among the markets."""
    if isinstance(hubs, pd.Series):
        if hubs.index.has_duplicates:
            raise TradeDataError(Text("hubs_twice", hubs=[*map(market_name, hubs.index[hubs.index.duplicated()])]))
        hubs = hubs.to_dict()
    if not isinstance(hubs, Mapping) or not hubs:
        raise TradeDataError(Text("hubs_mapping"))
    labels = pd.Index([code_of(one) if one not in markets else one for one in market_labels(hubs, markets)])
    if labels.has_duplicates:
        raise TradeDataError(
            Text("hubs_twice", hubs=[market_name(one) for one in labels[labels.duplicated()].unique()])
        )
    refuse_totals(labels)
    if home in labels:
        raise TradeDataError(Text("hubs_home", hub=market_name(home)))
    ends = []
    rate: Any
    for hub, rate in zip(labels, hubs.values(), strict=True):
        several = isinstance(rate, (tuple, list)) or getattr(rate, "ndim", 0) == 1
        given = list(rate) if several else [rate, rate]
        are_numbers = len(given) == 2 and all(isinstance(one, Real) and not isinstance(one, bool) for one in given)
        if not are_numbers or not 0 <= given[0] <= given[1] <= 1:
            key = "hubs_rate"
            if are_numbers and all(0 <= one <= 1 for one in given):
                key = "hubs_rate_order"
            elif are_numbers and 1 < max(given) <= 100:
                key = "hubs_rate_percent"
            raise TradeDataError(Text(key, hub=market_name(hub), rate=repr(rate)))
        low, high = given
        ends.append((float(low), float(high)))
    return pd.DataFrame(ends, labels.rename(HUB), columns=["low", "high"])


def _sent(
    onward: Any,
    hubs: pd.Index[Any],
    markets: pd.Index[Any],
    basket_of: Callable[[Any, Any], pd.Series[float]],
    *,
    given: bool,
) -> pd.DataFrame:
    """What each hub sends to whom: its basket in a trade table, or values by market that are given."""
    if hasattr(type(onward), "columns") and {REPORTER, PARTNER} <= {*_columns(onward)}:
        few = _of_hubs(onward, hubs)
        return pd.DataFrame({hub: _known(basket_of, onward, few, hub, given=given) for hub in hubs}).T.fillna(0.0)
    if not isinstance(onward, (pd.DataFrame, Mapping)):
        raise TradeDataError(Text("hubs_onward_needed"))
    listed = list(onward.index if isinstance(onward, pd.DataFrame) else onward)
    found = dict(zip(market_labels(listed, hubs), listed, strict=True))
    if lacking := [market_name(hub) for hub in hubs if hub not in found]:
        for hub in hubs:
            if hub not in found and hub not in markets:
                _refuse_unknown(hub)
        raise TradeDataError(Text("hubs_without_onward", hubs=lacking))
    if isinstance(onward, pd.DataFrame):
        refuse_vector_labels(onward.columns, "onward")
        return pd.DataFrame(checked(onward.loc[[found[hub] for hub in hubs]].to_numpy()), hubs, onward.columns)
    return pd.DataFrame({hub: by_market(onward[found[hub]], "onward") for hub in hubs}).T.fillna(0.0)


def _of_hubs(table: Any, hubs: pd.Index[Any]) -> pd.DataFrame | None:
    """The rows that hubs report, found once for all; None where each hub is to be sought in the whole table."""
    if not isinstance(table, pd.DataFrame):
        return None
    rows = table[table[REPORTER].isin([*hubs, *map(code_of, hubs)])]
    # Where a flow or a year of the table is not among them, the whole table says which is read.
    whole = all(set(table[one].unique()) == set(rows[one].unique()) for one in (FLOW, YEAR) if one in table)
    return rows if whole else None


def _refuse_unknown(hub: Any) -> None:
    """Raise for a text that names no economy, with those that it may mean."""
    try:
        names.country(hub)
    except CountryError as error:
        raise TradeDataError(Text("hubs_unknown", hub=repr(hub), why=error.args[0])) from None


def _known(
    basket_of: Callable[[Any, Any], pd.Series[float]], table: Any, few: pd.DataFrame | None, hub: Any, *, given: bool
) -> pd.Series[float]:
    """What a table says of a hub, by the rows of hubs alone where they are there; or why it says nothing."""
    try:
        with warnings.catch_warnings():  # of the basket itself alone it is said
            warnings.filterwarnings("ignore", "TA-119", TradeDataWarning)
            return basket_of(table if few is None else few, hub)
    except TradeDataError as error:
        if few is not None:  # the whole table says why
            return _known(basket_of, table, None, hub, given=given)
        _refuse_unknown(hub)
        key = "hubs_no_row_given" if given else "hubs_no_row"
        raise TradeDataError(Text(key, hub=market_name(hub), why=str(error.args[0]).rstrip(". "))) from None


def _chain(
    start: pd.Series[float], rates: pd.DataFrame, sent: pd.DataFrame, home: Any, *, with_home: bool
) -> tuple[HubChain, pd.Index[Any]]:
    """The chain, over every place where something is sold or sent; without what goes home unless that is known."""
    hubs = rates.index
    rest = among(sent.columns, remainders(PARTNER))
    refuse_totals(sent.columns[~rest])
    known = start.index.append(hubs)
    coded = [one if one in known else code_of(one) for one in market_labels(sent.columns, known.unique())]
    labels = pd.Index(market_labels(coded, known.unique()))
    is_home = np.array([code_of(one) == home for one in labels], dtype=bool)
    abroad = ~rest & ~is_home
    places = pd.Index(dict.fromkeys([*start.index, *hubs, *labels[abroad]]))
    at = places.get_indexer(hubs)
    onward, back = np.zeros((len(hubs), len(places))), np.zeros(len(hubs))
    values = sent.to_numpy()
    np.add.at(onward.T, places.get_indexer(labels[abroad]), values[:, abroad].T)
    if with_home:
        back += values[:, is_home].sum(axis=1)
    onward[np.arange(len(hubs)), at] = 0.0  # a hub sends nothing to itself
    refuse_float_ends(np.column_stack([onward, back]), "sum", "rounded")
    whole = onward.sum(axis=1) + back
    if not (whole > 0).all():
        raise TradeDataError(Text("hubs_nothing_sent", hub=market_name(hubs[int(whole.argmin())])))
    onward, back = onward / whole[:, None], back / whole
    between, highest = onward[:, at], rates["high"].to_numpy()
    stays = closed_loop(between, leaves=1 - highest + highest * (1 - between.sum(axis=1)))
    if len(stays):
        raise TradeDataError(Text("hubs_closed_loop", hubs=[market_name(one) for one in hubs[stays]]))
    started: Array = np.asarray(start.reindex(places, fill_value=0.0), dtype=np.float64)
    own = np.array([home is not None and code_of(one) == home for one in places], dtype=bool)
    return HubChain(np.where(own, 0.0, started), at, onward, back, float(started[own].sum())), places


# ---- the result ---------------------------------------------------------------------------------------------------


def _reexports(
    chain: HubChain, places: pd.Index[Any], rates: pd.DataFrame, start: pd.Series[float], about: dict[str, Any]
) -> Reexports:
    low, high = (rates[one].to_numpy() for one in ("low", "high"))
    before: Array = np.asarray(start.reindex(places, fill_value=0.0), dtype=np.float64)
    columns = {"value_before": before, "share_before": before / before.sum()}
    home = np.nan
    if (low < high).any():
        ends = chain.ends(ends_of_ranges(low, high))
        shares = ends / ends.sum(axis=1, keepdims=True)
        missing = np.full(len(places), np.nan)
        columns |= {VALUE: missing, "share": missing, "through": missing, "low": ends.min(axis=0)}
        columns |= {"high": ends.max(axis=0), "share_low": shares.min(axis=0), "share_high": shares.max(axis=0)}
        size = ends.mean(axis=0)
    else:
        size = ends = chain.ends(high)
        direct = chain.start.copy()
        direct[chain.at] *= 1 - high
        columns |= {VALUE: ends, "share": ends / ends.sum(), "through": np.maximum(ends - direct, 0.0)}
        home = float(chain.returned(high)) + chain.sold_home
    table = pd.DataFrame({PARTNER: places, **columns})
    order = [one for one in COLUMNS if one in table]
    table = table.iloc[np.argsort(-size, kind="stable")][order].reset_index(drop=True)
    said = {str(hub): f"{a:g}" if a == b else f"{a:g}-{b:g}" for hub, a, b in rates.itertuples()}
    noted = annotated(
        table, start.attrs, **about, method="reexports", rates=said, home=home if home == home and home > 0 else None
    )
    rest = float(start.attrs.get("unallocated", 0.0))
    return Reexports(noted, home, rest / (rest + before.sum()), rates, chain, places, about["flow"])
