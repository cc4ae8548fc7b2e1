"""The figures of a brief: each is laid out once, and written once in each format in which it is wanted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import Any

import pandas as pd

from tradeanalysis import figures
from tradeanalysis.brief.about_data import named_source
from tradeanalysis.brief.elsewhere import Elsewhere
from tradeanalysis.brief.facts import FlowFacts
from tradeanalysis.brief.outlook import Outlook
from tradeanalysis.brief.planned import shown_plans
from tradeanalysis.figures.canvas import NARROW, WIDTH, figure_bytes
from tradeanalysis.figures.inline import inline_svg
from tradeanalysis.measures.inequality import lorenz
from tradeanalysis.schema import EXPORT, PARTNER, VALUE
from tradeanalysis.texts import catalogues as texts

# An index over fewer years is not drawn as a trend.
YEARS = 3
# Markets of a figure of two shares.
MARKETS = 8
# Bars of a figure, at least and at most; and the share of which a bar can be seen.
BARS, SEEN = (3, 10), 0.005


@dataclass(frozen=True)
class Picture:
    """A figure that is drawn when it is first written: as a file, or as a part of a page, broad or narrow."""

    name: str
    draw: Callable[..., Any]

    @cached_property
    def ax(self) -> Any:
        """The figure, laid out."""
        return self.draw(ax=_paper(WIDTH))

    @property
    def alt(self) -> str:
        """What the figure shows, in words."""
        return str(self.ax.figure.tradeanalysis_alt)

    @cached_property
    def png(self) -> bytes:
        """The figure as a file of points."""
        return figure_bytes(self.ax, "png")

    @cached_property
    def svg(self) -> bytes:
        """The figure as a file of lines."""
        return figure_bytes(self.ax, "svg")

    @cached_property
    def broad(self) -> str:
        """The figure as a part of a page."""
        return inline_svg(self.ax, self.name, self.alt)

    @cached_property
    def slim(self) -> str:
        """The figure as a part of a page on a telephone."""
        slim = self.draw(ax=_paper(NARROW))
        return inline_svg(slim, f"{self.name}-slim", slim.figure.tradeanalysis_alt)


def _paper(width: float) -> Any:
    """Axes of a new figure that is written as it is drawn, with nothing added to it."""
    ax: Any = figures.paper(width)
    ax.figure.tradeanalysis_finished = True
    return ax


def pictures_of(one: FlowFacts, lang: str, **about: Any) -> dict[str, Picture]:
    """The figures of a flow by name."""
    return {name: Picture(f"{one.flow}-{name}", draw) for name, draw in drawings(one, lang, **about).items()}


def drawings(one: FlowFacts, lang: str, **about: Any) -> dict[str, Callable[..., Any]]:
    """The figures of a flow, each to be drawn on any axes.

    The caption says what the certificates say, which pandas would copy at each step of each figure.
    """
    caption = figures.Caption(reporter=one.reporter, flow=one.flow, year=one.year, **about)
    of_this: dict[str, Any] = {"lang": lang, "caption": caption}
    values = one.partners.set_index(PARTNER)[VALUE]
    drawn: dict[str, Callable[..., Any]] = {
        "ranking": partial(figures.ranking, _bare(one.partners), top=_bars(one.partners["share"]), **of_this)
    }
    if len(one.history) >= YEARS:
        drawn["trend"] = partial(figures.trend, _bare(one.history), **of_this)
    if one.products is not None and one.shares is not None:
        drawn["heatmap"] = partial(figures.heatmap, _bare(one.shares), **of_this)
    if len(values) > 1:
        gini = float(one.own["gini"])
        drawn["lorenz"] = partial(
            figures.lorenz, _bare(lorenz(values)), gini=gini, unallocated=one.unallocated, **of_this
        )
    if one.ranked:
        others = one.economies[one.economies["rank"].notna()]
        drawn["position"] = partial(figures.position, _bare(others), reporter=one.reporter, **of_this)
    drawn |= _final(one, lang, caption)
    if (ahead := one.outlook) is not None:
        drawn |= _ahead(one, ahead, lang, caption)
    return drawn


def _bare(table: pd.DataFrame) -> pd.DataFrame:
    """The table without its certificate."""
    bare = table.copy(deep=False)
    bare.attrs = {name: note for name, note in table.attrs.items() if name != "certificate"}
    return bare


def _bars(shares: Any) -> int:
    """How many partners get a bar: the ten largest, of which all but the first three can be seen."""
    return min(BARS[1], max(BARS[0], int((shares >= SEEN).sum())))


def _ahead(one: FlowFacts, ahead: Outlook, lang: str, caption: figures.Caption) -> dict[str, Callable[..., Any]]:
    """The figures of the outlook: what moved the index, losses if a market closes, and the plan."""
    drawn: dict[str, Callable[..., Any]] = {}
    if ahead.moved is not None:
        start, end = ahead.moved_between
        years: dict[str, Any] = {"before": ahead.since, "after": one.year}
        drawn["waterfall"] = partial(
            figures.waterfall,
            _bare(ahead.moved),
            start=start,
            end=end,
            of_all=ahead.moved_in_part,
            **years,
            lang=lang,
            caption=caption,
        )
    assumed = texts.say("brief_redirect_note", lang, redirect=texts.percent(ahead.request.redirect, lang, 0))
    noted = replace(caption, note=f"{assumed} {caption.note}".strip())
    lost = _bare(ahead.closures)
    drawn["shock"] = partial(figures.shock, lost, top=_bars(lost["gross_share"]), lang=lang, caption=noted)
    if one.elsewhere is not None and not one.elsewhere.table.empty:
        drawn["ladder"] = _ladder(one.elsewhere, lang, caption)
    plans = shown_plans(one, ahead)
    if one.flow == EXPORT and plans and plans[0] is ahead.plans[0]:
        drawn["frontier"] = partial(figures.frontier, _bare(ahead.reach), plan=plans[0], lang=lang, caption=caption)
    return drawn


def _final(one: FlowFacts, lang: str, caption: figures.Caption) -> dict[str, Callable[..., Any]]:
    """The shares of markets as reported, by end market and by final buyer."""
    tables = {name: found.table for name, found in (("hubs", one.hubs), ("buyers", one.buyers)) if found is not None}
    drawn: dict[str, Callable[..., Any]] = {}
    for name, table in tables.items():
        if table is None:
            continue  # nothing but a sentence
        after = table["share_low" if name == "hubs" else "share"]
        shown = table[after >= 0]  # falling stocks are no share
        drawn[name] = partial(figures.gross_and_final, shown, top=MARKETS, lang=lang, caption=caption)
    return drawn


def _ladder(found: Elsewhere, lang: str, caption: figures.Caption) -> Callable[..., Any]:
    """The opportunities; their years and source are those of the world's table."""
    table = _bare(found.table)
    table.attrs = {"currency": found.currency}
    years = "" if found.years is None else "-".join(str(year) for year in dict.fromkeys(found.years))
    about = replace(caption, year=years, source=named_source(found.certificate, lang), note="")
    return partial(figures.ladder, table, lang=lang, caption=about)
