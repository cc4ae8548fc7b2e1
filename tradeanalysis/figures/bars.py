"""Figures made of bars."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from tradeanalysis.figures.canvas import (
    ACCENT,
    FAINT,
    REST,
    axes,
    finished,
    frame,
    hidden_note,
    source_note,
    styled,
    tell,
)
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
    """What is lost if a market closes: a bar for each, the largest first, over a light one of what is lost at first.

    Parameters
    ----------
    table
        Columns ``partner`` (or ``scenario``), ``gross_share`` and ``net_share``, as ``ta.contingency`` gives them.
    ax
        Axes to draw on; a new figure where not given.
    lang
        ``"en"`` or ``"vi"``.
    most
        How many get a bar.
    reporter, flow, year, source, note
        What the title and notes say of the table.

    Returns
    -------
    The axes, with the table behind the picture as ``ax.tradeanalysis_data`` and its description in words as
    ``ax.figure.tradeanalysis_alt``.

    Examples
    --------
    >>> import tradeanalysis as ta
    >>> exports = ta.basket(ta.example("world_2023"), reporter="VNM", flow="export")
    >>> ta.figures.shock(ta.contingency(exports)).figure.tradeanalysis_alt[:71]
    'Bar chart of losses. If the United States closes, 28.9% is lost at firs'
    """
    what = "scenario" if "scenario" in table else "partner"
    ranked = finished(table, what, "gross_share", "net_share", made_by="ta.contingency").sort_values(
        "net_share", ascending=False, kind="stable"
    )
    shown, others = ranked.head(most), ranked.iloc[most:]
    names, losses = [label(str(one), lang) for one in shown[what]], 100 * shown["net_share"].to_numpy()
    gross = 100 * shown["gross_share"].to_numpy()
    replaced = (gross > losses).any()

    ax = axes(ax)
    if replaced:
        ax.barh(range(len(shown)), gross, color=FAINT, height=0.72)
    ax.barh(range(len(shown)), losses, color=[ACCENT, *[REST] * (len(shown) - 1)], height=0.72)
    for i, (loss, end) in enumerate(zip(losses, gross, strict=True)):
        weight = "bold" if i == 0 else "normal"
        told = percent(loss / 100, lang) + (f" ({percent(end / 100, lang)})" if replaced else "")
        ax.annotate(told, (end, i), (5, 0), textcoords="offset points", va="center", weight=weight)
    ax.set_yticks(range(len(shown)), names)
    ax.invert_yaxis()
    ax.set_xlim(0, max(gross) * (1.3 if replaced else 1.16))
    ax.xaxis.set_visible(False)
    ax.spines["bottom"].set_visible(False)
    words = {"partner": label(str(shown[what].iloc[0]), lang, sentence=True), "loss": percent(losses[0] / 100, lang)}
    words["gross"], net = percent(gross[0] / 100, lang), "_net" if gross[0] > losses[0] else ""
    if flow and reporter:
        whose = label(reporter, lang, sentence=True)
        key = f"shock_finding_{flow}{net}" if what == "partner" else "shock_finding_scenario"
        title = say(key, lang, **words, reporter=whose, flow=say(flow, lang))
        about = say(f"shock_about_{what}", lang, flow=say(flow, lang), reporter=label(reporter, lang), year=year)
    else:
        title = say(f"shock_finding_plain{net}" if what == "partner" else "shock_finding_scenario_plain", lang, **words)
        about = say(f"shock_about_{what}_plain", lang)
    hidden = hidden_note(others["gross_share"], lang) if what == "partner" else ""
    if len(others) and what == "scenario":
        hidden = capital(say("shock_other", lang, count=len(others))) + "."
    notes = [say("shock_gross", lang) if replaced else "", hidden, note or "", source_note(source, lang)]
    frame(ax, title=capital(title), about=about, notes=notes)
    following = ", ".join(f"{name} {percent(x / 100, lang)}" for name, x in zip(names[1:], losses[1:], strict=True))
    return tell(
        ax, table=shown.reset_index(drop=True), alt=say("shock_alt", lang, finding=capital(title), list=following)
    )
