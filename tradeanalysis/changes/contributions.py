"""What moved an index: the contributions of partners, which add up to its change."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, overload

import narwhals as nw
import numpy as np
import pandas as pd

from tradeanalysis.changes.two_periods import Periods, Vector, in_words, periods, plain
from tradeanalysis.gate.findings import finding, warn
from tradeanalysis.measures.concentration import hhi
from tradeanalysis.measures.formula import Measure
from tradeanalysis.parameters import need_labels
from tradeanalysis.results import Table, annotated
from tradeanalysis.schema import PARTNER, VALUE, YEAR, TradeDataError
from tradeanalysis.sums import Array, Codes, Sum, in_use, joined, keyed, total
from tradeanalysis.tables.markets import VECTORS, aligned_series, shares
from tradeanalysis.texts import Text

FROM, TO = "from", "to"
COLUMNS = ["share_before", "share_after", "contribution", "kind"]
KINDS = ["incumbent", "entry", "exit"]


@overload
def change(x: Vector, y: Vector, *, measure: Measure = hhi) -> pd.DataFrame: ...


@overload
def change(
    x: Table,
    *,
    measure: Measure = hhi,
    before: int | None,
    after: int | None,
    by: str | Iterable[str] | None = None,
    over: str = PARTNER,
    value: str = VALUE,
    reporter: str | int | None = None,
    flow: str | None = None,
    every_year: bool = False,
) -> Table: ...


def change(
    x: Vector | Table,
    y: Vector | None = None,
    *,
    measure: Measure = hhi,
    before: int | None = None,
    after: int | None = None,
    by: str | Iterable[str] | None = None,
    over: str = PARTNER,
    value: str = VALUE,
    reporter: str | int | None = None,
    flow: str | None = None,
    every_year: bool = False,
) -> Table:
    r"""Contribution of each partner to the change of an index: of the HHI, :math:`s_{j1}^2 - s_{j0}^2`.

    The contributions add up to the change exactly: those of partners in both periods (``incumbent``), of new ones
    (``entry``, never negative for the HHI) and of those that are gone (``exit``, never positive). For vectors the
    result is a pandas table; a lazy table's comes back as what its engine collects (PyArrow from DuckDB).

    Parameters
    ----------
    x
        Values by partner of the earlier period, any unit; or a trade table of pandas, Polars, PyArrow, DuckDB or
        PySpark with both years.
    y
        The values of the later period, where ``x`` are values. Series and dicts are matched by label, others by
        position.
    measure
        The index: any that is a sum over partners of a function of their shares, such as ``ta.hhi``, ``ta.entropy``,
        ``ta.hill(0)``, or one's own.
    before, after
        The years, for a table.
    by
        The columns that make groups; without it the table is one group.
    over
        The axis whose concentration is measured.
    value
        The column of values.
    reporter, flow
        One economy and one flow of a table that has several; all rows where not given.
    every_year
        Also the years between, as far as the group trades in them: a row for each partner and step.

    Returns
    -------
    A table with the ``by`` columns, with ``every_year`` also ``from`` and ``to``, then ``partner`` (or what ``over``
    is), ``share_before``, ``share_after``, ``contribution`` and ``kind``, the largest contribution first in each group.
    Shares are of what is allocated to partners, as the index is: those of ``ta.partners`` are of all.
    The steps of ``every_year`` add up to the whole change.

    Raises
    ------
    SchemaError
        A column is missing.
    TradeDataError
        The index is not a sum over partners; a year is not in the table; a value is faulty; exports and imports are in
        one group; one of two vectors has no trade.

    Warns
    -----
    TradeDataWarning
        A group has no trade in one of the two years: no change exists, and it is left out. Or more than a hundredth
        of a group is not allocated to a partner.

    Notes
    -----
    A measure is a formula f of sums :math:`A_i = \sum_j t_i(x_j)`, and scale-free, so that its value is that of the
    shares, with total 1. If f at total 1 is affine in the other sums, :math:`c + \sum_i b_i A_i`, the index is
    :math:`c + \sum_j \varphi(s_j)` with :math:`\varphi(s) = \sum_i b_i t_i(s)`, and its change is the sum of
    :math:`\varphi(s_{j1}) - \varphi(s_{j0})`; an absent partner has :math:`\varphi = 0`. Whether f is affine is tested
    on numbers. Roots, quotients, ranks, maxima and n are not: convert them from the HHI or the entropy.

    Since shares add up to 1, a multiple of s could be added to :math:`\varphi` without moving the index. The split is
    that of the formula as it is written. A share rises also where only the others fall: the contribution shows through
    which partner the index moved, not what caused it. In a table remainders ("Others") are not partners; a vector is
    taken as it is.

    Examples
    --------
    >>> import tradeanalysis as ta
    >>> moved = ta.change({"USA": 60, "CHN": 30, "JPN": 10}, {"USA": 50, "CHN": 30, "KOR": 20})
    >>> moved.round(2)
      partner  share_before  share_after  contribution       kind
    0     USA           0.6          0.5         -0.11  incumbent
    1     KOR           0.0          0.2          0.04      entry
    2     JPN           0.1          0.0         -0.01       exit
    3     CHN           0.3          0.3          0.00  incumbent
    >>> round(float(moved["contribution"].sum()), 12)
    -0.08
    >>> imports = ta.example("imports_1995_2019")
    >>> ta.change(imports, before=1995, after=2019, reporter="ZMB").head(2).round(3)
      partner  share_before  share_after  contribution       kind
    0     CHN         0.012        0.300         0.090  incumbent
    1     GBR         0.238        0.038        -0.055  incumbent
    """
    need_labels(before=before, after=after, reporter=reporter, flow=flow)
    parts = parts_of(measure)
    result: Table
    if isinstance(x, VECTORS):
        if y is None or not isinstance(y, VECTORS):
            raise TradeDataError(Text("change_one_period"))
        if (before, after, by, reporter, flow) != (None,) * 5 or over != PARTNER or value != VALUE or every_year:
            raise TradeDataError(Text("change_of_vectors"))
        s, t = aligned_series(x, y)
        both = pd.DataFrame({PARTNER: s.index, "share_before": shares(s), "share_after": shares(t)})
        both = _contributions(both, parts)
        moved: Any = _ranked(both, np.zeros(len(both), dtype=np.intp), [PARTNER])
        result = annotated(moved, {}, **_notes(measure, moved))
        return result
    if y is not None:
        raise TradeDataError(Text("change_two_tables"))
    new = [*COLUMNS, *([FROM, TO] if every_year else [])]
    found = periods(
        x,
        before=before,
        after=after,
        by=by,
        over=over,
        value=value,
        reporter=reporter,
        flow=flow,
        every_year=every_year,
        new=new,
    )
    result = change_of(found, measure, before=before, after=after, every_year=every_year)
    return result


def change_of(
    found: Periods, measure: Measure, *, before: int | None, after: int | None, every_year: bool = False
) -> Any:
    """The contributions of partners, of the cells of two periods."""
    parts = parts_of(measure)
    cells, lonely = _with_both_ends(found, before, after)
    keys = [*found.by, FROM, TO]
    step, both = _steps(cells, found.by, found.over[0])
    both = _contributions(both, parts)
    moved = plain(_ranked(both, step[both.index], [*keys, *found.over]))
    if not every_year:
        moved = moved.drop(columns=[FROM, TO])
    notes = found.notes | {"left out": lonely} | _notes(measure, None if found.by or every_year else moved)
    return annotated(found.panel.from_pandas(moved).to_native(), found.panel.attrs, **notes)


def parts_of(measure: Measure) -> list[tuple[float, Sum]]:
    r"""The coefficients and sums that make up an index at total 1; refuse one that is not a sum over partners."""
    if not isinstance(measure, Measure):
        raise TradeDataError(Text("change_no_measure", given=type(measure).__name__))
    sums = [one for one in measure.sums.values() if one is not total]
    if not measure.takes_n and all(one.merge == "add" and not one.ordered for one in sums):
        coefficients = _affine(measure, sums)
        if coefficients is not None:
            return list(zip(coefficients.tolist(), sums, strict=True))
    raise TradeDataError(Text("change_not_additive", measure=measure.name))


def _affine(measure: Measure, sums: list[Sum]) -> Array | None:
    """The slopes of a formula in its sums at total 1, or None where it is not affine in them."""
    sign = np.array([1.0 if one.positive else -1.0 for one in sums])

    def at(points: Array) -> Array:
        columns = {total: np.ones(len(points))} | {one: points[:, i] for i, one in enumerate(sums)}
        with np.errstate(all="ignore"):
            level = measure.formula(**{name: columns[one] for name, one in measure.sums.items()})
        return np.broadcast_to(np.asarray(level, dtype=np.float64), len(points))

    base = np.vstack([sign, sign * (1 + np.eye(len(sums)))])  # powers of two, so that plain slopes are exact
    level = at(base)
    slopes = sign * (level[1:] - level[0])
    tried = sign * np.exp(np.random.default_rng(0).uniform(-5, 5, (64, len(sums))))
    terms = np.abs(tried * slopes).sum(axis=1) + abs(level[0]) + 1
    error = at(tried) - (level[0] + (tried - sign) @ slopes)
    return slopes if (np.abs(error) <= 1e-9 * terms).all() else None  # NaN is not


def _contributions(both: pd.DataFrame, parts: list[tuple[float, Sum]]) -> pd.DataFrame:
    """The partners with trade in either period, with contribution and kind."""
    s, t = both["share_before"].to_numpy(), both["share_after"].to_numpy()
    kind = pd.Series(KINDS).array.take(np.where(s > 0, np.where(t > 0, 0, 2), 1))
    both = both.assign(contribution=part_of(t, parts) - part_of(s, parts), kind=kind)
    return both[(s > 0) | (t > 0)]


def part_of(share: Array, parts: list[tuple[float, Sum]]) -> Array:
    """The part of the index that partners with these shares make, 0 where they are absent."""
    present = share > 0
    x = np.where(present, share, 1.0)
    return np.where(present, sum((slope * one.term(x) for slope, one in parts), np.zeros_like(x)), 0.0)


def _ranked(moved: pd.DataFrame, step: Codes, labels: list[str]) -> pd.DataFrame:
    """The largest contribution first, in each step."""
    order = np.lexsort((-moved["contribution"].abs().to_numpy(), step))
    return moved[[*labels, *COLUMNS]].iloc[order].reset_index(drop=True)


def _with_both_ends(found: Periods, before: Any, after: Any) -> tuple[pd.DataFrame, str | None]:
    """The cells of the groups that trade in both years, and a note on the others."""
    cells = found.cells
    group, size, _ = joined(_numbered(cells, found.by), len(cells))
    ends = [np.bincount(group[(cells[YEAR] == year).to_numpy()], minlength=size) > 0 for year in (before, after)]
    if not (both := ends[0] & ends[1]).any():
        raise TradeDataError(Text("change_no_group", before=before, after=after))
    kept = both[group]
    lonely = cells.loc[~kept, found.by].drop_duplicates()
    if lonely.empty:
        return cells, None
    missing = finding("TA-122", "no_trade_at_an_end", groups=in_words(lonely), before=before, after=after)
    warn([missing], stacklevel=4)
    return cells[kept], missing.what


def _numbered(cells: pd.DataFrame, keys: Sequence[str]) -> Sequence[Any]:
    """The labels of each key as numbers."""
    return in_use([keyed(nw.from_native(cells[key], series_only=True)) for key in keys], len(cells))


def _steps(cells: pd.DataFrame, by: list[str], over: str) -> tuple[Codes, pd.DataFrame]:
    """Shares before and after for every two consecutive years of a group, absent ones zero; and each row's step."""
    *of_moment, label = _numbered(cells, [*by, YEAR, over])
    group, _, _ = joined(of_moment[:-1], len(cells))
    moment, size, apart = joined(of_moment, len(cells))
    there = np.bincount(moment, minlength=size) > 0
    moments, place = np.flatnonzero(there), (np.cumsum(there) - 1)[moment]
    of_group = np.zeros(len(moments), dtype=np.intp)
    of_group[place] = group
    followed = np.append(of_group[1:] == of_group[:-1], False)
    share = cells[VALUE].to_numpy() / cells[VALUE].groupby(place).transform("sum").to_numpy()
    width, sides = len(label.labels), []
    for step in (place, place - 1):
        kept = followed[step]  # before the first one stands the last, which none follows
        sides.append((step[kept].astype(np.int64) * width + label.codes[kept], share[kept]))
    number = np.sort(np.concatenate([cell for cell, _ in sides]))
    number = number[np.append(True, number[1:] > number[:-1])[: len(number)]]
    step, code = np.divmod(number, width)
    keys = zip((*by, FROM), of_moment, apart(moments[step]), strict=True)
    columns = {key: one.labels.to_native().take(codes).array for key, one, codes in keys}
    columns[TO] = of_moment[-1].labels.to_native().take(apart(moments[step + 1])[-1]).array
    columns[over] = label.labels.to_native().take(code).array
    for name, (cell, shares_there) in zip(("share_before", "share_after"), sides, strict=True):
        columns[name] = np.zeros(len(number))
        columns[name][np.searchsorted(number, cell)] = shares_there
    return step, pd.DataFrame(columns)


def _notes(measure: Measure, moved: pd.DataFrame | None) -> dict[str, Any]:
    """The index, and for a single change its size and the number of partners."""
    if moved is None:
        return {"measure": measure.name}
    kinds = moved["kind"].value_counts()
    moves = [Text(f"note_moves_{kind}", count=int(kinds[kind])) for kind in KINDS if kind in kinds]
    n = Text("listed", items=moves)
    return {"measure": measure.name, "change": f"{moved['contribution'].sum():+.6f}", "n": n}
