"""A year of BACI by ranges of bytes: the rows of the text and no others, few bytes, and no mixture of two files."""

import csv
import io
import random
import struct
import zipfile
import zlib
from dataclasses import replace

import pandas as pd
import pytest
from conftest import cases
from fault_server import FaultServer, answer, file, in_turn

import tradeanalysis as ta
from tradeanalysis.sources.services import ranged_zip
from tradeanalysis.sources.services.baci_ranges import BACI, cells, check, explain, plan
from tradeanalysis.sources.services.calls import Answer, Query, Spoiled
from tradeanalysis.sources.services.known_services import SERVICES

# BACI's codes, of which those of the first line are not of ISO 3166: USA, France, India, Switzerland, Norway, Taiwan.
CODES = {"842": "USA", "251": "FRA", "699": "IND", "757": "CHE", "579": "NOR", "490": "TWN"}
CODES |= {"704": "VNM", "156": "CHN", "764": "THA", "276": "DEU", "392": "JPN", "410": "KOR", "36": "AUS", "76": "BRA"}
CODES |= {
    "124": "CAN",
    "360": "IDN",
    "458": "MYS",
    "484": "MEX",
    "528": "NLD",
    "608": "PHL",
    "702": "SGP",
    "826": "GBR",
}
PRODUCTS = ["010121", "010129", "100630", "850440", "851712", "940360"]
PRODUCTS[4:4] = [f"{chapter}{heading:02}10" for chapter in range(20, 30) for heading in (1, 4, 13)]
YEARS = (2021, 2022, 2023)
RELEASE = "BACI_HS12_V202601"
PATH = f"/DATA_DOWNLOAD/baci/data/{RELEASE}.zip"


def text_of(year):
    """A year in BACI's order, with values of three decimals and quantities that are blank, NA or right-aligned."""
    dice = random.Random(year)
    lines = ["t,i,j,k,v,q"]
    for i in sorted(CODES, key=int):
        for j in sorted(CODES, key=int):
            for k in PRODUCTS * (i != j):
                if dice.random() < 0.8:
                    thousandths, quantity = dice.randrange(1, 10**8), dice.choice(["", "NA", f"{dice.random():10.3f}"])
                    lines.append(f"{year},{i},{j},{k},{thousandths // 1000:9d}.{thousandths % 1000:03d},{quantity}")
    return "\n".join(lines) + "\n"


TEXTS = {year: text_of(year) for year in YEARS}


def zip_of(texts, nomenclature="HS12", version="V202601", method=zipfile.ZIP_DEFLATED, folder=""):
    """A release as CEPII names its members."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", method) as archive:
        for year, text in texts.items():
            archive.writestr(f"{folder}BACI_{nomenclature}_Y{year}_{version}.csv", text)
        codes = "country_code,country_name,country_iso2,country_iso3\n704,Viet Nam,VN,VNM\n"
        archive.writestr(f"{folder}country_codes_{version}.csv", codes)
        archive.writestr(f"{folder}product_codes_{nomenclature}_{version}.csv", "code,description\n010121,Horses\n")
        archive.writestr(f"{folder}Readme.txt", "BACI\n")
    return packed.getvalue()


@pytest.fixture(scope="module")
def release():
    return zip_of(TEXTS)


class Net:
    """A service of one file, for the functions of the module without a net; it counts the bytes that it gives."""

    def __init__(self, content, etag='"1"'):
        self.content, self.etag, self.calls = content, etag, []

    def __call__(self, call):
        first, last = call.range
        part = self.content[first : last + 1]
        assert check(call, part) == len(part)
        self.calls.append(call)
        return Answer(call, part, {"etag": self.etag, "size": len(self.content)})

    @property
    def bytes(self):
        return sum(min(call.range[1] + 1, len(self.content)) - call.range[0] for call in self.calls)


def query(*reporters, years=(2023,), flows=("export",), **more):
    return Query(reporters=reporters, years=years, flows=flows, **more)


def got(net, wanted):
    """The cells of a query, and the calls of its plan."""
    calls = plan(wanted, net)
    return cells(wanted, [net(call) for call in calls]), calls


def truth(year, keep, cell):
    """The sum of v by cell in thousandths, counted line by line from the text."""
    sums = {}
    for row in csv.DictReader(io.StringIO(TEXTS[year])):
        i, j, k = CODES[row["i"]], CODES[row["j"]], row["k"]
        if keep(i, j, k):
            at = cell(i, j, k)
            sums[at] = sums.get(at, 0) + round(float(row["v"]) * 1000)
    return sums


def found(table, *columns):
    """The same of cells: thousandths by the named columns, each of which stands once."""
    rows = table.assign(**{name: table[name].astype(str).map(CODES) for name in ("reporter", "partner")})
    keys = [key if len(columns) > 1 else key[0] for key in rows[list(columns)].itertuples(index=False, name=None)]
    assert len(set(keys)) == len(keys)
    return dict(zip(keys, (rows["v"] * 1000).round().astype(int), strict=True))


def test_exports_of_one_economy(release, monkeypatch):
    """Rows that are kept one by one, over several pieces."""
    monkeypatch.setattr(ranged_zip, "PIECE", 10_000)
    table, calls = got(Net(release), query("VNM", level=6))
    assert len(calls) > 3
    assert list(table) == ["t", "reporter", "partner", "flow", "k", "v"]
    assert table[["t", "flow", "reporter"]].drop_duplicates().values.tolist() == [[2023, "export", "704"]]
    assert found(table, "partner", "k") == truth(2023, lambda i, j, k: i == "VNM", lambda i, j, k: (j, k))


def test_imports_are_the_same_rows_seen_from_the_other_side(release):
    table, _ = got(Net(release), query("VNM", flows=("import",), level=6))
    assert found(table, "partner", "k") == truth(2023, lambda i, j, k: j == "VNM", lambda i, j, k: (i, k))


def test_totals_levels_partners_and_products(release, monkeypatch):
    """Sums are the same in whatever blocks the text is read."""
    monkeypatch.setattr("tradeanalysis.sources.services.baci_ranges.ROWS", 4321)
    net = Net(release)
    table, _ = got(net, query("VNM", "TWN"))
    assert list(table) == ["t", "reporter", "partner", "flow", "v"]
    assert found(table, "reporter", "partner") == truth(
        2023, lambda i, j, k: i in ("VNM", "TWN"), lambda i, j, k: (i, j)
    )
    table, _ = got(net, query("USA", level=2, partners=("FRA", "IND", "CHE")))
    kept = truth(2023, lambda i, j, k: i == "USA" and j in ("FRA", "IND", "CHE"), lambda i, j, k: (j, k[:2]))
    assert found(table, "partner", "k") == kept
    assert "01" in set(table["k"])
    table, _ = got(net, query("USA", level=6, products=("85",)))
    kept = truth(2023, lambda i, j, k: i == "USA" and k[:2] == "85", lambda i, j, k: (j, k))
    assert found(table, "partner", "k") == kept
    table, _ = got(net, query("USA", products=("85", "0101")))
    kept = truth(2023, lambda i, j, k: i == "USA" and k[:2] == "85", lambda i, j, k: (j, "85"))
    kept |= truth(2023, lambda i, j, k: i == "USA" and k[:4] == "0101", lambda i, j, k: (j, "0101"))
    assert found(table, "partner", "k") == kept


def test_all_reporters_and_both_flows(release):
    table, _ = got(Net(release), query("all", flows=("export", "import"), partners=("all",)))
    kept = truth(2023, lambda i, j, k: True, lambda i, j, k: (i, j, "export"))
    kept |= truth(2023, lambda i, j, k: True, lambda i, j, k: (j, i, "import"))
    assert found(table, "reporter", "partner", "flow") == kept


def test_several_years_and_the_newest(release):
    net = Net(release)
    table, _ = got(net, query("VNM", years=(2021, 2022, 2030)))
    for year in (2021, 2022):
        kept = truth(year, lambda i, j, k: i == "VNM", lambda i, j, k: j)
        assert found(table[table["t"] == year], "partner") == kept
    wanted = replace(query("VNM"), years=None)
    table, calls = got(net, wanted)
    assert set(table["t"]) == {2023}
    notes = BACI.notes(wanted, [net(call) for call in calls])
    assert [one.key for one in notes] == ["baci_reconciled", "baci_provisional"]
    assert "2023" in notes[1].say("vi")


def bytes_needed(release):
    """The first kilobyte, the end of the file, and the member with its local header of 30 bytes and its name."""
    with zipfile.ZipFile(io.BytesIO(release)) as archive:
        member = archive.getinfo("BACI_HS12_Y2023_V202601.csv")
    return 1024 + ranged_zip.TAIL + member.compress_size + 30 + len(member.filename)


def test_few_bytes_beyond_the_member(release):
    net = Net(release)
    got(net, query("VNM"))
    assert net.bytes == bytes_needed(release) < len(release) / 1.8


def zip64(monkeypatch):
    """A zip whose offsets and sizes stand in the records of 64 bits, as those above 4 GB do."""
    monkeypatch.setattr(zipfile, "ZIP64_LIMIT", 100)
    content = zip_of(TEXTS)
    monkeypatch.undo()
    assert b"PK\x06\x06" in content
    assert b"PK\x06\x07" in content
    return content


def test_other_forms_of_the_zip(release, monkeypatch):
    """Of 64 bits, not compressed, in a folder, with data descriptors behind the members."""
    usual = got(Net(release), query("VNM"))[0]
    streamed = io.BytesIO()
    streamed.seekable = lambda: False
    with zipfile.ZipFile(streamed, "w", zipfile.ZIP_DEFLATED) as archive:
        for year, text in TEXTS.items():
            archive.writestr(f"BACI_HS12_Y{year}_V202601.csv", text)
    others = [zip64(monkeypatch), zip_of(TEXTS, method=zipfile.ZIP_STORED), zip_of(TEXTS, folder=f"{RELEASE}/")]
    for other in (*others, streamed.getvalue()):
        pd.testing.assert_frame_equal(got(Net(other), query("VNM"))[0], usual)


def test_releases_by_name():
    first = [
        plan(query("VNM", **more), None)[0].path.rpartition("/")[2]
        for more in (
            {},
            {"years": (1999, 2023)},
            {"years": None},
            {"classification": "HS22"},
            {"classification": "hs92 v202501"},
            {"classification": "BACI_HS17_V202401b"},
            {"classification": "HS"},
        )
    ]
    assert first == [
        "BACI_HS12_V202601.zip",
        "BACI_HS92_V202601.zip",
        "BACI_HS12_V202601.zip",
        "BACI_HS22_V202601.zip",
        "BACI_HS92_V202501.zip",
        "BACI_HS17_V202401b.zip",
        "BACI_HS12_V202601.zip",
    ]
    call = plan(query("VNM", classification="HS12 V202601b"), None)[0]
    assert BACI.release(call, b"") == "HS12 V202601b"
    with pytest.raises(ta.DownloadError, match="'HS18' is no release of BACI"):
        plan(query("VNM", classification="HS18"), None)


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"products": ("TOTAL",)}, "'TOTAL' are no products of BACI"),
        ({"level": 8}, "level=8 is no level"),
        ({"level": 2, "products": ("8504",)}, "more digits than level=2"),
        ({"years": (2030, 2031)}, "HS12 V202601 has no 2030, 2031; it has 2021, 2022, 2023"),
        ({"partners": ("WLD",)}, "World are groups"),
        ({"partners": ("ZWE",)}, "no trade of VNM with these partners"),
    ],
)
def test_what_is_not_there_is_refused(release, more, words):
    with pytest.raises(ta.DownloadError, match=words):
        got(Net(release), query("VNM", **more))


def test_a_file_that_is_no_zip_and_a_service_without_ranges():
    page = Answer(plan(query("VNM"), None)[0], b"<!DOCTYPE html><title>CEPII</title>", {"size": 30, "etag": None})
    with pytest.raises(ta.DownloadError, match="not a sound zip"):
        check(page.call, page.content)
    with pytest.raises(ta.DownloadError, match="no part of it can be fetched"):
        plan(query("VNM"), lambda call: Answer(call, b"PK\x03\x04", {"size": None}))
    with pytest.raises(ta.DownloadError, match="not a sound zip"):
        plan(query("VNM"), Net(b"PK\x03\x04" + bytes(100_000)))
    assert "replaced" in explain(416, b"", {})
    assert explain(500, b"", {}) is None
    assert "V202601" in explain(404, b"", {})


def test_a_member_that_unpacks_to_more_than_a_year():
    with pytest.raises(ta.DownloadError, match="unpacks to"):
        plan(query("VNM"), Net(zip_of({2023: "t,i,j,k,v,q\n" + "0" * 30_000_000})))


def test_a_release_that_is_replaced_in_between(release, monkeypatch):
    """Neither its directory nor its pieces are taken with those of another file."""
    monkeypatch.setattr(ranged_zip, "PIECE", 10_000)
    net = Net(release)
    calls = plan(query("VNM"), net)
    assert all(call.etag == '"1"' for call in calls)
    answers = [net(call) for call in calls[:2]]
    net.etag = '"2"'
    answers += [net(call) for call in calls[2:]]
    with pytest.raises(ta.DownloadError, match="was replaced"):
        cells(query("VNM"), answers)
    assert [BACI.still(one, net) for one in answers] == [True, True, *[False] * (len(calls) - 2)]

    def between(call):
        net.etag = f'"{len(net.calls)}"'
        return net(call)

    with pytest.raises(ta.DownloadError, match="was replaced"):
        plan(query("VNM"), between)


def damaged(release, how):
    """The release with a member that is not what its directory says."""
    with zipfile.ZipFile(io.BytesIO(release)) as archive:
        one = archive.getinfo("BACI_HS12_Y2023_V202601.csv")
    start = one.header_offset + 30 + len(one.filename)
    content = bytearray(release)
    if how == "checksum":
        at = release.rindex(b"PK\x01\x02", 0, release.rindex(one.filename.encode()))
        content[at + 16 : at + 20] = struct.pack("<I", one.CRC ^ 1)
    elif how == "data":
        content[start + 5000 : start + 5010] = bytes(10)
    elif how == "header":
        content[one.header_offset : one.header_offset + 4] = b"XXXX"
    else:  # a member that is compressed well, of other text
        other = zlib.compressobj(wbits=-15)
        packed = other.compress(b"t,i,j,k,v,q\n2023,704,842,10121,1.000,\n") + other.flush()
        content[start : start + len(packed)] = packed
    return bytes(content)


@pytest.mark.parametrize("how", ["checksum", "data", "header", "text"])
def test_what_is_damaged_is_no_table(release, how, monkeypatch):
    monkeypatch.setattr(ranged_zip, "PIECE", 10_000)
    net = Net(damaged(release, how))
    calls = plan(query("VNM"), net)
    with pytest.raises(Spoiled, match="not what the checksum") as spoiled:
        cells(query("VNM"), [net(call) for call in calls])
    assert spoiled.value.calls[-len(calls) :] == tuple(calls)
    assert [one.kind for one in spoiled.value.calls[: -len(calls)]] == ["availability"] * 2


@pytest.fixture
def cepii(release, tmp_path, monkeypatch):
    """The release on a server of this machine, of which pieces are small, with an empty cache."""
    monkeypatch.setattr(ranged_zip, "PIECE", 30_000)
    monkeypatch.setitem(SERVICES, "baci", replace(BACI, pace=0))
    with FaultServer({PATH: file(release)}) as server:
        monkeypatch.setenv("TRADEANALYSIS_BASE_BACI", server.url)
        monkeypatch.setenv("TRADEANALYSIS_CACHE", str(tmp_path / "cache"))
        yield server


def saved(release, tmp_path):
    """The same release as a file that was downloaded whole."""
    path = tmp_path / f"{RELEASE}.zip"
    path.write_bytes(release)
    return path


def dollars(table, *columns):
    """The values of a fetched table in whole dollars, which are thousandths of BACI's unit."""
    keys = [key if len(columns) > 1 else key[0] for key in table[list(columns)].itertuples(index=False, name=None)]
    assert len(set(keys)) == len(keys)
    return dict(zip(keys, table["value"].round().astype(int), strict=True))


def test_the_same_table_as_the_whole_file(cepii, release, tmp_path):
    table = ta.fetch("baci", "Việt Nam", year=2023, classification="HS12", level=6)
    pd.testing.assert_frame_equal(table, ta.read(saved(release, tmp_path), year=2023, reporter="VNM"))
    every = ta.fetch("baci", "all", year=[2022, 2023], level=6)
    pd.testing.assert_frame_equal(every, ta.read(saved(release, tmp_path), year=[2022, 2023]))
    about = ta.certificate(table)
    assert (about["valuation"], about["layout"]) == ("FOB, reconciled", "BACI, by reporter")
    assert (about["unit"], about["level"], about["licence"]) == ("US dollars", 6, "Etalab Open Licence 2.0")
    assert {one["release"] for one in about["fetched"]} == {"HS12 V202601"}
    assert any("reconciled" in note for note in about["notes"])


def test_imports_totals_and_chapters_of_a_fetched_year(cepii):
    """Dollars of the text, counted line by line."""
    imports = ta.fetch("baci", "TWN", year=2022, flow="import")
    assert dollars(imports, "partner", "flow") == truth(2022, lambda i, j, k: j == "TWN", lambda i, j, k: (i, "import"))
    both = ta.fetch("baci", "VNM", year=2022, flow="both", partner="Đài Loan", product="85", level=4)
    kept = truth(2022, lambda i, j, k: (i, j, k[:2]) == ("VNM", "TWN", "85"), lambda i, j, k: ("export", k[:4]))
    kept |= truth(2022, lambda i, j, k: (j, i, k[:2]) == ("VNM", "TWN", "85"), lambda i, j, k: ("import", k[:4]))
    assert dollars(both, "flow", "product") == kept


def test_a_second_query_of_the_year_needs_no_net(cepii, release):
    first = ta.fetch("baci", "VNM", year=2023)
    sent = len(cepii.requests)
    # Each answer has less than 400 bytes of headers.
    assert bytes_needed(release) < cepii.bytes_sent < bytes_needed(release) + 400 * sent
    pd.testing.assert_frame_equal(first, ta.fetch("baci", "VNM", year=2023, offline=True))
    ta.fetch("baci", "USA", year=2023, flow="import", level=2)
    assert len(cepii.requests) == sent
    assert all("if-range" in one.headers for one in cepii.requests[1:])
    assert {one.headers["accept-encoding"] for one in cepii.requests} == {"identity"}


def test_an_interrupted_year_goes_on(cepii, release):
    """Each piece is fetched once, however often the line is broken off."""
    server, broken, table = file(release), 0, None
    cepii.routes[PATH] = lambda request: (server if request.count % 3 else answer(404))(request)
    while table is None:
        try:
            table = ta.fetch("baci", "VNM", year=2023, level=6)
        except ta.DownloadError:
            broken += 1
            assert broken < 50
    ranges = [one.headers["range"] for one in cepii.requests if one.count % 3]
    assert broken >= 3
    assert len(ranges) == len(set(ranges))
    kept = truth(2023, lambda i, j, k: i == "VNM", lambda i, j, k: (j, k))
    assert dollars(table, "partner", "product") == kept


@pytest.mark.parametrize(
    ("handler", "words"),
    [
        (answer(200, b"PK".ljust(10**6), {"ETag": '"1"'}), "it gives no parts"),
        (answer(404, b"<html>"), "no release of this nomenclature"),
        (answer(206, b"<html>".ljust(1024), {"Content-Range": "bytes 0-1023/9999"}), "not a sound zip"),
        (answer(206, b"PK\x03\x04".ljust(1024), {"Content-Range": "bytes 1024-2047/9999"}), "another part"),
    ],
)
def test_what_is_no_part_of_a_release_is_not_kept(cepii, handler, words):
    cepii.routes[PATH] = handler
    with pytest.raises(ta.DownloadError, match=words):
        ta.fetch("baci", "VNM", year=2023)
    assert ta.cache_info("baci").empty


def test_a_release_that_is_replaced_while_it_is_fetched(cepii, release):
    """The third piece is of another file: no table until all is fetched anew."""
    new = zip_of(TEXTS | {2023: TEXTS[2022].replace("\n2022,", "\n2023,")})
    cepii.routes[PATH] = in_turn(*[file(release)] * 4, file(new, etag='"2"'))
    for _ in range(2):
        with pytest.raises(ta.DownloadError, match=r"has been replaced .* refresh=True"):
            ta.fetch("baci", "VNM", year=2023)
    table = ta.fetch("baci", "VNM", year=2023, refresh=True)
    assert dollars(table, "partner") == truth(2022, lambda i, j, k: i == "VNM", lambda i, j, k: j)


@pytest.mark.parametrize("how", ["checksum", "data"])
def test_a_damaged_year_leaves_the_cache(cepii, release, how):
    cepii.routes[PATH] = file(damaged(release, how))
    with pytest.raises(ta.DownloadError, match="taken out of the cache"):
        ta.fetch("baci", "VNM", year=2023)
    assert ta.cache_info("baci").empty
    cepii.routes[PATH] = file(release)
    table = ta.fetch("baci", "VNM", year=2023)
    assert dollars(table, "partner") == truth(2023, lambda i, j, k: i == "VNM", lambda i, j, k: j)


def test_a_suffix_and_years_that_are_absent(cepii, release):
    cepii.routes[PATH.replace(".zip", "b.zip")] = file(zip_of(TEXTS, version="V202601b"))
    table = ta.fetch("baci", "VNM", year="latest", classification="HS12 V202601b")
    assert set(table["year"]) == {2023}
    assert ta.certificate(table)["fetched"][0]["release"] == "HS12 V202601b"
    with pytest.warns(ta.TradeDataWarning, match="2025"):
        ta.fetch("baci", "VNM", year=[2023, 2025])
    with pytest.raises(ta.DownloadError, match="it has 2021, 2022, 2023"):
        ta.fetch("baci", "VNM", year=2025)


def test_a_plan_before_and_after_the_first_calls(cepii):
    """Without any answer there is the first call only; by the stored directory all pieces are known."""
    planned = ta.fetch("baci", "VNM", year=2023, dry_run=True)
    assert planned.details() == [cepii.url + PATH]
    assert planned.table["bytes"].tolist() == ["0-1023"]
    assert "comes first" in planned.sentence()
    assert not cepii.requests
    lines = []
    ta.fetch("baci", "VNM", year=2023, progress=lines.append)
    planned = ta.fetch("baci", "VNM", year=2023, dry_run=True)
    assert planned.table["stored"].all()
    pieces = ta.fetch("baci", "VNM", year=2022, dry_run=True)
    assert not pieces.table["stored"].any()
    assert f"{len(pieces.calls)} parts of a file, 0 MB" in pieces.sentence()
    assert lines[0].startswith(f"baci: {len(planned.calls)} parts of a file")


def test_by_its_short_name_and_all_in_a_list(cepii):
    fetched = ta.fetch("baci", "VNM", year=2023, level=2)
    pd.testing.assert_frame_equal(ta.read("baci:VNM", year=2023, level=2), fetched)
    assert ta.certificate(fetched)["fetched"][0]["range"][0] > 0
    pd.testing.assert_frame_equal(ta.fetch("baci", ["all"], year=2023), ta.fetch("baci", "all", year=2023))


def test_a_missing_value_is_refused_as_in_a_file(cepii):
    """Also where it would vanish in a sum."""
    first = next(line for line in TEXTS[2023].splitlines() if line.startswith("2023,704,"))
    cells_of_line = first.split(",")
    blank = ",".join([*cells_of_line[:4], "NA", cells_of_line[5]])
    cepii.routes[PATH] = file(zip_of(TEXTS | {2023: TEXTS[2023].replace(first, blank)}))
    for level in (None, 6):
        with pytest.raises(ta.TradeDataError, match="TA-102"):
            ta.fetch("baci", "VNM", year=2023, level=level)


@pytest.mark.parametrize(
    ("line", "id"),
    [
        ("2023,704,842,1234567,1.0,", "TA-110"),
        ("2023,704,842,-1,1.0,", "TA-110"),
        (f"2023,704,842,{'9' * 30},1.0,", "TA-110"),
        ("2023,704,842,10121,many,", "TA-110"),
        ("2022,704,842,10121,1.0,", "TA-131"),
    ],
)
def test_a_year_of_other_rows_is_refused(line, id):
    with pytest.raises(ta.TradeDataError) as refused:
        got(Net(zip_of({2023: f"t,i,j,k,v,q\n2023,704,156,10121,1.0,\n{line}\n"})), query("VNM", level=6))
    assert [one.id for one in refused.value.findings] == [id]


def test_random_damage_of_the_directory_and_the_text_is_never_another_table(release):
    """Bytes that are changed anywhere, most often in the directory, end in an error of ours or in the same table."""
    short = {year: "".join(text.splitlines(keepends=True)[:800]) for year, text in TEXTS.items()}
    whole, wanted, dice = zip_of(short), query("AUS", level=6), random.Random(4)
    sound, ends = got(Net(whole), wanted)[0], []
    for _ in range(cases(300)):
        content = bytearray(whole)
        start = dice.choice([4, len(content) - 1000])
        for _ in range(dice.choice([1, 1, 3])):
            content[dice.randrange(start, len(content))] = dice.choice([0, 255, dice.randrange(256)])
        try:
            pd.testing.assert_frame_equal(got(Net(bytes(content)), wanted)[0], sound)
            ends.append("same")
        except (ta.TradeDataError, Spoiled):
            ends.append("refused")
    assert min(ends.count("same"), ends.count("refused")) > len(ends) / 10
