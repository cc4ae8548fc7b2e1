"""The list of figures, and the paragraphs that the docstrings of all of them share, written once."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable
from typing import Any, TypeVar

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
    The table has no row, or shares are not in [0, 1].
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
    return draw
