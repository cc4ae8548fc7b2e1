"""The index of a year by the months known of it: the estimate with its band, beside the year to date and last year."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from tradeanalysis.figures.canvas import axes, keep
from tradeanalysis.figures.captions import Caption, Captioned, Words, caption_of, finished, words
from tradeanalysis.figures.docstrings import figure
from tradeanalysis.figures.placement import frame, length, spread, tall, wide
from tradeanalysis.figures.style import ACCENT, FAINT, INK, QUIET, SECOND, decimals, mark, write, write_above
from tradeanalysis.schema import TradeDataError
from tradeanalysis.texts import Text, number, percent, say
from tradeanalysis.texts.catalogues import capital, in_sentence, index_value, label, measure_name

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@figure
def nowcast(
    table: pd.DataFrame,
    *,
    ax: Axes | None = None,
    lang: str = "en",
    caption: Captioned = None,
) -> Axes:
    """The index of the last year of the table as it was estimated with each number of months known, with its band.

    Parameters
    ----------
    table
        Columns ``year, months, estimate``, a row for each number of months known, as ``ta.monitoring.nowcasts`` gives
        them; where it has them, ``low`` and ``high``, the band; ``year_to_date`` and ``last_year``, lines; ``actual``,
        a dot at the right once the year is over.
    {shared}

    {returns}

    Raises
    ------
    SchemaError
        A column is missing.
    TradeDataError
        The year has several rows for one number of months, as of several economies.

    Examples
    --------
    >>> import pandas as pd
    >>> import tradeanalysis as ta
    >>> rows = [(2023, 1, 0.13, 0.11, 0.15), (2023, 2, 0.14, 0.125, 0.155)]
    >>> table = pd.DataFrame(rows, columns=["year", "months", "estimate", "low", "high"])
    >>> ta.figures.nowcast(table).figure.tradeanalysis_alt[:60]
    'Line chart by months known, 1 to 2. Index in 2023: 0.140 wit'
    """
    known = finished(table, "year", "months", "estimate", made_by="ta.monitoring.nowcasts(...)")
    known = known.dropna(subset=["estimate"])
    known = finished(known, "year", "months", "estimate", made_by="ta.monitoring.nowcasts(...)")
    rows = known[known["year"] == known["year"].max()].sort_values("months", ignore_index=True)
    if twice := rows["months"][rows["months"].duplicated()].tolist():
        raise TradeDataError(Text("nowcast_figure_twice", year=rows["year"].iloc[0], months=twice[0]))
    notes = dict(table.attrs.get("notes", {}))
    measure = str(notes.get("measure") or "")
    text = _nowcast_words(rows, measure, notes.get("partner"), caption_of(table, caption), lang)
    ax = axes(ax, height=4.4)
    ends = _draw_estimates(ax, rows, lang)
    _draw_scales(ax, rows, measure, lang)
    frame(ax, text)
    _draw_ends(ax, rows, ends, measure, lang)
    alt = say(
        "nowcast_figure_alt", lang, first=rows["months"].iloc[0], last=rows["months"].iloc[-1], finding=text.title
    )
    return keep(ax, table=rows, alt=alt)


def _shown(x: float, measure: str, lang: str) -> str:
    """A value of the index as it is written: a share in per cent, a total in whole units."""
    if measure == "share":
        return percent(x, lang)
    return number(x, lang) if measure == "total" else index_value(x, measure, lang)


def _nowcast_words(rows: pd.DataFrame, measure: str, partner: Any, caption: Caption, lang: str) -> Words:
    last = rows.iloc[-1]
    banded = bool(np.isfinite(last.get("low", np.nan)) and np.isfinite(last.get("high", np.nan)))
    trade = say(f"compare_of_{caption.flow or 'trade'}", lang)
    if caption.reporter:
        trade = say("nowcast_trade", lang, flow=trade, reporter=label(str(caption.reporter), lang, sentence=True))
    if measure == "share":
        what = say("nowcast_share", lang, partner=in_sentence(partner, lang), trade=trade)
    elif measure == "total":
        what = say("nowcast_total", lang, trade=trade)
    elif measure:
        what = say("nowcast_index", lang, measure=measure_name(measure, lang), trade=trade)
    else:
        what = say("nowcast_figure_index", lang)
    ends = {one: _shown(float(last[one]), measure, lang) for one in ("estimate", "low", "high") if one in rows}
    facts = {"what": capital(what), "year": int(last["year"]), "months": int(last["months"]), **ends}
    title = say("nowcast_figure_finding" if banded else "nowcast_figure_unbanded", lang, **facts)
    shaded = say("nowcast_figure_shaded", lang) if banded else ""
    foot = " ".join(filter(None, [shaded, say("nowcast_figure_scale", lang)]))
    return words(title, say("nowcast_figure_about", lang), foot, *caption.foot(lang))


def _draw_estimates(ax: Axes, rows: pd.DataFrame, lang: str) -> dict[str, tuple[float, str]]:
    """The band and the lines; the last value of each line with its colour, by what it is called."""
    months, ends = rows["months"].to_numpy(float), {}
    if {"low", "high"} <= set(rows):
        ax.fill_between(months, rows["low"], rows["high"], color=ACCENT, alpha=0.18, linewidth=0)
    if "year_to_date" in rows and rows["year_to_date"].notna().any():
        ax.plot(months, rows["year_to_date"], color=SECOND, linewidth=1.6)
        ends[say("nowcast_figure_year_to_date", lang)] = float(rows["year_to_date"].dropna().iloc[-1]), SECOND
    if "last_year" in rows and rows["last_year"].notna().any():
        last = float(rows["last_year"].dropna().iloc[-1])
        ax.plot([1.0, 12.0], [last, last], color=INK, linewidth=1.0, linestyle=(0, (4, 3)))
        ends[say("nowcast_figure_last_year", lang)] = last, INK
    ax.plot(months, rows["estimate"], "-o", color=ACCENT, linewidth=2.2, markersize=4.5)
    ends[say("nowcast_figure_estimate", lang)] = float(rows["estimate"].iloc[-1]), ACCENT
    if "actual" in rows and rows["actual"].notna().any():
        actual = float(rows["actual"].dropna().iloc[-1])
        ax.plot([12.0], [actual], "D", color=INK, markersize=5)
        ends[say("nowcast_figure_actual", lang)] = actual, QUIET
    return ends


def _draw_scales(ax: Axes, rows: pd.DataFrame, measure: str, lang: str) -> None:
    """Twelve months; the index around what is drawn, which begins at no zero."""
    low, high = ax.get_ylim()
    ticks = [one for one in ax.yaxis.get_major_locator().tick_values(low, high) if low <= one <= high]
    digits = decimals(ticks)
    shown = [percent(t, lang, max(digits - 2, 0)) if measure == "share" else number(t, lang, digits) for t in ticks]
    mark(ax.yaxis, ticks, shown)
    mark(ax.xaxis, range(1, 13), [str(month) for month in range(1, 13)])
    ax.set(xlim=(0.6, 12.3), ylim=(low, high))
    ax.hlines(ticks, 0.6, 12.3, color=FAINT, linewidth=0.8, zorder=0)
    ax.spines["bottom"].set_bounds(0.6, 12.3)
    ax.set_xlabel(say("nowcast_figure_x", lang))
    write_above(ax, say("nowcast_figure_y", lang, year=int(rows["year"].iloc[0])))


def _draw_ends(ax: Axes, rows: pd.DataFrame, ends: dict[str, tuple[float, str]], measure: str, lang: str) -> None:
    """The name and the last value of each line beyond the twelfth month, apart from one another."""
    texts = [f"{_shown(value, measure, lang)}  {name}" for name, (value, _) in ends.items()]
    low, high = ax.get_ylim()
    places = spread([value for value, _ in ends.values()], 0.2 * (high - low) / tall(ax))
    room = max(length(one, size=9) for one in texts)
    inches = max(wide(ax) - 0.7 - room, 1.0)
    ax.set_xlim(0.6, 12.3 + 11.7 * (room + 0.15) / inches)
    for at, text, (_, colour) in zip(places, texts, ends.values(), strict=True):
        write(ax, 12.3 + 11.7 * 0.1 / inches, at, text, color=colour, size=9, va="center")
