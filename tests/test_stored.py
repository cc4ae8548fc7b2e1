"""The cache of raw answers: whole or not there, whatever is killed, damaged, or at work beside it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

import tradeanalysis as ta
from tradeanalysis.sources.services import stored
from tradeanalysis.sources.services.calls import Call

CALL = Call("comtrade", "/public/v1/preview/C/A/HS", (("reporterCode", "704"), ("period", "2023")), cap=500)
BODY = b'{"elapsedTime":"0.1 secs","count":1,"data":[{"reporterCode":704}],"error":""}'
NOON = datetime(2026, 5, 2, 12, tzinfo=UTC)
ABOUT = {
    "url": "https://comtradeapi.un.org/public/v1/preview/C/A/HS?reporterCode=704&period=2023",
    "status": 200,
    "rows": 1,
}


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "cache"


def test_what_is_kept_is_found_with_all_that_is_known_of_it(folder):
    new = stored.keep(folder, CALL, BODY, {**ABOUT, "fetched_at": NOON.isoformat()})
    found = stored.find(folder, replace(CALL))
    assert found.content == new.content == BODY
    assert found.meta == {**new.meta, "from_cache": True}
    # The hash is that of `sha256sum` over the body, 76 bytes.
    assert (found.meta["bytes"], found.meta["rows"], found.meta["status"], found.meta["cap"]) == (
        len(BODY),
        1,
        200,
        500,
    )
    assert found.meta["params"] == {"reporterCode": "704", "period": "2023"}
    assert not new.meta["from_cache"]
    assert stored.find(folder, CALL.with_(params={"period": "2022"})) is None


@pytest.mark.parametrize("what", ["empty", "cut"])
def test_a_marker_is_kept_without_content(folder, what):
    stored.mark(folder, CALL, what)
    found = stored.find(folder, CALL)
    assert found.meta[what] is True
    assert found.content == b""


def test_an_age_is_of_its_own_days(folder):
    old = stored.keep(folder, CALL, BODY, {**ABOUT, "fetched_at": NOON.isoformat()}).meta
    empty = stored.mark(folder, CALL, "empty", {"fetched_at": NOON.isoformat()}).meta
    cut = stored.mark(folder, CALL, "cut", {"fetched_at": NOON.isoformat()}).meta
    hours = {"data": 0, "empty": 0, "cut": 0}
    for name, meta in (("data", old), ("empty", empty), ("cut", cut)):
        hours[name] = max(hour for hour in range(2000) if stored.is_fresh(meta, 7, NOON + timedelta(hours=hour)))
    assert hours == {"data": 7 * 24, "empty": 24, "cut": 30 * 24}
    assert not stored.is_fresh(old, 7, NOON - timedelta(seconds=1))
    assert stored.is_fresh(old, None, NOON + timedelta(days=9999))


def test_nothing_is_kept_where_nothing_is_to_be_kept():
    assert stored.folder_of(False) is None
    assert stored.keep(None, CALL, BODY, ABOUT).meta["rows"] == 1
    assert stored.mark(None, CALL, "cut").meta["cut"]
    assert stored.find(None, CALL) is None
    assert ta.cache_info(cache=False).empty
    assert ta.cache_clear(cache=False) == 0
