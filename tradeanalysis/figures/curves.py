"""Figures made of curves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from tradeanalysis.figures.canvas import ACCENT, INK, REST, axes, finished, frame, source_note, styled, tell, upright
from tradeanalysis.texts import capital, label, number, percent, say

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@styled
def lorenz(
    table: pd.DataFrame,
    *,
    gini: float,
    ax: Axes | None = None,
    lang: str = "en",
    reporter: str | None = None,
    flow: str | None = None,
    year: int | None = None,
    unallocated: float = 0.0,
    source: str | None = None,
    note: str | None = None,
) -> Axes:
    """The Lorenz curve of partners, with the shares of the largest 1, 3 and 5 marked on it.

    Parameters
    ----------
    table
        Columns ``partners`` and ``value``, both rising from 0 to 1, as ``ta.lorenz`` gives them.
    gini
        The Gini coefficient of the same values, as ``ta.gini`` gives it.
    ax
        Axes to draw on; a new figure where not given.
    lang
        ``"en"`` or ``"vi"``.
    unallocated
        The share of the whole that is allocated to no partner and so not in the table: the title then says of what
        the shares are.
    reporter, flow, year, source, note
        What the title and notes say of the table.

    Returns
    -------
    The axes, with the table behind the picture as ``ax.tradeanalysis_data`` and its description in words as
    ``ax.figure.tradeanalysis_alt``.

    Examples
    --------
    >>> import tradeanalysis as ta
    >>> values = [60, 20, 10, 10]
    >>> ta.figures.lorenz(ta.lorenz(values), gini=ta.gini(values)).figure.tradeanalysis_alt[:59]
    'Lorenz curve. The 3 largest partners stand for 90.0%. The G'
    """
    n = len(finished(table, "partners", "value", made_by="ta.lorenz")) - 1
    x, y = 100 * table["partners"].to_numpy(), 100 * table["value"].to_numpy()
    marks = [k for k in (1, 3, 5) if k < n]
    top = marks[-1] if marks else 1
    one = "_one" if top == 1 else ""
    share = float(1 - table["value"].iloc[-1 - top])
    if flow and reporter:
        title = say(
            f"lorenz_finding{one}",
            lang,
            top=top,
            markets=say(f"markets_{flow}" if top > 1 else f"market_{flow}", lang),
            share=percent(share, lang),
            flow=say("lorenz_allocated", lang, flow=say(flow, lang)) if unallocated else say(flow, lang),
        )
        about = say(
            "lorenz_about", lang, n=n, markets=say(f"markets_{flow}", lang), reporter=label(reporter, lang), year=year
        )
    else:
        title = say(f"lorenz_finding{one}_plain", lang, top=top, share=percent(share, lang))
        about = say("lorenz_about_plain", lang, n=n)

    ax = axes(ax, height=5.2)
    ax.plot([0, 100], [0, 100], color=REST, linewidth=1)
    ax.fill_between(x, x, y, color=ACCENT, alpha=0.08, linewidth=0)
    ax.plot(x, y, color=ACCENT, linewidth=2.2, solid_capstyle="round")
    ax.text(24, 25.5, say("lorenz_equal", lang), color="#6b6b6b", ha="right")
    # Above the line of equal shares there is nothing else.
    ax.text(4, 90, say("lorenz_gini", lang, gini=number(gini, lang, 2)), color=ACCENT, size=12, weight="bold")
    ticks = [0, 25, 50, 75, 100]
    ax.set_xticks(ticks, [number(t, lang) for t in ticks])
    ax.set_yticks(ticks, [number(t, lang) for t in ticks])
    ax.set(xlim=(0, 101.5), ylim=(0, 101.5), xlabel=say("lorenz_x", lang))
    upright(ax, say("lorenz_y", lang))
    ax.grid(axis="y")
    frame(ax, title=capital(title), about=about, notes=[note or "", source_note(source, lang)])
    _marked(ax, [(k, float(x[-1 - k]), float(y[-1 - k])) for k in reversed(marks)], lang)
    alt = say("lorenz_alt", lang, finding=title, gini=number(gini, lang, 2), most=number(1 - 1 / n, lang, 2))
    return tell(ax, table=table, alt=alt)


def _marked(ax: Axes, points: list[tuple[int, float, float]], lang: str) -> None:
    """The shares of the largest, from the lowest point up, where neither line crosses their words."""
    from matplotlib.text import Text

    figure: Any = ax.get_figure(root=True)
    lowest = 0.0
    for k, x, y in points:
        ax.plot(x, y, "o", color=INK, markersize=5, zorder=5)
        key = "lorenz_top" if k > 1 else "lorenz_top_one"
        told = ax.annotate(
            say(key, lang, top=k, share=percent(1 - y / 100, lang)),
            (x, y),
            (0, 0),
            ha="right",
            va="center",
            arrowprops={"arrowstyle": "-", "color": REST, "shrinkB": 4, "relpos": (1, 0.5)},
        )
        box = Text.get_window_extent(told, figure.canvas.get_renderer()).transformed(ax.transData.inverted())
        wide, half = box.width, box.height / 2
        height = max(y, lowest + 1.1 * half, 2 * half)
        right = min(x, 96) - 6
        if right - wide < height + 1.5 * half:
            # There is no room between the two lines: above that of equal shares, and the words on it, there is.
            height = max(height, wide + 2.5 * half, 31 + half)
            right = height - 1.5 * half
        told.set_position((right, height))
        lowest = height + 1.1 * half
