"""Figures of change: an index over the years, and shares of two years."""

from __future__ import annotations

import itertools
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
    hidden_note,
    source_note,
    spread,
    styled,
    tall,
    tell,
)
from tradeanalysis.texts import capital, class_name, label, number, party, percent, say

if TYPE_CHECKING:
    from matplotlib.axes import Axes

QUIET = "#6b6b6b"


@styled
def trend(
    table: pd.DataFrame,
    *,
    column: str = "hhi",
    bands: pd.DataFrame | None = None,
    ax: Axes | None = None,
    lang: str = "en",
    reporter: str | None = None,
    flow: str | None = None,
    source: str | None = None,
    note: str | None = None,
) -> Axes:
    """An index of concentration over the years, with named thresholds behind it where they are given.

    Parameters
    ----------
    table
        Columns ``year`` and the index in [0, 1], as ``ta.measure(..., by="year")`` gives them; where it has them,
        ``partial`` (the year is not complete: hollow) and ``break`` (from this year on another series), and
        ``{column}_low`` and ``{column}_high``, as ``ta.interval`` gives them: a ribbon.
    column
        The column of the index.
    bands
        Columns ``above`` and ``class``, such as the rows of one regime of ``ta.regimes()``.
    ax
        Axes to draw on; a new figure where not given.
    lang
        ``"en"`` or ``"vi"``.
    reporter, flow, source, note
        What the title and notes say of the table.

    Returns
    -------
    The axes, with the table behind the picture as ``ax.tradeanalysis_data`` and its description in words as
    ``ax.figure.tradeanalysis_alt``.

    Examples
    --------
    >>> import pandas as pd
    >>> import tradeanalysis as ta
    >>> table = pd.DataFrame({"year": [2018, 2019, 2020], "hhi": [0.10, 0.11, 0.14]})
    >>> ta.figures.trend(table).figure.tradeanalysis_alt[:48]
    'Line chart over 3 years. Concentration rose from'
    """
    known = finished(table, "year", column, made_by='ta.measure(..., by="year")').dropna(subset=[column])
    known = finished(known, "year", made_by='ta.measure(..., by="year")').sort_values("year", ignore_index=True)
    years, index = known["year"].to_numpy(), known[column].to_numpy(float)
    partial, breaks = (
        known[name].to_numpy(bool) if name in known else np.zeros(len(known), bool) for name in ("partial", "break")
    )
    kind = flow if flow and reporter else "plain"
    first, last = (number(x, lang, 2 if round(index[0], 2) != round(index[-1], 2) else 3) for x in index[[0, -1]])
    went = "even" if first == last else "up" if index[-1] > index[0] else "down"
    words = {"start": years[0], "end": years[-1], "first": first, "last": last}
    if kind != "plain":
        words |= party("reporter", str(reporter), lang)
    title = say(f"trend_{went}_{kind}", lang, **words)

    ax = axes(ax)
    ribbon = {f"{column}_low", f"{column}_high"} <= set(known.columns)
    low, high = (known[f"{column}_{end}"].to_numpy(float) if ribbon else index for end in ("low", "high"))
    reach = np.fmax(index, high)
    top = max(0.02, float(reach.max()) * 1.25, 0.0 if bands is None else 1.2 * float(bands["above"].min()))
    _bands(ax, bands, top, years, lang)
    for i, j in itertools.pairwise([0, *np.flatnonzero(breaks), len(years)]):
        if ribbon:
            ax.fill_between(years[i:j], low[i:j], high[i:j], color=ACCENT, alpha=0.18, linewidth=0)
        ax.plot(years[i:j], index[i:j], color=ACCENT, linewidth=1, linestyle=(0, (2, 2)))
    # A full line joins years that follow one another and are complete.
    joined = (np.diff(years) == 1) & ~breaks[1:] & ~partial[1:] & ~partial[:-1]
    for i in np.flatnonzero(joined):
        ax.plot(years[i : i + 2], index[i : i + 2], color=ACCENT, linewidth=2.2, solid_capstyle="round")
    ax.plot(years[~partial], index[~partial], "o", color=ACCENT, markersize=4.5)
    ax.plot(years[partial], index[partial], "o", color=ACCENT, markersize=6, markerfacecolor="white")
    for year in years[breaks]:
        ax.axvline(year - 0.5, color=INK, linewidth=0.8, linestyle=(0, (4, 3)))
        ax.text(year - 0.5, top, " " + say("trend_break", lang), va="top", color=QUIET, size=8.5)
    words_of_last = say("trend_last", lang, value=number(index[-1], lang, 2), effective=number(1 / index[-1], lang, 1))
    # The words stand above all of the line and the ribbon that they are as long as.
    beside = years >= years[-1] - 0.5 * (years[-1] - years[0])
    above, end = float(reach[beside].max()), (years[-1], index[-1])
    style: dict[str, Any] = {"ha": "right", "color": ACCENT, "weight": "bold"}
    ax.annotate(words_of_last, (years[-1], above), (0, 9), textcoords="offset points", **style)
    if above > index[-1] + 0.03 * top:
        ax.plot([end[0], end[0]], [end[1], above + 0.02 * top], color=ACCENT, linewidth=0.8)
    top = max(top, 1.2 * above)
    apart = max(1, round((years[-1] - years[0]) / 8))
    at = [int(years[-1])]
    for year in years[::-1]:
        if at[0] - year >= apart:
            at.insert(0, int(year))
    ax.set_xticks(at, [str(year) for year in at])
    ax.set(ylim=(0, top), xlim=(years[0] - 0.3, years[-1] + 0.3))
    ticks = [t for t in ax.get_yticks() if t <= top]
    ax.set_yticks(ticks, [number(t, lang, decimals(ticks, least=2)) for t in ticks])
    scale: tuple[Any, Any] = (lambda x: 10_000 * x, lambda x: x / 10_000)
    points = ax.secondary_yaxis("right", functions=scale)
    points.set_yticks([10_000 * t for t in ticks], [number(10_000 * t, lang) for t in ticks])
    points.spines["right"].set_visible(False)
    ax.grid(axis="y")
    about = say(
        f"trend_about_{kind}", lang, reporter=label(str(reporter), lang), **{k: words[k] for k in ("start", "end")}
    )
    hollow = say("trend_partial", lang) if partial.any() else ""
    range_ = say("trend_ribbon", lang) if ribbon else ""
    frame(ax, title=capital(title), about=about, notes=[hollow, range_, note or "", source_note(source, lang)])
    highest, lowest = int(index.argmax()), int(index.argmin())
    alt = say(
        "trend_alt",
        lang,
        count=len(years),
        finding=title,
        high=number(index[highest], lang, 3),
        high_year=years[highest],
        low=number(index[lowest], lang, 3),
        low_year=years[lowest],
    )
    if ribbon and low[-1] == low[-1]:
        ends = {"low": number(low[-1], lang, 3), "high": number(high[-1], lang, 3)}
        alt += " " + say("trend_ribbon_alt", lang, year=years[-1], **ends)
    return tell(ax, table=known, alt=alt)


def _bands(ax: Axes, bands: pd.DataFrame | None, top: float, years: Any, lang: str) -> None:
    """Named classes as shades that grow darker upwards, each named at its lower edge."""
    if bands is None:
        return
    edges = finished(bands, "above", "class", made_by="ta.regimes()").sort_values("above")
    edges = edges[edges["above"] < top]
    uppers = [*edges["above"].iloc[1:], top][: len(edges)]
    for i, (low, high, name) in enumerate(zip(edges["above"], uppers, edges["class"], strict=True)):
        ax.axhspan(low, high, color=SECOND, alpha=0.06 * (i + 1), linewidth=0)
        ax.text(years[0] - 0.25, low, f" {class_name(name, lang)} ", va="bottom", color=QUIET, size=8.5)


@styled
def slope(
    table: pd.DataFrame,
    *,
    start: int | str,
    end: int | str,
    ax: Axes | None = None,
    lang: str = "en",
    most: int = 10,
    moved: float = 0.02,
    reporter: str | None = None,
    flow: str | None = None,
    source: str | None = None,
    note: str | None = None,
) -> Axes:
    """The shares of the largest partners in two years, as lines from the one to the other.

    Parameters
    ----------
    table
        Columns ``partner``, ``share_before`` and ``share``, as ``ta.partners(..., since=)`` gives them.
    start, end
        The two years.
    ax
        Axes to draw on; a new figure where not given.
    lang
        ``"en"`` or ``"vi"``.
    most
        How many partners are drawn: those with the largest share in either year.
    moved
        The change of a share from which a line is coloured.
    reporter, flow, source, note
        What the title and notes say of the table.

    Returns
    -------
    The axes, with the table behind the picture as ``ax.tradeanalysis_data`` and its description in words as
    ``ax.figure.tradeanalysis_alt``.

    Examples
    --------
    >>> import pandas as pd
    >>> import tradeanalysis as ta
    >>> table = pd.DataFrame({"partner": ["USA", "CHN"], "share_before": [0.2, 0.3], "share": [0.3, 0.2]})
    >>> ta.figures.slope(table, start=2018, end=2023).figure.tradeanalysis_alt[:76]
    'Slope chart of 2 partners. The United States’ share rose from 20.0% to 30.0%'
    """
    known = finished(table, "partner", "share_before", "share", made_by="ta.partners(..., since=)")
    size = known[["share_before", "share"]].max(axis=1).sort_values(ascending=False, kind="stable")
    shown, rest = known.loc[size.index[:most]], known.loc[size.index[most:]]
    change = shown["share"] - shown["share_before"]
    mover = shown.iloc[int(change.abs().argmax())]

    ax = axes(ax, height=5.4)
    before, after = 100 * shown["share_before"].to_numpy(), 100 * shown["share"].to_numpy()
    span = max(before.max(), after.max())
    for _ in range(6):  # names need room, and the room that they need makes the scale longer
        gap = 0.165 * span / tall(ax)
        left, right = spread(list(before), gap), spread(list(after), gap)
        span = max(*left, *right) - min(*left, *right) + 2.6 * gap
    for i, partner in enumerate(shown["partner"]):
        big = abs(change.iloc[i]) >= moved
        colour = (ACCENT if change.iloc[i] > 0 else SECOND) if big else REST
        style: dict[str, Any] = {"color": colour if big else INK, "va": "center", "size": 9}
        style |= {"weight": "bold"} if big else {}
        ax.plot([0, 1], [before[i], after[i]], color=colour, linewidth=2.2 if big else 1.2, zorder=3 if big else 2)
        ax.plot([0, 1], [before[i], after[i]], "o", color=colour, markersize=4.5, zorder=3)
        name = label(str(partner), lang)
        for x, y, at, share, side in ((0, before[i], left[i], before[i], -1), (1, after[i], right[i], after[i], 1)):
            ax.plot([x + 0.012 * side, x + 0.05 * side], [y, at], color=FAINT, linewidth=0.8, zorder=1)
            told = percent(share / 100, lang)
            text = f"{name}  {told}" if side < 0 else f"{told}  {name}"
            ax.text(x + 0.06 * side, at, text, ha="right" if side < 0 else "left", **style)
    low, high = min(*left, *right), max(*left, *right)
    ax.set(xlim=(-0.9, 1.9), ylim=(low - gap, high + 1.6 * gap))
    for x, year in ((0, start), (1, end)):
        ax.axvline(x, color=FAINT, linewidth=1, zorder=0)
        ax.text(x, high + 1.1 * gap, str(year), ha="center", weight="bold", va="bottom")
    ax.set_axis_off()

    def told_of(row: Any, key: str, **more: Any) -> str:
        shares = {"before": percent(row["share_before"], lang), "after": percent(row["share"], lang)}
        return say(key, lang, **party("partner", str(row["partner"]), lang), **shares, **more)

    first, last = (percent(mover[column], lang) for column in ("share_before", "share"))
    went = "even" if first == last else "up" if mover["share"] > mover["share_before"] else "down"
    if flow and reporter:
        title = told_of(mover, f"slope_{went}_{flow}", start=start, **party("reporter", reporter, lang))
        market = say(f"market_{flow}", lang)
        whose = {"flow": say(flow, lang), "market": market, "reporter": label(reporter, lang)}
        about = say("slope_about", lang, **whose, start=start, end=end)
    else:
        title = told_of(mover, f"slope_{went}_plain", start=start)
        about = say("slope_about_plain", lang, start=start, end=end)
    notes = [hidden_note(rest["share"], lang), note or "", source_note(source, lang)]
    frame(ax, title=capital(title), about=about, notes=notes)
    each = "; ".join(told_of(row, "slope_each") for _, row in shown.iterrows())
    alt = say("slope_alt", lang, count=len(shown), finding=capital(title), list=each)
    return tell(ax, table=shown.reset_index(drop=True), alt=alt)
