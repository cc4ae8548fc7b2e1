"""What is lost if markets close, how much of it is sold elsewhere, and how concentrated the rest is."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, cast, overload

import numpy as np
import pandas as pd

from tradeanalysis.measures.concentration import hhi
from tradeanalysis.parameters import MOST, need_labels, need_numbers
from tradeanalysis.results import Table, annotated
from tradeanalysis.schema import VALUE, TradeDataError
from tradeanalysis.stress.group_closures import contingencies, open_closures, worst_sets
from tradeanalysis.stress.scenarios import checked_rate, losses
from tradeanalysis.sums import Array
from tradeanalysis.tables.markets import with_room
from tradeanalysis.texts import Text


@overload
def contingency(
    x: Any, redirect: float = 0.5, room: Any = None, *, scenarios: Any = None, by: None = None
) -> pd.DataFrame: ...


@overload
def contingency(
    x: Table,
    redirect: float = 0.5,
    room: Any = None,
    *,
    scenarios: Any = None,
    by: str | Iterable[str],
    flow: str | None = None,
    year: int | None = None,
    value: str = VALUE,
) -> Table: ...


def contingency(
    x: Table,
    redirect: float = 0.5,
    room: Any = None,
    *,
    scenarios: Any = None,
    by: str | Iterable[str] | None = None,
    flow: str | None = None,
    year: int | None = None,
    value: str = VALUE,
) -> Table:
    r"""Contingency table: what would be lost if each market closed, net of what is sold elsewhere.

    With :math:`l_{sj}` the fraction of market j that scenario s takes, and :math:`U_s` the markets that it leaves
    unchanged:

    .. math:: G_s = \sum_j l_{sj} x_j, \quad R_s = \min(\rho G_s, \sum_{j \in U_s} r_j), \quad N_s = G_s - R_s

    Parameters
    ----------
    x
        Values by market: a Series, as ``ta.basket`` gives it, a dict, or a list. With ``by=`` a trade table.
    redirect
        The redirect rate :math:`\rho` in [0, 1]: the fraction of a loss that is sold to other markets.
        ``ta.stress.collapses`` shows what it was in the past.
    room
        The room of each market: how much more it can take, :math:`r_j`, in the unit of ``x``. A Series by market, such
        as ``0.2 * x``, a dict, or a list in the order of ``x``. A market that it does not name takes no more; one that
        is not in ``x`` is a new market. By default no market has a limit.
    scenarios
        By default every market closes, one at a time. ``"pairs"``: two at a time. A bloc or a list of blocs, as for
        ``ta.bloc``. A dict from a name to the markets that close, ``["DEU", "NLD"]``, to the fractions that are lost,
        ``{"USA": 0.3}``, or to one fraction that all markets lose. Or a dataframe of fractions, scenarios by markets;
        markets that it does not name lose nothing. A market may have another name or code than in ``x``.
    by
        The columns of a trade table that make groups: the contingency table of every group at once. ``room`` is then
        the name of a column; a scenario that closes no market of a group loses nothing there.
    flow, year, value
        Of a trade table, as for ``ta.basket``.

    Returns
    -------
    A pandas table with a row per ``partner`` (or ``scenario``), the largest net loss first:
    ``gross_loss, replaced, net_loss`` in the unit of ``x``; ``gross_share, replaced_share, net_share`` of the sum of
    ``x``, in [0, 1]: where a part of trade is in no market the notes say so, and of all trade they are less;
    ``hhi_after`` in (0, 1], the HHI of what is left and what is sold elsewhere, missing where nothing is left. With
    ``by=`` the columns of ``by`` stand first, groups follow in the order of their labels, and the table is of the
    library of the question (of DuckDB and PySpark, what it collects to); a group without trade has no rows.

    Raises
    ------
    TradeDataError
        A value, room or fraction is out of range; a market is not in ``x``; or all values are zero.
    AggregateRowError
        Totals, blocs or remainders stand among the markets.

    Notes
    -----
    What is sold elsewhere goes to the markets that the scenario leaves unchanged, in proportion to their room, or to
    their value where no room is given. Where there are none, as when the only market closes, all is lost. Prices stay
    constant: see ``ta.stress.divert``. One rate for all markets is a rule of thumb, and the net loss is only as good as
    the rate. An import tariff t that buyers pay in full takes :math:`1 - (1+t)^{-e}` of a market whose demand has
    elasticity e. n is the number of markets with trade; the notes state it.

    Examples
    --------
    >>> import tradeanalysis as ta
    >>> table = ta.contingency([60, 20, 10, 10], redirect=0.5, room=[20, 6, 4, 3])
    >>> table[["partner", "gross_loss", "replaced", "net_loss", "net_share"]].values.tolist()[:2]
    [[0.0, 60.0, 13.0, 47.0, 0.47], [1.0, 20.0, 10.0, 10.0, 0.1]]
    >>> exports = ta.basket(ta.example("world_2023"), reporter="VNM", flow="export")
    >>> scenarios = {"US tariff": {"USA": 0.3}, "ASEAN closes": ta.bloc("ASEAN"), "prices 10% down": 0.1}
    >>> ta.contingency(exports, scenarios=scenarios)[["scenario", "gross_share", "net_share"]].round(3).values.tolist()
    [['prices 10% down', 0.1, 0.1], ['US tariff', 0.087, 0.043], ['ASEAN closes', 0.069, 0.034]]
    >>> every = ta.contingency(ta.example("world_2023"), by="reporter")
    >>> every.groupby("reporter").head(1).query("net_share > .45")[["reporter", "partner", "net_share"]].round(3)
          reporter partner  net_share
    3463       BTN     IND      0.462
    8897       GMB     KAZ      0.460
    16060      MNG     CHN      0.459
    """
    need_labels(year=year, flow=flow)
    need_numbers(redirect=redirect)
    rate = checked_rate(redirect)
    if by is not None:
        return cast(Table, contingencies(open_closures(x, rate, room, by, flow, year, value), scenarios))
    values, space = with_room(x, room)
    what, labels, lost = losses(scenarios, values)
    table = outcomes(values, lost, rate, space)
    table.insert(0, what, labels)
    ranked = table.sort_values("net_loss", ascending=False, kind="stable", ignore_index=True)
    return cast(Table, annotated(ranked, values.attrs, **assumed(values, rate, space)))


def outcomes(x: pd.Series[float], lost: Array, redirect: float, room: pd.Series[float] | None) -> pd.DataFrame:
    """The losses of all scenarios, a row for each row of ``lost``."""
    now = x.to_numpy()
    gross = lost @ now
    weight = np.where(lost == 0, now if room is None else room.to_numpy(), 0.0)
    total = weight.sum(axis=1)
    capacity = np.where(total > 0, np.inf, 0.0) if room is None else total
    replaced = np.minimum(redirect * gross, capacity)
    per_weight = np.divide(replaced, total, out=np.zeros(len(gross)), where=total > 0)
    after = (1 - lost) * now + weight * per_weight[:, None]
    table = pd.DataFrame({"gross_loss": gross, "replaced": replaced, "net_loss": gross - replaced})
    shares = {"gross_share": "gross_loss", "replaced_share": "replaced", "net_share": "net_loss"}
    return table.assign(**{share: table[loss] / now.sum() for share, loss in shares.items()}, hhi_after=hhi(after))


def assumed(x: pd.Series[float], redirect: float, room: pd.Series[float] | None) -> dict[str, Any]:
    """The notes of a result: the assumptions, and the HHI before."""
    notes: dict[str, Any] = {"n": Text("note_markets", count=int((x > 0).sum()))}
    notes |= {"hhi_before": f"{hhi(x):.4f}", "redirect": f"{redirect:.2f}"}
    if room is None:
        notes["room"] = Text("note_no_limit")
    else:
        notes["room"] = Text("note_room", share=room.sum() / x.sum(), markets=int((room > 0).sum()))
    notes["sold elsewhere"] = Text("note_by_value" if room is None else "note_by_room")
    if unallocated := float(x.attrs.get("unallocated", 0.0)):
        share = unallocated / (unallocated + x.sum())
        notes["unallocated"] = Text("note_in_no_market", share=share)
        notes["shares"] = Text("note_shares_of_allocated", share=1 - share)
    return notes


@overload
def worst(x: Any, k: int = 2, redirect: float = 0.5, room: Any = None, *, by: None = None) -> pd.DataFrame: ...


@overload
def worst(
    x: Table,
    k: int = 2,
    redirect: float = 0.5,
    room: Any = None,
    *,
    by: str | Iterable[str],
    flow: str | None = None,
    year: int | None = None,
    value: str = VALUE,
) -> Table: ...


def worst(
    x: Table,
    k: int = 2,
    redirect: float = 0.5,
    room: Any = None,
    *,
    by: str | Iterable[str] | None = None,
    flow: str | None = None,
    year: int | None = None,
    value: str = VALUE,
) -> Table:
    r"""The one, two, ... k markets that cause the largest net loss if they close together.

    .. math:: N(K) = \sum_{j \in K} x_j - \min(\rho \sum_{j \in K} x_j, \sum_{j \notin K} r_j)
                   = \max\Bigl(\sum_{j \in K} (1-\rho) x_j, \; \sum_{j \in K} (x_j + r_j) - \sum_j r_j\Bigr)

    Parameters
    ----------
    x, redirect, room, by, flow, year, value
        As for ``contingency``.
    k
        The largest number of markets that close, from 1 to the number of markets with trade; with ``by=`` a group with
        fewer markets has fewer rows.

    Returns
    -------
    A pandas table with a row for each number ``k`` from 1: the ``markets`` and the columns of ``contingency``.

    Raises
    ------
    TradeDataError
        As for ``contingency``; or k exceeds the number of markets with trade.

    Notes
    -----
    The result is exact for any number of markets, without trying all sets. The net loss is the larger of two
    differences (second formula), and each of these is a sum over the markets that close: the first is largest for the
    k markets with the largest value, the second for the k with the largest sum of value and room. The larger of the two
    is the maximum over all sets. Without room it is the k largest markets. The worst two need not contain the worst
    one. It assumes what ``contingency`` assumes.

    Examples
    --------
    >>> import tradeanalysis as ta
    >>> table = ta.worst([60, 20, 10, 10], k=2, redirect=0.5, room=[20, 6, 4, 30])
    >>> table[["k", "markets", "net_loss"]].values.tolist()
    [[1, '0', 30.0], [2, '0, 3', 60.0]]
    """
    need_labels(year=year, flow=flow)
    need_numbers(redirect=redirect)
    rate = checked_rate(redirect)
    if by is not None:
        _refuse_number(k, None)
        return cast(Table, worst_sets(open_closures(x, rate, room, by, flow, year, value), int(k)))
    values, space = with_room(x, room)
    traded = np.flatnonzero(values > 0)
    _refuse_number(k, len(traded))
    keys = [values] if space is None else [values, values + space]
    orders = [traded[np.argsort(-key.to_numpy()[traded], kind="stable")] for key in keys]
    chosen = [order[:size] for size in range(1, k + 1) for order in orders]
    lost = np.zeros((len(chosen), len(values)))
    for row, closed in zip(lost, chosen, strict=True):
        row[closed] = 1.0
    table = outcomes(values, lost, rate, space)
    table.insert(0, "k", [len(closed) for closed in chosen])
    table.insert(1, "markets", [", ".join(map(str, values.index[np.sort(closed)])) for closed in chosen])
    best = table.loc[table.groupby("k")["net_loss"].idxmax()].reset_index(drop=True)
    notes = assumed(values, rate, space)
    return cast(Table, annotated(best, values.attrs, **notes, exact=Text("note_worst_of_all")))


def _refuse_number(k: Any, traded: int | None) -> None:
    """Raise for what is not a number of markets that can close; how many have trade differs between groups."""
    if isinstance(k, bool) or not isinstance(k, (int, np.integer)) or not 1 <= k <= (traded or MOST):
        raise TradeDataError(
            Text("groups_k", k=repr(k)) if traded is None else Text("contingency_k", k=repr(k), traded=traded)
        )
