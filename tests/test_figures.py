"""Figures: the finding, the labels and the words are right, nothing leaves the canvas, and files are deterministic."""

import functools
import inspect
import itertools
import subprocess
import sys
import threading
import unicodedata
import warnings
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import matplotlib as mpl
import pandas as pd
import pytest
from conftest import sampled
from matplotlib import font_manager
from matplotlib.ft2font import FT2Font
from matplotlib.text import Text

import tradeanalysis as ta
from tradeanalysis.figures import typeface
from tradeanalysis.figures.canvas import figure_bytes
from tradeanalysis.texts import catalogues as texts

THREE = pd.DataFrame({"partner": ["CHN", "My province", "cost $5 and $6"], "share": [0.5, 0.3, 0.2]})


@pytest.fixture(scope="module")
def world():
    return ta.example("world_2023")


def figures_of(world, code, lang):
    exports = ta.partners(world, reporter=code, flow="export")
    economies = ta.measure(world, ta.hhi, by="reporter")
    caption = ta.figures.Caption(reporter=code, year=2023, flow="export", source="CEPII BACI")
    about = {"lang": lang, "caption": caption}
    yield ta.figures.ranking(exports, **about)
    yield ta.figures.lorenz(ta.lorenz(exports["value"]), gini=ta.gini(exports["value"]), **about)
    yield ta.figures.position(economies, reporter=code, **about)


@pytest.mark.parametrize("lang", ["en", "vi"])
@sampled("code", ["VNM", "MEX", "CHN", "BTN", "TUR"])
def test_no_text_is_cut_or_overlaps_another(world, code, lang):
    for ax in figures_of(world, code, lang):
        figure = ax.figure
        figure.canvas.draw()
        renderer = figure.canvas.get_renderer()
        shown = [
            t for t in (*figure.texts, *ax.texts, *ax.get_yticklabels(), *ax.get_xticklabels()) if t.get_text().strip()
        ]
        shown += [t for t in (ax.xaxis.label, ax.yaxis.label) if t.get_text()]
        shown = [t for t in shown if t.get_visible() and t.axes in (None, ax)]
        if not ax.yaxis.get_visible():
            shown = [t for t in shown if t not in ax.get_yticklabels()]
        if not ax.xaxis.get_visible():
            shown = [t for t in shown if t not in ax.get_xticklabels()]
        boxes = {t.get_text(): Text.get_window_extent(t, renderer) for t in shown}
        width, height = figure.canvas.get_width_height()
        for text, box in boxes.items():
            assert box.x0 >= 0, text
            assert box.y0 >= 0, text
            assert box.x1 <= width, text
            assert box.y1 <= height, text
        for (one, a), (other, b) in itertools.combinations(boxes.items(), 2):
            assert not a.padded(-1).overlaps(b.padded(-1)), f"{one!r} on {other!r} ({code}, {lang})"


def test_a_table_of_another_library_and_a_result_are_drawn_as_their_table():
    polars = pytest.importorskip("polars")
    sold = pd.DataFrame({"partner": ["HKG", "USA", "CHN"], "share": [0.5, 0.3, 0.2], "table": 1})
    expected = ta.figures.ranking(sold).figure.tradeanalysis_alt
    assert ta.figures.ranking(polars.from_pandas(sold)).figure.tradeanalysis_alt == expected
    found = ta.reexports(sold.set_index("partner")["share"], {"HKG": 0.4}, {"HKG": {"USA": 1, "CHN": 3}})
    of_result, of_table = (ta.figures.gross_and_final(one) for one in (found, found.table))
    assert of_result.figure.tradeanalysis_alt == of_table.figure.tradeanalysis_alt


@pytest.mark.parametrize("given", ["text", None, [1, 2], {"partner": "USA"}])
def test_what_is_no_table_is_not_drawn(given):
    for draw in (ta.figures.ranking, ta.figures.trend, ta.figures.breaks):
        with pytest.raises(ta.TradeDataError, match="is not a table: pass a dataframe of pandas"):
            draw(given)


def test_ranking_says_the_finding_and_keeps_its_table():
    ax = ta.figures.ranking(THREE)
    assert ax.figure.texts[0].get_text() == "China accounts for 50.0%"
    assert ax.tradeanalysis_data["share"].tolist() == [0.5, 0.3, 0.2]
    assert "My province 30.0%" in ax.figure.tradeanalysis_alt
    assert [bar.get_width() for bar in ax.patches] == pytest.approx([50, 30, 20])


@sampled(("lang", "clause"), [("en", ", 2023"), ("vi", ", năm 2023")], every=2)
def test_a_year_that_is_not_given_is_not_named(world, lang, clause):
    exports = pd.DataFrame(ta.partners(world, reporter="VNM", flow="export").to_dict("list"))
    assert not exports.attrs
    products = exports.head(3).assign(product=["rice", "tea", "tea"], hhi=[1.0, 0.6, 0.6])
    about = {"reporter": "VNM", "flow": "export"}
    for draw in (
        functools.partial(ta.figures.ranking, exports),
        functools.partial(ta.figures.treemap, exports),
        functools.partial(ta.figures.tilemap, exports),
        functools.partial(ta.figures.lorenz, ta.lorenz(exports["value"]), gini=0.8),
        functools.partial(ta.figures.position, ta.measure(world, ta.hhi, by="reporter"), reporter="VNM"),
        functools.partial(ta.figures.marimekko, products),
        functools.partial(ta.figures.heatmap, products),
    ):
        dated, undated = (
            draw(lang=lang, caption=about | {"year": year}).figure.texts[1].get_text() for year in (2023, None)
        )
        assert clause in " ".join(dated.split())
        assert " ".join(undated.split()) == " ".join(dated.split()).replace(clause, "")


@pytest.mark.parametrize("share", [[60.0, 40.0], [1.2, -0.2]])
def test_values_outside_0_and_1_are_not_shares_and_the_message_says_what_to_do(share):
    with pytest.raises(ta.TradeDataError, match=r"'share' runs from .* divide per cent by 100"):
        ta.figures.ranking(pd.DataFrame({"partner": ["USA", "CHN"], "share": share}))


def test_the_shares_of_a_lorenz_curve_are_of_all_trade():
    """Ninety of a hundred, of the 91.4 per cent that are detailed by partner."""
    about = {"gini": 0.4, "caption": {"reporter": "Long An", "flow": "export", "year": 2020}}
    for lang, words in (("en", "82.3% of exports"), ("vi", "82,3% kim ngạch xuất khẩu")):
        ax = ta.figures.lorenz(ta.lorenz([60, 20, 10, 10]), unallocated=0.086, lang=lang, **about)
        assert " ".join(ax.figure.texts[0].get_text().split()).endswith(words)
        assert ax.lines[0].get_ydata()[-1] == pytest.approx(91.4)


def test_ranking_shows_what_is_not_allocated_as_the_last_bar():
    table = pd.DataFrame({"partner": ["USA", "CHN", "Các nước khác"], "value": [5.0, 3.0, 2.0]})
    for lang, words in (("en", "Not detailed by partner"), ("vi", "Chưa chi tiết theo thị trường")):
        ax = ta.figures.ranking(ta.partners(table), lang=lang)
        assert ax.tradeanalysis_data["partner"].tolist()[-1] == words
        assert ax.tradeanalysis_data["share"].tolist() == pytest.approx([0.5, 0.3, 0.2])
        assert ax.figure.tradeanalysis_alt.count("20") == 1


def test_ranking_folds_the_rest_into_one_bar():
    many = pd.DataFrame({"partner": [f"P{i}" for i in range(14)], "share": [0.2, *[0.8 / 13] * 13]})
    ax = ta.figures.ranking(many, lang="vi")
    assert len(ax.patches) == 11
    assert sum(bar.get_width() for bar in ax.patches) == pytest.approx(100)
    assert ax.get_yticklabels()[-1].get_text() == "4 đối tác còn lại"
    assert "24,6%" in ax.figure.tradeanalysis_alt


def test_dollar_signs_in_names_are_names():
    ax = ta.figures.ranking(THREE)
    assert b"svg" in figure_bytes(ax, "svg")
    assert not any(label.get_parse_math() for label in ax.get_yticklabels())


def test_position_ranks_from_the_most_concentrated():
    economies = pd.DataFrame({"reporter": ["VNM", "THA", "MEX"], "hhi": [0.14, 0.07, 0.6]})
    ax = ta.figures.position(economies, reporter="VNM")
    assert ax.figure.texts[0].get_text() == "Vietnam: rank 2 of 3 by concentration of exports"
    assert ax.tradeanalysis_data["rank"].tolist() == [1, 2, 3]


def test_position_of_few_has_a_tick_below_them_and_takes_a_name():
    economies = pd.DataFrame({"reporter": ["Long An", "Bình Dương", "VNM"], "hhi": [0.17, 0.12, 0.45]})
    ax = ta.figures.position(economies, reporter="Viet Nam")
    assert "Vietnam: rank 1 of 3" in ax.figure.texts[0].get_text()
    low, high = ax.get_xlim()
    assert [t for t in ax.get_xticks() if low <= t <= high and 10**t < 0.12]
    own = next(text for text in ax.texts if "Vietnam" in text.get_text())
    assert own.get_bbox_patch().get_facecolor()[:3] == (1, 1, 1)  # no line runs through its words


def test_a_figure_draws_on_given_axes_and_leaves_settings_alone(world):
    import matplotlib.pyplot as plt

    before = dict(mpl.rcParams)
    figure, ax = plt.subplots()
    assert ta.figures.ranking(THREE, ax=ax) is ax
    plt.close(figure)
    assert dict(mpl.rcParams) == before


def drawn_by_eight(table, format):
    """The bytes of one figure as eight threads draw it at once, changing places as often as can be."""
    start, often = threading.Barrier(8), sys.getswitchinterval()

    def draw(_):
        start.wait()
        return figure_bytes(ta.figures.ranking(table), format)

    sys.setswitchinterval(1e-5)
    try:
        with ThreadPoolExecutor(8) as pool:
            return set(pool.map(draw, range(8)))
    finally:
        sys.setswitchinterval(often)


@sampled("format", ["svg", "png"], every=2)
def test_eight_threads_draw_one_and_the_same_picture(world, format):
    table = ta.partners(world, reporter="THA", flow="export")
    assert drawn_by_eight(table, format) == {figure_bytes(ta.figures.ranking(table), format)}


def test_the_first_pictures_of_a_process_may_come_from_eight_threads():
    code = """
import pandas as pd, test_figures
table = pd.DataFrame({"partner": ["CHN", "USA"], "share": [0.6, 0.4]})
print(len(test_figures.drawn_by_eight(table, "svg")))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd="tests")
    assert done.stdout.strip() == "1"


def test_a_finished_table_names_its_reporter_flow_year_and_source(world):
    exports = ta.partners(world, reporter="THA", flow="export")
    title, about, source = (" ".join(text.get_text().split()) for text in ta.figures.ranking(exports).figure.texts)
    assert title == "18.2% of Thailand’s exports go to the United States"
    assert about == "Share of merchandise exports by market, Thailand, 2023, per cent of value"
    assert source == "Source: CEPII BACI (HS22, release 202501)"


def test_a_caption_overrides_what_the_table_says_and_an_empty_text_leaves_it_out(world):
    exports = ta.partners(world, reporter="THA", flow="export")
    for caption in (
        ta.figures.Caption(year=2024, source="", note="Mine."),
        {"year": 2024, "source": "", "note": "Mine."},
    ):
        _, about, foot = (
            " ".join(text.get_text().split()) for text in ta.figures.ranking(exports, caption=caption).figure.texts
        )
        assert "Thailand, 2024" in about
        assert foot == "Mine."
    with pytest.raises(
        ta.TradeDataError, match="'years' is not a field; choose from reporter, flow, year, source, note"
    ):
        ta.figures.ranking(exports, caption={"years": 2024})
    with pytest.raises(ta.TradeDataError, match="flow='exports': the flows are"):
        ta.figures.ranking(exports, caption={"flow": "exports"})


def test_a_table_without_notes_is_known_by_columns_of_one_value_and_its_certificate():
    farms = ta.example("vn_agri_2019").query("year == 2019")
    _, about, source = (" ".join(text.get_text().split()) for text in ta.figures.marimekko(farms).figure.texts)
    assert about.endswith("Vietnam, 2019")
    assert source.startswith("Source: Vietnam, Ministry of Agriculture")
    both = ta.change(ta.example("imports_1995_2019").query("reporter == 'AUS'"), before=1995, after=2019)
    start, end = ((both[share] ** 2).sum() for share in ("share_before", "share_after"))
    ax = ta.figures.waterfall(both, start=start, end=end, caption={"reporter": "AUS"})
    assert " ".join(ax.figure.texts[1].get_text().split()).endswith("of imports; Australia, 1995 to 2019")
    two = ta.partners(ta.example("imports_1995_2019"), reporter="AUS", flow="import", year=2019, before=1995)
    assert "Australia, 1995 and 2019" in " ".join(ta.figures.slope(two).figure.texts[1].get_text().split())
    with pytest.raises(ta.TradeDataError, match="before= and after=: name the two years"):
        ta.figures.slope(pd.DataFrame({"partner": ["USA"], "share_before": [1.0], "share": [1.0]}))


@pytest.mark.parametrize("name", ta.figures.FIGURES)
def test_the_docstring_of_a_figure_is_whole(name):
    """What all figures share is written once and stands in each."""
    figure = getattr(ta.figures, name)
    text = inspect.getdoc(figure)
    assert not {"{shared}", "{returns}", "{raises}"} & set(text.split())
    documented = {word for line in text.splitlines() if not line.startswith(" ") for word in line.split(", ")}
    assert set(inspect.signature(figure).parameters) <= documented
    assert "\nReturns\n-------\n" in text
    assert "\nRaises\n------\n" in text


@pytest.mark.parametrize("format", ["svg", "png"])
def test_files_are_the_same_on_every_run(format):
    assert figure_bytes(ta.figures.ranking(THREE), format) == figure_bytes(ta.figures.ranking(THREE), format)


def test_both_catalogues_have_the_same_keys_and_places():
    import string

    def places(text):
        return {field for _, field, _, _ in string.Formatter().parse(text) if field}

    english, vietnamese = texts.catalogue("en"), texts.catalogue("vi")
    assert english.keys() == vietnamese.keys()
    for key in english:
        # English also has the possessive, Vietnamese writes "của".
        assert {p.removesuffix("_s") for p in places(english[key])} == places(vietnamese[key]), key


def letters_of(font):
    return set(map(chr, FT2Font(font_manager.findfont(font)).get_charmap()))


# All vowels of Vietnamese with their marks: a vowel and one of five tones, or none.
VOWELS = ("a", "ă", "â", "e", "ê", "i", "o", "ô", "ơ", "u", "ư", "y")
TONES = ("", "\u0300", "\u0301", "\u0303", "\u0309", "\u0323")
VIETNAMESE = [unicodedata.normalize("NFC", vowel + tone) for vowel in VOWELS for tone in TONES] + ["đ"]
SIGNS = [*"€–−₫%’“”0123456789.,", *TONES[1:], "\u0302", "\u0306", "\u031b"]


@pytest.mark.parametrize("weight", ["normal", "bold"])
def test_the_typeface_has_every_vietnamese_letter_and_figures_of_one_width(weight):
    typeface.register()
    font = font_manager.FontProperties(family=typeface.FAMILY, weight=weight)
    file = Path(font_manager.findfont(font, fallback_to_default=False))
    assert file.parent == typeface.FONTS
    wanted = {letter for one in [*VIETNAMESE, *SIGNS] for letter in (one + one.upper() if one.isalpha() else one)}
    assert len(wanted) > 2 * 12 * 6
    assert all(len(letter) == 1 for letter in wanted)  # no letter is written by two
    assert wanted <= letters_of(font)
    drawn = FT2Font(str(file))
    drawn.set_size(100, 72)
    assert len({drawn.load_char(ord(figure)).linearHoriAdvance for figure in "0123456789"}) == 1


def test_every_letter_of_our_texts_has_a_glyph():
    table = ta.countries()
    words = [*texts.catalogue("en").values(), *texts.catalogue("vi").values(), *table["name_en"], *table["name_vi"]]
    typeface.register()
    known = letters_of(typeface.FAMILY) | letters_of(typeface.FALLBACK)
    assert {letter for word in words for letter in word} - known <= {"\n"}


def test_where_the_typeface_is_missing_a_picture_is_in_that_of_matplotlib(tmp_path):
    assert typeface.families(tmp_path) == ["DejaVu Sans"]
    (tmp_path / "regular.ttf").touch()
    assert typeface.families(tmp_path) == ["DejaVu Sans"]  # a bold of another family would not match it
    assert typeface.families() == [typeface.FAMILY, "DejaVu Sans"]


def test_the_typeface_is_small_and_has_its_licence():
    files = {file.name: file.stat().st_size for file in typeface.FONTS.iterdir()}
    assert files.keys() == {"OFL.txt", "regular.ttf", "bold.ttf", "regular.woff2", "bold.woff2"}
    assert sum(files.values()) < 250e3
    licence = " ".join((typeface.FONTS / "OFL.txt").read_text("utf-8").split())
    assert "SIL OPEN FONT LICENSE Version 1.1" in licence
    assert "Reserved Font Name" not in licence.split("PREAMBLE")[0]


@pytest.mark.parametrize(
    ("x", "lang", "digits", "written"),
    [
        (1234.5, "en", 1, "1,234.5"),
        (1234.5, "vi", 1, "1.234,5"),
        (-0.25, "vi", 2, "−0,25"),
        (float("nan"), "en", 1, "–"),
    ],
)
def test_numbers_are_written_as_the_language_does(x, lang, digits, written):
    assert texts.number(x, lang, digits) == written


def test_money_takes_the_largest_unit():
    assert texts.money(407.6e9, "en") == "407.6 bn USD"
    assert texts.money(407.6e9, "vi") == "407,6 tỷ USD"
    assert texts.money(3343.6e9, "vi") == "3.343,6 tỷ USD"
    assert texts.money(1.5e6, "vi") == "1,5 triệu USD"
    assert texts.money(950, "en") == "950 USD"


@pytest.mark.parametrize(
    ("draw", "words"),
    [
        (lambda world: ta.figures.ranking(world), r"partner, share.*share is missing: ta\.partners"),
        (lambda world: ta.figures.lorenz(world, gini=0.5), r"ta\.lorenz"),
        (lambda world: ta.figures.position(world, reporter="VNM"), r"hhi is missing: ta\.measure"),
        (lambda world: ta.figures.position(world, reporter="Nowhere", column="value"), "not among the economies"),
        (lambda world: ta.figures.ranking(THREE.iloc[:0]), "nothing to draw"),
        (lambda world: ta.figures.ranking(THREE, lang="fr"), "fr"),
    ],
)
def test_another_table_is_refused_with_the_one_that_is_meant(world, draw, words):
    with pytest.raises(ta.TradeDataError, match=words):
        draw(world)


def test_a_waterfall_of_an_index_that_did_not_move_is_drawn():
    steps = pd.DataFrame({"partner": ["USA", "JPN"], "contribution": [0.0, 0.0]})
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        ax = ta.figures.waterfall(steps, start=0.25, end=0.25)
    assert ax.get_xlim()[0] == 0 < ax.get_xlim()[1]
