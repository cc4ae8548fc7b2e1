"""What the tests and the code assume of the services, in one place: calls, and what comes back; see record.py.

Where reports of a service differ, all that the code survives is listed, and ``seen`` says which it is.
"""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from comtrade_routes import MadeUp
from sdmx_answers import IMTS as IMTS_COLUMNS

from tradeanalysis.sources.services import comtrade_answers
from tradeanalysis.sources.services.baci_ranges import BACI, FIRST_YEARS
from tradeanalysis.sources.services.calls import Answer, Call, Cut, Query, Service
from tradeanalysis.sources.services.comext import COMEXT
from tradeanalysis.sources.services.comext import nothing as nothing_of_comext
from tradeanalysis.sources.services.comtrade import COMTRADE
from tradeanalysis.sources.services.imts import IMTS
from tradeanalysis.sources.services.wdi import WDI
from tradeanalysis.sources.services.wits_tradestats import WITS
from tradeanalysis.sources.services.wits_tradestats import nothing as nothing_of_wits

YEAR = 2022


@dataclass(frozen=True)
class Seen:
    """What came back from a call."""

    call: Call
    status: int
    content: bytes
    headers: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def json(self) -> Any:
        return json.loads(self.content.decode("utf-8-sig") or "null")

    @property
    def rows(self) -> list[dict[str, Any]]:
        """The rows of an answer of Comtrade."""
        return self.json["data"]

    @cached_property
    def table(self) -> list[dict[str, str]]:
        """The rows of CSV."""
        return list(csv.DictReader(io.StringIO(self.content.decode("utf-8-sig"))))

    @property
    def says(self) -> str:
        """What is said in place of rows, in few words."""
        start = " ".join(self.content[:2_000].decode("utf-8", "replace").split())[:80]
        if not start.startswith("{"):
            return start
        body = self.json
        return str(body.get("error") or body.get("message") or f"{len(body.get('data') or [])} rows")

    def values(self, name: str) -> list[Any]:
        """The labels of a column of Comtrade's rows, each once."""
        return sorted({row[name] for row in self.rows}, key=str)

    def read_by(self, service: Service) -> str:
        """What the check of the service makes of it."""
        try:
            return "read" if service.check(self.call, self.content) else "no rows"
        except Cut:
            return "cut"


@dataclass(frozen=True)
class Assumed:
    """One thing that is assumed of an answer: what it is, or the values of which it is one."""

    what: str
    seen: Callable[[Seen], Any]
    expected: tuple[Any, ...] = ()
    at_least: float | None = None

    def agrees(self, value: Any) -> bool:
        return value in self.expected if self.at_least is None else value >= self.at_least

    @property
    def wanted(self) -> str:
        return " or ".join(map(str, self.expected)) if self.at_least is None else f">= {self.at_least:,}"


@dataclass(frozen=True)
class Probe:
    """A call, with what is assumed of its answer; where ``call`` needs answers itself, it is a function of ``ask``."""

    name: str
    service: Service
    call: Call | Callable[[Callable[[Call], Answer]], Call]
    assumed: tuple[Assumed, ...]
    keyed: bool = False


def is_(what: str, seen: Callable[[Seen], Any], *expected: Any) -> Assumed:
    return Assumed(what, seen, expected)


def least(what: str, seen: Callable[[Seen], Any], at_least: float) -> Assumed:
    return Assumed(what, seen, at_least=at_least)


def status(*codes: int) -> Assumed:
    return is_("status", lambda seen: seen.status, *codes)


def read_by(service: Service) -> Assumed:
    return is_("our check of the answer", lambda seen: seen.read_by(service), "read")


def lacking(what: str, found: Callable[[Seen], Collection[str]], needed: Collection[str]) -> Assumed:
    """Names that our code or tests have and the answer has not."""
    return is_(f"{what} that are not there", lambda seen: sorted(set(needed) - set(found(seen))), [])


def planned(service: Service, reporter: str, place: int = 0, **given: Any) -> Call:
    """A call as the service plans it."""
    query = Query(**{"reporters": (reporter,), "years": (YEAR,), "flows": ("export",), **given})
    return service.plan(query, None)[place]


def others(name: str, value: Any) -> Callable[[Seen], Any]:
    """The labels of a column, as one text where it has one."""
    return lambda seen: [one for one in seen.values(name) if str(one) != str(value)]


# ---- UN Comtrade --------------------------------------------------------------------------------------------------

TOTALS = planned(COMTRADE, "VNM", place=1)
KEYED = planned(COMTRADE, "VNM", place=1, keyed=True, years=(2021, 2022))
ROW = MadeUp.row(704, YEAR, "X", 842, "TOTAL", "H6", 1.0)
ROW_OF_YEARS = MadeUp().availability({"reporterCode": "704"}, "HS")[0]
ENVELOPE = ("elapsedTime", "count", "data", "error")
PREVIEW_OF_TWO = ("Maximum number of periods for preview is 1", "rows of 2 periods")


def two_periods(seen: Seen) -> str:
    periods = len({str(row["period"]) for row in seen.rows})
    return f"rows of {periods} periods" if periods else seen.says


def world_and_parts(name: str) -> Callable[[Seen], Any]:
    """The sum of the partners as a share of the row of the World."""

    def share(seen: Seen) -> float:
        kept = [row for row in seen.rows if comtrade_answers.is_total(row)]
        world = sum(row[name] for row in kept if row["partnerCode"] == 0)
        return round(sum(row[name] for row in kept if row["partnerCode"]) / world, 3) if world else 0.0

    return share


def unequal(one: str, other: str) -> Callable[[Seen], int]:
    return lambda seen: sum(row[one] != row[other] for row in seen.rows)


OF_COMTRADE = (
    Probe(
        "comtrade availability",
        COMTRADE,
        planned(COMTRADE, "VNM"),
        (
            status(200),
            read_by(COMTRADE),
            lacking("fields of the envelope", lambda seen: seen.json, ENVELOPE),
            lacking("fields of a row", lambda seen: seen.rows[0], ROW_OF_YEARS),
            least("years", lambda seen: len(seen.rows), 15),
            is_("length of a day of release", lambda seen: len(str(seen.rows[-1]["lastReleased"])[:10]), 10),
            is_("kind of a period", lambda seen: type(seen.rows[-1]["period"]).__name__, "int", "str"),
            is_("kind of a checksum", lambda seen: type(seen.rows[-1]["datasetChecksum"]).__name__, "int", "NoneType"),
        ),
    ),
    Probe(
        "comtrade totals by partner",
        COMTRADE,
        TOTALS,
        (
            status(200),
            read_by(COMTRADE),
            lacking("fields of the envelope", lambda seen: seen.json, ENVELOPE),
            lacking("fields of a row", lambda seen: seen.rows[0], ROW),
            is_(
                "fields of a row of which the tests say nothing",
                lambda seen: len(set(seen.rows[0]) - set(ROW)) < 25,
                True,
            ),
            is_("count less rows", lambda seen: seen.json["count"] - len(seen.rows), 0),
            is_("below the cap of 500", lambda seen: len(seen.rows) < 500, True),
            least("partners", lambda seen: len(seen.values("partnerCode")), 100),
            is_("rows of the World", lambda seen: sum(row["partnerCode"] == 0 for row in seen.rows), 1),
            is_("partners over World", world_and_parts("primaryValue"), 1.0, 0.999, 1.001),
            is_("values that are not FOB", unequal("primaryValue", "fobvalue"), 0),
            is_("kind of a period", lambda seen: type(seen.rows[0]["period"]).__name__, "str"),
            is_("month of a year", lambda seen: seen.values("refMonth"), [52]),
            is_(
                "classification begins with",
                lambda seen: {str(one)[0] for one in seen.values("classificationCode")},
                {"H"},
            ),
            *(
                is_(f"{name} other than {one}", others(name, one), [])
                for name, one in (
                    *(
                        ("partner2Code", 0),
                        ("customsCode", "C00"),
                        ("motCode", 0),
                        ("mosCode", "0"),
                        ("cmdCode", "TOTAL"),
                    ),
                )
            ),
        ),
    ),
    Probe(
        "comtrade imports",
        COMTRADE,
        planned(COMTRADE, "VNM", place=1, flows=("import",)),
        (status(200), read_by(COMTRADE), is_("values that are not CIF", unequal("primaryValue", "cifvalue"), 0)),
    ),
    Probe(
        "comtrade preview at its cap",
        COMTRADE,
        TOTALS.with_(params={"cmdCode": "AG2"}),
        (
            status(200),
            is_("rows", lambda seen: len(seen.rows), 500),
            is_("count, which does not say that it was cut", lambda seen: seen.json["count"], 500),
            is_("our check of the answer", lambda seen: seen.read_by(COMTRADE), "cut"),
        ),
    ),
    Probe(
        "comtrade preview of 10 rows at most",
        COMTRADE,
        TOTALS.with_(params={"maxRecords": "10"}),
        (status(200), least("rows, whatever was requested", lambda seen: len(seen.rows), 11)),
    ),
    Probe(
        "comtrade preview of two periods",
        COMTRADE,
        TOTALS.with_(params={"period": "2021,2022"}),
        (status(200, 400), is_("what comes", two_periods, *PREVIEW_OF_TWO)),
    ),
    Probe(
        "comtrade reporterCode with a capital",
        COMTRADE,
        Call(
            COMTRADE.name,
            TOTALS.path,
            tuple(("reporterCode" if name == "reportercode" else name, one) for name, one in TOTALS.params),
        ),
        (status(200), is_("reporters", lambda seen: seen.values("reporterCode"), [704])),
    ),
    Probe(
        "comtrade no such flow",
        COMTRADE,
        TOTALS.with_(params={"flowCode": "-1"}),
        (
            status(200),
            is_("rows", lambda seen: len(seen.rows), 0),
            is_("error", lambda seen: seen.json["error"], "", None),
        ),
    ),
    Probe(
        "comtrade without a key",
        COMTRADE,
        KEYED,
        (
            status(401),
            is_("field of the status", lambda seen: seen.json["statusCode"], 401),
            is_("the message says that it is missing", lambda seen: "missing subscription key" in seen.says, True),
        ),
    ),
    Probe(
        "comtrade no such path",
        COMTRADE,
        Call(COMTRADE.name, "/public/v1/getFinalDataAvailability/C/A/HS"),
        (status(404),),
    ),
    Probe(
        "comtrade list of reporters",
        COMTRADE,
        Call(COMTRADE.name, "/files/v1/app/reference/Reporters.json", kind="list"),
        (
            status(200),
            lacking(
                "fields", lambda seen: seen.json["results"][0], ("reporterCode", "reporterCodeIsoAlpha3", "isGroup")
            ),
            is_("an ETag", lambda seen: bool(seen.headers.get("etag")), True),
        ),
    ),
    Probe(
        "comtrade two years with a key",
        COMTRADE,
        KEYED,
        (
            status(200),
            is_("our check of the answer", lambda seen: seen.read_by(COMTRADE), "read"),
            is_("periods", lambda seen: seen.values("period"), ["2021", "2022"]),
            is_("count less rows", lambda seen: seen.json["count"] - len(seen.rows), 0),
        ),
        keyed=True,
    ),
    Probe(
        "comtrade 13 years with a key",
        COMTRADE,
        KEYED.with_(params={"period": ",".join(map(str, range(2010, 2023)))}),
        (
            status(200, 400),
            is_("what it says", lambda seen: seen.says.strip(), "Maximum number of periods is 12"),
        ),
        keyed=True,
    ),
)

# ---- BACI ---------------------------------------------------------------------------------------------------------


def piece_of_year(ask: Callable[[Call], Answer]) -> Call:
    """The first bytes of a member, by the directory of the release; the rest of it is not called for."""
    query = Query(("VNM",), (YEAR,), ("export",))
    call = BACI.plan(query, ask)[0]
    assert call.range
    return call.with_(range=(call.range[0], min(call.range[1], call.range[0] + 65_535)))


OF_BACI = (
    Probe(
        "baci first bytes",
        BACI,
        planned(BACI, "VNM"),
        (
            status(206),
            is_("begins as a zip", lambda seen: seen.content[:4], b"PK\x03\x04"),
            is_("bytes", lambda seen: len(seen.content), 1024),
            is_("an ETag that is not weak", lambda seen: seen.headers.get("etag", "W/")[:2] != "W/", True),
            is_("size is stated", lambda seen: seen.headers.get("content-range", "").partition("/")[2].isdigit(), True),
        ),
    ),
    Probe(
        "baci beginning of a year",
        BACI,
        piece_of_year,
        (
            status(206),
            is_(
                "member",
                lambda seen: seen.call.about["member"].name.rpartition("/")[2],
                f"BACI_HS12_Y{YEAR}_V202601.csv",
            ),
            is_("packed by", lambda seen: seen.call.about["member"].method, zipfile.ZIP_DEFLATED),
        ),
    ),
)
assert FIRST_YEARS["HS12"] <= YEAR

# ---- World Bank ---------------------------------------------------------------------------------------------------

GDP = planned(WDI, "VNM", reporters=("VNM", "THA"), years=tuple(range(2015, 2025)))
OF_WDI = (
    Probe(
        "wdi gdp of two economies",
        WDI,
        GDP,
        (
            status(200),
            read_by(WDI),
            lacking(
                "fields of the head", lambda seen: seen.json[0], ("page", "pages", "per_page", "total", "lastupdated")
            ),
            lacking("fields of a row", lambda seen: seen.json[1][0], ("countryiso3code", "indicator", "date", "value")),
            is_("pages", lambda seen: seen.json[0]["pages"], 1),
            is_("rows", lambda seen: len(seen.json[1]), 20),
            is_("codes", lambda seen: sorted({row["countryiso3code"] for row in seen.json[1]}), ["THA", "VNM"]),
        ),
    ),
    Probe(
        "wdi no such economy",
        WDI,
        Call(WDI.name, GDP.path.replace("THA;VNM", "TWN"), GDP.params),
        (status(200), is_("number of the message", lambda seen: seen.json[0]["message"][0]["id"], "120")),
    ),
)

# ---- IMF ----------------------------------------------------------------------------------------------------------

SOLD = planned(IMTS, "VNM")


def number(text: str) -> float:
    return float(text or 0)


OF_IMF = (
    Probe(
        "imf exports by partner",
        IMTS,
        SOLD,
        (
            status(200),
            read_by(IMTS),
            lacking("columns", lambda seen: seen.table[0], IMTS_COLUMNS),
            is_("scale", lambda seen: sorted({row["SCALE"] for row in seen.table}), ["6"]),
            least(
                "the World, in whole dollars",
                lambda seen: max(
                    number(row["OBS_VALUE"]) for row in seen.table if row["COUNTERPART_COUNTRY"] == "G001"
                ),
                1e11,
            ),
            is_("frequencies", lambda seen: sorted({row["FREQUENCY"] for row in seen.table}), ["A"]),
        ),
    ),
    Probe(
        "imf availability",
        IMTS,
        planned(IMTS, "VNM", years=None),
        (status(200), read_by(IMTS)),
    ),
    Probe(
        "imf no such economy",
        IMTS,
        Call(IMTS.name, SOLD.path.replace("VNM", "ZZZ"), SOLD.params, accept=SOLD.accept),
        (status(204, 404), is_("bytes", lambda seen: len(seen.content), 0)),
    ),
)

# ---- Eurostat -----------------------------------------------------------------------------------------------------

SHIPPED = planned(COMEXT, "DEU", partners=("VNM",))
COMEXT_COLUMNS = (
    *(
        "DATAFLOW",
        "LAST UPDATE",
        "freq",
        "reporter",
        "partner",
        "product",
        "flow",
        "indicators",
        "TIME_PERIOD",
        "OBS_VALUE",
    ),
)
OF_EUROSTAT = (
    Probe(
        "eurostat exports to a partner",
        COMEXT,
        SHIPPED,
        (
            status(200),
            read_by(COMEXT),
            is_("columns", lambda seen: ",".join(seen.table[0]), ",".join(COMEXT_COLUMNS)),
            is_("indicators", lambda seen: sorted({row["indicators"] for row in seen.table}), ["VALUE_IN_EUROS"]),
            is_("products", lambda seen: sorted({row["product"] for row in seen.table}), ["TOTAL"]),
        ),
    ),
    Probe(
        "eurostat a year before there was any",
        COMEXT,
        SHIPPED.with_(params={"startPeriod": "1950", "endPeriod": "1950"}),
        (
            is_(
                "no rows",
                lambda seen: nothing_of_comext(seen.status, seen.content) or (seen.status == 200 and not seen.table),
                True,
            ),
        ),
    ),
)

# ---- WITS ---------------------------------------------------------------------------------------------------------

TRADED = planned(WITS, "VNM", years=(2019,))


def dimensions_of(seen: Seen) -> set[str]:
    return {one["id"] for one in seen.json["structure"]["dimensions"]["series"]}


def observations_of(seen: Seen) -> list[list[Any]]:
    return [one for series in seen.json["dataSets"][0]["series"].values() for one in series["observations"].values()]


OF_WITS = (
    Probe(
        "wits exports by partner",
        WITS,
        TRADED,
        (
            status(200),
            read_by(WITS),
            lacking("dimensions", dimensions_of, ("REPORTER", "PARTNER", "PRODUCTCODE", "INDICATOR")),
            is_(
                "a number comes first in an observation",
                lambda seen: type(observations_of(seen)[0][0]).__name__,
                "int",
                "float",
            ),
            least("the largest, in thousand dollars", lambda seen: max(one[0] for one in observations_of(seen)), 1e8),
            is_("the largest is below 1e10", lambda seen: max(one[0] for one in observations_of(seen)) < 1e10, True),
        ),
    ),
    Probe("wits availability", WITS, planned(WITS, "VNM", years=None), (status(200), read_by(WITS))),
    Probe(
        "wits a year that is not there",
        WITS,
        planned(WITS, "VNM", years=(1950,)),
        (status(200, 404), is_("no rows", lambda seen: nothing_of_wits(seen.status, seen.content), True)),
    ),
)

PROBES = (*OF_COMTRADE, *OF_BACI, *OF_WDI, *OF_IMF, *OF_EUROSTAT, *OF_WITS)
# What is fetched whole, so that all steps are gone through; its raw answers serve the probes of the same calls.
FETCHED: tuple[tuple[str, Any, dict[str, Any]], ...] = (
    ("comtrade", "VNM", {"year": YEAR, "flow": "both"}),
    ("wdi", ["VNM", "THA"], {"year": range(2015, 2025)}),
    ("imf", "VNM", {"year": YEAR}),
    ("eurostat", "DEU", {"year": YEAR, "partner": "VNM"}),
    ("wits", "VNM", {"year": 2019}),
)
