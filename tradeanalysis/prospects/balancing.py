"""A table of pairs for every product that adds up to both its margins: iterative proportional fitting (Sinkhorn)."""

from __future__ import annotations

import numpy as np

from tradeanalysis.sums import Array

# Sums are right to within this share; a product that needs more steps than so many misses by what is returned of it.
ADDS_UP, STEPS = 1e-13, 500
# So many steps are made of all products at once before those that add up are left out.
CHECKED = 10


def by_margins(kernel: Array, sold: Array, bought: Array) -> tuple[Array, Array, Array]:
    """The factors ``a`` (exporters, products) and ``b`` (importers, products) for which a * kernel * b adds up.

    Sums over importers are ``sold`` after any step, sums over exporters are ``bought`` in the limit. A margin that no
    pair can meet, as where the one seller of a product is its one buyer too, has no trade. The third array has, by
    product, by what part of its largest market a sum over exporters is wrong at most.
    """
    a, b, missed = np.zeros_like(sold), np.zeros_like(bought), np.zeros(sold.shape[1])
    left = np.flatnonzero((sold.sum(axis=0) > 0) & (bought.sum(axis=0) > 0))
    b[:, left] = bought[:, left] > 0
    for _ in range(STEPS // CHECKED):
        want_sold, want_bought, of_importers = sold[:, left], bought[:, left], b[:, left]
        for _ in range(CHECKED):
            of_exporters = _over(want_sold, kernel @ of_importers)
            taken = kernel.T @ of_exporters
            gap = np.abs(of_importers * taken - want_bought).max(axis=0)
            of_importers = _over(want_bought, taken)
        of_exporters = _over(want_sold, kernel @ of_importers)
        a[:, left], b[:, left] = of_exporters, of_importers
        missed[left] = gap / want_bought.max(axis=0)
        left = left[missed[left] > ADDS_UP]
        if not len(left):
            break
    return a, b, missed


def _over(wanted: Array, found: Array) -> Array:
    """What is wanted over what is found, 0 where nothing is wanted or nothing can be found."""
    return np.divide(wanted, found, out=np.zeros_like(wanted), where=(wanted > 0) & (found > 0))
