"""The site of the documentation is built without a warning, and no link in it leads nowhere."""

import base64
import html.parser
import importlib
import json
import shutil
import subprocess
import sys
import urllib.parse
from pathlib import Path

import pytest
from conftest import ALL_CASES

import tradeanalysis as ta

ROOT = Path(__file__).parents[1]
CHAPTERS = (
    *("measures", "dependency", "changes", "uncertainty", "stress", "planner", "prospects", "figures", "names"),
    *("monitoring", "tariffs", "chains"),
    *("tables", "sources", "gate", "output", "brief"),
)


class Page(html.parser.HTMLParser):
    """The links of a page, and the places that links may lead to."""

    def __init__(self, path):
        super().__init__()
        self.links, self.places, self.undescribed, self.loaded = [], set(), [], []
        self.feed(path.read_text("utf-8"))

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        self.places.add(attrs.get("id"))
        self.links += [attrs[key] for key in ("href", "src") if attrs.get(key)]
        if tag in ("script", "img", "iframe") or attrs.get("rel") == "stylesheet":
            self.loaded += [attrs[key] for key in ("href", "src") if attrs.get(key)]
        if tag == "img" and not attrs.get("alt"):
            self.undescribed.append(attrs.get("src"))


FIRST = ROOT / "notebooks" / "01_first_look.ipynb"
PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="


# Half of the time of a build goes into the tree of all pages beside each page, and it is the same tree: a page of
# each folder has it, and the front page.
FEW_TREES = """

of_site, with_tree = setup, set()


def few_trees(app, pagename, templatename, context, doctree):
    folder = pagename.rpartition("/")[0]
    if pagename != "index" and folder in with_tree:
        context["toctree"] = lambda **options: ""
    with_tree.add(folder)


def setup(app):
    of_site(app)
    app.connect("html-page-context", few_trees, priority=100)
"""


# Where a person waits, a plain theme, and of the gallery the scripts whose pictures are on the front page.
QUICK = ("html_theme=basic", "sphinx_gallery_conf.filename_pattern=(ranking|trend|frontier)")


def with_outputs(notebook):
    """The notebook with a table and a picture below its first two cells of code, as a run leaves them."""
    assert base64.b64decode(PIXEL).startswith(b"\x89PNG")
    first, second = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"][:2]
    shown = {"text/html": "<table class='dataframe'><tr><td>one cell of it</td></tr></table>", "text/plain": "a table"}
    first["outputs"] = [{"output_type": "execute_result", "execution_count": 1, "metadata": {}, "data": shown}]
    drawn = {"image/png": PIXEL, "text/plain": "a figure"}
    second["outputs"] = [{"output_type": "execute_result", "execution_count": 2, "metadata": {}, "data": drawn}]
    second["metadata"]["mystnb"] = {"image": {"alt": "A picture of one pixel"}}
    return notebook


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """The site, built from a copy, since the generator writes beside what it reads."""
    folder = tmp_path_factory.mktemp("site")
    made = shutil.ignore_patterns("api", "figures", "reference", "notebooks")
    shutil.copytree(ROOT / "docs", folder / "docs", ignore=made)
    with (folder / "docs" / "site" / "conf.py").open("a", encoding="utf-8") as conf:
        conf.write(FEW_TREES)
    for name in ("README.md", "README.vi.md", "CHANGELOG.md", "CONTRIBUTING.md"):
        shutil.copy(ROOT / name, folder)
    (folder / "data").mkdir()
    shutil.copy(ROOT / "data" / "README.md", folder / "data")
    # test_notebooks.py runs them: here they are without outputs, but for one that has some made for the purpose.
    shutil.copytree(ROOT / "notebooks", folder / "notebooks")
    executed = folder / "build" / "notebooks"
    executed.mkdir(parents=True)
    (executed / FIRST.name).write_text(json.dumps(with_outputs(json.loads(FIRST.read_text("utf-8")))), "utf-8")
    command = [
        sys.executable,
        "-m",
        "sphinx",
        "-q",
        "-W",
        "--keep-going",
        *(part for one in QUICK if not ALL_CASES for part in ("-D", one)),
        str(folder / "docs" / "site"),
        str(folder / "out"),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    return folder / "out"


def test_no_link_leads_nowhere(site):
    pages = {path.resolve(): Page(path) for path in site.rglob("*.html")}
    assert len(pages) > 90
    broken, followed = [], 0
    for path, page in pages.items():
        for link in page.links:
            parts = urllib.parse.urlsplit(link)
            if parts.scheme or parts.netloc:
                continue
            followed += 1
            target = (path.parent / urllib.parse.unquote(parts.path)).resolve() if parts.path else path
            place = urllib.parse.unquote(parts.fragment)
            there = target.exists() and (not place or target not in pages or place in pages[target].places)
            if not there:
                broken.append((path.name, link))
    assert followed > 1000
    assert broken == []


@pytest.mark.skipif(not ALL_CASES, reason="a plain theme has no tree beside its pages")
def test_a_page_of_each_folder_has_the_tree_of_all_pages(site):
    trees = [path for path in site.rglob("*.html") if path.read_text("utf-8").count('class="toctree-l') > 50]
    names = {path.stem for path in (site / "api").glob("*.html")}
    for folder in ("api", "concepts", "figures", "notebooks", "reference"):
        (page,) = [path for path in trees if path.parent == site / folder]
        assert names <= {Path(urllib.parse.urlsplit(link).path).stem for link in Page(page).links} | {page.stem}
    assert site / "index.html" in trees


def test_pages_load_nothing_from_a_network_and_show_formulas_without_scripts(site):
    pages = list(site.rglob("*.html"))
    assert [link for path in pages for link in Page(path).loaded if urllib.parse.urlsplit(link).netloc] == []
    formulas = (site / "api" / "tradeanalysis.measures.hhi.html").read_text("utf-8")
    assert "<math" in formulas
    assert "<msubsup>" in formulas  # the squared shares
    assert not [path.name for path in pages if r"\frac" in path.read_text("utf-8")]


def test_every_public_name_and_every_figure_has_its_page(site):
    names = {path.stem for path in (site / "api").glob("*.html")}
    chapters = [importlib.import_module(f"tradeanalysis.{one}") for one in CHAPTERS]
    public = {f"{chapter.__name__}.{name}" for chapter in chapters for name in chapter.__all__}
    assert len(public) > 100
    assert public <= names
    of_chapters = {name for chapter in chapters for name in chapter.__all__}
    raised = {name.removeprefix("tradeanalysis.") for name in names if name.count(".") == 1}
    assert {name for name in ta.__all__ if name not in ("figures", *CHAPTERS)} <= of_chapters | raised
    drawn = {path.stem for path in (site / "figures").glob("*.html")}
    assert set(ta.figures.FIGURES) <= drawn


def test_the_front_page_has_three_figures_and_a_door_for_each_reader(site):
    page = Page(site / "index.html")
    text = (site / "index.html").read_text("utf-8")
    assert page.undescribed == []
    assert len([link for link in page.loaded if link.endswith(".png")]) == 3
    for door in ("notebooks/01_first_look.html", "huong_dan.html", "reference/index.html", "concepts/index.html"):
        assert door in page.links, door
    assert text.count('class="door') >= 3
    assert "What there is" not in text


def test_notebooks_are_pages_with_their_outputs_and_described_pictures(site):
    pages = {path.stem for path in (site / "notebooks").glob("*.html")}
    assert {path.stem for path in (ROOT / "notebooks").glob("*.ipynb")} <= pages
    first = site / "notebooks" / f"{FIRST.stem}.html"
    assert "one cell of it" in first.read_text("utf-8")
    assert "A picture of one pixel" in first.read_text("utf-8")
    assert Page(first).undescribed == []


def test_pages_of_the_repository_are_pages_here(site):
    for name in ("design", "conventions", "glossary", "gate", "changes", "contributing", "data", "bat_dau", "map"):
        text = (site / f"{name}.html").read_text("utf-8")
        assert "stands here: see conf.py" not in text, name
        assert len(text) > 10_000, name


def test_every_picture_of_the_gallery_is_described(site):
    for name in set(ta.figures.FIGURES):
        page = Page(site / "figures" / f"{name}.html")
        assert page.undescribed == [], name
