"""What moved the index: a step for each partner."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from tradeanalysis.figures.canvas import axes, keep
from tradeanalysis.figures.captions import Caption, Captioned, Words, caption_of, finished, words
from tradeanalysis.figures.docstrings import figure
from tradeanalysis.figures.placement import across, frame, length, reach, rows_of_names
from tradeanalysis.figures.style import ACCENT, INK, REST, SECOND, decimals, mark, write_beside
from tradeanalysis.parameters import need_counts, need_labels, need_numbers
from tradeanalysis.schema import TradeDataError
from tradeanalysis.texts import Text, label, number, say

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# A step is drawn from this part of the largest one on.
SEEN = 0.005
# Steps of single partners, beside one for all others.
STEPS = 6


@figure
def waterfall(
    table: pd.DataFrame,
    *,
    start: float,
    end: float,
    before: int | str | None = None,
    after: int | str | None = None,
    ax: Axes | None = None,
    lang: str = "en",
    top: int = STEPS,
    of_all: bool = False,
    caption: Captioned = None,
) -> Axes:
    """What moved the index of concentration: a step for each partner, from what it was to what it is.

    Parameters
    ----------
    table
        Columns ``partner`` and ``contribution``, as ``ta.change`` gives them for one economy; where it has a column
        ``kind``, partners that are ``"entry"`` or ``"exit"`` make a step together. The contributions are the
        difference of the two indices.
    start, end
        The index before and after.
    before, after
        The two years, where the table's notes do not name them.
    top
        How many partners get a step of their own; what is too small to be seen goes to the others.
    of_all
        The contributions are changes of squared shares of all trade, of which a part is not detailed by partner:
        ``start`` and ``end`` are then the sums of these squares, the part of the named partners in the index.
    {shared}

    {returns}

    Raises
    ------
    SchemaError
        A column is missing.
    TradeDataError
        The table has no row, or the contributions do not add up to the difference.

    Examples
    --------
    >>> import pandas as pd
    >>> import tradeanalysis as ta
    >>> table = pd.DataFrame({"partner": ["USA", "CHN"], "contribution": [0.05, -0.02]})
    >>> ta.figures.waterfall(table, start=0.11, end=0.14).figure.tradeanalysis_alt[:93]
    'Waterfall chart. Concentration rose from 0.110 to 0.140, mostly because of the United States.'
    """
    need_labels(before=before, after=after)
    need_numbers(start=start, end=end)
    need_counts(top=top)
    known = finished(table, "partner", "contribution", made_by="ta.change(table, before=, after=)")
    total = float(known["contribution"].sum())
    if abs(start + total - end) > 1e-9:
        raise TradeDataError(Text("waterfall_not_adding", total=total, moved=end - start))
    own = _own(known, top)
    about = caption_of(table, caption)
    steps = _steps(known, own, about, lang)
    years = before or about.years[0], after or about.years[1]
    text = _waterfall_words(own, steps, (start, end), total, years, about, lang, of_all)
    ax = axes(ax, height=min(4.8, 2.2 + 0.3 * len(steps)))
    _draw_waterfall(ax, steps, (start, end), years, lang)
    frame(ax, text)
    each = zip(steps["partner"], steps["contribution"], strict=True)
    contributions = "; ".join(f"{name} {number(x, lang, 4)}" for name, x in each)
    return keep(ax, table=steps, alt=say("waterfall_alt", lang, finding=text.title, list=contributions))


def _groups(known: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """The partners that are new and those that are lost."""
    kinds = known["kind"] if "kind" in known else pd.Series("", index=known.index)
    return {kind: known[kinds == kind] for kind in ("entry", "exit")}


def _seen(known: pd.DataFrame) -> float:
    """The least contribution that makes a step."""
    sums = [abs(float(group["contribution"].sum())) for group in _groups(known).values()]
    return SEEN * max(float(known["contribution"].astype(float).abs().max()), *sums)


def _own(known: pd.DataFrame, top: int) -> pd.DataFrame:
    """The partners with a step of their own, the largest first."""
    grouped = pd.concat(_groups(known).values()).index
    own = known.drop(index=grouped)
    own = own[own["contribution"].astype(float).abs() > _seen(known)]
    return own.loc[own["contribution"].abs().sort_values(ascending=False, kind="stable").index[:top]]


def _steps(known: pd.DataFrame, own: pd.DataFrame, caption: Caption, lang: str) -> pd.DataFrame:
    """A row for each step, by the name that is written: single partners, new ones, lost ones, all others."""
    steps = [(label(str(one), lang), float(x)) for one, x in zip(own["partner"], own["contribution"], strict=True)]
    rest, words = known.drop(index=own.index), caption.partners(lang)
    for kind, group in _groups(known).items():
        if abs(of_kind := float(group["contribution"].sum())) > _seen(known):
            steps.append((say(f"waterfall_{kind}", lang, count=len(group), **words), of_kind))
            rest = rest.drop(index=group.index)
    if len(rest):
        key = "waterfall_other_one" if len(rest) == 1 else "waterfall_other"
        steps.append((say(key, lang, count=len(rest), **words), float(rest["contribution"].sum())))
    return pd.DataFrame(steps, columns=["partner", "contribution"])


def _waterfall_words(
    own: pd.DataFrame,
    steps: pd.DataFrame,
    ends: tuple[float, float],
    total: float,
    years: tuple[Any, Any],
    caption: Caption,
    lang: str,
    of_all: bool,
) -> Words:
    kind = caption.flow if caption.whole else "plain"
    indices = dict(zip(("start", "end"), (number(x, lang, 3) for x in ends), strict=True))
    way = "up" if total >= 0 else "down"
    moved = say(f"waterfall{'_named' * of_all}_{way}_{kind}", lang, **indices, **caption.named(lang))
    share, by = "most", steps["partner"].iloc[0]
    if len(own):
        towards = own["contribution"] if total >= 0 else -own["contribution"]
        main = own.iloc[int(towards.argmax())]
        share = "most" if abs(float(main["contribution"])) >= 0.5 * abs(total) else "first"
        by = label(str(main["partner"]), lang, sentence=True)
    title = say(f"waterfall_{share}", lang, moved=moved, partner=by)
    key = f"waterfall_about_{kind if all(years) else 'plain'}"
    about = say(key, lang, **caption.dated(lang, before=years[0], after=years[1]))
    return words(title, about, *[say("waterfall_named", lang)] * of_all, *caption.foot(lang))


def _draw_waterfall(
    ax: Axes, steps: pd.DataFrame, ends: tuple[float, float], years: tuple[Any, Any], lang: str
) -> None:
    start, end = ends
    levels = np.cumsum([start, *steps["contribution"]])
    low, high = float(levels.min()), float(levels.max())
    # Where the steps are small beside the levels, these are points on a part of the scale: a bar would begin at zero.
    floor = 0.0 if low < 2.5 * (high - low) or low == high else low - 0.6 * (high - low)
    last = len(steps) + 1
    if floor:
        ax.plot([start, end], [0, last], "D", color=INK, markersize=8)
    else:
        ax.barh([0, last], [start, end], color=REST, height=0.66)
    names = [str(year or say(key, lang)) for year, key in zip(years, ("waterfall_start", "waterfall_end"), strict=True)]
    broken = rows_of_names(ax, [names[0], *steps["partner"], names[1]])
    tops = [start, *np.maximum(levels[1:], levels[:-1]), end]
    numbers = [number(start, lang, 3), *(_signed(x, lang) for x in steps["contribution"]), number(end, lang, 3)]
    right = floor + reach(ax, [top - floor for top in tops], numbers, broken)
    _draw_steps(ax, steps, levels, bool(floor), lang)
    for i, x in ((0, start), (last, end)):
        write_beside(ax, (x, i), number(x, lang, 3), (9 if floor else 4, 0), va="center", weight="bold")
    mark(ax.yaxis, range(last + 1), broken)
    ax.set_ylim(last + 0.5, -0.5)
    ax.set_xlim(floor, right)
    if floor:
        _draw_scale(ax, (floor, right), high, across(ax, broken), lang)
    else:  # bars from zero bear their numbers
        ax.xaxis.set_visible(False)
        ax.spines["bottom"].set_visible(False)


def _signed(x: float, lang: str) -> str:
    text = number(x, lang, 4)
    return f"+{text}" if x > 0 and text.strip("0,.") else text


def _draw_steps(ax: Axes, steps: pd.DataFrame, levels: Any, cut: bool, lang: str) -> None:
    """A bar for each step, joined by thin lines, with its number at the right end."""
    last = len(steps) + 1
    for i, x in enumerate(steps["contribution"], start=1):
        at = levels[i - 1]
        ax.barh(i, x, left=at, color=SECOND if x > 0 else ACCENT, height=0.66)
        ax.plot([at, at], [i - (1 if cut and i == 1 else 1.33), i + 0.33], color=INK, linewidth=0.6)
        write_beside(ax, (max(levels[i], at), i), _signed(x, lang), (3, 0), va="center")
    ax.plot([levels[-1], levels[-1]], [last - 1.33, last + (0 if cut else 0.33)], color=INK, linewidth=0.6)


def _draw_scale(ax: Axes, ends: tuple[float, float], high: float, inches: float, lang: str) -> None:
    """A scale that does not begin at zero, with as many of its numbers as stand apart within so many inches."""
    ticks = [t for t in ax.get_xticks() if ends[0] <= t <= high]
    digits = decimals(ticks, least=2)
    apart = 1.5 * length(number(high, lang, digits)) * (ends[1] - ends[0]) / inches
    step = math.ceil(apart / (ticks[1] - ticks[0])) if len(ticks) > 1 else 1
    mark(ax.xaxis, ticks[::step], [number(t, lang, digits) for t in ticks[::step]])
