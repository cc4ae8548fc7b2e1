"""A release of BACI as Parquet: the rows of its text and no others, sorted and coded, whatever happens on the way."""

import csv
import io
import json
import random
import zipfile
from decimal import Decimal

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from conftest import killed_ten_times, told
from hypothesis import given
from hypothesis import strategies as st
from ready_runs import Ready

import tradeanalysis as ta
from tradeanalysis.output import parquet_folder as parts
from tradeanalysis.sources.baci import one_year as yearly
from tradeanalysis.sources.baci import tally

HEAD = "t,i,j,k,v,q\n"
# In BACI's order, which is not that of the letters of the codes: 490 and S19 are both Taiwan, 842 the United States.
TEXT = (
    "2020,36,704,10121,1.005,2\n"
    "2020,36,704,260300,0.001,NA\n"
    "2020,704,36,10121,123456.789,\n"
    "2020,704,490,10121,0.457,1.5\n"
    '2020,704,S19,10121,0.500,"3"\n'
    '2020,"704","842","010129",1e+05,3\n'
    "2020,704,704,999999,7.000,3\n"
    "2020,842,704,10121,  2.000,3\n"
)
# Values in dollars: thousands of dollars in the text, by hand.
ROWS = [
    ("AUS", "VNM", "010121", 1005.0),
    ("AUS", "VNM", "260300", 1.0),
    ("USA", "VNM", "010121", 2000.0),
    ("VNM", "AUS", "010121", 123456789.0),
    ("VNM", "TWN", "010121", 957.0),
    ("VNM", "USA", "010129", 100_000_000.0),
]


def release(tmp_path, *texts, years=(2020,), head=HEAD, name="BACI_HS92_V202501.zip"):
    path = tmp_path / name
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("country_codes_V202501.csv", "country_code,country_name\n4,Afghanistan\n")
        for year, text in zip(years, texts, strict=True):
            packed.writestr(f"BACI_HS92_Y{year}_V202501.csv", head + text.replace("2020,", f"{year},"))
    return path


def rows_of(table):
    columns = ["reporter", "partner", "product", "value"]
    return [tuple(row) for row in table[columns].itertuples(index=False)]


def content(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_a_release_becomes_parquet_that_is_sorted_and_coded(tmp_path):
    lines = []
    with told("TA-118"):
        folder = ta.ingest(release(tmp_path, TEXT), tmp_path / "out", progress=lines.append)
    assert [path.name for path in folder.iterdir()] == ["2020.parquet"]
    table = pq.read_table(folder / "2020.parquet")
    assert rows_of(table.to_pandas().astype({"value": float})) == [
        (r, p, k, pytest.approx(x, rel=1e-15)) for r, p, k, x in ROWS
    ]
    assert table.column_names == ["reporter", "partner", "flow", "product", "year", "value"]
    for column in ("reporter", "partner", "flow", "product"):
        assert pa.types.is_dictionary(table.schema.field(column).type), column
    assert table.schema.field("year").type == pa.int32()
    assert table["year"].unique().to_pylist() == [2020]
    assert table["flow"].unique().to_pylist() == ["export"]
    assert len(lines) == 1
    assert "2020.parquet: 6 rows; file 1 of 1" in lines[0]


def test_the_rows_are_those_of_reading_into_memory(tmp_path):
    path = release(tmp_path, TEXT, TEXT.replace("0.457", "0.007"), years=(2019, 2020))
    with told("TA-118"):
        folder = ta.ingest(path, tmp_path / "out")
        eager = ta.read(path)
    keys = ["year", "reporter", "partner", "product"]
    eager = eager.sort_values(keys).reset_index(drop=True)
    for engine in ("duckdb", "polars"):
        lazy = ta.read(folder, engine=engine)
        lazy = lazy.df() if engine == "duckdb" else lazy.collect().to_pandas()
        lazy = lazy.sort_values(keys).reset_index(drop=True)
        assert list(lazy) == list(eager)
        for column in eager:
            assert lazy[column].tolist() == eager[column].tolist(), (engine, column)
    with told("TA-118"):
        one = ta.read(path, year=2020).sort_values(keys)
    assert ta.read(folder).filter("year = 2020").df().sort_values(keys)["value"].tolist() == one["value"].tolist()


def test_a_folder_of_years_gives_the_rows_of_the_zip(tmp_path):
    path = release(tmp_path, TEXT)
    years = tmp_path / "years"
    with zipfile.ZipFile(path) as packed:
        packed.extractall(years)
    with told("TA-118"):
        first, second = (ta.ingest(one, tmp_path / name) for one, name in ((path, "a"), (years, "b")))
    assert pq.read_table(first / "2020.parquet").equals(pq.read_table(second / "2020.parquet"))
    assert ta.certificate(second)["source"] == "years"


def test_the_certificate_says_what_was_done_year_by_year_and_of_all(tmp_path):
    path = release(tmp_path, TEXT, TEXT, years=(2019, 2020))
    with told("TA-118"):
        folder = ta.ingest(path, tmp_path / "out")
        eager = ta.certificate(ta.read(path, year=2020))
    one = ta.certificate(folder / "2020.parquet")
    same = ("source", "sha256", "layout", "unit", "unit_of_file", "rows_read", "rows", "dropped", "level", "coverage")
    assert {name: one[name] for name in same} == {name: eager[name] for name in same}
    assert one["value"] == pytest.approx(sum(x for *_, x in ROWS), rel=1e-15)
    assert one["conventions"] == eager["conventions"]
    assert "1 row was added to another row of their cell" in one["notes"]
    assert {issue["id"] for issue in one["issues"]} == {"TA-118", "TA-133"}
    both = ta.certificate(folder)
    assert (both["rows_read"], both["rows"]) == (16, 12)
    assert both["dropped"] == [
        {"rows": 2, "value": 14000.0, "reason": "reporters as their own partners", "kind": "out_own_trade"}
    ]
    counted = {"reporters": 3, "partners": 4, "products": 3}
    assert both["coverage"] == {**counted, "flows": ["export"], "years": [2019, 2020]}
    assert both["by_year"][2019] == {"rows": 6, "value": one["value"]}
    assert both["sha256"] == one["sha256"]
    with pytest.raises(ta.TradeDataError, match="no certificate"):
        ta.certificate(path)
    with pytest.raises(ta.TradeDataError, match="there is no file"):
        ta.certificate(tmp_path / "nowhere")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            "2020,704,842,10121,,1\n",
            r"TA-102 \[error\] BACI_HS92_Y2020_V202501.csv: 1 row with a missing value \(line 2\)",
        ),
        ("2020,704,842,10121,-1.5,1\n", "TA-101 .*Y2020.*line 2"),
        ("2020,704,842,10120,1.5,1\n\n\r\n2020,704,842,10121,-1.5,1\n", r"TA-101 .*1 row .*\(line 5\); 50.0%"),
        ("2020,704,842,10121,1.5,1\n2020,704,842,10121,2,1\n", r"TA-107 .*2 rows .* \(lines 2, 3\); 100.0% of value"),
        (
            "2020,704,842,10121,3,1\n2020,704,12345,10121,1,1\n",
            "TA-106 .*Y2020.*1 row with an unknown .*'12345'.*25.0%",
        ),
        ("2020,704,,10121,3,1\n", "TA-105"),
        ("2020,704,0,10121,3,1\n", "TA-104 .*Y2020.*'0' .World"),
        ("2020,704,842,-5,3,1\n", "not codes of 6 digits"),
        ("2021,704,842,10121,3,1\n", "TA-131 .*2021, which is not its year"),
        (",704,842,10121,3,1\n", "without 't'"),
        ("2020,704,842,,3,1\n", "without 'k'"),
        ("2020,704,842,x,3,1\n", "TA-110 .*not a BACI file"),
        ("2020,704,842,1234567,3,1\n", "not codes of 6 digits"),
        ("2020,704,842,10121,NA,1\n", "TA-102 .*Y2020.*a missing value"),
        ("2020,704,842,10120,1,1\n\n2020,704,842,10121,n/a,1\n", r"TA-112 .*Y2020.*'n/a' \(line 4\)"),
        ("2020,704,842,10121,1.2.3,1\n", "TA-112 .*'1.2.3'"),
        ("2020,704,842,10121,inf,1\n", "TA-112 .*'inf'"),
        ("2020,704,842,10121,3\n", r"TA-110 .*Y2020.*not all its lines have 6 cells \(line 2\)"),
        ("2020,704,842,10121,3,1,1\n2020,704,842,10122,3\n", r"TA-110 .*6 cells \(lines 2, 3\)"),
        ('2020,704,842,10121,"3,5",1\n', "TA-110 .*not all its lines have 6 cells"),
        ("", "no row, only headings"),
    ],
)
def test_what_would_make_a_wrong_number_is_refused_and_nothing_is_written(tmp_path, text, words):
    with pytest.raises(ta.TradeDataError, match=words):
        ta.ingest(release(tmp_path, text), tmp_path / "out")
    assert not list((tmp_path / "out").glob("*"))


def test_what_may_be_left_out_is_left_out_and_told(tmp_path):
    text = (
        TEXT
        + "2020,842,36,10121,,\n2020,842,36,10122,NA,\n2020,842,36,10129,-2.5,\n"
        + "2020,842,12345,10121,4,\n2020,842,0,10121,6,\n"
    )
    options = {"missing": "drop", "negative": "drop", "unknown": "keep", "drop_aggregates": True, "own_trade": True}
    with told("TA-118"):
        eager = ta.read(release(tmp_path, text), **options)
    with told("TA-106 .*'12345'"):
        folder = ta.ingest(release(tmp_path, text), tmp_path / "out", **options)
    table = pq.read_table(folder).to_pandas()
    extra = [("USA", "12345", "010121", 4000.0), ("VNM", "VNM", "999999", 7000.0)]
    assert sorted(rows_of(table)) == [(r, p, k, pytest.approx(x)) for r, p, k, x in sorted([*ROWS, *extra])]
    assert sorted(rows_of(table)) == sorted(rows_of(eager))
    with pytest.raises(ta.TradeDataError, match=r"TA-114 .*by -33.3%") as gap:  # a World row of 9 beside partners of 6
        ta.ingest(release(tmp_path, text.replace("0,10121,6,", "0,10121,9,")), tmp_path / "gap", **options)
    assert "=" not in str(gap.value)  # it takes no argument that would fix it
    assert [(one["rows"], one["reason"]) for one in ta.certificate(folder)["dropped"]] == [
        (1, "aggregates among the partners: '0' (World)"),
        (2, "missing values"),
        (1, "negative values"),
    ]
    with pytest.raises(ta.TradeDataError, match="is there, and"):
        ta.ingest(release(tmp_path, text), folder, **{**options, "own_trade": False})


@pytest.mark.parametrize("head", ['"t","i","j","k","v","q"\r\n', "\ufefft,i,j,k,v,q\n", "q,v,k,j,i,t\n"])
def test_headings_may_stand_otherwise(tmp_path, head):
    text = "2020,704,842,10121,1.5,7\n"
    if head.startswith("q"):
        text = "7,1.5,10121,842,704,2020\n"
    path = release(tmp_path, head=head + text, name="BACI.zip", years=(2020,), *[""])  # noqa: B026
    folder = ta.ingest(path, tmp_path / "out")
    assert rows_of(pq.read_table(folder).to_pandas()) == [("VNM", "USA", "010121", 1500.0)]


def test_lines_may_end_as_on_windows_or_without_an_end(tmp_path):
    text = "2020,704,842,10121,1.5,7\r\n\r\n2020,704,842,10122,2.5,7"
    folder = ta.ingest(release(tmp_path, text), tmp_path / "out")
    assert pq.read_table(folder)["value"].to_pylist() == [1500.0, 2500.0]


def test_years_may_be_taken_one_after_the_other(tmp_path):
    text = TEXT.replace("2020,704,704,999999,7.000,3\n", "")
    path = release(tmp_path, text, text, text, years=(2018, 2019, 2020))
    folder, lines = tmp_path / "out", []
    ta.ingest(path, folder, year=2019)
    assert list(content(folder)) == ["2019.parquet"]
    before = content(folder)["2019.parquet"]
    ta.ingest(path, folder, progress=lines.append)
    assert len(lines) == 2
    assert content(folder)["2019.parquet"] == before
    with pytest.raises(ta.SchemaError, match="it holds 2018, 2019, 2020"):
        ta.ingest(path, folder, year=2001)
    with told(r"TA-136 .*year= names 2001, .* It has 2019"):
        ta.ingest(path, folder, year=[2001, 2019])
    with pytest.raises(ta.TradeDataError, match=r"year=2019\.0: a year is a whole number"):
        ta.ingest(path, folder, year=2019.0)
    other = release(tmp_path, text.replace("0.457", "0.458"), name="other.zip")
    with pytest.raises(ta.TradeDataError, match="is there, and"):
        ta.ingest(other, folder)
    ta.ingest(other, folder, overwrite=True)
    assert list(content(folder)) == ["2020.parquet"]


def test_the_good_years_of_a_damaged_download_are_kept(tmp_path):
    """What a year is of is its text; the name and the hash of the zip are told, and may change."""
    texts = ["2020,704,842,10121,1.5,7\n", "2020,704,842,10121,2.5,7\n", "2020,704,156,20110,3.5,7\n"]
    whole = release(tmp_path, *texts, years=(2016, 2017, 2018))
    damaged = tmp_path / "half.zip"
    content_ = bytearray(whole.read_bytes())
    at = content_.index(b"BACI_HS92_Y2018") + len("BACI_HS92_Y2018_V202501.csv") + 10
    content_[at] ^= 0xFF
    damaged.write_bytes(content_)
    folder = tmp_path / "out"
    with pytest.raises(ta.TradeDataError, match=r"TA-131 .*damaged"):
        ta.ingest(damaged, folder)
    before = content(folder)
    assert sorted(before) == ["2016.parquet", "2017.parquet"]
    ta.ingest(whole, folder)
    after = content(folder)
    assert sorted(after) == ["2016.parquet", "2017.parquet", "2018.parquet"]
    assert {name: after[name] for name in before} == before
    told = ta.certificate(folder)
    assert told["source"] == {2016: "half.zip", 2017: "half.zip", 2018: whole.name}
    assert len(set(told["sha256"].values())) == 2
    assert told["coverage"]["products"] == 2
    lines = []
    renamed = whole.rename(tmp_path / "renamed.zip")
    ta.ingest(renamed, folder, progress=lines.append)
    assert (content(folder), lines) == (after, [])
    assert ta.read(folder).df()["value"].sum() == 7500.0
    (tmp_path / "years").mkdir()
    with zipfile.ZipFile(renamed) as packed:
        packed.extractall(tmp_path / "years")
    ta.ingest(tmp_path / "years", folder, progress=lines.append)
    assert (content(folder), lines) == (after, [])
    other = release(tmp_path, texts[0].replace("1.5", "1.6"), *texts[1:], years=(2016, 2017, 2018))
    with pytest.raises(ta.TradeDataError, match=r"2016\.parquet is there, and differs in text: overwrite=True"):
        ta.ingest(other, folder)
    # Years of two texts do not stand beside each other.
    ta.ingest(other, folder, year=2016, overwrite=True)
    assert list(content(folder)) == ["2016.parquet"]


def test_an_economy_under_two_codes_is_added_on_either_side(tmp_path):
    """Sudan is 729 and 736, as a reporter and as a partner; a row that stands twice in the text is no part."""
    text = "2020,729,704,10121,1.5,2\n2020,736,704,10121,0.5,1\n2020,704,729,10121,2,\n2020,704,736,10121,3,\n"
    path = release(tmp_path, text)
    eager = ta.read(path)
    folder = ta.ingest(path, tmp_path / "out")
    for table in (eager, pq.read_table(folder).to_pandas()):
        assert sorted(rows_of(table)) == [("SDN", "VNM", "010121", 2000.0), ("VNM", "SDN", "010121", 5000.0)]
    for told_of in (ta.certificate(eager), ta.certificate(folder)):
        assert "2 rows were added to another row of their cell" in told_of["notes"]
        assert [one["id"] for one in told_of["issues"]].count("TA-133") == 2
    path = release(tmp_path, text + "2020,736,704,10121,0.5,1\n")
    for read in (ta.read, lambda path: ta.ingest(path, tmp_path / "again")):
        with pytest.raises(ta.TradeDataError, match=r"TA-107 .*2 rows"):
            read(path)


def test_an_answer_does_not_take_the_place_of_what_it_is_of(tmp_path):
    folder = ta.ingest(release(tmp_path, "2020,704,842,10121,1.5,7\n"), tmp_path / "out")
    before = content(folder)
    with pytest.raises(ta.TradeDataError, match="choose another folder"):
        ta.tables.measure_to_folder(ta.read(folder), ta.hhi, by="year", out=folder, overwrite=True)
    assert content(folder) == before


@pytest.mark.parametrize("fault", ["a row too few", "a value that differs in its last digit"])
def test_a_year_that_reads_back_otherwise_is_not_written(tmp_path, monkeypatch, fault):
    whole = parts._parquet()
    write = whole.write_table

    def damaged(table, path, **how):
        if fault == "a row too few":
            table = table.slice(1)
        else:
            x = table["value"].to_numpy().copy()
            x[0] += 1.0  # a thousandth of the unit of the text
            table = table.set_column(5, "value", pa.array(x))
        write(table, path, **how)

    monkeypatch.setattr(whole, "write_table", damaged)
    text = TEXT.replace("2020,704,704,999999,7.000,3\n", "")
    with pytest.raises(ta.TradeDataError, match=r"TA-131 .* 6 rows to keep"):
        ta.ingest(release(tmp_path, text), tmp_path / "out")
    assert content(tmp_path / "out") == {}


def test_what_is_no_release_is_refused(tmp_path, write):
    with pytest.raises(ta.TradeDataError, match="is not there"):
        ta.ingest(tmp_path / "nowhere.zip", tmp_path / "out")
    with pytest.raises(ta.TradeDataError, match="is not a zip"):
        ta.ingest(write("a,b\n1,2\n"), tmp_path / "out")
    with zipfile.ZipFile(tmp_path / "other.zip", "w") as packed:
        packed.writestr("a.csv", "t,i,j,k,v\n")
    with pytest.raises(ta.SchemaError, match=r"not a BACI release with years, such as .*: it holds a\.csv"):
        ta.ingest(tmp_path / "other.zip", tmp_path / "out")
    with pytest.raises(ta.TradeDataError, match="is an address, not a file"):
        ta.ingest("https://example.org/BACI_HS92_V202501.zip", tmp_path / "out")
    (tmp_path / "empty").mkdir()
    with pytest.raises(ta.SchemaError, match=r"not a BACI release with years, such as .*: it is empty"):
        ta.ingest(tmp_path / "empty", tmp_path / "out")
    with zipfile.ZipFile(tmp_path / "outer.zip", "w") as packed:
        packed.writestr("BACI_HS92_V202501.zip", b"PK")
    for read in (ta.read, lambda path: ta.ingest(path, tmp_path / "out")):
        with pytest.raises(ta.SchemaError, match=r"it holds BACI_HS92_V202501\.zip\. Unpack the zip"):
            read(tmp_path / "outer.zip")
    done = ta.ingest(release(tmp_path, "2020,704,842,10121,1.5,7\n"), tmp_path / "done")
    with pytest.raises(ta.SchemaError, match=r"it holds 2020\.parquet\. Parquet is read by ta\.read"):
        ta.ingest(done, tmp_path / "out")
    with zipfile.ZipFile(tmp_path / "twice.zip", "w") as packed:
        packed.writestr("BACI_HS92_Y2020_V202501.csv", HEAD)
        packed.writestr("BACI_HS17_Y2020_V202501.csv", HEAD)
    with pytest.raises(ta.SchemaError, match="holds 2020 twice"):
        ta.ingest(tmp_path / "twice.zip", tmp_path / "out")


def test_a_damaged_zip_and_one_that_swells_write_nothing(tmp_path):
    path = release(tmp_path, TEXT)
    bytes_ = bytearray(path.read_bytes())
    at = bytes_.index(b"BACI_HS92_Y2020") + 40
    bytes_[at] ^= 0xFF
    (tmp_path / "damaged.zip").write_bytes(bytes_)
    with pytest.raises(ta.TradeDataError, match=r"TA-131 .*damaged"):
        ta.ingest(tmp_path / "damaged.zip", tmp_path / "out")
    (tmp_path / "half.zip").write_bytes(path.read_bytes()[:-30])
    for read in (ta.read, lambda half: ta.ingest(half, tmp_path / "out")):
        with pytest.raises(ta.TradeDataError, match=r"TA-131 .*half\.zip is a damaged zip.*Download it again"):
            read(tmp_path / "half.zip")
    swollen = release(tmp_path, "2020,704,842,10121,1.5,7\n" * 400_000, name="swollen.zip")
    with pytest.raises(ta.TradeDataError, match=r"TA-130 .*unpacks to more"):
        ta.ingest(swollen, tmp_path / "out")
    assert not (tmp_path / "out").exists() or content(tmp_path / "out") == {}


def test_a_line_that_never_ends_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(tally, "BLOCK", 1000)
    monkeypatch.setattr(tally, "MAX_LINE", 5000)
    draw = random.Random(1)
    text = "2020,704,842,10121,1.5," + "".join(draw.choice("abcdefgh") for _ in range(10_000))
    with pytest.raises(ta.TradeDataError, match=r"TA-130 .*a line of more than"):
        ta.ingest(release(tmp_path, text), tmp_path / "out")


numbers = st.one_of(
    st.decimals(min_value=0, max_value=10**9, places=3).map(str),
    st.decimals(min_value=-(10**6), max_value=10**6, places=20, allow_nan=False).map("{:f}".format),
    st.integers(0, 10**30).map(str),
    st.sampled_from(["", "0", ".5", "5.", "1e+05", "2.5E-3", " 1.25", "1.25 ", '"7.5"', "000.100"]),
)


@given(st.lists(numbers, min_size=1, max_size=30), st.integers(0, 3))
def test_the_tally_is_exact_to_the_last_digit(cells, column):
    lines = [["x", '"S19"', "12"] for _ in cells]
    for line, cell in zip(lines, cells, strict=True):
        line.insert(column, cell)
    block = "".join(f"{','.join(line)}\n" for line in lines).encode()
    rows, total, blank = tally.tally(block, column, 4, "a file", 2)
    assert (rows, blank) == (len(cells), [])
    parsed = [row[column].strip() for row in csv.reader(io.StringIO(block.decode()))]
    fractions = [Decimal(cell or 0).as_integer_ratio() for cell in parsed]
    common = 10**60
    assert total * common == sum(up * (common // down) for up, down in fractions)


@given(st.lists(st.text("abc,\n", max_size=30), max_size=5), st.integers(1, 9))
def test_blocks_are_whole_lines_and_lose_nothing(texts, size):
    content = "".join(texts).encode()
    before, tally.BLOCK = tally.BLOCK, size
    try:
        found = list(tally.blocks(io.BytesIO(content), "x"))
    finally:
        tally.BLOCK = before
    assert all(block.endswith(b"\n") for block in found)
    assert b"".join(found) == content + b"\n" * (not content.endswith(b"\n") and bool(content))


def many(rows, seed):
    """Cells of a year as BACI writes them, in its order, and its values as texts."""
    draw = np.random.default_rng(seed)
    codes = np.array([36, 124, 156, 251, 276, 392, 410, 490, 704, 764, 842])
    cells = np.sort(draw.choice(len(codes) ** 2 * 5000, rows, replace=False))
    i, j, k = np.unravel_index(cells, (len(codes), len(codes), 5000))
    i, j, k = i[i != j], j[i != j], k[i != j]
    v = np.maximum(np.round(draw.lognormal(2, 2.5, len(i)), 3), 0.001)
    return pd.DataFrame({"t": 2020, "i": codes[i], "j": codes[j], "k": 10_101 + 7 * k, "v": v, "q": "NA"})


def test_many_rows_in_several_blocks_and_row_groups(tmp_path, monkeypatch):
    monkeypatch.setattr(tally, "BLOCK", 1 << 18)
    table = many(200_000, 5)
    path = release(tmp_path, table.to_csv(index=False, header=False, float_format="%.3f"))
    folder = ta.ingest(path, tmp_path / "out")
    found = pq.read_table(folder).to_pandas()
    iso3 = {code: ta.country(int(code)).iso3 for code in table["i"].unique()}
    expected = table.assign(reporter=table["i"].map(iso3 | {490: "TWN"}), partner=table["j"].map(iso3 | {490: "TWN"}))
    expected["product"] = expected["k"].map("{:06d}".format)
    expected = expected.sort_values(["reporter", "partner", "product"])
    assert len(found) == len(table) > 150_000
    for column in ("reporter", "partner", "product"):
        assert found[column].tolist() == expected[column].tolist()
    assert found["value"].tolist() == (expected["v"] * 1000).tolist()


RUN = """
import sys, tradeanalysis as ta
ta.ingest(sys.argv[1], sys.argv[2], progress=lambda line: print(line, flush=True))
"""


def test_a_run_that_is_killed_ten_times_gives_the_files_of_one_that_was_left_alone(tmp_path):
    years = range(2001, 2013)
    texts = [many(8_000, year).to_csv(index=False, header=False, float_format="%.3f") for year in years]
    path = release(tmp_path, *texts, years=years)

    with Ready("import tradeanalysis as ta; ta.ingest", tmp_path / "said") as ready:

        def start(out):
            return ready.begin(RUN, path, tmp_path / out)

        alone = start("alone")
        lines, said = alone.communicate()
        assert alone.returncode == 0, said
        assert lines.count("\n") == 12
        folders = tmp_path / "killed", tmp_path / "alone"
        states = killed_ten_times(start, *folders, random.Random(7), files=1, seconds=0.03)
        assert states[0] < 12
        last = start("killed")
        _, said = last.communicate()
        assert last.returncode == 0, said
    assert content(tmp_path / "killed") == content(tmp_path / "alone")


def test_a_part_tells_what_it_is_of(tmp_path):
    path = release(tmp_path, TEXT.replace("2020,704,704,999999,7.000,3\n", ""))
    folder = ta.ingest(path, tmp_path / "out")
    about = json.loads(pq.read_schema(folder / "2020.parquet").metadata[parts.KEY])
    assert (about["release"], about["year"]) == ("BACI_HS92_V202501", 2020)
    assert about["certificate"]["source"] == path.name
    assert about["labels"] == {
        "reporter": ["AUS", "USA", "VNM"],
        "partner": ["AUS", "TWN", "USA", "VNM"],
        "product": ["010121", "010129", "260300"],
    }
    assert yearly.DIGITS == about["certificate"]["level"] == 6
