"""The brief: a page for people who read, with the figures of one economy among all, in English and Vietnamese."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd

from tradeanalysis import figures
from tradeanalysis.brief.cautions import listed
from tradeanalysis.brief.facts import FlowFacts, flow_facts, unrecorded
from tradeanalysis.brief.opened_table import name_of, opened
from tradeanalysis.brief.outlook import SHOWN_GROWTH, UNALLOCATED_FOR_PLAN, Outlook, PlanRequest
from tradeanalysis.brief.page import cited, page
from tradeanalysis.brief.sections import Picture
from tradeanalysis.brief.workbook import formats, tables_of
from tradeanalysis.figures.canvas import NARROW, figure_bytes
from tradeanalysis.figures.inline import inline_svg
from tradeanalysis.measures.inequality import lorenz
from tradeanalysis.output.progress import Progress, line_writer
from tradeanalysis.output.writers import write_excel, write_file
from tradeanalysis.schema import (
    EXPORT,
    FLOWS,
    PARTNER,
    VALUE,
    TradeDataError,
    TradeDataWarning,
)
from tradeanalysis.texts import EconomyName, Text
from tradeanalysis.texts import catalogues as texts

# An index over fewer years is not drawn as a trend.
YEARS = 3


def write_brief(
    table: pd.DataFrame,
    reporter: str | int,
    *,
    flow: str | None = None,
    year: int | None = None,
    growth: float = 0.10,
    cap: float = 0.25,
    redirect: float = 0.5,
    out: str | Path = "figures",
    langs: Iterable[str] = texts.LANGUAGES,
    name: str | None = None,
    progress: Progress = None,
) -> list[Path]:
    """Write the brief on one economy: figures as PNG and SVG, one self-contained page and one workbook per language.

    Parameters
    ----------
    table
        A trade table: of what all economies report, such as ``ta.example("world_2020")``, a reconciled one of the
        exports of all, such as ``ta.example("world_2023")``, or one of the economy's or province's own trade, as
        ``ta.read`` gives it. A column ``estimated`` marks the figures that the source has estimated.
    reporter
        The economy: a code, or a name in English or Vietnamese. A province by its name, where the table is its own.
    flow
        ``"export"`` or ``"import"``; both where not given. For a table without a column of flows: its flow.
    year
        The year; may be left out where the table has only one. The other years are drawn as a trend.
    growth, cap
        Of the plan: the growth of the total, and the largest share of any market after it.
    redirect
        The part of a closed market's purchases that is sold elsewhere: an assumption.
    out
        The folder to write to.
    langs
        The languages of the pages and figures.
    name
        What the files are called by; otherwise the code, and the year where ``year`` is given, so that the briefs on
        two years stand beside each other.
    progress
        The path of each file when it is written: None is silent, True writes to stderr, or a function such as
        ``print``.

    Returns
    -------
    The paths of the files, the pages first.

    Raises
    ------
    TradeDataError
        The economy is not in the table; the year or the flow is not stated; a file cannot be written.
    CountryError
        The economy is unknown.

    Examples
    --------
    >>> import tempfile
    >>> import tradeanalysis as ta
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     written = ta.write_brief(ta.example("world_2020"), "Thailand", out=folder, langs=["en"])
    >>> [path.name for path in written[:2]]
    ['brief_THA_en.html', 'brief_THA_en.xlsx']
    """
    langs, report = list(langs), line_writer(progress)
    for lang in langs:
        texts.catalogue(lang)  # an unknown language raises before anything is written
    trade, request = opened(table, reporter, flow, year), PlanRequest(growth, cap, redirect)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "TA-119", TradeDataWarning)  # the page states what is not allocated
        found = [flow_facts(trade, each, request) for each in (FLOWS if flow is None else (flow,))]
    flows, code, certificate = [one for one in found if one is not None], trade.reporter, trade.certificate
    if not flows:
        key = "brief_not_a_reporter" if code in set(certificate.get("silent", ())) else "brief_no_such_trade"
        raise TradeDataError(Text(key, economy=EconomyName(code), code=code))
    gaps = unrecorded(trade.rows.to_native(), code) if certificate.get("reconciled") else []
    name = name_of(code, year, name)
    pages, pictures = [], []
    for lang in langs:
        about = {"source": cited(certificate, lang), "note": _gap_note(gaps, lang)}
        drawn = {one.flow: _pictures(one, lang, about) for one in flows}
        for each, of_flow in drawn.items():
            for figure, picture in of_flow.items():
                for format, content in (("png", picture.png), ("svg", picture.svg)):
                    path = Path(out) / f"{name}_{each}_{figure}_{lang}.{format}"
                    pictures.append(write_file(path, content))
                    report(str(path))
        path = Path(out) / f"brief_{name}_{lang}.html"
        pages.append(write_file(path, page(flows, drawn, certificate, gaps, lang=lang, name=name)))
        report(str(path))
        number_formats = formats(code, lang, flows[0].currency)
        book = Path(out) / f"brief_{name}_{lang}.xlsx"
        pages.append(
            write_excel(
                tables_of(flows, certificate, lang),
                book,
                overwrite=True,
                certificate={},
                formats=number_formats,
            )
        )
        report(str(book))
    return [*pages, *pictures]


def _pictures(one: FlowFacts, lang: str, about: dict[str, Any]) -> dict[str, Picture]:
    """The figures of a flow as files and as parts of the page, for a broad screen and for a telephone."""
    pictures = {}
    for name, drawing in drawings(one, lang, **about).items():
        ax, slim = drawing(), drawing(ax=figures.paper(NARROW))
        pictures[name] = Picture(
            png=figure_bytes(ax, "png"),
            svg=figure_bytes(ax, "svg"),
            broad=inline_svg(ax, f"{one.flow}-{name}", ax.figure.tradeanalysis_alt),
            slim=inline_svg(slim, f"{one.flow}-{name}-slim", slim.figure.tradeanalysis_alt),
            alt=ax.figure.tradeanalysis_alt,
        )
    return pictures


def drawings(one: FlowFacts, lang: str, **about: Any) -> dict[str, Callable[..., Any]]:
    """The figures of a flow, each to be drawn on any axes."""
    caption = figures.Caption(reporter=one.reporter, flow=one.flow, year=one.year, **about)
    of_this: dict[str, Any] = {"lang": lang, "caption": caption}
    values = one.partners.set_index(PARTNER)[VALUE]
    drawn: dict[str, Callable[..., Any]] = {"ranking": partial(figures.ranking, one.partners, **of_this)}
    if len(one.history) >= YEARS:
        drawn["trend"] = partial(figures.trend, one.history, **of_this)
    if one.products is not None and one.shares is not None:
        drawn["heatmap"] = partial(figures.heatmap, one.shares, **of_this)
    if len(values) > 1:
        gini = float(one.own["gini"])
        drawn["lorenz"] = partial(figures.lorenz, lorenz(values), gini=gini, unallocated=one.unallocated, **of_this)
    if one.ranked:
        others = one.economies[one.economies["rank"].notna()]
        drawn["position"] = partial(figures.position, others, reporter=one.reporter, **of_this)
    if (ahead := one.outlook) is not None:
        drawn |= _ahead(one, ahead, lang, caption)
    return drawn


def _ahead(one: FlowFacts, ahead: Outlook, lang: str, caption: figures.Caption) -> dict[str, Callable[..., Any]]:
    """The figures of the outlook: what moved the index, losses if a market closes, and the plan."""
    drawn: dict[str, Callable[..., Any]] = {}
    if ahead.moved is not None:
        start, end = (float((ahead.moved[share] ** 2).sum()) for share in ("share_before", "share_after"))
        years: dict[str, Any] = {"before": ahead.since, "after": one.year}
        drawn["waterfall"] = partial(
            figures.waterfall, ahead.moved, start=start, end=end, **years, lang=lang, caption=caption
        )
    assumed = texts.say("brief_redirect_note", lang, redirect=texts.percent(ahead.request.redirect, lang, 0))
    noted = replace(caption, note=f"{assumed} {caption.note}".strip())
    drawn["shock"] = partial(figures.shock, ahead.closures, lang=lang, caption=noted)
    planned = one.unallocated <= UNALLOCATED_FOR_PLAN and len(ahead.closures) > 1
    if planned and one.flow == EXPORT and ahead.plans and ahead.plans[0].growth <= SHOWN_GROWTH:
        drawn["frontier"] = partial(figures.frontier, ahead.reach, plan=ahead.plans[0], lang=lang, caption=caption)
    return drawn


def _gap_note(gaps: list[str], lang: str) -> str:
    """The line under a figure that names the largest economies with which no trade is recorded."""
    return texts.say("figure_gap", lang, gaps=len(gaps), partners=listed(gaps, lang, most=3)) if gaps else ""
