"""Figures made of bars."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from tradeanalysis.figures.canvas import ACCENT, FAINT, INK, REST, axes, finished, frame, source_note, styled, tell
from tradeanalysis.texts import capital, label, party, percent, say

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@styled
def ranking(
    table: pd.DataFrame,
    *,
    ax: Axes | None = None,
    lang: str = "en",
    most: int = 10,
    reporter: str | None = None,
    flow: str | None = None,
    year: int | None = None,
    source: str | None = None,
    note: str | None = None,
) -> Axes:
    """Ranked bars of the largest partners, and one bar for all others.

    Parameters
    ----------
    table
        Columns ``partner`` and ``share`` (in [0, 1]), as ``ta.partners`` gives them; the share that is allocated to
        no partner, in ``attrs["unallocated"]``, is the last bar.
    ax
        Axes to draw on; a new figure where not given.
    lang
        ``"en"`` or ``"vi"``.
    most
        How many partners get a bar of their own.
    reporter, flow, year, source, note
        What the title and notes say of the table.

    Returns
    -------
    The axes, with the table behind the picture as ``ax.tradeanalysis_data`` and its description in words as
    ``ax.figure.tradeanalysis_alt``.

    Examples
    --------
    >>> import tradeanalysis as ta
    >>> exports = ta.partners(ta.example("world_2023"), reporter="VNM", flow="export")
    >>> ta.figures.ranking(exports, reporter="VNM", flow="export", year=2023).figure.tradeanalysis_alt[:66]
    'Bar chart. 28.9% of Vietnam’s exports go to the United States. The'
    """
    ranked = finished(table, "partner", "share", made_by="ta.partners").sort_values(
        "share", ascending=False, kind="stable"
    )
    shown, others = ranked.head(most), ranked.iloc[most:]
    rest = float(others["share"].sum())
    bars = [(label(p, lang), s) for p, s in zip(shown["partner"], shown["share"], strict=True)]
    if len(others):
        bars.append((say("ranking_other", lang, count=len(others)), rest))
    if unallocated := float(table.attrs.get("unallocated", 0.0)):
        bars.append((say("ranking_unallocated", lang), unallocated))
    largest = str(shown["partner"].iloc[0])
    if flow and reporter:
        title = say(
            f"finding_{flow}",
            lang,
            share=percent(bars[0][1], lang),
            **party("reporter", reporter, lang),
            **party("partner", largest, lang),
        )
        about = say(
            "ranking_about",
            lang,
            flow=say(flow, lang),
            market=say(f"market_{flow}", lang),
            reporter=label(reporter, lang),
            year=year,
        )
    else:
        title = say("ranking_finding", lang, partner=label(largest, lang), share=percent(bars[0][1], lang))
        about = say("ranking_about_plain", lang)

    ax = axes(ax)
    names, shares = [name for name, _ in bars], [100 * share for _, share in bars]
    colours = [ACCENT, *[REST] * (len(shown) - 1), *[FAINT] * (len(bars) - len(shown))]
    ax.barh(range(len(bars)), shares, color=colours, height=0.72)
    ax.set_yticks(range(len(bars)), names)
    ax.invert_yaxis()
    for i, (_, share) in enumerate(bars):
        weight = "bold" if i == 0 else "normal"
        ax.annotate(
            percent(share, lang), (100 * share, i), (4, 0), textcoords="offset points", va="center", weight=weight
        )
    ax.set_xlim(0, max(shares) * 1.12)
    ax.xaxis.set_visible(False)
    ax.spines["bottom"].set_visible(False)
    frame(ax, title=capital(title), about=about, notes=[note or "", source_note(source, lang)])
    following = ", ".join(f"{name} {percent(share, lang)}" for name, share in bars[1 : len(shown)])
    key = "ranking_alt" if len(others) else "ranking_alt_all"
    alt = say(key, lang, finding=title, list=following, count=len(others), rest=percent(rest, lang))
    if unallocated:
        alt += " " + say("ranking_alt_unallocated", lang, share=percent(unallocated, lang))
    return tell(ax, table=pd.DataFrame(bars, columns=["partner", "share"]), alt=alt)


@styled
def shock(
    table: pd.DataFrame,
    *,
    ax: Axes | None = None,
    lang: str = "en",
    most: int = 10,
    reporter: str | None = None,
    flow: str | None = None,
    year: int | None = None,
    source: str | None = None,
    note: str | None = None,
) -> Axes:
    """What is lost if one market closes: a bar for each, the largest loss first.

    Parameters
    ----------
    table
        Columns ``partner`` and ``loss`` (as a share of all trade); where it has ``low`` and ``high``, a line shows the
        range.
    ax
        Axes to draw on; a new figure where not given.
    lang
        ``"en"`` or ``"vi"``.
    most
        How many partners get a bar.
    reporter, flow, year, source, note
        What the title and notes say of the table.

    Returns
    -------
    The axes, with the table behind the picture as ``ax.tradeanalysis_data`` and its description in words as
    ``ax.figure.tradeanalysis_alt``.

    Examples
    --------
    >>> import pandas as pd
    >>> import tradeanalysis as ta
    >>> table = pd.DataFrame({"partner": ["USA", "CHN"], "loss": [0.2, 0.1], "low": [0.1, 0.1], "high": [0.3, 0.2]})
    >>> ta.figures.shock(table).figure.tradeanalysis_alt
    'Bar chart of losses. If the United States closes, 20.0% is lost. Then come China 10.0%.'
    """
    ranked = finished(table, "partner", "loss", made_by="a table of losses").sort_values(
        "loss", ascending=False, kind="stable"
    )
    shown, others = ranked.head(most), ranked.iloc[most:]
    names, losses = [label(str(one), lang) for one in shown["partner"]], 100 * shown["loss"].to_numpy()
    ranged = {"low", "high"} <= set(shown.columns)
    ends = 100 * shown["high"].to_numpy() if ranged else losses

    ax = axes(ax)
    ax.barh(range(len(shown)), losses, color=[ACCENT, *[REST] * (len(shown) - 1)], height=0.72)
    if ranged:
        ax.hlines(range(len(shown)), 100 * shown["low"], ends, color=INK, linewidth=1.4)
    for i, (loss, end) in enumerate(zip(losses, ends, strict=True)):
        weight = "bold" if i == 0 else "normal"
        at = (max(loss, end), i)
        ax.annotate(percent(loss / 100, lang), at, (5, 0), textcoords="offset points", va="center", weight=weight)
    ax.set_yticks(range(len(shown)), names)
    ax.invert_yaxis()
    ax.set_xlim(0, max(*losses, *ends) * 1.16)
    ax.xaxis.set_visible(False)
    ax.spines["bottom"].set_visible(False)
    words = {
        "partner": label(str(shown["partner"].iloc[0]), lang, sentence=True),
        "loss": percent(losses[0] / 100, lang),
    }
    if flow and reporter:
        whose = label(reporter, lang, sentence=True)
        title = say(f"shock_finding_{flow}", lang, **words, reporter=whose)
        about = say("shock_about", lang, flow=say(flow, lang), reporter=label(reporter, lang), year=year)
    else:
        title = say("shock_finding_plain", lang, **words)
        about = say("shock_about_plain", lang)
    hidden = f"{say('ranking_other', lang, count=len(others))}." if len(others) else ""
    notes = [say("shock_range", lang) if ranged else "", capital(hidden), note or "", source_note(source, lang)]
    frame(ax, title=capital(title), about=about, notes=notes)
    following = ", ".join(f"{name} {percent(x / 100, lang)}" for name, x in zip(names[1:], losses[1:], strict=True))
    return tell(
        ax, table=shown.reset_index(drop=True), alt=say("shock_alt", lang, finding=capital(title), list=following)
    )
