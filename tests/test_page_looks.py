"""What a page looks like: read from its parts, and measured in a browser at both widths and on paper."""

import itertools
import re
import warnings

import pandas as pd
import pytest
from matplotlib.text import Text as WordsAlone
from test_narrow_figures import overlaps_and_cuts

import tradeanalysis as ta
from tradeanalysis.brief.wording import columns_unit, signed, signed_percent
from tradeanalysis.figures.canvas import NARROW, WIDTH
from tradeanalysis.texts import part

LONG = "Máy vi tính, sản phẩm điện tử và linh kiện, điện thoại các loại"


@pytest.mark.parametrize(
    ("share", "lang", "written"),
    [
        (0.0, "en", "0.0%"),
        (0.0004, "en", "<0.1%"),
        (0.0004, "vi", "<0,1%"),
        (0.0006, "vi", "0,1%"),
        (1.0, "en", "100.0%"),
    ],
)
def test_a_share_that_is_there_is_not_written_as_nothing(share, lang, written):
    assert part(share, lang) == written


def test_signs_and_digits_are_those_that_can_be_read():
    assert [signed(x, "en") for x in (0.0363, 0.00004, -0.0073)] == ["+0.0363", "0.0000", "−0.0073"]
    assert [signed_percent(x, "vi") for x in (0.258, 11.276, -0.514, 0.0)] == ["+25,8%", "+1.128%", "−51,4%", "0,0%"]


@pytest.mark.parametrize(
    ("amounts", "unit"),
    [
        ([380e6, 3.6e6, 2.6e6, 0.5e6, 0.3e6], "mUSD"),  # 0.3 million can be read, 300,000 dollars are too exact
        ([7215e6, 401e6, 352e6, 341e6, 287e6], "mUSD"),
        ([77e9, 49e9, 19e9, 5e9, 4.9e9], "bnUSD"),
        ([90_000.0, 40_000.0, 5_000.0], "USD"),
    ],
)
def test_a_column_is_in_a_unit_in_which_its_rows_can_be_read(amounts, unit):
    assert columns_unit(pd.Series(amounts), "USD")[0] == unit


def test_the_marks_of_a_lorenz_curve_stand_off_the_curve_where_a_part_is_not_detailed():
    values = [7215, 2655, 2188, 1277, 512, 488, 401, 352, 341, 287]
    for width in (NARROW, WIDTH):
        ax = ta.figures.lorenz(ta.lorenz(values), gini=0.57, unallocated=0.341, lang="vi", ax=ta.figures.paper(width))
        ax.figure.canvas.draw()
        curve = next(line for line in ax.lines if line.get_linewidth() == 2.2)
        equal = ax.lines[0]
        shares = [text for text in ax.texts if "lớn nhất" in text.get_text()]
        assert len(shares) == 3
        for text in shares:
            box = super(type(text), text).get_window_extent(ax.figure.canvas.get_renderer())
            for line in (curve, equal):
                assert not line.get_path().transformed(line.get_transform()).intersects_bbox(box, filled=False)


@pytest.mark.parametrize("width", [NARROW, WIDTH])
@pytest.mark.parametrize("unallocated", [0.0, 0.34])
@pytest.mark.parametrize(
    "values", [[1250, 410, 300, 150], [60, 20, 10, 10], [25, 25, 25, 25], [90, 5, 3, 2], [40, 20, 15, 10, 10, 5]]
)
def test_no_line_of_a_lorenz_figure_crosses_words(values, unallocated, width):
    """Neither the curve, nor that of equal shares, nor the line from the words on one mark to its point."""
    ax = ta.figures.lorenz(
        ta.lorenz(values), gini=ta.gini(values), unallocated=unallocated, lang="vi", ax=ta.figures.paper(width)
    )
    ax.figure.canvas.draw()
    boxes = {text: WordsAlone.get_window_extent(text, ax.figure.canvas.get_renderer()) for text in ax.texts}
    assert not [(a, b) for a, b in itertools.combinations(boxes, 2) if boxes[a].overlaps(boxes[b])]
    curves = [line for line in ax.lines if line.get_linewidth() == 2.2 or line is ax.lines[0]]
    paths = [(None, line.get_path().transformed(line.get_transform())) for line in curves]
    to_points = [(text, text.arrow_patch) for text in ax.texts if getattr(text, "arrow_patch", None)]
    paths += [
        (text, line.get_transform().transform_path(line.get_path())) for text, line in to_points if line.get_visible()
    ]
    crossed = [
        text.get_text()
        for of, path in paths
        for text, box in boxes.items()
        if text is not of and path.intersects_bbox(box, filled=False)
    ]
    assert crossed == []


@pytest.mark.parametrize("width", [NARROW, WIDTH])
def test_a_heatmap_has_the_whole_name_of_a_product_and_no_head_meets_the_next(width):
    partners = ["USA", "ARE", "PHL", "CHN", "KOR", "GBR"]
    rows = [(name, one, 0.16, 0.17) for name in (LONG[:38], "Gạo", "Giày dép các loại") for one in partners]
    table = pd.DataFrame(rows, columns=["product", "partner", "share", "hhi"])
    ax = ta.figures.heatmap(table, ax=ta.figures.paper(width), lang="vi")
    assert overlaps_and_cuts(ax) == []
    assert " ".join(ax.get_yticklabels()[0].get_text().split()) == LONG[:38].strip()
    broad = ta.figures.heatmap(table.replace(LONG[:38], LONG), lang="vi")
    assert " ".join(broad.get_yticklabels()[0].get_text().split()) == LONG  # 63 letters


@pytest.mark.parametrize("width", [NARROW, WIDTH])
def test_the_numbers_of_a_scale_that_is_cut_do_not_meet(width):
    steps = {"USA": 0.0144, "JPN": -0.0016, "KOR": -0.0005, "CHN": -0.0002, "4 thị trường còn lại": 0.0001}
    moved = pd.DataFrame({"partner": steps.keys(), "contribution": steps.values()})
    given = {"start": 0.3874, "end": 0.3874 + sum(steps.values()), "lang": "vi"}
    ax = ta.figures.waterfall(moved, **given, ax=ta.figures.paper(width))
    ax.figure.canvas.draw()
    numbers = ax.get_xticklabels()
    assert numbers[0].get_text() == "0,380"
    boxes = [one.get_window_extent() for one in numbers]
    assert len(boxes) >= 2
    assert all(one.x1 + 4 < other.x0 for one, other in itertools.pairwise(boxes))


def test_few_bars_make_a_low_figure():
    def height(count):
        shares = pd.DataFrame({"partner": [f"Xứ {i}" for i in range(count)], "share": [1 / count] * count})
        return ta.figures.ranking(shares).figure.get_size_inches()[1]

    assert height(3) < height(6) < height(10)


# ---- pages, of two years of ten markets and of nine months --------------------------------------------------------

MARKETS = ["USA", "CHN", "JPN", "KOR", "DEU", "NLD", "THA", "KHM", "IND", "GBR", "LAO", "MMR"]
YEARS = {
    2023: [6100.4, 2410.2, 2105.7, 1180.5, 455.1, 402.8, 390.3, 377.9, 298.4, 255.5, 3.0, 2.0],
    2024: [7215.3, 2655.8, 2188.1, 1276.9, 512.4, 488.0, 401.2, 352.6, 341.7, 287.3, 4.0, 2.0],
}


def written(table, folder):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ta.TradeDataWarning)
        return ta.write_brief(table, "Đồng Nai", flow="export", out=folder, langs=["vi"], year=2024, format="html")[0]


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    rows = [(m, year, 1e6 * x) for year, values in YEARS.items() for m, x in zip(MARKETS, values, strict=True)]
    table = pd.DataFrame(rows, columns=["partner", "year", "value"]).assign(reporter="Đồng Nai", flow="export")
    return written(table, tmp_path_factory.mktemp("looks"))


SMALL = """() => [...document.querySelectorAll('main *')].filter(one => one.getClientRects().length
    && [...one.childNodes].some(node => node.nodeType == 3 && node.textContent.trim())).map(one => [
    parseFloat(getComputedStyle(one).fontSize) * (one.closest('svg') ? one.getScreenCTM().a : 1), one.textContent])
    .filter(one => one[0] < 11)"""
WIDE = """() => [...document.querySelectorAll('.wide')].filter(one => one.scrollWidth > one.clientWidth + 1)
    .map(one => one.getAttribute('aria-label'))"""
ASIDE = """() => [...document.querySelectorAll('figure svg')].filter(one => one.getClientRects().length)
    .map(one => one.querySelector('text[font-size="13.5"]').getBoundingClientRect().left
    - one.closest('main').querySelector('h2, h3').getBoundingClientRect().left)"""


@pytest.mark.parametrize("width", [390, 1000])
def test_nothing_is_wider_than_the_screen_no_letter_too_small_and_titles_stand_in_one_line(page, chromium, width):
    tab = chromium.new_page(viewport={"width": width, "height": 900})
    tab.goto(page.as_uri())
    assert tab.evaluate("document.documentElement.scrollWidth") <= width
    assert tab.evaluate(SMALL) == []
    assert tab.evaluate(WIDE) == []
    aside = tab.evaluate(ASIDE)
    assert len(aside) >= 3
    assert max(map(abs, aside)) < 2  # the title of a figure begins where the text begins
    tab.close()


def test_the_figure_of_what_moved_the_index_and_its_table_count_the_same_others(page):
    text = page.read_text(encoding="utf-8")
    after = text[text.index("Đóng góp vào thay đổi của chỉ số") :]
    drawn = re.search(r">(\d+) thị trường còn lại</text>", after)
    assert drawn is not None
    rows = re.findall(r'<th scope="row">([^<]*)</th>', after[: after.index("</table>")])
    assert rows[-1] == f"{drawn[1]} thị trường còn lại"


def test_a_bar_that_cannot_be_seen_is_among_the_others(page):
    """The United Kingdom has 287.3 of 15725.3, 1.8%; Laos and Myanmar 6 of them together, less than half a per cent."""
    text = page.read_text(encoding="utf-8")
    figure = text[text.index("<figure>") : text.index("</figure>")]
    assert ">Vương quốc Anh</text>" in figure
    assert ">2 thị trường còn lại</text>" in figure
    assert ">0,0%</text>" not in text


def test_data_of_some_months_say_so_at_the_top(tmp_path):
    values = list(zip(MARKETS, YEARS[2024], strict=True))
    rows = [(market, f"2024{month:02d}", 1e5 * x) for month in range(1, 10) for market, x in values]
    path = tmp_path / "thang.csv"
    pd.DataFrame(rows, columns=["partner", "period", "value"]).to_csv(path, index=False)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ta.TradeDataWarning)
        table = ta.read(path, reporter="Đồng Nai", flow="export")
    text = written(table, tmp_path / "brief").read_text(encoding="utf-8")
    said = "Số liệu chỉ gồm 9 tháng của năm 2024, không so sánh với số liệu cả năm."
    assert 0 < text.index(said) < text.index("<h2>")


def test_a_sheet_of_paper_keeps_a_figure_and_its_sentences_together(page, chromium, tmp_path):
    """In print nothing that must not be cut is higher than a sheet, and a heading never ends one."""
    tab = chromium.new_page()
    tab.goto(page.as_uri())
    tab.emulate_media(media="print")
    kept = tab.evaluate(
        "() => [...document.querySelectorAll('h2, h3')].every(one => getComputedStyle(one).breakAfter == 'avoid')"
    )
    assert kept
    # 180 mm of text across, 265 mm down; 96 dots an inch.
    tab.set_viewport_size({"width": 680, "height": 1000})
    heights = tab.evaluate(
        "() => [...document.querySelectorAll('figure, table')].map(one => one.getBoundingClientRect().height)"
    )
    assert max(heights) < 265 / 25.4 * 96 / 2  # so that two stand on a sheet
    printed = tmp_path / "page.pdf"
    tab.pdf(path=printed, prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page\b", printed.read_bytes())) <= 7
    tab.close()


def test_a_long_name_of_a_product_leaves_the_heads_of_the_columns_in_one_row():
    """Eight markets with room: two words stand in two lines, and none above the others."""
    markets = ["USA", "CHN", "JPN", "PHL", "KOR", "IDN", "AUS", "BEL", "GHA"]
    rows = [(name, one, 0.11, 0.12) for name in ("Thủy sản chế biến và đông lạnh các loại", "Gạo") for one in markets]
    ax = ta.figures.heatmap(pd.DataFrame(rows, columns=["product", "partner", "share", "hhi"]), lang="vi")
    assert {text.get_position()[1] for text in ax.texts if text.get_fontsize() == 8} == {2}
    assert overlaps_and_cuts(ax) == []
