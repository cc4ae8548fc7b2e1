"""Where to grow: markets by their growth and our share in them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from tradeanalysis.figures.canvas import axes, keep
from tradeanalysis.figures.captions import Caption, Captioned, Words, caption_of, finished, words
from tradeanalysis.figures.docstrings import figure
from tradeanalysis.figures.drawable import refuse_zeros
from tradeanalysis.figures.placement import frame, place
from tradeanalysis.figures.style import ACCENT, INK, QUIET, REST, decimals, mark, write, write_above
from tradeanalysis.parameters import need_counts, need_numbers
from tradeanalysis.texts import Text, label, number, party, percent, say

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@figure
def opportunity(
    table: pd.DataFrame,
    *,
    world_growth: float,
    average_share: float,
    ax: Axes | None = None,
    lang: str = "en",
    top: int = 10,
    caption: Captioned = None,
) -> Axes:
    """Markets by the growth of their imports and our share in them, as bubbles of the size of their imports.

    Parameters
    ----------
    table
        Columns ``partner``, ``growth`` (of its imports a year, as a share of one), ``share`` (ours in its imports) and
        ``imports`` (their value).
    world_growth, average_share
        Where the two lines stand that part the quarters: the growth of the world's imports, and our mean share.
    top
        How many of the largest markets are named, where there is room.
    {shared}

    {returns}

    {raises}

    Examples
    --------
    >>> import pandas as pd
    >>> import tradeanalysis as ta
    >>> rows = [("USA", 0.03, 0.04, 3e12), ("IND", 0.09, 0.01, 6e11), ("JPN", 0.01, 0.03, 8e11)]
    >>> table = pd.DataFrame(rows, columns=["partner", "growth", "share", "imports"])
    >>> ta.figures.opportunity(table, world_growth=0.05, average_share=0.03).figure.tradeanalysis_alt
    'Bubble chart of 3 markets. 1 large market grows faster than the world and takes little from the reporter: India.'
    """
    need_numbers(world_growth=world_growth, average_share=average_share)
    need_counts(top=top)
    known = finished(table, "partner", "growth", "share", "imports", made_by=Text("made_by_opportunities"))
    refuse_zeros(known, "imports")
    known = known.dropna(subset=["growth", "share", "imports"]).sort_values("imports", ascending=False, kind="stable")
    large = known.head(top)
    good = large[(large["growth"] > world_growth) & (large["share"] < average_share)]
    text = _opportunity_words(large, good, caption_of(table, caption), lang)
    ax = axes(ax, height=5.4)
    _draw_bubbles(ax, known, good)
    _draw_scales(ax, known, large, world_growth, average_share, lang)
    frame(ax, text)
    _draw_names(ax, known, large, world_growth, average_share, lang)
    return keep(ax, table=known.reset_index(drop=True), alt=_opportunity_alt(known, good, text, lang))


def _opportunity_words(large: pd.DataFrame, good: pd.DataFrame, caption: Caption, lang: str) -> Words:
    key = "opportunity_finding" + {0: "_none", 1: "_one"}.get(len(good), "")
    own = party("reporter", str(caption.reporter), lang)
    plain = "" if caption.reporter else "_plain"
    title = say(key + plain, lang, count=len(good), **own)
    blue = say("opportunity_blue", lang, count=len(large)) if len(good) else ""
    return words(title, say(f"opportunity_about{plain}", lang, **own), blue, *caption.foot(lang))


def _sizes(known: pd.DataFrame) -> Any:
    """The area of each bubble, in square points."""
    return 1400 * known["imports"].to_numpy() / known["imports"].max()


def _draw_bubbles(ax: Axes, known: pd.DataFrame, good: pd.DataFrame) -> None:
    colours = [ACCENT if one else REST for one in known["partner"].isin(good["partner"])]
    x, y = 100 * known["growth"].to_numpy(), 100 * known["share"].to_numpy()
    ax.scatter(x, y, s=_sizes(known), c=colours, alpha=0.55, linewidths=0.6, edgecolors="white")


def _draw_scales(ax: Axes, known: pd.DataFrame, large: pd.DataFrame, growth: float, mean: float, lang: str) -> None:
    """The two lines, and scales that hold all that is named, and the middle of the rest."""
    line: dict[str, Any] = {"color": INK, "linewidth": 0.8, "linestyle": (0, (4, 3)), "zorder": 0}
    ax.axvline(100 * growth, **line)
    ax.axhline(100 * mean, **line)
    for column, at, axis, least in (("growth", growth, ax.xaxis, -np.inf), ("share", mean, ax.yaxis, 0.0)):
        values, named = 100 * known[column].to_numpy(), 100 * large[column].to_numpy()
        low, high = (float(np.quantile(values, q)) for q in (0.05, 0.95))
        low, high = min(low, named.min(), 100 * at), max(high, named.max(), 100 * at)
        margin = 0.12 * (high - low) or 1.0
        # No share is below 0; the bubbles of 0 are.
        low = max(low - margin, least - 0.04 * (high + margin))
        ticks = axis.get_major_locator().tick_values(max(low, least), high + margin)
        ticks = [t for t in ticks if max(low, least) <= t <= high + margin]
        mark(axis, ticks, [number(t, lang, decimals(ticks)) for t in ticks])
        axis.set_view_interval(low, high + margin, ignore=True)
    ax.set_xlabel(say("opportunity_x", lang))
    write_above(ax, say("opportunity_y", lang))


def _draw_names(ax: Axes, known: pd.DataFrame, large: pd.DataFrame, growth: float, mean: float, lang: str) -> None:
    """What the two lines are, and the names of the largest markets where there is room."""
    right, upper = ax.get_xlim()[1], ax.get_ylim()[1]
    world, average = percent(growth, lang), percent(mean, lang)
    style: dict[str, Any] = {"color": QUIET, "size": 8.5}
    write(ax, 100 * growth, upper, " " + say("opportunity_world", lang, growth=world), va="top", **style)
    write(ax, right, 100 * mean, say("opportunity_mean", lang, share=average), va="bottom", ha="right", **style)
    names = [label(str(one), lang) for one in large["partner"]]
    points = list(zip(100 * large["growth"], 100 * large["share"], strict=True))
    place(ax, points, names, radii=np.sqrt(_sizes(known)[: len(large)] / np.pi), size=9)


def _opportunity_alt(known: pd.DataFrame, good: pd.DataFrame, text: Words, lang: str) -> str:
    names = ", ".join(label(str(one), lang) for one in good["partner"])
    key = "opportunity_alt" if len(good) else "opportunity_alt_none"
    return say(key, lang, count=len(known), finding=text.title, list=names)
