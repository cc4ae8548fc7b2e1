"""A figure as SVG within a page: its letters are text in the page's typeface, and it brings no rule of style.

A file on its own carries its letters as outlines, since its reader may not have the typeface; a page has it once for
all its figures, which are a tenth of the size so, and can be searched and copied.
"""

from __future__ import annotations

import functools
import html
import io
import re
from typing import TYPE_CHECKING, Any

from tradeanalysis.figures.canvas import root_figure
from tradeanalysis.figures.rulers import measuring_once

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def inline_svg(ax: Axes, name: str, alt: str) -> str:
    """The figure as an element of a page; ``name`` is of this figure alone, for what it refers to within itself."""
    figure = root_figure(ax)
    width, height = (72 * float(size) for size in figure.get_size_inches())
    buffer, own = io.StringIO(), figure.dpi
    try:
        figure.set_dpi(72)
        renderer = _page_renderer()(width, height, buffer)
        figure.draw(renderer)
        renderer.finalize()
    finally:
        figure.set_dpi(own)
    drawn = buffer.getvalue()
    # The head of a file, its metadata and its rule of style end here.
    drawn = re.sub(r"\n\s+", "\n", drawn[drawn.index("</defs>") + len("</defs>") :])
    head = f'<svg viewBox="0 0 {width:g} {height:g}" role="img" aria-label="{html.escape(alt)}">'
    return head + _named(drawn, name).strip()


def _named(svg: str, name: str) -> str:
    """Clips and markers, which have names by chance, numbered in order after the name of the figure."""
    names = {one: f"{name}-{i}" for i, one in enumerate(dict.fromkeys(re.findall(r'id="([^"]+)"', svg)))}
    return re.sub(r'(?<=["(]#)[^")]+(?=[")])|(?<=id=")[^"]+(?=")', lambda one: names.get(one[0], one[0]), svg)


@functools.cache
def _page_renderer() -> Any:
    """The renderer of matplotlib that writes SVG, with letters as text and without a name for each part."""
    from matplotlib.backends.backend_svg import RendererSVG
    from matplotlib.colors import to_hex
    from matplotlib.font_manager import weight_dict

    base: Any = measuring_once(RendererSVG)

    class PageRenderer(base):  # type: ignore[misc]
        def open_group(self, *_: Any, **__: Any) -> None:
            """Parts have no names."""

        def close_group(self, *_: Any) -> None:
            """Nothing was opened."""

        def draw_text(self, gc: Any, x: float, y: float, s: str, prop: Any, angle: float, *_: Any, **more: Any) -> None:
            """A line at its anchor, so that where letters are wider than they were measured it grows away from it."""
            weight = weight_dict.get(prop.get_weight(), prop.get_weight())
            style = {"font-size": f"{prop.get_size_in_points():g}", "fill": to_hex(gc.get_rgb())}
            style |= {"font-weight": str(weight)} if weight != 400 else {}
            of, part = more.get("mtext"), 0.0
            if of is not None and not angle and of.get_ha() != "left":
                part, anchor = (1.0, "end") if of.get_ha() == "right" else (0.5, "middle")
                style["text-anchor"] = anchor
                x += part * self.get_text_width_height_descent(s, prop, False)[0]
            if angle:
                style["transform"] = f"rotate({-angle:g} {x:.2f} {y:.2f})"
            self.writer.element("text", s, attrib={"x": f"{x:.2f}", "y": f"{y:.2f}"} | style)

    return PageRenderer
