"""Shares in two years, as lines from the one to the other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from tradeanalysis.figures.canvas import axes, keep
from tradeanalysis.figures.captions import Caption, Captioned, Words, caption_of, finished, hidden_note, words
from tradeanalysis.figures.docstrings import figure
from tradeanalysis.figures.placement import frame, spread, tall
from tradeanalysis.figures.style import ACCENT, FAINT, INK, REST, SECOND, write
from tradeanalysis.parameters import need_counts, need_labels, need_numbers
from tradeanalysis.schema import TradeDataError
from tradeanalysis.texts import Text, label, party, percent, say

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@figure
def slope(
    table: pd.DataFrame,
    *,
    before: int | str | None = None,
    after: int | str | None = None,
    ax: Axes | None = None,
    lang: str = "en",
    top: int = 10,
    moved: float = 0.02,
    caption: Captioned = None,
) -> Axes:
    """The shares of the largest partners in two years, as lines from the one to the other.

    Parameters
    ----------
    table
        Columns ``partner``, ``share_before`` and ``share``, as ``ta.partners(..., before=)`` gives them.
    before, after
        The two years, where the table's notes do not name them.
    top
        How many partners are drawn: those with the largest share in either year.
    moved
        The change of a share from which a line is coloured.
    {shared}

    {returns}

    Raises
    ------
    SchemaError
        A column is missing.
    TradeDataError
        The table has no row, shares are not in [0, 1], or a year is missing.

    Examples
    --------
    >>> import pandas as pd
    >>> import tradeanalysis as ta
    >>> table = pd.DataFrame({"partner": ["USA", "CHN"], "share_before": [0.2, 0.3], "share": [0.3, 0.2]})
    >>> ta.figures.slope(table, before=2018, after=2023).figure.tradeanalysis_alt[:76]
    'Slope chart of 2 partners. The United States’ share rose from 20.0% to 30.0%'
    """
    need_labels(before=before, after=after)
    need_numbers(moved=moved)
    need_counts(top=top)
    known = finished(table, "partner", "share_before", "share", made_by="ta.partners(..., before=)")
    for column in ("share_before", "share"):
        if known[column].isna().any():
            raise TradeDataError(Text("shares_missing", column=repr(column)))
    size = known[["share_before", "share"]].max(axis=1).sort_values(ascending=False, kind="stable")
    rows, rest = known.loc[size.index[:top]].reset_index(drop=True), known.loc[size.index[top:]]
    about = caption_of(table, caption)
    years = _years(table, about, before, after)
    text = _slope_words(rows, rest, years, about, lang)
    ax = axes(ax, height=5.4)
    _draw_slope(ax, rows, years, moved, lang)
    frame(ax, text)
    each = "; ".join(_in_words(row, "slope_each", lang) for _, row in rows.iterrows())
    return keep(ax, table=rows, alt=say("slope_alt", lang, count=len(rows), finding=text.title, list=each))


def _years(table: pd.DataFrame, caption: Caption, before: Any, after: Any) -> tuple[Any, Any]:
    """The two years as given, else as the table or the caption names them."""
    first, last = caption.years
    before = before or first or table.attrs.get("notes", {}).get("before")
    after = after or last or caption.year
    if not before or not after:
        raise TradeDataError(Text("slopes_years"))
    return before, after


def _in_words(row: Any, key: str, lang: str, **more: Any) -> str:
    """The two shares of a partner in words."""
    shares = {"before": percent(row["share_before"], lang), "after": percent(row["share"], lang)}
    return say(key, lang, **party("partner", str(row["partner"]), lang), **shares, **more)


def _slope_words(rows: pd.DataFrame, rest: pd.DataFrame, years: tuple[Any, Any], caption: Caption, lang: str) -> Words:
    mover = rows.iloc[int((rows["share"] - rows["share_before"]).abs().argmax())]
    first, last = (percent(mover[column], lang) for column in ("share_before", "share"))
    way = "even" if first == last else "up" if mover["share"] > mover["share_before"] else "down"
    whole = caption.whole
    title = _in_words(
        mover, f"slope_{way}_{caption.flow if whole else 'plain'}", lang, start=years[0], **caption.named(lang)
    )
    market = say(f"market_{caption.flow}", lang) if whole else ""
    about = caption.dated(lang, market=market, start=years[0], end=years[1])
    shown = say("slope_about" if whole else "slope_about_plain", lang, **about)
    return words(title, shown, hidden_note(rest["share"], caption, lang), *caption.foot(lang))


def _draw_slope(ax: Axes, rows: pd.DataFrame, years: tuple[Any, Any], moved: float, lang: str) -> None:
    before, after = 100 * rows["share_before"].to_numpy(), 100 * rows["share"].to_numpy()
    span = max(before.max(), after.max())
    for _ in range(6):  # names need room, and the room that they need makes the scale longer
        gap = 0.165 * span / tall(ax)
        left, right = spread(list(before), gap), spread(list(after), gap)
        span = max(*left, *right) - min(*left, *right) + 2.6 * gap
    for i, row in rows.iterrows():
        _draw_partner(ax, row, (left[int(str(i))], right[int(str(i))]), moved, lang)
    low, high = min(*left, *right), max(*left, *right)
    ax.set(xlim=(-0.9, 1.9), ylim=(low - gap, high + 1.6 * gap))
    for x, year in enumerate(years):
        ax.axvline(x, color=FAINT, linewidth=1, zorder=0)
        write(ax, x, high + 1.1 * gap, str(year), ha="center", weight="bold", va="bottom")
    ax.set_axis_off()


def _draw_partner(ax: Axes, row: Any, places: tuple[float, float], moved: float, lang: str) -> None:
    """The line of a partner, and its name and share at both ends, at the places that have room."""
    change = row["share"] - row["share_before"]
    big = abs(change) >= moved
    colour = (ACCENT if change > 0 else SECOND) if big else REST
    shares = [100 * row["share_before"], 100 * row["share"]]
    ax.plot([0, 1], shares, color=colour, linewidth=2.2 if big else 1.2, zorder=3 if big else 2)
    ax.plot([0, 1], shares, "o", color=colour, markersize=4.5, zorder=3)
    style: dict[str, Any] = {"color": colour if big else INK, "weight": "bold" if big else "normal", "va": "center"}
    name = label(str(row["partner"]), lang)
    for x, y, at, side in ((0, shares[0], places[0], -1), (1, shares[1], places[1], 1)):
        ax.plot([x + 0.012 * side, x + 0.05 * side], [y, at], color=FAINT, linewidth=0.8, zorder=1)
        share = percent(y / 100, lang)
        text = f"{name}  {share}" if side < 0 else f"{share}  {name}"
        write(ax, x + 0.06 * side, at, text, ha="right" if side < 0 else "left", size=9, **style)
