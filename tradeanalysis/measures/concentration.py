"""How concentrated: the Herfindahl-Hirschman index, its conventions and related indices."""

from __future__ import annotations

from typing import Any, Literal, overload

import numpy as np
import pandas as pd

from tradeanalysis.measures.formula import Measure, refuse_values
from tradeanalysis.measures.indices import indexed
from tradeanalysis.parameters import as_numbers
from tradeanalysis.schema import TradeDataError
from tradeanalysis.sums import Array, power, top, universe
from tradeanalysis.texts import Text

Convention = Literal["points", "hirschman", "normalised", "unctad", "effective"]


@indexed("1/n to 1", rises=True)
@Measure
def hhi(total: Any, squares: Any) -> Any:
    r"""Herfindahl-Hirschman index, the sum of squared shares: :math:`H = \sum_j s_j^2`.

    From 1/n (equal shares over the n partners present) to 1 (one partner). In shares, not in points: 0.26 here is
    2,600 points elsewhere, see ``convert``. Partners without trade do not matter.

    Raises
    ------
    TradeDataError
        Values are negative, missing or infinite, or there is no trade.

    Notes
    -----
    It does not see who the partners are: two markets that fall together count as two. Merging a and b adds
    exactly 2 s_a s_b.

    References
    ----------
    Hirschman, A. O. (1964). The Paternity of an Index. American Economic Review 54(5), 761-762.

    Examples
    --------
    >>> import tradeanalysis as ta
    >>> ta.hhi([30, 30, 20, 20])
    0.26
    >>> ta.hhi([[30, 30, 20, 20], [100, 0, 0, 0]])
    array([0.26, 1.  ])
    """
    return squares / total**2


@indexed("0 to 1", rises=True)
@Measure
def hhi_normalised(total: Any, squares: Any, n: Any) -> Any:
    r"""HHI stretched to [0, 1] whatever n: :math:`(H - 1/n) / (1 - 1/n)`.

    0 for equal shares over n partners, 1 for one partner among n. n: partners present, or ``n=``; missing for n = 1.

    Raises
    ------
    TradeDataError
        As for ``hhi``; or ``n=`` is fewer than the partners present.

    Notes
    -----
    Comparable only under one n: with the partners present, opening a small market can raise it.
    Never below 0, and off by at most 1e-14 (n up to 1,000; 1e-13 by an engine's own plan): near equal shares few of
    its digits are right.

    References
    ----------
    World Bank WITS, Trade Indicators: Hirschman-Herfindahl index.

    Examples
    --------
    >>> import tradeanalysis as ta
    >>> round(ta.hhi_normalised([30, 30, 20, 20]), 7)
    0.0133333
    >>> round(ta.hhi_normalised([30, 30, 20, 20], n=200), 7)
    0.2562814
    """
    return _normalised(hhi.formula(total, squares), n)


@indexed("0 to 1", rises=True)
@Measure
def hhi_unctad(total: Any, squares: Any, n: Any) -> Any:
    r"""UNCTAD's concentration index: :math:`(\sqrt H - \sqrt{1/n}) / (1 - \sqrt{1/n})`.

    From 0 (equal shares) to 1. n: partners present, or ``n=``; missing for n = 1.

    Raises
    ------
    TradeDataError
        As for ``hhi``; or ``n=`` is fewer than the partners present.

    Notes
    -----
    UNCTAD publishes it over products, with n the products of SITC revision 3 at three digits.
    Never below 0, and off by at most 1e-14 (n up to 1,000; 1e-13 by an engine's own plan): near equal shares few of
    its digits are right.

    References
    ----------
    UNCTADstat, Merchandise: product concentration and diversification indices.

    Examples
    --------
    >>> import tradeanalysis as ta
    >>> round(ta.hhi_unctad([35, 40, 5, 10, 6, 4]), 12)
    0.236005758087
    """
    return _unctad(hhi.formula(total, squares), n)


@indexed("0 to 1 - 1/n", rises=True)
@Measure
def dual(total: Any, squares: Any, n: Any) -> Any:
    r"""Dual of the HHI, the share of n partners that might as well be absent: :math:`1 - 1/(nH)`.

    From 0 (equal shares) to 1 - 1/n (one partner). n: partners present, or ``n=``.

    Raises
    ------
    TradeDataError
        As for ``hhi``; or ``n=`` is fewer than the partners present.

    Notes
    -----
    It mixes two things, how many partners there are and how equal they are: compare under one n only.
    Never below 0, and off by at most 1e-14 (n up to 1,000; 1e-13 by an engine's own plan): near equal shares few of
    its digits are right.

    References
    ----------
    Chang, E. J., Guerra, S. M., de Souza Penaloza, R. A. & Tabak, B. M. (2005). Banking concentration: the Brazilian
    case. Financial Stability Report 4, 109-129. Banco Central do Brasil.

    Examples
    --------
    >>> import tradeanalysis as ta
    >>> round(ta.measures.dual([35, 40, 5, 10, 6, 4]), 12)
    0.444814568066
    """
    return 1 - total**2 / (n * squares)


def _dominance(squares: Any, fourth: Any) -> Any:
    r"""Dominance index, the HHI of the shares in the HHI: :math:`\sum_j (s_j^2 / H)^2`.

    From 1/n (equal shares) to 1 (one partner); n: partners present.

    Raises
    ------
    TradeDataError
        As for ``hhi``.

    Notes
    -----
    Unlike the HHI it can fall when two small partners merge; it measures who leads, not how many share.

    References
    ----------
    García Alba Idunate, P. (1994). Un índice de dominancia para el análisis de la estructura de los mercados. El
    Trimestre Económico 61, 499-524.

    Examples
    --------
    >>> import tradeanalysis as ta
    >>> round(ta.measures.dominance([35, 40, 5, 10, 6, 4]), 12)
    0.451930780324
    """
    return fourth / squares**2


dominance = indexed("1/n to 1", rises=None)(Measure(_dominance, name="dominance", fourth=power(4)))


def _stenbacka(total: Any, first: Any, two: Any) -> Any:
    r"""Stenbacka's threshold of dominance, in per cent: :math:`50 (1 - (s_1^2 - s_2^2))`.

    From 0 (one partner) to 50 (the two largest are equal): a largest share above it is called dominant. Only the two
    largest partners count; no n.

    Raises
    ------
    TradeDataError
        As for ``hhi``.

    Notes
    -----
    Made for firms in one market, not for markets of one exporter.

    References
    ----------
    Melnik, A., Shy, O. & Stenbacka, R. (2008). Assessing market dominance. Journal of Economic Behavior &
    Organization 68(1), 63-72. https://doi.org/10.1016/j.jebo.2008.03.010

    Examples
    --------
    >>> import tradeanalysis as ta
    >>> round(ta.measures.stenbacka([35, 40, 5, 10, 6, 4]), 12)
    48.125
    """
    second = two - first
    return 50 * (1 - (first**2 - second**2) / total**2)


stenbacka = indexed("0 to 50", rises=None)(Measure(_stenbacka, name="stenbacka", first=top(1), two=top(2)))


@indexed("k/n to 1", rises=True, parameters=(1, 3))
def top_share(k: int) -> Measure:
    r"""Share of the k largest partners, the concentration ratio :math:`CR_k = \sum_{j \le k} s_{(j)}`.

    From k/n (equal shares) to 1; 1 where there are at most k partners. n: partners present.

    Parameters
    ----------
    k
        How many partners, at least 1.

    Returns
    -------
    The measure ``top_share_k``.

    Notes
    -----
    It does not see how the k share among themselves.

    References
    ----------
    Hall, M. & Tideman, N. (1967). Measures of Concentration. Journal of the American Statistical Association 62(317),
    162-168. https://doi.org/10.1080/01621459.1967.10482897

    Examples
    --------
    >>> import tradeanalysis as ta
    >>> ta.top_share(3)([35, 40, 5, 10, 6, 4])
    0.85
    """
    refuse_values("top_share", "the number of partners k", k)
    if not float(k).is_integer() or k < 1:
        raise TradeDataError(Text("top_share_k", k=k))
    return Measure(lambda total, largest_k: largest_k / total, name=f"top_share_{int(k)}", largest_k=top(int(k)))


@overload
def convert(value: float, *, to: Convention, n: int | None = None) -> float: ...


@overload
def convert(value: pd.Series[float], *, to: Convention, n: int | None = None) -> pd.Series[float]: ...


@overload
def convert(value: Any, *, to: Convention, n: int | None = None) -> float | Array | pd.Series[float]: ...


def convert(value: Any, *, to: Convention, n: int | None = None) -> float | Array | pd.Series[float]:
    r"""Convert an HHI in [0, 1] into another convention.

    ``points`` is 10,000 H (competition authorities), ``hirschman`` is :math:`\sqrt H`, ``normalised`` and ``unctad``
    are the forms of ``hhi_normalised`` and ``hhi_unctad``, ``effective`` is 1/H, the number of equal partners with
    this index.

    Parameters
    ----------
    value
        An HHI in shares; a number, an array or a Series.
    to
        The convention.
    n
        The universe of partners; needed for ``normalised`` and ``unctad``.

    Returns
    -------
    In the shape of ``value``. Missing stays missing, and n = 1 is missing.

    Raises
    ------
    TradeDataError
        A value is not in [0, 1], or below 1/n; the convention is unknown; n is needed.

    References
    ----------
    Hirschman, A. O. (1964). The Paternity of an Index. American Economic Review 54(5), 761-762.

    Examples
    --------
    >>> import tradeanalysis as ta
    >>> ta.convert(0.26, to="points")
    2600.0
    >>> round(ta.convert(0.26, to="unctad", n=200), 7)
    0.4726098
    """
    checked = as_numbers("value", value)
    h = value if hasattr(value, "dtype") and getattr(value.dtype, "kind", "") != "O" else checked
    low = 0.0 if universe(n) is None else 1 / n  # type: ignore[operator]
    if ((h < low * (1 - 1e-9)) | (h > 1 + 1e-9)).any() or (h < 1e-300).any():  # its reciprocal leaves float64
        raise TradeDataError(Text("convert_range_of_n", low=float(low)) if n else Text("convert_range"))
    if to in ("normalised", "unctad") and n is None:
        raise TradeDataError(Text("convert_needs_n", to=to))
    members = np.nan if n is None or n == 1 else float(n)
    forms: dict[str, Any] = {
        "points": 10_000 * h,
        "hirschman": h**0.5,
        "normalised": _normalised(h, members),
        "unctad": _unctad(h, members),
        "effective": 1 / h,
    }
    if to not in forms:
        raise TradeDataError(Text("convert_to", to=repr(to), known=", ".join(forms)))
    converted = forms[to]
    return float(converted) if np.ndim(converted) == 0 else converted


def _normalised(h: Any, n: Any) -> Any:
    return (h - 1 / n) / (1 - 1 / n)


def _unctad(h: Any, n: Any) -> Any:
    return (np.sqrt(h) - np.sqrt(1 / n)) / (1 - np.sqrt(1 / n))
