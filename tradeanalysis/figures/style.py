"""The style of all figures: colours, type and axes.

Every property of the style is set on what is drawn and none in matplotlib's settings, which all threads share: several
threads draw what one draws, and a reader's own settings stay. What the style does not fix (svg.fonttype, sketch lines)
follows them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from tradeanalysis.figures import typeface

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.text import Annotation, Text

# Safe for readers who do not see colours (Okabe & Ito): one strong colour for what the title names, grey for the rest.
ACCENT, SECOND, REST, FAINT, INK = "#0072B2", "#D55E00", "#9aa5ad", "#d5dade", "#262626"

# Words of less weight: labels of axes, remarks, notes.
LABEL, QUIET = "#4d4d4d", "#6b6b6b"

# Seven more colours that readers can distinguish, for what has no rank; the eighth and all after it are grey.
PALETTE = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#B8A800")

# A dollar sign in a name is no formula.
TEXT: dict[str, Any] = {"family": typeface.families(), "size": 9.5, "color": INK, "parse_math": False}

# A thin line from words to what they name.
LINE: dict[str, Any] = {"arrowstyle": "-", "color": REST, "linewidth": 0.7, "shrinkA": 0, "shrinkB": 0}


def dressed(ax: Axes) -> Axes:
    """The axes in the style of the house: two quiet spines, no tick marks, labels in its type."""
    typeface.register()
    ax.set_facecolor("white")
    ax.set_axisbelow(True)
    ax.grid(False)
    ax.minorticks_off()
    for side, spine in ax.spines.items():
        spine.set_edgecolor("#8c8c8c")
        if side in ("top", "right"):
            spine.set_visible(False)
    family = TEXT["family"]
    ax.tick_params("x", length=0, pad=7, color=LABEL, labelcolor=LABEL, labelsize=9, labelfontfamily=family)
    ax.tick_params("y", length=0, color=INK, labelcolor=INK, labelsize=9.5, labelfontfamily=family)
    for label in (ax.xaxis.label, ax.yaxis.label):
        label.set(**TEXT | {"size": 9, "color": LABEL})
    return ax


def write(ax: Axes, x: float, y: float, words: str, **style: Any) -> Text:
    """Words at a place of the scale."""
    return ax.text(x, y, words, **TEXT | style)


def write_beside(
    ax: Axes, point: tuple[float, float], words: str, offset: tuple[float, float], **style: Any
) -> Annotation:
    """Words so many points of type away from a place of the scale."""
    return ax.annotate(words, point, offset, textcoords="offset points", **TEXT | style)


def write_above(ax: Axes, words: str) -> None:
    """What the upright axis shows, written above it, so that it reads without turning the head."""
    ax.set_title(words, loc="left", pad=8, **TEXT | {"size": 9, "color": LABEL})


def mark(axis: Any, places: Iterable[float], words: Sequence[str]) -> None:
    """Ticks of an axis, with their words."""
    axis.set_ticks(np.asarray(list(places), dtype=float), list(words), parse_math=False)


def grid(ax: Axes) -> None:
    """Faint lines across at the ticks of the upright axis."""
    ax.grid(axis="y", color="#e3e3e3", linewidth=0.8)


def legend(ax: Axes, size: float = 9.5, **more: Any) -> Any:
    """The key to the colours, without a frame."""
    font = {"family": TEXT["family"], "size": size}
    drawn = ax.legend(prop=font, labelcolor=INK, frameon=False, **more)
    for text in drawn.get_texts():
        text.set_parse_math(False)
    return drawn


def rectangle(x: float, y: float, width: float, height: float, **style: Any) -> Any:
    """A cell with a white edge."""
    from matplotlib.patches import Rectangle

    own: dict[str, Any] = {"edgecolor": "white", "linewidth": 1.2}
    return Rectangle((x, y), width, height, **own | style)


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


def decimals(ticks: Iterable[float], least: int = 0) -> int:
    """The decimals with which every tick is written as it is."""
    at = np.asarray(list(ticks), dtype=float)
    return next(d for d in range(least, 16) if np.allclose(at, np.round(at, d), rtol=0, atol=1e-9))
