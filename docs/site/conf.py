"""How the site is built: ``make docs`` writes it into build/site.

From the docstrings (a page for every public name), the guides beside this file, the pages of the repository that are
guides too (README, the design, the gate ...), the notebooks, and the gallery of figures.
"""

import importlib
import re
import shutil
import sys
from pathlib import Path, PurePosixPath
from typing import Any

from docutils import nodes
from latex2mathml.converter import convert

import tradeanalysis as ta

# What checks notebooks would build grammars of addresses for two seconds, which no notebook has.
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]

HERE = Path(__file__).parent
ROOT = HERE.parents[1]

project = "tradeanalysis"
version = release = ta.__version__
extensions = [
    *("sphinx.ext.autodoc", "sphinx.ext.autosummary", "numpydoc", "myst_nb"),
    "sphinx_gallery.gen_gallery",
]
html_math_renderer = "mathml"
html_theme = "furo"
html_title = "tradeanalysis"
templates_path = ["templates"]
html_static_path = ["static"]
html_css_files = ["house.css"]
html_show_copyright = False
html_show_sphinx = False
# The gallery writes each of its scripts as a notebook too, to download.
exclude_patterns = ["gallery/README.txt", "figures/*.ipynb", "templates"]
suppress_warnings = ["config.cache"]
autosummary_generate = True
numpydoc_show_class_members = False
myst_heading_anchors = 3
myst_enable_extensions = ["colon_fence", "tasklist"]
# They come with their outputs, or without any: docs/run_notebook.py runs them, once.
nb_execution_mode = "off"

# The reference: chapters in the order of the questions, and what is in each from its list of public names.
CHAPTERS = {
    "measures": "Measures",
    "dependency": "Dependency",
    "changes": "Changes",
    "uncertainty": "Uncertainty",
    "stress": "Stress",
    "planner": "Plans",
    "prospects": "Opportunities",
    "monitoring": "Months",
    "chains": "Who pays in the end",
    "tariffs": "Tariffs",
    "figures": "Figures",
    "tables": "Measures of a table, baskets",
    "sources": "Reading",
    "gate": "Checking",
    "names": "Names of economies",
    "output": "Writing",
    "brief": "Pages and workbooks",
}

# Pages of the repository that are pages of the site, by the name that they have here.
PAGES = {
    "README.md": "start",
    "README.vi.md": "bat_dau",
    "CHANGELOG.md": "changes",
    "CONTRIBUTING.md": "contributing",
    "data/README.md": "data",
    "docs/design.md": "design",
    "docs/conventions.md": "conventions",
    "docs/glossary.md": "glossary",
    "docs/sources.md": "sources",
    "docs/gate.md": "gate",
    "docs/map.md": "map",
}
TITLES = {"start": "Start", "bat_dau": "Giới thiệu"}
OF_SITE = PurePosixPath("docs/site")
LINK = re.compile(r"\[([^\]]+)\]\((?!http|#)([^)#\s]+)(#[^)]*)?\)")


def reference() -> None:
    """Write the pages of the reference: one for each chapter, with what is in it."""
    folder = HERE / "reference"
    folder.mkdir(exist_ok=True)
    index = ["# Reference", "", "Each chapter is a module: `ta.changes.margins`. The names of every day are also"]
    index += ["at the top: `ta.hhi`, `ta.measure`, `ta.plan`.", ""]
    for chapter, title in CHAPTERS.items():
        module = importlib.import_module(f"tradeanalysis.{chapter}")
        said = (module.__doc__ or "").split("\n\n")[0].replace("\n", " ")
        _written(folder / f"{chapter}.rst", title, f"tradeanalysis.{chapter}", said, module.__all__)
        top = [f"`{one}`" for one in module.__all__ if getattr(ta, one, None) is getattr(module, one)]
        index += [f"- [{title}]({chapter}.rst), `ta.{chapter}`{': ' * bool(top)}{', '.join(top)}."]
    raised = [name for name in ta.__all__ if isinstance(getattr(ta, name), type)]
    raised = [name for name in raised if issubclass(getattr(ta, name), Exception)]
    said = "Errors say what is wrong, where, what share of the value it touches, and how to fix it."
    _written(folder / "errors.rst", "Errors and warnings", "tradeanalysis", said, raised)
    index += ["- [Errors and warnings](errors.rst).", "", "```{toctree}", ":hidden:", "", *CHAPTERS, "errors", "```"]
    (folder / "index.md").write_text("\n".join(index) + "\n", "utf-8")


def _written(path: Path, title: str, module: str, said: str, names: list[str]) -> None:
    lines = [title, "=" * len(title), "", said, "", f".. currentmodule:: {module}", "", ".. autosummary::"]
    lines += ["   :toctree: ../api", "", *(f"   {name}" for name in names), ""]
    path.write_text("\n".join(lines), "utf-8")


def notebooks() -> None:
    """Copy the notebooks: as they were run by ``make docs``, or as they are, without outputs."""
    folder = HERE / "notebooks"
    folder.mkdir(exist_ok=True)
    for path in sorted((ROOT / "notebooks").glob("*.ipynb")):
        executed = ROOT / "build" / "notebooks" / path.name
        shutil.copyfile(executed if executed.exists() else path, folder / path.name)


def linked(text: str, folder: PurePosixPath) -> str:
    """Links between pages of the repository as links of the site; a link to what is not a page here stays words."""

    # A page of the site names another by its place here, and what stands elsewhere by its place in the repository.
    here = folder.parts[:2] == OF_SITE.parts
    up = "../" * (len(folder.parts) - 2) if here else ""

    def link(found: re.Match[str]) -> str:
        parts: list[str] = []
        for part in (folder / found[2]).parts:
            parts = parts[:-1] if part == ".." else [*parts, part]
        target = "/".join(parts)
        if here and target.startswith("docs/site/"):
            return found[0]
        # Where a link is called by the name of its file, the page is called by its title.
        words = "" if target.endswith(found[1]) else found[1]
        if target in PAGES:
            return f"[{words}]({up}{PAGES[target]}.md{found[3] or ''})"
        there = target.startswith(("docs/site/", "notebooks/")) and (ROOT / target).exists()
        return f"[{words}]({up}{target.removeprefix('docs/site/')}{found[3] or ''})" if there else found[1]

    return LINK.sub(link, text)


def guide(app: Any, docname: str, source: list[str]) -> None:
    """A page of the repository as a page here."""
    for path, name in PAGES.items():
        if docname == name:
            text = (ROOT / path).read_text(encoding="utf-8")
            text = re.sub(r"<img[^>]*>\s*", "", text)  # the gallery shows them
            text = text.replace("# tradeanalysis\n", f"# {TITLES.get(name)}\n", 1)
            source[0] = linked(text, PurePosixPath(path).parent)
    if docname not in PAGES.values() and docname.partition("/")[0] in ("concepts", docname):
        source[0] = linked(source[0], (OF_SITE / docname).parent)
    # The line that ends an example for doctest is not part of what is shown.
    source[0] = source[0].replace("\n\n```\n", "\n```\n")


def picture(block: Any, block_vars: dict[str, Any], gallery_conf: dict[str, Any]) -> str:
    """The figure that a script of the gallery leaves as ``ax``, with its description in words."""
    from sphinx_gallery.scrapers import figure_rst

    ax = block_vars["example_globals"].pop("ax", None)
    if ax is None:
        return ""
    path = Path(next(block_vars["image_path_iterator"]))
    path.write_bytes(ta.figures.canvas.figure_bytes(ax, "png"))
    return str(figure_rst([str(path)], gallery_conf["src_dir"], ax.figure.tradeanalysis_alt))


def inline_formula(page: Any, node: Any) -> None:
    """A formula in a line as MathML, which browsers show without any script."""
    page.body.append(convert(node.astext()))
    raise nodes.SkipNode


def displayed_formula(page: Any, node: Any) -> None:
    """A formula on a line of its own as MathML."""
    page.body.append(convert(node.astext(), display="block"))
    raise nodes.SkipNode


def setup(app: Any) -> None:
    """Take part in the build."""
    reference()
    notebooks()
    app.connect("source-read", guide)
    app.add_html_math_renderer("mathml", (inline_formula, None), (displayed_formula, None))


sphinx_gallery_conf = {
    "examples_dirs": "gallery",
    "gallery_dirs": "figures",
    "filename_pattern": "/",
    "image_scrapers": (picture,),
    "reset_modules": (),
    "download_all_examples": False,
    "show_memory": False,
    "min_reported_time": 10_000,
    "write_computation_times": False,
    "show_signature": False,
    "remove_config_comments": True,
}
