"""A monthly series with the means of its regimes and the months that may hold each break."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from tradeanalysis.figures.canvas import axes, keep
from tradeanalysis.figures.captions import Caption, Captioned, Words, caption_of, finished, words
from tradeanalysis.figures.docstrings import figure
from tradeanalysis.figures.placement import frame, length, spread, wide
from tradeanalysis.figures.style import ACCENT, INK, REST, SECOND, decimals, grid, mark, write
from tradeanalysis.schema import PERIOD, TradeDataError
from tradeanalysis.texts import Text, catalogue, number, percent, say

if TYPE_CHECKING:
    from matplotlib.axes import Axes

COLUMNS = (PERIOD, "value", "mean", "break", "in_set")
YEAR = 12
# The part of the height below the names of the breaks.
BELOW = 0.92


@figure
def breaks(
    table: pd.DataFrame,
    *,
    share: bool = False,
    ax: Axes | None = None,
    lang: str = "en",
    caption: Captioned = None,
) -> Axes:
    """A monthly series, the mean of each regime, and the months that may hold each break.

    Parameters
    ----------
    table
        Columns ``period, value, mean, break, in_set``, as ``ta.breaks(...).course`` has them.
    share
        Whether the values are shares, which are written as per cent.
    {shared}

    {returns}

    Raises
    ------
    SchemaError
        A column is missing.
    TradeDataError
        The table has no row, a month stands twice or is none, or a value is missing or infinite.

    Examples
    --------
    >>> import pandas as pd
    >>> import tradeanalysis as ta
    >>> months = pd.period_range("2018-01", periods=36, freq="M")
    >>> found = ta.breaks(pd.Series([2.1, 1.9, 2.0] * 6 + [3.2, 2.8, 3.0] * 6, months))
    >>> ta.figures.breaks(found.course).figure.tradeanalysis_alt[:70]
    'Line chart of 36 months. The mean went from 2.00 to 3.00 in July 2019.'
    """
    known = finished(table, *COLUMNS, made_by="ta.breaks(...).course")
    rows = _rows(known)
    text = _break_words(rows, caption_of(table, caption), lang, share=share)
    ax = axes(ax)
    _draw_series(ax, rows)
    _draw_scales(ax, rows, lang, share=share)
    frame(ax, text)
    _draw_dates(ax, rows, lang)
    dates = ", ".join(_month(one, lang) for one in rows.loc[rows["break"], "month"])
    each = say("breaks_alt_dates", lang, dates=dates) if dates else ""
    alt = say("breaks_alt", lang, count=len(rows), finding=text.title, about=text.about)
    return keep(ax, table=known, alt=f"{alt} {each}".strip())


def _rows(known: pd.DataFrame) -> pd.DataFrame:
    """The months in their order, each with its place from the first year on."""
    try:
        months = pd.PeriodIndex(known[PERIOD].astype(str), freq="M")
    except (ValueError, TypeError):
        raise TradeDataError(Text("breaks_not_drawn")) from None
    if months.hasnans or months.has_duplicates or known[["value", "mean"]].isna().any(axis=None):
        raise TradeDataError(Text("breaks_not_drawn"))
    rows = pd.DataFrame({"month": months, "value": known["value"].to_numpy(), "mean": known["mean"].to_numpy()})
    for sign in ("break", "in_set"):
        rows[sign] = known[sign].astype(bool).to_numpy()
    return rows.sort_values("month", ignore_index=True).assign(
        at=lambda x: (x["month"].dt.year * YEAR + x["month"].dt.month - 1) / YEAR
    )


def _month(month: pd.Period, lang: str) -> str:
    name = catalogue(lang)["months"].split()[month.month - 1]
    return say("breaks_month", lang, month=name, year=month.year)


def _size(x: float, rows: pd.DataFrame, lang: str, *, share: bool) -> str:
    """A value with three digits of the range of all."""
    spread = float(np.ptp(rows["value"])) * (100 if share else 1)
    digits = 0 if spread == 0 else int(np.clip(2 - np.floor(np.log10(spread)), 0, 6))
    return percent(x, lang, digits) if share else number(x, lang, digits)


def _break_words(rows: pd.DataFrame, caption: Caption, lang: str, *, share: bool) -> Words:
    dates = rows.loc[rows["break"], "month"].tolist()
    first, last = (_size(rows["mean"].iloc[i], rows, lang, share=share) for i in (0, -1))
    key = "breaks_title_none" if not dates else "breaks_title_one" if len(dates) == 1 else "breaks_title"
    when = ", ".join(_month(one, lang) for one in dates)
    title = say(key, lang, before=first, after=last, dates=when, count=len(dates))
    start, end = (_month(rows["month"].iloc[i], lang) for i in (0, -1))
    return words(title, say("breaks_about", lang, start=start, end=end), *caption.foot(lang))


def _draw_series(ax: Axes, rows: pd.DataFrame) -> None:
    """Shades behind the months that may hold a break, the months as a line, the mean of each regime as a step."""
    at = rows["at"].to_numpy()
    edges = np.flatnonzero(np.diff([0, *rows["in_set"].to_numpy(dtype=int), 0]))
    for start, end in zip(edges[::2], edges[1::2], strict=True):
        ax.axvspan(at[start] - 0.5 / YEAR, at[end - 1] + 0.5 / YEAR, ymax=BELOW, color=SECOND, alpha=0.15, linewidth=0)
    ax.plot(at, rows["value"], color=REST, linewidth=1.3)
    for part in np.split(np.arange(len(rows)), np.flatnonzero(rows["break"])):
        if len(part):
            ax.hlines(rows["mean"].iloc[part[0]], at[part[0]], at[part[-1]], color=ACCENT, linewidth=2.4)


def _draw_scales(ax: Axes, rows: pd.DataFrame, lang: str, *, share: bool) -> None:
    low, high = float(rows["value"].min()), float(rows["value"].max())
    room = 0.08 * (high - low) or max(abs(high), 1.0) * 0.1
    ax.set(ylim=(low - room, high + 2 * room), xlim=(rows["at"].iloc[0] - 0.2, rows["at"].iloc[-1] + 0.2))
    ticks = [one for one in ax.get_yticks() if low - room <= one <= high + room / 2]
    digits = decimals([100 * one for one in ticks] if share else ticks)
    mark(ax.yaxis, ticks, [percent(one, lang, digits) if share else number(one, lang, digits) for one in ticks])
    first, last = int(np.ceil(rows["at"].iloc[0])), int(rows["at"].iloc[-1])
    apart = max(1, round((last - first) / max((wide(ax) - 1.1) / 0.5, 1)))
    years = [*range(last, first - 1, -apart)][::-1]
    mark(ax.xaxis, years, [str(one) for one in years])
    grid(ax)


def _draw_dates(ax: Axes, rows: pd.DataFrame, lang: str) -> None:
    """A line where each new regime begins, with its month above, apart from one another."""
    found = rows[rows["break"]]
    top = ax.get_ylim()[1]
    names = [say("breaks_short_month", lang, month=f"{one.month:02d}", year=one.year) for one in found["month"]]
    low, high = ax.get_xlim()
    an_inch = (high - low) / max(wide(ax) - 0.7, 1.0)
    half = [0.5 * (length(one, size=9) + 0.08) * an_inch for one in names]
    places = spread(found["at"].tolist(), [a + b for a, b in itertools.pairwise(half)])
    for at, place, name in zip(found["at"], places, names, strict=True):
        ax.axvline(at - 0.5 / YEAR, ymax=BELOW, color=INK, linewidth=0.8, linestyle=(0, (4, 3)))
        write(ax, place, top, name, ha="center", va="top", color=INK, size=9)
