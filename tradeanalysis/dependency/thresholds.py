"""Thresholds by regime: whose they are, and what they were made for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from tradeanalysis.schema import TradeDataError


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
    """The thresholds that are known by name, with their source and what they were made for.

    Returns
    -------
    A row per threshold: ``regime``, ``index`` (what it is a threshold of), ``above`` (in [0, 1]), ``class`` (what lies
    above it), ``on_the_threshold`` (whether the threshold itself belongs there), ``delta`` (a rise that the regime
    calls notable), ``made_for``, ``source``. None was made for the export markets of an economy.

    References
    ----------
    In the column ``source``.

    Examples
    --------
    >>> import tradeanalysis as ta
    >>> ta.regimes().query("regime == 'doj2023'")[["above", "class"]].values.tolist()
    [[0.1, 'moderately concentrated'], [0.18, 'highly concentrated']]
    """
    rows = [
        (name, one.index, bound, label, one.closed, one.delta, one.made_for, one.source)
        for name, one in REGIMES.items()
        for bound, label in zip(one.bounds, one.classes[1:], strict=True)
    ]
    columns = ["regime", "index", "above", "class", "on_the_threshold", "delta", "made_for", "source"]
    return pd.DataFrame(rows, columns=columns)


def classify(value: Any, *, regime: str) -> Any:
    """The class of an index by the thresholds of a named regime, which has no default.

    Parameters
    ----------
    value
        A number in [0, 1], or an array or Series of them. Points go through ``ta.convert`` first.
    regime
        One of ``ta.regimes()``.

    Returns
    -------
    The class in words; for a Series a Series, for an array an array. Missing values stay missing.

    Raises
    ------
    TradeDataError
        The regime is unknown, or a value lies outside [0, 1].

    Notes
    -----
    None of these was made for the export markets of an economy: they are yardsticks from elsewhere, and where a class
    begins is a convention.

    References
    ----------
    ``ta.regimes()`` names them.

    Examples
    --------
    >>> import tradeanalysis as ta
    >>> [ta.classify(0.14, regime=one) for one in ("doj2010", "doj2023")]
    ['unconcentrated', 'moderately concentrated']
    """
    if regime not in REGIMES:
        raise TradeDataError(f"regime={regime!r} is not known. Known are: {', '.join(REGIMES)}")
    one = REGIMES[regime]
    x = np.asarray(value, dtype=np.float64)
    known = ~np.isnan(x)
    if ((x < 0) | (x > 1))[known].any():
        raise TradeDataError("an index lies in [0, 1]; bring points there with ta.convert")
    place = np.searchsorted(one.bounds, x, side="right" if one.closed else "left")
    labels = np.array([*one.classes, None], dtype=object)
    classes: Any = labels[np.where(known, place, len(one.classes))]
    if isinstance(value, pd.Series):
        return pd.Series(classes, index=value.index, name=value.name)
    return classes
