"""TradeStats of WITS: its calls, its answers in JSON and XML, and no rows told from errors."""

import pytest
from fault_server import answer, cut, failing, ok
from sdmx_answers import is_empty, sdmx_json, served

import tradeanalysis as ta
from tradeanalysis.sources.services import wits_tradestats as wits
from tradeanalysis.sources.services.calls import Answer, Query

# What is not specified is a warning, as in every file; so is an economy's trade with itself, which is left out.
pytestmark = pytest.mark.filterwarnings(r"ignore:TA-11[89]")
QUERY = Query(("USA",), (2019,), ("export",))
DATA = "/API/V1/SDMX/V21/datasource/tradestats-trade"
THERE = "/API/V1/wits/datasource/tradestats-trade/dataavailability"
# Thousand dollars that the United States sell, by partner: together 100, of which a part is its own.
SOLD = {"CAN": 40, "ROM": 10, "OAS": 20, "UNS": 5, "SPE": 3, "ZAR": 2, "CUB": 0, "CHN": 20.5}
WORLD = 100.5
REGIONS = {"EAS": 40.5, "ECS": 10, "NAC": 40, "LCN": 0, "MEA": 0, "SAS": 0, "SSF": 2}
TABLE = {"CAN": 40e3, "ROU": 10e3, "TWN": 20e3, "UNS": 5e3, "SPE": 3e3, "COD": 2e3, "CUB": 0, "CHN": 20.5e3}
NO_RECORDS = (
    '<?xml version="1.0" encoding="utf-8"?><wits:error xmlns:wits="http://wits.worldbank.org">'
    '<wits:message id="NoRecordsFound">No records found</wits:message></wits:error>'
)
ERROR = NO_RECORDS.replace('id="NoRecordsFound">No records found', 'id="InvalidReporter">Invalid reporter')


def there_is(*years):
    listed = "".join(
        f'<wits:reporter countrycode="840" iso3Code="USA"><wits:year>{y}</wits:year></wits:reporter>' for y in years
    )
    return (
        '\ufeff<?xml version="1.0"?><wits:datasource xmlns:wits="http://wits.worldbank.org">'
        f"<wits:dataavailability>{listed}</wits:dataavailability></wits:datasource>"
    )


def sdmx(
    sold=SOLD, *, world=WORLD, years=("2019",), reporter="USA", product="Total", indicator="XPRT-TRD-VL", times=(1,)
):
    """An answer as WITS writes it, a value for each partner and year."""
    partners = {**sold, **REGIONS, "WLD": world}
    dimensions = {
        "FREQ": ["A"],
        "REPORTER": [reporter],
        "PARTNER": list(partners),
        "PRODUCTCODE": [product],
        "INDICATOR": [indicator],
    }
    values = {
        f"0:0:{i}:0:0@{at}": x * factor for i, x in enumerate(partners.values()) for at, factor in enumerate(times)
    }
    return sdmx_json(dimensions, list(years), values)


def xml(sold=SOLD):
    series = "".join(
        f'<Series FREQ="A" REPORTER="USA" PARTNER="{partner}" PRODUCTCODE="Total" INDICATOR="XPRT-TRD-VL">'
        f'<Obs TIME_PERIOD="2019" OBS_VALUE="{value}" DATASOURCE="WITS-CMT"/></Series>'
        for partner, value in {**sold, **REGIONS, "WLD": WORLD}.items()
    )
    return (
        '<?xml version="1.0" encoding="utf-8"?><message:StructureSpecificTimeSeriesData xmlns:message="urn:m">'
        f"<message:DataSet>{series}</message:DataSet></message:StructureSpecificTimeSeriesData>"
    )


def sums(table, *by):
    return table.groupby([*by])["value"].sum().to_dict()


def read(query, *contents):
    calls = wits.plan(query, None)
    cells = wits.cells(query, [Answer(c, x.encode(), {}) for c, x in zip(calls, contents, strict=True)])
    return ta.read(cells, **wits.reading(query))


def played(monkeypatch, tmp_path, data, there=None):
    routes = {DATA: data, THERE: there or ok(there_is(2018, 2019))}
    return served(monkeypatch, tmp_path / "cache", wits.WITS, routes)


# ---- calls


def test_the_address_is_the_documented_form():
    (call,) = wits.plan(Query(("USA",), (2018, 2019), ("export",)), None)
    assert call.address == (
        "/API/V1/SDMX/V21/datasource/tradestats-trade/reporter/usa/year/2018;2019/partner/all/product/Total"
        "/indicator/XPRT-TRD-VL?format=JSON"
    )


def test_codes_of_economies_are_those_of_wits_and_years_are_named_by_ten():
    query = Query(("ROU",), tuple(range(2008, 2020)), ("import",), partners=("SRB", "TWN"))
    calls = wits.plan(query, None)
    assert [(c.about["partner"], len(c.about["years"])) for c in calls] == [
        ("SER", 10),
        ("OAS", 10),
        ("SER", 2),
        ("OAS", 2),
    ]
    assert "/reporter/rom/year/2018;2019/partner/oas/product/Total/indicator/MPRT-TRD-VL" in calls[-1].path
    every = wits.plan(Query(("all",), (2018, 2019), ("export",)), None)
    assert [c.path.split("/year/")[0].rsplit("/", 1)[1] for c in every] == ["all", "all"]
    assert [c.about["years"] for c in every] == [(2018,), (2019,)]


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"products": ("85",)}, "84-85_MachElec"),
        ({"level": 2}, "no levels"),
        ({"classification": "HS"}, "no levels"),
        ({"reporters": ("EU",)}, "group of economies"),
    ],
)
def test_what_wits_does_not_have_is_refused_before_any_call(given, says):
    with pytest.raises(ta.TradeDataError, match=says):
        wits.plan(Query(**{"reporters": ("USA",), "years": (2019,), "flows": ("export",)} | given), None)


def test_the_latest_year_is_the_last_that_there_is():
    latest = Query(("USA",), None, ("export",))
    (asked,) = wits.plan(latest, None)
    assert asked.path == f"{THERE}/country/usa/indicator/XPRT-TRD-VL"
    (call,) = wits.plan(latest, lambda call: Answer(call, there_is(2017, 2019, 2018).encode(), {}))
    assert call.about["years"] == (2019,)
    with pytest.raises(ta.DownloadError, match="nothing of USA"):
        wits.plan(latest, lambda call: Answer(call, b"", {}))


# ---- answers


@pytest.mark.parametrize("text", [sdmx(), "\ufeff" + sdmx(), xml()], ids=["JSON", "JSON with BOM", "XML"])
def test_values_are_thousands_and_regions_are_left_out(text):
    table = read(QUERY, text)
    assert sums(table, "partner") == TABLE
    known = ta.certificate(table)
    assert known["total_of_file"] == 100.5e3
    (call,) = wits.plan(QUERY, None)
    assert wits.check(call, text.encode()) == len(SOLD) + len(REGIONS) + 1
    assert wits.totals(Answer(call, text.encode(), {})) == {2019: 100.5}


def test_years_stand_side_by_side_in_an_answer():
    query = Query(("USA",), (2018, 2019), ("export",))
    table = read(query, sdmx(years=("2018", "2019", "2020"), times=(0.5, 1, 7)))
    assert sums(table, "year") == {2018: 50.25e3, 2019: 100.5e3}


def test_own_trade_is_left_out_and_held_against_the_world():
    table = read(QUERY, sdmx({**SOLD, "USA": 0.5}, world=WORLD + 0.5))
    assert sums(table, "partner") == TABLE


def test_partners_that_are_not_the_world_are_refused():
    with pytest.raises(ta.TradeDataError, match="TA-114"):
        read(QUERY, sdmx(world=160))


def test_groups_of_products_are_products():
    query = Query(("USA",), (2019,), ("export",), products=("fuels", "72-83_metals"))
    table = read(query, sdmx(product="Fuels"), sdmx(product="72-83_Metals"))
    assert sums(table, "product") == {"Fuels": 100.5e3, "72-83_Metals": 100.5e3}


def test_the_recorded_answer_is_of_all_groups(shared_data):
    content = (shared_data / "live/wits/tradestats_trade_sample_2019.json").read_bytes()
    (call,) = wits.plan(Query(("USA",), (2017,), ("import",)), None)
    with pytest.raises(ta.DownloadError, match="PRODUCTCODE has"):  # as the call was of one
        wits.check(call, content)


OTHER = {
    "of another economy": (sdmx(reporter="CAN"), "REPORTER has CAN"),
    "of another flow": (sdmx(indicator="MPRT-TRD-VL"), "INDICATOR has MPRT"),
    "without its structure": (sdmx().replace('"structure"', '"other"'), "without the structure"),
    "a page": ("<!DOCTYPE html><html>maintenance</html>", "page for browsers"),
    "an error in XML": (ERROR, "it says: Invalid reporter"),
    "JSON that is cut": (sdmx()[:-40], "not a whole JSON"),
    "XML that is cut": (xml()[:-40], "ends within its XML"),
}


@pytest.mark.parametrize("what", OTHER)
def test_what_is_no_answer_to_the_call_is_refused(what):
    content, says = OTHER[what]
    with pytest.raises(ta.DownloadError, match=says):
        wits.check(wits.plan(QUERY, None)[0], content.encode())


# ---- the service as this machine plays it


def test_what_is_fetched_is_the_table_of_the_answer(monkeypatch, tmp_path):
    with played(monkeypatch, tmp_path, ok("\ufeff" + sdmx())) as server:
        table = ta.fetch("wits", "United States", year=2019)
        assert sums(table, "partner") == TABLE
        assert sums(ta.read("wits:USA", year=2019), "partner") == TABLE
        assert len(server.requests) == 1
    known = ta.certificate(table)
    assert known["service"] == "wits"
    assert known["fetched"][0]["rows"] == 16


@pytest.mark.parametrize(("status", "body"), [(404, NO_RECORDS), (200, NO_RECORDS), (204, ""), (404, "NoRecordsFound")])
def test_no_rows_are_told_from_a_failure(monkeypatch, tmp_path, status, body):
    with played(monkeypatch, tmp_path, answer(status, body)) as server:
        with pytest.raises(ta.DownloadError, match="no rows"):
            ta.fetch("wits", "USA", year=2024)
        with pytest.raises(ta.DownloadError, match="gave no row"):
            ta.fetch("wits", "USA", year=2019)
        server.routes[DATA] = ok(sdmx())
        assert sums(ta.fetch("wits", "USA", year=2019), "partner") == TABLE


FAULTS = {
    "not found": answer(404, "<html>no such page</html>"),
    "an error as success": ok(ERROR),
    "an error": answer(400, ERROR),
    "a page": ok("<html>repair</html>"),
    "another economy": ok(sdmx(reporter="CAN")),
    "cut within its length": cut(sdmx().encode(), 300),
    "too busy for good": answer(503, "busy"),
}


@pytest.mark.parametrize("what", FAULTS)
def test_a_failure_is_a_download_error_and_leaves_nothing_bad(monkeypatch, tmp_path, what):
    with played(monkeypatch, tmp_path, FAULTS[what]) as server:
        with pytest.raises(ta.DownloadError) as caught:
            ta.fetch("wits", "USA", year=2019, deadline=20)
        assert caught.value.service == "wits"
        assert is_empty(tmp_path / "cache")
        server.routes[DATA] = failing(2, answer(500), ok(xml()))
        assert sums(ta.fetch("wits", "USA", year=2019), "partner") == TABLE


def test_the_latest_year_is_fetched(monkeypatch, tmp_path):
    with played(monkeypatch, tmp_path, ok(sdmx())) as server:
        assert set(ta.fetch("wits", "USA", year="latest")["year"]) == {2019}
        assert "/year/2019/" in server.to(DATA)[0].path


# ---- files saved by hand


def test_an_answer_saved_by_hand_reads_the_same(write):
    for name, text in (("wits.json", "\ufeff" + sdmx()), ("wits.xml", xml())):
        assert sums(ta.read(write(text, name), drop_aggregates=True), "partner") == TABLE
