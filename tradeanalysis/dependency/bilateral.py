"""Pairs of economies: the share of each in the trade of the other."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, cast, overload

import narwhals as nw
import numpy as np
import pandas as pd

from tradeanalysis import names
from tradeanalysis.dependency.group_pairs import LISTED_IN_PART, bloc_rows, exposure_rows, open_partners, partner_rows
from tradeanalysis.gate.findings import warn_if_listed_in_part
from tradeanalysis.gate.frames import collected
from tradeanalysis.parameters import need_labels
from tradeanalysis.results import Table, annotated
from tradeanalysis.schema import EXPORT, FLOW, IMPORT, PARTNER, REPORTER, VALUE, YEAR, CountryError
from tradeanalysis.tables.baskets import Choice, choose, mirrored, values_of
from tradeanalysis.tables.group_baskets import is_several
from tradeanalysis.tables.panel import Panel, open_panel, summed
from tradeanalysis.texts import Text


@overload
def partners(
    table: Any,
    *,
    reporter: str | int | None = None,
    flow: str | None = None,
    year: int | None = None,
    before: int | None = None,
    value: str = VALUE,
    by: None = None,
) -> pd.DataFrame: ...


@overload
def partners(
    table: Table,
    *,
    reporter: str | int | Iterable[str] | None = None,
    flow: str | None = None,
    year: int | None = None,
    before: int | None = None,
    value: str = VALUE,
    by: str | Iterable[str],
) -> Table: ...


def partners(
    table: Table,
    *,
    reporter: str | int | Iterable[str] | None = None,
    flow: str | None = None,
    year: int | None = None,
    before: int | None = None,
    value: str = VALUE,
    by: str | Iterable[str] | None = None,
) -> Table:
    r"""A row per partner: its share in the economy's trade, and the economy's share in its trade.

    A pandas table, whatever the library of ``table``; but with ``by=``, or a list of reporters, all groups at once in
    the library of the question (of DuckDB and PySpark, what it collects to).

    Parameters
    ----------
    table, reporter, flow, year, value
        As for ``basket``.
    before
        An earlier year: adds ``share_before`` and ``change``, and a row for every partner that is gone.
    by
        The columns that make groups, such as ``"reporter"`` or ``["reporter", "product"]``: a row for every group and
        partner, in the order of the groups' labels. ``reporter`` may be a list, which alone makes groups by reporter.

    Returns
    -------
    ``partner``, ``value`` (unit of the table), ``share`` :math:`x_{ij}/X_i`, ``rank``, ``cumulative_share``,
    ``reverse_share`` :math:`x_{ij}/M_j`, the share of the economy in the partner's trade the other way (its imports,
    for exports), and ``asymmetry``, the difference of the two shares (Hirschman 1945). ``reverse_share`` is missing
    where the table cannot give :math:`M_j`, as a list of the largest partners cannot. :math:`X_i` includes what is not
    allocated to a partner; its share is in ``attrs["unallocated"]``. Where it is 0 the shares add up to 1.

    Raises
    ------
    TradeDataError
        As for ``basket``.

    Notes
    -----
    Where partners report the other flow in the table, :math:`M_j` is each partner's own report; otherwise it is the sum
    over the table's reporters, not the partner's own total.

    References
    ----------
    Hirschman, A. O. (1945). National Power and the Structure of Foreign Trade. University of California Press.

    Examples
    --------
    >>> import tradeanalysis as ta
    >>> ta.partners(ta.example("world_2020"), reporter="VNM", flow="export").head(2)[
    ...     ["partner", "share", "reverse_share"]].round(3)
      partner  share  reverse_share
    0     USA  0.278          0.033
    1     CHN  0.177          0.024
    >>> every = ta.partners(ta.example("world_2020"), flow="export", by="reporter")
    >>> every[every["rank"] == 1].nlargest(2, "share")[["reporter", "partner", "share", "reverse_share"]].round(3)
          reporter partner  share  reverse_share
    3289       BTN     IND  0.963          0.001
    18661      PSE     ISR  0.840          0.013
    """
    need_labels(year=year, before=before, flow=flow)
    warn_if_listed_in_part(getattr(table, "attrs", {}), stacklevel=2)
    if by is not None or is_several(reporter):
        return cast(Table, partner_rows(open_partners(table, by, reporter, flow, year, before, value)))
    one = cast(Any, reporter)
    choice = choose(table, reporter=one, flow=flow, year=year, value=value)
    earlier = None if before is None else choose(table, reporter=one, flow=flow, year=before, value=value)
    return cast(Table, partners_of(choice, _panel(choice), earlier))


def partners_of(choice: Choice, panel: Panel | None, earlier: Choice | None = None) -> pd.DataFrame:
    """A row per partner of a choice; ``panel`` has the cells of its year by reporter and partner, if there are any."""
    own = values_of(choice)
    unallocated = own.attrs["unallocated"]
    own = own[own > 0]
    whole = own.sum() + unallocated
    if earlier is not None:
        before = values_of(earlier)
        share_before = before / (before.sum() + before.attrs["unallocated"])
        gone = share_before.index[share_before > 0].difference(own.index)
        own = pd.concat([own, pd.Series(0.0, index=gone)])
    share = (own / whole).to_numpy()
    reverse = (own / markets_of(choice, panel).reindex(own.index)).to_numpy()
    ranked = pd.DataFrame(
        {
            PARTNER: own.index,
            VALUE: own.to_numpy(),
            "share": share,
            "rank": np.arange(1, len(own) + 1),
            "cumulative_share": share.cumsum(),
            "reverse_share": reverse,
            "asymmetry": share - reverse,
        }
    )
    if earlier is not None:
        ranked["share_before"] = share_before.reindex(own.index).fillna(0.0).to_numpy()
        ranked["change"] = ranked["share"] - ranked["share_before"]
    attrs = {**choice.attrs, "unallocated": unallocated / whole if whole else 0.0}
    held = Text("note_all_value", share=attrs["unallocated"]) if unallocated else ""
    missing = Text("note_no_reverse") if np.isnan(reverse).all() else ""
    n = int((own > 0).sum())
    largest = Text("note_largest", name=str(own.index[0]), share=float(share[0])) if n else ""
    compared = None if earlier is None else earlier.about.get(YEAR)
    return annotated(
        ranked,
        attrs,
        **choice.about,
        n=n,
        largest=largest,
        before=compared,
        convention=Text("note_shares"),
        shares=held,
        missing=missing,
    )


@overload
def bloc_shares(
    table: Any,
    *,
    reporter: str | int | None = None,
    flow: str | None = None,
    year: int | None = None,
    value: str = VALUE,
    blocs: Iterable[str] | None = None,
    by: None = None,
) -> pd.DataFrame: ...


@overload
def bloc_shares(
    table: Table,
    *,
    reporter: str | int | Iterable[str] | None = None,
    flow: str | None = None,
    year: int | None = None,
    value: str = VALUE,
    blocs: Iterable[str] | None = None,
    by: str | Iterable[str],
) -> Table: ...


def bloc_shares(
    table: Table,
    *,
    reporter: str | int | Iterable[str] | None = None,
    flow: str | None = None,
    year: int | None = None,
    value: str = VALUE,
    blocs: Iterable[str] | None = None,
    by: str | Iterable[str] | None = None,
) -> Table:
    """A row per trade bloc: the share of its members in the economy's trade, and the economy's share in theirs.

    A pandas table, whatever the library of ``table``; but with ``by=``, or a list of reporters, all groups at once in
    the library of the question (of DuckDB and PySpark, what it collects to).

    Parameters
    ----------
    table, reporter, flow, year, value
        As for ``basket``.
    blocs
        Codes or names; where not given, all of ``ta.blocs()`` that have members in the year. Blocs overlap: these
        rows stand beside ``partners``, never among them, and do not add up.
    by
        The columns that make groups, such as ``"reporter"`` or ``["reporter", "product"]``: a row for every group and
        bloc, in the order of the groups' labels. ``reporter`` may be a list, which alone makes groups by reporter.

    Returns
    -------
    ``bloc, value, share, reverse_share, asymmetry`` as in ``partners``, ``members`` (with which there is trade), and
    ``own``, whether the economy is a member itself; the largest share first.

    Raises
    ------
    CountryError
        A bloc is unknown.
    TradeDataError
        As for ``basket``.

    Examples
    --------
    >>> import tradeanalysis as ta
    >>> world = ta.example("world_2023")
    >>> table = ta.dependency.bloc_shares(world, reporter="VNM", flow="export", blocs=["ASEAN", "EU27"])
    >>> table[["bloc", "share", "members", "own"]].round(3).values.tolist()
    [['EU27', 0.127, 26, False], ['ASEAN', 0.069, 7, True]]
    """
    need_labels(year=year, flow=flow)
    if by is not None or is_several(reporter):
        return cast(Table, bloc_rows(open_partners(table, by, reporter, flow, year, None, value), blocs))
    one = cast(Any, reporter)
    return cast(Table, bloc_shares_of(partners(table, reporter=one, flow=flow, year=year, value=value), blocs))


def bloc_shares_of(listed: pd.DataFrame, blocs: Iterable[str] | None = None) -> pd.DataFrame:
    """The shares of trade blocs, from a table of ``partners``."""
    notes = listed.attrs["notes"]
    single = listed.set_index(PARTNER)
    markets = single[VALUE] / single["reverse_share"]
    wanted = list(blocs) if blocs is not None else sorted(set(names.blocs()["bloc"]))
    when = notes.get("year")
    rows = []
    for one in wanted:
        try:
            members = names.bloc(one, when)
        except CountryError:
            if blocs is not None:
                raise
            continue  # it did not exist in that year
        there = single.reindex([member for member in members if member in single.index])
        value, share = there[VALUE].sum(), there["share"].sum()
        reverse = value / markets.reindex(there.index).sum(skipna=False) if len(there) else np.nan
        rows.append((one, value, share, reverse, share - reverse, len(there), notes.get("reporter") in members))
    columns = ["bloc", VALUE, "share", "reverse_share", "asymmetry", "members", "own"]
    ranked = pd.DataFrame(rows, columns=columns).sort_values("share", ascending=False, kind="stable", ignore_index=True)
    about = {key: notes.get(key) for key in (REPORTER, YEAR, FLOW)}
    return annotated(ranked, single.attrs, **about, n=len(ranked), convention=Text("note_blocs_overlap"))


@overload
def exposure(
    table: Any,
    *,
    reporter: str | int | None = None,
    year: int | None = None,
    value: str = VALUE,
    by: None = None,
) -> pd.DataFrame: ...


@overload
def exposure(
    table: Table,
    *,
    reporter: str | int | Iterable[str] | None = None,
    year: int | None = None,
    value: str = VALUE,
    by: str | Iterable[str],
) -> Table: ...


def exposure(
    table: Table,
    *,
    reporter: str | int | Iterable[str] | None = None,
    year: int | None = None,
    value: str = VALUE,
    by: str | Iterable[str] | None = None,
) -> Table:
    r"""A row per partner across exports and imports: its share in the economy's trade less the reverse share.

    A pandas table, whatever the library of ``table``; but with ``by=``, or a list of reporters, all groups at once in
    the library of the question (of DuckDB and PySpark, what it collects to).

    .. math:: e_{ij} = \frac{x_{ij} + m_{ij}}{X_i + M_i} - \frac{x_{ij} + m_{ij}}{X_j + M_j}

    Parameters
    ----------
    table, reporter, year, value
        As for ``basket``; the table has both flows, or one flow of all reporters, from which the other is then read.
    by
        The columns that make groups, such as ``"reporter"`` or ``["reporter", "product"]``: a row for every group and
        partner, in the order of the groups' labels. ``reporter`` may be a list, which alone makes groups by reporter.
        Economies that report one flow only have no rows then.

    Returns
    -------
    ``partner, exports, imports, balance, export_share, import_share, trade_share, reverse_share, net_exposure``, the
    largest trade share first. ``net_exposure`` lies between -1 (the partner depends on the economy) and 1 (the
    economy depends on the partner), and is missing where the table cannot give the partner's trade.

    Raises
    ------
    TradeDataError
        As for ``basket``.

    Notes
    -----
    It shows how much trade is at stake, not which side would find another partner sooner.

    References
    ----------
    Hirschman, A. O. (1945). National Power and the Structure of Foreign Trade. University of California Press.

    Examples
    --------
    >>> import tradeanalysis as ta
    >>> ta.dependency.exposure(ta.example("world_2023"), reporter="VNM").head(2)[
    ...     ["partner", "trade_share", "reverse_share", "net_exposure"]].round(3)
      partner  trade_share  reverse_share  net_exposure
    0     CHN        0.329          0.041         0.289
    1     USA        0.190          0.027         0.163
    """
    need_labels(year=year)
    if by is not None or is_several(reporter):
        return cast(Table, exposure_rows(table, by, reporter, year, value))
    one = cast(Any, reporter)
    exports = choose(table, reporter=one, flow=EXPORT, year=year, value=value)
    imports = choose(table, reporter=one, flow=IMPORT, year=year, value=value)
    return cast(Table, exposure_of(exports, imports))


def exposure_of(exports: Choice, imports: Choice) -> pd.DataFrame:
    """The exposure to every partner, from one economy's rows of both flows, once they are chosen."""
    choices = (exports, imports)
    baskets = [values_of(choice) for choice in choices]
    wholes = [one.sum() + one.attrs["unallocated"] for one in baskets]
    every = baskets[0].index.union(baskets[1].index)
    x, m = (one.reindex(every, fill_value=0.0) for one in baskets)
    # A partner's imports are the other side of our exports, and its exports that of our imports.
    of_exports, of_imports = (markets_of(one, _panel(one)).reindex(every) for one in choices)
    theirs = of_exports + of_imports
    share, reverse = (x + m) / sum(wholes), (x + m) / theirs
    frame = pd.DataFrame(
        {
            "exports": x,
            "imports": m,
            "balance": x - m,
            "export_share": x / wholes[0],
            "import_share": m / wholes[1],
            "trade_share": share,
            "reverse_share": reverse,
            "net_exposure": share - reverse,
        }
    )
    frame = frame.rename_axis(PARTNER).sort_values("trade_share", ascending=False, kind="stable").reset_index()
    convention = Text("note_both_flows")
    about = {key: one for key, one in choices[0].about.items() if key != FLOW}
    return annotated(frame, choices[0].attrs, **about, n=len(frame), convention=convention)


def _panel(choice: Choice) -> Panel | None:
    """The cells of the year of a choice by reporter and partner; None where the table has no reporters."""
    if REPORTER not in choice.among.collect_schema().names():
        return None
    return open_panel(choice.among.to_native(), [REPORTER, PARTNER])


def markets_of(choice: Choice, whole: Panel | None) -> pd.Series[float]:
    """The total trade of each partner of a choice the other way; empty where the table does not have it."""
    unknown = pd.Series(dtype=np.float64)
    if whole is None:
        return unknown
    own = PARTNER if choice.side == REPORTER else REPORTER
    if len(whole.flows) > 1:
        flow = mirrored(choice.about[FLOW])
        rows, side = whole.cells.filter(nw.col(FLOW) == flow), REPORTER
    elif len(whole.labels[own]) > 1 and _names_partners(whole):
        rows, side = whole.cells, choice.side
    else:
        return unknown
    totals: pd.Series[float] = summed(rows, [side]).set_index(side)[VALUE].astype(np.float64)
    return totals


def _names_partners(whole: Panel) -> bool:
    """Whether nearly all trade has a partner: from lists of the largest no partner's total can be added up."""
    of_both = whole.cells, whole.allocated(whole.cells, PARTNER)
    every, named = (float(collected(rows.select(nw.col(VALUE).sum()))[VALUE][0] or 0.0) for rows in of_both)
    return named >= (1 - LISTED_IN_PART) * every
