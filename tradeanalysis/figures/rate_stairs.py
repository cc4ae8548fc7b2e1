"""The mean rate of tariffs over time, a step for each act."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from tradeanalysis.figures.canvas import axes, keep
from tradeanalysis.figures.captions import Caption, Captioned, Words, caption_of, finished, words
from tradeanalysis.figures.docstrings import figure
from tradeanalysis.figures.placement import frame, tall, wide
from tradeanalysis.figures.style import ACCENT, QUIET, decimals, grid, mark, write_above, write_beside
from tradeanalysis.schema import TradeDataError
from tradeanalysis.texts import Text, outwards, percent, say
from tradeanalysis.texts.catalogues import catalogue
from tradeanalysis.texts.catalogues import day as in_words

if TYPE_CHECKING:
    from matplotlib.axes import Axes

RATES = ("mean_rate", "low", "high")
MADE_BY = "ta.tariffs.over_time(...)"
# The part of the time that is drawn beyond the first day of a period without an end.
BEYOND = 0.12
NAMED = 12  # periods, the last ones, whose acts the notes name
MONTHS = (1, 2, 3, 6, 12, 24, 60, 120, 240)


@figure
def tariff_steps(table: pd.DataFrame, *, ax: Axes | None = None, lang: str = "en", caption: Captioned = None) -> Axes:
    """The mean rate of tariffs on an economy's trade over time, a step for each act, which the notes name.

    Parameters
    ----------
    table
        Columns ``from, to, mean_rate, act``, as ``ta.tariffs.over_time`` gives them, with ``low`` and ``high``, which
        are shaded where a mean is not known.
    {shared}

    {returns}

    Raises
    ------
    SchemaError
        A column is missing.
    TradeDataError
        The table has no row, its days are none, or a rate is below 0.

    Examples
    --------
    >>> import pandas as pd
    >>> import tradeanalysis as ta
    >>> acts = pd.DataFrame({"importer": "USA", "origin": "VNM", "rate_percent": [10, 20], "form": "additional",
    ...                      "from": ["2025-04-05", "2025-08-07"], "to": ["2025-08-06", ""], "act": ["A", "B"]})
    >>> table = ta.tariffs.over_time({"USA": 30, "CHN": 70}, acts, reporter="VNM")
    >>> ta.figures.tariff_steps(table).figure.tradeanalysis_alt[:62]
    'Step line of 2 periods. Tariffs on the exports of Vietnam: 6.0'
    """
    rates = [one for one in RATES if one in table and table[one].notna().any()]
    there = "low" in rates and "mean_rate" in table  # a mean may be unknown in all periods
    rows = _steps(finished(table, "from", "to", "act", *(rates if there else RATES[:1]), made_by=MADE_BY))
    text = _step_words(rows, caption_of(table, caption), lang)
    ax = axes(ax)
    _draw_steps(ax, rows)
    _draw_scales(ax, rows, lang)
    frame(ax, text)
    _draw_numbers(ax, rows)
    each = "; ".join(f"{in_words(row['from'], lang)}: {_rate(row, lang)} ({row['act']})" for _, row in rows.iterrows())
    alt = say("tariff_steps_alt", lang, count=len(rows), finding=text.title, list=each)
    return keep(ax, table=table.reset_index(drop=True), alt=alt)


def _steps(table: pd.DataFrame) -> pd.DataFrame:
    """The periods in their order, with the ends of what is drawn in days."""
    if not all(pd.api.types.is_datetime64_any_dtype(table[one]) for one in ("from", "to")):
        raise TradeDataError(Text("tariff_steps_days", made_by=MADE_BY))
    rows = table.sort_values("from", kind="stable", ignore_index=True)
    for one in ("low", "high"):
        rows[one] = rows[one] if one in rows else rows["mean_rate"]
    rates = rows[list(RATES)]
    if rows["from"].isna().any() or not all(pd.api.types.is_numeric_dtype(rates[one]) for one in rates):
        raise TradeDataError(Text("tariff_steps_days", made_by=MADE_BY))
    if (rates < 0).any(axis=None) or rates["low"].isna().all():
        raise TradeDataError(Text("tariff_steps_rates"))
    rows["act"] = rows["act"].map(str)
    first = rows["from"].iloc[0]
    start = (rows["from"] - first).dt.days.to_numpy(np.float64)
    end = (rows["to"] - first).dt.days.to_numpy(np.float64) + 1
    last = max(float(start[-1]), float(np.nanmax(end, initial=0.0)), 30.0)
    return rows.assign(start=start, end=np.where(np.isnan(end), (1 + BEYOND) * last, end))


def _rate(row: pd.Series[Any], lang: str) -> str:
    """The mean rate of a period, or its ends."""
    if row["mean_rate"] == row["mean_rate"]:
        return percent(row["mean_rate"], lang)
    if row["high"] != row["high"]:
        return say("tariffs_said_at_least", lang, low=percent(row["low"], lang))
    low, high = outwards(100 * row["low"], 100 * row["high"], lang, 1)
    return say("tariffs_said_between", lang, low=low, high=high)


def _step_words(rows: pd.DataFrame, caption: Caption, lang: str) -> Words:
    kind = caption.flow if caption.whole else "plain"
    last = rows.iloc[-1]
    title = say(
        f"tariff_steps_finding_{kind}",
        lang,
        rate=_rate(last, lang),
        day=in_words(last["from"], lang),
        **caption.named(lang),
    )
    about = say(f"tariff_steps_about_{kind}", lang, **caption.dated(lang))
    acts = [
        say(
            "tariff_steps_act",
            lang,
            place=i + 1,
            day=in_words(row["from"], lang),
            rate=_rate(row, lang),
            act=row["act"],
        )
        if row["act"]
        else say("tariff_steps_no_act", lang, place=i + 1, day=in_words(row["from"], lang))
        for i, (_, row) in enumerate(rows.iterrows())
    ]
    earlier = len(acts) - NAMED
    left_out = [say("tariff_steps_earlier", lang, count=earlier)] if earlier > 0 else []
    return words(title, about, *left_out, *acts[-NAMED:], *caption.foot(lang))


def _draw_steps(ax: Axes, rows: pd.DataFrame) -> None:
    known = rows["mean_rate"].notna().to_numpy()
    high = rows["high"].fillna(rows["low"])
    for i, (start, end, low, top) in enumerate(zip(rows["start"], rows["end"], rows["low"], high, strict=True)):
        if known[i]:
            ax.plot([start, end], [low, low], color=ACCENT, linewidth=2.2, solid_capstyle="butt")
        else:
            ax.fill_between([start, end], [low, low], [top, top], color=ACCENT, alpha=0.18, linewidth=0)
            ax.plot([start, end], [low, low], color=ACCENT, linewidth=1, linestyle=(0, (2, 2)))
        if i and rows["end"].iloc[i - 1] == start:
            ax.plot([start, start], [rows["low"].iloc[i - 1], low], color=ACCENT, linewidth=1.0)


def _draw_scales(ax: Axes, rows: pd.DataFrame, lang: str) -> None:
    end = float(rows["end"].max())
    top = max(1.2 * float(np.fmax(rows["high"], rows["low"]).max()), 0.01)
    ax.set(xlim=(-0.02 * end, end), ylim=(0, top))  # room for the number of a first narrow step
    ticks = [t for t in ax.get_yticks() if 0 <= t <= top]
    digits = max(decimals(ticks) - 2, 0)
    mark(ax.yaxis, ticks, [percent(t, lang, digits) for t in ticks])
    first = rows["from"].iloc[0]
    months = pd.date_range(first, first + pd.Timedelta(days=end), freq="MS").normalize()
    most = max(2, int((wide(ax) - 1.0) / 0.8))
    step = next((one for one in MONTHS if len(months) / one <= most), MONTHS[-1])
    at = [one for one in months if (12 * one.year + one.month - 1) % step == 0]
    names = catalogue(lang)["months_short"].split()
    labels = [say("month_short", lang, month=names[one.month - 1], year=one.year) for one in at]
    mark(ax.xaxis, [(one - first).days for one in at], labels)
    write_above(ax, say("tariff_steps_y", lang))
    grid(ax)


def _draw_numbers(ax: Axes, rows: pd.DataFrame) -> None:
    """The place of each act in the notes, above its step, the widest first; where there is no room, none."""
    apart = 0.18 * float(rows["end"].max()) / max(wide(ax) - 0.7, 1.0)
    above = 0.2 * ax.get_ylim()[1] / tall(ax)
    heights = np.fmax(rows["high"].to_numpy(np.float64), rows["low"].to_numpy(np.float64))
    widths = (rows["end"] - rows["start"]).to_numpy(np.float64)
    written: list[tuple[float, float]] = []
    for i in np.argsort(-widths, kind="stable"):
        x, y = float(rows["start"].iloc[i]) + widths[i] / 2, float(heights[i])
        if any(abs(x - one) < apart and abs(y - other) < above for one, other in written):
            continue
        written.append((x, y))
        side = "right" if i == 0 and widths[i] < apart else "center"  # beside the line that rises from it
        write_beside(ax, (x, y), str(i + 1), (0, 3), ha=side, va="bottom", color=QUIET, size=9)
