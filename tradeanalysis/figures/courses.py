"""An index of several economies over the years, in one picture that can be printed in grey."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from tradeanalysis.figures.canvas import axes, keep
from tradeanalysis.figures.captions import Caption, Captioned, Words, caption_of, finished, words
from tradeanalysis.figures.docstrings import figure
from tradeanalysis.figures.drawable import refuse_numbers
from tradeanalysis.figures.placement import frame, spread, tall, wide
from tradeanalysis.figures.style import FAINT, REST, decimals, grid, mark, write_beside
from tradeanalysis.schema import REPORTER, YEAR, TradeDataError
from tradeanalysis.texts import (
    Text,
    capital,
    index_value,
    is_share,
    label,
    measure_name,
    number,
    party,
    percent,
    said,
    say,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# Colours whose greys differ as far as five can, from dark to light, and a dash and a mark of its own for each line.
LINES: tuple[tuple[str, Any, str], ...] = (
    ("#0072B2", "-", "o"),
    ("#D55E00", (0, (6, 2)), "s"),
    ("#262626", (0, (1.5, 1.5)), "^"),
    ("#009E73", (0, (7, 2, 1.5, 2)), "D"),
    ("#CC79A7", (0, (4, 1.5, 1.5, 1.5, 1.5, 1.5)), "v"),
)
OTHERS = (REST, "-", ".")


@figure
def comparison(
    table: pd.DataFrame,
    *,
    column: str = "hhi",
    ax: Axes | None = None,
    lang: str = "en",
    caption: Captioned = None,
) -> Axes:
    """An index of several economies over the years: a line for each, named at its end, with its interval as a band.

    Lines differ by dash and mark as well as by colour, so that they can be printed in grey; from the sixth economy on
    they are grey.

    Parameters
    ----------
    table
        The course of ``ta.compare``: ``year``, a column for each economy, and where there are intervals
        ``{economy}_low`` and ``{economy}_high``. Or a row for each economy and year, as
        ``ta.measure(..., by=["reporter", "year"])`` gives them, with ``{column}_low`` and ``{column}_high`` for a
        band.
    column
        The column of the index, of a table with a row for each economy and year.
    {shared}

    {returns}

    Raises
    ------
    SchemaError
        A column is missing.
    TradeDataError
        The table has no year with an index, or several rows for one economy and year.

    Examples
    --------
    >>> import pandas as pd
    >>> import tradeanalysis as ta
    >>> table = pd.DataFrame({"year": [2019, 2020], "VNM": [0.11, 0.13], "THA": [0.07, 0.06]})
    >>> ta.figures.comparison(table).figure.tradeanalysis_alt[:47]
    'Line chart of 2 economies, 2019 to 2020. Vietna'
    """
    made_by = "ta.compare"
    known = finished(table, YEAR, made_by=made_by)
    refuse_numbers(known, [one for one in known if known[one].notna().any()])
    courses = _of_rows(known, column) if REPORTER in known else _of_columns(known)
    notes = table.attrs.get("notes", {})
    measure = str(notes.get("measure") or column)
    partners = notes.get("n") if isinstance(notes.get("n"), Text) else ""  # where the index depends on their number
    text = _words(courses, measure, caption_of(table, caption), said(partners, lang), lang)
    ax = axes(ax)
    _draw_courses(ax, courses)
    _draw_names(ax, courses, measure, lang)
    _draw_years(ax, courses, measure, lang)
    frame(ax, text)
    return keep(ax, table=known, alt=_alt(courses, measure, text, lang))


def _of_columns(known: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """The course of each economy of a table with a column for each: index, low and high by year."""
    ends = {f"{one}_{end}" for one in known for end in ("low", "high")}
    named = [one for one in known if one != YEAR and one not in ends and pd.api.types.is_numeric_dtype(known[one])]
    return _kept({str(one): _course(known, str(one)) for one in named})


def _of_rows(known: pd.DataFrame, column: str) -> dict[str, pd.DataFrame]:
    """The course of each economy of a table with a row for each economy and year."""
    finished(known, column, made_by='ta.measure(..., by=["reporter", "year"])')
    return _kept({str(one): _course(rows, column) for one, rows in known.groupby(REPORTER, sort=False)})


def _course(rows: pd.DataFrame, column: str) -> pd.DataFrame:
    """Index, low and high, a row for each year from the first to the last; missing where the table has none."""
    if len(twice := rows[YEAR][rows[YEAR].duplicated()]):
        raise TradeDataError(Text("comparison_twice", name=column, year=int(twice.iloc[0])))
    table = rows.set_index(YEAR).sort_index()
    columns = {"index": column, "low": f"{column}_low", "high": f"{column}_high"}
    course = pd.DataFrame({new: table.get(old, np.nan) for new, old in columns.items()}, dtype=float)
    return course.reindex(range(int(table.index.min()), int(table.index.max()) + 1))


def _kept(courses: dict[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """The economies that have an index in some year, from the first of these years to the last."""
    spans = {name: course["index"].dropna().index for name, course in courses.items()}
    kept = {name: courses[name].loc[span.min() : span.max()] for name, span in spans.items() if len(span)}
    if not kept:
        raise TradeDataError(Text("nothing_to_draw"))
    return kept


def _lines(courses: dict[str, pd.DataFrame]) -> list[tuple[str, Any, str]]:
    return [LINES[i] if i < len(LINES) else OTHERS for i in range(len(courses))]


def _words(courses: dict[str, pd.DataFrame], measure: str, caption: Caption, note: str, lang: str) -> Words:
    """The finding in the last year that all have: the highest against the lowest."""
    start, end = min(one.index[0] for one in courses.values()), max(one.index[-1] for one in courses.values())
    common = [year for year in range(start, end + 1) if all(year in one.index for one in courses.values())]
    common = [year for year in common if all(one["index"][year] == one["index"][year] for one in courses.values())]
    flow, kind = caption.flow or "trade", "hhi" if measure == "hhi" else "share" if is_share(measure) else "index"
    of_share = "_share" if kind == "share" else ""
    facts: dict[str, Any] = {"measure": measure_name(measure, lang), "flow": say(f"compare_of_{flow}", lang)}
    facts |= {"start": start, "end": end}
    title = say(f"comparison_of{of_share}", lang, **facts)
    if common and len(courses) > 1:
        ranked = sorted(courses, key=lambda name: -courses[name]["index"][common[-1]])
        ends = [float(courses[name]["index"][common[-1]]) for name in (ranked[0], ranked[-1])]
        facts |= {"count": len(courses), "high": index_value(ends[0], measure, lang)}
        facts["low"] = index_value(ends[1], measure, lang)
        facts |= party("first", ranked[0], lang) | party("last", ranked[-1], lang) | {"when": common[-1]}
        way = f"even{of_share}" if facts["high"] == facts["low"] else kind
        title = say(f"comparison_{way}_{'two' if len(courses) == 2 else 'several'}", lang, **facts)
    shaded = say("comparison_band", lang) if any(one["low"].notna().any() for one in courses.values()) else ""
    about = capital(say(f"comparison_about_{kind}", lang, **facts))
    return words(title, about, shaded, capital(note), *caption.foot(lang))


def _draw_courses(ax: Axes, courses: dict[str, pd.DataFrame]) -> None:
    """The bands below all lines; a line breaks where a year is missing."""
    for course, (colour, _, _) in zip(courses.values(), _lines(courses), strict=True):
        if course["low"].notna().any():
            years = course.index.to_numpy()
            low, high = course["low"].to_numpy(), course["high"].to_numpy()
            ax.fill_between(years, low, high, color=colour, alpha=0.15, linewidth=0)
    for i, (course, (colour, dash, sign)) in enumerate(zip(courses.values(), _lines(courses), strict=True)):
        years, index = course.index.to_numpy(), course["index"].to_numpy()
        shape: dict[str, Any] = {"color": colour, "zorder": 4 - 0.01 * i}
        ax.plot(years, index, linestyle=dash, linewidth=1.9 if i < len(LINES) else 1.1, **shape)
        ax.plot(years, index, linestyle="none", marker=sign, markersize=4.2, markeredgewidth=0, **shape)


def _draw_names(ax: Axes, courses: dict[str, pd.DataFrame], measure: str, lang: str) -> None:
    """The name and the last index at the end of each line, moved apart where they would overlap."""
    reach = max(float(np.nanmax(one.to_numpy())) for one in courses.values())
    ax.set_ylim(0, 1.08 * reach)
    gap = 0.16 * 1.08 * reach / tall(ax)
    last = {name: (course.index[-1], float(course["index"].iloc[-1])) for name, course in courses.items()}
    end = max(year for year, _ in last.values())
    places = spread([index for _, index in last.values()], gap)
    up = max(0.0, gap / 2 - min(places))
    # Inches of the scale; the names stand a third of an inch to the right of the last year.
    inch = (end - min(one.index[0] for one in courses.values()) + 0.6) / max(wide(ax) - 1.9, 1.0)
    for (name, (year, index)), at, (colour, _, _) in zip(last.items(), places, _lines(courses), strict=True):
        ax.plot([year, end + 0.13 * inch], [index, at + up], color=FAINT, linewidth=0.8, zorder=1, clip_on=False)
        text = f"{label(name, lang)}  {index_value(index, measure, lang)}"
        ink = colour if colour != REST else "#6b6b6b"
        style: dict[str, Any] = {"ha": "left", "va": "center", "color": ink, "size": 9, "annotation_clip": False}
        write_beside(ax, (end + 0.13 * inch, at + up), text, (3, 0), **style)


def _draw_years(ax: Axes, courses: dict[str, pd.DataFrame], measure: str, lang: str) -> None:
    """Years as many as have room, the last among them; the index from 0 on."""
    start, end = (int(pick(one.index[at] for one in courses.values())) for pick, at in ((min, 0), (max, -1)))
    apart = max(1, round((end - start) / max(1.0, min(8.0, (wide(ax) - 2.2) / 0.45))))
    years = [*range(end, start - 1, -apart)][::-1]
    mark(ax.xaxis, years, [str(year) for year in years])
    ax.set_xlim(start - 0.3, end + 0.3)
    ticks = [one for one in ax.get_yticks() if 0 <= one <= ax.get_ylim()[1]]
    digits = decimals(ticks, least=2) if max(ticks, default=0.0) <= 1 else decimals(ticks)
    written = [
        percent(one, lang, max(digits - 2, 0)) if is_share(measure) else number(one, lang, digits) for one in ticks
    ]
    mark(ax.yaxis, ticks, written)
    grid(ax)


def _alt(courses: dict[str, pd.DataFrame], measure: str, text: Words, lang: str) -> str:
    each = []
    for name, course in courses.items():
        ends = {
            key: index_value(float(course["index"].iloc[at]), measure, lang) for key, at in (("low", 0), ("high", -1))
        }
        years = {"start": course.index[0], "end": course.index[-1]}
        each.append(say("compare_course", lang, name=label(name, lang), **ends, **years))
    start, end = min(one.index[0] for one in courses.values()), max(one.index[-1] for one in courses.values())
    facts = {"count": len(courses), "start": start, "end": end, "finding": text.title, "list": "; ".join(each)}
    return say("comparison_alt", lang, **facts)
