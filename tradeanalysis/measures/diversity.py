"""How diverse: entropy, Hill numbers, and diversity among partners that resemble each other."""

from __future__ import annotations

import math
from typing import Any, overload

import numpy as np
import pandas as pd

from tradeanalysis.measures.formula import Measure, Vector, apart_from_1, refuse_values, spell
from tradeanalysis.measures.indices import indexed
from tradeanalysis.parameters import need_numbers
from tradeanalysis.schema import TradeDataError
from tradeanalysis.sums import Array, by_label, checked, power
from tradeanalysis.texts import Text


@indexed("0 to ln n", rises=False)
@Measure
def entropy(total: Any, xlogx: Any) -> Any:
    r"""Shannon entropy of the shares, in nats: :math:`E = -\sum_j s_j \ln s_j`.

    From 0 (one partner) to ln n (equal shares); n: partners present. Divided by ln 2 it is in bits.

    Raises
    ------
    TradeDataError
        Values are negative, missing or infinite, or there is no trade.

    Notes
    -----
    Its unit says little: exp(E), ``hill(1)``, is a number of partners.
    Never below 0, and off by at most 1e-14 (n up to 1,000; 1e-13 by an engine's own plan): near one partner few of
    its digits are right.

    References
    ----------
    Shannon, C. E. (1948). A Mathematical Theory of Communication. Bell System Technical Journal 27(3), 379-423.
    https://doi.org/10.1002/j.1538-7305.1948.tb01338.x

    Examples
    --------
    >>> import tradeanalysis as ta
    >>> round(ta.entropy([35, 40, 5, 10, 6, 4]), 12)
    1.411558835302
    """
    return np.log(total) - xlogx / total


@indexed("1 to n", rises=False)
@Measure
def effective_partners(total: Any, squares: Any) -> Any:
    r"""Number of equal partners that would be as concentrated, :math:`1/H`: the Hill number of order 2.

    From 1 (one partner) to n (equal shares); n: partners present.

    Raises
    ------
    TradeDataError
        As for ``entropy``.

    Notes
    -----
    Small partners hardly count: see ``hill`` for the profile from all partners (q = 0) to the largest (q = inf).

    References
    ----------
    Adelman, M. A. (1969). Comment on the "H" Concentration Measure as a Numbers-Equivalent. Review of Economics and
    Statistics 51(1), 99-101. https://doi.org/10.2307/1926955

    Examples
    --------
    >>> import tradeanalysis as ta
    >>> round(ta.effective_partners([30, 30, 20, 20]), 7)
    3.8461538
    """
    return total**2 / squares


@indexed("1/n to 1", rises=False)
@Measure
def evenness(total: Any, xlogx: Any, n: Any) -> Any:
    r"""Evenness of Hill, the effective share of partners: :math:`e^E / n`.

    From 1/n (one partner matters) to 1 (equal shares). n: partners present, or ``n=``.

    Raises
    ------
    TradeDataError
        As for ``entropy``; or ``n=`` is fewer than the partners present.

    Notes
    -----
    Not Pielou's evenness, which is ``pielou``.

    References
    ----------
    Hill, M. O. (1973). Diversity and Evenness: A Unifying Notation and Its Consequences. Ecology 54(2), 427-432.
    https://doi.org/10.2307/1934352

    Examples
    --------
    >>> import tradeanalysis as ta
    >>> round(ta.measures.evenness([25, 25, 25, 25]), 12)
    1.0
    """
    return np.exp(entropy.formula(total, xlogx)) / n


@indexed("0 to 1", rises=False)
@Measure
def pielou(total: Any, xlogx: Any, n: Any) -> Any:
    r"""Evenness of Pielou, entropy as a part of the largest possible: :math:`E / \ln n`.

    From 0 to 1 (equal shares). n: partners present, or ``n=``; missing for n = 1.

    Raises
    ------
    TradeDataError
        As for ``entropy``; or ``n=`` is fewer than the partners present.

    Notes
    -----
    A logarithm of a logarithm's unit: a value of 0.9 can hide that half of the partners hardly count. See ``evenness``.
    Never below 0, and off by at most 1e-14 (n up to 1,000; 1e-13 by an engine's own plan): near one partner few of
    its digits are right.

    References
    ----------
    Pielou, E. C. (1966). The measurement of diversity in different types of biological collections. Journal of
    Theoretical Biology 13, 131-144. https://doi.org/10.1016/0022-5193(66)90013-0

    Examples
    --------
    >>> import tradeanalysis as ta
    >>> round(ta.measures.pielou([25, 25, 25, 25]), 12)
    1.0
    """
    return entropy.formula(total, xlogx) / np.log(n)


@indexed("1 to n", rises=False, parameters=(0, 0.5, 1, 2, 3, math.inf))
def hill(q: float) -> Measure:
    r"""Hill number of order q, the effective number of partners: :math:`(\sum_j s_j^q)^{1/(1-q)}`.

    From 1 (one partner) to n (equal shares); n: partners present. It never rises with q: q = 0 counts the partners,
    1 is exp(entropy), 2 is 1/HHI, inf is 1 over the largest share.

    Parameters
    ----------
    q
        The order, 0 to infinity: how much the large partners count.

    Returns
    -------
    The measure ``hill_q`` (``hill_0_5``, ``hill_inf``).

    Notes
    -----
    On lazy engines powers of the value must fit in float64: for dollars, q up to about 30.

    References
    ----------
    Hill, M. O. (1973). Diversity and Evenness: A Unifying Notation and Its Consequences. Ecology 54(2), 427-432.
    https://doi.org/10.2307/1934352

    Examples
    --------
    >>> import tradeanalysis as ta
    >>> [round(ta.hill(q)([30, 1, 1, 1, 1, 1]), 9) for q in (0, 1, 2, float("inf"))]
    [6.0, 1.896549192, 1.35359116, 1.166666667]
    """
    refuse_values("hill", "the order q", q)
    if not q >= 0:
        raise TradeDataError(Text("hill_order", q=q))
    name = f"hill_{spell(q)}"
    if q == 0:
        return Measure(lambda count: count * 1.0, name=name)
    if q == 1:
        return Measure(lambda total, xlogx: np.exp(entropy.formula(total, xlogx)), name=name)
    if q == math.inf:
        return Measure(lambda total, largest: total / largest, name=name)
    apart_from_1(q, "hill(1)")
    # By logarithms, since total**q can leave float64 where the number itself is small.
    return Measure(lambda total, p: np.exp((np.log(p) - q * np.log(total)) / (1 - q)), name=name, p=power(q))


@indexed("1 to n", rises=False, parameters=(3,))
def hannah_kay(a: float) -> Measure:
    r"""Hannah and Kay's number of equivalents: :math:`(\sum_j s_j^a)^{1/(1-a)}`, the Hill number of order a.

    From 1 (one partner) to n (equal shares); n: partners present.

    Parameters
    ----------
    a
        The elasticity, above 0 and not 1.

    Returns
    -------
    The measure ``hannah_kay_a``.

    Notes
    -----
    The literature also calls the sum itself, or one over this number, the Hannah-Kay index.

    References
    ----------
    Hannah, L. & Kay, J. A. (1977). Concentration in Modern Industry. Macmillan.

    Examples
    --------
    >>> import tradeanalysis as ta
    >>> round(ta.measures.hannah_kay(2)([30, 30, 20, 20]), 7)
    3.8461538
    """
    refuse_values("measures.hannah_kay", "the elasticity a", a)
    if not (0 < a < math.inf) or a == 1:
        raise TradeDataError(Text("hannah_kay_order", a=a))
    return Measure(hill(a).formula, name=f"hannah_kay_{spell(a)}", p=power(a))


@overload
def similarity_hill(x: Vector, q: float, similarity: Any) -> float: ...


@overload
def similarity_hill(x: Any, q: float, similarity: Any) -> float | Array: ...


def similarity_hill(x: Any, q: float, similarity: Any) -> float | Array:
    r"""Effective number of partners that differ: :math:`(\sum_{s_i>0} s_i (Zs)_i^{q-1})^{1/(1-q)}`.

    From 1 (one partner, or all alike) to n; with Z the identity it is ``hill(q)``.

    Parameters
    ----------
    x
        Values by partner, shape (n,) or (rows, n), or a dict; not negative, any unit.
    q
        The order, 0 to infinity.
    similarity
        Z, the similarity of partner i to partner j, shape (n, n), in [0, 1], ones on the diagonal; may be asymmetric. A
        dataframe is matched to a Series or dict by label.

    Returns
    -------
    A float, or an array with a number for each row; missing for a row without trade.

    Raises
    ------
    TradeDataError
        Values no index can be computed from, or Z of another shape or outside [0, 1].

    Notes
    -----
    The answer is only as good as Z: say where it is from (blocs, distance, correlation of demand).

    References
    ----------
    Leinster, T. & Cobbold, C. A. (2012). Measuring diversity: the importance of species similarity. Ecology 93(3),
    477-489. https://doi.org/10.1890/10-2402.1

    Examples
    --------
    Two blocs of two markets, alike by 0.8 within a bloc:

    >>> import numpy as np, tradeanalysis as ta
    >>> Z = np.kron(np.eye(2), [[1, 0.8], [0.8, 1]])
    >>> round(ta.measures.similarity_hill([25, 25, 25, 25], 2, Z), 4)
    2.2222
    """
    need_numbers(q=q)
    x = by_label(x)
    values = checked(x)
    if isinstance(x, pd.Series) and isinstance(similarity, pd.DataFrame):
        if absent := [one for one in x.index if one not in similarity.index or one not in similarity.columns]:
            raise TradeDataError(Text("groups_similarity_absent", absent=absent))
        similarity = similarity.loc[x.index, x.index]
    matrix = np.asarray(similarity, dtype=np.float64)
    n = values.shape[-1]
    if matrix.shape != (n, n):
        raise TradeDataError(Text("similarity_shape", shape=str(matrix.shape), n=n))
    if not ((matrix >= 0) & (matrix <= 1)).all() or not (np.diag(matrix) == 1).all():
        raise TradeDataError(Text("groups_similarity_range"))
    if not q >= 0:
        raise TradeDataError(Text("similarity_hill_order", q=q))
    apart_from_1(q, "q=1")
    largest = values.max(axis=-1, keepdims=True, initial=0.0)
    if values.ndim == 1 and not largest[0] > 0:
        raise TradeDataError(Text("no_trade_here"))
    with np.errstate(divide="ignore", invalid="ignore"):
        shares = values / largest
        shares /= shares.sum(axis=-1, keepdims=True)
        present = shares > 0
        ordinary = shares @ matrix.T  # how common partners like i are
        if q == 1:
            number = np.exp(-np.where(present, shares * np.log(ordinary), 0.0).sum(axis=-1))
        else:
            most = np.where(present, ordinary, 0.0).max(axis=-1, keepdims=True)
            number = 1 / most[..., 0]
            if q < math.inf:  # relative to the most ordinary partner, so that no power leaves float64
                number = number * np.where(present, shares * (ordinary / most) ** (q - 1), 0.0).sum(-1) ** (1 / (1 - q))
    number = np.asarray(np.where(largest[..., 0] > 0, number, np.nan))
    return float(number) if values.ndim == 1 else number
