"""Figures made of bars."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from tradeanalysis.figures.canvas import axes, keep
from tradeanalysis.figures.captions import (
    Caption,
    Captioned,
    Words,
    caption_of,
    finished,
    hidden_note,
    unallocated_of,
    words,
)
from tradeanalysis.figures.docstrings import figure
from tradeanalysis.figures.placement import frame, reach, rows_of_names
from tradeanalysis.figures.style import ACCENT, FAINT, REST, mark, write_beside
from tradeanalysis.parameters import need_counts
from tradeanalysis.texts import capital, label, part, party, percent, say

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@figure
def ranking(
    table: pd.DataFrame, *, ax: Axes | None = None, lang: str = "en", top: int = 10, caption: Captioned = None
) -> Axes:
    """Ranked bars of the largest partners, and one bar for all others.

    Parameters
    ----------
    table
        Columns ``partner`` and ``share`` (in [0, 1]), as ``ta.partners`` gives them; the share that is allocated to
        no partner, in ``attrs["unallocated"]``, is the last bar.
    top
        How many partners get a bar of their own.
    {shared}

    {returns}

    {raises}

    Examples
    --------
    >>> import tradeanalysis as ta
    >>> exports = ta.partners(ta.example("world_2023"), reporter="VNM", flow="export")
    >>> ta.figures.ranking(exports).figure.tradeanalysis_alt[:66]
    'Bar chart. 28.9% of Vietnam’s exports go to the United States. The'
    """
    need_counts(top=top)
    about = caption_of(table, caption)
    rows = _ranking_rows(table, top, about, lang)
    text = _ranking_words(rows, about, lang)
    ax = axes(ax, _height(rows))
    _draw_ranking(ax, rows, lang)
    frame(ax, text)
    return keep(ax, table=rows[["partner", "share"]], alt=_ranking_alt(rows, text, len(table) - top, about, lang))


def _ranking_rows(table: pd.DataFrame, top: int, caption: Caption, lang: str) -> pd.DataFrame:
    """A row for each bar: the largest partners, all others, and what is allocated to no partner."""
    ranked = finished(table, "partner", "share", made_by="ta.partners")
    ranked = ranked.sort_values("share", ascending=False, kind="stable")
    shown, others = ranked.head(top), ranked.iloc[top:]
    bars = [(code, label(code, lang), x, "partner") for code, x in zip(shown["partner"], shown["share"], strict=True)]
    if len(others):
        other = say("ranking_other", lang, count=len(others), **caption.partners(lang))
        bars.append(("", other, float(others["share"].sum()), "others"))
    if unallocated := unallocated_of(table):
        bars.append(("", capital(say("ranking_unallocated", lang)), unallocated, "unallocated"))
    return pd.DataFrame(bars, columns=["code", "partner", "share", "kind"])


def _ranking_words(rows: pd.DataFrame, caption: Caption, lang: str) -> Words:
    largest, share = str(rows["code"].iloc[0]), percent(rows["share"].iloc[0], lang)
    if not caption.whole:
        title = say("ranking_finding", lang, partner=label(largest, lang), share=share)
        return words(title, say("ranking_about_plain", lang), _base(rows, lang), *caption.foot(lang))
    title = say(f"finding_{caption.flow}", lang, share=share, **caption.named(lang), **party("partner", largest, lang))
    about = say("ranking_about", lang, **caption.dated(lang, market=say(f"market_{caption.flow}", lang)))
    return words(title, about, _base(rows, lang), *caption.foot(lang))


def _base(rows: pd.DataFrame, lang: str) -> str:
    """What the shares are shares of, where an index beside them is of less."""
    return say("ranking_base", lang) if (rows["kind"] == "unallocated").any() else ""


def _draw_ranking(ax: Axes, rows: pd.DataFrame, lang: str) -> None:
    shares = 100 * rows["share"].to_numpy()
    colours = [REST if kind == "partner" else FAINT for kind in rows["kind"]]
    ax.barh(range(len(rows)), shares, color=[ACCENT, *colours[1:]], height=0.72)
    _names_and_numbers(ax, rows["partner"].to_list(), list(shares), [part(x, lang) for x in rows["share"]])


def _height(rows: pd.DataFrame) -> float:
    """Inches of a figure of so many bars, none of them thicker than those of ten."""
    return min(4.4, 1.65 + 0.26 * len(rows))


def _names_and_numbers(ax: Axes, names: list[str], ends: list[float], numbers: list[str]) -> None:
    """The first name above, and no scale: every bar bears its number."""
    for i, (end, text) in enumerate(zip(ends, numbers, strict=True)):
        write_beside(ax, (end, i), text, (4, 0), va="center", weight="bold" if i == 0 else "normal")
    broken = rows_of_names(ax, names)
    mark(ax.yaxis, range(len(names)), broken)
    ax.set_xlim(0, reach(ax, ends, numbers, broken) or 1.0)
    ax.invert_yaxis()
    ax.xaxis.set_visible(False)
    ax.spines["bottom"].set_visible(False)


def _ranking_alt(rows: pd.DataFrame, text: Words, hidden: int, caption: Caption, lang: str) -> str:
    shares = {
        kind: [f"{name} {part(x, lang)}" for name, x in zip(some["partner"], some["share"], strict=True)]
        for kind, some in rows.groupby("kind")
    }
    of_kind = rows.groupby("kind")["share"].sum()
    key, rest = ("ranking_alt", percent(of_kind["others"], lang)) if hidden > 0 else ("ranking_alt_all", "")
    listed = {"list": ", ".join(shares["partner"][1:]), "count": hidden, "rest": rest}
    alt = say(key, lang, finding=text.title, **listed, **caption.partners(lang))
    if "unallocated" in of_kind:
        alt += " " + say("ranking_alt_unallocated", lang, share=percent(of_kind["unallocated"], lang))
    return alt


@figure
def shock(
    table: pd.DataFrame, *, ax: Axes | None = None, lang: str = "en", top: int = 10, caption: Captioned = None
) -> Axes:
    """What is lost if a market closes: a bar for each, the largest first, over a light one of what is lost at first.

    Parameters
    ----------
    table
        Columns ``partner`` (or ``scenario``), ``gross_share`` and ``net_share``, as ``ta.contingency`` gives them.
    top
        How many get a bar.
    {shared}

    {returns}

    {raises}

    Examples
    --------
    >>> import tradeanalysis as ta
    >>> exports = ta.basket(ta.example("world_2023"), reporter="VNM", flow="export")
    >>> ta.figures.shock(ta.contingency(exports)).figure.tradeanalysis_alt[:71]
    'Bar chart of losses. If trade with the United States stops, 28.9% is lo'
    """
    need_counts(top=top)
    what = "scenario" if "scenario" in table else "partner"
    ranked = finished(table, what, "gross_share", "net_share", made_by="ta.contingency")
    ranked = ranked.sort_values("net_share", ascending=False, kind="stable")
    rows = ranked.head(top).assign(name=lambda shown: [label(str(one), lang) for one in shown[what]])
    text = _shock_words(rows, ranked.iloc[top:], what, caption_of(table, caption), lang)
    ax = axes(ax, _height(rows))
    _draw_shock(ax, rows, lang)
    frame(ax, text)
    return keep(ax, table=rows.drop(columns="name").reset_index(drop=True), alt=_shock_alt(rows, text, lang))


def _replaced(rows: pd.DataFrame) -> bool:
    """Whether anything is sold or bought elsewhere."""
    return bool((rows["gross_share"] > rows["net_share"]).any())


def _shock_words(rows: pd.DataFrame, others: pd.DataFrame, what: str, caption: Caption, lang: str) -> Words:
    first = rows.iloc[0]
    known = {key: percent(first[f"{share}_share"], lang) for key, share in (("loss", "net"), ("gross", "gross"))}
    known["partner"] = label(str(first[what]), lang, sentence=True)
    net = "_net" if first["gross_share"] > first["net_share"] else ""
    plain = "" if caption.whole else "_plain"
    if caption.whole:
        known |= {"flow": say(str(caption.flow), lang), "reporter": caption.named(lang)["reporter"]}
    of_partner = f"shock_finding_{caption.flow if caption.whole else 'plain'}{net}"
    title = say(of_partner if what == "partner" else f"shock_finding_scenario{plain}", lang, **known)
    about = say(f"shock_about_{what}{plain}", lang, **caption.dated(lang), **caption.partners(lang))
    hidden = hidden_note(others["gross_share"], caption, lang) if what == "partner" else ""
    if len(others) and what == "scenario":
        hidden = capital(say("shock_other", lang, count=len(others))) + "."
    light = say("shock_gross", lang) if _replaced(rows) else ""
    return words(title, about, light, hidden, *caption.foot(lang))


def _draw_shock(ax: Axes, rows: pd.DataFrame, lang: str) -> None:
    losses, gross, both = 100 * rows["net_share"].to_numpy(), 100 * rows["gross_share"].to_numpy(), _replaced(rows)
    if both:
        ax.barh(range(len(rows)), gross, color=FAINT, height=0.72)
    ax.barh(range(len(rows)), losses, color=[ACCENT, *[REST] * (len(rows) - 1)], height=0.72)
    first = [f" ({part(end / 100, lang)})" if both else "" for end in gross]
    numbers = [part(loss / 100, lang) + more for loss, more in zip(losses, first, strict=True)]
    _names_and_numbers(ax, rows["name"].to_list(), list(gross), numbers)


def _shock_alt(rows: pd.DataFrame, text: Words, lang: str) -> str:
    each = [f"{name} {part(x, lang)}" for name, x in zip(rows["name"], rows["net_share"], strict=True)]
    return say("shock_alt", lang, finding=text.title, list=", ".join(each[1:]))
