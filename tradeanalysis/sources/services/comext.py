"""Comext of Eurostat: trade of the members of the European Union by partner and product, in euros."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from tradeanalysis.sources.services.bodies import text_of
from tradeanalysis.sources.services.calls import Answer, Ask, Call, Cut, Query, Service
from tradeanalysis.sources.services.comext_calls import (
    FLOWS,
    LEVELS,
    MOST,
    NAME,
    PARTNERS,
    PARTS,
    TITLE,
    TOTAL,
    VALUES,
    WORLD,
    call_for,
    call_for_years,
    code_of,
    divide,
    later,
    products_of,
    reporters_of,
)
from tradeanalysis.sources.services.sdmx_answers import (
    VALUE,
    check_labels,
    joined,
    observations,
    refused,
    sums_by_year,
    words_of,
)
from tradeanalysis.texts import Text


def plan(query: Query, ask: Ask | None) -> list[Call]:
    """Calls for each reporter and flow, of as many years as are answered at once."""
    products = products_of(query)
    partners = tuple(code for one in query.partners or () for code in (code_of(one), *PARTS.get(one, ())))
    calls: list[Call] = []
    for reporter in reporters_of(query):
        for flow in query.flows:
            years = query.years or _latest(reporter, flow, ask)
            if not years:  # which are not known before the net is touched
                calls.append(call_for_years(reporter, flow))
                continue
            at_once = max(1, MOST // (PARTNERS * len(products))) if products else 1
            spans = [years[i : i + at_once] for i in range(0, len(years), at_once)]
            calls += [call_for(reporter, flow, span, partners, products) for span in spans]
    return calls


def _years_there(reporter: str, flow: str, ask: Ask) -> set[int]:
    answer = ask(call := call_for_years(reporter, flow))
    return set(_observed(call, answer.content)["time_period"].astype(int)) if answer.content else set()


def _latest(reporter: str, flow: str, ask: Ask | None) -> tuple[int, ...]:
    if ask is None:
        return ()
    if not (there := _years_there(reporter, flow, ask)):
        raise refused(call_for_years(reporter, flow), Text("comext_nothing_of", reporter=reporter))
    return (max(there),)


def check(call: Call, content: bytes) -> int:
    """The number of values of an answer to this call.

    Raises
    ------
    Cut
        The service refuses a request of so many rows.
    DownloadError
        It is no answer, or one to another call.
    """
    return len(_observed(call, content))


def _observed(call: Call, content: bytes) -> pd.DataFrame:
    """The values of an answer, without the quantities that may stand among them."""
    _refuse_fault(call, content)
    table = observations(call, content)
    if table.empty:
        return table.reindex(columns=["time_period", "partner", VALUE])
    about = call.about
    wanted = {
        "freq": ("A",),
        "reporter": (about["reporter"],),
        "flow": (FLOWS[about["flow"]],),
        "partner": about["partners"] or None,
        "product": about["products"] or None,
        "indicators": None,
        "time_period": None,
    }
    check_labels(call, table, wanted)
    table = table[(table["indicators"] == VALUES).to_numpy()]
    years = pd.to_numeric(table["time_period"], errors="coerce")
    if years.isna().any():
        other = sorted(set(table["time_period"][years.isna()]))
        raise refused(call, Text("sdmx_answer_of_other", column="TIME_PERIOD", labels=other))
    return table if about["years"] is None else table[years.isin(about["years"]).to_numpy()]


def _refuse_fault(call: Call, content: bytes) -> None:
    """Refuse what the service says in place of an answer."""
    if not content.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"<"):
        return
    text = text_of(call, content)
    if "EXTRACTION_TOO_BIG" in text or ("footer" in text and 'code="413"' in text):
        raise Cut
    raise refused(call, Text("sdmx_answer_says", words=words_of(text)))


def nothing(status: int, content: bytes) -> bool:
    """Whether the service says that it has no rows for a request."""
    return status == 204 or b"NO_RESULTS" in content[:4000]


def explain(status: int, content: bytes, headers: Mapping[str, str]) -> str | None:
    """The words of a fault; a request that is too large is divided."""
    if b"EXTRACTION_TOO_BIG" in content:
        raise Cut
    start = content.lstrip()
    return Text("sdmx_answer_says", words=words_of(start.decode("utf-8", "replace"))) if start[:1] == b"<" else None


def cells(query: Query, answers: Sequence[Answer]) -> pd.DataFrame:
    """The values of all answers; of a level, its codes within the products of the query, and the total."""
    table = joined(_observed(one.call, one.content) for one in answers if one.call.kind == "data")
    if table.empty or query.level not in LEVELS:
        return table
    product = table["product"].astype(str)
    kept = (product.str.len() == query.level) & product.str.isdigit()
    if query.products:
        return table[kept & product.str.startswith(tuple(query.products))]
    return table[kept | (product == TOTAL)]


def reading(query: Query) -> Mapping[str, Any]:
    """Groups of economies are left out, and the partners are compared with the World."""
    years = {"year": query.years} if query.years else {}
    return {"drop_aggregates": True, **years, **({"level": query.level} if query.level in LEVELS else {})}


def confirms_empty(call: Call, ask: Ask) -> bool:
    """Whether nothing of the years of a call is there of its reporter; one product or partner may well have nothing."""
    whole = not call.about["partners"] and TOTAL in call.about["products"]
    return not whole or not _years_there(call.about["reporter"], call.about["flow"], ask) & set(call.about["years"])


def release(call: Call, content: bytes) -> str | None:
    """When the figures were last changed: day and time, in the time of Luxembourg."""
    table = _observed(call, content)
    found = [
        f"20{year}-{month}-{day} {hour}"
        for one in set(table.get("last update", []))
        for day, month, year, hour in re.findall(r"^(\d\d)/(\d\d)/(\d\d) (\d\d:\d\d)", str(one))
    ]
    return max(found, default=None)


def totals(answer: Answer) -> Mapping[int, float]:
    """The World row of each year, of all products of the answer."""
    table = _observed(answer.call, answer.content)
    world = table[(table["partner"] == WORLD).to_numpy()]
    return sums_by_year(world)


COMEXT = Service(
    name=NAME,
    title=TITLE,
    base="https://ec.europa.eu",
    hosts=(),
    pace=1.0,
    fresh_days={"data": 7, "availability": 1, "list": 30},
    licence="Eurostat copyright notice: reuse is free with the source named",
    citation="Eurostat, EU trade since 1988 by HS2-4-6 and CN8 (DS-045409), Comext",
    plan=plan,
    check=check,
    divide=divide,
    cells=cells,
    reading=reading,
    later=later,
    release=release,
    nothing=nothing,
    confirms_empty=confirms_empty,
    explain=explain,
    facts={"valuation": "exports FOB, imports CIF (statistical value)"},
    totals=totals,
)
