"""What a plan can reach: concentration at each growth of exports."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from tradeanalysis.figures.canvas import axes, keep
from tradeanalysis.figures.captions import Caption, Captioned, Words, caption_of, finished, words
from tradeanalysis.figures.docstrings import figure
from tradeanalysis.figures.placement import frame, place
from tradeanalysis.figures.style import ACCENT, FAINT, INK, SECOND, TEXT, decimals, grid, mark, write_above
from tradeanalysis.schema import TradeDataError
from tradeanalysis.texts import Text, capital, number, percent, say, way_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@figure
def frontier(
    table: pd.DataFrame, *, plan: Any = None, ax: Axes | None = None, lang: str = "en", caption: Captioned = None
) -> Axes:
    """How far concentration can fall at each growth of exports: today, the best plans, and the one that is chosen.

    Parameters
    ----------
    table
        What ``ta.frontier`` gives. Or columns ``growth`` (of exports, as a share of one), ``hhi`` and ``kind``:
        ``"frontier"`` for the best plans, one row ``"current"``, and one row ``"chosen"`` at the most.
    plan
        The plan that is chosen, from ``ta.plan``, which also says where things stand today; the scale then ends at two
        and a half times its growth.
    {shared}

    {returns}

    Raises
    ------
    SchemaError
        A column is missing.
    TradeDataError
        There is not one row of today, or there are no best plans.

    Examples
    --------
    >>> import pandas as pd
    >>> import tradeanalysis as ta
    >>> rows = [(0, 0.14, "current"), (0.1, 0.12, "chosen"), (0, 0.13, "frontier"), (0.2, 0.1, "frontier")]
    >>> table = pd.DataFrame(rows, columns=["growth", "hhi", "kind"])
    >>> ta.figures.frontier(table).figure.tradeanalysis_alt[:71]
    'Frontier of 2 plans. The plan lowers concentration from 0.140 to 0.120.'
    """
    known, count = _points(table, plan)
    text = _frontier_words(known, plan, caption_of(table, caption), lang)
    ax = axes(ax, height=4.8)
    _draw_line(ax, known)
    _draw_scales(ax, known, lang)
    frame(ax, text)
    _draw_names(ax, known, lang)
    hhi = known.loc[known["kind"] == "frontier", "hhi"]
    ends = {"low": number(float(hhi.min()), lang, 3), "high": number(float(hhi.max()), lang, 3)}
    return keep(ax, table=known, alt=say("frontier_alt", lang, count=count, finding=text.title, **ends))


def _points(table: pd.DataFrame, plan: Any) -> tuple[pd.DataFrame, int]:
    """Today, the best plans in order of growth and the chosen one; and how many best plans there are."""
    if plan is None:
        known = finished(table, "growth", "hhi", "kind", made_by=Text("made_by_plan"))
        count = int((known["kind"] == "frontier").sum())
    else:
        best = _between(finished(table, "growth", "hhi", made_by="ta.frontier"))
        until = 2.5 * max(abs(plan.growth), 0.02)
        best = best[best["growth"] <= until][["growth", "hhi"]].assign(kind="frontier")
        hhi = [plan.hhi_before, plan.hhi_after]
        own = pd.DataFrame({"growth": [0.0, plan.growth], "hhi": hhi, "kind": ["current", "chosen"]})
        known = pd.concat([best, own], ignore_index=True)
        count = int((table["growth"] <= until).sum())
    of_kind = {kind: int((known["kind"] == kind).sum()) for kind in ("current", "frontier", "chosen")}
    if of_kind["current"] != 1 or not of_kind["frontier"] or of_kind["chosen"] > 1:
        raise TradeDataError(Text("frontier_rows", **of_kind))
    return known, count


def _between(table: pd.DataFrame) -> pd.DataFrame:
    """The rows of a frontier with points between them, where so many markets rise together from one level on."""
    if not {"total", "level", "rising"} <= set(table.columns) or len(table) < 2:
        return table
    start = table.iloc[:-1]
    if not (start["rising"] >= 1).all():
        raise TradeDataError(Text("rising_below_one"))
    rise = np.linspace(0.0, 1.0, 9)[:-1] * (np.diff(table["total"]) / start["rising"].to_numpy())[:, None]
    m, t = start["rising"].to_numpy()[:, None], start["level"].to_numpy()[:, None]
    total, before = start["total"].to_numpy()[:, None] + m * rise, start["total"].to_numpy()[:, None]
    hhi = (start["hhi"].to_numpy()[:, None] * before**2 + m * rise * (2 * t + rise)) / total**2
    growth = (1 + start["growth"].to_numpy()[:, None]) * total / before - 1
    ends = {
        name: np.append(values.ravel(), table[name].iloc[-1]) for name, values in (("growth", growth), ("hhi", hhi))
    }
    return pd.DataFrame(ends)


def _of_kind(known: pd.DataFrame, kind: str) -> list[tuple[float, float]]:
    """The points of a kind as growth in per cent and index, by growth."""
    some = known[known["kind"] == kind].sort_values("growth")
    return [(100 * float(growth), float(hhi)) for growth, hhi in zip(some["growth"], some["hhi"], strict=True)]


def _frontier_words(known: pd.DataFrame, plan: Any, caption: Caption, lang: str) -> Words:
    now = _of_kind(known, "current")[0][1]
    best = [hhi for _, hhi in _of_kind(known, "chosen") or _of_kind(known, "frontier")]
    indices = {"now": number(now, lang, 3), "then": number(min(best), lang, 3)}
    way = way_of(indices["now"], indices["then"], min(best) - now)
    if plan is None or plan.growth <= 0:
        title = say(f"frontier_finding_{way}", lang, **indices)
    else:
        title = say(f"frontier_finding_grown_{way}", lang, growth=percent(plan.growth, lang), **indices)
    about = say("frontier_about" if caption.reporter else "frontier_about_plain", lang, **caption.dated(lang))
    return words(title, about, capital(say("frontier_line", lang)) + ".", *caption.foot(lang))


def _span(known: pd.DataFrame) -> tuple[float, float]:
    """The ends of the upright scale."""
    low, high = float(known["hhi"].min()), float(known["hhi"].max())
    margin = 0.18 * (high - low) or 0.1 * high
    return low - margin, high + margin


def _draw_line(ax: Axes, known: pd.DataFrame) -> None:
    x, y = zip(*_of_kind(known, "frontier"), strict=True)
    ax.fill_between(x, y, _span(known)[1], color=ACCENT, alpha=0.07, linewidth=0)
    ax.plot(x, y, color=ACCENT, linewidth=2.2)
    current, chosen = _of_kind(known, "current"), _of_kind(known, "chosen")
    for points, colour in ((current, INK), (chosen, SECOND)):
        for point in points:
            ax.plot(*point, "o", color=colour, markersize=9, zorder=5)
    for point in chosen:
        arrow = {"arrowstyle": "->", "color": FAINT, "shrinkA": 8, "shrinkB": 8}
        ax.annotate("", point, current[0], arrowprops=arrow, **TEXT)  # the head is as large as the type


def _draw_scales(ax: Axes, known: pd.DataFrame, lang: str) -> None:
    low, high = _span(known)
    left, right = 100 * float(known["growth"].min()), 100 * float(known["growth"].max())
    span = right - left or 1.0
    ax.set_xlim(left - 0.16 * span, right + 0.08 * span)
    ax.set_ylim(max(0.0, low), high)
    ax.set_xlabel(say("frontier_x", lang))
    write_above(ax, say("frontier_y", lang))
    ax.xaxis.set_major_formatter(lambda value, _: number(value, lang, 0 if float(value).is_integer() else 1))
    ticks = [tick for tick in ax.get_yticks() if max(0.0, low) <= tick <= high]
    mark(ax.yaxis, ticks, [number(tick, lang, decimals(ticks, least=2)) for tick in ticks])
    grid(ax)


def _draw_names(ax: Axes, known: pd.DataFrame, lang: str) -> None:
    """The index of today and of the chosen plan, off the line of the best plans."""
    x, y = zip(*_of_kind(known, "frontier"), strict=True)
    along = np.linspace(x[0], x[-1], 60)
    curve = list(zip(along, np.interp(along, x, y), strict=True))
    points = [*_of_kind(known, "current"), *_of_kind(known, "chosen")]
    names = [
        say(key, lang, value=number(hhi, lang, 3))
        for key, (_, hhi) in zip(("frontier_current", "frontier_chosen"), points, strict=False)
    ]
    place(ax, points, names, radii=[5.0] * len(names), avoid=curve, weight="bold", size=9.5)
