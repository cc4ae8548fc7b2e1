"""Figures of two scales: where to grow, and what a plan can reach."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from tradeanalysis.figures.canvas import (
    ACCENT,
    FAINT,
    INK,
    REST,
    SECOND,
    axes,
    decimals,
    finished,
    frame,
    place,
    source_note,
    styled,
    tell,
    upright,
)
from tradeanalysis.schema import TradeDataError
from tradeanalysis.texts import capital, label, number, party, percent, say

if TYPE_CHECKING:
    from matplotlib.axes import Axes

QUIET = "#6b6b6b"


@styled
def opportunity(
    table: pd.DataFrame,
    *,
    world_growth: float,
    average_share: float,
    ax: Axes | None = None,
    lang: str = "en",
    most: int = 10,
    reporter: str | None = None,
    source: str | None = None,
    note: str | None = None,
) -> Axes:
    """Markets by the growth of their imports and our share in them, as bubbles of the size of their imports.

    Parameters
    ----------
    table
        Columns ``partner``, ``growth`` (of its imports a year, as a share of one), ``share`` (ours in its imports) and
        ``imports`` (their value).
    world_growth, average_share
        Where the two lines stand that part the quarters: the growth of the world's imports, and our mean share.
    ax
        Axes to draw on; a new figure where not given.
    lang
        ``"en"`` or ``"vi"``.
    most
        How many of the largest markets are named, where there is room.
    reporter, source, note
        What the title and notes say of the table.

    Returns
    -------
    The axes, with the table behind the picture as ``ax.tradeanalysis_data`` and its description in words as
    ``ax.figure.tradeanalysis_alt``.

    Examples
    --------
    >>> import pandas as pd
    >>> import tradeanalysis as ta
    >>> rows = [("USA", 0.03, 0.04, 3e12), ("IND", 0.09, 0.01, 6e11), ("JPN", 0.01, 0.03, 8e11)]
    >>> table = pd.DataFrame(rows, columns=["partner", "growth", "share", "imports"])
    >>> ta.figures.opportunity(table, world_growth=0.05, average_share=0.03).figure.tradeanalysis_alt
    'Bubble chart of 3 markets. 1 large market grows faster than the world and takes little from us: India.'
    """
    known = finished(table, "partner", "growth", "share", "imports", made_by="an opportunity table")
    known = known.dropna(subset=["growth", "share", "imports"]).sort_values("imports", ascending=False, kind="stable")
    large = known.head(most)
    good = large[(large["growth"] > world_growth) & (large["share"] < average_share)]
    x, y = 100 * known["growth"].to_numpy(), 100 * known["share"].to_numpy()
    is_good = known["partner"].isin(good["partner"]).to_numpy()

    ax = axes(ax, height=5.4)
    sizes = 1400 * known["imports"].to_numpy() / known["imports"].max()
    ax.scatter(
        x, y, s=sizes, c=[ACCENT if one else REST for one in is_good], alpha=0.55, linewidths=0.6, edgecolors="white"
    )
    ax.axvline(100 * world_growth, color=INK, linewidth=0.8, linestyle=(0, (4, 3)), zorder=0)
    ax.axhline(100 * average_share, color=INK, linewidth=0.8, linestyle=(0, (4, 3)), zorder=0)
    # The scale holds all that is named, and the middle of the rest.
    for values, named, line, axis, least in (
        (x, 100 * large["growth"].to_numpy(), 100 * world_growth, ax.xaxis, -np.inf),
        (y, 100 * large["share"].to_numpy(), 100 * average_share, ax.yaxis, 0.0),
    ):
        low, high = (float(np.quantile(values, q)) for q in (0.05, 0.95))
        low, high = min(low, named.min(), line), max(high, named.max(), line)
        margin = 0.12 * (high - low) or 1.0
        # No share is below 0; the bubbles of 0 are.
        low = max(low - margin, least - 0.04 * (high + margin))
        ticks = axis.get_major_locator().tick_values(max(low, least), high + margin)
        ticks = [t for t in ticks if max(low, least) <= t <= high + margin]
        axis.set_ticks(ticks, [number(t, lang, decimals(ticks)) for t in ticks])
        axis.set_view_interval(low, high + margin, ignore=True)
    ax.set_xlabel(say("opportunity_x", lang))
    upright(ax, say("opportunity_y", lang))
    count = len(good)
    key = "opportunity_finding" + {0: "_none", 1: "_one"}.get(count, "")
    if reporter:
        title = say(key, lang, count=count, reporter=label(reporter, lang, sentence=True))
    else:
        title = say(f"{key}_plain", lang, count=count)
    about = (
        say("opportunity_about", lang, **party("reporter", reporter, lang))
        if reporter
        else say("opportunity_about_plain", lang)
    )
    blue = say("opportunity_blue", lang, count=len(large)) if count else ""
    frame(ax, title=capital(title), about=about, notes=[blue, note or "", source_note(source, lang)])
    right, top = ax.get_xlim()[1], ax.get_ylim()[1]
    growth = say("opportunity_world", lang, growth=percent(world_growth, lang))
    mean = say("opportunity_mean", lang, share=percent(average_share, lang))
    ax.text(100 * world_growth, top, f" {growth}", va="top", color=QUIET, size=8.5)
    ax.text(right, 100 * average_share, mean, va="bottom", ha="right", color=QUIET, size=8.5)
    words = [label(str(one), lang) for one in large["partner"]]
    points = list(zip(100 * large["growth"], 100 * large["share"], strict=True))
    place(ax, points, words, radii=np.sqrt(sizes[:most] / np.pi), size=9)
    alt = say(
        "opportunity_alt" if count else "opportunity_alt_none",
        lang,
        count=len(known),
        finding=capital(title),
        list=", ".join(label(str(one), lang) for one in good["partner"]),
    )
    return tell(ax, table=known.reset_index(drop=True), alt=alt)


@styled
def frontier(
    table: pd.DataFrame,
    *,
    plan: Any = None,
    ax: Axes | None = None,
    lang: str = "en",
    reporter: str | None = None,
    source: str | None = None,
    note: str | None = None,
) -> Axes:
    """How far concentration can fall at each growth of exports: today, the best plans, and the one that is chosen.

    Parameters
    ----------
    table
        What ``ta.frontier`` gives. Or columns ``growth`` (of exports, as a share of one), ``hhi`` and ``kind``:
        ``"frontier"`` for the best plans, one row ``"current"``, and one row ``"chosen"`` at the most.
    plan
        The plan that is chosen, from ``ta.plan``, which also says where things stand today; the scale then ends at two
        and a half times its growth.
    ax
        Axes to draw on; a new figure where not given.
    lang
        ``"en"`` or ``"vi"``.
    reporter, source, note
        What the title and notes say of the table.

    Returns
    -------
    The axes, with the table behind the picture as ``ax.tradeanalysis_data`` and its description in words as
    ``ax.figure.tradeanalysis_alt``.

    Raises
    ------
    TradeDataError
        There is not one row of today, or no frontier.

    Examples
    --------
    >>> import pandas as pd
    >>> import tradeanalysis as ta
    >>> rows = [(0, 0.14, "current"), (0.1, 0.12, "chosen"), (0, 0.13, "frontier"), (0.2, 0.1, "frontier")]
    >>> table = pd.DataFrame(rows, columns=["growth", "hhi", "kind"])
    >>> ta.figures.frontier(table).figure.tradeanalysis_alt[:71]
    'Frontier of 2 plans. The plan brings concentration from 0.140 to 0.120.'
    """
    if plan is None:
        known = finished(table, "growth", "hhi", "kind", made_by="a plan")
    else:
        best = _between(finished(table, "growth", "hhi", made_by="ta.frontier"))
        until = 2.5 * max(abs(plan.growth), 0.02)
        best = best[best["growth"] <= until][["growth", "hhi"]]
        points_of = {
            "growth": [0.0, plan.growth],
            "hhi": [plan.hhi_before, plan.hhi_after],
            "kind": ["current", "chosen"],
        }
        known = pd.concat([best.assign(kind="frontier"), pd.DataFrame(points_of)], ignore_index=True)
    line = known[known["kind"] == "frontier"].sort_values("growth")
    count = len(line) if plan is None else int((table["growth"] <= until).sum())
    current, chosen = (known[known["kind"] == kind] for kind in ("current", "chosen"))
    if len(current) != 1 or line.empty or len(chosen) > 1:
        raise TradeDataError(
            f"a frontier needs one row of kind 'current', rows of kind 'frontier' and at most one 'chosen'; the table "
            f"has {len(current)}, {len(line)} and {len(chosen)}"
        )
    now = float(current["hhi"].iloc[0])
    then = float(chosen["hhi"].iloc[0]) if len(chosen) else float(line["hhi"].min())

    ax = axes(ax, height=4.8)
    x, y = 100 * line["growth"].to_numpy(), line["hhi"].to_numpy()
    low, high = float(known["hhi"].min()), float(known["hhi"].max())
    margin = 0.18 * (high - low) or 0.1 * high
    ax.fill_between(x, y, high + margin, color=ACCENT, alpha=0.07, linewidth=0)
    ax.plot(x, y, color=ACCENT, linewidth=2.2)
    points: list[tuple[float, float]] = []
    words: list[str] = []
    for row, colour, key in ((current, INK, "frontier_current"), (chosen, SECOND, "frontier_chosen")):
        for growth, hhi in zip(row["growth"], row["hhi"], strict=True):
            ax.plot(100 * growth, hhi, "o", color=colour, markersize=9, zorder=5)
            points.append((100 * growth, hhi))
            words.append(say(key, lang, value=number(hhi, lang, 3)))
    if len(points) == 2:
        ax.annotate(
            "", points[1], points[0], arrowprops={"arrowstyle": "->", "color": FAINT, "shrinkA": 8, "shrinkB": 8}
        )
    span = 100 * float(known["growth"].max() - known["growth"].min()) or 1.0
    ax.set_xlim(100 * float(known["growth"].min()) - 0.16 * span, 100 * float(known["growth"].max()) + 0.08 * span)
    ax.set_ylim(max(0.0, low - margin), high + margin)
    ax.set_xlabel(say("frontier_x", lang))
    upright(ax, say("frontier_y", lang))
    ax.xaxis.set_major_formatter(lambda value, _: number(value, lang, 0 if float(value).is_integer() else 1))
    ticks = [tick for tick in ax.get_yticks() if max(0.0, low - margin) <= tick <= high + margin]
    ax.set_yticks(ticks, [number(tick, lang, decimals(ticks, least=2)) for tick in ticks])
    ax.grid(axis="y")
    told = {"now": number(now, lang, 3), "then": number(then, lang, 3)}
    title = say("frontier_finding", lang, **told)
    if plan is not None:
        title = say("frontier_finding_grown", lang, growth=percent(plan.growth, lang), **told)
    about = (
        say("frontier_about", lang, reporter=label(reporter, lang)) if reporter else say("frontier_about_plain", lang)
    )
    notes = [capital(say("frontier_line", lang)) + ".", note or "", source_note(source, lang)]
    frame(ax, title=capital(title), about=about, notes=notes)
    along = np.linspace(x[0], x[-1], 60)
    curve = list(zip(along, np.interp(along, x, y), strict=True))
    place(ax, points, words, radii=[5.0] * len(words), avoid=curve, weight="bold", size=9.5)
    ends = {"low": number(float(y.min()), lang, 3), "high": number(float(y.max()), lang, 3)}
    return tell(ax, table=known, alt=say("frontier_alt", lang, count=count, finding=capital(title), **ends))


def _between(table: pd.DataFrame) -> pd.DataFrame:
    """The rows of a frontier with points between them, where so many markets rise together from one level on."""
    if not {"total", "level", "rising"} <= set(table.columns) or len(table) < 2:
        return table
    start = table.iloc[:-1]
    rise = np.linspace(0.0, 1.0, 9)[:-1] * (np.diff(table["total"]) / start["rising"].to_numpy())[:, None]
    m, t = start["rising"].to_numpy()[:, None], start["level"].to_numpy()[:, None]
    total, before = start["total"].to_numpy()[:, None] + m * rise, start["total"].to_numpy()[:, None]
    hhi = (start["hhi"].to_numpy()[:, None] * before**2 + m * rise * (2 * t + rise)) / total**2
    growth = (1 + start["growth"].to_numpy()[:, None]) * total / before - 1
    ends = {
        name: np.append(values.ravel(), table[name].iloc[-1]) for name, values in (("growth", growth), ("hhi", hhi))
    }
    return pd.DataFrame(ends)
