"""What moved the index: a step for each partner."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from tradeanalysis.figures.canvas import ACCENT, INK, REST, SECOND, axes, finished, frame, source_note, styled, tell
from tradeanalysis.schema import TradeDataError
from tradeanalysis.texts import capital, label, number, party, say

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# A step is drawn from this part of the largest one on.
SEEN = 0.005


@styled
def waterfall(
    table: pd.DataFrame,
    *,
    start: float,
    end: float,
    ax: Axes | None = None,
    lang: str = "en",
    most: int = 6,
    before: int | None = None,
    after: int | None = None,
    reporter: str | None = None,
    flow: str | None = None,
    source: str | None = None,
    note: str | None = None,
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
    ax
        Axes to draw on; a new figure where not given.
    lang
        ``"en"`` or ``"vi"``.
    most
        How many partners get a step of their own; what is too small to be seen goes to the others.
    before, after, reporter, flow, source, note
        What the title and notes say of the table.

    Returns
    -------
    The axes, with the table behind the picture as ``ax.tradeanalysis_data`` and its description in words as
    ``ax.figure.tradeanalysis_alt``.

    Raises
    ------
    TradeDataError
        The contributions do not add up to the difference.

    Examples
    --------
    >>> import pandas as pd
    >>> import tradeanalysis as ta
    >>> table = pd.DataFrame({"partner": ["USA", "CHN"], "contribution": [0.05, -0.02]})
    >>> ta.figures.waterfall(table, start=0.11, end=0.14).figure.tradeanalysis_alt[:70]
    'Waterfall chart. Concentration rose from 0.110 to 0.140, most of it by'
    """
    known = finished(table, "partner", "contribution", made_by="ta.change(before, after)")
    total = float(known["contribution"].sum())
    if abs(start + total - end) > 1e-9:
        raise TradeDataError(f"the contributions add up to {total:.6g} and the index moved by {end - start:.6g}")
    steps, main = _steps(known, most, total, lang)
    way = "up" if total >= 0 else "down"
    share = "most" if main is None or abs(main[1]) >= 0.5 * abs(total) else "first"
    by = steps[0][0] if main is None else label(main[0], lang, sentence=True)
    whose = flow if flow and reporter else "plain"
    moved = say(
        f"waterfall_{way}_{whose}",
        lang,
        start=number(start, lang, 3),
        end=number(end, lang, 3),
        **party("reporter", str(reporter), lang),
    )
    title = say(f"waterfall_{share}", lang, moved=moved, partner=by)

    ax = axes(ax, height=min(4.8, 2.2 + 0.3 * len(steps)))
    first = say("waterfall_start", lang) if before is None else str(before)
    last = say("waterfall_end", lang) if after is None else str(after)
    names = [first, *(name for name, _ in steps), last]
    reach = np.cumsum([start, *(x for _, x in steps)])
    low, high = float(reach.min()), float(reach.max())
    # Where the steps are small beside the levels, these are points on a part of the scale: a bar would begin at zero.
    floor = 0.0 if low < 2.5 * (high - low) else low - 0.6 * (high - low)
    if floor:
        ax.plot([start, end], [0, len(names) - 1], "D", color=INK, markersize=8)
    else:
        ax.barh([0, len(names) - 1], [start, end], color=REST, height=0.66)
    at = start
    for i, (_, x) in enumerate(steps, start=1):
        ax.barh(i, x, left=at, color=SECOND if x > 0 else ACCENT, height=0.66)
        ax.plot([at, at], [i - (1 if floor and i == 1 else 1.33), i + 0.33], color=INK, linewidth=0.6)
        at += x
    ax.plot([at, at], [len(names) - 2.33, len(names) - (1 if floor else 0.67)], color=INK, linewidth=0.6)
    room = 0.16 * (high - floor)
    for i, x in ((0, start), (len(names) - 1, end)):
        ax.text(x + 0.02 * (high - floor), i, number(x, lang, 3), va="center", weight="bold")
    at = start
    for i, (_, x) in enumerate(steps, start=1):
        at += x
        told = ("+" if x > 0 else "") + number(x, lang, 4)
        ax.text(max(at, at - x) + 0.01 * (high - floor), i, told, va="center")
    ax.set_yticks(range(len(names)), names)
    ax.set_ylim(len(names) - 0.5, -0.5)
    ax.set_xlim(floor, high + room)
    if floor:
        ticks = [t for t in ax.get_xticks() if floor <= t <= high]
        digits = next(d for d in range(2, 12) if np.allclose(ticks, np.round(ticks, d), rtol=0, atol=1e-12) or d == 11)
        ax.set_xticks(ticks, [number(t, lang, digits) for t in ticks])
    else:
        ax.xaxis.set_visible(False)
        ax.spines["bottom"].set_visible(False)
    dated = before is not None and after is not None
    about = say(
        f"waterfall_about_{flow}" if dated and whose != "plain" else "waterfall_about_plain",
        lang,
        reporter=label(str(reporter), lang),
        before=before,
        after=after,
    )
    frame(ax, title=capital(title), about=about, notes=[note or "", source_note(source, lang)])
    each = "; ".join(f"{name} {number(x, lang, 4)}" for name, x in steps)
    alt = say("waterfall_alt", lang, finding=title, list=each)
    return tell(ax, table=pd.DataFrame(steps, columns=["partner", "contribution"]), alt=alt)


def _steps(
    known: pd.DataFrame, most: int, total: float, lang: str
) -> tuple[list[tuple[str, float]], tuple[str, float] | None]:
    """The steps by name, and the partner that moved the index most in its direction."""
    kinds = known["kind"] if "kind" in known else pd.Series("", index=known.index)
    size: pd.Series[float] = known["contribution"].astype(float).abs()
    groups = {kind: known[kinds == kind] for kind in ("entry", "exit")}
    sums = {kind: float(group["contribution"].sum()) for kind, group in groups.items()}
    seen = SEEN * max(float(size.max()), *map(abs, sums.values()))
    own = known[~kinds.isin(groups) & (size > seen)]
    own = own.loc[own["contribution"].abs().sort_values(ascending=False, kind="stable").index[:most]]
    steps = [(label(str(one), lang), float(x)) for one, x in zip(own["partner"], own["contribution"], strict=True)]
    rest = known.drop(index=own.index)
    for kind, group in groups.items():
        if abs(sums[kind]) > seen:
            steps.append((say(f"waterfall_{kind}", lang, count=len(group)), sums[kind]))
            rest = rest.drop(index=group.index)
    if len(rest):
        key = "waterfall_other_one" if len(rest) == 1 else "waterfall_other"
        steps.append((say(key, lang, count=len(rest)), float(rest["contribution"].sum())))
    if own.empty:
        return steps, None
    towards = own["contribution"] if total >= 0 else -own["contribution"]
    main = own.iloc[int(towards.argmax())]
    return steps, (str(main["partner"]), float(main["contribution"]))
