"""``ta.fetch`` with a made-up service: what is stored, what is sent for, what is divided, and what a failure leaves."""

import contextlib
import dataclasses
import functools
import json
import subprocess
import sys
import traceback
from datetime import timedelta

import pandas as pd
import pytest

import tradeanalysis as ta
from tradeanalysis.cli import main
from tradeanalysis.sources.services import downloads, fetching, known_services, stored
from tradeanalysis.sources.services.calls import Call, Cut, Service
from tradeanalysis.sources.services.transport import Received
from tradeanalysis.texts import Text

# Thousands of dollars that Vietnam exports, by year and partner; the World row is their sum.
TRUTH = {2022: {"USA": 60, "CHN": 30, "JPN": 10}, 2023: {"USA": 70, "CHN": 20, "JPN": 10}, 2024: {"USA": 80, "CHN": 20}}


def plan(query, ask):
    if query.years is None:
        assert ask is not None
        years = json.loads(ask(Call("made", "/years", kind="availability")).content)["data"]
        return [call_of([max(row["year"] for row in years)])]
    return [call_of(query.years)]


def call_of(years):
    return Call("made", "/trade", (("years", ",".join(map(str, years))),), cap=8, about={"years": tuple(years)})


def check(call, content):
    rows = json.loads(content)["data"]
    if call.cap and len(rows) >= call.cap:
        raise Cut
    return len(rows)


def divide(call):
    years = call.about["years"]
    return [call_of(part) for part in (years[: len(years) // 2], years[len(years) // 2 :])]


def cells(query, answers):
    return pd.DataFrame([row for one in answers for row in json.loads(one.content)["data"]], dtype=object)


def still(answer, ask):
    return None


MADE = Service(
    name="made",
    title="Made Office",
    base="https://made.example",
    hosts=(),
    pace=2.0,
    fresh_days={"data": 7, "availability": 1, "list": 30},
    licence="free",
    citation="Made Office, 2026",
    plan=plan,
    check=check,
    divide=divide,
    cells=cells,
    reading=lambda query: {"year": query.years, "flow": "export", "unit": "kUSD", "drop_aggregates": True},
    totals=lambda answer: {
        row["year"]: row["value"] for row in json.loads(answer.content)["data"] if row["partner"] == "World"
    },
    confirms_empty=lambda call, ask: False,
)


class Office:
    """The service as it answers: how often it was called, and what is wrong with it."""

    def __init__(self):
        self.calls, self.fault, self.truth, self.pauses = [], None, TRUTH, []

    def send(self, service, call, *, key, until):
        self.calls.append(call.address)
        if self.fault:
            fault, self.fault = self.fault, None if len(self.calls) > 900 else self.fault
            raise fault
        if call.path == "/years":
            return Received(200, json.dumps({"data": [{"year": year} for year in self.truth]}).encode(), {})
        return Received(200, json.dumps({"data": self.rows(call.about["years"])[:8]}).encode(), {})

    def rows(self, years):
        parts = [(year, partner, value) for year in years for partner, value in self.truth.get(year, {}).items()]
        worlds = [(year, "World", sum(self.truth[year].values())) for year in years if year in self.truth]
        return [{"reporter": "VNM", "partner": p, "year": year, "value": value} for year, p, value in parts + worlds]


@pytest.fixture
def office(monkeypatch, tmp_path):
    """The office instead of the net, and a cache of its own."""
    office = Office()
    monkeypatch.setattr(downloads, "send", office.send)
    monkeypatch.setattr(downloads, "Settings", functools.partial(downloads.Settings, pause=office.pauses.append))
    monkeypatch.setitem(known_services.SERVICES, "made", MADE)
    monkeypatch.setenv("TRADEANALYSIS_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("TRADEANALYSIS_OFFLINE", "")
    return office


def at(monkeypatch, moment):
    """From now on it is this moment."""
    monkeypatch.setattr(downloads, "Settings", functools.partial(downloads.Settings, now=lambda: moment))


def values(table):
    return {(row.year, row.partner): row.value for row in table.itertuples()}


def expected(*years):
    return {(year, partner): 1000.0 * value for year in years for partner, value in TRUTH[year].items()}


def test_figures_are_read_like_a_file_and_the_world_row_is_the_control_total(office):
    table = ta.fetch("made", "Viet Nam", year=2023)
    assert values(table) == expected(2023)
    known = ta.certificate(table)
    assert known["service"] == "made"
    assert known["licence"] == "free"
    assert known["citation"] == "Made Office, 2026"
    assert known["total_of_file"] == known["value"] == 100_000
    (one,) = known["fetched"]
    assert one["rows"] == 4
    assert not one["from_cache"]
    assert one["url"] == "https://made.example/trade?years=2023"


def test_a_second_run_takes_what_is_stored_and_gives_the_same_table_and_certificate(office):
    first, second = ta.fetch("made", "VNM", year=2023), ta.fetch("made", "VNM", year=2023)
    assert len(office.calls) == 1
    pd.testing.assert_frame_equal(first, second)
    one, two = ta.certificate(first), ta.certificate(second)
    assert [call.pop("from_cache") for call in (*one["fetched"], *two["fetched"])] == [False, True]
    assert one == two


def test_an_answer_that_was_cut_is_divided_and_never_taken(office):
    table = ta.fetch("made", "VNM", year=range(2022, 2025))  # 11 rows, of which the office gives 8
    assert values(table) == expected(2022, 2023, 2024)
    assert office.calls == ["/trade?years=2022,2023,2024", "/trade?years=2022", "/trade?years=2023,2024"]
    ta.fetch("made", "VNM", year=range(2022, 2025))
    assert len(office.calls) == 3  # that it has to be divided is known


def test_the_latest_year_is_named_by_the_certificate(office):
    table = ta.fetch("made", "VNM", year="latest")
    assert values(table) == expected(2024)
    assert ta.certificate(table)["coverage"]["years"] == [2024]


def test_a_plan_touches_no_net(office):
    plan = ta.fetch("made", "VNM", year=range(2022, 2025), dry_run=True)
    assert office.calls == []
    assert str(plan).splitlines()[1:] == ["https://made.example/trade?years=2022,2023,2024"]
    assert plan.seconds == 2.0
    assert "1 call, about 2 s" in plan.sentence()
    assert "1 lượt gọi" in plan.sentence("vi")


def test_old_answers_are_asked_for_again_and_a_revision_is_a_warning(office, monkeypatch):
    ta.fetch("made", "VNM", year=2023)
    later = stored.now() + timedelta(days=8)
    office.truth = {2023: {"USA": 70, "CHN": 20, "JPN": 12}}
    with monkeypatch.context() as then:
        at(then, later)
        with pytest.warns(ta.TradeDataWarning, match=r"revised since .*: the total of 2023 changed by \+2\.0%"):
            table = ta.fetch("made", "VNM", year=2023)
    assert values(table)[2023, "JPN"] == 12_000
    assert len(office.calls) == 2


def test_where_the_service_fails_a_stored_answer_is_taken_with_its_age(office, monkeypatch):
    ta.fetch("made", "VNM", year=2023)
    office.fault = ta.DownloadError(Text("status_unexpected", status=503, start=""), service="made", status=503)
    with pytest.warns(ta.TradeDataWarning, match="a stored answer of 0 days ago is taken, because answer 503"):
        table = ta.fetch("made", "VNM", year=2023, refresh=True)
    assert values(table) == expected(2023)


def test_a_refusal_is_no_reason_for_an_old_answer(office):
    ta.fetch("made", "VNM", year=2023)
    office.fault = ta.DownloadError(Text("status_unexpected", status=401, start=""), service="made", status=401)
    with pytest.raises(ta.DownloadError, match="answer 401"):
        ta.fetch("made", "VNM", year=2023, refresh=True)


def test_what_is_stored_is_said_and_the_same_line_goes_on_from_there(office, monkeypatch):
    each = dataclasses.replace(MADE, plan=lambda query, ask: [call_of([year]) for year in query.years])
    monkeypatch.setitem(known_services.SERVICES, "made", each)
    send = office.send

    def quota(service, call, **more):
        if len(office.calls) == 2:
            raise ta.DownloadError(Text("status_unexpected", status=403, start="quota"), service="made", status=403)
        return send(service, call, **more)

    monkeypatch.setattr(downloads, "send", quota)
    with pytest.raises(ta.DownloadError, match="2 of 3 calls are stored: run the same line again") as refused:
        ta.fetch("made", "VNM", year=range(2022, 2025))
    assert refused.value.stored == 2
    assert refused.value.status == 403
    monkeypatch.setattr(downloads, "send", send)
    assert values(ta.fetch("made", "VNM", year=range(2022, 2025))) == expected(2022, 2023, 2024)
    assert len(office.calls) == 3


def test_rows_that_should_be_there_and_are_not_are_an_error_and_not_a_zero(office):
    with pytest.raises(ta.DownloadError, match="says that the figures are published, and gave no row"):
        ta.fetch("made", "VNM", year=1999)
    assert len(ta.cache_info()) == 0


def test_nothing_that_the_service_confirms_is_stored_for_a_day_and_is_an_error(office, monkeypatch):
    monkeypatch.setitem(
        known_services.SERVICES, "made", dataclasses.replace(MADE, confirms_empty=lambda call, ask: True)
    )
    for _ in range(2):
        with pytest.raises(ta.DownloadError, match="has no rows for this request"):
            ta.fetch("made", "VNM", year=1999)
    assert len(office.calls) == 1
    at(monkeypatch, stored.now() + timedelta(days=2))
    with pytest.raises(ta.DownloadError):
        ta.fetch("made", "VNM", year=1999)
    assert len(office.calls) == 2


@pytest.mark.parametrize("how", ["argument", "environment"])
def test_offline_takes_the_cache_at_any_age_and_names_the_call_that_is_missing(office, monkeypatch, how):
    given = {"offline": True} if how == "argument" else {}
    if how == "environment":
        monkeypatch.setenv("TRADEANALYSIS_OFFLINE", "1")
    with pytest.raises(ta.DownloadError, match=r"https://made\.example/trade\?years=2023") as refused:
        ta.fetch("made", "VNM", year=2023, **given)
    assert "once with a net. Without a net there are the embedded figures" in str(refused.value)
    assert "world_2010_2020" in str(refused.value)
    assert office.calls == []
    full = ta.fetch("made", "VNM", year=2023, offline=False)
    at(monkeypatch, stored.now() + timedelta(days=900))
    again = ta.fetch("made", "VNM", year=2023, **given)
    pd.testing.assert_frame_equal(full, again)
    assert ta.certificate(again)["offline"]
    assert len(office.calls) == 1


def test_two_calls_are_as_far_apart_as_the_service_allows(office):
    ta.fetch("made", "VNM", year=range(2022, 2025))
    # The second call waits for its turn; as no one slept here, the third waits for the second's too.
    assert office.pauses == pytest.approx([2.0, 4.0], abs=0.5)


def test_without_a_cache_nothing_is_kept(office):
    ta.fetch("made", "VNM", year=2023, cache=False)
    ta.fetch("made", "VNM", year=2023, cache=False)
    assert len(office.calls) == 2
    assert len(ta.cache_info()) == 0


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (("nowhere", "VNM", {"year": 2023}), "no service 'nowhere'; choose from"),
        (("oecd", "VNM", {"year": 2023}), "save its file and read it with ta.read"),
        (("made", "Atlantis", {"year": 2023}), r"reporter= 'Atlantis': not an economy"),
        (("made", "VNM", {"year": "newest"}), "year=.newest."),
        (("made", "VNM", {"year": 2023, "flow": "exports"}), r"flow=.exports."),
        (("made", "VNM", {"year": 2023, "refresh": "always"}), r"refresh=.always."),
        (("made", "VNM", {"year": 2023, "partner": "Nowhere"}), r"partner= 'Nowhere': not an economy"),
    ],
)
def test_a_wrong_argument_says_what_may_be_given(office, given, words):
    source, reporter, more = given
    with pytest.raises(ta.TradeDataError, match=words):
        ta.fetch(source, reporter, **more)
    assert office.calls == []


def test_a_file_of_that_name_comes_first(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert fetching.service_and_reporter("comtrade:VNM") == ("comtrade", "VNM")
    (tmp_path / "comtrade:VNM").write_text("partner,value\nUSA,30\nCHN,20\n")
    assert fetching.service_and_reporter("comtrade:VNM") is None
    assert ta.read("comtrade:VNM")["value"].sum() == 50


def test_arguments_of_a_service_are_refused_for_a_file(tmp_path):
    with pytest.raises(TypeError, match="unexpected keyword argument 'product'"):
        ta.read(b"partner,value\nUSA,30\n", product="85")


def test_importing_the_library_and_its_data_loads_nothing_of_the_net():
    code = (
        "import sys, tradeanalysis as ta; ta.example('world_2020'); ta.examples(); ta.fetch; "
        "print([one for one in ('requests', 'urllib3', 'platformdirs') if one in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("how", ["fetch", "read", "environment", "malformed"])
def test_no_traceback_with_its_variables_has_the_key(office, monkeypatch, how):
    secret = "test-not to be seen" if how == "malformed" else "test-not-to-be-seen"
    given = {"key": secret} if how in ("fetch", "read") else {}
    if not given:
        monkeypatch.setenv("MADE_KEY", secret)
    keyed = dataclasses.replace(MADE, name="comtrade", key_variables=("MADE_KEY",), key_header="X-Key")
    monkeypatch.setitem(known_services.SERVICES, "comtrade", keyed)
    office.fault = ta.DownloadError(Text("status_unexpected", status=401, start=""), service="comtrade", status=401)
    call = (
        functools.partial(ta.read, "comtrade:VNM") if how == "read" else functools.partial(ta.fetch, "comtrade", "VNM")
    )
    with pytest.raises(ta.TradeDataError) as refused:
        call(year=2023, **given)
    frames = traceback.TracebackException.from_exception(refused.value, capture_locals=True).stack
    ours = [one for one in frames if "test_fetch" not in one.filename]
    assert ours
    assert not [one.name for one in ours if secret in str(one.locals)]


@pytest.mark.parametrize(
    ("said", "offline"),
    [(word, True) for word in ("1", "on", "y", "TRUE ", "2")] + [(word, False) for word in ("0", "off", "No", " ")],
)
def test_whatever_does_not_say_no_is_offline(office, monkeypatch, said, offline):
    monkeypatch.setenv("TRADEANALYSIS_OFFLINE", said)
    with pytest.raises(ta.DownloadError) if offline else contextlib.nullcontext():
        ta.fetch("made", "VNM", year=2023)
    assert bool(office.calls) is not offline


def test_refresh_may_be_a_number(office, monkeypatch):
    ta.fetch("made", "VNM", year=2023)
    at(monkeypatch, stored.now() + timedelta(days=900))
    ta.fetch("made", "VNM", year=2023, refresh=0)
    assert len(office.calls) == 1
    ta.fetch("made", "VNM", year=2023, refresh=1)
    assert len(office.calls) == 2


def test_no_one_waits_for_a_turn_that_comes_after_the_deadline(office, tmp_path):
    ta.fetch("made", "VNM", year=2022)
    with pytest.raises(ta.DownloadError, match=r"called again only in [12]\.\d s, which is after deadline="):
        ta.fetch("made", "VNM", year=2023, deadline=0.5)
    assert (len(office.calls), office.pauses) == (1, [])
    ta.fetch("made", "VNM", year=2023)  # whose turn was not pushed back
    assert office.pauses == pytest.approx([2.0], abs=0.5)


def test_where_the_service_fails_that_there_was_nothing_once_is_not_taken(office, monkeypatch):
    there = dataclasses.replace(MADE, confirms_empty=lambda call, ask: True)
    monkeypatch.setitem(known_services.SERVICES, "made", there)
    with pytest.raises(ta.DownloadError, match="has no rows for this request"):
        ta.fetch("made", "VNM", year=1999)
    at(monkeypatch, stored.now() + timedelta(days=300))
    office.fault = ta.DownloadError(Text("status_unexpected", status=503, start=""), service="made", status=503)
    with pytest.raises(ta.DownloadError, match="answer 503"):
        ta.fetch("made", "VNM", year=1999)


def test_a_flow_of_a_year_that_one_reporter_lacks_is_named(office, monkeypatch):
    rows = {("VNM", 2023): 60, ("VNM", 2024): 70, ("THA", 2023): 50}

    def cells(query, answers):
        found = [{"reporter": r, "partner": "USA", "year": y, "value": value} for (r, y), value in rows.items()]
        return pd.DataFrame(found, dtype=object)

    monkeypatch.setitem(known_services.SERVICES, "made", dataclasses.replace(MADE, cells=cells))
    with pytest.warns(ta.TradeDataWarning) as heard:
        ta.fetch("made", ["VNM", "THA"], year=[2023, 2024])
    said = "\n".join(str(one.message) for one in heard)
    assert "no row of THA exports 2024" in said
    assert "holds" not in said  # 2024 is whole where it is


@pytest.mark.parametrize("product", [901, ["85", "101"]])
def test_a_code_that_lost_its_zero_is_not_another_product(office, product):
    with pytest.raises(ta.TradeDataError, match=r"has lost its zero: 0(901|101)"):
        ta.fetch("made", "VNM", year=2023, product=product)


def test_long_plans_are_in_minutes(office, monkeypatch):
    each = dataclasses.replace(MADE, plan=lambda query, ask: [call_of([year]) for year in query.years])
    monkeypatch.setitem(known_services.SERVICES, "made", each)
    plan = ta.fetch("made", "VNM", year=range(1900, 2025), dry_run=True)
    assert "125 calls, about 5 min" in plan.sentence()
    assert "khoảng 5 phút" in plan.sentence("vi")


@pytest.mark.parametrize("source", ["comtrade", "imf", "eurostat", "wits"])
def test_all_partners_by_that_word_are_all_partners(source, tmp_path):
    one, two = (
        ta.fetch(source, "DEU", year=2023, partner=partner, dry_run=True, cache=tmp_path) for partner in ("all", None)
    )
    assert one.details() == two.details()


def test_a_wrong_argument_is_not_said_to_be_the_net(tmp_path):
    with pytest.raises(ta.DownloadError, match="no level of BACI") as refused:
        ta.fetch("baci", "VNM", year=2023, level=3, cache=tmp_path)
    assert "Without a net" not in str(refused.value)


def test_files_of_several_products_do_not_take_each_others_place(office, tmp_path):
    for more in ([], ["--product", "85"], ["--product", "0901,0902", "--level", "4"], ["--partner", "Hoa Kỳ"]):
        assert main(["fetch", "made", "VNM", "--year", "2023", *more, "--out", str(tmp_path / "out")]) == 0
    assert sorted(path.name for path in (tmp_path / "out").glob("*[!e].csv")) == [
        "made_VNM_export_2023.csv",
        "made_VNM_export_2023_0901-0902_level-4.csv",
        "made_VNM_export_2023_85.csv",
        "made_VNM_export_2023_Hoa-Kỳ.csv",
    ]


def test_codes_of_other_nomenclatures_may_have_odd_digits(tmp_path):
    key = "test-0123456789"
    for product in ("7", "333"):
        plan = ta.fetch(
            "comtrade", "VNM", year=2023, classification="S3", product=product, key=key, dry_run=True, cache=tmp_path
        )
        assert f"cmdCode=TOTAL,{product}&" in plan.details()[-1]
    with pytest.raises(ta.TradeDataError, match=r"lost its zero: .*0901"):
        ta.fetch("comtrade", "VNM", year=2023, product=901, key=key, dry_run=True, cache=tmp_path)
