"""Figures made of areas: what is large looks large."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from tradeanalysis import names
from tradeanalysis.figures.canvas import (
    FAINT,
    INK,
    area,
    axes,
    colours,
    finished,
    frame,
    ink_on,
    source_note,
    spread,
    styled,
    tall,
    tell,
)
from tradeanalysis.texts import capital, label, party, percent, say

if TYPE_CHECKING:
    from matplotlib.axes import Axes

REGIONS = ("ASIA", "AMERICAS", "EUROPE", "AFRICA", "OCEANIA")  # each has one colour in every treemap
SMALLEST = 0.004  # of the whole: what is smaller is drawn with the others


@styled
def treemap(
    table: pd.DataFrame,
    *,
    ax: Axes | None = None,
    lang: str = "en",
    palette: Mapping[Any, str] | None = None,
    reporter: str | None = None,
    flow: str | None = None,
    year: int | None = None,
    source: str | None = None,
    note: str | None = None,
) -> Axes:
    """A treemap of partners: the area of each is its share.

    Parameters
    ----------
    table
        Columns ``partner`` and ``share``, as ``ta.partners`` gives them. Partners of one region stand together and have
        its colour: the regions of the world, or those of a column ``region``.
    ax
        Axes to draw on; a new figure where not given.
    lang
        ``"en"`` or ``"vi"``.
    palette
        The colour of each partner or region, as ``colours`` gives them.
    reporter, flow, year, source, note
        What the title and notes say of the table.

    Returns
    -------
    The axes, with the table behind the picture as ``ax.tradeanalysis_data`` and its description in words as
    ``ax.figure.tradeanalysis_alt``.

    Examples
    --------
    >>> import tradeanalysis as ta
    >>> exports = ta.partners(ta.example("world_2023"), reporter="VNM", flow="export")
    >>> ta.figures.treemap(exports).figure.tradeanalysis_alt[:55]
    'Treemap of 118 partners by area. Asia stands for 45.9%.'
    """
    import squarify

    known = finished(table, "partner", "share", made_by="ta.partners")
    known = known[known["share"] > 0].sort_values("share", ascending=False, kind="stable")
    if "region" in known:
        own = colours(known["region"])
    else:
        regions = known["partner"].map(lambda one: names.region(str(one)))
        # A market that is no economy has no region: then each stands for itself.
        there = bool(regions.notna().all())
        known = known.assign(region=regions if there else known["partner"])
        own = colours(REGIONS if there else known["partner"])
    own |= palette or {}
    of_region = known.groupby("region", sort=False)["share"].sum()
    shown, others = known[known["share"] >= SMALLEST], known[known["share"] < SMALLEST]
    cells = [
        (str(one), label(str(one), lang), float(share), str(place), own.get(one, own[place]))
        for one, share, place in zip(shown["partner"], shown["share"], shown["region"], strict=True)
    ]
    if len(others):
        text = say("ranking_other", lang, count=len(others))
        cells.append(("", text, float(others["share"].sum()), "", FAINT))
    if unallocated := float(table.attrs.get("unallocated", 0.0)):
        cells.append(("", say("ranking_unallocated", lang), unallocated, "", FAINT))
    drawn = pd.DataFrame(cells, columns=["partner", "name", "share", "group", "colour"])
    width, height = 100.0, 58.0

    def laid(values: Any, room: Mapping[str, float]) -> list[dict[str, float]]:
        return list(squarify.squarify(squarify.normalize_sizes(values, room["dx"], room["dy"]), **room))

    whole = {"x": 0.0, "y": 0.0, "dx": width, "dy": height}
    groups = drawn.groupby("group", sort=False)["share"].sum().sort_values(ascending=False, kind="stable")
    # The others last, however large they are together.
    groups = pd.concat([groups.drop("", errors="ignore"), groups[groups.index == ""]])
    rectangles: dict[Any, dict[str, float]] = {}
    for group, room in zip(groups.index, laid(groups.to_numpy(), whole), strict=True):
        rows = drawn[drawn["group"] == group].sort_values("share", ascending=False, kind="stable")
        rectangles |= dict(zip(rows.index, laid(rows["share"].to_numpy(), room), strict=True))
    drawn[["x", "y", "dx", "dy"]] = [[rectangles[i][key] for key in ("x", "y", "dx", "dy")] for i in drawn.index]

    ax = axes(ax, height=5.0)
    for _, cell in drawn.iterrows():
        ax.add_patch(_rectangle(cell["x"], cell["y"], cell["dx"], cell["dy"], cell["colour"]))
    ax.set(xlim=(0, width), ylim=(height, 0))
    ax.set_axis_off()
    if palette is None and (shown["region"] != shown["partner"]).any():
        key = [place for place in groups.index if place]
        handles = [_rectangle(0, 0, 1, 1, own[place]) for place in key]
        words = [label(str(place), lang) for place in key]
        ax.legend(handles, words, ncols=len(key), loc="upper left", bbox_to_anchor=(-0.01, 0), frameon=False)
    largest = str(of_region.idxmax())
    of_largest = {"share": percent(float(of_region.max()), lang), **party("partner", largest, lang)}
    if flow and reporter:
        title = say(f"finding_{flow}", lang, **of_largest, **party("reporter", reporter, lang))
        about = say("treemap_about", lang, flow=say(flow, lang), reporter=label(reporter, lang), year=year)
    else:
        title = say("ranking_finding", lang, **of_largest)
        about = say("treemap_about_plain", lang)
    notes = [note or "", source_note(source, lang)]
    foot = frame(ax, title=capital(title), about=about, notes=["-", *notes])  # a line for what finds no room
    every: list[Any] = list(drawn.itertuples())
    named = [_named(ax, cell, lang) for cell in every]
    nameless = [cell.share for cell, name in zip(every, named, strict=True) if not name]
    short = "treemap_unlabelled" if len(nameless) > 1 else "treemap_unlabelled_one"
    told = [say(short, lang, count=len(nameless), share=percent(sum(nameless), lang))] * bool(nameless)
    told += [say("treemap_codes", lang)] * ("code" in named)
    foot.set_text(" ".join(told) + foot.get_text().removeprefix("-"))
    following = ", ".join(
        f"{name} {percent(x, lang)}" for name, x in zip(drawn["name"][:5], drawn["share"][:5], strict=True)
    )
    alt = say("treemap_alt", lang, count=len(known), finding=capital(title), list=following)
    return tell(ax, table=drawn, alt=alt)


def _rectangle(x: float, y: float, dx: float, dy: float, colour: str) -> Any:
    from matplotlib.patches import Rectangle

    return Rectangle((x, y), dx, dy, facecolor=colour, edgecolor="white", linewidth=1.2)


def _named(ax: Axes, cell: Any, lang: str) -> str:
    """Write the name of a cell, and its share below it, as large as they fit, else its code; which of the two."""
    figure: Any = ax.figure
    renderer = figure.canvas.get_renderer()
    corners = ax.transData.transform([(cell.x, cell.y), (cell.x + cell.dx, cell.y + cell.dy)])
    across, down = np.maximum(np.abs(corners[1] - corners[0]) - 6, 0)
    middle = (cell.x + cell.dx / 2, cell.y + cell.dy / 2)
    share = percent(cell.share, lang)
    wrapped = cell.name.replace(" ", "\n")
    own = [f"{cell.name}\n{share}", f"{wrapped}\n{share}", f"{cell.name} {share}", cell.name]
    codes = [f"{cell.partner}\n{share}", cell.partner] if cell.partner != cell.name else []
    # A small tile does not speak louder than a large one.
    largest = 6 + 4.5 * float(np.sqrt(across * down)) / figure.dpi
    for size in (15, 12, 10, 8.5, 7):
        if 7 < size > largest:
            continue
        for words in own + codes * (size == 7):
            text = ax.text(*middle, words, size=size, ha="center", va="center", color=ink_on(cell.colour))
            box = text.get_window_extent(renderer)
            if box.width <= across and box.height <= down:
                return "name" if words in own else "code"
            text.remove()
    return ""


@styled
def marimekko(
    table: pd.DataFrame,
    *,
    ax: Axes | None = None,
    lang: str = "en",
    partners: int = 8,
    products: int = 5,
    palette: Mapping[Any, str] | None = None,
    reporter: str | None = None,
    flow: str | None = None,
    year: int | None = None,
    source: str | None = None,
    note: str | None = None,
) -> Axes:
    """What goes where: a band for each partner, as high as its share, cut into the products that it takes.

    Bands lie on their side, unlike in most charts of this name, so that long names of markets can be read.

    Parameters
    ----------
    table
        Columns ``partner``, ``product`` and ``value``.
    ax
        Axes to draw on; a new figure where not given.
    lang
        ``"en"`` or ``"vi"``.
    partners, products
        How many are drawn by themselves; the rest are drawn together.
    palette
        The colour of each product, as ``colours`` gives them.
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
    >>> rows = [("USA", "rice", 6), ("USA", "tea", 2), ("CHN", "tea", 2)]
    >>> table = pd.DataFrame(rows, columns=["partner", "product", "value"])
    >>> ta.figures.marimekko(table).figure.tradeanalysis_alt[:84]
    'Marimekko chart of 2 partners. United States (80.0% of all): rice 75.0%, tea 25.0%; '
    """
    known = finished(table, "partner", "product", "value", made_by="a trade table with products")
    sums = known.pivot_table(index="partner", columns="product", values="value", aggfunc="sum").fillna(0.0)
    sums = sums.loc[sums.sum(axis=1) > 0]
    by_partner = sums.sum(axis=1).sort_values(ascending=False, kind="stable")
    by_product = sums.sum().sort_values(ascending=False, kind="stable")
    own, some = list(by_partner.index[:partners]), list(by_product.index[:products])
    matrix = sums.loc[own, some].copy()
    rest_of_products = say("marimekko_other_products", lang)
    if len(by_product) > len(some):
        matrix[rest_of_products] = sums.loc[own].drop(columns=some).sum(axis=1)
    matrix.index = pd.Index([label(str(one), lang) for one in own])
    if len(by_partner) > len(own):
        rest = sums.drop(index=own)
        row = rest[some].sum()
        if rest_of_products in matrix:
            row[rest_of_products] = rest.drop(columns=some).sum().sum()
        matrix.loc[say("ranking_other", lang, count=len(rest))] = row
    heights = matrix.sum(axis=1) / matrix.to_numpy().sum()
    split = matrix.div(matrix.sum(axis=1), axis=0)
    palette = dict(colours(some) if palette is None else palette) | {rest_of_products: FAINT}

    ax = axes(ax, height=5.6)
    room = max(0.17 * len(heights), tall(ax) + 0.3 - _product_names(ax, split, palette))
    middles = list(100 * (heights.cumsum() - heights / 2))
    span = 100.0
    for _ in range(6):  # names of low bands are moved apart, and the room that they need makes the scale longer
        places = spread(middles, 0.155 * span / room)
        span = max(100.0, places[-1])
    top = 0.0
    for name, height in heights.items():
        left = 0.0
        for product, part in split.loc[name].items():
            if part > 0:
                ax.add_patch(_rectangle(100 * left, 100 * top, 100 * part, 100 * height, palette.get(product, FAINT)))
            if part >= 0.08 and height * room * 100 / span >= 0.14:
                ink = ink_on(palette.get(product, FAINT))
                centre = (100 * (left + part / 2), 100 * (top + height / 2))
                ax.text(*centre, percent(part, lang, 0), ha="center", va="center", color=ink, size=8.5)
            left += part
        top += height
    for name, share, middle, at in zip(heights.index, heights, middles, places, strict=True):
        ax.plot([-0.4, -2.2], [middle, at], color=FAINT, linewidth=0.8, clip_on=False)
        ax.text(-2.8, at, f"{name}  {percent(share, lang)}", ha="right", va="center", size=9, clip_on=False)
    ax.set(xlim=(0, 100), ylim=(span, 0))
    ax.set_axis_off()
    main = heights.index[0]
    most = split.loc[main].drop(rest_of_products, errors="ignore").idxmax()
    key = "marimekko_finding_import" if flow == "import" else "marimekko_finding"
    share_of_most = percent(float(split.loc[main, most]), lang)
    where = label(str(own[0]), lang, sentence=True)
    title = say(key, lang, product=most, share=share_of_most, partner=where)
    about = (
        say("marimekko_about", lang, flow=say(flow, lang), reporter=label(reporter, lang), year=year)
        if flow and reporter
        else say("marimekko_about_plain", lang)
    )
    frame(ax, title=capital(title), about=about, notes=[note or "", source_note(source, lang)])
    each = "; ".join(
        say(
            "marimekko_each",
            lang,
            partner=name,
            share=percent(heights[name], lang),
            split=", ".join(f"{one} {percent(x, lang)}" for one, x in split.loc[name].items() if x > 0),
        )
        for name in heights.index
    )
    tidy = matrix.rename_axis(index="partner").reset_index().melt("partner", var_name="product", value_name="value")
    return tell(ax, table=tidy, alt=say("marimekko_alt", lang, count=len(by_partner), list=each))


def _product_names(ax: Axes, split: pd.DataFrame, palette: Mapping[Any, str]) -> float:
    """The products with their colours, above the bands, in as many columns as the width holds; how many inches high."""
    from matplotlib.patches import Patch
    from matplotlib.transforms import blended_transform_factory

    figure: Any = ax.get_figure(root=True)
    left, _, right, _ = area(ax)
    margin = 0.14 / figure.get_size_inches()[0]
    names = [textwrap.shorten(str(one), 60, placeholder="…") for one in split.columns]
    handles = [
        Patch(facecolor=palette.get(one, FAINT), label=name) for one, name in zip(split.columns, names, strict=True)
    ]
    for columns in (3, 2, 1):
        legend = ax.legend(
            handles=handles,
            loc="lower left",
            bbox_to_anchor=(left + margin, 1.0),
            bbox_transform=blended_transform_factory(figure.transFigure, ax.transAxes),
            ncols=columns,
            frameon=False,
            handlelength=1,
            handleheight=1,
            fontsize=8.5,
            labelcolor=INK,
            borderpad=0,
            borderaxespad=0.4,
        )
        if legend.get_window_extent().width <= (right - left - 2 * margin) * figure.bbox.width:
            break
    return float(legend.get_window_extent().height / figure.dpi)
