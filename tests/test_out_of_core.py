"""Answers that are written by parts: the same as in memory, whole, and the same however often a run was killed."""

import json
import random

import duckdb
import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from conftest import MEASURES, Engine, killed_ten_times, sampled
from ready_runs import Ready

import tradeanalysis as ta
from tradeanalysis.output import parquet_folder as parts
from tradeanalysis.tables import out_of_core as folders

# The number of order .5 of 3, 2, 1.
LAST = pytest.approx((3**0.5 + 2**0.5 + 1) ** 2 / 6, rel=1e-12)
ZETA = sum(1 / k**2 for k in range(1, 13))
SOME = [ta.hhi, ta.entropy, ta.top_share(3), ta.gini, ta.hhi_normalised]
BY = ["year", "reporter"]


def trade(years=range(2001, 2006), rows=300, seed=0):
    """Rows in no order, some of which repeat a partner, some that are not allocated."""
    draw = np.random.default_rng(seed)
    partners = ["USA", "CHN", "JPN", "KOR", "DEU", "Areas, nes"]
    return pd.DataFrame(
        {
            "year": draw.choice(list(years), rows),
            "reporter": draw.choice(["VNM", "THA", "IDN"], rows),
            "partner": draw.choice(partners, rows, p=[0.3, 0.3, 0.2, 0.1, 0.09, 0.01]),
            "value": np.round(draw.lognormal(3, 2, rows), 3) + 0.001,
        }
    )


def written(folder):
    table = pd.concat([pq.read_table(file).to_pandas() for file in sorted(folder.glob("*.parquet"))])
    return table.sort_values(BY if "year" in table else ["reporter"]).reset_index(drop=True)


def content(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.mark.filterwarnings("ignore::tradeanalysis.TradeDataWarning")
def test_a_folder_holds_what_would_be_in_memory(engine, tmp_path):
    table = trade()
    wanted = ta.measure(table, *MEASURES, by=BY)
    out = tmp_path / "answer"
    assert ta.tables.measure_to_folder(engine.table(table), *MEASURES, by=BY, out=out) == out
    found = written(out)
    assert len(found) == len(wanted) == 15
    assert found[BY].to_numpy().tolist() == wanted[BY].to_numpy().tolist()
    for column in list(wanted)[2:]:
        assert found[column].tolist() == pytest.approx(wanted[column].tolist(), rel=1e-12, abs=1e-12, nan_ok=True)
    assert ("faults" in found) == engine.lazy
    if engine.name != "pyspark":
        assert sorted(content(out)) == [f"{year}.parquet" for year in range(2001, 2006)]
        # The library's own answer has the same columns in the same order, but for notes of an eager table.
        expected = engine.frame(ta.measure(engine.table(table), *MEASURES, by=BY))
        assert list(found)[: len(list(expected))] == list(expected)


@pytest.mark.parametrize("kind", ["polars-lazy", "duckdb"])
@pytest.mark.parametrize("bytes_of_a_row", [folders.BYTES, 10**9])
def test_what_is_too_large_or_unsound_is_left_to_the_engine(kind, bytes_of_a_row, tmp_path, monkeypatch):
    monkeypatch.setattr(folders, "BYTES", bytes_of_a_row)
    table = trade()
    wrong = (table["year"] == 2003) & (table["reporter"] == "THA")
    table.loc[table.index[wrong][0], "value"] = -1.0
    engine = Engine(kind)
    ta.tables.measure_to_folder(engine.table(table), *SOME, by=BY, out=tmp_path / "answer")
    found = written(tmp_path / "answer")
    expected = engine.frame(ta.measure(engine.table(table), *SOME, by=BY)).sort_values(BY).reset_index(drop=True)
    assert found[["year", "reporter"]].to_numpy().tolist() == expected[["year", "reporter"]].to_numpy().tolist()
    for column in list(expected)[2:]:
        assert found[column].tolist() == pytest.approx(expected[column].tolist(), rel=1e-12, nan_ok=True)
    faulty = found[found["faults"] > 0]
    assert faulty[["year", "reporter", "faults"]].to_numpy().tolist() == [[2003, "THA", 1]]
    assert faulty["hhi"].isna().all()


@sampled("limit", ["1.0 GiB", "18.8 GiB", "150.0 MiB", "-1"])
def test_duckdb_keeps_the_memory_that_it_was_given(limit, tmp_path, monkeypatch):
    monkeypatch.setattr(folders, "BYTES", 10**9)
    connection = duckdb.connect()
    connection.execute(f"SET memory_limit = '{limit}'")
    table = trade()
    relation = connection.from_df(table)
    before = connection.sql("SELECT current_setting('memory_limit')").fetchall()
    for i in range(3):
        ta.tables.measure_to_folder(relation, *SOME, by=BY, out=tmp_path / f"answer {i}", memory="200MB")
    assert connection.sql("SELECT current_setting('memory_limit')").fetchall() == before


def test_too_little_memory_is_told(tmp_path):
    table = trade(rows=200_000).assign(partner=lambda t: np.arange(len(t)))
    with pytest.raises(ta.TradeDataError, match="memory= is too little for DuckDB"):
        ta.tables.measure_to_folder(
            duckdb.connect().from_df(table), *SOME, by=BY, out=tmp_path / "answer", memory="1MB"
        )


def test_an_eager_table_with_faults_is_refused_with_its_rows(tmp_path):
    table = trade()
    table.loc[7, "value"] = np.nan
    with pytest.raises(ta.TradeDataError, match="missing"):
        ta.tables.measure_to_folder(table, *SOME, by=BY, out=tmp_path / "answer")


RUN = """
import sys, duckdb, tradeanalysis as ta
duckdb.sql("SET enable_progress_bar = false")  # in the output of python -c it would stand among the lines
rows = duckdb.read_parquet(sys.argv[1])
measures = [ta.hhi, ta.entropy, ta.top_share(3), ta.gini]
by = ["year", "reporter", "product"]
ta.tables.measure_to_folder(rows, *measures, by=by, out=sys.argv[2], progress=lambda line: print(line, flush=True))
"""


def test_a_run_that_is_killed_ten_times_gives_the_files_of_one_that_was_left_alone(tmp_path):
    draw = np.random.default_rng(3)
    rows = 400_000
    table = pd.DataFrame(
        {
            "year": draw.integers(1995, 2025, rows),
            "reporter": draw.integers(0, 50, rows),
            "product": draw.integers(0, 90, rows),
            "partner": draw.integers(0, 200, rows),
            "value": draw.lognormal(0, 2, rows),
        }
    )
    # Not in the order of years, so that every part is gathered from everywhere.
    table.to_parquet(tmp_path / "rows.parquet")
    # Two years to a batch: what is written before and after a kill are then different batches.
    code = RUN.replace(
        "import sys", "import sys, tradeanalysis.tables.out_of_core as f; f.ROWS = 30_000; import sys", 1
    )

    with Ready("import duckdb, tradeanalysis as ta; ta.tables.measure_to_folder", tmp_path / "said") as ready:

        def start(out):
            return ready.begin(code, tmp_path / "rows.parquet", tmp_path / out)

        alone = start("alone")
        lines, said = alone.communicate()
        assert alone.returncode == 0, said
        assert lines.count("\n") == 30
        folders = tmp_path / "killed", tmp_path / "alone"
        states = killed_ten_times(start, *folders, random.Random(5), files=2, seconds=0.05)
        assert states == sorted(states)
        assert 0 < states[0] < 30
        last = start("killed")
        lines, said = last.communicate()
        assert last.returncode == 0, said
        assert lines.count("\n") == 30 - states[-1]
    assert content(tmp_path / "killed") == content(tmp_path / "alone")


def test_half_a_file_is_told_and_not_taken_for_whole(tmp_path):
    out = tmp_path / "answer"
    ta.tables.measure_to_folder(trade(), *SOME, by=["reporter"], out=out)
    whole = (out / "THA.parquet").read_bytes()
    (out / "THA.parquet").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(ta.TradeDataError, match=r"THA\.parquet is not a whole Parquet file"):
        ta.tables.measure_to_folder(trade(), *SOME, by=["reporter"], out=out)


def test_another_question_and_other_rows_are_refused(tmp_path):
    out, table = tmp_path / "answer", trade()
    ta.tables.measure_to_folder(table, *SOME, by=BY, out=out)
    before = content(out)
    other = table.assign(value=table["value"] * np.where(table["year"] == 2004, 1.01, 1))
    again = {"differs in measures": lambda: ta.tables.measure_to_folder(table, ta.hhi, by=BY, out=out)}
    again["differs in by"] = lambda: ta.tables.measure_to_folder(table, *SOME, by=["year"], out=out)
    again["differs in n"] = lambda: ta.tables.measure_to_folder(table, *SOME, by=BY, n=50, out=out)
    again["differs in total, roots"] = lambda: ta.tables.measure_to_folder(other, *SOME, by=BY, out=out)
    again["differs in rows, total, roots"] = lambda: ta.tables.measure_to_folder(
        pd.concat([table, table]), *SOME, by=BY, out=out
    )
    again["does not belong to this call"] = lambda: ta.tables.measure_to_folder(
        table[table["year"] > 2001], *SOME, by=BY, out=out
    )
    for words, ask in again.items():
        with pytest.raises(ta.TradeDataError, match=f"{words}: overwrite=True replaces it"):
            ask()
    assert content(out) == before
    ta.tables.measure_to_folder(table[table["year"] > 2001], *SOME, by=BY, out=out, overwrite=True)
    assert sorted(content(out)) == [f"{year}.parquet" for year in range(2002, 2006)]


def test_a_formula_that_has_changed_is_another_question(tmp_path):
    def formula(power, most=1):
        return ta.Measure(lambda total, squares: (most - (squares / total**2)) ** power, name="mine")

    for i, (one, other) in enumerate([((1,), (2,)), ((0.5, 0.3), (0.5, 0.2))]):
        ta.tables.measure_to_folder(trade(), formula(*one), by=BY, out=tmp_path / f"{i}")
        ta.tables.measure_to_folder(trade(), formula(*one), by=BY, out=tmp_path / f"{i}")
        with pytest.raises(ta.TradeDataError, match="differs in measures"):
            ta.tables.measure_to_folder(trade(), formula(*other), by=BY, out=tmp_path / f"{i}")


def test_nothing_is_removed_before_what_takes_its_place_is_there(tmp_path):
    """Neither where a file of others is found after ours, nor where the rows cannot be read."""
    out = tmp_path / "answer"
    ta.tables.measure_to_folder(trade(), *SOME, by=BY, out=out)
    trade().to_parquet(out / "zz.parquet")
    before = content(out)
    with pytest.raises(ta.TradeDataError, match="zz"):
        ta.tables.measure_to_folder(trade(), *SOME, by=BY, out=out, overwrite=True)
    (out / "zz.parquet").unlink()
    with pytest.raises(ta.TradeDataError, match="missing"):
        ta.tables.measure_to_folder(trade().assign(value=np.nan), *SOME, by=BY, out=out, overwrite=True)
    assert content(out) == {name: one for name, one in before.items() if name != "zz.parquet"}


@pytest.mark.filterwarnings("ignore::tradeanalysis.TradeDataWarning")
def test_an_overwrite_that_was_interrupted_leaves_nothing_of_before(tmp_path):
    """Rows that were corrected with number and total kept cannot be distinguished from those of before."""

    class Stopped(Exception):
        pass

    def stop(line):
        raise Stopped

    table = trade()
    ta.tables.measure_to_folder(table, *SOME, by=BY, out=tmp_path)
    corrected = table.assign(value=table.groupby("year")["value"].transform(lambda x: x.to_numpy()[::-1]))
    with pytest.raises(Stopped):
        ta.tables.measure_to_folder(corrected, *SOME, by=BY, out=tmp_path, overwrite=True, progress=stop)
    ta.tables.measure_to_folder(corrected, *SOME, by=BY, out=tmp_path)
    expected = ta.measure(corrected, *SOME, by=BY)
    assert written(tmp_path)["hhi"].tolist() == pytest.approx(expected["hhi"].tolist(), rel=1e-12)


def test_what_others_write_meanwhile_stays(tmp_path):
    ta.tables.measure_to_folder(
        trade(), *SOME, by=BY, out=tmp_path, progress=lambda line: trade().to_parquet(tmp_path / "mine.parquet")
    )
    assert "mine.parquet" in content(tmp_path)


def test_a_small_value_that_has_changed_is_told(tmp_path):
    table = pd.DataFrame({"year": 2020, "partner": ["USA", "CHN", "JPN"], "value": [1e13, 1e3, 1e3]})
    ta.tables.measure_to_folder(table, ta.hhi, by=["year"], out=tmp_path)
    table.loc[2, "value"] = 9e3
    with pytest.raises(ta.TradeDataError, match="differs in roots"):
        ta.tables.measure_to_folder(table, ta.hhi, by=["year"], out=tmp_path)


def test_sparks_executors_replace_their_own_files_only(spark, tmp_path):
    table = spark.createDataFrame(
        [("a", "USA", 1.0), ("a", "CHN", 1.0)], schema="g string, partner string, value double"
    )
    out = tmp_path / "answer"
    for overwrite in (False, True):
        ta.tables.measure_to_folder(table, ta.hhi, by="g", out=out, overwrite=overwrite)
        assert pq.read_table(out)["hhi"].to_pylist() == [0.5]
    with pytest.raises(ta.TradeDataError, match="overwrite=True replaces it"):
        ta.tables.measure_to_folder(table, ta.hhi, by="g", out=out)
    (out / "mine.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(ta.TradeDataError, match=r"holds mine\.txt: choose another folder"):
        ta.tables.measure_to_folder(table, ta.hhi, by="g", out=out, overwrite=True)
    assert (out / "mine.txt").read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize("kind", ["Int64", "string", "object", "float64"])
def test_a_missing_first_key_of_a_table_in_memory_is_told(kind, tmp_path):
    labels = {"string": ["a", None], "object": ["a", None]}.get(kind, [1, None])
    table = pd.DataFrame({"g": pd.array(labels, dtype=kind), "partner": "USA", "value": 1.0})
    with pytest.raises(ta.TradeDataError, match="no 'g'"):
        ta.tables.measure_to_folder(table, ta.hhi, by="g", out=tmp_path)


def test_no_rows_are_an_empty_folder(tmp_path):
    ta.tables.measure_to_folder(trade().head(0), *SOME, by=BY, out=tmp_path / "answer")
    assert content(tmp_path / "answer") == {}


def test_what_others_wrote_is_never_removed(tmp_path):
    trade().to_parquet(tmp_path / "mine.parquet")
    with pytest.raises(ta.TradeDataError, match="choose another folder"):
        ta.tables.measure_to_folder(trade(), *SOME, by=BY, out=tmp_path, overwrite=True)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.parquet"]


def test_every_label_has_a_file_of_its_own(tmp_path):
    labels = ["Hoa Kỳ", "a/b", "..", "_x", ".x", "%", "C:\\x", "null", "", None]
    table = pd.DataFrame(
        {"province": labels, "partner": ["USA"] * len(labels), "value": np.arange(1.0, len(labels) + 1)}
    )
    ta.tables.measure_to_folder(duckdb.from_df(table), ta.hhi, by=["province"], out=tmp_path / "answer")
    files = sorted(content(tmp_path / "answer"))
    assert len(files) == len(labels)
    assert not [name for name in files if name.startswith(("_", ".")) or "/" in name]
    assert sorted(map(str, pq.read_table(tmp_path / "answer")["province"].to_pylist())) == sorted(map(str, labels))
    for alike in (["a", "A"], [1, "1"]):
        with pytest.raises(ta.SchemaError, match="differ by kind or capitals"):
            parts.named(alike)
    with pytest.raises(ta.SchemaError, match="too long"):
        parts.named(["Thừa Thiên Huế" * 20])


def test_a_part_tells_what_it_is_about(tmp_path):
    table = trade()
    ta.tables.measure_to_folder(table, ta.hill(0.5), by=BY, value="value", out=tmp_path / "answer")
    expected = json.loads(pq.read_schema(tmp_path / "answer" / "2003.parquet").metadata[b"tradeanalysis"])
    of_year = table[table["year"] == 2003]
    assert expected["measures"] == {
        "hill_0_5": ["None", pytest.approx(sum(1 / k for k in range(1, 13)) ** 2 / ZETA), 12, LAST, 1]
    }
    assert expected["rows"] == len(of_year)
    assert expected["total"] == pytest.approx(of_year["value"].sum(), rel=1e-12)


@pytest.mark.parametrize(
    ("words", "arguments"),
    [
        ('memory="2 gigabytes" is not a size', {"by": BY, "memory": "2 gigabytes"}),
        ('memory="0GB" is not a size', {"by": BY, "memory": "0GB"}),
        ("a file is written for each label of the first of by=", {"by": []}),
    ],
)
def test_what_cannot_be_written_so_is_told(words, arguments, tmp_path):
    with pytest.raises(ta.TradeDataError, match=words):
        ta.tables.measure_to_folder(trade(), *SOME, out=tmp_path / "answer", **arguments)
    assert not (tmp_path / "answer").exists()
