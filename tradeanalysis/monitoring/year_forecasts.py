"""The trade of a whole year by partner, from its first months, in four ways that use only what was known then."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tradeanalysis.sums import Array
from tradeanalysis.tables.months import MonthArray

METHODS = ("last_year", "year_to_date", "rolling", "seasonal")
# The months known of a year that is not over.
PART = np.arange(1, 12)
# The season of all trade counts as so many years of a partner's own.
COMMON = 1.0
# The value of the year before counts as so much of a year beside the months known.
BEFORE = 0.1


@dataclass(frozen=True)
class Years:
    """Values by year, month and partner: a month that the table has not, or that is to be left out, is missing."""

    years: npt.NDArray[np.int64]
    values: Array

    @property
    def there(self) -> npt.NDArray[np.bool_]:
        """The months of which there are values, by year."""
        return np.asarray(~np.isnan(self.values).any(axis=2))

    @property
    def known(self) -> npt.NDArray[np.int64]:
        """How many months from January on are known, up to the first that is missing."""
        return np.asarray(np.cumprod(self.there, axis=1).sum(axis=1))

    @property
    def whole(self) -> npt.NDArray[np.bool_]:
        """Whether all twelve months of a year are known."""
        return np.asarray(self.known == 12)

    def until(self, at: int, months: int) -> Years:
        """The years up to one, of which so many months are known."""
        values = self.values[: at + 1].copy()
        values[at, months:] = np.nan
        return Years(self.years[: at + 1], values)


def by_year(months: MonthArray, values: Array) -> Years:
    """Values of consecutive months by year, from January of the first to December of the last."""
    since_1970 = months.astype(np.int64)
    first, last = since_1970[0] // 12, since_1970[-1] // 12
    cells = np.full(((last - first + 1) * 12, values.shape[1]), np.nan)
    cells[since_1970 - 12 * first] = values
    return Years(np.arange(first, last + 1) + 1970, cells.reshape(-1, 12, values.shape[1]))


def earlier(x: Array) -> Array:
    """The sum over the years before each; that of the first is nothing."""
    sums = np.zeros_like(x, dtype=np.float64)
    sums[1:] = np.cumsum(x[:-1], axis=0)
    return sums


def forecasts(years: Years) -> dict[str, Array]:
    r"""The whole year by partner, for every year and each number of months known, by each method.

    With :math:`x` a partner's value in the months known, :math:`a` its value in the whole year before, :math:`b` that
    in the same months of the year before and :math:`\sigma` the part of a year that these months usually have:

    .. math:: \text{last year } a, \quad \text{year to date } \tfrac{12}{h} x, \quad \text{rolling } x + a - b, \quad
              \text{seasonal } x + (1 - \sigma) \frac{x + \kappa a}{\sigma + \kappa}

    :math:`\sigma = (n \sigma_p + \sigma_0) / (n + 1)`: the partner's own part in the :math:`n` whole years before in
    which it traded, and that of all trade as though from one year more. The last factor is the pace of the year; with
    :math:`\kappa` = 0 it is :math:`x / \sigma`, which is unbounded where the months usually have next to nothing. So
    last year counts as a tenth of a year more that is known (:math:`\kappa` = 0.1).

    Each is an array of (years, 11 numbers of months known, partners), missing where it needs what is not known.
    """
    so_far = np.cumsum(years.values, axis=1)
    known, total = so_far[:, :-1], so_far[:, -1]
    before = np.full_like(total, np.nan)
    before[1:] = total[:-1]
    known_before = np.full_like(known, np.nan)
    known_before[1:] = known[:-1]
    last = np.broadcast_to(before[:, np.newaxis], known.shape)
    usual = _usual(years.whole, known, total)
    return {
        "last_year": np.where(np.isnan(known), np.nan, last),
        "year_to_date": known * (12 / PART)[:, np.newaxis],
        "rolling": known + (last - known_before),
        "seasonal": known + (1 - usual) * (known + BEFORE * last) / (usual + BEFORE),
    }


def _usual(whole: npt.NDArray[np.bool_], known: Array, total: Array) -> Array:
    """The part of its year that each partner's months usually have, by the whole years before."""
    sums = earlier(np.where(whole[:, np.newaxis, np.newaxis], known, 0.0))
    years = earlier(np.where(whole[:, np.newaxis], total, 0.0))[:, np.newaxis]
    traded = earlier(np.where(whole[:, np.newaxis], total > 0, 0.0))[:, np.newaxis]
    with np.errstate(invalid="ignore"):
        own = np.where(years > 0, sums / np.where(years > 0, years, 1.0), 0.0)
        common = sums.sum(axis=2, keepdims=True) / years.sum(axis=2, keepdims=True)
    return np.asarray((traded * own + COMMON * common) / (traded + COMMON))
