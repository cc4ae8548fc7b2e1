"""The site of the documentation is built without a warning, and no link in it leads nowhere."""

import html.parser
import shutil
import subprocess
import sys
import urllib.parse
from pathlib import Path

import pytest

import tradeanalysis as ta

ROOT = Path(__file__).parents[1]


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


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """The site, built from a copy, since the generator writes beside what it reads."""
    folder = tmp_path_factory.mktemp("site")
    shutil.copytree(ROOT / "docs", folder / "docs", ignore=shutil.ignore_patterns("api", "figures"))
    shutil.copy(ROOT / "README.md", folder)
    command = [
        sys.executable,
        "-m",
        "sphinx",
        "-q",
        "-W",
        "--keep-going",
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


def test_pages_load_nothing_from_a_network_and_show_formulas_without_scripts(site):
    pages = list(site.rglob("*.html"))
    assert [link for path in pages for link in Page(path).loaded if urllib.parse.urlsplit(link).netloc] == []
    formulas = (site / "api" / "tradeanalysis.hhi.html").read_text("utf-8")
    assert "<math" in formulas
    assert "<msubsup>" in formulas  # the squared shares
    assert not [path.name for path in pages if r"\frac" in path.read_text("utf-8")]


def test_every_public_name_and_every_figure_has_its_page(site):
    names = {path.stem for path in (site / "api").glob("*.html")}
    assert {f"tradeanalysis.{name}" for name in ta.__all__ if name != "figures"} <= names
    assert {f"tradeanalysis.figures.{name}" for name in ta.figures.__all__} <= names
    drawn = {path.stem for path in (site / "figures").glob("*.html")}
    assert set(ta.figures.FIGURES) <= drawn


def test_every_picture_of_the_gallery_is_described(site):
    for name in set(ta.figures.FIGURES):
        page = Page(site / "figures" / f"{name}.html")
        assert page.undescribed == [], name
