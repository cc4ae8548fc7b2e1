"""The similarity of markets, and the effective number of markets when similar ones count as less than one each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from tradeanalysis import names
from tradeanalysis.measures.diversity import hill, similarity_hill
from tradeanalysis.parameters import as_numbers, need_labels, need_numbers
from tradeanalysis.results import annotated
from tradeanalysis.schema import PARTNER, TradeDataError
from tradeanalysis.sums import Array
from tradeanalysis.tables.markets import code_of, market_labels, refuse_repeated, sales
from tradeanalysis.texts import Text

ORDERS = (0, 0.5, 1, 2, np.inf)


def similarity(
    partners: Iterable[Any],
    by: Any,
    *,
    within: float | None = None,
    scale: float | None = None,
    year: int | None = None,
) -> pd.DataFrame:
    r"""Similarity of markets, from blocs, distance, or a position of each: the Z of ``similarity_hill``.

    .. math:: Z_{ij} = \exp(-d_{ij} / d_0)

    with d the distance of two markets; for blocs, ``within`` for two members of one bloc and 0 for others.

    Parameters
    ----------
    partners
        The markets, such as ``exports.index``: codes, or names of countries in English or Vietnamese.
    by
        A bloc or a list of blocs, as for ``ta.bloc``, or a dict from a name to its members. ``"distance"``: the
        kilometres between two economies (``ta.example("distances")``). Or a Series with one number by market (a
        position), whose difference is the distance: an ideal point of votes in the United Nations, income per head.
    within
        For blocs: the similarity of two members, in [0, 1].
    scale
        For distance and positions: :math:`d_0`, the distance at which the similarity is 1/e = 0.37, above 0, in
        kilometres or in the unit of the positions.
    year
        The year of a bloc's membership, by default today.

    Returns
    -------
    A pandas dataframe, n by n, with the markets as rows and columns, in [0, 1], with 1 on the diagonal.

    Raises
    ------
    TradeDataError
        ``within`` or ``scale`` is not given or out of range, a market has no distance or position, or two of them are
        one country.
    CountryError
        A bloc is unknown.

    Notes
    -----
    n is the number of markets given. There is no correct value of ``within`` or ``scale``: state the one that was used,
    and try others.

    References
    ----------
    Leinster, T. & Cobbold, C. A. (2012). Measuring diversity: the importance of species similarity. Ecology 93(3),
    477-489. https://doi.org/10.1890/10-2402.1. Bailey, M. A., Strezhnev, A., Voeten, E. (2017). Estimating dynamic
    state preferences from United Nations voting data. Journal of Conflict Resolution 61(2), 430-456.
    https://doi.org/10.1177/0022002715595700

    Examples
    --------
    >>> import tradeanalysis as ta
    >>> ta.stress.similarity(["DEU", "FRA", "JPN"], by="EU", within=0.8).loc["DEU"].tolist()
    [1.0, 0.8, 0.0]
    >>> ta.stress.similarity(["DEU", "FRA", "JPN"], by="distance", scale=2000).loc["DEU"].round(3).tolist()
    [1.0, 0.803, 0.01]

    Ideal points of the file of Bailey, Strezhnev and Voeten (Harvard Dataverse), session 78 for 2023:
    ``points[points["session"] == 78].set_index("iso3c")["IdealPointAll"].rename({"YUG": "SRB"})``, since Serbia stands
    there under the code of Yugoslavia.
    """
    need_labels(year=year)
    need_numbers("within", "scale", within=within, scale=scale)
    if isinstance(partners, str):
        raise TradeDataError(Text("similarity_text", partners=repr(partners)))
    markets = pd.Index(list(partners), name=PARTNER)
    refuse_repeated(pd.Index([code_of(one) for one in markets]), "partners")
    if isinstance(by, pd.Series) or (isinstance(by, str) and by == "distance"):
        if scale is None or not 0 < scale < np.inf:
            raise TradeDataError(Text("similarity_scale", scale=repr(scale)))
        distance = _between(by, markets) if isinstance(by, pd.Series) else _kilometres(markets)
        z, convention = np.exp(-distance / scale), f"exp(-d/{scale:g})"
    else:
        if within is None or not 0 <= within <= 1:
            raise TradeDataError(Text("similarity_within", within=repr(within)))
        z = np.where(_together(by, markets, year), float(within), 0.0)
        convention = Text("note_within_bloc", share=float(within))
    np.fill_diagonal(z, 1.0)
    return annotated(pd.DataFrame(z, index=markets, columns=markets.rename(None)), {}, convention=convention)


def _between(positions: pd.Series[Any], markets: pd.Index) -> Array:
    """The distance between the positions of every two markets."""
    if not positions.index.is_unique:
        raise TradeDataError(Text("similarity_several"))
    at = positions.reindex(market_labels(markets, positions.index)).to_numpy(dtype=np.float64)
    if len(without := markets[~np.isfinite(at)]):
        raise TradeDataError(Text("similarity_no_position", markets=list(without)))
    return np.asarray(np.abs(at[:, None] - at))


def _kilometres(markets: pd.Index) -> Array:
    """The distance between every two markets, which are economies."""
    from tradeanalysis.sources.embedded import example

    table = example("distances").pivot(index="origin", columns="destination", values="distance")
    places = market_labels(markets, table.index)
    if strange := [one for one, place in zip(markets, places, strict=True) if place not in table.index]:
        raise TradeDataError(Text("similarity_no_distance", markets=strange))
    distance = table.loc[places, places].to_numpy(dtype=np.float64, copy=True)
    np.fill_diagonal(distance, 0.0)
    return distance


def _together(blocs: Any, markets: pd.Index, year: int | None) -> npt.NDArray[np.bool_]:
    """Whether every two markets are members of one bloc."""
    if not isinstance(blocs, Mapping):
        blocs = {bloc: names.bloc(bloc, year) for bloc in ([blocs] if isinstance(blocs, str) else blocs)}
    member = np.array([markets.isin(market_labels(members, markets)) for members in blocs.values()]).reshape(
        len(blocs), len(markets)
    )
    return np.asarray(member.T @ member)


def diversity_profile(x: Any, similarity: Any = None, q: float | Iterable[float] = ORDERS) -> pd.DataFrame:
    r"""Effective number of markets by the order q, with and without their similarity.

    .. math:: \Bigl(\sum_j s_j^q\Bigr)^{1/(1-q)}, \quad
              \Bigl(\sum_j s_j (Zs)_j^{q-1}\Bigr)^{1/(1-q)}

    and their limits at q = 1 and infinity. The higher q is, the less small markets count.

    Parameters
    ----------
    x
        Values by market: a Series, as ``ta.basket`` gives it, a dict, or a list.
    similarity
        Z, n by n, as for ``similarity_hill`` and as ``ta.stress.similarity`` gives it; a dataframe is matched by label.
    q
        The orders, from 0 to infinity, or one of them.

    Returns
    -------
    A pandas table with a row for each order: ``q``, ``hill`` (first formula: all markets entirely different) and, with
    a similarity, ``similarity_hill`` (second), both in [1, n]; the second is never larger. Neither rises with q. n is
    the number of markets with trade.

    Raises
    ------
    TradeDataError
        As for ``similarity_hill``.

    References
    ----------
    As for ``similarity_hill``.

    Examples
    --------
    >>> import pandas as pd
    >>> import tradeanalysis as ta
    >>> x = pd.Series({"DEU": 25.0, "FRA": 25.0, "JPN": 25.0, "KOR": 25.0})
    >>> alike = ta.stress.similarity(x.index, by=["EU"], within=0.8)
    >>> ta.stress.diversity_profile(x, alike, q=[0, 2]).round(4).values.tolist()
    [[0.0, 4.0, 3.1111], [2.0, 4.0, 2.8571]]
    """
    values = sales(x)
    given: Any = q
    several = isinstance(given, Iterable) and not isinstance(given, (str, np.ndarray))
    orders = as_numbers("q", list(given) if several else given).ravel().tolist()
    columns = {"q": orders, "hill": [hill(one)(values) for one in orders]}
    if similarity is not None:
        columns["similarity_hill"] = [similarity_hill(values, one, similarity) for one in orders]
    about = getattr(similarity, "attrs", {}).get("notes", {}).get("convention", "")
    return annotated(
        pd.DataFrame(columns), values.attrs, n=Text("note_markets", count=int((values > 0).sum())), similarity=about
    )
