"""The monthly page: what the last month says, for those who must act, and what has changed since the last page."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from tradeanalysis import names
from tradeanalysis.brief.contents import Contents
from tradeanalysis.brief.documents import wanted_formats
from tradeanalysis.brief.html_page import Link, html_page
from tradeanalysis.brief.monthly.month_facts import MonthFacts, month_facts
from tradeanalysis.brief.monthly.month_page import month_contents
from tradeanalysis.brief.monthly.page_history import Alert, history_of, page_of
from tradeanalysis.brief.monthly.since_last_page import NEW, since_last_page
from tradeanalysis.brief.monthly.target_progress import TargetProgress, progress_of
from tradeanalysis.gate.frames import collected, open_table
from tradeanalysis.monitoring import months_of_tables
from tradeanalysis.output.progress import Progress, line_writer
from tradeanalysis.output.safe_texts import slug
from tradeanalysis.output.whole_files import refuse_input, write_file
from tradeanalysis.parameters import need_labels, need_numbers
from tradeanalysis.results import Result
from tradeanalysis.schema import FLOW, PARTNER, PERIOD, REPORTER, VALUE, CountryError, TradeDataError
from tradeanalysis.tables.months import SUM_SO_FAR
from tradeanalysis.texts import Text, label, month_name
from tradeanalysis.texts import catalogues as texts


@dataclass(frozen=True, repr=False)
class MonthlyReport(Result):
    """A monthly page that was written.

    Attributes
    ----------
    table
        The alerts of the month as ``ta.watch`` gives them, the worst first, with ``state``: ``"new"`` where the page
        of the last month did not have it, or ``"goes on"``.
    month, reporter, flow
        The month of the page, such as ``"2026-05"``, and whose trade it is of.
    ended
        The alerts that the page before had and this one has not: rule, partner and product.
    files
        The pages.
    remarks
        What the reader must know of the data, in English; the page says it in its language.
    """

    table: pd.DataFrame
    month: str
    reporter: str
    flow: str
    ended: tuple[Alert, ...]
    files: tuple[Path, ...]
    remarks: tuple[Text, ...]

    @property
    def new(self) -> int:
        """How many alerts are new."""
        return int((self.table["state"] == NEW).sum())

    def sentence(self, lang: str = "en") -> str:
        """How many alerts are new, go on and are over."""
        counts = {"new": self.new, "old": len(self.table) - self.new, "ended": len(self.ended)}
        words = {"reporter": label(self.reporter, lang), "month": month_name(self.month, lang)}
        return Text("monthly_result", **words, **counts).say(lang)


def write_monthly_report(
    table: Any,
    reporter: str | int | None = None,
    *,
    flow: str | None = None,
    plan: Any = None,
    growth: float | None = None,
    cap: float | None = None,
    history: str | Path | None = None,
    source: str | None = None,
    out: str | Path = "figures",
    langs: Iterable[str] = texts.LANGUAGES,
    name: str | None = None,
    progress: Progress = None,
) -> MonthlyReport:
    """Write what the last month's figures say: one self-contained page in each language.

    The page has the month in figures (value of the month and of the year so far beside the same months of the year
    before, the share of the largest market over twelve months, the HHI of the year so far, and ``ta.nowcast`` of the
    whole year), the alerts of ``ta.watch`` with their record, the courses of the largest markets' shares, progress
    towards the targets of a plan, what has changed since the page before, and notes on the data. A last month that is
    reported in part (``ta.monitoring.half_reported``) is named and left out: the page is of the last whole month.

    Parameters
    ----------
    table
        A trade table with ``period`` (2026-05), of at least 13 whole months, in any library. Months are made of sums so
        far (2026-C05) as ``ta.monitoring.months_of_tables`` makes them.
    reporter, flow
        As for ``write_brief``; may be left out where the table has only one.
    plan
        Targets of the page's year: a workbook that ``ta.write_plan`` wrote, a file with a table of targets by market,
        a ``ta.plan``, or a Series or dict of targets by market, in the currency of the table.
    growth
        In place of ``plan``: the targets are those of ``ta.plan`` with this growth on the year before, and ``cap``.
    cap
        The largest share of a market: the watch warns of markets near it.
    history
        A small file (JSON) in which the page keeps what the next one compares with: for each month the estimate of the
        year and which alerts there were, and of the newest two pages the values by month and market of their year and
        the year before. One that is damaged, or of other figures, is named, not followed and left as it is. Without
        it nothing is kept. A second page of one month compares with the same page as the first.
    source
        Who issues the figures; where not given, the department at the head of the file.
    out, langs
        The folder, and the languages of the pages.
    name
        What the files are called by; otherwise the economy.
    progress
        The path of each file when it is written: None is silent, True writes to stderr, or a function.

    Returns
    -------
    A ``MonthlyReport``: ``.files``, ``.table`` with the state of each alert, ``.new``, ``.ended``, ``.month``.

    Raises
    ------
    TradeDataError
        The table has no months or fewer than 13 whole ones; whose trade or which flow is open; the targets cannot be
        read or are in another currency; a file cannot be written.
    CountryError
        The economy is unknown.

    Notes
    -----
    A market is behind where less of its target is reached than it had reached of its year by the same month in the
    lowest of up to five earlier whole years, by more than one percentage point; ahead where it is above the highest by
    more than that. Shares are of all trade, the HHI of what is allocated to markets. Amounts so far are sums of the
    months that this year and the year before both have.

    Examples
    --------
    >>> import tempfile
    >>> import pandas as pd
    >>> import tradeanalysis as ta
    >>> months = [f"{year}-{month:02}" for year in (2023, 2024, 2025) for month in range(1, 13)][:29]
    >>> rows = [(m, p, x * (1 + i / 100)) for i, m in enumerate(months) for p, x in {"USA": 5e6, "JPN": 3e6}.items()]
    >>> table = pd.DataFrame(rows, columns=["period", "partner", "value"]).assign(flow="export")
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     done = ta.brief.write_monthly_report(table, "VNM", growth=0.08, out=folder, langs=["en"])
    >>> done.month, [path.name for path in done.files]
    ('2025-05', ['month_VNM_export_2025-05_en.html'])
    """
    need_labels(reporter=reporter, flow=flow)
    need_numbers("growth", "cap", growth=growth, cap=cap)
    if cap is not None and not 0 < cap <= 1:
        raise TradeDataError(Text("monthly_cap", cap=cap))
    if growth is not None and not -1 < growth <= 1:
        raise TradeDataError(Text("monthly_growth", growth=growth))
    langs, report = list(langs), line_writer(progress)
    for lang in langs:
        texts.catalogue(lang)  # an unknown language raises before anything is written
    wanted_formats("html")
    facts = facts_of_month(table, reporter, flow, getattr(plan, "cap", None) if cap is None else cap)
    towards = progress_of(facts, plan, growth, cap)
    kept = history_of(None if history is None else Path(history), facts)
    since = since_last_page(facts, kept)
    files = {lang: Path(out) / month_file(facts, lang, name) for lang in langs}
    for path in files.values():
        refuse_input(path)
    for lang, path in files.items():
        links = [Link(files[one].name, texts.say("brief_language", lang), one) for one in langs if one != lang]
        contents = month_contents(facts, since, towards, kept, source=source, lang=lang)
        write_file(path, html_page(contents, links))
        report(str(path))
    kept.write(page_of(facts))
    remarks = (*facts.refused, *([] if kept.refused is None else [kept.refused]))
    alerts = facts.alerts.assign(state=since.states)
    return MonthlyReport(
        alerts, facts.month, facts.reporter, facts.flow, tuple(since.ended), tuple(files.values()), remarks
    )


def facts_of_month(
    table: Any, reporter: str | int | None = None, flow: str | None = None, plan: Any = None
) -> MonthFacts:
    """The facts of the last month of an economy or province, which the table need not name; ``plan`` is a cap."""
    if not isinstance(table, pd.DataFrame):
        table = collected(open_table(table, [PARTNER, PERIOD], VALUE)).to_pandas()
    if PERIOD in table and table[PERIOD].astype(str).str.fullmatch(SUM_SO_FAR).any():
        attrs = dict(table.attrs)
        table = months_of_tables(table)
        table.attrs = attrs | table.attrs
    own, code = _whose(table, reporter, flow)
    return month_facts(own, code, flow, plan)


def contents_alone(facts: MonthFacts, progress: TargetProgress | None, lang: str) -> Contents:
    """The page of a month without a history to compare with."""
    kept = history_of(None, facts)
    return month_contents(facts, since_last_page(facts, kept), progress, kept, source=None, lang=lang)


def month_file(facts: MonthFacts, lang: str, name: str | None = None) -> str:
    """What the page of a month is called."""
    return f"month_{slug(name or facts.reporter)}_{facts.flow}_{facts.month}_{lang}.html"


def _whose(table: pd.DataFrame, reporter: str | int | None, flow: str | None) -> tuple[pd.DataFrame, str | None]:
    """The table with columns of reporter and flow, and the label of the economy in it."""
    attrs = dict(table.attrs)
    code = None if reporter is None else str(reporter)
    if reporter is not None and (REPORTER not in table or code not in set(table[REPORTER])):
        try:
            code = names.country(reporter).iso3
        except CountryError:
            if REPORTER in table:
                raise
    if REPORTER not in table:
        if code is None:
            raise TradeDataError(Text("monthly_whose"))
        table = table.assign(**{REPORTER: code})
    if FLOW not in table:
        if flow is None:
            raise TradeDataError(Text("brief_needs_flow"))
        table = table.assign(**{FLOW: flow})
    table.attrs = attrs
    return table, code
