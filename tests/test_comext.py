"""Eurostat's Comext: its calls, what is prepared or too large, and its answers in euros."""

import dataclasses

import pytest
from fault_server import answer, cut, failing, ok
from sdmx_answers import BOUGHT_BY, EU_GROUPS, EU_TABLE, comext_csv, comext_rows, is_empty, served

import tradeanalysis as ta
from tradeanalysis.sources.services import comext
from tradeanalysis.sources.services.calls import Answer, Cut, Query
from tradeanalysis.sources.services.known_services import SERVICES

# What is not specified is a warning, as in every file; two codes of one economy are added.
pytestmark = pytest.mark.filterwarnings(r"ignore:TA-1(19|33)")
QUERY = Query(("DEU",), (2024,), ("export",))
BASE = "/eurostat/api/comext/dissemination"
DATA, STATUS, READY = f"{BASE}/sdmx/2.1/data/DS-045409", f"{BASE}/1.0/async/status", f"{BASE}/1.0/async/data"
TOO_BIG = (
    '<S:Fault xmlns:S="http://schemas.xmlsoap.org/soap/envelope/"><faultcode>413</faultcode><faultstring>'
    "EXTRACTION_TOO_BIG: The requested extraction is too big, estimated 420709314 rows, max authorised is 5000000, "
    "please change your filters to reduce the extraction size</faultstring></S:Fault>"
)
NO_RESULTS = (
    '<S:Fault xmlns:S="http://schemas.xmlsoap.org/soap/envelope/"><faultcode>100</faultcode>'
    "<faultstring>NO_RESULTS: no data</faultstring></S:Fault>"
)
SOAP = "http://schemas.xmlsoap.org/soap/envelope/"


def queued(status, id="1f2a-77"):
    return (
        f'<env:Envelope xmlns:env="{SOAP}"><env:Header/><env:Body><ns0:syncResponse xmlns:ns0="urn:x"><queued>'
        f"<id>{id}</id><status>{status}</status></queued></ns0:syncResponse></env:Body></env:Envelope>"
    )


def sums(table, *by):
    return table.groupby([*by])["value"].sum().to_dict()


def key(call):
    return call.path.rsplit("/", 1)[1]


def read(query, *contents, **given):
    calls = comext.plan(query, None)
    cells = comext.cells(query, [Answer(c, x.encode(), {}) for c, x in zip(calls, contents, strict=True)])
    return ta.read(cells, **{**comext.reading(query), **given})


def played(monkeypatch, tmp_path, data, **routes):
    others = {"status": STATUS, "ready": READY}
    return served(
        monkeypatch, tmp_path / "cache", comext.COMEXT, {DATA: data, **{others[name]: x for name, x in routes.items()}}
    )


# ---- calls


def test_the_address_is_the_recorded_form():
    (call,) = comext.plan(Query(("DEU",), (2023, 2024), ("import",), partners=("VNM",), products=("030462",)), None)
    assert call.address == (
        "/eurostat/api/comext/dissemination/sdmx/2.1/data/DS-045409/A.DE.VN.030462.1.VALUE_IN_EUROS"
        "?format=SDMX-CSV&compressed=false&startPeriod=2023&endPeriod=2024"
    )


def test_codes_of_economies_are_those_of_comext():
    query = Query(("GRC",), (2024,), ("export",), partners=("SRB", "XKX", "GBR", "USA"))
    assert key(comext.plan(query, None)[0]) == "A.GR.XS+XK+GB+XI+XU+US.TOTAL.2.VALUE_IN_EUROS"


def test_years_are_one_call_as_long_as_it_is_answered_at_once():
    total = comext.plan(Query(("DEU",), tuple(range(2002, 2025)), ("export", "import")), None)
    assert [key(one) for one in total] == [f"A.DE..TOTAL.{flow}.VALUE_IN_EUROS" for flow in "21"]
    chapters = comext.plan(Query(("DEU",), tuple(range(2005, 2025)), ("export",), level=2), None)
    # 99 codes by 280 partners are 27,720 rows a year: 14 years are 388,080.
    assert [len(one.about["years"]) for one in chapters] == [14, 6]
    assert key(chapters[0]).startswith("A.DE..TOTAL+01+02+")
    headings = comext.plan(Query(("DEU",), (2023, 2024), ("export",), level=4), None)
    assert [key(one) for one in headings] == ["A.DE...2.VALUE_IN_EUROS"] * 2


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"reporters": ("VNM",)}, "VNM does not report to Eurostat"),
        ({"reporters": ("EU",)}, "EU does not report"),
        ({"level": 3}, "codes of 2, 4, 6"),
        ({"classification": "HS"}, "combined nomenclature"),
        ({"level": 2, "products": ("8517",)}, "8517 is no code that codes of 2 digits begin with"),
    ],
)
def test_what_comext_does_not_have_is_refused_before_any_call(given, says):
    with pytest.raises(ta.TradeDataError, match=says):
        comext.plan(Query(**{"reporters": ("DEU",), "years": (2024,), "flows": ("export",)} | given), None)


def test_every_member_reports():
    calls = comext.plan(Query(("all",), (2024,), ("export",)), None)
    assert len(calls) == 27
    assert {key(one)[:4] for one in calls} >= {"A.DE", "A.GR", "A.HR"}
    assert len(comext.plan(Query(("all",), (2019,), ("export",)), None)) == 28
    assert len(comext.plan(Query(("all",), (2019, 2024), ("export",)), None)) == 28


def test_the_latest_year_is_the_last_of_the_totals():
    latest = Query(("DEU",), None, ("export",))
    (there,) = comext.plan(latest, None)
    assert key(there) == "A.DE.WORLD.TOTAL.2.VALUE_IN_EUROS"
    rows = [row for row in comext_rows(years=range(2019, 2026)) if row[3] == "WORLD"]
    (call,) = comext.plan(latest, lambda call: Answer(call, comext_csv(rows).encode(), {}))
    assert call.about["years"] == (2025,)


# ---- answers


def test_values_are_euros_and_quantities_are_not_added():
    table = read(QUERY, comext_csv(comext_rows()))
    assert sums(table, "partner") == EU_TABLE
    certificate = ta.certificate(table)
    assert certificate["currency"] == "EUR"
    assert certificate["total_of_file"] == 100
    (call,) = comext.plan(QUERY, None)
    content = comext_csv(comext_rows()).encode()
    assert comext.check(call, content) == len(comext_rows()) / 2
    assert comext.totals(Answer(call, content, {})) == {2024: 100.0}
    assert comext.release(call, content) == "2026-09-15 11:00"


def test_the_recorded_answer_is_read(shared_data):
    content = (shared_data / "live/eurostat/comext_DE_VN_030462_2024.csv").read_text()
    query = Query(("DEU",), (2024,), ("import",), products=("030462",))
    (call,) = comext.plan(query, None)
    assert comext.check(call, content.encode()) == 2
    with pytest.raises(ta.TradeDataError, match=r"TA-114.*-19\.1%"):  # 32,313,884 of 39,919,520: one partner of several
        read(query, content)
    table = read(query, content, remainder=True)
    assert sums(table, "partner") == {"VNM": 32313884, "OTH": 39919520 - 32313884}
    fault = (shared_data / "live/eurostat/fault_413.xml").read_bytes()
    with pytest.raises(Cut):
        comext.check(call, fault)
    with pytest.raises(Cut):
        comext.explain(413, fault, {})


def test_a_rate_makes_dollars_and_partners_beyond_the_world_are_refused():
    # 40 euros at .8 euros a dollar are 50 dollars.
    table = read(QUERY, comext_csv(comext_rows()), rate={2024: 0.8})
    assert sums(table, "partner")["USA"] == 50
    assert ta.certificate(table)["currency"] == "USD"
    with pytest.raises(ta.TradeDataError, match="TA-114"):
        read(QUERY, comext_csv(comext_rows(world=60)))


def test_a_level_keeps_its_codes_and_the_total_as_control():
    query = Query(("DEU",), (2024,), ("export",), level=4)
    rows = comext_rows(times=10) + comext_rows(product="85", times=10)
    rows += (
        comext_rows(product="8517", times=6)
        + comext_rows(product="8542", times=4)
        + comext_rows(product="851712", times=6)
    )
    table = read(query, comext_csv(rows))
    assert sums(table, "product") == {"8517": 600, "8542": 400}
    # Of a chapter, its headings alone.
    one = Query(("DEU",), (2024,), ("export",), products=("8517",), level=6)
    assert sums(read(one, comext_csv(rows)), "product") == {"851712": 600}


def test_products_are_read_apart():
    query = Query(("DEU",), (2024,), ("export",), products=("85", "09"))
    rows = comext_rows(product="85") + comext_rows(product="09", times=2)
    assert sums(read(query, comext_csv(rows)), "product") == {"85": 100, "09": 200}


OTHER = {
    "of another economy": (comext_csv(comext_rows()).replace(",DE,", ",FR,"), "REPORTER has FR"),
    "of another flow": (comext_csv(comext_rows(flow="1")), "FLOW has 1"),
    "of other products": (comext_csv(comext_rows(product="85")), "PRODUCT has 85"),
    "of months": (comext_csv(comext_rows()).replace(",A,", ",M,"), "FREQ has M"),
    "without indicators": (comext_csv(comext_rows()).replace("indicators", "unit"), "no column INDICATORS"),
    "a page": ("<html><body>maintenance</body></html>", "page for browsers"),
    "a fault": (NO_RESULTS.replace("100", "150").replace("NO_RESULTS", "INVALID_QUERY"), "it says: 150 INVALID_QUERY"),
    "cut": (comext_csv(comext_rows())[:-12], "cut or damaged"),
}


@pytest.mark.parametrize("what", OTHER)
def test_what_is_no_answer_to_the_call_is_refused(what):
    content, says = OTHER[what]
    with pytest.raises(ta.DownloadError, match=says):
        comext.check(comext.plan(QUERY, None)[0], content.encode())


# ---- requests that are too large


def test_a_call_is_divided_by_years_then_products_then_partners():
    (call,) = comext.plan(Query(("DEU",), (2022, 2023, 2024), ("export",), products=("85", "09")), None)
    parts = comext.divide(call)
    assert [one.about["years"] for one in parts] == [(2022,), (2023, 2024)]
    assert [key(one) for one in comext.divide(parts[0])] == [f"A.DE..{code}.2.VALUE_IN_EUROS" for code in ("85", "09")]
    halves = comext.divide(comext.divide(parts[0])[0])
    partners = [set(one.about["partners"]) for one in halves]
    assert not partners[0] & partners[1]
    assert partners[0] | partners[1] >= {*BOUGHT_BY, "WORLD"}
    assert all(len(one.address) < 1900 for one in halves)
    last = comext.divide(comext.plan(Query(("DEU",), (2024,), ("export",), partners=("VNM", "USA")), None)[0])
    with pytest.raises(ta.DownloadError, match="as small as can be"):
        comext.divide(last[0])


def test_what_is_too_large_is_fetched_in_parts(monkeypatch, tmp_path):
    """The service refuses more than one year, and in 2023 more than 150 partners."""

    def data(request):
        _, _, partners, _, _, _ = request.path.rsplit("/", 1)[1].split(".")
        named = partners.split("+") if partners else []
        first, last = int(request.query["startPeriod"]), int(request.query["endPeriod"])
        if last > first or (last == 2023 and not 0 < len(named) <= 150):
            return answer(413, TOO_BIG)(request)
        rows = [row for row in comext_rows(years=[last]) if not named or row[3] in named]
        return answer(200, comext_csv(rows) if rows else NO_RESULTS)(request)

    with played(monkeypatch, tmp_path, data) as server:
        table = ta.fetch("eurostat", "Germany", year=[2023, 2024])
        assert sums(table, "year", "partner") == {
            (year, one): x for year in (2023, 2024) for one, x in EU_TABLE.items()
        }
        calls = len(server.requests)
        assert calls == 5  # both years, 2023, its two halves, 2024
        again = ta.fetch("eurostat", "Germany", year=[2023, 2024])
        assert len(server.requests) == calls
        assert sums(again, "year") == {2023: 100, 2024: 100}


def test_a_prepared_answer_is_waited_for(monkeypatch, tmp_path):
    def status(request):
        return ok(queued(["SUBMITTED", "PROCESSING", "AVAILABLE"][min(request.count, 3) - 1]))(request)

    routes = {"status": status, "ready": ok(comext_csv(comext_rows()))}
    with played(monkeypatch, tmp_path, ok(queued("SUBMITTED")), **routes) as server:
        table = ta.fetch("eurostat", "DEU", year=2024)
        assert sums(table, "partner") == EU_TABLE
        assert [one.path for one in server.requests][1:] == [f"{STATUS}/1f2a-77"] * 3 + [f"{READY}/1f2a-77"]
        assert sums(ta.fetch("eurostat", "DEU", year=2024), "partner") == EU_TABLE
        assert len(server.requests) == 5  # what was prepared is stored under the request


@pytest.mark.parametrize(("state", "says"), [("EXPIRED", "says EXPIRED"), ("PROCESSING", "not ready in time")])
def test_a_prepared_answer_that_never_comes_is_no_answer(monkeypatch, tmp_path, state, says):
    with played(monkeypatch, tmp_path, ok(queued("SUBMITTED")), status=ok(queued(state))):
        monkeypatch.setitem(SERVICES, "eurostat", dataclasses.replace(comext.COMEXT, pace=0.3))
        with pytest.raises(ta.DownloadError, match=says):
            ta.fetch("eurostat", "DEU", year=2024, deadline=1.0)
        assert is_empty(tmp_path / "cache")


# ---- the service as this machine plays it


def test_the_table_is_in_euros_or_by_a_rate_in_dollars(monkeypatch, tmp_path):
    with played(monkeypatch, tmp_path, ok(comext_csv(comext_rows()))) as server:
        assert ta.certificate(ta.fetch("eurostat", "DEU", year=2024))["currency"] == "EUR"
        table = ta.read("eurostat:DEU", year=2024, rate={2024: 0.8})
        assert sums(table, "partner")["CHN"] == 37.5
        known = ta.certificate(table)
        assert known["fetched"][0]["release"] == "2026-09-15 11:00"
        assert known["fetched"][0]["from_cache"]
        assert len(server.requests) == 1


@pytest.mark.parametrize("status", [200, 404])
def test_no_rows_are_told_from_a_failure(monkeypatch, tmp_path, status):
    rows = [row for row in comext_rows(years=[2022]) if row[3] == "WORLD"]

    def data(request):
        return (ok(comext_csv(rows)) if ".WORLD." in request.path else answer(status, NO_RESULTS))(request)

    with played(monkeypatch, tmp_path, data):
        with pytest.raises(ta.DownloadError, match="no rows"):
            ta.fetch("eurostat", "DEU", year=2024)
        with pytest.raises(ta.DownloadError, match="gave no row"):
            ta.fetch("eurostat", "DEU", year=2022)


FAULTS = {
    "a page": ok("<html>repair</html>"),
    "another economy": ok(OTHER["of another economy"][0]),
    "cut within its length": cut(comext_csv(comext_rows()).encode(), 300),
    "too busy for good": answer(503, "busy"),
    "a fault in words": answer(400, OTHER["a fault"][0]),
    "a fault as success": ok(OTHER["a fault"][0]),
}


@pytest.mark.parametrize("what", FAULTS)
def test_a_failure_is_a_download_error_and_leaves_nothing_bad(monkeypatch, tmp_path, what):
    with played(monkeypatch, tmp_path, FAULTS[what]) as server:
        with pytest.raises(ta.DownloadError) as caught:
            ta.fetch("eurostat", "DEU", year=2024, deadline=20)
        assert caught.value.service == "eurostat"
        assert is_empty(tmp_path / "cache")
        server.routes[DATA] = failing(2, answer(500), ok(comext_csv(comext_rows())))
        assert sums(ta.fetch("eurostat", "DEU", year=2024), "partner") == EU_TABLE


@pytest.mark.parametrize("lost", [1, 2, 5], ids=["end", "digit", "digits"])
def test_a_number_that_lost_its_last_digits_is_not_taken(monkeypatch, tmp_path, lost):
    """As the answer of a server or proxy that states no length, and is broken off in the last value."""
    rows = [row for row in comext_rows(times=1e3) if "QUANTITY" not in row[6] and row[3] not in EU_GROUPS]
    whole = comext_csv([*rows[-1:], *rows[:-1]])
    with (
        played(monkeypatch, tmp_path, ok(whole[:-lost])),
        pytest.raises(ta.DownloadError, match="cut or damaged in line 10"),
    ):
        ta.fetch("eurostat", "DEU", year=2024)
    assert is_empty(tmp_path / "cache")
