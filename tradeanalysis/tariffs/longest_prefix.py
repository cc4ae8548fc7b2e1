"""The row of a table of tariffs that decides for each partner and product: the longest prefix, then the named origin.

The join is on the distinct partners and products, which are few where rows of trade are many.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from tradeanalysis.names import WORLD
from tradeanalysis.schema import PRODUCT
from tradeanalysis.sums import Array

Codes = npt.NDArray[np.intp]
NONE = -1


@dataclass(frozen=True)
class Decided:
    """For each cell the row that decides, -1 for none; the least and largest rate of prefixes finer than the product.

    The rates of finer rows are apart by whether they are totals with the MFN rate; where there is none, the least is
    infinite and the largest below 0.
    """

    row: Codes
    least: Array
    largest: Array
    least_total: Array
    largest_total: Array

    @property
    def finer(self) -> npt.NDArray[np.bool_]:
        """Which cells hold goods of a finer prefix."""
        return np.asarray((self.largest >= 0) | (self.largest_total >= 0))


def decided(
    rows: pd.DataFrame, side: str, partners: list[str], products: list[str], partner: Codes, product: Codes
) -> Decided:
    """The rows that decide for cells of a partner and a product, each given by its place in the lists.

    ``rows`` have the partner's code, or that of the world, in the column ``side``, and ``product, rate, total``. The
    product "" is one that is not known: every prefix is finer.
    """
    prefixes = sorted(set(rows[PRODUCT]))
    table = _by_partner(rows, side, partners, prefixes)
    place = {prefix: i for i, prefix in enumerate(prefixes)}
    found = np.full(len(partner), NONE, dtype=np.intp)
    for length in sorted({len(prefix) for prefix in prefixes}):
        at = np.array([place.get(code[:length], NONE) if len(code) >= length else NONE for code in products])
        here = at[product]
        row = table[partner, here]  # of -1 the last column, which is empty
        found = np.where(row >= 0, row, found)
    rate = np.append(rows["rate"].to_numpy(np.float64), np.nan)
    rate = np.where(np.isnan(rate), np.inf, rate)  # a rate that is missing has no upper end
    total = np.append(rows["total"].to_numpy(bool), False)
    ends: list[Array] = []
    for kind in (False, True):
        of_kind = np.where((table >= 0) & (total[table] == kind), table, NONE)
        ends += _ends_of_finer(of_kind, rate, prefixes, products, partner, product)
    return Decided(found, *ends)


def _by_partner(rows: pd.DataFrame, side: str, partners: list[str], prefixes: list[str]) -> Codes:
    """The row of each partner and prefix; one that names the partner goes before one of the world."""
    place = {prefix: i for i, prefix in enumerate(prefixes)}
    column = rows[PRODUCT].map(place).to_numpy(np.intp)
    table = np.full((len(partners), len(prefixes) + 1), NONE, dtype=np.intp)
    of_world = (rows[side] == WORLD).to_numpy()
    table[:, column[of_world]] = np.flatnonzero(of_world)
    known = pd.Index(partners).get_indexer(pd.Index(rows[side]))
    named = (known >= 0) & ~of_world
    table[known[named], column[named]] = np.flatnonzero(named)
    return table


def _ends_of_finer(
    table: Codes, rate: Array, prefixes: list[str], products: list[str], partner: Codes, product: Codes
) -> tuple[Array, Array]:
    """The least and the largest rate among the rows of finer prefixes, for each cell."""
    pairs = _finer(prefixes, products)
    least = np.full((len(table), len(products)), np.inf)
    largest = np.full((len(table), len(products)), -np.inf)
    if len(pairs):
        starts = np.flatnonzero(np.append(True, pairs[1:, 0] != pairs[:-1, 0]))
        row = table[:, pairs[:, 1]]
        known = row >= 0
        # A missing rate may be as low as nothing.
        low = np.where(known, np.where(np.isinf(rate[row]), 0.0, rate[row]), np.inf)
        high = np.where(known, rate[row], -np.inf)
        least[:, pairs[starts, 0]] = np.minimum.reduceat(low, starts, axis=1)
        largest[:, pairs[starts, 0]] = np.maximum.reduceat(high, starts, axis=1)
    return least[partner, product], largest[partner, product]


def _finer(prefixes: list[str], products: list[str]) -> Codes:
    """The products, in their order, with every prefix that is finer: pairs of places."""
    place = {code: i for i, code in enumerate(products)}
    pairs = [
        (place[prefix[:length]], j)
        for j, prefix in enumerate(prefixes)
        for length in range(len(prefix))
        if prefix[:length] in place
    ]
    return np.array(sorted(pairs), dtype=np.intp).reshape(-1, 2)


def exempted(
    prefixes: list[str], products: list[str], product: Codes
) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
    """Which cells are exempt as a whole, and which may be in part: a prefix is finer than their product."""
    lengths = sorted({len(prefix) for prefix in prefixes})
    known = set(prefixes)
    whole = np.array([any(code[:n] in known for n in lengths if n <= len(code)) for code in products], dtype=bool)
    part = np.zeros(len(products), dtype=bool)
    part[_finer(prefixes, products)[:, 0]] = True
    return whole[product], (part & ~whole)[product]
