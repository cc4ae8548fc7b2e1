"""Closed markets of all groups of a table at once: the losses of every scenario, and the worst sets of markets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from tradeanalysis.gate.frames import refuse_float_ends
from tradeanalysis.schema import TradeDataError
from tradeanalysis.stress.scenarios import SCENARIO, losses
from tradeanalysis.sums import Array
from tradeanalysis.tables.group_baskets import Baskets, open_baskets
from tradeanalysis.texts import Text

Cells = npt.NDArray[np.intp]


@dataclass(frozen=True)
class Closures:
    """The baskets of all groups, what goes to each market that stays open in proportion, and the redirect rate.

    ``weight`` is the value, or the room where ``limited``.
    """

    baskets: Baskets
    weight: Array
    limited: bool
    rate: float

    def outcome(self, gross: Array, weight: Array, after: Any) -> dict[str, Array]:
        """The losses of some scenarios; ``after(per_weight)`` gives the HHI of what is left and sold elsewhere."""
        capacity = weight if self.limited else np.where(weight > 0, np.inf, 0.0)
        replaced = np.minimum(self.rate * gross, capacity)
        per_weight = np.divide(replaced, weight, out=np.zeros(len(gross)), where=weight > 0)
        return {"gross_loss": gross, "replaced": replaced, "net_loss": gross - replaced, "hhi_after": after(per_weight)}


def open_closures(
    table: Any, rate: float, room: Any, by: Any, flow: str | None, year: int | None, value: str
) -> Closures:
    """The closures of a table; ``room`` is a column of the table, or None."""
    if room is not None and not isinstance(room, str):
        raise TradeDataError(Text("groups_room"))
    more = [] if room is None else [room]
    found = open_baskets(table, by, flow=flow, year=year, value=value, more=more)
    refuse_float_ends(found.x, "rounded")
    cells = found.x > 0 if room is None else (found.x > 0) | (found.more[room] > 0)
    found = found.keeping(cells)
    return Closures(found, found.x if room is None else found.more[room], room is not None, rate)


def contingencies(closures: Closures, scenarios: Any) -> Any:
    """A row for every group and scenario, the largest net loss of each group first."""
    found = closures.baskets
    if scenarios is None:
        traded = found.descending[found.x[found.descending] > 0]
        columns = _one_closed(closures)
        order = traded[_by_loss(found.group[traded], columns["net_loss"][traded])]
        shown = _with_shares({key: one[order] for key, one in columns.items()}, found.total[found.group[order]])
        return found.of_cells(order, shown, **_notes(closures))
    if isinstance(scenarios, str) and scenarios == "pairs":
        group, labels, columns = _two_closed(closures)
    else:
        group, labels, columns = _named(closures, scenarios)
    order = _by_loss(group, columns["net_loss"])
    shown = _with_shares({key: one[order] for key, one in columns.items()}, found.total[group[order]])
    return found.of_rows(group[order], {SCENARIO: labels[order], **shown}, **_notes(closures))


def worst_sets(closures: Closures, k: int) -> Any:
    """A row for every group and number of markets that close together, up to ``k`` or as many as it has."""
    found = closures.baskets
    traded = found.x > 0
    count = found.sum(traded.astype(np.float64))
    keys = [found.x, *([found.x + closures.weight] if closures.limited else [])]
    places = []
    for key in keys:  # equal ones in the order of the basket
        ranked = found.descending[found.order_of(np.where(traded, key, -1.0)[found.descending])]
        place = np.empty(len(found.x), dtype=np.intp)
        place[ranked] = found.place
        places.append(place)
    parts = []
    for size in range(1, k + 1):
        these = np.flatnonzero(count >= size)
        tried = [(closed, _all_closed(closures, closed)) for closed in ((place < size) & traded for place in places)]
        (closed, columns), *others = tried
        for other, by_room in others:
            better = by_room["net_loss"] > columns["net_loss"]
            closed = np.where(found.spread(better), other, closed)
            columns = {key: np.where(better, by_room[key], one) for key, one in columns.items()}
        chosen = found.descending[closed[found.descending] & np.isin(found.group, these)[found.descending]]
        names = np.asarray(found.names.astype(str), dtype=object)[found.partner[chosen]].reshape(-1, size)
        markets = names[:, 0]
        for column in names.T[1:]:
            markets = markets + ", " + column
        parts.append((these, np.full(len(these), size), markets, {key: one[these] for key, one in columns.items()}))
    group, sizes, markets = (np.concatenate([part[i] for part in parts]) for i in range(3))
    order = np.lexsort((sizes, group))
    columns = {key: np.concatenate([part[3][key] for part in parts])[order] for key in parts[0][3]}
    shown = _with_shares(columns, found.total[group[order]])
    rows = {"k": sizes[order], "markets": markets[order], **shown}
    return found.of_rows(group[order], rows, **_notes(closures), exact=Text("note_worst_of_all"))


def _by_loss(group: Cells, net: Array) -> Cells:
    """The rows by group, and in it by net loss, the largest first; equal ones as they stand."""
    return np.lexsort((-net, group))


def _with_shares(columns: dict[str, Array], total: Array) -> dict[str, Array]:
    shares = {"gross_share": "gross_loss", "replaced_share": "replaced", "net_share": "net_loss"}
    of_total = {share: columns[loss] / total for share, loss in shares.items()}
    return {one: columns[one] for one in shares.values()} | of_total | {"hhi_after": columns["hhi_after"]}


def _notes(closures: Closures) -> dict[str, str]:
    return {
        "n": Text("note_groups", count=len(closures.baskets.sizes)),
        "redirect": f"{closures.rate:.2f}",
        "sold elsewhere": Text("note_by_room" if closures.limited else "note_by_value"),
        "shares": Text("note_of_allocated"),
    }


def _scaled(closures: Closures) -> tuple[Array, Array]:
    """Value and weight of the cells by a power of two, so that squares stay within float64."""
    found = closures.baskets
    exponent = found.spread(np.frexp(np.maximum(found.largest(found.x), found.largest(closures.weight)))[1])
    return np.ldexp(found.x, -exponent), np.ldexp(closures.weight, -exponent)


def _hhi(left: list[Array], per_weight: Array) -> Array:
    """The HHI of ``x + r w`` from the sums of x, w, x*x, x*w and w*w over the markets that stay."""
    x, w, xx, xw, ww = left
    whole = x + per_weight * w
    squares = xx + 2 * per_weight * xw + per_weight**2 * ww
    return np.asarray(np.divide(squares, whole**2, out=np.full(len(x), np.nan), where=whole > 0))


def _once(moments: list[Array], how: Any) -> list[Array]:
    """Something of every moment; of those that are one array, once."""
    known: dict[int, Array] = {}
    for one in moments:
        if id(one) not in known:
            known[id(one)] = how(one)
    return [known[id(one)] for one in moments]


def _moments(closures: Closures) -> list[Array]:
    """x, w, x*x, x*w and w*w of the cells; those that are equal are one array."""
    x, w = _scaled(closures)
    if closures.limited:
        return [x, w, x * x, x * w, w * w]
    squares = x * x
    return [x, x, squares, squares, squares]


def _one_closed(closures: Closures) -> dict[str, Array]:
    """The losses of every cell that closes alone."""
    found = closures.baskets
    weight = found.others(closures.weight)
    left = _once(_moments(closures), found.others)
    return closures.outcome(found.x, weight, lambda per: _hhi(left, per))


def _all_closed(closures: Closures, closed: npt.NDArray[np.bool_]) -> dict[str, Array]:
    """The losses of every group when these cells close together."""
    found = closures.baskets
    gross = found.sum(np.where(closed, found.x, 0.0))
    weight = found.sum(np.where(closed, 0.0, closures.weight))
    left = _once(_moments(closures), lambda one: found.sum(np.where(closed, 0.0, one)))
    return closures.outcome(gross, weight, lambda per: _hhi(left, per))


def _named(closures: Closures, scenarios: Any) -> tuple[Cells, npt.NDArray[Any], dict[str, Array]]:
    """The groups, names and losses of scenarios that are the same for all groups."""
    found = closures.baskets
    _, labels, matrix = losses(scenarios, pd.Series(1.0, index=found.names))
    there = np.flatnonzero(found.total > 0)
    x, w = _scaled(closures)
    parts = []
    for fractions in matrix:
        lost = fractions[found.partner]
        open_ = lost == 0
        weight = np.where(open_, w, 0.0)
        now = (1 - lost) * x

        def after(per: Array, now: Array = now, weight: Array = weight) -> Array:
            sold = now + weight * found.spread(per)
            whole = found.sum(sold)
            squares = found.sum(sold**2)
            return np.asarray(np.divide(squares, whole**2, out=np.full(len(whole), np.nan), where=whole > 0))

        gross, space = found.sum(lost * found.x), found.sum(np.where(open_, closures.weight, 0.0))
        parts.append(closures.outcome(gross, space, after))
    group = np.repeat(there, len(matrix))
    columns = {key: np.stack([part[key][there] for part in parts], axis=1).ravel() for key in parts[0]}
    return group, np.tile(np.asarray(labels, dtype=object), len(there)), columns


def _two_closed(closures: Closures) -> tuple[Cells, npt.NDArray[Any], dict[str, Array]]:
    """The groups, names and losses of every two markets with trade that close together."""
    found = closures.baskets
    one, other = _pairs(found)
    names = np.asarray(found.names.astype(str), dtype=object)
    labels = names[found.partner[one]] + ", " + names[found.partner[other]]

    def without(cells: Array) -> Array:
        return _without_two(found, cells, one, other)

    left = _once(_moments(closures), without)
    columns = closures.outcome(found.x[one] + found.x[other], without(closures.weight), lambda per: _hhi(left, per))
    return found.group[one], np.asarray(labels, dtype=object), columns


def _pairs(found: Baskets) -> tuple[Cells, Cells]:
    """Every two cells of one group that have trade, in the order of the baskets."""
    traded = found.descending[found.x[found.descending] > 0]
    sizes = np.bincount(found.group[traded], minlength=len(found.sizes))
    starts = np.append(0, np.cumsum(sizes))[:-1]
    firsts, seconds, groups = [], [], []
    for size in np.unique(sizes[sizes > 1]):
        these = np.flatnonzero(sizes == size)
        i, j = np.triu_indices(size, 1)
        firsts.append((starts[these, None] + i).ravel())
        seconds.append((starts[these, None] + j).ravel())
        groups.append(np.repeat(these, len(i)))
    if not groups:
        raise TradeDataError(Text("groups_no_pairs"))
    order = np.argsort(np.concatenate(groups), kind="stable")
    return traded[np.concatenate(firsts)[order]], traded[np.concatenate(seconds)[order]]


def _without_two(found: Baskets, cells: Array, one: Cells, other: Cells) -> Array:
    """The sum of the cells of a group without two of them, right to the last digits.

    What is taken from a sum is at most two thirds of it: where the largest cell is one of the two, from the sum without
    it, and where both largest are, the sum without both stands for itself.
    """
    order = found.order_of(cells)
    place = np.empty(len(cells), dtype=np.intp)
    place[order] = found.place
    sums = [found.sum(np.where(place < drop, 0.0, cells)) for drop in range(3)]
    group, first, second = found.group[one], place[one], place[other]
    near, far = np.minimum(first, second), np.maximum(first, second)
    far_cell = np.where(first > second, cells[one], cells[other])
    whole = sums[0][group] - cells[one] - cells[other]
    return np.where(near > 0, whole, np.where(far > 1, sums[1][group] - far_cell, sums[2][group]))
