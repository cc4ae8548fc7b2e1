"""Renderers that measure each line of text once, for all figures that share it.

A page has most words several times: in its broad and its narrow figures, in those of both flows, beside several points.
Matplotlib measures them anew for every figure, and looks up their typeface for every measure.
"""

from __future__ import annotations

import functools
from typing import Any

# What a typeface is beside its family, as ``FontProperties`` calls it.
_OF_LETTERS = ("style", "variant", "weight", "stretch", "size", "fname", "math_fontfamily")
# The lines of text whose measures are kept.
MOST = 8192


def measuring_once(base: Any) -> Any:
    """The class of renderer, with measures that are kept for as long as the class is."""
    lines: dict[tuple[Any, ...], tuple[float, float, float]] = {}

    class Measured(base):  # type: ignore[misc]
        def get_text_width_height_descent(self, s: str, prop: Any, ismath: Any) -> tuple[float, float, float]:
            """Width, height and descent of a line in dots."""
            key = (s, *_typeface(prop), ismath, getattr(self, "dpi", 72.0))
            if (found := lines.get(key)) is None:  # another thread may empty it at any moment
                if len(lines) >= MOST:
                    lines.clear()
                found = lines[key] = super().get_text_width_height_descent(s, prop, ismath)
            return found

        def _get_font_height_metrics(self, prop: Any) -> tuple[float, float, float]:
            """Ascent, descent and gap of the typeface in dots, which matplotlib 3.11 looks up at each layout."""
            scale = float(prop.get_size_in_points()) * getattr(self, "dpi", 72.0) / 72
            ascent, descent, gap = _heights(*_typeface(prop))
            return ascent * scale, descent * scale, gap * scale

    return Measured


def _typeface(prop: Any) -> tuple[Any, ...]:
    """What a line's measures depend on, of its typeface."""
    of_letters = prop.get_style(), prop.get_variant(), prop.get_weight(), prop.get_stretch()
    return tuple(prop.get_family()), *of_letters, prop.get_size_in_points(), prop.get_file(), prop.get_math_fontfamily()


@functools.lru_cache(maxsize=256)
def _heights(family: tuple[str, ...], *of_letters: Any) -> tuple[float, float, float]:
    """Ascent, descent and gap of a typeface, in parts of its size."""
    from matplotlib.font_manager import FontProperties, findfont, get_font

    font: Any = get_font(findfont(FontProperties(family=[*family], **dict(zip(_OF_LETTERS, of_letters, strict=True)))))
    table, names = font.get_sfnt_table("OS/2"), ("sTypoAscender", "sTypoDescender", "sTypoLineGap")
    if table is None:
        table, names = font.get_sfnt_table("hhea"), ("ascent", "descent", "lineGap")
    ascent, descent, gap = (table[name] / font.get_sfnt_table("head")["unitsPerEm"] for name in names)
    return ascent, -descent, gap
