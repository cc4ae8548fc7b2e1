"""The quantile of earlier growth among flows of like size and gap: how far so many of them stayed below."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tradeanalysis.sums import Array

# At most so many classes of size, and within each so many of the gap, as far as there are flows enough.
SIZES, GAPS = 10, 5
# A class holds enough flows for so many of them to lie on either side of its quantile.
BESIDE = 20
# From fewer flows nothing is learnt.
FEWEST = 50


@dataclass(frozen=True)
class SeenGrowth:
    """What multiple of their value so many earlier flows of a class stayed at or below.

    ``sizes`` are the lower ends of the classes of size from the second on, ``gaps`` those of the classes of the gap
    within each class of size, and ``multiples`` the quantiles of growth of these.
    """

    sizes: Array
    gaps: tuple[Array, ...]
    multiples: tuple[Array, ...]
    flows: int

    def multiple(self, size: Array, gap: Array) -> Array:
        """The quantile of the class of each flow."""
        found = np.empty(len(size))
        of_size = np.searchsorted(self.sizes, size, side="right")
        for number, (ends, multiples) in enumerate(zip(self.gaps, self.multiples, strict=True)):
            these = of_size == number
            found[these] = multiples[np.searchsorted(ends, gap[these], side="right")]
        return found

    def ceilings(self, value: Array, gap: Array) -> Array:
        """What so many flows like each stayed at or below, and never less than its value."""
        found: Array = value * np.maximum(self.multiple(value, gap), 1.0)
        return found

    @property
    def by_size_alone(self) -> bool:
        """Whether the gap makes no classes."""
        return not any(len(one) for one in self.gaps)


def gap_to_sizes(own_supply: Array, market_size: Array, world_trade: Array, value: Array) -> Array:
    r"""How far a flow is below what the sizes of both sides suggest, :math:`\ln(v_{ik} v_{jk} / v_k) - \ln v_{ijk}`.

    That is gravity without distance, which every table has. With distance and ties the ceilings of fish cover as many
    flows of products left out of the fit, within .005, and there are fewer of them (``docs/backtests.py``).
    """
    found: Array = np.log(own_supply) + np.log(market_size) - np.log(world_trade) - np.log(value)
    return found


def needed(coverage: float) -> int:
    """How many flows the quantile needs: below that, even the largest growth seen covers less."""
    return max(FEWEST, math.ceil(round(coverage / (1 - coverage), 9)))


def seen_growth(size: Array, gap: Array, growth: Array, coverage: float) -> SeenGrowth:
    """The quantiles of growth by classes of equal numbers of flows; equal sizes and gaps are in one class."""
    fewest = math.ceil(round(BESIDE / min(coverage, 1 - coverage), 9))
    sizes = _ends(size, max(len(size) // SIZES, fewest))
    of_size = np.searchsorted(sizes, size, side="right")
    gaps, multiples = [], []
    for number in range(len(sizes) + 1):
        these = of_size == number
        ends = _ends(gap[these], max(int(these.sum()) // GAPS, fewest))
        of_gap = np.searchsorted(ends, gap[these], side="right")
        grown = growth[these]
        gaps.append(ends)
        multiples.append(np.array([quantile(grown[of_gap == one], coverage) for one in range(len(ends) + 1)]))
    return SeenGrowth(sizes, tuple(gaps), tuple(multiples), len(size))


def quantile(growth: Array, coverage: float) -> float:
    """The least growth seen that one more flow like these stays at or below with the probability at least.

    It is that of rank ceil((n + 1) coverage), where the order of the n + 1 says nothing.
    """
    rank = math.ceil(round((len(growth) + 1) * coverage, 9))
    return float(np.partition(growth, rank - 1)[rank - 1])


def _ends(x: Array, fewest: int) -> npt.NDArray[np.float64]:
    """The lower ends of classes from the second on, each with so many values at least and as few as may be."""
    ordered, ends, start = np.sort(x), [], 0
    while (after := start + fewest) <= len(x) - fewest:
        start = int(np.searchsorted(ordered, ordered[after - 1], side="right"))  # equal ones stay together
        if len(x) - start < fewest:
            break
        ends.append(ordered[start])
    return np.array(ends)
