"""What Spark makes of an answer: what it reads, what it sends from task to task, what it sorts and what it compiles."""

import re

import pytest
from conftest import told as warned
from test_ingest import TEXT, release

import tradeanalysis as ta

SUMS = [ta.hhi, ta.effective_partners, ta.entropy, ta.theil, ta.top_share(1)]
ORDERED = [ta.top_share(3), ta.gini]
KEYS = ["reporter", "product"]


@pytest.fixture(scope="module")
def trade(spark, tmp_path_factory):
    """A folder of Parquet, partitioned by year, with more columns than an index needs."""
    folder = str(tmp_path_factory.mktemp("trade") / "table")
    rows = [(2020 + i % 2, "export", f"R{i % 3}", f"P{i % 5}", "01", "x", 1.0, 1.0 + i) for i in range(30)]
    columns = "year int, flow string, reporter string, partner string, product string, note string, quantity double"
    spark.createDataFrame(rows, columns + ", value double").write.partitionBy("year").parquet(folder)
    return spark.read.parquet(folder)


@pytest.fixture
def plan(spark, capsys):
    """The physical plan of an answer, whole and as Spark prints it, before it adapts it to what it meets."""
    settings = {
        "spark.sql.adaptive.enabled": False,
        "spark.sql.debug.maxToStringFields": 10_000,
        "spark.sql.maxMetadataStringLength": 10_000,
    }
    before = {name: spark.conf.get(name) for name in settings}
    for name, value in settings.items():
        spark.conf.set(name, value)

    def printed(answer, mode="simple"):
        capsys.readouterr()
        answer.explain(mode=mode)
        return capsys.readouterr().out

    yield printed
    for name, value in before.items():
        spark.conf.set(name, value)


def shuffles(plan):
    return re.findall(r"Exchange (\w+)\((.*?), \d+\)", plan)


def read(plan):
    """The columns that are read from the files."""
    (schema,) = re.findall(r"ReadSchema: struct<(.*?)>", plan)
    return {column.split(":")[0] for column in schema.split(",")}


def test_only_the_columns_that_are_needed_are_read(trade, plan):
    always = {"flow", "value"}
    assert read(plan(ta.measure(trade, *SUMS, *ORDERED, by=KEYS))) == {*always, "reporter", "product", "partner"}
    assert read(plan(ta.measure(trade, ta.gini, by="reporter", over="product"))) == {*always, "reporter", "product"}
    assert read(plan(ta.measure(trade, ta.hhi, value="quantity"))) == {"flow", "partner", "quantity"}


@pytest.mark.parametrize("measures", [SUMS, ORDERED], ids=["sums", "ordered"])
def test_a_filter_before_or_after_is_pushed_down_to_the_files(trade, plan, measures):
    keys = ["year", "reporter"]
    wanted = "year = 2020 AND reporter = 'R1'"
    for answer in (
        ta.measure(trade.where(wanted), *measures, by=keys),
        ta.measure(trade, *measures, by=keys).where(wanted),
    ):
        told = plan(answer)
        assert re.search(r"PartitionFilters: \[.*\(year#\d+ = 2020\)\]", told)
        assert "PushedFilters: [IsNotNull(reporter), EqualTo(reporter,R1)]" in told


def test_the_answer_takes_two_shuffles_and_nothing_is_sorted_but_for_its_order(trade, plan):
    """Rows are summed to cells where they lie, and cells to sums; where order matters, cells are brought together."""
    for measures in (SUMS, ORDERED, SUMS + ORDERED):
        told = plan(ta.measure(trade, *measures, by=KEYS))
        cells, groups = (len(keys.split(",")) for _, keys in reversed(shuffles(told)))
        assert (cells, groups) == (4, 2)  # the first by group, partner and a constant
        before = told[told.rindex("Exchange") :]
        assert "partial_sum(x#" in before  # rows are never sent
        if measures is SUMS:
            assert "partial_sum(sum_" in told  # cells are summed where they lie, too
        assert ("Window" in told) == (measures is not SUMS)
        assert len(re.findall(r"\bSort \[", told)) == (measures is not SUMS)
        assert not re.search("Join|Broadcast|Python|SinglePartition", told)


def test_what_nobody_asks_for_is_not_computed(trade, plan):
    """The order within groups is left out of an answer of which only the HHI is taken."""
    told = plan(ta.measure(trade, *SUMS, *ORDERED, by=KEYS).select("hhi"))
    assert "Window" not in told
    assert "ln(" not in told


@pytest.mark.parametrize("measures", [SUMS, SUMS + ORDERED], ids=["sums", "ordered"])
def test_rows_that_lie_together_already_are_shuffled_no_more(trade, plan, measures):
    told = plan(ta.measure(trade.repartition(*KEYS), *measures, by=KEYS))
    assert [len(keys.split(",")) for _, keys in shuffles(told)] == [2]


def test_the_jvm_compiles_every_method_of_the_plan(trade, plan):
    """It leaves methods of more than 8,000 bytes to its interpreter, many times slower."""
    told = plan(ta.measure(trade, *SUMS, *ORDERED, by=KEYS), "codegen")
    sizes = [int(size) for size in re.findall(r"maxMethodCodeSize:(\d+)", told)]
    assert len(sizes) == 4
    assert max(sizes) < 8000
    assert told.count(".Lower.exec") == 1  # of a label, once for all that is asked about it


def test_a_release_that_was_ingested_is_a_table_of_spark(spark, tmp_path):
    with warned("TA-118"):
        ta.ingest(release(tmp_path, TEXT), tmp_path / "baci")
    table = spark.read.parquet(str(tmp_path / "baci"))
    answer = {row["reporter"]: row for row in ta.measure(table, ta.hhi, by=["year", "reporter"]).collect()}
    assert {reporter: row["n"] for reporter, row in answer.items()} == {"AUS": 1, "USA": 1, "VNM": 3}
    assert all(row["faults"] == 0 and row["year"] == 2020 for row in answer.values())
    assert answer["VNM"]["hhi"] == pytest.approx(ta.hhi([123_456_789, 957, 100_000_000]), rel=1e-12)
