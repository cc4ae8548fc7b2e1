"""The shares of the largest markets over the months, a small picture for each."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from tradeanalysis.figures.canvas import axes, keep
from tradeanalysis.figures.captions import Caption, Captioned, Words, caption_of, finished, words
from tradeanalysis.figures.docstrings import figure
from tradeanalysis.figures.placement import EDGE, frame, wide, wrapped
from tradeanalysis.figures.style import ACCENT, QUIET, REST, SECOND, write
from tradeanalysis.parameters import need_counts
from tradeanalysis.schema import PARTNER, PERIOD, TradeDataError
from tradeanalysis.texts import Text, capital, label, month_name, number, percent, say

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# Inches: of a picture at least across, and what it is high; between pictures; of a line of words; what the frame takes.
NARROWEST, HIGH, BETWEEN, LINE, WORDS = 0.97, 0.66, 0.18, 0.19, 1.13
# The least height of the scale, as a share, and how much more of it there is than the widest course needs.
LEAST, MORE = 0.01, 1.1
_MONTH = re.compile(r"(\d{4})[-M]?(0[1-9]|1[0-2])")


@figure
def share_courses(
    table: pd.DataFrame,
    *,
    top: int = 9,
    ax: Axes | None = None,
    lang: str = "en",
    caption: Captioned = None,
) -> Axes:
    """The course of the share of each of the largest markets over the months: small multiples with alerts and breaks.

    All pictures have a scale of the same height, that of the market that moves most, each around its own level: the
    same number of points is as steep in all of them. A month that the table lacks breaks the line.

    Parameters
    ----------
    table
        Columns ``period`` (months, ``"2023-05"`` or ``202305``), ``partner`` and ``share`` in [0, 1], a row for each
        month and market, such as shares of the twelve months that end with each; where it has them, ``alert`` (true:
        a dot) and ``break`` (true: from this month on the share has another level, an upright line).
    top
        How many markets are drawn, those with the largest shares in the last month.
    {shared}

    {returns}

    Raises
    ------
    SchemaError
        A column is missing.
    TradeDataError
        The table has no share, labels that are no months, several rows for one month and market, or shares that are
        not in [0, 1].

    Examples
    --------
    >>> import pandas as pd
    >>> import tradeanalysis as ta
    >>> rows = [("2026-03", "USA", 0.40), ("2026-04", "USA", 0.42), ("2026-03", "JPN", 0.12), ("2026-04", "JPN", 0.11)]
    >>> table = pd.DataFrame(rows, columns=["period", "partner", "share"])
    >>> ta.figures.share_courses(table).figure.tradeanalysis_alt[:58]
    'Small line charts of 2 markets, March 2026 to April 2026. '
    """
    need_counts(top=top)
    made_by = "ta.monitoring.rolling"
    known = finished(table, PERIOD, PARTNER, "share", made_by=made_by).dropna(subset=["share"])
    known = finished(known, PERIOD, PARTNER, "share", made_by=made_by).assign(month=_months(known[PERIOD]))
    courses = _courses(known, top)
    text = _words(courses, caption_of(table, caption), lang)
    ax = axes(ax)
    width = wide(ax) - 2 * EDGE
    rows = math.ceil(len(courses) / max(1, int((width + BETWEEN) / (NARROWEST + BETWEEN))))
    columns = math.ceil(len(courses) / rows)  # as many in each row
    across = (width - BETWEEN * (columns - 1)) / columns
    names = [wrapped(label(name, lang), across) for name in courses]
    head = LINE * (1 + max(name.count("\n") + 1 for name in names)) + 0.06
    row = head + HIGH + LINE + BETWEEN
    span = _span(courses)
    down = row * rows - BETWEEN
    ax = axes(ax, height=down + WORDS)
    ax.set(xlim=(0, width), ylim=(-down, 0))
    ax.set_axis_off()
    for i, (name, course) in enumerate(zip(names, courses.values(), strict=True)):
        left, upper = (i % columns) * (across + BETWEEN), -(i // columns) * row
        _draw_head(ax, (left, upper), name, course, lang)
        _draw_course(ax, (left, upper - head - HIGH), across, course, span, lang)
    frame(ax, text)
    shown = known[known[PARTNER].isin(courses)].drop(columns="month")
    return keep(ax, table=shown, alt=_alt(courses, text, lang))


def _months(labels: pd.Series[Any]) -> list[np.datetime64]:
    """The months that labels name."""
    found = [_MONTH.match(str(one)) for one in labels]
    if strange := [repr(label) for label, month in zip(labels, found, strict=True) if month is None]:
        raise TradeDataError(Text("months_strange", labels=strange))
    return [np.datetime64(f"{month[1]}-{month[2]}", "M") for month in found if month is not None]


def _courses(known: pd.DataFrame, top: int) -> dict[str, pd.DataFrame]:
    """The course of each market that is drawn, the largest first: share, alert and break for every month."""
    if len(twice := known[known.duplicated([PARTNER, "month"])]):
        first = twice.iloc[0]
        raise TradeDataError(Text("share_courses_twice", partner=str(first[PARTNER]), period=str(first[PERIOD])))
    start, end = known["month"].min(), known["month"].max()
    every = pd.Index(np.arange(_month(start), _month(end) + 1).astype("datetime64[s]"))
    found = {}
    for partner, rows in known.groupby(PARTNER, sort=False):
        rows = rows.set_index(pd.Index(rows["month"].to_numpy().astype("datetime64[s]")))
        course = pd.DataFrame({"share": rows["share"].astype(float)}).reindex(every)
        for sign in ("alert", "break"):
            course[sign] = rows[sign].astype(bool).reindex(every, fill_value=False) if sign in rows else False
        found[str(partner)] = course
    largest = sorted(found, key=lambda name: -float(np.nan_to_num(found[name]["share"].iloc[-1])))
    return {name: found[name] for name in largest[:top]}


def _month(when: Any) -> np.datetime64:
    return np.datetime64(when, "M")


def _named(when: Any, lang: str) -> str:
    """A month as the language writes it."""
    return month_name(str(np.datetime64(when, "M")), lang)


def _known(course: pd.DataFrame) -> pd.DataFrame:
    return course[course["share"].notna()]


def _words(courses: dict[str, pd.DataFrame], caption: Caption, lang: str) -> Words:
    """The finding: the largest market, and its share in the first and the last month."""
    name, course = next(iter(courses.items()))
    known, flow = _known(course), caption.flow or "trade"
    first, last = (float(known["share"].iloc[i]) for i in (0, -1))
    shown = [percent(one, lang) for one in (first, last)]
    way = "even" if shown[0] == shown[1] else "up" if last > first else "down"
    facts = {"partner": label(name, lang, sentence=True), "first": shown[0], "last": shown[1]}
    title = say(f"share_courses_{way}", lang, **facts)
    months = {"start": _named(course.index[0], lang), "end": _named(course.index[-1], lang)}
    about = say(f"share_courses_about_{flow}", lang, **months)
    signs = [sign for sign in ("alert", "break") if any(one[sign].any() for one in courses.values())]
    notes = [
        say("share_courses_scale", lang, points=number(100 * _span(courses), lang, 1)),
        *(say(f"share_courses_{sign}", lang) for sign in signs),
    ]
    return words(title, capital(about), " ".join(notes), *caption.foot(lang))


def _draw_head(ax: Axes, at: tuple[float, float], name: str, course: pd.DataFrame, lang: str) -> None:
    """The market, and below its name the last share with what it was at first."""
    style: dict[str, Any] = {"ha": "left", "va": "top"}
    known = _known(course)
    first, last = (percent(float(known["share"].iloc[i]), lang) for i in (0, -1))
    warned = bool(course["alert"].any())
    write(ax, *at, name, weight="bold", **style)
    below = at[1] - LINE * (name.count("\n") + 1)
    text = first if first == last else f"{first.removesuffix('%')} → {last}"
    write(ax, at[0], below, text, color=SECOND if warned else ACCENT, size=9, **style)


def _span(courses: dict[str, pd.DataFrame]) -> float:
    """The points of the scale, which all pictures share: those of the market that moves most."""
    return max(LEAST, *(float(one["share"].max() - one["share"].min()) for one in courses.values())) * MORE


def _draw_course(
    ax: Axes, at: tuple[float, float], across: float, course: pd.DataFrame, span: float, lang: str
) -> None:
    """The line of a market above its axis of months, in the middle of a scale that is so many points high."""
    left, base = at
    share = course["share"].to_numpy()
    low, high = float(np.nanmin(share)), float(np.nanmax(share))
    bottom = max(0.0, (low + high - span) / 2)
    x = left + across * np.arange(len(share)) / max(1, len(share) - 1)
    y = base + HIGH * (share - bottom) / span
    ax.plot([left, left + across], [base, base], color=REST, linewidth=0.8, solid_capstyle="butt")
    for i in np.flatnonzero(course["break"].to_numpy()):
        ax.plot([x[i], x[i]], [base, base + HIGH], color=QUIET, linewidth=0.9, linestyle=(0, (3, 2)))
    ax.plot(x, y, color=ACCENT, linewidth=1.6, solid_capstyle="round")
    alone = [i for i in np.flatnonzero(~np.isnan(y)) if np.isnan(np.r_[np.nan, y, np.nan][[i, i + 2]]).all()]
    ax.plot(x[alone], y[alone], "o", color=ACCENT, markersize=3)
    warned = np.flatnonzero(course["alert"].to_numpy())
    if len(warned):  # a line of no points that is not clipped has a box at the origin of the figure
        ax.plot(x[warned], y[warned], "o", color=SECOND, markersize=5, zorder=4, clip_on=False)
    ends = {0: "left", len(share) - 1: "right"} if len(share) > 1 else {0: "left"}
    for at_month, side in ends.items():
        style: dict[str, Any] = {"ha": side, "va": "top", "size": 8, "color": QUIET}
        write(ax, x[at_month], base - 0.04, _tick(course.index[at_month], lang), **style)


def _tick(when: Any, lang: str) -> str:
    """A month in few letters."""
    year, number = str(np.datetime64(when, "M")).split("-")
    return say("share_courses_tick", lang, month=str(int(number)), year=year)


def _alt(courses: dict[str, pd.DataFrame], text: Words, lang: str) -> str:
    each = []
    for name, course in courses.items():
        known = _known(course)
        first, last = (percent(float(known["share"].iloc[i]), lang) for i in (0, -1))
        said = say("share_courses_course", lang, name=label(name, lang), first=first, last=last)
        if course["alert"].any():
            said += say("share_courses_warned", lang)
        each.append(said)
    course = next(iter(courses.values()))
    months = {"start": _named(course.index[0], lang), "end": _named(course.index[-1], lang)}
    key = "share_courses_alt_one" if len(courses) == 1 else "share_courses_alt"
    return say(key, lang, count=len(courses), finding=text.title, list="; ".join(each), **months)
