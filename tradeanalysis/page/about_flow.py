"""The facts of the flow that a page is about, and what the brief says of it."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from tradeanalysis.brief.about_data import cited
from tradeanalysis.brief.arrangement import contents_of
from tradeanalysis.brief.contents import Block, Contents, Heading
from tradeanalysis.brief.drawings import Picture, pictures_of
from tradeanalysis.brief.facts import FlowFacts, flow_facts, unrecorded
from tradeanalysis.brief.opened_table import OpenedTable, opened
from tradeanalysis.brief.outlook import PlanRequest
from tradeanalysis.page.opened_file import OpenedFile
from tradeanalysis.schema import FLOW, PARTNER, REPORTER, VALUE, YEAR, TradeDataError, TradeDataWarning
from tradeanalysis.texts import EconomyName, Text


@dataclass(frozen=True)
class AboutFlow:
    """One flow of the economy or province: its table, its facts, and the gaps of a reconciled table."""

    trade: OpenedTable
    facts: FlowFacts
    gaps: list[str]

    @property
    def markets(self) -> pd.Series[float]:
        """The values of the partners with trade, the largest first, without what is not allocated."""
        partners = self.facts.partners
        values: pd.Series[float] = partners[partners[VALUE] > 0].set_index(PARTNER)[VALUE].astype(float)
        return values

    @property
    def rest(self) -> float:
        """The value that is not allocated to a partner."""
        u = self.facts.unallocated
        return float(self.markets.sum()) * u / (1 - u)


def about_flow(file: OpenedFile, flow: str | None = None, request: PlanRequest | None = None) -> AboutFlow:
    """The facts of a flow, the one that the page is about where none is named, as they were kept or anew."""
    flow, request = flow or file.flow, request or PlanRequest()
    key = ("facts", flow, request)
    if key not in file.made:
        file.made[key] = _about(file, flow, request)
    found: AboutFlow = file.made[key]
    return found


def _about(file: OpenedFile, flow: str | None, request: PlanRequest) -> AboutFlow:
    trade = _trade(file)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", TradeDataWarning)  # the page states what is not allocated
        facts = flow_facts(trade, flow, request) if flow and _is_traded(trade, flow) else None
    if facts is None or not facts.value > 0:
        raise TradeDataError(Text("page_no_values", reporter=EconomyName(trade.reporter)))
    gaps = unrecorded(trade.rows.to_native(), trade.reporter) if trade.certificate.get("reconciled") else []
    return AboutFlow(trade, facts, gaps)


def _trade(file: OpenedFile) -> OpenedTable:
    """The table, completed and opened, as it was kept or anew."""
    if "trade" not in file.made:
        reporter = file.reporter
        assert reporter is not None
        file.made["trade"] = opened(file.table, reporter, file.flow, file.year)
    found: OpenedTable = file.made["trade"]
    return found


def traded_flows(file: OpenedFile) -> list[str]:
    """The flows of the table in which the economy has trade in the year; that which is given, where one is."""
    given = file.options.get("flow") or (file.flow if not file.flows else None)
    return [given] if given else [one for one in file.flows if _is_traded(_trade(file), one)]


def _is_traded(trade: OpenedTable, flow: str) -> bool:
    """Whether the economy has any trade in the year; in a reconciled table what others report is its own, too."""
    rows = trade.rows.to_native()
    mine = (rows[REPORTER] == trade.reporter) & (rows[FLOW] == flow)
    if trade.certificate.get("reconciled"):
        mine |= rows[PARTNER] == trade.reporter
    return bool((rows[mine & (rows[YEAR] == trade.year)][VALUE] > 0).any())


def pictures(file: OpenedFile, about: AboutFlow, lang: str) -> dict[str, Picture]:
    """The figures of the flow, none of them drawn yet."""
    key = ("pictures", about.facts.flow, about.facts.outlook and about.facts.outlook.request, lang)
    if key not in file.made:
        file.made[key] = pictures_of(about.facts, lang, source=cited(about.trade.certificate, lang) or "", note="")
    found: dict[str, Picture] = file.made[key]
    return found


def contents(file: OpenedFile, abouts: list[AboutFlow], lang: str) -> Contents:
    """All that the brief says of these flows."""
    drawings = {one.facts.flow: pictures(file, one, lang) for one in abouts}
    first = abouts[0]
    return contents_of([one.facts for one in abouts], drawings, first.trade.certificate, first.gaps, lang=lang)


def below(blocks: Sequence[Block], head: str) -> list[Any]:
    """What stands below a heading, up to the next."""
    places = [i for i, one in enumerate(blocks) if isinstance(one, Heading) and one.text == head]
    if not places:
        return []
    found = []
    for one in blocks[places[0] + 1 :]:
        if isinstance(one, Heading):
            break
        found.append(one)
    return found
