"""What all figures share: the style, the colours, the words around a picture, and writing it to a file."""

from __future__ import annotations

import functools
import io
import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

import pandas as pd

from tradeanalysis.output import write_file
from tradeanalysis.schema import SchemaError, TradeDataError
from tradeanalysis.texts import say

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# Safe for readers who do not see colours (Okabe & Ito): one strong colour for what is talked of, grey for the rest.
ACCENT, SECOND, REST, FAINT, INK = "#0072B2", "#D55E00", "#9aa5ad", "#d5dade", "#262626"

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
    return table


def axes(ax: Axes | None, height: float = 4.4) -> Axes:
    """The axes given, or those of a new figure 7.2 inches wide, which no window holds and a notebook shows."""
    if ax is not None:
        return ax
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7.2, height))
    FigureCanvasAgg(figure)
    own = figure.subplots()
    # Notebooks show what says how it looks as PNG; only pyplot's figures do without.
    figure._repr_png_ = lambda: (figure_bytes(own, "png"), {"width": 720})  # type: ignore[attr-defined]
    return own


def frame(ax: Axes, *, title: str, about: str, notes: list[str]) -> None:
    """The finding as title, what is shown beneath it, and the notes at the bottom left, all aligned to the left."""
    figure = ax.get_figure(root=True)
    assert figure is not None
    width, height = (float(size) for size in figure.get_size_inches())
    heading = textwrap.fill(title, int(9.6 * width))
    beneath = textwrap.fill(about, int(13.4 * width))
    foot = "\n".join(textwrap.fill(note, int(15.5 * width)) for note in notes if note)
    lines = (0.30 * (heading.count("\n") + 1), 0.20 * (beneath.count("\n") + 1), 0.17 * (foot.count("\n") + 1))
    figure.text(0.02, 1 - 0.12 / height, heading, size=13.5, weight="bold", va="top", ha="left")
    figure.text(0.02, 1 - (0.16 + lines[0]) / height, beneath, size=9.5, color="#4d4d4d", va="top", ha="left")
    figure.text(0.02, 0.08 / height, foot, size=8, color="#6b6b6b", va="bottom", ha="left")
    figure.tight_layout(rect=(0.005, (0.14 + lines[2]) / height, 0.995, 1 - (0.28 + lines[0] + lines[1]) / height))


def tell(ax: Axes, *, table: pd.DataFrame, alt: str) -> Axes:
    """Keep with the picture the table behind it and its description in words."""
    figure = ax.get_figure(root=True)
    ax.tradeanalysis_data = table  # type: ignore[attr-defined]
    figure.tradeanalysis_alt = alt  # type: ignore[union-attr]
    return ax


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
