"""What is derived in the documentation is up to date, what it shows runs, and what it names is there."""

import doctest
import importlib.util
import inspect
import re
from pathlib import Path

import pytest

import tradeanalysis as ta
from tradeanalysis.gate.catalogue import RULES

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
PACKAGE = Path(ta.__file__).parent
# The README's own examples run with the doctests of the package (setup.cfg).
MADE = {path for folder in ("figures", "reference", "notebooks") for path in DOCS.glob(f"site/{folder}/*")}
PAGES = sorted({*DOCS.rglob("*.md"), ROOT / "README.vi.md", ROOT / "CONTRIBUTING.md"} - MADE)
IN_PACKAGE = r"`((?:[a-z_]+/)+[a-z_.]*)`"
LINK = r"\]\(((?!http|#)[^)#\s]+)"
OF_SITE = tuple(f"{up}{folder}/" for up in ("", "../") for folder in ("figures", "api", "reference"))
SHOWING = [path for path in PAGES if ">>> " in path.read_text("utf-8")]


@pytest.fixture(scope="module")
def derive():
    spec = importlib.util.spec_from_file_location("derive_docs", DOCS / "derive.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_derived_pages_are_up_to_date(derive):
    derived = derive.pages()
    assert {DOCS / "gate.md", DOCS / "map.md"} <= set(derived)
    for path, text in derived.items():
        assert path.read_text("utf-8") == text, f"{path.name}: run python docs/derive.py"


@pytest.mark.parametrize("path", SHOWING, ids=lambda path: path.stem)
def test_examples_give_what_they_show(path):
    failed, tried = doctest.testfile(str(path), module_relative=False, optionflags=doctest.NORMALIZE_WHITESPACE)
    assert tried
    assert failed == 0


# The changelog also says what names were before, and the tests try names that are not there.
WRITTEN = sorted(
    {
        *(path for path in PACKAGE.rglob("*") if path.suffix in (".py", ".toml", ".html")),
        *PAGES,
        ROOT / "README.md",
        *(ROOT / "notebooks").glob("*.ipynb"),
        *(ROOT / "data").glob("*.md"),
    }
)


def resolves(name):
    """Whether `ta.x.y` is there; attributes of what is no module are those of objects, and not looked for."""
    found = ta
    for part in name.split(".")[1:]:
        if not inspect.ismodule(found):
            return True
        if not hasattr(found, part):
            return False
        found = getattr(found, part)
    return True


def test_every_name_of_the_library_that_is_written_anywhere_is_there():
    assert resolves("ta.uncertainty.intervals")
    assert not resolves("ta.intervals")
    for path in WRITTEN:
        names = set(re.findall(r"(?<![\w./-])ta\.[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*", path.read_text("utf-8")))
        assert sorted(name for name in names if not resolves(name)) == [], path


def test_the_house_is_shown_in_examples():
    stems = {path.stem for path in SHOWING}
    assert {"design", "README.vi", "tour", "files", "which_n", "not_allocated", "intervals"} <= stems


def test_the_design_names_every_room_and_no_other():
    text = (DOCS / "design.md").read_text("utf-8").split("## The rooms")[1].split("## Five paths")[0]
    named = set(re.findall(r"^\| `([a-z_/.]+)` \|", text, re.MULTILINE))
    folders = {f"{path.parent.relative_to(PACKAGE).as_posix()}/" for path in PACKAGE.rglob("*/__init__.py")}
    files = {path.name for path in PACKAGE.glob("*.py") if not path.name.startswith("__")}
    assert named == folders | files


def test_files_that_the_documentation_names_are_there():
    pages = [DOCS / "design.md", DOCS / "conventions.md", ROOT / "CONTRIBUTING.md", ROOT / "README.md"]
    named = [(page.name, name) for page in pages for name in re.findall(IN_PACKAGE, page.read_text("utf-8"))]
    assert len(named) > 40
    assert [one for one in named if not any((root / one[1]).exists() for root in (ROOT, PACKAGE))] == []


def test_no_page_links_to_a_page_that_is_empty_where_the_repository_is_read():
    """docs/site/gate.md is one line that the site fills: read elsewhere, the link is to docs/gate.md."""
    stubs = {path.resolve() for path in DOCS.rglob("*.md") if "stands here: see conf.py" in path.read_text("utf-8")}
    assert len(stubs) > 6
    links = [(page, target) for page in PAGES for target in re.findall(LINK, page.read_text("utf-8"))]
    assert [(page.name, target) for page, target in links if (page.parent / target).resolve() in stubs] == []


def test_the_guide_for_offices_is_a_link_away():
    for readme in ("README.md", "README.vi.md"):
        assert "(docs/site/huong_dan.md)" in (ROOT / readme).read_text("utf-8")


def test_links_between_pages_lead_somewhere():
    pages = [*PAGES, ROOT / "README.md", ROOT / "CHANGELOG.md"]
    links = [(page, target) for page in pages for target in re.findall(LINK, page.read_text("utf-8"))]
    assert len(links) > 60
    broken = [(page.name, target) for page, target in links if not (page.parent / target).exists()]
    # What the site alone has is looked for where it is built (test_site.py).
    assert [one for one in broken if not one[1].startswith(OF_SITE)] == []


def test_the_readme_is_short_and_begins_with_what_runs():
    for name in ("README.md", "README.vi.md"):
        text = (ROOT / name).read_text("utf-8")
        assert len(text.splitlines()) <= 150, name
        places = [text.index(one) for one in ("pip install", ">>> import tradeanalysis", "make report", "make test")]
        assert places == sorted(places), name
        assert places[1] < 1500, name


def test_both_readmes_go_in_one_order():
    english, vietnamese = ((ROOT / name).read_text("utf-8") for name in ("README.md", "README.vi.md"))
    marks = ["pip install", ">>> import", "make report", "notebooks/01_first_look", "`ta.planner`", "<!-- measures -->"]
    for text in (english, vietnamese):
        places = [text.index(one) for one in (*marks, "data/README.md", "CITATION.cff")]
        assert places == sorted(places)


def test_changes_stand_by_version_and_chapter():
    text = (ROOT / "CHANGELOG.md").read_text("utf-8")
    versions = re.findall(r"^## (.+)$", text, re.MULTILINE)
    assert versions[:3] == ["Unreleased", "0.2.0", "0.1.0"]
    chapters = set(re.findall(r"^### (.+)$", text, re.MULTILINE))
    assert {"Plans", "Figures", "The gate", "Measures", "Uncertainty", "The brief", "Reading files"} <= chapters
    loose = re.split(r"^### .+$", text, flags=re.MULTILINE)[0]
    assert "\n- " not in loose


def test_every_fault_has_rules_and_tests_that_exist(derive):
    faults = derive.faults()
    assert [int(one["fault"]) for one in faults] == [*range(1, 103)]
    for one in faults:
        assert set(one["rules"].split()) <= set(RULES), one
        assert bool(one["tests"]) != one["how"].startswith("NOT YET"), one
        for name in one["tests"].split():
            file, function = name.split("::")
            assert f"def {function}(" in (Path(__file__).parent / file).read_text("utf-8"), name
    assert sum(bool(one["tests"]) for one in faults) >= 95


def test_every_rule_is_of_some_fault(derive):
    named = {id for one in derive.faults() for id in one["rules"].split()}
    assert set(RULES) <= named


def test_the_pictures_that_the_readme_shows_are_there():
    readme = (DOCS.parent / "README.md").read_text("utf-8")
    shown = re.findall(r'<img src="([^"]+)" width="\d+%" alt="[^"]{20,}">', readme)
    assert len(shown) == readme.count("<img") == 3
    for path in shown:
        assert (DOCS.parent / path).read_text("utf-8").startswith("<?xml"), path
