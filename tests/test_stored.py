"""The cache of raw answers: whole or not there, whatever is killed, damaged, or at work beside it."""

import gzip
import itertools
import json
import os
import random
import signal
import stat
import subprocess
import sys
import textwrap
import time
import tracemalloc
import warnings
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from conftest import cases, sample, told

import tradeanalysis as ta
from tradeanalysis.sources.services import answer_files, stored
from tradeanalysis.sources.services.calls import Call
from tradeanalysis.sources.services.turns import turn

CALL = Call("comtrade", "/public/v1/preview/C/A/HS", (("reporterCode", "704"), ("period", "2023")), cap=500)
OTHER = CALL.with_(params={"period": "2022"})
RANGE = Call("baci", "/DATA_DOWNLOAD/baci/data/BACI_HS12_V202601.zip", range=(100, 163), etag='"4b93"')
BODY = b'{"elapsedTime":"0.1 secs","count":1,"data":[{"reporterCode":704}],"error":""}'
REVISED = BODY.replace(b"0.1 secs", b"0.2 secs")
# Of the body, by sha256sum of the GNU coreutils.
SHA256 = "afde38d03349964dfa6040753784773878e7c129fdbb3fdd816074c8a041b099"
NOON = datetime(2026, 5, 2, 12, tzinfo=UTC)
HOST = "https://comtradeapi.un.org"
ABOUT = {
    "url": f"{HOST}{CALL.address}",
    "status": 200,
    "rows": 1,
    "release": "2025-08-03",
    "licence": "with attribution",
}


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "cache"


@pytest.fixture(autouse=True)
def quiet():
    """A warning of the cache is a failure, unless a test expects it."""
    with warnings.catch_warnings():
        warnings.simplefilter("error", ta.TradeDataWarning)
        yield


def keep(folder, content=BODY, call=CALL, **meta):
    return stored.keep(folder, call, content, {**ABOUT, **meta})


def file_of(folder, ending):
    (found,) = (folder / CALL.service).glob(f"{CALL.key}*{ending}")
    return found


def names(folder):
    return sorted(path.name for path in (folder / CALL.service).iterdir() if not path.name.startswith(".git"))


# ---- what is kept -------------------------------------------------------------------------------------------------


def test_what_is_kept_is_found_with_all_that_is_known_of_it(folder):
    new = keep(folder, fetched_at=NOON.isoformat())
    found = stored.find(folder, replace(CALL))
    assert found.content == new.content == BODY
    assert found.meta == {**new.meta, "from_cache": True}
    assert not new.meta["from_cache"]
    assert found.meta == {
        **{"schema": 1, "version": ta.__version__, "key": CALL.key, "service": "comtrade", "kind": "data"},
        **{"url": f"{HOST}/public/v1/preview/C/A/HS?reporterCode=704&period=2023", "range": None, "cap": 500},
        **{"params": {"reporterCode": "704", "period": "2023"}, "fetched_at": "2026-05-02T12:00:00+00:00"},
        **{"status": 200, "rows": 1, "release": "2025-08-03", "licence": "with attribution"},
        **{"content": file_of(folder, ".gz").name, "bytes": 77, "sha256": SHA256, "from_cache": True},
    }
    assert list(found.meta)[:-1] == [name for name in stored.META if name in found.meta]
    assert stored.find(folder, OTHER) is None


def test_an_answer_is_packed_alike_at_any_time(folder, tmp_path):
    keep(folder)
    time.sleep(1.1)  # the clock of a gzip file has seconds
    keep(tmp_path / "another")
    first, second = (file_of(place, ".gz").read_bytes() for place in (folder, tmp_path / "another"))
    assert first == second
    assert gzip.decompress(first) == BODY


def test_bytes_of_a_file_stay_as_they_are(folder):
    part = bytes(range(64))
    stored.keep(folder, RANGE, part, {"rows": 1, "size": 1_267_950_839, "etag": '"4b93"'})
    (path,) = (folder / "baci").glob("*.bin")
    assert path.read_bytes() == stored.find(folder, RANGE).content == part
    assert stored.find(folder, RANGE).meta["range"] == [100, 163]
    assert stored.find(folder, replace(RANGE, range=(100, 164))) is None


def test_the_time_is_utc_unless_it_is_given(folder):
    fetched = datetime.fromisoformat(keep(folder).meta["fetched_at"])
    assert fetched.utcoffset() == timedelta(0)
    assert abs(stored.now() - fetched) < timedelta(seconds=5)


@pytest.mark.parametrize("what", ["empty", "cut"])
def test_a_marker_has_no_content(folder, what):
    stored.mark(folder, CALL, what)
    found = stored.find(folder, CALL)
    assert (found.meta[what], found.content) == (True, b"")
    assert names(folder) == [f"{CALL.key}.meta.json"]


def test_an_answer_without_rows_is_a_marker(folder):
    kept = stored.keep(folder, CALL, b'{"count":0,"data":[],"error":""}', {**ABOUT, "rows": 0, "empty": True})
    assert kept.content == stored.find(folder, CALL).content == b""
    assert names(folder) == [f"{CALL.key}.meta.json"]


def test_an_age_is_of_its_own_days(folder):
    noon = {"fetched_at": NOON.isoformat()}
    metas = {what: stored.mark(folder, CALL, what, noon).meta for what in ("empty", "cut")}
    metas["data"] = keep(folder, **noon).meta
    fresh = {
        name: max(hour for hour in range(2000) if stored.is_fresh(meta, 7, NOON + timedelta(hours=hour)))
        for name, meta in metas.items()
    }
    assert fresh == {"data": 7 * 24, "empty": 24, "cut": 30 * 24}
    assert stored.is_fresh(metas["data"], None, NOON + timedelta(days=9999))
    assert stored.age(metas["data"], NOON + timedelta(days=90)).days == 90


def test_an_answer_of_tomorrow_is_stale(folder):
    meta = keep(folder, fetched_at=NOON.isoformat()).meta
    assert stored.age(meta, NOON - timedelta(seconds=1)) < timedelta(0)
    assert not stored.is_fresh(meta, 7, NOON - timedelta(seconds=1))


def test_nothing_is_kept_where_nothing_is_to_be_kept(tmp_path, monkeypatch):
    monkeypatch.setenv("TRADEANALYSIS_CACHE", str(tmp_path / "unused"))
    assert stored.folder_of(False) is None
    assert stored.keep(None, CALL, BODY, ABOUT).meta["sha256"] == SHA256
    assert stored.mark(None, CALL, "cut").meta["cut"]
    assert (stored.find(None, CALL), stored.previous(None, CALL)) == (None, None)
    assert ta.cache_info(cache=False).empty
    assert ta.cache_clear(cache=False) == 0
    assert list(tmp_path.iterdir()) == []


def test_no_key_user_or_path_is_kept(folder):
    with pytest.raises(ValueError, match="headers"):
        keep(folder, headers={"Ocp-Apim-Subscription-Key": "test-1234567"})
    keep(folder)
    stored.mark(folder, OTHER, "empty")
    written = b"".join(path.read_bytes() for path in folder.rglob("*.json")).decode()
    assert not [word for word in (str(folder), str(Path.home()), "test-1234567", "user") if word in written]
    assert not set(stored.META) & {"headers", "key_header", "user", "path", "folder"}


# ---- what is replaced ---------------------------------------------------------------------------------------------


def test_what_was_revised_is_kept_once(folder):
    bodies = [BODY, REVISED, BODY.replace(b"0.1", b"0.3")]
    for body in bodies:
        keep(folder, body)
    assert stored.find(folder, CALL).content == bodies[2]
    assert stored.previous(folder, CALL).content == bodies[1]
    assert len(names(folder)) == 4  # two contents, and what is known of them


def test_the_same_answer_again_has_a_new_date_and_no_previous(folder):
    keep(folder, fetched_at=NOON.isoformat())
    keep(folder, fetched_at=(NOON + timedelta(days=9)).isoformat())
    assert stored.find(folder, CALL).meta["fetched_at"].startswith("2026-05-11")
    assert stored.previous(folder, CALL) is None
    assert len(names(folder)) == 2


def test_a_revision_that_is_taken_back(folder):
    for body in (BODY, REVISED, BODY):
        keep(folder, body)
    assert (stored.find(folder, CALL).content, stored.previous(folder, CALL).content) == (BODY, REVISED)
    assert len(names(folder)) == 4


def test_a_year_that_is_withdrawn_is_empty_and_its_answer_the_previous(folder):
    keep(folder)
    stored.mark(folder, CALL, "empty")
    stored.mark(folder, CALL, "empty")
    assert stored.find(folder, CALL).content == b""
    assert stored.previous(folder, CALL).content == BODY


# ---- what is damaged ----------------------------------------------------------------------------------------------


def changed(**fields):
    """The meta with other fields; None takes one out."""

    def change(folder):
        path = file_of(folder, ".meta.json")
        meta = {**json.loads(path.read_bytes()), **fields}
        path.write_text(json.dumps({name: one for name, one in meta.items() if one is not None}))

    return change


def rewritten(ending, content):
    return lambda folder: file_of(folder, ending).write_bytes(content)


def a_folder_in_its_place(folder):
    path = file_of(folder, ".meta.json")
    path.unlink()
    path.mkdir()


DAMAGES = {
    "content removed": lambda folder: file_of(folder, ".gz").unlink(),
    "content empty": rewritten(".gz", b""),
    "content is no gzip": rewritten(".gz", b"<html>proxy</html>"),
    "content of another answer": rewritten(".gz", gzip.compress(REVISED)),
    "content half": rewritten(".gz", gzip.compress(BODY)[:40]),
    "content goes on": rewritten(".gz", gzip.compress(BODY + b" ")),
    "meta empty": rewritten(".meta.json", b""),
    "meta is zeros": rewritten(".meta.json", bytes(512)),
    "meta is no text": rewritten(".meta.json", b"\xff\xfe\x00{"),
    "meta is a number": rewritten(".meta.json", b"7"),
    "meta is null": rewritten(".meta.json", b"null"),
    "meta is a list": rewritten(".meta.json", b"[1, 2]"),
    "meta without end": rewritten(".meta.json", b"[" * 100_000),
    "meta is a folder": a_folder_in_its_place,
    "no date": changed(fetched_at=None),
    "a date of no zone": changed(fetched_at="2026-05-02T12:00:00"),
    "no such date": changed(fetched_at="yesterday"),
    "a date that is a number": changed(fetched_at=7),
    "another request": changed(key="0" * 24),
    "another hash": changed(sha256="0" * 64),
    "no hash": changed(sha256=None),
    "a hash that is a number": changed(sha256=12),
    "no size": changed(bytes=None),
    "a size below zero": changed(bytes=-1),
    "a size in words": changed(bytes="many"),
    "no content named": changed(content=None),
    "a file elsewhere": changed(content="../../secrets.gz"),
    "a file of another request": changed(content=f"{'0' * 24}.afde38d0.gz"),
    "no schema": changed(schema=None),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_what_is_damaged_is_removed_and_is_missing(damage, folder):
    keep(folder)
    DAMAGES[damage](folder)
    with pytest.warns(ta.TradeDataWarning) as caught:
        assert stored.find(folder, CALL) is None
    assert len(caught) == 1
    text = caught[0].message.args[0]
    assert "comtrade is damaged" in text
    assert "bị hỏng" in text.say("vi")
    if damage != "meta is a folder":  # which is someone's own
        assert stored.find(folder, CALL) is None
        keep(folder)
        assert stored.find(folder, CALL).content == BODY


def test_a_meta_that_was_half_written_is_missing(folder):
    keep(folder)
    whole = file_of(folder, ".meta.json").read_bytes()
    lengths = sample(range(len(whole) - 1), 7)
    for length in lengths:
        keep(folder)
        file_of(folder, ".meta.json").write_bytes(whole[:length])
        with told("damaged"):
            assert stored.find(folder, CALL) is None, length


def test_a_content_with_another_bit_is_never_read(folder):
    keep(folder)
    whole = file_of(folder, ".gz").read_bytes()
    pause = random.Random(22)
    for _ in range(cases(200)):
        keep(folder)
        place, bit = pause.randrange(len(whole)), 1 << pause.randrange(8)
        file_of(folder, ".gz").write_bytes(whole[:place] + bytes([whole[place] ^ bit]) + whole[place + 1 :])
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ta.TradeDataWarning)
            found = stored.find(folder, CALL)
        # A bit of the gzip header, such as its system, changes nothing of what was packed.
        assert found is None or found.content == BODY, (place, bit)


def test_a_content_that_unpacks_to_a_gigabyte_does_not(folder):
    keep(folder)
    file_of(folder, ".gz").write_bytes(gzip.compress(bytes(2**20)) * 1000)
    tracemalloc.start()
    with told("damaged"):
        assert stored.find(folder, CALL) is None
    assert tracemalloc.get_traced_memory()[1] < 8 * 2**20
    tracemalloc.stop()


def test_an_answer_of_a_later_version_is_left_where_it_is(folder):
    keep(folder)
    changed(schema=2)(folder)
    assert stored.find(folder, CALL) is None
    assert len(names(folder)) == 2


def test_a_damaged_previous_answer_does_not_touch_the_present_one(folder):
    keep(folder)
    keep(folder, REVISED)
    (folder / "comtrade" / f"{CALL.key}.prev.json").write_bytes(b"{")
    with told("damaged"):
        assert stored.previous(folder, CALL) is None
    assert stored.find(folder, CALL).content == REVISED


# ---- who writes at the same time, and who is killed ---------------------------------------------------------------

# A body says of which call it is, and the how manieth; long enough that its writing takes a while.
WRITER = """
import json, random, sys, warnings
from pathlib import Path
import tradeanalysis as ta
from tradeanalysis.sources.services import stored
from tradeanalysis.sources.services.calls import Call
warnings.simplefilter("error")
folder, calls, rounds, seed = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
chance = random.Random(seed)

def call(i):
    return Call("comtrade", "/public/v1/preview/C/A/HS", (("period", str(2000 + i)),))

def body(i, n):
    return json.dumps({"i": i, "n": n, "data": [[i, n]] * 4000}).encode()

def check(i):
    found = stored.find(folder, call(i))
    if found is None:
        return False
    said = json.loads(found.content)
    assert found.content == body(i, said["n"]) and said["i"] == i and found.meta["rows"] == said["n"], (i, found.meta)
    return True
"""
IN_TURN = """
for n in range(rounds):
    for i in range(calls):
        stored.keep(folder, call(i), body(i, n), {"rows": n})
        print(i, n, flush=True)
"""
AT_RANDOM = """
there = 0
for n in range(rounds):
    i = chance.randrange(calls)
    what = chance.random()
    if what < .45:
        m = chance.randrange(3)
        stored.keep(folder, call(i), body(i, m), {"rows": m})
    elif what < .5:
        ta.cache_clear("comtrade", cache=folder)
    elif what < .55:
        assert set(ta.cache_info(cache=folder)["kind"]) <= {"data", "previous"}
    else:
        there += check(i)
print(there)
"""


def started(program, folder, calls, rounds, seed=0):
    words = [sys.executable, "-c", WRITER + textwrap.dedent(program), str(folder), str(calls), str(rounds), str(seed)]
    return subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def call_of(i):
    return Call("comtrade", "/public/v1/preview/C/A/HS", (("period", str(2000 + i)),))


def test_killed_ten_times_each_answer_is_whole_and_what_was_kept_is_there(folder):
    pause = random.Random(22)
    there = []
    for _ in sample(range(10)):
        run = started(IN_TURN, folder, 5, 1000)
        last = {}
        for _ in range(pause.randint(1, 40)):
            i, n = map(int, run.stdout.readline().split())
            last[i] = n
        time.sleep(pause.uniform(0, 0.05))
        os.kill(run.pid, signal.SIGKILL)
        run.communicate()
        for i in range(5):
            found = stored.find(folder, call_of(i))
            assert found is not None or i not in last
            if found is not None:
                said = json.loads(found.content)
                assert said["i"] == i
                assert len(said["data"]) == 4000
                assert found.meta["rows"] == said["n"]
        there.append(len(last))
    assert sum(there) > len(there)
    # What the killed left is of one answer each, and goes with the first writer of a later day.
    left = [path for path in (folder / "comtrade").iterdir() if path.suffix == ".tmp"]
    assert len(left) <= len(there)


def test_many_processes_on_one_folder_do_not_hurt_each_other(folder):
    runs = [started(AT_RANDOM, folder, 4, cases(300), seed) for seed in range(4)]
    done = [run.communicate(timeout=110) for run in runs]
    assert [run.returncode for run in runs] == [0, 0, 0, 0], [error[-800:] for _, error in done]
    assert all(int(out) > 0 for out, _ in done)
    assert list(folder.rglob("*.tmp")) == []


def test_what_killed_processes_left_is_swept_after_a_day(folder):
    place = folder / "comtrade"
    place.mkdir(parents=True)
    old, young = (f"{n}" * 24 + ".afde38d0.gz" for n in (1, 2))
    temporary = [f".tradeanalysis-{n}{'0' * 15}.tmp" for n in (1, 2)]
    for name in (old, young, *temporary, "someone.gz"):
        (place / name).write_bytes(b"x")
    for name in (old, temporary[0], "someone.gz"):
        os.utime(place / name, (time.time() - 90_000, time.time() - 90_000))
    keep(folder)
    assert {path.name for path in place.iterdir()} == {
        *(young, temporary[1], "someone.gz", ".gitignore"),
        *(f"{CALL.key}.meta.json", file_of(folder, ".gz").name),
    }


def test_clearing_takes_leftovers_but_not_what_is_being_written(folder):
    keep(folder)
    old, young = (folder / "comtrade" / (f"{n}" * 24 + ".afde38d0.gz") for n in (1, 2))
    for path in (old, young):
        path.write_bytes(b"x")
    os.utime(old, (time.time() - 120, time.time() - 120))
    assert ta.cache_clear(cache=folder) == 1
    assert names(folder) == [young.name]


def test_an_old_answer_is_no_leftover(folder, monkeypatch):
    keep(folder)
    keep(folder, REVISED)
    for path in (folder / "comtrade").iterdir():
        os.utime(path, (1e9, 1e9))
    monkeypatch.setattr(answer_files, "_swept", set())
    keep(folder, call=OTHER)
    assert (stored.find(folder, CALL).content, stored.previous(folder, CALL).content) == (REVISED, BODY)


# ---- where it is --------------------------------------------------------------------------------------------------


def test_the_folder_is_the_one_given_or_of_the_environment_or_the_users(tmp_path, monkeypatch):
    import platformdirs

    monkeypatch.delenv("TRADEANALYSIS_CACHE", raising=False)
    expected = Path(platformdirs.user_cache_dir("tradeanalysis", appauthor=False)) / "v1"
    assert [stored.folder_of(one) for one in (None, True, "")] == [expected] * 3
    monkeypatch.setenv("TRADEANALYSIS_CACHE", str(tmp_path / "mine"))
    assert stored.folder_of(None) == tmp_path / "mine"
    assert stored.folder_of(str(tmp_path / "given")) == stored.folder_of(tmp_path / "given") == tmp_path / "given"
    assert stored.folder_of("~/cache") == Path.home() / "cache"
    monkeypatch.chdir(tmp_path)
    assert stored.folder_of("here") == tmp_path / "here"


def test_without_platformdirs_a_folder_is_to_be_named(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "platformdirs", None)
    monkeypatch.delenv("TRADEANALYSIS_CACHE", raising=False)
    with pytest.raises(
        ta.TradeDataError, match=r'pip install "tradeanalysis\[download\]".*TRADEANALYSIS_CACHE'
    ) as error:
        ta.cache_info()
    assert "thư mục" in error.value.args[0].say("vi")
    assert ta.cache_info(cache=tmp_path).empty


@pytest.mark.skipif(os.name == "nt", reason="rights as POSIX has them")
def test_the_cache_is_its_users_alone(folder):
    keep(folder)
    assert {stat.S_IMODE(path.stat().st_mode) for path in (folder, folder / "comtrade")} == {0o700}
    assert (folder / "comtrade" / ".gitignore").read_text() == "*\n"


def test_the_rights_of_a_folder_that_was_there_are_its_owners(tmp_path):
    tmp_path.chmod(0o755)
    keep(tmp_path)
    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o755
    assert stat.S_IMODE((tmp_path / "comtrade").stat().st_mode) == 0o700


@pytest.mark.parametrize("write", [keep, lambda folder: turn(folder, "comtrade", 1)], ids=["keep", "turn"])
def test_a_folder_that_cannot_be_written_is_an_error_with_what_to_do(write, tmp_path):
    (tmp_path / "file").write_text("mine")
    with pytest.raises(ta.TradeDataError, match=r"cannot be written.*cache=False") as error:
        write(tmp_path / "file")
    assert "Không ghi được" in error.value.args[0].say("vi")
    assert "--cache" in error.value.args[0].say("en", "command")


def test_a_disk_that_is_full_leaves_the_answer_that_was_there(folder, monkeypatch):
    keep(folder)

    def full(self, content):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(ta.TradeDataError, match="No space left"):
        keep(folder, REVISED)
    monkeypatch.undo()
    assert stored.find(folder, CALL).content == BODY


# ---- cache_info and cache_clear -----------------------------------------------------------------------------------


@pytest.fixture
def full(folder):
    """A cache with one of each kind, fetched 100, 40 and 0 days ago."""
    ago = {days: (stored.now() - timedelta(days=days)).isoformat() for days in (100, 40)}
    keep(folder, fetched_at=ago[100])
    keep(folder, REVISED, fetched_at=ago[40], rows=2)
    stored.mark(folder, OTHER, "empty", {"fetched_at": ago[40]})
    stored.keep(folder, RANGE, bytes(64), {"rows": 1, "release": "V202601"})
    list_of = Call("comtrade", "/files/v1/app/reference/Reporters.json", kind="list")
    stored.keep(folder, list_of, b"[]", {"rows": 1})
    return folder


def test_what_the_cache_has_is_a_table(full):
    table = ta.cache_info(cache=full)
    assert table["service"].tolist() == ["baci"] + ["comtrade"] * 4
    assert sorted(table["kind"]) == ["data", "data", "empty", "list", "previous"]
    one = table[(table["service"] == "comtrade") & (table["kind"] == "data")].iloc[0]
    assert (one["url"], one["params"]) == (ABOUT["url"], "reporterCode=704&period=2023")
    assert (one["rows"], one["release"], one["licence"]) == (2, "2025-08-03", "with attribution")
    assert one["bytes"] == (full / one["file"]).stat().st_size
    assert (stored.now() - one["fetched_at"]).days == 40
    assert str(table["fetched_at"].dtype).endswith("UTC]")
    assert ta.cache_info("baci", cache=full)["release"].tolist() == ["V202601"]
    assert ta.cache_info("wdi", cache=full).empty


def test_what_is_damaged_is_listed_and_left(full):
    file_of(full, ".meta.json").write_text("{")
    before = names(full)
    assert sorted(ta.cache_info("comtrade", cache=full)["kind"]) == ["damaged", "empty", "list", "previous"]
    assert names(full) == before
    assert ta.cache_clear("comtrade", older_than="999d", cache=full) == 1


def test_an_empty_cache_has_the_same_columns(tmp_path, full):
    nothing, some = ta.cache_info(cache=tmp_path / "none"), ta.cache_info(cache=full)
    assert nothing.columns.tolist() == some.columns.tolist()
    assert nothing.dtypes["rows"] == some.dtypes["rows"]


@pytest.mark.parametrize(
    ("older_than", "left"),
    [
        ("90d", ["data", "data", "empty", "list"]),
        ("12h", ["data", "list"]),
        ("960.5 h", ["data", "data", "empty", "list"]),
        (timedelta(days=39), ["data", "list"]),
        (timedelta(days=101), ["data", "data", "empty", "list", "previous"]),
        (None, []),
    ],
)
def test_the_cache_is_cleared_by_age(older_than, left, full):
    assert ta.cache_clear(older_than=older_than, cache=full) == 5 - len(left)
    assert sorted(ta.cache_info(cache=full)["kind"]) == left
    contents = [path for path in full.rglob("*") if path.suffix in (".gz", ".bin")]
    assert len(contents) == len(left) - left.count("empty")


def test_one_service_is_cleared_and_nothing_that_is_not_the_caches(full):
    mine = [full / "comtrade" / "notes.json", full / "mine.csv", full / "Thesis" / f"{CALL.key}.meta.json"]
    for path in mine:
        path.parent.mkdir(exist_ok=True)
        path.write_text("mine")
    assert ta.cache_clear("comtrade", cache=full) == 4
    assert ta.cache_info(cache=full)["service"].tolist() == ["baci"]
    assert ta.cache_clear(cache=full) == 1
    assert [path.read_text() for path in mine] == ["mine"] * 3


@pytest.mark.parametrize("source", ["../cache", "", "*", "Comtrade", "/", "comtrade/.."])
def test_a_source_is_a_name(source, full):
    for function in (ta.cache_info, ta.cache_clear):
        with pytest.raises(ta.TradeDataError, match="name of a service"):
            function(source, cache=full)


@pytest.mark.parametrize("older_than", ["soon", "90", "-1d", "", 90, timedelta(days=-1), "1e9999d", "9999999d", "d"])
def test_a_length_of_time_is_one(older_than, full):
    with pytest.raises(ta.TradeDataError, match="90d"):
        ta.cache_clear(older_than=older_than, cache=full)
    assert len(ta.cache_info(cache=full)) == 5


# ---- the pace -----------------------------------------------------------------------------------------------------


def test_turns_are_apart_by_the_pace_whoever_takes_them(folder):
    program = f"""
    import time
    from tradeanalysis.sources.services.turns import turn
    for n in range({cases(100) // 4}):
        wait = turn(folder, "comtrade", 0.02)
        print(time.time() + wait, flush=True)
        time.sleep(wait)
    """
    runs = [started(program, folder, 0, 0) for _ in range(2)]
    times = sorted(float(line) for run in runs for line in run.communicate(timeout=60)[0].split())
    assert len(times) == 2 * (cases(100) // 4)
    gaps = sorted(b - a for a, b in itertools.pairwise(times))
    # Two that look within the same microseconds may take one turn; a service answers that with a wait.
    assert gaps[len(gaps) // 20] > 0.015


@pytest.mark.parametrize("kept", [True, False])
def test_a_turn_queues_behind_the_last(kept, folder):
    service = f"queue{kept}".lower()
    waits = [turn(folder if kept else None, service, 10.0) for _ in range(4)]
    assert waits == pytest.approx([0, 10, 20, 30], abs=0.5)
    assert turn(folder if kept else None, f"{service}_other", 10.0) == 0
    assert turn(folder, "unpaced", 0) == turn(folder, "unpaced", 0) == 0


def test_a_clock_that_was_set_back_makes_no_one_wait(folder):
    turn(folder, "comtrade", 2.0)
    os.utime(folder / "comtrade" / "last_call", (time.time() + 86_400,) * 2)
    assert turn(folder, "comtrade", 2.0) == 0
    assert turn(folder, "comtrade", 2.0) == pytest.approx(2, abs=0.5)
