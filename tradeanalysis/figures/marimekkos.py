"""A marimekko: what goes where, and what it consists of."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd

from tradeanalysis.figures.canvas import axes, keep, root_figure
from tradeanalysis.figures.captions import Caption, Captioned, Words, caption_of, finished, words
from tradeanalysis.figures.docstrings import figure
from tradeanalysis.figures.drawable import refuse_zeros
from tradeanalysis.figures.placement import area, frame, spread, tall
from tradeanalysis.figures.style import FAINT, colours, ink_on, legend, rectangle, write
from tradeanalysis.parameters import need_counts
from tradeanalysis.texts import Text, label, percent, say

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@figure
def marimekko(
    table: pd.DataFrame,
    *,
    ax: Axes | None = None,
    lang: str = "en",
    partners: int = 8,
    products: int = 5,
    palette: Mapping[Any, str] | None = None,
    caption: Captioned = None,
) -> Axes:
    """What goes where: a band for each partner, as high as its share, cut into the products that it takes.

    Bands lie on their side, unlike in most charts of this name, so that long names of markets can be read.

    Parameters
    ----------
    table
        Columns ``partner``, ``product`` and ``value``.
    partners, products
        How many are drawn by themselves; the rest are drawn together.
    palette
        The colour of each product, as ``colours`` gives them.
    {shared}

    {returns}

    {raises}

    Examples
    --------
    >>> import pandas as pd
    >>> import tradeanalysis as ta
    >>> rows = [("USA", "rice", 6), ("USA", "tea", 2), ("CHN", "tea", 2)]
    >>> table = pd.DataFrame(rows, columns=["partner", "product", "value"])
    >>> ta.figures.marimekko(table).figure.tradeanalysis_alt[:84]
    'Marimekko chart of 2 partners. United States (80.0% of all): rice 75.0%, tea 25.0%; '
    """
    need_counts(partners=partners, products=products)
    known = finished(table, "partner", "product", "value", made_by=Text("made_by_trade"))
    refuse_zeros(known, "value")
    sums = _sums(known)
    about = caption_of(table, caption)
    matrix = _matrix(sums, partners, products, about, lang)
    palette = dict(colours(sums.columns[:products]) if palette is None else palette)
    palette |= {say("marimekko_other_products", lang): FAINT}
    text = _marimekko_words(sums, matrix, about, lang)
    ax = axes(ax, height=5.6)
    _draw_marimekko(ax, matrix, palette, lang)
    frame(ax, text)
    tidy = matrix.rename_axis(index="partner").reset_index().melt("partner", var_name="product", value_name="value")
    return keep(ax, table=tidy, alt=_marimekko_alt(sums, matrix, lang))


def _sums(table: pd.DataFrame) -> pd.DataFrame:
    """Values, partners by products, the largest of both first; partners without trade are left out."""
    sums = table.pivot_table(index="partner", columns="product", values="value", aggfunc="sum").fillna(0.0)
    sums = sums.loc[sums.sum(axis=1) > 0]
    partners, products = (sums.sum(axis=axis).sort_values(ascending=False, kind="stable").index for axis in (1, 0))
    return sums.loc[partners, products]


def _matrix(sums: pd.DataFrame, partners: int, products: int, caption: Caption, lang: str) -> pd.DataFrame:
    """The largest partners by the largest products, and the rest of both together, under the names that are written."""
    other = say("marimekko_other_products", lang)
    matrix = sums.iloc[:partners, :products].copy()
    if sums.shape[1] > products:
        matrix[other] = sums.iloc[:partners, products:].sum(axis=1)
    matrix.index = pd.Index([label(str(one), lang) for one in matrix.index])
    if len(rest := sums.iloc[partners:]):
        row = rest.iloc[:, :products].sum()
        if other in matrix:
            row[other] = rest.iloc[:, products:].sum().sum()
        matrix.loc[say("ranking_other", lang, count=len(rest), **caption.partners(lang))] = row
    return matrix


def _parts(matrix: pd.DataFrame) -> tuple[pd.Series[float], pd.DataFrame]:
    """The share of each band in the whole, and of each product in its band."""
    return matrix.sum(axis=1) / matrix.to_numpy().sum(), matrix.div(matrix.sum(axis=1), axis=0)


def _marimekko_words(sums: pd.DataFrame, matrix: pd.DataFrame, caption: Caption, lang: str) -> Words:
    _, split = _parts(matrix)
    first = split.iloc[0].drop(say("marimekko_other_products", lang), errors="ignore")
    key = "marimekko_finding_import" if caption.flow == "import" else "marimekko_finding"
    partner, share = label(str(sums.index[0]), lang, sentence=True), percent(float(first.max()), lang)
    title = say(key, lang, product=first.idxmax(), share=share, partner=partner)
    about = say("marimekko_about" if caption.whole else "marimekko_about_plain", lang, **caption.dated(lang))
    return words(title, about, *caption.foot(lang))


def _draw_marimekko(ax: Axes, matrix: pd.DataFrame, palette: Mapping[Any, str], lang: str) -> None:
    heights, split = _parts(matrix)
    room = max(0.17 * len(heights), tall(ax) + 0.3 - _key(ax, split, palette))
    middles = list(100 * (heights.cumsum() - heights / 2))
    span = 100.0
    for _ in range(6):  # names of low bands are moved apart, and the room that they need makes the scale longer
        places = spread(middles, 0.155 * span / room)
        span = max(100.0, places[-1])
    top = 0.0
    for height, (_, parts) in zip(heights, split.iterrows(), strict=True):
        _draw_band(ax, parts, top, height, height * room * 100 / span, palette, lang)
        top += height
    for name, share, middle, at in zip(heights.index, heights, middles, places, strict=True):
        ax.plot([-0.4, -2.2], [middle, at], color=FAINT, linewidth=0.8, clip_on=False)
        write(ax, -2.8, at, f"{name}  {percent(share, lang)}", ha="right", va="center", size=9, clip_on=False)
    ax.set(xlim=(0, 100), ylim=(span, 0))
    ax.set_axis_off()


def _draw_band(
    ax: Axes, parts: pd.Series[float], top: float, height: float, inches: float, palette: Mapping[Any, str], lang: str
) -> None:
    """The products of a partner, from the left, each with its share where there is room."""
    left = 0.0
    for product, part in parts.items():
        colour = palette.get(product, FAINT)
        if part > 0:
            ax.add_patch(rectangle(100 * left, 100 * top, 100 * part, 100 * height, facecolor=colour))
        if part >= 0.08 and inches >= 0.14:
            style = {"ha": "center", "va": "center", "color": ink_on(colour), "size": 8.5}
            write(ax, 100 * (left + part / 2), 100 * (top + height / 2), percent(part, lang, 0), **style)
        left += part


def _key(ax: Axes, split: pd.DataFrame, palette: Mapping[Any, str]) -> float:
    """The products with their colours, above the bands, in as many columns as find room; how many inches high."""
    from matplotlib.patches import Patch
    from matplotlib.transforms import blended_transform_factory

    figure = root_figure(ax)
    left, _, right, _ = area(ax)
    margin = 0.14 / figure.get_size_inches()[0]
    names = [textwrap.shorten(str(one), 60, placeholder="…") for one in split.columns]
    handles = [
        Patch(facecolor=palette.get(one, FAINT), label=name) for one, name in zip(split.columns, names, strict=True)
    ]
    place = {
        "loc": "lower left",
        "bbox_to_anchor": (left + margin, 1.0),
        "bbox_transform": blended_transform_factory(figure.transFigure, ax.transAxes),
    }
    lines = {"handlelength": 1, "handleheight": 1, "borderpad": 0, "borderaxespad": 0.4}
    for columns in (3, 2, 1):
        key = legend(ax, size=8.5, handles=handles, ncols=columns, **place, **lines)
        if key.get_window_extent().width <= (right - left - 2 * margin) * figure.bbox.width:
            break
    return float(key.get_window_extent().height / figure.dpi)


def _marimekko_alt(sums: pd.DataFrame, matrix: pd.DataFrame, lang: str) -> str:
    heights, split = _parts(matrix)
    each = []
    for height, (name, shares) in zip(heights, split.iterrows(), strict=True):
        parts = ", ".join(f"{one} {percent(x, lang)}" for one, x in shares.items() if x > 0)
        each.append(say("marimekko_each", lang, partner=name, share=percent(height, lang), split=parts))
    return say("marimekko_alt", lang, count=len(sums), list="; ".join(each))
