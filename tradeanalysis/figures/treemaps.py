"""A treemap: what is large looks large, and partners of one region stand together."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from tradeanalysis import names
from tradeanalysis.figures.canvas import axes, keep
from tradeanalysis.figures.captions import Caption, Captioned, Words, caption_of, finished, unallocated_of, words
from tradeanalysis.figures.docstrings import figure
from tradeanalysis.figures.drawable import refuse_zeros
from tradeanalysis.figures.placement import frame
from tradeanalysis.figures.style import FAINT, colours, ink_on, legend, rectangle, write
from tradeanalysis.texts import label, party, percent, say

if TYPE_CHECKING:
    from matplotlib.axes import Axes

REGIONS = ("ASIA", "AMERICAS", "EUROPE", "AFRICA", "OCEANIA")  # each has one colour in every treemap
SMALLEST = 0.004  # of the whole: what is smaller is drawn with the others
WIDTH, HEIGHT = 100.0, 58.0


@figure
def treemap(
    table: pd.DataFrame,
    *,
    ax: Axes | None = None,
    lang: str = "en",
    palette: Mapping[Any, str] | None = None,
    caption: Captioned = None,
) -> Axes:
    """A treemap of partners: the area of each is its share.

    Parameters
    ----------
    table
        Columns ``partner`` and ``share``, as ``ta.partners`` gives them. Partners of one region stand together and have
        its colour: the regions of the world, or those of a column ``region``.
    palette
        The colour of each partner or region, as ``colours`` gives them.
    {shared}

    {returns}

    {raises}

    Examples
    --------
    >>> import tradeanalysis as ta
    >>> exports = ta.partners(ta.example("world_2023"), reporter="VNM", flow="export")
    >>> ta.figures.treemap(exports).figure.tradeanalysis_alt[:76]
    'Treemap of 118 partners by area. 45.9% of Vietnam’s exports go to Asia. The '
    """
    shares = finished(table, "partner", "share", made_by="ta.partners")
    refuse_zeros(shares, "share")
    known, own = _regions(shares)
    own |= palette or {}
    about = caption_of(table, caption)
    cells = _cells(known, own, unallocated_of(table), about, lang)
    text = _treemap_words(known, about, lang)
    ax = axes(ax, height=5.0)
    _draw_treemap(ax, cells)
    if palette is None and (cells["group"] != cells["partner"]).any():
        _key(ax, cells, own, lang)
    foot = frame(ax, Words(text.title, text.about, ["-", *text.notes]))  # a line for what finds no room
    foot.set_text(_name_cells(ax, cells, lang) + foot.get_text().removeprefix("-"))
    return keep(ax, table=cells, alt=_treemap_alt(known, cells, text, lang))


def _regions(table: pd.DataFrame) -> tuple[pd.DataFrame, dict[Any, str]]:
    """The partners with trade, the largest first, with their regions, and the colour of each region."""
    known = table[table["share"] > 0].sort_values("share", ascending=False, kind="stable")
    if "region" in known:
        return known, colours(known["region"])
    regions = known["partner"].map(lambda one: names.region(str(one)))
    # A market that is not an economy has no region: then each stands for itself.
    there = bool(regions.notna().all())
    known = known.assign(region=regions if there else known["partner"])
    return known, colours(REGIONS if there else known["partner"])


def _cells(
    known: pd.DataFrame, own: Mapping[Any, str], unallocated: float, caption: Caption, lang: str
) -> pd.DataFrame:
    """A row for each cell: its name, share, region, colour and place."""
    shown, others = known[known["share"] >= SMALLEST], known[known["share"] < SMALLEST]
    cells = [
        (str(one), label(str(one), lang), float(share), str(place), own.get(one, own[place]))
        for one, share, place in zip(shown["partner"], shown["share"], shown["region"], strict=True)
    ]
    if len(others):
        other = say("ranking_other", lang, count=len(others), **caption.partners(lang))
        cells.append(("", other, float(others["share"].sum()), "", FAINT))
    if unallocated:
        cells.append(("", say("ranking_unallocated", lang), unallocated, "", FAINT))
    drawn = pd.DataFrame(cells, columns=["partner", "name", "share", "group", "colour"])
    places: dict[Any, dict[str, float]] = {}
    groups = _groups(drawn)
    whole = {"x": 0.0, "y": 0.0, "dx": WIDTH, "dy": HEIGHT}
    for group, room in zip(groups.index, _squarified(groups, whole), strict=True):
        rows = drawn[drawn["group"] == group].sort_values("share", ascending=False, kind="stable")
        places |= dict(zip(rows.index, _squarified(rows["share"], room), strict=True))
    drawn[["x", "y", "dx", "dy"]] = [[places[i][key] for key in ("x", "y", "dx", "dy")] for i in drawn.index]
    return drawn


def _groups(cells: pd.DataFrame) -> pd.Series[float]:
    """The share of each region, the largest first; the others last, however large they are together."""
    groups = cells.groupby("group", sort=False)["share"].sum().sort_values(ascending=False, kind="stable")
    ordered: pd.Series[float] = pd.concat([groups.drop("", errors="ignore"), groups[groups.index == ""]])
    return ordered


def _squarified(values: pd.Series[float], room: Mapping[str, float]) -> list[dict[str, float]]:
    """Rectangles of these areas that fill the room (Bruls, Huizing and van Wijk 2000)."""
    import squarify

    values = values.clip(lower=1e-12 * values.max())  # an area of nothing has no sides
    sizes = squarify.normalize_sizes(values.to_numpy(), room["dx"], room["dy"])
    return list(squarify.squarify(sizes, **room))


def _treemap_words(known: pd.DataFrame, caption: Caption, lang: str) -> Words:
    of_region = known.groupby("region", sort=False)["share"].sum()
    largest = party("partner", str(of_region.idxmax()), lang) | {"share": percent(float(of_region.max()), lang)}
    if not caption.whole:
        title, about = say("ranking_finding", lang, **largest), say("treemap_about_plain", lang)
        return words(title, about, *caption.foot(lang))
    title = say(f"finding_{caption.flow}", lang, **largest, **caption.named(lang))
    return words(title, say("treemap_about", lang, **caption.dated(lang)), *caption.foot(lang))


def _draw_treemap(ax: Axes, cells: pd.DataFrame) -> None:
    for _, cell in cells.iterrows():
        ax.add_patch(rectangle(cell["x"], cell["y"], cell["dx"], cell["dy"], facecolor=cell["colour"]))
    ax.set(xlim=(0, WIDTH), ylim=(HEIGHT, 0))
    ax.set_axis_off()


def _key(ax: Axes, cells: pd.DataFrame, own: Mapping[Any, str], lang: str) -> None:
    """The regions with their colours, below the map."""
    key = [place for place in _groups(cells).index if place]
    handles = [rectangle(0, 0, 1, 1, facecolor=own[place]) for place in key]
    regions = [label(str(place), lang) for place in key]
    legend(ax, handles=handles, labels=regions, ncols=len(key), loc="upper left", bbox_to_anchor=(-0.01, 0))


def _name_cells(ax: Axes, cells: pd.DataFrame, lang: str) -> str:
    """Write the names into the cells; a note on those that have a code or nothing."""
    every: list[Any] = list(cells.itertuples())
    named = [_name_cell(ax, cell, lang) for cell in every]
    nameless = [cell.share for cell, name in zip(every, named, strict=True) if not name]
    short = "treemap_unlabelled" if len(nameless) > 1 else "treemap_unlabelled_one"
    notes = [say(short, lang, count=len(nameless), share=percent(sum(nameless), lang))] * bool(nameless)
    return " ".join(notes + [say("treemap_codes", lang)] * ("code" in named))


def _name_cell(ax: Axes, cell: Any, lang: str) -> str:
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
    # The letters of a small tile are smaller than those of a large one.
    largest = 6 + 4.5 * float(np.sqrt(across * down)) / figure.dpi
    for size in (15, 12, 10, 8.5, 7):
        if 7 < size > largest:
            continue
        for name in own + codes * (size == 7):
            text = write(ax, *middle, name, size=size, ha="center", va="center", color=ink_on(cell.colour))
            box = text.get_window_extent(renderer)
            if box.width <= across and box.height <= down:
                return "name" if name in own else "code"
            text.remove()
    return ""


def _treemap_alt(known: pd.DataFrame, cells: pd.DataFrame, text: Words, lang: str) -> str:
    largest = zip(cells["name"][:5], cells["share"][:5], strict=True)
    shares = ", ".join(f"{name} {percent(x, lang)}" for name, x in largest)
    return say("treemap_alt", lang, count=len(known), finding=text.title, list=shares)
