"""UN Comtrade: which calls are planned, what is refused as an answer, and that parts make up the whole."""

import dataclasses
import json
import math
import time
import traceback
from datetime import timedelta

import pandas as pd
import pytest
from comtrade_routes import KEY, PARTNERS, MadeUp, changed, each_row, of_chapters, played
from conftest import sample, sampled
from fault_server import (
    FaultServer,
    answer,
    chunk_abort,
    cut,
    drip_body,
    drip_header,
    failing,
    gzip_bomb,
    ok,
    redirect,
    retry_date,
)
from ready_runs import Ready

import tradeanalysis as ta
from tradeanalysis.schema import DownloadError, TradeDataError
from tradeanalysis.sources.services import comtrade_division, known_services, stored, transport
from tradeanalysis.sources.services.calls import Answer, Call, Cut, Query
from tradeanalysis.sources.services.comtrade import COMTRADE
from tradeanalysis.sources.services.comtrade_codes import all_partners, matches, parts_of, subheadings
from tradeanalysis.sources.services.downloads import Settings, gather

GET, PREVIEW, YEARS = "/data/v1/get/", "/public/v1/preview/", "/public/v1/getDA/"
ISO3 = {842: "USA", 156: "CHN", 410: "KOR", 392: "JPN", 276: "DEU", 251: "FRA", 699: "IND", 757: "CHE", 579: "NOR"}
ISO3 |= {380: "ITA", 490: "TWN", 899: "UNS", 704: "VNM", 764: "THA", 36: "AUS", 528: "NLD"}


def query(**given):
    return Query(**{"reporters": ("VNM",), "years": (2023,), "flows": ("export",), **given})


def answered(made_up: MadeUp, call: Call) -> Answer:
    """What the made-up service answers to a call, without the net."""
    status, content, _ = made_up.respond(call.address, {"ocp-apim-subscription-key": KEY})
    assert status == 200, (status, content)
    rows = COMTRADE.check(call, content)
    return Answer(call, content, {"rows": rows, "release": COMTRADE.release(call, content)})


def truth(made_up: MadeUp, years, flows="X", digits=0, within="", names=ISO3):
    """The values of a table by year, flow, partner and product, from the rule of the made-up service."""
    found = {}
    for year in years:
        for flow in flows:
            for partner in made_up.partners:
                for code in made_up.codes:
                    x = made_up.value(704, year, flow, partner, code)
                    if x and code.startswith(within):
                        key = year, "export" if flow == "X" else "import", names[partner], code[:digits]
                        found[key] = found.get(key, 0) + x
    return found if digits else {key: x + x // 100 for key, x in found.items()}


def read(table):
    product = table["product"] if "product" in table else [""] * len(table)
    return dict(
        zip(zip(table["year"], table["flow"], table["partner"], product, strict=True), table["value"], strict=True)
    )


@pytest.fixture
def made_up():
    return MadeUp()


@pytest.fixture
def server(monkeypatch, tmp_path, made_up):
    """The made-up service on this machine, without pauses, and a cache of its own."""
    monkeypatch.setitem(known_services.SERVICES, "comtrade", dataclasses.replace(COMTRADE, pace=0))
    monkeypatch.setattr(transport, "pause", lambda seconds: None)
    for name in ("COMTRADE_API_KEY", "COMTRADE_PRIMARY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TRADEANALYSIS_CACHE", str(tmp_path / "cache"))
    with FaultServer({"/": played(made_up)}) as running:
        monkeypatch.setenv("TRADEANALYSIS_BASE_COMTRADE", running.url)
        yield running


# Plans


def lengths(calls):
    return max(len(f"https://comtradeapi.un.org{call.address}") for call in calls)


@pytest.mark.parametrize(
    ("given", "calls"),
    [
        ({}, 1),
        ({"years": tuple(range(2015, 2025)), "flows": ("export", "import")}, 20),  # a year and a flow at a time
        ({"level": 2}, 49),  # TOTAL and 97 chapters, two by two
        ({"products": ("85",)}, 1),
        ({"products": ("850760", "851713")}, 2),
        ({"partners": ("USA", "CHN"), "level": 2}, 1),  # 97 chapters of five numbers and World
        ({"keyed": True, "years": tuple(range(2001, 2025)), "flows": ("export", "import")}, 2),  # twelve years each
        ({"keyed": True, "years": tuple(range(2015, 2025)), "level": 2}, 4),  # 240 x 97 rows a year
    ],
)
def test_how_many_calls_a_query_takes(given, calls):
    planned = [call for call in COMTRADE.plan(query(**given), None) if call.kind == "data"]
    assert len(planned) == calls
    assert lengths(planned) < 1_900
    for call in planned:
        params = dict(call.params)
        pinned = [params[one] for one in ("partner2Code", "customsCode", "motCode", "breakdownMode")]
        assert pinned == ["0", "C00", "0", "classic"]
        assert params["flowCode"] in ("X", "M", "X,M")
        assert len(params["period"].split(",")) <= (12 if given.get("keyed") else 1)


def test_a_plan_for_a_key_uses_what_the_service_says_a_year_holds(made_up):
    made_up.records = lambda reporter, year: 200_000
    asked = query(keyed=True, level=6, flows=("export", "import"))
    calls = COMTRADE.plan(asked, lambda call: answered(made_up, call))
    # Subheadings are 0.7 of 200,000 rows, more than 80,000: first by flow, of which one has 0.7 of them (98,000) ...
    assert [dict(call.params)["flowCode"] for call in calls] == ["X", "X", "M", "M"]
    # ... then by product.
    chapters = [one for call in calls[:2] for one in dict(call.params)["cmdCode"].split(",")]
    assert [one[:2] for one in chapters] == ["TO", *(f"{n:02d}" for n in range(1, 100))]
    assert all(comtrade_division.estimate(call) <= 80_000 for call in calls)


def test_a_call_is_divided_until_one_product_of_one_partner_is_left():
    (call,) = (one for one in COMTRADE.plan(query(keyed=True, years=(2022, 2023), products=("85",)), None) if one.cap)
    kinds = []
    while parts_can_be_had(call):
        parts = COMTRADE.divide(call)
        assert len(parts) == 2
        before, after = dict(call.params), dict(parts[-1].params)
        kinds.append(next(name for name in after if after[name] != before.get(name)))
        call = parts[-1]
    with pytest.raises(DownloadError, match="all that it gives at once, for one year, flow, product and partner"):
        COMTRADE.divide(call)
    assert list(dict.fromkeys(kinds)) == ["period", "cmdCode", "partnerCode"]
    assert dict(call.params)["cmdCode"] == "85"


def parts_can_be_had(call):
    """Whether a call names several of anything."""
    params = dict(call.params)
    several = ("period", "flowCode", "cmdCode", "partnerCode")
    return any("," in params[name] for name in several if name in params) or "partnerCode" not in params


def test_the_parts_of_a_pattern_hold_its_codes_once(shared_data):
    listed = json.loads((shared_data / "comtrade_raw" / "reference" / "HS.json").read_text("utf-8-sig"))["results"]
    codes = [one["id"] for one in listed if one["aggrLevel"] == 6]
    assert len(codes) == 6_898
    for code in sample(codes, 20):
        whole, steps = "AG6", 0
        while whole != code:
            inside = [one for one in parts_of(whole, "HS") if matches(code, [one])]
            assert len(inside) == 1, (code, whole)
            (whole,), steps = inside, steps + 1
        assert steps == 5  # the chapter, then digit by digit
    # What a chapter is taken for, against the codes that it has had: 5,700 are there in any one year.
    for chapter in ("01", "29", "84", "99"):
        count = sum(code.startswith(chapter) for code in codes)
        assert subheadings(f"{chapter}????") == pytest.approx(max(1, count * 5_700 / 6_898))


def test_all_numbers_of_partners_are_known(shared_data):
    areas = pd.read_csv(shared_data / "live" / "comtrade_reference" / "partnerAreas.csv")
    assert set(areas["PartnerCode"].astype(str)) - set(all_partners()) == set()
    halves = COMTRADE.divide(Call("comtrade", "/data/v1/get/C/A/HS", (("period", "2023"), ("cmdCode", "85"))))
    together = [one for half in halves for one in dict(half.params)["partnerCode"].split(",")]
    assert together == list(all_partners())
    assert len(set(together)) == len(together)
    assert {"0", "842", "490", "899"} <= set(together)


def test_numbers_of_reporters_are_those_of_comtrade(shared_data):
    known = pd.read_csv(shared_data / "live" / "comtrade_reference" / "Reporters.csv")
    now = known[known["entryExpiredDate"].isna() & ~known["isGroup"]]
    assert len(now) == 219
    for code, iso3 in zip(now["reporterCode"], now["reporterCodeIsoAlpha3"], strict=True):
        calls = COMTRADE.plan(query(reporters=(iso3,)), None) if iso3 not in ("VIR", "SJM") else None
        if calls:
            assert dict(calls[-1].params)["reportercode"] == str(code), iso3
    old = COMTRADE.plan(query(reporters=("DEU",), years=(1989, 1990, 1991), keyed=True), None)
    assert [(dict(one.params)["reportercode"], dict(one.params)["period"]) for one in old if one.cap] == [
        ("280", "1989,1990"),
        ("276", "1991"),
    ]


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"reporters": ("EU",)}, "leave out the trade of members with each other"),
        ({"reporters": ("TWN",)}, "Other Asia, nes"),
        ({"reporters": ("LIE",)}, "in the reports of Switzerland"),
        ({"reporters": ("ASEAN",)}, "no economy that reports"),
        ({"reporters": ("all",)}, "one economy after the other"),
        ({"partners": ("EU",)}, "no partner"),
        ({"level": 3, "keyed": True}, "choose from 2, 4, 6"),
        ({"level": 2, "products": ("850760",)}, "more digits than level=2"),
        ({"products": ("85", "0901")}, "several levels"),
        ({"classification": "HS18"}, "H0, H1"),
    ],
)
def test_what_comtrade_does_not_have_is_refused_with_the_reason(given, says):
    with pytest.raises(TradeDataError, match=says):
        COMTRADE.plan(query(**given), None)


@pytest.mark.parametrize("given", [{"level": 4}, {"level": 6}, {"level": 6, "product": "85"}])
def test_fine_products_need_a_key_and_the_message_says_where_it_is(server, given):
    with pytest.raises(DownloadError, match=r"https://comtradedeveloper\.un\.org.*COMTRADE_API_KEY"):
        ta.fetch("comtrade", "VNM", year=2023, **given)
    assert server.requests == []


# Whole queries


def test_totals_by_partner_need_no_key(server, made_up):
    table = ta.fetch("comtrade", "Viet Nam", year=[2022, 2023], flow="both")
    assert read(table) == truth(made_up, (2022, 2023), "XM")
    assert [one.path.split("/")[3] for one in server.requests] == ["getDA", *["preview"] * 4]
    known = ta.certificate(table)
    assert known["layout"] == "Comtrade"
    assert known["total_of_file"] == known["value"] == sum(read(table).values())
    assert [one["release"][:10] for one in known["fetched"]] == ["2023-08-03"] * 2 + ["2024-08-03"] * 2


def test_chapters_without_a_key_come_two_by_two(server, made_up):
    with pytest.warns(ta.TradeDataWarning, match="TA-120"):  # a hundredth is secret
        table = ta.read("comtrade:VNM", year=2023, level=2)
    assert read(table) == truth(made_up, (2023,), digits=2)
    assert len(server.requests) == 1 + 49
    (note,) = (one for one in ta.certificate(table)["notes"] if one.key == "comtrade_secret_most")
    assert note.values["share"] == pytest.approx(0.01 / 1.01, rel=1e-3)
    total, chapters = truth(made_up, (2023,)), truth(made_up, (2023,), digits=2)
    gaps = {
        partner: x - sum(y for key, y in chapters.items() if key[2] == partner)
        for (_, _, partner, _), x in total.items()
    }
    assert gaps[note.values["partner"]] == max(gaps.values())


def test_one_product_of_two_partners(server, made_up):
    table = ta.fetch("comtrade", "VNM", year=2023, product="85", partner=["USA", "Taiwan"])
    whole = truth(made_up, (2023,), digits=2, within="85")
    assert read(table) == {key: x for key, x in whole.items() if key[2] in ("USA", "TWN")}
    assert len(server.requests) == 2


def test_products_below_a_chapter_with_a_key(server, made_up, monkeypatch):
    monkeypatch.setenv("COMTRADE_API_KEY", KEY)
    table = ta.fetch("comtrade", "VNM", year=range(2020, 2024), product="85", level=6)
    assert read(table) == truth(made_up, range(2020, 2024), digits=6, within="85")
    assert len(server.requests) == 2
    assert "test-" not in json.dumps([one.target for one in server.requests])


def test_the_latest_year_is_the_newest_that_all_reporters_have(server, made_up):
    made_up.years = {704: {2022: "H6", 2023: "H6"}, 764: {2022: "H6"}}
    table = ta.fetch("comtrade", ["VNM", "THA"], year="latest")
    assert set(table["year"]) == {2022}
    assert set(table["reporter"]) == {"VNM", "THA"}


def test_years_that_are_not_published(server, made_up):
    made_up.years = {704: {2021: "H6", 2022: "H6"}}
    with pytest.warns(ta.TradeDataWarning, match=r"TA-136.*2023"):
        table = ta.fetch("comtrade", "VNM", year=[2022, 2023])
    assert read(table) == truth(made_up, (2022,))
    with pytest.raises(
        DownloadError, match=r"not published yet, or withdrawn. Its newest year is 2022, last released 2023-08-03"
    ):
        ta.fetch("comtrade", "VNM", year=2024)
    with pytest.raises(DownloadError, match="has nothing of Thailand"):
        ta.fetch("comtrade", "THA", year=2022)


def test_classifications_that_differ_are_refused_or_named(server, made_up):
    made_up.years = {704: {2021: "H5", 2022: "H6"}}
    with pytest.raises(TradeDataError, match=r"2021 H5, 2022 H6.*classification=\"HS\""):
        ta.fetch("comtrade", "VNM", year=[2021, 2022])
    with pytest.warns(ta.TradeDataWarning, match="TA-126"):
        table = ta.fetch("comtrade", "VNM", year=[2021, 2022], classification="HS", product="85")
    assert read(table) == truth(made_up, (2021, 2022), digits=2, within="85")
    assert any("704 2021: H5, 704 2022: H6" in note for note in ta.certificate(table)["notes"])
    table = ta.fetch("comtrade", "VNM", year=[2021, 2022], classification="H5")
    assert read(table) == truth(made_up, (2021, 2022))


def test_a_stored_answer_holds_until_the_service_says_that_it_released_anew(server, made_up, tmp_path):
    days = 0

    def calls():
        """How many calls it takes on a day, and what is warned of."""
        before = len(server.requests)
        settings = Settings(folder=tmp_path, now=lambda: stored.now() + timedelta(days=days))
        done = gather(known_services.SERVICES["comtrade"], query(years=(2022, 2023)), settings)
        return len(server.requests) - before, done.warnings

    assert calls() == (3, [])
    assert calls() == (0, [])
    days = 2
    assert calls() == (1, [])  # what there is: nothing new
    days, made_up.released[2023], made_up.revised[2023] = 4, "2026-01-01T00:00:00.1234567", 2
    count, (revised,) = calls()
    assert count == 2
    assert "the total of 2023 changed by +100.0%" in revised
    days, made_up.checksums[2022] = 6, 17
    assert calls() == (2, [])
    # Without a date and a checksum an answer holds as long as what was said of the years.
    made_up.released, made_up.checksums = dict.fromkeys((2022, 2023)), dict.fromkeys((2022, 2023))
    days = 8
    assert calls() == (3, [])
    assert calls() == (0, [])


def test_without_a_net_what_is_stored_is_the_same_table(server, monkeypatch):
    monkeypatch.setenv("TRADEANALYSIS_OFFLINE", "1")
    with pytest.raises(DownloadError, match=r"/public/v1/getDA/C/A/HS\?reporterCode=704"):
        ta.fetch("comtrade", "VNM", year=[2022, 2023])
    assert server.requests == []
    first = ta.fetch("comtrade", "VNM", year=[2022, 2023], offline=False)
    count = len(server.requests)
    again = ta.fetch("comtrade", "VNM", year=[2022, 2023])
    pd.testing.assert_frame_equal(first, again)
    one, two = ({**ta.certificate(table), "offline": None} for table in (first, again))
    assert [call.pop("from_cache") for call in one["fetched"] + two["fetched"]] == [False, False, True, True]
    assert one == two
    assert len(server.requests) == count == 3


def test_partners_that_are_groups_are_no_partners(server, made_up):
    server.routes[PREVIEW] = changed(made_up, each_row(with_groups))
    assert read(ta.fetch("comtrade", "VNM", year=2023)) == truth(made_up, (2023,))


def with_groups(row):
    """Each row, and with Germany's the two groups beside it, as large as the World."""
    groups = [{**row, "partnerCode": code, "primaryValue": 1e12} for code in (97, 975)]
    return [row, *(groups if row["partnerCode"] == 276 else [])]


def test_europe_not_elsewhere_specified_is_not_monaco(server, made_up):
    made_up.partners = (*PARTNERS[:8], 492)
    names = {**ISO3, 492: "EU_NES"}
    with pytest.warns(ta.TradeDataWarning, match="TA-119"):
        table = ta.fetch("comtrade", "VNM", year=2023)
    assert read(table) == truth(made_up, (2023,), names=names)


# Faults: each ends in the golden table or in a DownloadError, in time, and stores nothing bad.


def breakdowns(row):
    """Each total with four ways to break it down, as the service gives them where they are not left out."""
    parts = ("partner2Code", 156), ("customsCode", "C01"), ("motCode", 2100), ("mosCode", "1")
    return [row, *({**row, name: code, "primaryValue": 1.0} for name, code in parts)]


def without(field):
    def change(row):
        del row[field]
        return [row]

    return each_row(change)


def full(envelope):
    """As many rows as the service gives at once, and as many as it says that there are."""
    rows = (envelope["data"] * 500)[:500]
    return {**envelope, "data": rows, "count": 500}


QUOTA = {"statusCode": 403, "message": "Out of call volume quota. Quota will be replenished in 03:14:17."}
RATE = {"statusCode": 429, "message": "Rate limit is exceeded. Try again in 1 seconds."}
PAGE = b"<!DOCTYPE html><html><body>Maintenance</body></html>"
MADE = MadeUp()
GOOD = played(MADE)
_, BODY, _ = MADE.respond("/public/v1/preview/C/A/HS?reportercode=704&period=2023&flowCode=X&cmdCode=TOTAL", {})
ECHO = {"statusCode": 401, "message": f"Access denied due to invalid subscription key {KEY}."}
# Route, what is played, and what the message says; None is the golden table.
FAULTS = {
    "ok": (PREVIEW, GOOD, None),
    "exactly the cap": (PREVIEW, changed(MADE, full), "which is all that it gives at once"),
    "count above rows": (PREVIEW, changed(MADE, lambda one: {**one, "count": 224}), "of 224 rows"),
    "count -1": (PREVIEW, changed(MADE, lambda one: {**one, "count": -1}), "the service said"),
    "count missing": (PREVIEW, changed(MADE, lambda one: {"data": one["data"]}), None),
    "empty though there": (
        PREVIEW,
        changed(MADE, lambda one: {**one, "data": [], "count": 0}),
        "published, and gave no row",
    ),
    "empty and not there": (YEARS, answer(200, {"count": 0, "data": [], "error": ""}), "has nothing of Vietnam in HS"),
    "error text": (
        PREVIEW,
        answer(200, {"count": 0, "data": [], "error": "Maximum number of periods for preview is 1"}),
        "periods for preview",
    ),
    "no key": (
        PREVIEW,
        answer(401, {"statusCode": 401, "message": "Access denied due to missing subscription key."}),
        "COMTRADE_API_KEY",
    ),
    "wrong key": (
        PREVIEW,
        answer(401, {"statusCode": 401, "message": "Access denied due to invalid subscription key."}),
        "was refused",
    ),
    "quota": (PREVIEW, answer(403, QUOTA), "quota is back in 03:14"),
    "not allowed": (PREVIEW, answer(403, {"statusCode": 403, "message": "User not allowed"}), "does not allow"),
    "path": (PREVIEW, answer(404, {"statusCode": 404, "message": "Resource not found"}), "not known to the service"),
    "long": (PREVIEW, answer(414, "<html><head><title>414 Request-URI Too Large</title></head></html>"), "too long"),
    "thirteen periods": (
        PREVIEW,
        answer(400, {"error": "Maximum number of periods is 12 ", "details": []}),
        "too many years",
    ),
    "bad request": (PREVIEW, answer(400, {"error": "clCode BE5 is not valid"}), "was refused"),
    "429 in a second": (PREVIEW, failing(1, answer(429, RATE, {"Retry-After": "1"}), GOOD), None),
    "429 at a time": (PREVIEW, failing(1, lambda request: answer(429, RATE, retry_date(2))(request), GOOD), None),
    "429 in a day": (PREVIEW, answer(429, RATE, {"Retry-After": "86400"}), "86,400|24|day"),
    "500, then well": (
        PREVIEW,
        failing(3, answer(500, {"statusCode": 500, "message": "Something went wrong"}), GOOD),
        None,
    ),
    "500 always": (PREVIEW, answer(500, {"statusCode": 500, "message": "All calls are rejected by policy"}), "500"),
    "503 page": (PREVIEW, answer(503, PAGE, {"Content-Type": "text/html"}), "503"),
    "page": (PREVIEW, answer(200, PAGE, {"Content-Type": "text/html"}), "in place of data"),
    "cut JSON": (PREVIEW, ok(BODY[: len(BODY) // 2]), "not whole"),
    "short": (PREVIEW, cut(BODY, len(BODY) // 2), "."),
    "chunk abort": (PREVIEW, chunk_abort(BODY[:200]), "."),
    "drip header": (PREVIEW, drip_header(), "."),
    "drip body": (PREVIEW, drip_body(), "."),
    "bomb": (PREVIEW, gzip_bomb(2**30), "."),
    "elsewhere": (PREVIEW, redirect("https://other.example/data"), "."),
    "by http": (PREVIEW, redirect("http://comtradeapi.un.org/data"), "."),
    "BOM": (PREVIEW, ok(b"\xef\xbb\xbf" + BODY), None),
    "field missing": (PREVIEW, changed(MADE, without("mosCode")), "lack mosCode"),
    "value missing": (PREVIEW, changed(MADE, without("primaryValue")), "lack primaryValue"),
    "further field": (PREVIEW, changed(MADE, each_row(lambda row: [{**row, "newField": [1]}])), None),
    "names": (PREVIEW, changed(MADE, each_row(lambda row: [{**row, "partnerISO": "XX ", "partnerDesc": "?"}])), None),
    "breakdowns": (PREVIEW, changed(MADE, each_row(breakdowns)), None),
    "groups": (PREVIEW, changed(MADE, each_row(with_groups)), None),
    "other reporter": (
        PREVIEW,
        changed(MADE, each_row(lambda row: [{**row, "reporterCode": 764}])),
        "by reporterCode: 764",
    ),
    "other year": (PREVIEW, changed(MADE, each_row(lambda row: [{**row, "period": "2022"}])), "by period: 2022"),
    "other flow": (PREVIEW, changed(MADE, each_row(lambda row: [{**row, "flowCode": "RX"}])), "by flowCode: RX"),
    "other classification": (PREVIEW, changed(MADE, each_row(lambda row: [{**row, "classificationCode": "S3"}])), "S3"),
    "number": (PREVIEW, ok(BODY.replace(b'"primaryValue": ', b'"primaryValue": NaN, "x": ')), "NaN"),
    "object": (PREVIEW, ok({"count": 17, "data": {"count": 17}, "error": ""}), "no list of rows"),
    "years as a page": (YEARS, answer(200, PAGE), "in place of data"),
    "years of another": (YEARS, changed(MADE, each_row(lambda row: [{**row, "reporterCode": 1}])), "reporterCode: 1"),
    "key echoed": (PREVIEW, answer(401, ECHO), "was refused"),
    "key echoed in 200": (PREVIEW, answer(200, {"count": 0, "data": [], "error": f"bad key {KEY}"}), "bad key"),
}


# Of those in which nothing depends on the key, which are most, one way is enough.
KEYED = ("ok", "exactly the cap", "breakdowns", "no key", "wrong key", "quota", "not allowed", "500 always", "page")
KEYED += ("elsewhere", "by http", "drip header", "key echoed", "key echoed in 200", "429 in a day")


@pytest.mark.parametrize(("name", "key"), [*((name, None) for name in FAULTS), *((name, KEY) for name in KEYED)])
def test_a_fault_ends_in_the_golden_table_or_in_an_error(server, tmp_path, monkeypatch, name, key):
    route, handler, says = FAULTS[name]
    monkeypatch.setattr(comtrade_division, "CAP", 500)
    server.routes[route] = handler
    if route == PREVIEW:
        server.routes[GET] = handler
    deadline = 1.5 if "drip" in name or name == "bomb" else 10
    began = time.monotonic()
    if says is None:
        table = ta.fetch("comtrade", "VNM", year=2023, key=key, deadline=deadline)
        assert read(table) == truth(MADE, (2023,))
        assert KEY not in json.dumps(ta.certificate(table), default=str)
    else:
        with pytest.raises(DownloadError, match=says) as caught:
            ta.fetch("comtrade", "VNM", year=2023, key=key, deadline=deadline)
        error = caught.value
        assert error.service == "comtrade"
        shown = [str(error), repr(error), error.url, error.args[0].say("vi"), *traceback.format_exception(error)]
        assert not any(KEY in text for text in shown)
        kept = ta.cache_info("comtrade")
        assert not (kept["kind"] == "data").any() if "kind" in kept else len(kept) <= 1
        if name == "quota":
            assert error.retry_after == 3 * 3600 + 14 * 60 + 17
        # The next time all is well, and nothing bad was kept.
        server.routes.clear()
        server.routes["/"] = GOOD
        assert read(ta.fetch("comtrade", "VNM", year=2023, key=key, refresh=True)) == truth(MADE, (2023,))
    assert time.monotonic() - began < deadline + 6
    assert not any(KEY.encode() in path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert not any(one.path.startswith("/other") for one in server.requests)


# A large pull: divided, killed, and whole in the end.

PULL = """
import sys
import warnings
import tradeanalysis as ta
from tradeanalysis.sources.services import comtrade_division, known_services
from dataclasses import replace

warnings.simplefilter("ignore")
comtrade_division.CAP = {cap}
known_services.SERVICES["comtrade"] = replace(known_services.SERVICES["comtrade"], pace=0)
table = ta.fetch("comtrade", "VNM", year=range(2014, 2024), level={level}, key="{key}")
table.to_csv(sys.argv[1], index=False)
"""


def rows_there(made_up, years, level):
    """How many rows an answer to all would have: those of the level and of the total, World's among them."""
    return sum(len(code) in (level,) or code == "TOTAL" for year in years for _, code in made_up.cells(704, year, "X"))


@sampled(("level", "each", "cap"), [(6, 4, 5_000), (2, 8, 1_000)], every=2)
def test_ten_years_of_97_chapters_are_whole_after_ten_kills(tmp_path, level, each, cap, capsys):
    made_up = MadeUp(codes=of_chapters((*range(1, 98), 99), each), cap=cap)
    program, out = PULL.format(cap=cap, level=level, key=KEY), tmp_path / "table.csv"
    imports = "import tradeanalysis as ta; ta.fetch; import requests, pandas"
    with FaultServer({"/": played(made_up)}) as running, Ready(imports, tmp_path / "said") as ready:
        home = {"TRADEANALYSIS_BASE_COMTRADE": running.url, "TRADEANALYSIS_CACHE": str(tmp_path / "cache")}
        for kill in range(10):
            process = ready.begin(program, out, **home)
            until = len(running.requests) + (2 if kill else 3)
            while process.poll() is None and len(running.requests) < until:
                time.sleep(0.005)
            assert process.poll() is None, process.communicate()
            process.kill()
            process.communicate()
        process = ready.begin(program, out, **home)
        _, said = process.communicate()
        assert process.returncode == 0, said
        calls = len(running.to(GET))
        assert len(running.to(YEARS)) <= 2  # what there is, once; twice where the first was killed
    table = pd.read_csv(out, dtype={"product": str})
    assert read(table) == truth(made_up, range(2014, 2024), digits=level)
    least = math.ceil(rows_there(made_up, range(2014, 2024), level) / (cap - 1))
    planned = planned_and_divided(made_up, level, cap)
    with capsys.disabled():
        print(f"\nlevel {level}, cap {cap:,}: {len(table):,} rows in {calls} calls with ten kills,")
        print(f"    {planned} without, {least} at least if calls could hold parts of years")
    # A killed call is made again, and no other.
    assert planned <= calls <= planned + 10
    assert planned <= 4 * least  # a year is divided within itself, so that stored years outlive a revision


def planned_and_divided(made_up, level, cap):
    """How many calls of data it takes that is never killed."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(comtrade_division, "CAP", cap)
        asked = query(keyed=True, level=level, years=tuple(range(2014, 2024)))
        waiting = list(COMTRADE.plan(asked, lambda call: answered(made_up, call)))
        count = 0
        while waiting:
            call = waiting.pop(0)
            count += 1
            try:
                answered(made_up, call)
            except Cut:
                waiting[:0] = COMTRADE.divide(call)
    return count


# Answers that are saved by hand.


def saved(tmp_path, *rows):
    made = [MadeUp.row(704, 2022, "X", partner, "TOTAL", "H6", value) | more for partner, value, more in rows]
    path = tmp_path / "answer.json"
    path.write_text(json.dumps({"elapsedTime": "0.1 secs", "count": len(made), "data": made, "error": ""}), "utf-8")
    return path


def test_groups_europe_nes_and_modes_of_supply_in_a_saved_answer(tmp_path):
    rows = [(0, 1e6, {}), (842, 4e5, {}), (276, 3e5, {}), (251, 299e3, {}), (492, 1e3, {}), (97, 6e5, {})]
    parts = [(842, 1e5, {"mosCode": "1"}), (842, 3e5, {"mosCode": "3"})]
    path = saved(tmp_path, *rows, *parts)
    with pytest.raises(TradeDataError, match=r"TA-107.*duplicates=\"total\" leaves out 2 rows"):
        ta.read(path, drop_aggregates=True)
    table = ta.read(path, drop_aggregates=True, duplicates="total")
    assert dict(zip(table["partner"], table["value"], strict=True)) == {
        "USA": 4e5,
        "DEU": 3e5,
        "FRA": 299e3,
        "EU_NES": 1e3,
    }


@pytest.mark.parametrize("count", [499, 500])
def test_a_saved_answer_with_exactly_as_many_rows_as_are_given_at_once_is_refused(tmp_path, count):
    rows = [(842, float(n), {"cmdCode": f"{n:06d}"}) for n in range(1, count + 1)]
    if count == 499:
        assert len(ta.read(saved(tmp_path, *rows))) == 499
    else:
        with pytest.raises(TradeDataError, match=r"TA-131.*exactly as many as Comtrade gives at once"):
            ta.read(saved(tmp_path, *rows))


@pytest.mark.parametrize(("first", "then"), [(KEY, None), (None, KEY)], ids=["without", "with"])
def test_without_a_net_what_was_fetched_with_a_key_needs_none_and_the_reverse(server, monkeypatch, first, then):
    had = ta.fetch("comtrade", "VNM", year=[2022, 2023], level=2, product="85", key=first)
    count = len(server.requests)
    again = ta.fetch("comtrade", "VNM", year=[2022, 2023], level=2, product="85", key=then, offline=True)
    pd.testing.assert_frame_equal(had, again)
    assert len(server.requests) == count
    with pytest.raises(DownloadError, match="not in the cache"):
        ta.fetch("comtrade", "VNM", year=2021, level=2, product="85", key=then, offline=True)
