"""Figures made of curves."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from tradeanalysis.figures.canvas import axes, keep, root_figure
from tradeanalysis.figures.captions import Caption, Captioned, Words, caption_of, finished, unallocated_of, words
from tradeanalysis.figures.docstrings import figure
from tradeanalysis.figures.placement import frame, wide, wrapped
from tradeanalysis.figures.style import ACCENT, INK, QUIET, REST, TEXT, grid, mark, write, write_above
from tradeanalysis.parameters import need_numbers
from tradeanalysis.schema import TradeDataError
from tradeanalysis.texts import Text, number, percent, say
from tradeanalysis.texts.rounding import SHOWN_SHARE

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@figure
def lorenz(
    table: pd.DataFrame,
    *,
    gini: float,
    unallocated: float | None = None,
    ax: Axes | None = None,
    lang: str = "en",
    caption: Captioned = None,
) -> Axes:
    """The Lorenz curve of partners, with the shares of the largest 1, 3 and 5 marked on it.

    Parameters
    ----------
    table
        Columns ``partners`` and ``value``, both rising from 0 to 1, as ``ta.lorenz`` gives them.
    gini
        The Gini coefficient of the same values, as ``ta.gini`` gives it.
    unallocated
        The share of the whole that is not detailed by partner and so not in the table: the curve then ends below 1,
        which a note says, and the shares are of the whole. From ``attrs["unallocated"]`` where not given.
    {shared}

    {returns}

    {raises}

    Examples
    --------
    >>> import tradeanalysis as ta
    >>> values = [60, 20, 10, 10]
    >>> ta.figures.lorenz(ta.lorenz(values), gini=ta.gini(values)).figure.tradeanalysis_alt[:59]
    'Lorenz curve. The 3 largest partners account for 90.0%. The'
    """
    need_numbers("unallocated", gini=gini, unallocated=unallocated)
    of_named = finished(table, "partners", "value", made_by="ta.lorenz")
    if len(of_named) < 2:
        raise TradeDataError(Text("nothing_to_draw"))
    rest = unallocated_of(table) if unallocated is None else unallocated
    of_all = of_named.assign(value=of_named["value"] * (1 - rest))
    marks = _marks(of_all)
    about = caption_of(table, caption)
    text = _lorenz_words(of_all, marks, rest, about, lang)
    ax = axes(ax, height=5.2)
    _draw_lorenz(ax, of_all, gini, about, lang)
    frame(ax, text)
    _draw_marks(ax, marks, 100 * (1 - rest), lang)
    most = number(1 - 1 / (len(table) - 1), lang, 2)
    shown = {"gini": number(gini, lang, 2), "most": most}
    alt = say("lorenz_alt", lang, finding=text.title, **shown, **about.partners(lang))
    return keep(ax, table=table, alt=alt)


def _marks(table: pd.DataFrame) -> list[tuple[int, float, float]]:
    """The points beyond which the 1, 3 and 5 largest partners lie, from the lowest up."""
    x, y = 100 * table["partners"].to_numpy(), 100 * table["value"].to_numpy()
    return [(k, float(x[-1 - k]), float(y[-1 - k])) for k in (5, 3, 1) if k < len(table) - 1]


def _lorenz_words(
    table: pd.DataFrame, marks: list[tuple[int, float, float]], rest: float, caption: Caption, lang: str
) -> Words:
    n = len(table) - 1
    top = marks[0][0] if marks else 1
    one, flow = "_one" if top == 1 else "", caption.flow
    share = percent(float(table["value"].iloc[-1] - table["value"].iloc[-1 - top]), lang)
    ends = say("lorenz_ends", lang, end=number(100 * (1 - rest), lang, 1), rest=percent(rest, lang))
    notes = [ends] * (rest >= SHOWN_SHARE)
    if not caption.whole:
        title = say(f"lorenz_finding{one}_plain", lang, top=top, share=share)
        return words(title, say("lorenz_about_plain", lang, n=n), *notes, *caption.foot(lang))
    markets, whole = say(f"markets_{flow}" if top > 1 else f"market_{flow}", lang), say(str(flow), lang)
    title = say(f"lorenz_finding{one}", lang, top=top, markets=markets, share=share, flow=whole)
    about = say("lorenz_about", lang, **caption.dated(lang, n=n, markets=say(f"markets_{flow}", lang)))
    return words(title, about, *notes, *caption.foot(lang))


def _draw_lorenz(ax: Axes, table: pd.DataFrame, gini: float, caption: Caption, lang: str) -> None:
    x, y = 100 * table["partners"].to_numpy(), 100 * table["value"].to_numpy()
    ax.plot([0, 100], [0, y[-1]], color=REST, linewidth=1)
    ax.fill_between(x, x * y[-1] / 100, y, color=ACCENT, alpha=0.08, linewidth=0)
    ax.plot(x, y, color=ACCENT, linewidth=2.2, solid_capstyle="round")
    # Beside the line, in lines that the room on its left has.
    equal = wrapped(say("lorenz_equal", lang, **caption.partners(lang)), max(0.24 * (wide(ax) - 0.7), 0.75))
    right = 24 + 5 * equal.count("\n")
    write(ax, right, right + 1.5, equal, color=QUIET, ha="right", va="bottom")
    # Above the line of equal shares there is nothing else.
    coefficient = say("lorenz_gini", lang, gini=number(gini, lang, 2))
    write(ax, 4, 90, coefficient, color=ACCENT, size=12, weight="bold")
    ticks = [0, 25, 50, 75, 100]
    for axis in (ax.xaxis, ax.yaxis):
        mark(axis, ticks, [number(t, lang) for t in ticks])
    ax.set(xlim=(0, 101.5), ylim=(0, 101.5), xlabel=say("lorenz_x", lang, **caption.partners(lang)))
    write_above(ax, say("lorenz_y", lang))
    grid(ax)


def _draw_marks(ax: Axes, points: list[tuple[int, float, float]], whole: float, lang: str) -> None:
    """The shares of the largest, from the lowest point up, where no line crosses any words."""
    from matplotlib.text import Text

    figure = root_figure(ax)
    lowest = 0.0
    renderer, back = figure.canvas.get_renderer(), ax.transData.inverted()
    slope = whole / 100
    curve: Any = ax.lines[1].get_data()
    first = Text.get_window_extent(ax.texts[0], renderer).transformed(back)
    there = [(first.x1, first.y0, first.y1)]
    named = float(first.y1) + 1.5
    for k, x, y in points:
        ax.plot(x, y, "o", color=INK, markersize=5, zorder=5)
        key = "lorenz_top" if k > 1 else "lorenz_top_one"
        share = say(key, lang, top=k, share=percent((whole - y) / 100, lang))
        line = {"arrowstyle": "-", "color": REST, "shrinkB": 4, "relpos": (1, 0.5)}
        text = ax.annotate(share, (x, y), (0, 0), ha="right", va="center", arrowprops=line, **TEXT)
        box = Text.get_window_extent(text, renderer).transformed(back)
        across, half = box.width, box.height / 2
        right = min(x, 96) - 6
        height = max(y, lowest + 1.1 * half, 2 * half, float(np.interp(right, *curve)) + 1.4 * half)
        if (right - across) * slope < height + 1.5 * half:
            # There is no room between the two lines: above that of equal shares, and the words on it, there is.
            height = max(height, slope * (across + half) + 1.5 * half, named + half)
            right = max(min((height - 1.5 * half) / slope, right), across + 0.5)
            while height < 80 and _beside(there, x, y, height) > max((height - 1.5 * half) / slope, right):
                height += half
            if _beside(there, x, y, height) > max((height - 1.5 * half) / slope, right):
                # The point lies right below other words: beside it, below the curve, there is room.
                text.set_position((x + 3 + across, y - 1.2 * half))
                if text.arrow_patch is not None:
                    text.arrow_patch.set_visible(False)
                continue
            right = max(right, _beside(there, x, y, height))
        text.set_position((right, height))
        there.append((right, height - half, height + half))
        lowest = height + 1.1 * half


def _beside(there: Sequence[tuple[float, float, float]], x: float, y: float, height: float) -> float:
    """From where, at this height, a line to a point passes on the right of the words between the two.

    Of the words there is their right end, and how far they reach from below up.
    """
    passed = (
        x + (right + 1.5 - x) * (height - y) / (end - y)
        for right, low, high in there
        if y < low and high < height
        for end in (low, high)
    )
    return max(passed, default=0.0)
