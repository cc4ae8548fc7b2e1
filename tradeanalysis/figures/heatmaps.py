"""A heatmap: products by partners, and how concentrated each product is."""

from __future__ import annotations

import itertools
import textwrap
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from tradeanalysis.figures.canvas import WIDTH, axes, keep, taller
from tradeanalysis.figures.captions import Caption, Captioned, Words, caption_of, finished, words
from tradeanalysis.figures.docstrings import figure
from tradeanalysis.figures.placement import EDGE, NAMES, frame, length, rows_of_names, spread, wide, wrapped
from tradeanalysis.figures.style import FAINT, INK, LINE, QUIET, ink_on, mark, rectangle, write, write_beside
from tradeanalysis.parameters import need_counts, need_numbers
from tradeanalysis.texts import Text, joined, label, number, outwards, percent, say

if TYPE_CHECKING:
    from matplotlib.axes import Axes

NARROW_COLUMN = 0.34  # inches of the narrowest column, in which a name of two words stands in two lines
MOVED = 0.45  # of a column: a head further from its middle would be read as its neighbour's
HALF = 0.5  # a partner with more than this of a product is framed
# Letters of the name of a product, which stands in lines, at most, and for each inch; what is longer ends in dots.
LONGEST, LETTERS = 64, 13
LINE_OF_A_NAME = 1.5  # inches of such a line at least, where the figure has them
SEEN = 0.005  # of a product: what is less is drawn as nothing is


@figure
def heatmap(
    table: pd.DataFrame,
    *,
    ax: Axes | None = None,
    lang: str = "en",
    products: int = 12,
    partners: int = 8,
    threshold: float = 0.4,
    caption: Captioned = None,
) -> Axes:
    """Products by partners: each partner's share in each product, and how concentrated the product is.

    Parameters
    ----------
    table
        Columns ``product``, ``partner``, ``share`` (of the product) and ``hhi`` (of the product, the same in all its
        rows); where it has a column ``value``, the products are the largest by it and in its order. Shares of all
        trade in a product come with ``unallocated``, the share that is not detailed by partner, which gets a column,
        and ``hhi_high``: the index then lies between ``hhi`` and it. Each is the same in all rows of a product.
    products, partners
        How many are drawn; the other partners stand in a last column.
    threshold
        The index from which a product is marked; .4 is that of the European Commission's screen of imports.
    {shared}

    {returns}

    {raises}

    Examples
    --------
    >>> import pandas as pd
    >>> import tradeanalysis as ta
    >>> rows = [("rice", "PHL", 0.6, 0.52), ("rice", "CHN", 0.4, 0.52), ("tea", "CHN", 1.0, 1.0)]
    >>> table = pd.DataFrame(rows, columns=["product", "partner", "share", "hhi"])
    >>> ta.figures.heatmap(table).figure.tradeanalysis_alt[:57]
    'Heatmap of 2 products by partner. 2 of 2 products go to f'
    """
    need_numbers(threshold=threshold)
    need_counts(products=products, partners=partners)
    known = finished(table, "product", "partner", "share", "hhi", made_by=Text("made_by_products"))
    across = WIDTH if ax is None else wide(ax)
    more = 1 + ("unallocated" in known and bool((known["unallocated"] >= SEEN).any()))
    fits = int((across * (1 - NAMES) - 2 * EDGE) / NARROW_COLUMN) - 1 - more
    cells = _cells(known, products, min(partners, max(fits, 1)))
    text = _heatmap_words(cells, threshold, caption_of(table, caption), lang)
    ax = axes(ax, height=1.9 + 0.36 * len(cells.hhi))
    _draw_heatmap(ax, cells, threshold, lang)
    frame(ax, text)
    ends = {} if cells.high.equals(cells.hhi) else {"hhi_high": cells.high}
    table = cells.shares.assign(**{"": cells.rest, "hhi": cells.hhi} | ends).reset_index()
    return keep(ax, table=table, alt=_heatmap_alt(cells, text, lang))


@dataclass(frozen=True)
class Cells:
    """Products by partners, what the others have of each, what is not detailed, and the index or its two ends."""

    shares: pd.DataFrame
    rest: pd.Series[float]
    unallocated: pd.Series[float]
    hhi: pd.Series[float]
    high: pd.Series[float]

    @property
    def others(self) -> bool:
        """Whether the other partners have anything."""
        return bool(self.rest.any())

    @property
    def partly(self) -> bool:
        """Whether a part of any product can be seen that is not detailed by partner."""
        return bool((self.unallocated >= SEEN).any())

    def above(self, threshold: float) -> pd.Series[bool]:
        """Whether the index is above a threshold for certain."""
        return self.hhi > threshold

    def undecided(self, threshold: float) -> int:
        """Of how many products the two ends of the index lie on both sides of a threshold."""
        return int(((self.hhi <= threshold) & (self.high > threshold)).sum())


def _cells(known: pd.DataFrame, products: int, partners: int) -> Cells:
    weight = known["value"] if "value" in known else known["share"]
    ends = {"unallocated": known.get("unallocated", 0.0), "hhi_high": known.get("hhi_high", known["hhi"])}
    by_name = known.assign(**ends).groupby("product", sort=False)
    unallocated = by_name["unallocated"].first().astype(float)
    # The values are of what is detailed by partner: products are as large as all their trade.
    sizes = weight.groupby(known["product"], sort=False).sum() / (1 - unallocated)
    order = sizes.sort_values(ascending=False, kind="stable").index if "value" in known else sizes.index
    rows = list(order[:products])
    shares = known.pivot_table(index="product", columns="partner", values="share", aggfunc="sum").fillna(0.0).loc[rows]
    by_partner = shares.mul(sizes.loc[rows], axis=0).sum().sort_values(ascending=False, kind="stable")
    columns = list(by_partner.index[:partners])
    index, high = by_name["hhi"].first().loc[rows], by_name["hhi_high"].first().loc[rows]
    return Cells(shares[columns].copy(), shares.drop(columns=columns).sum(axis=1), unallocated.loc[rows], index, high)


def _heatmap_words(cells: Cells, threshold: float, caption: Caption, lang: str) -> Words:
    flagged, limit = int(cells.above(threshold).sum()), number(threshold, lang, 1)
    undecided = cells.undecided(threshold)
    none = "" if flagged else "_unsure" if undecided else "_none"
    key = f"heatmap_finding{none}{'_import' * (caption.flow == 'import')}"
    title = say(key, lang, flagged=flagged, count=len(cells.hhi), threshold=limit)
    if undecided:
        title = say("heatmap_undecided", lang, finding=title, undecided=undecided)
    about = say("heatmap_about" if caption.reporter else "heatmap_about_plain", lang, **caption.dated(lang))
    marks = say("heatmap_marks", lang, half=percent(HALF, lang, 0), threshold=limit)
    return words(title, about, marks, *[say("heatmap_partly", lang)] * cells.partly, *caption.foot(lang))


def _draw_heatmap(ax: Axes, cells: Cells, threshold: float, lang: str) -> None:
    middle: dict[str, Any] = {"ha": "center", "va": "center"}
    for i, product in enumerate(cells.hhi.index):
        for j, share in enumerate(cells.shares.loc[product]):
            _draw_cell(ax, i, j, float(share), lang)
        at = cells.shares.shape[1] + 0.5
        for column, there in ((cells.rest, cells.others), (cells.unallocated, cells.partly)):
            if there:
                write(ax, at, i + 0.5, number(100 * float(column[product]), lang), color=QUIET, **middle)
            at += there
        style: dict[str, Any] = {"weight": "bold"} if cells.above(threshold)[product] else {}
        low, high = float(cells.hhi[product]), float(cells.high[product])
        if high > low:
            write(ax, at, i + 0.5, "–\n".join(outwards(low, high, lang, 2)), size=8, **style, **middle)
        else:
            write(ax, at, i + 0.5, number(low, lang, 2), **style, **middle)
    longest = min(LONGEST, int(LETTERS * wide(ax)))
    names = [textwrap.shorten(str(one), longest, placeholder="…") for one in cells.hhi.index]
    names = rows_of_names(ax, names, min(NAMES, max(0.25, LINE_OF_A_NAME / wide(ax))))
    _draw_heads(ax, cells, names, lang)
    mark(ax.yaxis, np.arange(len(names)) + 0.5, names)
    ax.set(xlim=(0, cells.shares.shape[1] + cells.others + cells.partly + 1), ylim=(len(names), -0.2))
    ax.xaxis.set_visible(False)
    for side in ax.spines.values():
        side.set_visible(False)


def _draw_cell(ax: Axes, i: int, j: int, share: float, lang: str) -> None:
    """The more, the darker; what is more than half in a frame."""
    import matplotlib as mpl

    colour: Any = mpl.colors.to_hex(mpl.colormaps["Blues"](0.05 + 0.95 * share)) if share >= SEEN else "#f7f7f7"
    ax.add_patch(rectangle(j, i, 1, 1, facecolor=colour, linewidth=1))
    if share >= SEEN:
        style = {"ha": "center", "va": "center", "color": ink_on(colour)}
        write(ax, j + 0.5, i + 0.5, number(100 * share, lang), **style)
    if share > HALF:
        frame_style = {"fill": False, "edgecolor": INK, "linewidth": 1.6, "zorder": 3}
        ax.add_patch(rectangle(j + 0.05, i + 0.06, 0.9, 0.88, **frame_style))


def _draw_heads(ax: Axes, cells: Cells, names: list[str], lang: str) -> None:
    """The names of the columns in one row where they have room; else every second stands above its neighbours."""
    heads = [label(str(one), lang) for one in cells.shares.columns]
    heads += [say("heatmap_others", lang)] * cells.others + [say("heatmap_unallocated", lang)] * cells.partly
    heads.append(say("heatmap_hhi", lang))
    column = (wide(ax) - 2 * EDGE - 0.1 - max(map(length, names))) / len(heads)
    heads = [wrapped(head, 1.1 * column, size=8) for head in heads]
    aside = _aside([length(head, size=8) for head in heads], column)
    meet = max(map(abs, aside)) > MOVED * column
    # The last partner stands above the two columns beside it, whose heads stay.
    partners = cells.shares.shape[1]
    raised = [meet and j < partners and (partners - 1 - j) % 2 == 0 for j in range(len(heads))]
    # A line of 8 points is 11 high.
    lines = [head.count("\n") + 1 for head in heads]
    above = 4 + 11 * max(high for high, up in zip(lines, raised, strict=True) if not up)
    top = max(11 * high + (above if up else 2) for high, up in zip(lines, raised, strict=True))
    taller(ax, (top - 13) / 72)  # the height of the figure holds one line
    for j, head in enumerate(heads):
        up = above if raised[j] else 2
        line = LINE | {"color": FAINT, "linewidth": 0.8} if up > 2 else None
        offset = (0 if meet else 72 * aside[j], up)
        write_beside(ax, (j + 0.5, 0), head, offset, ha="center", size=8, arrowprops=line, clip_on=False)


def _aside(widths: list[float], column: float) -> list[float]:
    """How many inches each head moves aside for its neighbours, the last to the left only."""
    middles = [(j + 0.5) * column for j in range(len(widths))]
    apart = spread(middles, [(one + other) / 2 + 0.05 for one, other in itertools.pairwise(widths)])
    over = max(0.0, apart[-1] + widths[-1] / 2 - len(widths) * column)
    return [at - over - middle for at, middle in zip(apart, middles, strict=True)]


def _heatmap_alt(cells: Cells, text: Words, lang: str) -> str:
    each = []
    for (product, shares), low, high in zip(cells.shares.iterrows(), cells.hhi, cells.high, strict=True):
        largest = {"partner": label(str(shares.idxmax()), lang), "share": percent(float(shares.max()), lang)}
        index = joined(outwards(low, high, lang, 2), "–") if high > low else number(low, lang, 2)
        each.append(say("heatmap_each", lang, product=product, hhi=index, **largest))
    return say("heatmap_alt", lang, count=len(each), finding=text.title, list="; ".join(each))
