"""The list of figures, and the paragraphs that the docstrings of all of them share, written once."""

from __future__ import annotations

import functools
import inspect
import re
import textwrap
from collections.abc import Callable
from typing import Any, TypeVar, cast

from tradeanalysis.figures.drawable import as_pandas

Draw = TypeVar("Draw", bound=Callable[..., Any])

# The names of all figures, in the order of their modules.
FIGURES: list[str] = []

SHARED = {
    "{shared}": """
ax
    Axes to draw on; a new figure where not given.
lang
    ``"en"`` or ``"vi"``.
caption
    What title and notes say in place of what the table says of itself: a ``Caption``, or a mapping of its fields
    ``reporter``, ``flow``, ``year``, ``source`` and ``note``. A table of ``ta.partners`` and others names them in its
    notes, ``attrs["notes"]``; else they are read from columns of one value and from the certificate.
""",
    "{returns}": """
Returns
-------
The axes, with the table behind the picture as ``ax.tradeanalysis_data`` and its description in words as
``ax.figure.tradeanalysis_alt``. The same table gives the same picture, also from several threads at once.
""",
    "{raises}": """
Raises
------
SchemaError
    A column is missing.
TradeDataError
    What is drawn is neither a table nor a result with one; it has no row, or shares are not in [0, 1].
""",
}


def figure(draw: Draw) -> Draw:
    """Enter a function into the list of figures, and complete its docstring."""
    FIGURES.append(draw.__name__)
    doc = draw.__doc__ or ""
    for place, paragraph in SHARED.items():
        # Python 3.13 takes the indentation away as it compiles, earlier ones leave it.
        if at := re.search(rf"(?m)^( *){re.escape(place)}\n", doc):
            doc = doc[: at.start()] + textwrap.indent(paragraph[1:], at[1]) + doc[at.end() :]
    draw.__doc__ = doc
    return _of_any_table(draw) if "table" in inspect.signature(draw).parameters else draw


def _of_any_table(draw: Draw) -> Draw:
    """The figure of a pandas table, of one of another library, and of a result that has one."""

    @functools.wraps(draw)
    def drawn(table: Any, **options: Any) -> Any:
        return draw(as_pandas(table), **options)

    return cast(Draw, drawn)
