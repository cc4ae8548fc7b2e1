"""Figures for papers: several economies in one, bands of intervals, columns of journals, print in grey, PDF."""

import functools
import itertools

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from conftest import told
from matplotlib.text import Text

import tradeanalysis as ta
from tradeanalysis.figures.canvas import figure_bytes
from tradeanalysis.figures.courses import LINES

TABLE = pd.DataFrame(
    {
        "year": [2017, 2018, 2020],
        "VNM": [0.12, 0.14, 0.20],
        "VNM_low": [0.11, 0.12, 0.17],
        "VNM_high": [0.14, 0.16, 0.24],
        "THA": [0.08, 0.09, np.nan],
        "MMR": [0.30, 0.29, 0.201],
    }
)
TABLE.attrs["notes"] = {"measure": "hhi", "flow": "export", "source": "made by hand"}


def boxes_of(ax):
    """Every text that is shown, with the room it takes."""
    figure = ax.figure
    figure.canvas.draw()
    renderer = figure.canvas.get_renderer()
    shown = [*figure.texts, *ax.texts]
    for axis in (ax.xaxis, ax.yaxis):
        low, high = sorted(axis.get_view_interval())
        shown += [tick.label1 for tick in axis.get_major_ticks() if low <= tick.get_loc() <= high]
    shown = [one for one in shown if one.get_visible() and one.get_text().strip()]
    return {f"{one.get_text()} ({i})": Text.get_window_extent(one, renderer) for i, one in enumerate(shown)}


def lines_of(ax):
    """The lines of economies: those with a dash of their own, in their order."""
    return [line for line in ax.lines if line.get_linewidth() == 1.9]


def test_lines_bands_and_gaps_are_those_of_the_table():
    ax = ta.figures.comparison(TABLE)
    vietnam, thailand, myanmar = lines_of(ax)
    assert list(vietnam.get_xdata()) == [2017, 2018, 2019, 2020]
    assert np.array_equal(vietnam.get_ydata(), [0.12, 0.14, np.nan, 0.20], equal_nan=True)  # no line over a gap
    assert list(thailand.get_ydata()) == [0.08, 0.09]
    assert list(myanmar.get_ydata()[[0, 3]]) == [0.30, 0.201]
    (band,) = ax.collections
    points = np.vstack([path.vertices for path in band.get_paths()])
    for year, low, high in zip(TABLE["year"], TABLE["VNM_low"], TABLE["VNM_high"], strict=True):
        heights = points[points[:, 0] == year, 1]
        assert (heights.min(), heights.max()) == (low, high)
    assert any("Shaded" in one.get_text() for one in ax.figure.texts)
    names = [one.get_text() for one in ax.texts]
    assert names == ["Vietnam  0.200", "Thailand  0.090", "Myanmar  0.201"]


def test_the_title_is_the_finding_of_the_last_year_that_all_have():
    title = ta.figures.comparison(TABLE).figure.texts[0].get_text().replace("\n", " ")
    assert title == (
        "Of 3 economies, Myanmar’s exports are the most concentrated in 2018 (0.290), Thailand’s the least (0.090)"
    )
    two = TABLE[["year", "VNM", "MMR"]]
    two.attrs = TABLE.attrs
    said = ta.figures.comparison(two, lang="vi").figure
    assert said.texts[0].get_text().replace("\n", " ") == (
        "Xuất khẩu của Myanmar tập trung hơn Việt Nam: 0,201 so với 0,200 (năm 2020)"
    )
    assert "Việt Nam 0,120 (năm 2017), 0,200 (năm 2020)" in said.tradeanalysis_alt
    other = two.copy()
    other.attrs = {"notes": {"measure": "gini", "flow": "import"}}
    assert (
        ta.figures.comparison(other)
        .figure.texts[0]
        .get_text()
        .startswith("Gini coefficient of Myanmar’s imports is 0.201 in 2020")
    )


def test_a_row_for_each_economy_and_year_is_the_same_picture():
    rows = TABLE.melt("year", ["VNM", "THA", "MMR"], "reporter", "hhi").dropna()
    ends = TABLE.assign(reporter="VNM").rename(columns={"VNM_low": "hhi_low", "VNM_high": "hhi_high"})
    rows = rows.merge(ends[["year", "reporter", "hhi_low", "hhi_high"]], how="left")
    rows.attrs = TABLE.attrs
    assert figure_bytes(ta.figures.comparison(rows), "svg") == figure_bytes(ta.figures.comparison(TABLE), "svg")
    with pytest.raises(ta.TradeDataError, match="several rows of hhi for the year 2017"):
        ta.figures.comparison(pd.concat([rows, rows]))
    with pytest.raises(ta.SchemaError, match="year"):
        ta.figures.comparison(TABLE.drop(columns="year"))
    with pytest.raises(ta.TradeDataError, match="nothing to draw"):
        ta.figures.comparison(TABLE.assign(VNM=np.nan, THA=np.nan, MMR=np.nan))


def grey(colour):
    """The lightness of a colour as print in grey shows it, CIE L* from 0 to 100."""
    linear = [x / 12.92 if x <= 0.04045 else ((x + 0.055) / 1.055) ** 2.4 for x in mpl.colors.to_rgb(colour)]
    y = sum(weight * x for weight, x in zip((0.2126, 0.7152, 0.0722), linear, strict=True))
    return 116 * np.cbrt(y) - 16 if y > 0.008856 else 903.3 * y


def test_lines_differ_in_grey_by_dash_and_mark_and_can_be_seen():
    assert len({str(dash) for _, dash, _ in LINES}) == len({sign for _, _, sign in LINES}) == len(LINES)
    assert all(grey(colour) < 65 for colour, _, _ in LINES)  # on white paper, whose L* is 100
    five = pd.DataFrame(
        {"year": [2019, 2020], **{one: [0.1, 0.2] for one in ("VNM", "THA", "MYS", "IDN", "PHL", "LAO")}}
    )
    ax = ta.figures.comparison(five)
    dashes = [str(line._unscaled_dash_pattern) for line in lines_of(ax)]
    assert len(set(dashes)) == 5
    assert sum(line.get_linewidth() == 1.1 for line in ax.lines) == 1  # the sixth is grey


@functools.cache
def seven(*several):
    """The course of large, small and long-named economies."""
    with told("TA-119"):
        return ta.compare(ta.example("world_2010_2020"), several, flow="export").table


@pytest.mark.parametrize("lang", ["en", "vi"])
@pytest.mark.parametrize("width", [7.2, 3.5, 3.0])
@pytest.mark.parametrize("words", [True, False])
def test_no_name_is_cut_or_covers_another(width, words, lang):
    several = ["VNM", "THA", "USA", "MMR", "CHN", "GBR", "BTN"]
    ax = ta.figures.comparison(seven(*several), lang=lang, ax=ta.figures.paper(width, words=words))
    boxes, (across, down) = boxes_of(ax), ax.figure.canvas.get_width_height()
    assert len([one for one in ax.texts if one.get_visible()]) == len(several)
    for text, box in boxes.items():
        assert -0.5 <= box.x0 <= box.x1 <= across + 0.5, text
        assert -0.5 <= box.y0 <= box.y1 <= down + 0.5, text
    for (one, a), (other, b) in itertools.combinations(boxes.items(), 2):
        assert not a.padded(-1).overlaps(b.padded(-1)), f"{one!r} on {other!r}"


def test_the_words_of_a_journal_stand_below_the_picture():
    ax = ta.figures.comparison(TABLE, ax=ta.figures.paper(3.5, words=False))
    assert not any(one.get_text() for one in ax.figure.texts)
    title, about, *notes = ax.figure.tradeanalysis_caption.splitlines()
    assert title.startswith("Of 3 economies")
    assert about == "Herfindahl-Hirschman index of exports by partner, 0-1, 2017-2020"
    assert notes == ["Shaded: the interval of each index.", "Source: made by hand"]
    assert ax.figure.tradeanalysis_alt.startswith("Line chart of 3 economies, 2017 to 2020.")
    whole = ta.figures.comparison(TABLE, ax=ta.figures.paper(3.5))
    assert ax.figure.get_size_inches()[1] < whole.figure.get_size_inches()[1]


def test_an_interval_table_goes_straight_into_a_trend():
    rows = [
        ("USA", 2019, 50.0),
        ("CHN", 2019, 30.0),
        ("Others", 2019, 20.0),
        ("USA", 2020, 60.0),
        ("Others", 2020, 40.0),
    ]
    table = pd.DataFrame(rows, columns=["partner", "year", "value"])
    known = ta.uncertainty.intervals(table, ta.hhi, by="year")
    assert "hhi" not in known
    ax = ta.figures.trend(known)
    points = np.vstack([path.vertices for path in ax.collections[0].get_paths()])
    # The rest of 2020 spread thin, .36; or one partner of .4, .36 + .16 = .52.
    heights = points[points[:, 0] == 2020, 1]
    assert (heights.min(), heights.max()) == pytest.approx((0.36, 0.52 if known["hhi_high"].iloc[1] < 0.6 else 1.0))
    assert "The line is the lower end" in ax.figure.texts[2].get_text()
    assert "Đường kẻ là đầu dưới" in ta.figures.trend(known, lang="vi").figure.texts[2].get_text()


def test_a_trend_of_several_points_to_the_comparison():
    rows = pd.DataFrame({"year": [2019, 2019], "reporter": ["VNM", "THA"], "hhi": [0.1, 0.2]})
    with pytest.raises(ta.TradeDataError, match=r"ta\.figures\.comparison\(table\)") as refused:
        ta.figures.trend(rows)
    assert "vẽ chung bằng ta.figures.comparison" in refused.value.args[0].say("vi")
    assert ta.figures.comparison(rows).tradeanalysis_data.equals(rows)


def test_a_pdf_is_the_same_on_every_run_and_other_formats_say_which_there_are(tmp_path):
    first, second = (figure_bytes(ta.figures.comparison(TABLE), "pdf") for _ in range(2))
    assert first == second
    assert first.startswith(b"%PDF-")
    written = ta.figures.save(ta.figures.comparison(TABLE), tmp_path / "figure.PDF")
    assert written.read_bytes() == first
    with pytest.raises(ta.TradeDataError, match=r"written to \.png, \.svg, \.pdf, and figure.jpg") as refused:
        ta.figures.save(ta.figures.comparison(TABLE), tmp_path / "figure.jpg")
    assert "không thuộc các dạng này" in refused.value.args[0].say("vi")


def test_the_page_of_a_column_is_as_wide_as_it_says():
    import re

    box = re.search(
        rb"/MediaBox \[ ?0 0 ([\d.]+) ([\d.]+)",
        figure_bytes(ta.figures.comparison(TABLE, ax=ta.figures.paper(3.5)), "pdf"),
    )
    assert float(box[1]) == pytest.approx(3.5 * 72, abs=0.01)


def test_the_other_side_of_a_table_keeps_its_warning():
    imports = ta.example("imports_1995_2019")
    with told("holds no exports"):
        found = ta.compare(imports, ["THA", "MYS"], flow="export", years=(2018, 2019))
    assert "exports are more concentrated" in ta.figures.comparison(found.table).figure.tradeanalysis_alt
