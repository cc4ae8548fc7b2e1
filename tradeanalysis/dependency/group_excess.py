"""The excess dependence of every economy of a table at once: its shares beside those of a benchmark."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, cast

import narwhals as nw
import numpy as np
import numpy.typing as npt
import pandas as pd

from tradeanalysis import names
from tradeanalysis.dependency.benchmarks import BENCHMARKS, PEERS
from tradeanalysis.dependency.gravity_model import Gravity, gravity
from tradeanalysis.dependency.sides import chosen_labels
from tradeanalysis.dependency.structure import finger_kreinin_indices
from tradeanalysis.extras import need
from tradeanalysis.gate.frames import collected, refuse_float_ends, refuse_sides
from tradeanalysis.parameters import need_counts, need_labels
from tradeanalysis.results import Table
from tradeanalysis.schema import FLOW, PARTNER, PRODUCT, REPORTER, VALUE, YEAR, TradeDataError
from tradeanalysis.sums import Array, aggregates, among, remainders
from tradeanalysis.tables.baskets import mirrored
from tradeanalysis.tables.group_baskets import Baskets, Labels, baskets_of, chosen_rows
from tradeanalysis.tables.panel import as_pandas, open_panel
from tradeanalysis.texts import Text

# Cells of a dense block of economies x markets x products, which stays in a core's cache.
BLOCK = 1 << 19


@dataclass(frozen=True)
class World:
    """All trade of one year as both sides report it, and the economies for which a benchmark is wanted.

    ``own`` has a row for each of the ``economies`` and a column for each of the ``markets``. In ``ours`` and ``theirs``
    the economy's side is the reporter and the market the partner.
    """

    economies: pd.Index
    markets: pd.Index
    own: Array
    ours: pd.DataFrame
    theirs: pd.DataFrame
    product: bool
    silent: set[str]
    year: Any
    # Whether ``own`` is all trade that there is: both sides are those of all reporters in one flow.
    whole: bool = False

    def matrix(self, rows: pd.DataFrame, reporters: pd.Index | None = None) -> Array:
        """The values of rows by economy, or these reporters, and market."""
        side = self.economies if reporters is None else reporters
        i, j = places(side, rows[REPORTER]), places(self.markets, rows[PARTNER])
        kept = (i >= 0) & (j >= 0)
        cell = i[kept] * len(self.markets) + j[kept]
        found = np.bincount(cell, rows[VALUE].to_numpy()[kept], len(side) * len(self.markets))
        return found.reshape(len(side), -1).astype(np.float64)


def places(labels: pd.Index, column: pd.Series[Any]) -> npt.NDArray[np.intp]:
    """The place of every row's label, a category, among the labels; -1 for one that is not there."""
    place = labels.get_indexer(column.cat.categories.astype(object))
    return np.asarray(place[column.cat.codes])


def labels_there(column: pd.Series[Any]) -> pd.Index:
    """The labels that stand in a column of categories."""
    there = np.bincount(column.cat.codes.to_numpy(), minlength=len(column.cat.categories)) > 0
    labels: pd.Index = pd.Index(column.cat.categories[there]).astype(object)
    return labels


def excesses(
    table: Table,
    benchmark: str | Gravity = "world",
    *,
    by: str | Iterable[str] = REPORTER,
    reporter: Labels = None,
    flow: str | None = None,
    year: int | None = None,
    value: str = VALUE,
    peers: int | str | Iterable[str] = PEERS,
    silent: Iterable[str] | None = None,
    partners: bool = False,
) -> Table:
    r"""Excess dependence of every economy at once: how far its shares are from a benchmark's, a row each.

    .. math:: KL(s \| m) = \sum_j s_j \ln \frac{s_j}{m_j}

    A table of DuckDB or PySpark is summed there, and the result is the table that it collects to.

    Parameters
    ----------
    table
        A trade table of all reporters, of pandas, Polars, PyArrow, DuckDB or PySpark.
    benchmark
        ``"world"``, ``"peers"`` or ``"gravity"`` (or a fitted model), as for ``ta.excess``. Gravity is fitted once for
        all economies.
    by
        ``"reporter"``, or ``["reporter", "year"]`` in any order.
    reporter
        A list of economies, where not all are wanted.
    flow, year, value, peers, silent
        As for ``ta.excess``.
    partners
        True: a row for every partner of every economy, ``partner, share, benchmark_share, intensity, contribution`` as
        in the table of ``ta.excess``.

    Returns
    -------
    A row for each group in the order of its labels, in the library of the table: ``n`` (partners), ``excess`` (the
    total, 0 where the two are the same, unbounded above), ``hhi`` and ``benchmark_hhi`` in (0, 1], and the partner that
    contributes most: ``partner, share, benchmark_share, contribution``. Missing where there is no such benchmark, as
    where an economy has no distances.

    Raises
    ------
    TradeDataError
        The table has one reporter, cannot give the benchmark, or a value is faulty.

    Notes
    -----
    As for ``ta.excess``. A partner with a share, and none in the benchmark, makes the total infinite.

    References
    ----------
    As for ``ta.excess``.

    Examples
    --------
    >>> import tradeanalysis as ta
    >>> found = ta.dependency.excesses(ta.example("world_2023"))
    >>> found.query("reporter in ('VNM', 'MEX')")[["reporter", "excess", "hhi", "benchmark_hhi", "partner"]].round(3)
        reporter  excess    hhi  benchmark_hhi partner
    114      MEX   1.295  0.599          0.041     USA
    188      VNM   0.276  0.140          0.050     USA
    """
    need_labels(year=year, flow=flow)
    keys = [by] if isinstance(by, str) else list(by)
    if REPORTER not in keys or set(keys) - {REPORTER, YEAR}:
        raise TradeDataError(Text("groups_excess_by", by=keys))
    if not isinstance(benchmark, Gravity) and benchmark not in ("world", "peers", "gravity"):
        raise TradeDataError(Text("groups_benchmark", benchmark=repr(benchmark)))
    if benchmark == "gravity":
        need(Text("needs_of_gravity"), "pyfixest")
    product = PRODUCT in nw.from_native(cast(Any, table)).collect_schema().names()
    goods = [PRODUCT] if product else []
    chosen = chosen_rows(table, [*keys, *goods], reporter=reporter, flow=flow, year=year, value=value)
    chosen = replace(chosen, by=keys)
    baskets = baskets_of(chosen)
    refuse_float_ends(baskets.x, "rounded")
    if REPORTER in baskets.groups.columns:
        refuse_sides(baskets.groups[REPORTER].to_list(), baskets.labels.to_list())
    unreported = chosen.attrs.get("certificate", {}).get("silent", ()) if silent is None else silent
    worlds = _worlds(baskets, product, set(unreported))
    kind = benchmark if isinstance(benchmark, str) else "gravity"
    shapes = [_shape(one, benchmark, peers, baskets) for _, one in worlds]
    answer = _by_partner if partners else _by_group
    notes = {"benchmark": Text(BENCHMARKS[kind]), "n": Text("note_groups", count=len(baskets.sizes))}
    return cast(Table, answer(baskets, worlds, shapes, notes))


def _worlds(baskets: Baskets, product: bool, silent: set[str]) -> list[tuple[npt.NDArray[np.intp], World]]:
    """The world of each year, and the numbers of its groups."""
    chosen = baskets.chosen
    cells = None if not product and _is_everyone(baskets) else _cells(baskets, product)
    years = baskets.groups[YEAR].to_list() if YEAR in chosen.by else [chosen.about.get(YEAR)] * len(baskets.sizes)
    found = []
    for year in dict.fromkeys(years):
        these = np.flatnonzero(np.array([one == year for one in years]))
        some = baskets.having(np.isin(np.arange(len(years)), these))
        economies = pd.Index(some.groups[REPORTER].to_pandas().astype(object))
        if cells is None:
            rows = _rows_of(some, economies)
        else:
            rows = cells[cells[YEAR] == year] if YEAR in chosen.by else cells
        ours = theirs = rows
        if FLOW in rows and rows[FLOW].nunique() > 1:
            of_ours = rows[FLOW] == chosen.about[FLOW]
            swapped = {REPORTER: PARTNER, PARTNER: REPORTER}
            ours, theirs = rows[of_ours], rows[~of_ours].rename(columns=swapped)
        labels = [baskets.names.astype(object), labels_there(ours[PARTNER]), labels_there(theirs[PARTNER])]
        markets = labels[0].append(labels[1:]).unique().sort_values()
        markets = markets.append(economies.difference(markets))
        own = np.zeros((len(economies), len(markets)))
        own[some.group, markets.get_indexer(some.names.astype(object))[some.partner]] = some.x
        found.append((these, World(economies, markets, own, ours, theirs, product, silent, year, cells is None)))
    return found


def _cells(baskets: Baskets, product: bool) -> pd.DataFrame:
    """The cells of all reporters and flows, as categories."""
    axes = [REPORTER, PARTNER, *([PRODUCT] if product else [])]
    panel = open_panel(baskets.chosen.everyone.to_native(), axes, several="this benchmark")
    return as_pandas(panel.allocated(panel.cells, *axes)).astype(dict.fromkeys(axes, "category"))


def _is_everyone(baskets: Baskets) -> bool:
    """Whether the baskets are all trade of the table: of all reporters, in one flow.

    Reporters that a panel would refuse or leave out are left to it.
    """
    chosen = baskets.chosen
    rows, everyone = chosen.rows, chosen.everyone
    if not isinstance(rows, nw.DataFrame) or not isinstance(everyone, nw.DataFrame) or len(rows) < len(everyone):
        return False
    if baskets.groups[REPORTER].is_null().any() or (YEAR in chosen.by and baskets.groups[YEAR].is_null().any()):
        return False
    labels = pd.Index(baskets.groups[REPORTER].unique().to_list())
    return len(labels) > 1 and not among(labels, remainders(REPORTER) | aggregates(REPORTER)).any()


def _rows_of(baskets: Baskets, economies: pd.Index) -> pd.DataFrame:
    """The cells of baskets that are an economy's each, as categories."""
    there = baskets.x > 0
    i, j = baskets.group[there], baskets.partner[there]
    sides = {
        REPORTER: pd.Categorical.from_codes(i, economies),
        PARTNER: pd.Categorical.from_codes(j, baskets.names.astype(object)),
    }
    return pd.DataFrame(sides).assign(**{VALUE: baskets.x[there]})


# ---- benchmarks -----------------------------------------------------------------------------------------------------


def _shape(world: World, benchmark: Any, peers: Any, baskets: Baskets) -> Array:
    """The trade of the benchmark by economy and market, missing where nothing can be known of it."""
    if benchmark == "world" and world.whole:  # every market that has trade is known
        shape = _others(world.own, 0)
    elif benchmark == "world":
        demand = world.matrix(world.theirs, _all(world))
        shape = _by_products(world) if world.product else _others(demand, 0)[: _n(world)]
        silent = ~world.markets.isin(labels_there(world.theirs[PARTNER]))
        unknown = silent & world.markets.isin(labels_there(world.ours[PARTNER]))
        shape[:, unknown] = np.nan
    elif benchmark == "peers":
        shape = _of_peers(world, peers)
    else:
        return _of_gravity(world, benchmark, baskets)
    return _without_itself(world, shape)


def _without_itself(world: World, shape: Array) -> Array:
    """An economy is no market of its own, and what two that did not report trade is not known."""
    shape[np.arange(len(shape)), world.markets.get_indexer(world.economies)] = np.nan
    if world.silent:
        quiet = world.economies.isin(world.silent), world.markets.isin(world.silent)
        shape[np.ix_(*quiet)] = np.nan
    return shape


def _all(world: World) -> pd.Index:
    """The economies, and then all others that trade with the markets."""
    return world.economies.append(labels_there(world.theirs[REPORTER]).difference(world.economies))


def _n(world: World) -> int:
    return len(world.economies)


def _others(x: Array, axis: int) -> Array:
    """The sums along an axis without each element, right to the last digits."""
    whole = x.sum(axis=axis, keepdims=True)
    most = x > whole / 2
    rest = np.where(most, 0.0, x).sum(axis=axis, keepdims=True)
    return np.asarray(np.where(most, rest, whole - x))


def _by_products(world: World) -> Array:
    """What the markets trade with all others, product by product in the mix of each economy."""
    every, rows = _all(world), world.theirs
    goods = labels_there(world.ours[PRODUCT]).union(labels_there(rows[PRODUCT]))
    i, p = places(world.economies, world.ours[REPORTER]), places(goods, world.ours[PRODUCT])
    kept = i >= 0
    mix = np.bincount(i[kept] * len(goods) + p[kept], world.ours[VALUE].to_numpy()[kept], _n(world) * len(goods))
    mix = mix.reshape(_n(world), -1)
    k, j = places(every, rows[REPORTER]), places(world.markets, rows[PARTNER])
    q, x = places(goods, rows[PRODUCT]), rows[VALUE].to_numpy()
    order = np.argsort(q, kind="stable")
    k, j, q, x = k[order], j[order], q[order], x[order]
    own_column = world.markets.get_indexer(world.economies)
    shape = np.zeros((_n(world), len(world.markets)))
    step = max(BLOCK // (len(every) * len(world.markets)), 1)
    for first in range(0, len(goods), step):
        last = min(first + step, len(goods))
        part = slice(*np.searchsorted(q, [first, last]))
        dense = np.zeros((last - first, len(every), len(world.markets)))
        dense[q[part] - first, k[part], j[part]] = x[part]
        demand = _others(dense, 1)[:, : _n(world)]
        demand[:, np.arange(_n(world)), own_column] = 0.0
        market = demand.sum(axis=2)
        weight = np.divide(mix[:, first:last].T, market, out=np.zeros_like(market), where=market > 0)
        shape += (demand * weight[:, :, None]).sum(axis=0)
    return shape


def _of_peers(world: World, peers: int | str | Iterable[str]) -> Array:
    """The mean shares of each economy's peers, where each is known."""
    rows = world.ours
    every = labels_there(rows[REPORTER])
    chosen = _chosen_peers(world, every, peers)
    trade = world.matrix(rows, every)
    # Without what a peer trades with the economy itself.
    place = world.markets.get_indexer(world.economies)
    rest = _others(trade, 1)[:, place].T
    weight = np.divide(chosen, rest, out=np.zeros_like(rest), where=(chosen > 0) & (rest > 0))
    counted = ((weight > 0) & (chosen > 0)).astype(np.float64)
    known = np.ones_like(trade)
    column = world.markets.get_indexer(every)
    known[np.flatnonzero(column >= 0), column[column >= 0]] = 0.0
    quiet = every.isin(world.silent), world.markets.isin(world.silent)
    known[np.ix_(*quiet)] = 0.0
    count = counted @ known
    return np.divide(weight @ (trade * known), count, out=np.full_like(count, np.nan), where=count > 0)


def _chosen_peers(world: World, every: pd.Index, peers: int | str | Iterable[str]) -> Array:
    """Which of the reporters are peers of each economy, as a matrix of ones and zeros."""
    chosen = np.zeros((_n(world), len(every)))
    if isinstance(peers, (int, float)):
        need_counts(peers=peers)
        if not world.product:
            raise TradeDataError(Text("groups_peers"))
        pairs = as_pandas(finger_kreinin_indices(world.ours, against="reporters"))
        ranked = pairs.sort_values("finger_kreinin", ascending=False, kind="stable")
        similar = ranked.groupby(REPORTER, observed=True).head(peers)
        of, other = (pd.Index(similar[one].astype(object)) for one in (REPORTER, "other"))
        row = world.economies.get_indexer(of)
        chosen[row[row >= 0], every.get_indexer(other)[row >= 0]] = 1
        return chosen
    named = names.bloc(peers, world.year) if isinstance(peers, str) else peers
    labels = chosen_labels(every.tolist(), named, "peers_absent")
    chosen[:, every.get_indexer(pd.Index(labels))] = 1
    column = every.get_indexer(world.economies)
    chosen[np.flatnonzero(column >= 0), column[column >= 0]] = 0
    return chosen


def _of_gravity(world: World, model: Any, baskets: Baskets) -> Array:
    """The expected trade of every economy with every market in the model."""
    chosen = baskets.chosen
    flow: Any = chosen.about.get(FLOW)
    own, side = REPORTER, PARTNER
    if chosen.swapped:  # the other side's rows are read
        flow, own, side = mirrored(flow), PARTNER, REPORTER
    if not isinstance(model, Gravity):
        rows = chosen.everyone if world.year is None else chosen.everyone.filter(nw.col(YEAR) == world.year)
        rows = rows.rename({REPORTER: PARTNER, PARTNER: REPORTER}) if chosen.swapped else rows
        model = gravity(collected(rows).to_native(), flow=flow, year=world.year, silent=world.silent)
    fitted = model.table
    of_model = [fitted.attrs["notes"].get(key) for key in (FLOW, YEAR)]
    if of_model != [flow, world.year]:
        raise TradeDataError(Text("groups_gravity", model=of_model, rows=[flow, world.year]))
    i, j = world.economies.get_indexer(pd.Index(fitted[own])), world.markets.get_indexer(pd.Index(fitted[side]))
    kept = (i >= 0) & (j >= 0)
    shape = np.full((_n(world), len(world.markets)), np.nan)
    shape[i[kept], j[kept]] = fitted["expected"].to_numpy()[kept]
    return _without_itself(world, shape)


# ---- answers --------------------------------------------------------------------------------------------------------


def _compared(world: World, shape: Array) -> tuple[Array, Array, Array]:
    """The shares of every economy and of its benchmark, and the contributions; without what a benchmark leaves out."""
    known = ~np.isnan(shape)
    s, m = (np.where(known, one, 0.0) for one in (world.own, shape))
    with np.errstate(divide="ignore", invalid="ignore"):
        s, m = s / s.sum(axis=1, keepdims=True), m / m.sum(axis=1, keepdims=True)
        contribution = np.where(s > 0, s * np.log(s / m), 0.0)
    none = np.isnan(s).any(axis=1) | np.isnan(m).any(axis=1)
    contribution[none] = np.nan
    return s, m, contribution


def _by_group(baskets: Baskets, worlds: Sequence[Any], shapes: Sequence[Array], notes: dict[str, Any]) -> Any:
    numbers = ("excess", "hhi", "benchmark_hhi", "share", "benchmark_share", "contribution")
    found = {name: np.full(len(baskets.sizes), np.nan) for name in numbers}
    count, partner = np.zeros(len(baskets.sizes), dtype=np.int64), np.full(len(baskets.sizes), None, dtype=object)
    for (these, world), shape in zip(worlds, shapes, strict=True):
        s, m, contribution = _compared(world, shape)
        good = np.flatnonzero(~np.isnan(contribution).any(axis=1))
        s, m, contribution, into = s[good], m[good], contribution[good], these[good]
        most, rows = contribution.argmax(axis=1) if len(good) else np.zeros(0, dtype=np.intp), np.arange(len(good))
        columns = (contribution.sum(axis=1), (s**2).sum(axis=1), (m**2).sum(axis=1))
        of_most = (s[rows, most], m[rows, most], contribution[rows, most])
        for name, one in zip(numbers, (*columns, *of_most), strict=True):
            found[name][into] = one
        count[into], partner[into] = (s > 0).sum(axis=1), np.asarray(world.markets, dtype=object)[most]
    first = {name: found[name] for name in numbers[:3]}
    rest = {name: found[name] for name in numbers[3:]}
    return baskets.of_groups({"n": count, **first, PARTNER: partner, **rest}, **notes)


def _by_partner(baskets: Baskets, worlds: Sequence[Any], shapes: Sequence[Array], notes: dict[str, Any]) -> Any:
    parts = []
    for (these, world), shape in zip(worlds, shapes, strict=True):
        s, m, contribution = _compared(world, shape)
        i, j = np.nonzero(((s > 0) | (m > 0)) & ~np.isnan(contribution))
        parts.append((these[i], np.asarray(world.markets, dtype=object)[j], s[i, j], m[i, j], contribution[i, j]))
    group, labels, s, m, contribution = (np.concatenate(one) for one in zip(*parts, strict=True))
    order = np.lexsort((-m, -s, group))
    with np.errstate(divide="ignore", invalid="ignore"):
        columns = {PARTNER: labels, "share": s, "benchmark_share": m, "intensity": s / m, "contribution": contribution}
    return baskets.of_rows(group[order], {key: one[order] for key, one in columns.items()}, **notes)
