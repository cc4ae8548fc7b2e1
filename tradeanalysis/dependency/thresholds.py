"""Thresholds by regime: their source, and what they were made for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, overload

import numpy as np
import numpy.typing as npt
import pandas as pd

from tradeanalysis.parameters import as_numbers
from tradeanalysis.schema import TradeDataError
from tradeanalysis.texts import Text

Classes = npt.NDArray[np.object_]


@dataclass(frozen=True)
class Regime:
    """The bounds between classes of one index in [0, 1], lowest first.

    ``closed`` says that a value on a bound belongs to the class above it. ``delta`` is the rise that the regime calls
    notable.
    """

    index: str
    bounds: tuple[float, ...]
    classes: tuple[str, ...]
    made_for: str
    source: str
    closed: bool = False
    delta: float | None = None


_MERGERS = ("unconcentrated", "moderately concentrated", "highly concentrated")
REGIMES = {
    "doj2010": Regime(
        "hhi",
        (0.15, 0.25),
        _MERGERS,
        "mergers of firms in one market of the United States",
        "US Department of Justice and FTC, Horizontal Merger Guidelines (2010), 5.3",
        delta=0.02,
    ),
    "doj2023": Regime(
        "hhi",
        (0.10, 0.18),
        _MERGERS,
        "mergers of firms in one market of the United States",
        "US Department of Justice and FTC, Merger Guidelines (2023), 2.1",
        delta=0.01,
    ),
    "cbs": Regime(
        "hhi",
        (0.15, 0.25),
        ("not concentrated", "moderately concentrated", "highly concentrated"),
        "countries of origin of Dutch imports by product",
        "Statistics Netherlands (CBS), The Netherlands in Numbers: import concentration (2021), "
        "https://www.cbs.nl/en-gb/news/2021/10/low-import-dependency-in-the-larger-product-groups/import-concentration",
        closed=True,
    ),
    "eu_dependency": Regime(
        "cdi1",
        (0.4,),
        ("not flagged", "flagged"),
        "suppliers from outside the EU of one product, beside two more components (see eu_cdi)",
        "European Commission, Strategic dependencies and capacities, SWD(2021) 352; https://doi.org/10.2873/768035",
    ),
}


def regimes() -> pd.DataFrame:
    """The thresholds with their names, their source and what they were made for.

    Returns
    -------
    A row per threshold: ``regime``, ``index`` (the index it is for), ``above`` (in [0, 1]), ``class`` (the class above
    it), ``on_the_threshold`` (whether the threshold itself belongs to that class), ``delta`` (a rise that the regime
    calls notable), ``made_for``, ``source``. None was made for the export markets of an economy.

    References
    ----------
    In the column ``source``.

    Examples
    --------
    >>> import tradeanalysis as ta
    >>> ta.dependency.regimes().query("regime == 'doj2023'")[["above", "class"]].values.tolist()
    [[0.1, 'moderately concentrated'], [0.18, 'highly concentrated']]
    """
    rows = [
        (name, one.index, bound, label, one.closed, one.delta, one.made_for, one.source)
        for name, one in REGIMES.items()
        for bound, label in zip(one.bounds, one.classes[1:], strict=True)
    ]
    columns = ["regime", "index", "above", "class", "on_the_threshold", "delta", "made_for", "source"]
    return pd.DataFrame(rows, columns=columns)


@overload
def classify(x: float, *, regime: str) -> str | None: ...


@overload
def classify(x: pd.Series[float], *, regime: str) -> pd.Series[str]: ...


@overload
def classify(x: list[float] | npt.NDArray[Any], *, regime: str) -> Classes: ...


def classify(x: Any, *, regime: str) -> str | pd.Series[str] | Classes | None:
    """The class of an index by the thresholds of a named regime, which has no default.

    Parameters
    ----------
    x
        A number in [0, 1], or a list, array or Series of them. Convert points with ``ta.convert`` first.
    regime
        One of ``ta.dependency.regimes()``.

    Returns
    -------
    The class in words, in the shape of ``x``. Missing values stay missing.

    Raises
    ------
    TradeDataError
        The regime is unknown, or a value lies outside [0, 1].

    Notes
    -----
    None of these was made for the export markets of an economy: they are thresholds from other fields, and where a
    class begins is a convention.

    References
    ----------
    ``ta.dependency.regimes()`` names them.

    Examples
    --------
    >>> import tradeanalysis as ta
    >>> [ta.classify(0.14, regime=one) for one in ("doj2010", "doj2023")]
    ['unconcentrated', 'moderately concentrated']
    """
    if regime not in REGIMES:
        raise TradeDataError(Text("threshold_regime", regime=repr(regime), known=", ".join(REGIMES)))
    one = REGIMES[regime]
    values = as_numbers("x", x)
    known = ~np.isnan(values)
    if ((values < 0) | (values > 1))[known].any():
        raise TradeDataError(Text("threshold_points"))
    place = np.searchsorted(one.bounds, values, side="right" if one.closed else "left")
    labels = np.array([*one.classes, None], dtype=object)
    classes: Any = labels[np.where(known, place, len(one.classes))]
    if isinstance(x, pd.Series):
        return pd.Series(classes, index=x.index, name=x.name)
    result: str | Classes | None = classes
    return result
