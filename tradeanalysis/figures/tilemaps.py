"""A tile map: every economy a tile of one size."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from tradeanalysis import names
from tradeanalysis.figures.canvas import axes, keep
from tradeanalysis.figures.captions import (
    Caption,
    Captioned,
    Words,
    caption_of,
    finished,
    hidden_note,
    unallocated_of,
    words,
)
from tradeanalysis.figures.docstrings import figure
from tradeanalysis.figures.drawable import refuse_zeros
from tradeanalysis.figures.placement import frame
from tradeanalysis.figures.style import FAINT, INK, ink_on, legend, rectangle, write
from tradeanalysis.texts import label, party, percent, say

if TYPE_CHECKING:
    from matplotlib.axes import Axes

CLASSES = (0.0, 0.005, 0.02, 0.05, 0.15)
ABSENT = "#f4f4f4"
SIDE = 0.94  # of a tile; the rest is the gap between two


@figure
def tilemap(
    table: pd.DataFrame,
    *,
    ax: Axes | None = None,
    lang: str = "en",
    classes: tuple[float, ...] = CLASSES,
    caption: Captioned = None,
) -> Axes:
    """The world as tiles of one size, one for each economy, coloured by its share. No borders are drawn.

    Parameters
    ----------
    table
        Columns ``partner`` and ``share``, as ``ta.partners`` gives them.
    classes
        The lower ends of the classes of shares; what is not in the table is hatched.
    {shared}

    {returns}

    {raises}

    Notes
    -----
    A tile stands as near to its capital as the others let it: it is not a place on earth, and small economies look as
    large as others. Economies without a tile are named beneath.

    Examples
    --------
    >>> import tradeanalysis as ta
    >>> exports = ta.partners(ta.example("world_2023"), reporter="VNM", flow="export")
    >>> ta.figures.tilemap(exports).figure.tradeanalysis_alt[:61]
    'Tile map of 118 economies with trade. 28.9% of Vietnam’s expo'
    """
    known = finished(table, "partner", "share", made_by="ta.partners")
    refuse_zeros(known, "share")
    known = known[known["share"] > 0].sort_values("share", ascending=False, kind="stable")
    about = caption_of(table, caption)
    text = _tilemap_words(known, unallocated_of(table), about, lang)
    ax = axes(ax, height=5.6)
    codes = _draw_tiles(ax, dict(zip(known["partner"], known["share"], strict=True)), classes, str(about.reporter))
    _key(ax, classes, lang)
    frame(ax, text)
    _size_codes(ax, codes)
    return keep(ax, table=known, alt=_tilemap_alt(known, text, lang))


def _tilemap_words(known: pd.DataFrame, unallocated: float, caption: Caption, lang: str) -> Words:
    largest = known.iloc[0]
    finding = {"share": percent(largest["share"], lang), **party("partner", str(largest["partner"]), lang)}
    if caption.whole:
        title = say(f"finding_{caption.flow}", lang, **finding, **caption.named(lang))
    else:
        title = say("ranking_finding", lang, **finding)
    about = say("tilemap_about" if caption.whole else "tilemap_about_plain", lang, **caption.dated(lang))
    without = hidden_note(known[~known["partner"].isin(names.tiles().keys())]["share"], caption, lang)
    rest = say("tilemap_unallocated", lang, share=percent(unallocated, lang)) if unallocated else ""
    return words(title, about, without, rest, *caption.foot(lang))


def _shades(classes: tuple[float, ...]) -> list[str]:
    """A blue for each class, the last the darkest."""
    import matplotlib as mpl

    blues = mpl.colormaps["Blues"]
    return [mpl.colors.to_hex(blues(0.16 + 0.84 * i / (len(classes) - 1))) for i in range(len(classes))]


def _draw_tiles(ax: Axes, share: Mapping[Any, float], classes: tuple[float, ...], reporter: str) -> list[Any]:
    """A tile for every economy, the reporter's own white in a frame; the codes that stand on them."""
    tiles, shades, codes = names.tiles(), _shades(classes), []
    for code, (column, row) in tiles.items():
        x = share.get(code)
        if code == reporter:
            style: dict[str, Any] = {"facecolor": "white", "edgecolor": INK, "linewidth": 1.4}
            ink = INK
        elif x is None:
            style = {"facecolor": ABSENT, "edgecolor": FAINT, "linewidth": 0, "hatch": "////"}
            ink = "#767676"
        else:
            style = {"facecolor": shades[int(np.searchsorted(classes, x)) - 1], "linewidth": 0}
            ink = ink_on(style["facecolor"])
        ax.add_patch(rectangle(column, row, SIDE, SIDE, **style))
        weight = "bold" if code == reporter else "normal"
        style = {"ha": "center", "va": "center", "color": ink, "weight": weight}
        codes.append(write(ax, column + 0.47, row + 0.49, code, **style))
    columns, rows = zip(*tiles.values(), strict=True)
    ax.set(xlim=(min(columns) - 0.2, max(columns) + 1.2), ylim=(max(rows) + 1.2, min(rows) - 0.2), aspect="equal")
    ax.set_axis_off()
    return codes


def _key(ax: Axes, classes: tuple[float, ...], lang: str) -> None:
    """The classes with their shades, below the map."""
    from matplotlib.patches import Patch

    ends = [percent(low, lang, 0 if round(100 * low, 6).is_integer() else 1) for low in classes]
    ranges = [say("tilemap_class", lang, low=a, high=b) for a, b in itertools.pairwise(ends)]
    ranges.append(say("tilemap_last", lang, low=ends[-1]))
    handles = [Patch(facecolor=shade, label=text) for shade, text in zip(_shades(classes), ranges, strict=True)]
    handles.append(Patch(facecolor=ABSENT, edgecolor=FAINT, hatch="////", label=say("tilemap_none", lang)))
    legend(ax, size=8.5, handles=handles, loc="upper center", bbox_to_anchor=(0.5, 0.0), ncols=3)


def _size_codes(ax: Axes, codes: list[Any]) -> None:
    """Codes as large as the tiles are: three letters fill three quarters; none where they could not be read."""
    figure: Any = ax.figure
    ends = ax.transData.transform([(0, 0), (SIDE, 0)])
    size = 0.31 * float(np.diff(ends[:, 0])[0]) * 72 / figure.dpi
    for text in codes:
        text.set_fontsize(size)
        text.set_visible(size > 4)


def _tilemap_alt(known: pd.DataFrame, text: Words, lang: str) -> str:
    following = known.iloc[1:6]
    shares = zip(following["partner"], following["share"], strict=True)
    each = ", ".join(f"{label(str(one), lang)} {percent(x, lang)}" for one, x in shares)
    return say("tilemap_alt", lang, count=len(known), finding=text.title, list=each)
