"""The brief as one HTML document that needs nothing else, for screens, telephones and paper."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from tradeanalysis.brief.contents import Contents, Figure, Heading, Points, Sentences, ShownTable, Terms, Tiles
from tradeanalysis.figures.typeface import FAMILY, font_faces
from tradeanalysis.texts import catalogues as texts

# Letters of a name that has more than a line on a telephone.
LONG_NAME = 30
# Columns of a table in letters of the size of the page, at most.
MOST_COLUMNS = 6


class Link(NamedTuple):
    """A file beside the page, what it is, and its language where it is a page in another."""

    file: str
    text: str
    lang: str = ""


def html_page(contents: Contents, links: list[Link]) -> str:
    """The brief as a page, with links to the files beside it."""
    import jinja2

    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("tradeanalysis.brief", "."),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.tests |= {
        name: _is(kind)
        for name, kind in {
            "heading": Heading,
            "sentences": Sentences,
            "points": Points,
            "terms": Terms,
            "table": ShownTable,
            "figure": Figure,
            "tiles": Tiles,
        }.items()
    }
    environment.tests |= {"long_named": _long_named, "many_columned": _many_columned}
    return environment.get_template("page.html").render(
        contents=contents,
        links=links,
        typeface=font_faces(),
        family=FAMILY,
        skip=texts.say("brief_skip", contents.lang),
    )


def _long_named(table: ShownTable) -> bool:
    """Whether the names of the rows need what room the numbers leave."""
    return max(len(row[0]) for row in table.rows) > LONG_NAME


def _many_columned(table: ShownTable) -> bool:
    """Whether there are more columns than a page has room for in letters of its own size."""
    return len(table.heads) > MOST_COLUMNS


def _is(kind: type) -> Callable[[Any], bool]:
    """Whether a block is of this kind."""
    return lambda block: isinstance(block, kind)
