"""Every group's partners at once: shares both ways, both flows together, and the shares of trade blocs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

import narwhals as nw
import numpy as np
import numpy.typing as npt
import pandas as pd

from tradeanalysis import names
from tradeanalysis.gate.findings import finding, refuse
from tradeanalysis.gate.frames import refuse_years
from tradeanalysis.schema import (
    EXPORT,
    FLOW,
    IMPORT,
    PARTNER,
    PRODUCT,
    REPORTER,
    VALUE,
    YEAR,
    CountryError,
    SchemaError,
    TradeDataError,
)
from tradeanalysis.sums import Array, Codes, among, keyed, remainders
from tradeanalysis.tables.baskets import mirrored
from tradeanalysis.tables.group_baskets import Baskets, Frame, Labels, Rows, baskets_of, chosen_rows, in_memory
from tradeanalysis.texts import Text

BEFORE, OTHER_FLOW = "value_before", "value_of_imports"
# Where more than this of all trade is not allocated to a partner, a table lists the largest partners of its reporters.
LISTED_IN_PART = 0.05
CONTEXT = (YEAR, PRODUCT)


def open_partners(
    table: Any, by: Any, reporter: Labels, flow: str | None, year: int | None, before: int | None, value: str
) -> Baskets:
    """The baskets of all groups with trade, those of an earlier year beside them."""
    if before is None:
        found = baskets_of(chosen_rows(table, by, reporter=reporter, flow=flow, year=year, value=value))
        found = _without_remainders(found)
        return found.keeping(found.x > 0)
    chosen = chosen_rows(table, by, reporter=reporter, flow=flow, year=year, value=value)
    if YEAR not in chosen.about:
        raise SchemaError(Text("groups_before", before=before))
    earlier = chosen_rows(table, by, reporter=reporter, flow=flow, year=before, value=value)
    both = _side_by_side(chosen, earlier, BEFORE)
    found = _without_remainders(baskets_of(both, [BEFORE]))
    return found.keeping((found.x > 0) | (found.more[BEFORE] > 0))


def _side_by_side(one: Rows, other: Rows, name: str) -> Rows:
    """The rows of both, the values of the other in a column of their own."""
    columns = [*one.by, PARTNER]
    first, second = (in_memory(each, columns).select(*columns, VALUE) for each in (one, other))
    first = first.with_columns(nw.col(VALUE).cast(nw.Float64), nw.lit(0.0).alias(name))
    second = second.rename({VALUE: name}).with_columns(nw.col(name).cast(nw.Float64), nw.lit(0.0).alias(VALUE))
    both: Frame = nw.concat([first, second.select(*columns, VALUE, name)])
    return replace(one, rows=both)


def _without_remainders(found: Baskets) -> Baskets:
    """The groups whose reporter is an economy: as another's partners a table may have what is allocated to none."""
    if REPORTER not in found.chosen.by:
        return found
    rest = among(pd.Index(found.groups[REPORTER].to_pandas()), remainders(REPORTER))
    return found.having(~rest)


def partner_rows(found: Baskets) -> Any:
    """A row for every group and partner, as ``partners`` gives them for one economy."""
    whole = found.spread(found.total + found.unallocated)
    order, total = found.descending, whole
    share = np.divide(found.x, total, out=np.full(len(total), np.nan), where=total > 0)
    reverse = _ratio(found.x, markets(found))
    in_order = share[order]
    columns = {
        VALUE: found.x[order],
        "share": in_order,
        "rank": found.place + 1,
        "cumulative_share": found.running(in_order),
        "reverse_share": reverse[order],
        "asymmetry": in_order - reverse[order],
    }
    if BEFORE in found.more:
        earlier = found.spread(found.sum(found.more[BEFORE]) + found.rest[BEFORE])
        share_before = np.divide(found.more[BEFORE], earlier, out=np.zeros(len(earlier)), where=earlier > 0)
        columns |= {"share_before": share_before[order], "change": in_order - share_before[order]}
    return found.of_cells(order, columns, n=Text("note_groups", count=len(found.sizes)))


def _ratio(x: Array, y: Array) -> Array:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(x / y)


# ---- the trade of the partners --------------------------------------------------------------------------------------


def markets(found: Baskets, flow: str | None = None) -> Array:
    """The total trade of every cell's partner the other way, missing where the table does not have it.

    ``flow`` is that of the baskets where it is not among the columns that make groups.
    """
    chosen = found.chosen
    if REPORTER not in chosen.everyone.collect_schema().names():
        return np.full(len(found.x), np.nan)
    context = [one for one in CONTEXT if one in chosen.by]
    there = chosen.everyone.collect_schema().names()
    flows = [FLOW] if FLOW in there else []
    columns = [*context, *flows, REPORTER, PARTNER]
    rows = in_memory(replace(chosen, rows=chosen.everyone), columns)
    of_row, of_group, size = _contexts(rows, found, context)
    x = rows[VALUE].to_numpy().astype(np.float64)
    ours, theirs = ((one, pd.Index(one.labels.to_pandas())) for one in (keyed(rows[REPORTER]), keyed(rows[PARTNER])))
    n = len(found.names)

    def totals(side: Any, weights: Array) -> Array:
        """The sum for every context and partner."""
        key, labels = side
        place = np.append(found.names.get_indexer(labels), -1)[key.codes]
        seen = place >= 0
        return np.bincount(of_row[seen] * n + place[seen], weights[seen], size * n).astype(np.float64)

    at = found.spread(of_group) * n + found.partner
    # From the table's one flow: what all its reporters trade with the partner, where it names nearly all of them.
    named = theirs if not chosen.swapped else ours
    known = ~among(named[1], remainders(PARTNER))[named[0].codes]
    whole, allocated = (np.bincount(of_row, one, size) for one in (x, np.where(known, x, 0.0)))
    several = _distinct(of_row, ours[0].codes, len(ours[1]), size) > 1
    usable = several & (allocated >= (1 - LISTED_IN_PART) * whole)
    summed = totals(theirs, x)[at]
    by_sum = np.where(found.spread(usable[of_group]) & (summed > 0), summed, np.nan)
    if not flows:
        return by_sum
    # Where there are both flows, the partner's own report of the other one.
    labels = keyed(rows[FLOW])
    _refuse_missing(labels.codes, FLOW)
    of_flow = np.asarray(labels.labels.to_pandas(), dtype=object)[labels.codes]
    both = _distinct(of_row, labels.codes, len(labels.labels), size) > 1
    if not both.any():
        return by_sum
    own_flow = _flow_of(found, flow)
    report = np.full(len(found.x), np.nan)
    for one in (EXPORT, IMPORT):
        of_partner = totals(ours, np.where(of_flow == mirrored(one), x, 0.0))[at]
        report = np.where(found.spread(own_flow == one), np.where(of_partner > 0, of_partner, np.nan), report)
    return np.where(found.spread(both[of_group]), report, by_sum)


def _refuse_missing(codes: Codes, column: str) -> None:
    """Refuse rows without a label, of whatever group: they may be a market's trade."""
    if codes.min(initial=0) < 0:
        refuse([finding("TA-105", "rows_key_missing", column=repr(column))])


def _contexts(rows: Any, found: Baskets, context: Sequence[str]) -> tuple[Codes, npt.NDArray[np.intp], int]:
    """The number of every row's and of every group's year and product, and how many there are."""
    of_row, of_group, size = np.zeros(len(rows), dtype=np.intp), np.zeros(len(found.sizes), dtype=np.intp), 1
    for one in context:
        key = keyed(rows[one])
        _refuse_missing(key.codes, one)
        labels = pd.Index(key.labels.to_pandas())
        of_row = of_row * len(labels) + key.codes
        of_group = of_group * len(labels) + labels.get_indexer(pd.Index(found.groups[one].to_pandas()))
        size *= len(labels)
    if size > 4 * len(rows):  # number those that are there
        of_row, some = pd.factorize(of_row, sort=True)
        of_group, size = np.searchsorted(some, of_group), len(some)
    return of_row, of_group, size


def _distinct(context: Codes, codes: Codes, labels: int, size: int) -> npt.NDArray[np.intp]:
    """How many labels stand in each context."""
    there = np.bincount(context * max(labels, 1) + codes, minlength=size * max(labels, 1)) > 0
    return np.asarray(there.reshape(size, max(labels, 1)).sum(axis=1))


def _flow_of(found: Baskets, flow: str | None) -> npt.NDArray[Any]:
    """The flow of every group."""
    if FLOW in found.chosen.by:
        return np.asarray(found.groups[FLOW].to_list(), dtype=object)
    return np.full(len(found.sizes), flow or found.chosen.about.get(FLOW), dtype=object)


# ---- exports and imports --------------------------------------------------------------------------------------------


def exposure_rows(table: Any, by: Any, reporter: Labels, year: int | None, value: str) -> Any:
    """A row for every group and partner, as ``exposure`` gives them for one economy."""
    exports = chosen_rows(table, by, reporter=reporter, flow=EXPORT, year=year, value=value)
    imports = chosen_rows(table, by, reporter=reporter, flow=IMPORT, year=year, value=value)
    if FLOW in exports.by:
        raise TradeDataError(Text("groups_both_flows"))
    found = _without_remainders(baskets_of(_side_by_side(exports, imports, OTHER_FLOW), [OTHER_FLOW]))
    found = found.keeping((found.x > 0) | (found.more[OTHER_FLOW] > 0))
    x, m = found.x, found.more[OTHER_FLOW]
    wholes = found.total + found.unallocated, found.sum(m) + found.rest[OTHER_FLOW]
    # An economy that reports one flow only trades more than is known.
    found = found.having((wholes[0] > 0) & (wholes[1] > 0))
    x, m = found.x, found.more[OTHER_FLOW]
    sold, bought = (found.spread(one[(wholes[0] > 0) & (wholes[1] > 0)]) for one in wholes)
    theirs = np.zeros(len(x))
    for side, flow in (
        (exports, EXPORT),
        (imports, IMPORT),
    ):
        theirs = theirs + markets(replace(found, chosen=side), flow)
    share, reverse = (x + m) / (sold + bought), _ratio(x + m, theirs)
    columns = {
        "exports": x,
        "imports": m,
        "balance": x - m,
        "export_share": x / sold,
        "import_share": m / bought,
        "trade_share": share,
        "reverse_share": reverse,
        "net_exposure": share - reverse,
    }
    order = found.order_of(share)
    convention = Text("note_both_flows")
    found = replace(
        found, chosen=replace(found.chosen, about={k: v for k, v in found.chosen.about.items() if k != FLOW})
    )
    return found.of_cells(order, {key: one[order] for key, one in columns.items()}, convention=convention)


# ---- trade blocs ----------------------------------------------------------------------------------------------------


def bloc_rows(found: Baskets, blocs: Iterable[str] | None) -> Any:
    """A row for every group and trade bloc, as ``bloc_shares`` gives them for one economy."""
    from scipy.sparse import csr_array

    wanted = list(blocs) if blocs is not None else sorted(set(names.blocs()["bloc"]))
    found = found.having(found.sizes > 0)
    theirs = markets(found)
    unknown = np.isnan(theirs)
    cells = {"value": found.x, "members": np.ones(len(theirs))}
    cells |= {"market": np.where(unknown, 0.0, theirs), "unknown": unknown.astype(np.float64)}
    reporters = np.asarray(_reporters(found), dtype=object)
    when = _years(found)
    refuse_years(one for one in when if one is not None)
    parts: list[tuple[npt.NDArray[Any], ...]] = []
    for year in dict.fromkeys(when.tolist()) or [None]:
        these = np.flatnonzero(when == year) if year is not None else np.arange(len(found.sizes))
        members = _members(wanted, year, given=blocs is not None)
        member = np.array([found.names.isin(one) for one in members.values()]).reshape(len(members), -1).T
        some = found.having(np.isin(np.arange(len(found.sizes)), these))
        kept = found.spread(np.isin(np.arange(len(found.sizes)), these))
        ends = np.append(some.starts, len(some.x))
        shape = (len(these), len(found.names))
        sums = {
            key: csr_array((one[kept], some.partner, ends), shape=shape) @ member.astype(np.float64)
            for key, one in cells.items()
        }
        own = np.array([np.isin(reporters[these], list(one)) for one in members.values()]).reshape(len(members), -1).T
        labels = np.broadcast_to(np.array(list(members), dtype=object), own.shape)
        group = np.broadcast_to(these[:, None], own.shape)
        of_sums = (sums["value"], sums["market"], sums["unknown"], sums["members"])
        parts.append(tuple(one.ravel() for one in (group, labels, *of_sums, own)))
    group, labels, value, market, without, count, own = (np.concatenate(each) for each in zip(*parts, strict=True))
    share = value / (found.total + found.unallocated)[group]
    known = (count > 0) & (without == 0)
    reverse = np.divide(value, market, out=np.full(len(value), np.nan), where=known)
    order = np.lexsort((-share, group))
    columns = {"bloc": labels, VALUE: value, "share": share, "reverse_share": reverse, "asymmetry": share - reverse}
    columns |= {"members": count.astype(np.int64), "own": own.astype(bool)}
    rows = {key: one[order] for key, one in columns.items()}
    return found.of_rows(group[order], rows, convention=Text("note_blocs_overlap"))


def _members(wanted: list[str], year: Any, given: bool) -> dict[str, tuple[str, ...]]:
    """The members of every bloc in the year; one that did not exist then is left out, unless it was given."""
    members = {}
    for one in wanted:
        try:
            members[one] = names.bloc(one, year)
        except CountryError:
            if given:
                raise
    return members


def _reporters(found: Baskets) -> list[Any]:
    if REPORTER in found.chosen.by:
        reporters: list[Any] = found.groups[REPORTER].to_list()
        return reporters
    return [found.chosen.about.get(REPORTER)] * len(found.sizes)


def _years(found: Baskets) -> npt.NDArray[Any]:
    if YEAR in found.chosen.by:
        return np.asarray(found.groups[YEAR].to_list(), dtype=object)
    return np.full(len(found.sizes), found.chosen.about.get(YEAR), dtype=object)
