"""Sums that tell what a label is: a label equal to the sum of others, to the rounding shown, is their sum."""

from __future__ import annotations

import itertools
from collections.abc import Collection, Mapping
from functools import cached_property
from types import MappingProxyType

import numpy as np
import numpy.typing as npt
import pandas as pd

from tradeanalysis.schema import FLOW, MARKS, PARTNER, PRODUCT, REPORTER, VALUE, YEAR
from tradeanalysis.sources.columns.reading import Array

Floats = npt.NDArray[np.float64]
# Groups that are looked at, and rows of a label whose neighbours are: enough to know, few enough to be quick.
GROUPS, ROWS = 400, 20
# A value of fewer units than this equals the sum of some neighbours by chance too often.
UNITS = 20
# Blocs of which every combination is tried.
BLOCS = 10
EMPTY: Mapping[int, Collection[int]] = MappingProxyType({})


class LabelSums:
    """The values of a table by group (reporter, flow, year, period, product) and label."""

    def __init__(self, table: pd.DataFrame, at: Array, count: int) -> None:
        keys = [one for one in (REPORTER, FLOW, YEAR, PRODUCT, *MARKS) if one in table and one != PARTNER]
        group = np.zeros(len(table), dtype=np.intp)
        for key in keys:
            numbers, distinct = pd.factorize(table[key])
            group = pd.factorize(np.multiply(group, len(distinct) + 1, dtype=np.int64) + numbers + 1)[0]
        # The group of every row of the table; those of the first groups are looked at.
        self.every, self.rows = group, group < GROUPS
        self.group, self.at = group[self.rows], np.asarray(at)[self.rows] % count
        self.x: Floats = np.nan_to_num(table[VALUE].to_numpy(dtype=float)[self.rows])
        self.count = count
        self.height = int(self.group.max(initial=-1)) + 1

    @cached_property
    def by_label(self) -> Floats:
        """A row for each group, a column for each label."""
        flat = np.bincount(self.group * self.count + self.at, weights=self.x, minlength=self.height * self.count)
        return np.asarray(flat, dtype=np.float64).reshape(self.height, self.count)

    @cached_property
    def there(self) -> npt.NDArray[np.bool_]:
        """Where a label has a row in a group."""
        flat = np.bincount(self.group * self.count + self.at, minlength=self.height * self.count)
        found: npt.NDArray[np.bool_] = flat.reshape(self.height, self.count) > 0
        return found

    @cached_property
    def unit(self) -> float:
        """The largest power of ten of which all values are multiples: what they are rounded to."""
        x = np.abs(self.x[self.x != 0][:5000])
        for power in range(12, -7, -1):
            scaled = x / 10.0**power
            if len(x) and (np.abs(scaled - np.round(scaled)) <= 1e-9 * scaled + 1e-7).all():
                return 10.0**power
        return 0.0

    def slack(self, whole: Floats, terms: int) -> Floats:
        """How far a whole may be from the sum of so many terms, where each is rounded."""
        rounding: Floats = np.minimum(0.5 * self.unit * (terms + 1), 0.004 * np.abs(whole))
        return rounding

    def equal(self, whole: Floats, parts: Floats, terms: int) -> npt.NDArray[np.bool_]:
        """Where a whole is the sum of so many terms, each rounded."""
        return np.abs(whole - parts) <= self.slack(whole, terms) + 1e-9 * np.abs(whole)

    def of(self, labels: Collection[int]) -> Floats:
        """The sum of some labels in every group."""
        sums: Floats = self.by_label[:, sorted(labels)].sum(axis=1)
        return sums

    def is_sum(self, whole: int, parts: Collection[int]) -> bool:
        """Whether a label is the sum of others, at least two, in every group that has it."""
        some = sorted(set(parts) - {whole})
        groups = self.there[:, whole] & (self.by_label[:, whole] != 0)
        terms = self.there[:, some].sum(axis=1)
        if not groups.any() or (terms[groups] < 2).any():
            return False
        return bool(self.equal(self.by_label[:, whole], self.of(some), int(terms.max()))[groups].all())

    def may_be_sums(self, parts: Collection[int]) -> npt.NDArray[np.bool_]:
        """Which labels may be the sum of others, all at once: no other is one, and few need a closer look."""
        inside = np.zeros(self.count, dtype=bool)
        inside[sorted(parts)] = True
        x = self.by_label
        total = x[:, inside].sum(axis=1, keepdims=True)
        slack = self.slack(x, len(parts)) + 1e-8 * (np.abs(x) + np.abs(total))
        near = np.abs(x - (total - np.where(inside, x, 0.0))) <= slack
        found: npt.NDArray[np.bool_] = (near | ~self.there | (x == 0)).all(axis=0)
        return found

    def holds_all(self, whole: int, others: Collection[int]) -> bool:
        """Whether a label holds as much as all others, or more, in every group that has it."""
        groups = self.there[:, whole]
        rest = self.of(set(others) - {whole})
        return bool(groups.any() and (self.by_label[:, whole] >= rest * (1 - 1e-9))[groups].all())

    def in_total(
        self, total: int, base: Collection[int], blocs: Collection[int], less: Mapping[int, Collection[int]] = EMPTY
    ) -> set[int] | None:
        """Which blocs the file's own total holds beside the rest of its rows; None where none or several sets fit.

        A bloc that has members in ``less`` counts without them.
        """
        groups = self.there[:, total]
        if not groups.any() or len(blocs) > BLOCS:
            return None
        whole, rest = self.by_label[groups, total], self.of(base)[groups]
        terms = len(base) + len(blocs)
        for size in range(len(blocs) + 1):
            fitting = [
                set(some)
                for some in itertools.combinations(sorted(blocs), size)
                if self.equal(whole, rest + self._beyond(some, less)[groups], min(terms, 40)).all()
            ]
            if fitting:
                return fitting[0] if len(fitting) == 1 else None
        return None

    def _beyond(self, blocs: Collection[int], less: Mapping[int, Collection[int]]) -> Floats:
        """The sum of some blocs without their members."""
        sums: Floats = self.of(blocs) - sum(self.of(less[i]) for i in blocs if less.get(i))
        return sums

    def is_run(self, whole: int) -> bool:
        """Whether the rows right below, or right above, every row of a label add up to it."""
        rows = np.flatnonzero(self.at == whole)[:ROWS]
        big = len(rows) and (np.abs(self.x[rows]) >= UNITS * self.unit).all()
        return bool(big) and any(all(self._runs_to(row, step) for row in rows) for step in (1, -1))

    def _runs_to(self, row: int, step: int) -> bool:
        whole, total, terms = self.x[row], 0.0, 0
        place = row + step
        while 0 <= place < len(self.x) and self.group[place] == self.group[row] and total < 1.01 * abs(whole):
            total, terms = total + self.x[place], terms + 1
            if terms > 1 and self.equal(np.array(whole), np.array(total), terms).all():
                return True
            place += step
        return False
