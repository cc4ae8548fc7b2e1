"""Comext of Eurostat: trade of the members of the European Union by partner and product of up to six digits, in euros.

Its data stand under a base of their own. The address is SDMX 2.1, in which an empty place stands for all; a request of
more than 500,000 rows is prepared and has to be called for again, and one of more than five million is refused.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from tradeanalysis import names
from tradeanalysis.schema import EXPORT, IMPORT, TradeDataError
from tradeanalysis.sources.services.bodies import text_of
from tradeanalysis.sources.services.calls import Answer, Ask, Call, Cut, Query, Service
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

NAME, TITLE = "eurostat", "Eurostat Comext"
BASE = "/eurostat/api/comext/dissemination"
FLOWS = {IMPORT: "1", EXPORT: "2"}
VALUES, WORLD, TOTAL = "VALUE_IN_EUROS", "WORLD", "TOTAL"
# The chapters of the combined nomenclature; 77 is kept free.
CHAPTERS = tuple(f"{n:02d}" for n in range(1, 100) if n != 77)
LEVELS = (2, 4, 6)
# Its codes of economies that are not those of ISO 3166.
OWN_CODES = {"XKX": "XK", "SRB": "XS"}
# Partners that are no economy, or parts of one: see the layout.
OTHER_PARTNERS = ("XI", "XU", "XC", "XL", "QP", "QQ", "QR", "QS", "QU", "QV", "QW", "QX", "QY", "QZ")
# What stands for an economy beside its own code.
PARTS = {"GBR": ("XI", "XU"), "ESP": ("XC", "XL")}
# So many rows of a year may come of one code of product; the years of a call are chosen for less than are prepared.
PARTNERS, MOST = 280, 400_000
ALL = ("all",)
WAITING, READY = ("SUBMITTED", "PROCESSING"), "AVAILABLE"


def plan(query: Query, ask: Ask | None) -> list[Call]:
    """Calls for each reporter and flow, of as many years as are answered at once."""
    products = _products(query)
    partners = tuple(code for one in query.partners or () for code in (_code(one), *PARTS.get(one, ())))
    calls: list[Call] = []
    for reporter in _reporters(query):
        for flow in query.flows:
            years = query.years or _latest(reporter, flow, ask)
            if not years:  # which are not known before the net is touched
                calls.append(_there_call(reporter, flow))
                continue
            at_once = max(1, MOST // (PARTNERS * len(products))) if products else 1
            spans = [years[i : i + at_once] for i in range(0, len(years), at_once)]
            calls += [_data(reporter, flow, span, partners, products) for span in spans]
    return calls


def _reporters(query: Query) -> list[str]:
    members = sorted(names.members_of("EU") or ())
    if query.reporters == ALL:
        return [_code(one) for one in sorted(names.members_of("EU", max(query.years or (9998,))) or members)]
    if other := [one for one in query.reporters if one not in members]:
        raise TradeDataError(Text("comext_no_member", reporters=other, members=members))
    return [_code(one) for one in query.reporters]


def _products(query: Query) -> tuple[str, ...]:
    """The codes of a call; none where all have to come, of which those of a level are kept."""
    if query.classification:
        raise TradeDataError(Text("comext_classification"))
    if query.level not in (None, 0, *LEVELS):
        raise TradeDataError(Text("comext_level", level=query.level, levels=list(LEVELS)))
    if query.level in (None, 0):
        return query.products or (TOTAL,)
    chosen = query.products or ()
    if query.level == 2:
        return tuple(one for one in CHAPTERS if not chosen or one in chosen) if chosen else (TOTAL, *CHAPTERS)
    return ()


def _code(economy: str) -> str:
    """The code of an economy in Comext: of two letters."""
    return OWN_CODES.get(economy) or names.country(economy).iso2


def _data(reporter: str, flow: str, years: Sequence[int], partners: Sequence[str], products: Sequence[str]) -> Call:
    return _call(
        f"{reporter}.{'+'.join(partners)}.{'+'.join(products)}.{FLOWS[flow]}",
        (("startPeriod", str(min(years))), ("endPeriod", str(max(years)))),
        {
            "reporter": reporter,
            "flow": flow,
            "years": tuple(years),
            "partners": tuple(partners),
            "products": tuple(products),
        },
    )


def _call(key: str, period: tuple[tuple[str, str], ...], about: Mapping[str, Any], kind: Any = "data") -> Call:
    return Call(
        NAME,
        f"{BASE}/sdmx/2.1/data/DS-045409/A.{key}.{VALUES}",
        (("format", "SDMX-CSV"), ("compressed", "false"), *period),
        accept="text/csv",
        kind=kind,
        about=about,
    )


def _there_call(reporter: str, flow: str) -> Call:
    """The total of each year that there is, a row for each."""
    about = {"reporter": reporter, "flow": flow, "years": None, "partners": (WORLD,), "products": (TOTAL,)}
    return _call(f"{reporter}.{WORLD}.{TOTAL}.{FLOWS[flow]}", (), about, "availability")


def _years_there(reporter: str, flow: str, ask: Ask) -> set[int]:
    answer = ask(call := _there_call(reporter, flow))
    return set(_observed(call, answer.content)["time_period"].astype(int)) if answer.content else set()


def _latest(reporter: str, flow: str, ask: Ask | None) -> tuple[int, ...]:
    if ask is None:
        return ()
    if not (there := _years_there(reporter, flow, ask)):
        raise refused(_there_call(reporter, flow), Text("comext_nothing_of", reporter=reporter))
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


def later(call: Call, content: bytes) -> Call | None:
    """The call that asks whether a prepared answer is ready, or fetches it; None where it is there."""
    if not (job := _job(content)):
        return None
    id, status = job
    if status == READY:
        return Call(NAME, f"{BASE}/1.0/async/data/{id}", (), accept="text/csv", about=call.about)
    if status not in WAITING:
        raise refused(call, Text("comext_not_prepared", status=status))
    return Call(NAME, f"{BASE}/1.0/async/status/{id}", (), accept="application/xml", about=call.about)


def _job(content: bytes) -> tuple[str, str] | None:
    """The number and the state of an answer that is prepared."""
    start = content[:4000].decode("utf-8", "replace")
    if not start.lstrip("\ufeff \r\n\t").startswith("<") or not re.search(
        r"<(?:\w+:)?(?:queued|asyncResponse|status)\b", start
    ):
        return None
    id = re.search(r"<(?:\w+:)?id>\s*([\w-]+)\s*</", start)
    status = re.search(r"<(?:\w+:)?status>\s*(\w+)\s*</", start)
    return (id[1], status[1].upper() if status else WAITING[0]) if id else None


def divide(call: Call) -> Sequence[Call]:
    """A call in two: its years, else its products, else its partners; the row of all partners stays with one half."""
    about = call.about

    def part(**changed: Any) -> Call:
        kept = {name: about[name] for name in ("reporter", "flow", "years", "partners", "products")}
        return _data(**(kept | changed))

    for name in ("years", "products"):
        if len(several := about[name]) > 1:
            return [part(**{name: half}) for half in _halves(several)]
    partners = about["partners"] or (WORLD, *_all_partners())
    if len(partners) == 1:
        raise refused(call, Text("not_divided"))
    return [part(partners=half) for half in _halves(partners)]


def _halves(several: Sequence[Any]) -> tuple[Sequence[Any], Sequence[Any]]:
    middle = len(several) // 2
    return several[:middle], several[middle:]


def _all_partners() -> list[str]:
    """The codes of all partners that there may be; should one lack, the World is not the sum."""
    table = names.countries()
    iso2 = set(table["iso2"][table["kind"].isin(["country", "historical"])]) - {""}
    return sorted((iso2 - {"RS"}) | {*OWN_CODES.values(), *OTHER_PARTNERS})


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
