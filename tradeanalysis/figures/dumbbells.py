"""Two shares of each partner on one line: by first market, and by where goods end or who pays in the end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from tradeanalysis import names
from tradeanalysis.figures.canvas import axes, keep
from tradeanalysis.figures.captions import Caption, Captioned, Words, caption_of, finished, hidden_note, words
from tradeanalysis.figures.docstrings import figure
from tradeanalysis.figures.hub_flows import NARROW, assumed
from tradeanalysis.figures.placement import frame, reach, rows_of_names, wide
from tradeanalysis.figures.style import ACCENT, FAINT, INK, REST, mark, write_beside
from tradeanalysis.parameters import need_counts
from tradeanalysis.schema import TradeDataError
from tradeanalysis.texts import Text, label, number, outwards, part, party, percent, say

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MADE_BY = "ta.absorbed, ta.lookthrough(...).table, ta.reexports(...).table"


@figure
def gross_and_final(
    table: pd.DataFrame, *, ax: Axes | None = None, lang: str = "en", top: int = 10, caption: Captioned = None
) -> Axes:
    """The share of each partner by first market, an open dot, and by end market or final buyer, a filled one.

    Parameters
    ----------
    table
        Columns ``partner``, ``share`` and ``share_before`` (or ``gross_share``), as ``ta.absorbed``, the ``table`` of
        ``ta.lookthrough`` and that of ``ta.reexports`` give them. Where the rates of hubs are ranges, ``share_low`` and
        ``share_high`` are drawn, a bar between them.
    top
        How many partners are drawn, the largest by either share.
    {shared}

    {returns}

    {raises}

    Examples
    --------
    >>> import tradeanalysis as ta
    >>> found = ta.reexports({"HKG": 50, "USA": 30, "CHN": 20}, {"HKG": 0.4}, {"HKG": {"USA": 1, "CHN": 3}})
    >>> ta.figures.gross_and_final(found.table).figure.tradeanalysis_alt[:77]
    'Dot chart of 3 partners. China: 20.0% by first market, 35.0% by end market. B'
    """
    need_counts(top=top)
    rows, rest = _rows(table, top)
    kind = "hubs" if {"through", "share_low"} & {*table.columns} else "buyers"
    about = caption_of(table, caption)
    text = _words(rows, rest, kind, about, dict(table.attrs.get("notes", {})), lang)
    ax = axes(ax, min(4.6, 1.65 + 0.28 * len(rows)))
    _draw(ax, rows, lang)
    frame(ax, text)
    each = ", ".join(f"{label(str(row['partner']), lang)} {_numbers(row, lang)}" for _, row in rows.iterrows())
    alt = say("gross_and_final_alt", lang, count=len(rows), finding=text.title, list=each)
    return keep(ax, table=rows.reset_index(drop=True), alt=alt)


def _rows(table: pd.DataFrame, top: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """A row for each partner that is drawn, with both ends of its final share, and the others."""
    before = "gross_share" if "gross_share" in table else "share_before"
    ends = ("share_low", "share_high") if "share_low" in table else ("share", "share")
    known = finished(table, "partner", before, *ends, made_by=MADE_BY)
    shares = known[[before, *dict.fromkeys(ends)]]
    if shares.isna().any(axis=None):
        raise TradeDataError(Text("shares_missing", column=repr(shares.columns[int(shares.isna().any().argmax())])))
    if not shares.apply(lambda one: one.between(0, 1 + 1e-9)).all(axis=None):
        raise TradeDataError(Text("gross_and_final_shares", columns=list(shares.columns)))
    rows = pd.DataFrame({"partner": known["partner"], "share_before": known[before]})
    rows = rows.assign(low=known[ends[0]], high=known[ends[1]])
    order = np.argsort(-rows[["share_before", "high"]].max(axis=1).to_numpy(), kind="stable")
    return rows.iloc[order[:top]], rows.iloc[order[top:]]


def _after(row: pd.Series[Any], lang: str) -> str:
    """The final share of a partner, or its ends."""
    if row["low"] == row["high"]:
        return part(row["high"], lang)
    return "–".join(outwards(100 * row["low"], 100 * row["high"], lang, 1)) + "%"


def _numbers(row: pd.Series[Any], lang: str) -> str:
    """Both shares of a partner: 27.8 → 28.3%."""
    return f"{number(100 * row['share_before'], lang, 1)} → {_after(row, lang)}"


def _words(
    rows: pd.DataFrame, rest: pd.DataFrame, kind: str, caption: Caption, notes: dict[str, Any], lang: str
) -> Words:
    """The largest move of a market that is neither a hub, which keeps what is assumed, nor the rest; what is shown."""
    set_aside = names.labels_of("unallocated") | {str(one).lower() for one in notes.get("rates") or ()}
    named = rows[[str(one).lower() not in set_aside for one in rows["partner"]]]
    moves = named if len(named) else rows
    first = moves.iloc[int((moves[["low", "high"]].mean(axis=1) - moves["share_before"]).abs().to_numpy().argmax())]
    is_range = first["low"] < first["high"]
    shares = {"before": percent(first["share_before"], lang), "after": percent(first["high"], lang)}
    if is_range:
        low, high = outwards(100 * first["low"], 100 * first["high"], lang, 1)
        shares["after"] = say("gross_and_final_range", lang, low=low, high=high)
    title = say(f"gross_and_final_{kind}", lang, **shares, **party("partner", str(first["partner"]), lang))
    plain = "" if caption.whole else "_plain"
    about = say(f"gross_and_final_about_{kind}{plain}", lang, **caption.dated(lang))
    hidden = hidden_note(rest["share_before"], caption, lang)
    return words(title, about, hidden, assumed(notes, lang), *caption.foot(lang))


def _draw(ax: Axes, rows: pd.DataFrame, lang: str) -> None:
    before, low, high = (100 * rows[one].to_numpy() for one in ("share_before", "low", "high"))
    middle = (low + high) / 2
    for i, (a, b, c) in enumerate(zip(before, low, high, strict=True)):
        ax.plot([0, max(a, c)], [i, i], color=FAINT, linewidth=0.7, zorder=1)
        ax.plot([a, middle[i]], [i, i], color=REST, linewidth=1.4, zorder=2)
        if b < c:
            ax.plot([b, c], [i, i], color=ACCENT, linewidth=5, solid_capstyle="butt", zorder=3)
        else:
            ax.plot([c], [i], "o", color=ACCENT, markersize=7, zorder=3)
        ax.plot([a], [i], "o", markerfacecolor="white", markeredgecolor=INK, markersize=6.5, zorder=4)
    ends = np.maximum(before, high)
    # Where it is narrow, the number of the open dot would leave none of the width to the dots.
    said = _after if wide(ax) < NARROW else _numbers
    numbers = [said(row, lang) for _, row in rows.iterrows()]
    for i, (end, text) in enumerate(zip(ends, numbers, strict=True)):
        write_beside(ax, (end, i), text, (8, 0), va="center", size=9)
    broken = rows_of_names(ax, [label(str(one), lang) for one in rows["partner"]])
    mark(ax.yaxis, range(len(rows)), broken)
    ax.set_xlim(0, 1.06 * reach(ax, list(ends), numbers, broken) or 1.0)
    ax.set_ylim(len(rows) - 0.4, -0.6)
    ax.xaxis.set_visible(False)
    ax.spines["bottom"].set_visible(False)
