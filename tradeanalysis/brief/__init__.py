"""The brief: a page for people who read, with the figures of one economy among all, in English and Vietnamese."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pandas as pd

from tradeanalysis import figures, names, texts
from tradeanalysis.brief.book import formats, tables_of
from tradeanalysis.brief.facts import Side, side, unrecorded
from tradeanalysis.brief.page import listed, page
from tradeanalysis.figures.canvas import figure_bytes
from tradeanalysis.gate.findings import listing
from tradeanalysis.measures.inequality import lorenz
from tradeanalysis.output import slug, write_excel, write_file
from tradeanalysis.schema import (
    FLOW,
    FLOWS,
    PARTNER,
    REPORTER,
    VALUE,
    YEAR,
    CountryError,
    TradeDataError,
    TradeDataWarning,
)

# An index over fewer years is no trend.
YEARS = 3


def write_brief(
    table: pd.DataFrame,
    reporter: str | int,
    *,
    flow: str | None = None,
    year: int | None = None,
    out: str | Path = "figures",
    langs: Iterable[str] = texts.LANGUAGES,
    told: Callable[[str], object] = lambda line: None,
) -> list[Path]:
    """Write the brief on one economy: figures as PNG and SVG, one self-contained page and one workbook per language.

    Parameters
    ----------
    table
        A trade table: a reconciled one of the exports of all economies, such as ``ta.example("world_2023")``, or one of
        the economy's or province's own trade, as ``ta.read`` gives it.
    reporter
        The economy: a code, or a name in English or Vietnamese. A province by its name, where the table is its own.
    flow
        ``"export"`` or ``"import"``; both where not given. What a table without flows holds.
    year
        The year; may be left out where the table holds one. The other years are drawn as a trend.
    out
        The folder to write to.
    langs
        The languages of the pages and figures.
    told
        Called with the path of each file when it is written.

    Returns
    -------
    The paths of the files, the pages first.

    Raises
    ------
    TradeDataError
        The economy is not in the table; the year or the flow is not told; a file cannot be written.
    CountryError
        The economy is unknown.

    Examples
    --------
    >>> import tempfile
    >>> import tradeanalysis as ta
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     written = ta.write_brief(ta.example("world_2023"), "Thailand", out=folder, langs=["en"])
    >>> [path.name for path in written[:2]]
    ['brief_THA_en.html', 'brief_THA_en.xlsx']
    """
    langs = list(langs)
    for lang in langs:
        texts.catalogue(lang)  # an unknown language is told before anything is written
    table, code, year = _completed(table, reporter, flow, year)
    wanted = FLOWS if flow is None else (flow,)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "TA-119", TradeDataWarning)  # the page tells what is allocated to nobody
        sides = [one for one in (side(table, reporter=code, flow=each, year=year) for each in wanted) if one]
    if not sides:
        raise TradeDataError(f"{texts.label(code, 'en')} ({code}) has no such trade in the table")
    certificate = table.attrs.get("certificate", {})
    gaps = unrecorded(table, code) if certificate.get("reconciled") else []
    name = slug(code)
    pages, pictures = [], []
    for lang in langs:
        about = {"lang": lang, "source": certificate.get("source"), "note": _gap_note(gaps, lang)}
        drawn = {one.flow: draw(one, **about) for one in sides}
        for each, axes in drawn.items():
            for figure, ax in axes.items():
                for format in ("png", "svg"):
                    path = Path(out) / f"{name}_{each}_{figure}_{lang}.{format}"
                    pictures.append(write_file(path, figure_bytes(ax, format)))
                    told(str(path))
        path = Path(out) / f"brief_{name}_{lang}.html"
        pages.append(write_file(path, page(sides, drawn, certificate, gaps, lang=lang)))
        told(str(path))
        book = Path(out) / f"brief_{name}_{lang}.xlsx"
        pages.append(
            write_excel(
                tables_of(sides, certificate, lang), book, overwrite=True, certificate={}, formats=formats(code, lang)
            )
        )
        told(str(book))
    return [*pages, *pictures]


def _completed(
    table: pd.DataFrame, reporter: str | int, flow: str | None, year: int | None
) -> tuple[pd.DataFrame, str, int]:
    """The table with what it does not say itself, the label of the economy in it, and the year."""
    attrs = dict(table.attrs)
    own = REPORTER not in table
    try:
        code = names.country(reporter).iso3
    except CountryError:
        if not own and str(reporter) not in set(table[REPORTER]):
            raise
        code = str(reporter)
    if own:
        table = table.assign(**{REPORTER: code})
    elif str(reporter) in set(table[REPORTER]):
        code = str(reporter)
    elif code not in set(table[REPORTER]) | set(table[PARTNER]):
        raise TradeDataError(f"{texts.label(code, 'en')} ({code}) is not in the table")
    if FLOW not in table:
        if flow is None:
            raise TradeDataError("the table does not say whether it holds exports or imports: say flow=")
        table = table.assign(**{FLOW: flow})
    years = [] if YEAR not in table else sorted(int(one) for one in table[YEAR].unique())
    if year is None:
        if len(years) != 1:
            raise TradeDataError(
                f"a brief is about one year, and the table {f'holds {listing(years)}' if years else 'names none'}: "
                "say year="
            )
        year = years[0]
    elif not years:
        table = table.assign(**{YEAR: year})
    elif year not in years:
        raise TradeDataError(f"year={year} is not in the table, which holds {listing(years)}")
    table.attrs = attrs
    return table, code, year


def draw(one: Side, **words: Any) -> dict[str, Any]:
    """The figures of a flow."""
    about = {"flow": one.flow, "reporter": one.reporter, **words}
    dated = about | {"year": one.year}
    values = one.partners.set_index(PARTNER)[VALUE]
    drawn = {"ranking": figures.ranking(one.partners, **dated)}
    if len(one.history) >= YEARS:
        drawn["trend"] = figures.trend(one.history, **about)
    if one.products is not None and one.shares is not None:
        drawn["heatmap"] = figures.heatmap(one.shares, **dated)
    if len(values) > 1:
        drawn["lorenz"] = figures.lorenz(
            lorenz(values), gini=float(one.own["gini"]), unallocated=one.unallocated, **dated
        )
    if one.ranked:
        drawn["position"] = figures.position(one.economies, **dated)
    return drawn


def _gap_note(gaps: list[str], lang: str) -> str:
    """The line under a figure that names the largest economies of which nothing is recorded."""
    return texts.say("figure_gap", lang, gaps=len(gaps), partners=listed(gaps, lang, most=3)) if gaps else ""
