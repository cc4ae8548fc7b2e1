"""Figures of one economy among all."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from tradeanalysis import names
from tradeanalysis.figures.canvas import axes, keep
from tradeanalysis.figures.captions import Caption, Captioned, Words, caption_of, finished, words
from tradeanalysis.figures.docstrings import figure
from tradeanalysis.figures.placement import EDGE, frame, length, wide
from tradeanalysis.figures.style import ACCENT, INK, LABEL, REST, mark, write
from tradeanalysis.parameters import need_labels
from tradeanalysis.schema import EXPORT, CountryError, TradeDataError
from tradeanalysis.texts import Text, label, number, say

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# The line of the median does not run through words.
CLEAR = {"facecolor": "white", "edgecolor": "none", "pad": 1}

# Where the scale may have a tick.
TICKS = (0.01, 0.02, 0.03, 0.05, 0.1, 0.2, 0.3, 0.5, 1)

# The axis is one of logarithms.
LEAST = 1e-6


@figure
def position(
    table: pd.DataFrame,
    *,
    reporter: str,
    column: str = "hhi",
    ax: Axes | None = None,
    lang: str = "en",
    caption: Captioned = None,
) -> Axes:
    """Where an economy stands among all: every economy a dot on the scale of the index.

    Parameters
    ----------
    table
        Columns ``reporter`` and the index, above 0, a row for each economy, as ``ta.measure`` gives them. Of exports
        where neither the table nor ``caption`` names the flow.
    reporter
        The economy that the figure is about.
    column
        The column of the index.
    {shared}

    {returns}

    Raises
    ------
    SchemaError
        A column is missing.
    TradeDataError
        The economy is not in the table.

    Examples
    --------
    >>> import tradeanalysis as ta
    >>> economies = ta.measure(ta.example("world_2023"), ta.hhi, by="reporter")
    >>> ta.figures.position(economies, reporter="MEX").figure.tradeanalysis_alt[:45]
    'Dot plot of 194 economies. Mexico has an inde'
    """
    need_labels(reporter=reporter)
    finished(table, "reporter", column, made_by="ta.measure(..., by='reporter')")
    if (table[column].dropna() < LEAST).any():
        raise TradeDataError(Text("index_not_drawn", column=repr(column), least=LEAST))
    reporter = _listed(table.loc[table[column].notna(), "reporter"], reporter)
    dots = _dots(table, reporter, column)
    text = _position_words(dots, caption_of(table, caption), lang)
    ax = axes(ax, height=4.2)
    _draw_dots(ax, dots)
    _draw_median(ax, dots, column, lang)
    _draw_own(ax, dots, column, lang)
    _draw_ends(ax, dots, column, lang)
    _draw_scale(ax, dots, lang)
    frame(ax, text)
    return keep(ax, table=dots[["reporter", column, "rank"]], alt=_position_alt(dots, column, lang))


def _listed(reporters: pd.Series[Any], reporter: str) -> str:
    """The economy as the table names it: by its code, where a name is given."""
    known = set(reporters)
    if reporter not in known:
        with contextlib.suppress(CountryError):
            reporter = names.country(reporter).iso3
    if reporter not in known:
        raise TradeDataError(Text("positions_no_reporter", reporter=repr(reporter)))
    return reporter


def _dots(table: pd.DataFrame, reporter: str, column: str) -> pd.DataFrame:
    """The economies from the most concentrated on, with rank and place; dots of one bin stand on one another."""
    known = table[["reporter", column]].dropna().sort_values(column, ascending=False, kind="stable", ignore_index=True)
    rank = known[column].rank(ascending=False, method="min").astype(int)
    x = np.log10(known[column].to_numpy())
    which = pd.Series(np.digitize(x, np.linspace(x.min(), x.max(), 64)))
    height = which.groupby(which).cumcount().to_numpy(dtype=float)
    return known.assign(rank=rank, x=x, height=height, own=known["reporter"] == reporter)


def _own(dots: pd.DataFrame) -> Any:
    return dots[dots["own"]].iloc[0]


def _position_words(dots: pd.DataFrame, caption: Caption, lang: str) -> Words:
    own, flow = _own(dots), caption.flow or EXPORT
    reporter = label(own["reporter"], lang)
    title = say(f"position_finding_{flow}", lang, reporter=reporter, rank=own["rank"], count=len(dots))
    return words(title, say(f"position_about_{flow}", lang, year=caption.year or None), *caption.foot(lang))


def _tall(dots: pd.DataFrame) -> float:
    return float(dots["height"].max())


def _wide(dots: pd.DataFrame) -> float:
    return float(dots["x"].max() - dots["x"].min())


def _draw_dots(ax: Axes, dots: pd.DataFrame) -> None:
    others, own = dots[~dots["own"]], dots[dots["own"]]
    ax.scatter(others["x"].to_numpy(), others["height"].to_numpy(), s=26, color=REST, linewidths=0)
    ax.scatter(own["x"].to_numpy(), own["height"].to_numpy(), s=95, color=ACCENT, zorder=5, linewidths=0)


def _line(dots: pd.DataFrame) -> float:
    """A line of words in rows of dots."""
    return max(1.0, 0.075 * (_tall(dots) + 5))


def _span_of(ax: Axes, words: str, dots: pd.DataFrame, size: float, weight: str = "normal") -> float:
    """How much of the scale words take."""
    return length(words, size=size, weight=weight) * 1.08 * _wide(dots) / (wide(ax) - 2 * EDGE)


def _draw_median(ax: Axes, dots: pd.DataFrame, column: str, lang: str) -> None:
    median = float(dots[column].median())
    ax.axvline(np.log10(median), color=INK, linewidth=0.9, linestyle=(0, (4, 3)), zorder=0)
    value = say("position_median", lang, value=number(median, lang, 3))
    x = np.log10(median) + 0.01 * _wide(dots)
    write(ax, x, _tall(dots) + 3.2 * _line(dots), value, va="center", color=LABEL, bbox=CLEAR)


def _draw_own(ax: Axes, dots: pd.DataFrame, column: str, lang: str) -> None:
    """The economy by name, above all dots and the names of others."""
    own, top = _own(dots), _tall(dots) + 2 * _line(dots)
    at = float(own["x"])
    ax.plot([at, at], [float(own["height"]), top - 0.5 * _line(dots)], color=ACCENT, linewidth=1.2)
    name = f" {label(own['reporter'], lang)} {number(own[column], lang, 3)} "
    style: dict[str, Any] = {"size": 11, "weight": "bold"}
    low, high, span = float(dots["x"].min()), float(dots["x"].max()), _span_of(ax, name, dots, **style)
    side = "left" if at + span <= high else "right" if at - span >= low else "center"
    if side == "center":  # a long name on a narrow figure has room on neither side
        at = min(max(at, low + span / 2), max(high - span / 2, low + span / 2))
    write(ax, at, top, name, ha=side, va="center", color=ACCENT, bbox=CLEAR, **style)


def _draw_ends(ax: Axes, dots: pd.DataFrame, column: str, lang: str) -> None:
    """The most and the least concentrated by name, unless the economy's own name would stand in the way."""
    x, height = dots["x"].to_numpy(), dots["height"].to_numpy()
    for i, side in ((0, "right"), (len(dots) - 1, "left")):
        name = f"{label(dots['reporter'][i], lang)} {number(dots[column][i], lang, 3)}"
        near = max(0.24 * _wide(dots), 1.05 * _span_of(ax, name, dots, 8.5))
        if abs(x[i] - float(_own(dots)["x"])) > near:
            above = float(height[np.abs(x - x[i]) < near].max()) + 0.9 * _line(dots)
            ax.plot([x[i], x[i]], [height[i] + 0.5, above - 0.4], color=REST, linewidth=0.8)
            write(ax, x[i], above, name, ha=side, va="center", color=LABEL, size=8.5, bbox=CLEAR)


def _draw_scale(ax: Axes, dots: pd.DataFrame, lang: str) -> None:
    low, high = float(dots["x"].min()), float(dots["x"].max())
    ticks = [t for t in TICKS if low - 0.1 <= np.log10(t) <= high + 0.1]
    mark(ax.xaxis, np.log10(ticks), [number(t, lang, 2) for t in ticks])
    left = min(low - 0.06, *(np.log10(t) - 0.01 for t in ticks[:1]))
    ax.set(
        xlim=(left, max(high + 0.06, 0.03)),
        ylim=(-0.6, _tall(dots) + 3.9 * _line(dots)),
        xlabel=say("position_x", lang),
    )
    ax.yaxis.set_visible(False)
    ax.spines["left"].set_visible(False)


def _position_alt(dots: pd.DataFrame, column: str, lang: str) -> str:
    own, lowest, highest = _own(dots), dots.iloc[-1], dots.iloc[0]
    return say(
        "position_alt",
        lang,
        reporter=label(own["reporter"], lang),
        rank=own["rank"],
        count=len(dots),
        value=number(own[column], lang, 3),
        median=number(float(dots[column].median()), lang, 3),
        lowest=label(lowest["reporter"], lang),
        low=number(lowest[column], lang, 3),
        highest=label(highest["reporter"], lang),
        high=number(highest[column], lang, 3),
    )
