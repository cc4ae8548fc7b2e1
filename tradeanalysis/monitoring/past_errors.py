"""Weights of several forecasts, and a band around them, from the errors that they made in earlier years."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tradeanalysis.sums import Array

# The earlier years that count are the last ten: errors of long ago are of another economy.
RECENT = 10
Places = npt.NDArray[np.intp]


@dataclass(frozen=True)
class Combined:
    """The weighted mean of forecasts by year and number of months known, with a band.

    The ends are missing where no errors count, or unbounded ones. ``weights`` are those of each forecast, ``errors``
    those of each forecast and, last, of the weighted mean. ``past`` has for every year the places of the earlier years
    whose errors count.
    """

    estimate: Array
    low: Array
    high: Array
    weights: Array
    errors: Array
    past: list[Places]


def combined(estimates: Array, actual: Array, first: Array, confidence: float) -> Combined:
    r"""Forecasts (methods, years, months known) weighted by the inverse of their squared errors in earlier years.

    .. math:: w_m \propto 1 / \sum_t e_{mt}^2, \qquad e_{mt} = \ln(\text{estimate}_{mt} / \text{actual}_t)

    over the last ten years :math:`t` before (Bates and Granger 1969, https://doi.org/10.1057/jors.1969.103); ``first``
    where no year before has errors. The weights of a year know nothing of that year or of a later one, and so the
    errors of the weighted mean, of which the band is made, are those that it would have made.
    """
    errors = _errors(estimates, actual)
    counted = np.asarray(~np.isnan(errors).any(axis=(0, 2)))
    past = [np.flatnonzero(counted[:at])[-RECENT:] for at in range(len(actual))]
    weights = np.stack([_weights(errors[:, years], first) for years in past], axis=1)
    estimate = (weights * np.where(weights > 0, estimates, 0.0)).sum(axis=0)
    own = _errors(estimate, actual)
    reach = np.stack([_reach(own[years], confidence) for years in past])
    with np.errstate(over="ignore", invalid="ignore"):
        low, high = estimate * np.exp(-reach), estimate * np.exp(reach)
    bounded = np.isfinite(high)
    low, high = np.where(bounded, low, np.nan), np.where(bounded, high, np.nan)
    return Combined(estimate, low, high, weights, np.concatenate([errors, own[np.newaxis]]), past)


def _errors(estimates: Array, actual: Array) -> Array:
    """Logarithms of estimate over actual: 0 where both are nothing, unbounded where one of them is."""
    of_year = actual[:, np.newaxis]
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(estimates == of_year, 0.0, np.log(estimates) - np.log(of_year))


def _weights(errors: Array, first: Array) -> Array:
    """The weights by (methods, years, months known) of errors; 1 over each sum of squares, the least of which is 1."""
    if not errors.shape[1]:
        inverse = np.repeat(first[:, np.newaxis], errors.shape[2], axis=1)
    else:
        sums = (errors**2).sum(axis=1)
        least = sums.min(axis=0)
        with np.errstate(divide="ignore", invalid="ignore"):
            inverse = np.where(sums == least, 1.0, least / sums)
    return np.asarray(inverse / inverse.sum(axis=0))


def _reach(errors: Array, confidence: float) -> Array:
    """How far the logarithm may be off, by months known, given the errors of n years; missing where n is 0.

    The larger of Student's quantile with n degrees of freedom times the root mean square, and the error that has at
    least so large a part of n + 1 at or below it (the largest where n is too small for that), which needs no
    distribution. Where more months are known it is not larger.
    """
    from scipy.special import stdtrit

    n = len(errors)
    if not n:
        return np.full(errors.shape[1], np.nan)
    normal = stdtrit(n, (1 + confidence) / 2) * np.sqrt((errors**2).mean(axis=0))
    ordered = np.sort(np.abs(errors), axis=0)[min(math.ceil((n + 1) * confidence), n) - 1]
    return np.maximum.accumulate(np.maximum(normal, ordered)[::-1])[::-1]
