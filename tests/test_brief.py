"""The brief as its reader gets it: the numbers, the page, the browser."""

import contextlib
import functools
import html.parser
import io
import itertools
import re
from xml.sax.saxutils import quoteattr

import pandas as pd
import pytest
from conftest import ALL_CASES, POINT, sampled

import tradeanalysis as ta
from tradeanalysis.brief.facts import flow_facts, unrecorded
from tradeanalysis.brief.opened_table import opened
from tradeanalysis.figures.canvas import figure_bytes
from tradeanalysis.figures.inline import inline_svg
from tradeanalysis.figures.typeface import FAMILY


def small(ax, format):
    """A picture of few points; where a person waits it is of one point, and its figure laid out but not painted."""
    if not ALL_CASES:
        return POINT
    if format == "svg":
        return figure_bytes(ax, format)
    buffer = io.BytesIO()
    ax.figure.figure.savefig(buffer, format=format, dpi=20)
    return buffer.getvalue()


@contextlib.contextmanager
def small_pictures():
    """For tests that read words; pictures of the pages that a browser is shown are as everywhere."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("tradeanalysis.brief.drawings.figure_bytes", small)
        if not ALL_CASES:
            described = "<svg role='img' aria-label={}></svg>"
            patched.setattr(
                "tradeanalysis.brief.drawings.inline_svg", lambda ax, name, alt: described.format(quoteattr(alt))
            )
        yield


@contextlib.contextmanager
def pictures_on_the_page():
    """For pages that a browser is shown, whichever test wants them first."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("tradeanalysis.brief.drawings.inline_svg", inline_svg)
        yield


@pytest.fixture(autouse=True)
def of_few_points():
    with small_pictures():
        yield


@pytest.fixture(scope="module")
def folder_of(world, tmp_path_factory):
    """The folder with the brief on an economy of the world, for tests that read its words: each is written once."""

    @functools.cache
    def written(code, lang):
        folder = tmp_path_factory.mktemp("world")
        with small_pictures():
            ta.write_brief(world, code, out=folder, langs=[lang], format="html")
        return folder

    return written


@pytest.fixture(scope="module")
def world():
    return ta.example("world_2023")


@pytest.fixture(scope="module")
def written(world, tmp_path_factory):
    folder = tmp_path_factory.mktemp("brief")
    with pictures_on_the_page():
        ta.write_brief(world, "Việt Nam", out=folder, figures=True)
    return folder


class Text(html.parser.HTMLParser):
    """The text of a page and the sources of what it loads."""

    def __init__(self, page):
        super().__init__()
        self.words, self.loads, self.alts = [], [], []
        self.feed(page)

    def handle_data(self, data):
        self.words.append(data)

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        if tag in ("img", "script", "iframe", "source") or (tag == "link"):
            self.loads.append(attrs.get("src") or attrs.get("href"))
        if tag == "svg":
            self.alts.append(attrs.get("aria-label"))


def test_the_page_has_the_checked_numbers(written):
    page = (written / "brief_VNM_en.html").read_text("utf-8")
    assert page.count("<li>") - page.split("</ol>")[1].count("<li>") == 3
    english = " ".join(Text(page).words)
    for words in ("28.9%", "407.6 bn USD", "0.1397", "1,397", "Rank among 194 economies", "about 17%", "Korea"):
        assert words in english, words
    vietnamese = " ".join(Text((written / "brief_VNM_vi.html").read_text("utf-8")).words)
    for words in ("28,9%", "407,6 tỷ USD", "0,1397", "1.397", "Hoa Kỳ chiếm 28,9%", "Hàn Quốc"):
        assert words in vietnamese, words


def test_the_page_needs_nothing_else(written):
    for lang in ("en", "vi"):
        page = (written / f"brief_VNM_{lang}.html").read_text("utf-8")
        assert "default-src 'none'" in page
        parsed = Text(page)
        assert parsed.loads == []
        # Closures of both flows, beside the six; each for a broad screen and a telephone.
        assert len(parsed.alts) == 2 * 8
        assert all(parsed.alts)
        assert set(re.findall(r"url\(([^)]{,18})", page)) == {
            "data:font/woff2;ba",
            *re.findall(r"url\((#[^)]{,17})", page),
        }
        names = re.findall(r' id="([^"]+)"', page)
        assert len(names) == len(set(names))  # what a figure refers to within itself is its own


def test_figures_are_written_in_both_formats_and_languages(written):
    names = {path.name for path in written.iterdir()}
    assert {
        f"VNM_{flow}_{figure}_{lang}.{format}"
        for flow in ("export", "import")
        for figure in ("ranking", "lorenz", "position", "shock")
        for lang in ("en", "vi")
        for format in ("png", "svg")
    } | {f"brief_VNM_{lang}.{kind}" for lang in ("en", "vi") for kind in ("html", "xlsx", "docx")} == names


@sampled("code", ["MEX", "BTN", "PLW", "USA"], every=2)
def test_any_economy_works(folder_of, code):
    assert (folder_of(code, "vi") / f"brief_{code}_vi.html").exists()


def test_every_economy_has_its_numbers(world):
    economies = sorted(set(world["reporter"]) | set(world["partner"]))
    assert len(economies) == 194
    for flow in ("export", "import"):
        assert flow_facts(opened(world, "VNM", None, None), flow).economies["hhi"].between(0, 1).all()


def test_gaps_of_the_source_are_found(world):
    """Viet Nam and Korea had not reported 2023: BACI has no flow between them, in either direction."""
    pair = world[world["reporter"].isin(["VNM", "KOR"]) & world["partner"].isin(["VNM", "KOR"])]
    assert pair["value"].sum() == 0
    assert unrecorded(world, "VNM")[0] == "KOR"
    assert "VNM" not in unrecorded(world, "VNM")
    assert unrecorded(world, "DEU") == []


def test_what_an_economy_that_had_not_reported_lacks_is_said_of_any(world, written, folder_of):
    """The certificate knows who had not reported, and what an economy's own statistics say: no economy is special."""
    silent = world.attrs["certificate"]["silent"]
    for code, name, lang, words in (
        ("PHL", "The Philippines", "en", "had not reported 2023"),
        ("PHL", "Philippines", "vi", "chưa báo cáo năm 2023"),
        ("MEX", "Mexico", "en", ""),
    ):
        page = " ".join(Text((folder_of(code, lang) / f"brief_{code}_{lang}.html").read_text("utf-8")).words)
        said = [one for one in page.split("\n") if "had not reported 2023" in one or "chưa báo cáo năm 2023" in one]
        assert bool(said) == bool(words) == (code in silent), (code, lang)
        partners = len(ta.partners(world, reporter=code, flow="export"))
        assert all(f" {partners} " in one and f" {len(silent) - 1} " in one and name in one for one in said)
    page = " ".join(Text((written / "brief_VNM_vi.html").read_text("utf-8")).words)
    assert "Theo số liệu thống kê của Việt Nam, Trung Quốc chiếm khoảng 17% kim ngạch xuất khẩu; ở đây là 21,0%" in page
    page = " ".join(Text((folder_of("PHL", "en") / "brief_PHL_en.html").read_text("utf-8")).words)
    assert "In the Philippines’ own statistics China’s share of exports is about 15%; here it is 21.6%" in page
    assert "statistics" not in " ".join(Text((folder_of("MEX", "en") / "brief_MEX_en.html").read_text("utf-8")).words)


def test_an_unknown_economy_says_so(world, tmp_path):
    with pytest.raises(ta.CountryError):
        ta.write_brief(world, "Korea", out=tmp_path)
    with pytest.raises(ta.TradeDataError, match="not in the table"):
        ta.write_brief(world, "Taiwan", out=tmp_path)


def test_a_hostile_name_stays_text(world, tmp_path):
    marked = world.copy()
    marked.attrs["certificate"] = {
        "source": "<script>alert(1)</script>",
        "licence": "x",
        "unit": "x",
        "reconciled": True,
    }
    page = ta.write_brief(marked, "VNM", out=tmp_path, langs=["en"])[0].read_text("utf-8")
    assert "<script>" not in page


# What a browser finds wrong with the words of the figures that it shows: out of their picture, on one another, or
# smaller than 11 dots.
WORDS_OF_FIGURES = """() => [...document.querySelectorAll("figure svg")].flatMap(svg => {
  const box = svg.getBoundingClientRect(), wrong = [];
  if (!box.width) return [];
  const words = [...svg.querySelectorAll("text")].filter(one => one.textContent.trim()).map(one => {
    const size = one.getAttribute("font-size") * box.width / svg.viewBox.baseVal.width;
    return {text: one.textContent, size, place: one.getBoundingClientRect()};
  });
  words.forEach(({text, size, place}, i) => {
    if (place.left < box.left || place.right > box.right || place.top < box.top || place.bottom > box.bottom)
      wrong.push(["out", text]);
    if (size < 11) wrong.push(["small", text, size]);
    for (const {text: other, place: its} of words.slice(0, i)) {
      const across = Math.min(place.right, its.right) - Math.max(place.left, its.left);
      const down = Math.min(place.bottom, its.bottom) - Math.max(place.top, its.top);
      if (across > 1 && down > size / 2) wrong.push(["over", text, other]);
    }
  });
  return words.length ? wrong : ["no words"];
})"""


@pytest.mark.parametrize("lang", ["en", "vi"])
def test_a_browser_shows_it_without_a_complaint_or_a_request(written, lang, chromium):

    complaints, requests = [], []
    page = chromium.new_page(viewport={"width": 1000, "height": 1200})
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", lambda request: requests.append(request.url))
    page.goto((written / f"brief_VNM_{lang}.html").as_uri())
    assert page.locator("h1").count() == 1
    assert page.evaluate(f"document.fonts.check('16px \"{FAMILY}\"', 'ẫ')")
    for width, form in ((1000, ".broad"), (390, ".slim")):
        page.set_viewport_size({"width": width, "height": 1000})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.evaluate(WORDS_OF_FIGURES) == []
        assert page.locator("figure svg:visible").count() == page.locator(f"{form} svg").count() == 8
        assert page.eval_on_selector_all("table", "all => all.every(t => t.scrollWidth <= t.parentElement.clientWidth)")
    page.emulate_media(media="print")
    title, rule = page.locator("h1").bounding_box(), page.locator("header").bounding_box()
    assert title["y"] - rule["y"] > 12  # the title stands clear of the line above it
    assert not page.locator("footer a").first.is_visible()
    for part, how in (("table", "breakInside"), ("dt", "breakAfter"), ("tr.sum", "breakBefore")):
        assert page.eval_on_selector(part, f"one => getComputedStyle(one).{how}") == "avoid"
    page.context.close()
    assert complaints == []
    assert [url for url in requests if not url.startswith("data:")] == [(written / f"brief_VNM_{lang}.html").as_uri()]


def test_a_table_from_a_file_shows_its_certificate(world, tmp_path):
    """What was left out of the file and what was found in it stand on the page, in both languages."""
    rows = world[world["reporter"].isin(["LAO", "KHM", "MMR", "BTN"]) & (world["value"] > 1000)].copy()
    whole = rows.loc[rows["reporter"] == "LAO", "value"].sum() + 2e9
    rest = pd.DataFrame([("LAO", "Areas, nes", "export", 2023, 2e9), ("LAO", "World", "export", 2023, whole)])
    rows = pd.concat([rows, rest.set_axis(["reporter", "partner", "flow", "year", "value"], axis=1)])
    rows.to_csv(tmp_path / "mekong.csv", index=False)
    with pytest.warns(ta.TradeDataWarning, match="TA-119"):
        table = ta.read(tmp_path / "mekong.csv", drop_aggregates=True)
    ta.write_brief(table, "LAO", out=tmp_path, format="html")
    english = " ".join(Text((tmp_path / "brief_LAO_en.html").read_text("utf-8")).words)
    vietnamese = " ".join(Text((tmp_path / "brief_LAO_vi.html").read_text("utf-8")).words)
    assert "the file mekong.csv, " in english
    assert "Left out of the file: 1 row," in english
    assert "value that is not detailed by partner (TA-119)" in english
    assert "Not detailed by partner" in english
    assert "kim ngạch chưa chi tiết theo thị trường (TA-119)" in vietnamese
    assert "Chưa chi tiết theo thị trường" in vietnamese
    assert "is not detailed by partner. Shares are of all trade; the indices are based on the rest" in english


def test_a_table_with_products_and_years_gets_a_screen_a_heatmap_and_a_trend(farms, tmp_path):
    names = {path.name for path in farms.iterdir()}
    assert "VNM_export_heatmap_en.png" in names
    assert not any("position" in name or "trend" in name for name in names)  # one economy, two years
    page = " ".join(Text((farms / "brief_VNM_en.html").read_text("utf-8")).words)
    assert "3 of 9 products go to few markets; of the largest of them, Hàng rau quả, 73.9% goes to China." in page
    assert "yes, 2 years in a row" in page
    # What unflags it: the share of China cut until the squares add up to .4.
    assert "To move, mn USD" in page
    assert " 288.6" in page
    table = ta.example("vn_agri_2019")
    older = pd.concat([table, table.assign(year=table["year"] - 2)])
    # Of three years alike; the table itself has nine months of one.
    known = {name: one for name, one in table.attrs["certificate"].items() if name != "part_years"}
    older.attrs = {**table.attrs, "certificate": known}
    written = ta.write_brief(older, "VNM", year=2019, out=tmp_path, langs=["vi"], format="html", figures=True)
    assert any("trend" in path.name for path in written)


@pytest.fixture(scope="module")
def province(tmp_path_factory):
    """The pages of a province whose table has a row of others, by language."""
    folder = tmp_path_factory.mktemp("province")
    table = pd.DataFrame(
        {
            "partner": ["USA", "CHN", "JPN", "KOR", "Các nước khác"],
            "flow": "export",
            "year": 2020,
            "value": [4e8, 3e8, 1e8, 5e7, 1.5e8],
        }
    )
    with small_pictures():
        ta.write_brief(table, "Long An", out=folder)
    return {
        lang: " ".join(" ".join(Text((folder / f"brief_Long_An_{lang}.html").read_text("utf-8")).words).split())
        for lang in ("en", "vi")
    } | {"folder": folder}


def test_a_table_with_others_says_of_which_whole_each_share_is(province):
    english, vietnamese = province["en"], province["vi"]
    assert "takes 40.0% of Long An’s 1.0 bn USD of exports: concentration in the 85.0% that is detailed" in english
    assert "The indices of exports are based on the 85.0% that is detailed by partner; shares are of all" in english
    assert "0-1 (sum of squared shares), of the detailed 85.0%" in english
    assert "tính trên 85,0% kim ngạch có số liệu theo thị trường; mọi tỷ trọng tính trên tổng kim ngạch" in vietnamese
    assert "mức độ tập trung của 85,0% kim ngạch có số liệu theo thị trường tương đương" in vietnamese
    for share in ("Share of the largest market 40.0%", "Share of the 3 largest markets 80.0%", "markets take 80.0% of"):
        assert share in english, share  # of 1,000: 400; 400, 300 and 100
    assert "94.1%" not in english  # the three as a share of the four, a second base


def test_a_table_has_one_unit_and_says_it_in_its_head(province, written):
    assert "Value, mn USD Share Cumulative USA" not in province["en"]
    assert "Value, mn USD Share Cumulative United States 400.0 40.0% 40.0%" in province["en"]
    assert "Kim ngạch, triệu USD" in province["vi"]
    assert "Chưa chi tiết theo thị trường 150,0 15,0% Tổng cộng 1.000,0 100,0%" in province["vi"]
    vietnamese = " ".join(" ".join(Text((written / "brief_VNM_vi.html").read_text("utf-8")).words).split())
    assert (
        "Kim ngạch, tỷ USD Tỷ trọng Tỷ trọng lũy kế Thị phần của Việt Nam trong kim ngạch nhập khẩu của thị trường"
        in vietnamese
    )
    assert "Hoa Kỳ 117,7 28,9%" in vietnamese


def test_words_speak_of_the_economy_of_the_page(folder_of):
    for lang, words, not_words in (
        (
            "en",
            ("Mexico’s share in its imports", "depends less has the advantage", "Amounts are in US dollars"),
            (" our ", "we are"),
        ),
        (
            "vi",
            (
                "Thị phần của Mexico trong",
                "nguồn cung nhập khẩu của Mexico",
                "bên ít phụ thuộc hơn",
                "Kim ngạch tính bằng đô la Mỹ",
            ),
            ("của ta", "của họ"),
        ),
    ):
        page = (folder_of("MEX", lang) / f"brief_MEX_{lang}.html").read_text("utf-8")
        text = " ".join(" ".join(Text(page).words).split())
        assert not [one for one in words if one not in text]
        assert not [one for one in not_words if one in text.lower()]


def test_no_product_on_few_partners_leaves_out_the_columns_on_them(tmp_path):
    rows = [(p, m, 1e8 + i * 1e6) for i, p in enumerate(["rice", "tea"]) for m in ("USA", "CHN", "JPN", "KOR")]
    table = pd.DataFrame(rows, columns=["product", "partner", "value"])
    pages = ta.write_brief(table, "Long An", flow="export", year=2020, out=tmp_path)
    english, vietnamese = (
        " ".join(" ".join(Text(page.read_text("utf-8")).words).split()) for page in pages if page.suffix == ".html"
    )
    assert "None of 2 products goes to few markets (an index above 0.4)." in english
    assert "Product Value, mn USD Largest partner Index tea 404.0" in english
    assert "To move, " not in english
    assert "The three largest markets take 75.0% of Long An’s exports." in english
    assert "có chi tiết theo thị trường của Long An" not in vietnamese


def test_the_page_speaks_of_ranks_and_levels_only_where_it_has_them(written, farms, province):
    world_page = " ".join(Text((written / "brief_VNM_en.html").read_text("utf-8")).words)
    farms_page = " ".join(Text((farms / "brief_VNM_en.html").read_text("utf-8")).words)
    assert "none is applied here." in world_page
    assert "The rank shows whether this concentration is high or low" in world_page
    assert "rank" not in province["en"]
    assert "hạng" not in province["vi"]
    assert "none is applied here" not in farms_page
    assert "Products are marked above 0.4, the level of the European Commission’s screen" in farms_page


def test_three_partners_are_all_there_are_and_no_ten_largest(tmp_path):
    table = pd.DataFrame({"partner": ["USA", "CHN", "JPN"], "value": [3e6, 1.2e6, 0.8e6]})
    page, *_ = ta.write_brief(table, "Long An", flow="export", year=2020, out=tmp_path, langs=["en"], format="html")
    text = page.read_text("utf-8")
    assert "All export markets" in text
    # The country beside it has more markets.
    text = re.sub(r"Beside the whole country.*?</table>", "", text, flags=re.DOTALL)
    assert not [words for words in ("Ten largest", "three largest", "the 3 largest", "the 5 largest") if words in text]


def test_a_table_without_years_or_flows_needs_them(tmp_path):
    table = pd.DataFrame({"partner": ["USA", "CHN"], "value": [3.0, 1.0]})
    with pytest.raises(ta.TradeDataError, match="pass flow="):
        ta.write_brief(table, "Long An", out=tmp_path)
    with pytest.raises(ta.TradeDataError, match="does not state its year: pass year="):
        ta.write_brief(table, "Long An", flow="import", out=tmp_path)
    pages = ta.write_brief(table, "Long An", flow="import", year=2020, out=tmp_path, langs=["en"])
    words = " ".join(Text(pages[0].read_text("utf-8")).words)
    assert "The United States supplies 75.0% of Long An’s 4 USD of imports" in words
    assert "Rank among" not in words
    with pytest.raises(ta.TradeDataError, match="year=2019 is not in the table"):
        ta.write_brief(table.assign(year=2020), "Long An", flow="import", year=2019, out=tmp_path)


@sampled(("folder", "lang"), list(itertools.product(["written", "farms"], ["en", "vi"])), every=3)
def test_it_prints_on_a4_with_nothing_cut(folder, lang, request, chromium):
    """In print nothing is wider than the page, and no picture is higher."""
    written = request.getfixturevalue(folder)

    page = chromium.new_page(viewport={"width": 680, "height": 1000})  # the width of A4 less its margins
    page.goto((written / f"brief_VNM_{lang}.html").as_uri())
    page.emulate_media(media="print")
    assert page.evaluate("document.documentElement.scrollWidth") <= 680
    wide = "tables => tables.every(t => t.scrollWidth <= t.parentElement.clientWidth + 1)"
    assert page.eval_on_selector_all("table", wide)
    high = "all => all.map(one => one.getBoundingClientRect().height).filter(height => height > 0)"
    heights = page.eval_on_selector_all("figure svg", high)
    assert len(heights) == page.locator(".broad svg").count() > 0
    assert max(heights) < 1000 * 265 / 297
    printed = page.pdf(format="A4")
    assert printed.startswith(b"%PDF")
    page.context.close()


@pytest.fixture(scope="module")
def farms(tmp_path_factory):
    """The brief on a table of one economy with products and two years."""
    folder = tmp_path_factory.mktemp("farms")
    with pictures_on_the_page():
        ta.write_brief(ta.example("vn_agri_2019"), "Việt Nam", year=2019, out=folder, figures=True, name="VNM")
    return folder


@sampled(("folder", "lang"), list(itertools.product(["written", "farms"], ["en", "vi"])), every=3)
def test_axe_finds_no_fault_of_accessibility(folder, lang, request, chromium):
    written = request.getfixturevalue(folder)
    from axe_playwright_python.sync_playwright import Axe

    page = chromium.new_context(bypass_csp=True).new_page()  # the page itself runs no script
    page.goto((written / f"brief_VNM_{lang}.html").as_uri())
    found = Axe().run(page)
    page.context.close()
    assert len(found.response["passes"]) > 10
    assert [(one["id"], one["impact"]) for one in found.response["violations"]] == []


def rows_of(page, head):
    """The rows of the table below a heading, cell by cell."""
    table = page.split(f"<h3>{head}</h3>")[1].split("<tbody>")[1].split("</tbody>")[0]
    rows = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row) for row in table.split("</tr>")]
    return [row for row in rows if row]


@pytest.fixture(scope="module")
def planned(world, tmp_path_factory):
    """The brief on Viet Nam with a plan."""
    folder = tmp_path_factory.mktemp("planned")
    with small_pictures():
        ta.write_brief(world, "VNM", growth=0.10, cap=0.25, out=folder, format=["html", "xlsx"])
    return folder


def test_a_plan_stands_in_the_brief_only_where_growth_or_cap_is_given(written, planned, tmp_path):
    for lang, head in (("en", "A plan with targets by market"), ("vi", "Phương án chỉ tiêu theo thị trường")):
        pages = [(folder / f"brief_VNM_{lang}.html").read_text("utf-8") for folder in (written, planned)]
        assert [page.count(f"<h3>{head}</h3>") for page in pages] == [0, 1]  # of exports: imports were not named
    table = pd.DataFrame({"partner": ["USA", "CHN"], "value": [60e6, 40e6]})
    given = {"flow": "import", "year": 2020, "growth": 0.1, "out": tmp_path, "langs": ["en"], "format": "html"}
    page, *_ = ta.write_brief(table, "Long An", **given)
    assert "With growth of 10% and no cap, the share of the United States would be about 60%" in page.read_text("utf-8")


def test_the_cap_of_a_plan_is_on_shares_of_all_trade(tmp_path):
    """Of 100, the United States 30, three others 20 each, and 10 not detailed."""
    table = pd.DataFrame({"partner": ["USA", "CHN", "JPN", "KOR", "OTH"], "value": [30e6, 20e6, 20e6, 20e6, 10e6]})
    given = {"flow": "export", "year": 2020, "growth": 0.2, "out": tmp_path, "langs": ["en"], "format": "html"}
    page, *_ = ta.write_brief(table, "Long An", cap=0.26, **given)
    rows = rows_of(page.read_text("utf-8"), "A plan with targets by market")
    assert rows[0] == ["United States", "30.0", "31.2 (+4.0%)"]  # 26% of 120
    assert rows[-2:] == [["Not detailed by partner", "10.0", "12.0 (+20.0%)"], ["All", "100.0", "120.0 (+20.0%)"]]
    assert {tuple(row[1:]) for row in rows[1:4]} == {("20.0", "25.6 (+28.0%)")}  # 76.8 among three
    assert "the share of the United States would be about 26%" in page.read_text("utf-8")
    markets = ["USA", "CHN", "JPN", "KOR", "DEU", "FRA", "OTH"]
    table = pd.DataFrame({"partner": markets, "value": [40e6, *[10e6] * 6]})
    page, *_ = ta.write_brief(table, "Long An", cap=0.2, **given)
    # 40 is 20% of 200, and a third of 120
    assert "It would take exports of about double their value, or a cap of about 33%." in page.read_text("utf-8")


def test_a_plan_that_is_not_feasible_is_shown_with_the_nearest(planned):
    page = (planned / "brief_VNM_vi.html").read_text("utf-8")
    words = " ".join(Text(page).words)
    assert (
        "không thể vừa tăng xuất khẩu 10% vừa không để thị trường nào vượt 25%: hiện nay Hoa Kỳ chiếm khoảng 29%"
        in words
    )
    # 117.7 of 470.7 is a quarter, and 117.7 of 448.4 is 26.2%
    assert "cần tăng kim ngạch xuất khẩu khoảng 15%, hoặc nâng mức trần lên khoảng 26%." in words
    assert "đến năm thứ 3 tỷ trọng của Hoa Kỳ xuống dưới 25%" in words  # ln(1.2175) / ln(1.1) = 2.06 years
    rows = rows_of(page, "Phương án chỉ tiêu theo thị trường")
    assert rows[0] == ["Hoa Kỳ", "117,7", "117,7 (0,0%)", "117,7 (0,0%)"]
    assert rows[-1] == ["Tổng cộng", "407,6", "470,7 (+15,5%)", "448,4 (+10,0%)"]
    # 470.7 less the 117.7 of the United States, against 289.9 now
    assert {row[2].split()[1] for row in rows[1:-1]} == {"(+21,8%)"}
    english = " ".join(Text((planned / "brief_VNM_en.html").read_text("utf-8")).words)
    assert "It would take growth of exports of about 15%, or a cap of about 26%." in english
    book = pd.read_excel(planned / "brief_VNM_en.xlsx", sheet_name="Exports - Plan", engine="openpyxl")
    # In millions, each plan with its growth.
    assert book.iloc[-1, 1:].tolist() == pytest.approx([407.6e3, 470.7e3, 0.155, 448.4e3, 0.10], rel=5e-3)
    assert book.iloc[0, 1:].tolist() == pytest.approx([117.68e3, 117.68e3, 0, 117.68e3, 0], rel=1e-3, abs=1e-9)
    assert "if 50% of that is sold elsewhere, 58.8 bn USD (14.4%) remains lost" in english


def test_a_list_with_others_shows_between_what_values_the_index_lies(tmp_path, monkeypatch):
    monkeypatch.setattr("tradeanalysis.brief.drawings.figure_bytes", figure_bytes)  # the words of one are read
    table = pd.DataFrame({"partner": ["USA", "CHN", "JPN", "KOR", "OTH"], "value": [50e6, 20e6, 10e6, 5e6, 15e6]})
    page, *_ = ta.write_brief(
        table, "Long An", flow="export", year=2020, out=tmp_path, langs=["en"], format="html", figures=True
    )
    words = " ".join(Text(page.read_text("utf-8")).words)
    # .3025 to .475, and .31 where these are the four largest; rounded outwards
    assert "of the 85.0% of exports that is detailed by partner. The index of all exports has another base" in words
    assert "the other 15.0% belongs to, it lies between 0.302 and 0.475; if the 4 listed are the largest" in words
    assert "if the 4 listed are the largest, between 0.302 and 0.310" in words
    assert "If exports to the United States stop, Long An loses 50.0% of its exports at first, 25.0% once" in " ".join(
        Text(page.read_text("utf-8")).alts
    )
    assert "Assumed to be replaced: 50%" in (tmp_path / "Long_An_2020_export_shock_en.svg").read_text("utf-8")
    assert "50.0 mn USD (50.0% of exports) would be lost at first" in words  # of all, not of what is allocated


def test_years_show_who_moved_the_index(tmp_path):
    before, after = {"USA": 60e6, "CHN": 30e6, "JPN": 10e6}, {"USA": 50e6, "CHN": 30e6, "KOR": 20e6}
    rows = [(2018, *one) for one in before.items()] + [(2020, *one) for one in after.items()]
    table = pd.DataFrame(rows, columns=["year", "partner", "value"])
    page, *_ = ta.write_brief(
        table, "Long An", flow="export", year=2020, out=tmp_path, langs=["en"], format="html", figures=True
    )
    moved = rows_of(page.read_text("utf-8"), "What moved the index from 2018 to 2020")
    assert moved[0] == ["United States", "60.0%", "50.0%", "−0.1100"]
    assert moved[1] == ["South Korea", "0.0%", "20.0%", "+0.0400"]
    assert moved[2] == ["Japan", "10.0%", "0.0%", "−0.0100"]
    assert (tmp_path / "Long_An_2020_export_waterfall_en.png").exists()


def test_one_market_has_no_other_to_turn_to(tmp_path):
    table = pd.DataFrame({"partner": ["USA"], "value": [5e6]})
    page, *_ = ta.write_brief(table, "Long An", flow="export", year=2020, out=tmp_path, langs=["en"], format="html")
    words = " ".join(Text(page.read_text("utf-8")).words)
    assert "5.0 mn USD (100.0% of exports) would be lost if none of it is sold elsewhere" in words
    assert "A plan" not in words
    page, *_ = ta.write_brief(table, "Long An", flow="import", year=2020, out=tmp_path, langs=["en"], format="html")
    assert "would be lost if none of it is bought elsewhere" in page.read_text("utf-8")


def test_the_product_that_makes_the_concentration_is_named(farms):
    page = (farms / "brief_VNM_en.html").read_text("utf-8")
    assert ta.account(ta.example("vn_agri_2019"), year=2019).sentence().replace("&", "&amp;") in page


def test_a_plan_is_written_for_both_flows_and_says_what_it_cannot(tmp_path, world):
    said = []
    written = ta.write_plan(world, "VNM", out=tmp_path, langs=["vi"], progress=said.append)
    assert said[0].startswith("Mục tiêu tăng 10%")
    tables = [pd.read_excel(path, sheet_name=0, engine="openpyxl") for path in written if path.suffix == ".xlsx"]
    assert [table["Chỉ tiêu, USD"].iloc[:-1].sum() for table in tables] == pytest.approx([470.70e9, 448.39e9], rel=1e-4)
    assert [table["Chỉ tiêu, USD"].iloc[-1] for table in tables] == pytest.approx([470.70e9, 448.39e9], rel=1e-4)
    assert all((table["Tăng, giảm, USD"] >= 0).all() for table in tables)
    assert tables[0]["Tỷ trọng theo phương án"].iloc[:-1].max() == pytest.approx(0.25)
    written = ta.write_plan(
        world, "VNM", flow="import", growth=0.075, cap=0.6, out=tmp_path, langs=["en"], progress=said.append
    )
    assert [path.name for path in written] == ["plan_VNM_import_en.xlsx"]
    assert "can be met" in said[-2]
    with pytest.raises(ta.TradeDataError, match="lang='fr'"):
        ta.write_plan(world, "VNM", out=tmp_path, langs=["fr"])
    with pytest.raises(ta.TradeDataError, match="choose from"):
        ta.write_plan(world, "VNM", out=tmp_path, aim="best")


def test_no_target_of_a_written_plan_is_above_the_highest_growth_of_a_market(tmp_path, world):
    limited = {"growth": 0.16, "cap": 0.25, "max_growth": 0.23, "aim": "least concentrated", "langs": ["en"]}
    path, _ = ta.write_plan(world, "VNM", flow="export", out=tmp_path, **limited)
    plan = pd.read_excel(path, sheet_name=0, engine="openpyxl").iloc[:-1]
    assert (plan["Target, USD"] <= 1.23 * plan["Now, USD"] * (1 + 1e-9)).all()
    assert plan["Growth"].max() == pytest.approx(0.23)


def test_where_much_is_not_allocated_there_is_no_plan(tmp_path):
    table = pd.DataFrame({"partner": ["USA", "JPN", "OTH"], "value": [50e6, 40e6, 400e6]})
    given = {"flow": "export", "year": 2020, "cap": 0.5, "out": tmp_path, "langs": ["en"], "format": "html"}
    page, *_ = ta.write_brief(table, "Long An", **given)
    words = " ".join(Text(page.read_text("utf-8")).words)
    assert "81.6% of exports is not detailed by partner: a plan by partner would say little" in words
    assert "cannot be met" not in words
    with pytest.raises(ta.TradeDataError, match=r"81\.6% of the value is not allocated to a partner"):
        ta.write_plan(table, "Long An", flow="export", year=2020, out=tmp_path)
    assert not list(tmp_path.glob("plan_*"))
