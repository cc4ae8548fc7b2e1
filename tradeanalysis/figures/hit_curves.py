"""How many proposals of a score came true: hits against the number of proposals."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from tradeanalysis.figures.canvas import axes, keep
from tradeanalysis.figures.captions import Caption, Captioned, Words, caption_of, finished, words
from tradeanalysis.figures.docstrings import figure
from tradeanalysis.figures.placement import frame, length, spread, tall, wide
from tradeanalysis.figures.style import ACCENT, FAINT, INK, QUIET, REST, SECOND, decimals, mark, write, write_above
from tradeanalysis.parameters import need_counts
from tradeanalysis.schema import TradeDataError
from tradeanalysis.texts import Text, number, percent, say
from tradeanalysis.texts.catalogues import catalogue

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# The score that is tested, and the one that needs no data but the market's; the best of all others stands between.
FIRST, PLAIN = "default", "market_size"


@figure
def hit_rate(
    table: pd.DataFrame,
    *,
    scores: Sequence[str] | None = None,
    top: int = 1000,
    ax: Axes | None = None,
    lang: str = "en",
    caption: Captioned = None,
) -> Axes:
    """How many of the first proposals of each score came true, against the number of proposals.

    Parameters
    ----------
    table
        Columns ``score, proposals, hits, candidates, came_true``, as ``ta.backtest(...).curve`` has them.
    scores
        The scores that are drawn, of those that the table has; all where it has none of these. The first is coloured.
        Where none are given: ``default``, the best of the others at ``top``, and ``market_size``.
    top
        At how many proposals the picture ends.
    {shared}

    {returns}

    Raises
    ------
    SchemaError
        A column is missing.
    TradeDataError
        The table has no row with at most ``top`` proposals.

    Examples
    --------
    >>> import pandas as pd
    >>> import tradeanalysis as ta
    >>> rows = [("epi", 1, 0.0), ("epi", 100, 8.0), ("mine", 1, 1.0), ("mine", 100, 14.0)]
    >>> table = pd.DataFrame(rows, columns=["score", "proposals", "hits"]).assign(candidates=2000, came_true=20)
    >>> ta.figures.hit_rate(table, scores=["mine", "epi"]).figure.tradeanalysis_alt[:68]
    'Curves of hits, 2 in all. Of the first 100 proposals of mine, 14 cam'
    """
    need_counts(top=top)
    known = finished(table, "score", "proposals", "hits", "candidates", "came_true", made_by="ta.backtest(...).curve")
    wanted = _best(known[known["proposals"] <= top]) if scores is None else scores
    named = [one for one in wanted if one in set(known["score"])] or list(dict.fromkeys(known["score"]))
    rows = known[known["score"].isin(named) & (known["proposals"] <= top)].reset_index(drop=True)
    if (rows["candidates"] < 1).any():
        raise TradeDataError(Text("hit_rate_no_candidates"))
    if rows.empty:
        raise TradeDataError(Text("hit_rate_no_row", top=top))
    last = rows.groupby("score")["hits"].last().reindex(named)
    text = _hit_words(rows, last, caption_of(table, caption), lang)
    ax = axes(ax, height=4.8)
    _draw_curves(ax, rows, last, lang)
    frame(ax, text)
    _draw_names(ax, rows, last, lang)
    each = "; ".join(f"{_named(str(name), lang)}: {_whole(hits, lang)}" for name, hits in last.items())
    alt = say("hit_rate_alt", lang, count=len(named), finding=text.title, list=each, all=_all(rows, lang))
    return keep(ax, table=rows, alt=alt)


def _best(rows: pd.DataFrame) -> Sequence[str]:
    """The default, the score with most hits of the others, and market size; the best one where there is no default."""
    hits = rows.groupby("score", sort=False)["hits"].last()
    others = hits.drop([one for one in (FIRST, PLAIN) if one in hits]).sort_values(ascending=False, kind="stable")
    return [FIRST, *others.index[:1], PLAIN]


def _named(score: str, lang: str) -> str:
    """A built-in score in words, another by its name."""
    return catalogue(lang).get(f"score_{score}", score)


def _whole(hits: float, lang: str) -> str:
    return number(hits, lang, 0)


def _all(rows: pd.DataFrame, lang: str) -> str:
    """The share of all candidates that came true."""
    return percent(float(rows["came_true"].iloc[0] / rows["candidates"].iloc[0]), lang)


def _hit_words(rows: pd.DataFrame, last: pd.Series[float], caption: Caption, lang: str) -> Words:
    first = number(float(rows["proposals"].max()), lang, 0)
    title = say(
        "hit_rate_finding", lang, first=first, score=_named(str(last.index[0]), lang), hits=_whole(last.iloc[0], lang)
    )
    counts = {key: number(float(rows[key].iloc[0]), lang, 0) for key in ("candidates", "came_true")}
    about = say("hit_rate_about", lang, all=_all(rows, lang), **counts)
    return words(title, about, *caption.foot(lang))


def _styles(names: Sequence[Any]) -> dict[Any, tuple[str, float]]:
    """The first score is coloured, the second less so, the others stand back."""
    colours = [(ACCENT, 2.4), (SECOND, 1.8), (INK, 1.4)]
    return {name: colours[at] if at < len(colours) else (REST, 1.2) for at, name in enumerate(names)}


def _draw_curves(ax: Axes, rows: pd.DataFrame, last: pd.Series[float], lang: str) -> None:
    for name, (colour, size) in reversed(_styles([*last.index]).items()):
        own = rows[rows["score"] == name]
        ax.plot([0, *own["proposals"]], [0, *own["hits"]], color=colour, linewidth=size, solid_capstyle="round")
    end, most = float(rows["proposals"].max()), float(last.max())
    chance = end * float(rows["came_true"].iloc[0] / rows["candidates"].iloc[0])
    ax.plot([0, end], [0, chance], color=QUIET, linewidth=1.0, linestyle=(0, (4, 3)))
    ax.set(xlim=(0, end), ylim=(0, 1.08 * max(most, chance)))
    for axis, high in ((ax.xaxis, end), (ax.yaxis, 1.08 * max(most, chance))):
        ticks = [t for t in axis.get_major_locator().tick_values(0, high) if 0 <= t <= high]
        mark(axis, ticks, [number(t, lang, decimals(ticks)) for t in ticks])
    # Lines end where the curves do, since names stand beyond.
    ax.hlines(ticks, 0, end, color=FAINT, linewidth=0.8, zorder=0)
    ax.spines["bottom"].set_bounds(0, end)
    ax.set_xlabel(say("hit_rate_x", lang))
    write_above(ax, say("hit_rate_y", lang))


def _draw_names(ax: Axes, rows: pd.DataFrame, last: pd.Series[float], lang: str) -> None:
    """The score and its hits at the end of each curve, apart from one another."""
    end = float(rows["proposals"].max())
    chance = end * float(rows["came_true"].iloc[0] / rows["candidates"].iloc[0])
    styles = _styles([*last.index]) | {"": (QUIET, 1.0)}
    hits = [*last.to_numpy(dtype=np.float64), chance]
    names = [*(_named(str(one), lang) for one in last.index), say("hit_rate_chance", lang)]
    texts = [f"{_whole(one, lang)}  {name}" for one, name in zip(hits, names, strict=True)]
    room = max(length(one, size=9) for one in texts)
    high = ax.get_ylim()[1]
    places = spread(hits, 0.2 * high / tall(ax))
    inches = max(wide(ax) - 0.7 - room, 1.0)
    ax.set_xlim(0, end * (1 + (room + 0.15) / inches))
    for at, text, (colour, _) in zip(places, texts, styles.values(), strict=True):
        write(ax, end * (1 + 0.1 / inches), at, text, color=colour, size=9, va="center")
