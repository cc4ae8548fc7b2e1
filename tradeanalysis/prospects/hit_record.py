"""How often lists of proposals were right in the past: the figures that ``make backtest`` wrote, embedded here alone.

Source: docs/site/concepts/backtests.md, of UN Comtrade's imports of fish by HS6, as importers reported them, 2010-2021.
A proposal is a product and a market that bought none of it from the exporter in the base years; it came true where it
reached ``begun.LEAST`` a year in two of the three outcome years. ``tests/test_brief_elsewhere.py`` holds both alike.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

# The proposals of a list.
LIST = 20


class Record(NamedTuple):
    """One back-test: the share of lists of 20 that came true by score, the mean over exporters; and that of all."""

    base: tuple[int, int]
    outcome: tuple[int, int]
    candidates: int
    came_true: int
    of_lists: Mapping[str, float]


RECORDS = (
    Record((2014, 2016), (2019, 2021), 179_189, 860, {"default": 0.049, "gravity": 0.032, "epi": 0.030}),
    Record((2013, 2015), (2018, 2020), 178_453, 930, {"default": 0.051, "gravity": 0.033, "epi": 0.031}),
)
