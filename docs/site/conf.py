"""How the site is built: ``make docs`` writes it into build/site, from the docstrings, the guides and the gallery."""

import re
from pathlib import Path
from typing import Any

from docutils import nodes
from latex2mathml.converter import convert

import tradeanalysis as ta

project = "tradeanalysis"
version = release = ta.__version__
extensions = [
    *("sphinx.ext.autodoc", "sphinx.ext.autosummary", "numpydoc", "myst_parser"),
    "sphinx_gallery.gen_gallery",
]
html_math_renderer = "mathml"
html_theme = "furo"
html_title = "tradeanalysis"
html_show_copyright = False
html_show_sphinx = False
exclude_patterns = ["gallery/README.txt"]
suppress_warnings = ["config.cache"]
autosummary_generate = True
autosummary_ignore_module_all = False  # a chapter shows what it names in __all__
templates_path = ["_templates"]
numpydoc_show_class_members = False
myst_heading_anchors = 3


def picture(block: Any, block_vars: dict[str, Any], gallery_conf: dict[str, Any]) -> str:
    """The figure that a script of the gallery leaves as ``ax``, with its description in words."""
    from sphinx_gallery.scrapers import figure_rst

    ax = block_vars["example_globals"].pop("ax", None)
    if ax is None:
        return ""
    path = Path(next(block_vars["image_path_iterator"]))
    path.write_bytes(ta.figures.canvas.figure_bytes(ax, "png"))
    return str(figure_rst([str(path)], gallery_conf["src_dir"], ax.figure.tradeanalysis_alt))


GUIDES = {"start": "README.md", "gate": "docs/gate.md"}


def guide(app: Any, docname: str, source: list[str]) -> None:
    """A guide of the repository as a page; files that it names and that are no pages here stay words."""
    if docname in GUIDES:
        text = (Path(app.srcdir).parents[1] / GUIDES[docname]).read_text(encoding="utf-8")
        text = text.replace("(docs/gate.md)", "(gate.md)")
        text = re.sub(r"<img[^>]*>", "", text)  # the gallery shows them
        source[0] = re.sub(r"\[([^\]]+)\]\((?!http|gate\.md)[^)]*\)", r"\1", text)


def inline_formula(page: Any, node: Any) -> None:
    """A formula in a line as MathML, which browsers show without any script."""
    page.body.append(convert(node.astext()))
    raise nodes.SkipNode


def displayed_formula(page: Any, node: Any) -> None:
    """A formula on a line of its own as MathML."""
    page.body.append(convert(node.astext(), display="block"))
    raise nodes.SkipNode


def setup(app: Any) -> None:
    """What Sphinx asks of a configuration that takes part."""
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
