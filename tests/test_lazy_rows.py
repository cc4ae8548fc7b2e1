"""Lazy tables through the kernel: the bits of the same rows in memory, in any library, on every run."""

import datetime
from fractions import Fraction

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from conftest import MEASURES

import tradeanalysis as ta
from tradeanalysis.tables import lazy_rows

BY = ["reporter", "product"]
SOME = [ta.hhi, ta.entropy, ta.top_share(3), ta.gini]
quiet = pytest.mark.filterwarnings("ignore::tradeanalysis.TradeDataWarning")


def trade(rows=60_000, seed=0):
    """Most partners of a group in several rows, with fractions: sums whose last bit hangs on the order of rows."""
    draw = np.random.default_rng(seed)
    partners = sorted({*ta.example("world_2023")["partner"]} - {"VNM", "THA", "JPN", "IDN"})[:40]
    return pd.DataFrame(
        {
            "reporter": draw.choice(["VNM", "THA", "JPN", "IDN"], rows),
            "partner": draw.choice(partners, rows),
            "flow": "export",
            "product": draw.choice(["010121", "851712", "020110"], rows),
            "year": draw.choice([2022, 2023], rows).astype("int32"),
            "value": draw.lognormal(3, 2, rows),
        }
    )


def lazily(table, folder):
    """The table as every lazy one: of DuckDB, in memory and of Parquet; of Polars, the same; a folder that is read."""
    (folder / "trade").mkdir()
    for year, rows in table.groupby("year"):
        rows.to_parquet(folder / "trade" / f"{year}.parquet", index=False)
    table.to_parquet(folder / "whole.parquet", index=False)
    path = str(folder / "whole.parquet")
    connection = duckdb.connect()
    return {
        "DuckDB": connection.from_df(table),
        "DuckDB, Parquet": connection.read_parquet(path),
        "Polars": pl.from_pandas(table).lazy(),
        "Polars, Parquet": pl.scan_parquet(path),
        "folder": ta.read(folder / "trade"),
        "folder, Polars": ta.read(folder / "trade", engine="polars"),
    }


def held(answer):
    """The answer as pandas."""
    return answer.collect().to_pandas() if isinstance(answer, pl.LazyFrame) else answer.df()


@quiet
def test_every_lazy_table_gives_the_bits_of_memory_on_every_run(tmp_path):
    table = trade().sort_values("year", kind="stable").reset_index(drop=True)
    expected = ta.measure(table, *MEASURES, by=BY)
    for name, lazy in lazily(table, tmp_path).items():
        for _ in range(2):
            found = held(ta.measure(lazy, *MEASURES, by=BY))
            assert (found.pop("faults") == 0).all(), name
            assert found[BY].to_numpy().tolist() == expected[BY].to_numpy().tolist(), name
            for column in list(expected)[2:]:
                assert np.array_equal(found[column].to_numpy(), expected[column].to_numpy(), equal_nan=True), (
                    name,
                    column,
                )


def whole(rows=60_000):
    """The same in whole dollars, whose sums have no last bit that hangs on the order of rows."""
    table = trade(rows)
    return table.assign(value=np.ceil(table["value"]))


@quiet
@pytest.mark.parametrize("memory", ["8MB", "4MB", "2MB"])
def test_more_than_memory_is_computed_in_parts_to_the_bits_of_memory(memory, tmp_path, monkeypatch):
    """60,000 rows of 130 bytes are 7.8 MB, a reporter's less than 2 MB: all at once, two of them, or one."""
    table = whole()
    expected = ta.measure(table, *SOME, by=BY)
    parts = []
    monkeypatch.setattr(lazy_rows, "on_engine", None)
    monkeypatch.setattr(lazy_rows, "of_rows", lambda *one, of=lazy_rows.of_rows: parts.append(one) or of(*one))
    for name, lazy in lazily(table, tmp_path).items():
        parts.clear()
        found = held(ta.measure(lazy, *SOME, by=BY, memory=memory))
        assert len(parts) == {"8MB": 1, "4MB": 2, "2MB": 4}[memory], name
        assert found[list(expected)].to_dict("list") == expected.to_dict("list"), name
        assert (found["faults"] == 0).all(), name


@quiet
@pytest.mark.parametrize("by", [BY, []])
def test_what_the_first_key_does_not_part_is_left_to_the_plan(by, tmp_path, monkeypatch):
    """A reporter's 15,000 rows of 130 bytes are more than 1.9 MB, and one group is one part."""
    table = trade()
    expected = ta.measure(table, *SOME, by=by)
    monkeypatch.setattr(lazy_rows, "of_rows", None)
    for name, lazy in lazily(table, tmp_path).items():
        found = held(ta.measure(lazy, *SOME, by=by, memory="1.9MB"))
        found = found.sort_values(by).reset_index(drop=True) if by else found
        for column in list(expected)[len(by) :]:
            assert found[column].tolist() == pytest.approx(expected[column].tolist(), rel=1e-13, abs=1e-13), name


def test_parts_whose_answer_is_larger_than_memory_are_left_to_the_plan(monkeypatch):
    """Every row is a group of its own, with a label of 300 letters: the answer is larger than the rows."""
    rows = pl.DataFrame(
        {"year": [1, 2] * 200, "product": [f"{i:0300}" for i in range(400)], "partner": "x", "value": 1.0}
    )
    parts = []
    monkeypatch.setattr(lazy_rows, "of_rows", lambda *one, of=lazy_rows.of_rows: parts.append(one) or of(*one))
    for lazy in (duckdb.from_arrow(rows.to_arrow()), rows.lazy()):
        parts.clear()
        found = held(ta.measure(lazy, ta.hhi, by=["year", "product"], memory="0.03MB"))
        assert len(parts) == 1
        assert len(found) == 400
        assert (found["hhi"] == 1).all()


def test_more_scans_than_pay_are_left_to_the_plan(monkeypatch):
    """A hundred labels of 20 rows: of 23 rows (130 bytes each) at a time 100 scans, of 140 rows, seven labels, 15."""
    labels = pl.DataFrame({"year": range(100)})
    of_one = pl.DataFrame({"partner": ["x"] * 10 + ["y"] * 10, "value": [3.0] * 10 + [1.0] * 10})
    rows = labels.join(of_one, how="cross")
    parts = []
    monkeypatch.setattr(lazy_rows, "of_rows", lambda *one, of=lazy_rows.of_rows: parts.append(one) or of(*one))
    for memory, scans in (("0.003MB", 0), ("0.0183MB", 15)):
        for lazy in (duckdb.from_arrow(rows.to_arrow()), rows.lazy()):
            parts.clear()
            found = held(ta.measure(lazy, ta.hhi, by="year", memory=memory))
            assert len(parts) == scans
            assert sorted(found["year"]) == [*range(100)]
            assert (found["hhi"] == 0.625).all()  # 9/16 + 1/16


@pytest.mark.parametrize("column", ["reporter", "partner", "value"])
def test_faults_beyond_memory_are_counted_as_by_the_plan(column):
    table = pl.DataFrame(
        {"reporter": ["a", "a", "b"] * 50, "partner": ["x", "y", "x"] * 50, "value": [1.0, 3.0, 2.0] * 50}
    )
    table = table.with_columns(pl.when(pl.int_range(150) < 149).then(pl.col(column)).alias(column))
    for lazy in (duckdb.from_arrow(table.to_arrow()), table.lazy()):
        found = held(ta.measure(lazy, ta.hhi, by="reporter", memory="0.015MB")).set_index("reporter")
        assert sorted(found["faults"])[-2:] == [0, 1]
        assert found.loc["a", "hhi"] == 0.625  # 1/16 + 9/16


def test_a_lazy_table_by_hand():
    """Shares of 3/4 and 1/4, of which one partner stands in two rows."""
    table = pd.DataFrame({"reporter": "a", "partner": ["x", "y", "x"], "value": [1.0, 1.0, 2.0]})
    for lazy in (duckdb.from_df(table), pl.from_pandas(table).lazy()):
        answer = held(ta.measure(lazy, ta.hhi, by="reporter"))
        assert answer.to_dict("list") == {
            "reporter": ["a"],
            "n": [2],
            "hhi": [float(Fraction(10, 16))],
            "unallocated": [0.0],
            "faults": [0],
        }


@pytest.mark.parametrize(
    ("labels", "duckdb_kind"),
    [
        (pl.Series(["b", "a", "b"]), "VARCHAR"),
        (pl.Series(["b", "a", "b"], dtype=pl.Enum(["b", "a"])), "ENUM('b', 'a')"),
        (pl.Series(["b", "a", "b"], dtype=pl.Categorical), "VARCHAR"),
        (pl.Series([2, 1, 2], dtype=pl.Int16), "SMALLINT"),
        (pl.Series([2**63, 1, 2**63], dtype=pl.UInt64), "UBIGINT"),
        (pl.Series([True, False, True]), "BOOLEAN"),
        (pl.Series([datetime.date(2020, 1, 2), datetime.date(2020, 1, 1), datetime.date(2020, 1, 2)]), "DATE"),
        (pl.Series([0.5, 0.25, 0.5]), "DOUBLE"),
    ],
)
@pytest.mark.parametrize("memory", ["2GB", "0.0003MB"])  # at once; a label, of which there are two rows at most, a part
def test_keys_come_back_as_they_were(labels, duckdb_kind, memory):
    table = pl.DataFrame({'a "key"': labels, "partner": ["x", "x", "y"], "value": [1.0, 2.0, 3.0]})
    answer = ta.measure(table.lazy(), ta.hhi, by='a "key"', memory=memory).collect()
    assert answer['a "key"'].dtype == labels.dtype
    assert dict(zip(answer['a "key"'].to_list(), answer["hhi"].to_list(), strict=True)) == {
        labels[0]: 0.625,
        labels[1]: 1.0,
    }
    connection = duckdb.connect()
    relation = connection.from_arrow(table.to_arrow()).project(
        f'CAST("a ""key""" AS {duckdb_kind}) AS "a ""key""", partner, value'
    )
    answer = ta.measure(relation, ta.hhi, by='a "key"', memory=memory)
    assert str(answer.types[0]) == duckdb_kind
    assert dict(answer.project('"a ""key""", hhi').fetchall()) == {labels[0]: 0.625, labels[1]: 1.0}
    # It is a relation of the same connection.
    assert connection.sql("SELECT count(*) FROM answer JOIN relation ON true").fetchall() == [(6,)]


@pytest.mark.parametrize("kind", ["TABLE", "VIEW", "TEMP VIEW"])
def test_what_the_connection_has_stays_as_it_was(kind):
    connection = duckdb.connect()
    connection.execute(f"CREATE {kind} _ AS SELECT 'VNM' AS reporter, 'USA' AS partner, 3.0 AS value")
    connection.execute("CREATE TABLE trade AS FROM _ UNION ALL SELECT 'VNM', 'CHN', 1.0")
    there = "SELECT table_name FROM information_schema.tables ORDER BY ALL"
    answer = ta.measure(connection.table("trade"), ta.hhi, by="reporter")
    assert answer.project("reporter, hhi").fetchall() == [("VNM", 0.625)]  # 9/16 + 1/16
    assert connection.sql(there).fetchall() == [("_",), ("trade",)]
    assert connection.sql("FROM _").fetchall() == [("VNM", "USA", 3.0)]


def test_a_database_that_is_only_read_is_measured(tmp_path):
    with duckdb.connect(tmp_path / "trade.duckdb") as connection:
        connection.execute("CREATE TABLE trade AS SELECT 'VNM' AS reporter, 'USA' AS partner, 3.0 AS value")
    with duckdb.connect(tmp_path / "trade.duckdb", read_only=True) as connection:
        answer = ta.measure(connection.table("trade"), ta.hhi, by="reporter")
        assert answer.project("reporter, hhi").fetchall() == [("VNM", 1.0)]


@pytest.mark.parametrize("column", ["reporter", "partner", "value"])
def test_what_is_missing_is_counted_as_by_the_plan(column):
    table = pl.DataFrame({"reporter": ["a", "a", "b"], "partner": ["x", "y", "x"], "value": [1.0, 3.0, 2.0]})
    table = table.with_columns(pl.when(pl.int_range(3) < 2).then(pl.col(column)).alias(column))
    with pytest.raises(ta.TradeDataError, match=r"TA-10[25]"):
        ta.measure(table, ta.hhi, by="reporter")
    for lazy in (duckdb.from_arrow(table.to_arrow()), table.lazy()):
        found = held(ta.measure(lazy, ta.hhi, by="reporter")).set_index("reporter")
        assert found["faults"].tolist().count(1) == 1
        assert found.loc["a", "hhi"] == 0.625


def test_texts_that_are_numbers_are_labels():
    table = pl.DataFrame({"reporter": ["10", "9", "010"], "partner": ["1", "01", "1"], "value": [1.0, 2.0, 3.0]})
    for lazy in (duckdb.from_arrow(table.to_arrow()), table.lazy()):
        assert held(ta.measure(lazy, ta.hhi, by="reporter"))["reporter"].tolist() == ["010", "10", "9"]


def test_flows_are_never_added():
    table = pl.DataFrame(
        {"reporter": list("aab"), "partner": list("xyx"), "flow": ["export", "import", None], "value": [1.0, 1.0, 1.0]}
    )
    for lazy in (duckdb.from_arrow(table.to_arrow()), table.lazy()):
        assert held(ta.measure(lazy, ta.hhi, by="reporter")).sort_values("reporter")["faults"].tolist() == [2, 0]


def test_only_the_columns_that_are_needed_are_read():
    touched = []

    def watched(x: str) -> str:
        touched.append(x)
        return x

    with duckdb.connect() as connection:
        connection.create_function("watched", watched, side_effects=True)
        connection.execute("CREATE TABLE t AS SELECT 'a' reporter, 'x' || i partner, i::DOUBLE v FROM range(1, 4) r(i)")
        relation = connection.sql("SELECT *, v AS value, watched(partner) AS remark FROM t").filter("v < 3")
        assert ta.measure(relation, ta.hhi, by="reporter").df()["hhi"].tolist() == [pytest.approx(5 / 9)]
        assert touched == []


def test_a_table_of_the_same_name_is_not_taken_for_the_answer():
    with duckdb.connect() as connection:
        connection.execute("CREATE TABLE found AS SELECT 1 AS hhi")
        relation = connection.from_arrow(pa.table({"partner": ["x", "y"], "value": [1.0, 1.0]}))
        assert ta.measure(relation, ta.hhi).df()["hhi"].tolist() == [0.5]


@pytest.mark.parametrize("memory", ["2 apples", "0GB"])
def test_memory_is_a_size(memory):
    with pytest.raises(ta.TradeDataError, match="memory="):
        ta.measure(pl.LazyFrame({"partner": ["x"], "value": [1.0]}), ta.hhi, memory=memory)
