"""The calls of Comext: their addresses, what makes up one that is too large, and how a prepared answer is had.

The address is SDMX 2.1, in which an empty place stands for all; a request of more than 500,000 rows is prepared and has
to be called for again, and one of more than five million is refused.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Literal

from tradeanalysis import names
from tradeanalysis.schema import EXPORT, IMPORT, TradeDataError
from tradeanalysis.sources.services.calls import Call, Query
from tradeanalysis.sources.services.sdmx_answers import refused
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


def reporters_of(query: Query) -> list[str]:
    """The codes of the economies of a query, members of the European Union now or once."""
    members = sorted(names.members_of("EU") or ())
    if query.reporters == ALL:
        # Who left or joined between the years has rows of some of them.
        of_years = {one for year in query.years or (9998,) for one in names.members_of("EU", year) or ()}
        return [code_of(one) for one in sorted(of_years) or members]
    if other := [one for one in query.reporters if one not in members]:
        raise TradeDataError(Text("comext_no_member", reporters=other, members=members))
    return [code_of(one) for one in query.reporters]


def products_of(query: Query) -> tuple[str, ...]:
    """The codes of a call; none where all have to come, of which those of a level are kept."""
    if query.classification:
        raise TradeDataError(Text("comext_classification"))
    if query.level not in (None, 0, *LEVELS):
        raise TradeDataError(Text("comext_level", level=query.level, levels=list(LEVELS)))
    if query.level in (None, 0):
        return query.products or (TOTAL,)
    if below := [one for one in query.products or () if len(one) > query.level or not one.isdigit()]:
        raise TradeDataError(Text("comext_below_level", level=query.level, products=below))
    if query.level > LEVELS[0]:
        return ()
    return tuple(one for one in CHAPTERS if one.startswith(query.products)) if query.products else (TOTAL, *CHAPTERS)


def code_of(economy: str) -> str:
    """The code of an economy in Comext: of two letters."""
    return OWN_CODES.get(economy) or names.country(economy).iso2


def call_for(reporter: str, flow: str, years: Sequence[int], partners: Sequence[str], products: Sequence[str]) -> Call:
    """The values of some years, partners and products; without partners or products, of all."""
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


def _call(
    key: str,
    period: tuple[tuple[str, str], ...],
    about: Mapping[str, Any],
    kind: Literal["data", "availability"] = "data",
) -> Call:
    return Call(
        NAME,
        f"{BASE}/sdmx/2.1/data/DS-045409/A.{key}.{VALUES}",
        (("format", "SDMX-CSV"), ("compressed", "false"), *period),
        accept="text/csv",
        kind=kind,
        about=about,
    )


def call_for_years(reporter: str, flow: str) -> Call:
    """The total of each year that there is, a row for each."""
    about = {"reporter": reporter, "flow": flow, "years": None, "partners": (WORLD,), "products": (TOTAL,)}
    return _call(f"{reporter}.{WORLD}.{TOTAL}.{FLOWS[flow]}", (), about, "availability")


def divide(call: Call) -> Sequence[Call]:
    """A call in two: its years, else its products, else its partners; the row of all partners stays with one half."""
    about = call.about

    def part(**changed: Any) -> Call:
        kept = {name: about[name] for name in ("reporter", "flow", "years", "partners", "products")}
        return call_for(**(kept | changed))

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
