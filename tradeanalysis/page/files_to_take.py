"""What a person takes away: the brief, its workbook, the figures, the answers, and the file with which to try."""

from __future__ import annotations

from tradeanalysis.brief.html_page import html_page
from tradeanalysis.brief.opened_table import name_of
from tradeanalysis.brief.workbook import tables_of
from tradeanalysis.output.writers import excel_bytes
from tradeanalysis.page.about_flow import AboutFlow, about_flow, contents, pictures, traded_flows
from tradeanalysis.page.answers import Answers, Chosen, saved
from tradeanalysis.page.drawn import DRAWING, file_of
from tradeanalysis.page.economies_of_ours import sample
from tradeanalysis.page.opened_file import OpenedFile
from tradeanalysis.page.this_month import has_months, month_contents_of, month_facts_of
from tradeanalysis.page.what_if import brief_request
from tradeanalysis.schema import TradeDataError
from tradeanalysis.texts import Text

FILES, OF_MONTHS = ("brief", "workbook", "answers"), ("brief", "workbook", "month", "answers")
Download = tuple[str, bytes]


def files_of(file: OpenedFile) -> tuple[str, ...]:
    """The files beside figures that can be taken of a file."""
    return OF_MONTHS if has_months(file) else FILES


def answers_file(answers: Answers) -> Download:
    """The answers, for next year's file."""
    return "lua-chon.json", saved(answers)


def sample_file(lang: str) -> Download:
    """A file with which the page can be tried."""
    return sample(lang)


def file_to_take(which: str, file: OpenedFile, chosen: Chosen, lang: str) -> Download:
    """The brief, the workbook, the monthly page, or a figure as ``png:ranking``."""
    kind, _, figure = which.partition(":")
    if kind in ("png", "svg"):
        return _figure(file, kind, figure, lang)
    if kind == "month" and has_months(file):
        return _monthly_page(file, chosen, lang)
    abouts = flows_of_the_brief(file, chosen)
    stem = f"brief_{name_of(abouts[0].trade.reporter, abouts[0].facts.year, None)}_{lang}"
    said = contents(file, abouts, lang)
    if kind == "brief":
        with DRAWING:
            return f"{stem}.html", html_page(said, []).encode()
    if kind == "workbook":
        tables = tables_of([one.facts for one in abouts], said, abouts[0].trade.certificate, lang)
        return f"{stem}.xlsx", excel_bytes(tables, certificate={})
    raise TradeDataError(Text("page_no_such", which=which[:40]))


def flows_of_the_brief(file: OpenedFile, chosen: Chosen) -> list[AboutFlow]:
    """The flow that is chosen, or all that the table has, the one that is shown with the plan that was looked at."""
    flows = traded_flows(file)
    if not flows:
        return [about_flow(file)]  # the refusal says so
    return [about_flow(file, one, brief_request(chosen, shown=one == file.flow)) for one in flows]


def _monthly_page(file: OpenedFile, chosen: Chosen, lang: str) -> Download:
    from tradeanalysis.brief.monthly.monthly_report import month_file

    said, _ = month_contents_of(file, chosen, lang)
    named = month_file(month_facts_of(file, chosen), lang)
    with DRAWING:
        return named, html_page(said, []).encode()


def _figure(file: OpenedFile, kind: str, name: str, lang: str) -> Download:
    about = about_flow(file)
    there = pictures(file, about, lang)
    if name not in there:
        raise TradeDataError(Text("page_no_such", which=name[:40]))
    stem = name_of(about.trade.reporter, about.facts.year, None)
    return f"{stem}_{about.facts.flow}_{name}_{lang}.{kind}", file_of(there[name], kind)
