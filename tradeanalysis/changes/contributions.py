"""What moved an index: each partner's contribution to its change, which add up to it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from tradeanalysis.changes.two_periods import Periods, in_words, periods
from tradeanalysis.gate.findings import Finding, warn
from tradeanalysis.measures.concentration import hhi
from tradeanalysis.measures.formula import Measure
from tradeanalysis.results import annotated
from tradeanalysis.schema import PARTNER, VALUE, YEAR, TradeDataError
from tradeanalysis.sums import Array, Sum, total
from tradeanalysis.tables.markets import VECTORS, aligned_series, shares

FROM, TO = "from", "to"
COLUMNS = ["share_before", "share_after", "contribution", "kind"]
KINDS = ["incumbent", "entry", "exit"]


def change(
    before: Any,
    after: Any = None,
    *,
    measure: Measure = hhi,
    from_: int | None = None,
    to: int | None = None,
    by: str | Iterable[str] | None = None,
    over: str = PARTNER,
    value: str = VALUE,
    path: bool = False,
) -> Any:
    r"""Contribution of each partner to the change of an index: of the HHI, :math:`s_{j1}^2 - s_{j0}^2`.

    The contributions add up to the change exactly: those of partners in both periods (``incumbent``), of new ones
    (``entry``, never negative for the HHI) and of those that are gone (``exit``, never positive).

    Parameters
    ----------
    before
        Values by partner of the earlier period, any unit; or a trade table of pandas, Polars, PyArrow, DuckDB or
        PySpark with the two years.
    after
        The same of the later period, for vectors. Series and dicts are matched by label, others by position.
    measure
        The index: any that is a sum over partners of a function of their shares, such as ``ta.hhi``, ``ta.entropy``,
        ``ta.hill(0)``, or one's own.
    from_, to
        The years, for a table.
    by
        The columns that make groups; none makes the table one group.
    over
        The axis whose concentration is measured.
    value
        The column of values.
    path
        Also take the years between, those of the table in which the group trades: a row for each partner and step.

    Returns
    -------
    A table with the ``by`` columns, with ``path`` also ``from`` and ``to``, then ``partner`` (or what ``over`` is),
    ``share_before``, ``share_after``, ``contribution`` and ``kind``, the largest contribution first in each group. In
    the library of the question; a lazy one's in that of what it collects. The steps of a path add up to the whole
    change.

    Raises
    ------
    SchemaError
        A column is missing.
    TradeDataError
        The index is no sum over partners; a year is not in the table; a value is faulty; exports and imports stand in
        one group; one of two vectors holds no trade.

    Warns
    -----
    TradeDataWarning
        A group has no trade in one of the two years: no change exists, and it is left out. Or more than a hundredth
        of a group is allocated to nobody.

    Notes
    -----
    A measure is a formula f of sums :math:`A_i = \sum_j t_i(x_j)`, and scale-free, so that its value is that of the
    shares, with total 1. If f at total 1 is affine in the other sums, :math:`c + \sum_i b_i A_i`, the index is
    :math:`c + \sum_j \varphi(s_j)` with :math:`\varphi(s) = \sum_i b_i t_i(s)`, and its change is the sum of
    :math:`\varphi(s_{j1}) - \varphi(s_{j0})`; an absent partner has :math:`\varphi = 0`. Whether f is affine is tried
    on numbers. Roots, quotients, ranks, maxima and n are not: convert them from the HHI or the entropy.

    Since shares add up to 1, a multiple of s could be added to :math:`\varphi` without moving the index. The split is
    that of the formula as it is written. A share rises also where only the others fall: the contribution says by whom
    the index moved, not who caused it. In a table remainders ("Others") are no partner; a vector is taken as it is.

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
    >>> moved = ta.change(imports, from_=1995, to=2019, by="reporter")
    >>> moved[moved["reporter"] == "ZMB"].head(2).round(3)
         reporter partner  share_before  share_after  contribution       kind
    6685      ZMB     CHN         0.012        0.300         0.090  incumbent
    6686      ZMB     GBR         0.238        0.038        -0.055  incumbent
    """
    parts = _parts(measure)
    if isinstance(before, (*VECTORS, Mapping)):
        if after is None or not isinstance(after, (*VECTORS, Mapping)):
            raise TradeDataError("one period is no change: pass the values by partner before and after")
        if (from_, to, by) != (None, None, None) or over != PARTNER or value != VALUE or path:
            raise TradeDataError("from_=, to=, by=, over=, value= and path= are for a table; vectors are two periods")
        s, t = aligned_series(before, after)
        both = pd.DataFrame({PARTNER: s.index, "share_before": shares(s), "share_after": shares(t)})
        moved = _ranked(_contributions(both, parts), [], [PARTNER])
        return annotated(moved, {}, **_notes(measure, moved))
    if after is not None:
        raise TradeDataError(
            "two tables are no two periods: put them into one with a column 'year' and say from_=, to="
        )
    new = [*COLUMNS, *([FROM, TO] if path else [])]
    found = periods(before, from_=from_, to=to, by=by, over=over, value=value, path=path, new=new)
    cells, lonely = _with_both_ends(found, from_, to)
    keys = [*found.by, FROM, TO]
    moved = _ranked(_contributions(_steps(cells, found.by, over), parts), keys, [over])
    if not path:
        moved = moved.drop(columns=[FROM, TO])
    notes = found.notes | {"left out": lonely} | _notes(measure, None if found.by or path else moved)
    return annotated(found.whole.from_pandas(moved).to_native(), found.whole.attrs, **notes)


def _parts(measure: Measure) -> list[tuple[float, Sum]]:
    r"""The coefficients and sums of which an index consists at total 1; refuse one that is no sum over partners."""
    if not isinstance(measure, Measure):
        raise TradeDataError(f"{measure!r} is no measure: pass ta.hhi, or one of your own made with ta.Measure")
    sums = [one for one in measure.sums.values() if one is not total]
    if not measure.takes_n and all(one.merge == "add" and not one.ordered for one in sums):
        coefficients = _affine(measure, sums)
        if coefficients is not None:
            return list(zip(coefficients.tolist(), sums, strict=True))
    raise TradeDataError(
        f"{measure.name} is no sum over partners, so that its change does not fall into theirs. Such sums are hhi, "
        "entropy, hill(0) and any formula of your own that is linear in its sums at total 1, such as "
        "1 - squares / total**2. For the others take the change of hhi or entropy, of which they are functions"
    )


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
    """The partners with trade in either period, what each contributes, and of which kind it is."""
    s, t = both["share_before"].to_numpy(), both["share_after"].to_numpy()
    kind = np.select([(s > 0) & (t > 0), t > 0, s > 0], KINDS, "")
    both = both.assign(contribution=_phi(t, parts) - _phi(s, parts), kind=kind)
    return both[(s > 0) | (t > 0)]


def _phi(share: Array, parts: list[tuple[float, Sum]]) -> Array:
    """The part of the index that partners with these shares make, none where they are absent."""
    present = share > 0
    x = np.where(present, share, 1.0)
    return np.where(present, sum((slope * one.term(x) for slope, one in parts), np.zeros(len(x))), 0.0)


def _ranked(moved: pd.DataFrame, keys: list[str], labels: list[str]) -> pd.DataFrame:
    """The largest contribution first, in each group."""
    size = moved["contribution"].abs()
    order = moved.assign(size=-size).sort_values([*keys, "size"], kind="stable").index
    return moved.loc[order, [*keys, *labels, *COLUMNS]].reset_index(drop=True)


def _with_both_ends(found: Periods, from_: Any, to: Any) -> tuple[pd.DataFrame, str | None]:
    """The cells of the groups that trade in both years, and what is to be told of the others."""
    cells = found.cells
    group = cells.groupby(found.by).ngroup() if found.by else pd.Series(0, index=cells.index)
    ends = [group[cells[YEAR] == year].unique() for year in (from_, to)]
    if not len(both := np.intersect1d(*ends)):
        raise TradeDataError(f"no group holds trade both in {from_} and in {to}: no change exists, and it is not 0")
    lonely = cells.loc[~group.isin(both), found.by].drop_duplicates()
    if lonely.empty:
        return cells, None
    what = f"{in_words(lonely)} hold no trade in {from_} or in {to}"
    warn([Finding("TA-122", what, "No change exists there, and it is not 0: they are left out.")], stacklevel=3)
    return cells[group.isin(both)], what


def _steps(cells: pd.DataFrame, by: list[str], over: str) -> pd.DataFrame:
    """Shares before and after of every two years of a group that follow one another, absent ones zero."""
    moments = cells.groupby([*by, YEAR])[VALUE].sum().rename("whole").reset_index()
    moments["step"] = np.arange(len(moments))
    cells = cells.merge(moments, on=[*by, YEAR])
    cells["share"] = cells[VALUE] / cells["whole"]
    steps = moments.rename(columns={YEAR: FROM}).drop(columns="whole")
    steps[TO] = np.roll(moments[YEAR], -1)
    steps = steps[_followed(moments, by)]
    sides = []
    for back, name in enumerate(("share_before", "share_after")):
        side = cells.assign(step=cells["step"] - back)[["step", over, "share"]].rename(columns={"share": name})
        sides.append(side[side["step"].isin(steps["step"])])
    both = sides[0].merge(sides[1], on=["step", over], how="outer").fillna({"share_before": 0.0, "share_after": 0.0})
    joined: pd.DataFrame = steps.merge(both, on="step")
    return joined


def _followed(moments: pd.DataFrame, by: list[str]) -> npt.NDArray[np.bool_]:
    """Which moments have a next one of the same group."""
    same = np.ones(len(moments), dtype=bool)
    for key in by:
        same[:-1] &= (moments[key].iloc[1:].to_numpy() == moments[key].iloc[:-1].to_numpy()).astype(bool)
    same[-1:] = False
    return same


def _notes(measure: Measure, moved: pd.DataFrame | None) -> dict[str, Any]:
    """Which index, and where it is one change, by how much and by how many partners."""
    if moved is None:
        return {"measure": measure.name}
    kinds = moved["kind"].value_counts()
    n = ", ".join(f"{kinds[kind]} {kind}" for kind in KINDS if kind in kinds)
    return {"measure": measure.name, "change": f"{moved['contribution'].sum():+.6f}", "n": n}
