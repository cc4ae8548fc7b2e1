"""Four figures on one page."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd

from tradeanalysis.figures.canvas import keep, sheet
from tradeanalysis.figures.docstrings import figure
from tradeanalysis.figures.style import TEXT
from tradeanalysis.schema import TradeDataError
from tradeanalysis.texts import Text

if TYPE_CHECKING:
    from matplotlib.axes import Axes

WIDTH, HEIGHT = 11.7, 8.27  # inches of A4, lying


@figure
def dashboard(panels: Sequence[Callable[..., Axes]], *, title: str) -> Axes:
    """Four figures on one page of A4, lying, under one title.

    Parameters
    ----------
    panels
        Four functions that draw on the axes that they are given as ``ax=``: figures of ``ta.figures`` with all else
        filled in by ``functools.partial``, or functions of your own.
    title
        What the page is about.

    Returns
    -------
    The first axes; ``ax.figure`` is the page. ``ax.figure.tradeanalysis_alt`` describes the four in words, and each
    axes keeps its table as ``tradeanalysis_data``.

    Raises
    ------
    TradeDataError
        There are not four panels.

    Examples
    --------
    >>> from functools import partial
    >>> import tradeanalysis as ta
    >>> exports = ta.partners(ta.example("world_2023"), reporter="VNM", flow="export")
    >>> drawn = [ta.figures.ranking, ta.figures.treemap, ta.figures.tilemap, partial(ta.figures.ranking, top=5)]
    >>> page = ta.figures.dashboard([partial(one, exports) for one in drawn], title="Viet Nam 2023")
    >>> len(page.figure.axes), page.figure.tradeanalysis_alt[:25]
    (4, 'Viet Nam 2023. Bar chart.')
    """
    if len(panels) != 4:
        raise TradeDataError(Text("dashboard_panels", count=len(panels)))
    page: Any = sheet(WIDTH, HEIGHT)
    grid = {"left": 0.0, "right": 1.0, "bottom": 0.0, "top": 1 - 0.5 / HEIGHT, "wspace": 0.0, "hspace": 0.0}
    places = page.subplots(2, 2, gridspec_kw=grid).ravel()
    described = []
    for draw, place in zip(panels, places, strict=True):
        draw(ax=place)
        described.append(page.tradeanalysis_alt)
    style = TEXT | {"size": 16, "weight": "bold"}
    page.text(0.14 / WIDTH, 1 - 0.14 / HEIGHT, title, va="top", ha="left", **style)
    first: Axes = places[0]
    table: pd.DataFrame = first.tradeanalysis_data  # type: ignore[attr-defined]
    return keep(first, table=table, alt=" ".join([f"{title}.", *described]))
