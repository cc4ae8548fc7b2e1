"""Figures for a telephone or a column of a journal: nothing is cut or covered, and letters can be read."""

import itertools

import pandas as pd
import pytest
from conftest import sampled
from test_gallery import drawn, farms, texts_of

import tradeanalysis as ta
from tradeanalysis.figures.canvas import NARROW, WIDTH, figure_bytes
from tradeanalysis.figures.inline import inline_svg

# A telephone is 390 dots across, of which the page leaves 16 free on either side.
DOTS = 390 - 2 * 16
OF_THE_BRIEF = ["ranking", "shock", "trend", "ribbon", "waterfall", "lorenz", "position"]
ALL = [(name, code) for name in OF_THE_BRIEF for code in ("VNM", "MEX", "CHN", "BTN", "ARE", "BIH")]
ALL += [("heatmap", "VNM"), ("frontier", "VNM")]
LONG = ["Khối Các Tiểu vương quốc Ả Rập Thống nhất", "Bosnia và Herzegovina", "Saint Vincent và Grenadines", "Bỉ"]


def overlaps_and_cuts(ax):
    """The texts that leave the figure, and the pairs of which one covers the other."""
    boxes = texts_of(ax)
    width, height = ax.figure.canvas.get_width_height()
    cut = [text for text, box in boxes.items() if min(box.x0, box.y0) < 0 or box.x1 > width or box.y1 > height]
    pairs = itertools.combinations(boxes.items(), 2)
    return cut + [(one, other) for (one, a), (other, b) in pairs if a.padded(-1.5).overlaps(b.padded(-1.5))]


def smallest(ax):
    """The smallest type of a figure on a telephone, in dots."""
    sizes = [text.get_fontsize() for text in (*ax.texts, *ax.get_xticklabels(), *ax.get_yticklabels())]
    sizes += [text.get_fontsize() for text in ax.figure.texts]
    return min(sizes) * DOTS / (72 * ax.figure.get_size_inches()[0])


@pytest.mark.parametrize("lang", ["en", "vi"])
@sampled(("name", "code"), ALL, every=5)
def test_a_narrow_figure_cuts_and_covers_no_text_and_can_be_read(name, code, lang):
    ax = drawn(name, code, lang, ax=ta.figures.paper(NARROW))
    assert ax.figure.get_size_inches()[0] == NARROW
    assert overlaps_and_cuts(ax) == []
    assert smallest(ax) >= 11


@pytest.mark.parametrize("last", [0.05, 0.125, 0.9])
@pytest.mark.parametrize("lang", ["en", "vi"])
@pytest.mark.parametrize("width", [3.0, NARROW, WIDTH])
def test_the_last_index_of_a_trend_stays_within_its_axes(width, lang, last):
    table = pd.DataFrame({"year": range(2010, 2021), "hhi": [0.077] * 10 + [last]})
    caption = {"reporter": "VNM", "flow": "export"}
    ax = ta.figures.trend(table, ax=ta.figures.paper(width), lang=lang, caption=caption)
    (words,) = [text for text in ax.texts if text.get_weight() == "bold"]
    room, box = ax.get_window_extent(), words.get_window_extent()
    assert room.x0 <= box.x0
    assert box.y1 <= room.y1
    assert overlaps_and_cuts(ax) == []


@pytest.mark.parametrize("width", [3.0, NARROW, WIDTH])
def test_long_names_stand_in_lines_beside_their_bars(width):
    shares = pd.DataFrame({"partner": LONG, "share": [0.4, 0.3, 0.2, 0.1]})
    ranked = ta.figures.ranking(shares, ax=ta.figures.paper(width), lang="vi")
    losses = shares.assign(gross_share=shares["share"], net_share=shares["share"] / 2)
    shock = ta.figures.shock(losses, ax=ta.figures.paper(width), lang="vi")
    moved = shares.assign(contribution=[0.02, -0.01, 0.004, -0.001])
    waterfall = ta.figures.waterfall(moved, start=0.2, end=0.213, ax=ta.figures.paper(width), lang="vi")
    for ax in (ranked, shock, waterfall):
        assert overlaps_and_cuts(ax) == []
        names = [" ".join(label.get_text().split()) for label in ax.get_yticklabels()]
        assert set(LONG) <= set(names)  # whole, whatever the lines
        assert ax.get_window_extent().width > 0.35 * ax.figure.bbox.width  # and the bars have room


def test_many_long_names_make_a_figure_higher_and_no_wider():
    shares = pd.DataFrame({"partner": [f"{LONG[0]} {i}" for i in range(10)], "share": [0.1] * 10})
    ax = ta.figures.ranking(shares, ax=ta.figures.paper(NARROW), lang="vi")
    assert overlaps_and_cuts(ax) == []
    short = ta.figures.ranking(shares.assign(partner=list("abcdefghij")), ax=ta.figures.paper(NARROW), lang="vi")
    width, height = ax.figure.get_size_inches()
    assert width == NARROW
    assert height > short.figure.get_size_inches()[1]


def test_a_longer_title_makes_a_figure_higher_and_leaves_the_picture_its_room():
    shares = pd.DataFrame({"partner": LONG, "share": [0.4, 0.3, 0.2, 0.1]})
    notes = ["", "Một câu rất dài. " * 30]
    plain, noted = (ta.figures.ranking(shares, caption={"note": note}) for note in notes)
    assert noted.figure.get_size_inches()[1] > plain.figure.get_size_inches()[1] + 0.2
    inches = [ax.get_window_extent().height / ax.figure.dpi for ax in (plain, noted)]
    assert inches[1] == pytest.approx(inches[0], abs=0.16)  # the lines of the notes are counted a little high


@pytest.mark.parametrize("lang", ["en", "vi"])
@pytest.mark.parametrize("width", [NARROW, WIDTH])
def test_heads_of_a_heatmap_that_have_room_stand_in_one_row(width, lang):
    ax = ta.figures.heatmap(farms(), ax=ta.figures.paper(width), lang=lang)
    heads = [text for text in ax.texts if text.get_fontsize() == 8]
    assert len(heads) >= 4
    assert {text.get_position()[1] for text in heads} == {2}  # points above the cells
    assert overlaps_and_cuts(ax) == []


def test_heads_of_a_heatmap_that_would_meet_are_staggered():
    rows = [("gạo", f"{'Kirgizstankazakhstan' * 2}{i}", 0.2, 0.2) for i in range(5)]
    ax = ta.figures.heatmap(pd.DataFrame(rows, columns=["product", "partner", "share", "hhi"]))
    assert len({text.get_position()[1] for text in ax.texts if text.get_fontsize() == 8}) == 2


def test_a_paper_is_three_inches_wide_at_least():
    with pytest.raises(ta.TradeDataError, match="at least 3 inches wide"):
        ta.figures.paper(2.9)
    with pytest.raises(ta.TradeDataError, match="width= takes one number, and nan"):
        ta.figures.paper(float("nan"))


def test_axes_of_a_readers_figure_keep_their_size():
    import matplotlib.pyplot as plt

    figure, ax = plt.subplots(figsize=(5, 3))
    ta.figures.ranking(pd.DataFrame({"partner": LONG, "share": [0.4, 0.3, 0.2, 0.1]}), ax=ax, lang="vi")
    plt.close(figure)
    assert figure.get_size_inches().tolist() == [5, 3]


def test_a_figure_in_a_page_has_its_words_as_text_and_is_a_fifth_of_the_file():
    ax = drawn("ranking", "VNM", "vi")
    part = inline_svg(ax, "export-ranking", 'Hình "một" <& hai')
    assert part == inline_svg(drawn("ranking", "VNM", "vi"), "export-ranking", 'Hình "một" <& hai')
    assert "Hoa Kỳ chiếm 28,9% kim ngạch xuất khẩu của Việt Nam</text>" in part
    assert "font-family" not in part  # it has that of the page
    assert "<style" not in part
    assert part.startswith('<svg viewBox="0 0 518.4 ')
    assert "&lt;&amp; hai" in part.split(">")[0]
    assert len(part) < len(figure_bytes(ax, "svg")) / 5
