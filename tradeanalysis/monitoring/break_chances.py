"""How many breaks a series shows and how sure their dates are, where one month's noise lasts into the next.

A month above the mean is followed by others. So the noise is an autoregression, its variance the long-run one, and what
a series without breaks would show is simulated: with the same months, the same search, and noise that lasts as long.
"""

from __future__ import annotations

import functools
import math

import numpy as np

from tradeanalysis.monitoring.break_table import SIMULATED, TABLE_CONFIDENCE, TABLE_LEAST
from tradeanalysis.monitoring.segments import Places, least_squares, places_of, squares_within
from tradeanalysis.sums import Array

# How much of a month's noise is left in the next, in simulated series; between these it is interpolated.
LASTING = (0.0, 0.2, 0.4, 0.6, 0.7, 0.8, 0.9, 0.95)
# Simulated series for each, and how many are cut at once, so that they stay in the cache of the processor.
DRAWS, AT_ONCE = 500, 10
SEED = 27
# Noise that lasts so long shows anything: no gain is beyond this one.
BEYOND = 1000.0
# One break is looked for in so many times the shortest regime, and no more than so many in all.
APART, MOST = 3, 5
# The order of the autoregression, and how often its covariances are made whole.
ORDER, PASSES = 3, 4
# From so many months on, means of the calendar month are taken off the noise first.
YEAR, YEARS = 12, 3


def most_breaks(n: int, least: int) -> int:
    """How many breaks are looked for in n months where the number is not given."""
    return max(1, min(n // (APART * least), MOST))


def number_of_breaks(x: Array, within: Array, total: list[Array], least: int, confidence: float) -> int:
    """The number of breaks with the least of squares and a penalty for each; the penalty is simulated.

    It is the long-run variance times what a series without breaks exceeds in 1 - ``confidence`` of cases:
    max over m of (squares(0) - squares(m)) / m / variance. Variance and dependence are those about the most breaks that
    are looked for, so that a break that is there does not count as noise (Vogelsang 1999).
    """
    squares, most = np.array([one[-1] for one in total]), len(total) - 1
    if not squares.all():  # regimes without any noise
        return int(np.argmin(squares))
    left, variance = noise(x[None], places_of(within, total, most)[None])
    seen, quantile = no_break(len(x), least, most, confidence)
    penalty = np.interp(left[0], seen, quantile) * variance[0]
    return int(np.argmin(squares + np.arange(most + 1) * penalty))


def no_break(n: int, least: int, most: int, confidence: float) -> tuple[Array, Array]:
    """What series without a break show: how much noise lasts, as it is estimated, and the statistic's quantile there.

    Of the table where it has them, between its lengths in proportion; else simulated.
    """
    lengths = [
        one for one in SIMULATED if (most_breaks(one, TABLE_LEAST), _has_seasons(one)) == (most, _has_seasons(n))
    ]
    if (least, confidence) != (TABLE_LEAST, TABLE_CONFIDENCE) or not lengths:
        return simulated(n, least, most, confidence)
    below = max(one for one in lengths if one <= n)
    above = min([one for one in lengths if one >= n], default=below)
    weight = (n - below) / (above - below) if above > below else 0.0
    seen, quantile = (
        (1 - weight) * np.array(a) + weight * np.array(b)
        for a, b in zip(SIMULATED[below], SIMULATED[above], strict=True)
    )
    return seen, quantile


@functools.lru_cache(64)
def simulated(n: int, least: int, most: int, confidence: float, draws: int = DRAWS) -> tuple[Array, Array]:
    """What ``no_break`` gives, of so many series for each dependence."""
    shown = [_shown(n, least, most, lasting, draws) for lasting in LASTING]
    seen = np.array([np.median(lasting) for lasting, _ in shown])
    quantile = np.array([np.quantile(statistic, confidence) for _, statistic in shown])
    # The estimate errs too: raise the quantile until no dependence gives more false alarms than it should.
    for _ in range(20):
        beyond = [np.quantile(one / np.interp(lasting, seen, quantile), confidence) for lasting, one in shown]
        quantile = np.minimum(np.maximum.accumulate(quantile * np.array(beyond) ** 0.7), BEYOND)
    return seen, quantile


def _shown(n: int, least: int, most: int, left: float, draws: int) -> tuple[Array, Array]:
    """Dependence and statistic of simulated series without a break."""
    from scipy.signal import lfilter

    shocks = np.random.default_rng(SEED).standard_normal((draws, n))
    shocks[:, 0] /= math.sqrt(1 - left**2)
    found = []
    for x in np.split(lfilter([1.0], [1.0, -left], shocks), draws // AT_ONCE):
        within = squares_within(x, least)
        total = least_squares(within, most)
        squares = np.stack([one[:, -1] for one in total])
        seen, variance = noise(x, places_of(within, total, most))
        gains = (squares[0] - squares[1:]) / np.arange(1, most + 1)[:, None] / variance
        found.append((seen, gains.max(axis=0)))
    return np.concatenate([one for one, _ in found]), np.concatenate([one for _, one in found])


def noise(x: Array, places: Places) -> tuple[Array, Array]:
    """How much of a month's noise is left in later ones, and the long-run variance, of each series in a row."""
    off = residuals(x, places)
    phi = autoregression(off, places.shape[1] + 1)
    lasts = phi.sum(axis=1)
    variance = np.square(shocks_of(off, phi)).mean(axis=1) * _lost(x.shape[1], places.shape[1] + 1)
    return lasts, variance / (1 - lasts) ** 2


def _lost(n: int, regimes: int) -> float:
    """By how much a variance of shocks is too low: months per degree of freedom."""
    return (n - ORDER) / max(n - 2 * ORDER - regimes - (YEAR - 1 if _has_seasons(n) else 0), 1)


def autoregression(off: Array, regimes: int) -> Array:
    """Coefficients of the autoregression of each series in a row, by Yule and Walker.

    A mean takes the long-run variance over its months off every autocovariance; so much is put back, for each regime.
    """
    n = off.shape[1]
    covariances = np.stack([(off[:, h:] * off[:, : n - h]).sum(axis=1) / n for h in range(ORDER + 1)], axis=1)
    covariances[:, 0] = np.where(covariances[:, 0] > 0, covariances[:, 0], 1.0)
    lags = np.abs(np.arange(ORDER)[:, None] - np.arange(ORDER))
    taken, phi = np.zeros((len(off), 1)), np.zeros((len(off), ORDER))
    for _ in range(PASSES):
        whole = covariances + taken
        phi[:] = np.linalg.solve(whole[:, lags], whole[:, 1:, None])[..., 0]
        lasts = phi.sum(axis=1)
        phi *= np.minimum(1.0, LASTING[-1] / np.maximum(lasts, LASTING[-1]))[:, None]
        variance = whole[:, 0] - (phi * whole[:, 1:]).sum(axis=1)
        taken = (regimes / n * variance / (1 - phi.sum(axis=1)) ** 2)[:, None]
    return phi


def shocks_of(off: Array, phi: Array) -> Array:
    """What each month adds to the noise that is left of the months before it, from the fourth month on."""
    n = off.shape[1]
    return off[:, ORDER:] - sum(phi[:, h - 1, None] * off[:, ORDER - h : n - h] for h in range(1, ORDER + 1))


def residuals(x: Array, places: Places) -> Array:
    """What is left of each series about the means of its regimes, and of the calendar months where there are years."""
    regime = (np.arange(x.shape[1]) >= places[..., None]).sum(axis=1)
    off = x.copy()
    for one in range(places.shape[1] + 1):
        inside = regime == one
        mean = np.where(inside, x, 0.0).sum(axis=1) / inside.sum(axis=1)
        off -= np.where(inside, mean[:, None], 0.0)
    if _has_seasons(x.shape[1]):
        for month in range(YEAR):
            off[:, month::YEAR] -= off[:, month::YEAR].mean(axis=1, keepdims=True)
    return off


def _has_seasons(n: int) -> bool:
    return n >= YEAR * YEARS


def date_sets(x: Array, within: Array, places: Places, confidence: float) -> list[tuple[int, int]]:
    r"""First and last place of the confidence set of each break, the other breaks where they are.

    Every date is in it at which the squares are above the least ones by no more than the c for which

        (1 - exp(-c / 2v)) (1 - exp(-c / 2w)) = confidence,

    with v and w the long-run variances before and after the break: what the true date lies above the best one is the
    larger of two independent exponential variables with means 2v and 2w, the highest points of two random walks that
    drift down (Bai 1997; inverted as by Eo and Morley 2015).
    """
    n, edges = len(x), [0, *places.tolist(), len(x)]
    regimes = len(places) + 1
    off = residuals(x[None], places[None])
    phi = autoregression(off, regimes)
    shocks = shocks_of(off, phi)[0]
    shocks = np.concatenate([np.full(ORDER, np.sqrt(np.square(shocks).mean())), shocks])
    whole = _lost(n, regimes) / (1 - max(float(phi.sum()), 0.0)) ** 2
    found = []
    for start, at, end in zip(edges, edges[1:], edges[2:], strict=False):
        v, w = (float(np.square(one).mean()) * whole for one in (shocks[start:at], shocks[at:end]))
        dates = np.arange(start + 1, min(end, within.shape[1]))
        squares = within[dates, start] + within[end, dates]
        near = dates[squares <= squares[dates == at] + beyond(v, w, confidence)]
        found.append((int(near[0]), int(near[-1])))
    return found


def beyond(v: float, w: float, confidence: float) -> float:
    """The c of ``date_sets``."""
    from scipy.optimize import brentq

    low, high = sorted((v, w))
    if low == 0:
        return -2 * high * math.log(1 - confidence)
    most = -2 * high * math.log1p(-math.sqrt(confidence))
    return float(brentq(lambda c: math.expm1(-c / (2 * v)) * math.expm1(-c / (2 * w)) - confidence, 0, most * 1.01))
