"""Folders whose rows stay in their files: the table is that of reading into memory, and says what it refuses."""

import warnings
from pathlib import Path

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from conftest import sampled, told
from test_ingest import TEXT, release

import tradeanalysis as ta
from tradeanalysis.sources.lazy import lazy_tables as folders

ENGINES = ["duckdb", "polars"]
KEYS = ["year", "reporter", "partner", "product"]


def held(table):
    """A lazy table in memory, in the order of its keys, once it is known to be lazy."""
    if isinstance(table, duckdb.DuckDBPyRelation):
        frame = table.df()
    else:
        assert isinstance(table, pl.LazyFrame)
        frame = table.collect().to_pandas()
    return frame.sort_values([key for key in KEYS if key in frame]).reset_index(drop=True)


def same(lazy, eager):
    eager = eager.sort_values([key for key in KEYS if key in eager]).reset_index(drop=True)
    found = held(lazy)
    assert list(found) == list(eager)
    for column in eager:
        assert found[column].tolist() == eager[column].tolist(), column


def ours():
    return pd.DataFrame(
        {
            "reporter": ["VNM", "VNM", "THA", "THA"],
            "partner": ["USA", "CHN", "USA", "VNM"],
            "flow": ["export"] * 4,
            "product": ["010121", "851712", "010121", "020110"],
            "year": [2019, 2019, 2020, 2020],
            "value": [5.0, 3.0, 2.0, 7.5],
        }
    )


def baci(path, *, text=True, t=True):
    """BACI's rows as people keep them in Parquet: codes as texts or as whole numbers, 490 and 842 among them."""
    path.parent.mkdir(parents=True, exist_ok=True)
    kind = str if text else int
    columns = {
        "t": [2020] * 4,
        "i": [kind(704)] * 3 + [kind(842)],
        "j": [kind(842), kind(490), kind(36), kind(704)],
        "k": [kind(10121), kind(260300), kind(10121), kind(851712)],
        "v": [1.5, 0.5, 2.25, 0.001],
        "q": [1.0, None, 2.0, 3.0],
    }
    columns = columns if t else {name: column for name, column in columns.items() if name != "t"}
    pq.write_table(pa.table(columns), path)


BACI = pd.DataFrame(
    {
        "reporter": ["VNM", "VNM", "VNM", "USA"],
        "partner": ["USA", "TWN", "AUS", "VNM"],
        "flow": ["export"] * 4,
        "product": ["010121", "260300", "010121", "851712"],
        "year": [2020] * 4,
        "value": [1500.0, 500.0, 2250.0, 1.0],
    }
)


@pytest.fixture(params=ENGINES)
def kind(request):
    return request.param


def test_a_folder_of_our_columns(tmp_path, kind):
    table = ours()
    (tmp_path / "deep").mkdir()
    table[:2].to_parquet(tmp_path / "a.parquet")
    table[2:].to_parquet(tmp_path / "deep" / "b.parquet")
    (tmp_path / "_SUCCESS").write_text("")
    (tmp_path / "_temporary.parquet").write_text("half a file")
    (tmp_path / ".b.parquet.crc").write_text("a checksum")
    same(ta.read(tmp_path, engine=kind), table)
    same(ta.read(tmp_path, engine=kind, year=2020), table[2:])
    same(ta.read(tmp_path, engine=kind, reporter="Việt Nam", flow="export"), table[:2])
    same(ta.read(f"{tmp_path}/*.parquet", engine=kind), table[:2])
    same(ta.read(f"{tmp_path}/**/*.parquet", engine=kind), table)
    same(ta.read(tmp_path / "deep" / "b.parquet", engine=kind), table[2:])


def test_duckdb_is_the_default_and_its_own_connection_can_join_the_table(tmp_path):
    ours().to_parquet(tmp_path / "a.parquet")
    trade = ta.read(tmp_path)
    assert isinstance(trade, duckdb.DuckDBPyRelation)
    regions = pd.DataFrame({"partner": ["USA", "CHN", "VNM"], "region": ["A", "B", "B"]})
    joined = duckdb.sql(
        "SELECT region, sum(value) AS x FROM trade JOIN regions USING (partner) GROUP BY region ORDER BY 1"
    )
    assert len(regions) == 3
    assert joined.fetchall() == [("A", 7.0), ("B", 10.5)]


def test_what_folders_tell_is_text_but_for_years(tmp_path, kind):
    table = ours()
    for (year, product), rows in table.groupby(["year", "product"]):
        folder = tmp_path / f"year={year}" / f"product={product}"
        folder.mkdir(parents=True)
        rows.drop(columns=["year", "product"]).to_parquet(folder / "part-0.parquet")
    found = ta.read(tmp_path, engine=kind)
    same(found, table)
    same(ta.read(tmp_path, engine=kind, year=[2019]), table[:2])
    assert held(found)["year"].dtype.kind == "i"


def test_folders_that_spark_and_arrow_write(tmp_path):
    import pyarrow.dataset

    table = ours()
    format = pyarrow.dataset.partitioning(flavor="hive", schema=pa.schema([("product", pa.string())]))
    pyarrow.dataset.write_dataset(pa.Table.from_pandas(table), tmp_path, format="parquet", partitioning=format)
    found = held(ta.read(tmp_path))
    assert sorted(set(found["product"])) == ["010121", "020110", "851712"]
    assert found["value"].sum() == 17.5


def test_a_name_with_a_quotation_mark_is_a_name(tmp_path):
    folder = tmp_path / "it's" / "year=2019"
    folder.mkdir(parents=True)
    ours()[:2].drop(columns="year").to_parquet(folder / "o'clock.parquet")
    same(ta.read(tmp_path / "it's"), ours()[:2])


def test_texts_of_baci_without_a_value_or_with_a_code_below_zero(tmp_path, kind):
    path = tmp_path / "BACI_HS92_Y2020_V202501.csv"
    path.write_text("t,i,j,k,v,q\n2020,704,842,10121,1.5,7\n2020,704,156,10121,NA,NA\n")
    for engine in (None, kind):
        with pytest.raises(ta.TradeDataError, match="TA-102"):
            ta.read(tmp_path, engine=engine)
    same(ta.read(tmp_path, engine=kind, missing="drop"), ta.read(tmp_path, missing="drop"))
    path.write_text("t,i,j,k,v,q\n2020,704,842,10121,1.5,7\n2020,704,156,-5,1.5,7\n")
    for engine in (None, kind):
        with pytest.raises(ta.TradeDataError, match=r"TA-112 .*1 row with a product code below zero, -0*5\b.*; 50.0%"):
            ta.read(tmp_path, engine=engine)


def test_codes_of_baci_that_are_numbers_with_a_point(tmp_path, kind):
    table = {"t": [2020.0], "i": [704], "j": [842], "k": [10121.0], "v": [1.5]}
    pq.write_table(pa.table(table), tmp_path / "a.parquet")
    for one in (held(ta.read(tmp_path, engine=kind)), ta.read(tmp_path / "a.parquet")):
        assert one[["year", "product"]].to_numpy().tolist() == [[2020, "010121"]]


@pytest.mark.parametrize("text", [True, False])
def test_baci_in_parquet_becomes_ours(tmp_path, kind, text):
    baci(tmp_path / "a.parquet", text=text)
    same(ta.read(tmp_path, engine=kind), BACI)
    same(ta.read(tmp_path, engine=kind, reporter="VNM"), BACI[:3])
    with pytest.raises(ta.TradeDataError, match=r"reporter=.DEU. is not in the file"):
        ta.read(tmp_path, engine=kind, reporter="DEU")


def test_baci_by_years_in_folders(tmp_path, kind):
    baci(tmp_path / "t=2020" / "a.parquet", t=False)
    same(ta.read(tmp_path, engine=kind, year=2020), BACI)


def test_columns_of_other_names(tmp_path, kind):
    table = pd.DataFrame(
        {
            "importer": ["Viet Nam", "VNM", "Hoa Kỳ"],
            "exporter": ["Korea, Rep.", "CHN", "Mexico"],
            "amount": [1.5, 2.0, 4.0],
        }
    )
    table.to_parquet(tmp_path / "a.parquet")
    columns = {"reporter": "importer", "partner": "exporter", "value": "amount"}
    found = held(ta.read(tmp_path, engine=kind, columns=columns, unit="mUSD", flow="import", year=2023))
    assert found[["reporter", "partner", "flow", "year"]].to_numpy().tolist() == [
        ["USA", "MEX", "import", 2023],
        ["VNM", "CHN", "import", 2023],
        ["VNM", "KOR", "import", 2023],
    ]
    assert found["value"].tolist() == [4e6, 2e6, 1.5e6]


# ---- files that are not written alike


def files(folder, **columns):
    """Two files, a and b, with what differs between them: a pair for each column, None where a file has it not."""
    for i, name in enumerate("ab"):
        own = {column: pair[i] for column, pair in columns.items() if pair[i] is not None}
        pq.write_table(pa.table({"partner": ["USA", "CHN"]} | own), folder / f"{name}.parquet")
    return folder


INTS, REALS = pa.array([2, 3], pa.int64()), pa.array([0.4, 2.75], pa.float64())
FLOATS, NONE = pa.array([1.5, 0.25], pa.float32()), pa.array([None, None], pa.null())


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        (INTS, REALS, [0.4, 2.0, 2.75, 3.0]),
        (REALS, INTS, [0.4, 2.0, 2.75, 3.0]),
        (FLOATS, REALS, [0.25, 0.4, 1.5, 2.75]),
        (INTS, pa.array([2**40, 2**41]), [2.0, 3.0, 2.0**40, 2.0**41]),
        (pa.array([1, 2], pa.int8()), pa.array([1000, 70_000]), [1.0, 2.0, 1000.0, 70_000.0]),
    ],
)
def test_values_are_read_as_each_file_has_them(tmp_path, kind, first, second, expected):
    found = held(ta.read(files(tmp_path, value=(first, second)), engine=kind))
    assert sorted(found["value"]) == expected


def test_values_of_baci_by_columns_of_its_own(tmp_path, kind):
    codes = {"t": [2020, 2020], "i": [704, 704], "j": [842, 156], "k": [10121, 10121]}
    pq.write_table(pa.table({**codes, "v": INTS, "q": [1, 2]}), tmp_path / "a.parquet")
    pq.write_table(pa.table({"q": ["NA", "NA"], "v": REALS, **codes, "t": [2021, 2021]}), tmp_path / "b.parquet")
    pq.write_table(pa.table({"v": REALS, **codes, "t": [2022, 2022]}), tmp_path / "c.parquet")
    found = held(ta.read(tmp_path, engine=kind))
    assert found["value"].tolist() == [3000.0, 2000.0, 2750.0, 400.0, 2750.0, 400.0]
    assert found["year"].tolist() == [2020, 2020, 2021, 2021, 2022, 2022]


def test_texts_of_baci_in_another_order_of_columns(tmp_path, kind):
    (tmp_path / "BACI_HS92_Y2020_V202501.csv").write_text("t,i,j,k,v,q\n2020,704,842,10121,1.5,7\n")
    (tmp_path / "BACI_HS92_Y2021_V202501.csv").write_text('"q","v","k","j","i","t"\n7,2.5,10121,156,704,2021\n')
    found = held(ta.read(tmp_path, engine=kind))
    assert found[["year", "partner", "value"]].to_numpy().tolist() == [[2020, "USA", 1500.0], [2021, "CHN", 2500.0]]


def test_labels_that_are_numbers_in_one_file_and_texts_in_another(tmp_path, kind):
    columns = {"reporter": ([704, 4], ["VNM", "004"]), "year": ([2019, 2019], ["2020", "2020"])}
    columns |= {"product": ([10121, 851712], ["010121", "851712"]), "value": (INTS, INTS)}
    for i in (1, -1):  # whichever is the first
        pairs = {name: pair[::i] for name, pair in columns.items()}
        with told("TA-139 .*10121"):
            found = held(ta.read(files(tmp_path, **pairs), engine=kind))
        assert found["year"].tolist() == [2019, 2019, 2020, 2020]
        assert found["reporter"].tolist() == ["AFG", "VNM"] * 2
        assert found["product"].tolist() == ["851712", "010121"] * 2


def test_whole_numbers_and_numbers_with_a_point_are_one_label(tmp_path, kind):
    real = {"product": [10121.0, None], "year": [2020.0, 2020.0]}
    columns = {name: ([10121, 851712] if name == "product" else [2019, 2019], one) for name, one in real.items()}
    with pytest.raises(ta.TradeDataError, match=r"TA-105 .*1 row with no product"):
        ta.read(files(tmp_path, value=(INTS, INTS), **columns), engine=kind)
    real["product"][1] = 851712.0
    with told("TA-139"):
        found = held(ta.read(files(tmp_path, value=(INTS, INTS), **columns), engine=kind))
    assert found["product"].tolist() == ["851712", "010121"] * 2
    assert found["year"].tolist() == [2019, 2019, 2020, 2020]


def test_a_column_of_nothing_is_of_any_kind(tmp_path, kind):
    found = ta.read(files(tmp_path, value=(NONE, REALS)), engine=kind, missing="drop")
    assert sorted(held(found)["value"]) == [0.4, 2.75]
    with pytest.raises(ta.TradeDataError, match=r"TA-105 .*2 rows with no reporter"):
        ta.read(files(tmp_path, value=(REALS, REALS), reporter=(NONE, ["VNM", "VNM"])), engine=kind)


@pytest.mark.parametrize("turn", [1, -1])
def test_a_column_that_only_some_files_have_is_told(tmp_path, kind, turn):
    flow = (None, ["import", "import"])[::turn]
    lacks, has = ("a", "b")[::turn]
    words = rf"TA-110 .*{lacks}.parquet without the column 'flow', which {has}.parquet has"
    for options in ({}, {"flow": "export"}):
        with pytest.raises(ta.SchemaError, match=words):
            ta.read(files(tmp_path, value=(INTS, REALS), flow=flow), engine=kind, **options)
    # What is not read may lack.
    assert len(held(ta.read(files(tmp_path, value=(INTS, REALS), note=flow), engine=kind))) == 4


def test_what_only_some_folders_tell_is_told(tmp_path, kind):
    for name in ("year=2019", "more"):
        (tmp_path / name).mkdir()
        ours().drop(columns="year").to_parquet(tmp_path / name / "part-0.parquet")
    with pytest.raises(ta.SchemaError, match=r"more/part-0.parquet without the column 'year', which year=2019/part-0"):
        ta.read(tmp_path, engine=kind)


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        ({"value": (INTS, ["4", "5"])}, "'value' holds texts, not numbers, in b.parquet"),
        (
            {"value": (INTS, INTS), "product": ([10121.0, 1.0], ["010121", "01"])},
            "'product' holds numbers in a.parquet, ",
        ),
        ({"value": (INTS, INTS), "year": ([2019, 2019], [True, True])}, "'year' holds .* bool in b.parquet"),
    ],
)
def test_columns_without_a_common_form_are_refused(tmp_path, kind, columns, words):
    with pytest.raises(ta.SchemaError, match=words):
        ta.read(files(tmp_path, **columns), engine=kind)


FAULTS = [
    ({"partner": ["USA", "Atlantis", "USA", "VNM"]}, r"TA-106 .*1 row with an unknown .*'Atlantis'.*; 17.1% of value"),
    ({"partner": ["USA", "World", "USA", "VNM"]}, r"TA-104 .*'World'.*; 17.1% of value"),
    ({"partner": ["USA", None, "USA", "VNM"]}, r"TA-105 .*1 row with no partner"),
    ({"value": [5.0, -3.0, 2.0, 7.5]}, r"TA-101 .*1 row with a negative value.*negative=\"drop\""),
    ({"value": [5.0, None, None, 7.5]}, r"TA-102 .*2 rows with a missing value"),
    ({"value": [5.0, float("inf"), 2.0, 7.5]}, r"TA-103 .*an infinite value"),
    ({"product": ["01", "851712", "010121", "020110"]}, r"TA-108 .*2, 6 digits"),
    ({"flow": ["export", "re-export", "export", "export"]}, r"TA-111 .*'re-export'"),
    ({"year": [2019, 2019, 2020, 20200]}, r"TA-112 .*'20200'"),
]


@pytest.mark.parametrize(("change", "words"), FAULTS, ids=[words[:6] for _, words in FAULTS])
def test_faults_are_told_as_in_memory_with_their_share_of_value(tmp_path, kind, change, words):
    ours().assign(**change).to_parquet(tmp_path / "a.parquet")
    with pytest.raises(ta.TradeDataError, match=words):
        ta.read(tmp_path, engine=kind)


def test_what_may_be_left_out(tmp_path, kind):
    table = ours().assign(partner=["USA", "Atlantis", "World", "USA"], value=[5.0, 3.0, 7.5, 7.5], product="010121")
    more = ours()[:3].assign(partner=["VNM", "CHN", "CHN"], value=[1.0, None, -4.0])
    pd.concat([table, more]).to_parquet(tmp_path / "a.parquet")
    options = {"unknown": "keep", "drop_aggregates": True, "missing": "drop", "negative": "drop"}
    with told("TA-106.*Atlantis(.|\n)*TA-118"):
        found = held(ta.read(tmp_path, engine=kind, **options))
    assert found[["reporter", "partner", "value"]].to_numpy().tolist() == [
        ["VNM", "Atlantis", 3.0],
        ["VNM", "USA", 5.0],
        ["THA", "USA", 7.5],
    ]
    with told("TA-106.*Atlantis(.|\n)*TA-118"):
        eager = ta.read(tmp_path / "a.parquet", own_trade=True, **options)
    with told("TA-106.*Atlantis"):
        lazy = ta.read(tmp_path / "a.parquet", engine=kind, own_trade=True, **options)
    same(lazy, eager)


def test_partners_are_held_against_the_world_row(tmp_path, kind):
    ours().assign(partner=["USA", "World", "USA", "World"], value=[5.0, 6.0, 7.5, 7.5]).to_parquet(
        tmp_path / "a.parquet"
    )
    with pytest.raises(ta.TradeDataError, match=r"TA-114 .*by -16.7%.*Partners are missing or count twice") as gap:
        ta.read(tmp_path, engine=kind, drop_aggregates=True)
    assert "remainder=" not in str(gap.value)  # which means nothing here
    with told("TA-114"):
        ta.read(tmp_path, engine=kind, drop_aggregates=True, limit=0.2)


def test_a_level_of_products_is_kept(tmp_path, kind):
    table = ours().assign(product=["01", "851712", "010121", "020110"], value=[2.0, 3.0, 2.0, 7.5])
    table.to_parquet(tmp_path / "a.parquet")
    same(ta.read(tmp_path, engine=kind, level=6), table[1:])
    with pytest.raises(ta.TradeDataError, match="level=4"):
        ta.read(tmp_path, engine=kind, level=4)


def test_the_world_is_that_of_the_level_that_is_kept(tmp_path, kind):
    products = ["010121", "010121", "TOTAL", "010121"]
    table = ours().assign(partner=["USA", "World", "World", "CHN"], product=products, reporter="VNM", year=2019)
    table.assign(value=[5.0, 6.0, 6.0, 1.0]).to_parquet(tmp_path / "a.parquet")
    found = held(ta.read(tmp_path, engine=kind, level=6, drop_aggregates=True))
    assert found[["partner", "value"]].to_numpy().tolist() == [["CHN", 1.0], ["USA", 5.0]]


def test_marks_stay_for_the_audit(tmp_path, kind):
    ours().assign(nomenclature=["HS2012", "HS2012", "SITC", "HS2012"]).to_parquet(tmp_path / "a.parquet")
    table = ta.read(tmp_path, engine=kind)
    assert "TA-125" in {one.id for one in ta.audit(table).findings}


def test_units_that_a_column_tells(tmp_path, kind):
    ours().assign(unit="1000 USD").to_parquet(tmp_path / "a.parquet")
    assert held(ta.read(tmp_path, engine=kind))["value"].sum() == 17500.0
    ours().assign(unit=["USD", "VND", "USD", "USD"]).to_parquet(tmp_path / "a.parquet")
    with pytest.raises(ta.UnitError, match="TA-109"):
        ta.read(tmp_path, engine=kind)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"sheet": "1"}, "sheet= means nothing"),
        ({"decimal": ",", "header_rows": 2}, "header_rows=, decimal= mean nothing"),
        ({"duplicates": "sum"}, "duplicates= means nothing"),
        ({"remainder": True}, "remainder= means nothing"),
        ({"year": 1999}, "year=1999 is not in the file, which holds 2019, 2020"),
        ({"flow": "import"}, "flow=.import. is not in the file"),
        ({"columns": {"partner": "nobody"}}, "'nobody'"),
        ({"unit": "XYZ"}, "TA-109"),
        ({"reporter": ["VNM", "THA"]}, "reporter= takes one label"),
        ({"year": 2019.0}, "year=2019.0: a year is a whole number"),
    ],
)
def test_what_means_nothing_is_refused(tmp_path, kind, options, words):
    ours().to_parquet(tmp_path / "a.parquet")
    with pytest.raises(ta.TradeDataError, match=words):
        ta.read(tmp_path, engine=kind, **options)


def test_what_no_lazy_table_comes_from(tmp_path, write, kind):
    with pytest.raises(ta.TradeDataError, match="Leave engine= out"):
        ta.read(write("partner,value\nUSA,1\n"), engine=kind)
    with pytest.raises(ta.TradeDataError, match=r"with ta\.ingest"):
        ta.read(release(tmp_path, TEXT), engine=kind)
    with pytest.raises(ta.TradeDataError, match=r"finds no \.parquet files"):
        ta.read(f"{tmp_path}/*.parquet", engine=kind)
    with pytest.raises(ta.TradeDataError, match=r"other files than \.parquet"):
        ta.read(f"{tmp_path}/*.zip", engine=kind)
    with pytest.raises(ta.TradeDataError, match=r"engine=.spark. is not known"):
        ta.read(tmp_path, engine="spark")
    (tmp_path / "half").mkdir()
    (tmp_path / "half" / "a.parquet").write_bytes(b"PAR1 and no more")
    with pytest.raises(ta.TradeDataError, match="TA-131"):
        ta.read(tmp_path / "half", engine=kind)
    pq.write_table(pa.table({"reporter": ["VNM"], "hhi": [0.5]}), tmp_path / "half" / "a.parquet")
    with pytest.raises(ta.SchemaError, match="TA-110"):
        ta.read(tmp_path / "half", engine=kind)
    pq.write_table(pa.table({"partner": ["USA"], "value": ["0.5"]}), tmp_path / "half" / "a.parquet")
    with pytest.raises(ta.SchemaError, match="not numbers"):
        ta.read(tmp_path / "half", engine=kind)
    comtrade = {"reportercode": [704], "partnercode": [842], "motcode": [0], "primaryvalue": [1.0]}
    pq.write_table(pa.table(comtrade), tmp_path / "half" / "a.parquet")
    with pytest.raises(ta.SchemaError, match="rows or values of several kinds, by 'motcode'"):
        ta.read(tmp_path / "half", engine=kind)


@pytest.mark.parametrize("options", [{}, {"year": 2019}])
def test_files_without_rows_are_told(tmp_path, kind, options):
    ours()[:0].to_parquet(tmp_path / "a.parquet")
    with pytest.raises(ta.TradeDataError, match="gives no row"):
        ta.read(tmp_path, engine=kind, **options)


def test_what_leaves_no_row_is_told(tmp_path, kind):
    ours()[:1].assign(partner="VNM").to_parquet(tmp_path / "a.parquet")
    words = r"gives no row \(1 row left out: reporters as their own"
    with told("TA-118"), pytest.raises(ta.TradeDataError, match=words):
        ta.read(tmp_path, engine=kind)


def test_years_that_are_not_there_are_told(tmp_path, kind):
    ours().to_parquet(tmp_path / "a.parquet")
    for path, engine in ((tmp_path, kind), (tmp_path / "a.parquet", None)):
        with told(r"TA-136 \[warning\] year= names 2018, 2050, .* It has 2019"):
            found = ta.read(path, engine=engine, year=[2018, 2019, 2050])
        assert len(found if engine is None else held(found)) == 2


def test_a_lazy_table_outlives_the_folder_that_the_program_is_in(tmp_path, kind, monkeypatch):
    (tmp_path / "trade").mkdir()
    (tmp_path / "elsewhere").mkdir()
    ours().to_parquet(tmp_path / "trade" / "a.parquet")
    monkeypatch.chdir(tmp_path)
    tables = [ta.read(path, engine=kind) for path in ("trade", "trade/*.parquet", "trade/a.parquet")]
    monkeypatch.chdir(tmp_path / "elsewhere")
    for table in tables:
        same(table, ours())


def test_the_home_folder_is_one(tmp_path, kind, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    ours().to_parquet(tmp_path / "a.parquet")
    for path in ("~", "~/*.parquet", "~/a.parquet"):
        same(ta.read(path, engine=kind), ours())
    assert len(ta.read("~/a.parquet", year=2019)) == 2


def test_a_lazy_table_carries_no_certificate(tmp_path, kind):
    ours().to_parquet(tmp_path / "a.parquet")
    with pytest.raises(ta.TradeDataError, match=r'a lazy table carries no .*ta\.certificate\("baci/"\)'):
        ta.certificate(ta.read(tmp_path, engine=kind))


def test_a_file_that_may_not_be_opened_is_told_as_such(tmp_path, kind, monkeypatch):
    ours().to_parquet(tmp_path / "a.parquet")

    def locked(self, *arguments, **options):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", locked)
    for engine in (kind, None):
        with pytest.raises(ta.TradeDataError, match=r"a\.parquet cannot be opened: Permission denied"):
            ta.read(tmp_path / "a.parquet", engine=engine)


def test_a_folder_of_other_files_is_told(tmp_path):
    with pytest.raises(ta.SchemaError, match=r"neither Parquet files nor BACI's years, .*: it is empty"):
        ta.read(tmp_path)
    release(tmp_path, TEXT)
    with pytest.raises(ta.SchemaError, match=r"it holds BACI_HS92_V202501\.zip\. Unpack the zip"):
        ta.read(tmp_path)


@sampled("kind", ENGINES)
def test_a_real_year_of_all_products_is_as_pandas_has_it(shared_data, kind):
    folder = shared_data / "baci2024_hs6_by_importer"
    columns = {"reporter": "exporter", "partner": "importer", "product": "hs6", "value": "value_usd"}
    lazy = ta.read(folder, engine=kind, columns=columns, unit="USD", flow="export", reporter="Vietnam", year=2024)
    found = held(lazy)
    raw = pd.read_parquet(next(folder.glob("*.parquet")), filters=[("exporter", "==", "VNM")])
    raw = pd.DataFrame(
        {
            "partner": raw["importer"].astype(str).replace({"S19": "TWN"}),
            "product": raw["hs6"].astype(str).str.zfill(6),
            "value": raw["value_usd"],
        }
    )
    raw = raw.sort_values(["partner", "product"])
    assert found[["reporter", "flow", "year"]].drop_duplicates().to_numpy().tolist() == [["VNM", "export", 2024]]
    for column in raw:
        assert found[column].tolist() == raw[column].tolist(), column


def test_a_single_file_is_lazy_where_it_is_large(tmp_path, monkeypatch):
    ours()[:2].to_parquet(tmp_path / "a.parquet")
    assert isinstance(ta.read(tmp_path / "a.parquet"), pd.DataFrame)
    monkeypatch.setattr(folders, "MAX_BYTES", 100)
    same(ta.read(tmp_path / "a.parquet"), ours()[:2])


def test_a_folder_of_baci_years_is_lazy_where_it_is_large_or_an_engine_is_named(tmp_path, kind, monkeypatch):
    for year in (2019, 2020):
        (tmp_path / f"BACI_HS92_Y{year}_V202501.csv").write_text("t,i,j,k,v,q\n" + TEXT.replace("2020,", f"{year},"))
    with told("TA-118"):
        eager = ta.read(tmp_path)
    assert isinstance(eager, pd.DataFrame)
    with told("TA-118"):
        found = held(ta.read(tmp_path, engine=kind))
    # Two labels of one partner are two rows where nothing is added.
    added = found.groupby([*KEYS, "flow"], as_index=False)["value"].sum()
    expected = eager.sort_values(KEYS)
    assert added[[*KEYS, "value"]].to_numpy().tolist() == expected[[*KEYS, "value"]].to_numpy().tolist()
    assert len(found) == len(eager) + 2
    monkeypatch.setattr(folders, "MAX_BYTES", 100)
    with told("TA-118"):
        assert held(ta.read(tmp_path, year=2020))["year"].unique().tolist() == [2020]


# ---- what ta.ingest wrote


@pytest.fixture
def ingested(tmp_path):
    with told("TA-118"):
        return ta.ingest(release(tmp_path, TEXT, TEXT, years=(2019, 2020)), tmp_path / "year=1" / "out")


def test_what_ingest_wrote_is_read_without_a_look_at_its_rows(ingested, kind, monkeypatch):
    monkeypatch.setattr(folders, "counted", None)
    whole = held(ta.read(ingested, engine=kind))
    assert len(whole) == 12
    assert sorted(whole["year"].unique()) == [2019, 2020]
    some = held(ta.read(ingested, engine=kind, reporter="Viet Nam", year=2020, flow="export", level=6, unit="USD"))
    assert some[["reporter", "year"]].drop_duplicates().to_numpy().tolist() == [["VNM", 2020]]
    assert len(some) == 3


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"columns": {"partner": "partner"}}, "Leave columns= out"),
        ({"unit": "kUSD"}, "TA-109"),
        ({"own_trade": True}, "left own trade out"),
        ({"level": 4}, "level=4: the product codes have 6 digits"),
        ({"reporter": "DEU"}, "reporter=.DEU. is not in the file, which holds AUS, USA, VNM"),
        ({"flow": "import"}, "flow=.import. is not in the file, which holds .export."),
        ({"year": 2001}, "year=2001 is not in the file, which holds 2019, 2020"),
    ],
)
def test_what_ingest_did_not_write_is_refused(ingested, kind, options, words):
    with pytest.raises(ta.TradeDataError, match=words):
        ta.read(ingested, engine=kind, **options)


def test_answers_within_the_folder_are_no_trade(ingested, kind):
    trade = ta.read(ingested, engine=kind)
    certificate = ta.certificate(ingested)
    ta.tables.measure_to_folder(trade, ta.hhi, by=["year", "reporter"], out=ingested / "indices")
    assert len(held(ta.read(ingested, engine=kind))) == len(held(trade)) == 12
    assert ta.certificate(ingested) == certificate
    with pytest.raises(ta.TradeDataError, match=r"indices holds results of ta\.measure, not trade"):
        ta.read(ingested / "indices", engine=kind)
    with pytest.raises(ta.TradeDataError, match=r"holds results of ta\.measure, not trade"):
        ta.certificate(ingested / "indices")


def test_answers_beside_texts_of_baci_are_no_trade(tmp_path, kind):
    (tmp_path / "BACI_HS92_Y2020_V202501.csv").write_text("t,i,j,k,v,q\n2020,704,842,10121,1.5,7\n")
    trade = ta.read(tmp_path, engine=kind)
    ta.tables.measure_to_folder(trade, ta.hhi, by=["year", "reporter"], out=tmp_path / "indices")
    for one in (held(ta.read(tmp_path, engine=kind)), ta.read(tmp_path)):
        assert one["value"].tolist() == [1500.0]


def test_answers_beside_ones_own_files_are_no_trade(tmp_path, kind):
    ours().to_parquet(tmp_path / "a.parquet")
    ta.tables.measure_to_folder(ours(), ta.hhi, by=["year", "reporter"], out=tmp_path / "indices")
    same(ta.read(tmp_path, engine=kind), ours())
    same(ta.read(f"{tmp_path}/**/*.parquet", engine=kind), ours())


def test_a_year_that_two_folders_hold_is_refused(tmp_path, kind):
    text = "2020,704,842,10121,1.5,7\n"
    for name in ("V202401", "V202501"):
        ta.ingest(release(tmp_path, text, text, years=(2019, 2020)), tmp_path / "out" / name)
    with pytest.raises(ta.TradeDataError, match=r"TA-107 .*holds 2019 twice, in .*V202401/2019.*V202501/2019.parquet"):
        ta.read(tmp_path / "out", engine=kind)


def test_measures_of_a_lazy_table_are_those_of_the_rows_in_memory(tmp_path, ingested, kind):
    with told("TA-118"):
        eager = ta.measure(ta.read(release(tmp_path, TEXT)), ta.hhi, ta.entropy, by=["year", "reporter"])
    lazy = ta.read(ingested, engine=kind, year=2020)
    ta.tables.measure_to_folder(lazy, ta.hhi, ta.entropy, by=["year", "reporter"], out=tmp_path / "answer")
    found = pq.read_table(tmp_path / "answer" / "2020.parquet").to_pandas().sort_values("reporter")
    in_place = ta.measure(lazy, ta.hhi, ta.entropy, by=["year", "reporter"])
    in_place = (in_place.df() if kind == "duckdb" else in_place.collect().to_pandas()).sort_values("reporter")
    for answer in (found, in_place):
        assert answer["reporter"].tolist() == eager["reporter"].tolist()
        for column in ("hhi", "entropy"):
            assert answer[column].tolist() == pytest.approx(eager[column].tolist(), rel=1e-12, abs=1e-15)


def test_what_is_answered_in_which_library_and_how_it_is_read_back(tmp_path, kind):
    """As the page on more than memory has it."""
    trade = pd.concat([ours().assign(year=year, value=lambda rows: rows["value"] * 2) for year in (2019, 2020, 2021)])
    trade.to_parquet(tmp_path / "a.parquet")
    table = ta.read(tmp_path, engine=kind)
    plan, whole = (duckdb.DuckDBPyRelation, pa.Table) if kind == "duckdb" else (pl.LazyFrame, pl.LazyFrame)
    assert isinstance(ta.measure(table, ta.hhi, by="year"), plan)
    assert isinstance(ta.rca(ta.read(tmp_path, engine=kind, year=2020)), plan)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ta.TradeDataWarning)  # three reporters are no world
        assert isinstance(ta.geodep(table), whole)
    assert isinstance(ta.change(table, before=2019, after=2021, by="reporter"), whole)
    out = ta.tables.measure_to_folder(table, ta.hhi, by=["year", "reporter"], out=tmp_path / "indices")
    answers = (pd.read_parquet(out), pl.read_parquet(out / "*.parquet"), duckdb.sql(f"FROM '{out}/*.parquet'").df())
    assert [len(one) for one in answers] == [6, 6, 6]


def test_the_audit_of_a_lazy_table(ingested, kind):
    found = ta.audit(ta.read(ingested, engine=kind))
    assert found.rows == 12
    assert not [one for one in found.findings if one.severity == "error"]
