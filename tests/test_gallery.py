"""Every figure: what it draws equals its table, nothing is cut or covered, and a second run makes the same file."""

import functools
import inspect
import itertools
import runpy
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from conftest import sampled
from matplotlib.patches import Rectangle
from matplotlib.text import Text

import tradeanalysis as ta
from tradeanalysis.figures.canvas import figure_bytes, sheet
from tradeanalysis.figures.docstrings import FIGURES
from tradeanalysis.figures.placement import place, spread
from tradeanalysis.figures.style import decimals, ink_on

BEFORE, AFTER = 2009, 2019
SCRIPTS = Path(__file__).parents[1] / "docs" / "site" / "gallery"
# Other values of all settings that the style of the house fixes.
STRANGE = {
    **dict.fromkeys(["figure.facecolor", "axes.facecolor", "axes.edgecolor", "axes.labelcolor", "grid.color"], "red"),
    **dict.fromkeys(["xtick.color", "ytick.color", "text.color"], "red"),
    **dict.fromkeys(["font.size", "axes.labelsize", "xtick.labelsize", "ytick.labelsize"], 20),
    **dict.fromkeys(["xtick.major.size", "xtick.major.pad", "ytick.major.size", "grid.linewidth"], 20),
    **{"font.family": "serif", "figure.dpi": 50, "savefig.dpi": 50, "svg.hashsalt": "other"},
    **{"axes.axisbelow": False, "axes.unicode_minus": False, "text.parse_math": True},
}


@functools.cache
def world():
    return ta.example("world_2023")


@functools.cache
def published(code):
    """The published top five of an economy's exports, by year."""
    table = ta.example("wits_top5")
    return table[(table["reporter"] == code) & (table["flow"] == "export")]


def changed(code):
    table = published(code)
    before, after = (table[table["year"] == year].set_index("partner")["share"] for year in (BEFORE, AFTER))
    both = pd.DataFrame({"share_before": before, "share": after}).fillna(0.0)
    return both.rename_axis("partner").reset_index()


def contributions(code):
    table = changed(code)
    kinds = np.select([table["share_before"] == 0, table["share"] == 0], ["entry", "exit"], "")
    return table.assign(contribution=table["share"] ** 2 - table["share_before"] ** 2, kind=kinds)


def indices(code):
    table = published(code)
    return table.assign(hhi=table["share"] ** 2).groupby("year", as_index=False)["hhi"].sum()


def ranges(code):
    """The index from the published five, the rest spread thin, and the ends that the rest allows it."""
    table = published(code).rename(columns={"share": "value"})
    rest = 1 - table.groupby("year")["value"].transform("sum")
    known = ta.uncertainty.intervals(table.assign(remainder=rest.clip(lower=0)), ta.hhi, by="year", top_listed=True)
    return indices(code).merge(known[["year", "hhi_low", "hhi_high"]])


def farms():
    table = ta.example("vn_agri_2019")
    table = table[table["year"] == AFTER]
    shares = table["value"] / table.groupby("product")["value"].transform("sum")
    return table.assign(share=shares).merge(ta.measure(table, ta.hhi, by="product")[["product", "hhi"]])


def markets(code):
    imports = world().groupby("partner")["value"].sum()
    ours = world().query("reporter == @code").set_index("partner")["value"]
    table = (
        pd.DataFrame({"imports": imports, "share": (ours / imports).fillna(0.0)})
        .drop(index=code)
        .nlargest(50, "imports")
    )
    growth = np.random.default_rng(0).normal(0.05, 0.03, len(table))
    return table.assign(growth=growth).reset_index()


PLANS = pd.DataFrame(
    [
        (0, 0.1397, "current"),
        (0.1, 0.118, "chosen"),
        *((x / 100, 0.115 + 4e-5 * (x - 2) ** 2, "frontier") for x in range(21)),
    ],
    columns=["growth", "hhi", "kind"],
)


LADDER = pd.DataFrame(
    [
        ("851712", "CZE", 173.8e6, 1307.8e6, 2000e6, None),
        ("Gạo xát", "SAU", 29.5e6, 192.5e6, 9e9, None),
        ("640411", "ITA", 250.0e6, 225.6e6, 290e6, None),
        ("440131", "GBR", 0.0, 61.5e6, 200e6, 0.124),
        ("871120", "MEX", 0.0, 4e3, None, 0.004),
    ],
    columns=["product", "partner", "now", "gravity", "ceiling", "chance"],
)


@functools.cache
def seen(name, code, lang="en"):
    """A figure as ``drawn`` draws it, for tests that only look at it."""
    return drawn(name, code, lang)


def drawn(name, code, lang="en", ax=None, **more):
    """A figure of real tables where there are such, and else of tables made for it."""
    caption = {"reporter": code, "source": "CEPII BACI (HS22, release 202501)", **more}
    about = {"lang": lang, "caption": caption, "ax": ax}
    dated = about | {"caption": caption | {"flow": "export", "year": 2023}}
    timed = about | {"caption": caption | {"flow": "export"}}
    exports = ta.partners(world(), reporter=code, flow="export")
    start = float((changed(code)["share_before"] ** 2).sum())
    end = start + contributions(code)["contribution"].sum()
    doj = ta.dependency.regimes().query("regime == 'doj2010'")
    figures = {
        "ranking": lambda: ta.figures.ranking(exports, **dated),
        "treemap": lambda: ta.figures.treemap(exports, **dated),
        "tilemap": lambda: ta.figures.tilemap(exports, **dated),
        "shock": lambda: ta.figures.shock(ta.contingency(exports.set_index("partner")["value"]), **dated),
        "trend": lambda: ta.figures.trend(indices(code), bands=doj, **timed),
        "ribbon": lambda: ta.figures.trend(ranges(code), bands=doj, **timed),
        "slope": lambda: ta.figures.slope(changed(code), before=BEFORE, after=AFTER, **timed),
        "waterfall": lambda: ta.figures.waterfall(
            contributions(code), start=start, end=end, before=BEFORE, after=AFTER, **about
        ),
        "heatmap": lambda: ta.figures.heatmap(farms(), **dated),
        "marimekko": lambda: ta.figures.marimekko(farms(), **dated),
        "opportunity": lambda: ta.figures.opportunity(markets(code), world_growth=0.05, average_share=0.02, **about),
        "frontier": lambda: ta.figures.frontier(PLANS, **about),
        "ladder": lambda: ta.figures.ladder(LADDER, **about | {"caption": caption | {"year": 2023}}),
        "lorenz": lambda: ta.figures.lorenz(ta.lorenz(exports["value"]), gini=ta.gini(exports["value"]), **dated),
        "position": lambda: ta.figures.position(ta.measure(world(), ta.hhi, by="reporter"), reporter=code, **dated),
    }
    return figures[name]()


OF_ANY = ["ranking", "treemap", "tilemap", "shock", "trend", "ribbon", "slope", "waterfall", "opportunity"]
OF_VIETNAM = ["heatmap", "marimekko", "frontier", "ladder"]
ALL = [(name, code) for name in OF_ANY for code in ("VNM", "MEX", "CHN", "BTN")] + [
    (name, "VNM") for name in OF_VIETNAM
]


def texts_of(ax):
    figure = ax.figure
    figure.canvas.draw()
    renderer = figure.canvas.get_renderer()
    shown = [*figure.texts]
    for one in (ax, *ax.child_axes):
        shown += [*one.texts, one.xaxis.label, one.yaxis.label, one._left_title]
        for axis in (one.xaxis, one.yaxis):
            low, high = sorted(axis.get_view_interval())
            if axis.get_visible() and one.axison:
                shown += [tick.label1 for tick in axis.get_major_ticks() if low <= tick.get_loc() <= high]
                shown += [tick.label2 for tick in axis.get_major_ticks() if low <= tick.get_loc() <= high]
    if ax.get_legend():
        shown += ax.get_legend().get_texts()
    shown = [text for text in shown if text.get_visible() and text.get_text().strip()]
    return {f"{text.get_text()} ({i})": Text.get_window_extent(text, renderer) for i, text in enumerate(shown)}


@pytest.mark.parametrize("lang", ["en", "vi"])
@sampled(("name", "code"), ALL, every=5)
def test_no_text_is_cut_or_covers_another(name, code, lang):
    ax = seen(name, code, lang)
    boxes = texts_of(ax)
    width, height = ax.figure.canvas.get_width_height()
    for text, box in boxes.items():
        assert box.x0 >= 0, text
        assert box.y0 >= 0, text
        assert box.x1 <= width, text
        assert box.y1 <= height, text
    for (one, a), (other, b) in itertools.combinations(boxes.items(), 2):
        assert not a.padded(-1.5).overlaps(b.padded(-1.5)), f"{one!r} on {other!r}"


@sampled("name", OF_ANY + OF_VIETNAM, every=2)
def test_a_second_run_makes_the_same_file_and_keeps_alt_text_and_table(name):
    one, other = seen(name, "VNM"), drawn(name, "VNM")
    assert figure_bytes(one, "svg") == figure_bytes(other, "svg")
    assert len(one.figure.tradeanalysis_alt) > 60
    assert len(one.tradeanalysis_data) > 1
    assert seen(name, "VNM", "vi").figure.tradeanalysis_alt != one.figure.tradeanalysis_alt


@functools.cache
def seen_of_script(name, lang="en"):
    """The figure of a script of the gallery, for tests that only look at it."""
    return of_script(name, lang)


def of_script(name, lang="en"):
    """The figure of a script of the gallery, in a language."""
    with pytest.MonkeyPatch.context() as patched:
        for one in FIGURES:
            if one != "dashboard":
                patched.setattr(ta.figures, one, functools.partial(getattr(ta.figures, one), lang=lang))
        return runpy.run_path(str(SCRIPTS / f"{name}.py"))["ax"]


def test_every_figure_has_a_script_in_the_gallery():
    assert {path.stem for path in SCRIPTS.glob("*.py")} == set(FIGURES)
    assert set(ta.figures.__all__) == {*FIGURES, "Caption", "colours", "paper", "save"}


@sampled("name", FIGURES, every=2)
def test_a_script_of_the_gallery_draws_the_same_whatever_the_settings_are(name):
    with mpl.rc_context(STRANGE):
        strange = of_script(name)
        changed = figure_bytes(strange, "svg")
    ax = seen_of_script(name)
    same = figure_bytes(ax, "svg") == changed
    assert same  # a difference of two pictures is too long to be printed
    assert ax.figure.tradeanalysis_alt == strange.figure.tradeanalysis_alt


@sampled(("name", "lang"), list(itertools.product(FIGURES, ["en", "vi"])), every=3)
def test_a_script_of_the_gallery_cuts_and_covers_no_text(name, lang):
    first = seen_of_script(name, lang)
    width, height = first.figure.canvas.get_width_height()
    for ax in first.figure.axes:
        boxes = texts_of(ax)
        assert all(0 <= box.x0 <= box.x1 <= width and 0 <= box.y0 <= box.y1 <= height for box in boxes.values())
        for (one, a), (other, b) in itertools.combinations(boxes.items(), 2):
            assert not a.padded(-1.5).overlaps(b.padded(-1.5)), f"{one!r} on {other!r}"
    assert len(first.figure.tradeanalysis_alt) > 60
    assert len(first.tradeanalysis_data) > 1


def rectangles(ax):
    return [patch for patch in ax.patches if isinstance(patch, Rectangle)]


@pytest.mark.parametrize("regions", [False, True])
def test_areas_of_the_treemap_equal_the_values(regions):
    exports = ta.partners(world(), reporter="VNM", flow="export")
    if regions:
        exports = exports.assign(region=["one", "two", "three"] * 39 + ["one"])
    ax = ta.figures.treemap(exports)
    whole = abs(np.diff(ax.get_xlim())[0] * np.diff(ax.get_ylim())[0])
    areas = [patch.get_width() * patch.get_height() / whole for patch in rectangles(ax)]
    table = ax.tradeanalysis_data
    assert areas == pytest.approx(table["share"].tolist(), rel=1e-9)
    assert sum(areas) == pytest.approx(1)
    corners = [patch.get_bbox() for patch in rectangles(ax)]
    for a, b in itertools.combinations(corners, 2):
        assert min(a.x1, b.x1) - max(a.x0, b.x0) < 1e-6 or min(a.y1, b.y1) - max(a.y0, b.y0) < 1e-6


def test_the_treemap_stands_by_the_regions_of_the_world():
    exports = ta.partners(world(), reporter="VNM", flow="export")
    ax = ta.figures.treemap(exports, lang="vi")
    asia = exports["partner"].map(ta.names.region) == "ASIA"
    share = f"{100 * exports['share'][asia].sum():.1f}%".replace(".", ",")
    assert f"Châu Á chiếm {share} kim ngạch xuất khẩu của Việt Nam" in ax.figure.tradeanalysis_alt
    assert {text.get_text() for text in ax.get_legend().get_texts()} >= {"Châu Á", "Châu Mỹ", "Châu Âu"}
    own = pd.DataFrame({"partner": ["USA", "Chợ Gạo", "CHN"], "share": [0.5, 0.3, 0.2]})
    assert ta.figures.treemap(own).get_legend() is None  # a market that is no economy: no regions


def test_regions_are_those_of_the_united_nations():
    expected = {"VNM": "ASIA", "RUS": "EUROPE", "TUR": "ASIA", "CYP": "ASIA", "MEX": "AMERICAS", "FJI": "OCEANIA"}
    assert {code: ta.names.region(code) for code in expected} == expected
    assert ta.names.region("Long An") is None
    assert all(ta.names.region(code) for code in ta.names.tiles())


def test_codes_on_a_small_tilemap_are_left_out_rather_than_laid_over_each_other():
    exports = ta.partners(world(), reporter="VNM", flow="export")
    small = ta.figures.tilemap(exports, ax=ta.figures.paper(3.0))
    assert not [text for text in small.texts if text.get_visible()]
    assert len([text for text in ta.figures.tilemap(exports).texts if text.get_visible()]) == 235


def test_areas_of_the_marimekko_equal_the_values():
    table = farms()
    ax = ta.figures.marimekko(table, partners=3, products=2)
    areas = sorted(patch.get_width() * patch.get_height() / 1e4 for patch in rectangles(ax))
    parts = ax.tradeanalysis_data["value"] / table["value"].sum()
    assert areas == pytest.approx(sorted(parts[parts > 0]), rel=1e-9)
    assert parts.sum() == pytest.approx(1)
    assert len(set(ax.tradeanalysis_data["partner"])) == 4


@pytest.mark.parametrize("lang", ["en", "vi"])
def test_long_names_of_products_are_neither_cut_nor_make_others_overlap(lang):
    table = farms().assign(product=lambda t: t["product"] + ", parts thereof and what is made of them")
    ax = ta.figures.marimekko(table, lang=lang)
    boxes = texts_of(ax)
    width, height = ax.figure.canvas.get_width_height()
    assert all(box.x0 >= 0 and box.y0 >= 0 and box.x1 <= width and box.y1 <= height for box in boxes.values())
    for (one, a), (other, b) in itertools.combinations(boxes.items(), 2):
        assert not a.padded(-1.5).overlaps(b.padded(-1.5)), f"{one!r} on {other!r}"


def lorenz_of(values, lang, **more):
    return functools.partial(ta.figures.lorenz, ta.lorenz(values), gini=0.5, lang=lang, **more)


@pytest.mark.parametrize("lang", ["en", "vi"])
@sampled("code", ["VNM", "MEX", "CHN", "BTN", "USA", "three", "four", "ten"], every=3)
def test_no_line_crosses_the_labels_of_a_lorenz_curve(code, lang):
    own = {
        "three": [60.5, 30.1, 9.4],
        "four": [40, 30, 20, 10],
        "ten": [125, 98, 61, 54, 32, 29, 21, 15, 12, 9.8],
    }
    values = own.get(code) or ta.partners(world(), reporter=code, flow="export")["value"]
    panels = ta.figures.dashboard([lorenz_of(values, lang)] * 4, title="four").figure.axes
    for ax in (lorenz_of(values, lang)(), panels[3]):
        boxes = list(texts_of(ax).items())
        labels = {text: box for text, box in boxes if "%" in text and ("largest:" in text or "lớn nhất:" in text)}
        assert len(labels) == (1 if code == "three" else 2 if code == "four" else 3)
        at = np.linspace(0, 100, 4001)
        curve = np.interp(at, *ax.lines[1].get_data())
        for line in (ax.transData.transform(np.c_[at, at]), ax.transData.transform(np.c_[at, curve])):
            for text, box in labels.items():
                inside = (line >= box.padded(-1).min).all(axis=1) & (line <= box.padded(-1).max).all(axis=1)
                assert not inside.any(), text
        for (one, a), (other, b) in itertools.combinations(labels.items(), 2):
            assert not a.padded(-1).overlaps(b.padded(-1)), f"{one!r} on {other!r}"
        assert all(box.x0 >= ax.get_window_extent().x0 for box in labels.values())


@pytest.mark.parametrize(
    ("lang", "title", "label"),
    [
        ("en", "The largest partner accounts for 60.0%", "largest: 60.0%"),
        ("vi", "Đối tác lớn nhất chiếm 60,0%", "lớn nhất: 60,0%"),
    ],
)
def test_one_largest_partner_is_not_counted(lang, title, label):
    ax = lorenz_of([60, 30, 10], lang)()
    assert ax.figure.texts[0].get_text() == title
    assert label in {text.get_text() for text in ax.texts}


def test_the_waterfall_begins_and_ends_where_the_index_does():
    table = pd.DataFrame(
        {"partner": ["USA", "CHN", "JPN"], "contribution": [0.05, -0.02, 0.01], "kind": ["", "", "entry"]}
    )
    ax = ta.figures.waterfall(table, start=0.10, end=0.14)
    bars = rectangles(ax)
    assert bars[0].get_width() == pytest.approx(0.10)
    assert bars[1].get_width() == pytest.approx(0.14)
    at = 0.10
    for bar, step in zip(bars[2:], (0.05, -0.02, 0.01), strict=True):
        assert bar.get_x() + min(0, step) * 0 == pytest.approx(at) or bar.get_x() == pytest.approx(at + step)
        at += step
    assert "new partners (1)" in ax.figure.tradeanalysis_alt
    with pytest.raises(ta.TradeDataError, match=r"add up to 0\.04 and the index moved by 0\.05"):
        ta.figures.waterfall(table, start=0.10, end=0.15)


def test_the_waterfall_names_who_moved_it_most_in_its_direction():
    table = pd.DataFrame({"partner": ["USA", "CHN"], "contribution": [0.05, -0.07]})
    ax = ta.figures.waterfall(table, start=0.12, end=0.10)
    title = ax.figure.texts[0].get_text().replace("\n", " ")
    assert title.endswith("fell from 0.120 to 0.100, mostly because of China")


def test_the_waterfall_takes_a_change_as_it_is_and_says_most_only_where_it_is():
    before, after = {"USA": 50, "CHN": 30, "JPN": 20}, {"USA": 40, "CHN": 26, "JPN": 24, "KOR": 10}
    moved = ta.change(before, after)
    start, end = ((moved[share] ** 2).sum() for share in ("share_before", "share_after"))
    caption = {"reporter": "VNM", "flow": "export", "year": "2004-2014"}
    title = (
        ta.figures.waterfall(moved, start=start, end=end, caption=caption).figure.texts[0].get_text().replace("\n", " ")
    )
    assert title == "Concentration of Vietnam’s exports fell from 0.380 to 0.295, mostly because of the United States"
    table = pd.DataFrame({"partner": ["USA", "CHN", "JPN"], "contribution": [-0.04, -0.03, -0.03]})
    ax = ta.figures.waterfall(table, start=0.30, end=0.20, lang="vi")
    assert ax.figure.texts[0].get_text().replace("\n", " ").endswith("giảm từ 0,300 xuống 0,200, trước hết do Hoa Kỳ")


def test_steps_of_the_waterfall_too_small_to_be_seen_go_to_the_others():
    table = pd.DataFrame(
        {
            "partner": ["USA", "CHN", "JPN", "KOR"],
            "contribution": [0.1, 0.0004, 0.0001, -0.0002],
            "kind": ["incumbent", "incumbent", "entry", "exit"],
        }
    )
    shown = ta.figures.waterfall(table, start=0.3, end=0.4003).tradeanalysis_data
    assert shown["partner"].tolist() == ["United States", "3 other partners"]
    assert shown["contribution"].sum() == pytest.approx(0.1003)


def test_the_trend_marks_breaks_partial_years_and_named_bands():
    table = pd.DataFrame({"year": range(2015, 2021), "hhi": [0.14, 0.15, 0.16, 0.2, 0.22, 0.3]})
    table["partial"], table["break"] = table["year"] == 2020, table["year"] == 2017
    bands = ta.dependency.regimes().query("regime == 'doj2010'")
    words = [text.get_text().strip() for text in ta.figures.trend(table, bands=bands, lang="vi").texts]
    assert {"tập trung vừa", "tập trung cao", "gián đoạn chuỗi số liệu"} <= set(words)
    assert "0,300 = 3,3 đối tác bằng nhau" in words
    ax = ta.figures.trend(table, bands=bands)
    hollow = [line for line in ax.lines if line.get_markerfacecolor() == "white"]
    assert [list(line.get_xdata()) for line in hollow] == [[2020]]
    assert "Hollow" in ax.figure.texts[2].get_text()
    assert not ta.figures.trend(table).patches  # no threshold is a default


@pytest.mark.parametrize("lang", ["en", "vi"])
@pytest.mark.parametrize("code", ["VNM", "MEX", "CHN", "BTN"])
def test_the_ribbon_is_the_interval_and_no_words_stand_on_it(code, lang):
    ax = drawn("ribbon", code, lang, source="")
    table = ax.tradeanalysis_data
    ribbon = next(one for one in ax.collections if one.get_alpha() == 0.18)
    points = ribbon.get_paths()[0].vertices
    for row in table.itertuples():
        heights = points[points[:, 0] == row.year, 1]
        assert (heights.min(), heights.max()) == (row.hhi_low, row.hhi_high)
    last = table.iloc[-1]
    number = "{:.3f}".format(last["hhi_high"])
    assert (number.replace(".", ",") if lang == "vi" else number) in ax.figure.tradeanalysis_alt.split(". ")[-1]
    assert any(("Shaded" if lang == "en" else "Vùng tô màu") in text.get_text() for text in ax.figure.texts)
    words = next(text for text in ax.texts if "=" in text.get_text()).get_window_extent()
    left, bottom = ax.transData.inverted().transform((words.x0, words.y0))
    assert bottom > table.loc[table["year"] >= left, "hhi_high"].max()


def test_without_an_interval_there_is_no_ribbon():
    ax = drawn("trend", "VNM")
    assert not ax.collections
    assert "Shaded" not in ax.figure.texts[2].get_text()


def test_the_slope_colours_movers_and_counts_who_is_not_drawn():
    table = pd.DataFrame(
        {
            "partner": ["USA", "CHN", "JPN", "KOR"],
            "share_before": [0.2, 0.3, 0.2, 0.01],
            "share": [0.3, 0.2, 0.205, 0.02],
        }
    )
    ax = ta.figures.slope(table, before=2018, after=2023, top=3)
    colours = [
        line.get_color() for line in ax.lines if list(line.get_xdata()) == [0, 1] and line.get_linestyle() == "-"
    ]
    assert len(colours) == 3
    assert colours.count("#9aa5ad") == 1
    assert ax.figure.texts[2].get_text() == "1 partner is not shown: 2.0%."


@pytest.mark.parametrize(
    ("shares", "english", "vietnamese"),
    [
        ((0.2, 0.3), "rose from 20.0% to 30.0%", "tăng từ 20,0% lên 30,0%"),
        ((0.3, 0.2), "fell from 30.0% to 20.0%", "giảm từ 30,0% xuống 20,0%"),
        ((0.2, 0.2), "is 20.0%, as in 2018", "là 20,0%, bằng mức năm 2018"),
    ],
)
def test_the_slope_says_which_way(shares, english, vietnamese):
    table = pd.DataFrame({"partner": ["USA"], "share_before": shares[0], "share": shares[1]})
    for lang, words in (("en", english), ("vi", vietnamese)):
        for caption in ({}, {"reporter": "VNM", "flow": "import"}):
            ax = ta.figures.slope(table, before=2018, after=2023, lang=lang, caption=caption)
            assert " ".join(ax.figure.texts[0].get_text().split()).endswith(words)


def test_the_heatmap_frames_halves_and_counts_what_is_left():
    ax = ta.figures.heatmap(farms(), partners=2)
    table = ax.tradeanalysis_data.set_index("product")
    assert table[[one for one in table.columns if one != "hhi"]].sum(axis=1).tolist() == pytest.approx([1] * len(table))
    frames = [patch for patch in rectangles(ax) if not patch.get_fill()]
    assert len(frames) == int((table[["CHN", "USA"]] > 0.5).to_numpy().sum()) > 2


def test_the_tilemap_has_a_tile_for_every_economy_and_hatches_what_is_not_there():
    ax = drawn("tilemap", "VNM")
    tiles = rectangles(ax)
    places = {(patch.get_x(), patch.get_y()) for patch in tiles}
    assert len(places) == len(tiles) == 235
    shown = {text.get_text() for text in ax.texts}
    assert set(world()["reporter"]) - {"TWN"} <= shown
    hatched = [patch for patch in tiles if patch.get_hatch()]
    exports = ta.partners(world(), reporter="VNM", flow="export")
    assert len(hatched) == 235 - 1 - len(exports)
    # Neighbours on earth are near on the map, and west is left of east.
    at = {text.get_text(): text.get_position() for text in ax.texts}
    assert at["USA"][0] < at["GBR"][0] < at["CHN"][0] < at["JPN"][0]
    assert at["FIN"][1] < at["ITA"][1] < at["ZAF"][1]


def test_markets_that_grow_and_take_little_are_counted():
    rows = [("USA", 0.06, 0.04, 3e12), ("IND", 0.09, 0.01, 6e11), ("JPN", 0.01, 0.03, 8e11), ("FRA", 0.07, 0.0, 5e11)]
    table = pd.DataFrame(rows, columns=["partner", "growth", "share", "imports"])
    ax = ta.figures.opportunity(table, world_growth=0.05, average_share=0.03)
    assert ax.figure.tradeanalysis_alt.endswith("little from the reporter: India, France.")
    sizes = ax.collections[0].get_sizes()
    assert (sizes / sizes[0]).tolist() == pytest.approx([1, 8 / 30, 0.2, 5 / 30])


@pytest.mark.parametrize(
    "kinds", [["frontier"] * 3, ["current", "current", "frontier"], ["current", "chosen", "chosen"]]
)
def test_a_frontier_needs_today_and_plans(kinds):
    table = pd.DataFrame({"growth": [0.0, 0.1, 0.2], "hhi": [0.1, 0.11, 0.12], "kind": kinds})
    with pytest.raises(ta.TradeDataError, match="one row of kind 'current'"):
        ta.figures.frontier(table)


def test_a_dashboard_is_four_figures_on_one_page_and_nothing_overlaps():
    exports = ta.partners(world(), reporter="VNM", flow="export")
    panels = [
        functools.partial(ta.figures.ranking, exports, lang="vi"),
        functools.partial(ta.figures.trend, indices("VNM"), caption={"reporter": "VNM", "flow": "export"}, lang="vi"),
        functools.partial(ta.figures.slope, changed("VNM"), before=BEFORE, after=AFTER, lang="vi"),
        functools.partial(ta.figures.treemap, exports, lang="vi"),
    ]
    page = ta.figures.dashboard(panels, title="Việt Nam: xuất khẩu theo thị trường").figure
    boxes = {}
    for i, ax in enumerate(page.axes):
        boxes |= {f"{text} {i}": box for text, box in texts_of(ax).items() if box not in boxes.values()}
    boxes = {text: box for text, box in boxes.items() if text.split(" (")[0]}
    width, height = page.canvas.get_width_height()
    unique = {(box.x0, box.y0, box.x1, box.y1): text for text, box in boxes.items()}
    for x0, y0, x1, y1 in unique:
        assert 0 <= x0 <= x1 <= width
        assert 0 <= y0 <= y1 <= height
    for (a, one), (b, other) in itertools.combinations(unique.items(), 2):
        apart = a[2] - 3 <= b[0] or b[2] - 3 <= a[0] or a[3] - 3 <= b[1] or b[3] - 3 <= a[1]
        assert apart, f"{one!r} on {other!r}"
    assert page.tradeanalysis_alt.count(".") >= 4
    with pytest.raises(ta.TradeDataError, match="four panels, and 2"):
        ta.figures.dashboard(panels[:2], title="")


def test_places_are_spread_no_further_than_they_must():
    assert spread([], 1) == []
    assert spread([1.0, 5.0, 9.0], 2) == [1.0, 5.0, 9.0]
    assert spread([3.0, 3.0], 2) == [2.0, 4.0]
    rng = np.random.default_rng(0)
    for _ in range(50):
        places = rng.uniform(0, 10, rng.integers(1, 12))
        found = np.array(spread(list(places), 1.0))
        assert (np.argsort(found, kind="stable") == np.argsort(places, kind="stable")).all()
        assert (np.diff(np.sort(found)) >= 1 - 1e-9).all()


def test_words_that_find_no_room_are_given_back():
    ax = sheet(3, 3).subplots()
    ax.set(xlim=(0, 1), ylim=(0, 1))
    left = place(ax, [(0.5, 0.5)] * 40, [f"a long word {i}" for i in range(40)])
    assert 0 < len(left) < 40
    renderer = ax.figure.canvas.get_renderer()
    boxes = [Text.get_window_extent(text, renderer) for text in ax.texts]  # without the lines to their points
    assert len(boxes) + len(left) == 40
    assert not any(a.overlaps(b) for a, b in itertools.combinations(boxes, 2))


def test_small_tiles_bear_codes_and_smaller_letters():
    """A code where no name fits, and a note says so; small tiles have small letters."""
    exports = ta.partners(world(), reporter="VNM", flow="export")
    ax = ta.figures.treemap(exports, lang="vi")
    words = {text.get_text().split("\n")[0]: text.get_size() for text in ax.texts}
    assert {"CHE", "KHM"} <= set(words)
    assert "Mã nước theo ISO 3166." in ax.figure.texts[2].get_text()
    assert words["Hoa Kỳ"] == words["Trung Quốc"] == 15
    assert words["Italy"] < words["Nhật Bản"]
    mexican = ta.figures.treemap(ta.partners(world(), reporter="MEX", flow="export"), lang="vi")
    written = {text.get_text().replace("\n", " ") for text in mexican.texts}
    assert {"Tây Ban Nha 1,0%", "GBR 0,9%"} <= written


def test_ticks_are_written_as_they_are():
    assert [decimals(ticks) for ticks in ([0, 5, 10], [-0.75, -0.5, 0.25], [0.0, 0.1, 0.30000000000000004])] == [
        0,
        2,
        1,
    ]
    assert decimals([0, 1], least=2) == 2
    rows = [("USA", 0.006, 0.04, 3e12), ("IND", -0.002, 0.01, 6e11)]
    table = pd.DataFrame(rows, columns=["partner", "growth", "share", "imports"])
    ax = ta.figures.opportunity(table, world_growth=0.001, average_share=0.03)
    for axis in (ax.xaxis, ax.yaxis):
        written = [float(text.get_text().replace("−", "-")) for text in axis.get_ticklabels()]
        assert written == pytest.approx(list(axis.get_ticklocs()), abs=1e-9)
        assert len(written) > 2
    trend = ta.figures.trend(pd.DataFrame({"year": [2018, 2019], "hhi": [0.6, 0.72]}))
    written = [float(text.get_text()) for text in trend.get_yticklabels()]
    assert written == pytest.approx(list(trend.get_yticks()))


def test_markets_of_no_chance_and_no_share():
    rows = [("USA", 0.01, 0.0, 3e12), ("IND", 0.02, 0.0, 6e11), ("JPN", 0.01, 0.0, 8e11)]
    table = pd.DataFrame(rows, columns=["partner", "growth", "share", "imports"])
    ax = ta.figures.opportunity(table, world_growth=0.05, average_share=0.0, caption={"reporter": "CHN"})
    alt = ax.figure.tradeanalysis_alt
    assert alt == "Bubble chart of 3 markets. No large market grows faster than the world and takes little from China."
    assert min(ax.get_yticks()) == 0
    assert "China’s share" in ax.figure.texts[1].get_text()
    ax = ta.figures.opportunity(table, world_growth=0.015, average_share=0.02, caption={"reporter": "CHN"}, lang="vi")
    assert "1 thị trường lớn tăng nhanh hơn" in ax.figure.tradeanalysis_alt
    assert "Màu xanh: trong 3 thị trường lớn nhất" in ax.figure.texts[2].get_text()


@pytest.mark.parametrize("code", ["VNM", "MEX", "CHN"])
def test_a_name_stands_beside_its_bubble_or_has_a_line_to_it(code):
    ax = drawn("opportunity", code)
    renderer = ax.figure.canvas.get_renderer()
    named = [text for text in ax.texts if hasattr(text, "arrow_patch")]
    assert len(named) > 4
    for text in named:
        dx, dy = text.get_position()
        bubble = np.sqrt(1400 / np.pi)
        assert text.arrow_patch is not None or np.hypot(dx, dy) <= bubble + 6
        assert Text.get_window_extent(text, renderer).width > 0
    ax = sheet(4, 4).subplots()
    ax.set(xlim=(0, 1), ylim=(0, 1))
    # The best place of the first is on the second's bubble.
    assert place(ax, [(0.5, 0.5), (0.68, 0.5)], ["one", "other"], radii=[10.0, 30.0]) == []
    first = ax.texts[0]
    box = Text.get_window_extent(first, ax.figure.canvas.get_renderer())
    middle = ax.transData.transform((0.68, 0.5))
    assert np.hypot(*(np.clip(middle, box.min, box.max) - middle)) >= 30 * 100 / 72


def test_the_heatmap_has_no_empty_column_and_no_loud_nothing():
    rows = [
        ("rice", "USA", 0.6),
        ("rice", "CHN", 0.397),
        ("rice", "JPN", 0.003),
        ("tea", "USA", 0.5),
        ("tea", "CHN", 0.5),
    ]
    table = pd.DataFrame(rows, columns=["product", "partner", "share"]).assign(hhi=0.3)
    for lang, words in (("en", "None of 2 products goes to"), ("vi", "Trong 2 mặt hàng, không mặt hàng nào")):
        ax = ta.figures.heatmap(table, lang=lang)
        assert " ".join(ax.figure.texts[0].get_text().split()).startswith(words)
        assert not {"others", "khác"} & {text.get_text() for text in ax.texts}
    cells = {(patch.get_x(), patch.get_y()): patch.get_facecolor() for patch in rectangles(ax) if patch.get_fill()}
    assert cells[2, 0] == cells[2, 1]  # .3% is drawn as nothing is, having no number
    light = [sum(cells[place][:3]) for place in ((2, 0), (1, 0), (1, 1), (0, 0))]
    assert light == sorted(light, reverse=True)  # the more, the darker
    assert "others" in {text.get_text() for text in ta.figures.heatmap(table, partners=1).texts}


def test_heads_of_a_heatmap_in_a_panel_stand_apart():
    panels = [functools.partial(ta.figures.heatmap, farms(), lang="vi")] * 4
    for ax in ta.figures.dashboard(panels, title="x").figure.axes:
        heads = {text: box for text, box in texts_of(ax).items() if not text[0].isdigit()}
        own = {text for text in heads if text.split(" (")[0] in {one.get_text() for one in ax.texts}}
        for one, other in itertools.combinations(sorted(own), 2):
            assert not heads[one].padded(-1).overlaps(heads[other].padded(-1)), f"{one!r} on {other!r}"


def test_the_tilemap_says_that_a_part_has_no_place():
    table = pd.DataFrame({"partner": ["USA", "CHN", "Khác"], "value": [5.0, 3.0, 2.0]})
    note = ta.figures.tilemap(ta.partners(table)).figure.texts[2].get_text()
    assert "20.0% is not detailed by partner" in note


def test_the_same_partner_has_the_same_colour():
    palette = ta.figures.colours(["USA", "CHN", "JPN", "USA"])
    assert list(palette) == ["USA", "CHN", "JPN"]
    exports = ta.partners(world(), reporter="VNM", flow="export")
    imports = ta.partners(world(), reporter="VNM", flow="import")
    for table in (exports, imports):
        ax = ta.figures.treemap(table, palette=palette)
        cells = ax.tradeanalysis_data.set_index("partner")
        assert cells.loc[["USA", "CHN", "JPN"], "colour"].to_dict() == palette
    assert len(set(ta.figures.colours(range(12)).values())) == 8


def test_words_on_a_colour_can_be_read():
    """A contrast of at least 4.5, which WCAG 2 requires of small text."""

    def luminance(colour):
        parts = [x / 12.92 if x <= 0.04045 else ((x + 0.055) / 1.055) ** 2.4 for x in mpl.colors.to_rgb(colour)]
        return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]

    colours = [*ta.figures.colours(range(8)).values(), *(mpl.colormaps["Blues"](x / 20) for x in range(21))]
    for colour in colours:
        a, b = sorted((luminance(colour), luminance(ink_on(mpl.colors.to_hex(colour)))))
        assert (b + 0.05) / (a + 0.05) >= 4.5, colour


@pytest.mark.parametrize("name", [name for name in FIGURES if name != "dashboard"])
def test_another_table_is_refused_with_the_columns_that_are_meant(name):
    figure = getattr(ta.figures, name)
    parameters = inspect.signature(figure).parameters.values()
    needed = {one.name: 0 for one in parameters if one.default is one.empty and one.name != "table"}
    with pytest.raises(ta.SchemaError, match="takes a table with the columns"):
        figure(pd.DataFrame({"something": [1]}), **needed)
    assert "``" in figure.__doc__.split("table\n")[1]  # the docstring lists the columns


CURVES = pd.DataFrame(
    [
        (score, n, n * rate)
        for score, rate in (("epi", 0.08), ("mine", 0.14), ("default", 0.13))
        for n in (1, 50, 100, 200)
    ],
    columns=["score", "proposals", "hits"],
).assign(candidates=4000, came_true=20)


def test_a_hit_rate_draws_the_hits_of_its_table_and_names_the_scores_at_their_ends():
    ax = ta.figures.hit_rate(CURVES, scores=["default", "epi"], top=100)
    drawn = {tuple(line.get_xdata()): list(line.get_ydata()) for line in ax.lines[:2]}
    assert [list(line.get_ydata()) for line in ax.lines[:2]] == [[0, 0.08, 4, 8], [0, 0.13, 6.5, 13]]
    assert set(drawn) == {(0, 1, 50, 100)}
    assert list(ax.lines[2].get_ydata()) == [0, 0.5]  # 20 of 4,000, of 100
    assert {text.get_text() for text in ax.texts} >= {"13  the default score", "8  ITC’s static potential"}
    assert set(ax.tradeanalysis_data["score"]) == {"default", "epi"}
    best = ta.figures.hit_rate(pd.concat([CURVES, CURVES[:4].assign(score="market_size")]))
    assert list(dict.fromkeys(best.tradeanalysis_data["score"])) == ["mine", "default", "market_size"]
    others = ta.figures.hit_rate(CURVES[CURVES["score"] == "mine"])
    assert others.figure.tradeanalysis_alt.startswith(
        "Curves of hits, 1 in all. Of the first 200 proposals of mine, 28 came"
    )


def test_a_hit_rate_without_a_row_is_refused():
    with pytest.raises(ta.TradeDataError, match="top=0"):
        ta.figures.hit_rate(CURVES, top=0)


def test_a_ladder_draws_what_is_sold_and_what_is_suggested_of_each_row():
    ax = ta.figures.ladder(LADDER)
    assert [bar.get_width() for bar in ax.patches] == pytest.approx([1307.8, 192.5, 225.6, 61.5, 0.004])
    dots = [line for line in ax.lines if line.get_marker() == "o"]
    assert [float(line.get_xdata()[0]) for line in dots] == pytest.approx([173.8, 29.5, 250.0])
    # The second ceiling is further out than the scale, which ends at twice the longest bar; new flows have none.
    lines = {line.get_marker(): list(line.get_xdata()) for line in ax.lines if line.get_marker() in ("|", ">")}
    assert lines[">"] == pytest.approx([192.5, 2 * 1307.8])
    assert sum(line.get_marker() in ("|", ">") for line in ax.lines) == 3
    assert ax.tradeanalysis_data["ceiling"].notna().tolist() == [True, True, True, False, False]
    hollow = [bar.get_facecolor()[:3] == (1, 1, 1) for bar in ax.patches]
    assert hollow == [False, False, False, True, True]
    written = [text.get_text() for text in ax.texts]
    assert written == ["1,307.8", "192.5", "225.6", "61.5 (12%)", "0.0 (<1%)"]
    names = [" ".join(text.get_text().split()) for text in ax.get_yticklabels()]
    assert names[:2] == ["Czechia: telephones and network equipment (851712)", "Saudi Arabia: Gạo xát"]


def test_the_words_of_a_ladder_say_what_its_signs_are():
    ax = ta.figures.ladder(LADDER, caption={"reporter": "VNM"})
    words = " ".join(" ".join(text.get_text().split()) for text in ax.figure.texts)
    assert words.startswith(
        "Telephones and network equipment (851712) to Czechia: Vietnam sells 173.8 mn USD, and 1.3 bn USD is suggested"
    )
    assert all(part in words for part in ("Hollow:", "Line:", "In brackets:"))
    plain = ta.figures.ladder(LADDER[:3].drop(columns=["ceiling", "chance"]))
    words = " ".join(text.get_text() for text in plain.figure.texts)
    assert not any(part in words for part in ("Hollow:", "Line:", "In brackets:"))
    first = ta.figures.ladder(LADDER[3:], lang="vi", caption={"reporter": "VNM"}).figure.texts[0].get_text()
    assert " ".join(first.split()).startswith(
        "Mặt hàng dăm gỗ, viên nén gỗ (440131) sang Vương quốc Anh: Việt Nam chưa xuất khẩu, mức gợi ý là 61,5 triệu"
    )


def test_a_ladder_without_gravity_is_of_potential():
    ax = ta.figures.ladder(LADDER.rename(columns={"gravity": "epi"}))
    assert ax.tradeanalysis_data["suggested"].tolist() == LADDER["gravity"].tolist()
    words = " ".join(" ".join(text.get_text().split()) for text in ax.figure.texts)
    assert "suggested by static potential, EPI (bar)" in words
    assert "distance" not in words
