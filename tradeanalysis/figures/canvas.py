"""The sheet that a figure is drawn on, what it keeps, and writing it to a file."""

from __future__ import annotations

import io
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from tradeanalysis.figures.style import dressed
from tradeanalysis.output.whole_files import write_file
from tradeanalysis.parameters import need_numbers
from tradeanalysis.schema import TradeDataError
from tradeanalysis.texts import Text

if TYPE_CHECKING:
    from matplotlib.axes import Axes


# Inches across of a page, and of a telephone: at 390 dots across, its type of 8 points is more than 11 dots high.
WIDTH, NARROW, NARROWEST = 7.2, 3.5, 3.0


def axes(ax: Axes | None, height: float = 4.4) -> Axes:
    """The axes given, or those of a new figure 7.2 inches wide, in the style of the house.

    So high is a new figure whose title and notes have a line each; where they have more, ``frame`` adds them.
    """
    ax = paper() if ax is None else ax
    figure = root_figure(ax)
    if grows(figure):
        figure.set_size_inches(figure.get_size_inches()[0], height)
    return dressed(ax)


def paper(width: float = WIDTH, *, words: bool = True) -> Axes:
    """Axes of a new figure so many inches wide, of which a picture takes the height that it needs.

    Parameters
    ----------
    width
        Inches, from 3 on. 7.2 is the width of all figures, and of two columns of a journal; 3.5 that of one column or
        of a telephone.
    words
        Whether title and notes stand in the picture. A journal sets them below it: without them they are in
        ``ax.figure.tradeanalysis_caption``.

    Returns
    -------
    The axes, for the ``ax=`` of a figure. Titles, notes and long names stand in more lines where it is narrow.

    Raises
    ------
    TradeDataError
        The width is below 3 inches.

    Examples
    --------
    >>> import tradeanalysis as ta
    >>> exports = ta.partners(ta.example("world_2023"), reporter="VNM", flow="export")
    >>> ax = ta.figures.ranking(exports, ax=ta.figures.paper(3.5))
    >>> float(ax.figure.get_size_inches()[0])
    3.5
    >>> ax = ta.figures.ranking(exports, ax=ta.figures.paper(3.5, words=False))
    >>> ax.figure.tradeanalysis_caption.splitlines()[0]
    '28.9% of Vietnam’s exports go to the United States'
    """
    need_numbers(width=width)
    if not width >= NARROWEST:
        raise TradeDataError(Text("paper_too_narrow", given=width, least=NARROWEST))
    figure = sheet(width, width)
    figure.tradeanalysis_grows, figure.tradeanalysis_words = True, words
    ax: Axes = figure.subplots()
    return ax


def root_figure(ax: Axes) -> Any:
    """The whole figure in which the axes stand, also where a part of it is between them.

    ``ax.get_figure(root=True)`` is the same from matplotlib 3.10 on, and an error before it.
    """
    part: Any = ax.figure
    return part.figure


def taller(ax: Axes, inches: float) -> None:
    """Add so many inches to a figure that takes the height that it needs."""
    figure = root_figure(ax)
    if grows(figure) and inches > 0:
        width, height = figure.get_size_inches()
        figure.set_size_inches(width, height + inches)


def grows(figure: Any) -> bool:
    """Whether the figure takes the height that its picture and words need."""
    return bool(getattr(figure, "tradeanalysis_grows", False))


def sheet(width: float, height: float) -> Any:
    """A new figure in no window, which a notebook shows."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), dpi=100, facecolor="white")
    FigureCanvasAgg(figure)
    # Notebooks show pyplot's figures by themselves, and others by this method.
    shown: Any = figure
    shown._repr_png_ = lambda: (figure_bytes(figure.axes[0], "png"), {"width": int(100 * width)})
    return figure


def keep(ax: Axes, *, table: pd.DataFrame, alt: str) -> Axes:
    """Keep with the picture the table behind it and its description in words."""
    figure = root_figure(ax)
    ax.tradeanalysis_data = table  # type: ignore[attr-defined]
    figure.tradeanalysis_alt = alt
    return ax


# What a file of each format says of its making: nothing that differs from run to run.
METADATA: dict[str, dict[str, Any]] = {
    "png": {"Software": None},
    "svg": {"Date": None, "Creator": "tradeanalysis"},
    "pdf": {"CreationDate": None, "Producer": None, "Creator": "tradeanalysis"},
}


def figure_bytes(ax: Axes, format: str) -> bytes:
    """The figure as PNG, SVG or PDF; the same bytes on every run."""
    figure = root_figure(ax)
    buffer = io.BytesIO()
    figure.savefig(buffer, format=format, dpi=200, metadata=METADATA[format], facecolor="white", transparent=False)
    return _numbered(buffer.getvalue()) if format == "svg" else buffer.getvalue()


def _numbered(svg: bytes) -> bytes:
    """An SVG whose clips and markers are numbered in order: matplotlib gives them names by chance."""
    found = re.findall(rb'id="((?:[a-z]*|C\w+_\w+_)[0-9a-f]{10})"', svg)
    numbers = {name: b"i%d" % i for i, name in enumerate(dict.fromkeys(found))}
    return re.sub(rb'(?<=["(]#)\w+(?=[")])|(?<=id=")\w+(?=")', lambda name: numbers.get(name[0], name[0]), svg)


def save(ax: Axes, path: str | Path) -> Path:
    """Write the figure of these axes to a file, .png, .svg or .pdf by its name.

    For LaTeX a PDF is included as it is. A figure whose letters LaTeX is to set is written by matplotlib itself,
    ``ax.figure.savefig("figure.pgf")``, which needs LaTeX on this machine.

    Parameters
    ----------
    ax
        Axes as a figure returns them.
    path
        The file; one that is there is refused.

    Raises
    ------
    TradeDataError
        The name ends in none of the three; or the file is there, or cannot be written.

    Examples
    --------
    >>> import tempfile
    >>> import tradeanalysis as ta
    >>> exports = ta.partners(ta.example("world_2023"), reporter="VNM", flow="export")
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     written = ta.figures.save(ta.figures.ranking(exports), f"{folder}/ranking.pdf")
    >>> written.name
    'ranking.pdf'
    """
    path = Path(path)
    format = path.suffix.lstrip(".").lower()
    if format not in METADATA:
        raise TradeDataError(Text("figure_format", name=path.name, formats=[f".{one}" for one in METADATA]))
    return write_file(path, figure_bytes(ax, format))
