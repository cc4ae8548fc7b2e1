"""Where words stand: title and notes around the axes, labels beside their points.

Matplotlib's constrained layout and the package adjustText were tried on the same tables and looked worse: the first
aligns words with the axes in place of the page and knows one title for a whole dashboard; the second writes names on
bubbles, without a line to their own.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from tradeanalysis.figures.canvas import grows, root_figure, taller
from tradeanalysis.figures.captions import Words
from tradeanalysis.figures.rulers import MOST, measuring_once
from tradeanalysis.figures.style import LABEL, LINE, QUIET, TEXT, write_beside

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.text import Text


# Inches beside words and axes, and the height that title and notes take of a figure as it is made: a line of each,
# and one more.
EDGE, USUAL = 0.14, 0.82
# Resolutions at which pictures are shown and saved.
RESOLUTIONS = (72.0, 100.0, 200.0)
# Of the figure, how far from its room the axes may end.
EXACT = 1e-3
# Of the width, what names on the left may take before they stand in more lines.
NAMES = 0.4


def frame(ax: Axes, words: Words) -> Text:
    """The finding as title, what is shown beneath it, and the notes at the bottom left, all aligned to the left.

    The axes take what room is left of their part of the figure: the whole where they are alone, else their place in
    the grid. Returns the notes, for what is known only once the axes have their place.
    """
    figure = root_figure(ax)
    if not getattr(figure, "tradeanalysis_words", True):
        _without_words(ax, words)
        nothing: Text = figure.text(0, 0, "", **TEXT)
        return nothing
    x0, y0, x1, y1 = area(ax)
    across, down = wide(ax), float(figure.get_size_inches()[1]) * (y1 - y0)
    inside = across - 2 * EDGE
    heading = wrapped(words.title, inside, size=13.5, weight="bold")
    beneath = wrapped(words.about, inside, size=9.5)
    foot = "\n".join(wrapped(note, inside, size=8) for note in words.notes)
    above, below, under = (text.count("\n") + 1 for text in (heading, beneath, foot))
    lines = (0.04 + 0.26 * above, 0.02 + 0.18 * below, 0.02 + 0.15 * under)
    if grows(figure):
        down = max(down, down + sum(lines) - USUAL)
        figure.set_size_inches(across, down)

    def write(text: str, inches: float, **style: Any) -> Text:
        """A text so many inches below the top of the area, or above its bottom."""
        y = (y1 if inches > 0 else y0) - inches * (y1 - y0) / down
        at_top = "top" if inches > 0 else "bottom"
        x = x0 + EDGE * (x1 - x0) / across
        written: Text = figure.text(x, y, text, va=at_top, ha="left", **TEXT | style)
        return written

    write(heading, 0.12, size=13.5, weight="bold")
    write(beneath, 0.16 + lines[0], size=9.5, color=LABEL)
    notes = write(foot, -0.08, size=8, color=QUIET)
    top, bottom = (0.30 + lines[0] + lines[1]) / down, (0.16 + lines[2]) / down
    edge = EDGE / across
    _fit(ax, (x0 + edge * (x1 - x0), y0 + bottom * (y1 - y0), x1 - edge * (x1 - x0), y1 - top * (y1 - y0)))
    return notes


def _without_words(ax: Axes, words: Words) -> None:
    """The axes fill the figure, and what else would stand around them is kept beside it."""
    figure = root_figure(ax)
    figure.tradeanalysis_caption = "\n".join([words.title, words.about, *words.notes])
    across, down = (float(one) for one in figure.get_size_inches())
    down = max(down - USUAL, 1.5)
    figure.set_size_inches(across, down)
    _fit(ax, (0.06 / across, 0.06 / down, 1 - 0.06 / across, 1 - 0.06 / down))


def wrapped(text: str, inches: float, *, size: float = 9.5, weight: str = "normal") -> str:
    """The text in lines of at most so many inches; a word that is longer has a line of its own."""
    blank = length("x x", size=size, weight=weight) - length("xx", size=size, weight=weight)
    lines: list[str] = []
    reach = 0.0
    for word in text.split():
        width = length(word, size=size, weight=weight)
        if lines and reach + blank + width <= inches:
            lines[-1], reach = f"{lines[-1]} {word}", reach + blank + width
        else:
            lines.append(word)
            reach = width
    return "\n".join(lines)


def length(text: str, *, size: float = 9.5, weight: str = "normal") -> float:
    """The inches of the longest line of a text."""
    return max(_longest_at(dpi, text, size, weight) for dpi in RESOLUTIONS)


@functools.lru_cache(maxsize=MOST)
def _longest_at(dpi: float, text: str, size: float, weight: str) -> float:
    """The inches of the longest line of a text at a resolution; many figures repeat the same words."""
    from matplotlib.font_manager import FontProperties

    properties = FontProperties(family=TEXT["family"], weight=weight, size=size)
    ruler = _ruler(dpi)
    return max(float(ruler.get_text_width_height_descent(one, properties, False)[0]) for one in text.split("\n")) / dpi


@functools.cache
def _ruler(dpi: float) -> Any:
    """A renderer that measures texts at a resolution."""
    from matplotlib.backends.backend_agg import RendererAgg

    return measuring_once(RendererAgg)(8, 8, dpi)


def area(ax: Axes) -> tuple[float, float, float, float]:
    """The part of the figure that the axes may fill, as left, bottom, right and top."""
    figure = root_figure(ax)
    place = ax.get_subplotspec()
    if place is None or len(figure.axes) == 1:
        return 0.0, 0.0, 1.0, 1.0
    box = place.get_position(figure)
    return float(box.x0), float(box.y0), float(box.x1), float(box.y1)


def wide(ax: Axes) -> float:
    """How many inches the part of the figure is wide that the axes may fill."""
    figure = root_figure(ax)
    x0, _, x1, _ = area(ax)
    return float(figure.get_size_inches()[0]) * (x1 - x0)


def rows_of_names(ax: Axes, names: Sequence[str], part: float = NAMES) -> list[str]:
    """Names for the rows of the axes, in lines that leave most of the width to the picture; the rows stand apart."""
    broken = [wrapped(name, part * wide(ax)) or name for name in names]
    lines = [name.count("\n") + 1 for name in broken]
    apart = max((0.18 * (one + other) / 2 + 0.04 for one, other in itertools.pairwise(lines)), default=0.0)
    taller(ax, apart * len(names) - tall(ax))
    return broken


def across(ax: Axes, names: Sequence[str]) -> float:
    """How many inches the axes will be wide right of their names, in the lines that ``rows_of_names`` gives them."""
    return wide(ax) - 2 * EDGE - max(map(length, names), default=0.0) - 0.1


def reach(ax: Axes, ends: Sequence[float], labels: Sequence[str], names: Sequence[str]) -> float:
    """The end of a scale from 0 on which labels beside the ends of bars stay within the axes, right of their names."""
    width = across(ax, names)
    room = [max(width - length(label, weight="bold") - 0.1, 0.3 * width) for label in labels]
    return max(end * width / one for end, one in zip(ends, room, strict=True))


def tall(ax: Axes) -> float:
    """About how many inches the axes will be high, once title and notes stand."""
    figure = root_figure(ax)
    _, y0, _, y1 = area(ax)
    return max(0.5, float(figure.get_size_inches()[1]) * (y1 - y0) - 1.6)


def _fit(ax: Axes, room: tuple[float, float, float, float]) -> None:
    """Move the axes so that they and their labels fill the room."""
    figure = root_figure(ax)
    x0, y0, x1, y1 = room
    sides = [x0, y0, x1, y1]
    _stand(ax, sides)
    if getattr(figure, "tradeanalysis_finished", False):
        _settle_labels(ax)
    for _ in range(3):  # what a label takes may change as the axes do
        tight: Any = ax.get_tightbbox(_ruler(float(figure.dpi)))
        box = tight.transformed(figure.transFigure.inverted())
        over = (box.x0 - x0, box.y0 - y0, box.x1 - x1, box.y1 - y1)
        if max(map(abs, over)) < EXACT:
            break
        sides = [side - by for side, by in zip(sides, over, strict=True)]
        _stand(ax, sides)
    names = [tick.label1.get_text() for tick in ax.yaxis.get_major_ticks()] if ax.axison else []
    if any(char.isalpha() for name in names for char in name):
        # Letters are rounded to dots, and a long name is wider at some resolutions than at that of the figure.
        here = max(_longest_at(float(figure.dpi), name, 9.5, "normal") for name in names)
        widest = max(max(length(name), _longest_at(80.0, name, 9.5, "normal")) for name in names)
        sides[0] += max(0.0, widest - here) / float(figure.get_size_inches()[0])
        _stand(ax, sides)


def _settle_labels(ax: Axes) -> None:
    """Scales without words need no place for them, which matplotlib looks for each time that it measures or draws."""
    for axis in (one for each in (ax, *ax.child_axes) for one in (each.xaxis, each.yaxis)):
        if not axis.label.get_text():
            axis.set_label_coords(0.5, 0.5)


def _stand(ax: Axes, sides: Sequence[float]) -> None:
    """The place of the axes within the figure, of some size."""
    x0, y0, x1, y1 = sides
    ax.set_position((x0, y0, max(x1 - x0, 0.05), max(y1 - y0, 0.05)))


def spread(places: Sequence[float], gap: float | Sequence[float]) -> list[float]:
    """The places nearest to these, in their order, that are a gap apart, or the gap after each but the last."""
    from scipy.optimize import isotonic_regression

    if not len(places):
        return []
    order = np.argsort(places, kind="stable")
    steps = np.cumsum([0.0, *np.broadcast_to(gap, len(places) - 1)])
    apart = isotonic_regression(np.asarray(places, dtype=float)[order] - steps).x + steps
    found = np.empty(len(places))
    found[order] = apart
    return [float(one) for one in found]


def place(
    ax: Axes,
    points: Sequence[tuple[float, float]],
    words: Sequence[str],
    *,
    radii: Sequence[float] | None = None,
    avoid: Sequence[tuple[float, float]] = (),
    **style: Any,
) -> list[str]:
    """Write words beside their points where they overlap nothing written before; returns those that found no room.

    The first are placed first, off all dots where they can be, and with a line where they stand away from their own.
    ``radii`` are those of the dots, in points of type; ``avoid`` are places that no word may cover. The axes must stand
    where they will stay.
    """
    from matplotlib.text import Text

    figure = root_figure(ax)
    renderer = _ruler(float(figure.dpi))
    taken = [text.get_window_extent(renderer) for text in ax.texts]
    inside, left = ax.get_window_extent(renderer), []
    dots = [ax.transData.transform(point) for point in [*points, *avoid]]
    radii = [4.0] * len(words) if radii is None else radii
    reach = [radius * figure.dpi / 72 for radius in radii] + [0.0] * len(avoid)
    for i, (point, word, radius) in enumerate(zip(points, words, radii, strict=True)):
        others = [(dot, far) for j, (dot, far) in enumerate(zip(dots, reach, strict=True)) if j != i]
        for off, (dx, dy, ha, va) in itertools.product((True, False), _BESIDE):
            # As far from the middle as the dot is wide, less towards the corners.
            by = radius * (1 if 0 in (dx, dy) else 0.7)
            away = (dx + by * np.sign(dx), dy + by * np.sign(dy))
            line = LINE if dx**2 > 16 else None
            text = write_beside(ax, point, word, away, ha=ha, va=va, arrowprops=line, **style)
            text.update_positions(renderer)
            box = Text.get_window_extent(text, renderer).padded(1)
            near = [np.clip(dot, box.min, box.max) - dot for dot, _ in others]
            if off and any(np.hypot(*gap) < far for gap, (_, far) in zip(near, others, strict=True)):
                text.remove()
                continue
            within = inside.contains(*box.min) and inside.contains(*box.max)
            if within and not any(map(box.overlaps, taken)) and not any(box.contains(*dot) for dot in dots):
                taken.append(box)
                break
            text.remove()
        else:
            left.append(word)
    return left


# Where a label may stand beside its point, the best place first.
_BESIDE = [
    *((4, 0, "left", "center"), (-4, 0, "right", "center"), (0, 4, "center", "bottom"), (0, -4, "center", "top")),
    *((3, 3, "left", "bottom"), (-3, 3, "right", "bottom"), (3, -3, "left", "top"), (-3, -3, "right", "top")),
    *((9, 7, "left", "bottom"), (-9, 7, "right", "bottom"), (9, -7, "left", "top"), (-9, -7, "right", "top")),
    *((18, 18, "left", "bottom"), (-18, 18, "right", "bottom"), (18, -18, "left", "top"), (-18, -18, "right", "top")),
]
