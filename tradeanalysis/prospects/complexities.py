"""The complexity of economies and products (Hidalgo and Hausmann), from who has an advantage in which product."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from tradeanalysis.sums import Array


def complexity_of(has: npt.NDArray[np.bool_]) -> tuple[Array, Array]:
    """ECI of economies (mean 0, population standard deviation 1) and PCI of products, each by the same two moments.

    The second eigenvector of economies through their products, with the sign that rises with the number of products; of
    economies without an advantage, and of products in which none has one, it is missing. Missing for all where fewer
    than three economies or products are left.
    """
    economies, products = has.sum(axis=1) > 0, has.sum(axis=0) > 0
    of_economies, of_products = np.full(has.shape[0], np.nan), np.full(has.shape[1], np.nan)
    those = has[economies][:, products].astype(np.float64)
    if min(those.shape) < 3:
        return of_economies, of_products
    diversity, ubiquity = those.sum(axis=1), those.sum(axis=0)
    # M~ = D^-1 M U^-1 M', made symmetric by D^(1/2), so that its eigenvectors are real and in order.
    half = those / np.sqrt(diversity)[:, None] / np.sqrt(ubiquity)
    _, vectors = np.linalg.eigh(half @ half.T)
    second = vectors[:, -2] / np.sqrt(diversity)
    if (second - second.mean()) @ (diversity - diversity.mean()) < 0:
        second = -second
    mean, deviation = second.mean(), second.std()
    of_economies[economies] = (second - mean) / deviation
    of_products[products] = (those.T @ of_economies[economies]) / ubiquity
    return of_economies, of_products
