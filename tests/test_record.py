"""``make record``: what the services are assumed to be is compared with what comes back, here from this machine."""

import dataclasses
import io
import json
import random
import re
import socket
import zipfile

import pandas as pd
import pytest
import record
from assumptions import COMEXT_COLUMNS, PROBES, YEAR
from comtrade_routes import KEY, MadeUp, of_chapters
from fault_server import FaultServer, answer, file, ok
from sdmx_answers import IMTS, SOLD, imts_rows, sdmx_csv, sdmx_json

import tradeanalysis as ta
from tradeanalysis.sources.services import transport
from tradeanalysis.sources.services.known_services import SERVICES

# Numbers of real partners, as many as an economy has.
PARTNERS = tuple(int(one) for one in ta.countries()["m49"].dropna())[:120]
REPORTERS = {"results": [{"reporterCode": 704, "reporterCodeIsoAlpha3": "VNM", "isGroup": False}]}


def comtrade(made_up):
    """The made-up service, which takes both spellings of a reporter and has no flow -1."""

    def played(request):
        target = request.target.replace("/reporterCode", "/reportercode")
        if "/preview/" in target:
            target = target.replace("reporterCode=", "reportercode=")
        if "flowCode=-1" in target:
            return ok({"elapsedTime": "0.1 secs", "count": 0, "data": [], "error": ""})(request)
        return answer(*made_up.respond(target, request.headers)[:2])(request)

    return played


def release():
    """A release of one year, packed to more than its first bytes."""
    chance, packed = random.Random(22), io.BytesIO()
    lines = [
        f"{YEAR},704,{chance.randrange(900)},{chance.randrange(10**6):06d},{chance.random()},1" for _ in range(3000)
    ]
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(f"BACI_HS12_Y{YEAR}_V202601.csv", "t,i,j,k,v,q\n" + "\n".join(lines) + "\n")
        archive.writestr("country_codes_V202601.csv", "country_code,country_name,country_iso2,country_iso3\n")
    return packed.getvalue()


def bank(request):
    if "/TWN/" in request.path:
        return ok([{"message": [{"id": "120", "key": "Invalid value", "value": "not valid"}]}])(request)
    rows = [
        {"countryiso3code": code, "indicator": {"id": "NY.GDP.MKTP.CD"}, "date": str(year), "value": 4e11}
        for code in ("VNM", "THA")
        for year in range(2015, 2025)
    ]
    return ok([{"page": 1, "pages": 1, "per_page": 20000, "total": 20, "lastupdated": "2026-04-08"}, rows])(request)


def imf(request):
    if "/availability/" in request.path:
        notes = [{"id": "series_count", "title": "1"}, {"id": "time_period_end", "title": "2023-12"}]
        return ok({"data": {"dataConstraints": [{"annotations": notes}]}})(request)
    if "ZZZ" in request.path:
        return answer(204)(request)
    return ok(sdmx_csv(IMTS, imts_rows({YEAR: SOLD[2022]})))(request)


def eurostat(request):
    _, reporter, partners, product, flow, _ = request.path.rpartition("/")[2].split(".")
    of = [] if request.query["startPeriod"] == "1950" else re.split(r"\+| |%2B", partners)
    fixed = "ESTAT:DS-045409(1.0),15/09/26 11:00:00,A"
    rows = [f"{fixed},{reporter},{one},{product},{flow},VALUE_IN_EUROS,{YEAR},1000" for one in of if one]
    return ok("\n".join([",".join(COMEXT_COLUMNS), *rows]) + "\n")(request)


def wits(request):
    if "/dataavailability/" in request.path:
        return ok('<?xml version="1.0"?><dataavailability><year>2018</year><year>2019</year></dataavailability>')(
            request
        )
    if "/year/1950/" in request.path:
        return answer(404, '<error><message id="NoRecordsFound">No records found</message></error>')(request)
    partners = {"USA": 150e6, "CHN": 80e6, "WLD": 230e6}
    dimensions = {"FREQ": ["A"], "REPORTER": ["VNM"], "PARTNER": [*partners], "PRODUCTCODE": ["Total"]}
    values = {f"0:0:{i}:0:0": value for i, value in enumerate(partners.values())}
    return ok(sdmx_json({**dimensions, "INDICATOR": ["XPRT-TRD-VL"]}, ["2019"], values))(request)


@pytest.fixture
def services(monkeypatch):
    """All services as this machine plays them, without their pace."""
    made_up = MadeUp(partners=PARTNERS, codes=of_chapters(range(1, 20)))
    routes = {"/": comtrade(made_up), "/files": ok(REPORTERS, {"ETag": '"0x8DDA"'}), "/DATA_DOWNLOAD": file(release())}
    routes |= {"/v2": bank, "/external": imf, "/eurostat": eurostat, "/API": wits}
    monkeypatch.delenv("COMTRADE_API_KEY", raising=False)
    monkeypatch.delenv("COMTRADE_PRIMARY", raising=False)
    monkeypatch.setenv("TRADEANALYSIS_OFFLINE", "")
    monkeypatch.setattr(transport, "pause", lambda seconds: None)
    with FaultServer(routes) as server:
        for name, service in SERVICES.items():
            monkeypatch.setitem(SERVICES, name, dataclasses.replace(service, pace=0.0))
            base = server.url + ("/v2" if name == "wdi" else "")
            monkeypatch.setenv(f"TRADEANALYSIS_BASE_{name.upper()}", base)
        server.made_up = made_up
        yield server


def seen(out):
    table = pd.read_csv(out / "assumptions.csv", dtype=str, keep_default_na=False)
    return table, table[table["agrees"] == "no"]


def test_what_is_assumed_is_what_comes(services, tmp_path, capsys):
    code = record.main(tmp_path, pause=lambda seconds: None)
    table, different = seen(tmp_path)
    assert different.to_dict("records") == []
    assert code == 0
    assert set(table["call"]) >= {probe.name for probe in PROBES}
    assert set(table[table["agrees"] == "-"]["call"]) == {probe.name for probe in PROBES if probe.keyed}
    assert "0 differ, 2 not compared" in capsys.readouterr().out
    assert 20 <= len(services.requests) <= 32
    bodies = {path.stem for path in tmp_path.glob("*.body")}
    assert len(bodies) == sum(not probe.keyed for probe in PROBES)
    assert json.loads((tmp_path / "comtrade_without_a_key.json").read_text())["status"] == 401


def test_with_a_key_two_calls_more_and_no_trace_of_it(services, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("COMTRADE_API_KEY", KEY)
    assert record.main(tmp_path, pause=lambda seconds: None) == 0
    table, _ = seen(tmp_path)
    assert set(table["agrees"]) == {"yes"}
    assert any(KEY in request.headers.values() for request in services.requests)
    written = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert KEY.encode() not in written
    assert KEY not in capsys.readouterr().out


def test_a_service_that_has_changed_is_named_with_what_it_is_now(services, tmp_path, capsys):
    services.made_up.cap_keyless = 400
    services.routes["/files"] = ok({"more": []})
    assert record.main(tmp_path, pause=lambda seconds: None) == 1
    _, different = seen(tmp_path)
    found = {(row.call, row.assumed): (row.expected, row.seen) for row in different.itertuples()}
    assert found["comtrade preview at its cap", "rows"] == ("500", "400")
    assert found["comtrade preview at its cap", "our check of the answer"] == ("cut", "read")
    assert found["comtrade list of reporters", "an ETag"] == ("True", "False")
    assert "KeyError" in found["comtrade list of reporters", "fields that are not there"][1]
    assert {call for call, _ in found} == {"comtrade preview at its cap", "comtrade list of reporters"}
    assert f"{len(different)} differ" in capsys.readouterr().out


def closed_port():
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


def test_without_a_net_it_says_so(services, tmp_path, monkeypatch, capsys):
    for name in SERVICES:
        monkeypatch.setenv(f"TRADEANALYSIS_BASE_{name.upper()}", f"http://127.0.0.1:{closed_port()}")
    assert record.main(tmp_path / "none", pause=lambda seconds: None) == 2
    assert capsys.readouterr().out.startswith("no net was reached: http://127.0.0.1:")
    assert not (tmp_path / "none").exists()
    assert services.requests == []


def test_a_service_that_is_not_reached_is_not_compared(services, tmp_path, monkeypatch):
    monkeypatch.setenv("TRADEANALYSIS_BASE_IMF", f"http://127.0.0.1:{closed_port()}")
    assert record.main(tmp_path, pause=lambda seconds: None) == 0
    table, _ = seen(tmp_path)
    assert table[table["call"].str.startswith("imf")]["assumed"].tolist() == ["is reached"]
