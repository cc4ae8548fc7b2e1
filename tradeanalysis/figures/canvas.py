"""The sheet that a figure is drawn on, what it keeps, and writing it to a file."""

from __future__ import annotations

import io
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from tradeanalysis.figures.style import dressed
from tradeanalysis.output.writers import write_file

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def axes(ax: Axes | None, height: float = 4.4) -> Axes:
    """The axes given, or those of a new figure 7.2 inches wide, in the style of the house."""
    return dressed(sheet(7.2, height).subplots() if ax is None else ax)


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
    figure = ax.get_figure(root=True)
    ax.tradeanalysis_data = table  # type: ignore[attr-defined]
    figure.tradeanalysis_alt = alt  # type: ignore[union-attr]
    return ax


def figure_bytes(ax: Axes, format: str) -> bytes:
    """The figure as PNG or SVG; the same bytes on every run."""
    figure: Any = ax.get_figure(root=True)
    buffer = io.BytesIO()
    metadata: dict[str, Any] = {"Date": None, "Creator": "tradeanalysis"} if format == "svg" else {"Software": None}
    figure.savefig(buffer, format=format, dpi=200, metadata=metadata, facecolor="white", transparent=False)
    return _numbered(buffer.getvalue()) if format == "svg" else buffer.getvalue()


def _numbered(svg: bytes) -> bytes:
    """An SVG whose clips and markers are numbered in order: matplotlib gives them names by chance."""
    found = re.findall(rb'id="((?:[a-z]*|C\w+_\w+_)[0-9a-f]{10})"', svg)
    numbers = {name: b"i%d" % i for i, name in enumerate(dict.fromkeys(found))}
    return re.sub(rb'(?<=["(]#)\w+(?=[")])|(?<=id=")\w+(?=")', lambda name: numbers.get(name[0], name[0]), svg)


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
