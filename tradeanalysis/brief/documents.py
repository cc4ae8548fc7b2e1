"""The brief: a page for people who read, with the figures of one economy among all, in English and Vietnamese."""

from __future__ import annotations

import contextlib
import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd

from tradeanalysis.brief.about_data import cited
from tradeanalysis.brief.arrangement import contents_of
from tradeanalysis.brief.beside_tables import Other, tables_beside
from tradeanalysis.brief.cautions import listed
from tradeanalysis.brief.comparators import beside_others
from tradeanalysis.brief.drawings import pictures_of
from tradeanalysis.brief.elsewhere import with_opportunities
from tradeanalysis.brief.facts import FlowFacts, flow_facts, unrecorded
from tradeanalysis.brief.final_markets import with_final_buyers
from tradeanalysis.brief.html_page import Link, html_page
from tradeanalysis.brief.opened_table import OpenedTable, name_of, opened
from tradeanalysis.brief.outlook import PlanRequest
from tradeanalysis.brief.word import word_document
from tradeanalysis.brief.workbook import tables_of
from tradeanalysis.brief.year_status import status_of_brief
from tradeanalysis.extras import need
from tradeanalysis.figures.canvas import paper
from tradeanalysis.output.progress import Progress, line_writer
from tradeanalysis.output.whole_files import refuse_input, write_file
from tradeanalysis.output.writers import write_excel
from tradeanalysis.parameters import need_counts, need_labels, need_numbers
from tradeanalysis.planner.quarterly_targets import Quarters, weights_of
from tradeanalysis.schema import (
    EXPORT,
    FLOWS,
    TradeDataError,
    TradeDataWarning,
)
from tradeanalysis.texts import EconomyName, Text
from tradeanalysis.texts import catalogues as texts

# The files of a brief in each language, in the order in which they are written.
FORMATS = ("html", "xlsx", "docx")
# The library that writes each.
LIBRARIES = {"html": "jinja2", "xlsx": "openpyxl", "docx": "docx"}


def write_brief(
    table: pd.DataFrame,
    reporter: str | int,
    *,
    flow: str | None = None,
    year: int | None = None,
    growth: float | None = None,
    cap: float | None = None,
    redirect: float = 0.5,
    quarters: str | Iterable[float] | None = None,
    beside: Mapping[str, Other] | Sequence[Other | tuple[str, Other]] = (),
    world: Any = None,
    io: Any = None,
    source: str | None = None,
    out: str | Path = "figures",
    langs: Iterable[str] = texts.LANGUAGES,
    format: str | Iterable[str] = FORMATS,
    figures: bool = False,
    name: str | None = None,
    workers: int = 1,
    progress: Progress = None,
) -> list[Path]:
    """Write the brief on one economy: in each language a self-contained page, a workbook and a Word document.

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
        Of the plan: the growth of the total, and the largest share of any market after it. There is a plan where one
        of them is given; of imports only with ``flow="import"``.
    redirect
        The part of a closed market's purchases that is sold elsewhere: an assumption.
    quarters
        By what the targets of the plan are split into quarters: four shares that sum to 1, ``"even"``, or
        ``"seasonal"``, the quarters of the table's last whole year where it was read from months or quarters. Refused
        where the table has a part of the year.
    beside
        Up to five others, in a list or by name: a table as ``ta.read`` gives it or of any other library, a file, or an
        economy of the embedded tables. They stand in a table beside this one, each with its newest year up to that of
        the brief; shares are compared, amounts only in one currency. A province of Vietnam stands beside Vietnam
        without it. How files are read, see ``ta.brief.tables_beside``.
    world
        A trade table of the world by product and partner, of any library, or a file or folder of one, such as a folder
        that ``ta.ingest`` wrote of BACI: the brief then has a section of ten opportunities (``ta.opportunities``), a
        figure of them, and how often lists by the same score were right. For a province its own table must have the
        products of the world's, by code. The table of the brief itself will do where it has products and other
        economies.
    io
        An inter-country input-output table (``ta.io_table``), or a file of the OECD's: the brief then says by whom
        exports are bought in the end (``ta.lookthrough``), with a figure. Where the table of the brief has no column
        ``industry``, exports to a market are divided as those of the economy are in ``io``.
    source
        Who issues the figures, for the title and below each figure: a department, a report. Where not given, the
        source that the table names: of a file the department that stands at its head.
    out
        The folder to write to.
    langs
        The languages of the pages and figures.
    format
        What is written in each language: a self-contained page, ``"html"``; a workbook, ``"xlsx"``; a Word document,
        ``"docx"``, laid out as Decree 30/2020 has the documents of Vietnamese authorities. One of them, or several.
    figures
        Whether the figures of the page are also written beside it, as PNG and SVG.
    name
        What the files are called by; otherwise the code, and the year where ``year`` is given, so that the briefs on
        two years stand beside each other.
    workers
        Into how many processes the languages are divided. More than one is for programs: a script needs
        ``if __name__ == "__main__":`` then, as ``multiprocessing`` does.
    progress
        The path of each file when it is written: None is silent, True writes to stderr, or a function such as
        ``print``.

    Returns
    -------
    The paths of the files, the pages first.

    Raises
    ------
    TradeDataError
        The economy is not in the table; the year or the flow is not stated; a format is unknown, or its library is
        missing; quarters are wanted of no plan, or do not sum to 1; ``world``, ``io`` or one that stands beside it
        cannot be used; a file cannot be written.
    CountryError
        The economy is unknown.

    Examples
    --------
    >>> import tempfile
    >>> import tradeanalysis as ta
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     written = ta.write_brief(ta.example("world_2020"), "Thailand", out=folder, langs=["en"])
    >>> [path.name for path in written]
    ['brief_THA_en.html', 'brief_THA_en.xlsx', 'brief_THA_en.docx']
    """
    need_labels(reporter=reporter, year=year, flow=flow)
    need_numbers("growth", "cap", growth=growth, cap=cap, redirect=redirect)
    need_counts(workers=workers)
    langs, wanted = list(langs), wanted_formats(format)
    for lang in langs:
        texts.catalogue(lang)  # an unknown language raises before anything is written
    request, split = PlanRequest(growth, cap, redirect), weights_of(quarters)
    if split is not None and not request.wanted:
        raise TradeDataError(Text("quarters_without_plan"))
    trade = opened(table, reporter, flow, year)
    requests = {one: _request_of(one, flow, request, split, trade) for one in ([flow] if flow else FLOWS)}
    with _workers(workers, langs) as pool:
        flows = beside_others(_facts(trade, requests), trade, tables_beside(beside, year=trade.year))
        flows = flows if world is None else with_opportunities(flows, trade, world)
        flows = flows if io is None else with_final_buyers(flows, trade, io)
        certificate, name = trade.certificate, name_of(trade.reporter, year, name)
        gaps = unrecorded(trade.rows.to_native(), trade.reporter) if certificate.get("reconciled") else []
        jobs = [_Language(lang, langs, wanted, Path(out), name, figures, source) for lang in langs]
        for path in (path for job in jobs for path in job.files.values()):
            refuse_input(path)
        written = _written([(job, flows, certificate, gaps) for job in jobs], pool, line_writer(progress))
    return [path for pages, _ in written for path in pages] + [path for _, pictures in written for path in pictures]


def _facts(trade: OpenedTable, requests: Mapping[str, PlanRequest]) -> list[FlowFacts]:
    """The facts of each flow that the table has."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "TA-119", TradeDataWarning)  # the page states what is not allocated
        found = [flow_facts(trade, flow, request) for flow, request in requests.items()]
    flows, code = [one for one in found if one is not None], trade.reporter
    if not flows:
        silent = code in set(trade.certificate.get("silent", ()))
        key = "brief_not_a_reporter" if silent else "brief_no_such_trade"
        raise TradeDataError(Text(key, economy=EconomyName(code), code=code))
    return flows


@dataclass(frozen=True)
class _Language:
    """What is written in one language, beside the others: the formats, where, by which name, and whose figures."""

    lang: str
    langs: list[str]
    formats: list[str]
    out: Path
    name: str
    figures: bool
    source: str | None

    @property
    def files(self) -> dict[str, Path]:
        """The file of each format."""
        return {kind: self.out / f"brief_{self.name}_{self.lang}.{kind}" for kind in self.formats}


Job = tuple[_Language, list[FlowFacts], dict[str, Any], list[str]]
Files = tuple[list[Path], list[Path]]


def _workers(most: int, langs: list[str]) -> contextlib.AbstractContextManager[Any]:
    """Processes for the languages but the first, none where there is one; they import while this one computes.

    A fresh process holds no lock of a thread of this one.
    """
    others = min(most, len(langs)) - 1
    if others < 1:
        return contextlib.nullcontext()
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context

    pool = ProcessPoolExecutor(others, get_context("spawn"), _begin)
    for _ in range(others):
        pool.submit(_begin)  # a worker starts with its first task
    return pool


def _begin() -> None:
    """What a worker does first: leave Ctrl-C to the process that began it, and import what draws."""
    import signal

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    paper()


def _written(jobs: list[Job], pool: Any, report: Callable[[str], object]) -> list[Files]:
    """The files of each language, one after the other, or all but the first in other processes at the same time."""
    if pool is None:
        return [_write_language(*job, report) for job in jobs]
    from concurrent.futures.process import BrokenProcessPool

    others = [pool.submit(_write_language, *job) for job in jobs[1:]]
    try:
        found = [_write_language(*jobs[0], report), *(one.result() for one in others)]
    except BrokenProcessPool as error:
        raise TradeDataError(Text("brief_process_lost")) from error
    for path in (one for files in found[1:] for each in files for one in each):
        report(str(path))
    return found


def _write_language(
    job: _Language,
    flows: list[FlowFacts],
    certificate: dict[str, Any],
    gaps: list[str],
    report: Callable[[str], object] | None = None,
) -> Files:
    """Write the brief in one language: its files, and its figures beside them."""
    lang, pages, pictures = job.lang, list[Path](), list[Path]()

    def written(path: Path, of: list[Path]) -> None:
        of.append(path)
        if report is not None:
            report(str(path))

    about = {
        "source": job.source or cited(certificate, lang) or "",
        "note": _note(gaps, certificate, flows[0].year, lang),
    }
    drawn = {one.flow: pictures_of(one, lang, **about) for one in flows}
    contents = contents_of(flows, drawn, certificate, gaps, lang=lang, source=job.source)
    files = job.files
    if "html" in files:
        others = [each for each in job.langs if each != lang]
        links = _links(job.name, lang, others, job.formats)
        written(write_file(files["html"], html_page(contents, links)), pages)
    if "xlsx" in files:
        tables = tables_of(flows, contents, certificate, lang)
        written(write_excel(tables, files["xlsx"], overwrite=True, certificate={}), pages)
    if "docx" in files:
        written(write_file(files["docx"], word_document(contents)), pages)
    for one in contents.figures() if job.figures else ():
        file = job.out / f"{job.name}_{one.flow}_{one.name}_{lang}.png"
        written(write_file(file, one.picture.png), pictures)
        written(write_file(file.with_suffix(".svg"), one.picture.svg), pictures)
    return pages, pictures


def _request_of(
    each: str, flow: str | None, request: PlanRequest, split: str | Quarters | None, trade: OpenedTable
) -> PlanRequest:
    """What is planned of a flow: nothing of imports, where these were not named."""
    if each != EXPORT and flow is None:
        return PlanRequest(redirect=request.redirect)
    return replace(request, quarters=trade.quarters(split, each))


def wanted_formats(format: str | Iterable[str]) -> list[str]:
    """The formats asked for, in the order in which they are written; what they need is there."""
    asked = {format} if isinstance(format, str) else set(format)
    if not asked or asked - set(FORMATS):
        given = ", ".join(sorted(asked - set(FORMATS))) or "–"
        raise TradeDataError(Text("brief_format", given=given, formats=list(FORMATS)))
    wanted = [one for one in FORMATS if one in asked]
    need(Text("needs_of_brief", formats=wanted), *(LIBRARIES[one] for one in wanted))
    return wanted


def _links(name: str, lang: str, others: list[str], wanted: list[str]) -> list[Link]:
    """The files beside the page: in the other languages, and in the other formats."""
    pages = [Link(f"brief_{name}_{other}.html", texts.say("brief_language", lang), other) for other in others]
    keys = {"xlsx": "brief_workbook", "docx": "brief_word"}
    files = [Link(f"brief_{name}_{lang}.{kind}", texts.say(keys[kind], lang)) for kind in wanted if kind in keys]
    return [*pages, *files]


def _note(gaps: list[str], certificate: dict[str, Any], year: int, lang: str) -> str:
    """The line under a figure: that it is of estimates, and the largest economies with which no trade is recorded."""
    named = texts.say("figure_gap", lang, gaps=len(gaps), partners=listed(gaps, lang, most=3)) if gaps else ""
    return " ".join(filter(None, [status_of_brief(certificate, year, lang), named]))
