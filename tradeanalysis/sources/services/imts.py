"""IMTS of the IMF, once DOTS: what each economy reported of its trade in goods by partner; no products, no key.

The address is the form that was recorded on 16 December 2025; its answers are CSV where the header Accept says so, and
are read as XML or JSON too. Values are whole US dollars, whatever SCALE says, which is how its pages show them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from tradeanalysis.schema import EXPORT, IMPORT, TradeDataError
from tradeanalysis.sources.services.bodies import json_of
from tradeanalysis.sources.services.calls import Answer, Ask, Call, Query, Service
from tradeanalysis.sources.services.sdmx_answers import check_labels, joined, observations, refused, sums_by_year
from tradeanalysis.texts import Text

NAME, TITLE = "imf", "IMF IMTS"
FLOW_PATH = "/external/sdmx/3.0/{what}/dataflow/IMF.STA/IMTS/{version}/{key}"
CSV = "application/vnd.sdmx.data+csv;version=2.0.0"
INDICATORS = {EXPORT: "XG_FOB_USD", IMPORT: "MG_CIF_USD"}
WORLD = "G001"
# Its codes that are not ISO 3166; Taiwan reports nothing to it.
OWN_CODES = {"XKX": "KOS", "PSE": "WBG"}
NO_REPORTERS = ("TWN",)
ALL = ("all",)


def plan(query: Query, ask: Ask | None) -> list[Call]:
    """A call for each reporter and flow: of all years, or of all economies one for each year."""
    _refuse_what_it_has_not(query)
    every = query.reporters == ALL
    calls = []
    for reporter in ["*"] if every else [OWN_CODES.get(one, one) for one in query.reporters]:
        for flow in query.flows:
            years = query.years or _latest(reporter, flow, ask)
            if not years:  # which are not known before the net is touched
                calls.append(_availability(reporter, flow))
                continue
            spans = [(year, year) for year in years] if every else [(min(years), max(years))]
            calls += [_data(reporter, flow, span, query.partners) for span in spans]
    return calls


def _refuse_what_it_has_not(query: Query) -> None:
    if (query.products not in (None, ("TOTAL",))) or query.level or query.classification:
        raise TradeDataError(Text("imts_no_products"))
    if silent := [one for one in query.reporters if one in NO_REPORTERS]:
        raise TradeDataError(Text("imts_no_report", reporters=silent))
    if "EU" in query.reporters:
        raise TradeDataError(Text("imts_no_bloc", reporter="EU"))


def _data(reporter: str, flow: str, span: tuple[int, int], partners: Sequence[str] | None) -> Call:
    counterparts = "+".join(OWN_CODES.get(one, one) for one in partners) if partners else "*"
    first, last = span
    return Call(
        NAME,
        FLOW_PATH.format(what="data", version="+", key=f"{reporter}.{INDICATORS[flow]}.{counterparts}.A"),
        (
            ("c[TIME_PERIOD]", f"ge:{first}-01-01+le:{last}-12-31"),
            ("dimensionAtObservation", "TIME_PERIOD"),
            ("detail", "full"),
            ("includeHistory", "false"),
        ),
        accept=CSV,
        about={"reporter": reporter, "flow": flow, "years": span},
    )


def _availability(reporter: str, flow: str) -> Call:
    """What there is of an economy's years, without the months."""
    key = f"{reporter}.{INDICATORS[flow]}.{WORLD}.A"
    return Call(
        NAME,
        FLOW_PATH.format(what="availability", version="%2B", key=key) + "/FREQUENCY",
        kind="availability",
        about={"reporter": reporter, "flow": flow},
    )


def _latest(reporter: str, flow: str, ask: Ask | None) -> tuple[int, ...]:
    """The last year that an economy has reported; none where it cannot be known."""
    if ask is None:
        return ()
    call = _availability(reporter, flow)
    _, last = _there_is(call, ask(call).content)
    if last is None:
        raise refused(call, Text("imts_nothing_of", reporter=reporter))
    return (last,)


def _there_is(call: Call, content: bytes) -> tuple[int, int | None]:
    """How many series there are, and the last year of them."""
    if not content.strip():
        return 0, None
    try:
        (constraint,) = json_of(call, content)["data"]["dataConstraints"]
        facts = {one["id"]: one["title"] for one in constraint["annotations"]}
        end = facts.get("time_period_end") or ""
        # Should months be counted, a year that ends before its last is not whole.
        last = int(end[:4]) - (end[5:7] not in ("", "01", "12")) if end else None
        return int(facts["series_count"]), last
    except (LookupError, TypeError, ArithmeticError) as error:
        reason = Text("sdmx_answer_unreadable", reason=f"{type(error).__name__}: {error}")
        raise refused(call, reason) from None


def check(call: Call, content: bytes) -> int:
    """The number of observations of an answer to this call, or of series that there are.

    Raises
    ------
    DownloadError
        It is no answer, or one to another call.
    """
    if call.kind == "availability":
        return _there_is(call, content)[0]
    return len(_observed(call, content))


def _observed(call: Call, content: bytes) -> pd.DataFrame:
    """The observations of the years of a call; the service may give others beside them."""
    cells = observations(call, content)
    if cells.empty:
        return cells
    reporter = call.about["reporter"]
    wanted = {
        "country": None if reporter == "*" else (reporter,),
        "indicator": (INDICATORS[call.about["flow"]],),
        "frequency": ("A",),
        "counterpart_country": None,
        "time_period": None,
    }
    check_labels(call, cells, wanted)
    first, last = call.about["years"]
    years = pd.to_numeric(cells["time_period"], errors="coerce")
    if years.isna().any():
        other = sorted(set(cells["time_period"][years.isna()]))
        raise refused(call, Text("sdmx_answer_of_other", column="TIME_PERIOD", labels=other))
    return cells[years.between(first, last).to_numpy()]


def divide(call: Call) -> Sequence[Call]:
    """No answer of this service is cut, so that none has to be divided."""
    raise refused(call, Text("not_divided"))


def cells(query: Query, answers: Sequence[Answer]) -> pd.DataFrame:
    """The observations of all answers, of the years of the query."""
    table = joined(_observed(one.call, one.content) for one in answers if one.call.kind == "data")
    return table[table["time_period"].astype(int).isin(query.years)] if query.years and len(table) else table


def reading(query: Query) -> Mapping[str, Any]:
    """Groups of economies are left out, and the partners are compared with the World."""
    return {"drop_aggregates": True, **({"year": query.years} if query.years else {})}


def nothing(status: int, content: bytes) -> bool:
    """The service answers without a body where it has no rows, and for codes that it does not know."""
    return status == 204 or (status == 200 and not content.strip())


def confirms_empty(call: Call, ask: Ask) -> bool:
    """Whether nothing is there of the economy, or nothing as late as the years of the call."""
    if call.about["reporter"] == "*" or ".*." not in call.path:
        return True  # which of all, or of the partners that are named, is not said
    there = _availability(call.about["reporter"], call.about["flow"])
    series, last = _there_is(there, ask(there).content)
    return not series or last is None or last < call.about["years"][0]


def totals(answer: Answer) -> Mapping[int, float]:
    """The World row of each year; the sum of the partners where some were named."""
    table = _observed(answer.call, answer.content)
    world = table[table["counterpart_country"] == WORLD] if len(table) else table
    return sums_by_year(table if world.empty else world)


IMTS = Service(
    name=NAME,
    title=TITLE,
    base="https://api.imf.org",
    hosts=(),
    pace=0.5,
    fresh_days={"data": 7, "availability": 1, "list": 30},
    licence="IMF terms: may be copied, published and distributed with the source named and users informed of the terms",
    citation="International Monetary Fund, International Trade in Goods by Partner Country (IMTS), IMF.STA:IMTS",
    plan=plan,
    check=check,
    divide=divide,
    cells=cells,
    reading=reading,
    nothing=nothing,
    confirms_empty=confirms_empty,
    facts={"valuation": "exports FOB, imports CIF"},
    totals=totals,
)
