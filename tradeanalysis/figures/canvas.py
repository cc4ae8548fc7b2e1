"""What all figures share: the style, the colours, the words around a picture, and writing it to a file."""

from __future__ import annotations

import functools
import io
import itertools
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

import numpy as np
import pandas as pd

from tradeanalysis.output.writers import write_file
from tradeanalysis.schema import SchemaError, TradeDataError
from tradeanalysis.texts import percent, say

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.text import Text

# Safe for readers who do not see colours (Okabe & Ito): one strong colour for what is talked of, grey for the rest.
ACCENT, SECOND, REST, FAINT, INK = "#0072B2", "#D55E00", "#9aa5ad", "#d5dade", "#262626"

# Seven more that can be told apart, for what has no rank; the eighth and all after it are grey.
PALETTE = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#B8A800")

# Columns that hold parts of a whole.
SHARES = ("share", "share_before", "loss")

P = ParamSpec("P")
R = TypeVar("R")


def styled(draw: Callable[P, R]) -> Callable[P, R]:
    """Draw in the house's style without touching the reader's settings."""

    @functools.wraps(draw)
    def drawn(*args: P.args, **kwargs: P.kwargs) -> R:
        import matplotlib.style

        with matplotlib.style.context(Path(__file__).with_name("house.mplstyle")):
            return draw(*args, **kwargs)

    return drawn


def finished(table: pd.DataFrame, *columns: str, made_by: str) -> pd.DataFrame:
    """The table, once it is known to be the finished one that a figure takes."""
    missing = [column for column in columns if column not in table]
    if missing:
        raise SchemaError(
            f"TA-110 [error] this figure takes a table with the columns {', '.join(columns)}, and {', '.join(missing)} "
            f"is missing: {made_by} gives one"
        )
    if table.empty:
        raise TradeDataError("there is nothing to draw: the table has no row")
    for column in {*SHARES}.intersection(columns):
        if not table[column].dropna().between(0, 1 + 1e-9).all():
            low, high = table[column].min(), table[column].max()
            raise TradeDataError(
                f"column {column!r} runs from {low:g} to {high:g}, and shares are in [0, 1]: divide per cent by 100"
            )
    return table


def axes(ax: Axes | None, height: float = 4.4) -> Axes:
    """The axes given, or those of a new figure 7.2 inches wide."""
    if ax is not None:
        return ax
    own: Axes = sheet(7.2, height).subplots()
    return own


def sheet(width: float, height: float) -> Any:
    """A new figure, which no window holds and a notebook shows."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height))
    FigureCanvasAgg(figure)
    # Notebooks show what says how it looks as PNG; only pyplot's figures do without.
    shown: Any = figure
    shown._repr_png_ = lambda: (figure_bytes(figure.axes[0], "png"), {"width": int(100 * width)})
    return figure


def frame(ax: Axes, *, title: str, about: str, notes: list[str]) -> Text:
    """The finding as title, what is shown beneath it, and the notes at the bottom left, all aligned to the left.

    The axes take what room is left of their part of the figure: the whole where they are alone, else their place in
    the grid. Gives the notes, for what is known only once the axes have their place.
    """
    figure = ax.get_figure(root=True)
    assert figure is not None
    whole = (float(size) for size in figure.get_size_inches())
    x0, y0, x1, y1 = area(ax)
    across, down = (size * part for size, part in zip(whole, (x1 - x0, y1 - y0), strict=True))
    heading = _wrapped(title, across, size=13.5, weight="bold")
    beneath = _wrapped(about, across, size=9.5)
    foot = "\n".join(_wrapped(note, across, size=8) for note in notes if note)
    lines = (0.30 * (heading.count("\n") + 1), 0.20 * (beneath.count("\n") + 1), 0.17 * (foot.count("\n") + 1))

    def write(text: str, inches: float, **style: Any) -> Text:
        """A text so many inches below the top of the area, or above its bottom."""
        y = (y1 if inches > 0 else y0) - inches * (y1 - y0) / down
        at_top = "top" if inches > 0 else "bottom"
        return figure.text(x0 + 0.14 * (x1 - x0) / across, y, text, va=at_top, ha="left", **style)

    write(heading, 0.12, size=13.5, weight="bold")
    write(beneath, 0.16 + lines[0], size=9.5, color="#4d4d4d")
    written = write(foot, -0.08, size=8, color="#6b6b6b")
    top, bottom = (0.30 + lines[0] + lines[1]) / down, (0.16 + lines[2]) / down
    edge = 0.14 / across
    _fit(ax, (x0 + edge * (x1 - x0), y0 + bottom * (y1 - y0), x1 - edge * (x1 - x0), y1 - top * (y1 - y0)))
    return written


def _wrapped(text: str, inches: float, *, size: float, weight: str = "normal") -> str:
    """The text in lines that fit beside the margins of so many inches."""
    blank = _width("x x", size, weight) - _width("xx", size, weight)
    lines: list[str] = []
    reach = 0.0
    for word in text.split():
        width = _width(word, size, weight)
        if lines and reach + blank + width <= inches - 0.28:
            lines[-1], reach = f"{lines[-1]} {word}", reach + blank + width
        else:
            lines.append(word)
            reach = width
    return "\n".join(lines)


@functools.lru_cache(maxsize=4096)
def _width(word: str, size: float, weight: str) -> float:
    """How many inches a word takes; the words of a report come again and again."""
    from matplotlib.font_manager import FontProperties

    properties = FontProperties(weight=weight, size=size)
    return float(_ruler().get_text_width_height_descent(word, properties, False)[0]) / 72


@functools.cache
def _ruler() -> Any:
    """What measures texts at 72 dots an inch, where a point of type is a dot."""
    from matplotlib.backends.backend_agg import RendererAgg

    ruler: Any = RendererAgg
    return ruler(8, 8, 72)


def area(ax: Axes) -> tuple[float, float, float, float]:
    """The part of the figure that the axes may fill, as left, bottom, right and top."""
    figure: Any = ax.get_figure(root=True)
    place = ax.get_subplotspec()
    if place is None or len(figure.axes) == 1:
        return 0.0, 0.0, 1.0, 1.0
    box = place.get_position(figure)
    return float(box.x0), float(box.y0), float(box.x1), float(box.y1)


def tall(ax: Axes) -> float:
    """About how many inches the axes will be high, once title and notes stand."""
    figure: Any = ax.get_figure(root=True)
    _, y0, _, y1 = area(ax)
    return max(0.5, float(figure.get_size_inches()[1]) * (y1 - y0) - 1.6)


def _fit(ax: Axes, room: tuple[float, float, float, float]) -> None:
    """Move the axes so that they and their labels fill the room."""
    figure: Any = ax.get_figure(root=True)
    renderer = figure.canvas.get_renderer()
    x0, y0, x1, y1 = room
    sides = [x0, y0, x1, y1]
    for _ in range(3):  # what a label takes may change as the axes do
        ax.set_position((sides[0], sides[1], max(sides[2] - sides[0], 0.05), max(sides[3] - sides[1], 0.05)))
        tight: Any = ax.get_tightbbox(renderer)
        box = tight.transformed(figure.transFigure.inverted())
        over = (box.x0 - x0, box.y0 - y0, box.x1 - x1, box.y1 - y1)
        sides = [side - by for side, by in zip(sides, over, strict=True)]


def decimals(ticks: Iterable[float], least: int = 0) -> int:
    """The decimals with which every tick is written as it is."""
    at = np.asarray(list(ticks), dtype=float)
    return next(d for d in range(least, 16) if np.allclose(at, np.round(at, d), rtol=0, atol=1e-9))


def upright(ax: Axes, words: str) -> None:
    """What the upright axis shows, written above it: nobody has to turn the head."""
    ax.set_title(words, loc="left", size=9, color="#4d4d4d", pad=8)


def tell(ax: Axes, *, table: pd.DataFrame, alt: str) -> Axes:
    """Keep with the picture the table behind it and its description in words."""
    figure = ax.get_figure(root=True)
    ax.tradeanalysis_data = table  # type: ignore[attr-defined]
    figure.tradeanalysis_alt = alt  # type: ignore[union-attr]
    return ax


def colours(labels: Iterable[Any]) -> dict[Any, str]:
    """A colour for each label, the same in every figure that is given this mapping; grey from the eighth on.

    Examples
    --------
    >>> import tradeanalysis as ta
    >>> ta.figures.colours(["USA", "CHN"])
    {'USA': '#0072B2', 'CHN': '#E69F00'}
    """
    return {one: PALETTE[i] if i < len(PALETTE) else REST for i, one in enumerate(dict.fromkeys(labels))}


def ink_on(colour: str) -> str:
    """Black or white, whichever is read more easily on the colour."""
    from matplotlib.colors import to_rgb

    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in to_rgb(colour)]
    luminance = sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))
    return "white" if 1.05 / (luminance + 0.05) > (luminance + 0.05) / 0.05 else "black"


def spread(places: Sequence[float], gap: float) -> list[float]:
    """The places nearest to these, in their order, that are a gap apart."""
    from scipy.optimize import isotonic_regression

    if not len(places):
        return []
    order = np.argsort(places, kind="stable")
    steps = gap * np.arange(len(places))
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
    """Write words beside their points where they overlap nothing written before; gives those that found no room.

    The first are placed first, off all dots where they can be, and with a line where they stand away from their own.
    ``radii`` are those of the dots, in points of type; ``avoid`` are places that no word may cover. The axes must stand
    where they will stay.
    """
    from matplotlib.text import Text

    figure: Any = ax.get_figure(root=True)
    renderer = figure.canvas.get_renderer()
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
            line = (
                {"arrowstyle": "-", "color": REST, "linewidth": 0.7, "shrinkA": 0, "shrinkB": 0} if dx**2 > 16 else None
            )
            text = ax.annotate(word, point, away, textcoords="offset points", ha=ha, va=va, arrowprops=line, **style)
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


def hidden_note(shares: pd.Series[float], lang: str) -> str:
    """How many partners are not drawn, and what they have together."""
    if shares.empty:
        return ""
    key = "hidden_one" if len(shares) == 1 else "hidden"
    return say(key, lang, count=len(shares), share=percent(float(shares.sum()), lang))


def source_note(source: str | None, lang: str) -> str:
    """The line that names the source."""
    return say("source", lang, source=source) if source else ""


def figure_bytes(ax: Axes, format: str) -> bytes:
    """The figure as PNG or SVG; the same bytes on every run."""
    figure: Any = ax.get_figure(root=True)
    buffer = io.BytesIO()
    metadata: dict[str, Any] = {"Date": None, "Creator": "tradeanalysis"} if format == "svg" else {"Software": None}
    styled(figure.savefig)(buffer, format=format, metadata=metadata)
    return buffer.getvalue()


def save(ax: Axes, path: str | Path) -> Path:
    """Write the figure of these axes to a file, .png or .svg by its name.

    Examples
    --------
    >>> import tempfile
    >>> import tradeanalysis as ta
    >>> exports = ta.partners(ta.example("world_2023"), reporter="VNM", flow="export")
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     written = ta.figures.save(ta.figures.ranking(exports), f"{folder}/ranking.svg")
    >>> written.name
    'ranking.svg'
    """
    path = Path(path)
    return write_file(path, figure_bytes(ax, path.suffix.lstrip(".")))
