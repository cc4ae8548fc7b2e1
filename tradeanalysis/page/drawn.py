"""Figures as pictures of a page: each is drawn once, as SVG, by one thread at a time."""

from __future__ import annotations

import base64
import threading
from dataclasses import dataclass
from typing import Any

from tradeanalysis.brief.drawings import Picture
from tradeanalysis.figures import paper
from tradeanalysis.figures.canvas import NARROW, figure_bytes

# Drawing shares fonts and settings among threads.
DRAWING = threading.Lock()


@dataclass(frozen=True)
class Drawn:
    """A picture: the address that holds it, and what it shows in words."""

    source: str
    alt: str


def drawn(picture: Picture, width: str, kept: dict[Any, Any], lang: str) -> Drawn:
    """The figure, broad or for a telephone, as it was kept or anew."""
    key = ("figure", picture.name, width, lang)
    with DRAWING:
        if key not in kept:
            ax = picture.ax if width == "broad" else picture.draw(ax=_narrow())
            svg = picture.svg if width == "broad" else figure_bytes(ax, "svg")
            packed = base64.b64encode(svg).decode()
            kept[key] = Drawn(f"data:image/svg+xml;base64,{packed}", str(ax.figure.tradeanalysis_alt))
    found: Drawn = kept[key]
    return found


def file_of(picture: Picture, kind: str) -> bytes:
    """The figure as a file: ``"png"`` or ``"svg"``."""
    with DRAWING:
        return picture.png if kind == "png" else picture.svg


def _narrow() -> Any:
    """Axes of a figure for a telephone, written as it is drawn."""
    ax: Any = paper(NARROW)
    ax.figure.tradeanalysis_finished = True
    return ax
