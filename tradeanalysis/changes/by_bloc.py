"""Concentration taken apart by blocs of partners: within them, and between them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from tradeanalysis import names
from tradeanalysis.gate.frames import refuse_vector_labels
from tradeanalysis.measures.concentration import hhi
from tradeanalysis.measures.inequality import theil
from tradeanalysis.parameters import need_labels
from tradeanalysis.results import Result, annotated
from tradeanalysis.schema import TradeDataError
from tradeanalysis.sums import count, squares, total, xlogx
from tradeanalysis.tables.markets import shares
from tradeanalysis.texts import Text
from tradeanalysis.texts import catalogues as texts

BLOC = "bloc"


@dataclass(frozen=True, repr=False)
class Decomposition(Result):
    """Concentration by bloc.

    ``table`` holds ``bloc, n, share, hhi, contribution, theil, between, within``: ``contribution`` adds up to ``hhi``,
    ``between`` and ``within`` to the parts of ``theil``. ``bloc_hhi`` is the index if every bloc were one partner.
    """

    table: pd.DataFrame
    hhi: float
    bloc_hhi: float
    theil: float
    between: float
    within: float

    def sentence(self, lang: str = "en") -> str:
        """The index of partners and of blocs, and the two parts of the Theil index."""
        names = ("hhi", "bloc_hhi", "theil", "between", "within")
        words = {name: texts.number(getattr(self, name), lang, 3) for name in names}
        return texts.say("decomposition_said", lang, count=texts.number(len(self.table), lang), **words)

    def summary(self) -> str:
        """The sentence, and the blocs with the largest contributions to the HHI."""
        largest = self.table.nlargest(5, "contribution").to_string(index=False, float_format="{:.4f}".format)
        return f"{self.sentence()}\n{largest}"


def decompose(x: Any, groups: Any, *, year: int | None = None) -> Decomposition:
    r"""Take concentration apart by blocs: :math:`H = \sum_g S_g^2 H_g`, with :math:`S_g` the share of bloc g.

    Parameters
    ----------
    x
        Values by partner, a Series or a dict, such as ``ta.basket`` gives; any unit.
    groups
        The bloc of every partner, a Series or a dict; or names of trade blocs, such as ``["EU", "ASEAN"]``: every
        partner outside them is a bloc of its own.
    year
        The year of the membership of named blocs; today where not given.

    Returns
    -------
    A ``Decomposition``. ``hhi`` and ``theil`` of a bloc are those among its own members, 1 and 0 where it has one;
    ``contribution`` is :math:`S_g^2 H_g`. ``bloc_hhi``, :math:`\sum_g S_g^2`, is never below ``hhi``: they are equal
    where every bloc has one partner. n: partners with trade.

    Raises
    ------
    TradeDataError
        A partner with trade has no bloc, or is in two of the named ones; a value is faulty; there is no trade.

    Notes
    -----
    The Theil index of n partners is :math:`T = \sum_g S_g \ln \frac{S_g}{n_g / n} + \sum_g S_g T_g`: how unequal the
    blocs are for their number of members (``between``), and how unequal the members are among themselves (``within``).
    A term of ``between`` is negative where a bloc has less than its number of members would give it; their sum is not.
    ``contribution`` to the HHI falls where a bloc has many members, however much they move together: if they do,
    ``bloc_hhi`` is the figure to use.

    References
    ----------
    Shorrocks, A. F. (1980). The Class of Additively Decomposable Inequality Measures. Econometrica 48(3), 613-625.
    https://doi.org/10.2307/1913126

    Examples
    --------
    >>> import tradeanalysis as ta
    >>> exports = ta.basket(ta.example("world_2023"), reporter="VNM", flow="export")
    >>> parts = ta.changes.decompose(exports, ["EU", "ASEAN"])
    >>> parts.table.head(3)[["bloc", "n", "share", "hhi", "contribution"]].round(3)
      bloc   n  share    hhi  contribution
    0  USA   1  0.289  1.000         0.083
    1  CHN   1  0.210  1.000         0.044
    2   EU  26  0.127  0.136         0.002
    >>> round(parts.hhi, 3), round(parts.bloc_hhi, 3)
    (0.14, 0.157)
    """
    need_labels(year=year)
    if isinstance(x, Mapping):
        x = pd.Series(x)
    if not isinstance(x, pd.Series):
        raise TradeDataError(Text("change_by_bloc_labels"))
    refuse_vector_labels(x.index, "x")
    s = pd.Series(shares(x), index=x.index)
    s = s[s > 0]
    if isinstance(groups, (Mapping, pd.Series)):
        bloc = s.index.map(dict(groups)).to_series(index=s.index)
        if bloc.isna().any():
            raise TradeDataError(Text("change_no_bloc", partners=list(s.index[bloc.isna()])))
    else:
        bloc = _named(s.index, [groups] if isinstance(groups, str) else list(groups), year)
        if bloc.isna().any():
            raise TradeDataError(Text("partner_without_label", count=int(bloc.isna().sum())))
    code, labels = pd.factorize(bloc)
    of = {one: np.bincount(code, one.term(s.to_numpy())) for one in (count, total, squares, xlogx)}
    size, n = of[total], of[count]
    columns = {
        BLOC: labels,
        "n": n.astype(np.int64),
        "share": size,
        "hhi": hhi.formula(size, of[squares]),
        "contribution": of[squares],
        "theil": np.where(n > 1, theil.formula(size, of[xlogx], n), 0.0),  # 0 for one member, not a rounding error
        "between": size * np.log(size * n.sum() / n),
    }
    table = pd.DataFrame(columns)
    table["within"] = table["share"] * table["theil"]
    between, within = float(table["between"].sum()), float(table["within"].sum())
    table = table.sort_values("share", ascending=False, kind="stable", ignore_index=True)
    notes = {"n": Text("note_partners_in_blocs", partners=len(s), blocs=len(table))}
    return Decomposition(
        annotated(table, x.attrs, **notes),
        float(table["contribution"].sum()),
        float((table["share"] ** 2).sum()),
        between + within,
        between,
        within,
    )


def _named(partners: pd.Index, blocs: Iterable[str], year: int | None) -> pd.Series[Any]:
    """The bloc of every partner among those named, itself where it is not in any of them."""
    resolved = names.resolve(partners)
    code = {one: resolved[one].code or one for one in partners}
    members = {name: set(names.bloc(name, year)) for name in blocs}
    found = {one: [name for name, of in members.items() if code[one] in of] for one in partners}
    if twice := [f"{one} ({', '.join(of)})" for one, of in found.items() if len(of) > 1]:
        raise TradeDataError(Text("change_two_blocs", partners=twice))
    return pd.Series([found[one][0] if found[one] else one for one in partners], index=partners)
