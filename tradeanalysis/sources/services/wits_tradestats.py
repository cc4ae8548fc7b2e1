"""TradeStats of the World Bank's WITS: trade by partner in thousand dollars, of all products or of groups of them.

Its figures are those of UN Comtrade as WITS has taken them; regions stand among the partners, and have names here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from tradeanalysis import names
from tradeanalysis.schema import EXPORT, IMPORT, TradeDataError
from tradeanalysis.sources.services.bodies import text_of
from tradeanalysis.sources.services.calls import Answer, Ask, Call, Query, Service
from tradeanalysis.sources.services.sdmx_answers import (
    check_labels,
    joined,
    observations,
    refused,
    sums_by_year,
    words_of,
)
from tradeanalysis.texts import Text

NAME, TITLE = "wits", "WITS TradeStats"
BASE = "/API/V1"
INDICATORS = {EXPORT: "XPRT-TRD-VL", IMPORT: "MPRT-TRD-VL"}
WORLD, TOTAL = "WLD", "Total"
# The codes of economies in WITS that are not those of ISO 3166.
OWN_CODES = {"ROU": "ROM", "SRB": "SER", "MNE": "MNT", "SDN": "SUD", "COD": "ZAR", "TLS": "TMP", "TWN": "OAS"}
# Sections of the harmonised system, and three further divisions of all products.
GROUPS = (
    *("01-05_Animal", "06-15_Vegetable", "16-24_FoodProd", "25-26_Minerals", "27-27_Fuels", "28-38_Chemicals"),
    *("39-40_PlastiRub", "41-43_HidesSkin", "44-49_Wood", "50-63_TextCloth", "64-67_Footwear", "68-71_StoneGlas"),
    *("72-83_Metals", "84-85_MachElec", "86-89_Transport", "90-99_Miscellan"),
    *("AgrRaw", "Chemical", "Food", "Fuels", "manuf", "OresMtls", "Textiles", "Transp"),
    *("UNCTAD-SoP1", "UNCTAD-SoP2", "UNCTAD-SoP3", "UNCTAD-SoP4"),
)
# So many years are named in one address.
YEARS_AT_ONCE = 10
ALL = ("all",)


def plan(query: Query, ask: Ask | None) -> list[Call]:
    """A call for each reporter, flow and product group, of ten years; of all economies one for each year."""
    every = query.reporters == ALL
    calls = []
    for reporter in ["all"] if every else [_code(one) for one in query.reporters]:
        for flow in query.flows:
            years = query.years or _latest(reporter, flow, ask)
            if not years:  # which are not known before the net is touched
                calls.append(_availability(reporter, flow))
                continue
            at_once = 1 if every else YEARS_AT_ONCE
            spans = [years[i : i + at_once] for i in range(0, len(years), at_once)]
            calls += [
                _data(reporter, flow, span, partner, product)
                for span in spans
                for product in _products(query)
                for partner in (map(_code, query.partners) if query.partners else ["all"])
            ]
    return calls


def _products(query: Query) -> list[str]:
    """The codes of groups of products as WITS writes them."""
    known = {one.casefold(): one for one in (TOTAL, *GROUPS)}
    wanted = [str(one).casefold() for one in query.products or (TOTAL,)]
    if query.level or query.classification or not set(wanted) <= set(known):
        raise TradeDataError(Text("wits_products", groups=list(GROUPS)))
    return [known[one] for one in wanted]


def _code(economy: str) -> str:
    if economy == "EU":
        raise TradeDataError(Text("wits_no_bloc", reporter=economy))
    return OWN_CODES.get(economy, economy)


def _data(reporter: str, flow: str, years: Sequence[int], partner: str, product: str) -> Call:
    return Call(
        NAME,
        f"{BASE}/SDMX/V21/datasource/tradestats-trade/reporter/{reporter.lower()}/year/{';'.join(map(str, years))}"
        f"/partner/{partner.lower()}/product/{product}/indicator/{INDICATORS[flow]}",
        (("format", "JSON"),),
        about={"reporter": reporter, "flow": flow, "years": tuple(years), "partner": partner, "product": product},
    )


def _availability(reporter: str, flow: str) -> Call:
    """The years that there are of an economy."""
    return Call(
        NAME,
        f"{BASE}/wits/datasource/tradestats-trade/dataavailability/country/{reporter.lower()}/indicator/{INDICATORS[flow]}",
        accept="application/xml",
        kind="availability",
        about={"reporter": reporter, "flow": flow},
    )


def _years_there(call: Call, content: bytes) -> set[int]:
    if not content.strip():
        return set()
    text = text_of(call, content)
    if "dataavailability" not in text:
        raise refused(call, Text("sdmx_answer_says", words=words_of(text)))
    return set(map(int, re.findall(r"<(?:\w+:)?year>\s*((?:19|20)\d\d)\s*</", text)))


def _latest(reporter: str, flow: str, ask: Ask | None) -> tuple[int, ...]:
    if ask is None:
        return ()
    call = _availability(reporter, flow)
    if not (there := _years_there(call, ask(call).content)):
        raise refused(call, Text("wits_nothing_of", reporter=reporter))
    return (max(there),)


def check(call: Call, content: bytes) -> int:
    """The number of values of an answer to this call, or of years that there are.

    Raises
    ------
    DownloadError
        It is no answer, or one to another call.
    """
    return len(_years_there(call, content)) if call.kind == "availability" else len(_observed(call, content))


def _observed(call: Call, content: bytes) -> pd.DataFrame:
    """The values of an answer of the years of its call."""
    table = observations(call, content)
    if table.empty:
        return table
    about = call.about
    if "reporter" in table:  # Romania is ROM, or ROU
        known = {one: OWN_CODES.get(code := names.economy(one) or one, code) for one in set(table["reporter"])}
        table = table.assign(reporter=table["reporter"].map(known))
    wanted = {
        "reporter": None if about["reporter"] == "all" else (about["reporter"],),
        "indicator": (INDICATORS[about["flow"]],),
        "productcode": (about["product"],),
        "partner": None,
        "time_period": None,
    }
    check_labels(call, table, wanted)
    return table[table["time_period"].isin(list(map(str, about["years"]))).to_numpy()]


def divide(call: Call) -> Sequence[Call]:
    """No answer of this service is cut, so that none has to be divided."""
    raise refused(call, Text("not_divided"))


def cells(query: Query, answers: Sequence[Answer]) -> pd.DataFrame:
    """The values of all answers; products are a column where groups of them were requested."""
    table = joined(_observed(one.call, one.content) for one in answers if one.call.kind == "data")
    return table if query.products else table.drop(columns="productcode", errors="ignore").assign(productcode="TOTAL")


def reading(query: Query) -> Mapping[str, Any]:
    """Regions are left out, and the partners are compared with the World."""
    return {"drop_aggregates": True, **({"year": query.years} if query.years else {})}


def nothing(status: int, content: bytes) -> bool:
    """Whether the service says that it has no rows, which it does with 404, or with an error as a success."""
    return status == 204 or (
        status in (200, 404) and re.search(rb"no ?records? ?found", content[:4000], re.I) is not None
    )


def explain(status: int, content: bytes, headers: Mapping[str, str]) -> str | None:
    """The words of an error in XML."""
    start = content.removeprefix(b"\xef\xbb\xbf").lstrip()
    return Text("sdmx_answer_says", words=words_of(start.decode("utf-8", "replace"))) if start[:1] == b"<" else None


def confirms_empty(call: Call, ask: Ask) -> bool:
    """Whether no year of a call is there of its reporter; a partner or a group of products may well have nothing."""
    about = call.about
    if about["reporter"] == "all" or about["partner"] != "all" or about["product"] != TOTAL:
        return True
    there = _availability(about["reporter"], about["flow"])
    return not _years_there(there, ask(there).content) & set(about["years"])


def totals(answer: Answer) -> Mapping[int, float]:
    """The World row of each year, in thousand dollars; the sum of the partners where some were named."""
    table = _observed(answer.call, answer.content)
    world = table[(table["partner"] == WORLD).to_numpy()] if len(table) else table
    return sums_by_year(table if world.empty else world)


WITS = Service(
    name=NAME,
    title=TITLE,
    base="https://wits.worldbank.org",
    hosts=(),
    pace=1.0,
    fresh_days={"data": 7, "availability": 1, "list": 30},
    licence="World Bank WITS terms of use: for one's own use; the database may not be passed on",
    citation="World Bank, World Integrated Trade Solution (WITS), TradeStats",
    plan=plan,
    check=check,
    divide=divide,
    cells=cells,
    reading=reading,
    nothing=nothing,
    confirms_empty=confirms_empty,
    explain=explain,
    facts={"valuation": "exports FOB, imports CIF"},
    totals=totals,
)
