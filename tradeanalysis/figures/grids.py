"""Figures made of cells: products by partners, and every economy a tile."""

from __future__ import annotations

import itertools
import textwrap
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from tradeanalysis import names
from tradeanalysis.figures.canvas import (
    FAINT,
    INK,
    axes,
    finished,
    frame,
    hidden_note,
    ink_on,
    source_note,
    styled,
    tell,
)
from tradeanalysis.texts import capital, label, number, party, percent, say

if TYPE_CHECKING:
    from matplotlib.axes import Axes

HALF = 0.5  # a partner with more than this of a product is framed


@styled
def heatmap(
    table: pd.DataFrame,
    *,
    ax: Axes | None = None,
    lang: str = "en",
    products: int = 12,
    partners: int = 8,
    threshold: float = 0.4,
    reporter: str | None = None,
    flow: str | None = None,
    year: int | None = None,
    source: str | None = None,
    note: str | None = None,
) -> Axes:
    """Products by partners: each partner's share in each product, and how concentrated the product is.

    Parameters
    ----------
    table
        Columns ``product``, ``partner``, ``share`` (of the product) and ``hhi`` (of the product, the same in all its
        rows); where it has a column ``value``, the products are the largest by it and in its order.
    ax
        Axes to draw on; a new figure where not given.
    lang
        ``"en"`` or ``"vi"``.
    products, partners
        How many are drawn; the other partners stand in a last column.
    threshold
        The index from which a product is marked; .4 is that of the European Commission's screen of imports.
    reporter, flow, year, source, note
        What the title and notes say of the table.

    Returns
    -------
    The axes, with the table behind the picture as ``ax.tradeanalysis_data`` and its description in words as
    ``ax.figure.tradeanalysis_alt``.

    Examples
    --------
    >>> import pandas as pd
    >>> import tradeanalysis as ta
    >>> rows = [("rice", "PHL", 0.6, 0.52), ("rice", "CHN", 0.4, 0.52), ("tea", "CHN", 1.0, 1.0)]
    >>> table = pd.DataFrame(rows, columns=["product", "partner", "share", "hhi"])
    >>> ta.figures.heatmap(table).figure.tradeanalysis_alt[:57]
    'Heatmap of 2 products by partner. 2 of 2 products go to f'
    """
    import matplotlib as mpl
    from matplotlib.patches import Rectangle

    known = finished(table, "product", "partner", "share", "hhi", made_by="a table of partners by product")
    weight = known["value"] if "value" in known else known["share"]
    sizes = weight.groupby(known["product"], sort=False).sum()
    order = sizes.sort_values(ascending=False, kind="stable").index if "value" in known else sizes.index
    rows = list(order[:products])
    shares = known.pivot_table(index="product", columns="partner", values="share", aggfunc="sum").fillna(0.0)
    shares = shares.loc[rows]
    columns = list(
        shares.mul(sizes.loc[rows], axis=0).sum().sort_values(ascending=False, kind="stable").index[:partners]
    )
    drawn = shares[columns].copy()
    rest = shares.drop(columns=columns).sum(axis=1)
    index = known.groupby("product", sort=False)["hhi"].first().loc[rows]

    ax = axes(ax, height=1.9 + 0.36 * len(rows))
    colours = mpl.colormaps["Blues"]
    others = bool(rest.any())
    for i, product in enumerate(rows):
        for j, partner in enumerate(columns):
            share = float(drawn.loc[product, partner])
            colour: Any = mpl.colors.to_hex(colours(0.05 + 0.95 * share)) if share >= 0.005 else "#f7f7f7"
            ax.add_patch(Rectangle((j, i), 1, 1, facecolor=colour, edgecolor="white", linewidth=1))
            if share >= 0.005:
                ax.text(j + 0.5, i + 0.5, number(100 * share, lang), ha="center", va="center", color=ink_on(colour))
            if share > HALF:
                ax.add_patch(
                    Rectangle((j + 0.05, i + 0.06), 0.9, 0.88, fill=False, edgecolor=INK, linewidth=1.6, zorder=3)
                )
        if others:
            beyond = number(100 * float(rest[product]), lang)
            ax.text(len(columns) + 0.5, i + 0.5, beyond, ha="center", va="center", color="#6b6b6b")
        high = index[product] > threshold
        style = "bold" if high else "normal"
        last = len(columns) + others + 0.5
        ax.text(last, i + 0.5, number(index[product], lang, 2), ha="center", va="center", weight=style)
    heads = [label(str(one), lang) for one in columns]
    heads += [say("heatmap_others", lang)] * others + [say("heatmap_hhi", lang)]
    heads = [textwrap.fill(head, 10, break_long_words=False) for head in heads]
    # Every second stands above its neighbours, a line of 8 points being 11 high.
    above = 4 + 11 * max(head.count("\n") + 1 for head in heads[::2])
    for j, head in enumerate(heads):
        up = above if j % 2 and j < len(columns) else 2
        line = {"arrowstyle": "-", "color": FAINT, "linewidth": 0.8, "shrinkA": 0, "shrinkB": 0} if up > 2 else None
        ax.annotate(
            head, (j + 0.5, 0), (0, up), textcoords="offset points", ha="center", size=8, arrowprops=line, clip_on=False
        )
    told = [textwrap.shorten(str(one), 34, placeholder="…") for one in rows]
    ax.set_yticks(np.arange(len(rows)) + 0.5, told)
    ax.set(xlim=(0, len(heads)), ylim=(len(rows), -0.2))
    ax.xaxis.set_visible(False)
    for side in ax.spines.values():
        side.set_visible(False)
    flagged = int((index > threshold).sum())
    key = "heatmap_finding" if flagged else "heatmap_finding_none"
    key += "_import" * (flow == "import")
    title = say(key, lang, flagged=flagged, count=len(rows), threshold=number(threshold, lang, 1))
    about = (
        say("heatmap_about", lang, reporter=label(reporter, lang), year=year)
        if reporter
        else say("heatmap_about_plain", lang)
    )
    marks = say("heatmap_marks", lang, half=percent(HALF, lang, 0), threshold=number(threshold, lang, 1))
    frame(ax, title=capital(title), about=about, notes=[marks, note or "", source_note(source, lang)])
    each = "; ".join(
        say(
            "heatmap_each",
            lang,
            product=product,
            partner=label(str(drawn.loc[product].idxmax()), lang),
            share=percent(float(drawn.loc[product].max()), lang),
            hhi=number(index[product], lang, 2),
        )
        for product in rows
    )
    alt = say("heatmap_alt", lang, count=len(rows), finding=title, list=each)
    return tell(ax, table=drawn.assign(**{"": rest, "hhi": index}).reset_index(), alt=alt)


CLASSES = (0.0, 0.005, 0.02, 0.05, 0.15)


@styled
def tilemap(
    table: pd.DataFrame,
    *,
    ax: Axes | None = None,
    lang: str = "en",
    classes: tuple[float, ...] = CLASSES,
    reporter: str | None = None,
    flow: str | None = None,
    year: int | None = None,
    source: str | None = None,
    note: str | None = None,
) -> Axes:
    """The world as tiles of one size, one for each economy, coloured by its share. No borders are drawn.

    Parameters
    ----------
    table
        Columns ``partner`` and ``share``, as ``ta.partners`` gives them.
    ax
        Axes to draw on; a new figure where not given.
    lang
        ``"en"`` or ``"vi"``.
    classes
        The lower ends of the classes of shares; what is not in the table is hatched.
    reporter, flow, year, source, note
        What the title and notes say of the table.

    Returns
    -------
    The axes, with the table behind the picture as ``ax.tradeanalysis_data`` and its description in words as
    ``ax.figure.tradeanalysis_alt``.

    Notes
    -----
    A tile stands as near to its capital as the others let it: it is no place on earth, and small economies look as
    large as others. Economies without a tile are told beneath.

    Examples
    --------
    >>> import tradeanalysis as ta
    >>> exports = ta.partners(ta.example("world_2023"), reporter="VNM", flow="export")
    >>> ta.figures.tilemap(exports).figure.tradeanalysis_alt[:49]
    'Tile map of 118 economies with trade. The United '
    """
    import matplotlib as mpl
    from matplotlib.patches import Patch, Rectangle

    known = finished(table, "partner", "share", made_by="ta.partners")
    known = known[known["share"] > 0].sort_values("share", ascending=False, kind="stable")
    share = dict(zip(known["partner"], known["share"], strict=True))
    tiles = names.tiles()
    blues = mpl.colormaps["Blues"]
    shades = [mpl.colors.to_hex(blues(0.16 + 0.84 * i / (len(classes) - 1))) for i in range(len(classes))]

    ax = axes(ax, height=5.6)
    codes = []
    for code, (column, row) in tiles.items():
        x = share.get(code)
        own = code == reporter
        colour = "white" if own else "#f4f4f4" if x is None else shades[int(np.searchsorted(classes, x)) - 1]
        style: dict[str, Any] = {"hatch": "////"} if x is None and not own else {}
        edge = FAINT if style else INK if own else "white"
        tile = Rectangle(
            (column, row), 0.94, 0.94, facecolor=colour, edgecolor=edge, linewidth=1.4 if own else 0, **style
        )
        ax.add_patch(tile)
        ink = "#767676" if style else INK if own else ink_on(colour)
        weight = "bold" if own else "normal"
        codes.append(ax.text(column + 0.47, row + 0.49, code, ha="center", va="center", color=ink, weight=weight))
    columns, rows = zip(*tiles.values(), strict=True)
    ax.set(xlim=(min(columns) - 0.2, max(columns) + 1.2), ylim=(max(rows) + 1.2, min(rows) - 0.2), aspect="equal")
    ax.set_axis_off()
    ends = [percent(low, lang, 0 if round(100 * low, 6).is_integer() else 1) for low in classes]
    told = [say("tilemap_class", lang, low=a, high=b) for a, b in itertools.pairwise(ends)]
    told.append(say("tilemap_last", lang, low=ends[-1]))
    handles = [Patch(facecolor=shade, label=text) for shade, text in zip(shades, told, strict=True)]
    handles.append(Patch(facecolor="#f4f4f4", edgecolor=FAINT, hatch="////", label=say("tilemap_none", lang)))
    ax.legend(handles=handles, loc="upper center", bbox_to_anchor=(0.5, 0.0), ncols=3, frameon=False, fontsize=8.5)
    largest = str(known["partner"].iloc[0])
    words = {"share": percent(share[largest], lang), **party("partner", largest, lang)}
    if flow and reporter:
        title = say(f"finding_{flow}", lang, **words, **party("reporter", reporter, lang))
        about = say("tilemap_about", lang, flow=say(flow, lang), reporter=label(reporter, lang), year=year)
    else:
        title = say("ranking_finding", lang, **words)
        about = say("tilemap_about_plain", lang)
    without = known[~known["partner"].isin(tiles.keys())]["share"]
    hidden = hidden_note(without, lang)
    unallocated = float(table.attrs.get("unallocated", 0.0))
    rest = say("tilemap_unallocated", lang, share=percent(unallocated, lang)) if unallocated else ""
    frame(ax, title=capital(title), about=about, notes=[hidden, rest, note or "", source_note(source, lang)])
    ends_of_tile = ax.transData.transform([(0, 0), (0.94, 0)])
    size = 0.36 * float(np.diff(ends_of_tile[:, 0])[0]) * 72 / ax.figure.dpi  # three letters fill three quarters
    for code_text in codes:
        code_text.set_fontsize(size)
        code_text.set_visible(size > 4)
    following = ", ".join(f"{label(str(one), lang)} {percent(share[one], lang)}" for one in known["partner"].iloc[1:6])
    alt = say("tilemap_alt", lang, count=len(known), finding=capital(title), list=following)
    return tell(ax, table=known, alt=alt)
