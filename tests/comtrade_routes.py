"""A made-up UN Comtrade: values follow from reporter, year, flow, partner and product by a rule; caps are silent."""

import json
from dataclasses import dataclass, field
from functools import cached_property
from urllib.parse import parse_qs, urlsplit

from fault_server import whole

KEY = "test-0123456789abcdef"
# Real numbers of partners, Other Asia nes (Taiwan) and Areas nes among them.
PARTNERS = (842, 156, 410, 392, 276, 251, 699, 757, 579, 380, 490, 899, 704, 764, 36, 528)
# What the service writes beside the codes and values of every row.
FIXED = {
    "typeCode": "C",
    "freqCode": "A",
    "refMonth": 52,
    "partner2Code": 0,
    "customsCode": "C00",
    "mosCode": "0",
    "motCode": 0,
    "reporterISO": None,
    "reporterDesc": None,
    "partnerISO": None,
    "partnerDesc": None,
    "cmdDesc": None,
    "classificationSearchCode": "HS",
    "isOriginalClassification": True,
    "qty": 0,
    "netWgt": 0,
    "legacyEstimationFlag": 4,
    "isReported": False,
    "isAggregate": True,
}
LONGEST = 2_048


def of_chapters(chapters=range(1, 98), each=1) -> tuple[str, ...]:
    """Codes of six digits, so many in each chapter, four in a heading; 77 is kept free."""
    return tuple(f"{n:02d}{1 + i // 4:02d}{1 + i % 4}0" for n in chapters if n != 77 for i in range(each))


@dataclass
class MadeUp:
    """What it has: partners, codes of six digits, and for each reporter its years with their classification."""

    partners: tuple[int, ...] = PARTNERS
    codes: tuple[str, ...] = field(default_factory=of_chapters)
    years: dict[int, dict[int, str]] = field(default_factory=lambda: {704: dict.fromkeys(range(2010, 2025), "H6")})
    cap: int = 100_000
    cap_keyless: int = 500
    key: str = KEY
    released: dict[int, str | None] = field(default_factory=dict)
    checksums: dict[int, int | None] = field(default_factory=dict)
    # Multiplies all values of a year, as a revision does.
    revised: dict[int, int] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)

    def value(self, reporter: int, year: int, flow: str, partner: int, code: str) -> int:
        """Dollars of one product to or from one partner; 0 is a row that does not exist."""
        seed = reporter * 31 + year * 7 + (3 if flow == "M" else 5) + partner * 13 + int(code) * 17
        if partner == reporter or (partner + int(code) // 10 + year) % 7 == 0:
            return 0
        # Little is not allocated to a partner.
        return (10 if partner == 899 else 1_000 + seed % 9_973) * self.revised.get(year, 1)

    @cached_property
    def _kept(self) -> dict:
        return {}

    def cells(self, reporter: int, year: int, flow: str) -> dict[tuple[int, str], int]:
        """All rows of a reporter, year and flow: each level of products, and World (0); a hundredth is secret."""
        key = reporter, year, flow, self.revised.get(year, 1)
        if key in self._kept:
            return self._kept[key]
        of: dict[tuple[int, str], int] = {}
        for partner in self.partners:
            whole = 0
            for code in self.codes:
                x = self.value(reporter, year, flow, partner, code)
                if x:
                    for part in dict.fromkeys((code, code[:4], code[:2])):
                        of[partner, part] = of.get((partner, part), 0) + x
                    whole += x
            if whole:
                of[partner, "TOTAL"] = whole + whole // 100
        for (_, code), x in list(of.items()):
            of[0, code] = of.get((0, code), 0) + x
        self._kept[key] = of
        return of

    # What is answered: a status, a body and headers.

    def respond(self, target: str, headers: dict[str, str]) -> tuple[int, bytes, dict[str, str]]:
        """The answer to an address."""
        path, query = urlsplit(target).path, {k: v[-1] for k, v in parse_qs(urlsplit(target).query, True).items()}
        self.calls.append(target)
        if len(target) > LONGEST:
            return 414, b"<html><head><title>414 Request-URI Too Large</title></head></html>", {}
        part = path.strip("/").split("/")
        if part[:3] == ["public", "v1", "getDA"]:
            return self.body(self.availability(query, part[-1]))
        keyed = part[:2] == ["data", "v1"]
        if keyed and "ocp-apim-subscription-key" not in headers:
            return self.refusal(401, "Access denied due to missing subscription key. Make sure to include it.")
        if keyed and headers["ocp-apim-subscription-key"] != self.key:
            return self.refusal(401, "Access denied due to invalid subscription key. Provide a valid key.")
        if part[:3] not in (["data", "v1", "get"], ["public", "v1", "preview"]):
            return self.refusal(404, "Resource not found")
        periods = query["period"].split(",")
        if len(periods) > (12 if keyed else 1):
            if keyed:
                return 400, json.dumps({"error": "Maximum number of periods is 12 ", "details": []}).encode(), {}
            return self.body([], error="Maximum number of periods for preview is 1")
        rows = self.rows(query, part[-1])
        return self.body(rows[: self.cap if keyed else self.cap_keyless])

    @staticmethod
    def refusal(status: int, message: str) -> tuple[int, bytes, dict[str, str]]:
        return status, json.dumps({"statusCode": status, "message": message}).encode(), {}

    @staticmethod
    def body(rows: list[dict], error: str = "", count: int | None = None) -> tuple[int, bytes, dict[str, str]]:
        """Rows in their envelope, whose count is that of the rows it holds, cut or not."""
        envelope = {"elapsedTime": "0.12 secs", "count": len(rows) if count is None else count, "data": rows}
        return 200, json.dumps({**envelope, "error": error}).encode(), {}

    def availability(self, query: dict[str, str], classification: str) -> list[dict]:
        return [
            {
                "datasetCode": int(f"2{reporter:04d}{year}0101"),
                "typeCode": "C",
                "freqCode": "A",
                "period": year if year % 2 else str(year),
                "reporterCode": reporter,
                "reporterISO": "",
                "classificationCode": used if classification == "HS" else classification,
                "classificationSearchCode": "HS",
                "isOriginalClassification": classification in ("HS", used),
                "totalRecords": self.records(reporter, year),
                "datasetChecksum": self.checksums.get(year, -140_000 - year),
                "firstReleased": f"{year + 1}-06-11T00:00:00",
                "lastReleased": self.released.get(year, f"{year + 1}-08-03T19:51:21.7333333"),
            }
            for reporter in map(int, query["reporterCode"].split(","))
            for year, used in self.years.get(reporter, {}).items()
        ]

    def records(self, reporter: int, year: int) -> int:
        """The rows of a year as if every partner traded in everything, both ways."""
        return 2 * (len(self.partners) + 1) * len(self.all_codes)

    def rows(self, query: dict[str, str], classification: str) -> list[dict]:
        reporter = int(query["reportercode"])
        partners = {int(one) for one in query["partnerCode"].split(",")} if "partnerCode" in query else None
        wanted = query["cmdCode"].split(",")
        codes = [one for one in self.all_codes if any(_is(one, pattern) for pattern in wanted)]
        of_partners = [one for one in (0, *self.partners) if partners is None or one in partners]
        found = []
        for year in map(int, query["period"].split(",")):
            if year not in self.years.get(reporter, {}):
                continue
            used = self.years[reporter][year] if classification == "HS" else classification
            for flow in query["flowCode"].split(","):
                cells = self.cells(reporter, year, flow)
                found += [
                    self.row(reporter, year, flow, partner, code, used, cells[partner, code])
                    for partner in of_partners
                    for code in codes
                    if (partner, code) in cells
                ]
        return found

    @cached_property
    def all_codes(self) -> list[str]:
        return ["TOTAL", *sorted({code[:n] for code in self.codes for n in (2, 4, 6)})]

    @staticmethod
    def row(reporter: int, year: int, flow: str, partner: int, code: str, used: str, value: float) -> dict:
        return {
            **FIXED,
            "refPeriodId": year * 10_000 + 101,
            "refYear": year,
            "period": str(year),
            "reporterCode": reporter,
            "flowCode": flow,
            "partnerCode": partner,
            "classificationCode": used,
            "cmdCode": code,
            "cifvalue": float(value) if flow == "M" else None,
            "fobvalue": float(value) if flow == "X" else None,
            "primaryValue": float(value),
        }


def _is(code: str, pattern: str) -> bool:
    if pattern.startswith("AG"):
        return code != "TOTAL" and len(code) == int(pattern[2:])
    return len(code) == len(pattern) and all(a in ("?", b) for a, b in zip(pattern, code, strict=True))


def played(made_up: MadeUp):
    """A handler of the fault server that answers as the made-up service."""

    def handler(request):
        status, content, headers = made_up.respond(request.target, dict(request.headers))
        kind = {} if content[:1] == b"{" else {"Content-Type": "text/html"}
        return [whole(status, content, {**kind, **headers})]

    return handler


def changed(made_up: MadeUp, change):
    """A handler whose answers are changed on their way: ``change`` takes the envelope and gives it or other bytes."""

    def handler(request):
        status, content, _ = made_up.respond(request.target, dict(request.headers))
        new = change(json.loads(content)) if status == 200 else content
        return [whole(status, new if isinstance(new, bytes) else json.dumps(new).encode())]

    return handler


def each_row(change):
    """A change of an envelope that changes each row; what gives None is left out."""

    def whole_answer(envelope):
        rows = [new for row in envelope["data"] for new in change(dict(row))]
        return {**envelope, "data": rows, "count": len(rows)}

    return whole_answer
