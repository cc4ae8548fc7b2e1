"""Earlier flows of a panel and what became of them: size, gap to what sizes suggest, and growth over some years."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
import numpy.typing as npt
import pandas as pd

from tradeanalysis.prospects.seen_growth import gap_to_sizes
from tradeanalysis.prospects.windows import begin_or_end
from tradeanalysis.schema import FLOW, PRODUCT, REPORTER, YEAR
from tradeanalysis.sums import Array
from tradeanalysis.tables.group_baskets import Baskets

Numbers = npt.NDArray[np.intp]


@dataclass(frozen=True)
class PanelCells:
    """The flows of all years, an entry each, by numbers.

    ``kind`` is what is neither year nor economy, such as the product; ``identity`` is a flow from year to year;
    ``known_by`` is the economy that reported it; ``gap`` is the logarithm of what sizes suggest over the value.
    """

    year: Numbers
    kind: Numbers
    identity: Numbers
    known_by: Numbers
    value: Array
    gap: Array

    def of(self, these: npt.NDArray[np.bool_]) -> PanelCells:
        """Some of the flows."""
        return PanelCells(*(getattr(self, one.name)[these] for one in fields(self)))


@dataclass(frozen=True)
class EarlierFlows:
    """Flows whose value some years later is known: ``size``, ``gap`` and ``growth``, the later value over the earlier.

    ``revised`` are the product codes that begin or end between two years, which are left out, and ``left_out`` is
    their share of the earlier values.
    """

    size: Array
    gap: Array
    growth: Array
    revised: tuple[str, ...]
    left_out: float


def is_flow(baskets: Baskets) -> npt.NDArray[np.bool_]:
    """Which cells of baskets are flows: not those of no value, nor a reporter's own row."""
    there = baskets.x > 0
    if REPORTER not in baskets.groups.columns:
        return there
    reporters = baskets.names.get_indexer(pd.Index(baskets.groups[REPORTER].to_pandas()))
    return np.asarray(there & (reporters[baskets.group] != baskets.partner))


def panel_cells(baskets: Baskets, *, swapped: bool) -> tuple[PanelCells, pd.DataFrame]:
    """The flows of baskets by year, and the labels of every kind; ``swapped``: it is the partner that reported."""
    keys = baskets.groups.to_pandas().reset_index(drop=True)
    kinds = [str(one) for one in keys if one not in (YEAR, REPORTER)]
    of_kind, labels = _coded(keys, kinds)
    of_reporter, _ = _coded(keys, [REPORTER] if REPORTER in keys else [])
    of_flow, _ = _coded(labels, [FLOW] if FLOW in kinds else [])
    year, k, i = (one[baskets.group] for one in (keys[YEAR].to_numpy().astype(np.intp), of_kind, of_reporter))
    j, side = np.asarray(baskets.partner, dtype=np.intp), max(len(baskets.names), len(keys))
    # An economy that reported one flow of a year may not have reported the other.
    known_by = of_flow[k] * side + (j if swapped else i)
    return PanelCells(year, k, (k * side + i) * side + j, known_by, baskets.x, gaps(year, k, i, j, baskets.x)), labels


def _coded(keys: pd.DataFrame, columns: list[str]) -> tuple[Numbers, pd.DataFrame]:
    """A number for each combination of labels, and these; one for all rows where there is no column."""
    if not columns:
        return np.zeros(len(keys), dtype=np.intp), pd.DataFrame(index=range(1))
    codes = keys.groupby(columns, sort=False, observed=True).ngroup().to_numpy().astype(np.intp)
    return codes, keys[columns].groupby(codes).first()


def gaps(year: Numbers, kind: Numbers, reporter: Numbers, partner: Numbers, value: Array) -> Array:
    """The gap of each flow to what the sizes of both sides suggest, of its year."""
    whole = _numbered(year, kind)
    keys = (_numbered(whole, reporter), _numbered(whole, partner), whole)
    own, other, world = (np.bincount(one, value)[one].astype(np.float64, copy=False) for one in keys)
    return gap_to_sizes(own, other, world, value)


def _numbered(first: Numbers, second: Numbers) -> Numbers:
    """A number from 0 on for each combination that is there."""
    both = first * (int(second.max(initial=0)) + 1) + second
    return np.asarray(np.unique(both, return_inverse=True)[1], dtype=np.intp)


def earlier_flows(cells: PanelCells, years: int, kinds: pd.DataFrame) -> EarlierFlows:
    """All flows with an outcome so many years later; one that is gone by then has grown to 0.

    Where an economy reported nothing in the later year the outcome is unknown, and product codes that begin or end
    between the two years (``begin_or_end``) are no growth: neither is among them.
    """
    revised, parts = np.zeros(len(kinds), dtype=bool), []
    value = left_out = 0.0
    for year in np.unique(cells.year):
        before, after = (cells.of(cells.year == one) for one in (year, year + years))
        both = np.intersect1d(before.known_by, after.known_by)
        before, after = (one.of(np.isin(one.known_by, both)) for one in (before, after))
        if not len(before.value):
            continue
        value += before.value.sum()
        if PRODUCT in kinds:
            counts = np.stack([_reporters(one, len(kinds)) for one in (before, after)])
            changed = begin_or_end(counts, len(both))
            these = changed[before.kind]
            revised[before.kind[these]] = True
            left_out += before.value[these].sum()
            before = before.of(~these)
        parts.append((before.value, before.gap, _growth(before, after)))
    size, gap, growth = (np.concatenate(one) for one in zip(*parts, strict=True)) if parts else [np.zeros(0)] * 3
    codes = sorted(set(kinds.loc[revised, PRODUCT].astype(str))) if PRODUCT in kinds else []
    return EarlierFlows(size, gap, growth, tuple(codes), left_out / value if value else 0.0)


def _growth(before: PanelCells, after: PanelCells) -> Array:
    """The later value of each flow over the earlier one."""
    order = np.argsort(after.identity, kind="stable")
    ordered = after.identity[order]
    at = np.minimum(np.searchsorted(ordered, before.identity), len(ordered) - 1)
    later = np.where(ordered[at] == before.identity, after.value[order[at]], 0.0)
    with np.errstate(over="ignore"):
        return np.asarray(later / before.value)


def _reporters(cells: PanelCells, kinds: int) -> npt.NDArray[np.intp]:
    """How many of the economies that reported trade in each kind."""
    pairs = np.unique(np.stack([cells.kind, cells.known_by]), axis=1)
    return np.bincount(pairs[0], minlength=kinds)
