"""How unequal: Gini, Lorenz, Theil and its margins, generalised entropy, Atkinson."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from tradeanalysis.measures.diversity import entropy
from tradeanalysis.measures.formula import Measure, apart_from_1, refuse_values, spell
from tradeanalysis.measures.indices import indexed
from tradeanalysis.schema import TradeDataError
from tradeanalysis.sums import checked, power, universe, values
from tradeanalysis.texts import Text


@indexed("0 to 1 - 1/n", rises=True)
@Measure
def gini(total: Any, ranked: Any, n: Any) -> Any:
    r"""Gini coefficient, twice the area between the Lorenz curve and equality.

    :math:`G = (n + 1 - 2 \sum_r r\, s_{(r)}) / n`, with rank r = 1 for the largest. From 0 (equal shares) to 1 - 1/n
    (one partner). n: partners present, or ``n=``, which counts partners without trade: [0, 100] is 0 by default and
    0.5 with n=2.

    Raises
    ------
    TradeDataError
        Values are negative, missing or infinite, there is no trade, or ``n=`` is fewer than the partners present.

    Notes
    -----
    Inequality among partners, not dependence: two equal partners have a Gini of 0.
    Never below 0, and off by at most 1e-14 (n up to 1,000; 1e-13 by an engine's own plan): near equal shares few of
    its digits are right.

    References
    ----------
    Gini, C. (1914). Sulla misura della concentrazione e della variabilità dei caratteri. Atti del Reale Istituto
    Veneto 73, 1203-1248.

    Examples
    --------
    >>> import tradeanalysis as ta
    >>> round(ta.gini([35, 40, 5, 10, 6, 4]), 12)
    0.456666666667
    >>> ta.gini([0, 100]), ta.gini([0, 100], n=2)
    (0.0, 0.5)
    """
    return (n + 1 - 2 * ranked / total) / n


@indexed("0 to 1", rises=True)
@Measure
def gini_corrected(total: Any, ranked: Any, n: Any) -> Any:
    r"""Gini coefficient corrected for small n: :math:`G\, n / (n - 1)`.

    From 0 (equal shares) to 1 (one partner). n: partners present, or ``n=``; missing for n = 1.

    Raises
    ------
    TradeDataError
        As for ``gini``.

    Notes
    -----
    Meant for a sample from many; where the table holds all partners, ``gini`` is the usual choice.
    Never below 0, and off by at most 1e-14 (n up to 1,000; 1e-13 by an engine's own plan): near equal shares few of
    its digits are right.

    References
    ----------
    Deltas, G. (2003). The Small-Sample Bias of the Gini Coefficient. Review of Economics and Statistics 85(1),
    226-234. https://doi.org/10.1162/rest.2003.85.1.226

    Examples
    --------
    >>> import tradeanalysis as ta
    >>> round(ta.measures.gini_corrected([35, 40, 5, 10, 6, 4]), 12)
    0.548
    """
    return gini.formula(total, ranked, n) * n / (n - 1)


@indexed("0 to ln n", rises=True)
@Measure
def theil(total: Any, xlogx: Any, n: Any) -> Any:
    r"""Theil index, :math:`T = \frac1n \sum_j \frac{x_j}{\mu} \ln \frac{x_j}{\mu} = \ln n - E`.

    From 0 (equal shares) to ln n (one partner). n: partners present, or ``n=``, which counts partners without trade.

    Raises
    ------
    TradeDataError
        As for ``gini``.

    Notes
    -----
    Its upper end grows with n. ``theil_margins`` splits it into how many partners trade and how equal these are.
    Never below 0, and off by at most 1e-14 (n up to 1,000; 1e-13 by an engine's own plan): near equal shares few of
    its digits are right.

    References
    ----------
    Theil, H. (1967). Economics and Information Theory. North-Holland.

    Examples
    --------
    >>> import tradeanalysis as ta
    >>> round(ta.theil([35, 40, 5, 10, 6, 4]), 12)
    0.380200633926
    """
    return np.log(n) - entropy.formula(total, xlogx)


@indexed("0, unbounded above", rises=True, parameters=(-1, 0, 2))
def generalised_entropy(a: float) -> Measure:
    r"""Generalised entropy of order a: :math:`GE_a = \frac{1}{a(a-1)} [\frac1n \sum_j (x_j/\mu)^a - 1]`.

    From 0 (equal shares); a = 1 is the Theil index, a = 0 the mean log deviation, a = 2 half the squared coefficient
    of variation. n: partners present, or ``n=``, which counts partners without trade.

    Parameters
    ----------
    a
        The order; the larger, the more the large partners count.

    Returns
    -------
    The measure ``generalised_entropy_a``. For a <= 0 it is missing where a counted partner has no trade: it would be
    infinite.

    Notes
    -----
    Never below 0, and for the orders -1 to 2 off by at most 1e-14, of its value where that is above 1 (n up to 1,000;
    1e-13 by an engine's own plan; near the orders 0 and 1 more, by the factor 1/(a(a - 1))): near equal shares few of
    its digits are right.

    References
    ----------
    Shorrocks, A. F. (1980). The Class of Additively Decomposable Inequality Measures. Econometrica 48(3), 613-625.
    https://doi.org/10.2307/1913126

    Examples
    --------
    >>> import tradeanalysis as ta
    >>> round(ta.measures.generalised_entropy(2)([1, 3]), 12)
    0.125
    """
    refuse_values("measures.generalised_entropy", "the order a", a)
    if not math.isfinite(a):
        raise TradeDataError(Text("entropy_order", a=a))
    name = f"generalised_entropy_{spell(a)}"
    if a == 1:
        return Measure(theil.formula, name=name, lowest=0.0)
    if a == 0:
        return Measure(lambda total, logs, n: np.log(total / n) - logs / n, name=name, if_zero=math.nan, lowest=0.0)
    apart_from_1(a, "generalised_entropy(1)")
    apart_from_1(a + 1, "generalised_entropy(0)")
    return Measure(
        lambda total, p, n: (np.exp((a - 1) * np.log(n) + np.log(p) - a * np.log(total)) - 1) / (a * (a - 1)),
        name=name,
        if_zero=math.nan if a < 0 else None,
        lowest=0.0,
        p=power(a),
    )


@indexed("0 to 1", rises=True, parameters=(0.5, 1, 2))
def atkinson(e: float) -> Measure:
    r"""Atkinson's index with aversion e: :math:`1 - [\frac1n \sum_j (x_j/\mu)^{1-e}]^{1/(1-e)}`.

    At e = 1 it is one less the geometric mean over the mean. From 0 (equal shares) to 1. n: partners present, or
    ``n=``, which counts partners without trade; for e >= 1 one of these makes it 1.

    Parameters
    ----------
    e
        The aversion to inequality, above 0; the larger, the more the small partners count.

    Returns
    -------
    The measure ``atkinson_e``.

    Notes
    -----
    Never below 0, and off by at most 1e-14 (e up to 2, n up to 1,000; 1e-13 by an engine's own plan): near equal
    shares few of its digits are right.

    References
    ----------
    Atkinson, A. B. (1970). On the Measurement of Inequality. Journal of Economic Theory 2(3), 244-263.
    https://doi.org/10.1016/0022-0531(70)90039-6

    Examples
    --------
    >>> import tradeanalysis as ta
    >>> round(ta.atkinson(0.5)([1, 9]), 12)
    0.2
    """
    refuse_values("atkinson", "the aversion e", e)
    if not 0 < e < math.inf:
        raise TradeDataError(Text("atkinson_aversion", e=e))
    name = f"atkinson_{spell(e)}"
    if e == 1:
        return Measure(lambda total, logs, n: 1 - np.exp(logs / n) * n / total, name=name, if_zero=1.0, lowest=0.0)
    apart_from_1(e, "atkinson(1)")
    return Measure(
        lambda total, p, n: 1 - (p / n) ** (1 / (1 - e)) * n / total,
        name=name,
        if_zero=1.0 if e > 1 else None,
        lowest=0.0,
        p=power(1 - e),
    )


def lorenz(x: Any, *, n: int | None = None) -> pd.DataFrame:
    """Points of the Lorenz curve, from the smallest partner to the largest.

    Both columns run from 0 to 1; equal shares lie on the diagonal. n: partners present, or ``n=``, which adds
    partners without trade.

    Parameters
    ----------
    x
        Values by partner, one vector; not negative, any unit.
    n
        The universe of partners.

    Returns
    -------
    n + 1 rows: ``partners``, the share of partners counted so far, and ``value``, their share of the value.

    Raises
    ------
    TradeDataError
        As for ``gini``.

    References
    ----------
    Lorenz, M. O. (1905). Methods of Measuring the Concentration of Wealth. Publications of the American Statistical
    Association 9(70), 209-219. https://doi.org/10.2307/2276207

    Examples
    --------
    >>> import tradeanalysis as ta
    >>> ta.lorenz([30, 10])
       partners  value
    0       0.0   0.00
    1       0.5   0.25
    2       1.0   1.00
    """
    present = _present(x)
    members = _universe(present, n)
    value = np.concatenate([np.zeros(members - len(present) + 1), np.cumsum(present[::-1])])
    return pd.DataFrame({"partners": np.arange(members + 1) / members, "value": value / value[-1]})


class TheilMargins(NamedTuple):
    """A Theil index in two parts that add up to it: partners or not, and shares among partners."""

    between: float
    within: float
    total: float


def theil_margins(x: Any, *, n: int | None = None) -> TheilMargins:
    r"""Split the Theil index into an extensive and an intensive margin: :math:`T = \ln(n/n_1) + T_{active}`.

    ``between`` is the extensive margin, how few of n are active; ``within`` the intensive one, the Theil index among
    the active. Works over partners and over products. n: all values given, zeros included, or ``n=``.

    Parameters
    ----------
    x
        Values, one vector; not negative, any unit; zeros count.
    n
        The universe, where the vector does not hold its zeros.

    Returns
    -------
    ``between``, ``within`` and ``total``, their exact sum.

    Raises
    ------
    TradeDataError
        As for ``gini``.

    Notes
    -----
    Another split than the "extensive margin" by new and traditional products, which needs two periods.

    References
    ----------
    Cadot, O., Carrère, C. & Strauss-Kahn, V. (2011). Export Diversification: What's behind the Hump? Review of
    Economics and Statistics 93(2), 590-605. https://doi.org/10.1162/REST_a_00078

    Examples
    --------
    >>> import tradeanalysis as ta
    >>> margins = ta.measures.theil_margins([60, 25, 10, 5, 0, 0, 0, 0, 0, 0])
    >>> [round(part, 12) for part in margins]
    [0.916290731874, 0.353180273603, 1.269471005477]
    """
    active = _present(x)
    between = math.log(_universe(active, n if n is not None else len(checked(x))) / len(active))
    within = theil(active)
    return TheilMargins(between, within, between + within)


def _present(x: Any) -> Any:
    """The values above zero of one vector, the largest first, scaled."""
    ordered = values(x)
    if ordered.ndim != 1:
        raise TradeDataError(Text("one_vector"))
    present = ordered[ordered > 0]
    if not len(present):
        raise TradeDataError(Text("no_trade_here"))
    return present


def _universe(present: Any, n: int | None) -> int:
    members = universe(n)
    if members is not None and members < len(present):
        raise TradeDataError(Text("n_too_small", n=n, present=len(present)))
    return len(present) if members is None else members
