"""How much of the trade with each partner a tariff touches, in bars."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from tradeanalysis.figures.canvas import axes, keep
from tradeanalysis.figures.captions import Caption, Captioned, Words, caption_of, finished, words
from tradeanalysis.figures.docstrings import figure
from tradeanalysis.figures.placement import frame, reach, rows_of_names, wide
from tradeanalysis.figures.style import ACCENT, FAINT, REST, SECOND, legend, mark, write_beside
from tradeanalysis.parameters import need_counts
from tradeanalysis.texts import label, outwards, part, percent, say

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# What a bar is made of, from its left, and the colour of each.
KINDS = {"exposed": ACCENT, "unsure": SECOND, "exempt": REST, "free": FAINT}

NARROW = 5.0  # inches, on which the key has a line for each colour


@figure
def tariff_shares(
    table: pd.DataFrame, *, ax: Axes | None = None, lang: str = "en", top: int = 10, caption: Captioned = None
) -> Axes:
    """Bars of the largest partners' shares: what is exposed to a tariff, may be, is exempt, or pays nothing.

    Parameters
    ----------
    table
        Columns ``partner, share, low, high, status``, as the ``.table`` of ``ta.tariff_exposure`` has them.
    top
        How many partners get a bar of their own.
    {shared}

    {returns}

    {raises}

    Examples
    --------
    >>> import pandas as pd
    >>> import tradeanalysis as ta
    >>> acts = pd.DataFrame({"importer": ["USA"], "origin": "VNM", "rate_percent": 20, "form": "additional",
    ...                      "from": "2025-08-07", "act": "A"})
    >>> found = ta.tariff_exposure({"USA": 30, "CHN": 70}, acts, on="2025-09-01", reporter="VNM")
    >>> ta.figures.tariff_shares(found.table).figure.tradeanalysis_alt[:58]
    'Bars of 2 partners. 30.0% of the exports of Vietnam are ex'
    """
    need_counts(top=top)
    known = finished(table, "partner", "share", "low", "high", "status", made_by="ta.tariff_exposure(...).table")
    parts = _parts(known)
    text = _share_words(parts, caption_of(table, caption), len(parts) - top, lang)
    rows = parts.head(top)
    ax = axes(ax, min(4.6, 1.9 + 0.28 * len(rows)))
    _draw_bars(ax, rows, lang)
    frame(ax, text)
    touched = say("tariff_shares_exposed", lang)
    each = "; ".join(
        f"{label(str(name), lang)}: {part(row.sum(), lang)}, {touched} {part(row['exposed'], lang)}"
        for name, row in rows.iterrows()
    )
    alt = say("tariff_shares_alt", lang, count=len(rows), finding=text.title, list=each)
    return keep(ax, table=rows.reset_index(), alt=alt)


def _parts(table: pd.DataFrame) -> pd.DataFrame:
    """A row for each partner, the largest first, and a column for each part of its share."""
    low, high = table["low"].to_numpy(np.float64), table["high"].to_numpy(np.float64)
    kind = np.select(
        [table["status"].eq("exempt") & (low == 0), low > 0, high == 0], ["exempt", "exposed", "free"], "unsure"
    )
    parts = table.assign(kind=kind).pivot_table(
        values="share", index="partner", columns="kind", aggfunc="sum", sort=False
    )
    parts = parts.reindex(columns=list(KINDS)).fillna(0.0)
    return parts.loc[parts.sum(axis=1).sort_values(ascending=False, kind="stable").index]


def _share_words(parts: pd.DataFrame, caption: Caption, hidden: int, lang: str) -> Words:
    exposed, unsure = float(parts["exposed"].sum()), float(parts["unsure"].sum())
    share = percent(exposed, lang)
    if unsure > 0:
        low, high = outwards(100 * exposed, 100 * (exposed + unsure), lang, 1)
        share = say("tariffs_said_between", lang, low=low, high=high)
    kind = caption.flow if caption.whole else "plain"
    title = say(f"tariff_shares_finding_{kind}", lang, share=share, **caption.named(lang))
    about = say("tariff_shares_about", lang, year=caption.year or None)
    more = say("tariff_shares_more", lang, count=hidden) if hidden > 0 else ""
    return words(title, about, more, *caption.foot(lang))


def _draw_bars(ax: Axes, rows: pd.DataFrame, lang: str) -> None:
    at, left = np.arange(len(rows)), np.zeros(len(rows))
    for kind, colour in KINDS.items():
        widths = 100 * rows[kind].to_numpy(np.float64)
        if widths.any():
            ax.barh(at, widths, left=left, color=colour, height=0.72, label=say(f"tariff_shares_{kind}", lang))
        left = left + widths
    numbers = [part(one / 100, lang) for one in left]
    for y, (end, text) in enumerate(zip(left, numbers, strict=True)):
        write_beside(ax, (float(end), y), text, (4, 0), va="center")
    broken = rows_of_names(ax, [label(str(one), lang) for one in rows.index])
    mark(ax.yaxis, at, broken)
    ax.set_xlim(0, reach(ax, [float(one) for one in left], numbers, broken) or 1.0)
    ax.invert_yaxis()
    ax.xaxis.set_visible(False)
    ax.spines["bottom"].set_visible(False)
    legend(ax, size=9, loc="upper left", bbox_to_anchor=(0, 0), ncols=4 if wide(ax) > NARROW else 1, borderpad=0)
