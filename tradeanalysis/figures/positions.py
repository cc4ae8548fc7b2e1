"""Figures of one economy among all."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from tradeanalysis import names
from tradeanalysis.figures.canvas import ACCENT, INK, REST, axes, finished, frame, source_note, styled, tell
from tradeanalysis.schema import EXPORT, CountryError, TradeDataError
from tradeanalysis.texts import capital, label, number, say

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@styled
def position(
    table: pd.DataFrame,
    *,
    reporter: str,
    column: str = "hhi",
    ax: Axes | None = None,
    lang: str = "en",
    flow: str = EXPORT,
    year: int | None = None,
    source: str | None = None,
    note: str | None = None,
) -> Axes:
    """Where an economy stands among all: every economy a dot on the scale of the index.

    Parameters
    ----------
    table
        Columns ``reporter`` and the index, above 0, a row for each economy, as ``ta.measure`` gives them.
    reporter
        The economy that the figure is about.
    column
        The column of the index.
    ax
        Axes to draw on; a new figure where not given.
    lang
        ``"en"`` or ``"vi"``.
    flow, year, source, note
        What the title and notes say of the table.

    Returns
    -------
    The axes, with the table behind the picture as ``ax.tradeanalysis_data`` and its description in words as
    ``ax.figure.tradeanalysis_alt``.

    Examples
    --------
    >>> import tradeanalysis as ta
    >>> economies = ta.measure(ta.example("world_2023"), ta.hhi, by="reporter")
    >>> ta.figures.position(economies, reporter="MEX").figure.tradeanalysis_alt[:45]
    'Dot plot of 194 economies. Mexico has an inde'
    """
    finished(table, "reporter", column, made_by="ta.measure(..., by='reporter')")
    known = table[["reporter", column]].dropna().sort_values(column, ascending=False, kind="stable")
    known = known.reset_index(drop=True)
    known["rank"] = known[column].rank(ascending=False, method="min").astype(int)
    if reporter not in set(known["reporter"]):  # a name in place of the code
        with contextlib.suppress(CountryError):
            reporter = names.country(reporter).iso3
    if reporter not in set(known["reporter"]):
        raise TradeDataError(f"reporter={reporter!r} is not among the economies of the table, or has no index")
    own = known[known["reporter"] == reporter].iloc[0]
    middle = float(known[column].median())
    x = np.log10(known[column].to_numpy())
    heights = _stack(x, bins=64)

    ax = axes(ax, height=4.2)
    mine = (known["reporter"] == reporter).to_numpy()
    ax.scatter(x[~mine], heights[~mine], s=26, color=REST, linewidths=0)
    ax.scatter(x[mine], heights[mine], s=95, color=ACCENT, zorder=5, linewidths=0)
    tall, span = float(heights.max()), float(x.max() - x.min())
    ax.axvline(np.log10(middle), color=INK, linewidth=0.9, linestyle=(0, (4, 3)), zorder=0)
    # The line of the median does not run through words.
    clear = {"facecolor": "white", "edgecolor": "none", "pad": 1}
    beside: dict[str, Any] = {"va": "center", "color": "#4d4d4d", "bbox": clear}
    ax.text(
        np.log10(middle) + 0.01 * span,
        tall + 3.4,
        say("position_median", lang, value=number(middle, lang, 3)),
        **beside,
    )
    at = float(x[mine][0])
    ax.plot([at, at], [float(heights[mine][0]), tall + 1.3], color=ACCENT, linewidth=1.2)
    ax.text(
        at,
        tall + 1.8,
        f" {label(reporter, lang)} {number(own[column], lang, 3)} ",
        ha="right" if at > x.min() + 0.6 * span else "left",
        va="center",
        color=ACCENT,
        size=11,
        weight="bold",
        bbox=clear,
    )
    for i, where in ((0, "right"), (len(known) - 1, "left")):
        if abs(x[i] - at) > 0.24 * span:  # else its label would stand in the way
            near = np.abs(x - x[i]) < 0.24 * span
            text = f"{label(known['reporter'][i], lang)} {number(known[column][i], lang, 3)}"
            above = float(heights[near].max()) + 1.2
            ax.plot([x[i], x[i]], [heights[i] + 0.5, above - 0.4], color=REST, linewidth=0.8)
            ax.text(x[i], above, text, ha=where, size=8.5, **beside)
    ticks = [
        t for t in (0.01, 0.02, 0.03, 0.05, 0.1, 0.2, 0.3, 0.5, 1) if x.min() - 0.1 <= np.log10(t) <= x.max() + 0.1
    ]
    ax.set_xticks(np.log10(ticks), [number(t, lang, 2) for t in ticks])
    left = min(x.min() - 0.06, *(np.log10(t) - 0.01 for t in ticks[:1]))
    ax.set(xlim=(left, max(x.max() + 0.06, 0.03)), ylim=(-0.6, tall + 4.2), xlabel=say("position_x", lang))
    ax.yaxis.set_visible(False)
    ax.spines["left"].set_visible(False)
    words = {"reporter": label(reporter, lang), "rank": own["rank"], "count": len(known)}
    title = say(f"position_finding_{flow}", lang, **words)
    frame(
        ax,
        title=capital(title),
        about=say(f"position_about_{flow}", lang, year=year),
        notes=[note or "", source_note(source, lang)],
    )
    alt = say(
        "position_alt",
        lang,
        **words,
        value=number(own[column], lang, 3),
        median=number(middle, lang, 3),
        lowest=label(known["reporter"].iloc[-1], lang),
        low=number(known[column].iloc[-1], lang, 3),
        highest=label(known["reporter"].iloc[0], lang),
        high=number(known[column].iloc[0], lang, 3),
    )
    return tell(ax, table=known, alt=alt)


def _stack(x: np.ndarray, bins: int) -> np.ndarray:
    """The height of each dot so that dots of one bin stand on one another."""
    which = np.digitize(x, np.linspace(x.min(), x.max(), bins))
    return pd.Series(which).groupby(which).cumcount().to_numpy(dtype=float)
