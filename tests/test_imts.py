"""The IMF's trade by partner: its calls, its answers in each form, and files of it that were saved by hand."""

import itertools
import json

import pytest
from fault_server import answer, cut, failing, in_turn, ok, redirect
from sdmx_answers import GROUPS, IMTS, SOLD, SOLD_TABLE, imts_rows, is_empty, sdmx_csv, sdmx_xml, served

import tradeanalysis as ta
from tradeanalysis.sources.services import imts
from tradeanalysis.sources.services.calls import Answer, Query

# What is not specified is a warning, as in every file.
pytestmark = pytest.mark.filterwarnings(r"ignore:TA-119 \[warning\] \d+ rows? with no single partner, 'TX\d+'[^\n]*$")
QUERY = Query(("VNM",), (2022, 2023), ("export",))


def sums(table, *by):
    return table.groupby([*by])["value"].sum().to_dict()


def read(query, *contents):
    """The table of answers to the calls of a query."""
    calls = imts.plan(query, None)
    cells = imts.cells(query, [Answer(c, x.encode(), {}) for c, x in zip(calls, contents, strict=True)])
    return ta.read(cells, **imts.reading(query))


def there_is(series, end):
    """What the service says of what there is, cut to what is read."""
    notes = [{"id": "series_count", "title": str(series)}, {"id": "time_period_end", "title": end}]
    return json.dumps({"data": {"dataConstraints": [{"annotations": notes if end else notes[:1]}]}}).encode()


# ---- calls


def test_the_address_is_the_recorded_form():
    (call,) = imts.plan(Query(("USA",), (2023, 2024, 2026), ("export",)), None)
    assert call.address == (
        "/external/sdmx/3.0/data/dataflow/IMF.STA/IMTS/+/USA.XG_FOB_USD.*.A"
        "?c[TIME_PERIOD]=ge:2023-01-01+le:2026-12-31&dimensionAtObservation=TIME_PERIOD&detail=full&includeHistory=false"
    )
    assert call.accept == "application/vnd.sdmx.data+csv;version=2.0.0"


def test_a_call_for_each_reporter_and_flow_and_of_all_economies_for_each_year():
    keys = [c.path.rsplit("/", 1)[1] for c in imts.plan(Query(("VNM", "XKX"), (2020,), ("export", "import")), None)]
    assert keys == [f"{one}.{what}.*.A" for one in ("VNM", "KOS") for what in ("XG_FOB_USD", "MG_CIF_USD")]
    calls = imts.plan(Query(("all",), (2019, 2020), ("import",), partners=("USA", "PSE")), None)
    assert [c.path.rsplit("/", 1)[1] for c in calls] == ["*.MG_CIF_USD.USA+WBG.A"] * 2
    assert [dict(c.params)["c[TIME_PERIOD]"] for c in calls] == [f"ge:{y}-01-01+le:{y}-12-31" for y in (2019, 2020)]


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"products": ("85",)}, "no products"),
        ({"level": 2}, "no products"),
        ({"classification": "HS"}, "no products"),
        ({"reporters": ("TWN",)}, "TWN reports nothing"),
        ({"reporters": ("EU",)}, "group of economies"),
    ],
)
def test_what_the_imf_does_not_have_is_refused_before_any_call(given, says):
    with pytest.raises(ta.TradeDataError, match=says):
        imts.plan(Query(**{"reporters": ("VNM",), "years": (2020,), "flows": ("export",)} | given), None)


def test_the_latest_year_is_what_the_service_says_that_there_is(shared_data):
    latest = Query(("USA",), None, ("export",))
    (asked,) = imts.plan(latest, None)
    assert asked.kind == "availability"
    assert asked.path.endswith("IMTS/%2B/USA.XG_FOB_USD.G001.A/FREQUENCY")
    (call,) = imts.plan(latest, lambda call: Answer(call, there_is(1, "2024-01-01"), {}))
    assert call.about["years"] == (2024, 2024)
    # Recorded of all frequencies: there are months of 2025 to September.
    recorded = (shared_data / "live/imf/IMTS_availability_FREQUENCY.json").read_bytes()
    (call,) = imts.plan(latest, lambda call: Answer(call, recorded, {}))
    assert call.about["years"] == (2024, 2024)
    assert imts.check(asked, recorded) == 3
    with pytest.raises(ta.DownloadError, match="nothing of USA"):
        imts.plan(latest, lambda call: Answer(call, b"", {}))


# ---- answers


@pytest.mark.parametrize("form", ["csv 1", "csv 2", "xml", "csv with BOM"])
def test_each_form_gives_the_table(form):
    rows = imts_rows()
    text = {
        "csv 1": sdmx_csv(IMTS, rows, version=1),
        "csv 2": sdmx_csv(IMTS, rows, version=2),
        "csv with BOM": "\ufeff" + sdmx_csv(IMTS, rows),
        "xml": sdmx_xml(rows),
    }[form]
    table = read(QUERY, text)
    assert sums(table, "year", "partner") == SOLD_TABLE
    assert set(table["reporter"]) == {"VNM"}
    assert set(table["flow"]) == {"export"}
    certificate = ta.certificate(table)
    assert certificate["unit"] == "US dollars"
    # The partners are the whole: no gap to the World is reported.
    assert [one["id"] for one in certificate["issues"]] == ["TA-119"]
    assert certificate["total_of_file"] == 355e9
    (call,) = imts.plan(QUERY, None)
    assert imts.totals(Answer(call, text.encode(), {})) == {2022: 175e9, 2023: 180e9}


def test_the_recorded_answer_is_full_dollars_though_its_scale_is_6(shared_data):
    content = (shared_data / "live/imf/IMTS_USA_exports_2023_2024.xml").read_bytes()
    query = Query(("USA",), (2023, 2024), ("export",))
    (call,) = imts.plan(query, None)
    assert imts.check(call, content) == 4
    assert imts.totals(Answer(call, content, {})) == {2023: 2019551635133.0, 2024: 2065411250609.0}


def test_partners_that_are_not_the_world_are_refused():
    with pytest.raises(ta.TradeDataError, match="TA-114"):
        read(QUERY, sdmx_csv(IMTS, imts_rows(world=250e9)))


def test_exports_and_imports_have_an_answer_each():
    query = Query(("VNM",), (2022,), ("export", "import"))
    one = {2022: SOLD[2022]}
    bought = {2022: {"CHN": 90e9, "KOR": 60e9}}
    answers = [sdmx_csv(IMTS, imts_rows(one)), sdmx_csv(IMTS, imts_rows(bought, indicator="MG_CIF_USD"))]
    table = read(query, *answers)
    assert sums(table, "flow") == {"export": 175e9, "import": 150e9}


def test_all_economies_leave_groups_out_among_the_reporters_too():
    rows = imts_rows({2022: SOLD[2022]}) + imts_rows({2022: {"VNM": 5e9, "USA": 7e9}}, reporter="KOS")
    rows += imts_rows({2022: {"VNM": 50e9, "CHN": 70e9}}, reporter="G163") + imts_rows(
        {2022: {"VNM": 8e9}}, reporter="TX910"
    )
    table = read(Query(("all",), (2022,), ("export",)), sdmx_csv(IMTS, rows))
    assert sums(table, "reporter") == {"VNM": 175e9, "XKX": 12e9}


def test_years_that_were_not_requested_are_left_out():
    """The service ignores startPeriod, and may ignore more."""
    table = read(Query(("VNM",), (2023,), ("export",)), sdmx_csv(IMTS, imts_rows()))
    assert sums(table, "year") == {2023: 180e9}


def test_blank_values_are_no_observations():
    rows = [*imts_rows({2022: SOLD[2022]}), ("VNM", "XG_FOB_USD", "CUB", "A", "2022", "NaN", "6")]
    text = sdmx_csv(IMTS, [*rows, ("VNM", "XG_FOB_USD", "HTI", "A", "2022", "", "6")])
    query = Query(("VNM",), (2022,), ("export",))
    assert imts.check(imts.plan(query, None)[0], text.encode()) == len(rows) - 1
    assert not {"CUB", "HTI"} & set(read(query, text)["partner"])


OTHER = {
    "of another economy": (sdmx_csv(IMTS, imts_rows(reporter="THA")), "COUNTRY has THA"),
    "of another flow": (sdmx_csv(IMTS, imts_rows(indicator="MG_CIF_USD")), "INDICATOR has MG_CIF_USD"),
    "of months": (sdmx_csv(IMTS, imts_rows()).replace(",A,", ",M,"), "FREQUENCY has M"),
    "of quarters in years": (sdmx_csv(IMTS, imts_rows()).replace(",2022,", ",2022-Q1,"), "TIME_PERIOD has 2022-Q1"),
    "without partners": (sdmx_csv(IMTS, imts_rows()).replace("COUNTERPART_COUNTRY", "AREA"), "no column COUNTERPART"),
    "without values": (sdmx_csv(IMTS, imts_rows()).replace("OBS_VALUE", "VALUE"), "no column OBS_VALUE"),
    "a page": ("<!DOCTYPE html><html><body>maintenance</body></html>", "page for browsers"),
    "a message": ("<?xml version='1.0'?><Error><Text>too busy</Text></Error>", "it says: too busy"),
    "CSV that is cut": (sdmx_csv(IMTS, imts_rows())[:-20], "cut or damaged in line"),
    "CSV with an open quote": (sdmx_csv(IMTS, imts_rows()) + 'dataflow,"IMF', "cut or damaged"),
    "XML that is cut": (sdmx_xml(imts_rows())[:-50], "ends within its XML"),
    "XML with entities": ("<!DOCTYPE x>" + sdmx_xml(imts_rows()), "it says"),
    "JSON that is cut": ('{"data": {"dataSets": [', "not a whole JSON"),
}


@pytest.mark.parametrize("what", OTHER)
def test_what_is_no_answer_to_the_call_is_refused(what):
    content, says = OTHER[what]
    with pytest.raises(ta.DownloadError, match=says) as caught:
        imts.check(imts.plan(QUERY, None)[0], content.encode())
    assert caught.value.service == "imf"


def test_no_rows_are_told_from_a_failure():
    (call,) = imts.plan(QUERY, None)
    assert imts.nothing(204, b"")
    assert imts.nothing(200, b" \n")
    assert not any(imts.nothing(status, b"x") for status in (200, 404, 500))
    head = sdmx_csv(IMTS, [])
    assert imts.check(call, head.encode()) == 0

    def saying(content):
        return lambda call: Answer(call, content, {})

    assert imts.confirms_empty(call, saying(there_is(0, "")))
    assert imts.confirms_empty(call, saying(b""))
    assert imts.confirms_empty(call, saying(there_is(1, "2021-01-01")))
    assert not imts.confirms_empty(call, saying(there_is(1, "2023-01-01")))
    for body, says in ((b"<html>", "page for browsers"), (b'{"data": {}}', "cannot be read"), (b"{", "no whole JSON")):
        with pytest.raises(ta.DownloadError, match=says):
            imts.confirms_empty(call, saying(body))


# ---- the service as this machine plays it

DATA, THERE = "/external/sdmx/3.0/data/dataflow/IMF.STA/IMTS", "/external/sdmx/3.0/availability"


TO_2023 = ok(there_is(1, "2023-01-01"))


def played(monkeypatch, tmp_path, data, there=TO_2023):
    return served(monkeypatch, tmp_path / "cache", imts.IMTS, {DATA: data, THERE: there})


def test_what_is_fetched_is_the_table_of_the_answer(monkeypatch, tmp_path):
    text = sdmx_csv(IMTS, imts_rows())
    with played(monkeypatch, tmp_path, ok(text, {"Content-Type": "application/vnd.sdmx.data+csv"})) as server:
        table = ta.fetch("imf", "Viet Nam", year=[2022, 2023])
        assert sums(table, "year", "partner") == SOLD_TABLE
        (request,) = server.requests
        assert request.headers["accept"] == "application/vnd.sdmx.data+csv;version=2.0.0"
        assert request.query["c[TIME_PERIOD]"].replace(" ", "+") == "ge:2022-01-01+le:2023-12-31"
        again = ta.read("imf:VNM", year=[2022, 2023])
        assert len(server.requests) == 1  # from the cache
        assert sums(again, "year", "partner") == SOLD_TABLE
    known = ta.certificate(table)
    assert known["service"] == "imf"
    assert known["valuation"] == "exports FOB, imports CIF"
    assert known["fetched"][0]["rows"] == len(imts_rows())
    assert known["total_of_file"] == 355e9


def test_no_rows_and_none_to_be_had_is_said(monkeypatch, tmp_path):
    with played(monkeypatch, tmp_path, answer(204), ok(there_is(0, ""))) as server:
        with pytest.raises(ta.DownloadError, match="no rows"):
            ta.fetch("imf", "PRK", year=2023)
        assert len(server.to(THERE)) == 1


def test_no_rows_though_there_are_some_is_no_answer(monkeypatch, tmp_path):
    with played(monkeypatch, tmp_path, in_turn(answer(204), ok(sdmx_csv(IMTS, imts_rows())))):
        with pytest.raises(ta.DownloadError, match="gave no row"):
            ta.fetch("imf", "VNM", year=[2022, 2023])
        assert sums(ta.fetch("imf", "VNM", year=[2022, 2023]), "year", "partner") == SOLD_TABLE


def test_the_latest_year_is_fetched(monkeypatch, tmp_path):
    with played(monkeypatch, tmp_path, ok(sdmx_csv(IMTS, imts_rows()))) as server:
        assert set(ta.fetch("imf", "VNM", year="latest")["year"]) == {2023}
        assert server.to(DATA)[0].query["c[TIME_PERIOD]"].startswith("ge:2023-01-01")


FAULTS = {
    "a page": ok("<html>repair</html>"),
    "another economy": ok(sdmx_csv(IMTS, imts_rows(reporter="THA"))),
    "cut within its length": cut(sdmx_csv(IMTS, imts_rows()).encode(), 300),
    "cut before it was sent": ok(sdmx_csv(IMTS, imts_rows())[:-30]),
    "too busy for good": answer(503, "<html>busy</html>"),
    "version unknown": answer(404, "no dataflow"),
    "sent elsewhere": redirect("https://other.example/"),
    "XML that is an error": ok("<?xml version='1.0'?><Error>semantic error</Error>"),
}


@pytest.mark.parametrize("what", FAULTS)
def test_a_failure_is_a_download_error_and_leaves_nothing_bad(monkeypatch, tmp_path, what):
    with played(monkeypatch, tmp_path, FAULTS[what]) as server:
        with pytest.raises(ta.DownloadError) as caught:
            ta.fetch("imf", "VNM", year=[2022, 2023], deadline=20)
        assert caught.value.service == "imf"
        assert is_empty(tmp_path / "cache")
        server.routes[DATA] = ok(sdmx_xml(imts_rows()))
        assert sums(ta.fetch("imf", "VNM", year=[2022, 2023]), "year", "partner") == SOLD_TABLE


def test_a_failure_that_passes_is_not_noticed(monkeypatch, tmp_path):
    with played(monkeypatch, tmp_path, failing(2, answer(502, "bad"), ok(sdmx_csv(IMTS, imts_rows(), version=1)))):
        assert sums(ta.fetch("imf", "VNM", year=[2022, 2023]), "year", "partner") == SOLD_TABLE


def test_a_dry_run_names_the_calls_and_makes_none(monkeypatch, tmp_path):
    with played(monkeypatch, tmp_path, answer(500)) as server:
        plan = ta.fetch("imf", ["VNM", "THA"], year=range(2015, 2025), flow="both", dry_run=True)
        assert [url.split("IMTS/+/")[1].split("?")[0] for url in plan.table["url"]] == [
            f"{one}.{what}.*.A" for one in ("VNM", "THA") for what in ("XG_FOB_USD", "MG_CIF_USD")
        ]
        assert not server.requests


# ---- files saved by hand


def test_a_file_of_two_years_with_months_beside_them_keeps_the_years(write):
    months = [
        ("VNM", "XG_FOB_USD", partner, "M", f"{year}-M{month:02d}", f"{sold / 12:.0f}", "6")
        for year, partners in SOLD.items()
        for partner, sold in partners.items()
        for month in range(1, 13)
    ]
    table = ta.read(write(sdmx_csv(IMTS, imts_rows() + months)), drop_aggregates=True)
    assert sums(table, "year", "partner") == SOLD_TABLE
    assert "months and quarters" in str(ta.certificate(table)["notes"])
    # Months alone become years.
    whole = ta.read(write(sdmx_csv(IMTS, months)))
    assert sums(whole, "year") == pytest.approx({2022: 175e9, 2023: 180e9}, rel=1e-9)


def test_groups_of_a_file_are_refused_as_aggregates(write):
    with pytest.raises(ta.AggregateRowError, match=r"'G110'.*'TX910'") as caught:
        ta.read(write(sdmx_csv(IMTS, imts_rows({2022: SOLD[2022]}))))
    assert [fix.argument for fix in caught.value.findings[0].fixes] == ["drop_aggregates"]
    assert set(GROUPS) | {"G001"} == set(caught.value.findings[0].labels)


PORTAL = ("DATASET", "SERIES_CODE", "OBS_MEASURE", "COUNTRY", "INDICATOR", "COUNTERPART_COUNTRY", "FREQUENCY", "SCALE")
NAMES = {"USA": "United States", "CHN": '"China, People\'s Republic of"', "G001": "World"}
SERIES = ["2022", "2023", "2023-Q1", "2023-M01", "2023-M02"]


def portal(values):
    """A page of the portal as it is downloaded, periods side by side: series by partner and frequency, in millions."""
    lines = [",".join([*PORTAL, *SERIES])]
    exports = '"Exports of goods, Free on board (FOB), US dollar"'
    for (partner, frequency), found in values.items():
        code = f"VNM.XG_FOB_USD.{partner}.{frequency[0]}"
        row = ["IMF.STA:IMTS(1.0.0)", code, "OBS_VALUE", "Viet Nam", exports, NAMES[partner], frequency, "Millions"]
        lines.append(",".join([*row, *(str(found.get(one, "")) for one in SERIES)]))
    return "\n".join(lines) + "\n"


def test_a_page_of_the_portal_is_in_the_scale_that_it_states(write):
    values = {("USA", "Annual"): {"2022": 100.5, "2023": 110.25}, ("CHN", "Annual"): {"2022": 50, "2023": 40}}
    expected = {(2022, "USA"): 100.5e6, (2022, "CHN"): 50e6, (2023, "USA"): 110.25e6, (2023, "CHN"): 40e6}
    table = ta.read(write(portal(values)))
    assert sums(table, "year", "partner") == expected
    months = {("USA", "Monthly"): {"2023-M01": 9, "2023-M02": 8}, ("CHN", "Quarterly"): {"2023-Q1": 12}}
    assert sums(ta.read(write(portal(values | months))), "year", "partner") == expected


def test_a_page_of_the_portal_with_codes_and_names(write):
    head = [
        "SERIES_CODE",
        *itertools.chain.from_iterable((f"{one}.ID", one) for one in IMTS[:4]),
        *IMTS[4:],
        "SCALE.ID",
    ]
    words = {"USA": "United States", "CHN": "China"}
    indicator = '"Imports of goods, Cost insurance freight (CIF), US dollar"'
    rows = [
        [
            "x",
            "VNM",
            "Viet Nam",
            "MG_CIF_USD",
            indicator,
            one,
            words[one],
            "A",
            "Annual",
            "2023",
            value,
            "Millions",
            "6",
        ]
        for one, value in (("USA", "1.5"), ("CHN", "2.25"))
    ]
    text = "\n".join(",".join(row) for row in [head, *rows]) + "\n"
    assert sums(ta.read(write(text)), "flow", "partner") == {("import", "USA"): 1.5e6, ("import", "CHN"): 2.25e6}


def test_xml_saved_by_hand_reads_as_the_answer(write):
    table = ta.read(write(sdmx_xml(imts_rows()), "imts.xml"), drop_aggregates=True)
    assert sums(table, "year", "partner") == SOLD_TABLE
    with pytest.raises(ta.TradeDataError, match=r"TA-131.*ends within its XML"):
        ta.read(write(sdmx_xml(imts_rows())[:-50], "cut.xml"))
    with pytest.raises(ta.TradeDataError, match=r"TA-131.*entities"):
        ta.read(write(sdmx_xml(imts_rows()).replace("<message:Header>", "<!ENTITY a 'b'><message:Header>"), "e.xml"))
    with pytest.raises(ta.TradeDataError, match=r"TA-131.*is XML"):
        ta.read(write("<?xml version='1.0'?><a><b/></a>", "other.xml"))
