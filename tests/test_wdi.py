"""GDP and other indicators of the World Bank: a finished table, in which what is missing is missing and named."""

import json
from dataclasses import replace

import pandas as pd
import pytest
from fault_server import FaultServer, answer, in_turn, ok, zipped

import tradeanalysis as ta
from tradeanalysis import names
from tradeanalysis.sources.services import transport
from tradeanalysis.sources.services.calls import Answer, Query, Spoiled
from tradeanalysis.sources.services.known_services import SERVICES
from tradeanalysis.sources.services.wdi import ABSENT, WDI, cells, check, explain, plan, release, totals

# World Bank, WDI of 2026-04-08, NY.GDP.MKTP.CD of Viet Nam in 2024: the one row of the recorded answer.
VNM_2024 = 476388230307.175


def row(iso3, year, value, indicator="NY.GDP.MKTP.CD", iso2=""):
    """A row with the fields of a recorded answer."""
    country = {"id": iso2 or iso3[:2], "value": iso3}
    about = {
        "indicator": {"id": indicator, "value": ""},
        "country": country,
        "countryiso3code": iso3,
        "date": str(year),
    }
    return about | {"value": value, "unit": "", "obs_status": "", "decimal": 0}


def body(*rows, page=1, pages=1, total=None, updated="2026-04-08"):
    """An answer as the service writes it; one without rows has none instead of an empty list."""
    head = {"page": page, "pages": pages, "per_page": 20000, "total": len(rows) if total is None else total}
    return json.dumps([head | {"sourceid": "2", "lastupdated": updated}, [*rows] or None]).encode()


def query(*reporters, years=(2023, 2024), **more):
    return Query(reporters=reporters, years=years, flows=("export",), **more)


def table_of(wanted, *bodies):
    """The table of a query whose calls have these answers in turn."""
    calls = plan(wanted, None)
    return cells(wanted, [Answer(calls[min(i, len(calls) - 1)], one, {}) for i, one in enumerate(bodies)])


def test_gdp_of_two_economies():
    wanted = query("VNM", "THA")
    (call,) = plan(wanted, lambda call: Answer(call, body(row("VNM", 2024, 1.0)), {}))
    assert call.address == (
        "/country/THA;VNM/indicator/NY.GDP.MKTP.CD?format=json&date=2023:2024&per_page=20000&source=2"
    )
    content = body(row("VNM", 2024, VNM_2024), row("VNM", 2023, 4.5e11), row("THA", 2024, 5e11), row("THA", 2023, 515))
    assert check(call, content) == 4
    table = table_of(wanted, content)
    expected = {
        "reporter": ["THA", "THA", "VNM", "VNM"],
        "year": [2023, 2024] * 2,
        "gdp": [515, 5e11, 4.5e11, VNM_2024],
    }
    pd.testing.assert_frame_equal(table, pd.DataFrame(expected))
    assert release(call, content) == "2026-04-08"
    assert totals(Answer(call, content, {})) == {2024: VNM_2024 + 5e11, 2023: 4.5e11 + 515}


def test_years_that_are_not_in_a_row_and_the_newest():
    wanted = query("VNM", years=(2020, 2024))
    table = table_of(wanted, body(row("VNM", 2024, 3.0), row("VNM", 2022, 2.0), row("VNM", 2020, 1.0)))
    assert table["gdp"].tolist() == [1.0, 3.0]
    newest = query("VNM", "CUB", years=None)
    assert plan(newest, None)[0].params[1] == ("mrnev", "1")
    table = table_of(newest, body(row("VNM", 2024, 3.0), row("CUB", 2020, 1.0)))
    assert table[["reporter", "year"]].values.tolist() == [["CUB", 2020], ["VNM", 2024]]


def test_another_indicator_is_named_in_the_table():
    wanted = query("VNM", years=(2024,), products=("NY.GDP.PCAP.CD", "sp.pop.totl"))
    assert [call.path.rpartition("/")[2] for call in plan(wanted, None)] == ["NY.GDP.PCAP.CD", "SP.POP.TOTL"]
    table = table_of(
        wanted,
        body(row("VNM", 2024, 4717.3, "NY.GDP.PCAP.CD")),
        body(row("VNM", 2024, 100987686, "SP.POP.TOTL")),
    )
    assert table.columns.tolist() == ["reporter", "year", "indicator", "value"]
    assert dict(zip(table["indicator"], table["value"], strict=True)) == {
        "NY.GDP.PCAP.CD": 4717.3,
        "SP.POP.TOTL": 100987686,
    }


def test_pages_are_fetched_one_by_one():
    """The first page says how many there are; they must be all, and of one state of the database."""
    wanted = query("VNM", years=range(2021, 2025))
    wanted = query("VNM", years=tuple(wanted.years))
    first = body(row("VNM", 2024, 4.0), row("VNM", 2023, 3.0), pages=2, total=3)
    calls = plan(wanted, lambda call: Answer(call, first, {}))
    assert [dict(call.params).get("page") for call in calls] == [None, "2"]
    second = body(row("VNM", 2022, 2.0), page=2, pages=2, total=3)
    assert [check(call, one) for call, one in zip(calls, (first, second), strict=True)] == [2, 1]
    with pytest.warns(ta.TradeDataWarning, match="2021"):
        table = cells(wanted, [Answer(*one, {}) for one in zip(calls, (first, second), strict=True)])
    assert table["gdp"].tolist() == [2.0, 3.0, 4.0]
    with pytest.raises(ta.DownloadError, match="not what the service documents"):
        check(calls[1], first)
    with pytest.raises(Spoiled, match="2 rows of 3"):
        cells(wanted, [Answer(calls[0], first, {})])
    other = body(row("VNM", 2022, 2.0), page=2, pages=2, total=3, updated="2026-07-01")
    with pytest.raises(Spoiled, match="do not belong together"):
        cells(wanted, [Answer(calls[0], first, {}), Answer(calls[1], other, {})])


def test_what_is_missing_is_named_and_never_zero():
    wanted = query("VNM", "PRK")
    answer = body(row("VNM", 2024, None), row("VNM", 2023, 4.5e11), row("PRK", 2024, None), row("PRK", 2023, None))
    with pytest.warns(ta.TradeDataWarning, match="3 values .* not zero: PRK 2023, PRK 2024, VNM 2024"):
        table = table_of(wanted, answer)
    assert table["gdp"].isna().tolist() == [True, True, False, True]
    assert totals(Answer(plan(wanted, None)[0], answer, {})) == {2023: 4.5e11}
    with pytest.raises(ta.DownloadError, match="no figures of North Korea in these years"):
        table_of(query("PRK"), body(row("PRK", 2024, None)))


def test_all_economies_are_without_groups():
    """Regions and groups of incomes stand among the economies, some of them without a code."""
    groups = [("WLD", "1W"), ("EUU", "EU"), ("EAS", "Z4"), ("HIC", "XD"), ("", "XC"), ("MEA", "ZQ"), ("ARB", "1A")]
    rows = [row(iso3, 2024, 1e12, iso2=iso2) for iso3, iso2 in groups]
    rows += [row("VNM", 2024, 3.0), row("XKX", 2024, 2.0), row("CHI", 2024, 1.0)]
    wanted = query("all", years=(2024,))
    assert plan(wanted, None)[0].path == "/country/all/indicator/NY.GDP.MKTP.CD"
    assert table_of(wanted, body(*rows))["reporter"].tolist() == ["CHI", "VNM", "XKX"]


def test_economies_that_are_not_there():
    """217 economies have figures; the code of another would make the service refuse all of them."""
    economies = names.countries().query("kind == 'country'")["iso3"]
    assert set(economies) >= set(ABSENT.split())
    assert len(set(economies) - set(ABSENT.split())) == 217, sorted(set(economies) - set(ABSENT.split()))
    wanted = query("VNM", "TWN", years=(2024,))
    assert plan(wanted, None)[0].path.startswith("/country/VNM/")
    with pytest.warns(ta.TradeDataWarning, match="no figures of Taiwan"):
        table = table_of(wanted, body(row("VNM", 2024, 1.0)))
    assert table["reporter"].tolist() == ["VNM"]
    assert WDI.notes(wanted, [])[0].say("vi").endswith("Đài Loan")
    with pytest.raises(ta.DownloadError, match="no figures of any of Taiwan"):
        plan(query("TWN"), None)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (
            b'[{"message":[{"id":"120","key":"Invalid value","value":"The provided parameter value is not valid"}]}]',
            "120",
        ),
        (b"<!DOCTYPE html><html><title>502 Bad Gateway</title></html>", "a web page came"),
        (b"\xef\xbb\xbf<?xml version='1.0'?><wb:error/>", "a web page came"),
        (b'[{"page":1,"pages":1', "not what the service documents"),
        (b"{}", "not what the service documents"),
        (b"[]", "not what the service documents"),
        (body({"date": "2024"}), "not what the service documents"),
        (body({**row("VNM", 2024, 1.0), "date": "2024Q1"}), "not what the service documents"),
        (body({**row("VNM", 2024, 1.0), "value": "n/a"}), "not what the service documents"),
    ],
)
def test_what_is_no_answer_is_refused(content, words):
    with pytest.raises(ta.DownloadError, match=words):
        check(plan(query("VNM"), None)[0], content)


def test_a_mark_before_the_text_and_an_answer_without_rows():
    call = plan(query("VNM"), None)[0]
    assert check(call, b"\xef\xbb\xbf" + body(row("VNM", 2024, 1.0))) == 1
    assert check(call, body(page=0, pages=0)) == 0
    assert "web page" in explain(502, b"<html>", {})
    assert explain(404, b"{}", {}) is None


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"reporters": ("VNM", "EU")}, "European Union are groups"),
        ({"partners": ("USA",)}, "leave out partner="),
        ({"level": 6, "classification": "HS"}, "leave out level=, classification="),
        ({"products": ("85",)}, "'85' are no indicators"),
    ],
)
def test_what_indicators_do_not_have(more, words):
    with pytest.raises(ta.DownloadError, match=words):
        plan(replace(query("VNM"), **more), None)


def test_recorded_answers(shared_data):
    """One row of 66 with 14 pages; and the refusal."""
    folder = shared_data / "live" / "wdi"
    first = (folder / "gdp_VNM_excerpt1of66.json").read_bytes()
    calls = plan(query("VNM"), lambda call: Answer(call, first, {}))
    assert len(calls) == 14
    assert check(calls[0], first) == 1
    assert totals(Answer(calls[0], first, {})) == {2024: VNM_2024}
    assert release(calls[0], first) == "2026-04-08"
    with pytest.raises(Spoiled, match="1 rows of 66"):
        cells(query("VNM"), [Answer(calls[0], first, {})])
    with pytest.raises(ta.DownloadError, match="The provided parameter value is not valid"):
        check(calls[0], (folder / "error_120_http200.json").read_bytes())


@pytest.fixture
def bank(tmp_path, monkeypatch):
    """A server of this machine in the place of the service, with an empty cache."""
    monkeypatch.setitem(SERVICES, "wdi", replace(WDI, pace=0))
    with FaultServer() as server:
        monkeypatch.setenv("TRADEANALYSIS_BASE_WDI", server.url + "/v2")
        monkeypatch.setenv("TRADEANALYSIS_CACHE", str(tmp_path / "cache"))
        yield server


ROWS = [row("VNM", 2024, VNM_2024), row("VNM", 2023, 4.5e11), row("THA", 2024, 5e11), row("THA", 2023, 515)]
ANSWER = body(*ROWS)


def test_fetched_and_from_the_cache(bank):
    bank.routes["/v2/country/THA;VNM/indicator/NY.GDP.MKTP.CD"] = zipped(b"\xef\xbb\xbf" + ANSWER)
    bank.routes["/v2/country/VNM/indicator/NY.GDP.MKTP.CD"] = ok(body(*ROWS[:2]))
    table = ta.fetch("wdi", ["Việt Nam", 764], year=range(2023, 2025))
    assert table["gdp"].tolist() == [515, 5e11, 4.5e11, VNM_2024]
    about = ta.certificate(table)
    assert (about["licence"], about["fetched"][0]["release"], about["unit"]) == (
        "CC BY 4.0",
        "2026-04-08",
        "US dollars",
    )
    again = ta.fetch("wdi", ["VNM", "THA"], year=[2024, 2023], offline=True)
    pd.testing.assert_frame_equal(table, again)
    pd.testing.assert_frame_equal(ta.read("wdi:VNM", year=[2023, 2024]), table[2:].reset_index(drop=True))
    assert len(bank.requests) == 2


def test_two_pages_from_the_server(bank):
    """Also where nothing is kept."""
    first = body(row("VNM", 2024, 4.0), row("VNM", 2023, 3.0), pages=2, total=3)
    second = body(row("VNM", 2022, 2.0), page=2, pages=2, total=3)

    def pages(request):
        return ok(second if request.query.get("page") == "2" else first)(request)

    bank.routes["/v2/country/VNM/indicator/"] = pages
    for number, cache in enumerate((None, False), 1):
        table = ta.fetch("wdi", "VNM", year=[2022, 2023, 2024], cache=cache)
        assert table["gdp"].tolist() == [2.0, 3.0, 4.0]
        assert [one.query.get("page") for one in bank.requests] == [None, "2"] * number


@pytest.mark.parametrize(
    ("handler", "words"),
    [
        (
            ok('[{"message":[{"id":"120","key":"Invalid value","value":"The parameter is not valid"}]}]'),
            "120 The parameter",
        ),
        (ok("<!DOCTYPE html><html><title>Maintenance</title></html>"), "a web page came"),
        (answer(502, "<html>Bad Gateway</html>"), "502"),
        (answer(404, "<html>Not found</html>"), "a web page came"),
        (ok(ANSWER[:200]), "not what the service documents"),
        (ok([{"page": 0, "pages": 0, "per_page": 0, "total": 0}, None]), "no rows"),
        (ok(body(row("VNM", 2024, VNM_2024), pages=1, total=66)), "1 rows of 66"),
    ],
)
def test_failures_of_the_service(bank, monkeypatch, handler, words):
    monkeypatch.setattr(transport, "pause", lambda seconds: None)
    bank.routes["/v2/"] = handler
    with pytest.raises(ta.DownloadError, match=words) as failed:
        ta.fetch("wdi", "VNM", year=2024)
    assert failed.value.service == "wdi"


def test_a_page_of_maintenance_after_an_answer(bank, monkeypatch):
    """The stored answer is taken, with a warning that says how old it is."""
    monkeypatch.setattr(transport, "pause", lambda seconds: None)
    bank.routes["/v2/"] = in_turn(ok(body(row("VNM", 2024, 1.0))), answer(502, "<html>Bad Gateway</html>"))
    first = ta.fetch("wdi", "VNM", year=2024)
    with pytest.warns(ta.TradeDataWarning, match="stored answer"):
        again = ta.fetch("wdi", "VNM", year=2024, refresh=True)
    pd.testing.assert_frame_equal(first, again)


def test_figures_that_are_revised(bank):
    bank.routes["/v2/"] = in_turn(
        ok(body(row("VNM", 2024, 100.0))), ok(body(row("VNM", 2024, 104.0), updated="2026-07-01"))
    )
    ta.fetch("wdi", "VNM", year=2024)
    with pytest.warns(ta.TradeDataWarning, match=r"total of 2024 changed by \+4\.0%"):
        table = ta.fetch("wdi", "VNM", year=2024, refresh=True)
    assert table["gdp"].tolist() == [104.0]


@pytest.mark.parametrize(
    "other",
    [row("VNM", 2024, 1e8, "SP.POP.TOTL"), row("THA", 2024, 5e11), row("VNM", 2019, 3e11)],
    ids=["indicator", "economy", "year"],
)
def test_figures_of_another_request_are_refused(bank, other):
    bank.routes["/v2/"] = ok(body(row("VNM", 2023, 4.5e11), other))
    with pytest.raises(ta.DownloadError, match="of another request"):
        ta.fetch("wdi", "VNM", year=[2023, 2024])
    assert len(ta.cache_info()) == 0


def test_pages_of_two_states_are_fetched_anew_by_the_next_run(bank, monkeypatch):
    """The first was stored before the database was changed, and is not what stands in the way for a week."""
    state = {"updated": "2026-04-08", "broken": True}

    def pages(request):
        if request.query.get("page") != "2":
            return ok(body(row("VNM", 2024, 4.0), pages=2, total=2, updated=state["updated"]))(request)
        if state["broken"]:
            return answer(404, "gone")(request)
        return ok(body(row("VNM", 2023, 3.0), page=2, pages=2, total=2, updated=state["updated"]))(request)

    bank.routes["/v2/"] = pages
    with pytest.raises(ta.DownloadError, match="404"):
        ta.fetch("wdi", "VNM", year=[2023, 2024])
    state.update(updated="2026-07-01", broken=False)
    with pytest.raises(ta.DownloadError, match="taken out of the cache; run the same line again"):
        ta.fetch("wdi", "VNM", year=[2023, 2024])
    assert ta.fetch("wdi", "VNM", year=[2023, 2024])["gdp"].tolist() == [3.0, 4.0]
