"""Text is measured as matplotlib's own renderers measure it, and once."""

import io

import pytest
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.backends.backend_svg import RendererSVG
from matplotlib.figure import Figure

from tradeanalysis.figures import typeface
from tradeanalysis.figures.rulers import _typeface, measuring_once
from tradeanalysis.figures.style import TEXT

WORDS = ["Hoa Kỳ", "Kim ngạch xuất khẩu\nnăm 2020", "28,9%", "日本 ag"]


@pytest.mark.parametrize("size", [8, 9.5, 13.5])
@pytest.mark.parametrize("weight", ["normal", "bold"])
@pytest.mark.parametrize("words", WORDS)
def test_a_text_is_as_large_as_matplotlib_finds_it(words, weight, size):
    typeface.register()
    for renderer, dpi in ((RendererAgg, 72.0), (RendererAgg, 200.0), (RendererSVG, 72.0)):
        more = (dpi,) if renderer is RendererAgg else (io.StringIO(),)
        figure = Figure(dpi=dpi)
        text = figure.text(0.5, 0.5, words, **TEXT | {"size": size, "weight": weight}, rotation=30)
        plain = text.get_window_extent(renderer(300, 300, *more))
        ours = text.get_window_extent(measuring_once(renderer)(300, 300, *more))
        assert ours.extents == pytest.approx(plain.extents, abs=1e-9)


def test_a_line_is_measured_once_for_all_figures():
    asked = []

    class Counting(RendererAgg):
        def get_text_width_height_descent(self, s, prop, ismath):
            asked.append(s)
            return super().get_text_width_height_descent(s, prop, ismath)

    ruler = measuring_once(Counting)
    typeface.register()
    for _ in range(3):
        Figure().text(0, 0, "28,9%", **TEXT).get_window_extent(ruler(8, 8, 100))
    assert asked.count("28,9%") == 1


def test_fonts_that_differ_in_file_stretch_or_variant_share_no_measures():
    """A font that is named by its file alone has the family of the others."""
    from matplotlib.font_manager import FontProperties

    ruler, word = measuring_once(RendererAgg)(8, 8, 72), "Kim ngạch"
    files = [str(typeface.FONTS / f"{style}.ttf") for style in typeface.STYLES]
    props = [FontProperties(fname=file, size=9) for file in files]
    plain = RendererAgg(8, 8, 72)
    for prop in props:
        assert ruler.get_text_width_height_descent(word, prop, False) == plain.get_text_width_height_descent(
            word, prop, False
        )
    widths = {ruler.get_text_width_height_descent(word, prop, False)[0] for prop in props}
    assert len(widths) == 2
    one, other = (_typeface(FontProperties(**{kind: value})) for kind, value in (("stretch", 100), ("stretch", 700)))
    assert one != other
    assert _typeface(FontProperties(variant="normal")) != _typeface(FontProperties(variant="small-caps"))
