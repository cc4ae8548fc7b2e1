"""An index over the years."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from tradeanalysis.figures.canvas import axes, keep
from tradeanalysis.figures.captions import Caption, Captioned, Words, caption_of, finished, words
from tradeanalysis.figures.docstrings import figure
from tradeanalysis.figures.placement import frame, tall, wide, wrapped
from tradeanalysis.figures.style import ACCENT, INK, QUIET, SECOND, decimals, dressed, grid, mark, write, write_beside
from tradeanalysis.schema import FLOW, PRODUCT, REPORTER, TradeDataError
from tradeanalysis.texts import Text, class_name, number, say

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# Inches that the scales on both sides take of the width.
SCALES = 1.35
# The mark of a table whose line is the lower end of its range.
LOWER = "line is the lower end"


@figure
def trend(
    table: pd.DataFrame,
    *,
    column: str = "hhi",
    bands: pd.DataFrame | None = None,
    ax: Axes | None = None,
    lang: str = "en",
    caption: Captioned = None,
) -> Axes:
    """An index of concentration over the years, with named thresholds behind it where they are given.

    Parameters
    ----------
    table
        Columns ``year`` and the index in [0, 1], as ``ta.measure(..., by="year")`` gives them; where it has them,
        ``partial`` (the year is not complete: hollow) and ``break`` (from this year on another series), and
        ``{column}_low`` and ``{column}_high``, as ``ta.uncertainty.intervals`` gives them: a ribbon. Where it has these
        two alone, the line is the lower end.
    column
        The column of the index.
    bands
        Columns ``above`` and ``class``, such as the rows of one regime of ``ta.dependency.regimes()``.
    {shared}

    {returns}

    Raises
    ------
    SchemaError
        A column is missing.
    TradeDataError
        The table has no year with an index, or several rows for one year, as of several economies.

    Examples
    --------
    >>> import pandas as pd
    >>> import tradeanalysis as ta
    >>> table = pd.DataFrame({"year": [2018, 2019, 2020], "hhi": [0.10, 0.11, 0.14]})
    >>> ta.figures.trend(table).figure.tradeanalysis_alt[:48]
    'Line chart over 3 years. Concentration rose from'
    """
    known = _with_line(table, column)
    known = finished(known, "year", column, made_by='ta.measure(..., by="year")').dropna(subset=[column])
    known = finished(known, "year", made_by='ta.measure(..., by="year")').sort_values("year", ignore_index=True)
    _refuse_several(known)
    rows = _course(known, column)
    about = caption_of(table, caption)
    text = _trend_words(rows, about, lang, lower=LOWER in known)
    ax = axes(ax)
    top = max(_top(rows), 0.0 if bands is None else 1.2 * float(bands["above"].min()))
    _draw_bands(ax, bands, top, int(rows["year"].iloc[0]), lang)
    _draw_ribbon_and_gaps(ax, rows)
    _draw_years(ax, rows)
    _draw_breaks(ax, rows, top, lang)
    top = _draw_last(ax, rows, top, about, lang)
    _draw_scales(ax, rows, top, lang)
    frame(ax, text)
    return keep(ax, table=known.drop(columns=LOWER, errors="ignore"), alt=_trend_alt(rows, text, lang))


def _refuse_several(known: pd.DataFrame) -> None:
    """Raise where a year has several indices: one line through them would go up and down between the economies."""
    twice = known["year"][known["year"].duplicated()].unique()
    if not len(twice):
        return
    by = [one for one in (REPORTER, FLOW, PRODUCT) if one in known and known[one].nunique() > 1]
    if not by:
        raise TradeDataError(Text("trend_repeated", year=twice[0]))
    labels = sorted(map(str, known[by[0]].unique()))
    kept = f'table[table["{by[0]}"] == {labels[0]!r}]'
    key = "trend_several" if by[0] == REPORTER else "trend_several_rows"
    raise TradeDataError(Text(key, labels=labels, year=twice[0], kept=kept))


def _with_line(table: pd.DataFrame, column: str) -> pd.DataFrame:
    """The table; where it has both ends of an index and no index, as ``intervals`` gives them, the lower as a line."""
    if column not in table and {f"{column}_low", f"{column}_high"} <= set(table.columns):
        line: dict[str, Any] = {column: table[f"{column}_low"], LOWER: True}
        return table.assign(**line)
    return table


def _course(known: pd.DataFrame, column: str) -> pd.DataFrame:
    """A row for each year: index, range, and whether the year is partial or begins another series."""
    rows = pd.DataFrame({"year": known["year"], "index": known[column].astype(float)})
    ribbon = {f"{column}_low", f"{column}_high"} <= set(known.columns)
    for end in ("low", "high"):
        rows[end] = known[f"{column}_{end}"].astype(float) if ribbon else np.nan
    for sign in ("partial", "break"):
        rows[sign] = known[sign].astype(bool) if sign in known else False
    return rows


def _has_ribbon(rows: pd.DataFrame) -> bool:
    return bool(rows[["low", "high"]].notna().any(axis=None))


def _reach(rows: pd.DataFrame) -> Any:
    """How high each year's line or ribbon goes."""
    return np.fmax(rows["index"].to_numpy(), rows["high"].to_numpy())


def _top(rows: pd.DataFrame) -> float:
    return max(0.02, float(_reach(rows).max()) * 1.25)


def _trend_words(rows: pd.DataFrame, caption: Caption, lang: str, *, lower: bool) -> Words:
    kind = caption.flow if caption.whole else "plain"
    start, end = rows.iloc[0], rows.iloc[-1]
    first, last = (number(row["index"], lang, 3) for row in (start, end))
    way = "even" if first == last else "up" if end["index"] > start["index"] else "down"
    years = {"start": rows["year"].iloc[0], "end": rows["year"].iloc[-1]}
    title = say(f"trend_{way}_{kind}", lang, first=first, last=last, **years, **caption.named(lang))
    about = say(f"trend_about_{kind}", lang, **caption.dated(lang, **years))
    hollow = say("trend_partial", lang) if rows["partial"].any() else ""
    shaded = say("trend_ribbon", lang) if _has_ribbon(rows) else ""
    line = say("trend_lower", lang) if lower else ""
    return words(title, about, hollow, " ".join(filter(None, [shaded, line])), *caption.foot(lang))


def _draw_bands(ax: Axes, bands: pd.DataFrame | None, top: float, first: int, lang: str) -> None:
    """Named classes as shades that grow darker upwards, each named at its lower edge."""
    if bands is None:
        return
    edges = finished(bands, "above", "class", made_by="ta.dependency.regimes()").sort_values("above")
    edges = edges[edges["above"] < top]
    uppers = [*edges["above"].iloc[1:], top][: len(edges)]
    for i, (low, high, name) in enumerate(zip(edges["above"], uppers, edges["class"], strict=True)):
        ax.axhspan(low, high, color=SECOND, alpha=0.06 * (i + 1), linewidth=0)
        write(ax, first - 0.25, low, f" {class_name(name, lang)} ", va="bottom", color=QUIET, size=8.5)


def _draw_ribbon_and_gaps(ax: Axes, rows: pd.DataFrame) -> None:
    """The range of each series, and a dashed line through all of its years."""
    years, index = rows["year"].to_numpy(), rows["index"].to_numpy()
    for i, j in itertools.pairwise([0, *np.flatnonzero(rows["break"]), len(rows)]):
        if _has_ribbon(rows):
            low, high = rows["low"].to_numpy()[i:j], rows["high"].to_numpy()[i:j]
            ax.fill_between(years[i:j], low, high, color=ACCENT, alpha=0.18, linewidth=0)
        ax.plot(years[i:j], index[i:j], color=ACCENT, linewidth=1, linestyle=(0, (2, 2)))


def _draw_years(ax: Axes, rows: pd.DataFrame) -> None:
    """A dot for each year, and a full line that joins years that follow one another and are complete."""
    years, index, partial = (rows[column].to_numpy() for column in ("year", "index", "partial"))
    joined = (np.diff(years) == 1) & ~rows["break"].to_numpy()[1:] & ~partial[1:] & ~partial[:-1]
    for i in np.flatnonzero(joined):
        ax.plot(years[i : i + 2], index[i : i + 2], color=ACCENT, linewidth=2.2, solid_capstyle="round")
    ax.plot(years[~partial], index[~partial], "o", color=ACCENT, markersize=4.5)
    ax.plot(years[partial], index[partial], "o", color=ACCENT, markersize=6, markerfacecolor="white")


def _draw_breaks(ax: Axes, rows: pd.DataFrame, top: float, lang: str) -> None:
    for year in rows.loc[rows["break"], "year"].to_numpy():
        ax.axvline(year - 0.5, color=INK, linewidth=0.8, linestyle=(0, (4, 3)))
        write(ax, year - 0.5, top, " " + say("trend_break", lang), va="top", color=QUIET, size=8.5)


def _draw_last(ax: Axes, rows: pd.DataFrame, top: float, caption: Caption, lang: str) -> float:
    """The last index in words, above all of the line and the ribbon that they are as long as; the top of the scale."""
    years, last = rows["year"].to_numpy(), float(rows["index"].iloc[-1])
    effective = number(1 / last, lang, 1)
    text = say("trend_last", lang, value=number(last, lang, 3), effective=effective, **caption.partners(lang))
    text = wrapped(text, max(wide(ax) - SCALES, 1.0), weight="bold")
    beside = years >= years[-1] - 0.5 * (years[-1] - years[0])
    above = float(_reach(rows)[beside].max())
    write_beside(ax, (years[-1], above), text, (0, 9), ha="right", va="bottom", color=ACCENT, weight="bold")
    if above > last + 0.03 * top:
        ax.plot([years[-1], years[-1]], [last, above + 0.02 * top], color=ACCENT, linewidth=0.8)
    lines = 0.16 + 0.18 * (text.count("\n") + 1)  # inches
    return max(top, 1.2 * above, above / max(1 - lines / tall(ax), 0.5))


def _draw_scales(ax: Axes, rows: pd.DataFrame, top: float, lang: str) -> None:
    """Nine years or what has room, the last among them; the index from 0 to 1 at the left, in points at the right."""
    years = rows["year"].to_numpy()
    apart = max(1, round((years[-1] - years[0]) / min(8.0, (wide(ax) - 1.1) / 0.45)))
    at = [int(years[-1])]
    for year in years[::-1]:
        if at[0] - year >= apart:
            at.insert(0, int(year))
    mark(ax.xaxis, at, [str(year) for year in at])
    ax.set(ylim=(0, top), xlim=(years[0] - 0.3, years[-1] + 0.3))
    ticks = [t for t in ax.get_yticks() if t <= top]
    mark(ax.yaxis, ticks, [number(t, lang, decimals(ticks, least=2)) for t in ticks])
    scale: tuple[Any, Any] = (lambda x: 10_000 * x, lambda x: x / 10_000)
    points: Any = ax.secondary_yaxis("right", functions=scale)
    dressed(points)
    mark(points.yaxis, [10_000 * t for t in ticks], [number(10_000 * t, lang) for t in ticks])
    points.spines["right"].set_visible(False)
    grid(ax)


def _trend_alt(rows: pd.DataFrame, text: Words, lang: str) -> str:
    highest, lowest, last = (rows.iloc[i] for i in (int(rows["index"].argmax()), int(rows["index"].argmin()), -1))
    ends = {"high": number(highest["index"], lang, 3), "high_year": rows["year"].iloc[int(rows["index"].argmax())]}
    ends |= {"low": number(lowest["index"], lang, 3), "low_year": rows["year"].iloc[int(rows["index"].argmin())]}
    alt = say("trend_alt", lang, count=len(rows), finding=text.title, **ends)
    if last["low"] == last["low"]:
        ends = {"low": number(last["low"], lang, 3), "high": number(last["high"], lang, 3)}
        alt += " " + say("trend_ribbon_alt", lang, year=rows["year"].iloc[-1], **ends)
    return alt
